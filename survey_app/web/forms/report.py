"""Forms of the page on which a report's surroundings are set."""

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from survey_app.web.forms import Form


class WordsForm(Form):
    """What stands around a report."""

    authority = StringField("Cơ quan chủ quản", [InputRequired()])
    issuer = StringField("Cơ quan ban hành", [InputRequired()])
    number = StringField("Số, ký hiệu")
    place = StringField("Địa danh")
    dated = StringField("Ngày báo cáo")
    signer_title = TextAreaField("Chức vụ người ký")
    signer = StringField("Người ký")
    recipients = TextAreaField("Nơi nhận")


class TemplateForm(Form):
    """A template handed in."""

    file = FileField("Mẫu Word (.docx)")
