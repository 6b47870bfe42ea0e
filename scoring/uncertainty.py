"""How sure each index is: a standard error and an interval that is always defined, for every component."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import sqrt
from types import MappingProxyType

from scoring.aggregation import Block, blocks_of
from scoring.design_effect import Clustered, ClusterModel, effective_size, fit
from scoring.designs import (
    Linear,
    Stratum,
    TwoStage,
    expanded,
    linearise,
    strata_of,
    stratum_of,
    variance_cluster,
    variance_srs,
    variance_two_stage,
)
from scoring.errors import hint, refusal
from scoring.intervals import Bounds, clopper_pearson, jeffreys, korn_graubard_size, logit_t, wald, wilson
from scoring.method import IndexRule
from scoring.moments import Moments

MODELLED = ("modelled-deff-wilson", "modelled-deff-jeffreys")
KINDS = (*MODELLED, "korn-graubard", "korn-graubard-capped", "clopper-pearson", "logit-t", "wald")
DESIGNS = ("srs", "cluster", "two_stage")
SMALLEST_N = 3

TOO_FEW = "chưa đủ mẫu"
CENSUS = "không có sai số chọn mẫu"
NO_CLUSTERS = "không biết cụm (điều tra viên), coi các phiếu là độc lập"
ONE_CLUSTER = "chỉ có một cụm, không ước lượng được sai số giữa các cụm"
SAME_ANSWERS = "các phiếu như nhau, dùng khoảng Korn–Graubard"
ALONE = "không đơn vị nào có phiếu khác nhau, coi mỗi phiếu là một câu trả lời"


@dataclass(frozen=True)
class Interval:
    """An interval of an index in points 0–100, with the name of its formula and what stood behind it.

    `low` and `high` are None only where the sample is too small. `n` responses with a valid answer, `df` degrees of
    freedom, `n_eff` the answers of a simple sample that would say as much, `deff` variance over that of a simple
    sample; the last two None where the formula has none. `note` is a Vietnamese remark, empty where none is due.
    """

    low: float | None
    high: float | None
    level: float
    kind: str
    n: int
    df: int
    n_eff: float | None
    deff: float | None
    note: str


@dataclass(frozen=True)
class Estimate:
    """One component of one unit: its exact share 0–1 and its standard error in index points, None where undefined.

    The standard error is 0 for a census alone: where all responses agree it is that of one more satisfied and one
    more dissatisfied response, √(p̃(1−p̃)/n) with p̃ = (np + 1)/(n + 2).
    """

    share: Fraction | None
    standard_error: float | None
    interval: Interval


@dataclass(frozen=True)
class Asked:
    """Which uncertainty is wanted; nothing here has a silent substitute.

    `populations` are the people each unit served, where known; `samples` what a two-stage sample was drawn from.
    """

    rule: IndexRule
    kind: str = MODELLED[0]
    design: str = "cluster"
    level: float = 0.95
    smallest_n: int = SMALLEST_N
    populations: Mapping[str, int] = field(default_factory=dict)
    samples: Mapping[str, TwoStage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a misspelt interval or design, and a level outside 50–99.9 %."""
        for value, known in ((self.kind, KINDS), (self.design, DESIGNS)):
            if value not in known:
                raise refusal("choice_unknown", value=value, hint=hint(value, known), known=", ".join(known))
        if not 0.5 <= self.level <= 0.999:
            raise refusal("level_range", value=self.level)


@dataclass(frozen=True)
class _Piece:
    """One component of one unit before its interval: the model's view, and the clusters' labels."""

    clustered: Clustered
    clusters: tuple[str, ...]


class Uncertainty:
    """The estimates of every component of every unit of some moments, computed once, when first asked for."""

    def __init__(self, moments: Moments, asked: Asked) -> None:
        """Take the sums and what is wanted; refuses a design that these sums or populations cannot serve."""
        self.moments = moments
        self.asked = asked
        self.layout = moments.layout
        if asked.kind not in MODELLED and asked.design != "srs":
            for unit, each in moments.units.items():
                if "" in each.clusters:
                    raise refusal("cluster_missing", unit=unit)
                if asked.design == "two_stage" and unit not in asked.samples:
                    raise refusal("two_stage_missing", unit=unit)

    @cached_property
    def units(self) -> Mapping[str, Mapping[str, Estimate]]:
        """Return unit → component → estimate, units by code and components in the layout's order."""
        found: dict[str, dict[str, Estimate]] = {unit: {} for unit in self.moments.units}
        for component in self.layout.components:
            model = self.models[component]
            for unit in found:
                piece = self._pieces[component].get(unit)
                found[unit][component] = self._estimate(unit, component, piece, model)
        return MappingProxyType(found)

    @cached_property
    def models(self) -> Mapping[str, ClusterModel]:
        """Return the cluster model of each component, fitted over all units."""
        return {
            component: fit([each.clustered for each in pieces.values()])
            for component, pieces in self._pieces.items()
        }
