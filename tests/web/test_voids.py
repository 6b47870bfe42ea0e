"""Proposals to void on pages: seen by whom they concern, answered, decided; what it does is told only afterwards."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import (
    campaigns,
    counting,
    people,
    response_content,
    response_export,
    responses,
    void_effects,
    voids,
)
from survey_app.exports.answers_csv import write_answers
from survey_app.extensions import db
from survey_app.models import AuditLine, Response, VoidProposal
from survey_app.vocabulary import Body
from tests.conftest import shown
from tests.domain.verdicts import FAILED_A, World, proposals
from tests.scoring.program import done, run
from tests.test_access import answered
from tests.web.pages import CODE, LogIn, error_targets, statements
from tests.web.rechecked import here as rechecked

FRONT, VETERANS = Body.FRONT, Body.VETERANS
REASON = "Gọi lại & hỏi hàng xóm: không có phỏng vấn."
LIST = f"/campaigns/{CODE}/void-proposals"


@pytest.fixture
def here(demo: Flask) -> World:
    """The demonstration's people."""
    return rechecked()


@pytest.fixture
def number(here: World) -> int:
    """The number of an open proposal of the Front; its enumerator has replied."""
    _, (recheck,) = here.drawn("PT-1", FRONT)
    here.judge(recheck, "failed", FAILED_A, "Không ai hỏi <b>bà</b>.")
    voids.answer(here.asks, proposals()[0], "Tôi đã đến nhà.")
    db.session.commit()
    return proposals()[0].id


def decision(client: FlaskClient, number: int, word: str = "confirm", **changes: str) -> Any:
    """Send the decision of a proposal as its page gives it."""
    page = client.get(f"/void-proposals/{number}").text
    found = re.search(r'name="seen"[^>]* value="([^"]*)"', page)
    sent = {"decision": word, "reason": REASON, "seen": found[1] if found else ""} | changes
    return client.post(f"/void-proposals/{number}", data=sent)


def now_is(number: int) -> tuple[str, str]:
    """Return the state of a proposal and of its response as stored."""
    db.session.rollback()
    found = db.session.get_one(VoidProposal, number, populate_existing=True)
    state = select(Response.state).where(Response.id == found.response_id)
    return found.state, db.session.scalar(state) or ""


def test_the_enumerator_is_asked_on_her_first_page_and_her_reply_is_read_before_the_decision(
    here: World, logged_in: LogIn
) -> None:
    _, (recheck,) = here.drawn("PT-1", FRONT)
    here.judge(recheck, "failed", FAILED_A, "Bà Tư nói không ai hỏi.")
    db.session.commit()
    number = proposals()[0].id
    enumerator = logged_in("dtv01")
    first = enumerator.get("/").text
    assert "Cơ quan giám sát đề nghị hủy phiếu này: <strong>Không có cuộc phỏng vấn</strong>" in first
    assert "Bạn có thể giải trình đến" in first
    address = f"/void-proposals/{number}/answer"
    page = enumerator.get(address).text
    assert "Bà Tư" not in first + page  # who was asked again is not told to whom she complained about
    refused = enumerator.post(address, data={"reply": " \u200b"})
    assert (refused.status_code, error_targets(refused.text)) == (422, ["reply"])
    head = logged_in("cuuchienbinh-truong")
    assert "còn quyền giải trình đến" in head.get(f"/void-proposals/{number}").text
    assert enumerator.post(address, data={"reply": "Tôi đã đến nhà &c."}).location == "/"
    assert "Bạn đã giải trình lúc" in enumerator.get("/").text
    assert "Tôi đã đến nhà &amp;c.</textarea>" in enumerator.get(address).text.replace("\r", "")
    page = head.get(f"/void-proposals/{number}").text
    assert ("Tôi đã đến nhà &amp;c." in page, 'name="decision"' in page) == (True, True)


def test_a_second_person_voids_it_and_its_page_says_who_when_and_why(number: int, logged_in: LogIn) -> None:
    head = logged_in("cuuchienbinh-truong")
    with time_machine.travel(datetime(2026, 12, 1, 2, 5, tzinfo=UTC), tick=False):
        head = logged_in("cuuchienbinh-truong")
        assert decision(head, number).location == f"/void-proposals/{number}"
    assert now_is(number) == ("confirmed", "void")
    uuid = db.session.get_one(VoidProposal, number).response.uuid
    for username in ("dtv01", "mattran", "noivu"):
        page = logged_in(username).get(f"/responses/{uuid}").text
        assert "lúc 01/12/2026 09:05 bởi Phạm Thị Hòa" in page
        assert escape(REASON) in page
    assert "Khôi phục phiếu" not in logged_in("mattran-truong").get(f"/responses/{uuid}").text


def test_nobody_who_may_decide_is_told_before_what_it_would_do(number: int, logged_in: LogIn) -> None:
    uuid = db.session.get_one(VoidProposal, number).response.uuid
    told = ("Hạng trong nhóm", "Có phiếu này", "Không có phiếu này", "Số phiếu được tính")
    decides = {name: logged_in(name) for name in ("cuuchienbinh-truong", "noivu")}
    for client in decides.values():
        for path in ("/", LIST, f"/void-proposals/{number}", f"/responses/{uuid}"):
            for asked_for in ("text/html", "application/json"):
                page = client.get(path, headers={"Accept": asked_for}).text
                assert [each for each in told if each in page] == [], path
    assert void_effects.effect(db.session.get_one(VoidProposal, number)) is None
    for word in ("", "reject"):
        page = decision(decides["noivu"], number, word, reason="").text
        assert [each for each in told if each in page] == []
    decision(decides["noivu"], number)
    page = decides["cuuchienbinh-truong"].get(f"/void-proposals/{number}").text
    assert [each for each in told if each in page] == list(told)


def test_a_refused_decision_keeps_what_was_typed(number: int, logged_in: LogIn) -> None:
    client = logged_in("noivu")
    for changes, targets in (
        ({"decision": ""}, ["decision"]),
        ({"decision": "accept"}, ["decision"]),
        ({"reason": " \u200b"}, ["reason"]),
        ({"reason": "x" * 1001}, ["reason"]),
    ):
        reply = decision(client, number, **changes)  # type: ignore[arg-type]
        assert (reply.status_code, error_targets(reply.text)) == (422, targets)
    assert escape(REASON) in decision(client, number, decision="").text
    assert now_is(number) == ("open", "submitted")


@pytest.mark.parametrize("seen", ["", "0-x", "9" * 5000, "\x00", "1", "2-"])
def test_t1_a_decision_on_what_was_not_seen_is_refused_and_keeps_the_reason(
    number: int, logged_in: LogIn, seen: str
) -> None:
    reply = decision(logged_in("noivu"), number, seen=seen)
    assert reply.status_code == 409
    assert escape(REASON) in reply.text
    assert 'value="confirm" checked' in reply.text
    assert now_is(number) == ("open", "submitted")


def test_t3_the_second_who_decides_hears_who_was_first(number: int, logged_in: LogIn) -> None:
    seen = voids.seen_of(db.session.get_one(VoidProposal, number))
    decision(logged_in("noivu"), number, "reject")
    late = logged_in("cuuchienbinh-truong").post(
        f"/void-proposals/{number}", data={"decision": "confirm", "reason": REASON, "seen": seen}
    )
    assert late.status_code == 409
    assert "đã kết thúc: “Không hủy”, Phạm Thu Hằng, lúc" in late.text
    assert now_is(number) == ("rejected", "submitted")


def test_the_own_body_does_not_decide_and_a_supervisor_never(number: int, logged_in: LogIn) -> None:
    own = logged_in("mattran-truong")
    page = own.get(f"/void-proposals/{number}").text
    assert ("phải do trưởng đoàn của cơ quan kia" in page, 'name="decision"' in page) == (True, False)
    assert decision(own, number).status_code == 403
    for username in ("mattran", "cuuchienbinh", "dtv01", "dieuphoi", "quantri"):
        sent = {"decision": "confirm", "reason": REASON, "seen": "1-"}
        assert logged_in(username).post(f"/void-proposals/{number}", data=sent).status_code == 403
    assert now_is(number) == ("open", "submitted")


def test_a1_forged_fields_change_nothing(number: int, logged_in: LogIn) -> None:
    forged = {
        "state": "confirmed",
        "decided_by_id": "1",
        "response_id": "1",
        "body": "veterans",
        "points": "10",
    }
    assert decision(logged_in("noivu"), number, "reject", **forged).status_code == 303
    found = db.session.get_one(VoidProposal, number)
    db.session.refresh(found)
    assert (found.state, found.body, found.response.form_code) == ("rejected", "front", "PT-1")


def test_t9_a_proposal_on_what_the_own_body_has_still_to_judge_is_absent_for_the_same_work(
    here: World, logged_in: LogIn
) -> None:
    _, (front, _) = here.drawn("PT-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    uuid = front.response.uuid
    db.session.commit()
    number = proposals()[0].id
    head = logged_in("cuuchienbinh-truong")
    head.get("/void-proposals/999999")
    for method in ("GET", "POST"):
        hidden = answered(head, f"/void-proposals/{number}", method)
        assert hidden == answered(head, "/void-proposals/999999", method)
        assert hidden[0] == 404
    assert "PT-1" not in head.get(LIST).text
    assert "đề nghị hủy" not in head.get(f"/responses/{uuid}").text
    front.response.enumerator_id = people.by_username("dtv02").id
    db.session.commit()
    stranger = logged_in("dtv01")
    stranger.get("/void-proposals/999999/answer")
    foreign = answered(stranger, f"/void-proposals/{number}/answer", "GET")
    assert foreign == answered(stranger, "/void-proposals/999999/answer", "GET")
    assert foreign[0] == 404
    home = logged_in("noivu")
    assert "chưa phúc tra xong" not in home.get(f"/void-proposals/{number}").text  # cannot be decided yet
    voids.answer(people.by_username("dtv02"), db.session.get_one(VoidProposal, number), "Tôi đã đến nhà.")
    db.session.commit()
    assert "Hội Cựu chiến binh chưa phúc tra xong" in home.get(f"/void-proposals/{number}").text


def test_home_affairs_takes_a_void_back_with_a_reason(number: int, logged_in: LogIn) -> None:
    client = logged_in("noivu")
    uuid = db.session.get_one(VoidProposal, number).response.uuid
    address = f"/responses/{uuid}/restore"
    assert "không phải phiếu bị hủy theo quyết định" in client.get(address).text
    assert client.post(address, data={"reason": "Sai"}).status_code == 409
    decision(logged_in("cuuchienbinh-truong"), number)
    assert address in client.get(f"/responses/{uuid}").text
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "Nhầm người."}).location == f"/responses/{uuid}"
    assert now_is(number) == ("confirmed", "submitted")
    assert "đã khôi phục phiếu" in client.get(f"/void-proposals/{number}").text
    lines = select(AuditLine.verb).where(AuditLine.record_id == uuid, AuditLine.noun == "response")
    assert list(db.session.scalars(lines.order_by(AuditLine.id)))[-2:] == [
        "response.voided",
        "response.restored",
    ]


def test_s5_the_device_is_told_when_and_by_whom(number: int, here: World, logged_in: LogIn) -> None:
    decision(logged_in("noivu"), number)
    response = db.session.get_one(VoidProposal, number).response
    entry = response_content.entry_of(response, response.questionnaire_sha256)
    body = {
        "campaign": CODE,
        "unit": entry.unit,
        "form_code": "PT-1",
        "mode": entry.mode,
        "answers": dict(entry.answers),
        "details": dict(entry.details),
    }
    device = logged_in("dtv01")
    again = device.put(f"/responses/{response.uuid}", json=body)
    assert (again.status_code, again.json["state"]) == (200, "void")
    told = r"đã bị hủy lúc \d\d:\d\d ngày \d\d/\d\d/\d{4} bởi Phạm Thu Hằng"
    assert re.search(told, again.json["sentence"])
    other = device.put(
        f"/responses/{response.uuid}", json=body | {"answers": {**body["answers"], "access_1": 1}}
    )
    assert (other.status_code, other.json["code"]) == (409, "other_content")
    assert re.search(told, other.json["sentence"])
    assert re.search(
        r"bị hủy lúc .* bởi Phạm Thu Hằng", device.get(f"/responses/{response.uuid}/receipt").text
    )
    assert now_is(number) == ("confirmed", "void")


def test_n6_the_points_afterwards_are_those_of_the_program_on_a_file_without_the_response(
    number: int, logged_in: LogIn, tmp_path: Path
) -> None:
    client = logged_in("noivu")
    decision(client, number)
    campaign = campaigns.by_code(CODE)
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    proposal = db.session.get_one(VoidProposal, number)
    rows = list(responses.counted_rows(campaign))
    assert "PT-1" not in {row[0] for row in rows}
    back = (
        "PT-1",
        proposal.response.unit.code,  # type: ignore[union-attr]
        "dtv01",
        proposal.response.answers,
    )
    found = void_effects.effect(proposal)
    assert found is not None
    for part, counted in ((found.after, rows), (found.before, [*rows, back])):
        target = io.BytesIO()
        write_answers(target, questionnaire, counted)
        assert told_by_program(tmp_path, target.getvalue(), found.unit.unit.code) == {
            name: part[name] for name in ("points", "index", "responses")
        }
    page = client.get(f"/void-proposals/{number}").text
    assert str(found.after["points"]).replace(".", ",") in page
    current = counting.current(campaign).satisfaction["units"]
    unit = next(each for each in current if each["unit"] == found.unit.unit.code)
    assert (unit["points"], unit["rank"]) == (found.after["points"], found.after["rank"])


def told_by_program(folder: Path, content: bytes, unit: str) -> dict[str, object]:
    """Return what the scorer, run as a program of its own, says of a unit."""
    file = folder / "answers.csv"
    file.write_bytes(content)
    told = json.loads(done(run("satisfaction", str(file), "--format", "json")))
    found = next(each for each in told["units"] if each["unit"] == unit)
    return {name: found[name] for name in ("points", "index", "responses")}


def test_e12_a_file_made_before_says_of_which_moment_it_is(
    number: int, here: World, logged_in: LogIn
) -> None:
    made = datetime(2026, 11, 30, 3, tzinfo=UTC)

    def cells(moment: datetime) -> set[object]:
        with time_machine.travel(moment, tick=False):
            content = response_export.workbook(here.home, here.campaign)
            db.session.commit()
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}

    before = cells(made)
    decision(logged_in("noivu"), number)
    after = cells(made + timedelta(days=1))
    assert ("PT-1" in before, "PT-1" in after) == (True, False)
    told = [{str(each)[:16] for each in found if "(giờ Việt Nam)" in str(each)} for found in (before, after)]
    assert told == [{"30/11/2026 10:00"}, {"01/12/2026 10:00"}]


def test_lists_cost_the_same_for_one_proposal_and_for_many(here: World, logged_in: LogIn) -> None:
    client = logged_in("noivu")

    def more(first: int, number: int) -> None:
        for place in range(first, first + number):
            _, (recheck,) = here.drawn(f"PT-{place}", FRONT)
            here.judge(recheck, "failed", FAILED_A)
        db.session.commit()

    more(0, 1)
    client.get(LIST)
    one = statements(lambda: client.get(LIST))
    more(1, 12)
    many = statements(lambda: client.get(LIST))
    assert len(one) == len(many)
    assert shown(client.get(f"{LIST}?state=rejected")).count("Không có đề nghị nào") == 1
