"""The compact form and exact counts: what is packed is what is counted, whatever the order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring.answers import Tally, answered_enough, pack, unpack
from scoring.errors import ScoringError
from scoring.method import Method
from scoring.questionnaire import Questionnaire


def refused(action: Callable[[], object]) -> tuple[str, str]:
    """Return code and sentence of a refusal."""
    with pytest.raises(ScoringError) as caught:
        action()
    return caught.value.code, str(caught.value)


def test_answers_pack_in_the_order_of_the_questionnaire(small: Questionnaire) -> None:
    assert pack({"feedback_1": "NA", "access_1": 5, "access_2": None}, small) == "5-N"
    assert pack({"access_2": 1}, small) == "-1-"
    assert pack({}, small) == "---"


def test_unpacking_gives_back_what_was_packed(small: Questionnaire) -> None:
    answers = {"access_1": 4, "access_2": None, "feedback_1": "NA"}
    assert unpack(pack(answers, small), small) == answers
    assert list(unpack("123", small)) == ["access_1", "access_2", "feedback_1"]


def test_an_unknown_criterion_is_refused_with_the_nearest(small: Questionnaire) -> None:
    code, sentence = refused(lambda: pack({"acces_1": 4}, small))
    assert code == "criterion_unknown"
    assert sentence == (
        "Câu trả lời: tiêu chí “acces_1” không có trong phiếu small-1 (có phải “access_1”?). Hãy sửa mã tiêu chí."
    )


@pytest.mark.parametrize("level", [0, 6, -1, "4", "", "na", "N", "-", 4.0, True, [4]])
def test_anything_but_five_levels_not_applicable_and_nothing_is_refused(
    small: Questionnaire, level: Any
) -> None:
    code, sentence = refused(lambda: pack({"access_1": level}, small))
    assert (code, sentence.startswith(f"Tiêu chí access_1: “{level}”")) == ("level_unknown", True)


def test_a_packed_text_of_other_length_or_alphabet_is_refused(small: Questionnaire) -> None:
    assert refused(lambda: unpack("12", small)) == (
        "packed_length",
        "Phiếu: chuỗi trả lời dài 2 ký tự, không khớp 3 tiêu chí một phiếu. Hãy kiểm tra phiên bản phiếu.",
    )
    assert refused(lambda: unpack("126", small)) == (
        "packed_character",
        "Phiếu: chuỗi trả lời có ký tự “6” lạ. Chỉ dùng 1–5, N và -.",
    )


@pytest.mark.parametrize(
    ("packed", "enough"),
    [
        ("4" * 18 + "----", True),  # feedback is not among the factors that decide
        ("4" * 15 + "---" + "----", True),  # 15 of 18 = 83 %
        ("4" * 14 + "----" + "4444", False),  # 14 of 18 = 77.8 %
        ("N" * 8 + "4" * 8 + "--" + "----", True),  # 8 of the 10 that apply = 80 %
        ("N" * 8 + "4" * 7 + "---" + "----", False),
        ("N" * 18 + "4444", False),
        ("-" * 22, False),
    ],
)
def test_a_response_is_complete_from_four_fifths_of_what_applied(
    sipas: Questionnaire, ha_nam: Method, packed: str, enough: bool
) -> None:
    assert answered_enough(packed, sipas, ha_nam) is enough


def test_completeness_refuses_answers_of_another_questionnaire(small: Questionnaire, ha_nam: Method) -> None:
    assert refused(lambda: answered_enough("4444", small, ha_nam))[0] == "packed_length"


def test_counts_of_the_made_up_campaign_equal_those_of_another_program(
    golden: dict[str, Any], sipas: Questionnaire, campaign_200: list[tuple[str, str]]
) -> None:
    tally = Tally.from_packed(sipas, campaign_200)
    expected = golden["counts_campaign_200"]
    assert tally.units == tuple(sorted(expected))
    assert tally.criteria == sipas.criterion_codes
    assert tally.responses.tolist() == [expected[unit]["n"] for unit in tally.units]
    assert tally.counts.tolist() == [
        [expected[unit]["items"][code] for code in tally.criteria] for unit in tally.units
    ]


def test_each_kind_of_answer_has_its_own_place(small: Questionnaire) -> None:
    tally = Tally.from_packed(small, [("B", "12345N" + "-NN"), ("A", "")])
    assert (tally.units, tally.responses.tolist()) == (("A", "B"), [0, 3])
    assert tally.counts[0].tolist() == [[0] * 7] * 3
    assert tally.counts[1].tolist() == [[1, 0, 0, 1, 0, 0, 1], [0, 1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 0, 2, 0]]


def test_a_text_that_is_no_whole_number_of_responses_is_refused(small: Questionnaire) -> None:
    code, sentence = refused(lambda: Tally.from_packed(small, [("A", "123"), ("B", "1231")]))
    assert (code, sentence.startswith("Đơn vị B: chuỗi trả lời dài 4 ký tự, không khớp 3 ")) == (
        "packed_length",
        True,
    )


@pytest.mark.parametrize("strange", ["0", "6", "n", " ", "4\u0664"[1], "\x00", "～"])
def test_a_strange_character_in_a_text_is_refused(small: Questionnaire, strange: str) -> None:
    code, sentence = refused(lambda: Tally.from_packed(small, [("A", "12" + strange)]))
    assert (code, f"“{strange}”" in sentence) == ("packed_character", True)


def test_parts_counted_apart_give_the_whole(small: Questionnaire) -> None:
    whole = Tally.from_packed(small, [("A", "123N45"), ("B", "555"), ("C", "---")])
    first = Tally.from_packed(small, [("B", "555"), ("A", "N45")])
    second = Tally.from_packed(small, [("A", "123"), ("C", "---")])
    assert first + second == whole
    assert second + first == whole
    assert hash(first + second) == hash(whole)
    assert first != whole
    assert whole != "tally"


@pytest.mark.parametrize(
    "other", [[("A", "124")], [("B", "123")], [("A", "123123")], [("A", "123"), ("B", "")]]
)
def test_tallies_differ_where_any_count_differs(small: Questionnaire, other: list[tuple[str, str]]) -> None:
    assert Tally.from_packed(small, [("A", "123")]) != Tally.from_packed(small, other)


def test_tallies_with_the_same_counts_but_other_numbers_of_forms_differ(small: Questionnaire) -> None:
    counts = {"A": np.zeros((3, 7), dtype=np.int64)}
    one, two = (Tally.from_counts(small.criterion_codes, counts, {"A": forms}) for forms in (1, 2))
    assert one != two


def test_tallies_of_different_criteria_do_not_add(small: Questionnaire, general: Questionnaire) -> None:
    one, other = Tally.from_packed(small, []), Tally.from_packed(general, [])
    assert refused(lambda: one + other)[0] == "tally_mismatch"
    assert one != other
    assert (one.units, one.counts.shape, one.responses.shape) == ((), (0, 3, 7), (0,))


def test_a_tally_cannot_be_changed(small: Questionnaire) -> None:
    tally = Tally.from_packed(small, [("A", "123")])
    with pytest.raises(ValueError, match="read-only"):
        tally.counts[0, 0, 0] = 5
    with pytest.raises(ValueError, match="read-only"):
        tally.responses[0] = 5


def test_a_frame_counts_like_packed_answers(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {
            "feedback_1": ["NA", None, "5"],
            "unit": ["A", "B", "A"],
            "access_1": [4.0, np.nan, 1.0],
            "access_2": [3, 2, 1],
            "age": [20, 30, 40],
        }
    )
    assert Tally.from_frame(small, frame) == Tally.from_packed(small, [("A", "43N" + "115"), ("B", "-2-")])


def test_a_frame_of_nullable_numbers_keeps_its_missing_values_blank(small: Questionnaire) -> None:
    levels = pd.array([5, None], dtype="Int64")
    frame = pd.DataFrame({"unit": ["A", "A"], "access_1": levels, "access_2": levels, "feedback_1": levels})
    assert Tally.from_frame(small, frame) == Tally.from_packed(small, [("A", "555---")])


def test_a_row_of_a_frame_without_a_unit_is_refused_not_dropped(small: Questionnaire) -> None:
    frame = pd.DataFrame({"unit": ["A", None], "access_1": [1, 2], "access_2": [1, 2], "feedback_1": [1, 2]})
    assert refused(lambda: Tally.from_frame(small, frame)) == (
        "cell_missing",
        "Bảng dữ liệu, dòng 2, cột unit: đang để trống. Hãy điền giá trị.",
    )


def test_a_frame_without_a_criterion_is_refused(small: Questionnaire) -> None:
    frame = pd.DataFrame({"unit": ["A"], "access_1": [1], "feedback_1": [1]})
    code, sentence = refused(lambda: Tally.from_frame(small, frame))
    assert (code, "access_2" in sentence) == ("column_missing", True)


@pytest.mark.parametrize("value", [0, 6, 4.5, "x", True, "4.0", "", float("inf")])
def test_a_strange_value_in_a_frame_is_refused_by_row_and_column(small: Questionnaire, value: object) -> None:
    cells = pd.Series([5, value], dtype=object)
    frame = pd.DataFrame({"unit": ["A", "A"], "access_1": cells, "access_2": [1, 1], "feedback_1": [1, 1]})
    code, sentence = refused(lambda: Tally.from_frame(small, frame))
    assert (code, sentence.startswith(f"Bảng dữ liệu, dòng 2, cột access_1: “{value}” ")) == (
        "cell_answer",
        True,
    )
