"""Acceptance: a supervisor has read a response and has nothing to ask; it counts before and after."""

from collections.abc import Collection, Sequence

from survey_app import recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, flag_questions, flags, rechecks
from survey_app.extensions import db
from survey_app.models import AuditLine, Recheck, Response, User
from survey_app.vocabulary import ResponseState


def accept(actor: User, response: Response, *, version: int) -> None:
    """Accept a response in the version shown; a flag still returns it afterwards.

    Refuses a campaign whose result is sealed, a version that is not the present one, a response that does not count or
    is accepted already, one whose answers the person may not see before the own body's verdict, and one about which
    the own body still has a question.
    """
    response = flags.locked([response.id])[0]
    check(actor, response, version, *held_up(actor, [response.id]))
    put(actor, [response])


def held_up(actor: User, keys: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which of some responses stay hidden from a person, and about which the own body has a question; two queries."""
    waiting = rechecks.hidden_from(actor).where(Recheck.response_id.in_(keys))
    return set(db.session.scalars(waiting)), flag_questions.unsettled_of(actor, list(keys))


def check(
    actor: User, response: Response, version: int, hidden: Collection[int], asked: Collection[int]
) -> None:
    """Refuse to accept a response as it stands; see `accept`."""
    flags.check_unsealed(response.campaign)
    if response.id in hidden:
        raise recheck_problems.VerdictFirst(form_code=response.form_code)
    flags.check_stands(actor, response, version)
    if response.state == ResponseState.ACCEPTED:
        line = accepted_by(response)
        raise recheck_problems.AcceptedAlready(
            form_code=response.form_code,
            who=line.actor_name if line else "giám sát viên",
            when=line.at if line else response.saved_at,
        )
    if response.id in asked:
        raise recheck_problems.QuestionNotSettled(form_code=response.form_code)


def put(actor: User, found: Sequence[Response]) -> None:
    """Accept locked responses that were checked, and write each one's line."""
    for response in found:
        response.state = ResponseState.ACCEPTED
    db.session.flush()
    audit.record_all(
        actor,
        AuditVerb.RESPONSE_ACCEPTED,
        [
            audit.Change(
                response.uuid,
                {"state": ResponseState.SUBMITTED},
                {"state": response.state, "version": response.version},
            )
            for response in found
        ],
        campaign_id=found[0].campaign_id,
    )


def accepted_by(response: Response) -> AuditLine | None:
    """Return the line of a response's last acceptance, None where it never was accepted."""
    lines = audit.history("response", response.uuid)
    return next((line for line in reversed(lines) if line.verb == AuditVerb.RESPONSE_ACCEPTED), None)
