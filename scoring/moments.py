"""Exact whole-number sums of answers by cluster: everything a variance needs, addable in any order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import refusal
from scoring.method import Method
from scoring.questionnaire import GENERAL, LEVELS, Questionnaire
from scoring.satisfaction import FULL_ANSWER
from scoring.tally import ALPHABET

Whole = NDArray[Any]  # int64; Python integers where weights make them longer

ALL = "all"
CHUNK = (
    1 << 13
)  # stays in the cache; products of levels summed over it are exact in 32-bit floats: 25 · 2¹³ < 2²⁴
_WEIGHT_DECIMALS = 6


@dataclass(frozen=True)
class Layout:
    """What one response is read as: its criteria, and which of them make up `all` and each factor."""

    criteria: tuple[str, ...]
    level_rule: str
    groups: Mapping[str, tuple[int, ...]]

    @property
    def full(self) -> int:
        """Return what the best answer attains, in parts of an answer."""
        return FULL_ANSWER[self.level_rule]

    @property
    def components(self) -> tuple[str, ...]:
        """Return `all`, the factors and the criteria, in this order."""
        return (*self.groups, *self.criteria)

    @cached_property
    def membership(self) -> NDArray[np.float32]:
        """Return criterion × component: 1 where the criterion belongs to the component, else 0."""
        member = np.zeros((len(self.criteria), len(self.components)), dtype=np.float32)
        for column, component in enumerate(self.components):
            member[list(self.places(component)), column] = 1
        return member

    def places(self, component: str) -> tuple[int, ...]:
        """Return where the criteria of a component stand; refuses a component the layout has not."""
        if component in self.groups:
            return self.groups[component]
        if component in self.criteria:
            return (self.criteria.index(component),)
        raise refusal("component_unknown", value=component, known=", ".join(self.components))


def layout_of(questionnaire: Questionnaire, method: Method) -> Layout:
    """Return how responses of this questionnaire are read under this method's level rule.

    Under a general question `all` is that one criterion; it belongs to no factor. Refuses a method that
    the questionnaire cannot serve.
    """
    method.check_against(questionnaire)
    of = [criterion.factor for criterion in questionnaire.criteria]
    whole = {GENERAL} if method.uses_general_question else {each.code for each in questionnaire.factors}
    groups = {ALL: tuple(place for place, factor in enumerate(of) if factor in whole)}
    for each in questionnaire.factors:
        groups[each.code] = tuple(place for place, factor in enumerate(of) if factor == each.code)
    return Layout(questionnaire.criterion_codes, method.index.level_rule, MappingProxyType(groups))


@dataclass(frozen=True, eq=False)
class UnitMoments:
    """The sums of one unit; x holds a response's attained parts by criterion, then its valid answers, 0 or 1.

    `clusters` in the order of their labels; `responses[c]` counts forms; `valid[c, k]` those with a valid answer
    to component k of the layout; `first[c]` is Σw·x and `second[c]` is Σw²·x·xᵀ, over the whole unit in one entry
    unless the moments were asked for by cluster.
    """

    clusters: tuple[str, ...]
    responses: NDArray[np.int64]
    valid: NDArray[np.int64]
    first: Whole
    second: Whole

    @property
    def n(self) -> int:
        """Return how many responses the unit has."""
        return int(self.responses.sum())


@dataclass(frozen=True, eq=False)
class Moments:
    """The sums of every unit, in the order of their codes; moments of the same kind add.

    The result is the same whatever the order and the parts in which the responses came. `weighted` sums carry
    weights in millionths, which cancel in every ratio.
    """

    layout: Layout
    units: Mapping[str, UnitMoments]
    by_cluster: bool = False
    weighted: bool = False

    @classmethod
    def from_packed(
        cls, layout: Layout, rows: Iterable[tuple[str, str, str]], by_cluster: bool = False
    ) -> "Moments":
        """Sum packed answers that arrive as (unit, cluster, its responses' strings joined); both may come again.

        A cluster lies within its unit: the same label in another unit is another cluster. Refuses a text that
        is no whole number of responses, and characters other than 1–5, N and -.
        """
        found = _Gathered(layout, by_cluster)
        for unit, cluster, text in rows:
            found.add(unit, cluster, text, None)
        return cls(layout, found.units(), by_cluster)

    @classmethod
    def from_weighted(
        cls, layout: Layout, rows: Iterable[tuple[str, str, str, Decimal]], by_cluster: bool = False
    ) -> "Moments":
        """Sum as `from_packed`, each row with the weight of all its responses.

        Refuses a weight that is not a number above 0 with at most six decimals.
        """
        found = _Gathered(layout, by_cluster)
        for unit, cluster, text, weight in rows:
            found.add(unit, cluster, text, whole_weight(weight))
        return cls(layout, found.units(), by_cluster, weighted=True)

    def __add__(self, other: "Moments") -> "Moments":
        """Add moments of the same layout; refuses another layout or another kind of sums."""
        kinds = [(each.layout, each.by_cluster, each.weighted) for each in (self, other)]
        if kinds[0] != kinds[1]:
            raise refusal("moments_mismatch")
        found = _Gathered(self.layout, self.by_cluster)
        for each in (self, other):
            found.take(each)
        return Moments(self.layout, found.units(), self.by_cluster, self.weighted)


class _Gathered:
    """Sums by unit and cluster while they are gathered; second moments by unit alone where that is enough."""

    def __init__(self, layout: Layout, by_cluster: bool) -> None:
        self.layout = layout
        self.by_cluster = by_cluster
        self.firsts: dict[str, dict[str, tuple[Whole, ...]]] = {}
        self.seconds: dict[str, dict[str, Whole]] = {}

    def add(self, unit: str, cluster: str, text: str, weight: int | None) -> None:
        for part in _forms(self.layout, f"Đơn vị {unit}", text):
            responses, valid, first, second = _summed(self.layout, part)
            if weight is not None:
                first, second = first.astype(object) * weight, second.astype(object) * weight**2
            self._keep(unit, cluster, (responses, valid, first), second)

    def take(self, moments: Moments) -> None:
        for unit, each in moments.units.items():
            for place, cluster in enumerate(each.clusters):
                sums = (each.responses[place], each.valid[place], each.first[place])
                second = each.second[place] if self.by_cluster or not place else 0
                self._keep(unit, cluster, sums, second)

    def _keep(self, unit: str, cluster: str, sums: tuple[Whole, ...], second: Whole | int) -> None:
        firsts, seconds = self.firsts.setdefault(unit, {}), self.seconds.setdefault(unit, {})
        kept = firsts.get(cluster)
        firsts[cluster] = sums if kept is None else tuple(a + b for a, b in zip(kept, sums, strict=True))
        key = cluster if self.by_cluster else ""
        seconds[key] = np.asarray(seconds.get(key, 0) + second)

    def units(self) -> Mapping[str, UnitMoments]:
        found = {}
        for unit in sorted(self.firsts):
            clusters = tuple(sorted(self.firsts[unit]))
            columns = zip(*(self.firsts[unit][each] for each in clusters), strict=True)
            responses, valid, first = (np.array(column) for column in columns)
            second = np.array([self.seconds[unit][key] for key in sorted(self.seconds[unit])])
            found[unit] = UnitMoments(clusters, responses, valid, first, second)
        return MappingProxyType(found)


def whole_weight(weight: Decimal) -> int:
    """Return a weight in millionths; refuses what is not a number above 0 with at most six decimals."""
    if not isinstance(weight, Decimal) or not weight.is_finite() or weight <= 0:
        raise refusal("weight_bad", value=weight)
    millionths = weight.scaleb(_WEIGHT_DECIMALS)
    if millionths != millionths.to_integral_value():
        raise refusal("weight_bad", value=weight)
    return int(millionths)


def answers_of(layout: Layout, where: str, text: str) -> NDArray[np.uint8]:
    """Return joined packed answers as one row of bytes a response; refuses what `Moments.from_packed` refuses."""
    width = len(layout.criteria)
    if len(text) % width:
        raise refusal("packed_length", where=where, found=len(text), expected=width)
    content = text.encode()
    strange = content.translate(None, _ALPHABET)
    if strange:
        raise refusal("packed_character", where=where, value=strange.decode()[0])
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, width)


def attained_and_valid(layout: Layout, answers: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return what each answer attains, in parts, and whether it is valid; both as 32-bit floats."""
    return _PARTS[layout.level_rule][answers], _VALID[answers]


def levels_of(layout: Layout, where: str, text: str) -> NDArray[np.float64]:
    """Return joined packed answers as levels 1–5, one row a response, NaN where there is no valid answer."""
    levels = _PARTS["mean5"][answers_of(layout, where, text)].astype(np.float64)
    levels[levels == 0] = np.nan
    return levels


def _forms(layout: Layout, where: str, text: str) -> Iterator[NDArray[np.uint8]]:
    answers = answers_of(layout, where, text)
    for start in range(0, len(answers), CHUNK):
        yield answers[start : start + CHUNK]


def _summed(layout: Layout, answers: NDArray[np.uint8]) -> tuple[Whole, Whole, Whole, Whole]:
    rows, width = answers.shape
    x = np.empty((rows, 2 * width), dtype=np.float32)
    np.take(_PARTS[layout.level_rule], answers, out=x[:, :width], mode="clip")
    np.take(_VALID, answers, out=x[:, width:], mode="clip")
    some = np.count_nonzero(x[:, width:] @ layout.membership[:, : len(layout.groups)], axis=0)
    first = x.sum(axis=0).astype(np.int64)
    return (
        np.array(rows, dtype=np.int64),
        np.concatenate([some, first[width:]]),
        first,
        (x.T @ x).astype(np.int64),
    )


def _table(values: Mapping[str, int]) -> NDArray[np.float32]:
    table = np.zeros(256, dtype=np.float32)
    for character, value in values.items():
        table[ord(character)] = value
    return table


_ALPHABET = ALPHABET.encode()
_LEVELS = {str(level): level for level in range(1, LEVELS + 1)}
_VALID = _table(dict.fromkeys(_LEVELS, 1))
_PARTS = {"top2": _table({"4": 1, "5": 1}), "mean5": _table(_LEVELS)}
