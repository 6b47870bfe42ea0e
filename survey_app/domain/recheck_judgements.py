"""What a supervisor found, read by the rules of the re-check's form: one door for pages and devices."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from survey_app import problems
from survey_app.domain import audit, days
from survey_app.labels import LABELS
from survey_app.language import clean, clean_line
from survey_app.models import Recheck
from survey_app.vocabulary import RecheckAnswer, RecheckReason, Verdict

Word = TypeVar("Word", bound=StrEnum)
LONGEST_NOTE = 1000
NOT_APPLICABLE, NOT_ASKED = "N", "-"
LEVELS = ("1", "2", "3", "4", "5", NOT_APPLICABLE, NOT_ASKED)
QUESTIONS = ("took_place", "used_service", "read_fairly")
# What a "no" to (a), (b) or (c) says by itself when a re-check failed.
SAYS = {
    "took_place": RecheckReason.NO_INTERVIEW,
    "used_service": RecheckReason.NOT_A_USER,
    "read_fairly": RecheckReason.LED,
}
LETTERS = {"took_place": "a", "used_service": "b", "read_fairly": "c"}
KEYS = frozenset({*QUESTIONS, "took_place_on", "again", "verdict", "reasons", "note"})
_NUMBER = re.compile(r"(?:[0-9][ .\-]?){9,}")


@dataclass(frozen=True)
class Judgement:
    """What was found on (a) to (d), and the verdict with its reasons, in the words of the vocabulary.

    `answers_again` has a character a criterion asked again, in the re-check's order; it is empty where nobody was reached.
    """

    verdict: Verdict
    reasons: tuple[RecheckReason, ...] = ()
    took_place: RecheckAnswer | None = None
    took_place_on: date | None = None
    used_service: RecheckAnswer | None = None
    read_fairly: RecheckAnswer | None = None
    answers_again: str = ""
    note: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of the content: the same findings sent again have the same."""
        facts = asdict(self) | {"took_place_on": self.took_place_on and self.took_place_on.isoformat()}
        return hashlib.sha256(audit.canonical(facts).encode()).hexdigest()


def read(recheck: Recheck, raw: Mapping[str, Any]) -> Judgement:
    """Return what a form or a device says about a re-check.

    `raw` holds "took_place", "took_place_on" (25/11/2026 or 2026-11-25), "used_service", "read_fairly", "again" (code →
    "1"…"5", "N" or "-"), "verdict", "reasons" and "note"; what is blank was not answered. Refuses, each beside its field
    (a criterion's code for "again"), what is no answer, a day that is not real or has not come, a verdict that the
    answers contradict, and one without what it needs.
    """
    fields: dict[str, str] = {name: problems.field("unknown_key") for name in set(raw) - KEYS}
    answers = {name: _answer(raw, name, fields) for name in QUESTIONS}
    verdict = _word(Verdict, raw.get("verdict"))
    if verdict is None:
        fields["verdict"] = problems.field("recheck_verdict")
    found = Judgement(
        verdict=verdict or Verdict.FAILED,
        reasons=_reasons(raw.get("reasons"), fields),
        took_place_on=_day(raw.get("took_place_on"), fields),
        answers_again=_again(recheck, raw.get("again"), fields),
        note=_note(raw.get("note"), fields),
        **answers,
    )
    if verdict is not None:
        fields = _contradictions(found) | fields
    if not fields.keys().isdisjoint(recheck.criteria.split(",")):
        fields.pop("again", None)  # what is wrong there has its own sentence
    if fields:
        raise problems.InvalidFields(fields)
    return _settled(found)


def _text(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _word(words: type[Word], value: object) -> Word | None:
    return words(value) if isinstance(value, str) and value in list(words) else None


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not clean(value))


def _answer(raw: Mapping[str, Any], name: str, fields: dict[str, str]) -> RecheckAnswer | None:
    value = raw.get(name)
    found = _word(RecheckAnswer, value)
    if found is None and not _blank(value):
        fields[name] = problems.field("recheck_answer")
    return found


def _reasons(value: object, fields: dict[str, str]) -> tuple[RecheckReason, ...]:
    given = [] if _blank(value) else value
    if not isinstance(given, list | tuple) or any(_word(RecheckReason, each) is None for each in given):
        fields["reasons"] = problems.field("recheck_reason_unknown")
        return ()
    return tuple(reason for reason in RecheckReason if reason in given)


def _day(value: object, fields: dict[str, str]) -> date | None:
    if _blank(value):
        return None
    typed = _text(value)
    try:
        found = audit.day_of(typed)
    except problems.InvalidFields:
        found = None
    if found is None:
        fields["took_place_on"] = problems.field("recheck_day", value=typed[:20])
    elif found > days.today():
        fields["took_place_on"] = problems.field("recheck_day_future", value=f"{found:%d/%m/%Y}")
    return found


def _again(recheck: Recheck, value: object, fields: dict[str, str]) -> str:
    asked = recheck.criteria.split(",")
    given = {} if value is None else value
    if not isinstance(given, Mapping):
        fields["again"] = problems.field("wrong_kind")
        return NOT_ASKED * len(asked)
    for code in sorted(set(map(str, given)) - set(asked)):
        fields[code[:64]] = problems.field("unknown_key")
    marks = ""
    for code in asked:
        mark = NOT_ASKED if _blank(given.get(code)) else given[code]
        if mark not in LEVELS:
            fields[code] = problems.field("recheck_again", value=_text(mark)[:20])
            mark = NOT_ASKED
        marks += mark
    return marks


def _note(value: object, fields: dict[str, str]) -> str:
    if value is not None and not isinstance(value, str):
        fields["note"] = problems.field("not_text")
        return ""
    text = clean(value)
    if tells_a_number(text):
        fields["note"] = problems.field("recheck_note_phone")
    if len(text) > LONGEST_NOTE:
        fields["note"] = problems.field("note_long", length=len(text), most=LONGEST_NOTE)
    return text


def tells_a_number(text: str) -> bool:
    """Tell whether a note holds what looks like a telephone or identity number: notes outlive contacts."""
    return _NUMBER.search(text) is not None


def _contradictions(found: Judgement) -> dict[str, str]:
    """Return a sentence for each field that the verdict does not go with."""
    fields = {}
    if found.took_place_on and found.took_place != RecheckAnswer.YES:
        fields["took_place_on"] = problems.field("recheck_day_unasked")
    if found.verdict == Verdict.UNREACHABLE:
        asked = [getattr(found, name) for name in QUESTIONS]
        if any(asked) or found.took_place_on or found.answers_again.strip(NOT_ASKED):
            fields["verdict"] = problems.field("recheck_unreached_answers")
    if found.verdict == Verdict.CONFIRMED:
        fields |= _unconfirmed(found)
    if found.verdict != Verdict.FAILED and found.reasons:
        fields["reasons"] = problems.field("recheck_reason_unasked")
    if found.verdict == Verdict.FAILED:
        fields |= _unfounded(found)
    return fields


def _unconfirmed(found: Judgement) -> dict[str, str]:
    fields = {
        name: problems.field("recheck_answer_missing") for name in QUESTIONS if getattr(found, name) is None
    }
    if not found.answers_again.strip(NOT_ASKED):
        fields["again"] = problems.field("recheck_again_missing")
    if found.used_service == RecheckAnswer.NO:
        fields["verdict"] = problems.field("recheck_not_a_user")
    if found.took_place == RecheckAnswer.NO:
        fields["verdict"] = problems.field("recheck_no_interview")
    return fields


def _unfounded(found: Judgement) -> dict[str, str]:
    for name, reason in SAYS.items():
        if reason in found.reasons and getattr(found, name) == RecheckAnswer.YES:
            return {
                "reasons": problems.field(
                    "recheck_reason_denied", reason=LABELS[reason], question=LETTERS[name]
                )
            }
    settled = _settled(found)
    if not settled.reasons:
        return {"reasons": problems.field("recheck_reason_missing")}
    if RecheckReason.OTHER in settled.reasons and not found.note:
        return {"note": problems.field("recheck_other_note")}
    return {}


def _settled(found: Judgement) -> Judgement:
    """Return the judgement with the reasons that its answers give by themselves."""
    if found.verdict == Verdict.UNREACHABLE:
        return replace(found, answers_again="")
    if found.verdict != Verdict.FAILED:
        return found
    said = {reason for name, reason in SAYS.items() if getattr(found, name) == RecheckAnswer.NO}
    return replace(
        found, reasons=tuple(each for each in RecheckReason if each in said or each in found.reasons)
    )
