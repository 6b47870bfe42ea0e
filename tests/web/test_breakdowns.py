"""The index by kinds of respondents, from the database to the page."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import breakdowns, campaigns, demonstration
from survey_app.extensions import db
from survey_app.models import Response, Unit

PATH = f"/campaigns/{demonstration.CODE}/breakdowns"
LogIn = Callable[[str], FlaskClient]


@pytest.mark.usefixtures("demo")
def test_every_response_is_in_one_part_and_its_answers_count_there() -> None:
    campaign = campaigns.by_code(demonstration.CODE)
    rows = db.session.execute(select(Response.details, Response.answers)).all()
    found = breakdowns.by_question(campaign, "gender")
    for part in found.parts:
        own = [answers for details, answers in rows if json.loads(details).get("gender", "") == part.option]
        assert part.n == len(own)
        if part.estimate is not None:
            text = "".join(own)
            satisfied = text.count("4") + text.count("5")
            assert part.estimate.share is not None
            assert part.estimate.share * sum(map(text.count, "12345")) == satisfied
    assert sum(part.n or 0 for part in found.parts) == 2124


@pytest.mark.usefixtures("demo")
def test_one_unit_alone_hides_its_small_cells() -> None:
    campaign = campaigns.by_code(demonstration.CODE)
    found = breakdowns.by_question(campaign, "age_band", "STC")
    hidden = [part for part in found.parts if part.hidden]
    rows = db.session.scalars(select(Response.details).join(Unit).where(Unit.code == "STC"))
    counts = [json.loads(details).get("age_band", "") for details in rows]
    assert len(hidden) >= 2
    assert {part.option for part in found.parts if 0 < counts.count(part.option) < 5} <= {
        part.option for part in hidden
    }


@pytest.mark.usefixtures("demo")
def test_what_is_no_question_of_one_choice_or_no_unit_is_not_there() -> None:
    campaign = campaigns.by_code(demonstration.CODE)
    for question, unit in (("channel", ""), ("comment", ""), ("nothing", ""), ("gender", "NOBODY")):
        with pytest.raises(problems.NotFound):
            breakdowns.by_question(campaign, question, unit)


def test_the_page_offers_questions_and_units_and_says_what_it_hides(logged_in: LogIn) -> None:
    client = logged_in("noivu")
    page = client.get(PATH, query_string={"question": "age_band", "unit": "STC"}).text
    assert '<option value="age_band" selected>' in page
    assert '<option value="STC" selected>' in page
    assert "ít phiếu, không hiển thị" in page
    assert client.get(PATH).status_code == 200
    for hostile in ("'--", "x" * 500, "gender'", '{"a":1}'):
        assert client.get(PATH, query_string={"question": hostile}).status_code == 404
        assert client.get(PATH, query_string={"unit": hostile}).status_code == 404
