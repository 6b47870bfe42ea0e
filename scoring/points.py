"""From an exact index to points, and from exact fractions to the decimals that are printed."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.method import PointsRule

Exact = Fraction | Decimal | int


def half_up(value: Exact, digits: int) -> Decimal:
    """Round an exact number once to so many decimals, halves away from zero.

    Refuses a binary float: 94.585 cannot be one, and would print as 94.58.
    """
    if isinstance(value, float):
        raise TypeError("a published number is never made from a binary float")
    numerator, denominator = value.as_integer_ratio()
    units = (2 * abs(numerator) * 10**digits + denominator) // (2 * denominator)
    # Read from text: a decimal built by arithmetic would be cut to the context's precision.
    return Decimal(f"{'-' if numerator < 0 and units else ''}{units}E-{digits}")


def points_of(index: Fraction, rule: PointsRule) -> Fraction:
    """Convert an index (percent, 0–100, unrounded) to points (0 to the rule's maximum), still unrounded.

    linear: maximum × index/100. step: the points of the last step whose lower bound is not above the index.
    threshold: the maximum from `full_from` on, 0 below `zero_below`, maximum × index/full_from between.
    """
    if rule.conversion == "step":
        return max(step.points for step in rule.steps if step.lower <= index)
    if rule.conversion == "threshold":
        if index >= rule.full_from:
            return rule.maximum
        return Fraction(0) if index < rule.zero_below else rule.maximum * index / rule.full_from
    return rule.maximum * index / 100


def shared_points(points: Fraction, parts: Sequence[Fraction | None]) -> list[Fraction | None]:
    """Divide unrounded points over factors in proportion to their parts w·F of the index.

    A factor without an index has no share (None). The shares add to the points exactly; once rounded for
    print they need not, and are printed as they are.
    """
    total = sum((part for part in parts if part is not None), Fraction(0))
    return [None if part is None else points * part / total if total else Fraction(0) for part in parts]


def largest_remainder(counts: Sequence[int], digits: int) -> list[Decimal]:
    """Return percentages of counts that add to exactly 100 at so many decimals, for columns that must.

    Each share is cut off, and what is missing goes one unit each to the largest remainders; among equal
    remainders the earlier count comes first (Hamilton's method). Counts that add to 0 give zeros.
    """
    total, unit = sum(counts), 10**digits
    if not total:
        return [half_up(0, digits) for _ in counts]
    cut = [divmod(count * 100 * unit, total) for count in counts]
    missing = 100 * unit - sum(whole for whole, _ in cut)
    first = sorted(range(len(counts)), key=lambda place: -cut[place][1])[:missing]
    return [half_up(Fraction(whole + (place in first), unit), digits) for place, (whole, _) in enumerate(cut)]
