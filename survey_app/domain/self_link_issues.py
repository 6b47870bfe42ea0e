"""Links for citizens as Home Affairs handles them: issuing, issuing again, revoking, listing."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, case, exists, false, func, or_, select, union

from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, people
from survey_app.domain.days import midnight
from survey_app.domain.paging import Page, cut
from survey_app.domain.response_content import is_form_code
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.language import clean_line, searched
from survey_app.models import Campaign, CampaignUnit, Response, SampleRow, SelfLink, Unit, User
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import CampaignState, Mode, Permission, SampleKind

TOKEN_BYTES = 24
MOST_A_UNIT = 1000
MOST_AT_ONCE = 3000
_NUMBER = re.compile(r"[0-9]{1,9}")


class LinkState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


STATE_WORDS = {
    LinkState.OPEN: "Chưa dùng",
    LinkState.USED: "Đã trả lời",
    LinkState.EXPIRED: "Hết hạn",
    LinkState.REVOKED: "Đã thu hồi",
}


@dataclass(frozen=True)
class Order:
    """What Home Affairs asks for: the unit ("" for all), how many links for each, and until which day they hold.

    Where the campaign has a list, its rows are taken in their order, all of them unless `number` says how many;
    elsewhere `number` new form codes are made that begin with `prefix`.
    """

    unit: str = ""
    number: int | None = None
    prefix: str = ""
    expires: date | None = None


@dataclass(frozen=True)
class Issued:
    """A link as it is handed out, the only time that its token is known."""

    form_code: str
    unit: str
    unit_name: str
    token: str
    expires_at: datetime


def visible_to(user: User) -> Select[SelfLink]:
    """Return the links a person may see: whoever manages them all, others none."""
    links = select(SelfLink)
    return links if user.may(Permission.SELF_LINK_MANAGE) else links.where(false())


def one_visible_to(user: User, campaign: Campaign, number: int) -> SelfLink:
    """Return one link of a campaign; one that is not visible is not there."""
    found = visible_to(user).where(SelfLink.campaign_id == campaign.id, SelfLink.id == number)
    link = db.session.scalar(found)
    if link is None:
        raise problems.NotFound()
    return link


def state_of(link: SelfLink, moment: datetime) -> LinkState:
    """Return how a link stands at a moment."""
    if link.used_at is not None:
        return LinkState.USED
    if link.revoked_at is not None:
        return LinkState.REVOKED
    return LinkState.EXPIRED if link.expires_at <= moment else LinkState.OPEN


def _state(moment: datetime) -> ColumnElement[str]:
    return case(
        (SelfLink.used_at.is_not(None), LinkState.USED.value),
        (SelfLink.revoked_at.is_not(None), LinkState.REVOKED.value),
        (SelfLink.expires_at <= moment, LinkState.EXPIRED.value),
        else_=LinkState.OPEN.value,
    )


def search(
    user: User, campaign: Campaign, number: int, *, q: str = "", state: str = "", unit: str = ""
) -> Page[SelfLink]:
    """Return a page of a campaign's links by form code, narrowed by its beginning, the state and the unit."""
    found = visible_to(user).where(SelfLink.campaign_id == campaign.id).order_by(SelfLink.form_code)
    if wanted := searched(q):
        found = found.where(SelfLink.form_code.startswith(wanted, autoescape=True))
    if state in list(LinkState):
        found = found.where(_state(now()) == state)
    if unit:
        found = found.where(SelfLink.unit.has(Unit.code == unit))
    return cut(found, number)


def counts(campaign: Campaign) -> dict[LinkState, int]:
    """Return the number of a campaign's links in each state, zeros included; one query."""
    state = _state(now()).label("state")
    grouped = select(state, func.count()).where(SelfLink.campaign_id == campaign.id).group_by(state)
    found = {LinkState(word): number for word, number in db.session.execute(grouped)}
    return {word: found.get(word, 0) for word in LinkState}


def mark_of(campaign: Campaign) -> str:
    """Return a text that changes with every issue: a form that carries an older one was sent twice."""
    newest = select(func.count(), func.max(SelfLink.issued_at)).where(SelfLink.campaign_id == campaign.id)
    number, moment = db.session.execute(newest).one()
    return f"{number}-{moment.isoformat() if moment else ''}"


def has_list(campaign: Campaign) -> bool:
    """Tell whether a campaign has a list of people to ask."""
    listed = select(SampleRow.id).where(SampleRow.campaign_id == campaign.id).limit(1)
    return db.session.scalar(listed) is not None


def last_day(campaign: Campaign) -> date | None:
    """Return the day until which links hold unless another is named: the period's last, where it is still to come."""
    return campaign.period_to if _end_of(campaign.period_to) > now() else None


def _end_of(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def _expiry(campaign: Campaign, named: date | None) -> datetime:
    day = named or campaign.period_to
    if _end_of(day) <= now():
        raise problems.InvalidFields(
            {"expires": problems.field("links_expired", value=day.strftime("%d/%m/%Y"))}
        )
    return _end_of(day)


def _check(campaign: Campaign, mark: str) -> None:
    """Hold the campaign, so that one at a time issues; refuses a closed one, and a form sent for the second time."""
    db.session.flush()
    db.session.refresh(campaign, ["state"], with_for_update={"key_share": True})
    if campaign.state not in (CampaignState.DRAFT, CampaignState.OPEN):
        raise problems.CampaignNotOpen(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )
    if Mode.SELF not in campaigns.modes_of(campaign):
        raise collection_problems.NoSelfCompletion(campaign=campaign.name)
    if mark != mark_of(campaign):
        raise problems.InvalidFields({"mark": problems.field("links_stale")})


def issue(actor: User, campaign: Campaign, order: Order, mark: str) -> list[Issued]:
    """Issue links for rows of the list without a response and a link, or for new form codes where there is no list.

    `mark` is that of `mark_of` when the form was opened. Refuses what `_check` refuses, a unit without survey, a
    number or prefix that makes no form codes, a day that has passed, and an order for which nothing is left.
    """
    _check(campaign, mark)
    expires = _expiry(campaign, order.expires)
    units = _units(campaign, order.unit)
    forms = _listed(campaign, units, order) if has_list(campaign) else _numbered(campaign, units, order)
    if not forms:
        raise problems.InvalidFields({"unit": problems.field("links_none")})
    if len(forms) > MOST_AT_ONCE:
        told = problems.field("links_too_many", number=len(forms), most=MOST_AT_ONCE)
        raise problems.InvalidFields({"number": told})
    people.citizens()
    links = [
        SelfLink(campaign_id=campaign.id, unit_id=unit.unit_id, form_code=code, token_digest="")
        for unit, code in forms
    ]
    db.session.add_all(links)
    names = {unit.unit_id: (unit.unit.code, unit.unit.name) for unit in units}
    return _give_tokens(actor, campaign, links, names, expires)


def _units(campaign: Campaign, code: str) -> list[CampaignUnit]:
    wanted = clean_line(code)
    surveyed = [unit for unit in campaigns.units_of(campaign) if unit.surveyed]
    units = [unit for unit in surveyed if wanted in ("", unit.unit.code)]
    if not units:
        raise problems.InvalidFields({"unit": problems.field("unit_not_surveyed")})
    return units


def _listed(
    campaign: Campaign, units: Sequence[CampaignUnit], order: Order
) -> list[tuple[CampaignUnit, str]]:
    """Return the rows in use that can still be asked and have neither a response nor a link, in their order."""
    by_id = {unit.unit_id: unit for unit in units}
    arrived = exists().where(
        Response.campaign_id == campaign.id, Response.form_code == SampleRow.form_code, ARRIVED
    )
    linked = exists().where(SelfLink.campaign_id == campaign.id, SelfLink.form_code == SampleRow.form_code)
    rows = (
        select(SampleRow.unit_id, SampleRow.form_code)
        .where(
            SampleRow.campaign_id == campaign.id,
            SampleRow.unit_id.in_(by_id),
            SampleRow.in_use,
            SampleRow.unreachable.is_(None),
            ~arrived,
            ~linked,
        )
        .order_by(SampleRow.kind == SampleKind.RESERVE, SampleRow.position)
    )
    most = order.number
    taken: Counter[int] = Counter()
    found: dict[int, list[tuple[CampaignUnit, str]]] = {unit_id: [] for unit_id in by_id}
    for unit_id, code in db.session.execute(rows):
        taken[unit_id] += 1
        if most is None or taken[unit_id] <= most:
            found[unit_id].append((by_id[unit_id], code))
    return [each for unit_id in by_id for each in found[unit_id]]


def _numbered(
    campaign: Campaign, units: Sequence[CampaignUnit], order: Order
) -> list[tuple[CampaignUnit, str]]:
    """Return new form codes: prefix, unit and a number higher than any that ever stood behind them."""
    if order.number is None or not 1 <= order.number <= MOST_A_UNIT:
        raise problems.InvalidFields({"number": problems.field("links_number", most=MOST_A_UNIT)})
    prefix = clean_line(order.prefix)
    heads = {unit.unit_id: f"{prefix}-{unit.unit.code}-" for unit in units}
    for head in heads.values():
        if not prefix or not is_form_code(f"{head}00001"):
            shown = f"{head}0001"[:60]
            raise problems.InvalidFields({"prefix": problems.field("links_prefix", value=shown)})
    last = _last_numbers(campaign, heads.values())
    return [
        (unit, f"{heads[unit.unit_id]}{last[heads[unit.unit_id]] + place:04}")
        for unit in units
        for place in range(1, order.number + 1)
    ]


def _last_numbers(campaign: Campaign, heads: Iterable[str]) -> Counter[str]:
    """Return the highest number behind each beginning of a form code that responses, rows or links bear."""
    kinds = (Response, SampleRow, SelfLink)
    begins = [
        select(kind.form_code).where(
            kind.campaign_id == campaign.id,
            or_(*(kind.form_code.startswith(head, autoescape=True) for head in heads)),
        )
        for kind in kinds
    ]
    last: Counter[str] = Counter()
    for code in db.session.scalars(union(*begins)):
        head, dash, number = (code or "").rpartition("-")
        if _NUMBER.fullmatch(number):
            last[head + dash] = max(last[head + dash], int(number))
    return last


def _give_tokens(
    actor: User,
    campaign: Campaign,
    links: Sequence[SelfLink],
    names: dict[int, tuple[str, str]],
    expires: datetime,
) -> list[Issued]:
    """Give every link a new token, of which only the digest is kept; what opened it before opens nothing now."""
    moment, given, changes = now(), [], []
    for link in links:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        before = {"expires": link.expires_at.isoformat()} if link.id else None
        link.token_digest = people.token_digest(token)
        link.issued_by_id, link.issued_at, link.expires_at = actor.id, moment, expires
        link.revoked_at = None
        code, name = names[link.unit_id]
        given.append(Issued(link.form_code, code, name, token, expires))
        changes.append(
            audit.Change(
                f"{campaign.code}/{link.form_code}", before, {"unit": code, "expires": expires.isoformat()}
            )
        )
    db.session.flush()
    audit.record_all(actor, AuditVerb.SELF_LINK_ISSUED, changes, campaign_id=campaign.id, at=moment)
    return given


def reissue(
    actor: User,
    campaign: Campaign,
    mark: str,
    *,
    unit: str = "",
    number: int | None = None,
    expires: date | None = None,
) -> list[Issued]:
    """Replace the tokens of one link, or of all of a unit or campaign that are unused and not revoked.

    The links handed out before open nothing any more. Refuses what `issue` refuses, and a used link.
    """
    _check(campaign, mark)
    wanted = select(SelfLink).where(SelfLink.campaign_id == campaign.id).order_by(SelfLink.form_code)
    if number is not None:
        wanted = wanted.where(SelfLink.id == one_visible_to(actor, campaign, number).id)
    else:
        units = [each.unit_id for each in _units(campaign, unit)]
        unused = (SelfLink.used_at.is_(None), SelfLink.revoked_at.is_(None), SelfLink.unit_id.in_(units))
        wanted = wanted.where(*unused)
    held = wanted.with_for_update(of=SelfLink).execution_options(populate_existing=True)
    links = list(db.session.scalars(held))
    if not links:
        raise problems.InvalidFields({"unit": problems.field("links_none")})
    if number is not None and links[0].used_at is not None:
        raise collection_problems.SelfLinkSettled(form_code=links[0].form_code)
    until = _expiry(campaign, expires)
    names = {each.unit_id: (each.unit.code, each.unit.name) for each in campaigns.units_of(campaign)}
    return _give_tokens(actor, campaign, links, names, until)


def revoke(actor: User, campaign: Campaign, number: int) -> SelfLink:
    """Let a link open nothing any more; once revoked it stays so. Refuses a link that was used."""
    one_visible_to(actor, campaign, number)
    held = select(SelfLink).where(SelfLink.id == number).with_for_update()
    link = db.session.scalars(held.execution_options(populate_existing=True)).one()
    if link.used_at is not None:
        raise collection_problems.SelfLinkSettled(form_code=link.form_code)
    if link.revoked_at is None:
        link.revoked_at = now()
        after = {"form_code": link.form_code}
        record = f"{campaign.code}/{link.form_code}"
        audit.record(actor, AuditVerb.SELF_LINK_REVOKED, record, campaign_id=campaign.id, after=after)
    return link


def of_tokens(user: User, campaign: Campaign, tokens: Sequence[str]) -> list[Issued]:
    """Return the campaign's links that these tokens open, in the order of the tokens; others are left out."""
    by_digest = {people.token_digest(token): token for token in tokens[:MOST_AT_ONCE]}
    found = visible_to(user).where(
        SelfLink.campaign_id == campaign.id,
        SelfLink.token_digest.in_(by_digest),
        SelfLink.revoked_at.is_(None),
    )
    links = {link.token_digest: link for link in db.session.scalars(found)}
    names = {each.unit_id: (each.unit.code, each.unit.name) for each in campaigns.units_of(campaign)}
    return [
        Issued(links[digest].form_code, *names[links[digest].unit_id], token, links[digest].expires_at)
        for digest, token in by_digest.items()
        if digest in links
    ]
