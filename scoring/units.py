"""The units a campaign rates: what the scorer needs to know of each beside its answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from scoring.errors import InputRefused, ScoringError, refusal
from scoring.method import Method
from scoring.sheets import Sheet, read_code, read_number, read_sheet, read_whole, shown

T = TypeVar("T")

_REQUIRED = ("unit", "name", "group", "max_points")
_CAMPAIGN = ("population", "quota", "appraisal_points")
_INDEX = ("appraisal_points", "satisfaction_points")


@dataclass(frozen=True)
class UnitRow:
    """One unit: code, name, the group it is ranked in, maximum and appraisal points, population and quota.

    `appraisal_points` is None while documents are not appraised; population and quota None where unknown.
    """

    unit: str
    name: str
    group: str
    max_points: Decimal
    appraisal_points: Decimal | None
    population: int | None = None
    quota: int | None = None

    def is_surveyed(self, method: Method) -> bool:
        """Tell whether the unit can earn survey points: only units with the method's full maximum can."""
        return self.max_points >= method.full_maximum


@dataclass(frozen=True)
class UnitSheet:
    """A file of units: its rows, the survey points given for each (or None), and the columns ignored."""

    rows: tuple[UnitRow, ...]
    satisfaction_points: tuple[Decimal | None, ...]
    ignored: tuple[str, ...]


def read_units(path: str | Path) -> UnitSheet:
    """Read a campaign's units: unit, name, group, max_points; where known population, quota, appraisal_points.

    Refuses a missing column or code, a unit twice, a maximum of 0, and cells that are not plain numbers;
    all of them in one `InputRefused`.
    """
    return _Reader(read_sheet(path), _REQUIRED, _CAMPAIGN).read()


def read_index_units(path: str | Path) -> UnitSheet:
    """Read units with appraisal_points and satisfaction_points, empty where none; refuses as `read_units`."""
    return _Reader(read_sheet(path), (*_REQUIRED, *_INDEX), ()).read()


class _Reader:
    """One pass over a sheet of units that keeps every fault and goes on."""

    def __init__(self, sheet: Sheet, required: Sequence[str], optional: Sequence[str]) -> None:
        self.sheet = sheet
        self.problems: list[ScoringError] = []
        known = (*required, *optional)
        self.places: dict[str, int] = {}
        for name in known:
            if name in required or name in sheet.columns:
                self._place(name, known)
        self.ignored = tuple(name for name in sheet.columns if name and name not in known)

    def read(self) -> UnitSheet:
        self._stop()
        rows = tuple(self._row(number, cells) for number, cells in self.sheet.rows)
        points = tuple(self._cell("satisfaction_points", read_number, *row) for row in self.sheet.rows)
        self._refuse_repeated(rows)
        self._stop()
        return UnitSheet(rows, points, self.ignored)

    def _place(self, name: str, known: Sequence[str]) -> None:
        try:
            self.places[name] = self.sheet.place(name, known)
        except ScoringError as problem:
            self.problems.append(problem)

    def _stop(self) -> None:
        if self.problems:
            raise InputRefused(self.problems)

    def _row(self, number: int, cells: Sequence[str]) -> UnitRow:
        return UnitRow(
            unit=self._must("unit", read_code, number, cells, ""),
            name=self._must("name", read_code, number, cells, ""),
            group=self._must("group", read_code, number, cells, ""),
            max_points=self._must("max_points", _maximum, number, cells, Decimal(0)),
            appraisal_points=self._cell("appraisal_points", read_number, number, cells),
            population=self._cell("population", read_whole, number, cells),
            quota=self._cell("quota", read_whole, number, cells),
        )

    def _must(
        self,
        name: str,
        read: Callable[[str, str, int, str], T],
        number: int,
        cells: Sequence[str],
        instead: T,
    ) -> T:
        try:
            return read(cells[self.places[name]], self.sheet.where, number, name)
        except ScoringError as problem:
            self.problems.append(problem)
            return instead

    def _cell(
        self, name: str, read: Callable[[str, str, int, str], T], number: int, cells: Sequence[str]
    ) -> T | None:
        if name not in self.places or not cells[self.places[name]].strip(" "):
            return None
        return self._must(name, read, number, cells, None)

    def _refuse_repeated(self, rows: Sequence[UnitRow]) -> None:
        first: dict[str, int] = {}
        for (number, _), row in zip(self.sheet.rows, rows, strict=True):
            if row.unit and row.unit in first:
                facts = {"row": number, "value": shown(row.unit), "first": first[row.unit]}
                self.problems.append(refusal("unit_twice", where=self.sheet.where, **facts))
            first.setdefault(row.unit, number)


def _maximum(text: str, where: str, row: int, column: str) -> Decimal:
    maximum = read_number(text, where, row, column)
    if not maximum:
        raise refusal("cell_positive", where=where, row=row, column=column, value=shown(text))
    return maximum
