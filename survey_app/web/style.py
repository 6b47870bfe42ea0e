"""The page that shows every piece of the form language in every state."""

from typing import Any

from flask import Blueprint, render_template
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from survey_app.web import guards
from survey_app.web.forms import Form, choices

blueprint = Blueprint("style", __name__)
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")


class SampleForm(Form):
    form_code = StringField("Mã phiếu")
    name = StringField("Họ và tên")
    password = PasswordField("Mật khẩu")
    unit = SelectField("Cơ quan, đơn vị", choices=choices([("STC", "Sở Tài chính"), ("SNV", "Sở Nội vụ")]))
    note = TextAreaField("Ghi chú")
    mode = RadioField(
        "Cách hỏi", choices=choices([("paper", "Nhập từ phiếu giấy"), ("phone", "Qua điện thoại")])
    )
    wishes = SelectMultipleField(
        "Mong muốn cải thiện", choices=choices([("time", "Rút ngắn thời gian"), ("fee", "Công khai phí")])
    )
    sure = BooleanField("Tôi đã kiểm tra lại phiếu giấy")
    official_1 = RadioField("", choices=[], validate_choice=False)
    official_2 = RadioField("", choices=[], validate_choice=False)


@blueprint.get("/style")
@guards.public
def index() -> Any:
    """Show the pieces; a page that needs another piece adds it here first."""
    form = SampleForm(None, official_1="4", mode="paper", unit="SNV", note="Nhập lúc 10 giờ.")
    wrong = SampleForm(None, form_code="HN22 17", prefix="w-")
    wrong.form_code.errors = ["Mã phiếu gồm 1–40 chữ không dấu, số, dấu gạch, chấm; ví dụ HN22-0017."]
    wrong.official_2.errors = ["Hãy chọn lại mức hoặc “Không áp dụng”."]
    return render_template("style/index.html", form=form, wrong=wrong, level_names=LEVELS)
