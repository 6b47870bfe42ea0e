"""Points and ranks: the score table, a unit's page, the index, stored runs, the workbook."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from scoring.flags import wording
from survey_app.domain import score_views, scores
from survey_app.domain.assignments import Progress
from survey_app.exports import tables
from survey_app.extensions import begin_writing, db
from survey_app.vocabulary import Permission
from survey_app.web import guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("scores", __name__, url_prefix="/campaigns/<code>")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/scores")
@guards.needs(Permission.SCORE_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    shown = score_views.shown(guards.actor(), campaign)
    return render_template(
        "scores/index.html",
        shown=shown,
        groups=tables.points_tables(shown.book, shown.cover),
        runs=scores.runs_of(guards.actor(), campaign),
    )


@blueprint.get("/runs/<int:number>")
@guards.needs(Permission.SCORE_VIEW)
def run(code: str, number: int) -> Any:
    campaign = use_campaign(code)
    shown = score_views.shown(guards.actor(), campaign, _run_number(number))
    return render_template(
        "scores/run.html",
        shown=shown,
        groups=tables.points_tables(shown.book, shown.cover) + tables.index_tables(shown.book, shown.cover),
        run=scores.run_of(guards.actor(), campaign, number),
    )


def _run_number(number: int) -> int:
    return min(number, 2**31 - 1)


@blueprint.post("/runs")
@guards.needs(Permission.SCORE_RUN)
def start_run(code: str) -> Any:
    stored = scores.run(guards.actor(), use_campaign(code), request.form.get("reason", ""))
    db.session.commit()
    flash(f"Đã lưu lần tính {stored.number}: {stored.responses} phiếu, {stored.milliseconds} ms.", "good")
    return redirect(url_for("scores.run", code=code, number=stored.number), 303)


@blueprint.get("/scores/<unit>")
@guards.needs(Permission.SCORE_VIEW_UNIT)
def unit(code: str, unit: str) -> Any:
    campaign, actor = use_campaign(code), guards.actor()
    may_see_all = actor.may(Permission.SCORE_VIEW)
    shown = (
        score_views.shown(actor, campaign)
        if may_see_all
        else score_views.published_unit(actor, campaign, unit)
    )
    return _unit_page(code, unit, shown)


def _unit_page(code: str, unit: str, shown: score_views.Shown) -> Any:
    result = shown.result_of(unit)
    questionnaire = shown.cover.questionnaire
    row = next(each for each in shown.book.units if each["unit"] == unit)
    standing = next(
        (each for each in (shown.book.index or {"units": []})["units"] if each["unit"] == unit), None
    )
    progress: Progress | None = next((each for each in shown.progress if each.unit.unit.code == unit), None)
    peers = [each for _, _, found in tables.by_group(shown.book, shown.cover) for each in found]
    return render_template(
        "scores/unit.html",
        shown=shown,
        result=result,
        row=row,
        standing=standing,
        progress=progress,
        group_size=sum(1 for each in peers if _group(shown, each["unit"]) == row["group"]),
        factors=tables.factor_rows(result, questionnaire),
        factor_columns=tables.FACTOR_COLUMNS,
        criteria=tables.criterion_rows(shown.book, unit, questionnaire),
        criterion_columns=tables.criterion_columns(questionnaire),
        remarks=[wording(flag, questionnaire) for flag in result["flags"]],
    )


def _group(shown: score_views.Shown, unit: str) -> str:
    return str(next(each["group"] for each in shown.book.units if each["unit"] == unit))


@blueprint.get("/index")
@guards.needs(Permission.SCORE_VIEW)
def ranking(code: str) -> Any:
    shown = score_views.shown(guards.actor(), use_campaign(code))
    return render_template(
        "scores/ranking.html", shown=shown, groups=tables.index_tables(shown.book, shown.cover)
    )


@blueprint.get("/workbook.xlsx")
@guards.needs(Permission.SCORE_EXPORT)
def workbook(code: str) -> Any:
    return _workbook(code, None)


@blueprint.get("/runs/<int:number>/workbook.xlsx")
@guards.needs(Permission.SCORE_EXPORT)
def run_workbook(code: str, number: int) -> Any:
    return _workbook(code, _run_number(number))


def _workbook(code: str, number: int | None) -> Any:
    begin_writing()
    campaign = use_campaign(code)
    content = score_views.export(guards.actor(), campaign, ".xlsx", number)
    db.session.commit()
    suffix = f" – lần tính {number}" if number else ""
    return send_file(
        BytesIO(content), XLSX, as_attachment=True, download_name=f"{campaign.name}{suffix}.xlsx"
    )
