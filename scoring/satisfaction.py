"""From exact counts to every index: of a criterion, of a factor, of a unit; nothing is rounded here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.method import IndexRule, Method
from scoring.points import points_of, shared_points
from scoring.questionnaire import GENERAL, LEVELS, Questionnaire
from scoring.tally import Tally

FULL_ANSWER = {"top2": 1, "mean5": LEVELS}


@dataclass(frozen=True)
class CriterionResult:
    """One criterion of one unit: `levels` are the answers 1…5."""

    code: str
    factor: str
    levels: tuple[int, ...]
    not_applicable: int
    blank: int
    answered: int
    satisfied: int
    level_rule: str

    @property
    def index(self) -> Fraction | None:
        """Return the exact percentage of what the answers could attain, None without answers."""
        return percentage(attained(self.levels, self.level_rule), self.answered, self.level_rule)


@dataclass(frozen=True)
class FactorResult:
    """One factor of one unit: sums over its criteria, its weight in the index and its share of the points."""

    code: str
    answered: int
    satisfied: int
    not_applicable: int
    blank: int
    index: Fraction | None
    weight: Fraction | None
    points: Fraction | None


@dataclass(frozen=True)
class UnitResult:
    """One unit: sums over the factors' criteria, index in percent and points, both unrounded or None."""

    unit: str
    responses: int
    answered: int
    satisfied: int
    not_applicable: int
    blank: int
    index: Fraction | None
    points: Fraction | None
    factors: tuple[FactorResult, ...]
    criteria: tuple[CriterionResult, ...]


def measure(tally: Tally, questionnaire: Questionnaire, method: Method) -> list[UnitResult]:
    """Return the results of every unit of the tally, in the tally's order.

    Refuses a method that this questionnaire cannot serve: no general question, other factors weighted.
    """
    method.check_against(questionnaire)
    return [
        _unit(unit, responses, counts, questionnaire, method)
        for unit, responses, counts in zip(
            tally.units, tally.responses.tolist(), tally.counts.tolist(), strict=True
        )
    ]


def empty_unit(unit: str, questionnaire: Questionnaire, method: Method) -> UnitResult:
    """Return the result of a unit without a single response: zero counts, nothing defined."""
    return _unit(unit, 0, [[0] * (LEVELS + 2) for _ in questionnaire.criteria], questionnaire, method)


def attained(levels: Sequence[int], level_rule: str) -> int:
    """Return what answers 1…5 attain, in parts of an answer: top2 one for each 4 and 5, mean5 the level itself.

    An answer is worth `FULL_ANSWER[level_rule]` parts at most.
    """
    if level_rule == "mean5":
        return sum(level * count for level, count in enumerate(levels, 1))
    return levels[3] + levels[4]


def percentage(parts: int, answered: int, level_rule: str) -> Fraction | None:
    """Return the exact percentage of what so many answers could attain, None without answers."""
    return Fraction(100 * parts, FULL_ANSWER[level_rule] * answered) if answered else None


def _unit(
    unit: str, responses: int, counts: Sequence[Sequence[int]], questionnaire: Questionnaire, method: Method
) -> UnitResult:
    rule = method.index
    criteria = tuple(
        _criterion(criterion.code, criterion.factor, row, rule.level_rule)
        for criterion, row in zip(questionnaire.criteria, counts, strict=True)
    )
    within = [[each for each in criteria if each.factor == factor.code] for factor in questionnaire.factors]
    indices = [_within(each, rule) for each in within]
    weights = _weights([factor.code for factor in questionnaire.factors], within, indices, rule)
    parts = [
        None if weight is None or index is None else weight * index
        for weight, index in zip(weights, indices, strict=True)
    ]
    index = _general(criteria) if method.uses_general_question else _sum(parts)
    points = None if index is None else points_of(index, method.points)
    shares = [None for _ in parts] if points is None else shared_points(points, parts)
    factors = tuple(
        FactorResult(factor.code, *_sums(each), *numbers)
        for factor, each, *numbers in zip(
            questionnaire.factors, within, indices, weights, shares, strict=True
        )
    )
    sums = _sums([each for each in criteria if each.factor != GENERAL])
    return UnitResult(unit, responses, *sums, index, points, factors, criteria)


def _criterion(code: str, factor: str, row: Sequence[int], level_rule: str) -> CriterionResult:
    levels, not_applicable, blank = tuple(row[:LEVELS]), row[LEVELS], row[LEVELS + 1]
    satisfied = levels[3] + levels[4]
    return CriterionResult(code, factor, levels, not_applicable, blank, sum(levels), satisfied, level_rule)


def _within(criteria: Sequence[CriterionResult], rule: IndexRule) -> Fraction | None:
    if rule.within_factor == "criterion_mean":
        defined = [index for each in criteria if (index := each.index) is not None]
        return sum(defined, Fraction(0)) / len(defined) if defined else None
    parts = sum(attained(each.levels, rule.level_rule) for each in criteria)
    return percentage(parts, sum(each.answered for each in criteria), rule.level_rule)


def _weights(
    codes: Sequence[str],
    within: Sequence[Sequence[CriterionResult]],
    indices: Sequence[Fraction | None],
    rule: IndexRule,
) -> list[Fraction | None]:
    """Return weights that add to 1 over the factors with an index; None for all where none may be given."""
    none: list[Fraction | None] = [None for _ in codes]
    if rule.factor_weights == "general_question":
        return none
    raw = [
        Fraction(0) if index is None else _raw_weight(code, criteria, rule)
        for code, criteria, index in zip(codes, within, indices, strict=True)
    ]
    total = sum(raw, Fraction(0))
    if not total or (rule.undefined_factor == "withhold" and None in indices):
        return none
    return [None if index is None else weight / total for weight, index in zip(raw, indices, strict=True)]


def _raw_weight(code: str, criteria: Sequence[CriterionResult], rule: IndexRule) -> Fraction:
    if rule.factor_weights == "custom":
        return rule.weights[code]
    if rule.factor_weights == "equal":
        return Fraction(1)
    if rule.factor_weights == "criteria":
        return Fraction(sum(each.answered > 0 for each in criteria))
    return Fraction(sum(each.answered for each in criteria))


def _general(criteria: Sequence[CriterionResult]) -> Fraction | None:
    return next(each.index for each in criteria if each.factor == GENERAL)


def _sum(parts: Sequence[Fraction | None]) -> Fraction | None:
    defined = [part for part in parts if part is not None]
    return sum(defined, Fraction(0)) if defined else None


def _sums(criteria: Sequence[CriterionResult]) -> tuple[int, int, int, int]:
    return (
        sum(each.answered for each in criteria),
        sum(each.satisfied for each in criteria),
        sum(each.not_applicable for each in criteria),
        sum(each.blank for each in criteria),
    )
