"""Reviewing on pages: accept, tag, and one action on exactly the rows of a list that were shown."""

import re
from html import escape, unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Response, ResponseTag
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, statements, unit_of

LIST = f"/campaigns/{CODE}/responses"
NOTE = "Xem lại <câu> 1 & 2."


@pytest.fixture
def front(logged_in: LogIn) -> FlaskClient:
    """The browser of the Fatherland Front's supervisor."""
    return logged_in("mattran")


def rows_of(page: str) -> list[str]:
    """Return what the boxes, or the hidden fields, of a page say about its rows."""
    return re.findall(r'name="row" value="([0-9a-f-]{36}:[0-9]+)"', page)


def states(rows: list[str]) -> list[str]:
    """Return the states of the responses of some rows, each once."""
    db.session.rollback()
    found = select(Response.state).where(Response.uuid.in_([row.partition(":")[0] for row in rows]))
    return sorted(set(db.session.scalars(found)))


def lines() -> int:
    """Return how many lines the trail has."""
    db.session.rollback()
    return len(db.session.scalars(select(AuditLine.id)).all())


def confirm(client: FlaskClient, rows: list[str], action: str, **query: str) -> str:
    """Return the page that asks to confirm an action."""
    reply = client.post(f"{LIST}/review", data={"row": rows, "action": action}, query_string=query)
    assert reply.status_code == 200
    return reply.text


def review(client: FlaskClient, rows: list[str], action: str, confirmed: int, **words: str) -> object:
    """Send a confirmed action."""
    sent = {"row": rows, "action": action, "confirmed": str(confirmed), **words}
    return client.post(f"{LIST}/reviewed", data=sent)


def test_t8_filter_a_unit_choose_all_and_accept_touches_exactly_the_rows_shown(
    demo: Flask, front: FlaskClient, logged_in: LogIn
) -> None:
    unit = unit_of("dtv01")
    rows = rows_of(front.get(LIST, query_string={"unit": unit}).text)
    assert 1 < len(rows) <= 50
    page = confirm(front, rows, "accept", unit=unit)
    assert f"<h1>Chấp nhận {len(rows)} phiếu</h1>" in page
    assert (rows_of(page), f'name="confirmed" value="{len(rows)}"' in page) == (rows, True)
    late = entry_form(unit, "LATE-1", "4")
    assert logged_in("dtv01").post(LIST, data=late).status_code == 303
    done = front.post(
        f"{LIST}/reviewed",
        data={"row": rows, "action": "accept", "confirmed": str(len(rows))},
        query_string={"unit": unit, "page": "9", "x": "y"},
    )
    assert (done.status_code, done.location) == (303, f"{LIST}?unit={quote(unit)}")
    assert states(rows) == ["accepted"]
    assert states([late["uuid"]]) == ["submitted"]
    assert f"Đã chấp nhận {len(rows)} phiếu." in front.get(done.location).text


def test_every_row_of_the_confirmation_is_named_by_its_code(front: FlaskClient) -> None:
    page = front.get(LIST).text
    rows = rows_of(page)
    asked = confirm(front, rows[:3], "doubt")
    codes = re.findall(r'aria-label="Chọn phiếu ([^"]+)"', page)[:3]
    assert [asked.count(f'<th scope="row">{code}</th>') for code in codes] == [1, 1, 1]
    assert "Xác nhận: đánh dấu và trả lại 3 phiếu" in asked


@pytest.mark.parametrize("confirmed", ["2", "4", "", "３", "1e9", "-3"])
def test_t8_a_number_that_differs_changes_nothing_and_keeps_the_text(
    front: FlaskClient, confirmed: str
) -> None:
    rows = rows_of(front.get(LIST).text)[:3]
    before = lines()
    sent = {"row": rows, "action": "doubt", "confirmed": confirmed, "reason": "other", "note": NOTE}
    reply = front.post(f"{LIST}/reviewed", data=sent)
    assert (reply.status_code, f"{escape(NOTE)}</textarea>" in reply.text) == (409, True)
    assert (states(rows), lines()) == (["submitted"], before)


def test_t9_ids_that_are_not_theirs_refuse_the_whole_request(
    front: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    rows = rows_of(front.get(LIST).text)[:2]
    before = lines()
    for strange in ("0" * 36 + ":1", "x", "", "\x00:1", f"{rows[0].upper()}"):
        for path in ("review", "reviewed"):
            sent = {"row": [*rows, strange], "action": "accept", "confirmed": "3"}
            assert front.post(f"{LIST}/{path}", data=sent).status_code == 404, strange
    assert "responses sent for review by mattran are not for them to see" in caplog.text
    assert (states(rows), lines()) == (["submitted"], before)


def test_none_too_many_and_too_large_are_refused(front: FlaskClient) -> None:
    rows = rows_of(front.get(LIST).text)
    assert front.post(f"{LIST}/review", data={"action": "accept"}).status_code == 303
    assert "Chưa chọn phiếu nào" in front.get(LIST).text
    assert review(front, [], "accept", 0).status_code == 422
    assert review(front, [*rows, rows[0]], "accept", 51).status_code == 422
    assert review(front, rows[:1], "doubt", 1, reason="other", note="x" * 70_000).status_code == 413
    for action in ("", "void", "moon"):
        assert front.post(f"{LIST}/review", data={"row": rows[:1], "action": action}).status_code == 422
        assert review(front, rows[:1], action, 1).status_code == 422
    assert states(rows) == ["submitted"]


def test_t3_what_changed_meanwhile_is_named_and_the_text_is_kept_for_the_others(
    front: FlaskClient, logged_in: LogIn
) -> None:
    rows = rows_of(front.get(LIST).text)[:3]
    other, uuid = logged_in("cuuchienbinh"), rows[1].partition(":")[0]
    assert "Đánh dấu và trả lại 3 phiếu" in confirm(front, rows, "doubt")
    flagged = {"version": "1", "reason": "wrong_unit", "note": "Nhầm xã"}
    assert other.post(f"/responses/{uuid}/flags", data=flagged).status_code == 303
    before = lines()
    reply = review(front, rows, "doubt", 3, reason="other", note=NOTE)
    assert (reply.status_code, f"{escape(NOTE)}</textarea>" in reply.text) == (409, True)
    assert "Có 1 phiếu không làm được việc này nên chưa có gì thay đổi" in reply.text
    assert re.search(r"\(Hội Cựu chiến binh\) đánh dấu lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}", reply.text)
    assert (rows_of(reply.text), 'value="other" checked' in reply.text) == ([rows[0], rows[2]], True)
    assert (states([rows[0], rows[2]]), lines()) == (["submitted"], before)
    assert review(front, rows_of(reply.text), "doubt", 2, reason="other", note=NOTE).status_code == 303
    assert (states(rows), lines()) == (["returned"], before + 2)


def test_t10_the_words_of_many_are_checked_like_those_of_one(front: FlaskClient) -> None:
    rows = rows_of(front.get(LIST).text)[:2]
    for action, words, target in (
        ("doubt", {"note": NOTE}, "reason"),
        ("doubt", {"reason": "other"}, "note"),
        ("question", {"reason": "contradiction"}, "note"),
        ("tag", {"tag": "x" * 41}, "tag"),
    ):
        reply = review(front, rows, action, 2, **words)
        assert (reply.status_code, error_targets(reply.text)) == (422, [target]), action
        assert all(escape(word) in reply.text for name, word in words.items() if name != "reason")
    assert states(rows) == ["submitted"]
    assert review(front, rows, "question", 2, reason="contradiction", note=NOTE).status_code == 303
    assert review(front, rows, "tag", 2, tag="xem kỹ").status_code == 303
    db.session.rollback()
    assert [(flag.kind, flag.note) for flag in db.session.scalars(select(Flag))] == [("question", NOTE)] * 2
    assert {tag.tag for tag in db.session.scalars(select(ResponseTag))} == {"xem kỹ"}


def test_a_closed_campaign_is_told_and_what_was_typed_is_shown(front: FlaskClient, logged_in: LogIn) -> None:
    rows = rows_of(front.get(LIST).text)[:2]
    logged_in("noivu").post(f"/campaigns/{CODE}/state", data={"target": "closed"})
    reply = review(front, rows, "doubt", 2, reason="other", note=NOTE)
    assert (reply.status_code, "Đã đóng" in reply.text) == (409, True)
    assert f"Bạn đã nhập: “{escape(NOTE)}”" in reply.text
    assert "Đã đóng" in confirm(front, rows, "doubt")


def test_one_response_is_accepted_by_its_button_and_a_flag_still_returns_it(
    front: FlaskClient, logged_in: LogIn
) -> None:
    row = rows_of(front.get(LIST).text)[0]
    uuid = row.partition(":")[0]
    path = f"/responses/{uuid}"
    assert f'action="{path}/accept"' in front.get(path).text
    for version in ("", "0", "2", "１", "x"):
        assert front.post(f"{path}/accept", data={"version": version}).status_code == 409
    assert front.post(f"{path}/accept", data={"version": "1", "state": "void"}).location == path
    page = front.get(path).text
    assert (states([row]), f'action="{path}/accept"' in page) == (["accepted"], False)
    again = front.post(f"{path}/accept", data={"version": "1"})
    assert (again.status_code, "Nguyễn Văn Đức chấp nhận lúc" in again.text) == (409, True)
    flagged = logged_in("cuuchienbinh").post(
        f"{path}/flags", data={"version": "1", "reason": "contradiction", "note": ""}
    )
    assert (flagged.status_code, states([row])) == (303, ["returned"])


def test_a1_fields_nobody_asked_for_change_nothing_and_are_logged(
    front: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    row = rows_of(front.get(LIST).text)[0]
    uuid = row.partition(":")[0]
    forged = {"state": "void", "body": "veterans", "points": "10", "version": "1"}
    front.post(f"/responses/{uuid}/accept", data=forged)
    review(front, [row], "tag", 1, tag="x", **{"unit_id": "1", "role": "home_affairs"})
    assert "fields nobody asked for: body, points, state" in caplog.text
    assert "fields nobody asked for: role, unit_id" in caplog.text
    assert states([row]) == ["accepted"]


def test_a_bodys_words_are_on_its_pages_only_and_go_by_one_click(
    front: FlaskClient, logged_in: LogIn
) -> None:
    uuid = rows_of(front.get(LIST).text)[0].partition(":")[0]
    path, word = f"/responses/{uuid}", "gấp <b> & 'x'"
    refused = front.post(f"{path}/tags", data={"tag": "y" * 41})
    assert (refused.status_code, error_targets(refused.text)) == (422, ["tag"])
    assert front.post(f"{path}/tags", data={"tag": word}).location == f"{path}#tags"
    for page in (front.get(path).text, front.get(LIST, query_string={"tag": word}).text):
        assert word in unescape(page)
        assert word not in page
    assert len(rows_of(front.get(LIST, query_string={"tag": word}).text)) == 1
    for username in ("cuuchienbinh", "noivu", "dieuphoi"):
        client = logged_in(username)
        assert word not in unescape(client.get(path).text) + unescape(client.get(LIST).text)
    db.session.rollback()
    number = db.session.scalars(select(ResponseTag.id)).one()
    veteran = logged_in("cuuchienbinh")
    assert veteran.post(f"/tags/{number}/remove").status_code == 404
    assert front.post(f"/tags/{number}/remove").status_code == 303
    assert f"Bỏ nhãn {word}" not in unescape(front.get(path).text)
    assert f'<option value="{escape(word)}">'.replace("&#x27;", "&#39;") in front.get(path).text


def test_fifty_rows_cost_as_many_statements_as_two_but_for_writing_each(front: FlaskClient) -> None:
    rows = rows_of(front.get(LIST).text)

    def reads(some: list[str], action: str) -> int:
        words = {"reason": "contradiction", "note": NOTE, "tag": "xem"}
        told = statements(lambda: review(front, some, action, len(some), **words))
        return len([each for each in told if not each.startswith(("INSERT", "UPDATE"))])

    reads(rows[:1], "accept")  # what is read once and kept is read
    for action in ("tag", "question", "doubt"):
        assert reads(rows[1:3], action) == reads(rows[3:], action), action
