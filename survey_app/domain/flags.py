"""Flags: a supervisor returns a response with a reason; its enumerator replies; nothing is edited."""

import logging
from datetime import datetime

from sqlalchemy import Select, false, select
from sqlalchemy.orm import contains_eager, joinedload

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.language import clean
from survey_app.models import Campaign, Flag, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import COUNTED_STATES, CampaignState, FlagReason, FlagState, ResponseState, Role

log = logging.getLogger(__name__)
LONGEST_NOTE = 1000


def visible_to(user: User) -> Select[Flag]:
    """Return the flags a person may see.

    A supervisor sees those of the own body, an enumerator those on the own responses, the
    coordinator and Home Affairs all.
    """
    flags = select(Flag)
    if user.role in (Role.SUPERVISOR, Role.BODY_HEAD):
        return flags.where(Flag.body == user.body)
    if user.role == Role.ENUMERATOR:
        return flags.join(Flag.response).where(Response.enumerator_id == user.id)
    if user.role in (Role.COORDINATOR, Role.HOME_AFFAIRS):
        return flags
    return flags.where(false())


def of_response(user: User, response: Response) -> list[Flag]:
    """Return the flags on a response that a person may see, oldest first."""
    found = visible_to(user).where(Flag.response_id == response.id)
    return list(db.session.scalars(found.order_by(Flag.raised_at, Flag.id)))


def raise_flag(actor: User, response: Response, *, version: int, reason: str, note: str) -> Flag:
    """Doubt a response in the version shown: it goes back to its enumerator and stops counting.

    Refuses a campaign that is not open, a version that is not the present one, a response that does
    not count now, an unknown reason, and "other" without a note.
    """
    response = _locked(response)
    if response.campaign.state != CampaignState.OPEN:
        raise _not_open(response.campaign)
    text = clean(note)
    fields: dict[str, str] = {}
    if reason not in list(FlagReason):
        fields["reason"] = problems.field("flag_reason")
    if len(text) > LONGEST_NOTE:
        fields["note"] = problems.field("note_long", length=len(text), most=LONGEST_NOTE)
    if reason == FlagReason.OTHER and not text:
        fields["note"] = problems.field("other_reason")
    if fields:
        raise problems.InvalidFields(fields)
    if response.version != version:
        raise problems.StaleVersion(
            form_code=response.form_code, who=response.enumerator.display_name, when=response.saved_at
        )
    if response.state not in COUNTED_STATES:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])
    before = {"state": response.state}
    flag = Flag(
        response_id=response.id,
        response_version=version,
        body=actor.body,
        raised_by_id=actor.id,
        reason=reason,
        note=text,
    )
    db.session.add(flag)
    response.state = ResponseState.RETURNED
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.FLAG_RAISED,
        response.uuid,
        campaign_id=response.campaign_id,
        before=before,
        after={"state": response.state, "flag": flag.id, "version": version, "reason": reason},
        reason=text,
    )
    return flag


def withdraw(actor: User, flag: Flag, reason: str) -> None:
    """Take back an open flag of the own body with a reason; the response counts again as it was.

    Refuses a missing reason, a flag that is no longer open, and a campaign whose result is sealed.
    """
    response = _locked(flag.response)
    db.session.refresh(flag)
    if response.campaign.state not in (CampaignState.OPEN, CampaignState.CLOSED):
        raise _not_open(response.campaign)
    text = clean(reason)
    if not 1 <= len(text) <= LONGEST_NOTE:
        raise problems.InvalidFields({"reason": problems.field("withdraw_reason", most=LONGEST_NOTE)})
    if flag.state != FlagState.OPEN:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[FlagState(flag.state)])
    moment = now()
    flag.state, flag.closed_by_id, flag.closed_at, flag.reply = FlagState.WITHDRAWN, actor.id, moment, text
    response.state = ResponseState.SUBMITTED
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.FLAG_WITHDRAWN,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"state": ResponseState.RETURNED},
        after={"state": response.state, "flag": flag.id},
        reason=text,
    )


def _not_open(campaign: Campaign) -> problems.CampaignNotOpen:
    return problems.CampaignNotOpen(
        campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
    )


def answer_open(actor: User, response: Response, reply: str, moment: datetime) -> None:
    """Close a response's open flags with its enumerator's reply."""
    still_open = select(Flag).where(Flag.response_id == response.id, Flag.state == FlagState.OPEN)
    for flag in db.session.scalars(still_open):
        flag.state, flag.closed_by_id, flag.closed_at, flag.reply = (
            FlagState.ANSWERED,
            actor.id,
            moment,
            reply,
        )


def _locked(response: Response) -> Response:
    fresh = select(Response).where(Response.id == response.id).with_for_update()
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def open_for(user: User, campaign: Campaign) -> list[Flag]:
    """Return the open flags an enumerator has to answer, the oldest first."""
    waiting = (
        select(Flag)
        .join(Flag.response)
        .options(contains_eager(Flag.response).joinedload(Response.unit))
        .where(
            Response.enumerator_id == user.id,
            Response.campaign_id == campaign.id,
            Flag.state == FlagState.OPEN,
        )
        .order_by(Flag.raised_at, Flag.id)
    )
    return list(db.session.scalars(waiting))


def newest_of(user: User, campaign: Campaign, most: int = 20) -> list[Flag]:
    """Return the newest flags a supervisor may see in a campaign, open ones first."""
    found = (
        visible_to(user)
        .join(Flag.response)
        .options(contains_eager(Flag.response).joinedload(Response.unit), joinedload(Flag.raised_by))
        .where(Response.campaign_id == campaign.id)
        .order_by((Flag.state == FlagState.OPEN).desc(), Flag.raised_at.desc(), Flag.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(found))


def open_of(response: Response) -> list[Flag]:
    """Return a response's open flags, which its enumerator answers by correcting it."""
    found = select(Flag).where(Flag.response_id == response.id, Flag.state == FlagState.OPEN)
    return list(db.session.scalars(found.order_by(Flag.id)))


def one_visible_to(user: User, number: int) -> Flag:
    """Return a flag a person may see; one of the other body is as absent as one that is not."""
    flag = db.session.scalar(visible_to(user).where(Flag.id == min(number, 2**31 - 1)))
    if flag is None:
        log.warning("flag %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return flag
