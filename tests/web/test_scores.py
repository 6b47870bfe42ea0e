"""The published table on pages and in the workbook, read back and compared figure by figure.

Expected figures: tests/golden/hanam_2022.csv, copied from the province's published report.
"""

import io
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pytest
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select, text

from survey_app.domain import campaigns, demonstration, scores
from survey_app.extensions import db
from survey_app.models import ScoreRun, Unit
from tests.domain.test_demonstration import published

CODE = demonstration.CODE
LogIn = Callable[[str], FlaskClient]


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


class _Tables(HTMLParser):
    """Collects the text of every cell of every table."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1][-1][-1] += data


def tables_of(page: str) -> list[list[dict[str, str]]]:
    """Return the tables of a page, each row by its headings."""
    parser = _Tables()
    parser.feed(page)
    return [
        [dict(zip(table[0], (cell.strip() for cell in row), strict=False)) for row in table[1:]]
        for table in parser.tables
    ]


def comma(figure: str) -> str:
    """Return a published figure as it is shown."""
    return figure.replace(".", ",") or "x"


def test_the_index_page_shows_every_published_figure(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/index").text
    tables = tables_of(page)
    shown = {row["Đơn vị"]: row for table in tables for row in table}
    for row in published():
        found = shown[row["name"]]
        assert found["Hạng"] == row["rank"]
        assert found["Điểm thẩm định"] == comma(row["appraisal_points"])
        assert found["Điểm khảo sát"] == comma(row["satisfaction_points"])
        assert found["Tổng điểm"] == comma(row["total_points"])
        assert found["Chỉ số %"] == comma(row["index"])
    means = [table[-1] for table in tables]
    assert [(mean["Điểm khảo sát"], mean["Chỉ số %"]) for mean in means] == [
        ("9,45", "89,60"),
        ("9,65", "90,70"),
    ]
    for sentence in ("Chênh lệch: 18,06", "Chênh lệch: 10,30", "10 trong 19 đơn vị", "3 trong 6 đơn vị"):
        assert sentence in page


def sheet_rows(sheet: Worksheet, heading: str) -> list[dict[str, object]]:
    """Return the rows under the heading row that begins with a heading."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(place for place, row in enumerate(rows) if row[0] == heading)
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]


def test_the_workbook_holds_every_published_figure_as_a_number(home_affairs: FlaskClient) -> None:
    reply = home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx")
    assert reply.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(reply.data))
    indices = [sheet for sheet in book.worksheets if sheet.title.startswith("Chỉ số")]
    found = {row["Đơn vị"]: row for sheet in indices for row in sheet_rows(sheet, "Hạng")}
    for row in published():
        told = found[row["name"]]
        assert told["Hạng"] == int(row["rank"])
        assert Decimal(str(told["Chỉ số %"])) == Decimal(row["index"])
        assert Decimal(str(told["Tổng điểm"])) == Decimal(row["total_points"])
        component = told["Điểm khảo sát"]
        assert str(component) == "x" or Decimal(str(component)) == Decimal(row["satisfaction_points"])
    points = [
        row
        for sheet in book.worksheets
        if sheet.title.startswith("Điểm")
        for row in sheet_rows(sheet, "Hạng")
    ]
    numbers = [row["Điểm"] for row in points if isinstance(row["Mã"], str)]
    expected = sum(Decimal(row["satisfaction_points"]) for row in published() if row["satisfaction_points"])
    assert sum(Decimal(str(number)) for number in numbers) == expected
    assert all(len(sheet.title) <= 31 for sheet in book.worksheets)


def test_the_workbook_says_what_it_is_as_of_when_and_how_to_verify_it(home_affairs: FlaskClient) -> None:
    reply = home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(reply.data))
    notes = {row[0]: row[1] for row in book["Ghi chú"].iter_rows(values_only=True)}
    proof = {row[0]: row[1] for row in book["Xác minh"].iter_rows(values_only=True)}
    current = scores.current(campaigns.by_code(CODE))
    assert "MINH HỌA" in str(notes["CẢNH BÁO"])
    assert notes["Số phiếu được tính"] == 2124
    assert proof["Mã kiểm tra kết quả"] == current.digest
    assert proof["Mã kiểm tra dữ liệu vào (SHA-256)"] == current.satisfaction["input"]["sha256"]
    for sheet in book.worksheets[:7]:
        assert "Tính đến" in str(sheet["A2"].value)
        assert "MINH HỌA" in str(sheet["A3"].value)
        assert sheet.freeze_panes == "A5"
        assert sheet.print_title_rows == "$4:$4"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_e6_the_file_name_is_readable_and_injects_nothing(home_affairs: FlaskClient) -> None:
    campaign = campaigns.by_code(CODE)
    campaign.name = 'Sở Nội vụ – Đợt 1/2025 "bản chốt"'
    db.session.commit()
    header = home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").headers["Content-Disposition"]
    assert "\r" not in header
    assert "filename*=UTF-8''S%E1%BB%9F" in header
    assert header.startswith("attachment; filename=")


def test_e8_a_units_name_that_looks_like_a_formula_stays_text(home_affairs: FlaskClient) -> None:
    unit = db.session.scalars(select(Unit).where(Unit.code == "STC")).one()
    unit.name = "=1+1"
    db.session.commit()
    book = openpyxl.load_workbook(io.BytesIO(home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").data))
    cells = [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


def test_e14_units_without_responses_are_listed_with_zero(home_affairs: FlaskClient) -> None:
    stc = db.session.scalars(select(Unit.id).where(Unit.code == "STC")).one()
    db.session.execute(text("UPDATE response SET state = 'void' WHERE unit_id = :unit"), {"unit": stc})
    db.session.commit()
    book = openpyxl.load_workbook(io.BytesIO(home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").data))
    row = next(each for each in sheet_rows(book.worksheets[0], "Hạng") if each["Mã"] == "STC")
    assert (row["Số phiếu"], row["Điểm"]) == (0, None)
    assert "chưa đủ mẫu" in str(row["Ghi chú"])
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    assert "Chưa đủ mẫu" in page


def test_a_stored_run_stays_as_it_was_when_answers_change(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"/campaigns/{CODE}/runs", data={"reason": "Chốt lần 1"})
    run = db.session.scalars(select(ScoreRun)).one()
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code < 'HN22-0100'"))
    db.session.commit()
    page = home_affairs.get(f"/campaigns/{CODE}/runs/1").text
    assert run.book_digest in page
    assert "89,60" in page
    assert "Chốt lần 1" in page
    assert "89,60" not in home_affairs.get(f"/campaigns/{CODE}/index").text
    kept = openpyxl.load_workbook(
        io.BytesIO(home_affairs.get(f"/campaigns/{CODE}/runs/1/workbook.xlsx").data)
    )
    assert {row[0]: row[1] for row in kept["Xác minh"].iter_rows(values_only=True)}[
        "Mã kiểm tra kết quả"
    ] == run.book_digest


def test_a_units_page_shows_how_its_points_are_made(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    result = next(
        each
        for each in scores.current(campaigns.by_code(CODE)).satisfaction["units"]
        if each["unit"] == "STC"
    )
    factors, criteria = tables_of(page)[:2]
    assert [row["Hài lòng"] for row in factors[:5]] == [str(each["satisfied"]) for each in result["factors"]]
    assert [row["5"] for row in criteria] == [str(each["levels"][4]) for each in result["criteria"]]
    assert "<strong>9,16 điểm</strong>" in page


def test_n6_two_units_swapped_in_the_database_keep_their_ranks(home_affairs: FlaskClient) -> None:
    before = scores.current(campaigns.by_code(CODE)).digest
    one, two = (db.session.scalars(select(Unit.id).where(Unit.code == code)).one() for code in ("STC", "SNV"))
    rows = db.session.execute(text("SELECT count(*) FROM response")).scalar()
    assert rows == 2124
    assert one != two
    db.session.execute(text("UPDATE unit SET sort_key = 'zzz' WHERE code = 'SNV'"))
    db.session.commit()
    book = scores.current(campaigns.by_code(CODE))
    assert {each["unit"]: each["rank"] for each in book.index["units"]}["SNV"] == 2
    assert before is not None
