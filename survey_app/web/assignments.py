"""Who asks about which unit: the coordinator's page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired

from survey_app import problems
from survey_app.domain import assignments, campaigns, people
from survey_app.extensions import db
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.forms import Form, WholeNumberField, choices
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("assignments", __name__, url_prefix="/campaigns/<code>/assignments")


class AssignmentForm(Form):
    enumerator = SelectField("Điều tra viên", [InputRequired()])
    unit = SelectField("Cơ quan, đơn vị", [InputRequired()])
    target = WholeNumberField("Chỉ tiêu (số phiếu)", [InputRequired()])


def _form(campaign: Campaign) -> AssignmentForm:
    form = AssignmentForm()
    active = people.active_visible_to(guards.actor())
    form.enumerator.choices = choices(
        (user.username, f"{user.display_name} ({user.username})") for user in active
    )
    units = [each for each in campaigns.units_of(campaign) if each.surveyed]
    form.unit.choices = choices((each.unit.code, each.unit.name) for each in units)
    return form


def _page(campaign: Campaign, form: AssignmentForm, status: int = 200) -> Any:
    work = assignments.work_by_enumerator(campaign)
    return render_template("assignments/index.html", form=form, errors=form.error_list, work=work), status


@blueprint.get("")
@guards.needs(Permission.ASSIGNMENT_MANAGE)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return _page(campaign, _form(campaign))


@blueprint.post("")
@guards.needs(Permission.ASSIGNMENT_MANAGE)
def assign(code: str) -> Any:
    campaign = use_campaign(code)
    form = _form(campaign)
    if not form.validate():
        return _page(campaign, form, 422)
    try:
        enumerator = people.one_visible_to(guards.actor(), form.enumerator.data)
        assignments.assign(guards.actor(), campaign, form.unit.data, enumerator, form.target.data)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(use_campaign(code), form, 422)
    db.session.commit()
    flash("Đã giao chỉ tiêu." if form.target.data else "Đã thu hồi phân công.", "good")
    return redirect(url_for("assignments.index", code=code), 303)
