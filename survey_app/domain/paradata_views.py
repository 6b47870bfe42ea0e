"""How one response came about, in words: for those who lead field work, and for the enumerator herself.

Supervisors do not see it: what they look at is drawn, not suggested.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from scoring.questionnaire import GENERAL, Questionnaire
from survey_app.domain import campaigns, doubts
from survey_app.domain.device_views import LARGE_OFFSET
from survey_app.domain.paradata import CONFIRMED
from survey_app.extensions import db
from survey_app.labels import SECTION_NAMES
from survey_app.models import Paradata, Response, User
from survey_app.vocabulary import Permission


@dataclass(frozen=True)
class Making:
    """The making of a response's present version; moments are the device's claim, `received_at` is the server's.

    `offset` is the server's time less the device's in seconds; it `is_off` where that is large.
    `sections` are (name, seconds) in the order of the form, `doubts` (sentence, asked and kept).
    """

    opened_at: datetime | None
    first_answer_at: datetime | None
    finished_at: datetime | None
    received_at: datetime | None
    offset: int | None
    seconds: int
    edits: int
    keystrokes: int
    sections: list[tuple[str, int]]
    doubts: list[tuple[str, bool]]
    of_correction: bool

    @property
    def is_off(self) -> bool:
        """Tell whether the device's clock was far from the server's."""
        return abs(self.offset or 0) > LARGE_OFFSET


def may_see(user: User, response: Response) -> bool:
    """Tell whether a person may see how a response came about: whoever sees the board, and its own enumerator."""
    return user.may(Permission.BOARD_VIEW) or response.enumerator_id == user.id


def making_of(user: User, response: Response) -> Making | None:
    """Return how a response came about, None where no device told it or it is not for this person to see."""
    kept = db.session.get(Paradata, response.id) if may_see(user, response) else None
    if kept is None:
        return None
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    seconds: dict[str, int] = json.loads(kept.seconds)
    raised: dict[str, str] = json.loads(kept.doubts)
    names = _names(questionnaire)
    order = [*(name for name in names if name in seconds), *(name for name in seconds if name not in names)]
    return Making(
        opened_at=kept.opened_at,
        first_answer_at=kept.first_answer_at,
        finished_at=kept.finished_at,
        received_at=response.submitted_at,
        offset=kept.clock_offset,
        seconds=kept.seconds_active,
        edits=kept.edits,
        keystrokes=kept.keystrokes,
        sections=[(names.get(name, name), seconds[name]) for name in order],
        doubts=[(doubts.sentence_of(code), told == CONFIRMED) for code, told in raised.items()],
        of_correction=response.submitted_at not in (None, response.saved_at),
    )


def _names(questionnaire: Questionnaire) -> dict[str, str]:
    """Return the names of a form's sections by code, in the order of the form."""
    before = {"form": "Mã phiếu, đơn vị, cách hỏi", "service": SECTION_NAMES["service"]}
    factors = {factor.code: f"{factor.number}. {factor.name}" for factor in questionnaire.factors}
    return {**before, **factors, GENERAL: "Cả dịch vụ", **SECTION_NAMES}
