"""Vietnam's days: moments are stored in UTC, and a day begins where the people are."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(moment: datetime) -> date:
    """Return the day in Vietnam on which a moment lies."""
    return moment.astimezone(HERE).date()


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Vietnam."""
    return datetime.combine(day, time(), HERE)


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
