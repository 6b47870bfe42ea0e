"""Responses: the list, one with its history, the entry form, the receipt, corrections."""

import logging
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from survey_app import problems
from survey_app.domain import (
    campaigns,
    flags,
    paradata,
    paradata_views,
    recheck_views,
    rechecks,
    response_content,
    response_filters,
    response_proposals,
    response_views,
    responses,
    tags,
    voiding,
    voids,
)
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.models import Campaign, Response
from survey_app.vocabulary import Permission, ResponseState
from survey_app.web import entry_page, guards, review_page
from survey_app.web.forms import version_of
from survey_app.web.forms.entry import EntryForm, form_class
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("responses", __name__)
log = logging.getLogger(__name__)
# What the world did while a person was typing; her words stay on the page.
TOO_LATE = (problems.CampaignNotOpen, problems.CannotChange)


@blueprint.get("/campaigns/<code>/responses")
@guards.needs(Permission.RESPONSE_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    filters = response_filters.read(guards.actor(), campaign, request.args)
    page = response_views.search(
        guards.actor(), campaign, page_number(request.args.get("page", "1")), **filters.chosen
    )
    returned, asked = flags.waiting_for(guards.actor(), campaign)
    return render_template(
        "responses/index.html",
        page_of=page,
        filters=filters,
        with_others=response_proposals.those_with(page.rows),
        returned=returned,
        asked=asked,
        tags=tags.on(guards.actor(), page.rows),
        hidden=rechecks.hidden_among(guards.actor(), [response.id for response in page.rows]),
    )


@blueprint.get("/campaigns/<code>/responses/new")
@guards.needs(Permission.RESPONSE_SUBMIT)
def new(code: str) -> Any:
    campaign = use_campaign(code)
    responses.check_open(campaign)
    wanted = {name: request.args.get(name, "") for name in ("unit", "mode", "form_code")}
    page = entry_page.new_page(guards.actor(), campaign, **wanted)
    return Reply(page, mimetype="text/html")


def _form_of(questionnaire_sha256: str) -> EntryForm:
    form = form_class(campaigns.questionnaire_of(questionnaire_sha256))()
    if forged := form.unknown_names(request.form):
        log.warning("fields nobody asked for: %s", ", ".join(sorted(forged))[:200])
    return form


def _asked_by(campaign: Campaign) -> str:
    begun = version_of(request.form.get("version")) > 0
    return responses.asked_by(guards.actor(), campaign, request.form.get("uuid", ""), begun=begun)


def _again(form: EntryForm, campaign: Campaign, refusal: problems.Problem, kind: str, **facts: Any) -> Any:
    """Show the form again with everything that was typed and the sentences beside their fields."""
    form.put(refusal.fields)
    page = entry_page.render_form(
        form,
        form.questionnaire,
        campaign,
        errors=form.error_list,
        kind=kind,
        refusal=None if refusal.fields or isinstance(refusal, problems.AskedOnce) else refusal,
        doubts=refusal.facts["doubts"] if isinstance(refusal, problems.AskedOnce) else None,
        ask_accept="accept_invalid" in refusal.fields or form.accept_invalid.data,
        unit_options=_units(campaign, form.unit.data or "", facts.pop("kept_unit", None)),
        mode_options=entry_page.mode_options(
            campaign, form.mode.data or "", _kept_mode(facts.get("response"))
        ),
        **facts,
    )
    return page, refusal.status


def _units(campaign: Campaign, chosen: str, kept: tuple[str, str] | None = None) -> Markup:
    found = entry_page.unit_options(guards.actor(), campaign, chosen)
    if kept and f'value="{kept[0]}"' not in found:
        found += entry_page.options([kept], chosen)
    return found


@blueprint.post("/campaigns/<code>/responses")
@guards.needs(Permission.RESPONSE_SUBMIT)
@guards.reads_first
def submit(code: str) -> Any:
    campaign = use_campaign(code)
    form = _form_of(_asked_by(campaign))
    is_draft = request.form.get("action") == "draft"
    making = paradata.read({}, request.form.getlist("confirmed"))
    try:
        uuid, entry, version = form.uuid.data or "", form.entry(), form.based_on
        if is_draft:
            receipt = responses.save_draft(guards.actor(), campaign, uuid, entry, version=version)
        else:
            receipt = responses.submit(
                guards.actor(), campaign, uuid, entry, version=version, making=making, asks=True
            )
    except (problems.InvalidFields, problems.AskedOnce, *TOO_LATE) as refusal:
        db.session.rollback()
        return _again(form, use_campaign(code), refusal, "new", action=url_for("responses.submit", code=code))
    except problems.StaleVersion as refusal:
        db.session.rollback()
        return _stale(form, use_campaign(code), refusal)
    except problems.OtherContent as refusal:
        db.session.commit()
        return _proposal(form.uuid.data or "", refusal)
    db.session.commit()
    if is_draft:
        return redirect(url_for("responses.edit", uuid=receipt.uuid, saved="1"), 303)
    return redirect(url_for("responses.receipt", uuid=receipt.uuid), 303)


def _proposal(uuid: str, refusal: problems.OtherContent) -> Any:
    """Show what was received beside what was sent now; both are kept."""
    response = responses.one_visible_to(guards.actor(), str(UUID(uuid)))
    use_campaign(response.campaign.code)
    others = {each.digest: each for each in response_views.others_of(response)}
    sent = others[str(refusal.facts["digest"])]
    return render_template("responses/proposal.html", response=response, refusal=refusal, sent=sent), 409


def _stale(form: EntryForm, campaign: Campaign, refusal: problems.StaleVersion) -> Any:
    present = responses.one_visible_to(guards.actor(), form.uuid.data)
    form.version.data = str(present.version)
    kind = "draft" if present.state == ResponseState.DRAFT else "returned"
    action = url_for("responses.submit", code=campaign.code)
    if kind == "returned":
        action = url_for("responses.correct", uuid=present.uuid)
    return _again(form, campaign, refusal, kind, action=action, response=present)


@blueprint.get("/responses/<uuid>/receipt")
@guards.needs(Permission.RESPONSE_SUBMIT)
def receipt(uuid: str) -> Any:
    response = responses.one_visible_to(guards.actor(), uuid)
    if response.state == ResponseState.DRAFT:
        return redirect(url_for("responses.edit", uuid=uuid))
    use_campaign(response.campaign.code)
    return render_template("responses/receipt.html", response=response, voided=voiding.how(response))


@blueprint.get("/responses/<uuid>")
@guards.needs(Permission.RESPONSE_VIEW)
def show(uuid: str) -> Any:
    return response_page(uuid)


def response_page(
    uuid: str,
    *,
    refusal: problems.Problem | None = None,
    typed: str = "",
    **sent: Any,
) -> str:
    """Render a response with its answers, flags and history; refuses one that is not the visitor's.

    Forms that were refused (`sent`, as review_page names them) are shown as they were sent.
    """
    response = responses.one_visible_to(guards.actor(), uuid)
    use_campaign(response.campaign.code)
    # Until the own body has judged it, a drawn response shows neither its answers nor anything that quotes them.
    hidden = rechecks.is_hidden_from(guards.actor(), response)
    raised = [] if hidden else flags.of_response(guards.actor(), response)
    sections = [] if hidden else response_views.sections_of(response)
    return render_template(
        "responses/show.html",
        response=response,
        refusal=refusal,
        typed=typed,
        hidden=hidden,
        recheck=recheck_views.own_of(guards.actor(), response),
        sections=sections,
        changes=[] if hidden else response_views.changes_of(response),
        others=[] if hidden else response_views.others_of(response),
        making=None if hidden else paradata_views.making_of(guards.actor(), response),
        trail=[] if hidden else response_views.trail_of(response, raised),
        voided=voiding.how(response),
        proposals=voids.of_response(guards.actor(), response),
        **review_page.facts(response, raised, sections, **sent),
    )


@blueprint.get("/responses/<uuid>/edit")
@guards.needs(Permission.RESPONSE_SUBMIT)
def edit(uuid: str) -> Any:
    response = responses.one_to_edit(guards.actor(), uuid)
    campaign = use_campaign(response.campaign.code)
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    form = form_class(questionnaire)(None, uuid=response.uuid, version=str(response.version))
    form.fill(response_content.entry_of(response, response.questionnaire_sha256))
    is_draft = response.state == ResponseState.DRAFT
    action = (
        url_for("responses.submit", code=campaign.code)
        if is_draft
        else url_for("responses.correct", uuid=uuid)
    )
    return entry_page.render_form(
        form,
        questionnaire,
        campaign,
        errors=[],
        kind="draft" if is_draft else "returned",
        action=action,
        response=response,
        saved=request.args.get("saved") == "1",
        flags=flags.waiting_on(response),
        unit_options=_units(campaign, form.unit.data or "", _kept_unit(response)),
        mode_options=entry_page.mode_options(campaign, form.mode.data or "", _kept_mode(response)),
    )


def _kept_mode(response: Response | None) -> str:
    return response.mode if response and response.state == ResponseState.RETURNED else ""


def _kept_unit(response: Response) -> tuple[str, str] | None:
    return (response.unit.code, response.unit.name) if response.unit else None


@blueprint.post("/responses/<uuid>/edit")
@guards.needs(Permission.RESPONSE_SUBMIT)
def correct(uuid: str) -> Any:
    response = responses.one_visible_to(guards.actor(), uuid)
    campaign = use_campaign(response.campaign.code)
    form = _form_of(response.questionnaire_sha256)
    try:
        responses.correct(
            guards.actor(),
            response,
            form.entry(),
            version=form.based_on,
            reason=form.reason.data or "",
            making=paradata.read({}, request.form.getlist("confirmed")),
            asks=True,
        )
    except (problems.InvalidFields, problems.AskedOnce, *TOO_LATE) as refusal:
        db.session.rollback()
        present = responses.one_visible_to(guards.actor(), uuid)
        facts = {"action": request.path, "flags": flags.waiting_on(present), "kept_unit": _kept_unit(present)}
        return _again(form, use_campaign(campaign.code), refusal, "returned", response=present, **facts)
    except problems.StaleVersion as refusal:
        db.session.rollback()
        form.uuid.data = uuid
        return _stale(form, use_campaign(campaign.code), refusal)
    db.session.commit()
    return redirect(url_for("responses.receipt", uuid=uuid), 303)
