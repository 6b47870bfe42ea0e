"""Draws of what is re-checked: opened, committed to by three parties, revealed, drawn by the last reveal; or abandoned.

Nobody can steer it: the frame and the rules are fixed before any part of the seed is known, and each party's part
before it knows the others'. `scoring/DRAWS.md` says the rule; `draw_making` carries it out.
"""

import logging
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, false, func, insert, or_, select

from scoring import draws as rule
from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, draw_making, quality, recheck_settings
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS, PARTY_LABELS, STATE_LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, Draw, DrawMember, DrawPart, Response, Screening, Unit, User
from survey_app.models.columns import now
from survey_app.models.response import COUNTED
from survey_app.vocabulary import (
    CampaignState,
    DrawKind,
    DrawState,
    Party,
    Permission,
    ResponseState,
    Role,
    Validity,
)

log = logging.getLogger(__name__)
SHORTEST_PART, LONGEST_PART = 16, 200
LONGEST_REASON = 200
LISTS = ("responses", "enumerators")
_HEX = re.compile(r"[0-9a-f]{64}")
_WHOLE = re.compile(r"[0-9]{1,6}")
# Whoever may return a response must not keep it out of the frame: it counts again once it is answered.
RETURNED = and_(
    Response.state == ResponseState.RETURNED, Response.validity == Validity.VALID, ~Response.apart
)


def visible_to(user: User) -> Select[Draw]:
    """Return the draws a person may see: the heads of both bodies and Home Affairs all, everybody else none."""
    found = select(Draw)
    return found if user.may(Permission.DRAW_VIEW) else found.where(false())


def one_visible_to(user: User, campaign: Campaign, number: int) -> Draw:
    """Return a draw by its number; refuses one that is not there or not visible."""
    wanted = visible_to(user).where(Draw.campaign_id == campaign.id, Draw.number == min(number, 2**31 - 1))
    found = db.session.scalar(wanted)
    if found is None:
        raise problems.NotFound()
    return found


def by_number(campaign: Campaign, number: int) -> Draw:
    """Return a draw by its number for a command, or refuse by name."""
    numbers = select(Draw.number).where(Draw.campaign_id == campaign.id).order_by(Draw.number)
    found = db.session.scalar(select(Draw).where(Draw.campaign_id == campaign.id, Draw.number == number))
    if found is None:
        known = ", ".join(map(str, db.session.scalars(numbers))) or "chưa có lần nào"
        raise problems.UnknownValue(what="Lần rút thăm", value=number, known=known)
    return found


def party_of(user: User) -> Party:
    """Return the party for which a person commits; refuses whoever belongs to none."""
    if user.body is not None:
        return Party(user.body)
    if user.role == Role.HOME_AFFAIRS:
        return Party.HOME_AFFAIRS
    raise problems.NotAllowed()


def parts_of(draw: Draw) -> dict[Party, DrawPart]:
    """Return the parts of a draw that were committed, by party."""
    found = db.session.scalars(select(DrawPart).where(DrawPart.draw_id == draw.id))
    return {Party(part.party): part for part in found}


def undrawn(campaign: Campaign) -> Select[Response, str]:
    """Return the responses from which a random draw takes: those that count or are returned, and were in none drawn before."""
    before = (
        select(DrawMember.response_id)
        .join(DrawMember.draw)
        .where(Draw.campaign_id == campaign.id, Draw.kind == DrawKind.RANDOM, Draw.state == DrawState.DRAWN)
    )
    return _counting(campaign).where(Response.id.not_in(before))


def listed(campaign: Campaign, screening: Screening, which: str) -> Select[Response, str]:
    """Return the responses a screening named that count now or are returned, or all of the enumerators it named."""
    found = quality.result_of(screening)
    if which == "responses":
        return _counting(campaign).where(
            Response.form_code.in_({each["form_code"] for each in found["responses"]})
        )
    named = {each["enumerator"] for each in found["enumerators"]}
    return _counting(campaign).where(
        Response.enumerator_id.in_(select(User.id).where(User.username.in_(named)))
    )


def _counting(campaign: Campaign) -> Select[Response, str]:
    return (
        select(Response, Unit.code)
        .join(Unit, Unit.id == Response.unit_id)
        .where(Response.campaign_id == campaign.id, or_(COUNTED, RETURNED))
    )


def open_random(actor: User, campaign: Campaign) -> Draw:
    """Fix the frame and the rules of a random draw, and let the three parties commit.

    Refuses a campaign that is not open, another draw in progress, a share that is none, and a frame without responses.
    """
    _may_be_opened(campaign)
    settings = recheck_settings.of_campaign(campaign)
    if not (0 < settings.share <= 1 and 0 <= settings.overlap <= 1):
        log.warning("share %s of a draw refused", settings.share)
        raise recheck_problems.ShareOutOfRange(share=recheck_settings.percent(settings.share))
    rules = _rules(campaign, settings, share=Decimal(str(settings.share)))
    return _open(actor, campaign, DrawKind.RANDOM, rules, undrawn(campaign))


def open_directed(actor: User, campaign: Campaign, screening: Screening, which: str, take: str) -> Draw:
    """Fix the list of a screening as the frame of a directed draw of so many, as a person types it.

    The list is whole, those already drawn among them: whoever was drawn at random is not drawn less often here.
    Refuses what a random draw refuses, an unknown list, and a number that is none or exceeds the list.
    """
    _may_be_opened(campaign)
    if which not in LISTS:
        raise problems.InvalidFields({"which": problems.field("draw_list")})
    found = listed(campaign, screening, which)
    most = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    if not most:
        raise recheck_problems.NothingToRecheck()
    typed = take.strip(" ")
    if not _WHOLE.fullmatch(typed) or not 1 <= int(typed) <= most:
        raise problems.InvalidFields({"take": problems.field("draw_take", most=most)})
    settings = recheck_settings.of_campaign(campaign)
    rules = _rules(campaign, settings, take=int(typed), screening=screening.number, list=which)
    return _open(actor, campaign, DrawKind.DIRECTED, rules, found, screening)


def _rules(campaign: Campaign, settings: recheck_settings.Settings, **amount: Any) -> str:
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    asked = [(each.code, [criterion.code for criterion in each.criteria]) for each in questionnaire.factors]
    return rule.rules_text(overlap=Decimal(str(settings.overlap)), criteria=asked, **amount)


def _check_open(campaign: Campaign) -> None:
    """Hold the campaign as it is; refuse unless it is open."""
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"key_share": True})
    if campaign.state != CampaignState.OPEN:
        log.warning("no draw in campaign %s, which is %s", campaign.code, campaign.state)
        raise recheck_problems.RecheckNotNow(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def _may_be_opened(campaign: Campaign) -> None:
    _check_open(campaign)
    committing = select(Draw.number).where(
        Draw.campaign_id == campaign.id, Draw.state == DrawState.COMMITTING
    )
    if number := db.session.scalar(committing):
        raise recheck_problems.DrawInProgress(number=number)


def _open(
    actor: User,
    campaign: Campaign,
    kind: DrawKind,
    rules: str,
    found: Select[Response, str],
    screening: Screening | None = None,
) -> Draw:
    frame = [(response, code) for response, code in db.session.execute(found)]
    if not frame:
        raise recheck_problems.NothingToRecheck()
    last = db.session.scalar(select(func.max(Draw.number)).where(Draw.campaign_id == campaign.id)) or 0
    header = rule.Header(campaign.code, last + 1, kind, rules)
    digest = rule.digest(rule.frame_text(header, [_member(response, code) for response, code in frame]))
    draw = Draw(
        campaign_id=campaign.id,
        number=header.number,
        kind=kind,
        rules=rules,
        screening_id=None if screening is None else screening.id,
        frame_size=len(frame),
        frame_digest=digest,
        opened_by_id=actor.id,
        opened_at=now(),
    )
    db.session.add(draw)
    db.session.flush()
    db.session.execute(insert(DrawMember), _rows(draw, (response for response, _ in frame)))
    fixed = draw_making.rules_of(draw)
    after = {
        "draw_kind": kind,
        "responses": len(frame),
        "frame": digest,
        "share": fixed.get("share"),
        "take": fixed.get("take"),
        "overlap": fixed["overlap"],
        "screening": fixed.get("screening"),
        "list": fixed.get("list"),
    }
    audit.record(actor, AuditVerb.DRAW_OPENED, _name(draw), campaign_id=campaign.id, after=after)
    return draw


def _member(response: Response, unit: str) -> rule.Member:
    return rule.Member(response.uuid, response.version, str(response.enumerator_id), unit)


def _rows(draw: Draw, frame: Iterable[Response]) -> list[dict[str, Any]]:
    return [
        {
            "draw_id": draw.id,
            "response_id": response.id,
            "response_version": response.version,
            "enumerator_id": response.enumerator_id,
            "unit_id": response.unit_id,
        }
        for response in frame
    ]


def commit(actor: User, draw: Draw, commitment: str) -> DrawPart:
    """Commit the actor's party to a part of the seed by its SHA-256; it cannot be changed afterwards.

    Refuses a campaign that is not open, a draw that is over, a second commitment, what is no SHA-256, and one that
    was used before: a copy of another party's would add nothing to the seed.
    """
    party, text = party_of(actor), clean_line(commitment).lower()
    _hold(draw)
    if party in parts_of(draw):
        raise recheck_problems.CommittedAlready(party=PARTY_LABELS[party], number=draw.number)
    if not _HEX.fullmatch(text):
        raise problems.InvalidFields({"commitment": problems.field("commitment_form")})
    if db.session.scalar(select(DrawPart.draw_id).where(DrawPart.commitment == text).limit(1)):
        log.warning("%s commits to a part used before", actor.username)
        raise problems.InvalidFields({"commitment": problems.field("commitment_used")})
    moment = now()
    part = DrawPart(
        draw_id=draw.id, party=party, committed_by_id=actor.id, committed_at=moment, commitment=text
    )
    db.session.add(part)
    db.session.flush()
    after = {"party": party, "commitment": text}
    campaign_id = draw.campaign_id
    audit.record(
        actor, AuditVerb.DRAW_COMMITTED, _name(draw), campaign_id=campaign_id, after=after, at=moment
    )
    return part


def reveal(actor: User, draw: Draw, part: str) -> bool:
    """Reveal the part that the actor's party committed to; the last of the three draws. Tell whether it did.

    Refuses a campaign that is not open, a draw that is over, a part while a commitment is missing, a second time, and
    a part that is not the one committed to.
    """
    party, text = party_of(actor), clean_line(part)
    _hold(draw)
    parts = parts_of(draw)
    if missing := [PARTY_LABELS[each] for each in Party if each not in parts]:
        raise recheck_problems.CommitmentsMissing(number=draw.number, missing=", ".join(missing))
    own = parts[party]
    if own.part is not None:
        raise recheck_problems.RevealedAlready(party=PARTY_LABELS[party], number=draw.number)
    if not SHORTEST_PART <= len(text) <= LONGEST_PART:
        raise problems.InvalidFields(
            {"part": problems.field("part_length", least=SHORTEST_PART, most=LONGEST_PART)}
        )
    if rule.digest(text) != own.commitment:
        log.warning("%s reveals another part than the one committed to in draw %d", actor.username, draw.id)
        told = recheck_problems.PartDoesNotMatch.sentence.format(commitment=own.commitment[:12])
        raise recheck_problems.PartDoesNotMatch(commitment=own.commitment[:12], fields={"part": told})
    moment = now()
    own.part, own.revealed_by_id, own.revealed_at = text, actor.id, moment
    db.session.flush()
    is_last = all(each.part is not None for each in parts.values())
    made = draw_making.make(draw, parts, moment) if is_last else None
    campaign_id = draw.campaign_id
    after = {"party": party, "part": text}
    audit.record(actor, AuditVerb.DRAW_REVEALED, _name(draw), campaign_id=campaign_id, after=after, at=moment)
    if made is not None:
        draw_making.tell(actor, draw, _name(draw), made, moment)
    return is_last


def abandon(actor: User, draw: Draw, reason: str) -> None:
    """Give up a draw that is still waiting for parts, with a reason; it stays visible, with whoever had not revealed.

    Refuses a draw that is over, and a missing reason.
    """
    party_of(actor)
    text = clean_line(reason)
    _hold(draw, while_open=False)
    if not 1 <= len(text) <= LONGEST_REASON:
        raise problems.InvalidFields({"reason": problems.field("abandon_reason", most=LONGEST_REASON)})
    parts = parts_of(draw)
    draw.state, draw.reason, draw.ended_at = DrawState.ABANDONED, text, now()
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.DRAW_ABANDONED,
        _name(draw),
        campaign_id=draw.campaign_id,
        before={"draw_state": DrawState.COMMITTING},
        after={
            "draw_state": DrawState.ABANDONED,
            "not_revealed": ", ".join(
                PARTY_LABELS[each] for each in Party if each not in parts or parts[each].part is None
            ),
        },
        reason=text,
        at=draw.ended_at,
    )


def _hold(draw: Draw, *, while_open: bool = True) -> None:
    """Lock a draw; refuse one that is over, and unless told otherwise one whose campaign is not open."""
    db.session.flush()
    db.session.refresh(draw, with_for_update=True)
    if draw.state != DrawState.COMMITTING:
        raise recheck_problems.DrawOver(number=draw.number, state=STATE_LABELS["draw"][draw.state].lower())
    if while_open:
        _check_open(draw.campaign)


def _name(draw: Draw) -> str:
    return f"{draw.campaign.code}/{draw.number}"
