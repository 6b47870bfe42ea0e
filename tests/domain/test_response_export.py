"""All answers as a workbook: numbers are numbers, codes and people's text are what they look like."""

import io
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import select

from scoring.sheets import parse_sheet
from survey_app.domain import audit, flags, people, response_export
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import Body, Role
from tests.domain.answer_files import row, table_of, taken_in
from tests.domain.small_campaign import answer, enumerator

HOSTILE = ["=1+1", "@SUM(A1)", "+84912345678", "-5", "\t=1+1", "00017", "123456789012", "<b>", "x" * 2000]


@pytest.fixture
def an(actor: User, small: Campaign) -> User:
    """The enumerator of the files."""
    return enumerator(actor, small, "A")


@pytest.fixture
def home(actor: User, an: User) -> User:
    """Whoever takes the export."""
    return people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)


def test_e1_e2_e3_e8_cells_are_what_they_look_like(home: User, small: Campaign) -> None:
    rows = [row(f"0{place}{place:09d}00", comment=text) for place, text in enumerate(HOSTILE)]
    taken_in(home, small, [*rows, row("00017", access_1="NA", access_2="")])
    content = response_export.workbook(home, small)
    headings, found = table_of(content)
    assert headings[:6] == ["form_code", "unit", "enumerator", "mode", "access_1", "access_2"]
    by_code = {each["form_code"]: each for each in found}
    assert [by_code[str(each["form_code"])]["comment"] for each in rows] == [each.strip() for each in HOSTILE]
    assert (by_code["00017"]["access_1"], by_code["00017"]["access_2"]) == ("NA", None)
    assert sum(each["access_3"] for each in found) == 4 * len(found)
    assert isinstance(by_code["00017"]["submitted_at"], datetime)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    kinds = {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line}
    assert kinds == {"s", "n", "d"}


def test_e3_codes_come_back_as_they_were(home: User, small: Campaign) -> None:
    codes = ["00017", "007", "0912345678", "012345678901", "12300000", "HN22/0001", "1e5", "2022-01-02"]
    taken_in(home, small, [row(code) for code in codes])
    sheet = parse_sheet("x.xlsx", response_export.workbook(home, small))
    assert [cells[0] for _, cells in sheet.rows] == sorted(codes)


def test_e14_every_response_that_arrived_is_there_and_no_draft_and_no_void_one(
    home: User, small: Campaign, an: User
) -> None:
    front = people.create(home, people.Person("mattran", "Mặt Trận", Role.SUPERVISOR, Body.FRONT), None)
    for code in ("F-1", "F-2", "F-3"):
        answer(small, an, "A", 4, code)
    first, second, _ = db.session.scalars(select(Response).order_by(Response.form_code)).all()
    flags.raise_flag(front, first, version=1, reason="other", note="Hỏi lại")
    second.state = "void"
    db.session.flush()
    _, found = table_of(response_export.workbook(home, small))
    assert [(each["form_code"], each["state"]) for each in found] == [("F-1", "Trả lại"), ("F-3", "Đã gửi")]
    line = audit.history("response", small.code)[-1]
    assert (line.verb, audit.changes_of(line)["after"]) == ("response.exported", {"rows": 2, "file": ".xlsx"})


def test_e12_the_file_says_as_of_when_and_of_what(home: User, small: Campaign) -> None:
    content = response_export.workbook(home, small)
    notes = openpyxl.load_workbook(io.BytesIO(content))["Ghi chú"]
    told = {line[0]: line[1] for line in notes.iter_rows(values_only=True)}
    assert told["Đợt khảo sát"] == "Đợt 2026 (c26)"
    assert "(giờ Việt Nam)" in told["Tính đến"]
    assert told["Số phiếu trong tệp"] == "0"
    assert "(xóa)" in told["Nhập lại tệp này"]
