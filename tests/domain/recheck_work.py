"""Re-checks to work on, for tests: a small campaign's responses, drawn for both bodies, and their supervisors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from survey_app.domain import days, people, recheck_verdicts
from survey_app.domain.recheck_verdicts import Judged
from survey_app.extensions import db
from survey_app.models import Campaign, Recheck, Response, User
from survey_app.vocabulary import Body, Role
from tests.domain.drawn import CRITERIA, draw_of, rechecks_of
from tests.domain.small_campaign import answer, enumerator

YES: dict[str, Any] = {
    "took_place": "yes",
    "used_service": "yes",
    "read_fairly": "yes",
    "again": dict.fromkeys(CRITERIA, "4"),
    "verdict": "confirmed",
}
NO: dict[str, Any] = {"took_place": "no", "verdict": "failed", "note": "Người dân nói không ai đến hỏi."}
UNREACHED: dict[str, Any] = {"verdict": "unreachable"}


@dataclass
class Work:
    """A campaign with re-checks of both bodies: `front` and `veterans` re-check the same responses, in this order."""

    campaign: Campaign
    enumerator: User
    people: Mapping[str, User]
    responses: list[Response]
    front: list[Recheck]
    veterans: list[Recheck]


def begin(actor: User, campaign: Campaign, number: int = 2) -> Work:
    """Return re-checks of so many responses, each drawn for both bodies and given to nobody."""
    asks = enumerator(actor, campaign, "A")
    made: dict[str, User] = {}
    for name, role, body in (
        ("noivu", Role.HOME_AFFAIRS, None),
        ("mattran", Role.SUPERVISOR, Body.FRONT),
        ("mattran2", Role.SUPERVISOR, Body.FRONT),
        ("mattran-truong", Role.BODY_HEAD, Body.FRONT),
        ("cuuchienbinh", Role.SUPERVISOR, Body.VETERANS),
        ("cuuchienbinh-truong", Role.BODY_HEAD, Body.VETERANS),
    ):
        made[name] = people.create(actor, people.Person(name, f"Người {name}", role, body), None)
    uuids = [answer(campaign, asks, "A", 4, f"A-{place}") for place in range(1, number + 1)]
    found = {each.uuid: each for each in db.session.scalars(select(Response))}
    draw = draw_of(campaign)
    responses = [found[uuid] for uuid in uuids]
    drawn = [rechecks_of(draw, each, Body.FRONT, Body.VETERANS) for each in responses]
    return Work(campaign, asks, made, responses, [each[0] for each in drawn], [each[1] for each in drawn])


def judged(actor: User, recheck: Recheck, raw: Mapping[str, Any], *, version: int | None = None) -> Judged:
    """Judge a re-check by what was typed, on its present version unless another is named."""
    judgement = recheck_verdicts.read(recheck, raw)
    based_on = recheck.version if version is None else version
    return recheck_verdicts.judge(actor, recheck, judgement, version=based_on)


def yesterday() -> str:
    """Return the day before today as people type it."""
    return f"{days.today() - timedelta(days=1):%d/%m/%Y}"
