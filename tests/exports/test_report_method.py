"""The method annex tells every formula of the method that was used, whichever that is."""

from dataclasses import replace

import pytest

from scoring.method import available_methods, load_method
from survey_app.exports import report_method
from tests.exports.reports import plain
from tests.exports.six_units import METHOD, QUESTIONNAIRE


def said(code: str) -> list[str]:
    """Return the steps of a method, with plain spaces."""
    return plain(report_method.steps(load_method(code), QUESTIONNAIRE))


def test_the_method_of_2022_is_told_formula_by_formula() -> None:
    told = said("ha-nam-2022")
    assert told[2] == (
        "Chỉ số của một tiêu chí là tỷ lệ câu trả lời hài lòng (mức 4 và 5): 100 × số câu mức 4, 5 / số câu đã trả lời."
    )
    assert told[6] == "Điểm khảo sát = 10 × chỉ số hài lòng / 100, tính từ chỉ số chưa làm tròn."
    assert told[8].startswith(
        "Chỉ số cải cách hành chính = 100 × (điểm thẩm định + điểm khảo sát) / điểm tối đa của đơn vị;"
    )
    assert told[-2] == (
        "Xếp loại theo Chỉ số công bố: Xuất sắc từ 95 %, Tốt từ 85 %, Khá từ 75 %, Trung bình từ 70 % và Yếu khi thấp hơn; "
        "cận dưới thuộc về loại."
    )


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "mean-level",
            "Chỉ số của một tiêu chí là mức trung bình chia cho 5: 100 × tổng mức / (5 × số câu đã trả lời).",
        ),
        (
            "factor-mean",
            "Chỉ số hài lòng của đơn vị = tổng (trọng số × chỉ số yếu tố); các yếu tố có trọng số bằng nhau.",
        ),
        ("criterion-mean", "Chỉ số của một yếu tố là trung bình cộng chỉ số các tiêu chí của yếu tố."),
        ("general-question", "Chỉ số hài lòng của đơn vị là chỉ số của câu hỏi chung về dịch vụ."),
    ],
)
def test_another_method_is_told_in_its_own_words(code: str, sentence: str) -> None:
    assert sentence in said(code)


def test_no_method_that_ships_is_left_without_words() -> None:
    assert [code for code in available_methods() if not all(said(code))] == []


def test_withheld_units_and_missing_intervals_are_told() -> None:
    other = replace(METHOD, interval="none", index=replace(METHOD.index, undefined_factor="withhold"))
    told = list(report_method.steps(other, QUESTIONNAIRE))
    assert told[-1] == "Phương pháp này không tính khoảng tin cậy."
    assert "Đơn vị có yếu tố không có câu trả lời nào thì không có chỉ số." in told
