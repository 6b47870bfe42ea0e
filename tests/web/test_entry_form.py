"""The entry form: what was typed stays on the page whatever happens, and nothing else gets in."""

import re
from html import escape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from scoring.questionnaire import load_questionnaire
from survey_app.domain import campaigns, people
from survey_app.extensions import db
from survey_app.models import Response, ResponseProposal
from survey_app.vocabulary import CampaignState
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, statements, unit_of

SEND = f"/campaigns/{CODE}/responses"
QUESTIONNAIRE = load_questionnaire("sipas-2017")


@pytest.fixture
def unit(demo: Flask) -> str:
    """The first unit of the first enumerator."""
    return unit_of("dtv01")


@pytest.fixture
def enumerator(logged_in: LogIn) -> FlaskClient:
    """The first enumerator's browser."""
    return logged_in("dtv01")


def stored(form_code: str) -> list[Response]:
    """Return the responses of a form code as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(Response).where(Response.form_code == form_code)))


def number_of_responses() -> int:
    """Return how many responses there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def test_the_empty_form_asks_everything_once_and_offers_only_ones_own_units(
    enumerator: FlaskClient, unit: str
) -> None:
    page = enumerator.get(f"{SEND}/new").text
    for name in (*QUESTIONNAIRE.criterion_codes, *(each.code for each in QUESTIONNAIRE.questions)):
        assert page.count(f'id="{name}"') == 1, name
    offered = re.findall(r'<option value="([^"]*)"', page[: page.index('id="mode"')])
    assert offered[0] == ""
    assert unit in offered
    assert "TTRA" not in offered
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    first, second = (
        re.findall(r'name="uuid" value="([^"]+)"', enumerator.get(f"{SEND}/new").text)[0] for _ in range(2)
    )
    assert first != second


def test_the_unit_and_way_of_asking_chosen_before_stay_chosen(enumerator: FlaskClient, unit: str) -> None:
    page = enumerator.get(f"{SEND}/new", query_string={"unit": unit, "mode": "phone"}).text
    assert f'<option value="{unit}" selected>' in page
    assert '<option value="phone" selected>' in page
    hostile = enumerator.get(f"{SEND}/new", query_string={"unit": '"><script>', "mode": "\x00"})
    assert hostile.status_code == 200
    assert "<script>" not in hostile.text.partition("<main")[2]


def test_every_typed_value_is_kept_on_the_page_of_errors(enumerator: FlaskClient, unit: str) -> None:
    form = entry_form(unit, "mã sai", "4") | {"service_procedure": "Cấp sổ <b>đỏ</b>", "age_band": "over_60"}
    form |= {
        "result_time": "late",
        "late_notice": "yes",
        "comment": "Hai\r\ndòng </textarea>",
        "mode": "phone",
    }
    sent = MultiDict([*form.items(), ("channel", "media"), ("channel", "internet"), ("wishes", "faster")])
    reply = enumerator.post(SEND, data=sent)
    assert reply.status_code == 422
    page = reply.text
    assert 'value="mã sai"' in page
    assert f'value="{escape("Cấp sổ <b>đỏ</b>")}"' in page
    assert "Hai\r\ndòng &lt;/textarea&gt;</textarea>" in page
    assert f'<option value="{unit}" selected>' in page
    assert '<option value="phone" selected>' in page
    assert 'name="age_band" value="over_60" checked' in page
    assert len(re.findall(r'value="4" checked', page)) == 22
    assert 'name="late_notice" value="yes" checked' in page
    assert f'name="uuid" value="{form["uuid"]}"' in page
    ticked = re.findall(r'name="(channel|wishes)" value="(\w+)" checked', page)
    assert ticked == [("channel", "media"), ("channel", "internet"), ("wishes", "faster")]
    assert error_targets(page) == ["form_code"]


def test_the_summary_leads_to_every_field_that_has_to_be_mended(enumerator: FlaskClient) -> None:
    reply = enumerator.post(SEND, data={"uuid": str(uuid4()), "action": "submit", "access_1": "9"})
    assert reply.status_code == 422
    expected = ["unit", "form_code", "mode", "service_field", "access_1", "respondent_kind"]
    assert sorted(error_targets(reply.text)) == sorted(expected)
    assert f"Có {len(expected)} chỗ cần sửa" in reply.text
    assert number_of_responses() == 2124


def test_too_few_answers_are_asked_about_and_sent_as_invalid_only_when_the_person_says_so(
    enumerator: FlaskClient, unit: str
) -> None:
    form = entry_form(unit, "FEW-1", "4")
    few = {name: value for name, value in form.items() if not name.startswith(("procedure_", "official_"))}
    asked = enumerator.post(SEND, data=few)
    assert asked.status_code == 422
    assert error_targets(asked.text) == ["accept_invalid"]
    sent = enumerator.post(SEND, data=few | {"accept_invalid": "y"})
    assert sent.status_code == 303
    assert "không được tính điểm" in enumerator.get(sent.location).text
    (response,) = stored("FEW-1")
    assert (response.state, response.validity) == ("submitted", "too_few_answers")


TWICE = [
    *(("access_1", "5"), ("access_1", "4"), ("service_field", "labour"), ("unit", "TTRA"), ("mode", "phone")),
    *(("form_code", "TWO-2"), ("respondent_kind", "organisation"), ("service_procedure", "Một việc khác")),
]


@pytest.mark.parametrize(("name", "value"), TWICE)
def test_two_values_for_one_question_are_refused_never_coerced(
    enumerator: FlaskClient, unit: str, name: str, value: str
) -> None:
    form = entry_form(unit, "TWO-1", "4") | {"service_procedure": "Một việc"}
    for pair in ([*form.items(), (name, value)], [(name, value), *form.items()]):
        reply = enumerator.post(SEND, data=MultiDict(pair))
        assert reply.status_code == 422
        assert error_targets(reply.text) == [name]
    assert stored("TWO-1") == stored("TWO-2") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"result_time": "early", "late_notice": "yes"}, "late_notice"),
        ({"respondent_kind": "organisation", "gender": "male"}, "gender"),
        ({"unit": "TTRA"}, "unit"),
        ({"unit": "KHONG-CO"}, "unit"),
        ({"form_code": "HN22-0001"}, "form_code"),
        ({"mode": "fax"}, "mode"),
        ({"service_field": "moon"}, "service_field"),
        ({"channel": "moon"}, "channel"),
        ({"comment": "x" * 2001}, "comment"),
    ],
)
def test_what_breaks_a_rule_is_said_beside_its_field_and_nothing_is_stored(
    enumerator: FlaskClient, unit: str, change: dict[str, str], field: str
) -> None:
    reply = enumerator.post(SEND, data=entry_form(unit, "RULE-1", "4") | change)
    assert reply.status_code == 422
    assert error_targets(reply.text) == [field]
    assert f'id="{field}-error"' in reply.text
    assert stored("RULE-1") == []
    assert number_of_responses() == 2124


def test_a_unit_of_another_enumerator_is_refused_as_an_unknown_one_is(enumerator: FlaskClient) -> None:
    mine = {
        code
        for code in re.findall(r'<option value="(\w+)"', enumerator.get(f"{SEND}/new").text)
        if code.isupper()
    }
    theirs = next(
        each.unit.code
        for each in campaigns.units_of(campaigns.by_code(CODE))
        if each.surveyed and each.unit.code not in mine
    )
    db.session.rollback()
    foreign, unknown = (
        enumerator.post(SEND, data=entry_form(code, "UNIT-1", "4")) for code in (theirs, "KHONG-CO")
    )
    assert foreign.status_code == unknown.status_code == 422
    assert re.findall(r'id="unit-error">([^<]+)<', foreign.text) == re.findall(
        r'id="unit-error">([^<]+)<', unknown.text
    )


def test_a1_forged_fields_of_a_form_change_nothing_and_are_logged(
    enumerator: FlaskClient, unit: str, caplog: pytest.LogCaptureFixture
) -> None:
    forged = {"role": "administrator", "state": "accepted", "points": "10", "enumerator_id": "1"}
    form = entry_form(unit, "FORGED-1", "4") | forged
    assert enumerator.post(SEND, data=form).status_code == 303
    (response,) = stored("FORGED-1")
    assert (response.state, response.enumerator.username) == ("submitted", "dtv01")
    assert people.by_username("dtv01").role == "enumerator"
    assert "enumerator_id, points, role, state" in caplog.text


def test_s11_back_change_and_send_again_makes_no_second_record(enumerator: FlaskClient, unit: str) -> None:
    form = entry_form(unit, "BACK-1", "4")
    receipt = enumerator.post(SEND, data=form)
    again = enumerator.post(SEND, data=form)
    assert (receipt.status_code, again.status_code, again.location) == (303, 303, receipt.location)
    changed = enumerator.post(SEND, data=form | {"access_1": "1"})
    assert changed.status_code == 409
    assert "được giữ lại như một đề xuất" in changed.text
    assert "Hai bản khác nhau ở 1 mục" in changed.text
    assert "<td>4 – Hài lòng</td>" in changed.text
    assert "1 – Rất không hài lòng</span>" in changed.text
    assert f"/responses/{form['uuid']}" in changed.text
    twice = [enumerator.post(SEND, data=form | {"access_1": level}).text for level in ("2", "1")]
    assert ["2 – Không hài lòng" in page for page in twice] == [True, False]
    (response,) = stored("BACK-1")
    assert (response.answers, response.version) == ("4" * 22, 1)
    assert len(db.session.scalars(select(ResponseProposal)).all()) == 2


def test_a_receipt_tells_what_became_of_the_response_since(
    enumerator: FlaskClient, logged_in: LogIn, unit: str
) -> None:
    form = entry_form(unit, "SINCE-1", "4")
    receipt = enumerator.post(SEND, data=form).location
    page = enumerator.get(receipt).text
    assert "Gửi lại lần nữa cũng không tạo phiếu thứ hai" in page
    assert f"responses/new?unit={unit}&amp;mode=paper" in page
    flag = {"version": "1", "reason": "contradiction"}
    assert logged_in("mattran").post(f"/responses/{form['uuid']}/flags", data=flag).status_code == 303
    again = enumerator.post(SEND, data=form, follow_redirects=True).text
    assert "giám sát viên đã trả lại" in again
    assert f'href="/responses/{form["uuid"]}/edit"' in again
    (response,) = stored("SINCE-1")
    response.state = "void"
    db.session.commit()
    assert "phiếu đã bị hủy" in enumerator.post(SEND, data=form, follow_redirects=True).text


def test_a_draft_has_no_receipt_and_goes_on_where_it_was(enumerator: FlaskClient) -> None:
    uuid = str(uuid4())
    assert enumerator.post(SEND, data={"uuid": uuid, "mode": "paper", "action": "draft"}).status_code == 303
    assert enumerator.get(f"/responses/{uuid}/receipt").location == f"/responses/{uuid}/edit"


def test_s8_a_draft_is_kept_shown_first_and_counted_nowhere(
    enumerator: FlaskClient, logged_in: LogIn, unit: str
) -> None:
    form = {
        "uuid": str(uuid4()),
        "mode": "paper",
        "action": "draft",
        "access_1": "5",
        "comment": "Đang hỏi dở",
    }
    reply = enumerator.post(SEND, data=form)
    assert reply.location == f"/responses/{form['uuid']}/edit?saved=1"
    page = enumerator.get(reply.location).text
    assert "Phiếu nháp chưa được tính ở đâu cả." in page
    assert "Đang hỏi dở</textarea>" in page
    assert 'id="access_1-5" name="access_1" value="5" checked' in page
    assert f"/responses/{form['uuid']}" in enumerator.get(SEND).text
    assert "2.124 phiếu được tính" in logged_in("noivu").get(f"/campaigns/{CODE}/scores").text
    sent = entry_form(unit, "DRAFT-1", "4") | {"uuid": form["uuid"], "version": "1"}
    assert enumerator.post(SEND, data=sent).location == f"/responses/{form['uuid']}/receipt"
    (response,) = stored("DRAFT-1")
    assert (response.state, response.version, number_of_responses()) == ("submitted", 2, 2125)


def test_t1_t2_t3_a_stale_save_says_who_came_first_and_when_and_keeps_the_text(
    enumerator: FlaskClient, unit: str
) -> None:
    form = entry_form(unit, "STALE-1", "4")
    draft = {**form, "action": "draft"}
    assert enumerator.post(SEND, data=draft).status_code == 303
    first = {**draft, "version": "1", "service_procedure": "Bản của A"}
    second = {**draft, "version": "1", "service_procedure": "Bản của B", "access_1": "2"}
    assert enumerator.post(SEND, data=first).status_code == 303
    reply = enumerator.post(SEND, data=second)
    assert reply.status_code == 409
    assert f"đã được {people.by_username('dtv01').display_name} sửa lúc" in reply.text
    assert re.search(r"lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}", reply.text)
    assert 'value="Bản của B"' in reply.text
    assert 'id="access_1-2" name="access_1" value="2" checked' in reply.text
    assert 'name="version" value="2"' in reply.text
    assert number_of_responses() == 2125
    again = {**second, "version": "2"}
    assert enumerator.post(SEND, data=again).status_code == 303
    (response,) = stored("STALE-1")
    assert (response.version, response.answers[0]) == (3, "2")


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "１", "²", "1.0", "\x00"])
def test_a_version_that_is_none_is_a_stale_one_and_never_an_error(
    enumerator: FlaskClient, unit: str, version: str
) -> None:
    draft = entry_form(unit, "STALE-2", "4") | {"action": "draft"}
    assert enumerator.post(SEND, data=draft).status_code == 303
    changed = {**draft, "version": version, "access_1": "2"}
    assert enumerator.post(SEND, data=changed).status_code == 409
    (response,) = stored("STALE-2")
    assert response.version == 1


def test_what_was_typed_while_the_campaign_was_closed_stays_on_the_page(
    enumerator: FlaskClient, unit: str
) -> None:
    form = entry_form(unit, "LATE-1", "4") | {"comment": "Hỏi xong lúc 17 giờ"}
    campaigns.move(people.by_username("noivu"), campaigns.by_code(CODE), CampaignState.CLOSED)
    db.session.commit()
    reply = enumerator.post(SEND, data=form)
    assert (reply.status_code, "Đã đóng" in reply.text) == (409, True)
    assert "Hỏi xong lúc 17 giờ</textarea>" in reply.text
    assert len(re.findall(r'value="4" checked', reply.text)) == 22
    assert enumerator.get(f"{SEND}/new").status_code == 409
    assert number_of_responses() == 2124


def test_saving_a_draft_of_what_was_sent_already_keeps_the_text_and_changes_nothing(
    enumerator: FlaskClient, unit: str
) -> None:
    form = entry_form(unit, "SENT-1", "4")
    assert enumerator.post(SEND, data=form).status_code == 303
    reply = enumerator.post(SEND, data=form | {"action": "draft", "comment": "Thêm một ý", "version": "1"})
    assert (reply.status_code, "Đã gửi" in reply.text) == (409, True)
    assert "Thêm một ý</textarea>" in reply.text
    (response,) = stored("SENT-1")
    assert (response.state, response.version) == ("submitted", 1)


def test_the_form_costs_three_statements_and_sending_it_six(enumerator: FlaskClient, unit: str) -> None:
    enumerator.get(f"{SEND}/new")
    enumerator.post(SEND, data=entry_form(unit, "COST-1", "4"))
    shown = statements(lambda: enumerator.get(f"{SEND}/new"))
    form = entry_form(unit, "COST-2", "4") | {"access_1": "5"}
    sent = statements(lambda: enumerator.post(SEND, data=form))
    taking_turns = db.engine.dialect.name == "postgresql"  # SQLite's writers take turns without being asked
    assert (len(shown), len(sent)) == (3, 6 + taking_turns), [*shown, *sent]
