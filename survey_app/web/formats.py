"""Numbers and dates as Vietnamese writes them; published numbers never pass through a binary float."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, parse_pattern
from flask import Flask

from survey_app.domain import people
from survey_app.domain.days import HERE
from survey_app.models import User

LOCALE = "vi_VN"
_LOCALE = Locale.parse(LOCALE)
UNDEFINED = "–"

Exact = Decimal | Fraction | str | int


def _exact(value: Exact) -> Decimal | Fraction:
    if isinstance(value, float):
        raise TypeError("a published number must not be a binary float")
    return value if isinstance(value, Fraction) else Decimal(value)


def _half_up(value: Decimal | Fraction, digits: int) -> Decimal:
    if isinstance(value, Decimal):
        rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return rounded or abs(rounded)  # "-0,00" is no number a person writes
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits)


def points(value: Exact | None, digits: int = 2) -> str:
    """Return a number with so many decimals, half up, with a decimal comma: "8,83"; None is "–".

    Refuses a float.
    """
    if value is None:
        return UNDEFINED
    return str(_pattern(digits).apply(_half_up(_exact(value), digits), _LOCALE))


@cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern(f"#,##0.{'0' * digits}" if digits else "#,##0")


def percent(value: Exact | None, digits: int = 2) -> str:
    """Return a percentage "88,27 %"; None is "–". Refuses a float."""
    return UNDEFINED if value is None else f"{points(value, digits)}\u00a0%"


def share(part: int, whole: int, digits: int = 1) -> str:
    """Return what part of a whole number as a percentage "61,2 %"; of nothing it is "–"."""
    return percent(Fraction(100 * part, whole), digits) if whole else UNDEFINED


@lru_cache(
    maxsize=4096, typed=True
)  # a table of counts has a thousand, most of them small; typed: 1 is not 1.0
def count(value: int | None) -> str:
    """Return a whole number "2.124"; None is "–". Refuses a float."""
    return points(value, 0)


def plain(value: Decimal | str | int | None) -> str:
    """Return a decimal with the digits it needs and a decimal comma: "100", "86,5"; None is "–".

    Refuses a float.
    """
    if value is None:
        return UNDEFINED
    if isinstance(value, float):
        raise TypeError("a published number must not be a binary float")
    return format(Decimal(value).normalize(), "f").replace(".", ",")


def day(value: date | None) -> str:
    """Return a date "25/11/2026", a moment's date in Vietnam; None is "–"."""
    if isinstance(value, datetime):
        value = _here(value)
    return UNDEFINED if value is None else str(format_date(value, "dd/MM/yyyy", locale=LOCALE))


def moment(value: datetime | None) -> str:
    """Return a moment of Vietnamese time "25/11/2026 14:05"; None is "–".

    Refuses a moment without a time zone.
    """
    if value is None:
        return UNDEFINED
    return str(format_datetime(_here(value), "dd/MM/yyyy HH:mm", locale=LOCALE))


_SPANS = ((86400, "ngày"), (3600, "giờ"), (60, "phút"), (1, "giây"))


def span(seconds: int | None) -> str:
    """Return a length of time by its two largest parts: "9 phút 5 giây", "3.650 ngày"; None is "–".

    The sign is left to the sentence around it.
    """
    if seconds is None:
        return UNDEFINED
    left = abs(seconds)
    parts: list[tuple[int, str]] = []
    for size, name in _SPANS:
        number, left = divmod(left, size)
        if number or parts:
            parts.append((number, name))
    told = [f"{count(number)} {name}" for number, name in parts[:2] if number]
    return " ".join(told) or "0 giây"


def _here(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return value.astimezone(HERE)


def file_code(user: User) -> str:
    """Return the code under which files that leave the house name an enumerator: "E0012"."""
    return people.alias(user.id, user.username)


def register(app: Flask) -> None:
    """Install the formats as template filters."""
    for filter_ in (points, percent, share, count, plain, day, moment, span, file_code):
        app.jinja_env.filters[filter_.__name__] = filter_
