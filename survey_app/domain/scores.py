"""Points and ranks: from the counted responses by one GROUP BY to a ScoreBook, live or stored as a run."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from sqlalchemy import Select, case, false, func, select

from scoring.answers import Tally
from scoring.book import ScoreBook, score
from scoring.units import UnitRow
from survey_app import problems
from survey_app.domain import appraisals, audit, campaigns
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, CampaignUnit, Response, ScoreRun, User
from survey_app.models.response import COUNTED
from survey_app.version import VERSION
from survey_app.vocabulary import AuditVerb, CampaignState, Role


@dataclass(frozen=True)
class Counted:
    """The answers that count, by the code of the unit they count to; one long text a unit."""

    by_unit: dict[str, str]
    width: int

    @property
    def responses(self) -> int:
        """How many responses count."""
        return sum(map(len, self.by_unit.values())) // self.width

    def digest(self) -> str:
        """Return the SHA-256 of units and answers, the same for any order of the rows."""
        whole = hashlib.sha256()
        for code in sorted(self.by_unit):
            rows = numpy.frombuffer(self.by_unit[code].encode("ascii"), dtype=f"S{self.width}")
            whole.update(code.encode() + b"\n" + numpy.sort(rows).tobytes() + b"\n")
        return whole.hexdigest()


def visible_to(user: User) -> Select[ScoreRun]:
    """Return the score runs a person may see: Home Affairs all, a unit's officer the published ones."""
    runs = select(ScoreRun)
    if user.role == Role.HOME_AFFAIRS:
        return runs
    if user.role == Role.UNIT_OFFICER:
        return runs.join(ScoreRun.campaign).where(
            Campaign.state == CampaignState.PUBLISHED, ScoreRun.published_at.is_not(None)
        )
    return runs.where(false())


def runs_of(user: User, campaign: Campaign) -> list[ScoreRun]:
    """Return the campaign's runs a person may see, newest first."""
    found = visible_to(user).where(ScoreRun.campaign_id == campaign.id)
    return list(db.session.scalars(found.order_by(ScoreRun.number.desc())))


def counted(campaign: Campaign, units: Sequence[CampaignUnit]) -> Counted:
    """Gather the answers of every response that counts, in one statement.

    Submitted and accepted responses with a valid form count; a commune's count to the unit that
    stands for it in this campaign. Units without responses are there with an empty text.
    """
    glued = func.string_agg if db.session.get_bind().dialect.name == "postgresql" else func.group_concat
    width = len(campaigns.questionnaire_of(campaign.questionnaire_sha256).criteria)
    misfit = func.sum(case((func.length(Response.answers) == width, 0), else_=1))
    grouped = (
        select(Response.unit_id, glued(Response.answers, ""), misfit)
        .where(
            Response.campaign_id == campaign.id,
            COUNTED,
        )
        .group_by(Response.unit_id)
    )
    codes = {unit.unit_id: unit.unit.code for unit in units}
    ranked = {unit.unit_id: codes[unit.counts_for_id or unit.unit_id] for unit in units}
    by_unit = {unit.unit.code: "" for unit in units if unit.counts_for_id is None and unit.surveyed}
    for unit_id, answers, misfits in db.session.execute(grouped):
        if misfits:
            raise problems.BrokenAnswers(unit=ranked[unit_id], count=misfits, width=width)
        by_unit[ranked[unit_id]] = by_unit.get(ranked[unit_id], "") + answers
    return Counted(by_unit, width)


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


def current(campaign: Campaign) -> ScoreBook:
    """Return the book of the answers as they stand now; the same figures a run would store."""
    units = campaigns.units_of(campaign)
    answers = counted(campaign, units)
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    return score(
        Tally.from_packed(questionnaire, answers.by_unit.items()),
        questionnaire,
        campaigns.method_of(campaign.method_sha256),
        _unit_rows(campaign, units),
        answers.digest(),
    )


def run(actor: User, campaign: Campaign, reason: str = "") -> ScoreRun:
    """Compute the campaign's points and ranks and store the result whole, under the next number."""
    started = time.perf_counter()
    one_at_a_time = select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)
    db.session.execute(one_at_a_time)
    book = current(campaign)
    text = book.to_json().decode()
    answers = book.satisfaction["input"]
    last = db.session.scalar(select(func.max(ScoreRun.number)).where(ScoreRun.campaign_id == campaign.id))
    stored = ScoreRun(
        campaign_id=campaign.id,
        number=(last or 0) + 1,
        run_by_id=actor.id,
        milliseconds=round((time.perf_counter() - started) * 1000),
        reason=clean_line(reason)[:200],
        responses=answers["responses"],
        input_digest=answers["sha256"],
        questionnaire_sha256=campaign.questionnaire_sha256,
        method_sha256=campaign.method_sha256,
        program_version=VERSION,
        book=text,
        book_digest=book.digest,
    )
    db.session.add(stored)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.SCORE_RUN,
        f"{campaign.code}/{stored.number}",
        campaign_id=campaign.id,
        after={"input": stored.input_digest, "book": stored.book_digest, "responses": stored.responses},
        reason=stored.reason,
    )
    return stored


def run_of(user: User, campaign: Campaign, number: int | None = None) -> ScoreRun:
    """Return one stored run by its number, the newest where none is given; refuses one not visible."""
    found = visible_to(user).where(ScoreRun.campaign_id == campaign.id).order_by(ScoreRun.number.desc())
    run = db.session.scalar((found if number is None else found.where(ScoreRun.number == number)).limit(1))
    if run is None:
        raise problems.MissingRun(campaign=campaign.code) if number is None else problems.NotFound()
    return run
