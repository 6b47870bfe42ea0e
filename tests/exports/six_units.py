"""Six units and their answers by hand: ties, a unit without survey, one without responses."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.answers import Tally
from scoring.book import ScoreBook, score
from scoring.method import Method, load_method
from scoring.questionnaire import load_questionnaire
from scoring.units import UnitRow

QUESTIONNAIRE = load_questionnaire("sipas-2017")
METHOD = load_method("ha-nam-2022")
GROUPS = {"departments": "Sở, ban, ngành", "districts": "Huyện, thị xã, thành phố"}


def _unit(
    code: str, name: str, group: str = "departments", appraisal: str | None = "80", **facts: Any
) -> UnitRow:
    return UnitRow(
        code,
        name,
        group,
        Decimal(facts.get("most", 100)),
        None if appraisal is None else Decimal(appraisal),
        quota=facts.get("quota", 10),
    )


UNITS = (
    _unit("A", "Sở A"),
    _unit("B", "Sở B"),
    _unit("C", "Sở C"),
    _unit("D", "Sở D"),
    _unit("T", "Thanh tra tỉnh", appraisal="45", most=60, quota=0),
    _unit("H", "Huyện H", "districts", appraisal=None),
)

# Ten forms each. A and B: 20 of 22 answers satisfied. C: all satisfied. H: 17 of 18, nobody answered feedback.
ANSWERS: Mapping[str, str] = {
    "A": ("4" * 20 + "23") * 10,
    "B": ("23" + "5" * 20) * 10,
    "C": ("5" * 20 + "N-") + "4" * 22 * 9,
    "H": ("5" * 17 + "1----") * 10,
}


def book_of(
    answers: Mapping[str, str] = ANSWERS,
    units: tuple[UnitRow, ...] | None = UNITS,
    method: Method = METHOD,
) -> ScoreBook:
    """Return the book of answers by unit, with the units and the method asked for."""
    tally = Tally.from_packed(QUESTIONNAIRE, answers.items())
    return score(tally, QUESTIONNAIRE, method, units, "ab" * 32)
