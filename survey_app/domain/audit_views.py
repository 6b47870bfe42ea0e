"""The audit trail as people read it: each fact of a change under its Vietnamese name."""

from dataclasses import dataclass

from survey_app.domain import audit
from survey_app.labels import CAMPAIGN_LABELS, LABELS, STATE_LABELS
from survey_app.models import AuditLine
from survey_app.vocabulary import CampaignState

NAMES = {
    "undecided": "còn chưa quyết định",
    "asked_again": "tiêu chí hỏi lại",
    "attempts": "số lần liên hệ",
    "blind": "chưa thấy câu trả lời gốc",
    "attempt": "kết quả liên hệ",
    "body": "cơ quan giám sát",
    "book": "mã kết quả",
    "bundle": "mã gói kiểm chứng",
    "case": "phiếu bàn chung số",
    "changed": "số dòng đổi",
    "code": "mã",
    "commitment": "mã cam kết",
    "contact": "thông tin liên hệ",
    "corrected": "đã sửa phiếu",
    "count_self": "tính phiếu tự trả lời",
    "differing": "số mục khác nhau",
    "digest": "mã nội dung",
    "document_day": "ngày báo cáo",
    "document_number": "số, ký hiệu báo cáo",
    "document_place": "địa danh",
    "dossier": "mã hồ sơ",
    "draw": "lần rút thăm",
    "draw_kind": "loại rút thăm",
    "draw_state": "trạng thái",
    "dropped": "phiếu đã hủy, không phúc tra",
    "enumerator": "điều tra viên",
    "errors": "số mục lần đầu sai",
    "expires": "hết hạn",
    "fail_limit": "giới hạn Không đạt",
    "failed": "số phiếu không đạt",
    "fields": "số mục",
    "file": "tệp",
    "figures": "số liệu công bố trước đây",
    "first": "mã lần nhập đầu",
    "first_forms": "số phiếu mỗi lần rút",
    "first_keyer": "người nhập lần đầu",
    "flag": "đánh dấu số",
    "flag_state": "trạng thái đánh dấu",
    "follows": "sau câu hỏi số",
    "form": "phiếu",
    "form_code": "mã phiếu",
    "forms": "số phiếu",
    "frame": "mã danh sách và luật",
    "input": "mã dữ liệu vào",
    "judged": "số phiếu đã kết luận",
    "keyer": "người nhập lần hai",
    "last": "mã cuối",
    "left": "còn lại",
    "letterhead": "tiêu đề phiếu",
    "level": "mức tin cậy",
    "limit": "giới hạn tỷ lệ sai",
    "list": "danh sách",
    "match_least": "số tiêu chí phải khớp",
    "listed": "mã danh sách phiếu",
    "method": "mã phương pháp",
    "mode": "cách hỏi",
    "name": "họ và tên",
    "new": "số dòng mới",
    "not_revealed": "chưa mở phần",
    "note": "ghi chú",
    "noun": "loại dữ liệu",
    "number": "lần thứ",
    "of": "rút trong số phiếu",
    "outcome": "kết luận",
    "overlap": "phần cả hai cơ quan phúc tra",
    "part": "phần",
    "party": "bên",
    "place": "vị trí",
    "points": "điểm thẩm định",
    "proposal": "đề nghị hủy số",
    "question": "câu hỏi",
    "questionnaire": "mã bộ câu hỏi",
    "reason": "loại lý do",
    "rechecks": "số việc phúc tra",
    "reasons": "các lý do",
    "recipients": "nơi nhận",
    "redo": "đề nghị làm lại số",
    "remove_after": "ngày phải xóa",
    "replaced_by": "dòng thay thế",
    "replacement": "phiếu thay thế",
    "reply": "giải trình",
    "reply_days": "số ngày trả lời",
    "reply_until": "được giải trình đến",
    "resolution": "quyết định từng mục",
    "response": "phiếu",
    "responses": "số phiếu",
    "result": "mã kết quả",
    "role": "vai trò",
    "round": "vòng rút",
    "rows": "số dòng",
    "rule": "luật rút thăm",
    "run": "lần tính",
    "screening": "lần sàng lọc",
    "second": "mã lần nhập hai",
    "seed": "mầm ngẫu nhiên",
    "service": "thủ tục",
    "sha256": "mã tệp",
    "share": "tỷ lệ phúc tra",
    "signer": "người ký",
    "signer_title": "chức vụ người ký",
    "state": "trạng thái",
    "supervisor": "giám sát viên",
    "take": "số phiếu rút",
    "taken": "đã chọn trong nhóm",
    "tag": "nhãn",
    "target": "chỉ tiêu",
    "there_already": "đã có việc phúc tra",
    "unchanged": "số dòng không đổi",
    "unit": "đơn vị",
    "units": "số đơn vị",
    "username": "tên đăng nhập",
    "verdict": "kết luận",
    "verdicts": "kết luận từng cơ quan",
    "version": "bản",
    "way": "cách liên hệ",
    "why": "vì sao giữ riêng",
}
DIGESTS = frozenset(
    {
        "book",
        "bundle",
        "commitment",
        "digest",
        "dossier",
        "frame",
        "first",
        "input",
        "listed",
        "method",
        "questionnaire",
        "result",
        "second",
        "sha256",
    }
)
DIGEST_SHOWN = 12
WORDS = frozenset(
    {
        "state",
        "role",
        "body",
        "reason",
        "verdict",
        "way",
        "attempt",
        "party",
        "draw_kind",
        "flag_state",
        "outcome",
    }
)


@dataclass(frozen=True)
class Fact:
    """One fact of a change: its name, what it was (None where it was not) and what it is."""

    name: str
    old: str | None
    new: str


@dataclass(frozen=True)
class Told:
    """An audit line with its facts and reason in words."""

    line: AuditLine
    facts: list[Fact]
    reason: str


def told(line: AuditLine) -> Told:
    """Return a line's facts in the words of the interface; a fact without a value is left out."""
    change = audit.changes_of(line)
    before, after = change["before"] or {}, change["after"] or {}
    facts = [
        Fact(
            NAMES.get(name, name),
            _word(line.noun, name, before[name]) if before.get(name) is not None else None,
            _word(line.noun, name, value),
        )
        for name, value in after.items()
        if value is not None
    ]
    return Told(line, facts, change["reason"])


def _word(noun: str, name: str, value: object) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    text = str(value)
    if name in DIGESTS:
        return text[:DIGEST_SHOWN]
    if name == "state" and noun == "campaign":
        return CAMPAIGN_LABELS[CampaignState(text)]
    kinds = {"state": noun, "why": f"{noun}_why", "draw_state": "draw"}
    if text in (own := STATE_LABELS.get(kinds.get(name, ""), {})):
        return own[text]
    words = {label.value: shown for label, shown in LABELS.items()}
    return words.get(text, text) if name in WORDS else text
