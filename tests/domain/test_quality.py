"""Screening stored whole: who was made up is found, who may not see it does not, the same input gives the same bytes."""

import json
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import audit, campaigns, demonstration, people, quality
from survey_app.extensions import db
from survey_app.models import Campaign, Response
from survey_app.vocabulary import ResponseState


@pytest.fixture
def campaign(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """The demonstration campaign, with fewer exchanges than in earnest."""
    monkeypatch.setattr(quality, "DRAWS", 999)
    return campaigns.by_code(demonstration.CODE)


def test_an_enumerator_who_copies_forms_is_named_and_nobody_else(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # as in earnest
    busy = people.by_username("dtv07")
    hers = list(db.session.scalars(select(Response).where(Response.enumerator_id == busy.id)))
    forms, choose = ["4455" * 5 + "44", "5544" * 5 + "55"], Random(7)
    for each in hers:
        each.answers = choose.choice(forms)
    db.session.flush()
    stored = quality.run(people.command_line(), campaign)
    found = quality.result_of(stored)
    assert {each["enumerator"] for each in found["enumerators"]} == {"dtv07"}
    assert "identical" in {each["rule"] for each in found["enumerators"]}
    assert {each["enumerator"] for each in found["responses"]} == {"dtv07"}
    assert all(each["q_value"] <= found["q_limit"] == 0.05 for each in found["responses"])


def test_the_honest_demonstration_names_nobody(campaign: Campaign) -> None:
    found = quality.result_of(quality.run(people.command_line(), campaign))
    assert (found["enumerators"], found["responses"]) == ([], [])
    assert found["not_run"] == ["short", "night", "age_digits", "minute_digits"]
    assert found["effects"]["enumerators"] == len(quality.people_of(campaign))
    assert found["reliability"]["all"]["n"] > 1_000


def test_the_same_responses_give_the_same_bytes_and_a_line_in_the_trail(campaign: Campaign) -> None:
    first = quality.run(people.command_line(), campaign)
    second = quality.run(people.command_line(), campaign)
    assert (first.number, second.number) == (1, 2)
    assert (first.result, first.input_digest) == (second.result, second.input_digest)
    (line,) = audit.history("quality", f"{demonstration.CODE}/1")
    assert json.loads(line.body)["after"]["result"] == first.result_digest


def test_what_does_not_count_is_not_screened(campaign: Campaign) -> None:
    one = db.session.scalars(select(Response).limit(1)).one()
    one.state = ResponseState.VOID
    db.session.flush()
    assert quality.run(people.command_line(), campaign).responses == 2123


def test_supervisors_are_not_steered_by_it(campaign: Campaign) -> None:
    quality.run(people.command_line(), campaign)
    for username, sees in (("noivu", True), ("dieuphoi", True), ("mattran", False), ("dtv01", False)):
        person = people.by_username(username)
        assert (quality.newest(person, campaign) is not None) == sees, username
    with pytest.raises(problems.NotFound):
        quality.screening_of(people.by_username("mattran"), campaign, 1)


def test_a_campaign_without_responses_can_be_screened(campaign: Campaign) -> None:
    for each in db.session.scalars(select(Response)):
        each.state = ResponseState.VOID
    db.session.flush()
    found = quality.result_of(quality.run(people.command_line(), campaign))
    assert (found["enumerators"], found["effects"], found["reliability"]) == ([], None, {})
