"""How many responses stand in which state: one query, the same number on every page."""

from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Campaign, Response
from survey_app.vocabulary import ResponseState


def counts(campaign: Campaign) -> dict[ResponseState, int]:
    """Return the number of responses of each state, zeros included."""
    counted = (
        select(Response.state, func.count())
        .where(Response.campaign_id == campaign.id)
        .group_by(Response.state)
    )
    found = {ResponseState(state): number for state, number in db.session.execute(counted)}
    return {state: found.get(state, 0) for state in ResponseState}
