"""What takes the place of a drawn response that could not be reached: the next of its stratum, by rule, in the trail."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, func, select, update

from scoring import draws as rule
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, draw_making
from survey_app.extensions import db
from survey_app.models import Draw, DrawMember, Recheck, Response, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import Body, DrawKind


def replace(actor: User, recheck: Recheck, moment: datetime) -> DrawMember | None:
    """Choose the next place of the stratum that still counts and is not chosen, for the same body and supervisor.

    Called when a re-check is judged unreachable; a second call gives what the first gave. The stratum's `taken` grows
    by one. Returns None, and says so in the trail, where nothing is left. What the body judges already by another
    draw takes the place without a new re-check.
    """
    draw = db.session.scalars(
        select(Draw)
        .where(Draw.id == recheck.draw_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if (before := _replaced_by(recheck)) is not None:
        return before
    old = db.session.get_one(DrawMember, (draw.id, recheck.response_id), populate_existing=True)
    found = db.session.execute(_next(draw, old)).first()
    name = f"{draw.campaign.code}/{draw.number}"
    if found is None:
        after = {"draw": name, "left": 0}
        audit.record(
            actor,
            AuditVerb.RECHECK_REPLACED,
            recheck.uuid,
            campaign_id=draw.campaign_id,
            after=after,
            at=moment,
        )
        return None
    new: DrawMember = found.DrawMember
    response: Response = found.Response
    new.chosen, new.replaces_id = True, recheck.response_id
    new.for_front, new.for_veterans = recheck.body == Body.FRONT, recheck.body == Body.VETERANS
    db.session.flush()
    grown = update(DrawMember).where(*_stratum(draw, old)).values(taken=DrawMember.taken + 1)
    db.session.execute(grown)
    db.session.refresh(new)
    db.session.refresh(old)
    made = _recheck_of(draw, recheck, response, moment)
    after = {"draw": name, "replacement": response.form_code, "place": new.place, "taken": new.taken}
    audit.record(
        actor, AuditVerb.RECHECK_REPLACED, recheck.uuid, campaign_id=draw.campaign_id, after=after, at=moment
    )
    if made is not None:
        audit.record_all(
            actor,
            AuditVerb.RECHECK_DRAWN,
            [draw_making.change_of(made, name)],
            campaign_id=draw.campaign_id,
            at=moment,
        )
    return new


def _replaced_by(recheck: Recheck) -> DrawMember | None:
    body = DrawMember.for_front if recheck.body == Body.FRONT else DrawMember.for_veterans
    found = select(DrawMember).where(
        DrawMember.draw_id == recheck.draw_id, DrawMember.replaces_id == recheck.response_id, body
    )
    return db.session.scalars(found).first()


def _stratum(draw: Draw, member: DrawMember) -> tuple[ColumnElement[bool], ...]:
    whole = (DrawMember.draw_id == draw.id,)
    if draw.kind == DrawKind.DIRECTED:
        return whole
    return (*whole, DrawMember.enumerator_id == member.enumerator_id, DrawMember.unit_id == member.unit_id)


def _next(draw: Draw, old: DrawMember) -> Select[DrawMember, Response]:
    return (
        select(DrawMember, Response)
        .join(Response, Response.id == DrawMember.response_id)
        .where(*_stratum(draw, old), ~DrawMember.chosen, DrawMember.place.is_not(None), COUNTED)
        .order_by(DrawMember.place)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _recheck_of(draw: Draw, old: Recheck, response: Response, moment: datetime) -> Recheck | None:
    """Return the re-check of the response that takes the place; None where the body has one from another draw."""
    there = select(func.count()).where(Recheck.response_id == response.id, Recheck.body == old.body)
    if db.session.scalar(there):
        return None
    criteria = rule.asked_again(draw_making.rules_of(draw)["criteria"], draw.seed or "", response.uuid)
    made = Recheck(
        uuid=str(uuid4()),
        campaign_id=draw.campaign_id,
        draw_id=draw.id,
        response_id=response.id,
        body=old.body,
        supervisor_id=old.supervisor_id,
        criteria=",".join(criteria),
        drawn_at=moment,
    )
    db.session.add(made)
    db.session.flush()
    return made
