"""What the tests of the verbs share: whoever acts, and a small open campaign."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask

from survey_app.domain import campaigns, people
from survey_app.models import Campaign, User
from survey_app.vocabulary import Body, CampaignState
from tests.domain.bodies import sent, supervisor
from tests.domain.small_campaign import enumerator, plan


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


@pytest.fixture
def team(small: Campaign, actor: User) -> SimpleNamespace:
    """The small campaign with one enumerator, her one response, and a supervisor of each body."""
    hers = enumerator(actor, small, "A")
    return SimpleNamespace(
        campaign=small,
        enumerator=hers,
        response=sent(small, hers, "A-1"),
        front=supervisor("mat-tran"),
        veteran=supervisor("cuu-chien-binh", Body.VETERANS),
    )
