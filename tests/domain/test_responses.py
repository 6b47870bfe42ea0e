"""A response is stored once, corrected openly, never lost; the cases are named for what happened to people."""

import json
import threading
from contextvars import Context
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from scoring.questionnaire import load_questionnaire
from survey_app import problems
from survey_app.domain import assignments, audit, campaigns, counting, demonstration, flags, people, responses
from survey_app.domain.campaigns import Plan, UnitLine
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import AuditLine, Campaign, Response, ResponseProposal, User
from survey_app.vocabulary import CampaignState, ResponseState

CRITERIA = load_questionnaire("sipas-2017").criterion_codes
DETAILS = {"service_field": "land", "respondent_kind": "citizen"}


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign, open."""
    return campaigns.by_code(demonstration.CODE)


@pytest.fixture
def enumerator(demo: Flask) -> User:
    """Its first enumerator."""
    return people.by_username("dtv01")


@pytest.fixture
def entry(campaign: Campaign, enumerator: User) -> Entry:
    """A finished form about her first unit, every criterion a 4."""
    unit = assignments.units_to_ask(enumerator, campaign)[0][0]
    return Entry(unit, "T-1", "paper", dict.fromkeys(CRITERIA, 4), DETAILS)


def stored() -> int:
    """Return how many responses there are."""
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def refused_fields(
    campaign: Campaign, enumerator: User, entry: Entry, *, draft: bool = False
) -> dict[str, str]:
    """Return the sentences by field with which an entry is refused."""
    verb = responses.save_draft if draft else responses.submit
    with pytest.raises(problems.InvalidFields) as refusal:
        verb(enumerator, campaign, str(uuid4()), entry)
    db.session.rollback()
    return refusal.value.fields


def test_the_same_response_sent_again_is_received_again_and_stored_once(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    first = responses.submit(enumerator, campaign, uuid, entry)
    second = responses.submit(enumerator, campaign, uuid, entry)
    assert (first.is_new, second.is_new) == (True, False)
    assert replace(second, is_new=True) == first
    assert stored() == 2125
    lines = audit.history("response", uuid)
    assert [line.verb for line in lines] == ["response.submitted"]


def test_s1_twenty_sends_at_once_of_one_response_give_one_row_and_nineteen_receipts(
    demo: Flask, campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid, digests, news, failures = str(uuid4()), [], [], []
    db.session.rollback()

    def send() -> None:
        try:
            with demo.app_context():
                actor, there = people.by_username("dtv01"), campaigns.by_code(demonstration.CODE)
                receipt = responses.submit(actor, there, uuid, entry)
                db.session.commit()
                digests.append(receipt.digest)
                news.append(receipt.is_new)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=Context().run, args=(send,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (len(set(digests)), sum(news), len(news)) == (1, 1, 20)
    assert stored() == 2125


def test_other_content_under_a_known_id_is_kept_as_a_proposal_and_changes_nothing(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    responses.submit(enumerator, campaign, uuid, entry)
    other = replace(entry, answers={**entry.answers, "access_1": 1})
    for _ in range(2):
        with pytest.raises(problems.OtherContent) as refusal:
            responses.submit(enumerator, campaign, uuid, other)
        assert refusal.value.keeps_work
    proposal = db.session.scalars(select(ResponseProposal)).one()
    assert json.loads(proposal.content)["answers"] == "1" + "4" * 21
    assert db.session.scalars(select(Response).where(Response.uuid == uuid)).one().answers == "4" * 22


@pytest.mark.parametrize("state", ["void", "accepted", "returned"])
def test_s5_a_device_that_sends_again_changes_nothing_about_what_was_decided_meanwhile(
    campaign: Campaign, enumerator: User, entry: Entry, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = str(uuid4())
    first = responses.submit(enumerator, campaign, uuid, entry)
    response = responses.one_visible_to(enumerator, uuid)
    response.state = ResponseState(state)
    db.session.flush()
    before = counting.current(campaign).digest
    again = responses.submit(enumerator, campaign, uuid, entry)
    assert again == replace(first, is_new=False, state=ResponseState(state))
    assert (f"{uuid} is void and was sent again by dtv01" in caplog.text) == (state == "void")
    with pytest.raises(problems.OtherContent):
        responses.submit(enumerator, campaign, uuid, replace(entry, mode="phone"))
    with pytest.raises(problems.CannotChange, match=LABELS[ResponseState(state)]):
        responses.save_draft(enumerator, campaign, uuid, replace(entry, mode="phone"))
    db.session.refresh(response)
    assert (response.state, response.mode, response.version, stored()) == (state, "paper", 1, 2125)
    assert counting.current(campaign).digest == before
    assert [line.verb for line in audit.history("response", uuid)] == [
        "response.submitted",
        "response.proposed",
    ]


def test_s2_a_reply_lost_before_a_correction_is_given_again_after_it(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    first = responses.submit(enumerator, campaign, uuid, entry)
    response = responses.one_visible_to(enumerator, uuid)
    flags.raise_flag(people.by_username("mattran"), response, version=1, reason="contradiction", note="")
    corrected = replace(entry, answers={**entry.answers, "access_1": 1})
    responses.correct(enumerator, response, corrected, version=1, reason="Nhập nhầm")
    assert responses.submit(enumerator, campaign, uuid, entry) == replace(first, is_new=False)
    assert responses.submit(enumerator, campaign, uuid, corrected).version == 2
    assert (response.answers[0], response.version) == ("1", 2)
    assert db.session.scalars(select(ResponseProposal)).all() == []


def test_the_same_form_code_twice_is_refused_for_whoever_comes_second_and_drafts_may_share_it(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuids = [str(uuid4()), str(uuid4())]
    for uuid in uuids:
        assert responses.save_draft(enumerator, campaign, uuid, entry).is_new
    responses.submit(enumerator, campaign, uuids[0], entry, version=1)
    with pytest.raises(problems.InvalidFields) as refusal, db.session.begin_nested():
        responses.submit(enumerator, campaign, uuids[1], entry, version=1)
    assert list(refusal.value.fields) == ["form_code"]
    response = responses.one_visible_to(enumerator, uuids[1])
    db.session.refresh(response)
    assert (response.state, response.version) == ("draft", 1)


@pytest.mark.parametrize(
    "uuid", ["", "x", "0", "\x00", "123e4567-e89b-12d3-a456-42661417400", "a" * 400, "é" * 36]
)
def test_an_id_that_is_no_uuid_is_refused(
    campaign: Campaign, enumerator: User, entry: Entry, uuid: str
) -> None:
    for verb in (responses.submit, responses.save_draft):
        with pytest.raises(problems.MalformedContent):
            verb(enumerator, campaign, uuid, entry)
    assert stored() == 2124


def test_one_id_is_one_record_however_it_is_written(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    receipts = [
        responses.submit(enumerator, campaign, written, entry)
        for written in (uuid, uuid.upper(), uuid.replace("-", ""), f"{{{uuid}}}", f"urn:uuid:{uuid}")
    ]
    assert {receipt.uuid for receipt in receipts} == {uuid}
    assert [receipt.is_new for receipt in receipts] == [True, False, False, False, False]
    assert stored() == 2125


def test_s8_a_draft_counts_nowhere_until_it_is_sent(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    before = counting.current(campaign).digest
    draft = responses.save_draft(enumerator, campaign, uuid, replace(entry, form_code="", answers={}))
    assert counting.current(campaign).digest == before
    assert sum(unit.drafts for unit in assignments.progress(campaign)) == 1
    receipt = responses.submit(enumerator, campaign, uuid, entry, version=draft.version)
    assert (receipt.version, receipt.is_new) == (2, True)
    assert counting.current(campaign).satisfaction["input"]["responses"] == 2125


def test_a_stale_draft_is_refused_and_says_who_saved_when(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    responses.save_draft(enumerator, campaign, uuid, entry)
    responses.save_draft(enumerator, campaign, uuid, replace(entry, mode="phone"), version=1)
    with pytest.raises(problems.StaleVersion, match=enumerator.display_name):
        responses.save_draft(enumerator, campaign, uuid, replace(entry, mode="face_to_face"), version=1)
    assert stored() == 2125


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "KHONG-CO"}, "unit"),
        ({"unit": "TTRA"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"form_code": ""}, "form_code"),
        ({"form_code": "mã có dấu"}, "form_code"),
        ({"form_code": "A" * 41}, "form_code"),
        ({"form_code": "HN22-0001"}, "form_code"),
        ({"mode": "fax"}, "mode"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": 6}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": 0}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": True}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": 4.0}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": "٣"}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_1": ["4", "5"]}}, "access_1"),
        ({"answers": {**dict.fromkeys(CRITERIA, 4), "access_9": 4}}, "access_9"),
        ({"answers": dict.fromkeys(CRITERIA[:14], 4)}, "accept_invalid"),
        ({"details": {"service_field": "land"}}, "respondent_kind"),
        ({"details": {**DETAILS, "service_field": "moon"}}, "service_field"),
        ({"details": {**DETAILS, "late_notice": "yes"}}, "late_notice"),
        ({"details": {**DETAILS, "service_procedure": "x" * 201}}, "service_procedure"),
        ({"details": {**DETAILS, "ethnicity": "kinh"}}, "ethnicity"),
        ({"details": {**DETAILS, "channel": "media"}}, "channel"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field_and_nothing_is_stored(
    campaign: Campaign, enumerator: User, entry: Entry, change: dict[str, object], field: str
) -> None:
    assert set(refused_fields(campaign, enumerator, replace(entry, **change))) == {field}
    assert stored() == 2124


def test_fifteen_of_eighteen_required_criteria_are_enough_and_fourteen_are_not(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    enough = replace(entry, answers=dict.fromkeys(CRITERIA[:15], 4))
    assert responses.submit(enumerator, campaign, str(uuid4()), enough).is_new
    few = replace(entry, form_code="T-2", answers=dict.fromkeys(CRITERIA[:14], 4), accept_invalid=True)
    responses.submit(enumerator, campaign, str(uuid4()), few)
    invalid = db.session.scalars(select(Response).where(Response.form_code == "T-2")).one()
    assert (invalid.state, invalid.validity) == ("submitted", "too_few_answers")
    assert counting.current(campaign).satisfaction["input"]["responses"] == 2125


def test_a_closed_campaign_takes_no_responses(campaign: Campaign, enumerator: User, entry: Entry) -> None:
    campaigns.move(people.by_username("noivu"), campaign, CampaignState.CLOSED)
    with pytest.raises(problems.CampaignNotOpen, match="Đã đóng"):
        responses.submit(enumerator, campaign, str(uuid4()), entry)


def test_nobody_sends_or_edits_under_the_id_of_another_persons_response(
    campaign: Campaign, entry: Entry
) -> None:
    other = people.by_username("dtv02")
    theirs = db.session.scalars(select(Response).where(Response.enumerator_id != other.id).limit(1)).one()
    unit = assignments.units_to_ask(other, campaign)[0][0]
    with pytest.raises(problems.NotFound):
        responses.submit(other, campaign, theirs.uuid, replace(entry, unit=unit))
    with pytest.raises(problems.NotFound):
        responses.one_to_edit(other, theirs.uuid)


def test_a_draft_of_a_closed_campaign_is_not_sent_through_an_open_one(
    campaign: Campaign, enumerator: User, entry: Entry
) -> None:
    uuid = str(uuid4())
    responses.save_draft(enumerator, campaign, uuid, entry)
    home_affairs = people.by_username("noivu")
    unit = campaigns.unit_of(campaign, entry.unit)
    line = UnitLine(entry.unit, unit.unit.name, unit.group.code, 10, unit.max_points)
    days = {"period_from": date(2023, 1, 1), "period_to": date(2023, 12, 31)}
    other = campaigns.create(home_affairs, Plan("ha-nam-2023", "Năm 2023", 2023, units=[line], **days))
    campaigns.move(home_affairs, other, CampaignState.OPEN)
    assignments.assign(home_affairs, other, entry.unit, enumerator, 5)
    campaigns.move(home_affairs, campaign, CampaignState.CLOSED)
    for verb in (responses.submit, responses.save_draft):
        for version in (1, None):
            with pytest.raises(problems.NotFound):
                verb(enumerator, other, uuid, replace(entry, mode="phone"), version=version)
    response = responses.one_visible_to(enumerator, uuid)
    assert (response.state, response.mode, response.campaign_id) == ("draft", "paper", campaign.id)


def test_a_submission_costs_six_statements(campaign: Campaign, enumerator: User, entry: Entry) -> None:
    responses.submit(enumerator, campaign, str(uuid4()), entry)
    db.session.commit()
    told: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement.split(maxsplit=1)[0])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        responses.submit(
            enumerator,
            campaign,
            str(uuid4()),
            replace(entry, form_code="T-9", answers={**entry.answers, "access_1": 1}),
        )
        db.session.commit()
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    writes = [word for word in told if word == "INSERT"]
    assert len(writes) == 2
    assert len(told) <= 6
    assert db.session.scalar(select(func.max(AuditLine.id))) is not None
