"""Which column of an answer file is which question: our own codes, ODK's and KoboToolbox's paths, Vietnamese labels."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from scoring.questionnaire import Question, Questionnaire
from survey_app.exports import answers_xlsx, bundle_answers
from survey_app.language import clean_line

FIELDS = {
    "form_code": ("Mã phiếu",),
    "unit": ("Cơ quan, đơn vị", "Đơn vị", "Mã đơn vị"),
    "enumerator": ("Điều tra viên", "Tên đăng nhập của điều tra viên"),
    "mode": ("Cách hỏi",),
}
MOMENTS = {"start": "opened_at", "end": "finished_at"}
# Who sent a form, in the order of trust, where a file has no column `enumerator`.
SENDERS = ("username", "_submitted_by", "submittername")
# What an export of ours tells about a response and a file cannot change.
TOLD = frozenset({*answers_xlsx.TOLD, *bundle_answers.LEADING} - FIELDS.keys())
_METADATA = frozenset(
    {
        *(
            "id",
            "uuid",
            "today",
            "deviceid",
            "device_id",
            "phonenumber",
            "simserial",
            "simid",
            "subscriberid",
        ),
        *(
            "email",
            "audit",
            "caseid",
            "duration",
            "formdef_version",
            "instanceid",
            "instancename",
            "rootuuid",
        ),
        *("key", "submissiondate", "submission_time", "submitterid", "validation_status", "notes", "status"),
        *("tags", "index", "parent_index", "parent_table_name", "parent_key", "attachmentspresent"),
        *(
            "attachmentsexpected",
            "reviewstate",
            "edits",
            "formversion",
            "version",
            "geolocation",
            "attachments",
        ),
    }
)
_SEPARATOR = re.compile(r"[/:.\-]")
_TAG = re.compile(r"<[^<>]*>|\*\*")
_NUMBERED = re.compile(r"^\d{1,2}(\.\d{1,2})*[.)]?\s+")
_LABELLED = re.compile(r"(?P<code>[a-z0-9_]+) \((?P<version>[a-z0-9 -]+)\)")


class How(StrEnum):
    """How a heading was recognised."""

    CODE = "code"
    GROUP = "group"
    LABEL = "label"
    MOMENT = "moment"
    METADATA = "metadata"
    TOLD = "told"
    UNKNOWN = "unknown"
    TWICE = "twice"


HOW_WORDS = {
    How.CODE: "theo mã",
    How.GROUP: "theo mã sau tên nhóm",
    How.LABEL: "theo câu chữ",
    How.MOMENT: "giờ mở và giờ xong của phiếu mới",
    How.METADATA: "thông tin kỹ thuật của máy, không nhập",
    How.TOLD: "chỉ để đọc, không nhập",
    How.UNKNOWN: "không nhận ra, bỏ qua",
    How.TWICE: "trùng với cột khác, không nhập được",
}
READ = frozenset({How.CODE, How.GROUP, How.LABEL})


@dataclass(frozen=True)
class Column:
    """A heading and what it was read as; `option` is one answer of a question with several, `version` another form's."""

    place: int
    heading: str
    how: How
    target: str = ""
    option: str = ""
    version: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """Every column of a file with its meaning, and the codes of fields and criteria that no column gives."""

    columns: tuple[Column, ...]
    missing: tuple[str, ...]

    @cached_property
    def read(self) -> tuple[Column, ...]:
        """The columns that are imported."""
        return tuple(column for column in self.columns if column.how in READ)

    @cached_property
    def moments(self) -> tuple[Column, ...]:
        """The columns that tell when a form was opened and finished, the first of each."""
        first = {column.target: column for column in reversed(self.columns) if column.how == How.MOMENT}
        return tuple(first.values())

    @cached_property
    def twice(self) -> tuple[Column, ...]:
        """The columns of which two or more claim the same question."""
        return tuple(column for column in self.columns if column.how == How.TWICE)

    def place(self, target: str) -> int | None:
        """Return where a field stands, or None."""
        return next((column.place for column in self.read if column.target == target), None)

    def told(self, heading: str) -> int | None:
        """Return where a column stands that is only told, or None."""
        return next(
            (each.place for each in self.columns if (each.how, each.heading) == (How.TOLD, heading)), None
        )

    def heading(self, target: str) -> str:
        """Return the heading under which a field stands, or its code."""
        return next((column.heading for column in self.read if column.target == target), target)


def mapping(
    questionnaire: Questionnaire, headers: Sequence[str], others: Mapping[str, Questionnaire] | None = None
) -> ColumnMap:
    """Return what each heading means; `others` are earlier versions by the label their own columns carry.

    A heading is a code, a code after group names ("access/access_1", "access-access_1"), or the question's own
    words; one answer of several stands behind its question ("channel/internet"). A code that an earlier version alone has is
    its. Two headings that mean the same are
    both refused, never guessed between.
    """
    names = _names(questionnaire)
    found = [_column(place, heading, names, others or {}) for place, heading in enumerate(headers)]
    found = _sender(found)
    meant: dict[tuple[str, str, str], list[int]] = {}
    for column in found:
        if column.how in READ:
            meant.setdefault((column.version, column.target, column.option), []).append(column.place)
    twice = {place for places in meant.values() if len(places) > 1 for place in places}
    columns = tuple(
        Column(each.place, each.heading, How.TWICE, each.target, each.option, each.version)
        if each.place in twice
        else each
        for each in found
    )
    given = {column.target for column in columns if not column.version}
    wanted = ("form_code", "unit", "enumerator", "mode", *questionnaire.criterion_codes)
    return ColumnMap(columns, tuple(code for code in wanted if code not in given))


@dataclass(frozen=True)
class _Names:
    codes: frozenset[str]
    options: Mapping[str, frozenset[str]]  # of questions with several answers
    labels: Mapping[str, tuple[str, str]]  # words → (code, option), ("", "") where two questions share them


def _names(questionnaire: Questionnaire) -> _Names:
    several = [question for question in questionnaire.questions if question.kind == "multi"]
    labels: dict[str, tuple[str, str]] = {}

    def add(words: str, target: str, option: str = "") -> None:
        key = label_key(words)
        labels[key] = (target, option) if labels.get(key, (target, option)) == (target, option) else ("", "")

    for code, words in FIELDS.items():
        for each in words:
            add(each, code)
    for criterion in questionnaire.criteria:
        add(criterion.text, criterion.code)
    for question in questionnaire.questions:
        add(question.text, question.code)
    for question in several:
        for option in question.options:
            for name in (question.text, question.code):
                for answer in {option.text, option.code}:
                    add(f"{name}/{answer}", question.code, option.code)
    codes = {
        *FIELDS,
        *questionnaire.criterion_codes,
        *(question.code for question in questionnaire.questions),
    }
    return _Names(frozenset(codes), {each.code: _options(each) for each in several}, labels)


def _options(question: Question) -> frozenset[str]:
    return frozenset(option.code for option in question.options)


def label_key(words: str) -> str:
    """Return words as they are compared: one form, lower case, without marks of layout, number or final stop."""
    line = _NUMBERED.sub("", clean_line(_TAG.sub("", words))).casefold()
    return "/".join(part.strip(" .?:;*") for part in line.split("/"))


def _suffixes(heading: str) -> Iterator[str]:
    yield heading
    for found in _SEPARATOR.finditer(heading):
        yield heading[found.end() :]


def _column(place: int, heading: str, names: _Names, others: Mapping[str, Questionnaire]) -> Column:
    if heading in TOLD:
        return Column(place, heading, How.TOLD)
    if (labelled := _LABELLED.fullmatch(heading)) and (other := others.get(labelled["version"])):
        code = labelled["code"]
        if _asks(other, code):
            return Column(place, heading, How.CODE, code, "", labelled["version"])
    if heading not in names.codes and any(_asks(other, heading) for other in others.values()):
        return Column(place, heading, How.CODE, heading)
    if meant := _by_code(heading, names):
        return Column(place, heading, How.CODE if heading in names.codes else How.GROUP, *meant)
    for suffix in _suffixes(heading):
        meant = names.labels.get(label_key(suffix))
        if meant == ("", ""):
            return Column(place, heading, How.TWICE)
        if meant:
            return Column(place, heading, How.LABEL, *meant)
    last = _SEPARATOR.split(heading)[-1].casefold()
    if last in MOMENTS:
        return Column(place, heading, How.MOMENT, MOMENTS[last])
    if last.strip("_") in _METADATA or last in SENDERS:
        return Column(place, heading, How.METADATA, last if last in SENDERS else "")
    return Column(place, heading, How.UNKNOWN)


def _asks(questionnaire: Questionnaire, code: str) -> bool:
    return code in questionnaire.criterion_codes or any(each.code == code for each in questionnaire.questions)


def _by_code(heading: str, names: _Names) -> tuple[str, str] | None:
    parts = _SEPARATOR.split(heading)
    if len(parts) > 1 and parts[-1] in names.options.get(parts[-2], ()):
        return parts[-2], parts[-1]
    return (parts[-1], "") if parts[-1] in names.codes else None


def _sender(columns: list[Column]) -> list[Column]:
    """Read who sent a form as the enumerator where no column says it, by the first of the known names."""
    if any(column.target == "enumerator" for column in columns):
        return columns
    senders = [name for name in SENDERS if any(column.target == name for column in columns)]
    return [
        Column(each.place, each.heading, How.GROUP, "enumerator")
        if senders and each.target == senders[0]
        else each
        for each in columns
    ]
