"""Second entries of a campaign: each keyer's error rate, the draw, who keys what, and what stands on the paper."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import collection_problems, problems
from survey_app.domain import (
    campaigns,
    people,
    second_entries,
    second_entry_draws,
    second_entry_report,
    second_entry_resolution,
    second_entry_settings,
)
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.models import Campaign, SecondEntry
from survey_app.vocabulary import Permission, SecondEntryState
from survey_app.web import guards
from survey_app.web.forms import choices
from survey_app.web.forms.second_entry import KeyerForm, ResolutionForm, SettingsForm, resolution_form
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("second_entries", __name__)
# What the world did while a person was deciding; her decisions stay on the page.
TOO_LATE = (collection_problems.SecondEntryStep, collection_problems.SecondEntryNotNow)


def _comma(share: float) -> str:
    return f"{100 * share:.5f}".rstrip("0").rstrip(".").replace(".", ",")


def _page(campaign: Campaign, form: SettingsForm | None = None) -> str:
    report = second_entry_report.of_campaign(campaign)
    settings = report.settings
    told = {"limit": _comma(settings.limit), "level": _comma(settings.level)}
    if form is None:
        form = SettingsForm(None, data=told | {"first_forms": str(settings.first_forms)})
    return render_template(
        "second_entries/index.html",
        report=report,
        settings=settings,
        **told,
        verdicts=second_entry_report.VERDICTS,
        default=second_entry_settings.are_default(campaign),
        enough=second_entry_report.enough_without_error(campaign, settings, report.deff),
        page_of=second_entries.listed(guards.actor(), campaign, page_number(request.args.get("page", "1"))),
        form=form,
        errors=form.error_list,
    )


@blueprint.get("/campaigns/<code>/second-entries")
@guards.needs(Permission.SECOND_ENTRY_VIEW)
def index(code: str) -> Any:
    return _page(use_campaign(code))


@blueprint.post("/campaigns/<code>/second-entries")
@guards.needs(Permission.SECOND_ENTRY_DRAW)
def draw(code: str) -> Any:
    drawn = second_entry_draws.draw(guards.actor(), use_campaign(code))
    db.session.commit()
    told = f"Đã rút {drawn.forms} phiếu của {drawn.keyers} người nhập."
    if drawn.without_keyer:
        told += f" {drawn.without_keyer} phiếu chưa có người nhập lần hai: hãy chọn ở bảng dưới."
    flash(told, "warn" if drawn.without_keyer else "good")
    return redirect(url_for("second_entries.index", code=code), 303)


@blueprint.post("/campaigns/<code>/second-entries/settings")
@guards.needs(Permission.CAMPAIGN_MANAGE)
def change_settings(code: str) -> Any:
    campaign, form = use_campaign(code), SettingsForm()
    try:
        second_entry_settings.change(
            guards.actor(),
            campaign,
            limit=form.limit.data or "",
            level=form.level.data or "",
            first_forms=form.first_forms.data or "",
        )
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(use_campaign(code), form), refusal.status
    db.session.commit()
    flash("Đã lưu thiết lập của nhập lần hai.", "good")
    return redirect(url_for("second_entries.index", code=code), 303)


@blueprint.route("/second-entries/<int:entry>/keyer", methods=["GET", "POST"])
@guards.needs(Permission.SECOND_ENTRY_DRAW)
def give(entry: int) -> Any:
    found = second_entries.one_visible_to(guards.actor(), entry)
    campaign, form = use_campaign(found.response.campaign.code), KeyerForm()
    others = [
        each for each in people.active_visible_to(guards.actor()) if each.id != found.response.enumerator_id
    ]
    named = [(each.username, f"{each.display_name} ({each.username})") for each in others]
    form.enumerator.choices = choices([("", "Chọn điều tra viên"), *named])
    status = 200
    if request.method == "POST":
        try:
            keyer = people.enumerator_visible_to(guards.actor(), form.enumerator.data)
            second_entries.give(guards.actor(), found, keyer)
        except problems.InvalidFields as refusal:
            db.session.rollback()
            form.put(refusal.fields)
            status, found = refusal.status, second_entries.one_visible_to(guards.actor(), entry)
        else:
            db.session.commit()
            flash(f"Phiếu {found.response.form_code}: {keyer.display_name} nhập lần hai.", "good")
            return redirect(url_for("second_entries.index", code=campaign.code), 303)
    return render_template(
        "second_entries/keyer.html", entry=found, form=form, errors=form.error_list
    ), status


def _form_of(found: SecondEntry) -> ResolutionForm:
    return resolution_form(
        campaigns.questionnaire_of(found.response.questionnaire_sha256),
        second_entry_resolution.differences_of(found),
        second_entries.surveyed_units(found.response.campaign),
        first_is_a=second_entry_resolution.first_is_a(found),
    )


def _resolution_page(
    found: SecondEntry, form: ResolutionForm, refusal: problems.Problem | None = None
) -> str:
    use_campaign(found.response.campaign.code)
    return render_template(
        "second_entries/resolve.html",
        entry=found,
        form=form,
        errors=form.error_list,
        refusal=refusal,
        differences=second_entry_resolution.differences_of(found),
        left=second_entry_resolution.left_of(found),
    )


@blueprint.get("/second-entries/<int:entry>/resolve")
@guards.needs(Permission.SECOND_ENTRY_RESOLVE)
def show_resolution(entry: int) -> Any:
    found = second_entry_resolution.one_to_resolve(guards.actor(), entry)
    return _resolution_page(found, _form_of(found))


@blueprint.post("/second-entries/<int:entry>/resolve")
@guards.needs(Permission.SECOND_ENTRY_RESOLVE)
def resolve(entry: int) -> Any:
    found = second_entry_resolution.one_to_resolve(guards.actor(), entry)
    code, form = found.response.campaign.code, _form_of(found)
    try:
        outcome = second_entry_resolution.resolve(guards.actor(), found, form.decisions(), form.values())
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        found = second_entry_resolution.one_to_resolve(guards.actor(), entry)
        if found.state == SecondEntryState.ENTERED:
            form.put(refusal.fields)
        return _resolution_page(found, form, None if refusal.fields else refusal), refusal.status
    db.session.commit()
    told = f"Đã đối chiếu phiếu {found.response.form_code}: lần nhập đầu sai {outcome.errors} mục."
    if outcome.corrected:
        told += " Phiếu đã được sửa theo phiếu giấy; bản cũ vẫn được giữ."
    flash(f"{told} {outcome.left}".strip(), "warn" if outcome.left else "good")
    return redirect(url_for("second_entries.index", code=code), 303)
