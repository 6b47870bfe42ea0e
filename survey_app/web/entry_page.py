"""The empty entry form: rendered once a questionnaire and campaign, then only filled in for each person.

Rendering forty fields costs milliseconds; putting five values between its finished, encoded pieces
costs microseconds.
"""

import re
from functools import lru_cache
from uuid import uuid4

from flask import render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from scoring.questionnaire import Questionnaire
from survey_app.domain import assignments, campaigns
from survey_app.models import Campaign, User
from survey_app.vocabulary import LABELS, Mode, Permission
from survey_app.web.forms.entry import EntryForm, form_class

TOKEN, UUID, NAME, UNITS, MODES = (f"\ue000{name}\ue001" for name in "tungm")
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

    display_name = NAME
    role = "enumerator"
    body = None


def render_form(form: EntryForm, questionnaire: Questionnaire, **facts: object) -> str:
    """Render the entry page with its sections in the order in which people are asked."""
    return render_template(
        "responses/form.html",
        form=form,
        questionnaire=questionnaire,
        before=form.sections("service"),
        after=form.sections("experience", "respondent", "organisation", "comment"),
        **facts,
    )


@lru_cache(maxsize=32)
def _pieces(questionnaire_sha256: str, code: str, name: str, made_up: bool) -> tuple[str | bytes, ...]:
    """Return the page's encoded pieces with the marks between them."""
    page = _rendered(questionnaire_sha256, code, name, made_up)
    return tuple(piece if place % 2 else piece.encode() for place, piece in enumerate(_MARK.split(page)))


def _rendered(questionnaire_sha256: str, code: str, name: str, made_up: bool) -> str:
    questionnaire = campaigns.questionnaire_of(questionnaire_sha256)
    form = form_class(questionnaire)(None, uuid=UUID)
    return render_form(
        form,
        questionnaire,
        errors=[],
        kind="new",
        action=url_for("responses.submit", code=code),
        campaign={"code": code, "name": name, "made_up": made_up},
        csrf_token=lambda: TOKEN,
        get_flashed_messages=lambda **_: [],
        navigation=[
            {"label": "Trang đầu", "href": url_for("home.index"), "current": False},
            {"label": "Phiếu", "href": url_for("responses.index", code=code), "current": False},
        ],
        may=lambda permission: permission == Permission.ACCOUNT_OWN,
        person=_Anybody(),
        unit_options=UNITS,
        mode_options=MODES,
    )


def new_page(user: User, campaign: Campaign, *, unit: str, mode: str) -> bytes:
    """Return the empty form for a person; the unit and way of asking chosen before stay chosen."""
    pieces = _pieces(campaign.questionnaire_sha256, campaign.code, campaign.name, campaign.made_up)
    values: dict[str | bytes, bytes] = {
        TOKEN: generate_csrf().encode(),
        UUID: str(uuid4()).encode(),
        NAME: escape(user.display_name).encode(),
        UNITS: unit_options(user, campaign, unit).encode(),
        MODES: mode_options(campaign, mode).encode(),
    }
    return b"".join([piece if isinstance(piece, bytes) else values[piece] for piece in pieces])
