"""Keyed twice: drawn so that anyone can replay it, given to another, blind, once; errors put in are found."""

import json
import secrets
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    integrity,
    people,
    response_content,
    responses,
    second_entries,
    second_entry_draws,
    second_entry_fields,
    second_entry_report,
    second_entry_settings,
)
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Response, SecondEntry, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState, Role
from tests.domain.keyed_forms import (
    FIELDS_OF_A_FORM,
    drawn_form,
    key_again,
    keyed,
    keyer,
    paper,
    person,
    pile,
    resolve_by,
    slips,
    told,
)
from tests.domain.small_campaign import DETAILS, enumerator, race
from tests.web.pages import statements


@pytest.fixture
def two(actor: User, small: Campaign) -> tuple[User, User]:
    """Two enumerators."""
    return keyer(actor, small, "dtv-mot"), keyer(actor, small, "dtv-hai")


def entries() -> list[SecondEntry]:
    """Return every second entry in the order of the draw."""
    return list(db.session.scalars(select(SecondEntry).order_by(SecondEntry.id)))


def test_three_keyers_with_errors_put_in_are_told_apart(
    actor: User, small: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, third = Random(20261128), person(actor, Role.COORDINATOR, "dieu-phoi")
    rates = {"dtv-dung": 0.0, "dtv-kha": 0.01, "dtv-sai": 0.05}
    keyers = {name: keyer(actor, small, name) for name in rates}
    monkeypatch.setattr(secrets, "token_hex", lambda _: "5eed")
    forms: dict[str, Entry] = {}
    wrong = dict.fromkeys(rates, 0)
    for name, rate in rates.items():
        mine = pile(random, name, 60)
        forms |= mine
        for form in slips(random, mine, rate).values():
            keyed(small, keyers[name], form)
    for _ in range(10):
        try:
            second_entry_draws.draw(third, small)
        except collection_problems.NothingToDraw:
            break
        for entry in db.session.scalars(select(SecondEntry).where(SecondEntry.state == "drawn")):
            form = forms[str(entry.response.form_code)]
            key_again(entry, form)
            first = second_entry_fields.read(entry.first)
            mistakes = sum(a != b for a, b in zip(first.answers, form.answers.values(), strict=True))
            wrong[entry.response.enumerator.username] += mistakes
            if entry.state != "resolved":
                resolve_by(third, entry, form)
    report = {each.user.username: each for each in second_entry_report.of_campaign(small).keyers}
    assert {name: each.rate.errors for name, each in report.items()} == wrong
    assert {each.rate.fields for each in report.values()} == {
        FIELDS_OF_A_FORM * each.resolved for each in report.values()
    }
    assert (report["dtv-dung"].verdict, report["dtv-dung"].drawn, report["dtv-dung"].next) == (
        "accept",
        20,
        "Không cần rút thêm",
    )
    assert (report["dtv-sai"].verdict, report["dtv-sai"].drawn) == ("key_all", 60)
    assert report["dtv-sai"].next == "Đã nhập lại toàn bộ"
    assert report["dtv-sai"].rate.low > 0.03
    assert report["dtv-kha"].drawn > 20
    for name, rate in rates.items():
        assert report[name].rate.low <= rate <= report[name].rate.high
        assert second_entries.error_rate_of(keyers[name], small) == report[name].rate
    assert [each for each in integrity.check() if not each.holds and each.what != "bảng chỉ được thêm"] == []
    # What was found wrong was corrected: every form that was drawn now says what the paper says.
    for entry in entries():
        assert entry.response.answers == "".join(forms[str(entry.response.form_code)].answers.values())


def test_anyone_can_replay_a_draw_from_the_trail(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    frame = {keyed(small, two[0], paper(f"A-{n}")).uuid for n in range(30)}
    assert second_entry_draws.draw(actor, small).forms == 20
    lines = db.session.scalars(
        select(AuditLine).where(AuditLine.verb == AuditVerb.SECOND_ENTRY_DRAWN).order_by(AuditLine.id)
    ).all()
    told_of = [audit.changes_of(line)["after"] for line in lines]
    seed = told_of[0]["seed"]
    assert len(seed) == 32
    replayed = sorted(frame, key=lambda uuid: sha256((seed + uuid).encode()).hexdigest())[:20]
    assert [each["response"] for each in told_of] == replayed
    assert [each.response.uuid for each in entries()] == replayed
    assert {(each["rule"], each["round"], each["of"], each["keyer"]) for each in told_of} == {
        ("sha256(seed+uuid)", 1, 30, "dtv-hai")
    }
    assert {each.draw for each in entries()} == {
        f'{{"of":30,"round":1,"rule":"sha256(seed+uuid)","seed":"{seed}"}}'
    }


def test_only_paper_forms_that_arrived_are_drawn_and_each_once(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    for number in range(6):
        keyed(small, two[0], paper(f"A-{number}"))
    keyed(small, two[0], replace(paper("A-6"), mode="phone"))
    responses.save_draft(two[0], small, "00000000-0000-0000-0000-000000000001", paper("A-7"))
    for code, state in (("A-1", "void"), ("A-2", "returned"), ("A-3", "accepted")):
        db.session.execute(
            text("UPDATE response SET state = :s WHERE form_code = :c"), {"s": state, "c": code}
        )
    assert second_entry_draws.draw(actor, small) == second_entry_draws.Drawn(5, 1, 0)
    assert sorted(str(each.response.form_code) for each in entries()) == ["A-0", "A-2", "A-3", "A-4", "A-5"]
    with pytest.raises(collection_problems.NothingToDraw):
        second_entry_draws.draw(actor, small)


def test_a_form_goes_to_another_keyer_and_all_get_as_many(actor: User, small: Campaign) -> None:
    people_here = [keyer(actor, small, f"dtv-{number}") for number in range(4)]
    for user in people_here:
        for number in range(20):
            keyed(small, user, paper(f"{user.username}-{number}"))
    gone = keyer(actor, small, "dtv-di-roi")
    people.disable(actor, gone)
    assert second_entry_draws.draw(actor, small) == second_entry_draws.Drawn(80, 4, 0)
    counts = {user.id: 0 for user in people_here}
    for entry in entries():
        assert entry.keyer_id != entry.response.enumerator_id
        counts[entry.keyer_id or 0] += 1
    assert max(counts.values()) - min(counts.values()) <= 2
    assert sum(counts.values()) == 80


def test_a_single_keyer_has_nobody_to_key_again_until_the_coordinator_finds_one(
    actor: User, small: Campaign
) -> None:
    only = enumerator(actor, small, "A")
    keyed(small, only, paper("A-1"))
    assert second_entry_draws.draw(actor, small) == second_entry_draws.Drawn(1, 1, 1)
    (entry,) = entries()
    other = person(actor, Role.ENUMERATOR, "dtv-khac")
    second_entries.give(actor, entry, other)
    assert [each.id for each in second_entries.waiting_for(other)] == [entry.id]
    line = audit.history("second_entry", entry.id)[-1]
    assert audit.changes_of(line) == {"before": {"keyer": None}, "after": {"keyer": "dtv-khac"}, "reason": ""}
    second_entries.give(actor, entry, other)
    assert len(audit.history("second_entry", entry.id)) == 2


def test_a_form_is_not_given_to_who_keyed_it_first_is_gone_or_is_no_enumerator(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    gone = keyer(actor, small, "dtv-di-roi")
    people.disable(actor, gone)
    for wrong in (two[0], gone, actor):
        with pytest.raises(problems.InvalidFields) as refusal:
            second_entries.give(actor, entry, wrong)
        assert list(refusal.value.fields) == ["enumerator"]
    key_again(entry, paper("A-1"))
    with pytest.raises(collection_problems.SecondEntryStep):
        second_entries.give(actor, entry, keyer(actor, small, "dtv-ba"))


def test_a_draw_sent_twice_at_once_draws_once(app: Flask, actor: User, small: Campaign) -> None:
    one = keyer(actor, small, "dtv-mot")
    keyer(actor, small, "dtv-hai")
    for number in range(30):
        keyed(small, one, paper(f"A-{number}"))

    def draw() -> None:
        second_entry_draws.draw(people.command_line(), campaigns.by_code("c26"))

    endings = race(app, draw)
    assert [type(each) for each in endings] == [type(None), collection_problems.NothingToDraw]
    assert len(entries()) == 20


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.SEALED, CampaignState.PUBLISHED])
def test_nothing_is_drawn_given_or_entered_before_a_campaign_opens_and_after_it_is_sealed(
    actor: User, small: Campaign, two: tuple[User, User], state: CampaignState
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    small.state = state
    db.session.flush()
    for verb in (
        lambda: second_entry_draws.draw(actor, small),
        lambda: second_entries.give(actor, entry, two[1]),
        lambda: key_again(entry, paper("A-1")),
        lambda: second_entry_settings.change(actor, small, limit="1", level="95", first_forms="20"),
    ):
        with pytest.raises(collection_problems.SecondEntryNotNow):
            verb()
    assert second_entries.waiting_for(two[1]) == []
    small.state = CampaignState.CLOSED
    db.session.flush()
    assert key_again(entry, paper("A-1")).state == "resolved"


# ---- entering


def test_two_equal_keyings_need_nobody_to_resolve_them(small: Campaign, two: tuple[User, User]) -> None:
    entry = key_again(drawn_form(small, *two, paper("A-1")), paper("A-1"))
    assert told(entry) == {"state": "resolved", "fields": FIELDS_OF_A_FORM, "differing": 0, "errors": 0}
    assert (entry.first, entry.first_digest) == (entry.second, entry.response.content_digest)
    assert entry.resolved_by_id is None
    (line,) = audit.history("second_entry", entry.id)
    change = audit.changes_of(line)
    assert (line.actor_id, change["before"], change["after"]["fields"], change["after"]["differing"]) == (
        two[1].id,
        {"state": "drawn"},
        FIELDS_OF_A_FORM,
        0,
    )


def test_another_unit_is_a_field_that_differs_whoever_it_was_assigned_to(
    small: Campaign, two: tuple[User, User]
) -> None:
    entry = key_again(drawn_form(small, *two, paper("A-1")), paper("A-1", unit="B1"))
    assert told(entry) == {
        "state": "entered_again",
        "fields": FIELDS_OF_A_FORM,
        "differing": 1,
        "errors": None,
    }


@pytest.mark.parametrize("unit", ["C", "KHONG-CO", ""])
def test_a_unit_that_is_not_surveyed_is_refused_beside_its_field(
    small: Campaign, two: tuple[User, User], unit: str
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    with pytest.raises(problems.InvalidFields) as refusal:
        key_again(entry, paper("A-1", unit=unit))
    assert refusal.value.fields == {"unit": problems.field("second_entry_unit")}


def test_s1_the_same_second_entry_sent_again_is_received_again_and_other_content_refused(
    small: Campaign, two: tuple[User, User]
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    for _ in range(3):
        assert key_again(entry, paper("A-1", access_1="2")).differing == 1
    with pytest.raises(collection_problems.SecondEntryDone):
        key_again(entry, paper("A-1"))
    assert len(audit.history("second_entry", entry.id)) == 1
    assert json.loads(entry.second)["answers"] == "2" + "4" * 21


def test_s1_two_sendings_at_once_make_one_second_entry(app: Flask, actor: User, small: Campaign) -> None:
    number = drawn_form(
        small, keyer(actor, small, "dtv-mot"), keyer(actor, small, "dtv-hai"), paper("A-1")
    ).id

    def enter() -> None:
        user = people.by_username("dtv-hai")
        second_entries.enter(user, second_entries.one_visible_to(user, number), paper("A-1", access_1="2"))

    assert race(app, enter) == [None, None]
    assert len(audit.history("second_entry", number)) == 1


def test_t2_a_form_given_to_somebody_else_meanwhile_is_not_hers_any_more(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    second_entries.give(actor, entry, keyer(actor, small, "dtv-ba"))
    with pytest.raises(problems.NotFound):
        second_entries.enter(two[1], entry, paper("A-1"))
    assert (entry.state, entry.second) == ("drawn", "")


def test_another_form_than_the_drawn_one_is_refused_by_its_code(
    small: Campaign, two: tuple[User, User]
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    with pytest.raises(problems.InvalidFields) as refusal:
        key_again(entry, paper("A-2", access_1="9"))
    assert list(refusal.value.fields) == ["access_1", "form_code"]
    assert "A-1" in refusal.value.fields["form_code"]


def test_the_way_of_asking_is_paper_whatever_is_sent(small: Campaign, two: tuple[User, User]) -> None:
    entry = key_again(drawn_form(small, *two, paper("A-1")), replace(paper("A-1"), mode="phone"))
    assert (entry.differing, json.loads(entry.second)["mode"]) == (0, "paper")


def test_the_rules_of_a_first_entry_hold_for_a_second(small: Campaign, two: tuple[User, User]) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    empty = replace(paper("A-1"), answers={}, details=DETAILS)
    with pytest.raises(problems.InvalidFields) as refusal:
        key_again(entry, empty)
    assert list(refusal.value.fields) == ["accept_invalid"]
    assert key_again(entry, replace(empty, accept_invalid=True)).differing == 22


def test_what_was_first_received_is_compared_whatever_was_corrected_since(
    small: Campaign, two: tuple[User, User]
) -> None:
    entry = drawn_form(small, *two, paper("A-1", access_1="1"))
    response = entry.response
    response.state = "returned"
    db.session.flush()
    responses.correct(two[0], response, paper("A-1"), version=1, reason="Nghe nói phiếu được rút thăm")
    assert (response.answers[0], key_again(entry, paper("A-1")).differing) == ("4", 1)
    first = second_entry_fields.first_received(response)
    assert (response_content.digest_of(first), json.loads(first)["answers"][0]) == (entry.first_digest, "1")


# ---- fields


def compared(small: Campaign, first: dict[str, Any], second: dict[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Return how many fields are compared of two keyings with these details, and which differ."""
    questionnaire = campaigns.questionnaire_of(small.questionnaire_sha256)
    contents = [
        second_entry_fields.Content("A", "A-1", "4" * 22, DETAILS | details) for details in (first, second)
    ]
    found = second_entry_fields.compare(questionnaire, *contents)
    return len(found.fields), found.differing


@pytest.mark.parametrize(
    ("first", "second", "fields", "differing"),
    [
        ({}, {}, 0, ()),
        ({"result_time": "on_time"}, {"result_time": "early"}, 0, ("result_time",)),
        ({"result_time": "late"}, {"result_time": "late"}, 2, ()),
        (
            {"result_time": "late", "late_notice": "no"},
            {"result_time": "on_time"},
            2,
            ("result_time", "late_notice"),
        ),
        ({"respondent_kind": "organisation"}, {}, 2, ("respondent_kind",)),
        ({"comment": "Thái độ  TỐT"}, {"comment": "thái độ tốt"}, 0, ()),
        ({"comment": "thái độ tốt"}, {"comment": "thái độ tệ"}, 0, ("comment",)),
        ({"comment": "tốt"}, {}, 0, ("comment",)),
        ({"channel": ["media"]}, {"channel": ["media", "internet"]}, 0, ("channel",)),
        ({"channel": []}, {}, 0, ()),
    ],
)
def test_a_field_is_what_at_least_one_keying_was_asked_blank_or_not(
    small: Campaign, first: dict[str, Any], second: dict[str, Any], fields: int, differing: tuple[str, ...]
) -> None:
    assert compared(small, first, second) == (FIELDS_OF_A_FORM + fields, differing)


# ---- who sees what


@pytest.mark.parametrize(
    ("role", "seen"),
    [(Role.COORDINATOR, 1), (Role.HOME_AFFAIRS, 1), (Role.ENUMERATOR, 0), (Role.ADMINISTRATOR, 0)],
)
def test_a_second_keyer_sees_her_own_coordinator_and_home_affairs_all_and_nobody_else_any(
    actor: User, small: Campaign, two: tuple[User, User], role: Role, seen: int
) -> None:
    entry = drawn_form(small, *two, paper("A-1"))
    other = person(actor, role, "ai-do")
    for user, count in ((other, seen), (two[0], 0), (two[1], 1)):
        assert len(db.session.scalars(second_entries.visible_to(user)).all()) == count
    for number in (entry.id + 1, 0, 2**31, 2**63, 10**30):
        with pytest.raises(problems.NotFound):
            second_entries.one_visible_to(two[1], number)


# ---- report and settings


def test_a_report_costs_as_many_queries_with_one_form_as_with_many(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    drawn_form(small, *two, paper("A-0"))
    few = statements(lambda: second_entry_report.of_campaign(small))
    for number in range(1, 40):
        keyed(small, two[number % 2], paper(f"A-{number}"))
    key_again(entries()[0], paper("A-0"))
    second_entry_draws.draw(actor, small)
    many = statements(lambda: second_entry_report.of_campaign(small))
    assert (len(few), len(many)) == (3, 3)
    assert len(statements(lambda: second_entries.error_rate_of(two[0], small))) == 1
    assert len(statements(lambda: second_entries.listed(actor, small, 1))) == 2


def test_no_verdict_is_spoken_before_a_whole_sample_is_resolved(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    for number in range(40):
        keyed(small, two[0], paper(f"A-{number}"))
    second_entry_draws.draw(actor, small)
    for entry in entries()[:19]:
        key_again(entry, paper(str(entry.response.form_code)))
    (found,) = second_entry_report.of_campaign(small).keyers
    assert (found.verdict, found.next, found.resolved, found.may_be_drawn) == (
        "waiting",
        "Chờ nhập 1 phiếu",
        19,
        False,
    )
    last = entries()[19]
    key_again(last, paper(str(last.response.form_code), access_1="3"))
    (found,) = second_entry_report.of_campaign(small).keyers
    assert found.next == "Chờ đối chiếu 1 phiếu"
    # Nineteen forms without a difference would look too good: neither page says a rate before the last is resolved.
    assert (found.rate.fields, found.upper) == (0, None)
    assert second_entries.error_rate_of(two[0], small).fields == 0
    resolve_by(actor, last, paper(str(last.response.form_code)))
    (found,) = second_entry_report.of_campaign(small).keyers
    assert (found.verdict, found.rate.errors, found.paper, found.left) == ("accept", 0, 40, 20)


def test_forms_that_arrive_after_the_draw_are_told_apart(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    for number in range(22):
        keyed(small, two[0], paper(f"A-{number}"))
    second_entry_draws.draw(actor, small)
    late = keyed(small, two[0], paper("A-22"))
    late.submitted_at = now() + timedelta(minutes=1)
    db.session.flush()
    (found,) = second_entry_report.of_campaign(small).keyers
    assert (found.paper, found.drawn, found.left, found.later) == (23, 20, 3, 1)


def test_settings_are_ours_until_they_are_set_and_every_change_is_told(actor: User, small: Campaign) -> None:
    assert second_entry_settings.are_default(small)
    assert second_entry_settings.of_campaign(small) == second_entry_settings.Settings(0.01, 0.95, 20)
    second_entry_settings.change(actor, small, limit="0,5", level=" 99 ", first_forms="30")
    assert second_entry_settings.of_campaign(small) == second_entry_settings.Settings(0.005, 0.99, 30)
    assert not second_entry_settings.are_default(small)
    assert campaigns.modes_of(small)
    (line,) = [each for each in audit.history("campaign", small.id) if each.verb == "campaign.setting"]
    assert audit.changes_of(line)["before"]["limit"] == 0.01
    assert audit.changes_of(line)["after"] == {
        "limit": 0.005,
        "level": 0.99,
        "first_forms": 30,
    }
    second_entry_settings.change(actor, small, limit="0.5", level="99", first_forms="30")
    assert len([each for each in audit.history("campaign", small.id) if each.verb == "campaign.setting"]) == 1


def test_a_limit_may_change_after_a_draw_but_not_the_steps_at_which_is_looked(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    keyed(small, two[0], paper("A-1"))
    second_entry_draws.draw(actor, small)
    with pytest.raises(problems.InvalidFields) as refusal:
        second_entry_settings.change(actor, small, limit="2", level="95", first_forms="21")
    assert list(refusal.value.fields) == ["first_forms"]
    assert second_entry_settings.change(actor, small, limit="2", level="95", first_forms="20").limit == 0.02


def test_the_least_sample_without_an_error_is_told(actor: User, small: Campaign) -> None:
    # ln(0.05 · 6/π²)/ln(0.99) = 347.6 fields; a form asks 39 of a citizen, of which five about the citizen alone: 34 always.
    settings = second_entry_settings.of_campaign(small)
    fields = 1 + 22 + 16 - 5
    assert second_entry_report.enough_without_error(small, settings, 1.0) == -(-348 // fields)


def test_an_enumerator_without_a_resolved_form_has_no_rate(small: Campaign, two: tuple[User, User]) -> None:
    rate = second_entries.error_rate_of(two[0], small)
    assert (rate.rate, rate.fields, rate.low, rate.high) == (None, 0, 0, 1)


def test_drafts_and_forms_of_other_campaigns_are_nobodys_batch(
    actor: User, small: Campaign, two: tuple[User, User]
) -> None:
    assert second_entry_report.of_campaign(small).keyers == []
    assert second_entry_report.of_campaign(small).can_draw == 0
    assert assignments.units_to_ask(two[0], small)
    assert db.session.query(Response).count() == 0
