"""Batches to redo: computed from the verdicts, decided by Home Affairs on exactly the responses shown."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from scoring.intervals import clopper_pearson
from survey_app import problems
from survey_app.domain import assignments, audit, flags, people, redos, voids
from survey_app.extensions import db
from survey_app.models import Campaign, RedoProposal, Response, User
from survey_app.vocabulary import Body, CampaignState, Role
from tests.domain.small_campaign import race
from tests.domain.verdicts import FAILED_A, World, proposals, verbs, world

FRONT, VETERANS = Body.FRONT, Body.VETERANS
REASON = "Nhiều phiếu không có phỏng vấn."


@pytest.fixture
def here(actor: User, small: Campaign) -> World:
    """The small campaign with everybody in it."""
    return world(actor, small)


@pytest.fixture
def proposal(here: World) -> RedoProposal:
    """A proposal to redo: of three judged responses one failed; two more were not re-checked."""
    for code, verdict, reasons in (
        ("A-1", "confirmed", ""),
        ("A-2", "confirmed", ""),
        ("A-3", "failed", "led"),
    ):
        _, (recheck,) = here.drawn(code, FRONT)
        here.judge(recheck, verdict, reasons)
    for code in ("B-1", "B-2"):
        here.response(code)
    return db.session.scalars(select(RedoProposal)).one()


def batch(here: World) -> redos.Batch:
    return redos.batch_of(here.campaign, here.asks)


def accept(here: World, proposal: RedoProposal, **changes: str) -> int:
    """Accept a proposal as its page shows it now."""
    shown = batch(here)
    said = {"reason": REASON, "listed": shown.digest, "number": str(len(shown.responses))} | changes
    return redos.accept(here.home, proposal, **said)


def refusal(verb: Callable[[], object]) -> str:
    """Return the code of what a verb is refused with."""
    with pytest.raises(problems.Problem) as refused:
        verb()
    return refused.value.code


def states() -> dict[str, str]:
    """Return the state of every response by form code."""
    return {
        code or "": state for code, state in db.session.execute(select(Response.form_code, Response.state))
    }


def test_the_share_has_an_exact_interval(here: World, proposal: RedoProposal) -> None:
    share = redos.share_of(here.campaign, here.asks)
    assert (share.judged, share.failed, share.is_over) == (3, 1, True)
    assert share.interval == clopper_pearson(1 / 3, 3, 0.95)
    assert [round(each, 4) for each in share.interval] == [0.0084, 0.9057]  # R: binom.test(1, 3)$conf.int


def test_the_limit_itself_is_allowed_whatever_floats_say() -> None:
    assert not redos.Share(100, 29, 0.29).is_over  # 0.29 * 100 is 28.999999999999996
    assert redos.Share(100, 30, 0.29).is_over
    assert not redos.Share(10, 1, 0.1).is_over
    assert not redos.Share(0, 0, 0.1).is_over


def test_the_batch_is_her_work_without_what_a_recheck_confirmed(here: World, proposal: RedoProposal) -> None:
    _, both = here.drawn("C-1", FRONT, VETERANS)
    here.judge(both[0], "confirmed")
    here.judge(both[1], "failed", "led")
    flags.raise_flag(here.front, here.response("C-2"), version=1, reason="contradiction", note="")
    here.response("C-3").state = "void"
    here.response("C-4").validity = "too_few_answers"
    db.session.flush()
    assert [each.form_code for each in batch(here).responses] == ["A-3", "B-1", "B-2", "C-1", "C-2"]


def test_a5_accepting_voids_exactly_the_responses_shown_with_a_line_each(
    here: World, proposal: RedoProposal
) -> None:
    before = len(verbs("redo", "response", "void"))
    assert accept(here, proposal) == 3
    assert states() == {"A-1": "submitted", "A-2": "submitted", "A-3": "void", "B-1": "void", "B-2": "void"}
    assert verbs("redo", "response", "void")[before:] == ["redo.accepted", *["response.voided"] * 3]
    assert (proposal.state, proposal.decided_by_id, proposal.reason) == ("accepted", here.home.id, REASON)
    told = audit.changes_of(audit.history("redo", proposal.id)[-1])["after"]
    assert (told["responses"], told["enumerator"]) == (3, "dtv-a")
    progress = assignments.progress(here.campaign)[0]
    assert (progress.valid, progress.void) == (2, 3)


def test_what_is_not_exactly_what_was_shown_is_refused(here: World, proposal: RedoProposal) -> None:
    shown = batch(here).digest
    for number in ("2", "4", "", "03", "３", "1_0"):
        assert refusal(lambda number=number: accept(here, proposal, number=number)) == "invalid_fields"
    assert refusal(lambda: accept(here, proposal, reason=" ")) == "invalid_fields"
    assert refusal(lambda: accept(here, proposal, reason="x" * 201)) == "invalid_fields"
    here.response("B-3")
    assert refusal(lambda: accept(here, proposal, listed=shown)) == "redo_changed"
    assert set(states().values()) == {"submitted"}
    db.session.scalars(select(Response).where(Response.form_code == "B-3")).one().state = "void"
    db.session.flush()
    first = db.session.scalars(select(Response).where(Response.form_code == "B-1")).one()
    first.version = 2
    assert refusal(lambda: accept(here, proposal, listed=shown)) == "redo_changed"


def test_only_home_affairs_decides_and_never_whose_verdicts_made_it(
    here: World, proposal: RedoProposal
) -> None:
    for user in (here.front, here.front_head, here.veterans_head, here.asks):
        assert refusal(lambda user=user: redos.decline(user, proposal, REASON)) == "not_allowed"
    here.front.role, here.front.body = Role.HOME_AFFAIRS, None
    assert refusal(lambda: redos.decline(here.front, proposal, REASON)) == "redo_own_verdict"
    seen = {
        user.username
        for user in (here.front_head, here.veterans, here.home, here.asks)
        if db.session.scalar(redos.visible_to(user))
    }
    assert seen == {"mat-tran-truong", "so-noi-vu"}


def test_her_right_of_reply_comes_first(here: World, proposal: RedoProposal) -> None:
    _, (recheck,) = here.drawn("C-1", VETERANS)
    here.judge(recheck, "failed", FAILED_A)
    assert refusal(lambda: accept(here, proposal)) == "redo_reply_open"
    voids.answer(here.asks, proposals()[0], "Tôi đã đến nhà.")
    assert accept(here, proposal) == 4
    assert proposals()[0].state == "withdrawn"
    assert verbs("void") == ["void.proposed", "void.answered", "void.withdrawn"]


def test_where_the_share_fell_since_it_can_only_be_declined(here: World, proposal: RedoProposal) -> None:
    failed = next(each for each in batch(here).responses if each.form_code == "A-3")
    recheck = db.session.scalars(here.rechecks(failed)).one()
    here.judge(recheck, "confirmed", note="Nhầm người.")
    assert refusal(lambda: accept(here, proposal)) == "redo_not_over"
    redos.decline(here.home, proposal, "Kết luận đã đổi.")
    assert (proposal.state, set(states().values())) == ("declined", {"submitted"})
    assert refusal(lambda: redos.decline(here.home, proposal, REASON)) == "redo_decided"


def test_what_a_decision_covered_is_not_held_against_her_again(here: World, proposal: RedoProposal) -> None:
    redos.decline(here.home, proposal, "Sai sót nhỏ.")
    failed = db.session.scalars(select(Response).where(Response.form_code == "A-3")).one()
    here.judge(db.session.scalars(here.rechecks(failed)).one(), "failed", "led", "Vẫn vậy.")
    assert redos.share_of(here.campaign, here.asks).judged == 0
    _, (recheck,) = here.drawn("C-1", FRONT)
    here.judge(recheck, "failed", "led")
    found = db.session.scalars(select(RedoProposal).order_by(RedoProposal.id)).all()
    assert [(each.state, each.judged, each.failed) for each in found] == [("declined", 3, 1), ("open", 1, 1)]


def test_nothing_is_decided_once_the_campaign_is_sealed(here: World, proposal: RedoProposal) -> None:
    here.campaign.state = CampaignState.SEALED
    assert refusal(lambda: redos.decline(here.home, proposal, REASON)) == "recheck_not_now"
    assert refusal(lambda: accept(here, proposal)) == "recheck_not_now"


def test_of_two_who_accept_at_once_one_wins(app: Flask, here: World, proposal: RedoProposal) -> None:
    number, shown = proposal.id, batch(here)

    def verb() -> None:
        home = people.by_username("so-noi-vu")
        found = redos.one_visible_to(home, number)
        redos.accept(home, found, REASON, listed=shown.digest, number="3")

    endings = race(app, verb)
    assert [type(each).__name__ for each in endings] == ["NoneType", "RedoDecided"]
    assert verbs("response").count("response.voided") == 3


def test_two_verdicts_at_once_open_one_proposal(app: Flask, here: World) -> None:
    uuids = []
    for number in range(11):
        _, (recheck,) = here.drawn(f"A-{number}", FRONT)
        if number < 9:
            here.judge(recheck, "confirmed", moment=datetime(2026, 6, 1, tzinfo=UTC))
        else:
            uuids.append(recheck.uuid)
    turns = iter(uuids)

    def verb() -> None:
        here.judge(here.recheck(next(turns)), "failed", "led")

    assert race(app, verb) == [None, None]
    found = db.session.scalars(select(RedoProposal)).all()
    assert [(each.judged, each.failed) for each in found] == [(11, 2)]
