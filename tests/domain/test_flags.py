"""Flags: a doubt returns a response, its enumerator answers it, and every step stays in the history."""

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    counting,
    demonstration,
    flags,
    people,
    responses,
    scores,
)
from survey_app.domain.response_content import entry_of
from survey_app.extensions import db
from survey_app.models import Campaign, Flag, Response, ResponseVersion, User
from survey_app.vocabulary import CampaignState, ResponseState
from tests.domain.small_campaign import race


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign, open."""
    return campaigns.by_code(demonstration.CODE)


@pytest.fixture
def enumerator(demo: Flask) -> User:
    """Its first enumerator."""
    return people.by_username("dtv01")


def flagged(response: Response, username: str = "mattran") -> Flag:
    """Return a flag raised on a response as it stands."""
    supervisor = people.by_username(username)
    return flags.raise_flag(
        supervisor, response, version=response.version, reason="contradiction", note="Xem lại câu 1."
    )


def mine(enumerator: User) -> Response:
    """Return one of the enumerator's responses."""
    return db.session.scalars(
        select(Response).where(Response.enumerator_id == enumerator.id).order_by(Response.id).limit(1)
    ).one()


def test_a_flag_returns_the_response_and_a_correction_keeps_both_versions(
    campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    before = response.answers
    flag = flagged(response)
    assert response.state == ResponseState.RETURNED
    assert counting.current(campaign).satisfaction["input"]["responses"] == 2123
    entry = entry_of(response, response.questionnaire_sha256)
    new = "1" if before[0] != "1" else "2"
    changed = replace(entry, answers={**entry.answers, "access_1": new})
    with pytest.raises(problems.InvalidFields) as refusal:
        responses.correct(enumerator, response, changed, version=1, reason=" \u200b ")
    assert list(refusal.value.fields) == ["reason"]
    responses.correct(enumerator, response, changed, version=1, reason="Nhập nhầm")
    db.session.flush()
    kept = db.session.scalars(select(ResponseVersion)).one()
    assert (kept.answers, kept.version, kept.reason) == (before, 1, "Nhập nhầm")
    assert (response.answers[0], response.version, response.state) == (new, 2, "submitted")
    assert (flag.state, flag.reply, flag.response_version) == ("answered", "Nhập nhầm", 1)


def test_t5_a_second_flag_starts_empty_and_the_first_stays_history(
    campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    flagged(response)
    entry = entry_of(response, response.questionnaire_sha256)
    responses.correct(enumerator, response, entry, version=1, reason="Đã hỏi lại, đúng như vậy")
    flagged(response, "cuuchienbinh")
    all_flags = db.session.scalars(select(Flag).order_by(Flag.id)).all()
    assert [(flag.state, flag.reply, flag.response_version) for flag in all_flags] == [
        ("answered", "Đã hỏi lại, đúng như vậy", 1),
        ("open", "", 2),
    ]


def test_t7_a_mistaken_flag_is_withdrawn_with_a_reason_and_stays_in_the_history(
    campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    flag = flagged(response)
    supervisor = people.by_username("mattran")
    with pytest.raises(problems.InvalidFields):
        flags.withdraw(supervisor, flag, "")
    flags.withdraw(supervisor, flag, "Nhầm phiếu")
    assert (response.state, flag.state, flag.reply) == ("submitted", "withdrawn", "Nhầm phiếu")
    with pytest.raises(problems.CannotChange):
        flags.withdraw(supervisor, flag, "Lần nữa")
    verbs = [line.verb for line in audit.history("flag", response.uuid)]
    assert verbs == ["flag.raised", "flag.withdrawn"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reason": "mood", "note": ""}, "reason"),
        ({"reason": "other", "note": "\u200b"}, "note"),
        ({"reason": "contradiction", "note": "x" * 1001}, "note"),
    ],
)
def test_a_flag_without_a_proper_reason_is_refused(
    campaign: Campaign, enumerator: User, facts: dict[str, str], field: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        flags.raise_flag(people.by_username("mattran"), mine(enumerator), version=1, **facts)
    assert list(refusal.value.fields) == [field]


def test_a_flag_on_a_version_that_is_gone_or_a_response_already_returned_is_refused(
    campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    supervisor = people.by_username("mattran")
    with pytest.raises(problems.StaleVersion):
        flags.raise_flag(supervisor, response, version=7, reason="contradiction", note="")
    flagged(response)
    with pytest.raises(problems.CannotChange, match="Trả lại"):
        flagged(response, "cuuchienbinh")


def test_t8_two_bodies_doubt_one_response_at_once_and_one_is_told_that_it_was_returned(
    demo: Flask, campaign: Campaign, enumerator: User
) -> None:
    number = mine(enumerator).id
    endings = race(demo, lambda: flagged(db.session.get_one(Response, number)))
    assert [type(ending) for ending in endings] == [type(None), recheck_problems.FlaggedAlready]
    assert len(db.session.scalars(select(Flag)).all()) == 1


def test_a_flag_and_a_correction_at_once_end_in_a_refusal_and_not_in_a_mixture(
    demo: Flask, campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    flag, number, username = flagged(response).id, response.id, enumerator.username
    entry = entry_of(response, response.questionnaire_sha256)

    def correct() -> None:
        actor = people.by_username(username)
        there = db.session.get_one(Response, number)
        responses.correct(actor, there, entry, version=1, reason="Đã hỏi lại")

    endings = race(demo, correct)
    assert [type(ending) for ending in endings] == [type(None), problems.CannotChange]
    db.session.rollback()
    assert [kept.version for kept in db.session.scalars(select(ResponseVersion))] == [1]
    assert db.session.get_one(Flag, flag, populate_existing=True).state == "answered"


@pytest.mark.parametrize("target", [CampaignState.CLOSED, CampaignState.SEALED])
def test_after_the_campaign_is_closed_nothing_is_flagged_and_after_the_seal_nothing_is_withdrawn(
    campaign: Campaign, enumerator: User, target: CampaignState
) -> None:
    other, response = people.by_username("dtv02"), mine(enumerator)
    flag = flagged(response)
    home_affairs = people.by_username("noivu")
    campaigns.move(home_affairs, campaign, CampaignState.CLOSED)
    if target == CampaignState.SEALED:
        scores.run(home_affairs, campaign)
        campaigns.move(home_affairs, campaign, CampaignState.SEALED)
    with pytest.raises(problems.CampaignNotOpen):
        flagged(mine(other))
    supervisor = people.by_username("mattran")
    if target == CampaignState.CLOSED:
        flags.withdraw(supervisor, flag, "Nhầm phiếu")
        assert response.state == "submitted"
        return
    with pytest.raises(recheck_problems.RecheckNotNow, match="Đã niêm phong"):
        flags.withdraw(supervisor, flag, "Nhầm phiếu")
    assert (flag.state, response.state) == ("open", "returned")


def seen(username: str) -> list[int]:
    """Return the flags a person may see."""
    return [flag.id for flag in db.session.scalars(flags.visible_to(people.by_username(username)))]


def test_a_flag_is_seen_by_its_body_its_enumerator_the_coordinator_and_home_affairs(
    campaign: Campaign, enumerator: User
) -> None:
    number = flagged(mine(enumerator)).id
    for username in ("mattran", "dtv01", "dieuphoi", "noivu"):
        assert seen(username) == [number]
    for username in ("cuuchienbinh", "dtv02", "donvi", "thamdinh", "quantri"):
        assert seen(username) == []


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, 10**30])
def test_a8_a_flag_of_no_number_is_not_found(campaign: Campaign, number: int) -> None:
    with pytest.raises(problems.NotFound):
        flags.one_visible_to(people.by_username("mattran"), number)


def test_t9_a_flag_of_the_other_body_is_as_absent_as_none(campaign: Campaign, enumerator: User) -> None:
    number = flagged(mine(enumerator)).id
    with pytest.raises(problems.NotFound):
        flags.one_visible_to(people.by_username("cuuchienbinh"), number)
    assert flags.one_visible_to(people.by_username("mattran"), number).id == number


def test_the_oldest_open_flag_waits_first_and_answered_ones_wait_no_more(
    campaign: Campaign, enumerator: User
) -> None:
    found = select(Response).where(Response.enumerator_id == enumerator.id).order_by(Response.id).limit(2)
    first, second = db.session.scalars(found)
    raised = [flagged(second), flagged(first, "cuuchienbinh")]
    assert flags.open_for(enumerator, campaign) == raised
    entry = entry_of(second, second.questionnaire_sha256)
    responses.correct(enumerator, second, entry, version=1, reason="Đúng như vậy")
    assert flags.open_for(enumerator, campaign) == raised[1:]
    assert flags.open_of(first) == raised[1:]
    assert flags.newest_of(people.by_username("mattran"), campaign) == raised[:1]


def test_u7_notes_and_replies_are_kept_clean(campaign: Campaign, enumerator: User) -> None:
    response = mine(enumerator)
    supervisor = people.by_username("mattran")
    flag = flags.raise_flag(
        supervisor, response, version=1, reason="other", note=" Ho\u0309i\x00 lại\u200b\r\n=1+1 "
    )
    assert flag.note == "Hỏi lại\n=1+1"
    flags.withdraw(supervisor, flag, "\ufeffNhầm\x16")
    assert flag.reply == "Nhầm"


def test_every_step_writes_one_line_with_what_was_and_what_is(campaign: Campaign, enumerator: User) -> None:
    response = mine(enumerator)
    number = flagged(response).id
    entry = entry_of(response, response.questionnaire_sha256)
    receipt = responses.correct(enumerator, response, entry, version=1, reason="Đúng như vậy")
    (raised,) = audit.history("flag", response.uuid)
    told = audit.changes_of(raised)
    assert told["before"] == {"state": "submitted"}
    assert told["after"] == {"state": "returned", "flag": number, "version": 1, "reason": "contradiction"}
    assert (told["reason"], raised.actor_name) == ("Xem lại câu 1.", "Nguyễn Văn Đức")
    corrected = audit.changes_of(audit.history("response", response.uuid)[-1])
    assert corrected["after"] == {"version": 2, "digest": receipt.digest}
    assert corrected["before"]["version"] == 1


@pytest.mark.parametrize("state", ["draft", "returned", "void"])
def test_only_what_counts_can_be_doubted(campaign: Campaign, enumerator: User, state: str) -> None:
    response = mine(enumerator)
    response.state = ResponseState(state)
    db.session.flush()
    with pytest.raises(problems.CannotChange):
        flagged(response)
    assert db.session.scalars(select(Flag)).all() == []


def test_a_correction_obeys_the_rules_of_a_first_entry(campaign: Campaign, enumerator: User) -> None:
    response = mine(enumerator)
    flagged(response)
    entry = entry_of(response, response.questionnaire_sha256)
    other = db.session.scalars(select(Response.form_code).where(Response.id != response.id).limit(1)).one()
    broken = {
        "unit": replace(entry, unit="TTRA"),
        "form_code": replace(entry, form_code=str(other)),
        "accept_invalid": replace(entry, answers={}),
        "respondent_kind": replace(entry, details={"service_field": "land"}),
    }
    for field, wrong in broken.items():
        with pytest.raises(problems.InvalidFields) as refusal, db.session.begin_nested():
            responses.correct(enumerator, response, wrong, version=1, reason="Sửa")
        assert list(refusal.value.fields) == [field]
    assert (response.version, response.state) == (1, "returned")
    assert db.session.scalars(select(ResponseVersion)).all() == []
    renamed = replace(entry, form_code="HN22-9999")
    responses.correct(enumerator, response, renamed, version=1, reason="Sai mã")
    assert (response.version, response.form_code) == (2, "HN22-9999")


def test_a_correction_may_keep_a_unit_that_is_no_longer_assigned(
    campaign: Campaign, enumerator: User
) -> None:
    response = mine(enumerator)
    flagged(response)
    entry = entry_of(response, response.questionnaire_sha256)
    assignments.assign(people.by_username("dieuphoi"), campaign, entry.unit, enumerator, 0)
    with pytest.raises(problems.InvalidFields):
        responses.submit(enumerator, campaign, str(uuid4()), replace(entry, form_code="NEW-1"))
    responses.correct(enumerator, response, entry, version=1, reason="Đúng như vậy")
    assert (response.version, response.state) == (2, "submitted")
