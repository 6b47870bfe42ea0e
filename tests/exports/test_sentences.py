"""What a result says in words: every method, ties, one unit, nobody; expected figures counted by hand."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from scoring.method import load_method
from survey_app.exports import sentences
from tests.exports.six_units import ANSWERS, METHOD, UNITS, book_of


def result_of(unit: str, method_code: str = "ha-nam-2022", answers: Mapping[str, str] = ANSWERS) -> Any:
    """Return a unit's part of the result by a method."""
    book = book_of(answers, method=load_method(method_code))
    return next(each for each in book.satisfaction["units"] if each["unit"] == unit)


def said(unit: str, method_code: str = "ha-nam-2022") -> list[str]:
    """Return how a unit's points are made, with plain spaces."""
    found = sentences.how_made(result_of(unit, method_code), load_method(method_code))
    return [sentence.replace("\u00a0", " ") for sentence in found]


def test_pooled_points_are_satisfied_over_answered() -> None:
    assert said("A") == [
        "200 câu trả lời hài lòng (mức 4 và 5) trên 220 câu đã trả lời là 90,91 %.",
        "Nhân 10 rồi chia 100, từ giá trị chưa làm tròn, làm tròn một lần: 9,09 điểm.",
        "0 câu “không áp dụng” và 0 câu để trống không nằm trong mẫu số.",
    ]


def test_n2_blank_and_not_applicable_are_said_to_be_left_out() -> None:
    assert said("C")[2] == "1 câu “không áp dụng” và 1 câu để trống không nằm trong mẫu số."


# A by each method: factors 1–4 all satisfied at level 4, feedback 20 of 40 satisfied with levels 4, 4, 2, 3.
@pytest.mark.parametrize(
    ("code", "index", "points"),
    [
        (
            "factor-mean",
            "Chỉ số 90,00 % là tổng chỉ số yếu tố × trọng số; chỉ số của một yếu tố là tỷ lệ câu trả lời hài lòng "
            "(mức 4 và 5), gộp mọi tiêu chí của yếu tố.",
            "Nhân 10 rồi chia 100, từ giá trị chưa làm tròn, làm tròn một lần: 9,00 điểm.",
        ),
        (
            "criterion-mean",
            "Chỉ số 90,91 % là tổng chỉ số yếu tố × trọng số; chỉ số của một yếu tố là trung bình các tiêu chí, "
            "mỗi tiêu chí là tỷ lệ câu trả lời hài lòng (mức 4 và 5).",
            "Nhân 10 rồi chia 100, từ giá trị chưa làm tròn, làm tròn một lần: 9,09 điểm.",
        ),
        (
            "mean-level",
            "Mức trung bình của 220 câu đã trả lời, chia cho 5, là 77,27 %.",
            "Nhân 10 rồi chia 100, từ giá trị chưa làm tròn, làm tròn một lần: 7,73 điểm.",
        ),
    ],
)
def test_another_method_is_told_in_its_own_words(code: str, index: str, points: str) -> None:
    assert said("A", code)[:2] == [index, points]


def test_steps_and_thresholds_are_told_with_the_methods_own_figures() -> None:
    assert said("A", "step-points")[1].startswith("Quy đổi theo bậc của phương pháp: ")
    rule = load_method("threshold-points").points
    full, zero = (f"{float(limit):g}".replace(".", ",") for limit in (rule.full_from, rule.zero_below))
    points = result_of("A", "threshold-points")["points"].replace(".", ",")
    assert said("A", "threshold-points")[1] == (
        f"Từ {full} % trở lên được đủ 10 điểm, dưới {zero} % được 0 điểm, ở giữa tính theo tỷ lệ: {points} điểm."
    )


def test_the_general_question_is_named() -> None:
    result = result_of("A") | {"points": "9.09"}
    told = sentences.how_made(result, load_method("general-question"))[0]
    assert told == (
        "Chỉ số 90,91\u00a0% là tỷ lệ câu trả lời hài lòng (mức 4 và 5) của câu hỏi chung về dịch vụ."
    )


def test_too_few_responses_are_told_instead_of_points() -> None:
    few = result_of("A", answers={"A": "4" * 22 * 2})
    assert few["points"] is None
    assert sentences.how_made(few, METHOD)[1] == "Chưa đủ mẫu: cần ít nhất 3 phiếu mới có điểm."


def test_no_responses_and_no_answers_are_told_apart() -> None:
    assert said("D") == ["Chưa có chỉ số: chưa có phiếu nào."]
    silent = result_of("A", answers={"A": "-" * 22 * 3})
    assert sentences.how_made(silent, METHOD) == ["Chưa có chỉ số: không có câu trả lời nào."]


def test_responses_about_a_unit_that_should_have_none_are_told() -> None:
    astray = result_of("T", answers={"T": "4" * 22 * 5})
    assert astray["flags"] == ["survey_not_expected"]
    assert sentences.how_made(astray, METHOD)[1] == "Đơn vị không thuộc diện khảo sát nên không có điểm."


def test_a_withheld_index_says_that_a_factor_is_missing() -> None:
    withheld = replace(METHOD, index=replace(METHOD.index, undefined_factor="withhold"))
    book = book_of(method=withheld)
    result = next(each for each in book.satisfaction["units"] if each["unit"] == "H")
    assert sentences.how_made(result, withheld) == ["Chưa có chỉ số: có yếu tố chưa ai trả lời."]


def group_says(
    answers: Mapping[str, str] = ANSWERS, units: Any = UNITS, group: str = "departments"
) -> list[str]:
    """Return what a group's table says, with plain spaces."""
    book = book_of(answers, units)
    index = book.index
    assert index is not None
    summary = next(each for each in index["groups"] if each["group"] == group)
    standings = [each for each in index["units"] if each["group"] == group]
    known = {unit["unit"]: unit for unit in book.units}
    return [each.replace("\u00a0", " ") for each in sentences.of_group(summary, standings, known)]


def test_a_group_is_told_with_its_best_worst_mean_bands_and_who_is_missing() -> None:
    # (90 + 89.09 + 89.09 + 75) / 4 = 85.795; (10 + 9.09 + 9.09) / 3 = 9.3933.
    assert group_says() == [
        "Cao nhất: Sở C (90,00 %). Thấp nhất: Thanh tra tỉnh (75,00 %). Chênh lệch: 15,00 điểm phần trăm.",
        "Chỉ số trung bình 85,80 %, tính từ các chỉ số chưa làm tròn; 3 trong 4 đơn vị cao hơn trung bình.",
        "Điểm khảo sát trung bình 9,39, tính trên 3 đơn vị có điểm khảo sát.",
        "Xếp loại: Tốt 3 đơn vị, Khá 1 đơn vị; không đơn vị nào xếp loại Xuất sắc hoặc Trung bình hoặc Yếu.",
        "Chưa có chỉ số: Sở D.",
    ]


def test_units_that_share_the_first_place_are_named_together() -> None:
    tied = group_says(units=tuple(unit for unit in UNITS if unit.unit != "C"), answers=without("C"))
    assert tied[0].startswith("Cao nhất: Sở A, Sở B (89,09 %). Thấp nhất: Thanh tra tỉnh")


def test_units_that_are_all_equal_have_no_best_and_none_above_the_mean() -> None:
    equal = group_says(units=tuple(unit for unit in UNITS if unit.unit in "ABH"), answers=without("C"))
    assert equal[0] == "Mọi đơn vị cùng một chỉ số: 89,09 %."
    assert equal[1].endswith("không đơn vị nào trong 2 đơn vị cao hơn trung bình.")


def test_a_single_unit_is_not_compared_with_itself() -> None:
    alone = group_says(units=tuple(unit for unit in UNITS if unit.unit in "AH"), answers=without("B", "C"))
    assert alone[0] == "Chỉ một đơn vị có chỉ số: Sở A (89,09 %)."


def test_a_group_without_any_index_says_why() -> None:
    assert group_says(group="districts") == [
        "Chưa đơn vị nào có chỉ số: thiếu điểm thẩm định hoặc điểm khảo sát."
    ]


def without(*codes: str) -> dict[str, str]:
    """Return the answers without some units."""
    return {code: packed for code, packed in ANSWERS.items() if code not in codes}


def test_the_footnote_divides_by_the_maximum_and_not_by_a_percentage() -> None:
    unit = {"name": "Thanh tra tỉnh", "max_points": "60"}
    assert sentences.no_survey([unit]) == [
        "x: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức (Thanh tra tỉnh). "
        "Điểm tối đa của các đơn vị này là 60, chỉ số = tổng điểm / 60 × 100."
    ]
    two = sentences.no_survey([unit, {"name": "Văn phòng", "max_points": "62.50"}])[0]
    assert two.endswith("là 60 hoặc 62,5, chỉ số = tổng điểm / điểm tối đa × 100.")
    assert sentences.no_survey([]) == []


def test_numbers_in_sentences_are_written_as_vietnamese_writes_them() -> None:
    assert sentences.count(2124) == "2.124"
    assert sentences.percent("94.585000000000") == "94,59\u00a0%"
    assert sentences.percent(None) == "–"
    assert sentences.plain(Decimal("60.00")) == "60"
