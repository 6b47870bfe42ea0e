"""The empty entry form: rendered once a questionnaire and campaign, then only filled in for each person.

Rendering forty fields costs milliseconds; putting five values between its finished, encoded pieces
costs microseconds.
"""

import re
from typing import Any
from uuid import uuid4

from flask import render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from scoring.questionnaire import Questionnaire
from scoring.tally import required_places
from survey_app import problems
from survey_app.domain import assignments, campaigns, doubts, flags, response_content
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, User
from survey_app.vocabulary import Mode, Permission
from survey_app.web.forms.entry import EntryForm, form_class

TOKEN, UUID, NAME, UNITS, MODES, KEY, FORM_CODE = (f"\ue000{name}\ue001" for name in "tungmkc")
_MARK = re.compile("(\ue000.\ue001)")


def options(choices: list[tuple[str, str]], chosen: str) -> Markup:
    """Return <option> elements, the chosen one selected."""
    return Markup(  # noqa: S704 - every value is escaped here
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
            for value, label in choices
        )
    )


def unit_options(user: User, campaign: Campaign, chosen: str) -> Markup:
    """Return the units an enumerator may enter as options; a single one is chosen already."""
    units = assignments.units_to_ask(user, campaign)
    return options(units if len(units) == 1 else [("", "(chọn đơn vị)"), *units], chosen)


def mode_options(campaign: Campaign, chosen: str, kept: str = "") -> Markup:
    """Return the campaign's ways of asking as options, and the one a stored response keeps."""
    modes = campaigns.modes_to_ask(campaign)
    kept_too = [Mode(kept)] if kept and Mode(kept) not in modes else []
    return options([(mode.value, LABELS[mode]) for mode in (*modes, *kept_too)], chosen)


class _Anybody:
    """Stands for the person while the page is rendered for everybody."""

    id = KEY
    display_name = NAME
    role = "enumerator"
    body = None


def rules_for_device(campaign: Campaign, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the rules of a form as its page checks them without a server; the server checks again."""
    method = campaigns.method_of(campaign.method_sha256)
    required = [questionnaire.criterion_codes[place] for place in required_places(questionnaire, method)]
    return {
        "campaign": campaign.code,
        "questions": [question.code for question in questionnaire.questions],
        "required": [question.code for question in questionnaire.questions if question.required],
        "numbers": [
            {
                "name": each.code,
                "low": each.minimum or 0,
                "high": 999_999_999 if each.maximum is None else each.maximum,
            }
            for each in questionnaire.questions
            if each.kind == "integer"
        ],
        "least": {"share": float(method.validity.share), "codes": required},
        "doubts": doubts.told_to_devices(questionnaire.sha256),
        "form_code": f"^(?:{response_content.FORM_CODE})$",
        "sentences": {name: problems.FIELD_SENTENCES[name] for name in _TOLD}
        | {"too_few_answers": problems.field("too_few_answers", share=int(100 * method.validity.share))},
    }


_TOLD = (
    "form_code",
    "form_code_taken",
    "unit_not_yours",
    "answer_missing",
    "whole_range",
    "correction_reason",
)


def render_form(form: EntryForm, questionnaire: Questionnaire, campaign: Campaign, **facts: object) -> str:
    """Render the entry page with its sections in the order in which people are asked."""
    return render_template(
        "responses/form.html",
        form=form,
        questionnaire=questionnaire,
        rules=rules_for_device(campaign, questionnaire),
        before=form.sections("service"),
        after=form.sections("experience", "respondent", "organisation", "comment"),
        about=flags.asked_about,
        **facts,
    )


_kept: dict[tuple[object, ...], tuple[str | bytes, ...]] = {}
MOST_KEPT = 32


def _pieces(campaign: Campaign) -> tuple[str | bytes, ...]:
    """Return the page's encoded pieces with the marks between them, rendered once for a campaign as it stands."""
    key = (
        campaign.questionnaire_sha256,
        campaign.method_sha256,
        campaign.code,
        campaign.name,
        campaign.made_up,
    )
    if key not in _kept:
        page = _rendered(campaign)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = tuple(
            piece if place % 2 else piece.encode() for place, piece in enumerate(_MARK.split(page))
        )
    return _kept[key]


def mark_of(campaign: Campaign) -> str:
    """Return what changes whenever a campaign's form does, so that devices take it anew."""
    return f"{campaign.questionnaire_sha256} {campaign.method_sha256} {campaign.name}"


# What pages know that a device keeps: they name nobody and carry no token.
NOBODY: dict[str, Any] = {
    "shell": True,
    "person": None,
    "csrf_token": lambda: "",
    "get_flashed_messages": lambda **_: [],
    "may": lambda _permission: False,
}


def _device_navigation() -> list[dict[str, Any]]:
    return [
        {"label": "Trang đầu", "href": url_for("home.index"), "current": False},
        {"label": "Phiếu trên máy", "href": url_for("devices.index"), "current": False},
    ]


def shell(campaign: Campaign) -> str:
    """Return the empty form as a device keeps it for times without a network: it names nobody and no unit."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    return render_form(
        form_class(questionnaire)(None),
        questionnaire,
        campaign,
        errors=[],
        kind="new",
        action=url_for("responses.submit", code=campaign.code),
        navigation=_device_navigation(),
        unit_options="",
        mode_options="",
        **NOBODY,
    )


def _rendered(campaign: Campaign) -> str:
    code = campaign.code
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    form = form_class(questionnaire)(None, uuid=UUID, form_code=FORM_CODE)
    return render_form(
        form,
        questionnaire,
        campaign,
        errors=[],
        kind="new",
        action=url_for("responses.submit", code=code),
        csrf_token=lambda: TOKEN,
        get_flashed_messages=lambda **_: [],
        navigation=[
            {"label": "Trang đầu", "href": url_for("home.index"), "current": False},
            {"label": "Phiếu", "href": url_for("responses.index", code=code), "current": False},
            {"label": "Nhập lần hai", "href": url_for("second_keying.index"), "current": False},
        ],
        may=lambda permission: permission in (Permission.ACCOUNT_OWN, Permission.DEVICE_KEEP),
        person=_Anybody(),
        unit_options=UNITS,
        mode_options=MODES,
    )


def new_page(user: User, campaign: Campaign, *, unit: str, mode: str, form_code: str) -> bytes:
    """Return the empty form for a person; the unit and way of asking chosen before stay chosen."""
    pieces = _pieces(campaign)
    values: dict[str | bytes, bytes] = {
        TOKEN: generate_csrf().encode(),
        UUID: str(uuid4()).encode(),
        KEY: str(user.id).encode(),
        FORM_CODE: escape(clean_line(form_code)[:40]).encode(),
        NAME: escape(user.display_name).encode(),
        UNITS: unit_options(user, campaign, unit).encode(),
        MODES: mode_options(campaign, mode).encode(),
    }
    return b"".join([piece if isinstance(piece, bytes) else values[piece] for piece in pieces])
