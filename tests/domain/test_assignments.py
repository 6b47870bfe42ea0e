"""Who asks about which unit, and every count against its quota."""

import pytest
from flask import Flask
from sqlalchemy import text

from survey_app import problems
from survey_app.domain import assignments, audit, campaigns, people
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, User
from survey_app.vocabulary import Role
from tests.domain.small_campaign import answer, enumerator, plan, race


def test_an_assignment_is_set_changed_and_recalled_and_the_trail_tells(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A", 7)
    assert [(work.unit.code, work.target, work.done) for work in assignments.work_of(user, small)] == [
        ("A", 7, 0)
    ]
    answer(small, user, "A", 4, "A-1")
    assignments.assign(actor, small, "A", user, 9)
    assert [(work.target, work.done) for work in assignments.work_by_enumerator(small)] == [(9, 1)]
    recalled = assignments.assign(actor, small, "A", user, 0)
    assert assignments.units_to_ask(user, small) == assignments.work_of(user, small) == []
    with pytest.raises(problems.InvalidFields) as refusal:
        answer(small, user, "A", 4, "A-2")
    assert list(refusal.value.fields) == ["unit"]
    told = [audit.changes_of(line) for line in audit.history("assignment", recalled.id)]
    assert [(each["before"], each["after"]["target"]) for each in told] == [
        (None, 7),
        ({"target": 7}, 9),
        ({"target": 9}, 0),
    ]


@pytest.mark.parametrize(
    ("unit", "target", "field"), [("C", 5, "unit"), ("A", -1, "target"), ("A", 10_000, "target")]
)
def test_an_impossible_assignment_is_refused_by_its_field(
    actor: User, small: Campaign, unit: str, target: int, field: str
) -> None:
    user = people.create(actor, people.Person("dtv-x", "X", Role.ENUMERATOR), None)
    with pytest.raises(problems.InvalidFields) as refusal:
        assignments.assign(actor, small, unit, user, target)
    assert list(refusal.value.fields) == [field]


def test_only_an_enumerator_who_is_still_here_gets_an_assignment(actor: User, small: Campaign) -> None:
    gone = people.create(actor, people.Person("dtv-x", "X", Role.ENUMERATOR), None)
    people.disable(actor, gone)
    for person in (gone, actor):
        with pytest.raises(problems.InvalidFields) as refusal:
            assignments.assign(actor, small, "A", person, 5)
        assert list(refusal.value.fields) == ["enumerator"]
    with pytest.raises(problems.NotFound):
        assignments.assign(actor, small, "KHONG-CO", gone, 5)


@pytest.mark.parametrize(
    ("role", "seen"),
    [(Role.COORDINATOR, 2), (Role.HOME_AFFAIRS, 2), (Role.APPRAISER, 0), (Role.ADMINISTRATOR, 0)],
)
def test_an_enumerator_sees_her_own_assignments_and_coordinators_see_all(
    actor: User, small: Campaign, role: Role, seen: int
) -> None:
    mine, theirs = enumerator(actor, small, "A"), enumerator(actor, small, "B")
    user = people.create(actor, people.Person("ai-do", "Ai Đó", role), None)
    assert len(assignments.of_campaign(user, small)) == seen
    for person in (mine, theirs):
        assert {each.enumerator_id for each in assignments.of_campaign(person, small)} == {person.id}


def test_communes_are_assigned_by_themselves_and_counted_with_their_district(
    actor: User, small: Campaign
) -> None:
    at_b, at_b1 = enumerator(actor, small, "B"), enumerator(actor, small, "B1")
    answer(small, at_b, "B", 5, "B-1")
    for number in range(2):
        answer(small, at_b1, "B1", 2, f"B1-{number}")
    assert assignments.units_to_ask(at_b1, small) == [("B1", "Xã B1")]
    progress = {
        each.unit.unit.code: (each.valid, each.quota, each.gap) for each in assignments.progress(small)
    }
    assert progress == {"A": (0, 10, 10), "B": (3, 15, 12)}


def test_every_state_is_counted_in_its_own_column(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    for number in range(6):
        answer(small, user, "A", 5, f"A-{number}")
    for code, change in (
        ("A-1", "state = 'void'"),
        ("A-2", "state = 'returned'"),
        ("A-3", "state = 'accepted'"),
        ("A-4", "validity = 'too_few_answers'"),
        ("A-5", "state = 'draft'"),
    ):
        db.session.execute(text(f"UPDATE response SET {change} WHERE form_code = :code"), {"code": code})
    (unit,) = [each for each in assignments.progress(small) if each.unit.unit.code == "A"]
    assert (unit.valid, unit.invalid, unit.returned, unit.void, unit.drafts, unit.gap) == (2, 1, 1, 1, 1, 8)
    # What she has done is what reached the office: the draft and the void one are not.
    assert [work.done for work in assignments.work_of(user, small)] == [4]


def test_work_is_listed_in_vietnamese_order(actor: User, small: Campaign) -> None:
    names = ("Đỗ An", "Dương Ánh", "Ân Bình", "An Bình")
    for number, name in enumerate(names):
        user = people.create(actor, people.Person(f"dtv{number}", name, Role.ENUMERATOR), None)
        for unit in ("B", "A"):
            assignments.assign(actor, small, unit, user, 1)
    listed = [
        (work.enumerator.display_name, work.unit.name) for work in assignments.work_by_enumerator(small)
    ]
    people_in_order = ("An Bình", "Ân Bình", "Dương Ánh", "Đỗ An")
    assert listed == [(name, unit) for name in people_in_order for unit in ("Huyện B", "Sở A")]


def test_another_campaigns_assignment_gives_no_right_here(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    other = campaigns.create(actor, plan(code="c27"))
    assert assignments.units_to_ask(user, other) == []
    assert db.session.query(Assignment).count() == 1


def test_an_assignment_sent_twice_at_once_is_one_assignment(app: Flask, actor: User, small: Campaign) -> None:
    people.create(actor, people.Person("dtv-x", "X", Role.ENUMERATOR), None)

    def assign() -> None:
        user = people.by_username("dtv-x")
        assignments.assign(people.command_line(), campaigns.by_code("c26"), "A", user, 5)

    assert race(app, assign) == [None, None]
    assert [each.target for each in db.session.query(Assignment)] == [5]
