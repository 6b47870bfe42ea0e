"""The queue of a body: who is to be reached next, what nobody has yet, how far each supervisor is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from survey_app import problems
from survey_app.domain import campaigns, choices, flags, recheck_assignments, rechecks
from survey_app.domain.paging import SIZE, Page
from survey_app.extensions import db
from survey_app.models import Campaign, Flag, Recheck, RecheckAttempt, RecheckVerdict, Response, Unit, User
from survey_app.vocabulary import (
    ContactResult,
    FlagKind,
    FlagState,
    RecheckState,
    ResponseState,
    Role,
    Verdict,
)

MINE, BODY, DONE = "mine", "body", "done"
SHOWN = {
    MINE: "Của tôi và chưa giao",
    BODY: "Đang chờ, cả cơ quan",
    DONE: "Đã kết luận hoặc đã bỏ",
}
NOBODY = "-"
NAMES = {"show": "Phần việc", "unit": "Đơn vị", "supervisor": "Giám sát viên"}


@dataclass(frozen=True)
class Row:
    """A re-check in the queue, how often its person was tried, and the last try."""

    recheck: Recheck
    attempts: int
    last: RecheckAttempt | None

    @property
    def is_due(self) -> bool:
        """Whether the person asked to be tried again."""
        waiting = self.recheck.state == RecheckState.WAITING
        return waiting and self.last is not None and self.last.result == ContactResult.LATER


@dataclass(frozen=True)
class Filters:
    """The choices of each filter of the queue, what was chosen, what is unknown."""

    choices: choices.Choices
    chosen: Mapping[str, str]
    unknown: list[str]


@dataclass(frozen=True)
class Counts:
    """How many re-checks of a body wait (for this person, for nobody yet), and how many ended with which verdict."""

    mine: int
    unassigned: int
    waiting: int
    confirmed: int
    failed: int
    unreachable: int

    @property
    def judged(self) -> int:
        """How many have a verdict."""
        return self.confirmed + self.failed + self.unreachable


@dataclass(frozen=True)
class Standing:
    """One supervisor's part: how many wait for him, and what those that he judged last are found to be."""

    supervisor: User
    waiting: int
    confirmed: int
    failed: int
    unreachable: int


def read(user: User, campaign: Campaign, typed: Mapping[str, str]) -> Filters:
    """Return the filters of the queue; a value that is no choice is left out and named among the unknown.

    A head begins with the whole body's re-checks, a supervisor with the own ones.
    """
    people = [(each.username, each.display_name) for each in recheck_assignments.supervisors_of(user)]
    offered: choices.Choices = {
        "show": list(SHOWN.items()),
        "unit": [(each.unit.code, each.unit.name) for each in campaigns.units_of(campaign) if each.surveyed],
        "supervisor": [(NOBODY, "Chưa giao"), *people],
    }
    chosen, unknown = choices.read(offered, NAMES, typed)
    chosen["show"] = chosen["show"] or (BODY if user.role == Role.BODY_HEAD else MINE)
    return Filters(offered, {name: chosen[name] for name in NAMES}, unknown)


def queue_of(
    user: User,
    campaign: Campaign,
    number: int = 1,
    *,
    show: str = MINE,
    unit: str = "",
    supervisor: str = "",
) -> Page[Row]:
    """Return a page of the own body's re-checks; two queries, however many there are.

    A person's own first, then those that nobody has, then colleagues'; among them who asked to be tried again, then
    who was never tried, by unit and form code, then the others. What ended comes newest first.
    """
    tried = (
        select(
            RecheckAttempt.recheck_id,
            func.count().label("attempts"),
            func.max(RecheckAttempt.id).label("last"),
        )
        .group_by(RecheckAttempt.recheck_id)
        .subquery()
    )
    last = aliased(RecheckAttempt)
    found = _chosen(user, campaign, show, unit, supervisor)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    asked = (
        found.outerjoin(tried, tried.c.recheck_id == Recheck.id)
        .outerjoin(last, last.id == tried.c.last)
        .add_columns(func.coalesce(tried.c.attempts, 0), last)
        .options(
            contains_eager(Recheck.response).contains_eager(Response.unit).lazyload(Unit.group),
            joinedload(Recheck.supervisor),
        )
        .order_by(*_order(user, show, last))
        .limit(SIZE)
        .offset((number - 1) * SIZE)
    )
    rows = [Row(*each) for each in db.session.execute(asked)]
    if not rows and number > 1:
        raise problems.NotFound()
    return Page(rows, number, total)


def _chosen(user: User, campaign: Campaign, show: str, unit: str, supervisor: str) -> Select[Any]:
    waits = Recheck.state == RecheckState.WAITING
    found = (
        rechecks.visible_to(user)
        .join(Recheck.response)
        .join(Response.unit)
        .where(Recheck.campaign_id == campaign.id)
        .where(~waits if show == DONE else waits & (Response.state != ResponseState.VOID))
    )
    if show == MINE:
        found = found.where((Recheck.supervisor_id == user.id) | Recheck.supervisor_id.is_(None))
    if unit:
        found = found.where(Unit.code == unit)
    if supervisor == NOBODY:
        found = found.where(Recheck.supervisor_id.is_(None))
    elif supervisor:
        named = select(User.id).where(User.username == supervisor)
        found = found.where(Recheck.supervisor_id.in_(named))
    return found


def _order(user: User, show: str, last: type[RecheckAttempt]) -> list[ColumnElement[Any]]:
    if show == DONE:
        return [Recheck.ended_at.desc(), Recheck.id.desc()]
    whose = case((Recheck.supervisor_id == user.id, 0), (Recheck.supervisor_id.is_(None), 1), else_=2)
    tried = case((last.result == ContactResult.LATER, 0), (last.id.is_(None), 1), else_=2)
    by_unit: list[Any] = [Unit.sort_key, Response.form_code, Recheck.id]
    return [whose, tried, last.made_at, *by_unit]


def replies_to(user: User, campaign: Campaign, most: int = 5) -> list[Flag]:
    """Return the newest replies of enumerators to the own body's doubts, but of responses still to be re-checked."""
    found = (
        flags.visible_to(user)
        .join(Flag.response)
        .options(contains_eager(Flag.response), joinedload(Flag.closed_by))
        .where(
            Response.campaign_id == campaign.id,
            Flag.kind == FlagKind.DOUBT,
            Flag.state == FlagState.ANSWERED,
            Flag.response_id.not_in(rechecks.hidden_from(user)),
        )
        .order_by(Flag.closed_at.desc(), Flag.id.desc())
    )
    return list(db.session.scalars(found.limit(most)))


def counts_of(user: User, campaign: Campaign) -> Counts:
    """Return how far the own body is; one query."""
    mine = func.coalesce(Recheck.supervisor_id == user.id, False)
    grouped = (
        rechecks.visible_to(user)
        .join(Recheck.response)
        .where(Recheck.campaign_id == campaign.id, Recheck.state != RecheckState.DROPPED)
        .where((Recheck.state == RecheckState.JUDGED) | (Response.state != ResponseState.VOID))
        .with_only_columns(Recheck.verdict, mine, Recheck.supervisor_id.is_(None), func.count())
        .group_by(Recheck.verdict, mine, Recheck.supervisor_id.is_(None))
    )
    rows = db.session.execute(grouped).all()
    waiting = [(own, free, number) for verdict, own, free, number in rows if verdict is None]
    verdicts = {each: sum(number for verdict, _, _, number in rows if verdict == each) for each in Verdict}
    return Counts(
        mine=sum(number for own, _, number in waiting if own),
        unassigned=sum(number for _, free, number in waiting if free),
        waiting=sum(number for _, _, number in waiting),
        confirmed=verdicts[Verdict.CONFIRMED],
        failed=verdicts[Verdict.FAILED],
        unreachable=verdicts[Verdict.UNREACHABLE],
    )


def standings_of(user: User, campaign: Campaign) -> list[Standing]:
    """Return how far each active supervisor of the own body is, by name; three queries."""
    own = rechecks.visible_to(user).where(Recheck.campaign_id == campaign.id)
    waits = (
        own.join(Recheck.response)
        .where(Recheck.state == RecheckState.WAITING, Response.state != ResponseState.VOID)
        .with_only_columns(Recheck.supervisor_id, func.count().label("number"))
        .group_by(Recheck.supervisor_id)
    )
    newest = (
        select(func.max(RecheckVerdict.number))
        .where(RecheckVerdict.recheck_id == Recheck.id)
        .correlate(Recheck)
        .scalar_subquery()
    )
    judged = (
        own.join(RecheckVerdict, RecheckVerdict.recheck_id == Recheck.id)
        .where(RecheckVerdict.number == newest)
        .with_only_columns(RecheckVerdict.given_by_id, RecheckVerdict.verdict, func.count())
        .group_by(RecheckVerdict.given_by_id, RecheckVerdict.verdict)
    )
    waiting = {each.supervisor_id: each.number for each in db.session.execute(waits)}
    found = {(person, verdict): number for person, verdict, number in db.session.execute(judged)}
    return [
        Standing(
            each,
            waiting.get(each.id, 0),
            *(found.get((each.id, verdict.value), 0) for verdict in Verdict),
        )
        for each in recheck_assignments.supervisors_of(user)
    ]
