"""The board: one number everywhere, people told apart by stated rules, the same queries for one form and for thousands."""

from datetime import date
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app.domain import assignments, board, campaigns, counting, demonstration, people
from survey_app.domain.board import Line, Standing
from survey_app.domain.pace import SHORT_SECONDS, Speed, Speeds, Way
from survey_app.extensions import db
from survey_app.models import Campaign, DeviceReport, Response, User
from survey_app.vocabulary import CampaignState, ResponseState, Role, Validity
from tests.domain.field_work import arrived, at, coordinator, given, made
from tests.domain.small_campaign import answer, enumerator, plan
from tests.web.pages import statements

# Ten days, 1–10 March; whoever has a target of ten from the beginning brings one a day.
DAYS = {"period_from": date(2026, 3, 1), "period_to": date(2026, 3, 10)}
NOON_OF_6TH = at("2026-03-06T05:00:00")


@pytest.fixture
def ten_days(actor: User) -> Campaign:
    """An open campaign of ten days."""
    made_campaign = campaigns.create(actor, plan(**DAYS))
    campaigns.move(actor, made_campaign, CampaignState.OPEN)
    return made_campaign


@pytest.fixture
def her(actor: User, ten_days: Campaign) -> User:
    """An enumerator with ten forms to bring, given before the period began."""
    user = enumerator(actor, ten_days, "A", 10)
    given(user, "2026-02-20T00:00:00")
    return user


def lines(
    campaign: Campaign, moment: str = "2026-03-06T05:00:00", speeds: Speeds | None = None
) -> list[Line]:
    """Return the enumerators' lines at a moment."""
    return board.enumerators(campaign, assignments.tallies(campaign), at(moment), speeds or {})


def standings(campaign: Campaign, moment: str = "2026-03-06T05:00:00") -> dict[str, tuple[str, ...]]:
    """Return where everybody stands by user name."""
    return {line.enumerator.username: line.standings for line in lines(campaign, moment)}


def bring(campaign: Campaign, user: User, number: int, moment: str = "2026-03-06T01:00:00") -> None:
    """Let so many forms have arrived."""
    for place in range(number):
        arrived(campaign, user, "A", f"{user.username}-{place}", moment)


@pytest.mark.parametrize(
    ("brought", "standing"), [(4, Standing.LATE), (5, Standing.ON_TRACK), (10, Standing.DONE)]
)
def test_an_even_pace_decides_who_is_late(
    ten_days: Campaign, her: User, brought: int, standing: Standing
) -> None:
    """By noon of the 6th five whole days are over: 5 are due, 90 % of them are 4.5."""
    bring(ten_days, her, brought)
    assert standings(ten_days) == {"dtv-a": (standing,)}


def test_work_given_later_is_due_later(ten_days: Campaign, her: User) -> None:
    """Given on the 5th: 10 forms in 6 days, one day is over, 10 / 6 = 1.67, so 1 is due."""
    given(her, "2026-03-05T02:00:00")
    bring(ten_days, her, 1)
    assert standings(ten_days) == {"dtv-a": (Standing.ON_TRACK,)}


def test_after_the_period_everything_is_due(ten_days: Campaign, her: User) -> None:
    bring(ten_days, her, 9, "2026-03-10T10:00:00")
    assert standings(ten_days, "2026-03-11T05:00:00") == {"dtv-a": (Standing.ON_TRACK,)}  # 9 ≥ 90 % of 10
    db.session.scalars(select(Response)).first().state = ResponseState.VOID  # type: ignore[union-attr]
    assert standings(ten_days, "2026-03-11T05:00:00") == {"dtv-a": (Standing.LATE,)}


def test_three_days_without_a_form_are_silence_only_while_work_remains(ten_days: Campaign, her: User) -> None:
    bring(ten_days, her, 7, "2026-03-03T05:00:00")
    assert standings(ten_days, "2026-03-06T05:00:00") == {"dtv-a": (Standing.ON_TRACK,)}
    assert standings(ten_days, "2026-03-06T05:00:01") == {"dtv-a": (Standing.SILENT,)}
    assert standings(ten_days, "2026-03-09T05:00:00") == {"dtv-a": (Standing.SILENT, Standing.LATE)}
    assignments.assign(people.command_line(), ten_days, "A", her, 7)
    assert standings(ten_days, "2026-03-09T05:00:00") == {"dtv-a": (Standing.DONE,)}


def test_nobody_is_silent_or_late_before_the_period_and_in_a_closed_campaign(
    actor: User, ten_days: Campaign, her: User
) -> None:
    assert standings(ten_days, "2026-02-27T05:00:00") == {"dtv-a": (Standing.ON_TRACK,)}
    assert standings(ten_days, "2026-03-05T05:00:00") == {"dtv-a": (Standing.SILENT, Standing.LATE)}
    campaigns.move(actor, ten_days, CampaignState.CLOSED)
    assert standings(ten_days, "2026-03-05T05:00:00") == {"dtv-a": (Standing.UNFINISHED,)}


def test_too_many_about_one_unit_do_not_make_up_for_another(
    actor: User, ten_days: Campaign, her: User
) -> None:
    assignments.assign(actor, ten_days, "B", her, 3)
    given(her, "2026-02-20T00:00:00")
    bring(ten_days, her, 13)
    (line,) = lines(ten_days)
    assert (line.done, line.target, line.left) == (13, 13, 3)
    assert line.standings == (Standing.ON_TRACK,)


def test_whoever_has_neither_work_nor_a_form_is_not_listed(
    actor: User, ten_days: Campaign, her: User
) -> None:
    recalled = enumerator(actor, ten_days, "B", 5)
    people.create(actor, people.Person("dtv-moi", "Mới", Role.ENUMERATOR), None)
    assignments.assign(actor, ten_days, "B", recalled, 0)
    assert list(standings(ten_days)) == ["dtv-a"]
    assignments.assign(actor, ten_days, "B", recalled, 5)
    arrived(ten_days, recalled, "B", "B-1", "2026-03-02T02:00:00")
    assignments.assign(actor, ten_days, "B", recalled, 0)
    found = {line.enumerator.username: line for line in lines(ten_days)}
    assert found["dtv-b"].standings == (Standing.UNASSIGNED,)
    assert (found["dtv-b"].done, found["dtv-b"].sent, found["dtv-b"].target) == (0, 1, 0)


def test_citizens_who_answer_alone_are_nobody_to_call(ten_days: Campaign, her: User) -> None:
    alone = arrived(ten_days, her, "A", "A-1", "2026-03-02T02:00:00", mode="self")
    alone.enumerator_id = people.citizens().id
    db.session.flush()
    assert list(standings(ten_days)) == ["dtv-a"]


def speed(median: int, forms: int = 10) -> Speed:
    """Return interviews that all took equally long."""
    return Speed.of([median] * forms, 0, 0, 22, SHORT_SECONDS[Way.INTERVIEW])


def test_a_median_three_mads_below_the_others_is_fast_and_no_other(actor: User, ten_days: Campaign) -> None:
    """Medians 100 560 580 600 620 640: the middle is 590, deviations 10 10 30 30 50 490, MAD 30, limit 590 − 90 = 500."""
    medians = {"u1": 100, "u2": 560, "u3": 580, "u4": 600, "u5": 620, "u6": 640}
    users = {}
    for name in medians:
        users[name] = people.create(actor, people.Person(f"dtv-{name}", name, Role.ENUMERATOR), None)
        assignments.assign(actor, ten_days, "A", users[name], 5)
        given(users[name], "2026-03-06T00:00:00")
    speeds = {users[name].id: {Way.INTERVIEW: speed(median)} for name, median in medians.items()}
    found = {line.enumerator.display_name: line.standings for line in lines(ten_days, speeds=speeds)}
    assert found == {"u1": (Standing.ON_TRACK, Standing.FAST)} | dict.fromkeys(
        list(medians)[1:], (Standing.ON_TRACK,)
    )
    assert lines(ten_days, speeds=speeds)[0].enumerator.display_name == "u1"
    few = speeds | {users["u1"].id: {Way.INTERVIEW: speed(100, 9)}}
    assert all(Standing.FAST not in line.standings for line in lines(ten_days, speeds=few))
    four = {key: value for key, value in speeds.items() if key not in (users["u5"].id, users["u6"].id)}
    assert all(Standing.FAST not in line.standings for line in lines(ten_days, speeds=four))


def test_colleagues_who_are_all_alike_make_nobody_fast_by_seconds(actor: User, ten_days: Campaign) -> None:
    """Medians 500 600 600 600 600 600 with a MAD of 0: 5 % of 600 stand in, the limit is 600 − 90 = 510."""
    users = []
    for number in range(6):
        users.append(
            people.create(actor, people.Person(f"dtv-{number}0", f"{number}", Role.ENUMERATOR), None)
        )
        assignments.assign(actor, ten_days, "A", users[-1], 5)
    for median, is_fast in ((500, True), (511, False)):
        speeds = {user.id: {Way.INTERVIEW: speed(600)} for user in users}
        speeds[users[0].id] = {Way.INTERVIEW: speed(median)}
        fast = [line for line in lines(ten_days, speeds=speeds) if Standing.FAST in line.standings]
        assert [line.enumerator.id for line in fast] == ([users[0].id] if is_fast else [])


def test_what_a_unit_needs_a_day_is_its_gap_by_the_days_left(
    actor: User, ten_days: Campaign, her: User
) -> None:
    bring(ten_days, her, 4)
    left = {}
    for day in (date(2026, 2, 20), date(2026, 3, 6), date(2026, 3, 10), date(2026, 3, 11)):
        found = board.units(ten_days, assignments.tallies(ten_days), day)
        left[day.isoformat()] = (board.days_left(ten_days, day), found[0].per_day)
    # Quota 10, 4 valid, 6 missing; the 6th to the 10th are five days.
    assert left == {
        "2026-02-20": (10, Fraction(6, 10)),
        "2026-03-06": (5, Fraction(6, 5)),
        "2026-03-10": (1, Fraction(6)),
        "2026-03-11": (0, None),
    }


def test_l1_the_board_counts_as_every_other_page_whatever_happens(
    actor: User, ten_days: Campaign, her: User
) -> None:
    bring(ten_days, her, 8)
    found = list(db.session.scalars(select(Response).order_by(Response.id)))
    found[0].state = ResponseState.VOID
    found[1].state = ResponseState.RETURNED
    found[2].validity = Validity.TOO_FEW_ANSWERS
    found[3].apart = True
    db.session.flush()
    seen = board.read(coordinator(actor), ten_days, NOON_OF_6TH)
    progress = seen.units[0].progress
    assert progress == assignments.progress(ten_days)[0]
    assert (progress.valid, progress.invalid, progress.returned, progress.void, progress.apart) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert counting.current(ten_days).satisfaction["input"]["responses"] == 4
    assert (sum(day.valid for day in seen.days), sum(day.arrived for day in seen.days)) == (4, 8)
    (work,) = assignments.work_by_enumerator(ten_days)
    assert (seen.lines[0].done, seen.lines[0].target) == (work.done, work.target) == (6, 10)


def test_l1_the_first_page_and_the_board_need_attention_alike(
    actor: User, ten_days: Campaign, her: User
) -> None:
    report = {
        "device": "0b1f6f0e-0000-4000-8000-000000000001",
        "waiting": 2,
        "to_mend": 1,
        "aside": 1,
        "drafts": 5,
    }
    db.session.add(DeviceReport(user_id=her.id, **report))
    db.session.flush()
    user = coordinator(actor)
    found = board.attention(user, ten_days, assignments.tallies(ten_days), NOON_OF_6TH)
    # Given on 20 February: nothing came since the 1st, and five forms are due.
    assert (found.unsent, found.devices, found.silent, found.late) == (4, 1, 1, 1)
    assert board.read(user, ten_days, NOON_OF_6TH).attention == found


def test_s16_the_last_form_was_sent_by_the_servers_clock(ten_days: Campaign, her: User) -> None:
    response = arrived(ten_days, her, "A", "A-1", "2026-03-06T02:00:00")
    made(response, 300, opened_at=at("2016-03-06T01:50:00"), clock_offset=315_360_000)
    assert lines(ten_days)[0].last_at == at("2026-03-06T02:00:00")


def test_a_board_of_thousands_costs_as_many_queries_as_one_of_one(demo: Flask) -> None:
    campaign = campaigns.by_code(demonstration.CODE)
    user = people.by_username("dieuphoi")
    board.read(user, campaign)
    many = len(statements(lambda: board.read(user, campaign)))
    kept = db.session.scalars(select(Response.id).order_by(Response.id).limit(1)).one()
    db.session.execute(text("DELETE FROM response WHERE id <> :kept"), {"kept": kept})
    found = board.read(user, campaign)
    assert sum(day.arrived for day in found.days) == 1
    assert len(statements(lambda: board.read(user, campaign))) == many == 6


def test_a_campaign_without_anything_has_an_empty_board(actor: User, ten_days: Campaign) -> None:
    found = board.read(coordinator(actor), ten_days, NOON_OF_6TH)
    assert (found.days, found.chart, found.lines, found.medians, found.devices) == ([], None, [], [], [])
    assert [line.progress.gap for line in found.units] == [10, 15]


def test_drafts_are_told_and_are_not_done(ten_days: Campaign, her: User) -> None:
    answer(ten_days, her, "A", 4, "A-1")
    db.session.scalars(select(Response)).one().state = ResponseState.DRAFT
    db.session.flush()
    (line,) = lines(ten_days)
    assert (line.drafts, line.done, line.sent, line.last_at) == (1, 0, 0, None)
