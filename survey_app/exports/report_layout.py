"""How a report's tables are set, alike in Word and PDF: cells as text, which side, how wide, upright or across."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from scoring.points import half_up
from survey_app.exports.report_content import NumberedTable, Report, Section
from survey_app.exports.sentences import count
from survey_app.exports.tables import Cell, Column, Row, Table

# Millimetres, within what Decree 30/2020 allows; the same on pages that lie across.
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15
UPRIGHT, ACROSS = 210 - LEFT - RIGHT, 297 - LEFT - RIGHT
SIZES = (12.0, 11.0, 10.0, 9.0)
POINT = 0.3528  # millimetres
PADDING, BOLD = 3.0, 1.06
WIDEST_COLUMN, LONGEST_WORD = 75.0, 12.0  # millimetres; the size of a letter
NUMBERS = frozenset({"count", "points", "percent", "weight"})
MIDDLE = frozenset({"range", "code", "moment"})
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
MADE_UP = "SỐ LIỆU MINH HỌA: các câu trả lời là giả, không phải ý kiến thật của người dân."
LONG_WORD = re.compile(r"\S{26,}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
HERE = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Setting:
    """How a table stands on its page: size of its letters in points, and each column's width in millimetres."""

    size: float
    widths: tuple[float, ...]


def text_of(cell: Cell, kind: str) -> str:
    """Return a cell as it is read: decimals with a comma, rounded once half up, thousands with a point; None is "–"."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return moment(cell) if isinstance(cell, datetime) else cell.strftime("%d/%m/%Y")
    if isinstance(cell, Decimal) and kind in ("points", "percent", "weight"):
        return grouped(half_up(cell, 4 if kind == "weight" else 2))
    return count(cell) if isinstance(cell, int) else grouped(cell)


def has_long_word(text: str) -> bool:
    """Tell whether a text has a word so long that a line stretched to both margins would tear the others apart."""
    return LONG_WORD.search(text) is not None


def printable(text: str) -> str:
    """Return a text without what no document can hold: control characters, lone surrogates; a line's end is a space."""
    return _UNFIT.sub("", text.replace("\n", " ").replace("\t", " "))


def grouped(number: Decimal) -> str:
    """Return a decimal with all its digits, a point between thousands and a decimal comma: 1.234,50."""
    whole, _, rest = format(number, "f").partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{count(int(digits))}{f',{rest}' if rest else ''}"


def moment(at: datetime) -> str:
    """Return a moment of Vietnamese time: 14:05 ngày 25/11/2026."""
    return at.astimezone(HERE).strftime("%H:%M ngày %d/%m/%Y")


def texts_of(table: Table, row: Row) -> list[str]:
    """Return a row's cells as they are read; what a foot leaves open stays empty."""
    return [
        "" if cell is None and not row.key else text_of(cell, column.kind)
        for column, cell in zip(table.columns, row.cells, strict=True)
    ]


def side_of(column: Column) -> str:
    """Return where a column's cells stand: numbers right, ranges and codes in the middle, words left."""
    if column.kind in NUMBERS:
        return "right"
    return "center" if column.kind in MIDDLE else "left"


def is_across(section: Section) -> bool:
    """Tell whether a part has a table that does not fit between the margins of an upright page."""
    tables = (block.table for block in section.blocks if isinstance(block, NumberedTable))
    return any(sum(_least(table, SIZES[1])) > UPRIGHT for table in tables)


def setting_of(table: Table, room: float) -> Setting:
    """Return the largest size in which a table's words fit into the room, and its columns' widths, which fill it."""
    size = next((each for each in SIZES if sum(_least(table, each)) <= room), SIZES[-1])
    least, wished = _least(table, size), _wished(table, size)
    left = room - sum(least)
    if left <= 0:
        return Setting(size, tuple(width * room / sum(least) for width in least))
    more = [wish - width for wish, width in zip(wished, least, strict=True)]
    if sum(more) >= left:
        share = left / sum(more)
        widths = tuple(width + share * each for width, each in zip(least, more, strict=True))
    else:
        widths = tuple(wish * room / sum(wished) for wish in wished)
    return Setting(size, widths)


def _columns(table: Table) -> list[list[str]]:
    """Return the texts of each column, its heading first."""
    rows = [texts_of(table, row) for row in (*table.rows, *table.foot)]
    return [[column.heading, *(row[place] for row in rows)] for place, column in enumerate(table.columns)]


def _least(table: Table, size: float) -> list[float]:
    """Return the width each column needs for its longest word; numbers and ranges are never broken."""
    needed = []
    for column, (heading, *texts) in zip(table.columns, _columns(table), strict=True):
        whole = column.kind in NUMBERS or column.kind in MIDDLE
        words = texts if whole else [word for text in texts for word in text.split()]
        heads = [letters(word) * BOLD for word in heading.split()]
        widest = max([*heads, *map(letters, words)], default=1.0)
        needed.append(min(widest, LONGEST_WORD) * size * POINT + PADDING)
    return needed


def _wished(table: Table, size: float) -> list[float]:
    """Return the width in which each column's longest text stands on one line, within reason."""
    wished = []
    for least, (_, *texts) in zip(_least(table, size), _columns(table), strict=True):
        longest = max(map(letters, texts), default=1.0) * size * POINT + PADDING
        wished.append(max(least, min(longest, WIDEST_COLUMN * size / SIZES[0])))
    return wished


def letters(text: str) -> float:
    """Return about how wide a text is in Times New Roman, in its size."""
    return sum(0.73 if each.isupper() else 0.8 if each in "mw" else 0.5 for each in text)


def lines_of(report: Report) -> dict[str, str]:
    """Return the lines around a report as its form wants them, dotted where nobody has said yet."""
    words = report.words
    return {
        "number": f"Số: {words.number or '……/BC-……'}",
        "place_and_day": f"{words.place or '…………'}, {day_of(words.dated)}",
    }


def day_of(dated: str) -> str:
    """Return an ISO date as documents bear it: ngày 05 tháng 02 năm 2026; the first two months have two digits."""
    if not dated:
        return "ngày …… tháng …… năm ………"
    year, month, day = dated.split("-")
    return f"ngày {day} tháng {month if int(month) <= 2 else int(month)} năm {year}"


def recipients_of(report: Report) -> list[str]:
    """Return the lines under "Nơi nhận", each with its dash; the last ends with a full stop."""
    names = [name.strip().rstrip(";.").lstrip("- ") for name in report.words.recipients]
    return [f"- {name}{'.' if name is names[-1] else ';'}" for name in names if name]
