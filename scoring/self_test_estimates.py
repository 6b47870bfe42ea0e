"""Golden values of counts, variances, intervals and ranks, each beside its computation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from scoring.aggregation import Block
from scoring.design_effect import Clustered, effective_size, fit
from scoring.designs import (
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

LEVEL = 0.95


def counts(golden: Golden) -> Checks:
    """Compare counts, indices and components of the small campaign, by three aggregations."""
    campaign = golden.campaign("campaign_200")
    tally = Tally.from_packed(golden.questionnaire, ((row.unit, row.packed) for row in campaign.rows))
    methods = {"alt_mean_of_criteria_pct": "criterion-mean", "alt_mean_of_factors_pct": "factor-mean"}
    others = {key: measure(tally, golden.questionnaire, load_method(code)) for key, code in methods.items()}
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
        yield from _bounds(row, "kg", clopper_pearson(p, size, LEVEL))
        yield from _bounds(row, "kgcap", clopper_pearson(p, min(n, size), LEVEL))
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


def modelled(golden: Golden) -> Checks:
    """Compare the pooled correlation, design effects, effective sizes and the default intervals."""
    found: dict[tuple[str, str], dict[str, Clustered]] = {}
    for row in golden.numbers["modelled_deff"]:
        key = row["dataset"], row["var"]
        if key not in found:
            campaign = golden.campaign(row["dataset"])
            found[key] = {
                unit: _clustered(campaign, unit, row["var"], strata[row["var"]])
                for unit, strata in _strata(campaign, with_population=False).items()
                if _answered(campaign, unit, row["var"])
            }
        model, unit = fit([*found[key].values()]), found[key][row["unit"]]
        size, p = effective_size(unit, model), float(unit.linear.p)
        yield from ((p, row["p"]), (unit.n, row["n_valid"]), (sum(map(bool, unit.valid)), row["clusters"]))
        yield from ((model.icc, row["icc_pooled"]), (model.n0, row["n0"]), (model.spread, row["ratio_bar"]))
        yield from ((model.deff(unit), row["deff_model"]), (size, row["n_eff"]))
        yield from _bounds(row, "wilson", wilson(p, size or 0.0, LEVEL))
        yield from _bounds(row, "jeffreys", jeffreys(p, size or 0.0, LEVEL))


def single_intervals(golden: Golden) -> Checks:
    """Compare intervals of plain counts, Korn–Graubard from given variances, and finite populations."""
    for row in golden.numbers["binomial_intervals"]:
        p, n = row["x"] / row["n"], row["n"]
        yield from zip(wilson(p, n, LEVEL), row["wilson"], strict=True)
        yield from zip(clopper_pearson(p, n, LEVEL), row["clopper_pearson"], strict=True)
        yield from zip(jeffreys(p, n, LEVEL), row["jeffreys"], strict=True)
    for row in golden.numbers["korn_graubard"]:
        size = korn_graubard_size(row["p"], row["var"], row["n"], row["df"], LEVEL)
        yield from ((size, row["neff"]), (min(size, row["n"]), row["neff_cap"]))
        yield from zip(clopper_pearson(row["p"], size, LEVEL), row["kg"], strict=True)
        yield from zip(clopper_pearson(row["p"], min(size, row["n"]), LEVEL), row["kg_cap"], strict=True)
    for row in golden.numbers["fpc"]:
        satisfied = Fraction(str(row["p"])) * row["n"]
        products = ((satisfied, satisfied), (satisfied, Fraction(row["n"])))
        stratum = Stratum("", (row["n"],), ((satisfied, row["n"]),), (products,), row["N"])
        linear = linearise([stratum], [Block((0,), Fraction(1))], 1)
        error = _root(_float(variance_srs([stratum], linear)))
        yield from ((error, row["se_fpc"]), ((error or 0.0) * z_of(LEVEL), row["moe95"]))
        yield responses_needed(0.05, row["N"]), row["n_needed_e5"]


def ranks(golden: Golden) -> Checks:
    """Compare rank intervals by every adjustment and scope, and the number of pairs told apart."""
    for row in golden.numbers["ranks"]:
        x, errors = row["x"], row["se"]
        for adjustment in ADJUSTMENTS:
            for scope in SCOPES:
                found = rank_intervals(x, errors, LEVEL, adjustment, scope)
                yield from _ranked(found, row, f"{adjustment}_{scope}")
            apart = sum(each.adjusted <= 1 - LEVEL for each in compare(x, errors, adjustment))
            if f"n_pairs_distinct_{adjustment}" in row:
                yield apart, row[f"n_pairs_distinct_{adjustment}"]
        yield len(compare(x, errors)), row["n_pairs"]
        yield z_of(LEVEL ** (1 / len(x))), row["kww_z"]
        yield from _ranked(overlap_intervals(x, errors, LEVEL), row, "kww")


def rank_bootstrap(golden: Golden) -> Checks:
    """Compare stepwise bootstrap rank intervals, which differ from another program's draws by a rank at most."""
    for row in golden.numbers["ranks"]:
        for scope, key in zip(SCOPES, ("csranks_simul_stepdown", "csranks_marg_stepdown"), strict=True):
            if f"{key}_L" in row:
                yield from _ranked(bootstrap_intervals(row["x"], row["se"], 1, LEVEL, scope), row, key)


ESTIMATES: Mapping[str, Callable[[Golden], Checks]] = MappingProxyType(
    {
        "counts": counts,
        "rounding": rounding,
        "sampling": sampling,
        "designed_intervals": designed_intervals,
        "totals": totals,
        "modelled_deff": modelled,
        "single_intervals": single_intervals,
        "ranks": ranks,
        "rank_bootstrap": rank_bootstrap,
    }
)


@dataclass(frozen=True)
class _Designed:
    clustered: Clustered
    variance: float | None
    df: int


def _pieces(golden: Golden) -> Iterator[tuple[Row, _Designed]]:
    """Yield each golden row of a unit with its computation; a component nobody answered has no row to compare."""
    cached: dict[tuple[str, bool], dict[str, dict[str, Stratum]]] = {}
    for row in (*golden.numbers["units_200"], *golden.numbers["units_2124_overall"]):
        campaign, design, unit = golden.campaign(row["dataset"]), row["design"], row["unit"]
        key = row["dataset"], design == "srs_fpc"
        if key not in cached:
            cached[key] = _strata(campaign, key[1])
        if not _answered(campaign, unit, row["var"]):
            continue
        clusters = campaign.moments.units[unit].clusters
        stratum = cached[key][unit][row["var"]]
        if design == "two_stage":
            stratum = expanded(stratum, clusters, campaign.samples[unit])
        clustered = _clustered(campaign, unit, row["var"], stratum)
        linear, df = clustered.linear, sum(map(bool, clustered.valid)) - 1
        if design == "cluster":
            variance = variance_cluster([stratum], linear)
        elif design == "two_stage":
            variance = variance_two_stage([stratum], [clusters], [campaign.samples[unit]], linear)
        else:
            variance, df = variance_srs([stratum], linear), clustered.n - 1
        yield row, _Designed(clustered, _float(variance), df)


def _strata(campaign: GoldenCampaign, with_population: bool) -> dict[str, dict[str, Stratum]]:
    return {
        unit: strata_of(unit, each, campaign.layout, campaign.populations[unit] if with_population else None)
        for unit, each in campaign.moments.units.items()
    }


def _clustered(campaign: GoldenCampaign, unit: str, component: str, stratum: Stratum) -> Clustered:
    linear = linearise([stratum], _one_block(campaign, component), campaign.layout.full)
    column = campaign.layout.components.index(component)
    return Clustered(stratum, linear, tuple(campaign.moments.units[unit].valid[:, column].tolist()))


def _answered(campaign: GoldenCampaign, unit: str, component: str) -> bool:
    column = campaign.layout.components.index(component)
    return bool(campaign.moments.units[unit].valid[:, column].any())


def _one_block(campaign: GoldenCampaign, component: str) -> tuple[Block]:
    return (Block(campaign.layout.places(component), Fraction(1)),)


def _binomial(row: Row, p: float, n: int) -> Checks:
    for key, interval in (("wilson", wilson), ("cp", clopper_pearson), ("jeffreys", jeffreys)):
        yield from _bounds(row, key, interval(p, n, LEVEL))


def _bounds(row: Row, key: str, bounds: tuple[float, float] | None) -> Checks:
    if f"{key}_lo" in row:
        low, high = bounds or (None, None)
        yield from ((low, row[f"{key}_lo"]), (high, row[f"{key}_hi"]))


def _ranked(found: Iterable[RankInterval], row: Row, key: str) -> Checks:
    for each, best, worst in zip(found, row[f"{key}_L"], row[f"{key}_U"], strict=True):
        yield from ((each.best, best), (each.worst, worst))


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _root(value: float | None) -> float | None:
    return None if value is None else value**0.5
