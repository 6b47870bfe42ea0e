"""Responses as field work: who asked whom, when and for how long, in one order whatever the order of the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.errors import refusal
from scoring.moments import Layout, answers_of, attained_and_valid

NIGHT_FROM, NIGHT_TO = 22, 5


@dataclass(frozen=True, order=True)
class FieldRecord:
    """One response: what it is about, who asked, its packed answers; local start, seconds and age where known."""

    unit: str
    form_code: str
    enumerator: str
    packed: str
    start: datetime | None = None
    duration: int | None = None
    age: int | None = None


@dataclass(frozen=True, eq=False)
class Fieldwork:
    """All responses of a campaign by unit and form code; `answers` holds a byte a criterion."""

    layout: Layout
    records: tuple[FieldRecord, ...]
    answers: NDArray[np.uint8]

    @classmethod
    def of(cls, layout: Layout, records: Iterable[FieldRecord]) -> "Fieldwork":
        """Arrange the records; refuses a form code twice, packed answers of another questionnaire, a negative duration."""
        ordered = sorted(records, key=lambda each: (each.unit, each.form_code))
        seen: set[str] = set()
        for record in ordered:
            if record.form_code in seen:
                raise refusal("form_again", value=record.form_code)
            seen.add(record.form_code)
            if record.duration is not None and record.duration < 0:
                raise refusal(
                    "number_bad",
                    what=f"Phiếu {record.form_code}, thời lượng",
                    value=record.duration,
                    expected="số giây từ 0",
                )
            if len(record.packed) != len(layout.criteria):
                where = f"Phiếu {record.form_code}"
                facts = {"found": len(record.packed), "expected": len(layout.criteria)}
                raise refusal("packed_length", where=where, **facts)
        return cls(
            layout, tuple(ordered), answers_of(layout, "Các phiếu", "".join(r.packed for r in ordered))
        )

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def units(self) -> dict[str, NDArray[np.intp]]:
        """Return the places of each unit's responses."""
        return _places([record.unit for record in self.records])

    @cached_property
    def enumerators(self) -> dict[str, NDArray[np.intp]]:
        """Return the places of each enumerator's responses, enumerators in the order of their codes."""
        return _places([record.enumerator for record in self.records])

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Return which answers are levels 1–5."""
        return attained_and_valid(self.layout, self.answers)[1].astype(bool)

    @cached_property
    def satisfied_share(self) -> NDArray[np.float64]:
        """Return the share of each response's valid answers that is attained, 0–1, NaN without any."""
        parts, valid = attained_and_valid(self.layout, self.answers)
        places = list(self.layout.groups["all"])
        counted = valid[:, places].sum(axis=1, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            return np.asarray(parts[:, places].sum(axis=1, dtype=np.float64) / (self.layout.full * counted))


def is_night(start: datetime) -> bool:
    """Tell whether an interview began between 22 and 5 o'clock."""
    return start.hour >= NIGHT_FROM or start.hour < NIGHT_TO


def overlaps(work: Fieldwork, tolerance: int = 60) -> list[tuple[str, str]]:
    """Return pairs of form codes that one enumerator began before the interview before it was over.

    By more than `tolerance` seconds; a contradiction of the clock, not a matter of chance. Responses without start or
    duration are left out.
    """
    found = []
    for places in work.enumerators.values():
        timed = sorted(
            (record.start.timestamp(), record.form_code, record.duration)
            for record in (work.records[place] for place in places)
            if record.start is not None and record.duration is not None
        )
        busy_until, busy_with = -np.inf, ""
        for start, form_code, duration in timed:
            if start + tolerance < busy_until:
                found.append((busy_with, form_code))
            if start + duration > busy_until:
                busy_until, busy_with = start + duration, form_code
    return found


def _places(labels: Sequence[str]) -> dict[str, NDArray[np.intp]]:
    found: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        found.setdefault(label, []).append(place)
    return {label: np.array(found[label], dtype=np.intp) for label in sorted(found)}
