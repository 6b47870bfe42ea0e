"""Every aggregation of a method as blocks of criteria with fixed weights, so that one variance serves them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.errors import refusal
from scoring.method import IndexRule
from scoring.moments import ALL, Layout

Exact = int | Fraction


@dataclass(frozen=True)
class Block:
    """Criteria that are summed before anything else: Σs/Σv over them, with its fixed weight in the index."""

    places: tuple[int, ...]
    weight: Fraction


def blocks_of(
    layout: Layout, valid: Sequence[Exact], rule: IndexRule, component: str
) -> tuple[Block, ...] | None:
    """Return the blocks of a component where so many answers to each criterion are valid; None where undefined.

    The weights are those of the method with the answers given: Σ weight · Σs/Σv is the index as a share.
    Refuses a component the layout has not.
    """
    places = layout.places(component)
    one = (Block(places, Fraction(1)),)
    if component == ALL and rule.factor_weights not in ("answers", "general_question"):
        return _weighted_factors(layout, valid, rule)
    if component == ALL and rule.within_factor == "criterion_mean":
        return _weighted_factors(layout, valid, rule)
    if not any(valid[place] for place in places):
        return None
    if component == ALL:
        return one if _whole(layout, valid, rule) else None
    if component in layout.groups and rule.within_factor == "criterion_mean":
        return _mean(places, valid, Fraction(1))
    return one


def _weighted_factors(layout: Layout, valid: Sequence[Exact], rule: IndexRule) -> tuple[Block, ...] | None:
    factors = {code: places for code, places in layout.groups.items() if code != ALL}
    raw = {code: _raw_weight(code, places, valid, rule) for code, places in factors.items()}
    total = sum(raw.values(), Fraction(0))
    if not total or not _whole(layout, valid, rule):
        return None
    blocks: list[Block] = []
    for code, weight in raw.items():
        if not any(valid[place] for place in factors[code]):
            continue
        if rule.within_factor == "criterion_mean":
            blocks += _mean(factors[code], valid, weight / total)
        else:
            blocks.append(Block(factors[code], weight / total))
    return tuple(blocks)


def _raw_weight(code: str, places: Sequence[int], valid: Sequence[Exact], rule: IndexRule) -> Fraction:
    answers = sum(valid[place] for place in places)
    if not answers:
        return Fraction(0)
    if rule.factor_weights == "custom":
        if code not in rule.weights:
            raise refusal("component_unknown", value=code, known=", ".join(rule.weights))
        return rule.weights[code]
    if rule.factor_weights == "equal":
        return Fraction(1)
    if rule.factor_weights == "criteria":
        return Fraction(sum(bool(valid[place]) for place in places))
    return Fraction(answers)


def _whole(layout: Layout, valid: Sequence[Exact], rule: IndexRule) -> bool:
    """Tell whether the unit may have an index although a factor nobody answered is missing."""
    if rule.undefined_factor == "reweight" or rule.factor_weights == "general_question":
        return True
    return all(any(valid[place] for place in places) for places in layout.groups.values())


def _mean(places: Sequence[int], valid: Sequence[Exact], weight: Fraction) -> tuple[Block, ...]:
    answered = [place for place in places if valid[place]]
    return tuple(Block((place,), weight / len(answered)) for place in answered)
