"""The audit trail as people read it: each fact of a change under its Vietnamese name."""

from dataclasses import dataclass

from survey_app.domain import audit
from survey_app.labels import CAMPAIGN_LABELS, LABELS, STATE_LABELS
from survey_app.models import AuditLine
from survey_app.vocabulary import CampaignState

NAMES = {
    "body": "cơ quan giám sát",
    "book": "mã kết quả",
    "changed": "số dòng đổi",
    "code": "mã",
    "contact": "thông tin liên hệ",
    "corrected": "đã sửa phiếu",
    "count_self": "tính phiếu tự trả lời",
    "differing": "số mục khác nhau",
    "digest": "mã nội dung",
    "enumerator": "điều tra viên",
    "errors": "số mục lần đầu sai",
    "expires": "hết hạn",
    "fields": "số mục",
    "file": "tệp",
    "first": "mã lần nhập đầu",
    "first_forms": "số phiếu mỗi lần rút",
    "first_keyer": "người nhập lần đầu",
    "flag": "đánh dấu số",
    "form": "phiếu",
    "form_code": "mã phiếu",
    "forms": "số phiếu",
    "input": "mã dữ liệu vào",
    "keyer": "người nhập lần hai",
    "last": "mã cuối",
    "letterhead": "tiêu đề phiếu",
    "level": "mức tin cậy",
    "limit": "giới hạn tỷ lệ sai",
    "method": "mã phương pháp",
    "mode": "cách hỏi",
    "name": "họ và tên",
    "new": "số dòng mới",
    "noun": "loại dữ liệu",
    "of": "rút trong số phiếu",
    "points": "điểm thẩm định",
    "questionnaire": "mã bộ câu hỏi",
    "reason": "loại lý do",
    "remove_after": "ngày phải xóa",
    "replaced_by": "dòng thay thế",
    "resolution": "quyết định từng mục",
    "response": "phiếu",
    "responses": "số phiếu",
    "result": "mã kết quả",
    "role": "vai trò",
    "round": "vòng rút",
    "rows": "số dòng",
    "rule": "luật rút thăm",
    "run": "lần tính",
    "second": "mã lần nhập hai",
    "seed": "mầm ngẫu nhiên",
    "service": "thủ tục",
    "sha256": "mã tệp",
    "state": "trạng thái",
    "target": "chỉ tiêu",
    "unchanged": "số dòng không đổi",
    "unit": "đơn vị",
    "units": "số đơn vị",
    "username": "tên đăng nhập",
    "version": "bản",
    "why": "vì sao giữ riêng",
}
DIGESTS = frozenset(
    {"book", "digest", "first", "input", "method", "questionnaire", "result", "second", "sha256"}
)
DIGEST_SHOWN = 12


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
    kinds = {"state": noun, "why": f"{noun}_why"}
    if text in (own := STATE_LABELS.get(kinds.get(name, ""), {})):
        return own[text]
    words = {label.value: shown for label, shown in LABELS.items()}
    return words.get(text, text) if name in {"state", "role", "body", "reason"} else text
