"""Golden values of counts, variances, intervals and ranks, each beside its computation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from scoring.aggregation import Block
from scoring.design_effect import Clustered, effective_size, fit
from scoring.designs import (
    Linear,
    Stratum,
    expanded,
    linearise,
    scaled,
    strata_of,
    variance_cluster,
    variance_srs,
    variance_two_stage,
)
from scoring.golden import Golden, GoldenCampaign
from scoring.intervals import (
    clopper_pearson,
    jeffreys,
    korn_graubard_size,
    logit_t,
    wald,
    wilson,
    z_of,
)
from scoring.method import load_method
from scoring.points import half_up, largest_remainder
from scoring.rank_intervals import (
    ADJUSTMENTS,
    SCOPES,
    RankInterval,
    bootstrap_intervals,
    compare,
    overlap_intervals,
    rank_intervals,
)
from scoring.satisfaction import measure
from scoring.small_units import responses_needed
from scoring.tally import Tally

Value = float | int | str | bool | None
Checks = Iterator[tuple[Value, Value]]
Row = Mapping[str, Any]

LEVEL, Z = 0.95, 1.959963984540054


def counts(golden: Golden) -> Checks:
    """Compare counts, indices and components of the small campaign, by three aggregations."""
    campaign = golden.campaign("campaign_200")
    tally = Tally.from_packed(golden.questionnaire, ((row.unit, row.packed) for row in campaign.rows))
    methods = {"alt_mean_of_criteria_pct": "criterion-mean", "alt_mean_of_factors_pct": "factor-mean"}
    others = {
        key: measure(tally, golden.questionnaire, load_method(code)) for key, code in methods.items()
    }
    for place, result in enumerate(measure(tally, golden.questionnaire, golden.method)):
        expected = golden.numbers["counts_campaign_200"][result.unit]
        yield result.responses, expected["n"]
        for code, row in zip(tally.criteria, tally.counts[place].tolist(), strict=True):
            yield from zip(row, expected["items"][code], strict=True)
        overall = expected["overall"]
        yield from ((result.satisfied, overall["sat"]), (result.answered, overall["valid"]))
        if result.index is not None and result.points is not None:
            yield str(half_up(result.index, 2)), overall["index_pct_2dp_half_up"]
            yield str(half_up(result.points, 2)), overall["component_2dp_half_up"]
        for factor in result.factors:
            yield factor.satisfied, expected["factors"][factor.code]["sat"]
            yield factor.answered, expected["factors"][factor.code]["valid"]
        for key, results in others.items():
            yield _float(results[place].index), expected[key]


def rounding(golden: Golden) -> Checks:
    """Compare percentages rounded once, and columns made to add to 100."""
    for row in golden.numbers["rounding_percent"]:
        yield f"{half_up(Fraction(100 * row['num'], row['den']), row['digits']):f}", row["half_up"]
    for row in golden.numbers["double_rounding"]:
        points = half_up(Fraction(10 * row["sat"], row["valid"]), 2)
        yield f"{points:f}", row["component_2dp_half_up"]
    for row in golden.numbers["largest_remainder"]:
        shares = largest_remainder(row["counts"], row["digits"])
        yield from zip(map(float, shares), row["lrm"], strict=True)


def sampling(golden: Golden) -> Checks:
    """Compare p, standard errors and degrees of freedom of every unit, design and component."""
    for row, piece in _pieces(golden):
        unit, linear = piece.clustered, piece.clustered.linear
        yield from ((unit.stratum.n, row["n_sample"]), (unit.n, row["n_valid"]))
        if "error" in row:
            yield piece.variance, None
            continue
        error = None if piece.variance is None else piece.variance**0.5
        yield from ((_float(linear.p), row["p"]), (error, row["se"]), (piece.df, row["df"]))


def designed_intervals(golden: Golden) -> Checks:
    """Compare Wald, logit and Korn–Graubard intervals, plain and capped, of every unit and design."""
    for row, piece in _pieces(golden):
        if "error" in row or piece.variance is None:
            continue
        p, n, variance, df = float(piece.clustered.linear.p), piece.clustered.n, piece.variance, piece.df
        yield from _bounds(row, "wald", wald(p, variance, df, LEVEL))
        if variance:
            yield from _bounds(row, "xlogit", logit_t(p, variance, df, LEVEL))
        size = korn_graubard_size(p, variance, n, df, LEVEL)
        if row["kg_neff"] is not None:
            yield size, row["kg_neff"]
        yield from _bounds(row, "kg", clopper_pearson(p, size, LEVEL) if size else (0.0, 1.0))
        yield from _bounds(row, "kgcap", clopper_pearson(p, min(n, size), LEVEL) if size else (0.0, 1.0))
        if "wilson_lo" in row:
            yield from _binomial(row, row["sat"] / row["valid"], row["valid"])


def totals(golden: Golden) -> Checks:
    """Compare groups and all units together, weighted to their populations, with each rule for a single cluster."""
    campaign = golden.campaign("campaign_200")
    strata = _strata(campaign, with_population=False), _strata(campaign, with_population=True)
    for row in golden.numbers["totals_200"]:
        units = [unit for unit in campaign.moments.units if row["domain"] in ("ALL", campaign.groups[unit])]
        own = [strata[row["design"] == "srs_fpc"][unit][row["var"]] for unit in units]
        weighed = [scaled(each, Fraction(campaign.populations[each.unit], each.n)) for each in own]
        linear = linearise(weighed, _one_block(campaign, row["var"]), campaign.layout.full)
        policy = "undefined" if row["lonely"] == "fail" else row["lonely"]
        clustered = row["design"] == "cluster"
        variance = _float(
            variance_cluster(weighed, linear, policy) if clustered else variance_srs(weighed, linear)
        )
        if "error" in row:
            yield variance, None
            continue
        df = sum((len(each.totals) if clustered else each.n) - 1 for each in own)
        yield from ((float(linear.p), row["p"]), (_root(variance), row["se"]), (df, row["df"]))
        yield from _bounds(row, "wald", wald(float(linear.p), variance or 0.0, df, LEVEL))
