"""One estimate: an exact share with its standard error and an interval that is always defined."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from scoring.intervals import (
    Bounds,
    clopper_pearson,
    jeffreys,
    korn_graubard_size,
    logit_t,
    wald,
    wilson,
)

MODEL = "modelled"  # the design of modelled intervals: one correlation within clusters, fitted over all units
MODELLED = {"modelled-deff-wilson": wilson, "modelled-deff-jeffreys": jeffreys}
DESIGNED = ("korn-graubard", "korn-graubard-capped", "clopper-pearson", "logit-t", "wald")
KINDS = (*MODELLED, *DESIGNED)

TOO_FEW = "chưa đủ mẫu"
CENSUS = "không có sai số chọn mẫu"
NO_CLUSTERS = "không biết cụm (điều tra viên), coi các phiếu là độc lập"
ONE_CLUSTER = "chỉ có một cụm, không ước lượng được sai số giữa các cụm"
SAME_ANSWERS = "các phiếu như nhau, dùng khoảng Korn–Graubard"
NOTHING_VARIES = "không đơn vị nào có phiếu khác nhau, coi mỗi phiếu là một câu trả lời"


@dataclass(frozen=True)
class Interval:
    """An interval of an index in points 0–100, with the name of its formula and what stood behind it.

    `low` and `high` are None only where the sample is too small. `n` responses with a valid answer, `df` degrees of
    freedom, `n_eff` the answers of a simple sample that would say as much, `deff` variance over that of a simple
    sample of responses; the last two None where there are none. `note` is a Vietnamese remark, empty if none is due.
    """

    low: float | None
    high: float | None
    level: float
    kind: str
    n: int
    df: int
    n_eff: float | None
    deff: float | None
    note: str


@dataclass(frozen=True)
class Estimate:
    """A component's exact share 0–1 and its standard error in index points; None where undefined.

    The standard error is 0 for a census alone: where all responses agree it is `floor_error`. It is None where it
    cannot be estimated: too small a sample, or one cluster of a design that needs two.
    """

    share: Fraction | None
    standard_error: float | None
    interval: Interval

    @property
    def index(self) -> Fraction | None:
        """Return the exact index in percent."""
        return None if self.share is None else 100 * self.share


@dataclass(frozen=True)
class Evidence:
    """What an interval is made from: `variance` of the share by the design, None where it cannot be estimated.

    `n_eff` is given where it was modelled; `deff` where a design effect is known.
    """

    share: Fraction
    n: int
    df: int
    variance: float | None
    n_eff: float | None
    deff: float | None
    census: bool
    note: str


def floor_error(share: float, n: float) -> float:
    """Return √(p̃(1−p̃)/n), p̃ = (np + 1)/(n + 2): one more satisfied and one more dissatisfied response (share 0–1)."""
    shifted = (n * share + 1) / (n + 2)
    return sqrt(shifted * (1 - shifted) / n)


def undefined(kind: str, level: float, n: int, share: Fraction | None = None) -> Estimate:
    """Return the estimate of a sample too small to say anything; its share is kept as what was counted."""
    return Estimate(share, None, Interval(None, None, level, kind, n, max(0, n - 1), None, None, TOO_FEW))


def estimate(evidence: Evidence, kind: str, level: float) -> Estimate:
    """Return the estimate of one component by the named interval, within 0–100 and around its index."""
    p, point = float(evidence.share), float(100 * evidence.share)
    if evidence.census:
        census = Interval(point, point, level, kind, evidence.n, evidence.df, None, None, CENSUS)
        return Estimate(evidence.share, 0.0, census)
    (low, high), n_eff, note = _bounds(evidence, p, kind, level)
    error = (
        None
        if evidence.variance is None
        else sqrt(evidence.variance) or floor_error(p, evidence.n_eff or evidence.n)
    )
    interval = Interval(
        low=min(point, max(0.0, 100 * low)),
        high=max(point, min(100.0, 100 * high)),
        level=level,
        kind=kind,
        n=evidence.n,
        df=evidence.df,
        n_eff=n_eff,
        deff=evidence.deff,
        note="; ".join(each for each in (evidence.note, note) if each),
    )
    return Estimate(evidence.share, None if error is None else 100 * error, interval)


def _bounds(evidence: Evidence, p: float, kind: str, level: float) -> tuple[Bounds, float | None, str]:
    """Return the bounds, the effective size they rest on and a remark."""
    n = float(evidence.n)
    if kind in MODELLED:
        size = n if evidence.n_eff is None else evidence.n_eff
        return MODELLED[kind](p, size, level), size, "" if evidence.n_eff else NOTHING_VARIES
    if kind == "clopper-pearson":
        return clopper_pearson(p, n, level), n, ""
    if evidence.variance is None or evidence.df < 1:
        return (0.0, 1.0), None, ONE_CLUSTER
    size = korn_graubard_size(p, evidence.variance, evidence.n, evidence.df, level)
    straight = {"wald": wald, "logit-t": logit_t}.get(kind)
    if straight is not None and evidence.variance and 0 < p < 1:
        found = straight(p, evidence.variance, evidence.df, level)
        if found is not None:
            return found, p * (1 - p) / evidence.variance, ""
    capped = size if kind == "korn-graubard" and evidence.variance else min(size, n)
    return clopper_pearson(p, capped, level), capped, "" if kind.startswith("korn") else SAME_ANSWERS
