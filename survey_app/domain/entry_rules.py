"""The field rules of one questionnaire version, compiled once and used by form, sync and import alike."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoring.questionnaire import Question, Questionnaire
from survey_app import problems
from survey_app.domain.campaigns import questionnaire_of
from survey_app.language import clean

_LEVELS: dict[object, str] = {
    **{level: str(level) for level in range(1, 6)},
    **{str(level): str(level) for level in range(1, 6)},
    "NA": "N",
    "": "-",
    None: "-",
}
_WHOLE = re.compile(r"[0-9]{1,9}")
_DEFAULT_LENGTH = 2000

Read = Callable[[object], object]


class _Refused(Exception):
    """A value's own sentence."""


@dataclass(frozen=True)
class Entered:
    """What was read of a response: packed answers, details with a value, and sentences by field."""

    answers: str
    details: dict[str, object]
    errors: dict[str, str]


@dataclass(frozen=True)
class EntryRules:
    """A questionnaire's rules: criteria in order, readers of the other questions, and skips."""

    questionnaire: Questionnaire
    criteria: tuple[str, ...]
    readers: Mapping[str, Read]

    def read(self, answers: Mapping[str, Any], details: Mapping[str, Any], *, complete: bool) -> Entered:
        """Read raw values; `complete` also asks for required questions, as a submission must."""
        errors: dict[str, str] = {}
        packed = "".join(self._level(code, answers, errors) for code in self.criteria)
        errors |= {
            name: problems.field(
                "question_unknown", value=str(name)[:40], questionnaire=self.questionnaire.code
            )
            for name in [
                *(name for name in answers if name not in self.criteria),
                *(name for name in details if name not in self.readers),
            ]
        }
        read: dict[str, object] = {}
        for question in self.questionnaire.questions:
            self._detail(question, details.get(question.code), read, errors, complete)
        return Entered(packed, read, errors)

    def _level(self, code: str, answers: Mapping[str, Any], errors: dict[str, str]) -> str:
        value = answers.get(code)
        try:
            packed = None if isinstance(value, bool | float) else _LEVELS.get(value)
        except TypeError:
            packed = None
        if packed is None:
            errors[code] = problems.field("not_a_level", value=str(value)[:40])
            return "-"
        return packed

    def _detail(
        self,
        question: Question,
        value: object,
        read: dict[str, object],
        errors: dict[str, str],
        complete: bool,
    ) -> None:
        try:
            got = self.readers[question.code](value)
        except _Refused as refusal:
            errors[question.code] = str(refusal)
            return
        shown = is_shown(question, read)
        if got in (None, [], ""):
            if complete and shown and question.required:
                errors[question.code] = problems.field("answer_missing")
        elif shown:
            read[question.code] = got
        else:
            errors[question.code] = problems.field("not_asked")


def is_shown(question: Question, details: Mapping[str, object]) -> bool:
    """Tell whether a question is asked, given the answers before it."""
    if question.show_if is None:
        return True
    asked, allowed = question.show_if
    given = details.get(asked)
    chosen = given if isinstance(given, list) else [given]
    return any(option in allowed for option in chosen)


@lru_cache(maxsize=64)
def rules_of(questionnaire_sha256: str) -> EntryRules:
    """Return the compiled rules of a pinned questionnaire."""
    questionnaire = questionnaire_of(questionnaire_sha256)
    return EntryRules(
        questionnaire,
        tuple(criterion.code for criterion in questionnaire.criteria),
        {question.code: _reader(question) for question in questionnaire.questions},
    )


def _reader(question: Question) -> Read:
    if question.kind == "choice":
        return _choice_reader(question)
    if question.kind == "multi":
        return _multi_reader(question)
    if question.kind == "integer":
        return _integer_reader(question)
    return _text_reader(question)


def _choice_reader(question: Question) -> Read:
    allowed = {option.code for option in question.options}

    def read(value: object) -> object:
        if value in (None, ""):
            return None
        if not isinstance(value, str) or value not in allowed:
            raise _Refused(problems.field("not_listed", value=str(value)[:40]))
        return value

    return read


def _multi_reader(question: Question) -> Read:
    order = [option.code for option in question.options]

    def read(value: object) -> object:
        chosen = [] if value in (None, "") else value
        if not isinstance(chosen, list) or any(each not in order for each in chosen):
            raise _Refused(problems.field("some_not_listed"))
        return [code for code in order if code in chosen]

    return read


def _integer_reader(question: Question) -> Read:
    low = 0 if question.minimum is None else question.minimum
    high = 999_999_999 if question.maximum is None else question.maximum

    def read(value: object) -> object:
        if value in (None, ""):
            return None
        digits = str(value).strip(" ") if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not _WHOLE.fullmatch(digits) or not low <= int(digits) <= high:
            raise _Refused(problems.field("whole_range", value=str(value)[:40], low=low, high=high))
        return int(digits)

    return read


def _text_reader(question: Question) -> Read:
    longest = question.max_length or _DEFAULT_LENGTH

    def read(value: object) -> object:
        if value is not None and not isinstance(value, str):
            raise _Refused(problems.field("not_text"))
        text = clean(value)
        if len(text) > longest:
            raise _Refused(problems.field("text_long", length=len(text), most=longest))
        return text or None

    return read
