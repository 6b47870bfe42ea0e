"""Methods as data: frozen, checked and checksummed rules from answers to points and from points to ranks."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from scoring.definitions import Block, available, checksum, normalise, parse_toml, plain, read_definition
from scoring.errors import hint, refusal
from scoring.estimates import KINDS, MODEL, MODELLED
from scoring.publication_rules import PublicationRule
from scoring.questionnaire import Questionnaire, checked_code

FOLDER = Path(__file__).parent / "methods"
LEVEL_RULES = ("top2", "mean5")
WITHIN_FACTOR = ("pooled", "criterion_mean")
FACTOR_WEIGHTS = ("answers", "criteria", "equal", "custom")
GENERAL_QUESTION = "general_question"
COMBINATIONS = {
    "pooled": ("pooled", "answers"),
    "criterion_mean": ("criterion_mean", "criteria"),
    "factor_mean": ("pooled", "equal"),
    GENERAL_QUESTION: (GENERAL_QUESTION, GENERAL_QUESTION),
}
UNDEFINED_FACTOR = ("reweight", "withhold")
CONVERSIONS = ("linear", "step", "threshold")
RANK_VALUES = ("published", "unrounded")
RANK_INTERVALS = ("holm", "bonferroni", "bootstrap")
TIES = ("competition", "dense")
NO_INTERVAL = "none"
INTERVALS = (*KINDS, NO_INTERVAL)
DESIGNS = (MODEL, "srs", "cluster")


@dataclass(frozen=True)
class IndexRule:
    """How counts become a unit's index; `weights` only where `factor_weights` is custom."""

    level_rule: str
    within_factor: str
    factor_weights: str
    weights: Mapping[str, Fraction]
    undefined_factor: str


@dataclass(frozen=True)
class Step:
    """From this index (percent, inclusive) on a unit gets these points."""

    lower: Fraction
    points: Fraction


@dataclass(frozen=True)
class PointsRule:
    """How an index becomes points; `steps` only for step, the two limits only for threshold."""

    conversion: str
    maximum: Fraction
    decimals: int
    steps: tuple[Step, ...]
    full_from: Fraction
    zero_below: Fraction


@dataclass(frozen=True)
class Band:
    """A class of the published index: its Vietnamese name and its inclusive lower bound."""

    name: str
    lower: Fraction


@dataclass(frozen=True)
class Validity:
    """A response counts as complete when this share of the criteria of these factors is answered."""

    factors: tuple[int, ...]
    share: Fraction


@dataclass(frozen=True)
class Method:
    """One version of the rules, whole: nothing about the computation stands anywhere else."""

    code: str
    title: str
    source: str
    note: str
    index: IndexRule
    points: PointsRule
    full_maximum: Fraction
    bands: tuple[Band, ...]
    rank_on: str
    ties: str
    rank_incomplete: bool
    rank_interval: str
    smallest_n: int
    interval: str
    design: str
    publication: PublicationRule
    validity: Validity
    sha256: str
    text: str

    @property
    def uses_general_question(self) -> bool:
        """Tell whether the index comes from the one question on the whole service."""
        return self.index.within_factor == GENERAL_QUESTION

    def check_against(self, questionnaire: Questionnaire) -> None:
        """Refuse a questionnaire without the general question or with other factors than those weighted."""
        if self.uses_general_question and questionnaire.general is None:
            raise refusal("general_missing", method=self.code, questionnaire=questionnaire.code)
        if self.index.factor_weights != "custom":
            return
        factors = [factor.code for factor in questionnaire.factors]
        facts = {"where": self.code, "questionnaire": questionnaire.code}
        for code in self.index.weights:
            if code not in factors:
                raise refusal("weights_factor", value=code, hint=hint(code, factors), **facts)
        for code in factors:
            if code not in self.index.weights:
                raise refusal("weights_incomplete", value=code, **facts)


def available_methods() -> tuple[str, ...]:
    """Return the codes of the methods that ship with the program."""
    return available(FOLDER)


def load_method(code_or_path: str | Path) -> Method:
    """Load a method by its code, or from a file whose name ends in .toml.

    Refuses an unknown code, an unreadable file, and whatever `parse_method` refuses.
    """
    return parse_method(*read_definition(code_or_path, FOLDER, "phương pháp"))


def parse_method(toml_text: str, where: str) -> Method:
    """Parse and check a method; `where` names the file in refusals.

    Refuses unknown keys and words, custom weights that do not add to 1, overlapping bands, steps out of
    order; there is no default for anything that changes a number.
    """
    text = normalise(toml_text)
    block = parse_toml(text, where)
    ranks, sample = block.block("ranks"), block.block("sample")
    smallest_n = sample.whole("smallest_n", 1, 1000)
    method = Method(
        code=checked_code(block),
        title=block.text("title"),
        source=block.text("source"),
        note=block.text("note"),
        index=_index_rule(block.block("index")),
        points=_points_rule(block.block("points")),
        full_maximum=block.number("full_maximum", 1, 1000),
        bands=_bands(block),
        rank_on=ranks.word("on", RANK_VALUES),
        ties=ranks.word("ties", TIES),
        rank_incomplete=ranks.flag("incomplete_units"),
        rank_interval=ranks.word("interval", RANK_INTERVALS),
        smallest_n=smallest_n,
        interval=sample.word("interval", INTERVALS),
        design=sample.word("design", DESIGNS),
        publication=_publication(block.block("publication"), smallest_n),
        validity=_validity(block.block("validity")),
        sha256=checksum(text),
        text=text,
    )
    for each in (ranks, sample, block):
        each.finish()
    if method.interval != NO_INTERVAL and (method.interval in MODELLED) != (method.design == MODEL):
        raise refusal("interval_without_design", kind=method.interval, design=method.design)
    return method


def _index_rule(block: Block) -> IndexRule:
    level_rule = block.word("level_rule", LEVEL_RULES)
    if block.has("combination"):
        within, weighting = COMBINATIONS[block.word("combination", COMBINATIONS)]
    else:
        within, weighting = (
            block.word("within_factor", WITHIN_FACTOR),
            block.word("factor_weights", FACTOR_WEIGHTS),
        )
    weights = _weights(block.block("weights")) if weighting == "custom" else {}
    undefined = block.word("undefined_factor", UNDEFINED_FACTOR)
    block.finish()
    return IndexRule(level_rule, within, weighting, MappingProxyType(weights), undefined)


def _weights(block: Block) -> dict[str, Fraction]:
    weights = {code: block.number(code, 0, 1) for code in block.left()}
    total = sum(weights.values(), Fraction(0))
    if total != 1:
        raise refusal("weights_sum", where=block.where, total=plain(total))
    return weights


def _points_rule(block: Block) -> PointsRule:
    conversion = block.word("conversion", CONVERSIONS)
    maximum, decimals = block.number("maximum", 1, 1000), block.whole("decimals", 0, 6)
    steps = _steps(block.blocks("step"), maximum) if conversion == "step" else ()
    full_from, zero_below = Fraction(100), Fraction(0)
    if conversion == "threshold":
        full_from, zero_below = block.number("full_from", 1, 100), block.number("zero_below", 0, 100)
        if zero_below > full_from:
            facts = {"low": plain(zero_below), "high": plain(full_from)}
            raise refusal("threshold_order", where=block.where, **facts)
    block.finish()
    return PointsRule(conversion, maximum, decimals, steps, full_from, zero_below)


def _steps(entries: list[Block], maximum: Fraction) -> tuple[Step, ...]:
    steps: list[Step] = []
    for entry in entries:
        step = Step(entry.number("from", 0, 100), entry.number("points", 0, int(maximum)))
        entry.finish()
        follows = (
            step.lower > steps[-1].lower and step.points >= steps[-1].points if steps else step.lower == 0
        )
        if not follows or step.points > maximum:
            raise refusal("steps_order", where=entry.where, value=plain(step.lower))
        steps.append(step)
    return tuple(steps)


def _bands(block: Block) -> tuple[Band, ...]:
    bands: list[Band] = []
    for entry in block.blocks("band"):
        band = Band(entry.text("name"), entry.number("from", 0, 100))
        entry.finish()
        if bands and (band.lower >= bands[-1].lower or band.name in {each.name for each in bands}):
            raise refusal("bands_order", where=entry.where, value=band.name)
        bands.append(band)
    if bands[-1].lower != 0:
        raise refusal("bands_floor", where=block.where)
    return tuple(bands)


def _validity(block: Block) -> Validity:
    factors = block.numbers("factors", 1, 20)
    validity = Validity(factors, block.number("share", 0, 1))
    block.finish()
    return validity


def _publication(block: Block, smallest_n: int) -> PublicationRule:
    widest = block.number("widest", 1, 100)
    rule = PublicationRule(
        smallest_n=smallest_n,
        caution_n=block.whole("caution_n", smallest_n, 10_000),
        caution_df=block.whole("caution_df", 0, 10_000),
        caution_width=float(block.number("caution_width", 1, int(widest))),
        widest=float(widest),
        smallest_cell=block.whole("smallest_cell", 1, 1000),
    )
    block.finish()
    return rule
