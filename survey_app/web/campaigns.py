"""Campaigns: the list, one with its rules and state, and the progress against quotas."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import assignments, campaign_settings, campaigns, overview, publication
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.language import search_key, searched
from survey_app.models import Campaign
from survey_app.vocabulary import CampaignState, Permission
from survey_app.web import guards
from survey_app.web.forms.account import ReasonForm
from survey_app.web.forms.campaign import CountSelfForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@blueprint.get("")
@guards.needs(Permission.CAMPAIGN_VIEW)
def index() -> Any:
    return render_template("campaigns/index.html", found=campaigns.all_visible_to(guards.actor()))


@blueprint.get("/<code>")
@guards.needs(Permission.CAMPAIGN_VIEW)
def show(code: str) -> Any:
    return _page(use_campaign(code), ReasonForm())


def _page(
    campaign: Campaign, form: ReasonForm, status: int = 200, count_form: CountSelfForm | None = None
) -> Any:
    counts_self = campaign_settings.counts_self(campaign)
    count_form = count_form or CountSelfForm(None, counts="yes" if counts_self else "no")
    page = render_template(
        "campaigns/show.html",
        units=campaigns.units_of(campaign),
        questionnaire=campaigns.questionnaire_of(campaign.questionnaire_sha256),
        method=campaigns.method_of(campaign.method_sha256),
        modes=campaigns.modes_of(campaign),
        steps=campaigns.next_steps(campaign),
        form=form,
        count_form=count_form,
        counts_self=counts_self,
        may_set=campaign.state in campaign_settings.CHANGEABLE,
        apart=overview.apart(campaign),
        errors=form.error_list + count_form.error_list,
        settings=campaign,
    )
    return page, status


@blueprint.post("/<code>/state")
@guards.needs(Permission.CAMPAIGN_MANAGE)
def move(code: str) -> Any:
    campaign = use_campaign(code)
    target = campaigns.state_named(request.form.get("target", ""))
    form = ReasonForm()
    if not form.validate():
        return _page(campaign, form, 422)
    try:
        publication.move(guards.actor(), campaign, target, form.reason.data or "")
    except (problems.ReasonMissing, recheck_problems.Undecided) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(campaign, form, refusal.status)
    db.session.commit()
    flash(f"Đợt khảo sát: {CAMPAIGN_LABELS[CampaignState(campaign.state)]}.", "good")
    return redirect(url_for("campaigns.show", code=code), 303)


@blueprint.post("/<code>/count-self")
@guards.needs(Permission.CAMPAIGN_MANAGE)
def count_self(code: str) -> Any:
    campaign = use_campaign(code)
    form = CountSelfForm()
    if not form.validate():
        return _page(campaign, ReasonForm(None), 422, form)
    try:
        campaign_settings.set_count_self(
            guards.actor(), campaign, form.counts.data == "yes", form.count_reason.data or ""
        )
    except problems.ReasonMissing as refusal:
        db.session.rollback()
        form.put({"count_reason": refusal.fields["reason"]})
        return _page(use_campaign(code), ReasonForm(None), refusal.status, form)
    db.session.commit()
    told = "được tính như phiếu khác" if campaign_settings.counts_self(campaign) else "được đếm riêng"
    flash(f"Phiếu tự trả lời gửi từ nay {told}. Phiếu đã lưu giữ nguyên cách tính.", "good")
    return redirect(url_for("campaigns.show", code=code), 303)


@blueprint.get("/<code>/progress")
@guards.needs(Permission.CAMPAIGN_VIEW)
def progress(code: str) -> Any:
    rows = assignments.progress(use_campaign(code))
    wanted = search_key(searched(request.args.get("q", "")))
    shown = [
        row for row in rows if wanted in row.unit.unit.search_key or wanted in row.unit.unit.code.lower()
    ]
    return render_template("campaigns/progress.html", rows=shown, all_rows=rows, q=request.args.get("q", ""))
