"""A body's head gives out its re-checks: exactly the rows named, or none."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, rechecks
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, Recheck, User
from survey_app.vocabulary import BODY_ROLES, RecheckState

log = logging.getLogger(__name__)
MOST = 500  # at once: our default


def supervisors_of(user: User) -> list[User]:
    """Return the active supervisors and heads of a person's body, by name; nobody for who belongs to none."""
    found = select(User).where(User.role.in_(BODY_ROLES), User.body == user.body, User.disabled_at.is_(None))
    return list(db.session.scalars(found.order_by(User.sort_key, User.id)))


def assign(actor: User, campaign: Campaign, wanted: Mapping[str, int], supervisor: str) -> int:
    """Give the named re-checks (uuid → the version shown) to a supervisor of the own body; return how many changed.

    Refuses the whole request and changes nothing: an id that is not the own body's in this campaign, a re-check that
    changed since or is no longer waiting, a person who is no active supervisor of the body, an empty choice, and a
    campaign that is neither open nor closed.
    """
    rechecks.check_worked_on(campaign)
    found = _locked(actor, campaign, wanted) if len(wanted) <= MOST else []
    person = next((each for each in supervisors_of(actor) if each.username == clean_line(supervisor)), None)
    fields = {}
    if not 1 <= len(wanted) <= MOST:
        fields["rows"] = problems.field("recheck_rows", most=MOST)
    if person is None:
        fields["supervisor"] = problems.field("recheck_supervisor")
    if person is None or fields:
        raise problems.InvalidFields(fields)
    changed = [
        each for each in found if each.version != wanted[each.uuid] or each.state != RecheckState.WAITING
    ]
    if changed:
        codes = ", ".join(str(each.response.form_code) for each in changed[:10])
        raise recheck_problems.RechecksChanged(codes=codes + (" …" if len(changed) > 10 else ""))
    given = [each for each in found if each.supervisor_id != person.id]
    lines = [
        audit.Change(
            each.uuid,
            before={"supervisor": each.supervisor.username if each.supervisor else None},
            after={"form_code": each.response.form_code, "supervisor": person.username},
        )
        for each in given
    ]
    for each in given:
        each.supervisor, each.version = person, each.version + 1
    db.session.flush()
    if lines:
        audit.record_all(actor, AuditVerb.RECHECK_ASSIGNED, lines, campaign_id=campaign.id)
    return len(given)


def _locked(actor: User, campaign: Campaign, wanted: Mapping[str, int]) -> Sequence[Recheck]:
    """Return the re-checks named, locked until the commit; refuses all where one is not the own body's."""
    own = (
        rechecks.visible_to(actor)
        .where(Recheck.uuid.in_(wanted), Recheck.campaign_id == campaign.id, Recheck.body == actor.body)
        .order_by(Recheck.id)
        .options(selectinload(Recheck.response), selectinload(Recheck.supervisor))
        .with_for_update(of=Recheck)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(own).all()
    if len(found) != len(wanted):
        foreign = sorted(set(wanted) - {each.uuid for each in found})
        log.warning("%s named re-checks that are not of the own body: %s", actor.username, foreign[:5])
        raise problems.NotFound()
    return found
