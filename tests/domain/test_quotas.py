"""Quota, gap, pace and the day on which a quota is met, in Vietnam's days."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text

from survey_app.domain import assignments, campaigns, quotas, samples
from survey_app.domain.days import day_here
from survey_app.domain.quotas import Forecast, Outlook
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import CampaignState
from tests.domain.sample_list import ROWS, one, row, take_in
from tests.domain.small_campaign import answer, enumerator
from tests.web.pages import statements

MONDAY = date(2026, 11, 2)
ENDS = date(2026, 12, 31)


def week(*numbers: int) -> dict[date, int]:
    """Return so many responses on each day from Monday, 2 November."""
    return {MONDAY + timedelta(days=place): number for place, number in enumerate(numbers)}


@pytest.mark.parametrize(
    ("days", "gap", "present", "told"),
    [
        # 4 + 6 + 5 = 15 in three days: 5 a day; 20 more take four days after Wednesday: Sunday.
        (week(4, 6, 5), 20, 4, Forecast(Outlook.DAY, date(2026, 11, 8), Fraction(5))),
        (week(4, 6, 5), 21, 4, Forecast(Outlook.DAY, date(2026, 11, 9), Fraction(5))),
        # Friday and Monday with a weekend between: 5 a day with work, 15 in 5 days: 3 a day; 9 more take three.
        (week(0, 0, 0, 5, 5, 0, 0, 5), 9, 9, Forecast(Outlook.DAY, date(2026, 11, 12), Fraction(5))),
        # Nothing for six days: 15 in 9 days; 10 more take six.
        (week(5, 5, 5), 10, 10, Forecast(Outlook.DAY, date(2026, 11, 16), Fraction(5))),
        # Eight days of work: the first, with a hundred, no longer counts.
        (week(100, 7, 7, 7, 7, 7, 7, 7), 14, 9, Forecast(Outlook.DAY, date(2026, 11, 11), Fraction(7))),
        (week(1, 1, 1), 200, 4, Forecast(Outlook.TOO_LATE, date(2027, 5, 23), Fraction(1))),
        (week(50, 50), 1, 3, Forecast(Outlook.TOO_LITTLE)),
        ({}, 10, 4, Forecast(Outlook.TOO_LITTLE)),
        ({}, 0, 4, Forecast(Outlook.MET)),
        (week(4, 6, 5), 0, 4, Forecast(Outlook.MET, pace=Fraction(5))),
    ],
)
def test_a_forecast_goes_on_as_on_the_last_seven_days_of_work(
    days: dict[date, int], gap: int, present: int, told: Forecast
) -> None:
    now = date(2026, 11, present)
    assert quotas.forecast(days, gap, present=now, ends=ENDS, is_open=True) == told


def test_a_campaign_that_is_over_has_no_day() -> None:
    over = quotas.forecast(week(5, 5, 5), 5, present=date(2027, 1, 1), ends=ENDS, is_open=True)
    assert over == Forecast(Outlook.TOO_LATE, pace=Fraction(5))
    closed = quotas.forecast(week(5, 5, 5), 5, present=MONDAY, ends=ENDS, is_open=False)
    assert closed.outlook == Outlook.ENDED


def test_l5_the_database_counts_in_vietnams_days(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    for hour, code in ((16, "A-1"), (17, "A-2")):
        with time_machine.travel(datetime(2026, 11, 27, hour, 59, tzinfo=UTC), tick=False):
            answer(small, user, "A", 4, code)
    found = db.session.execute(db.select(day_here(Response.submitted_at)).order_by(Response.form_code))
    assert list(found.scalars()) == [date(2026, 11, 27), date(2026, 11, 28)]


def test_l1_a_units_standing_says_what_the_page_of_progress_says(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, [*ROWS, row("B1-1", unit="B1"), row("B1-R", unit="B1", kind="reserve")])
    user, commune = enumerator(actor, small, "A"), enumerator(actor, small, "B1")
    for day in (23, 24, 25):
        with time_machine.travel(datetime(2026, 11, day, 3, tzinfo=UTC), tick=False):
            answer(small, user, "A", 4, f"A-{day}")
    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC), tick=False):
        answer(small, user, "A", 4, "007")
        answer(small, commune, "B1", 4, "B1-1")
        samples.replace(actor, small, one("00017"), "refused", "")
        found = {each.progress.unit.unit.code: each for each in quotas.standings(small)}
    assert [found[unit].progress for unit in ("A", "B")] == assignments.progress(small)
    told = {
        unit: (each.progress.gap, each.in_use, each.done, each.unreachable, each.reserve)
        for unit, each in found.items()
    }
    assert told == {"A": (6, 4, 1, 1, 1), "B": (14, 2, 1, 0, 1)}
    # Four valid responses on three days, 4/3 a day: six more take five days, to the 30th.
    assert found["A"].forecast == Forecast(Outlook.DAY, date(2026, 11, 30), Fraction(4, 3))
    assert found["B"].forecast == Forecast(Outlook.TOO_LITTLE)


def test_l2_what_does_not_count_gives_no_pace(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A", 9)
    for day in (23, 24, 25):
        with time_machine.travel(datetime(2026, 11, day, 3, tzinfo=UTC), tick=False):
            answer(small, user, "A", 4, f"A-{day}")
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code = 'A-24'"))
    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC), tick=False):
        (first, _) = quotas.standings(small)
    assert (first.progress.gap, first.forecast) == (8, Forecast(Outlook.TOO_LITTLE))


def test_standings_cost_four_queries_for_any_number_of_units_and_rows(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, ROWS)
    campaigns.move(actor, small, CampaignState.CLOSED)
    db.session.commit()
    assert len(statements(lambda: quotas.standings(small))) == 4
