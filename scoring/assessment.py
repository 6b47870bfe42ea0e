"""The uncertainty of one score run, ready to stand beside its points: intervals, rank intervals, groups of equals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring.estimates import Estimate
from scoring.intervals import z_of
from scoring.method import NO_INTERVAL, Method
from scoring.moments import ALL, Moments
from scoring.points import points_of
from scoring.rank_intervals import (
    RankInterval,
    bootstrap_intervals,
    compare,
    more_responses,
    not_told_apart,
    rank_intervals,
)
from scoring.ranking import Standing
from scoring.uncertainty import Asked, Uncertainty
from scoring.units import UnitRow

# Wider than any scale: a unit whose error cannot be estimated is told apart from nobody.
_UNKNOWN_ERROR = 1e9
SEED = 20221231


@dataclass(frozen=True)
class Neighbours:
    """Two units next to each other in a group: the better and the worse, and what would tell them apart.

    `more` responses in each, were the difference to stay; None where their indices are equal or an error is unknown.
    """

    better: str
    worse: str
    told_apart: bool
    more: int | None


@dataclass(frozen=True)
class GroupDoubt:
    """One group: rank intervals of its ranked units, runs that cannot be told apart, best first, and neighbours."""

    group: str
    ranks: Mapping[str, RankInterval]
    runs: tuple[tuple[str, ...], ...]
    neighbours: tuple[Neighbours, ...]


@dataclass(frozen=True)
class Assessment:
    """The estimates of every unit and component, made when asked for, and the doubts about ranks, by group."""

    uncertainty: Uncertainty
    groups: Mapping[str, GroupDoubt]

    @property
    def units(self) -> Mapping[str, Mapping[str, Estimate]]:
        """Return unit → component → estimate."""
        return self.uncertainty.units


def assess(
    moments: Moments,
    method: Method,
    groups: Mapping[str, str],
    ranked: Sequence[str],
    populations: Mapping[str, int],
    level: float = 0.95,
) -> Assessment | None:
    """Return the doubts about a score run by the method's interval, None where the method asks for none.

    `groups` gives each unit's group, `ranked` the units that have a rank, `populations` the people served where known.
    Refuses what `Uncertainty` refuses.
    """
    if method.interval == NO_INTERVAL:
        return None
    asked = Asked(method.index, method.interval, method.design, level, method.smallest_n, populations)
    uncertainty = Uncertainty(moments, asked)
    members: dict[str, list[str]] = {}
    for unit in moments.units:
        if unit in ranked:
            members.setdefault(groups[unit], []).append(unit)
    found = {group: _group(group, members[group], uncertainty, method) for group in sorted(members)}
    return Assessment(uncertainty, found)


def index_ranks(
    rows: Sequence[tuple[UnitRow, Standing]], method: Method, assessment: Assessment
) -> dict[str, RankInterval]:
    """Return the rank interval of every unit's whole index within its group, by unit; appraised points carry no error.

    The component's error is that of its index where the conversion is linear, else what its interval spans in points. A
    unit without a survey has none; one whose error is unknown is told apart from nobody.
    """
    level = assessment.uncertainty.asked.level
    found: dict[str, RankInterval] = {}
    for group in dict.fromkeys(standing.group for _, standing in rows):
        members = [(unit, each) for unit, each in rows if each.group == group and each.exact is not None]
        errors = [_error_of_index(unit, each, method, assessment) for unit, each in members]
        indices = [float(each.exact or 0) for _, each in members]
        ranks = _rank_intervals(method, indices, errors, level)
        found |= {unit.unit: rank for (unit, _), rank in zip(members, ranks, strict=True)}
    return found


def _error_of_index(unit: UnitRow, standing: Standing, method: Method, assessment: Assessment) -> float:
    if standing.component is None:
        return 0.0
    estimate = assessment.uncertainty.estimate(unit.unit, ALL)
    if estimate.standard_error is None:
        return _UNKNOWN_ERROR
    if method.points.conversion == "linear":
        error = estimate.standard_error * float(method.points.maximum) / 100
    else:
        ends = (estimate.interval.low, estimate.interval.high)
        low, high = (float(points_of(Fraction(end or 0), method.points)) for end in ends)
        error = (high - low) / (2 * z_of(assessment.uncertainty.asked.level))
    return 100 * error / float(unit.max_points)


def _rank_intervals(
    method: Method, indices: Sequence[float], errors: Sequence[float], level: float
) -> list[RankInterval]:
    if method.rank_interval == "bootstrap":
        return bootstrap_intervals(indices, errors, SEED, level) if indices else []
    return rank_intervals(indices, errors, level, method.rank_interval)


def filled(contract: dict[str, Any], assessment: Assessment) -> dict[str, Any]:
    """Return the contract of `satisfaction` with standard errors, intervals and rank intervals in their places."""
    ranks = {unit: each for group in assessment.groups.values() for unit, each in group.ranks.items()}
    return contract | {"units": [_unit(unit, assessment.uncertainty, ranks) for unit in contract["units"]]}


def _unit(
    unit: dict[str, Any], uncertainty: Uncertainty, ranks: Mapping[str, RankInterval]
) -> dict[str, Any]:
    known = unit["unit"] in uncertainty.moments.units
    estimate = uncertainty.estimate(unit["unit"], ALL) if known else None
    rank = ranks.get(unit["unit"])
    return unit | {
        "standard_error": None if estimate is None else estimate.standard_error,
        "interval": None
        if estimate is None or estimate.interval.low is None
        else dict(vars(estimate.interval)),
        "rank_interval": None if rank is None else [rank.best, rank.worst],
    }


def _group(group: str, members: Sequence[str], uncertainty: Uncertainty, method: Method) -> GroupDoubt:
    level, populations = uncertainty.asked.level, uncertainty.asked.populations
    estimates = [uncertainty.estimate(unit, ALL) for unit in members]
    indices = [float(each.index or 0) for each in estimates]
    errors = [_UNKNOWN_ERROR if (e := each.standard_error) is None else e for each in estimates]
    pairs = compare(indices, errors)
    ranks = _rank_intervals(method, indices, errors, level)
    runs = not_told_apart(indices, pairs, level)
    surely = {frozenset((each.first, each.second)) for each in pairs if each.adjusted <= 1 - level}
    order = sorted(range(len(members)), key=lambda place: (-indices[place], members[place]))
    neighbours = []
    for first, second in pairwise(order):
        known = max(errors[first], errors[second]) < _UNKNOWN_ERROR
        sizes = estimates[first].interval.n, estimates[second].interval.n
        people = populations.get(members[first]), populations.get(members[second])
        pair = errors[first], errors[second]
        more = more_responses(indices[first] - indices[second], pair, sizes, people, level) if known else None
        apart = frozenset((first, second)) in surely
        neighbours.append(Neighbours(members[first], members[second], apart, more))
    return GroupDoubt(
        group,
        dict(zip(members, ranks, strict=True)),
        tuple(tuple(members[place] for place in run) for run in runs),
        tuple(neighbours),
    )
