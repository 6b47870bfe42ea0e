"""What a first page tells at a glance: how many in each state, and which came last."""

from flask import Flask
from sqlalchemy import select, text

from survey_app.domain import campaigns, demonstration, overview, people
from survey_app.extensions import db
from survey_app.models import Response
from survey_app.vocabulary import ResponseState
from tests.web.pages import statements


def test_every_state_is_counted_zeros_included(demo: Flask) -> None:
    counts = overview.counts(campaigns.by_code(demonstration.CODE))
    # 984 + 1,140 responses of the two groups (Hà Nam's report 2022), all of them sent.
    assert counts == dict.fromkeys(ResponseState, 0) | {ResponseState.SUBMITTED: 2124}


def test_the_newest_counted_ones_are_shown_and_only_to_whom_they_may_be(demo: Flask) -> None:
    campaign = campaigns.by_code(demonstration.CODE)
    newest = select(Response.id).order_by(Response.saved_at.desc(), Response.id.desc())
    first, *others = db.session.scalars(newest.limit(9)).all()
    seen = [each.id for each in overview.newest(people.by_username("mattran"), campaign)]
    assert seen == [first, *others[:-1]]
    db.session.execute(text("UPDATE response SET state = 'returned' WHERE id = :id"), {"id": first})
    assert [each.id for each in overview.newest(people.by_username("mattran"), campaign)] == others
    mine = overview.newest(people.by_username("dtv01"), campaign, 3)
    assert [each.enumerator.username for each in mine] == ["dtv01"] * 3
    assert overview.newest(people.by_username("quantri"), campaign) == []


def test_the_newest_cost_one_statement(demo: Flask) -> None:
    campaign, supervisor = campaigns.by_code(demonstration.CODE), people.by_username("mattran")

    def read() -> None:
        for each in overview.newest(supervisor, campaign):
            assert each.unit is not None
            assert each.unit.name
            assert each.enumerator.display_name

    db.session.expunge_all()
    assert len(statements(read)) == 1
