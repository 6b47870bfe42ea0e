"""A campaign's units from a file: `unit,name,group,population,quota,max_points,appraisal_points[,parent]`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from survey_app import problems
from survey_app.domain import appraisals
from survey_app.domain.campaigns import UnitLine
from survey_app.language import clean_line
from survey_app.models import Campaign, User

NEEDED = ("unit", "name", "group", "quota", "max_points")
MOST_POINTS = Decimal(100)


@dataclass(frozen=True)
class UnitList:
    """The units of a file and the appraised points it gives, as typed."""

    units: list[UnitLine]
    appraisal_points: dict[str, str]


def read(path: Path) -> UnitList:
    """Read a unit list; refuses, naming row and column, all that is missing, repeated or no number.

    A row whose `parent` names another unit counts for that unit. A unit with an empty quota has no
    survey.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise problems.ImportRefused(path.name, [problems.field("not_utf8")]) from wrong
    first = text.partition("\n")[0]
    table = csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    missing = [name for name in NEEDED if name not in (table.fieldnames or [])]
    if missing:
        raise problems.ImportRefused(
            path.name, [problems.field("columns_missing", columns=", ".join(missing))]
        )
    errors: list[str] = []
    units: list[UnitLine] = []
    points: dict[str, str] = {}
    for number, row in enumerate(table, start=2):
        line = _line(number, row, errors)
        units.append(line)
        if typed := clean_line(row.get("appraisal_points")):
            points[line.code] = typed
    if not units:
        errors.append(problems.field("no_rows"))
    if errors:
        raise problems.ImportRefused(path.name, errors)
    return UnitList(units, points)


def _at(row: int, column: str, why: str, **facts: object) -> str:
    return problems.field("row_cell", row=row, column=column, why=problems.field(why, **facts))


def _line(number: int, row: Mapping[str, str | None], errors: list[str]) -> UnitLine:
    cells = {name: clean_line(row.get(name)) for name in (*NEEDED, "population", "parent")}
    errors += [_at(number, name, "cell_empty") for name in ("unit", "name", "group") if not cells[name]]
    if len(cells["name"]) > 200:
        errors.append(_at(number, "name", "cell_too_long", length=len(cells["name"]), most=200))
    quota = _whole(number, "quota", cells["quota"], errors)
    return UnitLine(
        code=cells["unit"],
        name=cells["name"],
        group=cells["group"],
        quota=quota or 0,
        max_points=_points(number, cells["max_points"], errors),
        population=_whole(number, "population", cells["population"], errors),
        surveyed=quota is not None,
        counts_for=cells["parent"] or None,
    )


def _whole(number: int, column: str, cell: str, errors: list[str]) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
        errors.append(_at(number, column, "cell_not_whole", value=cell))
        return None
    return int(cell)


def _points(number: int, cell: str, errors: list[str]) -> Decimal:
    try:
        points = appraisals.read_points(cell, MOST_POINTS)
    except problems.InvalidFields:
        points = Decimal(0)
    if points <= 0:
        errors.append(_at(number, "max_points", "cell_not_points", value=cell))
    return points


def enter_appraisals(actor: User, campaign: Campaign, listed: UnitList) -> None:
    """Enter the appraised points a unit list brought along."""
    for unit, typed in listed.appraisal_points.items():
        appraisals.enter(actor, campaign, unit, typed, version=0)
