"""A device's door: PUT /responses/<uuid> as the contract says, whatever is sent."""

import json
import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from scoring.questionnaire import load_questionnaire
from survey_app.domain import assignments, campaigns, demonstration, people
from survey_app.extensions import db
from survey_app.models import Response, ResponseProposal
from survey_app.vocabulary import CampaignState
from tests.conftest import make_app
from tests.test_story import entry_form
from tests.web.pages import statements

CRITERIA = load_questionnaire("sipas-2017").criterion_codes


@pytest.fixture
def body(demo: Flask) -> dict[str, Any]:
    """A good body about the first enumerator's first unit."""
    unit = assignments.units_to_ask(people.by_username("dtv01"), campaigns.by_code(demonstration.CODE))[0][0]
    return {
        "campaign": demonstration.CODE,
        "unit": unit,
        "form_code": "PUT-1",
        "mode": "paper",
        "answers": dict.fromkeys(CRITERIA, 4),
        "details": {"service_field": "land", "respondent_kind": "citizen"},
    }


@pytest.fixture
def device(logged_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """The first enumerator's device."""
    return logged_in("dtv01")


def stored() -> int:
    """Return how many responses there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def test_201_then_200_then_409_with_the_other_content_kept(device: FlaskClient, body: dict[str, Any]) -> None:
    uuid = str(uuid4())
    first = device.put(f"/responses/{uuid}", json=body)
    assert first.status_code == 201
    assert first.json["received"] == uuid
    assert len(first.json["digest"]) == 64
    assert first.json["state"] == "submitted"
    again = device.put(f"/responses/{uuid}", json=body)
    assert (again.status_code, again.json) == (200, first.json)
    other = device.put(f"/responses/{uuid}", json=body | {"mode": "phone"})
    assert (other.status_code, other.json["code"]) == (409, "other_content")
    assert "received" not in other.json
    proposal = db.session.scalars(select(ResponseProposal)).one()
    assert json.loads(proposal.content)["mode"] == "phone"
    assert stored() == 2125


def test_s1_s3_twenty_requests_at_once_are_one_row_and_twenty_receipts_of_one_digest(
    demo: Flask, device: FlaskClient, body: dict[str, Any]
) -> None:
    uuid, cookie = str(uuid4()), device.get_cookie("hailong")
    replies: list[tuple[int, str]] = []
    db.session.rollback()

    def send() -> None:
        client = demo.test_client()
        client.set_cookie("hailong", cookie.value)
        reply = client.put(f"/responses/{uuid}", json=body)
        replies.append((reply.status_code, reply.json.get("digest", reply.text)))

    threads = [threading.Thread(target=Context().run, args=(send,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in replies) == [200] * 19 + [201]
    assert len({digest for _, digest in replies}) == 1
    assert stored() == 2125


def test_a_form_and_a_device_that_send_the_same_answers_send_the_same_response(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    form = entry_form(body["unit"], body["form_code"], "4")
    assert device.post(f"/campaigns/{demonstration.CODE}/responses", data=form).status_code == 303
    details = {name: form[name] for name in ("service_field", "respondent_kind")}
    again = device.put(f"/responses/{form['uuid']}", json=body | {"details": details})
    assert (again.status_code, again.json["received"]) == (200, form["uuid"])
    assert stored() == 2125


def test_s5_what_was_voided_meanwhile_stays_void_whatever_the_device_sends(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    uuid = str(uuid4())
    assert device.put(f"/responses/{uuid}", json=body).status_code == 201
    db.session.execute(update(Response).where(Response.uuid == uuid).values(state="void"))
    db.session.commit()
    assert device.put(f"/responses/{uuid}", json=body).status_code == 200
    assert device.put(f"/responses/{uuid}", json=body | {"mode": "phone"}).status_code == 409
    draft = device.put(f"/responses/{uuid}", json=body | {"mode": "phone", "draft": True})
    assert (draft.status_code, "Đã hủy" in draft.json["sentence"]) == (409, True)
    db.session.rollback()
    assert db.session.scalar(select(Response.state).where(Response.uuid == uuid)) == "void"


def test_a_response_of_somebody_else_is_not_there_and_stays_as_it_is(
    device: FlaskClient, logged_in: Callable[[str], FlaskClient], body: dict[str, Any]
) -> None:
    mine = people.by_username("dtv01").id
    theirs = db.session.scalars(select(Response).where(Response.enumerator_id != mine).limit(1)).one()
    reply = device.put(f"/responses/{theirs.uuid}", json=body)
    assert (reply.status_code, reply.json["code"]) == (404, "not_found")
    assert db.session.scalars(select(ResponseProposal)).all() == []
    supervisor = logged_in("mattran").put(f"/responses/{uuid4()}", json=body)
    assert (supervisor.status_code, supervisor.json["code"]) == (403, "not_allowed")
    assert stored() == 2124


@pytest.mark.parametrize(
    ("path", "status"), [("/login", 405), ("/nowhere", 404), ("/responses/x/receipt", 405), ("/", 405)]
)
def test_s6_whatever_goes_wrong_a_device_gets_json_without_a_receipt(
    device: FlaskClient, body: dict[str, Any], path: str, status: int
) -> None:
    reply = device.put(path, json=body)
    assert (reply.status_code, "received" in reply.json) == (status, False)
    assert reply.json["sentence"]


def test_a_closed_campaign_refuses_a_device_with_the_reason(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    campaigns.move(people.by_username("noivu"), campaigns.by_code(demonstration.CODE), CampaignState.CLOSED)
    db.session.commit()
    reply = device.put(f"/responses/{uuid4()}", json=body)
    assert (reply.status_code, reply.json["code"]) == (409, "campaign_not_open")
    unknown = device.put(f"/responses/{uuid4()}", json=body | {"campaign": "khong-co"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "not_found")


def test_a_device_costs_seven_statements_a_response(device: FlaskClient, body: dict[str, Any]) -> None:
    body["answers"] |= {"access_1": 5}  # all of one level would be a doubt, and one statement more
    device.put(f"/responses/{uuid4()}", json=body)
    told = statements(lambda: device.put(f"/responses/{uuid4()}", json=body | {"form_code": "PUT-2"}))
    taking_turns = db.engine.dialect.name == "postgresql"  # SQLite's writers take turns without being asked
    assert len(told) == 7 + taking_turns, told


def test_422_names_each_field_in_vietnamese_and_stores_nothing(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    wrong = body | {"form_code": "mã sai", "answers": body["answers"] | {"access_1": 6}}
    reply = device.put(f"/responses/{uuid4()}", json=wrong)
    assert reply.status_code == 422
    assert set(reply.json["fields"]) == {"form_code", "access_1"}
    assert "thang 1–5" in reply.json["fields"]["access_1"]
    assert stored() == 2124


def test_401_tells_the_device_to_keep_it_and_log_in(demo: Flask, body: dict[str, Any]) -> None:
    reply = demo.test_client().put(f"/responses/{uuid4()}", json=body)
    assert (reply.status_code, reply.json["code"]) == (401, "login_required")
    assert stored() == 2124


def test_a_draft_is_kept_and_becomes_the_response(device: FlaskClient, body: dict[str, Any]) -> None:
    uuid = str(uuid4())
    draft = device.put(f"/responses/{uuid}", json=body | {"draft": True, "answers": {"access_1": 5}})
    assert (draft.status_code, draft.json["version"]) == (201, 1)
    sent = device.put(f"/responses/{uuid}", json=body | {"version": 1})
    assert (sent.status_code, sent.json["version"]) == (201, 2)
    stale = device.put(f"/responses/{uuid4()}", json=body | {"form_code": "PUT-1"})
    assert stale.status_code == 422
    assert list(stale.json["fields"]) == ["form_code"]


def test_a1_forged_fields_are_refused_by_name(device: FlaskClient, body: dict[str, Any]) -> None:
    for name in ("role", "state", "points", "unit_id", "enumerator_id"):
        reply = device.put(f"/responses/{uuid4()}", json=body | {name: "x"})
        assert (reply.status_code, list(reply.json["fields"])) == (422, [name])
    assert stored() == 2124


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        '{"unit": NaN}',
        '{"unit": Infinity}',
        '{"unit": "a", "unit": "b"}',
        '{"answers": {"access_1": 1, "access_1": 5}}',
        '{"unit": "\\ud800"}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_what_is_not_one_json_object_is_refused_and_never_an_error(device: FlaskClient, text: str) -> None:
    reply = device.put(f"/responses/{uuid4()}", data=text.encode(), content_type="application/json")
    assert reply.status_code in (400, 404, 422)
    assert reply.json["sentence"]


def test_a_body_of_ten_megabytes_is_refused(device: FlaskClient, body: dict[str, Any]) -> None:
    reply = device.put(f"/responses/{uuid4()}", json=body | {"form_code": "x" * 10_000_000})
    assert (reply.status_code, reply.json["code"]) == (413, "content_too_large")


@pytest.mark.parametrize("uuid", ["x", "0", "%00", "123e4567-e89b-12d3-a456-42661417400", "a" * 400])
def test_an_id_that_is_no_uuid_is_refused(device: FlaskClient, body: dict[str, Any], uuid: str) -> None:
    reply = device.put(f"/responses/{uuid}", json=body)
    assert reply.status_code in (400, 404)
    assert stored() == 2124


def test_a_device_without_the_token_is_refused_where_tokens_are_checked(
    demo_database: str, demo: Flask, body: dict[str, Any]
) -> None:
    earnest = make_app(demo_database, WTF_CSRF_ENABLED=True)
    client = earnest.test_client()
    page = client.get("/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"username": "dtv01", "password": demonstration.PASSWORD, "csrf_token": token}
    assert client.post("/login", data=form).status_code == 303
    reply = client.put(f"/responses/{uuid4()}", json=body)
    assert (reply.status_code, reply.json["code"]) == (400, "form_expired")
    page = client.get(f"/campaigns/{demonstration.CODE}/responses/new").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.put(f"/responses/{uuid4()}", json=body, headers={"X-CSRFToken": token}).status_code == 201
    with earnest.app_context():
        db.engine.dispose()
