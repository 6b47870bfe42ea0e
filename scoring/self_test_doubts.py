"""Golden values of reliability, agreement, enumerators, response rates and patterns, each beside its computation."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from scoring.agreement import (
    METRICS,
    SCHEMES,
    Coefficient,
    equal_margins,
    gwet,
    kappa,
    krippendorff,
    share,
)
from scoring.enumerator_effects import anova, components, distances
from scoring.fieldwork import Fieldwork, is_night, overlaps
from scoring.golden import Golden
from scoring.moments import levels_of
from scoring.patterns import LIKENESS, alike, last_digits, longest_runs, spreads, straight_lines
from scoring.reliability import reliability
from scoring.response_rates import response_rates

Value = float | int | str | bool | None
Checks = Iterator[tuple[Value, Value]]
Row = Mapping[str, Any]

CAMPAIGNS = ("campaign_200", "campaign")


def reliabilities(golden: Golden) -> Checks:
    """Compare α by both treatments of blanks, Feldt's interval, λ6 and what each criterion adds."""
    for name in CAMPAIGNS:
        campaign = golden.campaign(name)
        levels = levels_of(campaign.layout, name, "".join(row.packed for row in campaign.rows))
        for component, row in golden.numbers["reliability"][name].items():
            places = list(campaign.layout.places(component))
            codes = [campaign.layout.criteria[place] for place in places]
            paired = reliability(levels[:, places], codes, complete=False)
            whole = reliability(levels[:, places], codes, complete=True)
            yield from ((len(codes), row["k"]), (len(levels), row["n"]), (whole.n, row["n_listwise"]))
            yield from ((paired.alpha, row["alpha_pairwise"]), (whole.alpha, row["alpha_listwise"]))
            yield paired.standardised, row["alpha_std_pairwise"]
            yield whole.standardised, row["alpha_std_listwise"]
            low, high = whole.interval or (None, None)
            yield from ((low, row["feldt_lo"]), (high, row["feldt_hi"]))
            yield whole.lambda6, row["lambda6_listwise"]
            yield whole.mean_correlation, row["avg_r_listwise"]
            for first, second, item in zip(paired.items, whole.items, row["items"], strict=True):
                yield from ((first.code, item["item"]), (first.mean, item["mean"]))
                yield from ((first.spread, item["sd"]), (first.item_rest, item["item_rest_r_pairwise"]))
                yield second.item_rest, item["item_rest_r_listwise"]
                yield first.alpha_if_dropped, item["alpha_if_dropped_pairwise"]
                yield second.alpha_if_dropped, item["alpha_if_dropped_listwise"]


def agreements(golden: Golden) -> Checks:
    """Compare shares, κ, weighted κ, AC1, AC2, α and the tests of equal margins, and κ where it misleads."""
    for row in golden.numbers["agreement"]:
        counts = row["table"]
        found = share(counts)
        yield from ((found.n, row["n"]), (found.agree, row["agree"]), (found.share, row["pa"]))
        yield from zip(found.exact, row["pa_cp"], strict=True)
        yield from zip(found.score, row["pa_wilson"], strict=True)
        for scheme, key in zip(SCHEMES, ("kappa", "wkappa_lin", "wkappa_quad"), strict=True):
            yield from _coefficient(kappa(counts, scheme), row, key, f"{key}_ase")
        for scheme, key in zip(SCHEMES, ("ac1", "ac2_linear", "ac2_quadratic"), strict=True):
            yield from _coefficient(gwet(counts, scheme), row, key, f"{key}_se")
        for metric in METRICS:
            yield krippendorff(counts, metric).value, row[f"kripp_{metric}"]
        tests = equal_margins(counts)
        for place, key in enumerate(("bhapkar_p", "stuart_maxwell_p")):
            if tests is not None and row.get(key) is not None:
                yield tests[place].p_value, row[key]
    for row in golden.numbers["agreement_extra"]:
        found = share(row["table"])
        yield from ((found.n, row["n"]), (found.share, row["pa"]))
        yield from _coefficient(kappa(row["table"]), row, "kappa", "kappa_ase")
        yield from _coefficient(gwet(row["table"]), row, "ac1", "ac1_se")


def enumerators(golden: Golden) -> Checks:
    """Compare the analysis of variance by enumerator and by cluster, and each enumerator's distance."""
    for name in CAMPAIGNS:
        work, row = golden.campaign(name).fieldwork, golden.numbers["enumerator"][name]
        for key, groups in _groupings(golden, name).items():
            found, expected = anova(work.satisfied_share, groups), row[key]
            yield from ((found.groups, expected["k"]), (found.n, expected["n"]), (found.n0, expected["n0"]))
            yield from ((found.between, expected["MSB"]), (found.within, expected["MSW"]))
            yield from ((found.f, expected["F"]), (found.p_value, expected["p"]))
            yield found.icc, expected["icc_anova"]
            size = found.n / found.groups
            yield from (
                (size, expected["mean_cluster"]),
                (1 + (size - 1) * (found.icc or 0), expected["deff_approx"]),
            )
        units, codes = [each.unit for each in work.records], [each.enumerator for each in work.records]
        for away, expected in zip(distances(work.satisfied_share, codes, units), row["outlier"], strict=True):
            yield from ((away.enumerator, expected["enum"]), (away.n, expected["n"]))
            yield from ((away.p_value, expected["p"]), (away.q_value, expected["q_bh"]))
            # The golden z of an enumerator alone in her unit is the last bits of a zero.
            yield round(away.z, 12), round(expected["z"], 12)


def reml(golden: Golden) -> Checks:
    """Compare variances by restricted maximum likelihood, which the golden program approaches step by step."""
    for name in CAMPAIGNS:
        work, row = golden.campaign(name).fieldwork, golden.numbers["enumerator"][name]
        for key, groups in _groupings(golden, name).items():
            found = components(work.satisfied_share, groups)
            if found is not None:
                yield found.icc, row[key]["icc_reml"]
                yield found.between, row[key]["var_between_reml"]
                yield found.within, row[key]["var_within_reml"]
        units, codes = [each.unit for each in work.records], [each.enumerator for each in work.records]
        given = components(work.satisfied_share, codes, units)
        if given is not None:
            expected = row["enum_given_unit"]
            yield from ((given.between, expected["var_enum"]), (given.within, expected["var_res"]))
            yield given.icc, expected["icc"]


def rates(golden: Golden) -> Checks:
    """Compare response, co-operation, refusal and contact rates of every unit and of all."""
    contacts = golden.contacts()
    for row in golden.numbers["response_rates"]:
        found = response_rates(contacts[row["unit"]])
        computed = dict(zip((f"RR{number}" for number in range(1, 7)), found.response, strict=True))
        computed |= {"e": found.eligible, "COOP1": found.cooperation[0], "COOP3": found.cooperation[1]}
        computed |= {"REF1": found.refusal, "CON1": found.contact}
        for key, value in computed.items():
            yield None if value is None else float(value), row[key]


def patterns(golden: Golden) -> Checks:
    """Compare straight lines, runs, spreads, likeness and last digits of the small campaign."""
    work, row = golden.campaign("campaign_200").fieldwork, golden.numbers["fabrication_200"]
    records = sorted(range(len(work)), key=lambda place: work.records[place].form_code)
    same = alike(work.answers)[np.ix_(records, records)].astype(int)
    np.fill_diagonal(same, -1)
    answers, valid = work.answers[records], work.valid[records]
    levels = np.where(valid, answers.astype(float) - ord("0"), np.nan)
    runs, spread, nearest = longest_runs(answers), spreads(levels), same.max(axis=1)
    codes = [work.records[place].form_code for place in records]
    lines = straight_lines(answers, valid) & valid.all(axis=1)
    straight = [code for code, line in zip(codes, lines, strict=True) if line]
    yield from zip(straight, row["straight_line_22"], strict=True)
    for place, expected in enumerate(row["max_match"]):
        yield from ((codes[place], expected["resp"]), (int(nearest[place]), expected["count"]))
        yield codes[int(same[place].argmax())], expected["partner"]
        yield from ((int(runs[place]), expected["longstring"]), (float(spread[place]), expected["irv"]))
    for key, values in (("longstring", runs), ("max_match_count_all", nearest)):
        for value, count in row[key].items():
            yield int((values == int(value)).sum()), count
    limit = LIKENESS * answers.shape[1]
    yield from ((int((spread == 0).sum()), row["irv_zero"]), (len(work), row["n"]))
    yield float((nearest >= limit).mean()), row["share_ge_85"]
    yield from _fieldwork(work, row, dict(zip(codes, nearest >= limit, strict=True)), set(straight))


DOUBTS: Mapping[str, Callable[[Golden], Checks]] = MappingProxyType(
    {
        "reliability": reliabilities,
        "agreement": agreements,
        "enumerator": enumerators,
        "reml": reml,
        "response_rates": rates,
        "fabrication": patterns,
    }
)


def _fieldwork(work: Fieldwork, row: Row, near: Mapping[str, Any], straight: set[str]) -> Checks:
    durations = [each.duration for each in work.records if each.duration is not None]
    yield float(np.median(durations)), row["median_duration"]
    yield sum(d < 0.4 * row["median_duration"] for d in durations), len(row["speeders_lt_0_4_median"])
    yield len(overlaps(work, tolerance=0)), len(row["overlaps"])
    starts = [each.start for each in work.records if each.start is not None]
    yield sum(map(is_night, starts)), len(row["night_22_05"])
    for code, places in work.enumerators.items():
        own, expected = [work.records[place] for place in places], row["by_enumerator"][code]
        digits = last_digits([each.age for each in own if each.age is not None])
        yield from ((len(own), expected["n"]), (digits.zero_or_five, expected["age_0or5"]))
        yield digits.p_zero_or_five, expected["p_binom_0or5"]
        yield from (
            (digits.chi_square, expected["chi2_last_digit"]),
            (digits.p_chi_square, expected["p_chi2"]),
        )
        yield sum(bool(near[each.form_code]) for each in own), expected["n_maxmatch_ge_85"]
        yield sum(each.form_code in straight for each in own), expected["n_straight"]


def _groupings(golden: Golden, name: str) -> dict[str, list[str]]:
    cluster = {row.form_code: f"{row.unit}/{row.cluster}" for row in golden.campaign(name).rows}
    records = golden.campaign(name).fieldwork.records
    return {
        "enum": [each.enumerator for each in records],
        "psu_n": [cluster[each.form_code] for each in records],
    }


def _coefficient(found: Coefficient, row: Row, value: str, error: str) -> Checks:
    yield from ((found.value, row[value]), (found.standard_error, row[error]))
