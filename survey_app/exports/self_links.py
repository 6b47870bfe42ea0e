"""Links for citizens as files to hand out: a workbook, and text for programs that send messages."""

import csv
import io
import re
from collections.abc import Sequence

import segno
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

HEADINGS = ("Mã phiếu", "Mã đơn vị", "Cơ quan, đơn vị", "Dùng được đến", "Địa chỉ")
WIDTHS = (24, 12, 44, 16, 72)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@")

Line = tuple[str, str, str, str, str]


def workbook(lines: Sequence[Line]) -> bytes:
    """Return the .xlsx of (form code, unit's code, its name, last day, address); all of it is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Đường dẫn")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDE", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width

    def cells(texts: Sequence[str], bold: bool = False) -> list[WriteOnlyCell]:
        found = []
        for text in texts:
            cell = WriteOnlyCell(sheet)
            cell.value, cell.data_type = _UNWRITABLE.sub("", text), "s"
            cell.font = Font(bold=bold)
            found.append(cell)
        return found

    for place, texts in enumerate([HEADINGS, *lines]):
        sheet.append(cells(texts, bold=place == 0))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def text_file(lines: Sequence[Line]) -> bytes:
    """Return the same as CSV that Excel reads: with a byte order mark; what would be a formula stands behind a quote."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for line in lines:
        writer.writerow([f"'{each}" if each.startswith(_FORMULA) else each for each in line])
    return text.getvalue().encode("utf-8-sig")


def qr(address: str) -> str:
    """Return the QR code of an address as a picture that stands in the page itself; it reads with a tenth of it soiled."""
    code: str = segno.make_qr(address, error="m").svg_data_uri(scale=4, border=2, svgns=True)
    return code
