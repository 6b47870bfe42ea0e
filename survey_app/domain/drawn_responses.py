"""A re-checked response as it was when the frame of its draw was fixed: whom to reach, about what, with which answers.

What its enumerator or a file changed since does not count here: else whoever corrects a drawn response chooses who is
asked again, and what she is compared with.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from survey_app.extensions import db
from survey_app.models import DrawMember, Recheck, Response, ResponseVersion, Unit

Former = aliased(ResponseVersion)
FORM_CODE = func.coalesce(Former.form_code, Response.form_code)
UNIT_ID = func.coalesce(Former.unit_id, Response.unit_id)
ANSWERS = func.coalesce(Former.answers, Response.answers)


def joined(found: Any) -> Any:
    """Return a select of re-checks with their responses, joined to the version that was drawn."""
    member = and_(DrawMember.draw_id == Recheck.draw_id, DrawMember.response_id == Recheck.response_id)
    former = and_(
        Former.response_id == Recheck.response_id,
        Former.version == DrawMember.response_version,
        DrawMember.response_version != Response.version,
    )
    return found.join(DrawMember, member).outerjoin(Former, former)


@dataclass(frozen=True)
class AsDrawn:
    """What a response said when it was drawn: its version, form code, unit and packed answers."""

    version: int
    form_code: str
    unit: Unit
    answers: str


def as_drawn(recheck: Recheck) -> AsDrawn:
    """Return the re-checked response as it was drawn."""
    facts = select(DrawMember.response_version, FORM_CODE, UNIT_ID, ANSWERS).select_from(Recheck)
    found = joined(facts.join(Response, Response.id == Recheck.response_id)).where(Recheck.id == recheck.id)
    version, form_code, unit_id, answers = db.session.execute(found).one()
    return AsDrawn(version, form_code, db.session.get_one(Unit, unit_id), answers)
