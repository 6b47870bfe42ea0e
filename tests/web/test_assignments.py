"""The coordinator's page: targets given, changed and recalled, wrong ones refused beside their field."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import assignments, campaigns, people
from survey_app.extensions import db
from survey_app.models import Assignment, AuditLine, Unit
from tests.bad_inputs import BAD_INPUTS
from tests.web.pages import CODE, LogIn, error_targets

PATH = f"/campaigns/{CODE}/assignments"
GIVEN = {"enumerator": "dtv05", "unit": "STC", "target": "7"}


@pytest.fixture
def coordinator(logged_in: LogIn) -> FlaskClient:
    """The coordinator's browser."""
    return logged_in("dieuphoi")


def target_of(username: str, unit: str) -> int | None:
    """Return an enumerator's target for a unit, None where there never was one."""
    db.session.rollback()
    found = select(Assignment.target).join(Unit, Unit.id == Assignment.unit_id)
    person = people.by_username(username).id
    return db.session.scalar(found.where(Unit.code == unit, Assignment.enumerator_id == person))


def test_a_target_is_given_changed_and_recalled(coordinator: FlaskClient, logged_in: LogIn) -> None:
    first = coordinator.post(PATH, data=GIVEN)
    assert (first.status_code, first.location) == (303, PATH)
    assert target_of("dtv05", "STC") == 7
    assert "Đã giao chỉ tiêu." in coordinator.get(PATH).text
    coordinator.post(PATH, data=GIVEN | {"target": " 9 "})
    assert target_of("dtv05", "STC") == 9
    coordinator.post(PATH, data=GIVEN | {"target": "0"})
    assert "Đã thu hồi phân công." in coordinator.get(PATH).text
    assert target_of("dtv05", "STC") == 0
    offered = assignments.units_to_ask(people.by_username("dtv05"), campaigns.by_code(CODE))
    assert "STC" not in dict(offered)
    lines = db.session.scalars(select(AuditLine).where(AuditLine.verb == "assignment.set")).all()
    assert len({line.record_id for line in lines[-3:]}) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": ""}, "target"),
        ({"target": "bảy"}, "target"),
        ({"target": "7,5"}, "target"),
        ({"target": "-1"}, "target"),
        ({"target": "10000"}, "target"),
        ({"target": "1_000"}, "target"),
        ({"target": "１２"}, "target"),
        ({"target": "9" * 5000}, "target"),
        ({"target": "9223372036854775808"}, "target"),
        ({"unit": ""}, "unit"),
        ({"unit": "KHONG-CO"}, "unit"),
        ({"unit": "TTRA"}, "unit"),
        ({"enumerator": ""}, "enumerator"),
        ({"enumerator": "noivu"}, "enumerator"),
        ({"enumerator": "khong-co"}, "enumerator"),
    ],
)
def test_a_wrong_assignment_is_refused_by_its_field_and_keeps_what_was_typed(
    coordinator: FlaskClient, change: dict[str, str], field: str
) -> None:
    reply = coordinator.post(PATH, data=GIVEN | change)
    assert (reply.status_code, error_targets(reply.text)) == (422, [field])
    if field != "enumerator":
        assert '<option selected value="dtv05">' in reply.text
    if field != "target":
        assert 'value="7"' in reply.text
    assert target_of("dtv05", "STC") is None


def test_a_disabled_enumerator_is_offered_no_more_and_keeps_her_work(
    coordinator: FlaskClient,
) -> None:
    people.disable(people.command_line(), people.by_username("dtv05"))
    db.session.commit()
    page = coordinator.get(PATH).text
    assert '<option value="dtv05">' not in page
    assert "dtv05" in page
    assert coordinator.post(PATH, data=GIVEN).status_code == 422


def test_no_bad_input_becomes_a_target(coordinator: FlaskClient) -> None:
    good = {"a plain number", "zero", "six", "spaced number", "level as text with blank"}
    for name, bad in BAD_INPUTS.items():
        if name not in good:
            typed = str(bad).encode("utf-8", "replace").decode()
            reply = coordinator.post(PATH, data=GIVEN | {"target": typed})
            assert (reply.status_code, error_targets(reply.text)) == (422, ["target"]), name
    assert target_of("dtv05", "STC") is None
