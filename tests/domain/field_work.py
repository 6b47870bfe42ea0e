"""Field work for tests: forms that arrived at a given moment, and what a device told of their making."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from survey_app.domain import people
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, Paradata, Response, User
from survey_app.vocabulary import Role
from tests.domain.small_campaign import answer

DEVICE = "0b1f6f0e-0000-4000-8000-000000000001"


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def arrived(
    campaign: Campaign, user: User, unit: str, code: str, moment: str, *, mode: str = "face_to_face"
) -> Response:
    """Submit a form and let it have arrived at a moment."""
    uuid = answer(campaign, user, unit, 4, code)
    response = db.session.scalars(select(Response).where(Response.uuid == uuid)).one()
    response.submitted_at = response.saved_at = response.created_at = at(moment)
    response.mode = mode
    db.session.flush()
    return response


def made(response: Response, active: int, **facts: Any) -> Paradata:
    """Keep what a device told of a response."""
    told = {"device": DEVICE, "seconds_active": active, "doubts": "{}", **facts}
    kept = db.session.merge(Paradata(response_id=response.id, **told))
    db.session.flush()
    return kept


def given(user: User, moment: str) -> None:
    """Let a person's work have been given at a moment."""
    for assignment in db.session.scalars(select(Assignment).where(Assignment.enumerator_id == user.id)):
        assignment.assigned_at = at(moment)
    db.session.flush()


def coordinator(actor: User) -> User:
    """Return a new coordinator."""
    return people.create(actor, people.Person("dieu-phoi", "Điều Phối", Role.COORDINATOR), None)
