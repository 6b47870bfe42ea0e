"""Forms for logging in and for accounts."""

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.labels import LABELS
from survey_app.vocabulary import Body, Role
from survey_app.web.forms import Form, choices


class LogInForm(Form):
    username = StringField("Tên đăng nhập", [InputRequired(), Length(max=64)])
    password = PasswordField("Mật khẩu", [InputRequired(), Length(max=200)])


class PasswordForm(Form):
    current = PasswordField("Mật khẩu hiện tại", [InputRequired(), Length(max=200)])
    new = PasswordField("Mật khẩu mới", [InputRequired(), Length(max=200)])


class PersonForm(Form):
    username = StringField("Tên đăng nhập", [InputRequired(), Length(max=64)])
    display_name = StringField("Họ và tên", [InputRequired(), Length(max=200)])
    role = SelectField("Vai trò", choices=choices((role.value, LABELS[role]) for role in Role))
    body = SelectField(
        "Cơ quan giám sát",
        choices=choices([("", "(không thuộc)"), *((body.value, LABELS[body]) for body in Body)]),
    )
    unit_code = StringField("Mã đơn vị", [Length(max=32)])


class ReasonForm(Form):
    reason = StringField("Lý do", [Length(max=200)])
