"""Judged re-checks as rows, what both bodies' rows say of one response together, and how likely it was drawn.

UNCERTAINTY.md, section 11, has the formulas.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite

from scoring.errors import hint, refusal
from scoring.tally import ALPHABET

CONFIRMED, FAILED, UNREACHABLE, DISPUTED = "confirmed", "failed", "unreachable", "disputed"
VERDICTS = (CONFIRMED, FAILED, UNREACHABLE)
SATISFIED_FROM = 4

Probability = tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """A criterion asked again: what was answered first and again, one character of ALPHABET each."""

    criterion: str
    first: str
    again: str

    @cached_property
    def levels(self) -> tuple[int, int] | None:
        """Return both levels 1–5; None where one of them is no level: such a pair counts nowhere."""
        if self.first.isdigit() and self.again.isdigit():
            return int(self.first), int(self.again)
        return None


@dataclass(frozen=True)
class Judged:
    """One body's judged re-check of one response.

    `weight` is 1/π, at least 1. `outcome` is what both bodies agreed jointly, "" where they did not have to.
    """

    response: str
    enumerator: str
    unit: str
    body: str
    verdict: str
    weight: float
    pairs: tuple[Pair, ...] = ()
    outcome: str = ""


@dataclass(frozen=True)
class Case:
    """One re-checked response with what all its re-checks say together.

    `verdict` is one of VERDICTS, or DISPUTED where the bodies differ and have agreed on nothing yet. `levels` are
    the comparable pairs of all of them: criterion, first and second level.
    """

    response: str
    enumerator: str
    unit: str
    verdict: str
    weight: float
    levels: tuple[tuple[str, int, int], ...]

    @property
    def decided(self) -> bool:
        """Tell whether the case counts in a failure rate."""
        return self.verdict in (CONFIRMED, FAILED)

    @cached_property
    def differing(self) -> int:
        """Return how many pairs differ."""
        return sum(first != again for _, first, again in self.levels)

    @cached_property
    def crossing(self) -> int:
        """Return how many pairs change from satisfied (4, 5) to not, or the other way."""
        return sum(satisfied(first) != satisfied(again) for _, first, again in self.levels)


def satisfied(level: int) -> bool:
    """Tell whether a level 1–5 counts as satisfied."""
    return level >= SATISFIED_FROM


def cases_of(rows: Iterable[Judged]) -> list[Case]:
    """Return one case a response, in the order of their codes.

    A joint outcome counts instead of the verdicts; else the verdict of whoever reached the person; two that differ are
    DISPUTED. Refuses two rows of one body about one response, an unknown verdict or character, and a weight below 1.
    """
    together: dict[str, list[Judged]] = {}
    for row in rows:
        _check(row)
        others = together.setdefault(row.response, [])
        if any(other.body == row.body for other in others):
            raise refusal("form_again", value=row.response)
        others.append(row)
    return [_case(together[response]) for response in sorted(together)]


def _check(row: Judged) -> None:
    for verdict in (row.verdict, row.outcome or CONFIRMED):
        if verdict not in VERDICTS:
            known = ", ".join(VERDICTS)
            raise refusal("choice_unknown", value=verdict, hint=hint(verdict, VERDICTS), known=known)
    if not isfinite(row.weight) or row.weight < 1:
        raise refusal(
            "number_bad", what=f"Trọng số của phiếu {row.response}", value=row.weight, expected="số từ 1"
        )
    for pair in row.pairs:
        for character in (pair.first, pair.again):
            if len(character) != 1 or character not in ALPHABET:
                raise refusal("packed_character", where=f"Phiếu {row.response}", value=character)


def _case(rows: Sequence[Judged]) -> Case:
    first = rows[0]
    joint = {row.outcome for row in rows} - {""}
    reached = {row.verdict for row in rows} - {UNREACHABLE}
    verdict = next(iter(joint or reached), UNREACHABLE) if len(joint or reached) < 2 else DISPUTED
    levels = tuple(
        (pair.criterion, *pair.levels) for row in rows for pair in row.pairs if pair.levels is not None
    )
    return Case(first.response, first.enumerator, first.unit, verdict, first.weight, levels)


def inclusion(draws: Iterable[Probability]) -> Fraction:
    """Return the probability of being drawn at least once: 1 − Π(1 − π_k) over independent draws, π_k = taken/out_of.

    Refuses a probability outside 0–1, and draws of which none could have hit.
    """
    missed = Fraction(1)
    for taken, out_of in draws:
        if out_of < 1 or not 0 <= taken <= out_of:
            expected = "hai số nguyên với 0 ≤ rút ≤ tổng"
            raise refusal("number_bad", what="Xác suất rút", value=f"{taken}/{out_of}", expected=expected)
        missed *= 1 - Fraction(taken, out_of)
    if missed == 1:
        raise refusal("number_bad", what="Xác suất rút", value=0, expected="số trên 0")
    return 1 - missed
