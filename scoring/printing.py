"""The results as text: aligned Vietnamese tables for people, plain CSV for programs."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoring.flags import wording
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from scoring.units import UnitRow

NOTHING = "–"
NO_SURVEY = "x"
GROUP_NAMES = {
    "departments": "Sở, ban, ngành",
    "districts": "Huyện, thị xã, thành phố",
    "communes": "Xã, phường, đặc khu",
}


def number(text: str | None, nothing: str = NOTHING) -> str:
    """Return a decimal text with a decimal comma, or a sign where there is none."""
    return nothing if text is None else text.replace(".", ",")


def rounded(text: str | None, digits: int) -> str:
    """Return a decimal text rounded once, half up, with a decimal comma."""
    return number(None if text is None else f"{half_up(Decimal(text), digits):f}")


def between(interval: Mapping[str, Any] | None, digits: int = 2) -> str:
    """Return an interval's two ends with a dash between, or a sign where there is none."""
    if interval is None:
        return NOTHING
    return " – ".join(
        f"{half_up(Decimal(interval[end]), digits):f}".replace(".", ",") for end in ("low", "high")
    )


def ranks_between(ranks: Sequence[int] | None) -> str:
    """Return a rank interval, one number where both ends are the same, or a sign where there is none."""
    if ranks is None:
        return NOTHING
    return " – ".join(map(str, dict.fromkeys(ranks)))


def align(heading: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int]) -> list[str]:
    """Return a table as lines: columns right-aligned but those named as left, a rule under the heading."""
    table = [heading, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(heading))]
    lines = [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return [lines[0], "─" * len(lines[0]), *lines[1:]]


def satisfaction_table(
    result: dict[str, Any], questionnaire: Questionnaire, units: Sequence[UnitRow] | None
) -> str:
    """Return the survey's results, a table a group, best first, with what the flags say."""
    known = {unit.unit: unit for unit in units or ()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for unit in result["units"]:
        group = known[unit["unit"]].group if known else ""
        groups.setdefault(group, []).append(unit)
    responses = f"{result['input']['responses']:,}".replace(",", ".")
    codes = f"phiếu hỏi {questionnaire.code}, phương pháp {result['method']['code']}"
    lines = [f"Điểm khảo sát sự hài lòng: {responses} phiếu, {codes}", ""]
    for group, members in sorted(groups.items()):
        if group:
            lines += [GROUP_NAMES.get(group, group), ""]
        lines += [*_satisfaction_rows(members, questionnaire, known), ""]
    legend = "; ".join(f"({factor.number}) {factor.name}" for factor in questionnaire.factors)
    lines += [f"Cột (1)–({len(questionnaire.factors)}) là chỉ số hài lòng theo yếu tố, %: {legend}."]
    return "\n".join([*lines, f"Lưu ý về phiếu hỏi: {questionnaire.note}", ""])


def _satisfaction_rows(
    members: Sequence[dict[str, Any]], questionnaire: Questionnaire, known: dict[str, UnitRow]
) -> list[str]:
    factors = [f"({factor.number})" for factor in questionnaire.factors]
    level = next((f"{100 * unit['interval']['level']:g}" for unit in members if unit["interval"]), "")
    doubts = [f"Khoảng {level} %".replace(".", ","), "Hạng có thể"] if level else []
    plain = ["Hạng", "Đơn vị", "Phiếu", "Hài lòng", "Trả lời", "Chỉ số %", "Điểm"]
    heading = [*plain, *doubts, *factors, "Ghi chú"]
    ordered = sorted(members, key=lambda unit: (unit["rank"] is None, unit["rank"] or 0, unit["unit"]))
    rows = [
        [
            NOTHING if unit["rank"] is None else str(unit["rank"]),
            known[unit["unit"]].name if unit["unit"] in known else unit["unit"],
            *(str(unit[key]) for key in ("responses", "satisfied", "answered")),
            rounded(unit["index"], 2),
            number(unit["points"], NO_SURVEY if "no_survey" in unit["flags"] else NOTHING),
            *((between(unit["interval"]), ranks_between(unit["rank_interval"])) if doubts else ()),
            *(rounded(factor["index"], 2) for factor in unit["factors"]),
            "; ".join(wording(flag, questionnaire) for flag in unit["flags"]),
        ]
        for unit in ordered
    ]
    return align(heading, rows, left=(1, len(heading) - 1))


def index_table(result: dict[str, Any], rows: Sequence[tuple[UnitRow, Decimal | None]]) -> str:
    """Return the index, a table a group in the order of ranks, with the group's figures below it."""
    inputs = {unit.unit: (unit, points) for unit, points in rows}
    lines = [f"Chỉ số cải cách hành chính, phương pháp {result['method']['code']}", ""]
    for group in result["groups"]:
        members = [unit for unit in result["units"] if unit["group"] == group["group"]]
        ordered = sorted(members, key=lambda unit: (unit["rank"] is None, unit["rank"] or 0, unit["unit"]))
        heading = ["Hạng", "Đơn vị", "Thẩm định", "Khảo sát", "Tổng điểm", "Chỉ số", "Xếp loại"]
        table = [_index_row(unit, *inputs[unit["unit"]]) for unit in ordered]
        lines += [GROUP_NAMES.get(group["group"], group["group"]), "", *align(heading, table, left=(1, 6))]
        lines += ["", *_group_lines(group), ""]
    return "\n".join(lines)


def _index_row(result: dict[str, Any], unit: UnitRow, points: Decimal | None) -> list[str]:
    appraisal = None if unit.appraisal_points is None else f"{unit.appraisal_points:f}"
    without = NO_SURVEY if result["total_points"] is not None else NOTHING
    return [
        NOTHING if result["rank"] is None else str(result["rank"]),
        unit.name,
        number(appraisal),
        number(None if points is None else f"{points:f}", without),
        number(result["total_points"]),
        number(result["index"]),
        result["band"] or NOTHING,
    ]


def _group_lines(group: dict[str, Any]) -> list[str]:
    bands = ", ".join(f"{name} {count}" for name, count in group["bands"].items() if count)
    return [
        f"Chỉ số trung bình: {number(group['mean'])}; "
        f"điểm khảo sát trung bình: {number(group['satisfaction_mean'])}",
        f"Chênh lệch cao nhất – thấp nhất: {number(group['spread'])}; "
        f"số đơn vị trên trung bình: {group['above_mean']}",
        f"Xếp loại: {bands or NOTHING}",
    ]


def satisfaction_csv(result: dict[str, Any]) -> str:
    """Return one row a unit: counts, index, points, rank, doubts, flags, then every factor's index, weight, points."""
    plain = [
        "unit",
        "responses",
        "answered",
        "satisfied",
        "not_applicable",
        "blank",
        "index",
        "points",
        "rank",
    ]
    heading = [*plain, "standard_error", "low", "high", "best_rank", "worst_rank", "flags"]
    rows = []
    for unit in result["units"]:
        interval, ranks = unit["interval"] or {}, unit["rank_interval"] or (None, None)
        row = {key: unit[key] for key in plain}
        row |= {"standard_error": unit["standard_error"]}
        row |= {"low": interval.get("low"), "high": interval.get("high")}
        row |= {"best_rank": ranks[0], "worst_rank": ranks[1], "flags": " ".join(unit["flags"])}
        for factor in unit["factors"]:
            row |= {f"{factor['factor']}_{key}": factor[key] for key in ("index", "weight", "points")}
        rows.append(row)
        heading = list(row)
    return _csv(heading, rows)


def index_csv(result: dict[str, Any], rows: Sequence[tuple[UnitRow, Decimal | None]]) -> str:
    """Return one row a unit in the given order: what went in, then total points, index, rank and band."""
    inputs = {unit.unit: (unit, points) for unit, points in rows}
    table = []
    for result_row in result["units"]:
        unit, points = inputs[result_row["unit"]]
        given = {"group": unit.group, "unit": unit.unit, "name": unit.name, "max_points": unit.max_points}
        given |= {"appraisal_points": unit.appraisal_points, "satisfaction_points": points}
        table.append(given | {key: result_row[key] for key in ("total_points", "index", "rank", "band")})
    heading = ["group", "unit", "name", "max_points", "appraisal_points", "satisfaction_points"]
    return _csv([*heading, "total_points", "index", "rank", "band"], table)


def rows_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows of plain values under their names; None is empty, no rows are an empty text."""
    return _csv(list(rows[0]), rows) if rows else ""


def rows_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows of plain values as an aligned table, floats with four decimals and a decimal comma."""
    if not rows:
        return "Không có dòng nào.\n"
    heading = list(rows[0])
    cells = [[_shown(value) for value in row.values()] for row in rows]
    words = [place for place, key in enumerate(heading) if any(isinstance(row[key], str) for row in rows)]
    return "\n".join([*align(heading, cells, left=words), ""])


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}".replace(".", ",")
    return NOTHING if value is None else str(value)


def _csv(heading: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, heading, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
