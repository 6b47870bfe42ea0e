"""Methods: those that ship, what each rule reads as, and everything a broken one is refused for."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.method import Band, Method, Step, Validity, available_methods, load_method, parse_method
from scoring.questionnaire import Questionnaire

RULES = {
    "criterion-mean": ("top2", "criterion_mean", "criteria", "linear"),
    "factor-mean": ("top2", "pooled", "equal", "linear"),
    "general-question": ("top2", "general_question", "general_question", "linear"),
    "ha-nam-2022": ("top2", "pooled", "answers", "linear"),
    "mean-level": ("mean5", "pooled", "answers", "linear"),
    "step-points": ("top2", "pooled", "answers", "step"),
    "threshold-points": ("top2", "pooled", "answers", "threshold"),
    "weighted-factors": ("top2", "pooled", "custom", "linear"),
}
COMBINATION = 'combination = "pooled"'
CUSTOM = 'within_factor = "pooled"\nfactor_weights = "custom"\nweights = '


def test_the_methods_that_ship_are_named_by_their_rules() -> None:
    assert available_methods() == tuple(RULES)


@pytest.mark.parametrize(("code", "rules"), RULES.items())
def test_a_method_that_ships_says_what_its_name_says(code: str, rules: tuple[str, ...]) -> None:
    method = load_method(code)
    index = method.index
    found = (index.level_rule, index.within_factor, index.factor_weights, method.points.conversion)
    assert (method.code, found) == (code, rules)
    assert (method.points.maximum, method.points.decimals, method.full_maximum) == (10, 2, 100)
    assert method.uses_general_question == (code == "general-question")


def test_the_method_of_ha_nam_has_the_published_bands(ha_nam: Method) -> None:
    # Report of Hà Nam 2022: from 95, 85, 75, 70.
    assert ha_nam.bands == (
        Band("Xuất sắc", Fraction(95)),
        Band("Tốt", Fraction(85)),
        Band("Khá", Fraction(75)),
        Band("Trung bình", Fraction(70)),
        Band("Yếu", Fraction(0)),
    )
    assert (ha_nam.rank_on, ha_nam.ties, ha_nam.rank_incomplete) == ("published", "competition", False)
    assert (ha_nam.smallest_n, ha_nam.interval) == (3, "modelled-deff-wilson")
    assert ha_nam.validity == Validity((1, 2, 3, 4), Fraction(4, 5))
    assert ha_nam.index.undefined_factor == "reweight"
    assert dict(ha_nam.index.weights) == {}


def test_a_decimal_weight_is_exactly_what_is_written() -> None:
    weights = load_method("weighted-factors").index.weights
    assert dict(weights) == {
        "access": Fraction(1, 5),
        "procedure": Fraction(3, 20),
        "official": Fraction(3, 10),
        "outcome": Fraction(1, 5),
        "feedback": Fraction(3, 20),
    }
    with pytest.raises(TypeError):
        weights["access"] = Fraction(1)  # type: ignore[index]


def test_steps_and_thresholds_are_read_in_order() -> None:
    assert load_method("step-points").points.steps == (
        *(Step(Fraction(0), Fraction(0)), Step(Fraction(60), Fraction(4)), Step(Fraction(70), Fraction(6))),
        *(Step(Fraction(80), Fraction(8)), Step(Fraction(90), Fraction(10))),
    )
    threshold = load_method("threshold-points").points
    assert (threshold.full_from, threshold.zero_below, threshold.steps) == (95, 60, ())


def test_reading_the_pinned_text_again_gives_the_same_method(ha_nam: Method) -> None:
    assert parse_method(ha_nam.text, "other") == ha_nam
    assert parse_method(ha_nam.text.replace("from = 85", "from = 86"), "other").sha256 != ha_nam.sha256


def test_a_misspelt_method_is_refused_never_replaced() -> None:
    with pytest.raises(ScoringError) as caught:
        load_method("ha-nam-2202")
    assert caught.value.code == "definition_unknown"
    assert str(caught.value).startswith(
        "Không có phương pháp “ha-nam-2202” (có phải “ha-nam-2022”?). Hiện có: "
    )


def test_a_method_loads_from_a_path(tmp_path: Path, ha_nam: Method) -> None:
    path = tmp_path / "own.toml"
    path.write_text(ha_nam.text, encoding="utf-8")
    assert load_method(path) == ha_nam


def test_a_general_question_method_refuses_a_questionnaire_without_one(
    sipas: Questionnaire, general: Questionnaire
) -> None:
    method = load_method("general-question")
    method.check_against(general)
    with pytest.raises(ScoringError) as caught:
        method.check_against(sipas)
    assert caught.value.code == "general_missing"
    assert str(caught.value).startswith(
        "Phương pháp general-question dùng câu hỏi chung, nhưng phiếu sipas-2017 "
    )


def test_custom_weights_must_name_the_factors_of_the_questionnaire(
    method_with: Callable[..., Method], small: Questionnaire
) -> None:
    method_with((COMBINATION, CUSTOM + "{ access = 0.25, feedback = 0.75 }")).check_against(small)
    with pytest.raises(ScoringError, match=r"“acces” \(có phải “access”\?\)") as caught:
        method_with((COMBINATION, CUSTOM + "{ acces = 0.25, feedback = 0.75 }")).check_against(small)
    assert caught.value.code == "weights_factor"
    with pytest.raises(ScoringError, match=r"thiếu yếu tố “feedback” của phiếu small-1") as caught:
        method_with((COMBINATION, CUSTOM + "{ access = 1 }")).check_against(small)
    assert caught.value.code == "weights_incomplete"


THRESHOLD = 'conversion = "threshold"\n'
STEP = 'conversion = "step"\n'
LINEAR = 'conversion = "linear"\n'

BROKEN = [
    ('code = "ha-nam-2022"', 'code = "Hà Nam"', "code_grammar", "“Hà Nam”"),
    ("full_maximum = 100\n", "", "key_missing", "“full_maximum”"),
    ("full_maximum = 100", "full_maximum = 0", "number_range", "1–1000"),
    ('"top2"', '"top3"', "word_unknown", "có phải “top2”"),
    (COMBINATION, 'combination = "poolled"', "word_unknown", "có phải “pooled”"),
    (COMBINATION, COMBINATION + '\nfactor_weights = "equal"', "key_unknown", "“factor_weights”"),
    (COMBINATION, 'within_factor = "pooled"', "key_missing", "“factor_weights”"),
    (COMBINATION, 'within_factor = "mean"\nfactor_weights = "equal"', "word_unknown", "criterion_mean"),
    (COMBINATION, 'within_factor = "pooled"\nfactor_weights = "custum"', "word_unknown", "có phải “custom”"),
    (COMBINATION, 'within_factor = "pooled"\nfactor_weights = "custom"', "key_missing", "“weights”"),
    (COMBINATION, CUSTOM + "{ access = 0.5, feedback = 0.4 }", "weights_sum", "là 0.9, không phải 1"),
    (COMBINATION, CUSTOM + "{ access = 0.5, feedback = 0.51 }", "weights_sum", "là 1.01"),
    (COMBINATION, CUSTOM + "{ access = -0.5, feedback = 1.5 }", "number_range", "[weights]"),
    (COMBINATION, CUSTOM + '{ access = "1" }', "key_type", "một số"),
    ('undefined_factor = "reweight"', 'undefined_factor = "zero"', "word_unknown", "reweight, withhold"),
    (LINEAR, 'conversion = "liner"\n', "word_unknown", "có phải “linear”"),
    (LINEAR, LINEAR + "full_from = 90\n", "key_unknown", "“full_from”"),
    ("maximum = 10\n", "maximum = 0\n", "number_range", "“maximum”"),
    ("decimals = 2", "decimals = 7", "number_range", "0–6"),
    ("decimals = 2", "decimal = 2", "key_unknown", "có phải “decimals”"),
    (LINEAR, THRESHOLD, "key_missing", "“full_from”"),
    (
        LINEAR,
        THRESHOLD + "full_from = 60\nzero_below = 61\n",
        "threshold_order",
        "(61) không được lớn hơn full_from (60)",
    ),
    (LINEAR, THRESHOLD + "full_from = 101\nzero_below = 61\n", "number_range", "1–100"),
    (LINEAR, STEP, "key_missing", "“step”"),
    (LINEAR, STEP + "step = [{ from = 1, points = 0 }]\n", "steps_order", "bậc từ 1"),
    (
        LINEAR,
        STEP + "step = [{ from = 0, points = 0 }, { from = 0, points = 5 }]\n",
        "steps_order",
        "step thứ 2",
    ),
    (
        LINEAR,
        STEP + "step = [{ from = 0, points = 5 }, { from = 50, points = 4 }]\n",
        "steps_order",
        "bậc từ 50",
    ),
    (
        LINEAR,
        STEP + "step = [{ from = 0, points = 0 }, { from = 50, points = 11 }]\n",
        "number_range",
        "0–10",
    ),
    (LINEAR, STEP + "step = [{ from = 0, points = 0, x = 1 }]\n", "key_unknown", "“x”"),
    ("from = 85", "from = 95", "bands_order", "“Tốt”"),
    ("from = 85", "from = 96", "bands_order", "“Tốt”"),
    ('name = "Khá"', 'name = "Tốt"', "bands_order", "band thứ 3"),
    ("from = 0", "from = 1", "bands_floor", "bắt đầu từ 0"),
    ('name = "Khá"', 'nane = "Khá"', "key_unknown", "có phải “name”"),
    ("from = 75", "from = 75\nto = 85", "key_unknown", "“to”"),
    ('on = "published"', 'on = "printed"', "word_unknown", "published, unrounded"),
    ('ties = "competition"', 'ties = "shared"', "word_unknown", "competition, dense"),
    ("incomplete_units = false", "incomplete_units = 0", "key_type", "true hoặc false"),
    ("incomplete_units = false", "incomplete_units = false\nx = 1", "key_unknown", "[ranks]"),
    ("smallest_n = 3", "smallest_n = 0", "number_range", "1–1000"),
    ("smallest_n = 3", "smallest_n = 3\nlargest_n = 4", "key_unknown", "[sample]"),
    ('interval = "modelled-deff-wilson"', 'interval = "wilson"', "word_unknown", "korn-graubard"),
    ('design = "modelled"', 'design = "two_stage"', "word_unknown", "srs"),
    ('interval = "holm"', 'interval = "holms"', "word_unknown", "bonferroni"),
    ("caution_n = 30", "caution_n = 2", "number_range", "“caution_n”"),
    ("caution_df = 8", "caution_df = -1", "number_range", "“caution_df”"),
    ("caution_width = 20", "caution_width = 31", "number_range", "1–30"),
    ("widest = 30", "widest = 300", "number_range", "1–100"),
    ("smallest_cell = 5", "smallest_cell = 0", "number_range", "“smallest_cell”"),
    ("smallest_cell = 5", "smallest_cell = 5\nbiggest = 4", "key_unknown", "[publication]"),
    ("factors = [1, 2, 3, 4]", "factors = []", "key_type", "danh sách các số nguyên"),
    ("factors = [1, 2, 3, 4]", "factors = [0]", "number_range", "“factors”"),
    ("share = 0.8", "share = 80", "number_range", "0–1"),
    ("share = 0.8", "share = 0.8\nrule = 1", "key_unknown", "[validity]"),
    ("[ranks]", "[rank]", "key_unknown", "có phải “ranks”"),
    ("[validity]", "[extra]\nx = 1\n[validity]", "key_unknown", "“extra”"),
]


@pytest.mark.parametrize(("old", "new", "code", "named"), BROKEN)
def test_a_broken_method_is_refused_by_name(
    method_with: Callable[..., Method], old: str, new: str, code: str, named: str
) -> None:
    with pytest.raises(ScoringError) as caught:
        method_with((old, new))
    assert caught.value.code == code
    assert str(caught.value).startswith("changed.toml")
    assert named in str(caught.value)


def test_the_bounds_of_a_methods_numbers_are_legal(method_with: Callable[..., Method]) -> None:
    for old, new in (
        ("maximum = 10\n", "maximum = 1\n"),
        ("maximum = 10\n", "maximum = 1000\n"),
        ("decimals = 2", "decimals = 0"),
        ("decimals = 2", "decimals = 6"),
        ("share = 0.8", "share = 0"),
        ("share = 0.8", "share = 1"),
        ("factors = [1, 2, 3, 4]", "factors = [20]"),
        ("from = 95", "from = 100"),
        (LINEAR, THRESHOLD + "full_from = 100\nzero_below = 0\n"),
        (COMBINATION, CUSTOM + "{ access = 1, feedback = 0 }"),
    ):
        assert new.strip() in method_with((old, new)).text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("maximum = 10\n", "maximum = 1001\n"),
        ("decimals = 2", "decimals = -1"),
        ("factors = [1, 2, 3, 4]", "factors = [21]"),
        ("from = 95", "from = 101"),
        (LINEAR, STEP + "step = [{ from = 0, points = 0 }, { from = 101, points = 1 }]\n"),
        (LINEAR, THRESHOLD + "full_from = 100\nzero_below = 101\n"),
        (COMBINATION, CUSTOM + "{ access = 1.5, feedback = -0.5 }"),
    ],
)
def test_a_number_beyond_its_bounds_is_refused(
    method_with: Callable[..., Method], old: str, new: str
) -> None:
    with pytest.raises(ScoringError) as caught:
        method_with((old, new))
    assert caught.value.code == "number_range"


def test_a_step_above_a_maximum_with_decimals_is_refused(method_with: Callable[..., Method]) -> None:
    steps = STEP + "step = [{ from = 0, points = 0 }, { from = 50, points = 10 }]\n"
    assert method_with((LINEAR, steps), ("maximum = 10\n", "maximum = 10.5\n")).points.steps[1].points == 10


def test_thresholds_that_meet_and_steps_of_equal_points_are_legal(method_with: Callable[..., Method]) -> None:
    rule = method_with((LINEAR, THRESHOLD + "full_from = 80\nzero_below = 80\n")).points
    assert (rule.full_from, rule.zero_below) == (80, 80)
    steps = "step = [{ from = 0, points = 5 }, { from = 50, points = 5 }]\n"
    assert len(method_with((LINEAR, STEP + steps)).points.steps) == 2


@pytest.mark.parametrize(
    "change",
    [
        ('design = "modelled"', 'design = "cluster"'),
        ('interval = "modelled-deff-wilson"', 'interval = "wald"'),
    ],
)
def test_an_interval_that_does_not_go_with_the_design_is_refused(
    method_with: Callable[..., Method], change: tuple[str, str]
) -> None:
    with pytest.raises(ScoringError) as caught:
        method_with(change)
    assert caught.value.code == "interval_without_design"
