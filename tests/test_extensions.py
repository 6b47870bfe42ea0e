"""Every connection is durable, strict about foreign keys, and honest about where a transaction begins."""

import sqlite3
import threading
from collections.abc import Iterator
from contextvars import Context
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from survey_app import extensions
from survey_app.extensions import begin_writing, db, engine_options, read_only, write_ahead_is_safe
from tests.conftest import SqliteHouse, opened


@pytest.fixture
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on an empty SQLite file."""
    house = SqliteHouse(tmp_path_factory.mktemp("lite"))
    with opened(house.fresh()) as app:
        db.session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        db.session.execute(text("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))"))
        db.session.commit()
        yield app


# The fault stands in 3.7.0 to 3.51.2; 3.44.6 and 3.50.7 carry the repair (sqlite.org, release 3.51.3).
@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 7), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_is_refused_on_a_library_that_can_lose_it(version: tuple[int, ...], safe: bool) -> None:
    assert write_ahead_is_safe(version) is safe


def pragma(name: str) -> object:
    """Return a setting of the present connection."""
    return db.session.scalar(text(f"PRAGMA {name}"))


def test_a_sqlite_connection_is_durable_and_strict(lite: Flask) -> None:
    version = tuple(map(int, extensions.sqlite_module().sqlite_version.split(".")))
    assert pragma("journal_mode") == ("wal" if write_ahead_is_safe(version) else "delete")
    assert [pragma(name) for name in ("synchronous", "foreign_keys", "recursive_triggers")] == [2, 1, 1]
    with pytest.raises(IntegrityError):
        db.session.execute(text("INSERT INTO child VALUES (7)"))


def test_an_old_library_keeps_the_rollback_journal(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def old_module() -> SimpleNamespace:
        return SimpleNamespace(sqlite_version="3.40.1")

    monkeypatch.setattr(extensions, "sqlite_module", old_module)
    connection = sqlite3.connect(tmp_path_factory.mktemp("old") / "x.sqlite")
    extensions._open_sqlite(connection, None)
    told = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    connection.close()
    assert told == ["delete", 2]


def test_without_the_wheel_pythons_own_library_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    there = extensions.import_module

    def without_wheel(name: str) -> object:
        if name.startswith("pysqlite3"):
            raise ImportError(name)
        return there(name)

    monkeypatch.setattr(extensions, "import_module", without_wheel)
    assert extensions.sqlite_module().__name__ == "sqlite3.dbapi2"


def test_tables_made_in_a_transaction_that_is_undone_are_gone(lite: Flask) -> None:
    db.session.execute(text("CREATE TABLE third (id INTEGER)"))
    db.session.rollback()
    names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
    assert list(names) == ["child", "parent"]


def refused_to_write(app: Flask) -> bool:
    """Tell whether another connection, not willing to wait, finds the write lock taken."""
    found: list[bool] = []

    def try_it() -> None:
        with app.app_context():
            try:
                with db.engine.connect() as connection:
                    connection.connection.driver_connection.execute("PRAGMA busy_timeout=0")
                    connection.execute(text("INSERT INTO parent VALUES (99)"))
                    connection.rollback()
                found.append(False)
            except OperationalError as busy:
                found.append("locked" in str(busy.orig))

    thread = threading.Thread(target=Context().run, args=(try_it,))
    thread.start()
    thread.join()
    return found[0]


def test_whoever_may_write_takes_the_lock_at_the_start_and_a_reader_never(lite: Flask) -> None:
    db.session.execute(text("SELECT 1 FROM parent"))
    assert refused_to_write(lite)
    db.session.rollback()
    read_only.set(True)
    db.session.execute(text("SELECT 1 FROM parent"))
    assert not refused_to_write(lite)
    begin_writing()
    db.session.execute(text("SELECT 1 FROM parent"))
    assert refused_to_write(lite)
    assert read_only.get() is False


def test_beginning_to_write_twice_keeps_what_was_written(lite: Flask) -> None:
    read_only.set(True)
    begin_writing()
    db.session.execute(text("INSERT INTO parent VALUES (1)"))
    begin_writing()
    db.session.rollback()
    assert db.session.scalar(text("SELECT count(*) FROM parent")) == 0


def test_postgresql_gets_a_pool_and_sqlite_its_driver_and_patience() -> None:
    assert engine_options("postgresql+psycopg://h/x") == {"pool_size": 8, "max_overflow": 8}
    options = engine_options("sqlite:///x")
    assert (options["connect_args"], options["module"]) == ({"timeout": 30}, extensions.sqlite_module())
