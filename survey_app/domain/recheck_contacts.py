"""How to reach the people of a body's waiting re-checks, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from survey_app.domain import contacts, drawn_responses, rechecks
from survey_app.extensions import db
from survey_app.models import Contact, Recheck, Response, SampleRow, User
from survey_app.vocabulary import BODY_ROLES, CampaignState, RecheckState, ResponseState


@dataclass(frozen=True)
class Reach:
    """The row of the list that a re-checked form was for, with how to reach its person where that is still kept."""

    row: SampleRow
    contact: Contact | None


def of_rechecks(actor: User, found: Sequence[Recheck]) -> dict[int, Reach]:
    """Return how to reach whom, by the re-check's key, and note once a day that it was seen.

    It is the person of the form code that was drawn, whatever code the response bears by now.

    Only for the own body's re-checks that wait for their verdict: after it, for another body's, for a void response and
    in a sealed campaign there is nothing.
    """
    waiting = [each for each in found if _may_reach(actor, each)]
    if not waiting:
        return {}
    drawn = drawn_responses.joined(
        select(Recheck.id.label("recheck"), SampleRow).join(Response, Response.id == Recheck.response_id)
    )
    same_code = SampleRow.form_code == drawn_responses.FORM_CODE
    rows = drawn.join(SampleRow, (SampleRow.campaign_id == Recheck.campaign_id) & same_code).where(
        Recheck.id.in_([each.id for each in waiting])
    )
    listed = {each.recheck: each.SampleRow for each in db.session.execute(rows)}
    seen = contacts.of_rows(actor, list(listed.values()))
    return {number: Reach(row, seen.get(row.id)) for number, row in listed.items()}


def _may_reach(actor: User, recheck: Recheck) -> bool:
    return (
        actor.role in BODY_ROLES
        and recheck.body == actor.body
        and recheck.state == RecheckState.WAITING
        and recheck.response.state != ResponseState.VOID
        and CampaignState(recheck.response.campaign.state) in rechecks.WORKED_ON
    )
