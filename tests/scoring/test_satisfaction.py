"""From counts to indices: the worked example, every aggregation, and what blanks must never do."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from scoring.answers import Tally
from scoring.errors import ScoringError
from scoring.method import Method, load_method
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from scoring.satisfaction import UnitResult, attained, empty_unit, measure, percentage

COMBINATION = 'combination = "pooled"'
TOP2 = 'level_rule = "top2"'


@pytest.fixture
def result(ten: Tally, sipas: Questionnaire) -> Callable[[Method], UnitResult]:
    """Measures the ten responses by a method."""
    return lambda method: measure(ten, sipas, method)[0]


def rounded(value: Fraction | None, digits: int = 2) -> str | None:
    """Return a fraction as printed."""
    return None if value is None else str(half_up(value, digits))


def own(within: str, weights: str) -> tuple[str, str]:
    """Return the change of the method file that sets both choices apart."""
    return COMBINATION, f'within_factor = "{within}"\nfactor_weights = "{weights}"'


def test_the_ten_responses_give_the_factors_of_the_worked_example(
    result: Callable[[Method], UnitResult], ha_nam: Method
) -> None:
    factors = result(ha_nam).factors
    assert [(each.code, each.satisfied, each.answered, rounded(each.index)) for each in factors] == [
        ("access", 34, 40, "85.00"),
        ("procedure", 46, 50, "92.00"),
        ("official", 56, 60, "93.33"),
        ("outcome", 28, 30, "93.33"),
        ("feedback", 9, 16, "56.25"),
    ]
    assert [(each.not_applicable, each.blank) for each in factors] == [(0, 0)] * 4 + [(0, 24)]


@pytest.mark.parametrize(
    ("code", "index", "points"),
    [
        ("ha-nam-2022", "88.27", "8.83"),  # 173/196
        ("criterion-mean", "84.77", "8.48"),
        ("factor-mean", "83.98", "8.40"),
    ],
)
def test_the_ten_responses_give_the_points_of_each_aggregation(
    result: Callable[[Method], UnitResult], code: str, index: str, points: str
) -> None:
    found = result(load_method(code))
    assert (rounded(found.index), rounded(found.points)) == (index, points)


def test_pooled_is_the_sum_of_satisfied_over_the_sum_of_answered(
    result: Callable[[Method], UnitResult], ha_nam: Method
) -> None:
    found = result(ha_nam)
    assert (found.satisfied, found.answered, found.blank, found.responses) == (173, 196, 24, 10)
    assert found.index == Fraction(17300, 196)
    # Counting the 24 blanks as not satisfied would give 173/220.
    assert rounded(Fraction(17300, 220)) == "78.64"


def test_the_weights_of_every_method_add_to_one_and_the_shares_to_the_points(
    result: Callable[[Method], UnitResult],
) -> None:
    for code in (
        "ha-nam-2022",
        "criterion-mean",
        "factor-mean",
        "weighted-factors",
        "mean-level",
        "step-points",
    ):
        found = result(load_method(code))
        assert sum(each.weight or 0 for each in found.factors) == 1
        assert sum(each.points or 0 for each in found.factors) == found.points
        assert sum((each.weight or 0) * (each.index or 0) for each in found.factors) == found.index


def test_weights_are_answers_criteria_equal_or_custom(
    result: Callable[[Method], UnitResult], method_with: Callable[..., Method]
) -> None:
    wanted = {
        "answers": [Fraction(each, 196) for each in (40, 50, 60, 30, 16)],
        "criteria": [Fraction(each, 22) for each in (4, 5, 6, 3, 4)],
        "equal": [Fraction(1, 5)] * 5,
    }
    for weights, expected in wanted.items():
        for within in ("pooled", "criterion_mean"):
            assert [each.weight for each in result(method_with(own(within, weights))).factors] == expected
    custom = result(load_method("weighted-factors")).factors
    assert [each.weight for each in custom] == [Fraction(each, 20) for each in (4, 3, 6, 4, 3)]


def test_pooled_and_criterion_mean_differ_within_a_factor_only_where_answers_are_missing(
    small: Questionnaire, method_with: Callable[..., Method]
) -> None:
    # access_1: 1 of 1 satisfied; access_2: 1 of 3.
    tally = Tally.from_packed(small, [("A", "44-" + "-3-" + "-3-")])
    pooled = measure(tally, small, method_with(own("pooled", "equal")))[0]
    mean = measure(tally, small, method_with(own("criterion_mean", "equal")))[0]
    assert (pooled.index, mean.index) == (Fraction(200, 4), Fraction(100 + Fraction(100, 3)) / 2)
    assert [each.index for each in mean.criteria] == [100, Fraction(100, 3), None]


def test_the_made_up_campaign_agrees_with_another_program(
    golden: dict[str, Any], sipas: Questionnaire, ha_nam: Method, campaign_200: list[tuple[str, str]]
) -> None:
    tally = Tally.from_packed(sipas, campaign_200)
    for found in measure(tally, sipas, ha_nam):
        expected = golden["counts_campaign_200"][found.unit]
        overall = expected["overall"]
        assert (found.satisfied, found.answered) == (overall["sat"], overall["valid"])
        assert rounded(found.index) == overall["index_pct_2dp_half_up"]
        assert rounded(found.points) == overall["component_2dp_half_up"]
        assert {
            each.code: {"sat": each.satisfied, "valid": each.answered} for each in found.factors
        } == expected["factors"]


@pytest.mark.parametrize(
    ("code", "key"),
    [("criterion-mean", "alt_mean_of_criteria_pct"), ("factor-mean", "alt_mean_of_factors_pct")],
)
def test_other_aggregations_agree_with_another_program_to_twelve_digits(
    golden: dict[str, Any], sipas: Questionnaire, campaign_200: list[tuple[str, str]], code: str, key: str
) -> None:
    results = measure(Tally.from_packed(sipas, campaign_200), sipas, load_method(code))
    expected = {unit: each[key] for unit, each in golden["counts_campaign_200"].items()}
    assert {each.unit: float(each.index or 0) for each in results} == pytest.approx(expected, rel=1e-12)


def test_aspects_of_unequal_numbers_of_criteria_are_weighted_by_them() -> None:
    # National figures of 2023: 83.46 over 23 criteria and 83.72 over 16 were published as 83.57.
    assert rounded((23 * Fraction("83.46") + 16 * Fraction("83.72")) / 39) == "83.57"


def test_levels_by_the_two_rules() -> None:
    # Levels 0, 1, 2, 40, 17: top2 57/60 = 95.00; mean5 (2 + 6 + 160 + 85)/300 = 84.33.
    levels = (0, 1, 2, 40, 17)
    assert (attained(levels, "top2"), attained(levels, "mean5")) == (57, 253)
    assert rounded(percentage(57, 60, "top2")) == "95.00"
    assert rounded(percentage(253, 60, "mean5")) == "84.33"
    assert (attained((1, 0, 0, 0, 0), "top2"), attained((1, 0, 0, 0, 0), "mean5")) == (0, 1)
    assert (percentage(0, 0, "top2"), percentage(0, 1, "mean5")) == (None, 0)


def test_mean_level_counts_every_level_and_still_names_the_satisfied(
    small: Questionnaire, method_with: Callable[..., Method]
) -> None:
    found = measure(Tally.from_packed(small, [("A", "135")]), small, load_method("mean-level"))[0]
    assert [each.index for each in found.criteria] == [20, 60, 100]
    assert [each.index for each in found.factors] == [40, 100]
    assert (found.index, found.satisfied, found.answered) == (60, 1, 3)
    mean = measure(
        Tally.from_packed(small, [("A", "135" + "1--")]),
        small,
        method_with((TOP2, 'level_rule = "mean5"'), own("criterion_mean", "criteria")),
    )[0]
    assert (mean.factors[0].index, mean.index) == (40, 60)


def test_a_blank_answer_is_not_counted_as_unsatisfied(small: Questionnaire, ha_nam: Method) -> None:
    # Ten answers to one criterion: 6 satisfied, 2 not, 1 not applicable, 1 blank → 6 of 8.
    forms = ["4--"] * 6 + ["2--"] * 2 + ["N--", "---"]
    found = measure(Tally.from_packed(small, [("A", "".join(forms))]), small, ha_nam)[0]
    first = found.criteria[0]
    assert (first.satisfied, first.answered, first.not_applicable, first.blank) == (6, 8, 1, 1)
    assert first.index == 75
    assert (found.index, found.not_applicable, found.blank) == (75, 1, 21)


def test_the_middle_level_counts_as_answered_but_not_as_satisfied(
    small: Questionnaire, ha_nam: Method
) -> None:
    found = measure(Tally.from_packed(small, [("A", "34-")]), small, ha_nam)[0]
    assert (found.satisfied, found.answered, found.index) == (1, 2, 50)


def test_an_answered_index_of_zero_is_zero_and_not_missing(small: Questionnaire, ha_nam: Method) -> None:
    found = measure(Tally.from_packed(small, [("A", "123")]), small, ha_nam)[0]
    assert (found.index, found.points) == (0, 0)
    assert [(each.index, each.points) for each in found.factors] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("weights", ["answers", "criteria", "equal"])
def test_a_factor_nobody_answered_is_undefined_and_the_rest_is_weighted_again(
    small: Questionnaire, method_with: Callable[..., Method], weights: str
) -> None:
    tally = Tally.from_packed(small, [("A", "43-" + "44N")])
    found = measure(tally, small, method_with(own("pooled", weights)))[0]
    assert [(each.index, each.weight) for each in found.factors] == [(75, 1), (None, None)]
    assert [each.points for each in found.factors] == [Fraction(15, 2), None]
    assert (found.index, found.points) == (75, Fraction(15, 2))


def test_custom_weights_are_weighted_again_over_the_factors_that_are_left(
    sipas: Questionnaire,
) -> None:
    packed = "4" * 4 + "3" * 5 + "4" * 6 + "4" * 3 + "----"
    found = measure(Tally.from_packed(sipas, [("A", packed)]), sipas, load_method("weighted-factors"))[0]
    # 0.2, 0.15, 0.3, 0.2 of 0.85 are left.
    assert [each.weight for each in found.factors] == [*(Fraction(each, 17) for each in (4, 3, 6, 4)), None]
    assert found.index == Fraction(1400, 17)


def test_a_factor_without_weight_is_shown_and_earns_nothing(
    small: Questionnaire, method_with: Callable[..., Method]
) -> None:
    weights = 'within_factor = "pooled"\nfactor_weights = "custom"\nweights = { access = 1, feedback = 0 }'
    method = method_with((COMBINATION, weights))
    found = measure(Tally.from_packed(small, [("A", "435")]), small, method)[0]
    assert [(each.index, each.weight, each.points) for each in found.factors] == [(50, 1, 5), (100, 0, 0)]
    alone = measure(Tally.from_packed(small, [("A", "--5")]), small, method)[0]
    assert (alone.index, alone.points, alone.factors[1].index) == (None, None, 100)


def test_a_method_may_withhold_the_index_while_a_factor_is_undefined(
    small: Questionnaire, method_with: Callable[..., Method]
) -> None:
    method = method_with(('undefined_factor = "reweight"', 'undefined_factor = "withhold"'))
    found = measure(Tally.from_packed(small, [("A", "43-"), ("B", "434")]), small, method)
    assert [each.index for each in found] == [None, Fraction(200, 3)]
    assert [each.weight for each in found[0].factors] == [None, None]
    assert [each.index for each in found[0].factors] == [50, None]


def test_the_general_question_alone_makes_the_index_and_the_factors_inform(general: Questionnaire) -> None:
    tally = Tally.from_packed(general, [("A", "4435" + "4432" + "443-")])
    found = measure(tally, general, load_method("general-question"))[0]
    assert (found.index, found.points) == (50, 5)
    assert [(each.index, each.weight, each.points) for each in found.factors] == [
        (100, None, None),
        (0, None, None),
    ]
    # The sums are over the factors' criteria; the general question stands beside them.
    assert (found.answered, found.satisfied, found.blank) == (9, 6, 0)
    assert (found.criteria[3].code, found.criteria[3].answered, found.criteria[3].blank) == (
        "general_1",
        2,
        1,
    )


def test_the_general_question_leaves_the_other_methods_untouched(
    general: Questionnaire, small: Questionnaire, ha_nam: Method
) -> None:
    with_it = measure(Tally.from_packed(general, [("A", "4331")]), general, ha_nam)[0]
    without = measure(Tally.from_packed(small, [("A", "433")]), small, ha_nam)[0]
    assert (with_it.index, with_it.factors) == (without.index, without.factors)


def test_nobody_answering_the_general_question_leaves_the_index_undefined(general: Questionnaire) -> None:
    found = measure(Tally.from_packed(general, [("A", "444-")]), general, load_method("general-question"))[0]
    assert (found.index, found.points) == (None, None)


def test_a_method_the_questionnaire_cannot_serve_is_refused(small: Questionnaire) -> None:
    with pytest.raises(ScoringError, match="small-1 không có câu hỏi chung"):
        measure(Tally.from_packed(small, []), small, load_method("general-question"))


def test_a_unit_without_responses_has_zero_counts_and_nothing_defined(
    small: Questionnaire, ha_nam: Method
) -> None:
    found = empty_unit("Z", small, ha_nam)
    assert (found.unit, found.responses, found.answered, found.satisfied, found.blank) == ("Z", 0, 0, 0, 0)
    assert (found.index, found.points, [each.index for each in found.factors]) == (None, None, [None, None])
    assert [each.levels for each in found.criteria] == [(0, 0, 0, 0, 0)] * 3
