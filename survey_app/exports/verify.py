#!/usr/bin/env python3
"""Verify a published workbook: recompute its numbers from the answers in its bundle, and compare cell by cell.

    python3 verify.py BANG-DIEM.xlsx --bundle GOI.zip [--digest SHA-256]

One file, the standard library alone (Python 3.11), nothing of the program that made the workbook: it is written from
METHOD.md, UNCERTAINTY.md and DRAWS.md. What it verifies and what it cannot stands in VERIFY.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist
from typing import Any

Facts = dict[str, Any]
HUNDRED = Fraction(100)
CITIZENS = "citizens"
LEVEL = 0.95
NORMAL = NormalDist()


class Differs(Exception):
    """What was found wrong, in a Vietnamese sentence that says where."""


# --- Numbers: rounding, distributions ---------------------------------------------------------------------------------


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


# --- The rules: method and questionnaire -------------------------------------------------------------------------------

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


# --- The answers ------------------------------------------------------------------------------------------------------


@dataclass
class Answers:
    """The responses of one unit: marks by response (1–5, 0 none, −1 not applicable), and who asked each."""

    marks: list[tuple[int, ...]] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    enumerators: list[str] = field(default_factory=list)


def read_answers(text: str, form: Form) -> tuple[list[Facts], dict[str, Answers]]:
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
    for cells in reader:
        row: Facts = {name: cells[place] for name, place in lead}
        where = f"Gói, tệp answers.csv, phiếu {row['form_code']}"
        if len(cells) != len(head) or row["form_code"] in seen:
            raise Differs(f"{where}: dòng không đủ ô, hoặc mã phiếu có hai lần.")
        if row["questionnaire"] != form.code:
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


# --- Index and points (METHOD.md 2 and 3) --------------------------------------------------------------------------------


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


# --- Errors and intervals (UNCERTAINTY.md 1 to 4) ------------------------------------------------------------------------

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


# --- Ranks (UNCERTAINTY.md 5) ---------------------------------------------------------------------------------------------


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


# --- Small units (UNCERTAINTY.md 6) -----------------------------------------------------------------------------------------


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


# --- The whole book, recomputed ------------------------------------------------------------------------------------------

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


# --- Sensitivity (UNCERTAINTY.md 9) ------------------------------------------------------------------------------------------


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
            same = kept[unit] is own.answers[unit].marks or len(kept[unit]) == len(own.answers[unit].marks)
            counts = own.counts[unit] if same else counts_of(kept[unit], len(own.form.codes))
            measured = measure(counts, own.form, rules)
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


# --- Comparison with the book of the bundle ------------------------------------------------------------------------------------


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
