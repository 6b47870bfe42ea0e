"""Proposals to void: the list, one with its decision, the enumerator's reply, and taking a void back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import findings, responses, void_effects, voiding, voids
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.models import VoidProposal
from survey_app.models.columns import now
from survey_app.vocabulary import Body, Permission
from survey_app.web import guards
from survey_app.web.forms.consequence import DecisionForm, ReplyForm, RestoreForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("voids", __name__)
STATES = STATE_LABELS["void"]
# What the world did while a person was deciding; her words stay on the page.
TOO_LATE = (
    problems.StaleVersion,
    problems.CannotChange,
    recheck_problems.ProposalDecided,
    recheck_problems.ReplyArrived,
    recheck_problems.ReplyStillOpen,
    recheck_problems.JointCaseOpen,
    recheck_problems.RecheckNotNow,
    recheck_problems.OwnProposal,
)


@blueprint.get("/campaigns/<code>/void-proposals")
@guards.needs(Permission.VOID_VIEW)
def index(code: str) -> Any:
    campaign, state = use_campaign(code), request.args.get("state", "")
    page, rows = voids.listed(guards.actor(), campaign, page_number(request.args.get("page", "1")), state)
    facts = {"states": STATES, "state": state, "present": now()}
    return render_template("voids/index.html", page_of=page, rows=rows, **facts)


def _page(
    proposal: VoidProposal, form: DecisionForm | None = None, refusal: problems.Problem | None = None
) -> str:
    """Render a proposal; a form that was refused is shown as it was sent, based on what is shown now."""
    use_campaign(proposal.response.campaign.code)
    form = form or DecisionForm(None)
    form.seen.data = voids.seen_of(proposal)
    verdict = findings.verdicts_of(proposal.response).get(Body(proposal.body))
    return render_template(
        "voids/show.html",
        proposal=proposal,
        verdict=verdict,
        states=STATES,
        present=now(),
        obstacle=voids.obstacle(guards.actor(), proposal, now()),
        effect=void_effects.effect(proposal) if guards.actor().may(Permission.VOID_DECIDE) else None,
        voided=voiding.how(proposal.response),
        still_judging=voids.still_judging(proposal),
        form=form,
        errors=form.error_list,
        refusal=refusal,
    )


@blueprint.get("/void-proposals/<int:number>")
@guards.needs(Permission.VOID_VIEW)
def show(number: int) -> Any:
    return _page(voids.one_visible_to(guards.actor(), number))


@blueprint.post("/void-proposals/<int:number>")
@guards.needs(Permission.VOID_DECIDE)
def decide(number: int) -> Any:
    proposal, form = voids.one_visible_to(guards.actor(), number), DecisionForm()
    form_code = proposal.response.form_code
    word, reason = form.decision.data or "", form.reason.data or ""
    try:
        voids.decide(guards.actor(), proposal, word, reason, seen=form.seen.data or "")
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        proposal = voids.one_visible_to(guards.actor(), number)
        return _page(proposal, form, None if refusal.fields else refusal), refusal.status
    db.session.commit()
    told = "đã hủy, không còn được tính" if word == voids.CONFIRM else "không hủy, tiếp tục được tính"
    flash(f"Phiếu {form_code}: {told}.", "good")
    return redirect(url_for("voids.show", number=number), 303)


@blueprint.route("/void-proposals/<int:number>/answer", methods=["GET", "POST"])
@guards.needs(Permission.FLAG_ANSWER)
def answer(number: int) -> Any:
    proposal = voids.one_to_answer(guards.actor(), number)
    sent = request.method == "POST"
    form = ReplyForm() if sent else ReplyForm(None, data={"reply": proposal.reply})
    status, refusal = 200, None
    if sent:
        try:
            voids.answer(guards.actor(), proposal, form.reply.data or "")
        except (problems.InvalidFields, *TOO_LATE) as refused:
            db.session.rollback()
            form.put(refused.fields)
            status, refusal = refused.status, None if refused.fields else refused
            proposal = voids.one_to_answer(guards.actor(), number)
        else:
            db.session.commit()
            flash(f"Đã gửi giải trình về phiếu {proposal.response.form_code}.", "good")
            return redirect(url_for("home.index"), 303)
    use_campaign(proposal.response.campaign.code)
    return render_template(
        "voids/answer.html",
        proposal=proposal,
        states=STATES,
        form=form,
        errors=form.error_list,
        refusal=refusal,
    ), status


@blueprint.route("/responses/<uuid>/restore", methods=["GET", "POST"])
@guards.needs(Permission.CAMPAIGN_MANAGE)
def restore(uuid: str) -> Any:
    response, form = responses.one_visible_to(guards.actor(), uuid), RestoreForm()
    status, refusal = 200, None
    if request.method == "POST":
        try:
            voiding.restore(guards.actor(), response, form.reason.data or "")
        except (
            problems.InvalidFields,
            recheck_problems.NotVoidedByDecision,
            recheck_problems.FormCodeUsedAgain,
            recheck_problems.OwnVoid,
            recheck_problems.RecheckNotNow,
        ) as refused:
            db.session.rollback()
            form.put(refused.fields)
            status, refusal = refused.status, None if refused.fields else refused
            response = responses.one_visible_to(guards.actor(), uuid)
        else:
            db.session.commit()
            flash(f"Phiếu {response.form_code} được tính lại.", "good")
            return redirect(url_for("responses.show", uuid=uuid), 303)
    use_campaign(response.campaign.code)
    return render_template(
        "voids/restore.html",
        response=response,
        voided=voiding.how(response),
        form=form,
        errors=form.error_list,
        refusal=refusal,
    ), status
