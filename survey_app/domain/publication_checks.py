"""What is looked at before a result is published, told beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.domain import publication, scores
from survey_app.labels import CAMPAIGN_LABELS
from survey_app.models import Campaign, User
from survey_app.publication_problems import NoDossier
from survey_app.vocabulary import CampaignState


@dataclass(frozen=True)
class Check:
    """One condition: in words, whether it holds, and why it does not."""

    what: str
    why: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.why


def checks_of(actor: User, campaign: Campaign) -> list[Check]:
    """Return the conditions of a publication in their order.

    Whether the result is still that of what is on file takes a second to compute: `publication.publish` looks at it.
    """
    return list(_checks(actor, campaign))


def _checks(actor: User, campaign: Campaign) -> Iterator[Check]:
    state = CampaignState(campaign.state)
    sealed = state == CampaignState.SEALED
    yield Check("Đợt đã niêm phong", "" if sealed else f"đợt đang “{CAMPAIGN_LABELS[state]}”")
    runs = scores.runs_of(actor, campaign)
    yield Check("Có lần tính đã lưu", "" if runs else "chưa chạy tính điểm lần nào")
    if not runs:
        return
    newest = runs[0]
    without = NoDossier.sentence.format(number=newest.number)
    yield Check(f"Lần tính {newest.number} có hồ sơ", "" if newest.dossier_digest else without)
    yield Check(f"Lần tính {newest.number} chưa được công bố", publication.why_published(newest))
