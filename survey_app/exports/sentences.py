"""What a result says, in sentences made from its own figures; nothing is computed anew."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoring.method import Method
from scoring.points import half_up

Facts = Mapping[str, Any]


def count(number: int) -> str:
    """Return a whole number with a point between thousands: 2.124."""
    return f"{number:,}".replace(",", ".")


def comma(text: str | Decimal) -> str:
    """Return a decimal, digit by digit as it is, with a decimal comma."""
    return str(text).replace(".", ",")


def plain(number: Decimal) -> str:
    """Return a decimal with the digits it needs and a decimal comma: 60, 86,5."""
    return comma(format(number.normalize(), "f"))


def percent(index: str | None, digits: int = 2) -> str:
    """Return an index rounded once, half up, as "88,27 %"; None is "–"."""
    return "–" if index is None else f"{comma(half_up(Decimal(index), digits))}\u00a0%"


def how_made(result: Facts, method: Method) -> list[str]:
    """Return how one unit's points come from its answers, step by step as the method goes."""
    if result["index"] is None:
        return [
            "Chưa có chỉ số: " + ("chưa có phiếu nào." if not result["responses"] else _undefined(result))
        ]
    left_out = (
        f"{count(result['not_applicable'])} câu “không áp dụng” và {count(result['blank'])} câu để trống "
        "không nằm trong mẫu số."
    )
    return [_index(result, method), _points(result, method), left_out]


def _undefined(result: Facts) -> str:
    return "không có câu trả lời nào." if not result["answered"] else "có yếu tố chưa ai trả lời."


def _index(result: Facts, method: Method) -> str:
    rule, index = method.index, percent(result["index"])
    satisfied = "tỷ lệ câu trả lời hài lòng (mức 4 và 5)"
    measured = satisfied if rule.level_rule == "top2" else "mức trung bình chia cho 5"
    if method.uses_general_question:
        return f"Chỉ số {index} là {measured} của câu hỏi chung về dịch vụ."
    if (rule.within_factor, rule.factor_weights) == ("pooled", "answers"):
        if rule.level_rule == "top2":
            return (
                f"{count(result['satisfied'])} câu trả lời hài lòng (mức 4 và 5) trên "
                f"{count(result['answered'])} câu đã trả lời là {index}."
            )
        return f"Mức trung bình của {count(result['answered'])} câu đã trả lời, chia cho 5, là {index}."
    of_factor = (
        f"trung bình các tiêu chí, mỗi tiêu chí là {measured}"
        if rule.within_factor == "criterion_mean"
        else f"{measured}, gộp mọi tiêu chí của yếu tố"
    )
    return f"Chỉ số {index} là tổng chỉ số yếu tố × trọng số; chỉ số của một yếu tố là {of_factor}."


def _points(result: Facts, method: Method) -> str:
    if result["points"] is None:
        if "survey_not_expected" in result["flags"]:
            return "Đơn vị không thuộc diện khảo sát nên không có điểm."
        return f"Chưa đủ mẫu: cần ít nhất {method.smallest_n} phiếu mới có điểm."
    rule, points = method.points, f"{comma(result['points'])} điểm"
    most = plain(_decimal(rule.maximum))
    if rule.conversion == "step":
        return f"Quy đổi theo bậc của phương pháp: {points} trên {most}."
    if rule.conversion == "threshold":
        full, zero = (plain(_decimal(limit)) for limit in (rule.full_from, rule.zero_below))
        return f"Từ {full}\u00a0% trở lên được đủ {most} điểm, dưới {zero}\u00a0% được 0 điểm, ở giữa tính theo tỷ lệ: {points}."
    return f"Nhân {most} rồi chia 100, từ giá trị chưa làm tròn, làm tròn một lần: {points}."


def _decimal(value: Any) -> Decimal:
    return half_up(value, 6)


def of_group(group: Facts, standings: Sequence[Facts], units: Mapping[str, Facts]) -> list[str]:
    """Return what a group's table says: best and worst, mean, survey mean, bands, who has no index yet.

    `standings` come by rank; ties are named together.
    """
    ranked = [each for each in standings if each["index"] is not None]
    missing = [units[each["unit"]]["name"] for each in standings if each["index"] is None]
    if not ranked:
        return ["Chưa đơn vị nào có chỉ số: thiếu điểm thẩm định hoặc điểm khảo sát."]
    above = f"{group['above_mean']} trong" if group["above_mean"] else "không đơn vị nào trong"
    sentences = [
        _extremes(group, ranked, units),
        f"Chỉ số trung bình {comma(group['mean'])}\u00a0%, tính từ các chỉ số chưa làm tròn; "
        f"{above} {len(ranked)} đơn vị cao hơn trung bình.",
    ]
    scored = sum(units[each["unit"]]["satisfaction_points"] is not None for each in standings)
    if scored:
        mean = comma(group["satisfaction_mean"])
        sentences.append(f"Điểm khảo sát trung bình {mean}, tính trên {scored} đơn vị có điểm khảo sát.")
    sentences.append(_bands(group["bands"]))
    if missing:
        sentences.append(f"Chưa có chỉ số: {', '.join(missing)}.")
    return sentences


def _extremes(group: Facts, ranked: Sequence[Facts], units: Mapping[str, Facts]) -> str:
    indices = [Decimal(each["index"]) for each in ranked]
    best, worst = (
        ", ".join(
            units[each["unit"]]["name"]
            for each, index in zip(ranked, indices, strict=True)
            if index == wanted
        )
        for wanted in (max(indices), min(indices))
    )
    if len(ranked) == 1:
        return f"Chỉ một đơn vị có chỉ số: {best} ({comma(max(indices))}\u00a0%)."
    if max(indices) == min(indices):
        return f"Mọi đơn vị cùng một chỉ số: {comma(max(indices))}\u00a0%."
    return (
        f"Cao nhất: {best} ({comma(max(indices))}\u00a0%). Thấp nhất: {worst} ({comma(min(indices))}\u00a0%). "
        f"Chênh lệch: {comma(group['spread'])} điểm phần trăm."
    )


def _bands(bands: Mapping[str, int]) -> str:
    given = ", ".join(f"{name} {number} đơn vị" for name, number in bands.items() if number)
    empty = [name for name, number in bands.items() if not number]
    none = f"; không đơn vị nào xếp loại {' hoặc '.join(empty)}" if empty else ""
    return f"Xếp loại: {given}{none}."


def no_survey(unsurveyed: Sequence[Facts]) -> list[str]:
    """Return what the "x" of a group's table means; nothing where every unit is surveyed."""
    if not unsurveyed:
        return []
    names = ", ".join(unit["name"] for unit in unsurveyed)
    maxima = sorted({Decimal(unit["max_points"]) for unit in unsurveyed})
    told = " hoặc ".join(plain(each) for each in maxima)
    divisor = told if len(maxima) == 1 else "điểm tối đa"
    return [
        f"x: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức ({names}). "
        f"Điểm tối đa của các đơn vị này là {told}, chỉ số = tổng điểm / {divisor} × 100."
    ]
