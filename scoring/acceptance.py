"""Is what was keyed from paper good enough? Error rates with their bounds, and when a batch may be accepted.

Forms are keyed a second time; each field of a form is right or wrong. Fields cluster in forms: one tired evening
spoils many fields of one form, so bounds take the form as the cluster. UNCERTAINTY.md, section 10, has the formulas.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log, pi

import numpy as np

from scoring.errors import refusal
from scoring.intervals import clopper_pearson, korn_graubard_size

ACCEPT, GO_ON, KEY_ALL = "accept", "go_on", "key_all"


@dataclass(frozen=True)
class ErrorRate:
    """Wrong fields of all fields as a share 0–1 with its exact two-sided interval; None where there is no field.

    The interval takes fields as independent; `bounds` says what remains of it where they cluster in forms.
    """

    errors: int
    fields: int
    rate: float | None
    low: float
    high: float


def error_rate(errors: int, fields: int, level: float) -> ErrorRate:
    """Return the share of wrong fields and its exact interval (Clopper, Pearson 1934), 0–1 where nothing is known.

    Refuses more errors than fields, a negative number, and a level outside 0.5–0.999.
    """
    _check([errors], [fields], level)
    if not fields:
        return ErrorRate(0, 0, None, 0.0, 1.0)
    rate = errors / fields
    return ErrorRate(errors, fields, rate, *clopper_pearson(rate, fields, level))


def spent(level: float, look: int) -> float:
    """Return the level of the k-th look, 1 − α·6/(π²k²), so that all looks together err at most α = 1 − level."""
    return 1 - (1 - level) * 6 / (pi * look) ** 2


def shared_design_effect(batches: Sequence[tuple[Sequence[int], Sequence[int]]]) -> float:
    """Return how much wider errors spread between forms than if fields were independent, of all keyers together.

    Σ m/(m−1)·Σ(e − p·f)² over the batches (errors, fields by form) divided by Σ p(1−p)·Σf, at least 1; a batch of one
    form, without an error or without a right field says nothing. One keyer's few errors cannot tell it: all can.
    """
    between = independent = 0.0
    for errors, fields in batches:
        wrong, whole = np.asarray(errors, dtype=float), np.asarray(fields, dtype=float)
        if len(whole) > 1 and 0 < wrong.sum() < whole.sum():
            p = wrong.sum() / whole.sum()
            residuals = wrong - p * whole
            between += float(residuals @ residuals) * len(whole) / (len(whole) - 1)
            independent += float(p * (1 - p) * whole.sum())
    return max(1.0, between / independent) if independent else 1.0


def bounds(
    errors: Sequence[int], fields: Sequence[int], level: float, deff: float = 1.0
) -> tuple[float, float]:
    """Return the lower and the upper one-sided bound of the error rate, each at this level, forms being clusters.

    Korn and Graubard's, never sharper than with the design effect given. One form alone says nothing: 0–1. Refuses
    lists of different lengths and what `error_rate` refuses.
    """
    _check(errors, fields, level)
    if not sum(fields):
        return 0.0, 1.0
    two_sided = 2 * level - 1
    size = _effective(errors, fields, two_sided, deff)
    return clopper_pearson(sum(errors) / sum(fields), size, two_sided)


def verdict(
    errors: Sequence[int],
    fields: Sequence[int],
    limit: float,
    level: float,
    *,
    look: int = 1,
    forms: int | None = None,
    deff: float = 1.0,
) -> str:
    """Return what the forms keyed twice so far say of a batch: accept it, go on drawing, or key all of it again.

    Accepted where the upper bound at the level of this look is under the limit, to be keyed again where the lower
    one is over it. Where all `forms` of the batch were keyed twice the rate itself decides. Refuses what `bounds`
    refuses and a limit outside 0–1.
    """
    _check_limit(limit)
    if forms is not None and len(errors) >= forms > 0:
        _check(errors, fields, level)
        return ACCEPT if sum(errors) <= limit * sum(fields) else KEY_ALL
    low, high = bounds(errors, fields, spent(level, look), deff)
    if high < limit:
        return ACCEPT
    return KEY_ALL if low > limit else GO_ON


def forms_needed(
    fields_per_form: float, limit: float, level: float, expected_rate: float = 0.0
) -> int | None:
    """Return how many forms bring the upper bound under the limit if errors come at the expected rate.

    Without an error ln α / ln(1 − limit) fields. None where the expected rate is not under the limit: no number
    of forms would do. Refuses a limit outside 0–1 and a form without fields.
    """
    _check_limit(limit)
    if not fields_per_form > 0:
        raise refusal("number_bad", what="Số mục của một phiếu", value=fields_per_form, expected="số trên 0")
    if expected_rate >= limit:
        return None
    if expected_rate <= 0:
        return ceil((floor(log(1 - level) / log(1 - limit)) + 1) / fields_per_form)
    enough = 1
    while _upper(expected_rate, enough * fields_per_form, level) >= limit:
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if _upper(expected_rate, middle * fields_per_form, level) < limit:
            enough = middle
        else:
            too_few = middle
    return enough


def next_forms(
    errors: Sequence[int],
    fields: Sequence[int],
    limit: float,
    level: float,
    *,
    step: int,
    forms: int,
    deff: float = 1.0,
) -> int:
    """Return how many more of a batch's forms to draw: whole steps up to where the rate so far would be accepted.

    Samples are whole multiples of the step, so that looks stand where they were planned. One step where nothing
    was drawn yet or the rate so far is not under the limit; never more than are left. Refuses what `bounds` refuses.
    """
    drawn, left = len(errors), max(0, forms - len(errors))
    _check(errors, fields, level)
    whole = sum(fields)
    if not whole or sum(errors) >= limit * whole:
        return min(step, left)
    rate = sum(errors) / whole
    look = ceil(drawn / step) + 1
    while look * step < forms:
        at = spent(level, look)
        weight = _effective(errors, fields, 2 * at - 1, deff) / drawn
        if _upper(rate, weight * look * step, at) < limit:
            return look * step - drawn
        look += 1
    return left


def _upper(rate: float, fields: float, level: float) -> float:
    return clopper_pearson(rate, fields, 2 * level - 1)[1]


def _effective(errors: Sequence[int], fields: Sequence[int], two_sided: float, deff: float) -> float:
    """Return how many independent fields would say as much as these forms, at most fields / deff."""
    wrong, whole = np.asarray(errors, dtype=float), np.asarray(fields, dtype=float)
    m, n = len(whole), float(whole.sum())
    p = float(wrong.sum()) / n
    residuals = (wrong - p * whole) / n
    variance = float(residuals @ residuals) * m / (m - 1) if m > 1 else 0.0
    return min(n / max(1.0, deff), korn_graubard_size(p, variance, int(n), m - 1, two_sided))


def _check(errors: Sequence[int], fields: Sequence[int], level: float) -> None:
    if len(errors) != len(fields):
        raise refusal("lengths_differ", what="Số lỗi và số mục", first=len(errors), second=len(fields))
    for wrong, whole in zip(errors, fields, strict=True):
        if not 0 <= wrong <= whole:
            raise refusal("number_bad", what="Số mục sai", value=wrong, expected=f"số từ 0 đến {whole}")
    if not 0.5 <= level <= 0.9999999:
        raise refusal("level_range", value=level)


def _check_limit(limit: float) -> None:
    if not 0 < limit < 1:
        raise refusal("number_bad", what="Giới hạn tỷ lệ sai", value=limit, expected="số trên 0 và dưới 1")
