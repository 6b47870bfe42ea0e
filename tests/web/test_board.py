"""The board's page: what it says, where it leads, who may open it."""

import json
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from survey_app.domain import board, campaigns, pace, people
from survey_app.extensions import db
from survey_app.models import DeviceReport, Paradata, Response
from survey_app.models.columns import now
from tests.web.pages import CODE, LogIn, statements

PATH = f"/campaigns/{CODE}/board"
DEVICE = "0b1f6f0e-0000-4000-8000-000000000001"


@pytest.fixture
def coordinator(logged_in: LogIn) -> FlaskClient:
    """The coordinator's browser."""
    return logged_in("dieuphoi")


def waits(username: str, **facts: object) -> None:
    """Let a device of a person have reported."""
    person = people.by_username(username)
    db.session.add(DeviceReport(device=DEVICE, user_id=person.id, **facts))
    db.session.commit()


def test_l1_the_page_says_what_the_first_page_and_progress_say(coordinator: FlaskClient) -> None:
    one = db.session.scalars(select(Response.id).order_by(Response.id).limit(1)).one()
    db.session.execute(text("UPDATE response SET state = 'void' WHERE id = :id"), {"id": one})
    waits("dtv07", waiting=3, to_mend=1, aside=1)
    for path in ("/", PATH, f"/campaigns/{CODE}/progress"):
        assert "2.123" in coordinator.get(path).text, path
    first, page = coordinator.get("/").text, coordinator.get(PATH).text
    assert f'href="{PATH}#devices">5 phiếu còn trên máy' in first
    assert "trên 1 máy" in page


def test_a_device_with_records_comes_with_what_to_do(coordinator: FlaskClient) -> None:
    assert "Chưa máy nào báo về" in coordinator.get(PATH).text
    waits("dtv07", waiting=2, browser="Chrome 141 <b>")
    page = coordinator.get(PATH).text
    assert "Hãy gọi điều tra viên" in page
    assert "Chrome 141 &lt;b&gt;" in page
    assert "Lặng quá 24 giờ</span>" not in page
    report = db.session.scalars(select(DeviceReport)).one()
    report.reported_at = campaigns.by_code(CODE).created_at.replace(year=2025)
    db.session.commit()
    assert "Lặng quá 24 giờ</span>" in coordinator.get(PATH).text


def test_s16_a_wrong_clock_is_told_in_days(coordinator: FlaskClient) -> None:
    waits("dtv07", waiting=1)
    response = db.session.scalars(select(Response).limit(1)).one()
    db.session.add(Paradata(response_id=response.id, device=DEVICE, clock_offset=315_360_000))
    db.session.commit()
    assert "Đồng hồ máy chậm 3.650 ngày; giờ của máy chủ được tính." in unescape(coordinator.get(PATH).text)


def test_every_rule_and_limit_stands_on_the_page(coordinator: FlaskClient) -> None:
    page = unescape(coordinator.get(PATH).text)
    for told in (
        f"hơn {board.SILENT_DAYS} ngày",
        f"ít hơn {board.LATE_PERCENT} %",
        f"từ {board.FAST_FORMS} phiếu trở lên",
        f"quá {board.FAST_MADS} lần độ lệch tuyệt đối trung vị (MAD, ít nhất {board.LEAST_MAD_PERCENT} %",
        f"khi có từ {pace.FEWEST_PEOPLE} người",
        "phỏng vấn dưới 180 giây; nhập phiếu giấy dưới 30 giây",
        "nên xem, không phải lỗi",
    ):
        assert told in page, told


def test_every_link_of_the_page_leads_to_a_list_that_is_narrowed(coordinator: FlaskClient) -> None:
    db.session.execute(text("UPDATE response SET state = 'returned' WHERE form_code = 'HN22-0001'"))
    db.session.commit()
    page = unescape(coordinator.get(PATH).text)
    links = {
        part.partition('"')[0] for part in page.split('href="')[1:] if "/responses?" in part.partition('"')[0]
    }
    assert any("unit=STC" in link for link in links)
    assert any("state=returned" in link for link in links)
    for link in list(links)[:6]:
        reply = coordinator.get(link)
        assert (reply.status_code, "Bỏ lọc" in reply.text) == (200, True), link


def test_the_chart_is_told_in_words_and_stands_as_a_table(coordinator: FlaskClient) -> None:
    page = coordinator.get(PATH).text
    assert 'role="img" aria-label="Phiếu đến theo ngày, từ ' in page
    assert "cộng 2.124; nhiều nhất" in page
    assert "Phiếu đến từng ngày, mới nhất trước" in page
    assert "<script" not in page.partition("</head>")[2]


def test_the_page_costs_the_same_with_one_response_and_with_thousands(coordinator: FlaskClient) -> None:
    coordinator.get(PATH)
    many = len(statements(lambda: coordinator.get(PATH)))
    kept = db.session.scalars(select(Response.id).order_by(Response.id).limit(1)).one()
    db.session.execute(text("DELETE FROM response WHERE id <> :kept"), {"kept": kept})
    db.session.commit()
    assert len(statements(lambda: coordinator.get(PATH))) == many


def test_n1_zero_is_a_figure_and_unknown_is_a_dash(coordinator: FlaskClient) -> None:
    page = coordinator.get(PATH).text
    assert '<td class="num"><span class="muted">–</span></td>' in page
    response = db.session.scalars(select(Response).limit(1)).one()
    db.session.add(Paradata(response_id=response.id, seconds_active=600))
    db.session.execute(text("UPDATE response SET mode = 'face_to_face'"))
    db.session.commit()
    page = coordinator.get(PATH).text
    assert '<td class="num">10,0</td>' in page
    assert '<td class="num">6,0</td>' in page
    assert '<td class="num">0,0</td>' in page


@pytest.mark.parametrize("username", ["dtv01", "mattran", "cuuchienbinh", "donvi", "thamdinh", "quantri"])
def test_a3_nobody_else_has_such_a_page(logged_in: LogIn, username: str) -> None:
    client = logged_in(username)
    assert client.get(PATH).status_code == 403
    assert PATH not in client.get("/").text


def test_a3_how_a_response_came_about_is_on_its_page_but_not_for_supervisors(logged_in: LogIn) -> None:
    dtv01 = people.by_username("dtv01")
    response = db.session.scalars(select(Response).where(Response.enumerator_id == dtv01.id).limit(1)).one()
    facts = {"opened_at": now(), "clock_offset": 315_360_000, "edits": 2, "keystrokes": 61}
    seconds = json.dumps({"access": 300, "<b>": 5})
    db.session.add(Paradata(response_id=response.id, seconds_active=545, seconds=seconds, **facts))
    db.session.commit()
    path = f"/responses/{response.uuid}"
    for username, sees in (("dieuphoi", True), ("noivu", True), ("dtv01", True), ("mattran", False)):
        page = logged_in(username).get(path).text
        assert ("Phiếu được làm thế nào" in page) == sees, username
        assert ("9 phút 5 giây" in page) == sees, username
        assert "<b>" not in page
    page = logged_in("noivu").get(path).text
    assert "chậm 3.650 ngày" in page
    assert "&lt;b&gt;" in page


def test_home_affairs_alone_reads_by_which_code_the_files_name_an_enumerator(logged_in: LogIn) -> None:
    user = people.by_username("dtv01")
    code = people.alias(user.id, user.username)
    paths = (PATH, f"/campaigns/{CODE}/recheck-measures/enumerators/dtv01")
    own = [logged_in("noivu").get(path).text for path in paths]
    assert [f">{code}<" in own[0], f"dtv01 · {code}" in own[1]] == [True, True]
    assert code not in logged_in("dieuphoi").get(PATH).text
    assert code not in logged_in("mattran").get(paths[1]).text
