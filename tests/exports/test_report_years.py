"""What a report says against an earlier year, each wording as its sentence; expected changes are reckoned by hand."""

from decimal import Decimal

import pytest

from survey_app.exports import report_years
from survey_app.exports.material import GroupYear, UnitYear, Year
from tests.exports.reports import group_of, index, material, plain, year

THREE = material({"A": "86", "B": "80", "C": "66"})  # indices 96, 90, 76; mean 87.33; spread 20


def said(then: Year, given: object = THREE) -> list[str]:
    """Return what is said of the departments against a year."""
    return plain(report_years.sentences_of(group_of(given), then, 2026))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mean", "spread", "told"),
    [
        ("87.00", "21.50", ("tăng 0,33 điểm phần trăm", "giảm 1,50 điểm phần trăm")),
        ("88.00", "18.50", ("giảm 0,67 điểm phần trăm", "tăng 1,50 điểm phần trăm")),
        ("87.33", "20.00", ("giữ nguyên", "giữ nguyên")),
    ],
)
def test_mean_and_spread_rise_fall_or_stay_by_the_published_figures(
    mean: str, spread: str, told: tuple[str, str]
) -> None:
    then = year({}, departments=GroupYear(Decimal(mean), None, Decimal(spread)))
    shown = [figure.replace(".", ",") for figure in (mean, spread)]
    assert said(then)[:2] == [
        f"Chỉ số trung bình của nhóm năm 2026 là 87,33 %, {told[0]} so với năm 2025 ({shown[0]} %).",
        "Khoảng cách giữa đơn vị cao nhất và đơn vị thấp nhất là 20,00 điểm phần trăm, "
        f"{told[1]} so với năm 2025 ({shown[1]} điểm phần trăm).",
    ]


def test_the_surveys_mean_is_compared_in_points() -> None:
    then = year({}, departments=GroupYear(None, Decimal("9.75"), None))
    assert said(then)[:2] == [
        "Chỉ số trung bình của nhóm năm 2026 là 87,33 %; chưa có số của năm 2025 để so sánh.",
        "Điểm khảo sát trung bình của nhóm năm 2026 là 10,00 điểm, tăng 0,25 điểm so với năm 2025 (9,75 điểm).",
    ]


def test_who_rose_fell_and_stayed_is_counted_and_the_largest_moves_are_named() -> None:
    then = year({"A": index("90.00", 2), "B": index("92.50", 1), "C": index("76.00", 3)})
    assert said(then)[1:] == [
        "So với năm 2025, trong 3 đơn vị so sánh được: 1 đơn vị tăng, 1 đơn vị giảm, 1 đơn vị giữ nguyên.",
        "Đơn vị duy nhất tăng: Sở A, tăng 6,00 điểm phần trăm (từ 90,00 % lên 96,00 %).",
        "Đơn vị duy nhất giảm: Sở B, giảm 2,50 điểm phần trăm (từ 92,50 % xuống 90,00 %).",
        "Thứ hạng tăng nhiều nhất: Sở A, tăng 1 bậc (từ hạng 2 lên hạng 1).",
        "Thứ hạng giảm nhiều nhất: Sở B, giảm 1 bậc (từ hạng 1 xuống hạng 2).",
    ]


def test_units_that_rose_alike_are_named_together_and_none_fell() -> None:
    then = year({"A": index("94.00", 1), "B": index("88.00", 2), "C": index("75.00", 3)})
    assert said(then)[1:] == [
        "So với năm 2025, trong 3 đơn vị so sánh được: 3 đơn vị tăng, không đơn vị nào giảm.",
        "Chỉ số tăng nhiều nhất: Sở A, tăng 2,00 điểm phần trăm (từ 94,00 % lên 96,00 %); "
        "Sở B, tăng 2,00 điểm phần trăm (từ 88,00 % lên 90,00 %).",
        "Không đơn vị nào tăng hạng.",
        "Không đơn vị nào giảm hạng.",
    ]


def test_a_single_unit_that_can_be_compared_is_told_in_one_sentence() -> None:
    assert said(year({"A": index("97.25")}))[1:] == [
        "So với năm 2025, một đơn vị so sánh được là Sở A: giảm 1,25 điểm phần trăm (từ 97,25 % xuống 96,00 %).",
        "Chưa có thứ hạng năm 2025 của các đơn vị này nên không so sánh thứ hạng.",
        "Chưa có Chỉ số năm 2025 của 2 đơn vị: Sở B và Sở C.",
    ]
    assert said(year({"A": index("96.00")}))[1].endswith("Sở A: giữ nguyên 96,00 %.")


def test_a_merged_unit_is_not_compared_and_the_reason_stands_beside_it() -> None:
    merged = UnitYear(why_not="hợp nhất từ Sở X và Sở Y từ ngày 01/03/2026")
    then = year({"A": index("90.00"), "B": index("91.00"), "C": merged})
    assert said(then)[-1] == (
        "Không so sánh được với năm 2025: Sở C (hợp nhất từ Sở X và Sở Y từ ngày 01/03/2026). "
        "Trung bình và khoảng cách của nhóm tính trên các đơn vị của từng năm."
    )
    table = report_years.table(group_of(THREE), then, 2026)
    assert table is not None
    assert [row.cells for row in table.rows] == [
        ("Sở A", Decimal("90.00"), Decimal("96.00"), Decimal("6.00"), None, 1, None),
        ("Sở B", Decimal("91.00"), Decimal("90.00"), Decimal("-1.00"), None, 2, None),
        ("Sở C", None, Decimal("76.00"), "không so sánh được", None, 3, None),
    ]
    assert table.notes == ("Không so sánh được: Sở C (hợp nhất từ Sở X và Sở Y từ ngày 01/03/2026).",)


def test_nothing_known_of_any_unit_is_said_once_and_needs_no_table() -> None:
    then = year({}, departments=GroupYear(Decimal("87.00")))
    assert (
        said(then)[-1] == "Chưa có Chỉ số năm 2025 của từng đơn vị trong nhóm nên không so sánh theo đơn vị."
    )
    assert report_years.table(group_of(THREE), then, 2026) is None


def test_the_latest_earlier_year_is_taken_and_a_missing_one_is_said() -> None:
    older, later = year({}, number=2023), year({}, number=2024)
    assert report_years.year_of((older, later, year({}, number=2026)), 2026) is later
    assert report_years.about(later, 2026)[0] == (
        "Chưa có số liệu công bố của năm 2025; báo cáo so sánh với năm gần nhất có số liệu là năm 2024."
    )
    assert report_years.about(None, 2026) == [
        "Chưa có số liệu công bố của năm 2025 nên báo cáo không so sánh với năm trước."
    ]


def test_what_a_comparison_rests_on_is_told_and_so_is_a_change_of_method() -> None:
    assert report_years.about(year({}), 2026) == [
        "Số liệu năm 2025: Báo cáo năm 2025.",
        "Thay đổi là số công bố năm 2026 trừ số công bố năm 2025, tính bằng điểm phần trăm đối với Chỉ số.",
    ]
    assert report_years.about(year({}, why_not="phương pháp tính đã đổi"), 2026)[-1] == (
        "Kết quả năm 2026 không so sánh được với năm 2025: phương pháp tính đã đổi."
    )
