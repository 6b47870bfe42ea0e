"""One enumerator as the bodies and Home Affairs see her: her judged re-checks, flags, and who changed what, when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from scoring.recheck_rates import Measures
from scoring.recheck_suspicion import Suspect
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit_views, flags, rechecks
from survey_app.domain.audit_views import Told
from survey_app.domain.recheck_measures import Gathered, Known
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Flag, Recheck, Response, User
from survey_app.vocabulary import BODY_ROLES

MOST_LINES, MOST_FLAGS = 100, 50
_TOLD_BESIDE = {audit_views.NAMES["form_code"], audit_views.NAMES["digest"]}
# What happened to a response itself; flags and proposals have their own readers.
OF_RESPONSES = (
    AuditVerb.RESPONSE_SUBMITTED,
    AuditVerb.RESPONSE_IMPORTED,
    AuditVerb.RESPONSE_CORRECTED,
    AuditVerb.RESPONSE_ACCEPTED,
    AuditVerb.RESPONSE_VOIDED,
    AuditVerb.RESPONSE_WITHDRAWN,
)


@dataclass(frozen=True)
class HerWork:
    """What is known of one enumerator's re-checked work; `measures` and `suspect` are None where nothing is judged."""

    enumerator: User
    measures: Measures | None
    suspect: Suspect | None
    known: Sequence[Known]
    flags: Sequence[Flag]
    history: Sequence[tuple[Told, str]]


def one(user: User, found: Gathered, username: str) -> HerWork:
    """Return one enumerator's page; refuses who brought no response to the campaign, known or unknown alike."""
    campaign = found.campaign
    brought = select(Response.enumerator_id).where(Response.campaign_id == campaign.id)
    hers = db.session.scalar(select(User).where(User.username == username, User.id.in_(brought)))
    if hers is None:
        raise problems.NotFound()
    known = [each for each in found.known if each.enumerator == username]
    return HerWork(
        hers,
        found.by_enumerator().get(username),
        next((each for each in found.suspects() if each.enumerator == username), None),
        known,
        _flags(user, campaign, hers),
        _history(user, known),
    )


def _flags(user: User, campaign: Campaign, enumerator: User) -> Sequence[Flag]:
    newest = (
        flags.visible_to(user)
        .join(Flag.response)
        .options(contains_eager(Flag.response), joinedload(Flag.raised_by))
        .where(Response.campaign_id == campaign.id, Response.enumerator_id == enumerator.id)
        .order_by(Flag.raised_at.desc(), Flag.id.desc())
        .limit(MOST_FLAGS)
    )
    return db.session.scalars(newest).all()


def _history(user: User, known: Collection[Known]) -> list[tuple[Told, str]]:
    """Return the newest audit lines of these re-checks and their responses, each with the form's code.

    Of the other body's re-checks only that they were judged: how it goes about its work is its own.
    """
    judged = {each.recheck: each.form_code for each in known}
    responses = {each.response: each.form_code for each in known}
    own = select(Recheck.uuid).where(Recheck.uuid.in_(judged))
    if user.role in BODY_ROLES:
        own = own.where(Recheck.uuid.in_(rechecks.visible_to(user).with_only_columns(Recheck.uuid)))
    lines = (
        select(AuditLine)
        .where(
            or_(
                and_(
                    AuditLine.noun == "recheck",
                    AuditLine.record_id.in_(judged),
                    or_(AuditLine.verb == AuditVerb.RECHECK_JUDGED, AuditLine.record_id.in_(own)),
                ),
                and_(
                    AuditLine.noun == "response",
                    AuditLine.record_id.in_(responses),
                    AuditLine.verb.in_(OF_RESPONSES),
                ),
            )
        )
        .order_by(AuditLine.id.desc())
        .limit(MOST_LINES)
    )
    codes = {**judged, **responses}
    return [(_told(line), codes[line.record_id]) for line in db.session.scalars(lines)]


def _told(line: AuditLine) -> Told:
    """Return a line's facts without those that its row tells anyhow."""
    found = audit_views.told(line)
    return replace(found, facts=[fact for fact in found.facts if fact.name not in _TOLD_BESIDE])
