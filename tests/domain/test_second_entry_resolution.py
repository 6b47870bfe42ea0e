"""A third person decides with the paper at hand: what is an error, what is corrected, and what is left."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app import collection_problems, problems
from survey_app.domain import audit, integrity, people, responses, second_entries, second_entry_resolution
from survey_app.extensions import db
from survey_app.models import Campaign, ResponseVersion, SecondEntry, User
from survey_app.vocabulary import CampaignState, Role
from tests.bad_inputs import BAD_INPUTS
from tests.domain.keyed_forms import drawn_form, key_again, keyer, paper, person
from tests.domain.small_campaign import DETAILS, race, result_of

Twice = Callable[..., SecondEntry]


@pytest.fixture
def third(actor: User) -> User:
    """The coordinator."""
    return person(actor, Role.COORDINATOR, "dieu-phoi")


@pytest.fixture
def twice(actor: User, small: Campaign) -> Twice:
    """Lets two people key a form, with 2 and 3 in the first criterion unless told otherwise."""
    first, second = keyer(actor, small, "dtv-mot"), keyer(actor, small, "dtv-hai")

    def key(
        first_form: dict[str, Any] | None = None, second_form: dict[str, Any] | None = None
    ) -> SecondEntry:
        one, other = first_form or {"access_1": "2"}, second_form or {"access_1": "3"}
        return key_again(drawn_form(small, first, second, paper("A-1", **one)), paper("A-1", **other))

    return key


def resolve(actor: User, entry: SecondEntry, **decisions: str) -> second_entry_resolution.Outcome:
    """Decide fields; a value for "neither" stands behind a colon."""
    words = {code: word.partition(":")[0] for code, word in decisions.items()}
    values = {code: word.partition(":")[2] for code, word in decisions.items() if ":" in word}
    return second_entry_resolution.resolve(actor, entry, words, values)


@pytest.mark.parametrize(
    ("decision", "errors", "level", "version"),
    [("first", 0, "2", 1), ("second", 1, "3", 2), ("neither:5", 1, "5", 2)],
)
def test_the_paper_decides_who_was_wrong_and_a_wrong_response_becomes_a_new_version(
    third: User, twice: Twice, decision: str, errors: int, level: str, version: int
) -> None:
    entry = twice()
    outcome = resolve(third, entry, access_1=decision)
    response = entry.response
    assert (outcome.errors, outcome.corrected, outcome.left) == (errors, version == 2, "")
    assert (entry.state, entry.errors, entry.resolved_by_id) == ("resolved", errors, third.id)
    assert (response.answers[0], response.version, response.state) == (level, version, "submitted")
    kept = db.session.scalars(select(ResponseVersion)).all()
    assert [(each.answers[0], each.reason) for each in kept] == [("2", "đối chiếu với phiếu giấy")][
        : version - 1
    ]
    told = json.loads(entry.resolution)
    assert told["decisions"] == {"access_1": decision.partition(":")[0]}
    assert told["values"] == ({"access_1": "5"} if "neither" in decision else {})


def test_a5_a_resolution_and_the_correction_it_makes_are_told_in_the_trail(third: User, twice: Twice) -> None:
    entry = twice()
    resolve(third, entry, access_1="second")
    line = audit.history("second_entry", entry.id)[-1]
    change = audit.changes_of(line)
    assert (line.verb, line.actor_id, change["before"]) == (
        "second_entry.resolved",
        third.id,
        {"state": "entered_again"},
    )
    assert (change["after"]["errors"], change["after"]["resolution"]) == (
        1,
        {"access_1": "second"},
    )
    corrected = audit.history("response", entry.response.uuid)[-1]
    change = audit.changes_of(corrected)
    assert (corrected.verb, change["reason"]) == ("response.corrected", "đối chiếu với phiếu giấy")
    assert change["before"] == {"version": 1, "digest": entry.first_digest}
    assert change["after"] == {"version": 2, "digest": entry.response.content_digest}
    assert audit.verify()[1] is None


def test_what_was_corrected_is_counted_as_the_paper_says(small: Campaign, third: User, twice: Twice) -> None:
    entry = twice({"access_1": "2"}, {"access_1": "5"})
    before = result_of(small, "A")["satisfied"]
    resolve(third, entry, access_1="second")
    assert result_of(small, "A")["satisfied"] == before + 1


@pytest.mark.parametrize(("state", "told"), [("returned", "Trả lại"), ("void", "Đã hủy")])
def test_a_response_that_does_not_count_is_left_and_it_is_said(
    third: User, twice: Twice, state: str, told: str
) -> None:
    entry = twice()
    db.session.execute(text("UPDATE response SET state = :state"), {"state": state})
    outcome = resolve(third, entry, access_1="second")
    assert (outcome.errors, outcome.corrected) == (1, False)
    assert told in outcome.left
    assert (entry.response.answers[0], entry.response.version, entry.errors) == ("2", 1, 1)
    assert json.loads(entry.resolution)["left"] == outcome.left


def test_a_response_corrected_since_is_left_and_it_is_said(
    small: Campaign, third: User, twice: Twice
) -> None:
    entry = twice()
    response = entry.response
    response.state = "returned"
    db.session.flush()
    first = people.by_username("dtv-mot")
    responses.correct(first, response, paper("A-1", access_1="1"), version=1, reason="Hỏi lại người dân")
    outcome = resolve(third, entry, access_1="second")
    assert (outcome.errors, outcome.corrected, response.answers[0], response.version) == (1, False, "1", 2)
    assert "đã được sửa" in outcome.left


def test_neither_keyer_resolves_what_she_keyed(third: User, twice: Twice) -> None:
    entry = twice()
    for keyer_of in (entry.response.enumerator, entry.keyer):
        assert keyer_of is not None
        with pytest.raises(collection_problems.NotAThirdPerson):
            resolve(keyer_of, entry, access_1="first")
    assert second_entry_resolution.one_to_resolve(third, entry.id) is entry


def test_every_differing_field_needs_a_decision(third: User, twice: Twice) -> None:
    entry = twice({"access_1": "2", "comment": "một"}, {"access_1": "3", "comment": "hai"})
    for decisions in ({}, {"access_1": "first"}, {"access_1": "first", "comment": "third"}):
        with pytest.raises(problems.InvalidFields) as refusal:
            resolve(third, entry, **decisions)
        assert "comment" in refusal.value.fields
    assert entry.state == "entered_again"
    assert resolve(third, entry, access_1="first", comment="second", official_1="second").errors == 1
    assert entry.response.answers[:1] == "2"
    assert json.loads(entry.response.details)["comment"] == "hai"


@pytest.mark.parametrize("value", ["2", "3", "6", "x", "４"])
def test_neither_takes_a_value_of_the_field_that_nobody_keyed(third: User, twice: Twice, value: str) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        resolve(third, twice(), access_1=f"neither:{value}")
    assert list(refusal.value.fields) == ["access_1"]


def test_neither_may_be_a_blank_and_another_unit(small: Campaign, third: User, twice: Twice) -> None:
    entry = twice({"access_1": "2"}, {"access_1": "3", "unit": "B"})
    with pytest.raises(problems.InvalidFields) as refusal:
        resolve(third, entry, access_1="neither:", unit="neither:C")
    assert refusal.value.fields == {"unit": problems.field("second_entry_unit")}
    assert resolve(third, entry, access_1="neither:", unit="neither:B1").errors == 2
    assert entry.response.unit is not None
    assert (entry.response.answers[0], entry.response.unit.code) == ("-", "B1")


def test_an_answer_that_the_paper_does_not_ask_for_goes_with_the_question_above_it(
    third: User, twice: Twice
) -> None:
    late = {"result_time": "late", "late_notice": "no"}
    entry = twice(late, {"result_time": "on_time"})
    assert resolve(third, entry, result_time="second", late_notice="second").errors == 2
    assert json.loads(entry.response.details) == DETAILS | {"result_time": "on_time"}


def test_a_value_for_a_question_that_is_not_asked_is_refused_beside_it(third: User, twice: Twice) -> None:
    entry = twice({"result_time": "late", "late_notice": "no"}, {"result_time": "on_time"})
    with pytest.raises(problems.InvalidFields) as refusal:
        resolve(third, entry, result_time="second", late_notice="neither:yes")
    assert list(refusal.value.fields) == ["late_notice"]


def test_t2_who_resolves_too_late_changes_nothing(third: User, actor: User, twice: Twice) -> None:
    entry = twice()
    resolve(third, entry, access_1="first")
    with pytest.raises(collection_problems.SecondEntryStep):
        resolve(person(actor, Role.HOME_AFFAIRS, "noi-vu"), entry, access_1="second")
    assert (entry.errors, entry.response.version) == (0, 1)


def test_t2_two_people_who_resolve_at_once_make_one_resolution(app: Flask, third: User, twice: Twice) -> None:
    number = twice().id

    def decide() -> None:
        user = people.by_username("dieu-phoi")
        entry = second_entries.one_visible_to(user, number)
        resolve(user, entry, access_1="second")

    endings = race(app, decide)
    assert [type(each) for each in endings] == [type(None), collection_problems.SecondEntryStep]
    assert len(db.session.scalars(select(ResponseVersion)).all()) == 1


@pytest.mark.parametrize("state", [CampaignState.SEALED, CampaignState.PUBLISHED])
def test_nothing_is_resolved_once_a_campaign_is_sealed_but_while_it_is_closed(
    small: Campaign, third: User, twice: Twice, state: CampaignState
) -> None:
    entry = twice()
    small.state = state
    db.session.flush()
    with pytest.raises(collection_problems.SecondEntryNotNow):
        resolve(third, entry, access_1="second")
    small.state = CampaignState.CLOSED
    db.session.flush()
    assert resolve(third, entry, access_1="second").corrected


def test_a_form_not_keyed_twice_cannot_be_opened_to_resolve(
    actor: User, small: Campaign, third: User
) -> None:
    entry = drawn_form(small, keyer(actor, small, "dtv-mot"), keyer(actor, small, "dtv-hai"), paper("A-1"))
    with pytest.raises(collection_problems.SecondEntryStep):
        second_entry_resolution.one_to_resolve(third, entry.id)


def test_which_keying_is_a_is_chance_and_stays_the_same(actor: User, small: Campaign) -> None:
    first, second = keyer(actor, small, "dtv-mot"), keyer(actor, small, "dtv-hai")
    entries = [drawn_form(small, first, second, paper(f"A-{number}")) for number in range(60)]
    shown = [second_entry_resolution.first_is_a(each) for each in entries]
    assert shown == [second_entry_resolution.first_is_a(each) for each in entries]
    assert 15 <= sum(shown) <= 45


def test_differences_are_told_in_the_words_of_the_form(third: User, twice: Twice) -> None:
    entry = twice({"access_1": "2", "channel": ["media"]}, {"access_1": "NA", "unit": "B"})
    told = {
        each.code: (each.question, each.first, each.second)
        for each in second_entry_resolution.differences_of(entry)
    }
    assert told["unit"] == ("Cơ quan, đơn vị", "Sở A", "Huyện B")
    assert told["access_1"][1:] == ("2 – Không hài lòng", "Không áp dụng")
    assert told["channel"][1:] == ("Qua báo, đài, loa truyền thanh", "để trống")
    resolve(third, entry, access_1="neither:1", unit="second", channel="first")
    after = {each.code: (each.decision, each.value) for each in second_entry_resolution.differences_of(entry)}
    assert after == {
        "unit": ("second", ""),
        "access_1": ("neither", "1 – Rất không hài lòng"),
        "channel": ("first", ""),
    }


@pytest.mark.parametrize("field", ["unit", "access_1", "service_field", "channel", "comment"])
def test_bad_inputs_as_the_value_on_the_paper_are_refused_beside_their_field_or_are_text(
    small: Campaign, third: User, twice: Twice, field: str
) -> None:
    first = {"access_1": "2", "service_field": "land", "channel": ["media"], "comment": "một"}
    second = {
        "unit": "B",
        "access_1": "3",
        "service_field": "health",
        "channel": ["internet"],
        "comment": "hai",
    }
    entry = twice(first, second)
    words = dict.fromkeys(second, "first") | {field: "neither"}
    for name, bad in BAD_INPUTS.items():
        if field == "unit" and not isinstance(bad, str):
            continue  # a page sends text; what it sends twice is no text at all and left out there
        before = db.session.begin_nested()
        refused: list[str] = []
        try:
            second_entry_resolution.resolve(third, entry, words, {field: bad})
        except problems.InvalidFields as refusal:
            refused = list(refusal.fields)
        kept = json.loads(entry.resolution).get("values", {}).get(field)
        blank_or_text = kept in ("-", None) or (field == "comment" and isinstance(bad, str))
        assert (refused, entry.state) == ([field], "entered_again") or blank_or_text, name
        before.rollback()
        db.session.expire_all()


@pytest.mark.parametrize(
    "change",
    [
        "errors = 0",
        "fields = fields + 1",
        "differing = 2",
        "second = replace(second, '333', '444')",
        "first = replace(first, '4444', '4445')",
        "resolution = '{}'",
    ],
)
def test_numbers_that_do_not_follow_from_both_keyings_are_found_and_named(
    third: User, twice: Twice, change: str
) -> None:
    entry = twice({"access_1": "2"}, dict.fromkeys(("access_1", "access_2", "access_3"), "3"))
    resolve(third, entry, access_1="second", access_2="first", access_3="first")
    whole = {each.what: each for each in integrity.check()}["nhập lần hai"]
    assert (whole.holds, whole.detail) == (True, "1 phiếu")
    db.session.execute(text(f"UPDATE second_entry SET {change}"))
    db.session.expire_all()
    found = {each.what: each for each in integrity.check()}["nhập lần hai"]
    assert (found.holds, found.detail) == (False, "phiếu A-1 không khớp hai lần nhập")
