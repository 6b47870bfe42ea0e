"""What becomes of two forms with one code: the first counts on, the second takes its place, or gets its own code."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select

from survey_app import duplicate_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, doubts, duplicate_codes, paradata, response_content, responses, samples
from survey_app.domain.response_content import content_of, digest_of, is_form_code
from survey_app.domain.response_saving import flush, insert_once
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS, STATE_LABELS
from survey_app.language import clean_line
from survey_app.models import (
    Campaign,
    DuplicateCode,
    Flag,
    JointCase,
    Recheck,
    Response,
    SampleRow,
    Unit,
    User,
    VoidProposal,
)
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import (
    CampaignState,
    DuplicateState,
    FlagState,
    JointState,
    ProposalState,
    RecheckState,
    ResponseState,
    Role,
)

log = logging.getLogger(__name__)
LONGEST_REASON = 200
MOST_CODES = 50
CHOICES = (DuplicateState.FIRST_KEPT, DuplicateState.SECOND_KEPT, DuplicateState.RECODED)


def first_of(duplicate: DuplicateCode, *, lock: bool = False) -> Response | None:
    """Return the response that bears a duplicate's code now, None where there is none, or once the code is its own."""
    found = select(Response).where(
        Response.campaign_id == duplicate.campaign_id,
        Response.form_code == duplicate.form_code,
        Response.uuid != duplicate.uuid,
        ARRIVED,
    )
    if lock:
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(found)


def mark_of(first: Response | None) -> str:
    """Return what says which first form, in which version, a person looked at before deciding."""
    return f"{first.uuid}/{first.version}/{first.state}" if first is not None else ""


def free_codes(duplicate: DuplicateCode) -> list[SampleRow]:
    """Return rows of the second form's unit, still to be asked, that its enumerator or nobody has, by position."""
    unit = json.loads(duplicate.content)["unit"]
    found = (
        select(SampleRow)
        .join(Unit, Unit.id == SampleRow.unit_id)
        .where(
            SampleRow.campaign_id == duplicate.campaign_id,
            Unit.code == unit,
            or_(SampleRow.enumerator_id.is_(None), SampleRow.enumerator_id == duplicate.enumerator_id),
            samples.remaining(),
        )
        .order_by(SampleRow.enumerator_id.is_(None), SampleRow.kind, SampleRow.position)
    )
    return list(db.session.scalars(found.limit(MOST_CODES)))


def decide(
    actor: User, duplicate: DuplicateCode, choice: str, reason: str, *, seen: str, form_code: str = ""
) -> DuplicateCode:
    """End a case with a reason: keep the first form, take the second in its place, or give the second another code.

    The first is made void by Home Affairs alone: nobody of the enumerators' own house takes a response away. Taken, the
    second becomes a response of its own id, enumerator, moment and questionnaire version, and the first
    becomes void. Refuses a missing choice or reason, a case that was decided meanwhile, a first form that is not the
    one that was seen, one on which a flag, a re-check, a proposal or a joint case is open, a code that is not free,
    and a campaign that is not open (closed: only the first can be kept).
    """
    duplicate = duplicate_codes.locked(duplicate.uuid)
    why = clean_line(reason)
    _check_undecided(duplicate)
    _check_typed(choice, why)
    _check_now(duplicate.campaign, choice)
    first = first_of(duplicate, lock=True)
    if mark_of(first) != seen:
        raise duplicate_problems.DuplicateChanged(form_code=duplicate.form_code)
    code = duplicate.form_code
    if choice == DuplicateState.RECODED:
        code = _checked_code(duplicate, form_code)
    replaced = first if choice == DuplicateState.SECOND_KEPT else None
    if replaced is not None and actor.role != Role.HOME_AFFAIRS:
        log.warning("%s wanted the first of two forms of code %s void", actor.username, code)
        raise duplicate_problems.FirstByHomeAffairs(form_code=code)
    if replaced is not None and _is_in_work(replaced):
        raise duplicate_problems.FirstInWork(form_code=code)
    moment = duplicate_codes.close(actor, duplicate, DuplicateState(choice), why)
    lines: list[Callable[[], None]] = []
    if replaced is not None:
        lines.append(_void(actor, replaced, why, moment))
    if choice != DuplicateState.FIRST_KEPT:
        lines.append(_receive(actor, duplicate, code, moment))
    for write in lines:
        write()
    duplicate_codes.record_end(actor, duplicate, code)
    return duplicate


def _check_undecided(duplicate: DuplicateCode) -> None:
    if duplicate.state != DuplicateState.OPEN:
        raise duplicate_problems.DuplicateDecided(
            who=duplicate.decided_by.display_name if duplicate.decided_by else "",
            form_code=duplicate.form_code,
            when=duplicate.decided_at,
            what=STATE_LABELS["duplicate"][duplicate.state],
            reason=duplicate.reason,
        )


def _check_typed(choice: str, reason: str) -> None:
    fields = {}
    if choice not in CHOICES:
        fields["decision"] = problems.field("duplicate_decision")
    if not 1 <= len(reason) <= LONGEST_REASON:
        fields["reason"] = problems.field("duplicate_reason", most=LONGEST_REASON)
    if fields:
        raise problems.InvalidFields(fields)


def _check_now(campaign: Campaign, choice: str) -> None:
    db.session.refresh(campaign, ["state"])
    states = [CampaignState.OPEN] + [CampaignState.CLOSED] * (choice == DuplicateState.FIRST_KEPT)
    if campaign.state not in states:
        raise duplicate_problems.DuplicateNotNow(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def _is_in_work(first: Response) -> bool:
    """Tell whether anybody else is still to decide about a response; what it is, is not for everybody to know."""
    found = (
        exists().where(Flag.response_id == first.id, Flag.state == FlagState.OPEN),
        exists().where(Recheck.response_id == first.id, Recheck.state == RecheckState.WAITING),
        exists().where(VoidProposal.response_id == first.id, VoidProposal.state == ProposalState.OPEN),
        exists().where(JointCase.response_id == first.id, JointCase.state == JointState.OPEN),
    )
    return bool(db.session.scalar(select(or_(*found))))


def _void(actor: User, first: Response, reason: str, moment: datetime) -> Callable[[], None]:
    """Let the first form count no more; return what writes its line."""
    before = {"state": first.state}
    first.state = ResponseState.VOID
    db.session.flush()
    return lambda: audit.record(
        actor,
        AuditVerb.RESPONSE_VOIDED,
        first.uuid,
        campaign_id=first.campaign_id,
        before=before,
        after={"state": first.state, "version": first.version},
        reason=reason,
        at=moment,
    )


def _receive(actor: User, duplicate: DuplicateCode, code: str, moment: datetime) -> Callable[[], None]:
    """Make the second form a response, under the given code; return what writes its line."""
    columns = _columns(duplicate, code)
    row = {
        "uuid": duplicate.uuid,
        "campaign_id": duplicate.campaign_id,
        "enumerator_id": duplicate.enumerator_id,
        "questionnaire_sha256": duplicate.questionnaire_sha256,
        "version": 1,
        "created_at": duplicate.received_at,
        "saved_at": moment,
        **columns,
    }
    try:
        key = insert_once(row)
        version, key = (1, key) if key is not None else _become(duplicate, columns, moment)
    except problems.InvalidFields as raced:
        if code != duplicate.form_code:
            raise
        raise duplicate_problems.DuplicateChanged(form_code=code) from raced
    asked, answers = duplicate.questionnaire_sha256, columns["answers"]
    raised = doubts.raised(asked, answers, json.loads(columns["details"]))
    paradata.keep(key, paradata.unpacked(duplicate.making), raised)
    return lambda: audit.record(
        actor,
        AuditVerb.RESPONSE_SUBMITTED,
        duplicate.uuid,
        campaign_id=duplicate.campaign_id,
        after={
            "form_code": code,
            "version": version,
            "digest": columns["content_digest"],
            "enumerator": duplicate.enumerator.username,
        },
        reason=duplicate.reason,
        at=moment,
    )


def _columns(duplicate: DuplicateCode, code: str) -> dict[str, Any]:
    told = json.loads(duplicate.content)
    content = content_of(told["unit"], code, told["mode"], told["answers"], told["details"])
    asked = duplicate.questionnaire_sha256
    return {
        "state": ResponseState.SUBMITTED,
        "submitted_at": duplicate.received_at,
        "unit_id": _unit_of(told["unit"]),
        "form_code": code,
        "mode": told["mode"],
        "validity": response_content.validity_of(duplicate.campaign, asked, told["answers"]),
        "answers": told["answers"],
        "details": audit.canonical(told["details"]),
        "content_digest": digest_of(content),
    }


def _unit_of(code: str) -> int:
    return db.session.scalars(select(Unit.id).where(Unit.code == code)).one()


def _become(duplicate: DuplicateCode, columns: dict[str, Any], moment: datetime) -> tuple[int, int]:
    """Let the enumerator's own draft of that id become the response; refuses one that arrived meanwhile."""
    draft = db.session.scalars(
        select(Response)
        .where(Response.uuid == duplicate.uuid)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if draft.state != ResponseState.DRAFT:
        raise duplicate_problems.DuplicateArrived(form_code=draft.form_code)
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.version += 1
    draft.saved_at = moment
    draft.questionnaire_sha256 = duplicate.questionnaire_sha256
    flush(draft)
    return draft.version, draft.id


def _checked_code(duplicate: DuplicateCode, typed: str) -> str:
    """Return the code the second form gets; refuses one of another form, unit or person, as in any response."""
    code, wrong = clean_line(typed), None
    row = duplicate_codes.row_of(duplicate.campaign, code)
    unit = json.loads(duplicate.content)["unit"]
    if not is_form_code(code):
        wrong = problems.field("form_code")
    elif code == duplicate.form_code:
        wrong = problems.field("duplicate_same_code")
    elif row is not None and not (
        row.in_use and row.unit.code == unit and row.enumerator_id in (None, duplicate.enumerator_id)
    ):
        wrong = problems.field("form_code_listed", value=code)
    elif responses.is_taken(duplicate.campaign, code):
        wrong = problems.field("form_code_taken", value=code)
    if wrong:
        raise problems.InvalidFields({"form_code": wrong})
    return code
