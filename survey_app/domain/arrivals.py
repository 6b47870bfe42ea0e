"""How many responses arrived on which day in Vietnam, by the server's clock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from survey_app.domain import days
from survey_app.domain.assignments import Tally
from survey_app.exports.charts import Bar, Bars, bars_of
from survey_app.vocabulary import ResponseState

MOST_BARS = 62  # beyond two months of days, a bar stands for a week


@dataclass(frozen=True)
class Day:
    """A day on which responses arrived: how many, how many of them are valid now, and the valid ones so far."""

    day: date
    arrived: int
    valid: int
    valid_so_far: int


def by_day(counted: Iterable[Tally]) -> list[Day]:
    """Return the days on which responses arrived, in order, from tallies that list their hours.

    Drafts have not arrived; void ones once did.
    """
    by_hour: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for tally in counted:
        if tally.hours and tally.state != ResponseState.DRAFT:
            by_hour[tally.kind == "valid"].update(tally.hours.split(","))
    valid, others = _by_date(by_hour[True]), _by_date(by_hour[False])
    arrived = valid + others
    ordered = sorted(arrived)
    so_far = accumulate(valid[day] for day in ordered)
    return [Day(day, arrived[day], valid[day], total) for day, total in zip(ordered, so_far, strict=True)]


def _by_date(hours: Counter[str]) -> Counter[date]:
    """Return counts by hour in UTC as counts by day in Vietnam."""
    dates: Counter[date] = Counter()
    for hour, number in hours.items():
        dates[days.day_of(datetime.fromisoformat(f"{hour}:00+00:00"))] += number
    return dates


def chart_of(found: list[Day], until: date) -> Bars | None:
    """Return a bar for every day from the first arrival to the last or `until`, for every week where there are many."""
    if not found:
        return None
    by_date = {each.day: each.arrived for each in found}
    first, last = found[0].day, max(found[-1].day, until)
    whole = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    if len(whole) <= MOST_BARS:
        return bars_of("Phiếu đến theo ngày", [Bar(f"{day:%d/%m/%Y}", by_date.get(day, 0)) for day in whole])
    weeks = Counter[date]()
    for day in whole:
        weeks[days.monday(day)] += by_date.get(day, 0)
    bars = [Bar(f"tuần từ {monday:%d/%m/%Y}", number) for monday, number in weeks.items()]
    return bars_of("Phiếu đến theo tuần", bars)
