"""What a picture shows, in sentences from the same figures: who is highest and lowest, the mean, ties, what is missing."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoring.points import half_up
from survey_app.exports.drawings_rows import Entry
from survey_app.exports.drawings_sheet import MADE_UP
from survey_app.exports.sentences import comma, count

Facts = Mapping[str, Any]
MOST_NAMED = 3


def opening(kind: str, about: str, made_up: bool) -> str:
    """Return the first sentence: that answers are made up where they are, the kind of picture, what it is about."""
    return f"{MADE_UP}. {kind}: {about}." if made_up else f"{kind}: {about}."


def percent(value: Decimal, digits: int = 2) -> str:
    """Return a share in percent, rounded once, half up: "88,27 %"."""
    return f"{comma(half_up(value, digits))}\u00a0%"


def named(entries: Sequence[Entry], most: int = 0) -> str:
    """Return names in a row; beyond `most`, where that is given, only how many they are."""
    if most and len(entries) > most:
        return f"{count(len(entries))} đơn vị"
    return ", ".join(entry.name for entry in entries)


def extremes(
    entries: Sequence[Entry],
    told: Callable[[Decimal], str],
    beside: Callable[[Entry], str] = lambda _entry: "",
) -> str:
    """Return the highest and the lowest of entries that have a value, with all who share it; all equal is said so.

    `beside` tells more of an entry that shares its value with nobody.
    """
    values = [entry.value for entry in entries if entry.value is not None]
    high, low = max(values), min(values)

    def who(value: Decimal) -> str:
        there = [entry for entry in entries if entry.value == value]
        more = beside(there[0]) if len(there) == 1 else ""
        return f"{named(there)} ({told(value)}{more})"

    if len(values) == 1:
        return f"Chỉ một đơn vị có số liệu: {who(high)}."
    if high == low:
        return f"Cả {count(len(values))} đơn vị cùng một giá trị: {told(high)}."
    return f"Cao nhất: {who(high)}. Thấp nhất: {who(low)}."


def factor_sentence(name: str, entries: Sequence[Entry], place: int) -> str:
    """Return from where to where the units go in one factor of a heat map, and how many have none."""
    known = [(entry.parts[place], entry) for entry in entries]
    values = [value for value, _ in known if value is not None]
    missing = len(known) - len(values)
    none = f"; {count(missing)} đơn vị không có số liệu" if missing else ""
    if not values:
        return f"{name}: không đơn vị nào có số liệu."

    def who(wanted: Decimal) -> str:
        there = [entry for value, entry in known if value == wanted]
        return f"{percent(wanted)} ({named(there, MOST_NAMED)})"

    if max(values) == min(values):
        return f"{name}: {percent(max(values))} ở mọi đơn vị có số liệu{none}."
    return f"{name}: từ {who(min(values))} đến {who(max(values))}{none}."


def level_sentence(entry: Entry, names: Sequence[str]) -> str:
    """Return the shares of one stack, level by level; undefined is said so."""
    if not any(entry.parts):
        return f"{entry.name}: không có số liệu."
    shares = (
        f"{name} {percent(share or Decimal(0), 1)}" for name, share in zip(names, entry.parts, strict=True)
    )
    return f"{entry.name}: {'; '.join(shares)}."


def change_sentence(before: tuple[int, Decimal], after: tuple[str, Decimal]) -> str:
    """Return how a mean moved since an earlier year, from the two published values."""
    difference = after[1] - before[1]
    if not difference:
        return f"{after[0]} không đổi so với năm {before[0]}."
    way = "tăng" if difference > 0 else "giảm"
    return f"{after[0]} {way} {comma(abs(difference))} điểm phần trăm so với năm {before[0]}."
