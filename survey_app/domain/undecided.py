"""What is still to decide of re-checks; once a campaign is sealed nobody can."""

from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Campaign, DuplicateCode, JointCase, Recheck, RedoProposal, VoidProposal
from survey_app.vocabulary import DuplicateState, JointState, ProposalState, RecheckState, RedoState

NAMES = {
    "void_proposals": "đề nghị hủy",
    "joint_cases": "phiếu bàn chung",
    "redo_proposals": "đề nghị làm lại",
    "rechecks_waiting": "phúc tra chưa kết luận",
    "duplicate_codes": "phiếu trùng mã",
}


def of_campaign(campaign: Campaign) -> dict[str, int]:
    """Return how much of each kind is still to decide, zeros left out; once the campaign is sealed nobody can."""
    waiting = {
        "void_proposals": select(func.count()).where(
            VoidProposal.campaign_id == campaign.id, VoidProposal.state == ProposalState.OPEN
        ),
        "joint_cases": select(func.count()).where(
            JointCase.campaign_id == campaign.id, JointCase.state == JointState.OPEN
        ),
        "redo_proposals": select(func.count()).where(
            RedoProposal.campaign_id == campaign.id, RedoProposal.state == RedoState.OPEN
        ),
        "rechecks_waiting": select(func.count()).where(
            Recheck.campaign_id == campaign.id, Recheck.state == RecheckState.WAITING
        ),
        "duplicate_codes": select(func.count()).where(
            DuplicateCode.campaign_id == campaign.id, DuplicateCode.state == DuplicateState.OPEN
        ),
    }
    found = {name: db.session.scalar(asked) or 0 for name, asked in waiting.items()}
    return {name: number for name, number in found.items() if number}


def in_words(campaign: Campaign) -> str:
    """Return what is still to decide in words, "" where there is nothing."""
    return ", ".join(f"{number} {NAMES[name]}" for name, number in of_campaign(campaign).items())
