"""Rows of the list with their contacts as plain JSON: what stood there, what shall stand there, and writing it.

An image is {"row": {…}, "contact": {…} or None}. A change is {"key", "kind", "before", "after", "differences"}: the
form code, images or None where there is no row, and what people may read of it. Contacts in kept changes are
scrubbed when their day of removal has passed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import aliased

from survey_app.domain import campaigns
from survey_app.extensions import Base, db
from survey_app.models import Campaign, Contact, SampleRow, Unit, User

Image = dict[str, Any]
SCRUBBED = {"removed": True}
_APART = 1_000_000_000  # above every position: rows that change places pass each other there
_CONTACT = ("name", "phone", "address", "remove_after")
_ROWS, _CONTACTS = Base.metadata.tables["sample_row"], Base.metadata.tables["contact"]


def of_campaign(campaign: Campaign) -> dict[str, Image]:
    """Return the image of every row of a campaign by form code; one query."""
    replaced = aliased(SampleRow)
    found = (
        select(
            SampleRow,
            Unit.code.label("unit_code"),
            User.username,
            replaced.form_code.label("replaces"),
            Contact,
        )
        .join(Unit, Unit.id == SampleRow.unit_id)
        .outerjoin(User, User.id == SampleRow.enumerator_id)
        .outerjoin(replaced, replaced.id == SampleRow.replaces_id)
        .outerjoin(Contact, Contact.sample_row_id == SampleRow.id)
        .where(SampleRow.campaign_id == campaign.id)
        .order_by(SampleRow.id)
        .execution_options(populate_existing=True)
    )
    return {row.SampleRow.form_code: _image(row) for row in db.session.execute(found)}


def _image(row: Any) -> Image:
    sample, contact = row.SampleRow, row.Contact
    told = {
        "unit": row.unit_code,
        "kind": sample.kind,
        "position": sample.position,
        "procedure": sample.procedure,
        "enumerator": row.username,
        "in_use": sample.in_use,
        "unreachable": sample.unreachable,
        "replaces": row.replaces,
    }
    return {"row": told, "contact": contact and contact_image(contact)}


def contact_image(contact: Contact) -> dict[str, str]:
    """Return a contact as plain JSON."""
    return {name: str(getattr(contact, name)) for name in _CONTACT}


@dataclass(frozen=True)
class Step:
    """One row's way from an image to another; None where there is no row."""

    form_code: str
    before: Image | None
    after: Image | None
    reason: str = ""


def steps_of(changes: Iterable[Mapping[str, Any]], *, back: bool = False) -> list[Step]:
    """Return the steps of kept changes, or the steps back."""
    first, last = ("after", "before") if back else ("before", "after")
    return [Step(each["key"], each[first], each[last], each.get("reason", "")) for each in changes]


def write(campaign: Campaign, steps: Sequence[Step]) -> None:
    """Write rows and contacts as the steps say; what was done on a row (closing, replacing) is left alone."""
    keys = _keys(campaign)
    gone = [keys[step.form_code] for step in steps if step.after is None]
    if gone:
        _delete(gone)
    _update(campaign, keys, [s for s in steps if s.before and s.after and s.before["row"] != s.after["row"]])
    _insert(campaign, [step for step in steps if step.before is None])
    _write_contacts(_keys(campaign), [step for step in steps if step.after])
    db.session.expire_all()


def _keys(campaign: Campaign) -> dict[str, int]:
    found = select(SampleRow.form_code, SampleRow.id).where(SampleRow.campaign_id == campaign.id)
    return {row.form_code: row.id for row in db.session.execute(found)}


def _delete(keys: list[int]) -> None:
    one = [{"key": key} for key in keys]
    connection = db.session.connection()
    connection.execute(delete(_CONTACTS).where(_CONTACTS.c.sample_row_id == bindparam("key")), one)
    connection.execute(delete(_ROWS).where(_ROWS.c.id == bindparam("key")), one)


def _columns(campaign: Campaign, steps: Sequence[Step]) -> list[dict[str, Any]]:
    units = {unit.unit.code: unit.unit_id for unit in campaigns.units_of(campaign)}
    names = {step.after["row"]["enumerator"] for step in steps if step.after}
    people = select(User.username, User.id).where(User.username.in_(names - {None}))
    keys = {row.username: row.id for row in db.session.execute(people)}
    return [
        {
            "unit_id": units[row["unit"]],
            "kind": row["kind"],
            "position": row["position"],
            "procedure": row["procedure"],
            "enumerator_id": keys.get(row["enumerator"]),
            "in_use": row["in_use"],
        }
        for row in (step.after["row"] for step in steps if step.after)
    ]


def _update(campaign: Campaign, keys: Mapping[str, int], steps: Sequence[Step]) -> None:
    if not steps:
        return
    one = [{"key": keys[step.form_code]} for step in steps]
    connection = db.session.connection()
    this = update(_ROWS).where(_ROWS.c.id == bindparam("key"))
    connection.execute(this.values(position=_ROWS.c.position + _APART), one)
    columns = _columns(campaign, steps)
    told = this.values({name: bindparam(f"new_{name}") for name in columns[0]})
    rows = [
        key | {f"new_{name}": value for name, value in row.items()}
        for key, row in zip(one, columns, strict=True)
    ]
    connection.execute(told, rows)


def _insert(campaign: Campaign, steps: Sequence[Step]) -> None:
    if not steps:
        return
    rows = [
        {"campaign_id": campaign.id, "form_code": step.form_code, "note": "", **columns}
        for step, columns in zip(steps, _columns(campaign, steps), strict=True)
    ]
    db.session.connection().execute(insert(_ROWS), rows)


def _write_contacts(keys: Mapping[str, int], steps: Sequence[Step]) -> None:
    changed = [
        (keys[step.form_code], step.after["contact"])
        for step in steps
        if step.after
        and step.after["contact"] != SCRUBBED
        and (step.before or {"contact": None})["contact"] != step.after["contact"]
    ]
    if not changed:
        return
    connection = db.session.connection()
    this = delete(_CONTACTS).where(_CONTACTS.c.sample_row_id == bindparam("key"))
    connection.execute(this, [{"key": key} for key, _ in changed])
    rows = [
        {"sample_row_id": key, **contact, "remove_after": date.fromisoformat(contact["remove_after"])}
        for key, contact in changed
        if contact
    ]
    if rows:
        connection.execute(insert(_CONTACTS), rows)
