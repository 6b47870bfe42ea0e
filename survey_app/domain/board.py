"""The coordinator's board: where forms are missing, who needs a call, what waits on devices.

What it says of a person is where to look, never a verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import exists, select

from survey_app.domain import arrivals, assignments, days, device_views, pace, people
from survey_app.domain.arrivals import Day
from survey_app.domain.assignments import Progress, Tally
from survey_app.domain.device_views import Device
from survey_app.domain.pace import Speed, Speeds, Way
from survey_app.exports.charts import Bars
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState, ResponseState, Role

SILENT_DAYS = 3  # no form for so long while work remains: silent
LATE_PERCENT = 90  # less than this share of what an even pace had brought by yesterday: late
FAST_FORMS = 10  # a median of fewer forms is not compared
FAST_MADS = 3  # so many median absolute deviations below the campaign's median: fast
LEAST_MAD_PERCENT = 5  # of that median: colleagues who are all alike make nobody fast by seconds


class Standing(StrEnum):
    """Where an enumerator stands, the most pressing first."""

    SILENT = "silent"
    LATE = "late"
    FAST = "fast"
    ON_TRACK = "on_track"
    UNFINISHED = "unfinished"
    DONE = "done"
    UNASSIGNED = "unassigned"


STANDING_LABELS = {
    Standing.SILENT: "Im lặng",
    Standing.LATE: "Chậm nhịp",
    Standing.FAST: "Nhanh, nên xem",
    Standing.ON_TRACK: "Đúng nhịp",
    Standing.UNFINISHED: "Chưa đủ",
    Standing.DONE: "Đã đủ",
    Standing.UNASSIGNED: "Không được giao",
}


@dataclass(frozen=True)
class UnitLine:
    """A unit's progress, and how many valid forms a day it still needs; None where nothing or no day is left."""

    progress: Progress
    per_day: Fraction | None


@dataclass(frozen=True)
class Line:
    """One enumerator: what was given to her, what arrived, how fast, and where that leaves her.

    `done` counts what arrived about the units given to her, as everywhere; `left` is what is missing unit by unit.
    """

    enumerator: User
    target: int
    done: int
    left: int
    returned: int
    drafts: int
    sent: int
    last_at: datetime | None
    speeds: tuple[tuple[Way, Speed], ...]
    standings: tuple[Standing, ...]

    @property
    def pressing(self) -> bool:
        """Tell whether a coordinator should look here first."""
        return not {Standing.SILENT, Standing.LATE, Standing.FAST}.isdisjoint(self.standings)


@dataclass(frozen=True)
class Attention:
    """The figures that matter: records unsent on how many devices, and how many people are silent or late."""

    unsent: int
    devices: int
    silent: int
    late: int


@dataclass(frozen=True)
class Board:
    """Everything the page shows, of one moment."""

    units: list[UnitLine]
    days: list[Day]
    chart: Bars | None
    lines: list[Line]
    medians: list[tuple[Way, Fraction, Fraction | None]]
    devices: list[Device]
    attention: Attention
    days_left: int


def read(user: User, campaign: Campaign, moment: datetime | None = None) -> Board:
    """Return the whole board; the same few queries however many responses there are."""
    moment = moment or now()
    counted = assignments.tallies(campaign, hours=True)
    speeds = pace.speeds(campaign)
    lines = enumerators(campaign, counted, moment, speeds)
    devices = device_views.devices(user, _people(lines), moment)
    arrived = arrivals.by_day(counted)
    today = days.day_of(moment)
    until = min(today, campaign.period_to) if campaign.state == CampaignState.OPEN else date.min
    return Board(
        units=units(campaign, counted, today),
        days=arrived,
        chart=arrivals.chart_of(arrived, until),
        lines=lines,
        medians=[(way, *found) for way in Way if (found := _middle(speeds, way))],
        devices=devices,
        attention=_attention(lines, devices),
        days_left=days_left(campaign, today),
    )


def attention(
    user: User, campaign: Campaign, counted: Sequence[Tally], moment: datetime | None = None
) -> Attention:
    """Return what needs a coordinator now, without how fast anybody works."""
    moment = moment or now()
    lines = enumerators(campaign, counted, moment, {})
    return _attention(lines, device_views.devices(user, _people(lines), moment, clocks=False))


def _people(lines: Sequence[Line]) -> set[int]:
    return {line.enumerator.id for line in lines}


def _attention(lines: Sequence[Line], devices: Sequence[Device]) -> Attention:
    return Attention(
        unsent=sum(each.unsent for each in devices),
        devices=sum(each.unsent > 0 for each in devices),
        silent=sum(Standing.SILENT in line.standings for line in lines),
        late=sum(Standing.LATE in line.standings for line in lines),
    )


def days_left(campaign: Campaign, today: date) -> int:
    """Return how many days the period still has, today among them; 0 once it is over."""
    return max(0, (campaign.period_to - max(today, campaign.period_from)).days + 1)


def units(campaign: Campaign, counted: Sequence[Tally], today: date) -> list[UnitLine]:
    """Return every unit's progress, as on every other page, with what it needs a day until the period ends."""
    left = days_left(campaign, today)
    is_open = campaign.state == CampaignState.OPEN
    return [
        UnitLine(each, Fraction(each.gap, left) if each.gap and left and is_open else None)
        for each in assignments.progress(campaign, counted)
    ]


def enumerators(campaign: Campaign, counted: Sequence[Tally], moment: datetime, speeds: Speeds) -> list[Line]:
    """Return everybody with an assignment or a response, those who need attention first; one query beside the tallies."""
    answered = exists().where(Response.campaign_id == campaign.id, Response.enumerator_id == User.id)
    given = (
        (Assignment.enumerator_id == User.id)
        & (Assignment.campaign_id == campaign.id)
        & (Assignment.target > 0)
    )
    found = (
        select(User, Assignment)
        .outerjoin(Assignment, given)
        .where(
            User.role == Role.ENUMERATOR,
            User.username != people.CITIZENS,
            Assignment.id.is_not(None) | answered,
        )
        .order_by(User.sort_key, User.id, Assignment.id)
    )
    work: dict[int, tuple[User, list[Assignment]]] = {}
    for user, assignment in db.session.execute(found):
        work.setdefault(user.id, (user, []))[1].extend([assignment] if assignment else [])
    hers: dict[int, list[Tally]] = {}
    for tally in counted:
        hers.setdefault(tally.enumerator_id, []).append(tally)
    fast = {way: _fast_below(speeds, way) for way in Way}
    lines = [
        _line(campaign, user, tasks, hers.get(user.id, []), moment, speeds.get(user.id, {}), fast)
        for user, tasks in work.values()
    ]
    order = list(Standing)
    return sorted(lines, key=lambda line: min(order.index(each) for each in line.standings))


def _line(
    campaign: Campaign,
    user: User,
    tasks: Sequence[Assignment],
    tallies: Sequence[Tally],
    moment: datetime,
    speed: pace.ByWay,
    fast: dict[Way, Fraction | None],
) -> Line:
    by_unit: dict[int | None, int] = {}
    for tally in tallies:
        by_unit[tally.unit_id] = by_unit.get(tally.unit_id, 0) + (tally.number if tally.arrived else 0)
    last_at = max((tally.last_at for tally in tallies if tally.last_at and tally.arrived), default=None)
    left = sum(max(0, task.target - by_unit.get(task.unit_id, 0)) for task in tasks)
    is_fast = any(
        (limit := fast[way]) is not None and each.forms >= FAST_FORMS and each.median_seconds < limit
        for way, each in speed.items()
    )
    states = [_standing(campaign, tasks, left, last_at, moment)]
    if states == [Standing.SILENT] and _late(campaign, tasks, left, moment):
        states.append(Standing.LATE)
    return Line(
        enumerator=user,
        target=sum(task.target for task in tasks),
        done=sum(by_unit.get(task.unit_id, 0) for task in tasks),
        left=left,
        returned=sum(each.number for each in tallies if each.state == ResponseState.RETURNED),
        drafts=sum(each.number for each in tallies if each.state == ResponseState.DRAFT),
        sent=sum(by_unit.values()),
        last_at=last_at,
        speeds=tuple((way, speed[way]) for way in Way if way in speed),
        standings=tuple(states + ([Standing.FAST] if is_fast else [])),
    )


def _standing(
    campaign: Campaign, tasks: Sequence[Assignment], left: int, last_at: datetime | None, moment: datetime
) -> Standing:
    if not tasks:
        return Standing.UNASSIGNED
    if not left:
        return Standing.DONE
    if campaign.state != CampaignState.OPEN:
        return Standing.UNFINISHED
    begun = max(min(task.assigned_at for task in tasks), days.midnight(campaign.period_from))
    if moment - max(begun, last_at or begun) > timedelta(days=SILENT_DAYS):
        return Standing.SILENT
    return Standing.LATE if _late(campaign, tasks, left, moment) else Standing.ON_TRACK


def _late(campaign: Campaign, tasks: Sequence[Assignment], left: int, moment: datetime) -> bool:
    """Tell whether less arrived than an even pace had brought by the end of yesterday, with a tenth of grace."""
    due = Fraction(0)
    for task in tasks:
        first = max(days.day_of(task.assigned_at), campaign.period_from)
        whole = (campaign.period_to - first).days + 1
        past = (days.day_of(moment) - first).days
        due += task.target * (Fraction(min(max(past, 0), whole), whole) if whole > 0 else 1)
    brought = sum(task.target for task in tasks) - left
    return 100 * brought < LATE_PERCENT * int(due)


def _middle(speeds: Speeds, way: Way) -> tuple[Fraction, Fraction | None] | None:
    """Return the median of people's medians in seconds, and below which a median is fast; None of too few people."""
    medians = [each.median_seconds for each in pace.of_way(speeds, way)]
    if len(medians) < pace.FEWEST_PEOPLE:
        return None
    middle = pace.median(medians)
    spread = pace.median(abs(each - middle) for each in medians)
    limit = middle - FAST_MADS * max(spread, middle * LEAST_MAD_PERCENT / 100)
    return middle, limit if limit > 0 else None


def _fast_below(speeds: Speeds, way: Way) -> Fraction | None:
    found = _middle(speeds, way)
    return found[1] if found else None
