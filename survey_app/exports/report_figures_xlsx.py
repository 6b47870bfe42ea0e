"""Figures taken from elsewhere as a workbook that can be changed and read in again."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

WIDTHS = {"year": 8, "kind": 10, "code": 18, "measure": 22, "value": 10, "source": 60}
Line = tuple[int, str, str, str, Decimal, str]


def write(lines: Iterable[Line]) -> bytes:
    """Return the .xlsx of figures under the headings of `WIDTHS`; texts stay texts, values are numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Số liệu")
    for letter, width in zip("ABCDEF", WIDTHS.values(), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in WIDTHS])
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: str | int | Decimal, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=float(value) if isinstance(value, Decimal) else value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
    elif isinstance(value, Decimal):
        cell.number_format = "0.00"
    if bold:
        cell.font = Font(bold=True)
    return cell
