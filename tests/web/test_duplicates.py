"""Forms of one code on their way: what a device hears, both forms side by side, and who may decide."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.domain import devices, people
from survey_app.domain.response_content import is_form_code
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import AuditLine, DeviceReport, DuplicateCode, Response
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import shown
from tests.domain.test_devices import CRITERIA, sealed
from tests.test_access import answered
from tests.web import duplicates, sample_list
from tests.web.pages import CODE, LogIn, error_targets, statements

PAGE = f"/campaigns/{CODE}/duplicate-codes"
SECRET = "Bà Lan nói <thái độ> rất tốt"


@pytest.fixture(autouse=True)
def moved(demo: Flask) -> None:
    """A row of the list that was the first enumerator's is the second one's now."""
    sample_list.load(sample_list.ROWS)
    duplicates.move()


def body(form_code: str = "MAU-1", level: int = 4, **changed: Any) -> dict[str, Any]:
    """Return what a device sends of a form."""
    answers = {code: level - place % 2 for place, code in enumerate(CRITERIA)}
    details = {"service_field": "land", "respondent_kind": "citizen"}
    facts = {"campaign": CODE, "unit": sample_list.UNIT, "form_code": form_code, "mode": "paper"}
    return {**facts, "answers": answers, "details": details, **changed}


@pytest.fixture
def uuid(logged_in: LogIn) -> str:
    """The id of the first enumerator's form of the row, kept aside after the second one's arrived."""
    uuid = str(uuid4())
    second = body(level=5) | {"details": body()["details"] | {"comment": SECRET}}
    assert logged_in("dtv02").put(f"/responses/{uuid4()}", json=second).status_code == 201
    assert logged_in("dtv01").put(f"/responses/{uuid}", json=body()).status_code == 409
    return uuid


@pytest.fixture
def address(uuid: str) -> str:
    """The page of the case."""
    return f"/duplicate-codes/{case(uuid).id}"


def case(uuid: str) -> DuplicateCode:
    """Return a case as it is in the database."""
    db.session.rollback()
    found = select(DuplicateCode).where(DuplicateCode.uuid == uuid)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def states() -> list[str]:
    """Return the states of the responses of the row, sorted."""
    db.session.rollback()
    return sorted(db.session.scalars(select(Response.state).where(Response.form_code == "MAU-1")))


def seen_on(page: str) -> str:
    """Return the mark of the first form that a page shows."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def test_t4_a_device_hears_that_its_form_is_safe_and_not_received(logged_in: LogIn) -> None:
    device, uuid = logged_in("dtv01"), str(uuid4())
    reply = device.put(f"/responses/{uuid}", json=body())
    told = reply.json
    assert (reply.status_code, told["code"], told["kept"], told["state"]) == (
        409,
        "duplicate_kept",
        uuid,
        "open",
    )
    assert len(told["digest"]) == 64
    assert "received" not in told
    assert list(told["fields"]) == ["form_code"]
    again = device.put(f"/responses/{uuid}", json=body())
    assert (again.status_code, again.json) == (409, told)
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2124


def test_s15_one_duplicate_among_twenty_stops_no_other(logged_in: LogIn) -> None:
    device = logged_in("dtv01")
    codes = [f"MANY-{number}" for number in range(19)] + ["MAU-1"]
    replies = [device.put(f"/responses/{uuid4()}", json=body(code)).status_code for code in codes]
    assert replies == [201] * 19 + [409]


def test_a_device_hears_at_its_next_contact_that_a_decision_was_made(
    logged_in: LogIn, address: str, uuid: str
) -> None:
    device = logged_in("dtv01")
    assert device.get("/device/session").json["decided"] == []
    coordinator = logged_in("dieuphoi")
    seen = seen_on(coordinator.get(address).text)
    sent = {"seen": seen, "decision": "first_kept", "reason": "Cùng một người dân"}
    assert coordinator.post(address, data=sent).status_code == 303
    assert device.get("/device/session").json["decided"] == [uuid]
    reply = device.put(f"/responses/{uuid}", json=body())
    assert (reply.status_code, reply.json["state"], reply.json["fields"]) == (409, "first_kept", {})
    assert "Cùng một người dân" in reply.json["sentence"]
    assert logged_in("dtv02").get("/device/session").json["decided"] == []


@pytest.mark.parametrize(
    ("decision", "told", "after"),
    [("second_kept", "MAU-1", ["submitted", "void"]), ("recoded", "MAU-2", ["submitted"])],
)
def test_the_device_of_a_second_form_that_was_taken_gets_its_receipt(
    logged_in: LogIn, address: str, uuid: str, decision: str, told: str, after: list[str]
) -> None:
    client = logged_in("noivu" if decision == "second_kept" else "dieuphoi")
    page = client.get(address).text
    assert '<option value="MAU-2">MAU-2</option>' in page
    sent = {"seen": seen_on(page), "decision": decision, "reason": "Đúng người", "free_code": "MAU-2"}
    assert client.post(address, data=sent).status_code == 303
    reply = logged_in("dtv01").put(f"/responses/{uuid}", json=body())
    assert (reply.status_code, reply.json["received"], reply.json["form_code"]) == (200, uuid, told)
    assert states() == after


def test_the_page_shows_both_forms_their_people_and_the_row_and_what_was_typed_is_text(
    logged_in: LogIn, address: str
) -> None:
    page = logged_in("dieuphoi").get(address).text
    first, second = people.by_username("dtv02"), people.by_username("dtv01")
    assert all(each.display_name in page for each in (first, second))
    assert "Hai phiếu khác nhau ở" in page
    assert "Giao cho" in page
    assert "&lt;thái độ&gt;" in page
    assert "<thái độ>" not in page


def test_only_home_affairs_may_void_the_first_form(logged_in: LogIn, address: str, uuid: str) -> None:
    coordinator, home = logged_in("dieuphoi"), logged_in("noivu")
    page = coordinator.get(address).text
    assert ('value="second_kept"' in page, "việc ấy do Sở Nội vụ quyết định" in page) == (False, True)
    assert 'value="second_kept"' in home.get(address).text
    sent = {"seen": seen_on(page), "decision": "second_kept", "reason": "Đã gọi cả hai"}
    reply = coordinator.post(address, data=sent)
    assert (reply.status_code, "Đã gọi cả hai" in reply.text) == (403, True)
    assert (states(), case(uuid).state) == (["submitted"], "open")


def test_a_refused_decision_keeps_everything_typed(logged_in: LogIn, address: str, uuid: str) -> None:
    coordinator = logged_in("dieuphoi")
    seen = seen_on(coordinator.get(address).text)
    typed = {"seen": seen, "decision": "recoded", "form_code": "MAU-3", "reason": "Người khác <b>"}
    reply = coordinator.post(address, data=typed)
    assert reply.status_code == 422
    assert error_targets(reply.text) == ["form_code"]
    assert 'value="MAU-3"' in reply.text
    assert 'value="Người khác &lt;b&gt;"' in reply.text
    assert re.search(r'value="recoded" checked', reply.text)
    two = coordinator.post(address, data=typed | {"free_code": "MAU-2"})
    assert (two.status_code, "không cả hai" in two.text) == (422, True)
    nothing = coordinator.post(address, data={})
    assert (nothing.status_code, error_targets(nothing.text)) == (422, ["decision", "reason"])
    assert case(uuid).state == "open"


def test_what_changed_after_the_page_was_opened_is_shown_and_the_reason_kept(
    logged_in: LogIn, address: str, uuid: str
) -> None:
    home = logged_in("noivu")
    sent = {"seen": "", "decision": "second_kept", "reason": "Tôi đã gọi"}
    reply = home.post(address, data=sent)
    assert (reply.status_code, "đã đổi sau khi bạn mở trang này" in reply.text) == (409, True)
    assert 'value="Tôi đã gọi"' in reply.text
    sent["seen"] = seen_on(reply.text)
    assert home.post(address, data=sent).status_code == 303
    late = home.post(address, data=sent | {"decision": "first_kept", "reason": "Tôi nghĩ khác"})
    assert late.status_code == 409
    assert "đã quyết định về phiếu MAU-1" in late.text
    assert "Lý do bạn đã ghi: “Tôi nghĩ khác”" in late.text
    assert case(uuid).state == "second_kept"


def test_no_input_is_an_error(logged_in: LogIn, address: str, uuid: str) -> None:
    coordinator = logged_in("dieuphoi")
    seen = seen_on(coordinator.get(address).text)
    good = {"seen": seen, "decision": "recoded", "reason": "Thử"}
    for bad in (str(each) for each in BAD_INPUTS.values() if each != "\ud800"):  # no form can say that
        names = ["seen", "decision"]
        if not is_form_code(clean_line(bad)):
            names += ["form_code", "free_code"]
        for name in names:
            assert coordinator.post(address, data=good | {name: bad}).status_code in (409, 422), (name, bad)
    assert case(uuid).state == "open"


def test_a3_an_enumerator_opens_no_case_and_a_foreign_id_is_nobodys(
    logged_in: LogIn, address: str, uuid: str
) -> None:
    enumerator = logged_in("dtv02")
    assert [enumerator.get(each).status_code for each in (PAGE, address)] == [403, 403]
    foreign = answered(enumerator, f"/responses/{uuid}", "PUT", json=body(level=5))
    assert foreign[0] == 404
    assert SECRET not in shown(logged_in("dtv01").put(f"/responses/{uuid}", json=body()))


def test_a1_a_device_cannot_decide_for_itself(logged_in: LogIn, uuid: str) -> None:
    device = logged_in("dtv01")
    for name in ("decision", "why", "kept", "duplicate"):
        reply = device.put(f"/responses/{uuid}", json=body() | {name: "second_kept"})
        assert (reply.status_code, list(reply.json["fields"])) == (422, [name])
    assert (states(), case(uuid).state) == (["submitted"], "open")


def test_the_sealed_file_of_a_kept_form_is_kept_for_its_enumerator(logged_in: LogIn) -> None:
    owner = people.by_username("dtv01")
    told = body() | {"accept_invalid": False, "confirmed": [], "paradata": {"edits": 2}}
    file = sealed(owner, told)
    db.session.commit()
    coordinator = logged_in("dieuphoi")
    for _ in range(2):
        sent = {"file": (io.BytesIO(file), "phieu.hailong")}
        reply = coordinator.post("/device-records", data=sent, follow_redirects=True)
        assert "Mã phiếu MAU-1 trùng: máy chủ đã giữ nguyên phiếu này" in reply.text
    kept = db.session.scalars(select(DuplicateCode)).one()
    assert (kept.enumerator.username, kept.form_code) == ("dtv01", "MAU-1")
    verbs = select(AuditLine.verb).where(AuditLine.record_id == kept.uuid).order_by(AuditLine.id)
    assert db.session.scalars(verbs).all() == ["duplicate.kept", "response.imported"]


def test_the_board_and_first_pages_lead_there_while_something_waits(
    logged_in: LogIn, address: str, uuid: str
) -> None:
    coordinator, home_affairs = logged_in("dieuphoi"), logged_in("noivu")
    for client in (coordinator, home_affairs):
        assert f'href="{PAGE}"' in client.get("/").text
        assert "1 phiếu trùng mã chờ quyết định" in client.get(f"/campaigns/{CODE}/board").text
    seen = seen_on(coordinator.get(address).text)
    coordinator.post(address, data={"seen": seen, "decision": "first_kept", "reason": "x"})
    assert f'href="{PAGE}"' not in coordinator.get("/").text
    assert "chờ quyết định</a>" not in coordinator.get(f"/campaigns/{CODE}/board").text


def test_a_form_kept_aside_is_not_among_those_a_device_may_lose(demo: Flask, uuid: str) -> None:
    enumerator = people.by_username("dtv01")
    devices.report(enumerator, str(uuid4()), {"waiting": 0, "to_mend": 0, "aside": 0, "drafts": 0}, "x")
    report = db.session.scalars(select(DeviceReport)).one()
    assert report.waiting + report.to_mend + report.aside == 0


def test_the_list_costs_the_same_with_one_case_and_with_ten(logged_in: LogIn, uuid: str) -> None:
    client: FlaskClient = logged_in("dieuphoi")
    client.get(PAGE)
    one = len(statements(lambda: client.get(PAGE)))
    device, other = logged_in("dtv01"), logged_in("dtv02")
    for number in range(9):
        other.put(f"/responses/{uuid4()}", json=body(f"PAPER-{number}"))
        device.put(f"/responses/{uuid4()}", json=body(f"PAPER-{number}"))
    assert db.session.scalar(select(func.count()).select_from(DuplicateCode)) == 10
    assert len(statements(lambda: client.get(PAGE))) == one
