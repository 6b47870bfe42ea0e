"""The result of the six units, and its cover."""

from datetime import UTC, datetime

import pytest

from scoring.book import ScoreBook
from survey_app.exports.tables import Cover
from tests.exports.six_units import GROUPS, METHOD, QUESTIONNAIRE, book_of


@pytest.fixture(scope="session")
def book() -> ScoreBook:
    """The book of the six units."""
    return book_of()


@pytest.fixture(scope="session")
def cover() -> Cover:
    """The cover of a campaign of made-up answers at 0:30 Vietnamese time, the day after the UTC date ends."""
    return Cover(
        campaign="Đợt thử",
        campaign_code="thu",
        made_up=True,
        state="Đang thu thập",
        as_of=datetime(2026, 11, 25, 17, 30, tzinfo=UTC),
        written_at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
        program_version="0.1.0",
        questionnaire=QUESTIONNAIRE,
        method=METHOD,
        group_names=GROUPS,
        excluded={"Trả lại": 2},
    )
