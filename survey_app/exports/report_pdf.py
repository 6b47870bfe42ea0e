"""The report as PDF, set by typst with vendored fonts whose letters are as wide as those of Times New Roman.

Texts go to typst as data, never as its markup. The file is tagged, for those who listen to it: headings, tables with
their head, charts with their alternative; it holds its fonts, an outline, and nothing that changes from time to time.
"""

import inspect
import json
import shutil
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from survey_app.exports import report_layout as layout
from survey_app.exports.material import Tell, silent
from survey_app.exports.printed_forms import FONTS, TEMPLATES
from survey_app.exports.report_content import Block, Drawing, NumberedTable, Paragraph, Report, Section

ARCHIVED, ACCESSIBLE = "a-2a", "ua-1"
ROOM_BELOW = 35  # millimetres of a page that a chart leaves to its caption
MAY_BREAK = "\u200b"


def pdf_of(report: Report, tell: Tell = silent) -> bytes:
    """Return the report as PDF; equal reports give equal bytes. What `tell` raises ends the work."""
    every = [block for section in (*report.sections, *report.annexes) for block in section.blocks]
    told = 0

    def done() -> None:
        nonlocal told
        told += 1
        tell(70 * told // max(len(every), 1))

    with TemporaryDirectory() as folder:
        there = Path(folder)
        shutil.copy(TEMPLATES / "report.typ", there)
        facts = _facts(report, _Facts(there, done))
        (there / "report.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        # An archive wants the day, which only a dated report has.
        standards: Any = [ARCHIVED, ACCESSIBLE] if report.words.dated else [ACCESSIBLE]
        made: bytes = typst.compile(
            str(there / "report.typ"),
            font_paths=FONTS,
            format="pdf",
            pdf_standards=standards,
            pdf_tags=True,
        )
    tell(100)
    return made


class _Facts:
    """Tells blocks as the setting wants them, drawings as files beside it; `done` hears of every block."""

    def __init__(self, folder: Path, done: Callable[[], None]) -> None:
        self.folder, self.done, self.drawn = folder, done, 0

    def runs(self, sections: Sequence[Section], annexes: bool = False) -> list[dict[str, Any]]:
        """Return parts together with those that lie like them; every annex begins a page."""
        runs = []
        for across, some in groupby(sections, layout.is_across):
            parts = [*some]
            begins = [place for place, each in enumerate(parts) if annexes and not across and each.level == 1]
            for first, end in zip([0, *begins], [*begins, len(parts)], strict=True):
                if parts[first:end]:
                    told = [self.part(each, across) for each in parts[first:end]]
                    runs.append({"across": across, "new-page": annexes, "parts": told})
        return runs

    def part(self, section: Section, across: bool) -> dict[str, Any]:
        """Return one part with its blocks."""
        blocks = [self.block(block, across) for block in section.blocks]
        return {"level": section.level, "heading": breakable(section.heading), "blocks": blocks}

    def block(self, block: Block, across: bool) -> dict[str, Any]:
        """Return one block."""
        if isinstance(block, Paragraph):
            made: dict[str, Any] = {
                "kind": "words",
                "text": breakable(block.text),
                "strong": block.strong,
                "aside": block.aside,
                "stays": block.strong,
            }
        elif isinstance(block, NumberedTable):
            made = _table(block, layout.ACROSS if across else layout.UPRIGHT)
        else:
            high = 210 if across else 297
            made = {
                "kind": "chart",
                "caption": breakable(f"Biểu đồ {block.number}. {block.drawing.caption}"),
                "file": self.file(block.drawing),
                "alt": block.drawing.alt,
                "width": layout.UPRIGHT,
                "most": high - layout.TOP - layout.BOTTOM - ROOM_BELOW,
            }
        self.done()
        return made

    def file(self, drawing: Drawing) -> str:
        """Write a drawing with its letters as paths, else as dots, and return its name."""
        self.drawn += 1
        draws_paths = "paths" in inspect.signature(drawing.svg).parameters
        name = f"chart-{self.drawn}.{'svg' if draws_paths else 'png'}"
        svg: Callable[..., bytes] = drawing.svg
        (self.folder / name).write_bytes(svg(paths=True) if draws_paths else drawing.png())
        return name


def _kept_together(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return parts of which the last paragraph stays with the signature: none stands alone on its page."""
    blocks = runs[-1]["parts"][-1]["blocks"] if runs else []
    if blocks and blocks[-1]["kind"] == "words":
        blocks[-1]["stays"] = True
    return runs


def _table(block: NumberedTable, room: float) -> dict[str, Any]:
    table, setting = block.table, layout.setting_of(block.table, room)
    return {
        "kind": "table",
        "caption": breakable(f"Bảng {block.number}. {table.caption}"),
        "size": setting.size,
        "widths": setting.widths,
        "sides": [layout.side_of(each) for each in table.columns],
        "head": [breakable(each.heading) for each in table.columns],
        "rows": [[breakable(text) for text in layout.texts_of(table, row)] for row in table.rows],
        "foot": [[breakable(text) for text in layout.texts_of(table, row)] for row in table.foot],
        "notes": [breakable(note) for note in table.notes],
    }


def breakable(text: str) -> str:
    """Return a text fit for paper, in which a word longer than any column may break between any of its letters."""
    return layout.LONG_WORD.sub(lambda word: MAY_BREAK.join(word.group()), layout.printable(text))


def _facts(report: Report, facts: _Facts) -> dict[str, Any]:
    words, lines = report.words, layout.lines_of(report)
    return {
        "heading": f"{report.title} {report.about}".strip(),
        "dated": report.words.dated or None,
        "title": report.title,
        "about": breakable(report.about),
        "warning": layout.MADE_UP if report.made_up else None,
        "nation": layout.NATION,
        "motto": layout.MOTTO,
        "margins": {"top": layout.TOP, "bottom": layout.BOTTOM, "left": layout.LEFT, "right": layout.RIGHT},
        "words": {
            "authority": breakable(words.authority),
            "issuer": breakable(words.issuer),
            "number": lines["number"],
            "place-and-day": lines["place_and_day"],
            "signer-title": words.signer_title.splitlines(),
            "signer": words.signer,
            "recipients": layout.recipients_of(report),
        },
        "parts": _kept_together(facts.runs(report.sections)),
        "annexes": facts.runs(report.annexes, annexes=True),
    }
