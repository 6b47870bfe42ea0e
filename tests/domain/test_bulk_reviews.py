"""Several responses at once: exactly the rows shown, all or none, by the rules and with the lines of the single form."""

import logging
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import acceptance, audit, bulk_reviews, campaigns, flags, paging, people, tags
from survey_app.domain.bulk_reviews import Action, Row
from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Response
from survey_app.vocabulary import Body, CampaignState, Role
from tests.domain.bodies import DOUBT, QUESTION, corrected, sent
from tests.domain.drawn import draw_of, rechecks_of
from tests.domain.small_campaign import plan


@pytest.fixture
def three(team: SimpleNamespace) -> list[Response]:
    """Three responses."""
    return [team.response, *(sent(team.campaign, team.enumerator, f"A-{number}") for number in (2, 3))]


def shown(found: list[Response]) -> list[Row]:
    """Return the rows of a list that shows these responses."""
    return [Row(response.uuid, response.version) for response in found]


def lines() -> int:
    """Return how many lines the trail has."""
    return len(db.session.scalars(select(AuditLine.id)).all())


def states(found: list[Response]) -> list[str]:
    """Return the states of responses as they are in the database."""
    db.session.flush()
    asked = select(Response.state).where(Response.id.in_([response.id for response in found]))
    return list(db.session.scalars(asked.order_by(Response.id)))


def test_t8_exactly_the_rows_shown_are_accepted_and_one_that_came_meanwhile_is_not(
    team: SimpleNamespace, three: list[Response]
) -> None:
    rows = shown(three)
    late = sent(team.campaign, team.enumerator, "A-4")
    assert bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, rows, 3) == 3
    assert (states(three), states([late])) == (["accepted"] * 3, ["submitted"])


@pytest.mark.parametrize("confirmed", [0, 2, 4])
def test_t8_another_number_than_was_confirmed_changes_nothing(
    team: SimpleNamespace, three: list[Response], confirmed: int
) -> None:
    before = lines()
    with pytest.raises(recheck_problems.NumberDiffers):
        bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, shown(three), confirmed)
    assert (states(three), lines()) == (["submitted"] * 3, before)


def test_t9_one_id_that_is_not_theirs_refuses_all_of_it_and_is_logged(
    team: SimpleNamespace, three: list[Response], caplog: pytest.LogCaptureFixture
) -> None:
    actor = people.command_line()
    other = campaigns.create(actor, plan(code="c27"))
    draft = sent(team.campaign, team.enumerator, "A-9")
    draft.state = "draft"
    before = lines()
    for strange in (str(uuid4()), draft.uuid, "", "x" * 300, "\x00", "1'--"):
        rows = [*shown(three[:2]), Row(strange, 1)]
        with caplog.at_level(logging.WARNING), pytest.raises(problems.NotFound):
            bulk_reviews.review(team.veteran, team.campaign, Action.ACCEPT, rows, 3)
        assert "1 of 3 responses sent for review by cuu-chien-binh" in caplog.text
        caplog.clear()
    with pytest.raises(problems.NotFound):
        bulk_reviews.review(team.veteran, other, Action.ACCEPT, shown(three), 3)
    with pytest.raises(problems.NotFound):
        bulk_reviews.review(team.veteran, team.campaign, Action.ACCEPT, shown([three[0], three[0]]), 2)
    assert (states(three), lines()) == (["submitted"] * 3, before)


def test_none_and_more_than_a_page_are_refused(team: SimpleNamespace) -> None:
    with pytest.raises(recheck_problems.NoneChosen):
        bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, [], 0)
    many = [Row(str(uuid4()), 1) for _ in range(paging.SIZE + 1)]
    with pytest.raises(recheck_problems.TooManyChosen):
        bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, many, len(many))
    for typed in ("", "void", "ACCEPT"):
        with pytest.raises(problems.InvalidFields):
            bulk_reviews.action_of(typed)


def test_t3_what_changed_since_is_named_with_who_and_when_and_nothing_is_done(
    team: SimpleNamespace, three: list[Response]
) -> None:
    people.create(people.command_line(), people.Person("noivu", "Sở Nội vụ", Role.HOME_AFFAIRS), None)
    rows = shown(three)
    flags.raise_flag(team.veteran, three[0], version=1, **DOUBT)
    corrected(team.enumerator, three[0])
    flags.raise_flag(team.veteran, three[1], version=1, **DOUBT)
    rechecks_of(draw_of(team.campaign), three[2], Body.FRONT)
    before = lines()
    with pytest.raises(recheck_problems.ReviewRefused) as refusal:
        bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, rows, 3)
    told = [refusal.value.refused[response.uuid] for response in three]
    assert "đã được Điều tra sửa lúc" in told[0]
    assert "Người cuu-chien-binh (Hội Cựu chiến binh) đánh dấu lúc" in told[1]
    assert "kết luận phúc tra trước" in told[2]
    assert (states(three), lines()) == (["submitted", "returned", "submitted"], before)


def facts_of(verb: str) -> list[tuple[object, object, str]]:
    """Return what the lines of a verb say, without the numbers of the flags."""
    found = db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id))
    told = [audit.changes_of(line) for line in found]
    return [
        (
            each["before"],
            {**each["after"], **({"flag": 0} if "flag" in each["after"] else {})},
            each["reason"],
        )
        for each in told
    ]


@pytest.mark.parametrize("action", list(Action))
def test_t10_a_bulk_change_writes_what_the_single_form_writes_a_line_a_record(
    team: SimpleNamespace, three: list[Response], action: Action
) -> None:
    first, *others = three
    rows = shown(others)
    sent_words = {"reason": DOUBT["reason"], "note": DOUBT["note"]}
    verb = {
        Action.ACCEPT: "response.accepted",
        Action.DOUBT: "flag.raised",
        Action.QUESTION: "flag.asked",
        Action.TAG: "tag.added",
    }[action]
    if action == Action.ACCEPT:
        acceptance.accept(team.front, first, version=1)
    elif action == Action.TAG:
        tags.add(team.front, first, "xem kỹ")
    else:
        flags.raise_flag(team.front, first, version=1, kind=action.value, **sent_words)
    words = {"tag": " xem kỹ "} if action == Action.TAG else sent_words
    assert bulk_reviews.review(team.front, team.campaign, action, rows, 2, **words) == 2
    single, *bulk = facts_of(verb)
    assert bulk == [single, single]
    assert len(set(states(three))) == 1
    assert len({(flag.kind, flag.reason, flag.note, flag.body, flag.state) for flag in raised()}) <= 1
    assert len(raised()) == (3 if action in (Action.DOUBT, Action.QUESTION) else 0)
    assert audit.verify()[1] is None


def raised() -> list[Flag]:
    """Return every flag."""
    return list(db.session.scalars(select(Flag)))


def test_t10_words_that_the_single_form_refuses_are_refused(
    team: SimpleNamespace, three: list[Response]
) -> None:
    for action, words, field in (
        (Action.DOUBT, {"reason": "", "note": "x"}, "reason"),
        (Action.DOUBT, {"reason": "other", "note": " "}, "note"),
        (Action.QUESTION, {"reason": "contradiction", "note": ""}, "note"),
        (Action.QUESTION, {"reason": "contradiction", "note": "x" * 1001}, "note"),
        (Action.TAG, {"tag": "x" * 41}, "tag"),
    ):
        with pytest.raises(problems.InvalidFields) as refusal:
            bulk_reviews.review(team.front, team.campaign, action, shown(three), 3, **words)
        assert list(refusal.value.fields) == [field]
    assert (states(three), raised()) == (["submitted"] * 3, [])


def test_nobody_is_asked_who_cannot_answer_and_one_open_question_holds_up_all(
    team: SimpleNamespace, three: list[Response]
) -> None:
    flags.raise_flag(team.front, three[1], version=1, **QUESTION)
    with pytest.raises(recheck_problems.ReviewRefused) as refusal:
        bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, shown(three), 3)
    assert list(refusal.value.refused) == [three[1].uuid]
    people.disable(people.command_line(), team.enumerator)
    with pytest.raises(recheck_problems.ReviewRefused) as refusal:
        bulk_reviews.review(
            team.front, team.campaign, Action.QUESTION, shown(three), 3, reason="other", note="Ai?"
        )
    assert len(refusal.value.refused) == 3


def test_after_the_close_nothing_is_flagged_and_that_is_said_once(
    team: SimpleNamespace, three: list[Response]
) -> None:
    campaigns.move(people.command_line(), team.campaign, CampaignState.CLOSED)
    with pytest.raises(problems.CampaignNotOpen):
        bulk_reviews.review(
            team.front, team.campaign, Action.DOUBT, shown(three), 3, reason="other", note="Muộn"
        )
    assert bulk_reviews.review(team.front, team.campaign, Action.ACCEPT, shown(three), 3) == 3
