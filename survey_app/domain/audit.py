"""The audit trail: writing a line, and proving that no line was changed, moved or taken away."""

import hashlib
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, insert, select, text

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain.days import midnight
from survey_app.domain.paging import Page, cut
from survey_app.extensions import Base, db
from survey_app.language import clean_line, search_key, searched
from survey_app.models import AuditLine, User
from survey_app.models.columns import now
from survey_app.vocabulary import Role

BEGINNING = "0" * 64
_LOCK_CHAIN = text("SELECT pg_advisory_xact_lock(70102022)")
_LAST_LINE = select(AuditLine.id, AuditLine.digest).order_by(AuditLine.id.desc()).limit(1)
_DAYS = (
    re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>2[0-9]{3})"),
    re.compile(r"(?P<year>2[0-9]{3})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
)
_ADD_LINES = insert(Base.metadata.tables["audit_line"])


@dataclass(frozen=True)
class BrokenLine:
    """The first line at which the trail no longer proves itself."""

    id: int
    why: str


def canonical(facts: Mapping[str, Any]) -> str:
    """Return JSON with sorted keys and no spaces, the one form that is digested."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, body: str) -> str:
    """Return the digest of a line: SHA-256 over the digest before it and its own text."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """One record's change: its id, what it was, what it is, and why."""

    record_id: object
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def record(
    actor: User | None,
    verb: AuditVerb,
    record_id: object,
    *,
    campaign_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Append the line of one change; see `record_all`."""
    record_all(actor, verb, [Change(record_id, before, after, reason)], campaign_id=campaign_id, at=at)


def hold() -> Connection:
    """Take the trail's lock until the commit, and return the connection that holds it.

    Who looks first and then adds takes it before looking: nobody else writes in between.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_CHAIN)
    return connection


Lines = list[tuple[AuditVerb, Change]]


def record_lines(
    actor: User | None, lines: Lines, *, campaign_id: int | None = None, at: datetime | None = None
) -> None:
    """Append lines of several verbs in their order; see `record_all`."""
    for verb, some in groupby(lines, key=lambda line: line[0]):
        changes = [change for _, change in some]
        record_all(actor, verb, changes, campaign_id=campaign_id, at=at)


def record_all(
    actor: User | None,
    verb: AuditVerb,
    changes: Sequence[Change],
    *,
    campaign_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Append one line a change to the trail in the running transaction.

    Called last in a verb: on PostgreSQL it takes the chain's lock, held until the commit.
    """
    connection = hold()
    last = connection.execute(_LAST_LINE).first()
    number, previous = (last.id, last.digest) if last else (0, BEGINNING)
    moment = at or now()
    common = {
        "at": moment,
        "actor_id": actor.id if actor else None,
        "actor_name": actor.display_name if actor else "Chưa đăng nhập",
        "verb": verb.value,
        "noun": verb.value.partition(".")[0],
        "campaign_id": campaign_id,
    }
    lines = []
    for change in changes:
        number += 1
        line = {**common, "id": number, "record_id": str(change.record_id)}
        told = {"before": change.before, "after": change.after, "reason": change.reason}
        body = canonical({**line, "at": moment.isoformat(), **told})
        digest = link(previous, body)
        lines.append({**line, "body": body, "previous": previous, "digest": digest})
        previous = digest
    connection.execute(_ADD_LINES, lines)


def visible_to(user: User) -> Select[AuditLine]:
    """Return the lines a person may read: Home Affairs those of campaigns, the administrator all."""
    lines = select(AuditLine)
    if user.role == Role.ADMINISTRATOR:
        return lines
    if user.role == Role.HOME_AFFAIRS:
        return lines.where(AuditLine.campaign_id.is_not(None))
    return lines.where(false())


def search(
    user: User, *, verb: str, name: str, record_id: str, number: int, day: date | None = None
) -> Page[AuditLine]:
    """Return a page of the lines a person may read, newest first, by verb, person, record and Vietnam's day.

    A person is found by name with or without accents, and by user name.
    """
    lines = visible_to(user).order_by(AuditLine.id.desc())
    if verb in list(AuditVerb):
        lines = lines.where(AuditLine.verb == verb)
    if wanted := searched(name):
        lines = lines.where(_by(wanted))
    if day is not None:
        begins = midnight(day)
        lines = lines.where(AuditLine.at >= begins, AuditLine.at < begins + timedelta(days=1))
    if wanted := clean_line(record_id):
        lines = lines.where(AuditLine.record_id == wanted)
    return cut(lines, number)


def _by(name: str) -> ColumnElement[bool]:
    named, key = AuditLine.actor_name.contains(name, autoescape=True), search_key(name)
    if not key:
        return named
    found = User.search_key.contains(key, autoescape=True) | User.username.contains(key, autoescape=True)
    return named | AuditLine.actor_id.in_(select(User.id).where(found))


def day_of(typed: str) -> date | None:
    """Return the day typed as 25/11/2026 or 2026-11-25, None for a blank; refuses what is no day since 2000."""
    text = clean_line(typed)
    if not text:
        return None
    for form in _DAYS:
        if found := form.fullmatch(text):
            with suppress(ValueError):
                return date(**{name: int(number) for name, number in found.groupdict().items()})
    raise problems.InvalidFields({"day": problems.field("day", value=text[:20])})


def changes_of(line: AuditLine) -> dict[str, Any]:
    """Return what a line says of the change: before, after and reason."""
    told = json.loads(line.body)
    return {name: told[name] for name in ("before", "after", "reason")}


def history(noun: str, record_id: object) -> list[AuditLine]:
    """Return the lines of one record, oldest first."""
    found = select(AuditLine).where(AuditLine.noun == noun, AuditLine.record_id == str(record_id))
    return list(db.session.scalars(found.order_by(AuditLine.id)))


def _columns_disagree(line: AuditLine) -> bool:
    told = json.loads(line.body)
    kept = {
        "id": line.id,
        "at": line.at.isoformat(),
        "actor_id": line.actor_id,
        "actor_name": line.actor_name,
        "verb": line.verb,
        "noun": line.noun,
        "record_id": line.record_id,
        "campaign_id": line.campaign_id,
    }
    return any(told.get(name) != value for name, value in kept.items())


def _lines() -> Generator[AuditLine]:
    ordered = select(AuditLine).order_by(AuditLine.id).execution_options(yield_per=2000)
    with closing(db.session.scalars(ordered)) as lines:
        yield from lines


def verify() -> tuple[int, BrokenLine | None]:
    """Return how many lines hold and the first that does not; a changed, moved or missing line is found.

    Lines cut from the very end leave a whole chain: compare the count or the last digest with one
    kept elsewhere (`hailong check` prints both).
    """
    with closing(_lines()) as lines:
        return _first_broken(lines)


def _first_broken(lines: Iterator[AuditLine]) -> tuple[int, BrokenLine | None]:
    previous, count = BEGINNING, 0
    for line in lines:
        if line.id != count + 1:
            return count, BrokenLine(count + 1, "thiếu dòng")
        if line.previous != previous or line.digest != link(previous, line.body):
            return count, BrokenLine(line.id, "nội dung không khớp mã kiểm tra")
        if _columns_disagree(line):
            return count, BrokenLine(line.id, "cột hiển thị khác nội dung đã ký")
        previous, count = line.digest, count + 1
    return count, None


def last_digest() -> str:
    """Return the digest of the newest line."""
    newest = select(AuditLine.digest).order_by(AuditLine.id.desc()).limit(1)
    return db.session.scalar(newest) or BEGINNING
