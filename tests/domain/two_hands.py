"""Ten rows of a list that move from one enumerator to another while the first is out of reach."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from survey_app.domain import assignments, duplicate_codes, people, samples
from survey_app.domain.duplicate_codes import Kept
from survey_app.domain.paradata import Making
from survey_app.domain.response_content import Entry
from survey_app.domain.response_saving import Receipt
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, DuplicateCode, Response, User
from survey_app.vocabulary import Role
from tests.domain import sample_list
from tests.domain.small_campaign import CRITERIA, DETAILS

CODES = [f"T4-{number:02}" for number in range(10)]


@dataclass
class Hands:
    """The two enumerators, their coordinator, Home Affairs, and what each device sends."""

    campaign: Campaign
    coordinator: User
    home: User
    first: User
    second: User
    uuids: dict[tuple[str, str], str] = field(default_factory=dict)

    def send(self, user: User, code: str, level: int = 4, **changed: Any) -> Receipt | Kept:
        """Send a form as a device does: the same id for the same person and code unless told another."""
        uuid = changed.pop("uuid", None) or self.uuids.setdefault((user.username, code), str(uuid4()))
        facts = {"unit": "A", "form_code": code, "mode": "paper", "details": DETAILS}
        answers = dict.fromkeys(CRITERIA, level) | {"access_1": level - 1}
        entry = Entry(**{"answers": answers, **facts, **changed})
        making = Making(device=str(uuid4()), edits=3, seconds_active=240)
        told = duplicate_codes.receive(user, self.campaign, uuid, entry, version=None, making=making)
        db.session.commit()
        return told


def two_hands(actor: User, campaign: Campaign, folder: Path) -> Hands:
    """Return a campaign's two enumerators: ten rows were the first one's and are the second one's now."""
    made = [
        people.create(actor, people.Person(name, shown, role), None)
        for name, shown, role in (
            ("x-dtv", "Bà Xuân", Role.ENUMERATOR),
            ("y-dtv", "Ông Yên", Role.ENUMERATOR),
            ("dieu-phoi", "Điều Phối", Role.COORDINATOR),
            ("noi-vu", "Nội Vụ", Role.HOME_AFFAIRS),
        )
    ]
    first, second, coordinator, home = made
    for person in (first, second):
        assignments.assign(actor, campaign, "A", person, 10)
    rows = [sample_list.row(code) for code in (*CODES, "FREE-1", "FREE-2")]
    sample_list.take_in(actor, campaign, folder, rows)
    samples.give(coordinator, campaign, "A", first, 10)
    samples.move(coordinator, campaign, "A", first, second)
    db.session.commit()
    return Hands(campaign, coordinator, home, first, second)


def kept(code: str) -> DuplicateCode:
    """Return the one duplicate of a code as it is in the database."""
    found = select(DuplicateCode).where(DuplicateCode.form_code == code)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def count(what: type[DuplicateCode] | type[Response]) -> int:
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(what)) or 0


def lines(verb: str) -> list[AuditLine]:
    """Return the lines of a verb, oldest first."""
    return list(db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id)))
