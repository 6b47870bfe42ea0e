"""Joint cases on pages: both heads see both verdicts and the originals, say what they think, and agree."""

from html import escape

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.models import JointCase, JointOpinion
from survey_app.vocabulary import Body
from tests.domain.verdicts import FAILED_A, World
from tests.web.pages import CODE, LogIn, error_targets, statements
from tests.web.rechecked import here as rechecked

LIST = f"/campaigns/{CODE}/joint-cases"
NOTE = "Đã cùng gặp lại bà & hàng xóm."


@pytest.fixture
def here(demo: Flask) -> World:
    """The demonstration's people."""
    return rechecked()


def disputed(here: World, code: str) -> int:
    """Return the number of a case: the Front says that nobody asked, the Veterans that all is well."""
    _, (front, veterans) = here.drawn(code, Body.FRONT, Body.VETERANS)
    here.judge(front, "failed", FAILED_A, "Không ai hỏi.")
    here.judge(veterans, "confirmed", note="Bà nhớ rõ.")
    db.session.commit()
    return db.session.scalars(select(JointCase.id).order_by(JointCase.id.desc())).first() or 0


def opinions() -> list[tuple[str, str, str]]:
    """Return what is stored of every opinion."""
    db.session.rollback()
    found = db.session.scalars(select(JointOpinion).order_by(JointOpinion.body))
    return [(each.body, each.outcome, each.note) for each in found]


def test_both_heads_see_both_verdicts_and_agree(here: World, logged_in: LogIn) -> None:
    number = disputed(here, "PT-1")
    front, veterans = logged_in("mattran-truong"), logged_in("cuuchienbinh-truong")
    for client in (front, veterans, logged_in("noivu")):
        page = client.get(f"/joint-cases/{number}").text
        assert [each in page for each in ("Không ai hỏi.", "Bà nhớ rõ.", "(d) Các tiêu chí hỏi lại")] == [
            True
        ] * 3
        assert "PT-1" in client.get(LIST).text
    assert 'name="outcome"' not in logged_in("noivu").get(f"/joint-cases/{number}").text
    sent = {"outcome": "failed", "note": NOTE}
    assert front.post(f"/joint-cases/{number}", data=sent).location == f"/joint-cases/{number}"
    assert escape(NOTE) in veterans.get(f"/joint-cases/{number}").text
    assert veterans.post(f"/joint-cases/{number}", data=sent).status_code == 303
    assert opinions() == [("front", "failed", NOTE), ("veterans", "failed", NOTE)]
    page = front.get(f"/joint-cases/{number}").text
    assert ("Đã thống nhất" in page, 'name="outcome"' in page) == (True, False)
    late = front.post(f"/joint-cases/{number}", data={"outcome": "confirmed", "note": NOTE})
    assert (late.status_code, "đã được hai cơ quan thống nhất “Không đạt”" in late.text) == (409, True)


def test_a_refused_opinion_keeps_what_was_typed_and_a_stored_one_is_shown_to_be_given_anew(
    here: World, logged_in: LogIn
) -> None:
    number = disputed(here, "PT-1")
    head = logged_in("mattran-truong")
    for sent, targets in (
        ({"outcome": "unreachable", "note": NOTE}, ["outcome"]),
        ({"outcome": "failed", "note": " \u200b"}, ["note"]),
    ):
        reply = head.post(f"/joint-cases/{number}", data=sent)
        assert (reply.status_code, error_targets(reply.text)) == (422, targets)
    assert escape(NOTE) in head.post(f"/joint-cases/{number}", data={"note": NOTE}).text
    forged = {"outcome": "failed", "note": NOTE, "body": "veterans", "state": "agreed", "given_by_id": "1"}
    head.post(f"/joint-cases/{number}", data=forged)
    assert opinions() == [("front", "failed", NOTE)]
    page = head.get(f"/joint-cases/{number}").text
    assert (
        "Nêu lại ý kiến" in page,
        'value="failed" checked' in page.replace('"  checked', '" checked'),
    ) == (
        True,
        True,
    )


def test_nobody_else_sees_or_says_anything(here: World, logged_in: LogIn) -> None:
    number = disputed(here, "PT-1")
    for username in ("mattran", "cuuchienbinh", "dtv01", "dieuphoi", "quantri"):
        client = logged_in(username)
        assert client.get(f"/joint-cases/{number}").status_code == 403
        assert (
            client.post(f"/joint-cases/{number}", data={"outcome": "failed", "note": NOTE}).status_code == 403
        )
    assert logged_in("noivu").post(f"/joint-cases/{number}", data={}).status_code == 403
    assert opinions() == []


def test_the_list_costs_the_same_for_one_case_and_for_many(here: World, logged_in: LogIn) -> None:
    disputed(here, "PT-0")
    client = logged_in("mattran-truong")
    client.get(LIST)
    one = statements(lambda: client.get(LIST))
    for number in range(1, 10):
        disputed(here, f"PT-{number}")
    assert len(statements(lambda: client.get(LIST))) == len(one)
