"""Proposals to void a response: made by a verdict, answered by its enumerator, decided by a second person."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import contains_eager

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, findings, recheck_settings, rechecks, response_saving, voiding
from survey_app.domain.audit import Change, Lines
from survey_app.domain.paging import Page, cut
from survey_app.extensions import db
from survey_app.labels import LABELS, STATE_LABELS
from survey_app.language import clean
from survey_app.models import Campaign, JointCase, Recheck, RecheckVerdict, Response, Unit, User, VoidProposal
from survey_app.models.columns import now
from survey_app.vocabulary import (
    BODY_ROLES,
    Body,
    JointState,
    ProposalState,
    RecheckReason,
    RecheckState,
    ResponseState,
    Role,
    Verdict,
)

log = logging.getLogger(__name__)
GROUNDS = (RecheckReason.NO_INTERVIEW, RecheckReason.NOT_A_USER)
LONGEST_REPLY = 1000
CONFIRM, REJECT = "confirm", "reject"
NO_GROUNDS = "Kết luận phúc tra mới không còn căn cứ (a) hoặc (b)."
JOINTLY_CLEARED = "Hai cơ quan thống nhất phiếu đạt."


def visible_to(user: User) -> Select[VoidProposal]:
    """Return the proposals a person may see.

    Home Affairs all; a body's people those on responses that their body has not still to judge: one that is proposed
    tells the other body's verdict. An enumerator sees her own where she replies, and nowhere else.
    """
    found = select(VoidProposal)
    if user.role == Role.HOME_AFFAIRS:
        return found
    if user.role in BODY_ROLES:
        still_to_judge = exists().where(
            Recheck.response_id == VoidProposal.response_id,
            Recheck.body == user.body,
            Recheck.state == RecheckState.WAITING,
        )
        return found.where(~still_to_judge)
    return found.where(false())


def one_visible_to(user: User, number: int) -> VoidProposal:
    """Return a proposal a person may see; one she may not see yet is as absent as one that is not."""
    return _one(visible_to(user), user, number)


def _one(found: Select[VoidProposal], user: User, number: int) -> VoidProposal:
    proposal = db.session.scalar(found.where(VoidProposal.id == min(number, 2**63 - 1)))
    if proposal is None:
        log.warning("void proposal %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return proposal


def _own(user: User) -> Select[VoidProposal]:
    return select(VoidProposal).join(VoidProposal.response).where(Response.enumerator_id == user.id)


def one_to_answer(user: User, number: int) -> VoidProposal:
    """Return a proposal on an enumerator's own response; one on another's is as absent as one that is not."""
    return _one(_own(user), user, number)


def waiting_for(user: User, campaign: Campaign) -> list[VoidProposal]:
    """Return the open proposals on an enumerator's own responses, the nearest deadline first; one query."""
    found = (
        _own(user)
        .options(contains_eager(VoidProposal.response).joinedload(Response.unit).lazyload(Unit.group))
        .where(VoidProposal.campaign_id == campaign.id, VoidProposal.state == ProposalState.OPEN)
        .order_by(VoidProposal.reply_until, VoidProposal.id)
    )
    return list(db.session.scalars(found))


@dataclass(frozen=True)
class Listed:
    """A proposal of a list, and why its reader cannot decide it now; "" where she can."""

    proposal: VoidProposal
    why_not: str


def listed(
    user: User, campaign: Campaign, number: int, state: str = ""
) -> tuple[Page[VoidProposal], list[Listed]]:
    """Return a page of the proposals a person may see, open ones first, the oldest of them first."""
    found = (
        visible_to(user)
        .join(VoidProposal.response)
        .options(
            contains_eager(VoidProposal.response).joinedload(Response.unit).lazyload(Unit.group),
            contains_eager(VoidProposal.response).joinedload(Response.enumerator),
            contains_eager(VoidProposal.response).joinedload(Response.campaign),
        )
        .where(VoidProposal.campaign_id == campaign.id)
        .order_by(
            (VoidProposal.state == ProposalState.OPEN).desc(), VoidProposal.reply_until, VoidProposal.id
        )
    )
    if state in list(ProposalState):
        found = found.where(VoidProposal.state == state)
    page = cut(found, number)
    disputed, moment = _disputed(each.response_id for each in page.rows), now()
    rows = []
    for each in page.rows:
        why = obstacle(user, each, moment, disputed=each.response_id in disputed)
        rows.append(Listed(each, str(why) if why else ""))
    return page, rows


def of_response(user: User, response: Response) -> list[VoidProposal]:
    """Return the proposals on a response that a person may see, oldest first."""
    found = visible_to(user).where(VoidProposal.response_id == response.id)
    return list(db.session.scalars(found.order_by(VoidProposal.id)))


def still_judging(proposal: VoidProposal) -> list[Body]:
    """Return the bodies whose re-check of the response would end with it; those bodies do not see the proposal."""
    waiting = select(Recheck.body).where(
        Recheck.response_id == proposal.response_id, Recheck.state == RecheckState.WAITING
    )
    return [Body(body) for body in db.session.scalars(waiting)]


def _disputed(responses: Iterable[int]) -> set[int]:
    """Return those of the responses on which the bodies have still to agree; one query."""
    open_cases = select(JointCase.response_id).where(
        JointCase.response_id.in_(list(responses)), JointCase.state == JointState.OPEN
    )
    return set(db.session.scalars(open_cases))


# --- made and withdrawn by verdicts ---


def grounds_of(verdict: RecheckVerdict) -> list[RecheckReason]:
    """Return for which of a verdict's reasons a response should be void: (a) no interview, (b) no user."""
    given = verdict.reasons.split(",")
    return [each for each in GROUNDS if each in given] if verdict.verdict == Verdict.FAILED else []


def open_of(response: Response) -> VoidProposal | None:
    """Return a response's open proposal."""
    found = select(VoidProposal).where(
        VoidProposal.response_id == response.id, VoidProposal.state == ProposalState.OPEN
    )
    return db.session.scalar(found.execution_options(populate_existing=True))


def propose(verdict: RecheckVerdict, response: Response, moment: datetime) -> Lines:
    """Open a proposal on a held response where a verdict gives grounds, none is open and it is not void.

    Returns the lines to write.
    """
    grounds = grounds_of(verdict)
    if not grounds or response.state == ResponseState.VOID or open_of(response) is not None:
        return []
    days = recheck_settings.of_campaign(response.campaign).reply_days
    proposal = VoidProposal(
        campaign_id=response.campaign_id,
        response_id=response.id,
        response_version=verdict.response_version,
        recheck_id=verdict.recheck_id,
        body=verdict.recheck.body,
        proposed_by_id=verdict.given_by_id,
        proposed_at=moment,
        reasons=",".join(grounds),
        note=verdict.note,
        reply_until=moment + timedelta(days=days),
    )
    db.session.add(proposal)
    db.session.flush()
    after = {
        "proposal": proposal.id,
        "state": proposal.state,
        "body": proposal.body,
        "reasons": ", ".join(LABELS[each] for each in grounds),
        "version": proposal.response_version,
        "reply_until": problems.told(proposal.reply_until),
    }
    return [(AuditVerb.VOID_PROPOSED, Change(response.uuid, None, after, proposal.note))]


def settle(
    response: Response, moment: datetime, verdict: RecheckVerdict | None = None, *, anew: bool = False
) -> Lines:
    """Make a held response's proposal fit what is found of it: withdraw one without grounds, open one with them.

    `verdict` is one just given. A verdict given before opens one only where another's proposal falls now, or, `anew`,
    where the heads have just agreed: what was once rejected is not proposed again by itself. Agreed as confirmed, there
    are no grounds. Returns the lines to write.
    """
    verdicts = findings.verdicts_of(response)
    cleared = findings.agreed_on(response, verdicts) == Verdict.CONFIRMED
    grounded = [] if cleared else [each for each in verdicts.values() if grounds_of(each)]
    lines: Lines = []
    proposal = open_of(response)
    if proposal is not None and proposal.recheck_id not in [each.recheck_id for each in grounded]:
        lines += withdraw(proposal, JOINTLY_CLEARED if cleared else NO_GROUNDS, moment)
        anew = True
    for each in grounded:
        if anew or each is verdict:
            lines += propose(each, response, moment)
    return lines


def withdraw(proposal: VoidProposal, why: str, moment: datetime) -> Lines:
    """End an open proposal without a decision, because its grounds are gone; returns the lines to write."""
    proposal.state, proposal.decided_at, proposal.decision = ProposalState.WITHDRAWN, moment, why
    db.session.flush()
    before = {"state": ProposalState.OPEN}
    after = {"proposal": proposal.id, "state": proposal.state}
    return [(AuditVerb.VOID_WITHDRAWN, Change(proposal.response.uuid, before, after, why))]


# --- answered ---


def answer(actor: User, proposal: VoidProposal, reply: str) -> None:
    """Keep what a response's enumerator says to the proposal; until it is decided she may say it anew.

    Refuses a proposal on another's response, one that is decided, an empty reply and one too long, and a campaign
    that is neither open nor closed.
    """
    voiding.check_decided_on(proposal.response.campaign)
    response = voiding.hold([proposal.response_id])[0]
    proposal = _fresh(proposal)
    if response.enumerator_id != actor.id:
        log.warning("void proposal %d is not for %s to answer", proposal.id, actor.username)
        raise problems.NotFound()
    if proposal.state != ProposalState.OPEN:
        raise _decided(proposal)
    text = clean(reply)
    if not 1 <= len(text) <= LONGEST_REPLY:
        raise problems.InvalidFields({"reply": problems.field("void_reply", most=LONGEST_REPLY)})
    if text == proposal.reply:
        return
    before = {"reply": proposal.reply} if proposal.reply else None
    proposal.reply, proposal.replied_at = text, now()
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.VOID_ANSWERED,
        response.uuid,
        campaign_id=proposal.campaign_id,
        before=before,
        after={"proposal": proposal.id, "reply": text},
        at=proposal.replied_at,
    )


# --- decided ---


def seen_of(proposal: VoidProposal) -> str:
    """Return what a decision is based on: the response's version and the reply, as its page showed them."""
    return f"{proposal.response.version}-{hashlib.sha256(proposal.reply.encode()).hexdigest()[:16]}"


def obstacle(
    actor: User, proposal: VoidProposal, moment: datetime, *, disputed: bool | None = None
) -> problems.Problem | None:
    """Return why a person cannot decide a proposal now, None where she can.

    Who decides is a second person: the head of the body that did not propose, or Home Affairs. Not before the
    enumerator has replied or her time has passed, and not while the bodies have still to agree on the response.
    """
    response = proposal.response
    form_code = response.form_code
    if actor.id == proposal.proposed_by_id or (actor.role in BODY_ROLES and actor.body == proposal.body):
        return recheck_problems.OwnProposal(form_code=form_code, body=LABELS[Body(proposal.body)])
    if actor.role not in (Role.BODY_HEAD, Role.HOME_AFFAIRS):
        return problems.NotAllowed()
    if proposal.state != ProposalState.OPEN:
        return _decided(proposal)
    if response.campaign.state not in rechecks.WORKED_ON:
        return rechecks.not_now(response.campaign)
    if not proposal.reply and moment < proposal.reply_until:
        return recheck_problems.ReplyStillOpen(form_code=form_code, until=proposal.reply_until)
    if _disputed([response.id]) if disputed is None else disputed:
        return recheck_problems.JointCaseOpen(form_code=form_code)
    return None


def decide(actor: User, proposal: VoidProposal, word: str, reason: str, *, seen: str) -> None:
    """Confirm or reject a proposal by the word a person chose; refuses another word, and what these refuse."""
    if word not in (CONFIRM, REJECT):
        raise problems.InvalidFields({"decision": problems.field("decision")})
    (confirm if word == CONFIRM else reject)(actor, proposal, reason, seen=seen)


def confirm(actor: User, proposal: VoidProposal, reason: str, *, seen: str) -> None:
    """Void a response as proposed: it counts no more, stays on file, and its form code is free again.

    `seen` is what `seen_of` said of the page that was read. Refuses whoever `obstacle` names, a response or reply
    that changed since, a response that is void already, and a missing reason.
    """
    response, proposal, moment = _to_decide(actor, proposal, seen)
    text = voiding.reason_of(reason)
    if response.state == ResponseState.VOID:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState.VOID])
    lines = _close(actor, proposal, ProposalState.CONFIRMED, AuditVerb.VOID_CONFIRMED, text, moment)
    after = {"proposal": proposal.id}
    lines += voiding.void(actor, [response], text, moment, after)
    audit.record_lines(actor, lines, campaign_id=proposal.campaign_id, at=moment)


def reject(actor: User, proposal: VoidProposal, reason: str, *, seen: str) -> None:
    """Leave a response counting in spite of a proposal; refuses what `confirm` refuses, a void response aside."""
    _, proposal, moment = _to_decide(actor, proposal, seen)
    text = voiding.reason_of(reason)
    lines = _close(actor, proposal, ProposalState.REJECTED, AuditVerb.VOID_REJECTED, text, moment)
    audit.record_lines(actor, lines, campaign_id=proposal.campaign_id, at=moment)


def _to_decide(actor: User, proposal: VoidProposal, seen: str) -> tuple[Response, VoidProposal, datetime]:
    """Return response and proposal as they are now, locked, and the moment; refuses what cannot be decided now."""
    voiding.check_decided_on(proposal.response.campaign)
    response = voiding.hold([proposal.response_id])[0]
    proposal, moment = _fresh(proposal), now()
    if why := obstacle(actor, proposal, moment):
        log.warning("%s cannot decide void proposal %d: %s", actor.username, proposal.id, why.code)
        raise why
    present = seen_of(proposal)
    if seen != present:
        version, _, _ = present.partition("-")
        if seen.partition("-")[0] != version or proposal.replied_at is None:
            raise problems.StaleVersion(
                form_code=response.form_code,
                who=response_saving.last_hand(response),
                when=response.saved_at,
            )
        who = response.enumerator.display_name
        raise recheck_problems.ReplyArrived(who=who, when=proposal.replied_at)
    return response, proposal, moment


def _close(
    actor: User, proposal: VoidProposal, state: ProposalState, verb: AuditVerb, text: str, moment: datetime
) -> Lines:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, moment
    proposal.decision = text
    db.session.flush()
    before, after = {"state": ProposalState.OPEN}, {"proposal": proposal.id, "state": state}
    return [(verb, Change(proposal.response.uuid, before, after, text))]


def _fresh(proposal: VoidProposal) -> VoidProposal:
    fresh = select(VoidProposal).where(VoidProposal.id == proposal.id).with_for_update(of=VoidProposal)
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _decided(proposal: VoidProposal) -> problems.Problem:
    who = proposal.decided_by.display_name if proposal.decided_by else LABELS[Body(proposal.body)]
    return recheck_problems.ProposalDecided(
        form_code=proposal.response.form_code,
        state=STATE_LABELS["void"][proposal.state],
        who=who,
        when=proposal.decided_at,
    )
