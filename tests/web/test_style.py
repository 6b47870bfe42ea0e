"""The form language keeps its own promises: contrast, weight, nothing inline, every macro told and shown."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parent.parent.parent / "survey_app" / "web"
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
CSS = (STATIC / "hailong.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", CSS))
MACROS = sorted((TEMPLATES / "ui").glob("*.html"))
READ_TEXT = 7.0  # WCAG 2.2, 1.4.6: contrast of text at level AAA, for a phone in the sun
SEEN_EDGE = 3.0  # WCAG 2.2, 1.4.11: contrast of what shows where a field is


def luminance(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb, as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two tokens, from 1 to 21."""
    low, high = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["paper", "wash", "accent-wash", "good-wash", "warn-wash", "bad-wash"])
def test_text_is_readable_in_the_sun_on_every_ground(ground: str) -> None:
    assert contrast("ink", ground) >= READ_TEXT


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("muted", "paper"),
        ("muted", "wash"),
        ("accent", "paper"),
        ("accent", "accent-wash"),
        ("good", "good-wash"),
        ("warn", "warn-wash"),
        ("bad", "bad-wash"),
        ("bad", "paper"),
        ("paper", "accent"),
        ("paper", "accent-deep"),
    ],
)
def test_coloured_text_is_as_readable(text: str, ground: str) -> None:
    assert contrast(text, ground) >= READ_TEXT


@pytest.mark.parametrize(("edge", "ground"), [("edge", "paper"), ("accent", "paper"), ("focus", "ink")])
def test_the_edge_of_a_field_and_the_focus_are_seen(edge: str, ground: str) -> None:
    assert contrast(edge, ground) >= SEEN_EDGE


def test_no_colour_stands_outside_the_tokens_without_being_known() -> None:
    rules = CSS.partition("\n}\n")[2]
    known = {"fff", "d9ebe8", "9fc4c0", "0d4b4d", "e2c27d", "6d0f0f", "a86a00", "dfe7e8", "fffaf0"}
    assert set(re.findall(r"#([0-9a-f]{3,6})\b", rules)) <= known


def test_what_every_page_loads_is_light() -> None:
    weights = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*.*")}
    styles = weights["pico.min.css"] + weights["hailong.css"]
    assert weights["page.js"] + weights["device.js"] <= 6.7 * 1024
    assert weights["keys.js"] + weights["entry.js"] <= 9.5 * 1024  # the entry form alone
    assert styles + sum(weights[f"{name}.js"] for name in ("page", "device", "keys", "entry")) <= 36 * 1024


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.parent.name + "/" + path.name
)
def test_no_template_carries_a_style_a_handler_or_a_script_inline(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert (
        re.findall(
            r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*(?:\bsrc=|type=\"application/json\"))",
            source,
        )
        == []
    )


def test_nothing_is_asked_of_another_host() -> None:
    sources = [*TEMPLATES.rglob("*.html"), *STATIC.glob("*.css"), *STATIC.glob("*.js")]
    told = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//|\burl\(|@import|fetch\(['\"]http", told) == []


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.name)
def test_every_macro_is_told_at_the_top_of_its_file(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    top = source.partition("#}")[0]
    names = [name for name in re.findall(r"{% macro (\w+)\(", source) if not name.startswith("_")]
    assert [name for name in names if f"{name}(" not in top] == []


def test_every_macro_is_shown_on_the_page_of_pieces() -> None:
    shown = (TEMPLATES / "style" / "index.html").read_text(encoding="utf-8")
    missing = []
    for path in MACROS:
        names = re.findall(r"{% macro ([a-z]\w*)\(", path.read_text(encoding="utf-8"))
        missing += [f"{path.stem}.{name}" for name in names if not re.search(rf"\b\w+\.{name}\(", shown)]
    assert missing == ["forms.token"]  # the page of pieces sends nothing


def test_the_page_of_pieces_is_open_and_keeps_what_was_typed(client: FlaskClient) -> None:
    reply = client.get("/style")
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert 'value="HN22 17"' in page
    assert page.count('aria-invalid="true"') == 4
    assert len(re.findall(r'<a href="#w-\w+">', page)) == 6
    assert "default-src 'self'" in reply.headers["Content-Security-Policy"]


def test_ids_of_a_page_are_used_once_and_descriptions_exist(client: FlaskClient) -> None:
    page = client.get("/style").get_data(as_text=True)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)
    named = " ".join(re.findall(r'aria-(?:describedby|labelledby)="([^"]*)"', page)).split()
    assert set(named) <= set(ids)
    assert 'aria-describedby=""' not in page
