"""How far each unit is from its quota, how fast it gets there, and on which day it will be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from sqlalchemy import func, select

from survey_app.domain import assignments, samples
from survey_app.domain.assignments import Progress
from survey_app.domain.days import day_here, today
from survey_app.extensions import db
from survey_app.models import Campaign, CampaignUnit, Response, SampleRow
from survey_app.models.response import COUNTED
from survey_app.vocabulary import CampaignState

# Our defaults: a week of work tells the pace; fewer than three days of it tell nothing.
DAYS_OF_PACE = 7
LEAST_DAYS = 3


class Outlook(StrEnum):
    """What can be said of the day on which a quota is met."""

    MET = "met"
    DAY = "day"
    TOO_LATE = "too_late"
    TOO_LITTLE = "too_little"
    ENDED = "ended"


@dataclass(frozen=True)
class Forecast:
    """What can be said, the day where there is one, and the pace: responses a day with work, None where unknown."""

    outlook: Outlook
    day: date | None = None
    pace: Fraction | None = None


@dataclass(frozen=True)
class Standing:
    """A unit's quota and gap, as the page of progress counts them, the rows of its list, and its forecast."""

    progress: Progress
    in_use: int
    done: int
    unreachable: int
    reserve: int
    forecast: Forecast


def forecast(days: Mapping[date, int], gap: int, *, present: date, ends: date, is_open: bool) -> Forecast:
    """Return when a gap will be closed if work goes on as on the last seven days on which there was some.

    `days` holds how many valid responses came on each day. The pace is the mean of those days. For the
    forecast, days without work within that span, up to the present one, count too: nobody works on all days.
    Fewer than three days of work tell nothing; a day after the campaign's last one is too late.
    """
    worked = sorted(day for day, number in days.items() if number > 0 and day <= present)[-DAYS_OF_PACE:]
    total = sum(days[day] for day in worked)
    pace = Fraction(total, len(worked)) if len(worked) >= LEAST_DAYS else None
    if gap == 0:
        return Forecast(Outlook.MET, pace=pace)
    if not is_open:
        return Forecast(Outlook.ENDED, pace=pace)
    if present > ends:
        return Forecast(Outlook.TOO_LATE, pace=pace)
    if pace is None:
        return Forecast(Outlook.TOO_LITTLE)
    a_day = Fraction(total, (present - worked[0]).days + 1)
    day = present + timedelta(days=ceil(gap / a_day))
    return Forecast(Outlook.DAY if day <= ends else Outlook.TOO_LATE, day, pace)


def standings(campaign: Campaign) -> list[Standing]:
    """Return every surveyed, ranked unit's standing, its communes' rows with it; four queries."""
    rows, days = _rows(campaign), _days(campaign)
    present, is_open = today(), campaign.state == CampaignState.OPEN
    found = []
    for progress in assignments.progress(campaign):
        unit = progress.unit.unit_id
        when = forecast(
            days.get(unit, {}), progress.gap, present=present, ends=campaign.period_to, is_open=is_open
        )
        found.append(Standing(progress, *rows.get(unit, (0, 0, 0, 0)), when))
    return found


def _rows(campaign: Campaign) -> dict[int, tuple[int, int, int, int]]:
    """Return how many rows are in use, done, unreachable and in reserve, by the unit they count to."""
    target = func.coalesce(CampaignUnit.counts_for_id, CampaignUnit.unit_id)
    done, closed = samples.arrived(), SampleRow.closed_at.is_not(None)
    counted = (
        select(
            target,
            func.count().filter(done | (SampleRow.in_use & ~closed)),
            func.count().filter(done),
            func.count().filter(closed & ~done),
            func.count().filter(samples.spare()),
        )
        .select_from(SampleRow)
        .join(
            CampaignUnit,
            (CampaignUnit.campaign_id == SampleRow.campaign_id) & (CampaignUnit.unit_id == SampleRow.unit_id),
        )
        .where(SampleRow.campaign_id == campaign.id)
        .group_by(target)
    )
    return {unit: (used, done, gone, left) for unit, used, done, gone, left in db.session.execute(counted)}


def rows_in_use(campaign: Campaign) -> dict[int, int]:
    """Return how many rows of the list were given out, also those that could not be reached, by the unit they count to."""
    return {unit: used + gone for unit, (used, _, gone, _) in _rows(campaign).items()}


def _days(campaign: Campaign) -> dict[int, dict[date, int]]:
    """Return how many valid responses came on each of Vietnam's days, by the unit they count to."""
    target = func.coalesce(CampaignUnit.counts_for_id, CampaignUnit.unit_id)
    day = day_here(Response.submitted_at)
    counted = (
        select(target, day, func.count())
        .select_from(Response)
        .join(
            CampaignUnit,
            (CampaignUnit.campaign_id == Response.campaign_id) & (CampaignUnit.unit_id == Response.unit_id),
        )
        .where(Response.campaign_id == campaign.id, COUNTED)
        .group_by(target, day)
    )
    days: dict[int, dict[date, int]] = {}
    for unit, when, number in db.session.execute(counted):
        days.setdefault(unit, {})[when] = number
    return days
