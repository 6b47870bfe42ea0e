"""The doubts of a computation as plain values under fixed names, ready for JSON: estimates, ranks, sensitivity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from math import ceil
from typing import Any

from scoring.assessment import Assessment, GroupDoubt
from scoring.contracts import INDEX_DECIMALS, text_or_none
from scoring.estimates import Estimate
from scoring.moments import ALL
from scoring.publication_rules import PublicationRule, label
from scoring.rank_intervals import RankInterval
from scoring.sensitivity import UnitSensitivity
from scoring.small_units import empirical_bayes, responses_needed
from scoring.together import together

MARGINS = (2, 3, 5)


def assessment_part(
    assessment: Assessment,
    rule: PublicationRule,
    detail: Collection[str],
    whole: bool,
    index_ranks: Mapping[str, RankInterval],
) -> dict[str, Any]:
    """Return the estimates of every unit's index, of every component where a unit is named in `detail`, and of groups.

    Only where `whole`, as it takes the longest, the indices of groups and of all: by responses, and as the mean of the
    units; `index_ranks` are those of the whole index. A steadied index stands beside the raw ones of a group of at least
    three units whose errors are known.
    """
    uncertainty = assessment.uncertainty
    units = {
        unit: {
            component: estimate_part(uncertainty.estimate(unit, component), rule)
            for component in (uncertainty.layout.components if unit in detail else (ALL,))
        }
        for unit in uncertainty.moments.units
    }
    ranked = [unit for group in assessment.groups.values() for unit in group.ranks]
    return {
        "level": uncertainty.asked.level,
        "kind": uncertainty.asked.kind,
        "all": _together(assessment, ranked, rule) if whole and ranked else None,
        "groups": [_group(assessment, each, rule, whole) for each in assessment.groups.values()],
        "units": units,
        "index_ranks": {unit: [each.best, each.worst] for unit, each in index_ranks.items()},
    }


def estimate_part(estimate: Estimate, rule: PublicationRule) -> dict[str, Any]:
    """Return one estimate: index as text with 12 decimals, error and interval as numbers in index points, its label."""
    found = label(estimate, rule)
    return {
        "index": text_or_none(estimate.index, INDEX_DECIMALS),
        "standard_error": estimate.standard_error,
        "interval": dict(vars(estimate.interval)),
        "publication": {"code": found.code, "reasons": list(found.reasons)},
    }


def sensitivity_part(found: Sequence[UnitSensitivity]) -> list[dict[str, Any]]:
    """Return every unit's outcomes under every choice, the one that counts first."""
    return [
        {
            "unit": each.unit,
            "group": each.group,
            "outcomes": [
                {
                    "choice": one.choice,
                    "index": text_or_none(one.index, INDEX_DECIMALS),
                    "rank": one.rank,
                }
                for one in each.outcomes
            ],
        }
        for each in found
    ]


def _group(assessment: Assessment, group: GroupDoubt, rule: PublicationRule, whole: bool) -> dict[str, Any]:
    members = list(group.ranks)
    return {
        "group": group.group,
        "index": _together(assessment, members, rule) if whole else None,
        "ranks": {unit: [each.best, each.worst] for unit, each in group.ranks.items()},
        "runs": [list(run) for run in group.runs],
        "neighbours": [asdict(each) for each in group.neighbours],
        "steadied": _steadied(assessment, members),
        "plan": _plan(assessment, members),
    }


def _together(assessment: Assessment, members: Sequence[str], rule: PublicationRule) -> dict[str, Any]:
    return {
        weighting: estimate_part(together(assessment.uncertainty, members, ALL, weighting), rule)
        for weighting in ("responses", "units")
    }


def _steadied(assessment: Assessment, members: Sequence[str]) -> Mapping[str, Any] | None:
    estimates = [assessment.uncertainty.estimate(unit, ALL) for unit in members]
    known = [
        (unit, float(each.index), each.standard_error)
        for unit, each in zip(members, estimates, strict=True)
        if each.index is not None and each.standard_error is not None
    ]
    if len(known) < 3:
        return None
    units, indices, errors = zip(*known, strict=True)
    found = empirical_bayes(indices, errors)
    return {
        "mean": found.mean,
        "between": found.between,
        "units": {unit: asdict(each) for unit, each in zip(units, found.units, strict=True)},
    }


def _plan(assessment: Assessment, members: Sequence[str]) -> dict[str, Any] | None:
    """Return how many responses give ± so many points, from the group's index and the mean effect of its design.

    The effect of a unit is n/n_eff without the correction for a finite population; both means are by responses.
    """
    asked = assessment.uncertainty.asked
    total, weighted_share, weighted_effect = 0, 0.0, 0.0
    for unit in members:
        estimate = assessment.uncertainty.estimate(unit, ALL)
        n, size, people = estimate.interval.n, estimate.interval.n_eff, asked.populations.get(unit)
        if estimate.share is None or not size:
            continue
        total += n
        weighted_share += n * float(estimate.share)
        weighted_effect += n * n / size / (1.0 if people is None else 1 - n / people)
    if not total or not 0 < weighted_share < total:
        return None
    share, effect = weighted_share / total, weighted_effect / total
    return {
        "margins": list(MARGINS),
        "share": share,
        "effect": effect,
        "responses": {
            unit: [
                ceil(responses_needed(margin / 100, asked.populations.get(unit), share, effect, asked.level))
                for margin in MARGINS
            ]
            for unit in members
        },
    }
