"""Vietnam's days: moments are stored in UTC, people count by their own calendar (L5)."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from survey_app.models.columns import now

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(moment: datetime) -> date:
    """Return the day in Vietnam on which a moment lies."""
    return moment.astimezone(HERE).date()


def today() -> date:
    """Return Vietnam's present day."""
    return day_of(now())


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Vietnam."""
    return datetime.combine(day, time(), HERE)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


class day_here(FunctionElement[date]):  # noqa: N801 - reads as a function of the database
    """Vietnam's day of a stored moment, told by the database."""

    name = "day_here"
    type = Date()
    inherit_cache = True


@compiles(day_here, "sqlite")
def _on_sqlite(element: day_here, compiler: Any, **options: Any) -> str:
    # Vietnam keeps one offset all year; SQLite knows no time zones.
    return f"date({compiler.process(element.clauses, **options)}, '+7 hours')"


@compiles(day_here, "postgresql")
def _on_postgresql(element: day_here, compiler: Any, **options: Any) -> str:
    return f"CAST(timezone('{HERE.key}', {compiler.process(element.clauses, **options)}) AS DATE)"
