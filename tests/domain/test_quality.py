"""Screening stored whole: who was made up is found, who may not see it does not, the same input gives the same bytes."""

import hashlib
import json
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, days, demonstration, integrity, people, quality
from survey_app.extensions import db
from survey_app.models import Campaign, Paradata, Response, Screening, User
from survey_app.vocabulary import CampaignState, ResponseState
from tests.domain.field_work import arrived, at, made
from tests.domain.small_campaign import enumerator, plan


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


@pytest.fixture
def her(actor: User, small: Campaign) -> User:
    """An enumerator of the small campaign, whose period begins on 1 January 2026."""
    small.created_at = at("2025-12-20T00:00:00")
    return enumerator(actor, small, "A", 50)


def test_s16_a_start_is_the_devices_set_right_by_the_servers_clock(small: Campaign, her: User) -> None:
    """Ten years behind are 315,360,000 seconds: 3,650 days; the first answer was at 8:50 in Vietnam."""
    response = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    paradata = made(response, 545, first_answer_at=at("2016-03-03T01:50:00"), clock_offset=315_360_000)
    start = quality.start_of(response, paradata, small)
    assert start == at("2026-03-01T01:50:00")
    assert start is not None
    assert (start.tzinfo, start.hour, start.minute) == (days.HERE, 8, 50)
    assert quality.duration_of(response, paradata) == 545


@pytest.mark.parametrize(
    ("facts", "start"),
    [
        ({"opened_at": "2026-03-01T01:40:00"}, "2026-03-01T01:40:00"),
        (
            {"opened_at": "2026-03-01T01:40:00", "first_answer_at": "2026-03-01T01:45:00"},
            "2026-03-01T01:45:00",
        ),
        ({"first_answer_at": "2026-03-01T02:01:00"}, "2026-03-01T02:01:00"),  # a minute is no contradiction
        ({"first_answer_at": "2026-03-01T02:01:01"}, None),  # after it arrived
        ({"first_answer_at": "2016-03-03T01:50:00"}, None),  # before there was a campaign
        ({}, None),
    ],
)
def test_a_start_that_cannot_be_is_unknown_and_the_duration_is_not(
    small: Campaign, her: User, facts: dict[str, str], start: str | None
) -> None:
    response = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    paradata = made(response, 300, **{name: at(moment) for name, moment in facts.items()})
    assert quality.start_of(response, paradata, small) == (at(start) if start else None)
    assert quality.duration_of(response, paradata) == 300


def test_n1_keyed_corrected_and_unmeasured_forms_tell_no_interview(small: Campaign, her: User) -> None:
    told = {"first_answer_at": at("2026-03-01T01:50:00")}
    keyed = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00", mode="paper")
    corrected = arrived(small, her, "A", "A-2", "2026-03-01T02:00:00")
    corrected.saved_at = at("2026-03-05T02:00:00")
    for response in (keyed, corrected):
        paradata = made(response, 20, **told)
        assert quality.start_of(response, paradata, small) is None
        assert quality.duration_of(response, paradata) is None
    unmeasured = arrived(small, her, "A", "A-3", "2026-03-01T02:00:00")
    assert quality.duration_of(unmeasured, made(unmeasured, 0, **told)) is None
    bare = arrived(small, her, "A", "A-4", "2026-03-01T02:00:00")
    assert (quality.start_of(bare, None, small), quality.duration_of(bare, None)) == (None, None)


def test_ages_are_known_where_the_questionnaire_asks_for_years(actor: User) -> None:
    for code, asks in (("sipas-2017", False), ("sipas-2023", True)):
        made_campaign = campaigns.create(actor, plan(code=code, questionnaire=code))
        campaigns.move(actor, made_campaign, CampaignState.OPEN)
        assert quality._asks_age(campaigns.questionnaire_of(made_campaign.questionnaire_sha256)) == asks
    old, band, none = (Response(details=json.dumps(each)) for each in ({"age": 45}, {"age_band": "x"}, {}))
    assert [quality._age_of(each) for each in (old, band, none)] == [45, None, None]


def test_what_devices_tell_is_screened_and_what_they_do_not_is_not(campaign: Campaign) -> None:
    one_unit = db.session.scalars(select(Response.unit_id).limit(1)).one()
    hers = list(db.session.scalars(select(Response).where(Response.unit_id == one_unit)))
    for place, each in enumerate(hers):
        each.mode = "face_to_face"
        began = each.submitted_at - timedelta(minutes=20 + place)  # type: ignore[operator]
        db.session.add(Paradata(response_id=each.id, seconds_active=400 + place, first_answer_at=began))
    db.session.flush()
    found = quality.result_of(quality.run(people.command_line(), campaign))
    assert found["not_run"] == ["age_digits"]
    assert found["recorded"] == {"start": len(hers), "duration": len(hers), "age": 0}
    enumerators = {each.enumerator_id for each in hers}
    assert found["tested"]["short"] == found["tested"]["night"] == len(enumerators)
    assert found["tested"]["blank"] > len(enumerators)


def test_the_input_digest_tells_field_facts_apart_and_is_as_before_without_them(
    small: Campaign, her: User
) -> None:
    response = arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    bare = quality._digest(quality._records(small)[1])
    # As every version before this one made it: unit, form code, enumerator and answers, a line each.
    lines = f"A\nA-1\n{her.username}\n{response.answers}\n"
    assert bare == hashlib.sha256(lines.encode()).hexdigest()
    paradata = made(response, 300)
    timed = quality._digest(quality._records(small)[1])
    paradata.seconds_active = 301
    db.session.flush()
    assert len({bare, timed, quality._digest(quality._records(small)[1])}) == 3


def test_an_older_screening_still_verifies(actor: User, small: Campaign, her: User) -> None:
    arrived(small, her, "A", "A-1", "2026-03-01T02:00:00")
    stored = quality.run(actor, small)
    old = quality.result_of(stored)
    del old["recorded"]
    stored.result = quality.canonical(old | {"format": 1}).decode()
    stored.result_digest = hashlib.sha256(stored.result.encode()).hexdigest()
    audit.record(
        actor,
        AuditVerb.QUALITY_SCREENED,
        "c26/2",
        campaign_id=small.id,
        after={"result": stored.result_digest},
    )
    stored.number = 2
    db.session.flush()
    (finding,) = [each for each in integrity.check() if each.what == "lần sàng lọc"]
    assert (finding.holds, finding.detail) == (True, "1 lần")
    assert db.session.scalars(select(Screening)).one().number == 2
