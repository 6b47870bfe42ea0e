"""Whatever was changed behind the product's back is found, and named."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError

from survey_app import problems
from survey_app.domain import campaigns, flags, integrity, quality, responses, scores
from survey_app.domain import people as accounts
from survey_app.domain.response_content import entry_of
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import Body, Role
from tests.domain.small_campaign import answer, enumerator


@pytest.fixture
def whole(actor: User, small: Campaign) -> Campaign:
    """A campaign with responses, an earlier version of one, and a score run."""
    user = enumerator(actor, small, "A")
    for number in range(3):
        answer(small, user, "A", 4, f"A-{number}")
    supervisor = accounts.create(actor, accounts.Person("mattran", "Mặt", Role.SUPERVISOR, Body.FRONT), None)
    doubted = db.session.query(Response).filter_by(form_code="A-1").one()
    flags.raise_flag(supervisor, doubted, version=1, reason="contradiction", note="")
    entry = entry_of(doubted, doubted.questionnaire_sha256)
    responses.correct(user, doubted, entry, version=1, reason="Đã hỏi lại")
    scores.run(actor, small)
    quality.run(actor, small)
    db.session.commit()
    return small


def disarmed() -> Iterator[str]:
    """Yield what an insider would type to take the triggers away."""
    if db.engine.dialect.name == "postgresql":
        yield from (f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in integrity.APPEND_ONLY)
    else:
        for table in integrity.APPEND_ONLY:
            yield from (f"DROP TRIGGER {table}_no_{action}" for action in ("update", "delete"))


def wrong() -> dict[str, str]:
    """Return what does not hold, and how it is named."""
    db.session.expire_all()
    return {finding.what: finding.detail for finding in integrity.check() if not finding.holds}


def test_a_database_nobody_touched_holds_and_says_what_was_counted(whole: Campaign) -> None:
    assert wrong() == {}
    told = {finding.what: finding.detail for finding in integrity.check()}
    assert told["nội dung phiếu"] == "4 bản phiếu"
    assert told["bộ câu hỏi và phương pháp đã ghim"] == "2 bản"
    assert told["lần tính điểm"] == told["lần sàng lọc"] == "1 lần"
    assert told["bảng chỉ được thêm"] == "7 bảng"
    assert told["cấu trúc"].startswith("phiên bản ")


@pytest.mark.parametrize(
    ("statement", "what", "named"),
    [
        (
            "UPDATE response SET answers = '5' || substr(answers, 2) WHERE form_code = 'A-2'",
            "nội dung phiếu",
            "A-2",
        ),
        ("UPDATE response SET form_code = 'A-9' WHERE form_code = 'A-0'", "nội dung phiếu", "A-9"),
        ("UPDATE response SET details = '{}' WHERE form_code = 'A-0'", "nội dung phiếu", "A-0"),
        ("UPDATE response SET mode = 'phone' WHERE form_code = 'A-0'", "nội dung phiếu", "A-0"),
        (
            "UPDATE response SET unit_id = (SELECT id FROM unit WHERE code = 'B') WHERE form_code = 'A-0'",
            "nội dung phiếu",
            "A-0",
        ),
        (
            "UPDATE response_version SET answers = '1' || substr(answers, 2)",
            "nội dung phiếu",
            "phiếu A-1 (bản 1)",
        ),
        ("UPDATE score_run SET book = replace(book, '\"A\"', '\"Z\"')", "lần tính điểm", "lần tính 1"),
        (
            "UPDATE score_run SET book = '{}', "
            "book_digest = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",
            "lần tính điểm",
            "lần tính 1 không khớp",
        ),
        ("UPDATE score_run SET responses = 9", "lần tính điểm", "lần tính 1 không ghi đủ"),
        ("UPDATE screening SET result = '{}'", "lần sàng lọc", "lần sàng lọc 1"),
        (
            "UPDATE definition SET text = replace(text, '3', '2') WHERE kind = 'method'",
            "bộ câu hỏi và phương pháp đã ghim",
            "ha-nam-2022",
        ),
        ("UPDATE audit_line SET body = replace(body, 'Lệnh', 'Lện') WHERE id = 4", "nhật ký", "dòng 4"),
        ("DELETE FROM audit_line WHERE id = 3", "nhật ký", "dòng 3"),
    ],
)
def test_a_change_behind_the_products_back_is_located(
    whole: Campaign, statement: str, what: str, named: str
) -> None:
    for step in (*disarmed(), statement):
        db.session.execute(text(step))
    db.session.commit()
    found = wrong()
    assert set(found) == {what, "bảng chỉ được thêm"}
    assert named in found[what]


@pytest.mark.parametrize("table", sorted(integrity.APPEND_ONLY))
def test_a_trigger_taken_away_is_missed(whole: Campaign, table: str) -> None:
    sqlite = db.engine.dialect.name == "sqlite"
    step = f"DROP TRIGGER {table}_no_delete" if sqlite else f"ALTER TABLE {table} DISABLE TRIGGER USER"
    db.session.execute(text(step))
    assert wrong() == {"bảng chỉ được thêm": f"{table} có thể bị sửa hoặc xóa dòng"}


def test_a_row_without_its_parent_is_missed(whole: Campaign) -> None:
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="fk_response_enumerator_id_user_account"):
            db.session.execute(text("UPDATE response SET enumerator_id = 999"))
        return
    db.session.commit()
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("UPDATE response SET enumerator_id = 999 WHERE form_code = 'A-0'")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.close()
    assert "1 dòng mồ côi" in wrong()["cấu trúc"]


def test_a_connection_that_may_lose_a_commit_is_missed(whole: Campaign) -> None:
    if db.engine.dialect.name == "postgresql":
        assert wrong() == {}
        return
    db.session.commit()
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA synchronous=NORMAL")
    raw.close()
    assert wrong()["cấu trúc"].endswith("synchronous=1")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ("database or disk is full", problems.StorageFull),
        ('could not extend file "base/1": No space left on device', problems.StorageFull),
        ("database is locked", problems.Busy),
        ("canceling statement due to lock timeout", problems.Busy),
        ("no such table: campaign", problems.DatabaseNotReady),
        ('relation "campaign" does not exist', problems.DatabaseNotReady),
        ("unable to open database file", problems.DatabaseNotReady),
        ("connection failed: connection to server at 127.0.0.1 failed", problems.DatabaseNotReady),
    ],
)
def test_a_databases_own_error_becomes_a_sentence(told: str, problem: type[Exception]) -> None:
    assert type(integrity.problem_of(OperationalError("SELECT 1", {}, Exception(told)))) is problem


def test_a_database_without_tables_says_so_itself(app: Flask, whole: Campaign) -> None:
    db.session.execute(text("DROP TABLE response_proposal"))
    with pytest.raises(DatabaseError) as broken:
        db.session.execute(text("SELECT 1 FROM response_proposal"))
    assert isinstance(integrity.problem_of(broken.value), problems.DatabaseNotReady)
    db.session.rollback()
    assert campaigns.by_code("c26").code == "c26"
