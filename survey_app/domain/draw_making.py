"""What the last revealed part does: places, probabilities, and a re-check for each body of each chosen response."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update

from scoring import draws as rule
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.models import Draw, DrawMember, DrawPart, Recheck, Response, Unit, User
from survey_app.vocabulary import Body, DrawState, Party, RecheckState, ResponseState, Role

VOIDED = "Phiếu đã hủy trước khi rút thăm"


@dataclass(frozen=True)
class Made:
    """What one draw made: the re-checks to do, those with nothing left to judge, and how many were there already."""

    rechecks: Sequence[Recheck]
    dropped: Sequence[Recheck]
    there_already: int


def rules_of(draw: Draw) -> dict[str, Any]:
    """Return the rules of a draw as they were fixed."""
    return dict(json.loads(draw.rules))


def frame_of(draw: Draw) -> dict[rule.Member, int]:
    """Return the frame of a draw as it was fixed, with the identity of each response."""
    found = (
        select(
            Response.uuid,
            DrawMember.response_version,
            DrawMember.enumerator_id,
            Unit.code,
            DrawMember.response_id,
        )
        .join(DrawMember.response)
        .join(DrawMember.unit)
        .where(DrawMember.draw_id == draw.id)
    )
    return {
        rule.Member(uuid, version, str(enumerator), unit): key
        for uuid, version, enumerator, unit, key in db.session.execute(found)
    }


def make(draw: Draw, parts: Mapping[Party, DrawPart], moment: datetime) -> Made:
    """Draw: give every member of the frame its place and make the re-checks; writes no audit line, `tell` does.

    The caller holds the draw, and all parts are revealed.
    """
    frame = frame_of(draw)
    seed = rule.seed_of(draw.frame_digest, {party: part.part or "" for party, part in parts.items()})
    places = rule.draw(draw.kind, rules_of(draw), seed, list(frame))
    db.session.execute(
        update(DrawMember),
        [
            {
                "draw_id": draw.id,
                "response_id": frame[each.member],
                "place": each.place,
                "taken": each.taken,
                "out_of": each.out_of,
                "chosen": each.chosen,
                "for_front": Body.FRONT in each.bodies,
                "for_veterans": Body.VETERANS in each.bodies,
            }
            for each in places
        ],
    )
    draw.seed, draw.state, draw.ended_at = seed, DrawState.DRAWN, moment
    chosen = {frame[each.member]: each for each in places if each.chosen}
    made = _rechecks(draw, chosen, moment)
    db.session.add_all([*made.rechecks, *made.dropped])
    db.session.flush()
    return made


def _rechecks(draw: Draw, chosen: Mapping[int, rule.Place], moment: datetime) -> Made:
    """Return a re-check for each body of each chosen response, in the order in which they were chosen.

    A voided response has nothing left to judge. One that was returned meanwhile is re-checked all the same: else
    whoever returns a response takes it out of the sample. What a body has to judge already stays as it is.
    """
    voided = {response.id: response.state == ResponseState.VOID for response in _held(draw)}
    there = _there_already(draw)
    rechecks: list[Recheck] = []
    dropped: list[Recheck] = []
    for key, place in sorted(chosen.items(), key=lambda each: (each[1].place, each[1].member)):
        for body in place.bodies:
            if (key, body) in there:
                continue
            each = Recheck(
                uuid=str(uuid4()),
                campaign_id=draw.campaign_id,
                draw_id=draw.id,
                response_id=key,
                body=body,
                criteria=",".join(place.criteria),
                drawn_at=moment,
            )
            if voided[key]:
                each.state, each.ended_at, each.reason = RecheckState.DROPPED, moment, VOIDED
            (dropped if voided[key] else rechecks).append(each)
    for body in Body:
        mine = [each for each in rechecks if each.body == body]
        _spread(draw, body, mine, {key: place.member for key, place in chosen.items()})
    return Made(rechecks, dropped, len(there))


def _held(draw: Draw) -> Sequence[Response]:
    """Return the chosen responses, held as they are: who voids one now waits, and then finds its re-check."""
    found = (
        select(Response)
        .join(DrawMember, DrawMember.response_id == Response.id)
        .where(DrawMember.draw_id == draw.id, DrawMember.chosen)
        .order_by(Response.id)
        .with_for_update(read=True, of=Response)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(found).all()


def _there_already(draw: Draw) -> set[tuple[int, str]]:
    """Return the chosen responses and bodies for which an earlier draw made a re-check."""
    found = (
        select(Recheck.response_id, Recheck.body)
        .join(DrawMember, DrawMember.response_id == Recheck.response_id)
        .where(
            DrawMember.draw_id == draw.id,
            ((Recheck.body == Body.FRONT) & DrawMember.for_front)
            | ((Recheck.body == Body.VETERANS) & DrawMember.for_veterans),
        )
    )
    return {(key, body) for key, body in db.session.execute(found)}


def _spread(draw: Draw, body: Body, mine: Sequence[Recheck], members: Mapping[int, rule.Member]) -> None:
    """Give a body's new re-checks to its supervisors, as many to each, a unit's one after the other.

    Whoever has the least waiting takes the odd one; among equals the seed decides who begins.
    """
    people = workers_of(body)
    if not people:
        return
    waiting = _waiting(draw.campaign_id, body)
    people.sort(key=lambda each: (waiting[each.id], rule.key("supervisor", draw.seed or "", str(each.id))))
    by_unit = sorted(mine, key=lambda each: (members[each.response_id].unit, members[each.response_id]))
    share, odd = divmod(len(mine), len(people))
    place = 0
    for number, person in enumerate(people):
        ending = place + share + (number < odd)
        for each in by_unit[place:ending]:
            each.supervisor_id = person.id
        place = ending


def workers_of(body: Body) -> list[User]:
    """Return the active supervisors of a body; its heads where it has none."""
    here = select(User).where(User.body == body, User.disabled_at.is_(None)).order_by(User.id)
    found = list(db.session.scalars(here))
    return [each for each in found if each.role == Role.SUPERVISOR] or found


def _waiting(campaign_id: int, body: Body) -> Counter[int | None]:
    found = (
        select(Recheck.supervisor_id, func.count())
        .where(
            Recheck.campaign_id == campaign_id,
            Recheck.body == body,
            Recheck.state == RecheckState.WAITING,
        )
        .group_by(Recheck.supervisor_id)
    )
    return Counter(dict(iter(db.session.execute(found))))


def tell(actor: User, draw: Draw, name: str, made: Made, moment: datetime) -> None:
    """Write a line for the draw and one for every re-check it made."""
    chosen = select(func.count()).where(DrawMember.draw_id == draw.id, DrawMember.chosen)
    after = {
        "draw_state": draw.state,
        "seed": draw.seed,
        "responses": db.session.scalar(chosen),
        "rechecks": len(made.rechecks),
        "dropped": len(made.dropped),
        "there_already": made.there_already,
    }
    campaign_id = draw.campaign_id
    before = {"draw_state": DrawState.COMMITTING}
    audit.record(
        actor, AuditVerb.DRAW_DRAWN, name, campaign_id=campaign_id, before=before, after=after, at=moment
    )
    for verb, rechecks in (
        (AuditVerb.RECHECK_DRAWN, made.rechecks),
        (AuditVerb.RECHECK_DROPPED, made.dropped),
    ):
        if rechecks:
            changes = [change_of(each, name) for each in rechecks]
            audit.record_all(actor, verb, changes, campaign_id=campaign_id, at=moment)


def change_of(recheck: Recheck, draw: str) -> audit.Change:
    """Return what the trail says of a new re-check."""
    after = {
        "draw": draw,
        "form_code": recheck.response.form_code,
        "body": recheck.body,
        "supervisor": recheck.supervisor.username if recheck.supervisor else None,
        "asked_again": recheck.criteria,
    }
    return audit.Change(recheck.uuid, after=after, reason=recheck.reason)
