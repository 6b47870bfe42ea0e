"""The forms around a re-check: a contact attempt, and what was found; the rules are the domain's."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from survey_app.domain.recheck_judgements import NOT_APPLICABLE, NOT_ASKED, QUESTIONS
from survey_app.domain.recheck_views import Asked
from survey_app.labels import LABELS
from survey_app.models import RecheckVerdict
from survey_app.vocabulary import ContactResult, ContactWay, RecheckAnswer, RecheckReason, Verdict
from survey_app.web.forms import Form, choices, version_of

QUESTION_TEXTS = {
    "took_place": "(a) Có người đến hoặc gọi điện phỏng vấn Ông/Bà về dịch vụ này không?",
    "used_service": "(b) Ông/Bà có sử dụng dịch vụ của đơn vị này không?",
    "read_fairly": "(c) Các câu hỏi có được đọc đúng và để Ông/Bà tự trả lời, không gợi ý không?",
}


def _words(words: Iterable[StrEnum]) -> list[Any]:
    return choices((each.value, LABELS[each]) for each in words)


class _Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AttemptForm(Form):
    """How the person was tried, and what came of it."""

    way = RadioField("Cách liên hệ", choices=_words(ContactWay), validate_choice=False)
    result = RadioField("Kết quả", choices=_words(ContactResult), validate_choice=False)
    attempt_note = StringField("Ghi chú")


class AssignForm(Form):
    """To whom the chosen re-checks are given."""

    supervisor = SelectField("Giao cho", id="give-to", validate_choice=False)

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        """Offer these people (user name, name)."""
        self.supervisor.choices = choices([("", "Chọn giám sát viên"), *people])


class VerdictForm(Form):
    """The re-check's form, (a) to (d), and the verdict; the criteria are added by `verdict_form`."""

    asked: Sequence[Asked]

    version = HiddenField()
    took_place = RadioField(
        QUESTION_TEXTS["took_place"], choices=_words(RecheckAnswer), validate_choice=False
    )
    took_place_on = StringField("Nếu có, ngày nào?")
    used_service = RadioField(
        QUESTION_TEXTS["used_service"], choices=_words(RecheckAnswer), validate_choice=False
    )
    read_fairly = RadioField(
        QUESTION_TEXTS["read_fairly"], choices=_words(RecheckAnswer), validate_choice=False
    )
    verdict = RadioField("Kết luận", choices=_words(Verdict), validate_choice=False)
    reasons = _Boxes("Lý do không đạt", choices=_words(RecheckReason), validate_choice=False)
    note = TextAreaField("Ghi chú")

    @property
    def based_on(self) -> int:
        """Return the version on which the form was opened; 0 where it names none."""
        return version_of(self.version.data)

    def level(self, code: str) -> Field:
        """Return the field of a criterion asked again."""
        return self[f"again-{code}"]

    def raw(self) -> dict[str, Any]:
        """Return the values as they came, in the shape that a device sends, too."""
        again = {each.code: self.level(each.code).data for each in self.asked}
        return {
            **{name: self[name].data for name in (*QUESTIONS, "took_place_on", "verdict", "note")},
            "again": {code: NOT_APPLICABLE if mark == "NA" else mark for code, mark in again.items()},
            "reasons": self.reasons.data or [],
        }

    def fill(self, kept: RecheckVerdict) -> None:
        """Put into the fields what was found before, but for its note: a later verdict has its own."""
        for name in (*QUESTIONS, "verdict"):
            self[name].data = getattr(kept, name)
        self.took_place_on.data = f"{kept.took_place_on:%d/%m/%Y}" if kept.took_place_on else ""
        self.reasons.data = [word for word in kept.reasons.split(",") if word]
        for each, mark in zip(self.asked, kept.answers_again, strict=False):
            self.level(each.code).data = "NA" if mark == NOT_APPLICABLE else mark

    def put(self, fields: dict[str, str]) -> None:
        """Put the domain's sentences beside their fields; one about all of (d) beside its first criterion."""
        codes = [each.code for each in self.asked]
        names = {code: f"again-{code}" for code in codes} | {"again": f"again-{codes[0]}"}
        super().put({names.get(name, name): sentence for name, sentence in fields.items()})

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """Return (field id, sentence) of every error, in the order of the page."""
        order = ["took_place", "took_place_on", "used_service", "read_fairly"]
        order += [self.level(each.code).id for each in self.asked]
        place = {name: number for number, name in enumerate(order)}
        return sorted(super().error_list, key=lambda error: place.get(error[0], len(order)))


def verdict_form(asked: Sequence[Asked], *sent: Any) -> VerdictForm:
    """Return the form that asks these criteria again; what was sent, or None for an empty one."""
    marks = [*map(str, range(1, 6)), "NA", NOT_ASKED]
    fields = {
        f"again-{each.code}": RadioField(
            f"{each.number} {each.text}",
            choices=choices((mark, mark) for mark in marks),
            validate_choice=False,
        )
        for each in asked
    }
    made: VerdictForm = type("VerdictFormOfRecheck", (VerdictForm,), {**fields, "asked": asked})(*sent)
    return made
