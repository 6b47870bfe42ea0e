"""Joint cases: the list, and one with both bodies' verdicts, the originals, and what the heads say."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import findings, joint_cases, rechecks, voids
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.models import JointCase
from survey_app.vocabulary import Body, JointState, Permission
from survey_app.web import guards
from survey_app.web.forms.consequence import OpinionForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("joint_cases", __name__)
TOO_LATE = (recheck_problems.JointCaseAgreed, recheck_problems.RecheckNotNow)
FACTS: dict[str, Any] = {"states": STATE_LABELS["joint"], "bodies": list(Body)}


@blueprint.get("/campaigns/<code>/joint-cases")
@guards.needs(Permission.JOINT_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    page = joint_cases.listed(guards.actor(), campaign, page_number(request.args.get("page", "1")))
    said = joint_cases.opinions_on(list(page.rows))
    return render_template("joint_cases/index.html", page_of=page, said=said, **FACTS)


def _page(case: JointCase, form: OpinionForm | None = None, refusal: problems.Problem | None = None) -> str:
    user = guards.actor()
    campaign, opinions = use_campaign(case.response.campaign.code), joint_cases.opinions_of(case)
    own = opinions.get(Body(user.body)) if user.body else None
    form = form or OpinionForm(None, data={"outcome": own.outcome, "note": own.note} if own else {})
    verdicts = findings.verdicts_of(case.response)
    is_open = case.state == JointState.OPEN and campaign.state in rechecks.WORKED_ON
    return render_template(
        "joint_cases/show.html",
        case=case,
        verdicts=verdicts,
        asked_again=joint_cases.asked_again(case, verdicts),
        opinions=opinions,
        proposals=voids.of_response(user, case.response),
        proposal_states=STATE_LABELS["void"],
        may_say=is_open and user.may(Permission.JOINT_DECIDE),
        form=form,
        errors=form.error_list,
        refusal=refusal,
        **FACTS,
    )


@blueprint.get("/joint-cases/<int:number>")
@guards.needs(Permission.JOINT_VIEW)
def show(number: int) -> Any:
    return _page(joint_cases.one_visible_to(guards.actor(), number))


@blueprint.post("/joint-cases/<int:number>")
@guards.needs(Permission.JOINT_DECIDE)
def give(number: int) -> Any:
    case, form = joint_cases.one_visible_to(guards.actor(), number), OpinionForm()
    try:
        case = joint_cases.give(guards.actor(), case, form.outcome.data or "", form.note.data or "")
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        case = joint_cases.one_visible_to(guards.actor(), number)
        return _page(case, form, None if refusal.fields else refusal), refusal.status
    db.session.commit()
    agreed = case.state == JointState.AGREED
    flash("Hai cơ quan đã thống nhất." if agreed else "Đã lưu ý kiến; chờ cơ quan kia.", "good")
    return redirect(url_for("joint_cases.show", number=number), 303)
