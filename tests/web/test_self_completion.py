"""A citizen's own page: opened by a link, sent once, kept when something is wrong, limited, without a trace."""

import json
import logging
import re
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_limiter import Limiter
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from scoring.questionnaire import load_questionnaire
from survey_app.domain import campaigns, people, self_link_issues
from survey_app.extensions import db
from survey_app.language import clean
from survey_app.models import Response, SelfLink
from survey_app.web.self_completion import _WithoutLinks
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import make_app, shown
from tests.domain.citizens import issue
from tests.web.pages import CODE, LogIn, error_targets, statements

QUESTIONNAIRE = load_questionnaire("sipas-2017")
QUESTIONS = {question.code: question for question in QUESTIONNAIRE.questions}
FIELDS = (*QUESTIONNAIRE.criterion_codes, *QUESTIONS)
FORM = dict.fromkeys(QUESTIONNAIRE.criterion_codes, "4") | {
    "service_field": "land",
    "respondent_kind": "citizen",
    "comment": "Cán bộ hướng dẫn dễ hiểu.",
}
# In which every question that can be asked of a citizen is asked.
WHOLE = FORM | {"result_time": "late"}


def links(number: int = 1) -> list[str]:
    """Return addresses of links about one unit."""
    actor = people.by_username("noivu")
    given = issue(actor, campaigns.by_code(CODE), number, unit="STC")
    db.session.rollback()
    return [f"/t/{each.token}" for each in given]


@pytest.fixture
def citizen(demo: Flask) -> FlaskClient:
    """A telephone's browser, nobody logged in; the tests that are not about limits have none."""
    demo.config |= dict.fromkeys(("SELF_OPENS_A_MINUTE", "SELF_SENDS_A_MINUTE", "SELF_WRONG_AN_HOUR"), 10_000)
    return demo.test_client()


def stored() -> list[Response]:
    db.session.rollback()
    return list(db.session.scalars(select(Response).where(Response.mode == "self", Response.apart)))


def test_a_citizen_opens_sends_and_gets_a_receipt_that_shows_no_answer(citizen: FlaskClient) -> None:
    [path] = links()
    page = citizen.get(path)
    assert page.status_code == 200
    assert "Xin Ông/Bà cho ý kiến về Sở Tài chính" in page.text
    assert "không hỏi tên" in page.text
    sent = citizen.post(path, data=FORM)
    assert (sent.status_code, sent.location) == (303, path)
    receipt = citizen.get(path)
    assert (receipt.status_code, "đã được ghi nhận lúc" in receipt.text) == (200, True)
    assert [
        word for word in ("TTL-STC-0001", "Sở Tài chính", "hướng dẫn dễ hiểu") if word in receipt.text
    ] == []
    [response] = stored()
    assert (response.form_code, json.loads(response.details)["comment"]) == ("TTL-STC-0001", FORM["comment"])


def test_s2_s11_sending_again_leads_to_the_receipt_and_changed_answers_are_refused(
    citizen: FlaskClient,
) -> None:
    [path] = links()
    assert citizen.post(path, data=FORM).status_code == 303
    assert citizen.post(path, data=FORM).location == path
    changed = citizen.post(path, data=FORM | {"access_1": "1"})
    assert (changed.status_code, "đã được ghi nhận lúc" in changed.text) == (409, True)
    assert [response.answers[0] for response in stored()] == ["4"]


def test_pages_tell_nobody_of_the_link(citizen: FlaskClient) -> None:
    [path] = links()
    for reply in (citizen.get(path), citizen.post(path), citizen.post(path, data=FORM), citizen.get(path)):
        told = [reply.headers[name] for name in ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")]
        assert told == ["no-referrer", "no-store", "noindex, nofollow"]
        token = path.removeprefix("/t/")
        assert token not in reply.text or reply.status_code == 303
        # Nothing leads away: what the page loads is its own, what it links is on it.
        assert [
            each for each in re.findall(r'<a [^>]*href="([^"]*)"', reply.text) if each[0] != "#"
        ] == [] or (reply.status_code == 303)
    assert citizen.get("/t/nothing").headers["Referrer-Policy"] == "no-referrer"


def test_the_development_server_prints_no_link() -> None:
    record = logging.LogRecord(
        "werkzeug", logging.INFO, "", 0, "%s - %s", ("127.0.0.1", "GET /t/abc_D-9?x=1 HTTP/1.1"), None
    )
    assert _WithoutLinks().filter(record)
    assert record.getMessage() == "127.0.0.1 - GET /t/…?x=1 HTTP/1.1"


def test_a3_unknown_and_revoked_links_get_the_same_page_for_the_same_work(citizen: FlaskClient) -> None:
    [path] = links()
    campaign = campaigns.by_code(CODE)
    number = db.session.scalars(select(SelfLink.id)).one()
    self_link_issues.revoke(people.by_username("noivu"), campaign, number)
    db.session.commit()
    told = []
    for each in (path, "/t/nothing"):
        for method in ("GET", "POST"):
            told.append((method, len(statements(lambda: citizen.open(each, method=method)))))  # noqa: B023
            reply = citizen.open(each, method=method)
            told.append((method, reply.status_code, shown(reply)))
    assert told[:4] == told[4:]
    assert told[1][1] == 404
    assert citizen.post(path, data=FORM).status_code == 404
    assert stored() == []


def test_a_program_is_answered_in_json(citizen: FlaskClient) -> None:
    reply = citizen.get("/t/nothing", headers={"Accept": "application/json"})
    assert (reply.status_code, reply.json["code"]) == (404, "self_link_unknown")


def test_a1_forged_fields_change_nothing_and_are_logged(
    citizen: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    [path] = links()
    forged = {
        "unit": "SNV",
        "form_code": "MINE",
        "mode": "phone",
        "apart": "0",
        "state": "accepted",
        "role": "x",
    }
    assert citizen.post(path, data=FORM | forged | {"uuid": "1", "points": "10"}).status_code == 303
    [response] = stored()
    assert (response.form_code, response.state, response.apart) == ("TTL-STC-0001", "submitted", True)
    assert "apart, form_code, mode, points, role, state, unit, uuid" in caplog.text


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_a_bad_value_in_every_field_at_once_is_refused_in_words_and_never_breaks_the_page(
    citizen: FlaskClient, name: str
) -> None:
    [path] = links()
    bad = BAD_INPUTS[name]
    typed = bad if isinstance(bad, list) else [bad]
    sent: MultiDict[str, str] = MultiDict()
    for field in FIELDS:
        sent.setlist(field, [as_sent(each) for each in typed])
    reply = citizen.post(path, data=sent)
    assert reply.status_code == 422, name
    targets = error_targets(reply.text)
    assert {"service_field", "respondent_kind"} <= set(targets)
    assert "Traceback" not in reply.text
    assert stored() == []


def as_sent(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "replace").decode()


# One of each kind of field; tests/domain/test_entry_rules.py reads every bad input by every question.
@pytest.mark.parametrize(
    "field",
    ["access_1", "service_field", "age_band", "late_notice", "channel", "comment", "service_procedure"],
)
def test_u1_u6_u7_a9_a_bad_value_in_one_field_is_told_there_or_kept_as_text(
    citizen: FlaskClient, field: str
) -> None:
    paths = links(len(BAD_INPUTS))
    kept = {}
    for path, (name, bad) in zip(paths, BAD_INPUTS.items(), strict=True):
        sent = MultiDict(WHOLE)
        sent.setlist(field, [as_sent(each) for each in (bad if isinstance(bad, list) else [bad])])
        reply = citizen.post(path, data=sent)
        if reply.status_code == 303:
            kept[name] = sent.getlist(field)
        else:
            assert (reply.status_code, error_targets(reply.text)) == (422, [field]), name
            others = {"land": "service_field", "citizen": "respondent_kind", "late": "result_time"}
            for value in (value for value, code in others.items() if code != field):
                assert re.search(rf'value="{value}" checked', reply.text), name
    responses = stored()
    assert len(responses) == len(kept)
    for response in responses:
        details = json.loads(response.details)
        if field in ("comment", "service_procedure"):
            assert details.get(field, "") in {clean(each[0]) if each else "" for each in kept.values()}
        elif field in QUESTIONS:
            assert field not in details
        else:
            assert response.answers[0] == "-"
    if field not in ("comment", "service_procedure"):
        assert set(kept) <= {"empty", "empty list"}


def test_errors_lead_to_their_questions_and_everything_typed_stays(citizen: FlaskClient) -> None:
    [path] = links()
    sent = {key: value for key, value in WHOLE.items() if key != "service_field"}
    sent |= {"comment": "<b>Rất tốt</b>", "visits": "from_3_to_4", "channel": "media"}
    reply = citizen.post(path, data=sent)
    assert (reply.status_code, error_targets(reply.text)) == (422, ["service_field"])
    assert "Ông/Bà vừa làm thủ tục thuộc lĩnh vực nào: Xin Ông/Bà trả lời câu hỏi này." in reply.text
    assert "&lt;b&gt;Rất tốt&lt;/b&gt;</textarea>" in reply.text
    for value in ("from_3_to_4", "media", "late", "citizen"):
        assert re.search(rf'value="{value}" checked', reply.text)
    assert reply.text.count('value="4" checked') == 22


def test_few_answers_may_be_sent_once_the_citizen_says_so(citizen: FlaskClient) -> None:
    [path] = links()
    few = {"service_field": "land", "respondent_kind": "citizen", "access_1": "2"}
    asked = citizen.post(path, data=few)
    assert (asked.status_code, error_targets(asked.text)) == (422, ["accept_invalid"])
    assert citizen.post(path, data=few | {"accept_invalid": "y"}).status_code == 303
    assert [response.validity for response in stored()] == ["too_few_answers"]


def test_a_page_opened_long_ago_is_shown_again_with_everything_and_then_sends(demo_database: str) -> None:
    app = make_app(demo_database, WTF_CSRF_ENABLED=True)
    with app.app_context():
        [path] = links()
        client = app.test_client()
        for stale in ({}, {"csrf_token": "old"}):
            again = client.post(path, data=FORM | stale, base_url="https://localhost")
            assert (again.status_code, "Phiếu chưa được gửi" in again.text) == (400, True)
            assert again.text.count('value="4" checked') == 22
            assert FORM["comment"] in again.text
        token = re.search(r'name="csrf_token" value="([^"]+)"', again.text)
        assert token
        # With no-referrer a browser sends no address from where it comes; that is no reason to refuse.
        sent = client.post(path, data=FORM | {"csrf_token": token[1]}, base_url="https://localhost")
        assert sent.status_code == 303
        assert len(stored()) == 1
        db.session.remove()
        db.engine.dispose()


def test_who_opens_too_often_is_told_when_to_come_back_and_other_pages_are_free(demo: Flask) -> None:
    demo.config |= {"SELF_OPENS_A_MINUTE": 3, "SELF_SENDS_A_MINUTE": 2, "SELF_WRONG_AN_HOUR": 60}
    [path] = links()
    client = demo.test_client()
    assert [client.get(path).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = client.get(path)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Xin thử lại sau" in refused.text
    assert refused.headers["Referrer-Policy"] == "no-referrer"
    told = client.get(path, headers={"Accept": "application/json"})
    assert (told.status_code, told.json["code"]) == (429, "too_many_requests")
    assert [client.post(path).status_code for _ in range(3)] == [422, 422, 429]
    assert client.get(path, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 200
    assert {client.get("/login").status_code for _ in range(40)} == {200}


def test_who_tries_links_that_are_not_there_is_stopped_for_an_hour(demo: Flask) -> None:
    demo.config |= {"SELF_OPENS_A_MINUTE": 1000, "SELF_SENDS_A_MINUTE": 1000, "SELF_WRONG_AN_HOUR": 4}
    [path] = links()
    client = demo.test_client()
    assert {client.get(path).status_code for _ in range(10)} == {200}
    assert [client.get(f"/t/{each}").status_code for each in range(3)] == [404] * 3
    assert client.post("/t/x").status_code == 404
    assert client.get("/t/y").status_code == 429
    assert 60 < int(client.get("/t/y").headers["Retry-After"]) <= 3600


def test_the_limits_count_the_address_behind_the_proxy(demo_database: str) -> None:
    app = make_app(demo_database, PROXIES=1, SELF_OPENS_A_MINUTE=1)
    with app.app_context():
        [path] = links()
        client = app.test_client()
        for address, expected in (("1.1.1.1", 200), ("1.1.1.1", 429), ("2.2.2.2", 200)):
            reply = client.get(path, headers={"X-Forwarded-For": address})
            assert reply.status_code == expected
        db.session.remove()
        db.engine.dispose()


def test_a_page_without_a_limit_of_its_own_is_not_searched_for_one(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(Limiter, "_check_request_limit", lambda *_: asked.append(request.endpoint))
    client = demo.test_client()
    for path in ("/healthz", "/login", "/nowhere", "/static/hailong.css", "/t/nothing"):
        client.get(path).close()
    assert set(asked) == {"self_completion.show"}


def test_a7_a8_hostile_tokens_are_unknown(citizen: FlaskClient) -> None:
    for hostile in ("0", "-1", "%00", "%F0%9F%98%80", "a" * 5000, "'--", "..%2F..", "%ED%A0%80", "９"):
        for method in ("GET", "POST"):
            assert citizen.open(f"/t/{hostile}", method=method).status_code == 404, hostile


def test_whoever_is_logged_in_sees_the_citizens_page_as_a_citizen_does(
    citizen: FlaskClient, logged_in: LogIn
) -> None:
    [path] = links()
    page = logged_in("noivu").get(path)
    assert page.status_code == 200
    assert [word for word in ("Đăng xuất", "main-nav", "Phạm Thu Hằng") if word in page.text] == []


def test_an_expired_link_and_a_closed_campaign_say_so_politely(
    citizen: FlaskClient, logged_in: LogIn
) -> None:
    [path] = links()
    home_affairs = logged_in("noivu")
    home_affairs.post(f"/campaigns/{CODE}/state", data={"target": "closed"})
    closed = citizen.get(path)
    assert (closed.status_code, "không nhận phiếu" in closed.text) == (409, True)
    home_affairs.post(f"/campaigns/{CODE}/state", data={"target": "open", "reason": "Thu thêm"})
    assert citizen.get(path).status_code == 200
    link = db.session.scalars(select(SelfLink)).one()
    link.expires_at = link.issued_at
    db.session.commit()
    expired = citizen.post(path, data=FORM)
    assert (expired.status_code, "hết hạn lúc" in expired.text) == (410, True)
    assert stored() == []
