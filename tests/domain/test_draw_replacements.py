"""Who takes the place of whom could not be reached: the next of the stratum, by rule, in the trail and the record."""

import json

import pytest
from flask import Flask
from sqlalchemy import select, update

from scoring.draw_record import verify
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, draw_records, draws
from survey_app.domain.draw_replacements import replace
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Draw, DrawMember, Recheck, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import Body, Party, RecheckState, Verdict
from tests.domain.drawing import drawn, parties, supervisors, work
from tests.domain.small_campaign import race


@pytest.fixture
def draw(actor: User, small: Campaign) -> Draw:
    """A draw of two of ten responses, one for both bodies, one for the front or the veterans."""
    work(actor, small, A=10)
    supervisors(actor, Body.FRONT, 2)
    supervisors(actor, Body.VETERANS, 2)
    people = parties(actor)
    return drawn(draws.open_random(people[Party.FRONT], small), people)


def by_place(draw: Draw) -> list[DrawMember]:
    """Return the members in the order of their places."""
    found = select(DrawMember).where(DrawMember.draw_id == draw.id).order_by(DrawMember.place)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def both_and_one(draw: Draw) -> tuple[list[Recheck], Recheck]:
    """Return the re-checks of the response for both bodies, and that of the other."""
    found = list(db.session.scalars(select(Recheck).where(Recheck.draw_id == draw.id).order_by(Recheck.body)))
    both = [each for each in found if sum(other.response_id == each.response_id for other in found) == 2]
    (one,) = [each for each in found if each not in both]
    return both, one


def judge(recheck: Recheck) -> None:
    """Say that nobody could be reached."""
    recheck.state, recheck.verdict, recheck.ended_at = RecheckState.JUDGED, Verdict.UNREACHABLE, now()
    db.session.flush()


def told(verb: AuditVerb) -> list[dict[str, object]]:
    """Return what the trail says of one verb."""
    found = db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id))
    return [audit.changes_of(each)["after"] for each in found]


def test_the_next_place_of_the_stratum_is_taken_for_the_same_body_and_supervisor(
    actor: User, draw: Draw
) -> None:
    _, one = both_and_one(draw)
    judge(one)
    found = replace(actor, one, now())
    assert found is not None
    third = by_place(draw)[2]
    assert (third.response_id, third.chosen, third.replaces_id) == (found.response_id, True, one.response_id)
    assert (third.for_front, third.for_veterans) == (one.body == "front", one.body == "veterans")
    assert {(each.taken, each.out_of) for each in by_place(draw)} == {(3, 10)}
    made = db.session.scalars(select(Recheck).where(Recheck.response_id == third.response_id)).one()
    assert (made.body, made.supervisor_id, made.state) == (one.body, one.supervisor_id, "waiting")
    assert len(made.criteria.split(",")) == 5
    (line,) = told(AuditVerb.RECHECK_REPLACED)
    assert (line["replacement"], line["place"], line["taken"]) == (third.response.form_code, 3, 3)
    assert replace(actor, one, now()) is not None  # asked again, it is the same
    assert len(told(AuditVerb.RECHECK_REPLACED)) == 1
    record = json.loads(draw_records.of_draw(draw))
    assert [each["response"] for each in record["replacements"]] == [third.response.uuid]
    assert {each["taken"] for each in record["chosen"]} == {2}
    assert verify(record) is None


def test_what_no_longer_counts_is_passed_over_and_a_replacement_can_be_replaced(
    actor: User, draw: Draw
) -> None:
    _, one = both_and_one(draw)
    skipped = by_place(draw)[2]
    db.session.execute(update(Response).where(Response.id == skipped.response_id).values(state="returned"))
    judge(one)
    first = replace(actor, one, now())
    assert first is not None
    assert first.place == 4
    db.session.execute(update(Response).where(Response.id == skipped.response_id).values(state="submitted"))
    record = json.loads(draw_records.of_draw(draw))
    assert (record["passed_over"], verify(record)) == ([skipped.response.uuid], None)
    again = db.session.scalars(select(Recheck).where(Recheck.response_id == first.response_id)).one()
    judge(again)
    second = replace(actor, again, now())
    assert second is not None
    assert second.place == 3
    record = json.loads(draw_records.of_draw(draw))
    assert [each["replaces"] for each in record["replacements"]] == [
        one.response.uuid,
        first.response.uuid,
    ]
    assert (record["passed_over"], verify(record)) == ([], None)


def test_a_body_does_not_learn_from_the_record_what_the_other_found_first(actor: User, draw: Draw) -> None:
    both, _ = both_and_one(draw)
    judge(both[0])
    replace(actor, both[0], now())
    record = json.loads(draw_records.of_draw(draw))
    assert (record["replacements"], record["held_back"], verify(record)) == ([], 1, None)
    judge(both[1])
    replace(actor, both[1], now())
    record = json.loads(draw_records.of_draw(draw))
    assert sorted(each["body"] for each in record["replacements"]) == ["front", "veterans"]
    assert (record["held_back"], verify(record)) == (0, None)
    assert {each.taken for each in by_place(draw)} == {4}


def test_where_nothing_is_left_it_is_said(actor: User, draw: Draw) -> None:
    _, one = both_and_one(draw)
    db.session.execute(
        update(Response)
        .where(Response.id.in_([each.response_id for each in by_place(draw)[2:]]))
        .values(state="void")
    )
    judge(one)
    assert replace(actor, one, now()) is None
    assert told(AuditVerb.RECHECK_REPLACED) == [{"draw": "c26/1", "left": 0}]
    assert {each.taken for each in by_place(draw)} == {2}


def test_two_replacements_at_once_take_two_places(app: Flask, actor: User, draw: Draw) -> None:
    both, _ = both_and_one(draw)
    who, numbers = actor.id, [each.id for each in both]

    def verb() -> None:
        recheck = db.session.get_one(Recheck, numbers.pop())
        replace(db.session.get_one(User, who), recheck, now())

    assert race(app, verb) == [None, None]
    db.session.expire_all()
    assert [each.place for each in by_place(draw) if each.replaces_id is not None] == [3, 4]
    assert {each.taken for each in by_place(draw)} == {4}
