"""Runs migrations on the application's own engine, each in one real transaction on both databases."""

from alembic import context
from flask import current_app
from sqlalchemy import text

import survey_app.models  # noqa: F401 - fills the metadata that autogenerate compares
from survey_app.extensions import Base


def _own_column_types(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types into migrations as what they are in the database."""
    if kind == "type" and type(item).__module__ == "survey_app.models.columns":
        return {
            "Moment": "sa.DateTime(timezone=True)",
            "ExactDecimal": "sa.Numeric(9, 4).with_variant(sa.String(16), 'sqlite')",
        }[type(item).__name__]
    return False


def run() -> None:
    """Migrate online; foreign keys rest while SQLite rebuilds a table and are checked at the end."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transactional_ddl=True,
            transaction_per_migration=True,
            compare_type=True,
            render_item=_own_column_types,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall() if sqlite else []
        finally:
            connection.rollback()
            if sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"migration left rows without their parent: {broken[:5]}")


run()
