"""From appraisal and survey points to totals, index, ranks, bands and what is said of each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.errors import refusal, spoken
from scoring.method import Method
from scoring.points import Exact, half_up
from scoring.units import UnitRow


@dataclass(frozen=True)
class Standing:
    """One unit in the index: total points, index exact and published, rank in its group, band.

    `component` is the survey's points, None where the unit has none; all later values are None where
    appraisal or an expected component is missing.
    """

    unit: str
    group: str
    component: Decimal | None
    total: Decimal | None
    exact: Fraction | None
    index: Decimal | None
    rank: int | None
    band: str | None


@dataclass(frozen=True)
class GroupSummary:
    """One group: mean of exact indices, mean of published components, spread, units above the mean, bands."""

    group: str
    mean: Decimal | None
    satisfaction_mean: Decimal | None
    spread: Decimal | None
    above_mean: int
    bands: dict[str, int]


def ranks(values: Sequence[Exact | None], ties: str) -> list[int | None]:
    """Rank exact values from the greatest, 1 first; equal values share a rank, None has none.

    competition: 1, 2, 2, 4; dense: 1, 2, 2, 3. Compared as exact numbers, so the order given does not matter.
    """
    ordered = sorted((value for value in values if value is not None), reverse=True)
    if ties == "dense":
        ordered = sorted(set(ordered), reverse=True)
    place: dict[Exact, int] = {}
    for rank, value in enumerate(ordered, 1):
        place.setdefault(value, rank)
    return [None if value is None else place[value] for value in values]


def band_of(index: Decimal, method: Method) -> str:
    """Return the band of a published index: the first whose lower bound, inclusive, it reaches."""
    return next(band.name for band in method.bands if Fraction(index) >= band.lower)


def stand(
    rows: Sequence[tuple[UnitRow, Decimal | None]], method: Method, where: str = "Danh sách đơn vị"
) -> list[Standing]:
    """Return the index of every unit with its survey component, ranked within its group, in the given order.

    A unit that is not surveyed is ranked on appraisal points over its own maximum. Refuses points above the
    unit's maximum and a component above the method's.
    """
    exact = [_exact(unit, component, method, where) for unit, component in rows]
    published = [None if each is None else half_up(each, method.points.decimals) for each in exact]
    places = _places(
        [unit for unit, _ in rows], exact if method.rank_on == "unrounded" else published, method
    )
    return [
        Standing(
            unit=unit.unit,
            group=unit.group,
            component=component,
            total=None if value is None else _total(unit, component),
            exact=value,
            index=shown,
            rank=rank,
            band=None if shown is None else band_of(shown, method),
        )
        for (unit, component), value, shown, rank in zip(rows, exact, published, places, strict=True)
    ]


def summarise(standings: Sequence[Standing], method: Method) -> list[GroupSummary]:
    """Return one summary a group, in the order in which groups first appear."""
    groups = dict.fromkeys(standing.group for standing in standings)
    return [_summary(group, [each for each in standings if each.group == group], method) for group in groups]


def _places(units: Sequence[UnitRow], values: Sequence[Exact | None], method: Method) -> list[int | None]:
    places: list[int | None] = [None for _ in units]
    for group in dict.fromkeys(unit.group for unit in units):
        members = [place for place, unit in enumerate(units) if unit.group == group]
        for place, rank in zip(members, ranks([values[each] for each in members], method.ties), strict=True):
            places[place] = rank
    return places


def _total(unit: UnitRow, component: Decimal | None) -> Decimal:
    return (unit.appraisal_points or Decimal(0)) + (component or Decimal(0))


def _exact(unit: UnitRow, component: Decimal | None, method: Method, where: str) -> Fraction | None:
    if component is not None and component > method.points.maximum:
        facts = {"value": spoken(component), "maximum": spoken(method.points.maximum)}
        raise refusal("component_over_maximum", where=where, unit=unit.unit, **facts)
    total = _total(unit, component)
    if total > unit.max_points:
        facts = {"total": spoken(total), "maximum": spoken(unit.max_points)}
        raise refusal("points_over_maximum", where=where, unit=unit.unit, **facts)
    if unit.appraisal_points is None or (component is None and unit.is_surveyed(method)):
        return None
    return 100 * Fraction(total) / Fraction(unit.max_points)


def _summary(group: str, members: Sequence[Standing], method: Method) -> GroupSummary:
    digits = method.points.decimals
    exact = [each.exact for each in members if each.exact is not None]
    shown = [each.index for each in members if each.index is not None]
    components = [Fraction(each.component) for each in members if each.component is not None]
    mean = _mean(exact)
    given = [each.band for each in members]
    return GroupSummary(
        group=group,
        mean=None if mean is None else half_up(mean, digits),
        satisfaction_mean=None if not components else half_up(_mean(components) or Fraction(0), digits),
        spread=max(shown) - min(shown) if shown else None,
        above_mean=0 if mean is None else sum(value > mean for value in exact),
        bands={band.name: given.count(band.name) for band in method.bands},
    )


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None
