"""Re-checks: which a person may see and work on, and which responses' answers stay hidden until the own verdict is stored."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import aliased

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.models import AuditLine, Campaign, Recheck, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import BODY_ROLES, CampaignState, RecheckState, ResponseState, Role

log = logging.getLogger(__name__)
WORKED_ON = (CampaignState.OPEN, CampaignState.CLOSED)


def visible_to(user: User) -> Select[Recheck]:
    """Return the re-checks a person may see: supervisors and heads those of the own body, Home Affairs all."""
    found = select(Recheck)
    if user.role in BODY_ROLES:
        return found.where(Recheck.body == user.body)
    if user.role == Role.HOME_AFFAIRS:
        return found
    return found.where(false())


def one_visible_to(user: User, uuid: str) -> Recheck:
    """Return a re-check a person may see; one of the other body is as absent as one that is not."""
    found = db.session.scalar(visible_to(user).where(Recheck.uuid == uuid))
    if found is None:
        log.warning("re-check %s is not for %s to see", uuid, user.username)
        raise problems.NotFound()
    return found


def known_to(user: User) -> Select[Recheck]:
    """Return the judged re-checks whose verdict a person may know.

    Of the other body's those on responses that the own body has not still to judge: neither sees the other's
    work on an overlapping response before both have judged.
    """
    judged = select(Recheck).where(Recheck.state == RecheckState.JUDGED)
    if user.role in BODY_ROLES:
        own = aliased(Recheck)
        still_to_judge = exists().where(
            own.response_id == Recheck.response_id, own.body == user.body, own.state == RecheckState.WAITING
        )
        return judged.where(~still_to_judge)
    return judged if user.role == Role.HOME_AFFAIRS else judged.where(false())


def hidden_from(user: User) -> Select[int]:
    """Return the identities of responses whose answers a person may not see yet: the own body has to judge them."""
    waiting = select(Recheck.response_id).where(Recheck.state == RecheckState.WAITING)
    return waiting.where(Recheck.body == user.body if user.role in BODY_ROLES else false())


def is_hidden_from(user: User, response: Response) -> bool:
    """Tell whether a response's answers stay hidden from a person until the own body's verdict is stored."""
    found = hidden_from(user).where(Recheck.response_id == response.id)
    return db.session.scalar(found.limit(1)) is not None


def hidden_among(user: User, responses: Sequence[int]) -> set[int]:
    """Return which of these responses' answers a person may not see yet; one query for people of a body, none else."""
    if user.role not in BODY_ROLES:
        return set()
    return set(db.session.scalars(hidden_from(user).where(Recheck.response_id.in_(responses))))


def check_worked_on(campaign: Campaign) -> None:
    """Refuse a campaign whose re-checks are not worked on now: one that is neither open nor closed."""
    if campaign.state not in WORKED_ON:
        raise not_now(campaign)


def not_now(campaign: Campaign) -> problems.Problem:
    """Return the refusal of a campaign in its present state."""
    state = CAMPAIGN_LABELS[CampaignState(campaign.state)]
    return recheck_problems.RecheckNotNow(campaign=campaign.name, state=state)


def to_work_on(actor: User, recheck: Recheck) -> Recheck:
    """Return a re-check as it is now, locked with its response and the other body's until the commit.

    The response is locked first, then both re-checks, then the trail: both bodies' work on it has one order. Refuses a
    re-check of another body and a campaign that is neither open nor closed.
    """
    if actor.role not in BODY_ROLES or recheck.body != actor.body:
        log.warning("re-check %s is not for %s to work on", recheck.uuid, actor.username)
        raise problems.NotFound()
    response = (
        select(Response)
        .where(Response.id == recheck.response_id)
        .with_for_update(key_share=True, of=Response)
    )
    db.session.scalars(response.execution_options(populate_existing=True)).one()
    theirs = select(Recheck).where(Recheck.response_id == recheck.response_id).order_by(Recheck.id)
    both = db.session.scalars(
        theirs.with_for_update(of=Recheck).execution_options(populate_existing=True)
    ).all()
    found = next(each for each in both if each.id == recheck.id)
    check_worked_on(found.response.campaign)
    return found


def check_not_void(actor: User, recheck: Recheck) -> None:
    """Refuse a re-check of a void response by name; where it was still waiting, it is dropped."""
    response = recheck.response
    if response.state != ResponseState.VOID:
        return
    log.warning("response %s is void and was re-checked by %s", response.uuid, actor.username)
    who, when = _voided(response)
    if recheck.state == RecheckState.WAITING:
        drop(actor, recheck, "Phiếu đã bị hủy trước khi phúc tra.", now())
    raise recheck_problems.RecheckVoided(form_code=response.form_code, who=who, when=when)


def _voided(response: Response) -> tuple[str, datetime]:
    """Return who made a response void, and when; an import taken back says so by another verb."""
    verbs = (AuditVerb.RESPONSE_VOIDED, AuditVerb.RESPONSE_WITHDRAWN)
    lines = select(AuditLine.actor_name, AuditLine.at).where(
        AuditLine.noun == "response", AuditLine.record_id == response.uuid, AuditLine.verb.in_(verbs)
    )
    last = db.session.execute(lines.order_by(AuditLine.id.desc()).limit(1)).first()
    return (last.actor_name, last.at) if last else ("không rõ", response.saved_at)


def drop(actor: User, recheck: Recheck, reason: str, moment: datetime) -> None:
    """End a waiting re-check without a verdict, because there is nothing left to judge; the reason is kept."""
    recheck.state, recheck.reason, recheck.ended_at = RecheckState.DROPPED, reason, moment
    recheck.version += 1
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.RECHECK_DROPPED,
        recheck.uuid,
        campaign_id=recheck.campaign_id,
        before={"state": RecheckState.WAITING},
        after={"form_code": recheck.response.form_code, "state": recheck.state},
        reason=reason,
        at=moment,
    )


def ended(recheck: Recheck) -> recheck_problems.RecheckEnded:
    """Return the refusal of work on a re-check that is no longer waiting."""
    state = LABELS[RecheckState(recheck.state)]
    return recheck_problems.RecheckEnded(form_code=recheck.response.form_code, state=state)
