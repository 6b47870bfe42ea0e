"""What a report says of the survey itself: points over those surveyed, the factors, the areas of the appraisal."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.flags import wording
from scoring.method import Method
from scoring.points import half_up
from scoring.questionnaire import Factor, Questionnaire
from survey_app.exports.material import Area
from survey_app.exports.report_standings import Group
from survey_app.exports.report_words import leading, listed, part_of, percent, units, within
from survey_app.exports.sentences import comma, count, plain

# From nine tenths of the most points on the report counts a unit as high; a way to tell, no part of any method.
HIGH_SHARE = Decimal("0.9")


def points_of(group: Group, method: Method, questionnaire: Questionnaire) -> list[str]:
    """Return what is said of a group's survey points, counted over the units that have some."""
    if not group.surveyed:
        return ["Không đơn vị nào trong nhóm thuộc diện khảo sát."]
    scored = group.scored
    told = [_who(group)]
    if scored and group.satisfaction_mean is not None:
        most = Decimal(str(float(method.points.maximum)))
        told.append(
            f"Điểm khảo sát trung bình là {comma(group.satisfaction_mean)} trên {plain(most)} điểm, "
            f"tính trên {units(len(scored))} có điểm khảo sát."
        )
    if scored:
        told += [_extremes(group), _high(group, method)]
    lacking = [group.name_of(each["unit"]) for each in group.surveyed if each["points"] is None]
    if lacking:
        told.append(f"Chưa có điểm khảo sát vì chưa đủ mẫu: {listed(lacking)}.")
    return told + _remarks(group, questionnaire)


def _who(group: Group) -> str:
    responses = sum(each["responses"] for each in group.surveyed)
    lead = f"{units(len(group.surveyed))} trong nhóm được khảo sát, với {count(responses)} phiếu được tính"
    if not group.unsurveyed:
        return f"{lead}."
    names = listed([unit["name"] for unit in group.unsurveyed])
    return f"{lead}; {units(len(group.unsurveyed))} không khảo sát: {names}."


def _extremes(group: Group) -> str:
    points = {group.name_of(each["unit"]): Decimal(each["points"]) for each in group.scored}
    high, low = max(points.values()), min(points.values())
    if len(points) == 1:
        return f"Một đơn vị có điểm khảo sát là {next(iter(points))}: {comma(high)} điểm."
    if high == low:
        return f"{len(points)} đơn vị có điểm khảo sát bằng nhau, {comma(high)} điểm."
    best, worst = ([name for name, value in points.items() if value == wanted] for wanted in (high, low))
    return f"Cao nhất: {listed(best)} ({comma(high)} điểm). Thấp nhất: {listed(worst)} ({comma(low)} điểm)."


def _high(group: Group, method: Method) -> str:
    bar = half_up(HIGH_SHARE * Decimal(str(float(method.points.maximum))), method.points.decimals)
    below = [group.name_of(each["unit"]) for each in group.scored if Decimal(each["points"]) < bar]
    whole = len(group.scored)
    if not below:
        return f"{part_of(whole, whole)} đơn vị đạt từ {comma(bar)} điểm trở lên; không đơn vị nào dưới {comma(bar)} điểm."
    reached = f"{part_of(whole - len(below), whole)} đơn vị đạt từ {comma(bar)} điểm trở lên"
    if len(below) == whole:
        reached = f"Không đơn vị nào đạt từ {comma(bar)} điểm trở lên"
    return f"{reached}; {part_of(len(below), whole)} đơn vị dưới {comma(bar)} điểm: {listed(below)}."


def _remarks(group: Group, questionnaire: Questionnaire) -> list[str]:
    """Return what is to be looked at in a group's results, flag by flag, with the units it is about."""
    known = ("too_few", "no_survey")
    found: dict[str, list[str]] = {}
    for each in group.surveyed:
        for flag in each["flags"]:
            if flag not in known:
                found.setdefault(flag, []).append(group.name_of(each["unit"]))
    return [f"{leading(wording(flag, questionnaire))}: {listed(names)}." for flag, names in found.items()]


def factor_of(group: Group, factor: Factor, place: int) -> str:
    """Return what is said of a factor in a group: index of all responses, best and worst unit, lowest criteria."""
    lead = f"Nhóm {within(group.name)}"
    index = group.together.factors[place].index if group.together else None
    if group.together is None or index is None:
        return f"{lead}: chưa có câu trả lời cho yếu tố này."
    told = f"{lead}: chỉ số hài lòng chung của mọi phiếu là {percent(half_up(index, 2))}"
    named = {
        group.name_of(each["unit"]): half_up(Decimal(each["factors"][place]["index"]), 2)
        for each in group.surveyed
        if each["factors"][place]["index"] is not None
    }
    told += _best_and_worst(named)
    silent = [
        group.name_of(each["unit"]) for each in group.surveyed if each["factors"][place]["index"] is None
    ]
    if silent:
        told += f"; chưa có câu trả lời: {listed(silent)}"
    return f"{told}; {_lowest_criteria(group, factor)}."


def _best_and_worst(named: dict[str, Decimal]) -> str:
    high, low = max(named.values()), min(named.values())
    if len(named) == 1:
        return ""
    if high == low:
        return f"; các đơn vị bằng nhau, {percent(high)}"
    best, worst = ([name for name, value in named.items() if value == wanted] for wanted in (high, low))
    return f"; cao nhất là {listed(best)} ({percent(high)}), thấp nhất là {listed(worst)} ({percent(low)})"


def _lowest_criteria(group: Group, factor: Factor) -> str:
    texts = {each.code: each.text.rstrip(".") for each in factor.criteria}
    found = {
        texts[each.code]: half_up(each.index, 2)
        for each in (group.together.criteria if group.together else ())
        if each.code in texts and each.index is not None
    }
    low = min(found.values())
    if len(found) > 1 and low == max(found.values()):
        return f"các tiêu chí bằng nhau, {percent(low)}"
    names = [f"“{text}”" for text, value in found.items() if value == low]
    return f"tiêu chí thấp nhất là {listed(names)} ({percent(low)})"


def area_of(area: Area, groups: Sequence[Group]) -> str:
    """Return what is said of an area of the appraisal, group by group; a group whose mean is not known is named."""
    most = plain(area.maximum)
    parts = []
    for group in groups:
        mean = area.means.get(group.code)
        if mean is None:
            parts.append(f"nhóm {within(group.name)} chưa có số liệu")
        else:
            share = percent(half_up(100 * mean / area.maximum, 2))
            parts.append(f"nhóm {within(group.name)} trung bình {_plain(mean)}/{most} điểm ({share})")
    source = f" Nguồn: {area.source}." if area.source else ""
    return f"{'; '.join(parts)}.{source}"


def _plain(mean: Decimal) -> str:
    """Return a mean with the two decimals it is published with."""
    return comma(half_up(mean, 2))


def areas_missing(areas: Sequence[Area]) -> str:
    """Return of which areas nothing is known; empty where something is known of all."""
    names = [f"{area.name} (tối đa {plain(area.maximum)} điểm)" for area in areas if not area.means]
    if not names:
        return ""
    if len(names) == len(areas):
        return "Chưa có điểm trung bình theo từng lĩnh vực thẩm định của năm nay; báo cáo không phân tích theo lĩnh vực."
    return (
        f"Chưa có điểm trung bình của các lĩnh vực: {listed(names)}."
        if len(names) > 1
        else (f"Chưa có điểm trung bình của lĩnh vực {names[0]}.")
    )


def lowest_factors(group: Group, questionnaire: Questionnaire) -> str:
    """Return which factor has the lowest index over all of a group's responses; empty where none has one."""
    if group.together is None:
        return ""
    values = {
        factor.name: half_up(part.index, 2)
        for factor, part in zip(questionnaire.factors, group.together.factors, strict=True)
        if part.index is not None
    }
    if not values:
        return ""
    low = min(values.values())
    names = [f"“{name}”" for name, value in values.items() if value == low]
    if len(names) == len(values) > 1:
        return f"các yếu tố bằng nhau, {percent(low)}"
    return f"yếu tố có chỉ số thấp nhất là {listed(names)} ({percent(low)})"
