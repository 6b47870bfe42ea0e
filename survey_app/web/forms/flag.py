"""The forms of supervisors' doubts, questions and tags, and of an enumerator's answer; the rules are the domain's.

A page has several of some: their ids name the flag.
"""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from survey_app.labels import LABELS
from survey_app.vocabulary import FlagKind, FlagReason
from survey_app.web.forms import Form, choices

KINDS = {
    FlagKind.DOUBT: "Đánh dấu và trả lại: phiếu ngừng được tính cho đến khi điều tra viên sửa hoặc trả lời",
    FlagKind.QUESTION: "Chỉ hỏi lại: phiếu vẫn được tính, điều tra viên phải trả lời",
}


class FlagForm(Form):
    """A reason, given by the button that sends it, and a note about one response or answer, in the version that was read."""

    version = HiddenField()
    kind = RadioField("Việc cần làm", choices=choices(KINDS.items()), validate_choice=False)
    question = SelectField("Về", choices=[], validate_choice=False)
    note = TextAreaField("Ghi chú cho điều tra viên")
    reason = RadioField(
        "Lý do (bấm là gửi)",
        choices=choices((each.value, LABELS[each]) for each in FlagReason),
        validate_choice=False,
    )

    def offer(self, questions: list[tuple[str, str]], chosen: str = "") -> None:
        """Give the questions that a flag can be about; what nobody chose yet is a doubt about the whole response."""
        self.question.choices = choices([("", "Cả phiếu"), *questions])
        self.question.data = self.question.data or chosen
        self.kind.data = self.kind.data or FlagKind.DOUBT.value


class ReasonForm(Form):
    """The same words for several responses: reason and note; and a tag."""

    reason = RadioField(
        "Lý do", choices=choices((each.value, LABELS[each]) for each in FlagReason), validate_choice=False
    )
    note = TextAreaField("Ghi chú cho điều tra viên")
    tag = StringField("Nhãn")


class WithdrawForm(Form):
    """Why a flag is taken back."""

    reason = StringField("Lý do rút")

    def __init__(self, number: int, *sent: Any) -> None:
        super().__init__(*sent)
        self.reason.id = f"withdraw-{number}"


class AnswerForm(Form):
    """An enumerator's answer to a question."""

    reply = TextAreaField("Trả lời của tôi")

    def __init__(self, number: int, *sent: Any) -> None:
        super().__init__(*sent)
        self.reply.id = f"answer-{number}"


class DoubtForm(Form):
    """What is added when a question becomes a doubt."""

    version = HiddenField()
    note = TextAreaField("Vì sao trả lời chưa đủ")

    def __init__(self, number: int, *sent: Any) -> None:
        super().__init__(*sent)
        self.note.id = f"doubt-{number}"


class TagForm(Form):
    """A word of the body's own on a response."""

    tag = StringField("Thêm nhãn")
