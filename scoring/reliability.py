"""Whether criteria measure one thing: Cronbach's α and what each criterion adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from scoring.errors import refusal
from scoring.intervals import Bounds

Levels = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """One criterion: its mean and spread, its correlation with the sum of the others, α without it.

    A number is None where it is undefined: nobody answered, or all answered alike.
    """

    code: str
    n: int
    mean: float | None
    spread: float | None
    item_rest: float | None
    alpha_if_dropped: float | None


@dataclass(frozen=True)
class Reliability:
    """Cronbach's α from covariances over at least `n` responses, and from correlations; Guttman's λ6; the mean correlation.

    `interval` is Feldt's (Feldt, Woodruff, Salih 1987). All at most 1, None where undefined.
    """

    n: int
    items: tuple[Item, ...]
    alpha: float | None
    standardised: float | None
    interval: Bounds | None
    lambda6: float | None
    mean_correlation: float | None


def reliability(levels: Levels, codes: Sequence[str], complete: bool, level: float = 0.95) -> Reliability:
    """Return the reliability of criteria, one row a response and NaN where there is no valid answer.

    complete: only responses that answer all of them; otherwise each covariance from the responses that answer its two,
    and `n`, with the interval, from the rarest pair. Means and spreads are of all answers. Refuses codes that do not
    match the columns, and fewer than two criteria.
    """
    if levels.ndim != 2 or levels.shape[1] != len(codes):
        raise refusal("lengths_differ", what="Tiêu chí và cột", first=len(codes), second=levels.shape[-1])
    if len(codes) < 2:
        raise refusal("number_bad", what="Số tiêu chí", value=len(codes), expected="ít nhất 2")
    used = levels[~np.isnan(levels).any(axis=1)] if complete else levels
    valid = (~np.isnan(used)).astype(np.float64)
    covariance, n = _covariance(used), int((valid.T @ valid).min())
    alpha = _alpha(covariance)
    correlation = _correlation(covariance)
    off = None if correlation is None else float(correlation[~np.eye(len(codes), dtype=bool)].mean())
    return Reliability(
        n=n,
        items=tuple(_item(code, place, levels, covariance) for place, code in enumerate(codes)),
        alpha=alpha,
        standardised=None if correlation is None else _alpha(correlation),
        interval=None if alpha is None else feldt(alpha, n, len(codes), level),
        lambda6=None if correlation is None else _lambda6(correlation),
        mean_correlation=off,
    )


def feldt(alpha: float, n: int, k: int, level: float = 0.95) -> Bounds | None:
    """Return Feldt's interval of α from n responses to k criteria; None below two responses."""
    if n < 2:
        return None
    tail, first, second = (1 - level) / 2, n - 1, (n - 1) * (k - 1)
    low = 1 - (1 - alpha) * float(fdtri(first, second, 1 - tail))
    return low, 1 - (1 - alpha) * float(fdtri(first, second, tail))


def _covariance(levels: Levels) -> Levels:
    """Return covariances over the responses that answer both criteria, NaN where fewer than two do."""
    valid = (~np.isnan(levels)).astype(np.float64)
    filled = np.where(np.isnan(levels), 0.0, levels)
    both = valid.T @ valid
    sums = filled.T @ valid
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((filled.T @ filled - sums * sums.T / both) / np.where(both > 1, both - 1, np.nan))


def _alpha(covariance: Levels) -> float | None:
    k, whole = len(covariance), float(covariance.sum())
    if k < 2 or not np.isfinite(whole) or whole <= 0:
        return None
    return k / (k - 1) * (1 - float(np.trace(covariance)) / whole)


def _correlation(covariance: Levels) -> Levels | None:
    spread = np.sqrt(np.diag(covariance))
    if not np.isfinite(covariance).all() or not spread.all():
        return None
    return np.asarray(covariance / spread[:, None] / spread[None, :])


def _lambda6(correlation: Levels) -> float | None:
    """Return 1 − Σ(1 − R²)/Σr, R² of each criterion on the others; None where one follows from the others."""
    if np.linalg.matrix_rank(correlation, hermitian=True) < len(correlation):
        return None
    unexplained = 1 / np.diag(np.linalg.inv(correlation))
    return 1 - float(unexplained.sum()) / float(correlation.sum())


def _item(code: str, place: int, levels: Levels, covariance: Levels) -> Item:
    answers = levels[:, place][~np.isnan(levels[:, place])]
    rest = np.delete(np.delete(covariance, place, axis=0), place, axis=1)
    own, whole = float(covariance[place, place]), float(rest.sum())
    shared = float(np.delete(covariance[place], place).sum())
    known = np.isfinite(own * whole * shared) and own > 0 and whole > 0
    return Item(
        code=code,
        n=len(answers),
        mean=float(answers.mean()) if len(answers) else None,
        spread=float(answers.std(ddof=1)) if len(answers) > 1 else None,
        item_rest=shared / float(np.sqrt(own * whole)) if known else None,
        alpha_if_dropped=_alpha(rest),
    )
