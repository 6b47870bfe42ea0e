"""The refusals of draws, re-checks and what follows from them; see problems.py."""

from collections.abc import Mapping

from survey_app.problems import CannotChange, Problem


class RecheckNotNow(Problem):
    code, status = "recheck_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ rút thăm khi đợt đang thu thập, "
        "chỉ phúc tra và quyết định khi đợt đang thu thập hoặc đã đóng."
    )


class FlaggedAlready(CannotChange):
    """Somebody was faster; `note` is her text, shown beside the one that was just typed."""

    code, status = "flagged_already", 409
    sentence = (
        "Phiếu {form_code} đã được {who} ({body}) đánh dấu lúc {when}, lý do: {reason}. "
        "Phiếu đang ở trạng thái “Trả lại” nên việc của bạn chưa được ghi."
    )


class FlagEnded(CannotChange):
    code, status = "flag_ended", 409
    sentence = (
        "Đánh dấu hoặc câu hỏi này về phiếu {form_code} đã ở trạng thái “{state}” do {who}, từ {when}, "
        "nên việc của bạn chưa được ghi."
    )


class NobodyToAnswer(Problem):
    code, status = "nobody_to_answer", 409
    sentence = (
        "Phiếu {form_code} không có điều tra viên nào trả lời được: người dân tự gửi, hoặc tài khoản đã bị khóa. "
        "Nếu thấy phiếu không đúng thì hãy đánh dấu."
    )


class DoubtNeedsCorrection(Problem):
    code, status = "doubt_needs_correction", 409
    sentence = (
        "Phiếu {form_code} đã bị trả lại nên trả lời bằng cách sửa phiếu, hoặc gửi lại y nguyên kèm lý do."
    )


class NotAnsweredYet(Problem):
    code, status = "not_answered_yet", 409
    sentence = "Điều tra viên chưa trả lời câu hỏi về phiếu {form_code}. Hãy chờ trả lời, hoặc rút câu hỏi."


class AcceptedAlready(CannotChange):
    code, status = "accepted_already", 409
    sentence = "Phiếu {form_code} đã được {who} chấp nhận lúc {when}."


class AcceptedBeforeVerdict(Problem):
    code, status = "accepted_before_verdict", 409
    sentence = "Phiếu {form_code} đang chờ cơ quan bạn phúc tra. Hãy kết luận phúc tra trước, rồi mới chấp nhận được phiếu."


class QuestionNotSettled(Problem):
    code, status = "question_not_settled", 409
    sentence = "Phiếu {form_code} còn câu hỏi của cơ quan bạn chưa kết thúc. Hãy xác nhận “Đã rõ” trước khi chấp nhận."


class TagsTooMany(Problem):
    code, status = "tags_too_many", 409
    sentence = "Phiếu {form_code} đã có {most} nhãn. Hãy bỏ bớt nhãn trước khi gắn thêm."


class NoneChosen(Problem):
    code, status = "none_chosen", 422
    sentence = "Chưa chọn phiếu nào. Hãy đánh dấu ô trước các phiếu trong danh sách rồi chọn việc cần làm."


class TooManyChosen(Problem):
    code, status = "too_many_chosen", 422
    sentence = "Mỗi lần chỉ làm với các phiếu của một trang, tối đa {most} phiếu. Chưa có gì thay đổi."


class NumberDiffers(Problem):
    code, status = "number_differs", 409
    sentence = (
        "Số phiếu xác nhận là {confirmed} nhưng yêu cầu gồm {count} phiếu. Chưa có gì thay đổi; "
        "hãy xem lại danh sách dưới đây rồi xác nhận."
    )


class ReviewRefused(Problem):
    """A bulk action of which nothing was done; `refused` gives each refused response's id its sentence."""

    code, status = "review_refused", 409
    sentence = (
        "Có {count} phiếu không làm được việc này nên chưa có gì thay đổi. Hãy xem từng phiếu dưới đây."
    )

    def __init__(self, refused: Mapping[str, str]) -> None:
        self.refused = dict(refused)
        super().__init__(count=len(self.refused))
