"""Appraised points: read as a Vietnamese types them, kept exactly, never overwritten unseen."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from survey_app import problems
from survey_app.domain import appraisals, audit, campaigns, people
from survey_app.extensions import db
from survey_app.models import Appraisal, Campaign, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.small_campaign import race


@pytest.mark.parametrize(
    ("typed", "points"),
    [("86,74", "86.74"), ("86.74", "86.74"), ("0", "0"), ("90", "90"), ("90,00", "90"), (" 5,5 ", "5.5")],
)
def test_points_are_read_as_a_vietnamese_types_them(typed: str, points: str) -> None:
    assert appraisals.read_points(typed, Decimal(90)) == Decimal(points)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "90,01", "-1", "-0", "8.674,5", "1,234.5", "1_0", "１２", "٨", "NaN", "inf", "1e1", "86,745",
        "86,", "0x1", "+5", ",5", "0086", "8 6", "86,7,4", "\u200b", "\x00", "86\x00", "\ud800",
    ],
)  # fmt: skip
def test_points_that_could_be_read_two_ways_or_not_at_all_are_refused(typed: str) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        appraisals.read_points(typed, Decimal(90))
    assert list(refusal.value.fields) == ["points"]
    assert "từ 0 đến 90" in refusal.value.fields["points"]


def test_appraised_points_carry_the_version_they_started_from(actor: User, small: Campaign) -> None:
    assert appraisals.enter(actor, small, "A", "86,74", version=0).version == 1
    for stale in (0, 2):
        with pytest.raises(problems.InvalidFields) as refusal:
            appraisals.enter(actor, small, "A", "50", version=stale)
        assert "người khác" in refusal.value.fields["points"]
    other = people.create(actor, people.Person("thamdinh", "Thẩm Định", Role.APPRAISER), None)
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC), tick=False):
        changed = appraisals.enter(other, small, "A", "86,75", version=1)
    assert (changed.version, changed.entered_by_id) == (2, other.id)
    assert changed.entered_at == datetime(2027, 1, 1, tzinfo=UTC)
    told = [audit.changes_of(line) for line in audit.history("appraisal", "c26/A")]
    assert [(each["before"], each["after"]) for each in told] == [
        (None, {"points": "86,74"}),
        ({"points": "86,74"}, {"points": "86,75"}),
    ]


def test_the_same_points_again_make_no_new_version_and_no_line(actor: User, small: Campaign) -> None:
    appraisals.enter(actor, small, "A", "86,70", version=0)
    again = appraisals.enter(actor, small, "A", "86.7", version=1)
    assert (again.version, len(audit.history("appraisal", "c26/A"))) == (1, 1)


@pytest.mark.parametrize(("unit", "maximum"), [("A", 90), ("B", 90), ("C", 60)])
def test_a_unit_with_a_survey_can_earn_ten_points_less_by_documents(
    actor: User, small: Campaign, unit: str, maximum: int
) -> None:
    assert appraisals.maximum_of(campaigns.unit_of(small, unit)) == maximum
    with pytest.raises(problems.InvalidFields, match="1 chỗ cần sửa") as refusal:
        appraisals.enter(actor, small, unit, f"{maximum},01", version=0)
    assert f"từ 0 đến {maximum}," in refusal.value.fields["points"]
    assert appraisals.enter(actor, small, unit, str(maximum), version=0).points == maximum


def test_a_commune_that_counts_to_its_district_is_not_appraised(actor: User, small: Campaign) -> None:
    for unit in ("B1", "KHONG-CO"):
        with pytest.raises(problems.NotFound):
            appraisals.enter(actor, small, unit, "50", version=0)


@pytest.mark.parametrize("state", [CampaignState.SEALED, CampaignState.PUBLISHED])
def test_points_stand_still_once_the_campaign_is_sealed(
    actor: User, small: Campaign, state: CampaignState
) -> None:
    small.state = state
    with pytest.raises(problems.CampaignNotOpen, match="Đợt 2026"):
        appraisals.enter(actor, small, "A", "50", version=0)
    assert appraisals.of_campaign(small) == {}


@pytest.mark.parametrize("points", ["0.01", "85.30", "86.74", "89.99", "66.05"])
def test_points_come_back_from_the_database_to_the_last_digit(
    actor: User, small: Campaign, points: str
) -> None:
    unit = appraisals.enter(actor, small, "A", points.replace(".", ","), version=0).unit_id
    db.session.flush()
    db.session.expire_all()
    kept = db.session.get_one(Appraisal, (small.id, unit)).points
    assert (type(kept), kept, str(kept)) == (Decimal, Decimal(points), points)
    raw = db.session.scalar(text("SELECT points FROM appraisal"))
    assert not isinstance(raw, float)


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_appraisers_at_once_the_second_is_told(app: Flask, small: Campaign, version: int) -> None:
    if version:
        appraisals.enter(people.command_line(), small, "A", "70", version=0)

    def enter() -> None:
        appraisals.enter(people.command_line(), campaigns.by_code("c26"), "A", "86,74", version=version)

    first, second = race(app, enter)
    assert first is None
    assert isinstance(second, problems.InvalidFields)
    assert "người khác" in second.fields["points"]
    assert [kept.version for kept in db.session.scalars(select(Appraisal))] == [version + 1]
