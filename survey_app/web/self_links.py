"""Links for citizens: Home Affairs issues, lists, prints and revokes them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems
from survey_app.domain import audit, campaign_settings, campaigns, self_link_issues, self_links
from survey_app.domain.paging import page_number
from survey_app.domain.self_link_issues import Issued, LinkState, Order
from survey_app.exports import self_links as files
from survey_app.extensions import db
from survey_app.language import clean_line, searched
from survey_app.models import Campaign
from survey_app.models.columns import now
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.files import attachment
from survey_app.web.formats import day
from survey_app.web.forms.self_link import AgainForm, IssueForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("self_links", __name__, url_prefix="/campaigns/<code>/self-links")
A_SHEET = 200
FILES = {
    "xlsx": (files.workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (files.text_file, "text/csv"),
}


def _units(campaign: Campaign) -> list[tuple[str, str]]:
    return [(each.unit.code, each.unit.name) for each in campaigns.units_of(campaign) if each.surveyed]


def _page(campaign: Campaign, form: IssueForm | None = None, again: AgainForm | None = None) -> str:
    units = _units(campaign)
    until = self_link_issues.last_day(campaign)
    last_day = day(until) if until else ""
    form = form or IssueForm(None, expires=last_day)
    again = again or AgainForm(None, expires=last_day)
    form.offer(units)
    again.offer(units)
    errors = form.error_list + again.error_list
    stale = next((sentence for name, sentence in errors if name == "mark"), "")
    form.mark.data = again.mark.data = self_link_issues.mark_of(campaign)
    chosen = {
        "q": searched(request.args.get("q")),
        "state": request.args.get("state", "") if request.args.get("state") in list(LinkState) else "",
        "unit": request.args.get("unit", "") if request.args.get("unit") in dict(units) else "",
    }
    moment = now()
    return render_template(
        "self_links/index.html",
        form=form,
        again=again,
        stale=stale,
        errors=[(name, sentence) for name, sentence in errors if name != "mark"],
        units=units,
        period_over=until is None,
        has_list=self_link_issues.has_list(campaign),
        counts=self_link_issues.counts(campaign),
        counts_self=campaign_settings.counts_self(campaign),
        words=self_link_issues.STATE_WORDS,
        state_of=lambda link: self_link_issues.state_of(link, moment),
        last_moment=self_links.last_moment,
        chosen=chosen,
        page_of=self_link_issues.search(
            guards.actor(), campaign, page_number(request.args.get("page", "1")), **chosen
        ),
    )


@blueprint.get("")
@guards.needs(Permission.SELF_LINK_MANAGE)
def index(code: str) -> Any:
    return _page(use_campaign(code))


def _issued(campaign: Campaign, given: list[Issued]) -> str:
    """Show what was issued, the only time that the addresses are known."""
    parts = [(first + 1, min(first + A_SHEET, len(given))) for first in range(0, len(given), A_SHEET)]
    return render_template(
        "self_links/issued.html", given=given, parts=parts, tokens=" ".join(each.token for each in given)
    )


def _named_day(typed: str) -> Any:
    try:
        return audit.day_of(typed)
    except problems.InvalidFields as refusal:
        raise problems.InvalidFields({"expires": refusal.fields["day"]}) from refusal


@blueprint.post("")
@guards.needs(Permission.SELF_LINK_MANAGE)
def issue(code: str) -> Any:
    campaign = use_campaign(code)
    form = IssueForm()
    if form.number.errors or not form.validate():
        return _page(campaign, form), 422
    try:
        order = Order(
            form.unit.data or "",
            form.number.data,
            form.prefix.data or "",
            _named_day(form.expires.data or ""),
        )
        given = self_link_issues.issue(guards.actor(), campaign, order, form.mark.data or "")
    except problems.InvalidFields as refusal:
        return _refused(code, refusal, form=form)
    db.session.commit()
    return _issued(campaign, given)


def _refused(code: str, refusal: problems.InvalidFields, **forms: Any) -> Any:
    db.session.rollback()
    for form in forms.values():
        form.put(refusal.fields)
    return _page(use_campaign(code), **forms), refusal.status


@blueprint.post("/again")
@guards.needs(Permission.SELF_LINK_MANAGE)
def again(code: str) -> Any:
    campaign = use_campaign(code)
    form = AgainForm()
    try:
        given = self_link_issues.reissue(
            guards.actor(),
            campaign,
            form.mark.data or "",
            unit=form.unit.data or "",
            number=_number(form.number.data) if form.number.data else None,
            expires=_named_day(form.expires.data or ""),
        )
    except problems.InvalidFields as refusal:
        return _refused(code, refusal, again=form)
    db.session.commit()
    return _issued(campaign, given)


def _number(typed: str) -> int:
    """Return a link's number; refuses what is none."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 18):
        raise problems.NotFound()
    return int(typed)


@blueprint.post("/<number>/revoke")
@guards.needs(Permission.SELF_LINK_MANAGE)
def revoke(code: str, number: str) -> Any:
    link = self_link_issues.revoke(guards.actor(), use_campaign(code), _number(number))
    db.session.commit()
    flash(f"Đã thu hồi đường dẫn của phiếu {link.form_code}.", "good")
    return redirect(url_for("self_links.index", code=code), 303)


def _sent(campaign: Campaign) -> list[Issued]:
    tokens = request.form.get("tokens", "").split()
    given = self_link_issues.of_tokens(guards.actor(), campaign, tokens)
    if not given:
        raise problems.NotFound()
    return given


def _address(given: Issued) -> str:
    return url_for("self_completion.show", token=given.token, _external=True)


@blueprint.post("/file")
@guards.needs(Permission.SELF_LINK_MANAGE)
def file(code: str) -> Any:
    given = _sent(use_campaign(code))
    kind = request.form.get("kind", "")
    if kind not in FILES:
        raise problems.NotFound()
    build, mimetype = FILES[kind]
    lines = [
        (each.form_code, each.unit, each.unit_name, day(self_links.last_moment(each)), _address(each))
        for each in given
    ]
    return attachment(build(lines), f"duong-dan-{clean_line(code)}", kind, mimetype)


@blueprint.post("/sheet")
@guards.needs(Permission.SELF_LINK_MANAGE)
def sheet(code: str) -> Any:
    """Return the page of QR codes to print and cut."""
    given = _sent(use_campaign(code))[:A_SHEET]
    cards = [
        {
            "given": each,
            "address": _address(each),
            "picture": files.qr(_address(each)),
            "last": self_links.last_moment(each),
        }
        for each in given
    ]
    return render_template("self_links/sheet.html", cards=cards)
