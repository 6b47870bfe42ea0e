"""What of a unit's counts anybody may see: small cells are hidden, and so is whatever would give them away.

A cell is small where 1 to `smallest_cell` − 1 people stand in it; nobody in it hides nobody. What is hidden is hidden with
all its siblings under the total that stays, never alone: siblings of equal weight that changed places would give the same
page, so no subtraction, of rows or of columns, tells which of them was how large.

- A unit asked by few people, or a factor that few answered: the unit's factors and criteria are hidden, its own result stays.
- A criterion that few answered: all criteria of its factor are hidden, the factor stays.
- Few answers at one level: the levels on its side (1–3 not satisfied, 4–5 satisfied) are told as one sum.
- Where an index is made of levels (`mean5`) it would give levels away: one small cell hides all criteria of the unit, and
  its factors too where one of them has a single criterion.

No totals by level are published, neither of factors nor of units nor of groups.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.method import Method
from scoring.questionnaire import Questionnaire

Facts = Mapping[str, Any]
SIDES = (slice(0, 3), slice(3, 5))
NO_LEVELS = (None,) * 5
FACTOR_FIGURES = ("answered", "satisfied", "index", "weight", "points")
CRITERION_FIGURES = ("answered", "satisfied", "index")


def seen(result: Facts, questionnaire: Questionnaire, method: Method) -> dict[str, Any]:
    """Return a unit's result as the book's contract has it, hidden figures as None.

    `hidden` says what is: "factors", "criteria" (the levels of an index made of them), or nothing; each factor has
    `hidden`, and each criterion too; a hidden level is None in `levels`.
    """
    rule = _Rule(method.publication.smallest_cell)
    of_factor = _criteria_by_factor(result, questionnaire)
    whole = "factors" if rule.small(result["responses"]) or rule.few_anywhere(of_factor) else ""
    if not whole and method.index.level_rule != "top2" and rule.any_level(result["criteria"]):
        whole = "factors" if any(len(found) == 1 for found in of_factor.values()) else "criteria"
    shown = {**result, "hidden": whole}
    if whole and method.index.level_rule != "top2":
        shown["satisfied"] = None
    shown["factors"] = [_factor(each, whole, method) for each in result["factors"]]
    shown["criteria"] = [
        _criterion(each, criterion.factor, bool(whole) or rule.few_in(of_factor[criterion.factor]), rule)
        for each, criterion in zip(result["criteria"], questionnaire.criteria, strict=True)
    ]
    return shown


class _Rule:
    """The smallest cell that may be seen, asked of counts."""

    def __init__(self, smallest: int) -> None:
        self.smallest = smallest

    def small(self, count: int) -> bool:
        return 0 < count < self.smallest

    def few_in(self, criteria: Sequence[Facts]) -> bool:
        """Tell whether few people answered one of a factor's criteria."""
        return any(self.small(each["answered"]) for each in criteria)

    def few_anywhere(self, of_factor: Mapping[str, Sequence[Facts]]) -> bool:
        """Tell whether a whole factor was answered by few people, so far as its criteria show."""
        return any(self.small(max(each["answered"] for each in found)) for found in of_factor.values())

    def any_level(self, criteria: Sequence[Facts]) -> bool:
        return any(self.small(count) for each in criteria for count in each["levels"])


def _criteria_by_factor(result: Facts, questionnaire: Questionnaire) -> dict[str, list[Facts]]:
    found: dict[str, list[Facts]] = {}
    for each, criterion in zip(result["criteria"], questionnaire.criteria, strict=True):
        found.setdefault(criterion.factor, []).append(each)
    return found


def _factor(part: Facts, whole: str, method: Method) -> dict[str, Any]:
    hidden = whole == "factors"
    shown = {**part, "hidden": hidden}
    if hidden:
        shown |= dict.fromkeys(FACTOR_FIGURES)
    elif whole and method.index.level_rule != "top2":
        shown["satisfied"] = None
    return shown


def _criterion(part: Facts, factor: str, hidden: bool, rule: _Rule) -> dict[str, Any]:
    shown = {**part, "factor": factor, "hidden": hidden}
    if hidden:
        return shown | dict.fromkeys(CRITERION_FIGURES) | {"levels": list(NO_LEVELS)}
    levels: list[int | None] = list(part["levels"])
    for side in SIDES:
        if any(rule.small(count) for count in part["levels"][side]):
            levels[side] = [None] * len(part["levels"][side])
    return shown | {"levels": levels}


def hidden_levels(part: Facts) -> str:
    """Return which levels of a criterion are told as a sum: "1–3", "4–5", both, or nothing."""
    sides = [name for name, side in zip(("1–3", "4–5"), SIDES, strict=True) if None in part["levels"][side]]
    return ", ".join(sides)
