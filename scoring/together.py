"""Several units at once: a group or all of them, each unit a stratum of its own."""

from collections.abc import Sequence
from fractions import Fraction

from scoring.aggregation import Block, blocks_of
from scoring.design_effect import effective_size
from scoring.designs import (
    Linear,
    Stratum,
    expanded,
    linearise,
    scaled,
    stratum_of,
    variance_cluster,
    variance_srs,
    variance_two_stage,
)
from scoring.errors import hint, refusal
from scoring.estimates import MODEL, Estimate, Evidence, estimate, undefined
from scoring.uncertainty import SMALLEST_N, Uncertainty

WEIGHTINGS = ("responses", "population", "units")
ONE_CLUSTER_ADJUSTED = "đơn vị chỉ có một cụm được so với trung bình mọi cụm"
LEFT_OUT = "không tính {count} đơn vị chưa đủ mẫu"


def together(uncertainty: Uncertainty, units: Sequence[str], component: str, weighting: str) -> Estimate:
    """Return the estimate of one component over several units.

    `responses` lets every response count alike, `population` every person served, `units` every unit: the plain mean
    of the units' indices, as a group's published mean is. Refuses another word, a unit without responses, and
    `population` where a unit's people are unknown. A two-stage sample is weighted by its own design.
    """
    if weighting not in WEIGHTINGS:
        facts = {"hint": hint(weighting, WEIGHTINGS), "known": ", ".join(WEIGHTINGS)}
        raise refusal("choice_unknown", value=weighting, **facts)
    for unit in units:
        if unit not in uncertainty.moments.units:
            raise refusal("choice_unknown", value=unit, hint="", known=", ".join(uncertainty.moments.units))
    if weighting == "units":
        return _mean(uncertainty, units, component)
    weights = [_weight(uncertainty, unit, weighting) for unit in units]
    blocks = _blocks(uncertainty, units, weights, component)
    pieces, asked = uncertainty.pieces[component], uncertainty.asked
    n = sum(pieces[unit].clustered.n for unit in units if unit in pieces)
    if blocks is None:
        return undefined(asked.kind, asked.level, 0)
    strata = [
        _stratum(uncertainty, unit, blocks, weight) for unit, weight in zip(units, weights, strict=True)
    ]
    linear = linearise(strata, blocks, uncertainty.layout.full)
    if n < max(SMALLEST_N, asked.smallest_n):
        return undefined(asked.kind, asked.level, n, linear.p)
    evidence_of = _modelled if asked.design == MODEL else _designed
    return estimate(evidence_of(uncertainty, strata, linear, component, n), asked.kind, asked.level)


def _mean(uncertainty: Uncertainty, units: Sequence[str], component: str) -> Estimate:
    """Return the mean of the units' indices; the units' errors are independent, so their squares add."""
    asked = uncertainty.asked
    shares, errors, n, df = list[Fraction](), list[float](), 0, 0
    for unit in units:
        each = uncertainty.estimate(unit, component)
        if each.share is not None and each.standard_error is not None:
            shares.append(each.share)
            errors.append(each.standard_error / 100)
            n, df = n + each.interval.n, df + each.interval.df
    if not shares:
        return undefined(asked.kind, asked.level, n)
    share = sum(shares, Fraction(0)) / len(shares)
    variance = sum(error**2 for error in errors) / len(errors) ** 2
    size = float(share * (1 - share)) / variance if variance and 0 < share < 1 else float(n)
    note = LEFT_OUT.format(count=len(units) - len(shares)) if len(shares) < len(units) else ""
    evidence = Evidence(share, n, df, variance, size, None, not variance, note)
    return estimate(evidence, asked.kind, asked.level)


def _weight(uncertainty: Uncertainty, unit: str, weighting: str) -> Fraction:
    if weighting == "responses" or uncertainty.asked.design == "two_stage":
        return Fraction(1)
    people = uncertainty.asked.populations.get(unit)
    if people is None:
        raise refusal("population_missing", unit=unit)
    return Fraction(people, uncertainty.moments.units[unit].n)


def _blocks(
    uncertainty: Uncertainty, units: Sequence[str], weights: Sequence[Fraction], component: str
) -> tuple[Block, ...] | None:
    layout = uncertainty.layout
    answered = [Fraction(0)] * len(layout.criteria)
    for unit, weight in zip(units, weights, strict=True):
        valid = uncertainty.moments.units[unit].first[:, len(layout.criteria) :].sum(axis=0).tolist()
        answered = [total + weight * count for total, count in zip(answered, valid, strict=True)]
    return blocks_of(layout, answered, uncertainty.asked.rule, component)


def _stratum(uncertainty: Uncertainty, unit: str, blocks: Sequence[Block], weight: Fraction) -> Stratum:
    moments = uncertainty.moments.units[unit]
    stratum = stratum_of(unit, moments, blocks, uncertainty.asked.populations.get(unit))
    if uncertainty.asked.design == "two_stage":
        return expanded(stratum, moments.clusters, uncertainty.asked.samples[unit])
    return scaled(stratum, weight)


def _modelled(
    uncertainty: Uncertainty, strata: Sequence[Stratum], linear: Linear, component: str, n: int
) -> Evidence:
    """Return Σ_u var_srs,u · deff_u; at p of 0 or 1 n_eff is that of the units' own, weighted by answers."""
    model, pieces = uncertainty.models[component], uncertainty.pieces[component]
    p, variance, simple, inverse = float(linear.p), 0.0, 0.0, 0.0
    answers = {each.unit: float(sum(sum(row[1::2]) for row in each.totals)) for each in strata}
    whole = sum(answers.values())
    for stratum in strata:
        piece, part = pieces.get(stratum.unit), variance_srs([stratum], linear)
        if piece is None:
            continue
        size = effective_size(piece.clustered, model)
        inverse += (answers[stratum.unit] / whole) ** 2 / size if size else 0.0
        simple += float(part or 0)
        variance += float(part or 0) * model.deff(piece.clustered)
    size = p * (1 - p) / variance if variance and 0 < p < 1 else 1 / inverse if inverse else None
    census = not any(each.unsampled for each in strata)
    deff = variance / simple if simple else None
    return Evidence(linear.p, n, sum(each.n - 1 for each in strata), variance, size, deff, census, "")


def _designed(
    uncertainty: Uncertainty, strata: Sequence[Stratum], linear: Linear, component: str, n: int
) -> Evidence:
    """Return the variance of the design; degrees of freedom are the responses or clusters less the units."""
    asked, simple = uncertainty.asked, variance_srs(strata, linear)
    clusters = [uncertainty.moments.units[each.unit].clusters for each in strata]
    variance, df, note = simple, sum(each.n - 1 for each in strata), ""
    if asked.design != "srs":
        df = sum(len(each) - 1 for each in clusters)
        alone = any(len(each) == 1 for each in clusters)
        note = ONE_CLUSTER_ADJUSTED if alone and asked.design == "cluster" else ""
        variance = variance_cluster(strata, linear, "adjust")
    if asked.design == "two_stage":
        samples = [asked.samples[each.unit] for each in strata]
        variance = variance_two_stage(strata, clusters, samples, linear)
    census = not any(each.unsampled for each in strata)
    deff = float(variance / simple) if variance is not None and simple else None
    found = None if variance is None else float(variance)
    return Evidence(linear.p, n, df, found, None, deff, census, note)
