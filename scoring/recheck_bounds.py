"""What re-checks do to one unit's points: as collected, without what failed, with the answers given again, and beyond.

Exact counts come first; the points are those of the pipeline's own method. UNCERTAINTY.md, section 11, has the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from scoring.aggregation import blocks_of
from scoring.intervals import clopper_pearson, t_of
from scoring.method import Method
from scoring.moments import ALL, layout_of
from scoring.points import points_of
from scoring.questionnaire import LEVELS, Questionnaire
from scoring.recheck_rates import LEVEL, Measures
from scoring.rechecks import FAILED, Case, Judged, satisfied
from scoring.satisfaction import UnitResult, empty_unit, measure
from scoring.tally import Tally

_MOST_TURNS = 10


@dataclass(frozen=True)
class Standing:
    """A unit under one reading: how many responses count, index in percent and points, unrounded; None undefined."""

    responses: int
    index: Fraction | None
    points: Fraction | None


@dataclass(frozen=True)
class Shift:
    """What answers given again move the index by, in percent points, with its interval; the points that follow."""

    responses: int
    pairs: int
    index: float
    low: float
    high: float
    points: tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class UnitPoints:
    """A unit's points beside its re-checks.

    `unchecked` responses were not judged; `would_fail` of them at the unit's own failure rate, `at_most` at the upper end
    of its interval. `bounds` and `far_bounds` are the lowest and the highest points without these. `shift` is None
    where nothing can be compared.
    """

    unit: str
    measures: Measures
    unchecked: int
    collected: Standing
    without_failed: Standing
    corrected: Standing
    would_fail: int
    at_most: int
    bounds: tuple[Standing, Standing]
    far_bounds: tuple[Standing, Standing]
    shift: Shift | None


def unit_points(
    unit: str,
    counted: Mapping[str, str],
    cases: Mapping[str, Case],
    rows: Sequence[Judged],
    found: Measures,
    questionnaire: Questionnaire,
    method: Method,
    deff: float = 1.0,
) -> UnitPoints:
    """Return all readings of one unit's points.

    `counted` holds the packed answers of the unit's responses that count, by code; `cases` and `rows` its re-checks,
    `found` their rates. `deff` says how much answers cluster in responses. Refuses what `measure` refuses.
    """
    reader = _Reader(unit, questionnaire, method)
    failed = {code for code in counted if code in cases and cases[code].verdict == FAILED}
    decided = {code for code in counted if code in cases and cases[code].decided}
    kept = [counted[code] for code in sorted(counted) if code not in failed]
    open_ones = [counted[code] for code in sorted(counted) if code not in decided]
    fixed = [counted[code] for code in sorted(decided - failed)]
    again = _again(rows)
    corrected = [reader.replaced(counted[code], again.get(code, {})) for code in sorted(counted)]
    whole = reader.result(list(counted.values()))
    rate, high = (found.failure.rate or 0.0, found.failure.high) if found.failure.n else (0.0, 1.0)
    would_fail, at_most = (_half_up(share * len(open_ones)) for share in (rate, high))
    return UnitPoints(
        unit=unit,
        measures=found,
        unchecked=len(open_ones),
        collected=_standing(whole),
        without_failed=_standing(reader.result(kept)),
        corrected=_standing(reader.result(corrected)),
        would_fail=would_fail,
        at_most=at_most,
        bounds=reader.bounds(fixed, open_ones, would_fail),
        far_bounds=reader.bounds(fixed, open_ones, at_most),
        shift=_shift(whole, rows, method, questionnaire, deff),
    )


def _standing(result: UnitResult) -> Standing:
    return Standing(result.responses, result.index, result.points)


def _half_up(value: float) -> int:
    return int(value + 0.5)


def _again(rows: Sequence[Judged]) -> dict[str, dict[str, str]]:
    """Return by response the levels heard again by criterion; where two bodies heard different ones, none."""
    heard: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for pair in row.pairs:
            if pair.again.isdigit():
                heard.setdefault(row.response, {}).setdefault(pair.criterion, set()).add(pair.again)
    return {
        code: {criterion: next(iter(levels)) for criterion, levels in own.items() if len(levels) == 1}
        for code, own in heard.items()
    }


class _Reader:
    """Reads packed answers of one unit by one method."""

    def __init__(self, unit: str, questionnaire: Questionnaire, method: Method) -> None:
        self.unit, self.questionnaire, self.method = unit, questionnaire, method
        self.layout = layout_of(questionnaire, method)
        self.places = {code: place for place, code in enumerate(questionnaire.criterion_codes)}

    def result(self, packed: Sequence[str]) -> UnitResult:
        if not packed:
            return empty_unit(self.unit, self.questionnaire, self.method)
        tally = Tally.from_packed(self.questionnaire, [(self.unit, "".join(packed))])
        return measure(tally, self.questionnaire, self.method)[0]

    def replaced(self, packed: str, again: Mapping[str, str]) -> str:
        """Put the answers given again in the place of the first ones."""
        cells = list(packed)
        for criterion, level in again.items():
            if criterion in self.places:
                cells[self.places[criterion]] = level
        return "".join(cells)

    def bounds(self, fixed: Sequence[str], open_ones: Sequence[str], count: int) -> tuple[Standing, Standing]:
        """Return the lowest and the highest reading when so many of the open responses go, fixed ones staying."""
        lowest = self._without(fixed, open_ones, count, sign=-1)
        highest = self._without(fixed, open_ones, count, sign=1)
        return _standing(self.result(lowest)), _standing(self.result(highest))

    def _without(self, fixed: Sequence[str], open_ones: Sequence[str], count: int, sign: int) -> list[str]:
        """Take away the most (sign −1) or the least satisfied open responses.

        Satisfied is what a response adds to the index of those that stay; asked again until the same ones go.
        """
        ordered = sorted(open_ones)
        stay, gone = [*fixed, *ordered], frozenset[int]()
        for _ in range(_MOST_TURNS if count else 0):
            share = self._contributions(ordered, stay)
            order = np.argsort(share * sign, kind="stable")
            now_gone = frozenset(order[:count].tolist())
            if now_gone == gone:
                break
            gone = now_gone
            stay = [*fixed, *(text for place, text in enumerate(ordered) if place not in gone)]
            if not stay:
                break
        return stay

    def _contributions(self, packed: Sequence[str], stay: Sequence[str]) -> NDArray[np.float64]:
        """Return what each response adds to the index of those that stay, linearised as intervals are."""
        values, valid = self._cells(packed)
        kept_values, kept_valid = self._cells(stay)
        counts = kept_valid.sum(axis=0)
        blocks = blocks_of(self.layout, [int(count) for count in counts], self.method.index, ALL) or ()
        total = np.zeros(len(packed))
        for block in blocks:
            places = list(block.places)
            answers = float(counts[places].sum())
            share = float(kept_values[:, places].sum()) / answers
            own = values[:, places].sum(axis=1) - share * valid[:, places].sum(axis=1)
            total += float(block.weight) * own / answers
        return total

    def _cells(self, packed: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each answer attains, 0–1, and whether it is one, response × criterion."""
        width = len(self.places)
        characters = np.frombuffer("".join(packed).encode("ascii"), dtype=np.uint8).reshape(-1, width)
        levels = characters.astype(np.float64) - ord("0")
        valid = (levels >= 1) & (levels <= LEVELS)
        if self.method.index.level_rule == "mean5":
            return np.where(valid, levels / LEVELS, 0.0), valid.astype(np.float64)
        return (valid & (levels >= 4)).astype(np.float64), valid.astype(np.float64)


def _shift(
    whole: UnitResult, rows: Sequence[Judged], method: Method, questionnaire: Questionnaire, deff: float
) -> Shift | None:
    """Return the mean shift of answers given again, each factor's by its own weight in the index.

    The criteria asked of a factor stand for the factor. Error by linearisation with the response as the cluster; where no
    answer tells, the exact interval of none at all.
    """
    factor_of = {each.code: each.factor for each in questionnaire.criteria}
    weights = {each.code: float(each.weight) for each in whole.factors if each.weight}
    moved: dict[str, dict[str, tuple[float, int]]] = {}
    weight_of = {row.response: row.weight for row in rows}
    for row in rows:
        for pair in row.pairs:
            factor = factor_of.get(pair.criterion, "")
            if pair.levels is not None and factor in weights:
                done, pairs = moved.setdefault(factor, {}).get(row.response, (0.0, 0))
                step = _step(*pair.levels, method.index.level_rule)
                moved[factor][row.response] = done + step, pairs + 1
    share = sum(weights[factor] for factor in moved)
    if whole.index is None or not share:
        return None
    codes = sorted({code for own in moved.values() for code in own})
    residuals, shift = dict.fromkeys(codes, 0.0), 0.0
    pairs = sum(count for own in moved.values() for _, count in own.values())
    for factor, own in moved.items():
        answers = sum(weight_of[code] * count for code, (_, count) in own.items())
        mean = sum(weight_of[code] * done for code, (done, _) in own.items()) / answers
        part = weights[factor] / share
        shift += part * mean
        for code, (done, count) in own.items():
            residuals[code] += part * weight_of[code] * (done - mean * count) / answers
    n = len(codes)
    used = [weight_of[code] for code in codes]
    size = pairs / n * sum(used) ** 2 / sum(each * each for each in used) / deff
    error = sqrt(n / (n - 1) * sum(each * each for each in residuals.values())) if n > 1 else 0.0
    reach = t_of(LEVEL, n - 1) * error if error else clopper_pearson(0.0, size, LEVEL)[1]
    low, high = (max(-1.0, shift - reach), min(1.0, shift + reach)) if n > 1 else (-1.0, 1.0)
    points = tuple(_points(whole.index, each, method) for each in (shift, low, high))
    return Shift(n, pairs, 100 * shift, 100 * low, 100 * high, (points[0], points[1], points[2]))


def _step(first: int, again: int, level_rule: str) -> float:
    if level_rule == "mean5":
        return (again - first) / LEVELS
    return float(satisfied(again)) - float(satisfied(first))


def _points(index: Fraction, shift: float, method: Method) -> Fraction:
    moved = index + 100 * Fraction(shift)
    return points_of(min(Fraction(100), max(Fraction(0), moved)), method.points)
