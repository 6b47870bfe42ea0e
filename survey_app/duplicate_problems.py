"""The refusals about two forms of one code; see problems.py."""

from survey_app.problems import Problem


class DuplicateOther(Problem):
    code, status = "duplicate_other", 409
    sentence = (
        "Máy chủ đang giữ phiếu {form_code} với nội dung khác, chờ quyết định về mã trùng, nên chưa nhận bản này. "
        "Bản này vẫn ở trên máy; hãy sửa mã nếu gõ nhầm, hoặc chờ điều phối viên."
    )


class DuplicateSettled(Problem):
    code, status = "duplicate_settled", 409
    sentence = (
        "Điều phối viên đã quyết định không tính phiếu {form_code} vì trùng mã, nên không nhận bản khác. "
        "Lý do: “{reason}”. Nếu chưa đúng, hãy báo điều phối viên."
    )


class DuplicateDecided(Problem):
    code, status = "duplicate_decided", 409
    sentence = "{who} đã quyết định về phiếu {form_code} lúc {when}: “{what}”. Lý do: “{reason}”."


class DuplicateChanged(Problem):
    code, status = "duplicate_changed", 409
    sentence = (
        "Phiếu đang mang mã {form_code} đã đổi sau khi bạn mở trang này, nên chưa quyết định gì. "
        "Hãy xem lại hai phiếu dưới đây rồi quyết định."
    )


class DuplicateNotNow(Problem):
    code, status = "duplicate_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ nhận phiếu sau khi đợt đang thu thập; "
        "chỉ giữ phiếu trước khi đợt đang thu thập hoặc đã đóng."
    )


class DuplicateArrived(Problem):
    code, status = "duplicate_arrived", 409
    sentence = (
        "Phiếu sau đã được gửi lại với mã {form_code} và đã được nhận, nên không nhận lần nữa. "
        "Hãy chọn giữ phiếu trước để khép việc này."
    )


class FirstInWork(Problem):
    code, status = "first_in_work", 409
    sentence = (
        "Chưa thể hủy phiếu đang mang mã {form_code} lúc này vì có việc kiểm tra chưa xong. Hãy thử lại sau."
    )


class FirstByHomeAffairs(Problem):
    code, status = "first_by_home_affairs", 403
    sentence = (
        "Lấy phiếu sau là hủy phiếu đang mang mã {form_code}, nên việc này do Sở Nội vụ quyết định. "
        "Bạn có thể giữ phiếu trước hoặc cấp mã khác cho phiếu sau."
    )
