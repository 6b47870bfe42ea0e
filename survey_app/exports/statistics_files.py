"""The answers of a result for statistics programs: CSV for programs and for Excel, SPSS and Stata."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from scoring.questionnaire import Questionnaire
from survey_app.exports.bundle_answers import answer_lines
from survey_app.exports.material import AnswerRow, Material, Tell, silent
from survey_app.exports.statistics_variables import (
    NOT_APPLICABLE_NUMBER,
    TELL_EVERY,
    TEXTS,
    Layout,
    Value,
    Variable,
    layout_of,
    records,
)
from survey_app.exports.tables import Cell

MARK = "\ufeff".encode()  # tells Excel that the file is UTF-8
STATA_VERSION = 14  # of the program; the file format is 118, the first in Unicode
STATA_MISSING = "a"  # read as .a
LONGEST = {"sav": (256, 120), "dta": (320, 32_000)}  # bytes of a variable's words, and of a value's
STATA_LETTERS = 80  # of a variable's words
LITERAL = 255  # letters that Excel allows in a text within a formula
_NUMBERLIKE = re.compile(r"[\s\u00a0]*[+\-−]?[\d.,\s\u00a0/:%]+([eE][+\-]?\d+)?%?[\s\u00a0]*")


def csv_lines(
    material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent
) -> Iterator[bytes]:
    """Yield CSV for programs, the file `answers.csv` of the bundle: UTF-8 without a mark, comma, LF, one line at a time."""
    total = max(material.book.satisfaction["input"]["responses"], 1)
    yield from answer_lines(_told(material.answers(), total, tell), questionnaires)


def _told(rows: Iterable[AnswerRow], total: int, tell: Tell) -> Iterator[AnswerRow]:
    for place, row in enumerate(rows):
        if place % TELL_EVERY == 0:
            tell(min(99, 100 * place // total))
        yield row


def excel_lines(
    material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent
) -> Iterator[bytes]:
    """Yield CSV for Excel, one line at a time: UTF-8 with its mark, ";", CRLF, headings and choices in words.

    A level is a number 1–5, so that it can be averaged; not applicable is its words, no answer an empty cell.
    """
    variables = layout_of(questionnaires).variables
    yield MARK + excel_line([f"{each.code}: {each.words}" for each in variables])
    for record in records(material, questionnaires, tell):
        yield excel_line([_in_words(each, record.get(each.code)) for each in variables])


def _in_words(variable: Variable, value: Value) -> Cell | date:
    if value is None or isinstance(value, str | date):
        return value
    return variable.values[value] if variable.kind == "choice" or variable.is_missing(value) else value


def excel_line(cells: Sequence[Cell | date]) -> bytes:
    """Return one line of CSV as a Vietnamese Excel reads it: decimal comma, dates by day first, text as it was typed."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow([_excel_cell(each) for each in cells])
    return text.getvalue().encode()


def _excel_cell(value: Cell | date) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return excel_text(value)
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def excel_text(text: str) -> str:
    """Return a text that Excel shows as it was typed and never evaluates or reads as a number.

    What it would take for a formula, a number or a date ("=1+1", "+84 912", "-5", "00017") becomes a formula that is
    nothing but that text, ="…": its letters are all kept, so that +84 and -5 are not damaged.
    """
    bare = text.lstrip(" \t\r\n\u00a0\u200b\ufeff")
    risky = bare[:1] in ("=", "+", "-", "−", "@") or text[:1] in ("\t", "\r", "\n")
    if not risky and not (text and _NUMBERLIKE.fullmatch(text)):
        return text
    pieces = [text[place : place + LITERAL] for place in range(0, len(text), LITERAL)]
    return "=" + "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def sav_of(material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent) -> bytes:
    """Return the answers as an SPSS file: words of questions and values, measures, not applicable as a missing value."""
    layout = layout_of(questionnaires)
    frame = _frame(layout, records(material, questionnaires, tell), NOT_APPLICABLE_NUMBER)
    levels = [each.code for each in layout.variables if each.kind == "level"]
    facts: dict[str, Any] = {
        "file_label": _cut(material.cover.campaign, 64),
        "column_labels": {each.code: _cut(each.words, LONGEST["sav"][0]) for each in layout.variables},
        "variable_value_labels": _value_labels(layout, LONGEST["sav"][1], NOT_APPLICABLE_NUMBER),
        "missing_ranges": {code: [NOT_APPLICABLE_NUMBER] for code in levels},
        "variable_measure": {each.code: each.measure for each in layout.variables},
        "variable_format": {
            each.code: "F8.0" for each in layout.variables if each.kind not in (*TEXTS, "date")
        },
        "note": _source(material),
        "row_compress": True,
    }
    return _written(lambda target: pyreadstat.write_sav(frame, target, **facts), ".sav")


def dta_of(material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent) -> bytes:
    """Return the answers as a Stata file of format 118: words of questions and values, not applicable as .a."""
    layout = layout_of(questionnaires)
    frame = _frame(layout, records(material, questionnaires, tell), STATA_MISSING)
    longest, longest_value = LONGEST["dta"]
    facts: dict[str, Any] = {
        "file_label": _cut(material.cover.campaign, longest, STATA_LETTERS),
        "column_labels": {each.code: _cut(each.words, longest, STATA_LETTERS) for each in layout.variables},
        "variable_value_labels": _value_labels(layout, longest_value, STATA_MISSING),
        "missing_user_values": {
            each.code: [STATA_MISSING] for each in layout.variables if each.kind == "level"
        },
        "version": STATA_VERSION,
    }
    return _written(lambda target: pyreadstat.write_dta(frame, target, **facts), ".dta")


def _source(material: Material) -> list[str]:
    """Return which result a file is of; the library of SPSS files cuts a line of a note at 80 bytes."""
    cover = material.cover
    run = f"run {cover.run_number}" if cover.run_number else "present answers"
    return [f"{cover.campaign_code}, {run}, as of {cover.as_of:%Y-%m-%d %H:%M} UTC", material.book.digest]


def _frame(layout: Layout, rows: Iterable[dict[str, Value]], not_applicable: int | str) -> "pd.DataFrame":
    columns: dict[str, list[Any]] = {each.code: [] for each in layout.variables}
    levels = {each.code for each in layout.variables if each.kind == "level"}
    for row in rows:
        for code, column in columns.items():
            value = row.get(code)
            column.append(not_applicable if code in levels and value == NOT_APPLICABLE_NUMBER else value)
    made = {each.code: _column(each, columns.pop(each.code), not_applicable) for each in layout.variables}
    return pd.DataFrame(made)


def _column(variable: Variable, values: list[Any], not_applicable: int | str) -> "pd.Series[Any]":
    if variable.kind in TEXTS:
        return pd.Series(["" if each is None else each for each in values], dtype=object)
    mixed = variable.kind == "date" or (variable.kind == "level" and isinstance(not_applicable, str))
    return pd.Series(values, dtype=object if mixed else "float64")


def _value_labels(layout: Layout, longest: int, not_applicable: int | str) -> dict[str, dict[Any, str]]:
    """Return the words of each value by variable; one that is not applicable under the mark of the file."""
    return {
        each.code: {
            not_applicable if each.is_missing(number) else number: _cut(words, longest)
            for number, words in each.values.items()
        }
        for each in layout.variables
        if each.values
    }


def _cut(text: str, bytes_: int, letters: int = 100_000) -> str:
    """Return a text within so many bytes and letters; where some are left out, its last one is "…"."""
    if len(text) <= letters and len(text.encode()) <= bytes_:
        return text
    return text[: letters - 1].encode()[: bytes_ - 3].decode(errors="ignore") + "…"


def _written(write: Callable[[str], None], ending: str) -> bytes:
    """Return what a library writes, which only writes to a place."""
    with tempfile.TemporaryDirectory(prefix="hailong-") as folder:
        target = Path(folder) / f"answers{ending}"
        write(str(target))
        return target.read_bytes()
