"""How much a unit's index and rank hang on choices: other aggregations, doubtful responses, single enumerators."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.errors import refusal
from scoring.flags import is_incomplete
from scoring.method import COMBINATIONS, GENERAL_QUESTION, LEVEL_RULES, Method
from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from scoring.ranking import ranks
from scoring.satisfaction import UnitResult, measure
from scoring.tally import Tally

AS_COUNTED = "as_counted"
WORDING = {
    AS_COUNTED: "theo phương pháp",
    "pooled": "gộp mọi câu trả lời",
    "criterion_mean": "trung bình các tiêu chí",
    "factor_mean": "trung bình các yếu tố",
    "top2": "tỷ lệ mức 4 và 5",
    "mean5": "điểm trung bình năm mức",
    "without": "không tính {what}",
    "without_enumerator": "không tính phiếu của điều tra viên {what}",
}


@dataclass(frozen=True)
class Outcome:
    """One unit under one choice: exact index in percent and rank in its group, None where it has none."""

    choice: str
    index: Fraction | None
    rank: int | None


@dataclass(frozen=True)
class UnitSensitivity:
    """One unit under every choice; the first outcome is the one that counts.

    A choice is a word of WORDING, after a colon what is left out. Choices about an enumerator stand only where she
    asked about the unit.
    """

    unit: str
    group: str
    outcomes: tuple[Outcome, ...]

    @property
    def index_range(self) -> tuple[Fraction, Fraction] | None:
        """Return the lowest and the highest index, None where there is none."""
        known = [each.index for each in self.outcomes if each.index is not None]
        return (min(known), max(known)) if known else None

    @property
    def rank_range(self) -> tuple[int, int] | None:
        """Return the best and the worst rank, None where there is none."""
        known = [each.rank for each in self.outcomes if each.rank is not None]
        return (min(known), max(known)) if known else None


def wording(choice: str) -> str:
    """Return a choice as a person reads it."""
    code, _, what = choice.partition(":")
    return WORDING[code].format(what=what)


def sensitivity(
    tally: Tally,
    questionnaire: Questionnaire,
    method: Method,
    groups: Mapping[str, str],
    left_out: Mapping[str, Tally],
    enumerators: Mapping[str, Tally],
) -> list[UnitSensitivity]:
    """Return every unit, by code, under the other aggregations and level rule and with responses left out.

    `groups` gives the group each unit is ranked in; `left_out` by a Vietnamese name, and `enumerators` by code, what is
    counted in the tally and to be done without: responses flagged, one enumerator's. Ranks compare points as the
    method ranks them. Refuses a unit without a group, a part that is not in the tally, and what `measure` refuses.
    """
    for unit in tally.units:
        if unit not in groups:
            raise refusal("unit_unknown", where="Danh sách nhóm", value=unit)
    base = _measured(tally, questionnaire, method)
    found = {unit: [outcome] for unit, outcome in _outcomes(AS_COUNTED, base, groups, method).items()}
    for choice, other in _other_methods(method).items():
        results = _measured(tally, questionnaire, other)
        for unit, outcome in _outcomes(choice, results, groups, other).items():
            found[unit].append(outcome)
    for what, part in sorted(left_out.items()):
        outcomes = _without(part, tally, base, questionnaire, method)
        for unit, outcome in _outcomes(f"without:{what}", outcomes, groups, method).items():
            found[unit].append(outcome)
    for code, part in sorted(enumerators.items()):
        outcomes = _without(part, tally, base, questionnaire, method)
        ranked = _outcomes(f"without_enumerator:{code}", outcomes, groups, method)
        for unit in part.units:
            found[unit].append(ranked[unit])
    return [UnitSensitivity(unit, groups[unit], tuple(outcomes)) for unit, outcomes in found.items()]


def _other_methods(method: Method) -> dict[str, Method]:
    """Return the method with each other aggregation, and with the other level rule; those that equal it are left out."""
    rule = method.index
    others = {}
    for name, (within, weights) in COMBINATIONS.items():
        if name != GENERAL_QUESTION and (within, weights) != (rule.within_factor, rule.factor_weights):
            others[name] = replace(rule, within_factor=within, factor_weights=weights)
    for level_rule in LEVEL_RULES:
        if level_rule != rule.level_rule:
            others[level_rule] = replace(rule, level_rule=level_rule)
    return {name: replace(method, index=other) for name, other in others.items()}


def _measured(tally: Tally, questionnaire: Questionnaire, method: Method) -> dict[str, UnitResult | None]:
    return {result.unit: result for result in measure(tally, questionnaire, method)}


def _without(
    part: Tally,
    tally: Tally,
    base: Mapping[str, UnitResult | None],
    questionnaire: Questionnaire,
    method: Method,
) -> dict[str, UnitResult | None]:
    """Return all results without a part of the responses; None for a unit of which nothing stays."""
    none: dict[str, UnitResult | None] = dict.fromkeys(part.units)
    left = tally.of(part.units) - part
    return {**base, **none, **_measured(left, questionnaire, method)}


def _outcomes(
    choice: str, results: Mapping[str, UnitResult | None], groups: Mapping[str, str], method: Method
) -> dict[str, Outcome]:
    """Rank results within groups as the method ranks points; too small a sample has no rank."""
    values: dict[str, Fraction | None] = {}
    for unit, result in results.items():
        enough = result is not None and result.responses >= method.smallest_n
        kept = result is not None and enough and (method.rank_incomplete or not is_incomplete(result))
        points = result.points if result is not None and kept else None
        if points is not None and method.rank_on == "published":
            points = Fraction(half_up(points, method.points.decimals))
        values[unit] = points
    found = {}
    for group in {groups[unit] for unit in results}:
        members = [unit for unit in sorted(results) if groups[unit] == group]
        places = ranks([values[unit] for unit in members], method.ties)
        for unit, place in zip(members, places, strict=True):
            result = results[unit]
            found[unit] = Outcome(choice, None if result is None else result.index, place)
    return {unit: found[unit] for unit in sorted(found)}
