"""Acceptance: seen, nothing to ask; it counts alike, a flag still returns it, and it never comes before a verdict."""

from types import SimpleNamespace

import pytest
from flask import Flask

from survey_app import problems, recheck_problems
from survey_app.domain import acceptance, assignments, audit, flag_questions, flags, overview, people
from survey_app.extensions import db
from survey_app.models import Response
from survey_app.vocabulary import Body, RecheckState, ResponseState, Role, Verdict
from tests.domain.bodies import DOUBT, QUESTION, corrected, counted, sent
from tests.domain.drawn import draw_of, rechecks_of
from tests.domain.small_campaign import race


def test_l1_an_accepted_response_counts_in_every_number_as_before(team: SimpleNamespace) -> None:
    sent(team.campaign, team.enumerator, "A-2")

    def told() -> tuple[int, int, int, int]:
        counts, progress = overview.counts(team.campaign), assignments.progress(team.campaign)
        return (
            counts[ResponseState.SUBMITTED] + counts[ResponseState.ACCEPTED],
            sum(unit.valid for unit in progress),
            sum(work.done for work in assignments.work_of(team.enumerator, team.campaign)),
            counted(team.campaign),
        )

    before = told()
    acceptance.accept(team.front, team.response, version=1)
    assert (team.response.state, overview.counts(team.campaign)[ResponseState.ACCEPTED]) == ("accepted", 1)
    assert told() == before == (2, 2, 2, 2)


def test_a5_accepting_writes_one_line_with_what_was_and_what_is(team: SimpleNamespace) -> None:
    acceptance.accept(team.front, team.response, version=1)
    line = audit.history("response", team.response.uuid)[-1]
    told = audit.changes_of(line)
    assert (line.verb, line.actor_name) == ("response.accepted", "Người mat-tran")
    assert (told["before"], told["after"]) == ({"state": "submitted"}, {"state": "accepted", "version": 1})


def test_t3_who_is_second_is_told_who_accepted_and_when(app: Flask, team: SimpleNamespace) -> None:
    number = team.response.id

    def accept() -> None:
        acceptance.accept(people.by_username("mat-tran"), db.session.get_one(Response, number), version=1)

    endings = race(app, accept)
    assert [type(ending) for ending in endings] == [type(None), recheck_problems.AcceptedAlready]
    assert "Người mat-tran chấp nhận lúc" in str(endings[1])
    verbs = [line.verb for line in audit.history("response", team.response.uuid)]
    assert verbs.count("response.accepted") == 1


def test_t2_a_version_that_is_gone_is_not_accepted_and_its_hand_is_named(team: SimpleNamespace) -> None:
    flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    with pytest.raises(recheck_problems.FlaggedAlready):
        acceptance.accept(team.veteran, team.response, version=1)
    corrected(team.enumerator, team.response)
    with pytest.raises(problems.StaleVersion, match="Điều tra"):
        acceptance.accept(team.front, team.response, version=1)
    acceptance.accept(team.front, team.response, version=2)
    with pytest.raises(problems.StaleVersion, match="Điều tra"):
        flags.raise_flag(team.front, team.response, version=1, **DOUBT)
    assert (team.response.state, team.response.version) == ("accepted", 2)


@pytest.mark.parametrize("state", ["draft", "void"])
def test_only_what_counts_is_accepted(team: SimpleNamespace, state: str) -> None:
    team.response.state = ResponseState(state)
    with pytest.raises(problems.CannotChange):
        acceptance.accept(team.front, team.response, version=1)


def test_what_the_own_body_has_still_to_judge_is_neither_accepted_nor_flagged_before(
    team: SimpleNamespace,
) -> None:
    people.create(people.command_line(), people.Person("noivu", "Sở Nội vụ", Role.HOME_AFFAIRS), None)
    (recheck,) = rechecks_of(draw_of(team.campaign), team.response, Body.FRONT)
    with pytest.raises(recheck_problems.VerdictFirst):
        acceptance.accept(team.front, team.response, version=1)
    with pytest.raises(recheck_problems.VerdictFirst):
        flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    recheck.state, recheck.verdict, recheck.ended_at = (
        RecheckState.JUDGED,
        Verdict.CONFIRMED,
        recheck.drawn_at,
    )
    acceptance.accept(team.front, team.response, version=1)
    assert team.response.state == "accepted"


def test_a_question_of_the_own_body_holds_it_up_and_one_of_the_other_does_not(team: SimpleNamespace) -> None:
    asked = flags.raise_flag(team.front, team.response, version=1, **QUESTION)
    for step in (lambda: None, lambda: flag_questions.answer(team.enumerator, asked, "Có")):
        step()
        with pytest.raises(recheck_problems.QuestionNotSettled):
            acceptance.accept(team.front, team.response, version=1)
    acceptance.accept(team.veteran, team.response, version=1)
    assert team.response.state == "accepted"
    flag_questions.settle(team.front, asked)
