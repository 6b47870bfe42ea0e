"""The codebook: every variable with its words, values and frequencies, which add up to the forms there are."""

import json
from typing import Any

import pytest

from survey_app.exports import codebook
from tests.exports.material import OTHER, QUESTIONNAIRE, QUESTIONNAIRES, ROWS, material


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The codebook of the five forms, as programs read it, its variables by code."""
    content = json.loads(codebook.json_of(material(), QUESTIONNAIRES))
    return content | {"variables": {each["code"]: each for each in content["variables"]}}


def test_it_says_what_it_is_of(told: dict[str, Any]) -> None:
    assert (told["run"], told["responses"], told["as_of"]) == (3, 5, "2026-11-25T17:30:00+00:00")
    assert told["book"] == material().book.digest
    assert told["questionnaires"] == [{"code": each.code, "sha256": each.sha256} for each in QUESTIONNAIRES]


def test_values_not_applicable_and_empty_add_up_to_all_forms(told: dict[str, Any]) -> None:
    for each in told["variables"].values():
        assert each["n"] + each["not_applicable"] + each["empty"] == len(ROWS), each["code"]
        assert not each["values"] or sum(value["n"] for value in each["values"]) == each["n"]


def test_n3_a_level_counts_each_value_zeros_included_and_not_applicable_apart(told: dict[str, Any]) -> None:
    """By hand: access_1 is N 1 4 5 in the first questionnaire and 3 in the other; access_4 only the first asks."""
    first, fourth = told["variables"]["access_1"], told["variables"]["access_4"]
    assert [value["n"] for value in first["values"]] == [1, 0, 1, 1, 1]
    assert [value["words"] for value in first["values"]] == list(QUESTIONNAIRE.scale.levels)
    assert (first["n"], first["not_applicable"], first["empty"]) == (4, 1, 0)
    assert (fourth["n"], fourth["not_applicable"], fourth["empty"]) == (4, 0, 1)
    assert first["elsewhere"] == {OTHER.code: OTHER.criteria[0].text}


def test_a_choice_tells_number_and_stored_code_and_a_whole_number_its_range_and_mean(
    told: dict[str, Any],
) -> None:
    female = next(each for each in told["variables"]["gender"]["values"] if each["stored"] == "female")
    assert (female["words"], female["n"]) == ("Nữ", 2)
    version = told["variables"]["version"]
    assert [version[key] for key in ("least", "greatest", "mean")] == [1, 2, "1.80"]  # 2 1 2 2 2
    assert told["variables"]["age"]["mean"] == "41.00"
    assert told["variables"]["form_code"]["values"] == []


def test_the_page_carries_its_warning_loads_nothing_and_shows_peoples_text_as_text() -> None:
    page = codebook.html_of(material(name="Đợt <b>thử</b>"), QUESTIONNAIRES).decode()
    assert "SỐ LIỆU MINH HỌA" in page
    assert "Đợt &lt;b&gt;thử&lt;/b&gt;" in page
    assert ("<b>" in page, "http" in page, "<script" in page) == (False, False, False)
    assert "26/11/2026 00:30 (giờ Việt Nam)" in page
    assert "trung bình 1,80" in page
    assert "25,0\u00a0%" in page
