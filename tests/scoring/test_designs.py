"""Variances against numbers worked by hand and against sums over single responses."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.aggregation import Block
from scoring.designs import (
    Stratum,
    TwoStage,
    expanded,
    linearise,
    scaled,
    strata_of,
    stratum_of,
    variance_cluster,
    variance_srs,
    variance_two_stage,
)
from scoring.errors import ScoringError
from scoring.method import load_method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import load_questionnaire

ONE = [Block((0,), Fraction(1))]
SIPAS, HA_NAM = load_questionnaire("sipas-2017"), load_method("ha-nam-2022")
LAYOUT = layout_of(SIPAS, HA_NAM)
FORMS = st.lists(
    st.tuples(st.sampled_from(["E1", "E2", "E3"]), st.text(alphabet="1345N-", min_size=22, max_size=22)),
    min_size=2,
    max_size=15,
)


def stratum(clusters: list[list[tuple[int, int]]], population: int | None = None) -> Stratum:
    """Make a unit from (satisfied, valid) of each response of each cluster, sums kept by cluster."""
    return Stratum(
        "A",
        tuple(len(each) for each in clusters),
        tuple((sum(s for s, _ in each), sum(v for _, v in each)) for each in clusters),
        tuple(
            (
                (sum(s * s for s, _ in each), sum(s * v for s, v in each)),
                (sum(s * v for s, v in each), sum(v * v for _, v in each)),
            )
            for each in clusters
        ),
        population,
    )


# Four responses of one answer each, satisfied 1 0 | 1 1: p = 3/4, z = (1/16, −3/16 | 1/16, 1/16).
FOUR = [[(1, 1), (0, 1)], [(1, 1), (1, 1)]]


def test_the_share_and_its_linearisation_are_exact() -> None:
    linear = linearise([stratum(FOUR)], ONE, 1)
    assert linear.p == Fraction(3, 4)
    assert [Fraction(each, linear.scale) for each in linear.coefficients] == [
        Fraction(1, 4),
        Fraction(-3, 16),
    ]


def test_srs_by_hand() -> None:
    # Σz² = 3/256 + 9/256 = 12/256; times n/(n−1) = 4/3 is 1/16 = p(1−p)/(n−1).
    assert variance_srs([stratum(FOUR)], linearise([stratum(FOUR)], ONE, 1)) == Fraction(1, 16)


@pytest.mark.parametrize(
    ("population", "kept"), [(4, Fraction(0)), (5, Fraction(1, 5)), (40, Fraction(9, 10))]
)
def test_a_finite_population_leaves_the_unsampled_share(population: int, kept: Fraction) -> None:
    unit = stratum(FOUR, population)
    assert variance_srs([unit], linearise([unit], ONE, 1)) == kept * Fraction(1, 16)


def test_clusters_by_hand() -> None:
    # Z = (−2/16, 2/16), Σ(Z − Z̄)² = 8/256, times m/(m−1) = 2.
    assert variance_cluster([stratum(FOUR)], linearise([stratum(FOUR)], ONE, 1)) == Fraction(1, 16)


def test_a_response_without_a_valid_answer_counts_in_n_with_nothing_to_add() -> None:
    unit = stratum([[(1, 1), (0, 1), (0, 0)], [(1, 1), (1, 1)]])
    assert variance_srs([unit], linearise([unit], ONE, 1)) == Fraction(12, 256) * Fraction(5, 4)


def test_all_satisfied_has_no_variance_and_one_response_an_unknown_one() -> None:
    every = stratum([[(1, 1), (2, 2)], [(1, 1)]])
    linear = linearise([every], ONE, 1)
    assert (linear.p, variance_srs([every], linear), variance_cluster([every], linear)) == (1, 0, 0)
    one = stratum([[(1, 2)]])
    assert variance_srs([one], linearise([one], ONE, 1)) is None


def test_one_cluster_has_no_variance_unless_a_rule_is_named() -> None:
    units = [stratum(FOUR), stratum([[(1, 1), (0, 1)]])]
    linear = linearise(units, ONE, 1)
    # p = 4/6: Z = −2/36, 4/36 in the first unit and −2/36 in the second; of all three the mean is 0.
    within = Fraction(2) * (Fraction(36, 1296) / 2)
    assert variance_cluster(units, linear) is None
    assert variance_cluster(units, linear, "remove") == within
    assert variance_cluster(units, linear, "adjust") == within + Fraction(4, 1296)
    with pytest.raises(ScoringError, match="“ajust”") as caught:
        variance_cluster(units, linear, "ajust")
    assert caught.value.code == "choice_unknown"


def test_two_stages_by_hand() -> None:
    # 2 of 4 clusters, 2 of 3 people each: w = 2·3/2 = 3 for all, so p and z are those of equal weights.
    sample = TwoStage(4, {"E1": 3, "E2": 3})
    unit = expanded(stratum(FOUR), ("E1", "E2"), sample)
    linear = linearise([unit], ONE, 1)
    first = Fraction(1, 2) * 2 * Fraction(8, 256)
    # Within E1: z = 1/16, −3/16 about −1/16: Σ = 8/256; E2 does not vary.
    second = Fraction(1, 2) * Fraction(1, 3) * 2 * Fraction(8, 256)
    assert linear.p == Fraction(3, 4)
    assert variance_two_stage([unit], [("E1", "E2")], [sample], linear) == first + second


def test_two_stages_with_everybody_asked_leave_no_variance() -> None:
    sample = TwoStage(2, {"E1": 2, "E2": 2})
    unit = expanded(stratum(FOUR), ("E1", "E2"), sample)
    assert variance_two_stage([unit], [("E1", "E2")], [sample], linearise([unit], ONE, 1)) == 0


def test_two_stages_weigh_the_larger_cluster_more() -> None:
    unit = expanded(stratum(FOUR), ("E1", "E2"), TwoStage(2, {"E1": 30, "E2": 10}))
    # ½·30 + 1·10 of 40 people.
    assert linearise([unit], ONE, 1).p == Fraction(25, 40)


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (TwoStage(1, {"E1": 3, "E2": 3}), "clusters_over_population"),
        (TwoStage(4, {"E1": 3}), "cluster_people_missing"),
        (TwoStage(4, {"E1": 3, "E2": 1}), "sample_over_population"),
    ],
)
def test_a_two_stage_sample_larger_than_its_population_is_refused(sample: TwoStage, code: str) -> None:
    with pytest.raises(ScoringError, match="Đơn vị A") as caught:
        expanded(stratum(FOUR), ("E1", "E2"), sample)
    assert caught.value.code == code


def test_two_stages_need_sums_kept_by_cluster() -> None:
    moments = Moments.from_packed(LAYOUT, [("A", "E1", "5" * 22), ("A", "E2", "1" * 22)])
    unit = strata_of("A", moments.units["A"], LAYOUT, None)["all"]
    with pytest.raises(ScoringError) as caught:
        expanded(unit, ("E1", "E2"), TwoStage(4, {"E1": 3, "E2": 3}))
    assert caught.value.code == "moments_not_by_cluster"


def test_more_responses_than_people_are_refused_with_both_numbers() -> None:
    moments = Moments.from_packed(LAYOUT, [("A", "", "5" * 44)])
    for make in (
        lambda: strata_of("A", moments.units["A"], LAYOUT, 1),
        lambda: stratum_of("A", moments.units["A"], ONE, 1),
    ):
        with pytest.raises(ScoringError, match="có 2 phiếu nhưng chỉ 1 người") as caught:
            make()
        assert caught.value.code == "sample_over_population"


def test_a_weight_for_all_changes_neither_share_nor_variance() -> None:
    unit = stratum(FOUR)
    heavier = scaled(unit, Fraction(7, 3))
    one, other = (linearise([each], ONE, 1) for each in (unit, heavier))
    assert one.p == other.p
    assert variance_srs([unit], one) == variance_srs([heavier], other)
    assert variance_cluster([unit], one) == variance_cluster([heavier], other)


@given(forms=FORMS, seed=st.integers(0, 9))
def test_sums_give_what_single_responses_give(forms: list[tuple[str, str]], seed: int) -> None:
    """z of each response summed as the formulas say, in exact fractions, for a mean of two blocks."""
    blocks = [Block((0, 1, 2), Fraction(1, 3)), Block((3, 4), Fraction(2, 3))]
    read = [
        (
            cluster,
            [(sum(f[c] in "45" for c in b.places), sum(f[c] in "1345" for c in b.places)) for b in blocks],
        )
        for cluster, f in forms
    ]
    sums = [[sum(x[b][k] for _, x in read) for k in (0, 1)] for b in (0, 1)]
    if not sums[0][1] or not sums[1][1]:
        return
    share = [Fraction(s, v) for s, v in sums]
    z = [
        sum(block.weight * (x[b][0] - share[b] * x[b][1]) / sums[b][1] for b, block in enumerate(blocks))
        for _, x in read
    ]
    n, totals = len(z), {}
    for (cluster, _), value in zip(read, z, strict=True):
        totals[cluster] = totals.get(cluster, 0) + value
    rows = [("A", cluster, form) for cluster, form in Random(seed).sample(forms, len(forms))]
    unit = stratum_of("A", Moments.from_packed(LAYOUT, rows).units["A"], blocks, None)
    linear = linearise([unit], blocks, 1)
    assert linear.p == share[0] / 3 + share[1] * 2 / 3
    assert variance_srs([unit], linear) == Fraction(n, n - 1) * sum(value**2 for value in z)
    m = len(totals)
    expected = None if m == 1 else Fraction(m, m - 1) * sum(value**2 for value in totals.values())
    assert variance_cluster([unit], linear) == expected


@given(forms=FORMS)
def test_all_components_at_once_are_the_components_one_by_one(forms: list[tuple[str, str]]) -> None:
    moments = Moments.from_packed(LAYOUT, [("A", cluster, form) for cluster, form in forms]).units["A"]
    for component, found in strata_of("A", moments, LAYOUT, 99).items():
        assert found == stratum_of("A", moments, [Block(LAYOUT.places(component), Fraction(1))], 99)
