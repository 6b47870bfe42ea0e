"""The forms of the list: giving rows, moving them, closing one that cannot be reached; the rules are the domain's."""

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from survey_app.labels import LABELS
from survey_app.vocabulary import Unreachable
from survey_app.web.forms import Form, WholeNumberField, choices

EVENLY = "Chia đều cho điều tra viên của đơn vị"
NOBODY = "Không ai (thu hồi)"


class GiveForm(Form):
    """Rows that nobody has: to one enumerator, or shared over all of the unit's."""

    unit = SelectField("Đơn vị", [InputRequired()])
    enumerator = SelectField("Giao cho")
    number = WholeNumberField("Số dòng", [Optional()])


class MoveForm(Form):
    """Rows that one enumerator still has to ask: to another, or back to nobody."""

    unit = SelectField("Đơn vị", [InputRequired()])
    giver = SelectField("Từ điều tra viên", [InputRequired()])
    receiver = SelectField("Sang")
    number = WholeNumberField("Số dòng", [Optional()])


class ReplaceForm(Form):
    """Why a row cannot be reached."""

    reason = RadioField(
        "Vì sao không hỏi được",
        choices=choices((each.value, LABELS[each]) for each in Unreachable),
        validate_choice=False,
    )
    note = StringField("Ghi chú")
