"""Flags: a body doubts or asks about a response or one of its answers; its enumerator replies; nothing is edited.

A doubt returns the response, which stops counting until its enumerator corrects it or says why it stays. A question
leaves it counting; `flag_questions` says how it is answered and ends.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, false, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, rechecks, response_saving
from survey_app.domain.people import CITIZENS
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.language import clean, clean_line
from survey_app.models import Campaign, Flag, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import (
    BODY_ROLES,
    COUNTED_STATES,
    Body,
    CampaignState,
    FlagKind,
    FlagReason,
    FlagState,
    ResponseState,
    Role,
)

log = logging.getLogger(__name__)
LONGEST_NOTE = 1000


def visible_to(user: User) -> Select[Flag]:
    """Return the flags a person may see.

    A supervisor sees those of the own body, an enumerator those on the own responses, the
    coordinator and Home Affairs all.
    """
    flags = select(Flag)
    if user.role in BODY_ROLES:
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


def one_visible_to(user: User, number: int) -> Flag:
    """Return a flag a person may see; one of the other body is as absent as one that is not."""
    flag = db.session.scalar(visible_to(user).where(Flag.id == min(number, 2**31 - 1)))
    if flag is None:
        log.warning("flag %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return flag


# --- raising ---


@dataclass(frozen=True)
class Words:
    """What a person says of a response: doubt or question, why, in which words, about which answer ("": all of it)."""

    kind: FlagKind
    reason: FlagReason
    note: str
    question: str = ""


def words(reason: str, note: str, kind: str = FlagKind.DOUBT, question: str = "") -> Words:
    """Read what was typed; refuses what is no kind or reason, too long a note, and "other" or a question without one."""
    text = clean(note)
    fields: dict[str, str] = {}
    if kind not in list(FlagKind):
        fields["kind"] = problems.field("not_listed", value=clean_line(kind)[:40])
    if reason not in list(FlagReason):
        fields["reason"] = problems.field("flag_reason")
    if len(text) > LONGEST_NOTE:
        fields["note"] = problems.field("note_long", length=len(text), most=LONGEST_NOTE)
    if kind == FlagKind.QUESTION and not text:
        fields["note"] = problems.field("question_note")
    elif reason == FlagReason.OTHER and not text:
        fields["note"] = problems.field("other_reason")
    if fields:
        raise problems.InvalidFields(fields)
    return Words(FlagKind(kind), FlagReason(reason), text, clean_line(question))


def raise_flag(
    actor: User,
    response: Response,
    *,
    version: int,
    reason: str,
    note: str,
    kind: str = FlagKind.DOUBT,
    question: str = "",
) -> Flag:
    """Doubt or ask about a response, or one of its answers, in the version shown; a doubt returns it to its enumerator.

    Refuses what `words` and `check` refuse.
    """
    response = locked([response.id])[0]
    said = words(reason, note, kind, question)
    check(actor, response, version, said, rechecks.hidden_among(actor, [response.id]))
    return put(actor, [response], said)[0]


def check(
    actor: User, response: Response, version: int, said: Words, hidden: Collection[int] = frozenset()
) -> None:
    """Refuse to flag a response as it stands; `hidden` are those that the own body has to judge first.

    Refuses these, a campaign that is not open, an answer its questionnaire does not ask for, a version that is not the present
    one, a response that was returned already or does not count, and a question that nobody is there to answer.
    """
    if response.campaign.state != CampaignState.OPEN:
        raise problems.CampaignNotOpen(
            campaign=response.campaign.name, state=CAMPAIGN_LABELS[CampaignState(response.campaign.state)]
        )
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    asked = (*questionnaire.criterion_codes, *(each.code for each in questionnaire.questions))
    if said.question and said.question not in asked:
        told = problems.field("question_unknown", value=said.question[:40], questionnaire=questionnaire.code)
        raise problems.InvalidFields({"question": told})
    if response.id in hidden:
        raise recheck_problems.VerdictFirst(form_code=response.form_code)
    check_stands(actor, response, version)
    if said.kind == FlagKind.QUESTION and has_nobody(response):
        raise recheck_problems.NobodyToAnswer(form_code=response.form_code)


def check_stands(actor: User, response: Response, version: int) -> None:
    """Refuse a response that does not count in the version shown, saying who changed what and when."""
    check_version(response, version)
    if response.state == ResponseState.RETURNED and (doubt := _open_doubt(response)):
        raise _flagged_already(actor, response, doubt)
    if response.state not in COUNTED_STATES:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])


def check_version(response: Response, version: int) -> None:
    """Refuse a version that is not the present one."""
    if response.version != version:
        raise problems.StaleVersion(
            form_code=response.form_code, who=response_saving.last_hand(response), when=response.saved_at
        )


def _open_doubt(response: Response) -> Flag | None:
    found = select(Flag).where(
        Flag.response_id == response.id, Flag.kind == FlagKind.DOUBT, Flag.state == FlagState.OPEN
    )
    return db.session.scalar(found.order_by(Flag.id.desc()).limit(1))


def _flagged_already(actor: User, response: Response, doubt: Flag) -> recheck_problems.FlaggedAlready:
    """Tell who was faster, why and in which words; nothing of the other body's while the own has still to judge."""
    secret = actor.body != doubt.body and rechecks.is_hidden_from(actor, response)
    return recheck_problems.FlaggedAlready(
        form_code=response.form_code,
        body=LABELS[Body(doubt.body)],
        who=doubt.raised_by.display_name,
        when=doubt.raised_at,
        reason=problems.field("reason_secret") if secret else LABELS[FlagReason(doubt.reason)],
        note="" if secret else doubt.note,
    )


def put(actor: User, found: Sequence[Response], said: Words, *, follows: Flag | None = None) -> list[Flag]:
    """Put the same words to locked responses that were checked, and write each one's line.

    `follows` is the answered question that a doubt comes from.
    """
    moment = now()
    raised = [
        Flag(
            response_id=response.id,
            response_version=response.version,
            kind=said.kind,
            question=said.question,
            body=actor.body,
            raised_by_id=actor.id,
            raised_at=moment,
            reason=said.reason,
            note=said.note,
        )
        for response in found
    ]
    before = [response.state for response in found]
    if said.kind == FlagKind.DOUBT:
        for response in found:
            response.state = ResponseState.RETURNED
    db.session.add_all(raised)
    db.session.flush()
    after = {
        "reason": said.reason,
        **({"question": said.question} if said.question else {}),
        **({"follows": follows.id} if follows else {}),
    }
    audit.record_all(
        actor,
        AuditVerb.FLAG_RAISED if said.kind == FlagKind.DOUBT else AuditVerb.FLAG_ASKED,
        [
            audit.Change(
                response.uuid,
                {"state": state},
                {"state": response.state, "flag": flag.id, "version": response.version, **after},
                said.note,
            )
            for response, state, flag in zip(found, before, raised, strict=True)
        ],
        campaign_id=found[0].campaign_id,
        at=moment,
    )
    return raised


def locked(keys: Collection[int]) -> list[Response]:
    """Return responses as they are now, locked until the commit, in the order of their keys."""
    people = selectinload(Response.campaign), selectinload(Response.enumerator)
    fresh = select(Response).where(Response.id.in_(keys)).options(*people).order_by(Response.id)
    fresh = fresh.with_for_update(key_share=True)
    return list(db.session.scalars(fresh.execution_options(populate_existing=True)))


def has_nobody(response: Response) -> bool:
    """Tell whether nobody can correct a response: a citizen sent it alone, or its enumerator is disabled."""
    return response.enumerator.username == CITIZENS or response.enumerator.disabled_at is not None


# --- ending ---


def withdraw(actor: User, flag: Flag, reason: str) -> None:
    """Take back an open flag of the own body with a reason; a response it returned is again what it was before.

    Refuses a missing reason, a flag that is no longer open, and a campaign whose result is sealed.
    """
    response = locked([flag.response_id])[0]
    db.session.refresh(flag)
    check_unsealed(response.campaign)
    text = clean(reason)
    if not 1 <= len(text) <= LONGEST_NOTE:
        raise problems.InvalidFields({"reason": problems.field("withdraw_reason", most=LONGEST_NOTE)})
    if flag.state != FlagState.OPEN:
        raise ended(flag)
    before = response.state
    flag.state, flag.closed_by_id, flag.closed_at, flag.reply = FlagState.WITHDRAWN, actor.id, now(), text
    if flag.kind == FlagKind.DOUBT and response.state == ResponseState.RETURNED:
        response.state = _state_before(flag, response)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.FLAG_WITHDRAWN,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"state": before},
        after={"state": response.state, "flag": flag.id},
        reason=text,
    )


def _state_before(flag: Flag, response: Response) -> ResponseState:
    """Return the state in which a doubt found its response; the trail alone keeps it, and nobody can change it there."""
    for line in audit.history("flag", response.uuid):
        told = audit.changes_of(line)
        if line.verb == AuditVerb.FLAG_RAISED and told["after"]["flag"] == flag.id:
            return ResponseState(told["before"]["state"])
    return ResponseState.SUBMITTED


def check_unsealed(campaign: Campaign) -> None:
    """Refuse a campaign that is neither open nor closed: its result is sealed, or nothing has begun."""
    if campaign.state not in (CampaignState.OPEN, CampaignState.CLOSED):
        raise recheck_problems.RecheckNotNow(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def ended(flag: Flag) -> recheck_problems.FlagEnded:
    """Return the refusal of a step that comes after a flag's last: what it is now, since when and by whom."""
    hand = flag.settled_by or flag.closed_by
    return recheck_problems.FlagEnded(
        form_code=flag.response.form_code,
        state=LABELS[FlagState(flag.state)],
        who=hand.display_name if hand else LABELS[Body(flag.body)],
        when=flag.settled_at or flag.closed_at or flag.raised_at,
    )


def answer_open(actor: User, response: Response, reply: str, moment: datetime) -> None:
    """Close a response's open doubts with its enumerator's reply; questions wait for their own answers."""
    for flag in open_of(response):
        flag.state, flag.closed_by_id, flag.closed_at, flag.reply = (
            FlagState.ANSWERED,
            actor.id,
            moment,
            reply,
        )


# --- what waits ---


def asked_about(flag: Flag) -> str:
    """Return the question that a flag is about in its words, its number before it; nothing for a whole response."""
    if not flag.question:
        return ""
    questionnaire = campaigns.questionnaire_of(flag.response.questionnaire_sha256)
    for factor in questionnaire.factors:
        for criterion in factor.criteria:
            if criterion.code == flag.question:
                return f"Câu {factor.number}.{criterion.number}: {criterion.text}"
    others = {each.code: each.text for each in questionnaire.criteria}
    return (others | {each.code: each.text for each in questionnaire.questions})[flag.question]


def waiting_on(response: Response) -> list[Flag]:
    """Return a response's open doubts and questions, the doubts first."""
    found = select(Flag).where(Flag.response_id == response.id, Flag.state == FlagState.OPEN)
    return list(db.session.scalars(found.order_by(Flag.kind, Flag.id)))


def open_of(response: Response) -> list[Flag]:
    """Return a response's open doubts, which its enumerator answers by correcting it."""
    found = select(Flag).where(
        Flag.response_id == response.id, Flag.kind == FlagKind.DOUBT, Flag.state == FlagState.OPEN
    )
    return list(db.session.scalars(found.order_by(Flag.id)))


def open_for(user: User, campaign: Campaign) -> list[Flag]:
    """Return the open doubts that an enumerator has to answer by correcting a response, the oldest first."""
    return waiting_for(user, campaign)[0]


def waiting_for(user: User, campaign: Campaign) -> tuple[list[Flag], list[Flag]]:
    """Return the open doubts and the open questions that an enumerator has to answer, the oldest first; one query."""
    if user.role != Role.ENUMERATOR:
        return [], []
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
    found = list(db.session.scalars(waiting))
    doubts = [flag for flag in found if flag.kind == FlagKind.DOUBT]
    return doubts, [flag for flag in found if flag.kind == FlagKind.QUESTION]


def newest_of(user: User, campaign: Campaign, most: int = 20) -> list[Flag]:
    """Return the newest flags a supervisor may see in a campaign: open ones first, then questions with an answer."""
    order = case(
        (Flag.state == FlagState.OPEN, 0),
        ((Flag.kind == FlagKind.QUESTION) & (Flag.state == FlagState.ANSWERED), 1),
        else_=2,
    )
    found = (
        visible_to(user)
        .join(Flag.response)
        .options(contains_eager(Flag.response).joinedload(Response.unit), joinedload(Flag.raised_by))
        .where(Response.campaign_id == campaign.id)
        .order_by(order, Flag.raised_at.desc(), Flag.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(found))
