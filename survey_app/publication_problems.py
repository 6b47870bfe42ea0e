"""The refusals of publication and of the files it is made of; see problems.py."""

from collections.abc import Sequence

from survey_app.problems import Problem


class NoDossier(Problem):
    code, status = "no_dossier", 409
    sentence = (
        "Lần tính {number} được lưu trước khi phần mềm giữ hồ sơ của lần tính, nên không làm được tệp này. "
        "Hãy chạy một lần tính mới."
    )


class AnswersChangedSince(Problem):
    """The answers on file are no longer those that a run counted: something changed them behind the product's back."""

    code, status = "answers_changed_since", 409
    sentence = (
        "Phiếu đang lưu không còn đúng là phiếu mà lần tính {number} đã tính (mã kiểm tra khác nhau). "
        "Không làm tệp từ dữ liệu này. Hãy chạy “hailong check” và “hailong audit verify” để tìm chỗ bị sửa."
    )


class NotARunToPublish(Problem):
    code, status = "not_a_run_to_publish", 409
    sentence = "Lần tính {number} không công bố được: {why}. Hãy chạy một lần tính mới khi đợt đã niêm phong rồi công bố lần đó."


class NotPublished(Problem):
    code, status = "not_published", 404
    sentence = "Đợt khảo sát này chưa công bố kết quả."


class TemplateRefused(Problem):
    code, status = "template_refused", 422
    sentence = "Mẫu báo cáo không dùng được: {why}. Mẫu đang dùng giữ nguyên."


class FiguresRefused(Problem):
    """`reasons` is a sentence for every failing cell, by row and column."""

    code, status = "figures_refused", 422
    sentence = "Bảng số liệu có {count} chỗ chưa nhận được; chưa số nào được lưu."

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(count=len(self.reasons))


class FiguresFixed(Problem):
    code, status = "figures_fixed", 409
    sentence = (
        "Đợt khảo sát {campaign} đã công bố nên số liệu so sánh của báo cáo giữ nguyên như khi công bố. "
        "Muốn sửa, hãy mở lại đợt rồi công bố bản đính chính."
    )


class FiguresOvertaken(Problem):
    code, status = "figures_overtaken", 409
    sentence = (
        "Bảng số liệu đã được người khác đổi sau khi bạn xem trước; chưa số nào được lưu. "
        "Hãy tải tệp lên và xem trước lại."
    )


class NotABundle(Problem):
    code, status = "not_a_bundle", 422
    sentence = "Tệp {file} không phải gói kiểm chứng của Hài Lòng: {why}."
