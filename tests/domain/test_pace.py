"""Speeds from paradata: medians by hand, ways never mixed, nobody's number shown to another."""

from fractions import Fraction

import pytest

from survey_app.domain import assignments, pace, people
from survey_app.domain.pace import Pace, Way
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import ResponseState, Role
from tests.domain.field_work import arrived, at, made
from tests.domain.small_campaign import enumerator
from tests.web.pages import statements

NOON = at("2026-03-04T05:00:00")  # Wednesday, 12:00 in Vietnam


@pytest.fixture
def her(actor: User, small: Campaign) -> User:
    """An enumerator with four interviews of 4, 5, 6 and 10 minutes; 3 edits and 100 keystrokes in all."""
    user = enumerator(actor, small, "A", 50)
    # 240 + 300 + 360 + 600 = 1,500 seconds; 20 + 20 + 20 + 40 keystrokes; 0 + 0 + 1 + 2 edits.
    for number, (seconds, keys, edits) in enumerate([(600, 40, 2), (240, 20, 0), (360, 20, 1), (300, 20, 0)]):
        response = arrived(small, user, "A", f"A-{number}", f"2026-03-0{number + 1}T02:00:00")
        made(response, seconds, keystrokes=keys, edits=edits)
    return user


def others(actor: User, campaign: Campaign, medians: list[int]) -> None:
    """Add colleagues, each with one interview of so many seconds."""
    for number, seconds in enumerate(medians):
        user = people.create(actor, people.Person(f"khac-{number}", f"Khác {number}", Role.ENUMERATOR), None)
        assignments.assign(actor, campaign, "B", user, 5)
        made(arrived(campaign, user, "B", f"K-{number}", "2026-03-02T02:00:00"), seconds)


def test_medians_and_rates_are_those_of_paper(small: Campaign, her: User) -> None:
    speed = pace.speeds(small)[her.id][Way.INTERVIEW]
    assert (speed.forms, speed.seconds) == (4, 1500)
    assert speed.median_minutes == Fraction(11, 2)  # (300 + 360) / 2 = 330 seconds
    assert speed.forms_per_hour == Fraction(48, 5)  # 4 × 3,600 / 1,500 = 9.6
    assert speed.keystrokes_per_hour == 240  # 100 × 3,600 / 1,500
    assert speed.edits_per_form == Fraction(3, 4)
    assert speed.corrections == Fraction(75, 22)  # 100 × 3 / (4 × 22 criteria)
    assert speed.short == 0


def test_only_forms_below_the_limit_are_short(small: Campaign, her: User) -> None:
    for number, seconds in enumerate((179, 180, 60)):
        made(arrived(small, her, "A", f"S-{number}", "2026-03-02T02:00:00"), seconds)
    speed = pace.speeds(small)[her.id][Way.INTERVIEW]
    assert (speed.short, speed.forms) == (2, 7)  # 60 and 179 are below 180, 180 is not


def test_implausible_void_corrected_and_self_completed_forms_are_left_out(small: Campaign, her: User) -> None:
    before = pace.speeds(small)
    for code, seconds in (("X-1", 0), ("X-2", pace.LONGEST_SECONDS + 1)):
        made(arrived(small, her, "A", code, "2026-03-02T02:00:00"), seconds)
    void = arrived(small, her, "A", "X-3", "2026-03-02T02:00:00")
    void.state = ResponseState.VOID
    corrected = arrived(small, her, "A", "X-4", "2026-03-02T02:00:00")
    corrected.saved_at = at("2026-03-03T02:00:00")
    alone = arrived(small, her, "A", "X-5", "2026-03-02T02:00:00", mode="self")
    for response in (void, corrected, alone):
        made(response, 10)
    assert pace.speeds(small) == before


def test_keying_and_interviewing_are_never_mixed(small: Campaign, her: User) -> None:
    made(arrived(small, her, "A", "P-1", "2026-03-02T02:00:00", mode="paper"), 70)
    made(arrived(small, her, "A", "P-2", "2026-03-02T02:00:00", mode="phone"), 420)
    speeds = pace.speeds(small)[her.id]
    assert (speeds[Way.KEYED].forms, speeds[Way.KEYED].seconds) == (1, 70)
    assert (speeds[Way.INTERVIEW].forms, speeds[Way.INTERVIEW].median_seconds) == (5, 360)
    assert pace.pace_of(her, small, NOON).way == Way.INTERVIEW


def test_l5_her_forms_of_today_and_this_week_are_by_vietnams_days(small: Campaign, her: User) -> None:
    # 1–4 March came from the fixture: Sunday, Monday, Tuesday, Wednesday.
    arrived(small, her, "A", "T-1", "2026-03-03T17:00:00")  # 00:00 of the 4th
    arrived(small, her, "A", "T-2", "2026-03-01T16:59:59")  # the last second of Sunday
    void = arrived(small, her, "A", "T-3", "2026-03-04T01:00:00")
    void.state = ResponseState.VOID
    db.session.flush()
    found = pace.pace_of(her, small, NOON)
    assert (found.today, found.week, found.forms) == (2, 4, 6)


def test_the_campaigns_medians_show_only_where_five_people_have_data(
    actor: User, small: Campaign, her: User
) -> None:
    others(actor, small, [300, 420, 600])
    alone = pace.pace_of(her, small, NOON)
    assert (alone.median_minutes, alone.campaign_median_minutes, alone.people) == (Fraction(11, 2), None, 0)
    user = people.create(actor, people.Person("khac-9", "Khác 9", Role.ENUMERATOR), None)
    assignments.assign(actor, small, "B", user, 5)
    made(arrived(small, user, "B", "K-9", "2026-03-02T02:00:00"), 480, edits=11, keystrokes=40)
    beside = pace.pace_of(her, small, NOON)
    # Medians of five people in seconds: 300 330 420 480 600, the middle one is 420 = 7 minutes.
    assert (beside.campaign_median_minutes, beside.people) == (7, 5)
    # Keystrokes an hour: 240, 0, 0, 0 and 40 × 3,600 / 480 = 300. Edits per 100 answers: 75/22, 0, 0, 0, 50.
    assert (beside.campaign_keystrokes_per_hour, beside.campaign_corrections) == (0, 0)
    assert (beside.keystrokes_per_hour, beside.corrections, beside.timed) == (240, Fraction(75, 22), 4)


def test_who_has_nothing_measured_has_counts_and_nothing_else(actor: User, small: Campaign) -> None:
    user = enumerator(actor, small, "A")
    assert pace.pace_of(user, small, NOON) == Pace(0, 0, 0)
    arrived(small, user, "A", "A-1", "2026-03-04T02:00:00")
    assert pace.pace_of(user, small, NOON) == Pace(1, 1, 1)
    assert pace.pace_of(user, small, NOON).way_label == ""


def test_her_figures_cost_two_queries_however_many_forms(small: Campaign, her: User) -> None:
    db.session.commit()
    pace.pace_of(her, small, NOON)
    assert len(statements(lambda: pace.pace_of(her, small, NOON))) == 2


@pytest.mark.parametrize(
    ("values", "middle"), [([3], 3), ([5, 1, 9], 5), ([1, 2], Fraction(3, 2)), ([4, 1, 8, 2], 3)]
)
def test_a_median_is_exact(values: list[int], middle: Fraction) -> None:
    assert pace.median(values) == middle
