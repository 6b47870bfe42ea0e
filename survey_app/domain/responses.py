"""Responses: drafting, submitting once, correcting with a reason; nothing is lost and nothing deleted."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from scoring.answers import answered_enough
from survey_app import problems
from survey_app.domain import audit, campaigns, rechecks
from survey_app.domain.entry_rules import Entered, rules_of
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import (
    Assignment,
    Campaign,
    Response,
    ResponseProposal,
    ResponseVersion,
    Unit,
    User,
)
from survey_app.models.columns import now
from survey_app.models.response import COUNTED
from survey_app.vocabulary import (
    LABELS,
    AuditVerb,
    CampaignState,
    ResponseState,
    Role,
    Validity,
)

_FORM_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9./_-]{0,38}[A-Za-z0-9])?")
VERSIONED = (
    "unit_id",
    "form_code",
    "state",
    "validity",
    "mode",
    "answers",
    "details",
    "content_digest",
    "saved_at",
)


@dataclass(frozen=True)
class Entry:
    """A response as it was typed, sent or imported: raw values under their codes."""

    unit: str
    form_code: str
    mode: str
    answers: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    accept_invalid: bool = False


@dataclass(frozen=True)
class Receipt:
    """The proof that a response is stored: its id, the digest of its content, its version."""

    uuid: str
    digest: str
    version: int
    is_new: bool


def visible_to(user: User) -> Select[Response]:
    """Return the responses a person may see.

    An enumerator sees her own; a coordinator all; supervisors and Home Affairs all that arrived.
    """
    responses = select(Response)
    if user.role == Role.ENUMERATOR:
        return responses.where(Response.enumerator_id == user.id)
    if user.role == Role.COORDINATOR:
        return responses
    if user.role in (Role.SUPERVISOR, Role.HOME_AFFAIRS):
        return responses.where(Response.state != ResponseState.DRAFT)
    return responses.where(false())


def one_visible_to(user: User, uuid: str) -> Response:
    """Return one response a person may see; one that is not theirs is as absent as one that is not."""
    response = db.session.scalar(visible_to(user).where(Response.uuid == uuid))
    if response is None:
        raise problems.NotFound()
    return response


def one_to_edit(user: User, uuid: str) -> Response:
    """Return a person's own draft or returned response; refuses one that cannot be changed now."""
    response = one_visible_to(user, uuid)
    if response.enumerator_id != user.id:
        raise problems.NotFound()
    if response.state not in (ResponseState.DRAFT, ResponseState.RETURNED):
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])
    return response


def content_of(unit: str, form_code: str, mode: str, answers: str, details: Mapping[str, Any]) -> str:
    """Return the canonical text of a response's content, the text that is digested."""
    return audit.canonical(
        {"unit": unit, "form_code": form_code, "mode": mode, "answers": answers, "details": details}
    )


def is_form_code(text: str) -> bool:
    """Tell whether a text has the form of a printed form code."""
    return _FORM_CODE.fullmatch(text) is not None


def digest_of(content: str) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class _Checked:
    unit_id: int | None
    form_code: str
    mode: str
    validity: Validity
    entered: Entered
    digest: str
    content: str

    def columns(self) -> dict[str, Any]:
        return {
            "unit_id": self.unit_id,
            "form_code": self.form_code or None,
            "mode": self.mode,
            "validity": self.validity,
            "answers": self.entered.answers,
            "details": audit.canonical(self.entered.details),
            "content_digest": self.digest,
        }


def _assigned_unit(campaign: Campaign, unit_code: str, enumerator_id: int) -> int | None:
    found = (
        select(Unit.id)
        .join(Assignment, Assignment.unit_id == Unit.id)
        .where(
            Unit.code == unit_code,
            Assignment.campaign_id == campaign.id,
            Assignment.enumerator_id == enumerator_id,
            Assignment.target > 0,
        )
    )
    return db.session.scalar(found)


def validity_of(campaign: Campaign, answers: str) -> Validity:
    """Return whether packed answers make a valid form by the method's rule."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    enough = answered_enough(answers, questionnaire, campaigns.method_of(campaign.method_sha256))
    return Validity.VALID if enough else Validity.TOO_FEW_ANSWERS


def _check(
    campaign: Campaign,
    enumerator_id: int,
    entry: Entry,
    *,
    complete: bool,
    questionnaire: str,
    kept_unit: int | None = None,
) -> _Checked:
    entered = rules_of(questionnaire).read(entry.answers, entry.details, complete=complete)
    errors = dict(entered.errors)
    form_code = clean_line(entry.form_code)
    unit_id = _assigned_unit(campaign, entry.unit, enumerator_id) if entry.unit else None
    if entry.unit and unit_id is None:
        unit_id = kept_unit
    if (entry.unit or complete) and unit_id is None:
        errors["unit"] = "Hãy chọn một cơ quan, đơn vị đã giao cho bạn trong đợt này."
    if (form_code or complete) and not is_form_code(form_code):
        errors["form_code"] = "Mã phiếu gồm 1–40 chữ không dấu, số, dấu gạch, chấm; ví dụ HN22-0017."
    if entry.mode not in campaigns.modes_of(campaign):
        errors["mode"] = "Hãy chọn một cách hỏi có trong danh sách."
    validity = validity_of(campaign, entered.answers)
    if complete and validity != Validity.VALID and not entry.accept_invalid and not entered.errors:
        errors["accept_invalid"] = (
            "Phiếu mới trả lời dưới mức tối thiểu (80 % tiêu chí của các yếu tố 1–4) nên sẽ không được tính điểm. "
            "Hãy hỏi thêm, hoặc đánh dấu để gửi như phiếu không hợp lệ."
        )
    if errors:
        raise problems.InvalidFields(errors)
    content = content_of(entry.unit, form_code, entry.mode, entered.answers, entered.details)
    return _Checked(unit_id, form_code, entry.mode, validity, entered, digest_of(content), content)


def check_open(campaign: Campaign) -> None:
    """Refuse a campaign that does not take responses now."""
    if campaign.state != CampaignState.OPEN:
        raise problems.CampaignNotOpen(campaign=campaign.name, state=LABELS[CampaignState(campaign.state)])


def _check_uuid(uuid: str) -> str:
    try:
        return str(UUID(uuid))
    except (ValueError, AttributeError) as wrong:
        raise problems.MalformedContent(detail="mã phiếu trên máy không phải là UUID") from wrong


def _insert_once(values: dict[str, Any]) -> int | None:
    """Insert a response unless its id is known; return its key, or None where it was known."""
    dialect = db.session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(Response)
    fresh = statement.values(**values).on_conflict_do_nothing(index_elements=["uuid"]).returning(Response.id)
    try:
        key: int | None = db.session.scalar(fresh)
        return key
    except IntegrityError as collision:
        raise problems.InvalidFields({"form_code": _taken(values["form_code"])}) from collision


def _taken(form_code: str | None) -> str:
    return f"Mã phiếu {form_code} đã có trong đợt này. Hãy kiểm tra số in trên phiếu giấy."


def submit(
    actor: User, campaign: Campaign, uuid: str, entry: Entry, *, version: int | None = None
) -> Receipt:
    """Store a finished response under its device's id, exactly once.

    The same content again is received again; other content under a known id is kept as a proposal
    and refused; a draft of one's own becomes the response. Refuses a campaign that is not open, a
    unit that is not assigned, a form code already taken, and every field that breaks its rule.
    """
    check_open(campaign)
    uuid = _check_uuid(uuid)
    checked = _check(campaign, actor.id, entry, complete=True, questionnaire=campaign.questionnaire_sha256)
    moment = now()
    key = _insert_once(_row(actor, campaign, uuid, checked, ResponseState.SUBMITTED, moment))
    if key is None:
        return _submit_known(actor, campaign, uuid, checked, version, moment)
    audit.record(
        actor,
        AuditVerb.RESPONSE_SUBMITTED,
        uuid,
        campaign_id=campaign.id,
        after={"form_code": checked.form_code, "version": 1, "digest": checked.digest},
        at=moment,
    )
    return Receipt(uuid, checked.digest, 1, is_new=True)


def _row(
    actor: User, campaign: Campaign, uuid: str, checked: _Checked, state: ResponseState, moment: datetime
) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "campaign_id": campaign.id,
        "enumerator_id": actor.id,
        "state": state,
        "questionnaire_sha256": campaign.questionnaire_sha256,
        "version": 1,
        "created_at": moment,
        "saved_at": moment,
        "submitted_at": None if state == ResponseState.DRAFT else moment,
        **checked.columns(),
    }


def _own(actor: User, uuid: str) -> Response:
    response = db.session.scalar(
        select(Response)
        .where(Response.uuid == uuid)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if response is None or response.enumerator_id != actor.id:
        raise problems.NotFound()
    return response


def _submit_known(
    actor: User, campaign: Campaign, uuid: str, checked: _Checked, version: int | None, moment: datetime
) -> Receipt:
    response = _own(actor, uuid)
    if response.state != ResponseState.DRAFT:
        if response.content_digest == checked.digest:
            return Receipt(uuid, checked.digest, response.version, is_new=False)
        propose(actor, response, checked.content, checked.digest)
        raise problems.OtherContent(form_code=response.form_code)
    _check_version(response, version)
    _apply(response, checked, moment)
    response.state = ResponseState.SUBMITTED
    response.submitted_at = moment
    _flush(response)
    audit.record(
        actor,
        AuditVerb.RESPONSE_SUBMITTED,
        uuid,
        campaign_id=campaign.id,
        before={"state": ResponseState.DRAFT},
        after={"form_code": checked.form_code, "version": response.version, "digest": checked.digest},
        at=moment,
    )
    return Receipt(uuid, checked.digest, response.version, is_new=True)


def _flush(response: Response) -> None:
    form_code = response.form_code
    try:
        db.session.flush()
    except IntegrityError as collision:
        raise problems.InvalidFields({"form_code": _taken(form_code)}) from collision


def _apply(response: Response, checked: _Checked, moment: datetime) -> None:
    for name, value in checked.columns().items():
        setattr(response, name, value)
    response.saved_at = moment
    response.version += 1


def _check_version(response: Response, version: int | None) -> None:
    if version != response.version:
        raise problems.StaleVersion(
            form_code=response.form_code or "nháp",
            who=last_hand(response),
            when=response.saved_at,
        )


def last_hand(response: Response) -> str:
    """Return the name of the person who saved the response last."""
    lines = audit.history("response", response.uuid)
    return lines[-1].actor_name if lines else response.enumerator.display_name


def save_draft(
    actor: User, campaign: Campaign, uuid: str, entry: Entry, *, version: int | None = None
) -> Receipt:
    """Keep an unfinished response; it counts nowhere. Refuses what `submit` refuses, blanks allowed."""
    check_open(campaign)
    uuid = _check_uuid(uuid)
    checked = _check(campaign, actor.id, entry, complete=False, questionnaire=campaign.questionnaire_sha256)
    moment = now()
    key = _insert_once(_row(actor, campaign, uuid, checked, ResponseState.DRAFT, moment))
    number = 1
    if key is None:
        response = _own(actor, uuid)
        if response.state != ResponseState.DRAFT:
            raise problems.CannotChange(
                form_code=response.form_code, state=LABELS[ResponseState(response.state)]
            )
        if response.content_digest == checked.digest:
            return Receipt(uuid, checked.digest, response.version, is_new=False)
        _check_version(response, version)
        _apply(response, checked, moment)
        _flush(response)
        number = response.version
    after = {"form_code": checked.form_code, "version": number, "digest": checked.digest}
    audit.record(actor, AuditVerb.RESPONSE_DRAFTED, uuid, campaign_id=campaign.id, after=after, at=moment)
    return Receipt(uuid, checked.digest, number, is_new=key is not None)


def propose(actor: User, response: Response, content: str, content_digest: str) -> None:
    """Keep other content that arrived under a known id, once, for a person to decide."""
    known = select(ResponseProposal.id).where(
        ResponseProposal.response_id == response.id, ResponseProposal.content_digest == content_digest
    )
    if db.session.scalar(known) is not None:
        return
    db.session.execute(
        insert(ResponseProposal).values(
            response_id=response.id, proposed_by_id=actor.id, content=content, content_digest=content_digest
        )
    )
    audit.record(
        actor,
        AuditVerb.RESPONSE_PROPOSED,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"digest": response.content_digest},
        after={"digest": content_digest},
    )


def correct(actor: User, response: Response, entry: Entry, *, version: int, reason: str) -> Receipt:
    """Replace a returned response's content by a new version, the old one kept, and answer its flags.

    The same content again with a reason is a reply, too. Refuses a response that was not returned, a
    stale version and a missing reason. The response keeps its questionnaire version.
    """
    response = _own(actor, response.uuid)
    check_open(response.campaign)
    if response.state != ResponseState.RETURNED:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])
    why = clean_line(reason)
    if not 1 <= len(why) <= 200:
        raise problems.InvalidFields({"reason": "Hãy ghi lý do sửa hoặc giữ nguyên, tối đa 200 ký tự."})
    _check_version(response, version)
    checked = _check(
        response.campaign,
        actor.id,
        entry,
        complete=True,
        questionnaire=response.questionnaire_sha256,
        kept_unit=response.unit_id if response.unit and response.unit.code == entry.unit else None,
    )
    moment = now()
    before = {"version": response.version, "digest": response.content_digest}
    _keep_version(actor, response, why, moment)
    _apply(response, checked, moment)
    response.state = ResponseState.SUBMITTED
    _flush(response)
    rechecks.answer_open(actor, response, why, moment)
    audit.record(
        actor,
        AuditVerb.RESPONSE_CORRECTED,
        response.uuid,
        campaign_id=response.campaign_id,
        before=before,
        after={"version": response.version, "digest": checked.digest},
        reason=why,
        at=moment,
    )
    return Receipt(response.uuid, checked.digest, response.version, is_new=True)


def _keep_version(actor: User, response: Response, reason: str, moment: datetime) -> None:
    kept = {name: getattr(response, name) for name in VERSIONED}
    db.session.add(
        ResponseVersion(
            response_id=response.id,
            version=response.version,
            superseded_at=moment,
            superseded_by_id=actor.id,
            reason=reason,
            **kept,
        )
    )


def versions_of(response: Response) -> list[ResponseVersion]:
    """Return the superseded versions, oldest first."""
    kept = select(ResponseVersion).where(ResponseVersion.response_id == response.id)
    return list(db.session.scalars(kept.order_by(ResponseVersion.version)))


def entry_of(response: Response | ResponseVersion, questionnaire_sha256: str) -> Entry:
    """Return the raw values of a stored response, to be shown or edited again."""
    criteria = rules_of(questionnaire_sha256).criteria
    levels = {"N": "NA", "-": ""}
    return Entry(
        unit=response.unit.code if response.unit else "",
        form_code=response.form_code or "",
        mode=response.mode,
        answers={
            code: levels.get(given, given) for code, given in zip(criteria, response.answers, strict=True)
        },
        details=json.loads(response.details),
    )


def counted_rows(campaign: Campaign) -> Iterator[tuple[str, str, str, str]]:
    """Yield form code, unit, enumerator and packed answers of every response that counts, by form code."""
    counting = (
        select(Response.form_code, Unit.code, User.username, Response.answers)
        .join(Unit, Unit.id == Response.unit_id)
        .join(User, User.id == Response.enumerator_id)
        .where(
            Response.campaign_id == campaign.id,
            COUNTED,
        )
        .order_by(Response.form_code)
    )
    for row in db.session.execute(counting.execution_options(yield_per=1000)):
        yield (row[0] or "", row[1], row[2], row[3])


def drafts_of(user: User, campaign: Campaign) -> list[Response]:
    """Return a person's own drafts in a campaign, the newest first."""
    drafts = visible_to(user).where(
        Response.campaign_id == campaign.id,
        Response.enumerator_id == user.id,
        Response.state == ResponseState.DRAFT,
    )
    return list(
        db.session.scalars(drafts.options(joinedload(Response.unit)).order_by(Response.saved_at.desc()))
    )
