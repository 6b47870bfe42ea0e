"""What re-checks would do to a unit's points; only Home Affairs sees it, and only of what is decided.

The effect of a single proposal must not be read off before it is decided: a response whose proposal to void is open, on
which the bodies have still to agree, or which a body has still to judge, counts here as not re-checked.
"""

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, exists, or_, select, union

from scoring.recheck_bounds import UnitPoints, unit_points
from scoring.recheck_rates import measures
from scoring.rechecks import DISPUTED, cases_of
from survey_app import problems
from survey_app.domain import campaigns, counting
from survey_app.domain.recheck_measures import Gathered
from survey_app.extensions import db
from survey_app.models import Campaign, JointCase, Recheck, Response, VoidProposal
from survey_app.models.response import COUNTED
from survey_app.vocabulary import JointState, ProposalState, RecheckState, ResponseState, Validity


@dataclass(frozen=True)
class Reading:
    """A unit's points under each reading, with how many re-checked responses wait for a decision and were voided."""

    points: UnitPoints
    pending: int
    voided: int


def of_unit(found: Gathered, unit: str) -> Reading:
    """Return all readings of one unit's points; refuses a unit the campaign does not rate.

    Responses voided one by one after a re-check are in the points as collected, and out of those without failed ones. A
    batch that is done again is out of both, with what its re-checks found: its new responses take its place.
    """
    campaign = found.campaign
    if unit not in found.units:
        raise problems.NotFound()
    waiting = set(db.session.scalars(_undecided(campaign)))
    pending = {each.response for each in found.known if each.unit == unit and each.response_id in waiting}
    pending |= {each.response for each in found.cases if each.unit == unit and each.verdict == DISPUTED}
    counted, voided = _answers(campaign, unit)
    rows = [
        row
        for row in found.rows
        if row.unit == unit and row.response not in pending and row.response in counted
    ]
    cases = cases_of(rows)
    points = unit_points(
        unit,
        counted,
        {case.response: case for case in cases},
        rows,
        measures(unit, cases, found.spread),
        found.questionnaire,
        campaigns.method_of(campaign.method_sha256),
        found.spread.crossing,
    )
    return Reading(points, len(pending), voided)


def _undecided(campaign: Campaign) -> CompoundSelect[int]:
    """Return the identities of responses of whose re-check something is still to decide."""
    return union(
        select(VoidProposal.response_id).where(
            VoidProposal.campaign_id == campaign.id, VoidProposal.state == ProposalState.OPEN
        ),
        select(JointCase.response_id).where(
            JointCase.campaign_id == campaign.id, JointCase.state == JointState.OPEN
        ),
        select(Recheck.response_id).where(
            Recheck.campaign_id == campaign.id, Recheck.state == RecheckState.WAITING
        ),
    )


def _answers(campaign: Campaign, unit: str) -> tuple[dict[str, str], int]:
    """Return the answers of the unit's responses as collected, by id, and how many of them are void now."""
    members = campaigns.units_of(campaign)
    counts_for = counting.counting_units(members)
    within = [each.unit_id for each in members if counts_for[each.unit_id] == unit]
    after_recheck = exists().where(
        VoidProposal.response_id == Response.id, VoidProposal.state == ProposalState.CONFIRMED
    )
    void = (
        (Response.state == ResponseState.VOID)
        & (Response.validity == Validity.VALID)
        & Response.apart.is_(False)
        & after_recheck
    )
    found = db.session.execute(
        select(Response.uuid, Response.answers, Response.state).where(
            Response.campaign_id == campaign.id, Response.unit_id.in_(within), or_(COUNTED, void)
        )
    ).all()
    voided = sum(row.state == ResponseState.VOID for row in found)
    return {row.uuid: row.answers for row in found}, voided
