"""What the re-checks found: each body's present verdict on a response, and one finding a response."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from survey_app.extensions import db
from survey_app.models import Campaign, JointCase, Recheck, RecheckVerdict, Response, User
from survey_app.vocabulary import Body, JointState, RecheckState, Verdict

TELLING = (Verdict.CONFIRMED, Verdict.FAILED)


@dataclass(frozen=True)
class Finding:
    """What holds of one response: confirmed or failed, None while the bodies differ; since when, said by how many bodies."""

    outcome: Verdict | None
    since: datetime
    bodies: int = 1


def verdicts_of(response: Response) -> dict[Body, RecheckVerdict]:
    """Return each body's present verdict on a response: the one of the highest number."""
    found = (
        select(RecheckVerdict)
        .join(RecheckVerdict.recheck)
        .options(contains_eager(RecheckVerdict.recheck), joinedload(RecheckVerdict.given_by))
        .where(Recheck.response_id == response.id, Recheck.state == RecheckState.JUDGED)
        .order_by(RecheckVerdict.recheck_id, RecheckVerdict.number)
    )
    return {Body(verdict.recheck.body): verdict for verdict in db.session.scalars(found)}


def agreed_on(response: Response, verdicts: Mapping[Body, RecheckVerdict]) -> Verdict | None:
    """Return what the heads agreed on a response, None where nothing is agreed or both bodies say the same by now."""
    words = [each.verdict for each in verdicts.values() if each.verdict in TELLING]
    if len(words) == len(Body) and len(set(words)) == 1:
        return None
    outcome = db.session.scalar(select(JointCase.outcome).where(JointCase.response_id == response.id))
    return Verdict(outcome) if outcome else None


def of_enumerator(campaign: Campaign, enumerator: User) -> dict[int, Finding]:
    """Return one finding for each of an enumerator's judged responses, by the response's key; two queries.

    Judged is what a body confirmed or failed. Where the bodies differ, what their heads agreed counts instead; until
    then nothing is found. A finding is as old as the first verdict that says so: saying it again is not new.
    """
    hers = Response.campaign_id == campaign.id, Response.enumerator_id == enumerator.id
    first = func.min(RecheckVerdict.given_at, type_=RecheckVerdict.given_at.type)
    verdicts = (
        select(Recheck.response_id, Recheck.verdict, first)
        .join(Response, Response.id == Recheck.response_id)
        .join(
            RecheckVerdict,
            (RecheckVerdict.recheck_id == Recheck.id) & (RecheckVerdict.verdict == Recheck.verdict),
        )
        .where(*hers, Recheck.state == RecheckState.JUDGED, Recheck.verdict.in_(TELLING))
        .group_by(Recheck.id, Recheck.response_id, Recheck.verdict)
    )
    findings: dict[int, Finding] = {}
    for response, word, since in db.session.execute(verdicts):
        other, outcome = findings.get(response), Verdict(word or "")
        if other is None:
            findings[response] = Finding(outcome, since)
        elif other.outcome == outcome:
            findings[response] = Finding(outcome, min(since, other.since), 2)
        else:
            findings[response] = Finding(None, max(since, other.since), 2)
    cases = select(JointCase).join(JointCase.response).where(*hers, JointCase.state == JointState.AGREED)
    for case in db.session.scalars(cases):
        told = findings.get(case.response_id)
        if case.outcome and case.agreed_at and not (told and told.bodies == len(Body) and told.outcome):
            findings[case.response_id] = Finding(Verdict(case.outcome), case.agreed_at, len(Body))
    return findings
