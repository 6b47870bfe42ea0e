"""A citizen's own link: opening it, and sending one form by it, once."""

import logging
from datetime import datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, people
from survey_app.domain.campaign_settings import counts_self
from survey_app.domain.response_content import Checked, Entry, check
from survey_app.domain.response_saving import Receipt, insert_once
from survey_app.extensions import begin_writing, db
from survey_app.models import Campaign, Response, SelfLink
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import CampaignState, Mode, ResponseState

log = logging.getLogger(__name__)


def campaign_of(link: SelfLink) -> Campaign:
    """Return the campaign a link belongs to."""
    return db.session.get_one(Campaign, link.campaign_id)


class Expiring(Protocol):
    """What holds until a moment: a link as it is stored, or as it is handed out."""

    @property
    def expires_at(self) -> datetime: ...


def last_moment(link: Expiring) -> datetime:
    """Return the last moment at which a link holds, so that its day is the one that was named."""
    return link.expires_at - timedelta(microseconds=1)


def of_token(token: str) -> SelfLink:
    """Return the link of a token, used or not; one that was revoked is as absent as one that never was."""
    known = select(SelfLink).where(
        SelfLink.token_digest == people.token_digest(token), SelfLink.revoked_at.is_(None)
    )
    link = db.session.scalar(known)
    if link is None:
        raise collection_problems.SelfLinkUnknown()
    return link


def open(token: str) -> SelfLink:
    """Return the link of a token for its form to be filled in.

    Refuses one that is unknown, revoked, used or expired, a campaign that is not open, and a form that
    an enumerator has brought meanwhile.
    """
    link = of_token(token)
    _check_usable(link, campaign_of(link), now())
    return link


def _check_usable(link: SelfLink, campaign: Campaign, moment: datetime) -> None:
    if link.used_at is not None:
        raise collection_problems.SelfLinkUsed(when=link.used_at)
    if _is_taken(link):
        raise collection_problems.SelfLinkTaken()
    if link.expires_at <= moment:
        raise collection_problems.SelfLinkExpired(when=link.expires_at)
    if campaign.state != CampaignState.OPEN:
        raise collection_problems.SelfLinkClosed()


def _is_taken(link: SelfLink) -> bool:
    arrived = select(Response.id).where(
        Response.campaign_id == link.campaign_id, Response.form_code == link.form_code, ARRIVED
    )
    return db.session.scalar(arrived.limit(1)) is not None


def submit(token: str, entry: Entry) -> Receipt:
    """Store the form of a link once; the same content again is a receipt again.

    The content is read by the rules of every form; unit, form code and way of asking are the link's.
    Refuses what `open` refuses, and other content once the link was used; then nothing is changed.
    """
    link = of_token(token)
    campaign = campaign_of(link)
    if link.used_at is None:
        _check_usable(link, campaign, now())
    checked = _checked(link, campaign, entry)
    begin_writing()
    # Campaign, link, trail: whoever needs several of them locks them in this order.
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"read": True})
    link = _held(link)
    moment = now()
    if link.used_at is not None:
        return _again(link, checked)
    _check_usable(link, campaign, moment)
    uuid = str(uuid5(NAMESPACE_URL, f"self/{link.token_digest}"))
    if not _insert(link, campaign, uuid, checked, moment):
        raise collection_problems.SelfLinkTaken()
    link.used_at, link.response_uuid = moment, uuid
    db.session.flush()
    audit.record(
        people.citizens(),
        AuditVerb.RESPONSE_SUBMITTED,
        uuid,
        campaign_id=campaign.id,
        after={"form_code": checked.form_code, "version": 1, "digest": checked.digest, "mode": Mode.SELF},
        at=moment,
    )
    return Receipt(uuid, checked.digest, 1, is_new=True)


def _checked(link: SelfLink, campaign: Campaign, entry: Entry) -> Checked:
    own = Entry(link.unit.code, link.form_code, Mode.SELF, entry.answers, entry.details, entry.accept_invalid)
    try:
        return check(
            campaign,
            people.citizens().id,
            own,
            complete=True,
            questionnaire=campaign.questionnaire_sha256,
            kept_unit=link.unit_id,
            kept_mode=Mode.SELF,
            kept_code=link.form_code,
        )
    except problems.InvalidFields as refusal:
        if link.used_at is not None:
            raise _other_content(link) from refusal
        raise problems.InvalidFields(_told_to_citizens(refusal)) from refusal


def _told_to_citizens(refusal: problems.InvalidFields) -> dict[str, str]:
    """Return the sentences of a refusal, those to an enumerator in words to the citizen."""
    polite = {problems.field("answer_missing"): problems.field("citizen_missing")}
    fields = {name: polite.get(sentence, sentence) for name, sentence in refusal.fields.items()}
    if "accept_invalid" in fields:
        fields["accept_invalid"] = problems.field("citizen_too_few")
    return fields


def _held(link: SelfLink) -> SelfLink:
    """Return the link as it stands now, held until the commit; its token may have been replaced meanwhile."""
    held = (
        select(SelfLink)
        .where(
            SelfLink.id == link.id,
            SelfLink.token_digest == link.token_digest,
            SelfLink.revoked_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(held)
    if found is None:
        raise collection_problems.SelfLinkUnknown()
    return found


def _insert(link: SelfLink, campaign: Campaign, uuid: str, checked: Checked, moment: datetime) -> bool:
    values = {
        "uuid": uuid,
        "campaign_id": campaign.id,
        "enumerator_id": people.citizens().id,
        "state": ResponseState.SUBMITTED,
        "apart": not counts_self(campaign),
        "questionnaire_sha256": campaign.questionnaire_sha256,
        "version": 1,
        "created_at": moment,
        "saved_at": moment,
        "submitted_at": moment,
        **checked.columns(),
    }
    try:
        return insert_once(values) is not None
    except problems.InvalidFields:
        log.info("form %s of a self link came from an enumerator at the same moment", link.form_code)
        return False


def _again(link: SelfLink, checked: Checked) -> Receipt:
    stored = db.session.scalar(select(Response).where(Response.uuid == link.response_uuid))
    if stored is None or stored.content_digest != checked.digest:
        raise _other_content(link)
    state = ResponseState(stored.state)
    if state == ResponseState.VOID:
        log.warning("response %s is void and was sent again by its link", stored.uuid)
    return Receipt(stored.uuid, checked.digest, stored.version, is_new=False, state=state)


def _other_content(link: SelfLink) -> collection_problems.SelfLinkUsed:
    log.warning("self link %s was used and other content came", link.id)
    return collection_problems.SelfLinkUsed(when=link.used_at)
