"""The demonstration with re-checks in it: its own people, responses of its first enumerator, verdicts of both bodies."""

from survey_app.domain import campaigns, people
from survey_app.extensions import db
from tests.domain.drawn import draw_of
from tests.domain.verdicts import World
from tests.web.pages import CODE, unit_of


def here() -> World:
    """Return the demonstration's people and a finished draw."""
    campaign, named = campaigns.by_code(CODE), people.by_username
    world = World(
        campaign=campaign,
        draw=draw_of(campaign),
        asks=named("dtv01"),
        front=named("mattran"),
        front_head=named("mattran-truong"),
        veterans=named("cuuchienbinh"),
        veterans_head=named("cuuchienbinh-truong"),
        home=named("noivu"),
        unit=unit_of("dtv01"),
    )
    db.session.commit()
    return world
