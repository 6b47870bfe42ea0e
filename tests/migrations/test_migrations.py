"""Migrations go both ways on both databases, in real transactions, and agree with the models."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, inspect, select, text

from survey_app.domain import audit, campaigns, counting, demonstration, integrity
from survey_app.extensions import Base, db
from survey_app.models import Response
from tests.conftest import PostgresHouse, SqliteHouse, opened

FOLDER = Path(__file__).parent.parent.parent / "migrations"
SCRIPTS = list(reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions())))
REVISIONS = [script.revision for script in SCRIPTS]
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger WHERE NOT tgisinternal "
        "UNION SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
    ),
}


def plain(facts: Any) -> Any:
    """Return facts with their SQL as text, so that they can be compared."""
    return {key: plain(value) for key, value in facts.items()} if isinstance(facts, dict) else str(facts)


def schema() -> dict[str, Any]:
    """Return all that a database says of its tables: columns, keys, rules, indexes, triggers."""
    with db.engine.connect() as connection:
        seen = inspect(connection)
        told: dict[str, Any] = {
            table: {
                "columns": [{**each, "type": str(each["type"])} for each in seen.get_columns(table)],
                "key": seen.get_pk_constraint(table),
                "foreign": sorted(seen.get_foreign_keys(table), key=lambda each: str(each["name"])),
                "unique": sorted(seen.get_unique_constraints(table), key=lambda each: str(each["name"])),
                "checks": sorted(
                    (
                        {"name": each["name"], "text": each["sqltext"]}
                        for each in seen.get_check_constraints(table)
                    ),
                    key=lambda each: str(each["name"]),
                ),
                "indexes": {str(each["name"]): plain(each) for each in seen.get_indexes(table)},
            }
            for table in seen.get_table_names()
            if table != "alembic_version"
        }
        if told:
            triggers = connection.execute(text(TRIGGERS[connection.dialect.name]))
            told["triggers"] = [tuple(row) for row in triggers]
        return told


@pytest.fixture
def blank(house: SqliteHouse | PostgresHouse) -> Iterator[None]:
    """An application on a database without any table."""
    url = house.fresh()
    with opened(url):
        yield
    house.drop(url)


def test_file_names_sort_by_time_and_say_their_revision_and_what_they_do() -> None:
    names = [Path(script.path).name for script in SCRIPTS]
    assert names == sorted(path.name for path in (FOLDER / "versions").glob("*.py"))
    for name, revision in zip(names, REVISIONS, strict=True):
        assert re.fullmatch(rf"20\d{{6}}_\d{{4}}_{revision}_[a-z]+(_[a-z]+)*\.py", name)


def test_there_is_one_line_of_migrations_and_each_says_what_it_does() -> None:
    assert [script.down_revision for script in SCRIPTS] == [None, *REVISIONS[:-1]]
    assert all(len(script.doc) > 20 for script in SCRIPTS)


def test_each_step_down_restores_what_was_before_it_and_up_again_gives_the_same(blank: None) -> None:
    before = [schema()]
    assert before == [{}]
    for revision in REVISIONS:
        flask_migrate.upgrade(revision=revision)
        before.append(schema())
    for place in reversed(range(len(REVISIONS))):
        flask_migrate.downgrade(revision="-1")
        assert schema() == before[place]
        flask_migrate.upgrade(revision=REVISIONS[place])
        assert schema() == before[place + 1]
        flask_migrate.downgrade(revision="-1")


def test_models_and_migrations_agree_on_columns_types_and_keys(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_models_and_migrations_agree_on_every_check(app: Flask) -> None:
    # Alembic compares no checks.
    there = schema()
    for name, table in Base.metadata.tables.items():
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {each["name"] for each in there[name]["checks"]} == wanted, name


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_migration_that_fails_at_its_end_leaves_everything_as_it_was(
    blank: None, monkeypatch: pytest.MonkeyPatch, revision: str, direction: str
) -> None:
    flask_migrate.upgrade(revision=revision)
    step, target = flask_migrate.downgrade, "-1"
    if direction == "up":
        step(revision="-1")
        step, target = flask_migrate.upgrade, revision
    before = schema()

    def fail(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(HeadMaintainer, "update_to_step", fail)
        with pytest.raises(RuntimeError, match="the power is gone"):
            step.__wrapped__(revision=target)
    assert schema() == before
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    flask_migrate.upgrade()
    assert schema().keys() - {"triggers"} == set(Base.metadata.tables)


def test_the_responses_survive_every_step_since_they_can_be_stored(demo: Flask) -> None:
    book = counting.current(campaigns.by_code(demonstration.CODE)).digest
    lines = audit.verify()
    db.session.commit()
    flask_migrate.downgrade(revision=REVISIONS[0])
    flask_migrate.upgrade()
    db.session.expire_all()
    assert counting.current(campaigns.by_code(demonstration.CODE)).digest == book
    assert len(db.session.scalars(select(Response.id)).all()) == 2124
    assert audit.verify() == lines
    assert [finding.what for finding in integrity.check() if not finding.holds] == []


def test_a_row_without_its_parent_stops_a_migration(demo: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        assert db.session.scalar(text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")) == 0
        return
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("UPDATE response SET enumerator_id = 999 WHERE id = (SELECT min(id) FROM response)")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.close()
    with pytest.raises(RuntimeError, match="without their parent"):
        flask_migrate.upgrade.__wrapped__()
