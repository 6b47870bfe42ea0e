"""A device's door: PUT /responses/<uuid> as the contract says, whatever is sent."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scoring.questionnaire import load_questionnaire
from survey_app.domain import assignments, campaigns, demonstration, people
from survey_app.domain.response_content import is_form_code
from survey_app.extensions import db
from survey_app.models import Response, ResponseProposal
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import make_app

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
    again = device.put(f"/responses/{uuid}", json=body)
    assert (again.status_code, again.json) == (200, first.json)
    other = device.put(f"/responses/{uuid}", json=body | {"mode": "phone"})
    assert (other.status_code, other.json["code"]) == (409, "other_content")
    assert "received" not in other.json
    proposal = db.session.scalars(select(ResponseProposal)).one()
    assert json.loads(proposal.content)["mode"] == "phone"
    assert stored() == 2125


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


@pytest.mark.parametrize("field", ["unit", "mode", "campaign", "answers.access_1", "details.service_field"])
def test_no_bad_input_in_any_field_is_stored_or_an_error(
    device: FlaskClient, body: dict[str, Any], field: str
) -> None:
    outer, _, inner = field.partition(".")
    for name, bad in BAD_INPUTS.items():
        sent = body | {outer: {**body[outer], inner: bad} if inner else bad}
        reply = device.put(f"/responses/{uuid4()}", json=sent)
        if inner == "access_1" and bad in ("", None):  # no answer is an answer left blank
            assert reply.status_code in (201, 422), name
        else:
            assert reply.status_code in (400, 404, 422), (name, reply.json)
            assert reply.json["sentence"]
    assert stored() == 2124 + (inner == "access_1")


def test_a_form_code_is_stored_clean_or_refused(device: FlaskClient, body: dict[str, Any]) -> None:
    for name, bad in BAD_INPUTS.items():
        uuid = str(uuid4())
        reply = device.put(f"/responses/{uuid}", json=body | {"form_code": bad})
        assert reply.status_code in (201, 400, 422), name
        db.session.rollback()
        code = db.session.scalar(select(Response.form_code).where(Response.uuid == uuid))
        assert (code is not None) == (reply.status_code == 201)
        assert code is None or is_form_code(code), name


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
