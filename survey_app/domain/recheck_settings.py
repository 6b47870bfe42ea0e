"""How a campaign re-checks: shares, limits, attempts and days; ours where the sources are silent, and shown as such."""

import json
from dataclasses import dataclass

from survey_app.models import Campaign

KEY = "recheck"


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
