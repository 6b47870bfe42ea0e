"""The list as people read it: narrowed and paged, one row with its story, an enumerator's own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, choices, samples
from survey_app.domain.paging import Page, cut
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import AuditLine, Campaign, Response, SampleRow, Unit, User
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import Role, Unreachable

MOST_TODAY = 20
NAMES = {"unit": "Đơn vị", "enumerator": "Điều tra viên", "state": "Trạng thái"}
NOBODY = "-"


class RowState(StrEnum):
    """Where a row of the list stands; told by its response and its own columns, stored nowhere."""

    REMAINING = "remaining"
    DONE = "done"
    UNREACHABLE = "unreachable"
    RESERVE = "reserve"


STATE_LABELS = {
    RowState.REMAINING: "Chưa hỏi",
    RowState.DONE: "Đã có phiếu",
    RowState.UNREACHABLE: "Không gặp được",
    RowState.RESERVE: "Dự phòng chưa dùng",
}


@dataclass(frozen=True)
class Line:
    """A row of the list, where it stands, the id of its response, and the row that took its place."""

    row: SampleRow
    state: RowState
    response: str | None
    replaced_by: str | None


@dataclass(frozen=True)
class Filters:
    """The choices of each filter, what was chosen, and what was asked for and is unknown."""

    choices: Mapping[str, list[tuple[str, str]]]
    chosen: Mapping[str, str]
    unknown: list[str]

    @property
    def narrows(self) -> bool:
        """Whether anything at all is left out."""
        return any(self.chosen.values())


def filters(user: User, campaign: Campaign, typed: Mapping[str, str]) -> Filters:
    """Return the filters of the list; a value that is no choice is left out and named among the unknown."""
    sees_all = user.role != Role.ENUMERATOR
    states = [state for state in RowState if sees_all or state != RowState.RESERVE]
    offered = {
        "unit": [(each.unit.code, each.unit.name) for each in campaigns.units_of(campaign) if each.surveyed],
        "enumerator": [(NOBODY, "Chưa giao"), *_enumerators(campaign)] if sees_all else [],
        "state": [(state.value, STATE_LABELS[state]) for state in states],
    }
    chosen, unknown = choices.read(offered, NAMES, typed)
    return Filters(offered, chosen, unknown)


def _enumerators(campaign: Campaign) -> list[tuple[str, str]]:
    mine = select(SampleRow.enumerator_id).where(SampleRow.campaign_id == campaign.id)
    people = select(User.username, User.display_name).where(User.id.in_(mine)).order_by(User.sort_key)
    return [(row.username, row.display_name) for row in db.session.execute(people)]


_CONDITIONS: dict[RowState, Any] = {
    RowState.REMAINING: samples.remaining,
    RowState.DONE: samples.arrived,
    RowState.UNREACHABLE: lambda: SampleRow.closed_at.is_not(None) & ~samples.arrived(),
    RowState.RESERVE: samples.spare,
}


def search(
    user: User,
    campaign: Campaign,
    number: int,
    *,
    q: str = "",
    unit: str = "",
    enumerator: str = "",
    state: str = "",
) -> Page[Line]:
    """Return a page of the rows a person may see, by unit, official ones first, in the order of their positions.

    An enumerator's rows still to be asked come first. `q` is a part of a form code; an enumerator "-" is nobody.
    """
    mine = [case((samples.remaining(), 0), else_=1)] if user.role == Role.ENUMERATOR else []
    found = (
        samples.visible_to(user)
        .join(Unit, Unit.id == SampleRow.unit_id)
        .options(
            contains_eager(SampleRow.unit).lazyload(Unit.group),
            joinedload(SampleRow.enumerator),
            joinedload(SampleRow.replaces),
        )
        .where(SampleRow.campaign_id == campaign.id)
        .order_by(*mine, Unit.sort_key, Unit.id, SampleRow.kind, SampleRow.position)
    )
    if q:
        found = found.where(func.lower(SampleRow.form_code).contains(q.lower(), autoescape=True))
    if unit:
        found = found.where(Unit.code == unit)
    if enumerator:
        found = found.where(_held_by(enumerator))
    if state in list(RowState):
        found = found.where(_CONDITIONS[RowState(state)]())
    page = cut(found, number)
    return replace(page, rows=lines_of(campaign, page.rows))


def _held_by(username: str) -> ColumnElement[bool]:
    if username == NOBODY:
        return SampleRow.enumerator_id.is_(None) & SampleRow.in_use
    return SampleRow.enumerator_id == select(User.id).where(User.username == username).scalar_subquery()


def lines_of(campaign: Campaign, rows: Sequence[SampleRow]) -> list[Line]:
    """Return rows with where they stand; two queries for any number of rows."""
    codes, keys = [row.form_code for row in rows], [row.id for row in rows]
    came = select(Response.form_code, Response.uuid).where(
        Response.campaign_id == campaign.id, Response.form_code.in_(codes), ARRIVED
    )
    responses = {row.form_code: row.uuid for row in db.session.execute(came)}
    instead = select(SampleRow.replaces_id, SampleRow.form_code).where(SampleRow.replaces_id.in_(keys))
    by = {row.replaces_id: row.form_code for row in db.session.execute(instead)}
    return [
        Line(row, _state(row, row.form_code in responses), responses.get(row.form_code), by.get(row.id))
        for row in rows
    ]


def _state(row: SampleRow, is_done: bool) -> RowState:
    if is_done:
        return RowState.DONE
    if row.closed_at is not None:
        return RowState.UNREACHABLE
    return RowState.REMAINING if row.in_use else RowState.RESERVE


@dataclass(frozen=True)
class Step:
    """One line of the trail about a row: what happened, by whom, when, and why."""

    what: str
    who: str
    when: datetime
    why: str


def trail_of(campaign: Campaign, row: SampleRow) -> list[Step]:
    """Return what happened to a row, oldest first; who looked at the contact is for the audit trail alone."""
    told = (AuditVerb.SAMPLE_IMPORTED, AuditVerb.SAMPLE_ASSIGNED, AuditVerb.SAMPLE_REPLACED)
    lines = select(AuditLine).where(
        AuditLine.noun == "sample",
        AuditLine.record_id == row.form_code,
        AuditLine.campaign_id == campaign.id,
        AuditLine.verb.in_(told),
    )
    found = list(db.session.scalars(lines.order_by(AuditLine.id)))
    names = _names_in(found)
    return [Step(LABELS[AuditVerb(each.verb)], each.actor_name, each.at, _why(each, names)) for each in found]


def _names_in(lines: Sequence[AuditLine]) -> dict[str, str]:
    told = {(audit.changes_of(line)["after"] or {}).get("enumerator") for line in lines}
    people = select(User.username, User.display_name).where(User.username.in_(told - {None}))
    return {row.username: row.display_name for row in db.session.execute(people)}


def _why(line: AuditLine, names: Mapping[str, str]) -> str:
    change = audit.changes_of(line)
    after = change["after"] or {}
    if "replaces" in after:
        return f"Thay cho dòng {after['replaces']}"
    if line.verb == AuditVerb.SAMPLE_REPLACED:
        reason = LABELS[Unreachable(after["reason"])]
        return f"{reason}. {change['reason']}".removesuffix(". ")
    username = after.get("enumerator")
    if username:
        return f"Giao cho {names.get(username, username)}"
    return "Chưa giao cho ai" if line.verb == AuditVerb.SAMPLE_ASSIGNED else ""


@dataclass(frozen=True)
class Today:
    """A row an enumerator has still to ask: no name, no address."""

    form_code: str
    unit_code: str
    unit_name: str
    procedure: str


def _open_rows(user: User, campaign: Campaign) -> Select[str, str, str, str]:
    return (
        select(SampleRow.form_code, Unit.code, Unit.name, SampleRow.procedure)
        .join(Unit, Unit.id == SampleRow.unit_id)
        .where(
            SampleRow.campaign_id == campaign.id,
            SampleRow.enumerator_id == user.id,
            samples.remaining(),
        )
        .order_by(Unit.sort_key, Unit.id, SampleRow.kind, SampleRow.position)
    )


def today_of(user: User, campaign: Campaign) -> list[Today]:
    """Return an enumerator's rows still to be asked, in order, at most 20; without contacts; one query."""
    found = db.session.execute(_open_rows(user, campaign).limit(MOST_TODAY))
    return [Today(*row) for row in found]


def rows_of(user: User, campaign: Campaign) -> list[dict[str, str]]:
    """Return all of an enumerator's rows still to be asked as her device may hold them: no personal data; one query."""
    found = db.session.execute(_open_rows(user, campaign))
    return [{"form_code": code, "unit": unit, "procedure": procedure} for code, unit, _, procedure in found]


@dataclass(frozen=True)
class Load:
    """How many rows of a unit an enumerator, or nobody where `enumerator` is None, has still to ask."""

    unit: Unit
    enumerator: User | None
    remaining: int


def loads(campaign: Campaign) -> list[Load]:
    """Return who has how many remaining rows of which unit, those of nobody first; one query."""
    counted = (
        select(SampleRow.unit_id, SampleRow.enumerator_id, func.count().label("number"))
        .where(SampleRow.campaign_id == campaign.id, samples.remaining())
        .group_by(SampleRow.unit_id, SampleRow.enumerator_id)
        .subquery()
    )
    found = (
        select(Unit, User, counted.c.number)
        .join(counted, counted.c.unit_id == Unit.id)
        .outerjoin(User, User.id == counted.c.enumerator_id)
        .order_by(Unit.sort_key, Unit.id, User.id.is_not(None), User.sort_key, User.id)
    )
    return [Load(*row) for row in db.session.execute(found)]
