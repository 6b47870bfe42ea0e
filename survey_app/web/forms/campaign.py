"""The form of what may still be set in a campaign; the rules are the domain's."""

from wtforms import RadioField, StringField
from wtforms.validators import AnyOf, Length

from survey_app.web.forms import Form, choices


class CountSelfForm(Form):
    """Whether forms that citizens fill in alone count, and why that is changed."""

    counts = RadioField(
        "Cách tính phiếu gửi từ nay",
        [AnyOf(["yes", "no"], message="Hãy chọn một mục trong danh sách.")],
        choices=choices(
            [
                ("no", "Đếm riêng: không vào chỉ tiêu, không vào điểm"),
                ("yes", "Tính như phiếu khác: vào chỉ tiêu và điểm"),
            ]
        ),
        validate_choice=False,
    )
    count_reason = StringField("Lý do đổi", [Length(max=200)])
