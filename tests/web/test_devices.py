"""What a device asks of the server: who is there, what it may keep, and how a lost reply is made good."""

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from survey_app.domain import assignments, campaigns, demonstration, devices, flags, people
from survey_app.extensions import db
from survey_app.models import DeviceReport, Paradata, Response
from survey_app.vocabulary import CampaignState
from tests.domain.test_devices import CRITERIA, sealed
from tests.web import sample_list
from tests.web.pages import CODE

LogIn = Callable[[str], FlaskClient]
DEVICE = str(uuid4())


@pytest.fixture
def device(logged_in: LogIn) -> FlaskClient:
    """The first enumerator's device."""
    return logged_in("dtv01")


@pytest.fixture
def body(demo: Flask) -> dict[str, Any]:
    """A good body about the first enumerator's first unit."""
    unit = assignments.units_to_ask(people.by_username("dtv01"), campaigns.by_code(CODE))[0][0]
    return {
        "campaign": CODE,
        "unit": unit,
        "form_code": "DEV-1",
        "mode": "paper",
        "answers": {code: str(2 + place % 4) for place, code in enumerate(CRITERIA)},
        "details": {"service_field": "land", "respondent_kind": "citizen"},
        "paradata": {"device": DEVICE, "edits": 2},
    }


def stored(form_code: str) -> Response:
    """Return a response as it is now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Response).where(Response.form_code == form_code)).one()


def test_whoever_is_not_logged_in_hears_that_the_server_is_there_and_nothing_else(demo: Flask) -> None:
    reply = demo.test_client().get("/device/session")
    assert set(reply.json) == {"hailong", "csrf", "now", "user"}
    assert (reply.json["hailong"], reply.json["user"]) == (1, None)
    assert reply.headers["Cache-Control"] == "no-store"


def test_an_enumerator_gets_her_own_key_and_the_pages_to_keep(device: FlaskClient) -> None:
    reply = device.get("/device/session")
    enumerator = people.by_username("dtv01")
    assert reply.json["user"] == {
        "id": enumerator.id,
        "name": enumerator.display_name,
        "username": "dtv01",
        "key": base64.b64encode(devices.key_of(enumerator)).decode(),
    }
    assert reply.headers["Cache-Control"] == "no-store"
    assert [each["code"] for each in reply.json["campaigns"]] == [CODE]
    form = device.get(f"/device/forms/{CODE}").text
    asked = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css)\?[^"]*)"', form)
    assert len(asked) == 6
    assert set(asked) <= set(reply.json["shell"])  # what the form needs is kept with it
    for page in reply.json["shell"]:
        assert device.get(page).status_code == 200, page


@pytest.mark.parametrize("username", ["dieuphoi", "noivu", "quantri"])
def test_nobody_but_enumerators_and_supervisors_has_a_key_or_work_on_a_device(
    logged_in: LogIn, username: str
) -> None:
    assert logged_in(username).get("/device/session").json["user"] is None


def test_the_pages_a_device_keeps_name_nobody_and_carry_no_token(device: FlaskClient) -> None:
    name = people.by_username("dtv01").display_name
    for page in ("/device", f"/device/forms/{CODE}"):
        text = device.get(page).text
        assert name not in text
        assert "data-person" not in text
        assert 'name="csrf_token" value="I' not in text
        assert "Đăng xuất" not in text


def test_the_service_worker_answers_for_every_page_and_is_looked_for_anew(demo: Flask) -> None:
    reply = demo.test_client().get("/sw.js")
    assert (reply.mimetype, reply.headers["Cache-Control"]) == ("text/javascript", "no-cache")


def test_a_form_code_is_free_or_taken_and_a_correction_may_keep_its_own(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    def free(code: str, but: str = "") -> bool:
        asked = device.get(f"/campaigns/{CODE}/form-codes", query_string={"code": code, "but": but})
        assert asked.status_code == 200
        return bool(asked.json["free"])

    uuid = str(uuid4())
    assert free("DEV-1")
    assert device.put(f"/responses/{uuid}", json=body).status_code == 201
    assert not free("DEV-1")
    assert not free("  DEV-1\u200b ")
    assert free("DEV-1", but=uuid)
    assert free("\x00'; --")


def test_what_a_device_reports_is_kept_once_a_device_and_person(device: FlaskClient) -> None:
    for waiting in (3, 0):
        told = {"device": DEVICE, "waiting": waiting, "drafts": 1}
        assert device.put("/device/report", json=told).json == {"reported": True}
    kept = db.session.scalars(select(DeviceReport)).one()
    assert (kept.waiting, kept.drafts) == (0, 1)
    assert device.put("/device/report", json={"device": "x"}).status_code == 400
    assert device.put("/device/report", data="[1]", content_type="application/json").status_code == 400


def test_a_draft_whose_reply_was_lost_is_saved_and_sent_by_its_own_device(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    address = f"/responses/{uuid4()}"
    draft = body | {"draft": True}
    assert device.put(address, json=draft).json["version"] == 1
    assert device.put(address, json=draft | {"form_code": "DEV-2", "version": 1}).json["version"] == 2
    # The reply with version 2 never arrived: the device still speaks of version 1.
    assert device.put(address, json=draft | {"form_code": "DEV-3", "version": 1}).json["version"] == 3
    other = body | {"version": 1, "paradata": {"device": str(uuid4())}}
    assert device.put(address, json=other).json["code"] == "stale_version"
    sent = device.put(address, json=body | {"version": 1})
    assert (sent.status_code, sent.json["state"]) == (201, "submitted")
    assert stored("DEV-1").version == 4


def test_a_correction_from_a_device_is_received_once_and_again(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    uuid = str(uuid4())
    device.put(f"/responses/{uuid}", json=body)
    response = stored("DEV-1")
    flags.raise_flag(people.by_username("mattran"), response, version=1, reason="other", note="Hỏi lại")
    db.session.commit()
    mended = body | {"mode": "phone", "version": 1, "reason": "Đã hỏi lại"}
    first = device.put(f"/responses/{uuid}", json=mended)
    assert (first.status_code, first.json["version"], first.json["state"]) == (201, 2, "submitted")
    again = device.put(f"/responses/{uuid}", json=mended)
    assert (again.status_code, again.json["digest"]) == (200, first.json["digest"])
    assert (stored("DEV-1").mode, stored("DEV-1").version) == ("phone", 2)
    late = device.put(
        f"/responses/{uuid}",
        json=mended | {"mode": "paper", "details": {**body["details"], "visits": "from_7"}},
    )
    assert (late.status_code, late.json["code"]) == (409, "other_content")


def test_s5_a_response_voided_meanwhile_is_told_so_and_not_resurrected(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    uuid = str(uuid4())
    device.put(f"/responses/{uuid}", json=body)
    db.session.execute(update(Response).where(Response.uuid == uuid).values(state="void"))
    db.session.commit()
    again = device.put(f"/responses/{uuid}", json=body)
    assert (again.status_code, again.json["state"]) == (200, "void")
    assert again.json["sentence"].startswith("Máy chủ đã nhận phiếu DEV-1, nhưng phiếu đã bị hủy")
    assert stored("DEV-1").state == "void"


def test_s13_a_body_of_the_version_before_is_still_understood(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    del body["paradata"]
    assert device.put(f"/responses/{uuid4()}", json=body).status_code == 201


@pytest.mark.parametrize("name", ["reason", "confirmed", "paradata"])
def test_the_new_parts_of_a_body_are_refused_where_they_are_of_another_kind(
    device: FlaskClient, body: dict[str, Any], name: str
) -> None:
    for wrong in (
        None,
        5,
        True,
        1.5,
        {"a": 1} if name != "paradata" else [],
        ["x"] if name != "confirmed" else {},
    ):
        reply = device.put(f"/responses/{uuid4()}", json=body | {name: wrong})
        assert (reply.status_code, list(reply.json["fields"])) == (422, [name]), wrong


def test_nonsense_about_how_a_form_came_about_never_refuses_the_answers(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    nonsense = {
        "device": [],
        "opened_at": {},
        "active": "x",
        "seconds": [1],
        "edits": -1,
        "keystrokes": 1e300,
    }
    reply = device.put(
        f"/responses/{uuid4()}", json=body | {"paradata": nonsense, "confirmed": [1, None, {}]}
    )
    assert reply.status_code == 201
    assert db.session.scalars(select(Paradata)).all() == []


def test_a_log_in_by_a_device_is_answered_in_its_own_language(demo: Flask) -> None:
    client = demo.test_client()
    headers = {"Accept": "application/json"}
    wrong = client.post("/login", data={"username": "dtv01", "password": "sai"}, headers=headers)
    assert (wrong.status_code, wrong.json["code"]) == (401, "wrong_credentials")
    right = {"username": "dtv01", "password": demonstration.PASSWORD}
    assert client.post("/login", data=right, headers=headers).json == {"user": "dtv01"}
    assert client.get("/device/session").json["user"]["username"] == "dtv01"


def test_the_coordinator_hands_in_a_sealed_record_and_is_told_what_is_wrong_with_a_bad_one(
    logged_in: LogIn, body: dict[str, Any]
) -> None:
    coordinator, enumerator = logged_in("dieuphoi"), people.by_username("dtv01")

    def hand_in(content: bytes) -> Any:
        return coordinator.post("/device-records", data={"file": (io.BytesIO(content), "phieu.hailong")})

    file = sealed(enumerator, body)
    db.session.commit()
    taken = hand_in(file)
    assert taken.status_code == 303
    assert "Đã nhận phiếu DEV-1 của" in coordinator.get("/device-records").text
    assert stored("DEV-1").enumerator_id == enumerator.id
    bad = sealed(enumerator, body | {"form_code": "DEV-9", "unit": "TTRA"})
    refused = hand_in(bad)
    assert (refused.status_code, "Hãy chọn một cơ quan, đơn vị đã giao" in refused.text) == (422, True)
    for content in (b"", b"\xff" * 100, json.dumps({"format": "hailong-record-1"}).encode()):
        reply = hand_in(content)
        assert (reply.status_code, "không phải phiếu xuất từ máy" in reply.text) == (422, True)


def test_what_a_device_sends_for_somebody_else_is_kept_by_it_and_stored_for_nobody(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    mine, other = (people.by_username(name).id for name in ("dtv01", "dtv02"))
    address = f"/responses/{uuid4()}"
    refused = device.put(address, json=body, headers={"X-Person": str(other)})
    assert (refused.status_code, refused.json["code"]) == (401, "login_required")
    assert device.put("/device/report", json={"device": DEVICE}, headers={"X-Person": "x"}).status_code == 401
    assert db.session.scalars(select(Response).where(Response.form_code == "DEV-1")).all() == []
    assert device.put(address, json=body, headers={"X-Person": str(mine)}).status_code == 201


def test_a_code_that_the_list_gives_to_somebody_else_is_refused_at_its_field(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    sample_list.load(sample_list.ROWS)
    mine = body | {"unit": sample_list.UNIT}
    for code in ("MAU-3", "DP-1", "MAU-5"):  # another's, in reserve, of another unit
        reply = device.put(f"/responses/{uuid4()}", json=mine | {"form_code": code})
        assert (reply.status_code, list(reply.json["fields"])) == (422, ["form_code"]), code
    for code in ("MAU-1", "MAU-4", "NOT-IN-THE-LIST"):
        assert device.put(f"/responses/{uuid4()}", json=mine | {"form_code": code}).status_code == 201, code


def test_s2_a_receipt_is_given_again_whatever_has_moved_on_since(
    device: FlaskClient, body: dict[str, Any]
) -> None:
    address = f"/responses/{uuid4()}"
    first = device.put(address, json=body)
    campaign, enumerator = campaigns.by_code(CODE), people.by_username("dtv01")
    assignments.assign(people.by_username("dieuphoi"), campaign, body["unit"], enumerator, 0)
    db.session.commit()
    assert device.put(address, json=body).json == first.json
    campaigns.move(people.by_username("noivu"), campaign, CampaignState.CLOSED)
    db.session.commit()
    assert device.put(address, json=body).json == first.json
    assert device.put(f"/responses/{uuid4()}", json=body).json["code"] == "campaign_not_open"


@pytest.mark.parametrize("sent", ["[1]", '"x"', '{"username": 5}', "[" * 50_000])
def test_a_json_body_is_no_form_and_breaks_none(demo: Flask, device: FlaskClient, sent: str) -> None:
    for client, address in (
        (demo.test_client(), "/login"),
        (device, "/password"),
        (device, "/device/report"),
    ):
        reply = client.open(
            address,
            method="PUT" if address == "/device/report" else "POST",
            data=sent,
            content_type="application/json",
        )
        assert reply.status_code in (200, 400, 422), (address, sent[:20])
