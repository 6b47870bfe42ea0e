"""Who asks about which unit, and how far each unit is from its quota."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, false, func, null, select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, people
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, CampaignUnit, Response, Unit, User
from survey_app.vocabulary import Mode, ResponseState, Role, Validity


@dataclass(frozen=True)
class Progress:
    """A unit's responses against its quota; `valid` alone count towards it.

    A commune's responses stand with the unit they count to; `apart` are what citizens filled in alone where the
    campaign counts such forms apart.
    """

    unit: CampaignUnit
    quota: int
    valid: int
    invalid: int
    returned: int
    void: int
    drafts: int
    apart: int

    @property
    def gap(self) -> int:
        """How many valid responses are still missing; never below 0."""
        return max(0, self.quota - self.valid)


def visible_to(user: User) -> Select[Assignment]:
    """Return the assignments a person may see: an enumerator his own, coordinators and Home Affairs all."""
    assignments = select(Assignment)
    if user.role in (Role.COORDINATOR, Role.HOME_AFFAIRS):
        return assignments
    if user.role == Role.ENUMERATOR:
        return assignments.where(Assignment.enumerator_id == user.id)
    return assignments.where(false())


def of_campaign(user: User, campaign: Campaign) -> list[Assignment]:
    """Return the campaign's assignments a person may see, those recalled left out."""
    found = visible_to(user).where(Assignment.campaign_id == campaign.id, Assignment.target > 0)
    return list(db.session.scalars(found.order_by(Assignment.unit_id, Assignment.id)))


_UNITS_TO_ASK = (
    select(Unit.code, Unit.name)
    .join(Assignment, Assignment.unit_id == Unit.id)
    .where(
        Assignment.campaign_id == bindparam("campaign_id"),
        Assignment.enumerator_id == bindparam("enumerator_id"),
        Assignment.target > 0,
    )
    .order_by(Unit.sort_key)
)


def units_to_ask(user: User, campaign: Campaign) -> list[tuple[str, str]]:
    """Return (code, name) of the units an enumerator may enter responses about, in Vietnamese order."""
    facts = {"campaign_id": campaign.id, "enumerator_id": user.id}
    return [(row.code, row.name) for row in db.session.connection().execute(_UNITS_TO_ASK, facts)]


def assign(actor: User, campaign: Campaign, unit_code: str, enumerator: User, target: int) -> Assignment:
    """Set how many responses an enumerator brings about a unit; 0 recalls the assignment.

    Refuses a person who is no enumerator, work for a disabled one (hers can only be recalled), a unit
    without survey, and a target that is not 0–9999.
    """
    unit = campaigns.unit_of(campaign, unit_code)
    is_program = enumerator.username in people.PROGRAMS
    if enumerator.role != Role.ENUMERATOR or is_program or (enumerator.disabled_at is not None and target):
        raise problems.InvalidFields({"enumerator": problems.field("not_an_enumerator")})
    if not unit.surveyed:
        raise problems.InvalidFields({"unit": problems.field("unit_not_surveyed")})
    if not 0 <= target <= 9999:
        raise problems.InvalidFields({"target": problems.field("target_range")})
    db.session.flush()
    db.session.refresh(enumerator, ["role"], with_for_update={"key_share": True})
    known = select(Assignment).where(
        Assignment.campaign_id == campaign.id,
        Assignment.unit_id == unit.unit_id,
        Assignment.enumerator_id == enumerator.id,
    )
    assignment = db.session.scalar(known)
    before = {"target": assignment.target} if assignment else None
    if assignment is None:
        assignment = Assignment(campaign_id=campaign.id, unit_id=unit.unit_id, enumerator_id=enumerator.id)
        db.session.add(assignment)
    assignment.target = target
    db.session.flush()
    after = {"unit": unit_code, "enumerator": enumerator.username, "target": target}
    audit.record(
        actor, AuditVerb.ASSIGNMENT_SET, assignment.id, campaign_id=campaign.id, before=before, after=after
    )
    return assignment


@dataclass(frozen=True)
class Tally:
    """How many responses of one kind one enumerator has about one unit, and when the last of them arrived."""

    enumerator_id: int
    mode: Mode
    unit_id: int | None
    state: ResponseState
    validity: Validity
    apart: bool
    number: int
    last_at: datetime | None
    hours: str | None = None  # in which each arrived, in UTC, "2026-03-01 02,2026-03-01 05"; where asked for

    @property
    def kind(self) -> str:
        """Return the column of progress in which these responses are counted."""
        return kind_of(self.state, self.validity, self.apart)

    @property
    def arrived(self) -> bool:
        """Tell whether these responses are work done: neither drafts nor void nor counted apart."""
        return self.state not in (ResponseState.DRAFT, ResponseState.VOID) and not self.apart


def _utc_hour() -> ColumnElement[str]:
    """Return the hour of arrival in UTC as text; both databases say it alike, and Python alone knows of zones."""
    if db.session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", Response.submitted_at), "YYYY-MM-DD HH24")
    return func.substr(Response.submitted_at, 1, 13)


def tallies(campaign: Campaign, *, hours: bool = False) -> list[Tally]:
    """Return the campaign's responses counted by enumerator, way, unit and state; one query, for every overview."""
    kinds = (
        Response.enumerator_id,
        Response.mode,
        Response.unit_id,
        Response.state,
        Response.validity,
        Response.apart,
    )
    # Grouped in the order of the index ix_response_field_work, which SQLite then reads alone and sorts nothing; a
    # list of hours is told faster than it is grouped.
    told = func.aggregate_strings(_utc_hour(), ",") if hours else null()
    counted = (
        select(*kinds, func.count(), func.max(Response.submitted_at), told)
        .where(Response.campaign_id == campaign.id)
        .group_by(*kinds)
    )
    return [
        Tally(user, Mode(mode), unit, ResponseState(state), Validity(validity), apart, number, last, listed)
        for user, mode, unit, state, validity, apart, number, last, listed in db.session.execute(counted)
    ]


_KINDS = {
    ResponseState.DRAFT: "drafts",
    ResponseState.SUBMITTED: "valid",
    ResponseState.ACCEPTED: "valid",
    ResponseState.RETURNED: "returned",
    ResponseState.VOID: "void",
}
KINDS = ("valid", "invalid", "returned", "void", "drafts", "apart")


def kind_of(state: ResponseState, validity: Validity, apart: bool) -> str:
    """Return the column of progress in which a response is counted; "valid" are those that the points are made from."""
    kind = _KINDS[state]
    if kind != "valid" or (validity == Validity.VALID and not apart):
        return kind
    return "apart" if validity == Validity.VALID else "invalid"


def progress(campaign: Campaign, counted: Sequence[Tally] | None = None) -> list[Progress]:
    """Return every surveyed, ranked unit's counts against its quota, zeros included; two queries.

    Whoever has the campaign's tallies already gives them.
    """
    units = campaigns.units_of(campaign)
    target = {unit.unit_id: unit.counts_for_id or unit.unit_id for unit in units}
    counts: dict[tuple[int, str], int] = {}
    for tally in tallies(campaign) if counted is None else counted:
        if tally.unit_id is not None:
            key = target[tally.unit_id], tally.kind
            counts[key] = counts.get(key, 0) + tally.number
    quotas: dict[int, int] = {}
    for unit in units:
        quotas[target[unit.unit_id]] = quotas.get(target[unit.unit_id], 0) + unit.quota
    return [
        Progress(unit, quotas[unit.unit_id], **{kind: counts.get((unit.unit_id, kind), 0) for kind in KINDS})
        for unit in units
        if unit.surveyed and unit.counts_for_id is None
    ]


@dataclass(frozen=True)
class Work:
    """One enumerator's assignment about one unit: how many are wanted, how many arrived."""

    enumerator: User
    unit: Unit
    target: int
    done: int


def _work(campaign: Campaign) -> Select[User, Unit, int, int]:
    arrived = (
        select(Response.enumerator_id, Response.unit_id, func.count().label("number"))
        .where(
            Response.campaign_id == campaign.id,
            Response.state.not_in([ResponseState.DRAFT, ResponseState.VOID]),
            ~Response.apart,
        )
        .group_by(Response.enumerator_id, Response.unit_id)
        .subquery()
    )
    return (
        select(User, Unit, Assignment.target, func.coalesce(arrived.c.number, 0))
        .join(Assignment, Assignment.enumerator_id == User.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(arrived, (arrived.c.enumerator_id == User.id) & (arrived.c.unit_id == Assignment.unit_id))
        .where(Assignment.campaign_id == campaign.id, Assignment.target > 0)
    )


def work_of(user: User, campaign: Campaign) -> list[Work]:
    """Return an enumerator's assignments with what is done, in the units' Vietnamese order; one query."""
    mine = _work(campaign).where(User.id == user.id).order_by(Unit.sort_key)
    return [Work(*row) for row in db.session.execute(mine)]


def work_by_enumerator(campaign: Campaign) -> list[Work]:
    """Return every assignment of the campaign, by enumerator and unit in Vietnamese order; one query."""
    everybody = _work(campaign).order_by(User.sort_key, User.id, Unit.sort_key)
    return [Work(*row) for row in db.session.execute(everybody)]


@dataclass(frozen=True)
class Share:
    """How much of a unit's quota is given to enumerators, to how many of them, and how much arrived."""

    unit: CampaignUnit
    given: int
    enumerators: int
    done: int

    @property
    def left(self) -> int:
        """How many responses of the quota nobody has been asked for; never below 0."""
        return max(0, self.unit.quota - self.given)


def shares(units: Iterable[CampaignUnit], work: Iterable[Work]) -> list[Share]:
    """Return each surveyed unit's share of a campaign's work, in the order of the units, zeros included."""
    by_unit: dict[int, list[Work]] = {}
    for item in work:
        by_unit.setdefault(item.unit.id, []).append(item)
    found = []
    for unit in units:
        mine = by_unit.get(unit.unit_id, [])
        if unit.surveyed:
            given, done = sum(item.target for item in mine), sum(item.done for item in mine)
            found.append(Share(unit, given, len(mine), done))
    return found
