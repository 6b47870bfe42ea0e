"""Judged re-checks: what two bodies' rows say together, and how likely a response was drawn."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.recheck_rates import CLUSTERED, EXACT, WEIGHTED, Spread, by, measures, spread_of
from scoring.rechecks import (
    CONFIRMED,
    DISPUTED,
    FAILED,
    UNREACHABLE,
    Case,
    Judged,
    Pair,
    cases_of,
    inclusion,
)

ROW = Judged("R1", "E1", "A", "front", CONFIRMED, 1)


def case(code: str, verdict: str, weight: float = 1, levels: tuple[tuple[str, int, int], ...] = ()) -> Case:
    return Case(code, "E1", "A", verdict, weight, levels)


@pytest.mark.parametrize(
    ("front", "veterans", "outcome", "together"),
    [
        (CONFIRMED, CONFIRMED, "", CONFIRMED),
        (FAILED, UNREACHABLE, "", FAILED),
        (UNREACHABLE, UNREACHABLE, "", UNREACHABLE),
        (CONFIRMED, FAILED, "", DISPUTED),
        (CONFIRMED, FAILED, FAILED, FAILED),
        (CONFIRMED, FAILED, UNREACHABLE, UNREACHABLE),
    ],
)
def test_two_bodies_make_one_case_and_what_they_agreed_counts_instead(
    front: str, veterans: str, outcome: str, together: str
) -> None:
    rows = [
        replace(ROW, verdict=front, outcome=outcome, pairs=(Pair("access_1", "4", "5"),)),
        replace(ROW, body="veterans", verdict=veterans, outcome=outcome, pairs=(Pair("access_1", "4", "3"),)),
    ]
    (found,) = cases_of(rows)
    assert found.verdict == together
    assert (len(found.levels), found.differing, found.crossing) == (2, 2, 1)


def test_blank_and_not_applicable_leave_a_pair_out_of_both() -> None:
    pairs = tuple(Pair("access_1", first, again) for first, again in ("4N", "N4", "-4", "5-", "45", "33"))
    (found,) = cases_of([replace(ROW, pairs=pairs)])
    assert found.levels == (("access_1", 4, 5), ("access_1", 3, 3))


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, ROW],
        [replace(ROW, verdict="passed")],
        [replace(ROW, outcome="x")],
        [replace(ROW, weight=0.5)],
        [replace(ROW, weight=float("nan"))],
        [replace(ROW, pairs=(Pair("access_1", "6", "4"),))],
    ],
)
def test_rows_that_cannot_be_are_refused(rows: list[Judged]) -> None:
    with pytest.raises(ScoringError):
        cases_of(rows)


def test_the_probability_of_any_draw_is_that_of_not_being_missed_by_all() -> None:
    # 1 − (4/5)(2/3) by hand; a response that a draw cannot miss has probability 1.
    assert inclusion([(1, 5), (1, 3)]) == Fraction(7, 15)
    assert inclusion([(1, 5), (0, 9)]) == Fraction(1, 5)
    assert inclusion([(2, 2), (1, 3)]) == 1


@pytest.mark.parametrize("draws", [[], [(0, 5)], [(6, 5)], [(-1, 5)], [(0, 0)]])
def test_a_probability_that_cannot_be_is_refused(draws: list[tuple[int, int]]) -> None:
    with pytest.raises(ScoringError):
        inclusion(draws)


def test_equal_weights_give_the_exact_interval() -> None:
    found = measures("E1", [case(str(n), FAILED if n < 2 else CONFIRMED, 5) for n in range(20)], Spread())
    assert (found.failed, found.confirmed, found.failure.rate, found.failure.kind) == (2, 18, 0.1, EXACT)
    # R: binom.test(2, 20)$conf.int.
    assert (found.failure.low, found.failure.high) == pytest.approx((0.01234853, 0.31698271), abs=1e-7)


def test_unequal_weights_give_the_weighted_share_at_kishs_size() -> None:
    # By hand: weights 5, 5, 1, 1; one of each failed: 6/12; (Σw)²/Σw² = 144/52.
    cases = [case("1", FAILED, 5), case("2", CONFIRMED, 5), case("3", FAILED), case("4", CONFIRMED)]
    found = measures("E1", cases, Spread()).failure
    assert (found.hits, found.n, found.rate, found.kind) == (2, 4, 0.5, WEIGHTED)
    assert found.size == pytest.approx(144 / 52)
    low, high = 0.06758599, 0.93241401  # R: binom.test(2, 4)$conf.int
    assert 0 < found.low < low
    assert high < found.high < 1


def test_no_interval_is_a_point_and_nothing_known_is_said_so() -> None:
    none = measures("E1", [case("1", UNREACHABLE), case("2", DISPUTED)], Spread())
    assert (none.unreachable, none.disputed) == (1, 1)
    for rate in (none.failure, none.differing, none.crossing):
        assert (rate.n, rate.rate, rate.low, rate.high) == (0, None, 0, 1)
    for verdict, share in ((CONFIRMED, 0), (FAILED, 1)):
        all_alike = [case("1", verdict, 3), case("2", verdict, 7)]
        found = measures("E1", all_alike, Spread()).failure
        assert found.rate == share
        assert found.high - found.low > 0.5


def test_answers_of_one_response_count_for_less_where_they_cluster() -> None:
    same, off = ("access_1", 4, 4), ("access_1", 4, 2)
    crowded = [
        Case(str(n), f"E{n % 4}", "A", CONFIRMED, 5, (off,) * 5 if n < 8 else (same,) * 5) for n in range(40)
    ]
    spread = spread_of(crowded)
    assert spread.differing > 4.5  # all five of a response differ together
    found = by(crowded, lambda each: each.unit, spread)["A"].differing
    assert (found.hits, found.n, found.rate, found.kind) == (40, 200, 0.2, CLUSTERED)
    assert found.size == pytest.approx(200 / spread.differing)
    alone = by(crowded, lambda each: each.unit, Spread())["A"].differing
    assert found.low < alone.low < alone.high < found.high


def test_a_directed_draw_that_hits_the_suspicious_leaves_the_weighted_failure_rate_unbiased() -> None:
    """500 campaigns of 200 responses: 40 on the list fail at 50 %, the others at 5 %; half of the list is drawn besides."""
    generator = np.random.default_rng(20221231)
    fails = np.concatenate([np.arange(40) % 2 == 0, np.arange(160) % 20 == 0])
    truth, weighted, plain = fails.mean(), [], []
    for _ in range(500):
        hit = np.zeros(200, dtype=bool)
        hit[generator.permutation(200)[:40]] = True
        hit[generator.permutation(40)[:20]] = True
        listed, other = float(1 / inclusion([(40, 200), (20, 40)])), float(1 / inclusion([(40, 200)]))
        cases = [
            case(str(place), FAILED if fails[place] else CONFIRMED, listed if place < 40 else other)
            for place in np.flatnonzero(hit)
        ]
        found = measures("all", cases, Spread()).failure
        weighted.append(found.rate)
        plain.append(found.hits / found.n)
    error = np.std(weighted, ddof=1) / 500**0.5
    assert abs(np.mean(weighted) - truth) < 3 * error
    assert np.mean(plain) - truth > 20 * error
