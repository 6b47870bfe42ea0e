"""The refusals of draws, re-checks and what follows from them; see problems.py."""

from survey_app.problems import Problem


class RecheckNotNow(Problem):
    code, status = "recheck_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ rút thăm khi đợt đang thu thập, "
        "chỉ phúc tra và quyết định khi đợt đang thu thập hoặc đã đóng."
    )


class DrawInProgress(Problem):
    code, status = "draw_in_progress", 409
    sentence = (
        "Lần rút thăm {number} đang chờ cam kết và mở phần. Hãy làm xong hoặc bỏ lần đó, rồi mở lần mới."
    )


class ShareOutOfRange(Problem):
    code, status = "share_out_of_range", 422
    sentence = (
        "Tỷ lệ phúc tra {share} % không dùng được để rút thăm. "
        "Sở Nội vụ hãy đặt lại tỷ lệ lớn hơn 0 % và không quá 100 %."
    )


class NothingToRecheck(Problem):
    code, status = "nothing_to_recheck", 409
    sentence = (
        "Không có phiếu nào để rút: mọi phiếu được tính đều đã nằm trong một lần rút ngẫu nhiên, hoặc danh sách trống. "
        "Hãy chờ phiếu mới đến."
    )


class DrawOver(Problem):
    code, status = "draw_over", 409
    sentence = "Lần rút thăm {number} {state} nên không thay đổi được nữa. Hãy xem lại trang Rút thăm."


class CommittedAlready(Problem):
    code, status = "committed_already", 409
    sentence = (
        "{party} đã cam kết cho lần rút thăm {number}; cam kết không đổi được. "
        "Nếu đã mất phần của mình, hãy bỏ lần rút này và mở lần mới."
    )


class CommitmentsMissing(Problem):
    code, status = "commitments_missing", 409
    sentence = (
        "Lần rút thăm {number} chưa có cam kết của: {missing}. Chỉ mở phần sau khi cả ba bên đã cam kết."
    )


class RevealedAlready(Problem):
    code, status = "revealed_already", 409
    sentence = "{party} đã mở phần của mình cho lần rút thăm {number}. Không phải làm gì thêm."


class PartDoesNotMatch(Problem):
    code, status = "part_does_not_match", 422
    sentence = (
        "Phần này không khớp cam kết {commitment}…: mã SHA-256 của nó khác. "
        "Hãy ghi đúng từng ký tự như khi cam kết; nếu đã mất, hãy bỏ lần rút này và mở lần mới."
    )


class DrawNotDrawn(Problem):
    code, status = "draw_not_drawn", 409
    sentence = "Lần rút thăm {number} {state}; chỉ lần đã rút mới có hồ sơ."


class RecheckOvertaken(Problem):
    """Somebody judged the re-check after its page was opened; `verdict` is what she stored."""

    code, status = "recheck_overtaken", 409
    sentence = (
        "Phiếu {form_code} đã được {who} kết luận “{found}” lúc {when}, sau khi bạn mở. "
        "Nội dung bạn nhập vẫn còn trên trang này; hãy so hai bản, rồi kết luận lại kèm lý do nếu vẫn cần."
    )


class RecheckVoided(Problem):
    """The response counts no more; that there is nothing left to re-check is kept."""

    keeps_work = True
    code, status = "recheck_voided", 409
    sentence = (
        "Phiếu {form_code} đã bị hủy lúc {when}, người hủy: {who}. Không còn phải phúc tra phiếu này; "
        "chưa lưu kết luận hay lần liên hệ nào."
    )


class RecheckEnded(Problem):
    code, status = "recheck_ended", 409
    sentence = (
        "Phúc tra phiếu {form_code} đang ở trạng thái “{state}” nên không làm được việc này. "
        "Hãy tải lại trang để xem trạng thái mới."
    )


class RechecksChanged(Problem):
    code, status = "rechecks_changed", 409
    sentence = (
        "Từ lúc bạn mở danh sách, đã có người kết luận hoặc giao lại: {codes}. "
        "Chưa giao phiếu nào; hãy xem danh sách mới rồi giao lại."
    )
