"""Points from the database: which responses count, to whom, and that a run says the same for ever."""

import hashlib
import json
import threading
from contextvars import Context
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from scoring.book import ScoreBook
from scoring.questionnaire import load_questionnaire
from survey_app import problems
from survey_app.domain import (
    appraisals,
    assignments,
    audit,
    campaigns,
    counting,
    flags,
    people,
    publication,
    responses,
    run_answers,
    scores,
)
from survey_app.domain.campaigns import UnitLine
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import BODY_ROLES, Body, CampaignState, FlagReason, Role
from tests.domain.small_campaign import CRITERIA, answer, enumerator, plan, race, result_of


def change(form_code: str, assignments_: str) -> None:
    """Change a stored response behind the product's back."""
    db.session.execute(
        text(f"UPDATE response SET {assignments_} WHERE form_code = :code"), {"code": form_code}
    )


@pytest.mark.parametrize(("count", "points"), [(0, None), (1, None), (2, None), (3, "10.00")])
def test_too_few_responses_give_no_points_and_no_rank_never_zero(
    actor: User, small: Campaign, count: int, points: str | None
) -> None:
    user = enumerator(actor, small, "A")
    for number in range(count):
        answer(small, user, "A", 5, f"A-{number}")
    result = result_of(small, "A")
    assert (result["responses"], result["points"], result["rank"]) == (count, points, 1 if points else None)
    assert ("too_few" in result["flags"]) == (count < 3)
    assert ("all_satisfied" in result["flags"]) == (count > 0)


@pytest.mark.parametrize(
    ("change_of_one", "counts"),
    [
        ("state = 'submitted'", 3),
        ("state = 'accepted'", 3),
        ("state = 'returned'", 2),
        ("state = 'void'", 2),
        ("state = 'draft'", 2),
        ("validity = 'too_few_answers'", 2),
    ],
)
def test_only_submitted_and_accepted_valid_responses_count(
    actor: User, small: Campaign, change_of_one: str, counts: int
) -> None:
    user = enumerator(actor, small, "A")
    for number in range(3):
        answer(small, user, "A", 4, f"A-{number}")
    change("A-1", change_of_one)
    result = result_of(small, "A")
    assert (result["responses"], result["answered"]) == (counts, 22 * counts)
    assert len(list(responses.counted_rows(small))) == counts
    assert {each.unit.unit.code: each.valid for each in assignments.progress(small)}["A"] == counts


def test_n2_n3_a_blank_and_a_not_applicable_answer_leave_n_and_are_listed(
    actor: User, small: Campaign
) -> None:
    # Ten answers to one criterion: 6 satisfied, 2 not, 1 not applicable, 1 blank: 6 of 8.
    user = enumerator(actor, small, "A", 10)
    for number, level in enumerate("44554431"):
        answer(small, user, "A", level, f"A-{number}")
    for number, packed in ((8, "N" + "4" * 21), (9, "-" + "4" * 21)):
        answer(small, user, "A", 4, f"A-{number}")
        change(f"A-{number}", f"answers = '{packed}'")
    criterion = result_of(small, "A")["criteria"][0]
    assert (criterion["criterion"], criterion["answered"], criterion["satisfied"]) == ("access_1", 8, 6)
    # Levels 1 to 5, then not applicable, then blank.
    counts = json.loads(counting.current(small).to_json())["counts"]["units"]["A"][0]
    assert counts == [1, 0, 1, 4, 2, 1, 1]


def test_edge_9_a_communes_responses_count_once_to_the_unit_that_stands_for_it(
    actor: User, small: Campaign
) -> None:
    at_b, at_b1 = enumerator(actor, small, "B"), enumerator(actor, small, "B1")
    for number in range(2):
        answer(small, at_b, "B", 5, f"B-{number}")
        answer(small, at_b1, "B1", 2, f"B1-{number}")
    book = counting.current(small)
    assert [each["unit"] for each in book.satisfaction["units"]] == ["A", "B", "C"]
    assert [unit["unit"] for unit in book.units] == ["A", "C", "B"]
    assert (result_of(small, "B")["responses"], result_of(small, "B")["points"]) == (4, "5.00")
    assert book.satisfaction["input"]["responses"] == 4


def test_a_unit_without_survey_has_no_points_and_its_index_stands_on_its_documents(
    actor: User, small: Campaign
) -> None:
    appraisals.enter(actor, small, "C", "56,75", version=0)
    book = counting.current(small)
    (standing,) = [each for each in book.index["units"] if each["unit"] == "C"]
    # 100 × 56.75 / 60 as published for the provincial office of Hà Nam in 2022.
    assert (standing["total_points"], standing["index"], standing["rank"]) == ("56.75", "94.58", 1)
    assert (result_of(small, "C")["points"], result_of(small, "C")["flags"]) == (None, ["no_survey"])


@pytest.mark.parametrize(
    ("quota", "population", "flags"),
    [(3, 3, []), (4, None, ["below_quota"]), (3, 2, ["above_population"]), (0, None, [])],
)
def test_a_units_quota_and_population_reach_the_scorer(
    actor: User, quota: int, population: int | None, flags: list[str]
) -> None:
    line = UnitLine("A", "Sở A", "departments", quota, Decimal(100), population=population)
    campaign = campaigns.create(actor, plan(units=[line]))
    campaigns.move(actor, campaign, CampaignState.OPEN)
    user = enumerator(actor, campaign, "A")
    for number in range(3):
        answer(campaign, user, "A", 3 + number, f"A-{number}")
    assert result_of(campaign, "A")["flags"] == flags


def test_a_run_stores_the_same_bytes_for_the_same_answers_in_any_order(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A", 50)
    for number in range(8):
        answer(small, user, "A", 1 + number % 5, f"A-{number}")
    first, second = scores.run(actor, small), scores.run(actor, small, "Lần  nữa")
    assert (first.number, second.number, second.reason, first.responses) == (1, 2, "Lần nữa", 8)
    whole = counting.current(small, detail=None, sensitive=True)
    assert first.book.encode() == whole.to_json() == second.book.encode()
    assert first.input_digest == second.input_digest
    mirror = campaigns.create(actor, plan(code="mirror"))
    campaigns.move(actor, mirror, CampaignState.OPEN)
    assignments.assign(actor, mirror, "A", user, 50)
    for number in reversed(range(8)):
        answer(mirror, user, "A", 1 + number % 5, f"X-{number}")
    assert scores.run(actor, mirror).book_digest == first.book_digest
    change("A-0", f"answers = '{'5' * 22}'")
    assert scores.run(actor, small).input_digest != first.input_digest


def test_edge_13_the_digest_of_the_answers_knows_units_enumerators_and_answers_but_no_order() -> None:
    # Expected: printf 'A\nlan\n%s%s\nB\nmai\n%s\n' {3,4}×22 1×22 | sha256sum
    sipas = load_questionnaire("sipas-2017")

    def digest(**answers: str) -> str:
        keys = {"A": ("A", "lan"), "B": ("B", "mai"), "C": ("B", "lan")}
        return counting.Counted({keys[each]: text for each, text in answers.items()}, ("A",), sipas).digest()

    three, four, one = "3" * 22, "4" * 22, "1" * 22
    expected = hashlib.sha256(f"A\nlan\n{three}{four}\nB\nmai\n{one}\n".encode()).hexdigest()
    assert digest(A=four + three, B=one) == digest(B=one, A=three + four) == expected
    others = (
        {"A": four + three, "B": four},
        {"A": four + three + one, "B": ""},
        {"A": four + three, "C": one},
    )
    assert len({digest(**other) for other in others} | {expected}) == 4


def test_a_runs_reason_is_one_line_of_at_most_two_hundred_signs(actor: User, small: Campaign) -> None:
    assert scores.run(actor, small, " Chốt \n lần\u200b  1 ").reason == "Chốt lần 1"
    assert scores.run(actor, small, "ế" * 201).reason == "ế" * 200


def test_a_runs_digests_are_those_of_its_own_text_and_rules_and_the_trail_holds_them(
    actor: User, small: Campaign
) -> None:
    run = scores.run(actor, small, "Bản chốt")
    assert run.book_digest == hashlib.sha256(run.book.encode()).hexdigest()
    rules = (run.questionnaire_sha256, run.method_sha256)
    assert rules == (small.questionnaire_sha256, small.method_sha256)
    told = json.loads(run.book)["satisfaction"]
    assert (told["questionnaire"]["sha256"], told["method"]["sha256"]) == rules
    assert told["input"]["sha256"] == run.input_digest
    (line,) = audit.history("score", "c26/1")
    assert audit.changes_of(line) == {
        "before": None,
        "after": {
            "input": run.input_digest,
            "book": run.book_digest,
            "dossier": run.dossier_digest,
            "responses": 0,
        },
        "reason": "Bản chốt",
    }


def test_a_later_change_of_answers_leaves_a_stored_run_as_it_was(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    for number in range(3):
        answer(small, user, "A", 4, f"A-{number}")
    run = scores.run(actor, small)
    before = run.book
    change("A-0", "state = 'void'")
    db.session.expire_all()
    viewer = people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)
    kept = scores.run_of(viewer, small, 1)
    assert kept.book == before
    assert ScoreBook.from_json(kept.book).satisfaction["input"]["responses"] == 3
    assert counting.current(small).satisfaction["input"]["responses"] == 2


@pytest.mark.parametrize("width", [21, 23, 0])
def test_answers_of_a_wrong_width_are_refused_not_shifted(actor: User, small: Campaign, width: int) -> None:
    # Two rows of 21 and 23 answers together have the length of two whole ones.
    user = enumerator(actor, small, "A")
    for number, wide in ((0, width), (1, 44 - width)):
        answer(small, user, "A", 4, f"A-{number}")
        change(f"A-{number}", f"answers = '{'4' * wide}'")
    with pytest.raises(problems.BrokenAnswers, match="Đơn vị A: 2 phiếu"):
        counting.current(small)


@pytest.mark.parametrize(
    ("role", "before", "after"),
    [
        (Role.HOME_AFFAIRS, [2, 1], [2, 1]),
        (Role.UNIT_OFFICER, [], [2]),
        (Role.APPRAISER, [], []),
        (Role.SUPERVISOR, [], []),
    ],
)
def test_home_affairs_sees_every_run_and_a_units_officer_the_published_one(
    actor: User, small: Campaign, role: Role, before: list[int], after: list[int]
) -> None:
    body = people.Body.FRONT if role in BODY_ROLES else None
    unit = "A" if role == Role.UNIT_OFFICER else None
    user = people.create(actor, people.Person("ai-do", "Ai Đó", role, body, unit), None)
    scores.run(actor, small)
    scores.run(actor, small)
    assert [run.number for run in scores.runs_of(user, small)] == before
    for step in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, small, step)
    publication.publish(actor, small)
    assert [run.number for run in scores.runs_of(user, small)] == after
    if after:
        assert scores.run_of(user, small).number == after[0]
    else:
        with pytest.raises(problems.MissingRun):
            scores.run_of(user, small)
    with pytest.raises(problems.NotFound):
        scores.run_of(user, small, 3)
    campaigns.move(actor, small, CampaignState.OPEN, "Đính chính")
    assert [run.number for run in scores.runs_of(user, small)] == after


def test_two_runs_at_once_get_two_numbers(app: Flask, small: Campaign) -> None:
    assert race(app, lambda: scores.run(people.command_line(), campaigns.by_code("c26"))) == [None, None]
    numbers = db.session.scalars(text("SELECT number FROM score_run ORDER BY number")).all()
    assert numbers == [1, 2]


def test_the_number_of_queries_does_not_grow_with_units_or_responses(actor: User, small: Campaign) -> None:
    asked: list[str] = []
    lines = [UnitLine(f"U{n}", f"Sở {n}", "departments", 5, Decimal(100)) for n in range(40)]
    large = campaigns.create(actor, plan(code="large", units=lines))
    campaigns.move(actor, large, CampaignState.OPEN)
    user = enumerator(actor, large, "U7", 30)
    for number in range(30):
        answer(large, user, "U7", 4, f"L-{number}")

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    counts = []
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for campaign in (small, large):
            db.session.flush()
            db.session.expire_all()
            asked.clear()
            counting.current(campaign)
            counts.append(len(asked))
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert counts[0] == counts[1] <= 5


def test_the_answers_are_counted_in_the_questionnaires_own_order(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    for number in range(3):
        answer(small, user, "A", 2, f"A-{number}")
    change("A-0", f"answers = '{'2' * 21}5'")
    satisfied = {each["criterion"]: each["satisfied"] for each in result_of(small, "A")["criteria"]}
    assert satisfied == dict.fromkeys(CRITERIA, 0) | {CRITERIA[-1]: 1}


def test_a_run_names_the_responses_it_counted_in_their_versions(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    uuids = [answer(small, user, "A", 4, f"A-{number}") for number in range(3)]
    change("A-1", "state = 'void'")
    change("A-2", "version = 3")
    counted = {each.uuid: each.id for each in db.session.scalars(select(Response))}
    run = scores.run(actor, small)
    assert run_answers.versions_of(run) == {counted[uuids[0]]: 1, counted[uuids[2]]: 3}


def test_flagged_responses_are_left_out_of_one_choice_and_counted_in_the_result(
    actor: User, small: Campaign
) -> None:
    user = enumerator(actor, small, "A", 10)
    uuids = [answer(small, user, "A", 5 if number else 1, f"A-{number}") for number in range(5)]
    supervisor = people.create(
        actor, people.Person("giamsat", "Giám sát", Role.SUPERVISOR, body=Body.FRONT), None
    )
    doubted = db.session.scalars(select(Response).where(Response.uuid == uuids[0])).one()
    flags.raise_flag(supervisor, doubted, version=1, reason=FlagReason.CONTRADICTION, note="")
    change("A-0", "state = 'submitted'")
    book = counting.current(small, sensitive=True)
    assert book.sensitivity is not None
    (unit,) = book.sensitivity
    known = {each["choice"]: each["index"] for each in unit["outcomes"]}
    assert known["as_counted"] == "80.000000000000"
    assert known["without:phiếu đang bị gắn cờ"] == "100.000000000000"
    assert known[f"without_enumerator:{people.alias(doubted.enumerator_id, 'dtv-a')}"] is None


def test_a_run_is_of_one_moment_whatever_is_saved_meanwhile(
    app: Flask, actor: User, small: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = enumerator(actor, small, "A", 10)
    for number in range(3):
        answer(small, user, "A", 4, f"A-{number}")
    db.session.commit()
    asked = run_answers.versions_now

    def save_another() -> None:
        with app.app_context():
            answer(campaigns.by_code("c26"), people.by_username("dtv-a"), "A", 1, "A-9")
            db.session.commit()

    def meanwhile(campaign: Campaign) -> dict[int, int]:
        thread = threading.Thread(target=Context().run, args=(save_another,))
        thread.start()
        thread.join()
        return asked(campaign)

    monkeypatch.setattr(run_answers, "versions_now", meanwhile)
    run = scores.run(actor, small)
    assert (run.responses, len(run_answers.versions_of(run))) == (3, 3)
    assert counting.current(small).satisfaction["input"]["responses"] == 4
