"""What waits on devices: unsent first, silent ones marked, wrong clocks told."""

from typing import Any

import pytest

from survey_app.domain import device_views, people
from survey_app.extensions import db
from survey_app.models import Campaign, DeviceReport, User
from survey_app.vocabulary import Body, Role
from tests.domain.field_work import arrived, at, coordinator, made
from tests.domain.small_campaign import enumerator

NOW = at("2026-03-10T05:00:00")


def device(number: int) -> str:
    """Return a device's own id."""
    return f"0b1f6f0e-0000-4000-8000-{number:012d}"


def report(user: User, number: int, reported: str = "2026-03-10T04:00:00", **facts: Any) -> None:
    """Keep what a device last told."""
    if "oldest" in facts:
        facts["oldest_at"] = at(facts.pop("oldest"))
    db.session.add(DeviceReport(device=device(number), user_id=user.id, reported_at=at(reported), **facts))
    db.session.flush()


@pytest.fixture
def her(actor: User, small: Campaign) -> User:
    """An enumerator."""
    return enumerator(actor, small, "A", 50)


def test_unsent_records_come_first_and_the_longest_waiting_before_the_others(
    actor: User, small: Campaign, her: User
) -> None:
    report(her, 1)
    report(her, 2, drafts=2)
    report(her, 3, waiting=1, oldest="2026-03-10T03:00:00", drafts=1)
    report(her, 4, to_mend=1, oldest="2026-03-08T03:00:00")
    report(her, 5, aside=2, oldest="2026-03-09T03:00:00")
    found = device_views.devices(coordinator(actor), {her.id}, NOW)
    assert [(int(each.report.device[-12:]), each.unsent) for each in found] == [
        (4, 1),
        (5, 2),
        (3, 1),
        (2, 0),
        (1, 0),
    ]


@pytest.mark.parametrize(
    ("reported", "waiting", "silent"),
    [
        ("2026-03-09T05:00:00", 1, False),  # exactly 24 hours
        ("2026-03-09T04:59:59", 1, True),
        ("2026-03-01T00:00:00", 0, False),  # nothing waits on it
    ],
)
def test_a_device_that_holds_records_and_tells_nothing_for_a_day_is_marked(
    actor: User, small: Campaign, her: User, reported: str, waiting: int, silent: bool
) -> None:
    report(her, 1, reported, waiting=waiting)
    (found,) = device_views.devices(coordinator(actor), {her.id}, NOW)
    assert found.silent == silent


def test_s16_a_wrong_clock_is_told_until_it_is_set_right(actor: User, small: Campaign, her: User) -> None:
    user = coordinator(actor)
    report(her, 1)
    first = arrived(small, her, "A", "A-1", "2026-03-09T02:00:00")
    made(first, 300, device=device(1), clock_offset=-315_360_000)
    (found,) = device_views.devices(user, {her.id}, NOW)
    assert found.offset == -315_360_000
    made(arrived(small, her, "A", "A-2", "2026-03-09T03:00:00"), 300, device=device(1), clock_offset=None)
    assert device_views.devices(user, {her.id}, NOW)[0].offset == -315_360_000
    made(arrived(small, her, "A", "A-3", "2026-03-09T04:00:00"), 300, device=device(1), clock_offset=-300)
    (found,) = device_views.devices(user, {her.id}, NOW)
    assert found.offset is None


def test_unsent_records_of_somebody_without_work_are_not_forgotten(
    actor: User, small: Campaign, her: User
) -> None:
    report(her, 1, waiting=3)
    report(her, 2)
    found = device_views.devices(coordinator(actor), set(), NOW)
    assert [each.unsent for each in found] == [3]


def test_a3_reports_are_for_whoever_leads_field_work_and_an_enumerators_own(
    actor: User, small: Campaign, her: User
) -> None:
    other = enumerator(actor, small, "B")
    report(her, 1, waiting=1)
    report(other, 2, waiting=1)
    supervisor = people.create(
        actor, people.Person("mat-tran", "Mặt Trận", Role.SUPERVISOR, Body.FRONT), None
    )
    seen = {
        person.username: [each.report.user.username for each in device_views.devices(person, set(), NOW)]
        for person in (coordinator(actor), her, other, supervisor)
    }
    assert {name: sorted(names) for name, names in seen.items()} == {
        "dieu-phoi": ["dtv-a", "dtv-b"],
        "dtv-a": ["dtv-a"],
        "dtv-b": ["dtv-b"],
        "mat-tran": [],
    }
