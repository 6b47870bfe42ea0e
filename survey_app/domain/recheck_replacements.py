"""Who takes the place of a re-check whose person cannot be reached: the next of the same stratum, by the seed."""

import logging
from datetime import datetime
from uuid import uuid4

from sqlalchemy import exists, select, update

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.models import DrawMember, Recheck, Response, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import Body

log = logging.getLogger(__name__)


def replace_unreachable(actor: User, recheck: Recheck, moment: datetime) -> Recheck | None:
    """Give the body another re-check in place of one that was not reached: the next place of its stratum.

    The next member by place that was not drawn, whose response counts and which the body does not re-check already; the
    same supervisor goes on. The probabilities of the stratum are those of one more drawn. None, and nothing
    changed, where the stratum has nobody left or the re-check was replaced before.
    """
    gone = db.session.get_one(DrawMember, (recheck.draw_id, recheck.response_id))
    stratum = (
        DrawMember.draw_id == gone.draw_id,
        DrawMember.enumerator_id == gone.enumerator_id,
        DrawMember.unit_id == gone.unit_id,
    )
    db.session.scalars(select(DrawMember).where(*stratum).order_by(DrawMember.place).with_for_update()).all()
    of_body = DrawMember.for_front if recheck.body == Body.FRONT else DrawMember.for_veterans
    replaced = select(DrawMember.response_id).where(
        *stratum, DrawMember.replaces_id == recheck.response_id, of_body
    )
    if db.session.scalar(replaced.limit(1)) is not None:
        return None
    known = exists().where(Recheck.response_id == DrawMember.response_id, Recheck.body == recheck.body)
    free = (
        select(DrawMember)
        .join(Response, Response.id == DrawMember.response_id)
        .where(*stratum, ~DrawMember.chosen, DrawMember.place.is_not(None), COUNTED, ~known)
        .order_by(DrawMember.place, DrawMember.response_id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    chosen = db.session.scalar(free)
    if chosen is None:
        log.info("no response is left to take the place of re-check %s", recheck.uuid)
        return None
    return _take(actor, recheck, chosen, stratum, moment)


def _take(
    actor: User, recheck: Recheck, chosen: DrawMember, stratum: tuple[object, ...], moment: datetime
) -> Recheck:
    chosen.chosen, chosen.replaces_id = True, recheck.response_id
    chosen.for_front, chosen.for_veterans = recheck.body == Body.FRONT, recheck.body == Body.VETERANS
    db.session.flush()
    more = update(DrawMember).where(*stratum, DrawMember.taken.is_not(None))  # type: ignore[arg-type]
    db.session.execute(
        more.values(taken=DrawMember.taken + 1), execution_options={"synchronize_session": "fetch"}
    )
    made = Recheck(
        uuid=str(uuid4()),
        campaign_id=recheck.campaign_id,
        draw_id=recheck.draw_id,
        response_id=chosen.response_id,
        body=recheck.body,
        supervisor_id=recheck.supervisor_id,
        criteria=recheck.criteria,
        drawn_at=moment,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.RECHECK_REPLACED,
        recheck.uuid,
        campaign_id=recheck.campaign_id,
        before={"form_code": recheck.response.form_code},
        after={"form_code": made.response.form_code, "recheck": made.uuid},
        at=moment,
    )
    return made
