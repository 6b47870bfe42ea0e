"""The golden campaigns and the numbers other programs computed from them, read for the self-test."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from scoring.answers import AnswerRow, read_answers
from scoring.designs import TwoStage
from scoring.errors import refusal
from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.method import Method, load_method
from scoring.moments import Layout, Moments, layout_of
from scoring.questionnaire import Questionnaire, load_questionnaire
from scoring.sheets import read_sheet

FOLDER = Path(__file__).parent.parent / "tests" / "golden"
NUMBERS = "golden_small.json"


@dataclass(frozen=True, eq=False)
class GoldenCampaign:
    """One made-up campaign: its responses with what is known of each unit's population and clusters."""

    layout: Layout
    rows: tuple[AnswerRow, ...]

    @cached_property
    def moments(self) -> Moments:
        """Return its sums, kept by cluster."""
        texts: dict[tuple[str, str], list[str]] = {}
        for row in self.rows:
            texts.setdefault((row.unit, row.cluster), []).append(row.packed)
        joined = ((*key, "".join(parts)) for key, parts in texts.items())
        return Moments.from_packed(self.layout, joined, by_cluster=True)

    @cached_property
    def populations(self) -> dict[str, int]:
        """Return the people each unit served."""
        return {row.unit: int(row.extra["N"]) for row in self.rows}

    @cached_property
    def groups(self) -> dict[str, str]:
        """Return the group of each unit."""
        return {row.unit: row.extra["block"] for row in self.rows}

    @cached_property
    def samples(self) -> dict[str, TwoStage]:
        """Return what the two-stage samples were drawn from, for the units that have one."""
        people: dict[str, dict[str, int]] = {}
        clusters: dict[str, int] = {}
        for row in self.rows:
            if row.extra["M"]:
                clusters[row.unit] = int(row.extra["M"])
                people.setdefault(row.unit, {})[row.cluster] = int(row.extra["Npsu"])
        return {unit: TwoStage(clusters[unit], people[unit]) for unit in clusters}

    @cached_property
    def fieldwork(self) -> Fieldwork:
        """Return the responses as field work."""
        return Fieldwork.of(
            self.layout,
            [
                FieldRecord(
                    unit=row.unit,
                    form_code=row.form_code,
                    enumerator=row.enumerator,
                    packed=row.packed,
                    start=datetime.fromisoformat(row.extra["start"]),
                    duration=int(row.extra["duration_s"]) if row.extra["duration_s"] else None,
                    age=int(row.extra["age"]) if row.extra["age"] else None,
                )
                for row in self.rows
            ],
        )


class Golden:
    """The folder of golden values; refuses one in which a file is missing."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read the numbers; the campaigns are read when asked for."""
        path = folder / NUMBERS
        if not path.is_file():
            raise refusal("file_missing", where=str(path))
        self.folder = folder
        self.numbers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self.questionnaire: Questionnaire = load_questionnaire("sipas-2017")
        self.method: Method = load_method("ha-nam-2022")
        self._campaigns: dict[str, GoldenCampaign] = {}

    def campaign(self, name: str) -> GoldenCampaign:
        """Return a campaign by its name; refuses a file that is missing or broken."""
        if name not in self._campaigns:
            sheet = read_answers(self.folder / f"{name}.csv", self.questionnaire)
            layout = layout_of(self.questionnaire, self.method)
            self._campaigns[name] = GoldenCampaign(layout, tuple(sheet.rows()))
        return self._campaigns[name]

    def contacts(self) -> dict[str, dict[str, int]]:
        """Return contacts by unit and disposition, and of all units as ALL."""
        sheet = read_sheet(self.folder / "contacts.csv")
        found: dict[str, dict[str, int]] = {"ALL": {}}
        for _, (unit, *cells) in sheet.rows:
            found[unit] = {code: int(cell) for code, cell in zip(sheet.columns[1:], cells, strict=True)}
            for code, count in found[unit].items():
                found["ALL"][code] = found["ALL"].get(code, 0) + count
        return found
