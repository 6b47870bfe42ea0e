"""The coordinator's board over a hundred thousand responses: the demonstration's, many times over, with paradata."""

import statistics
import time
from datetime import timedelta
from random import Random
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from survey_app.domain import demonstration
from survey_app.extensions import db
from survey_app.models import Paradata, Response
from survey_app.vocabulary import Mode, ResponseState

DAYS, DEVICES = 60, 120
MODES = (Mode.FACE_TO_FACE, Mode.FACE_TO_FACE, Mode.PAPER)
STATES = [ResponseState.SUBMITTED] * 18 + [ResponseState.RETURNED, ResponseState.VOID]


def multiply(wanted: int) -> int:
    """Fill the demonstration up to so many responses over sixty days, each with paradata; return how many there are."""
    chance = Random(7)
    table = Response.__table__
    rows = [dict(row._mapping) for row in db.session.execute(select(table).order_by(table.c.id))]
    copies = 0
    while len(rows) * (copies + 1) < wanted:
        copies += 1
        db.session.execute(insert(Response), [_copy(row, copies, chance) for row in rows])
    devices = [str(UUID(int=chance.getrandbits(128))) for _ in range(DEVICES)]
    told = '{"access":90,"feedback":70,"official":120,"outcome":60,"procedure":110,"respondent":95}'
    db.session.execute(
        insert(Paradata),
        [
            {
                "response_id": key,
                "device": chance.choice(devices),
                "clock_offset": chance.randrange(-3, 3),
                "seconds_active": int(chance.lognormvariate(6.2, 0.4)) + 1,
                "seconds": told,
                "edits": chance.randrange(4),
                "keystrokes": chance.randrange(20, 60),
            }
            for key in db.session.scalars(select(Response.id).order_by(Response.id))
        ],
    )
    db.session.commit()
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def _copy(row: dict[str, object], number: int, chance: Random) -> dict[str, object]:
    moment = row["saved_at"] - timedelta(seconds=chance.randrange(DAYS * 86400))  # type: ignore[operator]
    return {name: value for name, value in row.items() if name != "id"} | {
        "uuid": str(UUID(int=chance.getrandbits(128))),
        "form_code": f"{row['form_code']}-{number}",
        "mode": chance.choice(MODES),
        "state": chance.choice(STATES),
        "created_at": moment,
        "saved_at": moment,
        "submitted_at": moment,
    }


def milliseconds(client: FlaskClient, times: int = 7) -> float:
    """Return the median time until the board's whole page is there."""
    address = f"/campaigns/{demonstration.CODE}/board"
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        if client.get(address).status_code != 200:
            raise RuntimeError(address)
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)
