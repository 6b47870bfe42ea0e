"""What stands beside points about re-checks, and the funnel as data: every number from its figures, none said as none."""

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.recheck_bounds import Shift, Standing, UnitPoints
from scoring.recheck_rates import Measures, Spread, measures
from scoring.rechecks import CONFIRMED, DISPUTED, FAILED, UNREACHABLE, Case
from survey_app.exports.recheck_charts import funnel_of
from survey_app.exports.recheck_sentences import checked, validity_note


def found(*verdicts: str) -> Measures:
    cases = [Case(str(place), "", "", verdict, 5, ()) for place, verdict in enumerate(verdicts)]
    return measures("A", cases, Spread())


def standing(points: str | None, responses: int = 40) -> Standing:
    value = None if points is None else Fraction(points)
    return Standing(responses, None if value is None else 10 * value, value)


def reading(of: Measures, would_fail: int, shift: Shift | None = None) -> UnitPoints:
    return UnitPoints(
        unit="A",
        measures=of,
        unchecked=36,
        collected=standing("8.125"),
        without_failed=standing("8.1"),
        corrected=standing("8.2"),
        would_fail=would_fail,
        at_most=18,
        bounds=(standing("7.9"), standing("8.6")),
        far_bounds=(standing("7"), standing("9")),
        shift=shift,
    )


def test_nothing_judged_is_said_so() -> None:
    told = "Chưa phiếu nào của đơn vị được phúc tra xong."
    assert checked(None, 40) == told
    assert validity_note(reading(found(), 0)) == told


def test_who_could_not_be_reached_gives_no_rate() -> None:
    assert checked(found(UNREACHABLE), 40) == (
        "Đã phúc tra 1 phiếu trong 40 phiếu thu được: không phiếu nào đạt, không phiếu nào không đạt, "
        "1 phiếu không liên hệ được. Chưa đủ để ước tính tỷ lệ không đạt."
    )


def test_failed_bounds_and_shift_are_told_with_their_figures() -> None:
    shift = Shift(4, 20, -1.0, -3.0, 1.0, (Fraction("8.025"), Fraction("7.825"), Fraction("8.225")))
    note = validity_note(reading(found(FAILED, CONFIRMED, CONFIRMED, CONFIRMED), 9, shift))
    # binom.test(1, 4)$conf.int: 0.00631, 0.80588; 8.125 is 8,13, rounded half up.
    assert note == (
        "Đã phúc tra 4 phiếu trong 40 phiếu thu được: 3 phiếu đạt, 1 phiếu không đạt, không phiếu nào không liên hệ được. "
        "Tỷ lệ không đạt ước tính 25,0\u00a0% (khoảng 95\u00a0%: 0,6\u00a0% – 80,6\u00a0%). "
        "Bỏ các phiếu không đạt, điểm từ 8,13 thành 8,10. "
        "Nếu 36 phiếu chưa phúc tra cũng như vậy thì 9 phiếu trong đó không đạt, và điểm nằm trong khoảng 7,90 – 8,60. "
        "Theo các câu hỏi lại, điểm ước tính 8,03 (khoảng 95\u00a0%: 7,83 – 8,23), điểm thu được là 8,13."
    )


def test_without_a_failed_one_the_far_bounds_are_told_and_what_is_disputed() -> None:
    note = validity_note(reading(found(CONFIRMED, DISPUTED), 0))
    assert "1 phiếu hai cơ quan chưa thống nhất." in note
    assert "Bỏ các phiếu không đạt" not in note
    assert note.endswith(
        "thì không phiếu nào trong đó không đạt; ở cận trên của tỷ lệ là 18 phiếu, và điểm nằm trong khoảng 7,00 – 9,00."
    )


def test_the_funnel_names_who_stands_outside_and_puts_equals_on_one_point() -> None:
    parts = {
        "a": found(*[FAILED] * 7, CONFIRMED),
        "b": found(*[CONFIRMED] * 8),
        "c": found(*[CONFIRMED] * 8),
        "d": found(UNREACHABLE),
    }
    chart = funnel_of(0.05, parts, {"a": "Bà A"}, own="c")
    assert chart is not None
    assert [(point.label, point.zone, point.strong) for point in chart.points] == [
        ("Bà A: 7 / 8", 2, False),
        ("b: 0 / 8; c: 0 / 8", 0, True),
    ]
    assert (chart.points[0].x, chart.points[1].y) == (Decimal(100), Decimal(100))
    assert (
        "3 điều tra viên. Trên giới hạn 99,8 %: Bà A. Giữa giới hạn 95 % và 99,8 %: không ai." in chart.told
    )


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_of_none_or_all_still_draws(rate: float) -> None:
    chart = funnel_of(rate, {"a": found(FAILED if rate else CONFIRMED)}, {})
    assert chart is not None
    assert all(0 <= point.y <= 100 for point in chart.points)
    assert funnel_of(rate, {"a": found(UNREACHABLE)}, {}) is None
