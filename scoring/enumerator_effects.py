"""How much answers depend on who asked: intra-enumerator correlation by two estimators, and each one's distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, ndtr

from scoring.errors import refusal
from scoring.permutation import benjamini_hochberg

Values = NDArray[np.float64]

_ROUNDS = 200


@dataclass(frozen=True)
class Anova:
    """One-way analysis of variance: groups, responses, mean squares, F with its p-value, ICC (None if undefined)."""

    groups: int
    n: int
    n0: float
    between: float
    within: float
    f: float | None
    p_value: float | None
    icc: float | None


@dataclass(frozen=True)
class Components:
    """Variances between and within groups by restricted maximum likelihood, and the share of the first, 0–1."""

    between: float
    within: float
    icc: float


@dataclass(frozen=True)
class Distance:
    """An enumerator's mean distance from her units' means, in standard errors; its p-value and q-value."""

    enumerator: str
    n: int
    z: float
    p_value: float
    q_value: float


def anova(values: Values, groups: Sequence[str]) -> Anova:
    """Return the one-way analysis of values by group; ICC = (MSB − MSW)/(MSB + (n0 − 1)·MSW).

    n0 = (n − Σn_g²/n)/(k − 1). Refuses lists of different lengths, fewer than two groups, no group with two values.
    """
    counts, sums = _grouped(values, groups)
    n, k = len(values), len(counts)
    if k < 2 or n <= k:
        raise refusal("number_bad", what="Số nhóm", value=k, expected="từ 2, ít hơn số phiếu")
    mean = float(values.mean())
    between = float((counts * (sums / counts - mean) ** 2).sum()) / (k - 1)
    member = np.unique(np.asarray(groups), return_inverse=True)[1]
    within = float(((values - (sums / counts)[member]) ** 2).sum()) / (n - k)
    n0 = (n - float((counts**2).sum()) / n) / (k - 1)
    whole = between + (n0 - 1) * within
    f = between / within if within else None
    return Anova(
        groups=k,
        n=n,
        n0=n0,
        between=between,
        within=within,
        f=f,
        p_value=None if f is None else float(fdtrc(k - 1, n - k, f)),
        icc=(between - within) / whole if whole > 0 else None,
    )


def components(
    values: Values, groups: Sequence[str], units: Sequence[str] | None = None
) -> Components | None:
    """Return the variances of value = mean + group + rest, with a mean a unit where units are given.

    The restricted likelihood's root is found by halving to the last bits; 0 between groups where it has none above 0.
    None where nothing is left to vary. Refuses lists of different lengths.
    """
    _grouped(values, groups)
    means = _indicator(["" for _ in values] if units is None else units)
    z = _indicator(groups)
    model = _Restricted(values, means, z)
    if model.degrees < 1 or model.fit(0.0)[1] <= 0:
        return None
    low, high = 0.0, 1.0
    if model.slope(0.0) <= 0:
        high = 0.0
    else:
        while model.slope(high) > 0 and high < 1e12:
            low, high = high, 2 * high
    for _ in range(_ROUNDS if high else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if model.slope(middle) > 0 else (low, middle)
    ratio = (low + high) / 2
    within = model.fit(ratio)[1] / model.degrees
    return Components(ratio * within, within, ratio / (1 + ratio))


def distances(values: Values, enumerators: Sequence[str], units: Sequence[str]) -> list[Distance]:
    """Return for each enumerator, by code, z = Σ(y − ȳ_unit)/(s·√n), s² = Σ(y − ȳ_unit)²/(N − number of units).

    Two-sided normal p-values and Benjamini–Hochberg q-values. Not a flag: enumerators whose unit nobody else visited
    have z near 0, and a few responses are far from normal; `quality` judges by permutation. Refuses lists of
    different lengths.
    """
    _grouped(values, enumerators)
    counts, sums = _grouped(values, units)
    member = np.unique(np.asarray(units), return_inverse=True)[1]
    rest = values - (sums / counts)[member]
    free = len(values) - len(counts)
    spread = sqrt(float((rest**2).sum()) / free) if free > 0 else 0.0
    labels = np.asarray(enumerators)
    found = []
    for code in sorted(set(enumerators)):
        own = rest[labels == code]
        z = float(own.sum()) / (spread * sqrt(len(own))) if spread else 0.0
        found.append((code, len(own), z, float(2 * ndtr(-abs(z)))))
    q_values = benjamini_hochberg([each[3] for each in found])
    return [Distance(*each, q_value) for each, q_value in zip(found, q_values, strict=True)]


class _Restricted:
    """The restricted likelihood of y = Xβ + Zb + e as a function of the ratio of the two variances."""

    def __init__(self, values: Values, means: Values, groups: Values) -> None:
        self.sizes = groups.sum(axis=0)
        self.yy, self.xy, self.xx = float(values @ values), means.T @ values, means.T @ means
        self.zy, self.zx = groups.T @ values, groups.T @ means
        self.degrees = len(values) - int(np.linalg.matrix_rank(means))

    def fit(self, ratio: float) -> tuple[Values, float]:
        """Return the means and y'Py."""
        shrink = ratio / (1 + ratio * self.sizes)
        xx = self.xx - (self.zx.T * shrink) @ self.zx
        xy = self.xy - (self.zx.T * shrink) @ self.zy
        beta = np.linalg.solve(xx, xy)
        return beta, self.yy - float(shrink @ self.zy**2) - float(xy @ beta)

    def slope(self, ratio: float) -> float:
        """Return the sign-giving part of the derivative: degrees · y'PZZ'Py/y'Py − tr(PZZ')."""
        beta, rest = self.fit(ratio)
        shrink = ratio / (1 + ratio * self.sizes)
        kept = 1 / (1 + ratio * self.sizes)
        xx = self.xx - (self.zx.T * shrink) @ self.zx
        pulled = kept * (self.zy - self.zx @ beta)
        inside = kept[:, None] * self.zx
        trace = float((kept * self.sizes).sum()) - float(np.trace(np.linalg.solve(xx, inside.T @ inside)))
        return self.degrees * float(pulled @ pulled) / rest - trace


def _grouped(values: Values, groups: Sequence[str]) -> tuple[Values, Values]:
    if len(values) != len(groups):
        raise refusal("lengths_differ", what="Giá trị và nhóm", first=len(values), second=len(groups))
    member = np.unique(np.asarray(groups), return_inverse=True)[1]
    return np.bincount(member).astype(np.float64), np.bincount(member, weights=values).astype(np.float64)


def _indicator(labels: Sequence[str]) -> Values:
    names, member = np.unique(np.asarray(labels), return_inverse=True)
    return np.asarray(member[:, None] == np.arange(len(names)), dtype=np.float64)
