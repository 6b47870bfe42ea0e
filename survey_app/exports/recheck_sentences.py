"""What re-checks say beside published points, in sentences made of their own figures."""

from fractions import Fraction

from scoring.points import half_up
from scoring.recheck_bounds import Standing, UnitPoints
from scoring.recheck_rates import Measures, Rate
from survey_app.exports.sentences import comma, count

DECIMALS = 2


def share(value: float, digits: int = 1) -> str:
    """Return a share 0–1 as "9,5 %"."""
    return f"{comma(f'{100 * value:.{digits}f}')}\u00a0%"


def between(rate: Rate) -> str:
    """Return a rate's interval as "1,2 % – 30,4 %"."""
    return f"{share(rate.low)} – {share(rate.high)}"


def points(value: Fraction | None, decimals: int = DECIMALS) -> str:
    """Return points rounded once, half up, with a comma; None is "–"."""
    return "–" if value is None else comma(half_up(value, decimals))


def forms(number: int) -> str:
    """Return how many responses in words: "12 phiếu", "không phiếu nào"."""
    return f"{count(number)} phiếu" if number else "không phiếu nào"


def checked(found: Measures | None, responses: int) -> str:
    """Return how much of a unit's responses as collected was re-checked, and with what result."""
    if found is None or not found.responses:
        return "Chưa phiếu nào của đơn vị được phúc tra xong."
    of = f" trong {count(responses)} phiếu thu được" if responses >= found.responses else ""
    told = [
        f"{forms(found.confirmed)} đạt",
        f"{forms(found.failed)} không đạt",
        f"{forms(found.unreachable)} không liên hệ được",
    ]
    if found.disputed:
        told.append(f"{forms(found.disputed)} hai cơ quan chưa thống nhất")
    sentence = f"Đã phúc tra {count(found.responses)} phiếu{of}: {', '.join(told)}."
    if found.failure.rate is None:
        return f"{sentence} Chưa đủ để ước tính tỷ lệ không đạt."
    return f"{sentence} Tỷ lệ không đạt ước tính {share(found.failure.rate)} (khoảng 95\u00a0%: {between(found.failure)})."


def validity_note(found: UnitPoints, decimals: int = DECIMALS) -> str:
    """Return what stands beside a unit's points: how much was re-checked, and what the points would be otherwise."""
    whole = found.collected.responses
    note = checked(found.measures, whole)
    if found.collected.points is None or not found.measures.responses:
        return note
    collected = points(found.collected.points, decimals)
    if found.measures.failed:
        note += f" Bỏ các phiếu không đạt, điểm {_against(collected, points(found.without_failed.points, decimals))}."
    if found.measures.failure.rate is not None and found.unchecked:
        note += f" {_unchecked(found, decimals)}"
    if found.shift is not None:
        middle, low, high = (points(each, decimals) for each in found.shift.points)
        note += (
            f" Theo các câu hỏi lại, điểm ước tính {middle} (khoảng 95\u00a0%: {low} – {high}), "
            f"điểm thu được là {collected}."
        )
    return note


def _against(before: str, after: str) -> str:
    return f"vẫn là {after}" if before == after else f"từ {before} thành {after}"


def _unchecked(found: UnitPoints, decimals: int) -> str:
    if not found.would_fail:
        return (
            f"Nếu {count(found.unchecked)} phiếu chưa phúc tra cũng như vậy thì không phiếu nào trong đó không đạt; "
            f"ở cận trên của tỷ lệ là {forms(found.at_most)}, và điểm {_span(found.far_bounds, decimals)}."
        )
    return (
        f"Nếu {count(found.unchecked)} phiếu chưa phúc tra cũng như vậy thì {forms(found.would_fail)} trong đó không đạt, "
        f"và điểm {_span(found.bounds, decimals)}."
    )


def _span(bounds: tuple[Standing, Standing], decimals: int) -> str:
    low, high = (points(each.points, decimals) for each in bounds)
    return f"là {low}" if low == high else f"nằm trong khoảng {low} – {high}"
