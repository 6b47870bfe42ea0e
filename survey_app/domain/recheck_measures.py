"""What re-checks found, gathered for measuring: each person's share of what is known, with how likely it was drawn.

Nobody learns the other body's work on a response that the own body has still to judge: everything here starts from
`rechecks.known_to`. A constant number of queries, whatever the number of re-checks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import aliased

from scoring.questionnaire import Questionnaire
from scoring.recheck_agreement import Agreement, Overlap, by_criterion, overlap_of
from scoring.recheck_rates import Measures, Spread, by, measures, spread_of
from scoring.recheck_suspicion import Suspect, suspects
from scoring.rechecks import Case, Judged, Pair, cases_of, inclusion
from survey_app.domain import campaigns, counting, drawn_responses, rechecks
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import (
    Campaign,
    Draw,
    DrawMember,
    JointCase,
    Recheck,
    RecheckVerdict,
    Response,
    User,
)
from survey_app.models.columns import now
from survey_app.vocabulary import Body, DrawState, JointState, RecheckState, Verdict

ALL = "all"


@dataclass(frozen=True)
class Known:
    """One judged re-check that its reader may know, with the response it is about."""

    response_id: int
    response: str
    form_code: str
    recheck: str
    body: str
    verdict: str
    reasons: str
    judged_at: datetime
    enumerator: str
    enumerator_name: str
    unit: str
    pairs: tuple[Pair, ...]

    @property
    def differing(self) -> int:
        """Return how many comparable answers were given otherwise."""
        return sum(levels[0] != levels[1] for pair in self.pairs if (levels := pair.levels))

    @property
    def comparable(self) -> int:
        """Return how many answers can be compared."""
        return sum(pair.levels is not None for pair in self.pairs)


@dataclass(frozen=True)
class Progress:
    """How far one supervisor is (None: re-checks given to nobody yet); `waits_since` is the oldest one waiting."""

    body: str
    name: str
    drawn: int
    waiting: int
    confirmed: int
    failed: int
    unreachable: int
    dropped: int
    waits_since: datetime | None

    @property
    def judged(self) -> int:
        """Return how many have a verdict."""
        return self.confirmed + self.failed + self.unreachable

    @property
    def days(self) -> int | None:
        """Return for how many whole days the oldest one has been waiting; None where none is."""
        return None if self.waits_since is None else (now() - self.waits_since).days


@dataclass(frozen=True)
class Gathered:
    """All that a person may know of a campaign's re-checks, and the measures made from it; `blind` are rows of blind verdicts."""

    campaign: Campaign
    known: Sequence[Known]
    rows: Sequence[Judged]
    blind: Sequence[Judged]
    units: Mapping[str, str]
    questionnaire: Questionnaire

    @cached_property
    def cases(self) -> list[Case]:
        """Return a case for each response."""
        return cases_of(self.rows)

    @cached_property
    def spread(self) -> Spread:
        """Return how answers cluster in responses, over all enumerators."""
        return spread_of(self.cases)

    @cached_property
    def whole(self) -> Measures:
        """Return the rates of all cases together."""
        return measures(ALL, self.cases, self.spread)

    def by_unit(self) -> dict[str, Measures]:
        """Return the rates of each unit with a re-check, by its code."""
        return by(self.cases, lambda each: each.unit, self.spread)

    def by_enumerator(self) -> dict[str, Measures]:
        """Return the rates of each enumerator with a re-check, by user name."""
        return by(self.cases, lambda each: each.enumerator, self.spread)

    def by_body(self) -> dict[str, Measures]:
        """Return each body's rates, by its own verdicts."""
        return {
            body: measures(
                LABELS[body], cases_of(_own(row) for row in self.rows if row.body == body), self.spread
            )
            for body in Body
        }

    def suspects(self) -> list[Suspect]:
        """Return the enumerators, the strongest evidence first."""
        return suspects(self.cases)

    def agreement(self) -> dict[str, list[Agreement]]:
        """Return how well answers were repeated, by criterion."""
        return by_criterion(self.rows, self.questionnaire.criterion_codes)

    def overlap(self) -> Overlap:
        """Return how far both bodies agree where both judged."""
        return overlap_of(self.blind, Body.FRONT, Body.VETERANS)

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the enumerators' names by user name."""
        return {each.enumerator: each.enumerator_name for each in self.known}


def _own(row: Judged) -> Judged:
    """Return a row as its body alone judged it."""
    return Judged(row.response, row.enumerator, row.unit, row.body, row.verdict, row.weight, row.pairs)


def gathered(user: User, campaign: Campaign) -> Gathered:
    """Return what a person may know of a campaign's judged re-checks.

    Unit and first answers are those of the version drawn; what was answered again is that of the first verdict, where it
    was a blind one: of a body that could read the other's verdict before, nothing is compared.
    """
    return _gathered(rechecks.known_to(user), campaign)


def all_gathered(campaign: Campaign) -> Gathered:
    """Return all of a campaign's judged re-checks, for what is frozen and shown to Home Affairs alone."""
    return _gathered(select(Recheck).where(Recheck.state == RecheckState.JUDGED), campaign)


def _gathered(judged: Select[Recheck], campaign: Campaign) -> Gathered:
    members = campaigns.units_of(campaign)
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    places = {code: place for place, code in enumerate(questionnaire.criterion_codes)}
    counts_for = counting.counting_units(members)
    weights, outcomes = _weights(campaign), _outcomes(campaign)
    known, rows, blind = [], [], []
    for found in db.session.execute(_known(judged, campaign)):
        unit = counts_for[found.unit_id]
        pairs = _pairs(found.criteria, found.first, found.again, places)
        known.append(
            Known(
                response_id=found.response_id,
                response=found.uuid,
                form_code=found.form_code,
                recheck=found.recheck,
                body=found.body,
                verdict=found.verdict,
                reasons=found.reasons,
                judged_at=found.ended_at,
                enumerator=found.username,
                enumerator_name=found.display_name,
                unit=unit,
                pairs=pairs,
            )
        )
        rows.append(
            Judged(
                response=found.uuid,
                enumerator=found.username,
                unit=unit,
                body=found.body,
                verdict=found.verdict,
                weight=weights[found.response_id],
                pairs=pairs,
                outcome=outcomes.get(found.response_id, ""),
            )
        )
        if found.blind:
            blind.append(rows[-1])
    units = {each.unit.code: each.unit.name for each in members if each.counts_for_id is None}
    return Gathered(campaign, known, rows, blind, units, questionnaire)


def _known(judged: Select[Recheck], campaign: Campaign) -> Any:
    """Return a select of these re-checks: what was judged, what was answered first and again."""
    present = aliased(RecheckVerdict)
    first = and_(RecheckVerdict.recheck_id == Recheck.id, RecheckVerdict.number == 1)
    newest = (
        select(func.max(present.number)).where(present.recheck_id == Recheck.id).correlate(Recheck)
    ).scalar_subquery()
    last = and_(present.recheck_id == Recheck.id, present.number == newest)
    drawn = drawn_responses.joined(
        judged.where(Recheck.campaign_id == campaign.id).join(Response, Response.id == Recheck.response_id)
    )
    return (
        drawn.join(User, User.id == Response.enumerator_id)
        .join(RecheckVerdict, first)
        .join(present, last)
        .with_only_columns(
            Recheck.response_id,
            Recheck.uuid.label("recheck"),
            Recheck.body,
            Recheck.verdict,
            Recheck.ended_at,
            Recheck.criteria,
            Response.uuid,
            Response.form_code,
            DrawMember.unit_id,
            User.username,
            User.display_name,
            present.reasons,
            RecheckVerdict.blind,
            case((RecheckVerdict.blind, RecheckVerdict.answers_again), else_="").label("again"),
            drawn_responses.ANSWERS.label("first"),
        )
        .order_by(Recheck.ended_at.desc(), Recheck.id.desc())
    )


def _pairs(criteria: str, first: str, again: str, places: Mapping[str, int]) -> tuple[Pair, ...]:
    return tuple(
        Pair(code, first[places[code]], mark)
        for code, mark in zip(criteria.split(","), again, strict=False)
        if code in places
    )


def _weights(campaign: Campaign) -> dict[int, float]:
    """Return 1/π of each response that a draw hit, over all draws whose frame held it."""
    hit = select(Recheck.response_id).where(
        Recheck.campaign_id == campaign.id, Recheck.state == RecheckState.JUDGED
    )
    found = (
        select(DrawMember.response_id, DrawMember.taken, DrawMember.out_of)
        .join(DrawMember.draw)
        .where(
            Draw.campaign_id == campaign.id,
            Draw.state == DrawState.DRAWN,
            DrawMember.taken.is_not(None),
            DrawMember.response_id.in_(hit),
        )
    )
    draws: dict[int, list[tuple[int, int]]] = {}
    for response, taken, out_of in db.session.execute(found):
        draws.setdefault(response, []).append((taken or 0, out_of or 0))
    return {response: float(1 / inclusion(each)) for response, each in draws.items()}


def _outcomes(campaign: Campaign) -> dict[int, str]:
    """Return what both bodies agreed jointly, by response."""
    found = select(JointCase.response_id, JointCase.outcome).where(
        JointCase.campaign_id == campaign.id, JointCase.state == JointState.AGREED
    )
    return {response: outcome or "" for response, outcome in db.session.execute(found)}


def progress(user: User, campaign: Campaign) -> list[Progress]:
    """Return how far each supervisor is with the re-checks a person may see: bodies in order, then by name."""

    def how_many(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    counted = (
        rechecks.visible_to(user)
        .where(Recheck.campaign_id == campaign.id)
        .outerjoin(User, User.id == Recheck.supervisor_id)
        .with_only_columns(
            Recheck.body,
            User.display_name,
            User.sort_key,
            func.count().label("drawn"),
            how_many(Recheck.state == RecheckState.WAITING).label("waiting"),
            how_many(Recheck.verdict == Verdict.CONFIRMED).label("confirmed"),
            how_many(Recheck.verdict == Verdict.FAILED).label("failed"),
            how_many(Recheck.verdict == Verdict.UNREACHABLE).label("unreachable"),
            how_many(Recheck.state == RecheckState.DROPPED).label("dropped"),
            func.min(case((Recheck.state == RecheckState.WAITING, Recheck.drawn_at))).label("since"),
        )
        .group_by(Recheck.body, User.id, User.display_name, User.sort_key)
    )
    found = sorted(
        db.session.execute(counted), key=lambda row: (row.body, row.sort_key is None, row.sort_key or "")
    )
    return [
        Progress(
            row.body,
            row.display_name or "",
            row.drawn,
            row.waiting,
            row.confirmed,
            row.failed,
            row.unreachable,
            row.dropped,
            row.since,
        )
        for row in found
    ]
