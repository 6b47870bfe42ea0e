"""The refusals of publication and of the files it is made of; see problems.py."""

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


class NotABundle(Problem):
    code, status = "not_a_bundle", 422
    sentence = "Tệp {file} không phải gói kiểm chứng của Hài Lòng: {why}."
