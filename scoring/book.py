"""ScoreBook: the frozen result that every table, page and report is made from."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from scoring.assessment import assess, filled, index_ranks
from scoring.assessment_contract import assessment_part, sensitivity_part
from scoring.contracts import index_contract, satisfaction_contract, text_or_none
from scoring.errors import refusal
from scoring.flags import flags_of, is_incomplete, is_surveyed
from scoring.method import Method
from scoring.moments import Moments
from scoring.points import Exact, half_up
from scoring.questionnaire import Questionnaire
from scoring.ranking import ranks, stand, summarise
from scoring.satisfaction import UnitResult, empty_unit, measure
from scoring.sensitivity import sensitivity
from scoring.tally import Tally
from scoring.units import UnitRow

FORMAT = 2
_PARTS = {"format", "satisfaction", "index", "units", "uncertainty", "sensitivity", "counts"}


@dataclass(frozen=True)
class Doubts:
    """What is asked beside the points: the sums that intervals are made of, and responses to do without.

    `detail` names the units whose every component gets its interval; None is all of them, with the indices of groups.
    `left_out` by a Vietnamese name and `enumerators` by code are parts of the tally; None asks for no sensitivity.
    """

    moments: Moments
    detail: Collection[str] | None = ()
    left_out: Mapping[str, Tally] | None = None
    enumerators: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreBook:
    """One computation, whole: its content is its bytes, so that equal results have equal digests.

    `satisfaction` and `index` (None without a table of units) are the program's two contracts, `units` the
    table that went in, `uncertainty` and `sensitivity` what was asked of them, `counts` the exact counts that
    every point can be computed from again.
    """

    content: bytes

    @classmethod
    def from_json(cls, text: str | bytes) -> "ScoreBook":
        """Read a stored book; refuses text that is not one, and text changed in any way that JSON shows."""
        content = text.encode() if isinstance(text, str) else text
        try:
            parts = json.loads(content)
        except ValueError as error:
            raise refusal("book_broken", reason=str(error)) from None
        if not isinstance(parts, dict) or set(parts) != _PARTS or parts["format"] != FORMAT:
            raise refusal("book_broken", reason="không đúng cấu trúc")
        if canonical(parts) != content:
            raise refusal("book_broken", reason="không đúng dạng chuẩn")
        return cls(content)

    def to_json(self) -> bytes:
        """Return the canonical bytes: UTF-8, keys in the contract's order, no spaces."""
        return self.content

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def satisfaction(self) -> dict[str, Any]:
        """Return the contract of the program's `satisfaction`."""
        return dict(self._parts["satisfaction"])

    @property
    def index(self) -> dict[str, Any] | None:
        """Return the contract of the program's `index`, or None where no units were given."""
        part = self._parts["index"]
        return None if part is None else dict(part)

    @property
    def units(self) -> list[dict[str, Any]]:
        """Return the table of units that went in, in its order, each with its published component."""
        return list(self._parts["units"])

    @property
    def uncertainty(self) -> dict[str, Any] | None:
        """Return estimates by unit and component, and the doubts about ranks by group; None where none were asked."""
        part = self._parts["uncertainty"]
        return None if part is None else dict(part)

    @property
    def sensitivity(self) -> list[dict[str, Any]] | None:
        """Return every unit under other choices; None where that was not asked."""
        part = self._parts["sensitivity"]
        return None if part is None else list(part)

    @cached_property
    def tally(self) -> Tally:
        """Return the exact counts the book was made from."""
        part = self._parts["counts"]
        counts = {unit: np.array(rows, dtype=np.int64) for unit, rows in part["units"].items()}
        return Tally.from_counts(part["criteria"], counts, part["responses"])

    @cached_property
    def _parts(self) -> dict[str, Any]:
        return dict(json.loads(self.content))


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: compact UTF-8; refuses NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def score(
    tally: Tally,
    questionnaire: Questionnaire,
    method: Method,
    units: Sequence[UnitRow] | None = None,
    input_sha256: str = "",
    doubts: Doubts | None = None,
) -> ScoreBook:
    """Compute everything the points need: indices, points, ranks, flags and, with units, the index.

    With doubts every unit's index has its interval and every rank its own; a unit with more responses than people
    is flagged `above_population`, and its sample counted as one of many.

    Refuses a tally of other criteria, a unit with responses that the table lacks, a method the
    questionnaire cannot serve, and points above their maximum.
    """
    if tally.criteria != questionnaire.criterion_codes:
        raise refusal("tally_mismatch")
    table = {unit.unit: unit for unit in units or ()}
    results = _results(tally, questionnaire, method, table if units is not None else None)
    components = {result.unit: _component(result, table.get(result.unit), method) for result in results}
    rows = _satisfaction_rows(results, components, table, method)
    inputs = {"sha256": input_sha256, "responses": int(tally.responses.sum())}
    contract = satisfaction_contract(questionnaire, method, inputs, rows)
    groups = {result.unit: _group_of(result.unit, table) for result in results}
    parts = {
        "format": FORMAT,
        "satisfaction": contract,
        "index": None,
        "units": [_unit_part(unit, components[unit.unit], method) for unit in units or ()],
        "uncertainty": None,
        "sensitivity": None,
        "counts": _counts_part(tally),
    }
    standings = None
    if units is not None:
        standings = stand([(unit, components[unit.unit]) for unit in units], method)
        parts["index"] = index_contract(method, standings, summarise(standings, method))
    if doubts is not None:
        ranked = [result.unit for result, _, rank, _ in rows if rank is not None]
        assessment = assess(doubts.moments, method, groups, ranked, _populations(results, table))
        if assessment is not None:
            detail = tally.units if doubts.detail is None else doubts.detail
            parts["satisfaction"] = filled(contract, assessment)
            whole = list(zip(units or (), standings or (), strict=True))
            parts["uncertainty"] = assessment_part(
                assessment,
                method.publication,
                detail,
                doubts.detail is None,
                index_ranks(whole, method, assessment),
            )
        parts["sensitivity"] = _sensitivity(doubts, tally, questionnaire, method, groups, components)
    return ScoreBook(canonical(parts))


def _group_of(unit: str, table: Mapping[str, UnitRow]) -> str:
    return table[unit].group if unit in table else ""


def _populations(results: Sequence[UnitResult], table: Mapping[str, UnitRow]) -> dict[str, int]:
    """Return the people of each unit where they are known and can be right."""
    return {
        each.unit: people
        for each in results
        if each.unit in table
        and (people := table[each.unit].population) is not None
        and people >= each.responses
    }


def _sensitivity(
    doubts: Doubts,
    tally: Tally,
    questionnaire: Questionnaire,
    method: Method,
    groups: Mapping[str, str],
    components: Mapping[str, Decimal | None],
) -> list[dict[str, Any]] | None:
    """Ask of the units that have points what would become of them."""
    if doubts.left_out is None:
        return None
    units = [unit for unit in tally.units if components[unit] is not None]
    parts = [
        {name: part.of(units) for name, part in each.items()}
        for each in (doubts.left_out, doubts.enumerators)
    ]
    return sensitivity_part(sensitivity(tally.of(units), questionnaire, method, groups, *parts))


def _results(
    tally: Tally, questionnaire: Questionnaire, method: Method, table: Mapping[str, UnitRow] | None
) -> list[UnitResult]:
    measured = measure(tally, questionnaire, method)
    if table is None:
        return measured
    for result in measured:
        if result.unit not in table:
            raise refusal("unit_unknown", where="Danh sách đơn vị", value=result.unit)
    counted = {result.unit for result in measured}
    empty = [empty_unit(code, questionnaire, method) for code in table if code not in counted]
    return sorted(measured + empty, key=lambda result: result.unit)


def _component(result: UnitResult, unit: UnitRow | None, method: Method) -> Decimal | None:
    enough = result.responses >= method.smallest_n and is_surveyed(unit, method)
    return half_up(result.points, method.points.decimals) if enough and result.points is not None else None


def _satisfaction_rows(
    results: Sequence[UnitResult],
    components: Mapping[str, Decimal | None],
    table: Mapping[str, UnitRow],
    method: Method,
) -> list[tuple[UnitResult, Decimal | None, int | None, list[str]]]:
    """Give each result its published points, its rank in its group and its flags."""
    values: dict[str, Exact | None] = {}
    for result in results:
        shown = components[result.unit]
        kept = shown is not None and (method.rank_incomplete or not is_incomplete(result))
        values[result.unit] = (result.points if method.rank_on == "unrounded" else shown) if kept else None
    groups: dict[str, list[str]] = {}
    for result in results:
        groups.setdefault(_group_of(result.unit, table), []).append(result.unit)
    places: dict[str, int | None] = {}
    for members in groups.values():
        places |= zip(members, ranks([values[unit] for unit in members], method.ties), strict=True)
    return [
        (each, components[each.unit], places[each.unit], flags_of(each, table.get(each.unit), method))
        for each in results
    ]


def _unit_part(unit: UnitRow, component: Decimal | None, method: Method) -> dict[str, Any]:
    return {
        "unit": unit.unit,
        "name": unit.name,
        "group": unit.group,
        "max_points": str(unit.max_points),
        "appraisal_points": text_or_none(unit.appraisal_points, method.points.decimals),
        "satisfaction_points": text_or_none(component, method.points.decimals),
        "population": unit.population,
        "quota": unit.quota,
    }


def _counts_part(tally: Tally) -> dict[str, Any]:
    return {
        "criteria": list(tally.criteria),
        "units": dict(zip(tally.units, tally.counts.tolist(), strict=True)),
        "responses": dict(zip(tally.units, tally.responses.tolist(), strict=True)),
    }
