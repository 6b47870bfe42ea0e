"""What is compared when a paper form is keyed twice: its fields, where two keyings differ, and in which words.

A field is what is read from the paper: the unit, every criterion, and every other question that at least one of
both keyings asked, left blank or not. The form code is no field, for it names the form to the second keyer; nor is
the way of asking, which is paper for all. Texts are the same whatever their case and white space.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from scoring.questionnaire import Question, Questionnaire
from survey_app.domain.entry_rules import is_shown
from survey_app.domain.response_content import content_of
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Response, ResponseVersion
from survey_app.vocabulary import Mode

UNIT = "unit"
BLANK = "để trống"


@dataclass(frozen=True)
class Content:
    """A canonical content, read: what one person keyed."""

    unit: str
    form_code: str
    answers: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """The fields of a form by code, in the order in which they are asked, and those keyed differently."""

    fields: tuple[str, ...]
    differing: tuple[str, ...]


def read(content: str) -> Content:
    """Return a canonical content as its parts."""
    told = json.loads(content)
    return Content(told["unit"], told["form_code"], told["answers"], told["details"])


def first_received(response: Response) -> str:
    """Return the content in which a response was first received, whatever was corrected since.

    That is what was keyed from the paper: later versions may come from a call to the citizen, and who learns that a
    form was drawn must not be able to mend it before it is compared.
    """
    kept = select(ResponseVersion).where(ResponseVersion.response_id == response.id)
    earliest = db.session.scalar(kept.order_by(ResponseVersion.version).limit(1)) or response
    return content_of(
        earliest.unit.code if earliest.unit else "",
        earliest.form_code or "",
        Mode(earliest.mode),
        earliest.answers,
        json.loads(earliest.details),
    )


def compare(questionnaire: Questionnaire, first: Content, second: Content) -> Comparison:
    """Return the fields of a form keyed twice and those in which both keyings differ."""
    pairs = _values(questionnaire, first, second)
    return Comparison(tuple(pairs), tuple(code for code, (one, other) in pairs.items() if one != other))


def _values(
    questionnaire: Questionnaire, first: Content, second: Content
) -> dict[str, tuple[object, object]]:
    pairs: dict[str, tuple[object, object]] = {UNIT: (first.unit, second.unit)}
    pairs |= zip(questionnaire.criterion_codes, zip(first.answers, second.answers, strict=True), strict=True)
    for question in questionnaire.questions:
        if is_shown(question, first.details) or is_shown(question, second.details):
            pairs[question.code] = (
                folded(question, first.details.get(question.code)),
                folded(question, second.details.get(question.code)),
            )
    return pairs


def folded(question: Question, value: object) -> object:
    """Return an answer as it is compared: a blank is a blank, a text without its case and white space."""
    if value in (None, "", []):
        return None
    return clean_line(str(value)).casefold() if question.kind == "text" else value


@dataclass(frozen=True)
class Words:
    """The questions of a form and its answers in words; `units` names the units by code."""

    questionnaire: Questionnaire
    units: Mapping[str, str]

    def question(self, code: str) -> str:
        """Return what a field asks."""
        if code == UNIT:
            return "Cơ quan, đơn vị"
        asked = {each.code: each.text for each in self.questionnaire.criteria}
        asked |= {each.code: each.text for each in self.questionnaire.questions}
        return asked[code]

    def answer(self, code: str, content: Content) -> str:
        """Return what a keying has in a field."""
        if code == UNIT:
            return self.units.get(content.unit, content.unit)
        if code in self.questionnaire.criterion_codes:
            return self.level(content.answers[self.questionnaire.criterion_codes.index(code)])
        question = next(each for each in self.questionnaire.questions if each.code == code)
        value = content.details.get(code)
        names = {option.code: option.text for option in question.options}
        if isinstance(value, list):
            return "; ".join(names.get(str(each), str(each)) for each in value) or BLANK
        return BLANK if value in (None, "") else names.get(str(value), str(value))

    def level(self, packed: str) -> str:
        """Return a criterion's packed answer in words."""
        if packed in "N-":
            return self.questionnaire.scale.not_applicable if packed == "N" else BLANK
        return f"{packed} – {self.questionnaire.scale.levels[int(packed) - 1]}"
