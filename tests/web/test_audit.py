"""The trail on its page: read, filtered, proved; each sees the lines that are hers to see."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.domain import audit, people
from survey_app.extensions import db
from survey_app.models import AuditLine
from survey_app.vocabulary import LABELS, AuditVerb
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, unit_of


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


def test_the_proof_names_the_last_digest_or_the_first_broken_line(administrator: FlaskClient) -> None:
    whole = administrator.get("/audit/proof").text
    db.session.rollback()
    assert "còn nguyên vẹn" in whole
    assert audit.last_digest() in whole
