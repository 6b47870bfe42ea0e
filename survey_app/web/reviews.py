"""What supervisors do with responses beside flags: accepting one, tagging one, and one action on several of a list."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import problems, recheck_problems
from survey_app.domain import acceptance, bulk_reviews, flags, paging, responses, tags
from survey_app.domain.bulk_reviews import Action, Row
from survey_app.extensions import db
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.forms import log_forged, version_of
from survey_app.web.forms.flag import ReasonForm, TagForm
from survey_app.web.navigation import use_campaign
from survey_app.web.responses import response_page

blueprint = Blueprint("reviews", __name__)
LARGEST_FORM = 64 * 1024  # fifty rows and a note are a tenth of it
FILTERS = ("q", "state", "validity", "unit", "enumerator", "counting", "answer", "tag")
TOO_LATE = (
    problems.StaleVersion,
    problems.CannotChange,
    recheck_problems.RecheckNotNow,
    recheck_problems.VerdictFirst,
    recheck_problems.QuestionNotSettled,
)
DONE = {
    Action.ACCEPT: "Đã chấp nhận {count} phiếu.",
    Action.DOUBT: "Đã đánh dấu và trả lại {count} phiếu.",
    Action.QUESTION: "Đã gửi câu hỏi về {count} phiếu.",
    Action.TAG: "Đã gắn nhãn cho {count} phiếu.",
}


@blueprint.post("/responses/<uuid>/accept")
@guards.needs(Permission.RESPONSE_ACCEPT)
def accept(uuid: str) -> Any:
    log_forged("version")
    response = responses.one_visible_to(guards.actor(), uuid)
    try:
        acceptance.accept(guards.actor(), response, version=version_of(request.form.get("version")))
    except TOO_LATE as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal), refusal.status
    db.session.commit()
    flash("Đã chấp nhận phiếu.", "good")
    return redirect(url_for("responses.show", uuid=uuid), 303)


@blueprint.post("/responses/<uuid>/tags")
@guards.needs(Permission.RECHECK_FLAG)
def tag(uuid: str) -> Any:
    log_forged("tag")
    response = responses.one_visible_to(guards.actor(), uuid)
    form = TagForm()
    try:
        tags.add(guards.actor(), response, form.tag.data or "")
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return response_page(uuid, tag_form=form), refusal.status
    except recheck_problems.TagsTooMany as refusal:
        db.session.rollback()
        return response_page(uuid, refusal=refusal, typed=form.tag.data or "", tag_form=form), refusal.status
    db.session.commit()
    return redirect(url_for("responses.show", uuid=uuid, _anchor="tags"), 303)


@blueprint.post("/tags/<int:number>/remove")
@guards.needs(Permission.RECHECK_FLAG)
def remove_tag(number: int) -> Any:
    log_forged()
    found = tags.one_visible_to(guards.actor(), number)
    uuid = tags.response_of(found).uuid
    tags.remove(guards.actor(), found)
    db.session.commit()
    return redirect(url_for("responses.show", uuid=uuid, _anchor="tags"), 303)


# --- several at once ---


def _rows() -> list[Row]:
    """Return the rows sent, "id:version" each; refuses a request larger than a page of them can be."""
    if (request.content_length or 0) > LARGEST_FORM:
        raise problems.ContentTooLarge(limit="64 KB")
    sent = request.form.getlist("row")
    if len(sent) > paging.SIZE:
        raise recheck_problems.TooManyChosen(most=paging.SIZE)
    return [Row(uuid, version_of(version)) for uuid, _, version in (each.partition(":") for each in sent)]


def _filters() -> dict[str, Any]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _confirm_page(
    campaign: Campaign,
    action: Action,
    rows: list[Row],
    *,
    form: ReasonForm | None = None,
    refusal: problems.Problem | None = None,
) -> str:
    """Render what would be done: the rows left, their number, and beside them those that are refused, with the reason."""
    found = bulk_reviews.chosen(guards.actor(), campaign, rows)
    refused: dict[str, str] = {}
    try:
        refused = bulk_reviews.refusals(guards.actor(), action, found, rows)
        left = [response for response in found if response.uuid not in refused]
    except (problems.CampaignNotOpen, recheck_problems.RecheckNotNow) as ended:
        refusal, left = ended, []
    form = form or ReasonForm(None)
    return render_template(
        "responses/review.html",
        action=action.value,
        left=left,
        refused=[(response, refused[response.uuid]) for response in found if response.uuid in refused],
        nobody=sum(flags.has_nobody(response) for response in left),
        form=form,
        errors=form.error_list,
        refusal=refusal,
        tag_words=tags.suggested(guards.actor()),
        filters=_filters(),
    )


@blueprint.post("/campaigns/<code>/responses/review")
@guards.needs(Permission.RESPONSE_ACCEPT)
@guards.reads_first
def confirm(code: str) -> Any:
    """Show what was chosen in a list before anything is done with it."""
    campaign, rows = use_campaign(code), _rows()
    log_forged("row", "action")
    if not rows:
        flash(recheck_problems.NoneChosen.sentence, "warn")
        return redirect(url_for("responses.index", code=code, **_filters()), 303)
    return _confirm_page(campaign, bulk_reviews.action_of(request.form.get("action", "")), rows)


@blueprint.post("/campaigns/<code>/responses/reviewed")
@guards.needs(Permission.RESPONSE_ACCEPT)
def review(code: str) -> Any:
    campaign, rows, form = use_campaign(code), _rows(), ReasonForm()
    log_forged("row", "action", "confirmed", "reason", "note", "tag")
    action = bulk_reviews.action_of(request.form.get("action", ""))
    try:
        count = bulk_reviews.review(
            guards.actor(),
            campaign,
            action,
            rows,
            version_of(request.form.get("confirmed")),
            reason=form.reason.data or "",
            note=form.note.data or "",
            tag=form.tag.data or "",
        )
    except problems.InvalidFields as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        return _confirm_page(use_campaign(code), action, rows, form=form), refusal.status
    except (
        recheck_problems.NumberDiffers,
        recheck_problems.ReviewRefused,
        recheck_problems.RecheckNotNow,
        problems.CampaignNotOpen,
    ) as refusal:
        db.session.rollback()
        page = _confirm_page(use_campaign(code), action, rows, form=form, refusal=refusal)
        return page, refusal.status
    db.session.commit()
    flash(DONE[action].format(count=count), "good")
    return redirect(url_for("responses.index", code=code, **_filters()), 303)
