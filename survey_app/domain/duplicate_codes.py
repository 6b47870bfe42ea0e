"""Finished forms whose code is another's: kept whole beside the responses, counted nowhere, until somebody decides."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, false, func, select
from sqlalchemy.exc import IntegrityError

from survey_app import duplicate_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, paradata, response_content, responses
from survey_app.domain.entry_rules import rules_of
from survey_app.domain.paradata import Making
from survey_app.domain.response_content import Checked, Entry
from survey_app.domain.response_saving import Receipt, checked_uuid
from survey_app.extensions import begin_writing, db
from survey_app.language import clean_line
from survey_app.models import AuditLine, Campaign, DuplicateCode, Response, SampleRow, User
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import DuplicateState, DuplicateWhy, ResponseState, Role

log = logging.getLogger(__name__)
MOST_DECIDED = 200  # of one person, told to her devices


@dataclass(frozen=True)
class Kept:
    """What a device hears of a form that was kept aside: that it is safe, where its case stands, and why in words."""

    uuid: str
    digest: str
    form_code: str
    state: DuplicateState
    is_new: bool
    sentence: str
    why: str


@dataclass(frozen=True)
class _Case:
    """Why a code is another's; the unit of its row on the list, which was this person's to ask, if it has one."""

    why: DuplicateWhy
    unit_id: int | None


def visible_to(user: User) -> Select[DuplicateCode]:
    """Return the duplicates a person may see: an enumerator her own, coordinators and Home Affairs all."""
    found = select(DuplicateCode)
    if user.role in (Role.COORDINATOR, Role.HOME_AFFAIRS):
        return found
    if user.role == Role.ENUMERATOR:
        return found.where(DuplicateCode.enumerator_id == user.id)
    return found.where(false())


def one_visible_to(user: User, number: int) -> DuplicateCode:
    """Return a duplicate a person may see; one that is not hers is as absent as one that is not."""
    found = db.session.scalar(visible_to(user).where(DuplicateCode.id == min(number, 2**63 - 1)))
    if found is None:
        log.warning("duplicate %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return found


def open_count(user: User, campaign: Campaign) -> int:
    """Return how many duplicates of a campaign wait for a decision."""
    waiting = visible_to(user).where(
        DuplicateCode.campaign_id == campaign.id, DuplicateCode.state == DuplicateState.OPEN
    )
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def decided_of(user: User) -> list[str]:
    """Return the ids of a person's duplicates that were decided, the newest first: her devices ask what became of them."""
    found = (
        select(DuplicateCode.uuid)
        .where(DuplicateCode.enumerator_id == user.id, DuplicateCode.state != DuplicateState.OPEN)
        .order_by(DuplicateCode.decided_at.desc())
    )
    return list(db.session.scalars(found.limit(MOST_DECIDED)))


_KNOWN = select(DuplicateCode.id).where(DuplicateCode.uuid == bindparam("uuid"))


def receive(
    actor: User,
    campaign: Campaign,
    uuid: str,
    entry: Entry,
    *,
    version: int | None,
    reason: str = "",
    making: Making | None = None,
) -> Receipt | Kept:
    """Store what a device sends, or keep it aside where nothing is wrong but that its code is another's.

    A code is another's where somebody else's response bears it, or where its row was this person's and was given
    to somebody else. The same content again is told the same, or what was decided meanwhile; under another code it
    is a new response and its case is closed. Refuses what `responses.receive` refuses: a code of the list that was
    never hers, one her own response bears, a second case of one code, other content for one kept aside.
    """
    uuid = checked_uuid(uuid)
    if db.session.connection().execute(_KNOWN, {"uuid": uuid}).first():
        return _receive_known(actor, campaign, uuid, entry, version=version, reason=reason, making=making)
    try:
        return responses.receive(actor, campaign, uuid, entry, version=version, reason=reason, making=making)
    except problems.InvalidFields as refusal:
        if set(refusal.fields) - {"form_code", "unit"}:
            raise
        if isinstance(refusal.__cause__, IntegrityError):
            db.session.rollback()  # PostgreSQL lets nothing more be done in that transaction
        begin_writing()
        kept = _keep(actor, campaign, uuid, entry, version, making)
        if kept is None:
            raise
        return kept


def _keep(
    actor: User, campaign: Campaign, uuid: str, entry: Entry, version: int | None, making: Making | None
) -> Kept | None:
    """Keep a refused form aside; return None where its code is not another's or anything else in it is wrong."""
    audit.hold()  # nobody keeps the same form, or a second one under this code, between the look and the line
    stored = db.session.scalar(select(Response).where(Response.uuid == uuid))
    if stored is not None and (stored.enumerator_id != actor.id or stored.state != ResponseState.DRAFT):
        return None
    if known := db.session.scalar(select(DuplicateCode).where(DuplicateCode.uuid == uuid)):
        return _told(known) if known.enumerator_id == actor.id and _says(known, entry) else None
    case = _case_of(actor, campaign, entry)
    if case is None or _has_open(actor, campaign, clean_line(entry.form_code)):
        return None
    asked = responses.asked_by(actor, campaign, uuid, begun=bool(version))
    checked = _checked(actor, campaign, entry, asked, case)
    if checked is None:
        return None
    duplicate = DuplicateCode(
        uuid=uuid,
        campaign_id=campaign.id,
        form_code=checked.form_code,
        enumerator_id=actor.id,
        questionnaire_sha256=asked,
        content=checked.content,
        content_digest=checked.digest,
        making=paradata.packed(making),
        received_at=now(),
        why=case.why,
        state=DuplicateState.OPEN,
        reason="",
    )
    db.session.add(duplicate)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.DUPLICATE_KEPT,
        uuid,
        campaign_id=campaign.id,
        after={"form_code": checked.form_code, "digest": checked.digest, "why": case.why},
        at=duplicate.received_at,
    )
    return _told(duplicate, is_new=True)


def _checked(actor: User, campaign: Campaign, entry: Entry, asked: str, case: _Case) -> Checked | None:
    """Check everything in a form but whose its code is; None where something else is wrong."""
    try:
        return response_content.check(
            campaign,
            actor.id,
            entry,
            complete=True,
            questionnaire=asked,
            kept_unit=case.unit_id,
            kept_code=clean_line(entry.form_code),
        )
    except problems.InvalidFields:
        return None


def _case_of(actor: User, campaign: Campaign, entry: Entry) -> _Case | None:
    """Return why a form's code is another's, None where it is hers to mend.

    A row of the list counts only for its own unit, and only where it is or was this person's: nobody fills the
    list of cases with rows that were never hers, and a mistyped code comes back to her.
    """
    form_code = clean_line(entry.form_code)
    bearer = select(Response.enumerator_id).where(
        Response.campaign_id == campaign.id, Response.form_code == form_code, ARRIVED
    )
    taken_by = db.session.scalar(bearer)
    if taken_by == actor.id:
        return None
    row = row_of(campaign, form_code)
    if row is None:
        return None if taken_by is None else _Case(DuplicateWhy.TAKEN, None)
    if row.unit.code != clean_line(entry.unit) or not row.in_use:
        return None
    if row.enumerator_id in (None, actor.id):
        return None if taken_by is None else _Case(DuplicateWhy.TAKEN, None)
    if not was_given_to(campaign, form_code, actor):
        return None
    return _Case(DuplicateWhy.MOVED if taken_by is None else DuplicateWhy.TAKEN, row.unit_id)


def row_of(campaign: Campaign, form_code: str) -> SampleRow | None:
    """Return the row of the list that bears a form code."""
    found = select(SampleRow).where(SampleRow.campaign_id == campaign.id, SampleRow.form_code == form_code)
    return db.session.scalar(found)


def was_given_to(campaign: Campaign, form_code: str, person: User) -> bool:
    """Tell from the trail whether a row of the list was ever a person's."""
    lines = select(AuditLine).where(
        AuditLine.noun == "sample",
        AuditLine.record_id == form_code,
        AuditLine.campaign_id == campaign.id,
        AuditLine.verb != AuditVerb.SAMPLE_REMOVED,
    )
    changes = [audit.changes_of(line) for line in db.session.scalars(lines)]
    return any(
        (change[side] or {}).get("enumerator") == person.username
        for change in changes
        for side in ("before", "after")
    )


def _has_open(actor: User, campaign: Campaign, form_code: str) -> bool:
    waiting = select(DuplicateCode.id).where(
        DuplicateCode.campaign_id == campaign.id,
        DuplicateCode.enumerator_id == actor.id,
        DuplicateCode.form_code == form_code,
        DuplicateCode.state == DuplicateState.OPEN,
    )
    return db.session.scalar(waiting.limit(1)) is not None


def _says(duplicate: DuplicateCode, entry: Entry) -> bool:
    """Tell whether an entry is the content that was kept."""
    asked = duplicate.questionnaire_sha256
    entered = rules_of(asked).read(entry.answers, entry.details, complete=True)
    if entered.errors:
        return False
    form_code, unit = clean_line(entry.form_code), clean_line(entry.unit)
    content = response_content.content_of(unit, form_code, entry.mode, entered.answers, entered.details)
    return response_content.digest_of(content) == duplicate.content_digest


def locked(uuid: str) -> DuplicateCode:
    """Return a duplicate as it is now, locked until the commit."""
    fresh = select(DuplicateCode).where(DuplicateCode.uuid == uuid).with_for_update()
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _receive_known(
    actor: User,
    campaign: Campaign,
    uuid: str,
    entry: Entry,
    *,
    version: int | None,
    reason: str,
    making: Making | None,
) -> Receipt | Kept:
    """Receive what comes under the id of a form that was kept aside."""
    begin_writing()
    duplicate = locked(uuid)
    if (duplicate.enumerator_id, duplicate.campaign_id) != (actor.id, campaign.id):
        raise problems.NotFound()
    state, same = DuplicateState(duplicate.state), _says(duplicate, entry)
    if state in (DuplicateState.OPEN, DuplicateState.FIRST_KEPT):
        if same:
            return _told(duplicate)
        if state == DuplicateState.FIRST_KEPT:
            raise duplicate_problems.DuplicateSettled(form_code=duplicate.form_code, reason=duplicate.reason)
        if clean_line(entry.form_code) == duplicate.form_code:
            raise duplicate_problems.DuplicateOther(form_code=duplicate.form_code)
    elif same:
        response = responses.one_visible_to(actor, uuid)
        return Receipt(
            uuid,
            response.content_digest,
            response.version,
            is_new=False,
            state=ResponseState(response.state),
            form_code=response.form_code or "",
        )
    receipt = responses.receive(actor, campaign, uuid, entry, version=version, reason=reason, making=making)
    if state == DuplicateState.OPEN:
        _mended(actor, duplicate, clean_line(entry.form_code))
    return receipt


def _mended(actor: User, duplicate: DuplicateCode, form_code: str) -> None:
    why = problems.field("duplicate_mended", value=form_code)
    close(actor, duplicate, DuplicateState.RECODED, why)
    record_end(actor, duplicate, form_code)


def close(actor: User, duplicate: DuplicateCode, state: DuplicateState, reason: str) -> datetime:
    """End a case that is open and locked, and return when; its line is written by `record_end`, last."""
    moment = now()
    duplicate.state, duplicate.decided_by, duplicate.decided_at = state, actor, moment
    duplicate.reason = reason
    db.session.flush()
    return moment


def record_end(actor: User, duplicate: DuplicateCode, form_code: str) -> None:
    """Write the line of a case that ended, with the code its form bears now."""
    audit.record(
        actor,
        AuditVerb.DUPLICATE_DECIDED,
        duplicate.uuid,
        campaign_id=duplicate.campaign_id,
        before={"state": DuplicateState.OPEN, "form_code": duplicate.form_code},
        after={"state": duplicate.state, "form_code": form_code},
        reason=duplicate.reason,
        at=duplicate.decided_at,
    )


def _told(duplicate: DuplicateCode, *, is_new: bool = False) -> Kept:
    """Return what its enumerator may hear: where the case stands, and of the other form no more than that it is there."""
    state = DuplicateState(duplicate.state)
    sentence, why = problems.field("duplicate_kept", value=duplicate.form_code), ""
    if state == DuplicateState.OPEN:
        row = row_of(duplicate.campaign, duplicate.form_code)
        given_on = row is not None and row.enumerator_id not in (None, duplicate.enumerator_id)
        why = problems.field("duplicate_mend", value=duplicate.form_code)
        if row is not None and row.enumerator is not None and given_on:
            name = row.enumerator.display_name
            why = problems.field("duplicate_moved", value=duplicate.form_code, who=name) + " " + why
    else:
        sentence = problems.field("duplicate_settled", value=duplicate.form_code, reason=duplicate.reason)
    return Kept(duplicate.uuid, duplicate.content_digest, duplicate.form_code, state, is_new, sentence, why)
