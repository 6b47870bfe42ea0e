"""The form that decides about two forms of one code; the rules are the domain's."""

from wtforms import HiddenField, RadioField, SelectField, StringField

from survey_app.vocabulary import DuplicateState
from survey_app.web.forms import Form, choices

CHOICES = (
    (DuplicateState.FIRST_KEPT.value, "Giữ phiếu trước: phiếu sau được lưu, không tính"),
    (DuplicateState.SECOND_KEPT.value, "Lấy phiếu sau: phiếu trước bị hủy, phiếu sau được tính"),
    (DuplicateState.RECODED.value, "Phiếu sau là của người khác: cho phiếu sau một mã khác"),
)
WITHOUT_VOIDING = tuple(each for each in CHOICES if each[0] != DuplicateState.SECOND_KEPT.value)
ALONE = (
    (DuplicateState.FIRST_KEPT.value, "Không tính phiếu này: phiếu được lưu, dòng vẫn chờ người đang giữ"),
    (DuplicateState.SECOND_KEPT.value, "Nhận phiếu này với mã đang ghi"),
    (DuplicateState.RECODED.value, "Cho phiếu này một mã khác"),
)


class DecisionForm(Form):
    """Which form counts, the other's new code, and why; `seen` is the first form that was looked at."""

    seen = HiddenField()
    decision = RadioField("Quyết định", choices=choices(CHOICES), validate_choice=False)
    free_code = SelectField("Mã khác, từ danh sách mẫu", validate_choice=False)
    form_code = StringField("Hoặc ghi mã in trên phiếu giấy")
    reason = StringField("Lý do")

    def code(self) -> str:
        """Return the one code that was chosen or typed; "" where there are two or none."""
        named = {each for each in (self.free_code.data or "", (self.form_code.data or "").strip()) if each}
        return named.pop() if len(named) == 1 else ""

    @property
    def names_two(self) -> bool:
        """Tell whether one code was chosen and another typed."""
        typed = (self.form_code.data or "").strip()
        return bool(self.free_code.data and typed and self.free_code.data != typed)
