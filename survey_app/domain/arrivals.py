"""How many responses arrived on which day in Vietnam, by the server's clock."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from sqlalchemy import ColumnElement, func, select

from survey_app.domain import days
from survey_app.domain.assignments import kind_of
from survey_app.exports.charts import Bar, Bars, bars_of
from survey_app.extensions import db
from survey_app.models import Campaign, Response
from survey_app.vocabulary import ResponseState, Validity

MOST_BARS = 62  # beyond two months of days, a bar stands for a week


@dataclass(frozen=True)
class Day:
    """A day on which responses arrived: how many, how many of them are valid now, and the valid ones so far."""

    day: date
    arrived: int
    valid: int
    valid_so_far: int


def _utc_hour() -> ColumnElement[str]:
    """Return the hour of arrival in UTC as text; both databases say it alike, and Python alone knows of zones."""
    if db.session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", Response.submitted_at), "YYYY-MM-DD HH24")
    return func.substr(Response.submitted_at, 1, 13)


def by_day(campaign: Campaign) -> list[Day]:
    """Return the days on which responses arrived, in order; drafts have not arrived, void ones once did. One query."""
    kinds = (
        Response.enumerator_id,
        Response.mode,
        Response.unit_id,
        Response.state,
        Response.validity,
        Response.apart,
    )
    # As tallies are: in the order of the index. A list of hours is told faster than it is sorted.
    found = (
        select(Response.state, Response.validity, Response.apart, func.aggregate_strings(_utc_hour(), ","))
        .where(Response.campaign_id == campaign.id, Response.state != ResponseState.DRAFT)
        .group_by(*kinds)
    )
    arrived: Counter[date] = Counter()
    valid: Counter[date] = Counter()
    for state, validity, apart, hours in db.session.execute(found):
        counts = kind_of(ResponseState(state), Validity(validity), apart) == "valid"
        for hour, number in Counter(hours.split(",")).items():
            day = days.day_of(datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC))
            arrived[day] += number
            valid[day] += number if counts else 0
    ordered = sorted(arrived)
    so_far = accumulate(valid[day] for day in ordered)
    return [Day(day, arrived[day], valid[day], total) for day, total in zip(ordered, so_far, strict=True)]


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
