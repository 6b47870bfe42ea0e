"""A picture: what is drawn, its caption, the same in words; nothing is drawn before its bytes are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from survey_app.exports.drawings_print import INCH, png_of, svg_of
from survey_app.exports.drawings_rows import Entry
from survey_app.exports.drawings_sheet import WIDTH, Sheet

CENTIMETRE = INCH / 2.54


@dataclass(frozen=True)
class Picture:
    """A chart that can be drawn: `rows` are what `lay` lays out, so that a long one can go over several pages."""

    caption: str
    alt: str
    rows: tuple[Entry, ...]
    lay: Callable[[Sequence[Entry]], Sheet] = field(repr=False, compare=False)

    def svg(self, paths: bool = False) -> bytes:
        """Return it as SVG without script or style; `paths` draws letters, for programs without fonts."""
        return svg_of(self.lay(self.rows), self.caption, self.alt, paths)

    def png(self, dpi: int = 200) -> bytes:
        """Return it as PNG, 16 cm wide."""
        return png_of(self.lay(self.rows), dpi)

    @property
    def height_cm(self) -> float:
        """Return how high it is where it is 16 cm wide."""
        return self.lay(self.rows).height / CENTIMETRE

    @property
    def pixels(self) -> tuple[int, int]:
        """Return width and height on a screen, so that a page keeps its place before the picture has come."""
        return round(WIDTH / INCH * 96), round(self.lay(self.rows).height / INCH * 96)

    def pages(self, tallest_cm: float = 22.0) -> tuple["Picture", ...]:
        """Return it in as few parts as stay below a height, with about as many rows each; itself where it does.

        The first part's alternative tells the whole, that of the others where they begin and end.
        """
        for parts in range(1, len(self.rows) + 1):
            size = -(-len(self.rows) // parts)
            pieces = [self.rows[at : at + size] for at in range(0, len(self.rows), size)]
            if all(self.lay(piece).height <= tallest_cm * CENTIMETRE for piece in pieces):
                break
        else:
            return (self,)
        if len(pieces) == 1:
            return (self,)
        return tuple(self._part(piece, number, len(pieces)) for number, piece in enumerate(pieces, 1))

    def _part(self, rows: tuple[Entry, ...], number: int, of: int) -> "Picture":
        caption = f"{self.caption} (phần {number} trên {of})"
        told = f"Phần {number} trên {of} của biểu đồ, từ {rows[0].name} đến {rows[-1].name}."
        return replace(self, caption=caption, alt=self.alt if number == 1 else told, rows=rows)
