"""How a campaign re-checks: shares, limits, attempts and days; ours where the sources are silent, and shown as such."""

import json
import logging
import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState

log = logging.getLogger(__name__)
KEY = "recheck"
CRITERIA_AGAIN = 5  # one a factor
PERCENTS = {
    "share": (Decimal("0.001"), Decimal(100)),
    "overlap": (Decimal(0), Decimal(100)),
    "fail_limit": (Decimal(0), Decimal(100)),
}
WHOLES = {"attempts": (1, 20), "reply_days": (1, 30), "match_least": (0, CRITERIA_AGAIN)}
_PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,2}")


@dataclass(frozen=True)
class Settings:
    """Shares are 0–1. The share of 20 % and the limit of 10 % are the domain's; the rest are our defaults.

    share: of each enumerator's responses about each unit, drawn at random, at least one. overlap: of the drawn, judged
    by both bodies. fail_limit: more failed of an enumerator's judged re-checks proposes to redo her batch.
    attempts: without success before "unreachable". reply_days: an enumerator has to reply before a response is voided.
    match_least: of the criteria asked again, how many must lie on the same side of satisfied.
    """

    share: float = 0.20
    overlap: float = 0.10
    fail_limit: float = 0.10
    attempts: int = 3
    reply_days: int = 3
    match_least: int = 3


def of_campaign(campaign: Campaign) -> Settings:
    """Return a campaign's settings, the defaults where nothing was set."""
    return Settings(**json.loads(campaign.settings).get(KEY, {}))


def are_default(campaign: Campaign) -> bool:
    """Tell whether nobody has set them."""
    return KEY not in json.loads(campaign.settings)


def as_typed(settings: Settings) -> dict[str, str]:
    """Return settings as people type them, shares in percent with a decimal comma."""
    return {
        name: percent(value) if name in PERCENTS else str(value) for name, value in asdict(settings).items()
    }


def percent(share: float) -> str:
    """Return a share of 0–1 in percent with the digits it needs and a decimal comma."""
    return format((Decimal(str(share)) * 100).normalize(), "f").replace(".", ",")


def change(actor: User, campaign: Campaign, typed: dict[str, str]) -> Settings:
    """Set how the campaign re-checks, each number by its name as people type it; draws already opened keep their rules.

    Refuses a sealed or published campaign, and numbers out of range: a share over 100 % among them.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"key_share": True})
    if campaign.state in (CampaignState.SEALED, CampaignState.PUBLISHED):
        raise recheck_problems.RecheckNotNow(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )
    before = of_campaign(campaign)
    fields: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name in asdict(before):
        value = typed.get(name, "").strip(" ")
        read = _percent(value, *PERCENTS[name]) if name in PERCENTS else _whole(value, *WHOLES[name])
        if read is None:
            fields[name] = _sentence(name, typed.get(name, "")[:20])
        else:
            found[name] = read
    if fields:
        log.warning("settings of re-checks refused: %s", ", ".join(fields))
        raise problems.InvalidFields(fields)
    after = Settings(**found)
    if after != before or are_default(campaign):
        campaign.settings = audit.canonical({**json.loads(campaign.settings), KEY: asdict(after)})
        audit.record(
            actor,
            AuditVerb.CAMPAIGN_SETTING,
            campaign.id,
            campaign_id=campaign.id,
            before={
                "share": before.share,
                "overlap": before.overlap,
                "fail_limit": before.fail_limit,
                "attempts": before.attempts,
                "reply_days": before.reply_days,
                "match_least": before.match_least,
            },
            after=asdict(after),
        )
    return after


def _percent(typed: str, low: Decimal, high: Decimal) -> float | None:
    value = Decimal(typed.replace(",", ".")) if _PERCENT.fullmatch(typed) else None
    return None if value is None or not low <= value <= high else float(value / 100)


def _whole(typed: str, low: int, high: int) -> int | None:
    return int(typed) if _WHOLE.fullmatch(typed) and low <= int(typed) <= high else None


def _sentence(name: str, value: str) -> str:
    if name == "share":
        return problems.field("recheck_share", value=value)
    bounds: tuple[Any, Any] = PERCENTS[name] if name in PERCENTS else WHOLES[name]
    code = "percent_range" if name in PERCENTS else "whole_range"
    return problems.field(code, value=value, low=bounds[0], high=bounds[1])
