"""Every refusal of the house: one class each, with a code, a sentence and an HTTP status.

A sentence says where, what is wrong, and how to mend it. `web/errors.py` and the command turn
problems into pages, JSON and exit codes; nobody else renders them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from survey_app.field_sentences import FIELD_SENTENCES, field

__all__ = ["FIELD_SENTENCES", "field"]
_HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def told(fact: object) -> object:
    """Return a fact as sentences tell it: a moment in Vietnamese time, anything else as it is."""
    return fact.astimezone(_HERE).strftime("%H:%M ngày %d/%m/%Y") if isinstance(fact, datetime) else fact


class Problem(Exception):
    """A refusal with its sentence; `fields` maps a form field to its own sentence.

    `keeps_work` marks a refusal whose traces (a count, a proposal) are committed all the same.
    """

    keeps_work = False
    code = "problem"
    status = 400
    sentence = "Yêu cầu không thực hiện được."

    def __init__(self, *, fields: Mapping[str, str] | None = None, **facts: object) -> None:
        self.facts = facts
        self.fields = dict(fields or {})
        super().__init__(self.sentence.format(**{name: told(fact) for name, fact in facts.items()}))


class NotAllowed(Problem):
    code, status = "not_allowed", 403
    sentence = "Tài khoản của bạn không có quyền làm việc này. Hãy liên hệ quản trị hệ thống nếu cần."


class NotFound(Problem):
    code, status = "not_found", 404
    sentence = "Không tìm thấy nội dung này. Hãy kiểm tra địa chỉ hoặc quay về trang đầu."


class LoginRequired(Problem):
    code, status = "login_required", 401
    sentence = "Phiên đăng nhập đã hết. Hãy đăng nhập lại để tiếp tục."


class WrongCredentials(Problem):
    keeps_work = True
    code, status = "wrong_credentials", 401
    sentence = "Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra phím Caps Lock và thử lại."


class AccountLocked(Problem):
    code, status = "account_locked", 403
    sentence = "Tài khoản tạm khóa vì nhập sai mật khẩu nhiều lần. Hãy thử lại sau {minutes} phút."


class FormExpired(Problem):
    code, status = "form_expired", 400
    sentence = "Trang này mở đã lâu nên không gửi được. Hãy tải lại trang rồi gửi lại."


class InvalidFields(Problem):
    code, status = "invalid_fields", 422
    sentence = "Có {count} chỗ cần sửa."

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(fields=fields, count=len(fields))


class AskedOnce(Problem):
    """Not a refusal of the answers: the person is asked once about `doubts`, and may send them as they are."""

    code, status = "asked_once", 422
    sentence = "Có chỗ cần xem lại trước khi gửi."


class MalformedContent(Problem):
    code, status = "malformed_content", 400
    sentence = "Nội dung gửi lên không đọc được: {detail}."


class ContentTooLarge(Problem):
    code, status = "content_too_large", 413
    sentence = "Nội dung gửi lên quá lớn. Mỗi lần gửi tối đa {limit}."


class NotADeviceRecord(Problem):
    code, status = "not_a_device_record", 422
    sentence = (
        "Tệp này không phải phiếu xuất từ máy của điều tra viên, hoặc đã bị sửa trên đường đi. "
        "Hãy xuất lại từ trang “Phiếu trên máy” rồi gửi tệp mới."
    )


class ManyRowsClosed(Problem):
    code, status = "many_rows_closed", 409
    sentence = "Hôm nay bạn đã đóng {most} dòng mẫu. Hãy nhờ điều phối viên đóng và thay các dòng còn lại."


class OwnerDisabled(Problem):
    code, status = "owner_disabled", 409
    sentence = "Tài khoản {username} đã bị khóa nên không nhận phiếu từ máy của người này. Hãy nhờ quản trị mở lại rồi nhận."


class StaleVersion(Problem):
    code, status = "stale_version", 409
    sentence = (
        "Phiếu {form_code} đã được {who} sửa lúc {when}, sau khi bạn mở. "
        "Nội dung bạn nhập vẫn còn trên trang này; hãy so với bản mới rồi lưu lại."
    )


class OtherContent(Problem):
    keeps_work = True
    code, status = "other_content", 409
    sentence = (
        "Phiếu {form_code} đã được nhận trước đó với nội dung khác. "
        "Bản này được giữ lại như một đề xuất để người điều phối quyết định."
    )


class CannotChange(Problem):
    code, status = "cannot_change", 409
    sentence = "Phiếu {form_code} đang ở trạng thái “{state}” nên không sửa được."


class CampaignNotOpen(Problem):
    code, status = "campaign_not_open", 409
    sentence = "Đợt khảo sát {campaign} đang ở trạng thái “{state}” nên không nhận phiếu."


class SettingFixed(Problem):
    code, status = "setting_fixed", 409
    sentence = (
        "Đợt khảo sát {campaign} đang ở trạng thái “{state}” nên không đổi được thiết lập này. "
        "Thiết lập chỉ đổi khi đợt đang chuẩn bị hoặc đang thu thập."
    )


class TooManyRequests(Problem):
    code, status = "too_many_requests", 429
    sentence = "Có quá nhiều lượt truy cập từ mạng này trong thời gian ngắn. Xin thử lại sau {wait}."

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        wait = f"{self.seconds} giây" if self.seconds < 120 else f"{-(-self.seconds // 60)} phút"
        super().__init__(wait=wait)


class WrongCampaignStep(Problem):
    code, status = "wrong_campaign_step", 409
    sentence = (
        "Đợt khảo sát {campaign} đang “{state}”, không thể chuyển sang “{target}”. Bước kế tiếp là “{next}”."
    )


class ReasonMissing(Problem):
    code, status = "reason_missing", 422
    sentence = "Hãy ghi lý do; lý do được lưu cùng thay đổi."


class DuplicateCode(Problem):
    code, status = "duplicate_code", 422
    sentence = "{what} {value} đã có. Hãy dùng mã khác."


class UnknownValue(Problem):
    code, status = "unknown_value", 422
    sentence = "{what} “{value}” không có. Các giá trị có: {known}."


class WrongParent(Problem):
    code, status = "wrong_parent", 422
    sentence = (
        "Phiếu của đơn vị {unit} không thể tính cho {parent}. "
        "Hãy chọn một đơn vị khác, có khảo sát và không tính cho đơn vị thứ ba."
    )


class WrongMaximum(Problem):
    code, status = "wrong_maximum", 422
    sentence = (
        "Điểm tối đa không khớp với việc khảo sát ở đơn vị: {units}. Đơn vị được khảo sát có điểm tối đa "
        "từ {full} trở lên; đơn vị không khảo sát (để trống chỉ tiêu) có điểm tối đa dưới {full}."
    )


class MissingRun(Problem):
    code, status = "missing_run", 409
    sentence = "Đợt khảo sát {campaign} chưa có lần tính điểm nào. Hãy chạy tính điểm trước."


class ImportRefused(Problem):
    """A file of which nothing was taken; `errors` lists row, column and what is wrong."""

    code, status = "import_refused", 422
    sentence = "Tệp {file}: không nhập dòng nào vì có {count} lỗi."

    def __init__(self, file: str, errors: Sequence[str]) -> None:
        self.errors = list(errors)
        super().__init__(file=file, count=len(self.errors))

    def __str__(self) -> str:
        return "\n".join([self.args[0], *self.errors])


class SampleNotOpen(Problem):
    code, status = "sample_not_open", 409
    sentence = "Đợt khảo sát {campaign} đang ở trạng thái “{state}” nên danh sách mẫu không thay đổi được."


class RowNotRemaining(Problem):
    code, status = "row_not_remaining", 409
    sentence = "Dòng {form_code} {why} nên không đóng được. Hãy tải lại trang để xem trạng thái mới."


class SampleRowsUsed(Problem):
    code, status = "sample_rows_used", 409
    sentence = (
        "Không hoàn tác được vì từ khi nhập đã có việc làm trên {count} dòng: {codes}. "
        "Hãy nhập một tệp mới để sửa những dòng còn lại."
    )


class PlanStale(Problem):
    code, status = "plan_stale", 409
    sentence = "Dữ liệu đã thay đổi sau khi xem trước: {codes}. Chưa nhập gì; hãy xem trước lại."


class BatchRefused(Problem):
    code, status = "batch_refused", 422
    sentence = (
        "Tệp {file} còn {count} ô bị từ chối nên chưa nhập dòng nào. Hãy sửa các ô ấy rồi tải tệp lên lại."
    )


class BatchOvertaken(Problem):
    """What was shown is no longer what would happen; the new counts are kept and shown."""

    keeps_work = True
    code, status = "batch_overtaken", 409
    sentence = (
        "Từ lúc xem trước, dữ liệu của đợt khảo sát đã thay đổi nên chưa nhập gì. "
        "Hãy xem lại các thay đổi dưới đây rồi quyết định."
    )


class BatchRaced(Problem):
    code, status = "batch_raced", 409
    sentence = "Có người vừa lưu hoặc sửa một phiếu của tệp này nên chưa nhập gì. Hãy xem lại bản xem trước rồi thử lại."


class BatchDecided(Problem):
    code, status = "batch_decided", 409
    sentence = "Tệp {file} đang ở trạng thái “{state}” nên không làm được việc này."


class BatchChangedSince(Problem):
    code, status = "batch_changed_since", 409
    sentence = (
        "Không hoàn tác được: {count} dòng đã được dùng hoặc sửa sau khi nhập ({keys}). "
        "Chưa có gì thay đổi; hãy xử lý riêng các dòng ấy."
    )


class ScorerRefused(Problem):
    """The scorer's own sentence, passed on."""

    code, status = "scorer_refused", 422
    sentence = "{detail}"


class WeakPassword(Problem):
    code, status = "weak_password", 422
    sentence = "Mật khẩu cần ít nhất {least} ký tự và không được trùng tên đăng nhập."


class OwnAccount(Problem):
    code, status = "own_account", 409
    sentence = "Bạn không thể khóa tài khoản của chính mình. Hãy nhờ một quản trị khác."


class ProgramAccount(Problem):
    code, status = "program_account", 409
    sentence = "Tài khoản {username} là của phần mềm: không ai đăng nhập bằng nó, nên không khóa và không đặt mật khẩu."


class CampaignHasNoUnits(Problem):
    code, status = "campaign_has_no_units", 409
    sentence = "Đợt khảo sát {campaign} chưa có cơ quan, đơn vị nào. Hãy thêm trước khi mở."


class NotYetPublished(Problem):
    code, status = "not_yet_published", 404
    sentence = "Kết quả của đợt khảo sát {campaign} chưa được công bố."


class DemonstrationNotHere(Problem):
    code, status = "demonstration_not_here", 409
    sentence = (
        "Cơ sở dữ liệu này đã có đợt khảo sát thật nên không nạp đợt minh họa: tài khoản minh họa có mật khẩu in sẵn. "
        "Hãy dùng một cơ sở dữ liệu khác."
    )


class TooManyForms(Problem):
    code, status = "too_many_forms", 422
    sentence = "Mỗi lần in tối đa {most} phiếu. Hãy in từng đơn vị, hoặc giảm số phiếu mỗi đơn vị."


class NothingToPrint(Problem):
    code, status = "nothing_to_print", 422
    sentence = "Không có phiếu nào để in: các mã này đã có phiếu trả lời, hoặc chỉ tiêu bằng 0."


class Busy(Problem):
    code, status = "busy", 503
    sentence = "Hệ thống đang bận. Chưa có gì được lưu; hãy thử lại sau vài giây."


class FileNotWritten(Problem):
    code, status = "file_not_written", 507
    sentence = "Không ghi được tệp {file} ({why}). Hãy kiểm tra thư mục và quyền ghi."


class DatabaseNotReady(Problem):
    code, status = "database_not_ready", 503
    sentence = (
        "Cơ sở dữ liệu chưa dùng được: không kết nối được, hoặc chưa có đủ bảng. "
        "Hãy kiểm tra HAILONG_DATABASE_URL rồi chạy hailong db upgrade."
    )


class StorageFull(Problem):
    code, status = "storage_full", 507
    sentence = "Máy chủ đã hết chỗ lưu nên chưa lưu được gì. Hãy báo quản trị hệ thống."


class Unexpected(Problem):
    code, status = "unexpected", 500
    sentence = (
        "Có lỗi ngoài dự kiến và chưa có gì được lưu. Hãy thử lại; nếu vẫn lỗi, hãy báo quản trị hệ thống."
    )


class HttpProblem(Problem):
    """A refusal of the web server itself, such as a method a page does not know."""

    code = "http"
    sentence = "Máy chủ không thực hiện được yêu cầu này (mã {number}). Hãy quay về trang đầu."

    def __init__(self, number: int) -> None:
        super().__init__(number=number)
        self.status = number


class BrokenAnswers(Problem):
    code, status = "broken_answers", 409
    sentence = (
        "Đơn vị {unit}: {count} phiếu có số câu trả lời khác {width} tiêu chí của bộ câu hỏi, nên chưa tính được điểm. "
        "Hãy chạy hailong check để tìm các phiếu này."
    )
