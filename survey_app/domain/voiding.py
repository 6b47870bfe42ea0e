"""What becomes of a response that is voided, and of what still waited for it; who voided it; how it is taken back."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, rechecks
from survey_app.domain.audit import Change, Lines
from survey_app.extensions import db
from survey_app.language import clean
from survey_app.models import Campaign, Flag, Recheck, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import FlagState, RecheckState, ResponseState, Role

log = logging.getLogger(__name__)
LONGEST_REASON = 1000
GONE = "Phiếu đã bị hủy."


@dataclass(frozen=True)
class Voided:
    """Who made a response void, when and why; `before` is the state it was in, `decided` tells it from a file taken back."""

    who: str
    who_id: int | None
    when: datetime
    why: str
    before: str
    decided: bool


def how(response: Response) -> Voided | None:
    """Return how a response became void, from the trail; None where it is not void."""
    if response.state != ResponseState.VOID:
        return None
    verbs = (AuditVerb.RESPONSE_VOIDED, AuditVerb.RESPONSE_WITHDRAWN)
    lines = [line for line in audit.history("response", response.uuid) if line.verb in verbs]
    if not lines:
        return None
    last, told = lines[-1], audit.changes_of(lines[-1])
    decided = last.verb == AuditVerb.RESPONSE_VOIDED
    return Voided(last.actor_name, last.actor_id, last.at, told["reason"], told["before"]["state"], decided)


def check_decided_on(campaign: Campaign) -> None:
    """Refuse a campaign in which nothing is decided any more, or not yet; it stays as it is until the commit."""
    db.session.flush()
    db.session.refresh(campaign, ["state"], with_for_update={"read": True})
    rechecks.check_worked_on(campaign)


def hold(ids: Collection[int]) -> list[Response]:
    """Return responses as they are now, by their keys, locked with their re-checks until the commit.

    Responses first, as whoever judges locks them.
    """
    fresh = (
        select(Response)
        .where(Response.id.in_(ids))
        .order_by(Response.id)
        .with_for_update(key_share=True, of=Response)
    )
    found = list(db.session.scalars(fresh.execution_options(populate_existing=True)))
    theirs = select(Recheck).where(Recheck.response_id.in_(ids)).order_by(Recheck.id)
    db.session.scalars(theirs.with_for_update(of=Recheck).execution_options(populate_existing=True)).all()
    return found


def reason_of(typed: str, most: int = LONGEST_REASON) -> str:
    """Return a decision's reason; refuses, beside the field `reason`, one that is missing or too long."""
    text = clean(typed)
    if not 1 <= len(text) <= most:
        raise problems.InvalidFields({"reason": problems.field("decision_reason", most=most)})
    return text


def void(
    actor: User, held: Sequence[Response], reason: str, moment: datetime, grounds: Mapping[str, Any]
) -> Lines:
    """Make held responses void, and end what waited for them: re-checks not begun, doubts and questions not answered.

    The answers stay on file; the form codes are free again. Returns the lines to write; `grounds` stand in each
    response's own.
    """
    uuids = {response.id: response.uuid for response in held}
    codes = {response.id: response.form_code for response in held}
    lines: Lines = []
    for response in held:
        before = {"state": response.state}
        response.state = ResponseState.VOID
        after = {"state": response.state, "version": response.version, **grounds}
        lines.append((AuditVerb.RESPONSE_VOIDED, Change(response.uuid, before, after, reason)))
    waiting = select(Recheck).where(Recheck.response_id.in_(uuids), Recheck.state == RecheckState.WAITING)
    for recheck in db.session.scalars(waiting.order_by(Recheck.id)):
        recheck.state, recheck.ended_at, recheck.reason = RecheckState.DROPPED, moment, GONE
        recheck.version += 1
        before, after = {"state": RecheckState.WAITING}, {"state": recheck.state}
        after["form_code"] = codes[recheck.response_id]
        lines.append((AuditVerb.RECHECK_DROPPED, Change(recheck.uuid, before, after, GONE)))
    open_ones = select(Flag).where(Flag.response_id.in_(uuids), Flag.state == FlagState.OPEN)
    for flag in db.session.scalars(open_ones.order_by(Flag.id).execution_options(populate_existing=True)):
        flag.state, flag.closed_by_id, flag.closed_at = FlagState.WITHDRAWN, actor.id, moment
        flag.reply = GONE
        before, after = {"state": FlagState.OPEN}, {"state": flag.state, "flag": flag.id}
        lines.append((AuditVerb.FLAG_WITHDRAWN, Change(uuids[flag.response_id], before, after, GONE)))
    db.session.flush()
    return lines


def restore(actor: User, response: Response, reason: str) -> None:
    """Let a response that a decision voided count again, in the state it had; one that was returned counts as sent.

    A re-check that ended with it waits again; doubts and questions stay ended. Refuses whoever is not of Home Affairs or
    voided it, a campaign that is neither open nor closed, a response not voided by a decision, one whose form code
    another response bears meanwhile, and a missing reason.
    """
    if actor.role != Role.HOME_AFFAIRS:
        log.warning("%s is not of Home Affairs and wanted response %s back", actor.username, response.uuid)
        raise problems.NotAllowed()
    check_decided_on(response.campaign)
    response = hold([response.id])[0]
    text, found = reason_of(reason), how(response)
    if found is None or not found.decided:
        raise recheck_problems.NotVoidedByDecision(form_code=response.form_code)
    if found.who_id == actor.id:
        log.warning("%s wanted back response %s, voided by the same person", actor.username, response.uuid)
        raise recheck_problems.OwnVoid(form_code=response.form_code)
    returned = found.before == ResponseState.RETURNED
    response.state = ResponseState.SUBMITTED if returned else ResponseState(found.before)
    form_code = response.form_code
    try:
        db.session.flush()
    except IntegrityError as collision:
        raise recheck_problems.FormCodeUsedAgain(form_code=form_code) from collision
    before, after = {"state": ResponseState.VOID}, {"state": response.state, "version": response.version}
    lines: Lines = [(AuditVerb.RESPONSE_RESTORED, Change(response.uuid, before, after, text))]
    lines += _waiting_again(response)
    audit.record_lines(actor, lines, campaign_id=response.campaign_id, at=now())


def _waiting_again(response: Response) -> Lines:
    """Let the re-checks wait again that ended only because the held response was void; return the lines to write."""
    lines: Lines = []
    dropped = select(Recheck).where(
        Recheck.response_id == response.id, Recheck.state == RecheckState.DROPPED, Recheck.reason == GONE
    )
    for recheck in db.session.scalars(dropped.order_by(Recheck.id)):
        recheck.state, recheck.ended_at, recheck.reason = RecheckState.WAITING, None, ""
        recheck.version += 1
        before = {"state": RecheckState.DROPPED}
        after = {"form_code": response.form_code, "state": recheck.state}
        lines.append((AuditVerb.RECHECK_REVIVED, Change(recheck.uuid, before, after)))
    db.session.flush()
    return lines
