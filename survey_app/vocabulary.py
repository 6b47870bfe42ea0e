"""The words the whole house shares: states, roles, permissions and their Vietnamese names."""

from enum import StrEnum


class Role(StrEnum):
    ENUMERATOR = "enumerator"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    BODY_HEAD = "body_head"
    HOME_AFFAIRS = "home_affairs"
    UNIT_OFFICER = "unit_officer"
    APPRAISER = "appraiser"
    ADMINISTRATOR = "administrator"


class Body(StrEnum):
    """The two independent supervising bodies."""

    FRONT = "front"
    VETERANS = "veterans"


BODY_ROLES = (Role.SUPERVISOR, Role.BODY_HEAD)


class Party(StrEnum):
    """Who commits a part of a draw's seed."""

    FRONT = "front"
    VETERANS = "veterans"
    HOME_AFFAIRS = "home_affairs"


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


class FlagKind(StrEnum):
    """A doubt returns the response and stops it from counting; a question leaves it as it is."""

    DOUBT = "doubt"
    QUESTION = "question"


class FlagState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class DrawKind(StrEnum):
    RANDOM = "random"
    DIRECTED = "directed"


class DrawState(StrEnum):
    COMMITTING = "committing"
    DRAWN = "drawn"
    ABANDONED = "abandoned"


class RecheckState(StrEnum):
    """Waiting for its verdict, judged, or dropped because there is nothing left to judge."""

    WAITING = "waiting"
    JUDGED = "judged"
    DROPPED = "dropped"


class Verdict(StrEnum):
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class RecheckAnswer(StrEnum):
    """What the person said to (a), (b) or (c)."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class RecheckReason(StrEnum):
    """Why a re-check failed."""

    NO_INTERVIEW = "no_interview"
    NOT_A_USER = "not_a_user"
    LED = "led"
    ANSWERS_DIFFER = "answers_differ"
    OTHER = "other_finding"


class ContactWay(StrEnum):
    PHONE = "by_phone"
    IN_PERSON = "in_person"


class ContactResult(StrEnum):
    REACHED = "reached"
    NOBODY = "nobody"
    LATER = "call_again"
    WRONG = "wrong_contact"
    REFUSED = "refused_recheck"


class ProposalState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class JointState(StrEnum):
    OPEN = "open"
    AGREED = "agreed"


class RedoState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class DuplicateWhy(StrEnum):
    """A form code that a response bears already, or whose row was given to somebody else."""

    TAKEN = "taken"
    MOVED = "moved"


class DuplicateState(StrEnum):
    """Open, or how it ended: the first counts on, the second takes its place, or the second bears another code."""

    OPEN = "open"
    FIRST_KEPT = "first_kept"
    SECOND_KEPT = "second_kept"
    RECODED = "recoded"


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
    DEVICE_KEEP = "device:keep"
    DEVICE_RECEIVE = "device:receive"
    DRAW_VIEW = "draw:view"
    DRAW_OPEN = "draw:open"
    DRAW_COMMIT = "draw:commit"
    DRAW_DIRECT = "draw:direct"
    DUPLICATE_VIEW = "duplicate:view"
    DUPLICATE_DECIDE = "duplicate:decide"
    FLAG_ANSWER = "flag:answer"
    FORM_PRINT = "form:print"
    JOINT_VIEW = "joint:view"
    JOINT_DECIDE = "joint:decide"
    PERSON_VIEW = "person:view"
    PERSON_MANAGE = "person:manage"
    PUBLICATION_VIEW = "publication:view"
    PUBLICATION_MAKE = "publication:make"
    QUALITY_VIEW = "quality:view"
    QUALITY_SCREEN = "quality:screen"
    RECHECK_VIEW = "recheck:view"
    RECHECK_FLAG = "recheck:flag"
    RECHECK_JUDGE = "recheck:judge"
    RECHECK_ASSIGN = "recheck:assign"
    RECHECK_MEASURE = "recheck:measure"
    RECHECK_SET = "recheck:set"
    REDO_VIEW = "redo:view"
    REDO_DECIDE = "redo:decide"
    REPORT_EDIT = "report:edit"
    RESPONSE_ACCEPT = "response:accept"
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
    VOID_VIEW = "void:view"
    VOID_DECIDE = "void:decide"


P = Permission
_SUPERVISOR = {
    P.ACCOUNT_OWN,
    P.CONTACT_VIEW,
    P.DEVICE_KEEP,
    P.RESPONSE_VIEW,
    P.RESPONSE_ACCEPT,
    P.RECHECK_VIEW,
    P.RECHECK_FLAG,
    P.RECHECK_JUDGE,
    P.VOID_VIEW,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ENUMERATOR: frozenset(
        {
            P.ACCOUNT_OWN,
            P.ASSIGNMENT_VIEW,
            P.CONTACT_VIEW,
            P.DEVICE_KEEP,
            P.FLAG_ANSWER,
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
            P.DUPLICATE_VIEW,
            P.DUPLICATE_DECIDE,
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
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.BODY_HEAD: frozenset(
        {
            *_SUPERVISOR,
            P.DEVICE_RECEIVE,
            P.DRAW_VIEW,
            P.DRAW_OPEN,
            P.DRAW_COMMIT,
            P.JOINT_VIEW,
            P.JOINT_DECIDE,
            P.RECHECK_ASSIGN,
            P.RECHECK_MEASURE,
            P.REDO_VIEW,
            P.VOID_DECIDE,
        }
    ),
    Role.HOME_AFFAIRS: frozenset(
        {
            P.ACCOUNT_OWN,
            P.BOARD_VIEW,
            P.CAMPAIGN_VIEW,
            P.CAMPAIGN_MANAGE,
            P.ASSIGNMENT_VIEW,
            P.APPRAISAL_VIEW,
            P.AUDIT_VIEW,
            P.PUBLICATION_VIEW,
            P.PUBLICATION_MAKE,
            P.QUALITY_VIEW,
            P.QUALITY_SCREEN,
            P.REPORT_EDIT,
            P.DRAW_VIEW,
            P.DRAW_OPEN,
            P.DRAW_COMMIT,
            P.DRAW_DIRECT,
            P.DUPLICATE_VIEW,
            P.DUPLICATE_DECIDE,
            P.JOINT_VIEW,
            P.RECHECK_VIEW,
            P.RECHECK_MEASURE,
            P.RECHECK_SET,
            P.REDO_VIEW,
            P.REDO_DECIDE,
            P.VOID_VIEW,
            P.VOID_DECIDE,
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


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role holds a permission."""
    return permission in ROLE_PERMISSIONS[role]
