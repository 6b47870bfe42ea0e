"""Draws as the three parties see them: what stands, whose turn it is, and what a new one would take."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import joinedload

from scoring import draws as rule
from survey_app.domain import draws, recheck_settings
from survey_app.extensions import db
from survey_app.models import Campaign, Draw, DrawMember, DrawPart, Screening, User
from survey_app.vocabulary import Body, Party


@dataclass(frozen=True)
class Line:
    """One draw: its parts by party, how many it chose and for each body, and how many were chosen later instead."""

    draw: Draw
    parts: Mapping[Party, DrawPart]
    chosen: int
    for_body: Mapping[Body, int]
    both: int
    replaced: int

    @property
    def all_committed(self) -> bool:
        """Tell whether all three parties have committed."""
        return len(self.parts) == len(Party)

    @property
    def uncommitted(self) -> list[Party]:
        """Return who has not committed."""
        return [each for each in Party if each not in self.parts]

    @property
    def unrevealed(self) -> list[Party]:
        """Return who has committed and not revealed."""
        return [each for each in Party if each in self.parts and self.parts[each].part is None]


@dataclass(frozen=True)
class Outlook:
    """What a random draw would take now: of so many responses in so many strata so many."""

    responses: int
    strata: int
    taken: int


def of_campaign(user: User, campaign: Campaign) -> list[Line]:
    """Return the draws of a campaign that a person may see, the newest first."""
    wanted = draws.visible_to(user).where(Draw.campaign_id == campaign.id)
    found = db.session.scalars(wanted.options(joinedload(Draw.opened_by)).order_by(Draw.number.desc())).all()
    parts: dict[int, dict[Party, DrawPart]] = defaultdict(dict)
    committed = (
        select(DrawPart)
        .join(Draw, Draw.id == DrawPart.draw_id)
        .options(joinedload(DrawPart.committed_by), joinedload(DrawPart.revealed_by))
    )
    for part in db.session.scalars(committed.where(Draw.campaign_id == campaign.id)):
        parts[part.draw_id][Party(part.party)] = part
    counts = _counts(campaign)
    return [_line(each, parts[each.id], counts.get(each.id, (0, 0, 0, 0, 0))) for each in found]


def _line(draw: Draw, parts: Mapping[Party, DrawPart], counts: Sequence[int]) -> Line:
    chosen, front, veterans, both, replaced = counts
    return Line(draw, parts, chosen, {Body.FRONT: front, Body.VETERANS: veterans}, both, replaced)


def _counts(campaign: Campaign) -> dict[int, tuple[int, ...]]:
    first = DrawMember.chosen & DrawMember.replaces_id.is_(None)
    found = (
        select(
            DrawMember.draw_id,
            _how_many(first),
            _how_many(first & DrawMember.for_front),
            _how_many(first & DrawMember.for_veterans),
            _how_many(first & DrawMember.for_front & DrawMember.for_veterans),
            _how_many(DrawMember.replaces_id.is_not(None)),
        )
        .join(DrawMember.draw)
        .where(Draw.campaign_id == campaign.id)
        .group_by(DrawMember.draw_id)
    )
    return {draw: tuple(counts) for draw, *counts in db.session.execute(found)}


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def outlook(campaign: Campaign) -> Outlook:
    """Return what a random draw opened now would take, by the campaign's present share."""
    frame = draws.undrawn(campaign).subquery()
    counted = select(func.count()).group_by(frame.c.enumerator_id, frame.c.unit_id)
    sizes = list(db.session.scalars(counted.select_from(frame)))
    share = Fraction(str(recheck_settings.of_campaign(campaign).share))
    return Outlook(sum(sizes), len(sizes), sum(rule.taken_of(share, size) for size in sizes))


def lists_of(campaign: Campaign, screening: Screening | None) -> dict[str, int]:
    """Return how many responses each list of a screening holds that count now."""
    if screening is None:
        return {}
    return {
        which: db.session.scalar(
            select(func.count()).select_from(draws.listed(campaign, screening, which).subquery())
        )
        or 0
        for which in draws.LISTS
    }
