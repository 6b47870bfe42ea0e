"""Which columns, in which order, under which headings: the one place, for pages and files alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from scoring.book import ScoreBook
from scoring.flags import wording
from scoring.method import Method
from scoring.questionnaire import Questionnaire

Cell = str | int | Decimal | datetime | None
LEVELS = 5
NO_SURVEY = "x"


@dataclass(frozen=True)
class Column:
    """A heading and the kind of its cells: text, code, count, points, percent, weight or moment."""

    heading: str
    kind: str = "text"


@dataclass(frozen=True)
class Row:
    """The cells of one line; `key` is the code of the unit it is about, where there is one."""

    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A table as it is shown and written: name (a sheet's, at most 31 letters), columns, rows, foot, notes."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """What stands around a result: whose it is, as of when, by which rules, and how it can be verified."""

    campaign: str
    campaign_code: str
    made_up: bool
    state: str
    as_of: datetime
    program_version: str
    questionnaire: Questionnaire
    method: Method
    group_names: Mapping[str, str]
    run_number: int | None = None
    run_reason: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict)


def _percent(text: str | None) -> Decimal | None:
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
        Column("Số phiếu", "count"),
        Column("Chỉ tiêu", "count"),
        *(Column(f"({factor.number}) %", "percent") for factor in factors),
        Column("Chỉ số %", "percent"),
        Column("Điểm", "points"),
        Column("Ghi chú"),
    )
    notes = tuple(f"({factor.number}) {factor.name}" for factor in factors)
    return [
        Table(
            f"Điểm {name}"[:31],
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
            result["responses"],
            unit["quota"],
            *(_percent(factor["index"]) for factor in result["factors"]),
            _percent(result["index"]),
            _percent(result["points"]),
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
            _percent(part["index"]),
            None if part["weight"] is None else Decimal(str(part["weight"])),
            _percent(part["points"]),
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


def criterion_rows(book: ScoreBook, unit: str, questionnaire: Questionnaire) -> list[tuple[Cell, ...]]:
    """Return a unit's criteria: code, text, answered, satisfied, levels 1–5, not applicable, blank, index."""
    result = next(each for each in book.satisfaction["units"] if each["unit"] == unit)
    place = book.tally.units.index(unit) if unit in book.tally.units else None
    rows = []
    for number, (criterion, part) in enumerate(zip(questionnaire.criteria, result["criteria"], strict=True)):
        kinds = book.tally.counts[place][number] if place is not None else None
        absent, blank = (int(kinds[LEVELS]), int(kinds[LEVELS + 1])) if kinds is not None else (0, 0)
        counts = (part["answered"], part["satisfied"], *part["levels"], absent, blank)
        rows.append((criterion.code, criterion.text, *counts, _percent(part["index"])))
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
        for row in criterion_rows(book, result["unit"], cover.questionnaire)
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
    Column("Điểm tối đa", "points"),
    Column("Chỉ số %", "percent"),
    Column("Xếp loại"),
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
        rows = tuple(_index_row(each, units[each["unit"]], cover.method) for each in standings)
        name = cover.group_names[group["group"]]
        mean = Row(
            (
                None,
                "Trung bình",
                None,
                _percent(group["satisfaction_mean"]),
                None,
                None,
                _percent(group["mean"]),
                "",
            )
        )
        unsurveyed = [
            units[each["unit"]] for each in standings if not _surveyed(units[each["unit"]], cover.method)
        ]
        notes = (*_sentences(group, standings, units), *_footnotes(unsurveyed, len(standings)))
        caption = f"Chỉ số cải cách hành chính – {name}"
        tables.append(Table(f"Chỉ số {name}"[:31], caption, INDEX_COLUMNS, rows, (mean,), notes))
    return tables


def _surveyed(unit: Mapping[str, Any], method: Method) -> bool:
    return Decimal(unit["max_points"]) >= method.full_maximum


def _index_row(standing: Mapping[str, Any], unit: Mapping[str, Any], method: Method) -> Row:
    component: Cell = _percent(unit["satisfaction_points"])
    if not _surveyed(unit, method):
        component = NO_SURVEY
    return Row(
        (
            standing["rank"],
            unit["name"],
            _percent(unit["appraisal_points"]),
            component,
            _percent(standing["total_points"]),
            Decimal(unit["max_points"]),
            _percent(standing["index"]),
            standing["band"] or "",
        ),
        key=standing["unit"],
    )


def comma(text: str | Decimal) -> str:
    """Return a decimal with a decimal comma."""
    return str(text).replace(".", ",")


def _sentences(
    group: Mapping[str, Any], standings: Sequence[Mapping[str, Any]], units: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    ranked = [each for each in standings if each["index"] is not None]
    if not ranked:
        return ["Chưa đơn vị nào có chỉ số: thiếu điểm thẩm định hoặc điểm khảo sát."]
    best = [each for each in ranked if each["index"] == ranked[0]["index"]]
    worst = [each for each in ranked if each["index"] == ranked[-1]["index"]]
    bands = "; ".join(f"{band}: {number} đơn vị" for band, number in group["bands"].items())
    first, last = (", ".join(units[each["unit"]]["name"] for each in found) for found in (best, worst))
    return [
        f"Cao nhất: {first} ({comma(best[0]['index'])} %). Thấp nhất: {last} ({comma(worst[0]['index'])} %). "
        f"Chênh lệch: {comma(group['spread'])} điểm phần trăm.",
        f"Chỉ số trung bình {comma(group['mean'])} %, tính từ các chỉ số chưa làm tròn; "
        f"{group['above_mean']} trong {len(ranked)} đơn vị cao hơn trung bình.",
        f"Xếp loại: {bands}.",
    ]


def _footnotes(unsurveyed: Sequence[Mapping[str, Any]], count: int) -> list[str]:
    if not unsurveyed:
        return []
    names = ", ".join(unit["name"] for unit in unsurveyed)
    most = ", ".join(sorted({comma(Decimal(unit["max_points"]).normalize()) for unit in unsurveyed}))
    return [
        f"x: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức ({names}). "
        f"Điểm tối đa của các đơn vị này là {most}, chỉ số = tổng điểm / {most} × 100; "
        f"điểm khảo sát trung bình tính trên {count - len(unsurveyed)} đơn vị có khảo sát."
    ]
