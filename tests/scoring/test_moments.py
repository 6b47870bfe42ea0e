"""Sums of answers: exact, whatever the order and the parts in which responses came."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.method import Method, load_method
from scoring.moments import Layout, Moments, answers_of, layout_of, levels_of
from scoring.questionnaire import Questionnaire, load_questionnaire, parse_questionnaire
from scoring.satisfaction import measure
from scoring.tally import Tally

SIPAS, HA_NAM = load_questionnaire("sipas-2017"), load_method("ha-nam-2022")
FORM = st.text(alphabet="12345N-", min_size=22, max_size=22)
ROWS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["", "E1", "E2"]), FORM), max_size=12)


def same(one: Moments, other: Moments) -> bool:
    """Tell whether every sum of two moments agrees."""
    pairs = zip(one.units.items(), other.units.items(), strict=True)
    return all(
        (a, x.clusters) == (b, y.clusters)
        and np.array_equal(x.responses, y.responses)
        and np.array_equal(x.valid, y.valid)
        and np.array_equal(x.first, y.first)
        and np.array_equal(x.second, y.second)
        for (a, x), (b, y) in pairs
    )


@pytest.fixture(scope="module")
def layout(small: Questionnaire, ha_nam: Method) -> Layout:
    """Three criteria in two factors, satisfied from level 4 on."""
    return layout_of(small, ha_nam)


def test_components_are_all_then_factors_then_criteria(layout: Layout) -> None:
    assert layout.components == ("all", "access", "feedback", "access_1", "access_2", "feedback_1")
    assert [layout.places(each) for each in layout.components] == [
        (0, 1, 2), (0, 1), (2,), (0,), (1,), (2,)
    ]  # fmt: skip


def test_an_unknown_component_is_refused_by_name(layout: Layout) -> None:
    with pytest.raises(ScoringError, match="“acess”") as caught:
        layout.places("acess")
    assert caught.value.code == "component_unknown"


def test_sums_of_three_responses_counted_by_hand(layout: Layout) -> None:
    unit = Moments.from_packed(layout, [("A", "E2", "45-"), ("A", "E1", "13N553")]).units["A"]
    assert unit.clusters == ("E1", "E2")
    assert unit.responses.tolist() == [2, 1]
    assert unit.n == 3
    assert unit.valid.tolist() == [[2, 2, 1, 2, 2, 1], [1, 1, 0, 1, 1, 0]]
    assert unit.first.tolist() == [[1, 1, 0, 2, 2, 1], [1, 1, 0, 1, 1, 0]]
    # Satisfied twice: 55. and 45.; s·sᵀ, s·vᵀ and v·vᵀ of the three responses added by hand.
    assert unit.second.tolist() == [
        [
            [2, 2, 0, 2, 2, 1],
            [2, 2, 0, 2, 2, 1],
            [0, 0, 0, 0, 0, 0],
            [2, 2, 0, 3, 3, 1],
            [2, 2, 0, 3, 3, 1],
            [1, 1, 0, 1, 1, 1],
        ]
    ]


def test_under_the_mean_level_an_answer_attains_its_level(small: Questionnaire) -> None:
    layout = layout_of(small, load_method("mean-level"))
    unit = Moments.from_packed(layout, [("A", "", "35-")]).units["A"]
    assert layout.full == 5
    assert unit.first.tolist() == [[3, 5, 0, 1, 1, 0]]
    assert unit.second[0][0].tolist() == [9, 15, 0, 3, 3, 0]


def test_kept_by_cluster_the_products_add_to_those_of_the_unit(layout: Layout) -> None:
    rows = [("A", "E2", "45-"), ("A", "E1", "13N553")]
    whole, parts = (Moments.from_packed(layout, rows, kept).units["A"] for kept in (False, True))
    assert parts.second.shape == (2, 6, 6)
    assert np.array_equal(parts.second.sum(axis=0), whole.second[0])


def test_the_general_question_is_all_where_the_method_asks_for_it(general: Questionnaire) -> None:
    layout = layout_of(general, load_method("general-question"))
    assert layout.groups["all"] == (3,)
    assert layout.groups["access"] == (0, 1)


def test_the_general_question_is_outside_all_under_another_method(
    general: Questionnaire, ha_nam: Method
) -> None:
    assert layout_of(general, ha_nam).groups["all"] == (0, 1, 2)


@given(rows=ROWS, seed=st.integers(0, 99), cut=st.integers(0, 12), by_cluster=st.booleans())
def test_order_and_parts_never_matter(
    rows: list[tuple[str, str, str]], seed: int, cut: int, by_cluster: bool
) -> None:
    layout = layout_of(SIPAS, HA_NAM)
    mixed = Random(seed).sample(rows, len(rows))
    whole = Moments.from_packed(layout, rows, by_cluster)
    parts = [Moments.from_packed(layout, each, by_cluster) for each in (mixed[:cut], mixed[cut:])]
    assert same(whole, parts[0] + parts[1])
    assert same(whole, parts[1] + parts[0])


@given(rows=ROWS)
def test_first_sums_are_the_counts_of_the_tally(rows: list[tuple[str, str, str]]) -> None:
    layout = layout_of(SIPAS, HA_NAM)
    moments = Moments.from_packed(layout, rows)
    results = measure(Tally.from_packed(SIPAS, ((u, text) for u, _, text in rows)), SIPAS, HA_NAM)
    for result in results:
        sums = moments.units[result.unit].first.sum(axis=0).tolist()
        assert sums == [each.satisfied for each in result.criteria] + [
            each.answered for each in result.criteria
        ]


def test_weights_multiply_sums_by_w_and_products_by_its_square(layout: Layout) -> None:
    rows = [("A", "E1", "45-", Decimal("0.5")), ("A", "E1", "111", Decimal(2))]
    unit = Moments.from_weighted(layout, rows).units["A"]
    half, two = 500_000, 2_000_000
    assert unit.first.tolist() == [[half, half, 0, half + two, half + two, two]]
    assert unit.second[0][0].tolist() == [half**2, half**2, 0, half**2, half**2, 0]
    assert unit.responses.tolist() == [2]


@pytest.mark.parametrize(
    "weight", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("0.0000001"), "1", 1.0]
)
def test_a_weight_that_is_no_plain_number_above_zero_is_refused(layout: Layout, weight: Decimal) -> None:
    with pytest.raises(ScoringError, match="Trọng số") as caught:
        Moments.from_weighted(layout, [("A", "", "111", weight)])
    assert caught.value.code == "weight_bad"


@pytest.mark.parametrize(("text", "code"), [("11", "packed_length"), ("11x", "packed_character")])
def test_a_text_that_is_no_packed_answers_is_refused(layout: Layout, text: str, code: str) -> None:
    with pytest.raises(ScoringError) as caught:
        Moments.from_packed(layout, [("A", "", text)])
    assert caught.value.code == code


def test_sums_of_another_kind_are_not_added(
    layout: Layout, small: Questionnaire, small_text: str, method_with: Callable[..., Method]
) -> None:
    plain = Moments.from_packed(layout, [("A", "", "111")])
    other_scale = layout_of(small, method_with(('level_rule = "top2"', 'level_rule = "mean5"')))
    renamed = parse_questionnaire(small_text.replace("access", "entry"), "x.toml")
    for other in (
        Moments.from_packed(layout, [("A", "", "111")], by_cluster=True),
        Moments.from_weighted(layout, [("A", "", "111", Decimal(1))]),
        Moments.from_packed(other_scale, [("A", "", "111")]),
        Moments.from_packed(layout_of(renamed, HA_NAM), [("A", "", "111")]),
    ):
        with pytest.raises(ScoringError) as caught:
            plain + other
        assert caught.value.code == "moments_mismatch"


def test_more_responses_than_a_chunk_give_the_same_sums(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("A", "E", "45N13-555" * 5)]
    whole = Moments.from_packed(layout, rows)
    monkeypatch.setattr("scoring.moments.CHUNK", 4)
    assert same(whole, Moments.from_packed(layout, rows))


def test_levels_are_read_with_nothing_where_no_answer_is_valid(layout: Layout) -> None:
    levels = levels_of(layout, "Phiếu", "1N5-43")
    assert np.array_equal(levels, [[1, np.nan, 5], [np.nan, 4, 3]], equal_nan=True)
    assert answers_of(layout, "Phiếu", "").shape == (0, 3)
