"""What Home Affairs may still set while a campaign is prepared or open: whether self-completed forms count."""

import json

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState

CHANGEABLE = (CampaignState.DRAFT, CampaignState.OPEN)
LONGEST_REASON = 200


def counts_self(campaign: Campaign) -> bool:
    """Tell whether forms that citizens fill in alone count like others; unless it was set, they do not."""
    return bool(json.loads(campaign.settings).get("count_self", False))


def set_count_self(actor: User, campaign: Campaign, counts: bool, reason: str) -> None:
    """Let self-completed forms that arrive from now on count like others, or apart; those stored stay as they are.

    Refuses a campaign that is neither in preparation nor open, and a missing reason.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"key_share": True})
    if campaign.state not in CHANGEABLE:
        raise problems.SettingFixed(
            campaign=campaign.name, state=CAMPAIGN_LABELS[CampaignState(campaign.state)]
        )
    why = clean_line(reason)
    if not 1 <= len(why) <= LONGEST_REASON:
        raise problems.ReasonMissing(fields={"reason": problems.ReasonMissing.sentence})
    before = counts_self(campaign)
    if before == counts:
        return
    campaign.settings = audit.canonical({**json.loads(campaign.settings), "count_self": counts})
    audit.record(
        actor,
        AuditVerb.CAMPAIGN_SETTING,
        campaign.id,
        campaign_id=campaign.id,
        before={"count_self": before},
        after={"count_self": counts},
        reason=why,
    )
