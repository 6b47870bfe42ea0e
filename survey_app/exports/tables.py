"""Which columns, in which order, under which headings: the one place, for pages and files alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from scoring.book import ScoreBook
from scoring.flags import wording
from scoring.method import Method
from scoring.printing import between, ranks_between
from scoring.questionnaire import Questionnaire
from survey_app.exports import sentences

Cell = str | int | Decimal | datetime | None
LEVELS = 5
NO_SURVEY = "x"


@dataclass(frozen=True)
class Column:
    """A heading and the kind of its cells: text, code, remark, range, count, points, percent, weight, moment, day or plain.

    `width` is how many letters a sheet gives it, 0 where its kind says so.
    """

    heading: str
    kind: str = "text"
    width: int = 0


@dataclass(frozen=True)
class Row:
    """The cells of one line; `key` is the code of the unit it is about, where there is one."""

    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A table as it is shown and written: name, caption, columns, rows, foot, notes.

    `filtered` is a list to filter in a sheet.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    filtered: bool = False


@dataclass(frozen=True)
class Cover:
    """What stands around a result: whose it is, as of when, by which rules, and how it can be verified.

    `year` is the one the campaign is of, None where nobody said.

    State, groups and the responses left out are those of the result's dossier, where it has one.
    """

    campaign: str
    campaign_code: str
    made_up: bool
    state: str
    as_of: datetime
    written_at: datetime
    program_version: str
    questionnaire: Questionnaire
    method: Method
    group_names: Mapping[str, str]
    run_number: int | None = None
    run_reason: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)
    year: int | None = None


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _units(book: ScoreBook) -> dict[str, dict[str, Any]]:
    return {unit["unit"]: unit for unit in book.units}


def by_group(book: ScoreBook, cover: Cover) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return (group code, group name, results of its surveyed units by rank and then by code)."""
    known = _units(book)
    groups: dict[str, list[dict[str, Any]]] = {code: [] for code in cover.group_names}
    for result in book.satisfaction["units"]:
        if "no_survey" not in result["flags"]:
            groups[known[result["unit"]]["group"]].append(result)
    for results in groups.values():
        results.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
    return [(code, cover.group_names[code], results) for code, results in groups.items() if results]


def points_tables(book: ScoreBook, cover: Cover) -> list[Table]:
    """Return a table of components per group: rank, counts, the factors' indices, index, points, remarks."""
    units = _units(book)
    factors = cover.questionnaire.factors
    columns = (
        Column("Hạng", "count"),
        Column("Mã", "code"),
        Column("Đơn vị"),
        Column("Chỉ số %", "percent"),
        Column("Điểm", "points"),
        Column("Khoảng tin cậy %", "range"),
        Column("Hạng có thể", "range"),
        Column("Số phiếu", "count"),
        Column("Chỉ tiêu", "count"),
        *(Column(f"({factor.number}) %", "percent") for factor in factors),
        Column("Ghi chú", "remark"),
    )
    notes = tuple(f"({factor.number}) {factor.name}" for factor in factors)
    return [
        Table(
            f"Điểm {name}",
            f"Điểm khảo sát – {name}",
            columns,
            tuple(_points_row(result, units[result["unit"]], cover) for result in results),
            notes=notes,
        )
        for _, name, results in by_group(book, cover)
    ]


def _points_row(result: Mapping[str, Any], unit: Mapping[str, Any], cover: Cover) -> Row:
    remarks = "; ".join(wording(flag, cover.questionnaire) for flag in result["flags"])
    return Row(
        (
            result["rank"],
            result["unit"],
            unit["name"],
            _number(result["index"]),
            _number(result["points"]),
            between(result["interval"]),
            ranks_between(result["rank_interval"]),
            result["responses"],
            unit["quota"],
            *(_number(factor["index"]) for factor in result["factors"]),
            remarks,
        ),
        key=result["unit"],
    )


def factor_rows(result: Mapping[str, Any], questionnaire: Questionnaire) -> list[tuple[Cell, ...]]:
    """Return a unit's factors: name, answered, satisfied, index, weight, share of the points."""
    return [
        (
            f"{factor.number}. {factor.name}",
            part["answered"],
            part["satisfied"],
            _number(part["index"]),
            None if part["weight"] is None else Decimal(str(part["weight"])),
            _number(part["points"]),
        )
        for factor, part in zip(questionnaire.factors, result["factors"], strict=True)
    ]


FACTOR_COLUMNS = (
    Column("Yếu tố"),
    Column("Trả lời", "count"),
    Column("Hài lòng", "count"),
    Column("Chỉ số %", "percent"),
    Column("Trọng số", "weight"),
    Column("Điểm góp", "points"),
)


def criterion_rows(
    result: Mapping[str, Any], book: ScoreBook, questionnaire: Questionnaire
) -> list[tuple[Cell, ...]]:
    """Return a unit's criteria: code, text, answered, satisfied, levels 1–5, not applicable, blank, index."""
    units = book.tally.units
    known = book.tally.counts[units.index(result["unit"])] if result["unit"] in units else None
    rows = []
    for place, (criterion, part) in enumerate(zip(questionnaire.criteria, result["criteria"], strict=True)):
        absent, blank = (int(number) for number in known[place][LEVELS:]) if known is not None else (0, 0)
        counts = (part["answered"], part["satisfied"], *part["levels"], absent, blank)
        rows.append((criterion.code, criterion.text, *counts, _number(part["index"])))
    return rows


def criterion_columns(questionnaire: Questionnaire) -> tuple[Column, ...]:
    """Return the columns of `criterion_rows`."""
    levels = (Column(f"{place} {name}", "count") for place, name in enumerate(questionnaire.scale.levels, 1))
    return (
        Column("Mã", "code"),
        Column("Tiêu chí"),
        Column("Trả lời", "count"),
        Column("Hài lòng", "count"),
        *levels,
        Column(questionnaire.scale.not_applicable, "count"),
        Column("Để trống", "count"),
        Column("Chỉ số %", "percent"),
    )


def long_tables(book: ScoreBook, cover: Cover) -> list[Table]:
    """Return all units' factors, and all units' criteria, one line each."""
    units = _units(book)
    surveyed = [result for _, _, results in by_group(book, cover) for result in results]
    lead = (Column("Mã đơn vị", "code"), Column("Đơn vị"))
    factors = [
        Row((result["unit"], units[result["unit"]]["name"], *row), key=result["unit"])
        for result in surveyed
        for row in factor_rows(result, cover.questionnaire)
    ]
    criteria = [
        Row((result["unit"], units[result["unit"]]["name"], *row), key=result["unit"])
        for result in surveyed
        for row in criterion_rows(result, book, cover.questionnaire)
    ]
    return [
        Table("Yếu tố", "Yếu tố của từng đơn vị", (*lead, *FACTOR_COLUMNS), tuple(factors)),
        Table(
            "Tiêu chí",
            "Tiêu chí của từng đơn vị",
            (*lead, *criterion_columns(cover.questionnaire)),
            tuple(criteria),
        ),
    ]


INDEX_COLUMNS = (
    Column("Hạng", "count"),
    Column("Đơn vị"),
    Column("Điểm thẩm định", "points"),
    Column("Điểm khảo sát", "points"),
    Column("Tổng điểm", "points"),
    Column("Chỉ số %", "percent"),
    Column("Xếp loại"),
    Column("Điểm tối đa", "points"),
    Column("Hạng có thể", "range"),
)


def index_tables(book: ScoreBook, cover: Cover) -> list[Table]:
    """Return the published table per group, by rank, with its means, and the sentences beneath it."""
    if book.index is None:
        return []
    units = _units(book)
    tables = []
    for group in book.index["groups"]:
        standings = [each for each in book.index["units"] if each["group"] == group["group"]]
        standings.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
        doubted = (book.uncertainty or {"index_ranks": {}})["index_ranks"]
        rows = tuple(
            _index_row(each, units[each["unit"]], cover.method, doubted.get(each["unit"]))
            for each in standings
        )
        name = cover.group_names[group["group"]]
        means = (_number(group["satisfaction_mean"]), None, _number(group["mean"]))
        mean = Row((None, "Trung bình", None, *means, None, None, None))
        without = [
            units[each["unit"]] for each in standings if not _surveyed(units[each["unit"]], cover.method)
        ]
        notes = (*sentences.of_group(group, standings, units), *sentences.no_survey(without))
        caption = f"Chỉ số cải cách hành chính – {name}"
        tables.append(Table(f"Chỉ số {name}", caption, INDEX_COLUMNS, rows, (mean,), notes))
    return tables


def _surveyed(unit: Mapping[str, Any], method: Method) -> bool:
    return Decimal(unit["max_points"]) >= method.full_maximum


def _index_row(
    standing: Mapping[str, Any], unit: Mapping[str, Any], method: Method, ranks: Sequence[int] | None
) -> Row:
    component: Cell = _number(unit["satisfaction_points"])
    if not _surveyed(unit, method):
        component = NO_SURVEY
    return Row(
        (
            standing["rank"],
            unit["name"],
            _number(unit["appraisal_points"]),
            component,
            _number(standing["total_points"]),
            _number(standing["index"]),
            standing["band"] or "",
            Decimal(unit["max_points"]),
            ranks_between(ranks),
        ),
        key=standing["unit"],
    )
