"""Pictures of rows: names at the left, what is drawn of each in the middle, its figures at the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from survey_app.exports.drawings_colours import ink_on, shade, steps
from survey_app.exports.drawings_sheet import (
    FAINT,
    INK,
    LEADING,
    PAPER,
    SIZE,
    SMALL,
    WIDTH,
    Box,
    Dot,
    Line,
    Pen,
    Sheet,
    width_of,
    wrapped,
)
from survey_app.exports.sentences import comma, plain

RANK, GAP, PAD = 17.0, 7.0, 3.8
WIDEST_NAME, WIDEST_CELL = 190.0, 72.0
BAR = 9.5
HATCHES = ("xxxx", "////")  # on the two dissatisfied levels: told apart without colour, too
BORDER = "#5f6b70"
_STEPS = tuple(Decimal(step) for step in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20"))


@dataclass(frozen=True)
class Entry:
    """One row: rank and name, the figures written at its right, and what is drawn of it.

    `value`, `low` and `high` stand on the axis, `shade` is the place of its colour in a list; `parts` are the cells of
    a heat map or the shares of a stack in percent, None where undefined.
    """

    name: str
    rank: str = ""
    figures: tuple[str, ...] = ()
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    shade: int = 0
    parts: tuple[Decimal | None, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """One column of figures: its heading, and how wide it is in points; words stand left, numbers right."""

    heading: str
    width: float
    words: bool = False


@dataclass(frozen=True)
class Axis:
    """Both ends of an axis and where it is labelled."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]

    def place(self, value: Decimal) -> float:
        """Return where a value stands, 0–1 from the low end."""
        return float((value - self.low) / (self.high - self.low))


@dataclass(frozen=True)
class Look:
    """What a picture of rows has in common: headings, figures' columns, mean line, notes, whether answers are made up.

    `first` heads the names; `mean` is a value and what is written at it; `shades` are colours by place.
    """

    first: str
    columns: tuple[Column, ...]
    axis: Axis
    shades: tuple[str, ...] = ()
    mean: tuple[Decimal, str] | None = None
    notes: tuple[str, ...] = ()
    made_up: bool = False


HUNDRED = Decimal(100)
SHARES = Axis(Decimal(0), HUNDRED, tuple(Decimal(tick) for tick in range(0, 101, 20)))


def axis_of(values: Sequence[Decimal], lowest: Decimal, highest: Decimal, most: int = 6) -> Axis:
    """Return an axis that holds the values and stays within two limits, in the first step that needs few ticks."""
    for step in _STEPS:
        low = (min(values) / step).to_integral_value(ROUND_FLOOR) * step
        high = (max(values) / step).to_integral_value(ROUND_CEILING) * step
        if low == high:
            low, high = max(low - step, lowest), min(high + step, highest)
        if (high - low) / step <= most:
            break
    ticks = tuple(low + step * place for place in range(int((high - low) / step) + 1))
    return Axis(low, high, ticks)


@dataclass(frozen=True)
class Places:
    """Where the columns of one picture stand, from left to right."""

    name: float
    name_width: float
    left: float
    right: float
    figures: tuple[float, ...]


def places_of(entries: Sequence[Entry], look: Look) -> Places:
    """Return the columns' places: names get what they need up to a limit, the plot what is left."""
    lead = RANK + 3 if any(entry.rank for entry in entries) else 2.0
    needed = max(width_of(entry.name, SIZE, entry.strong) for entry in entries)
    name_width = min(max(needed + 1, 60.0), WIDEST_NAME)
    taken = sum(column.width for column in look.columns)
    left = lead + name_width + GAP
    ends, x = [], WIDTH - 2 - taken
    for column in look.columns:
        ends.append(x + 10 if column.words else x + column.width)
        x += column.width
    return Places(lead, name_width, left, WIDTH - 2 - taken - 4, tuple(ends))


def drawn_rows(
    pen: Pen, entries: Sequence[Entry], places: Places, each: Callable[[Entry, float, float], None]
) -> None:
    """Write names and figures row by row; `each` draws the middle of one, given its top and height."""
    for entry in entries:
        lines = wrapped(entry.name, places.name_width, bold=entry.strong)
        height = len(lines) * LEADING + PAD
        base = pen.y + PAD / 2 + SIZE
        each(entry, pen.y, height)
        pen.words(RANK, base, [entry.rank] if entry.rank else [], align="right")
        pen.words(places.name, base, lines, bold=entry.strong)
        pen.y += height


def write_figures(pen: Pen, entry: Entry, look: Look, places: Places, middle: float) -> None:
    """Write the figures of one row at their columns, level with the middle of what is drawn."""
    for figure, column, x in zip(entry.figures, look.columns, places.figures, strict=True):
        pen.words(
            x, middle + SIZE * 0.36, [figure], align="left" if column.words else "right", bold=entry.strong
        )


def headings(pen: Pen, look: Look, places: Places) -> None:
    """Write what stands over the columns, and a line beneath it."""
    blocks = [wrapped(column.heading, column.width - 4, SMALL) for column in look.columns]
    depth = max([len(block) for block in blocks] + [1])
    for block, column, x in zip(blocks, look.columns, places.figures, strict=True):
        top = pen.y + SMALL + (depth - len(block)) * LEADING
        pen.words(x, top, block, size=SMALL, align="left" if column.words else "right")
    pen.words(places.name, pen.y + SMALL + (depth - 1) * LEADING, [look.first], size=SMALL)
    if look.mean:
        _mean_label(pen, look, places, pen.y + SMALL + (depth - 1) * LEADING)
    pen.y += depth * LEADING
    pen.marks.append(Line(((2, pen.y), (WIDTH - 2, pen.y)), BORDER, 0.6))
    pen.y += 2


def _mean_label(pen: Pen, look: Look, places: Places, base: float) -> None:
    value, text = look.mean or (Decimal(0), "")
    half = width_of(text, SMALL) / 2
    x = places.left + (places.right - places.left) * look.axis.place(value)
    inside = min(max(x, places.left + half), places.right - half)
    pen.words(inside, base, [text], size=SMALL, align="center")


def ranking(entries: Sequence[Entry], look: Look, bars: bool) -> Sheet:
    """Return a ranking: bars from the low end of the axis, or dots with their intervals."""
    pen = Pen()
    pen.warning(look.made_up)
    places = places_of(entries, look)
    headings(pen, look, places)
    top, under = pen.y, len(pen.marks)

    def x_of(value: Decimal) -> float:
        return places.left + (places.right - places.left) * look.axis.place(value)

    def each(entry: Entry, y: float, height: float) -> None:
        middle = y + height / 2
        if entry.value is not None and bars:
            fill = look.shades[entry.shade]
            pen.marks.append(
                Box(places.left, middle - BAR / 2, x_of(entry.value) - places.left, BAR, fill, BORDER)
            )
        elif entry.value is not None:
            if entry.low is not None and entry.high is not None:
                low, high = x_of(entry.low), x_of(entry.high)
                pen.marks += [Line(((low, middle), (high, middle)), shade(0.75), 1.6)]
                pen.marks += [
                    Line(((end, middle - 2.5), (end, middle + 2.5)), shade(0.75)) for end in (low, high)
                ]
            pen.marks.append(Dot(x_of(entry.value), middle, 2.6, shade(1)))
        write_figures(pen, entry, look, places, middle)

    drawn_rows(pen, entries, places, each)
    grid = [Line(((x_of(tick), top), (x_of(tick), pen.y)), FAINT, 0.5) for tick in look.axis.ticks]
    if look.mean:
        x = x_of(look.mean[0])
        down = ((x, top - 2), (x, pen.y))
        mean = [Line(down, PAPER, 1.9), Line(down, INK, 0.9, dashed=True)]
        pen.marks += mean if bars else []
        grid += [] if bars else mean
    pen.marks[under:under] = grid
    for tick in look.axis.ticks:
        pen.words(x_of(tick), pen.y + LEADING, [plain(tick)], size=SMALL, align="center")
    pen.y += LEADING + 4
    _notes(pen, look)
    return pen.sheet()


def heat_map(entries: Sequence[Entry], look: Look, digits: int = 2) -> Sheet:
    """Return a table of coloured cells: the darker the higher, each with its number, "–" where undefined."""
    pen = Pen()
    pen.warning(look.made_up)
    places = places_of(entries, look)
    wide = min((WIDTH - 2 - places.left) / len(look.columns), WIDEST_CELL)
    _cell_headings(pen, look, places, wide)

    def each(entry: Entry, y: float, height: float) -> None:
        for place, value in enumerate(entry.parts):
            x = WIDTH - 2 - wide * (len(entry.parts) - place)
            fill = PAPER if value is None else shade(look.axis.place(value))
            text = "–" if value is None else comma(f"{value:.{digits}f}")
            pen.marks.append(Box(x, y, wide - 0.7, height - 0.7, fill, "" if text != "–" else FAINT))
            base = y + height / 2 + SIZE * 0.36
            pen.words(x + wide / 2, base, [text], colour=ink_on(fill), align="center", bold=entry.strong)

    drawn_rows(pen, entries, places, each)
    _scale(pen, look.axis)
    _notes(pen, look)
    return pen.sheet()


def _cell_headings(pen: Pen, look: Look, places: Places, wide: float) -> None:
    blocks = [wrapped(column.heading, wide - 4, SMALL, most=9) for column in look.columns]
    depth = max(len(block) for block in blocks)
    for place, block in enumerate(blocks):
        x = WIDTH - 2 - wide * (len(blocks) - place) + wide / 2
        top = pen.y + SMALL + (depth - len(block)) * LEADING
        pen.words(x, top, block, size=SMALL, align="center")
    pen.words(places.name, pen.y + SMALL + (depth - 1) * LEADING, [look.first], size=SMALL)
    pen.y += depth * LEADING + 2


def _scale(pen: Pen, axis: Axis) -> None:
    """Draw what the colours of a heat map stand for."""
    pen.y += 5
    low, high = (f"{plain(end)}\u00a0%" for end in (axis.low, axis.high))
    wide, cells = 90.0, 9
    right = WIDTH - 2 - width_of(high, SMALL) - 4
    left = right - wide
    pen.words(left - 4, pen.y + SMALL, [low], size=SMALL, align="right")
    for place in range(cells):
        x = left + wide * place / cells
        pen.marks.append(Box(x, pen.y, wide / cells, 8, shade(place / (cells - 1)), BORDER))
    pen.words(right + 4, pen.y + SMALL, [high], size=SMALL)
    pen.y += LEADING + 3


def stacked(entries: Sequence[Entry], look: Look, names: Sequence[str]) -> Sheet:
    """Return bars of shares that fill 100 %, best level first, with a legend; numbers where they fit."""
    pen = Pen()
    pen.warning(look.made_up)
    places = places_of(entries, look)
    shades = steps(len(names))
    hatches = ["", *[""] * (len(names) - 1)]
    hatches[-len(HATCHES) :] = HATCHES[::-1]
    _legend(pen, names, shades, hatches)
    headings(pen, look, places)
    span = places.right - places.left

    def each(entry: Entry, y: float, height: float) -> None:
        x, middle = places.left, y + height / 2
        total = float(sum(share or 0 for share in entry.parts)) or 1  # rounded shares may not add to 100
        for share, fill, hatch in zip(entry.parts, shades, hatches, strict=True):
            wide = span * float(share or 0) / total
            if not wide:
                continue
            pen.marks.append(Box(x, middle - 6, wide, 12, fill, BORDER, hatch if wide > 1 else ""))
            text = comma(f"{share:.1f}")
            if not hatch and width_of(text, SMALL) + 3 <= wide:
                base = middle + SMALL * 0.36
                pen.words(x + wide / 2, base, [text], size=SMALL, colour=ink_on(fill), align="center")
            x += wide
        if not any(entry.parts):
            pen.words(places.left + 2, middle + SIZE * 0.36, ["–"])
        write_figures(pen, entry, look, places, middle)

    drawn_rows(pen, entries, places, each)
    for tick in look.axis.ticks:
        x = places.left + span * look.axis.place(tick)
        pen.words(x, pen.y + LEADING - 1, [plain(tick)], size=SMALL, align="center")
    pen.y += LEADING + 4
    _notes(pen, look)
    return pen.sheet()


def _legend(pen: Pen, names: Sequence[str], shades: Sequence[str], hatches: Sequence[str]) -> None:
    x = 2.0
    for name, fill, hatch in zip(names, shades, hatches, strict=True):
        wide = 14 + width_of(name, SMALL) + 10
        if x > 2 and x + wide > WIDTH:
            x, pen.y = 2.0, pen.y + LEADING + 1
        pen.marks.append(Box(x, pen.y + 0.5, 11, 8, fill, BORDER, hatch))
        pen.words(x + 14, pen.y + SMALL, [name], size=SMALL)
        x += wide
    pen.y += LEADING + 5


def _notes(pen: Pen, look: Look) -> None:
    for note in look.notes:
        pen.paragraph(note)
