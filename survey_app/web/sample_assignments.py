"""Who asks which rows of the list: the coordinator's page."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import campaigns, people, sample_views, samples
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.forms import choices
from survey_app.web.forms.sample import EVENLY, NOBODY, GiveForm, MoveForm
from survey_app.web.navigation import use_campaign

Sent = TypeVar("Sent", GiveForm, MoveForm)
blueprint = Blueprint("sample_assignments", __name__, url_prefix="/campaigns/<code>/assignments/sample")


def _forms(campaign: Campaign) -> tuple[GiveForm, MoveForm]:
    """Return both forms, filled from the address; only the one that was sent holds what was typed."""
    asked = {name: request.args.get(name) for name in ("unit", "enumerator", "giver", "number")}
    give = GiveForm(None if request.endpoint != "sample_assignments.give" else request.form, data=asked)
    move = MoveForm(
        None if request.endpoint != "sample_assignments.move" else request.form,
        data=asked,
        prefix="move-",
    )
    units = [(each.unit.code, each.unit.name) for each in campaigns.units_of(campaign) if each.surveyed]
    active = [_choice(each) for each in people.active_visible_to(guards.actor())]
    holders = {
        load.enumerator.username: load.enumerator for load in sample_views.loads(campaign) if load.enumerator
    }
    give.unit.choices = move.unit.choices = choices([("", "Chọn đơn vị"), *units])
    give.enumerator.choices = choices([("", EVENLY), *active])
    move.giver.choices = choices([("", "Chọn người"), *map(_choice, holders.values())])
    move.receiver.choices = choices([("", NOBODY), *active])
    return give, move


def _choice(person: User) -> tuple[str, str]:
    return (person.username, f"{person.display_name} ({person.username})")


def _page(campaign: Campaign, give: GiveForm, move: MoveForm, *, status: int = 200) -> Any:
    page = render_template(
        "samples/assignments.html",
        give=give,
        move=move,
        errors=give.error_list + move.error_list,
        loads=sample_views.loads(campaign),
    )
    return page, status


@blueprint.get("")
@guards.needs(Permission.SAMPLE_ASSIGN)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return _page(campaign, *_forms(campaign))


@blueprint.post("/give")
@guards.needs(Permission.SAMPLE_ASSIGN)
def give(code: str) -> Any:
    give_form, move_form = _forms(use_campaign(code))
    return _done(code, give_form, move_form, give_form, _give)


@blueprint.post("/move")
@guards.needs(Permission.SAMPLE_ASSIGN)
def move(code: str) -> Any:
    give_form, move_form = _forms(use_campaign(code))
    return _done(code, give_form, move_form, move_form, _move)


def _done(
    code: str, give_form: GiveForm, move_form: MoveForm, sent: Sent, verb: Callable[[Campaign, Sent], str]
) -> Any:
    """Do what the sent form asks and say so, or show both forms again with what is wrong."""
    campaign = use_campaign(code)
    if sent.validate():
        try:
            told = verb(campaign, sent)
        except problems.InvalidFields as refusal:
            db.session.rollback()
            sent.put(refusal.fields)
        else:
            db.session.commit()
            flash(told, "good")
            return redirect(url_for("sample_assignments.index", code=code), 303)
    return _page(campaign, give_form, move_form, status=422)


def _give(campaign: Campaign, form: GiveForm) -> str:
    actor, unit = guards.actor(), form.unit.data
    if form.enumerator.data:
        enumerator = people.enumerator_visible_to(actor, form.enumerator.data)
        number = samples.give(actor, campaign, unit, enumerator, form.number.data)
        return f"Đã giao {number} dòng của {unit} cho {enumerator.display_name}."
    if form.number.data is not None:
        raise problems.InvalidFields({"number": problems.field("number_when_shared")})
    given = samples.share(actor, campaign, unit)
    told = ", ".join(f"{person.display_name}: {number}" for person, number in given if number)
    return f"Đã chia {sum(number for _, number in given)} dòng của {unit}. {told}."


def _move(campaign: Campaign, form: MoveForm) -> str:
    actor, unit = guards.actor(), form.unit.data
    giver = people.enumerator_visible_to(actor, form.giver.data)
    receiver = people.enumerator_visible_to(actor, form.receiver.data) if form.receiver.data else None
    number = samples.move(actor, campaign, unit, giver, receiver, form.number.data)
    to = f"sang {receiver.display_name}" if receiver else "về chưa giao"
    return (
        f"Đã chuyển {number} dòng của {unit} từ {giver.display_name} {to}. "
        f"Chỉ tiêu của {giver.display_name} giữ nguyên; sửa ở trang Phân công nếu cần."
    )
