"""Publishing a result: one frozen run, once; a correction is a new run with a reason, and both stay visible."""

import hashlib
from dataclasses import replace

from sqlalchemy import func, select

from survey_app import problems, publication_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, counting, dossiers, materials, run_answers, scores
from survey_app.exports import bundle
from survey_app.exports.dossier import Dossier
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, Publication, ScoreRun, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState


def move(actor: User, campaign: Campaign, target: CampaignState, reason: str = "") -> None:
    """Move a campaign to its next state; the last step publishes, all others are `campaigns.move`'s."""
    if target == CampaignState.PUBLISHED:
        publish(actor, campaign, reason)
    else:
        campaigns.move(actor, campaign, target, reason)


def publish(actor: User, campaign: Campaign, reason: str = "") -> Publication:
    """Publish the newest run of a sealed campaign; a second publication corrects the first and needs its reason.

    Refuses a campaign that is not sealed or has no run, a run without a dossier, and one whose result is no longer that of
    the answers on file.
    """
    campaigns.move(actor, campaign, CampaignState.PUBLISHED, reason)
    run = scores.newest_run(campaign)
    why = clean_line(reason)[:200]
    last = db.session.scalar(
        select(func.max(Publication.number)).where(Publication.campaign_id == campaign.id)
    )
    if last and not why:
        raise problems.ReasonMissing(fields={"reason": problems.ReasonMissing.sentence})
    _check_current(campaign, run)
    run.published_at = now()
    made = Publication(
        campaign_id=campaign.id,
        number=(last or 0) + 1,
        run_id=run.id,
        published_by_id=actor.id,
        published_at=run.published_at,
        reason=why if last else "",
        bundle_digest=bundle_digest(run),
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.PUBLICATION_MADE,
        f"{campaign.code}/{made.number}",
        campaign_id=campaign.id,
        after={"run": run.number, "book": run.book_digest, "bundle": made.bundle_digest},
        reason=made.reason,
    )
    return made


def _check_current(campaign: Campaign, run: ScoreRun) -> None:
    """Refuse a run that is published already, or that what is on file would no longer give."""
    if why := why_published(run) or why_not_current(campaign, run):
        raise publication_problems.NotARunToPublish(number=run.number, why=why)


def why_published(run: ScoreRun) -> str:
    """Return why a run cannot be published once more; empty where it never was."""
    made = of_run(run)
    return f"lần tính này đã được công bố (lần công bố {made.number})" if made else ""


def why_not_current(campaign: Campaign, run: ScoreRun) -> str:
    """Return why a run is no longer what the answers, appraisals and re-checks on file give; empty where it is.

    Refuses a run without a dossier.
    """
    frozen = dossiers.of_run(run)
    if counting.current(campaign, detail=None, sensitive=True).digest != run.book_digest:
        return "phiếu hoặc điểm thẩm định đã đổi sau lần tính này"
    if _timeless(frozen) != _timeless(dossiers.gather(campaign, run_answers.versions_now(campaign))):
        return "phiếu không tính, sửa phiếu hoặc phúc tra đã đổi sau lần tính này"
    return ""


def _timeless(dossier: Dossier) -> Dossier:
    return replace(dossier, campaign={**dossier.campaign, "state": ""})


def bundle_digest(run: ScoreRun) -> str:
    """Return the digest of a run's bundle: the SHA-256 of its manifest."""
    found = materials.material_of(run)
    return hashlib.sha256(bundle.manifest_of(found, found.questionnaires)).hexdigest()


def all_of(campaign: Campaign) -> list[Publication]:
    """Return a campaign's publications, newest first."""
    found = select(Publication).where(Publication.campaign_id == campaign.id)
    return list(db.session.scalars(found.order_by(Publication.number.desc())))


def of_run(run: ScoreRun) -> Publication | None:
    """Return a run's publication, if it was published."""
    return db.session.scalar(select(Publication).where(Publication.run_id == run.id))


def numbered(campaign: Campaign, number: int) -> Publication:
    """Return a campaign's publication of that number; refuses one that does not exist."""
    for made in all_of(campaign):
        if made.number == number:
            return made
    known = ", ".join(str(made.number) for made in all_of(campaign)) or "chưa có lần nào"
    raise problems.UnknownValue(what="Lần công bố", value=number, known=known)


def newest(code: str) -> Publication:
    """Return what is published of a campaign now, for anybody; refuses where nothing is."""
    found = (
        select(Publication)
        .join(Publication.campaign)
        .where(Campaign.code == clean_line(code))
        .order_by(Publication.number.desc())
    )
    made = db.session.scalar(found.limit(1))
    if made is None:
        raise publication_problems.NotPublished()
    return made
