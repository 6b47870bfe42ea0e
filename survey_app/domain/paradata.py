"""How a response came about, as its device claims it: read with patience, kept once, never a reason to refuse."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from survey_app.domain import audit
from survey_app.domain.doubts import Doubt
from survey_app.extensions import DIALECTS, Base, db
from survey_app.models.columns import now

LONGEST = 7 * 24 * 3600  # seconds; nobody fills in one form for more than a week
MOST = 1_000_000  # keystrokes or edits
MOST_SECTIONS = 40
CONFIRMED, UNASKED = "confirmed", "unasked"


@dataclass(frozen=True)
class Making:
    """What a device tells of one form: moments by its own clock, seconds, edits, and the doubts it asked about."""

    device: str | None = None
    opened_at: datetime | None = None
    first_answer_at: datetime | None = None
    finished_at: datetime | None = None
    clock_offset: int | None = None
    seconds_active: int = 0
    seconds: Mapping[str, int] = field(default_factory=dict)
    edits: int = 0
    keystrokes: int = 0
    confirmed: frozenset[str] = frozenset()


def read(told: object, confirmed: Iterable[object] = ()) -> Making:
    """Return what is readable of a device's account; what is not readable is left out, the answers stay."""
    facts: dict[str, Any] = told if isinstance(told, dict) else {}
    sent_at = claimed_moment(facts.get("sent_at"))
    sections = facts.get("seconds")
    named = list(sections.items())[:MOST_SECTIONS] if isinstance(sections, dict) else []
    seconds = {str(name)[:64]: _whole(value, LONGEST) for name, value in named}
    return Making(
        device=device_id(facts.get("device")),
        opened_at=claimed_moment(facts.get("opened_at")),
        first_answer_at=claimed_moment(facts.get("first_answer_at")),
        finished_at=claimed_moment(facts.get("finished_at")),
        clock_offset=round((now() - sent_at).total_seconds()) if sent_at else None,
        seconds_active=_whole(facts.get("active"), LONGEST),
        seconds=seconds,
        edits=_whole(facts.get("edits"), MOST),
        keystrokes=_whole(facts.get("keystrokes"), MOST),
        confirmed=frozenset(each for each in confirmed if isinstance(each, str)),
    )


def device_id(told: object) -> str | None:
    """Return a device's own id, or None where it is no UUID."""
    try:
        return str(UUID(told)) if isinstance(told, str) else None
    except ValueError:
        return None


def _whole(told: object, most: int) -> int:
    number = told if isinstance(told, int | float) and not isinstance(told, bool) else 0
    return min(most, max(0, int(number))) if abs(number) < 1e15 else 0


def claimed_moment(told: object) -> datetime | None:
    """Return a claimed moment of the years 2000 to 2999 in UTC; any other claim says nothing."""
    if not isinstance(told, str) or len(told) > 40:
        return None
    try:
        claimed = datetime.fromisoformat(told)
        in_utc = claimed.astimezone(UTC) if claimed.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return in_utc if in_utc and 2000 <= in_utc.year <= 2999 else None


_MOMENTS = ("opened_at", "first_answer_at", "finished_at")


def packed(making: Making | None) -> str:
    """Return an account as text, to be kept until there is a response to which it belongs."""
    told = asdict(making or Making())
    told |= {name: told[name] and told[name].isoformat() for name in _MOMENTS}
    return audit.canonical(told | {"confirmed": sorted(told["confirmed"])})


def unpacked(text: str) -> Making:
    """Return the account that was kept as text."""
    told = json.loads(text)
    told |= {name: datetime.fromisoformat(told[name]) for name in _MOMENTS if told.get(name)}
    return Making(**told | {"confirmed": frozenset(told.get("confirmed", ()))})


_TABLE = Base.metadata.tables["paradata"]


def _keep_statement(dialect: Any) -> Any:
    insert = dialect.insert(_TABLE)
    replaced = {column.name: insert.excluded[column.name] for column in _TABLE.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=["response_id"], set_=replaced)


_KEEP = {name: _keep_statement(dialect) for name, dialect in DIALECTS.items()}


def keep(response_id: int, making: Making | None, doubts: Iterable[Doubt]) -> None:
    """Keep the making of a response's present version, and which doubts were asked about; one statement.

    A response that nobody tells anything of, and that raises no doubt, gets no row.
    """
    raised = {
        doubt.code: CONFIRMED if making and doubt.code in making.confirmed else UNASKED for doubt in doubts
    }
    told = making or Making()
    if not raised and told == Making(confirmed=told.confirmed):
        return
    connection = db.session.connection()
    connection.execute(
        _KEEP[connection.dialect.name],
        {
            "response_id": response_id,
            "device": told.device,
            "opened_at": told.opened_at,
            "first_answer_at": told.first_answer_at,
            "finished_at": told.finished_at,
            "clock_offset": told.clock_offset,
            "seconds_active": told.seconds_active,
            "seconds": json.dumps(told.seconds, sort_keys=True),
            "edits": told.edits,
            "keystrokes": told.keystrokes,
            "doubts": audit.canonical(raised),
        },
    )
