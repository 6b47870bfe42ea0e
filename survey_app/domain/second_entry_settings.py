"""How sure a keyer's work must be before it is accepted: a campaign's settings, ours where nothing was set."""

import json
import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.models import Campaign, SecondEntry, User
from survey_app.vocabulary import CampaignState

KEY = "second_entry"
WORKED_ON = (CampaignState.OPEN, CampaignState.CLOSED)
_PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,4}")
LIMITS = (Decimal("0.01"), Decimal(20))
LEVELS = (Decimal(80), Decimal("99.9"))
FORMS = (5, 500)


@dataclass(frozen=True)
class Settings:
    """The limit of the field error rate and the level of the decision, 0–1; the forms of the first sample."""

    limit: float = 0.01
    level: float = 0.95
    first_forms: int = 20


def of_campaign(campaign: Campaign) -> Settings:
    """Return a campaign's settings, our defaults where none were set."""
    return Settings(**json.loads(campaign.settings).get(KEY, {}))


def are_default(campaign: Campaign) -> bool:
    """Tell whether nobody has set them."""
    return KEY not in json.loads(campaign.settings)


def was_drawn(campaign: Campaign) -> bool:
    """Tell whether a form of the campaign was drawn already."""
    found = select(SecondEntry.id).where(SecondEntry.campaign_id == campaign.id).limit(1)
    return db.session.scalar(found) is not None


def check_worked_on(campaign: Campaign) -> None:
    """Refuse a campaign that has not begun or whose answers are sealed."""
    if campaign.state not in WORKED_ON:
        raise collection_problems.SecondEntryNotNow(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )


def change(actor: User, campaign: Campaign, *, limit: str, level: str, first_forms: str) -> Settings:
    """Set limit and level in percent as people type them, and how many forms a keyer's first sample has.

    The bounds hold for every limit at once, so limit and level may change at any time; the looks stand at multiples
    of the first sample, so it may not once forms were drawn. Refuses that, numbers out of range, a sealed campaign.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"key_share": True})
    check_worked_on(campaign)
    before = of_campaign(campaign)
    fields: dict[str, str] = {}
    found: dict[str, Any] = {
        "limit": _percent(limit, LIMITS, "limit", fields),
        "level": _percent(level, LEVELS, "level", fields),
        "first_forms": _forms(first_forms, fields),
    }
    if "first_forms" not in fields and found["first_forms"] != before.first_forms and was_drawn(campaign):
        fields["first_forms"] = problems.field("second_entry_step", forms=before.first_forms)
    if fields:
        raise problems.InvalidFields(fields)
    after = Settings(**found)
    if after != before or are_default(campaign):
        campaign.settings = audit.canonical({**json.loads(campaign.settings), KEY: asdict(after)})
        audit.record(
            actor,
            AuditVerb.CAMPAIGN_SETTING,
            campaign.id,
            campaign_id=campaign.id,
            before={"limit": before.limit, "level": before.level, "first_forms": before.first_forms},
            after=asdict(after),
        )
    return after


def _percent(typed: str, bounds: tuple[Decimal, Decimal], name: str, fields: dict[str, str]) -> float | None:
    plain, (low, high) = typed.strip(" "), bounds
    value = Decimal(plain.replace(",", ".")) if _PERCENT.fullmatch(plain) else None
    if value is None or not low <= value <= high:
        told = {"value": typed[:20], "low": _comma(low), "high": _comma(high)}
        fields[name] = problems.field("percent_range", **told)
        return None
    return float(value / 100)


def _forms(typed: str, fields: dict[str, str]) -> int | None:
    plain, (low, high) = typed.strip(" "), FORMS
    if not _WHOLE.fullmatch(plain) or not low <= int(plain) <= high:
        fields["first_forms"] = problems.field("whole_range", value=typed[:20], low=low, high=high)
        return None
    return int(plain)


def _comma(number: Decimal) -> str:
    return format(number.normalize(), "f").replace(".", ",")
