"""How often intervals cover the truth: campaigns with the golden quotas and clusters, drawn anew each time."""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.special import ndtr, ndtri

from scoring.aggregation import Block
from scoring.design_effect import Clustered, ClusterModel, effective_size, fit
from scoring.designs import Stratum, linearise, variance_cluster
from scoring.intervals import (
    Bounds,
    clopper_pearson,
    jeffreys,
    korn_graubard_size,
    logit_t,
    wald,
    wilson,
)

CAMPAIGN = Path(__file__).parent.parent / "golden" / "campaign.csv"
CRITERIA, LEVEL, SEED, CAMPAIGNS = 22, 0.95, 20221231, 600
HIGHEST = 0.985
CRITERION = ndtri((np.arange(CRITERIA) + 0.5) / CRITERIA)
PROMISED = (0.93, 0.96)
DEFAULT = "Wilson, modelled design effect (default)"


@dataclass(frozen=True)
class People:
    """How people answer: every answer is a threshold on a normal scale, shared by enumerator, respondent, criterion.

    The numbers are standard deviations beside 1 for the single answer.
    """

    name: str
    enumerator: float
    respondent: float
    criterion: float


# The first explains 6 % of the variance of responses by enumerators; in the second a respondent's answers hang together
# as in the golden campaign (one response says as much as 1/0.30 answers), so that small units near 100 % are skewed.
ORDINARY = People("enumerators explain 6 %, respondents differ moderately", 0.25, 0.75, 0.3)
EXTREME = People("enumerators explain 3 %, respondents differ strongly", 0.25, 1.1, 0.3)


@dataclass(frozen=True)
class Plan:
    """One unit: the share of satisfied answers in truth, and how many responses each enumerator brings."""

    unit: str
    share: float
    clusters: tuple[int, ...]


@dataclass(frozen=True)
class Covered:
    """One kind of interval: the share of intervals that held the truth, its standard error, mean width in points."""

    kind: str
    coverage: float
    error: float
    width: float


def golden_plans() -> list[Plan]:
    """Return quotas, clusters and shares of the golden campaign."""
    sizes: dict[str, dict[str, int]] = {}
    satisfied: dict[str, list[int]] = {}
    with CAMPAIGN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = sizes.setdefault(row["unit"], {})
            own[row["cluster"]] = own.get(row["cluster"], 0) + 1
            answers = [cell for key, cell in row.items() if key[-1].isdigit() and cell in "12345" and cell]
            sums = satisfied.setdefault(row["unit"], [0, 0])
            sums[0] += sum(cell in "45" for cell in answers)
            sums[1] += len(answers)
    return [
        Plan(unit, min(HIGHEST, satisfied[unit][0] / satisfied[unit][1]), tuple(sizes[unit].values()))
        for unit in sorted(sizes)
    ]


def simulate(
    plans: list[Plan], people: People, campaigns: int = CAMPAIGNS, seed: int = SEED
) -> list[Covered]:
    """Draw campaigns and return how often each kind of interval covers; the same seed gives the same result."""
    generator = np.random.default_rng(seed)
    truths = [true_share(plan, people) for plan in plans]
    hits: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}
    for _ in range(campaigns):
        units = [_drawn(plan, people, generator) for plan in plans]
        model = fit(units)
        for share, unit in zip(truths, units, strict=True):
            for kind, (low, high) in _intervals(unit, model):
                hits.setdefault(kind, []).append(low <= share <= high)
                widths.setdefault(kind, []).append(100 * (min(1, high) - max(0, low)))
    by_campaign = {kind: np.array(each).reshape(campaigns, -1).mean(axis=1) for kind, each in hits.items()}
    return [
        Covered(
            kind, float(each.mean()), float(each.std(ddof=1) / campaigns**0.5), float(np.mean(widths[kind]))
        )
        for kind, each in by_campaign.items()
    ]


def true_share(plan: Plan, people: People) -> float:
    """Return the share of satisfied answers among all that could be given, mean over the criteria."""
    beside = (1 + people.enumerator**2 + people.respondent**2) ** 0.5
    middle = ndtri(plan.share) * (beside**2 + people.criterion**2) ** 0.5
    return float(ndtr((middle + people.criterion * CRITERION) / beside).mean())


def kept(results: list[Covered]) -> bool:
    """Tell whether the default interval covers as often as promised."""
    default = next(each for each in results if each.kind == DEFAULT)
    return PROMISED[0] <= default.coverage <= PROMISED[1]


def table(results: list[Covered], people: People) -> str:
    """Return one simulation as a text table."""
    lines = [people.name, f"  {'interval, nominal 95 %':<42} {'covers':>7} {'± 95 %':>7} {'width':>7}"]
    for each in results:
        error, coverage = 196 * each.error, 100 * each.coverage
        lines.append(f"  {each.kind:<42} {coverage:6.1f}% {error:7.1f} {each.width:7.2f}")
    return "\n".join(lines)


def _drawn(plan: Plan, people: People, generator: np.random.Generator) -> Clustered:
    """Draw one unit; its share in truth is `true_share`."""
    whole = (1 + people.enumerator**2 + people.respondent**2 + people.criterion**2) ** 0.5
    middle = ndtri(plan.share) * whole
    totals, products = [], np.zeros((2, 2), dtype=np.int64)
    for size in plan.clusters:
        place = middle + people.enumerator * generator.standard_normal()
        latent = place + people.respondent * generator.standard_normal((size, 1))
        latent = latent + people.criterion * CRITERION + generator.standard_normal((size, CRITERIA))
        x = np.column_stack([(latent > 0).sum(axis=1), np.full(size, CRITERIA)])
        totals.append(tuple(x.sum(axis=0).tolist()))
        products += x.T @ x
    stratum = Stratum(plan.unit, plan.clusters, tuple(totals), (tuple(map(tuple, products.tolist())),))
    return Clustered(stratum, linearise([stratum], [Block((0,), Fraction(1))], 1), plan.clusters)


def _intervals(unit: Clustered, model: ClusterModel) -> Iterator[tuple[str, Bounds]]:
    p, n, df = float(unit.linear.p), unit.n, len(unit.valid) - 1
    size = effective_size(unit, model) or float(n)
    yield DEFAULT, wilson(p, size, LEVEL)
    yield "Jeffreys, modelled design effect", jeffreys(p, size, LEVEL)
    # Without clusters: the effective size before the modelled design effect takes its part.
    yield "Wilson ignoring clusters", wilson(p, size * model.deff(unit), LEVEL)
    found = variance_cluster([unit.stratum], unit.linear)
    if found is None:
        return
    variance = float(found)
    capped = min(n, korn_graubard_size(p, variance, n, df, LEVEL))
    held = clopper_pearson(p, capped, LEVEL)
    plain = korn_graubard_size(p, variance, n, df, LEVEL)
    yield "Wald t, clustered", wald(p, variance, df, LEVEL) or (p, p)
    yield "logit t, clustered", (logit_t(p, variance, df, LEVEL) if variance else None) or held
    yield "Korn–Graubard, clustered", clopper_pearson(p, plain, LEVEL)
    yield "Korn–Graubard, capped at n", held


def main() -> int:
    """Print the coverage of every kind for both sorts of people; returns 1 where the promise is not kept."""
    plans = golden_plans()
    results = {people: simulate(plans, people) for people in (ORDINARY, EXTREME)}
    for people, found in results.items():
        sys.stdout.write(f"{table(found, people)}\n")
    verdict = "kept" if kept(results[ORDINARY]) else "NOT KEPT"
    low, high = (f"{100 * bound:.0f}" for bound in PROMISED)
    sys.stdout.write(f"promise for the default, first table, {low}–{high} %: {verdict}\n")
    return 0 if kept(results[ORDINARY]) else 1


if __name__ == "__main__":
    sys.exit(main())
