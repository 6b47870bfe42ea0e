"""The small grammar of a report: lists, shares, changes by their sign, days, as Vietnamese administration writes them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from scoring.points import half_up
from survey_app.exports.sentences import comma, count

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SPACE = "\u00a0"
POINTS = "điểm phần trăm"


def percent(number: Decimal, digits: int = 2) -> str:
    """Return a percentage rounded once, half up: "89,60 %"."""
    return f"{comma(half_up(number, digits))}{SPACE}%"


def limit(number: Decimal) -> str:
    """Return a bound as it is set, without zeros nobody wrote: "95 %", "62,5 %"."""
    return f"{comma(format(half_up(number, 6).normalize(), 'f'))}{SPACE}%"


def listed(names: Sequence[str]) -> str:
    """Return "A", "A và B" or "A, B và C"; names that hold a comma of their own are parted by semicolons."""
    if len(names) < 2:
        return "".join(names)
    mark = ";" if any("," in name for name in names) else ","
    return f"{f'{mark} '.join(names[:-1])}{mark if mark == ';' else ''} và {names[-1]}"


def part_of(part: int, whole: int) -> str:
    """Return how many of how many, as administration writes it: "03/16"."""
    return f"{part:02d}/{whole:02d}"


def units(number: int) -> str:
    """Return how many units in words: "19 đơn vị", "không đơn vị nào"."""
    return f"{count(number)} đơn vị" if number else "không đơn vị nào"


def within(name: str) -> str:
    """Return a group's name inside a sentence: "sở, ban, ngành"; an abbreviation keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def leading(sentence: str) -> str:
    """Return a sentence with its first letter raised."""
    return sentence[:1].upper() + sentence[1:]


def change(difference: Decimal, measure: str = POINTS) -> str:
    """Return a change worded by its sign: "tăng 0,61 điểm phần trăm", "giảm …", "giữ nguyên"."""
    if not difference:
        return "giữ nguyên"
    return f"{'tăng' if difference > 0 else 'giảm'} {comma(abs(difference))} {measure}"


def change_since(difference: Decimal, year: int, before: str, measure: str = POINTS) -> str:
    """Return a change with what it is measured from: "tăng 0,61 điểm phần trăm so với năm 2021 (88,99 %)"."""
    return f"{change(difference, measure)} so với năm {year} ({before})"


def day(iso: str) -> str:
    """Return a day as "31/12/2022"."""
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def moment(when: datetime) -> str:
    """Return a moment in Vietnamese time as "09:30 ngày 28/11/2026"."""
    return when.astimezone(HERE).strftime("%H:%M ngày %d/%m/%Y")
