"""What a report asks of a result, by group: who is ranked, who is not and why, who was surveyed, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.satisfaction import UnitResult, measure
from scoring.tally import Tally
from survey_app.exports.material import Material, UnitYear, Year

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Ranked:
    """A unit with an index: published value, rank, band, and the exact index that means are made of."""

    unit: str
    name: str
    index: Decimal
    rank: int | None
    band: str
    exact: Fraction


@dataclass(frozen=True)
class Group:
    """One group of a result.

    `ranked` by rank; `missing` the names of units without an index; `unsurveyed` the units outside the survey; `surveyed`
    the results of those inside it, by rank, `scored` those of them that have points; `together` all their responses as one.
    """

    code: str
    name: str
    units: Mapping[str, Facts]
    summary: Facts | None
    ranked: tuple[Ranked, ...]
    missing: tuple[str, ...]
    unsurveyed: tuple[Facts, ...]
    surveyed: tuple[Facts, ...]
    together: UnitResult | None

    @property
    def scored(self) -> tuple[Facts, ...]:
        """Return the results that have points."""
        return tuple(each for each in self.surveyed if each["points"] is not None)

    @property
    def mean(self) -> Decimal | None:
        """Return the published mean of the indices, made from unrounded ones."""
        return None if self.summary is None else _decimal(self.summary["mean"])

    @property
    def spread(self) -> Decimal | None:
        """Return the published difference between best and worst."""
        return None if self.summary is None else _decimal(self.summary["spread"])

    @property
    def satisfaction_mean(self) -> Decimal | None:
        """Return the published mean of the survey's points, over the units that have some."""
        return None if self.summary is None else _decimal(self.summary["satisfaction_mean"])

    def name_of(self, unit: str) -> str:
        """Return a unit's name as the book spells it."""
        return str(self.units[unit]["name"])

    def above_mean(self) -> list[str]:
        """Return the names of the units whose exact index is above the exact mean, by rank."""
        mean = sum((each.exact for each in self.ranked), Fraction(0)) / (len(self.ranked) or 1)
        return [each.name for each in self.ranked if each.exact > mean]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def groups_of(material: Material) -> tuple[Group, ...]:
    """Return the groups that have units in the result, in the cover's order."""
    units = {unit["unit"]: unit for unit in material.book.units}
    codes = [
        code for code in material.cover.group_names if code in {each["group"] for each in units.values()}
    ]
    return tuple(
        _group(material, code, {name: unit for name, unit in units.items() if unit["group"] == code})
        for code in codes
    )


def _group(material: Material, code: str, units: Mapping[str, Facts]) -> Group:
    index = material.book.index or {"units": [], "groups": []}
    standings = [each for each in index["units"] if each["unit"] in units]
    standings.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
    results = [each for each in material.book.satisfaction["units"] if each["unit"] in units]
    results.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
    surveyed = tuple(each for each in results if _is_surveyed(each))
    return Group(
        code=code,
        name=material.cover.group_names[code],
        units=units,
        summary=next((each for each in index["groups"] if each["group"] == code), None),
        ranked=tuple(_ranked(each, units[each["unit"]]) for each in standings if each["index"] is not None),
        missing=tuple(units[each["unit"]]["name"] for each in standings if each["index"] is None),
        unsurveyed=_by_rank([each["unit"] for each in results if not _is_surveyed(each)], standings, units),
        surveyed=surveyed,
        together=_together(material, code, [each["unit"] for each in surveyed]),
    )


def _by_rank(
    outside: Sequence[str], standings: Sequence[Facts], units: Mapping[str, Facts]
) -> tuple[Facts, ...]:
    places = {each["unit"]: place for place, each in enumerate(standings)}
    return tuple(
        units[code] for code in sorted(outside, key=lambda code: (places.get(code, len(places)), code))
    )


def _is_surveyed(result: Facts) -> bool:
    return not {"no_survey", "survey_not_expected"} & set(result["flags"])


def _ranked(standing: Facts, unit: Facts) -> Ranked:
    exact = 100 * Fraction(standing["total_points"]) / Fraction(unit["max_points"])
    index = Decimal(standing["index"])
    return Ranked(standing["unit"], unit["name"], index, standing["rank"], standing["band"], exact)


def _together(material: Material, code: str, units: Sequence[str]) -> UnitResult | None:
    """Return what all responses of a group give as if they were one unit's, by the same method; None without any."""
    part = material.book.tally.of(units)
    if not part.responses.sum():
        return None
    counts, responses = part.counts.sum(axis=0), int(part.responses.sum())
    whole = Tally.from_counts(part.criteria, {code: counts}, {code: responses})
    return measure(whole, material.cover.questionnaire, material.cover.method)[0]


@dataclass(frozen=True)
class Move:
    """A unit this year and in an earlier one: published indices, and ranks where both are known."""

    name: str
    index: Decimal
    before: Decimal
    rank: int | None
    rank_before: int | None

    @property
    def change(self) -> Decimal:
        """Return this year's published index minus the earlier one."""
        return self.index - self.before

    @property
    def climbed(self) -> int | None:
        """Return by how many places the unit stands higher than it did; None where a rank is not known."""
        return None if self.rank is None or self.rank_before is None else self.rank_before - self.rank


@dataclass(frozen=True)
class Comparison:
    """A group's units against an earlier year: who moved how, who cannot be compared and why, of whom nothing is known."""

    year: int
    moves: tuple[Move, ...]
    apart: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def compare(group: Group, year: Year) -> Comparison:
    """Return a group's units, by rank, against an earlier year."""
    moves, apart, unknown = [], [], []
    for each in group.ranked:
        then = year.units.get(each.unit, UnitYear())
        if then.why_not:
            apart.append((each.name, then.why_not))
        elif then.index is None:
            unknown.append(each.name)
        else:
            moves.append(Move(each.name, each.index, then.index, each.rank, then.rank))
    return Comparison(year.year, tuple(moves), tuple(apart), tuple(unknown))
