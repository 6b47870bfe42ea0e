"""The field rules that form, device and import share: one reading of every value, and a sentence otherwise."""

from typing import Any

import pytest
from flask import Flask

from scoring.questionnaire import (
    Questionnaire,
    available_questionnaires,
    load_questionnaire,
    parse_questionnaire,
)
from survey_app.domain import campaigns, demonstration
from survey_app.domain.entry_rules import Entered, EntryRules, rules_of
from survey_app.extensions import db
from survey_app.language import clean
from survey_app.models import Definition
from tests.bad_inputs import BAD_INPUTS

SIPAS = load_questionnaire("sipas-2017")
REQUIRED = {"service_field": "land", "respondent_kind": "citizen"}
WITH_A_NUMBER = SIPAS.text + (
    '\n[[question]]\ncode = "days"\nsection = "experience"\nkind = "integer"\n'
    'text = "Ông/Bà chờ bao nhiêu ngày?"\nminimum = 0\nmaximum = 365\n'
)


@pytest.fixture
def rules(demo: Flask) -> EntryRules:
    """The rules of the demonstration's questionnaire."""
    return rules_of(campaigns.by_code(demonstration.CODE).questionnaire_sha256)


@pytest.fixture
def with_a_number(demo: Flask) -> EntryRules:
    """The rules of a questionnaire that also asks for a whole number, from 0 to 365."""
    return pinned(parse_questionnaire(WITH_A_NUMBER, "test"))


def pinned(questionnaire: Questionnaire) -> EntryRules:
    """Store a questionnaire as campaigns pin it, and return its rules."""
    facts = {name: getattr(questionnaire, name) for name in ("sha256", "code", "text")}
    db.session.add(Definition(kind="questionnaire", **facts))
    db.session.flush()
    return rules_of(questionnaire.sha256)


def read(rules: EntryRules, *, complete: bool = False, **details: Any) -> Entered:
    """Read details alone."""
    return rules.read({}, details, complete=complete)


@pytest.mark.parametrize(
    ("value", "packed"),
    [(1, "1"), (5, "5"), ("1", "1"), ("5", "5"), ("NA", "N"), ("", "-"), (None, "-")],
)
def test_a_level_is_one_of_five_not_applicable_or_blank(
    rules: EntryRules, value: object, packed: str
) -> None:
    entered = rules.read({"access_1": value}, {}, complete=False)
    assert (entered.answers, entered.errors) == (packed + "-" * 21, {})


NO_LEVELS = [
    *(0, 6, -1, True, False, 4.0, 4.5, float("nan"), "4.0", " 4", "4 ", "٣", "４", "1_0", "+4", "-0", "na"),
    *("N", "-", "four", "4\u200b", "\x00", b"4", ["4"], ["4", "5"], [], {}, {"a": 1}, 10**30),
]


@pytest.mark.parametrize("value", NO_LEVELS)
def test_what_is_no_level_is_refused_and_never_coerced(rules: EntryRules, value: object) -> None:
    entered = rules.read({"access_1": value}, {}, complete=False)
    assert list(entered.errors) == ["access_1"]
    assert entered.answers == "-" * 22
    assert "không có trong thang 1–5" in entered.errors["access_1"]


@pytest.mark.parametrize(
    ("value", "read_as"),
    [(0, 0), (365, 365), ("0", 0), ("030", 30), (" 30 ", 30), ("", None), (None, None)],
)
def test_n1_a_whole_number_is_read_by_one_rule_and_zero_is_a_value(
    with_a_number: EntryRules, value: object, read_as: int | None
) -> None:
    entered = read(with_a_number, days=value)
    assert (entered.details.get("days"), entered.errors) == (read_as, {})


NO_NUMBERS = [
    *("1_000", "１２", "٣", "-0", "+5", "8,5", "8.5", "1.234,5", "1,234.5", "inf", "1e999", "NaN", "0x10"),
    *("366", -1, 366, 5.0, True, [5], {"a": 5}, "\t5", "5\u200b", "9" * 5000, "ba mươi"),
]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_u1_u6_n5_a_number_written_otherwise_is_refused_with_its_range(
    with_a_number: EntryRules, value: object
) -> None:
    entered = read(with_a_number, days=value)
    assert "days" not in entered.details
    assert "một số nguyên từ 0 đến 365" in entered.errors["days"]
    assert len(entered.errors["days"]) < 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Cấp sổ đỏ ", "Cấp sổ đỏ"),
        ("Cấp so\u0302\u0309 đỏ", "Cấp sổ đỏ"),
        ("hai\r\ndòng\rba", "hai\ndòng\nba"),
        ("a\tb", "a b"),
        ("a\x0bb\x16c\x00d\ud800e\u200bf\ufeffg", "abcdefg"),
        ("\u202eABC", "ABC"),
        ("=1+1", "=1+1"),
        ("+84912345678", "+84912345678"),
        ("😀", "😀"),
    ],
)
def test_u7_e10_text_is_kept_as_typed_without_what_nobody_sees(
    rules: EntryRules, typed: str, kept: str
) -> None:
    entered = read(rules, comment=typed)
    assert (entered.details["comment"], entered.errors) == (kept, {})


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200b", "\ufeff", "\x00", "\r\n", None])
def test_u7_text_of_nothing_visible_is_no_text(rules: EntryRules, typed: object) -> None:
    entered = read(rules, comment=typed)
    assert (entered.details, entered.errors) == ({}, {})


def test_text_is_measured_after_cleaning_and_the_sentence_says_by_how_much_it_is_too_long(
    rules: EntryRules,
) -> None:
    assert read(rules, service_procedure="ổ" * 200 + "\u200b" * 50).errors == {}
    assert "201 ký tự; tối đa 200" in read(rules, service_procedure="ổ" * 201).errors["service_procedure"]


@pytest.mark.parametrize(
    "value", ["moon", "Đất đai, môi trường", "LAND", 1, True, ["land"], ["land", "labour"]]
)
def test_a_choice_is_one_listed_code(rules: EntryRules, value: object) -> None:
    entered = read(rules, service_field=value)
    assert list(entered.errors) == ["service_field"]
    assert "service_field" not in entered.details


def test_several_choices_are_kept_once_each_in_the_order_of_the_list(rules: EntryRules) -> None:
    assert read(rules, channel=["other", "media", "other"]).details == {"channel": ["media", "other"]}
    assert read(rules, channel=[]).details == {}
    for wrong in ("media", ["moon"], ["media", "moon"], [["media"]], [{"a": 1}], {"media": 1}, 5, [None]):
        assert list(read(rules, channel=wrong).errors) == ["channel"], wrong


def test_answers_to_questions_that_were_skipped_are_refused(rules: EntryRules) -> None:
    for time in ("early", "on_time", ""):
        assert list(read(rules, result_time=time, late_notice="yes").errors) == ["late_notice"]
    late = read(rules, result_time="late", late_notice="yes", late_apology="no")
    assert (late.errors, len(late.details)) == ({}, 3)
    citizen = read(rules, respondent_kind="citizen", gender="male", organisation_type="cooperative")
    assert list(citizen.errors) == ["organisation_type"]
    organisation = read(rules, respondent_kind="organisation", gender="male", organisation_role="leader")
    assert list(organisation.errors) == ["gender"]


def test_a_blank_answer_to_a_skipped_question_is_no_answer(rules: EntryRules) -> None:
    assert read(rules, result_time="early", late_notice="", late_apology=None).errors == {}


def test_required_questions_are_asked_for_only_when_the_form_is_finished(rules: EntryRules) -> None:
    assert read(rules).errors == {}
    assert set(read(rules, complete=True).errors) == set(REQUIRED)
    assert read(rules, complete=True, **REQUIRED).errors == {}


def test_a_question_that_the_version_has_not_or_in_the_wrong_place_is_refused_and_not_dropped(
    rules: EntryRules,
) -> None:
    entered = rules.read(
        {"access_9": 4, "comment": 4}, {"ethnicity": "kinh", "access_1": "4"}, complete=False
    )
    assert set(entered.errors) == {"access_9", "comment", "ethnicity", "access_1"}
    long = rules.read({}, {"x" * 1000: "y"}, complete=False)
    assert "x" * 41 not in next(iter(long.errors.values()))


@pytest.mark.parametrize("code", available_questionnaires())
def test_every_bad_input_in_every_question_is_refused_in_words_or_read_as_what_it_is(
    app: Flask, code: str
) -> None:
    rules = pinned(load_questionnaire(code))
    for criterion in rules.criteria:
        for name, bad in BAD_INPUTS.items():
            entered = rules.read({criterion: bad}, {}, complete=False)
            assert entered.answers == "-" * len(rules.criteria)
            assert list(entered.errors) == ([] if bad in ("", None) else [criterion]), name
    for question in rules.questionnaire.questions:
        for name, bad in BAD_INPUTS.items():
            entered = rules.read({}, {question.code: bad}, complete=False)
            if entered.errors:
                assert list(entered.errors) == [question.code], name
                assert entered.details == {}
                assert 0 < len(entered.errors[question.code]) < 200, name
            elif entered.details:
                assert question.kind == "text"
                assert entered.details == {question.code: clean(bad)}
            else:
                assert bad in (None, "", []) or (question.kind == "text" and clean(bad) == ""), name
