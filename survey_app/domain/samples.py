"""The list of people to ask: who asks whom, and who takes the place of those that cannot be reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import joinedload

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import assignments, audit, campaigns, days
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.language import clean_line
from survey_app.models import Assignment, Campaign, CampaignUnit, Response, SampleRow, Unit, User
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import CampaignState, Role, SampleKind, Unreachable

LONGEST_NOTE = 200
MOST_CLOSED_A_DAY = 10  # by one enumerator: our default
LISTED = (CampaignState.DRAFT, CampaignState.OPEN)


def visible_to(user: User) -> Select[SampleRow]:
    """Return the rows a person may see: an enumerator her own in use, coordinators and Home Affairs all."""
    rows = select(SampleRow)
    if user.role in (Role.COORDINATOR, Role.HOME_AFFAIRS):
        return rows
    if user.role == Role.ENUMERATOR:
        return rows.where(SampleRow.enumerator_id == user.id, SampleRow.in_use)
    return rows.where(false())


def one_visible_to(user: User, campaign: Campaign, form_code: str) -> SampleRow:
    """Return one row a person may see; one that is not theirs is as absent as one that is not."""
    found = visible_to(user).where(
        SampleRow.campaign_id == campaign.id, SampleRow.form_code == clean_line(form_code)
    )
    eager = (joinedload(SampleRow.unit).lazyload(Unit.group), joinedload(SampleRow.enumerator))
    row = db.session.scalar(found.options(*eager))
    if row is None:
        raise problems.NotFound()
    return row


def arrived() -> ColumnElement[bool]:
    """Return the condition that a row is done: a response that bears its form code has arrived."""
    return (
        exists()
        .where(
            Response.campaign_id == SampleRow.campaign_id, Response.form_code == SampleRow.form_code, ARRIVED
        )
        .correlate(SampleRow)
    )


def remaining() -> ColumnElement[bool]:
    """Return the condition that a row is still to be asked: in use, not closed, not done."""
    return SampleRow.in_use & SampleRow.closed_at.is_(None) & ~arrived()


def spare() -> ColumnElement[bool]:
    """Return the condition that a reserve row can still replace another."""
    return ~SampleRow.in_use & SampleRow.closed_at.is_(None) & ~arrived()


def hold(campaign: Campaign, states: Sequence[CampaignState] = LISTED) -> None:
    """Take the list's lock until the commit; refuses a campaign whose list can no longer change.

    One writer at a time: two replacements never find the same reserve row, and nobody plans on what
    another is changing. Responses go on arriving meanwhile.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state"], with_for_update={"key_share": True})
    state = CampaignState(campaign.state)
    if state not in states:
        raise problems.SampleNotOpen(campaign=campaign.name, state=CAMPAIGN_LABELS[state])


def give(actor: User, campaign: Campaign, unit_code: str, enumerator: User, number: int | None = None) -> int:
    """Give an enumerator so many rows of a unit that nobody has, all if no number is given, by position.

    Refuses a person who is no active enumerator, and more rows than there are. Returns how many it gave.
    """
    hold(campaign)
    unit = campaigns.unit_of(campaign, unit_code)
    _check_enumerator(enumerator, "enumerator")
    free = _remaining(campaign, unit, None)
    chosen = _first(free, number, "free_rows_fewer")
    _hand(actor, campaign, unit, [(row, enumerator) for row in chosen])
    return len(chosen)


def share(actor: User, campaign: Campaign, unit_code: str) -> list[tuple[User, int]]:
    """Share all rows of a unit that nobody has evenly over its enumerators, in blocks by position.

    Refuses a unit of which every row is given, and one that has no active enumerator yet.
    """
    hold(campaign)
    unit = campaigns.unit_of(campaign, unit_code)
    free = _first(_remaining(campaign, unit, None), None, "free_rows_fewer")
    people = _enumerators_of(unit)
    if not people:
        raise problems.InvalidFields({"enumerator": problems.field("unit_without_enumerators")})
    size, more = divmod(len(free), len(people))
    shares: list[tuple[SampleRow, User]] = []
    given = []
    for place, person in enumerate(people):
        number = size + (place < more)
        shares += [(row, person) for row in free[len(shares) : len(shares) + number]]
        given.append((person, number))
    _hand(actor, campaign, unit, shares)
    return given


def move(
    actor: User,
    campaign: Campaign,
    unit_code: str,
    giver: User,
    receiver: User | None,
    number: int | None = None,
) -> int:
    """Take so many remaining rows of a unit from one enumerator, and give them to another, or to nobody.

    Rows that are done or closed stay with whoever had them. Refuses more rows than she has left, and a
    receiver who is no active enumerator or the giver herself. The giver's target stays as it was.
    """
    hold(campaign)
    unit = campaigns.unit_of(campaign, unit_code)
    if receiver is not None:
        _check_enumerator(receiver, "receiver")
        if receiver.id == giver.id:
            raise problems.InvalidFields({"receiver": problems.field("same_enumerator")})
    chosen = _first(_remaining(campaign, unit, giver), number, "her_rows_fewer")
    _hand(actor, campaign, unit, [(row, receiver) for row in chosen])
    return len(chosen)


def _check_enumerator(person: User, field: str) -> None:
    if person.role != Role.ENUMERATOR or person.disabled_at is not None:
        raise problems.InvalidFields({field: problems.field("not_an_enumerator")})


def _remaining(campaign: Campaign, unit: CampaignUnit, enumerator: User | None) -> list[SampleRow]:
    found = (
        select(SampleRow)
        .where(
            SampleRow.campaign_id == campaign.id,
            SampleRow.unit_id == unit.unit_id,
            SampleRow.enumerator_id == (enumerator.id if enumerator else None),
            remaining(),
        )
        .options(joinedload(SampleRow.enumerator))
        .order_by(SampleRow.kind, SampleRow.position)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(found))


def _first(rows: list[SampleRow], number: int | None, too_few: str) -> list[SampleRow]:
    wanted = len(rows) if number is None else number
    if not 1 <= wanted <= len(rows):
        raise problems.InvalidFields({"number": problems.field(too_few, count=len(rows))})
    return rows[:wanted]


def _enumerators_of(unit: CampaignUnit) -> list[User]:
    found = (
        select(User)
        .join(Assignment, Assignment.enumerator_id == User.id)
        .where(
            Assignment.campaign_id == unit.campaign_id,
            Assignment.unit_id == unit.unit_id,
            Assignment.target > 0,
            User.disabled_at.is_(None),
        )
        .order_by(User.sort_key, User.id)
    )
    return list(db.session.scalars(found))


def _hand(
    actor: User, campaign: Campaign, unit: CampaignUnit, pairs: Sequence[tuple[SampleRow, User | None]]
) -> None:
    changes = []
    for row, receiver in pairs:
        before = {"enumerator": row.enumerator.username if row.enumerator else None}
        after = {"unit": unit.unit.code, "enumerator": receiver.username if receiver else None}
        row.enumerator_id = receiver.id if receiver else None
        changes.append(audit.Change(row.form_code, before, after))
    db.session.flush()
    for row, _ in pairs:
        db.session.expire(row, ["enumerator"])
    raise_targets(actor, campaign, {(unit.unit.code, receiver.username) for _, receiver in pairs if receiver})
    audit.record_all(actor, AuditVerb.SAMPLE_ASSIGNED, changes, campaign_id=campaign.id)


def raise_targets(actor: User, campaign: Campaign, pairs: Iterable[tuple[str, str]]) -> None:
    """See to it that each (unit, user name) has an assignment for at least the rows in use she has there."""
    wanted = set(pairs)
    if not wanted:
        return
    names = {name for _, name in wanted}
    # All locks on people before the trail's: whoever assigns takes them in this order, and nobody waits in a ring.
    held = select(User).where(User.username.in_(names)).order_by(User.id)
    people = {each.username: each for each in db.session.scalars(held.with_for_update(key_share=True))}
    for unit, name, rows, target in db.session.execute(_loads(campaign, names)).all():
        if (unit, name) in wanted and rows > target:
            assignments.assign(actor, campaign, unit, people[name], rows)


def _loads(campaign: Campaign, names: set[str]) -> Select[str, str, int, int]:
    """Return unit, user name, rows in use (asked or to be asked) and present target of these enumerators."""
    in_use = SampleRow.in_use & (SampleRow.closed_at.is_(None) | arrived())
    return (
        select(Unit.code, User.username, func.count(), func.coalesce(func.max(Assignment.target), 0))
        .select_from(SampleRow)
        .join(Unit, Unit.id == SampleRow.unit_id)
        .join(User, User.id == SampleRow.enumerator_id)
        .outerjoin(
            Assignment,
            (Assignment.campaign_id == SampleRow.campaign_id)
            & (Assignment.unit_id == SampleRow.unit_id)
            & (Assignment.enumerator_id == SampleRow.enumerator_id),
        )
        .where(SampleRow.campaign_id == campaign.id, User.username.in_(names), in_use)
        .group_by(Unit.code, User.username)
        .order_by(User.username, Unit.code)
    )


@dataclass(frozen=True)
class Replacement:
    """A row that was closed, and the reserve row that came in its place, None where none was left."""

    closed: SampleRow
    by: SampleRow | None


def replace(actor: User, campaign: Campaign, row: SampleRow, reason: str, note: str) -> Replacement:
    """Close a row that cannot be reached; the unit's first spare reserve row goes to the same enumerator.

    Refuses a campaign that is not open, an unknown reason, a long note, a row that is done, closed or not in
    use, and an enumerator's eleventh row of a day. Where no reserve row is left, the row is closed all the same
    and the gap stays.
    """
    hold(campaign, (CampaignState.OPEN,))
    text = clean_line(note)
    fields = {}
    if reason not in list(Unreachable):
        fields["reason"] = problems.field("flag_reason")
    if len(text) > LONGEST_NOTE:
        fields["note"] = problems.field("note_long", length=len(text), most=LONGEST_NOTE)
    if fields:
        raise problems.InvalidFields(fields)
    db.session.refresh(row)
    _check_closable(row)
    _check_pace(actor, campaign)
    row.unreachable, row.note, row.closed_at, row.closed_by_id = reason, text, now(), actor.id
    reserve = _take_reserve(row)
    db.session.flush()
    changes = _changes_of(row, reserve, reason, text)
    audit.record_all(actor, AuditVerb.SAMPLE_REPLACED, changes, campaign_id=campaign.id)
    return Replacement(row, reserve)


def _changes_of(row: SampleRow, reserve: SampleRow | None, reason: str, note: str) -> list[audit.Change]:
    """Return what the trail says: of the row that was closed, and of the one in its place."""
    username = row.enumerator.username if row.enumerator else None
    after = {
        "state": "closed",
        "unit": row.unit.code,
        "enumerator": username,
        "reason": reason,
        "replaced_by": reserve.form_code if reserve else None,
    }
    closed = audit.Change(row.form_code, {"state": "remaining", "enumerator": username}, after, note)
    if reserve is None:
        return [closed]
    taken: dict[str, str | None] = {"state": "remaining", "unit": row.unit.code, "replaces": row.form_code}
    taken["enumerator"] = username if reserve.enumerator_id else None
    return [closed, audit.Change(reserve.form_code, {"state": "reserve", "enumerator": None}, taken, note)]


def _check_pace(actor: User, campaign: Campaign) -> None:
    """Refuse an enumerator who closes row after row: each shows her one more contact of the reserve."""
    if actor.role != Role.ENUMERATOR:
        return
    closed = select(func.count()).where(
        SampleRow.campaign_id == campaign.id,
        SampleRow.closed_by_id == actor.id,
        SampleRow.closed_at >= days.midnight(days.today()),
    )
    if (db.session.scalar(closed) or 0) >= MOST_CLOSED_A_DAY:
        raise problems.ManyRowsClosed(most=MOST_CLOSED_A_DAY)


def _check_closable(row: SampleRow) -> None:
    if db.session.scalar(select(arrived()).where(SampleRow.id == row.id)):
        why = "row_done"
    elif row.closed_at is not None:
        why = "row_closed"
    elif not row.in_use:
        why = "row_spare"
    else:
        return
    raise problems.RowNotRemaining(form_code=row.form_code, why=problems.field(why))


def _take_reserve(row: SampleRow) -> SampleRow | None:
    found = (
        select(SampleRow)
        .where(
            SampleRow.campaign_id == row.campaign_id,
            SampleRow.unit_id == row.unit_id,
            SampleRow.kind == SampleKind.RESERVE,
            spare(),
        )
        .order_by(SampleRow.position)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    reserve = db.session.scalar(found)
    if reserve is not None:
        here = row.enumerator is not None and row.enumerator.disabled_at is None
        reserve.in_use, reserve.replaces_id = True, row.id
        reserve.enumerator_id = row.enumerator_id if here else None
    return reserve
