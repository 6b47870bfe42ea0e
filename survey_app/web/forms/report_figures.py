"""The form for a table of figures that a report takes from elsewhere."""

from flask_wtf.file import FileField

from survey_app.web.forms import Form


class FiguresForm(Form):
    file = FileField("Tệp .xlsx hoặc .csv")
