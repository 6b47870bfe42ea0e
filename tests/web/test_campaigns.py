"""Campaigns on pages: the rules they stand on, their steps one by one, and the progress against quotas."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.domain import campaigns, people
from survey_app.extensions import db
from survey_app.models import AuditLine, ScoreRun
from survey_app.vocabulary import CampaignState
from tests.bad_inputs import BAD_INPUTS
from tests.web.pages import CODE, LogIn, error_targets

PATH = f"/campaigns/{CODE}"


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


def state_now() -> str:
    """Return the campaign's state."""
    db.session.rollback()
    return campaigns.by_code(CODE).state


def steps_on(page: str) -> list[str]:
    """Return the steps that a page offers."""
    return re.findall(r'name="target" value="(\w+)"', page)


def test_a_campaign_shows_the_rules_by_which_it_is_counted(home_affairs: FlaskClient) -> None:
    assert PATH in home_affairs.get("/campaigns").text
    page = home_affairs.get(PATH).text
    campaign = campaigns.by_code(CODE)
    for told in (
        campaign.questionnaire_sha256,
        campaign.method_sha256,
        "01/01/2022 – 31/12/2022",
        "sipas-2017",
    ):
        assert told in page
    assert "Cơ quan, đơn vị (25)" in page
    assert page.count("không khảo sát") == 3


def test_a_campaign_goes_step_by_step_and_each_page_offers_the_next(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"{PATH}/runs", data={"reason": "Chốt"})
    for target, offered in (
        ("closed", ["sealed", "open"]),
        ("sealed", ["published", "open"]),
        ("published", ["open"]),
    ):
        reply = home_affairs.post(f"{PATH}/state", data={"target": target})
        assert (reply.status_code, reply.location) == (303, PATH)
        assert steps_on(home_affairs.get(PATH).text) == offered
        assert state_now() == target
    assert db.session.scalars(select(ScoreRun.published_at)).one() is not None


@pytest.mark.parametrize("target", ["published", "sealed", "draft", "open"])
def test_a_jump_is_refused_and_names_the_next_step(home_affairs: FlaskClient, target: str) -> None:
    jump = home_affairs.post(f"{PATH}/state", data={"target": target})
    assert (jump.status_code, "Bước kế tiếp là “Đã đóng”" in jump.text) == (409, True)
    assert state_now() == "open"


def test_reopening_asks_for_a_reason_that_is_kept(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"{PATH}/state", data={"target": "closed"})
    for reason in ("", "  ", "\u200b"):
        refused = home_affairs.post(f"{PATH}/state", data={"target": "open", "reason": reason})
        assert (refused.status_code, "Hãy ghi lý do" in refused.text) == (422, True)
    done = home_affairs.post(f"{PATH}/state", data={"target": "open", "reason": "Thiếu <b>phiếu</b> Lý Nhân"})
    assert (done.status_code, state_now()) == (303, "open")
    assert "Thiếu &lt;b&gt;phiếu&lt;/b&gt; Lý Nhân" in home_affairs.get("/audit?verb=campaign.state").text


def test_no_bad_input_moves_a_campaign(home_affairs: FlaskClient) -> None:
    lines = db.session.scalar(select(func.count()).select_from(AuditLine))
    for name, bad in BAD_INPUTS.items():
        typed = str(bad).encode("utf-8", "replace").decode()
        reply = home_affairs.post(f"{PATH}/state", data={"target": typed, "reason": typed})
        assert reply.status_code == 422, name
        assert len(reply.text) < 10_000, name
    assert state_now() == "open"
    assert db.session.scalar(select(func.count()).select_from(AuditLine)) == lines


def test_publishing_without_a_run_is_refused_and_says_what_to_do(home_affairs: FlaskClient) -> None:
    for target in ("closed", "sealed"):
        home_affairs.post(f"{PATH}/state", data={"target": target})
    refused = home_affairs.post(f"{PATH}/state", data={"target": "published"})
    assert (refused.status_code, "Hãy chạy tính điểm trước" in refused.text) == (409, True)
    assert state_now() == "sealed"


def test_the_progress_of_every_unit_is_found_with_and_without_accents(home_affairs: FlaskClient) -> None:
    whole = home_affairs.get(f"{PATH}/progress").text
    assert whole.count('<th scope="row">') == 22 + 2  # and a sum for each group
    assert "984" in whole
    assert "1.140" in whole
    for typed in ("ly nhan", "Lý Nhân", "LY NHAN", "Ly\u0301 Nha\u0302n", " lý\u200b nhân "):
        found = home_affairs.get(f"{PATH}/progress", query_string={"q": typed}).text
        assert "Huyện Lý Nhân" in found
        assert "Sở Tài chính" not in found
    assert "Không có đơn vị nào khớp “zzz”" in home_affairs.get(f"{PATH}/progress?q=zzz").text


def test_the_coordinator_sees_a_campaign_and_moves_nothing(logged_in: LogIn) -> None:
    client = logged_in("dieuphoi")
    assert steps_on(client.get(PATH).text) == []
    assert client.post(f"{PATH}/state", data={"target": "closed"}).status_code == 403
    assert state_now() == "open"


def test_a_campaign_in_preparation_is_there_for_home_affairs_alone(
    home_affairs: FlaskClient, logged_in: LogIn
) -> None:
    coordinator, enumerator = logged_in("dieuphoi"), logged_in("dtv01")
    campaigns.by_code(CODE).state = CampaignState.DRAFT
    db.session.commit()
    assert home_affairs.get(PATH).status_code == 200
    for client, path in (
        (coordinator, PATH),
        (enumerator, f"{PATH}/responses"),
        (enumerator, "/campaigns/x/responses"),
    ):
        assert client.get(path).status_code == 404
    assert people.by_username("dtv01").display_name in enumerator.get("/").text


def test_a_missing_or_endless_reason_is_told_beside_its_field_and_kept(home_affairs: FlaskClient) -> None:
    home_affairs.post(f"{PATH}/state", data={"target": "closed"})
    for reason in ("", "x" * 201):
        reply = home_affairs.post(f"{PATH}/state", data={"target": "open", "reason": reason})
        assert (reply.status_code, error_targets(reply.text)) == (422, ["reason"])
        assert f'value="{reason}"' in reply.text
        assert steps_on(reply.text) == ["sealed", "open"]
    assert state_now() == "closed"


def test_the_sums_of_the_campaign_stay_while_units_are_searched(home_affairs: FlaskClient) -> None:
    figures = re.compile(r'<dl class="figures">.*?</dl>', re.DOTALL)
    whole = figures.findall(home_affairs.get(f"{PATH}/progress").text)
    assert "2.124 <small>/ 2.124</small>" in whole[0]  # 984 + 1.140 of the report of 2022
    searched = home_affairs.get(f"{PATH}/progress?q=ly+nhan").text
    assert figures.findall(searched) == whole
    assert "Cộng các đơn vị tìm thấy" in searched
