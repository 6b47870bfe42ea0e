"""How much re-checked work failed, and how many answers asked again differ, each with an interval that is never a point."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scoring.acceptance import shared_design_effect
from scoring.intervals import clopper_pearson
from scoring.rechecks import DISPUTED, FAILED, UNREACHABLE, Case

LEVEL = 0.95
EXACT, WEIGHTED, CLUSTERED = "exact", "weighted", "clustered"


@dataclass(frozen=True)
class Rate:
    """`hits` of `n` as counted; the share 0–1 weighted by 1/π, None where n is 0, with its interval.

    `size` is how many equally likely and independent ones would say as much; `kind` names how the interval was made.
    """

    hits: int
    n: int
    rate: float | None
    low: float
    high: float
    size: float
    kind: str


@dataclass(frozen=True)
class Spread:
    """Design effects of answers that cluster in responses, at least 1: of those that differ, and that change side."""

    differing: float = 1.0
    crossing: float = 1.0


@dataclass(frozen=True)
class Measures:
    """What the re-checks of some responses found; `failure` is of the decided ones, the others of comparable pairs."""

    name: str
    responses: int
    confirmed: int
    failed: int
    unreachable: int
    disputed: int
    failure: Rate
    differing: Rate
    crossing: Rate


def spread_of(cases: Iterable[Case]) -> Spread:
    """Return how much wider answers spread between responses than if they were independent, of all enumerators.

    Fitted once over all: one enumerator's few responses cannot tell it.
    """
    hers: dict[str, list[Case]] = {}
    for case in cases:
        if case.levels:
            hers.setdefault(case.enumerator, []).append(case)
    groups = list(hers.values())

    def of(count: Callable[[Case], int]) -> float:
        return shared_design_effect(
            [([count(each) for each in group], [len(each.levels) for each in group]) for group in groups]
        )

    return Spread(of(lambda case: case.differing), of(lambda case: case.crossing))


def measures(name: str, cases: Sequence[Case], spread: Spread, level: float = LEVEL) -> Measures:
    """Return all rates of some cases, with intervals at this level (0–1)."""
    decided = [case for case in cases if case.decided]
    failed = [case.verdict == FAILED for case in decided]
    weights = [case.weight for case in cases]
    sizes = [len(case.levels) for case in cases]
    return Measures(
        name,
        len(cases),
        len(decided) - sum(failed),
        sum(failed),
        sum(case.verdict == UNREACHABLE for case in cases),
        sum(case.verdict == DISPUTED for case in cases),
        _rate([int(each) for each in failed], [1] * len(decided), [case.weight for case in decided], level),
        _rate([case.differing for case in cases], sizes, weights, level, spread.differing),
        _rate([case.crossing for case in cases], sizes, weights, level, spread.crossing),
    )


def by(
    cases: Sequence[Case], key: Callable[[Case], str], spread: Spread, level: float = LEVEL
) -> dict[str, Measures]:
    """Return the rates of each part of the cases, by the name of the part."""
    parts: dict[str, list[Case]] = {}
    for case in cases:
        parts.setdefault(key(case), []).append(case)
    return {name: measures(name, parts[name], spread, level) for name in sorted(parts)}


def _rate(
    hits: Sequence[int],
    sizes: Sequence[int],
    weights: Sequence[float],
    level: float,
    deff: float | None = None,
) -> Rate:
    """Return Σwh/Σwm and Clopper and Pearson's interval at (Σwm)²/Σw²m, less for answers that cluster by `deff`."""
    found, n = sum(hits), sum(sizes)
    kind = EXACT if deff is None else CLUSTERED
    if not n:
        return Rate(0, 0, None, 0.0, 1.0, 0.0, kind)
    used = [weight for weight, size in zip(weights, sizes, strict=True) if size]
    if len(set(used)) == 1:
        rate, size = found / n, float(n)
    else:
        whole = sum(weight * size for weight, size in zip(weights, sizes, strict=True))
        squares = sum(weight * weight * size for weight, size in zip(weights, sizes, strict=True))
        # Taken from the counts at both ends: a share one bit below 1 has another interval than 1.
        rate = (
            found / n
            if found in (0, n)
            else sum(weight * hit for weight, hit in zip(weights, hits, strict=True)) / whole
        )
        size, kind = whole * whole / squares, WEIGHTED if deff is None else kind
    size /= deff or 1.0
    return Rate(found, n, rate, *clopper_pearson(rate, size, level), size, kind)
