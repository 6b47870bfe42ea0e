#!/usr/bin/env python3
"""Verify a published workbook: recompute its numbers from the answers in its bundle, and compare cell by cell.

    python3 verify.py BANG-DIEM.xlsx --bundle GOI.zip [--digest SHA-256]

One file, the standard library alone (Python 3.11), nothing of the program that made the workbook: it is written from
METHOD.md, UNCERTAINTY.md and DRAWS.md. What it verifies and what it cannot stands in VERIFY.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import math
import re
import sys
import tomllib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise
from statistics import NormalDist
from typing import Any, NoReturn
from xml.etree import ElementTree

Facts = dict[str, Any]
HUNDRED = Fraction(100)
CITIZENS = "tu-tra-loi"
LEVEL = 0.95
NORMAL = NormalDist()


class Differs(Exception):
    """What was found wrong, in a Vietnamese sentence that says where."""


# --- Numbers: rounding, distributions --------------------------------------------------------------


def half_up(value: Fraction | Decimal | int, digits: int) -> str:
    """Return an exact number rounded once, half away from zero, with that many decimals."""
    exact = Fraction(value) * 10**digits
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    sign = "-" if exact < 0 and whole else ""
    text = str(whole).rjust(digits + 1, "0")
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def log_beta(a: float, b: float) -> float:
    """Return ln B(a, b); large numbers by Stirling's series, where the logarithms of factorials would cancel out."""
    a, b = max(a, b), min(a, b)
    if a < 10:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    rest = _stirling(a) - _stirling(a + b) - (a - 0.5) * math.log1p(b / a)
    if b < 10:
        return math.lgamma(b) + rest + b - b * math.log(a + b)
    return rest + _stirling(b) + 0.5 * math.log(2 * math.pi / b) + b * math.log(b / (a + b))


def _stirling(x: float) -> float:
    square = 1 / (x * x)
    return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x


def beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    log = a * math.log(x) + b * math.log1p(-x) - log_beta(a, b)
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d), _away(1 + even / c)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d), _away(1 + odd / c)
        found *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return math.exp(log) * found / a


def _away(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the x at which I_x(a, b) is the share: Newton's steps, halving where one leaves the bracket."""
    low, high, x = 0.0, 1.0, a / (a + b)
    log = -log_beta(a, b)
    for _ in range(400):
        gap = beta_share(x, a, b) - share
        low, high = (low, x) if gap > 0 else (x, high)
        density = math.exp(log + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)) if 0 < x < 1 else 0.0
        step = x - gap / density if density else -1.0
        following = step if low < step < high else (low + high) / 2
        if abs(following - x) <= 1e-16 * following or low >= high:
            return following
        x = following
    return x


def student_quantile(share: float, df: float) -> float:
    """Return Student's quantile, through the beta distribution of df/(df + t²)."""
    x = beta_quantile(2 * min(share, 1 - share), df / 2, 0.5)
    size = math.sqrt(df * (1 - x) / x)
    return size if share >= 0.5 else -size


def two_sided(z: float) -> float:
    """Return the chance that a standard normal number is at least so far from 0."""
    return math.erfc(z / math.sqrt(2))


# --- The rules: method and questionnaire -----------------------------------------------------------

KINDS = (
    "modelled-deff-wilson",
    "modelled-deff-jeffreys",
    "korn-graubard",
    "korn-graubard-capped",
    "clopper-pearson",
    "logit-t",
    "wald",
)
COMBINATIONS = {
    "pooled": ("pooled", "answers"),
    "criterion_mean": ("criterion_mean", "criteria"),
    "factor_mean": ("pooled", "equal"),
}


@dataclass(frozen=True)
class Rules:
    """A method file as read: every rule that decides a number, none of them guessed."""

    code: str
    level_rule: str
    within: str
    weights: str
    general: bool
    custom: Mapping[str, Fraction]
    undefined: str
    conversion: str
    maximum: Fraction
    decimals: int
    steps: tuple[tuple[Fraction, Fraction], ...]
    full_from: Fraction
    zero_below: Fraction
    bands: tuple[tuple[str, Fraction], ...]
    full_maximum: Fraction
    rank_on: str
    ties: str
    rank_incomplete: bool
    rank_interval: str
    smallest_n: int
    interval: str
    design: str
    publication: Mapping[str, Any]

    @property
    def pooled(self) -> bool:
        """Whether the index is one ratio over all criteria."""
        return self.general or (self.within, self.weights) == ("pooled", "answers")


def read_method(text: str) -> Rules:
    """Return the rules of a method file; a rule that is not known here is refused by name."""
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Differs(f"Gói, tệp method.toml: không đọc được ({error}).") from None
    index, points = told["index"], told["points"]
    combination = index.get("combination", "")
    within, weights = COMBINATIONS.get(combination, (index.get("within_factor"), index.get("factor_weights")))
    general = combination == "general_question"
    if general:
        within, weights = "pooled", "answers"
    rules = Rules(
        code=told["code"],
        level_rule=index["level_rule"],
        within=within or "",
        weights=weights or "",
        general=general,
        custom={name: Fraction(value) for name, value in index.get("weights", {}).items()},
        undefined=index["undefined_factor"],
        conversion=points["conversion"],
        maximum=Fraction(points["maximum"]),
        decimals=points["decimals"],
        steps=tuple((Fraction(each["from"]), Fraction(each["points"])) for each in points.get("step", ())),
        full_from=Fraction(points.get("full_from", 0)),
        zero_below=Fraction(points.get("zero_below", 0)),
        bands=tuple((each["name"], Fraction(each["from"])) for each in told["band"]),
        full_maximum=Fraction(told["full_maximum"]),
        rank_on=told["ranks"]["on"],
        ties=told["ranks"]["ties"],
        rank_incomplete=told["ranks"]["incomplete_units"],
        rank_interval=told["ranks"]["interval"],
        smallest_n=told["sample"]["smallest_n"],
        interval=told["sample"]["interval"],
        design=told["sample"]["design"],
        publication=told["publication"],
    )
    _check_known(rules)
    return rules


def _check_known(rules: Rules) -> None:
    known: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("level_rule", rules.level_rule, ("top2", "mean5")),
        ("within_factor", rules.within, ("pooled", "criterion_mean")),
        ("factor_weights", rules.weights, ("answers", "criteria", "equal", "custom")),
        ("undefined_factor", rules.undefined, ("reweight", "withhold")),
        ("conversion", rules.conversion, ("linear", "step", "threshold")),
        ("ranks.on", rules.rank_on, ("published", "unrounded")),
        ("ranks.ties", rules.ties, ("competition", "dense")),
        ("ranks.interval", rules.rank_interval, ("holm", "bonferroni", "bootstrap")),
        ("sample.interval", rules.interval, (*KINDS, "none")),
        ("sample.design", rules.design, ("modelled", "cluster", "srs")),
    )
    for name, value, words in known:
        if value not in words:
            raise Differs(
                f"Phương pháp của gói có quy tắc {name} = “{value}” mà chương trình này không biết nên không kiểm tra được."
            )


@dataclass(frozen=True)
class Form:
    """A questionnaire as read: factors with their criteria, in order, and the words of both."""

    code: str
    factors: tuple[tuple[str, str], ...]
    criteria: tuple[tuple[str, str, str], ...]
    levels: tuple[str, ...]
    not_applicable: str
    general: str
    told: Mapping[str, Any]

    @property
    def codes(self) -> tuple[str, ...]:
        """The criteria as they stand in an answer, the general question last."""
        return tuple(code for code, _, _ in self.criteria)

    def of_factor(self, factor: str) -> tuple[int, ...]:
        """The places of a factor's criteria."""
        return tuple(place for place, (_, of, _) in enumerate(self.criteria) if of == factor)


def read_form(text: str) -> Form:
    """Return a questionnaire as read."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Differs(f"Gói, bộ câu hỏi: không đọc được ({error}).") from None
    criteria = [(each["code"], each["factor"], each["text"]) for each in told["criterion"]]
    general = told.get("general", {}).get("text", "")
    if general:
        criteria.append(("general_1", "", general))
    return Form(
        code=told["code"],
        factors=tuple((each["code"], each["name"]) for each in told["factor"]),
        criteria=tuple(criteria),
        levels=tuple(told["scale"]["levels"]),
        not_applicable=told["scale"]["not_applicable"],
        general=general,
        told=told,
    )


# --- The answers -----------------------------------------------------------------------------------


@dataclass
class Answers:
    """The responses of one unit: marks by response (1–5, 0 none, −1 not applicable), and who asked each."""

    marks: list[tuple[int, ...]] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    enumerators: list[str] = field(default_factory=list)


def read_answers(text: str, form: Form, forms: Sequence[Form] = ()) -> tuple[list[Facts], dict[str, Answers]]:
    """Return the rows of answers.csv as they stand, and the answers by the unit they count to."""
    reader = csv.reader(io.StringIO(text, newline=""))
    head = next(reader, [])
    places = {name: place for place, name in enumerate(head)}
    if missing := [name for name in (*_LEADING, *form.codes) if name not in places]:
        raise Differs(f"Gói, tệp answers.csv: thiếu cột {', '.join(missing)}.")
    wanted = [places[code] for code in form.codes]
    lead = [(name, places[name]) for name in _LEADING]
    rows: list[Facts] = []
    units: dict[str, Answers] = {}
    seen: set[str] = set()
    alike = {each.code for each in (form, *forms) if each.codes == form.codes}
    for cells in reader:
        row: Facts = {name: cells[place] for name, place in lead}
        where = f"Gói, tệp answers.csv, phiếu {row['form_code']}"
        if len(cells) != len(head) or row["form_code"] in seen:
            raise Differs(f"{where}: dòng không đủ ô, hoặc mã phiếu có hai lần.")
        if row["questionnaire"] not in alike:
            raise Differs(
                f"{where}: hỏi theo bộ câu hỏi {row['questionnaire']}; chương trình này chỉ tính lại được {form.code}."
            )
        seen.add(row["form_code"])
        row["cells"] = dict(zip(head, cells, strict=True))
        try:
            marks = tuple(_MARKS[cells[place]] for place in wanted)
        except KeyError as error:
            raise Differs(
                f"{where}: câu trả lời “{error.args[0]}” không phải 1–5, NA hay để trống."
            ) from None
        unit = units.setdefault(row["counts_for"], Answers())
        unit.marks.append(marks)
        unit.enumerators.append(row["enumerator"])
        alone = row["enumerator"] == CITIZENS
        unit.clusters.append(f"{CITIZENS}/{row['form_code']}" if alone else row["enumerator"])
        rows.append(row)
    return rows, units


_LEADING = (
    "form_code",
    "unit",
    "counts_for",
    "enumerator",
    "mode",
    "questionnaire",
    "version",
    "submitted_on",
)
_MARKS = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "NA": -1, "": 0}
_PACKED = {0: "-", -1: "N", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5"}


def input_digest(units: Mapping[str, Answers]) -> str:
    """Return the digest of units, enumerators and answers, the same for any order of the rows."""
    parts: dict[tuple[str, str], list[str]] = {}
    for unit, answers in units.items():
        for marks, enumerator in zip(answers.marks, answers.enumerators, strict=True):
            parts.setdefault((unit, enumerator), []).append("".join(_PACKED[mark] for mark in marks))
    whole = hashlib.sha256()
    for unit, enumerator in sorted(parts):
        whole.update(f"{unit}\n{enumerator}\n{''.join(sorted(parts[unit, enumerator]))}\n".encode())
    return whole.hexdigest()


def counts_of(marks: Iterable[Sequence[int]], width: int) -> list[list[int]]:
    """Return by criterion: answers of level 1 to 5, not applicable, blank."""
    counts = [[0] * 7 for _ in range(width)]
    place = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, -1: 5, 0: 6}
    for row in marks:
        for criterion, mark in enumerate(row):
            counts[criterion][place[mark]] += 1
    return counts


# --- Index and points (METHOD.md 2 and 3) ----------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """Criteria taken together with their weight in an index."""

    places: tuple[int, ...]
    weight: Fraction


@dataclass(frozen=True)
class Measured:
    """A unit's index and what it is made of; an index nobody's answer defines is None."""

    index: Fraction | None
    factors: tuple[tuple[str, Fraction | None, Fraction | None], ...]
    blocks: tuple[Block, ...]


def attained(counts: Sequence[int], rule: str) -> Fraction:
    """Return a_c of one criterion."""
    if rule == "top2":
        return Fraction(counts[3] + counts[4])
    return Fraction(sum(level * number for level, number in enumerate(counts[:5], 1)), 5)


def measure(counts: Sequence[Sequence[int]], form: Form, rules: Rules) -> Measured:
    """Return factors (code, index, weight) and the index of one table of counts."""
    gained = [attained(each, rules.level_rule) for each in counts]
    answered = [sum(each[:5]) for each in counts]

    def ratio(places: Iterable[int]) -> Fraction | None:
        chosen = list(places)
        valid = sum(answered[place] for place in chosen)
        return HUNDRED * sum((gained[place] for place in chosen), Fraction(0)) / valid if valid else None

    found: list[tuple[str, Fraction | None, Fraction]] = []
    inner: dict[str, list[Block]] = {}
    for code, _ in form.factors:
        places = form.of_factor(code)
        heard = [place for place in places if answered[place]]
        index = ratio(places)
        inner[code] = [Block(places, Fraction(1))]
        if rules.within == "criterion_mean" and heard:
            index = sum((ratio([place]) or Fraction(0) for place in heard), Fraction(0)) / len(heard)
            inner[code] = [Block((place,), Fraction(1, len(heard))) for place in heard]
        raw = {
            "answers": Fraction(sum(answered[place] for place in places)),
            "criteria": Fraction(len(heard)),
            "equal": Fraction(1),
            "custom": rules.custom.get(code, Fraction(0)),
        }[rules.weights]
        found.append((code, index, raw if index is not None else Fraction(0)))
    if rules.general:
        place = form.codes.index("general_1")
        alone = tuple((code, index, None) for code, index, _ in found)
        return Measured(ratio([place]), alone, (Block((place,), Fraction(1)),))
    total = sum((raw for _, _, raw in found), Fraction(0))
    withheld = rules.undefined == "withhold" and any(index is None for _, index, _ in found)
    weights = [
        raw / total if total and index is not None and not withheld else None for _, index, raw in found
    ]
    factors = tuple((code, index, weight) for (code, index, _), weight in zip(found, weights, strict=True))
    if not total or withheld:
        return Measured(None, factors, ())
    whole = sum((w * index for _, index, w in factors if w is not None and index is not None), Fraction(0))
    if rules.pooled:
        places = tuple(place for code, _ in form.factors for place in form.of_factor(code))
        return Measured(whole, factors, (Block(places, Fraction(1)),))
    blocks = tuple(
        Block(part.places, weight * part.weight)
        for code, _, weight in factors
        if weight is not None
        for part in inner[code]
    )
    return Measured(whole, factors, blocks)


def points_of(index: Fraction, rules: Rules) -> Fraction:
    """Return the unrounded points of an unrounded index."""
    if rules.conversion == "step":
        return [points for bound, points in rules.steps if bound <= index][-1]
    if rules.conversion == "threshold":
        if index >= rules.full_from:
            return rules.maximum
        return Fraction(0) if index < rules.zero_below else rules.maximum * index / rules.full_from
    return rules.maximum * index / 100


def ranks(values: Sequence[Any], ties: str) -> list[int | None]:
    """Return the rank of each value, the greatest first; equal values share one, None has none."""
    present = [value for value in values if value is not None]
    if ties == "dense":
        ordered = sorted(set(present), reverse=True)
        return [None if value is None else ordered.index(value) + 1 for value in values]
    return [None if value is None else 1 + sum(other > value for other in present) for value in values]


# --- Errors and intervals (UNCERTAINTY.md 1 to 4) --------------------------------------------------

TOO_FEW = "chưa đủ mẫu"
CENSUS = "không có sai số chọn mẫu"
NO_CLUSTERS = "không biết cụm (điều tra viên), coi các phiếu là độc lập"
ONE_CLUSTER = "chỉ có một cụm, không ước lượng được sai số giữa các cụm"
SAME_ANSWERS = "các phiếu như nhau, dùng khoảng Korn–Graubard"
NOTHING_VARIES = "không đơn vị nào có phiếu khác nhau, coi mỗi phiếu là một câu trả lời"
ONE_CLUSTER_ADJUSTED = "đơn vị chỉ có một cụm được so với trung bình mọi cụm"
LEFT_OUT = "không tính {count} đơn vị chưa đủ mẫu"


@dataclass(frozen=True)
class Sample:
    """One unit's responses about one component: who of them says anything, and each one's part in the error.

    A response's z is `parts` over `scale`: whole numbers, so that what cancels out is 0 and not nearly so. `parts` and
    `clusters` are those of the responses with a valid answer; `responses` and `every` count all responses and all
    clusters, `answers` the valid answers.
    """

    share: Fraction | None
    parts: tuple[int, ...]
    scale: int
    clusters: tuple[str, ...]
    responses: int
    every: int
    answers: int
    population: int | None

    @property
    def n(self) -> int:
        """Responses with a valid answer."""
        return len(self.parts)

    @cached_property
    def sizes(self) -> list[int]:
        """Responses with a valid answer by cluster."""
        return list(Counter(self.clusters).values())

    @cached_property
    def sums(self) -> list[int]:
        """The parts added by cluster."""
        found: dict[str, int] = {}
        for part, cluster in zip(self.parts, self.clusters, strict=True):
            found[cluster] = found.get(cluster, 0) + part
        return list(found.values())

    @property
    def left(self) -> float:
        """The share of the people served that was not asked; 1 where nobody knows how many were served."""
        return 1 - self.responses / self.population if self.population else 1.0


def sampled(
    answers: Answers,
    counts: Sequence[Sequence[int]],
    blocks: Sequence[Block],
    rule: str,
    population: int | None,
) -> Sample:
    """Return a unit's responses as linearised for one component; `counts` are those the share is of (its unit, a group)."""
    worth = [0] + [mark if rule == "mean5" else 5 * (mark >= 4) for mark in (1, 2, 3, 4, 5)]
    every = len(set(answers.clusters))
    prepared = []
    share = Fraction(0)
    for block in blocks:
        gained = sum((attained(counts[place], rule) for place in block.places), Fraction(0))
        valid = sum(sum(counts[place][:5]) for place in block.places)
        if valid:
            share += block.weight * gained / valid
            prepared.append((block.places, int(5 * gained), valid, block.weight / (5 * valid * valid)))
    if not prepared:
        return Sample(None, (), 1, (), len(answers.marks), every, 0, population)
    scale = math.lcm(*(over.denominator for *_, over in prepared))
    wholes = [(places, gained, valid, int(over * scale)) for places, gained, valid, over in prepared]
    parts, clusters, count = [], [], 0
    for marks, cluster in zip(answers.marks, answers.clusters, strict=True):
        part = heard = 0
        for places, gained_fifths, valid, times in wholes:
            chosen = [marks[place] for place in places if marks[place] > 0]
            if chosen:
                heard += len(chosen)
                part += (sum(worth[mark] for mark in chosen) * valid - gained_fifths * len(chosen)) * times
        if heard:
            parts.append(part)
            clusters.append(cluster)
            count += heard
    return Sample(share, tuple(parts), scale, tuple(clusters), len(answers.marks), every, count, population)


@dataclass(frozen=True)
class Correlation:
    """The one correlation within clusters, and how much an answer counts where the unit's own do not vary."""

    icc: float
    ratio: float | None


def correlation(samples: Iterable[Sample]) -> Correlation:
    """Fit the modelled design effect over units whose share is neither 0 nor 1."""
    within = between = spread = 0.0
    m_less = n_less = 0
    ratios: list[tuple[int, float]] = []
    for each in samples:
        variance = varies(each)
        if each.share is None or not 0 < each.share < 1 or not variance:
            continue
        n, sizes, p = each.n, each.sizes, float(each.share)
        ratios.append((n, variance / (p * (1 - p) / n)))
        squares = sum(part * part for part in each.parts)
        across = math.fsum(
            total * total * n / (squares * size) for total, size in zip(each.sums, sizes, strict=True)
        )
        between, within = between + across, within + n - across
        spread += n - sum(size * size for size in sizes) / n
        m_less, n_less = m_less + len(sizes) - 1, n_less + n - len(sizes)
    icc = 0.0
    if m_less and n_less:
        n0, msb, msw = spread / m_less, between / m_less, within / n_less
        below = msb + (n0 - 1) * msw
        icc = max(0.0, (msb - msw) / below) if below else 0.0
    weight = sum(n for n, _ in ratios)
    return Correlation(icc, math.fsum(n * ratio for n, ratio in ratios) / weight if weight else None)


def effect_of(sample: Sample, icc: float) -> float:
    """Return the modelled design effect of a unit."""
    return 1 + (sum(size * size for size in sample.sizes) / sample.n - 1) * icc


def wilson(p: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's interval."""
    z = NORMAL.inv_cdf(0.5 + level / 2)
    middle, below = p + z * z / (2 * n), 1 + z * z / n
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)


def jeffreys(p: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of Beta(pn + ½, (1−p)n + ½), closed at 0 and 1."""
    a, b, tail = p * n + 0.5, (1 - p) * n + 0.5, (1 - level) / 2
    return (beta_quantile(tail, a, b) if p > 0 else 0.0), (beta_quantile(1 - tail, a, b) if p < 1 else 1.0)


def clopper_pearson(p: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact interval at n answers, of which pn; neither need be whole."""
    x, tail = p * n, (1 - level) / 2
    low = beta_quantile(tail, x, n - x + 1) if p > 0 else 0.0
    return low, beta_quantile(1 - tail, x + 1, n - x) if p < 1 else 1.0


def korn_graubard_size(p: float, variance: float, n: int, df: int) -> float:
    """Return n*: the size of the simple sample that knows as much."""
    tail = 0.5 + LEVEL / 2
    if df < 1 or n < 2:
        return 0.0
    ratio = (student_quantile(tail, n - 1) / student_quantile(tail, df)) ** 2
    if p in (0, 1):
        return n * min(1.0, ratio)
    return p * (1 - p) / variance * ratio if variance else math.inf


@dataclass(frozen=True)
class Estimate:
    """A share with its error and interval, as shares of one; `variance` is None where the sample cannot tell it."""

    share: Fraction | None
    variance: float | None
    error: float | None
    low: float | None
    high: float | None
    kind: str
    n: int
    df: int
    size: float | None
    effect: float | None
    note: str

    def told(self, rules: Rules) -> Facts:
        """Return it in index points, as a book tells it."""

        def points(value: float | None) -> float | None:
            return None if value is None else 100 * value

        interval = {
            "low": points(self.low),
            "high": points(self.high),
            "level": LEVEL,
            "kind": self.kind,
            "n": self.n,
            "df": self.df,
            "n_eff": self.size,
            "deff": self.effect,
            "note": self.note,
        }
        return {
            "index": None if self.share is None else half_up(100 * self.share, 12),
            "standard_error": points(self.error),
            "interval": interval,
            "publication": publishable(self, rules),
        }


def publishable(estimate: Estimate, rules: Rules) -> Facts:
    """Return whether an estimate may be published, and the reasons for anything else."""
    n, smallest, rule = estimate.n, rules.smallest_n, rules.publication
    if estimate.share is None or estimate.low is None or estimate.high is None:
        return {"code": "not_enough", "reasons": [f"{n} phiếu có trả lời"]}
    width = 100 * (estimate.high - estimate.low)
    wide = f"khoảng tin cậy rộng {f'{width:.1f}'.replace('.', ',')} điểm phần trăm"
    if n < smallest:
        return {"code": "not_enough", "reasons": [f"{n} phiếu có trả lời, cần ít nhất {smallest}"]}
    if width > rule["widest"]:
        return {"code": "not_enough", "reasons": [wide]}
    census = estimate.error == 0
    doubts = (
        (f"chỉ {n} phiếu có trả lời", n < rule["caution_n"] and not census),
        (f"chỉ {estimate.df} bậc tự do", estimate.df < rule["caution_df"] and not census),
        (wide, width > rule["caution_width"]),
    )
    reasons = [words for words, holds in doubts if holds]
    return {"code": "caution" if reasons else "published", "reasons": reasons}


def smoothed_error(p: float, n: float) -> float:
    """Return the error of a share whose responses all agree: never 0."""
    moved = (n * p + 1) / (n + 2)
    return math.sqrt(moved * (1 - moved) / n)


def finish(
    share: Fraction,
    variance: float | None,
    n: int,
    df: int,
    rules: Rules,
    size: float | None = None,
    effect: float | None = None,
    census: bool = False,
    notes: Iterable[str] = (),
) -> Estimate:
    """Return the estimate of a share by the method's interval; `size` is the effective one where it was modelled."""
    p, kind, told = float(share), rules.interval, [note for note in notes if note]
    if census:
        return Estimate(share, 0.0, 0.0, p, p, kind, n, df, None, None, CENSUS)
    error = None if variance is None else math.sqrt(variance) or smoothed_error(p, size or n)
    if kind.startswith("modelled"):
        if size is None:
            size = float(n)
            told.append(NOTHING_VARIES)
        low, high = (wilson if kind.endswith("wilson") else jeffreys)(p, size)
    elif kind == "clopper-pearson":
        size = float(n)
        low, high = clopper_pearson(p, size)
    elif variance is None or df < 1:
        low, high, size = 0.0, 1.0, None
        told.append(ONE_CLUSTER)
    elif kind in ("wald", "logit-t") and variance and 0 < share < 1:
        size = p * (1 - p) / variance
        low, high = straight(p, math.sqrt(variance), df, kind)
    else:
        known = korn_graubard_size(p, variance, n, df)
        size = known if kind == "korn-graubard" and variance else min(known, float(n))
        if not kind.startswith("korn"):
            told.append(SAME_ANSWERS)
        low, high = clopper_pearson(p, size)
    low, high = max(0.0, min(p, low)), min(1.0, max(p, high))
    return Estimate(
        share,
        variance,
        error,
        low,
        high,
        kind,
        n,
        df,
        size,
        effect,
        "; ".join(told),
    )


def straight(p: float, error: float, df: int, kind: str) -> tuple[float, float]:
    """Return Student's interval, on the shares or on their log-odds."""
    t = student_quantile(0.5 + LEVEL / 2, df)
    if kind == "wald":
        return p - t * error, p + t * error
    middle, reach = math.log(p / (1 - p)), t * error / (p * (1 - p))
    low, high = (0.5 * (1 + math.tanh((middle + sign * reach) / 2)) for sign in (-1, 1))
    return low, high


def too_few(share: Fraction | None, n: int, rules: Rules) -> Estimate:
    """Return the estimate of a sample too small to say anything."""
    return Estimate(share, None, None, None, None, rules.interval, n, max(0, n - 1), None, None, TOO_FEW)


def simple_variance(sample: Sample) -> float | None:
    """Return (1 − n/N)·n/(n−1)·Σ(z − z̄)², all responses counting; None where one of several says nothing."""
    n = sample.responses
    if not sample.left:
        return 0.0
    if n == 1:
        return None
    squares = n * sum(part * part for part in sample.parts) - sum(sample.parts) ** 2
    return sample.left * squares / ((n - 1) * sample.scale**2)


def varies(sample: Sample) -> float:
    """Return n/(n−1)·Σz² over the responses with a valid answer, no population considered."""
    n = sample.n
    return n * sum(part * part for part in sample.parts) / ((n - 1) * sample.scale**2) if n > 1 else 0.0


def effective_size(sample: Sample, fitted: Correlation) -> float | None:
    """Return n_eff of a unit; None for a census, and where no unit of all varies."""
    shrunk = effect_of(sample, fitted.icc) * sample.left
    if not shrunk or sample.share is None:
        return None
    variance, p = varies(sample), float(sample.share)
    if 0 < sample.share < 1 and variance:
        return p * (1 - p) / (variance * shrunk)
    return None if fitted.ratio is None else sample.n / (fitted.ratio * shrunk)


def estimate_unit(sample: Sample, rules: Rules, fitted: Correlation) -> Estimate:
    """Return a unit's component with its error and interval."""
    n = sample.n
    if sample.share is None or n < max(3, rules.smallest_n):
        return too_few(sample.share, n, rules)
    census = not sample.left
    if rules.design == "modelled":
        effect = effect_of(sample, fitted.icc)
        variance = varies(sample) * effect * sample.left
        size = effective_size(sample, fitted)
        return finish(sample.share, variance, n, n - 1, rules, size, effect, census)
    plain = simple_variance(sample)
    found: float | None = plain
    df = n - 1
    if rules.design == "cluster":
        df = len(sample.sizes) - 1
        found = None if sample.every < 2 else spread_of(sample)
    ratio = found / plain if found is not None and plain else None
    return finish(sample.share, found, n, df, rules, None, ratio, census)


def spread_of(sample: Sample) -> float:
    """Return m/(m−1)·Σ(Z − Z̄)² over all clusters, those without a valid answer as 0."""
    m, sums = sample.every, sample.sums
    squares = m * sum(total * total for total in sums) - sum(sums) ** 2
    return squares / ((m - 1) * sample.scale**2)


def estimate_together(
    members: Mapping[str, Answers],
    counts: Mapping[str, list[list[int]]],
    singles: Mapping[str, Estimate],
    people: Mapping[str, int],
    form: Form,
    rules: Rules,
    fitted: Correlation,
) -> dict[str, Estimate]:
    """Return the index of several units together: over all responses, and as the plain mean of the units."""
    total = [
        [sum(counts[unit][place][kind] for unit in members) for kind in range(7)]
        for place in range(len(form.codes))
    ]
    blocks = measure(total, form, rules).blocks
    pairs = {
        unit: (
            sampled(members[unit], total, blocks, rules.level_rule, people.get(unit)),
            sampled(members[unit], counts[unit], blocks, rules.level_rule, people.get(unit)),
        )
        for unit in members
    }
    return {
        "responses": _by_responses(list(pairs.values()), rules, fitted),
        "units": _by_units([singles[unit] for unit in members], rules),
    }


def _by_responses(samples: Sequence[tuple[Sample, Sample]], rules: Rules, fitted: Correlation) -> Estimate:
    """Return the estimate over all responses; each sample as measured from the whole, and from its unit alone."""
    parts = [whole for whole, _ in samples]
    n = sum(each.n for each in parts)
    share = next((each.share for each in parts if each.share is not None), None)
    if share is None:
        return too_few(None, 0, rules)
    if n < max(3, rules.smallest_n):
        return too_few(share, n, rules)
    census, plain = not any(each.left for each in parts), [simple_variance(each) for each in parts]
    df = sum(each.responses - 1 for each in parts)
    if rules.design == "modelled":
        known = [
            (alone, variance or 0.0)
            for (_, alone), variance in zip(samples, plain, strict=True)
            if alone.share is not None
        ]
        simple = math.fsum(variance for _, variance in known)
        variance = math.fsum(variance * effect_of(alone, fitted.icc) for alone, variance in known)
        p = float(share)
        if variance and 0 < p < 1:
            size: float | None = p * (1 - p) / variance
        else:
            size = _size_alike([alone for alone, _ in known], fitted)
        return finish(share, variance, n, df, rules, size, variance / simple if simple else None, census)
    simple_all = None if None in plain else math.fsum(each for each in plain if each is not None)
    if rules.design == "srs":
        effect = 1.0 if simple_all else None
        return finish(share, simple_all, n, df, rules, None, effect, census)
    every = sum(each.every for each in parts)
    totals = [Fraction(sum(each.sums), each.scale) for each in parts]
    mean = sum(totals, Fraction(0)) / every
    spread = math.fsum(
        spread_of(each) if each.every > 1 else float((total - mean) ** 2)
        for each, total in zip(parts, totals, strict=True)
    )
    note = ONE_CLUSTER_ADJUSTED if any(each.every == 1 for each in parts) else ""
    effect = spread / simple_all if simple_all else None
    return finish(share, spread, n, every - len(parts), rules, None, effect, census, [note])


def _size_alike(samples: Sequence[Sample], fitted: Correlation) -> float | None:
    """Return n_eff where all responses of all units agree: that of the units' own, weighted by answers."""
    whole, inverse = sum(each.answers for each in samples), 0.0
    for each in samples:
        size = effective_size(each, fitted)
        inverse += (each.answers / whole) ** 2 / size if size else 0.0
    return 1 / inverse if inverse else None


def _by_units(singles: Sequence[Estimate], rules: Rules) -> Estimate:
    known = [each for each in singles if each.share is not None and each.error is not None]
    n, df = sum(each.n for each in known), sum(each.df for each in known)
    if not known:
        return too_few(None, n, rules)
    mean = sum((each.share or Fraction(0) for each in known), Fraction(0)) / len(known)
    variance = math.fsum((each.error or 0.0) ** 2 for each in known) / len(known) ** 2
    size = float(mean * (1 - mean)) / variance if variance and 0 < mean < 1 else float(n)
    note = LEFT_OUT.format(count=len(singles) - len(known)) if len(known) < len(singles) else ""
    return finish(mean, variance, n, df, rules, size, None, not variance, [note])


# --- Ranks (UNCERTAINTY.md 5) ----------------------------------------------------------------------


def surely_apart(values: Sequence[Any], errors: Sequence[float], adjustment: str) -> set[tuple[int, int]]:
    """Return the pairs (better, worse), by place, that differ surely, all pairs of the group held together."""
    tests = []
    for first in range(len(values)):
        for second in range(first + 1, len(values)):
            gap = float(values[first] - values[second])
            error = math.hypot(errors[first], errors[second])
            chance = two_sided(abs(gap) / error) if error else (0.0 if gap else 1.0)
            tests.append((chance, *((first, second) if gap > 0 else (second, first))))
    tests.sort()
    found = set()
    for done, (chance, better, worse) in enumerate(tests):
        held = len(tests) - (done if adjustment == "holm" else 0)
        if chance * held > 1 - LEVEL:
            break
        found.add((better, worse))
    return found


def rank_ranges(size: int, apart: set[tuple[int, int]]) -> list[list[int]]:
    """Return the best and the worst rank of each place."""
    return [
        [
            1 + sum(worse == place for _, worse in apart),
            size - sum(better == place for better, _ in apart),
        ]
        for place in range(size)
    ]


def runs_of(order: Sequence[int], apart: set[tuple[int, int]]) -> list[list[int]]:
    """Return the longest runs, in the order of values, in which no pair differs surely."""
    found: list[tuple[int, int]] = []
    for first in range(len(order)):
        last = first
        while last + 1 < len(order) and not any(
            (order[place], order[last + 1]) in apart for place in range(first, last + 1)
        ):
            last += 1
        if not found or last > found[-1][1]:
            found.append((first, last))
    return [list(order[first : last + 1]) for first, last in found]


def more_needed(gap: float, pair: Sequence[tuple[float, int, int | None]]) -> int | None:
    """Return how many responses more in each of two units would tell them apart; None where no number would.

    `pair` has error, responses and people served of each.
    """
    z = NORMAL.inv_cdf(0.5 + LEVEL / 2)

    def enough(more: int) -> bool:
        variance = 0.0
        for error, n, people in pair:
            then = n + more if people is None else min(people, n + more)
            rest = 1 / people if people else 0.0
            now = 1 / n - rest
            variance += error * error * (1 / then - rest) / now if now > 0 else 0.0
        return gap * gap >= z * z * variance

    high = 1
    if any(error == math.inf for error, _, _ in pair) or not gap:
        return None
    if enough(0):
        return 0
    while not enough(high):
        high *= 2
        if high > 2**60:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# --- Small units (UNCERTAINTY.md 6) ----------------------------------------------------------------


def steadied(
    values: Sequence[float], errors: Sequence[float]
) -> tuple[float, float, list[tuple[float, float, float]]]:
    """Return mean and variance between units (Fay, Herriot) and each unit's (index, error, share of its own kept)."""
    squares, k = [error * error for error in errors], len(values)

    def at(between: float) -> tuple[float, float]:
        weights = [1 / (between + square) for square in squares]
        mean = math.fsum(w * value for w, value in zip(weights, values, strict=True)) / math.fsum(weights)
        return mean, math.fsum(w * (value - mean) ** 2 for w, value in zip(weights, values, strict=True))

    between = 0.0
    if max(values) > min(values) and (not all(squares) or at(0.0)[1] > k - 1):
        low, high = 0.0, 1.0
        while at(high)[1] > k - 1:
            high *= 2
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if at(middle)[1] > k - 1 else (low, middle)
        between = (low + high) / 2
    if not between and not all(squares):
        mean = values[0]
        return (
            mean,
            0.0,
            [(value, 0.0, 0.0 if square else 1.0) for value, square in zip(values, squares, strict=True)],
        )
    mean = at(between)[0]
    first = math.fsum(1 / (between + square) for square in squares)
    second = math.fsum(1 / (between + square) ** 2 for square in squares)
    bias = 2 * (k * second - first * first) / first**3
    told = []
    for value, square in zip(values, squares, strict=True):
        if not square:
            told.append((value, 0.0, 1.0))
            continue
        whole = between + square
        kept, lost = between / whole, square / whole
        centre, unsure = lost * lost / first, square * square / whole**3 * 2 * k / (first * first)
        error = between * lost + centre + 2 * unsure - lost * lost * bias
        told.append((mean + kept * (value - mean), math.sqrt(max(centre, error)), kept))
    return mean, between, told


def sample_needed(share: float, effect: float, margin: float, people: int | None) -> int:
    """Return how many responses an interval of ± the margin takes, never more than people served."""
    z = NORMAL.inv_cdf(0.5 + LEVEL / 2)
    wanted = effect * z * z * share * (1 - share) / (margin * margin)
    if people is None:
        return math.ceil(wanted)
    return min(people, math.ceil(wanted / (1 + (wanted - 1) / people)))


# --- The whole book, recomputed --------------------------------------------------------------------

MARGINS = (2, 3, 5)
BOOK_ONLY = object()  # stands where the bundle does not hold what the number is made of
AS_COUNTED, WITHOUT, WITHOUT_ENUMERATOR = "as_counted", "without:", "without_enumerator:"


@dataclass
class Recomputed:
    """Everything recomputed from the answers, in the shape of book.json, for units as its table lists them."""

    table: Mapping[str, Facts]
    answers: Mapping[str, Answers]
    form: Form
    rules: Rules
    counts: dict[str, list[list[int]]] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    components: dict[str, Decimal | None] = field(default_factory=dict)
    exact: dict[str, Fraction | None] = field(default_factory=dict)
    placed: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count, and give each unit its index, points and rank."""
        codes = sorted({*self.table, *self.answers})
        width, rules = len(self.form.codes), self.rules
        for unit in codes:
            self.counts[unit] = counts_of(self._of(unit).marks, width)
            self.measured[unit] = measure(self.counts[unit], self.form, rules)
            index = self.measured[unit].index
            self.exact[unit] = None if index is None else points_of(index, rules)
            enough = len(self._of(unit).marks) >= rules.smallest_n and self.surveyed(unit)
            points = self.exact[unit] if enough else None
            self.components[unit] = None if points is None else Decimal(half_up(points, rules.decimals))
        for members in self.groups(codes).values():
            values = [self._ranked_by(unit) for unit in members]
            self.placed |= zip(members, ranks(values, rules.ties), strict=True)

    def _of(self, unit: str) -> Answers:
        return self.answers.get(unit, Answers())

    def surveyed(self, unit: str) -> bool:
        """Whether a unit's maximum is the full one, so that it has a survey."""
        return Fraction(self.table[unit]["max_points"]) >= self.rules.full_maximum

    def groups(self, codes: Iterable[str]) -> dict[str, list[str]]:
        """Return units by group, groups as the table first names them."""
        found: dict[str, list[str]] = {unit["group"]: [] for unit in self.table.values()}
        for code in codes:
            found[self.table[code]["group"]].append(code)
        return {group: members for group, members in found.items() if members}

    def _ranked_by(self, unit: str) -> Any:
        incomplete = any(index is None for _, index, _ in self.measured[unit].factors)
        if self.components[unit] is None or (incomplete and not self.rules.rank_incomplete):
            return None
        return self.exact[unit] if self.rules.rank_on == "unrounded" else self.components[unit]

    # --- satisfaction

    def satisfaction_unit(self, unit: str) -> Facts:
        """Return one unit of `satisfaction`, without what uncertainty fills in."""
        counts, measured, rules = self.counts[unit], self.measured[unit], self.rules
        answered = [sum(each[:5]) for each in counts]
        index, component = measured.index, self.components[unit]
        factors = []
        for code, own, weight in measured.factors:
            places = self.form.of_factor(code)
            share = None
            if component is not None and own is not None and weight is not None and index is not None:
                exact = self.exact[unit] or Fraction(0)
                share = half_up(exact * weight * own / index if index else Fraction(0), rules.decimals)
            factors.append(
                {
                    "factor": code,
                    "answered": sum(answered[place] for place in places),
                    "satisfied": sum(counts[place][3] + counts[place][4] for place in places),
                    "index": _twelve(own),
                    "weight": None if weight is None else float(weight),
                    "points": share,
                }
            )
        scored = [place for code, _ in self.form.factors for place in self.form.of_factor(code)]
        if rules.general:
            scored = [self.form.codes.index("general_1")]
        return {
            "unit": unit,
            "responses": len(self._of(unit).marks),
            "answered": sum(answered[place] for place in scored),
            "satisfied": sum(counts[place][3] + counts[place][4] for place in scored),
            "not_applicable": sum(counts[place][5] for place in scored),
            "blank": sum(counts[place][6] for place in scored),
            "index": _twelve(index),
            "points": None if component is None else str(component),
            "standard_error": None,
            "interval": None,
            "rank": self.placed[unit],
            "rank_interval": None,
            "factors": factors,
            "criteria": [
                {
                    "criterion": code,
                    "answered": answered[place],
                    "satisfied": counts[place][3] + counts[place][4],
                    "index": _twelve(self._criterion(unit, place)),
                    "levels": counts[place][:5],
                }
                for place, code in enumerate(self.form.codes)
            ],
            "flags": self._flags(unit, sum(answered[place] for place in scored)),
        }

    def _criterion(self, unit: str, place: int) -> Fraction | None:
        counts = self.counts[unit][place]
        valid = sum(counts[:5])
        return HUNDRED * attained(counts, self.rules.level_rule) / valid if valid else None

    def _flags(self, unit: str, answered: int) -> list[str]:
        told, responses = self.table[unit], len(self._of(unit).marks)
        if not self.surveyed(unit):
            return ["survey_not_expected"] if responses else ["no_survey"]
        factors = [code for code, index, _ in self.measured[unit].factors if index is None and answered]
        criteria = [
            code
            for place, (code, factor, _) in enumerate(self.form.criteria)
            if answered and factor not in factors and self._criterion(unit, place) is None
        ]
        found = {
            "too_few": responses < self.rules.smallest_n,
            "no_answer": responses > 0 and answered == 0,
            "all_satisfied": self.measured[unit].index == 100,
            **{f"factor_undefined:{code}": True for code in factors},
            **{f"criterion_undefined:{code}": True for code in criteria},
            "below_quota": told["quota"] is not None and responses < told["quota"],
            "above_population": told["population"] is not None and responses > told["population"],
        }
        return [flag for flag, holds in found.items() if holds]

    # --- uncertainty

    def people(self) -> dict[str, int]:
        """Return the people served by each unit, where they are known and can be right."""
        return {
            unit: told["population"]
            for unit, told in self.table.items()
            if told["population"] is not None and told["population"] >= len(self._of(unit).marks)
        }

    def estimates(self) -> tuple[dict[str, dict[str, Estimate]], Correlation]:
        """Return by unit and component the estimate, and the correlation that the whole index was given."""
        named: dict[str, tuple[int, ...] | None] = {"all": None}
        named |= {code: self.form.of_factor(code) for code, _ in self.form.factors}
        named |= {code: (place,) for place, code in enumerate(self.form.codes)}
        people = self.people()
        found: dict[str, dict[str, Estimate]] = {unit: {} for unit in self.answers}
        whole = Correlation(0.0, None)
        for name, places in named.items():
            samples = {}
            for unit, answers in self.answers.items():
                blocks = self.measured[unit].blocks if places is None else self._blocks(unit, places)
                samples[unit] = sampled(
                    answers, self.counts[unit], blocks, self.rules.level_rule, people.get(unit)
                )
            fitted = correlation(samples.values())
            whole = fitted if places is None else whole
            for unit, sample in samples.items():
                found[unit][name] = estimate_unit(sample, self.rules, fitted)
        return found, whole

    def _blocks(self, unit: str, places: tuple[int, ...]) -> tuple[Block, ...]:
        """Return a factor's or criterion's blocks: one ratio, or the mean of its criteria where the method says so."""
        if self.rules.within != "criterion_mean" or len(places) == 1:
            return (Block(places, Fraction(1)),)
        heard = [place for place in places if sum(self.counts[unit][place][:5])]
        return tuple(Block((place,), Fraction(1, len(heard))) for place in heard)


def _twelve(value: Fraction | None) -> str | None:
    return None if value is None else half_up(value, 12)


def recompute(book: Facts, answers: Mapping[str, Answers], form: Form, rules: Rules) -> Facts:
    """Return the book the answers give, with the units, and what only the book knows, from the book in the bundle."""
    table = {unit["unit"]: unit for unit in book["units"]}
    if unknown := sorted(set(answers) - set(table)):
        raise Differs(f"Gói, tệp answers.csv: phiếu của đơn vị {unknown[0]} không có trong bảng đơn vị.")
    own = Recomputed(table, answers, form, rules)
    surveyed = {unit["unit"]: own.satisfaction_unit(unit["unit"]) for unit in book["satisfaction"]["units"]}
    if set(surveyed) != set(own.counts):
        raise Differs("Gói, tệp book.json: danh sách đơn vị của kết quả không như bảng đơn vị.")
    told: Facts = {
        "format": book["format"],
        "satisfaction": {
            "questionnaire": {"code": form.code, "sha256": book["satisfaction"]["questionnaire"]["sha256"]},
            "method": {"code": rules.code, "sha256": book["satisfaction"]["method"]["sha256"]},
            "input": {
                "sha256": input_digest(answers),
                "responses": sum(len(a.marks) for a in answers.values()),
            },
            "units": [surveyed[unit] for unit in sorted(surveyed)],
        },
        "index": None,
        "units": [
            {**unit, "satisfaction_points": _text(own.components[unit["unit"]])} for unit in book["units"]
        ],
        "uncertainty": None,
        "sensitivity": None,
        "counts": {
            "criteria": list(form.codes),
            "units": {unit: own.counts[unit] for unit in book["counts"]["units"]},
            "responses": {unit: len(own._of(unit).marks) for unit in book["counts"]["responses"]},
        },
    }
    standings = index_of(own)
    if book["index"] is not None:
        told["index"] = {
            "method": told["satisfaction"]["method"],
            "units": [standings[unit].told for unit in table],
            "groups": [
                group_of(own, group, members, standings) for group, members in own.groups(table).items()
            ],
        }
    if rules.interval != "none":
        told["uncertainty"] = uncertainty_of(own, standings, surveyed, book)
    if book["sensitivity"] is not None:
        told["sensitivity"] = sensitivity_of(own, book["sensitivity"])
    return told


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True)
class Standing:
    """One unit's place in the published index; `exact` is its index unrounded."""

    exact: Fraction | None
    told: Facts


def index_of(own: Recomputed) -> dict[str, Standing]:
    """Return every unit's total, index, rank and band (METHOD.md 4)."""
    exact: dict[str, Fraction | None] = {}
    totals: dict[str, Fraction | None] = {}
    rules = own.rules
    for unit, told in own.table.items():
        appraised, points = told["appraisal_points"], own.components[unit]
        complete = appraised is not None and (points is not None or not own.surveyed(unit))
        total = Fraction(appraised) + Fraction(points or 0) if complete else None
        totals[unit] = total
        exact[unit] = None if total is None else HUNDRED * total / Fraction(told["max_points"])
    shown = {unit: None if x is None else Decimal(half_up(x, rules.decimals)) for unit, x in exact.items()}
    placed: dict[str, int | None] = {}
    for members in own.groups(own.table).values():
        values = [exact[unit] if rules.rank_on == "unrounded" else shown[unit] for unit in members]
        placed |= zip(members, ranks(values, rules.ties), strict=True)
    found = {}
    for unit, told in own.table.items():
        index, total = shown[unit], totals[unit]
        band = None if index is None else next((n for n, low in rules.bands if Fraction(index) >= low), None)
        found[unit] = Standing(
            exact[unit],
            {
                "unit": unit,
                "group": told["group"],
                "total_points": None if total is None else half_up(total, rules.decimals),
                "index": _text(index),
                "rank": placed[unit],
                "band": band,
            },
        )
    return found


def group_of(own: Recomputed, group: str, members: Sequence[str], standings: Mapping[str, Standing]) -> Facts:
    """Return a group's means, spread, units above the mean and bands."""
    exact = [x for unit in members if (x := standings[unit].exact) is not None]
    shown = [Fraction(standings[unit].told["index"]) for unit in members if standings[unit].exact is not None]
    points = [Fraction(p) for unit in members if (p := own.components[unit]) is not None]
    mean = sum(exact, Fraction(0)) / len(exact) if exact else None
    digits = own.rules.decimals
    bands = {name: 0 for name, _ in own.rules.bands}
    for unit in members:
        if (band := standings[unit].told["band"]) is not None:
            bands[band] += 1
    return {
        "group": group,
        "mean": None if mean is None else half_up(mean, digits),
        "satisfaction_mean": half_up(sum(points, Fraction(0)) / len(points), digits) if points else None,
        "spread": half_up(max(shown) - min(shown), digits) if shown else None,
        "above_mean": sum(mean is not None and x > mean for x in exact),
        "bands": bands,
    }


def uncertainty_of(
    own: Recomputed, standings: Mapping[str, Standing], surveyed: Mapping[str, Facts], book: Facts
) -> Facts:
    """Return estimates and doubts about ranks, and fill in what `satisfaction` shows of them."""
    rules = own.rules
    found, whole = own.estimates()
    single = {unit: each["all"] for unit, each in found.items()}
    for unit, estimate in single.items():
        told = estimate.told(rules)
        surveyed[unit]["standard_error"] = told["standard_error"]
        surveyed[unit]["interval"] = None if estimate.low is None else told["interval"]

    def together(members: Iterable[str]) -> Facts:
        answers = {unit: own.answers[unit] for unit in members}
        both = estimate_together(answers, own.counts, single, own.people(), own.form, rules, whole)
        return {name: each.told(rules) for name, each in both.items()}

    groups, every = [], list[str]()
    for group, members in sorted(own.groups(sorted(own.answers)).items()):
        ranked = [unit for unit in members if own.placed[unit] is not None]
        if not ranked:
            continue
        every += ranked
        doubts = rank_doubts(own, ranked, single, _book_ranks(book, group))
        for unit, both in doubts["ranks"].items():
            surveyed[unit]["rank_interval"] = both
        groups.append({"group": group, "index": together(ranked), **doubts})
    return {
        "level": LEVEL,
        "kind": rules.interval,
        "all": together(every) if every else None,
        "groups": groups,
        "units": {
            unit: {name: each.told(rules) for name, each in parts.items()} for unit, parts in found.items()
        },
        "index_ranks": index_ranks(own, standings, single, book),
    }


def _book_ranks(book: Facts, group: str) -> Facts | None:
    found = (each for each in book["uncertainty"]["groups"] if each["group"] == group)
    return next((each["ranks"] for each in found), None)


def rank_doubts(
    own: Recomputed, ranked: Sequence[str], single: Mapping[str, Estimate], told: Facts | None
) -> Facts:
    """Return what is doubtful about the ranks of a group's ranked units."""
    rules, people = own.rules, own.people()
    values = [own.measured[unit].index or Fraction(0) for unit in ranked]
    errors = [100 * _error(single[unit]) for unit in ranked]
    apart = surely_apart(values, errors, "holm")
    order = sorted(range(len(ranked)), key=lambda place: (-values[place], ranked[place]))
    neighbours = [
        {
            "better": ranked[first],
            "worse": ranked[second],
            "told_apart": (first, second) in apart,
            "more": more_needed(
                float(values[first] - values[second]),
                [
                    (errors[place], single[ranked[place]].n, people.get(ranked[place]))
                    for place in (first, second)
                ],
            ),
        }
        for first, second in pairwise(order)
    ]
    ranges: Any = told or {}
    if rules.rank_interval != "bootstrap":
        held = surely_apart(values, errors, rules.rank_interval)
        ranges = dict(zip(ranked, rank_ranges(len(ranked), held), strict=True))
    return {
        "ranks": ranges,
        "runs": [[ranked[place] for place in run] for run in runs_of(order, apart)],
        "neighbours": neighbours,
        "steadied": _steadied(ranked, values, errors),
        "plan": _plan(own, ranked, single),
    }


def _error(estimate: Estimate) -> float:
    """Return an error; who has none that is known is told apart from nobody."""
    return math.inf if estimate.error is None else estimate.error


def _steadied(units: Sequence[str], values: Sequence[Fraction], errors: Sequence[float]) -> Facts | None:
    known = [place for place, error in enumerate(errors) if error < math.inf]
    if len(known) < 3:
        return None
    mean, between, told = steadied(
        [float(values[place]) for place in known], [errors[place] for place in known]
    )
    named = {
        units[place]: {"index": index, "standard_error": error, "kept": kept}
        for place, (index, error, kept) in zip(known, told, strict=True)
    }
    return {"mean": mean, "between": between, "units": named}


def _plan(own: Recomputed, units: Sequence[str], single: Mapping[str, Estimate]) -> Facts | None:
    """Return how many responses give ± so many points; the design's effect is that without the finite population."""
    sized = [unit for unit in units if single[unit].size]
    n, people = sum(single[unit].n for unit in sized), own.people()
    share = math.fsum(single[unit].n * float(single[unit].share or 0) for unit in sized) / n if n else 0.0
    if not 0 < share < 1:
        return None
    left = {unit: 1 - single[unit].n / people[unit] if unit in people else 1.0 for unit in sized}
    effect = math.fsum(single[unit].n ** 2 / (single[unit].size or 1.0) / left[unit] for unit in sized) / n
    needed = {
        unit: [sample_needed(share, effect, margin / 100, people.get(unit)) for margin in MARGINS]
        for unit in units
    }
    return {"margins": list(MARGINS), "share": share, "effect": effect, "responses": needed}


def index_ranks(
    own: Recomputed, standings: Mapping[str, Standing], single: Mapping[str, Estimate], book: Facts
) -> Facts:
    """Return the ranks that each unit's whole index may have; appraised points carry no error."""
    rules, found = own.rules, dict[str, Any]()
    for members in own.groups(own.table).values():
        known = [unit for unit in members if standings[unit].exact is not None]
        values = [standings[unit].exact or Fraction(0) for unit in known]
        errors = [
            100
            * _component_error(single.get(unit), own.components[unit], rules)
            / float(own.table[unit]["max_points"])
            for unit in known
        ]
        if rules.rank_interval == "bootstrap":
            found |= {unit: book["uncertainty"]["index_ranks"].get(unit) for unit in known}
            continue
        apart = surely_apart(values, errors, rules.rank_interval)
        found |= dict(zip(known, rank_ranges(len(known), apart), strict=True))
    return found


def _component_error(estimate: Estimate | None, component: Decimal | None, rules: Rules) -> float:
    """Return the error of a unit's points: none where it has no survey, infinite where it is unknown."""
    if component is None:
        return 0.0
    if estimate is None or estimate.error is None:
        return math.inf
    if rules.conversion == "linear":
        return float(rules.maximum) * estimate.error
    low, high = (points_of(Fraction(100 * (end or 0.0)), rules) for end in (estimate.low, estimate.high))
    return float(high - low) / (2 * NORMAL.inv_cdf(0.5 + LEVEL / 2))


# --- Sensitivity (UNCERTAINTY.md 9) ----------------------------------------------------------------


def sensitivity_of(own: Recomputed, told: Sequence[Facts]) -> list[Facts]:
    """Return every unit with points under every choice; which responses were flagged only the book knows."""
    rules = own.rules
    units = [unit for unit in sorted(own.answers) if own.components[unit] is not None]
    marks = {unit: own.answers[unit].marks for unit in units}
    outcomes: dict[str, list[Facts]] = {unit: [] for unit in units}

    def add(
        choice: str, method: Rules, kept: Mapping[str, Sequence[Sequence[int]]], about: Iterable[str]
    ) -> None:
        found = _chosen(own, units, method, kept)
        for unit in about:
            outcomes[unit].append({"choice": choice, **found[unit]})

    add(AS_COUNTED, rules, marks, units)
    for name, (within, weights) in COMBINATIONS.items():
        if (within, weights) != (rules.within, rules.weights) or rules.general:
            add(name, replace(rules, within=within, weights=weights, general=False), marks, units)
    other = "mean5" if rules.level_rule == "top2" else "top2"
    add(other, replace(rules, level_rule=other), marks, units)
    known = {each["unit"]: each["outcomes"] for each in told}
    for unit in units:
        outcomes[unit] += [
            {**each, "index": BOOK_ONLY, "rank": BOOK_ONLY}
            for each in known.get(unit, ())
            if each["choice"].startswith(WITHOUT)
        ]
    for enumerator in sorted({each for unit in units for each in own.answers[unit].enumerators}):
        kept = {unit: _without(own.answers[unit], enumerator) for unit in units}
        about = [unit for unit in units if len(kept[unit]) < len(marks[unit])]
        add(WITHOUT_ENUMERATOR + enumerator, rules, kept, about)
    return [{"unit": unit, "group": own.table[unit]["group"], "outcomes": outcomes[unit]} for unit in units]


def _without(answers: Answers, enumerator: str) -> list[tuple[int, ...]]:
    return [
        marks for marks, asked in zip(answers.marks, answers.enumerators, strict=True) if asked != enumerator
    ]


def _chosen(
    own: Recomputed, units: Sequence[str], rules: Rules, kept: Mapping[str, Sequence[Sequence[int]]]
) -> dict[str, Facts]:
    """Return index and rank of each unit from what is kept of its responses."""
    found: dict[str, Facts] = {}
    for members in own.groups(units).values():
        values: list[Any] = []
        for unit in members:
            same = len(kept[unit]) == len(own.answers[unit].marks)
            counts = own.counts[unit] if same else counts_of(kept[unit], len(own.form.codes))
            known = same and rules is own.rules
            measured = own.measured[unit] if known else measure(counts, own.form, rules)
            incomplete = any(index is None for _, index, _ in measured.factors)
            points = None if measured.index is None else points_of(measured.index, rules)
            few = len(kept[unit]) < rules.smallest_n
            if points is None or few or (incomplete and not rules.rank_incomplete):
                values.append(None)
            else:
                shown = Fraction(half_up(points, rules.decimals))
                values.append(points if rules.rank_on == "unrounded" else shown)
            found[unit] = {"index": _twelve(measured.index)}
        for unit, rank in zip(members, ranks(values, rules.ties), strict=True):
            found[unit]["rank"] = rank
    return found


# --- Comparison with the book of the bundle --------------------------------------------------------


def compare(own: Any, told: Any, where: str) -> None:
    """Refuse the first place at which a told value is not the recomputed one; floats may differ by 1e-9."""
    if own is BOOK_ONLY:
        return
    if isinstance(own, dict) and isinstance(told, dict) and set(own) == set(told):
        for key in own:
            compare(own[key], told[key], f"{where}/{key}")
        return
    if isinstance(own, list) and isinstance(told, list) and len(own) == len(told):
        for place, (mine, theirs) in enumerate(zip(own, told, strict=True)):
            name = place
            if isinstance(theirs, dict):
                name = next(
                    (
                        theirs[key]
                        for key in ("unit", "group", "choice", "factor", "criterion")
                        if key in theirs
                    ),
                    place,
                )
            compare(mine, theirs, f"{where}/{name}")
        return
    if close(own, told):
        return
    raise Differs(f"Gói, {where}: tệp ghi {_briefly(told)}, tính lại được {_briefly(own)}.")


def close(own: Any, told: Any) -> bool:
    """Whether two plain values are one: floats to 1e-9, all others exactly."""
    if isinstance(own, float) and isinstance(told, (int, float)) and not isinstance(told, bool):
        return abs(own - told) <= 1e-9 * max(1.0, abs(own))
    return type(own) is type(told) and bool(own == told)


def _briefly(value: Any) -> str:
    text = str(json.dumps(value, ensure_ascii=False)) if not isinstance(value, str) else value
    return text if len(text) <= 120 else text[:117] + "…"


# --- The bundle ------------------------------------------------------------------------------------

OUTSIDE = ("manifest.json", "README.txt", "verify.py")
MOST_BYTES = 1 << 30  # of all files unpacked
MOST_RATIO = 400  # a file of zeros packs a thousandfold, a sheet of numbers some twentyfold


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every file has the digest its manifest names."""

    digest: str
    manifest: Facts
    book: Facts
    dossier: Facts
    rows: list[Facts]
    answers: dict[str, Answers]
    forms: list[Form]
    method: str
    rules: Rules


def _unpacked(path: str, what: str) -> dict[str, bytes]:
    """Return the files of an archive; refuses what is none, what is packed too tightly, and names that come twice."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(set(names)) < len(names):
                raise Differs(f"{what}: có hai tệp cùng tên bên trong.")
            if sum(entry.file_size for entry in entries) > MOST_BYTES or len(entries) > 10_000:
                raise Differs(f"{what}: giải nén ra quá lớn, không đọc.")
            for entry in entries:
                if entry.file_size > 1 << 20 and entry.file_size > MOST_RATIO * entry.compress_size:
                    raise Differs(f"{what}, tệp {entry.filename}: nén quá chặt, không đọc.")
            return {entry.filename: _content(archive, entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise Differs(f"{what}: không đọc được ({error}).") from None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise Differs(f"Tệp {entry.filename}: dài hơn nó khai.")
    return content


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(content: bytes, name: str) -> Any:
    def no_constant(text: str) -> Any:
        raise ValueError(text)

    try:
        return json.loads(content, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Differs(f"Gói, tệp {name}: không phải JSON hợp lệ ({error}).") from None


def read_bundle(path: str) -> Bundle:
    """Return a bundle; refuses one of which any file is not what its manifest says."""
    files = _unpacked(path, "Gói")
    if "manifest.json" not in files:
        raise Differs("Gói: không có manifest.json, không phải gói kiểm chứng của Hài Lòng.")
    manifest = _json(files["manifest.json"], "manifest.json")
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict) or manifest.get("format") != 1:
        raise Differs("Gói, tệp manifest.json: không đúng dạng, chương trình này chỉ biết dạng 1.")
    for name, digest in listed.items():
        if name not in files:
            raise Differs(f"Gói: thiếu tệp {name} mà manifest.json kể tên.")
        if _sha(files[name]) != digest:
            raise Differs(f"Gói, tệp {name}: đã bị sửa, mã kiểm tra không như trong manifest.json.")
    if extra := sorted(set(files) - set(listed) - set(OUTSIDE)):
        raise Differs(f"Gói: có tệp {extra[0]} mà manifest.json không kể tên.")
    wanted = {"book.json": "book", "dossier.json": "dossier", "method.toml": "method"}
    wanted[f"questionnaires/{manifest['questionnaire']}.toml"] = "questionnaire"
    for name, fact in wanted.items():
        if listed.get(name) != manifest[fact]:
            raise Differs(f"Gói, tệp {name}: không có, hoặc không phải tệp mà manifest.json ghi ở “{fact}”.")
    return _read(files, manifest)


def _read(files: Mapping[str, bytes], manifest: Facts) -> Bundle:
    names = [name for name in manifest["files"] if name.startswith("questionnaires/")]
    for name in names:
        if name != f"questionnaires/{_sha(files[name])}.toml":
            raise Differs(f"Gói, tệp {name}: tên không phải mã kiểm tra của nó.")
    forms = [read_form(files[name].decode()) for name in names]
    method = files["method.toml"].decode()
    rules = read_method(method)
    book, dossier = _json(files["book.json"], "book.json"), _json(files["dossier.json"], "dossier.json")
    rows, answers = read_answers(files["answers.csv"].decode(), forms[0], forms)
    bundle = Bundle(
        _sha(files["manifest.json"]), manifest, book, dossier, rows, answers, forms, method, rules
    )
    _check_agreement(bundle, files)
    return bundle


def _check_agreement(bundle: Bundle, files: Mapping[str, bytes]) -> None:
    """Refuse a bundle whose parts are not of one result."""
    manifest, book, dossier = bundle.manifest, bundle.book, bundle.dossier
    facts = (
        ("dossier.json, campaign/code", dossier["campaign"]["code"], manifest["campaign"]),
        ("dossier.json, answers_sha256", dossier["answers_sha256"], manifest["files"]["answers.csv"]),
        (
            "book.json, questionnaire",
            book["satisfaction"]["questionnaire"]["sha256"],
            manifest["questionnaire"],
        ),
        ("book.json, method", book["satisfaction"]["method"]["sha256"], manifest["method"]),
        ("book.json, format", book["format"], 2),
        ("dossier.json, format", dossier["format"], 1),
    )
    for where, told, known in facts:
        if told != known:
            raise Differs(f"Gói, tệp {where}: ghi {told}, phải là {known}.")
    counted = Counter(row["counts_for"] for row in bundle.rows)
    for work in dossier["field_work"]:
        if work["valid"] != counted[work["unit"]]:
            raise Differs(
                f"Gói, tệp dossier.json, field_work/{work['unit']}: ghi {work['valid']} phiếu hợp lệ, "
                f"answers.csv có {counted[work['unit']]}."
            )
    for unit in dossier["unit_rechecks"]:
        judged = {each["form_code"] for each in dossier["rechecks"] if each["unit"] == unit["unit"]}
        if unit["responses"] != len(judged):
            raise Differs(
                f"Gói, tệp dossier.json, unit_rechecks/{unit['unit']}: ghi {unit['responses']} phiếu, "
                f"rechecks có {len(judged)}."
            )
    records = {f"draws/{draw['number']}.json": draw["record"].encode() for draw in dossier["draws"]}
    held = {name: content for name, content in files.items() if name.startswith("draws/")}
    if records != held:
        raise Differs("Gói: các biên bản rút thăm không như trong dossier.json.")
    for draw in dossier["draws"]:
        check_draw(draw, manifest["campaign"])


# --- Draws (DRAWS.md) ------------------------------------------------------------------------------


def _key(*words: str) -> str:
    return _sha("\t".join(words).encode())


def _nearest(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def check_draw(draw: Facts, campaign: str) -> None:
    """Refuse a draw that its record's own secrets do not give."""
    number = draw["number"]
    record = _json(draw["record"].encode(), f"draws/{number}.json")
    rules, parts = record["rules"], {name: told["part"] for name, told in record["parties"].items()}
    frame = sorted(record["frame"], key=lambda each: str(each["response"]))
    lines = [
        "hailong-draw/1",
        f"{record['campaign']}\t{record['number']}\t{record['kind']}",
        json.dumps(rules, sort_keys=True, separators=(",", ":")),
        *(f"{each['response']}\t{each['version']}\t{each['enumerator']}\t{each['unit']}" for each in frame),
    ]
    digest = _sha(("\n".join(lines) + "\n").encode())
    secrets = "".join(f"{name}\t{parts[name]}\n" for name in ("front", "veterans", "home_affairs"))
    seed = _sha(f"hailong-draw/1 seed\n{digest}\n{secrets}".encode())
    chosen, strata = _chosen_by(seed, frame, rules, record["kind"])
    known = {
        "campaign": campaign,
        "number": number,
        "kind": draw["kind"],
        "frame_digest": digest,
        "seed": seed,
        "chosen": [chosen[name] for name in sorted(chosen)],
    }
    for name, told in record["parties"].items():
        if told["commitment"] != _sha(parts[name].encode()):
            raise Differs(f"Gói, draws/{number}.json, parties/{name}: phần đã lộ không khớp mã cam kết.")
    for name, value in known.items():
        compare(value, record[name], f"draws/{number}.json/{name}")
    drawn = len(chosen) + len(record["replacements"]) + record["held_back"]
    if draw["members"] != drawn:
        raise Differs(
            f"Gói, tệp dossier.json, draws/{number}/members: ghi {draw['members']}, biên bản có {drawn} phiếu."
        )
    _check_replacements(record, chosen, strata)


def _chosen_by(
    seed: str, frame: Sequence[Facts], rules: Facts, kind: str
) -> tuple[dict[str, Facts], dict[str, list[str]]]:
    """Return who is drawn, and by response the stratum it stands in, by places."""
    groups: dict[tuple[str, str], list[Facts]] = {}
    for each in frame:
        groups.setdefault((each["enumerator"], each["unit"]) if kind == "random" else ("", ""), []).append(
            each
        )
    chosen: dict[str, Facts] = {}
    strata: dict[str, list[str]] = {}
    asks = {each["response"]: each["enumerator"] for each in frame}
    for members in groups.values():
        order = sorted((each["response"] for each in members), key=lambda name: _key("order", seed, name))
        strata |= dict.fromkeys(order, order)
        size = len(order)
        taken = min(rules.get("take", 0), size)
        if kind == "random":
            taken = max(1, _nearest(Fraction(rules["share"]) * size))
        for place, name in enumerate(order[:taken], 1):
            asked = [
                codes[int(_key("criterion", seed, name, f), 16) % len(codes)]
                for f, codes in rules["criteria"]
            ]
            chosen[name] = {
                "response": name,
                "place": place,
                "taken": taken,
                "out_of": size,
                "criteria": asked,
            }
    overlap = Fraction(rules["overlap"])
    both = max(1, _nearest(overlap * len(chosen))) if overlap else 0
    ordered = sorted(chosen, key=lambda name: _key("overlap", seed, name))
    alone = sorted(
        ordered[both:], key=lambda name: (_key("enumerator", seed, asks[name]), _key("body", seed, name))
    )
    bodies, first = ("front", "veterans"), int(_key("first", seed), 16) % 2
    for name in ordered[:both]:
        chosen[name]["bodies"] = list(bodies)
    for place, name in enumerate(alone):
        chosen[name]["bodies"] = [bodies[(first + place) % 2]]
    return chosen, strata


def _check_replacements(record: Facts, chosen: Mapping[str, Facts], strata: Mapping[str, list[str]]) -> None:
    """Refuse a replacement of another stratum, or one that passed somebody over without a word."""
    taken, passed = set(chosen), set(record["passed_over"])
    for each in record["replacements"]:
        name, gone = each["response"], each["replaces"]
        where = f"Gói, draws/{record['number']}.json, replacements/{name}"
        if name in taken or gone not in taken or strata.get(name) is not strata.get(gone):
            raise Differs(f"{where}: không thay được phiếu {gone}.")
        taken.add(name)
    for each in record["replacements"]:
        order = strata[each["response"]]
        before = order[: order.index(each["response"])]
        if skipped := [name for name in before if name not in taken and name not in passed]:
            raise Differs(f"Gói, draws/{record['number']}.json, passed_over: không kể phiếu {skipped[0]}.")


# --- The workbook as a file ------------------------------------------------------------------------

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/\w+\.xml|xl/(workbook|styles|sharedStrings|metadata)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/printerSettings/printerSettings\d+\.bin"
)
_FORMATS = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    14: "mm-dd-yy",
    22: "m/d/yy h:mm",
    49: "@",
}
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 – the days of a workbook know no zone


@dataclass(frozen=True)
class Value:
    """What a cell of the file holds: a text or a number, as it is shown by its format."""

    held: str | float
    format: str


@dataclass
class Page:
    """A sheet of the file: its title, and its cells that hold something, by row and column from 1."""

    title: str
    cells: dict[int, dict[int, Value]]


def _name_of(row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _place_of(name: str) -> tuple[int, int]:
    letters = name.rstrip("0123456789")
    row = name[len(letters) :]
    if not 0 < len(letters) < 4 or not 0 < len(row) < 8 or row[0] == "0":
        raise Differs(f"Bảng điểm: địa chỉ ô “{_briefly(name)}” không hợp lệ.")
    return int(row), _column_of(letters)


@cache
def _column_of(letters: str) -> int:
    column = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise Differs(f"Bảng điểm: cột “{letters}” không hợp lệ.")
        column = 26 * column + ord(letter) - 64
    return column


class Workbook:
    """An .xlsx as far as its cells: no formulas, nothing hidden, nothing laid over the cells."""

    def __init__(self, path: str) -> None:
        """Open the file; refuses what is no workbook, and parts that could show something else than the cells."""
        self.files = _unpacked(path, "Bảng điểm")
        if "xl/workbook.xml" not in self.files:
            raise Differs("Bảng điểm: không phải tệp .xlsx.")
        if strange := sorted(name for name in self.files if not _PARTS.fullmatch(name)):
            raise Differs(f"Bảng điểm: có phần {strange[0]} không thuộc bảng điểm (macro, hình, chú thích…).")
        self.texts = self._shared()
        self.formats = self._styles()
        self.sheets = self._listed()

    def _tree(self, name: str) -> ElementTree.Element:
        return _parsed(self.files[name], name)

    def _shared(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.files:
            return []
        return [_text_of(each) for each in self._tree("xl/sharedStrings.xml").iter(f"{_MAIN}si")]

    def _styles(self) -> list[str]:
        tree = self._tree("xl/styles.xml")
        codes = dict(_FORMATS)
        for each in tree.iter(f"{_MAIN}numFmt"):
            code = each.get("formatCode", "").replace("\\", "").removesuffix(";@")
            codes[int(each.get("numFmtId", "0"))] = code
        styled = tree.find(f"{_MAIN}cellXfs")
        found = [] if styled is None else styled.findall(f"{_MAIN}xf")
        return [codes.get(int(each.get("numFmtId", "0")), "?") for each in found] or ["General"]

    def _listed(self) -> list[tuple[str, str]]:
        tree = self._tree("xl/workbook.xml")
        dates = tree.find(f"{_MAIN}workbookPr")
        if dates is not None and dates.get("date1904", "0") not in ("0", "false"):
            raise Differs("Bảng điểm: đếm ngày từ 1904, không phải tệp của Hài Lòng.")
        links = self._tree("xl/_rels/workbook.xml.rels").iter(f"{_LINKS}Relationship")
        targets = {each.get("Id"): str(each.get("Target")).removeprefix("/xl/") for each in links}
        found = []
        for sheet in tree.iter(f"{_MAIN}sheet"):
            title, name = str(sheet.get("name")), f"xl/{targets.get(sheet.get(_LINK))}"
            if sheet.get("state", "visible") != "visible":
                raise Differs(f"Trang “{title}”: bị ẩn.")
            if name not in self.files or not name.startswith("xl/worksheets/"):
                raise Differs(f"Trang “{title}”: không có trong tệp.")
            found.append((title, name))
        return found

    def page(self, title: str, name: str) -> Page:
        """Return a sheet's cells; refuses formulas, cells twice, hidden or merged cells by name."""
        page = Page(title, {})
        row = 0
        for _, node in _walked(self.files[name], name):
            tag = node.tag.removeprefix(_MAIN)
            if tag == "row":
                row = int(node.get("r", row + 1))
                if node.get("hidden", "0") not in ("0", "false"):
                    raise Differs(f"Trang “{title}”, dòng {row}: bị ẩn.")
                self._row(page, node, row)
                node.clear()
            elif tag == "col" and node.get("hidden", "0") not in ("0", "false"):
                raise Differs(f"Trang “{title}”, cột {node.get('min')}: bị ẩn.")
            elif tag in ("mergeCell", "conditionalFormatting", "drawing", "legacyDrawing", "oleObject"):
                raise Differs(f"Trang “{title}”: có {tag}, che hoặc đổi cách hiện các ô.")
        return page

    def _row(self, page: Page, node: ElementTree.Element, row: int) -> None:
        if row in page.cells:
            raise Differs(f"Trang “{page.title}”, dòng {row}: có hai lần.")
        cells: dict[int, Value] = {}
        page.cells[row] = cells
        column = 0
        for cell in node:
            name = cell.get("r")
            where, column = _place_of(name) if name else (row, column + 1)
            if where != row or column in cells:
                raise Differs(f"Trang “{page.title}”, ô {name}: không đúng dòng, hoặc có hai lần.")
            value = self._value(page.title, cell, name or _name_of(row, column))
            if value is not None:
                cells[column] = value

    def _value(self, title: str, cell: ElementTree.Element, name: str) -> Value | None:
        kind, held = cell.get("t", "n"), None
        for part in cell:
            tag = part.tag.removeprefix(_MAIN)
            if tag == "f":
                raise Differs(f"Trang “{title}”, ô {name}: là công thức, bảng điểm không có công thức.")
            held = _text_of(part) if tag == "is" else part.text
        style = int(cell.get("s", "0"))
        shown = self.formats[style] if 0 <= style < len(self.formats) else "?"
        if not held:
            return None
        if kind in ("inlineStr", "str"):
            return Value(held, shown)
        try:
            if kind == "s":
                return Value(self.texts[int(held)], shown) if self.texts[int(held)] else None
            number = float(held)
        except (ValueError, IndexError):
            raise Differs(f"Trang “{title}”, ô {name}: “{_briefly(held)}” không đọc được.") from None
        if kind != "n" or not math.isfinite(number):
            raise Differs(f"Trang “{title}”, ô {name}: kiểu ô “{kind}” không có trong bảng điểm.")
        return Value(number, shown)


def _guarded(content: bytes, name: str) -> bytes:
    """Return XML without declarations of its own kinds and entities: refused, as they can unfold without end."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Differs(f"Bảng điểm, phần {name}: XML có khai báo DOCTYPE hoặc bảng mã lạ, không đọc.")
    if b"encoding=" in content[:200] and not re.search(
        rb"encoding=[\"'](utf-8|us-ascii)[\"']", content[:200], re.I
    ):
        raise Differs(f"Bảng điểm, phần {name}: XML có bảng mã lạ, không đọc.")
    return content


def _parsed(content: bytes, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(_guarded(content, name))  # noqa: S314 – nothing declared, nothing to unfold
    except ElementTree.ParseError as error:
        raise Differs(f"Bảng điểm, phần {name}: XML hỏng ({error}).") from None


def _walked(content: bytes, name: str) -> Iterator[tuple[str, ElementTree.Element]]:
    try:
        yield from ElementTree.iterparse(io.BytesIO(_guarded(content, name)))  # noqa: S314
    except ElementTree.ParseError as error:
        raise Differs(f"Bảng điểm, phần {name}: XML hỏng ({error}).") from None


def _text_of(node: ElementTree.Element) -> str:
    """Return a text, its runs joined; what is only read aloud (rPh) is none of it."""
    parts = []
    for child in node:
        if child.tag == f"{_MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{_MAIN}r":
            parts += [each.text or "" for each in child.iter(f"{_MAIN}t")]
    return "".join(parts)


# --- The sheets a result must have (WORKBOOK.md) ---------------------------------------------------

LAYOUT = "1"
HERE = timezone(timedelta(hours=7))
SPACE = "\u00a0"
SHOWN = {
    "count": "#,##0",
    "points": "#,##0.00",
    "percent": "#,##0.00",
    "weight": "0.0000",
    "moment": "dd/mm/yyyy hh:mm",
    "day": "dd/mm/yyyy",
    "plain": "General",
    "code": "@",
    "range": "@",
    "text": "General",
}
MADE_UP = "SỐ LIỆU MINH HỌA: các câu trả lời là giả, không phải ý kiến thật của người dân."
PUBLISHED = {
    "published": "đủ tin cậy để công bố",
    "caution": "công bố kèm lưu ý",
    "not_enough": "chưa đủ mẫu",
}
FLAGS = {
    "no_survey": "không khảo sát (đơn vị không có thủ tục)",
    "survey_not_expected": "có phiếu dù đơn vị không thuộc diện khảo sát",
    "too_few": "chưa đủ mẫu",
    "no_answer": "không có câu trả lời nào",
    "all_satisfied": "mọi câu trả lời đều hài lòng, cần xem lại",
    "factor_undefined": "chưa có câu trả lời cho yếu tố",
    "criterion_undefined": "chưa có câu trả lời cho tiêu chí",
    "below_quota": "chưa đủ chỉ tiêu phiếu",
    "above_population": "số phiếu vượt số người đã giao dịch",
}
KIND_WORDS = {
    "modelled-deff-wilson": "Wilson với hệ số thiết kế ước lượng chung",
    "modelled-deff-jeffreys": "Jeffreys với hệ số thiết kế ước lượng chung",
    "korn-graubard": "Korn–Graubard",
    "korn-graubard-capped": "Korn–Graubard chặn trên",
    "clopper-pearson": "Clopper–Pearson",
    "logit-t": "logit, phân phối t",
    "wald": "Wald, phân phối t",
}
CHOICES = {
    AS_COUNTED: "theo phương pháp",
    "pooled": "gộp mọi câu trả lời",
    "criterion_mean": "trung bình các tiêu chí",
    "factor_mean": "trung bình các yếu tố",
    "top2": "tỷ lệ mức 4 và 5",
    "mean5": "điểm trung bình năm mức",
}
EXCLUDED = {
    "invalid": "Không hợp lệ",
    "returned": "Đang trả lại",
    "void": "Đã hủy",
    "apart": "Tự trả lời, đếm riêng",
    "duplicate": "Trùng mã, chờ quyết định",
}
VERDICTS = {"confirmed": "Đạt", "failed": "Không đạt", "unreachable": "Không liên hệ được"}
BODIES = {"front": "Mặt trận Tổ quốc", "veterans": "Hội Cựu chiến binh"}
DRAWS = {"random": "Rút thăm ngẫu nhiên", "directed": "Rút thăm theo danh sách sàng lọc"}
STATES = {
    "draft": "Đang chuẩn bị",
    "open": "Đang thu thập",
    "closed": "Đã đóng",
    "sealed": "Đã niêm phong",
    "published": "Đã công bố",
}
MODES = {
    "face_to_face": "Phỏng vấn trực tiếp",
    "paper": "Nhập từ phiếu giấy",
    "phone": "Phỏng vấn qua điện thoại",
    "self": "Tự trả lời",
}
LEADING_WORDS = {
    "form_code": "Mã phiếu",
    "unit": "Mã đơn vị được hỏi",
    "counts_for": "Mã đơn vị mà phiếu được tính vào",
    "enumerator": "Mã điều tra viên, không nói tên ai; tu-tra-loi là phiếu người dân tự trả lời",
    "mode": "Cách hỏi",
    "questionnaire": "Bộ câu hỏi của phiếu",
    "version": "Bản của phiếu được tính; 1 là bản gửi lần đầu",
    "submitted_on": "Ngày gửi, giờ Việt Nam",
}
SECTIONS = {
    "service": "Dịch vụ",
    "experience": "Trải nghiệm khi làm thủ tục",
    "respondent": "Người trả lời",
    "organisation": "Tổ chức",
    "comment": "Ý kiến thêm",
}
QUESTION_KINDS = {"choice": "chọn một", "multi": "chọn nhiều, cách nhau bằng “;”", "integer": "số nguyên"}
FIELDS = {"form_code": "Mã phiếu", "unit": "Đơn vị được hỏi", "mode": "Cách hỏi"}

Row = Sequence[Any]


@dataclass(frozen=True)
class Free:
    """What a cell may hold that no file of the bundle knows: any text of a pattern, or any moment."""

    pattern: str


@dataclass
class Sheet:
    """A sheet as it must be: kinds and headings of its columns, its rows, foot rows and notes."""

    name: str
    caption: str
    columns: Sequence[tuple[str, str]]
    rows: Iterable[Row]
    foot: Sequence[Row] = ()
    notes: Sequence[str] = ()
    kinds: Sequence[str] = ()  # of the second column, row by row, where a sheet tells facts of several kinds


def columns_of(told: str) -> list[tuple[str, str]]:
    """Return (heading, kind) of each column, told as "kind heading | kind heading"."""
    return [(heading, kind) for kind, _, heading in (each.partition(" ") for each in told.split(" | "))]


def decimal_comma(text: object) -> str:
    """Return digits as they are, with a decimal comma."""
    return str(text).replace(".", ",")


def thousands(number: int) -> str:
    """Return a whole number with points between thousands."""
    return f"{number:,}".replace(",", ".")


def plain(number: Fraction | Decimal | int | str) -> str:
    """Return a number with the decimals it needs, at most six."""
    text = half_up(Fraction(number), 6).rstrip("0").rstrip(".")
    return decimal_comma(text)


def moment_of(text: str) -> datetime:
    """Return a moment in Vietnamese time, without a zone."""
    return datetime.fromisoformat(text).astimezone(HERE).replace(tzinfo=None)


def between(low: Any, high: Any) -> str:
    """Return an interval's two ends, each rounded once."""
    if low is None or high is None:
        return "–"
    return " – ".join(decimal_comma(half_up(_exact(end), 2)) for end in (low, high))


def _exact(value: Any) -> Fraction:
    """Return what a number of the book is printed as, exactly."""
    return Fraction(str(value))


def number(value: Any) -> float | int | None:
    """Return the double nearest to a number of the book."""
    return None if value is None else value if isinstance(value, int) else float(value)


def ranks_between(both: Sequence[int] | None) -> str:
    """Return the ranks a unit may have."""
    return "–" if both is None else " – ".join(str(each) for each in dict.fromkeys(both))


@dataclass
class Result:
    """A bundle seen as the sheets of its workbook."""

    bundle: Bundle

    def __post_init__(self) -> None:
        """Look up what every sheet needs."""
        self.book, self.dossier, self.rules = self.bundle.book, self.bundle.dossier, self.bundle.rules
        self.form, self.forms = self.bundle.forms[0], self.bundle.forms
        self.units = {unit["unit"]: unit for unit in self.book["units"]}
        self.uncertain = self.book["uncertainty"] or {
            "groups": [],
            "units": {},
            "index_ranks": {},
            "all": None,
        }
        self.doubts = {each["group"]: each for each in self.uncertain["groups"]}
        self.groups: dict[str, list[Facts]] = {code: [] for code in self.dossier["groups"]}
        for result in self.book["satisfaction"]["units"]:
            if "no_survey" not in result["flags"]:
                self.groups[self.units[result["unit"]]["group"]].append(result)
        for results in self.groups.values():
            results.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
        self.surveyed = [(group, each) for group, results in self.groups.items() for each in results]
        self.names = {each["unit"]: each["name"] for each in self.dossier["field_work"]}
        self.asked = dict(FIELDS)
        for form in self.forms:
            told = {code: text for code, _, text in form.criteria}
            told |= {each["code"]: each["text"] for each in form.told.get("question", ())}
            self.asked = told | self.asked

    def sheets(self) -> list[Sheet]:
        """Return every sheet, in order, but the two that close the workbook."""
        groups = {code: name for code, name in self.dossier["groups"].items() if self.groups[code]}
        return [
            *(self.points(code, name) for code, name in groups.items()),
            *self.index(),
            *([self.certainty()] if self.book["uncertainty"] else []),
            *(self.neighbours(each) for each in self.uncertain["groups"]),
            *self.sensitivity(groups),
            self.factors(),
            self.criteria(),
            method_sheet(self.bundle),
            self.responses(),
            self.questions(),
            self.corrections(),
            self.excluded(),
            self.verdicts(),
            self.rechecked_units(),
            self.asked_again(),
            self.draws(),
            self.field_work(),
        ]

    def wording(self, flag: str) -> str:
        """Return a flag in words."""
        code, _, about = flag.partition(":")
        names = dict(self.form.factors) | {code: text.rstrip(".") for code, _, text in self.form.criteria}
        return f"{FLAGS[code]} “{names[about]}”" if about else FLAGS[code]

    def note_of(self, unit: str) -> str:
        """Return what the dossier says of a unit's re-checks."""
        return next((each["note"] for each in self.dossier["unit_rechecks"] if each["unit"] == unit), "")

    def points(self, group: str, name: str) -> Sheet:
        """Return the points of a group's units."""
        columns = [
            *columns_of("count Hạng | code Mã | text Đơn vị | percent Chỉ số % | points Điểm"),
            *columns_of("range Khoảng tin cậy % | range Hạng có thể | count Số phiếu | count Chỉ tiêu"),
            *((f"({place}) %", "percent") for place in range(1, len(self.form.factors) + 1)),
            *columns_of("text Ghi chú | text Phúc tra"),
        ]
        rows = []
        for each in self.groups[group]:
            unit, interval = self.units[each["unit"]], each["interval"] or {"low": None, "high": None}
            rows.append(
                (
                    each["rank"],
                    each["unit"],
                    unit["name"],
                    number(each["index"]),
                    number(each["points"]),
                    between(interval["low"], interval["high"]),
                    ranks_between(each["rank_interval"]),
                    each["responses"],
                    unit["quota"],
                    *(number(factor["index"]) for factor in each["factors"]),
                    "; ".join(self.wording(flag) for flag in each["flags"]),
                    self.note_of(each["unit"]),
                )
            )
        notes = [f"({place}) {told}" for place, (_, told) in enumerate(self.form.factors, 1)]
        return Sheet(f"Điểm {name}", f"Điểm khảo sát – {name}", columns, rows, notes=notes)

    def index(self) -> list[Sheet]:
        """Return the published index, a sheet a group."""
        columns = columns_of(
            "count Hạng | text Đơn vị | points Điểm thẩm định | points Điểm khảo sát | points Tổng điểm"
            " | percent Chỉ số % | text Xếp loại | points Điểm tối đa | range Hạng có thể"
        )
        sheets = []
        for group in (self.book["index"] or {"groups": []})["groups"]:
            standings = [each for each in self.book["index"]["units"] if each["group"] == group["group"]]
            standings.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
            rows = [self._index_row(each) for each in standings]
            name = self.dossier["groups"][group["group"]]
            foot = (None, "Trung bình", None, number(group["satisfaction_mean"]), None, number(group["mean"]))
            notes = [*_group_told(group, standings, self.units), *self._not_surveyed(standings)]
            caption = f"Chỉ số cải cách hành chính – {name}"
            sheets.append(Sheet(f"Chỉ số {name}", caption, columns, rows, [foot], notes))
        return sheets

    def _has_survey(self, unit: str) -> bool:
        return Fraction(self.units[unit]["max_points"]) >= self.rules.full_maximum

    def _index_row(self, each: Facts) -> Row:
        unit = self.units[each["unit"]]
        points: Any = number(unit["satisfaction_points"]) if self._has_survey(each["unit"]) else "x"
        return (
            each["rank"],
            unit["name"],
            number(unit["appraisal_points"]),
            points,
            number(each["total_points"]),
            number(each["index"]),
            each["band"] or "",
            number(unit["max_points"]),
            ranks_between(self.uncertain["index_ranks"].get(each["unit"])),
        )

    def _not_surveyed(self, standings: Sequence[Facts]) -> list[str]:
        units = [self.units[each["unit"]] for each in standings if not self._has_survey(each["unit"])]
        if not units:
            return []
        maxima = sorted({Fraction(unit["max_points"]) for unit in units})
        told = " hoặc ".join(plain(each) for each in maxima)
        return [
            f"x: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức ({_names(units)}). "
            f"Điểm tối đa của các đơn vị này là {told}, chỉ số = tổng điểm / "
            f"{told if len(maxima) == 1 else 'điểm tối đa'} × 100."
        ]

    def certainty(self) -> Sheet:
        """Return how sure every unit's index and rank are."""
        columns = columns_of(
            "code Mã | text Đơn vị | count Phiếu có trả lời | percent Chỉ số % | points Sai số chuẩn"
            " | percent Từ % | percent Đến % | points Điểm | points Điểm từ | points Điểm đến | count Hạng"
            " | count Hạng tốt nhất | count Hạng thấp nhất | points Cỡ mẫu hiệu dụng | points Hệ số thiết kế"
            " | count Bậc tự do | percent Chỉ số làm vững % | text Công bố | text Ghi chú"
        )
        level = decimal_comma(f"{100 * self.uncertain['level']:g}")
        notes = [
            f"Khoảng tin cậy {level} %, công thức {KIND_WORDS[self.uncertain['kind']]}; "
            "hạng có thể có: mọi cặp trong nhóm, điều chỉnh Holm.",
            "Chỉ số làm vững (Bayes thực nghiệm) chỉ để tham khảo, không thay chỉ số và không đổi hạng.",
        ]
        groups = [(self.dossier["groups"][each["group"]], each["index"]) for each in self.uncertain["groups"]]
        words = {"responses": "gộp mọi phiếu", "units": "trung bình các đơn vị"}
        foot = [
            _together_row(f"{name}: {told}", estimates[weighting])
            for name, estimates in [*groups, ("Tất cả", self.uncertain["all"])]
            if estimates
            for weighting, told in words.items()
        ]
        rows = [self._certainty_row(group, each) for group, each in self.surveyed]
        return Sheet("Độ tin cậy", "Độ tin cậy của chỉ số và thứ hạng", columns, rows, foot, notes)

    def _certainty_row(self, group: str, result: Facts) -> Row:
        unit = result["unit"]
        estimate = self.uncertain["units"].get(unit, {}).get("all")
        interval = estimate["interval"] if estimate else {}
        rule = estimate["publication"] if estimate else {"code": "not_enough", "reasons": []}
        steadied = ((self.doubts.get(group) or {}).get("steadied") or {"units": {}})["units"].get(unit)
        best, worst = result["rank_interval"] or (None, None)
        low = high = None
        if result["interval"] and result["interval"]["low"] is not None:
            ends = (points_of(_exact(result["interval"][end]), self.rules) for end in ("low", "high"))
            low, high = (number(half_up(end, self.rules.decimals)) for end in ends)
        return (
            *(unit, self.units[unit]["name"], interval.get("n", 0), number(result["index"])),
            *(result["standard_error"], interval.get("low"), interval.get("high")),
            *(number(result["points"]), low, high, result["rank"], best, worst),
            *(interval.get("n_eff"), interval.get("deff"), interval.get("df")),
            steadied["index"] if steadied else None,
            PUBLISHED[str(rule["code"])],
            "; ".join(filter(None, [*rule["reasons"], interval.get("note", "")])),
        )

    def neighbours(self, group: Facts) -> Sheet:
        """Return units next to each other, and what would tell them apart."""
        name = self.dossier["groups"][group["group"]]
        columns = columns_of(
            "text Đơn vị | text Đơn vị liền sau | percent Chênh lệch, điểm % | text Phân biệt được"
            " | count Cần thêm mỗi đơn vị, phiếu"
        )
        indices = {each["unit"]: Decimal(each["index"] or 0) for each in self.book["satisfaction"]["units"]}
        rows = []
        for pair in group["neighbours"]:
            alone = "chỉ khi xét riêng hai đơn vị" if pair["more"] == 0 else "chưa"
            more: Any = pair["more"] or None
            if pair["more"] and pair["more"] > 10_000:
                more = "trên 10.000"
            gap = float(indices[pair["better"]] - indices[pair["worse"]])
            names = (self.units[pair[side]]["name"] for side in ("better", "worse"))
            rows.append((*names, gap, "có" if pair["told_apart"] else alone, more))
        note = "Cần thêm: ước lượng, nếu chênh lệch giữ nguyên và chỉ xét riêng hai đơn vị."
        return Sheet(f"Liền kề {name}", f"Đơn vị liền kề – {name}", columns, rows, notes=[note])

    def sensitivity(self, groups: Mapping[str, str]) -> list[Sheet]:
        """Return index and rank of every unit under every choice, a sheet a group."""
        sheets = []
        for code, name in groups.items():
            known = {each["unit"]: each for each in self.book["sensitivity"] or () if each["group"] == code}
            units = [known[each["unit"]] for each in self.groups[code] if each["unit"] in known]
            if not units:
                continue
            choices = [each["choice"] for each in units[0]["outcomes"] if not _of_one(each)]
            columns = columns_of("code Mã | text Đơn vị")
            for choice in choices:
                words = CHOICES.get(choice, f"không tính {choice.partition(':')[2]}")
                columns += [(words[0].upper() + words[1:], "percent"), ("Hạng", "count")]
            columns += [("Bỏ một điều tra viên: chỉ số %", "range"), ("Hạng", "range")]
            rows = [self._sensitivity_row(unit, choices) for unit in units]
            caption = f"Độ nhạy của chỉ số và thứ hạng – {name}"
            sheets.append(Sheet(f"Độ nhạy {name}", caption, columns, rows))
        return sheets

    def _sensitivity_row(self, unit: Facts, choices: Sequence[str]) -> Row:
        known = {each["choice"]: each for each in unit["outcomes"]}
        pairs = ((number(known[choice]["index"]), known[choice]["rank"]) for choice in choices)
        kept = [each for each in unit["outcomes"] if _of_one(each) or each["choice"] == AS_COUNTED]
        indices = [Fraction(each["index"]) for each in kept if each["index"] is not None]
        places = [each["rank"] for each in kept if each["rank"] is not None]
        ranges = ("–", "–")
        if len(kept) > 1 and indices:
            ends = (decimal_comma(half_up(end, 2)) for end in (min(indices), max(indices)))
            ranges = (" – ".join(ends), ranks_between((min(places), max(places)) if places else None))
        told = (cell for pair in pairs for cell in pair)
        return (unit["unit"], self.units[unit["unit"]]["name"], *told, *ranges)

    def factors(self) -> Sheet:
        """Return every unit's factors."""
        columns = columns_of(
            "code Mã đơn vị | text Đơn vị | text Yếu tố | count Trả lời | count Hài lòng | percent Chỉ số %"
            " | weight Trọng số | points Điểm góp"
        )
        rows = [
            (
                *(each["unit"], self.units[each["unit"]]["name"], f"{place}. {name}"),
                *(part["answered"], part["satisfied"], number(part["index"]), part["weight"]),
                number(part["points"]),
            )
            for _, each in self.surveyed
            for place, ((_, name), part) in enumerate(zip(self.form.factors, each["factors"], strict=True), 1)
        ]
        return Sheet("Yếu tố", "Yếu tố của từng đơn vị", columns, rows)

    def criteria(self) -> Sheet:
        """Return every unit's criteria with the answers of each level."""
        columns = [
            *columns_of(
                "code Mã đơn vị | text Đơn vị | code Mã | text Tiêu chí | count Trả lời | count Hài lòng"
            ),
            *((f"{place} {name}", "count") for place, name in enumerate(self.form.levels, 1)),
            (self.form.not_applicable, "count"),
            *columns_of("count Để trống | percent Chỉ số %"),
        ]
        rows = []
        for _, each in self.surveyed:
            counts = self.book["counts"]["units"].get(each["unit"])
            for place, ((code, _, text), part) in enumerate(
                zip(self.form.criteria, each["criteria"], strict=True)
            ):
                aside = counts[place][5:] if counts else (0, 0)
                lead = (each["unit"], self.units[each["unit"]]["name"], code, text)
                told = (part["answered"], part["satisfied"], *part["levels"], *aside, number(part["index"]))
                rows.append((*lead, *told))
        return Sheet("Tiêu chí", "Tiêu chí của từng đơn vị", columns, rows)

    def _columns(self) -> list[str]:
        criteria = [code for form in self.forms for code in form.codes]
        closed = [
            q["code"] for form in self.forms for q in form.told.get("question", ()) if q["kind"] != "text"
        ]
        return list(dict.fromkeys([*criteria, *closed]))

    def responses(self) -> Sheet:
        """Return the responses, cell by cell as answers.csv has them."""
        codes = self._columns()
        kinds = {"version": "count", "submitted_on": "day"}
        columns = [(name, kinds.get(name, "code")) for name in _LEADING] + [(code, "plain") for code in codes]
        whole = {
            form.code: {
                *form.codes,
                *(q["code"] for q in form.told.get("question", ()) if q["kind"] == "integer"),
            }
            for form in self.forms
        }

        def rows() -> Iterator[Row]:
            for row in self.bundle.rows:
                cells, counted = row["cells"], whole[row["questionnaire"]]
                if list(cells) != [*_LEADING, *codes]:
                    raise Differs("Gói, tệp answers.csv: các cột không như bộ câu hỏi.")
                yield (
                    *(cells[name] for name in _LEADING[:6]),
                    int(row["version"]),
                    date.fromisoformat(row["submitted_on"]) if row["submitted_on"] else None,
                    *(
                        int(cells[code]) if code in counted and cells[code].isdecimal() else cells[code]
                        for code in codes
                    ),
                )

        return Sheet("Phiếu", "Phiếu được tính, không có thông tin cá nhân", columns, rows())

    def questions(self) -> Sheet:
        """Return what the columns of the responses mean."""
        names = ("Bộ câu hỏi", "Cột", "Loại", "Phần", "Câu hỏi", "Mã trả lời", "Trả lời")
        kinds = ("code", "code", "text", "text", "text", "code", "text")
        rows: list[Row] = []
        for code in _LEADING:
            for answer, text in (MODES if code == "mode" else {"": ""}).items():
                rows.append(("", code, "thông tin của phiếu", "", LEADING_WORDS[code], answer, text))
        for form in self.forms:
            factors = dict(form.factors)
            levels = {str(place): name for place, name in enumerate(form.levels, 1)} | {
                "NA": form.not_applicable
            }
            for code, factor, text in form.criteria:
                part = factors.get(factor, "Câu hỏi chung")
                rows += [(form.code, code, "tiêu chí", part, text, *each) for each in levels.items()]
            for each in form.told.get("question", ()):
                if each["kind"] == "text":
                    continue
                options = {one["code"]: one["text"] for one in each.get("options", ())} or {"": ""}
                lead = (
                    form.code,
                    each["code"],
                    QUESTION_KINDS[each["kind"]],
                    SECTIONS[each["section"]],
                    each["text"],
                )
                rows += [(*lead, *one) for one in options.items()]
        columns = list(zip(names, kinds, strict=True))
        return Sheet("Câu hỏi", "Ý nghĩa các cột của trang Phiếu", columns, rows)

    def _whose(self, each: Facts) -> tuple[str, str, str]:
        return each["form_code"], each["unit"], self.names.get(each["unit"], "")

    def corrections(self) -> Sheet:
        """Return the answers that corrections changed."""
        columns = columns_of(
            "code Mã phiếu | code Mã đơn vị | text Đơn vị | count Bản | moment Lúc sửa | text Người sửa"
            " | code Cột | text Câu hỏi | code Trước | code Sau | text Lý do"
        )
        rows = [
            (
                *(*self._whose(each), each["version"], moment_of(each["at"]), each["role"], each["field"]),
                *(self.asked.get(each["field"], ""), each["before"], each["after"], each["reason"]),
            )
            for each in self.dossier["corrections"]
        ]
        note = "Giá trị là mã như ở trang Phiếu; lời người dân tự viết chỉ ghi là đã sửa."
        return Sheet("Sửa phiếu", "Câu trả lời đã sửa", columns, rows, notes=[note])

    def excluded(self) -> Sheet:
        """Return the responses on file that do not count."""
        columns = columns_of("code Mã phiếu | code Mã đơn vị | text Đơn vị | text Vì sao | text Chi tiết")
        rows = [
            (*self._whose(each), EXCLUDED[each["why"]], each["detail"]) for each in self.dossier["excluded"]
        ]
        return Sheet("Phiếu không tính", "Phiếu đã có trên máy chủ mà không được tính", columns, rows)

    def verdicts(self) -> Sheet:
        """Return every verdict of a re-check."""
        columns = columns_of(
            "code Mã phiếu | code Mã đơn vị | text Đơn vị | code Điều tra viên | text Cơ quan giám sát | count Lần rút thăm"
            " | text Kết luận | text Lý do | moment Lúc kết luận | count Hỏi lại | count So được | count Trùng mức"
            " | count Cùng phía | text Từng câu"
        )
        marks = {"N": "NA", "-": "–"}
        rows = [
            (
                *(*self._whose(each), each["enumerator"], BODIES[each["body"]], each["draw"]),
                *(VERDICTS[each["verdict"]], "; ".join(each["reasons"]), moment_of(each["judged_at"])),
                *_agreeing(each["again"]),
                "; ".join(
                    f"{code}: {marks.get(first, first)} → {marks.get(again, again)}"
                    for code, first, again in each["again"]
                ),
            )
            for each in self.dossier["rechecks"]
        ]
        note = "So được: hai lần đều là một mức 1–5. Cùng phía: hai lần cùng là mức 4, 5 hoặc cùng là mức 1, 2, 3."
        return Sheet("Phúc tra", "Kết luận phúc tra từng phiếu", columns, rows, notes=[note])

    def rechecked_units(self) -> Sheet:
        """Return every surveyed unit's re-checks."""
        columns = columns_of(
            "code Mã | text Đơn vị | count Phiếu được tính | count Đã phúc tra | count Đạt | count Không đạt"
            " | count Không liên hệ được | count Chưa thống nhất | percent Tỷ lệ không đạt % | percent Từ %"
            " | percent Đến % | text Nhận xét"
        )
        known = {each["unit"]: each for each in self.dossier["unit_rechecks"]}
        fields = ("responses", "confirmed", "failed", "unreachable", "disputed")
        rows, counts = [], []
        for work in self.dossier["field_work"]:
            if not work["surveyed"]:
                continue
            found = known.get(work["unit"])
            told = (work["valid"], *(found[name] if found else 0 for name in fields))
            rate: tuple[Any, ...] = (None, None, None)
            if found and found["rate"] is not None:
                rate = tuple(float(100 * Decimal(str(found[name]))) for name in ("rate", "low", "high"))
            rows.append((work["unit"], work["name"], *told, *rate, self.note_of(work["unit"])))
            counts.append(told)
        foot = [("Cộng", None, *(sum(column) for column in zip(*counts, strict=True)))] if rows else []
        note = (
            "Các cột đếm và tỷ lệ tính mọi kết luận. Nhận xét không tính phiếu còn chờ quyết định (đề nghị hủy, hai cơ quan "
            "chưa thống nhất, còn cơ quan chưa kết luận)."
        )
        caption = "Kết quả phúc tra từng đơn vị"
        return Sheet("Phúc tra theo đơn vị", caption, columns, rows, foot, [note])

    def asked_again(self) -> Sheet:
        """Return by criterion how far answers asked again repeat the first ones."""
        columns = columns_of(
            "code Cột | text Câu hỏi | count Hỏi lại | count So được | count Trùng mức | count Cùng phía"
            " | percent Trùng mức % | percent Cùng phía %"
        )
        pairs = [pair for each in self.dossier["rechecks"] for pair in each["again"]]
        order = dict.fromkeys([*(code for form in self.forms for code in form.codes), *self.asked])
        by_code: dict[str, list[Row]] = {}
        for pair in pairs:
            by_code.setdefault(pair[0], []).append(pair)
        rows = [(code, self.asked[code], *_measured(by_code[code])) for code in order if code in by_code]
        foot = [(None, "Mọi tiêu chí", *_measured(pairs))] if pairs else []
        caption = "Hỏi lại có trùng với lần đầu không"
        return Sheet("Phúc tra hỏi lại", caption, columns, rows, foot, [self._both_bodies()])

    def _both_bodies(self) -> str:
        told: dict[str, dict[str, str]] = {}
        for each in self.dossier["rechecks"]:
            told.setdefault(each["form_code"], {})[each["body"]] = each["verdict"]
        shared = [set(each.values()) for each in told.values() if len(each) > 1]
        if not shared:
            return "Không phiếu nào được cả hai cơ quan kết luận."
        same = sum(len(each) == 1 for each in shared)
        return f"{thousands(len(shared))} phiếu được cả hai cơ quan kết luận, {thousands(same)} phiếu có cùng kết luận."

    def draws(self) -> Sheet:
        """Return the draws with the digest of each record."""
        columns = columns_of(
            "count Lần | text Cách rút | count Số phiếu | code Mã kiểm tra biên bản (SHA-256)"
        )
        rows = [
            (
                each["number"],
                DRAWS.get(each["kind"], each["kind"]),
                each["members"],
                _sha(each["record"].encode()),
            )
            for each in self.dossier["draws"]
        ]
        note = "Biên bản từng lần rút nằm trong gói kiểm chứng, tệp draws/<lần>.json; ai cũng rút lại được đúng như vậy."
        return Sheet("Rút thăm", "Các lần rút thăm phúc tra", columns, rows, notes=[note])

    def field_work(self) -> Sheet:
        """Return every unit's forms against its quota."""
        columns = columns_of(
            "text Nhóm | code Mã | text Đơn vị | text Khảo sát | count Chỉ tiêu | count Phát ra"
            " | count Hợp lệ | count Không hợp lệ | count Đã hủy | count Chưa thu về | count Trả lại"
            " | count Nháp | count Tự trả lời, đếm riêng | count Còn thiếu"
        )
        rows, counts = [], []
        for each in self.dossier["field_work"]:
            gone = None
            if each["issued"] is not None:
                gone = each["issued"] - each["valid"] - each["invalid"] - each["void"]
            told = (
                *(each["quota"], each["issued"], each["valid"], each["invalid"], each["void"], gone),
                *(each["returned"], each["drafts"], each["apart"], max(0, each["quota"] - each["valid"])),
            )
            group = self.dossier["groups"].get(each["group"], each["group"])
            rows.append((group, each["unit"], each["name"], "có" if each["surveyed"] else "không", *told))
            counts.append(told)
        sums = (None if None in column else sum(column) for column in zip(*counts, strict=True))
        foot = [("Cộng", None, None, None, *sums)] if rows else []
        notes = [
            "Phát ra = Hợp lệ + Không hợp lệ + Đã hủy + Chưa thu về. Phiếu đang trả lại và phiếu nháp nằm trong Chưa thu về.",
            "Còn thiếu là số phiếu hợp lệ còn thiếu so với chỉ tiêu. Phiếu của xã, phường tính vào đơn vị cấp trên của đợt này.",
        ]
        if any(each["issued"] is None for each in self.dossier["field_work"]):
            notes.append("Đợt này không có danh sách người được hỏi nên không biết số phiếu phát ra.")
        return Sheet("Tiến độ", "Phiếu so với chỉ tiêu", columns, rows, foot, notes)

    def notes(self, lists: Mapping[str, int], cut: Sequence[str]) -> Sheet:
        """Return “Ghi chú”; `lists` are the rows of the lists by sheet, `cut` the cells whose text is too long."""
        campaign, manifest, counted = self.dossier["campaign"], self.bundle.manifest, len(self.bundle.rows)
        states = {"invalid": 0, "returned": 0, "void": 0, "drafts": 0, "apart": 0}
        for name in states:
            states[name] = sum(work[name] for work in self.dossier["field_work"])
        words = EXCLUDED | {"drafts": "Nháp"}
        told, rules = self.form.told, tomllib.loads(self.bundle.method)
        facts: list[tuple[str, Any, str]] = [
            ("Đợt khảo sát", f"{campaign['name']} ({campaign['code']})", "text"),
            ("Tính đến", moment_of(manifest["as_of"]), "moment"),
            ("Tệp được ghi lúc", Free("moment"), "moment"),
            ("Múi giờ", "Asia/Ho_Chi_Minh (UTC+7)", "text"),
            ("Kết quả", f"lần tính {manifest['run']}, đã đóng băng", "text"),
            ("Lý do của lần tính", manifest["run_reason"] or "không ghi", "text"),
            (
                "Công bố",
                Free(r"chưa công bố|lần \d+, lúc \d\d/\d\d/\d{4} \d\d:\d\d \(giờ Việt Nam\)(; lý do: .*)?"),
                "text",
            ),
            ("Trạng thái của đợt", STATES.get(campaign["state"], campaign["state"]), "text"),
            ("Bộ lọc", "không lọc, mọi đơn vị của đợt", "text"),
            ("Bộ câu hỏi", f"{told['title']}. {told['note']}", "text"),
            ("Phương pháp", f"{rules['title']}. {rules['note']}", "text"),
            ("Làm tròn", "từ giá trị chính xác, một lần, 5 làm tròn lên", "text"),
            (
                "Dữ liệu cá nhân",
                "không có: không tên, không địa chỉ, không số điện thoại, không lời tự viết",
                "text",
            ),
            ("Phiếu được tính", counted, "count"),
            *((f"Không tính: {words[name]}", states[name], "count") for name in states),
            ("Mọi phiếu, kể cả nháp", counted + sum(states.values()), "count"),
            (
                "Trùng mã, chờ quyết định (chưa là phiếu)",
                sum(each["why"] == "duplicate" for each in self.dossier["excluded"]),
                "count",
            ),
            *((f"Số dòng ở trang {title}", rows, "count") for title, rows in lists.items()),
            ("Ô có chữ dài hơn mức một ô chứa được", len(cut), "count"),
        ]
        if cut:
            more = f" và {thousands(len(cut) - 20)} ô khác" if len(cut) > 20 else ""
            facts.append(("Các ô bị cắt bớt", "; ".join(cut[:20]) + more, "text"))
        return _facts("Ghi chú", facts)

    def proof(self) -> Sheet:
        """Return “Xác minh”."""
        manifest = self.bundle.manifest
        others = [name for name in manifest["files"] if name.startswith("questionnaires/")][1:]
        facts = [
            ("Mã kiểm tra dữ liệu vào (SHA-256)", self.book["satisfaction"]["input"]["sha256"]),
            ("Mã kiểm tra kết quả", manifest["book"]),
            ("Mã kiểm tra hồ sơ của lần tính", manifest["dossier"]),
            ("Mã kiểm tra phiếu được tính", manifest["files"]["answers.csv"]),
            ("Mã kiểm tra bộ câu hỏi", manifest["questionnaire"]),
            *(
                (f"Mã kiểm tra bộ câu hỏi {form.code}", manifest["files"][name])
                for form, name in zip(self.forms[1:], others, strict=True)
            ),
            ("Mã kiểm tra phương pháp", manifest["method"]),
            ("Mã kiểm tra gói kiểm chứng", Free(f"chưa công bố|{self.bundle.digest}")),
            ("Phiên bản phần mềm", manifest["program_version"]),
            ("Bố cục tệp", LAYOUT),
            (
                "Cách kiểm tra",
                "Tải gói kiểm chứng của lần tính này và tệp verify.py trong gói (chỉ cần Python 3.11 trở lên, không cần cài "
                "gì thêm), rồi chạy: python3 verify.py FILE.xlsx --bundle GOI.zip. Chương trình tính lại các ô từ phiếu "
                "trong gói, báo PASS hoặc chỉ ra ô đầu tiên khác. Mã kiểm tra của gói phải đúng là mã đã công bố.",
            ),
        ]
        return _facts("Xác minh", [(label, value, "text") for label, value in facts])


def _facts(name: str, facts: Sequence[tuple[str, Any, str]]) -> Sheet:
    columns = columns_of("text Mục | text Nội dung")
    rows = [(label, value) for label, value, _ in facts]
    return Sheet(name, name, columns, rows, kinds=[kind for _, _, kind in facts])


def _of_one(outcome: Facts) -> bool:
    return str(outcome["choice"]).startswith(WITHOUT_ENUMERATOR)


def _together_row(name: str, estimate: Facts) -> Row:
    interval, rule = estimate["interval"], estimate["publication"]
    return (
        *(None, name, interval["n"], number(estimate["index"]), estimate["standard_error"]),
        *(interval["low"], interval["high"], *(None,) * 6),
        *(interval["n_eff"], interval["deff"], interval["df"], None, PUBLISHED[rule["code"]]),
        "; ".join(filter(None, [*rule["reasons"], interval["note"]])),
    )


def _agreeing(again: Iterable[Row]) -> tuple[int, int, int, int]:
    pairs = list(again)
    levels = [(int(first), int(second)) for _, first, second in pairs if first.isdigit() and second.isdigit()]
    same = sum(first == second for first, second in levels)
    return len(pairs), len(levels), same, sum((first > 3) == (second > 3) for first, second in levels)


def _measured(pairs: Sequence[Row]) -> Row:
    asked, comparable, same, side = _agreeing(pairs)
    shares = [
        float(half_up(Fraction(100 * part, comparable), 12)) if comparable else None for part in (same, side)
    ]
    return (asked, comparable, same, side, *shares)


def _names(units: Iterable[Facts]) -> str:
    return ", ".join(unit["name"] for unit in units)


def _group_told(group: Facts, standings: Sequence[Facts], units: Mapping[str, Facts]) -> list[str]:
    """Return the sentences beneath a group's table of the index."""
    ranked = [each for each in standings if each["index"] is not None]
    missing = [units[each["unit"]] for each in standings if each["index"] is None]
    if not ranked:
        return ["Chưa đơn vị nào có chỉ số: thiếu điểm thẩm định hoặc điểm khảo sát."]
    indices = [Fraction(each["index"]) for each in ranked]
    best, worst = (
        _names(units[each["unit"]] for each in ranked if Fraction(each["index"]) == end)
        for end in (max(indices), min(indices))
    )
    digits = len(ranked[0]["index"].partition(".")[2])
    most, least = (f"{decimal_comma(half_up(end, digits))}{SPACE}%" for end in (max(indices), min(indices)))
    if len(ranked) == 1:
        told = [f"Chỉ một đơn vị có chỉ số: {best} ({most})."]
    elif most == least:
        told = [f"Mọi đơn vị cùng một chỉ số: {most}."]
    else:
        told = [
            f"Cao nhất: {best} ({most}). Thấp nhất: {worst} ({least}). "
            f"Chênh lệch: {decimal_comma(group['spread'])} điểm phần trăm."
        ]
    above = f"{group['above_mean']} trong" if group["above_mean"] else "không đơn vị nào trong"
    told.append(
        f"Chỉ số trung bình {decimal_comma(group['mean'])}{SPACE}%, tính từ các chỉ số chưa làm tròn; "
        f"{above} {len(ranked)} đơn vị cao hơn trung bình."
    )
    scored = sum(units[each["unit"]]["satisfaction_points"] is not None for each in standings)
    if scored:
        mean = decimal_comma(group["satisfaction_mean"])
        told.append(f"Điểm khảo sát trung bình {mean}, tính trên {scored} đơn vị có điểm khảo sát.")
    given = ", ".join(f"{name} {size} đơn vị" for name, size in group["bands"].items() if size)
    empty = [name for name, size in group["bands"].items() if not size]
    none = f"; không đơn vị nào xếp loại {' hoặc '.join(empty)}" if empty else ""
    told.append(f"Xếp loại: {given}{none}.")
    if missing:
        told.append(f"Chưa có chỉ số: {_names(missing)}.")
    return told


# --- “Phương pháp” in words ------------------------------------------------------------------------

_INTERVAL_FORMULAS = {
    "modelled-deff-wilson": "(p + z²/2n* ± z√(p(1−p)/n* + z²/4n*²)) / (1 + z²/n*), n* = cỡ mẫu hiệu dụng, z = 1,96",
    "modelled-deff-jeffreys": "phân vị 2,5 % và 97,5 % của Beta(p·n* + ½; (1−p)·n* + ½)",
    "korn-graubard": "Clopper–Pearson với n* = p(1−p)/v · (t(n−1)/t(df))²",
    "korn-graubard-capped": "Clopper–Pearson với n* = min(n; p(1−p)/v · (t(n−1)/t(df))²)",
    "clopper-pearson": "Clopper–Pearson với n phiếu",
    "logit-t": "logit p ± t(df)·se/(p(1−p)), đổi ngược lại",
    "wald": "p ± t(df)·se, chặn ở 0 và 100",
}
_WEIGHT_WORDS = {
    "answers": (
        "Theo số câu đã trả lời của yếu tố.",
        "w(k) = Σ n(c) của yếu tố k / Σ n(c) của mọi yếu tố",
    ),
    "criteria": (
        "Theo số tiêu chí có câu trả lời của yếu tố.",
        "w(k) = số tiêu chí của yếu tố k / số tiêu chí",
    ),
    "equal": ("Bằng nhau.", "w(k) = 1 / số yếu tố"),
}


def method_sheet(bundle: Bundle) -> Sheet:
    """Return “Phương pháp”: the pinned method and questionnaire, step by step, each in words and as a formula."""
    told, form, rules = tomllib.loads(bundle.method, parse_float=Decimal), bundle.forms[0], bundle.rules
    rows = [
        *_asked_lines(told, form),
        *_index_lines(form, rules),
        *_points_lines(rules),
        *_ranking_lines(rules),
        *_doubt_lines(rules),
        ("Nguồn của phương pháp", f"{told['source']}. {told['note']}", ""),
        ("Nguồn của bộ câu hỏi", f"{form.told['source']}. {form.told['note']}", ""),
    ]
    columns = columns_of("text Mục | text Nội dung | text Công thức")
    return Sheet("Phương pháp", "Từ phiếu đến điểm và chỉ số", columns, rows)


def _percent(value: Fraction | Decimal | int) -> str:
    return f"{plain(value)}{SPACE}%"


def _asked_lines(told: Facts, form: Form) -> Iterator[Row]:
    factors = "; ".join(
        f"{place}. {name} ({len(form.of_factor(code))} tiêu chí)"
        for place, (code, name) in enumerate(form.factors, 1)
    )
    yield (
        "Bộ câu hỏi",
        f"{form.told['title']} ({form.code}): {len(form.criteria)} tiêu chí. {factors}.",
        "",
    )
    levels = "; ".join(f"{place} {name}" for place, name in enumerate(form.levels, 1))
    yield "Thang đo", f"{levels}. “{form.not_applicable}” và để trống không phải là một mức.", ""
    yield "Phương pháp", f"{told['title']} ({told['code']})", ""
    validity = told["validity"]
    names = [name for place, (_, name) in enumerate(form.factors, 1) if place in validity["factors"]]
    yield (
        "Phiếu hợp lệ",
        f"Trả lời ít nhất {_percent(100 * Fraction(validity['share']))} số tiêu chí (không kể “không áp dụng”) của các "
        f"yếu tố: {'; '.join(names)}.",
        f"số tiêu chí đã trả lời / số tiêu chí áp dụng ≥ {plain(validity['share'])}",
    )


def _index_lines(form: Form, rules: Rules) -> Iterator[Row]:
    top2, pooled = rules.level_rule == "top2", rules.within == "pooled"
    none = "Không có câu trả lời thì không có chỉ số, không phải 0."
    yield (
        "Chỉ số tiêu chí",
        f"Tỷ lệ câu trả lời mức 4 và 5 trong các câu đã trả lời. {none}"
        if top2
        else f"Mức trung bình của các câu đã trả lời, chia cho 5. {none}",
        "I(c) = 100 × s(c) / n(c); n(c): số câu mức 1–5, s(c): số câu mức 4, 5"
        if top2
        else "I(c) = 100 × Σ mức / (5 × n(c)); n(c): số câu mức 1–5",
    )
    if rules.general:
        yield "Chỉ số đơn vị", "Chỉ số của câu hỏi chung về dịch vụ.", "I = I(câu hỏi chung)"
        return
    yield (
        "Chỉ số yếu tố",
        "Gộp mọi câu trả lời của các tiêu chí trong yếu tố."
        if pooled
        else "Trung bình cộng chỉ số các tiêu chí có câu trả lời của yếu tố.",
        f"F(k) = 100 × Σ {'s' if top2 else 'Σ mức / 5'} / Σ n, trên các tiêu chí của yếu tố k"
        if pooled
        else "F(k) = Σ I(c) / số tiêu chí",
    )
    yield "Chỉ số đơn vị", "Tổng chỉ số các yếu tố nhân với trọng số.", "I = Σ w(k) × F(k), Σ w(k) = 1"
    given = "; ".join(f"{name}: {plain(rules.custom.get(code, 0))}" for code, name in form.factors)
    weights = _WEIGHT_WORDS.get(rules.weights, (f"Do phương pháp đặt: {given}.", "w(k) cho trước"))
    yield ("Trọng số yếu tố", *weights)
    yield (
        "Yếu tố không ai trả lời",
        "Bỏ ra, trọng số chia lại cho các yếu tố còn lại; đơn vị được đánh dấu."
        if rules.undefined == "reweight"
        else "Đơn vị không có chỉ số.",
        "",
    )


def _points_lines(rules: Rules) -> Iterator[Row]:
    most = plain(rules.maximum)
    if rules.conversion == "step":
        steps = "; ".join(f"từ {_percent(low)}: {plain(points)} điểm" for low, points in rules.steps)
        yield "Điểm khảo sát", f"Quy đổi theo bậc: {steps}.", "P = điểm của bậc cao nhất có cận dưới ≤ I"
    elif rules.conversion == "threshold":
        full, zero = _percent(rules.full_from), _percent(rules.zero_below)
        words = f"Từ {full} được {most} điểm, dưới {zero} được 0 điểm, ở giữa theo tỷ lệ."
        yield "Điểm khảo sát", words, f"P = {most} × I / {plain(rules.full_from)}"
    else:
        words = f"Theo tỷ lệ, tối đa {most} điểm, từ chỉ số chưa làm tròn."
        yield "Điểm khảo sát", words, f"P = {most} × I / 100"
    yield (
        "Làm tròn",
        f"Một lần, từ giá trị chính xác, đến {rules.decimals} chữ số thập phân, 5 làm tròn lên.",
        "6/11 × 10 = 5,4545… → 5,45",
    )
    yield (
        "Cỡ mẫu tối thiểu",
        f"Dưới {rules.smallest_n} phiếu: “chưa đủ mẫu”, không có điểm và thứ hạng.",
        f"n ≥ {rules.smallest_n}",
    )
    yield (
        "Điểm góp của yếu tố",
        "Phần của yếu tố trong điểm khảo sát; các phần làm tròn riêng nên có thể không cộng đúng bằng điểm.",
        "P × w(k) × F(k) / I",
    )


def _ranking_lines(rules: Rules) -> Iterator[Row]:
    yield (
        "Chỉ số cải cách hành chính",
        "Điểm thẩm định cộng điểm khảo sát, trên điểm tối đa của đơn vị.",
        "X = 100 × (A + P) / T; A: điểm thẩm định, P: điểm khảo sát, T: điểm tối đa",
    )
    yield (
        "Đơn vị không khảo sát",
        f"Điểm tối đa dưới {plain(rules.full_maximum)}: không có thủ tục nên không khảo sát; điểm khảo sát ghi “x”, không "
        "phải 0, và không vào trung bình khảo sát.",
        "X = 100 × A / T",
    )
    bands = "; ".join(f"{name} từ {plain(low)}" for name, low in rules.bands)
    yield "Xếp loại", f"Theo chỉ số công bố (đã làm tròn), cận dưới thuộc về loại: {bands}.", "X ≥ cận dưới"
    value = "giá trị công bố" if rules.rank_on == "published" else "giá trị chưa làm tròn"
    words, example = {
        "competition": ("bằng nhau thì cùng hạng, bỏ hạng kế tiếp", "1, 2, 2, 4"),
        "dense": ("bằng nhau thì cùng hạng, hạng kế tiếp liền sau", "1, 2, 2, 3"),
    }[rules.ties]
    incomplete = "" if rules.rank_incomplete else "; đơn vị thiếu một yếu tố thì không có hạng"
    yield "Thứ hạng", f"Trong nhóm, theo {value}, cao trước; {words}{incomplete}.", example
    yield (
        "Trung bình của nhóm",
        "Trung bình cộng các chỉ số chưa làm tròn. Trung bình điểm khảo sát: trung bình cộng điểm công bố của các đơn vị có "
        "điểm.",
        "Σ X / số đơn vị có X; Σ P / số đơn vị có P",
    )


def _doubt_lines(rules: Rules) -> Iterator[Row]:
    if rules.interval == "none":
        yield "Khoảng tin cậy", "Phương pháp này không tính khoảng tin cậy.", ""
        return
    yield (
        "Khoảng tin cậy",
        f"95{SPACE}%, công thức {KIND_WORDS[rules.interval]}; phiếu của một điều tra viên ở một đơn vị là một cụm.",
        _INTERVAL_FORMULAS[rules.interval],
    )
    ranks_by = {
        "holm": "so mọi cặp đơn vị trong nhóm, điều chỉnh Holm",
        "bonferroni": "so mọi cặp đơn vị trong nhóm, điều chỉnh Bonferroni",
        "bootstrap": "lấy mẫu lại",
    }[rules.rank_interval]
    yield "Hạng có thể", f"95{SPACE}%: {ranks_by}.", ""
    rule = rules.publication
    widest, cautious = plain(rule["widest"]), plain(rule["caution_width"])
    yield (
        "Quy tắc công bố",
        f"Dưới {rules.smallest_n} phiếu hoặc khoảng rộng quá {widest} điểm phần trăm: chưa đủ mẫu. Dưới "
        f"{rule['caution_n']} phiếu, dưới {rule['caution_df']} bậc tự do hoặc rộng quá {cautious}: công bố kèm lưu ý.",
        "",
    )


# --- Cell by cell ----------------------------------------------------------------------------------

LISTS = ("Phiếu", "Sửa phiếu", "Phiếu không tính", "Phúc tra")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNTITLED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_CELL = 32_000
_NUMERIC = ("count", "points", "percent", "weight", "plain")
_DAYS = ("moment", "day")


def titles_of(names: Sequence[str]) -> list[str]:
    """Return the titles sheets of these names have: at most 31 letters, no two alike in any case."""
    taken: set[str] = set()
    titles = []
    for name in names:
        whole = _UNTITLED.sub(" ", _UNWRITABLE.sub("", name)).strip(" '")
        title, repeated = whole[:31].rstrip(" '"), 1
        while title.casefold() in taken:
            repeated += 1
            title = f"{whole[: 31 - len(f' ({repeated})')].rstrip()} ({repeated})"
        taken.add(title.casefold())
        titles.append(title)
    return titles


class Comparison:
    """The sheets of a file against those it must have."""

    def __init__(self, result: Result, workbook: Workbook) -> None:
        """Take both."""
        self.result, self.workbook = result, workbook
        self.cells = 0
        self.cut: list[str] = []
        self.lists: dict[str, int] = {}
        manifest, campaign = result.bundle.manifest, result.dossier["campaign"]
        as_of = moment_of(manifest["as_of"])
        self.line = (
            f"{campaign['name']} ({campaign['code']}). Lần tính {manifest['run']}. Tính đến {as_of:%d/%m/%Y %H:%M} "
            "(giờ Việt Nam). Bộ lọc: không lọc, mọi đơn vị của đợt."
        )
        self.warning = MADE_UP if campaign["made_up"] else ""

    def belongs(self) -> None:
        """Refuse a workbook that is none of ours, of another layout, or of another result."""
        titles = [title for title, _ in self.workbook.sheets]
        if "Xác minh" not in titles or "Ghi chú" not in titles:
            raise Differs(
                "Bảng điểm: không có trang “Xác minh” và “Ghi chú”, không phải bảng điểm của Hài Lòng."
            )
        page = self.workbook.page(*self.workbook.sheets[titles.index("Xác minh")])
        known = {
            cells[1].held: (row, cells[2].held) for row, cells in page.cells.items() if {1, 2} <= cells.keys()
        }
        where, layout = known.get("Bố cục tệp", (0, LAYOUT))
        if layout != LAYOUT:
            raise Differs(
                f"Trang “Xác minh”, ô B{where}: bố cục {layout}, chương trình này chỉ biết bố cục {LAYOUT}."
            )
        manifest = self.result.bundle.manifest
        where, book = known.get("Mã kiểm tra kết quả", (0, manifest["book"]))
        if book != manifest["book"]:
            raise Differs(
                f"Trang “Xác minh”, ô B{where}: bảng điểm ghi mã kết quả {_briefly(book)}, gói là của đợt "
                f"{manifest['campaign']}, lần tính {manifest['run']}, mã kết quả {manifest['book']}. Bảng điểm và gói không "
                "cùng một kết quả."
            )

    def run(self) -> None:
        """Refuse the first sheet or cell that is not as it must be."""
        self.belongs()
        sheets = self.result.sheets()
        titles = titles_of([*(sheet.name for sheet in sheets), "Ghi chú", "Xác minh"])
        self._check_titles(titles)
        for title, sheet in zip(titles, sheets, strict=False):
            rows = self._sheet(title, sheet)
            if sheet.name in LISTS:
                self.lists[title] = rows
        self._sheet(titles[-2], self.result.notes(self.lists, self.cut))
        self._sheet(titles[-1], self.result.proof())

    def _check_titles(self, titles: Sequence[str]) -> None:
        found = [title for title, _ in self.workbook.sheets]
        if missing := [title for title in titles if title not in found]:
            raise Differs(f"Bảng điểm: thiếu trang “{missing[0]}”.")
        if extra := [title for title in found if title not in titles]:
            raise Differs(f"Bảng điểm: thừa trang “{extra[0]}”.")
        for place, (title, wanted) in enumerate(zip(found, titles, strict=True), 1):
            if title != wanted:
                raise Differs(f"Bảng điểm: trang thứ {place} là “{title}”, phải là “{wanted}”.")

    def _sheet(self, title: str, sheet: Sheet) -> int:
        """Compare one sheet and return how many rows of data it must have."""
        page = self.workbook.page(title, dict(self.workbook.sheets)[title])
        kinds = [kind for _, kind in sheet.columns]
        lead: list[Row] = [
            (sheet.caption,),
            (self.line,),
            (self.warning,),
            [heading for heading, _ in sheet.columns],
        ]
        for row, cells in enumerate(lead, 1):
            self._row(page, row, cells, ["text"] * len(cells))
        row = 4
        for place, cells in enumerate(sheet.rows):
            row += 1
            self._row(page, row, cells, [kinds[0], sheet.kinds[place]] if sheet.kinds else kinds)
        data = row - 4
        for cells in sheet.foot:
            row += 1
            self._row(page, row, cells, kinds)
        if sheet.notes:
            row += 1
            self._row(page, row, (), ())
        for note in sheet.notes:
            row += 1
            self._row(page, row, (note,), ("text",))
        for left, held in sorted(page.cells.items()):
            if held and left > row:
                self._differs(page, left, min(held), held[min(held)], None)
        return data

    def _row(self, page: Page, row: int, wanted: Row, kinds: Sequence[str]) -> None:
        found = page.cells.get(row, {})
        for column, (value, kind) in enumerate(zip(wanted, kinds, strict=False), 1):
            held = found.get(column)
            if value is None or value == "":
                if held is not None:
                    self._differs(page, row, column, held, None)
                continue
            self.cells += 1
            if isinstance(value, str) and len(value) > _LONGEST_CELL // 2:
                value = self._fitting(value, f"{page.title}, dòng {row}")  # noqa: PLW2901 – what the file may hold
            if held is None or not _same(held.held, value):
                self._differs(page, row, column, held, value, kind)
            shown = SHOWN[kind]
            if held.format != shown and not (isinstance(value, str) and held.format in SHOWN.values()):
                raise Differs(
                    f"Trang “{page.title}”, ô {_name_of(row, column)}: định dạng “{held.format}”, phải là “{shown}”; ô có thể "
                    "hiện khác giá trị của nó."
                )
        if extra := [column for column in found if column > len(wanted)]:
            self._differs(page, row, min(extra), found[min(extra)], None)

    def _fitting(self, text: str, where: str) -> str:
        units = _UNWRITABLE.sub("", text).encode("utf-16-le")
        if len(units) <= 2 * _LONGEST_CELL:
            return text
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST_CELL:
            self.cut.append(where)
        whole = units.decode("utf-16-le")
        kept = units[: 2 * _LONGEST_CELL].decode("utf-16-le", errors="ignore")
        return f"{kept} … (còn {len(whole) - len(kept)} ký tự, xem trong phần mềm)"

    def _differs(
        self, page: Page, row: int, column: int, held: Value | None, wanted: Any, kind: str = "text"
    ) -> NoReturn:
        told, own = _shown(held.held if held else None, kind), _shown(wanted, kind)
        if told == own:  # the type or a digit that the format hides
            told, own = _plainly(held.held if held else None), _plainly(wanted)
        if isinstance(wanted, Free):
            own = "một thời điểm" if wanted.pattern == "moment" else f"theo mẫu {wanted.pattern}"
        raise Differs(
            f"Trang “{page.title}”, ô {_name_of(row, column)}: tệp ghi {told}, tính lại được {own}."
        )


def _same(held: str | float, wanted: Any) -> bool:
    """Whether a cell of the file holds what it must, in the type it must."""
    if isinstance(wanted, str):
        return isinstance(held, str) and (held == wanted or _written(held) == _written(wanted))
    if isinstance(wanted, Free):
        if wanted.pattern == "moment":
            return isinstance(held, float) and held > 36_526
        return isinstance(held, str) and bool(re.fullmatch(wanted.pattern, held, re.DOTALL))
    if isinstance(held, str):
        return False
    if isinstance(wanted, datetime):
        return abs(held - (wanted - _FIRST_DAY) / timedelta(days=1)) * 86_400 < 1
    if isinstance(wanted, date):
        return held == wanted.toordinal() - _FIRST_DAY.toordinal()
    if isinstance(wanted, int):
        return held == wanted
    return bool(abs(held - wanted) <= 1e-9 * max(1.0, abs(wanted)))


def _written(text: str) -> str:
    """Return a text as a cell of a file gives it back: no control characters, line ends as XML has them."""
    return _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _shown(value: Any, kind: str) -> str:
    if value is None:
        return "ô trống"
    if isinstance(value, float) and kind in _DAYS:
        with suppress(OverflowError):
            return f"{_FIRST_DAY + timedelta(days=value):%d/%m/%Y %H:%M:%S}"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y} 00:00:00"
    if isinstance(value, (int, float)):
        digits = {"points": 2, "percent": 2, "weight": 4}.get(kind, 0)
        if digits or value == int(value):
            return decimal_comma(half_up(Fraction(value), digits))
        return decimal_comma(repr(value))
    return f"“{_briefly(value)}”"


def _plainly(value: Any) -> str:
    if value is None:
        return "ô trống"
    if isinstance(value, str):
        return f"chữ “{_briefly(value)}”"
    return f"số {decimal_comma(repr(value))}" if isinstance(value, (int, float)) else str(value)


# --- The program -----------------------------------------------------------------------------------

USAGE = "Cách dùng: python3 verify.py BANG-DIEM.xlsx --bundle GOI.zip [--digest SHA-256]"


def verified(workbook: str, path: str, digest: str = "") -> list[str]:
    """Return what to tell of a workbook that is what its bundle gives; refuses anything else."""
    bundle = read_bundle(path)
    if digest and digest.lower() != bundle.digest:
        raise Differs(
            f"Gói: mã kiểm tra là {bundle.digest}, không phải {digest.lower()} đã cho. Gói không phải gói ấy."
        )
    opened = Workbook(workbook)
    result = Result(bundle)
    comparison = Comparison(result, opened)
    comparison.belongs()
    own = recompute(bundle.book, bundle.answers, bundle.forms[0], bundle.rules)
    compare(own, bundle.book, "book.json")
    comparison.run()
    manifest = bundle.manifest
    told = [
        f"PASS: {thousands(comparison.cells)} ô của {len(opened.sheets)} trang đúng như tính lại từ "
        f"{thousands(len(bundle.rows))} phiếu (đợt {manifest['campaign']}, lần tính {manifest['run']}).",
        f"Mã kiểm tra của gói: {bundle.digest}",
        "Đúng là mã đã cho."
        if digest
        else "Hãy so mã này với mã đã công bố: gói khác mã thì kết quả không phải kết quả đã công bố.",
    ]
    if bundle.rules.rank_interval == "bootstrap":
        told.append("Không tính lại, chỉ so với book.json: hạng có thể có (lấy mẫu lại).")
    if any(
        WITHOUT in each["choice"] for unit in bundle.book["sensitivity"] or () for each in unit["outcomes"]
    ):
        told.append(
            "Không tính lại, chỉ so với book.json: độ nhạy khi không tính phiếu bị gắn cờ (gói không ghi cờ)."
        )
    return told


def main(argv: Sequence[str]) -> int:
    """Verify a workbook: 0 and PASS, or 1 and the first difference, or 2 for a wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = argparse.ArgumentParser(prog="verify.py", usage=USAGE, add_help=False, exit_on_error=False)
    asked.add_argument("workbook")
    asked.add_argument("--bundle", required=True)
    asked.add_argument("--digest", default="")
    try:
        given, rest = asked.parse_known_args(list(argv))
    except (argparse.ArgumentError, SystemExit):
        given, rest = None, []
    if given is None or rest or (given.digest and not re.fullmatch(r"[0-9a-fA-F]{64}", given.digest)):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        print("\n".join(verified(given.workbook, given.bundle, given.digest)))
    except OSError as error:
        print(f"Không mở được tệp: {error}.", file=sys.stderr)
        return 2
    except Differs as found:
        print(f"KHÔNG ĐÚNG: {found}", file=sys.stderr)
        return 1
    except (LookupError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError) as error:
        print(f"KHÔNG ĐÚNG: tệp không đúng cấu trúc ({type(error).__name__}: {error}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
