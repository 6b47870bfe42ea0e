"""What a report says of the index, each wording as its sentence; all are satisfied: an index is the appraisal plus ten."""

from decimal import Decimal

from survey_app.exports import report_index
from survey_app.exports.material import Material
from tests.exports.reports import group_of, material, plain
from tests.exports.six_units import METHOD


def said(given: Material) -> list[str]:
    """Return what is said of the departments."""
    return plain(report_index.sentences_of(group_of(given), METHOD))


def test_best_worst_mean_and_bands_are_told_with_their_names() -> None:
    # Indices 96, 90 and 76: mean 87.333…, two above it; bands from 95, 85 and 75.
    assert said(material({"A": "86", "B": "80", "C": "66"})) == [
        "Sở A có Chỉ số cao nhất, đạt 96,00 %; Sở C có Chỉ số thấp nhất, đạt 76,00 %. "
        "Khoảng cách giữa cao nhất và thấp nhất là 20,00 điểm phần trăm.",
        "Chỉ số trung bình của nhóm là 87,33 %; 02/03 đơn vị có Chỉ số cao hơn trung bình: Sở A và Sở B.",
        "Về xếp loại: 1 đơn vị xếp loại Xuất sắc (từ 95 % trở lên), là Sở A; "
        "1 đơn vị xếp loại Tốt (từ 85 % đến dưới 95 %), là Sở B; "
        "1 đơn vị xếp loại Khá (từ 75 % đến dưới 85 %), là Sở C; "
        "không đơn vị nào xếp loại Trung bình hoặc Yếu.",
    ]


def test_units_that_share_a_place_are_named_together() -> None:
    told = said(material({"A": "80", "B": "80", "C": "70", "D": "70"}))
    assert told[0] == (
        "Sở A và Sở B cùng có Chỉ số cao nhất, đạt 90,00 %; Sở C và Sở D cùng có Chỉ số thấp nhất, đạt 80,00 %. "
        "Khoảng cách giữa cao nhất và thấp nhất là 10,00 điểm phần trăm."
    )
    assert told[2].startswith(
        "Về xếp loại: 2 đơn vị xếp loại Tốt (từ 85 % đến dưới 95 %), gồm Sở A và Sở B; 2 đơn vị"
    )
    assert told[2].endswith("không đơn vị nào xếp loại Xuất sắc, Trung bình hoặc Yếu.")


def test_units_that_are_all_equal_have_no_best_and_none_above_the_mean() -> None:
    assert said(material({"A": "80", "B": "80"}))[:2] == [
        "2 đơn vị có Chỉ số bằng nhau, 90,00 %.",
        "Chỉ số trung bình của nhóm là 90,00 %; không đơn vị nào có Chỉ số cao hơn trung bình.",
    ]


def test_a_single_unit_is_not_compared_with_itself() -> None:
    told = said(material({"A": "55"}))
    assert told == [
        "Nhóm có một đơn vị có Chỉ số là Sở A, đạt 65,00 %.",
        "Về xếp loại: 1 đơn vị xếp loại Yếu (dưới 70 %), là Sở A; "
        "không đơn vị nào xếp loại Xuất sắc, Tốt, Khá hoặc Trung bình.",
    ]


def test_a_unit_without_an_index_is_named_and_a_group_of_such_says_why() -> None:
    assert said(material({"A": "80", "B": None}))[-1] == "Chưa có Chỉ số: Sở B."
    assert said(material({"A": None})) == [
        "Chưa đơn vị nào trong nhóm có Chỉ số: còn thiếu điểm thẩm định hoặc điểm khảo sát."
    ]


def test_the_table_marks_units_outside_the_survey_and_divides_by_their_own_maximum() -> None:
    table = report_index.table(group_of(material({"A": "80", "B": None}, {"T": "45"})), 2026)
    assert [row.cells for row in table.rows] == [
        (1, "Sở A", Decimal("80.00"), Decimal("10.00"), Decimal("90.00"), Decimal("90.00"), "Tốt"),
        (2, "Thanh tra tỉnh (*)", Decimal("45.00"), "x", Decimal("45.00"), Decimal("75.00"), "Khá"),
        (None, "Sở B", None, Decimal("10.00"), None, None, ""),
    ]
    # (90 + 75) / 2 = 82.5; the survey's mean is over the two units that have points.
    assert [row.cells for row in table.foot] == [
        (None, "Trung bình", None, Decimal("10.00"), None, Decimal("82.50"), None)
    ]
    assert table.notes == (
        "x: đơn vị không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức.",
        "(*) Điểm tối đa của đơn vị không khảo sát là 60; Chỉ số = tổng điểm / 60 × 100.",
        "Trung bình Chỉ số tính từ Chỉ số chưa làm tròn của 2 đơn vị; trung bình điểm khảo sát tính trên 2 đơn vị có điểm "
        "khảo sát.",
    )


def test_without_anybody_outside_the_survey_there_is_no_footnote_about_it() -> None:
    table = report_index.table(group_of(material({"A": "80"})), 2026)
    assert [note.split(":")[0][:11] for note in table.notes] == ["Trung bình "]
