"""How a response came about, in the order of its form; not for supervisors, and for nobody else's enumerator."""

import json

import pytest

from survey_app.domain import paradata_views, people
from survey_app.extensions import db
from survey_app.models import Campaign, Paradata, Response, User
from survey_app.vocabulary import Body, Role
from tests.domain.field_work import arrived, at, coordinator, made
from tests.domain.small_campaign import enumerator


@pytest.fixture
def her(actor: User, small: Campaign) -> User:
    """An enumerator."""
    return enumerator(actor, small, "A", 50)


@pytest.fixture
def response(small: Campaign, her: User) -> Response:
    """A response whose device told everything."""
    found = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    made(
        found,
        545,
        opened_at=at("2016-03-03T01:50:00"),
        first_answer_at=at("2016-03-03T01:51:00"),
        finished_at=at("2016-03-03T02:00:00"),
        clock_offset=315_360_000,
        seconds=json.dumps({"zzz": 1, "comment": 20, "procedure": 200, "access": 300, "form": 24}),
        edits=2,
        keystrokes=61,
        doubts=json.dumps({"late_yet_in_time": "confirmed", "unknown_code": "unasked"}),
    )
    return found


def test_sections_stand_by_name_in_the_order_of_the_form(response: Response, her: User) -> None:
    found = paradata_views.making_of(her, response)
    assert found is not None
    assert found.sections == [
        ("Mã phiếu, đơn vị, cách hỏi", 24),
        ("1. Tiếp cận dịch vụ", 300),
        ("2. Thủ tục hành chính", 200),
        ("Ý kiến thêm", 20),
        ("zzz", 1),
    ]
    assert found.doubts == [
        ("Kết quả trễ hẹn, nhưng câu về thời hạn giải quyết (2.5) lại được chấm hài lòng.", True),
        ("unknown_code", False),
    ]
    assert (found.seconds, found.edits, found.keystrokes, found.of_correction) == (545, 2, 61, False)


def test_s16_the_devices_claim_stands_beside_the_servers_time(response: Response, her: User) -> None:
    found = paradata_views.making_of(her, response)
    assert found is not None
    assert (found.opened_at, found.received_at) == (at("2016-03-03T01:50:00"), at("2026-03-01T02:00:00"))
    assert found.is_off


def test_a_corrections_making_is_called_one(response: Response, her: User) -> None:
    response.saved_at = at("2026-03-05T02:00:00")
    assert paradata_views.making_of(her, response).of_correction  # type: ignore[union-attr]


def test_a3_supervisors_and_other_enumerators_are_told_nothing(
    actor: User, small: Campaign, response: Response, her: User
) -> None:
    supervisor = people.create(actor, people.Person("mat-tran", "MT", Role.SUPERVISOR, Body.FRONT), None)
    home_affairs = people.create(actor, people.Person("noi-vu", "NV", Role.HOME_AFFAIRS), None)
    sees = {
        person.username: paradata_views.making_of(person, response) is not None
        for person in (her, enumerator(actor, small, "B"), coordinator(actor), home_affairs, supervisor)
    }
    assert sees == {"dtv-a": True, "dtv-b": False, "dieu-phoi": True, "noi-vu": True, "mat-tran": False}


def test_a_response_without_paradata_says_nothing(response: Response, her: User) -> None:
    db.session.delete(db.session.get_one(Paradata, response.id))
    db.session.flush()
    assert paradata_views.making_of(her, response) is None
