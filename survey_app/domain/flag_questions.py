"""Questions: what an enumerator is asked about a response that goes on counting, her answer, and how a body ends it."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, flags
from survey_app.extensions import db
from survey_app.language import clean
from survey_app.models import Campaign, Flag, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import FlagKind, FlagReason, FlagState, Role


def answer(actor: User, flag: Flag, reply: str) -> None:
    """Answer a question about an own response; the response stays as it is.

    Refuses a doubt, which is answered by correcting the response; an answer without a word or of more than 1,000
    characters; a question that ended; and a campaign whose result is sealed.
    """
    response = _locked(flag)
    if actor.role != Role.ENUMERATOR or response.enumerator_id != actor.id:
        raise problems.NotFound()
    flags.check_unsealed(response.campaign)
    if flag.kind != FlagKind.QUESTION:
        raise recheck_problems.DoubtNeedsCorrection(form_code=response.form_code)
    if flag.state != FlagState.OPEN:
        raise flags.ended(flag)
    text = clean(reply)
    if not text:
        raise problems.InvalidFields({"reply": problems.field("answer_empty")})
    if len(text) > flags.LONGEST_NOTE:
        told = problems.field("text_long", length=len(text), most=flags.LONGEST_NOTE)
        raise problems.InvalidFields({"reply": told})
    flag.state, flag.closed_by_id, flag.closed_at, flag.reply = FlagState.ANSWERED, actor.id, now(), text
    _record(actor, AuditVerb.FLAG_ANSWERED, response, flag, FlagState.OPEN, text)


def settle(actor: User, flag: Flag) -> None:
    """Say that a question of the own body is clear now; the response was never held up by it.

    Refuses a doubt, a question that was not answered yet, settled before or turned into a doubt, and a campaign whose
    result is sealed.
    """
    response = _locked(flag)
    flags.check_unsealed(response.campaign)
    _check_answered(flag)
    flag.state, flag.settled_by_id, flag.settled_at = FlagState.SETTLED, actor.id, now()
    _record(actor, AuditVerb.FLAG_SETTLED, response, flag, FlagState.ANSWERED)


def doubt_after(actor: User, flag: Flag, *, version: int, note: str) -> Flag:
    """Turn an answered question of the own body into a doubt about the same; question and answer stay as they are.

    Refuses what `settle` and `flags.raise_flag` refuse.
    """
    response = _locked(flag)
    _check_answered(flag)
    # "Other" needs a note: the question itself says what it was about.
    said = flags.words(flag.reason, clean(note) or flag.note, FlagKind.DOUBT, flag.question)
    flags.check(actor, response, version, said)
    return flags.put(actor, [response], said, follows=flag)[0]


def _locked(flag: Flag) -> Response:
    response = flags.locked([flag.response_id])[0]
    db.session.refresh(flag)
    return response


def _check_answered(flag: Flag) -> None:
    if flag.kind != FlagKind.QUESTION or flag.state == FlagState.OPEN:
        raise recheck_problems.NotAnsweredYet(form_code=flag.response.form_code)
    if flag.state != FlagState.ANSWERED or doubted_since(flag):
        raise flags.ended(flag)


_Later = aliased(Flag)
_DOUBTED_SINCE = exists().where(
    _Later.response_id == Flag.response_id,
    _Later.body == Flag.body,
    _Later.question == Flag.question,
    _Later.kind == FlagKind.DOUBT,
    _Later.raised_at >= Flag.closed_at,
)
_TO_SETTLE = (Flag.kind == FlagKind.QUESTION) & (Flag.state == FlagState.ANSWERED) & ~_DOUBTED_SINCE


def doubted_since(flag: Flag) -> bool:
    """Tell whether the body doubted the same after the answer to its question: nothing is left to settle then."""
    return bool(db.session.scalar(select(_DOUBTED_SINCE).where(Flag.id == flag.id)))


def to_settle(user: User, campaign: Campaign) -> list[Flag]:
    """Return the answered questions that a person's body has to settle, the oldest answer first; one query."""
    found = (
        flags.visible_to(user)
        .join(Flag.response)
        .options(contains_eager(Flag.response).joinedload(Response.unit), joinedload(Flag.raised_by))
        .where(Response.campaign_id == campaign.id, _TO_SETTLE)
        .order_by(Flag.closed_at, Flag.id)
    )
    return list(db.session.scalars(found))


def unsettled_of(user: User, keys: list[int]) -> set[int]:
    """Return which of some responses a question of a person's body is still about, open or with an answer; one query."""
    is_open = (Flag.kind == FlagKind.QUESTION) & (Flag.state == FlagState.OPEN)
    found = flags.visible_to(user).where(Flag.response_id.in_(keys), is_open | _TO_SETTLE)
    return set(db.session.scalars(found.with_only_columns(Flag.response_id)))


def settleable(found: list[Flag]) -> set[int]:
    """Return the ids of those of some flags that are questions with an answer and nothing after it; one query."""
    asked = select(Flag.id).where(Flag.id.in_([flag.id for flag in found]), _TO_SETTLE)
    return set(db.session.scalars(asked))


def _record(
    actor: User, verb: AuditVerb, response: Response, flag: Flag, before: FlagState, reason: str = ""
) -> None:
    db.session.flush()
    audit.record(
        actor,
        verb,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"flag_state": before},
        after={"flag_state": flag.state, "flag": flag.id, "reason": FlagReason(flag.reason)},
        reason=reason,
    )
