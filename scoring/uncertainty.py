"""How sure every index is, from exact sums: each component of each unit, of groups of units and of all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from scoring.aggregation import blocks_of
from scoring.design_effect import Clustered, ClusterModel, effective_size, fit
from scoring.designs import (
    Stratum,
    TwoStage,
    check_population,
    expanded,
    linearise,
    strata_of,
    stratum_of,
    variance_cluster,
    variance_srs,
    variance_two_stage,
)
from scoring.errors import hint, refusal
from scoring.estimates import (
    KINDS,
    MODEL,
    MODELLED,
    NO_CLUSTERS,
    Estimate,
    Evidence,
    estimate,
    undefined,
)
from scoring.method import IndexRule
from scoring.moments import ALL, Moments

T = TypeVar("T")

DESIGNS = (MODEL, "srs", "cluster", "two_stage")
SMALLEST_N = 3


@dataclass(frozen=True)
class Asked:
    """Which uncertainty is wanted: nothing here has a silent substitute.

    `populations` are the people each unit served, where known; `samples` what a two-stage sample was drawn from.
    Below `smallest_n` responses, or three, there is no interval. The modelled intervals go with the modelled design,
    the others with one of the designs of sampling.
    """

    rule: IndexRule
    kind: str = "modelled-deff-wilson"
    design: str = MODEL
    level: float = 0.95
    smallest_n: int = SMALLEST_N
    populations: Mapping[str, int] = field(default_factory=dict)
    samples: Mapping[str, TwoStage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a misspelt interval or design, two that do not go together, a level outside 50–99.9 %."""
        for value, known in ((self.kind, KINDS), (self.design, DESIGNS)):
            if value not in known:
                raise refusal("choice_unknown", value=value, hint=hint(value, known), known=", ".join(known))
        if (self.kind in MODELLED) != (self.design == MODEL):
            raise refusal("interval_without_design", kind=self.kind, design=self.design)
        if not 0.5 <= self.level <= 0.999:
            raise refusal("level_range", value=self.level)


@dataclass(frozen=True)
class Piece:
    """One defined component of one unit: what the cluster model sees of it, and the labels of its clusters."""

    clustered: Clustered
    clusters: tuple[str, ...]


class _OnDemand(dict[str, T]):
    """What is made of each component when it is first asked for."""

    def __init__(self, make: Callable[[str], T]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, component: str) -> T:
        self[component] = made = self.make(component)
        return made


class Uncertainty:
    """The estimates of some moments, each component when first asked for; equal sums give equal estimates.

    `pieces` holds by component and unit what an estimate is made from, `models` the cluster model of each component,
    fitted over all units together.
    """

    def __init__(self, moments: Moments, asked: Asked) -> None:
        """Take sums and what is wanted; refuses a design that these sums cannot serve, and n > N, by name."""
        self.moments = moments
        self.asked = asked
        self.layout = moments.layout
        if asked.design in ("cluster", "two_stage"):
            for unit, each in moments.units.items():
                if "" in each.clusters:
                    raise refusal("cluster_missing", unit=unit)
        if asked.design == "two_stage":
            for unit in moments.units:
                if unit not in asked.samples:
                    raise refusal("two_stage_missing", unit=unit)
        self.pieces = _OnDemand(self._read)
        self.models = _OnDemand(self._fitted)
        for unit, each in moments.units.items():
            check_population(unit, each.n, asked.populations.get(unit))
        if asked.design == "two_stage":
            for unit, each in moments.units.items():
                expanded(self.strata[unit][ALL], each.clusters, asked.samples[unit])

    @cached_property
    def strata(self) -> Mapping[str, Mapping[str, Stratum]]:
        """Return unit → component → its sums as one block, all made together when the first but the index is asked for."""
        return {
            unit: strata_of(unit, each, self.layout, self.asked.populations.get(unit))
            for unit, each in self.moments.units.items()
        }

    @cached_property
    def units(self) -> Mapping[str, Mapping[str, Estimate]]:
        """Return unit → component → estimate, units by code and components in the layout's order."""
        return {
            unit: {component: self.estimate(unit, component) for component in self.layout.components}
            for unit in self.moments.units
        }

    def estimate(self, unit: str, component: str) -> Estimate:
        """Return the estimate of one component of one unit; refuses a component the layout has not."""
        kind, level, piece = self.asked.kind, self.asked.level, self.pieces[component].get(unit)
        if piece is None:
            return undefined(kind, level, 0)
        if piece.clustered.n < max(SMALLEST_N, self.asked.smallest_n):
            return undefined(kind, level, piece.clustered.n, piece.clustered.linear.p)
        return estimate(self.evidence(piece, component), kind, level)

    def evidence(self, piece: Piece, component: str) -> Evidence:
        """Return what the estimate of one unit's component is made from."""
        return self._modelled(piece, component) if self.asked.design == MODEL else self._designed(piece)

    def _modelled(self, piece: Piece, component: str) -> Evidence:
        unit, model = piece.clustered, self.models[component]
        deff, kept = model.deff(unit), float(unit.stratum.unsampled)
        variance = None if unit.variance is None else unit.variance * deff * kept
        return Evidence(
            share=unit.linear.p,
            n=unit.n,
            df=unit.n - 1,
            variance=variance,
            n_eff=effective_size(unit, model),
            deff=deff,
            census=not kept,
            note=NO_CLUSTERS if piece.clusters == ("",) else "",
        )

    def _designed(self, piece: Piece) -> Evidence:
        unit = piece.clustered
        simple = variance_srs([unit.stratum], unit.linear)
        alone = self.asked.design == "srs"
        found = simple if alone else self._between(piece)
        return Evidence(
            share=unit.linear.p,
            n=unit.n,
            df=(unit.n if alone else sum(map(bool, unit.valid))) - 1,
            variance=None if found is None else float(found),
            n_eff=None,
            deff=float(found / simple) if found is not None and simple else None,
            census=not unit.stratum.unsampled,
            note="",
        )

    def _between(self, piece: Piece) -> Fraction | None:
        stratum, linear = piece.clustered.stratum, piece.clustered.linear
        if self.asked.design == "cluster":
            return variance_cluster([stratum], linear)
        samples = [self.asked.samples[stratum.unit]]
        return variance_two_stage([stratum], [piece.clusters], samples, linear)

    def _fitted(self, component: str) -> ClusterModel:
        return fit([each.clustered for each in self.pieces[component].values()])

    def _read(self, component: str) -> dict[str, Piece]:
        self.layout.places(component)
        column, width = self.layout.components.index(component), len(self.layout.criteria)
        found: dict[str, Piece] = {}
        for unit, moments in self.moments.units.items():
            answered = moments.first[:, width:].sum(axis=0).tolist()
            blocks = blocks_of(self.layout, answered, self.asked.rule, component)
            if blocks is None:
                continue
            if component == ALL or len(blocks) > 1:
                stratum = stratum_of(unit, moments, blocks, self.asked.populations.get(unit))
            else:
                stratum = self.strata[unit][component]
            if self.asked.design == "two_stage":
                stratum = expanded(stratum, moments.clusters, self.asked.samples[unit])
            linear = linearise([stratum], blocks, self.layout.full)
            valid = tuple(moments.valid[:, column].tolist())
            found[unit] = Piece(Clustered(stratum, linear, valid), moments.clusters)
        return found
