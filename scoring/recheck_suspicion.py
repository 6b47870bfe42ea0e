"""Whose re-checked work stands out from everybody else's: by verdicts, and by answers that differ when asked again.

A suspicion is where to look next, never a verdict about a person.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from scoring.permutation import benjamini_hochberg, beside_colleagues, exchange_tail
from scoring.rechecks import FAILED, Case

Q_LIMIT = 0.05


@dataclass(frozen=True)
class Suspect:
    """One enumerator: failed of decided, differing pairs against what chance gives within units, and how rare both are.

    `p_failed` and `p_differing` are chances of as much or more by chance, 1 where nothing can be compared; `p_value`
    joins them, `q_value` allows for all enumerators; `alarm` is q ≤ the limit.
    """

    enumerator: str
    decided: int
    failed: int
    p_failed: float
    pairs: int
    differing: int
    expected: float
    p_differing: float
    p_value: float
    q_value: float
    alarm: bool


def suspects(cases: Sequence[Case], q_limit: float = Q_LIMIT) -> list[Suspect]:
    """Return every enumerator with a re-checked response, the strongest evidence first; the order of cases tells nothing.

    Verdicts: Fisher's exact test of hers against the rest. Answers: the exact distribution of her sum where enumerators
    are exchanged among the re-checked responses of each unit, and her distance beside her colleagues'; the larger chance.
    Both are joined by Fisher's product and judged by Benjamini and Hochberg over all enumerators. Failing because answers
    differ counts in both: tests.benchmarks.rechecks measures that honest campaigns still alarm no more often than q says.
    """
    hers: dict[str, list[Case]] = {}
    for case in cases:
        hers.setdefault(case.enumerator, []).append(case)
    names = sorted(hers)
    failing = _failing(hers)
    expected, differing = _differing(cases, names)
    joined = [_joined(failing[name], differing[name]) for name in names]
    q_values = benjamini_hochberg(joined)
    found = [
        Suspect(
            enumerator=name,
            decided=sum(case.decided for case in hers[name]),
            failed=sum(case.verdict == FAILED for case in hers[name]),
            p_failed=failing[name],
            pairs=sum(len(case.levels) for case in hers[name]),
            differing=sum(case.differing for case in hers[name]),
            expected=expected[name],
            p_differing=differing[name],
            p_value=p_value,
            q_value=q_value,
            alarm=q_value <= q_limit,
        )
        for name, p_value, q_value in zip(names, joined, q_values, strict=True)
    ]
    return sorted(found, key=lambda each: (each.p_value, each.enumerator))


def _joined(first: float, second: float) -> float:
    """Return the chance of so small a product of two independent p-values, P(1 − ln P) (Fisher 1932)."""
    product = first * second
    return min(1.0, product * (1 - log(product))) if product > 0 else 0.0


def _failing(hers: dict[str, list[Case]]) -> dict[str, float]:
    decided = {name: sum(case.decided for case in own) for name, own in hers.items()}
    failed = {name: sum(case.verdict == FAILED for case in own) for name, own in hers.items()}
    total, marked = sum(decided.values()), sum(failed.values())
    return {name: exchange_tail(failed[name], [(marked, decided[name], total)]) for name in hers}


def _differing(cases: Sequence[Case], names: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return by enumerator the differing pairs that chance gives, and the chance of as many as there are."""
    units: dict[str, list[Case]] = {}
    for case in cases:
        if case.levels:
            units.setdefault(case.unit, []).append(case)
    observed: Counter[str] = Counter()
    expected = dict.fromkeys(names, 0.0)
    variance = dict.fromkeys(names, 0.0)
    sizes: Counter[str] = Counter()
    chances = {name: np.ones(1) for name in names}
    for unit in sorted(units):
        own = units[unit]
        scores = np.array([case.differing for case in own])
        parts = Counter(case.enumerator for case in own)
        sums = drawn_sums(scores, max(parts.values()))
        for name, count in parts.items():
            observed[name] += sum(case.differing for case in own if case.enumerator == name)
            expected[name] += count * float(scores.mean())
            if len(own) > count:
                variance[name] += count * (1 - count / len(own)) * float(scores.var(ddof=1))
            sizes[name] += count
            chances[name] = np.convolve(chances[name], sums[count])
    exact = {name: min(1.0, float(chances[name][observed[name] :].sum())) for name in names}
    movable = [name for name in names if variance[name] > 0]
    distances = np.array([(observed[name] - expected[name]) / sqrt(variance[name]) for name in movable])
    beside = beside_colleagues(distances, np.array([sizes[name] for name in movable], dtype=float))
    kept = dict(zip(movable, beside.tolist(), strict=True))
    return (
        expected,
        {name: max(exact[name], kept[name]) if name in kept else 1.0 for name in names},
    )


def drawn_sums(scores: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    """Return the chances of each sum when so many of the scores, 0…most, are drawn without replacement.

    Row k is the distribution for k drawn. Scores join one by one: of i scores the last one is among k drawn with
    probability k/i.
    """
    chances = np.zeros((most + 1, int(scores.sum()) + 1))
    chances[0, 0] = 1
    drawn = np.arange(most + 1)[:, None]
    for place, score in enumerate(scores.tolist(), 1):
        without = chances * np.clip(1 - drawn / place, 0, 1)
        within = np.zeros_like(chances)
        within[1:, score:] = chances[:-1, : chances.shape[1] - score] * np.minimum(drawn[1:] / place, 1)
        chances = without + within
    return chances
