"""Joint cases: both heads see both verdicts and the originals, and agree; what they agree has consequences."""

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import audit, findings, joint_cases, people, voids
from survey_app.extensions import db
from survey_app.models import Campaign, JointCase, User
from survey_app.vocabulary import Body, CampaignState
from tests.domain.small_campaign import race
from tests.domain.verdicts import FAILED_A, World, proposals, verbs, world

FRONT, VETERANS = Body.FRONT, Body.VETERANS


@pytest.fixture
def here(actor: User, small: Campaign) -> World:
    """The small campaign with everybody in it."""
    return world(actor, small)


@pytest.fixture
def case(here: World) -> JointCase:
    """A response of which the Front says that nobody asked, and the Veterans that all is well."""
    _, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A, "Không ai hỏi.")
    here.judge(veterans, "confirmed")
    return db.session.scalars(select(JointCase)).one()


def refusal(here: World, case: JointCase, user: User, outcome: str, note: str = "Vì vậy") -> object:
    """Return code and fields of what an opinion is refused with."""
    with pytest.raises(problems.Problem) as refused:
        joint_cases.give(user, case, outcome, note)
    return refused.value.code, sorted(refused.value.fields)


def test_heads_and_home_affairs_see_every_case_and_nobody_else_any(here: World, case: JointCase) -> None:
    everybody = (here.front, here.front_head, here.veterans, here.veterans_head, here.home, here.asks)
    seen = {user.username for user in everybody if db.session.scalar(joint_cases.visible_to(user))}
    assert seen == {"mat-tran-truong", "cuu-cb-truong", "so-noi-vu"}
    with pytest.raises(problems.NotFound):
        joint_cases.one_visible_to(here.front, case.id)


def test_both_bodies_answers_stand_beside_the_originals(here: World, case: JointCase) -> None:
    verdicts = findings.verdicts_of(case.response)
    assert {body: each.verdict for body, each in verdicts.items()} == {FRONT: "failed", VETERANS: "confirmed"}
    lines = joint_cases.asked_again(case, verdicts)
    assert len(lines) == 5
    assert {(each.original, each.heard[FRONT], each.heard[VETERANS]) for each in lines} == {
        ("4 – Hài lòng", "4 – Hài lòng", "4 – Hài lòng")
    }


def test_equal_opinions_agree_and_confirmed_withdraws_the_proposal(here: World, case: JointCase) -> None:
    joint_cases.give(here.front_head, case, "confirmed", "Đã gọi lại, người dân nhớ ra.")
    assert (case.state, proposals()[0].state) == ("open", "open")
    joint_cases.give(here.veterans_head, case, "confirmed", "Đồng ý.")
    assert (case.state, case.outcome, case.agreed_at is not None) == ("agreed", "confirmed", True)
    assert proposals()[0].state == "withdrawn"
    assert verbs("joint") == ["joint.opened", "joint.given", "joint.given", "joint.agreed"]
    assert refusal(here, case, here.front_head, "failed") == ("joint_case_agreed", [])


def test_failed_leaves_the_proposal_which_can_then_be_decided(here: World, case: JointCase) -> None:
    for head in (here.veterans_head, here.front_head):
        joint_cases.give(head, case, "failed", "Cùng gặp lại người dân.")
    proposal = proposals()[0]
    assert (case.outcome, proposal.state) == ("failed", "open")
    voids.answer(here.asks, proposal, "Tôi đã đến nhà.")
    voids.confirm(here.veterans_head, proposal, "Đã thống nhất.", seen=voids.seen_of(proposal))
    assert proposal.response.state == "void"


def test_failed_opens_a_proposal_where_an_earlier_one_was_rejected(here: World) -> None:
    _, (front, veterans) = here.drawn("A-1", FRONT, VETERANS)
    here.judge(front, "failed", FAILED_A)
    first = proposals()[0]
    voids.answer(here.asks, first, "Tôi đã đến nhà.")
    voids.reject(here.home, first, "Chưa đủ căn cứ.", seen=voids.seen_of(first))
    here.judge(veterans, "confirmed")
    assert [each.state for each in proposals()] == ["rejected"]
    case = db.session.scalars(select(JointCase)).one()
    for head in (here.veterans_head, here.front_head):
        joint_cases.give(head, case, "failed", "Cùng gặp lại người dân.")
    assert [(each.state, each.body) for each in proposals()] == [("rejected", "front"), ("open", "front")]


def test_an_opinion_given_anew_replaces_the_former_and_the_trail_keeps_both(
    here: World, case: JointCase
) -> None:
    joint_cases.give(here.front_head, case, "failed", "Giữ kết luận.")
    joint_cases.give(here.front_head, case, "confirmed", "Đã nghe lại.")
    said = joint_cases.opinions_of(case)
    assert {body: (each.outcome, each.note) for body, each in said.items()} == {
        FRONT: ("confirmed", "Đã nghe lại.")
    }
    assert joint_cases.opinions_on([case]) == {case.id: {FRONT: "confirmed"}}
    last = audit.changes_of(audit.history("joint", case.response.uuid)[-1])
    assert last["before"] == {"outcome": "failed", "note": "Giữ kết luận."}
    assert case.state == "open"


@pytest.mark.parametrize(
    ("outcome", "note", "fields"),
    [
        ("unreachable", "Vì vậy", ["outcome"]),
        ("", "", ["note", "outcome"]),
        ("moon", "x" * 1001, ["note", "outcome"]),
    ],
)
def test_an_opinion_needs_one_of_two_words_and_a_note(
    here: World, case: JointCase, outcome: str, note: str, fields: list[str]
) -> None:
    assert refusal(here, case, here.front_head, outcome, note) == ("invalid_fields", fields)
    assert joint_cases.opinions_of(case) == {}


def test_nobody_but_a_head_gives_an_opinion_and_none_once_the_campaign_is_sealed(
    here: World, case: JointCase
) -> None:
    for user in (here.front, here.home, here.asks):
        assert refusal(here, case, user, "failed") == ("not_allowed", [])
    here.campaign.state = CampaignState.SEALED
    assert refusal(here, case, here.front_head, "failed") == ("recheck_not_now", [])


def test_two_heads_at_once_agree_once(app: Flask, here: World, case: JointCase) -> None:
    number = case.id
    turns = iter(["mat-tran-truong", "cuu-cb-truong"])

    def verb() -> None:
        head = people.by_username(next(turns))
        joint_cases.give(head, joint_cases.one_visible_to(head, number), "failed", "Cùng gặp lại.")

    assert race(app, verb) == [None, None]
    assert verbs("joint") == ["joint.opened", "joint.given", "joint.given", "joint.agreed"]
