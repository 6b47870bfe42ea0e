"""How fast forms are filled in, from what devices tell: per enumerator and way of asking, never mixed.

Keying a paper form takes a minute where an interview takes ten, so the two are never compared with each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from statistics import median_high, median_low

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, case, cast, func, select

from survey_app.domain import campaigns, days
from survey_app.extensions import db
from survey_app.models import Campaign, Paradata, Response, User
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import Mode

LONGEST_SECONDS = 3 * 3600  # an active time above this tells of a form left open, not of work
FEWEST_PEOPLE = 5  # below, a median would show whose it is


class Way(StrEnum):
    """What fills in a form: a conversation, or a paper form beside the keyboard."""

    INTERVIEW = "interview"
    KEYED = "keyed"


WAY_OF = {Mode.FACE_TO_FACE: Way.INTERVIEW, Mode.PHONE: Way.INTERVIEW, Mode.PAPER: Way.KEYED}
WAY_LABELS = {Way.INTERVIEW: "phỏng vấn", Way.KEYED: "nhập phiếu giấy"}
SHORT_SECONDS = {Way.INTERVIEW: 180, Way.KEYED: 30}  # faster than this is hardly possible with care


@dataclass(frozen=True)
class Speed:
    """One enumerator's forms of one way with a plausible active time; `short` of them are below the way's limit."""

    forms: int
    seconds: int
    median_seconds: Fraction
    short: int
    edits: int
    keystrokes: int
    criteria: int  # of the questionnaire: how many answers each form asks for

    @classmethod
    def of(
        cls,
        seconds: Sequence[int] | NDArray[np.int64],
        edits: int,
        keystrokes: int,
        criteria: int,
        limit: int,
    ) -> "Speed":
        """Return the figures of forms that took so many seconds each."""
        known = np.sort(np.asarray(seconds, dtype=np.int64))
        middle = int(known[(len(known) - 1) // 2]) + int(known[len(known) // 2])
        short = int(np.searchsorted(known, limit))
        return cls(len(known), int(known.sum()), Fraction(middle, 2), short, edits, keystrokes, criteria)

    @property
    def median_minutes(self) -> Fraction:
        """Minutes of the middle form."""
        return self.median_seconds / 60

    @property
    def forms_per_hour(self) -> Fraction:
        """Forms in an hour of active work."""
        return Fraction(3600 * self.forms, self.seconds)

    @property
    def keystrokes_per_hour(self) -> Fraction:
        """Keystrokes in an hour of active work."""
        return Fraction(3600 * self.keystrokes, self.seconds)

    @property
    def edits_per_form(self) -> Fraction:
        """How often an answer was changed, per form."""
        return Fraction(self.edits, self.forms)

    @property
    def corrections(self) -> Fraction:
        """How often an answer was changed, per 100 answers asked for."""
        return Fraction(100 * self.edits, self.forms * self.criteria)


ByWay = Mapping[Way, Speed]
Speeds = Mapping[int, ByWay]


def median(values: Iterable[int | Fraction]) -> Fraction:
    """Return the exact median of some numbers."""
    known = sorted(values)
    return Fraction(median_low(known) + median_high(known)) / 2


def speeds(campaign: Campaign) -> Speeds:
    """Return by enumerator and way how fast her forms were filled in; one query.

    Counts what arrived, was not void, was not corrected since (a correction has its own, short making), and has an
    active time above 0 and up to three hours.
    """
    found = (
        select(
            Response.enumerator_id,
            Response.mode,
            func.aggregate_strings(cast(Paradata.seconds_active, String), ","),
            func.sum(Paradata.edits),
            func.sum(Paradata.keystrokes),
        )
        .join(Paradata, Paradata.response_id == Response.id)
        .where(
            Response.campaign_id == campaign.id,
            ARRIVED,
            # Never earlier, and later once corrected; PostgreSQL takes "equal" for rare and then joins row by row.
            Response.saved_at <= Response.submitted_at,
            Response.mode.in_(list(WAY_OF)),
            Paradata.seconds_active.between(1, LONGEST_SECONDS),
        )
        .group_by(Response.enumerator_id, Response.mode)
    )
    parts: dict[tuple[int, Way], list[tuple[str, int, int]]] = {}
    for enumerator_id, mode, seconds, edits, keystrokes in db.session.execute(found):
        parts.setdefault((enumerator_id, WAY_OF[Mode(mode)]), []).append((seconds, edits, keystrokes))
    criteria = len(campaigns.questionnaire_of(campaign.questionnaire_sha256).criteria)
    by_person: dict[int, dict[Way, Speed]] = {}
    for (enumerator_id, way), rows in parts.items():
        speed = Speed.of(
            np.fromstring(",".join(row[0] for row in rows), dtype=np.int64, sep=","),
            edits=sum(row[1] for row in rows),
            keystrokes=sum(row[2] for row in rows),
            criteria=criteria,
            limit=SHORT_SECONDS[way],
        )
        by_person.setdefault(enumerator_id, {})[way] = speed
    return by_person


def main_way(hers: ByWay) -> Way | None:
    """Return the way in which most of a person's timed forms were filled in, None without any."""
    return max(hers, key=lambda way: (hers[way].forms, way == Way.INTERVIEW)) if hers else None


def of_way(everybody: Speeds, way: Way) -> list[Speed]:
    """Return everybody's speed in one way, of those who have any."""
    return [hers[way] for hers in everybody.values() if way in hers]


@dataclass(frozen=True)
class Pace:
    """An enumerator's own figures; the campaign's medians stand beside them only where enough people have data.

    Forms are those that arrived and are not void, by the server's clock and Vietnam's days. What rests on no form
    with an active time is None.
    """

    today: int
    week: int
    forms: int
    way: Way | None = None
    timed: int = 0
    median_minutes: Fraction | None = None
    keystrokes_per_hour: Fraction | None = None
    corrections: Fraction | None = None
    campaign_median_minutes: Fraction | None = None
    campaign_keystrokes_per_hour: Fraction | None = None
    campaign_corrections: Fraction | None = None
    people: int = 0  # how many people those medians are of

    @property
    def way_label(self) -> str:
        """Return the way of asking that the figures are about, in words."""
        return WAY_LABELS[self.way] if self.way else ""


def pace_of(user: User, campaign: Campaign, moment: datetime | None = None) -> Pace:
    """Return how fast a person works in a campaign, beside the campaign's medians; two queries."""
    day = days.day_of(moment or now())
    since = [days.midnight(day), days.midnight(days.monday(day))]
    in_day, in_week = (
        func.coalesce(func.sum(case((Response.submitted_at >= each, 1), else_=0)), 0) for each in since
    )
    counted = select(in_day, in_week, func.count()).where(
        Response.campaign_id == campaign.id, Response.enumerator_id == user.id, ARRIVED
    )
    today, week, forms = db.session.execute(counted).one()
    everybody = speeds(campaign)
    hers = everybody.get(user.id, {})
    way = main_way(hers)
    if way is None:
        return Pace(today, week, forms)
    mine, others = hers[way], of_way(everybody, way)
    enough = len(others) >= FEWEST_PEOPLE
    return Pace(
        today,
        week,
        forms,
        way=way,
        timed=mine.forms,
        median_minutes=mine.median_minutes,
        keystrokes_per_hour=mine.keystrokes_per_hour,
        corrections=mine.corrections,
        campaign_median_minutes=median(each.median_minutes for each in others) if enough else None,
        campaign_keystrokes_per_hour=median(each.keystrokes_per_hour for each in others) if enough else None,
        campaign_corrections=median(each.corrections for each in others) if enough else None,
        people=len(others) if enough else 0,
    )
