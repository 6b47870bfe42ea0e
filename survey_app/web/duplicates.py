"""Forms of one code: those that wait for a decision, both side by side, and what was decided."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from survey_app import duplicate_problems, problems
from survey_app.domain import duplicate_codes, duplicate_decisions, duplicate_views
from survey_app.domain.paging import page_number
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.models import DuplicateCode
from survey_app.vocabulary import DuplicateState, Permission, Role
from survey_app.web import guards
from survey_app.web.forms import choices
from survey_app.web.forms.duplicate import ALONE, WITHOUT_VOIDING, DecisionForm
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("duplicates", __name__)
# What the world did while a person was deciding; her words stay on the page.
TOO_LATE = (
    duplicate_problems.DuplicateDecided,
    duplicate_problems.DuplicateChanged,
    duplicate_problems.DuplicateNotNow,
    duplicate_problems.DuplicateArrived,
    duplicate_problems.FirstInWork,
    duplicate_problems.FirstByHomeAffairs,
)
TOLD = {
    DuplicateState.FIRST_KEPT: "Đã quyết định: phiếu sau của mã {code} được lưu, không tính.",
    DuplicateState.SECOND_KEPT: "Đã quyết định: phiếu sau được nhận với mã {code}.",
    DuplicateState.RECODED: "Đã quyết định: phiếu sau được nhận với mã {new}.",
}
STATES = STATE_LABELS["duplicate"]
WHYS = STATE_LABELS["duplicate_why"]


@blueprint.get("/campaigns/<code>/duplicate-codes")
@guards.needs(Permission.DUPLICATE_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    return render_template(
        "duplicates/index.html",
        page_of=duplicate_views.listed(guards.actor(), campaign, page_number(request.args.get("page", "1"))),
        waiting=duplicate_codes.open_count(guards.actor(), campaign),
        states=STATES,
        whys=WHYS,
    )


def _page(
    duplicate: DuplicateCode, form: DecisionForm | None = None, refusal: problems.Problem | None = None
) -> str:
    use_campaign(duplicate.campaign.code)
    pair = duplicate_views.pair_of(duplicate)
    form = form or DecisionForm(None)
    form.seen.data = pair.seen
    rows = duplicate_decisions.free_codes(duplicate)
    named = [(row.form_code, f"{row.form_code}{'' if row.enumerator_id else ' (chưa giao)'}") for row in rows]
    form.free_code.choices = choices([("", "(không chọn)"), *named])
    if pair.first is None:
        form.decision.choices = choices(ALONE)
    elif guards.actor().role != Role.HOME_AFFAIRS:
        form.decision.choices = choices(WITHOUT_VOIDING)
    return render_template(
        "duplicates/show.html",
        duplicate=duplicate,
        pair=pair,
        form=form,
        errors=form.error_list,
        refusal=refusal,
        states=STATES,
        whys=WHYS,
        most=duplicate_decisions.LONGEST_REASON,
    )


@blueprint.get("/duplicate-codes/<int:number>")
@guards.needs(Permission.DUPLICATE_VIEW)
def show(number: int) -> Any:
    return _page(duplicate_codes.one_visible_to(guards.actor(), number))


@blueprint.post("/duplicate-codes/<int:number>")
@guards.needs(Permission.DUPLICATE_DECIDE)
def decide(number: int) -> Any:
    found, form = duplicate_codes.one_visible_to(guards.actor(), number), DecisionForm()
    try:
        if form.names_two and form.decision.data == DuplicateState.RECODED:
            raise problems.InvalidFields({"form_code": problems.field("duplicate_recode")})
        decided = duplicate_decisions.decide(
            guards.actor(),
            found,
            form.decision.data or "",
            form.reason.data or "",
            seen=form.seen.data or "",
            form_code=form.code(),
        )
    except (problems.InvalidFields, *TOO_LATE) as refusal:
        db.session.rollback()
        form.put(refusal.fields)
        found = duplicate_codes.one_visible_to(guards.actor(), number)
        return _page(found, form, None if refusal.fields else refusal), refusal.status
    db.session.commit()
    told = TOLD[DuplicateState(decided.state)].format(code=decided.form_code, new=form.code())
    flash(told, "good")
    return redirect(url_for("duplicates.index", code=decided.campaign.code), 303)
