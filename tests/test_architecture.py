"""The rule of arrows: which room may import which, over every file, without exceptions."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEAVES = {
    "survey_app.extensions",
    "survey_app.field_sentences",
    "survey_app.collection_problems",
    "survey_app.duplicate_problems",
    "survey_app.recheck_problems",
    "survey_app.audit_verbs",
    "survey_app.labels",
    "survey_app.vocabulary",
    "survey_app.problems",
    "survey_app.publication_problems",
    "survey_app.publication_words",
    "survey_app.language",
    "survey_app.version",
}

# room → the rooms of ours it may import; a room may always import itself.
ROOMS: dict[str, set[str]] = {
    "scoring": set(),
    "leaf": set(),
    "models": {"leaf"},
    "exports": {"scoring"},
    "domain": {"models", "leaf", "scoring", "exports"},
    "web": {"domain", "models", "leaf", "scoring", "exports"},
    "cli": {"domain", "models", "leaf", "scoring", "exports"},
    "assembler": {"web", "cli", "leaf", "config"},
    "command": {"assembler"},
    "config": set(),
    "migrations": {"models", "leaf"},
}

LIBRARIES_FORBIDDEN: dict[str, set[str]] = {
    "scoring": {"flask", "sqlalchemy", "wtforms", "flask_sqlalchemy", "flask_wtf", "openpyxl", "babel"},
    "domain": {"flask", "wtforms", "flask_wtf", "flask_login", "click", "werkzeug"},
    "models": {"flask", "wtforms", "flask_wtf", "flask_login", "click", "werkzeug"},
    "exports": {"flask", "sqlalchemy", "wtforms", "flask_sqlalchemy", "flask_login", "click", "werkzeug"},
    "config": {"flask", "sqlalchemy"},
}

SCORING_MAY_USE = {"numpy", "pandas", "scipy", "python_calamine"}

FOLDERS = ("scoring", "survey_app", "migrations")
FILES = [
    Path("config.py"),
    *sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")),
]


def module_of(path: Path) -> str:
    """Return the dotted name of a file."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """Return the room a module of ours stands in, or None for a library."""
    if module == "config":
        return "config"
    if module.split(".", maxsplit=1)[0] in ("scoring", "migrations"):
        return module.split(".", maxsplit=1)[0]
    if module in LEAVES:
        return "leaf"
    if module == "survey_app":
        return "assembler"
    if module == "survey_app.__main__":
        return "command"
    if module.startswith("survey_app."):
        return module.split(".")[1]
    return None


def imports_of(path: Path) -> set[str]:
    """Return every module a file imports, anywhere in it; `from a import b` counts as `a.b` if that is a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                as_path = ROOT.joinpath(*whole.split("."))
                found.add(whole if as_path.with_suffix(".py").exists() or as_path.is_dir() else base)
    return found


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_imports_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(module_of(path))
    assert room in ROOMS, f"{path} stands in no room of the house"
    allowed = ROOMS[room] | {room}
    wrong = {module for module in imports_of(path) if (room_of(module) or room) not in allowed}
    assert wrong == set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_uses_only_the_libraries_its_room_knows(path: Path) -> None:
    room = room_of(module_of(path)) or ""
    libraries = {module.split(".")[0] for module in imports_of(path) if room_of(module) is None}
    assert libraries & LIBRARIES_FORBIDDEN.get(room, set()) == set()
    if room == "scoring":
        assert libraries - SCORING_MAY_USE - set(sys.stdlib_module_names) == set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_domain_never_commits_and_the_doors_never_query(path: Path) -> None:
    room = room_of(module_of(path))
    text = (ROOT / path).read_text(encoding="utf-8")
    if room == "domain":
        assert ".commit()" not in text
    if room == "web":
        assert "select(" not in text


# The one file that may be longer: it goes alone into every bundle, to people who have nothing else of ours.
SHIPPED_ALONE = Path("survey_app/exports/verify.py")


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_is_longer_than_four_hundred_lines(path: Path) -> None:
    if "versions" not in path.parts and path != SHIPPED_ALONE:
        assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 400


def test_no_room_is_empty_and_no_file_is_a_placeholder() -> None:
    empty = [path for path in FILES if not (ROOT / path).read_text(encoding="utf-8").strip()]
    assert empty == []
