"""The first page: what each kind of person does next, and how things stand, in one number everywhere."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app.domain import campaigns, counting, people, publication
from survey_app.extensions import db
from survey_app.models import Response
from survey_app.vocabulary import BODY_ROLES, Body, CampaignState, Role
from tests.test_access import USERS
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, unit_of

LIST = f"/campaigns/{CODE}/responses"
NEXT = {
    Role.ENUMERATOR: f"{LIST}/new",
    Role.COORDINATOR: f"/campaigns/{CODE}/assignments",
    Role.SUPERVISOR: LIST,
    Role.HOME_AFFAIRS: f"/campaigns/{CODE}/index",
    Role.APPRAISER: f"/campaigns/{CODE}/appraisals",
    Role.ADMINISTRATOR: "/people/new",
}


@pytest.mark.parametrize("role", list(NEXT), ids=str)
def test_the_next_work_is_one_click_away(logged_in: LogIn, role: Role) -> None:
    client = logged_in(USERS[role])
    page = client.get("/").text
    assert people.by_username(USERS[role]).display_name in page
    assert f'href="{NEXT[role]}' in page
    assert client.get(NEXT[role]).status_code == 200


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_link_of_a_first_page_leads_somewhere(logged_in: LogIn, role: Role) -> None:
    client = logged_in(USERS[role])
    page = client.get("/").text
    links = {part.partition('"')[0].partition("#")[0] for part in page.split('href="/')[1:]}
    assert len(links) >= 2
    for link in links:
        reply = client.get(f"/{link}")
        assert reply.status_code == 200, link
        reply.close()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.UNIT_OFFICER], ids=str)
def test_a_house_without_any_campaign_has_first_pages_too(app: Flask, role: Role) -> None:
    body = Body.FRONT if role in BODY_ROLES else None
    people.create(people.command_line(), people.Person("ai-do", "Ai Đó", role, body), "mat-khau-dai")
    db.session.commit()
    client = app.test_client()
    client.post("/login", data={"username": "ai-do", "password": "mat-khau-dai"})
    page = client.get("/")
    assert (page.status_code, "Ai Đó" in page.text) == (200, True)


def test_what_was_returned_stands_before_drafts_and_drafts_before_units(logged_in: LogIn) -> None:
    client, supervisor = logged_in("dtv01"), logged_in("mattran")
    form = entry_form(unit_of("dtv01"), "HOME-1", "4")
    client.post(LIST, data=form)
    client.post(LIST, data={"uuid": str(uuid4()), "mode": "paper", "action": "draft", "form_code": "HOME-2"})
    flag = {"version": "1", "reason": "contradiction", "note": "Xem lại"}
    supervisor.post(f"/responses/{form['uuid']}/flags", data=flag)
    page = client.get("/").text
    places = [
        page.index(each)
        for each in ("Trả lại cho tôi (1)", "HOME-1", "Phiếu nháp (1)", "HOME-2", "Đơn vị được giao")
    ]
    assert places == sorted(places)
    assert "HOME-1" in supervisor.get("/").text
    assert "HOME-1" not in logged_in("cuuchienbinh").get("/").text


def test_l1_the_overviews_count_alike_whatever_happens(logged_in: LogIn) -> None:
    one = db.session.scalars(select(Response.id).order_by(Response.id).limit(1)).one()
    db.session.execute(text("UPDATE response SET state = 'void' WHERE id = :id"), {"id": one})
    db.session.commit()
    for username in ("dieuphoi", "noivu"):
        assert "2.123" in logged_in(username).get("/").text
    assert "2.123" in logged_in("mattran").get("/").text
    assert counting.current(campaigns.by_code(CODE)).satisfaction["input"]["responses"] == 2123


def test_an_officer_sees_no_points_of_any_kind_before_they_are_published(logged_in: LogIn) -> None:
    officer, home_affairs = logged_in("donvi"), logged_in("noivu")
    before = officer.get("/").text
    assert "sau khi Sở Nội vụ công bố kết quả" in before
    for figure in ("85,75", "9,16", "94,91"):  # Sở Tài chính as published: documents, survey, total
        assert figure not in before
    home_affairs.post(f"/campaigns/{CODE}/runs")
    campaign = campaigns.by_code(CODE)
    for target in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(people.by_username("noivu"), campaign, target)
    publication.publish(people.by_username("noivu"), campaign)
    db.session.commit()
    after = officer.get("/").text
    assert f"/campaigns/{CODE}/scores/STC" in after
    assert "85,75" in after


def test_a_supervisor_finds_what_was_sent_last_and_may_be_flagged(logged_in: LogIn) -> None:
    form = entry_form(unit_of("dtv01"), "NEWEST-1", "4")
    logged_in("dtv01").post(LIST, data=form)
    for username in ("mattran", "cuuchienbinh"):
        page = logged_in(username).get("/").text.partition("Phiếu mới gửi")[2]
        assert page.count('<th scope="row">') == 8
        assert page.index("NEWEST-1") < page.index("HN22-")
