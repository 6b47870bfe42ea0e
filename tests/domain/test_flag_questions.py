"""Questions and single answers: asked, answered, settled or doubted; the response counts until it is doubted."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import (
    acceptance,
    assignments,
    audit,
    campaigns,
    devices,
    flag_questions,
    flags,
    overview,
    people,
    scores,
)
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import Body, CampaignState, ResponseState, Role
from tests.domain.bodies import DOUBT, QUESTION, corrected, counted, flag_of, sent, supervisor
from tests.domain.drawn import draw_of, rechecks_of
from tests.domain.small_campaign import enumerator, race


def test_a_question_leaves_the_response_counting_and_a_doubt_does_not(team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    assert (team.response.state, team.response.version, counted(team.campaign)) == ("submitted", 1, 1)
    flag_questions.answer(team.enumerator, asked, " Có, ngày 3/5.\u200b ")
    assert flag_of(asked) == ("question", "answered", "Có, ngày 3/5.")
    assert (team.response.state, team.response.version, counted(team.campaign)) == ("submitted", 1, 1)
    flag_questions.settle(team.front, asked)
    assert (flag_of(asked)[1], asked.settled_by_id) == ("settled", team.front.id)
    flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    assert (team.response.state, counted(team.campaign)) == ("returned", 0)
    assert overview.counts(team.campaign)[ResponseState.RETURNED] == 1


def test_a5_every_step_of_a_question_has_its_line_with_what_was_and_what_is(team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, question="access_2", **QUESTION)
    flag_questions.answer(team.enumerator, asked, "Có")
    flag_questions.settle(team.front, asked)
    lines = audit.history("flag", team.response.uuid)
    told = [audit.changes_of(line) for line in lines]
    assert [line.verb for line in lines] == ["flag.asked", "flag.answered", "flag.settled"]
    assert told[0]["after"] == {
        "state": "submitted",
        "flag": asked.id,
        "version": 1,
        "reason": "contradiction",
        "question": "access_2",
    }
    assert (told[0]["reason"], told[1]["reason"]) == ("Bà ấy có đến đây không?", "Có")
    assert [(each["before"]["flag_state"], each["after"]["flag_state"]) for each in told[1:]] == [
        ("open", "answered"),
        ("answered", "settled"),
    ]


def test_an_answer_that_does_not_do_becomes_a_doubt_and_stays(team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, question="access_1", **QUESTION)
    with pytest.raises(recheck_problems.NotAnsweredYet):
        flag_questions.doubt_after(team.front, asked, version=1, note="")
    flag_questions.answer(team.enumerator, asked, "Không nhớ")
    assert flag_questions.to_settle(team.front, team.campaign) == [asked]
    doubt = flag_questions.doubt_after(team.front, asked, version=1, note=" ")
    assert (doubt.kind, doubt.question, doubt.note, team.response.state) == (
        "doubt",
        "access_1",
        "Bà ấy có đến đây không?",
        "returned",
    )
    assert flag_of(asked) == ("question", "answered", "Không nhớ")
    raised = audit.changes_of(audit.history("flag", team.response.uuid)[-1])
    assert (raised["after"]["follows"], raised["after"]["state"]) == (asked.id, "returned")
    assert flag_questions.to_settle(team.front, team.campaign) == []
    with pytest.raises(recheck_problems.FlagEnded):
        flag_questions.settle(team.front, asked)


def test_a_correction_answers_the_doubt_and_leaves_the_question_open(team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    doubt = flags.raise_flag(team.veteran, team.response, version=1, **DOUBT)
    assert flags.waiting_for(team.enumerator, team.campaign) == ([doubt], [asked])
    corrected(team.enumerator, team.response, "Nhập nhầm")
    assert flag_of(doubt) == ("doubt", "answered", "Nhập nhầm")
    assert flags.waiting_for(team.enumerator, team.campaign) == ([], [asked])
    flag_questions.answer(team.enumerator, asked, "Có")
    assert asked.response_version == 1


@pytest.mark.parametrize("reply", ["", " \u200b\n", "\x00", "x" * 1001])
def test_an_answer_without_a_word_or_too_long_is_refused(team: SimpleNamespace, reply: str) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    with pytest.raises(problems.InvalidFields) as refusal:
        flag_questions.answer(team.enumerator, asked, reply)
    assert list(refusal.value.fields) == ["reply"]
    assert flag_of(asked) == ("question", "open", "")


def test_only_its_own_enumerator_answers_once_and_a_doubt_is_answered_by_correcting(
    team: SimpleNamespace, actor: User
) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    with pytest.raises(problems.NotFound):
        flag_questions.answer(enumerator(actor, team.campaign, "B"), asked, "Tôi biết")
    flag_questions.answer(team.enumerator, asked, "Có")
    with pytest.raises(recheck_problems.FlagEnded, match="Đã trả lời"):
        flag_questions.answer(team.enumerator, asked, "Lần nữa")
    doubt = flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    with pytest.raises(recheck_problems.DoubtNeedsCorrection):
        flag_questions.answer(team.enumerator, doubt, "Đúng mà")
    with pytest.raises(recheck_problems.NotAnsweredYet):
        flag_questions.settle(team.front, doubt)


def test_a_question_withdrawn_while_the_answer_was_written_is_named_and_the_response_untouched(
    team: SimpleNamespace,
) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    flags.withdraw(team.front, asked, "Hỏi nhầm phiếu")
    assert (flag_of(asked), team.response.state) == (
        ("question", "withdrawn", "Hỏi nhầm phiếu"),
        "submitted",
    )
    with pytest.raises(recheck_problems.FlagEnded, match=r"Đã rút.*Người mat-tran"):
        flag_questions.answer(team.enumerator, asked, "Có")


def test_an_answer_and_a_withdrawal_at_once_end_in_one_of_them(app: Flask, team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION).id

    def answer() -> None:
        flag_questions.answer(
            people.by_username("dtv-a"), flags.one_visible_to(people.by_username("dtv-a"), asked), "Có"
        )

    endings = race(app, answer)
    assert [type(ending) for ending in endings] == [type(None), recheck_problems.FlagEnded]


def test_after_the_close_questions_are_still_answered_and_after_the_seal_none(team: SimpleNamespace) -> None:
    home_affairs = people.create(
        people.command_line(), people.Person("noivu", "Sở Nội vụ", Role.HOME_AFFAIRS), None
    )
    first = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    second = flags.raise_flag(team.front, team.response, version=1, question="access_2", **QUESTION)
    campaigns.move(home_affairs, team.campaign, CampaignState.CLOSED)
    flag_questions.answer(team.enumerator, first, "Có")
    flag_questions.settle(team.front, first)
    with pytest.raises(problems.CampaignNotOpen):
        flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    scores.run(home_affairs, team.campaign)
    campaigns.move(home_affairs, team.campaign, CampaignState.SEALED)
    with pytest.raises(recheck_problems.RecheckNotNow):
        flag_questions.answer(team.enumerator, second, "Có")


@pytest.mark.parametrize("code", ["access_1", "feedback_4", "comment", "service_field"])
def test_a_flag_may_be_about_any_question_of_the_responses_own_questionnaire(
    team: SimpleNamespace, code: str
) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, question=code, **QUESTION)
    assert (asked.question, bool(flags.asked_about(asked))) == (code, True)


@pytest.mark.parametrize("code", ["access_5", "unit", "moon", "access_1 or 1=1", "x" * 300])
def test_a_flag_about_a_question_that_is_not_asked_is_refused_by_name(
    team: SimpleNamespace, code: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        flags.raise_flag(team.front, team.response, version=1, question=code, **DOUBT)
    assert list(refusal.value.fields) == ["question"]
    assert code[:40] in refusal.value.fields["question"]
    assert team.response.state == "submitted"


def test_what_is_no_kind_and_a_question_without_words_are_refused(team: SimpleNamespace) -> None:
    for changed, field in (({"kind": "moon"}, "kind"), ({"note": " "}, "note"), ({"reason": ""}, "reason")):
        with pytest.raises(problems.InvalidFields) as refusal:
            flags.raise_flag(team.front, team.response, version=1, **QUESTION | changed)
        assert list(refusal.value.fields) == [field]


def test_of_a_response_that_nobody_can_correct_nothing_is_asked_and_the_head_ends_its_doubt(
    team: SimpleNamespace, actor: User
) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    assert not flags.has_nobody(team.response)
    people.disable(actor, team.enumerator)
    assert flags.has_nobody(team.response)
    with pytest.raises(recheck_problems.NobodyToAnswer):
        flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    doubt = flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    head = supervisor("truong", role=Role.BODY_HEAD)
    for each in (asked, doubt):
        flags.withdraw(head, flags.one_visible_to(head, each.id), "Không còn ai để hỏi")
    assert (team.response.state, counted(team.campaign)) == ("submitted", 1)


def accepted(team: SimpleNamespace) -> None:
    """Let the Front accept the response as it stands."""
    acceptance.accept(team.front, team.response, version=team.response.version)


@pytest.mark.parametrize(("before", "state"), [(accepted, "accepted"), (lambda _house: None, "submitted")])
def test_t7_a_withdrawn_doubt_gives_back_the_state_there_was_before(
    team: SimpleNamespace, before: Callable[[SimpleNamespace], None], state: str
) -> None:
    before(team)
    doubt = flags.raise_flag(team.veteran, team.response, version=1, **DOUBT)
    assert team.response.state == "returned"
    flags.withdraw(team.veteran, doubt, "Nhầm phiếu")
    assert team.response.state == state
    told = audit.changes_of(audit.history("flag", team.response.uuid)[-1])
    assert (told["before"], told["after"]) == ({"state": "returned"}, {"state": state, "flag": doubt.id})


def test_a_doubt_withdrawn_from_a_void_response_does_not_bring_it_back(team: SimpleNamespace) -> None:
    doubt = flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    team.response.state = ResponseState.VOID
    flags.withdraw(team.front, doubt, "Đã hủy")
    assert (team.response.state, counted(team.campaign)) == ("void", 0)


def owners(campaign: Campaign) -> list[str]:
    """Return the user names of all enumerators on whom a returned response waits."""
    found = db.session.scalars(select(User).where(User.role == Role.ENUMERATOR).order_by(User.id))
    return [user.username for user in found if flags.open_for(user, campaign)]


def test_t5_returned_accepted_and_returned_again_it_stays_with_its_one_enumerator_whoever_is_moved(
    team: SimpleNamespace, actor: User
) -> None:
    other = enumerator(actor, team.campaign, "B")
    flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    assert owners(team.campaign) == ["dtv-a"]
    assignments.assign(actor, team.campaign, "A", team.enumerator, 0)
    assignments.assign(actor, team.campaign, "A", other, 5)
    assignments.assign(actor, team.campaign, "B", team.enumerator, 5)
    assert owners(team.campaign) == ["dtv-a"]
    corrected(team.enumerator, team.response)
    assert owners(team.campaign) == []
    acceptance.accept(team.front, team.response, version=2)
    flags.raise_flag(team.front, team.response, version=2, **DOUBT)
    assert owners(team.campaign) == ["dtv-a"]
    assert [each["form_code"] for each in devices.work_on_device(team.enumerator)[0]["returned"]] == ["A-1"]
    assert devices.work_on_device(other)[0]["returned"] == []


def test_t6_the_note_of_an_earlier_return_is_history_and_the_new_one_its_own(team: SimpleNamespace) -> None:
    flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    corrected(team.enumerator, team.response)
    flags.raise_flag(team.front, team.response, version=2, reason="wrong_unit", note="")
    assert [(flag.note, flag.state) for flag in flags.of_response(team.front, team.response)] == [
        ("Xem lại câu 1.", "answered"),
        ("", "open"),
    ]


def test_a_question_stands_in_what_her_device_keeps(team: SimpleNamespace) -> None:
    flags.raise_flag(team.front, team.response, version=1, question="access_1", **QUESTION)
    (work,) = devices.work_on_device(team.enumerator)
    (told,) = work["questions"]
    assert (told["form_code"], told["uuid"], work["returned"]) == ("A-1", team.response.uuid, [])
    assert told["why"].startswith("Câu trả lời mâu thuẫn: Câu 1.1: ")
    assert told["why"].endswith(": Bà ấy có đến đây không?")


def test_what_the_other_body_wrote_stays_secret_while_the_own_has_still_to_judge(
    team: SimpleNamespace,
) -> None:
    people.create(people.command_line(), people.Person("noivu", "Sở Nội vụ", Role.HOME_AFFAIRS), None)
    rechecks_of(draw_of(team.campaign), team.response, Body.VETERANS)
    flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    with pytest.raises(recheck_problems.VerdictFirst):
        flags.raise_flag(team.veteran, team.response, version=1, **DOUBT)
    colleague = supervisor("mat-tran-2")
    with pytest.raises(recheck_problems.FlaggedAlready) as refusal:
        flags.raise_flag(colleague, team.response, version=1, **DOUBT)
    assert (refusal.value.facts["note"], refusal.value.facts["who"]) == ("Xem lại câu 1.", "Người mat-tran")


def test_l2_a_june_response_corrected_in_august_stays_junes_and_its_enumerators(
    small: Campaign, actor: User
) -> None:
    hers, front = enumerator(actor, small, "A"), supervisor("mat-tran")
    with time_machine.travel(datetime(2026, 6, 10, 3, tzinfo=UTC)):
        response = sent(small, hers, "A-1")
        june = response.submitted_at
    with time_machine.travel(datetime(2026, 8, 2, 3, tzinfo=UTC)):
        flags.raise_flag(front, response, version=1, **DOUBT)
        corrected(hers, response)
        db.session.flush()
    found = db.session.scalars(select(Response).execution_options(populate_existing=True)).one()
    assert (found.submitted_at, found.enumerator_id, found.created_at) == (june, hers.id, june)
    assert (found.saved_at.month, found.version) == (8, 2)
