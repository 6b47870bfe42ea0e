"""A citizen's own page: one form by one link, without a log-in, without a menu, without a trace of the link."""

import logging
import re
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from survey_app import collection_problems, problems
from survey_app.domain import campaigns, self_links
from survey_app.extensions import csrf, db, limiter
from survey_app.models import SelfLink
from survey_app.web import guards
from survey_app.web.forms.entry import EntryForm, form_class

blueprint = Blueprint("self_completion", __name__)
log = logging.getLogger(__name__)
csrf.exempt(blueprint)  # `send` looks at the token itself
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
_LINK = re.compile(r"(/t/)[^ /?]+")


class _WithoutLinks(logging.Filter):
    """Keeps the links out of what the development server prints; in earnest nothing is printed of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _LINK.sub(r"\1…", each) if isinstance(each, str) else each for each in record.args
            )
        return True


logging.getLogger("werkzeug").addFilter(_WithoutLinks())

# What a citizen's form never sends: the link says it.
NOT_ASKED = ("uuid", "version", "unit", "form_code", "mode", "reason")


def _often(setting: str, span: str) -> str:
    return f"{current_app.config[setting]} per {span}"


few_wrong_links = limiter.shared_limit(
    lambda: _often("SELF_WRONG_AN_HOUR", "hour"),
    scope="wrong self links",
    deduct_when=lambda reply: reply.status_code == 404,
)
few_opened = limiter.limit(lambda: _often("SELF_OPENS_A_MINUTE", "minute"))
few_sent = limiter.limit(lambda: _often("SELF_SENDS_A_MINUTE", "minute"))


@blueprint.after_request
def _keep_quiet(reply: Response) -> Response:
    for name, value in HEADERS.items():
        reply.headers[name] = value
    return reply


def _form(link: SelfLink) -> EntryForm:
    survey = self_links.campaign_of(link)
    form = form_class(campaigns.questionnaire_of(survey.questionnaire_sha256))()
    forged = form.unknown_names(request.form) | (set(NOT_ASKED) & set(request.form))
    if forged:
        log.warning("fields nobody asked a citizen for: %s", ", ".join(sorted(forged))[:200])
    return form


def _page(link: SelfLink, form: EntryForm, **facts: Any) -> str:
    return render_template(
        "self_completion/form.html",
        link=link,
        survey=self_links.campaign_of(link),
        questionnaire=form.questionnaire,
        questions={each.code: each for each in form.questionnaire.questions},
        last_moment=self_links.last_moment(link),
        form=form,
        before=form.sections("service"),
        after=form.sections("experience", "respondent", "organisation", "comment"),
        errors=[(name, f"{_question(form, name)}: {form[name].errors[0]}") for name, _ in form.error_list],
        **facts,
    )


def _question(form: EntryForm, name: str) -> str:
    return str(form[name].label.text).rstrip(".?")


def _receipt(link: SelfLink) -> str:
    return render_template("self_completion/receipt.html", link=link, survey=self_links.campaign_of(link))


@blueprint.get("/t/<token>")
@guards.public
@few_opened
@few_wrong_links
def show(token: str) -> Any:
    try:
        link = self_links.open(token)
    except collection_problems.SelfLinkUsed:
        return _receipt(self_links.of_token(token))
    return _page(link, _form(link))


@blueprint.post("/t/<token>")
@guards.public
@guards.reads_first
@few_sent
@few_wrong_links
def send(token: str) -> Any:
    link = self_links.of_token(token)
    form = _form(link)
    if _is_stale():
        return _page(link, form, stale=True), problems.FormExpired.status
    try:
        self_links.submit(token, form.entry())
    except problems.InvalidFields as refusal:
        db.session.rollback()
        link = self_links.of_token(token)
        form.put(refusal.fields)
        asks = "accept_invalid" in refusal.fields or bool(form.accept_invalid.data)
        return _page(link, form, ask_accept=asks), refusal.status
    db.session.commit()
    return redirect(url_for("self_completion.show", token=token), 303)


def _is_stale() -> bool:
    """Tell whether the page was opened so long ago that its hidden token is no longer known.

    The library's own check would answer with an error page, and everything typed would be lost.
    """
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return False
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return True
    return False
