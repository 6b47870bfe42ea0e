"""Intervals of a share: laws they keep, edges where others fail, and values of other programs."""

import json
from collections.abc import Callable
from math import inf, isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import (
    clopper_pearson,
    jeffreys,
    korn_graubard_size,
    logit_t,
    t_of,
    wald,
    wilson,
    z_of,
)

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "golden_small.json").read_text(encoding="utf-8")
)
Interval = Callable[[float, float, float], tuple[float, float]]
SIZED = [wilson, jeffreys, clopper_pearson]
SHARE, SIZE = st.floats(0, 1), st.floats(0.5, 1e7)


@pytest.mark.parametrize("interval", SIZED)
@given(p=SHARE, n=SIZE, level=st.sampled_from([0.8, 0.95, 0.99]))
def test_an_interval_lies_within_zero_and_one_around_its_share(
    interval: Interval, p: float, n: float, level: float
) -> None:
    low, high = interval(p, n, level)
    assert 0 <= low <= p <= high <= 1
    assert low < high


@pytest.mark.parametrize("interval", SIZED)
@given(p=SHARE, n=st.floats(1, 1e5))
def test_an_interval_is_narrower_with_twice_the_sample(interval: Interval, p: float, n: float) -> None:
    few, many = interval(p, n, 0.95), interval(p, 2 * n, 0.95)
    assert many[1] - many[0] < few[1] - few[0]


@pytest.mark.parametrize("interval", SIZED)
@given(p=SHARE, n=st.floats(1, 1e5))
def test_satisfied_and_dissatisfied_mirror_each_other(interval: Interval, p: float, n: float) -> None:
    low, high = interval(p, n, 0.95)
    mirrored = interval(1 - p, n, 0.95)
    assert isclose(1 - mirrored[1], low, abs_tol=1e-9)
    assert isclose(1 - mirrored[0], high, abs_tol=1e-9)


@pytest.mark.parametrize("interval", SIZED)
@given(p=SHARE, n=SIZE)
def test_a_higher_level_is_wider(interval: Interval, p: float, n: float) -> None:
    lesser, greater = interval(p, n, 0.9), interval(p, n, 0.99)
    assert greater[0] <= lesser[0] + 1e-12
    assert lesser[1] <= greater[1] + 1e-12
    assert greater != lesser


def test_quantiles_are_those_of_the_tables() -> None:
    # Normal 0.975 and Student 0.975 with 4 degrees of freedom, as printed in any table.
    assert (round(z_of(0.95), 6), round(t_of(0.95, 4), 6)) == (1.959964, 2.776445)
    assert t_of(0.95, 0) == inf


@pytest.mark.parametrize("row", GOLDEN["binomial_intervals"], ids=lambda row: f"{row['x']}/{row['n']}")
def test_intervals_of_counts_are_those_of_r(row: dict[str, list[float]]) -> None:
    p, n = row["x"] / row["n"], row["n"]
    for found, key in ((wilson, "wilson"), (clopper_pearson, "clopper_pearson"), (jeffreys, "jeffreys")):
        assert found(p, n, 0.95) == pytest.approx(row[key], rel=1e-12, abs=1e-15), key


def test_all_satisfied_is_an_interval_and_not_a_point() -> None:
    # n = 4: (1 − 0.95)/2 to the power 1/4 for the exact one; z²/(4 + z²) from Wilson.
    assert clopper_pearson(1, 4, 0.95) == pytest.approx((0.025**0.25, 1), rel=1e-12)
    assert wilson(1, 4, 0.95) == pytest.approx((4 / (4 + z_of(0.95) ** 2), 1), rel=1e-12)
    assert jeffreys(1, 4, 0.95)[1] == 1
    assert jeffreys(0, 4, 0.95)[0] == 0


def test_nothing_known_gives_everything_and_everything_known_the_point() -> None:
    assert clopper_pearson(0.3, 0, 0.95) == (0, 1)
    assert clopper_pearson(0.3, inf, 0.95) == (0.3, 0.3)


def test_korn_and_graubard_at_the_edges() -> None:
    ratio = (t_of(0.95, 9) / t_of(0.95, 3)) ** 2
    assert korn_graubard_size(1, 0, 10, 3, 0.95) == 10 * ratio
    assert korn_graubard_size(0, 0, 10, 12, 0.95) == 10
    assert korn_graubard_size(0.5, 0.025, 10, 3, 0.95) == 10 * ratio
    assert korn_graubard_size(0.5, 0, 10, 3, 0.95) == inf
    assert korn_graubard_size(0.5, 0.025, 10, 0, 0.95) == 0
    assert korn_graubard_size(1, 0, 1, 3, 0.95) == 0


def test_logit_and_wald_say_where_they_are_undefined() -> None:
    assert logit_t(1, 0, 9, 0.95) is None
    assert logit_t(0.5, 0.01, 0, 0.95) is None
    assert wald(0.5, 0.01, 0, 0.95) is None
    assert wald(0.5, 0.01, 4, 0.95) == pytest.approx((0.5 - 0.2776445, 0.5 + 0.2776445), rel=1e-7)


@given(p=st.floats(1e-6, 1 - 1e-6), se=st.floats(1e-6, 0.5), df=st.integers(1, 300))
def test_the_logit_interval_stays_within_zero_and_one(p: float, se: float, df: int) -> None:
    low, high = logit_t(p, se**2, df, 0.95) or (2, 2)
    assert 0 <= low <= p <= high <= 1
