"""Help for small units: laws of shrinking, published sample sizes, and errors that hold in simulation."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.small_units import empirical_bayes, quota, responses_needed

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "golden_small.json").read_text(encoding="utf-8")
)
UNITS = st.lists(st.tuples(st.floats(50, 100), st.floats(0.5, 20)), min_size=3, max_size=12)


@given(units=UNITS)
def test_a_steadied_index_lies_between_its_own_and_the_mean(units: list[tuple[float, float]]) -> None:
    indices, errors = zip(*units, strict=True)
    found = empirical_bayes(indices, errors)
    assert found.between >= 0
    for index, each in zip(indices, found.units, strict=True):
        low, high = sorted((index, found.mean))
        assert low - 1e-9 <= each.index <= high + 1e-9
        assert 0 <= each.kept <= 1
        assert each.standard_error >= 0


@given(units=UNITS, seed=st.integers(0, 9))
def test_a_surer_unit_keeps_more_of_its_own(units: list[tuple[float, float]], seed: int) -> None:
    indices, errors = zip(*units, strict=True)
    kept = [each.kept for each in empirical_bayes(indices, errors).units]
    order = sorted(range(len(units)), key=lambda place: errors[place])
    assert all(kept[a] >= kept[b] for a, b in pairwise(order))


def test_equal_errors_by_hand() -> None:
    # Mean 80, Σ(x − 80)² = 200 over k − 1 = 2: A + se² = 100, so A = 64 and 64 % is kept.
    found = empirical_bayes([70, 80, 90], [6, 6, 6])
    assert found.mean == pytest.approx(80)
    assert found.between == pytest.approx(64)
    assert [each.index for each in found.units] == pytest.approx([73.6, 80, 86.4])


def test_units_no_further_apart_than_chance_all_get_the_mean() -> None:
    found = empirical_bayes([79, 80, 81], [6, 6, 6])
    assert found.between == 0
    assert [each.index for each in found.units] == pytest.approx([80, 80, 80])
    assert [each.kept for each in found.units] == [0, 0, 0]
    assert empirical_bayes([80, 80, 80], [1, 2, 3]).between == 0


def test_a_census_keeps_its_index() -> None:
    found = empirical_bayes([70, 80, 90], [6, 0, 6])
    assert (found.units[1].index, found.units[1].standard_error, found.units[1].kept) == (80, 0, 1)
    same = empirical_bayes([80, 80, 80], [6, 0, 6])
    assert [each.index for each in same.units] == [80, 80, 80]


def test_the_stated_error_is_the_error_made() -> None:
    """600 campaigns of 15 units: squared errors stated and made agree within 8 %, and beat the raw indices."""
    generator = np.random.default_rng(5)
    errors = np.array([1.0, 2.0, 3.0, 4.0, 6.0] * 3)
    stated, made = 0.0, 0.0
    for _ in range(600):
        truth = 85 + 4 * generator.standard_normal(15)
        seen = truth + errors * generator.standard_normal(15)
        for each, real in zip(empirical_bayes(seen.tolist(), errors.tolist()).units, truth, strict=True):
            stated, made = stated + each.standard_error**2, made + (each.index - real) ** 2
    assert stated / made == pytest.approx(1, abs=0.08)
    assert made / (600 * 15) < float((errors**2).mean()) * 0.75


@pytest.mark.parametrize(
    ("indices", "errors", "code"),
    [
        ([1, 2], [1, 1], "number_bad"),
        ([1, 2, 3], [1, 1], "lengths_differ"),
        ([1, 2, 3], [1, 1, -1], "number_bad"),
        ([1, 2, float("nan")], [1, 1, 1], "number_bad"),
    ],
)
def test_lists_that_cannot_be_steadied_are_refused(
    indices: list[float], errors: list[float], code: str
) -> None:
    with pytest.raises(ScoringError) as caught:
        empirical_bayes(indices, errors)
    assert caught.value.code == code


@pytest.mark.parametrize("row", GOLDEN["fpc"], ids=lambda row: f"N={row['N']}")
def test_the_planner_agrees_with_the_golden_sizes(row: dict[str, float]) -> None:
    assert responses_needed(0.05, row["N"]) == pytest.approx(row["n_needed_e5"], rel=1e-12)


def test_clusters_need_more_and_many_answers_fewer_responses() -> None:
    plain = responses_needed(0.03, None, 0.9)
    # 1.96²·0.09/0.0009.
    assert plain == pytest.approx(384.15, abs=0.01)
    assert responses_needed(0.03, None, 0.9, effect=1.7) == pytest.approx(1.7 * plain)
    assert responses_needed(0.05, 0) == 0
    assert responses_needed(0.0001, 61) <= 61


@pytest.mark.parametrize(
    "facts",
    [
        (0, 10),
        (1, 10),
        (0.05, -1),
        (0.05, 10, 0),
        (0.05, 10, 1),
        (0.05, 10, 0.5, 0),
        (0.05, 10, 0.5, float("inf")),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(facts: tuple[float, ...]) -> None:
    with pytest.raises(ScoringError) as caught:
        responses_needed(*facts)  # type: ignore[arg-type]
    assert caught.value.code == "number_bad"


def test_quotas_are_those_published() -> None:
    # n = N/(1 + N·0.05²) rounded up, as in the survey's guidance.
    people = [0, 1, 100, 500, 1_000, 2_000, 10_000, 100_000]
    assert [quota(each) for each in people] == [0, 1, 80, 223, 286, 334, 385, 399]
    assert quota(100, Fraction(1, 10)) == 50


@given(population=st.integers(0, 10**9), margin=st.fractions(Fraction(1, 1000), Fraction(1, 2)))
def test_a_quota_never_passes_the_population(population: int, margin: Fraction) -> None:
    assert 0 <= quota(population, margin) <= population
    assert quota(population, margin) <= quota(population + 1, margin)


@pytest.mark.parametrize("facts", [(-1, Fraction(1, 20)), (10, Fraction(0))])
def test_a_quota_of_nothing_is_refused(facts: tuple[int, Fraction]) -> None:
    with pytest.raises(ScoringError) as caught:
        quota(*facts)
    assert caught.value.code == "number_bad"
