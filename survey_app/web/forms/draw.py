"""The forms around draws of re-checks: parts of the seed, lists to draw from, how much is re-checked."""

from wtforms import HiddenField, RadioField, StringField

from survey_app.web.forms import Form, choices

LIST_NAMES = {
    "responses": "Các phiếu được nêu tên",
    "enumerators": "Mọi phiếu của điều tra viên được nêu tên",
}


class CommitForm(Form):
    """The digest of a party's part; the part itself stays where it was made."""

    commitment = StringField("Mã băm SHA-256 của phần")


class RevealForm(Form):
    """A party's part."""

    part = StringField("Phần của cơ quan mình")


class AbandonForm(Form):
    """Why a draw is given up."""

    reason = StringField("Lý do bỏ lần rút")


class DirectedForm(Form):
    """From which list of a screening, and how many."""

    screening = HiddenField()
    which = RadioField("Rút từ danh sách", choices=choices(LIST_NAMES.items()), validate_choice=False)
    take = StringField("Số phiếu rút")


class SettingsForm(Form):
    """How a campaign re-checks; numbers as people type them, read by the domain."""

    share = StringField("Tỷ lệ phúc tra (%)")
    overlap = StringField("Phần do cả hai cơ quan phúc tra (%)")
    fail_limit = StringField("Giới hạn Không đạt để đề nghị làm lại (%)")
    attempts = StringField("Số lần liên hệ trước khi kết luận Không liên hệ được")
    reply_days = StringField("Số ngày điều tra viên được trả lời")
    match_least = StringField("Số tiêu chí hỏi lại phải khớp")
