"""The entry form, generated as a WTForms class from a questionnaire; the rules are the domain's."""

from functools import lru_cache
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from scoring.questionnaire import Question, Questionnaire
from survey_app.domain.response_content import Entry
from survey_app.labels import SECTION_NAMES
from survey_app.web.forms import Form, choices, version_of

LONG_TEXT = 300


class EntryForm(Form):
    """What every questionnaire has; criteria and questions are added by `form_class`."""

    questionnaire: Questionnaire

    uuid = HiddenField()
    version = HiddenField()
    unit = SelectField("Cơ quan, đơn vị", choices=[], validate_choice=False)
    form_code = StringField("Mã phiếu")
    mode = SelectField("Cách hỏi", choices=[], validate_choice=False)
    accept_invalid = BooleanField("Gửi như phiếu không hợp lệ, không tính điểm")
    reason = StringField("Lý do sửa, hoặc vì sao giữ nguyên")

    @property
    def based_on(self) -> int:
        """Return the version on which the form was opened; 0 where it names none."""
        return version_of(self.version.data)

    def entry(self) -> Entry:
        """Return the raw values as they came; two values for one question stay two, to be refused."""
        return Entry(
            unit=_single(self.unit),
            form_code=_single(self.form_code),
            mode=_single(self.mode),
            answers={code: _raw(self[code]) for code in self.questionnaire.criterion_codes},
            details={question.code: _value(self[question.code]) for question in self.questionnaire.questions},
            accept_invalid=bool(self.accept_invalid.data),
        )

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """Return (field id, sentence) of every error, a question's own words before its sentence."""
        asked = {question.code: question.text for question in self.questionnaire.questions}
        return [
            (code, f"{asked[code]} {sentence}" if code in asked else sentence)
            for code, sentence in super().error_list
        ]

    def fill(self, entry: Entry) -> None:
        """Put a stored response's values into the fields."""
        self.unit.data, self.form_code.data, self.mode.data = entry.unit, entry.form_code, entry.mode
        for code, value in [*entry.answers.items(), *entry.details.items()]:
            self[code].data = value

    def unknown_names(self, sent: Any) -> set[str]:
        """Return the names of sent fields that the form has not."""
        return set(sent) - {field.name for field in self} - {"csrf_token", "action", "confirmed"}

    def level(self, code: str) -> Field:
        """Return a criterion's field."""
        return self[code]

    def sections(self, *names: str) -> list[tuple[str, list[tuple[Question, Field]]]]:
        """Return (heading, questions with their fields) of the sections that have questions."""
        found = []
        for name in names:
            questions = [
                (each, self[each.code]) for each in self.questionnaire.questions if each.section == name
            ]
            if questions:
                found.append((SECTION_NAMES[name], questions))
        return found


def _raw(field: Field) -> Any:
    sent = field.raw_data or []
    return sent[0] if len(sent) == 1 else (sent or None)


def _single(field: Field) -> str:
    """Return the one value sent; of two, neither is the one that was meant."""
    sent = field.raw_data or []
    return sent[0] if len(sent) == 1 else ""


def _value(field: Field) -> Any:
    return list(field.raw_data or []) if isinstance(field, SelectMultipleField) else _raw(field)


class _Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _field_of(question: Question) -> Field:
    options = [(option.code, option.text) for option in question.options]
    if question.kind == "choice":
        return RadioField(question.text, choices=choices(options), validate_choice=False)
    if question.kind == "multi":
        return _Boxes(question.text, choices=choices(options), validate_choice=False)
    if question.kind == "text" and (question.max_length or LONG_TEXT + 1) > LONG_TEXT:
        return TextAreaField(question.text)
    return StringField(question.text)


@lru_cache(maxsize=64)
def _class(sha256: str, questionnaire: Questionnaire) -> type[EntryForm]:
    fields: dict[str, Any] = {"questionnaire": questionnaire}
    for criterion in questionnaire.criteria:
        fields[criterion.code] = RadioField(criterion.text, choices=[], validate_choice=False)
    for question in questionnaire.questions:
        fields[question.code] = _field_of(question)
    return type(f"EntryForm_{sha256[:12]}", (EntryForm,), fields)


def form_class(questionnaire: Questionnaire) -> type[EntryForm]:
    """Return the form class of a questionnaire version, made once."""
    return _class(questionnaire.sha256, questionnaire)
