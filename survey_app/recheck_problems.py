"""The refusals of draws, re-checks and what follows from them; see problems.py."""

from survey_app.problems import OtherContent, Problem


class RecheckNotNow(Problem):
    code, status = "recheck_not_now", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}”. Chỉ rút thăm khi đợt đang thu thập, "
        "chỉ phúc tra và quyết định khi đợt đang thu thập hoặc đã đóng."
    )


class OwnProposal(Problem):
    code, status = "own_proposal", 403
    sentence = (
        "Đề nghị hủy phiếu {form_code} do {body} nêu, nên phải do trưởng đoàn của cơ quan kia "
        "hoặc Sở Nội vụ quyết định."
    )


class ProposalDecided(Problem):
    code, status = "proposal_decided", 409
    sentence = (
        "Đề nghị hủy phiếu {form_code} đã kết thúc: “{state}”, {who}, lúc {when}. "
        "Chưa có gì thay đổi thêm; hãy tải lại trang để xem."
    )


class ReplyStillOpen(Problem):
    code, status = "reply_still_open", 409
    sentence = (
        "Điều tra viên chưa giải trình về phiếu {form_code} và còn quyền giải trình đến {until}. "
        "Hãy quyết định khi có giải trình, hoặc sau thời điểm đó."
    )


class ReplyArrived(Problem):
    code, status = "reply_arrived", 409
    sentence = (
        "{who} đã giải trình lúc {when}, sau khi bạn mở trang này. "
        "Nội dung bạn nhập vẫn còn; hãy đọc giải trình rồi quyết định lại."
    )


class JointCaseOpen(Problem):
    code, status = "joint_case_open", 409
    sentence = (
        "Hai cơ quan kết luận khác nhau về phiếu {form_code} và chưa thống nhất. "
        "Hãy thống nhất ở trang “Bàn chung” trước rồi mới quyết định hủy."
    )


class JointCaseAgreed(Problem):
    code, status = "joint_case_agreed", 409
    sentence = (
        "Phiếu {form_code} đã được hai cơ quan thống nhất “{outcome}” lúc {when} nên không nêu ý kiến nữa."
    )


class NotVoidedByDecision(Problem):
    code, status = "not_voided_by_decision", 409
    sentence = "Phiếu {form_code} không phải phiếu bị hủy theo quyết định nên không khôi phục được ở đây."


class FormCodeUsedAgain(Problem):
    code, status = "form_code_used_again", 409
    sentence = (
        "Mã phiếu {form_code} đã được dùng cho một phiếu khác sau khi phiếu này bị hủy, nên không khôi phục được. "
        "Mỗi mã chỉ tính một phiếu."
    )


class OtherContentOfVoid(OtherContent):
    """Other content under the id of a void response: kept like any other, and told that nothing counts."""

    sentence = (
        "Phiếu {form_code} đã bị hủy lúc {when} bởi {who}. Nội dung khác vừa gửi được giữ lại để xem, "
        "nhưng không được tính và không làm phiếu được tính lại."
    )


class RedoDecided(Problem):
    code, status = "redo_decided", 409
    sentence = (
        "Đề nghị làm lại của {enumerator} đã được {who} quyết định “{state}” lúc {when}. "
        "Chưa có gì thay đổi thêm; hãy tải lại trang để xem."
    )


class RedoChanged(Problem):
    code, status = "redo_changed", 409
    sentence = (
        "Từ lúc bạn mở trang, danh sách phiếu của {enumerator} đã đổi: nay có {count} phiếu sẽ bị hủy. "
        "Chưa hủy phiếu nào; hãy xem danh sách mới rồi quyết định lại."
    )


class RedoNotOver(Problem):
    code, status = "redo_not_over", 409
    sentence = (
        "Hiện chỉ còn {failed} trong {judged} phiếu đã kết luận của {enumerator} không đạt, không quá giới hạn. "
        "Không còn căn cứ để làm lại; hãy chọn “Không làm lại” và ghi lý do."
    )


class RedoOwnVerdict(Problem):
    code, status = "redo_own_verdict", 403
    sentence = "Bạn đã kết luận một trong các phiếu làm căn cứ, nên phải do người khác ở Sở Nội vụ quyết định làm lại."


class RedoReplyOpen(Problem):
    code, status = "redo_reply_open", 409
    sentence = (
        "{enumerator} còn quyền giải trình về phiếu {form_code} đến {until}. "
        "Hãy quyết định khi có giải trình, hoặc sau thời điểm đó."
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
