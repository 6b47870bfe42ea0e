"""How sure a result is, as tables: intervals, ranks that may change places, what other choices would give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.book import ScoreBook
from scoring.method import Method
from scoring.moments import ALL
from scoring.points import half_up, points_of
from scoring.printing import ranks_between
from scoring.publication_rules import NOT_ENOUGH
from scoring.publication_rules import WORDING as PUBLICATION
from scoring.sensitivity import AS_COUNTED, wording
from survey_app.exports.sentences import comma, count
from survey_app.exports.tables import Cell, Column, Cover, Row, Table, by_group

KINDS = {
    "modelled-deff-wilson": "Wilson với hệ số thiết kế ước lượng chung",
    "modelled-deff-jeffreys": "Jeffreys với hệ số thiết kế ước lượng chung",
    "korn-graubard": "Korn–Graubard",
    "korn-graubard-capped": "Korn–Graubard chặn trên",
    "clopper-pearson": "Clopper–Pearson",
    "logit-t": "logit, phân phối t",
    "wald": "Wald, phân phối t",
}
TOGETHER = {"responses": "gộp mọi phiếu", "units": "trung bình các đơn vị"}
MOST_SHOWN = 10_000
WITHOUT_ENUMERATOR = "without_enumerator:"
Facts = Mapping[str, Any]


def decimal(value: float | str | None) -> Decimal | None:
    """Return a float of a book as the decimal it is printed as; None stays None."""
    return None if value is None else Decimal(str(value))


def between(low: Decimal | None, high: Decimal | None, digits: int = 2) -> str:
    """Return "88,40 – 94,53", each end rounded once, or "–" where there is no interval."""
    if low is None or high is None:
        return "–"
    return f"{comma(half_up(low, digits))} – {comma(half_up(high, digits))}"


def points_between(interval: Facts | None, method: Method) -> tuple[Decimal, Decimal] | None:
    """Return the interval of an index carried into points, rounded once; conversions never fall, so ends stay ends."""
    if interval is None or interval["low"] is None:
        return None
    low, high = (
        half_up(points_of(Fraction(str(interval[end])), method.points), method.points.decimals)
        for end in ("low", "high")
    )
    return low, high


def estimate_of(book: ScoreBook, unit: str, component: str = ALL) -> Facts | None:
    """Return the estimate of a unit's component, None where the book has none."""
    found = (book.uncertainty or {"units": {}})["units"].get(unit, {}).get(component)
    return None if found is None else dict(found)


def group_doubt(book: ScoreBook, group: str) -> Facts | None:
    """Return what is doubtful about a group's ranks, None where the book says nothing of it."""
    groups = (book.uncertainty or {"groups": []})["groups"]
    return next((each for each in groups if each["group"] == group), None)


CERTAINTY_COLUMNS = (
    Column("Mã", "code"),
    Column("Đơn vị"),
    Column("Phiếu có trả lời", "count"),
    Column("Chỉ số %", "percent"),
    Column("Sai số chuẩn", "points"),
    Column("Từ %", "percent"),
    Column("Đến %", "percent"),
    Column("Điểm", "points"),
    Column("Điểm từ", "points"),
    Column("Điểm đến", "points"),
    Column("Hạng", "count"),
    Column("Hạng tốt nhất", "count"),
    Column("Hạng thấp nhất", "count"),
    Column("Cỡ mẫu hiệu dụng", "points"),
    Column("Hệ số thiết kế", "points"),
    Column("Bậc tự do", "count"),
    Column("Chỉ số làm vững %", "percent"),
    Column("Công bố"),
    Column("Ghi chú", "remark"),
)


# What a page leaves to the workbook and to the unit's own page.
ASIDE = ("Điểm", "Cỡ mẫu hiệu dụng", "Bậc tự do", "Ghi chú")


def without(table: Table, headings: Sequence[str]) -> Table:
    """Return a table without some of its columns."""
    kept = [place for place, column in enumerate(table.columns) if column.heading not in headings]

    def fewer(row: Row) -> Row:
        return replace(row, cells=tuple(row.cells[place] for place in kept))

    columns = tuple(table.columns[place] for place in kept)
    return replace(
        table,
        columns=columns,
        rows=tuple(fewer(row) for row in table.rows),
        foot=tuple(fewer(row) for row in table.foot),
    )


def certainty_table(book: ScoreBook, cover: Cover, group: str | None = None) -> Table | None:
    """Return one line a surveyed unit, of one group or of all: error, interval, rank interval, whether to publish."""
    if book.uncertainty is None:
        return None
    names = {unit["unit"]: unit["name"] for unit in book.units}
    rows = [
        _certainty_row(book, cover.method, code, names[result["unit"]], result)
        for code, _, results in by_group(book, cover)
        for result in results
        if group in (None, code)
    ]
    level = comma(f"{100 * book.uncertainty['level']:g}")
    notes = (
        f"Khoảng tin cậy {level} %, công thức {KINDS[book.uncertainty['kind']]}; "
        "hạng có thể có: mọi cặp trong nhóm, điều chỉnh Holm.",
        "Chỉ số làm vững (Bayes thực nghiệm) chỉ để tham khảo, không thay chỉ số và không đổi hạng.",
    )
    foot = tuple(_foot(book, cover, group))
    return Table(
        "Độ tin cậy", "Độ tin cậy của chỉ số và thứ hạng", CERTAINTY_COLUMNS, tuple(rows), foot, notes
    )


def _foot(book: ScoreBook, cover: Cover, group: str | None) -> Iterator[Row]:
    """Yield the indices of a group, or of every group and of all, where the book has them: a stored run does."""
    part = book.uncertainty or {"groups": [], "all": None}
    found = [
        (cover.group_names[each["group"]], each["index"])
        for each in part["groups"]
        if group in (None, each["group"])
    ]
    if group is None:
        found.append(("Tất cả", part["all"]))
    for name, estimates in found:
        for weighting, words in TOGETHER.items() if estimates else ():
            yield _together_row(f"{name}: {words}", estimates[weighting])


def _together_row(name: str, estimate: Facts) -> Row:
    interval, rule = estimate["interval"], estimate["publication"]
    figures = (estimate["index"], estimate["standard_error"], interval["low"], interval["high"])
    sizes = (decimal(interval["n_eff"]), decimal(interval["deff"]), interval["df"])
    note = "; ".join(filter(None, [*rule["reasons"], interval["note"]]))
    known = (None, name, interval["n"], *map(decimal, figures))
    return Row((*known, *(None,) * 6, *sizes, None, PUBLICATION[rule["code"]], note))


def _certainty_row(book: ScoreBook, method: Method, group: str, name: str, result: Facts) -> Row:
    unit = result["unit"]
    estimate, doubt = estimate_of(book, unit), group_doubt(book, group)
    interval: Facts = estimate["interval"] if estimate else {}
    steadied = ((doubt or {}).get("steadied") or {"units": {}})["units"].get(unit)
    best, worst = result["rank_interval"] or (None, None)
    low, high = points_between(result["interval"], method) or (None, None)
    rule: Facts = estimate["publication"] if estimate else {"code": NOT_ENOUGH, "reasons": []}
    cells: tuple[Cell, ...] = (
        unit,
        name,
        interval.get("n", 0),
        decimal(result["index"]),
        decimal(result["standard_error"]),
        decimal(interval.get("low")),
        decimal(interval.get("high")),
        decimal(result["points"]),
        low,
        high,
        result["rank"],
        best,
        worst,
        decimal(interval.get("n_eff")),
        decimal(interval.get("deff")),
        interval.get("df"),
        decimal(steadied["index"]) if steadied else None,
        PUBLICATION[rule["code"]],
        "; ".join(filter(None, [*rule["reasons"], interval.get("note", "")])),
    )
    return Row(cells, key=unit)


NEIGHBOUR_COLUMNS = (
    Column("Đơn vị"),
    Column("Đơn vị liền sau"),
    Column("Chênh lệch, điểm %", "percent"),
    Column("Phân biệt được"),
    Column("Cần thêm mỗi đơn vị, phiếu", "count"),
)


def neighbour_tables(book: ScoreBook, cover: Cover) -> list[tuple[str, Table]]:
    """Return by group code: units next to each other, and about how many responses more would tell them apart."""
    names = {unit["unit"]: unit["name"] for unit in book.units}
    indices = {each["unit"]: decimal(each["index"]) or Decimal(0) for each in book.satisfaction["units"]}
    tables = []
    for group in (book.uncertainty or {"groups": []})["groups"]:
        rows = [
            Row(
                (
                    names[each["better"]],
                    names[each["worse"]],
                    indices[each["better"]] - indices[each["worse"]],
                    _apart(each),
                    _more(each["more"]),
                )
            )
            for each in group["neighbours"]
        ]
        name = cover.group_names[group["group"]]
        note = "Cần thêm: ước lượng, nếu chênh lệch giữ nguyên và chỉ xét riêng hai đơn vị."
        table = Table(
            f"Liền kề {name}", f"Đơn vị liền kề – {name}", NEIGHBOUR_COLUMNS, tuple(rows), notes=(note,)
        )
        tables.append((group["group"], table))
    return tables


def _apart(pair: Facts) -> str:
    if pair["told_apart"]:
        return "có"
    return "chỉ khi xét riêng hai đơn vị" if pair["more"] == 0 else "chưa"


def _more(number: int | None) -> Cell:
    if number is not None and number > MOST_SHOWN:
        return f"trên {count(MOST_SHOWN)}"
    return number or None


def sensitivity_tables(book: ScoreBook, cover: Cover) -> list[tuple[str, Table]]:
    """Return by group code: index and rank of every unit under every choice, and what one enumerator makes of it."""
    names = {unit["unit"]: unit["name"] for unit in book.units}
    tables = []
    for group, name, results in by_group(book, cover):
        units = {each["unit"]: each for each in book.sensitivity or () if each["group"] == group}
        ordered = [units[result["unit"]] for result in results if result["unit"] in units]
        if not ordered:
            continue
        choices = [each["choice"] for each in ordered[0]["outcomes"] if not _alone(each)]
        pairs = ((Column(_heading(choice), "percent"), Column("Hạng", "count")) for choice in choices)
        columns = (
            Column("Mã", "code"),
            Column("Đơn vị"),
            *(column for pair in pairs for column in pair),
            Column("Bỏ một điều tra viên: chỉ số %", "range"),
            Column("Hạng", "range"),
        )
        rows = tuple(
            Row(
                (unit["unit"], names[unit["unit"]], *_outcomes(unit, choices), *_alone_ranges(unit)),
                key=unit["unit"],
            )
            for unit in ordered
        )
        caption = f"Độ nhạy của chỉ số và thứ hạng – {name}"
        tables.append((group, Table(f"Độ nhạy {name}", caption, columns, rows)))
    return tables


def _heading(choice: str) -> str:
    words = wording(choice)
    return words[0].upper() + words[1:]


def _alone(outcome: Facts) -> bool:
    return str(outcome["choice"]).startswith(WITHOUT_ENUMERATOR)


def _outcomes(unit: Facts, choices: Sequence[str]) -> Iterator[Cell]:
    known = {each["choice"]: each for each in unit["outcomes"]}
    for choice in choices:
        yield decimal(known[choice]["index"])
        yield known[choice]["rank"]


def _alone_ranges(unit: Facts) -> tuple[str, str]:
    """Return the ranges over leaving out each enumerator in turn; who asked all of a unit's responses leaves none."""
    kept = [each for each in unit["outcomes"] if _alone(each) or each["choice"] == AS_COUNTED]
    indices = [Decimal(each["index"]) for each in kept if each["index"] is not None]
    ranks = [each["rank"] for each in kept if each["rank"] is not None]
    if len(kept) < 2 or not indices:
        return "–", "–"
    return between(min(indices), max(indices)), ranks_between((min(ranks), max(ranks)) if ranks else None)


def not_told_apart(book: ScoreBook, group: str) -> list[str]:
    """Return the runs of units that cannot be told apart, best first, each as the names of its units."""
    names = {unit["unit"]: unit["name"] for unit in book.units}
    runs = (group_doubt(book, group) or {"runs": []})["runs"]
    return [", ".join(names[unit] for unit in run) for run in runs if len(run) > 1]


def plan_table(book: ScoreBook, cover: Cover, group: str) -> Table | None:
    """Return how many responses each unit needs for an interval of ± so many index points."""
    plan = (group_doubt(book, group) or {"plan": None})["plan"]
    if plan is None:
        return None
    columns = (
        Column("Đơn vị"),
        Column("Số người đã giao dịch", "count"),
        Column("Phiếu hiện có", "count"),
        *(Column(f"Cần cho ± {margin} điểm %", "count") for margin in plan["margins"]),
    )
    units = {unit["unit"]: unit for unit in book.units}
    counted = {each["unit"]: each["responses"] for each in book.satisfaction["units"]}
    rows = tuple(
        Row((units[unit]["name"], units[unit]["population"], counted[unit], *needed), key=unit)
        for unit, needed in plan["responses"].items()
    )
    note = (
        f"Tính với chỉ số chung {comma(half_up(Decimal(str(100 * plan['share'])), 2))} % và hiệu ứng thiết kế "
        f"{comma(half_up(Decimal(str(plan['effect'])), 2))} của nhóm; không nhiều hơn số người đã giao dịch, nếu biết."
    )
    return Table(
        "Kế hoạch mẫu", f"Cần bao nhiêu phiếu – {cover.group_names[group]}", columns, rows, notes=(note,)
    )


def how_sure(book: ScoreBook, unit: str, method: Method) -> list[str]:
    """Return how sure a unit's index, points and rank are, in sentences with the formula and what it rests on."""
    result = next((each for each in book.satisfaction["units"] if each["unit"] == unit), None)
    estimate = estimate_of(book, unit)
    if result is None or estimate is None:
        return []
    interval, rule = estimate["interval"], estimate["publication"]
    told = [f"Theo quy tắc công bố: {PUBLICATION[rule['code']]}{_reasons(rule['reasons'])}."]
    if interval["low"] is None:
        return [f"Khoảng tin cậy: {interval['note']} ({count(interval['n'])} phiếu có trả lời).", *told]
    level = comma(f"{100 * interval['level']:g}")
    if estimate["standard_error"] == 0:
        return [f"Mọi người đã giao dịch đều được hỏi: {interval['note']}.", *told]
    ends = between(decimal(interval["low"]), decimal(interval["high"]))
    points = points_between(interval, method) if result["points"] is not None else None
    as_points = f", tức {between(*points, method.points.decimals)} điểm" if points else ""
    sentences = [f"Khoảng tin cậy {level} % của chỉ số: {ends}{as_points}.", _basis(interval)]
    if result["rank_interval"]:
        ranks = ranks_between(result["rank_interval"])
        sentences.append(
            f"Hạng {result['rank']}; với độ tin cậy {level} % hạng thật trong nhóm có thể là {ranks}, "
            "vì những đơn vị có chỉ số gần nhau không phân biệt được bằng cỡ mẫu này."
            if len(set(result["rank_interval"])) > 1
            else f"Hạng {result['rank']} phân biệt được chắc chắn với mọi đơn vị khác trong nhóm ({level} %)."
        )
    return [*sentences, *told]


def _basis(interval: Facts) -> str:
    parts = [f"{count(interval['n'])} phiếu có trả lời", f"{count(interval['df'])} bậc tự do"]
    for key, words in (("deff", "hệ số thiết kế"), ("n_eff", "cỡ mẫu hiệu dụng")):
        if interval[key] is not None:
            parts.append(f"{words} {comma(half_up(Decimal(str(interval[key])), 2))}")
    note = f"; {interval['note']}" if interval["note"] else ""
    return f"Công thức {KINDS[interval['kind']]} từ {', '.join(parts)}{note}."


def _reasons(reasons: Sequence[str]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""


def doubt_tables(book: ScoreBook, cover: Cover) -> list[Table]:
    """Return all of them, as sheets of a workbook."""
    certainty = certainty_table(book, cover)
    by_groups = (*neighbour_tables(book, cover), *sensitivity_tables(book, cover))
    return [*([certainty] if certainty else []), *(table for _, table in by_groups)]
