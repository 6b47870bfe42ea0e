"""All answers of a campaign as a workbook that can be changed and read in again: one row a response, codes as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from survey_app.exports.workbook_cells import HERE, MADE_UP, text_cell, value_cell, workbook_styles

FIXED = ("form_code", "unit", "enumerator", "mode")
TOLD = (
    "unit_name",
    "enumerator_name",
    "state",
    "validity",
    "version",
    "questionnaire",
    "submitted_at",
    "saved_at",
)
WIDTHS = {"form_code": 16, "unit": 12, "enumerator": 14, "unit_name": 34, "enumerator_name": 24, "mode": 14}
_STYLES = {
    **dict.fromkeys(FIXED, "hl code"),
    **dict.fromkeys(("unit_name", "enumerator_name"), "hl text"),
    **dict.fromkeys(("submitted_at", "saved_at"), "hl moment"),
}

Value = str | int | datetime | None


@dataclass(frozen=True)
class AnswerColumn:
    """A column of answers: its heading, the words of its question, and whether people typed what stands in it."""

    heading: str
    words: str
    is_typed: bool


def write_workbook(
    facts: Sequence[tuple[str, str]],
    made_up: bool,
    columns: Sequence[AnswerColumn],
    rows: Iterable[Mapping[str, Value]],
) -> tuple[bytes, int]:
    """Return the .xlsx and how many responses it holds.

    The first sheet has headings in row 1 and nothing above, so that it can be read in as it is. A level is a
    number, not applicable NA, no answer an empty cell, several answers are joined by ";". What people typed stays text.
    """
    workbook = Workbook(write_only=True)
    for style in workbook_styles():
        workbook.add_named_style(style)
    sheet = workbook.create_sheet("Phiếu")
    headings = [*FIXED, *(column.heading for column in columns), *TOLD]
    _set_up(sheet, headings, made_up)
    sheet.append([text_cell(sheet, heading, "hl code head") for heading in headings])
    typed = {each.heading for each in columns if each.is_typed}
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, name, row.get(name), name in typed) for name in headings])
        count += 1
    _explain(workbook.create_sheet("Cột"), columns)
    told = [*facts, ("Số phiếu trong tệp", str(count))]
    _tell(workbook.create_sheet("Ghi chú"), [("CẢNH BÁO", MADE_UP), *told] if made_up else told)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue(), count


def _cell(sheet: WriteOnlyWorksheet, name: str, value: Value, is_typed: bool) -> Any:
    """Return a cell; levels and codes go in as they are: a style on each of 100,000 cells takes seconds."""
    if name in _STYLES and value is not None:
        return value_cell(sheet, value, _STYLES[name])
    return text_cell(sheet, value, "hl text") if is_typed and isinstance(value, str) else value


def _set_up(sheet: WriteOnlyWorksheet, headings: Sequence[str], made_up: bool) -> None:
    for place, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(heading, 13)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    if made_up:
        sheet.oddHeader.center.text = MADE_UP
    sheet.oddFooter.right.text = "&P / &N"


def _explain(sheet: WriteOnlyWorksheet, columns: Sequence[AnswerColumn]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90
    sheet.append([text_cell(sheet, words, "hl text head") for words in ("Cột", "Câu hỏi")])
    for column in columns:
        sheet.append([text_cell(sheet, column.heading, "hl code"), text_cell(sheet, column.words, "hl text")])


def _tell(sheet: WriteOnlyWorksheet, facts: Sequence[tuple[str, str]]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90
    for name, text in facts:
        sheet.append([text_cell(sheet, name, "hl text foot"), text_cell(sheet, text, "hl fact text")])


def told_moment(moment: datetime) -> str:
    """Return a moment as the notes tell it, in Vietnamese time."""
    return f"{moment.astimezone(HERE):%d/%m/%Y %H:%M} (giờ Việt Nam)"
