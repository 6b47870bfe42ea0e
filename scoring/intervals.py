"""Intervals of a share between 0 and 1 from its size of sample, real or effective, and its quantiles."""

from functools import lru_cache
from math import exp, inf, log, sqrt

from scipy.special import betaincinv, ndtri, stdtrit

Bounds = tuple[float, float]


@lru_cache(maxsize=256)
def z_of(level: float) -> float:
    """Return the two-sided quantile of the normal distribution, 1.96 at the level 0.95."""
    return float(ndtri((1 + level) / 2))


@lru_cache(maxsize=256)
def t_of(level: float, df: float) -> float:
    """Return the two-sided quantile of Student's t; infinite below one degree of freedom."""
    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else inf


def wilson(p: float, n: float, level: float) -> Bounds:
    """Wilson's score interval with n answers, n above 0 and any real number (Wilson 1927)."""
    square = z_of(level) ** 2
    middle, reach = p + square / (2 * n), sqrt(square * p * (1 - p) / n + square**2 / (4 * n * n))
    return _around(p, (middle - reach) / (1 + square / n), (middle + reach) / (1 + square / n))


def jeffreys(p: float, n: float, level: float) -> Bounds:
    """Equal-tailed interval of Beta(pn + ½, (1−p)n + ½), 0 at p = 0 and 1 at p = 1 (Brown, Cai, DasGupta 2001)."""
    tail, a, b = (1 - level) / 2, p * n + 0.5, (1 - p) * n + 0.5
    low = 0.0 if p == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if p == 1 else float(1 - betaincinv(b, a, tail))
    return _around(p, low, high)


def clopper_pearson(p: float, n: float, level: float) -> Bounds:
    """The exact interval, n any number (Clopper, Pearson 1934).

    An infinite n gives the point, none at all everything.
    """
    if n == inf:
        return p, p
    if not n:
        return 0.0, 1.0
    tail, a, b = (1 - level) / 2, p * n, (1 - p) * n
    low = 0.0 if p == 0 else float(betaincinv(a, b + 1, tail))
    high = 1.0 if p == 1 else float(1 - betaincinv(b, a + 1, tail))
    return _around(p, low, high)


def korn_graubard_size(p: float, variance: float, n: int, df: int, level: float) -> float:
    """Return n* = p(1−p)/variance · (t_{n−1}/t_df)², for `clopper_pearson` (Korn, Graubard 1998).

    At p 0 or 1 n · min(1, that ratio). Without degrees of freedom 0: nothing is known.
    """
    ratio = 0.0 if df < 1 or n < 2 else (t_of(level, n - 1) / t_of(level, df)) ** 2
    if p in (0, 1):
        return n * min(1.0, ratio)
    if not ratio:
        return 0.0
    return p * (1 - p) / variance * ratio if variance else inf


def logit_t(p: float, variance: float, df: int, level: float) -> Bounds | None:
    """Student's interval on the log-odds, carried back; None at p 0 or 1, where log-odds are infinite."""
    if p in (0, 1) or df < 1:
        return None
    odds, reach = log(p / (1 - p)), t_of(level, df) * sqrt(variance) / (p * (1 - p))
    return _around(p, _share(odds - reach), _share(odds + reach))


def wald(p: float, variance: float, df: int, level: float) -> Bounds | None:
    """Student's interval p ± t·se, not cut at 0 and 1; None without degrees of freedom."""
    if df < 1:
        return None
    reach = t_of(level, df) * sqrt(variance)
    return p - reach, p + reach


def _share(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds > 0 else exp(odds) / (1 + exp(odds))


def _around(p: float, low: float, high: float) -> Bounds:
    """Hold the bounds to 0–1 and to either side of the point where the last bit of a float crossed them."""
    return max(0.0, min(p, low)), min(1.0, max(p, high))
