"""Files that are read in: the list, the preview, the decision, and taking a decision back."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import import_batches, response_export
from survey_app.domain.paging import page_number
from survey_app.extensions import begin_writing, db
from survey_app.models import Campaign, ImportBatch
from survey_app.vocabulary import BatchState, Permission
from survey_app.web import guards
from survey_app.web.files import XLSX, attachment
from survey_app.web.forms.account import ReasonForm
from survey_app.web.forms.imports import UploadForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("imports", __name__, url_prefix="/campaigns/<code>")
# Refusals of a file as a whole; the person stays on the page.
REFUSED = (problems.InvalidFields, problems.ScorerRefused, problems.CampaignNotOpen)


@blueprint.get("/imports")
@guards.needs(Permission.RESPONSE_IMPORT)
def index(code: str) -> Any:
    return _list(use_campaign(code), UploadForm())


def _list(campaign: Campaign, form: UploadForm, status: int = 200) -> Any:
    form.offer(import_batches.nouns_of(guards.actor()))
    page = render_template(
        "imports/index.html",
        form=form,
        errors=form.error_list,
        page_of=import_batches.search(guards.actor(), campaign, page_number(request.args.get("page", "1"))),
        kinds=[
            (each.noun, each.rule, each.columns(campaign))
            for each in import_batches.importers_of(guards.actor())
        ],
        limit=current_app.config["MAX_CONTENT_LENGTH"] // 1024**2,
    )
    return page, status


@blueprint.post("/imports")
@guards.needs(Permission.RESPONSE_IMPORT)
@guards.reads_first
def upload(code: str) -> Any:
    campaign, form = use_campaign(code), UploadForm()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise problems.InvalidFields({"file": problems.field("file_missing")})
        batch, _ = import_batches.preview(
            guards.actor(), campaign, form.noun.data or "", sent.filename, sent.read()
        )
    except REFUSED as refusal:
        db.session.rollback()
        form.put(refusal.fields or {"file": str(refusal)})
        return _list(campaign, form, refusal.status)
    db.session.commit()
    return redirect(url_for("imports.show", code=code, number=batch.id), 303)


@blueprint.get("/imports/<int:number>")
@guards.needs(Permission.RESPONSE_IMPORT)
def show(code: str, number: int) -> Any:
    campaign = use_campaign(code)
    return _page(campaign, _batch(campaign, number), ReasonForm())


def _batch(campaign: Campaign, number: int) -> ImportBatch:
    return import_batches.one_visible_to(guards.actor(), campaign, number)


def _page(
    campaign: Campaign, batch: ImportBatch, form: ReasonForm, refusal: problems.Problem | None = None
) -> Any:
    waits = batch.state == BatchState.PREVIEWED
    preview = None
    if waits:
        try:
            preview = import_batches.shown(campaign, batch)
        except problems.CampaignNotOpen as closed:
            refusal = refusal or closed
    page = render_template(
        "imports/show.html",
        batch=batch,
        preview=preview,
        told=preview or import_batches.done(batch),
        names=import_batches.names_of(campaign, batch),
        rule=import_batches.rule_of(batch),
        most=import_batches.MOST_SHOWN,
        form=form,
        errors=form.error_list,
        refusal=refusal,
    )
    return page, refusal.status if refusal and request.method == "POST" else 200


@blueprint.post("/imports/<int:number>/apply")
@guards.needs(Permission.RESPONSE_IMPORT)
@guards.reads_first
def apply(code: str, number: int) -> Any:
    campaign = use_campaign(code)
    batch = _batch(campaign, number)
    try:
        import_batches.apply(guards.actor(), batch, seen=request.form.get("seen", ""))
    except problems.BatchOvertaken as refusal:
        db.session.commit()
        return _page(campaign, _batch(campaign, number), ReasonForm(), refusal)
    except (problems.BatchRefused, problems.BatchRaced, problems.CampaignNotOpen) as refusal:
        db.session.rollback()
        return _page(campaign, _batch(campaign, number), ReasonForm(), refusal)
    db.session.commit()
    flash(f"Đã nhập: {batch.new_rows} dòng mới, {batch.changed_rows} dòng thay đổi.", "good")
    return redirect(url_for("imports.show", code=code, number=number), 303)


@blueprint.post("/imports/<int:number>/discard")
@guards.needs(Permission.RESPONSE_IMPORT)
def discard(code: str, number: int) -> Any:
    batch = _batch(use_campaign(code), number)
    import_batches.discard(guards.actor(), batch)
    db.session.commit()
    flash(f"Đã bỏ tệp {batch.file_name}; không có gì thay đổi.", "good")
    return redirect(url_for("imports.index", code=code), 303)


@blueprint.post("/imports/<int:number>/reverse")
@guards.needs(Permission.RESPONSE_IMPORT)
def reverse(code: str, number: int) -> Any:
    campaign = use_campaign(code)
    batch, form = _batch(campaign, number), ReasonForm()
    try:
        import_batches.reverse(guards.actor(), batch, form.reason.data or "")
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(campaign, _batch(campaign, number), form, refusal)
    except (problems.BatchChangedSince, problems.CampaignNotOpen) as refusal:
        db.session.rollback()
        return _page(campaign, _batch(campaign, number), form, refusal)
    db.session.commit()
    flash(f"Đã hoàn tác tệp {batch.file_name}.", "good")
    return redirect(url_for("imports.show", code=code, number=number), 303)


@blueprint.get("/responses.xlsx")
@guards.needs(Permission.RESPONSE_EXPORT)
def export(code: str) -> Any:
    begin_writing()
    campaign = use_campaign(code)
    content = response_export.workbook(guards.actor(), campaign)
    db.session.commit()
    return attachment(content, f"{campaign.name} – phiếu", "xlsx", XLSX)
