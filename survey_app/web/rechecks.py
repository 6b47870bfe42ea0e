"""Re-checks: the queue of a body, giving them out, one with its form, attempts and verdicts, and the printed sheet."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import (
    campaigns,
    drawn_responses,
    recheck_assignments,
    recheck_attempts,
    recheck_contacts,
    recheck_devices,
    recheck_queue,
    recheck_settings,
    recheck_verdicts,
    recheck_views,
    rechecks,
)
from survey_app.domain.paging import page_number
from survey_app.domain.recheck_contacts import Reach
from survey_app.extensions import db, read_only
from survey_app.labels import LABELS
from survey_app.models import Campaign, Recheck
from survey_app.vocabulary import Permission, RecheckState, Verdict
from survey_app.web import guards, recheck_page
from survey_app.web.forms import version_of
from survey_app.web.forms.recheck import AssignForm, AttemptForm, VerdictForm, verdict_form
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("rechecks", __name__)
# What the world did while a person was deciding or typing; her words stay on the page.
TOO_LATE = (recheck_problems.RecheckEnded, recheck_problems.RecheckNotNow, recheck_problems.RecheckVoided)


@blueprint.get("/campaigns/<code>/rechecks")
@guards.needs(Permission.RECHECK_JUDGE)
def index(code: str) -> Any:
    return _index(use_campaign(code))


def _index(
    campaign: Campaign,
    form: AssignForm | None = None,
    refusal: problems.Problem | None = None,
    ticked: Sequence[str] = (),
) -> str:
    user = guards.actor()
    filters = recheck_queue.read(user, campaign, request.args)
    number = page_number(request.args.get("page", "1"))
    page = recheck_queue.queue_of(user, campaign, number, **filters.chosen)
    form = form or AssignForm(None)
    form.offer(filters.choices["supervisor"][1:])
    return render_template(
        "rechecks/index.html",
        page_of=page,
        filters=filters,
        counts=recheck_queue.counts_of(user, campaign),
        standings=recheck_queue.standings_of(user, campaign) if user.may(Permission.RECHECK_ASSIGN) else [],
        form=form,
        errors=form.error_list,
        refusal=refusal,
        ticked=ticked,
        worked_on=campaign.state in rechecks.WORKED_ON,
    )


def _named() -> dict[str, int]:
    """Return the re-checks that a list sent as "uuid:version": all it showed, or those that were ticked."""
    sent = request.form.getlist("shown" if request.form.get("which") == "shown" else "row")
    pairs = [each.partition(":") for each in sent]
    return {uuid: version_of(version) for uuid, _, version in pairs}


@blueprint.post("/campaigns/<code>/rechecks/assign")
@guards.needs(Permission.RECHECK_ASSIGN)
def assign(code: str) -> Any:
    """Give re-checks out in two steps: what was chosen is shown with its number, and the number confirmed."""
    campaign, form, wanted = use_campaign(code), AssignForm(), _named()
    confirmed = request.form.get("number")
    try:
        if confirmed is None:
            return _confirmation(campaign, form, wanted)
        given = recheck_assignments.assign(
            guards.actor(), campaign, wanted, form.supervisor.data or "", number=version_of(confirmed)
        )
    except (problems.InvalidFields, recheck_problems.RechecksChanged, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put({"supervisor": " ".join(refusal.fields.values())} if refusal.fields else {})
        shown = None if refusal.fields else refusal
        return _index(use_campaign(code), form, shown, list(wanted)), refusal.status
    db.session.commit()
    flash(f"Đã giao {given} phúc tra." if given else "Các phúc tra này đã ở người ấy từ trước.", "good")
    return redirect(url_for("rechecks.index", code=code), 303)


def _confirmation(campaign: Campaign, form: AssignForm, wanted: dict[str, int]) -> str:
    found, person = recheck_assignments.planned(guards.actor(), campaign, wanted, form.supervisor.data or "")
    return render_template("rechecks/assign.html", rows=found, supervisor=person)


@blueprint.get("/campaigns/<code>/rechecks/sheet")
@guards.needs(Permission.RECHECK_JUDGE)
def sheet(code: str) -> Any:
    campaign, user = use_campaign(code), guards.actor()
    filters = recheck_queue.read(user, campaign, request.args)
    show = recheck_queue.MINE if filters.chosen["show"] == recheck_queue.DONE else filters.chosen["show"]
    number = page_number(request.args.get("page", "1"))
    page = recheck_queue.queue_of(user, campaign, number, **{**filters.chosen, "show": show})
    return render_template(
        "rechecks/sheet.html",
        page_of=page,
        reach=_reached([row.recheck for row in page.rows]),
        asked={row.recheck.id: recheck_views.asked_of(row.recheck) for row in page.rows},
        scale=campaigns.questionnaire_of(campaign.questionnaire_sha256).scale,
        reasons=[LABELS[each] for each in recheck_views.REASONS],
    )


def _reached(found: Sequence[Recheck]) -> dict[int, Reach]:
    """Return how to reach whom; that it was seen is stored before the page goes out."""
    reach = recheck_contacts.of_rechecks(guards.actor(), found)
    db.session.commit()
    read_only.set(True)
    return reach


@blueprint.get("/rechecks/<uuid>")
@guards.needs(Permission.RECHECK_VIEW)
def show(uuid: str) -> Any:
    return _page(rechecks.one_visible_to(guards.actor(), uuid))


def _page(
    recheck: Recheck,
    *,
    form: VerdictForm | None = None,
    attempt_form: AttemptForm | None = None,
    refusal: problems.Problem | None = None,
) -> str:
    """Render a re-check; forms that were refused are shown as they were sent, on its present version."""
    user, campaign = guards.actor(), use_campaign(recheck.response.campaign.code)
    asked, verdicts = recheck_views.asked_of(recheck), recheck_views.verdicts_of(recheck)
    was_sent, attempt_form = form is not None, attempt_form or AttemptForm(None)
    if form is None:
        form = verdict_form(asked, None)
        if verdicts:
            form.fill(verdicts[0])
    form.version.data = str(recheck.version)
    settings = recheck_settings.of_campaign(campaign)
    attempts = recheck_attempts.of_recheck(recheck)
    reach = _reached([recheck]).get(recheck.id)
    return render_template(
        "rechecks/show.html",
        recheck=recheck,
        drawn=drawn_responses.as_drawn(recheck),
        asked=asked,
        verdicts=verdicts,
        others=recheck_views.others_of(user, recheck),
        views=recheck_views,
        attempts=attempts,
        attempts_needed=settings.attempts,
        enough=recheck_attempts.are_enough(recheck, attempts),
        reach=reach,
        rules=recheck_page.rules(recheck_devices.task_of(recheck, reach.row.procedure if reach else "")),
        scale=campaigns.questionnaire_of(recheck.response.questionnaire_sha256).scale,
        form=form,
        was_sent=was_sent,
        attempt_form=attempt_form,
        errors=[*attempt_form.error_list, *form.error_list],
        refusal=refusal,
        works=user.may(Permission.RECHECK_JUDGE)
        and campaign.state in rechecks.WORKED_ON
        and recheck.state != RecheckState.DROPPED,
    )


@blueprint.post("/rechecks/<uuid>/attempts")
@guards.needs(Permission.RECHECK_JUDGE)
def attempt(uuid: str) -> Any:
    recheck, form = rechecks.one_visible_to(guards.actor(), uuid), AttemptForm()
    try:
        recheck_attempts.attempt(
            guards.actor(),
            recheck,
            way=form.way.data or "",
            result=form.result.data or "",
            note=form.attempt_note.data or "",
        )
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        return _refused(uuid, refusal, attempt_form=form)
    db.session.commit()
    flash("Đã ghi lần liên hệ.", "good")
    return redirect(url_for("rechecks.show", uuid=uuid), 303)


@blueprint.post("/rechecks/<uuid>/verdict")
@guards.needs(Permission.RECHECK_JUDGE)
def verdict(uuid: str) -> Any:
    recheck = rechecks.one_visible_to(guards.actor(), uuid)
    form = verdict_form(recheck_views.asked_of(recheck))
    try:
        judgement = recheck_verdicts.read(recheck, form.raw())
        recheck_verdicts.judge(guards.actor(), recheck, judgement, version=form.based_on)
    except (problems.InvalidFields, recheck_problems.RecheckOvertaken, *TOO_LATE) as refusal:
        return _refused(uuid, refusal, form=form)
    db.session.commit()
    told = LABELS[Verdict(judgement.verdict)]
    flash(f"Đã lưu kết luận “{told}”. Câu trả lời gốc hiện bên cạnh câu trả lời lại.", "good")
    return redirect(url_for("rechecks.show", uuid=uuid), 303)


def _refused(uuid: str, refusal: problems.Problem, **forms: Any) -> Any:
    """Show the page again with everything that was typed; what a refusal has to keep is kept."""
    if refusal.keeps_work:
        db.session.commit()
    else:
        db.session.rollback()
    for form in forms.values():
        form.put(refusal.fields)
    recheck = rechecks.one_visible_to(guards.actor(), uuid)
    return _page(recheck, refusal=None if refusal.fields else refusal, **forms), refusal.status
