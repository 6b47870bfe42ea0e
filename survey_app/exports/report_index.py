"""What a report says of the index: a group's table, its bands, best and worst, mean and spread."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.method import Band, Method
from survey_app.exports.report_standings import Group, Ranked
from survey_app.exports.report_words import POINTS, limit, listed, part_of, percent, units, within
from survey_app.exports.sentences import comma, count, plain
from survey_app.exports.tables import NO_SURVEY, Cell, Column, Row, Table

STAR = " (*)"
COLUMNS = (
    Column("Hạng", "count"),
    Column("Cơ quan, đơn vị"),
    Column("Điểm thẩm định", "points"),
    Column("Điểm khảo sát", "points"),
    Column("Tổng điểm", "points"),
    Column("Chỉ số %", "percent"),
    Column("Xếp loại"),
)


def table(group: Group, year: int) -> Table:
    """Return a group's table by rank, then its mean; "x" and "*" where a unit is outside the survey."""
    places = {each.unit: each for each in group.ranked}
    order = [each.unit for each in group.ranked] + [
        code for code, unit in group.units.items() if unit["name"] in group.missing and code not in places
    ]
    outside = {unit["unit"] for unit in group.unsurveyed}
    rows = tuple(Row(_cells(group, code, places.get(code), code in outside), key=code) for code in order)
    mean = Row((None, "Trung bình", None, group.satisfaction_mean, None, group.mean, None))
    caption = f"Chỉ số cải cách hành chính năm {year} của các {within(group.name)}"
    return Table(f"Chỉ số {group.name}", caption, COLUMNS, rows, (mean,), tuple(footnotes(group)))


def _cells(group: Group, code: str, place: Ranked | None, outside: bool) -> tuple[Cell, ...]:
    unit = group.units[code]
    survey: Cell = NO_SURVEY if outside else _number(unit["satisfaction_points"])
    appraisal = _number(unit["appraisal_points"])
    name = unit["name"] + (STAR if outside else "")
    if place is None:
        return (None, name, appraisal, survey, None, None, "")
    total = Decimal(unit["appraisal_points"]) + Decimal(unit["satisfaction_points"] or 0)
    return (place.rank, name, appraisal, survey, total, place.index, place.band)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def footnotes(group: Group) -> list[str]:
    """Return what "x", "*" and the mean row mean; a unit outside the survey is divided by its own maximum."""
    notes = []
    if group.unsurveyed:
        maxima = sorted({Decimal(unit["max_points"]) for unit in group.unsurveyed})
        told = plain(maxima[0]) if len(maxima) == 1 else "điểm tối đa của đơn vị"
        notes.append(
            f"{NO_SURVEY}: đơn vị không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức."
        )
        notes.append(
            f"(*) Điểm tối đa của đơn vị không khảo sát là {' hoặc '.join(map(plain, maxima))}; "
            f"Chỉ số = tổng điểm / {told} × 100."
        )
    if group.mean is not None:
        survey = f"; trung bình điểm khảo sát tính trên {units(len(group.scored))} có điểm khảo sát"
        notes.append(
            f"Trung bình Chỉ số tính từ Chỉ số chưa làm tròn của {units(len(group.ranked))}"
            f"{survey if group.satisfaction_mean is not None else ''}."
        )
    return notes


def sentences_of(group: Group, method: Method) -> list[str]:
    """Return what the table of a group says in words."""
    if not group.ranked or group.mean is None or group.spread is None:
        return ["Chưa đơn vị nào trong nhóm có Chỉ số: còn thiếu điểm thẩm định hoặc điểm khảo sát."]
    told = [_extremes(group, group.spread)]
    if len(group.ranked) > 1:
        told.append(_around(group, group.mean))
    told.append(f"{_bands(group, method)}.")
    if group.missing:
        told.append(f"Chưa có Chỉ số: {listed(group.missing)}.")
    return told


def best_and_worst(ranked: Sequence[Ranked]) -> tuple[list[str], list[str]]:
    """Return the names of the units with the highest and with the lowest published index; ties come together."""
    values = [each.index for each in ranked]
    best, worst = (
        [each.name for each in ranked if each.index == wanted] for wanted in (max(values), min(values))
    )
    return best, worst


def _extremes(group: Group, spread: Decimal) -> str:
    values = [each.index for each in group.ranked]
    high, low = percent(max(values)), percent(min(values))
    if len(group.ranked) == 1:
        return f"Nhóm có một đơn vị có Chỉ số là {group.ranked[0].name}, đạt {high}."
    if high == low:
        return f"{len(group.ranked)} đơn vị có Chỉ số bằng nhau, {high}."
    best, worst = best_and_worst(group.ranked)
    return (
        f"{listed(best)} {_together(best)}có Chỉ số cao nhất, đạt {high}; {listed(worst)} {_together(worst)}có Chỉ số thấp nhất, "
        f"đạt {low}. Khoảng cách giữa cao nhất và thấp nhất là {comma(spread)} {POINTS}."
    )


def _together(names: Sequence[str]) -> str:
    return "cùng " if len(names) > 1 else ""


def _around(group: Group, mean: Decimal) -> str:
    above, ranked = group.above_mean(), len(group.ranked)
    lead = f"Chỉ số trung bình của nhóm là {percent(mean)}"
    if not above:
        return f"{lead}; không đơn vị nào có Chỉ số cao hơn trung bình."
    who = f"{part_of(len(above), ranked)} đơn vị có Chỉ số cao hơn trung bình"
    return f"{lead}; {who}: {listed(above)}."


def _bands(group: Group, method: Method) -> str:
    parts, empty = [], []
    for place, band in enumerate(method.bands):
        names = [each.name for each in group.ranked if each.band == band.name]
        if not names:
            empty.append(band.name)
            continue
        who = f"gồm {listed(names)}" if len(names) > 1 else f"là {names[0]}"
        parts.append(
            f"{count(len(names))} đơn vị xếp loại {band.name} ({_bounds(method.bands, place)}), {who}"
        )
    none = [f"không đơn vị nào xếp loại {_either(empty)}"] if empty else []
    return f"Về xếp loại: {'; '.join([*parts, *none])}"


def _either(names: Sequence[str]) -> str:
    return " hoặc ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _bounds(bands: Sequence[Band], place: int) -> str:
    """Return from where to where a band reaches: its lower bound is in it, the next better band's is not."""
    lower = limit(_exact(bands[place]))
    if place == 0:
        return f"từ {lower} trở lên"
    upper = limit(_exact(bands[place - 1]))
    return f"từ {lower} đến dưới {upper}" if bands[place].lower else f"dưới {upper}"


def _exact(band: Band) -> Decimal:
    return Decimal(band.lower.numerator) / Decimal(band.lower.denominator)


def band_counts(group: Group, method: Method) -> str:
    """Return how many units each band has, in one phrase: "02 Xuất sắc, 14 Tốt, 03 Khá"; bands without units stay out."""
    given = [each.band for each in group.ranked]
    return ", ".join(
        f"{given.count(band.name):02d} {band.name}" for band in method.bands if band.name in given
    )
