"""Column types: moments in UTC, decimals that never pass a binary float, keys ordered byte by byte."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from survey_app.domain import campaigns, people
from survey_app.domain.campaigns import Plan, UnitLine
from survey_app.extensions import Base, db
from survey_app.models import Campaign, CampaignUnit, Unit, UnitGroup, User
from survey_app.models.columns import now


def stored_moment(moment: datetime) -> datetime | None:
    """Return a moment as it comes back from the database."""
    user = people.command_line()
    user.locked_until = moment
    db.session.flush()
    db.session.refresh(user)
    return user.locked_until


def test_a_moment_comes_back_in_utc_to_the_microsecond_whatever_zone_it_was_told_in(app: Flask) -> None:
    told = datetime(2026, 11, 25, 6, 59, 59, 123456, tzinfo=timezone(timedelta(hours=7)))
    back = stored_moment(told)
    assert back == told
    assert (back.tzinfo, back.hour, back.microsecond) == (UTC, 23, 123456)
    assert now().tzinfo is UTC


def test_a_moment_without_its_zone_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="time zone"):
        stored_moment(datetime(2026, 11, 25))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ("0", "0.00"),
        ("85.3", "85.30"),
        ("100", "100.00"),
        ("66.05", "66.05"),
        ("0.1234", "0.1234"),
        ("1E+2", "100.00"),
    ],
)
def test_a_decimal_comes_back_exactly_with_at_least_two_places(app: Flask, given: str, back: str) -> None:
    line = UnitLine("A", "A", "g", 0, Decimal(given), surveyed=Decimal(given) >= 100)
    days = (date(2026, 1, 1), date(2026, 12, 31))
    campaigns.create(people.command_line(), Plan("c", "C", 2026, *days, units=[line]))
    db.session.expire_all()
    raw = db.session.scalar(text("SELECT max_points FROM campaign_unit"))
    assert "E" not in str(raw)
    kept = db.session.scalars(select(CampaignUnit)).one().max_points
    assert (type(kept), str(kept)) == (Decimal, back)


def test_units_and_people_come_in_dictionary_order_on_both_databases(app: Flask) -> None:
    ordered = [
        "An",
        "Ánh",
        "Ăn",
        "Ân",
        "Bình",
        "Châu",
        "Dương",
        "Đạo",
        "Em",
        "Oanh",
        "Ông",
        "Ơn",
        "Tư",
        "Ưng",
        "Yến",
    ]
    group = UnitGroup(code="g", name="G", position=1)
    db.session.add(group)
    db.session.flush()
    for number, name in enumerate(reversed(ordered)):
        db.session.add(Unit(code=f"U{number}", name=name, group_id=group.id))
        db.session.add(User(username=f"u{number}", display_name=name, role="enumerator", password_hash="!"))
    db.session.flush()
    assert db.session.scalars(select(Unit.name).order_by(Unit.sort_key)).all() == ordered
    assert db.session.scalars(select(User.display_name).order_by(User.sort_key)).all() == ordered


def test_keys_of_order_are_compared_byte_by_byte_whatever_the_server_collates_by(app: Flask) -> None:
    keys = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns
            if column.name in ("sort_key", "search_key")}  # fmt: skip
    assert keys == {(table, key) for table in ("unit", "user_account") for key in ("sort_key", "search_key")}
    asked = {Base.metadata.tables[table].columns[key].type for table, key in keys}
    assert {each.compile(postgresql.dialect()) for each in asked} == {'VARCHAR(400) COLLATE "C"'}
    if db.engine.dialect.name == "postgresql":
        found = db.session.execute(
            text("SELECT table_name, column_name FROM information_schema.columns WHERE collation_name = 'C'")
        )
        assert {tuple(row) for row in found if row.column_name.endswith("_key")} == keys


def test_a_name_that_changes_takes_its_keys_along(app: Flask) -> None:
    user = people.command_line()
    user.display_name = "Đỗ Ánh"
    db.session.flush()
    keys = db.session.execute(text("SELECT search_key, sort_key FROM user_account")).one()
    assert keys[0] == "do anh"
    assert keys[1] == user.sort_key != ""


def test_a_campaign_begins_as_a_draft_made_of_answers_of_real_people(app: Flask) -> None:
    days = (date(2026, 1, 1), date(2026, 12, 31))
    campaigns.create(people.command_line(), Plan("c", "C", 2026, *days, units=[]))
    campaign = db.session.scalars(select(Campaign)).one()
    assert (campaign.state, campaign.made_up, campaign.period_to) == ("draft", False, days[1])
