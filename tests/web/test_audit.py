"""The trail on its page: read, filtered, proved; each sees the lines that are hers to see."""

import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, people
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import AuditLine
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, unit_of


@pytest.fixture
def administrator(logged_in: LogIn) -> FlaskClient:
    """The administrator's browser."""
    return logged_in("quantri")


def test_the_newest_line_comes_first_and_every_verb_has_a_name(administrator: FlaskClient) -> None:
    page = administrator.get("/audit").text
    rows = page.partition("<tbody>")[2]
    assert "Hoàng Gia Bảo" in rows.partition("</tr>")[0]
    assert "Đăng nhập" in rows.partition("</tr>")[0]
    for verb in AuditVerb:
        assert f'<option value="{verb}">{LABELS[verb]}</option>' in page


@pytest.mark.parametrize("verb", list(AuditVerb))
def test_every_kind_of_line_can_be_looked_up(administrator: FlaskClient, verb: AuditVerb) -> None:
    page = administrator.get(f"/audit?verb={verb}")
    number = db.session.scalar(select(func.count()).select_from(AuditLine).where(AuditLine.verb == verb))
    assert page.status_code == 200
    assert ("Không có dòng nào khớp" in page.text) == (number == 0)
    assert page.text.count('<th scope="row">') == min(number or 0, 50)


def test_a_record_and_a_person_are_found(administrator: FlaskClient, logged_in: LogIn) -> None:
    form = entry_form(unit_of("dtv01"), "AUDIT-1", "4")
    logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=form)
    page = administrator.get(f"/audit?record_id={form['uuid']}").text
    assert page.count('<th scope="row">') == 1
    assert "AUDIT-1" in page
    name = people.by_username("dtv01").display_name
    assert name in administrator.get("/audit", query_string={"name": name}).text.partition("<tbody>")[2]
    assert "Không có dòng nào khớp" in administrator.get(f"/audit?record_id={uuid4()}").text
    assert "Không có dòng nào khớp" in administrator.get("/audit?name=%25").text


def test_home_affairs_reads_what_concerns_campaigns_and_no_log_ins(
    administrator: FlaskClient, logged_in: LogIn
) -> None:
    home_affairs = logged_in("noivu")
    assert "Không có dòng nào khớp" in home_affairs.get("/audit?verb=login.opened").text
    assert "Không có dòng nào khớp" in home_affairs.get("/audit?verb=person.created").text
    assert (
        "Nhập điểm thẩm định"
        in home_affairs.get("/audit?verb=appraisal.entered").text.partition("<tbody>")[2]
    )
    assert "Đăng nhập" in administrator.get("/audit?verb=login.opened").text.partition("<tbody>")[2]


def test_the_proof_names_the_last_digest(administrator: FlaskClient) -> None:
    whole = administrator.get("/audit/proof").text
    db.session.rollback()
    assert "còn nguyên vẹn" in whole
    assert audit.last_digest() in whole


def test_a_broken_line_is_named_on_the_page(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = audit.BrokenLine(17, "nội dung đã bị sửa")
    monkeypatch.setattr(audit, "verify", lambda: (16, broken))
    page = administrator.get("/audit/proof").text
    assert "Nhật ký sai ở dòng 17: nội dung đã bị sửa. Các dòng trước đó còn đúng: 16." in page
    assert "còn nguyên vẹn" not in page


def test_u3_a_person_is_found_without_accents_and_by_user_name(administrator: FlaskClient) -> None:
    name = people.by_username("quantri").display_name
    assert name == "Hoàng Gia Bảo"
    for typed in ("hoang gia bao", "GIA BẢO", "quantri", " hoàng  gia "):
        page = administrator.get("/audit", query_string={"name": typed, "verb": "login.opened"}).text
        assert page.count(f'<th scope="row">{name}</th>') == 1, typed
    assert "Không có dòng nào khớp" in administrator.get("/audit", query_string={"name": "\u0301"}).text


def test_u5_a_day_is_one_of_vietnam_and_no_other_is_guessed(demo: Flask, administrator: FlaskClient) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    marks = {"A": midnight - timedelta(seconds=1), "B": midnight, "C": midnight + timedelta(hours=24)}
    for mark, at in marks.items():
        audit.record(people.by_username("quantri"), AuditVerb.DEMO_LOADED, f"MARK-{mark}", at=at)
    db.session.commit()
    for typed in ("25/11/2026", "2026-11-25", " 25/11/2026 "):
        page = administrator.get("/audit", query_string={"day": typed, "verb": "demo.loaded"})
        assert (page.status_code, re.findall(r"MARK-\w", page.text)) == (200, ["MARK-B"]), typed
    assert re.findall(r"MARK-\w", administrator.get("/audit?day=24/11/2026").text) == ["MARK-A"]


@pytest.mark.parametrize(
    "typed",
    ["31/04/2026", "29/02/2026", "01/01/0001", "0001-01-01", "hôm qua", "１/1/2026", "1/2", "9" * 5000],
)
def test_u5_what_is_no_day_is_told_beside_its_field_and_kept(administrator: FlaskClient, typed: str) -> None:
    reply = administrator.get("/audit", query_string={"day": typed})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["day"])
    assert f'value="{typed}" aria-invalid="true"' in reply.text
    assert "<table" not in reply.text


def test_an_unknown_kind_of_line_is_named_as_unknown_and_filters_nothing(administrator: FlaskClient) -> None:
    page = administrator.get("/audit?verb=response.eaten").text
    assert "Việc này không có trong danh sách" in page
    assert page.count('<th scope="row">') == 50
    assert "Việc này không có trong danh sách" not in administrator.get("/audit?verb=demo.loaded").text
