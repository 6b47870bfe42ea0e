"""One index by kinds of respondents, with intervals; a kind too few belong to is not shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.estimates import Estimate
from scoring.method import NO_INTERVAL, Method
from scoring.moments import ALL, Moments
from scoring.publication_rules import hidden_cells
from scoring.uncertainty import Asked, Uncertainty


@dataclass(frozen=True)
class Part:
    """Respondents who gave one answer: how many, and their index; both None where it is hidden.

    `estimate` is None also where the method asks for no interval.
    """

    option: str
    n: int | None
    estimate: Estimate | None

    @property
    def hidden(self) -> bool:
        """Tell whether so few gave this answer that the cell would show single people."""
        return self.n is None


def breakdown(moments: Moments, options: Sequence[str], method: Method) -> list[Part]:
    """Return one part an option, in the order given, from sums whose units are the options.

    Each is a sample of its own, without a finite population; cells below the method's `smallest_cell` are hidden, with
    one more where the total would give one away. Nobody answering is a part of 0.
    """
    counts = [moments.units[option].n if option in moments.units else 0 for option in options]
    hidden = hidden_cells(counts, method.publication)
    if method.interval == NO_INTERVAL or not moments.units:
        return [
            Part(option, None if hide else n, None)
            for option, n, hide in zip(options, counts, hidden, strict=True)
        ]
    asked = Asked(method.index, method.interval, method.design, smallest_n=method.smallest_n)
    uncertainty = Uncertainty(moments, asked)
    return [
        Part(option, None, None)
        if hide
        else Part(option, n, uncertainty.estimate(option, ALL) if n else None)
        for option, n, hide in zip(options, counts, hidden, strict=True)
    ]
