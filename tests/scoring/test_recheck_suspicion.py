"""Funnel limits and the suspicion list: exact chances by hand and by counting, and one simulated campaign."""

from collections import Counter
from itertools import combinations
from math import comb

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.funnel import LEVELS, funnel, limits, zone
from scoring.recheck_suspicion import drawn_sums, suspects
from scoring.rechecks import CONFIRMED, FAILED, UNREACHABLE, Case
from tests.benchmarks import rechecks as simulated


def case(code: str, enumerator: str, unit: str = "A", verdict: str = CONFIRMED, differing: int = 0) -> Case:
    levels = (("access_1", 4, 2),) * differing + (("access_1", 4, 4),) * (5 - differing)
    return Case(code, enumerator, unit, verdict, 5, levels)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("rate", "n"), [(0.1, 8), (0.05, 40), (0.5, 11), (0.02, 1)])
def test_limits_leave_at_most_half_of_alpha_outside_and_one_hit_fewer_would_not(
    rate: float, n: int, level: float
) -> None:
    def mass(hits: range) -> float:
        return sum(comb(n, hit) * rate**hit * (1 - rate) ** (n - hit) for hit in hits)

    found, tail = limits(rate, n, level), (1 - level) / 2
    assert mass(range(found.high + 1, n + 1)) <= tail < mass(range(found.high, n + 1))
    assert mass(range(found.low)) <= tail < mass(range(found.low + 1))


def test_limits_at_no_and_at_certain_failure_are_points_and_the_funnel_narrows() -> None:
    assert (limits(0, 9, 0.95).low, limits(0, 9, 0.95).high) == (0, 0)
    assert (limits(1, 9, 0.95).low, limits(1, 9, 0.95).high) == (9, 9)
    few, many = funnel(0.1, [40, 5, 40], 0.95)
    assert (few.n, many.n) == (5, 40)
    assert few.high / 5 > many.high / 40
    # Binomial(8, 0.1): P(X > 2) = 0.038, P(X > 3) = 0.005, P(X > 4) = 0.0004.
    assert [zone(hits, 0.1, 8) for hits in (3, 4, 5)] == [0, 1, 2]


@pytest.mark.parametrize(("rate", "n"), [(-0.1, 5), (1.1, 5), (0.5, 0)])
def test_limits_of_nothing_are_refused(rate: float, n: int) -> None:
    with pytest.raises(ScoringError):
        limits(rate, n, 0.95)


def test_verdicts_are_judged_by_fishers_exact_test() -> None:
    # E1 failed 3 of 4, the rest 1 of 8: P = (C(4,3)·C(8,1) + C(4,4)) / C(12,4) = 33/495.
    cases = [case(f"1{n}", "E1", verdict=FAILED if n < 3 else CONFIRMED) for n in range(4)]
    cases += [case(f"2{n}", f"E{2 + n % 2}", verdict=FAILED if n < 1 else CONFIRMED) for n in range(8)]
    found = {each.enumerator: each for each in suspects(cases)}
    assert (found["E1"].failed, found["E1"].decided) == (3, 4)
    assert found["E1"].p_failed == pytest.approx(33 / 495)
    assert found["E3"].p_failed == 1


def test_unreachable_counts_in_no_rate_and_no_test() -> None:
    (found,) = suspects([case("1", "E1", verdict=UNREACHABLE)])
    assert (found.decided, found.p_failed, found.p_value, found.alarm) == (0, 1, 1, False)


def test_the_chances_of_a_sum_are_those_of_counting_every_choice() -> None:
    scores = [0, 3, 1, 1, 5, 2]
    chances = drawn_sums(np.array(scores), 4)
    for count in range(5):
        sums = Counter(sum(choice) for choice in combinations(scores, count))
        expected = [sums[total] / comb(6, count) for total in range(13)]
        assert chances[count].tolist() == pytest.approx(expected, abs=1e-15)


def test_answers_are_exchanged_within_each_unit_and_never_surer_than_that() -> None:
    scores = {"A": [(5, "E1"), (4, "E1"), (0, "E2"), (1, "E2"), (1, "E3")], "B": [(3, "E1"), (0, "E4")]}
    cases = [
        case(f"{unit}{n}", who, unit, differing=score)
        for unit, own in scores.items()
        for n, (score, who) in enumerate(own)
    ]
    first, *others = suspects(cases)
    assert (first.enumerator, first.differing) == ("E1", 12)
    assert first.expected == pytest.approx(2 * 11 / 5 + 1.5)
    # One of C(5,2) choices in A and one of two in B reach 12: 1/20 by exchange alone.
    assert first.p_differing >= 1 / 20
    assert all(each.p_differing > first.p_differing for each in others)


def test_whoever_shares_no_unit_cannot_be_compared_by_answers() -> None:
    found = suspects([case(str(n), f"E{n % 3}", f"U{n % 3}", differing=5 * (n % 3 == 0)) for n in range(12)])
    assert [each.p_differing for each in found] == [1, 1, 1]


def test_the_order_of_cases_tells_nothing() -> None:
    cases = [case(str(n), f"E{n % 5}", f"U{n % 2}", differing=n % 4) for n in range(20)]
    assert suspects(cases) == suspects(list(reversed(cases)))


def test_three_who_make_interviews_up_are_among_the_first_five_of_sixty_and_nobody_else_is_accused() -> None:
    world = simulated.GUILTY[0]
    assert (world.fabricators, simulated.ENUMERATORS) == (3, 60)
    order, alarmed, bad = simulated.alarms(world, simulated.SEED)
    assert bad <= set(order[:5])
    assert alarmed == bad


def test_an_honest_campaign_accuses_nobody() -> None:
    _, alarmed, _ = simulated.alarms(simulated.HONEST[0], simulated.SEED)
    assert alarmed == set()
