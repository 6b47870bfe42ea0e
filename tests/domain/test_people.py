"""Accounts: passwords, locks, sessions; nobody is ever deleted."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import Type
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import people
from survey_app.extensions import db
from survey_app.models import AuditLine, LoginSession, User
from survey_app.models.columns import now
from survey_app.vocabulary import Body, Role
from tests.conftest import STRENGTH
from tests.domain.small_campaign import race

PASSWORD = "mot-mat-khau-dai"
NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


@pytest.fixture
def lan(app: Flask) -> User:
    """An enumerator with a password."""
    actor = people.command_line()
    return people.create(actor, people.Person("lan", "Trần Thị Lan", Role.ENUMERATOR), PASSWORD)


def test_the_right_password_opens_a_session_that_can_be_found_by_its_token_only(lan: User) -> None:
    user, token = people.log_in(" LAN ", PASSWORD)
    db.session.flush()
    session = people.session_of(token)
    assert user is lan
    assert session is not None
    assert session.user is lan
    assert token not in session.token_digest
    assert people.session_of(token + "x") is None


def test_a_wrong_password_and_an_unknown_name_get_the_same_refusal(lan: User) -> None:
    with pytest.raises(problems.WrongCredentials) as wrong:
        people.log_in("lan", "sai")
    with pytest.raises(problems.WrongCredentials) as unknown:
        people.log_in("khong-co", "sai")
    assert str(wrong.value) == str(unknown.value)


def test_five_wrong_passwords_lock_the_account_for_fifteen_minutes(lan: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            with pytest.raises(problems.WrongCredentials):
                people.log_in("lan", "sai")
        with pytest.raises(problems.AccountLocked, match="15 phút"):
            people.log_in("lan", PASSWORD)
        clock.shift(timedelta(minutes=14, seconds=59))
        with pytest.raises(problems.AccountLocked, match="1 phút"):
            people.log_in("lan", PASSWORD)
        clock.shift(timedelta(seconds=1))
        with pytest.raises(problems.WrongCredentials):
            people.log_in("lan", "sai")
        assert lan.failed_logins == 1
        assert people.log_in("lan", PASSWORD)[0] is lan
    assert (lan.failed_logins, lan.locked_until) == (0, None)


def test_four_wrong_passwords_then_the_right_one_forget_the_wrong_ones(lan: User) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(problems.WrongCredentials):
                people.log_in("lan", "sai")
        people.log_in("lan", PASSWORD)


def test_a_new_password_opens_a_locked_account_at_once(lan: User) -> None:
    for _ in range(5):
        with pytest.raises(problems.WrongCredentials):
            people.log_in("lan", "sai")
    fresh = people.reset_password(people.command_line(), lan)
    assert people.log_in("lan", fresh)[0] is lan


def test_a_disabled_person_loses_every_session_and_cannot_log_in_but_stays_on_file(lan: User) -> None:
    _, token = people.log_in("lan", PASSWORD)
    db.session.flush()
    people.disable(people.command_line(), lan)
    session = people.session_of(token)
    assert session is not None
    db.session.refresh(session)
    assert session.ended_at is not None
    with pytest.raises(problems.WrongCredentials):
        people.log_in("lan", PASSWORD)
    assert people.by_username("lan") is lan
    people.enable(people.command_line(), lan)
    assert people.log_in("lan", PASSWORD)[0] is lan


def test_a_session_dies_of_idleness_of_its_end_and_of_its_persons_disabling(lan: User) -> None:
    session = LoginSession(token_digest="0" * 64, user=lan, seen_at=NOON)
    assert session.is_alive(NOON + timedelta(seconds=900), 900)
    assert not session.is_alive(NOON + timedelta(seconds=901), 900)
    session.ended_at = NOON
    assert not session.is_alive(NOON, 900)
    session.ended_at, lan.disabled_at = None, NOON
    assert not session.is_alive(NOON, 900)


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (people.Person("ab", "Tên", Role.ENUMERATOR), "username"),
        (people.Person("có dấu", "Tên", Role.ENUMERATOR), "username"),
        (people.Person("abc", "\u200b", Role.ENUMERATOR), "display_name"),
        (people.Person("abc", "x" * 201, Role.ENUMERATOR), "display_name"),
        (people.Person("abc", "Tên", Role.SUPERVISOR), "body"),
        (people.Person("abc", "Tên", Role.ENUMERATOR, body=Body.FRONT), "body"),
        (people.Person("abc", "Tên", Role.UNIT_OFFICER), "unit_code"),
        (people.Person("abc", "Tên", Role.UNIT_OFFICER, unit_code="KHONG"), "unit_code"),
    ],
)
def test_a_broken_account_is_refused_by_the_field_that_breaks_it(
    app: Flask, person: people.Person, field: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        people.create(people.command_line(), person, PASSWORD)
    assert list(refusal.value.fields) == [field]


def test_a_taken_name_and_a_weak_password_are_refused(lan: User) -> None:
    actor = people.command_line()
    with pytest.raises(problems.DuplicateCode, match="lan"):
        people.create(actor, people.Person("Lan", "Lan khác", Role.ENUMERATOR), PASSWORD)
    for weak in ("ngan", "123456789"):
        with pytest.raises(problems.WeakPassword):
            people.create(actor, people.Person("moi", "Người mới", Role.ENUMERATOR), weak)
    with pytest.raises(problems.WeakPassword, match="trùng tên đăng nhập"):
        people.create(actor, people.Person("nguoi-moi-2026", "Mới", Role.ENUMERATOR), "Nguoi-Moi-2026")


def test_a_new_password_ends_the_old_sessions_and_the_old_password(lan: User) -> None:
    _, token = people.log_in("lan", PASSWORD)
    db.session.flush()
    fresh = people.reset_password(people.command_line(), lan)
    session = people.session_of(token)
    assert session is not None
    db.session.refresh(session)
    assert not session.is_alive(now(), 900)
    with pytest.raises(problems.WrongCredentials):
        people.log_in("lan", PASSWORD)
    assert people.log_in("lan", fresh)[0] is lan
    with pytest.raises(problems.InvalidFields):
        people.change_own_password(lan, "sai", "mat-khau-khac-dai")
    people.change_own_password(lan, fresh, "mat-khau-khac-dai")
    assert people.log_in("lan", "mat-khau-khac-dai")[0] is lan


def test_search_finds_names_with_and_without_accents_by_role_and_page(lan: User) -> None:
    actor = people.command_line()
    people.create(actor, people.Person("dao", "Đỗ Quang Đạo", Role.APPRAISER), None)

    def names(text: str, role: str = "") -> list[str]:
        return [user.username for user in people.search(actor, text, role, 1).rows]

    assert names("tran thi lan") == ["lan"]
    assert names("ĐẠO") == names("dao") == ["dao"]
    assert names("d", Role.APPRAISER) == ["dao"]
    assert names("%") == []
    with pytest.raises(problems.NotFound):
        people.search(actor, "", "", 2)


def test_every_change_of_an_account_is_in_the_trail(lan: User) -> None:
    actor = people.command_line()
    people.disable(actor, lan)
    people.disable(actor, lan)
    people.enable(actor, lan)
    people.reset_password(actor, lan)
    verbs = db.session.scalars(select(AuditLine.verb).order_by(AuditLine.id)).all()
    assert verbs == ["person.created", "person.disabled", "person.enabled", "person.password"]


def test_every_log_in_and_every_failed_one_is_in_the_trail(lan: User) -> None:
    people.log_in("lan", PASSWORD)
    with pytest.raises(problems.WrongCredentials):
        people.log_in("lan", "sai")
    with pytest.raises(problems.WrongCredentials):
        people.log_in("khong-co", "sai")
    lines = db.session.scalars(select(AuditLine).order_by(AuditLine.id).offset(1)).all()
    assert [(line.verb, line.actor_id) for line in lines] == [
        ("login.opened", lan.id),
        ("login.failed", lan.id),
    ]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.ADMINISTRATOR, ["hailong", "lan", "viewer"]),
        (Role.COORDINATOR, ["lan"]),
        (Role.HOME_AFFAIRS, []),
        (Role.ENUMERATOR, []),
    ],
)
def test_accounts_are_seen_by_the_administrator_and_enumerators_by_the_coordinator(
    lan: User, role: Role, seen: list[str]
) -> None:
    viewer = people.create(people.command_line(), people.Person("viewer", "V", role), None)
    assert sorted(user.username for user in people.search(viewer, "", "", 1).rows) == seen
    for username in ("hailong", "lan"):
        if username in seen:
            assert people.one_visible_to(viewer, username).username == username
        else:
            with pytest.raises(problems.NotFound):
                people.one_visible_to(viewer, username)


def test_a_name_taken_twice_at_once_is_refused_the_second_time(app: Flask, lan: User) -> None:
    person = people.Person("moi", "Người mới", Role.ENUMERATOR)
    first, second = race(app, lambda: people.create(people.command_line(), person, None))
    assert first is None
    assert isinstance(second, problems.DuplicateCode)


def test_wrong_passwords_at_once_are_all_counted(app: Flask, lan: User) -> None:
    def guess() -> None:
        with pytest.raises(problems.WrongCredentials):
            people.log_in("lan", "sai")

    assert race(app, guess) == [None, None]
    db.session.refresh(lan)
    assert lan.failed_logins == 2


def test_passwords_are_kept_as_expensively_as_owasp_asks_for() -> None:
    # OWASP's password storage page: Argon2id with 19 MiB, two passes, one lane.
    assert (STRENGTH.type, STRENGTH.memory_cost, STRENGTH.time_cost, STRENGTH.parallelism) == (
        Type.ID,
        19 * 1024,
        2,
        1,
    )
