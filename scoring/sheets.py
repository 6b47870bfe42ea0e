"""Tables as people hand them in: a .csv or .xlsx read into text cells, each still knowing its row."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import python_calamine

from scoring.archive import check_workbook
from scoring.errors import hint, refusal

MOST_COLUMNS = 2000
MOST_ABOVE = 10  # rows in which a heading is looked for
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,6})?")
_WHOLE = re.compile(r"[0-9]{1,12}")
# Zero-width characters and the byte-order mark: invisible, and two codes that look alike would differ.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_HTML = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta")


@dataclass(frozen=True)
class Sheet:
    """A table: the file's name and checksum, the heading, and the rows of text with their numbers."""

    where: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[str]], ...]

    def place(self, column: str, known: Sequence[str] = ()) -> int:
        """Return where a column stands; refuses a missing one, naming a heading that comes near."""
        if column not in self.columns:
            strange = [heading for heading in self.columns if heading not in known]
            raise refusal("column_missing", where=self.where, column=column, hint=hint(column, strange))
        return self.columns.index(column)


def read_sheet(path: str | Path) -> Sheet:
    """Read a .csv (UTF-8, comma or semicolon, any line ending) or the first sheet of an .xlsx.

    Row numbers are those a spreadsheet shows, the heading being row 1; rows without any text are skipped.
    Refuses other endings, a file that is not what its name says, a broken or oversized one, a heading twice,
    and a row with fewer or more cells than headings.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise refusal("file_missing", where=path.name) from None
    except OSError as error:
        raise refusal("file_unreadable", where=path.name, reason=error.strerror) from None
    return parse_sheet(path.name, content)


def parse_sheet(
    name: str, content: bytes, *, repeated: bool = False, sheet: str = "", key: str = ""
) -> Sheet:
    """Read the bytes of a file under its name, as `read_sheet` does; `repeated` leaves a heading twice to the caller.

    Of a workbook the sheet of that title is read where there is one, else the first; where one of the first rows begins
    with `key`, that is the heading, and what stands above it is left out.
    """
    kind = f".{name.rpartition('.')[2].lower()}"
    _check_kind(name, kind, content)
    table = _csv_rows(content, name) if kind == ".csv" else _xlsx_rows(content, name, sheet)
    rows = [(number, row) for number, row in enumerate(table, 1) if any(row)]
    return _sheet(name, content, rows[_heading(rows, key) :], repeated=repeated)


def _heading(rows: Sequence[tuple[int, Sequence[str]]], key: str) -> int:
    begins = (place for place, (_, row) in enumerate(rows[:MOST_ABOVE]) if key and clean(row[0]) == key)
    return next(begins, 0)


def _check_kind(where: str, kind: str, content: bytes) -> None:
    """Refuse what is no table of ours, by what it really is: protected, an old workbook, a web page."""
    if content.startswith(_OLE):
        if _PROTECTED in content:
            raise refusal("file_password", where=where)
        if kind == ".xls":
            raise refusal("file_old_excel", where=where)
    if content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        raise refusal("file_is_html", where=where)
    if kind not in (".csv", ".xlsx"):
        raise refusal("file_kind", where=where)


def _sheet(where: str, content: bytes, table: list[tuple[int, Sequence[str]]], *, repeated: bool) -> Sheet:
    if not table:
        raise refusal("file_empty", where=where)
    columns = tuple(clean(heading) for heading in table[0][1])
    while columns and not columns[-1]:
        columns = columns[:-1]
    if len(columns) > MOST_COLUMNS:
        raise refusal("columns_many", where=where, found=len(columns), most=MOST_COLUMNS)
    seen: set[str] = set()
    for column in columns:
        if not repeated and column in seen:
            raise refusal("column_twice", where=where, column=column)
        seen |= {column} - {""}
    width = len(columns)
    for number, row in table[1:]:
        if len(row) != width and (len(row) < width or any(row[width:])):
            raise refusal("row_width", where=where, row=number, found=len(row), expected=width)
    return Sheet(where, hashlib.sha256(content).hexdigest(), columns, tuple(table[1:]))


def clean(text: str) -> str:
    """Return a text in one form: NFC, without invisible characters, without blanks around it."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()


def read_code(text: str, where: str, row: int, column: str) -> str:
    """Read a code or name that must be there; refuses an empty cell and control characters."""
    code = clean(text)
    if not code:
        raise refusal("cell_missing", where=where, row=row, column=column)
    if not code.isprintable():
        raise refusal("cell_code", where=where, row=row, column=column, value=shown(code))
    return code


def read_number(text: str, where: str, row: int, column: str) -> Decimal:
    """Read a number with one decimal mark, comma or point; refuses everything else by its cell.

    Signs, thousands marks, exponents, infinities, and digits of other scripts are refused, never guessed.
    """
    digits = text.strip(" ")
    if not _NUMBER.fullmatch(digits):
        raise refusal("cell_number", where=where, row=row, column=column, value=shown(text))
    return Decimal(digits.replace(",", "."))


def read_whole(text: str, where: str, row: int, column: str) -> int:
    """Read a whole number of at most twelve digits; refuses everything else by its cell."""
    digits = text.strip(" ")
    if not _WHOLE.fullmatch(digits):
        raise refusal("cell_whole", where=where, row=row, column=column, value=shown(text))
    return int(digits)


def shown(text: str) -> str:
    """Return a cell's text as a sentence can quote it: short, with unprintable characters spelt out."""
    visible = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
    return visible if len(visible) <= 40 else visible[:39] + "…"


def _csv_rows(content: bytes, where: str) -> Iterator[Sequence[str]]:
    if content.startswith(_OTHER_FILES) or b"\0" in content:
        raise refusal("file_not_as_named", where=where, kind=".csv")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refusal("not_utf8", where=where) from None
    heading = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise refusal("csv_broken", where=where, row=reader.line_num) from None


def _xlsx_rows(content: bytes, where: str, title: str) -> Iterator[Sequence[str]]:
    if not content.startswith(b"PK"):
        raise refusal("file_not_as_named", where=where, kind=".xlsx")
    check_workbook(content, where)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        place = workbook.sheet_names.index(title) if title in workbook.sheet_names else 0
        table = workbook.get_sheet_by_index(place).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError) as error:
        raise refusal("archive_broken", where=where, reason=str(error)) from None
    for cells in table:
        yield [_xlsx_text(cell) for cell in cells]


def _xlsx_text(cell: object) -> str:
    if isinstance(cell, float):
        # A spreadsheet keeps fifteen digits: 4.0 is 4, and 85.30000000000001 is 85.3.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    return str(cell)
