"""What people do on pages: finding, entering, refusing, and the same number everywhere."""

import re
from collections.abc import Callable
from html import escape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

from survey_app.domain import assignments, campaigns, demonstration, people, scores
from survey_app.extensions import db
from survey_app.models import Response, User
from tests.test_story import entry_form

CODE = demonstration.CODE
LogIn = Callable[[str], FlaskClient]


@pytest.fixture
def unit(demo: Flask) -> str:
    """The first unit of the first enumerator."""
    return assignments.units_to_ask(people.by_username("dtv01"), campaigns.by_code(CODE))[0][0]


def test_every_typed_value_is_kept_on_the_page_of_errors(logged_in: LogIn, unit: str) -> None:
    form = entry_form(unit, "mã sai", "4") | {"service_procedure": "Cấp sổ <b>đỏ</b>", "age_band": "over_60"}
    form |= {"result_time": "late", "late_notice": "yes"}
    reply = logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=form)
    assert reply.status_code == 422
    page = reply.text
    assert 'value="mã sai"' in page
    assert f'value="{escape("Cấp sổ <b>đỏ</b>")}"' in page
    assert f'<option value="{unit}" selected>' in page
    assert '<option selected value="over_60">' in page
    assert len(re.findall(r'value="4" checked', page)) == 22
    assert 'name="late_notice" value="yes" checked' in page
    assert f'name="uuid" value="{form["uuid"]}"' in page
    targets = re.findall(r'<li><a href="#([\w-]+)">', page)
    assert targets == ["form_code"]
    assert all(page.count(f'id="{target}"') == 1 for target in targets)


def test_two_ticks_on_one_question_are_refused_never_coerced(logged_in: LogIn, unit: str) -> None:
    form = entry_form(unit, "TWO-1", "4")
    data = [*form.items(), ("access_1", "5")]

    reply = logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=MultiDict(data))
    assert reply.status_code == 422
    assert 'href="#access_1"' in reply.text


def test_a1_forged_fields_of_a_form_change_nothing(
    logged_in: LogIn, unit: str, caplog: pytest.LogCaptureFixture
) -> None:
    forged = {"role": "administrator", "state": "accepted", "points": "10", "enumerator_id": "1"}
    form = entry_form(unit, "FORGED-1", "4") | forged
    assert logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=form).status_code == 303
    response = db.session.scalars(select(Response).where(Response.form_code == "FORGED-1")).one()
    assert (response.state, response.enumerator.username) == ("submitted", "dtv01")
    assert people.by_username("dtv01").role == "enumerator"
    assert "enumerator_id, points, role, state" in caplog.text


def test_s11_back_change_and_send_again_makes_no_second_record(logged_in: LogIn, unit: str) -> None:
    client, form = logged_in("dtv01"), entry_form(unit, "BACK-1", "4")
    assert client.post(f"/campaigns/{CODE}/responses", data=form).status_code == 303
    assert client.post(f"/campaigns/{CODE}/responses", data=form).status_code == 303
    changed = client.post(f"/campaigns/{CODE}/responses", data=form | {"access_1": "1"})
    assert changed.status_code == 409
    assert "được giữ lại như một đề xuất" in changed.text
    assert len(db.session.scalars(select(Response).where(Response.form_code == "BACK-1")).all()) == 1


def test_t1_a_stale_save_shows_who_came_first_and_keeps_the_text(logged_in: LogIn, unit: str) -> None:
    client, form = logged_in("dtv01"), entry_form(unit, "STALE-1", "4")
    draft = {**form, "action": "draft"}
    assert client.post(f"/campaigns/{CODE}/responses", data=draft).status_code == 303
    first = {**draft, "version": "1", "service_procedure": "Bản của A"}
    second = {**draft, "version": "1", "service_procedure": "Bản của B"}
    assert client.post(f"/campaigns/{CODE}/responses", data=first).status_code == 303
    reply = client.post(f"/campaigns/{CODE}/responses", data=second)
    assert reply.status_code == 409
    assert people.by_username("dtv01").display_name in reply.text
    assert 'value="Bản của B"' in reply.text
    assert 'name="version" value="2"' in reply.text


@pytest.mark.parametrize(
    "payload",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "=1+1", "'; DROP TABLE x"],
)
def test_a9_what_people_type_is_shown_as_text(logged_in: LogIn, unit: str, payload: str) -> None:
    client, form = logged_in("dtv01"), entry_form(unit, "XSS-1", "4") | {"service_procedure": payload}
    location = client.post(f"/campaigns/{CODE}/responses", data=form).location
    flag = {"version": "1", "reason": "other", "note": payload}
    assert logged_in("mattran").post(f"/responses/{form['uuid']}/flags", data=flag).status_code == 303
    for page in (
        client.get(location).text,
        client.get("/").text,
        client.get(f"/responses/{form['uuid']}/edit").text,
        logged_in("mattran").get(f"/responses/{form['uuid']}").text,
        logged_in("noivu").get("/audit").text,
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert ">49<" not in page
    assert (
        escape(payload).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        in logged_in("mattran").get(f"/responses/{form['uuid']}").text
    )


def test_search_finds_a_unit_with_and_without_accents(logged_in: LogIn) -> None:
    client = logged_in("mattran")
    for typed in ("Sở Tài chính", "so tai chinh", "SO TAI CHINH"):
        page = client.get(f"/campaigns/{CODE}/responses", query_string={"q": typed}).text
        assert "trong 60 phiếu" in page
    assert "Không có phiếu nào khớp" in client.get(f"/campaigns/{CODE}/responses?q=%25").text
    assert "trong 60 phiếu" in client.get(f"/campaigns/{CODE}/responses?unit=STC").text
    progress = logged_in("dieuphoi").get(f"/campaigns/{CODE}/progress?q=ly+nhan").text
    assert "Huyện Lý Nhân" in progress
    assert "Sở Tài chính" not in progress


def test_l1_every_page_shows_one_number(logged_in: LogIn, unit: str) -> None:
    form = entry_form(unit, "COUNT-1", "4")
    logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=form)
    home_affairs = logged_in("noivu")
    assert "2.125" in home_affairs.get("/").text
    assert "2.125 phiếu được tính" in home_affairs.get(f"/campaigns/{CODE}/scores").text
    assert "trong 2.125 phiếu" in home_affairs.get(f"/campaigns/{CODE}/responses").text
    assert scores.current(campaigns.by_code(CODE)).satisfaction["input"]["responses"] == 2125


def statements(client: FlaskClient, path: str) -> int:
    """Return how many statements a page costs."""
    told: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return len([each for each in told if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])


@pytest.mark.parametrize(
    ("username", "path", "most"),
    [
        ("dtv01", f"/campaigns/{CODE}/responses/new", 3),
        ("mattran", f"/campaigns/{CODE}/responses", 8),
        ("noivu", f"/campaigns/{CODE}/progress", 8),
        ("noivu", f"/campaigns/{CODE}/scores", 12),
        ("noivu", f"/campaigns/{CODE}/index", 12),
        ("dieuphoi", f"/campaigns/{CODE}/assignments", 8),
        ("quantri", "/people", 6),
        ("noivu", "/audit", 6),
    ],
)
def test_a_page_costs_few_statements_with_2124_responses(
    logged_in: LogIn, username: str, path: str, most: int
) -> None:
    client = logged_in(username)
    client.get(path)
    assert statements(client, path) <= most


def test_people_are_created_disabled_and_given_passwords_on_pages(logged_in: LogIn) -> None:
    client = logged_in("quantri")
    form = {"username": "moi", "display_name": "Người Mới", "role": "supervisor", "body": "", "unit_code": ""}
    refused = client.post("/people/new", data=form)
    assert (refused.status_code, 'href="#body"' in refused.text) == (422, True)
    made = client.post("/people/new", data=form | {"body": "front"})
    assert made.status_code == 201
    password = re.search(r"Mật khẩu</dt><dd>([^<]+)<", made.text)
    assert password is not None
    assert people.log_in("moi", password.group(1))[0].display_name == "Người Mới"
    db.session.commit()
    assert client.post("/people/moi/disable").status_code == 303
    assert db.session.scalars(select(User).where(User.username == "moi")).one().disabled_at is not None
    assert client.post("/people/moi/enable").status_code == 303
    assert client.post("/people/moi/password").status_code == 200
    assert client.post("/people/khong-co/disable").status_code == 404
    assert "Người Mới" in client.get("/people?q=nguoi+moi").text


def test_a_coordinator_assigns_and_recalls(logged_in: LogIn) -> None:
    client = logged_in("dieuphoi")
    form = {"enumerator": "dtv05", "unit": "STC", "target": "7"}
    assert client.post(f"/campaigns/{CODE}/assignments", data=form).status_code == 303
    wrong = client.post(f"/campaigns/{CODE}/assignments", data=form | {"target": "bảy"})
    assert (wrong.status_code, "Hãy ghi một số nguyên." in wrong.text) == (422, True)
    assert client.post(f"/campaigns/{CODE}/assignments", data=form | {"target": "10000"}).status_code == 422
    assert client.post(f"/campaigns/{CODE}/assignments", data=form | {"unit": "KHONG"}).status_code == 422


def test_an_appraiser_enters_points_with_a_comma_and_sees_what_is_wrong(logged_in: LogIn) -> None:
    client = logged_in("thamdinh")
    path = f"/campaigns/{CODE}/appraisals"
    wrong = client.post(f"{path}/STC", data={"points": "95", "version": "1"})
    assert (wrong.status_code, "từ 0 đến 90" in wrong.text, 'value="95"' in wrong.text) == (422, True, True)
    assert client.post(f"{path}/STC", data={"points": "80,5", "version": "1"}).status_code == 303
    assert 'value="80,50"' in client.get(path).text
    assert client.post(f"{path}/STC", data={"points": "81", "version": "1"}).status_code == 422
    assert client.post(f"{path}/KHONG", data={"points": "81", "version": "0"}).status_code == 404


def test_a_state_is_moved_and_a_jump_is_refused_with_a_sentence(logged_in: LogIn) -> None:
    client = logged_in("noivu")
    jump = client.post(f"/campaigns/{CODE}/state", data={"target": "published"})
    assert (jump.status_code, "Bước kế tiếp là “Đã đóng”" in jump.text) == (409, True)
    assert client.post(f"/campaigns/{CODE}/state", data={"target": "nowhere"}).status_code == 422
    assert client.post(f"/campaigns/{CODE}/state", data={"target": "closed"}).status_code == 303
    assert "Đã đóng" in client.get(f"/campaigns/{CODE}").text
    closed = logged_in("dtv01").get(f"/campaigns/{CODE}/responses/new")
    assert closed.status_code == 409


def test_the_trail_is_read_filtered_and_proved_on_pages(logged_in: LogIn) -> None:
    client = logged_in("quantri")
    assert "Kiểm tra chuỗi" in client.get("/audit").text
    assert "Nhập điểm thẩm định" in client.get("/audit?verb=appraisal.entered").text
    assert "Không có dòng nào khớp" in client.get(f"/audit?record_id={uuid4()}").text
    assert "còn nguyên vẹn" in client.get("/audit/proof").text
