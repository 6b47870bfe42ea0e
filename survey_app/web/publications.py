"""Publications: what is public, publishing the newest run, and the files that can be made of each run."""

from typing import Any, BinaryIO

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, publication_problems
from survey_app.domain import campaigns, outputs, people, publication, publication_checks, scores
from survey_app.extensions import db, one_moment
from survey_app.language import clean_line
from survey_app.models import Campaign, ScoreRun
from survey_app.vocabulary import CampaignState, Permission
from survey_app.web import files, guards, jobs
from survey_app.web.forms.account import ReasonForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("publications", __name__, url_prefix="/campaigns/<code>/publications")
WAIT_SECONDS = 8
LOOK_EVERY_SECONDS = 2
LARGEST_NUMBER = 2**31 - 1


@blueprint.get("")
@guards.needs(Permission.PUBLICATION_VIEW)
def index(code: str) -> Any:
    jobs.sweep()
    return _page(use_campaign(code), ReasonForm(None))


def _page(
    campaign: Campaign, form: ReasonForm, status: int = 200, refusal: problems.Problem | None = None
) -> Any:
    actor = guards.actor()
    runs, made = scores.runs_of(actor, campaign), publication.all_of(campaign)
    may_publish = actor.may(Permission.PUBLICATION_MAKE) and campaign.state != CampaignState.PUBLISHED
    page = render_template(
        "publications/index.html",
        runs=runs,
        chosen=_chosen(runs),
        made=made,
        of_run={each.run_id: each for each in made},
        checks=publication_checks.checks_of(actor, campaign) if may_publish else [],
        outputs=outputs.OUTPUTS.values(),
        form=form,
        errors=form.error_list,
        refusal=refusal,
        public_page=url_for("public_results.index", code=campaign.code) if made else "",
    )
    return page, status


def _chosen(runs: list[ScoreRun]) -> ScoreRun | None:
    """Return the run whose files are offered: the one asked for, else the newest."""
    asked = request.args.get("run", "")
    return next((run for run in runs if str(run.number) == asked), runs[0] if runs else None)


@blueprint.post("")
@guards.needs(Permission.PUBLICATION_MAKE)
def publish(code: str) -> Any:
    campaign = use_campaign(code)
    form = ReasonForm()
    if not form.validate():
        return _page(campaign, form, 422)
    try:
        made = publication.publish(guards.actor(), campaign, form.reason.data or "")
        db.session.commit()
    except problems.ReasonMissing as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(use_campaign(code), form, refusal.status)
    except (
        publication_problems.NotARunToPublish,
        publication_problems.NoDossier,
        problems.WrongCampaignStep,
        problems.MissingRun,
    ) as refusal:
        db.session.rollback()
        return _page(use_campaign(code), form, refusal.status, refusal)
    flash(f"Đã công bố lần {made.number}, từ lần tính {made.run.number}.", "good")
    return redirect(url_for("publications.index", code=code), 303)


@blueprint.post("/files")
@guards.needs(Permission.SCORE_EXPORT)
def order(code: str) -> Any:
    campaign = use_campaign(code)
    output = outputs.kind_of(clean_line(request.form.get("kind", "")))
    job = _ordered(campaign, output, _number(request.form.get("run", "")))
    if job.state == jobs.DONE and job.file.exists():
        return files.of_job(job)
    return redirect(url_for("publications.job", code=code, job=job.id, wait=1), 303)


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 10:
        raise problems.NotFound()
    return min(int(typed), LARGEST_NUMBER)


def _ordered(campaign: Campaign, output: outputs.Output, number: int) -> jobs.Job:
    """Return the job that makes a file; the one there is already, however often it is asked for."""
    outputs.wait_for_turn()
    actor = guards.actor()
    material = outputs.material_of(actor, campaign, number)
    key = outputs.digest_of(output, material)
    job = jobs.alike(campaign.code, key)
    if job is None:
        name = outputs.name_of(output, material)
        what = (Permission.SCORE_EXPORT, key, name, output.ending, output.mimetype)
        job = jobs.prepare(campaign.code, *what)
        db.session.commit()  # whoever asks for the same looks only now, and finds the job
        jobs.start(job, _work(actor.username, campaign.code, output, number)).join(WAIT_SECONDS)
    return jobs.find(campaign.code, job.id, Permission.SCORE_EXPORT)


def _work(username: str, code: str, output: outputs.Output, number: int) -> jobs.Work:
    """Return what makes a file in a thread, for a person, in a session of the thread's own."""

    def work(target: BinaryIO, tell: jobs.Teller) -> None:
        tell.step("Đọc kết quả đã lưu")
        with one_moment():
            actor, campaign = people.by_username(username), campaigns.by_code(code)
            material = outputs.material_of(actor, campaign, number)
        outputs.write(actor, campaign, output, material, target.write, tell, tell.step)
        db.session.commit()

    return work


@blueprint.get("/jobs/<job>")
@guards.needs(Permission.SCORE_EXPORT)
def job(code: str, job: str) -> Any:
    """Show how far a file is; a page that was waited for goes on to the file, once, when it is there."""
    found = jobs.find(use_campaign(code).code, job, Permission.SCORE_EXPORT)
    page = render_template("publications/job.html", job=found)
    if found.state == jobs.RUNNING:
        address = url_for("publications.job", code=code, job=job, wait=1)
        return page, {"Refresh": f"{LOOK_EVERY_SECONDS}; url={address}"}
    if found.state == jobs.DONE and request.args.get("wait"):
        return page, {"Refresh": f"0; url={url_for('publications.file', code=code, job=job)}"}
    return page


@blueprint.post("/jobs/<job>/cancel")
@guards.needs(Permission.SCORE_EXPORT)
def cancel(code: str, job: str) -> Any:
    jobs.cancel(jobs.find(use_campaign(code).code, job, Permission.SCORE_EXPORT))
    return redirect(url_for("publications.job", code=code, job=job), 303)


@blueprint.get("/jobs/<job>/file")
@guards.needs(Permission.SCORE_EXPORT)
def file(code: str, job: str) -> Any:
    return files.of_job(jobs.finished(use_campaign(code).code, job, Permission.SCORE_EXPORT))
