"""The published table on pages and in the workbook, read back and compared figure by figure.

Expected figures: tests/golden/hanam_2022.csv, copied from the province's published report.
"""

import io
import itertools
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import openpyxl
import pandas
import pytest
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select, text

from survey_app.domain import campaigns, counting, demonstration
from survey_app.extensions import db
from survey_app.models import Appraisal, ScoreRun, Unit
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
    for sentence in (
        "Chênh lệch: 18,06 điểm phần trăm",
        "Chênh lệch: 10,30 điểm phần trăm",
        "10 trong 19 đơn vị cao hơn trung bình",
        "3 trong 6 đơn vị cao hơn trung bình",
        "Điểm khảo sát trung bình 9,45, tính trên 16 đơn vị",
        "Điểm khảo sát trung bình 9,65, tính trên 6 đơn vị",
        "Xếp loại: Xuất sắc 2 đơn vị, Tốt 14 đơn vị, Khá 3 đơn vị; không đơn vị nào",
        "Xếp loại: Xuất sắc 1 đơn vị, Tốt 5 đơn vị; không đơn vị nào",
        "Điểm tối đa của các đơn vị này là 60, chỉ số = tổng điểm / 60 × 100.",
    ):
        assert sentence in page


def test_the_score_page_shows_every_published_component_with_its_quota(home_affairs: FlaskClient) -> None:
    tables = tables_of(home_affairs.get(f"/campaigns/{CODE}/scores").text)[:2]
    shown = {row["Đơn vị"]: row for table in tables for row in table}
    surveyed = [row for row in published() if row["satisfaction_points"]]
    # A remark stands under the name of the one unit that every answer praises.
    praised = "Sở Văn hóa, Thể thao và Du lịch"
    shown[praised] = shown.pop(praised + "Mọi câu trả lời đều hài lòng, cần xem lại")
    assert {name: row["Điểm"] for name, row in shown.items()} == {
        row["name"]: comma(row["satisfaction_points"]) for row in surveyed
    }
    assert [sum(int(row["Số phiếu"]) for row in table) for table in tables] == [984, 1140]
    assert [sum(int(row["Chỉ tiêu"]) for row in table) for table in tables] == [984, 1140]


def sheet_rows(sheet: Worksheet, heading: str) -> list[dict[str, Any]]:
    """Return the rows under the heading row that begins with a heading, down to the first empty one."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(place for place, row in enumerate(rows) if row[0] == heading)
    kept = itertools.takewhile(any, rows[start + 1 :])
    return [dict(zip(rows[start], row, strict=True)) for row in kept]


def workbook_at(browser: FlaskClient, path: str) -> openpyxl.Workbook:
    """Return a workbook as it is fetched; a sheet is parsed when it is first looked at."""
    reply = browser.get(f"/campaigns/{CODE}/{path}")
    assert reply.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(reply.data), read_only=True)


def facts_of(book: openpyxl.Workbook, sheet: str) -> dict[Any, Any]:
    """Return the pairs of a sheet of facts."""
    return {row[0]: row[1] for row in book[sheet].iter_rows(min_row=4, max_col=2, values_only=True)}


def test_the_workbook_holds_every_published_figure_as_a_number_and_says_what_it_is(
    home_affairs: FlaskClient,
) -> None:
    book = workbook_at(home_affairs, "workbook.xlsx")
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
    expected = sum(Decimal(row["satisfaction_points"]) for row in published() if row["satisfaction_points"])
    assert sum(Decimal(str(row["Điểm"])) for row in points) == expected
    assert all(len(sheet.title) <= 31 for sheet in book.worksheets)
    notes, proof = facts_of(book, "Ghi chú"), facts_of(book, "Xác minh")
    current = counting.current(campaigns.by_code(CODE), detail=None, sensitive=True)
    assert notes["Phiếu được tính"] == 2124
    assert notes["Kết quả"].startswith("số liệu tạm tính")
    assert proof["Mã kiểm tra kết quả"] == current.digest
    assert proof["Mã kiểm tra dữ liệu vào (SHA-256)"] == current.satisfaction["input"]["sha256"]
    for sheet in book.worksheets:
        assert "Số liệu tạm tính. Tính đến" in str(sheet["A2"].value)
        assert "MINH HỌA" in str(sheet["A3"].value)


def test_e6_the_file_name_is_readable_and_injects_nothing(home_affairs: FlaskClient) -> None:
    campaign = campaigns.by_code(CODE)
    campaign.name = 'Sở Nội vụ – Đợt 1/2025 "bản chốt"\r\nX-Evil: 1'
    db.session.commit()
    headers = home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").headers
    _, plain, extended = headers["Content-Disposition"].split(";")
    assert "X-Evil" not in headers
    assert plain.strip().startswith('filename="Bang diem - So Noi vu')
    name = unquote(extended.strip().removeprefix("filename*=UTF-8''"))
    assert name == "Bảng điểm – Sở Nội vụ – Đợt 1-2025 -bản chốt-X-Evil- 1 – số liệu minh họa.xlsx"


def test_e14_units_without_responses_are_listed_with_zero(home_affairs: FlaskClient) -> None:
    stc = db.session.scalars(select(Unit.id).where(Unit.code == "STC")).one()
    db.session.execute(text("UPDATE response SET state = 'void' WHERE unit_id = :unit"), {"unit": stc})
    db.session.commit()
    book = workbook_at(home_affairs, "workbook.xlsx")
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
    assert "(1) Tiếp cận dịch vụ; (2) Thủ tục hành chính;" in page
    assert "chỉ số = tổng điểm / 60 × 100" in page
    assert "89,60" not in home_affairs.get(f"/campaigns/{CODE}/index").text
    kept = workbook_at(home_affairs, "runs/1/workbook.xlsx")
    assert facts_of(kept, "Xác minh")["Mã kiểm tra kết quả"] == run.book_digest
    # Points and counts against quotas are those of the run's moment.
    points = [row for sheet in kept.worksheets[:2] for row in sheet_rows(sheet, "Hạng")]
    progress = sheet_rows(kept["Tiến độ"], "Nhóm")
    assert sum(row["Số phiếu"] for row in points) == 2124
    total = progress[-1]
    assert (total["Nhóm"], total["Hợp lệ"], total["Đã hủy"]) == ("Cộng", 2124, 0)


def test_l1_pages_and_workbook_show_the_same_counts(home_affairs: FlaskClient) -> None:
    db.session.execute(text("UPDATE response SET state = 'returned' WHERE form_code < 'HN22-0010'"))
    db.session.execute(text("UPDATE response SET validity = 'too_few_answers' WHERE form_code > 'HN22-2120'"))
    db.session.commit()
    book = workbook_at(home_affairs, "workbook.xlsx")
    progress = sheet_rows(book["Tiến độ"], "Nhóm")[:-1]
    notes = facts_of(book, "Ghi chú")
    counts = [sum(row[heading] for row in progress) for heading in ("Hợp lệ", "Không hợp lệ", "Trả lại")]
    assert counts == [2124 - 9 - 4, 4, 9]
    assert notes["Phiếu được tính"] == counts[0]
    page = tables_of(home_affairs.get(f"/campaigns/{CODE}/scores").text)[:2]
    assert sum(int(row["Số phiếu"]) for table in page for row in table) == counts[0]
    assert counting.current(campaigns.by_code(CODE)).satisfaction["input"]["responses"] == counts[0]


def test_the_workbooks_long_sheets_hold_what_the_result_holds(home_affairs: FlaskClient) -> None:
    content = io.BytesIO(home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").data)
    read = {"header": 3, "engine": "calamine"}
    factors = pandas.read_excel(content, sheet_name="Yếu tố", **read)
    criteria = pandas.read_excel(content, sheet_name="Tiêu chí", **read)
    results = [
        each
        for each in counting.current(campaigns.by_code(CODE)).satisfaction["units"]
        if "no_survey" not in each["flags"]
    ]
    assert (len(factors), len(criteria)) == (22 * 5, 22 * 22)
    by_unit = factors.groupby("Mã đơn vị")[["Trả lời", "Hài lòng"]].sum()
    assert by_unit.to_dict("index") == {
        each["unit"]: {"Trả lời": each["answered"], "Hài lòng": each["satisfied"]} for each in results
    }
    levels = criteria[[name for name in criteria.columns if name[:1] in "12345"]].to_numpy().sum(axis=1)
    assert (levels == criteria["Trả lời"]).all()
    left_out = criteria.groupby("Mã đơn vị")[["Không áp dụng", "Để trống"]].sum()
    assert left_out.to_dict("index") == {
        each["unit"]: {"Không áp dụng": each["not_applicable"], "Để trống": each["blank"]} for each in results
    }
    assert list(factors.groupby("Mã đơn vị")["Trọng số"].sum().round(9).unique()) == [1.0]


def test_a_units_page_shows_how_its_points_are_made(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    result = next(
        each
        for each in counting.current(campaigns.by_code(CODE)).satisfaction["units"]
        if each["unit"] == "STC"
    )
    factors, criteria = tables_of(page)[:2]
    assert [row["Hài lòng"] for row in factors[:5]] == [str(each["satisfied"]) for each in result["factors"]]
    assert [row["5"] for row in criteria] == [str(each["levels"][4]) for each in result["criteria"]]
    # 1,186 of 1,295 answers are satisfied: 91.58 %, 9.16 points as published.
    assert "1.186 câu trả lời hài lòng (mức 4 và 5) trên 1.295 câu đã trả lời là 91,58\u00a0%." in page
    assert "làm tròn một lần: 9,16 điểm." in page


def swap(one: str, other: str) -> None:
    """Let two units change places in the database: each stands where the other's row was, with all that is its own."""
    first, second = (
        db.session.scalars(select(Unit.id).where(Unit.code == code)).one() for code in (one, other)
    )
    facts = ("name", "code", "sort_key", "search_key")
    rows = {
        unit: db.session.execute(
            text(f"SELECT {', '.join(facts)} FROM unit WHERE id = :id"), {"id": unit}
        ).one()
        for unit in (first, second)
    }
    settings = ", ".join(f"{fact} = :{fact}" for fact in facts)
    update = text(f"UPDATE unit SET {settings} WHERE id = :id")
    db.session.execute(update, {fact: f"tam {fact}" for fact in facts} | {"id": first})
    db.session.execute(update, rows[first]._asdict() | {"id": second})
    db.session.execute(update, rows[second]._asdict() | {"id": first})
    move = "UPDATE response SET unit_id = CASE unit_id WHEN :one THEN :other ELSE :one END "
    db.session.execute(text(move + "WHERE unit_id IN (:one, :other)"), {"one": first, "other": second})
    appraised = {unit: db.session.scalars(select(Appraisal).filter_by(unit_id=unit)).one() for unit in rows}
    appraised[first].points, appraised[second].points = appraised[second].points, appraised[first].points
    db.session.commit()


def test_n6_two_units_swapped_in_the_database_keep_points_and_ranks_everywhere(
    home_affairs: FlaskClient,
) -> None:
    addresses = [f"/campaigns/{CODE}/{page}" for page in ("scores", "index", "scores/SYT", "scores/SGTVT")]
    before = [tables_of(home_affairs.get(address).text) for address in addresses]
    digest = counting.current(campaigns.by_code(CODE)).digest
    swap("SYT", "SGTVT")  # both have a quota of 80, which belongs to the place and not to the unit
    assert counting.current(campaigns.by_code(CODE)).digest == digest
    assert [tables_of(home_affairs.get(address).text) for address in addresses] == before
