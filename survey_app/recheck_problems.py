"""The refusals of draws, re-checks and what follows from them; see problems.py."""

from survey_app.problems import Problem


class RecheckNotNow(Problem):
    code, status = "recheck_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ rút thăm khi đợt đang thu thập, "
        "chỉ phúc tra và quyết định khi đợt đang thu thập hoặc đã đóng."
    )


class RecheckNotYours(Problem):
    code, status = "recheck_not_yours", 403
    sentence = (
        "Tệp này là phúc tra của {username}. Chỉ trưởng đoàn của chính cơ quan giám sát ấy nhận được; "
        "hãy chuyển tệp cho trưởng đoàn. Chưa có gì được lưu."
    )


class EntryNotYours(Problem):
    code, status = "entry_not_yours", 403
    sentence = (
        "Tệp này là phiếu của điều tra viên {username}. Chỉ điều phối viên nhận được; "
        "hãy chuyển tệp cho điều phối viên. Chưa có gì được lưu."
    )


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
