"""Soft doubts: what is unlikely but possible is asked about once, remembered, and never refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from survey_app.domain.entry_rules import rules_of


@dataclass(frozen=True)
class Clause:
    """A condition on one question: one of these answers, or a number below or above a limit."""

    question: str
    answers: tuple[str, ...] = ()
    below: int | None = None
    above: int | None = None

    def holds(self, given: object) -> bool:
        """Tell whether a value, or one of several values, meets the condition; no value meets none."""
        if self.below is not None or self.above is not None:
            return isinstance(given, int) and (
                (self.below is not None and given < self.below)
                or (self.above is not None and given > self.above)
            )
        chosen = given if isinstance(given, list) else [given]
        return any(each in self.answers for each in chosen)


@dataclass(frozen=True)
class Doubt:
    """One check: its code, the sentence that asks, and when it is raised."""

    code: str
    text: str
    of: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()
    one_level: int | None = None
    not_applicable: float | None = None

    def holds(self, packed: str, given: Mapping[str, object]) -> bool:
        """Tell whether packed answers and the values by question raise this doubt."""
        if self.one_level is not None:
            levels = [each for each in packed if each in "12345"]
            return len(levels) >= self.one_level and len(set(levels)) == 1
        if self.not_applicable is not None:
            return packed.count("N") > self.not_applicable * len(packed)
        return all(clause.holds(given.get(clause.question)) for clause in self.when)


def _clause(told: Mapping[str, Any]) -> Clause:
    return Clause(**{**told, "answers": tuple(told.get("answers", ()))})


@lru_cache(maxsize=1)
def _all() -> tuple[Doubt, ...]:
    told = tomllib.loads(files(__package__).joinpath("doubts.toml").read_text(encoding="utf-8"))
    return tuple(
        Doubt(
            **{
                **each,
                "of": tuple(each.get("of", ())),
                "when": tuple(_clause(clause) for clause in each.get("when", ())),
            }
        )
        for each in told["doubt"]
    )


@lru_cache(maxsize=64)
def doubts_of(questionnaire_sha256: str) -> tuple[Doubt, ...]:
    """Return the doubts that a pinned questionnaire can raise: those for it whose questions it asks."""
    rules = rules_of(questionnaire_sha256)
    asked = {*rules.criteria, *rules.readers}
    return tuple(
        doubt
        for doubt in _all()
        if (not doubt.of or rules.questionnaire.code in doubt.of)
        and {clause.question for clause in doubt.when} <= asked
    )


def raised(questionnaire_sha256: str, packed: str, details: Mapping[str, object]) -> list[Doubt]:
    """Return the doubts that checked answers raise, in the order of the file."""
    given = {**dict(zip(rules_of(questionnaire_sha256).criteria, packed, strict=True)), **details}
    return [doubt for doubt in doubts_of(questionnaire_sha256) if doubt.holds(packed, given)]


def sentence_of(code: str) -> str:
    """Return a doubt's sentence, or the code itself where the file no longer knows it."""
    return next((doubt.text for doubt in _all() if doubt.code == code), code)


def told_to_devices(questionnaire_sha256: str) -> list[dict[str, Any]]:
    """Return the doubts of a questionnaire as a device evaluates them, without a server."""
    return [
        {
            "code": doubt.code,
            "text": doubt.text,
            "when": [
                {name: value for name, value in vars(clause).items() if value not in ((), None)}
                for clause in doubt.when
            ],
            "one_level": doubt.one_level,
            "not_applicable": doubt.not_applicable,
        }
        for doubt in doubts_of(questionnaire_sha256)
    ]
