"""The trail proves itself: a line changed, moved or taken away is found; writers never fork it."""

import hashlib
import threading
from contextvars import Context

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, people
from survey_app.extensions import db
from survey_app.models import AuditLine, User
from survey_app.vocabulary import Role
from tests.domain.small_campaign import plan


@pytest.fixture
def trail(app: Flask) -> User:
    """Five lines by one actor."""
    actor = people.command_line()
    for number in range(5):
        audit.record(actor, AuditVerb.SCORE_RUN, number, after={"n": number}, reason=f"lần {number}")
    db.session.commit()
    return actor


def tamper(statement: str) -> None:
    """Change the trail behind the product's back, its triggers disarmed as an insider could."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("DROP TRIGGER audit_line_no_update"))
        db.session.execute(text("DROP TRIGGER audit_line_no_delete"))
    else:
        db.session.execute(text("ALTER TABLE audit_line DISABLE TRIGGER USER"))
    for step in statement.split("; "):
        db.session.execute(text(step))
    db.session.commit()


def test_an_untouched_trail_holds_whole(trail: User) -> None:
    assert audit.verify() == (5, None)
    assert db.session.scalar(select(AuditLine.digest).where(AuditLine.id == 5)) == audit.last_digest()


@pytest.mark.parametrize(
    ("statement", "line", "why"),
    [
        ("UPDATE audit_line SET body = replace(body, 'lần 2', 'lần 9') WHERE id = 3", 3, "nội dung"),
        ("UPDATE audit_line SET actor_name = 'Ai khác' WHERE id = 4", 4, "cột"),
        ("UPDATE audit_line SET verb = 'response.voided' WHERE id = 1", 1, "cột"),
        ("DELETE FROM audit_line WHERE id = 2", 2, "thiếu dòng"),
        ("DELETE FROM audit_line WHERE id = 1", 1, "thiếu dòng"),
        ("UPDATE audit_line SET id = id + 10 WHERE id = 5", 5, "thiếu dòng"),
        (
            "DELETE FROM audit_line WHERE id = 3; UPDATE audit_line SET id = id - 1 WHERE id > 3",
            3,
            "nội dung",
        ),
        (
            "UPDATE audit_line SET id = 99 WHERE id = 2; UPDATE audit_line SET id = 2 WHERE id = 3; "
            "UPDATE audit_line SET id = 3 WHERE id = 99",
            2,
            "nội dung",
        ),
        ("UPDATE audit_line SET at = '2020-01-01 00:00:00+00:00' WHERE id = 2", 2, "cột"),
        ("UPDATE audit_line SET record_id = '7' WHERE id = 3", 3, "cột"),
        ("UPDATE audit_line SET actor_id = NULL WHERE id = 3", 3, "cột"),
        ("UPDATE audit_line SET noun = 'response' WHERE id = 2", 2, "cột"),
        ("UPDATE audit_line SET body = 'không phải JSON' WHERE id = 5", 5, "nội dung"),
        ("UPDATE audit_line SET digest = 'x' WHERE id = 2", 2, "nội dung"),
        ("UPDATE audit_line SET previous = 'x' WHERE id = 4", 4, "nội dung"),
    ],
)
def test_tampering_is_located_at_its_line(trail: User, statement: str, line: int, why: str) -> None:
    tamper(statement)
    count, broken = audit.verify()
    assert broken is not None
    assert (count, broken.id) == (line - 1, line)
    assert why in broken.why


@pytest.mark.parametrize("table", ["audit_line", "definition", "response_version"])
@pytest.mark.parametrize("action", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_facts_that_must_not_change_refuse_change(demo: Flask, table: str, action: str) -> None:
    if action.startswith("TRUNCATE") and db.engine.dialect.name == "sqlite":
        action = "REPLACE INTO {0} SELECT * FROM {0}"
    column = {"audit_line": "body", "definition": "text", "response_version": "reason"}[table]
    if table == "response_version":
        db.session.execute(
            text(
                "INSERT INTO response_version (response_id, version, state, validity, mode, answers, details, "
                "content_digest, saved_at, superseded_at, superseded_by_id, reason) SELECT id, 1, state, validity, "
                "mode, answers, details, content_digest, saved_at, saved_at, enumerator_id, 'x' FROM response LIMIT 1"
            )
        )
    with pytest.raises(Exception, match="append-only"):
        db.session.execute(text(action.format(table, column, column)))
    db.session.rollback()


def test_a_line_taken_out_of_its_campaign_is_located(trail: User) -> None:
    campaigns.create(trail, plan())
    assert audit.verify() == (6, None)
    tamper("UPDATE audit_line SET campaign_id = NULL WHERE id = 6")
    db.session.expire_all()
    assert audit.verify() == (5, audit.BrokenLine(6, "cột hiển thị khác nội dung đã ký"))


def test_a_trail_cut_at_its_end_is_shorter_and_ends_in_another_digest(trail: User) -> None:
    before = audit.last_digest()
    tamper("DELETE FROM audit_line WHERE id = 5")
    assert audit.verify() == (4, None)
    assert audit.last_digest() != before


def test_an_empty_trail_holds(app: Flask) -> None:
    assert (audit.verify(), audit.last_digest()) == ((0, None), audit.BEGINNING)


def test_a_line_says_what_was_what_is_and_why_and_can_be_proved_by_hand(trail: User) -> None:
    audit.record(trail, AuditVerb.SCORE_RUN, 7, before={"đ": 1}, after={"b": None, "a": "ạ"}, reason="vì")
    line = db.session.scalars(select(AuditLine).where(AuditLine.id == 6)).one()
    assert audit.changes_of(line) == {"before": {"đ": 1}, "after": {"b": None, "a": "ạ"}, "reason": "vì"}
    assert '"after":{"a":"ạ","b":null}' in line.body
    # The rule of METHOD: SHA-256 of the digest before, a line feed, and the text.
    by_hand = hashlib.sha256(line.previous.encode() + b"\n" + line.body.encode()).hexdigest()
    assert line.digest == by_hand
    assert [each.record_id for each in audit.history("score", 7)] == ["7"]


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.ADMINISTRATOR, 7), (Role.HOME_AFFAIRS, 1), (Role.ENUMERATOR, 0)]
)
def test_home_affairs_reads_the_lines_of_campaigns_and_the_administrator_all(
    trail: User, role: Role, seen: int
) -> None:
    user = people.create(trail, people.Person("ai-do", "Ai Đó", role), None)
    campaign = campaigns.create(trail, plan(units=()))
    page = audit.search(user, verb="", name="", record_id="", number=1)
    assert page.total == len(page.rows) == seen
    assert [line.id for line in page.rows] == sorted((line.id for line in page.rows), reverse=True)
    if seen:
        one = audit.search(
            user, verb="campaign.created", name="hailong", record_id=f" {campaign.id} ", number=1
        )
        assert [line.noun for line in one.rows] == ["campaign"]
        assert audit.search(user, verb="", name="%", record_id="", number=1).total == 0


def test_two_writers_at_once_give_one_chain(app: Flask) -> None:
    people.command_line()
    db.session.commit()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                for number in range(25):
                    audit.record(people.command_line(), AuditVerb.SCORE_RUN, number)
                    db.session.commit()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=Context().run, args=(write,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert db.session.scalar(select(func.count()).select_from(AuditLine)) == 100
    assert audit.verify() == (100, None)
