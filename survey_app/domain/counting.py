"""What counts: the answers gathered by one GROUP BY, and the ScoreBook of the answers as they stand now."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy
from sqlalchemy import case, func, select

from scoring.answers import Tally
from scoring.book import Doubts, ScoreBook, score
from scoring.method import Method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import Questionnaire
from scoring.units import UnitRow
from survey_app import problems
from survey_app.domain import appraisals, campaigns
from survey_app.domain.people import CITIZENS, alias
from survey_app.extensions import db
from survey_app.models import Campaign, CampaignUnit, Flag, Response, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import FlagState

LEFT_OUT = {
    "phiếu đang bị gắn cờ": (FlagState.OPEN,),
    "phiếu từng bị gắn cờ": (FlagState.OPEN, FlagState.ANSWERED),
}


@dataclass(frozen=True)
class Counted:
    """The answers that count: one long text for each (code of the unit they count to, code of the enumerator).

    `units` are all surveyed units, also those without responses.
    """

    answers: Mapping[tuple[str, str], str]
    units: tuple[str, ...]
    questionnaire: Questionnaire

    def tally(self) -> Tally:
        """Return the exact counts of all responses."""
        empty = ((unit, "") for unit in self.units)
        return self._tally(chain(empty, ((unit, text) for (unit, _), text in self.answers.items())))

    def moments(self, method: Method) -> Moments:
        """Return the sums that intervals are made of; an enumerator's responses in a unit are a cluster."""
        width = len(self.questionnaire.criteria)
        rows = (
            (unit, cluster, part)
            for (unit, enumerator), text in self.answers.items()
            for cluster, part in clusters(enumerator, text, width)
        )
        return Moments.from_packed(layout_of(self.questionnaire, method), rows)

    def by_enumerator(self) -> dict[str, Tally]:
        """Return the counts of every enumerator's responses."""
        hers: dict[str, list[tuple[str, str]]] = {}
        for (unit, enumerator), text in self.answers.items():
            hers.setdefault(enumerator, []).append((unit, text))
        return {enumerator: self._tally(rows) for enumerator, rows in hers.items()}

    def digest(self) -> str:
        """Return the SHA-256 of units, enumerators and answers, the same for any order of the rows."""
        whole, width = hashlib.sha256(), len(self.questionnaire.criteria)
        for unit, enumerator in sorted(self.answers):
            rows = numpy.frombuffer(self.answers[unit, enumerator].encode("ascii"), dtype=f"S{width}")
            whole.update(f"{unit}\n{enumerator}\n".encode() + numpy.sort(rows).tobytes() + b"\n")
        return whole.hexdigest()

    def _tally(self, rows: Iterable[tuple[str, str]]) -> Tally:
        return Tally.from_packed(self.questionnaire, rows)


def counted(campaign: Campaign, units: Sequence[CampaignUnit]) -> Counted:
    """Gather the answers of every response that counts, in one statement.

    Submitted and accepted responses with a valid form count; a commune's count to the unit that
    stands for it in this campaign.
    """
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    width, ranked = len(questionnaire.criteria), counting_units(units)
    misfit = func.sum(case((func.length(Response.answers) == width, 0), else_=1))
    joined = glued(Response.answers).label("answers")
    grouped = (
        select(Response.unit_id, Response.enumerator_id, joined, misfit.label("misfits"))
        .where(Response.campaign_id == campaign.id, COUNTED)
        .group_by(Response.unit_id, Response.enumerator_id)
        .subquery()
    )
    named = select(grouped, User.username).join(User, User.id == grouped.c.enumerator_id)
    answers: dict[tuple[str, str], str] = {}
    for row in db.session.execute(named):
        if row.misfits:
            raise problems.BrokenAnswers(unit=ranked[row.unit_id], count=row.misfits, width=width)
        key = (ranked[row.unit_id], alias(row.enumerator_id, row.username))
        answers[key] = answers.get(key, "") + row.answers
    surveyed = (unit.unit.code for unit in units if unit.counts_for_id is None and unit.surveyed)
    return Counted(answers, tuple(surveyed), questionnaire)


def clusters(enumerator: str, answers: str, width: int) -> Iterator[tuple[str, str]]:
    """Yield (cluster, its answers): what an enumerator brought is one; each form a citizen filled in alone is one."""
    if enumerator != CITIZENS:
        yield enumerator, answers
        return
    forms = sorted(answers[first : first + width] for first in range(0, len(answers), width))
    yield from ((f"{enumerator}/{place}", form) for place, form in enumerate(forms))


def glued(column: Any) -> Any:
    """Return the aggregate that joins the texts of a group, by the name each database has for it."""
    joined = func.string_agg if db.session.get_bind().dialect.name == "postgresql" else func.group_concat
    return joined(column, "")


def counting_units(units: Sequence[CampaignUnit]) -> dict[int, str]:
    """Return the code of the unit that a unit's responses count to, by the identity of the latter."""
    codes = {unit.unit_id: unit.unit.code for unit in units}
    return {unit.unit_id: codes[unit.counts_for_id or unit.unit_id] for unit in units}


def _flagged(
    campaign: Campaign, units: Sequence[CampaignUnit], questionnaire: Questionnaire
) -> dict[str, Tally]:
    """Return the counts of responses that count and were flagged, by the words for how the flag stands."""
    ranked, parts = counting_units(units), {}
    for name, states in LEFT_OUT.items():
        doubted = select(Flag.response_id).where(Flag.state.in_(states))
        grouped = (
            select(Response.unit_id, glued(Response.answers))
            .where(Response.campaign_id == campaign.id, COUNTED, Response.id.in_(doubted))
            .group_by(Response.unit_id)
        )
        rows = [(ranked[unit_id], text) for unit_id, text in db.session.execute(grouped)]
        parts[name] = Tally.from_packed(questionnaire, rows)
    return parts


def _unit_rows(campaign: Campaign, units: Sequence[CampaignUnit]) -> list[UnitRow]:
    points = appraisals.of_campaign(campaign)
    return [
        UnitRow(
            unit=unit.unit.code,
            name=unit.unit.name,
            group=unit.group.code,
            max_points=unit.max_points,
            appraisal_points=points[unit.unit_id].points if unit.unit_id in points else None,
            population=unit.population,
            quota=unit.quota,
        )
        for unit in units
        if unit.counts_for_id is None
    ]


def current(campaign: Campaign, detail: Collection[str] | None = (), sensitive: bool = False) -> ScoreBook:
    """Return the book of the answers as they stand now; the same points and ranks a run would store.

    `detail` names the units whose every component gets its interval, None all of them and the groups; `sensitive` asks
    what would become of every unit under other choices.
    """
    units = campaigns.units_of(campaign)
    answers = counted(campaign, units)
    questionnaire, method = answers.questionnaire, campaigns.method_of(campaign.method_sha256)
    doubts = Doubts(
        answers.moments(method),
        detail,
        _flagged(campaign, units, questionnaire) if sensitive else None,
        answers.by_enumerator() if sensitive else {},
    )
    rows = _unit_rows(campaign, units)
    return score(answers.tally(), questionnaire, method, rows, answers.digest(), doubts)


def points_of(campaign: Campaign, units: Sequence[CampaignUnit], answers: Counted) -> ScoreBook:
    """Return the book of any answers to a campaign's questionnaire: points and ranks without intervals."""
    method, rows = campaigns.method_of(campaign.method_sha256), _unit_rows(campaign, units)
    return score(answers.tally(), answers.questionnaire, method, rows, answers.digest())
