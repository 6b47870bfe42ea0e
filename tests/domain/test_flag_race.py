"""Two supervisors flag one response in the same instant, five hundred times: one wins, the other reads both texts."""

import threading
from contextvars import Context

from flask import Flask
from sqlalchemy import func, select

from survey_app import recheck_problems
from survey_app.domain import audit, flags, people
from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Response
from survey_app.vocabulary import FlagReason

ROUNDS = 500
RACERS = {
    "mattran": (FlagReason.CONTRADICTION, "Mặt trận thấy câu 1 lạ"),
    "cuuchienbinh": (FlagReason.WRONG_UNIT, "Cựu chiến binh thấy sai đơn vị"),
}


def test_two_supervisors_race_for_one_response_500_times_and_each_time_one_wins(demo: Flask) -> None:
    numbers = list(db.session.scalars(select(Response.id).order_by(Response.id).limit(ROUNDS)))
    db.session.commit()
    start = threading.Barrier(2, timeout=30)
    endings: dict[str, list[recheck_problems.FlaggedAlready | None]] = {name: [] for name in RACERS}
    broken: list[BaseException] = []

    def run(username: str) -> None:
        reason, note = RACERS[username]
        with demo.app_context():
            try:
                person = people.by_username(username)
                found = select(Response).where(Response.id.in_(numbers)).order_by(Response.id)
                for response in db.session.scalars(found).all():
                    db.session.commit()
                    start.wait()
                    try:
                        flags.raise_flag(person, response, version=1, reason=reason, note=note)
                        db.session.commit()
                        endings[username].append(None)
                    except recheck_problems.FlaggedAlready as refusal:
                        db.session.rollback()
                        endings[username].append(refusal)
            except BaseException as problem:
                broken.append(problem)
                start.abort()

    threads = [threading.Thread(target=Context().run, args=(run, name)) for name in RACERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    names = {name: people.by_username(name).display_name for name in RACERS}
    for first, second in zip(*endings.values(), strict=True):
        assert (first is None) != (second is None)
        winner = "mattran" if first is None else "cuuchienbinh"
        told = (first or second).facts  # type: ignore[union-attr]
        assert (told["who"], told["note"]) == (names[winner], RACERS[winner][1])
    raised = db.session.scalars(select(Flag.response_id).order_by(Flag.response_id)).all()
    assert raised == numbers
    written = select(func.count()).where(AuditLine.verb == "flag.raised")
    assert db.session.scalar(written) == ROUNDS
    assert audit.verify()[1] is None
