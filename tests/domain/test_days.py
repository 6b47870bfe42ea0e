"""Vietnam's days: a day begins at 17 o'clock UTC of the day before."""

from datetime import date

from survey_app.domain import days
from tests.domain.field_work import at


def test_l5_a_day_begins_where_the_people_are() -> None:
    assert days.day_of(at("2026-03-01T16:59:59")) == date(2026, 3, 1)
    assert days.day_of(at("2026-03-01T17:00:00")) == date(2026, 3, 2)
    assert days.midnight(date(2026, 3, 2)) == at("2026-03-01T17:00:00")


def test_a_week_begins_on_monday() -> None:
    assert [days.monday(date(2026, 3, day)) for day in (2, 8, 9)] == [
        date(2026, 3, 2),
        date(2026, 3, 2),
        date(2026, 3, 9),
    ]
