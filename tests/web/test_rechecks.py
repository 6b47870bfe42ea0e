"""Re-checks on pages: the form and its refusals, giving out in two steps, and what stays hidden until the verdict."""

import json
import re
from html import escape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from survey_app.domain import campaigns, people, recheck_verdicts
from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Recheck, RecheckAttempt, RecheckVerdict, Response
from survey_app.vocabulary import Body, ResponseState
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import shown
from tests.domain.drawn import CRITERIA, draw_of, rechecks_of
from tests.domain.recheck_work import NO
from tests.domain.sample_list import row
from tests.test_access import ARGUMENT, SAMPLES, answered, doors
from tests.web.pages import CODE, LogIn, error_targets, statements
from tests.web.sample_list import NAMED, load

PAGE = f"/campaigns/{CODE}/rechecks"
SECRET = "Bà Lan nói <thái độ> rất tốt"
WORDS = "Rất không hài lòng"


@pytest.fixture
def uuid(demo: Flask) -> str:
    """A response with words nobody may read yet, drawn for both bodies: the Front's re-check."""
    response = db.session.scalars(select(Response).order_by(Response.id).limit(1)).one()
    response.answers = "1" * len(response.answers)
    response.details = json.dumps(json.loads(response.details) | {"comment": SECRET})
    draw = draw_of(campaigns.by_code(CODE))
    front, _ = rechecks_of(draw, response, Body.FRONT, Body.VETERANS)
    db.session.commit()
    return front.uuid


def form(version: int = 1, **changes: object) -> MultiDict[str, object]:
    """Return what a page sends for a confirmed re-check, changed as asked; names of criteria as the page has them."""
    sent: dict[str, object] = {"version": str(version), "verdict": "confirmed", "note": ""}
    sent |= dict.fromkeys(("took_place", "used_service", "read_fairly"), "yes")
    sent |= {f"again-{code}": "4" for code in CRITERIA}
    return MultiDict({name: value for name, value in (sent | changes).items() if value is not None})


def own(uuid: str) -> Recheck:
    """Return a re-check as it is now."""
    return db.session.scalars(
        select(Recheck).where(Recheck.uuid == uuid).execution_options(populate_existing=True)
    ).one()


def test_from_the_first_page_to_the_form_it_is_one_click_and_after_the_verdict_originals_show(
    logged_in: LogIn, uuid: str
) -> None:
    client = logged_in("mattran")
    address = f"/rechecks/{uuid}"
    assert f'<a href="{address}">' in client.get("/").text
    page = client.get(address).text
    assert page.count("data-level") == 5
    assert "Câu trả lời gốc và câu trả lời lại" not in page
    changes = {"took_place_on": "02/05/2022", "again-access_1": "NA", "again-outcome_1": None}
    reply = client.post(f"{address}/verdict", data=form(**changes))
    assert (reply.status_code, reply.location) == (303, address)
    kept = db.session.scalars(select(RecheckVerdict)).one()
    assert (kept.answers_again, str(kept.took_place_on), kept.blind) == ("N44-4", "2022-05-02", True)
    page = client.get(address).text
    assert "Câu trả lời gốc và câu trả lời lại" in page
    assert page.count(WORDS) >= 5
    assert "ngày 02/05/2022" in page


@pytest.mark.parametrize(
    ("changes", "targets"),
    [
        ({"took_place": "no"}, ["verdict"]),
        ({"verdict": None}, ["verdict"]),
        ({"took_place_on": "31/04/2026"}, ["took_place_on"]),
        ({"verdict": "failed"}, ["reasons"]),
        ({"verdict": "unreachable"}, ["verdict"]),
        ({f"again-{code}": None for code in CRITERIA}, ["again-access_1"]),
        ({"again-official_4": "9", "used_service": "x"}, ["used_service", "again-official_4"]),
        ({"note": "x" * 1001}, ["note"]),
    ],
)
def test_what_is_refused_is_named_beside_its_field_and_everything_typed_stays(
    logged_in: LogIn, uuid: str, changes: dict[str, str | None], targets: list[str]
) -> None:
    sent = form(**{"note": "Gọi lúc 19 giờ <b>", **changes})
    reply = logged_in("mattran").post(f"/rechecks/{uuid}/verdict", data=sent)
    assert reply.status_code == 422
    assert error_targets(reply.text) == targets
    assert escape(str(sent["note"])) in reply.text
    for name in ("took_place", "read_fairly", "again-procedure_2"):
        if name in sent:
            assert re.search(f'name="{name}" value="{sent[name]}" checked', reply.text), name
    assert own(uuid).state == "waiting"


def test_t8_a_colleague_who_was_faster_is_named_with_her_verdict_and_nothing_typed_is_lost(
    logged_in: LogIn, uuid: str
) -> None:
    client, address = logged_in("mattran"), f"/rechecks/{uuid}"
    first = form(verdict="failed", took_place="no", note="Không ai đến hỏi tôi.")
    assert logged_in("mattran-truong").post(f"{address}/verdict", data=first).status_code == 303
    reply = client.post(f"{address}/verdict", data=form(note="Bà ấy nhớ rất rõ."))
    assert reply.status_code == 409
    for told in ("Trần Đình Sơn", "kết luận “Không đạt” lúc", "Không ai đến hỏi tôi.", "Bà ấy nhớ rất rõ."):
        assert told in reply.text
    assert 'name="version" value="2"' in reply.text
    assert len(db.session.scalars(select(RecheckVerdict)).all()) == 1
    again = client.post(f"{address}/verdict", data=form(2, note="Bà ấy nhớ rất rõ."))
    assert again.status_code == 303
    kept = db.session.scalars(select(RecheckVerdict).order_by(RecheckVerdict.number)).all()
    assert [(each.number, each.verdict, each.blind) for each in kept] == [
        (1, "failed", True),
        (2, "confirmed", False),
    ]
    page = client.get(address).text
    assert page.index("Kết luận lần 2") < page.index("Các kết luận trước") < page.index("Kết luận lần 1")


def test_attempts_are_noted_and_then_nobody_was_reached(logged_in: LogIn, uuid: str) -> None:
    client, address = logged_in("mattran"), f"/rechecks/{uuid}"
    reply = client.post(f"{address}/attempts", data={"way": "by_phone", "attempt_note": "19 giờ"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["result"])
    assert 'value="19 giờ"' in reply.text
    for result in ("nobody", "call_again", "nobody"):
        sent = {"way": "by_phone", "result": result}
        assert client.post(f"{address}/attempts", data=sent).status_code == 303
    assert "Không ai nghe máy, không có nhà" in client.get(address).text
    names = ("took_place", "used_service", "read_fairly", *(f"again-{code}" for code in CRITERIA))
    sent = form(verdict="unreachable", **dict.fromkeys(names))
    assert client.post(f"{address}/verdict", data=sent).status_code == 303
    assert (own(uuid).verdict, len(db.session.scalars(select(RecheckAttempt)).all())) == ("unreachable", 3)


def test_s5_a_void_response_is_refused_by_name_and_leaves_the_queue(logged_in: LogIn, uuid: str) -> None:
    response = own(uuid).response
    response.state = ResponseState.VOID
    db.session.commit()
    client = logged_in("mattran")
    reply = client.post(f"/rechecks/{uuid}/verdict", data=form(note="Đã gặp bà Lan."))
    assert reply.status_code == 409
    assert f"Phiếu {response.form_code} đã bị hủy lúc" in reply.text
    assert (own(uuid).state, own(uuid).verdict) == ("dropped", None)
    assert uuid not in client.get(PAGE).text
    assert "Không còn phải phúc tra" in client.get(f"{PAGE}?show=done").text


def test_giving_out_shows_the_rows_with_their_number_before_it_is_done(logged_in: LogIn, uuid: str) -> None:
    head = logged_in("mattran-truong")
    assert f'value="{uuid}:1"' in head.get(PAGE).text
    chosen = {"shown": f"{uuid}:1", "which": "shown", "supervisor": "mattran"}
    page = head.post(f"{PAGE}/assign", data=chosen).text
    assert "Giao 1 phúc tra cho Nguyễn Văn Đức?" in page
    assert own(uuid).supervisor_id is None
    confirmed = {"row": f"{uuid}:1", "number": "1", "supervisor": "mattran"}
    assert head.post(f"{PAGE}/assign", data=confirmed | {"number": "2"}).status_code == 422
    assert head.post(f"{PAGE}/assign", data=confirmed).status_code == 303
    assert own(uuid).supervisor_id == people.by_username("mattran").id
    nobody = head.post(f"{PAGE}/assign", data=chosen | {"supervisor": "", "which": "row"})
    assert (nobody.status_code, error_targets(nobody.text)) == (422, ["give-to"])
    stale = head.post(f"{PAGE}/assign", data=confirmed)
    assert (stale.status_code, "Chưa giao phiếu nào" in stale.text) == (409, True)


def test_t9_a_head_who_posts_ids_of_the_other_body_changes_nothing(logged_in: LogIn, uuid: str) -> None:
    head = logged_in("cuuchienbinh-truong")
    theirs = db.session.scalars(select(Recheck.uuid).where(Recheck.body == "veterans")).one()
    sent = {"row": [f"{theirs}:1", f"{uuid}:1"], "number": "2", "supervisor": "cuuchienbinh"}
    reply = head.post(f"{PAGE}/assign", data=sent)
    unknown = sent | {"row": [f"{theirs}:1", f"{uuid4()}:1"]}
    assert (reply.status_code, shown(reply)) == (404, shown(head.post(f"{PAGE}/assign", data=unknown)))
    assert db.session.scalars(select(Recheck.supervisor_id)).all() == [None, None]


@pytest.mark.parametrize(
    ("method", "pattern"),
    [("GET", "/rechecks/{}"), ("POST", "/rechecks/{}/attempts"), ("POST", "/rechecks/{}/verdict")],
)
def test_a3_a_recheck_of_the_other_body_costs_and_says_the_same_as_none(
    logged_in: LogIn, uuid: str, method: str, pattern: str
) -> None:
    client = logged_in("cuuchienbinh")
    client.open(pattern.format(uuid4()), method=method)
    foreign = answered(client, pattern.format(uuid), method)
    assert foreign == answered(client, pattern.format(uuid4()), method)
    assert foreign[0] == 404


def _opened(app: Flask, client: FlaskClient, arguments: dict[str, str]) -> dict[str, str]:
    """Return the text of every page that a person may open with these arguments in its address."""
    found = {}
    for rule, method in doors(app):
        if method == "GET" and rule.endpoint not in ("static", "auth.log_in"):
            address = ARGUMENT.sub(lambda name: (SAMPLES | arguments)[name[1]], rule.rule)
            reply = client.get(address)
            if reply.status_code == 200:
                found[address] = reply.get_data().decode(errors="replace")
            reply.close()
    return found


@pytest.mark.parametrize("username", ["mattran", "mattran-truong"])
def test_until_the_own_verdict_no_page_a_supervisor_may_open_tells_what_was_answered(
    demo: Flask, logged_in: LogIn, uuid: str, username: str
) -> None:
    response = own(uuid).response
    # Raised and answered before the response was drawn.
    flag = Flag(
        response_id=response.id,
        response_version=1,
        body="front",
        raised_by_id=people.by_username("mattran").id,
        reason="other",
        note=f"Ghi: {SECRET}",
        state="answered",
        reply=f"Đúng là {SECRET}",
        closed_by_id=response.enumerator_id,
        closed_at=response.saved_at,
    )
    db.session.add(flag)
    db.session.commit()
    code, digest, number = response.form_code, response.content_digest, str(flag.id)
    client = logged_in(username)
    # A re-check's page is opened by its own id, a response's by the other.
    addresses = {"uuid": response.uuid, "number": number, "form_code": str(code)}
    pages = _opened(demo, client, addresses) | _opened(demo, client, addresses | {"uuid": uuid})
    assert {f"/responses/{response.uuid}", f"/rechecks/{uuid}", PAGE, "/"} <= set(pages)
    for address, text in pages.items():
        assert "rất tốt" not in text, address
        assert digest not in text, address
    assert "chưa hiện" in pages[f"/responses/{response.uuid}"]
    assert WORDS not in pages[f"/responses/{response.uuid}"]
    by_answer = f"/campaigns/{CODE}/responses?answer=access_1:1&q={code}"
    assert f">{code}</a>" not in client.get(by_answer).text
    assert f">{code}</a>" in logged_in("noivu").get(by_answer).text
    client.post(f"/rechecks/{uuid}/verdict", data=form())
    after = client.get(f"/responses/{response.uuid}").text
    assert ("rất tốt" in after, digest in after, WORDS in after) == (True, True, True)
    assert f">{code}</a>" in client.get(by_answer).text
    assert "rất tốt" not in logged_in("cuuchienbinh").get(f"/responses/{response.uuid}").text
    assert db.session.scalars(select(Flag)).one().id == flag.id


def test_what_the_other_body_found_is_read_after_both_have_judged(logged_in: LogIn, uuid: str) -> None:
    front, veterans = logged_in("mattran"), logged_in("cuuchienbinh")
    theirs = db.session.scalars(select(Recheck.uuid).where(Recheck.body == "veterans")).one()
    front.post(f"/rechecks/{uuid}/verdict", data=form(note="Bà Lan xác nhận."))
    assert "Bà Lan xác nhận." not in veterans.get(f"/rechecks/{theirs}").text
    veterans.post(f"/rechecks/{theirs}/verdict", data=form(note="Bà Lan không nhớ.", took_place="unsure"))
    assert "Bà Lan xác nhận." in veterans.get(f"/rechecks/{theirs}").text
    assert "Bà Lan không nhớ." in front.get(f"/rechecks/{uuid}").text


def test_contacts_stand_on_the_page_and_the_sheet_until_the_verdict(
    demo: Flask, logged_in: LogIn, uuid: str
) -> None:
    code = str(own(uuid).response.form_code)
    unit = own(uuid).response.unit
    assert unit is not None
    load([row(code, unit.code, name="Bà Lan", phone="0912345678", address="Tổ 3", **NAMED)])
    client = logged_in("mattran")
    for address in (f"/rechecks/{uuid}", f"{PAGE}/sheet"):
        assert "Bà Lan" in client.get(address).text
    for username in ("noivu", "cuuchienbinh"):
        for address in (f"/rechecks/{uuid}", f"/campaigns/{CODE}/sample/{code}"):
            assert "Bà Lan" not in logged_in(username).get(address).text
    lines = db.session.scalars(select(AuditLine.record_id).where(AuditLine.verb == "contact.seen")).all()
    assert lines == [code]
    client.post(f"/rechecks/{uuid}/verdict", data=form())
    for address in (f"/rechecks/{uuid}", f"{PAGE}/sheet"):
        assert "Bà Lan" not in client.get(address).text


def test_the_queue_and_a_recheck_cost_the_same_with_few_and_with_many(logged_in: LogIn, uuid: str) -> None:
    client = logged_in("mattran-truong")
    addresses = (PAGE, f"/rechecks/{uuid}", "/")
    for address in addresses:
        client.get(address)
    few = [len(statements(lambda address=address: client.get(address))) for address in addresses]
    draw = own(uuid).draw
    for response in db.session.scalars(select(Response).order_by(Response.id.desc()).limit(60)):
        rechecks_of(draw, response, Body.FRONT)
    recheck = own(uuid)
    judgement = recheck_verdicts.read(recheck, NO)
    recheck_verdicts.judge(people.by_username("mattran"), recheck, judgement, version=1)
    recheck.state, recheck.verdict, recheck.ended_at = "waiting", None, None
    db.session.commit()
    many = [len(statements(lambda address=address: client.get(address))) for address in addresses]
    assert many[0] == few[0]
    assert many[2] == few[2]


def test_a8_no_input_breaks_the_form(logged_in: LogIn, uuid: str) -> None:
    client, names = logged_in("mattran"), [name for name in form() if name != "version"]
    for value in BAD_INPUTS.values():
        if not isinstance(value, str) or "\ud800" in value:  # what no browser can send
            continue
        sent = form(**dict.fromkeys([*names, "took_place_on", "reasons"], value))
        reply = client.post(f"/rechecks/{uuid}/verdict", data=sent)
        assert reply.status_code == 422, value
    assert own(uuid).state == "waiting"
