"""A sheet to draw on: boxes, lines, dots and words placed in points from the top left, wrapped by the font's own widths.

What is on a sheet is data; `drawings_print` makes pictures of it. Positions are floats: they are no published numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

WIDTH = 453.54  # 16 cm: the width of the text of an A4 page within its margins
SIZE, SMALL, LEADING = 8.5, 7.5, 10.5
INK, FAINT, WARNING = "#000000", "#c9ced1", "#8a1c1c"
PAPER = "#ffffff"
NO_GLYPH = "□"
MADE_UP = "Số liệu minh họa"

# matplotlib keeps its settings and its fonts once a process: one picture is laid out or drawn at a time.
DRAWING = RLock()


@dataclass(frozen=True)
class Box:
    """A rectangle, filled, with a border and a pattern of strokes where they are given."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""
    hatch: str = ""


@dataclass(frozen=True)
class Line:
    """A line through places; `dashed` for means."""

    places: tuple[tuple[float, float], ...]
    colour: str = INK
    width: float = 0.8
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """A round dot around its place."""

    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True)
class Word:
    """One line of text on its base line; `align` is left, center or right of `x`."""

    x: float
    y: float
    text: str
    size: float = SIZE
    colour: str = INK
    align: str = "left"
    bold: bool = False


@dataclass(frozen=True)
class Sheet:
    """Everything of one picture, later marks over earlier ones, on paper of a height in points."""

    height: float
    marks: tuple[Box | Line | Dot | Word, ...]


@dataclass
class Pen:
    """Fills a sheet from the top; `y` is where the next line begins."""

    y: float = 2.0
    marks: list[Box | Line | Dot | Word] = field(default_factory=list)

    def words(self, x: float, y: float, lines: Sequence[str], **how: Any) -> None:
        """Write lines under one another, the first on the base line `y`."""
        for place, text in enumerate(lines):
            self.marks.append(Word(x, y + place * LEADING, drawable(text), **how))

    def paragraph(self, text: str, size: float = SMALL, **how: Any) -> None:
        """Write text over the whole width at `y`, and go on beneath it."""
        lines = wrapped(text, WIDTH - 4, size, most=8)
        self.words(2, self.y + size, lines, size=size, **how)
        self.y += len(lines) * LEADING + 2

    def warning(self, made_up: bool) -> None:
        """Say at the top right that answers are made up, where they are."""
        if made_up:
            self.words(WIDTH - 4, self.y + SIZE, [MADE_UP], colour=WARNING, align="right", bold=True)
            self.y += LEADING + 2

    def sheet(self) -> Sheet:
        """Return what was drawn."""
        return Sheet(self.y + 2, tuple(self.marks))


@lru_cache(2)
def fonts() -> dict[bool, str]:
    """Return the files of the font, by whether it is bold: DejaVu Sans, which comes with matplotlib."""
    import matplotlib  # noqa: PLC0415  # takes half a second that pages without a chart need not wait for

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return {False: str(folder / "DejaVuSans.ttf"), True: str(folder / "DejaVuSans-Bold.ttf")}


@lru_cache(2)
def face(bold: bool = False) -> Any:
    """Return the font as FreeType reads it, at 100 points; to be used by who holds `DRAWING`."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415  # as above

    font = FT2Font(fonts()[bold])
    font.set_size(100, 72)
    return font


def words_of(text: str) -> list[str]:
    """Return what may stand on lines of its own: text parted at white space, but not at spaces that hold together."""
    return [word for word in re.split(r"[\t-\r ]+", text) if word]


@lru_cache(4096)
def drawable(text: str) -> str:
    """Return text on one line, with a box for every letter that the font has not."""
    with DRAWING:
        known = face().get_char_index
        return "".join(letter if known(ord(letter)) else NO_GLYPH for letter in " ".join(words_of(text)))


def width_of(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Return how wide a line of text is, in points; kerning, which only narrows, is left out."""
    return sum(_advance(letter, bold) for letter in drawable(text)) * size / 100


@lru_cache(4096)
def _advance(letter: str, bold: bool) -> float:
    from matplotlib.ft2font import LoadFlags  # noqa: PLC0415  # as above

    with DRAWING:
        glyph = face(bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING)
        return float(glyph.linearHoriAdvance) / 65536


def wrapped(text: str, width: float, size: float = SIZE, bold: bool = False, most: int = 3) -> list[str]:
    """Return text in lines of at most a width; what needs more than `most` lines ends in "…".

    Lines break between words, within a word only where it alone is wider than a line.
    """
    lines: list[str] = []
    for word in words_of(drawable(text)):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(joined, size, bold) <= width:
            lines[-1] = joined
            continue
        lines += _pieces(word, width, size, bold)
    if len(lines) <= most:
        return lines or [""]
    last = lines[most - 1]
    while last and width_of(f"{last}…", size, bold) > width:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip(' ,;–-')}…"]


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
