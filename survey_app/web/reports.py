"""The page of a report's surroundings: its heading, number, signature and recipients, and the Word template it is set in."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, publication_problems
from survey_app.domain import printing, report_templates, report_words
from survey_app.extensions import db
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import formats, guards
from survey_app.web.files import DOCX, attachment
from survey_app.web.forms import log_forged
from survey_app.web.forms.report import TemplateForm, WordsForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("reports", __name__, url_prefix="/campaigns/<code>/report")


@blueprint.get("")
@guards.needs(Permission.REPORT_EDIT)
def index(code: str) -> Any:
    return _page(use_campaign(code))


def _kept(campaign: Campaign) -> WordsForm:
    authority, issuer = printing.letterhead_of(campaign)
    words = report_words.words_of(campaign)
    kept = {
        name: getattr(words, name) for name in ("number", "place", "signer_title", "signer", "recipients")
    }
    day = formats.day(words.day) if words.day else ""
    return WordsForm(formdata=None, data={"authority": authority, "issuer": issuer, "dated": day, **kept})


def _page(
    campaign: Campaign,
    form: WordsForm | None = None,
    sent: TemplateForm | None = None,
    refusal: problems.Problem | None = None,
) -> Any:
    form, sent = form or _kept(campaign), sent or TemplateForm(formdata=None)
    errors = [*form.error_list, *sent.error_list]
    past = report_templates.history(campaign)
    page = render_template(
        "reports/index.html",
        form=form,
        sent=sent,
        errors=errors,
        refusal=refusal,
        past=[(each, report_templates.is_own(each)) for each in past],
        own=not past or report_templates.is_own(past[0]),
        fields=report_templates.fields_of(campaign),
    )
    return page, refusal.status if refusal else 422 if errors else 200


@blueprint.post("")
@guards.needs(Permission.REPORT_EDIT)
def words(code: str) -> Any:
    campaign, form = use_campaign(code), WordsForm()
    log_forged(*(field.name for field in form))
    if form.validate():
        typed = {name: getattr(form, name).data or "" for name in report_words.ReportWords.__annotations__}
        try:
            report_words.set_words(
                guards.actor(),
                campaign,
                form.authority.data or "",
                form.issuer.data or "",
                report_words.ReportWords(**typed),
            )
            db.session.commit()
            flash("Đã lưu phần đầu và phần ký của báo cáo.", "good")
            return redirect(url_for("reports.index", code=code), 303)
        except problems.InvalidFields as refused:
            db.session.rollback()
            form.put(refused.fields)
    return _page(use_campaign(code), form)


@blueprint.get("/template.docx")
@guards.needs(Permission.REPORT_EDIT)
def template(code: str) -> Any:
    campaign = use_campaign(code)
    content = report_templates.shown_content_of(campaign)
    return attachment(content, f"Mẫu báo cáo – {campaign.name}", "docx", DOCX)


@blueprint.post("/template")
@guards.needs(Permission.REPORT_EDIT)
@guards.reads_first
def upload(code: str) -> Any:
    campaign, form = use_campaign(code), TemplateForm()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.put({"file": problems.field("template_missing")})
        return _page(campaign, sent=form)
    try:
        report_templates.replace(guards.actor(), campaign, sent.filename, sent.read())
        db.session.commit()
    except publication_problems.TemplateRefused as refusal:
        db.session.rollback()
        form.put({"file": str(refusal)})
        return _page(use_campaign(code), sent=form, refusal=refusal)
    flash("Từ nay báo cáo dùng mẫu vừa tải lên.", "good")
    return redirect(url_for("reports.index", code=code), 303)


@blueprint.post("/template/own")
@guards.needs(Permission.REPORT_EDIT)
def use_own(code: str) -> Any:
    report_templates.use_own(guards.actor(), use_campaign(code))
    db.session.commit()
    flash("Báo cáo dùng mẫu của phần mềm.", "good")
    return redirect(url_for("reports.index", code=code), 303)
