"""Totals, index, ranks, bands and group figures: the whole published table of 2022, and its edges."""

import csv
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.method import Method
from scoring.ranking import band_of, ranks, stand, summarise
from scoring.units import UnitRow

Rows = list[tuple[UnitRow, Decimal | None]]


def unit(code: str, appraisal: str | None, maximum: str = "100", group: str = "g") -> UnitRow:
    """Return a unit with these points."""
    points = None if appraisal is None else Decimal(appraisal)
    return UnitRow(code, code, group, Decimal(maximum), points)


@pytest.fixture
def published(golden_folder: Path) -> list[dict[str, str]]:
    """The table as Hà Nam published it."""
    with (golden_folder / "hanam_2022.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def rows(published: list[dict[str, str]]) -> Rows:
    """The two inputs of the published table."""
    return [
        (
            unit(row["unit"], row["appraisal_points"], row["max_points"], row["group"]),
            Decimal(row["satisfaction_points"]) if row["satisfaction_points"] else None,
        )
        for row in published
    ]


def test_every_total_index_and_rank_of_2022_is_as_published(
    published: list[dict[str, str]], rows: Rows, ha_nam: Method
) -> None:
    found = [(each.unit, str(each.total), str(each.index), str(each.rank)) for each in stand(rows, ha_nam)]
    assert found == [(row["unit"], row["total_points"], row["index"], row["rank"]) for row in published]


def test_every_group_figure_of_2022_is_as_published(rows: Rows, ha_nam: Method) -> None:
    departments, districts = summarise(stand(rows, ha_nam), ha_nam)
    assert (str(departments.mean), str(districts.mean)) == ("89.60", "90.70")
    assert (str(departments.spread), str(districts.spread)) == ("18.06", "10.30")
    assert (str(departments.satisfaction_mean), str(districts.satisfaction_mean)) == ("9.45", "9.65")
    assert (departments.above_mean, districts.above_mean) == (10, 3)
    assert departments.bands == {"Xuất sắc": 2, "Tốt": 14, "Khá": 3, "Trung bình": 0, "Yếu": 0}
    assert districts.bands == {"Xuất sắc": 1, "Tốt": 5, "Khá": 0, "Trung bình": 0, "Yếu": 0}
    assert (departments.group, districts.group) == ("departments", "districts")


def test_averaging_the_printed_column_would_give_another_mean(rows: Rows, ha_nam: Method) -> None:
    printed = [each.index for each in stand(rows, ha_nam) if each.group == "departments"]
    assert f"{sum(printed) / len(printed):.2f}" == "89.59"


def test_units_without_survey_are_ranked_over_their_own_maximum(rows: Rows, ha_nam: Method) -> None:
    office = next(each for each in stand(rows, ha_nam) if each.unit == "VPUBND")
    assert (office.component, office.total, office.exact) == (None, Decimal("56.75"), Fraction(5675, 60))
    assert (str(office.index), office.rank, office.band) == ("94.58", 5, "Tốt")


def test_the_order_of_the_rows_changes_no_number(rows: Rows, ha_nam: Method) -> None:
    forth = {each.unit: each for each in stand(rows, ha_nam)}
    back = {each.unit: each for each in stand(rows[::-1], ha_nam)}
    assert forth == back


def test_equal_values_share_a_rank_and_the_next_is_skipped() -> None:
    values = [Decimal("9.20"), Decimal("9.30"), None, Decimal("9.2"), Fraction(91, 10), Decimal("9.10"), 1]
    assert ranks(values, "competition") == [2, 1, None, 2, 4, 4, 6]
    assert ranks(values, "dense") == [2, 1, None, 2, 3, 3, 4]
    assert ranks([], "competition") == []


def test_ties_are_found_on_exact_numbers_not_on_the_last_bit() -> None:
    third = Fraction(1, 3)
    assert ranks([third + third + third, Fraction(1), Fraction(10**20 - 1, 10**20)], "competition") == [
        1,
        1,
        3,
    ]


def test_ranks_are_on_the_published_value_unless_the_method_says_unrounded(
    ha_nam: Method, method_with: Callable[..., Method]
) -> None:
    near: Rows = [
        (unit("A", "80.001"), Decimal(5)),
        (unit("B", "80.002"), Decimal(5)),
        (unit("C", "70"), Decimal(5)),
    ]
    assert [each.rank for each in stand(near, ha_nam)] == [1, 1, 3]
    assert [each.rank for each in stand(near, method_with(('on = "published"', 'on = "unrounded"')))] == [
        2,
        1,
        3,
    ]
    assert [each.rank for each in stand(near, method_with(('"competition"', '"dense"')))] == [1, 1, 2]


def test_each_group_has_its_own_ranks(ha_nam: Method) -> None:
    rows: Rows = [
        (unit("A", "70", group="x"), Decimal(5)),
        (unit("B", "60", group="y"), Decimal(5)),
        (unit("C", "80", group="x"), Decimal(5)),
    ]
    found = stand(rows, ha_nam)
    assert [(each.unit, each.rank) for each in found] == [("A", 2), ("B", 1), ("C", 1)]
    assert [each.group for each in summarise(found, ha_nam)] == ["x", "y"]


@pytest.mark.parametrize(
    ("appraisal", "index", "band"),
    [
        ("85.995", "95.00", "Xuất sắc"),  # 94.995 prints as 95.00
        ("85.99", "94.99", "Tốt"),
        ("76.00", "85.00", "Tốt"),
        ("75.99", "84.99", "Khá"),
        ("66", "75.00", "Khá"),
        ("65.99", "74.99", "Trung bình"),
        ("61", "70.00", "Trung bình"),
        ("60.99", "69.99", "Yếu"),
        ("0", "9.00", "Yếu"),
    ],
)
def test_the_band_is_that_of_the_printed_index(ha_nam: Method, appraisal: str, index: str, band: str) -> None:
    found = stand([(unit("A", appraisal), Decimal(9))], ha_nam)[0]
    assert (str(found.index), found.band) == (index, band)
    assert band_of(Decimal("0.00"), ha_nam) == "Yếu"


def test_sums_and_halves_do_not_suffer_from_binary_floats(ha_nam: Method) -> None:
    found = stand([(unit("A", "86.74"), Decimal("9.85")), (unit("B", "84.585"), Decimal(10))], ha_nam)
    assert [(str(each.total), str(each.index)) for each in found] == [("96.59", "96.59"), ("94.585", "94.59")]


def test_a_missing_component_or_appraisal_is_missing_and_not_zero(ha_nam: Method) -> None:
    rows: Rows = [
        (unit("A", "80"), None),
        (unit("B", None), Decimal(9)),
        (unit("C", "60"), Decimal(0)),
        (unit("D", "0", "60"), None),
    ]
    found = stand(rows, ha_nam)
    assert [(each.total, each.index, each.rank, each.band) for each in found[:2]] == [(None,) * 4] * 2
    assert (str(found[2].index), found[2].rank) == ("60.00", 1)
    assert (str(found[3].index), found[3].rank) == ("0.00", 2)
    summary = summarise(found, ha_nam)[0]
    assert (str(summary.mean), summary.above_mean, str(summary.spread)) == ("30.00", 1, "60.00")
    # The components 9 and 0; the units without one are outside.
    assert str(summary.satisfaction_mean) == "4.50"


def test_a_group_without_any_index_has_no_figures(ha_nam: Method) -> None:
    summary = summarise(stand([(unit("A", "80"), None)], ha_nam), ha_nam)[0]
    assert (summary.mean, summary.satisfaction_mean, summary.spread, summary.above_mean) == (
        None,
        None,
        None,
        0,
    )
    assert set(summary.bands.values()) == {0}
    assert summarise([], ha_nam) == []


def test_a_unit_at_the_mean_is_not_above_it(ha_nam: Method) -> None:
    rows: Rows = [(unit("A", "80"), Decimal(5)), (unit("B", "80"), Decimal(5))]
    assert summarise(stand(rows, ha_nam), ha_nam)[0].above_mean == 0


def test_points_above_their_maximum_are_refused_by_unit(ha_nam: Method) -> None:
    with pytest.raises(ScoringError) as caught:
        stand([(unit("A", "90"), Decimal("10.01"))], ha_nam, "diem.csv")
    assert (caught.value.code, str(caught.value)) == (
        "component_over_maximum",
        "diem.csv, đơn vị A: điểm khảo sát 10,01 vượt mức tối đa 10 của phương pháp. Hãy kiểm tra lại.",
    )
    with pytest.raises(ScoringError) as caught:
        stand([(unit("A", "50.01", "60"), Decimal("10.00"))], ha_nam)
    assert (caught.value.code, str(caught.value)) == (
        "points_over_maximum",
        "Danh sách đơn vị, đơn vị A: tổng điểm 60,01 vượt điểm tối đa 60. Hãy kiểm tra lại các cột điểm.",
    )


def test_points_exactly_at_their_maximum_are_legal(ha_nam: Method) -> None:
    found = stand([(unit("A", "90"), Decimal(10))], ha_nam)[0]
    assert (str(found.index), found.band) == ("100.00", "Xuất sắc")


def test_the_full_maximum_of_the_method_decides_who_is_surveyed(method_with: Callable[..., Method]) -> None:
    method = method_with(("full_maximum = 100", "full_maximum = 80"))
    row = unit("A", "60", "80")
    assert row.is_surveyed(method)
    assert not replace(row, max_points=Decimal("79.99")).is_surveyed(method)
    assert stand([(row, None)], method)[0].rank is None
