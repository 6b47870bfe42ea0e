"""The forms around second entries: how sure, who keys, and what stands on the paper; the rules are the domain's."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from scoring.questionnaire import Question, Questionnaire
from survey_app.domain.second_entry_fields import UNIT
from survey_app.domain.second_entry_resolution import FIRST, NEITHER, SECOND, Difference
from survey_app.web.forms import Form, choices

LONG_TEXT = 100
NOT_CHOSEN = "?"
_FIRST_OPTIONS = [(NOT_CHOSEN, "(chọn giá trị)"), ("", "(để trống)")]


class SettingsForm(Form):
    """How sure a keyer's work must be; numbers as people type them, read by the domain."""

    limit = StringField("Giới hạn tỷ lệ mục sai (%)")
    level = StringField("Mức tin cậy (%)")
    first_forms = StringField("Số phiếu mỗi lần rút")


class KeyerForm(Form):
    """Who keys a drawn form a second time."""

    enumerator = SelectField("Người nhập lần hai", validate_choice=False)


class _Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ResolutionForm(Form):
    """For each field that was keyed in two ways: which is right, or what stands on the paper."""

    codes: Sequence[str]
    first_is_a: bool

    def decision(self, code: str) -> Field:
        """Return the field that says which keying of a field is right."""
        return self[f"decide-{code}"]

    def value(self, code: str) -> Field:
        """Return the field that holds what stands on the paper where both are wrong."""
        return self[f"value-{code}"]

    def decisions(self) -> dict[str, str]:
        """Return the domain's word for each choice between A, B and neither."""
        a, b = (FIRST, SECOND) if self.first_is_a else (SECOND, FIRST)
        words = {"a": a, "b": b, NEITHER: NEITHER}
        return {code: words.get(self.decision(code).data or "", "") for code in self.codes}

    def values(self) -> dict[str, Any]:
        """Return the raw values as they came, those nobody chose left out; two for one question stay two."""
        raw = {code: _raw(self.value(code)) for code in self.codes}
        return {code: value for code, value in raw.items() if value not in (NOT_CHOSEN, None)}

    def put(self, fields: dict[str, str]) -> None:
        """Put the domain's sentences beside the value where one was asked for, else beside the choice."""
        for code, sentence in fields.items():
            typed = self.decision(code).data == NEITHER
            (self.value(code) if typed else self.decision(code)).errors = [sentence]


def _raw(field: Field) -> Any:
    sent = field.raw_data or []
    if isinstance(field, SelectMultipleField):
        return list(sent)
    return sent[0] if len(sent) == 1 else (sent or None)


def resolution_form(
    questionnaire: Questionnaire,
    differences: Iterable[Difference],
    units: list[tuple[str, str]],
    *,
    first_is_a: bool,
) -> ResolutionForm:
    """Return the form of the fields in which two keyings differ, the keyings called A and B in the order given."""
    fields: dict[str, Any] = {"first_is_a": first_is_a}
    codes = []
    for each in differences:
        a, b = (each.first, each.second) if first_is_a else (each.second, each.first)
        options = [("a", f"Lần nhập A: {a}"), ("b", f"Lần nhập B: {b}"), (NEITHER, "Cả hai sai")]
        fields[f"decide-{each.code}"] = RadioField(
            each.question, choices=choices(options), validate_choice=False
        )
        fields[f"value-{each.code}"] = _value_field(questionnaire, each.code, units)
        codes.append(each.code)
    made: ResolutionForm = type("ResolutionFormOfFields", (ResolutionForm,), fields | {"codes": codes})()
    return made


def _value_field(questionnaire: Questionnaire, code: str, units: list[tuple[str, str]]) -> Field:
    label = "Trên phiếu giấy, nếu cả hai sai"
    if code == UNIT:
        return SelectField(label, choices=choices([_FIRST_OPTIONS[0], *units]), validate_choice=False)
    if code in questionnaire.criterion_codes:
        scale = questionnaire.scale
        levels = [(str(place), f"{place} – {name}") for place, name in enumerate(scale.levels, 1)]
        options = [*_FIRST_OPTIONS, *levels, ("NA", scale.not_applicable)]
        return SelectField(label, choices=choices(options), validate_choice=False)
    return _question_field(next(each for each in questionnaire.questions if each.code == code), label)


def _question_field(question: Question, label: str) -> Field:
    options = [(option.code, option.text) for option in question.options]
    if question.kind == "choice":
        return SelectField(label, choices=choices([*_FIRST_OPTIONS, *options]), validate_choice=False)
    if question.kind == "multi":
        return _Boxes(label, choices=choices(options), validate_choice=False)
    if question.kind == "text" and (question.max_length or LONG_TEXT + 1) > LONG_TEXT:
        return TextAreaField(label)
    return StringField(label)
