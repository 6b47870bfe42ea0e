"""The responses counted as a sheet that can be read in again: the columns and cells of a bundle's `answers.csv`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from scoring.answers import unpack
from scoring.questionnaire import Questionnaire
from survey_app.exports.bundle_answers import LEADING, answer_columns
from survey_app.exports.material import AnswerRow
from survey_app.exports.tables import Cell, Column, Table

SHEET, KEY = "Phiếu", "form_code"  # by which the import finds the sheet, and its headings
_KINDS = {"version": "count", "submitted_on": "day"}
_WIDTHS = {"form_code": 16, "questionnaire": 14, "submitted_on": 13}


def answers_table(questionnaires: Sequence[Questionnaire]) -> Table:
    """Return the sheet without its rows; headings are codes, and nothing follows the rows."""
    columns = (
        *(Column(name, _KINDS.get(name, "code"), _WIDTHS.get(name, 0)) for name in LEADING),
        *(Column(code, "plain", 13) for code in answer_columns(questionnaires)),
    )
    return Table(SHEET, "Phiếu được tính, không có thông tin cá nhân", columns, ())


def answer_cells(
    rows: Iterable[AnswerRow], questionnaires: Sequence[Questionnaire]
) -> Iterator[list[Cell | date]]:
    """Yield the cells of each response: a level as a number, not applicable NA, several choices joined by ";"."""
    columns = answer_columns(questionnaires)
    known = {each.code: each for each in questionnaires}
    for row in rows:
        given: dict[str, Any] = {**unpack(row.answers, known[row.questionnaire]), **row.details}
        yield [
            *(row.form_code, row.unit, row.counts_for, row.enumerator, row.mode, row.questionnaire),
            row.version,
            date.fromisoformat(row.submitted_on) if row.submitted_on else None,
            *(_cell(given.get(code)) for code in columns),
        ]


def _cell(value: Any) -> Cell:
    known: Cell = ";".join(value) if isinstance(value, list) else value
    return known
