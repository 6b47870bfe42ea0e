"""The report as content: its parts in order, each a sentence, a table or a chart; Word and PDF are two ways to set it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from survey_app.exports.material import Words
from survey_app.exports.tables import Table


class Drawing(Protocol):
    """A chart that was drawn: as SVG for pages, as PNG for Word, and the same in words."""

    caption: str
    alt: str

    def svg(self, paths: bool = False) -> bytes: ...

    def png(self, dpi: int = 200) -> bytes: ...

    def pages(self, tallest_cm: float = 22.0) -> "tuple[Drawing, ...]": ...


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of running text; `strong` for a line that leads, `aside` for a note set small."""

    text: str
    strong: bool = False
    aside: bool = False


@dataclass(frozen=True)
class NumberedTable:
    """A table under its number."""

    number: int
    table: Table


@dataclass(frozen=True)
class NumberedChart:
    """A chart under its number."""

    number: int
    drawing: Drawing


Block = Paragraph | NumberedTable | NumberedChart


@dataclass(frozen=True)
class Section:
    """A part of the report: `level` 1 ("I."), 2 ("1.") or 3 ("a)"), heading with its number, and what stands in it."""

    key: str
    level: int
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report: what stands around it, title, what it is about, its parts, and its annexes after the signature.

    `facts` are single figures by name ("so_phieu", "nam"), which a template may set anywhere in running text.
    """

    words: Words
    title: str
    about: str
    made_up: bool
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...]
    facts: Mapping[str, str]
