"""Answer files of any size: counted in pieces while they are read, so that memory stays flat.

A piece that is plain (no quotes, short ASCII codes, cells as they should be) is cut and counted by numpy. Whatever else
is met, anywhere, sends the whole file to `read_answers`, whose results and refusals are thereby the only ones.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.answers import OPTIONAL_COLUMNS, AnswerSheet, read_answers, read_weight
from scoring.errors import ScoringError
from scoring.method import Method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import LEVELS, Questionnaire
from scoring.sheets import clean
from scoring.tally import BLANK, NOT_APPLICABLE, Tally, required_places

PIECE = 4 * 2**20
SHOWN_ROWS = 10
_SEVERAL = 2  # different weights that are kept: enough to tell that there are several
_TOGETHER = 128  # responses multiplied at once: with more, numpy wakes threads that cost more than they save
_WORD = 8  # codes are compared as one number of so many bytes, longer ones as two
_ODD = (np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x9E3779B97F4A7C15))  # multipliers that spread bits
_NEWLINE, _SPACE, _LAST = ord("\n"), ord(" "), ord("~")

_LEVELS = np.zeros(256, dtype=np.uint8)  # a byte that is a level stands for itself, every other for nothing
_LEVELS[ord("1") : ord("1") + LEVELS] = range(ord("1"), ord("1") + LEVELS)

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
Words = NDArray[np.uint64]
Joined = tuple[str, str, str]  # unit, cluster, packed answers of some of its responses


@dataclass(frozen=True)
class CountedAnswers:
    """An answer file as sums: what `AnswerSheet` tells of it, without its rows.

    `incomplete` are the first ten row numbers of the `incomplete_count` responses that answer less than the method's share.
    """

    where: str
    sha256: str
    questionnaire: Questionnaire
    tally: Tally
    moments: Moments
    ignored: tuple[str, ...]
    incomplete: tuple[int, ...]
    incomplete_count: int
    several_weights: bool


def count_answers(path: str | Path, questionnaire: Questionnaire, method: Method) -> CountedAnswers:
    """Count the answers of a .csv or .xlsx; refuses exactly what `read_answers` refuses."""
    path = Path(path)
    try:
        if path.suffix.lower() == ".csv" and path.is_file():
            return _Plain(path, questionnaire, method).count()
    except (_Unusual, OSError, UnicodeDecodeError):
        pass
    return _counted(read_answers(path, questionnaire), method)


def _counted(sheet: AnswerSheet, method: Method) -> CountedAnswers:
    incomplete = sheet.incomplete(method)
    return CountedAnswers(
        where=sheet.where,
        sha256=sheet.sha256,
        questionnaire=sheet.questionnaire,
        tally=sheet.tally(),
        moments=sheet.moments(method),
        ignored=sheet.ignored,
        incomplete=tuple(incomplete[:SHOWN_ROWS]),
        incomplete_count=len(incomplete),
        several_weights=len(set(sheet.weights)) > 1,
    )


class _Unusual(Exception):
    """Something that only the reader of whole files may judge."""


class _Plain:
    """One pass over a plain file."""

    def __init__(self, path: Path, questionnaire: Questionnaire, method: Method) -> None:
        self.path = path
        self.questionnaire = questionnaire
        self.layout = layout_of(questionnaire, method)
        self.tally = Tally.from_packed(questionnaire, [])
        self.whole = hashlib.sha256()
        self.required = required_places(questionnaire, method)
        self.share = method.validity.share
        self.forms: list[Words] = []
        self.weights: set[Decimal] = set()
        self.incomplete: list[int] = []
        self.incomplete_count = self.rows = 0

    def count(self) -> CountedAnswers:
        moments = Moments.from_packed(self.layout, self._read())
        self._look_for_repeated()
        known = ("form_code", "unit", *OPTIONAL_COLUMNS, *self.questionnaire.criterion_codes)
        return CountedAnswers(
            where=self.path.name,
            sha256=self.whole.hexdigest(),
            questionnaire=self.questionnaire,
            tally=self.tally,
            moments=moments,
            ignored=tuple(name for name in self.columns if name and name not in known),
            incomplete=tuple(self.incomplete),
            incomplete_count=self.incomplete_count,
            several_weights=len(self.weights) >= _SEVERAL,
        )

    def _read(self) -> Iterator[Joined]:
        """Yield the answers of unit and cluster, piece by piece; all else is counted on the way."""
        with self.path.open("rb") as file:
            heading = file.readline(csv.field_size_limit())
            self.whole.update(heading)
            self._read_heading(heading)
            for piece in iter(lambda: file.read(PIECE) + file.readline(), b""):
                self.whole.update(piece)
                yield from self._add(piece)

    def _read_heading(self, heading: bytes) -> None:
        text = heading.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        if '"' in text or text.startswith("%PDF") or not text.isprintable() or not heading.endswith(b"\n"):
            raise _Unusual
        self.delimiter = ";" if text.count(";") > text.count(",") else ","
        self.columns = [clean(name) for name in text.split(self.delimiter)]
        names = [name for name in self.columns if name]
        needed = {"form_code", "unit", *self.questionnaire.criterion_codes}
        if len(set(names)) < len(names) or not needed <= set(names) or not self.columns[-1]:
            raise _Unusual
        places = [self.columns.index(code) for code in self.questionnaire.criterion_codes]
        together = places == list(range(places[0], places[0] + len(places)))
        self.criteria = slice(places[0], places[-1] + 1) if together else places

    def _add(self, piece: bytes) -> Iterator[Joined]:
        if b'"' in piece or b"\0" in piece:
            raise _Unusual
        piece.decode()
        if not piece.endswith(b"\n"):
            piece += b"\n"
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n")
            if b"\r" in piece:
                raise _Unusual
        content = np.frombuffer(piece, dtype=np.uint8)
        starts, ends = self._cells(content)
        packed = _answers(content, starts[:, self.criteria], ends[:, self.criteria])
        cells = {
            name: _Cells(content, starts[:, place], ends[:, place])
            for place, name in enumerate(self.columns)
            if name in ("form_code", "unit", *OPTIONAL_COLUMNS)
        }
        if not (cells["form_code"].lengths.all() and cells["unit"].lengths.all()):
            raise _Unusual
        self.forms.append(cells["form_code"].hashed)
        if "weight" in cells:
            self._weigh(cells["weight"])
        self._look_for_incomplete(packed)
        self.rows += len(packed)
        yield from self._grouped(packed, cells["unit"], cells.get("cluster", cells.get("enumerator")))

    def _cells(self, content: Bytes) -> tuple[Places, Places]:
        """Return where every cell begins and ends, row × column."""
        marks = np.flatnonzero((content == _NEWLINE) | (content == ord(self.delimiter))).astype(np.int32)
        if len(marks) % len(self.columns):
            raise _Unusual
        starts = np.concatenate([np.zeros(1, dtype=np.int32), marks[:-1] + 1])
        starts, ends = (each.reshape(-1, len(self.columns)) for each in (starts, marks))
        ends_line = content[ends] == _NEWLINE
        too_long = (ends[:, -1] - starts[:, 0]).max() > csv.field_size_limit()
        if too_long or not ends_line[:, -1].all() or ends_line[:, :-1].any():
            raise _Unusual
        return starts, ends

    def _weigh(self, cells: "_Cells") -> None:
        try:
            found = {read_weight(text, self.path.name, self.rows, "weight") for text in cells.texts()}
        except ScoringError:
            raise _Unusual from None
        self.weights = set(list(self.weights | found)[:_SEVERAL])

    def _grouped(self, packed: Bytes, units: "_Cells", clusters: "_Cells | None") -> Iterator[Joined]:
        keys = units.hashed if clusters is None else units.hashed * _ODD[1] + clusters.hashed
        _, first, member = np.unique(keys, return_index=True, return_inverse=True)
        for cells in (units, *([clusters] if clusters is not None else [])):
            cells.check_alike(first[member])
        order = np.argsort(member, kind="stable")
        bounds = np.searchsorted(member[order], np.arange(len(first) + 1))
        step = _TOGETHER * packed.shape[1]
        by_unit: dict[str, list[str]] = {}
        for place, low, high in zip(first, bounds[:-1], bounds[1:], strict=True):
            unit, cluster = units.text(place), "" if clusters is None else clusters.text(place)
            text = packed[order[low:high]].tobytes().decode()
            by_unit.setdefault(unit, []).append(text)
            for at in range(0, len(text), step):
                yield unit, cluster, text[at : at + step]
        joined = ((unit, "".join(texts)) for unit, texts in by_unit.items())
        self.tally += Tally.from_packed(self.questionnaire, joined)

    def _look_for_incomplete(self, packed: Bytes) -> None:
        wanted = packed[:, self.required]
        applicable = (wanted != ord(NOT_APPLICABLE)).sum(axis=1)
        answered = applicable - (wanted == ord(BLANK)).sum(axis=1)
        share = self.share
        few = (applicable == 0) | (answered * share.denominator < share.numerator * applicable)
        places = np.flatnonzero(few)
        self.incomplete += (places[: SHOWN_ROWS - len(self.incomplete)] + self.rows + 2).tolist()
        self.incomplete_count += len(places)

    def _look_for_repeated(self) -> None:
        forms = np.concatenate(self.forms or [np.zeros(2, dtype=np.uint64)])
        self.forms.clear()
        forms.sort()
        if (forms[1:] == forms[:-1]).any():
            raise _Unusual


@dataclass(frozen=True)
class _Cells:
    """One column of a piece: codes of printable ASCII without blanks around, of at most two words."""

    content: Bytes
    starts: Places
    ends: Places

    def __post_init__(self) -> None:
        if self.lengths.max(initial=0) > 2 * _WORD:
            raise _Unusual
        filled = self.lengths > 0
        edges = np.concatenate([self.content[self.starts[filled]], self.content[self.ends[filled] - 1]])
        letters = self.letters
        strange = (letters > _LAST) | ((letters < _SPACE) & (letters > 0))
        if strange.any() or (edges == _SPACE).any():
            raise _Unusual

    @cached_property
    def lengths(self) -> Places:
        """Return how many bytes each cell has."""
        return self.ends - self.starts

    @cached_property
    def letters(self) -> Bytes:
        """Return row × byte, filled up with 0 to one word, or to two where a text needs them."""
        reach = np.arange(_WORD if self.lengths.max(initial=0) <= _WORD else 2 * _WORD, dtype=np.int32)
        places = np.minimum(self.starts[:, None] + reach, len(self.content) - 1)
        found: Bytes = self.content[places]
        found[reach >= self.lengths[:, None]] = 0
        return found

    @cached_property
    def words(self) -> Words:
        """Return row × word; the words are equal where the texts are."""
        return self.letters.view(np.uint64)

    @cached_property
    def hashed(self) -> Words:
        """Return one number a cell, the same for the same text, nearly always another for another."""
        first, *second = self.words.T
        return np.asarray(first + second[0] * _ODD[0] if second else first, dtype=np.uint64)

    def check_alike(self, other: NDArray[np.integer[Any]]) -> None:
        """Go on only where each cell's text is that of the cell at the other place."""
        if (self.words != self.words[other]).any():
            raise _Unusual

    def text(self, place: int) -> str:
        """Return one cell's text."""
        return self.content[self.starts[place] : self.ends[place]].tobytes().decode("ascii")

    def texts(self) -> Iterator[str]:
        """Yield each text that occurs, once."""
        _, first, member = np.unique(self.hashed, return_index=True, return_inverse=True)
        self.check_alike(first[member])
        yield from map(self.text, first)


def _answers(content: Bytes, starts: Places, ends: Places) -> Bytes:
    """Return row × criterion in the compact alphabet."""
    lengths, first = ends - starts, content[starts]
    packed = np.where(lengths == 1, _LEVELS[first], 0)
    packed[lengths == 0] = ord(BLANK)
    absent = (lengths == 2) & (first == ord("N"))
    absent[absent] = content[starts[absent] + 1] == ord("A")
    packed[absent] = ord(NOT_APPLICABLE)
    if not packed.all():
        raise _Unusual
    return np.asarray(packed, dtype=np.uint8)
