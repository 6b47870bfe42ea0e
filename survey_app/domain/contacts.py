"""How to reach the people of the list: shown to those who ask them, noted when seen, removed on their day."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.domain.days import midnight, today
from survey_app.domain.sample_images import SCRUBBED
from survey_app.extensions import begin_writing, db
from survey_app.models import AuditLine, Campaign, Contact, ImportBatch, SampleRow, User
from survey_app.models.columns import now
from survey_app.vocabulary import BatchNoun, BatchState, Permission, Role

UNDECIDED_KEPT = timedelta(days=7)  # our default


def of_row(actor: User, row: SampleRow) -> Contact | None:
    """Return a row's contact, None where there is none, and note once a day who saw it.

    The row is one the person may see; refuses a person who may see no contacts.
    """
    if not actor.may(Permission.CONTACT_VIEW):
        raise problems.NotAllowed()
    if row.closed_at is not None and actor.role == Role.ENUMERATOR:
        return None  # whom she no longer asks she need not reach
    return of_rows(actor, [row]).get(row.id)


def of_rows(actor: User, rows: Sequence[SampleRow]) -> dict[int, Contact]:
    """Return the contacts of rows of one campaign by the row's key, and note once a day and row who saw them.

    The rows are ones the person may see; refuses a person who may see no contacts.
    """
    if not actor.may(Permission.CONTACT_VIEW):
        raise problems.NotAllowed()
    wanted = select(Contact).where(Contact.sample_row_id.in_([row.id for row in rows]))
    found = {contact.sample_row_id: contact for contact in db.session.scalars(wanted)}
    shown = [row for row in rows if row.id in found]
    if shown and _unseen(actor, shown):
        begin_writing()
        audit.hold()
        lines = [audit.Change(code) for code in _unseen(actor, shown)]
        if lines:
            audit.record_all(actor, AuditVerb.CONTACT_SEEN, lines, campaign_id=shown[0].campaign_id)
    return found


def _unseen(actor: User, rows: Sequence[SampleRow]) -> list[str]:
    """Return the form codes of rows whose contact the person has not seen today."""
    begins = midnight(today())
    seen = select(AuditLine.record_id).where(
        AuditLine.noun == AuditVerb.CONTACT_SEEN.partition(".")[0],
        AuditLine.record_id.in_([row.form_code for row in rows]),
        AuditLine.verb == AuditVerb.CONTACT_SEEN,
        AuditLine.actor_id == actor.id,
        AuditLine.campaign_id == rows[0].campaign_id,
        AuditLine.at >= begins,
        AuditLine.at < begins + timedelta(days=1),
    )
    known = set(db.session.scalars(seen))
    return [row.form_code for row in rows if row.form_code not in known]


@dataclass(frozen=True)
class Removed:
    """How many rows lost their contact, and how many files that nobody decided on were dropped."""

    contacts: int
    files: int


def remove_expired(actor: User, campaign: Campaign) -> Removed:
    """Remove every contact whose day has passed, also from what files were read in.

    A file that was shown and never decided on is dropped after a week: it holds contacts, too. The trail keeps
    that they were removed, and never what they said.
    """
    past = select(SampleRow.form_code, SampleRow.id, Contact.remove_after).where(
        Contact.sample_row_id == SampleRow.id,
        SampleRow.campaign_id == campaign.id,
        Contact.remove_after < today(),
    )
    rows = db.session.execute(past.order_by(SampleRow.id)).all()
    of_them = select(SampleRow.id).where(SampleRow.campaign_id == campaign.id)
    db.session.execute(
        delete(Contact).where(Contact.remove_after < today(), Contact.sample_row_id.in_(of_them))
    )
    dropped = _scrub_batches(campaign)
    lines = [
        audit.Change(row.form_code, before={"remove_after": row.remove_after.isoformat()}) for row in rows
    ]
    if lines:
        audit.record_all(actor, AuditVerb.CONTACT_REMOVED, lines, campaign_id=campaign.id)
    return Removed(len(rows), dropped)


def _scrub_batches(campaign: Campaign) -> int:
    """Take contacts past their day out of what is kept of files; return how many files were dropped."""
    kept = select(ImportBatch).where(
        ImportBatch.campaign_id == campaign.id, ImportBatch.noun == BatchNoun.SAMPLE
    )
    dropped = 0
    for batch in db.session.scalars(kept):
        changes = json.loads(batch.changes)
        scrubbed = [_scrubbed(change) for change in changes]
        if scrubbed != changes:
            batch.changes = json.dumps(scrubbed, ensure_ascii=False, separators=(",", ":"))
        if batch.state == BatchState.PREVIEWED and batch.read_at < now() - UNDECIDED_KEPT:
            batch.state, batch.content = BatchState.DISCARDED, None
            dropped += 1
    db.session.flush()
    return dropped


def _scrubbed(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change without the contacts whose day has passed, before and after alike."""
    done = dict(change)
    for name in ("before", "after"):
        image: dict[str, Any] = done.get(name) or {}
        contact = image.get("contact")
        if contact and contact != SCRUBBED and contact["remove_after"] < today().isoformat():
            done[name] = image | {"contact": SCRUBBED}
    return done
