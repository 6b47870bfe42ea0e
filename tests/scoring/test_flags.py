"""Flags: what is noteworthy about a unit is marked by code and said in Vietnamese, never a refusal."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from scoring.answers import Tally
from scoring.flags import WORDING, flags_of, is_incomplete, wording
from scoring.method import Method, load_method
from scoring.questionnaire import Questionnaire
from scoring.satisfaction import UnitResult, empty_unit, measure
from scoring.units import UnitRow


@pytest.fixture
def result(small: Questionnaire) -> Callable[..., UnitResult]:
    """Measures one unit from packed answers to the small questionnaire."""

    def compute(packed: str, method: Method | None = None) -> UnitResult:
        return measure(
            Tally.from_packed(small, [("A", packed)]), small, method or load_method("ha-nam-2022")
        )[0]

    return compute


def unit(maximum: int = 100, population: int | None = None, quota: int | None = None) -> UnitRow:
    """Return a unit with these limits."""
    return UnitRow("A", "A", "g", Decimal(maximum), None, population, quota)


@pytest.mark.parametrize(
    ("packed", "flags"),
    [
        ("434" * 3, []),
        ("434" * 2, ["too_few"]),
        ("444" * 3, ["all_satisfied"]),
        ("554" * 1, ["too_few", "all_satisfied"]),
        ("43-" * 3, ["factor_undefined:feedback"]),
        ("4N3" * 3, ["criterion_undefined:access_2"]),
        ("--3" * 3, ["factor_undefined:access"]),
        ("NN-" * 3, ["no_answer"]),
        ("---", ["too_few", "no_answer"]),
    ],
)
def test_a_result_is_flagged_for_what_is_missing_or_too_good(
    result: Callable[..., UnitResult], ha_nam: Method, packed: str, flags: list[str]
) -> None:
    assert flags_of(result(packed), None, ha_nam) == flags


def test_everyone_satisfied_is_not_raised_when_levels_average_below_the_top(
    result: Callable[..., UnitResult],
) -> None:
    method = load_method("mean-level")
    assert flags_of(result("454" * 3, method), None, method) == []
    assert flags_of(result("555" * 3, method), None, method) == ["all_satisfied"]


def test_the_gap_to_the_quota_and_a_sample_above_its_population_show(
    result: Callable[..., UnitResult], ha_nam: Method
) -> None:
    three = result("434" * 3)
    assert flags_of(three, unit(quota=4), ha_nam) == ["below_quota"]
    assert flags_of(three, unit(population=2), ha_nam) == ["above_population"]
    assert flags_of(three, unit(population=3, quota=3), ha_nam) == []
    assert flags_of(three, unit(population=0, quota=0), ha_nam) == ["above_population"]


def test_a_unit_without_responses_is_short_of_sample_and_quota(small: Questionnaire, ha_nam: Method) -> None:
    assert flags_of(empty_unit("A", small, ha_nam), unit(quota=5), ha_nam) == ["too_few", "below_quota"]


def test_a_unit_without_procedures_has_no_survey_and_responses_about_it_are_a_doubt(
    small: Questionnaire, result: Callable[..., UnitResult], ha_nam: Method
) -> None:
    assert flags_of(empty_unit("A", small, ha_nam), unit(60, quota=5), ha_nam) == ["no_survey"]
    assert flags_of(result("444"), unit(60), ha_nam) == ["survey_not_expected"]


def test_the_smallest_sample_is_the_methods(
    result: Callable[..., UnitResult], method_with: Callable[..., Method]
) -> None:
    method = method_with(("smallest_n = 3", "smallest_n = 1"))
    assert flags_of(result("434"), None, method) == []


def test_only_a_whole_factor_without_index_makes_a_result_incomplete(
    result: Callable[..., UnitResult],
) -> None:
    assert [is_incomplete(result(packed)) for packed in ("434", "4-4", "44-")] == [False, False, True]


def test_a_flag_names_its_factor_or_criterion_in_words(small: Questionnaire) -> None:
    assert wording("too_few", small) == "chưa đủ mẫu"
    assert wording("factor_undefined:feedback", small) == "chưa có câu trả lời cho yếu tố “Góp ý”"
    assert wording("criterion_undefined:access_2", small) == "chưa có câu trả lời cho tiêu chí “Sạch sẽ”"


def test_every_wording_is_reached_by_some_flag() -> None:
    assert set(WORDING) == {
        *("no_survey", "survey_not_expected", "too_few", "no_answer", "all_satisfied"),
        *("factor_undefined", "criterion_undefined", "below_quota", "above_population"),
    }
