"""Made-up responses whose satisfied share gives each unit its published points, to the last digit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
from numpy.typing import NDArray

from scoring.points import half_up
from scoring.questionnaire import Question, Questionnaire
from survey_app.domain.entry_rules import is_shown

# How much likelier than the others an answer under a factor is to be unsatisfied: invented.
_TROUBLE = {"access": 1.0, "procedure": 0.9, "official": 0.7, "outcome": 0.6, "feedback": 1.6}
_NOT_APPLICABLE_SHARE = {"feedback": 0.08, "procedure": 0.01}
_BLANK_SHARE = 0.004
_UNSATISFIED_LEVELS, _UNSATISFIED_SHARES = (3, 2, 1), (0.78, 0.17, 0.05)
_MODES, _MODE_SHARES = ("face_to_face", "paper", "phone"), (0.62, 0.33, 0.05)


@dataclass(frozen=True)
class MadeUpRow:
    """A response as the import takes it."""

    number: int
    form_code: str
    unit: str
    enumerator: str | None
    packed: str
    extra: dict[str, str] = field(default_factory=dict)


def satisfied_for(points: Decimal, answered: int) -> int:
    """Return how many of the answers must be satisfied for ten times their share to round to the points.

    Refuses a number of answers too small for any share to do it.
    """
    nearest = round(Fraction(points) * answered / 10)
    if half_up(Fraction(10 * nearest, answered), 2) != points:
        raise ValueError(f"no share of {answered} answers gives {points} points")
    return nearest


def draw_responses(
    questionnaire: Questionnaire,
    surveyed: Sequence[tuple[str, int, Decimal]],
    enumerators: Sequence[str],
    generator: numpy.random.Generator,
) -> tuple[list[MadeUpRow], dict[tuple[str, str], int]]:
    """Return the responses of every (unit, quota, points), and each enumerator's share of a unit."""
    rows: list[MadeUpRow] = []
    shares: dict[tuple[str, str], int] = {}
    first = 0
    for unit, quota, points in surveyed:
        team_size = min(9, max(2, quota // 22))
        team = [enumerators[(first + place) % len(enumerators)] for place in range(team_size)]
        first += max(1, team_size - 1)
        packed = _draw_unit(questionnaire, quota, points, team_size, generator)
        for place, answers in enumerate(packed):
            who = team[place * team_size // quota]
            shares[unit, who] = shares.get((unit, who), 0) + 1
            number = len(rows) + 1
            extra = _details(questionnaire, generator)
            extra["mode"] = str(generator.choice(_MODES, p=_MODE_SHARES))
            rows.append(MadeUpRow(number + 1, f"HN22-{number:04d}", unit, who, answers, extra))
    return rows, shares


def _draw_unit(
    questionnaire: Questionnaire,
    quota: int,
    points: Decimal,
    team_size: int,
    generator: numpy.random.Generator,
) -> list[str]:
    criteria = questionnaire.criteria
    cells = numpy.full((quota, len(criteria)), "4")
    happy = generator.beta(2, 3, size=(quota, 1))
    cells[generator.random(cells.shape) < happy] = "5"
    absent = numpy.array([_NOT_APPLICABLE_SHARE.get(criterion.factor, 0.0) for criterion in criteria])
    cells[generator.random(cells.shape) < absent] = "N"
    cells[generator.random(cells.shape) < _BLANK_SHARE] = "-"
    answered = numpy.argwhere((cells != "N") & (cells != "-"))
    unsatisfied = len(answered) - satisfied_for(points, len(answered))
    weights = _trouble(questionnaire, quota, team_size, generator)[answered[:, 0], answered[:, 1]]
    chosen = generator.choice(len(answered), size=unsatisfied, replace=False, p=weights / weights.sum())
    levels = generator.choice(_UNSATISFIED_LEVELS, size=unsatisfied, p=_UNSATISFIED_SHARES)
    cells[tuple(answered[chosen].T)] = levels.astype(str)
    return ["".join(row) for row in cells.tolist()]


def _trouble(
    questionnaire: Questionnaire, quota: int, team_size: int, generator: numpy.random.Generator
) -> NDArray[numpy.float64]:
    """Return how prone each cell is to be unsatisfied: by factor, by respondent, by enumerator."""
    by_factor = numpy.array([_TROUBLE.get(criterion.factor, 1.0) for criterion in questionnaire.criteria])
    by_person = generator.gamma(0.6, size=quota)
    by_enumerator = generator.gamma(12, 1 / 12, size=team_size)[numpy.arange(quota) * team_size // quota]
    return numpy.outer(by_person * by_enumerator + 0.05, by_factor)


def _details(questionnaire: Questionnaire, generator: numpy.random.Generator) -> dict[str, str]:
    given: dict[str, Any] = {}
    for question in questionnaire.questions:
        if is_shown(question, given):
            value = _answer(question, generator)
            if value:
                given[question.code] = value
    return given


def _answer(question: Question, generator: numpy.random.Generator) -> str:
    if question.kind == "choice":
        weights = 0.55 ** numpy.arange(len(question.options))
        return question.options[int(generator.choice(len(weights), p=weights / weights.sum()))].code
    if question.kind == "integer":
        low, high = max(question.minimum or 0, 18), min(question.maximum or 85, 85)
        return str(int(generator.integers(low, high, endpoint=True)))
    if question.kind == "multi" and generator.random() < 0.3:
        return question.options[int(generator.integers(len(question.options)))].code
    return ""
