"""The Flask extensions, and the rules every database connection obeys."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from flask import current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()


class OwnLimits(Limiter):
    """Limits of views that name some; every other page is spared the library's search for them (75 µs)."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if hasattr(view, "__wrapper-limiter-instance"):
            super()._check_request_limit(callable_name, in_middleware)


# Counts in the memory of one process, by the address behind the proxies.
limiter = OwnLimits(get_remote_address, storage_uri="memory://", strategy="moving-window")

# What SQLAlchemy says alike on both databases, and only there: insert … on conflict.
DIALECTS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}

# Whoever only reads says so, and takes no write lock; everybody else takes it at the start.
read_only: ContextVar[bool] = ContextVar("read_only", default=False)


def sqlite_module() -> Any:
    """Return the SQLite driver: the wheel's current library where there is one, else Python's own."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return import_module("sqlite3.dbapi2")


def write_ahead_is_safe(version: tuple[int, ...]) -> bool:
    """Tell whether a SQLite version is free of the WAL-reset fault (3.7.0–3.51.2 but 3.44.6 and 3.50.7)."""
    return version > (3, 51, 2) or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options of a database address."""
    if url.startswith("sqlite"):
        return {"module": sqlite_module(), "connect_args": {"timeout": 30}}
    return {"pool_size": 8, "max_overflow": 8}


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    version = tuple(int(part) for part in sqlite_module().sqlite_version.split("."))
    cursor.execute(f"PRAGMA journal_mode={'WAL' if write_ahead_is_safe(version) else 'DELETE'}")
    for setting in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "cache_size=-32768"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN" if read_only.get() else "BEGIN IMMEDIATE")


def begin_writing() -> None:
    """End a reading transaction and let the next statement open a writing one.

    On SQLite whoever writes holds the one lock: what can be read and checked before it is, is not
    done under it. PostgreSQL locks rows, so its transaction goes on.
    """
    if read_only.get():
        if db.session.get_bind().dialect.name == "sqlite":
            db.session.commit()
        read_only.set(False)


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything read within be as of one moment, whatever others write meanwhile.

    Commits the transaction that went before; nothing is written within.
    """
    db.session.commit()
    before = read_only.set(True)
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.commit()
        read_only.reset(before)


def watch_engine(engine: Engine) -> None:
    """Make every SQLite connection durable, strict about foreign keys, and honest about transactions."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _open_sqlite):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
