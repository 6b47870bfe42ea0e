"""The answers of a result as variables: which, under which names, words, values and missing rule; for every statistics file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from scoring.answers import unpack
from scoring.questionnaire import Question, Questionnaire
from survey_app.exports.material import Material, Tell, silent

NOT_APPLICABLE = "NA"
NOT_APPLICABLE_NUMBER = 9  # in SPSS, where it is declared missing; Stata has .a for it
LONGEST_NAME = 32  # letters that Stata allows in a variable's name
TELL_EVERY = 500  # rows

# kind → how statistics programs treat it
MEASURES = {
    "code": "nominal",
    "name": "nominal",
    "date": "scale",
    "level": "ordinal",
    "choice": "nominal",
    "mark": "nominal",
    "integer": "scale",
}
TEXTS = ("code", "name")
MODES = {
    "face_to_face": "Phỏng vấn trực tiếp",
    "paper": "Nhập từ phiếu giấy",
    "phone": "Phỏng vấn qua điện thoại",
    "self": "Tự trả lời",
}
MARKS = {1: "Có chọn", 0: "Không chọn"}

Value = int | str | date | None


@dataclass(frozen=True)
class Variable:
    """One column of a statistics file: a code or name, a date, a level 1–5, a choice 1…k, a mark 0/1, or a whole number.

    `question` is the code under which the answer is stored and `numbers` the number of each stored code; `option` is the
    choice that a mark is about; `elsewhere` has the words of other questionnaires of the campaign where they differ.
    """

    code: str
    kind: str
    words: str
    question: str
    values: Mapping[int, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    option: str = ""
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def measure(self) -> str:
        """Return "nominal", "ordinal" or "scale"."""
        return MEASURES[self.kind]

    @property
    def labels(self) -> dict[int, str]:
        """Return the words of each value, the one for not applicable left out."""
        return {number: words for number, words in self.values.items() if not self.is_missing(number)}

    def is_missing(self, value: Value) -> bool:
        """Tell whether a value of a level says that the question does not apply."""
        return self.kind == "level" and value == NOT_APPLICABLE_NUMBER

    def of(self, given: Mapping[str, Any]) -> Value:
        """Return the value in a response's answers; None where nothing was answered or the question was not asked."""
        answer = given.get(self.question)
        if answer in (None, "", []):
            return None
        if self.kind == "level":
            return NOT_APPLICABLE_NUMBER if answer == NOT_APPLICABLE else int(answer)
        if self.kind == "choice":
            return self.numbers[str(answer)]
        if self.kind == "mark":
            return int(self.option in answer)
        if self.kind == "integer":
            return int(answer)
        return date.fromisoformat(answer) if self.kind == "date" else str(answer)


_LEADING = (
    Variable("form_code", "code", "Mã phiếu", "form_code"),
    Variable("unit", "code", "Mã đơn vị được hỏi", "unit"),
    Variable("counts_for", "code", "Mã đơn vị mà phiếu được tính vào", "counts_for"),
    Variable("counts_for_name", "name", "Tên đơn vị mà phiếu được tính vào", "counts_for_name"),
    Variable("unit_group", "name", "Nhóm đơn vị", "unit_group"),
    Variable("enumerator", "code", "Mã điều tra viên (không phải tên)", "enumerator"),
    Variable(
        "mode",
        "choice",
        "Cách hỏi",
        "mode",
        values=dict(enumerate(MODES.values(), 1)),
        numbers={code: place for place, code in enumerate(MODES, 1)},
    ),
    Variable("questionnaire", "code", "Bộ câu hỏi", "questionnaire"),
    Variable("version", "integer", "Bản của phiếu được tính (1: chưa sửa lần nào)", "version"),
    Variable("submitted_on", "date", "Ngày gửi phiếu (giờ Việt Nam)", "submitted_on"),
)


@dataclass(frozen=True)
class Layout:
    """All variables in the order of the columns, and which of them each questionnaire, by its code, asks."""

    variables: tuple[Variable, ...]
    asked: Mapping[str, tuple[str, ...]]

    def of(self, code: str) -> list[Variable]:
        """Return the variables that a response to one questionnaire can have a value of."""
        known = {each.code: each for each in self.variables}
        return [*_LEADING, *(known[name] for name in self.asked[code])]


def layout_of(questionnaires: Sequence[Questionnaire]) -> Layout:
    """Return the variables: about the response, then levels and other closed questions; words people typed are none.

    What two questionnaires ask under one code is one variable, with the words of the first, unless one asks for a
    choice and the other for a number: then the later has a variable of its own.
    """
    found = {each.code: each for each in _LEADING}
    asked: dict[str, tuple[str, ...]] = {}
    for questionnaire in questionnaires:
        names = []
        for each in (*_levels(questionnaire), *_closed(questionnaire)):
            variable = _among(found, each, questionnaire.code)
            found[variable.code] = variable
            names.append(variable.code)
        asked[questionnaire.code] = tuple(names)
    return Layout(tuple(found.values()), asked)


def _among(found: Mapping[str, Variable], each: Variable, questionnaire: str) -> Variable:
    """Return a questionnaire's variable as it stands among those found: new, joined, or under a name of its own."""
    known = found.get(each.code)
    if known is None:
        return each
    if known.kind == each.kind:
        return _joined(known, each, questionnaire)
    return replace(each, code=_name(f"{each.code}_{questionnaire.replace('-', '_')}", found))


def _joined(known: Variable, other: Variable, questionnaire: str) -> Variable:
    """Return a variable that also has the choices of another questionnaire, each code under one number."""
    numbers, values = dict(known.numbers), dict(known.values)
    for code, number in other.numbers.items():
        if code not in numbers:
            numbers[code] = len(numbers) + 1
            values[numbers[code]] = other.values[number]
    elsewhere = dict(known.elsewhere) | ({questionnaire: other.words} if other.words != known.words else {})
    return replace(known, numbers=numbers, values=values, elsewhere=elsewhere)


def _levels(questionnaire: Questionnaire) -> Iterator[Variable]:
    scale = questionnaire.scale
    values = dict(enumerate(scale.levels, 1)) | {NOT_APPLICABLE_NUMBER: scale.not_applicable}
    for criterion in questionnaire.criteria:
        yield Variable(criterion.code, "level", criterion.text, criterion.code, values)


def _closed(questionnaire: Questionnaire) -> Iterator[Variable]:
    for question in questionnaire.questions:
        if question.kind == "integer":
            yield Variable(question.code, "integer", question.text, question.code)
        elif question.kind == "choice":
            values = {place: option.text for place, option in enumerate(question.options, 1)}
            numbers = {option.code: place for place, option in enumerate(question.options, 1)}
            yield Variable(question.code, "choice", question.text, question.code, values, numbers)
        elif question.kind == "multi":
            yield from _marks(question)


def _marks(question: Question) -> Iterator[Variable]:
    taken: dict[str, Variable] = {}
    for option in question.options:
        words = f"{question.text} {option.text}"
        code = _name(f"{question.code}_{option.code}", taken)
        taken[code] = Variable(code, "mark", words, question.code, MARKS, option=option.code)
    yield from taken.values()


def _name(whole: str, taken: Mapping[str, Variable]) -> str:
    """Return a name that is free and no longer than statistics programs allow."""
    name, number = whole[:LONGEST_NAME], 1
    while name in taken:
        number += 1
        name = f"{whole[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
    return name


def records(
    material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent
) -> Iterator[dict[str, Value]]:
    """Yield the values of each counted response by variable, one response at a time; what it has none of is left out."""
    layout = layout_of(questionnaires)
    asked = {each.code: (each, layout.of(each.code)) for each in questionnaires}
    work = {each.unit: each for each in material.dossier.field_work}
    total = max(material.book.satisfaction["input"]["responses"], 1)
    for place, row in enumerate(material.answers()):
        questionnaire, variables = asked[row.questionnaire]
        ranked = work[row.counts_for]
        given: dict[str, Any] = {
            **vars(row),
            "counts_for_name": ranked.name,
            "unit_group": material.dossier.groups[ranked.group],
            **unpack(row.answers, questionnaire),
            **row.details,
        }
        yield {each.code: value for each in variables if (value := each.of(given)) is not None}
        if place % TELL_EVERY == 0:
            tell(min(99, 100 * place // total))
