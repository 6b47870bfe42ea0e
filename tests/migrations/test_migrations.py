"""Migrations go both ways on both databases, in real transactions, and agree with the models."""

import re
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, inspect, select, text

from survey_app.extensions import Base, db
from survey_app.models import Response
from tests.conftest import PostgresHouse, SqliteHouse, opened

VERSIONS = Path(__file__).parent.parent.parent / "migrations" / "versions"


def tables(connection: Connection) -> set[str]:
    """Return the tables of a database without Alembic's own."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_file_names_sort_by_time_and_say_what_they_do() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert names
    assert all(re.fullmatch(r"\d{8}_\d{4}_[0-9a-z]+_[a-z_]+\.py", name) for name in names)


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory(str(VERSIONS.parent))
    assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_up_down_and_up_again_gives_the_same_tables(house: SqliteHouse | PostgresHouse) -> None:
    url = house.fresh()
    with opened(url):
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            whole = tables(connection)
            assert whole == set(Base.metadata.tables)
        flask_migrate.downgrade(revision="base")
        with db.engine.connect() as connection:
            assert tables(connection) == set()
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            assert tables(connection) == whole
    house.drop(url)


def test_models_and_migrations_agree(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migration_that_fails_half_way_leaves_nothing_behind(
    house: SqliteHouse | PostgresHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = house.fresh()
    script = next(VERSIONS.glob("*_0001_*.py"))
    with opened(url):

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("the power is gone")

        monkeypatch.setattr("alembic.op.execute", fail)
        assert "op.execute" in script.read_text(encoding="utf-8")
        with pytest.raises(SystemExit):
            flask_migrate.upgrade()
        monkeypatch.undo()
        with db.engine.connect() as connection:
            assert tables(connection) == set()
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            assert tables(connection) == set(Base.metadata.tables)
    house.drop(url)


def test_sqlite_is_durable_strict_and_honest_after_migrating(demo: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        assert db.session.scalar(text("SHOW synchronous_commit")) == "on"
        return
    settings = {name: db.session.scalar(text(f"PRAGMA {name}")) for name in ("synchronous", "foreign_keys")}
    assert settings == {"synchronous": 2, "foreign_keys": 1}
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert len(db.session.scalars(select(Response.id)).all()) == 2124
