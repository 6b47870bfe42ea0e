"""What a report says against an earlier year: means, spread, who rose and fell, in points and in ranks; or why it cannot."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from survey_app.exports.material import GroupYear, Year
from survey_app.exports.report_standings import Comparison, Group, Move, compare
from survey_app.exports.report_words import (
    POINTS,
    change,
    change_since,
    leading,
    listed,
    percent,
    units,
    within,
)
from survey_app.exports.sentences import comma
from survey_app.exports.tables import Cell, Column, Row, Table

NOT_COMPARED = "không so sánh được"
MOST_NAMED = 5


def year_of(years: Sequence[Year], this_year: int) -> Year | None:
    """Return the year to compare with: the latest earlier one; None where nothing earlier is known."""
    earlier = [year for year in years if year.year < this_year]
    return max(earlier, key=lambda year: year.year) if earlier else None


def about(year: Year | None, this_year: int) -> list[str]:
    """Return what a comparison rests on, or why there is none."""
    if year is None:
        return [f"Chưa có số liệu công bố của năm {this_year - 1} nên báo cáo không so sánh với năm trước."]
    told = [f"Số liệu năm {year.year}: {year.source}."]
    if year.year != this_year - 1:
        told.insert(
            0,
            f"Chưa có số liệu công bố của năm {this_year - 1}; báo cáo so sánh với năm gần nhất có số liệu là năm {year.year}.",
        )
    if year.why_not:
        told.append(f"Kết quả năm {this_year} {NOT_COMPARED} với năm {year.year}: {year.why_not}.")
    else:
        told.append(
            f"Thay đổi là số công bố năm {this_year} trừ số công bố năm {year.year}, tính bằng {POINTS} đối với Chỉ số."
        )
    if year.imported:
        told.append(
            f"Số liệu năm {year.year} được nhập từ nguồn trên; phần mềm không có phương pháp tính của năm đó để đối chiếu."
        )
    return told


def sentences_of(group: Group, year: Year, this_year: int) -> list[str]:
    """Return what is said of one group against a year that can be compared."""
    found = compare(group, year)
    return [*_means(group, year.groups.get(group.code, GroupYear()), year.year, this_year), *_units(found)]


def _means(group: Group, then: GroupYear, year: int, this_year: int) -> list[str]:
    told = []
    if group.mean is not None:
        told.append(_mean("Chỉ số trung bình của nhóm", group.mean, then.mean, (year, this_year), percent))
    if group.satisfaction_mean is not None and then.satisfaction_mean is not None:
        values = (group.satisfaction_mean, then.satisfaction_mean)
        told.append(_mean("Điểm khảo sát trung bình của nhóm", *values, (year, this_year), _points, "điểm"))
    if group.spread is not None and then.spread is not None:
        spread, before = (f"{comma(value)} {POINTS}" for value in (group.spread, then.spread))
        told.append(
            f"Khoảng cách giữa đơn vị cao nhất và đơn vị thấp nhất là {spread}, "
            f"{change_since(group.spread - then.spread, year, before)}."
        )
    return told


def _points(value: Decimal) -> str:
    return f"{comma(value)} điểm"


def _mean(
    what: str,
    now: Decimal,
    before: Decimal | None,
    years: tuple[int, int],
    shown: Callable[[Decimal], str],
    measure: str = POINTS,
) -> str:
    lead = f"{what} năm {years[1]} là {shown(now)}"
    if before is None:
        return f"{lead}; chưa có số của năm {years[0]} để so sánh."
    return f"{lead}, {change_since(now - before, years[0], shown(before), measure)}."


def _units(found: Comparison) -> list[str]:
    told = []
    if found.moves:
        told += [_counted(found), *_extremes(found), *_ranks(found)]
    if found.apart:
        why = "; ".join(f"{name} ({why})" for name, why in found.apart)
        told.append(
            f"{leading(NOT_COMPARED)} với năm {found.year}: {why}. Trung bình và khoảng cách của nhóm tính trên các đơn vị "
            "của từng năm."
        )
    if found.unknown:
        told.append(_unknown(found))
    return told


def _unknown(found: Comparison) -> str:
    if not found.moves and not found.apart:
        return f"Chưa có Chỉ số năm {found.year} của từng đơn vị trong nhóm nên không so sánh theo đơn vị."
    return f"Chưa có Chỉ số năm {found.year} của {units(len(found.unknown))}: {listed(found.unknown)}."


def _counted(found: Comparison) -> str:
    changes = [each.change for each in found.moves]
    rose, fell = sum(each > 0 for each in changes), sum(each < 0 for each in changes)
    stayed = len(changes) - rose - fell
    if len(found.moves) == 1:
        only = found.moves[0]
        return f"So với năm {found.year}, một đơn vị so sánh được là {only.name}: {_from_to(only)}."
    lead = f"So với năm {found.year}, trong {units(len(found.moves))} so sánh được"
    parts = ((rose, "tăng"), (fell, "giảm"), (stayed, "giữ nguyên"))
    told = ", ".join(f"{units(number)} {word}" for number, word in parts if number or word != "giữ nguyên")
    return f"{lead}: {told}."


def _from_to(move: Move) -> str:
    if not move.change:
        return f"{change(move.change)} {percent(move.index)}"
    way = "lên" if move.change > 0 else "xuống"
    return f"{change(move.change)} (từ {percent(move.before)} {way} {percent(move.index)})"


def _extremes(found: Comparison) -> list[str]:
    """Return the largest rise and the largest fall; nothing where a single unit is compared: it is told already."""
    if len(found.moves) == 1:
        return []
    told = []
    for sign, word in ((1, "tăng"), (-1, "giảm")):
        moved = [each for each in found.moves if each.change * sign > 0]
        if not moved:
            continue
        most = max(abs(each.change) for each in moved)
        those = [f"{each.name}, {_from_to(each)}" for each in moved if abs(each.change) == most]
        lead = f"Đơn vị duy nhất {word}" if len(moved) == 1 else f"Chỉ số {word} nhiều nhất"
        told.append(f"{lead}: {'; '.join(those)}.")
    return told


def _ranks(found: Comparison) -> list[str]:
    known = [each for each in found.moves if each.climbed is not None]
    if not known:
        return [f"Chưa có thứ hạng năm {found.year} của các đơn vị này nên không so sánh thứ hạng."]
    told = []
    for sign, word, way in ((1, "tăng", "lên"), (-1, "giảm", "xuống")):
        moved = [(each, each.climbed * sign) for each in known if each.climbed and each.climbed * sign > 0]
        if not moved:
            told.append(f"Không đơn vị nào {word} hạng.")
            continue
        most = max(places for _, places in moved)
        those = [
            f"{each.name}, {word} {most} bậc (từ hạng {each.rank_before} {way} hạng {each.rank})"
            for each, places in moved
            if places == most
        ]
        told.append(f"Thứ hạng {word} nhiều nhất: {'; '.join(those)}.")
    return told


def table(group: Group, year: Year, this_year: int) -> Table | None:
    """Return a group's units of which the earlier year is known, by rank; None where it is known of none."""
    found = compare(group, year)
    apart, moves = dict(found.apart), {each.name: each for each in found.moves}
    rows = tuple(
        Row(_cells(each.name, each.index, each.rank, moves.get(each.name)), key=each.unit)
        for each in group.ranked
        if each.name in moves or each.name in apart
    )
    if not rows:
        return None
    columns = (
        Column("Cơ quan, đơn vị"),
        Column(f"Chỉ số {year.year} %", "percent"),
        Column(f"Chỉ số {this_year} %", "percent"),
        Column("Thay đổi, điểm %", "percent"),
        Column(f"Hạng {year.year}", "count"),
        Column(f"Hạng {this_year}", "count"),
        Column("Thay đổi hạng", "count"),
    )
    notes = ["Thay đổi hạng: số dương là tăng hạng, số âm là giảm hạng."] if _any_rank(found) else []
    notes += [f"{leading(NOT_COMPARED)}: {name} ({why})." for name, why in found.apart]
    caption = f"Chỉ số năm {this_year} so với năm {year.year} của các {within(group.name)}"
    return Table(f"So sánh {group.name}", caption, columns, rows, notes=tuple(notes))


def _any_rank(found: Comparison) -> bool:
    return any(each.climbed is not None for each in found.moves)


def _cells(name: str, index: Decimal, rank: int | None, move: Move | None) -> tuple[Cell, ...]:
    if move is None:
        return (name, None, index, NOT_COMPARED, None, rank, None)
    return (name, move.before, index, move.change, move.rank_before, rank, move.climbed)
