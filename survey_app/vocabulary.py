"""The words the whole house shares: states, roles, permissions and their Vietnamese names."""

from enum import StrEnum


class Role(StrEnum):
    ENUMERATOR = "enumerator"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    HOME_AFFAIRS = "home_affairs"
    UNIT_OFFICER = "unit_officer"
    APPRAISER = "appraiser"
    ADMINISTRATOR = "administrator"


class Body(StrEnum):
    """The two independent supervising bodies."""

    FRONT = "front"
    VETERANS = "veterans"


class CampaignState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    SEALED = "sealed"
    PUBLISHED = "published"


class ResponseState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    VOID = "void"


COUNTED_STATES = (ResponseState.SUBMITTED, ResponseState.ACCEPTED)


class Validity(StrEnum):
    """Why a response that arrived does not count, or that it does."""

    VALID = "valid"
    TOO_FEW_ANSWERS = "too_few_answers"


class Mode(StrEnum):
    FACE_TO_FACE = "face_to_face"
    PAPER = "paper"
    PHONE = "phone"
    SELF = "self"


class FlagReason(StrEnum):
    IDENTICAL_ANSWERS = "identical_answers"
    CONTRADICTION = "contradiction"
    RESPONDENT_DISPUTES = "respondent_disputes"
    WRONG_UNIT = "wrong_unit"
    MISSING_ANSWERS = "missing_answers"
    OTHER = "other"


class FlagState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class SampleKind(StrEnum):
    """Rows asked from the beginning, and rows that replace those that cannot be reached."""

    OFFICIAL = "official"
    RESERVE = "reserve"


class Unreachable(StrEnum):
    """Why a row of the list could not be asked; the codes of the final dispositions."""

    NOT_FOUND = "address_not_found"
    MOVED = "moved_away"
    ABSENT = "absent_every_time"
    REFUSED = "refused"
    UNABLE = "unable"
    NOT_A_USER = "never_used_service"


class BatchNoun(StrEnum):
    """What the rows of a file are."""

    SAMPLE = "sample_rows"
    RESPONSES = "response_rows"


class BatchState(StrEnum):
    PREVIEWED = "previewed"
    APPLIED = "applied"
    REVERSED = "reversed"
    DISCARDED = "discarded"


class SecondEntryState(StrEnum):
    DRAWN = "drawn"
    ENTERED = "entered_again"
    RESOLVED = "resolved"


class Permission(StrEnum):
    """`noun:verb`; a route names one of these or is listed as public."""

    ACCOUNT_OWN = "account:own"
    ASSIGNMENT_VIEW = "assignment:view"
    ASSIGNMENT_MANAGE = "assignment:manage"
    APPRAISAL_VIEW = "appraisal:view"
    APPRAISAL_ENTER = "appraisal:enter"
    AUDIT_VIEW = "audit:view"
    BOARD_VIEW = "board:view"
    CAMPAIGN_VIEW = "campaign:view"
    CAMPAIGN_MANAGE = "campaign:manage"
    CONTACT_VIEW = "contact:view"
    DEVICE_RECEIVE = "device:receive"
    FORM_PRINT = "form:print"
    PERSON_VIEW = "person:view"
    PERSON_MANAGE = "person:manage"
    QUALITY_VIEW = "quality:view"
    QUALITY_SCREEN = "quality:screen"
    RECHECK_VIEW = "recheck:view"
    RECHECK_FLAG = "recheck:flag"
    RESPONSE_VIEW = "response:view"
    RESPONSE_SUBMIT = "response:submit"
    RESPONSE_IMPORT = "response:import"
    RESPONSE_EXPORT = "response:export"
    SAMPLE_VIEW = "sample:view"
    SAMPLE_IMPORT = "sample:import"
    SAMPLE_ASSIGN = "sample:assign"
    SAMPLE_REPLACE = "sample:replace"
    SCORE_VIEW = "score:view"
    SCORE_VIEW_UNIT = "score:view_unit"
    SCORE_RUN = "score:run"
    SCORE_EXPORT = "score:export"
    SECOND_ENTRY_VIEW = "second_entry:view"
    SECOND_ENTRY_DRAW = "second_entry:draw"
    SECOND_ENTRY_ENTER = "second_entry:enter"
    SECOND_ENTRY_RESOLVE = "second_entry:resolve"
    SELF_LINK_MANAGE = "self_link:manage"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ENUMERATOR: frozenset(
        {
            P.ACCOUNT_OWN,
            P.ASSIGNMENT_VIEW,
            P.CONTACT_VIEW,
            P.RESPONSE_VIEW,
            P.RESPONSE_SUBMIT,
            P.SAMPLE_VIEW,
            P.SAMPLE_REPLACE,
            P.SECOND_ENTRY_ENTER,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            P.ACCOUNT_OWN,
            P.BOARD_VIEW,
            P.CAMPAIGN_VIEW,
            P.ASSIGNMENT_VIEW,
            P.ASSIGNMENT_MANAGE,
            P.CONTACT_VIEW,
            P.DEVICE_RECEIVE,
            P.FORM_PRINT,
            P.QUALITY_VIEW,
            P.RESPONSE_VIEW,
            P.SAMPLE_VIEW,
            P.SAMPLE_ASSIGN,
            P.SAMPLE_REPLACE,
            P.SECOND_ENTRY_VIEW,
            P.SECOND_ENTRY_DRAW,
            P.SECOND_ENTRY_RESOLVE,
        }
    ),
    Role.SUPERVISOR: frozenset({P.ACCOUNT_OWN, P.RESPONSE_VIEW, P.RECHECK_VIEW, P.RECHECK_FLAG}),
    Role.HOME_AFFAIRS: frozenset(
        {
            P.ACCOUNT_OWN,
            P.BOARD_VIEW,
            P.CAMPAIGN_VIEW,
            P.CAMPAIGN_MANAGE,
            P.ASSIGNMENT_VIEW,
            P.APPRAISAL_VIEW,
            P.AUDIT_VIEW,
            P.QUALITY_VIEW,
            P.QUALITY_SCREEN,
            P.RECHECK_VIEW,
            P.RESPONSE_VIEW,
            P.RESPONSE_IMPORT,
            P.RESPONSE_EXPORT,
            P.SCORE_VIEW,
            P.SCORE_VIEW_UNIT,
            P.SCORE_RUN,
            P.SCORE_EXPORT,
            P.FORM_PRINT,
            P.SAMPLE_VIEW,
            P.SAMPLE_IMPORT,
            P.SECOND_ENTRY_VIEW,
            P.SECOND_ENTRY_RESOLVE,
            P.SELF_LINK_MANAGE,
        }
    ),
    Role.UNIT_OFFICER: frozenset({P.ACCOUNT_OWN, P.SCORE_VIEW_UNIT}),
    Role.APPRAISER: frozenset({P.ACCOUNT_OWN, P.APPRAISAL_VIEW, P.APPRAISAL_ENTER}),
    Role.ADMINISTRATOR: frozenset({P.ACCOUNT_OWN, P.PERSON_VIEW, P.PERSON_MANAGE, P.AUDIT_VIEW}),
}


class AuditVerb(StrEnum):
    """`noun.verb` in the past tense of the record: what an audit line says happened."""

    APPRAISAL_ENTERED = "appraisal.entered"
    ASSIGNMENT_SET = "assignment.set"
    BATCH_APPLIED = "batch.applied"
    BATCH_REVERSED = "batch.reversed"
    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_STATE = "campaign.state"
    CAMPAIGN_SETTING = "campaign.setting"
    CONTACT_REMOVED = "contact.removed"
    CONTACT_SEEN = "contact.seen"
    DEMO_LOADED = "demo.loaded"
    FORMS_PRINTED = "form.printed"
    FLAG_RAISED = "flag.raised"
    FLAG_WITHDRAWN = "flag.withdrawn"
    LOGIN_FAILED = "login.failed"
    LOGIN_OPENED = "login.opened"
    LOGIN_ENDED = "login.ended"
    PERSON_CREATED = "person.created"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"
    PERSON_PASSWORD = "person.password"  # noqa: S105 - a verb, not a secret
    RESPONSE_CORRECTED = "response.corrected"
    RESPONSE_DRAFTED = "response.drafted"
    RESPONSE_EXPORTED = "response.exported"
    RESPONSE_IMPORTED = "response.imported"
    RESPONSE_PROPOSED = "response.proposed"
    RESPONSE_SUBMITTED = "response.submitted"
    RESPONSE_WITHDRAWN = "response.withdrawn"
    QUALITY_SCREENED = "quality.screened"
    SAMPLE_ASSIGNED = "sample.assigned"
    SAMPLE_IMPORTED = "sample.imported"
    SAMPLE_REMOVED = "sample.removed"
    SAMPLE_REPLACED = "sample.replaced"
    SECOND_ENTRY_DRAWN = "second_entry.drawn"
    SECOND_ENTRY_ENTERED = "second_entry.entered"
    SECOND_ENTRY_RESOLVED = "second_entry.resolved"
    SELF_LINK_ISSUED = "self_link.issued"
    SELF_LINK_REVOKED = "self_link.revoked"
    SCORE_EXPORTED = "score.exported"
    SCORE_RUN = "score.run"


# Apart from the other labels: a campaign and a response both know "draft", and mean different things.
# The sections of a questionnaire beside the criteria, in the order in which people are asked.
SECTION_NAMES = {
    "service": "Dịch vụ",
    "experience": "Trải nghiệm khi làm thủ tục",
    "respondent": "Người trả lời",
    "organisation": "Tổ chức",
    "comment": "Ý kiến thêm",
}

CAMPAIGN_LABELS: dict[CampaignState, str] = {
    CampaignState.DRAFT: "Đang chuẩn bị",
    CampaignState.OPEN: "Đang thu thập",
    CampaignState.CLOSED: "Đã đóng",
    CampaignState.SEALED: "Đã niêm phong",
    CampaignState.PUBLISHED: "Đã công bố",
}

LABELS: dict[StrEnum, str] = {
    Role.ENUMERATOR: "Điều tra viên",
    Role.COORDINATOR: "Điều phối (Bưu điện)",
    Role.SUPERVISOR: "Giám sát viên",
    Role.HOME_AFFAIRS: "Sở Nội vụ",
    Role.UNIT_OFFICER: "Cán bộ đơn vị",
    Role.APPRAISER: "Thẩm định viên",
    Role.ADMINISTRATOR: "Quản trị hệ thống",
    Body.FRONT: "Mặt trận Tổ quốc",
    Body.VETERANS: "Hội Cựu chiến binh",
    ResponseState.DRAFT: "Nháp",
    ResponseState.SUBMITTED: "Đã gửi",
    ResponseState.ACCEPTED: "Đã chấp nhận",
    ResponseState.RETURNED: "Trả lại",
    ResponseState.VOID: "Đã hủy",
    Validity.VALID: "Hợp lệ",
    Validity.TOO_FEW_ANSWERS: "Không hợp lệ: trả lời quá ít tiêu chí",
    Mode.FACE_TO_FACE: "Phỏng vấn trực tiếp",
    Mode.PAPER: "Nhập từ phiếu giấy",
    Mode.PHONE: "Phỏng vấn qua điện thoại",
    Mode.SELF: "Tự trả lời",
    FlagReason.IDENTICAL_ANSWERS: "Các câu trả lời giống hệt nhau",
    FlagReason.CONTRADICTION: "Câu trả lời mâu thuẫn",
    FlagReason.RESPONDENT_DISPUTES: "Người được hỏi không xác nhận",
    FlagReason.WRONG_UNIT: "Sai cơ quan, đơn vị",
    FlagReason.MISSING_ANSWERS: "Thiếu câu trả lời",
    FlagReason.OTHER: "Lý do khác",
    FlagState.OPEN: "Chờ điều tra viên trả lời",
    FlagState.ANSWERED: "Đã trả lời",
    FlagState.WITHDRAWN: "Đã rút",
    SampleKind.OFFICIAL: "Chính thức",
    SampleKind.RESERVE: "Dự phòng",
    Unreachable.NOT_FOUND: "Không tìm thấy địa chỉ",
    Unreachable.MOVED: "Đã chuyển đi nơi khác",
    Unreachable.ABSENT: "Đến nhiều lần đều vắng",
    Unreachable.REFUSED: "Từ chối trả lời",
    Unreachable.UNABLE: "Không đủ khả năng trả lời",
    Unreachable.NOT_A_USER: "Chưa làm thủ tục ở đơn vị này",
    BatchNoun.SAMPLE: "Danh sách mẫu",
    BatchNoun.RESPONSES: "Phiếu trả lời",
    BatchState.PREVIEWED: "Chờ quyết định",
    BatchState.APPLIED: "Đã nhập",
    BatchState.REVERSED: "Đã hoàn tác",
    BatchState.DISCARDED: "Đã bỏ",
    SecondEntryState.DRAWN: "Chờ nhập lần hai",
    SecondEntryState.ENTERED: "Chờ đối chiếu",
    SecondEntryState.RESOLVED: "Đã đối chiếu",
    AuditVerb.APPRAISAL_ENTERED: "Nhập điểm thẩm định",
    AuditVerb.ASSIGNMENT_SET: "Giao chỉ tiêu",
    AuditVerb.BATCH_APPLIED: "Nhập một tệp",
    AuditVerb.BATCH_REVERSED: "Hoàn tác một tệp đã nhập",
    AuditVerb.CAMPAIGN_SETTING: "Đổi thiết lập đợt khảo sát",
    AuditVerb.CONTACT_REMOVED: "Xóa thông tin liên hệ",
    AuditVerb.CONTACT_SEEN: "Xem thông tin liên hệ",
    AuditVerb.FORMS_PRINTED: "In phiếu trắng",
    AuditVerb.RESPONSE_WITHDRAWN: "Rút phiếu đã nhập từ tệp",
    AuditVerb.SAMPLE_ASSIGNED: "Giao dòng mẫu",
    AuditVerb.SAMPLE_IMPORTED: "Nhập dòng mẫu",
    AuditVerb.SAMPLE_REMOVED: "Bỏ dòng mẫu",
    AuditVerb.SAMPLE_REPLACED: "Thay dòng mẫu không liên hệ được",
    AuditVerb.SECOND_ENTRY_DRAWN: "Rút thăm phiếu nhập lần hai",
    AuditVerb.SECOND_ENTRY_ENTERED: "Nhập phiếu lần hai",
    AuditVerb.SECOND_ENTRY_RESOLVED: "Đối chiếu hai lần nhập",
    AuditVerb.SELF_LINK_ISSUED: "Cấp đường dẫn tự trả lời",
    AuditVerb.SELF_LINK_REVOKED: "Thu hồi đường dẫn tự trả lời",
    AuditVerb.CAMPAIGN_CREATED: "Tạo đợt khảo sát",
    AuditVerb.CAMPAIGN_STATE: "Chuyển trạng thái đợt khảo sát",
    AuditVerb.DEMO_LOADED: "Nạp đợt minh họa",
    AuditVerb.FLAG_RAISED: "Đánh dấu phiếu cần phúc tra",
    AuditVerb.FLAG_WITHDRAWN: "Rút đánh dấu",
    AuditVerb.LOGIN_FAILED: "Đăng nhập sai",
    AuditVerb.LOGIN_OPENED: "Đăng nhập",
    AuditVerb.LOGIN_ENDED: "Đăng xuất",
    AuditVerb.PERSON_CREATED: "Tạo tài khoản",
    AuditVerb.PERSON_DISABLED: "Khóa tài khoản",
    AuditVerb.PERSON_ENABLED: "Mở lại tài khoản",
    AuditVerb.PERSON_PASSWORD: "Đặt lại mật khẩu",
    AuditVerb.RESPONSE_CORRECTED: "Sửa phiếu",
    AuditVerb.RESPONSE_DRAFTED: "Lưu nháp phiếu",
    AuditVerb.RESPONSE_EXPORTED: "Xuất phiếu",
    AuditVerb.RESPONSE_IMPORTED: "Nhập phiếu từ tệp",
    AuditVerb.RESPONSE_PROPOSED: "Ghi nhận bản khác của phiếu",
    AuditVerb.RESPONSE_SUBMITTED: "Gửi phiếu",
    AuditVerb.QUALITY_SCREENED: "Sàng lọc chất lượng phiếu",
    AuditVerb.SCORE_EXPORTED: "Tải bảng điểm",
    AuditVerb.SCORE_RUN: "Chạy tính điểm",
}


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role holds a permission."""
    return permission in ROLE_PERMISSIONS[role]
