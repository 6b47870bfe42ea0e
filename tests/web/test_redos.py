"""Batches to redo on pages: exactly the responses shown, their number confirmed, decided by Home Affairs alone."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.domain import assignments, campaigns
from survey_app.extensions import db
from survey_app.models import AuditLine, RedoProposal, Response
from survey_app.vocabulary import Body
from tests.domain.verdicts import World
from tests.web.pages import CODE, LogIn, error_targets, statements
from tests.web.rechecked import here as rechecked

LIST = f"/campaigns/{CODE}/redos"
REASON = "Ba phiếu không có phỏng vấn."


@pytest.fixture
def here(demo: Flask) -> World:
    """The demonstration's people."""
    return rechecked()


@pytest.fixture
def number(here: World) -> int:
    """The number of an open proposal: of two judged responses one failed."""
    for code, verdict, reasons in (("PT-1", "confirmed", ""), ("PT-2", "failed", "led")):
        _, (recheck,) = here.drawn(code, Body.FRONT)
        here.judge(recheck, verdict, reasons)
    db.session.commit()
    return db.session.scalars(select(RedoProposal.id)).one()


def counted() -> int:
    """Return how many responses of the campaign are void."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Response.state == "void")) or 0


def decide(client: FlaskClient, redo: int, **changes: str) -> Any:
    """Send the decision of a proposal as its page gives it."""
    page = client.get(f"/redos/{redo}").text
    listed = re.search(r'name="listed"[^>]* value="([^"]*)"', page)
    shown = re.search(r"cả ([\d.]+) phiếu trong danh sách", page)
    sent = {
        "decision": "accept",
        "reason": REASON,
        "listed": listed[1] if listed else "",
        "number": shown[1] if shown else "",
    }
    return client.post(f"/redos/{redo}", data=sent | changes)


def test_accepting_voids_exactly_what_was_listed_and_every_page_says_so(
    here: World, number: int, logged_in: LogIn
) -> None:
    client = logged_in("noivu")
    page = client.get(f"/redos/{number}").text
    listed = set(re.findall(r'<th scope="row"><a href="/responses/[^"]+">([^<]+)</a>', page))
    assert ("PT-1" in listed, "PT-2" in listed) == (False, True)
    before = assignments.progress(campaigns.by_code(CODE))
    assert decide(client, number).location == f"/redos/{number}"
    assert counted() == len(listed)
    void = select(Response.form_code).where(Response.state == "void")
    assert set(db.session.scalars(void)) == listed
    after = assignments.progress(campaigns.by_code(CODE))
    lost = sum(each.valid for each in before) - sum(each.valid for each in after)
    assert lost == len(listed)
    lines = select(func.count()).where(AuditLine.verb == "response.voided")
    assert db.session.scalar(lines) == len(listed)
    assert "Làm lại" in client.get(LIST).text
    late = decide(client, number)
    assert (late.status_code, "đã được Phạm Thu Hằng quyết định" in late.text) == (409, True)


@pytest.mark.parametrize(
    ("changes", "status", "targets"),
    [
        ({"number": "1"}, 422, ["number"]),
        ({"number": ""}, 422, ["number"]),
        ({"reason": " "}, 422, ["reason"]),
        ({"decision": "confirm"}, 422, ["decision"]),
        ({"decision": "decline", "reason": ""}, 422, ["reason"]),
        ({"listed": "0" * 64}, 409, []),
        ({"listed": "\x00"}, 409, []),
    ],
)
def test_what_is_not_exactly_confirmed_voids_nothing_and_keeps_what_was_typed(
    number: int, logged_in: LogIn, changes: dict[str, str], status: int, targets: list[str]
) -> None:
    reply = decide(logged_in("noivu"), number, **changes)
    assert (reply.status_code, error_targets(reply.text), counted()) == (status, targets, 0)
    if "reason" not in changes:
        assert REASON in reply.text


def test_a_head_sees_that_it_waits_and_neither_numbers_nor_list_nor_form(
    number: int, logged_in: LogIn
) -> None:
    for username in ("mattran-truong", "cuuchienbinh-truong"):
        head = logged_in(username)
        page = head.get(f"/redos/{number}").text
        told = [each in page for each in ("1 trong 2", "PT-2", 'name="decision"', 'name="listed"')]
        assert told == [False, False, False, False]
        assert "Chờ Sở Nội vụ quyết định" in page
        assert (
            head.post(f"/redos/{number}", data={"decision": "decline", "reason": REASON}).status_code == 403
        )
    assert counted() == 0


def test_declining_leaves_everything_as_it_is(number: int, logged_in: LogIn) -> None:
    client = logged_in("noivu")
    assert decide(client, number, decision="decline").status_code == 303
    assert counted() == 0
    assert REASON in client.get(f"/redos/{number}").text


def test_the_list_costs_the_same_for_one_proposal_and_for_many(
    here: World, number: int, logged_in: LogIn
) -> None:
    client = logged_in("noivu")
    client.get(LIST)
    one = statements(lambda: client.get(LIST))
    others = select(Response.enumerator_id).where(Response.enumerator_id != here.asks.id).distinct().limit(9)
    for enumerator in db.session.scalars(others).all():
        db.session.add(
            RedoProposal(campaign_id=here.campaign.id, enumerator_id=enumerator, judged=3, failed=1)
        )
    db.session.commit()
    assert len(statements(lambda: client.get(LIST))) == len(one)
