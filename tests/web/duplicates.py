"""A row of the demonstration's list that moved while its first enumerator was away, completed by both."""

from uuid import uuid4

from survey_app.domain import campaigns, demonstration, duplicate_codes, people, samples
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from tests.domain.small_campaign import CRITERIA, DETAILS
from tests.web import sample_list
from tests.web.pages import CODE

FORM_CODE = "MAU-1"


def move() -> None:
    """Move the first remaining row of the first enumerator to the second, who may log in."""
    giver, receiver = people.by_username("dtv01"), people.by_username("dtv02")
    coordinator = people.by_username("dieuphoi")
    samples.move(coordinator, campaigns.by_code(CODE), sample_list.UNIT, giver, receiver, 1)
    people.reset_password(people.command_line(), receiver, demonstration.PASSWORD)
    db.session.commit()


def make() -> None:
    """Move the row and let both enumerators send their form of it, the second one first."""
    move()
    for username, level in (("dtv02", 5), ("dtv01", 4)):
        answers = {code: level - place % 2 for place, code in enumerate(CRITERIA)}
        entry = Entry(sample_list.UNIT, FORM_CODE, "paper", answers, DETAILS)
        person, campaign = people.by_username(username), campaigns.by_code(CODE)
        duplicate_codes.receive(person, campaign, str(uuid4()), entry, version=None)
        db.session.commit()
