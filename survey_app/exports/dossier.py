"""Dossier: what stood around a result at its moment, frozen with its run; no name, no user name, nothing of a contact.

A run's book holds what was computed; its dossier what was counted, left out, corrected and re-checked when it was.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from scoring.book import canonical

FORMAT = 1


@dataclass(frozen=True)
class FieldWork:
    """One ranked unit's forms; `issued` is None where the campaign has no list of people to ask.

    issued = valid + invalid + void + not returned, where what is still with its enumerator is not returned.
    """

    unit: str
    name: str
    group: str
    surveyed: bool
    quota: int
    issued: int | None
    valid: int
    invalid: int
    returned: int
    void: int
    drafts: int
    apart: int

    @property
    def not_returned(self) -> int | None:
        """Return how many issued forms have not come back; None where it is unknown how many were issued."""
        return None if self.issued is None else self.issued - self.valid - self.invalid - self.void

    @property
    def gap(self) -> int:
        """Return how many valid responses are still missing to the quota; never below 0."""
        return max(0, self.quota - self.valid)


@dataclass(frozen=True)
class Excluded:
    """A response on file that does not count, and why: invalid, returned, void, apart or duplicate."""

    form_code: str
    unit: str
    why: str
    detail: str


@dataclass(frozen=True)
class Correction:
    """One answer of a response that a correction changed: from which version on, when, by which role, why.

    `before` and `after` are as `form_code,unit,mode` or a question's code holds them; words people typed are not kept.
    """

    form_code: str
    unit: str
    version: int
    at: str
    role: str
    reason: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class RecheckResult:
    """One body's verdict on a drawn response; `again` gives (criterion, answer at first, answer again)."""

    form_code: str
    unit: str
    enumerator: str
    body: str
    draw: int
    verdict: str
    reasons: tuple[str, ...]
    judged_at: str
    again: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class UnitRechecks:
    """What re-checks say of one unit's points: counts, the estimated share that fails, the note beside the points."""

    unit: str
    responses: int
    confirmed: int
    failed: int
    unreachable: int
    disputed: int
    rate: float | None
    low: float
    high: float
    note: str


@dataclass(frozen=True)
class DrawFact:
    """One draw of re-checks: number, kind, how many it took, and its published record, which anyone computes again."""

    number: int
    kind: str
    members: int
    record: str


@dataclass(frozen=True)
class Dossier:
    """Everything beside the book that a run's files are made from; its content is its bytes, as a book's is.

    `campaign` has code, name, year, period_from, period_to, made_up and state (at the run's moment);
    `answers_sha256` is the digest of the answers counted, as the file `answers.csv` of a bundle holds them.
    """

    campaign: Mapping[str, Any]
    groups: Mapping[str, str]
    field_work: tuple[FieldWork, ...]
    excluded: tuple[Excluded, ...]
    corrections: tuple[Correction, ...]
    draws: tuple[DrawFact, ...]
    rechecks: tuple[RecheckResult, ...]
    unit_rechecks: tuple[UnitRechecks, ...]
    answers_sha256: str
    format: int = field(default=FORMAT)

    def to_json(self) -> bytes:
        """Return the canonical bytes."""
        return canonical(asdict(self))

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @classmethod
    def from_json(cls, content: bytes) -> "Dossier":
        """Read a stored dossier."""
        parts = json.loads(content)
        return cls(
            campaign=parts["campaign"],
            groups=parts["groups"],
            field_work=_each(FieldWork, parts["field_work"]),
            excluded=_each(Excluded, parts["excluded"]),
            corrections=_each(Correction, parts["corrections"]),
            draws=_each(DrawFact, parts["draws"]),
            rechecks=tuple(_recheck(each) for each in parts["rechecks"]),
            unit_rechecks=_each(UnitRechecks, parts["unit_rechecks"]),
            answers_sha256=parts["answers_sha256"],
            format=parts["format"],
        )

    def note_of(self, unit: str) -> str:
        """Return what stands beside a unit's points about its re-checks; empty where none was judged."""
        return next((each.note for each in self.unit_rechecks if each.unit == unit), "")


def _each(kind: type[Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**row) for row in rows)


def _recheck(row: Mapping[str, Any]) -> RecheckResult:
    again = tuple((code, before, after) for code, before, after in row["again"])
    return RecheckResult(**{**row, "reasons": tuple(row["reasons"]), "again": again})
