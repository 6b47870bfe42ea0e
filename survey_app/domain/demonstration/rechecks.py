"""One whole round of re-checks on the demonstration campaign, played through the real verbs by made-up people.

Three enumerators are played as if they had made interviews up. Nothing is voided and no answer changes, so that the
points stay the published ones.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from survey_app.domain import campaigns, days, draws, people, recheck_attempts, recheck_verdicts
from survey_app.domain.demonstration import CODE
from survey_app.extensions import db
from survey_app.models import Campaign, Draw, Recheck, RecheckVerdict, User
from survey_app.vocabulary import (
    Body,
    ContactResult,
    ContactWay,
    DrawState,
    RecheckAnswer,
    RecheckReason,
    RecheckState,
    Role,
    Verdict,
)

SEED = 20221231
FABRICATORS = ("dtv07", "dtv23", "dtv46")
LEFT_WAITING = 12  # of each body's re-checks, so that there is work to try
SUPERVISORS = (
    people.Person("mattran2", "Bùi Thị Kim Anh", Role.SUPERVISOR, body=Body.FRONT),
    people.Person("mattran3", "Lại Văn Tuấn", Role.SUPERVISOR, body=Body.FRONT),
    people.Person("cuuchienbinh2", "Ngô Xuân Trường", Role.SUPERVISOR, body=Body.VETERANS),
    people.Person("cuuchienbinh3", "Đinh Công Ước", Role.SUPERVISOR, body=Body.VETERANS),
)
PARTS = {
    "mattran-truong": "Phần minh họa của Mặt trận Tổ quốc",
    "cuuchienbinh-truong": "Phần minh họa của Hội Cựu chiến binh",
    "noivu": "Phần minh họa của Sở Nội vụ",
}
# Shares: of all, not reached; of honest work, led questions; of made-up work, denied; of answers, given otherwise;
# of responses that both bodies judge, seen otherwise by the second.
UNREACHED, LED, DENIED, OTHERWISE, SEEN_OTHERWISE = 0.07, 0.015, 0.85, 0.12, 0.15


def play(actor: User, say: Callable[[str], None] = lambda _: None) -> bool:
    """Draw and judge one round; return False where a draw of the campaign was made already.

    Refuses a database without the demonstration, and what drawing and judging refuse.
    """
    campaign = campaigns.by_code(CODE)
    drawn = exists().where(Draw.campaign_id == campaign.id, Draw.state == DrawState.DRAWN)
    if db.session.scalar(select(drawn)):
        return False
    for person in SUPERVISORS:
        people.create(actor, person, None)
    say("Rút thăm")
    _draw(campaign)
    say("Phúc tra")
    _Round(campaign).run()
    return True


def _draw(campaign: Campaign) -> None:
    parties = {people.by_username(username): part for username, part in PARTS.items()}
    draw = draws.open_random(people.by_username("noivu"), campaign)
    for person, part in parties.items():
        draws.commit(person, draw, sha256(part.encode()).hexdigest())
    for person, part in parties.items():
        draws.reveal(person, draw, part)


# What somebody who answers otherwise says most often, so that as many become satisfied as cease to be.
NEXT = {"1": "2", "2": "3", "3": "4", "4": "5", "5": "4"}


class _Round:
    """Judges what waits, body after body, until only what is left for visitors waits."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.generator = numpy.random.default_rng(SEED)
        self.questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
        self.heads = {
            Body.FRONT: people.by_username("mattran-truong"),
            Body.VETERANS: people.by_username("cuuchienbinh-truong"),
        }
        self.found: dict[int, Verdict] = {}

    def run(self) -> None:
        for body in Body:
            while len(waiting := self._waiting(body)) > LEFT_WAITING:
                for recheck in waiting[:-LEFT_WAITING]:
                    self._judge(recheck)

    def _waiting(self, body: Body) -> list[Recheck]:
        """Return what a body has still to judge, the order of the forms' codes deciding what is left."""
        found = (
            select(Recheck)
            .options(joinedload(Recheck.response), joinedload(Recheck.supervisor))
            .where(
                Recheck.campaign_id == self.campaign.id,
                Recheck.body == body,
                Recheck.state == RecheckState.WAITING,
            )
        )
        return sorted(db.session.scalars(found), key=lambda each: _mixed(str(each.response.form_code)))

    def _judge(self, recheck: Recheck) -> None:
        who = recheck.supervisor or self.heads[Body(recheck.body)]
        raw = self._findings(recheck)
        if raw["verdict"] == Verdict.UNREACHABLE:
            who = self.heads[Body(recheck.body)]  # a second one of a stratum is the head's to judge
            for way in (ContactWay.PHONE, ContactWay.PHONE, ContactWay.IN_PERSON):
                recheck_attempts.attempt(who, recheck, way=way, result=ContactResult.NOBODY)
        judgement = recheck_verdicts.read(recheck, raw)
        stored = recheck_verdicts.judge(who, recheck, judgement, version=recheck.version)
        self.found[recheck.response_id] = _verdict(stored.verdict)

    def _findings(self, recheck: Recheck) -> dict[str, Any]:
        """Return what a supervisor types: by chance, and much worse about made-up work."""
        made_up = recheck.response.enumerator.username in FABRICATORS
        if self._chance(UNREACHED):
            return {"verdict": Verdict.UNREACHABLE}
        again = self._again(recheck, at_random=made_up)
        fails = self._chance(DENIED if made_up else LED)
        before = self.found.get(recheck.response_id, Verdict.UNREACHABLE)
        if before != Verdict.UNREACHABLE:
            fails = (before == Verdict.FAILED) != self._chance(SEEN_OTHERWISE)
        if not fails:
            return {**_said(), "again": again, "verdict": Verdict.CONFIRMED}
        if made_up:
            denied = {"took_place": RecheckAnswer.NO, "read_fairly": "", "took_place_on": ""}
            return {**_said(), **denied, "again": again, "verdict": Verdict.FAILED}
        led = {"read_fairly": RecheckAnswer.NO, "reasons": [RecheckReason.LED]}
        return {**_said(), **led, "again": again, "verdict": Verdict.FAILED}

    def _again(self, recheck: Recheck, *, at_random: bool) -> dict[str, str]:
        places = self.questionnaire.criterion_codes
        told = {}
        for code in recheck.criteria.split(","):
            first = recheck.response.answers[places.index(code)]
            if at_random:
                told[code] = str(self.generator.integers(2, 6))
            elif first in NEXT and self._chance(OTHERWISE):
                told[code] = NEXT[first] if self._chance(0.85) else "3"
            else:
                told[code] = first
        return told

    def _chance(self, share: float) -> bool:
        return bool(self.generator.random() < share)


def _said() -> dict[str, Any]:
    yes = {
        "took_place": RecheckAnswer.YES,
        "used_service": RecheckAnswer.YES,
        "read_fairly": RecheckAnswer.YES,
    }
    return {**yes, "took_place_on": f"{days.today():%d/%m/%Y}"}


def _verdict(stored: RecheckVerdict) -> Verdict:
    return Verdict(stored.verdict)


def _mixed(form_code: str) -> str:
    """Return a key that mixes units and enumerators: what is left waiting is of many."""
    return sha256(form_code.encode()).hexdigest()
