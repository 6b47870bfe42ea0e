"""What a report says of survey points, factors and areas, each wording as its sentence; shares are counted by hand."""

from survey_app.exports import report_survey
from survey_app.exports.material import Material
from tests.exports.reports import ALL, area, group_of, material, plain
from tests.exports.six_units import METHOD, QUESTIONNAIRE

# 20 of 22 answers satisfied: 9.09 points. 18 of 22: 8.18 points.
MOST, FEW = "4" * 20 + "23", "4" * 18 + "2222"


def said(given: Material) -> list[str]:
    """Return what is said of the departments' points."""
    return plain(report_survey.points_of(group_of(given), METHOD, QUESTIONNAIRE))


def test_points_are_counted_over_the_units_that_were_asked_about() -> None:
    given = material(
        {"A": "80", "B": "80", "C": "80"}, {"T": "50"}, {"A": MOST * 3, "B": MOST * 3, "C": FEW * 3}
    )
    # (9.09 + 9.09 + 8.18) / 3 = 8.7867
    assert said(given) == [
        "3 đơn vị trong nhóm được khảo sát, với 9 phiếu được tính; 1 đơn vị không khảo sát: Thanh tra tỉnh.",
        "Điểm khảo sát trung bình là 8,79 trên 10 điểm, tính trên 3 đơn vị có điểm khảo sát.",
        "Cao nhất: Sở A và Sở B (9,09 điểm). Thấp nhất: Sở C (8,18 điểm).",
        "02/03 đơn vị đạt từ 9,00 điểm trở lên; 01/03 đơn vị dưới 9,00 điểm: Sở C.",
    ]


def test_all_above_the_bar_and_all_below_it_are_told_without_a_zero() -> None:
    assert said(material({"A": "80", "B": "80"}, answers={"A": MOST * 3, "B": MOST * 3}))[2:] == [
        "2 đơn vị có điểm khảo sát bằng nhau, 9,09 điểm.",
        "02/02 đơn vị đạt từ 9,00 điểm trở lên; không đơn vị nào dưới 9,00 điểm.",
    ]
    assert said(material({"A": "80"}, answers={"A": FEW * 3}))[2:] == [
        "Một đơn vị có điểm khảo sát là Sở A: 8,18 điểm.",
        "Không đơn vị nào đạt từ 9,00 điểm trở lên; 01/01 đơn vị dưới 9,00 điểm: Sở A.",
    ]


def test_a_unit_with_too_few_responses_and_one_with_nothing_but_praise_are_named() -> None:
    told = said(material({"A": "80", "B": "80"}, answers={"A": ALL * 3, "B": ALL}))
    assert told[-3:] == [
        "Chưa có điểm khảo sát vì chưa đủ mẫu: Sở B.",
        "Mọi câu trả lời đều hài lòng, cần xem lại: Sở A và Sở B.",
        "Chưa đủ chỉ tiêu phiếu: Sở B.",
    ]


def test_a_group_without_a_survey_says_so() -> None:
    assert said(material({"H": "80"}, {"T": "50"})) == ["Không đơn vị nào trong nhóm thuộc diện khảo sát."]


def factor(given: Material, place: int) -> str:
    """Return what is said of a factor in the departments."""
    (told,) = plain([report_survey.factor_of(group_of(given), QUESTIONNAIRE.factors[place], place)])
    return told


def test_a_factor_names_its_best_and_worst_unit_and_its_lowest_criterion() -> None:
    # feedback: A 2 of 4, B 4 of 4 satisfied; together 18 of 24; its last two criteria 3 of 6.
    given = material({"A": "80", "B": "80"}, answers={"A": MOST * 3, "B": ALL * 3})
    assert factor(given, 4) == (
        "Nhóm sở, ban, ngành: chỉ số hài lòng chung của mọi phiếu là 75,00 %; cao nhất là Sở B (100,00 %), "
        "thấp nhất là Sở A (50,00 %); tiêu chí thấp nhất là “Cơ quan tiếp nhận và xử lý tích cực các góp ý, phản ánh, "
        "kiến nghị”; và “Cơ quan thông báo kịp thời kết quả xử lý góp ý, phản ánh, kiến nghị” (50,00 %)."
    )
    assert factor(given, 0) == (
        "Nhóm sở, ban, ngành: chỉ số hài lòng chung của mọi phiếu là 100,00 %; các đơn vị bằng nhau, 100,00 %; "
        "các tiêu chí bằng nhau, 100,00 %."
    )


def test_a_factor_nobody_answered_has_no_index_and_a_silent_unit_is_named() -> None:
    silent = "4" * 18 + "----"
    assert factor(material({"A": "80"}, answers={"A": silent * 3}), 4) == (
        "Nhóm sở, ban, ngành: chưa có câu trả lời cho yếu tố này."
    )
    given = material({"A": "80", "B": "80"}, answers={"A": ALL * 3, "B": silent * 3})
    assert factor(given, 4) == (
        "Nhóm sở, ban, ngành: chỉ số hài lòng chung của mọi phiếu là 100,00 %; chưa có câu trả lời: Sở B; "
        "các tiêu chí bằng nhau, 100,00 %."
    )


def test_the_lowest_factor_is_told_over_all_responses_of_a_group() -> None:
    given = material({"A": "80", "B": "80"}, answers={"A": MOST * 3, "B": ALL * 3})
    lowest = report_survey.lowest_factors
    assert plain([lowest(group_of(given), QUESTIONNAIRE)]) == [
        "yếu tố có chỉ số thấp nhất là “Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị” (75,00 %)"
    ]
    assert plain([lowest(group_of(material({"A": "80"})), QUESTIONNAIRE)]) == [
        "các yếu tố bằng nhau, 100,00 %"
    ]
    assert lowest(group_of(material({"A": "80"}, answers={})), QUESTIONNAIRE) == ""


def test_an_area_is_told_for_the_groups_whose_mean_is_known() -> None:
    given = material({"A": "80", "H": "80"})
    groups = (group_of(given), group_of(given, "districts"))
    one = area(1, "Chỉ đạo, điều hành", "14", departments="12.11", districts="13.33")
    assert plain([report_survey.area_of(one, groups)]) == [
        "nhóm sở, ban, ngành trung bình 12,11/14 điểm (86,50 %); "
        "nhóm huyện, thị xã, thành phố trung bình 13,33/14 điểm (95,21 %). Nguồn: Nguồn X."
    ]
    half = area(2, "Thể chế", "10", districts="9.5")
    assert plain([report_survey.area_of(half, groups)]) == [
        "nhóm sở, ban, ngành chưa có số liệu; nhóm huyện, thị xã, thành phố trung bình 9,50/10 điểm (95,00 %). "
        "Nguồn: Nguồn X."
    ]


def test_areas_of_which_nothing_is_known_are_said_to_be_unknown() -> None:
    known, one, two = area(1, "Một", "14", departments="12"), area(4, "Bốn", "8"), area(6, "Sáu", "6")
    missing = report_survey.areas_missing
    assert missing([known]) == ""
    assert missing([known, one]) == "Chưa có điểm trung bình của lĩnh vực Bốn (tối đa 8 điểm)."
    assert missing([known, one, two]) == (
        "Chưa có điểm trung bình của các lĩnh vực: Bốn (tối đa 8 điểm) và Sáu (tối đa 6 điểm)."
    )
    assert missing([one, two]) == (
        "Chưa có điểm trung bình theo từng lĩnh vực thẩm định của năm nay; báo cáo không phân tích theo lĩnh vực."
    )
