"""Flags on pages: raised in two clicks, answered first, withdrawn with a reason; nothing typed is lost."""

import re
from html import escape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import people
from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Response, ResponseVersion
from tests.conftest import shown
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, unit_of

NOTE = "Xem lại câu 1 & 2."


@pytest.fixture
def enumerator(logged_in: LogIn) -> FlaskClient:
    """The first enumerator's browser."""
    return logged_in("dtv01")


@pytest.fixture
def supervisor(logged_in: LogIn) -> FlaskClient:
    """The browser of the Fatherland Front's supervisor."""
    return logged_in("mattran")


@pytest.fixture
def form(demo: Flask, enumerator: FlaskClient) -> dict[str, str]:
    """The form of a response that was sent."""
    sent = entry_form(unit_of("dtv01"), "FLAG-1", "4")
    assert enumerator.post(f"/campaigns/{CODE}/responses", data=sent).status_code == 303
    return sent


def response_now() -> Response:
    """Return the response as it stands."""
    db.session.rollback()
    return db.session.scalars(select(Response).where(Response.form_code == "FLAG-1")).one()


def flags_now() -> list[tuple[str, str, str]]:
    """Return state, body and reply of every flag."""
    db.session.rollback()
    return [
        (flag.state, flag.body, flag.reply) for flag in db.session.scalars(select(Flag).order_by(Flag.id))
    ]


def flag(client: FlaskClient, form: dict[str, str], **changes: str) -> object:
    """Send the form that flags a response."""
    sent = {"version": "1", "reason": "contradiction", "note": NOTE} | changes
    return client.post(f"/responses/{form['uuid']}/flags", data=sent)


def test_a_flag_returns_the_response_to_its_enumerator_who_sees_it_first(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    assert flag(supervisor, form).location == f"/responses/{form['uuid']}"
    assert response_now().state == "returned"
    for path in ("/", f"/campaigns/{CODE}/responses", f"/responses/{form['uuid']}/edit"):
        page = enumerator.get(path).text
        assert escape(NOTE) in page
        assert "Câu trả lời mâu thuẫn" in page
    assert 'value="FLAG-1"' in enumerator.get(f"/responses/{form['uuid']}/edit").text


def test_a_flag_without_a_reason_is_refused_and_keeps_the_note(
    supervisor: FlaskClient, form: dict[str, str]
) -> None:
    for changes, target in (({"reason": ""}, "reason"), ({"reason": "moon"}, "reason")):
        reply = flag(supervisor, form, **changes)
        assert (reply.status_code, error_targets(reply.text)) == (422, [target])
        assert f"{escape(NOTE)}</textarea>" in reply.text
    reply = flag(supervisor, form, reason="other", note=" \u200b")
    assert (reply.status_code, error_targets(reply.text)) == (422, ["note"])
    assert (flags_now(), response_now().state) == ([], "submitted")


@pytest.mark.parametrize("version", ["", "0", "2", "-1", "x", "9" * 5000, "\x00"])
def test_t1_a_flag_on_a_version_that_is_gone_keeps_the_note_and_can_be_sent_again(
    supervisor: FlaskClient, form: dict[str, str], version: str
) -> None:
    reply = flag(supervisor, form, version=version)
    assert reply.status_code == 409
    assert f"{escape(NOTE)}</textarea>" in reply.text
    assert 'name="version" value="1"' in reply.text
    assert re.search(r"lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}", reply.text)
    assert (flags_now(), response_now().state) == ([], "submitted")


def test_t1_the_second_body_is_told_that_the_first_was_faster_and_reads_its_own_note(
    supervisor: FlaskClient, logged_in: LogIn, form: dict[str, str]
) -> None:
    assert flag(supervisor, form).status_code == 303
    reply = flag(logged_in("cuuchienbinh"), form, note="Tôi cũng thấy lạ")
    assert reply.status_code == 409
    assert "Trả lại" in reply.text
    assert "Bạn đã nhập: “Tôi cũng thấy lạ”" in reply.text
    assert f"Người đánh dấu trước đã ghi: “{escape(NOTE)}”" in reply.text
    assert "Nguyễn Văn Đức (Mặt trận Tổ quốc)" in reply.text
    assert re.search(r"lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}, lý do: Câu trả lời mâu thuẫn", reply.text)
    assert flags_now() == [("open", "front", "")]


def test_a_correction_keeps_both_versions_and_its_reason_is_read_by_the_supervisor(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    flag(supervisor, form)
    edit = f"/responses/{form['uuid']}/edit"
    corrected = form | {"version": "1", "access_1": "1", "comment": "Đã hỏi lại"}
    missing = enumerator.post(edit, data=corrected)
    assert (missing.status_code, error_targets(missing.text)) == (422, ["reason"])
    assert "Đã hỏi lại</textarea>" in missing.text
    assert 'id="access_1-1" name="access_1" value="1" checked' in missing.text
    assert escape(NOTE) in missing.text
    sent = enumerator.post(edit, data=corrected | {"reason": "Nhập nhầm <câu> đầu"})
    assert sent.location == f"/responses/{form['uuid']}/receipt"
    page = supervisor.get(f"/responses/{form['uuid']}").text
    for told in (escape("Nhập nhầm <câu> đầu"), "4 – Hài lòng", "1 – Rất không hài lòng", "Bản 1 → bản 2"):
        assert told in page
    assert flags_now() == [("answered", "front", "Nhập nhầm <câu> đầu")]
    assert [kept.answers for kept in db.session.scalars(select(ResponseVersion))] == ["4" * 22]
    assert (response_now().answers[0], response_now().version) == ("1", 2)


def test_t6_the_next_flag_starts_empty_and_the_first_stays_in_the_history(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    flag(supervisor, form)
    kept = form | {"version": "1", "reason": "Đúng như vậy"}
    enumerator.post(f"/responses/{form['uuid']}/edit", data=kept)
    page = supervisor.get(f"/responses/{form['uuid']}").text
    assert f"“{escape(NOTE)}”" in page
    assert "Đúng như vậy" in page
    assert re.search(r'<textarea [^>]*id="note"[^>]*>\s*</textarea>', page)
    assert 'name="version" value="2"' in page
    assert flag(supervisor, form, version="2", note="Lần hai").status_code == 303
    assert [state for state, _, _ in flags_now()] == ["answered", "open"]


def test_t7_a_mistaken_flag_is_withdrawn_with_a_reason_and_both_stay_visible(
    supervisor: FlaskClient, form: dict[str, str]
) -> None:
    flag(supervisor, form)
    number = db.session.scalars(select(Flag.id)).one()
    for empty in ("", "   ", "\u200b", "x" * 1001):
        refused = supervisor.post(f"/flags/{number}/withdraw", data={"reason": empty})
        assert (refused.status_code, "lý do rút" in refused.text) == (422, True)
    assert response_now().state == "returned"
    done = supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Nhầm phiếu"})
    assert done.location == f"/responses/{form['uuid']}"
    page = supervisor.get(done.location).text
    assert "Lý do rút: “Nhầm phiếu”" in page
    assert escape(NOTE) in page
    assert (response_now().state, flags_now()) == ("submitted", [("withdrawn", "front", "Nhầm phiếu")])
    again = supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Lần nữa"})
    assert again.status_code == 409
    assert flags_now() == [("withdrawn", "front", "Nhầm phiếu")]


@pytest.mark.parametrize("reason", ["", "\u200b", "x" * 1001])
def test_a_withdrawal_without_a_proper_reason_is_asked_for_one_and_keeps_what_was_typed(
    supervisor: FlaskClient, form: dict[str, str], reason: str
) -> None:
    flag(supervisor, form)
    number = db.session.scalars(select(Flag.id)).one()
    reply = supervisor.post(f"/flags/{number}/withdraw", data={"reason": reason})
    assert (reply.status_code, error_targets(reply.text)) == (422, [f"withdraw-{number}"])
    assert f'value="{reason}"' in reply.text
    assert '<details class="more" open>' in reply.text
    assert flags_now() == [("open", "front", "")]


def test_a_supervisor_who_withdraws_too_late_reads_what_she_typed(
    supervisor: FlaskClient, form: dict[str, str]
) -> None:
    flag(supervisor, form)
    number = db.session.scalars(select(Flag.id)).one()
    supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Nhầm phiếu"})
    late = supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Từ thẻ <kia>"})
    assert (late.status_code, "Bạn đã nhập: “Từ thẻ &lt;kia&gt;”" in late.text) == (409, True)
    assert flags_now() == [("withdrawn", "front", "Nhầm phiếu")]


def test_what_was_typed_stays_on_the_page_when_the_flag_is_withdrawn_meanwhile(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    flag(supervisor, form)
    number = db.session.scalars(select(Flag.id)).one()
    assert supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Nhầm"}).status_code == 303
    corrected = form | {"version": "1", "comment": "Đã gọi lại cho bà Lan", "reason": "Sửa", "access_1": "2"}
    reply = enumerator.post(f"/responses/{form['uuid']}/edit", data=corrected)
    assert (reply.status_code, "Đã gửi" in reply.text) == (409, True)
    assert "Đã gọi lại cho bà Lan</textarea>" in reply.text
    assert 'id="access_1-2" name="access_1" value="2" checked' in reply.text
    assert (response_now().version, response_now().answers) == (1, "4" * 22)
    assert enumerator.get(f"/responses/{form['uuid']}/edit").status_code == 409


def test_t1_a_correction_of_an_older_version_says_who_came_first_and_keeps_the_text(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    edit = f"/responses/{form['uuid']}/edit"
    flag(supervisor, form)
    enumerator.post(edit, data=form | {"version": "1", "reason": "Lần một"})
    flag(supervisor, form, version="2")
    stale = form | {"version": "1", "reason": "Lần hai", "comment": "Từ thẻ kia"}
    reply = enumerator.post(edit, data=stale)
    assert reply.status_code == 409
    assert people.by_username("dtv01").display_name in reply.text
    assert "Từ thẻ kia</textarea>" in reply.text
    assert 'value="Lần hai"' in reply.text
    assert 'name="version" value="2"' in reply.text
    assert f'action="{edit}"' in reply.text
    assert response_now().version == 2
    assert enumerator.post(edit, data=stale | {"version": "2"}).status_code == 303
    assert response_now().version == 3


def test_t9_the_other_body_neither_withdraws_nor_learns_anything(
    supervisor: FlaskClient, logged_in: LogIn, form: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    flag(supervisor, form)
    number = db.session.scalars(select(Flag.id)).one()
    lines = len(db.session.scalars(select(AuditLine)).all())
    veteran = logged_in("cuuchienbinh")
    foreign = veteran.post(f"/flags/{number}/withdraw", data={"reason": "Không phải của tôi"})
    unknown = veteran.post(f"/flags/{number + 1}/withdraw", data={"reason": "Không phải của tôi"})
    assert (foreign.status_code, shown(foreign)) == (404, shown(unknown))
    assert escape(NOTE) not in veteran.get(f"/responses/{form['uuid']}").text
    assert f"flag {number} is not for cuuchienbinh to see" in caplog.text
    assert flags_now() == [("open", "front", "")]
    opened = 1  # her own log-in
    assert len(db.session.scalars(select(AuditLine)).all()) == lines + opened


def test_a_supervisor_edits_no_answer_by_any_door(supervisor: FlaskClient, form: dict[str, str]) -> None:
    forged = {"access_1": "1", "state": "void", "answers": "1" * 22, "body": "veterans", "raised_by_id": "1"}
    assert flag(supervisor, form, **forged).status_code == 303
    assert response_now().answers == "4" * 22
    assert [body for _, body, _ in flags_now()] == ["front"]
    for method, path in (
        ("POST", "/responses/{}/edit"),
        ("PUT", "/responses/{}"),
        ("GET", "/responses/{}/edit"),
    ):
        assert supervisor.open(path.format(form["uuid"]), method=method, data=form).status_code == 403


def ask(client: FlaskClient, form: dict[str, str], **changes: str) -> int:
    """Ask about a response and return the question's number."""
    asked = flag(client, form, **{"kind": "question", **changes})
    assert asked.status_code == 303  # type: ignore[attr-defined]
    db.session.rollback()
    return db.session.scalars(select(Flag.id).order_by(Flag.id.desc()).limit(1)).one()


def test_a_reason_is_a_button_so_that_two_clicks_flag(supervisor: FlaskClient, form: dict[str, str]) -> None:
    page = supervisor.get(f"/responses/{form['uuid']}").text
    assert 'href="#flag">Đánh dấu</a>' in page
    assert page.count('name="reason" value="') == 6
    assert '<button type="submit" class="secondary" name="reason" value="contradiction">' in page
    assert '<button type="submit" disabled hidden></button>' in page
    assert flag(supervisor, form, note="").location == f"/responses/{form['uuid']}"


def test_a_question_is_answered_from_the_first_page_and_settled(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    number = ask(supervisor, form, question="access_2")
    home = enumerator.get("/").text
    assert f'action="/flags/{number}/answer"' in home
    assert home.index("Câu hỏi cho tôi (1)") < home.index("Đơn vị được giao")
    for told in (escape(NOTE), "Câu 1.2: ", "Mặt trận Tổ quốc hỏi"):
        assert told in home
    assert "1 câu hỏi" in enumerator.get(f"/campaigns/{CODE}/responses").text
    done = enumerator.post(f"/flags/{number}/answer", data={"reply": "Có, <hôm> ấy"})
    assert (done.status_code, done.location) == (303, "/")
    assert "Câu hỏi cho tôi" not in enumerator.get("/").text
    assert (response_now().version, response_now().state) == (1, "submitted")
    assert "Câu trả lời chờ xem (1)" in supervisor.get("/").text
    page = supervisor.get(f"/responses/{form['uuid']}").text
    assert escape("Có, <hôm> ấy") in page
    assert supervisor.post(f"/flags/{number}/settle").status_code == 303
    assert "Câu trả lời chờ xem" not in supervisor.get("/").text
    again = supervisor.post(f"/flags/{number}/settle")
    assert (again.status_code, "Đã rõ" in again.text) == (409, True)


def test_an_answer_that_does_not_do_is_turned_into_a_doubt_on_the_page(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    number = ask(supervisor, form)
    early = supervisor.post(f"/flags/{number}/doubt", data={"version": "1", "note": "Sốt ruột"})
    assert (early.status_code, "Bạn đã nhập: “Sốt ruột”" in early.text) == (409, True)
    enumerator.post(f"/flags/{number}/answer", data={"reply": "Tôi không nhớ"})
    stale = supervisor.post(f"/flags/{number}/doubt", data={"version": "7", "note": "Vì sao không nhớ?"})
    assert (stale.status_code, "Vì sao không nhớ?</textarea>" in stale.text) == (409, True)
    long = supervisor.post(f"/flags/{number}/doubt", data={"version": "1", "note": "x" * 1001})
    assert (long.status_code, "Ghi chú dài" in long.text) == (422, True)
    done = supervisor.post(f"/flags/{number}/doubt", data={"version": "1", "note": "Vì sao không nhớ?"})
    assert (done.status_code, response_now().state) == (303, "returned")
    page = enumerator.get(f"/responses/{form['uuid']}").text
    assert "Tôi không nhớ" in page
    assert "Vì sao không nhớ?" in enumerator.get("/").text


@pytest.mark.parametrize("reply", ["", " \u200b ", "x" * 1001])
def test_an_answer_that_is_refused_keeps_what_was_typed(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str], reply: str
) -> None:
    number = ask(supervisor, form)
    refused = enumerator.post(f"/flags/{number}/answer", data={"reply": reply})
    assert (refused.status_code, error_targets(refused.text)) == (422, [f"answer-{number}"])
    assert f"{reply}</textarea>" in refused.text


def test_an_answer_to_a_question_that_was_withdrawn_keeps_her_text(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    number = ask(supervisor, form)
    assert supervisor.post(f"/flags/{number}/withdraw", data={"reason": "Hỏi nhầm"}).status_code == 303
    late = enumerator.post(f"/flags/{number}/answer", data={"reply": "Đã gọi lại <bà Lan>"})
    assert late.status_code == 409
    assert "Bạn đã nhập: “Đã gọi lại &lt;bà Lan&gt;”" in late.text
    assert "Đã rút" in late.text
    assert flags_now() == [("withdrawn", "front", "Hỏi nhầm")]


def test_the_other_body_finds_no_such_question(
    supervisor: FlaskClient, logged_in: LogIn, form: dict[str, str]
) -> None:
    number = ask(supervisor, form)
    veteran = logged_in("cuuchienbinh")
    for path in ("settle", "doubt", "withdraw"):
        assert (
            veteran.post(f"/flags/{number}/{path}", data={"version": "1", "reason": "x"}).status_code == 404
        )
    assert flags_now() == [("open", "front", "")]


def test_a_doubt_about_one_answer_stands_beside_it_wherever_it_is_read(
    supervisor: FlaskClient, enumerator: FlaskClient, form: dict[str, str]
) -> None:
    assert flag(supervisor, form, question="official_3").status_code == 303
    page = supervisor.get(f"/responses/{form['uuid']}").text
    row = next(part for part in page.split("<tr>") if ">3.3</span>" in part)
    assert "Đánh dấu, trả lại: Câu trả lời mâu thuẫn" in row
    edit = enumerator.get(f"/responses/{form['uuid']}/edit").text
    field = edit.partition('<fieldset class="level" id="official_3"')[2].partition("</fieldset>")[0]
    assert 'aria-describedby="official_3-hint"' in field
    assert "Mặt trận Tổ quốc: Câu trả lời mâu thuẫn." in field
    assert edit.count('<strong class="doubted">') == 1
    refused = flag(supervisor, form, question="moon")
    assert refused.status_code == 422


def test_a_question_that_is_not_asked_is_refused_beside_its_field_and_the_note_stays(
    supervisor: FlaskClient, form: dict[str, str]
) -> None:
    refused = flag(supervisor, form, question="<moon>", kind="question")
    assert (refused.status_code, error_targets(refused.text)) == (422, ["question"])
    assert f"{escape(NOTE)}</textarea>" in refused.text
    assert "“&lt;moon&gt;” không có trong phiếu sipas-2017" in refused.text


def test_of_a_response_with_nobody_to_correct_it_the_page_says_so_before_and_after(
    supervisor: FlaskClient, logged_in: LogIn, form: dict[str, str]
) -> None:
    people.disable(people.command_line(), people.by_username("dtv01"))
    db.session.commit()
    path = f"/responses/{form['uuid']}"
    assert "Tài khoản của điều tra viên đã bị khóa nên không có điều tra viên" in supervisor.get(path).text
    asked = flag(supervisor, form, kind="question")
    assert (asked.status_code, NOTE.partition("&")[0] in asked.text) == (409, True)
    done = flag(supervisor, form)
    assert "trưởng đoàn của cơ quan bạn đóng lại" in supervisor.get(done.location).text
    number = db.session.scalars(select(Flag.id)).one()
    head = logged_in("mattran-truong")
    assert head.post(f"/flags/{number}/withdraw", data={"reason": "Không còn ai"}).status_code == 303
    assert response_now().state == "submitted"
