"""Campaigns: creating them with their units, pinning questionnaire and method, moving their state."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Select, bindparam, false, func, select

from scoring.errors import ScoringError
from scoring.method import Method, load_method, parse_method
from scoring.questionnaire import Questionnaire, load_questionnaire, parse_questionnaire
from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, undecided
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, CampaignUnit, Definition, ScoreRun, Unit, UnitGroup, User
from survey_app.vocabulary import CampaignState, Mode, Role

STEPS = (
    CampaignState.DRAFT,
    CampaignState.OPEN,
    CampaignState.CLOSED,
    CampaignState.SEALED,
    CampaignState.PUBLISHED,
)
GROUP_NAMES = {
    "departments": "Sở, ban, ngành",
    "districts": "Huyện, thị xã, thành phố",
    "communes": "Xã, phường",
}
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True)
class UnitLine:
    """A unit as a campaign takes it in; `counts_for` is the code of the unit its responses count to."""

    code: str
    name: str
    group: str
    quota: int
    max_points: Decimal
    population: int | None = None
    surveyed: bool = True
    counts_for: str | None = None


@dataclass(frozen=True)
class Plan:
    """What it takes to create a campaign."""

    code: str
    name: str
    year: int
    period_from: date
    period_to: date
    units: Sequence[UnitLine]
    questionnaire: str = "sipas-2017"
    method: str = "ha-nam-2022"
    modes: Sequence[Mode] = field(default_factory=lambda: tuple(Mode))
    made_up: bool = False


def visible_to(user: User) -> Select[Campaign]:
    """Return the campaigns a person may see; one still in preparation only Home Affairs sees."""
    return _visible_to(user.role)


def _visible_to(role: str) -> Select[Campaign]:
    campaigns = select(Campaign)
    if role == Role.HOME_AFFAIRS:
        return campaigns
    if role == Role.ADMINISTRATOR:
        return campaigns.where(false())
    return campaigns.where(Campaign.state != CampaignState.DRAFT)


def newest_visible_to(user: User) -> Campaign | None:
    """Return the campaign a person most likely works on: an open one first, then the latest year."""
    open_first = (Campaign.state == CampaignState.OPEN).desc()
    return db.session.scalar(
        visible_to(user).order_by(open_first, Campaign.year.desc(), Campaign.id.desc()).limit(1)
    )


def by_code(code: str) -> Campaign:
    """Return the campaign of that code, or refuse by name."""
    campaign = db.session.scalar(select(Campaign).where(Campaign.code == code))
    if campaign is None:
        known = (
            ", ".join(db.session.scalars(select(Campaign.code).order_by(Campaign.code))) or "chưa có đợt nào"
        )
        raise problems.UnknownValue(what="Đợt khảo sát", value=code, known=known)
    return campaign


@lru_cache(maxsize=64)
def questionnaire_of(sha256: str) -> Questionnaire:
    """Return the questionnaire pinned under a checksum; what a checksum names never changes."""
    return parse_questionnaire(db.session.get_one(Definition, sha256).text, sha256[:12])


@lru_cache(maxsize=64)
def method_of(sha256: str) -> Method:
    """Return the method pinned under a checksum; what a checksum names never changes."""
    return parse_method(db.session.get_one(Definition, sha256).text, sha256[:12])


def modes_of(campaign: Campaign) -> list[Mode]:
    """Return the ways of asking that the campaign allows."""
    return [Mode(word) for word in json.loads(campaign.settings).get("modes", list(Mode))]


def modes_to_ask(campaign: Campaign) -> list[Mode]:
    """Return the ways in which an enumerator may ask: a citizen who answers alone has a link of her own."""
    return [mode for mode in modes_of(campaign) if mode != Mode.SELF]


def _pin(kind: str, definition: Questionnaire | Method) -> str:
    if db.session.get(Definition, definition.sha256) is None:
        db.session.add(
            Definition(sha256=definition.sha256, kind=kind, code=definition.code, text=definition.text)
        )
        db.session.flush()
    return definition.sha256


def _group(code: str) -> UnitGroup:
    group = db.session.scalar(select(UnitGroup).where(UnitGroup.code == code))
    if group is None:
        position = (db.session.scalar(select(func.max(UnitGroup.position))) or 0) + 1
        group = UnitGroup(code=code, name=GROUP_NAMES.get(code, code), position=position)
        db.session.add(group)
        db.session.flush()
    return group


def _unit(line: UnitLine, group: UnitGroup) -> Unit:
    unit = db.session.scalar(select(Unit).where(Unit.code == line.code))
    if unit is None:
        unit = Unit(code=line.code, name=clean_line(line.name), group_id=group.id)
        db.session.add(unit)
        db.session.flush()
    return unit


def _check_units(lines: Sequence[UnitLine]) -> None:
    codes = [line.code for line in lines]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise problems.DuplicateCode(what="Mã đơn vị", value=", ".join(repeated))
    by_code = {line.code: line for line in lines}
    for line in lines:
        if line.counts_for is None:
            continue
        parent = by_code.get(line.counts_for)
        if parent is None:
            raise problems.UnknownValue(what="Đơn vị cấp trên", value=line.counts_for, known=", ".join(codes))
        if parent.counts_for is not None or not parent.surveyed:
            raise problems.WrongParent(unit=line.code, parent=parent.code)


def _check_maxima(lines: Sequence[UnitLine], method: Method) -> None:
    # The method knows by the maximum who has a survey: the two must say the same.
    full = method.full_maximum
    wrong = [
        line.code for line in lines if line.counts_for is None and line.surveyed != (line.max_points >= full)
    ]
    if wrong:
        raise problems.WrongMaximum(units=", ".join(wrong), full=int(full))


def _check_plan(plan: Plan) -> None:
    fields: dict[str, str] = {}
    if not _CODE.fullmatch(plan.code):
        fields["code"] = problems.field("campaign_code")
    if not 1 <= len(clean_line(plan.name)) <= 200:
        fields["name"] = problems.field("campaign_name")
    if plan.period_to < plan.period_from or not 2000 <= plan.year <= 2999:
        fields["period_to"] = problems.field("campaign_period")
    if fields:
        raise problems.InvalidFields(fields)


def _add_units(campaign: Campaign, lines: Sequence[UnitLine]) -> None:
    units: dict[str, Unit] = {}
    for line in sorted(lines, key=lambda each: each.counts_for is not None):
        group = _group(line.group)
        units[line.code] = unit = _unit(line, group)
        parent = units[line.counts_for] if line.counts_for else None
        if parent is not None:
            unit.parent_id = parent.id
        db.session.add(
            CampaignUnit(
                campaign_id=campaign.id,
                unit_id=unit.id,
                group_id=group.id,
                counts_for_id=parent.id if parent else None,
                surveyed=line.surveyed,
                quota=line.quota if line.surveyed else 0,
                population=line.population,
                max_points=line.max_points,
            )
        )
        db.session.flush()


def create(actor: User, plan: Plan) -> Campaign:
    """Create a campaign in preparation, with its rules pinned by checksum.

    Refuses a field that breaks its rule, a code already taken, a repeated unit, a parent that is not
    ranked and surveyed itself, a maximum that does not fit the unit's survey, and a questionnaire or
    method that is unknown, broken or does not fit the other.
    """
    _check_plan(plan)
    audit.hold()
    if db.session.scalar(select(Campaign.id).where(Campaign.code == plan.code)):
        raise problems.DuplicateCode(what="Mã đợt khảo sát", value=plan.code)
    _check_units(plan.units)
    try:
        questionnaire, method = load_questionnaire(plan.questionnaire), load_method(plan.method)
        method.check_against(questionnaire)
    except ScoringError as refusal:
        raise problems.ScorerRefused(detail=str(refusal)) from refusal
    _check_maxima(plan.units, method)
    campaign = Campaign(
        code=plan.code,
        name=clean_line(plan.name),
        year=plan.year,
        period_from=plan.period_from,
        period_to=plan.period_to,
        made_up=plan.made_up,
        questionnaire_sha256=_pin("questionnaire", questionnaire),
        method_sha256=_pin("method", method),
        settings=audit.canonical({"modes": [mode.value for mode in plan.modes]}),
    )
    db.session.add(campaign)
    db.session.flush()
    _add_units(campaign, plan.units)
    after = {
        "code": plan.code,
        "units": len(plan.units),
        "questionnaire": questionnaire.sha256,
        "method": method.sha256,
    }
    audit.record(actor, AuditVerb.CAMPAIGN_CREATED, campaign.id, campaign_id=campaign.id, after=after)
    return campaign


def move(actor: User, campaign: Campaign, target: CampaignState, reason: str = "") -> None:
    """Move a campaign one step on, or re-open a closed, sealed or published one with a reason.

    `publication.publish` takes the last step; what was published before a re-opening stays visible.

    Refuses a jump, an opening without units, a publication without a score run, and, without a reason, a sealing over
    what is undecided of re-checks; with one the trail keeps how much that was.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state"], with_for_update={"key_share": True})
    state = CampaignState(campaign.state)
    steps = next_steps(campaign)
    following = steps[0] if steps else None
    reopening = target == CampaignState.OPEN and state != CampaignState.DRAFT
    if target not in steps:
        raise problems.WrongCampaignStep(
            campaign=campaign.code,
            state=CAMPAIGN_LABELS[state],
            target=CAMPAIGN_LABELS[target],
            next=CAMPAIGN_LABELS[following] if following else "không còn bước nào",
        )
    if reopening and not clean_line(reason):
        raise problems.ReasonMissing(fields={"reason": problems.ReasonMissing.sentence})
    _check_ready(campaign, target)
    left = undecided.in_words(campaign) if target == CampaignState.SEALED else ""
    if left and not clean_line(reason):
        told = recheck_problems.Undecided.sentence.format(what=left)
        raise recheck_problems.Undecided(what=left, fields={"reason": told})
    campaign.state = target
    audit.record(
        actor,
        AuditVerb.CAMPAIGN_STATE,
        campaign.id,
        campaign_id=campaign.id,
        before={"state": state},
        after={"state": target, **({"undecided": left} if left else {})},
        reason=clean_line(reason),
    )


def _check_ready(campaign: Campaign, target: CampaignState) -> None:
    if target == CampaignState.OPEN and not units_of(campaign):
        raise problems.CampaignHasNoUnits(campaign=campaign.code)
    if target == CampaignState.PUBLISHED:
        newest = select(ScoreRun.id).where(ScoreRun.campaign_id == campaign.id)
        if db.session.scalar(newest.limit(1)) is None:
            raise problems.MissingRun(campaign=campaign.code)


def units_of(campaign: Campaign) -> list[CampaignUnit]:
    """Return the campaign's units, by group and then in Vietnamese order."""
    ordered = (
        select(CampaignUnit)
        .join(CampaignUnit.unit)
        .join(UnitGroup, CampaignUnit.group_id == UnitGroup.id)
        .where(CampaignUnit.campaign_id == campaign.id)
        .order_by(UnitGroup.position, Unit.sort_key)
    )
    return list(db.session.scalars(ordered))


def counting_to(campaign: Campaign, code: str) -> list[int]:
    """Return the identities of the units whose responses count to the unit of this code, its own among them."""
    units = units_of(campaign)
    wanted = {unit.unit_id for unit in units if unit.unit.code == code and unit.counts_for_id is None}
    return [unit.unit_id for unit in units if (unit.counts_for_id or unit.unit_id) in wanted]


def unit_of(campaign: Campaign, code: str) -> CampaignUnit:
    """Return one unit of the campaign by its code, or refuse."""
    found = (
        select(CampaignUnit)
        .join(CampaignUnit.unit)
        .where(CampaignUnit.campaign_id == campaign.id, Unit.code == code)
    )
    unit = db.session.scalar(found)
    if unit is None:
        raise problems.NotFound()
    return unit


@lru_cache(maxsize=16)
def _by_code(role: str) -> Select[Campaign]:
    return _visible_to(role).where(Campaign.code == bindparam("code"))


def one_visible_to(user: User, code: str) -> Campaign:
    """Return the campaign of that code if the person may see it; otherwise it is not there."""
    campaign = db.session.execute(_by_code(user.role), {"code": clean_line(code)}).scalar()
    if campaign is None:
        raise problems.NotFound()
    return campaign


def all_visible_to(user: User) -> list[Campaign]:
    """Return the campaigns a person may see, the newest year first."""
    return list(db.session.scalars(visible_to(user).order_by(Campaign.year.desc(), Campaign.code)))


def state_named(word: str) -> CampaignState:
    """Return the state of that name; refuses one that does not exist."""
    if word not in list(CampaignState):
        raise problems.UnknownValue(what="Trạng thái", value=word[:40], known=", ".join(CampaignState))
    return CampaignState(word)


def next_steps(campaign: Campaign) -> list[CampaignState]:
    """Return the states the campaign can move to: the following one, and open again where that is allowed."""
    state = CampaignState(campaign.state)
    following = [STEPS[STEPS.index(state) + 1]] if state != STEPS[-1] else []
    return following + ([CampaignState.OPEN] if state in STEPS[2:] else [])


def group_names_of(campaign: Campaign) -> dict[str, str]:
    """Return the names of the campaign's groups by code, in their order."""
    return {unit.group.code: unit.group.name for unit in units_of(campaign)}
