"""People's devices: what they need to work without a network, what they report, what they hand over sealed."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    flags,
    people,
    recheck_devices,
    response_content,
    responses,
    sample_views,
)
from survey_app.domain.paradata import claimed_moment, device_id, read
from survey_app.extensions import DIALECTS, Base, begin_writing, db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, DeviceKey, DeviceReport, Flag, User
from survey_app.models.columns import now
from survey_app.vocabulary import BODY_ROLES, CampaignState, FlagReason, Role

FORMAT = "hailong-record-2"
LARGEST_RECORD = 512 * 1024
MOST_DEVICES = 20  # of one person: the newest reports
COUNTS = ("waiting", "to_mend", "aside", "drafts")


def key_of(user: User) -> bytes:
    """Return the 32 bytes that seal a person's records on devices, made when first asked for and never changed."""
    kept = select(DeviceKey.secret).where(DeviceKey.user_id == user.id)
    secret = db.session.scalar(kept)
    if secret is None:
        begin_writing()
        connection = db.session.connection()
        table = Base.metadata.tables["device_key"]
        fresh = {"user_id": user.id, "secret": secrets.token_hex(32)}
        connection.execute(
            DIALECTS[connection.dialect.name].insert(table).on_conflict_do_nothing().values(fresh)
        )
        secret = db.session.scalar(kept)
    return bytes.fromhex(secret or "")


def work_on_device(user: User) -> list[dict[str, Any]]:
    """Return what an enumerator's device keeps of each open campaign: units, ways of asking, what came back or is asked.

    Questions are there to be read; they are answered with a network. No personal data: neither names of respondents
    nor how to reach them.
    """
    visible = campaigns.visible_to(user).where(Campaign.state == CampaignState.OPEN)
    told = [
        _campaign(user, campaign) for campaign in db.session.scalars(visible.order_by(Campaign.id.desc()))
    ]
    return [each for each in told if each["units"] or each["returned"] or each["questions"]]


def _campaign(user: User, campaign: Campaign) -> dict[str, Any]:
    returned, questions = flags.waiting_for(user, campaign)
    return {
        "code": campaign.code,
        "name": campaign.name,
        "units": assignments.units_to_ask(user, campaign),
        "modes": [(mode.value, LABELS[mode]) for mode in campaigns.modes_to_ask(campaign)],
        "rows": sample_views.rows_of(user, campaign),
        "returned": [_told(flag) for flag in returned],
        "questions": [_told(flag) for flag in questions],
    }


def _told(flag: Flag) -> dict[str, str | None]:
    return {"uuid": flag.response.uuid, "form_code": flag.response.form_code, "why": _why(flag)}


def _why(flag: Flag) -> str:
    told = [LABELS[FlagReason(flag.reason)], flags.asked_about(flag), flag.note]
    return ": ".join(each for each in told if each)


def report(user: User, device: str, told: Mapping[str, object], browser: str) -> None:
    """Keep what a device says of the person's records that wait on it; refuses an id that is no UUID."""
    named = device_id(device)
    if named is None:
        raise problems.MalformedContent(detail="mã máy không phải là UUID")
    values = {
        "device": named,
        "user_id": user.id,
        **{name: _count(told.get(name)) for name in COUNTS},
        "oldest_at": claimed_moment(told.get("oldest_at")),
        "browser": clean_line(browser)[:200],
        "reported_at": now(),
    }
    connection = db.session.connection()
    insert = DIALECTS[connection.dialect.name].insert(Base.metadata.tables["device_report"]).values(values)
    changed = {name: value for name, value in values.items() if name not in ("device", "user_id")}
    connection.execute(insert.on_conflict_do_update(index_elements=["device", "user_id"], set_=changed))
    hers = select(DeviceReport.device).where(DeviceReport.user_id == user.id)
    newest = hers.order_by(DeviceReport.reported_at.desc()).limit(MOST_DEVICES)
    connection.execute(
        delete(DeviceReport).where(DeviceReport.user_id == user.id, DeviceReport.device.not_in(newest))
    )


def _count(told: object) -> int:
    return min(told, 1_000_000) if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0


@dataclass(frozen=True)
class HandedOver:
    """A sealed record that somebody received for its owner: an enumerator's response or a supervisor's re-check."""

    owner: User
    form_code: str
    is_new: bool


def receive_sealed(actor: User, content: bytes) -> HandedOver:
    """Open a record that somebody exported from her device, and store it as hers.

    An enumerator's response is the coordinator's to receive, a supervisor's re-check the own body's head's. Refuses a
    file that is no such record, one sealed for nobody known here or changed on the way, one that is another's to
    receive, and whatever `responses.receive` or `recheck_devices.receive` refuses.
    """
    owner, uuid, told = _opened(content)
    _check_hands(actor, owner)
    told_by = f"tệp xuất từ máy của {owner.username}"
    if owner.role in BODY_ROLES:
        handed = recheck_devices.receive_for(actor, owner, uuid, _facts(told, "judged"), told_by)
        return HandedOver(owner, handed.form_code, handed.is_new)
    campaign = campaigns.one_visible_to(actor, str(told.get("campaign", "")))
    entry = response_content.Entry(
        unit=_text(told, "unit"),
        form_code=_text(told, "form_code"),
        mode=_text(told, "mode"),
        answers=_facts(told, "answers"),
        details=_facts(told, "details"),
        accept_invalid=told.get("accept_invalid") is True,
    )
    version = told.get("version")
    try:
        receipt = responses.receive(
            owner,
            campaign,
            uuid,
            entry,
            version=version if type(version) is int else None,
            reason=_text(told, "reason"),
            making=read(told.get("paradata"), _list(told, "confirmed")),
        )
    except problems.OtherContent:
        audit.record(actor, AuditVerb.RESPONSE_IMPORTED, uuid, campaign_id=campaign.id, reason=told_by)
        raise
    if receipt.is_new:
        audit.record(actor, AuditVerb.RESPONSE_IMPORTED, uuid, campaign_id=campaign.id, reason=told_by)
    return HandedOver(owner, entry.form_code, receipt.is_new)


def _check_hands(actor: User, owner: User) -> None:
    """Refuse a record that is another's to receive: no body's work passes through other hands than its own."""
    if owner.role == Role.ENUMERATOR:
        if actor.role != Role.COORDINATOR:
            raise recheck_problems.EntryNotYours(username=owner.username)
    elif actor.role != Role.BODY_HEAD or actor.body != owner.body:
        raise recheck_problems.RecheckNotYours(username=owner.username)


def _text(told: Mapping[str, Any], name: str) -> str:
    return told[name] if isinstance(told.get(name), str) else ""


def _facts(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    return told[name] if isinstance(told.get(name), dict) else {}


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    return told[name] if isinstance(told.get(name), list) else []


def _opened(content: bytes) -> tuple[User, str, dict[str, Any]]:
    """Return whose record it is, its id and its content; refuses what cannot be opened."""
    if len(content) > LARGEST_RECORD:
        raise problems.ContentTooLarge(limit="512 KB")
    try:
        file = json.loads(content.decode("utf-8"))
        if file["format"] != FORMAT:
            raise ValueError(FORMAT)
        owner = people.by_username(str(file["username"])[:64])
        seal = AESGCM(key_of(owner))
        told = seal.decrypt(base64.b64decode(file["iv"]), base64.b64decode(file["sealed"]), None)
        sealed = json.loads(told)
        facts, uuid = sealed["content"], str(file["id"])
        json.dumps(facts, ensure_ascii=False).encode("utf-8")
        # What stands outside the seal can be changed on the way; what is inside cannot.
        if (sealed["id"], sealed["user"]) != (uuid, owner.id):
            raise ValueError("seal")
    except (ValueError, KeyError, TypeError, RecursionError, InvalidTag, problems.UnknownValue) as wrong:
        raise problems.NotADeviceRecord() from wrong
    if owner.role not in (Role.ENUMERATOR, *BODY_ROLES) or not isinstance(facts, dict):
        raise problems.NotADeviceRecord()
    if owner.disabled_at is not None:
        raise problems.OwnerDisabled(username=owner.username)
    return owner, uuid, facts
