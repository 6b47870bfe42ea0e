"""Blank forms for paper: a questionnaire's sheet and the codes in, one PDF out, set by typst with vendored fonts.

The sheet is set once and stands behind every page; only what tells one form from another is set for
each. The order is that of the entry form, so that what was filled in by hand is keyed from top to
bottom. Nothing that could name a person stands on a form.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from math import ceil
from pathlib import Path
from string import ascii_uppercase
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst

from scoring.questionnaire import Question, Questionnaire

TEMPLATES = Path(__file__).parent / "typst"
FONTS = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=False,
    font_paths=[str(Path(__file__).parent / "fonts")],
)
SIZES = (10.5, 10.25, 10.0, 9.75, 9.5, 9.25, 9.0)  # below ten only where names are very long
SIDES = 2
LONG_TEXT = 300
LEVELS_NAME = "Mức độ hài lòng"
# How many letters of a line stand beside a box where options stand in so many columns, and in a whole line.
LETTERS = {1: 100, 2: 48, 3: 30, 4: 21}
WHOLE_LINE = 104


@dataclass(frozen=True)
class Sheet:
    """What all forms of a campaign share; `sections` names them in the order asked, `modes` as people read them."""

    questionnaire: Questionnaire
    sections: Mapping[str, str]
    modes: Sequence[str]
    campaign: str
    made_up: bool
    authority: str
    issuer: str


@dataclass(frozen=True)
class BlankForm:
    """One form: its code, the unit it asks about, and the procedure where the list names one."""

    code: str
    unit: str
    procedure: str = ""


def pdf_of(
    sheet: Sheet, forms: Sequence[BlankForm], tell: Callable[[int], None] = lambda _done: None
) -> bytes:
    """Return the forms as one PDF, each on whole leaves of two sides; `tell` hears how many codes are drawn.

    What `tell` raises ends the work.
    """
    facts = _facts(sheet) | {"longest": [asdict(form) for form in sorted(forms, key=_letters)[-20:]]}
    with TemporaryDirectory() as folder:
        there = Path(shutil.copytree(TEMPLATES, Path(folder) / "forms"))
        size, pages, frame = _set_sheet(there, facts)
        given = {
            "title": facts["title"],
            "size": size,
            "pages": pages,
            "frame": frame,
            "modes": facts["modes"],
            "forms": [_drawn(form, done, tell) for done, form in enumerate(forms, 1)],
        }
        (there / "forms.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
        return typst.compile(str(there / "codes.typ"), font_paths=FONTS, format="pdf", pdf_tags=False)


def qr_of(text: str) -> str:
    """Return a QR code as SVG with its quiet zone; a quarter of it may be dirty and it is still read."""
    target = BytesIO()
    segno.make(text, error="q", micro=False).save(target, kind="svg", xmldecl=False, border=4)
    return target.getvalue().decode()


def _letters(form: BlankForm) -> int:
    return len(form.unit) + len(form.procedure)


def _drawn(form: BlankForm, done: int, tell: Callable[[int], None]) -> dict[str, str]:
    tell(done)
    return asdict(form) | {"qr": qr_of(form.code)}


def _set_sheet(there: Path, facts: Mapping[str, Any]) -> tuple[float, int, Any]:
    """Write sheet.pdf in the largest size that fits on one leaf; return size, pages and where the frame stands."""
    for size in SIZES:
        told = {"facts": json.dumps({**facts, "size": size}, ensure_ascii=False)}
        compiler = typst.Compiler(str(there / "form.typ"), font_paths=FONTS, sys_inputs=told)
        pages = json.loads(compiler.query("<last>", field="value", one=True))
        if pages <= SIDES or size == SIZES[-1]:
            break
    frame = json.loads(compiler.query("<frame>", field="value", one=True))
    sheet = compiler.compile(format="pdf", pdf_tags=False)
    (there / "sheet.pdf").write_bytes(sheet)  # type: ignore[arg-type]  # one PDF, not a list of pages
    return size, pages, frame


def _facts(sheet: Sheet) -> dict[str, Any]:
    questionnaire, scale = sheet.questionnaire, sheet.questionnaire.scale
    sections = sections_of(sheet)
    return {
        "title": questionnaire.title,
        "campaign": sheet.campaign,
        "made-up": sheet.made_up,
        "authority": sheet.authority,
        "issuer": sheet.issuer,
        "modes": _numbered(sheet.modes),
        "before": [each for each in sections if each["code"] == "service"],
        "after": [each for each in sections if each["code"] != "service"],
        "levels-name": LEVELS_NAME,
        "scale": {
            "question": scale.question,
            "levels": list(scale.levels),
            "not-applicable": scale.not_applicable,
        },
        "factors": [
            {
                "number": factor.number,
                "name": factor.name,
                "criteria": [
                    {"number": f"{factor.number}.{each.number}", "text": each.text}
                    for each in factor.criteria
                ],
            }
            for factor in questionnaire.factors
        ],
        "general": questionnaire.general.text if questionnaire.general else None,
    }


def sections_of(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the questions by section and, within it, by the condition under which they are asked."""
    asked: dict[str, tuple[int, Question]] = {}
    sections = []
    for section, name in sheet.sections.items():
        groups: list[dict[str, Any]] = []
        for question in sheet.questionnaire.questions:
            if question.section != section:
                continue
            asked[question.code] = (len(asked) + 1, question)
            condition = _condition(question, asked)
            if not groups or groups[-1]["only-if"] != condition:
                groups.append({"only-if": condition, "questions": []})
            groups[-1]["questions"].append(_question(question, len(asked)))
        if groups:
            sections.append({"code": section, "name": name, "groups": groups})
    return sections


def _condition(question: Question, asked: Mapping[str, tuple[int, Question]]) -> str:
    if question.show_if is None:
        return ""
    code, options = question.show_if
    number, before = asked[code]
    chosen = " hoặc ".join(f"“{option.text}”" for option in before.options if option.code in options)
    return f"Nếu chọn {chosen} ở câu {number}"


def _question(question: Question, number: int) -> dict[str, Any]:
    texts = [option.text for option in question.options]
    letters = 5 * len(texts) + len("".join(texts)) + len(question.text)
    return {
        "code": question.code,
        "number": number,
        "kind": question.kind,
        "text": question.text,
        "several": question.kind == "multi",
        "options": _numbered(texts),
        "beside": question.kind == "choice" and letters <= WHOLE_LINE,
        "columns": _columns(texts) if texts else 1,
        "fills": question.kind == "text" and (question.max_length or LONG_TEXT + 1) > LONG_TEXT,
        "digits": len(str(question.maximum or 999)),
        "limits": _limits(question),
    }


_KEYS = "123456789" + ascii_uppercase


def _numbered(texts: Sequence[str]) -> list[dict[str, str]]:
    """Return options with the mark in their box: the key by which the entry form takes them, 1–9, then A, B, C."""
    return [
        {"number": (_KEYS[place : place + 1] or str(place + 1)), "text": text}
        for place, text in enumerate(texts)
    ]


def _limits(question: Question) -> str:
    low, high = question.minimum, question.maximum
    told = [f"từ {low}" if low is not None else "", f"đến {high}" if high is not None else ""]
    return " ".join(filter(None, told))


def _columns(options: Sequence[str]) -> int:
    """Return in how many columns options take the fewest lines."""

    def lines(columns: int) -> int:
        heights = [ceil(len(text) / LETTERS[columns]) for text in options]
        return sum(max(heights[row : row + columns]) for row in range(0, len(options), columns))

    return min(LETTERS, key=lines)
