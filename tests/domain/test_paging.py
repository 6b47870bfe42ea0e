"""A list is cut by the database; a page that is not there is not found."""

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.domain.paging import LAST_PAGE, SIZE, cut, page_number
from survey_app.extensions import db
from survey_app.models import UnitGroup

ORDERED = select(UnitGroup).order_by(UnitGroup.position)


def with_groups(number: int) -> None:
    """Store so many rows."""
    db.session.add_all(UnitGroup(code=f"g{place}", name="Nhóm", position=place) for place in range(number))
    db.session.flush()


@pytest.mark.parametrize("typed", ["1", "2", "50", "007", str(LAST_PAGE)])
def test_a_page_is_a_whole_number_from_one(typed: str) -> None:
    assert page_number(typed) == int(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1_0",
        "１",
        "٣",
        "²",
        "x",
        "\x00",
        str(LAST_PAGE + 1),
        "9" * 5000,
    ],
)
def test_what_is_no_page_is_not_found(typed: str) -> None:
    with pytest.raises(problems.NotFound):
        page_number(typed)


def test_pages_hold_every_row_once_and_know_where_they_stand(app: Flask) -> None:
    with_groups(2 * SIZE + 1)
    pages = [cut(ORDERED, number) for number in (1, 2, 3)]
    assert [row.position for page in pages for row in page.rows] == list(range(2 * SIZE + 1))
    assert [(page.first, page.last, page.total) for page in pages] == [
        (1, 50, 101),
        (51, 100, 101),
        (101, 101, 101),
    ]
    assert [(page.has_previous, page.has_next) for page in pages] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def test_a_full_last_page_has_none_after_it(app: Flask) -> None:
    with_groups(SIZE)
    page = cut(ORDERED, 1)
    assert (len(page.rows), page.has_next) == (SIZE, False)
    with pytest.raises(problems.NotFound):
        cut(ORDERED, 2)


def test_an_empty_list_has_one_empty_page(app: Flask) -> None:
    page = cut(ORDERED, 1)
    assert (list(page.rows), page.total, page.has_previous, page.has_next) == ([], 0, False, False)
    with pytest.raises(problems.NotFound):
        cut(ORDERED, LAST_PAGE)
