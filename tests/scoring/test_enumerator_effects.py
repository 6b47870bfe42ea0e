"""Likeness within enumerators: balanced cases by hand, other programs' values, what is undefined."""

import numpy as np
import pytest

from scoring.enumerator_effects import anova, components, distances
from scoring.errors import ScoringError
from scoring.golden import Golden

# Three enumerators of two responses each: means 1, 3, 5; MSB = 8, MSW = 2.
VALUES = np.array([0.0, 2.0, 2.0, 4.0, 4.0, 6.0])
GROUPS = ["a", "a", "b", "b", "c", "c"]


def test_the_analysis_of_variance_by_hand() -> None:
    found = anova(VALUES, GROUPS)
    assert (found.groups, found.n, found.n0) == (3, 6, 2)
    assert (found.between, found.within, found.f) == (8, 2, 4)
    # (8 − 2)/(8 + 2); F(2, 3) beyond 4: (1 + 2·4/3)^(−3/2).
    assert found.icc == pytest.approx(0.6)
    assert found.p_value == pytest.approx((1 + 8 / 3) ** -1.5)


def test_restricted_likelihood_is_the_analysis_of_variance_where_groups_are_even() -> None:
    found = components(VALUES, GROUPS)
    assert found is not None
    assert (found.between, found.within, found.icc) == pytest.approx((3, 2, 0.6), rel=1e-12)


def test_groups_alike_have_no_variance_between_them() -> None:
    found = components(np.array([0.0, 2.0, 2.0, 0.0, 1.0, 1.0]), GROUPS)
    assert found is not None
    assert (found.between, found.icc) == (0, 0)


def test_groups_without_spread_within_are_all_between() -> None:
    found = anova(np.array([1.0, 1.0, 2.0, 2.0]), ["a", "a", "b", "b"])
    assert (found.within, found.f, found.p_value, found.icc) == (0, None, None, 1)
    none = anova(np.array([1.0, 1.0, 1.0, 1.0]), ["a", "a", "b", "b"])
    assert none.icc is None
    assert components(np.ones(4), ["a", "a", "b", "b"]) is None


def test_given_units_what_separates_units_is_no_enumerator_effect() -> None:
    values = np.array([0.0, 2.0, 0.0, 2.0, 10.0, 12.0, 10.0, 12.0])
    units, codes = ["A"] * 4 + ["B"] * 4, ["a", "a", "b", "b", "c", "c", "d", "d"]
    alone, given = components(values, codes), components(values, codes, units)
    assert alone is not None
    assert given is not None
    assert alone.icc > 0.9
    assert given.icc == 0


@pytest.mark.parametrize("name", ["campaign_200", "campaign"])
def test_values_are_those_of_r(name: str) -> None:
    golden = Golden()
    work, row = golden.campaign(name).fieldwork, golden.numbers["enumerator"][name]
    codes = [each.enumerator for each in work.records]
    assert anova(work.satisfied_share, codes).icc == pytest.approx(row["enum"]["icc_anova"], rel=1e-11)
    given = components(work.satisfied_share, codes, [each.unit for each in work.records])
    assert given is not None
    # lme4 stops when its likelihood is flat to about a ten-millionth.
    assert given.icc == pytest.approx(row["enum_given_unit"]["icc"], rel=1e-6)


def test_distances_by_hand() -> None:
    # Unit mean 3; sums −4, 0, 4; s² = 22/5... (9 + 1 + 1 + 1 + 1 + 9)/5.
    found = distances(VALUES, GROUPS, ["A"] * 6)
    spread = (22 / 5) ** 0.5 * 2**0.5
    assert [each.z for each in found] == pytest.approx([-4 / spread, 0, 4 / spread])
    assert [each.enumerator for each in found] == ["a", "b", "c"]
    assert found[1].p_value == 1


def test_where_nothing_varies_nobody_is_away() -> None:
    assert [each.z for each in distances(np.ones(4), ["a", "a", "b", "b"], ["A"] * 4)] == [0, 0]
    assert distances(np.ones(1), ["a"], ["A"])[0].z == 0


def test_lists_that_cannot_be_analysed_are_refused() -> None:
    for made in (
        lambda: anova(VALUES, ["a"]),
        lambda: components(VALUES, ["a"]),
        lambda: distances(VALUES, GROUPS, ["A"]),
    ):
        with pytest.raises(ScoringError) as caught:
            made()
        assert caught.value.code == "lengths_differ"
    for groups in (["a"] * 6, list("abcdef")):
        with pytest.raises(ScoringError) as caught:
            anova(VALUES, groups)
        assert caught.value.code == "number_bad"
