"""One unit's points beside its re-checks: every figure worked by hand on three criteria in two factors."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from scoring.method import Method
from scoring.questionnaire import Questionnaire
from scoring.recheck_bounds import UnitPoints, unit_points
from scoring.recheck_rates import Spread, measures
from scoring.rechecks import CONFIRMED, FAILED, Judged, Pair, cases_of

# Satisfied of answered: 3/3, 2/3, 1/3, 0/3, 2/2; together 8/14.
COUNTED = {"R1": "444", "R2": "443", "R3": "433", "R4": "333", "R5": "44-"}
ROWS = [
    Judged("R1", "E1", "A", "front", FAILED, 5, (Pair("access_1", "4", "2"),)),
    Judged(
        "R2",
        "E1",
        "A",
        "front",
        CONFIRMED,
        5,
        (Pair("access_1", "4", "3"), Pair("feedback_1", "3", "4")),
    ),
]


def read(
    rows: list[Judged], questionnaire: Questionnaire, method: Method, counted: Mapping[str, str] = COUNTED
) -> UnitPoints:
    cases = cases_of(rows)
    found = measures("A", cases, Spread())
    return unit_points(
        "A", counted, {case.response: case for case in cases}, rows, found, questionnaire, method
    )


def test_four_readings_by_hand(small: Questionnaire, ha_nam: Method) -> None:
    found = read(ROWS, small, ha_nam)
    assert found.collected.points == Fraction(80, 14)
    # Without R1: 5 of 11.
    assert (found.without_failed.responses, found.without_failed.points) == (4, Fraction(50, 11))
    # R1 becomes 2 4 4, R2 3 4 4: 2 + 2 + 1 + 0 + 2 of 14.
    assert found.corrected.points == Fraction(70, 14)
    # Half of those judged failed: of the three others 1.5, rounded up to 2.
    assert (found.unchecked, found.would_fail) == (3, 2)
    # R2 stays; lowest beside R4: 2 of 6; highest beside R5: 4 of 5.
    assert [each.points for each in found.bounds] == [Fraction(20, 6), Fraction(8)]
    # binom.test(1, 2) reaches 0.987: of three others all three; R2 alone: 2 of 3.
    assert found.at_most == 3
    assert [each.points for each in found.far_bounds] == [Fraction(20, 3), Fraction(20, 3)]


def test_each_factors_shift_counts_by_its_weight_in_the_index(small: Questionnaire, ha_nam: Method) -> None:
    # access: −1 and −1 of two pairs, weight 10/14; feedback: +1 of one, weight 4/14: −6/14, from 8/14 to 2/14.
    shift = read(ROWS, small, ha_nam).shift
    assert shift is not None
    assert (shift.responses, shift.pairs) == (2, 3)
    assert shift.index == pytest.approx(-600 / 14)
    assert float(shift.points[0]) == pytest.approx(20 / 14)
    # Both told the same, so nothing varies: the interval is that of none of three answers, 0.7076 (binom.test(0, 3)).
    assert (shift.low, shift.high) == pytest.approx((-100, 100 * (-6 / 14 + 0.70760)), abs=1e-2)


def test_the_shifts_error_takes_a_response_as_a_cluster(small: Questionnaire, ha_nam: Method) -> None:
    rows = [
        Judged(code, "E1", "A", "front", CONFIRMED, 5, (Pair("access_1", "4", again),))
        for code, again in (("R1", "3"), ("R2", "4"), ("R3", "2"))
    ]
    shift = read(rows, small, ha_nam).shift
    assert shift is not None
    # d = −1, 0, −1: mean −2/3, se = √(3/2 · 6/81) = 1/3, t with 2 degrees of freedom 4.302653.
    assert shift.index == pytest.approx(-200 / 3)
    assert (shift.low, shift.high) == pytest.approx((-100, 100 * (-2 / 3 + 4.3026527297 / 3)))


def test_without_a_re_check_nothing_moves_and_everything_may(small: Questionnaire, ha_nam: Method) -> None:
    found = read([], small, ha_nam)
    assert found.collected == found.without_failed == found.corrected == found.bounds[0] == found.bounds[1]
    assert (found.unchecked, found.would_fail, found.at_most) == (5, 0, 5)
    assert (found.far_bounds[0].points, found.shift) == (None, None)


def test_one_response_alone_leaves_the_shift_open(small: Questionnaire, ha_nam: Method) -> None:
    shift = read(ROWS[1:], small, ha_nam).shift
    assert shift is not None
    assert (shift.low, shift.high, shift.points[1:]) == (-100, 100, (0, 10))


def test_an_answer_two_bodies_heard_differently_stays_as_it_was(small: Questionnaire, ha_nam: Method) -> None:
    rows = [
        Judged(
            "R4", "E1", "A", body, CONFIRMED, 5, (Pair("access_1", "3", again), Pair("access_2", "3", "5"))
        )
        for body, again in (("front", "4"), ("veterans", "2"))
    ]
    assert read(rows, small, ha_nam).corrected.points == Fraction(90, 14)


@pytest.mark.parametrize("combination", ["pooled", "criterion_mean", "factor_mean"])
@pytest.mark.parametrize("level_rule", ["top2", "mean5"])
def test_no_other_choice_of_failing_responses_goes_beyond_the_bounds(
    small: Questionnaire, method_with: Callable[..., Method], combination: str, level_rule: str
) -> None:
    method = method_with(('"pooled"', f'"{combination}"'), ('"top2"', f'"{level_rule}"'))
    generator = np.random.default_rng(7)
    counted = {f"R{n}": "".join(generator.choice(list("122334455"), 3)) for n in range(11)}
    rows = [Judged(f"R{n}", "E1", "A", "front", FAILED if n == 0 else CONFIRMED, 5, ()) for n in range(3)]
    found = read(rows, small, method, counted)
    assert (found.unchecked, found.would_fail) == (8, 3)
    every = [
        read([], small, method, {code: text for code, text in counted.items() if code not in {*gone, "R0"}})
        for gone in combinations([f"R{n}" for n in range(3, 11)], 3)
    ]
    points = [each.collected.points for each in every]
    assert None not in points
    assert [each.points for each in found.bounds] == [min(points), max(points)]  # type: ignore[type-var]


def test_the_methods_rule_gives_the_collected_points(
    small: Questionnaire, method_with: Callable[..., Method]
) -> None:
    method = method_with(('"pooled"', '"factor_mean"'))
    # access 7 of 10, feedback 1 of 4: (70 + 25) / 2.
    assert read(ROWS, small, method).collected.index == Fraction(95, 2)


def test_a_unit_all_of_whose_responses_failed_has_no_points(small: Questionnaire, ha_nam: Method) -> None:
    rows = [Judged("R1", "E1", "A", "front", FAILED, 5)]
    found = read(rows, small, ha_nam, {"R1": "444"})
    assert (found.collected.points, found.without_failed.points, found.bounds[0].points) == (10, None, None)
