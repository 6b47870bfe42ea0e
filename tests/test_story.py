"""One answer's whole way: from the questionnaire's text to the published index, through every room."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scoring.questionnaire import load_questionnaire
from survey_app.domain import assignments, audit, campaigns, counting, demonstration, integrity
from survey_app.extensions import db
from survey_app.models import AuditLine, Flag, Response, ResponseVersion, ScoreRun

CODE = demonstration.CODE


def entry_form(unit: str, form_code: str, level: str) -> dict[str, str]:
    """Return the form of a citizen who gives every criterion the same level."""
    questionnaire = load_questionnaire("sipas-2017")
    form = {
        "uuid": str(uuid4()),
        "unit": unit,
        "form_code": form_code,
        "mode": "paper",
        "action": "submit",
    } | {"confirmed": "one_level"}
    form |= dict.fromkeys(questionnaire.criterion_codes, level)
    required = [
        question for question in questionnaire.questions if question.required and not question.show_if
    ]
    return form | {question.code: question.options[0].code for question in required}


def component_of(unit: str) -> tuple[Decimal, int, int]:
    """Return a unit's points, and its satisfied and answered criteria, from the database as it stands."""
    book = counting.current(campaigns.by_code(CODE))
    result = next(each for each in book.satisfaction["units"] if each["unit"] == unit)
    return Decimal(result["points"]), result["satisfied"], result["answered"]


def test_one_answer_travels_from_the_form_to_the_published_index(
    demo: Flask, logged_in: Callable[[str], FlaskClient], person: Callable[[str], object]
) -> None:
    campaign = campaigns.by_code(CODE)
    unit = assignments.units_to_ask(person("dtv01"), campaign)[0][0]
    _, satisfied, answered = component_of(unit)

    # The enumerator enters a paper form in which every criterion is "Không hài lòng".
    enumerator = logged_in("dtv01")
    form = entry_form(unit, "STORY-1", "2")
    reply = enumerator.post(f"/campaigns/{CODE}/responses", data=form)
    assert (reply.status_code, reply.location) == (303, f"/responses/{form['uuid']}/receipt")
    assert "Đã nhận phiếu STORY-1" in enumerator.get(reply.location).text
    assert component_of(unit)[1:] == (satisfied, answered + 22)

    # A supervisor doubts it: it goes back and stops counting.
    supervisor = logged_in("mattran")
    page = supervisor.get(f"/responses/{form['uuid']}").text
    assert "Đánh dấu hoặc hỏi lại" in page
    flag = {"version": "1", "reason": "identical_answers", "note": "Cả phiếu một mức."}
    assert supervisor.post(f"/responses/{form['uuid']}/flags", data=flag).status_code == 303
    assert component_of(unit)[1:] == (satisfied, answered)

    # Its enumerator sees it first, corrects one answer with a reason; both versions stay visible.
    assert enumerator.get("/").text.index("STORY-1") < enumerator.get("/").text.index("Đơn vị được giao")
    corrected = form | {"version": "1", "access_1": "5", "reason": "Nhập nhầm câu đầu."}
    reply = enumerator.post(f"/responses/{form['uuid']}/edit", data=corrected)
    assert reply.status_code == 303
    assert component_of(unit)[1:] == (satisfied + 1, answered + 22)
    history = supervisor.get(f"/responses/{form['uuid']}").text
    assert "2 – Không hài lòng" in history
    assert "5 – Rất hài lòng" in history
    assert "Nhập nhầm câu đầu." in history
    response = db.session.scalars(select(Response).where(Response.form_code == "STORY-1")).one()
    assert (response.state, response.version, response.answers) == ("submitted", 2, "5" + "2" * 21)
    kept = db.session.scalars(select(ResponseVersion)).one()
    assert (kept.version, kept.answers) == (1, "2" * 22)
    assert db.session.scalars(select(Flag)).one().state == "answered"

    # Home Affairs computes, reads the same number everywhere, seals and publishes.
    home_affairs = logged_in("noivu")
    points = str(component_of(unit)[0]).replace(".", ",")
    assert points in home_affairs.get(f"/campaigns/{CODE}/scores/{unit}").text
    assert home_affairs.post(f"/campaigns/{CODE}/runs", data={"reason": "Công bố"}).status_code == 303
    for target in ("closed", "sealed", "published"):
        reply = home_affairs.post(f"/campaigns/{CODE}/state", data={"target": target})
        assert reply.status_code == 303
    run = db.session.scalars(select(ScoreRun)).one()
    assert run.published_at is not None
    assert run.responses == 2125
    assert points in home_affairs.get(f"/campaigns/{CODE}/runs/1").text

    # Everything is in the trail, and the whole database proves itself.
    verbs = db.session.scalars(
        select(AuditLine.verb).where(AuditLine.record_id == form["uuid"]).order_by(AuditLine.id)
    ).all()
    assert verbs == ["response.submitted", "flag.raised", "response.corrected"]
    assert audit.verify() == (db.session.scalar(select(func.count()).select_from(AuditLine)), None)
    assert [finding.what for finding in integrity.check() if not finding.holds] == []
