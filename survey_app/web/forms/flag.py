"""The forms of a supervisor's doubt: raising a flag, and taking it back; the rules are the domain's."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField

from survey_app.labels import LABELS
from survey_app.vocabulary import FlagReason
from survey_app.web.forms import Form, choices


class FlagForm(Form):
    """A reason and a note about one response, in the version that was read."""

    version = HiddenField()
    reason = RadioField(
        "Lý do", choices=choices((each.value, LABELS[each]) for each in FlagReason), validate_choice=False
    )
    note = TextAreaField("Ghi chú cho điều tra viên")


class WithdrawForm(Form):
    """Why a flag is taken back; a page has one of them for each open flag, so its id names the flag."""

    reason = StringField("Lý do rút")

    def __init__(self, number: int, *sent: Any) -> None:
        super().__init__(*sent)
        self.reason.id = f"withdraw-{number}"
