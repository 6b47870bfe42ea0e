"""Batches to redo: too many of an enumerator's re-checked responses failed; Home Affairs decides."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import joinedload

from scoring.intervals import clopper_pearson
from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, findings, recheck_settings, rechecks, voiding, voids
from survey_app.domain.audit import Change, Lines
from survey_app.domain.people import CITIZENS
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.language import clean_line
from survey_app.models import (
    Campaign,
    Recheck,
    RecheckVerdict,
    RedoProposal,
    Response,
    Unit,
    User,
    VoidProposal,
)
from survey_app.models.columns import now
from survey_app.vocabulary import ProposalState, RedoState, ResponseState, Role, Validity, Verdict

log = logging.getLogger(__name__)
LEVEL = 0.95
LONGEST_REASON = 200
# A returned response counts again once it is answered: leaving it out would spare it.
HER_WORK = (ResponseState.SUBMITTED, ResponseState.ACCEPTED, ResponseState.RETURNED)


@dataclass(frozen=True)
class Share:
    """How many of an enumerator's judged responses failed since the last decision, and between which shares it lies.

    `low` and `high` are 0–1, exact (Clopper–Pearson) at 95 %.
    """

    judged: int
    failed: int
    limit: float
    responses: frozenset[int] = frozenset()

    @property
    def is_over(self) -> bool:
        """Whether more failed than the campaign allows; exactly the limit is allowed."""
        return self.judged > 0 and Fraction(self.failed, self.judged) > Fraction(str(self.limit))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the interval of the share of all her work that would fail."""
        return clopper_pearson(self.failed / self.judged if self.judged else 0.0, self.judged, LEVEL)


def visible_to(user: User) -> Select[RedoProposal]:
    """Return the proposals a person may see: heads of the bodies and Home Affairs all; nobody else any."""
    found = select(RedoProposal)
    return found if user.role in (Role.BODY_HEAD, Role.HOME_AFFAIRS) else found.where(false())


def one_visible_to(user: User, number: int) -> RedoProposal:
    """Return a proposal a person may see; otherwise it is not there."""
    found = db.session.scalar(visible_to(user).where(RedoProposal.id == min(number, 2**63 - 1)))
    if found is None:
        log.warning("redo proposal %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return found


def listed(user: User, campaign: Campaign) -> list[RedoProposal]:
    """Return a campaign's proposals a person may see, open ones first, then the newest."""
    found = (
        visible_to(user)
        .options(joinedload(RedoProposal.enumerator), joinedload(RedoProposal.decided_by))
        .where(RedoProposal.campaign_id == campaign.id)
        .order_by((RedoProposal.state == RedoState.OPEN).desc(), RedoProposal.id.desc())
    )
    return list(db.session.scalars(found))


def limit_of(campaign: Campaign) -> Decimal:
    """Return the share of failed that is still allowed, in per cent."""
    return 100 * Decimal(str(recheck_settings.of_campaign(campaign).fail_limit))


def share_of(campaign: Campaign, enumerator: User) -> Share:
    """Return the share of failed among an enumerator's judged responses that no decision has covered yet.

    What was found before the last decision was before whoever decided, and is not held against her twice.
    """
    decided = select(func.max(RedoProposal.decided_at, type_=RedoProposal.decided_at.type)).where(
        RedoProposal.campaign_id == campaign.id, RedoProposal.enumerator_id == enumerator.id
    )
    last = db.session.scalar(decided)
    new = {
        response: finding.outcome
        for response, finding in findings.of_enumerator(campaign, enumerator).items()
        if finding.outcome is not None and (last is None or finding.since > last)
    }
    failed = frozenset(response for response, outcome in new.items() if outcome == Verdict.FAILED)
    limit = recheck_settings.of_campaign(campaign).fail_limit
    return Share(len(new), len(failed), limit, failed)


def reconsider(campaign: Campaign, enumerator: User, moment: datetime) -> Lines:
    """Propose to redo an enumerator's batch where more failed than the campaign allows and nothing is proposed yet.

    Returns the lines to write. The trail is held first: of two verdicts at once the second sees the first.
    """
    if enumerator.username == CITIZENS:
        return []
    audit.hold()
    open_one = select(RedoProposal.id).where(
        RedoProposal.campaign_id == campaign.id,
        RedoProposal.enumerator_id == enumerator.id,
        RedoProposal.state == RedoState.OPEN,
    )
    if db.session.scalar(open_one) is not None:
        return []
    share = share_of(campaign, enumerator)
    if not share.is_over:
        return []
    proposal = RedoProposal(
        campaign_id=campaign.id,
        enumerator_id=enumerator.id,
        judged=share.judged,
        failed=share.failed,
        opened_at=moment,
    )
    db.session.add(proposal)
    db.session.flush()
    after = {
        "enumerator": enumerator.username,
        "state": proposal.state,
        "judged": share.judged,
        "failed": share.failed,
    }
    return [(AuditVerb.REDO_PROPOSED, Change(proposal.id, None, after))]


# --- decided ---


@dataclass(frozen=True)
class Batch:
    """The responses that would be void, in the order of their form codes; `digest` names exactly them as they are."""

    responses: Sequence[Response]

    @property
    def digest(self) -> str:
        """The SHA-256 of keys, versions and states."""
        lines = (f"{each.id} {each.version} {each.state}\n" for each in self.responses)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def batch_of(campaign: Campaign, enumerator: User) -> Batch:
    """Return an enumerator's work in a campaign that a redo would void; three queries.

    All that counts or would count again once answered, except what a re-check confirmed and none failed.
    """
    hers = (
        select(Response)
        .options(joinedload(Response.unit).lazyload(Unit.group))
        .where(
            Response.campaign_id == campaign.id,
            Response.enumerator_id == enumerator.id,
            Response.state.in_(HER_WORK),
            Response.validity == Validity.VALID,
            ~Response.apart,
        )
    )
    found = findings.of_enumerator(campaign, enumerator)
    spared = {key for key, finding in found.items() if finding.outcome == Verdict.CONFIRMED}
    ordered = db.session.scalars(hers.order_by(Response.form_code, Response.id)).all()
    return Batch([each for each in ordered if each.id not in spared])


def obstacle(actor: User, proposal: RedoProposal) -> problems.Problem | None:
    """Return why a person cannot decide a proposal now, None where she can.

    The supervisors whose verdicts made it are the first persons; whoever decides is another one, of Home Affairs.
    """
    if actor.role != Role.HOME_AFFAIRS:
        return problems.NotAllowed()
    if proposal.state != RedoState.OPEN:
        return _decided(proposal)
    campaign = db.session.get_one(Campaign, proposal.campaign_id)
    if campaign.state not in rechecks.WORKED_ON:
        return rechecks.not_now(campaign)
    share = share_of(campaign, proposal.enumerator)
    judges = (
        select(RecheckVerdict.given_by_id)
        .join(RecheckVerdict.recheck)
        .where(Recheck.response_id.in_(share.responses), RecheckVerdict.given_by_id == actor.id)
    )
    if db.session.scalar(judges.limit(1)) is not None:
        return recheck_problems.RedoOwnVerdict()
    return None


def reply_open(proposal: RedoProposal, moment: datetime) -> VoidProposal | None:
    """Return an open proposal on a response of the enumerator's about which she can still say something first."""
    found = (
        select(VoidProposal)
        .join(VoidProposal.response)
        .where(
            VoidProposal.campaign_id == proposal.campaign_id,
            Response.enumerator_id == proposal.enumerator_id,
            VoidProposal.state == ProposalState.OPEN,
            VoidProposal.reply == "",
            VoidProposal.reply_until > moment,
        )
    )
    return db.session.scalar(found.order_by(VoidProposal.reply_until.desc()).limit(1))


def accept(actor: User, proposal: RedoProposal, reason: str, *, listed: str, number: str) -> int:
    """Void the enumerator's batch, so that it is done again; returns how many responses.

    `listed` is the digest of the batch that was shown, `number` how many responses the person says that is. Refuses
    whom `obstacle` names, a batch that changed since, another number, a share that is no longer over the limit, a
    missing reason, and while the enumerator may still reply to a proposal to void.
    """
    campaign, proposal, moment = _to_decide(actor, proposal)
    enumerator = proposal.enumerator
    batch = batch_of(campaign, enumerator)
    count = len(batch.responses)
    if batch.digest != listed:
        raise recheck_problems.RedoChanged(enumerator=enumerator.display_name, count=count)
    fields = _reason(reason)
    if clean_line(number) != str(count):
        fields["number"] = problems.field("redo_count", count=count)
    if fields:
        raise problems.InvalidFields(fields)
    share = share_of(campaign, enumerator)
    if not share.is_over:
        raise recheck_problems.RedoNotOver(
            enumerator=enumerator.display_name, failed=share.failed, judged=share.judged
        )
    if waiting := reply_open(proposal, moment):
        raise recheck_problems.RedoReplyOpen(
            enumerator=enumerator.display_name,
            form_code=waiting.response.form_code,
            until=waiting.reply_until,
        )
    text = clean_line(reason)
    after = {"enumerator": enumerator.username, "responses": count, "listed": batch.digest}
    lines = _close(actor, proposal, RedoState.ACCEPTED, AuditVerb.REDO_ACCEPTED, text, moment, after)
    after = {"redo": proposal.id}
    lines += voiding.void(actor, batch.responses, text, moment, after)
    for response in batch.responses:
        if waiting := voids.open_of(response):
            lines += voids.withdraw(waiting, "Phiếu đã bị hủy theo quyết định làm lại.", moment)
    audit.record_lines(actor, lines, campaign_id=campaign.id, at=moment)
    return count


def decline(actor: User, proposal: RedoProposal, reason: str) -> None:
    """Leave an enumerator's batch as it is, with a reason; refuses whom `obstacle` names and a missing reason."""
    campaign, proposal, moment = _to_decide(actor, proposal)
    if fields := _reason(reason):
        raise problems.InvalidFields(fields)
    after = {"enumerator": proposal.enumerator.username}
    text = clean_line(reason)
    lines = _close(actor, proposal, RedoState.DECLINED, AuditVerb.REDO_DECLINED, text, moment, after)
    audit.record_lines(actor, lines, campaign_id=campaign.id, at=moment)


def _reason(typed: str) -> dict[str, str]:
    if 1 <= len(clean_line(typed)) <= LONGEST_REASON:
        return {}
    return {"reason": problems.field("decision_reason", most=LONGEST_REASON)}


def _to_decide(actor: User, proposal: RedoProposal) -> tuple[Campaign, RedoProposal, datetime]:
    """Return campaign and proposal as they are now, the enumerator's work and the trail held, and the moment."""
    campaign = db.session.get_one(Campaign, proposal.campaign_id)
    voiding.check_decided_on(campaign)
    hers = select(Response.id).where(
        Response.campaign_id == campaign.id, Response.enumerator_id == proposal.enumerator_id
    )
    voiding.hold(db.session.scalars(hers).all())
    audit.hold()
    fresh = select(RedoProposal).where(RedoProposal.id == proposal.id)
    proposal = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
    moment = now()
    if why := obstacle(actor, proposal):
        log.warning("%s cannot decide redo proposal %d: %s", actor.username, proposal.id, why.code)
        raise why
    return campaign, proposal, moment


def _close(
    actor: User,
    proposal: RedoProposal,
    state: RedoState,
    verb: AuditVerb,
    text: str,
    moment: datetime,
    facts: Mapping[str, Any],
) -> Lines:
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.reason = state, actor, moment, text
    db.session.flush()
    return [(verb, Change(proposal.id, {"state": RedoState.OPEN}, {"state": state, **facts}, text))]


def _decided(proposal: RedoProposal) -> problems.Problem:
    return recheck_problems.RedoDecided(
        enumerator=proposal.enumerator.display_name,
        who=proposal.decided_by.display_name if proposal.decided_by else "",
        state=STATE_LABELS["redo"][proposal.state],
        when=proposal.decided_at,
    )
