"""The list of responses and one response's page: found, in order, as text, for few statements."""

from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import text

from survey_app.domain import campaigns, counting
from survey_app.extensions import db
from tests.bad_inputs import BAD_INPUTS
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, statements, unit_of

LIST = f"/campaigns/{CODE}/responses"
PAYLOADS = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "<!--", "]]>", "<b>", "&lt;script&gt;", "&amp;", "&#x3C;script&#x3E;", "%3Cscript%3E",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{ config.SECRET_KEY }}",
    "=1+1", "@SUM(A1)", "+84912345678", "-5", "'; DROP TABLE response; --", "\\", "\\u003cscript\\u003e",
    "<a href=//evil.example>x</a>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
    "<style>*{display:none}</style>", "<iframe srcdoc='<script>alert(1)</script>'>",
]  # fmt: skip


@pytest.fixture
def enumerator(logged_in: LogIn) -> FlaskClient:
    """The first enumerator's browser."""
    return logged_in("dtv01")


def assert_harmless(page: str) -> None:
    """Refuse a page on which what somebody typed became an element or was computed."""
    assert ">49<" not in page
    for piece in (
        "<script>alert",
        "<img src=x",
        "<svg/",
        "<iframe",
        "<base",
        "<style>*",
        "<meta http-equiv=re",
    ):
        assert piece not in page


def test_a9_what_people_type_is_shown_as_text_wherever_it_is_shown(
    demo: Flask, enumerator: FlaskClient, logged_in: LogIn
) -> None:
    supervisor, home_affairs = logged_in("mattran"), logged_in("noivu")
    unit = unit_of("dtv01")
    for number, payload in enumerate(PAYLOADS):
        form = entry_form(unit, f"XSS-{number}", "4") | {"service_procedure": payload, "comment": payload}
        assert enumerator.post(LIST, data=form).status_code == 303
        flag = {"version": "1", "reason": "other", "note": payload}
        assert supervisor.post(f"/responses/{form['uuid']}/flags", data=flag).status_code == 303
        for client, path in (
            (enumerator, f"/responses/{form['uuid']}/edit"),
            (supervisor, f"/responses/{form['uuid']}"),
        ):
            page = client.get(path).text
            assert str(escape(payload)) in page, (payload, path)
            assert_harmless(page)
    for page in (
        enumerator.get("/").text,
        enumerator.get(LIST).text,
        supervisor.get("/").text,
        home_affairs.get("/audit").text,
    ):
        assert_harmless(page)


def test_search_finds_a_unit_with_and_without_accents(logged_in: LogIn) -> None:
    client = logged_in("mattran")
    for typed in ("Sở Tài chính", "so tai chinh", "SO TAI CHINH", "So\u031b\u0309 Tài chính"):
        assert "trong 60 phiếu" in client.get(LIST, query_string={"q": typed}).text
    assert "trong 60 phiếu" in client.get(f"{LIST}?unit=STC").text
    assert "Không có phiếu nào khớp" in client.get(f"{LIST}?q=%25").text
    assert 'value="so tai chinh"' in client.get(f"{LIST}?q=so+tai+chinh").text


def test_a_filter_stays_on_while_pages_are_turned(logged_in: LogIn) -> None:
    client = logged_in("mattran")
    page = unescape(client.get(f"{LIST}?unit=STC&state=submitted").text)
    assert "unit=STC" in page.partition("page=2")[0].rpartition("href=")[2] + page.partition("page=2")[2][:80]
    second = client.get(f"{LIST}?unit=STC&state=submitted&page=2").text
    assert second.count('<th scope="row">') == 10
    assert client.get(f"{LIST}?unit=STC&state=submitted&page=3").status_code == 404


def test_a_draft_without_a_unit_stands_on_its_enumerators_list(enumerator: FlaskClient) -> None:
    uuid = str(uuid4())
    assert enumerator.post(LIST, data={"uuid": uuid, "mode": "paper", "action": "draft"}).status_code == 303
    page = enumerator.get(LIST).text
    assert f'href="/responses/{uuid}"' in page
    assert "(chưa có mã)" in page
    assert f'href="/responses/{uuid}/edit"' in enumerator.get("/").text
    assert enumerator.get(f"/responses/{uuid}").status_code == 200


@pytest.mark.parametrize(
    ("username", "path", "names"),
    [
        ("noivu", LIST, "q state validity unit enumerator"),
        ("noivu", "/audit", "verb name record_id"),
        ("noivu", f"/campaigns/{CODE}/progress", "q"),
        ("quantri", "/people", "q role"),
        ("dtv01", f"{LIST}/new", "unit mode"),
    ],
)
def test_no_bad_input_in_a_search_or_filter_is_an_error(
    logged_in: LogIn, username: str, path: str, names: str
) -> None:
    client = logged_in(username)
    for kind, bad in BAD_INPUTS.items():
        if isinstance(bad, str):
            sent = bad.encode("utf-8", "surrogatepass")
            reply = client.get(path, query_string=dict.fromkeys(names.split(), sent))
            assert reply.status_code == 200, kind
            assert_harmless(reply.text)


def test_every_number_of_responses_is_the_same_everywhere(enumerator: FlaskClient, logged_in: LogIn) -> None:
    unit = unit_of("dtv01")
    for code in ("COUNT-1", "COUNT-2"):
        assert enumerator.post(LIST, data=entry_form(unit, code, "4")).status_code == 303
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code = 'COUNT-2'"))
    db.session.commit()
    home_affairs, coordinator = logged_in("noivu"), logged_in("dieuphoi")
    assert "2.125" in home_affairs.get("/").text
    assert "2.125" in coordinator.get("/").text
    assert "2.125 phiếu được tính" in home_affairs.get(f"/campaigns/{CODE}/scores").text
    assert "trong 2.125 phiếu" in home_affairs.get(f"{LIST}?state=submitted").text
    assert "trong 2.126 phiếu" in home_affairs.get(LIST).text
    assert counting.current(campaigns.by_code(CODE)).satisfaction["input"]["responses"] == 2125


@pytest.mark.parametrize(
    ("username", "path", "most"),
    [
        ("dtv01", "/", 12),
        ("dieuphoi", "/", 8),
        ("mattran", "/", 12),
        ("noivu", "/", 7),
        ("dtv01", LIST, 8),
        ("mattran", LIST, 11),
        ("noivu", f"/campaigns/{CODE}/progress", 7),
        ("noivu", f"/campaigns/{CODE}/scores", 12),
        ("noivu", f"/campaigns/{CODE}/index", 12),
        ("dieuphoi", f"/campaigns/{CODE}/assignments", 8),
        ("dieuphoi", f"/campaigns/{CODE}/board", 9),
        ("thamdinh", f"/campaigns/{CODE}/appraisals", 6),
        ("quantri", "/people", 6),
        ("noivu", "/audit", 6),
    ],
)
def test_a_page_costs_as_many_statements_with_few_rows_as_with_2124_responses(
    logged_in: LogIn, username: str, path: str, most: int
) -> None:
    client = logged_in(username)
    client.get(path)
    many = statements(lambda: client.get(path))
    for table in ("flag", "response"):
        db.session.execute(text(f"UPDATE {table} SET id = id WHERE id = 0"))
    db.session.execute(text("UPDATE response SET state = 'void' WHERE id % 100 > 0"))
    db.session.commit()
    few = statements(lambda: client.get(path))
    assert few == many
    assert len(many) <= most, many
