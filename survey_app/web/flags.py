"""Flags: raising one on a response, and taking it back."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from survey_app import problems
from survey_app.domain import flags, responses
from survey_app.extensions import db
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.forms import version_of
from survey_app.web.forms.flag import FlagForm, WithdrawForm
from survey_app.web.responses import response_page

blueprint = Blueprint("flags", __name__)
# What the world did while a person was typing; her words stay on the page.
TOO_LATE = (problems.StaleVersion, problems.CannotChange, problems.CampaignNotOpen)


@blueprint.post("/responses/<uuid>/flags")
@guards.needs(Permission.RECHECK_FLAG)
def flag(uuid: str) -> Any:
    response = responses.one_visible_to(guards.actor(), uuid)
    form = FlagForm()
    reason, note = form.reason.data or "", form.note.data or ""
    try:
        flags.raise_flag(
            guards.actor(), response, version=version_of(form.version.data), reason=reason, note=note
        )
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, flag_form=form), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=note, flag_form=form), refusal.status
    db.session.commit()
    flash("Đã đánh dấu. Phiếu trở về điều tra viên và không được tính cho đến khi có trả lời.", "good")
    return redirect(url_for("responses.show", uuid=uuid), 303)


@blueprint.post("/flags/<int:number>/withdraw")
@guards.needs(Permission.RECHECK_FLAG)
def withdraw(number: int) -> Any:
    found = flags.one_visible_to(guards.actor(), number)
    uuid, form = found.response.uuid, WithdrawForm(number)
    reason = form.reason.data or ""
    try:
        flags.withdraw(guards.actor(), found, reason)
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, withdraw_forms={number: form}), refusal.status
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=reason), refusal.status
    db.session.commit()
    flash("Đã rút đánh dấu; phiếu được tính lại như trước.", "good")
    return redirect(url_for("responses.show", uuid=uuid), 303)
