"""Contact attempts of a re-check: how the person was tried, and what came of it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, recheck_judgements, recheck_settings, rechecks
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Recheck, RecheckAttempt, User
from survey_app.models.columns import now
from survey_app.vocabulary import ContactResult, ContactWay, RecheckState

LONGEST_NOTE = 200
WITHOUT_SUCCESS = (ContactResult.NOBODY, ContactResult.LATER)
FOR_GOOD = (ContactResult.WRONG, ContactResult.REFUSED)


def of_recheck(recheck: Recheck) -> list[RecheckAttempt]:
    """Return a re-check's attempts, oldest first."""
    found = select(RecheckAttempt).where(RecheckAttempt.recheck_id == recheck.id)
    eager = joinedload(RecheckAttempt.made_by)
    return list(db.session.scalars(found.options(eager).order_by(RecheckAttempt.made_at, RecheckAttempt.id)))


def attempt(actor: User, recheck: Recheck, *, way: str, result: str, note: str = "") -> RecheckAttempt:
    """Note that the person of a re-check was tried, and with what result.

    What the note says stays with the attempt and not in the trail. Refuses a way or result that is none, a note too long
    or with a telephone number, a re-check of the other body, one that is no longer
    waiting, a response that is void, and a campaign that is neither open nor closed.
    """
    recheck = rechecks.to_work_on(actor, recheck)
    rechecks.check_not_void(actor, recheck)
    if recheck.state != RecheckState.WAITING:
        raise rechecks.ended(recheck)
    text = clean_line(note)
    fields = {}
    if way not in list(ContactWay):
        fields["way"] = problems.field("recheck_way")
    if result not in list(ContactResult):
        fields["result"] = problems.field("recheck_result")
    if recheck_judgements.tells_a_number(text):
        fields["attempt_note"] = problems.field("recheck_note_phone")
    if len(text) > LONGEST_NOTE:
        fields["attempt_note"] = problems.field("recheck_note_line", length=len(text), most=LONGEST_NOTE)
    if fields:
        raise problems.InvalidFields(fields)
    moment = now()
    made = RecheckAttempt(
        recheck_id=recheck.id, made_by_id=actor.id, made_at=moment, way=way, result=result, note=text
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.RECHECK_ATTEMPTED,
        recheck.uuid,
        campaign_id=recheck.campaign_id,
        after={"form_code": recheck.response.form_code, "way": way, "attempt": result},
        at=moment,
    )
    return made


def unsuccessful(attempts: Sequence[RecheckAttempt]) -> int:
    """Return how many attempts reached nobody."""
    return sum(each.result in WITHOUT_SUCCESS for each in attempts)


def are_enough(recheck: Recheck, attempts: Sequence[RecheckAttempt]) -> bool:
    """Tell whether the attempts allow the verdict that the person cannot be reached."""
    most = recheck_settings.of_campaign(recheck.response.campaign).attempts
    return any(each.result in FOR_GOOD for each in attempts) or unsuccessful(attempts) >= most
