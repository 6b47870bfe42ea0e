"""Logging in and out, and one's own password."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user

from survey_app import problems
from survey_app.domain import people
from survey_app.extensions import db
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.errors import wants_json
from survey_app.web.forms.account import LogInForm, PasswordForm

blueprint = Blueprint("auth", __name__)


def local_path(target: str) -> str:
    """Return a target within this site, or the home page where it points anywhere else."""
    plain = target.isascii() and target.isprintable() and not set(target) & set("\\% ")
    parts = urlsplit(target) if plain else None
    if parts is None or parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return url_for("home.index")
    return target


@blueprint.route("/login", methods=["GET", "POST"])
@guards.public
def log_in() -> Any:
    target = local_path(request.args.get("next", ""))
    if guards.visitor() and request.method == "GET":
        return redirect(target)
    form = LogInForm()
    if not form.is_submitted():
        return render_template("auth/log_in.html", form=form, errors=[])
    if not form.validate():
        return render_template("auth/log_in.html", form=form, errors=form.error_list), 422
    try:
        user, token = people.log_in(form.username.data, form.password.data)
    except problems.Problem as refusal:
        db.session.commit()
        if wants_json():
            return {"code": refusal.code, "sentence": str(refusal)}, refusal.status
        return render_template(
            "auth/log_in.html", form=form, errors=[("username", str(refusal))]
        ), refusal.status
    if earlier := guards.visitor():
        people.log_out(earlier.user, earlier.token)
    db.session.commit()
    login_user(guards.Visitor(user, token))
    if wants_json():
        return {"user": user.username}
    return redirect(target, 303)


@blueprint.post("/logout")
@guards.needs(Permission.ACCOUNT_OWN)
def log_out() -> Any:
    people.log_out(guards.actor(), current_user.token)
    db.session.commit()
    logout_user()
    flash("Bạn đã đăng xuất.", "good")
    return redirect(url_for("auth.log_in"), 303)


@blueprint.route("/password", methods=["GET", "POST"])
@guards.needs(Permission.ACCOUNT_OWN)
def password() -> Any:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            people.change_own_password(guards.actor(), form.current.data, form.new.data)
        except problems.Problem as refusal:
            db.session.rollback()
            form.put(refusal.fields or {"new": str(refusal)})
        else:
            db.session.commit()
            logout_user()
            flash("Đã đổi mật khẩu. Hãy đăng nhập lại bằng mật khẩu mới.", "good")
            return redirect(url_for("auth.log_in"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("auth/password.html", form=form, errors=form.error_list), status
