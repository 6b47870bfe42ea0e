"""Keying a drawn paper form a second time: the list of codes, and the entry form without anything of the first."""

import logging
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import collection_problems, problems
from survey_app.domain import campaigns, second_entries
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import SecondEntry
from survey_app.vocabulary import Mode, Permission
from survey_app.web import entry_page, guards
from survey_app.web.forms.entry import EntryForm, form_class
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("second_keying", __name__, url_prefix="/second-entries")
log = logging.getLogger(__name__)
# What the world did while a person was typing; her words stay on the page.
TOO_LATE = (collection_problems.SecondEntryDone, collection_problems.SecondEntryNotNow)


@blueprint.get("")
@guards.needs(Permission.SECOND_ENTRY_ENTER)
def index() -> Any:
    return render_template("second_entries/waiting.html", waiting=second_entries.waiting_for(guards.actor()))


@blueprint.get("/<int:entry>")
@guards.needs(Permission.SECOND_ENTRY_ENTER)
def show(entry: int) -> Any:
    found = second_entries.one_to_enter(guards.actor(), entry)
    form = _class_of(found)(None)
    form.form_code.data = found.response.form_code
    return _page(found, form)


@blueprint.post("/<int:entry>")
@guards.needs(Permission.SECOND_ENTRY_ENTER)
def enter(entry: int) -> Any:
    found = second_entries.one_visible_to(guards.actor(), entry)
    form = _class_of(found)()
    if forged := form.unknown_names(request.form):
        log.warning("fields nobody asked for: %s", ", ".join(sorted(forged))[:200])
    try:
        second_entries.enter(guards.actor(), found, form.entry())
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _page(second_entries.one_visible_to(guards.actor(), entry), form, refusal), refusal.status
    db.session.commit()
    flash(f"Đã nhận lần nhập hai của phiếu {found.response.form_code}.", "good")
    return redirect(url_for("second_keying.index"), 303)


def _class_of(found: SecondEntry) -> type[EntryForm]:
    return form_class(campaigns.questionnaire_of(found.response.questionnaire_sha256))


def _page(found: SecondEntry, form: EntryForm, refusal: problems.Problem | None = None) -> str:
    campaign = use_campaign(found.response.campaign.code)
    units = [("", "(chọn đơn vị)"), *second_entries.surveyed_units(campaign)]
    return entry_page.render_form(
        form,
        form.questionnaire,
        campaign,
        errors=form.error_list,
        kind="second",
        action=url_for("second_keying.enter", entry=found.id),
        refusal=None if refusal is None or refusal.fields else refusal,
        ask_accept=bool(form.accept_invalid.errors or form.accept_invalid.data),
        unit_options=entry_page.options(units, form.unit.data or ""),
        mode_options=entry_page.options([(Mode.PAPER.value, LABELS[Mode.PAPER])], Mode.PAPER.value),
    )
