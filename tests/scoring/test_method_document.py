"""METHOD.md tells what the code does: every rule, setting and flag is in it, and its example recomputes."""

import re
from pathlib import Path

import pytest

from scoring import method as rules
from scoring.answers import Tally
from scoring.flags import WORDING
from scoring.method import available_methods, load_method
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from scoring.satisfaction import measure

TEXT = (Path(rules.__file__).parent / "METHOD.md").read_text(encoding="utf-8")

WORDS = [
    *rules.LEVEL_RULES,
    *rules.WITHIN_FACTOR,
    *rules.FACTOR_WEIGHTS,
    *rules.COMBINATIONS,
    *rules.UNDEFINED_FACTOR,
    *rules.CONVERSIONS,
    *rules.RANK_VALUES,
    *rules.TIES,
]


@pytest.mark.parametrize("word", [*WORDS, *WORDING])
def test_every_rule_and_flag_is_explained(word: str) -> None:
    assert re.search(rf"\b{word}\b", TEXT)


@pytest.mark.parametrize(
    "code", ["ha-nam-2022", "criterion-mean", "factor-mean", "general-question", "mean-level"]
)
def test_the_methods_it_names_ship(code: str) -> None:
    assert f"`{code}`" in TEXT
    assert code in available_methods()


def test_the_worked_example_recomputes(ten: Tally, sipas: Questionnaire) -> None:
    pooled, mean, factors = (
        measure(ten, sipas, load_method(code))[0] for code in ("ha-nam-2022", "criterion-mean", "factor-mean")
    )
    shares = re.findall(
        r"^\| (\w+) \|.*/\d+ \| ([\d/]+) = ([\d.]+) \| (\d+/196) \|.*?([\d.]+) \|$", TEXT, re.MULTILINE
    )
    assert shares == [
        (
            each.code,
            f"{each.satisfied}/{each.answered}",
            str(half_up(each.index or 0, 2)),
            f"{each.answered}/196",
            str(half_up(each.points or 0, 2)),
        )
        for each in pooled.factors
    ]
    found = re.findall(r"(\d\d\.\d\d) % → (\d\.\d\d)", TEXT.partition("## 5.")[2])
    assert found == [
        (str(half_up(each.index or 0, 2)), str(half_up(each.points or 0, 2)))
        for each in (pooled, mean, factors)
    ]


def test_every_setting_of_a_method_file_is_named() -> None:
    keys = set(re.findall(r"^(\w+) = ", load_method("threshold-points").text, re.MULTILINE))
    described = {"code", "title", "source", "note", "name", "from", "maximum", "conversion", "level_rule", "combination",
                 "interval", "factors"}  # fmt: skip
    assert {key for key in keys - described if f"`{key}" not in TEXT} == set()
