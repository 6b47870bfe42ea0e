"""Patterns in answers, counted by hand, and digits beside exact chances."""

from math import comb

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.patterns import (
    alike,
    last_digits,
    longest_runs,
    near_duplicates,
    spreads,
    straight_lines,
)


def letters(*rows: str) -> np.ndarray:
    """Make bytes of packed answers."""
    return np.array([list(row.encode()) for row in rows], dtype=np.uint8)


def test_the_longest_run_counts_blanks_as_a_value() -> None:
    assert longest_runs(letters("11223", "1--14", "NNNNN", "12345")).tolist() == [2, 2, 5, 1]
    assert longest_runs(letters("1122344", "4411111")).tolist() == [2, 5]


def test_a_straight_line_is_one_level_in_more_than_half_of_the_criteria() -> None:
    rows = letters("4444", "44N4", "44N-", "444-", "4454", "NN--")
    valid = (rows >= ord("1")) & (rows <= ord("5"))
    assert straight_lines(rows, valid).tolist() == [True, True, False, True, False, False]


def test_spread_is_the_standard_deviation_of_valid_levels() -> None:
    levels = np.array([[1, 3, np.nan], [4, 4, 4], [5, np.nan, np.nan], [np.nan] * 3])
    assert np.array_equal(spreads(levels), [2**0.5, 0, np.nan, np.nan], equal_nan=True)


def test_likeness_counts_equal_answers_blank_and_not_applicable_too() -> None:
    assert alike(letters("12N-", "12N5", "52--")).tolist() == [[4, 3, 2], [3, 4, 1], [2, 1, 4]]


def test_near_duplicates_are_alike_in_eighty_five_percent_and_never_with_themselves() -> None:
    base = "4" * 20
    rows = letters(base, "5" * 3 + base[3:], "5" * 4 + base[4:])
    # 17 of 20 is 85 %.
    assert near_duplicates(rows).tolist() == [[False, True, False], [True, False, True], [False, True, False]]


def test_last_digits_beside_exact_chances() -> None:
    found = last_digits([20, 25, 30, 41, 57])
    tail = sum(comb(5, k) * 0.2**k * 0.8 ** (5 - k) for k in (3, 4, 5))
    assert (found.n, found.zero_or_five) == (5, 3)
    assert found.p_zero_or_five == pytest.approx(tail, rel=1e-12)
    # Digits 0 0 5 1 7 about 0.5 each: (1.5² + 3·0.5² + 6·0.5²)/0.5.
    assert found.chi_square == pytest.approx(9)
    assert last_digits([1, 2]).p_zero_or_five == 1


def test_no_digits_are_refused() -> None:
    with pytest.raises(ScoringError) as caught:
        last_digits([])
    assert caught.value.code == "number_bad"
