"""Questionnaires: the three that ship, and everything a broken one is refused for."""

import unicodedata
from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.questionnaire import (
    Option,
    Questionnaire,
    available_questionnaires,
    load_questionnaire,
    parse_questionnaire,
)

# Criteria by factor: the national lists of 2017 (22), 2022 (19) and 2023 (16, decision 1001/QĐ-BNV).
SPLITS = {"sipas-2017": (4, 5, 6, 3, 4), "sipas-2022": (4, 4, 5, 3, 3), "sipas-2023": (3, 4, 3, 3, 3)}
FORBIDDEN = ("name", "phone", "address", "ethnic", "gps", "position")


def test_three_questionnaires_ship() -> None:
    assert available_questionnaires() == tuple(SPLITS)


@pytest.mark.parametrize(("code", "split"), SPLITS.items())
def test_the_criteria_are_divided_over_the_five_factors(code: str, split: tuple[int, ...]) -> None:
    questionnaire = load_questionnaire(code)
    assert tuple(len(factor.criteria) for factor in questionnaire.factors) == split
    assert [(factor.number, factor.code, factor.name) for factor in questionnaire.factors] == [
        (1, "access", "Tiếp cận dịch vụ"),
        (2, "procedure", "Thủ tục hành chính"),
        (3, "official", "Công chức giải quyết công việc"),
        (4, "outcome", "Kết quả dịch vụ"),
        (5, "feedback", "Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị"),
    ]
    assert questionnaire.criterion_codes == tuple(
        f"{factor}_{number}"
        for factor, count in zip(
            ("access", "procedure", "official", "outcome", "feedback"), split, strict=True
        )
        for number in range(1, count + 1)
    )
    assert (questionnaire.code, questionnaire.general) == (code, None)


def test_the_scale_is_the_national_one_with_not_applicable_beside() -> None:
    scale = load_questionnaire("sipas-2023").scale
    assert scale.levels == ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")
    assert scale.not_applicable == "Không áp dụng"
    assert scale.question == "Xin Ông/Bà cho biết mức độ hài lòng của mình về từng nội dung dưới đây."


def test_only_criteria_seen_in_a_published_source_are_marked_as_such() -> None:
    verified = [
        criterion.code for criterion in load_questionnaire("sipas-2017").criteria if criterion.verified
    ]
    assert verified == [
        *("access_1", "access_2", "procedure_1", "procedure_5"),
        *("official_1", "official_3", "official_4", "official_6", "feedback_4"),
    ]
    assert "chưa được đối chiếu" in load_questionnaire("sipas-2022").note


@pytest.mark.parametrize("code", SPLITS)
def test_every_text_is_composed_vietnamese_and_nothing_personal_is_asked(code: str) -> None:
    questionnaire = load_questionnaire(code)
    assert unicodedata.is_normalized("NFC", questionnaire.text)
    asked = [question.code for question in questionnaire.questions]
    assert [word for word in asked if any(part in word for part in FORBIDDEN)] == []
    assert {question.section for question in questionnaire.questions} == {
        *("service", "experience", "respondent", "organisation", "comment")
    }


@pytest.mark.parametrize("code", SPLITS)
def test_respondent_data_has_the_published_numbers_of_choices(code: str) -> None:
    questions = {question.code: question for question in load_questionnaire(code).questions}
    assert [len(questions[each].options) for each in ("education", "occupation", "area", "visits")] == [
        6,
        7,
        2,
        4,
    ]


def test_age_is_a_band_until_2022_and_a_number_from_2023() -> None:
    for code in ("sipas-2017", "sipas-2022"):
        assert {q.code: q.kind for q in load_questionnaire(code).questions}["age_band"] == "choice"
    age = next(q for q in load_questionnaire("sipas-2023").questions if q.code == "age")
    assert (age.kind, age.minimum, age.maximum, age.options, age.max_length) == ("integer", 15, 120, (), None)


def test_skips_ask_only_those_concerned() -> None:
    questions = {question.code: question for question in load_questionnaire("sipas-2017").questions}
    assert questions["late_notice"].show_if == ("result_time", ("late",))
    assert questions["late_notice"].applies_to == ("citizen", "organisation")
    assert questions["gender"].show_if == ("respondent_kind", ("citizen",))
    assert questions["gender"].applies_to == ("citizen",)
    assert questions["organisation_role"].applies_to == ("organisation",)
    assert questions["visits"].show_if is None
    assert questions["respondent_kind"].required
    assert not questions["comment"].required
    assert questions["comment"].max_length == 2000


def test_a_question_shown_to_citizens_passes_that_on_to_what_hangs_on_it(small_text: str) -> None:
    text = small_text + (
        '[[question]]\ncode = "work"\nsection = "respondent"\nkind = "choice"\ntext = "?"\n'
        'show_if = { question = "respondent_kind", options = ["citizen"] }\n'
        'options = [{ code = "yes", text = "Có" }, { code = "no", text = "Không" }]\n'
        '[[question]]\ncode = "hours"\nsection = "respondent"\nkind = "integer"\ntext = "?"\n'
        'show_if = { question = "work", options = ["yes"] }\n'
    )
    work, hours = parse_questionnaire(text, "x.toml").questions[1:]
    assert (work.applies_to, hours.applies_to) == (("citizen",), ("citizen",))
    assert (hours.show_if, hours.minimum, hours.maximum) == (("work", ("yes",)), None, None)
    assert work.options == (Option("yes", "Có"), Option("no", "Không"))


def test_the_general_question_stands_outside_the_factors(general: Questionnaire) -> None:
    assert general.general is not None
    assert (general.general.code, general.general.factor, general.general.number) == (
        "general_1",
        "general",
        1,
    )
    assert general.criterion_codes == ("access_1", "access_2", "feedback_1", "general_1")
    assert [len(factor.criteria) for factor in general.factors] == [2, 1]


def test_reading_the_pinned_text_again_gives_the_same_questionnaire(small: Questionnaire) -> None:
    again = parse_questionnaire("\ufeff" + small.text.replace("\n", "\r\n"), "other.toml")
    assert again == small
    changed = parse_questionnaire(small.text.replace("Sạch sẽ", "Sạch"), "other.toml")
    assert changed.sha256 != small.sha256


def test_a_questionnaire_loads_from_a_path(tmp_path: Path, small: Questionnaire) -> None:
    path = tmp_path / "own.toml"
    path.write_text(small.text, encoding="utf-8")
    assert load_questionnaire(path) == small
    assert load_questionnaire(str(path)) == small


def test_an_unknown_questionnaire_is_refused_with_all_known() -> None:
    with pytest.raises(ScoringError, match=r"phiếu hỏi “sipas-2018”.*sipas-2017, sipas-2022, sipas-2023"):
        load_questionnaire("sipas-2018")


QUESTION = '[[question]]\ncode = "q"\nsection = "service"\ntext = "?"\n'
ANSWERS = 'options = [{ code = "a", text = "A" }, { code = "b", text = "B" }]\n'

BROKEN = [
    ('title = "Phiếu nhỏ"', 'titel = "Phiếu nhỏ"', "key_unknown", "có phải “title”"),
    ('title = "Phiếu nhỏ"\n', "", "key_missing", "“title”"),
    ('code = "small-1"', 'code = "Small 1"', "code_grammar", "“Small 1”"),
    ('code = "small-1"', 'code = "small_1"', "code_grammar", "“small_1”"),
    ('{ code = "access", name', '{ code = "Access", name', "code_grammar", "factor thứ 1"),
    ('{ code = "feedback", name', '{ code = "access", name', "code_twice", "factor thứ 2"),
    ('{ code = "feedback", name', '{ code = "general", name', "code_twice", "“general”"),
    ('name = "Tiếp cận" }', 'name = "Tiếp cận", nam = 1 }', "key_unknown", "factor thứ 1"),
    ('{ code = "access_2"', '{ code = "access_1"', "code_twice", "criterion thứ 2"),
    ('{ code = "access_2"', '{ code = "access_3"', "criterion_code", "“access_2”"),
    ('{ code = "feedback_1"', '{ code = "feedback_0"', "criterion_code", "“feedback_1”"),
    ('factor = "feedback"', 'factor = "fedback"', "criterion_orphan", "có phải “feedback”"),
    ('"Góp ý" }]', '"Góp ý" }, { code = "outcome", name = "Kết quả" }]', "factor_empty", "“outcome”"),
    ("verified = true, ", "", "key_missing", "criterion thứ 1"),
    ("verified = true, ", 'verified = "có", ', "key_type", "true hoặc false"),
    ('text = "Sạch sẽ." }', 'text = "Sạch sẽ.", weight = 2 }', "key_unknown", "“weight”"),
    (', "Rất hài lòng"]', "]", "levels_not_five", "4 mức"),
    (', "Rất hài lòng"]', ', "Rất hài lòng", "Tuyệt vời"]', "levels_not_five", "6 mức"),
    ("not_applicable =", "not_aplicable =", "key_unknown", "[scale]"),
    ('kind = "choice"', 'kind = "chioce"', "word_unknown", "có phải “choice”"),
    ('section = "respondent"', 'section = "person"', "word_unknown", "service, experience"),
    (', { code = "organisation", text = "Tổ chức" }', "", "options_missing", "“respondent_kind”"),
    ('{ code = "organisation", text', '{ code = "citizen", text', "code_twice", "options thứ 2"),
    ('text = "Cá nhân" }', 'text = "Cá nhân", x = 1 }', "key_unknown", "options thứ 1"),
]

BROKEN_QUESTIONS = [
    (QUESTION + 'kind = "text"\n' + ANSWERS, "key_not_for_kind", "options"),
    (QUESTION + 'kind = "text"\nminimum = 1\n', "key_not_for_kind", "minimum"),
    (QUESTION + 'kind = "text"\nmaximum = 1\n', "key_not_for_kind", "maximum"),
    (QUESTION + 'kind = "integer"\nmax_length = 1\n', "key_not_for_kind", "max_length"),
    (
        QUESTION + 'kind = "integer"\nminimum = 5\nmaximum = 4\n',
        "limits_crossed",
        "5 lớn hơn giá trị lớn nhất 4",
    ),
    (QUESTION + 'kind = "integer"\nminimum = -1\n', "number_range", "minimum"),
    (QUESTION + 'kind = "text"\nmax_length = 0\n', "number_range", "max_length"),
    (QUESTION + 'kind = "choice"\n', "key_missing", "options"),
    (QUESTION + 'kind = "text"\nrequird = true\n', "key_unknown", "có phải “required”"),
    (QUESTION.replace('"q"', '"respondent_kind"') + 'kind = "text"\n', "code_twice", "question thứ 2"),
    (
        QUESTION + 'kind = "text"\nshow_if = { question = "respondent_knd", options = ["citizen"] }\n',
        "show_if_question",
        "có phải “respondent_kind”",
    ),
    (QUESTION + 'kind = "text"\nshow_if = { question = "q", options = ["a"] }\n', "show_if_question", "“q”"),
    (
        QUESTION + 'kind = "text"\nshow_if = { question = "respondent_kind", options = ["citzen"] }\n',
        "show_if_option",
        "có phải “citizen”",
    ),
    (
        QUESTION
        + 'kind = "text"\nshow_if = { question = "respondent_kind", options = ["citizen"], x = 1 }\n',
        "key_unknown",
        "[show_if]",
    ),
    (
        QUESTION
        + 'kind = "text"\napplies_to = "citizen"\nshow_if = { question = "respondent_kind", options = ["citizen"] }\n',
        "show_if_twice",
        "question thứ 2",
    ),
    (QUESTION + 'kind = "text"\napplies_to = "citizens"\n', "word_unknown", "có phải “citizen”"),
    ('[general]\ntext = "?"\nverified = false\nnumber = 2\n', "key_unknown", "[general]"),
    ("[other]\n", "key_unknown", "“other”"),
]


@pytest.mark.parametrize(("old", "new", "code", "named"), BROKEN)
def test_a_broken_questionnaire_is_refused_by_name(
    small_text: str, old: str, new: str, code: str, named: str
) -> None:
    assert old in small_text
    with pytest.raises(ScoringError) as caught:
        parse_questionnaire(small_text.replace(old, new), "own.toml")
    assert caught.value.code == code
    assert str(caught.value).startswith("own.toml")
    assert named in str(caught.value)


@pytest.mark.parametrize(("added", "code", "named"), BROKEN_QUESTIONS)
def test_a_broken_question_is_refused_by_name(small_text: str, added: str, code: str, named: str) -> None:
    with pytest.raises(ScoringError) as caught:
        parse_questionnaire(small_text + added, "own.toml")
    assert caught.value.code == code
    assert str(caught.value).startswith("own.toml")
    assert named in str(caught.value)


def test_a_questionnaire_may_have_no_other_questions(small_text: str) -> None:
    questionnaire = parse_questionnaire(small_text.partition("[[question]]")[0], "own.toml")
    assert questionnaire.questions == ()
    assert (questionnaire.title, questionnaire.source, questionnaire.note) == (
        "Phiếu nhỏ",
        "Kiểm thử",
        "Không dùng để hỏi",
    )
    assert [(each.number, each.text) for each in questionnaire.criteria] == [
        (1, "Đủ chỗ ngồi."),
        (2, "Sạch sẽ."),
        (1, "Trả lời kịp thời."),
    ]


def test_the_rule_of_a_code_is_said_where_it_is_broken(small_text: str) -> None:
    for old, new, sentence in (
        (
            '"small-1"',
            '"small_1"',
            "own.toml: mã “small_1” sai dạng. "
            "Hãy dùng chữ thường không dấu, chữ số và gạch nối, ví dụ sipas-2017.",
        ),
        (
            '{ code = "access", name',
            '{ code = "access-1", name',
            "own.toml, factor thứ 1: mã “access-1” sai dạng. "
            "Hãy dùng chữ thường không dấu, chữ số và gạch dưới, ví dụ access_1.",
        ),
    ):
        with pytest.raises(ScoringError) as caught:
            parse_questionnaire(small_text.replace(old, new), "own.toml")
        assert str(caught.value) == sentence


def test_limits_that_meet_are_legal(small_text: str) -> None:
    text = small_text + QUESTION + 'kind = "integer"\nminimum = 0\nmaximum = 0\nrequired = true\n'
    question = parse_questionnaire(text, "own.toml").questions[1]
    assert (question.minimum, question.maximum, question.required) == (0, 0, True)
