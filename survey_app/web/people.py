"""Accounts: finding, creating, disabling, giving a new password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import people
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.models import User
from survey_app.vocabulary import Body, Permission, Role
from survey_app.web import guards
from survey_app.web.forms.account import PersonForm

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
@guards.needs(Permission.PERSON_VIEW)
def index() -> Any:
    q, role = request.args.get("q", ""), request.args.get("role", "")
    page = people.search(guards.actor(), q, role, page_number(request.args.get("page", "1")))
    facts = {"page_of": page, "q": q, "role": role, "roles": list(Role), "programs": people.PROGRAMS}
    return render_template("people/index.html", **facts)


@blueprint.route("/new", methods=["GET", "POST"])
@guards.needs(Permission.PERSON_MANAGE)
def create() -> Any:
    form = PersonForm()
    if form.validate_on_submit():
        try:
            user, password = _create(form)
        except problems.Problem as refusal:
            db.session.rollback()
            form.put(refusal.fields or {"username": str(refusal)})
        else:
            db.session.commit()
            return render_template("people/password.html", user=user, password=password, is_new=True), 201
    status = 422 if form.is_submitted() else 200
    return render_template("people/new.html", form=form, errors=form.error_list), status


def _create(form: PersonForm) -> tuple[User, str]:
    person = people.Person(
        form.username.data,
        form.display_name.data,
        Role(form.role.data),
        Body(form.body.data) if form.body.data else None,
        form.unit_code.data or None,
    )
    return people.create_with_password(guards.actor(), person)


@blueprint.post("/<username>/disable")
@guards.needs(Permission.PERSON_MANAGE)
def disable(username: str) -> Any:
    user = people.one_visible_to(guards.actor(), username)
    people.disable(guards.actor(), user)
    db.session.commit()
    flash(f"Đã khóa tài khoản {user.username} và kết thúc mọi phiên của người này.", "good")
    return redirect(url_for("people.index"), 303)


@blueprint.post("/<username>/enable")
@guards.needs(Permission.PERSON_MANAGE)
def enable(username: str) -> Any:
    user = people.one_visible_to(guards.actor(), username)
    people.enable(guards.actor(), user)
    db.session.commit()
    flash(f"Đã mở lại tài khoản {user.username}.", "good")
    return redirect(url_for("people.index"), 303)


@blueprint.post("/<username>/password")
@guards.needs(Permission.PERSON_MANAGE)
def reset(username: str) -> Any:
    user = people.one_visible_to(guards.actor(), username)
    password = people.reset_password(guards.actor(), user)
    db.session.commit()
    return render_template("people/password.html", user=user, password=password, is_new=False)
