"""Points and rounding: exact in, one rounding, half up, no binary floats."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.method import Method, load_method
from scoring.points import half_up, largest_remainder, points_of, shared_points


def test_every_golden_percentage_rounds_half_up(golden: dict[str, Any]) -> None:
    found = [
        (str(half_up(100 * Fraction(row["num"], row["den"]), row["digits"])), str(Fraction(row["exact"])))
        for row in golden["rounding_percent"]
    ]
    wanted = [
        (row["half_up"], str(100 * Fraction(row["num"], row["den"]))) for row in golden["rounding_percent"]
    ]
    assert (found, len(found)) == (wanted, 28)


def test_points_come_from_the_unrounded_index_and_are_rounded_once(
    golden: dict[str, Any], ha_nam: Method
) -> None:
    rows = golden["double_rounding"]
    exact = [points_of(100 * Fraction(row["sat"], row["valid"]), ha_nam.points) for row in rows]
    assert exact == [Fraction(row["component_exact"]) for row in rows]
    assert [str(half_up(each, 2)) for each in exact] == [row["component_2dp_half_up"] for row in rows]
    twice = [str(half_up(half_up(10 * each, 2) / 10, 2)) for each in exact]
    assert twice == [row["component_from_index_rounded_2dp_half_up"] for row in rows]
    assert (
        sum(
            once != again
            for once, again in zip([str(half_up(each, 2)) for each in exact], twice, strict=True)
        )
        == 2
    )


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(60, 11), 2, "5.45"),  # 6/11: 5.4545…; 5.455 first would give 5.46
        (Decimal("94.995"), 2, "95.00"),
        (Decimal("94.585"), 2, "94.59"),  # 2675/100 kind: a binary float prints 94.58
        (Decimal("86.74") + Decimal("9.85"), 2, "96.59"),
        (Decimal("9117") / 1000, 2, "9.12"),  # 91.17 % → 9.12 points, published elsewhere
        (Fraction(1, 2), 0, "1"),
        (Fraction(3, 2), 0, "2"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-1, 3), 0, "0"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(-4, 1000), 2, "0.00"),
        (7, 3, "7.000"),
        (0, 2, "0.00"),
        (Fraction(173 * 100, 196), 12, "88.265306122449"),
        (Fraction(10**40 + 1, 2), 0, "5000000000000000000000000000000000000001"),
    ],
)
def test_halves_go_away_from_zero_in_exact_arithmetic(
    value: Fraction | Decimal | int, digits: int, text: str
) -> None:
    assert f"{half_up(value, digits):f}" == text


def test_a_binary_float_is_never_rounded() -> None:
    with pytest.raises(TypeError, match="binary float"):
        half_up(94.585, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("index", "points"),
    [("0", "0"), ("59.9999", "0"), ("60", "4"), ("69.999", "4"), ("70", "6"), ("80", "8"), ("89.999", "8"),
     ("90", "10"), ("100", "10")],
)  # fmt: skip
def test_a_step_holds_from_its_lower_bound_on_the_unrounded_index(index: str, points: str) -> None:
    assert points_of(Fraction(index), load_method("step-points").points) == Fraction(points)


@pytest.mark.parametrize(
    ("index", "points"),
    [("0", Fraction(0)), ("59.9999", Fraction(0)), ("60", Fraction(600, 95)), ("94.9", Fraction(949, 95)),
     ("95", Fraction(10)), ("100", Fraction(10))],
)  # fmt: skip
def test_a_threshold_gives_all_above_nothing_below_and_a_share_between(index: str, points: Fraction) -> None:
    assert points_of(Fraction(index), load_method("threshold-points").points) == points


def test_linear_points_follow_the_methods_maximum(method_with: Callable[..., Method]) -> None:
    rule = method_with(("maximum = 10\n", "maximum = 12.5\n")).points
    assert points_of(Fraction(80), rule) == 10
    assert points_of(Fraction(100), rule) == Fraction(25, 2)


def test_the_shares_of_the_points_add_to_them_exactly() -> None:
    shares = shared_points(Fraction(9), [Fraction(20), None, Fraction(40), Fraction(0)])
    assert shares == [3, None, 6, 0]


def test_an_index_of_nothing_shares_nothing() -> None:
    assert shared_points(Fraction(4), [Fraction(0), None]) == [0, None]


def test_every_golden_column_adds_to_a_hundred_by_largest_remainder(golden: dict[str, Any]) -> None:
    rows = golden["largest_remainder"]
    found = [largest_remainder(row["counts"], row["digits"]) for row in rows]
    assert [[float(each) for each in column] for column in found] == [row["lrm"] for row in rows]
    assert {sum(column) for column in found} == {100}
    assert [-column[0].as_tuple().exponent for column in found] == [row["digits"] for row in rows]


def test_a_column_without_counts_stays_zero() -> None:
    assert largest_remainder([0, 0], 1) == [Decimal("0.0"), Decimal("0.0")]
    assert largest_remainder([], 1) == []


def test_a_plain_percentage_column_is_not_bent_to_a_hundred(golden: dict[str, Any]) -> None:
    # Three thirds print as 33.3 and add to 99.9: printed as they are.
    row = next(each for each in golden["largest_remainder"] if each["digits"] == 1)
    shares = [half_up(Fraction(100 * count, sum(row["counts"])), 1) for count in row["counts"]]
    assert ([str(each) for each in shares], str(sum(shares))) == (row["half_up"], row["half_up_sum"])
