"""Which responses and which enumerators' work should be re-checked, each with the share of false alarms it brings.

A doubt is never a verdict: its wording is “nên phúc tra”. Every rule that raises one is measured against chance: by
exchanging enumerators within units, by the exact distribution of such an exchange, or by the mirror image of its own
measure. Straight lines, night hours or likeness alone raise none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from scoring.errors import refusal
from scoring.fieldwork import FieldRecord, Fieldwork, overlaps
from scoring.permutation import (
    benjamini_hochberg,
    beside_colleagues,
    exchange,
    exchange_tail,
    level_blocks,
    mirror_q_values,
)
from scoring.screening_rules import (
    PAIR_RULES,
    RECHECK,
    SHORT,
    WITHIN_LEVEL,
    WORDING,
    Pairs,
    find_pairs,
    scores_of,
)

FEWEST_DRAWS, SEED, Q_LIMIT = 9_999, 20221231, 0.05

_Test = tuple[str, str, int, float, float, float]  # enumerator, rule, n, observed, expected, p-value


@dataclass(frozen=True)
class EnumeratorDoubt:
    """One rule about one enumerator: what was counted, what chance gives, p-value, q-value over all rules and enumerators."""

    enumerator: str
    rule: str
    n: int
    observed: float
    expected: float
    p_value: float
    q_value: float

    @property
    def wording(self) -> str:
        """Return the doubt as a person reads it."""
        return f"{RECHECK}: {WORDING[self.rule]}"


@dataclass(frozen=True)
class ResponseDoubt:
    """One rule about one response, with its q-value over all responses under that rule."""

    form_code: str
    unit: str
    enumerator: str
    rule: str
    q_value: float

    @property
    def wording(self) -> str:
        """Return the doubt as a person reads it."""
        return f"{RECHECK}: {WORDING[self.rule]}"


@dataclass(frozen=True)
class Screening:
    """What screening found: tests of every enumerator, responses whose q-value is within the limit, and facts.

    `not_run` names rules for which the field work holds nothing, `incomparable` enumerators who share no unit with
    another, `overlapping` pairs of form codes whose interviews overlap by the clock.
    """

    enumerators: tuple[EnumeratorDoubt, ...]
    responses: tuple[ResponseDoubt, ...]
    overlapping: tuple[tuple[str, str], ...]
    not_run: tuple[str, ...]
    incomparable: tuple[str, ...]
    q_limit: float
    draws: int

    @property
    def enumerators_to_recheck(self) -> tuple[EnumeratorDoubt, ...]:
        """Return the enumerators' doubts whose q-value is within the limit, the surest first."""
        kept = [each for each in self.enumerators if each.q_value <= self.q_limit]
        return tuple(sorted(kept, key=lambda each: (each.q_value, each.p_value, each.enumerator, each.rule)))


def screen(
    work: Fieldwork, q_limit: float = Q_LIMIT, draws: int | None = None, seed: int = SEED
) -> Screening:
    """Screen a campaign's field work; the same work and seed give the same result in any order of rows.

    Unless given, `draws` is twice the number of tests over the limit, at least 9,999: the smallest p-value that exchange
    can give, 1/(draws + 1), must be able to stand alone among all tests of Benjamini and Hochberg.
    Responses without an enumerator count for the rule of duration only. Refuses a limit outside 0–1, and what
    `exchange` refuses.
    """
    if not 0 < q_limit < 1:
        raise refusal("number_bad", what="Ngưỡng q", value=q_limit, expected="số giữa 0 và 1")
    asked = _with_enumerator(work)
    comparable = _comparable(asked)
    pairs = {rule: find_pairs(asked, rule) for rule in PAIR_RULES}
    scores = scores_of(asked)
    run = {rule: values for rule, values in scores.items() if values is not None}
    if draws is None:
        tests = len(comparable) * (len(run) + len(PAIR_RULES))
        draws = max(FEWEST_DRAWS, ceil(2 * tests / q_limit))
    doubts = _judged(_by_chance(asked, run, pairs, comparable, draws, seed))
    responses = _short(work)
    for rule in PAIR_RULES:
        hers = {each.enumerator for each in doubts if each.rule == rule and each.q_value <= q_limit}
        responses += [each for each in _paired(asked, rule, pairs[rule]) if each.enumerator in hers]
    return Screening(
        enumerators=doubts,
        responses=tuple(each for each in responses if each.q_value <= q_limit),
        overlapping=tuple(overlaps(asked)),
        not_run=tuple(rule for rule in scores if rule not in run),
        incomparable=tuple(code for code in asked.enumerators if code not in comparable),
        q_limit=q_limit,
        draws=draws,
    )


def _with_enumerator(work: Fieldwork) -> Fieldwork:
    return _of(work, np.array([bool(record.enumerator) for record in work.records], dtype=bool).nonzero()[0])


def _of(work: Fieldwork, places: NDArray[np.intp]) -> Fieldwork:
    return Fieldwork(work.layout, tuple(work.records[place] for place in places), work.answers[places])


def _comparable(work: Fieldwork) -> set[str]:
    found: set[str] = set()
    for places in work.units.values():
        present = {work.records[place].enumerator for place in places}
        found |= present if len(present) > 1 else set()
    return found


def _by_chance(
    work: Fieldwork,
    scores: dict[str, NDArray[np.float64]],
    pairs: dict[str, Pairs],
    comparable: set[str],
    draws: int,
    seed: int,
) -> list[_Test]:
    """Judge sums against exchange within units and against the differences among colleagues, by the larger p-value.

    What was recorded of some responses only is judged among those: who records nothing is no measure of who does.
    """
    if not comparable:
        return []
    in_part = {rule: known for rule, values in scores.items() if not (known := ~np.isnan(values)).all()}
    found = _exchanged(
        work, {r: v for r, v in scores.items() if r not in in_part}, pairs, comparable, draws, seed
    )
    for known in {mask.tobytes(): mask for mask in in_part.values()}.values():
        part = _of(work, np.flatnonzero(known))
        rules = {rule: scores[rule][known] for rule, mask in in_part.items() if (mask == known).all()}
        if among := _comparable(part):
            found += _exchanged(part, rules, {}, among, draws, seed)
    return found


def _exchanged(
    work: Fieldwork,
    scores: dict[str, NDArray[np.float64]],
    pairs: dict[str, Pairs],
    comparable: set[str],
    draws: int,
    seed: int,
) -> list[_Test]:
    codes = [*work.enumerators]
    rows = [row for row, code in enumerate(codes) if code in comparable]
    by_rule: dict[str, tuple[NDArray[np.float64], ...]] = {}
    for pair_rule in PAIR_RULES:
        # What depends on how satisfied respondents are is judged among responses alike in level, the rest in the unit.
        in_level = pair_rule in WITHIN_LEVEL
        rules = [rule for rule in scores if (rule in WITHIN_LEVEL) == in_level]
        if not pairs and not rules:
            continue
        near = pairs[pair_rule] if pairs else _no_pairs(work)
        matrix = np.column_stack([np.zeros((len(work), 0)), *(scores[rule] for rule in rules)])
        chance = exchange(work, matrix, near, in_level, draws, seed)
        parts = (chance.observed, chance.expected, chance.spread, chance.upper)
        for column, rule in enumerate((*rules, pair_rule) if pairs else rules):
            by_rule[rule] = tuple(part[rows, column] for part in parts)
    sizes = np.array([len(work.enumerators[codes[row]]) for row in rows], dtype=np.float64)
    found = list[_Test]()
    for rule, (observed, expected, spread, upper) in by_rule.items():
        away = np.divide(observed - expected, spread, out=np.zeros(len(rows)), where=spread > 0)
        p_values = np.maximum(upper, beside_colleagues(away, sizes))
        for row, *counted in zip(rows, observed, expected, p_values, strict=True):
            n, (seen, chances, p_value) = len(work.enumerators[codes[row]]), map(float, counted)
            found.append((codes[row], rule, n, seen, chances, p_value))
    return found


def _no_pairs(work: Fieldwork) -> Pairs:
    return {unit: np.zeros((len(places), len(places)), dtype=bool) for unit, places in work.units.items()}


def _judged(tests: Sequence[_Test]) -> tuple[EnumeratorDoubt, ...]:
    q_values = benjamini_hochberg([each[-1] for each in tests])
    return tuple(EnumeratorDoubt(*each, q) for each, q in zip(tests, q_values, strict=True))


def _paired(work: Fieldwork, rule: str, pairs: Pairs) -> list[ResponseDoubt]:
    """Judge how many pairs a response makes with others of its enumerator, by the exact chance of exchange."""
    rows, p_values = list[FieldRecord](), list[float]()
    for unit, places in work.units.items():
        labels = np.array([work.records[place].enumerator for place in places])
        blocks = level_blocks(work, places) if rule in WITHIN_LEVEL else [np.arange(len(places))]
        for row, place in enumerate(places):
            own, near = labels == labels[row], pairs[unit][row]
            drawn = [
                (int(near[block].sum()), int(own[block].sum()) - here, len(block) - here)
                for block in blocks
                for here in [int(row in block)]
            ]
            rows.append(work.records[place])
            p_values.append(exchange_tail(int((near & own).sum()), drawn))
    q_values = benjamini_hochberg(p_values)
    return [_doubt(record, rule, q) for record, q in zip(rows, q_values, strict=True)]


def _short(work: Fieldwork) -> list[ResponseDoubt]:
    """Judge durations by their logarithm below the median, with those above it as the measure of chance."""
    timed = [each for each in work.records if each.duration]
    if not timed:
        return []
    logs = np.log([float(each.duration or 1) for each in timed])
    q_values = mirror_q_values((np.median(logs) - logs).tolist())
    return [_doubt(record, SHORT, q) for record, q in zip(timed, q_values, strict=True)]


def _doubt(record: FieldRecord, rule: str, q_value: float) -> ResponseDoubt:
    return ResponseDoubt(record.form_code, record.unit, record.enumerator, rule, q_value)
