"""What the tests of citizens' own forms share: links that were issued, and what a citizen sends."""

from datetime import date
from typing import Any

from survey_app.domain import self_link_issues
from survey_app.domain.response_content import Entry
from survey_app.domain.self_link_issues import Issued, Order
from survey_app.extensions import db
from survey_app.models import Campaign, User
from tests.domain.small_campaign import CRITERIA, DETAILS

LAST_DAY = date(2099, 12, 31)


def issue(actor: User, campaign: Campaign, number: int = 1, unit: str = "A", **order: Any) -> list[Issued]:
    """Issue links for new form codes of a unit."""
    facts = {"unit": unit, "number": number, "prefix": "TTL", "expires": LAST_DAY}
    mark = self_link_issues.mark_of(campaign)
    given = self_link_issues.issue(actor, campaign, Order(**facts | order), mark)  # type: ignore[arg-type]
    db.session.commit()
    return given


def sent(level: int | str = 4, **details: Any) -> Entry:
    """Return a form of one level as a citizen sends it."""
    return Entry("", "", "", dict.fromkeys(CRITERIA, level), DETAILS | details)
