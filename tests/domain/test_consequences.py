"""What follows from a verdict: a proposal to void, its withdrawal, a joint case, a batch to redo; no response changes."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.domain import people, rechecks, voids
from survey_app.extensions import db
from survey_app.models import Campaign, JointCase, Recheck, RedoProposal, User
from survey_app.models.columns import now
from survey_app.vocabulary import Body, ResponseState
from tests.domain.recheck_work import NO, YES, begin, judged
from tests.domain.small_campaign import race
from tests.domain.verdicts import FAILED_A, World, proposals, verbs, world

FRONT, VETERANS = Body.FRONT, Body.VETERANS


@pytest.fixture
def here(actor: User, small: Campaign) -> World:
    """The small campaign with everybody in it."""
    return world(actor, small)


def cases() -> list[tuple[str, str | None]]:
    """Return state and outcome of every joint case."""
    return [(case.state, case.outcome) for case in db.session.scalars(select(JointCase))]


def redos() -> list[tuple[str, int, int]]:
    """Return state, judged and failed of every proposal to redo, oldest first."""
    found = db.session.scalars(select(RedoProposal).order_by(RedoProposal.id))
    return [(each.state, each.judged, each.failed) for each in found]


@pytest.mark.parametrize("reasons", ["no_interview", "not_a_user", "no_interview,led"])
def test_failed_on_a_or_b_proposes_to_void_with_days_to_reply(here: World, reasons: str) -> None:
    response, (recheck,) = here.drawn("A-1", FRONT)
    moment = datetime(2026, 6, 1, 3, tzinfo=UTC)
    here.judge(recheck, "failed", reasons, "Người dân nói không ai hỏi.", moment=moment)
    (proposal,) = proposals()
    assert (proposal.state, proposal.body, proposal.proposed_by_id) == ("open", "front", here.front.id)
    assert (proposal.recheck_id, proposal.response_version) == (recheck.id, 1)
    assert proposal.reasons == reasons.partition(",led")[0]
    assert proposal.reply_until - proposal.proposed_at == timedelta(days=3)
    assert (response.state, verbs("void")) == (ResponseState.SUBMITTED, ["void.proposed"])


@pytest.mark.parametrize(
    ("verdict", "reasons"),
    [("failed", "led"), ("failed", "answers_differ"), ("confirmed", ""), ("unreachable", "")],
)
def test_any_other_verdict_proposes_nothing(here: World, verdict: str, reasons: str) -> None:
    _, (recheck,) = here.drawn("A-1", FRONT)
    here.judge(recheck, verdict, reasons)
    assert (proposals(), verbs("void")) == ([], [])


def test_a_later_verdict_without_grounds_withdraws_the_own_proposal_and_only_once(here: World) -> None:
    _, (recheck,) = here.drawn("A-1", FRONT)
    here.judge(recheck, "failed", FAILED_A)
    here.judge(recheck, "failed", "led", "Gặp nhầm người.")
    here.judge(recheck, "failed", "led", "Vẫn vậy.")
    (proposal,) = proposals()
    assert (proposal.state, proposal.decided_by_id) == ("withdrawn", None)
    assert verbs("void") == ["void.proposed", "void.withdrawn"]


def test_a_second_body_that_finds_the_same_opens_no_second_proposal(here: World) -> None:
    _, (first, second) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(first, "failed", FAILED_A)
    here.judge(second, "failed", "not_a_user")
    assert [(each.state, each.body) for each in proposals()] == [("open", "front")]
    assert cases() == []


def test_where_one_body_withdraws_the_other_bodys_grounds_stand(here: World) -> None:
    _, (first, second) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(first, "failed", FAILED_A)
    here.judge(second, "failed", "not_a_user")
    here.judge(first, "failed", "led", "Gặp nhầm người.")
    assert [(each.state, each.body, each.proposed_by_id) for each in proposals()] == [
        ("withdrawn", "front", here.front.id),
        ("open", "veterans", here.veterans.id),
    ]


def test_bodies_that_differ_get_one_case_and_the_same_words_later_settle_it(here: World) -> None:
    _, (first, second) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(first, "failed", FAILED_A)
    here.judge(second, "confirmed")
    here.judge(second, "confirmed", note="Gọi lại, vẫn vậy.")
    assert (cases(), proposals()[0].state) == ([("open", None)], "open")
    here.judge(first, "confirmed", note="Gặp nhầm người.")
    assert (cases(), proposals()[0].state) == ([("agreed", "confirmed")], "withdrawn")
    here.judge(first, "failed", "led", "Đổi ý.")
    assert cases() == [("agreed", "confirmed")]
    assert verbs("joint") == ["joint.opened", "joint.agreed"]


@pytest.mark.parametrize("second", ["unreachable", "failed"])
def test_what_does_not_contradict_opens_no_case(here: World, second: str) -> None:
    _, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", "led")
    here.judge(veterans, second, "led" if second == "failed" else "")
    assert cases() == []


def front_judged(here: World, confirmed: int, failed: int, first: int = 0) -> None:
    """Let the Front judge so many responses."""
    for number in range(confirmed + failed):
        _, (recheck,) = here.drawn(f"A-{first + number}", FRONT)
        bad = number >= confirmed
        here.judge(recheck, "failed" if bad else "confirmed", "led" if bad else "")


def test_more_than_the_limit_failed_proposes_to_redo_once_and_exactly_the_limit_does_not(here: World) -> None:
    front_judged(here, 9, 1)
    assert redos() == []
    front_judged(here, 0, 2, first=20)
    assert redos() == [("open", 11, 2)]
    assert verbs("redo") == ["redo.proposed"]


def test_unreachable_is_not_judged_and_a_response_judged_by_both_counts_once(here: World) -> None:
    front_judged(here, 8, 0)
    _, (recheck,) = here.drawn("B-1", FRONT)
    here.judge(recheck, "unreachable")
    _, both = here.drawn("B-2", FRONT, VETERANS)
    for each in both:
        here.judge(each, "confirmed")
    _, (last,) = here.drawn("B-3", FRONT)
    here.judge(last, "failed", "led")
    assert redos() == []
    _, (last,) = here.drawn("B-4", FRONT)
    here.judge(last, "failed", "led")
    assert redos() == [("open", 11, 2)]


def test_what_the_bodies_dispute_counts_only_as_they_agree(here: World) -> None:
    front_judged(here, 9, 1)
    _, (front, veterans) = here.drawn("B-1", FRONT, VETERANS)
    here.judge(veterans, "confirmed")
    here.judge(front, "failed", "led")
    assert redos() == []  # 1 of 10: the disputed one is left out
    here.judge(veterans, "failed", "led", "Gọi lại.")
    assert (cases(), redos()) == ([("agreed", "failed")], [("open", 11, 2)])


def test_l2_a_verdict_changes_neither_moment_nor_enumerator_nor_answers_of_a_response(here: World) -> None:
    response, (recheck,) = here.drawn("A-1", FRONT)
    before = {column.key: getattr(response, column.key) for column in response.__table__.columns}
    here.judge(recheck, "failed", FAILED_A, moment=now())
    db.session.refresh(response)
    assert {column.key: getattr(response, column.key) for column in response.__table__.columns} == before


def test_the_verb_of_judging_lets_it_follow_and_writes_its_own_line_last(
    actor: User, small: Campaign
) -> None:
    work = begin(actor, small, 1)
    judged(work.people["mattran"], work.front[0], NO)
    assert verbs("recheck", "void", "redo") == ["void.proposed", "redo.proposed", "recheck.judged"]
    assert proposals()[0].proposed_by_id == work.people["mattran"].id


def test_voiding_and_the_other_bodys_verdict_at_once_leave_one_of_them_with_a_name(
    app: Flask, actor: User, small: Campaign
) -> None:
    work = begin(actor, small, 1)
    judged(work.people["mattran"], work.front[0], NO)
    proposal = proposals()[0]
    voids.answer(work.enumerator, proposal, "Tôi đã đến nhà.")
    number, seen, uuid = proposal.id, voids.seen_of(proposal), work.veterans[0].uuid
    turns = iter(["void", "judge"])

    def verb() -> None:
        if next(turns) == "void":
            home = people.by_username("noivu")
            voids.confirm(home, voids.one_visible_to(home, number), "Không có phỏng vấn.", seen=seen)
        else:
            veteran = people.by_username("cuuchienbinh")
            judged(veteran, rechecks.one_visible_to(veteran, uuid), YES, version=1)

    endings = race(app, verb)
    assert [type(each).__name__ for each in endings] == ["NoneType", "RecheckVoided"]
    assert verbs("response").count("response.voided") == 1
    assert db.session.scalar(select(Recheck.verdict).where(Recheck.uuid == uuid)) is None


def test_a_verdict_that_comes_first_opens_a_case_and_the_decision_has_to_wait(
    app: Flask, actor: User, small: Campaign
) -> None:
    work = begin(actor, small, 1)
    judged(work.people["mattran"], work.front[0], NO)
    proposal = proposals()[0]
    voids.answer(work.enumerator, proposal, "Tôi đã đến nhà.")
    number, seen, uuid = proposal.id, voids.seen_of(proposal), work.veterans[0].uuid
    turns = iter(["judge", "void"])

    def verb() -> None:
        if next(turns) == "void":
            home = people.by_username("noivu")
            voids.confirm(home, voids.one_visible_to(home, number), "Không có phỏng vấn.", seen=seen)
        else:
            veteran = people.by_username("cuuchienbinh")
            judged(veteran, rechecks.one_visible_to(veteran, uuid), YES)

    endings = race(app, verb)
    assert [type(each).__name__ for each in endings] == ["NoneType", "JointCaseOpen"]
    assert cases() == [("open", None)]
