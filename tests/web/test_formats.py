"""Numbers and dates on the page; expected texts by hand from the rules of Vietnamese writing and DOMAIN's vectors."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st

from survey_app.web import formats

HALF_UP = [
    (Decimal("8.825"), "8,83"),
    (Decimal("8.8249999"), "8,82"),
    (Fraction(60, 11), "5,45"),  # 6 of 11: rounding twice would say 5,46
    (Fraction(10 * 173, 196), "8,83"),  # ten responses, 173 of 196 satisfied
    (Fraction(1, 200), "0,01"),
    (Fraction(-1, 200), "-0,01"),
    (Decimal("-0.005"), "-0,01"),
    (Decimal("94.585"), "94,59"),  # 56,75 of 60, Văn phòng UBND tỉnh
    ("86.74", "86,74"),
    (10, "10,00"),
    (0, "0,00"),  # 0 is a value
    (Decimal("-0.004"), "0,00"),
    (Decimal("2124.5"), "2.124,50"),
    (None, "–"),
]


@pytest.mark.parametrize(("value", "text"), HALF_UP, ids=str)
def test_points_have_a_decimal_comma_and_are_rounded_half_up_once(
    value: formats.Exact | None, text: str
) -> None:
    assert formats.points(value) == text


def test_points_take_the_digits_asked_for() -> None:
    assert formats.points(Fraction(41, 222), 4) == "0,1847"
    assert formats.points(Decimal("2123.5"), 0) == "2.124"


@pytest.mark.parametrize("filter_", [formats.points, formats.percent, formats.count, formats.plain])
def test_a_binary_float_is_refused(filter_: object) -> None:
    with pytest.raises(TypeError, match="binary float"):
        filter_(8.83)  # type: ignore[operator]


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_fraction_and_its_decimal_read_alike(top: int, bottom: int) -> None:
    thousandths = Fraction(round(Fraction(top, bottom) * 1000), 1000)
    exact = Decimal(thousandths.numerator) / Decimal(thousandths.denominator)
    assert formats.points(thousandths) == formats.points(exact)


@given(st.decimals(min_value=-99999, max_value=99999, places=2))
def test_a_number_of_two_decimals_is_shown_as_it_is(value: Decimal) -> None:
    assert Decimal(formats.points(value).replace(".", "").replace(",", ".")) == value


def test_a_percentage_keeps_its_sign_on_the_same_line() -> None:
    assert formats.percent(Decimal("88.2653")) == "88,27\u00a0%"
    assert formats.percent(None) == "–"


def test_a_share_of_nothing_is_undefined_and_never_zero() -> None:
    assert formats.share(0, 0) == "–"
    assert formats.share(0, 60) == "0,0\u00a0%"
    assert formats.share(1, 8) == "12,5\u00a0%"
    assert formats.share(2, 3) == "66,7\u00a0%"


def test_counts_have_points_between_thousands() -> None:
    assert [formats.count(n) for n in (0, 984, 2124, 1234567, None)] == [
        "0",
        "984",
        "2.124",
        "1.234.567",
        "–",
    ]


def test_a_plain_number_shows_the_digits_it_needs() -> None:
    cases = [Decimal("100.00"), Decimal("9E+1"), Decimal("86.50"), "60", 0, None]
    assert [formats.plain(each) for each in cases] == ["100", "90", "86,5", "60", "0", "–"]


def test_moments_are_shown_in_vietnamese_time() -> None:
    assert formats.moment(datetime(2026, 11, 25, 7, 5, tzinfo=UTC)) == "25/11/2026 14:05"
    tokyo = timezone(timedelta(hours=9))
    assert formats.moment(datetime(2026, 11, 25, 16, 5, tzinfo=tokyo)) == "25/11/2026 14:05"
    assert formats.moment(None) == "–"


def test_the_day_of_a_late_moment_is_the_next_day_in_vietnam() -> None:
    assert formats.day(datetime(2026, 11, 25, 17, 0, tzinfo=UTC)) == "26/11/2026"
    assert formats.day(date(2026, 1, 2)) == "02/01/2026"
    assert formats.day(None) == "–"


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.moment(datetime(2026, 11, 25, 7, 5))  # noqa: DTZ001 - the naive moment is the case


def test_templates_have_every_format_as_a_filter() -> None:
    app = Flask(__name__)
    formats.register(app)
    source = """{{ n | points }} {{ n | percent }} {{ 3 | share(4) }} {{ 2124 | count }} {{ n | plain }}
    {{ at | day }} {{ at | moment }}"""
    with app.app_context():
        text = render_template_string(source, n=Decimal("8.5"), at=datetime(2026, 11, 25, 7, 5, tzinfo=UTC))
    assert re.split(r"[ \n]+", text.replace("\u00a0", "_")) == [
        "8,50", "8,50_%", "75,0_%", "2.124", "8,5", "25/11/2026", "25/11/2026", "14:05",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "–"),
        (0, "0 giây"),
        (59, "59 giây"),
        (60, "1 phút"),
        (545, "9 phút 5 giây"),
        (3600, "1 giờ"),
        (3605, "1 giờ"),
        (12_000, "3 giờ 20 phút"),
        (-315_360_000, "3.650 ngày"),
        (90_000, "1 ngày 1 giờ"),
    ],
)
def test_a_span_is_told_by_its_two_largest_parts(seconds: int | None, told: str) -> None:
    assert formats.span(seconds) == told
