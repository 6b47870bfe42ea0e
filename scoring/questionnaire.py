"""Questionnaires as data: frozen, checked and checksummed versions of what people are asked."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scoring.definitions import Block, available, checksum, normalise, parse_toml, read_definition
from scoring.errors import hint, refusal

FOLDER = Path(__file__).parent / "questionnaires"
KINDS = ("choice", "multi", "integer", "text")
SECTIONS = ("service", "experience", "respondent", "organisation", "comment")
RESPONDENTS = ("citizen", "organisation")
GENERAL = "general"
LEVELS = 5
_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

ShowIf = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Criterion:
    """One five-level question; `verified` tells whether a published source was seen to contain it."""

    code: str
    factor: str
    number: int
    text: str
    verified: bool


@dataclass(frozen=True)
class Factor:
    """Criteria that belong together; numbered from 1 in the order of the file."""

    code: str
    number: int
    name: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Option:
    """One choice of a question: the code that is stored and the text that is shown."""

    code: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question that is not scored; `show_if` is (question, option codes) and asks only those people."""

    code: str
    section: str
    kind: str
    text: str
    options: tuple[Option, ...]
    minimum: int | None
    maximum: int | None
    max_length: int | None
    required: bool
    show_if: ShowIf | None
    applies_to: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """The question above the criteria, its five answers from worst to best, and the sixth: not applicable."""

    question: str
    levels: tuple[str, ...]
    not_applicable: str


@dataclass(frozen=True)
class Questionnaire:
    """One version of the questionnaire; the order of `criteria` is the order of packed answers."""

    code: str
    title: str
    source: str
    note: str
    factors: tuple[Factor, ...]
    criteria: tuple[Criterion, ...]
    questions: tuple[Question, ...]
    scale: Scale
    sha256: str
    text: str

    @cached_property
    def criterion_codes(self) -> tuple[str, ...]:
        """Return the codes of all criteria in packed order, the general question last where there is one."""
        return tuple(criterion.code for criterion in self.criteria)

    @cached_property
    def general(self) -> Criterion | None:
        """Return the general question on the whole service, or None where the version has none."""
        return next((criterion for criterion in self.criteria if criterion.factor == GENERAL), None)


def available_questionnaires() -> tuple[str, ...]:
    """Return the codes of the questionnaires that ship with the program."""
    return available(FOLDER)


def load_questionnaire(code_or_path: str | Path) -> Questionnaire:
    """Load a questionnaire by its code, or from a file whose name ends in .toml.

    Refuses an unknown code, an unreadable file, and whatever `parse_questionnaire` refuses.
    """
    return parse_questionnaire(*read_definition(code_or_path, FOLDER, "phiếu hỏi"))


def parse_questionnaire(toml_text: str, where: str) -> Questionnaire:
    """Parse and check a questionnaire; `where` names the file in refusals.

    Refuses unknown keys, duplicate or misspelt codes, orphans, empty factors, a scale that has not five
    levels, and skips that name an unknown or a later question.
    """
    text = normalise(toml_text)
    block = parse_toml(text, where)
    code = checked_code(block)
    title, source, note = block.text("title"), block.text("source"), block.text("note")
    scale = _scale(block.block("scale"))
    factors = _factors(block)
    general = _general(block.block(GENERAL)) if block.has(GENERAL) else ()
    questions = _questions(block.blocks("question")) if block.has("question") else ()
    block.finish()
    criteria = tuple(criterion for factor in factors for criterion in factor.criteria) + general
    return Questionnaire(code, title, source, note, factors, criteria, questions, scale, checksum(text), text)


def checked_code(block: Block) -> str:
    """Take the definition's own code; refuses one that is not lower-case words joined by hyphens."""
    code = block.text("code")
    if not _CODE.fullmatch(code):
        rule = "Hãy dùng chữ thường không dấu, chữ số và gạch nối, ví dụ sipas-2017"
        raise refusal("code_grammar", where=block.where, value=code, rule=rule)
    return code


def _word(block: Block, key: str, taken: set[str]) -> str:
    code = block.text(key)
    if not _WORD.fullmatch(code):
        rule = "Hãy dùng chữ thường không dấu, chữ số và gạch dưới, ví dụ access_1"
        raise refusal("code_grammar", where=block.where, value=code, rule=rule)
    if code in taken:
        raise refusal("code_twice", where=block.where, value=code)
    taken.add(code)
    return code


def _scale(block: Block) -> Scale:
    levels = block.texts("levels")
    if len(levels) != LEVELS:
        raise refusal("levels_not_five", where=block.where, found=len(levels))
    scale = Scale(block.text("question"), levels, block.text("not_applicable"))
    block.finish()
    return scale


def _factors(block: Block) -> tuple[Factor, ...]:
    names: dict[str, str] = {}
    taken = {GENERAL}
    for factor in block.blocks("factor"):
        names[_word(factor, "code", taken)] = factor.text("name")
        factor.finish()
    lists: dict[str, list[Criterion]] = {code: [] for code in names}
    taken = set()
    for entry in block.blocks("criterion"):
        criterion = _criterion(entry, lists, taken)
        lists[criterion.factor].append(criterion)
    for code, criteria in lists.items():
        if not criteria:
            raise refusal("factor_empty", where=block.where, value=code)
    return tuple(
        Factor(code, number, names[code], tuple(criteria))
        for number, (code, criteria) in enumerate(lists.items(), 1)
    )


def _criterion(entry: Block, lists: dict[str, list[Criterion]], taken: set[str]) -> Criterion:
    code, factor = _word(entry, "code", taken), entry.text("factor")
    if factor not in lists:
        facts = {"value": code, "factor": factor, "hint": hint(factor, lists)}
        raise refusal("criterion_orphan", where=entry.where, **facts)
    number = len(lists[factor]) + 1
    if code != f"{factor}_{number}":
        raise refusal("criterion_code", where=entry.where, value=code, expected=f"{factor}_{number}")
    criterion = Criterion(code, factor, number, entry.text("text"), entry.flag("verified"))
    entry.finish()
    return criterion


def _general(block: Block) -> tuple[Criterion, ...]:
    criterion = Criterion(f"{GENERAL}_1", GENERAL, 1, block.text("text"), block.flag("verified"))
    block.finish()
    return (criterion,)


def _questions(entries: list[Block]) -> tuple[Question, ...]:
    asked: dict[str, Question] = {}
    taken: set[str] = set()
    for entry in entries:
        question = _question(entry, asked, taken)
        asked[question.code] = question
    return tuple(asked.values())


def _question(entry: Block, asked: dict[str, Question], taken: set[str]) -> Question:
    code, kind = _word(entry, "code", taken), entry.word("kind", KINDS)
    minimum, maximum = (
        entry.whole(key, 0, 10**9) if entry.has(key) else None for key in ("minimum", "maximum")
    )
    if minimum is not None and maximum is not None and minimum > maximum:
        raise refusal("limits_crossed", where=entry.where, minimum=minimum, maximum=maximum)
    longest = entry.whole("max_length", 1, 32_000) if entry.has("max_length") else None
    for key, value, owner in (
        ("minimum", minimum, "integer"),
        ("maximum", maximum, "integer"),
        ("max_length", longest, "text"),
    ):
        if value is not None and kind != owner:
            raise refusal("key_not_for_kind", where=entry.where, kind=kind, key=key)
    show_if, applies_to = _skip(entry, asked)
    question = Question(
        code=code,
        section=entry.word("section", SECTIONS),
        kind=kind,
        text=entry.text("text"),
        options=_options(entry, code, kind),
        minimum=minimum,
        maximum=maximum,
        max_length=longest,
        required=entry.flag("required", default=False),
        show_if=show_if,
        applies_to=applies_to,
    )
    entry.finish()
    return question


def _options(entry: Block, code: str, kind: str) -> tuple[Option, ...]:
    if kind not in ("choice", "multi"):
        if entry.has("options"):
            raise refusal("key_not_for_kind", where=entry.where, kind=kind, key="options")
        return ()
    options = []
    taken: set[str] = set()
    for option in entry.blocks("options"):
        options.append(Option(_word(option, "code", taken), option.text("text")))
        option.finish()
    if len(options) < 2:
        raise refusal("options_missing", where=entry.where, value=code)
    return tuple(options)


def _skip(entry: Block, asked: dict[str, Question]) -> tuple[ShowIf | None, tuple[str, ...]]:
    if entry.has("applies_to"):
        if entry.has("show_if"):
            raise refusal("show_if_twice", where=entry.where)
        respondent = entry.word("applies_to", RESPONDENTS)
        return _checked_skip(entry.where, "respondent_kind", (respondent,), asked), (respondent,)
    if not entry.has("show_if"):
        return None, RESPONDENTS
    block = entry.block("show_if")
    question, options = block.text("question"), block.texts("options")
    block.finish()
    show_if = _checked_skip(block.where, question, options, asked)
    if question == "respondent_kind":
        return show_if, options
    return show_if, asked[question].applies_to


def _checked_skip(where: str, question: str, options: tuple[str, ...], asked: dict[str, Question]) -> ShowIf:
    if question not in asked:
        raise refusal("show_if_question", where=where, value=question, hint=hint(question, asked))
    known = [option.code for option in asked[question].options]
    for option in options:
        if option not in known:
            facts = {"value": option, "question": question, "hint": hint(option, known)}
            raise refusal("show_if_option", where=where, **facts)
    return question, options
