"""A campaign's units from a file: `unit,name,group,population,quota,max_points,appraisal_points[,parent]`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from scoring.errors import ScoringError
from scoring.sheets import read_sheet
from survey_app import problems
from survey_app.domain import appraisals
from survey_app.domain.campaigns import UnitLine
from survey_app.language import clean_line
from survey_app.models import Campaign, User

NEEDED = ("unit", "name", "group", "quota", "max_points")
MORE = ("population", "appraisal_points", "parent")
LONGEST = {"unit": 32, "name": 200, "group": 32}
MOST_POINTS = Decimal(100)


@dataclass(frozen=True)
class UnitList:
    """The units of a file and the appraised points it gives, as typed."""

    units: list[UnitLine]
    appraisal_points: dict[str, str]


def read(path: Path) -> UnitList:
    """Read a unit list (.csv, .xlsx); refuses, naming row and column, what is missing or no number.

    A row whose `parent` names another unit counts for that unit. A unit with an empty quota has no
    survey.
    """
    try:
        sheet = read_sheet(path)
    except ScoringError as refusal:
        raise problems.ScorerRefused(detail=str(refusal)) from refusal
    missing = [name for name in NEEDED if name not in sheet.columns]
    if missing:
        raise problems.ImportRefused(
            path.name, [problems.field("columns_missing", columns=", ".join(missing))]
        )
    errors = [] if sheet.rows else [problems.field("no_rows")]
    units: list[UnitLine] = []
    points: dict[str, str] = {}
    for number, texts in sheet.rows:
        cells = _cells(sheet.columns, texts)
        wrong: dict[str, str] = {}
        unit = _line(cells, wrong)
        units.append(unit)
        if cells["appraisal_points"]:
            points[unit.code] = cells["appraisal_points"]
            _check_appraisal(unit, cells["appraisal_points"], wrong)
        errors += [
            problems.field("row_cell", row=number, column=column, why=why) for column, why in wrong.items()
        ]
    if errors:
        raise problems.ImportRefused(path.name, errors)
    return UnitList(units, points)


def _cells(columns: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    told = dict(zip(columns, texts, strict=False))
    return {name: clean_line(told.get(name)) for name in (*NEEDED, *MORE)}


def _line(cells: Mapping[str, str], wrong: dict[str, str]) -> UnitLine:
    for name, most in LONGEST.items():
        if not cells[name]:
            wrong[name] = problems.field("cell_empty")
        elif len(cells[name]) > most:
            wrong[name] = problems.field("cell_too_long", length=len(cells[name]), most=most)
    quota = _whole("quota", cells, wrong)
    return UnitLine(
        code=cells["unit"],
        name=cells["name"],
        group=cells["group"],
        quota=quota or 0,
        max_points=_points(cells["max_points"], wrong),
        population=_whole("population", cells, wrong),
        surveyed=quota is not None,
        counts_for=cells["parent"] or None,
    )


def _whole(column: str, cells: Mapping[str, str], wrong: dict[str, str]) -> int | None:
    cell = cells[column]
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
        wrong[column] = problems.field("cell_not_whole", value=cell[:40])
        return None
    return int(cell)


def _points(cell: str, wrong: dict[str, str]) -> Decimal:
    try:
        points = appraisals.read_points(cell, MOST_POINTS)
    except problems.InvalidFields:
        points = Decimal(0)
    if points <= 0:
        wrong["max_points"] = problems.field("cell_not_points", value=cell[:40])
    return points


def _check_appraisal(unit: UnitLine, typed: str, wrong: dict[str, str]) -> None:
    if unit.counts_for is not None:
        wrong["appraisal_points"] = problems.field("cell_not_appraised", parent=unit.counts_for)
        return
    try:
        appraisals.read_points(typed, appraisals.maximum_for(unit.max_points, surveyed=unit.surveyed))
    except problems.InvalidFields as refusal:
        wrong["appraisal_points"] = refusal.fields["points"]


def enter_appraisals(actor: User, campaign: Campaign, listed: UnitList) -> None:
    """Enter the appraised points a unit list brought along."""
    for unit, typed in listed.appraisal_points.items():
        appraisals.enter(actor, campaign, unit, typed, version=0)
