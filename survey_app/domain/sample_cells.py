"""One row of a sample list as a file gives it: cells read, each wrong one named, blank ones left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from survey_app import problems
from survey_app.domain import audit, response_content
from survey_app.domain.import_plan import CellRefused, Column
from survey_app.labels import LABELS
from survey_app.language import clean_line, search_key
from survey_app.vocabulary import SampleKind

ERASE = "(xóa)"
MOST_POSITION = 999_999
COLUMNS = (
    Column("form_code", True, "Mã in trên phiếu, ví dụ HN26-0017"),
    Column("unit", True, "Mã cơ quan, đơn vị trong đợt"),
    Column("kind", True, "Chính thức (official) hoặc Dự phòng (reserve)"),
    Column("position", False, "Thứ tự trong đơn vị; để trống thì xếp tiếp theo thứ tự trong tệp"),
    Column("procedure", False, "Thủ tục, dịch vụ người dân đã làm"),
    Column("enumerator", False, "Tên đăng nhập của điều tra viên, nếu đã biết"),
    Column("name", False, "Họ tên hoặc tên tổ chức"),
    Column("phone", False, "Số điện thoại; định dạng cột là văn bản để giữ số 0 ở đầu"),
    Column("address", False, "Địa chỉ"),
    Column("remove_after", False, "Ngày phải xóa thông tin liên hệ; để trống: 180 ngày sau ngày cuối kỳ"),
)
CONTACT = ("name", "phone", "address")
LONGEST = {"procedure": 200, "name": 200, "address": 200, "phone": 20}
_KINDS = {kind.value: kind for kind in SampleKind} | {search_key(LABELS[kind]): kind for kind in SampleKind}
_ERASABLE = {"procedure", "enumerator", "name", "phone", "address"}
_PHONE = re.compile(r"(\+|\(?0|1[89]00)[0-9 ./()-]{3,19}")
_ZERO_LOST = re.compile(r"[2-9][0-9]{8,9}")


@dataclass
class Cells:
    """What a row says, column by column: texts, "" where it erases, nothing where the cell is blank."""

    row: int
    told: dict[str, Any] = field(default_factory=dict)
    refused: list[CellRefused] = field(default_factory=list)

    @property
    def form_code(self) -> str:
        """The row's key, "" where it has none."""
        return str(self.told.get("form_code", ""))

    def refuse(self, column: str, text: object, code: str, /, **facts: object) -> None:
        """Name a cell that cannot be taken, and why."""
        self.refused.append(CellRefused(self.row, column, str(text)[:40], problems.field(code, **facts)))


@dataclass(frozen=True)
class Known:
    """What cells are read against: the campaign's code, units by code and by name, active enumerators."""

    campaign: str
    units: Mapping[str, str]
    enumerators: frozenset[str]


def read(number: int, texts: Mapping[str, str], known: Known) -> Cells:
    """Read one row of a file."""
    cells = Cells(number)
    for column in COLUMNS:
        text = clean_line(texts.get(column.name))
        if not text:
            continue
        if search_key(text) == search_key(ERASE):
            if column.name in _ERASABLE:
                cells.told[column.name] = ""
            else:
                cells.refuse(column.name, text, "cell_not_erasable")
            continue
        value = _READERS.get(column.name, _text)(cells, column.name, text, known)
        if value is not None:
            cells.told[column.name] = value
    return cells


def _text(cells: Cells, column: str, text: str, _known: Known) -> str | None:
    if len(text) > LONGEST[column]:
        cells.refuse(column, text, "cell_too_long", length=len(text), most=LONGEST[column])
        return None
    return text


def _form_code(cells: Cells, column: str, text: str, _known: Known) -> str | None:
    if not response_content.is_form_code(text):
        cells.refuse(column, text, "row_form_code", value=text[:40])
        return None
    return text


def _unit(cells: Cells, column: str, text: str, known: Known) -> str | None:
    if text not in known.units:
        cells.refuse(column, text, "row_unit", value=text[:40], campaign=known.campaign)
        return None
    return known.units[text]


def _kind(cells: Cells, column: str, text: str, _known: Known) -> str | None:
    kind = _KINDS.get(search_key(text))
    if kind is None:
        cells.refuse(column, text, "sample_kind", value=text[:40])
        return None
    return kind.value


def _position(cells: Cells, column: str, text: str, _known: Known) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MOST_POSITION):
        cells.refuse(column, text, "sample_position", value=text[:40])
        return None
    return int(text)


def _enumerator(cells: Cells, column: str, text: str, known: Known) -> str | None:
    if text.lower() not in known.enumerators:
        cells.refuse(column, text, "sample_enumerator", value=text[:40])
        return None
    return text.lower()


def _phone(cells: Cells, column: str, text: str, _known: Known) -> str | None:
    if _ZERO_LOST.fullmatch(text):
        cells.refuse(column, text, "phone_zero", value=text)
        return None
    digits = sum(each.isdigit() for each in text)
    if len(text) > LONGEST[column] or not _PHONE.fullmatch(text) or not 7 <= digits <= 15:
        cells.refuse(column, text, "phone", value=text[:40])
        return None
    return text


def _remove_after(cells: Cells, column: str, text: str, _known: Known) -> date | None:
    try:
        return audit.day_of(text.removesuffix(" 00:00:00"))
    except problems.InvalidFields:
        cells.refuse(column, text, "remove_after", value=text[:40])
        return None


_READERS = {
    "form_code": _form_code,
    "unit": _unit,
    "kind": _kind,
    "position": _position,
    "enumerator": _enumerator,
    "phone": _phone,
    "remove_after": _remove_after,
}
