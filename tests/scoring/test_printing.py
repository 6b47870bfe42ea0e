"""Results as text: Vietnamese tables that line up, and CSV that programs read."""

import csv
from decimal import Decimal
from typing import Any

import pytest

from scoring.answers import Tally
from scoring.book import score
from scoring.method import Method, load_method
from scoring.printing import (
    align,
    index_csv,
    index_table,
    number,
    rounded,
    satisfaction_csv,
    satisfaction_table,
)
from scoring.questionnaire import Questionnaire
from scoring.units import UnitRow

ANSWERS = {"A": "434" * 3, "B": "444" * 3, "C": "4N-" * 3, "D": "434"}


def rows() -> list[UnitRow]:
    """Return five units in two groups, one without survey."""
    named = [("A", "Sở Nội vụ", "departments", 100, "85.00"), ("B", "Sở Y tế", "departments", 100, "80.50"),
             ("C", "Phủ Lý", "districts", 100, None), ("D", "Duy Tiên", "districts", 100, "80"),
             ("X", "Thanh tra", "departments", 60, "56.25")]  # fmt: skip
    return [
        UnitRow(code, name, group, Decimal(maximum), None if points is None else Decimal(points))
        for code, name, group, maximum, points in named
    ]


@pytest.fixture
def satisfaction(small: Questionnaire, ha_nam: Method) -> dict[str, Any]:
    """The survey's results without units."""
    return score(Tally.from_packed(small, ANSWERS.items()), small, ha_nam).satisfaction


@pytest.fixture
def with_units(small: Questionnaire, ha_nam: Method) -> Any:
    """The book with units."""
    return score(Tally.from_packed(small, ANSWERS.items()), small, ha_nam, rows())


def test_numbers_for_people_have_a_decimal_comma() -> None:
    assert (number("8.83"), number(None), number(None, "x")) == ("8,83", "–", "x")
    assert (rounded("94.995000000000", 2), rounded(None, 2), rounded("5", 1)) == ("95,00", "–", "5,0")


def test_columns_line_up_whatever_the_letters() -> None:
    assert align(["Hạng", "Đơn vị"], [["1", "Sở Y tế"], ["10", "Ủy"]], left=(1,)) == [
        "Hạng  Đơn vị",
        "────────────",
        "   1  Sở Y tế",
        "  10  Ủy",
    ]


def test_the_table_of_the_survey_ranks_explains_and_tells_the_note(
    satisfaction: dict[str, Any], small: Questionnaire
) -> None:
    assert satisfaction_table(satisfaction, small, None).splitlines() == [
        "Điểm khảo sát sự hài lòng: 10 phiếu, phiếu hỏi small-1, phương pháp ha-nam-2022",
        "",
        "Hạng  Đơn vị  Phiếu  Hài lòng  Trả lời  Chỉ số %   Điểm     (1)     (2)  Ghi chú",
        "─" * 80,
        "   1  B           3         9        9    100,00  10,00  100,00  100,00  mọi câu trả lời đều hài lòng, cần xem lại",
        "   2  A           3         6        9     66,67   6,67   50,00  100,00",
        "   –  C           3         3        3    100,00  10,00  100,00       –  mọi câu trả lời đều hài lòng, cần xem lại; "
        "chưa có câu trả lời cho yếu tố “Góp ý”; chưa có câu trả lời cho tiêu chí “Sạch sẽ”",
        "   –  D           1         2        3     66,67      –   50,00  100,00  chưa đủ mẫu",
        "",
        "Cột (1)–(2) là chỉ số hài lòng theo yếu tố, %: (1) Tiếp cận; (2) Góp ý.",
        "Lưu ý về phiếu hỏi: Không dùng để hỏi",
    ]


def test_the_table_of_the_survey_by_group_shows_names_and_no_survey(
    with_units: Any, small: Questionnaire
) -> None:
    lines = satisfaction_table(with_units.satisfaction, small, rows()).splitlines()
    groups = [line for line in lines if line in ("Sở, ban, ngành", "Huyện, thị xã, thành phố")]
    assert groups == ["Sở, ban, ngành", "Huyện, thị xã, thành phố"]
    first = lines.index("Sở, ban, ngành")
    assert [line.strip()[:12].strip() for line in lines[first + 4 : first + 7]] == [
        "1  Sở Y tế",
        "2  Sở Nội vụ",
        "–  Thanh tra",
    ]
    assert lines[first + 6].split() == [
        *("–", "Thanh", "tra", "0", "0", "0", "–", "x", "–", "–"),
        *["không", "khảo", "sát", "(đơn", "vị", "không", "có", "thủ", "tục)"],
    ]


def test_a_group_of_ones_own_is_shown_by_its_code(small: Questionnaire, ha_nam: Method) -> None:
    own = [UnitRow("A", "Sở A", "trung ương", Decimal(100), Decimal(80))]
    book = score(Tally.from_packed(small, [("A", "434" * 3)]), small, ha_nam, own)
    assert "trung ương" in satisfaction_table(book.satisfaction, small, own).splitlines()
    assert "trung ương" in index_table(book.index, [(own[0], Decimal("6.67"))]).splitlines()


def test_thousands_have_a_point(small: Questionnaire, ha_nam: Method) -> None:
    result = score(Tally.from_packed(small, [("A", "434" * 2124)]), small, ha_nam).satisfaction
    assert satisfaction_table(result, small, None).startswith("Điểm khảo sát sự hài lòng: 2.124 phiếu, ")


def test_the_table_of_the_index_is_exactly_this(with_units: Any) -> None:
    components = {unit["unit"]: unit["satisfaction_points"] for unit in with_units.units}
    given = [
        (unit, None if components[unit.unit] is None else Decimal(components[unit.unit])) for unit in rows()
    ]
    assert index_table(with_units.index, given) == (
        "Chỉ số cải cách hành chính, phương pháp ha-nam-2022\n"
        "\n"
        "Sở, ban, ngành\n"
        "\n"
        "Hạng  Đơn vị     Thẩm định  Khảo sát  Tổng điểm  Chỉ số  Xếp loại\n"
        "─────────────────────────────────────────────────────────────────\n"
        "   1  Thanh tra      56,25         x      56,25   93,75  Tốt\n"
        "   2  Sở Nội vụ      85,00      6,67      91,67   91,67  Tốt\n"
        "   3  Sở Y tế        80,50     10,00      90,50   90,50  Tốt\n"
        "\n"
        "Chỉ số trung bình: 91,97; điểm khảo sát trung bình: 8,34\n"
        "Chênh lệch cao nhất – thấp nhất: 3,25; số đơn vị trên trung bình: 1\n"
        "Xếp loại: Tốt 3\n"
        "\n"
        "Huyện, thị xã, thành phố\n"
        "\n"
        "Hạng  Đơn vị    Thẩm định  Khảo sát  Tổng điểm  Chỉ số  Xếp loại\n"
        "────────────────────────────────────────────────────────────────\n"
        "   –  Phủ Lý            –     10,00          –       –  –\n"
        "   –  Duy Tiên         80         –          –       –  –\n"
        "\n"
        "Chỉ số trung bình: –; điểm khảo sát trung bình: 10,00\n"
        "Chênh lệch cao nhất – thấp nhất: –; số đơn vị trên trung bình: 0\n"
        "Xếp loại: –\n"
    )


def test_units_without_an_index_stand_below_those_with_one(small: Questionnaire, ha_nam: Method) -> None:
    own = [UnitRow(code, f"Sở {code}", "g", Decimal(100), Decimal(80)) for code in "ABC"]
    book = score(Tally.from_packed(small, [("B", "434" * 3), ("C", "444" * 3)]), small, ha_nam, own)
    lines = index_table(book.index, [(unit, None) for unit in own]).splitlines()
    assert [line.split()[:3] for line in lines[6:9]] == [["1", "Sở", "C"], ["2", "Sở", "B"], ["–", "Sở", "A"]]


def test_the_csv_of_the_survey_has_one_row_a_unit(satisfaction: dict[str, Any]) -> None:
    text = satisfaction_csv(satisfaction)
    found = list(csv.DictReader(text.splitlines()))
    assert text.splitlines()[0] == (
        "unit,responses,answered,satisfied,not_applicable,blank,index,points,rank,"
        "standard_error,low,high,best_rank,worst_rank,flags,"
        "access_index,access_weight,access_points,feedback_index,feedback_weight,feedback_points"
    )
    assert [row["unit"] for row in found] == ["A", "B", "C", "D"]
    assert found[0] == {
        "unit": "A",
        "responses": "3",
        "answered": "9",
        "satisfied": "6",
        "not_applicable": "0",
        "blank": "0",
        "index": "66.666666666667",
        "points": "6.67",
        "rank": "2",
        "standard_error": "",
        "low": "",
        "high": "",
        "best_rank": "",
        "worst_rank": "",
        "flags": "",
        "access_index": "50.000000000000",
        "access_weight": "0.6666666666666666",
        "access_points": "3.33",
        "feedback_index": "100.000000000000",
        "feedback_weight": "0.3333333333333333",
        "feedback_points": "3.33",
    }
    assert (found[2]["flags"], found[2]["rank"], found[2]["feedback_index"]) == (
        "all_satisfied factor_undefined:feedback criterion_undefined:access_2",
        "",
        "",
    )


def test_the_csv_of_an_empty_survey_is_its_heading(small: Questionnaire, ha_nam: Method) -> None:
    empty = score(Tally.from_packed(small, []), small, ha_nam).satisfaction
    assert (
        satisfaction_csv(empty) == "unit,responses,answered,satisfied,not_applicable,blank,index,points,rank,"
        "standard_error,low,high,best_rank,worst_rank,flags\n"
    )


def test_the_csv_of_the_index_repeats_what_went_in(with_units: Any) -> None:
    given = [(unit, Decimal("6.67") if unit.unit == "A" else None) for unit in rows()]
    lines = index_csv(with_units.index, given).splitlines()
    assert lines[0] == (
        "group,unit,name,max_points,appraisal_points,satisfaction_points,total_points,index,rank,band"
    )
    assert lines[1] == "departments,A,Sở Nội vụ,100,85.00,6.67,91.67,91.67,2,Tốt"
    assert lines[3] == "districts,C,Phủ Lý,100,,,,,,"
    assert lines[5] == "departments,X,Thanh tra,60,56.25,,56.25,93.75,1,Tốt"


@pytest.mark.parametrize("code", ["general-question", "criterion-mean"])
def test_every_method_prints(general: Questionnaire, code: str) -> None:
    result = score(Tally.from_packed(general, [("A", "4341" * 3)]), general, load_method(code)).satisfaction
    line = satisfaction_table(result, general, None).splitlines()[4]
    assert line.split()[5:7] == (["0,00", "0,00"] if code == "general-question" else ["66,67", "6,67"])
