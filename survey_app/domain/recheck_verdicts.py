"""Verdicts of re-checks: stored once, never edited; a later one supersedes, and both are kept."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    audit,
    consequences,
    draw_replacements,
    drawn_responses,
    recheck_attempts,
    recheck_judgements,
    recheck_settings,
    rechecks,
)
from survey_app.domain.recheck_judgements import Judgement
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import DrawMember, Recheck, RecheckVerdict, User
from survey_app.models.columns import now
from survey_app.vocabulary import RecheckState, Role, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judged:
    """A verdict that is stored, and whether it was stored now or had been received before."""

    verdict: RecheckVerdict
    is_new: bool


def read(recheck: Recheck, raw: Mapping[str, Any]) -> Judgement:
    """Return what a form or a device says about a re-check; see `recheck_judgements.read`."""
    return recheck_judgements.read(recheck, raw)


def of_recheck(recheck: Recheck) -> list[RecheckVerdict]:
    """Return a re-check's verdicts in their order; the last one counts."""
    found = select(RecheckVerdict).where(RecheckVerdict.recheck_id == recheck.id)
    eager = joinedload(RecheckVerdict.given_by)
    return list(db.session.scalars(found.options(eager).order_by(RecheckVerdict.number)))


def judge(
    actor: User,
    recheck: Recheck,
    judgement: Judgement,
    *,
    version: int,
    claimed_at: datetime | None = None,
) -> Judged:
    """Store what a supervisor found, and let follow what follows from it.

    The same findings of the same person again are received again. The first verdict is a blind one; after it the original
    answers are shown, so a later one needs a reason in its note. That a re-check was only given to somebody else
    meanwhile costs nobody her work. Refuses a re-check that somebody judged after `version`, one of the other body, one
    that was dropped, a void response, "not reached" without the attempts it needs, and a campaign that is neither
    open nor closed.
    """
    recheck = rechecks.to_work_on(actor, recheck)
    earlier = of_recheck(recheck)
    if received := _received(actor, recheck, earlier, judgement, version):
        return Judged(received, is_new=False)
    rechecks.check_not_void(actor, recheck)
    if recheck.state == RecheckState.DROPPED:
        raise rechecks.ended(recheck)
    _check_version(recheck, earlier, version)
    _check_grounds(actor, recheck, earlier, judgement)
    moment = now()
    before = {"state": recheck.state, "verdict": recheck.verdict}
    verdict = _store(actor, recheck, judgement, earlier, claimed_at, moment)
    if judgement.verdict == Verdict.UNREACHABLE:
        draw_replacements.replace(actor, recheck, moment)
    consequences.follow(actor, recheck, verdict, moment)
    audit.record(
        actor,
        AuditVerb.RECHECK_JUDGED,
        recheck.uuid,
        campaign_id=recheck.campaign_id,
        before=before,
        after={
            "form_code": recheck.response.form_code,
            "state": recheck.state,
            "verdict": verdict.verdict,
            "reasons": ", ".join(LABELS[reason] for reason in judgement.reasons) or None,
            "number": verdict.number,
            "blind": verdict.blind,
            "version": verdict.response_version,
            "digest": verdict.content_digest,
        },
        at=moment,
    )
    return Judged(verdict, is_new=True)


def _received(
    actor: User, recheck: Recheck, earlier: list[RecheckVerdict], judgement: Judgement, version: int
) -> RecheckVerdict | None:
    """Return the verdict that says the same already: whatever was stored where the page is old, else the last one."""
    known = earlier[-1:] if version == recheck.version else earlier
    same = [
        each for each in known if each.content_digest == judgement.digest and each.given_by_id == actor.id
    ]
    return same[-1] if same else None


def _check_version(recheck: Recheck, earlier: list[RecheckVerdict], version: int) -> None:
    """Refuse a page older than the last verdict; before there is one, only the giving out can have changed it."""
    fits = version == recheck.version if earlier else 1 <= version <= recheck.version
    if fits:
        return
    if not earlier:
        raise rechecks.ended(recheck)
    last = earlier[-1]
    raise recheck_problems.RecheckOvertaken(
        form_code=recheck.response.form_code,
        who=last.given_by.display_name,
        when=last.given_at,
        found=LABELS[Verdict(last.verdict)],
        verdict=last,
    )


def _check_grounds(
    actor: User, recheck: Recheck, earlier: list[RecheckVerdict], judgement: Judgement
) -> None:
    fields = {}
    if earlier and not judgement.note:
        fields["note"] = problems.field("recheck_again_why")
    if judgement.verdict == Verdict.UNREACHABLE:
        _check_unreachable(actor, recheck, earlier)
        attempts = recheck_attempts.of_recheck(recheck)
        if not recheck_attempts.are_enough(recheck, attempts):
            most = recheck_settings.of_campaign(recheck.response.campaign).attempts
            count = recheck_attempts.unsuccessful(attempts)
            fields["verdict"] = problems.field("recheck_not_reached", most=most, count=count)
    if fields:
        raise problems.InvalidFields(fields)


def _check_unreachable(actor: User, recheck: Recheck, earlier: Sequence[RecheckVerdict]) -> None:
    """Refuse to call somebody unreachable who told something before, and a second one of a stratum without the head.

    Else one person could use up an enumerator's whole stratum, or take a failed response out of it.
    """
    form_code = recheck.response.form_code
    if any(each.verdict != Verdict.UNREACHABLE for each in earlier):
        raise recheck_problems.ReachedBefore(form_code=form_code)
    if actor.role == Role.BODY_HEAD:
        return
    mine, other = aliased(DrawMember), aliased(DrawMember)
    found = (
        select(RecheckVerdict.id)
        .join(RecheckVerdict.recheck)
        .join(mine, (mine.draw_id == recheck.draw_id) & (mine.response_id == recheck.response_id))
        .join(other, (other.draw_id == Recheck.draw_id) & (other.response_id == Recheck.response_id))
        .where(
            Recheck.draw_id == recheck.draw_id,
            Recheck.id != recheck.id,
            Recheck.body == recheck.body,
            other.enumerator_id == mine.enumerator_id,
            other.unit_id == mine.unit_id,
            RecheckVerdict.verdict == Verdict.UNREACHABLE,
            RecheckVerdict.given_by_id == actor.id,
        )
    )
    if db.session.scalar(found.limit(1)) is not None:
        log.warning("%s calls a second person of one stratum unreachable", actor.username)
        raise recheck_problems.UnreachableByHead(form_code=form_code)


def _was_told(recheck: Recheck) -> bool:
    """Tell whether the other body's verdict could be read before this re-check was drawn."""
    other = (
        select(RecheckVerdict.id)
        .join(RecheckVerdict.recheck)
        .where(
            Recheck.response_id == recheck.response_id,
            Recheck.id != recheck.id,
            RecheckVerdict.given_at < recheck.drawn_at,
        )
    )
    return db.session.scalar(other.limit(1)) is not None


def _store(
    actor: User,
    recheck: Recheck,
    judgement: Judgement,
    earlier: list[RecheckVerdict],
    claimed_at: datetime | None,
    moment: datetime,
) -> RecheckVerdict:
    verdict = RecheckVerdict(
        recheck_id=recheck.id,
        number=len(earlier) + 1,
        given_by_id=actor.id,
        given_at=moment,
        claimed_at=claimed_at,
        response_version=drawn_responses.as_drawn(recheck).version,
        verdict=judgement.verdict,
        reasons=",".join(judgement.reasons),
        took_place=judgement.took_place,
        took_place_on=judgement.took_place_on,
        used_service=judgement.used_service,
        read_fairly=judgement.read_fairly,
        answers_again=judgement.answers_again,
        note=judgement.note,
        blind=not earlier and not _was_told(recheck),
        content_digest=judgement.digest,
    )
    db.session.add(verdict)
    recheck.state, recheck.verdict, recheck.ended_at = RecheckState.JUDGED, judgement.verdict, moment
    recheck.version += 1
    db.session.flush()
    return verdict
