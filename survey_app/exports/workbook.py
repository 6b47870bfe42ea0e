"""The workbook: every table as a sheet, then what it is, then how to verify it."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from scoring.book import ScoreBook
from survey_app.exports.tables import (
    Cell,
    Column,
    Cover,
    Row,
    Table,
    index_tables,
    long_tables,
    points_tables,
)

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
FORMATS = {
    "count": "#,##0",
    "points": "#,##0.00",
    "percent": "#,##0.00",
    "weight": "0.0000",
    "moment": "dd/mm/yyyy hh:mm",
}
WIDTHS = {"text": 38, "code": 14, "moment": 18}
A4 = 9  # the number that the file format gives this paper
MOST_LETTERS = 32_000
MADE_UP = "SỐ LIỆU MINH HỌA: các câu trả lời là giả, không phải ý kiến thật của người dân."
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BOLD, _HEADING = Font(bold=True), PatternFill("solid", fgColor="E2F0EE")
_LINE = Border(bottom=Side("thin", color="C9D3D6"))


def build(book: ScoreBook, cover: Cover, progress: Table) -> bytes:
    """Return the .xlsx of a result; numbers are numbers, people's text is never a formula."""
    workbook = Workbook(write_only=True)
    workbook.properties.title = f"Điểm khảo sát – {cover.campaign}"
    workbook.properties.creator = f"Hài Lòng {cover.program_version}"
    for table in (
        *points_tables(book, cover),
        *index_tables(book, cover),
        *long_tables(book, cover),
        progress,
    ):
        _sheet(workbook, table, cover)
    _facts(workbook, "Ghi chú", _notes(book, cover))
    _facts(workbook, "Xác minh", _proof(book, cover))
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _text(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Return a cell of text as it was typed: a leading = + - @ stays text, unwritable characters go."""
    clean = _UNWRITABLE.sub("", text)
    if len(clean) > MOST_LETTERS:
        clean = clean[:MOST_LETTERS] + f" … (còn {len(clean) - MOST_LETTERS} ký tự, xem trong phần mềm)"
    cell = WriteOnlyCell(sheet)
    cell.value = clean
    cell.data_type = "s"
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Cell, kind: str) -> WriteOnlyCell:
    if isinstance(value, str):
        return _text(sheet, value)
    plain: int | float | datetime | None
    if isinstance(value, Decimal):
        plain = float(round(value, 4) if kind == "weight" else value)
    elif isinstance(value, datetime):
        plain = value.astimezone(HERE).replace(tzinfo=None)
    else:
        plain = value
    cell = WriteOnlyCell(sheet, value=plain)
    cell.number_format = FORMATS.get(kind, "General")
    return cell


def _title(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31]


def _sheet(workbook: Workbook, table: Table, cover: Cover) -> None:
    sheet = workbook.create_sheet(_title(table.name))
    lead = [
        table.caption,
        f"{cover.campaign}. Tính đến {cover.as_of.astimezone(HERE):%d/%m/%Y %H:%M} (giờ Việt Nam).",
    ]
    lead += [MADE_UP] if cover.made_up else []
    _set_up(sheet, table.columns, len(lead) + 1)
    for place, text in enumerate(lead):
        cell = _text(sheet, text)
        cell.font = Font(
            bold=place != 1, size=14 if place == 0 else 11, color="8F1616" if place > 1 else "14212B"
        )
        sheet.append([cell])
    sheet.append([_heading(sheet, column) for column in table.columns])
    for row in table.rows:
        sheet.append(_cells(sheet, row, table.columns, Font()))
    for row in table.foot:
        sheet.append(_cells(sheet, row, table.columns, _BOLD))
    if table.notes:
        sheet.append([])
    for note in table.notes:
        sheet.append([_text(sheet, note)])


def _heading(sheet: WriteOnlyWorksheet, column: Column) -> WriteOnlyCell:
    cell = _text(sheet, column.heading)
    cell.font, cell.fill, cell.border = _BOLD, _HEADING, _LINE
    side = "left" if column.kind in ("text", "code") else "right"
    cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal=side)
    return cell


def _cells(sheet: WriteOnlyWorksheet, row: Row, columns: Sequence[Column], font: Font) -> list[WriteOnlyCell]:
    cells = []
    for value, column in zip(row.cells, columns, strict=True):
        cell = _cell(sheet, value, column.kind)
        cell.font, cell.border = font, _LINE
        wrap = column.kind == "text"
        numeric = column.kind not in ("text", "code")
        cell.alignment = Alignment(wrap_text=wrap, vertical="top", horizontal="right" if numeric else "left")
        cells.append(cell)
    return cells


def _set_up(sheet: WriteOnlyWorksheet, columns: Sequence[Column], heading_row: int) -> None:
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column.kind, 11)
    sheet.freeze_panes = f"A{heading_row + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.oddFooter.right.text = "&P / &N"


def _facts(workbook: Workbook, name: str, facts: Sequence[tuple[str, Cell, str]]) -> None:
    sheet = workbook.create_sheet(name)
    _set_up(sheet, (Column("", "text"), Column("", "text")), 1)
    sheet.column_dimensions["B"].width = 90
    sheet.append([_heading(sheet, Column(name)), _heading(sheet, Column("Nội dung"))])
    for label, value, kind in facts:
        term, told = _text(sheet, label), _cell(sheet, value, kind)
        term.font = _BOLD
        told.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        sheet.append([term, told])


def _notes(book: ScoreBook, cover: Cover) -> list[tuple[str, Cell, str]]:
    run = (
        "số liệu tạm tính, theo phiếu hiện có" if cover.run_number is None else f"lần tính {cover.run_number}"
    )
    facts: list[tuple[str, Cell, str]] = [
        ("Đợt khảo sát", f"{cover.campaign} ({cover.campaign_code})", "text"),
        ("Trạng thái của đợt", cover.state, "text"),
        ("Tính đến", cover.as_of, "moment"),
        ("Múi giờ", "Asia/Ho_Chi_Minh (UTC+7)", "text"),
        ("Kết quả", run, "text"),
        ("Lý do của lần tính", cover.run_reason or "không ghi", "text"),
        ("Số phiếu được tính", book.satisfaction["input"]["responses"], "count"),
        *((f"Không tính: {why}", number, "count") for why, number in cover.excluded.items()),
        ("Bộ lọc", "không lọc: mọi đơn vị của đợt", "text"),
        ("Bộ câu hỏi", f"{cover.questionnaire.title}. {cover.questionnaire.note}", "text"),
        ("Phương pháp", f"{cover.method.title}. {cover.method.note}", "text"),
        ("Làm tròn", "từ giá trị chính xác, một lần, 5 làm tròn lên", "text"),
    ]
    return [("CẢNH BÁO", MADE_UP, "text"), *facts] if cover.made_up else facts


def _proof(book: ScoreBook, cover: Cover) -> list[tuple[str, Cell, str]]:
    return [
        ("Mã kiểm tra dữ liệu vào (SHA-256)", book.satisfaction["input"]["sha256"], "text"),
        ("Mã kiểm tra bộ câu hỏi", cover.questionnaire.sha256, "text"),
        ("Mã kiểm tra phương pháp", cover.method.sha256, "text"),
        ("Mã kiểm tra kết quả", book.digest, "text"),
        ("Phiên bản phần mềm", cover.program_version, "text"),
        (
            "Cách kiểm tra",
            "Xuất phiếu bằng “hailong responses export”, tính lại bằng “python -m scoring satisfaction” với đúng bộ câu hỏi "
            "và phương pháp có mã kiểm tra ở trên, rồi so với các trang điểm. Cùng dữ liệu vào cho cùng mã kết quả.",
            "text",
        ),
    ]
