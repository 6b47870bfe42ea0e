"""Who asks about which unit: the coordinator's page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired

from survey_app import problems
from survey_app.domain import assignments, campaigns, people
from survey_app.extensions import db
from survey_app.models import Campaign, CampaignUnit
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.forms import Form, WholeNumberField, choices
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("assignments", __name__, url_prefix="/campaigns/<code>/assignments")


class AssignmentForm(Form):
    enumerator = SelectField("Điều tra viên", [InputRequired()], validate_choice=False)
    unit = SelectField("Cơ quan, đơn vị", [InputRequired()])
    target = WholeNumberField("Chỉ tiêu (số phiếu)", [InputRequired()])


def _form(campaign: Campaign, units: list[CampaignUnit]) -> AssignmentForm:
    form = AssignmentForm(data={name: request.args.get(name) for name in ("enumerator", "unit", "target")})
    active = people.active_visible_to(guards.actor())
    form.enumerator.choices = choices(
        [
            ("", "Chọn điều tra viên"),
            *((each.username, f"{each.display_name} ({each.username})") for each in active),
        ]
    )
    form.unit.choices = choices(
        [("", "Chọn đơn vị"), *((each.unit.code, each.unit.name) for each in units if each.surveyed)]
    )
    return form


def _page(campaign: Campaign, units: list[CampaignUnit], form: AssignmentForm, *, status: int = 200) -> Any:
    work = assignments.work_by_enumerator(campaign)
    shares = assignments.shares(units, work)
    page = render_template(
        "assignments/index.html", form=form, errors=form.error_list, work=work, shares=shares
    )
    return page, status


@blueprint.get("")
@guards.needs(Permission.ASSIGNMENT_MANAGE)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    units = campaigns.units_of(campaign)
    return _page(campaign, units, _form(campaign, units))


@blueprint.post("")
@guards.needs(Permission.ASSIGNMENT_MANAGE)
def assign(code: str) -> Any:
    campaign = use_campaign(code)
    units = campaigns.units_of(campaign)
    form = _form(campaign, units)
    if not form.validate():
        return _page(campaign, units, form, status=422)
    try:
        enumerator = people.enumerator_visible_to(guards.actor(), form.enumerator.data)
        assignments.assign(guards.actor(), campaign, form.unit.data, enumerator, form.target.data)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(campaign, units, form, status=422)
    db.session.commit()
    told = "Đã giao chỉ tiêu." if form.target.data else "Đã thu hồi phân công."
    flash(f"{told} {enumerator.display_name}, {form.unit.data}.", "good")
    return redirect(url_for("assignments.index", code=code), 303)
