"""Accounts on pages: made, found, disabled, never deleted; nobody gives herself more than she has."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from survey_app.domain import people
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import AuditLine, User
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import log_in
from tests.web.pages import LogIn, error_targets

NEW = {"username": "moi", "display_name": "Người Mới", "role": "enumerator", "body": "", "unit_code": ""}


@pytest.fixture
def administrator(logged_in: LogIn) -> FlaskClient:
    """The administrator's browser."""
    return logged_in("quantri")


def number_of_people() -> int:
    """Return how many accounts there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def password_on(page: str) -> str:
    """Return the password that a page shows once."""
    found = re.search(r"Mật khẩu</dt><dd>([^<]+)<", page)
    assert found is not None
    return found.group(1)


def test_an_account_is_created_with_a_password_shown_once(demo: Flask, administrator: FlaskClient) -> None:
    made = administrator.post("/people/new", data=NEW)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    log_in(demo.test_client(), "moi", password_on(made.text))
    page = administrator.get("/people?q=nguoi+moi").text
    assert "Người Mới" in page
    assert password_on(made.text) not in page
    db.session.rollback()
    bodies = db.session.scalars(select(AuditLine.body).where(AuditLine.noun == "person")).all()
    assert not [body for body in bodies if password_on(made.text) in body]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "ab"}, "username"),
        ({"username": "có dấu"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": "dtv01"}, "username"),
        ({"username": " DTV01 "}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "\u200b"}, "display_name"),
        ({"display_name": "x" * 201}, "display_name"),
        ({"role": "king"}, "role"),
        ({"role": "supervisor"}, "body"),
        ({"body": "front"}, "body"),
        ({"role": "supervisor", "body": "moon"}, "body"),
        ({"role": "unit_officer"}, "unit_code"),
        ({"role": "unit_officer", "unit_code": "KHONG-CO"}, "unit_code"),
        ({"unit_code": "STC"}, "unit_code"),
    ],
)
def test_a_broken_account_is_refused_by_its_field_and_keeps_what_was_typed(
    administrator: FlaskClient, change: dict[str, str], field: str
) -> None:
    before = number_of_people()
    reply = administrator.post("/people/new", data=NEW | change)
    assert (reply.status_code, error_targets(reply.text)) == (422, [field])
    if field != "display_name":
        assert 'value="Người Mới"' in reply.text
    assert number_of_people() == before


def test_a_supervisor_gets_a_body_and_an_officer_a_unit(administrator: FlaskClient) -> None:
    for number, change in enumerate(
        ({"role": "supervisor", "body": "veterans"}, {"role": "unit_officer", "unit_code": " SNV "})
    ):
        made = administrator.post("/people/new", data=NEW | {"username": f"moi{number}"} | change)
        assert made.status_code == 201
    supervisor, officer = (people.by_username(f"moi{number}") for number in (0, 1))
    assert (supervisor.body, officer.unit.code) == ("veterans", "SNV")


@pytest.mark.parametrize("field", list(NEW))
def test_no_bad_input_makes_an_account_that_breaks_a_rule(administrator: FlaskClient, field: str) -> None:
    for place, (name, bad) in enumerate(BAD_INPUTS.items()):
        typed = [str(each) for each in bad] if isinstance(bad, list) else [str(bad)]
        sent = MultiDict(NEW | {"username": f"moi-{place}"})
        sent.setlist(field, [each.encode("utf-8", "replace").decode() for each in typed])
        reply = administrator.post("/people/new", data=sent)
        assert reply.status_code in (201, 422), name
        assert "<script>alert" not in reply.text
    db.session.rollback()
    for user in db.session.scalars(select(User)):
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,63}", user.username)
        assert user.display_name == clean_line(user.display_name) != ""


def test_a1_forged_fields_give_nobody_more_than_the_form_offers(administrator: FlaskClient) -> None:
    forged = NEW | {
        "id": "1",
        "unit_id": "1",
        "password_hash": "x",
        "disabled_at": "x",
        "failed_logins": "-9",
    }
    assert administrator.post("/people/new", data=forged).status_code == 201
    made = people.by_username("moi")
    assert (made.role, made.unit_id, made.disabled_at, made.failed_logins) == ("enumerator", None, None, 0)
    assert made.password_hash.startswith("$argon2id$")


def test_a6_a_person_is_disabled_and_let_in_again_and_never_deleted(
    demo: Flask, administrator: FlaskClient, logged_in: LogIn
) -> None:
    client = logged_in("dtv01")
    assert administrator.post("/people/dtv01/disable").status_code == 303
    assert client.get("/").status_code == 302
    assert "Đã khóa" in administrator.get("/people?q=dtv01").text
    assert people.by_username("dtv01").disabled_at is not None
    db.session.rollback()
    assert administrator.post("/people/dtv01/enable").status_code == 303
    assert client.get("/").status_code == 302
    log_in(client, "dtv01")
    assert client.get("/").status_code == 200


def test_a_new_password_ends_every_session_and_the_old_password(
    demo: Flask, administrator: FlaskClient, logged_in: LogIn
) -> None:
    client = logged_in("dtv01")
    page = administrator.post("/people/dtv01/password")
    assert page.status_code == 200
    assert client.get("/").status_code == 302
    old = client.post("/login", data={"username": "dtv01", "password": "minh-hoa-2022"})
    assert old.status_code == 401
    log_in(client, "dtv01", password_on(page.text))


@pytest.mark.parametrize("username", ["khong-co", "DTV01", "dtv01 ", "%", "dtv%", "\u200bdtv01", "a" * 300])
@pytest.mark.parametrize("work", ["disable", "enable", "password"])
def test_a_name_that_is_nobodys_changes_nothing(administrator: FlaskClient, username: str, work: str) -> None:
    assert administrator.post(f"/people/{username}/{work}").status_code == 404


def test_people_are_found_by_name_role_and_page_in_vietnamese_order(administrator: FlaskClient) -> None:
    first = administrator.get("/people").text
    assert "trong 70 tài khoản" in first
    names = re.findall(r'<th scope="row">([^<]+)</th>', first)
    keys = [
        db.session.scalars(select(User.sort_key).where(User.display_name == name).limit(1)).one()
        for name in names
    ]
    assert keys == sorted(keys)
    assert len(names) == 50
    assert administrator.get("/people?page=2").text.count('<th scope="row">') == 20
    found = administrator.get("/people?q=pham+thu+hang").text
    assert re.findall(r'<td class="code">([^<]+)<', found) == ["noivu"]
    supervisors = administrator.get("/people?role=supervisor").text
    assert sorted(re.findall(r'<td class="code">([^<]+)<', supervisors)) == ["cuuchienbinh", "mattran"]
    assert "Không có tài khoản nào khớp" in administrator.get("/people?q=zzz").text


def test_nobody_locks_herself_out(administrator: FlaskClient) -> None:
    refused = administrator.post("/people/quantri/disable")
    assert (refused.status_code, "nhờ một quản trị khác" in refused.text) == (409, True)
    assert administrator.get("/").status_code == 200
    page = administrator.get("/people?q=quantri").text
    assert 'aria-label="Khóa quantri"' not in page
    assert 'aria-label="Mật khẩu mới cho quantri"' in page


def test_the_account_of_the_command_gets_no_password_and_is_not_disabled(administrator: FlaskClient) -> None:
    for work in ("disable", "password"):
        refused = administrator.post(f"/people/{people.COMMAND_LINE}/{work}")
        assert (refused.status_code, "của phần mềm" in refused.text) == (409, True)
    command = people.by_username(people.COMMAND_LINE)
    assert (command.password_hash, command.disabled_at) == (people.NO_PASSWORD, None)
    db.session.rollback()
    assert f'aria-label="Khóa {people.COMMAND_LINE}"' not in administrator.get("/people?q=hailong").text


def test_an_unknown_role_is_named_as_unknown_and_filters_nothing(administrator: FlaskClient) -> None:
    page = administrator.get("/people?role=king").text
    assert "Vai trò này không có" in page
    assert "trong 70 tài khoản" in page
    assert "Vai trò này không có" not in administrator.get("/people?role=appraiser").text
