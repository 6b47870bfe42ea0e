"""The workbook: every table as a sheet, then what it is, then how to verify it."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from scoring.book import ScoreBook
from survey_app.exports.doubts import doubt_tables
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
    "text": "General",
    "remark": "General",
    "code": "@",
    "range": "@",
    "count": "#,##0",
    "points": "#,##0.00",
    "percent": "#,##0.00",
    "weight": "0.0000",
    "moment": "dd/mm/yyyy hh:mm",
}
WORDS = ("text", "remark", "code")
WIDTHS = {"text": 38, "remark": 38, "code": 14, "range": 16, "moment": 18}
A4 = 9  # the number that the file format gives this paper
MOST_LETTERS = (
    32_000  # UTF-16 units; a cell holds 32,767, and the sentence that says what is missing needs room
)
LONGEST_TITLE = 31
MADE_UP = "SỐ LIỆU MINH HỌA: các câu trả lời là giả, không phải ý kiến thật của người dân."
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNTITLED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LINE = Border(bottom=Side("thin", color="C9D3D6"))


def build(book: ScoreBook, cover: Cover, progress: Table) -> bytes:
    """Return the .xlsx of a result; numbers are numbers, people's text is never a formula."""
    workbook = Workbook(write_only=True)
    workbook.properties.title = f"Điểm khảo sát – {_clean(cover.campaign)}"
    workbook.properties.creator = f"Hài Lòng {cover.program_version}"
    for style in workbook_styles():
        workbook.add_named_style(style)
    tables = (
        *points_tables(book, cover),
        *index_tables(book, cover),
        *doubt_tables(book, cover),
        *long_tables(book, cover),
        progress,
    )
    for title, table in zip(_titles([table.name for table in tables]), tables, strict=True):
        _sheet(workbook.create_sheet(title), table, cover)
    _facts(workbook.create_sheet("Ghi chú"), "Ghi chú", _notes(book, cover))
    _facts(workbook.create_sheet("Xác minh"), "Xác minh", _proof(book, cover))
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def workbook_styles() -> list[NamedStyle]:
    """Return the styles cells are given by name; one object a kind, since making them anew is what takes time."""
    styles = []
    for kind, number_format in FORMATS.items():
        wrap, side = kind in ("text", "remark"), "left" if kind in WORDS else "right"
        place = Alignment(wrap_text=wrap, vertical="top", horizontal=side)
        head = Alignment(wrap_text=True, vertical="bottom", horizontal=side)
        looks = {"font": Font(), "border": _LINE, "alignment": place, "number_format": number_format}
        styles.append(NamedStyle(f"hl {kind}", **looks))
        styles.append(NamedStyle(f"hl {kind} foot", **looks | {"font": Font(bold=True)}))
        fill = PatternFill("solid", fgColor="E2F0EE")
        styles.append(
            NamedStyle(f"hl {kind} head", font=Font(bold=True), fill=fill, border=_LINE, alignment=head)
        )
    told = Alignment(wrap_text=True, vertical="top", horizontal="left")
    styles.append(NamedStyle("hl title", font=Font(bold=True, size=14, color="14212B")))
    styles.append(NamedStyle("hl warning", font=Font(bold=True, color="8F1616")))
    styles += [
        NamedStyle(f"hl fact {kind}", alignment=told, number_format=FORMATS[kind])
        for kind in ("text", "count", "moment")
    ]
    return styles


def _titles(names: Sequence[str]) -> list[str]:
    """Return sheet names a workbook may have: 31 letters, no forbidden sign, no two alike in any case."""
    taken: set[str] = set()
    titles = []
    for name in names:
        whole = _UNTITLED.sub(" ", _clean(name)).strip(" '")
        title, number = whole[:LONGEST_TITLE].rstrip(" '"), 1
        while title.casefold() in taken:
            number += 1
            title = f"{whole[: LONGEST_TITLE - len(f' ({number})')].rstrip()} ({number})"
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _fitting(text: str) -> str:
    """Return the text, or what fits into a cell and how much does not; a letter counts as the file counts it."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_LETTERS:
        return text
    kept = units[: 2 * MOST_LETTERS].decode("utf-16-le", errors="ignore")
    return f"{kept} … (còn {len(text) - len(kept)} ký tự, xem trong phần mềm)"


def text_cell(sheet: WriteOnlyWorksheet, text: str, style: str) -> WriteOnlyCell:
    """Return a cell of text as it was typed: a leading = + - @ stays text, unwritable characters go."""
    cell = WriteOnlyCell(sheet)
    cell.value = _fitting(_clean(text))
    cell.data_type = "s"
    cell.style = style
    return cell


def value_cell(sheet: WriteOnlyWorksheet, value: Cell, style: str) -> WriteOnlyCell:
    if isinstance(value, str):
        return text_cell(sheet, value, style)
    plain: int | float | datetime | None
    if isinstance(value, Decimal):
        plain = float(value)
    elif isinstance(value, datetime):
        plain = value.astimezone(HERE).replace(tzinfo=None)
    else:
        plain = value
    cell = WriteOnlyCell(sheet, value=plain)
    cell.style = style
    return cell


def _sheet(sheet: WriteOnlyWorksheet, table: Table, cover: Cover) -> None:
    moment = (table.as_of or cover.as_of).astimezone(HERE)
    lead = [
        (table.caption, "hl title"),
        (f"{cover.campaign}. Tính đến {moment:%d/%m/%Y %H:%M} (giờ Việt Nam).", "Normal"),
        *([(MADE_UP, "hl warning")] if cover.made_up else []),
    ]
    _set_up(sheet, table.columns, len(lead) + 1)
    for text, style in lead:
        sheet.append([text_cell(sheet, text, style)])
    sheet.append([text_cell(sheet, column.heading, f"hl {column.kind} head") for column in table.columns])
    for rows, place in ((table.rows, ""), (table.foot, " foot")):
        for row in rows:
            sheet.append(_cells(sheet, row, table.columns, place))
    if table.notes:
        sheet.append([])
    for note in table.notes:
        sheet.append([text_cell(sheet, note, "Normal")])


def _cells(sheet: WriteOnlyWorksheet, row: Row, columns: Sequence[Column], place: str) -> list[WriteOnlyCell]:
    return [
        value_cell(sheet, value, f"hl {column.kind}{place}")
        for value, column in zip(row.cells, columns, strict=True)
    ]


def _set_up(sheet: WriteOnlyWorksheet, columns: Sequence[Column], heading_row: int) -> None:
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column.kind, 11)
    sheet.freeze_panes = f"A{heading_row + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.oddFooter.right.text = "&P / &N"


def _facts(sheet: WriteOnlyWorksheet, name: str, facts: Sequence[tuple[str, Cell, str]]) -> None:
    _set_up(sheet, (Column("", "text"), Column("", "text")), 1)
    sheet.column_dimensions["B"].width = 90
    sheet.append([text_cell(sheet, name, "hl text head"), text_cell(sheet, "Nội dung", "hl text head")])
    for label, value, kind in facts:
        sheet.append([text_cell(sheet, label, "hl text foot"), value_cell(sheet, value, f"hl fact {kind}")])


def _notes(book: ScoreBook, cover: Cover) -> list[tuple[str, Cell, str]]:
    run = (
        "số liệu tạm tính, theo phiếu hiện có" if cover.run_number is None else f"lần tính {cover.run_number}"
    )
    facts: list[tuple[str, Cell, str]] = [
        ("Đợt khảo sát", f"{cover.campaign} ({cover.campaign_code})", "text"),
        ("Tính đến", cover.as_of, "moment"),
        ("Tệp được ghi lúc", cover.written_at, "moment"),
        ("Múi giờ", "Asia/Ho_Chi_Minh (UTC+7)", "text"),
        ("Kết quả", run, "text"),
        ("Lý do của lần tính", cover.run_reason or "không ghi", "text"),
        ("Số phiếu được tính", book.satisfaction["input"]["responses"], "count"),
        ("Trạng thái của đợt lúc ghi tệp", cover.state, "text"),
        *((f"Không tính, lúc ghi tệp: {why}", number, "count") for why, number in cover.excluded.items()),
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
