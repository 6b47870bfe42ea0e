"""The people of the supervising bodies, and an enumerator's response, for tests of what they say to each other."""

from survey_app.domain import campaigns, people, responses
from survey_app.domain.response_content import entry_of
from survey_app.extensions import db
from survey_app.models import Campaign, Flag, Response, User
from survey_app.vocabulary import Body, FlagKind, Role
from tests.domain.small_campaign import answer


def supervisor(username: str, body: Body = Body.FRONT, role: Role = Role.SUPERVISOR) -> User:
    """Return a new person of a body."""
    person = people.Person(username, f"Người {username}", role, body)
    return people.create(people.command_line(), person, None)


def sent(campaign: Campaign, enumerator: User, code: str, level: int = 4) -> Response:
    """Return a response that an enumerator has just sent."""
    uuid = answer(campaign, enumerator, "A", level, code)
    return responses.one_visible_to(enumerator, uuid)


def flag_of(raised: Flag) -> tuple[str, str, str]:
    """Return kind, state and reply of a flag as they are in the database."""
    db.session.flush()
    return raised.kind, raised.state, raised.reply


def corrected(enumerator: User, response: Response, reason: str = "Đã hỏi lại") -> None:
    """Let the enumerator send a returned response again as it is."""
    entry = entry_of(response, response.questionnaire_sha256)
    responses.correct(enumerator, response, entry, version=response.version, reason=reason)


def counted(campaign: Campaign) -> int:
    """Return how many responses the points are made from."""
    return len(list(responses.counted_rows(campaigns.by_code(campaign.code))))


DOUBT = {"reason": "contradiction", "note": "Xem lại câu 1.", "kind": FlagKind.DOUBT}
QUESTION = {"reason": "contradiction", "note": "Bà ấy có đến đây không?", "kind": FlagKind.QUESTION}
