"""Two supervisors of one body judge the same re-check at the same moment, 500 times."""

import threading
from contextvars import Context

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from survey_app import recheck_problems
from survey_app.domain import campaigns, demonstration, people, recheck_verdicts, rechecks
from survey_app.extensions import Base, db
from survey_app.models import AuditLine, Recheck, RecheckVerdict, Response, User
from survey_app.vocabulary import Body
from tests.domain.drawn import CRITERIA, draw_of
from tests.domain.recheck_work import YES

ROUNDS = 500
USERNAMES = ("mattran", "mattran-truong")


@pytest.fixture
def uuids(demo: Flask) -> list[str]:
    """So many re-checks of the Front, waiting."""
    draw = draw_of(campaigns.by_code(demonstration.CODE))
    found = db.session.scalars(select(Response.id).order_by(Response.id).limit(ROUNDS))
    shared = {"campaign_id": draw.campaign_id, "draw_id": draw.id, "body": Body.FRONT.value}
    rows = [
        {**shared, "uuid": f"{number:036d}", "response_id": number, "criteria": ",".join(CRITERIA)}
        for number in found
    ]
    db.session.execute(insert(Base.metadata.tables["recheck"]), rows)
    hit = {"draw_id": draw.id, "response_version": 1, "taken": 1, "out_of": 1, "place": 1}
    hers = select(Response.id, Response.enumerator_id, Response.unit_id).order_by(Response.id).limit(ROUNDS)
    members = [
        {**hit, **row, "chosen": True, "for_front": True, "for_veterans": False}
        for row in (
            {"response_id": key, "enumerator_id": who, "unit_id": unit}
            for key, who, unit in db.session.execute(hers)
        )
    ]
    db.session.execute(insert(Base.metadata.tables["draw_member"]), members)
    db.session.commit()
    return [row["uuid"] for row in rows]


def test_t1_t8_of_two_supervisors_one_wins_and_the_other_is_told_and_keeps_hers_500_times(
    demo: Flask, uuids: list[str]
) -> None:
    lines_before = db.session.scalar(select(func.count()).select_from(AuditLine))
    db.session.commit()
    together = threading.Barrier(2)
    endings: list[list[Exception | None]] = [[], []]

    def run(place: int) -> None:
        with demo.app_context():
            actor = people.by_username(USERNAMES[place])
            found = [rechecks.one_visible_to(actor, uuid) for uuid in uuids]
            judgement = recheck_verdicts.read(found[0], YES | {"note": actor.username})
            db.session.expunge_all()  # as on two pages that were opened before; a roll-back reads nothing anew
            db.session.commit()
            for recheck in found:
                together.wait(60)
                try:
                    recheck_verdicts.judge(actor, recheck, judgement, version=1)
                    db.session.commit()
                    endings[place].append(None)
                except Exception as ending:
                    db.session.rollback()
                    endings[place].append(ending)

    threads = [threading.Thread(target=Context().run, args=(run, place)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {frozenset(map(type, pair)) for pair in zip(*endings, strict=True)}
    assert told == {frozenset({type(None), recheck_problems.RecheckOvertaken})}
    found = select(Recheck.uuid, User.username, User.display_name, RecheckVerdict.note)
    judged = found.join(RecheckVerdict.recheck).join(RecheckVerdict.given_by)
    kept = {uuid: (username, name, note) for uuid, username, name, note in db.session.execute(judged)}
    for uuid, pair in zip(uuids, zip(*endings, strict=True), strict=True):
        place = pair.index(None)
        username, name, note = kept[uuid]
        assert username == note == USERNAMES[place]
        assert f"đã được {name} kết luận “Đạt” lúc" in str(pair[1 - place])
    assert len(kept) == ROUNDS
    lines = db.session.scalar(select(func.count()).select_from(AuditLine))
    assert (lines or 0) - (lines_before or 0) == ROUNDS
