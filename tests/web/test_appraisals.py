"""The appraised points on their page: a comma, a range, and nobody's points overwritten unseen."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import campaigns, people, scores
from survey_app.extensions import db
from survey_app.models import Appraisal, Unit
from survey_app.vocabulary import CampaignState
from tests.bad_inputs import BAD_INPUTS
from tests.web.pages import CODE, LogIn, error_targets

PATH = f"/campaigns/{CODE}/appraisals"


@pytest.fixture
def appraiser(logged_in: LogIn) -> FlaskClient:
    """The appraiser's browser."""
    return logged_in("thamdinh")


def kept(unit: str) -> tuple[Decimal, int]:
    """Return a unit's appraised points and their version."""
    db.session.rollback()
    found = select(Appraisal.points, Appraisal.version).join(Unit, Unit.id == Appraisal.unit_id)
    points, version = db.session.execute(found.where(Unit.code == unit)).one()
    return points, version


def test_points_are_entered_with_a_comma_and_shown_with_one(appraiser: FlaskClient) -> None:
    reply = appraiser.post(f"{PATH}/STC", data={"points": "80,5", "version": "1"})
    assert (reply.status_code, reply.location) == (303, f"{PATH}#points-STC")
    assert kept("STC") == (Decimal("80.5"), 2)
    page = appraiser.get(PATH).text
    assert 'id="points-STC" name="points" inputmode="decimal" autocomplete="off" value="80,50"' in page
    assert "Đã lưu điểm thẩm định của STC." in page


def test_a_unit_without_survey_is_appraised_up_to_sixty(appraiser: FlaskClient) -> None:
    wrong = appraiser.post(f"{PATH}/TTRA", data={"points": "60,01", "version": "1"})
    assert (wrong.status_code, "từ 0 đến 60" in wrong.text) == (422, True)
    assert appraiser.post(f"{PATH}/TTRA", data={"points": "60", "version": "1"}).status_code == 303
    assert kept("TTRA") == (Decimal(60), 2)


@pytest.mark.parametrize(
    "typed",
    ["95", "90,01", "-0,01", "", " ", "8,5,1", "1.234,5", "1,234.5", "٨", "８５", "1e1", "86,745", "tám"],
)
def test_u1_points_that_are_none_are_refused_beside_their_unit_and_stay_on_the_page(
    appraiser: FlaskClient, typed: str
) -> None:
    before = kept("STC")
    reply = appraiser.post(f"{PATH}/STC", data={"points": typed, "version": "1"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["points-STC"])
    assert f'value="{typed}" aria-invalid="true" aria-describedby="error-STC"' in reply.text
    assert reply.text.count('aria-invalid="true"') == 1
    assert kept("STC") == before


def test_no_bad_input_becomes_points(appraiser: FlaskClient) -> None:
    for name, bad in BAD_INPUTS.items():
        before = kept("STC")
        typed = str(bad).encode("utf-8", "replace").decode()
        reply = appraiser.post(f"{PATH}/STC", data={"points": typed, "version": str(before[1])})
        if reply.status_code == 303:
            assert Decimal(typed.strip().replace(",", ".")) == kept("STC")[0], name
        else:
            assert (reply.status_code, kept("STC")) == (422, before), name


@pytest.mark.parametrize("version", ["", "0", "2", "-1", "x", "9" * 5000, "9223372036854775808"])
def test_t1_points_somebody_changed_meanwhile_are_shown_and_not_overwritten(
    appraiser: FlaskClient, version: str
) -> None:
    before = kept("STC")
    reply = appraiser.post(f"{PATH}/STC", data={"points": "81", "version": version})
    assert (reply.status_code, "vừa được người khác sửa" in reply.text) == (422, True)
    assert 'value="81" aria-invalid="true"' in reply.text
    assert kept("STC") == before


def test_a_unit_that_is_not_there_has_no_points(appraiser: FlaskClient) -> None:
    for unit in ("KHONG-CO", "stc", "%", "a" * 300):
        assert appraiser.post(f"{PATH}/{unit}", data={"points": "81", "version": "0"}).status_code == 404


def test_after_the_seal_points_are_read_and_not_entered(appraiser: FlaskClient) -> None:
    home_affairs, campaign = people.by_username("noivu"), campaigns.by_code(CODE)
    scores.run(home_affairs, campaign)
    for target in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(home_affairs, campaign, target)
    db.session.commit()
    page = appraiser.get(PATH).text
    assert 'name="points"' not in page
    assert "86," in page
    refused = appraiser.post(f"{PATH}/STC", data={"points": "80", "version": "1"})
    assert (refused.status_code, "Đã niêm phong" in refused.text) == (409, True)
    assert kept("STC")[1] == 1


def test_home_affairs_reads_the_points_and_enters_none(logged_in: LogIn) -> None:
    page = logged_in("noivu").get(PATH).text
    assert 'name="points"' not in page
    assert page.count('<th scope="row">') == 25


def test_t1_the_points_that_somebody_else_saved_stand_beside_those_typed(appraiser: FlaskClient) -> None:
    appraiser.post(f"{PATH}/STC", data={"points": "80,5", "version": "1"})
    stale = appraiser.post(f"{PATH}/STC", data={"points": "81", "version": "1"}).text
    assert "Điểm hiện nay: 80,50, lưu lúc " in stale
    assert 'name="version" value="2"' in stale
