"""Responses: drafting, submitting once, correcting with a reason; nothing is lost and nothing deleted."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from survey_app import problems
from survey_app.domain import audit, rechecks, response_proposals
from survey_app.domain.response_content import Checked, Entry, check
from survey_app.extensions import begin_writing, db
from survey_app.language import clean_line
from survey_app.models import (
    Campaign,
    Response,
    ResponseVersion,
    Unit,
    User,
)
from survey_app.models.columns import now
from survey_app.models.response import COUNTED
from survey_app.vocabulary import (
    CAMPAIGN_LABELS,
    LABELS,
    AuditVerb,
    CampaignState,
    ResponseState,
    Role,
)

log = logging.getLogger(__name__)
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
class Receipt:
    """The proof that a response is stored: its id, the digest of its content, its version, its state now."""

    uuid: str
    digest: str
    version: int
    is_new: bool
    state: ResponseState = ResponseState.SUBMITTED


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


def check_open(campaign: Campaign) -> None:
    """Refuse a campaign that does not take responses now."""
    if campaign.state != CampaignState.OPEN:
        raise problems.CampaignNotOpen(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def _check_uuid(uuid: str) -> str:
    try:
        return str(UUID(uuid))
    except (ValueError, AttributeError) as wrong:
        raise problems.MalformedContent(detail="mã phiếu trên máy không phải là UUID") from wrong


def asked_by(actor: User, campaign: Campaign, uuid: str, *, begun: bool) -> str:
    """Return the checksum of the questionnaire that asks: a draft begun before keeps its own version."""
    if not begun:
        return campaign.questionnaire_sha256
    draft = select(Response.questionnaire_sha256).where(
        Response.uuid == _check_uuid(uuid),
        Response.campaign_id == campaign.id,
        Response.enumerator_id == actor.id,
    )
    return db.session.scalar(draft) or campaign.questionnaire_sha256


_INSERT_ONCE = {
    name: dialect.insert(Response.__table__)
    .on_conflict_do_nothing(index_elements=["uuid"])
    .returning(Response.__table__.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
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
    asked = asked_by(actor, campaign, uuid, begun=bool(version))
    checked = check(campaign, actor.id, entry, complete=True, questionnaire=asked)
    begin_writing()
    moment = now()
    key = insert_once(_row(actor, campaign, uuid, checked, ResponseState.SUBMITTED, moment))
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


def _own(actor: User, campaign_id: int, uuid: str) -> Response:
    response = db.session.scalar(
        select(Response)
        .where(Response.uuid == uuid)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if response is None or (response.enumerator_id, response.campaign_id) != (actor.id, campaign_id):
        raise problems.NotFound()
    return response


def _submit_known(
    actor: User, campaign: Campaign, uuid: str, checked: Checked, version: int | None, moment: datetime
) -> Receipt:
    response = _own(actor, campaign.id, uuid)
    if response.state != ResponseState.DRAFT:
        state = ResponseState(response.state)
        if state == ResponseState.VOID:
            log.warning("response %s is void and was sent again by %s", uuid, actor.username)
        if received := _version_that_says(response, checked.digest):
            return Receipt(uuid, checked.digest, received, is_new=False, state=state)
        response_proposals.keep(actor, response, checked.content, checked.digest)
        raise problems.OtherContent(form_code=response.form_code, digest=checked.digest)
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


def _version_that_says(response: Response, digest: str) -> int | None:
    """Return the version in which this content was received, the present one or one corrected since."""
    if response.content_digest == digest:
        return response.version
    earlier = select(ResponseVersion.version).where(
        ResponseVersion.response_id == response.id, ResponseVersion.content_digest == digest
    )
    return db.session.scalar(earlier.order_by(ResponseVersion.version.desc()).limit(1))


def _flush(response: Response) -> None:
    form_code = response.form_code
    try:
        db.session.flush()
    except IntegrityError as collision:
        raise problems.InvalidFields({"form_code": _taken(form_code)}) from collision


def _apply(response: Response, checked: Checked, moment: datetime) -> None:
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
    asked = asked_by(actor, campaign, uuid, begun=bool(version))
    checked = check(campaign, actor.id, entry, complete=False, questionnaire=asked)
    begin_writing()
    moment = now()
    key = insert_once(_row(actor, campaign, uuid, checked, ResponseState.DRAFT, moment))
    number = 1
    if key is None:
        response = _own(actor, campaign.id, uuid)
        if response.state != ResponseState.DRAFT:
            raise problems.CannotChange(
                form_code=response.form_code, state=LABELS[ResponseState(response.state)]
            )
        if response.content_digest == checked.digest:
            return Receipt(uuid, checked.digest, response.version, is_new=False, state=ResponseState.DRAFT)
        _check_version(response, version)
        _apply(response, checked, moment)
        _flush(response)
        number = response.version
    after = {"form_code": checked.form_code, "version": number, "digest": checked.digest}
    audit.record(actor, AuditVerb.RESPONSE_DRAFTED, uuid, campaign_id=campaign.id, after=after, at=moment)
    return Receipt(uuid, checked.digest, number, is_new=key is not None, state=ResponseState.DRAFT)


def correct(actor: User, response: Response, entry: Entry, *, version: int, reason: str) -> Receipt:
    """Replace a returned response's content by a new version, the old one kept, and answer its flags.

    The same content again with a reason is a reply, too. Refuses a response that was not returned, a
    stale version and a missing reason. The response keeps its questionnaire version.
    """
    response = _own(actor, response.campaign_id, response.uuid)
    check_open(response.campaign)
    if response.state != ResponseState.RETURNED:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])
    why = clean_line(reason)
    if not 1 <= len(why) <= 200:
        raise problems.InvalidFields({"reason": problems.field("correction_reason")})
    _check_version(response, version)
    checked = check(
        response.campaign,
        actor.id,
        entry,
        complete=True,
        questionnaire=response.questionnaire_sha256,
        kept_unit=response.unit_id if response.unit and response.unit.code == entry.unit else None,
        kept_mode=response.mode,
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
