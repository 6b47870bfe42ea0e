"""Help for small units: a steadier index beside the raw one, never instead, and how many responses to plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, sqrt

from scoring.errors import refusal
from scoring.intervals import z_of

_ROUNDS = 200


@dataclass(frozen=True)
class Steadied:
    """An index drawn towards the mean of its group: its value and error in the unit of the input.

    `kept` is the weight of the unit's own answers, 0–1; the rest is the group's mean.
    """

    index: float
    standard_error: float
    kept: float


@dataclass(frozen=True)
class Steadying:
    """The steadied indices of a group, its mean, and the variance between units beyond sampling."""

    mean: float
    between: float
    units: tuple[Steadied, ...]


def empirical_bayes(indices: Sequence[float], errors: Sequence[float]) -> Steadying:
    """Return empirical-Bayes indices under index = mean + unit + sampling error, errors taken as known.

    The variance between units solves Σ(index − mean)²/(A + se²) = k − 1 (Fay, Herriot 1979), 0 where sampling explains
    all; the error of a steadied index follows Datta, Rao and Smith 2005. An error of 0 keeps its index. Refuses lists of
    different lengths, fewer than three units, and errors that are negative or no numbers.
    """
    if len(indices) != len(errors):
        raise refusal("lengths_differ", what="Chỉ số và sai số", first=len(indices), second=len(errors))
    if len(indices) < 3:
        raise refusal("number_bad", what="Số đơn vị", value=len(indices), expected="ít nhất 3")
    for value in (*indices, *errors):
        if not isfinite(value):
            raise refusal("number_bad", what="Chỉ số hoặc sai số", value=value, expected="một số hữu hạn")
    variances = [error**2 for error in errors]
    if min(errors) < 0:
        raise refusal("number_bad", what="Sai số", value=min(errors), expected="số không âm")
    between = _between(indices, variances)
    mean = _mean(indices, variances, between)
    return Steadying(
        mean,
        between,
        tuple(
            _steadied(index, variance, mean, between, variances)
            for index, variance in zip(indices, variances, strict=True)
        ),
    )


def responses_needed(
    margin: float,
    population: int | None,
    share: float = 0.5,
    effect: float = 1.0,
    level: float = 0.95,
) -> float:
    """Return how many responses give ± margin (0–1), unrounded: n0/(1 + (n0 − 1)/N), n0 = effect · z²·p(1−p)/margin².

    `effect` is the modelled design effect times r̄, the variance of one response's share over p(1−p). Without a population
    n0. Refuses a margin or share outside 0–1, an effect not above 0, a negative population.
    """
    for what, value, good in (
        ("Sai số cho phép", margin, 0 < margin < 1),
        ("Tỷ lệ", share, 0 < share < 1),
        ("Hệ số thiết kế", effect, 0 < effect < float("inf")),
        ("Số người đã giao dịch", population or 0, (population or 0) >= 0),
    ):
        if not good:
            raise refusal("number_bad", what=what, value=value, expected="giá trị trong khoảng cho phép")
    simple = effect * z_of(level) ** 2 * share * (1 - share) / margin**2
    if population is None:
        return simple
    return min(float(population), simple / (1 + (simple - 1) / population)) if population else 0.0


def quota(population: int, margin: Fraction = Fraction(1, 20)) -> int:
    """Return n = N/(1 + N·margin²), rounded up, in exact arithmetic; 0 for nobody, never above N.

    Refuses a negative population and a margin not above 0.
    """
    if population < 0 or margin <= 0:
        raise refusal("number_bad", what="Cỡ mẫu", value=population, expected="số người từ 0, sai số trên 0")
    return -int(-population // (1 + population * margin**2))


def _mean(indices: Sequence[float], variances: Sequence[float], between: float) -> float:
    if not between and not all(variances):
        sure = [index for index, variance in zip(indices, variances, strict=True) if not variance]
        return sum(sure) / len(sure)
    weights = [1 / (between + variance) for variance in variances]
    return sum(w * x for w, x in zip(weights, indices, strict=True)) / sum(weights)


def _excess(indices: Sequence[float], variances: Sequence[float], between: float) -> float:
    mean = _mean(indices, variances, between)
    return (
        sum((x - mean) ** 2 / (between + v) for x, v in zip(indices, variances, strict=True))
        - len(indices)
        + 1
    )


def _between(indices: Sequence[float], variances: Sequence[float]) -> float:
    """Solve by halving: the left side falls steadily as the variance between units grows."""
    spread = max(indices) - min(indices)
    if not spread or (all(variances) and _excess(indices, variances, 0.0) <= 0):
        return 0.0
    low, high = 0.0, spread**2 + 1e-300
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if _excess(indices, variances, middle) > 0 else (low, middle)
    return (low + high) / 2


def _steadied(
    index: float, variance: float, mean: float, between: float, variances: Sequence[float]
) -> Steadied:
    if not variance:
        return Steadied(index, 0.0, 1.0)
    whole, k = [between + each for each in variances], len(variances)
    kept = between / (between + variance)
    if not all(whole):
        return Steadied(kept * index + (1 - kept) * mean, 0.0, kept)
    first, second = sum(1 / each for each in whole), sum(1 / each**2 for each in whole)
    sampling, centre = between * (1 - kept), (1 - kept) ** 2 / first
    unknown = variance**2 / (between + variance) ** 3 * 2 * k / first**2
    bias = 2 * (k * second - first**2) / first**3
    squared = sampling + centre + 2 * unknown - bias * (1 - kept) ** 2
    return Steadied(kept * index + (1 - kept) * mean, sqrt(max(squared, centre)), kept)
