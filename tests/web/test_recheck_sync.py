"""A supervisor's device's door: PUT /rechecks/<uuid> receives a verdict exactly once, whatever is sent."""

import io
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

from survey_app.domain import campaigns, demonstration, devices, people
from survey_app.extensions import db
from survey_app.models import AuditLine, Recheck, RecheckVerdict, Response
from survey_app.vocabulary import Body
from tests.domain.drawn import CRITERIA, draw_of, rechecks_of
from tests.domain.test_devices import sealed
from tests.web import sample_list

LogIn = Callable[[str], FlaskClient]
FOUND = {
    "took_place": "yes",
    "took_place_on": "2026-11-20",
    "used_service": "yes",
    "read_fairly": "unsure",
    "again": dict.fromkeys(CRITERIA, "4") | {CRITERIA[1]: "N"},
    "verdict": "confirmed",
    "reasons": [],
    "note": "",
    "version": 1,
    "claimed_at": "2026-11-28T02:00:00Z",
}
FAILED = FOUND | {
    "took_place": "no",
    "took_place_on": "",
    "verdict": "failed",
    "reasons": ["no_interview"],
    "note": "Bà ấy chưa gặp ai.",
}


def drawn(*bodies: Body, supervisor: str = "mattran", number: int = 0) -> Recheck:
    """Return the re-check of a response by the first body named, given to a supervisor."""
    campaign = campaigns.by_code(demonstration.CODE)
    found = select(Response).where(Response.campaign_id == campaign.id).order_by(Response.id)
    response = db.session.scalars(found.offset(number).limit(1)).one()
    made = rechecks_of(draw_of(campaign), response, *bodies, supervisor=people.by_username(supervisor))
    db.session.commit()
    return made[0]


@pytest.fixture
def recheck(demo: Flask) -> str:
    """The id of a re-check that the Front's supervisor has to do."""
    return drawn(Body.FRONT).uuid


@pytest.fixture
def phone(logged_in: LogIn) -> FlaskClient:
    """The Front's supervisor's device."""
    return logged_in("mattran")


def verdicts() -> list[tuple[str, bool]]:
    """Return the verdicts that are stored, in their order."""
    db.session.rollback()
    found = select(RecheckVerdict.verdict, RecheckVerdict.blind).order_by(RecheckVerdict.id)
    return [(verdict, blind) for verdict, blind in db.session.execute(found)]


def test_201_then_200_for_the_same_content_and_one_verdict(phone: FlaskClient, recheck: str) -> None:
    first = phone.put(f"/rechecks/{recheck}", json=FOUND)
    assert first.status_code == 201
    assert set(first.json) == {"received", "digest", "version"}
    assert (first.json["received"], len(first.json["digest"])) == (recheck, 64)
    again = phone.put(f"/rechecks/{recheck}", json=FOUND)
    assert (again.status_code, again.json) == (200, first.json)
    assert verdicts() == [("confirmed", True)]
    stored = db.session.scalars(select(RecheckVerdict)).one()
    assert (stored.answers_again, str(stored.took_place_on)) == ("4N444", "2026-11-20")
    assert str(stored.claimed_at)[:16] == "2026-11-28 02:00"
    lines = db.session.scalars(select(AuditLine.verb).where(AuditLine.record_id == recheck)).all()
    assert lines == ["recheck.judged"]


def test_s1_s3_twenty_requests_at_once_are_one_verdict_and_twenty_receipts(
    demo: Flask, phone: FlaskClient, recheck: str
) -> None:
    cookie = phone.get_cookie("hailong")
    replies: list[tuple[int, str]] = []
    db.session.rollback()

    def send() -> None:
        client = demo.test_client()
        client.set_cookie("hailong", cookie.value)
        reply = client.put(f"/rechecks/{recheck}", json=FOUND)
        replies.append((reply.status_code, reply.json.get("digest", reply.text)))

    threads = [threading.Thread(target=Context().run, args=(send,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in replies) == [200] * 19 + [201]
    assert len({digest for _, digest in replies}) == 1
    assert verdicts() == [("confirmed", True)]


def test_t11_another_verdict_stored_meanwhile_is_told_with_who_what_and_when(
    phone: FlaskClient, logged_in: LogIn, recheck: str
) -> None:
    head = logged_in("mattran-truong")
    assert head.put(f"/rechecks/{recheck}", json=FAILED).status_code == 201
    late = phone.put(f"/rechecks/{recheck}", json=FOUND)
    assert (late.status_code, late.json["code"]) == (409, "recheck_overtaken")
    name = people.by_username("mattran-truong").display_name
    assert f"đã được {name} kết luận “Không đạt” lúc " in late.json["sentence"]
    assert late.json["fields"] == {
        "stored": "Bản đã lưu: Không đạt; lý do: Không có cuộc phỏng vấn; ghi chú: Bà ấy chưa gặp ai."
    }
    assert "received" not in late.json
    assert verdicts() == [("failed", True)]
    # She still may, knowingly: with the version that the page shows now, and a reason.
    with_reason = FOUND | {"version": 2, "note": "Đã gọi lại, ông nhà nhớ rõ."}
    assert phone.put(f"/rechecks/{recheck}", json=with_reason).status_code == 201
    assert verdicts() == [("failed", True), ("confirmed", False)]


def test_s5_a_void_response_is_refused_by_name_and_the_refusal_is_kept(
    phone: FlaskClient, recheck: str
) -> None:
    response = db.session.scalars(select(Recheck).where(Recheck.uuid == recheck)).one().response
    form_code = response.form_code
    db.session.execute(update(Response).where(Response.id == response.id).values(state="void"))
    db.session.commit()
    reply = phone.put(f"/rechecks/{recheck}", json=FOUND)
    assert (reply.status_code, reply.json["code"]) == (409, "recheck_voided")
    assert f"Phiếu {form_code} đã bị hủy" in reply.json["sentence"]
    assert verdicts() == []
    assert db.session.scalars(select(Recheck.state)).one() == "dropped"


def test_t9_the_other_bodys_re_check_is_as_absent_as_one_that_is_not(
    logged_in: LogIn, recheck: str, caplog: pytest.LogCaptureFixture
) -> None:
    veteran = logged_in("cuuchienbinh")
    foreign = veteran.put(f"/rechecks/{recheck}", json=FOUND)
    assert (foreign.status_code, foreign.json) == (404, veteran.put(f"/rechecks/{uuid4()}", json=FOUND).json)
    assert f"re-check {recheck} is not for cuuchienbinh to see" in caplog.text
    assert verdicts() == []


def test_422_names_each_field_in_vietnamese_and_stores_nothing(phone: FlaskClient, recheck: str) -> None:
    wrong = FOUND | {"used_service": "no", "again": FOUND["again"] | {CRITERIA[0]: "6"}, "reasons": ["led"]}
    reply = phone.put(f"/rechecks/{recheck}", json=wrong)
    assert (reply.status_code, set(reply.json["fields"])) == (422, {"verdict", CRITERIA[0], "reasons"})
    assert "không sử dụng dịch vụ của đơn vị này" in reply.json["fields"]["verdict"]
    assert verdicts() == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"version": None}, ["version"]),
        ({"version": True}, ["version"]),
        ({"version": "1"}, ["version"]),
        ({"again": ["4"]}, ["again"]),
        ({"again": {"access_1": ["4"]}}, ["access_1"]),
        ({"again": {"access_1": "4", "outcome_2": "4"}}, ["outcome_2"]),
        ({"reasons": [["led"]]}, ["reasons"]),
        ({"reasons": "led"}, ["reasons"]),
        ({"verdict": "Đạt"}, ["verdict"]),
        ({"note": 5}, ["note"]),
        ({"supervisor_id": 3}, ["supervisor_id"]),
        ({"state": "judged"}, ["state"]),
        ({"blind": True}, ["blind"]),
    ],
    ids=lambda each: json.dumps(each, ensure_ascii=False),
)
def test_wrong_kinds_and_forged_fields_are_refused_by_name(
    phone: FlaskClient, recheck: str, changed: dict[str, Any], named: list[str]
) -> None:
    reply = phone.put(f"/rechecks/{recheck}", json=FOUND | changed)
    assert (reply.status_code, sorted(reply.json["fields"])) == (422, named)
    assert verdicts() == []


@pytest.mark.parametrize("version", [0, -1, 2, 2**63, 10**40])
def test_t2_a_version_the_re_check_never_had_stores_nothing(
    phone: FlaskClient, recheck: str, version: int
) -> None:
    reply = phone.put(f"/rechecks/{recheck}", json=FOUND | {"version": version})
    assert (reply.status_code, "received" in reply.json) == (409, False)
    assert verdicts() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": NaN}',
        '{"version": 1, "version": 2}',
        '{"note": "\\ud800"}',
        "[" * 100_000,
        "\x00",
    ],
    ids=lambda text: text[:12].replace("\x00", "NUL"),
)
def test_what_is_not_one_json_object_is_refused_and_never_an_error(
    phone: FlaskClient, recheck: str, text: str
) -> None:
    reply = phone.put(f"/rechecks/{recheck}", data=text.encode(), content_type="application/json")
    assert reply.status_code in (400, 422)
    assert reply.json["sentence"]


def test_a_body_of_ten_megabytes_is_refused(phone: FlaskClient, recheck: str) -> None:
    reply = phone.put(f"/rechecks/{recheck}", json=FOUND | {"note": "x" * 10_000_000})
    assert (reply.status_code, reply.json["code"]) == (413, "content_too_large")


def test_s7_a_lost_log_in_and_another_person_are_told_to_log_in(
    demo: Flask, phone: FlaskClient, recheck: str
) -> None:
    gone = demo.test_client().put(f"/rechecks/{recheck}", json=FOUND)
    assert (gone.status_code, gone.json["code"]) == (401, "login_required")
    other = str(people.by_username("cuuchienbinh").id)
    refused = phone.put(f"/rechecks/{recheck}", json=FOUND, headers={"X-Person": other})
    assert (refused.status_code, refused.json["code"]) == (401, "login_required")
    assert verdicts() == []


def test_s16_a_clock_ten_years_wrong_is_kept_as_a_claim_and_the_servers_time_counts(
    phone: FlaskClient, recheck: str
) -> None:
    assert (
        phone.put(f"/rechecks/{recheck}", json=FOUND | {"claimed_at": "2016-01-01T00:00:00Z"}).status_code
        == 201
    )
    stored = db.session.scalars(select(RecheckVerdict)).one()
    assert (str(stored.claimed_at)[:4], stored.given_at.year >= 2026) == ("2016", True)


def test_a_supervisor_gets_her_key_the_pages_to_keep_and_her_own_waiting_re_checks(
    demo: Flask, logged_in: LogIn
) -> None:
    sample_list.load(sample_list.ROWS)
    mine = drawn(Body.FRONT, Body.VETERANS)
    drawn(Body.FRONT, supervisor="mattran-truong", number=1)
    drawn(Body.VETERANS, supervisor="cuuchienbinh", number=2)
    phone = logged_in("mattran")
    told = phone.get("/device/session").json
    assert len(told["user"]["key"]) == 44
    assert "campaigns" not in told
    ((task),) = told["tasks"]
    assert task == {
        "uuid": mine.uuid,
        "version": 1,
        "campaign": campaigns.by_code(demonstration.CODE).name,
        "form_code": mine.response.form_code,
        "unit": mine.response.unit.name,
        "procedure": "",
        "questionnaire": mine.response.questionnaire_sha256,
        "criteria": list(CRITERIA),
    }
    scripts = [page for page in told["shell"] if ".js" in page]
    assert not [page for page in scripts if "entry.js" in page]
    for page in told["shell"]:
        assert phone.get(page).status_code == 200, page
    assert phone.put(f"/rechecks/{mine.uuid}", json=FOUND).status_code == 201
    assert phone.get("/device/session").json["tasks"] == []


def test_an_enumerator_downloads_nothing_of_supervisors(logged_in: LogIn) -> None:
    enumerator = logged_in("dtv01")
    told = enumerator.get("/device/session").json
    assert "tasks" not in told
    assert "recheck" not in json.dumps(told["shell"])
    assert all("recheck" not in enumerator.get(page).text for page in ("/", "/device"))


def test_the_kept_page_names_nobody_carries_no_token_and_loads_only_what_is_kept_with_it(
    phone: FlaskClient, recheck: str
) -> None:
    text = phone.get("/device/rechecks").text
    assert people.by_username("mattran").display_name not in text
    assert [word for word in ("data-person", 'name="csrf_token" value="I', "Đăng xuất") if word in text] == []
    told = phone.get("/device/session").json["shell"]
    loaded = {line.split('"')[0] for line in text.split('="/static/')[1:] if ".js" in line or ".css" in line}
    assert {f"/static/{path}".replace("&amp;", "&") for path in loaded} - {
        f"/static/manifest.json?v={path.partition('v=')[2]}" for path in loaded
    } <= set(told)


def hand_in(client: FlaskClient, owner: str, told: object, **changed: object) -> Any:
    """Hand in the file that a device of `owner` exported."""
    content = sealed(people.by_username(owner), told, **changed)
    db.session.commit()
    return client.post("/device-records", data={"file": (io.BytesIO(content), "phieu.hailong")})


def test_a_bodys_own_head_hands_in_what_a_phone_cannot_send_and_the_other_hands_are_refused_by_name(
    logged_in: LogIn, recheck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.domain.test_devices.uuid4", lambda: recheck)
    content = {"form_code": "X", "judged": FOUND}
    for username in ("dieuphoi", "cuuchienbinh-truong"):
        refused = hand_in(logged_in(username), "mattran", content)
        assert (refused.status_code, "Tệp này là phúc tra của mattran" in refused.text) == (403, True)
    head = logged_in("mattran-truong")
    assert hand_in(head, "mattran", content).status_code == 303
    assert "Đã nhận phúc tra phiếu" in head.get("/device-records").text
    assert hand_in(head, "mattran", content).status_code == 303
    assert "Trước đó đã nhận phúc tra phiếu" in head.get("/device-records").text
    verdict = db.session.scalars(select(RecheckVerdict)).one()
    assert verdict.given_by_id == people.by_username("mattran").id
    lines = select(AuditLine.verb, AuditLine.actor_name).where(AuditLine.record_id == recheck)
    names = [people.by_username(name).display_name for name in ("mattran", "mattran-truong")]
    assert db.session.execute(lines.order_by(AuditLine.id)).all() == [
        ("recheck.judged", names[0]),
        ("recheck.received", names[1]),
    ]
    entry = hand_in(head, "dtv01", {"campaign": demonstration.CODE})
    assert (entry.status_code, "là phiếu của điều tra viên dtv01" in entry.text) == (403, True)


@pytest.mark.parametrize("judged", [None, 5, {}, {"version": 1}, FOUND | {"verdict": "x"}, FOUND | {"x": 1}])
def test_a_sealed_record_with_wrong_content_is_refused_and_stores_nothing(
    logged_in: LogIn, recheck: str, monkeypatch: pytest.MonkeyPatch, judged: object
) -> None:
    monkeypatch.setattr("tests.domain.test_devices.uuid4", lambda: recheck)
    assert hand_in(logged_in("mattran-truong"), "mattran", {"judged": judged}).status_code == 422
    assert verdicts() == []


def test_a_device_of_a_supervisor_reports_and_the_coordinator_does_not_see_it(
    phone: FlaskClient, logged_in: LogIn
) -> None:
    told = {"device": str(uuid4()), "waiting": 3}
    assert phone.put("/device/report", json=told).json == {"reported": True}
    name = people.by_username("mattran").display_name
    assert name not in logged_in("dieuphoi").get(f"/campaigns/{demonstration.CODE}/board").text
    head = logged_in("mattran-truong").get("/device-records").text
    assert (name in head, devices.FORMAT) == (True, "hailong-record-2")
    assert name not in logged_in("cuuchienbinh-truong").get("/device-records").text
    assert db.session.scalar(select(func.count()).select_from(Recheck)) == 0
