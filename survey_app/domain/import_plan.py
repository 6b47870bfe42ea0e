"""What a file would do, before it does it: the plan every importer makes, and what an importer is.

A plan is made by reading alone. It is shown, and applied only where no cell is refused: all of a file
goes in, or nothing (E17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from scoring.sheets import Sheet
from survey_app.models import Campaign, User
from survey_app.vocabulary import BatchNoun

RowKind = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True)
class Column:
    """A column an importer reads; `meaning` is what the page says of it."""

    name: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class CellRefused:
    """One cell that cannot be taken: its row in the file (the heading is row 1), its column, and why."""

    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class Planned:
    """What one row would do; `differences` are (field, before, after) as people read them."""

    kind: RowKind
    row: int
    key: str
    differences: tuple[tuple[str, str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Every row of a file with what it would do, and every cell that is refused."""

    rows: tuple[Planned, ...]
    refused: tuple[CellRefused, ...] = ()

    @property
    def new(self) -> int:
        """How many rows would be added."""
        return self._count("new")

    @property
    def changed(self) -> int:
        """How many rows would change."""
        return self._count("changed")

    @property
    def unchanged(self) -> int:
        """How many rows say what is already stored."""
        return self._count("unchanged")

    def _count(self, kind: RowKind) -> int:
        return sum(row.kind == kind for row in self.rows)


class Importer(Protocol):
    """What reads one kind of file; a module of `domain/` with these names is one.

    `rule` says in words what a blank cell means (E16). A missing column is a refused cell of row 1;
    columns it does not know are ignored, and named by whoever shows the plan.
    """

    noun: BatchNoun
    rule: str

    def columns(self, campaign: Campaign) -> tuple[Column, ...]:
        """Return the columns it knows, the required ones first."""
        ...

    def plan(self, campaign: Campaign, table: Sheet) -> Plan:
        """Return what a file would do; reads only."""
        ...

    def apply(self, actor: User, campaign: Campaign, plan: Plan) -> list[dict[str, Any]]:
        """Do it, with an audit line a row; return JSON of each new or changed row's state before."""
        ...

    def reverse(self, actor: User, campaign: Campaign, changes: Sequence[Mapping[str, Any]]) -> None:
        """Put back what stood before, from what `apply` returned; refuses by name rows used since."""
        ...
