"""What a coordinator decides about two forms of one code: one of them counts, both stay, and nobody is overruled unseen."""

import threading
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import duplicate_problems, problems
from survey_app.domain import (
    audit,
    campaigns,
    duplicate_decisions,
    duplicate_views,
    flags,
    integrity,
    people,
    responses,
    samples,
)
from survey_app.domain.duplicate_codes import Kept
from survey_app.domain.response_content import Entry
from survey_app.domain.response_saving import Receipt
from survey_app.extensions import db
from survey_app.models import Campaign, DuplicateCode, JointCase, Paradata, Response, User, VoidProposal
from survey_app.models.columns import now
from survey_app.vocabulary import Body, CampaignState, DuplicateState, FlagReason, ResponseState, Role
from tests.domain.drawn import draw_of, rechecks_of
from tests.domain.small_campaign import CRITERIA, DETAILS, race, result_of
from tests.domain.two_hands import CODES, Hands, count, kept, lines, two_hands

FIRST, SECOND, RECODED = DuplicateState.FIRST_KEPT, DuplicateState.SECOND_KEPT, DuplicateState.RECODED
CODE = CODES[0]
WHY = "Đã gọi cả hai người dân."


@pytest.fixture
def hands(actor: User, small: Campaign, tmp_path: Path) -> Hands:
    """Ten rows that moved from the first enumerator to the second."""
    return two_hands(actor, small, tmp_path)


@pytest.fixture
def both(hands: Hands) -> Hands:
    """One of the rows, completed by both: the second enumerator's form arrived first."""
    hands.send(hands.second, CODE, 5)
    hands.send(hands.first, CODE, 2)
    return hands


def decide(hands: Hands, choice: str, reason: str = WHY, **more: Any) -> DuplicateCode:
    """Decide the case as its page would, on the first form as it is now unless told what was seen."""
    case = kept(CODE)
    seen = more.pop("seen", None)
    if seen is None:
        seen = duplicate_decisions.mark_of(duplicate_decisions.first_of(case))
    actor = hands.home if choice == SECOND else hands.coordinator
    made = duplicate_decisions.decide(actor, case, choice, reason, seen=seen, **more)
    db.session.commit()
    return made


def stored(hands: Hands, user: User) -> Response:
    """Return the response of a person's form of the code."""
    uuid = hands.uuids[user.username, CODE]
    found = select(Response).where(Response.uuid == uuid).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def test_the_first_kept_counts_on_and_the_second_stays_on_file(both: Hands) -> None:
    decide(both, FIRST)
    case = kept(CODE)
    assert (case.state, case.decided_by, case.reason) == (FIRST, both.coordinator, WHY)
    assert (count(Response), stored(both, both.second).state) == (1, ResponseState.SUBMITTED)
    told = both.send(both.first, CODE, 2)
    assert isinstance(told, Kept)
    assert (told.state, told.sentence) == (
        FIRST,
        "Phiếu T4-00 trùng mã: điều phối viên đã quyết định không tính phiếu này. "
        f"Lý do: “{WHY}”. Có thể xóa khỏi máy.",
    )
    with pytest.raises(duplicate_problems.DuplicateSettled):
        both.send(both.first, "FREE-1", uuid=both.uuids["x-dtv", CODE])


def test_the_second_taken_is_a_response_of_its_own_and_the_first_is_void(both: Hands) -> None:
    received_at = kept(CODE).received_at
    decide(both, SECOND)
    first, second = stored(both, both.second), stored(both, both.first)
    assert (first.state, second.state) == (ResponseState.VOID, ResponseState.SUBMITTED)
    assert (second.enumerator, second.submitted_at, second.form_code, second.version) == (
        both.first,
        received_at,
        CODE,
        1,
    )
    assert db.session.get_one(Paradata, second.id).edits == 3
    found = result_of(both.campaign, "A")
    assert (found["responses"], found["satisfied"]) == (1, 0)
    told = both.send(both.first, CODE, 2)
    assert isinstance(told, Receipt)
    assert (told.is_new, told.digest) == (False, second.content_digest)
    assert all(finding.holds for finding in integrity.check())


def test_a_coordinator_takes_no_response_away(both: Hands) -> None:
    seen = duplicate_decisions.mark_of(stored(both, both.second))
    with pytest.raises(duplicate_problems.FirstByHomeAffairs):
        duplicate_decisions.decide(both.coordinator, kept(CODE), SECOND, WHY, seen=seen)
    db.session.rollback()
    assert (stored(both, both.second).state, kept(CODE).state) == (ResponseState.SUBMITTED, "open")


def test_a5_each_record_has_one_line_with_old_and_new_state_and_the_reason(both: Hands) -> None:
    decide(both, SECOND)
    uuids = both.uuids["y-dtv", CODE], both.uuids["x-dtv", CODE]
    told = [
        (verb, line.record_id, audit.changes_of(line)["reason"])
        for verb in ("response.voided", "response.submitted", "duplicate.decided")
        for line in lines(verb)
        if line.actor_id == both.home.id
    ]
    assert told == [
        ("response.voided", uuids[0], WHY),
        ("response.submitted", uuids[1], WHY),
        ("duplicate.decided", uuids[1], WHY),
    ]
    (line,) = lines("response.voided")
    assert audit.changes_of(line)["before"] == {"state": "submitted"}
    assert audit.changes_of(line)["after"] == {"state": "void", "version": 1}
    assert audit.verify()[1] is None


def test_a_moved_row_whose_new_enumerator_has_sent_nothing_yet_can_be_taken_without_a_void(
    hands: Hands,
) -> None:
    hands.send(hands.first, CODE, 2)
    decide(hands, SECOND)
    assert (stored(hands, hands.first).state, lines("response.voided")) == (ResponseState.SUBMITTED, [])
    late = hands.send(hands.second, CODE, 5)
    assert isinstance(late, Kept)
    assert count(Response) == 1


def test_a_first_form_that_arrived_after_the_page_was_opened_is_not_overruled_unseen(hands: Hands) -> None:
    hands.send(hands.first, CODE, 2)
    hands.send(hands.second, CODE, 5)
    for choice in (FIRST, SECOND):
        with pytest.raises(duplicate_problems.DuplicateChanged):
            decide(hands, choice, seen="")
        db.session.rollback()
    assert (kept(CODE).state, stored(hands, hands.second).state) == ("open", "submitted")


def test_another_persons_form_gets_its_own_code_of_the_list(both: Hands) -> None:
    assert [row.form_code for row in duplicate_decisions.free_codes(kept(CODE))] == ["FREE-1", "FREE-2"]
    decide(both, RECODED, form_code="FREE-1")
    second = stored(both, both.first)
    assert (second.form_code, second.enumerator, stored(both, both.second).state) == (
        "FREE-1",
        both.first,
        "submitted",
    )
    assert result_of(both.campaign, "A")["responses"] == 2
    assert [row.form_code for row in duplicate_decisions.free_codes(kept(CODE))] == ["FREE-2"]
    assert duplicate_views.pair_of(kept(CODE)).became == second
    assert all(finding.holds for finding in integrity.check())


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "form_code"),
        ("mã sai", "form_code"),
        (CODE, "duplicate_same_code"),
        (CODES[1], "form_code_listed"),
        ("TAKEN-1", "form_code_taken"),
    ],
)
def test_a_code_that_is_not_free_is_refused_beside_its_field(both: Hands, code: str, sentence: str) -> None:
    both.send(both.second, "TAKEN-1", 5)
    with pytest.raises(problems.InvalidFields) as refusal:
        decide(both, RECODED, form_code=code)
    assert refusal.value.fields == {"form_code": problems.field(sentence, value=code)}
    db.session.rollback()
    assert (kept(CODE).state, count(Response)) == ("open", 2)


def test_a_decision_needs_its_kind_and_a_reason(both: Hands) -> None:
    for reason in ("", " \u200b", "x" * 201):
        with pytest.raises(problems.InvalidFields) as refusal:
            decide(both, "voided", reason)
        assert sorted(refusal.value.fields) == ["decision", "reason"]


def a_flag(hands: Hands, first: Response) -> None:
    supervisor = people.create(
        people.command_line(), people.Person("giam-sat", "Giám Sát", Role.SUPERVISOR, Body.FRONT), None
    )
    flags.raise_flag(supervisor, first, version=1, reason=FlagReason.OTHER, note="Hỏi lại.")


def a_recheck(hands: Hands, first: Response) -> None:
    rechecks_of(draw_of(hands.campaign), first, Body.FRONT)


def a_proposal(hands: Hands, first: Response) -> None:
    db.session.add(
        VoidProposal(
            campaign_id=first.campaign_id,
            response_id=first.id,
            response_version=1,
            body=Body.FRONT,
            proposed_by_id=hands.coordinator.id,
            reasons="no_interview",
            reply_until=now(),
        )
    )


def a_joint_case(hands: Hands, first: Response) -> None:
    db.session.add(JointCase(campaign_id=first.campaign_id, response_id=first.id))


@pytest.mark.parametrize("work", [a_flag, a_recheck, a_proposal, a_joint_case])
def test_t9_a_first_form_somebody_still_works_on_cannot_be_made_void_and_the_sentence_does_not_say_what(
    both: Hands, work: Callable[[Hands, Response], None]
) -> None:
    work(both, stored(both, both.second))
    db.session.commit()
    with pytest.raises(duplicate_problems.FirstInWork) as refusal:
        decide(both, SECOND)
    assert "việc kiểm tra chưa xong" in str(refusal.value)
    db.session.rollback()
    assert (kept(CODE).state, stored(both, both.second).state != "void", count(Response)) == ("open", True, 1)
    decide(both, FIRST)


def test_l1_s5_the_sending_device_of_a_form_made_void_hears_so_and_nothing_comes_back(both: Hands) -> None:
    decide(both, SECOND)
    again = both.send(both.second, CODE, 5)
    assert isinstance(again, Receipt)
    assert again.state == ResponseState.VOID
    assert result_of(both.campaign, "A")["responses"] == 1


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (CampaignState.CLOSED, [SECOND, RECODED]),
        (CampaignState.SEALED, [FIRST, SECOND, RECODED]),
    ],
)
def test_a_closed_campaign_takes_no_second_form_and_a_sealed_one_decides_nothing(
    both: Hands, state: CampaignState, refused: list[str]
) -> None:
    both.campaign.state = state
    db.session.commit()
    for choice in (FIRST, SECOND, RECODED):
        try:
            duplicate_decisions.decide(
                both.home,
                kept(CODE),
                choice,
                WHY,
                seen=duplicate_decisions.mark_of(stored(both, both.second)),
                form_code="FREE-1",
            )
            ending = None
        except duplicate_problems.DuplicateNotNow:
            ending = choice
        db.session.rollback()
        assert (ending is not None) == (choice in refused), choice


def test_two_coordinators_at_once_one_decides_and_the_other_hears_who_what_and_why(
    app: Flask, both: Hands
) -> None:
    seen, choices = duplicate_decisions.mark_of(stored(both, both.second)), iter((SECOND, FIRST))
    actor = both.home.id
    endings = race(
        app,
        lambda: duplicate_decisions.decide(
            db.session.get_one(User, actor), kept(CODE), next(choices), WHY, seen=seen
        ),
    )
    assert endings[0] is None
    assert isinstance(endings[1], duplicate_problems.DuplicateDecided)
    assert str(endings[1]).startswith("Nội Vụ đã quyết định về phiếu T4-00 lúc ")
    assert str(endings[1]).endswith(f"“Lấy phiếu sau”. Lý do: “{WHY}”.")
    assert (len(lines("duplicate.decided")), kept(CODE).state) == (1, SECOND)


def test_the_rows_new_enumerator_sends_while_the_second_is_taken_one_of_them_counts(
    app: Flask, hands: Hands
) -> None:
    hands.send(hands.first, CODE, 2)
    case, actor, owner = kept(CODE).uuid, hands.coordinator.id, hands.second.id
    endings: dict[str, object] = {}
    begin = threading.Barrier(2)

    def run(name: str, verb: Callable[[], object]) -> None:
        with app.app_context():
            try:
                begin.wait(10)
                endings[name] = verb()
                db.session.commit()
            except Exception as ending:
                db.session.rollback()
                endings[name] = ending

    db.session.commit()
    verbs = {
        "decide": lambda: duplicate_decisions.decide(
            db.session.get_one(User, actor), kept(CODE), SECOND, WHY, seen=""
        ),
        "send": lambda: hands.send(db.session.get_one(User, owner), CODE, 5),
    }
    threads = [threading.Thread(target=Context().run, args=(run, *each)) for each in verbs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    arrived = db.session.scalars(select(Response.uuid).where(Response.form_code == CODE)).all()
    if isinstance(endings["send"], Kept):
        assert (list(arrived), kept_states()) == ([case], ["open", "second_kept"])
    else:
        assert isinstance(endings["decide"], duplicate_problems.DuplicateChanged), endings
        assert (list(arrived), kept_states()) == ([hands.uuids["y-dtv", CODE]], ["open"])


def kept_states() -> list[str]:
    """Return the states of every case, sorted."""
    return sorted(db.session.scalars(select(DuplicateCode.state)))


def test_her_own_draft_of_that_id_on_the_server_becomes_the_response(hands: Hands) -> None:
    uuid = str(uuid4())
    begun = Entry("A", CODE, "paper", {"access_1": 5}, {})
    responses.save_draft(hands.first, hands.campaign, uuid, begun)
    db.session.commit()
    assert isinstance(hands.send(hands.first, CODE, 2, uuid=uuid), Kept)
    decide(hands, SECOND)
    response = responses.one_visible_to(hands.first, uuid)
    assert (response.state, response.version, response.answers[1]) == (ResponseState.SUBMITTED, 2, "2")


def test_a_form_that_arrived_by_another_way_meanwhile_is_not_received_twice(both: Hands) -> None:
    uuid = both.uuids["x-dtv", CODE]
    entry = Entry("A", "FREE-2", "paper", dict.fromkeys(CRITERIA, 4), DETAILS)
    responses.submit(both.first, both.campaign, uuid, entry)
    db.session.commit()
    with pytest.raises(duplicate_problems.DuplicateArrived):
        decide(both, SECOND)
    db.session.rollback()
    decide(both, FIRST)
    assert count(Response) == 2


def test_the_page_tells_whose_row_it_was_when_it_moved_and_what_differs(both: Hands) -> None:
    found = duplicate_views.pair_of(kept(CODE))
    assert (found.holder, found.first) == (both.second, stored(both, both.second))
    assert [step.why for step in found.moves][-2:] == ["Giao cho Bà Xuân", "Giao cho Ông Yên"]
    assert len(found.differing) == len(CRITERIA)
    assert [label for label, *_ in found.same][:3] == ["Cơ quan, đơn vị", "Mã phiếu", "Cách hỏi"]
    page = duplicate_views.listed(both.coordinator, both.campaign, 1)
    assert [each.form_code for each in page.rows] == [CODE]


def test_a_row_given_back_meanwhile_does_not_decide_by_itself(hands: Hands) -> None:
    hands.send(hands.first, CODE, 2)
    samples.move(hands.coordinator, hands.campaign, "A", hands.second, hands.first)
    db.session.commit()
    assert isinstance(hands.send(hands.first, CODE, 2), Kept)
    decide(hands, SECOND)
    assert campaigns.by_code("c26").state == CampaignState.OPEN
    assert stored(hands, hands.first).state == ResponseState.SUBMITTED
