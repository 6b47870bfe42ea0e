"""Figures that a report takes from elsewhere: what is stored, a table read in with its preview, the same table out."""

from base64 import b64decode, b64encode
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, publication_problems
from survey_app.domain import campaigns, earlier_years, report_figures
from survey_app.extensions import db
from survey_app.models import Campaign
from survey_app.vocabulary import CampaignState, Permission
from survey_app.web import guards
from survey_app.web.files import XLSX, attachment
from survey_app.web.forms.report_figures import FiguresForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("report_figures", __name__, url_prefix="/campaigns/<code>/report-figures")
MOST_SHOWN = 200
# Refusals of a table as a whole; the person stays on the page.
REFUSED = (
    problems.InvalidFields,
    problems.ScorerRefused,
    publication_problems.FiguresRefused,
    publication_problems.FiguresFixed,
    publication_problems.FiguresOvertaken,
)


@blueprint.get("")
@guards.needs(Permission.REPORT_EDIT)
def index(code: str) -> Any:
    return _page(use_campaign(code), FiguresForm())


def _page(
    campaign: Campaign, form: FiguresForm, refusal: problems.Problem | None = None, **preview: Any
) -> Any:
    stored = report_figures.of_campaign(campaign)
    found: report_figures.Preview | None = preview.get("found")
    shown = [*stored, *(found.figures if found else ())]
    page = render_template(
        "report_figures/index.html",
        form=form,
        errors=form.error_list,
        refusal=refusal,
        reasons=getattr(refusal, "reasons", ()),
        stored=stored,
        names=report_figures.names_of(campaign, shown),
        kinds=report_figures.KINDS,
        measures=report_figures.MEASURES,
        columns=report_figures.COLUMNS,
        groups=campaigns.group_names_of(campaign),
        areas=earlier_years.AREAS,
        stored_years=earlier_years.stored_years(campaign),
        fixed=campaign.state == CampaignState.PUBLISHED,
        most=MOST_SHOWN,
        **preview,
    )
    return page, refusal.status if refusal else 200


@blueprint.get("/table.xlsx")
@guards.needs(Permission.REPORT_EDIT)
def table(code: str) -> Any:
    campaign = use_campaign(code)
    return attachment(report_figures.workbook(campaign), f"{campaign.name} – số liệu so sánh", "xlsx", XLSX)


@blueprint.post("")
@guards.needs(Permission.REPORT_EDIT)
def preview(code: str) -> Any:
    """Show what a table would change; the page carries the file itself to the decision."""
    campaign, form = use_campaign(code), FiguresForm()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise problems.InvalidFields({"file": problems.field("file_missing")})
        content = sent.read()
        found = report_figures.preview(campaign, sent.filename, content)
    except REFUSED as refusal:
        return _refused(campaign, form, refusal)
    return _page(campaign, form, found=found, content=b64encode(content).decode())


def _refused(campaign: Campaign, form: FiguresForm, refusal: problems.Problem) -> Any:
    db.session.rollback()
    whole = {} if isinstance(refusal, publication_problems.FiguresRefused) else refusal.fields
    form.put(whole)
    return _page(campaign, form, refusal)


@blueprint.post("/save")
@guards.needs(Permission.REPORT_EDIT)
def save(code: str) -> Any:
    campaign, form = use_campaign(code), FiguresForm()
    try:
        content = b64decode(request.form.get("content", ""), validate=True)
    except ValueError:
        content = b""
    try:
        if not content:
            raise problems.InvalidFields({"file": problems.field("file_missing")})
        found = report_figures.replace(
            guards.actor(),
            campaign,
            request.form.get("name", ""),
            content,
            seen=request.form.get("seen", ""),
        )
    except REFUSED as refusal:
        return _refused(campaign, form, refusal)
    db.session.commit()
    flash(f"Đã lưu bảng {len(found.figures)} số liệu từ tệp {found.file_name}.", "good")
    return redirect(url_for("report_figures.index", code=code), 303)
