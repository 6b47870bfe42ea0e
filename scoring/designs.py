"""How far an index may be from the truth: variances by linearisation, in exact whole-number arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from operator import mul

import numpy as np

from scoring.aggregation import Block, Exact
from scoring.errors import refusal
from scoring.moments import Layout, UnitMoments, Whole

SINGLE_CLUSTER = ("undefined", "remove", "adjust")


_ALL_OF_THEM = Fraction(1)


@dataclass(frozen=True)
class Stratum:
    """One unit's sums over blocks: entries 2b and 2b+1 are attained parts and valid answers of block b.

    `totals[c]` by cluster; `products[c]` are the sums of products, one entry for the whole unit unless kept by
    cluster. `population` and `clusters_in_population` are None where unknown: then no correction is made.
    """

    unit: str
    responses: tuple[int, ...]
    totals: tuple[tuple[Exact, ...], ...]
    products: tuple[tuple[tuple[Exact, ...], ...], ...]
    population: int | None = None

    @cached_property
    def n(self) -> int:
        """Return how many responses the unit has."""
        return sum(self.responses)

    @cached_property
    def unsampled(self) -> Fraction:
        """Return the share of the population that was not asked, 1 where it is unknown, 0 for a census."""
        return (
            _ALL_OF_THEM if self.population is None else Fraction(self.population - self.n, self.population)
        )


@dataclass(frozen=True)
class Linear:
    """An index as a share p of 0–1 and its linearisation z = Σ coefficient · x / scale, in whole numbers."""

    p: Fraction
    coefficients: tuple[int, ...]
    scale: int

    def total(self, row: Sequence[Exact]) -> Exact:
        """Return scale · Σz of one row of sums."""
        total: Exact = sum(map(mul, self.coefficients, row))
        return total

    def squares(self, products: Sequence[Sequence[Exact]]) -> Exact:
        """Return scale² · Σz² of one matrix of sums of products."""
        return self.total([self.total(row) for row in products])


@dataclass(frozen=True)
class TwoStage:
    """What a two-stage sample was drawn from: the unit's clusters, and the people of each sampled cluster."""

    clusters: int
    people: Mapping[str, int]


def stratum_of(unit: str, moments: UnitMoments, blocks: Sequence[Block], population: int | None) -> Stratum:
    """Return a unit's sums over blocks; refuses a population smaller than the sample."""
    check_population(unit, moments.n, population)
    width = moments.first.shape[1] // 2
    gather = np.zeros((2 * width, 2 * len(blocks)), dtype=np.int64)
    for place, block in enumerate(blocks):
        for criterion in block.places:
            gather[criterion, 2 * place] = gather[width + criterion, 2 * place + 1] = 1
    totals = (moments.first @ gather).tolist()
    products = [(gather.T @ second @ gather).tolist() for second in moments.second]
    return Stratum(
        unit,
        tuple(moments.responses.tolist()),
        tuple(map(tuple, totals)),
        tuple(tuple(map(tuple, each)) for each in products),
        population,
    )


def strata_of(unit: str, moments: UnitMoments, layout: Layout, population: int | None) -> dict[str, Stratum]:
    """Return a unit's sums over each component as one block, all at once; refuses as `stratum_of`."""
    check_population(unit, moments.n, population)
    width, member = len(layout.criteria), layout.membership.astype(np.int64)
    parts, valid = moments.first[:, :width] @ member, moments.first[:, width:] @ member
    squares = [
        [((half @ member) * member).sum(axis=0).tolist() for half in _halves(each, width)]
        for each in moments.second
    ]
    responses = tuple(moments.responses.tolist())
    found = {}
    for column, component in enumerate(layout.components):
        totals = zip(parts[:, column].tolist(), valid[:, column].tolist(), strict=True)
        products = tuple(((ss[column], sv[column]), (sv[column], vv[column])) for ss, sv, vv in squares)
        found[component] = Stratum(unit, responses, tuple(totals), products, population)
    return found


def linearise(strata: Sequence[Stratum], blocks: Sequence[Block], full: int) -> Linear:
    """Return p = Σ weight · Σs/(full · Σv) over the strata together, linearised; every block must have answers.

    With P = Σs and V = Σv of a block, z = weight · (V·s − P·v)/(full · V²).
    """
    sums = [sum(column) for column in zip(*(row for each in strata for row in each.totals), strict=True)]
    if len(blocks) == 1 and isinstance(sums[1], int):
        parts, valid = sums
        return Linear(Fraction(parts, full * valid), (valid, -parts), full * valid**2)
    p, exact = Fraction(0), list[Fraction]()
    for block, parts, valid in zip(blocks, sums[::2], sums[1::2], strict=True):
        share = Fraction(parts) / (full * valid)
        p += block.weight * share
        exact += [block.weight / (full * valid), -block.weight * share / valid]
    scale = lcm(*(each.denominator for each in exact))
    return Linear(p, tuple(int(each * scale) for each in exact), scale)


def variance_srs(strata: Sequence[Stratum], linear: Linear) -> Fraction | None:
    """Return Σ_u (1 − n/N) · n/(n−1) · Σ(z − z̄)², every response of a unit counting, without a valid answer as 0.

    None where a unit has one response and is no census.
    """
    return _sum([_srs(each, linear) for each in strata], linear)


def variance_cluster(
    strata: Sequence[Stratum], linear: Linear, single_cluster: str = "undefined"
) -> Fraction | None:
    """Return Σ_u m/(m−1) · Σ(Z − Z̄)² over the clusters of each unit, Z the cluster's total of z.

    A unit of one cluster has no such variance: `undefined` gives None, `remove` leaves the unit's part out,
    `adjust` measures its total from the mean of all clusters. Refuses another word.
    """
    if single_cluster not in SINGLE_CLUSTER:
        raise refusal("choice_unknown", value=single_cluster, hint="", known=", ".join(SINGLE_CLUSTER))
    every = [[linear.total(row) for row in each.totals] for each in strata]
    flat = [total for totals in every for total in totals]
    mean = Fraction(sum(flat)) / len(flat)
    parts: list[Fraction | None] = []
    for totals in every:
        if len(totals) > 1:
            parts.append(_corrected(Fraction(1), len(totals), _spread(totals)))
        elif single_cluster == "adjust":
            parts.append((totals[0] - mean) ** 2)
        else:
            parts.append(Fraction(0) if single_cluster == "remove" else None)
    return _sum(parts, linear)


def scaled(stratum: Stratum, weight: Fraction) -> Stratum:
    """Return a stratum in which every response weighs so much."""
    return _weighted(stratum, [weight] * len(stratum.totals))


def expanded(stratum: Stratum, clusters: Sequence[str], sample: TwoStage) -> Stratum:
    """Return a stratum weighted to its population by w = (M/m)(N_c/n_c).

    Refuses sums not kept by cluster, a cluster without its number of people, more responses than people and
    more clusters than there are.
    """
    m = len(clusters)
    if len(stratum.products) != m:
        raise refusal("moments_not_by_cluster", unit=stratum.unit)
    if m > sample.clusters:
        raise refusal("clusters_over_population", unit=stratum.unit, m=m, population=sample.clusters)
    weights = []
    for cluster, n in zip(clusters, stratum.responses, strict=True):
        people = sample.people.get(cluster)
        if people is None:
            raise refusal("cluster_people_missing", unit=stratum.unit, cluster=cluster)
        if n > people:
            raise refusal("sample_over_population", unit=f"{stratum.unit}, {cluster}", n=n, population=people)
        weights.append(Fraction(sample.clusters, m) * Fraction(people, n))
    return _weighted(stratum, weights)


def variance_two_stage(
    strata: Sequence[Stratum], clusters: Sequence[Sequence[str]], samples: Sequence[TwoStage], linear: Linear
) -> Fraction | None:
    """Return the variance of strata weighted by `expanded`, from both stages of the draw.

    (1−m/M) · m/(m−1) · Σ(Z − Z̄)² + Σ_c (m/M)(1−n_c/N_c) · n_c/(n_c−1) · Σ(z − z̄_c)². None where a unit has one of
    several clusters, or a cluster one of several people.
    """
    parts = []
    for stratum, labels, sample in zip(strata, clusters, samples, strict=True):
        totals = [linear.total(row) for row in stratum.totals]
        drawn = Fraction(len(totals), sample.clusters)
        parts.append(_corrected(1 - drawn, len(totals), _spread(totals)))
        for place, label in enumerate(labels):
            n = stratum.responses[place]
            squares = linear.squares(stratum.products[place]) - Fraction(totals[place] ** 2) / n
            parts.append(_corrected(drawn * (1 - Fraction(n, sample.people[label])), n, squares))
    return _sum(parts, linear)


def check_population(unit: str, n: int, population: int | None) -> None:
    """Refuse more responses than people."""
    if population is not None and n > population:
        raise refusal("sample_over_population", unit=unit, n=n, population=population)


def _halves(second: Whole, width: int) -> tuple[Whole, Whole, Whole]:
    return second[:width, :width], second[:width, width:], second[width:, width:]


def _weighted(stratum: Stratum, weights: Sequence[Fraction]) -> Stratum:
    """Weigh a stratum's sums, a weight a cluster; sums over the whole unit take the first, which is then the only one."""
    totals = [tuple(w * x for x in row) for w, row in zip(weights, stratum.totals, strict=True)]
    products = [
        tuple(tuple(w * w * x for x in row) for row in each)
        for w, each in zip(weights, stratum.products, strict=False)
    ]
    return Stratum(stratum.unit, stratum.responses, tuple(totals), tuple(products), stratum.population)


def _srs(stratum: Stratum, linear: Linear) -> Fraction | None:
    total = sum(linear.total(row) for row in stratum.totals)
    squares = sum(linear.squares(each) for each in stratum.products)
    return _corrected(stratum.unsampled, stratum.n, squares - Fraction(total**2) / stratum.n)


def _corrected(unsampled: Fraction, n: int, squares: Fraction) -> Fraction | None:
    """Return unsampled · n/(n−1) · squares: 0 for a census, None where one of several says nothing."""
    if not unsampled:
        return Fraction(0)
    return None if n == 1 else unsampled * n * squares / (n - 1)


def _spread(values: Sequence[Exact]) -> Fraction:
    return sum(value**2 for value in values) - Fraction(sum(values) ** 2) / len(values)


def _sum(parts: Sequence[Fraction | None], linear: Linear) -> Fraction | None:
    defined = [part for part in parts if part is not None]
    return sum(defined, Fraction(0)) / linear.scale**2 if len(defined) == len(parts) else None
