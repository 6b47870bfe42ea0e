"""The appraised points: one table, one field a unit."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import appraisals, campaigns
from survey_app.extensions import db
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("appraisals", __name__, url_prefix="/campaigns/<code>/appraisals")


def _page(code: str, errors: dict[str, str] | None = None, typed: str = "", status: int = 200) -> Any:
    campaign = use_campaign(code)
    units = [unit for unit in campaigns.units_of(campaign) if unit.counts_for_id is None]
    rows = [(unit, appraisals.maximum_of(unit)) for unit in units]
    given = appraisals.of_campaign(campaign)
    page = render_template("appraisals/index.html", rows=rows, given=given, wrong=errors or {}, typed=typed)
    return page, status


@blueprint.get("")
@guards.needs(Permission.APPRAISAL_VIEW)
def index(code: str) -> Any:
    return _page(code)


@blueprint.post("/<unit>")
@guards.needs(Permission.APPRAISAL_ENTER)
def enter(code: str, unit: str) -> Any:
    typed = request.form.get("points", "")
    version = request.form.get("version", type=int, default=-1)
    try:
        appraisals.enter(guards.actor(), use_campaign(code), unit, typed, version=version)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        return _page(code, {unit: refusal.fields["points"]}, typed, 422)
    db.session.commit()
    flash(f"Đã lưu điểm thẩm định của {unit}.", "good")
    return redirect(url_for("appraisals.index", code=code, _anchor=f"points-{unit}"), 303)
