"""What a row of an answer file would do: a new response, a new version of a stored one, nothing, or a named refusal.

A blank cell leaves what is stored, "(xóa)" empties it. A stored response keeps its questionnaire version, and only what
the row touches is held to its rules: an old breach in another answer stays and is not in the way (V6).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Row

from survey_app import problems
from survey_app.domain import audit, response_content
from survey_app.domain.entry_rules import rules_of
from survey_app.domain.import_plan import CellRefused, Planned
from survey_app.domain.people import alias
from survey_app.domain.response_cells import BLANK, Cell, CellError, Reader, is_erasing, ticked
from survey_app.domain.response_known import Known, version_label
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, CampaignUnit
from survey_app.vocabulary import Mode, ResponseState, Validity

TOGETHER = 500
CONTENT = ("unit_id", "mode", "validity", "answers", "details", "content_digest")


@dataclass(frozen=True)
class Given:
    """A row of a file: its number, its key, the fields as they stand there, and every answer that is not blank.

    `questionnaire` is the code of the version that columns without a label mean in this row, "" for the campaign's own.
    """

    number: int
    form_code: str
    unit: str
    enumerator: str
    mode: str
    cells: Sequence[Cell]
    moments: Mapping[str, str] = field(default_factory=dict)
    questionnaire: str = ""


@dataclass(frozen=True)
class _Content:
    """What a response says: unit, mode, packed answers, details."""

    unit: CampaignUnit
    mode: str
    answers: str
    details: dict[str, object]


class Planner:
    """The plan of one file for one campaign: rows in, what each would do out; refusals gather in `refused`.

    `only_new` refuses every form code that is stored already, be it of a void form.
    """

    def __init__(
        self,
        campaign: Campaign,
        headings: Mapping[str, str] | None = None,
        *,
        file: str = "",
        only_new: bool = False,
    ) -> None:
        self.campaign = campaign
        self.only_new = only_new
        self.file = file
        self.headings = headings or {}
        self.refused: list[CellRefused] = []
        self.found: set[str] = set()
        self.known = Known(campaign)
        self._first: dict[str, int] = {}

    def plan(self, rows: Iterable[Given]) -> Iterator[Planned]:
        """Yield what each row would do; a refused row is not yielded."""
        left = iter(rows)
        while some := list(islice(left, TOGETHER)):
            codes = [row.form_code for row in some if response_content.is_form_code(row.form_code)]
            stored = self.known.stored(codes)
            for row in some:
                before = len(self.refused)
                planned = self._planned(row, stored.get(row.form_code))
                if planned is not None and len(self.refused) == before:
                    yield planned

    @property
    def has_new(self) -> bool:
        """Whether a row of the file has a form code that is not stored, refused or not."""
        return len(self._first) > len(self.found)

    def missing(self) -> list[str]:
        """Return the form codes that arrived and that the file does not have, in order."""
        return sorted(self.known.arrived() - self._first.keys())

    def refuse(self, number: int, column: str, value: str, why: str) -> None:
        """Note a refused cell under the heading its file has."""
        self.refused.append(
            CellRefused(number, self.headings.get(column, column), clean_line(value)[:40], why)
        )

    def _planned(self, row: Given, stored: Row[Any] | None) -> Planned | None:
        code = row.form_code
        if not response_content.is_form_code(code):
            self.refuse(
                row.number, "form_code", code, problems.field("row_form_code", value=clean_line(code)[:40])
            )
            return None
        if code in self._first:
            why = problems.field("row_form_code_twice", value=code, first=self._first[code])
            self.refuse(row.number, "form_code", code, why)
            return None
        self._first[code] = row.number
        if stored is None:
            return self._new(row)
        self.found.add(code)
        if self.only_new:
            self.refuse(row.number, "form_code", code, problems.field("row_form_code_taken", value=code))
            return None
        return self._known(row, stored)

    # --- a new response ---

    def _new(self, row: Given) -> Planned | None:
        sha256 = self.campaign.questionnaire_sha256
        unit = self._unit(row)
        enumerator = self.known.enumerator(row.enumerator)
        if enumerator is None:
            why = problems.field("row_enumerator", value=clean_line(row.enumerator)[:40])
            self.refuse(row.number, "enumerator", row.enumerator, why)
        mode = self._mode(row) if row.mode else Mode.PAPER
        reader = self.known.reader(sha256)
        levels, raw = self._answers(row, reader, "")
        details = self._details(row, reader, sha256, {}, raw)
        if unit is None or enumerator is None or mode is None:
            return None
        blank = [BLANK] * len(reader.places)
        for place, level in levels.items():
            blank[place] = level
        content = _Content(unit, mode, "".join(blank), details)
        facts = {
            **self._columns(content, row.form_code, sha256),
            "enumerator_id": enumerator.id,
            "questionnaire_sha256": sha256,
        }
        more = {"columns": facts, "moments": row.moments, "file": self.file}
        return Planned("new", row.number, row.form_code, (), more)

    # --- a stored response ---

    def _known(self, row: Given, stored: Row[Any]) -> Planned | None:
        sha256 = stored.questionnaire_sha256
        reader = self.known.reader(sha256)
        version = version_label(self.campaign, sha256)
        self._check_enumerator(row, stored)
        before = _Content(
            self.known.unit_by_id[stored.unit_id], stored.mode, stored.answers, json.loads(stored.details)
        )
        unit = self._unit(row, before.unit) if row.unit else before.unit
        mode = self._mode(row, before.mode) if row.mode else before.mode
        levels, raw = self._answers(row, reader, version)
        packed = list(before.answers)
        for place, level in levels.items():
            packed[place] = level
        details = self._details(row, reader, sha256, before.details, raw)
        if unit is None or mode is None:
            return None
        after = _Content(unit, mode, "".join(packed), details)
        differences = self._differences(reader, before, after)
        if not differences:
            return Planned("unchanged", row.number, row.form_code)
        if stored.state not in (ResponseState.SUBMITTED, ResponseState.ACCEPTED):
            state = LABELS[ResponseState(stored.state)]
            why = problems.field(f"row_{stored.state}", value=row.form_code, state=state)
            self.refuse(row.number, "form_code", row.form_code, why)
            return None
        facts = {
            "id": stored.id,
            "uuid": stored.uuid,
            "version": stored.version,
            "file": self.file,
            "columns": self._columns(after, row.form_code, sha256),
        }
        return Planned("changed", row.number, row.form_code, differences, facts)

    def _check_enumerator(self, row: Given, stored: Row[Any]) -> None:
        given = clean_line(row.enumerator).lower()
        if given and given not in (
            stored.username,
            alias(stored.enumerator_id, stored.username).lower(),
        ):
            why = problems.field("row_enumerator_kept", value=given[:40], kept=stored.username)
            self.refuse(row.number, "enumerator", row.enumerator, why)

    def _differences(
        self, reader: Reader, before: _Content, after: _Content
    ) -> tuple[tuple[str, str, str], ...]:
        found = []
        if before.unit is not after.unit:
            found.append(("unit", before.unit.unit.name, after.unit.unit.name))
        if before.mode != after.mode:
            found.append(("mode", LABELS[Mode(before.mode)], LABELS[Mode(after.mode)]))
        if before.answers != after.answers:
            found += [
                (code, reader.told(code, before.answers[place]), reader.told(code, after.answers[place]))
                for code, place in reader.places.items()
                if before.answers[place] != after.answers[place]
            ]
        if before.details != after.details:
            found += [
                (
                    code,
                    reader.told(code, before.details.get(code)),
                    reader.told(code, after.details.get(code)),
                )
                for code in reader.questions
                if before.details.get(code) != after.details.get(code)
            ]
        return tuple(found)

    # --- cells ---

    def _unit(self, row: Given, kept: CampaignUnit | None = None) -> CampaignUnit | None:
        text = clean_line(row.unit)
        unit = self.known.unit(text)
        if unit is None or not (unit.surveyed or unit is kept):
            why = problems.field("row_unit", value=text[:40], campaign=self.campaign.code)
            self.refuse(row.number, "unit", row.unit, why)
            return None
        return unit

    def _mode(self, row: Given, kept: str = "") -> str | None:
        text = clean_line(row.mode)
        mode = self.known.mode(text)
        if mode is None or not (mode in self.known.modes or mode == kept):
            self.refuse(row.number, "mode", row.mode, problems.field("row_mode", value=text[:40]))
            return None
        return mode

    def _answers(self, row: Given, reader: Reader, version: str) -> tuple[dict[int, str], dict[str, object]]:
        """Return the levels a row gives by their place, and the other answers as the form would send them."""
        levels: dict[int, str] = {}
        raw: dict[str, object] = {}
        ticks: dict[str, list[Cell]] = {}
        for cell in row.cells:
            if not self._fits(row, cell, reader, version):
                self.refuse(row.number, cell.heading, cell.text, self._other_version(reader))
            elif cell.option:
                ticks.setdefault(cell.code, []).append(cell)
            elif is_erasing(cell.text):
                if cell.code in reader.places:
                    levels[reader.places[cell.code]] = BLANK
                else:
                    raw[cell.code] = None
            elif cell.code in reader.places:
                try:
                    levels[reader.places[cell.code]] = reader.level(cell.text)
                except CellError as error:
                    self.refuse(row.number, cell.heading, cell.text, str(error))
            else:
                raw[cell.code] = reader.detail(cell.code, cell.text)
        for code, cells in ticks.items():
            self._tick(row, code, cells, raw)
        return levels, raw

    def _fits(self, row: Given, cell: Cell, reader: Reader, version: str) -> bool:
        """Tell whether a cell speaks of this version of the questionnaire."""
        if not reader.knows(cell.code):
            return False
        named = row.questionnaire == reader.questionnaire.code
        return cell.version == version or (cell.version == "" and (named or self._shares(reader, cell.code)))

    def _shares(self, reader: Reader, code: str) -> bool:
        """Tell whether a column of the campaign's questionnaire is also one of this version of it."""
        present = self.known.reader(self.campaign.questionnaire_sha256)
        return reader.questionnaire.code == present.questionnaire.code and reader.knows(code)

    @staticmethod
    def _other_version(reader: Reader) -> str:
        return problems.field("row_other_version", questionnaire=reader.questionnaire.code)

    def _tick(self, row: Given, code: str, cells: list[Cell], raw: dict[str, object]) -> None:
        try:
            chosen = ticked(cells)
        except CellError as error:
            self.refuse(row.number, cells[0].heading, cells[0].text, str(error))
            return
        whole = raw.get(code)
        if isinstance(whole, list) and set(whole) != set(chosen):
            told = "; ".join(str(each) for each in whole)
            self.refuse(row.number, cells[0].heading, told, problems.field("row_ticks_differ"))
            return
        raw[code] = chosen

    def _details(
        self, row: Given, reader: Reader, sha256: str, stored: Mapping[str, object], raw: Mapping[str, object]
    ) -> dict[str, object]:
        """Return the unscored answers after a row, by the form's own rules wherever the row touches them."""
        if not raw:
            return dict(stored)
        entered = rules_of(sha256).read({}, {**stored, **raw}, complete=False)
        details = dict(entered.details)
        touched = {
            code for code in raw if not stored or _says(entered.details, raw, code) != stored.get(code)
        }
        for code, why in entered.errors.items():
            question = reader.questions[code]
            gate = question.show_if[0] if question.show_if else ""
            if code in touched or gate in touched:
                told = raw.get(code) or stored.get(code)
                shown = "; ".join(map(str, told)) if isinstance(told, list) else str(told or "")
                self.refuse(row.number, self._heading(row, code), shown, why)
            else:
                details[code] = stored[code]
        return details

    @staticmethod
    def _heading(row: Given, code: str) -> str:
        return next((cell.heading for cell in row.cells if cell.code == code), code)

    def _columns(self, content: _Content, form_code: str, sha256: str) -> dict[str, Any]:
        whole = response_content.content_of(
            content.unit.unit.code, form_code, content.mode, content.answers, content.details
        )
        return {
            "unit_id": content.unit.unit_id,
            "mode": content.mode,
            "validity": response_content.validity_of(self.campaign, sha256, content.answers),
            "answers": content.answers,
            "details": audit.canonical(content.details),
            "content_digest": response_content.digest_of(whole),
        }


def _says(entered: Mapping[str, object], raw: Mapping[str, object], code: str) -> object:
    return entered.get(code) if code in entered else raw[code] or None


def is_invalid(planned: Planned) -> bool:
    """Tell whether a planned response answers too few questions to count."""
    columns = planned.facts.get("columns")
    return columns is not None and columns["validity"] != Validity.VALID
