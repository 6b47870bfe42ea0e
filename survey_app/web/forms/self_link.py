"""The forms by which Home Affairs issues links for citizens; the rules are the domain's."""

from wtforms import HiddenField, SelectField, StringField

from survey_app.web.forms import Form, WholeNumberField, choices


class IssueForm(Form):
    """Which unit, how many, under which form codes, until when; `mark` is the state the page was opened on.

    The unit's id stands beside that of the filter above the list.
    """

    mark = HiddenField()
    unit = SelectField("Cơ quan, đơn vị", id="issue-unit", validate_choice=False)
    number = WholeNumberField("Số đường dẫn cho mỗi đơn vị")
    prefix = StringField("Phần đầu của mã phiếu")
    expires = StringField("Dùng được đến hết ngày")

    def offer(self, units: list[tuple[str, str]]) -> None:
        """Offer all units, and each of them."""
        self.unit.choices = choices([("", "Mọi đơn vị được khảo sát"), *units])


class AgainForm(Form):
    """Whose links are issued anew, and until when; its ids stand beside those of the first form."""

    mark = HiddenField()
    number = HiddenField()
    unit = SelectField("Cơ quan, đơn vị", id="again-unit", validate_choice=False)
    expires = StringField("Dùng được đến hết ngày", id="again-expires")

    def offer(self, units: list[tuple[str, str]]) -> None:
        """Offer all units, and each of them."""
        self.unit.choices = choices([("", "Mọi đơn vị được khảo sát"), *units])
