"""Voiding a response: proposed, answered, decided by a second person; nothing is deleted, nothing resurrected."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    counting,
    flags,
    overview,
    people,
    quotas,
    response_content,
    responses,
    samples,
    void_effects,
    voiding,
    voids,
)
from survey_app.extensions import db
from survey_app.models import Campaign, Flag, Recheck, Response, SampleRow, User, VoidProposal
from survey_app.vocabulary import Body, CampaignState
from tests.domain.small_campaign import answer, race
from tests.domain.verdicts import FAILED_A, World, proposals, verbs, world

FRONT, VETERANS = Body.FRONT, Body.VETERANS
REASON = "Người dân xác nhận không có cuộc phỏng vấn."


@pytest.fixture
def here(actor: User, small: Campaign) -> World:
    """The small campaign with everybody in it."""
    return world(actor, small)


@pytest.fixture
def proposal(here: World) -> VoidProposal:
    """An open proposal of the Front; its enumerator has replied."""
    _, (recheck,) = here.drawn("A-1", FRONT)
    here.judge(recheck, "failed", FAILED_A, "Không ai hỏi.")
    found = proposals()[0]
    voids.answer(here.asks, found, "Tôi đã đến nhà sáng 12/6.")
    return found


def confirm(actor: User, proposal: VoidProposal, reason: str = REASON) -> None:
    """Confirm a proposal as its page shows it now."""
    voids.confirm(actor, proposal, reason, seen=voids.seen_of(proposal))


def refusal(verb: Callable[[], object]) -> str:
    """Return the code of what a verb is refused with."""
    with pytest.raises(problems.Problem) as refused:
        verb()
    return refused.value.code


# --- who sees it ---


def test_a_body_sees_no_proposal_on_a_response_it_has_still_to_judge(here: World) -> None:
    _, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    number = proposals()[0].id

    def seen(user: User) -> list[int]:
        return [each.id for each in db.session.scalars(voids.visible_to(user))]

    assert {
        user.username: seen(user) for user in (here.front, here.veterans, here.veterans_head, here.asks)
    } == {
        "mat-tran": [number],
        "cuu-cb": [],
        "cuu-cb-truong": [],
        "dtv-a": [],
    }
    assert seen(here.home) == [number]
    here.judge(veterans, "failed", "led")
    assert seen(here.veterans) == seen(here.veterans_head) == [number]


def test_t9_a_proposal_not_to_be_seen_is_absent_and_the_attempt_logged(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    _, (front, _) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    number = proposals()[0].id
    for user in (here.veterans_head, here.asks):
        assert refusal(lambda user=user: voids.one_visible_to(user, number)) == "not_found"
        assert f"void proposal {number} is not for {user.username} to see" in caplog.text
    assert voids.one_to_answer(here.asks, number).id == number


# --- right of reply ---


def test_an_enumerator_replies_until_it_is_decided_and_the_trail_keeps_both(
    here: World, proposal: VoidProposal
) -> None:
    voids.answer(here.asks, proposal, "Tôi đã đến nhà.\nCó ảnh.")
    voids.answer(here.asks, proposal, "Tôi đã đến nhà.\nCó ảnh.")
    first, second = audit.history("void", proposal.response.uuid)[1:]
    assert audit.changes_of(first)["after"]["reply"] == "Tôi đã đến nhà sáng 12/6."
    assert audit.changes_of(second)["before"] == {"reply": "Tôi đã đến nhà sáng 12/6."}
    confirm(here.home, proposal)
    assert refusal(lambda: voids.answer(here.asks, proposal, "Xin xem lại")) == "proposal_decided"


@pytest.mark.parametrize("reply", ["", " \u200b", "x" * 1001])
def test_a_reply_of_nothing_or_too_long_is_refused(here: World, proposal: VoidProposal, reply: str) -> None:
    assert refusal(lambda: voids.answer(here.asks, proposal, reply)) == "invalid_fields"
    assert proposal.reply == "Tôi đã đến nhà sáng 12/6."


def test_nobody_replies_for_another(here: World, actor: User, proposal: VoidProposal) -> None:
    other = people.create(actor, people.Person("dtv-khac", "Khác", people.Role.ENUMERATOR), None)
    assert refusal(lambda: voids.answer(other, proposal, "Đúng vậy")) == "not_found"
    assert voids.waiting_for(other, here.campaign) == []
    assert [each.id for each in voids.waiting_for(here.asks, here.campaign)] == [proposal.id]


# --- who decides, and when ---


def test_only_a_second_person_decides(here: World, proposal: VoidProposal) -> None:
    codes = {
        user.username: refusal(lambda user=user: confirm(user, proposal))
        for user in (here.front, here.front_head, here.veterans, here.asks)
    }
    assert codes == {
        "mat-tran": "own_proposal",
        "mat-tran-truong": "own_proposal",
        "cuu-cb": "not_allowed",
        "dtv-a": "not_allowed",
    }
    assert (proposals()[0].state, proposal.response.state) == ("open", "submitted")
    confirm(here.veterans_head, proposal)
    assert (proposals()[0].state, proposal.response.state) == ("confirmed", "void")


def test_nothing_is_decided_before_the_enumerator_has_replied_or_her_time_has_passed(here: World) -> None:
    moment = datetime(2026, 6, 1, 3, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        _, (recheck,) = here.drawn("A-1", FRONT)
        here.judge(recheck, "failed", FAILED_A)
        proposal = proposals()[0]
        assert refusal(lambda: confirm(here.home, proposal)) == "reply_still_open"
    with time_machine.travel(moment + timedelta(days=3, seconds=-1), tick=False):
        assert refusal(lambda: confirm(here.home, proposal)) == "reply_still_open"
        seen = voids.seen_of(proposal)
        assert refusal(lambda: voids.reject(here.home, proposal, REASON, seen=seen)) == "reply_still_open"
    with time_machine.travel(moment + timedelta(days=3), tick=False):
        confirm(here.home, proposal)
    assert proposal.response.state == "void"


def test_nothing_is_decided_while_the_bodies_have_still_to_agree(here: World) -> None:
    _, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    here.judge(veterans, "confirmed")
    proposal = proposals()[0]
    voids.answer(here.asks, proposal, "Tôi đã đến nhà.")
    assert refusal(lambda: confirm(here.home, proposal)) == "joint_case_open"
    assert refusal(lambda: confirm(here.veterans_head, proposal)) == "joint_case_open"


@pytest.mark.parametrize("state", [CampaignState.SEALED, CampaignState.PUBLISHED])
def test_nothing_is_decided_once_the_campaign_is_sealed(
    here: World, proposal: VoidProposal, state: CampaignState
) -> None:
    here.campaign.state = state
    assert refusal(lambda: confirm(here.home, proposal)) == "recheck_not_now"
    assert refusal(lambda: voids.answer(here.asks, proposal, "Xin xem lại")) == "recheck_not_now"
    assert refusal(lambda: voiding.restore(here.another_home, proposal.response, REASON)) == "recheck_not_now"


@pytest.mark.parametrize("reason", ["", " \u200b\n", "x" * 1001])
def test_a_decision_without_a_reason_is_refused(here: World, proposal: VoidProposal, reason: str) -> None:
    assert refusal(lambda: confirm(here.home, proposal, reason)) == "invalid_fields"
    assert refusal(lambda: voids.decide(here.home, proposal, "void", REASON, seen="")) == "invalid_fields"
    assert (proposals()[0].state, proposal.response.state) == ("open", "submitted")


def test_t3_what_changed_since_the_page_was_opened_is_told_by_name_and_moment(
    here: World, proposal: VoidProposal
) -> None:
    seen = voids.seen_of(proposal)
    voids.answer(here.asks, proposal, "Có ảnh chụp.")
    with pytest.raises(recheck_problems.ReplyArrived) as late:
        voids.confirm(here.home, proposal, REASON, seen=seen)
    assert here.asks.display_name in str(late.value)
    seen, response = voids.seen_of(proposal), proposal.response
    flags.raise_flag(here.front, response, version=1, reason="contradiction", note="")
    entry = response_content.entry_of(response, response.questionnaire_sha256)
    responses.correct(here.asks, response, entry, version=1, reason="Giữ nguyên")
    with pytest.raises(problems.StaleVersion) as stale:
        voids.confirm(here.home, proposal, REASON, seen=seen)
    assert f"đã được {here.asks.display_name} sửa lúc" in str(stale.value)
    assert refusal(lambda: voids.confirm(here.home, proposal, REASON, seen="")) == "stale_version"
    confirm(here.home, proposal)
    assert (response.state, response.version) == ("void", 2)


# --- what it does ---


def test_a5_confirming_writes_one_line_a_record_with_old_and_new_value(
    here: World, proposal: VoidProposal
) -> None:
    before = len(verbs("void", "response", "recheck", "flag"))
    confirm(here.home, proposal)
    assert verbs("void", "response", "recheck", "flag")[before:] == ["void.confirmed", "response.voided"]
    line = audit.history("response", proposal.response.uuid)[-1]
    assert audit.changes_of(line) == {
        "before": {"state": "submitted"},
        "after": {"state": "void", "version": 1, "proposal": proposal.id},
        "reason": REASON,
    }
    assert audit.changes_of(audit.history("void", proposal.response.uuid)[-1]) == {
        "before": {"state": "open"},
        "after": {"state": "confirmed", "proposal": proposal.id},
        "reason": REASON,
    }
    assert audit.verify()[1] is None


def test_rejecting_leaves_the_response_as_it_is(here: World, proposal: VoidProposal) -> None:
    voids.reject(here.veterans_head, proposal, "Giải trình thuyết phục.", seen=voids.seen_of(proposal))
    kept = proposals()[0]
    assert (kept.state, kept.decided_by_id, kept.decision) == (
        "rejected",
        here.veterans_head.id,
        "Giải trình thuyết phục.",
    )
    assert proposal.response.state == "submitted"
    assert refusal(lambda: confirm(here.home, proposal)) == "proposal_decided"


def test_what_waited_for_a_void_response_ends_with_it(here: World) -> None:
    response, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    doubt = {"reason": "contradiction", "note": "", "raised_by_id": here.veterans.id}  # before it was drawn
    db.session.add(Flag(response_id=response.id, response_version=1, body=VETERANS, **doubt))
    db.session.flush()
    here.judge(front, "failed", FAILED_A)
    proposal = proposals()[0]
    voids.answer(here.asks, proposal, "Tôi đã đến nhà.")
    before = len(verbs("void", "response", "recheck", "flag"))
    confirm(here.home, proposal)
    assert verbs("void", "response", "recheck", "flag")[before:] == [
        "void.confirmed",
        "response.voided",
        "recheck.dropped",
        "flag.withdrawn",
    ]
    kept = db.session.get_one(Recheck, veterans.id)
    assert (kept.state, kept.verdict, kept.reason) == ("dropped", None, "Phiếu đã bị hủy.")
    assert [(flag.state, flag.reply) for flag in db.session.scalars(select(Flag))] == [
        ("withdrawn", "Phiếu đã bị hủy.")
    ]


def numbers(campaign: Campaign) -> dict[str, int]:
    """Return how many responses of the campaign count, as each page and file says."""
    progress = [each for each in assignments.progress(campaign) if each.unit.unit.code == "A"]
    counts = overview.counts(campaign)
    return {
        "progress": progress[0].valid,
        "missing": progress[0].quota - progress[0].gap,
        "quotas": quotas.standings(campaign)[0].progress.valid,
        "work": sum(each.done for each in assignments.work_by_enumerator(campaign)),
        "first page": counts["submitted"] + counts["accepted"],
        "scores": counting.current(campaign).satisfaction["input"]["responses"],
        "file": len(list(responses.counted_rows(campaign))),
    }


def test_l1_edge_8_void_and_restored_every_list_says_one_number_and_the_quota_shows_the_gap(
    here: World, proposal: VoidProposal
) -> None:
    for code in ("B-1", "B-2"):
        here.response(code)
    assert set(numbers(here.campaign).values()) == {3}
    response = proposal.response
    answers = response.answers
    confirm(here.home, proposal)
    assert set(numbers(here.campaign).values()) == {2}
    assert assignments.progress(here.campaign)[0].void == 1
    assert (response.answers, response.form_code) == (answers, "A-1")
    voiding.restore(here.another_home, response, "Quyết định sai.")
    assert set(numbers(here.campaign).values()) == {3}
    assert verbs("response")[-2:] == ["response.voided", "response.restored"]


def test_who_voided_a_response_does_not_take_it_back_and_what_was_dropped_waits_again(here: World) -> None:
    response, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    voids.answer(here.asks, proposals()[0], "Tôi đã đến nhà.")
    confirm(here.home, proposals()[0])
    assert veterans.state == "dropped"
    assert refusal(lambda: voiding.restore(here.home, response, "Quyết định sai.")) == "own_void"
    voiding.restore(here.another_home, response, "Quyết định sai.")
    assert (response.state, veterans.state, veterans.ended_at, veterans.reason) == (
        "submitted",
        "waiting",
        None,
        "",
    )
    assert verbs("recheck")[-1] == "recheck.revived"


def test_the_row_of_the_list_is_to_be_asked_again(here: World, proposal: VoidProposal) -> None:
    unit = proposal.response.unit_id
    row = SampleRow(campaign_id=here.campaign.id, unit_id=unit, form_code="A-1", kind="official", position=1)
    row.in_use, row.enumerator_id = True, here.asks.id
    db.session.add(row)
    db.session.flush()

    def left() -> list[str | None]:
        return list(db.session.scalars(select(SampleRow.form_code).where(samples.remaining())))

    assert left() == []
    confirm(here.home, proposal)
    assert left() == ["A-1"]
    voiding.restore(here.another_home, proposal.response, "Quyết định sai.")
    assert left() == []


def test_the_form_code_is_free_again_and_then_the_void_response_stays_void(
    here: World, proposal: VoidProposal
) -> None:
    confirm(here.home, proposal)
    answer(here.campaign, here.asks, "A", 2, "A-1")
    assert refusal(lambda: voiding.restore(here.another_home, proposal.response, "Quyết định sai.")) == (
        "form_code_used_again"
    )
    db.session.rollback()


def test_only_home_affairs_restores_and_only_what_a_decision_voided(
    here: World, proposal: VoidProposal
) -> None:
    response = proposal.response
    assert refusal(lambda: voiding.restore(here.another_home, response, REASON)) == "not_voided_by_decision"
    confirm(here.veterans_head, proposal)
    assert refusal(lambda: voiding.restore(here.veterans_head, response, REASON)) == "not_allowed"
    assert refusal(lambda: voiding.restore(here.another_home, response, " ")) == "invalid_fields"
    voiding.restore(here.another_home, response, REASON)
    assert (response.state, proposals()[0].state) == ("submitted", "confirmed")


def test_l2_a_void_and_restored_response_stays_of_its_moment_and_its_enumerator(
    here: World, proposal: VoidProposal
) -> None:
    response = proposal.response
    before = (response.submitted_at, response.saved_at, response.enumerator_id, response.version)
    confirm(here.home, proposal)
    voiding.restore(here.another_home, response, "Quyết định sai.")
    db.session.refresh(response)
    assert (response.submitted_at, response.saved_at, response.enumerator_id, response.version) == before


@pytest.mark.parametrize("state", ["accepted", "returned"])
def test_what_was_accepted_is_accepted_again_and_what_was_returned_counts(
    here: World, proposal: VoidProposal, state: str
) -> None:
    proposal.response.state = state
    confirm(here.home, proposal)
    voiding.restore(here.another_home, proposal.response, "Quyết định sai.")
    assert proposal.response.state == {"accepted": "accepted", "returned": "submitted"}[state]


def test_s5_a_device_that_sends_it_again_hears_when_and_by_whom_and_nothing_is_resurrected(
    here: World, proposal: VoidProposal, caplog: pytest.LogCaptureFixture
) -> None:
    response = proposal.response
    moment = datetime(2026, 6, 12, 2, 5, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        confirm(here.home, proposal)
    entry = response_content.entry_of(response, response.questionnaire_sha256)
    again = responses.submit(here.asks, here.campaign, response.uuid, entry)
    assert (again.state, again.is_new) == ("void", False)
    told = "đã bị hủy lúc 09:05 ngày 12/06/2026 bởi Người so-noi-vu"
    assert told in responses.told_void(here.asks, response.uuid)
    assert f"response {response.uuid} is void and was sent again by dtv-a" in caplog.text
    entry.answers["access_1"] = 1
    with pytest.raises(recheck_problems.OtherContentOfVoid) as other:
        responses.receive(here.asks, here.campaign, response.uuid, entry, version=1, reason="Sửa")
    assert told in str(other.value)
    assert db.session.scalar(select(Response.state).where(Response.id == response.id)) == "void"


# --- what it changed, only afterwards ---


def test_the_effect_is_told_only_once_it_is_confirmed(here: World, proposal: VoidProposal) -> None:
    here.response("B-1", level=2)
    assert void_effects.effect(proposal) is None
    before = counting.current(here.campaign).satisfaction["units"]
    confirm(here.home, proposal)
    found = void_effects.effect(proposal)
    assert found is not None
    after = counting.current(here.campaign).satisfaction["units"]

    def told(units: object, code: str = "A") -> list[object]:
        unit = next(each for each in units if each["unit"] == code)  # type: ignore[attr-defined]
        return [unit[name] for name in ("points", "rank", "responses", "index")]

    assert told([found.before]) == told(before)
    assert told([found.after]) == told(after)
    assert (found.before["responses"], found.after["responses"]) == (2, 1)
    voiding.restore(here.another_home, proposal.response, "Quyết định sai.")
    same = void_effects.effect(proposal)
    assert same is not None
    assert (same.before, same.after) == (found.before, found.after)


def test_a_rejected_or_uncounted_response_has_no_effect_to_tell(here: World, proposal: VoidProposal) -> None:
    voids.reject(here.home, proposal, "Không đủ căn cứ.", seen=voids.seen_of(proposal))
    assert void_effects.effect(proposal) is None


# --- races ---


def test_of_two_who_confirm_at_once_one_wins_and_one_line_is_written(
    app: Flask, here: World, proposal: VoidProposal
) -> None:
    number, seen, uuid = proposal.id, voids.seen_of(proposal), proposal.response.uuid

    def verb() -> None:
        home = people.by_username("so-noi-vu")
        voids.confirm(home, voids.one_visible_to(home, number), REASON, seen=seen)

    endings = race(app, verb)
    assert [type(each).__name__ for each in endings] == ["NoneType", "ProposalDecided"]
    lines = [line.verb for line in audit.history("response", uuid)]
    assert lines.count("response.voided") == 1
    assert verbs("void").count("void.confirmed") == 1


def test_confirming_and_correcting_at_once_leaves_one_of_them_with_a_name(
    app: Flask, here: World, proposal: VoidProposal
) -> None:
    response = proposal.response
    flags.raise_flag(here.veterans, response, version=1, reason="contradiction", note="")
    number, seen, uuid, code = proposal.id, voids.seen_of(proposal), response.uuid, here.campaign.code
    entry = response_content.entry_of(response, response.questionnaire_sha256)
    turns = iter([0, 1])

    def verb() -> None:
        if next(turns) == 0:
            asks = people.by_username("dtv-a")
            own = responses.one_visible_to(asks, uuid)
            responses.correct(asks, own, entry, version=1, reason="Giữ nguyên")
        else:
            home = people.by_username("so-noi-vu")
            voids.confirm(home, voids.one_visible_to(home, number), REASON, seen=seen)

    endings = race(app, verb)
    assert [type(each).__name__ for each in endings] == ["NoneType", "StaleVersion"]
    db.session.rollback()
    assert assignments.progress(campaigns.by_code(code))[0].valid == 1


def test_refusals_of_a_decision_are_logged(
    here: World, proposal: VoidProposal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        refusal(lambda: confirm(here.front, proposal))
    assert f"mat-tran cannot decide void proposal {proposal.id}: own_proposal" in caplog.text
