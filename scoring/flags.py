"""What is noteworthy about a unit's result: codes for programs, and their Vietnamese wording in one table."""

from scoring.method import Method
from scoring.questionnaire import Questionnaire
from scoring.satisfaction import UnitResult
from scoring.units import UnitRow

WORDING = {
    "no_survey": "không khảo sát (đơn vị không có thủ tục)",
    "survey_not_expected": "có phiếu dù đơn vị không thuộc diện khảo sát",
    "too_few": "chưa đủ mẫu",
    "no_answer": "không có câu trả lời nào",
    "all_satisfied": "mọi câu trả lời đều hài lòng, cần xem lại",
    "factor_undefined": "chưa có câu trả lời cho yếu tố",
    "criterion_undefined": "chưa có câu trả lời cho tiêu chí",
    "below_quota": "chưa đủ chỉ tiêu phiếu",
    "above_population": "số phiếu vượt số người đã giao dịch",
}


def wording(flag: str, questionnaire: Questionnaire) -> str:
    """Return the Vietnamese wording of a flag; the factor or criterion after its colon is named in it."""
    code, _, about = flag.partition(":")
    names = {factor.code: factor.name for factor in questionnaire.factors}
    names |= {criterion.code: criterion.text.rstrip(".") for criterion in questionnaire.criteria}
    return f"{WORDING[code]} “{names[about]}”" if about else WORDING[code]


def is_surveyed(unit: UnitRow | None, method: Method) -> bool:
    """Tell whether a unit's answers may earn points; without a table of units every unit's may."""
    return unit is None or unit.is_surveyed(method)


def is_incomplete(result: UnitResult) -> bool:
    """Tell whether a whole factor is without an index, so that what remains may flatter the unit."""
    return any(factor.index is None for factor in result.factors)


def flags_of(result: UnitResult, unit: UnitRow | None, method: Method) -> list[str]:
    """Return the flags of one unit's result, in the order of the table of wordings."""
    if not is_surveyed(unit, method):
        return ["survey_not_expected"] if result.responses else ["no_survey"]
    undefined = [factor.code for factor in result.factors if factor.index is None] if result.answered else []
    silent = [
        criterion.code
        for criterion in result.criteria
        if criterion.index is None and criterion.factor not in undefined and result.answered
    ]
    quota, population = (unit.quota, unit.population) if unit else (None, None)
    found = {
        "too_few": result.responses < method.smallest_n,
        "no_answer": result.responses > 0 and result.answered == 0,
        "all_satisfied": result.index == 100,
        **{f"factor_undefined:{code}": True for code in undefined},
        **{f"criterion_undefined:{code}": True for code in silent},
        "below_quota": quota is not None and result.responses < quota,
        "above_population": population is not None and result.responses > population,
    }
    return [flag for flag, holds in found.items() if holds]
