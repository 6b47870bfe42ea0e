"""Responses: drafting, submitting once, correcting with a reason; nothing is lost and nothing deleted."""

import logging
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, flags, paradata, response_proposals, voiding
from survey_app.domain.entry_rules import rules_of
from survey_app.domain.paradata import Making
from survey_app.domain.response_content import Checked, Entry, check, content_of, digest_of
from survey_app.domain.response_saving import (
    Receipt,
    apply,
    ask_once,
    check_version,
    checked_uuid,
    flush,
    insert_once,
    keep_making,
    keep_version,
    own_for_update,
    record_correction,
    row_of,
    version_that_says,
)
from survey_app.extensions import begin_writing, db
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.language import clean_line
from survey_app.models import (
    Campaign,
    Response,
    ResponseVersion,
    Unit,
    User,
)
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED, COUNTED
from survey_app.vocabulary import CampaignState, ResponseState, Role

log = logging.getLogger(__name__)


def visible_to(user: User) -> Select[Response]:
    """Return the responses a person may see.

    An enumerator sees her own; a coordinator all; supervisors and Home Affairs all that arrived.
    """
    responses = select(Response)
    if user.role == Role.ENUMERATOR:
        return responses.where(Response.enumerator_id == user.id)
    if user.role == Role.COORDINATOR:
        return responses
    if user.role in (Role.SUPERVISOR, Role.BODY_HEAD, Role.HOME_AFFAIRS):
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


def is_taken(campaign: Campaign, form_code: str, *, by_other_than: str = "") -> bool:
    """Tell whether a response that arrived bears a form code already; that of one id, being corrected, aside."""
    arrived = select(Response.id).where(
        Response.campaign_id == campaign.id,
        Response.form_code == form_code,
        ARRIVED,
        Response.uuid != by_other_than,
    )
    return db.session.scalar(arrived.limit(1)) is not None


def check_open(campaign: Campaign) -> None:
    """Refuse a campaign that does not take responses now."""
    if campaign.state != CampaignState.OPEN:
        raise problems.CampaignNotOpen(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def asked_by(actor: User, campaign: Campaign, uuid: str, *, begun: bool) -> str:
    """Return the checksum of the questionnaire that asks: a draft begun before keeps its own version."""
    if not begun:
        return campaign.questionnaire_sha256
    draft = select(Response.questionnaire_sha256).where(
        Response.uuid == checked_uuid(uuid),
        Response.campaign_id == campaign.id,
        Response.enumerator_id == actor.id,
    )
    return db.session.scalar(draft) or campaign.questionnaire_sha256


def submit(
    actor: User,
    campaign: Campaign,
    uuid: str,
    entry: Entry,
    *,
    version: int | None = None,
    making: Making | None = None,
    asks: bool = False,
) -> Receipt:
    """Store a finished response under its device's id, exactly once.

    The same content again is received again; other content under a known id is kept as a proposal
    and refused; a draft of one's own becomes the response. `making` is how the form came about; with it
    stay the doubts that the answers raise; `asks` stops once where nobody was asked about them. Refuses a
    campaign that is not open, a unit that is not assigned, a form code already taken, and every field that
    breaks its rule.
    """
    uuid = checked_uuid(uuid)
    try:
        check_open(campaign)
        asked = asked_by(actor, campaign, uuid, begun=bool(version))
        checked = check(campaign, actor.id, entry, complete=True, questionnaire=asked)
    except (problems.CampaignNotOpen, problems.InvalidFields):
        if received := _received_before(actor, campaign, uuid, entry):
            return received
        raise
    if asks:
        ask_once(checked, asked, making)
    begin_writing()
    moment = now()
    key = insert_once(row_of(actor, campaign, uuid, checked, ResponseState.SUBMITTED, moment))
    if key is None:
        return _submit_known(actor, campaign, uuid, checked, version, moment, making)
    keep_making(key, checked, campaign.questionnaire_sha256, making)
    audit.record(
        actor,
        AuditVerb.RESPONSE_SUBMITTED,
        uuid,
        campaign_id=campaign.id,
        after={"form_code": checked.form_code, "version": 1, "digest": checked.digest},
        at=moment,
    )
    return Receipt(uuid, checked.digest, 1, is_new=True)


def _received_before(actor: User, campaign: Campaign, uuid: str, entry: Entry) -> Receipt | None:
    """Return the receipt of a content that arrived before, whatever has moved on since; None where it did not."""
    arrived = visible_to(actor).where(
        Response.uuid == uuid, Response.campaign_id == campaign.id, Response.state != ResponseState.DRAFT
    )
    response = db.session.scalar(arrived)
    if response is None:
        return None
    entered = rules_of(response.questionnaire_sha256).read(entry.answers, entry.details, complete=True)
    form_code, unit = clean_line(entry.form_code), clean_line(entry.unit)
    digest = digest_of(content_of(unit, form_code, entry.mode, entered.answers, entered.details))
    received = None if entered.errors else version_that_says(response, digest)
    state = ResponseState(response.state)
    return Receipt(uuid, digest, received, is_new=False, state=state) if received else None


def _submit_known(
    actor: User,
    campaign: Campaign,
    uuid: str,
    checked: Checked,
    version: int | None,
    moment: datetime,
    making: Making | None,
) -> Receipt:
    response = own_for_update(actor, campaign.id, uuid)
    if response.state != ResponseState.DRAFT:
        state = ResponseState(response.state)
        if state == ResponseState.VOID:
            log.warning("response %s is void and was sent again by %s", uuid, actor.username)
        if received := version_that_says(response, checked.digest):
            return Receipt(uuid, checked.digest, received, is_new=False, state=state)
        response_proposals.keep(actor, response, checked.content, checked.digest)
        if voided := voiding.how(response):
            raise recheck_problems.OtherContentOfVoid(
                form_code=response.form_code, digest=checked.digest, who=voided.who, when=voided.when
            )
        raise problems.OtherContent(form_code=response.form_code, digest=checked.digest)
    check_version(response, version, making)
    apply(response, checked, moment)
    response.state = ResponseState.SUBMITTED
    response.submitted_at = moment
    flush(response)
    keep_making(response.id, checked, response.questionnaire_sha256, making)
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


def save_draft(
    actor: User,
    campaign: Campaign,
    uuid: str,
    entry: Entry,
    *,
    version: int | None = None,
    making: Making | None = None,
) -> Receipt:
    """Keep an unfinished response; it counts nowhere. Refuses what `submit` refuses, blanks allowed."""
    check_open(campaign)
    uuid = checked_uuid(uuid)
    asked = asked_by(actor, campaign, uuid, begun=bool(version))
    checked = check(campaign, actor.id, entry, complete=False, questionnaire=asked)
    begin_writing()
    moment = now()
    key = insert_once(row_of(actor, campaign, uuid, checked, ResponseState.DRAFT, moment))
    number = 1
    if key is None:
        response = own_for_update(actor, campaign.id, uuid)
        if response.state != ResponseState.DRAFT:
            raise problems.CannotChange(
                form_code=response.form_code, state=LABELS[ResponseState(response.state)]
            )
        if response.content_digest == checked.digest:
            return Receipt(uuid, checked.digest, response.version, is_new=False, state=ResponseState.DRAFT)
        check_version(response, version, making)
        apply(response, checked, moment)
        flush(response)
        number = response.version
    if making is not None:
        paradata.keep(key or response.id, making, ())
    after = {"form_code": checked.form_code, "version": number, "digest": checked.digest}
    audit.record(actor, AuditVerb.RESPONSE_DRAFTED, uuid, campaign_id=campaign.id, after=after, at=moment)
    return Receipt(uuid, checked.digest, number, is_new=key is not None, state=ResponseState.DRAFT)


def correct(
    actor: User,
    response: Response,
    entry: Entry,
    *,
    version: int,
    reason: str,
    making: Making | None = None,
    asks: bool = False,
) -> Receipt:
    """Replace a returned response's content by a new version, the old one kept, and answer its flags.

    The same content again with a reason is a reply, too. Refuses a response that was not returned, a
    stale version and a missing reason. The response keeps its questionnaire version.
    """
    response = own_for_update(actor, response.campaign_id, response.uuid)
    check_open(response.campaign)
    if response.state != ResponseState.RETURNED:
        raise problems.CannotChange(form_code=response.form_code, state=LABELS[ResponseState(response.state)])
    why = clean_line(reason)
    if not 1 <= len(why) <= 200:
        raise problems.InvalidFields({"reason": problems.field("correction_reason")})
    check_version(response, version)
    checked = check(
        response.campaign,
        actor.id,
        entry,
        complete=True,
        questionnaire=response.questionnaire_sha256,
        kept_unit=response.unit_id if response.unit and response.unit.code == entry.unit else None,
        kept_mode=response.mode,
        kept_code=response.form_code or "",
    )
    if asks:
        ask_once(checked, response.questionnaire_sha256, making)
    moment = now()
    before = {"version": response.version, "digest": response.content_digest}
    keep_version(actor, response, why, moment)
    apply(response, checked, moment)
    response.state = ResponseState.SUBMITTED
    flush(response)
    keep_making(response.id, checked, response.questionnaire_sha256, making)
    flags.answer_open(actor, response, why, moment)
    record_correction(actor, response, before, why, moment)
    return Receipt(response.uuid, checked.digest, response.version, is_new=True)


def receive(
    actor: User,
    campaign: Campaign,
    uuid: str,
    entry: Entry,
    *,
    version: int | None,
    reason: str = "",
    making: Making | None = None,
) -> Receipt:
    """Store what a device sends: a correction where the response was returned and a reason is given, else a response.

    A correction that arrives again is received again; one that comes after somebody else's is kept as a
    proposal. Refuses what `correct` and `submit` refuse.
    """
    if reason:
        response = db.session.scalar(visible_to(actor).where(Response.uuid == checked_uuid(uuid)))
        if response is not None and response.state == ResponseState.RETURNED:
            begin_writing()
            return correct(actor, response, entry, version=version or 0, reason=reason, making=making)
    return submit(actor, campaign, uuid, entry, version=version, making=making)


def told_void(actor: User, uuid: str) -> str:
    """Return the sentence for a device whose own response is void: when, and by whom."""
    response = one_visible_to(actor, uuid)
    voided = voiding.how(response)
    if voided is None:
        return problems.field("received_but_void", form_code=response.form_code)
    facts = {"form_code": response.form_code, "who": voided.who, "when": problems.told(voided.when)}
    return problems.field("received_but_voided", **facts)


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
