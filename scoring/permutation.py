"""What chance alone would do: enumerators exchanged within units, and q-values for many tests at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, stdtr

from scoring.errors import refusal
from scoring.fieldwork import Fieldwork

_NEAR = 1e-9
_SLICE = 256
_BLOCK = 10
_FEWEST_DRAWS = 99
_HALVINGS = 60
_MEDIAN_EFFICIENCY = 0.3675  # of the median absolute deviation, beside the standard deviation
_MIDDLE = 0.6744897501960817  # half of a normal distribution lies within so many standard deviations


@dataclass(frozen=True, eq=False)
class Chance:
    """Sums by enumerator and score as observed; mean and standard deviation by chance, and p-values of sums as high."""

    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    spread: NDArray[np.float64]
    upper: NDArray[np.float64]


def exchange(
    work: Fieldwork,
    scores: NDArray[np.float64],
    pairs: Mapping[str, NDArray[np.bool_]],
    alike_in_level: bool,
    draws: int,
    seed: int,
) -> Chance:
    """Exchange enumerators among the responses of each unit and see how often sums are as high as observed.

    `scores` is response × score in the order of the field work; `pairs` tells by unit which two of its responses count as
    a pair, and adds a last column: pairs that both belong to the enumerator. With `alike_in_level` enumerators are
    exchanged only among some ten responses of nearly the same mean level, so that a satisfied clientele, whose answers are
    all alike, is no doubt. Where enumerators found their respondents by chance, p = (1 + as high)/(1 + draws) is below α
    with probability at most α. The same seed gives the same result. Refuses scores of another number of responses and
    fewer than 99 draws.
    """
    if len(scores) != len(work):
        raise refusal("lengths_differ", what="Phiếu và điểm", first=len(work), second=len(scores))
    if draws < _FEWEST_DRAWS:
        raise refusal("number_bad", what="Số lần hoán vị", value=draws, expected=f"ít nhất {_FEWEST_DRAWS}")
    codes = {code: place for place, code in enumerate(work.enumerators)}
    labels = np.array([codes[record.enumerator] for record in work.records], dtype=np.int64)
    shape = (len(codes), scores.shape[1] + 1)
    observed, drawn = np.zeros(shape), np.zeros((draws, *shape))
    generator = np.random.default_rng(seed)
    for unit, places in work.units.items():
        own, near = labels[places], np.argwhere(np.triu(pairs[unit], 1))
        blocks = level_blocks(work, places) if alike_in_level else [np.arange(len(places))]
        observed += _sums(own[None, :], scores[places], near, shape)[0]
        for start in range(0, draws, _SLICE):
            mixed = np.tile(own, (min(_SLICE, draws - start), 1))
            for block in blocks:
                mixed[:, block] = generator.permuted(mixed[:, block], axis=1)
            drawn[start : start + len(mixed)] += _sums(mixed, scores[places], near, shape)
    as_high = (drawn >= observed - _NEAR).sum(axis=0)
    return Chance(observed, drawn.mean(axis=0), drawn.std(axis=0), (1 + as_high) / (1 + draws))


def level_blocks(work: Fieldwork, places: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return one unit's responses in blocks of about ten by mean level, as places within the unit."""
    levels = np.where(work.valid[places], work.answers[places].astype(np.float64) - ord("0"), 0.0)
    counted = work.valid[places].sum(axis=1)
    means = levels.sum(axis=1) / np.maximum(counted, 1)
    order = np.argsort(means, kind="stable")
    return np.array_split(order, max(1, round(len(places) / _BLOCK)))


def beside_colleagues(distances: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of distances as large, in standard errors, where honest colleagues differ among themselves too.

    Exchange alone takes every honest habit, place or pace of an enumerator for a doubt. The distances are therefore
    given variance σ², and variance 1 + (n − 1)·τ for n responses, each fitted to the middle of all (Efron 2004) and never
    below 1. The larger of the two chances is returned, by Student's t: a spread read off the median of k distances
    is as sure as one of 0.37·k degrees of freedom.
    """
    if not len(distances):
        return distances
    middle = np.abs(distances)
    even = max(1.0, float(np.median(middle)) / _MIDDLE)
    low, high = 0.0, float((middle**2).max()) / _MIDDLE**2
    for _ in range(_HALVINGS):
        tau = (low + high) / 2
        left = float(np.median(middle / np.sqrt(1 + (sizes - 1) * tau))) > _MIDDLE
        low, high = (tau, high) if left else (low, tau)
    scaled = distances / np.maximum(even, np.sqrt(1 + (sizes - 1) * low))
    return np.asarray(stdtr(max(1.0, _MEDIAN_EFFICIENCY * len(distances)), -scaled))


def _sums(
    labels: NDArray[np.int64],
    scores: NDArray[np.float64],
    near: NDArray[np.intp],
    shape: tuple[int, int],
) -> NDArray[np.float64]:
    sums = np.zeros((len(labels), *shape))
    first, second = labels[:, near[:, 0]], labels[:, near[:, 1]]
    together = np.where(first == second, first, -1)
    for label in np.unique(labels[0]):
        sums[:, label, :-1] = (labels == label) @ scores
        sums[:, label, -1] = (together == label).sum(axis=1)
    return sums


def exchange_tail(found: int, blocks: Sequence[tuple[int, int, int]]) -> float:
    """Return the exact chance of at least `found` marked things where blocks of them are drawn from each on its own.

    A block is (marked, drawn, total): a hypergeometric number of its marked things; the numbers of the blocks add.
    """
    chances = np.ones(1)
    for marked, drawn, total in blocks:
        if marked and drawn:
            counts = np.arange(max(0, drawn + marked - total), min(marked, drawn) + 1)
            logs = _choose(marked, counts) + _choose(total - marked, drawn - counts)
            part = np.zeros(counts[-1] + 1)
            part[counts] = np.exp(logs - _choose(total, np.array(drawn)))
            chances = np.convolve(chances, part)
    return min(1.0, float(chances[found:].sum())) if found else 1.0


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return q-values in the order given: the share of false alarms among all with a q-value as small (1995)."""
    count = len(p_values)
    q_values, running = [1.0] * count, 1.0
    for step, place in enumerate(sorted(range(count), key=lambda each: -p_values[each])):
        running = min(running, p_values[place] * (count / (count - step)))
        q_values[place] = running
    return q_values


def mirror_q_values(distances: Sequence[float]) -> list[float]:
    """Return q-values of distances from a centre, large being suspect, with their mirror image as the measure of chance.

    The share of false alarms beyond t is taken as (1 + number below −t)/(number from t on): right, or too careful, where
    honest distances are as frequent or more frequent on the lower side (Barber, Candès 2015).
    """
    values = np.sort(np.asarray(distances, dtype=np.float64))
    order = sorted(range(len(distances)), key=lambda place: distances[place])
    q_values, running = [1.0] * len(distances), 1.0
    for place in order:
        value = distances[place]
        if value <= 0:
            continue
        above = len(values) - int(np.searchsorted(values, value, side="left"))
        below = int(np.searchsorted(values, -value, side="right"))
        running = min(running, (1 + below) / above)
        q_values[place] = running
    return q_values


def _choose(total: int, part: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(gammaln(total + 1) - gammaln(part + 1) - gammaln(total - part + 1))
