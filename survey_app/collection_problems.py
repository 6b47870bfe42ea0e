"""The refusals of second entries and of self-completion; see problems.py."""

from survey_app.problems import Problem


class SecondEntryNotNow(Problem):
    code, status = "second_entry_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ rút thăm, nhập lần hai và đối chiếu khi đợt "
        "đang thu thập hoặc đã đóng."
    )


class NothingToDraw(Problem):
    code, status = "nothing_to_draw", 409
    sentence = (
        "Chưa có phiếu nào cần rút: không có phiếu giấy mới, hoặc các phiếu đã rút chưa nhập và đối chiếu xong, "
        "hoặc mọi người nhập đã được chấp nhận."
    )


class SecondEntryDone(Problem):
    code, status = "second_entry_done", 409
    sentence = "Phiếu {form_code} đã được nhập lần hai với nội dung khác nên không nhận bản này."


class SecondEntryStep(Problem):
    code, status = "second_entry_step", 409
    sentence = "Phiếu {form_code} đang ở bước “{state}” nên không làm được việc này. Hãy tải lại trang."


class NotAThirdPerson(Problem):
    code, status = "not_a_third_person", 403
    sentence = "Người đã nhập phiếu {form_code} không được tự đối chiếu. Hãy để người thứ ba làm việc này."


class NoSelfCompletion(Problem):
    code, status = "no_self_completion", 409
    sentence = "Đợt khảo sát {campaign} không có cách hỏi “Tự trả lời” nên không cấp đường dẫn."


class SelfLinkUnknown(Problem):
    code, status = "self_link_unknown", 404
    sentence = (
        "Đường dẫn này không dùng được. Xin Ông/Bà kiểm tra lại địa chỉ hoặc quét lại mã, "
        "hoặc hỏi cơ quan đã gửi đường dẫn."
    )


class SelfLinkExpired(Problem):
    code, status = "self_link_expired", 410
    sentence = (
        "Đường dẫn này đã hết hạn lúc {when} nên không gửi phiếu được nữa. Xin cảm ơn Ông/Bà đã quan tâm."
    )


class SelfLinkUsed(Problem):
    code, status = "self_link_used", 409
    sentence = (
        "Phiếu của Ông/Bà đã được ghi nhận lúc {when}. Mỗi đường dẫn gửi được một lần, "
        "nên nội dung gửi sau không được lưu và nội dung đã ghi nhận không thay đổi."
    )


class SelfLinkTaken(Problem):
    code, status = "self_link_taken", 409
    sentence = "Điều tra viên đã ghi nhận phiếu này, nên Ông/Bà không cần trả lời nữa. Xin cảm ơn Ông/Bà."


class SelfLinkClosed(Problem):
    code, status = "self_link_closed", 409
    sentence = (
        "Lúc này đợt khảo sát không nhận phiếu. Xin Ông/Bà thử lại sau, hoặc hỏi cơ quan đã gửi đường dẫn."
    )


class SelfLinkSettled(Problem):
    code, status = "self_link_settled", 409
    sentence = "Đường dẫn của phiếu {form_code} đã được dùng, nên không thu hồi và không cấp lại được."
