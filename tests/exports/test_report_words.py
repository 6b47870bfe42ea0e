"""The grammar of a report: lists, shares and changes, each branch as its sentence."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from survey_app.exports import report_words as words
from tests.exports.reports import plain


def test_names_are_listed_as_vietnamese_lists_them() -> None:
    assert [words.listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A và B",
        "A, B và C",
    ]


def test_a_name_with_a_comma_of_its_own_is_not_taken_for_two() -> None:
    names = ["Sở Y tế", "Sở Văn hóa, Thể thao và Du lịch", "Sở Nội vụ"]
    assert words.listed(names) == "Sở Y tế; Sở Văn hóa, Thể thao và Du lịch; và Sở Nội vụ"


@pytest.mark.parametrize(
    ("difference", "told"),
    [
        ("0.61", "tăng 0,61 điểm phần trăm so với năm 2021 (88,99 %)"),
        ("-0.43", "giảm 0,43 điểm phần trăm so với năm 2021 (88,99 %)"),
        ("0.00", "giữ nguyên so với năm 2021 (88,99 %)"),
    ],
)
def test_a_change_is_worded_by_its_sign(difference: str, told: str) -> None:
    assert words.change_since(Decimal(difference), 2021, "88,99 %") == told


def test_shares_percentages_and_days_are_written_as_administration_writes_them() -> None:
    assert words.part_of(3, 16) == "03/16"
    assert [words.units(number) for number in (0, 1, 1140)] == [
        "không đơn vị nào",
        "1 đơn vị",
        "1.140 đơn vị",
    ]
    assert plain(
        [words.percent(Decimal("94.585")), words.limit(Decimal(95)), words.limit(Decimal("62.50"))]
    ) == [
        "94,59 %",
        "95 %",
        "62,5 %",
    ]
    assert words.day("2022-12-31") == "31/12/2022"
    # 17:30 in UTC is half past midnight of the next day in Vietnam.
    assert words.moment(datetime(2026, 11, 25, 17, 30, tzinfo=UTC)) == "00:30 ngày 26/11/2026"


def test_a_groups_name_stands_inside_a_sentence_and_an_abbreviation_keeps_its_capitals() -> None:
    assert words.within("Sở, ban, ngành") == "sở, ban, ngành"
    assert words.within("UBND cấp xã") == "UBND cấp xã"
