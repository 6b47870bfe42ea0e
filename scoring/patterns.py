"""Patterns in single responses and between them: straight lines, spread, likeness, favourite digits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, chdtrc

from scoring.errors import refusal

LIKENESS = (
    0.85  # share of criteria alike from which two responses are near-duplicates (Kuriakose, Robbins 2016)
)


def longest_runs(answers: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the longest run of one value in each row, not applicable and blank being values too."""
    rows, width = answers.shape
    run = longest = np.ones(rows, dtype=np.int64) if width else np.zeros(rows, dtype=np.int64)
    for place in range(1, width):
        run = np.where(answers[:, place] == answers[:, place - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest


def straight_lines(answers: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which rows give one level throughout, with more than half of the criteria answered."""
    levels = np.where(valid, answers, 0)
    highest = levels.max(axis=1)
    lowest = np.where(valid, answers, 255).min(axis=1)
    return np.asarray((highest == lowest) & (2 * valid.sum(axis=1) > answers.shape[1]))


def spreads(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of each row's levels, divisor n − 1, NaN below two answers."""
    counted = (~np.isnan(levels)).sum(axis=1)
    filled = np.where(np.isnan(levels), 0.0, levels)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(np.isnan(levels), 0.0, levels - (filled.sum(axis=1) / counted)[:, None])
        return np.asarray(np.sqrt((centred**2).sum(axis=1) / np.where(counted > 1, counted - 1, np.nan)))


def alike(answers: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return how many criteria each two rows answer alike, not applicable and blank being values too."""
    values = np.unique(answers)
    count = np.zeros((len(answers), len(answers)), dtype=np.float32)
    for value in values:
        same = (answers == value).astype(np.float32)
        count += same @ same.T
    return np.asarray(np.rint(count), dtype=np.int16)


def near_duplicates(answers: NDArray[np.uint8], likeness: float = LIKENESS) -> NDArray[np.bool_]:
    """Tell which two rows are alike in at least that share of criteria; no row with itself."""
    pairs = alike(answers) >= likeness * answers.shape[1]
    np.fill_diagonal(pairs, False)
    return np.asarray(pairs)


def identical(answers: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which two rows agree in everything without being straight lines; no row with itself.

    Among honest responses hardly any do, unless nearly all answers are one level.
    """
    varied = ~straight_lines(answers, valid)
    pairs = (alike(answers) == answers.shape[1]) & varied[:, None] & varied[None, :]
    np.fill_diagonal(pairs, False)
    return np.asarray(pairs)


@dataclass(frozen=True)
class Digits:
    """Last digits of n numbers: how many end in 0 or 5, and two p-values against digits that are equally likely."""

    n: int
    zero_or_five: int
    p_zero_or_five: float
    chi_square: float
    p_chi_square: float


def last_digits(values: Sequence[int]) -> Digits:
    """Return what the last digits of ages or minutes look like; refuses an empty list.

    The first p-value is exact, P(X ≥ found) for Bin(n, 1/5); the second is Pearson's χ² with 9 degrees of freedom, good
    from some fifty numbers on. Honest ages are not quite even either: compare enumerators, not with 1/5.
    """
    if not values:
        raise refusal("number_bad", what="Chữ số cuối", value=0, expected="ít nhất một số")
    digits = np.bincount(np.asarray(values) % 10, minlength=10)
    n, heaped = len(values), int(digits[0] + digits[5])
    square = float(((digits - n / 10) ** 2 / (n / 10)).sum())
    tail = 1.0 if not heaped else float(bdtrc(heaped - 1, n, 0.2))
    return Digits(n, heaped, tail, square, float(chdtrc(9, square)))
