"""Answers: the compact form they are stored in, the counts made of them, and the reader of answer files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from scoring.errors import InputRefused, ScoringError, refusal
from scoring.method import Method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import Questionnaire
from scoring.sheets import Sheet, clean, read_code, read_number, read_sheet, shown
from scoring.tally import (
    ALPHABET,
    BLANK,
    NOT_APPLICABLE,
    Answer,
    Tally,
    answered_enough,
    is_enough,
    pack,
    required_places,
    unpack,
)

__all__ = [
    "ALPHABET",
    "Answer",
    "AnswerRow",
    "AnswerSheet",
    "Tally",
    "answered_enough",
    "pack",
    "read_answers",
    "unpack",
]

T = TypeVar("T")
K = TypeVar("K")

OPTIONAL_COLUMNS = ("enumerator", "cluster", "weight")
_CELL = {**{level: level for level in "12345"}, "": BLANK, "NA": NOT_APPLICABLE}


@dataclass(frozen=True)
class AnswerRow:
    """One response of a file: its row there, who and what it is about, packed answers, all other columns."""

    number: int
    form_code: str
    unit: str
    enumerator: str
    cluster: str
    weight: Decimal
    packed: str
    extra: dict[str, str]


@dataclass(frozen=True)
class AnswerSheet:
    """A whole answer file, checked: one entry a response in each list, in the order of the file.

    `weights` are 1 where the file has none; `ignored` names the columns the questionnaire does not know.
    """

    where: str
    sha256: str
    questionnaire: Questionnaire
    numbers: tuple[int, ...]
    form_codes: tuple[str, ...]
    units: tuple[str, ...]
    enumerators: tuple[str, ...]
    clusters: tuple[str, ...]
    weights: tuple[Decimal, ...]
    answers: tuple[str, ...]
    ignored: tuple[str, ...]
    extras: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.answers)

    def packed(self, place: int) -> str:
        """Return the packed answers of the response at that place, counted from 0."""
        return self.answers[place]

    def rows(self) -> Iterator[AnswerRow]:
        """Yield every response; `extra` holds the text of the columns the questionnaire does not know."""
        for place, extra in enumerate(self.extras):
            yield AnswerRow(
                number=self.numbers[place],
                form_code=self.form_codes[place],
                unit=self.units[place],
                enumerator=self.enumerators[place],
                cluster=self.clusters[place],
                weight=self.weights[place],
                packed=self.answers[place],
                extra=dict(zip(self.ignored, extra, strict=True)),
            )

    def tally(self) -> Tally:
        """Return the exact counts of all responses."""
        joined = _joined(zip(self.units, self.answers, strict=True))
        return Tally.from_packed(self.questionnaire, joined)

    def moments(self, method: Method) -> Moments:
        """Return the sums by unit and cluster that intervals are made of, each response counting once."""
        labels = zip(self.units, self.clusters, strict=True)
        joined = _joined(zip(labels, self.answers, strict=True))
        layout = layout_of(self.questionnaire, method)
        return Moments.from_packed(layout, ((unit, cluster, text) for (unit, cluster), text in joined))

    def incomplete(self, method: Method) -> list[int]:
        """Return the row numbers of responses that answer less than the method's share of criteria."""
        places = required_places(self.questionnaire, method)
        share = method.validity.share
        return [
            number
            for number, packed in zip(self.numbers, self.answers, strict=True)
            if not is_enough([packed[place] for place in places], share)
        ]


def read_answers(path: str | Path, questionnaire: Questionnaire) -> AnswerSheet:
    """Read a .csv or .xlsx with one row a response: form_code, unit, and a column for every criterion.

    A cell is 1–5, empty (no answer) or NA (not applicable), blanks around it aside; nothing else is guessed:
    0, 6, 4.0 as text, lower-case na are refused. Numbers of an .xlsx are read as whole where they are whole.
    All faults of the file come in one `InputRefused`; what `read_sheet` refuses is refused before.
    """
    return _Reader(read_sheet(path), questionnaire).read()


class _Reader:
    """One pass over a sheet that keeps every fault and goes on."""

    def __init__(self, sheet: Sheet, questionnaire: Questionnaire) -> None:
        codes = questionnaire.criterion_codes
        known = ("form_code", "unit", *OPTIONAL_COLUMNS, *codes)
        self.sheet = sheet
        self.questionnaire = questionnaire
        self.problems: list[ScoringError] = []
        self.places = {name: self._place(name, known) for name in ("form_code", "unit", *codes)}
        self.optional = {
            name: sheet.columns.index(name) for name in OPTIONAL_COLUMNS if name in sheet.columns
        }
        self.ignored = tuple(name for name in sheet.columns if name and name not in known)

    def read(self) -> AnswerSheet:
        self._stop()
        forms, units = self._column("form_code", read_code, ""), self._column("unit", read_code, "")
        self._refuse_repeated(forms)
        answers = self._answers()
        enumerators = self._optional("enumerator")
        weights = (Decimal(1),) * len(answers)
        if "weight" in self.optional:
            weights = self._column("weight", read_weight, Decimal(1))
        self._stop()
        return AnswerSheet(
            where=self.sheet.where,
            sha256=self.sheet.sha256,
            questionnaire=self.questionnaire,
            numbers=tuple(number for number, _ in self.sheet.rows),
            form_codes=forms,
            units=units,
            enumerators=enumerators,
            clusters=self._optional("cluster") if "cluster" in self.optional else enumerators,
            weights=weights,
            answers=answers,
            ignored=self.ignored,
            extras=self._extras(),
        )

    def _place(self, name: str, known: Sequence[str]) -> int:
        try:
            return self.sheet.place(name, known)
        except ScoringError as problem:
            self.problems.append(problem)
            return -1

    def _stop(self) -> None:
        if self.problems:
            raise InputRefused(self.problems)

    def _column(self, name: str, read: Callable[[str, str, int, str], T], instead: T) -> tuple[T, ...]:
        """Read a column; a cell that is refused leaves its problem, and `instead` in its place."""
        values = []
        place = {**self.places, **self.optional}[name]
        for number, cells in self.sheet.rows:
            try:
                values.append(read(cells[place], self.sheet.where, number, name))
            except ScoringError as problem:
                self.problems.append(problem)
                values.append(instead)
        return tuple(values)

    def _optional(self, name: str) -> tuple[str, ...]:
        if name not in self.optional:
            return ("",) * len(self.sheet.rows)
        place = self.optional[name]
        return tuple(clean(cells[place]) for _, cells in self.sheet.rows)

    def _refuse_repeated(self, forms: Sequence[str]) -> None:
        first: dict[str, int] = {}
        for (number, _), form in zip(self.sheet.rows, forms, strict=True):
            if form and form in first:
                facts = {"row": number, "value": shown(form), "first": first[form]}
                self.problems.append(refusal("form_twice", where=self.sheet.where, **facts))
            first.setdefault(form, number)

    def _answers(self) -> tuple[str, ...]:
        places = [self.places[code] for code in self.questionnaire.criterion_codes]
        packed = []
        for number, cells in self.sheet.rows:
            try:
                packed.append("".join([_CELL[cells[place]] for place in places]))
            except KeyError:
                packed.append(
                    "".join([self._cell(number, cells, code) for code in self.questionnaire.criterion_codes])
                )
        return tuple(packed)

    def _cell(self, number: int, cells: Sequence[str], code: str) -> str:
        text = cells[self.places[code]]
        character = _CELL.get(text.strip(" "))
        if character is None:
            facts = {"row": number, "column": code, "value": shown(text)}
            self.problems.append(refusal("cell_answer", where=self.sheet.where, **facts))
            return BLANK
        return character

    def _extras(self) -> tuple[tuple[str, ...], ...]:
        places = [self.sheet.columns.index(name) for name in self.ignored]
        return tuple(tuple([cells[place] for place in places]) for _, cells in self.sheet.rows)


def _joined(answers: Iterable[tuple[K, str]]) -> Iterator[tuple[K, str]]:
    texts: dict[K, list[str]] = {}
    for key, packed in answers:
        texts.setdefault(key, []).append(packed)
    return ((key, "".join(parts)) for key, parts in texts.items())


def read_weight(text: str, where: str, row: int, column: str) -> Decimal:
    """Read a weight above 0; refuses everything else by its cell."""
    weight = read_number(text, where, row, column)
    if not weight:
        raise refusal("cell_positive", where=where, row=row, column=column, value=shown(text))
    return weight
