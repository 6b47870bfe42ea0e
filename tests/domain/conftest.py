"""What the tests of the verbs share: whoever acts, and a small open campaign."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
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


@pytest.fixture
def in_november() -> Iterator[None]:
    """Work in the small campaign's November: a list's contacts are not yet past their day."""
    with time_machine.travel(datetime(2026, 11, 28, 3, tzinfo=UTC)):
        yield
