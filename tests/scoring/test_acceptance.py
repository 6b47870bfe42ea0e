"""Acceptance of keyed forms: bounds of other programs and tables, laws, and how often a bad batch is accepted."""

import json
from functools import partial
from math import isclose, log, pi
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import beta

from scoring.acceptance import (
    ACCEPT,
    GO_ON,
    KEY_ALL,
    bounds,
    error_rate,
    forms_needed,
    next_forms,
    shared_design_effect,
    spent,
    verdict,
)
from scoring.errors import ScoringError

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "golden_small.json").read_text(encoding="utf-8")
)
Errors = NDArray[np.int64]


@pytest.mark.parametrize("row", GOLDEN["binomial_intervals"], ids=lambda row: f"{row['x']}/{row['n']}")
def test_the_interval_of_an_error_rate_is_that_of_r(row: dict[str, list[float]]) -> None:
    found = error_rate(int(row["x"]), int(row["n"]), 0.95)  # type: ignore[call-overload]
    assert (found.low, found.high) == pytest.approx(row["clopper_pearson"], rel=1e-12, abs=1e-15)
    assert found.rate == row["x"] / row["n"]  # type: ignore[operator]


@pytest.mark.parametrize(("errors", "fields"), [(1, 800), (3, 800), (17, 3200), (840, 840)])
def test_the_interval_is_that_of_the_beta_distribution_of_scipy(errors: int, fields: int) -> None:
    found = error_rate(errors, fields, 0.95)
    low = float(beta.ppf(0.025, errors, fields - errors + 1))
    high = float(beta.ppf(0.975, errors + 1, fields - errors)) if errors < fields else 1.0
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_without_an_error_the_upper_bound_is_the_rule_of_three() -> None:
    # Every form alike and free of errors; many forms: Student's t is then the normal distribution. Hanley and
    # Lippman-Hand 1983: 3/n; exactly 1 − 0.05^(1/n).
    forms = 100_000
    _, high = bounds([0] * forms, [1] * forms, 0.95)
    assert high == pytest.approx(1 - 0.05 ** (1 / forms), rel=1e-4)
    assert high == pytest.approx(3 / forms, rel=2e-3)


@pytest.mark.parametrize(
    ("limit", "level", "fields"),
    # Sizes without a defect as tables of sampling without failures print them (Wilks 1941; success run).
    [
        (0.1, 0.9, 22),
        (0.1, 0.95, 29),
        (0.05, 0.95, 59),
        (0.01, 0.95, 299),
        (0.01, 0.99, 459),
        (0.1, 0.99, 44),
    ],
)
def test_fields_needed_without_an_error_are_those_of_the_tables(
    limit: float, level: float, fields: int
) -> None:
    assert forms_needed(1, limit, level) == fields
    assert fields == int(log(1 - level) / log(1 - limit)) + 1
    assert forms_needed(42, limit, level) == -(-fields // 42)


@pytest.mark.parametrize("rate", [0.001, 0.005, 0.009])
def test_forms_needed_with_errors_are_the_fewest_whose_bound_is_under_the_limit(rate: float) -> None:
    needed = forms_needed(40, 0.01, 0.95, rate)
    assert needed is not None

    def upper(forms: int) -> float:
        return float(beta.ppf(0.95, rate * 40 * forms + 1, (1 - rate) * 40 * forms))

    assert upper(needed) < 0.01 <= upper(needed - 1)


def test_no_number_of_forms_helps_where_the_rate_is_not_under_the_limit() -> None:
    assert forms_needed(40, 0.01, 0.95, 0.01) is None
    assert forms_needed(40, 0.01, 0.95, 0.5) is None


def test_all_looks_together_spend_alpha_and_no_more() -> None:
    # Σ 1/k² = π²/6 (Basel); the first 10,000 looks leave out about α·6/(π²·10,000).
    all_looks = sum(1 - spent(0.95, look) for look in range(1, 10_001))
    assert isclose(all_looks, 0.05 * (1 - 6 / (pi**2 * 10_000)), rel_tol=1e-6)


def test_forms_that_differ_more_have_wider_bounds_and_alike_ones_the_exact() -> None:
    fields = [40] * 20
    spread, crowded = [1] * 10 + [0] * 10, [10] + [0] * 19
    assert bounds(spread, fields, 0.95)[1] < bounds(crowded, fields, 0.95)[1]
    assert bounds([1] * 20, fields, 0.95)[1] == pytest.approx(float(beta.ppf(0.95, 21, 780)), rel=1e-9)
    assert bounds([1] * 20, fields, 0.95, deff=2)[1] == pytest.approx(
        float(beta.ppf(0.95, 11, 390)), rel=1e-9
    )


def test_one_form_alone_and_none_say_nothing() -> None:
    assert bounds([0], [40], 0.95) == bounds([], [], 0.95) == (0, 1)
    assert verdict([0], [40], 0.01, 0.95) == verdict([], [], 0.01, 0.95, forms=0) == GO_ON
    assert (error_rate(0, 0, 0.95).rate, error_rate(0, 0, 0.95).high) == (None, 1)


@pytest.mark.parametrize(
    ("errors", "said"),
    [([0] * 20, ACCEPT), ([1, 0] * 10, GO_ON), ([2] * 20, KEY_ALL), ([1] + [0] * 19, ACCEPT)],
)
def test_a_batch_is_accepted_refused_or_drawn_from_again(errors: list[int], said: str) -> None:
    # Of 800 fields at the first look, α = 0.0304: 0 and 1 error reach 0.0044 and 0.0066; 40 begin at 0.035.
    assert verdict(errors, [40] * 20, 0.01, 0.95) == said


def test_where_every_form_was_keyed_twice_the_rate_itself_decides() -> None:
    assert verdict([1] * 5 + [0] * 7, [42] * 12, 0.01, 0.95, forms=12) == ACCEPT
    assert verdict([1] * 6 + [0] * 6, [42] * 12, 0.01, 0.95, forms=12) == KEY_ALL


def test_the_next_sample_is_whole_steps_and_never_more_than_are_left() -> None:
    step = partial(next_forms, limit=0.01, level=0.95, step=20)
    assert step([], [], forms=300) == 20
    assert step([], [], forms=7) == 7
    assert step([1] * 8 + [0] * 12, [40] * 20, forms=300) == 20  # at the limit: one step
    assert step([1] * 4 + [0] * 16, [40] * 20, forms=31) == 11
    more = step([1] * 4 + [0] * 16, [40] * 20, forms=3000, deff=2)
    look = (20 + more) // 20
    assert (20 + more) % 20 == 0

    def upper(k: int) -> float:
        n = 40 * 20 * k / 2  # four errors in 800 fields that say as much as 400
        return float(beta.ppf(spent(0.95, k), 0.005 * n + 1, 0.995 * n))

    assert upper(look) < 0.01 <= upper(look - 1)


@pytest.mark.parametrize(
    "wrong",
    [
        partial(error_rate, 2, 1, 0.95),
        partial(error_rate, -1, 1, 0.95),
        partial(error_rate, 1, 2, 1.0),
        partial(error_rate, 1, 2, float("nan")),
        partial(bounds, [1], [2, 3], 0.95),
        partial(verdict, [0], [1], 0.0, 0.95),
        partial(verdict, [0], [1], 1.0, 0.95),
        partial(verdict, [0], [1], float("nan"), 0.95),
        partial(forms_needed, 0, 0.01, 0.95),
        partial(forms_needed, float("nan"), 0.01, 0.95),
    ],
)
def test_what_is_no_rate_limit_or_level_is_refused(wrong: partial[object]) -> None:
    with pytest.raises(ScoringError):
        wrong()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=30), st.randoms())
def test_the_order_of_forms_changes_nothing(errors: list[int], random: object) -> None:
    fields = [40] * len(errors)
    shuffled = list(errors)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bounds(errors, fields, 0.95) == pytest.approx(bounds(shuffled, fields, 0.95), rel=1e-9)
    low, high = bounds(errors, fields, 0.95)
    assert 0 <= low <= sum(errors) / sum(fields) <= high <= 1


def test_the_shared_design_effect_is_one_for_independent_errors_and_that_of_the_clusters_else() -> None:
    # By paper: 20 forms of 40 fields, one with 10 errors: p = 1/80; Σ(e − p·40)² = 9.5² + 19·0.25 = 95; 20/19 · 95 = 100;
    # p(1−p)·800 = 9.875.
    crowded = ([10] + [0] * 19, [40] * 20)
    assert shared_design_effect([crowded]) == pytest.approx(100 / 9.875, rel=1e-12)
    assert shared_design_effect([crowded, ([0] * 5, [40] * 5), ([3], [40])]) == pytest.approx(100 / 9.875)
    assert shared_design_effect([]) == shared_design_effect([([1] * 20, [40] * 20)]) == 1


BATCH, FIELDS, LIMIT, LEVEL, STEP = 400, 42, 0.01, 0.95, 20


def scattered(random: np.random.Generator) -> Errors:
    """Return a batch with one error more than the limit allows, scattered over all fields."""
    wrong = random.choice(BATCH * FIELDS, int(LIMIT * BATCH * FIELDS) + 1, replace=False)
    return np.bincount(wrong // FIELDS, minlength=BATCH)


def crowded(random: np.random.Generator, icc: float = 0.05) -> Errors:
    """Return a batch over the limit whose errors crowd in forms (beta-binomial)."""
    while True:
        a, b = LIMIT * (1 - icc) / icc, (1 - LIMIT) * (1 - icc) / icc
        errors = random.binomial(FIELDS, random.beta(a, b, BATCH))
        if errors.sum() > LIMIT * BATCH * FIELDS:
            return errors


def accepted(errors: Errors, random: np.random.Generator, *, deff: float = 1.0, spend: bool = True) -> bool:
    """Draw and look until the batch is accepted or refused; without spending every look takes the whole α."""
    order, drawn = errors[random.permutation(BATCH)].tolist(), STEP
    while True:
        seen, fields = order[:drawn], [FIELDS] * drawn
        look = -(-drawn // STEP) if spend else 1
        said = verdict(seen, fields, LIMIT, LEVEL, look=look, forms=BATCH, deff=deff)
        if said != GO_ON:
            return said == ACCEPT
        drawn += next_forms(seen, fields, LIMIT, LEVEL, step=STEP, forms=BATCH, deff=deff) if spend else STEP


def test_looking_again_and_again_accepts_a_batch_over_the_limit_at_most_as_often_as_said() -> None:
    random = np.random.default_rng(20261128)
    wrong = [accepted(scattered(random), random) for _ in range(600)]
    assert np.mean(wrong) <= 1 - LEVEL


def test_looks_that_each_take_the_whole_alpha_accept_it_more_often() -> None:
    random = np.random.default_rng(20261128)
    careless = [accepted(crowded(random, 0.02), random, spend=False) for _ in range(300)]
    random = np.random.default_rng(20261128)
    careful = [accepted(crowded(random, 0.02), random, deff=1 + 41 * 0.02) for _ in range(300)]
    assert np.mean(careful) <= 1 - LEVEL < np.mean(careless)


@pytest.mark.parametrize("icc", [0.05, 0.2])
def test_errors_that_crowd_in_forms_are_covered_by_what_all_keyers_show(icc: float) -> None:
    random = np.random.default_rng(7)
    alone, together = [], []
    for _ in range(300):
        errors = crowded(random, icc)
        first = [(crowded(random, icc)[:STEP].tolist(), [FIELDS] * STEP) for _ in range(6)]
        alone.append(accepted(errors, random))
        together.append(accepted(errors, random, deff=shared_design_effect(first)))
    assert np.mean(together) <= 1 - LEVEL < np.mean(alone)


def test_a_batch_well_under_the_limit_is_accepted_at_once_as_a_rule() -> None:
    random = np.random.default_rng(3)
    first = [random.binomial(FIELDS, 0.001, STEP).tolist() for _ in range(200)]
    assert np.mean([verdict(each, [FIELDS] * STEP, LIMIT, LEVEL) == ACCEPT for each in first]) > 0.9
