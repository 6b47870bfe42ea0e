"""How well answers asked again repeat the first ones, and how well two bodies agree about the same responses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.agreement import Coefficient, Share, Table, cross_table, gwet, kappa, share
from scoring.questionnaire import LEVELS
from scoring.rechecks import CONFIRMED, FAILED, UNREACHABLE, Judged, satisfied

ALL = "all"
FIVE_LEVELS, SATISFIED = "five_levels", "satisfied"
Levels = tuple[int, int]


@dataclass(frozen=True)
class Agreement:
    """One comparison: its table of counts, share with intervals, κ, κ weighted by squares, and AC1."""

    name: str
    scale: str
    table: Table
    share: Share
    kappa: Coefficient
    weighted_kappa: Coefficient
    ac1: Coefficient


@dataclass(frozen=True)
class Overlap:
    """Two bodies on the same responses; None where they share nothing.

    `both` counts responses judged by both, `reached` those on which both came to confirmed or failed: `verdicts` compares
    these. `levels` and `sides` compare what both heard to the same criteria.
    """

    both: int
    reached: int
    verdicts: Agreement | None
    levels: Agreement | None
    sides: Agreement | None


def compare(name: str, pairs: Sequence[Levels], scale: str = FIVE_LEVELS) -> Agreement | None:
    """Return how far pairs of levels 1–5 agree, None without a pair; refuses another level.

    SATISFIED compares only the side: 4 and 5 against the rest. In a table of two rows κ weighted is κ.
    """
    if not pairs:
        return None
    if scale == SATISFIED:
        sides = [(1 + satisfied(first), 1 + satisfied(second)) for first, second in pairs]
        return _agreement(name, scale, cross_table(sides, 2))
    return _agreement(name, scale, cross_table(pairs, LEVELS))


def by_criterion(rows: Iterable[Judged], criteria: Sequence[str]) -> dict[str, list[Agreement]]:
    """Return by criterion, in the order given, then for ALL of them: agreement on five levels and on the side.

    Criteria without a comparable pair are left out.
    """
    pairs: dict[str, list[Levels]] = {code: [] for code in criteria}
    for row in rows:
        for pair in row.pairs:
            if pair.levels is not None:
                pairs.setdefault(pair.criterion, []).append(pair.levels)
    pairs[ALL] = [levels for found in pairs.values() for levels in found]
    return {
        code: [made for scale in (FIVE_LEVELS, SATISFIED) if (made := compare(code, found, scale))]
        for code, found in pairs.items()
        if found
    }


def overlap_of(rows: Iterable[Judged], first: str, second: str) -> Overlap:
    """Return how far two bodies agree on responses that both judged, by their own verdicts, before anything joint."""
    of: dict[str, dict[str, Judged]] = {}
    for row in rows:
        of.setdefault(row.response, {})[row.body] = row
    shared = [(each[first], each[second]) for each in of.values() if first in each and second in each]
    reached = [both for both in shared if UNREACHABLE not in (both[0].verdict, both[1].verdict)]
    places = {FAILED: 1, CONFIRMED: 2}
    verdicts = [(places[one.verdict], places[other.verdict]) for one, other in reached]
    heard = [levels for one, other in shared for levels in _heard(one, other)]
    return Overlap(
        len(shared),
        len(reached),
        _agreement("verdict", "verdict", cross_table(verdicts, 2)) if verdicts else None,
        compare(ALL, heard),
        compare(ALL, heard, SATISFIED),
    )


def _heard(one: Judged, other: Judged) -> Iterable[Levels]:
    again = {pair.criterion: pair.again for pair in other.pairs}
    for pair in one.pairs:
        second = again.get(pair.criterion, "")
        if pair.again.isdigit() and second.isdigit():
            yield int(pair.again), int(second)


def _agreement(name: str, scale: str, table: Table) -> Agreement:
    return Agreement(name, scale, table, share(table), kappa(table), kappa(table, "quadratic"), gwet(table))
