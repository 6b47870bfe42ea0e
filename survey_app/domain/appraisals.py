"""The appraised points of each unit, entered with the version they started from."""

import re
from decimal import Decimal

from sqlalchemy import select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.models import Appraisal, Campaign, CampaignUnit, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState

COMPONENT_MAXIMUM = Decimal(10)
_POINTS = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")


def of_campaign(campaign: Campaign) -> dict[int, Appraisal]:
    """Return the campaign's appraisals by unit id."""
    found = select(Appraisal).where(Appraisal.campaign_id == campaign.id)
    return {appraisal.unit_id: appraisal for appraisal in db.session.scalars(found)}


def maximum_of(unit: CampaignUnit) -> Decimal:
    """Return the most points the appraisal can give a campaign's unit."""
    return maximum_for(unit.max_points, surveyed=unit.surveyed)


def maximum_for(max_points: Decimal, *, surveyed: bool) -> Decimal:
    """Return the most points the appraisal can give: all but the survey's 10 where there is a survey."""
    return max(Decimal(0), max_points - COMPONENT_MAXIMUM) if surveyed else max_points


def read_points(typed: str, most: Decimal) -> Decimal:
    """Read points as a Vietnamese types them ("86,74", also "86.74"), at most two decimals.

    Refuses a thousands mark, an exponent, other digits than 0–9 and a value beyond 0…most.
    """
    plain = typed.strip()
    points = Decimal(plain.replace(",", ".")) if _POINTS.fullmatch(plain) else None
    if points is None or not 0 <= points <= most:
        raise problems.InvalidFields(
            {"points": problems.field("points_range", value=typed[:20], most=_comma(most))}
        )
    return points


def _comma(number: Decimal) -> str:
    return format(number.normalize(), "f").replace(".", ",")


def enter(actor: User, campaign: Campaign, unit_code: str, typed: str, *, version: int) -> Appraisal:
    """Set a unit's appraised points; `version` is the one seen, 0 where there were none.

    Refuses a sealed or published campaign, points out of range and a stale version.
    """
    if campaign.state in (CampaignState.SEALED, CampaignState.PUBLISHED):
        raise problems.CampaignNotOpen(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )
    unit = campaigns.unit_of(campaign, unit_code)
    if unit.counts_for_id is not None:
        raise problems.NotFound()
    points = read_points(typed, maximum_of(unit))
    db.session.flush()
    db.session.refresh(unit, ["quota"], with_for_update={"key_share": True})
    appraisal = db.session.get(Appraisal, (campaign.id, unit.unit_id), populate_existing=True)
    if version != (appraisal.version if appraisal else 0):
        raise problems.InvalidFields({"points": problems.field("points_stale")})
    before = {"points": _comma(appraisal.points)} if appraisal else None
    if appraisal is not None and appraisal.points == points:
        return appraisal
    if appraisal is None:
        appraisal = Appraisal(campaign_id=campaign.id, unit_id=unit.unit_id, version=0)
        db.session.add(appraisal)
    appraisal.points, appraisal.version = points, appraisal.version + 1
    appraisal.entered_by_id, appraisal.entered_at = actor.id, now()
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.APPRAISAL_ENTERED,
        f"{campaign.code}/{unit_code}",
        campaign_id=campaign.id,
        before=before,
        after={"points": _comma(points)},
    )
    return appraisal
