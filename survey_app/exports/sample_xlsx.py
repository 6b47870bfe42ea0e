"""The list as a workbook that can be changed and read in again: codes stay text, nothing is a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

WIDTHS = {"form_code": 18, "unit": 14, "kind": 14, "position": 10, "procedure": 48, "enumerator": 18}


def write(rows: Iterable[Sequence[str | int]], facts: Iterable[tuple[str, str]]) -> bytes:
    """Return the .xlsx of rows in the columns of `WIDTHS`, and a second sheet of facts about them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách mẫu")
    for place, width in enumerate(WIDTHS.values()):
        sheet.column_dimensions["ABCDEF"[place]].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in WIDTHS])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    notes = book.create_sheet("Ghi chú")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 100
    for fact in facts:
        notes.append([_cell(notes, text) for text in fact])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: str | int, *, bold: bool = False) -> WriteOnlyCell:
    """Return a number as a number, a text as it was typed: a leading zero, =, + or @ stays what it is."""
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
    if bold:
        cell.font = Font(bold=True)
    return cell
