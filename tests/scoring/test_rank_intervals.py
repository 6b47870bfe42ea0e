"""Rank intervals: laws they keep, pairs worked by hand, other programs' ranks."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.rank_intervals import (
    ADJUSTMENTS,
    RankInterval,
    adjust,
    bootstrap_intervals,
    compare,
    more_responses,
    not_told_apart,
    overlap_intervals,
    rank_intervals,
)

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "golden_small.json").read_text(encoding="utf-8")
)
UNITS = st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 30)), min_size=1, max_size=9)


@pytest.mark.parametrize("row", GOLDEN["ranks"], ids=lambda row: f"{row['dataset']} {row['design']}")
def test_holm_over_all_pairs_gives_the_golden_ranks(row: dict[str, list[float]]) -> None:
    found = rank_intervals(row["x"], row["se"])
    assert [each.best for each in found] == row["holm_simultaneous_L"]
    assert [each.worst for each in found] == row["holm_simultaneous_U"]


@given(units=UNITS, adjustment=st.sampled_from(ADJUSTMENTS))
def test_a_rank_interval_holds_the_rank_of_its_unit(
    units: list[tuple[float, float]], adjustment: str
) -> None:
    indices, errors = zip(*units, strict=True)
    for place, each in enumerate(rank_intervals(indices, errors, adjustment=adjustment)):
        best = 1 + sum(other > indices[place] for other in indices)
        worst = sum(other >= indices[place] for other in indices)
        assert 1 <= each.best <= best
        assert worst <= each.worst <= len(units)


@given(units=UNITS)
def test_adjusting_for_more_pairs_never_narrows_an_interval(units: list[tuple[float, float]]) -> None:
    indices, errors = zip(*units, strict=True)
    narrow, holm, wide = (
        rank_intervals(indices, errors, adjustment=each) for each in ("none", "holm", "bonferroni")
    )
    for a, b, c in zip(narrow, holm, wide, strict=True):
        assert c.best <= b.best <= a.best
        assert a.worst <= b.worst <= c.worst


@given(units=UNITS, shift=st.floats(-50, 50), turned=st.randoms())
def test_the_order_of_units_moves_intervals_with_them(
    units: list[tuple[float, float]], shift: float, turned: object
) -> None:
    places = list(range(len(units)))
    turned.shuffle(places)  # type: ignore[attr-defined]
    whole = rank_intervals(*zip(*units, strict=True))
    mixed = rank_intervals(*zip(*(units[place] for place in places), strict=True))
    assert mixed == [whole[place] for place in places]


def test_a_pair_by_hand() -> None:
    # 3 and 4 make 5: a difference of 10 is two standard errors, p = 0.0455 (normal table).
    [pair] = compare([90, 80], [3, 4])
    assert (pair.first, pair.second, pair.difference) == (0, 1, 10)
    assert round(pair.p_value, 4) == 0.0455
    assert rank_intervals([90, 80], [3, 4]) == [RankInterval(1, 1), RankInterval(2, 2)]
    assert rank_intervals([90, 80.5], [3, 4]) == [RankInterval(1, 2), RankInterval(1, 2)]


def test_holm_by_hand_and_at_most_one() -> None:
    # 0.01·4, 0.02·3 → 0.06, 0.03·2 = 0.06, 0.5·1.
    assert adjust([0.5, 0.01, 0.03, 0.02], "holm") == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert adjust([0.5, 0.01, 0.03, 0.02], "bonferroni") == pytest.approx([1, 0.04, 0.12, 0.08])
    assert adjust([0.9, 0.9], "holm") == [1, 1]
    assert adjust([0.5, 0.01], "none") == [0.5, 0.01]


def test_two_censuses_differ_surely_or_not_at_all() -> None:
    assert rank_intervals([90, 80, 80], [0, 0, 0]) == [
        RankInterval(1, 1),
        RankInterval(2, 3),
        RankInterval(2, 3),
    ]
    assert bootstrap_intervals([90, 80, 80], [0, 0, 0], seed=1)[0] == RankInterval(1, 1)
    assert [each.p_value for each in compare([90, 80, 80], [0, 0, 0])] == [0, 0, 1]


def test_the_bootstrap_is_repeatable_and_a_rank_from_holm_at_most() -> None:
    row = GOLDEN["ranks"][1]
    one, again = (bootstrap_intervals(row["x"], row["se"], seed=7) for _ in range(2))
    assert one == again
    for each, best, worst in zip(
        one, row["csranks_simul_stepdown_L"], row["csranks_simul_stepdown_U"], strict=True
    ):
        assert abs(each.best - best) <= 1
        assert abs(each.worst - worst) <= 1


def test_marginal_bootstrap_intervals_are_within_the_simultaneous() -> None:
    row = GOLDEN["ranks"][1]
    together, alone = (
        bootstrap_intervals(row["x"], row["se"], 7, scope=s) for s in ("simultaneous", "marginal")
    )
    assert all(a.best <= b.best and b.worst <= a.worst for a, b in zip(together, alone, strict=True))


def test_intervals_that_overlap_leave_ranks_open() -> None:
    # z at √0.95 is 2.2365: 90 ± 2.24 and 86 ± 2.24 overlap, 85 ± 2.24 does not.
    assert overlap_intervals([90, 86], [1, 1]) == [RankInterval(1, 2), RankInterval(1, 2)]
    assert overlap_intervals([90, 85], [1, 1]) == [RankInterval(1, 1), RankInterval(2, 2)]


def test_runs_of_units_that_cannot_be_told_apart_may_overlap() -> None:
    indices, errors = [70.0, 90.0, 80.0, 60.0], [3.0, 3.0, 3.0, 0.5]
    pairs = compare(indices, errors, "none")
    # Two standard errors are 8.3 among the first three: each differs from the next.
    assert not_told_apart(indices, pairs, 0.95) == [[1], [2], [0], [3]]
    wide = compare(indices, [5.0, 5.0, 5.0, 0.5], "none")
    # 13.9 among the first three: neighbours are alike, the ends are not; 9.8 to the last.
    assert not_told_apart(indices, wide, 0.95) == [[1, 2], [2, 0], [3]]


def test_more_responses_by_hand() -> None:
    # se² = 9 and 16 at n = 100; difference 5 needs a sum of (5/1.96)² = 6.508: 2500/(100 + x) → x = 284.1.
    assert more_responses(5, (3, 4), (100, 100)) == 285
    assert more_responses(-5, (3, 4), (100, 100)) == 285
    assert more_responses(10, (3, 4), (100, 100)) == 0
    assert more_responses(0, (3, 4), (100, 100)) is None


def test_a_finite_population_needs_fewer_and_never_more_than_everybody() -> None:
    assert more_responses(0.001, (3, 4), (100, 100), (150, 160)) == 60
    endless = more_responses(5, (3, 4), (100, 100))
    bounded = more_responses(5, (3, 4), (100, 100), (1000, 1000))
    assert bounded is not None
    assert endless is not None
    assert bounded < endless


@given(
    difference=st.floats(0.01, 20),
    errors=st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)),
    sizes=st.tuples(st.integers(1, 300), st.integers(1, 300)),
)
def test_the_number_named_is_enough_and_one_less_is_not(
    difference: float, errors: tuple[float, float], sizes: tuple[int, int]
) -> None:
    more = more_responses(difference, errors, sizes)
    assert more is not None

    def apart(extra: int) -> bool:
        squares = sum(e**2 * n / (n + extra) for e, n in zip(errors, sizes, strict=True))
        return difference >= 1.959963984540054 * squares**0.5 * (1 - 1e-12)

    assert apart(more)
    assert more == 0 or not apart(max(0, more - 2))


@pytest.mark.parametrize(
    ("indices", "errors", "facts", "code"),
    [
        ([1, 2], [1], {}, "lengths_differ"),
        ([1, float("nan")], [1, 1], {}, "number_bad"),
        ([1, 2], [1, -1], {}, "number_bad"),
        ([1, 2], [1, float("inf")], {}, "number_bad"),
        ([1, 2], [1, 1], {"adjustment": "holms"}, "choice_unknown"),
        ([1, 2], [1, 1], {"scope": "marginals"}, "choice_unknown"),
    ],
)
def test_bad_lists_and_words_are_refused(
    indices: list[float], errors: list[float], facts: dict[str, str], code: str
) -> None:
    with pytest.raises(ScoringError) as caught:
        rank_intervals(indices, errors, **facts)
    assert caught.value.code == code
    if "adjustment" not in facts:
        with pytest.raises(ScoringError) as again:
            bootstrap_intervals(indices, errors, 1, **facts)
        assert again.value.code == code


def test_a_unit_without_responses_cannot_be_planned() -> None:
    with pytest.raises(ScoringError) as caught:
        more_responses(5, (3, 4), (0, 100))
    assert caught.value.code == "number_bad"
