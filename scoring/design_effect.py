"""The modelled design effect: one intra-cluster correlation from all units together, applied to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scoring.designs import Linear, Stratum


@dataclass(frozen=True)
class Clustered:
    """One unit as the model sees it: its sums and its own linearisation, and valid responses by cluster."""

    stratum: Stratum
    linear: Linear
    valid: tuple[int, ...]

    @cached_property
    def n(self) -> int:
        """Return how many responses have a valid answer."""
        return sum(self.valid)

    @cached_property
    def crowding(self) -> float:
        """Return Σn_c²/n, the size of the cluster in which the average response stands."""
        return sum(n * n for n in self.valid) / self.n

    @cached_property
    def variance(self) -> float | None:
        """Return n/(n−1) · Σz² over the responses with a valid answer, no population considered; None for one."""
        if self.n == 1:
            return None
        squares = sum(self.linear.squares(each) for each in self.stratum.products)
        return float(squares * self.n / ((self.n - 1) * self.linear.scale**2))


@dataclass(frozen=True)
class ClusterModel:
    """What all units say together about likeness within clusters: `icc` 0–1 and the n0 it was found with.

    `spread` is r̄, the n-weighted mean of var_srs/(p(1−p)/n): how far one response's many answers make p surer
    than one answer would; it stands in where a unit is all satisfied or not at all. None where no unit varies.
    """

    icc: float
    n0: float | None
    spread: float | None

    def deff(self, unit: Clustered) -> float:
        """Return 1 + (Σn_c²/n − 1) · ICC, at least 1 since n_c is at least 1."""
        return 1 + (unit.crowding - 1) * self.icc


def fit(units: Sequence[Clustered]) -> ClusterModel:
    """Return the model of all units with some, but not all, satisfied; others say nothing about spread.

    With r = s − p·v and c = Σr²/n per unit: SSB = Σ_c (Σr)²/n_c / c, SSW = Σr²/c − SSB,
    n0 = Σ(n − Σn_c²/n)/Σ(m − 1), ICC = max(0, (MSB − MSW)/(MSB + (n0 − 1)·MSW)); without a second cluster
    anywhere the ICC is 0.
    """
    between = within = sizes = weighted = 0.0
    df_between = df_within = count = 0
    for unit in units:
        p, variance = float(unit.linear.p), unit.variance
        if not 0 < p < 1 or not variance:
            continue
        n, valid = unit.n, [each for each in unit.valid if each]
        ssb = _between(unit)
        between, within = between + ssb, within + n - ssb
        sizes += n - unit.crowding
        df_between, df_within = df_between + len(valid) - 1, df_within + n - len(valid)
        weighted, count = weighted + n * n * variance / (p * (1 - p)), count + n
    spread = weighted / count if count else None
    if not df_between or not df_within:
        return ClusterModel(0.0, None, spread)
    n0, msb, msw = sizes / df_between, between / df_between, within / df_within
    whole = msb + (n0 - 1) * msw
    return ClusterModel(max(0.0, (msb - msw) / whole) if whole else 0.0, n0, spread)


def _between(unit: Clustered) -> float:
    """Return Σ_c (Σr)²/n_c / c; the unit's own scale of r cancels, so that whole numbers do until the end."""
    squares = sum(unit.linear.squares(each) for each in unit.stratum.products)
    totals = [unit.linear.total(row) for row in unit.stratum.totals]
    return sum(
        float(total * total * unit.n / (squares * n))
        for total, n in zip(totals, unit.valid, strict=True)
        if n
    )


def effective_size(unit: Clustered, model: ClusterModel) -> float | None:
    """Return n_eff = p(1−p)/(var_srs · (1 − n/N) · deff), at p of 0 or 1 n/(r̄ · (1 − n/N) · deff).

    None for a census, and where no unit of all varies.
    """
    p, shrunk = float(unit.linear.p), model.deff(unit) * float(unit.stratum.unsampled)
    if not shrunk:
        return None
    if 0 < p < 1 and unit.variance:
        return p * (1 - p) / (unit.variance * shrunk)
    return None if model.spread is None else unit.n / (model.spread * shrunk)
