"""How sure each rank is: pairs of units that can be told apart, rank intervals, groups, responses still needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from scoring.errors import hint, refusal
from scoring.intervals import z_of

ADJUSTMENTS = ("holm", "bonferroni", "none")
SCOPES = ("simultaneous", "marginal")


@dataclass(frozen=True)
class RankInterval:
    """The ranks a unit may really hold, 1 the best; `best` ≤ `worst`."""

    best: int
    worst: int


@dataclass(frozen=True)
class Comparison:
    """Two units by their places in the list: difference first − second in index points, its p-value, the adjusted one."""

    first: int
    second: int
    difference: float
    p_value: float
    adjusted: float


def compare(indices: Sequence[float], errors: Sequence[float], adjustment: str = "holm") -> list[Comparison]:
    """Compare every pair by |a − b|/√(se_a² + se_b²) against the normal distribution, two-sided.

    `indices` and `errors` in one unit; an error of 0 belongs to a census alone. Two censuses differ surely or not at all.
    Holm 1979 over all pairs by default. Refuses lists of different lengths, errors that are negative or no numbers,
    another adjustment.
    """
    _check(indices, errors)
    if adjustment not in ADJUSTMENTS:
        facts = {"hint": hint(adjustment, ADJUSTMENTS), "known": ", ".join(ADJUSTMENTS)}
        raise refusal("choice_unknown", value=adjustment, **facts)
    pairs = list(combinations(range(len(indices)), 2))
    raw = [_p_value(indices[a] - indices[b], errors[a], errors[b]) for a, b in pairs]
    adjusted = adjust(raw, adjustment)
    return [
        Comparison(a, b, indices[a] - indices[b], raw[place], adjusted[place])
        for place, (a, b) in enumerate(pairs)
    ]


def adjust(p_values: Sequence[float], adjustment: str) -> list[float]:
    """Return p-values adjusted for their number, each at most 1, in the order given (Holm 1979)."""
    count = len(p_values)
    if adjustment == "none":
        return list(p_values)
    if adjustment == "bonferroni":
        return [min(1.0, count * value) for value in p_values]
    adjusted, running = [0.0] * count, 0.0
    for step, place in enumerate(sorted(range(count), key=lambda each: p_values[each])):
        running = max(running, min(1.0, (count - step) * p_values[place]))
        adjusted[place] = running
    return adjusted


def rank_intervals(
    indices: Sequence[float],
    errors: Sequence[float],
    level: float = 0.95,
    adjustment: str = "holm",
    scope: str = "simultaneous",
) -> list[RankInterval]:
    """Return for each unit best = 1 + number surely better, worst = k − number surely worse.

    simultaneous: all intervals hold together, adjusted over all pairs; marginal: each alone, adjusted over its own
    k − 1 pairs (Mogstad, Romano, Shaikh, Wilhelm 2020). Refuses as `compare`, and another scope.
    """
    _check(indices, errors)
    _check_scope(scope)
    count = len(indices)
    surely = np.zeros((count, count), dtype=bool)
    if scope == "simultaneous":
        for each in compare(indices, errors, adjustment):
            surely[each.first, each.second] = surely[each.second, each.first] = each.adjusted <= 1 - level
    else:
        for one in range(count):
            others = [other for other in range(count) if other != one]
            raw = [_p_value(indices[one] - indices[other], errors[one], errors[other]) for other in others]
            surely[one, others] = np.array(adjust(raw, adjustment)) <= 1 - level
    return _ranks(np.asarray(indices, dtype=float), surely)


def overlap_intervals(
    indices: Sequence[float], errors: Sequence[float], level: float = 0.95
) -> list[RankInterval]:
    """Return rank intervals from joint intervals index ± z·se, z at level^(1/k) (Klein, Wright, Wieczorek 2020).

    Units differ surely where their intervals do not overlap: wider than `rank_intervals`. Refuses as `compare`.
    """
    _check(indices, errors)
    values, reach = np.asarray(indices, dtype=float), np.asarray(errors) * z_of(level ** (1 / len(indices)))
    surely = np.abs(values[:, None] - values[None, :]) > reach[:, None] + reach[None, :]
    return _ranks(values, surely)


def bootstrap_intervals(
    indices: Sequence[float],
    errors: Sequence[float],
    seed: int,
    level: float = 0.95,
    scope: str = "simultaneous",
    draws: int = 10_000,
) -> list[RankInterval]:
    """Return rank intervals with critical values of the largest difference, drawn from the normal distribution.

    Stepwise: pairs found different leave the maximum, and the rest are judged again (Mogstad, Romano, Shaikh,
    Wilhelm 2020). The same seed gives the same intervals. Refuses as `rank_intervals`.
    """
    _check(indices, errors)
    _check_scope(scope)
    values, spread = np.asarray(indices, dtype=float), np.asarray(errors, dtype=float)
    noise = np.random.default_rng(seed).standard_normal((draws, len(values))) * spread
    scale = np.sqrt(spread[:, None] ** 2 + spread[None, :] ** 2)
    distance = np.abs(values[:, None] - values[None, :])
    surely = (scale == 0) & (distance > 0)
    if scope == "simultaneous":
        first, second = np.triu_indices(len(values), 1)
        surely |= _stepdown(noise, distance, scale, first, second, level)
        return _ranks(values, surely | surely.T)
    for one in range(len(values)):
        second = np.delete(np.arange(len(values)), one)
        surely[one] |= _stepdown(noise, distance, scale, np.full_like(second, one), second, level)[one]
    return _ranks(values, surely)


def not_told_apart(
    indices: Sequence[float], comparisons: Sequence[Comparison], level: float
) -> list[list[int]]:
    """Return the longest runs of units, by places in the list and best first, in which no pair differs surely.

    Runs may overlap; a unit that differs from both neighbours is a run of its own.
    """
    apart = {frozenset((each.first, each.second)) for each in comparisons if each.adjusted <= 1 - level}
    order = sorted(range(len(indices)), key=lambda place: (-indices[place], place))
    runs: list[list[int]] = []
    end = 0
    for start in range(len(order)):
        stop = start
        while stop < len(order) and not any(
            frozenset((order[stop], each)) in apart for each in order[start:stop]
        ):
            stop += 1
        if stop > end:
            runs.append(order[start:stop])
            end = stop
    return runs


def more_responses(
    difference: float,
    errors: tuple[float, float],
    sizes: tuple[int, int],
    populations: tuple[int | None, int | None] = (None, None),
    level: float = 0.95,
) -> int | None:
    """Return how many more responses in each of two units would tell them apart if the difference stayed as it is.

    The squared errors are taken to shrink as 1/n − 1/N; the pair is judged alone. 0 where they differ already, None
    where the indices are equal. A unit's people are asked once at most. Refuses what `compare` refuses.
    """
    _check((difference, difference), errors)
    for size in sizes:
        if size < 1:
            raise refusal("number_bad", what="Số phiếu", value=size, expected="số nguyên từ 1")
    if not difference:
        return None
    units = list(zip(errors, sizes, populations, strict=True))
    goal = (difference / z_of(level)) ** 2

    def enough(more: int) -> bool:
        return sum(_later(*unit, more) for unit in units) <= goal

    low, high = -1, 1
    while not enough(high):
        low, high = high, 2 * high
    if enough(0):
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _later(error: float, size: int, population: int | None, more: int) -> float:
    """Return the squared error after so many more responses."""
    left = 0.0 if population is None else 1 / population
    now, then = 1 / size - left, max(0.0, 1 / (size + more) - left)
    return error**2 * then / now if now > 0 else 0.0


def _check(indices: Sequence[float], errors: Sequence[float]) -> None:
    if len(indices) != len(errors):
        raise refusal("lengths_differ", what="Chỉ số và sai số", first=len(indices), second=len(errors))
    for value in (*indices, *errors):
        if not isfinite(value):
            raise refusal("number_bad", what="Chỉ số hoặc sai số", value=value, expected="một số hữu hạn")
    for value in errors:
        if value < 0:
            raise refusal("number_bad", what="Sai số", value=value, expected="số không âm")


def _check_scope(scope: str) -> None:
    if scope not in SCOPES:
        raise refusal("choice_unknown", value=scope, hint=hint(scope, SCOPES), known=", ".join(SCOPES))


def _p_value(difference: float, first: float, second: float) -> float:
    scale = sqrt(first**2 + second**2)
    if not scale:
        return 0.0 if difference else 1.0
    return float(2 * ndtr(-abs(difference) / scale))


def _ranks(values: NDArray[np.float64], surely: NDArray[np.bool_]) -> list[RankInterval]:
    better = (surely & (values[None, :] > values[:, None])).sum(axis=1).tolist()
    worse = (surely & (values[None, :] < values[:, None])).sum(axis=1).tolist()
    return [RankInterval(1 + up, len(values) - down) for up, down in zip(better, worse, strict=True)]


def _stepdown(
    noise: NDArray[np.float64],
    distance: NDArray[np.float64],
    scale: NDArray[np.float64],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    level: float,
) -> NDArray[np.bool_]:
    found = np.zeros_like(scale, dtype=bool)
    varied = scale[first, second] > 0
    first, second = first[varied], second[varied]
    drawn = np.abs(noise[:, first] - noise[:, second]) / scale[first, second]
    observed = distance[first, second] / scale[first, second]
    left = np.ones(len(first), dtype=bool)
    while left.any():
        critical = np.quantile(drawn[:, left].max(axis=1), level)
        rejected = left & (observed > critical)
        if not rejected.any():
            break
        left &= ~rejected
        found[first[rejected], second[rejected]] = True
    return found
