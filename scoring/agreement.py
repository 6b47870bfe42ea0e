"""How well a re-check repeats the first answers: share, κ, weighted κ, AC1 and AC2, α, and equal margins."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from scoring.errors import hint, refusal
from scoring.intervals import Bounds, clopper_pearson, wilson

Table = NDArray[np.float64]

SCHEMES = ("unweighted", "linear", "quadratic")
METRICS = ("nominal", "ordinal", "interval")
UNDEFINED = "không xác định: mọi câu trả lời ở một mức"


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of agreement, at most 1, and its standard error; None where undefined, with the reason."""

    value: float | None
    standard_error: float | None
    note: str = ""


@dataclass(frozen=True)
class Share:
    """How many of n pairs agree exactly, the share 0–1, and its exact and its Wilson interval."""

    agree: int
    n: int
    share: float
    exact: Bounds
    score: Bounds


@dataclass(frozen=True)
class MarginTest:
    """A test that both times give the levels equally often: χ², degrees of freedom, p-value."""

    statistic: float
    df: int
    p_value: float


def cross_table(pairs: Sequence[tuple[int, int]], categories: int) -> Table:
    """Return how often each (first, second) occurs, levels 1…categories; refuses a level outside."""
    table = np.zeros((categories, categories))
    for first, second in pairs:
        for level in (first, second):
            if not 1 <= level <= categories:
                raise refusal(
                    "number_bad", what="Mức trả lời", value=level, expected=f"số nguyên 1–{categories}"
                )
        table[first - 1, second - 1] += 1
    return table


def share(counts: Sequence[Sequence[int]] | Table, level: float = 0.95) -> Share:
    """Return the share of pairs on the diagonal of a square table of counts; refuses an empty or uneven table."""
    table = _checked(counts)
    agree, n = int(np.trace(table)), int(table.sum())
    p = agree / n
    return Share(agree, n, p, clopper_pearson(p, n, level), wilson(p, n, level))


def kappa(counts: Sequence[Sequence[int]] | Table, scheme: str = "unweighted") -> Coefficient:
    """Return Cohen's κ, or weighted κ with weights 1 − |i−j|/(q−1) or its square, and its large-sample error.

    Error by Fleiss, Cohen, Everitt 1969. Undefined where one category holds all pairs. Refuses what `share` refuses
    and another scheme.
    """
    table = _checked(counts)
    p, w = table / table.sum(), _weights(len(table), scheme)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(rows @ w @ columns)
    if 1 - expected <= 0:
        return Coefficient(None, None, UNDEFINED)
    value = (observed - expected) / (1 - expected)
    spread = w - (w @ columns[:, None] + (rows @ w)[None, :]) * (1 - value)
    variance = float((p * spread**2).sum()) - (value - expected * (1 - value)) ** 2
    return Coefficient(value, sqrt(max(0.0, variance) / table.sum()) / (1 - expected))


def gwet(counts: Sequence[Sequence[int]] | Table, scheme: str = "unweighted") -> Coefficient:
    """Return Gwet's AC1, with weights AC2, and its standard error, divided by n (Gwet 2008).

    Expected agreement is Σw/(q(q−1)) · Σπ(1−π), π the mean of both margins: it does not collapse when nearly all
    answers stand in one category, as κ does. Refuses what `kappa` refuses.
    """
    table = _checked(counts)
    n, q = table.sum(), len(table)
    p, w = table / n, _weights(q, scheme)
    margin = (p.sum(axis=1) + p.sum(axis=0)) / 2
    factor = float(w.sum()) / (q * (q - 1))
    observed, expected = float((w * p).sum()), factor * float((margin * (1 - margin)).sum())
    value = (observed - expected) / (1 - expected)
    chance = factor * (1 - (margin[:, None] + margin[None, :]) / 2)
    left = 1 - value
    variance = (
        float((p * w**2).sum())
        - observed**2
        - 4 * left * (float((p * w * chance).sum()) - observed * expected)
        + 4 * left**2 * (float((p * chance**2).sum()) - expected**2)
    )
    return Coefficient(value, sqrt(max(0.0, variance) / n) / (1 - expected))


def krippendorff(counts: Sequence[Sequence[int]] | Table, metric: str = "nominal") -> Coefficient:
    """Return Krippendorff's α of two readings for a nominal, ordinal or interval scale, without an error.

    Undefined where one category holds all. Refuses what `share` refuses and another metric.
    """
    table = _checked(counts)
    if metric not in METRICS:
        raise refusal("choice_unknown", value=metric, hint=hint(metric, METRICS), known=", ".join(METRICS))
    together = table + table.T
    sizes = together.sum(axis=0)
    distance = _distances(sizes, metric)
    expected = float(sizes @ distance @ sizes)
    if not expected:
        return Coefficient(None, None, UNDEFINED)
    found = float((together * distance).sum())
    return Coefficient(1 - float(sizes.sum() - 1) * found / expected, None)


def equal_margins(counts: Sequence[Sequence[int]] | Table) -> tuple[MarginTest, MarginTest] | None:
    """Return Bhapkar's test of equal margins and Stuart and Maxwell's; None where every pair agrees.

    Categories in which nobody moved say nothing and are left out. Bhapkar's statistic is infinite, its p-value 0, where
    all pairs moved one way. Refuses what `share` refuses.
    """
    table = _checked(counts)
    moved = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1) - 2 * np.diag(table))
    if not len(moved):
        return None
    n, kept = float(table.sum()), table[np.ix_(moved, moved)]
    shift = (kept.sum(axis=1) - kept.sum(axis=0))[:-1]
    spread = np.diag(kept.sum(axis=0) + kept.sum(axis=1)) - kept - kept.T
    inverse = np.linalg.pinv(spread[:-1, :-1], hermitian=True)
    df = int(np.linalg.matrix_rank(spread[:-1, :-1], hermitian=True))
    plain = float(shift @ inverse @ shift)
    strict = plain / (1 - plain / n) if plain < n else inf
    return MarginTest(strict, df, float(chdtrc(df, strict))), MarginTest(plain, df, float(chdtrc(df, plain)))


def _checked(counts: Any) -> Table:
    table = np.asarray(counts, dtype=np.float64)
    square = table.ndim == 2 and table.shape[0] == table.shape[1] >= 2
    if not square or not np.isfinite(table).all() or (table < 0).any() or not table.sum():
        raise refusal("table_not_square")
    return table


def _weights(categories: int, scheme: str) -> Table:
    if scheme not in SCHEMES:
        raise refusal("choice_unknown", value=scheme, hint=hint(scheme, SCHEMES), known=", ".join(SCHEMES))
    if scheme == "unweighted":
        return np.eye(categories)
    places = np.arange(categories)
    apart = np.abs(places[:, None] - places[None, :]) / (categories - 1)
    return np.asarray(1 - (apart if scheme == "linear" else apart**2))


def _distances(sizes: NDArray[np.float64], metric: str) -> Table:
    places = np.arange(len(sizes))
    if metric == "nominal":
        return np.asarray(places[:, None] != places[None, :], dtype=np.float64)
    along = np.cumsum(sizes) - sizes / 2 if metric == "ordinal" else places.astype(np.float64)
    return np.asarray((along[:, None] - along[None, :]) ** 2)
