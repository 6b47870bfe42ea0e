"""Batches to redo: the list, and one with exactly the responses that would be void."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import redos
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.models import Campaign, RedoProposal
from survey_app.models.columns import now
from survey_app.vocabulary import Permission, RedoState
from survey_app.web import guards
from survey_app.web.forms.consequence import ACCEPT, DECLINE, RedoForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("redos", __name__)
STATES = STATE_LABELS["redo"]
TOO_LATE = (
    recheck_problems.RedoChanged,
    recheck_problems.RedoDecided,
    recheck_problems.RedoNotOver,
    recheck_problems.RedoOwnVerdict,
    recheck_problems.RedoReplyOpen,
    recheck_problems.RecheckNotNow,
)


@blueprint.get("/campaigns/<code>/redos")
@guards.needs(Permission.REDO_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return render_template(
        "redos/index.html",
        proposals=redos.listed(guards.actor(), campaign),
        limit=redos.limit_of(campaign),
        states=STATES,
    )


def _page(
    proposal: RedoProposal, form: RedoForm | None = None, refusal: problems.Problem | None = None
) -> str:
    """Render a proposal; responses and figures are for those who may decide: they tell a body the other's verdicts."""
    campaign = use_campaign(db.session.get_one(Campaign, proposal.campaign_id).code)
    is_open, decides = proposal.state == RedoState.OPEN, guards.actor().may(Permission.REDO_DECIDE)
    batch = redos.batch_of(campaign, proposal.enumerator) if is_open and decides else None
    form = form or RedoForm(None)
    form.listed.data = batch.digest if batch else ""
    return render_template(
        "redos/show.html",
        proposal=proposal,
        states=STATES,
        share=redos.share_of(campaign, proposal.enumerator) if is_open and decides else None,
        batch=batch,
        obstacle=redos.obstacle(guards.actor(), proposal),
        waiting=redos.reply_open(proposal, now()) if is_open and decides else None,
        form=form,
        errors=form.error_list,
        refusal=refusal,
    )


@blueprint.get("/redos/<int:number>")
@guards.needs(Permission.REDO_VIEW)
def show(number: int) -> Any:
    return _page(redos.one_visible_to(guards.actor(), number))


def _decide(proposal: RedoProposal, form: RedoForm) -> str:
    """Decide by the word that was chosen and return what was done; refuses another word."""
    word, reason = form.decision.data, form.reason.data or ""
    if word == DECLINE:
        redos.decline(guards.actor(), proposal, reason)
        return "Không làm lại; các phiếu giữ nguyên."
    if word != ACCEPT:
        raise problems.InvalidFields({"decision": problems.field("decision")})
    listed, number = form.listed.data or "", form.number.data or ""
    count = redos.accept(guards.actor(), proposal, reason, listed=listed, number=number)
    return f"Đã hủy {count} phiếu của {proposal.enumerator.display_name} để làm lại."


@blueprint.post("/redos/<int:number>")
@guards.needs(Permission.REDO_DECIDE)
def decide(number: int) -> Any:
    proposal, form = redos.one_visible_to(guards.actor(), number), RedoForm()
    try:
        told = _decide(proposal, form)
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        proposal = redos.one_visible_to(guards.actor(), number)
        return _page(proposal, form, None if refusal.fields else refusal), refusal.status
    db.session.commit()
    flash(told, "good")
    return redirect(url_for("redos.show", number=number), 303)
