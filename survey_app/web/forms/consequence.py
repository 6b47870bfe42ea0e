"""The forms of what follows from verdicts: decisions, replies, opinions; the rules are the domain's."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField

from survey_app.domain import findings, voids
from survey_app.labels import LABELS
from survey_app.web.forms import Form, choices

ACCEPT, DECLINE = "accept", "decline"


class DecisionForm(Form):
    """Whether a response is voided, and why, by what its page showed."""

    seen = HiddenField()
    decision = RadioField(
        "Quyết định",
        choices=choices(
            [(voids.CONFIRM, "Hủy phiếu"), (voids.REJECT, "Không hủy, phiếu tiếp tục được tính")]
        ),
        validate_choice=False,
    )
    reason = TextAreaField("Lý do")


class ReplyForm(Form):
    """What an enumerator says to a proposal to void a response of hers."""

    reply = TextAreaField("Giải trình của bạn")


class RestoreForm(Form):
    """Why a void response counts again."""

    reason = TextAreaField("Lý do khôi phục")


class OpinionForm(Form):
    """What the head of one body says of a joint case."""

    outcome = RadioField(
        "Ý kiến của cơ quan tôi",
        choices=choices((word.value, LABELS[word]) for word in findings.TELLING),
        validate_choice=False,
    )
    note = TextAreaField("Căn cứ")


class RedoForm(Form):
    """Whether a batch is done again, the number of responses confirmed, and why; `listed` names those shown."""

    listed = HiddenField()
    decision = RadioField(
        "Quyết định",
        choices=choices(
            [
                (ACCEPT, "Làm lại: hủy các phiếu trong danh sách"),
                (DECLINE, "Không làm lại, các phiếu giữ nguyên"),
            ]
        ),
        validate_choice=False,
    )
    number = StringField("Số phiếu sẽ hủy")
    reason = TextAreaField("Lý do")
