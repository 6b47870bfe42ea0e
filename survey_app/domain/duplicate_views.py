"""Duplicates as people decide them: the list, both forms side by side, whose row it was and when it moved."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import joinedload

from survey_app.domain import (
    audit,
    campaigns,
    duplicate_codes,
    duplicate_decisions,
    response_views,
    sample_views,
)
from survey_app.domain.paging import Page, cut
from survey_app.domain.response_proposals import Proposal
from survey_app.domain.sample_views import Step
from survey_app.extensions import db
from survey_app.models import Campaign, DuplicateCode, Response, Unit, User
from survey_app.vocabulary import DuplicateState, ResponseState

Lines = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Pair:
    """Two forms of one code: who, when, where, the lines that differ and those that do not.

    `first` is None where no other form has arrived; `became` is the response the second form is now, if it is one.
    """

    first: Response | None
    seen: str
    unit: Unit | None
    differing: Lines
    same: Lines
    became: Response | None
    holder: User | None
    moves: list[Step]


def listed(user: User, campaign: Campaign, number: int) -> Page[DuplicateCode]:
    """Return a page of a campaign's duplicates: those to decide first, the longest waiting before, then the newest."""
    is_open = DuplicateCode.state == DuplicateState.OPEN
    found = (
        duplicate_codes.visible_to(user)
        .options(joinedload(DuplicateCode.enumerator), joinedload(DuplicateCode.decided_by))
        .where(DuplicateCode.campaign_id == campaign.id)
        .order_by(
            is_open.desc(),
            case((is_open, DuplicateCode.received_at)),
            DuplicateCode.decided_at.desc(),
            DuplicateCode.id,
        )
    )
    return cut(found, number)


def pair_of(duplicate: DuplicateCode) -> Pair:
    """Return both forms side by side, each in the words of its own questionnaire version."""
    second = _second(duplicate)
    asked = campaigns.questionnaire_of(duplicate.questionnaire_sha256)
    first = duplicate_decisions.first_of(duplicate)
    if first is None:
        lines = response_views.beside(second, asked, second, asked)
    else:
        lines = response_views.beside(
            first, campaigns.questionnaire_of(first.questionnaire_sha256), second, asked
        )
    became = db.session.scalar(
        select(Response).where(Response.uuid == duplicate.uuid, Response.state != ResponseState.DRAFT)
    )
    row = duplicate_codes.row_of(duplicate.campaign, duplicate.form_code)
    return Pair(
        first=first,
        seen=duplicate_decisions.mark_of(first),
        unit=second.unit,
        differing=[line for line in lines if first is not None and line[1] != line[2]],
        same=[line for line in lines if first is None or line[1] == line[2]],
        became=became,
        holder=row.enumerator if row is not None else None,
        moves=sample_views.trail_of(duplicate.campaign, row) if row is not None else [],
    )


def _second(duplicate: DuplicateCode) -> Proposal:
    told = json.loads(duplicate.content)
    when: datetime = duplicate.received_at
    return Proposal(
        who=duplicate.enumerator.display_name,
        when=when,
        digest=duplicate.content_digest,
        unit=db.session.scalar(select(Unit).where(Unit.code == told["unit"])),
        form_code=told["form_code"],
        mode=told["mode"],
        answers=told["answers"],
        details=audit.canonical(told["details"]),
    )
