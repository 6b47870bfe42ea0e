"""Draws of re-checks: opened, committed, revealed, abandoned; what was drawn, and its record."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import draw_records, draw_views, draws, quality, recheck_settings
from survey_app.extensions import db
from survey_app.labels import PARTY_LABELS, STATE_LABELS
from survey_app.models import Campaign, Draw
from survey_app.vocabulary import CampaignState, DrawState, Party, Permission
from survey_app.web import files, guards
from survey_app.web.forms import version_of
from survey_app.web.forms.draw import AbandonForm, CommitForm, DirectedForm, RevealForm, SettingsForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("draws", __name__, url_prefix="/campaigns/<code>/draws")


def _page(campaign: Campaign, sent: Any = None) -> str:
    """Return the page; a form that was refused keeps what was typed into it."""
    actor = guards.actor()
    lines = draw_views.of_campaign(actor, campaign)
    present = next((each for each in lines if each.draw.state == DrawState.COMMITTING), None)
    may_open = present is None and campaign.state == CampaignState.OPEN
    screening = None
    if may_open and actor.may(Permission.DRAW_DIRECT):
        screening = quality.newest(actor, campaign)
    directed = {"screening": str(screening.number) if screening else "", "which": "enumerators"}
    settings = recheck_settings.of_campaign(campaign)
    forms = {
        "commit": CommitForm(None),
        "reveal": RevealForm(None),
        "abandon": AbandonForm(None),
        "directed": DirectedForm(None, data=directed),
        "settings": SettingsForm(None, data=recheck_settings.as_typed(settings)),
    }
    for name, form in forms.items():
        if type(sent) is type(form):
            forms[name] = sent
    return render_template(
        "draws/index.html",
        party=draws.party_of(actor),
        party_labels=PARTY_LABELS,
        draw_labels=STATE_LABELS["draw"],
        parties=list(Party),
        present=present,
        lines=[each for each in lines if each is not present],
        outlook=draw_views.outlook(campaign) if may_open else None,
        screening=screening,
        lists=draw_views.lists_of(campaign, screening),
        settings=recheck_settings.as_typed(settings),
        default=recheck_settings.are_default(campaign),
        ours=recheck_settings.as_typed(recheck_settings.Settings()),
        shortest=draws.SHORTEST_PART,
        longest=draws.LONGEST_PART,
        errors=[] if sent is None else sent.error_list,
        **{f"{name}_form": form for name, form in forms.items()},
    )


def _again(code: str, form: Any, refusal: problems.Problem) -> Any:
    db.session.rollback()
    form.put(refusal.fields)
    return _page(use_campaign(code), form), refusal.status


def _done(code: str, told: str) -> Any:
    db.session.commit()
    flash(told, "good")
    return redirect(url_for("draws.index", code=code), 303)


def _draw(code: str, number: int) -> Draw:
    return draws.one_visible_to(guards.actor(), use_campaign(code), number)


@blueprint.get("")
@guards.needs(Permission.DRAW_VIEW)
def index(code: str) -> Any:
    return _page(use_campaign(code))


@blueprint.post("")
@guards.needs(Permission.DRAW_OPEN)
def open_random(code: str) -> Any:
    draw = draws.open_random(guards.actor(), use_campaign(code))
    return _done(code, f"Đã mở lần rút thăm {draw.number}. Bây giờ mỗi bên cam kết phần của mình.")


@blueprint.post("/directed")
@guards.needs(Permission.DRAW_DIRECT)
def open_directed(code: str) -> Any:
    campaign, form, actor = use_campaign(code), DirectedForm(), guards.actor()
    screening = quality.screening_of(actor, campaign, version_of(form.screening.data))
    try:
        draw = draws.open_directed(actor, campaign, screening, form.which.data or "", form.take.data or "")
    except problems.InvalidFields as refusal:
        return _again(code, form, refusal)
    return _done(code, f"Đã mở lần rút thăm {draw.number}. Bây giờ mỗi bên cam kết phần của mình.")


@blueprint.post("/<int:number>/commit")
@guards.needs(Permission.DRAW_COMMIT)
def commit(code: str, number: int) -> Any:
    draw, form = _draw(code, number), CommitForm()
    try:
        draws.commit(guards.actor(), draw, form.commitment.data or "")
    except problems.InvalidFields as refusal:
        return _again(code, form, refusal)
    return _done(code, "Đã cam kết. Khi cả ba bên đã cam kết, hãy quay lại trang này và mở phần.")


@blueprint.post("/<int:number>/reveal")
@guards.needs(Permission.DRAW_COMMIT)
def reveal(code: str, number: int) -> Any:
    draw, form = _draw(code, number), RevealForm()
    try:
        is_last = draws.reveal(guards.actor(), draw, form.part.data or "")
    except (problems.InvalidFields, recheck_problems.PartDoesNotMatch) as refusal:
        return _again(code, form, refusal)
    if is_last:
        return _done(code, f"Đã mở phần cuối cùng: lần rút thăm {number} đã rút xong.")
    return _done(code, "Đã mở phần. Khi cả ba bên đã mở, phiếu được rút ngay.")


@blueprint.post("/<int:number>/abandon")
@guards.needs(Permission.DRAW_COMMIT)
def abandon(code: str, number: int) -> Any:
    draw, form = _draw(code, number), AbandonForm()
    try:
        draws.abandon(guards.actor(), draw, form.reason.data or "")
    except problems.InvalidFields as refusal:
        return _again(code, form, refusal)
    return _done(code, f"Đã bỏ lần rút thăm {number}. Lần này vẫn hiện trong danh sách.")


@blueprint.get("/<int:number>/record")
@guards.needs(Permission.DRAW_VIEW)
def record(code: str, number: int) -> Response:
    draw = _draw(code, number)
    name = f"rut-tham-{draw.campaign.code}-{draw.number}"
    return files.attachment(draw_records.of_draw(draw), name, "json", "application/json")


@blueprint.post("/settings")
@guards.needs(Permission.RECHECK_SET)
def change_settings(code: str) -> Any:
    campaign, form = use_campaign(code), SettingsForm()
    typed = {field.name: field.data or "" for field in form if isinstance(field.data, str)}
    try:
        recheck_settings.change(guards.actor(), campaign, typed)
    except problems.InvalidFields as refusal:
        return _again(code, form, refusal)
    return _done(code, "Đã lưu thiết lập phúc tra.")
