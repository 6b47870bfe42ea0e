"""Who asks whom: rows given, shared, moved and taken back; rows that cannot be reached replaced, once each."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from survey_app import problems
from survey_app.domain import assignments, audit, campaigns, people, sample_views, samples
from survey_app.domain.sample_views import RowState, Today
from survey_app.extensions import db
from survey_app.models import Campaign, Response, SampleRow, User
from survey_app.vocabulary import BODY_ROLES, CampaignState, Role, Unreachable
from tests.domain.sample_list import ROWS, one, row, take_in
from tests.domain.small_campaign import answer, enumerator, race
from tests.web.pages import statements

pytestmark = pytest.mark.usefixtures("in_november")
OFFICIAL = ["007", "00017", "1200000", "123456789012"]


@pytest.fixture
def listed(actor: User, small: Campaign, tmp_path: Path) -> Campaign:
    """The small campaign with its list."""
    take_in(actor, small, tmp_path, ROWS)
    return small


def asker(actor: User, campaign: Campaign, name: str, target: int = 1) -> User:
    """Return a new enumerator with an assignment for unit A, 0 for none."""
    user = people.create(actor, people.Person(name, name, Role.ENUMERATOR), None)
    if target:
        assignments.assign(actor, campaign, "A", user, target)
    return user


def held(user: User | None) -> list[str]:
    """Return the form codes an enumerator has, in the order of the list."""
    found = select(SampleRow.form_code).where(SampleRow.enumerator_id == (user.id if user else None))
    return list(db.session.scalars(found.order_by(SampleRow.unit_id, SampleRow.kind, SampleRow.position)))


def target_of(user: User, campaign: Campaign) -> dict[str, int]:
    """Return an enumerator's targets by unit."""
    return {work.unit.code: work.target for work in assignments.work_of(user, campaign)}


def test_rows_are_given_by_position_with_an_assignment_and_a_line_each(actor: User, listed: Campaign) -> None:
    user = asker(actor, listed, "dtv-a", 0)
    assert samples.give(actor, listed, "A", user, 3) == 3
    assert (held(user), target_of(user, listed)) == (OFFICIAL[:3], {"A": 3})
    assert samples.give(actor, listed, "A", user) == 1
    assert (held(user), target_of(user, listed)) == (OFFICIAL, {"A": 4})
    lines = [audit.changes_of(line) for line in audit.history("sample", "007")][1:]
    assert lines == [
        {"before": {"enumerator": None}, "after": {"unit": "A", "enumerator": "dtv-a"}, "reason": ""}
    ]


def test_a_target_given_by_hand_is_never_lowered(actor: User, listed: Campaign) -> None:
    user = asker(actor, listed, "dtv-a", 9)
    samples.give(actor, listed, "A", user)
    other = asker(actor, listed, "dtv-b", 0)
    samples.move(actor, listed, "A", user, other)
    assert (target_of(user, listed), target_of(other, listed)) == ({"A": 9}, {"A": 4})


def test_a_units_rows_are_shared_evenly_over_its_enumerators(actor: User, listed: Campaign) -> None:
    first, second, third = (asker(actor, listed, f"dtv-{name}") for name in "abc")
    people.disable(actor, asker(actor, listed, "dtv-gone"))
    asker(actor, listed, "dtv-elsewhere", 0)
    assert samples.share(actor, listed, "A") == [(first, 2), (second, 1), (third, 1)]
    assert [held(each) for each in (first, second, third)] == [OFFICIAL[:2], OFFICIAL[2:3], OFFICIAL[3:]]
    with pytest.raises(problems.InvalidFields) as refusal:
        samples.share(actor, listed, "A")
    assert list(refusal.value.fields) == ["number"]
    with pytest.raises(problems.InvalidFields) as refusal:
        samples.share(actor, listed, "B")
    assert list(refusal.value.fields) == ["enumerator"]


def test_rows_are_moved_and_recalled_but_never_those_that_are_done_or_closed(
    actor: User, listed: Campaign
) -> None:
    user, other = asker(actor, listed, "dtv-a", 9), asker(actor, listed, "dtv-b", 0)
    samples.give(actor, listed, "A", user)
    answer(listed, user, "A", 4, "007")
    samples.replace(actor, listed, one("00017"), "moved_away", "")
    assert samples.move(actor, listed, "A", user, other, 2) == 2
    assert (held(user), held(other)) == (["007", "00017", "R-1"], ["1200000", "123456789012"])
    assert samples.move(actor, listed, "A", user, None) == 1
    assert held(user) == ["007", "00017"]
    with pytest.raises(problems.InvalidFields) as refusal:
        samples.move(actor, listed, "A", user, None)
    assert "còn 0 dòng" in refusal.value.fields["number"]


@pytest.mark.parametrize("number", [0, -1, 5, 2**63])
def test_more_rows_than_there_are_is_refused(actor: User, listed: Campaign, number: int) -> None:
    user = asker(actor, listed, "dtv-a")
    with pytest.raises(problems.InvalidFields) as refusal:
        samples.give(actor, listed, "A", user, number)
    assert list(refusal.value.fields) == ["number"]


def test_only_active_enumerators_are_given_rows(actor: User, listed: Campaign) -> None:
    user, gone = asker(actor, listed, "dtv-a"), asker(actor, listed, "dtv-b")
    samples.give(actor, listed, "A", gone, 2)
    people.disable(actor, gone)
    for person in (gone, actor):
        with pytest.raises(problems.InvalidFields) as refusal:
            samples.give(actor, listed, "A", person)
        assert list(refusal.value.fields) == ["enumerator"]
    for person in (gone, actor, user):
        with pytest.raises(problems.InvalidFields) as refusal:
            samples.move(actor, listed, "A", user, person)
        assert list(refusal.value.fields) == ["receiver"]
    assert samples.move(actor, listed, "A", gone, user) == 2
    with pytest.raises(problems.NotFound):
        samples.give(actor, listed, "KHONG-CO", user)


def test_a_row_that_cannot_be_reached_is_replaced_by_the_first_in_reserve(
    actor: User, listed: Campaign
) -> None:
    user = asker(actor, listed, "dtv-a")
    samples.give(actor, listed, "A", user)
    done = samples.replace(user, listed, one("007"), Unreachable.ABSENT, " ba  lần ")
    assert done.by is not None
    assert (done.by.form_code, done.by.in_use, done.by.enumerator_id) == ("R-1", True, user.id)
    assert done.by.replaces_id == done.closed.id
    closed = one("007")
    assert (closed.unreachable, closed.note, closed.closed_by_id) == ("absent_every_time", "ba lần", user.id)
    assert closed.enumerator_id == user.id
    line = audit.history("sample", "007")[-1]
    assert (line.verb, audit.changes_of(line)) == (
        "sample.replaced",
        {
            "before": {"state": "remaining", "enumerator": "dtv-a"},
            "after": {
                "state": "closed",
                "unit": "A",
                "enumerator": "dtv-a",
                "reason": "absent_every_time",
                "replaced_by": "R-1",
            },
            "reason": "ba lần",
        },
    )
    # A row in another's place can itself be closed; the next in reserve takes its place.
    assert samples.replace(user, listed, one("R-1"), "refused", "").by == one("R-2")
    assert target_of(user, listed) == {"A": 4}


def test_where_no_reserve_is_left_the_row_is_closed_and_the_gap_stays(actor: User, listed: Campaign) -> None:
    samples.replace(actor, listed, one("007"), "refused", "")
    samples.replace(actor, listed, one("00017"), "refused", "")
    assert samples.replace(actor, listed, one("1200000"), "refused", "").by is None
    assert samples.replace(actor, listed, one("B-1"), "refused", "").by is None
    assert sample_views.lines_of(listed, [one("1200000")])[0].state == RowState.UNREACHABLE


def test_a_reserve_row_that_was_asked_already_is_passed_over(actor: User, listed: Campaign) -> None:
    user = enumerator(actor, listed, "A")
    answer(listed, user, "A", 4, "R-0")
    db.session.execute(
        update(Response).where(Response.form_code == "R-0").values(form_code="R-1")
    )  # from a file
    replaced = samples.replace(actor, listed, one("007"), "refused", "")
    assert replaced.by is not None
    assert replaced.by.form_code == "R-2"


def test_a_row_of_a_disabled_enumerator_is_replaced_by_one_that_nobody_has(
    actor: User, listed: Campaign
) -> None:
    user = asker(actor, listed, "dtv-a")
    samples.give(actor, listed, "A", user)
    people.disable(actor, user)
    replaced = samples.replace(actor, listed, one("007"), "refused", "")
    assert replaced.by is not None
    assert replaced.by.enumerator_id is None


def test_a_row_that_is_done_closed_or_in_reserve_is_not_closed(actor: User, listed: Campaign) -> None:
    user = enumerator(actor, listed, "A")
    answer(listed, user, "A", 4, "007")
    samples.replace(actor, listed, one("00017"), "refused", "")
    for code, why in (("007", "đã có phiếu"), ("00017", "đã đóng"), ("R-2", "dự phòng")):
        with pytest.raises(problems.RowNotRemaining) as refusal:
            samples.replace(actor, listed, one(code), "refused", "")
        assert why in str(refusal.value)
    db.session.execute(text("UPDATE response SET state = 'void'"))
    assert samples.replace(actor, listed, one("007"), "refused", "").by is not None


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", "", "reason"), ("moon", "", "reason"), ("refused", "x" * 201, "note")]
)
def test_a_closing_without_a_known_reason_is_refused(
    actor: User, listed: Campaign, reason: str, note: str, field: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        samples.replace(actor, listed, one("007"), reason, note)
    assert (list(refusal.value.fields), one("007").closed_at) == ([field], None)


def test_a_list_changes_only_while_its_campaign_is_prepared_or_open(actor: User, listed: Campaign) -> None:
    user = asker(actor, listed, "dtv-a")
    campaigns.move(actor, listed, CampaignState.CLOSED)
    verbs = (
        lambda: samples.give(actor, listed, "A", user),
        lambda: samples.share(actor, listed, "A"),
        lambda: samples.move(actor, listed, "A", user, None),
        lambda: samples.replace(actor, listed, one("007"), "refused", ""),
    )
    for verb in verbs:
        with pytest.raises(problems.SampleNotOpen):
            verb()


def test_two_replacements_at_once_take_two_reserve_rows(app: Flask, actor: User, listed: Campaign) -> None:
    codes = iter(["007", "00017"])

    def close() -> None:
        campaign = campaigns.by_code("c26")
        samples.replace(people.command_line(), campaign, one(next(codes)), "refused", "")

    assert race(app, close) == [None, None]
    db.session.expire_all()
    assert sorted((one(code).replaces_id or 0) > 0 for code in ("R-1", "R-2")) == [True, True]


def test_one_row_closed_twice_at_once_is_closed_once(app: Flask, actor: User, listed: Campaign) -> None:
    def close() -> None:
        campaign = campaigns.by_code("c26")
        samples.replace(people.command_line(), campaign, one("007"), "refused", "")

    endings = race(app, close)
    assert [type(each) for each in endings] == [type(None), problems.RowNotRemaining]
    used = select(func.count()).where(SampleRow.replaces_id.is_not(None))
    assert db.session.scalar(used) == 1


def test_rows_given_to_two_people_at_once_go_to_one(app: Flask, actor: User, listed: Campaign) -> None:
    names = iter([asker(actor, listed, "dtv-a").username, asker(actor, listed, "dtv-b").username])

    def give() -> None:
        user = people.by_username(next(names))
        samples.give(people.command_line(), campaigns.by_code("c26"), "A", user, 3)

    endings = race(app, give)
    assert [type(each) for each in endings] == [type(None), problems.InvalidFields]
    db.session.expire_all()
    assert len(held(people.by_username("dtv-a"))) == 3


@pytest.mark.parametrize(
    ("role", "seen"),
    [(Role.COORDINATOR, 7), (Role.HOME_AFFAIRS, 7), (Role.SUPERVISOR, 0), (Role.APPRAISER, 0)],
)
def test_a3_an_enumerator_sees_her_own_rows_in_use_and_coordinators_all(
    actor: User, listed: Campaign, role: Role, seen: int
) -> None:
    user = asker(actor, listed, "dtv-a")
    samples.give(actor, listed, "A", user, 2)
    body = people.Body.FRONT if role in BODY_ROLES else None
    person = people.create(actor, people.Person("ai-do", "Ai Đó", role, body), None)
    assert sample_views.search(person, listed, 1).total == seen
    lines = sample_views.search(user, listed, 1).rows
    assert [line.row.form_code for line in lines] == ["007", "00017"]
    for code in ("1200000", "R-1", "nowhere"):
        with pytest.raises(problems.NotFound):
            samples.one_visible_to(user, listed, code)


def test_the_list_is_narrowed_by_unit_enumerator_state_and_code(actor: User, listed: Campaign) -> None:
    coordinator = people.create(actor, people.Person("dieuphoi", "Điều Phối", Role.COORDINATOR), None)
    user = asker(actor, listed, "dtv-a", 9)
    samples.give(actor, listed, "A", user, 3)
    answer(listed, user, "A", 4, "00017")
    samples.replace(user, listed, one("007"), "refused", "")

    def found(**chosen: str) -> list[str]:
        return [line.row.form_code for line in sample_views.search(coordinator, listed, 1, **chosen).rows]

    assert found() == ["B-1", *OFFICIAL, "R-1", "R-2"]
    assert found(unit="B") == ["B-1"]
    assert found(enumerator="dtv-a") == [*OFFICIAL[:3], "R-1"]
    assert found(enumerator="-") == ["B-1", "123456789012"]
    assert found(state="remaining") == ["B-1", *OFFICIAL[2:], "R-1"]
    assert found(state="done") == ["00017"]
    assert found(state="unreachable") == ["007"]
    assert found(state="reserve") == ["R-2"]
    assert found(q="r-") == ["R-1", "R-2"]
    assert found(q="%") == []
    lines = {line.row.form_code: line for line in sample_views.search(coordinator, listed, 1).rows}
    assert (lines["007"].replaced_by, lines["R-1"].row.replaces) == ("R-1", one("007"))


def test_an_enumerators_day_holds_what_is_still_to_be_asked_and_no_personal_data(
    actor: User, listed: Campaign
) -> None:
    user = asker(actor, listed, "dtv-a", 9)
    samples.give(actor, listed, "A", user, 3)
    answer(listed, user, "A", 4, "00017")
    samples.replace(user, listed, one("1200000"), "refused", "")
    assert sample_views.today_of(user, listed) == [
        Today("007", "A", "Sở A", "Đất đai"),
        Today("R-1", "A", "Sở A", ""),
    ]
    assert sample_views.rows_of(user, listed) == [
        {"form_code": "007", "unit": "A", "procedure": "Đất đai"},
        {"form_code": "R-1", "unit": "A", "procedure": ""},
    ]


def test_the_day_shows_twenty_rows_and_the_device_holds_all(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    user = asker(actor, small, "dtv-a")
    take_in(actor, small, tmp_path, [row(f"A-{n}", enumerator="dtv-a") for n in range(45)])
    assert [each.form_code for each in sample_views.today_of(user, small)] == [f"A-{n}" for n in range(20)]
    assert len(sample_views.rows_of(user, small)) == 45


def test_a_list_costs_as_many_queries_with_forty_rows_as_with_one(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    coordinator = people.create(actor, people.Person("dieuphoi", "Điều Phối", Role.COORDINATOR), None)
    user = asker(actor, small, "dtv-a")
    costs = []
    for number in (1, 40):
        rows = [row(f"A-{n}", enumerator="dtv-a") for n in range(number)]
        take_in(actor, small, tmp_path, rows)
        db.session.commit()
        assert (coordinator.role, user.role, small.code) == ("coordinator", "enumerator", "c26")
        costs.append(
            [
                len(statements(lambda: sample_views.search(coordinator, small, 1))),
                len(statements(lambda: sample_views.today_of(user, small))),
                len(statements(lambda: sample_views.rows_of(user, small))),
                len(statements(lambda: sample_views.loads(small))),
            ]
        )
    assert costs[0] == costs[1] == [4, 1, 1, 1]


def test_a5_the_story_of_a_row_is_told_in_order(actor: User, listed: Campaign) -> None:
    user = asker(actor, listed, "dtv-a")
    samples.give(actor, listed, "A", user)
    samples.replace(user, listed, one("007"), "refused", "Không muốn")
    told = [(step.what, step.who, step.why) for step in sample_views.trail_of(listed, one("007"))]
    assert told == [
        ("Nhập dòng mẫu", "Lệnh hailong", ""),
        ("Giao dòng mẫu", "Lệnh hailong", "Giao cho dtv-a"),
        ("Thay dòng mẫu không liên hệ được", "dtv-a", "Từ chối trả lời. Không muốn"),
    ]
    assert [(step.what, step.why) for step in sample_views.trail_of(listed, one("R-1"))][1:] == [
        ("Thay dòng mẫu không liên hệ được", "Thay cho dòng 007")
    ]
    assert audit.changes_of(audit.history("sample", "R-1")[-1])["after"] == {
        "state": "remaining",
        "unit": "A",
        "replaces": "007",
        "enumerator": "dtv-a",
    }
    assert audit.verify()[1] is None
