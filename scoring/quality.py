"""Which responses and which enumerators' work should be re-checked, each with the share of false alarms it brings.

A doubt is never a verdict: its wording is “nên phúc tra”. Every rule that raises one is measured against chance: by
exchanging enumerators within units, by the exact distribution of such an exchange, or by the mirror image of its own
measure. Straight lines, night hours or likeness alone raise none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.errors import refusal
from scoring.fieldwork import FieldRecord, Fieldwork, is_night, overlaps
from scoring.patterns import near_duplicates, straight_lines
from scoring.permutation import (
    Chance,
    benjamini_hochberg,
    beside_colleagues,
    exchange,
    exchange_tail,
    level_blocks,
    mirror_q_values,
)

RECHECK = "nên phúc tra"
WORDING = {
    "near_duplicates": "nhiều phiếu gần giống nhau trong cùng đơn vị",
    "straight_lines": "nhiều phiếu chọn một mức cho mọi tiêu chí",
    "short": "thời lượng phỏng vấn ngắn",
    "blank": "nhiều tiêu chí bỏ trống",
    "night": "nhiều phiếu bắt đầu từ 22 giờ đến 5 giờ",
    "age_digits": "nhiều tuổi tận cùng 0 hoặc 5",
    "minute_digits": "nhiều giờ bắt đầu có phút tận cùng 0 hoặc 5",
    "level_high": "mức hài lòng cao hơn các điều tra viên khác trong cùng đơn vị",
    "level_low": "mức hài lòng thấp hơn các điều tra viên khác trong cùng đơn vị",
}
PAIRS, SHORT = "near_duplicates", "short"
OF_FORM = ("straight_lines",)  # judged, as pairs are, among responses alike in level
DRAWS, SEED, Q_LIMIT = 9_999, 20221231, 0.05


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


@dataclass(frozen=True)
class ResponseDoubt:
    """One rule about one response, with its q-value over all responses under that rule."""

    form_code: str
    unit: str
    enumerator: str
    rule: str
    q_value: float


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

    @property
    def enumerators_to_recheck(self) -> tuple[EnumeratorDoubt, ...]:
        """Return the enumerators' doubts whose q-value is within the limit, the surest first."""
        kept = [each for each in self.enumerators if each.q_value <= self.q_limit]
        return tuple(sorted(kept, key=lambda each: (each.q_value, each.p_value, each.enumerator, each.rule)))


def screen(work: Fieldwork, q_limit: float = Q_LIMIT, draws: int = DRAWS, seed: int = SEED) -> Screening:
    """Screen a campaign's field work; the same work and seed give the same result in any order of rows.

    Responses without an enumerator count for the rule of duration only. Refuses a limit outside 0–1, and what
    `exchange` refuses.
    """
    if not 0 < q_limit < 1:
        raise refusal("number_bad", what="Ngưỡng q", value=q_limit, expected="số giữa 0 và 1")
    asked = _with_enumerator(work)
    comparable = _comparable(asked)
    pairs = {unit: near_duplicates(asked.answers[places]) for unit, places in asked.units.items()}
    scores = _scores(asked)
    run = {rule: values for rule, values in scores.items() if values is not None}
    doubts = _judged(_by_chance(asked, run, pairs, comparable, draws, seed))
    copied = {each.enumerator for each in doubts if each.rule == PAIRS and each.q_value <= q_limit}
    responses = [each for each in _duplicated(asked, pairs) if each.enumerator in copied] + _short(work)
    return Screening(
        enumerators=doubts,
        responses=tuple(each for each in responses if each.q_value <= q_limit),
        overlapping=tuple(overlaps(asked)),
        not_run=tuple(rule for rule in scores if rule not in run),
        incomparable=tuple(code for code in asked.enumerators if code not in comparable),
        q_limit=q_limit,
    )


def _with_enumerator(work: Fieldwork) -> Fieldwork:
    kept = [place for place, record in enumerate(work.records) if record.enumerator]
    return Fieldwork(work.layout, tuple(work.records[place] for place in kept), work.answers[kept])


def _comparable(work: Fieldwork) -> set[str]:
    found: set[str] = set()
    for places in work.units.values():
        present = {work.records[place].enumerator for place in places}
        found |= present if len(present) > 1 else set()
    return found


def _scores(work: Fieldwork) -> dict[str, NDArray[np.float64] | None]:
    """Return by rule what each response adds to its enumerator's sum; None where nothing is recorded."""
    records = work.records
    starts, ages = [each.start for each in records], [each.age for each in records]
    level = _levels(work)
    minutes = [None if start is None else start.minute for start in starts]
    return {
        "straight_lines": straight_lines(work.answers, work.valid).astype(np.float64),
        SHORT: _shortness(work) if _timed(work) else None,
        "blank": (work.answers == ord("-")).sum(axis=1).astype(np.float64),
        "night": _marked([None if start is None else is_night(start) for start in starts]),
        "age_digits": _marked([None if age is None else age % 5 == 0 for age in ages]),
        "minute_digits": _marked([None if minute is None else minute % 5 == 0 for minute in minutes]),
        "level_high": level,
        "level_low": -level,
    }


def _marked(marks: Sequence[bool | None]) -> NDArray[np.float64] | None:
    known = any(mark is not None for mark in marks)
    return np.array([float(bool(mark)) for mark in marks]) if known else None


def _shortness(work: Fieldwork) -> NDArray[np.float64]:
    """Return how many responses of the same unit took longer, ties half; 0 where the duration is unknown."""
    scores = np.zeros(len(work))
    for places in work.units.values():
        timed = [(place, d) for place in places if (d := work.records[place].duration) is not None]
        lengths = np.array([duration for _, duration in timed])
        for place, duration in timed:
            scores[place] = (lengths > duration).sum() + (lengths == duration).sum() / 2
    return scores


def _levels(work: Fieldwork) -> NDArray[np.float64]:
    """Return satisfied shares from their unit's mean, in its standard deviations; 0 without a valid answer."""
    scores = np.zeros(len(work))
    for places in work.units.values():
        shares = work.satisfied_share[places]
        known = ~np.isnan(shares)
        spread = float(shares[known].std()) if known.any() else 0.0
        if spread:
            scores[places[known]] = (shares[known] - shares[known].mean()) / spread
    return scores


def _by_chance(
    work: Fieldwork,
    scores: dict[str, NDArray[np.float64]],
    pairs: dict[str, NDArray[np.bool_]],
    comparable: set[str],
    draws: int,
    seed: int,
) -> list[_Test]:
    """Judge sums against exchange within units and against the differences among colleagues, by the larger p-value."""
    if not comparable:
        return []
    nothing = {unit: np.zeros_like(each) for unit, each in pairs.items()}
    of_form = [rule for rule in scores if rule in OF_FORM]
    others = [rule for rule in scores if rule not in OF_FORM]
    codes = [*work.enumerators]
    rows = [row for row, code in enumerate(codes) if code in comparable]
    by_rule = _columns(
        exchange(work, _matrix(work, scores, others), nothing, False, draws, seed), others, rows
    ) | _columns(
        exchange(work, _matrix(work, scores, of_form), pairs, True, draws, seed), [*of_form, PAIRS], rows
    )
    sizes = np.array([len(work.enumerators[codes[row]]) for row in rows], dtype=np.float64)
    found = list[_Test]()
    for rule, (observed, expected, spread, upper) in by_rule.items():
        away = np.divide(observed - expected, spread, out=np.zeros(len(rows)), where=spread > 0)
        p_values = np.maximum(upper, beside_colleagues(away, sizes))
        for row, *counted in zip(rows, observed, expected, p_values, strict=True):
            n, (seen, chances, p_value) = len(work.enumerators[codes[row]]), map(float, counted)
            found.append((codes[row], rule, n, seen, chances, p_value))
    return found


def _matrix(
    work: Fieldwork, scores: dict[str, NDArray[np.float64]], rules: Sequence[str]
) -> NDArray[np.float64]:
    return np.column_stack([np.zeros((len(work), 0)), *(scores[rule] for rule in rules)])


def _columns(
    chance: Chance, rules: Sequence[str], rows: Sequence[int]
) -> dict[str, tuple[NDArray[np.float64], ...]]:
    parts = (chance.observed, chance.expected, chance.spread, chance.upper)
    return {rule: tuple(part[rows, column] for part in parts) for column, rule in enumerate(rules)}


def _judged(tests: Sequence[_Test]) -> tuple[EnumeratorDoubt, ...]:
    q_values = benjamini_hochberg([each[-1] for each in tests])
    return tuple(EnumeratorDoubt(*each, q) for each, q in zip(tests, q_values, strict=True))


def _timed(work: Fieldwork) -> bool:
    return any(record.duration for record in work.records)


def _duplicated(work: Fieldwork, pairs: dict[str, NDArray[np.bool_]]) -> list[ResponseDoubt]:
    """Judge how many near-duplicates of a response its own enumerator entered, by the exact chance of exchange."""
    rows, p_values = list[FieldRecord](), list[float]()
    for unit, places in work.units.items():
        labels = np.array([work.records[place].enumerator for place in places])
        blocks = level_blocks(work, places)
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
    return [_doubt(record, PAIRS, q) for record, q in zip(rows, q_values, strict=True)]


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
