"""The refusals of draws, re-checks and what follows from them; see problems.py."""

from collections.abc import Mapping

from survey_app.problems import CannotChange, OtherContent, Problem


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


class VerdictFirst(Problem):
    code, status = "verdict_first", 409
    sentence = (
        "Phiếu {form_code} đang chờ cơ quan bạn phúc tra. Hãy kết luận phúc tra trước, rồi mới chấp nhận, "
        "đánh dấu hoặc hỏi lại."
    )


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


class ReachedBefore(Problem):
    code, status = "reached_before", 409
    sentence = (
        "Phiếu {form_code} đã có kết luận sau khi gặp người được hỏi nên không thể kết luận lại là không liên hệ được. "
        "Nếu kết luận cũ sai, hãy kết luận lại Đạt hoặc Không đạt kèm lý do."
    )


class UnreachableByHead(Problem):
    code, status = "unreachable_by_head", 403
    sentence = (
        "Bạn đã kết luận một phiếu khác của cùng điều tra viên ở đơn vị này là không liên hệ được. "
        "Phiếu {form_code} là phiếu thứ hai nên trưởng đoàn phải xem các lần liên hệ và tự kết luận."
    )


class OwnVoid(Problem):
    code, status = "own_void", 403
    sentence = "Chính bạn đã quyết định hủy phiếu {form_code} nên người khác của Sở Nội vụ phải quyết định khôi phục."


class Undecided(Problem):
    code, status = "undecided", 409
    sentence = (
        "Chưa niêm phong được vì còn việc phúc tra chưa quyết định: {what}. Sau khi niêm phong không quyết định được nữa. "
        "Hãy quyết định trước, hoặc ghi lý do để niêm phong mà bỏ qua."
    )
