"""What re-checks found, gathered: whose verdict is known to whom, which answers are compared, how likely each was drawn."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from scoring.rechecks import DISPUTED, Pair
from survey_app import problems
from survey_app.domain import people, recheck_attempts, recheck_enumerators, recheck_measures, recheck_points
from survey_app.domain.recheck_measures import Gathered
from survey_app.exports.recheck_sentences import checked, validity_note
from survey_app.extensions import db
from survey_app.models import Campaign, DrawMember, JointCase, Response, ResponseVersion, User, VoidProposal
from survey_app.models.columns import now
from survey_app.vocabulary import JointState, ProposalState, ResponseState, Verdict
from tests.domain.drawn import CRITERIA, draw_of
from tests.domain.recheck_work import NO, UNREACHED, YES, Work, begin, judged

LOW = {**YES, "again": dict.fromkeys(CRITERIA, "2")}


@pytest.fixture
def work(actor: User, small: Campaign) -> Work:
    """Four responses of one enumerator about unit A, each drawn for both bodies with probability 1/5."""
    return begin(actor, small, 4)


def seen_by(work: Work, name: str = "noivu") -> Gathered:
    return recheck_measures.gathered(work.people[name], work.campaign)


def test_answers_are_those_of_the_blind_verdict_and_rates_those_of_the_present_one(work: Work) -> None:
    first = work.front[0]
    judged(work.people["mattran"], first, LOW)
    judged(work.people["mattran"], first, {**NO, "again": dict.fromkeys(CRITERIA, "4")})
    (row,) = seen_by(work).rows
    assert (row.verdict, row.weight) == (Verdict.FAILED, 5)
    assert row.pairs == tuple(Pair(code, "4", "2") for code in CRITERIA)


def test_original_answers_are_those_of_the_version_that_was_judged(work: Work) -> None:
    judged(work.people["mattran"], work.front[0], YES)
    response = work.responses[0]
    old = ResponseVersion(
        response_id=response.id,
        version=1,
        unit_id=response.unit_id,
        form_code=response.form_code,
        state=response.state,
        validity=response.validity,
        mode=response.mode,
        answers=response.answers,
        details="{}",
        content_digest=response.content_digest,
        saved_at=response.saved_at,
        superseded_by_id=work.enumerator.id,
        reason="Nhầm",
    )
    db.session.add(old)
    response.version, response.answers = 2, "1" * len(response.answers)
    db.session.flush()
    (row,) = seen_by(work).rows
    assert {pair.first for pair in row.pairs} == {"4"}


def test_a_body_learns_the_other_bodys_verdict_only_after_its_own(work: Work) -> None:
    judged(work.people["cuuchienbinh"], work.veterans[0], NO)
    assert seen_by(work, "mattran-truong").rows == []
    assert len(seen_by(work, "cuuchienbinh-truong").rows) == len(seen_by(work).rows) == 1
    assert seen_by(work, "mattran-truong").whole.failure.rate is None
    judged(work.people["mattran"], work.front[0], YES)
    assert len(seen_by(work, "mattran-truong").rows) == 2
    assert [each.verdict for each in seen_by(work, "mattran-truong").cases] == [DISPUTED]


def test_what_both_bodies_agreed_counts_instead_of_their_two_verdicts(work: Work) -> None:
    judged(work.people["cuuchienbinh"], work.veterans[0], NO)
    judged(work.people["mattran"], work.front[0], YES)
    case = db.session.scalars(select(JointCase)).one()
    case.state, case.outcome, case.agreed_at = JointState.AGREED, Verdict.FAILED, now()
    db.session.flush()
    found = seen_by(work)
    assert (found.whole.failed, found.whole.disputed, found.whole.failure.n) == (1, 0, 1)
    front, veterans = found.by_body().values()
    assert (front.confirmed, veterans.failed) == (1, 1)
    assert found.overlap().reached == 1


def test_the_weight_is_that_of_all_draws_whose_frame_held_the_response(work: Work) -> None:
    judged(work.people["mattran"], work.front[0], YES)
    response, second = work.responses[0], draw_of(work.campaign)
    assert response.unit_id is not None
    member = DrawMember(
        draw_id=second.id,
        response_id=response.id,
        response_version=1,
        enumerator_id=response.enumerator_id,
        unit_id=response.unit_id,
        place=3,
        taken=1,
        out_of=3,
    )
    db.session.add(member)
    db.session.flush()
    # 1 − (4/5)(2/3) = 7/15.
    assert seen_by(work).rows[0].weight == pytest.approx(15 / 7)


def test_a_supervisor_and_a_coordinator_gather_nothing_of_others(work: Work, actor: User) -> None:
    judged(work.people["cuuchienbinh"], work.veterans[0], NO)
    assert seen_by(work, "mattran").rows == []
    assert recheck_measures.gathered(work.enumerator, work.campaign).rows == []
    assert recheck_measures.progress(work.enumerator, work.campaign) == []


def test_progress_counts_by_supervisor_of_the_own_body_and_days_of_the_oldest(work: Work) -> None:
    mattran = work.people["mattran"]
    for recheck in work.front[:3]:
        recheck.supervisor_id = mattran.id
        recheck.drawn_at = now() - timedelta(days=4, hours=1)
    judged(mattran, work.front[0], YES)
    judged(mattran, work.front[1], NO)
    db.session.flush()
    (own, nobody) = recheck_measures.progress(work.people["mattran-truong"], work.campaign)
    assert (own.name, own.drawn, own.waiting, own.confirmed, own.failed, own.judged, own.days) == (
        mattran.display_name,
        3,
        1,
        1,
        1,
        2,
        4,
    )
    assert (nobody.name, nobody.drawn, nobody.waiting) == ("", 1, 1)
    assert {each.body for each in recheck_measures.progress(work.people["noivu"], work.campaign)} == {
        "front",
        "veterans",
    }


def test_the_number_of_queries_does_not_grow_with_re_checks(app: Flask, work: Work) -> None:
    asked: list[str] = []
    listener = lambda _connection, _cursor, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)

    def queries() -> int:
        db.session.flush()
        db.session.expire_all()
        asked.clear()
        found = seen_by(work)
        recheck_measures.progress(work.people["noivu"], work.campaign)
        recheck_points.of_unit(found, "A")
        recheck_enumerators.one(work.people["noivu"], found, "dtv-a")
        return len(asked)

    judged(work.people["mattran"], work.front[0], YES)
    few = queries()
    for recheck in work.front[1:]:
        judged(work.people["mattran"], recheck, NO)
    for recheck in work.veterans:
        judged(work.people["cuuchienbinh"], recheck, NO)
    assert queries() == few


def proposal(work: Work, response: Response, state: ProposalState) -> VoidProposal:
    """Return the proposal to void that verdicts made of a response, decided if asked for."""
    found = db.session.scalars(select(VoidProposal).where(VoidProposal.response_id == response.id)).one()
    if state != ProposalState.OPEN:
        found.state, found.decided_by_id, found.decided_at = state, work.people["noivu"].id, now()
    db.session.flush()
    return found


def settle(work: Work) -> None:
    """Both bodies confirm the second response and fail the first."""
    for recheck, raw in zip((*work.front[:2], *work.veterans[:2]), (NO, YES, NO, YES), strict=True):
        judged(work.people["mattran" if recheck.body == "front" else "cuuchienbinh"], recheck, raw)


def test_the_effect_of_a_proposal_cannot_be_read_off_before_it_is_decided(work: Work) -> None:
    settle(work)
    open_one = proposal(work, work.responses[0], ProposalState.OPEN)
    read = recheck_points.of_unit(seen_by(work), "A")
    assert (read.pending, read.points.measures.responses) == (1, 1)
    assert read.points.without_failed == read.points.collected
    assert open_one.state == ProposalState.OPEN
    proposal(work, work.responses[0], ProposalState.REJECTED)
    read = recheck_points.of_unit(seen_by(work), "A")
    assert (read.pending, read.points.without_failed.responses) == (0, 3)


def test_a_response_that_a_body_has_still_to_judge_counts_as_unchecked(work: Work) -> None:
    judged(work.people["mattran"], work.front[0], NO)
    read = recheck_points.of_unit(seen_by(work), "A")
    assert (read.pending, read.points.unchecked) == (1, 4)


def test_what_was_voided_after_a_re_check_is_in_the_points_as_collected(work: Work) -> None:
    settle(work)
    proposal(work, work.responses[0], ProposalState.CONFIRMED)
    work.responses[0].state = ResponseState.VOID
    db.session.flush()
    read = recheck_points.of_unit(seen_by(work), "A")
    assert (read.voided, read.points.collected.responses, read.points.without_failed.responses) == (1, 4, 3)


def test_a_unit_that_is_not_rated_is_not_found(work: Work) -> None:
    with pytest.raises(problems.NotFound):
        recheck_points.of_unit(seen_by(work), "B1")


def test_the_note_beside_the_points_is_made_of_its_figures(work: Work) -> None:
    settle(work)
    proposal(work, work.responses[0], ProposalState.REJECTED)
    read = recheck_points.of_unit(seen_by(work), "A").points
    assert validity_note(read) == (
        "Đã phúc tra 2 phiếu trong 4 phiếu thu được: 1 phiếu đạt, 1 phiếu không đạt, không phiếu nào không liên hệ được. "
        "Tỷ lệ không đạt ước tính 50,0\u00a0% (khoảng 95\u00a0%: 1,3\u00a0% – 98,7\u00a0%). "
        "Bỏ các phiếu không đạt, điểm vẫn là 10,00. "
        "Nếu 2 phiếu chưa phúc tra cũng như vậy thì 1 phiếu trong đó không đạt, và điểm là 10,00. "
        "Theo các câu hỏi lại, điểm ước tính 10,00 (khoảng 95\u00a0%: 0,00 – 10,00), điểm thu được là 10,00."
    )
    assert checked(None, 4) == "Chưa phiếu nào của đơn vị được phúc tra xong."


def test_an_enumerators_page_shows_of_the_other_body_that_it_judged_and_nothing_more(work: Work) -> None:
    veteran, front = work.people["cuuchienbinh"], work.people["mattran"]
    for _ in range(3):
        recheck_attempts.attempt(veteran, work.veterans[0], way="by_phone", result="nobody")
    recheck_attempts.attempt(front, work.front[0], way="by_phone", result="reached")
    judged(veteran, work.veterans[0], UNREACHED)
    judged(front, work.front[0], YES)

    def verbs(name: str) -> list[tuple[str, str]]:
        found = recheck_enumerators.one(work.people[name], seen_by(work, name), "dtv-a")
        return [(told.line.verb, told.line.actor_name) for told, _ in found.history]

    hers = verbs("mattran-truong")
    assert ("recheck.judged", veteran.display_name) in hers
    assert ("recheck.attempted", front.display_name) in hers
    assert ("recheck.attempted", veteran.display_name) not in hers
    assert ("recheck.attempted", veteran.display_name) in verbs("noivu")


@pytest.mark.parametrize("username", ["nobody", "mattran", "noivu", ""])
def test_who_brought_no_response_has_no_page(work: Work, username: str) -> None:
    with pytest.raises(problems.NotFound):
        recheck_enumerators.one(work.people["noivu"], seen_by(work), username)


def test_an_enumerator_without_a_judged_re_check_has_an_empty_page(work: Work) -> None:
    found = recheck_enumerators.one(work.people["noivu"], seen_by(work), "dtv-a")
    assert (found.measures, found.suspect, list(found.known), list(found.history)) == (None, None, [], [])
    assert people.by_username("dtv-a") == found.enumerator
