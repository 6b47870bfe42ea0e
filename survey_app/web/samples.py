"""The list of people to ask: its rows and quotas, one row with its contact, closing and replacing it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import contacts, quotas, sample_export, sample_views, samples
from survey_app.domain.paging import page_number
from survey_app.extensions import db, read_only
from survey_app.models import Campaign, Contact, SampleRow
from survey_app.vocabulary import Permission, Role
from survey_app.web import guards
from survey_app.web.files import XLSX, attachment
from survey_app.web.forms.sample import ReplaceForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("samples", __name__, url_prefix="/campaigns/<code>")
# What the world did while a person was typing; her words stay on the page.
TOO_LATE = (problems.RowNotRemaining, problems.SampleNotOpen, problems.ManyRowsClosed)


@blueprint.get("/sample")
@guards.needs(Permission.SAMPLE_VIEW)
def index(code: str) -> Any:
    campaign, user = use_campaign(code), guards.actor()
    filters = sample_views.filters(user, campaign, request.args)
    page = sample_views.search(user, campaign, page_number(request.args.get("page", "1")), **filters.chosen)
    return render_template(
        "samples/index.html",
        page_of=page,
        filters=filters,
        state_labels=sample_views.STATE_LABELS,
        standings=[] if user.role == Role.ENUMERATOR else quotas.standings(campaign),
    )


@blueprint.get("/sample.xlsx")
@guards.needs(Permission.SAMPLE_VIEW)
def workbook(code: str) -> Any:
    campaign = use_campaign(code)
    content = sample_export.workbook(guards.actor(), campaign)
    return attachment(content, f"danh-sach-mau-{campaign.code}", "xlsx", XLSX)


@blueprint.get("/sample/<form_code>")
@guards.needs(Permission.SAMPLE_VIEW)
def show(code: str, form_code: str) -> Any:
    campaign = use_campaign(code)
    row = samples.one_visible_to(guards.actor(), campaign, form_code)
    return _page(campaign, row, ReplaceForm())


def _page(campaign: Campaign, row: SampleRow, form: ReplaceForm, **facts: Any) -> str:
    contact = _contact(row)
    (line,) = sample_views.lines_of(campaign, [row])
    return render_template(
        "samples/show.html",
        line=line,
        contact=contact,
        form=form,
        errors=form.error_list,
        state_labels=sample_views.STATE_LABELS,
        trail=sample_views.trail_of(campaign, row),
        **facts,
    )


def _contact(row: SampleRow) -> Contact | None:
    """Return what this person may know of whom to ask; that it was seen is stored before the page goes out."""
    if not guards.actor().may(Permission.CONTACT_VIEW):
        return None
    contact = contacts.of_row(guards.actor(), row)
    db.session.commit()
    read_only.set(True)
    return contact


@blueprint.post("/sample/<form_code>/replace")
@guards.needs(Permission.SAMPLE_REPLACE)
def replace(code: str, form_code: str) -> Any:
    campaign = use_campaign(code)
    row = samples.one_visible_to(guards.actor(), campaign, form_code)
    form = ReplaceForm()
    reason, note = form.reason.data or "", form.note.data or ""
    try:
        done = samples.replace(guards.actor(), campaign, row, reason, note)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(campaign, row, form), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return _page(campaign, row, form, refusal=refusal, typed=note), refusal.status
    db.session.commit()
    if done.by is None:
        flash(
            f"Đã đóng dòng {row.form_code}. {row.unit.name} không còn dòng dự phòng nên chưa có dòng thay; "
            "chỉ tiêu còn thiếu như cũ.",
            "warn",
        )
        return redirect(url_for("samples.index", code=code), 303)
    flash(f"Đã đóng dòng {row.form_code}; dòng dự phòng {done.by.form_code} thay vào.", "good")
    return redirect(url_for("samples.show", code=code, form_code=done.by.form_code), 303)
