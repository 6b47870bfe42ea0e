"""Flags: raising one on a response, and taking it back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from survey_app import problems
from survey_app.domain import rechecks, responses
from survey_app.extensions import db
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.responses import response_page

blueprint = Blueprint("rechecks", __name__)


@blueprint.post("/responses/<uuid>/flags")
@guards.needs(Permission.RECHECK_FLAG)
def flag(uuid: str) -> Any:
    response = responses.one_visible_to(guards.actor(), uuid)
    typed = {name: request.form.get(name, "") for name in ("reason", "note")}
    version = request.form.get("version", type=int, default=0)
    try:
        rechecks.raise_flag(guards.actor(), response, version=version, **typed)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        page = response_page(uuid, errors=list(refusal.fields.items()), wrong=refusal.fields, typed=typed)
        return page, refusal.status
    except (problems.StaleVersion, problems.CannotChange) as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=typed), refusal.status
    db.session.commit()
    flash("Đã đánh dấu. Phiếu trở về điều tra viên và không được tính cho đến khi có trả lời.", "good")
    return redirect(url_for("responses.show", uuid=uuid), 303)


@blueprint.post("/flags/<int:number>/withdraw")
@guards.needs(Permission.RECHECK_FLAG)
def withdraw(number: int) -> Any:
    flag = rechecks.one_visible_to(guards.actor(), number)
    rechecks.withdraw(guards.actor(), flag, request.form.get("reason", ""))
    db.session.commit()
    flash("Đã rút đánh dấu; phiếu được tính lại như trước.", "good")
    return redirect(url_for("responses.show", uuid=flag.response.uuid), 303)
