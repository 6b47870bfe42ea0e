"""Every bad input in every field of the form and of what a device sends: refused in words, or kept as text."""

import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from scoring.questionnaire import load_questionnaire
from survey_app.domain.response_content import is_form_code
from survey_app.extensions import db
from survey_app.language import clean
from survey_app.models import Response
from tests.bad_inputs import BAD_INPUTS
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, unit_of

QUESTIONNAIRE = load_questionnaire("sipas-2017")
HEAD = ("unit", "form_code", "mode")
QUESTIONS = tuple(question.code for question in QUESTIONNAIRE.questions)
TEXTS = {
    question.code: question.max_length for question in QUESTIONNAIRE.questions if question.kind == "text"
}
CRITERIA = ("access_1", "feedback_4")
# One of each kind of field; tests/domain/test_entry_rules.py reads every bad input by every question.
KINDS = ("service_field", "one_stop", "visits", "late_notice", "channel", "service_procedure", "comment")
FIELDS = (*HEAD, *CRITERIA, *KINDS)
# A page of errors takes ten times as long as a device's: what is read alike stands here once.
TYPED = (*HEAD, "access_1", "service_field", "channel", "late_notice", "comment")


@pytest.fixture
def enumerator(logged_in: LogIn) -> FlaskClient:
    """The first enumerator's browser, or device."""
    return logged_in("dtv01")


def form_of(unit: str, place: int) -> dict[str, str]:
    """Return a good form in which every question is asked, under a form code of its own."""
    return entry_form(unit, f"BAD-{place}", "4") | {"result_time": "late"}


def body_of(form: dict[str, str]) -> dict[str, Any]:
    """Return what a device sends for a form."""
    return {each: form[each] for each in HEAD} | {
        "campaign": CODE,
        "answers": dict.fromkeys(QUESTIONNAIRE.criterion_codes, 4),
        "details": {code: form[code] for code in QUESTIONS if code in form},
    }


def stored(uuid: str) -> Response | None:
    """Return the response under an id, as it is in the database."""
    db.session.rollback()
    return db.session.scalar(select(Response).where(Response.uuid == uuid))


def assert_kept_as_text_or_left_blank(response: Response, form_code: str, field: str, sent: object) -> None:
    """Refuse a response in which a bad input stands for something that nobody said."""
    details = json.loads(response.details)
    blank = sent in ("", None, [])
    if field in TEXTS:
        assert details.get(field, "") == clean(sent if isinstance(sent, str) else "")
        assert isinstance(sent, str) or blank
    elif field in QUESTIONS:
        assert blank
        assert field not in details
    elif field in CRITERIA:
        assert blank
        assert response.answers == "".join(
            "-" if code == field else "4" for code in QUESTIONNAIRE.criterion_codes
        )
    else:
        assert field == "form_code"
        assert is_form_code(str(response.form_code))
        assert response.form_code == clean(str(sent))
    if field not in CRITERIA:
        assert response.answers == "4" * 22
    if field != "form_code":
        assert response.form_code == form_code


@pytest.mark.parametrize("field", FIELDS)
def test_a_device_that_sends_a_bad_value_is_told_which_one(
    demo: Flask, enumerator: FlaskClient, field: str
) -> None:
    unit = unit_of("dtv01")
    kept = 0
    for place, (name, bad) in enumerate(BAD_INPUTS.items()):
        form = form_of(unit, place)
        body = body_of(form)
        part = body if field in HEAD else body["answers" if field in CRITERIA else "details"]
        part[field] = bad
        reply = enumerator.put(f"/responses/{form['uuid']}", json=body)
        response = stored(form["uuid"])
        if reply.status_code == 201:
            assert response is not None
            assert_kept_as_text_or_left_blank(response, form["form_code"], field, bad)
            kept += 1
            continue
        assert (reply.status_code, response) in ((400, None), (422, None)), name
        if reply.status_code == 422:
            assert list(reply.json["fields"]) in ([field], ["result_time", "late_notice"]), name
        assert len(reply.text) < 1000, name
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2124 + kept


@pytest.mark.parametrize("field", TYPED)
def test_a_person_who_types_a_bad_value_is_told_where(
    demo: Flask, enumerator: FlaskClient, field: str
) -> None:
    unit = unit_of("dtv01")
    for place, (name, bad) in enumerate(BAD_INPUTS.items()):
        form = form_of(unit, place)
        typed = (
            [str(each) for each in bad]
            if isinstance(bad, list)
            else [bad if isinstance(bad, str) else str(bad)]
        )
        sent = MultiDict(form)
        sent.setlist("confirmed", ["one_level", "late_yet_in_time"])
        sent.setlist(field, [each.encode("utf-8", "replace").decode() for each in typed])
        reply = enumerator.post(f"/campaigns/{CODE}/responses", data=sent)
        response = stored(form["uuid"])
        if reply.status_code == 303:
            assert response is not None
            value = sent.getlist(field)[0] if sent.getlist(field) else ""
            assert_kept_as_text_or_left_blank(response, form["form_code"], field, value)
        else:
            assert (reply.status_code, response) == (422, None), name
            assert error_targets(reply.text) == [field], name


@pytest.mark.parametrize(
    "field", ["campaign", "answers", "details", "accept_invalid", "version", "draft", "extra"]
)
def test_a_device_that_sends_something_else_than_a_response_is_refused(
    demo: Flask, enumerator: FlaskClient, field: str
) -> None:
    body = body_of(form_of(unit_of("dtv01"), 0))
    for name, bad in BAD_INPUTS.items():
        if (field, name) == ("accept_invalid", "true") or (field == "version" and type(bad) is int):
            continue  # a good value there: test_offline.py says what it does
        uuid = str(uuid4())
        reply = enumerator.put(f"/responses/{uuid}", json=body | {field: bad})
        if (field, name) == ("draft", "true"):
            assert (reply.status_code, stored(uuid).state) == (201, "draft")
        elif (field, name) == ("details", "object"):
            assert (reply.status_code, "a" in reply.json["fields"]) == (422, True)
        else:
            assert reply.status_code in (400, 404, 422), (name, reply.json)
            assert stored(uuid) is None
        assert len(reply.text) < 2500, name


def test_a_text_of_ten_megabytes_is_refused_and_a_larger_form_with_the_limit_that_was_passed(
    demo: Flask, enumerator: FlaskClient
) -> None:
    form, path = form_of(unit_of("dtv01"), 0), f"/campaigns/{CODE}/responses"
    long = enumerator.post(path, data=form | {"comment": "x" * 10_000_000})
    assert (long.status_code, error_targets(long.text)) == (422, ["comment"])
    larger = enumerator.post(path, data=form | {"comment": "x" * 17 * 1024**2})
    assert (larger.status_code, "tối đa 16 MB" in larger.text) == (413, True)
    part = (
        b'--cut\r\nContent-Disposition: form-data; name="comment"\r\n\r\n'
        + b"x" * 600_000
        + b"\r\n--cut--\r\n"
    )
    in_parts = enumerator.post(path, data=part, content_type="multipart/form-data; boundary=cut")
    assert (in_parts.status_code, "tối đa 500 KB" in in_parts.text) == (413, True)
    assert stored(form["uuid"]) is None
