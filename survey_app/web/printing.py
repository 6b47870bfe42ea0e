"""Files out for field work: blank forms to print, and the questionnaire as an XLSForm."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Optional

from survey_app import problems
from survey_app.domain import audit, campaigns, printing
from survey_app.exports.printed_forms import pdf_of
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import files, guards, jobs
from survey_app.web.forms import Form, WholeNumberField
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("printing", __name__, url_prefix="/campaigns/<code>/forms")
WAIT_SECONDS = 8
LOOK_EVERY_SECONDS = 2


class ChoiceForm(Form):
    """How codes are numbered, and of which unit; POSTs are guarded against forgery at the door."""

    class Meta(Form.Meta):
        csrf = False

    unit = HiddenField()
    prefix = StringField("Phần đầu của mã")
    first = WholeNumberField("Từ số", [InputRequired()])
    count = WholeNumberField("Số phiếu mỗi đơn vị", [Optional()])
    reserve = BooleanField("In cả phiếu của dòng dự phòng")

    def choice(self) -> printing.Choice:
        """Return what was chosen."""
        return printing.Choice(
            unit=clean_line(self.unit.data),
            prefix=clean_line(self.prefix.data),
            first=self.first.data,
            count=self.count.data,
            reserve=self.reserve.data,
        )


class LetterheadForm(Form):
    """The two lines above the forms."""

    authority = StringField("Cơ quan cấp trên", [InputRequired()])
    issuer = StringField("Cơ quan phát hành phiếu", [InputRequired()])


def _letterhead(campaign: Campaign) -> LetterheadForm:
    authority, issuer = printing.letterhead_of(campaign)
    return LetterheadForm(formdata=None, data={"authority": authority, "issuer": issuer})


def _asked(campaign: Campaign) -> ChoiceForm:
    usual = {"prefix": printing.default_prefix(campaign), "first": "1"}
    return ChoiceForm(MultiDict(usual | request.args.to_dict()))


def _planned(campaign: Campaign, form: ChoiceForm) -> printing.Batch | None:
    """Return what a form asks for; where it is refused, None, with the sentences beside their fields."""
    if not form.validate():
        return None
    try:
        return printing.plan(campaign, form.choice())
    except problems.InvalidFields as refusal:
        form.put(refusal.fields)
        return None


def _page(
    campaign: Campaign,
    form: ChoiceForm,
    batch: printing.Batch | None,
    letterhead: LetterheadForm | None = None,
    refusal: problems.Problem | None = None,
) -> Any:
    letterhead = letterhead or _letterhead(campaign)
    errors = [*form.error_list, *letterhead.error_list]
    page = render_template(
        "printing/index.html",
        form=form,
        letterhead=letterhead,
        errors=errors,
        refusal=refusal,
        batch=batch,
        listed=printing.has_sample(campaign),
        printed=[(line, audit.changes_of(line)["after"]) for line in printing.printed_before(campaign)],
    )
    return page, 422 if errors or refusal else 200


@blueprint.get("")
@guards.needs(Permission.FORM_PRINT)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    jobs.sweep()
    form = _asked(campaign)
    try:
        return _page(campaign, form, _planned(campaign, form))
    except problems.TooManyForms as refusal:
        return _page(campaign, form, None, refusal=refusal)


@blueprint.post("")
@guards.needs(Permission.FORM_PRINT)
def order(code: str) -> Any:
    campaign = use_campaign(code)
    form = ChoiceForm(request.form)
    try:
        batch = _planned(campaign, form)
        if batch is None:
            return _page(campaign, form, None)
        job = _ordered(campaign, form.choice(), batch)
    except (problems.TooManyForms, problems.NothingToPrint) as refusal:
        db.session.rollback()
        return _page(campaign, form, None, refusal=refusal)
    if form.choice().unit and job.state == jobs.DONE:
        return files.of_job(job)
    return redirect(url_for("printing.job", code=code, job=job.id), 303)


def _ordered(campaign: Campaign, choice: printing.Choice, batch: printing.Batch) -> jobs.Job:
    """Return the job that prints a batch; the one there is already, however often it is asked for."""
    printing.wait_for_turn()
    if found := jobs.alike(campaign.code, batch.digest):
        return found
    printing.note_printed(guards.actor(), campaign, batch)
    name = f"Phiếu trắng – {campaign.name}{f' – {choice.unit}' if choice.unit else ''}"
    what = (Permission.FORM_PRINT, batch.digest, name, ".pdf", files.PDF, len(batch.forms))
    job = jobs.prepare(campaign.code, *what)
    try:
        db.session.commit()
    except BaseException:
        jobs.forget(job)
        raise
    thread = jobs.start(job, lambda target, tell: target.write(pdf_of(batch.sheet, batch.forms, tell)))
    if choice.unit:
        thread.join(WAIT_SECONDS)
    return jobs.find(campaign.code, job.id, Permission.FORM_PRINT)


@blueprint.get("/jobs/<job>")
@guards.needs(Permission.FORM_PRINT)
def job(code: str, job: str) -> Any:
    found = jobs.find(use_campaign(code).code, job, Permission.FORM_PRINT)
    page = render_template("printing/job.html", job=found)
    return page, {"Refresh": str(LOOK_EVERY_SECONDS)} if found.state == jobs.RUNNING else {}


@blueprint.post("/jobs/<job>/cancel")
@guards.needs(Permission.FORM_PRINT)
def cancel(code: str, job: str) -> Any:
    jobs.cancel(jobs.find(use_campaign(code).code, job, Permission.FORM_PRINT))
    return redirect(url_for("printing.job", code=code, job=job), 303)


@blueprint.get("/jobs/<job>/file.pdf")
@guards.needs(Permission.FORM_PRINT)
def file(code: str, job: str) -> Any:
    return files.of_job(jobs.finished(use_campaign(code).code, job, Permission.FORM_PRINT))


@blueprint.post("/letterhead")
@guards.needs(Permission.FORM_PRINT)
def letterhead(code: str) -> Any:
    campaign = use_campaign(code)
    form = LetterheadForm()
    asked = _asked(campaign)
    if form.validate():
        try:
            printing.set_letterhead(guards.actor(), campaign, form.authority.data, form.issuer.data)
            db.session.commit()
            flash("Đã lưu tiêu đề phiếu.", "good")
            return redirect(url_for("printing.index", code=code), 303)
        except problems.InvalidFields as refusal:
            db.session.rollback()
            form.put(refusal.fields)
    return _page(campaign, asked, _planned(campaign, asked), form)


@blueprint.get("/questionnaire.xlsx")
@guards.needs(Permission.FORM_PRINT)
def questionnaire(code: str) -> Any:
    campaign = use_campaign(code)
    pinned = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    name = f"XLSForm – {campaign.name} – {pinned.code}"
    return files.attachment(printing.xlsform(campaign), name, "xlsx", files.XLSX)
