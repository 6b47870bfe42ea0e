"""What the tests of draws share: the three parties, a campaign with work, and a draw carried through."""

from hashlib import sha256

from sqlalchemy import select

from survey_app.domain import draws, people
from survey_app.domain.people import Person
from survey_app.extensions import db
from survey_app.models import Campaign, Draw, Response, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import Body, Party, Role
from tests.domain.small_campaign import answer, enumerator

PARTS = {party: f"mot phan bi mat cua {party}" for party in Party}


def parties(actor: User) -> dict[Party, User]:
    """Return a head of each body and somebody of Home Affairs."""
    return {
        Party.FRONT: people.create(actor, Person("truong-mt", "Trưởng", Role.BODY_HEAD, Body.FRONT), None),
        Party.VETERANS: people.create(
            actor, Person("truong-ccb", "Trưởng", Role.BODY_HEAD, Body.VETERANS), None
        ),
        Party.HOME_AFFAIRS: people.create(actor, Person("so-nv", "Sở", Role.HOME_AFFAIRS), None),
    }


def supervisors(actor: User, body: Body, count: int) -> list[User]:
    """Return new supervisors of a body."""
    return [
        people.create(actor, Person(f"gsv-{body}-{n}", f"Giám sát {n}", Role.SUPERVISOR, body), None)
        for n in range(count)
    ]


def work(actor: User, campaign: Campaign, **counts: int) -> list[User]:
    """Return an enumerator for each unit, with so many responses."""
    made = []
    for unit, count in counts.items():
        user = enumerator(actor, campaign, unit, count)
        for number in range(count):
            answer(campaign, user, unit, 4, f"{unit}-{number}")
        made.append(user)
    return made


def digest(text: str) -> str:
    """Return what is committed for a part."""
    return sha256(text.encode()).hexdigest()


def committed(draw: Draw, people_of: dict[Party, User], parts: dict[Party, str] | None = None) -> None:
    """Commit all three parties."""
    for party, user in people_of.items():
        draws.commit(user, draw, digest((parts or PARTS)[party]))


def drawn(draw: Draw, people_of: dict[Party, User], parts: dict[Party, str] | None = None) -> Draw:
    """Carry a draw through to its end."""
    committed(draw, people_of, parts)
    endings = [draws.reveal(user, draw, (parts or PARTS)[party]) for party, user in people_of.items()]
    assert endings == [False, False, True]
    return draw


def counting(campaign: Campaign) -> list[Response]:
    """Return the responses that count."""
    return list(db.session.scalars(select(Response).where(Response.campaign_id == campaign.id, COUNTED)))
