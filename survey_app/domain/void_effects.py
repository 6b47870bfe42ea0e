"""What voiding a response did to its unit's points and rank; told only after it was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey_app.domain import campaigns, counting
from survey_app.domain.counting import Counted
from survey_app.domain.people import alias
from survey_app.extensions import db
from survey_app.models import Campaign, CampaignUnit, Response, VoidProposal
from survey_app.vocabulary import COUNTED_STATES, ProposalState, Validity


@dataclass(frozen=True)
class Effect:
    """A unit's part of the satisfaction with a response and without it, as the answers stand now."""

    unit: CampaignUnit
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def effect(proposal: VoidProposal) -> Effect | None:
    """Return what a confirmed proposal does to points and rank of the response's unit; two scorings.

    None before it is confirmed, where it was rejected or withdrawn, and where the response would not count anyway:
    whoever decides must not be steered by what it does.
    """
    response = proposal.response
    if proposal.state != ProposalState.CONFIRMED or response.validity != Validity.VALID or response.apart:
        return None
    campaign = db.session.get_one(Campaign, proposal.campaign_id)
    units = campaigns.units_of(campaign)
    ranked = counting.counting_units(units)[response.unit_id or 0]
    present = counting.counted(campaign, units)
    counts = response.state in COUNTED_STATES
    other = _changed(present, response, ranked, add=not counts)
    whole, without = (present, other) if counts else (other, present)
    books = [counting.points_of(campaign, units, answers) for answers in (whole, without)]
    before, after = (
        next(each for each in book.satisfaction["units"] if each["unit"] == ranked) for book in books
    )
    return Effect(next(unit for unit in units if unit.unit.code == ranked), before, after)


def _changed(present: Counted, response: Response, unit: str, *, add: bool) -> Counted:
    """Return the counted answers with one response more, or less."""
    key = unit, alias(response.enumerator_id, response.enumerator.username)
    text, width = present.answers.get(key, ""), len(response.answers)
    if add:
        text += response.answers
    else:
        rows = [text[first : first + width] for first in range(0, len(text), width)]
        rows.remove(response.answers)
        text = "".join(rows)
    return replace(present, answers={**present.answers, key: text})
