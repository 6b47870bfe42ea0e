"""Campaigns: their steps, their pinned rules, their units; a commune counts to its parent."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from scoring.method import load_method
from scoring.questionnaire import load_questionnaire
from survey_app import problems
from survey_app.domain import (
    appraisals,
    assignments,
    campaigns,
    people,
    response_import,
    responses,
    scores,
    unit_list,
)
from survey_app.domain.campaigns import Plan, UnitLine
from survey_app.domain.demonstration.answers import MadeUpRow
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.test_responses import CRITERIA, DETAILS

UNITS = (
    UnitLine("A", "Sở A", "departments", 10, Decimal(100)),
    UnitLine("B", "Huyện B", "districts", 10, Decimal(100)),
    UnitLine("B1", "Xã B1", "districts", 5, Decimal(100), counts_for="B"),
    UnitLine("C", "Thanh tra", "departments", 0, Decimal(60), surveyed=False),
)


@pytest.fixture
def actor(app: Flask) -> User:
    """Whoever acts from the command line."""
    return people.command_line()


def plan(**changes: object) -> Plan:
    """Return a plan of four units, changed as asked."""
    facts = {"code": "c26", "name": "Đợt 2026", "year": 2026, "units": UNITS}
    return Plan(**facts | {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)} | changes)  # type: ignore[arg-type]


@pytest.fixture
def campaign(actor: User) -> Campaign:
    """An open campaign of four units."""
    made = campaigns.create(actor, plan())
    campaigns.move(actor, made, CampaignState.OPEN)
    return made


def enumerator(actor: User, campaign: Campaign, unit: str, target: int = 5) -> User:
    """Return a new enumerator with an assignment."""
    user = people.create(actor, people.Person(f"dtv-{unit.lower()}", "Điều tra", Role.ENUMERATOR), None)
    assignments.assign(actor, campaign, unit, user, target)
    return user


def answer(campaign: Campaign, user: User, unit: str, level: int, code: str) -> None:
    """Submit a response of one level."""
    entry = Entry(unit, code, "paper", dict.fromkeys(CRITERIA, level), DETAILS)
    responses.submit(user, campaign, str(uuid4()), entry)


def test_a_campaign_walks_its_steps_and_jumps_are_refused(actor: User) -> None:
    campaign = campaigns.create(actor, plan())
    with pytest.raises(problems.WrongCampaignStep, match="Đang thu thập"):
        campaigns.move(actor, campaign, CampaignState.SEALED)
    for step in (CampaignState.OPEN, CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, campaign, step)
    with pytest.raises(problems.MissingRun):
        campaigns.move(actor, campaign, CampaignState.PUBLISHED)
    scores.run(actor, campaign)
    campaigns.move(actor, campaign, CampaignState.PUBLISHED)
    assert campaigns.next_steps(campaign) == []
    assert campaign.state == "published"


def test_reopening_asks_for_a_reason_which_the_trail_keeps(actor: User, campaign: Campaign) -> None:
    campaigns.move(actor, campaign, CampaignState.CLOSED)
    with pytest.raises(problems.ReasonMissing):
        campaigns.move(actor, campaign, CampaignState.OPEN, " ")
    campaigns.move(actor, campaign, CampaignState.OPEN, "Còn thiếu phiếu")
    assert (
        db.session.scalar(text("SELECT body FROM audit_line ORDER BY id DESC LIMIT 1")).count(
            "Còn thiếu phiếu"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"units": (*UNITS, UNITS[0])}, problems.DuplicateCode),
        ({"units": (UNITS[2],)}, problems.UnknownValue),
        ({"questionnaire": "sipas-1999"}, problems.ScorerRefused),
        ({"method": "ha-nam-2o22"}, problems.ScorerRefused),
    ],
)
def test_a_broken_plan_is_refused_by_name(
    actor: User, changes: dict[str, object], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        campaigns.create(actor, plan(**changes))


def test_a_campaign_without_units_does_not_open_and_a_code_is_taken_once(actor: User) -> None:
    campaign = campaigns.create(actor, plan(code="empty", units=()))
    with pytest.raises(problems.CampaignHasNoUnits):
        campaigns.move(actor, campaign, CampaignState.OPEN)
    with pytest.raises(problems.DuplicateCode, match="empty"):
        campaigns.create(actor, plan(code="empty"))


def test_v5_what_a_campaign_pinned_stays_whatever_later_files_say(actor: User, campaign: Campaign) -> None:
    pinned = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    assert pinned.text == load_questionnaire("sipas-2017").text
    assert campaigns.method_of(campaign.method_sha256) == load_method("ha-nam-2022")
    later = campaigns.create(actor, plan(code="later", questionnaire="sipas-2023"))
    assert len(campaigns.questionnaire_of(later.questionnaire_sha256).criteria) == 16
    assert len(campaigns.questionnaire_of(campaign.questionnaire_sha256).criteria) == 22


def test_a_communes_responses_count_once_to_the_unit_that_stands_for_it(
    actor: User, campaign: Campaign
) -> None:
    at_b, at_b1 = enumerator(actor, campaign, "B"), enumerator(actor, campaign, "B1")
    for number in range(2):
        answer(campaign, at_b, "B", 5, f"B-{number}")
        answer(campaign, at_b1, "B1", 2, f"B1-{number}")
    book = scores.current(campaign)
    results = {each["unit"]: each for each in book.satisfaction["units"]}
    assert set(results) == {"A", "B", "C"}
    assert (results["B"]["responses"], results["B"]["points"]) == (4, "5.00")
    progress = {each.unit.unit.code: (each.valid, each.quota) for each in assignments.progress(campaign)}
    assert progress == {"A": (0, 10), "B": (4, 15)}


@pytest.mark.parametrize(("count", "points"), [(0, None), (1, None), (2, None), (3, "10.00")])
def test_too_few_responses_give_no_points_never_zero(
    actor: User, campaign: Campaign, count: int, points: str | None
) -> None:
    user = enumerator(actor, campaign, "A")
    for number in range(count):
        answer(campaign, user, "A", 5, f"A-{number}")
    result = next(each for each in scores.current(campaign).satisfaction["units"] if each["unit"] == "A")
    assert result["points"] == points
    assert ("too_few" in result["flags"]) == (count < 3)


def test_only_submitted_and_accepted_valid_responses_count(actor: User, campaign: Campaign) -> None:
    user = enumerator(actor, campaign, "A")
    for number in range(6):
        answer(campaign, user, "A", 5, f"A-{number}")
    for code, column, word in (
        ("A-1", "state", "void"),
        ("A-2", "state", "returned"),
        ("A-3", "state", "accepted"),
    ):
        db.session.execute(
            text(f"UPDATE response SET {column} = :w WHERE form_code = :c"), {"w": word, "c": code}
        )
    db.session.execute(text("UPDATE response SET validity = 'too_few_answers' WHERE form_code = 'A-4'"))
    db.session.expire_all()
    assert scores.current(campaign).satisfaction["input"]["responses"] == 3
    (unit,) = [each for each in assignments.progress(campaign) if each.unit.unit.code == "A"]
    assert (unit.valid, unit.invalid, unit.returned, unit.void, unit.gap) == (3, 1, 1, 1, 7)


def test_the_same_answers_give_the_same_bytes_whatever_the_order(actor: User, campaign: Campaign) -> None:
    user = enumerator(actor, campaign, "A", 50)
    for number in range(8):
        answer(campaign, user, "A", 1 + number % 5, f"A-{number}")
    first, second = scores.run(actor, campaign), scores.run(actor, campaign, "Lần nữa")
    assert (first.number, second.number) == (1, 2)
    assert (first.book, first.book_digest, first.input_digest) == (
        second.book,
        second.book_digest,
        second.input_digest,
    )
    other = campaigns.create(actor, plan(code="mirror"))
    campaigns.move(actor, other, CampaignState.OPEN)
    assignments.assign(actor, other, "A", user, 50)
    for number in reversed(range(8)):
        answer(other, user, "A", 1 + number % 5, f"A-{number}")
    assert scores.run(actor, other).book_digest == first.book_digest


def test_answers_of_a_wrong_width_are_refused_not_shifted(actor: User, campaign: Campaign) -> None:
    user = enumerator(actor, campaign, "A")
    for number in range(2):
        answer(campaign, user, "A", 4, f"A-{number}")
    for code, width in (("A-0", 21), ("A-1", 23)):
        db.session.execute(
            text("UPDATE response SET answers = :a WHERE form_code = :c"), {"a": "4" * width, "c": code}
        )
    with pytest.raises(problems.BrokenAnswers, match="2 phiếu"):
        scores.current(campaign)


def test_assignments_are_set_changed_and_recalled(actor: User, campaign: Campaign) -> None:
    user = enumerator(actor, campaign, "A", 7)
    assert [(work.unit.code, work.target, work.done) for work in assignments.work_of(user, campaign)] == [
        ("A", 7, 0)
    ]
    answer(campaign, user, "A", 4, "A-1")
    assignments.assign(actor, campaign, "A", user, 9)
    assert [(work.target, work.done) for work in assignments.work_by_enumerator(campaign)] == [(9, 1)]
    assignments.assign(actor, campaign, "A", user, 0)
    assert assignments.units_to_ask(user, campaign) == []
    with pytest.raises(problems.InvalidFields):
        answer(campaign, user, "A", 4, "A-2")


@pytest.mark.parametrize(
    ("unit", "target", "field"), [("C", 5, "unit"), ("A", -1, "target"), ("A", 10_000, "target")]
)
def test_an_impossible_assignment_is_refused(
    actor: User, campaign: Campaign, unit: str, target: int, field: str
) -> None:
    user = people.create(actor, people.Person("dtv-x", "X", Role.ENUMERATOR), None)
    with pytest.raises(problems.InvalidFields) as refusal:
        assignments.assign(actor, campaign, unit, user, target)
    assert list(refusal.value.fields) == [field]
    with pytest.raises(problems.InvalidFields):
        assignments.assign(actor, campaign, "A", actor, 5)


@pytest.mark.parametrize(
    ("typed", "points"), [("86,74", "86.74"), ("86.74", "86.74"), ("0", "0"), ("90", "90"), (" 5,5 ", "5.5")]
)
def test_points_are_read_as_a_vietnamese_types_them(typed: str, points: str) -> None:
    assert appraisals.read_points(typed, Decimal(90)) == Decimal(points)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "90,01",
        "-1",
        "8.674,5",
        "1,234.5",
        "1_0",
        "１２",
        "٨",
        "NaN",
        "inf",
        "1e1",
        "86,745",
        "0x1",
        "+5",
        ",5",
        "0086",
    ],
)
def test_points_that_could_be_read_two_ways_or_not_at_all_are_refused(typed: str) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        appraisals.read_points(typed, Decimal(90))
    assert "86,74" in refusal.value.fields["points"]


def test_appraised_points_carry_the_version_they_started_from(actor: User, campaign: Campaign) -> None:
    assert appraisals.enter(actor, campaign, "A", "86,74", version=0).version == 1
    with pytest.raises(problems.InvalidFields) as refusal:
        appraisals.enter(actor, campaign, "A", "50", version=0)
    assert "người khác" in refusal.value.fields["points"]
    again = appraisals.enter(actor, campaign, "A", "86.74", version=1)
    assert (again.version, again.points) == (1, Decimal("86.74"))
    assert appraisals.maximum_of(campaigns.unit_of(campaign, "C")) == 60
    with pytest.raises(problems.InvalidFields):
        appraisals.enter(actor, campaign, "C", "60,01", version=0)
    campaigns.move(actor, campaign, CampaignState.CLOSED)
    campaigns.move(actor, campaign, CampaignState.SEALED)
    with pytest.raises(problems.CampaignNotOpen):
        appraisals.enter(actor, campaign, "A", "50", version=1)


def test_a_unit_list_is_read_with_either_separator_and_its_points(tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text(
        "\ufeffunit;name;group;population;quota;max_points;appraisal_points;parent\n"
        "B;Huyện  B;districts;1800;44;100;80,5;\nB1;Xã B1;districts;;5;100;;B\nC;Thanh tra;departments;;;60;50;\n",
        encoding="utf-8",
    )
    listed = unit_list.read(file)
    assert listed.units == [
        UnitLine("B", "Huyện B", "districts", 44, Decimal(100), population=1800),
        UnitLine("B1", "Xã B1", "districts", 5, Decimal(100), counts_for="B"),
        UnitLine("C", "Thanh tra", "departments", 0, Decimal(60), surveyed=False),
    ]
    assert listed.appraisal_points == {"B": "80,5", "C": "50"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"unit,name\nA,B\n", "thiếu cột group, quota, max_points"),
        (b"unit,name,group,quota,max_points\n", "tệp không có dòng nào"),
        (b"unit,name,group,quota,max_points\nA,,g,5,100\n", "dòng 2, cột name: ô trống"),
        (b"unit,name,group,quota,max_points\nA,B,g,1e3,100\n", "dòng 2, cột quota: “1e3”"),
        (b"unit,name,group,quota,max_points\nA,B,g,5,0\n", "dòng 2, cột max_points: “0”"),
        (b"unit,name,group,quota,max_points\nA," + b"x" * 201 + b",g,5,100\n", "cột name: dài 201 ký tự"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_broken_unit_list_is_refused_by_row_and_column(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "units.csv"
    file.write_bytes(content)
    with pytest.raises(problems.ImportRefused) as refusal:
        unit_list.read(file)
    assert told in str(refusal.value)


def test_imported_rows_that_answer_too_little_are_stored_as_not_valid(
    actor: User, campaign: Campaign
) -> None:
    user = enumerator(actor, campaign, "A")
    rows = [
        MadeUpRow(2, "F-1", "A", user.username, "4" * 22),
        MadeUpRow(3, "F-2", "A", user.username.upper(), "4" * 10 + "-" * 12),
    ]
    batch = response_import.import_rows(actor, campaign, "f.csv", rows)
    assert (batch.stored, batch.invalid) == (2, 1)
    with pytest.raises(problems.ImportRefused) as refusal:
        response_import.import_rows(
            actor, campaign, "f.csv", [*rows, MadeUpRow(4, "F-3", "Z", "ai-do", "4" * 22)]
        )
    told = str(refusal.value)
    assert told.count("đã có trong đợt này") == 2
    assert "dòng 4, cột unit: “Z”" in told
    assert "dòng 4, cột enumerator: “ai-do”" in told
