"""The answers of a result as outsiders recompute it from: one line a response, no words that people typed."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scoring.answers import unpack
from scoring.questionnaire import Questionnaire
from survey_app.exports.material import AnswerRow

LEADING = (
    "form_code",
    "unit",
    "counts_for",
    "enumerator",
    "mode",
    "questionnaire",
    "version",
    "submitted_on",
)


def answer_columns(questionnaires: Sequence[Questionnaire]) -> list[str]:
    """Return the codes of all criteria, then of all closed questions, each once, in the order of the first to ask."""
    criteria = [code for each in questionnaires for code in each.criterion_codes]
    closed = [
        question.code for each in questionnaires for question in each.questions if question.kind != "text"
    ]
    return list(dict.fromkeys([*criteria, *closed]))


def answer_lines(rows: Iterable[AnswerRow], questionnaires: Sequence[Questionnaire]) -> Iterator[bytes]:
    """Yield CSV for programs, the heading first: UTF-8 without a mark, comma, LF.

    A level is 1–5, not applicable NA, no answer an empty cell; several choices of one question are joined by ";".
    """
    columns = answer_columns(questionnaires)
    known = {each.code: each for each in questionnaires}
    yield _line([*LEADING, *columns])
    for row in rows:
        given: dict[str, Any] = {**unpack(row.answers, known[row.questionnaire]), **row.details}
        lead = [getattr(row, name) for name in LEADING]
        yield _line([*lead, *(_cell(given.get(code)) for code in columns)])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, list) else str(value)


def _line(cells: Sequence[Any]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
