"""Files out for field work: blank forms with their codes, and the questionnaire as an XLSForm."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns
from survey_app.domain.response_content import FORM_CODE, is_form_code
from survey_app.exports.printed_forms import BlankForm, Sheet
from survey_app.exports.xlsform import Asked, xlsform_of
from survey_app.extensions import db
from survey_app.labels import LABELS, SECTION_NAMES
from survey_app.language import clean_line, search_key
from survey_app.models import AuditLine, Campaign, CampaignUnit, Response, SampleRow, User
from survey_app.vocabulary import SampleKind

MOST_FORMS = 5_000
MOST_NAMED = 40
LONGEST_PREFIX = 12
LONGEST_UNIT = 20
LAST_NUMBER = 99_999
AUTHORITY, ISSUER = "Ủy ban nhân dân tỉnh ……………", "Sở Nội vụ"
LONGEST_LETTERHEAD = 100
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Choice:
    """What is to be printed: a unit or, with "", all; numbered codes from `first`, `count` a unit or its quota.

    Where the campaign has a list of people to ask, its rows bring the codes; `reserve` prints its reserve, too.
    """

    unit: str = ""
    prefix: str = ""
    first: int = 1
    count: int | None = None
    reserve: bool = False


@dataclass(frozen=True)
class UnitForms:
    """The forms of one unit that are still to be filled in."""

    unit: CampaignUnit
    forms: list[BlankForm]


@dataclass(frozen=True)
class Batch:
    """Forms printed together: the sheet all share, and units with their forms."""

    sheet: Sheet
    units: list[UnitForms]
    forms: list[BlankForm] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", [form for unit in self.units for form in unit.forms])

    @property
    def digest(self) -> str:
        """Return a checksum of everything that is printed: equal batches give equal paper."""
        sheet = {**vars(self.sheet), "questionnaire": self.sheet.questionnaire.sha256}
        told = audit.canonical({"sheet": sheet, "forms": [asdict(form) for form in self.forms]})
        return hashlib.sha256(told.encode()).hexdigest()


def letterhead_of(campaign: Campaign) -> tuple[str, str]:
    """Return the authority and the body in whose name a campaign's forms go out."""
    kept = json.loads(campaign.settings).get("letterhead", {})
    return kept.get("authority", AUTHORITY), kept.get("issuer", ISSUER)


def set_letterhead(actor: User, campaign: Campaign, authority: str, issuer: str) -> None:
    """Set the two lines above a campaign's forms; refuses an empty or overlong one."""
    lines = {"authority": clean_line(authority), "issuer": clean_line(issuer)}
    wrong = [name for name, text in lines.items() if not 1 <= len(text) <= LONGEST_LETTERHEAD]
    if wrong:
        sentence = problems.field("letterhead", most=LONGEST_LETTERHEAD)
        raise problems.InvalidFields(dict.fromkeys(wrong, sentence))
    db.session.refresh(campaign, ["settings"], with_for_update={"key_share": True})
    settings = json.loads(campaign.settings)
    before = settings.get("letterhead")
    campaign.settings = audit.canonical(settings | {"letterhead": lines})
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.CAMPAIGN_SETTING,
        campaign.id,
        campaign_id=campaign.id,
        before={"letterhead": before} if before else None,
        after={"letterhead": lines},
    )


def default_prefix(campaign: Campaign) -> str:
    """Return the beginning of codes that people would choose: ha-nam-2022 gives HN22."""
    initials = "".join(word[0] for word in _LETTERS.findall(search_key(campaign.code))).upper()
    return f"{initials[: LONGEST_PREFIX - 2]}{campaign.year % 100:02d}"


def has_sample(campaign: Campaign) -> bool:
    """Tell whether the campaign has a list of people to ask, which then gives the codes."""
    row = select(SampleRow.id).where(SampleRow.campaign_id == campaign.id).limit(1)
    return db.session.scalar(row) is not None


def plan(campaign: Campaign, choice: Choice) -> Batch:
    """Return the forms of a choice, without those already answered; the number of queries does not grow.

    Refuses a beginning, first number or count that breaks its rule, a unit without survey, and more forms
    than are printed at once.
    """
    _check(choice)
    units = [each for each in campaigns.units_of(campaign) if each.surveyed]
    wanted = [each for each in units if choice.unit in ("", each.unit.code)]
    if not wanted:
        known = ", ".join(each.unit.code for each in units[:MOST_NAMED])
        raise problems.UnknownValue(what="Đơn vị được khảo sát", value=choice.unit[:40], known=known)
    if choice.count is not None and choice.count * len(wanted) > MOST_FORMS:
        raise problems.TooManyForms(most=MOST_FORMS)
    found = _listed(campaign, wanted, choice) if has_sample(campaign) else _numbered(units, wanted, choice)
    used = set(_used_codes(campaign))
    kept = [UnitForms(unit, [form for form in forms if form.code not in used]) for unit, forms in found]
    batch = Batch(_sheet(campaign), kept)
    if len(batch.forms) > MOST_FORMS:
        raise problems.TooManyForms(most=MOST_FORMS)
    return batch


def wait_for_turn() -> None:
    """Let whoever orders forms at the same moment look and order one after the other."""
    audit.hold()


def note_printed(actor: User, campaign: Campaign, batch: Batch) -> None:
    """Note in the trail that forms are printed; refuses a batch without any."""
    if not batch.forms:
        raise problems.NothingToPrint()
    after = {
        "forms": len(batch.forms),
        "units": sum(bool(each.forms) for each in batch.units),
        "first": batch.forms[0].code,
        "last": batch.forms[-1].code,
    }
    audit.record(actor, AuditVerb.FORMS_PRINTED, campaign.code, campaign_id=campaign.id, after=after)


def printed_before(campaign: Campaign, number: int = 5) -> list[AuditLine]:
    """Return the newest lines of the trail that tell of a campaign's printed forms."""
    lines = select(AuditLine).where(
        AuditLine.campaign_id == campaign.id, AuditLine.verb == AuditVerb.FORMS_PRINTED
    )
    return list(db.session.scalars(lines.order_by(AuditLine.id.desc()).limit(number)))


def xlsform(campaign: Campaign) -> bytes:
    """Return the questionnaire a campaign has pinned, as an XLSForm."""
    units = [each.unit for each in campaigns.units_of(campaign) if each.surveyed]
    asked = Asked(
        campaign=f"BẢN MINH HỌA – {campaign.name}" if campaign.made_up else campaign.name,
        campaign_code=campaign.code,
        sections=SECTION_NAMES,
        units=[(unit.code, unit.name) for unit in units],
        modes=[(mode.value, LABELS[mode]) for mode in campaigns.modes_of(campaign)],
        code_pattern=FORM_CODE,
        code_sentence=problems.field("form_code"),
    )
    return xlsform_of(campaigns.questionnaire_of(campaign.questionnaire_sha256), asked)


def _check(choice: Choice) -> None:
    wrong = {}
    if choice.prefix and (len(choice.prefix) > LONGEST_PREFIX or not is_form_code(choice.prefix)):
        wrong["prefix"] = problems.field("form_prefix", most=LONGEST_PREFIX)
    if not 1 <= choice.first <= LAST_NUMBER:
        wrong["first"] = problems.field("whole_range", value=choice.first, low=1, high=LAST_NUMBER)
    if choice.count is not None and not 1 <= choice.count <= MOST_FORMS:
        wrong["count"] = problems.field("whole_range", value=choice.count, low=1, high=MOST_FORMS)
    if wrong:
        raise problems.InvalidFields(wrong)


def _sheet(campaign: Campaign) -> Sheet:
    authority, issuer = letterhead_of(campaign)
    return Sheet(
        questionnaire=campaigns.questionnaire_of(campaign.questionnaire_sha256),
        sections=SECTION_NAMES,
        modes=[LABELS[mode] for mode in campaigns.modes_of(campaign)],
        campaign=campaign.name,
        made_up=campaign.made_up,
        authority=authority,
        issuer=issuer,
    )


def _used_codes(campaign: Campaign) -> Iterable[str | None]:
    used = select(Response.form_code).where(Response.campaign_id == campaign.id)
    return db.session.scalars(used.where(Response.form_code.is_not(None)))


_Found = list[tuple[CampaignUnit, list[BlankForm]]]


def _listed(campaign: Campaign, units: list[CampaignUnit], choice: Choice) -> _Found:
    rows = (
        select(SampleRow.unit_id, SampleRow.form_code, SampleRow.procedure)
        .where(SampleRow.campaign_id == campaign.id, SampleRow.unreachable.is_(None))
        .order_by(SampleRow.kind == SampleKind.RESERVE, SampleRow.position)
    )
    if not choice.reserve:
        rows = rows.where(SampleRow.in_use)
    names = {each.unit_id: each.unit.name for each in units}
    forms: dict[int, list[BlankForm]] = {unit_id: [] for unit_id in names}
    for unit_id, code, procedure in db.session.execute(rows):
        if unit_id in names:
            forms[unit_id].append(BlankForm(code, names[unit_id], procedure))
    return [(each, forms[each.unit_id]) for each in units]


def _numbered(units: list[CampaignUnit], wanted: list[CampaignUnit], choice: Choice) -> _Found:
    parts = unit_parts([each.unit.code for each in units])
    found = []
    for each in wanted:
        number = each.quota if choice.count is None else choice.count
        beginning = "-".join(filter(None, (choice.prefix, parts[each.unit.code])))
        codes = [f"{beginning}-{place:04d}" for place in range(choice.first, choice.first + number)]
        found.append((each, [BlankForm(code, each.unit.name) for code in codes]))
    return found


def unit_parts(codes: Iterable[str]) -> Mapping[str, str]:
    """Return what stands for each unit in form codes: its own code where it can, else its plain letters.

    Units whose codes differ only by marks, case or their far end get different parts, always the same ones.
    """
    parts: dict[str, str] = {}
    taken: set[str] = set()
    for code in sorted(codes, key=lambda each: (_part(each) != each, each)):
        part, number = _part(code), 1
        while part.casefold() in taken:
            number += 1
            ending = f"-{number}"
            part = f"{_part(code)[: LONGEST_UNIT - len(ending)]}{ending}"
        taken.add(part.casefold())
        parts[code] = part
    return parts


def _part(code: str) -> str:
    if is_form_code(code) and len(code) <= LONGEST_UNIT:
        return code
    plain = re.sub(r"[^A-Z0-9]+", "-", search_key(code).upper()).strip("-")
    return plain[:LONGEST_UNIT].strip("-") or "DV"
