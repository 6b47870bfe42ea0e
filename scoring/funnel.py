"""Control limits around a common rate: how far a share of n may lie from it by chance alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import bdtr, bdtrc

from scoring.errors import refusal

LEVELS = (0.95, 0.998)  # Spiegelhalter 2005: about two and three standard errors


@dataclass(frozen=True)
class Limits:
    """The fewest and the most hits of `n` that a common rate brings at a level; fewer or more lie outside."""

    n: int
    level: float
    low: int
    high: int


def limits(rate: float, n: int, level: float) -> Limits:
    """Return exact binomial control limits: P(fewer than low) and P(more than high) are at most (1 − level)/2 each.

    Counts are whole, so chance leaves the limits a little more seldom than the level says. Refuses a rate outside 0–1
    and n below 1.
    """
    if not 0 <= rate <= 1:
        raise refusal("number_bad", what="Tỷ lệ chung", value=rate, expected="số từ 0 đến 1")
    if n < 1:
        raise refusal("number_bad", what="Số phiếu", value=n, expected="số từ 1")
    tail = (1 - level) / 2
    low = next((hits for hits in range(n, 0, -1) if float(bdtr(hits - 1, n, rate)) <= tail), 0)
    high = next((hits for hits in range(n) if float(bdtrc(hits, n, rate)) <= tail), n)
    return Limits(n, level, low, high)


def funnel(rate: float, sizes: Sequence[int], level: float) -> list[Limits]:
    """Return the limits for every size once, the smallest first; refuses what `limits` refuses."""
    return [limits(rate, n, level) for n in sorted(set(sizes))]


def zone(hits: int, rate: float, n: int) -> int:
    """Return how many of LEVELS a count exceeds upwards: 0 within all limits, 2 above the outermost."""
    return sum(hits > limits(rate, n, level).high for level in LEVELS)
