"""How sure a result is, on its pages and in the workbook, and from every count to its responses."""

import io
import re
from decimal import Decimal
from html import unescape

import openpyxl
import pandas
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from survey_app.domain import campaigns, counting
from survey_app.extensions import db
from survey_app.models import Response, Unit
from tests.web.test_scores import CODE, LogIn, tables_of


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


def test_a_unit_says_how_sure_its_index_points_and_rank_are(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    book = counting.current(campaigns.by_code(CODE), detail=("STC",))
    unit = next(each for each in book.satisfaction["units"] if each["unit"] == "STC")
    low, high = (f"{unit['interval'][end]:.2f}".replace(".", ",") for end in ("low", "high"))
    assert f"Khoảng tin cậy 95 % của chỉ số: {low} – {high}" in page
    best, worst = unit["rank_interval"]
    assert f"Hạng {unit['rank']}; với độ tin cậy 95 % hạng thật trong nhóm có thể là {best} – {worst}" in page
    assert book.uncertainty is not None
    best, worst = book.uncertainty["index_ranks"]["STC"]
    assert f"có thể {best}\u00a0– {worst}" in page
    criterion = book.uncertainty["units"]["STC"]["access_1"]["interval"]
    assert f"{criterion['low']:.2f} – {criterion['high']:.2f}".replace(".", ",") in page
    assert page.count('cy="50%" r="5"') == 1 + 5 + 22


def test_a_group_shows_every_ranked_unit_what_cannot_be_told_apart_and_other_choices(
    home_affairs: FlaskClient,
) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/groups/departments").text
    book = counting.current(campaigns.by_code(CODE), sensitive=True)
    ranked = [
        each
        for each in book.satisfaction["units"]
        if each["rank"] is not None
        and next(u for u in book.units if u["unit"] == each["unit"])["group"] == "departments"
    ]
    assert page.count('cy="50%" r="5"') == len(ranked) == 16
    tables = tables_of(page)
    neighbours, certainty, plan, sensitivity = tables
    assert len(neighbours) == 15
    assert {row["Đơn vị"].strip() for row in certainty} == {row["Đơn vị"].strip() for row in plan}
    assert book.sensitivity is not None
    one = next(each for each in book.sensitivity if each["unit"] == "STC")
    mean = next(each for each in one["outcomes"] if each["choice"] == "mean5")
    row = next(each for each in sensitivity if "Sở Tài chính" in each["Đơn vị"])
    shown_mean = Decimal(mean["index"]).quantize(Decimal("0.01"))
    assert row["Điểm trung bình năm mức"].strip() == str(shown_mean).replace(".", ",")
    assert home_affairs.get(f"/campaigns/{CODE}/groups/nowhere").status_code == 404


def test_a_run_keeps_its_groups_as_they_were(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"/campaigns/{CODE}/runs")
    before = home_affairs.get(f"/campaigns/{CODE}/runs/1/groups/districts").text
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code LIKE '%7'"))
    db.session.commit()
    assert shown_part(home_affairs.get(f"/campaigns/{CODE}/runs/1/groups/districts").text) == shown_part(
        before
    )
    assert shown_part(home_affairs.get(f"/campaigns/{CODE}/groups/districts").text) != shown_part(before)


def test_a_unit_of_a_run_is_shown_as_it_was_and_leads_to_no_responses_of_today(
    home_affairs: FlaskClient,
) -> None:
    home_affairs.post(f"/campaigns/{CODE}/runs")
    live = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    stored = home_affairs.get(f"/campaigns/{CODE}/runs/1/scores/STC").text
    marks = re.compile(r'<circle cx="([0-9.]+)%"')
    assert marks.findall(stored) == marks.findall(live)
    assert "answer=" in live
    assert "answer=" not in stored
    assert f'href="/campaigns/{CODE}/runs/1/scores/STC"' in home_affairs.get(f"/campaigns/{CODE}/runs/1").text


def shown_part(page: str) -> str:
    """Return a page's charts and tables."""
    return page.partition("<figure")[2].partition("</main>")[0]


def test_two_runs_name_the_response_that_moved_a_unit(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"/campaigns/{CODE}/runs")
    gone = db.session.scalars(select(Response).join(Unit).where(Unit.code == "STC").limit(1)).one()
    gone.state = "void"
    db.session.commit()
    home_affairs.post(f"/campaigns/{CODE}/runs")
    page = home_affairs.get(f"/campaigns/{CODE}/runs/2/changes/1").text
    assert f'href="/responses/{gone.uuid}"' in page
    moved, differences = tables_of(page)
    assert ["Sở Tài chính" in row["Đơn vị"] for row in moved].count(True) == 1
    assert moved[0]["Phiếu"] == "60 → 59" or any(row["Phiếu"] == "60 → 59" for row in moved)
    assert [row["Thay đổi"] for row in differences] == ["không còn tính (nay: Đã hủy)"]


def test_the_workbook_carries_the_doubts_as_numbers(home_affairs: FlaskClient) -> None:
    content = io.BytesIO(home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx").data)
    frame = pandas.read_excel(content, sheet_name="Độ tin cậy", header=3, engine="calamine", nrows=22)
    book = counting.current(campaigns.by_code(CODE), detail=None, sensitive=True)
    units = {each["unit"]: each for each in book.satisfaction["units"]}
    for row in frame.to_dict("records"):
        unit = units[row["Mã"]]
        assert row["Từ %"] == pytest.approx(unit["interval"]["low"])
        assert row["Đến %"] == pytest.approx(unit["interval"]["high"])
        assert [row["Hạng tốt nhất"], row["Hạng thấp nhất"]] == unit["rank_interval"]
    sheets = openpyxl.load_workbook(content, read_only=True).sheetnames
    assert "Độ nhạy Sở, ban, ngành" in sheets


def test_every_count_leads_to_the_responses_it_counts(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    links = re.findall(r'<a href="([^"]*answer=[^"]*)">([\d.]+)</a>', page)
    criterion = next(
        each
        for each in counting.current(campaigns.by_code(CODE)).satisfaction["units"]
        if each["unit"] == "STC"
    )["criteria"][0]
    first = [int(number) for href, number in links if re.search(r"access_1(%3A|:)[1-5]$", href)]
    assert first == [level for level in criterion["levels"] if level]
    for href, number in links[::9]:
        listed = home_affairs.get(unescape(href)).text
        assert f": {number} phiếu." in listed
        assert listed.count('<th scope="row"><a href="/responses/') == min(int(number), 50)


def test_an_answer_nobody_can_give_is_no_filter(home_affairs: FlaskClient) -> None:
    for hostile in ("access_1:6", "access_9:1", ":", "access_1", "access_1:NN", "x" * 400):
        page = home_affairs.get(f"/campaigns/{CODE}/responses", query_string={"answer": hostile}).text
        assert "Giá trị lọc không có trong danh sách nên đã bỏ qua: Câu trả lời." in page


def test_what_is_left_out_leads_to_the_responses_left_out(home_affairs: FlaskClient) -> None:
    for each in db.session.scalars(select(Response).join(Unit).where(Unit.code == "STC").limit(3)):
        each.state = "void"
    db.session.commit()
    page = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    found = re.search(r'<a href="([^"]*state=void[^"]*)">3</a>', page)
    assert found is not None
    listed = home_affairs.get(unescape(found[1])).text
    assert listed.count('<th scope="row"><a href="/responses/') == 3


def test_an_officer_sees_no_details_of_so_few_responses_that_they_show_people(
    home_affairs: FlaskClient, logged_in: LogIn
) -> None:
    rows = db.session.scalars(select(Response).join(Unit).where(Unit.code == "STC").order_by(Response.id))
    for each in list(rows)[4:]:
        each.state = "void"
    db.session.commit()
    home_affairs.post(f"/campaigns/{CODE}/runs")
    for target in ("closed", "sealed", "published"):
        home_affairs.post(f"/campaigns/{CODE}/state", data={"target": target})
    page = logged_in("donvi").get(f"/campaigns/{CODE}/scores/STC").text
    assert "số liệu quá ít có thể làm lộ người trả lời" in page
    assert "access_1" not in page
    assert "access_1" in home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
