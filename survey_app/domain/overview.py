"""How many responses stand in which state, and which came last: one query each."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from survey_app.domain import responses
from survey_app.extensions import db
from survey_app.models import Campaign, Response, Unit, User
from survey_app.vocabulary import COUNTED_STATES, ResponseState


def counts(campaign: Campaign) -> dict[ResponseState, int]:
    """Return the number of responses of each state, zeros included; those counted apart are left out."""
    counted = (
        select(Response.state, func.count())
        .where(Response.campaign_id == campaign.id, ~Response.apart)
        .group_by(Response.state)
    )
    found = {ResponseState(state): number for state, number in db.session.execute(counted)}
    return {state: found.get(state, 0) for state in ResponseState}


def apart(campaign: Campaign) -> int:
    """Return how many responses are counted apart, whatever their state."""
    counted = select(func.count()).where(Response.campaign_id == campaign.id, Response.apart)
    return db.session.scalar(counted) or 0


def newest(user: User, campaign: Campaign, number: int = 8) -> list[Response]:
    """Return the counted responses that arrived last, of those a person may see, with unit and enumerator."""
    found = (
        responses.visible_to(user)
        .where(Response.campaign_id == campaign.id, Response.state.in_(COUNTED_STATES))
        .options(joinedload(Response.unit).lazyload(Unit.group), joinedload(Response.enumerator))
        .order_by(Response.saved_at.desc(), Response.id.desc())
        .limit(number)
    )
    return list(db.session.scalars(found))
