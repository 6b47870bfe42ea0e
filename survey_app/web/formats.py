"""Numbers and dates as Vietnamese writes them; published numbers never pass through a binary float."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask

LOCALE = "vi_VN"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
UNDEFINED = "–"

Exact = Decimal | Fraction | str | int


def _exact(value: Exact) -> Decimal | Fraction:
    if isinstance(value, float):
        raise TypeError("a published number must not be a binary float")
    return value if isinstance(value, Fraction) else Decimal(value)


def points(value: Exact | None, digits: int = 2) -> str:
    """Return a number with so many decimals, half up, with a decimal comma: "8,83"; None is "–".

    Refuses a float.
    """
    if value is None:
        return UNDEFINED
    exact = _exact(value)
    if isinstance(exact, Fraction):
        scaled = exact * 10**digits
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        exact = Decimal(whole).scaleb(-digits)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(format_decimal(rounded, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=LOCALE))


def percent(value: Exact | None, digits: int = 2) -> str:
    """Return a percentage "88,27 %"; None is "–"."""
    return UNDEFINED if value is None else f"{points(value, digits)}\u00a0%"


def count(value: int | None) -> str:
    """Return a whole number "2.124"; None is "–"."""
    return UNDEFINED if value is None else str(format_decimal(value, locale=LOCALE))


def plain(value: Exact | None) -> str:
    """Return a decimal with the digits it has and a decimal comma: "100", "86,5"."""
    if value is None:
        return UNDEFINED
    exact = _exact(value)
    if isinstance(exact, Fraction):
        exact = Decimal(exact.numerator) / Decimal(exact.denominator)
    return format(exact.normalize(), "f").replace(".", ",")


def day(value: date | None) -> str:
    """Return a date "25/11/2026"."""
    return UNDEFINED if value is None else str(format_date(value, "dd/MM/yyyy", locale=LOCALE))


def moment(value: datetime | None) -> str:
    """Return a moment of Vietnamese time "25/11/2026 14:05"."""
    if value is None:
        return UNDEFINED
    return str(format_datetime(value.astimezone(HERE), "dd/MM/yyyy HH:mm", locale=LOCALE))


def register(app: Flask) -> None:
    """Install the formats as template filters."""
    for filter_ in (points, percent, count, plain, day, moment):
        app.jinja_env.filters[filter_.__name__] = filter_
