"""What the tests of the verbs share: whoever acts, and a small open campaign."""

import pytest
from flask import Flask

from survey_app.domain import campaigns, people
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState
from tests.domain.small_campaign import plan


@pytest.fixture
def actor(app: Flask) -> User:
    """Whoever acts from the command line."""
    return people.command_line()


@pytest.fixture
def small(actor: User) -> Campaign:
    """An open campaign of four units."""
    made = campaigns.create(actor, plan())
    campaigns.move(actor, made, CampaignState.OPEN)
    return made
