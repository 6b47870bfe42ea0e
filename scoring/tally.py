"""Answers in their compact form, one character a criterion, and the exact counts made from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.errors import hint, refusal
from scoring.method import Method
from scoring.questionnaire import Questionnaire

if TYPE_CHECKING:
    import pandas

Answer = int | Literal["NA"] | None
Counts = NDArray[np.int64]

ALPHABET = "12345N-"
NOT_APPLICABLE, BLANK = "N", "-"
KINDS_OF_ANSWER = len(ALPHABET)
_CHARACTER: dict[Answer, str] = {1: "1", 2: "2", 3: "3", 4: "4", 5: "5", "NA": NOT_APPLICABLE, None: BLANK}
_CELL = {**{level: level for level in "12345"}, "NA": NOT_APPLICABLE}
_ANSWER: dict[str, Answer] = {character: answer for answer, character in _CHARACTER.items()}
_PLACE = np.full(256, KINDS_OF_ANSWER, dtype=np.intp)
_PLACE[list(ALPHABET.encode())] = range(KINDS_OF_ANSWER)


def pack(answers: Mapping[str, Answer], questionnaire: Questionnaire) -> str:
    """Return one response's answers as a string, a character a criterion in the questionnaire's order.

    "1"…"5" are levels, "N" is not applicable, "-" no answer, also where a criterion is not given.
    Refuses a criterion the questionnaire has not, and an answer other than 1–5, "NA" and None.
    """
    codes = questionnaire.criterion_codes
    for code in answers:
        if code not in codes:
            facts = {"value": code, "questionnaire": questionnaire.code, "hint": hint(str(code), codes)}
            raise refusal("criterion_unknown", where="Câu trả lời", **facts)
    return "".join(_character(code, answers.get(code)) for code in codes)


def _character(code: str, answer: Any) -> str:
    # True and 4.0 equal 1 and 4 as dictionary keys, so the kind is checked first.
    known = answer is None or type(answer) in (int, str)
    if not known or answer not in _CHARACTER:
        raise refusal("level_unknown", where=f"Tiêu chí {code}", value=answer)
    return _CHARACTER[answer]


def unpack(packed: str, questionnaire: Questionnaire) -> dict[str, Answer]:
    """Return the answers of a packed string by criterion code, in the questionnaire's order.

    Refuses a string of another length or with other characters than 1–5, N and -.
    """
    codes = questionnaire.criterion_codes
    if len(packed) != len(codes):
        raise refusal("packed_length", where="Phiếu", found=len(packed), expected=len(codes))
    for character in packed:
        if character not in _ANSWER:
            raise refusal("packed_character", where="Phiếu", value=character)
    return {code: _ANSWER[character] for code, character in zip(codes, packed, strict=True)}


def answered_enough(packed: str, questionnaire: Questionnaire, method: Method) -> bool:
    """Tell whether a response answers the method's share of the criteria it had to answer.

    Counted over the factors the method names. Refuses what `unpack` refuses.
    """
    unpack(packed, questionnaire)
    return is_enough(
        [packed[place] for place in required_places(questionnaire, method)], method.validity.share
    )


def required_places(questionnaire: Questionnaire, method: Method) -> list[int]:
    """Return where the criteria of the factors that decide validity stand in a packed string."""
    wanted = {factor.code for factor in questionnaire.factors if factor.number in method.validity.factors}
    return [place for place, criterion in enumerate(questionnaire.criteria) if criterion.factor in wanted]


def is_enough(wanted: Sequence[str], share: Fraction) -> bool:
    """Tell whether so large a share of the applicable answers is given; none applicable is not enough."""
    applicable = len(wanted) - wanted.count(NOT_APPLICABLE)
    answered = applicable - wanted.count(BLANK)
    return applicable > 0 and answered * share.denominator >= share.numerator * applicable


@dataclass(frozen=True, eq=False)
class Tally:
    """Exact counts of answers: `counts[unit, criterion, kind]` with the kinds 1…5, not applicable, blank.

    Units stand in the order of their codes whatever the order of the rows; `responses[unit]` counts forms.
    Tallies of the same criteria add: parts counted apart give the whole.
    """

    criteria: tuple[str, ...]
    units: tuple[str, ...]
    counts: Counts
    responses: Counts

    @classmethod
    def from_packed(cls, questionnaire: Questionnaire, rows: Iterable[tuple[str, str]]) -> "Tally":
        """Count packed answers that arrive as (unit, its responses' strings joined); a unit may come again.

        Refuses a text that is not a whole number of responses, and characters other than 1–5, N and -.
        """
        width = len(questionnaire.criterion_codes)
        found: dict[str, Counts] = {}
        responses: dict[str, int] = {}
        for unit, text in rows:
            found[unit] = found.get(unit, 0) + _count(unit, text, width)
            responses[unit] = responses.get(unit, 0) + len(text) // width
        return cls.from_counts(questionnaire.criterion_codes, found, responses)

    @classmethod
    def from_counts(
        cls, criteria: Sequence[str], counts: Mapping[str, Counts], responses: Mapping[str, int]
    ) -> "Tally":
        """Build a tally from counts by unit, each an array of criterion × kind."""
        units = tuple(sorted(counts))
        shape = (len(units), len(criteria), KINDS_OF_ANSWER)
        stacked = np.array([counts[unit] for unit in units], dtype=np.int64).reshape(shape)
        forms = np.array([responses[unit] for unit in units], dtype=np.int64)
        for array in (stacked, forms):
            array.flags.writeable = False
        return cls(tuple(criteria), units, stacked, forms)

    @classmethod
    def from_frame(cls, questionnaire: Questionnaire, frame: "pandas.DataFrame") -> "Tally":
        """Count a frame with the column `unit` and one column a criterion, one row a response.

        Cells are 1–5, as text too (and 4.0, since a missing value makes a column one of floats), "NA" for
        not applicable, missing for no answer. Refuses a missing column, a row without a unit, other values.
        """
        for column in ("unit", *questionnaire.criterion_codes):
            if column not in frame.columns:
                raise refusal("column_missing", where="Bảng dữ liệu", column=column, hint="")
        missing = frame["unit"].isna()
        if missing.any():
            row = int(missing.to_numpy().argmax()) + 1
            raise refusal("cell_missing", where="Bảng dữ liệu", row=row, column="unit")
        columns = [_frame_column(frame, code) for code in questionnaire.criterion_codes]
        texts: dict[str, list[str]] = {}
        for unit, answers in zip(frame["unit"].astype(str), zip(*columns, strict=True), strict=True):
            texts.setdefault(unit, []).extend(answers)
        return cls.from_packed(questionnaire, ((unit, "".join(parts)) for unit, parts in texts.items()))

    def __add__(self, other: "Tally") -> "Tally":
        """Add two tallies of the same criteria, whatever units each has; refuses different criteria."""
        if self.criteria != other.criteria:
            raise refusal("tally_mismatch")
        counts: dict[str, Counts] = {}
        responses: dict[str, int] = {}
        for tally in (self, other):
            for place, unit in enumerate(tally.units):
                counts[unit] = counts.get(unit, 0) + tally.counts[place]
                responses[unit] = responses.get(unit, 0) + int(tally.responses[place])
        return Tally.from_counts(self.criteria, counts, responses)

    def of(self, units: Iterable[str]) -> "Tally":
        """Return the counts of these units alone; units without counts stay out."""
        kept = {unit: place for unit in units if (place := self._places.get(unit)) is not None}
        counts = {unit: self.counts[place] for unit, place in kept.items()}
        return Tally.from_counts(
            self.criteria, counts, {unit: int(self.responses[place]) for unit, place in kept.items()}
        )

    def responses_of(self, unit: str) -> int:
        """Return how many responses a unit has, 0 where none is counted."""
        place = self._places.get(unit)
        return 0 if place is None else int(self.responses[place])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {unit: place for place, unit in enumerate(self.units)}

    def __sub__(self, other: "Tally") -> "Tally":
        """Take away a part of these counts; a unit of which nothing is left goes.

        Refuses other criteria, and a part that is not in the whole.
        """
        if self.criteria != other.criteria:
            raise refusal("tally_mismatch")
        counts = dict(zip(self.units, self.counts, strict=True))
        responses = dict(zip(self.units, self.responses.tolist(), strict=True))
        for place, unit in enumerate(other.units):
            counts[unit] = counts.get(unit, 0) - other.counts[place]
            responses[unit] = responses.get(unit, 0) - int(other.responses[place])
            if responses[unit] < 0 or (counts[unit] < 0).any():
                raise refusal("tally_part", unit=unit)
        kept = {unit: forms for unit, forms in responses.items() if forms}
        return Tally.from_counts(self.criteria, {unit: counts[unit] for unit in kept}, kept)

    def __eq__(self, other: object) -> bool:
        """Tell whether criteria, units and every count agree."""
        return (
            isinstance(other, Tally)
            and (self.criteria, self.units) == (other.criteria, other.units)
            and np.array_equal(self.counts, other.counts)
            and np.array_equal(self.responses, other.responses)
        )

    def __hash__(self) -> int:
        """Return a hash of everything equality looks at."""
        return hash((self.criteria, self.units, self.counts.tobytes(), self.responses.tobytes()))


def _count(unit: str, text: str, width: int) -> Counts:
    where = f"Đơn vị {unit}"
    if len(text) % width:
        raise refusal("packed_length", where=where, found=len(text), expected=width)
    if not text.isascii():
        raise refusal(
            "packed_character", where=where, value=next(each for each in text if not each.isascii())
        )
    places = _PLACE[np.frombuffer(text.encode(), dtype=np.uint8)].reshape(-1, width)
    places += np.arange(width) * (KINDS_OF_ANSWER + 1)
    counted = np.bincount(places.ravel(), minlength=width * (KINDS_OF_ANSWER + 1))
    by_kind = counted.reshape(width, KINDS_OF_ANSWER + 1).astype(np.int64)
    if by_kind[:, KINDS_OF_ANSWER].any():
        strange = next(each for each in text if each not in ALPHABET)
        raise refusal("packed_character", where=where, value=strange)
    return by_kind[:, :KINDS_OF_ANSWER]


def _frame_column(frame: "pandas.DataFrame", code: str) -> list[str]:
    values, missing = frame[code].tolist(), frame[code].isna().tolist()
    return [
        BLANK if blank else _frame_cell(value, code, row)
        for row, (value, blank) in enumerate(zip(values, missing, strict=True), 1)
    ]


def _frame_cell(value: Any, code: str, row: int) -> str:
    whole = value.is_integer() if isinstance(value, float) else isinstance(value, Integral)
    text = str(int(value)) if whole and not isinstance(value, bool) else value
    if not isinstance(text, str) or text not in _CELL:
        raise refusal("cell_answer", where="Bảng dữ liệu", row=row, column=code, value=value)
    return _CELL[text]
