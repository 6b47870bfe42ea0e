"""Upright bars: an axis that holds them all, and a sentence for those who do not see them."""

import pytest

from survey_app.exports.charts import Bar, bars_of


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 5), (5, 5), (6, 10), (11, 20), (99, 100), (100, 100), (2001, 5000)],
)
def test_an_axis_ends_at_one_two_or_five_times_a_power_of_ten(most: int, top: int) -> None:
    chart = bars_of("Phiếu", [Bar("a", most)])
    assert chart.top == top
    assert chart.height(top) == 100


def test_a_height_is_a_share_of_the_axis() -> None:
    chart = bars_of("Phiếu", [Bar("a", 3), Bar("b", 0)])
    assert [str(chart.height(bar.value)) for bar in chart.bars] == ["60.00", "0.00"]


def test_bars_are_told_as_a_sentence() -> None:
    chart = bars_of("Phiếu đến theo ngày", [Bar("01/03/2026", 1500), Bar("02/03/2026", 700)])
    assert chart.told == (
        "Phiếu đến theo ngày, từ 01/03/2026 đến 02/03/2026: cộng 2.200; nhiều nhất 01/03/2026: 1.500."
    )
