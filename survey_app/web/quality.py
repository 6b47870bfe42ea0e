"""What should be re-checked: the last screening, and a button for a new one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from scoring.screening_rules import WORDING
from survey_app.domain import campaigns, quality
from survey_app.extensions import db
from survey_app.models import Campaign, Screening
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("quality", __name__, url_prefix="/campaigns/<code>/quality")


@blueprint.get("")
@guards.needs(Permission.QUALITY_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return _page(campaign, quality.newest(guards.actor(), campaign))


@blueprint.get("/<int:number>")
@guards.needs(Permission.QUALITY_VIEW)
def show(code: str, number: int) -> Any:
    campaign = use_campaign(code)
    return _page(campaign, quality.screening_of(guards.actor(), campaign, min(number, 2**31 - 1)))


def _page(campaign: Campaign, screening: Screening | None) -> Any:
    if screening is None:
        return render_template("quality/index.html", screening=None)
    found = quality.result_of(screening)
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    components = {"all": "Cả phiếu", **{each.code: each.name for each in questionnaire.factors}}
    components |= {each.code: each.text.rstrip(".") for each in questionnaire.criteria}
    return render_template(
        "quality/index.html",
        screening=screening,
        found=found,
        names=quality.people_of(campaign),
        addresses=quality.addresses_of(campaign, [each["form_code"] for each in found["responses"]]),
        wording=WORDING,
        components=components,
    )


@blueprint.post("")
@guards.needs(Permission.QUALITY_SCREEN)
def screen(code: str) -> Any:
    stored = quality.run(guards.actor(), use_campaign(code))
    db.session.commit()
    flash(f"Đã sàng lọc {stored.responses} phiếu trong {stored.milliseconds} ms.", "good")
    return redirect(url_for("quality.index", code=code), 303)
