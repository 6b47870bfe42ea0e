"""Soft doubts are asked about once: each raised by what it says, by nothing else, and for the right questionnaires."""

from collections.abc import Iterator

import pytest
from flask import Flask

from scoring.questionnaire import load_questionnaire
from survey_app.domain import campaigns, demonstration, doubts
from survey_app.domain.campaigns import questionnaire_of
from survey_app.extensions import db
from survey_app.models import Definition

CODES = load_questionnaire("sipas-2017").criterion_codes


@pytest.fixture
def sha(demo: Flask) -> str:
    """The questionnaire of the demonstration."""
    return campaigns.by_code(demonstration.CODE).questionnaire_sha256


def raised(sha: str, answers: str, **details: object) -> list[str]:
    """Return the codes of the doubts that answers raise."""
    return [doubt.code for doubt in doubts.raised(sha, answers, details)]


def packed(**levels: str) -> str:
    """Return answers that raise no doubt, some of them changed."""
    return "".join(levels.get(code, "34"[place % 2]) for place, code in enumerate(CODES))


def test_ordinary_answers_raise_no_doubt(sha: str) -> None:
    assert raised(sha, packed(), result_time="on_time", harassment="no", extra_fee="no") == []


@pytest.mark.parametrize(
    ("details", "levels", "expected"),
    [
        ({"result_time": "late"}, {"procedure_5": "4"}, ["late_yet_in_time"]),
        ({"result_time": "late"}, {"procedure_5": "3"}, []),
        ({"result_time": "on_time"}, {"procedure_5": "5"}, []),
        ({"harassment": "yes"}, {"official_1": "5"}, ["harassed_yet_polite"]),
        ({"harassment": "yes"}, {"official_1": "-"}, []),
        ({"extra_fee": "yes"}, {"procedure_4": "5"}, ["extra_fee_yet_right_fee"]),
    ],
)
def test_a_contradiction_between_two_questions_is_a_doubt(
    sha: str, details: dict[str, object], levels: dict[str, str], expected: list[str]
) -> None:
    assert raised(sha, packed(**levels), **details) == expected


def test_one_level_everywhere_is_a_doubt_from_ten_answers_on(sha: str) -> None:
    assert raised(sha, "4" * 22) == ["one_level"]
    assert raised(sha, "4" * 10 + "-" * 12) == ["one_level"]
    assert raised(sha, "4" * 9 + "-" * 13) == []
    assert raised(sha, "4" * 21 + "3") == []


def test_more_than_half_not_applicable_is_a_doubt(sha: str) -> None:
    assert raised(sha, "N" * 12 + "34" * 5) == ["mostly_not_applicable"]
    assert raised(sha, "N" * 11 + "34" * 5 + "3") == []


@pytest.fixture
def later(demo: Flask) -> Iterator[str]:
    """The questionnaire of 2023, which asks for the age as a number."""
    questionnaire = load_questionnaire("sipas-2023")
    db.session.add(
        Definition(sha256=questionnaire.sha256, kind="questionnaire", code="x", text=questionnaire.text)
    )
    db.session.flush()
    yield questionnaire.sha256
    db.session.rollback()


def test_an_unusual_age_is_a_doubt_where_the_age_is_asked_as_a_number(later: str) -> None:
    answers = "34" * 30
    answers = answers[: len(questionnaire_of(later).criteria)]
    assert [raised(later, answers, age=age) for age in (17, 18, 95, 96)] == [
        ["age_below_18"],
        [],
        [],
        ["age_above_95"],
    ]


def test_each_questionnaire_has_the_doubts_whose_questions_it_asks(sha: str, later: str) -> None:
    assert [doubt.code for doubt in doubts.doubts_of(sha)] == [
        "late_yet_in_time",
        "harassed_yet_polite",
        "extra_fee_yet_right_fee",
        "one_level",
        "mostly_not_applicable",
    ]
    assert [doubt.code for doubt in doubts.doubts_of(later)] == [
        "late_yet_punctual",
        "harassed_yet_polite",
        "extra_fee_yet_legal_fee",
        "age_below_18",
        "age_above_95",
        "one_level",
        "mostly_not_applicable",
    ]


def test_a_code_that_is_no_longer_known_stands_for_itself() -> None:
    assert doubts.sentence_of("age_below_18") == "Người trả lời dưới 18 tuổi."
    assert doubts.sentence_of("long_gone") == "long_gone"
