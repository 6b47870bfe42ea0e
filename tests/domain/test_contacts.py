"""Contacts: seen by those who ask, noted once a day and person, removed on their day from everywhere."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from survey_app import problems
from survey_app.domain import audit, contacts, people, sample_import
from survey_app.domain.contacts import Removed
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Contact, ImportBatch, User
from survey_app.vocabulary import Role
from tests.domain.sample_list import ROWS, contact_of, one, row, take_in

AFTER = datetime(2027, 6, 29, 17, 0, tzinfo=UTC)  # the first minute of 30/06/2027 in Vietnam


@pytest.fixture
def listed(actor: User, small: Campaign, tmp_path: Path) -> Campaign:
    """The small campaign with its list, kept as a batch is."""
    changes = take_in(actor, small, tmp_path, [*ROWS, row("A-5", name="Lan", remove_after="01/03/2028")])
    batch = ImportBatch(
        campaign_id=small.id,
        noun="sample_rows",
        file_name="list.csv",
        file_sha256="0" * 64,
        changes=json.dumps(changes, ensure_ascii=False),
        read_by_id=actor.id,
    )
    db.session.add(batch)
    db.session.flush()
    return small


@pytest.fixture
def someone(actor: User) -> Callable[[Role], User]:
    """Makes a person of a role."""
    return lambda role: people.create(actor, people.Person(f"nguoi-{role.value}", "Người", role), None)


def seen() -> list[tuple[str, str | None]]:
    """Return record and person of every line that says a contact was seen."""
    found = select(AuditLine.record_id, AuditLine.actor_name).where(AuditLine.verb == "contact.seen")
    return [tuple(each) for each in db.session.execute(found.order_by(AuditLine.id))]


def test_a_contact_that_is_seen_is_noted_once_a_day_and_person(
    listed: Campaign, someone: Callable[[Role], User]
) -> None:
    user, coordinator = someone(Role.ENUMERATOR), someone(Role.COORDINATOR)
    with time_machine.travel(datetime(2026, 11, 27, 16, 59, tzinfo=UTC), tick=False) as clock:
        for _ in range(3):
            contact = contacts.of_row(user, one("007"))
        assert contact is not None
        assert contact.phone == "0912345678"
        contacts.of_row(coordinator, one("007"))
        contacts.of_row(user, one("00017"))
        clock.move_to(datetime(2026, 11, 27, 17, 0, tzinfo=UTC))  # midnight in Vietnam
        contacts.of_row(user, one("007"))
    assert [record for record, _ in seen()] == ["007", "007", "00017", "007"]
    assert contacts.of_row(user, one("1200000")) is None
    assert len(seen()) == 4


@pytest.mark.parametrize("role", [Role.HOME_AFFAIRS, Role.APPRAISER, Role.ADMINISTRATOR])
def test_a1_whoever_does_not_ask_sees_no_contact(
    listed: Campaign, someone: Callable[[Role], User], role: Role
) -> None:
    with pytest.raises(problems.NotAllowed):
        contacts.of_row(someone(role), one("007"))


def test_contacts_past_their_day_are_removed_and_the_trail_does_not_say_what_they_were(
    actor: User, listed: Campaign
) -> None:
    with time_machine.travel(datetime(2027, 6, 29, 16, 59, tzinfo=UTC), tick=False):
        assert contacts.remove_expired(actor, listed) == Removed(0, 1)
    with time_machine.travel(AFTER, tick=False):
        assert contacts.remove_expired(actor, listed) == Removed(3, 0)
        assert contacts.remove_expired(actor, listed) == Removed(0, 0)
    assert contact_of("A-5") == ("Lan", "", "", "2028-03-01")
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
    lines = db.session.scalars(select(AuditLine).where(AuditLine.verb == "contact.removed")).all()
    assert sorted(line.record_id for line in lines) == ["00017", "007", "R-2"]
    assert audit.changes_of(lines[0])["before"] == {"remove_after": "2027-06-29"}


def test_what_files_were_reversed_by_loses_the_contacts_too_and_does_not_bring_them_back(
    actor: User, listed: Campaign, tmp_path: Path
) -> None:
    changes = take_in(actor, listed, tmp_path, [row("007", phone="0987654321")])
    with time_machine.travel(AFTER, tick=False):
        contacts.remove_expired(actor, listed)
        kept = db.session.scalars(select(ImportBatch.changes)).one()
        for text in ("Nguyễn", "0912345678", "Trần Thị Bé"):
            assert text not in kept
        assert "Lan" in kept
        # A file kept elsewhere, unscrubbed: what is past its day does not come back all the same.
        sample_import.reverse(actor, listed, changes)
        assert contact_of("007") is None
        sample_import.reverse(actor, listed, json.loads(kept))
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 0


def test_a_file_nobody_decided_on_is_dropped_after_a_week(actor: User, listed: Campaign) -> None:
    batch = db.session.scalars(select(ImportBatch)).one()
    batch.content = b"form_code,name\nA-1,Lan\n"
    assert contacts.remove_expired(actor, listed) == Removed(0, 0)
    assert batch.content is not None
    with time_machine.travel(batch.read_at + timedelta(days=8), tick=False):
        assert contacts.remove_expired(actor, listed) == Removed(0, 1)
    assert (batch.state, batch.content) == ("discarded", None)


def test_another_campaigns_contacts_are_left_alone(actor: User, listed: Campaign) -> None:
    other = Campaign(id=listed.id + 1)
    with time_machine.travel(AFTER, tick=False):
        assert contacts.remove_expired(actor, other) == Removed(0, 0)
    assert contact_of("007") is not None
