"""The two results as programs read them: plain values under fixed names, ready for JSON."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.method import Method
from scoring.points import Exact, half_up
from scoring.questionnaire import Questionnaire
from scoring.ranking import GroupSummary, Standing
from scoring.satisfaction import CriterionResult, FactorResult, UnitResult

INDEX_DECIMALS = 12

ScoredUnit = tuple[UnitResult, Decimal | None, int | None, list[str]]


def text_or_none(value: Exact | None, digits: int) -> str | None:
    """Return an exact number as text with so many decimals, rounded half up; None stays None."""
    return None if value is None else f"{half_up(value, digits):f}"


def satisfaction_contract(
    questionnaire: Questionnaire, method: Method, inputs: dict[str, Any], rows: Sequence[ScoredUnit]
) -> dict[str, Any]:
    """Return the result of `satisfaction`: indices in percent with 12 decimals, points with the method's."""
    return {
        "questionnaire": {"code": questionnaire.code, "sha256": questionnaire.sha256},
        "method": {"code": method.code, "sha256": method.sha256},
        "input": inputs,
        "units": [_unit(*row, method.points.decimals) for row in rows],
    }


def index_contract(
    method: Method, standings: Sequence[Standing], groups: Sequence[GroupSummary]
) -> dict[str, Any]:
    """Return the result of `index`: points, indices and means as text with the method's decimals."""
    digits = method.points.decimals
    return {
        "method": {"code": method.code, "sha256": method.sha256},
        "units": [
            {
                "unit": each.unit,
                "group": each.group,
                "total_points": text_or_none(each.total, digits),
                "index": text_or_none(each.index, digits),
                "rank": each.rank,
                "band": each.band,
            }
            for each in standings
        ],
        "groups": [
            {
                "group": each.group,
                "mean": text_or_none(each.mean, digits),
                "satisfaction_mean": text_or_none(each.satisfaction_mean, digits),
                "spread": text_or_none(each.spread, digits),
                "above_mean": each.above_mean,
                "bands": each.bands,
            }
            for each in groups
        ],
    }


def _unit(
    result: UnitResult, points: Decimal | None, rank: int | None, flags: list[str], digits: int
) -> dict[str, Any]:
    return {
        "unit": result.unit,
        "responses": result.responses,
        "answered": result.answered,
        "satisfied": result.satisfied,
        "not_applicable": result.not_applicable,
        "blank": result.blank,
        "index": text_or_none(result.index, INDEX_DECIMALS),
        "points": text_or_none(points, digits),
        "standard_error": None,
        "interval": None,
        "rank": rank,
        "rank_interval": None,
        "factors": [_factor(factor, points is not None, digits) for factor in result.factors],
        "criteria": [_criterion(criterion) for criterion in result.criteria],
        "flags": flags,
    }


def _factor(factor: FactorResult, awarded: bool, digits: int) -> dict[str, Any]:
    return {
        "factor": factor.code,
        "answered": factor.answered,
        "satisfied": factor.satisfied,
        "index": text_or_none(factor.index, INDEX_DECIMALS),
        "weight": _number(factor.weight),
        "points": text_or_none(factor.points if awarded else None, digits),
    }


def _criterion(criterion: CriterionResult) -> dict[str, Any]:
    return {
        "criterion": criterion.code,
        "answered": criterion.answered,
        "satisfied": criterion.satisfied,
        "index": text_or_none(criterion.index, INDEX_DECIMALS),
        "levels": list(criterion.levels),
    }


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
