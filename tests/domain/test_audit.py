"""The trail proves itself: a line changed, moved or taken away is found; writers never fork it."""

import threading
from contextvars import Context

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from survey_app.domain import audit, people
from survey_app.extensions import db
from survey_app.models import AuditLine, User
from survey_app.vocabulary import AuditVerb


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
    db.session.execute(text(statement))
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
        ("UPDATE audit_line SET id = id + 10 WHERE id = 5", 5, "thiếu dòng"),
    ],
)
def test_tampering_is_located_at_its_line(trail: User, statement: str, line: int, why: str) -> None:
    tamper(statement)
    count, broken = audit.verify()
    assert broken is not None
    assert (count, broken.id) == (line - 1, line)
    assert why in broken.why


@pytest.mark.parametrize("table", ["audit_line", "definition", "response_version"])
@pytest.mark.parametrize("action", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_facts_that_must_not_change_refuse_change(demo: Flask, table: str, action: str) -> None:
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
