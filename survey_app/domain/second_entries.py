"""Second entries: drawn paper forms are keyed again by somebody else, who does not see the first entry."""

import logging
from dataclasses import replace

from sqlalchemy import Select, case, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from scoring.acceptance import ErrorRate, error_rate
from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    audit,
    campaigns,
    response_content,
    second_entry_fields,
    second_entry_settings,
)
from survey_app.domain.paging import Page, cut
from survey_app.domain.response_content import Checked, Entry
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, CampaignUnit, Response, SecondEntry, Unit, User
from survey_app.models.columns import now
from survey_app.vocabulary import Mode, Role, SecondEntryState

log = logging.getLogger(__name__)


def visible_to(user: User) -> Select[SecondEntry]:
    """Return the second entries a person may see: a second keyer her own, coordinators and Home Affairs all."""
    found = select(SecondEntry)
    if user.role in (Role.COORDINATOR, Role.HOME_AFFAIRS):
        return found
    if user.role == Role.ENUMERATOR:
        return found.where(SecondEntry.keyer_id == user.id)
    return found.where(false())


def one_visible_to(user: User, number: int) -> SecondEntry:
    """Return a second entry a person may see; one that is not hers is as absent as one that is not."""
    found = db.session.scalar(visible_to(user).where(SecondEntry.id == min(number, 2**63 - 1)))
    if found is None:
        log.warning("second entry %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return found


def waiting_for(user: User) -> list[SecondEntry]:
    """Return the forms an enumerator still has to key a second time, by campaign and form code."""
    found = (
        visible_to(user)
        .join(SecondEntry.response)
        .join(Response.campaign)
        .options(contains_eager(SecondEntry.response).contains_eager(Response.campaign))
        .where(
            SecondEntry.state == SecondEntryState.DRAWN,
            Campaign.state.in_(second_entry_settings.WORKED_ON),
        )
        .order_by(Campaign.id, Response.form_code)
    )
    return list(db.session.scalars(found))


def listed(user: User, campaign: Campaign, number: int) -> Page[SecondEntry]:
    """Return a page of a campaign's second entries: those to resolve first, then those to key, then the newest."""
    order = case(
        {SecondEntryState.ENTERED.value: 0, SecondEntryState.DRAWN.value: 1}, value=SecondEntry.state, else_=2
    )
    found = (
        visible_to(user)
        .join(SecondEntry.response)
        .options(
            contains_eager(SecondEntry.response).joinedload(Response.enumerator),
            joinedload(SecondEntry.keyer),
            joinedload(SecondEntry.resolved_by),
        )
        .where(SecondEntry.campaign_id == campaign.id)
        .order_by(order, SecondEntry.resolved_at.desc(), SecondEntry.id)
    )
    return cut(found, number)


def give(actor: User, entry: SecondEntry, keyer: User) -> None:
    """Let somebody else key a drawn form a second time.

    Refuses whoever keyed it first, who is no enumerator or disabled, a form keyed already, and a sealed campaign.
    """
    entry = locked(entry)
    second_entry_settings.check_worked_on(entry.response.campaign)
    _check_step(entry, SecondEntryState.DRAWN)
    if keyer.role != Role.ENUMERATOR or keyer.disabled_at is not None:
        raise problems.InvalidFields({"enumerator": problems.field("not_an_enumerator")})
    if keyer.id == entry.response.enumerator_id:
        raise problems.InvalidFields({"enumerator": problems.field("second_entry_own")})
    if entry.keyer_id == keyer.id:
        return
    before = {"keyer": entry.keyer.username if entry.keyer else None}
    entry.keyer = keyer
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.SECOND_ENTRY_DRAWN,
        entry.id,
        campaign_id=entry.campaign_id,
        before=before,
        after={"keyer": keyer.username},
    )


def locked(entry: SecondEntry) -> SecondEntry:
    """Return a second entry as it is now, locked until the commit."""
    fresh = select(SecondEntry).where(SecondEntry.id == entry.id).with_for_update()
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _check_step(entry: SecondEntry, step: SecondEntryState) -> None:
    if entry.state != step:
        state = LABELS[SecondEntryState(entry.state)]
        raise collection_problems.SecondEntryStep(form_code=entry.response.form_code, state=state)


def one_to_enter(user: User, number: int) -> SecondEntry:
    """Return a form that a person has to key a second time; refuses one not hers and one she has keyed."""
    entry = one_visible_to(user, number)
    second_entry_settings.check_worked_on(entry.response.campaign)
    _check_step(entry, SecondEntryState.DRAWN)
    return entry


def enter(actor: User, entry: SecondEntry, typed: Entry) -> SecondEntry:
    """Store what the second keyer read from the paper, and compare it with what was first received.

    Field rules are those of a first entry, but any surveyed unit may stand on the paper: another one than the first
    keyer's is a field that differs. The same content again is received again. Where nothing differs there is nothing
    to resolve. Refuses other content for a form keyed already, a form that is not hers, another form code, every
    field that breaks its rule, and a campaign that is neither open nor closed.
    """
    entry = locked(entry)
    response = entry.response
    if entry.keyer_id != actor.id or response.enumerator_id == actor.id:
        raise problems.NotFound()
    second_entry_settings.check_worked_on(response.campaign)
    checked = _checked(actor, response, typed)
    if entry.state != SecondEntryState.DRAWN:
        if entry.second == checked.content:
            return entry
        raise collection_problems.SecondEntryDone(form_code=response.form_code)
    entry.first, entry.second = second_entry_fields.first_received(response), checked.content
    entry.first_digest = response_content.digest_of(entry.first)
    found = second_entry_fields.compare(
        campaigns.questionnaire_of(response.questionnaire_sha256),
        second_entry_fields.read(entry.first),
        second_entry_fields.read(entry.second),
    )
    entry.fields, entry.differing = len(found.fields), len(found.differing)
    entry.entered_at = now()
    entry.state = SecondEntryState.ENTERED
    if not found.differing:
        entry.state, entry.errors, entry.resolved_at = SecondEntryState.RESOLVED, 0, entry.entered_at
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.SECOND_ENTRY_ENTERED,
        entry.id,
        campaign_id=entry.campaign_id,
        before={"state": SecondEntryState.DRAWN},
        after={
            "state": entry.state,
            "fields": entry.fields,
            "differing": entry.differing,
            "first": entry.first_digest,
            "second": checked.digest,
        },
        at=entry.entered_at,
    )
    return entry


def surveyed_units(campaign: Campaign) -> list[tuple[str, str]]:
    """Return (code, name) of every unit that may stand on a form of the campaign, in Vietnamese order."""
    found = (
        select(Unit.code, Unit.name)
        .join(CampaignUnit, CampaignUnit.unit_id == Unit.id)
        .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.surveyed)
        .order_by(Unit.sort_key)
    )
    return [(row.code, row.name) for row in db.session.execute(found)]


def surveyed_unit(campaign: Campaign, code: str) -> int | None:
    """Return the key of the surveyed unit of that code, None where the campaign has none."""
    found = (
        select(Unit.id)
        .join(CampaignUnit, CampaignUnit.unit_id == Unit.id)
        .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.surveyed, Unit.code == code)
    )
    return db.session.scalar(found)


def _checked(actor: User, response: Response, typed: Entry) -> Checked:
    """Check an entry by the rules of a first one; the way of asking is paper whatever was sent."""
    code, unit = response.form_code or "", clean_line(typed.unit)
    fields: dict[str, str] = {}
    if clean_line(typed.form_code) != code:
        fields["form_code"] = problems.field("second_entry_code", form_code=code)
    try:
        checked = response_content.check(
            response.campaign,
            actor.id,
            replace(typed, mode=Mode.PAPER.value, form_code=code),
            complete=True,
            questionnaire=response.questionnaire_sha256,
            kept_unit=surveyed_unit(response.campaign, unit) if unit else None,
            kept_code=code,
        )
    except problems.InvalidFields as refusal:
        fields = refusal.fields | fields
        if "unit" in fields:
            fields["unit"] = problems.field("second_entry_unit")
        raise problems.InvalidFields(fields) from refusal
    if fields:
        raise problems.InvalidFields(fields)
    return checked


def error_rate_of(user: User, campaign: Campaign) -> ErrorRate:
    """Return how many fields of an enumerator's own paper forms were keyed wrong, in rounds wholly resolved; one query."""
    hers = SecondEntry.response_id.in_(select(Response.id).where(Response.enumerator_id == user.id))
    unfinished = select(SecondEntry.draw).where(
        SecondEntry.campaign_id == campaign.id, hers, SecondEntry.state != SecondEntryState.RESOLVED
    )
    sums = (
        select(func.sum(SecondEntry.errors), func.sum(SecondEntry.fields))
        .join(SecondEntry.response)
        .where(
            SecondEntry.campaign_id == campaign.id,
            Response.enumerator_id == user.id,
            SecondEntry.draw.not_in(unfinished),
        )
    )
    errors, fields = db.session.execute(sums).one()
    return error_rate(int(errors or 0), int(fields or 0), second_entry_settings.of_campaign(campaign).level)
