"""The page of figures from elsewhere: a preview first, then exactly that; wrong cells stay on the page."""

import re
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from survey_app.domain import campaigns, report_figures
from survey_app.extensions import db
from tests.web.pages import CODE, LogIn

PATH = f"/campaigns/{CODE}/report-figures"
TABLE = "year,kind,code,measure,value,source\n2021,unit,STC,index,90.01,<b>Báo cáo</b>\n"


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


def stored() -> list[report_figures.Figure]:
    """Return what is stored now."""
    db.session.rollback()
    return report_figures.of_campaign(campaigns.by_code(CODE))


def sent(client: FlaskClient, text: str, name: str = "bang.csv") -> tuple[int, str]:
    """Send a file for its preview."""
    reply = client.post(PATH, data={"file": (BytesIO(text.encode()), name)})
    return reply.status_code, reply.text


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def test_a_table_is_shown_first_and_stored_only_when_it_is_confirmed(home_affairs: FlaskClient) -> None:
    status, page = sent(home_affairs, TABLE)
    assert status == 200
    assert "Lưu bảng 1 số liệu" in page
    assert "&lt;b&gt;Báo cáo&lt;/b&gt;" in page
    assert len(stored()) == 16
    fields = hidden_fields(page)
    reply = home_affairs.post(f"{PATH}/save", data=fields)
    assert (reply.status_code, reply.location) == (303, PATH)
    assert [(each.code, str(each.value)) for each in stored()] == [("STC", "90.01")]
    again = home_affairs.post(f"{PATH}/save", data=fields)
    assert again.status_code == 409
    assert "đã được người khác đổi sau khi bạn xem trước" in again.text


def test_every_wrong_cell_is_named_on_the_page_and_nothing_changes(home_affairs: FlaskClient) -> None:
    status, page = sent(home_affairs, TABLE.replace("90.01", "9001") + "2021,unit,NOBODY,index,1,X\n")
    assert status == 422
    assert "Bảng số liệu có 2 chỗ chưa nhận được; chưa số nào được lưu." in page
    assert "Dòng 2, cột value: “9001” không phải số từ 0 đến 100" in page
    assert "Dòng 3, cột code: không có cơ quan, đơn vị nào có mã “NOBODY”" in page
    assert len(stored()) == 16


def test_a_missing_file_and_one_that_is_no_table_are_told_beside_the_field(home_affairs: FlaskClient) -> None:
    assert "Hãy chọn một tệp .xlsx hoặc .csv." in home_affairs.post(PATH).text
    status, page = sent(home_affairs, "x", "bang.pdf")
    assert (status, 'class="error-summary"' in page) == (422, True)


def test_e15_the_table_that_comes_out_changes_nothing_when_it_comes_back(home_affairs: FlaskClient) -> None:
    content = home_affairs.get(f"{PATH}/table.xlsx").data
    reply = home_affairs.post(PATH, data={"file": (BytesIO(content), "bang.xlsx")})
    assert "Tệp nói đúng những gì đã có: không có gì để lưu." in reply.text


def test_the_demonstration_says_where_its_figures_come_from(home_affairs: FlaskClient) -> None:
    page = home_affairs.get(PATH).text
    assert "Báo cáo công bố năm 2021" in page
    assert "Chỉ đạo, điều hành cải cách hành chính – Sở, ban, ngành" in page
    assert "83,25" in page
