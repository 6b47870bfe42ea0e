"""Two runs side by side: which units moved, and because of which responses."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import appraisals, campaigns, people, responses, run_comparison, scores
from survey_app.domain.response_content import entry_of
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import ResponseState, Role
from tests.domain.small_campaign import CRITERIA, answer, enumerator

HOME_AFFAIRS = people.Person("snv", "Sở Nội vụ", Role.HOME_AFFAIRS)


@pytest.fixture
def officer(actor: User) -> User:
    """A person of Home Affairs."""
    return people.create(actor, HOME_AFFAIRS, None)


def found(uuid: str) -> Response:
    """Return a response by its id."""
    return db.session.scalars(select(Response).where(Response.uuid == uuid)).one()


def test_what_was_added_left_out_and_corrected_is_named_and_nothing_else(
    actor: User, officer: User, small: Campaign
) -> None:
    asks, other = enumerator(actor, small, "A", 10), enumerator(actor, small, "B", 10)
    uuids = [answer(small, asks, "A", 5, f"A-{number}") for number in range(4)]
    for number in range(3):
        answer(small, other, "B", 4, f"B-{number}")
    scores.run(actor, small)
    found(uuids[0]).state = ResponseState.VOID
    corrected = found(uuids[1])
    corrected.state = ResponseState.RETURNED
    entry = entry_of(corrected, corrected.questionnaire_sha256)
    worse = replace(entry, answers={**entry.answers, CRITERIA[0]: "1"})
    responses.correct(asks, corrected, worse, version=1, reason="nhập sai")
    added = answer(small, asks, "A", 1, "A-9")
    scores.run(actor, small)

    result = run_comparison.compare(officer, small, 2, 1)
    assert (result.earlier.number, result.later.number) == (1, 2)
    assert result.rules == ()
    assert dict(result.counts) == {"added": 1, "gone": 1, "changed": 1}
    told = {each.uuid: (each.kind, each.units, each.before, each.after) for each in result.differences}
    assert told == {
        uuids[0]: ("gone", ("A",), (22, 22), None),
        uuids[1]: ("changed", ("A",), (22, 22), (21, 22)),
        added: ("added", ("A",), None, (0, 22)),
    }
    assert {each.uuid: each.why for each in result.differences}[uuids[0]] == "Đã hủy"
    (moved,) = result.moved
    assert moved.before is not None
    assert moved.after is not None
    # 4 × 22 satisfied of 88; then 22 + 22 + 21 of 88, one response of ones more and one fewer.
    assert (moved.unit, moved.before["index"], moved.after["index"]) == (
        "A",
        "100.000000000000",
        f"{100 * 65 / 88:.12f}",
    )


def test_the_same_answers_twice_differ_in_nothing(actor: User, officer: User, small: Campaign) -> None:
    asks = enumerator(actor, small, "A")
    for number in range(3):
        answer(small, asks, "A", 4, f"A-{number}")
    scores.run(actor, small)
    scores.run(actor, small)
    result = run_comparison.compare(officer, small, 1, 2)
    assert (result.total, result.differences, result.moved, result.rules) == (0, (), (), ())


def test_changed_appraisal_points_are_a_reason_of_their_own(
    actor: User, officer: User, small: Campaign
) -> None:
    appraiser = people.create(actor, people.Person("thamdinh", "Thẩm định", Role.APPRAISER), None)
    scores.run(actor, small)
    appraisals.enter(appraiser, small, "C", "45,5", version=0)
    scores.run(actor, small)
    result = run_comparison.compare(officer, small, 1, 2)
    assert [(each.unit, each.appraisal) for each in result.moved] == [("C", (None, "45.50"))]


def test_a_great_difference_is_counted_whole_and_shown_in_part(
    actor: User, officer: User, small: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_comparison, "SHOWN", 3)
    asks = enumerator(actor, small, "A", 10)
    scores.run(actor, small)
    for number in range(5):
        answer(small, asks, "A", 4, f"A-{number}")
    scores.run(actor, small)
    result = run_comparison.compare(officer, small, 1, 2)
    assert (result.total, len(result.differences)) == (5, 3)


def test_runs_one_may_not_see_are_not_there(actor: User, small: Campaign) -> None:
    asks = enumerator(actor, small, "A")
    scores.run(actor, small)
    with pytest.raises(problems.NotFound):
        run_comparison.compare(asks, small, 1, 1)
    assert campaigns.by_code("c26").id == small.id


def test_answers_changed_behind_the_products_back_are_told_by_unit(
    actor: User, officer: User, small: Campaign
) -> None:
    asks, other = enumerator(actor, small, "A", 10), enumerator(actor, small, "B", 10)
    for number in range(3):
        answer(small, asks, "A", 4, f"A-{number}")
        answer(small, other, "B", 4, f"B-{number}")
    scores.run(actor, small)
    tampered, honest = (
        db.session.scalars(select(Response).where(Response.form_code == code)).one()
        for code in ("A-1", "B-1")
    )
    tampered.answers = "5" * 21 + "1"
    honest.state = ResponseState.VOID
    scores.run(actor, small)
    assert run_comparison.compare(officer, small, 1, 2).unexplained == ("Sở A",)
    scores.run(actor, small)
    assert run_comparison.compare(officer, small, 2, 3).unexplained == ()
