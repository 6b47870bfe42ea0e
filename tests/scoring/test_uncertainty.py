"""Estimates of whole campaigns: always defined, named, and the same whatever the order of the responses."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.design_effect import ClusterModel, fit
from scoring.designs import TwoStage
from scoring.errors import ScoringError
from scoring.estimates import (
    CENSUS,
    DESIGNED,
    KINDS,
    MODELLED,
    NO_CLUSTERS,
    NOTHING_VARIES,
    ONE_CLUSTER,
    SAME_ANSWERS,
    TOO_FEW,
    Estimate,
    floor_error,
)
from scoring.golden import Golden
from scoring.method import Method, available_methods, load_method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import load_questionnaire
from scoring.satisfaction import measure
from scoring.tally import Tally
from scoring.together import LEFT_OUT, ONE_CLUSTER_ADJUSTED, together
from scoring.uncertainty import Asked, Uncertainty

SIPAS, HA_NAM = load_questionnaire("sipas-2017"), load_method("ha-nam-2022")
LAYOUT = layout_of(SIPAS, HA_NAM)
RULE = HA_NAM.index
FORM = st.text(alphabet="1345N-", min_size=22, max_size=22)
ROWS = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.sampled_from(["E1", "E2", "E3"]), FORM), max_size=25
)


@pytest.fixture(scope="module")
def golden() -> Golden:
    """The golden campaigns."""
    return Golden()


def assess(rows: list[tuple[str, str, str]], asked: Asked | None = None) -> Uncertainty:
    """Estimate packed rows."""
    kept = asked is not None and asked.design == "two_stage"
    return Uncertainty(Moments.from_packed(LAYOUT, rows, by_cluster=kept), asked or Asked(RULE))


def designed(kind: str, design: str, **facts: object) -> Asked:
    """Ask for a designed interval."""
    return Asked(RULE, kind, design, **facts)  # type: ignore[arg-type]


@given(rows=ROWS, kind=st.sampled_from(KINDS), populated=st.booleans())
def test_every_estimate_is_defined_or_says_why_not(
    rows: list[tuple[str, str, str]], kind: str, populated: bool
) -> None:
    people = dict.fromkeys("ABC", 40) if populated else {}
    design = "modelled" if kind in MODELLED else "cluster"
    for components in assess(rows, Asked(RULE, kind, design, populations=people)).units.values():
        for each in components.values():
            interval = each.interval
            if interval.n < 3:
                assert (interval.low, interval.high, interval.note) == (None, None, TOO_FEW)
                continue
            assert each.index is not None
            assert interval.low is not None
            assert interval.high is not None
            assert 0 <= interval.low <= float(each.index) <= interval.high <= 100
            assert interval.low < interval.high
            assert (interval.kind, interval.level) == (kind, 0.95)


@given(rows=ROWS, seed=st.integers(0, 9))
def test_the_order_of_responses_changes_no_bit(rows: list[tuple[str, str, str]], seed: int) -> None:
    mixed = Random(seed).sample(rows, len(rows))
    assert assess(rows).units == assess(mixed).units


@pytest.mark.parametrize("code", [each for each in available_methods() if each != "general-question"])
def test_shares_are_the_indices_of_every_method(code: str, campaign_200: list[tuple[str, str]]) -> None:
    method = load_method(code)
    layout = layout_of(SIPAS, method)
    moments = Moments.from_packed(layout, [(unit, "E", form) for unit, form in campaign_200])
    found = Uncertainty(moments, Asked(method.index)).units
    for result in measure(Tally.from_packed(SIPAS, campaign_200), SIPAS, method):
        estimates = found[result.unit]
        assert estimates["all"].index == result.index
        assert [estimates[each.code].index for each in result.factors] == [
            each.index for each in result.factors
        ]
        assert [estimates[each.code].index for each in result.criteria] == [
            each.index for each in result.criteria
        ]


def test_a_withheld_index_has_no_estimate(method_with: Callable[..., Method]) -> None:
    strict = method_with(('undefined_factor = "reweight"', 'undefined_factor = "withhold"')).index
    rows = [("A", f"E{place % 2}", "4" * 18 + "----") for place in range(6)]
    found = assess(rows, Asked(strict)).units["A"]
    assert (found["all"].share, found["all"].interval.n, found["all"].interval.note) == (None, 0, TOO_FEW)
    assert found["access"].share == 1


def test_a_census_has_no_sampling_error_in_any_design(golden: Golden) -> None:
    campaign = golden.campaign("campaign_200")
    for kind in KINDS:
        design = "modelled" if kind in MODELLED else "cluster"
        asked = Asked(RULE, kind, design, populations={"D09": 44})
        each = Uncertainty(campaign.moments, asked).units["D09"]["all"]
        assert each.standard_error == 0
        assert each.interval.low == each.interval.high == float(100 * Fraction(848, 922))
        assert each.interval.note == CENSUS


def test_one_person_not_asked_brings_the_error_back(golden: Golden) -> None:
    moments = golden.campaign("campaign_200").moments
    each = Uncertainty(moments, Asked(RULE, populations={"D09": 45})).units["D09"]["all"]
    assert each.standard_error is not None
    assert each.standard_error > 0
    assert each.interval.note == ""


def test_all_satisfied_has_an_interval_and_the_error_of_two_more_answers(golden: Golden) -> None:
    each = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE)).units["D11"]["all"]
    row = next(r for r in golden.numbers["modelled_deff"] if (r["unit"], r["var"]) == ("D11", "all"))
    assert each.interval.high == 100
    assert each.interval.low == pytest.approx(100 * row["wilson_lo"], rel=1e-12)
    assert each.interval.n_eff == pytest.approx(row["n_eff"], rel=1e-12)
    # p̃ = (n + 1)/(n + 2) at the effective size, so that error and interval rest on the same sample.
    size = row["n_eff"]
    shifted = (size + 1) / (size + 2)
    assert each.standard_error == pytest.approx(100 * (shifted * (1 - shifted) / size) ** 0.5, rel=1e-12)


def test_jeffreys_is_the_other_modelled_interval(golden: Golden) -> None:
    asked = Asked(RULE, "modelled-deff-jeffreys")
    each = Uncertainty(golden.campaign("campaign_200").moments, asked).units["K05"]["all"].interval
    row = next(r for r in golden.numbers["modelled_deff"] if (r["unit"], r["var"]) == ("K05", "all"))
    assert (each.low, each.high) == pytest.approx(
        (100 * row["jeffreys_lo"], 100 * row["jeffreys_hi"]), rel=1e-12
    )
    assert (each.n, each.df, each.deff) == (44, 43, pytest.approx(row["deff_model"], rel=1e-12))


@pytest.mark.parametrize("kind", [each for each in DESIGNED if each != "clopper-pearson"])
def test_one_cluster_says_nothing_about_clusters_and_the_interval_says_so(kind: str, golden: Golden) -> None:
    asked = designed(kind, "cluster")
    each = Uncertainty(golden.campaign("campaign_200").moments, asked).units["D13"]["all"]
    assert (each.interval.low, each.interval.high, each.interval.note) == (0, 100, ONE_CLUSTER)
    assert (each.standard_error, each.interval.df) == (None, 0)


def test_one_cluster_borrows_the_likeness_of_all_units_in_the_model(golden: Golden) -> None:
    each = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE)).units["D13"]["all"]
    row = next(r for r in golden.numbers["modelled_deff"] if (r["unit"], r["var"]) == ("D13", "all"))
    assert each.interval.deff == pytest.approx(row["deff_model"], rel=1e-12)
    assert each.interval.low == pytest.approx(100 * row["wilson_lo"], rel=1e-12)


@pytest.mark.parametrize("kind", ["wald", "logit-t"])
def test_where_all_agree_wald_and_logit_give_way_by_name(kind: str, golden: Golden) -> None:
    moments = golden.campaign("campaign_200").moments
    each = Uncertainty(moments, designed(kind, "srs")).units["D16"]["all"].interval
    capped = Uncertainty(moments, designed("korn-graubard-capped", "srs")).units["D16"]["all"].interval
    assert (each.low, each.high, each.note) == (capped.low, capped.high, SAME_ANSWERS)
    assert capped.low is not None
    assert capped.low < 100
    assert capped.note == ""


def test_designed_intervals_are_those_of_the_golden_rows(golden: Golden) -> None:
    row = next(r for r in golden.numbers["units_200"] if (r["design"], r["unit"]) == ("cluster", "K05"))
    names = {"korn-graubard": "kg", "korn-graubard-capped": "kgcap", "logit-t": "xlogit", "wald": "wald"}
    for kind, key in names.items():
        found = Uncertainty(golden.campaign("campaign_200").moments, designed(kind, "cluster"))
        each = found.units["K05"]["all"]
        expected = (100 * row[f"{key}_lo"], 100 * row[f"{key}_hi"])
        assert (each.interval.low, each.interval.high) == pytest.approx(expected, rel=1e-11), kind
        assert each.standard_error == pytest.approx(100 * row["se"], rel=1e-12)
        assert each.interval.df == row["df"]


def test_the_two_stage_estimate_is_weighted_and_that_of_the_golden_row(golden: Golden) -> None:
    campaign = golden.campaign("campaign_200")
    units = {"K05": campaign.moments.units["K05"]}
    asked = designed("korn-graubard", "two_stage", samples=campaign.samples)
    each = Uncertainty(replace(campaign.moments, units=units), asked).units["K05"]["all"]
    row = next(r for r in golden.numbers["units_200"] if (r["design"], r["var"]) == ("two_stage", "all"))
    assert float(each.share or 0) == pytest.approx(row["p"], rel=1e-12)
    assert (each.interval.low, each.interval.high) == pytest.approx(
        (100 * row["kg_lo"], 100 * row["kg_hi"]), rel=1e-11
    )


def test_wald_beyond_a_hundred_is_cut_there() -> None:
    rows = [("A", f"E{place}", "5" * 22) for place in range(8)] + [("A", "E9", "1" * 22)]
    each = assess(rows, designed("wald", "cluster")).units["A"]["all"].interval
    assert each.high == 100


def test_without_enumerators_responses_count_as_independent_and_it_is_said() -> None:
    rows = [("A", "", "5" * 22), ("A", "", "1" * 22), ("A", "", "5" * 22)]
    each = assess(rows).units["A"]["all"].interval
    assert (each.deff, each.note) == (1, NO_CLUSTERS)


def test_where_no_unit_varies_a_response_counts_as_one_answer() -> None:
    rows = [(unit, f"E{place % 2}", "5" * 22) for unit in "AB" for place in range(5)]
    each = assess(rows).units["A"]["all"].interval
    # Wilson at n = 5 and p = 1: 5/(5 + z²).
    assert each.low == pytest.approx(100 * 5 / (5 + 1.959963984540054**2), rel=1e-12)
    assert (each.n_eff, each.note) == (5, NOTHING_VARIES)


def test_identical_responses_half_satisfied_are_no_certainty() -> None:
    rows = [("A", f"E{place % 2}", "5" * 11 + "1" * 11) for place in range(6)]
    rows += [("B", f"E{place % 2}", form) for place, form in enumerate(["5" * 22, "1" * 22] * 3)]
    for kind in KINDS:
        design = "modelled" if kind in MODELLED else "srs"
        each = assess(rows, Asked(RULE, kind, design)).units["A"]["all"]
        assert each.share == Fraction(1, 2)
        assert each.interval.low is not None
        assert each.interval.low < 45, kind
        size = each.interval.n_eff if kind in MODELLED else 6
        assert each.standard_error == pytest.approx(100 * floor_error(0.5, size or 0))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "wilsom"}, "choice_unknown"),
        ({"design": "clusters"}, "choice_unknown"),
        ({"kind": "wald"}, "interval_without_design"),
        ({"design": "srs"}, "interval_without_design"),
        ({"level": 0.4}, "level_range"),
        ({"level": 95}, "level_range"),
    ],
)
def test_a_misspelt_or_mismatched_wish_is_refused(asked: dict[str, object], code: str) -> None:
    with pytest.raises(ScoringError) as caught:
        Asked(RULE, **asked)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_misspelt_interval_is_answered_with_the_nearest() -> None:
    with pytest.raises(ScoringError, match="có phải “korn-graubard”"):
        Asked(RULE, "korn-graubart", "cluster")


def test_a_cluster_design_without_clusters_is_refused() -> None:
    with pytest.raises(ScoringError, match="Đơn vị A") as caught:
        assess([("A", "", "5" * 22)], designed("wald", "cluster"))
    assert caught.value.code == "cluster_missing"


def test_a_two_stage_design_without_its_sample_is_refused() -> None:
    with pytest.raises(ScoringError, match="Đơn vị A") as caught:
        assess([("A", "E1", "5" * 22)], designed("wald", "two_stage"))
    assert caught.value.code == "two_stage_missing"


def test_more_responses_than_people_are_refused() -> None:
    with pytest.raises(ScoringError) as caught:
        assess([("A", "E1", "5" * 44)], Asked(RULE, populations={"A": 1}))
    assert caught.value.code == "sample_over_population"


def test_a_model_without_a_second_cluster_has_no_likeness() -> None:
    pieces = assess([("A", "E1", "5" * 22 + "1" * 22 + "5" * 22)]).pieces["all"]
    model = fit([each.clustered for each in pieces.values()])
    assert (model.icc, model.n0) == (0, None)
    assert fit([]) == ClusterModel(0.0, None, None)


def _golden_total(golden: Golden, design: str, domain: str, policy: str) -> dict[str, float]:
    wanted = (design, domain, "all", policy)
    return next(
        row
        for row in golden.numbers["totals_200"]
        if (row["design"], row["domain"], row["var"], row["lonely"]) == wanted
    )


@pytest.mark.parametrize("domain", ["ALL", "dept", "dist"])
def test_groups_weighted_to_their_people_are_the_golden_totals(domain: str, golden: Golden) -> None:
    campaign = golden.campaign("campaign_200")
    asked = designed("wald", "srs", populations=campaign.populations)
    units = [unit for unit in campaign.moments.units if domain in ("ALL", campaign.groups[unit])]
    each = together(Uncertainty(campaign.moments, asked), units, "all", "population")
    row = _golden_total(golden, "srs_fpc", domain, "fail")
    assert float(each.share or 0) == pytest.approx(row["p"], rel=1e-12)
    assert each.standard_error == pytest.approx(100 * row["se"], rel=1e-12)
    assert each.interval.df == row["df"]
    assert each.interval.low == pytest.approx(100 * row["wald_lo"], rel=1e-12)


def test_a_group_with_a_unit_of_one_cluster_compares_it_with_all_and_says_so(golden: Golden) -> None:
    campaign = golden.campaign("campaign_200")
    asked = designed("wald", "cluster", populations=dict.fromkeys(campaign.populations, 10**9))
    each = together(Uncertainty(campaign.moments, asked), list(campaign.moments.units), "all", "responses")
    assert each.interval.note == ONE_CLUSTER_ADJUSTED
    assert each.standard_error is not None
    assert each.share == Fraction(3625, 4220)


def test_the_mean_of_units_is_the_published_mean_and_its_error_adds_in_squares(golden: Golden) -> None:
    found = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE))
    units = ["D05", "K05"]
    each = together(found, units, "all", "units")
    parts: list[Estimate] = [found.units[unit]["all"] for unit in units]
    assert each.share == sum(part.share or Fraction(0) for part in parts) / 2
    squares = sum((part.standard_error or 0) ** 2 for part in parts)
    assert each.standard_error == pytest.approx(squares**0.5 / 2, rel=1e-12)
    assert each.interval.n == 104


def test_a_unit_too_small_leaves_the_mean_and_is_counted(golden: Golden) -> None:
    found = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE, smallest_n=10))
    each = together(found, ["D05", "D11"], "all", "units")
    assert each.share == found.units["D05"]["all"].share
    assert LEFT_OUT.format(count=1) in each.interval.note


def test_one_unit_together_is_the_unit_alone(golden: Golden) -> None:
    moments = golden.campaign("campaign_200").moments
    found = Uncertainty(moments, Asked(RULE))
    for unit in ("D05", "D11"):
        alone, group = found.units[unit]["all"], together(found, [unit], "all", "responses")
        assert group.share == alone.share
        assert group.interval.n_eff == pytest.approx(alone.interval.n_eff, rel=1e-12)
        assert group.interval.low == pytest.approx(alone.interval.low, rel=1e-12)


def test_a_group_is_surer_than_its_least_sure_unit(golden: Golden) -> None:
    found = Uncertainty(golden.campaign("campaign").moments, Asked(RULE))
    each = together(found, list(found.moments.units), "all", "responses")
    widest = max(unit["all"].standard_error or 0 for unit in found.units.values())
    assert each.standard_error is not None
    assert 0 < each.standard_error < widest


def test_a_group_of_censuses_has_no_sampling_error(golden: Golden) -> None:
    moments = golden.campaign("campaign_200").moments
    people = {unit: each.n for unit, each in moments.units.items()}
    for weighting in ("responses", "population", "units"):
        each = together(
            Uncertainty(moments, Asked(RULE, populations=people)), ["D05", "K05"], "all", weighting
        )
        assert (each.standard_error, each.interval.note) == (0, CENSUS)


def test_a_component_nobody_answered_is_undefined_for_a_group_too(golden: Golden) -> None:
    found = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE))
    for weighting in ("responses", "units"):
        each = together(found, ["D14"], "feedback_3", weighting)
        assert (each.share, each.interval.note) == (None, TOO_FEW)


@pytest.mark.parametrize(
    ("units", "weighting", "code"),
    [
        (["D05"], "peoples", "choice_unknown"),
        (["D99"], "responses", "choice_unknown"),
        (["D05"], "population", "population_missing"),
    ],
)
def test_a_group_wish_that_cannot_be_served_is_refused(
    units: list[str], weighting: str, code: str, golden: Golden
) -> None:
    found = Uncertainty(golden.campaign("campaign_200").moments, Asked(RULE))
    with pytest.raises(ScoringError) as caught:
        together(found, units, "all", weighting)
    assert caught.value.code == code


def test_two_stage_groups_are_weighted_by_their_design(golden: Golden) -> None:
    campaign = golden.campaign("campaign")
    units = {unit: campaign.moments.units[unit] for unit in campaign.samples}
    asked = designed("wald", "two_stage", samples=campaign.samples)
    each = together(
        Uncertainty(replace(campaign.moments, units=units), asked), list(units), "all", "responses"
    )
    assert each.standard_error is not None
    assert each.interval.df == sum(len(unit.clusters) - 1 for unit in units.values())
    alone = designed("wald", "two_stage", samples={"K01": TwoStage(99, {})})
    with pytest.raises(ScoringError, match="thiếu số người của cụm"):
        Uncertainty(replace(campaign.moments, units={"K01": units["K01"]}), alone)
