"""How a response is written: inserted once, changed from the version it was opened on, its former version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, doubts, paradata
from survey_app.domain.paradata import Making
from survey_app.domain.response_content import Checked
from survey_app.extensions import DIALECTS, db
from survey_app.models import Campaign, Paradata, Response, ResponseVersion, User
from survey_app.vocabulary import ResponseState

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
_SAVING = (
    AuditVerb.RESPONSE_SUBMITTED,
    AuditVerb.RESPONSE_DRAFTED,
    AuditVerb.RESPONSE_CORRECTED,
    AuditVerb.RESPONSE_IMPORTED,
)


@dataclass(frozen=True)
class Receipt:
    """The proof that a response is stored: its id, the digest of its content, its version, its state now.

    `form_code` is told where it is another than what was sent.
    """

    uuid: str
    digest: str
    version: int
    is_new: bool
    state: ResponseState = ResponseState.SUBMITTED
    form_code: str = ""


def checked_uuid(uuid: str) -> str:
    try:
        return str(UUID(uuid))
    except (ValueError, AttributeError) as wrong:
        raise problems.MalformedContent(detail="mã phiếu trên máy không phải là UUID") from wrong


_INSERT_ONCE = {
    name: dialect.insert(Response.__table__)
    .on_conflict_do_nothing(index_elements=["uuid"])
    .returning(Response.__table__.c.id)
    for name, dialect in DIALECTS.items()
}


def insert_once(values: dict[str, Any]) -> int | None:
    """Insert a response unless its id is known; return its key, or None where it was known."""
    connection = db.session.connection()
    try:
        key: int | None = connection.execute(_INSERT_ONCE[connection.dialect.name], values).scalar()
    except IntegrityError as collision:
        raise problems.InvalidFields({"form_code": _taken(values["form_code"])}) from collision
    return key


def _taken(form_code: str | None) -> str:
    return problems.field("form_code_taken", value=form_code)


def keep_making(key: int, checked: Checked, questionnaire: str, making: Making | None) -> None:
    entered = checked.entered
    paradata.keep(key, making, doubts.raised(questionnaire, entered.answers, entered.details))


def ask_once(checked: Checked, questionnaire: str, making: Making | None) -> None:
    """Stop where the answers raise a doubt that its enumerator has not been asked about yet."""
    odd = doubts.raised(questionnaire, checked.entered.answers, checked.entered.details)
    if not {doubt.code for doubt in odd} <= (making.confirmed if making else frozenset()):
        raise problems.AskedOnce(doubts=odd)


def row_of(
    actor: User, campaign: Campaign, uuid: str, checked: Checked, state: ResponseState, moment: datetime
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


def own_for_update(actor: User, campaign_id: int, uuid: str) -> Response:
    response = db.session.scalar(
        select(Response)
        .where(Response.uuid == uuid)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if response is None or (response.enumerator_id, response.campaign_id) != (actor.id, campaign_id):
        raise problems.NotFound()
    return response


def version_that_says(response: Response, digest: str) -> int | None:
    """Return the version in which this content was received, the present one or one corrected since."""
    if response.content_digest == digest:
        return response.version
    earlier = select(ResponseVersion.version).where(
        ResponseVersion.response_id == response.id, ResponseVersion.content_digest == digest
    )
    return db.session.scalar(earlier.order_by(ResponseVersion.version.desc()).limit(1))


def flush(response: Response) -> None:
    form_code = response.form_code
    try:
        db.session.flush()
    except IntegrityError as collision:
        raise problems.InvalidFields({"form_code": _taken(form_code)}) from collision


def record_correction(
    actor: User, response: Response, before: Mapping[str, Any], reason: str, moment: datetime
) -> None:
    """Write the line of a correction, from what the response was to what it is; last in a verb."""
    audit.record(
        actor,
        AuditVerb.RESPONSE_CORRECTED,
        response.uuid,
        campaign_id=response.campaign_id,
        before=before,
        after={"version": response.version, "digest": response.content_digest},
        reason=reason,
        at=moment,
    )


def apply(response: Response, checked: Checked, moment: datetime) -> None:
    for name, value in checked.columns().items():
        setattr(response, name, value)
    response.saved_at = moment
    response.version += 1


def check_version(response: Response, version: int | None, making: Making | None = None) -> None:
    """Refuse a save based on another version, unless it is a draft and its own device that saved it last.

    A device whose reply was lost on the way cannot know the number its draft got.
    """
    if version != response.version and not _own_draft_of(response, making):
        raise problems.StaleVersion(
            form_code=response.form_code or "nháp",
            who=last_hand(response),
            when=response.saved_at,
        )


def _own_draft_of(response: Response, making: Making | None) -> bool:
    if response.state != ResponseState.DRAFT or making is None or making.device is None:
        return False
    saved_by = select(Paradata.device).where(Paradata.response_id == response.id)
    return db.session.scalar(saved_by) == making.device


def last_hand(response: Response) -> str:
    """Return the name of the person who saved the response last."""
    hands = [line for line in audit.history("response", response.uuid) if line.verb in _SAVING]
    return hands[-1].actor_name if hands else response.enumerator.display_name


def keep_version(actor: User, response: Response, reason: str, moment: datetime) -> None:
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
