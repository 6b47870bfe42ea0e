"""Cells and sheets of workbooks: kinds with their formats, people's text as text, titles, print set-up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from survey_app.exports.tables import Cell, Column, Table

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
    "day": "dd/mm/yyyy",
    "plain": "General",
}
WORDS = ("text", "remark", "code")
WIDTHS = {"text": 38, "remark": 38, "code": 14, "range": 16, "moment": 18, "day": 12}
A4 = 9  # the number that the file format gives this paper
MOST_LETTERS = (
    32_000  # UTF-16 units; a cell holds 32,767, and the sentence that says what is missing needs room
)
LONGEST_TITLE = 31
LONGEST_HEADER = 80
HEADING_ROW = 4
MADE_UP = "SỐ LIỆU MINH HỌA: các câu trả lời là giả, không phải ý kiến thật của người dân."
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNTITLED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LINE = Border(bottom=Side("thin", color="C9D3D6"))


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


def titles_of(names: Sequence[str]) -> list[str]:
    """Return sheet names a workbook may have: 31 letters, no forbidden sign, no two alike in any case."""
    taken: set[str] = set()
    titles = []
    for name in names:
        whole = _UNTITLED.sub(" ", cleaned(name)).strip(" '")
        title, number = whole[:LONGEST_TITLE].rstrip(" '"), 1
        while title.casefold() in taken:
            number += 1
            title = f"{whole[: LONGEST_TITLE - len(f' ({number})')].rstrip()} ({number})"
        taken.add(title.casefold())
        titles.append(title)
    return titles


def cleaned(text: str) -> str:
    """Return a text without the control characters and halves of letters that no sheet can hold."""
    return _UNWRITABLE.sub("", text)


def is_long(text: str) -> bool:
    """Tell whether a text is longer than a cell holds; a letter counts as the file counts it."""
    return 2 * len(text) > MOST_LETTERS and len(text.encode("utf-16-le")) > 2 * MOST_LETTERS


def _fitting(text: str) -> str:
    """Return the text, or what fits into a cell and how much does not."""
    if not is_long(text):
        return text
    kept = text.encode("utf-16-le")[: 2 * MOST_LETTERS].decode("utf-16-le", errors="ignore")
    return f"{kept} … (còn {len(text) - len(kept)} ký tự, xem trong phần mềm)"


def text_cell(sheet: WriteOnlyWorksheet, text: str, style: str) -> WriteOnlyCell:
    """Return a cell of text as it was typed: a leading = + - @ stays text, unwritable characters go."""
    cell = _bare(sheet, text)
    cell.style = style
    return cell


def value_cell(sheet: WriteOnlyWorksheet, value: Cell, style: str) -> WriteOnlyCell:
    """Return a cell of a text, a number, a moment in Vietnamese time, a day, or nothing."""
    cell = _bare(sheet, value)
    cell.style = style
    return cell


def _bare(sheet: WriteOnlyWorksheet, value: Cell | date) -> WriteOnlyCell:
    """Return a cell without a style."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet)
        cell.value = _fitting(cleaned(value))
        cell.data_type = "s"
        return cell
    plain: int | float | date | None = float(value) if isinstance(value, Decimal) else value
    if isinstance(value, datetime):
        plain = value.astimezone(HERE).replace(tzinfo=None, microsecond=0)
    return WriteOnlyCell(sheet, value=plain)


@dataclass(frozen=True)
class Lead:
    """What stands above every sheet and on every printed page: the line of the result, and whether answers are made up."""

    line: str
    short: str
    made_up: bool


@dataclass
class Pages:
    """A workbook while it is written, sheet by sheet; `cut` are the cells whose text was longer than a cell holds."""

    lead: Lead
    title: str
    creator: str
    workbook: Workbook = field(default_factory=lambda: Workbook(write_only=True))
    cut: list[str] = field(default_factory=list)
    _looks: dict[str, StyleArray] = field(default_factory=dict)
    _row: int = 0  # of the sheet that is being written

    def __post_init__(self) -> None:
        self.workbook.properties.title = cleaned(self.title)
        self.workbook.properties.creator = self.creator
        for style in workbook_styles():
            self.workbook.add_named_style(style)

    def __enter__(self) -> "Pages":
        return self

    def __exit__(self, *raised: object) -> None:
        """Take away what lies on the disk of sheets that were begun, where they are not to be saved."""
        for sheet in self.workbook.worksheets:
            if not sheet.closed:
                sheet.close()
                sheet._writer.cleanup()

    def add(self, title: str, table: Table) -> None:
        """Write a table as a sheet: caption, line of the result, warning, headings in row 4, rows, foot, notes."""
        sheet = self._opened(title, table.caption, table.columns)
        for rows, place in ((table.rows, ""), (table.foot, " foot")):
            looks = [self._look(sheet, f"hl {column.kind}{place}") for column in table.columns]
            for row in rows:
                self._row += 1
                sheet.append([self._cell(sheet, *each) for each in zip(row.cells, looks, strict=True)])
        last = HEADING_ROW + len(table.rows) + len(table.foot)
        if table.notes:
            sheet.append([])
            last += 1 + len(table.notes)
        for note in table.notes:
            sheet.append([self._cell(sheet, note, self._look(sheet, "Normal"))])
        _print_area(sheet, table.columns, last)
        if table.filtered:
            _filter(sheet, table.columns, len(table.rows))

    def stream(self, title: str, table: Table, rows: Iterable[Sequence[Cell | date]]) -> int:
        """Write a long list without keeping it: its cells as they are, codes and days alone in their formats; return its rows."""
        sheet = self._opened(title, table.caption, table.columns)
        styled = [
            (place, self._look(sheet, f"hl {each.kind}"))
            for place, each in enumerate(table.columns)
            if each.kind != "plain"
        ]
        count = 0
        for given in rows:
            self._row += 1
            cells: list[Any] = list(given)
            for place, look in styled:
                cells[place] = self._cell(sheet, cells[place], look)
            sheet.append(cells)
            count += 1
        _print_area(sheet, table.columns, HEADING_ROW + count)
        _filter(sheet, table.columns, count)
        return count

    def facts(
        self, title: str, caption: str, columns: Sequence[Column], facts: Sequence[tuple[str, Cell, str]]
    ) -> None:
        """Write pairs of a label and a fact of its own kind as a sheet."""
        sheet = self._opened(title, caption, columns)
        for label, value, kind in facts:
            self._row += 1
            told = self._cell(sheet, value, self._look(sheet, f"hl fact {kind}"))
            sheet.append([text_cell(sheet, label, "hl text foot"), told])
        _print_area(sheet, columns, HEADING_ROW + len(facts))

    def saved(self) -> bytes:
        """Return the .xlsx."""
        content = BytesIO()
        self.workbook.save(content)
        return content.getvalue()

    def _opened(self, title: str, caption: str, columns: Sequence[Column]) -> WriteOnlyWorksheet:
        sheet, self._row = self.workbook.create_sheet(title), HEADING_ROW
        self._set_up(sheet, columns)
        sheet.append([text_cell(sheet, caption, "hl title")])
        sheet.append([text_cell(sheet, self.lead.line, "Normal")])
        sheet.append([text_cell(sheet, MADE_UP if self.lead.made_up else "", "hl warning")])
        sheet.append([text_cell(sheet, column.heading, f"hl {column.kind} head") for column in columns])
        return sheet

    def _look(self, sheet: WriteOnlyWorksheet, style: str) -> StyleArray:
        """Return a named style as cells carry it: found by its name for each cell, it takes a third of the time."""
        if style not in self._looks:
            cell = WriteOnlyCell(sheet)
            cell.style = style
            self._looks[style] = cell._style
        return self._looks[style]

    def _cell(self, sheet: WriteOnlyWorksheet, value: Cell | date, look: StyleArray) -> WriteOnlyCell:
        if isinstance(value, str) and is_long(value):
            self.cut.append(f"{sheet.title}, dòng {self._row}")
        cell = _bare(sheet, value)
        cell._style = look
        return cell

    def _set_up(self, sheet: WriteOnlyWorksheet, columns: Sequence[Column]) -> None:
        for place, column in enumerate(columns, 1):
            width = column.width or WIDTHS.get(column.kind, 11)
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.freeze_panes = f"A{HEADING_ROW + 1}"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
        sheet.oddHeader.left.text = _header(self.lead.short)
        sheet.oddHeader.right.text = "SỐ LIỆU MINH HỌA" if self.lead.made_up else None
        sheet.oddFooter.left.text = _header(sheet.title)
        sheet.oddFooter.right.text = "&P / &N"


def _header(text: str) -> str:
    """Return a text as a printed header has it: one line, short, "&" being a code of its own."""
    line = " ".join(cleaned(text).split())[:LONGEST_HEADER]
    return line.replace("&", "&&")


def _print_area(sheet: WriteOnlyWorksheet, columns: Sequence[Column], last: int) -> None:
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{last}"


def _filter(sheet: WriteOnlyWorksheet, columns: Sequence[Column], rows: int) -> None:
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(columns))}{HEADING_ROW + rows}"
