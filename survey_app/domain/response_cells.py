"""One cell of an answer file read as one questionnaire version reads it: a level, a choice, several, a text."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from scoring.questionnaire import Question, Questionnaire
from survey_app import problems
from survey_app.language import clean, clean_line

ERASE = "(xóa)"
BLANK, NOT_APPLICABLE = "-", "N"
BLANK_WORDS = "để trống"
_NOT_APPLICABLE_WORDS = frozenset({"na", "n/a"})
_TICKED = {"1": True, "true": True, "0": False, "false": False}


class Cell(NamedTuple):
    """A cell that says something: its column's heading, the question, one of its options or "", and the text.

    A tuple, because a file has millions of them.
    """

    heading: str
    code: str
    option: str
    text: str
    version: str = ""


class CellError(Exception):
    """A cell's own sentence."""


def _key(text: str) -> str:
    return clean_line(text).casefold()


def is_blank(text: str) -> bool:
    """Tell whether a cell says nothing: empty, blanks, or only what nobody sees."""
    return not text or text.isspace() or (not text.isascii() and not clean(text))


def is_erasing(text: str) -> bool:
    """Tell whether a cell asks to empty the answer."""
    return "(" in text and _key(text) == ERASE


class Reader:
    """The cells of one questionnaire version; each text is read once, however many rows repeat it."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.places = {code: place for place, code in enumerate(questionnaire.criterion_codes)}
        self.questions = {question.code: question for question in questionnaire.questions}
        self._levels = _level_words(questionnaire)
        self._options = {
            code: _option_words(question) for code, question in self.questions.items() if question.options
        }
        self.detail = lru_cache(maxsize=20_000)(self._detail)

    def knows(self, code: str) -> bool:
        """Tell whether this version asks a question."""
        return code in self.places or code in self.questions

    def level(self, text: str) -> str:
        """Return a criterion's answer as it is packed; refuses what is no level, never coerced."""
        found = self._levels.get(text) or self._levels.get(_key(text))
        if found is None:
            raise CellError(problems.field("not_a_level", value=clean_line(text)[:40]))
        return found

    def _detail(self, code: str, text: str) -> object:
        """Return an unscored answer as the form would send it; what is unknown is left for its rule to refuse."""
        question = self.questions[code]
        if question.kind == "choice":
            return self._options[code].get(_key(text)) or clean_line(text)
        if question.kind == "multi":
            return _several(text, self._options[code])
        if question.kind == "integer":
            return text.strip(" ")
        return text

    def told(self, code: str, value: object) -> str:
        """Return an answer in the words it was asked in."""
        if code in self.places:
            if value == BLANK:
                return BLANK_WORDS
            scale = self.questionnaire.scale
            return (
                scale.not_applicable
                if value == NOT_APPLICABLE
                else f"{value} – {scale.levels[int(str(value)) - 1]}"
            )
        if value in (None, "", []):
            return BLANK_WORDS
        names = {option.code: option.text for option in self.questions[code].options}
        given = value if isinstance(value, list) else [value]
        return "; ".join(names.get(str(each), str(each)) for each in given)


def ticked(cells: Iterable[Cell]) -> list[str]:
    """Return the options ticked in columns of 0 and 1; refuses a cell that is neither."""
    chosen = []
    for cell in cells:
        tick = _TICKED.get(_key(cell.text))
        if tick is None:
            raise CellError(problems.field("cell_not_ticked", value=clean_line(cell.text)[:40]))
        if tick:
            chosen.append(cell.option)
    return chosen


def _level_words(questionnaire: Questionnaire) -> dict[str, str]:
    scale = questionnaire.scale
    words = {str(level): str(level) for level in range(1, len(scale.levels) + 1)}
    words |= {_key(name): str(level) for level, name in enumerate(scale.levels, 1)}
    # As our pages and the XLSForm write them: the number and its own name.
    for mark in (" –", "."):
        words |= {f"{level}{mark} {_key(name)}": str(level) for level, name in enumerate(scale.levels, 1)}
    return words | dict.fromkeys((*_NOT_APPLICABLE_WORDS, _key(scale.not_applicable)), NOT_APPLICABLE)


def _option_words(question: Question) -> dict[str, str]:
    """Return the code of an option by its code and by its words; words that two options share name neither."""
    words: dict[str, str] = {}
    for option in question.options:
        key = _key(option.text)
        words[key] = "" if key in words else option.code
    return words | {option.code: option.code for option in question.options}


def _several(text: str, words: Mapping[str, str]) -> list[str]:
    """Return the options of a cell that holds several: between semicolons, codes between blanks, or labels in a row."""
    line = clean_line(text)
    for parts in (line.split(";"), line.split(" ")):
        chosen = [words.get(_key(part)) for part in parts if part.strip()]
        if chosen and all(chosen):
            return [code for code in chosen if code]
    return _in_a_row(_key(line), words) or [part.strip() for part in line.split(";") if part.strip()]


def _in_a_row(line: str, words: Mapping[str, str]) -> list[str]:
    chosen: list[str] = []
    longest_first = sorted(words, key=len, reverse=True)
    while line:
        found = next(
            (each for each in longest_first if line == each or line.startswith((f"{each} ", f"{each},"))), ""
        )
        if not words.get(found):
            return []
        chosen.append(words[found])
        line = line[len(found) :].strip(" ,")
    return chosen
