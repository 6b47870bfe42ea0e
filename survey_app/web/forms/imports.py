"""Forms for files that are read in."""

from flask_wtf.file import FileField
from wtforms import SelectField

from survey_app.labels import LABELS
from survey_app.vocabulary import BatchNoun
from survey_app.web.forms import Form, choices


class UploadForm(Form):
    noun = SelectField("Trong tệp là", validate_choice=False)
    file = FileField("Tệp .xlsx hoặc .csv")

    def offer(self, nouns: list[BatchNoun]) -> None:
        """Offer what a person may read in."""
        self.noun.choices = choices((noun.value, LABELS[noun]) for noun in nouns)
