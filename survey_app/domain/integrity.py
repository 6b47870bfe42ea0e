"""Whether the database is what it says: structure, contents, results, trail."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import DBAPIError

from survey_app import problems
from survey_app.domain import audit, response_content, run_answers, second_entry_resolution
from survey_app.extensions import db
from survey_app.models import (
    Definition,
    DuplicateCode,
    Response,
    ResponseVersion,
    ScoreRun,
    Screening,
    SecondEntry,
    SelfLink,
    Unit,
)
from survey_app.vocabulary import DuplicateState

APPEND_ONLY = frozenset(
    {
        "audit_line",
        "definition",
        "publication",
        "recheck_attempt",
        "recheck_verdict",
        "report_template",
        "response_version",
    }
)
# The tables whose rows their triggers, both present and armed, keep from being changed or deleted.
_ARMED = {
    "sqlite": (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name IN (tbl_name || '_no_update', "
        "tbl_name || '_no_delete') GROUP BY tbl_name HAVING count(*) = 2"
    ),
    "postgresql": (
        "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgname = relname || '_append_only' AND tgenabled = 'O'"
    ),
}
# What SQLite and PostgreSQL say of a full disk, and of a database that is away or without its tables.
_FULL = ("disk is full", "no space left")
_NOT_READY = ("no such table", "no such column", "does not exist", "unable to open", "connection failed")


@dataclass(frozen=True)
class Finding:
    """One thing checked, whether it holds, and what was seen."""

    what: str
    holds: bool
    detail: str


def check() -> list[Finding]:
    """Return every finding; the first that does not hold names the record."""
    checks: tuple[Callable[[], Finding], ...] = (
        _structure,
        _append_only,
        _definitions,
        _responses,
        _self_links,
        _runs,
        _screenings,
        _second_entries,
        _duplicates,
        _trail,
    )
    return [each() for each in checks]


def _structure() -> Finding:
    what = "cấu trúc"
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    if db.session.get_bind().dialect.name != "sqlite":
        return Finding(what, True, f"phiên bản {revision}")
    told = db.session.scalar(text("PRAGMA integrity_check"))
    orphans = db.session.execute(text("PRAGMA foreign_key_check")).fetchall()
    durable = db.session.scalar(text("PRAGMA synchronous"))
    holds = told == "ok" and not orphans and durable == 2
    return Finding(
        what, holds, f"phiên bản {revision}, SQLite {told}, {len(orphans)} dòng mồ côi, synchronous={durable}"
    )


def _append_only() -> Finding:
    what = "bảng chỉ được thêm"
    armed = set(db.session.scalars(text(_ARMED[db.session.get_bind().dialect.name])))
    bare = sorted(APPEND_ONLY - armed)
    told = f"{len(APPEND_ONLY)} bảng" if not bare else f"{', '.join(bare)} có thể bị sửa hoặc xóa dòng"
    return Finding(what, not bare, told)


def _definitions() -> Finding:
    what, count = "bộ câu hỏi và phương pháp đã ghim", 0
    for definition in db.session.scalars(select(Definition)):
        count += 1
        if hashlib.sha256(definition.text.encode()).hexdigest() != definition.sha256:
            return Finding(what, False, f"{definition.code} không khớp mã kiểm tra")
    return Finding(what, True, f"{count} bản")


def _wrong(kept: Response | ResponseVersion, unit: str | None) -> bool:
    content = response_content.content_of(
        unit or "", kept.form_code or "", kept.mode, kept.answers, json.loads(kept.details)
    )
    return response_content.digest_of(content) != kept.content_digest


def _responses() -> Finding:
    what = "nội dung phiếu"
    present = select(Response, Unit.code).outerjoin(Unit, Unit.id == Response.unit_id)
    earlier = select(ResponseVersion, Unit.code).outerjoin(Unit, Unit.id == ResponseVersion.unit_id)
    count, wrong = _first_wrong(present)
    if wrong is None:
        more, wrong = _first_wrong(earlier)
        count += more
    if wrong is not None:
        return Finding(what, False, f"phiếu {wrong.form_code} (bản {wrong.version}) không khớp mã kiểm tra")
    return Finding(what, True, f"{count} bản phiếu")


def _first_wrong(every: Select[Any, Any]) -> tuple[int, Response | ResponseVersion | None]:
    count = 0
    with closing(db.session.execute(every.execution_options(yield_per=1000))) as rows:
        for kept, unit in rows:
            count += 1
            if _wrong(kept, unit):
                return count, kept
    return count, None


def _self_links() -> Finding:
    """Check that every used link names a response of its form, and only used ones name any."""
    what = "đường dẫn tự trả lời"
    own = (
        (Response.uuid == SelfLink.response_uuid)
        & (Response.campaign_id == SelfLink.campaign_id)
        & (Response.form_code == SelfLink.form_code)
    )
    used = SelfLink.used_at.is_not(None)
    wrong = select(SelfLink.form_code).outerjoin(Response, own).where(used != Response.id.is_not(None))
    found = db.session.scalar(wrong.order_by(SelfLink.id).limit(1))
    if found is not None:
        return Finding(what, False, f"đường dẫn của phiếu {found} không khớp với phiếu đã nhận")
    return Finding(what, True, f"{db.session.scalar(select(func.count()).where(used))} đã dùng")


def _runs() -> Finding:
    """Check that every run is the one whose digest the trail holds, and names as many responses as it counted."""
    what, count = "lần tính điểm", 0
    with closing(db.session.scalars(select(ScoreRun).execution_options(yield_per=20))) as runs:
        for run in runs:
            count += 1
            digest = hashlib.sha256(run.book.encode()).hexdigest()
            if {run.book_digest, *_told("score", run, "book")} != {digest}:
                return Finding(what, False, f"lần tính {run.number} không khớp mã kiểm tra")
            if len(run_answers.versions_of(run)) != run.responses:
                return Finding(what, False, f"lần tính {run.number} không ghi đủ các phiếu đã tính")
    return Finding(what, True, f"{count} lần")


def _screenings() -> Finding:
    what, count = "lần sàng lọc", 0
    with closing(db.session.scalars(select(Screening).execution_options(yield_per=20))) as screenings:
        for screening in screenings:
            count += 1
            digest = hashlib.sha256(screening.result.encode()).hexdigest()
            if {screening.result_digest, *_told("quality", screening, "result")} != {digest}:
                return Finding(what, False, f"lần sàng lọc {screening.number} không khớp mã kiểm tra")
    return Finding(what, True, f"{count} lần")


def _second_entries() -> Finding:
    what, count = "nhập lần hai", 0
    entered = select(SecondEntry).where(SecondEntry.entered_at.is_not(None)).order_by(SecondEntry.id)
    with closing(db.session.scalars(entered.execution_options(yield_per=200))) as entries:
        for entry in entries:
            count += 1
            if not second_entry_resolution.holds(entry):
                return Finding(what, False, f"phiếu {entry.response.form_code} không khớp hai lần nhập")
    return Finding(what, True, f"{count} phiếu")


def _duplicates() -> Finding:
    """Check that every duplicate says what the trail told when it was kept, and that each one taken is a response."""
    what, count = "phiếu trùng mã", 0
    taken = DuplicateCode.state.in_((DuplicateState.SECOND_KEPT, DuplicateState.RECODED))
    lost = select(DuplicateCode.form_code).where(taken, DuplicateCode.uuid.not_in(select(Response.uuid)))
    if (form_code := db.session.scalar(lost.limit(1))) is not None:
        return Finding(what, False, f"phiếu {form_code} đã được nhận nhưng không có trong các phiếu")
    every = select(DuplicateCode).order_by(DuplicateCode.id).execution_options(yield_per=200)
    with closing(db.session.scalars(every)) as duplicates:
        for duplicate in duplicates:
            count += 1
            lines = audit.history("duplicate", duplicate.uuid)
            told = audit.changes_of(lines[0])["after"].get("digest") if lines else ""
            if {duplicate.content_digest, told} != {response_content.digest_of(duplicate.content)}:
                return Finding(what, False, f"phiếu {duplicate.form_code} không khớp mã kiểm tra")
    return Finding(what, True, f"{count} phiếu")


def _told(noun: str, stored: ScoreRun | Screening, name: str) -> list[str]:
    """Return what the trail told of a stored result when it was made; a result without a line has an empty digest."""
    lines = audit.history(noun, f"{stored.campaign.code}/{stored.number}")
    return [audit.changes_of(line)["after"][name] for line in lines] or [""]


def _trail() -> Finding:
    count, broken = audit.verify()
    if broken is not None:
        return Finding("nhật ký", False, f"dòng {broken.id}: {broken.why}")
    return Finding("nhật ký", True, f"{count} dòng, mã cuối {audit.last_digest()[:16]}")


def problem_of(error: DBAPIError) -> problems.Problem:
    """Return the refusal that a database's own error amounts to."""
    told = str(error.orig).lower()
    if any(sign in told for sign in _FULL):
        return problems.StorageFull()
    return problems.DatabaseNotReady() if any(sign in told for sign in _NOT_READY) else problems.Busy()


def ping() -> None:
    """Ask the database for an answer; raises the database's own error where there is none."""
    db.session.execute(text("SELECT 1"))
