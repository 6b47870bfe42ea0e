"""What the tests of pages share: the campaign, its people's work, and how much a page costs."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import event

from survey_app.domain import assignments, campaigns, demonstration, people
from survey_app.extensions import db

CODE = demonstration.CODE
LogIn = Callable[[str], FlaskClient]


def unit_of(username: str) -> str:
    """Return the code of an enumerator's first unit."""
    return assignments.units_to_ask(people.by_username(username), campaigns.by_code(CODE))[0][0]


def statements(verb: Callable[[], object]) -> list[str]:
    """Return the statements that something costs, without those that open and end transactions."""
    told: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        verb()
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return [each for each in told if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def error_targets(page: str) -> list[str]:
    """Return the ids to which the summary of errors leads, each of which must stand on the page once."""
    targets = re.findall(r'<li><a href="#([\w-]+)">', page)
    assert [page.count(f'id="{target}"') for target in targets] == [1] * len(targets)
    return targets
