"""Pages of a list: counted and cut by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from survey_app import problems
from survey_app.extensions import db

Row = TypeVar("Row")
LAST_PAGE = 1_000_000
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, its number from 1, and how many rows there are in all."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = SIZE

    @property
    def first(self) -> int:
        """The place of the first row shown."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number * self.size < self.total


def page_number(typed: str) -> int:
    """Return a page's number as it stands in an address; refuses what is no page."""
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= LAST_PAGE and len(typed) <= 9):
        raise problems.NotFound()
    return int(typed)


def cut(found: Select[Any], number: int, size: int = SIZE) -> Page[Any]:
    """Return one page of an ordered select of one entity; a page behind the last one is not there."""
    total = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    rows = db.session.scalars(found.limit(size).offset((number - 1) * size)).all()
    if not rows and number > 1:
        raise problems.NotFound()
    return Page(rows, number, total, size)
