"""Arrivals by day: Vietnam's days and the server's clock, alike on both databases."""

from datetime import date, timedelta

import pytest

from survey_app.domain import arrivals, assignments
from survey_app.domain.arrivals import Day
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import ResponseState, Validity
from tests.domain.field_work import arrived, at, made
from tests.domain.small_campaign import enumerator


def by_day(campaign: Campaign) -> list[Day]:
    """Return the days of a campaign."""
    return arrivals.by_day(assignments.tallies(campaign, hours=True))


@pytest.fixture
def her(actor: User, small: Campaign) -> User:
    """An enumerator with plenty to do."""
    return enumerator(actor, small, "A", 50)


def test_l5_a_form_of_the_evening_counts_to_the_next_day_only_after_midnight_in_vietnam(
    small: Campaign, her: User
) -> None:
    for number, moment in enumerate(
        ("2026-02-28T16:59:59", "2026-02-28T17:00:00", "2026-03-01T16:59:59.999999", "2026-03-01T17:00:00")
    ):
        arrived(small, her, "A", f"A-{number}", moment)
    assert by_day(small) == [
        Day(date(2026, 2, 28), 1, 1, 1),
        Day(date(2026, 3, 1), 2, 2, 3),
        Day(date(2026, 3, 2), 1, 1, 4),
    ]


def test_what_arrived_stays_arrived_and_what_counts_now_is_told_apart(small: Campaign, her: User) -> None:
    found = [arrived(small, her, "A", f"A-{number}", "2026-03-01T02:00:00") for number in range(6)]
    found[0].state = ResponseState.VOID
    found[1].state = ResponseState.RETURNED
    found[2].validity = Validity.TOO_FEW_ANSWERS
    found[3].apart = True
    found[4].state = ResponseState.DRAFT
    db.session.flush()
    assert by_day(small) == [Day(date(2026, 3, 1), 5, 1, 1)]


def test_s16_a_phone_ten_years_behind_changes_no_day(small: Campaign, her: User) -> None:
    response = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    made(response, 300, opened_at=at("2016-03-03T01:50:00"), clock_offset=315_360_000)
    assert [each.day for each in by_day(small)] == [date(2026, 3, 1)]


def test_days_without_forms_have_a_bar_without_height(small: Campaign) -> None:
    chart = arrivals.chart_of(
        [Day(date(2026, 3, 1), 3, 3, 3), Day(date(2026, 3, 3), 5, 5, 8)], date(2026, 3, 4)
    )
    assert chart is not None
    assert [(bar.label, bar.value) for bar in chart.bars] == [
        ("01/03/2026", 3),
        ("02/03/2026", 0),
        ("03/03/2026", 5),
        ("04/03/2026", 0),
    ]
    assert chart.told == (
        "Phiếu đến theo ngày, từ 01/03/2026 đến 04/03/2026: cộng 8; nhiều nhất 03/03/2026: 5."
    )


def test_more_than_two_months_are_drawn_by_weeks_and_lose_nothing() -> None:
    first = date(2026, 3, 4)  # a Wednesday
    found = [Day(first + timedelta(days=step), 2, 2, 2 * (step + 1)) for step in range(63)]
    chart = arrivals.chart_of(found, date.min)
    assert chart is not None
    # Five days of the first week, eight whole weeks, two days of the last: 5 + 56 + 2 = 63.
    assert [bar.value for bar in chart.bars] == [10, *[14] * 8, 4]
    assert chart.bars[0].label == "tuần từ 02/03/2026"
    assert len(arrivals.chart_of(found[:62], date.min).bars) == 62  # type: ignore[union-attr]


def test_before_the_first_form_there_is_nothing_to_draw(small: Campaign) -> None:
    assert by_day(small) == []
    assert arrivals.chart_of([], date(2026, 3, 1)) is None
