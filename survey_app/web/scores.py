"""Points and ranks: the score table, a unit's page, the index, stored runs, the workbook."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from scoring.flags import wording
from survey_app import problems
from survey_app.domain import (
    breakdowns,
    campaigns,
    outputs,
    recheck_measures,
    recheck_points,
    run_comparison,
    score_views,
    scores,
)
from survey_app.exports import breakdowns as breakdown_tables
from survey_app.exports import charts, doubts, sentences, tables
from survey_app.exports.recheck_sentences import validity_note
from survey_app.extensions import begin_writing, db
from survey_app.language import clean_line
from survey_app.models import Campaign
from survey_app.vocabulary import Permission
from survey_app.web import files, guards
from survey_app.web.navigation import use_campaign

blueprint = Blueprint("scores", __name__, url_prefix="/campaigns/<code>")


@blueprint.get("/scores")
@guards.needs(Permission.SCORE_VIEW)
def index(code: str) -> Any:
    campaign = use_campaign(code)
    shown = score_views.shown(guards.actor(), campaign)
    return render_template(
        "scores/index.html",
        shown=shown,
        groups=tables.points_tables(shown.book, shown.cover),
        group_codes=_group_codes(shown),
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
        points=tables.points_tables(shown.book, shown.cover),
        group_codes=_group_codes(shown),
        indices=tables.index_tables(shown.book, shown.cover),
        run=scores.run_of(guards.actor(), campaign, number),
        others=[each for each in scores.runs_of(guards.actor(), campaign) if each.number != number],
    )


def _group_codes(shown: score_views.Shown) -> list[str]:
    """Return the codes of the groups in the order of their tables."""
    return [code for code, _, _ in tables.by_group(shown.book, shown.cover)]


def _run_number(number: int) -> int:
    return min(number, 2**31 - 1)


@blueprint.get("/runs/<int:number>/changes/<int:other>")
@guards.needs(Permission.SCORE_VIEW)
def changes(code: str, number: int, other: int) -> Any:
    comparison = run_comparison.compare(
        guards.actor(), use_campaign(code), _run_number(number), _run_number(other)
    )
    return render_template("scores/changes.html", comparison=comparison, kinds=run_comparison.KINDS)


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
        score_views.shown(actor, campaign, detail=(unit,))
        if may_see_all
        else score_views.published_unit(actor, campaign, unit)
    )
    return _unit_page(unit, shown, _validity(campaign, unit) if may_see_all else "")


def _validity(campaign: Campaign, unit: str) -> str:
    """Return what stands beside a unit's points about its re-checks; nothing where none was judged."""
    found = recheck_measures.gathered(guards.actor(), campaign)
    if not found.known or unit not in found.units:
        return ""
    method = campaigns.method_of(campaign.method_sha256)
    return validity_note(recheck_points.of_unit(found, unit).points, method.points.decimals)


@blueprint.get("/runs/<int:number>/scores/<unit>")
@guards.needs(Permission.SCORE_VIEW)
def run_unit(code: str, number: int, unit: str) -> Any:
    return _unit_page(unit, score_views.shown(guards.actor(), use_campaign(code), _run_number(number)))


def _unit_page(unit: str, shown: score_views.Shown, validity: str = "") -> Any:
    result, cover = shown.result_of(unit), shown.cover
    rows = {each["unit"]: each for each in shown.book.units}
    index = shown.book.index or {"units": []}
    ranked = (each for _, _, found in tables.by_group(shown.book, cover) for each in found)
    return render_template(
        "scores/unit.html",
        shown=shown,
        validity=validity,
        result=result,
        row=rows[unit],
        standing=next((each for each in index["units"] if each["unit"] == unit), None),
        progress=next((each for each in shown.field_work if each.unit == unit and each.surveyed), None),
        group_size=sum(rows[each["unit"]]["group"] == rows[unit]["group"] for each in ranked),
        how_made=sentences.how_made(result, cover.method),
        how_sure=doubts.how_sure(shown.book, unit, cover.method),
        index_ranks=(shown.book.uncertainty or {"index_ranks": {}})["index_ranks"].get(unit),
        sure_points=doubts.points_between(result["interval"], cover.method),
        chart=charts.unit_chart(shown.book, unit, cover.questionnaire) if result["interval"] else None,
        factors=tables.factor_rows(result, cover.questionnaire),
        factor_columns=tables.FACTOR_COLUMNS,
        criteria=tables.criterion_rows(result, shown.book, cover.questionnaire),
        remarks=[wording(flag, cover.questionnaire) for flag in result["flags"]],
    )


@blueprint.get("/groups/<group>")
@guards.needs(Permission.SCORE_VIEW)
def group(code: str, group: str) -> Any:
    campaign = use_campaign(code)
    shown = score_views.shown(guards.actor(), campaign, sensitive=True)
    return _group_page(group, shown)


@blueprint.get("/runs/<int:number>/groups/<group>")
@guards.needs(Permission.SCORE_VIEW)
def run_group(code: str, number: int, group: str) -> Any:
    shown = score_views.shown(guards.actor(), use_campaign(code), _run_number(number))
    return _group_page(group, shown)


def _group_page(group: str, shown: score_views.Shown) -> Any:
    book, cover = shown.book, shown.cover
    if group not in cover.group_names:
        raise problems.NotFound()
    certainty = doubts.certainty_table(book, cover, group)
    return render_template(
        "scores/group.html",
        shown=shown,
        group=group,
        chart=dict(charts.group_charts(book, cover)).get(group),
        certainty=doubts.without(certainty, doubts.ASIDE) if certainty else None,
        together=doubts.not_told_apart(book, group),
        neighbours=dict(doubts.neighbour_tables(book, cover)).get(group),
        sensitivity=dict(doubts.sensitivity_tables(book, cover)).get(group),
        plan=doubts.plan_table(book, cover, group),
    )


@blueprint.get("/breakdowns")
@guards.needs(Permission.SCORE_VIEW)
def by_respondents(code: str) -> Any:
    campaign = use_campaign(code)
    questions = breakdowns.questions_of(campaign)
    unit = clean_line(request.args.get("unit", ""))
    asked = clean_line(request.args.get("question", "")) or (questions[0].code if questions else "")
    found = breakdowns.by_question(campaign, asked, unit)
    units = {
        each.unit.code: each.unit.name
        for each in campaigns.units_of(campaign)
        if each.surveyed and not each.counts_for_id
    }
    method = campaigns.method_of(campaign.method_sha256)
    return render_template(
        "scores/breakdown.html",
        found=found,
        questions=[(each.code, each.text) for each in questions],
        unit=unit,
        units=units,
        chart=breakdown_tables.chart(found.question.text, found.parts, found.words),
        table=breakdown_tables.table_of(found.question.text, found.parts, found.words, method.publication),
        smallest=method.publication.smallest_cell,
    )


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
    campaign, actor, output = use_campaign(code), guards.actor(), outputs.OUTPUTS["workbook"]
    material = outputs.material_of(actor, campaign, number)
    content = BytesIO()
    outputs.write(actor, campaign, output, material, content.write)
    db.session.commit()
    name = outputs.name_of(output, material)
    return files.attachment(content.getvalue(), name, output.ending.removeprefix("."), output.mimetype)
