"""Who may open what: every route, every role; ids of others are as absent as ids of nobody."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import campaigns, demonstration, people, rechecks
from survey_app.extensions import db
from survey_app.models import Flag, Response
from survey_app.vocabulary import Permission, Role

CODE = demonstration.CODE
USERS = {
    Role.ENUMERATOR: "dtv01",
    Role.COORDINATOR: "dieuphoi",
    Role.SUPERVISOR: "mattran",
    Role.HOME_AFFAIRS: "noivu",
    Role.UNIT_OFFICER: "donvi",
    Role.APPRAISER: "thamdinh",
    Role.ADMINISTRATOR: "quantri",
}
E, C, S, H, U, A, Q = Role
EVERYBODY = set(Role)
NOBODY_NEEDED = "public"

# endpoint → the roles that get past the door; a new route without a row here fails.
DOORS: dict[str, set[Role] | str] = {
    "static": NOBODY_NEEDED,
    "auth.log_in": NOBODY_NEEDED,
    "public.health": NOBODY_NEEDED,
    "style.index": NOBODY_NEEDED,
    "home.index": EVERYBODY,
    "auth.log_out": EVERYBODY,
    "auth.password": EVERYBODY,
    "campaigns.index": {C, H},
    "campaigns.show": {C, H},
    "campaigns.progress": {C, H},
    "campaigns.move": {H},
    "assignments.index": {C},
    "assignments.assign": {C},
    "appraisals.index": {H, A},
    "appraisals.enter": {A},
    "audit.index": {H, Q},
    "audit.proof": {H, Q},
    "people.index": {Q},
    "people.create": {Q},
    "people.disable": {Q},
    "people.enable": {Q},
    "people.reset": {Q},
    "responses.index": {E, C, S, H},
    "responses.show": {E, C, S, H},
    "responses.new": {E},
    "responses.submit": {E},
    "responses.receipt": {E},
    "responses.edit": {E},
    "responses.correct": {E},
    "offline.receive": {E},
    "rechecks.flag": {S},
    "rechecks.withdraw": {S},
    "scores.index": {H},
    "scores.run": {H},
    "scores.start_run": {H},
    "scores.unit": {H, U},
    "scores.ranking": {H},
    "scores.workbook": {H},
    "scores.run_workbook": {H},
}
SAMPLES = {"code": CODE, "unit": "STC", "username": "nobody-here", "uuid": str(uuid4()), "number": 1}
HOSTILE_IDS = ["0", "-1", "2147483648", "9223372036854775808", "%00", "a" * 300]


def test_every_route_stands_in_the_table_and_carries_its_mark(demo: Flask) -> None:
    endpoints = {rule.endpoint for rule in demo.url_map.iter_rules()}
    assert endpoints == set(DOORS)
    for endpoint in endpoints - {"static"}:
        permission = demo.view_functions[endpoint].permission
        assert (permission is None) == (DOORS[endpoint] == NOBODY_NEEDED), endpoint
        assert permission is None or permission in Permission


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_role_gets_past_exactly_its_own_doors(
    demo: Flask, logged_in: Callable[[str], FlaskClient], role: Role
) -> None:
    passed = set()
    for rule in demo.url_map.iter_rules():
        if DOORS[rule.endpoint] == NOBODY_NEEDED:
            continue
        client = logged_in(USERS[role])
        method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        with demo.test_request_context():
            address = demo.url_for(rule.endpoint, **{name: SAMPLES[name] for name in rule.arguments})
        status = client.open(address, method=method).status_code
        assert status < 500, (rule.endpoint, status)
        if status != 403:
            passed.add(rule.endpoint)
    assert passed == {
        endpoint for endpoint, roles in DOORS.items() if isinstance(roles, set) and role in roles
    }


def test_nobody_gets_past_a_door_without_logging_in(demo: Flask) -> None:
    client = demo.test_client()
    for rule in demo.url_map.iter_rules():
        if DOORS[rule.endpoint] == NOBODY_NEEDED:
            continue
        with demo.test_request_context():
            address = demo.url_for(rule.endpoint, **{name: SAMPLES[name] for name in rule.arguments})
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            reply = client.open(address, method=method)
            if method == "GET":
                assert (reply.status_code, reply.location.partition("?")[0]) == (302, "/login"), address
            else:
                assert reply.status_code == 401, address


def test_ids_of_others_get_the_same_answer_as_ids_of_nobody(
    demo: Flask, logged_in: Callable[[str], FlaskClient]
) -> None:
    mine = people.by_username("dtv01").id
    others = db.session.scalars(select(Response.uuid).where(Response.enumerator_id != mine).limit(1)).one()
    client = logged_in("dtv01")
    for pattern in ("/responses/{}", "/responses/{}/edit", "/responses/{}/receipt"):
        foreign, absent = client.get(pattern.format(others)), client.get(pattern.format(uuid4()))
        assert foreign.status_code == absent.status_code == 404
        assert foreign.data == absent.data


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_hostile_ids_are_not_found_and_never_an_error(
    logged_in: Callable[[str], FlaskClient], hostile: str
) -> None:
    enumerator, home_affairs, supervisor = logged_in("dtv01"), logged_in("noivu"), logged_in("mattran")
    assert enumerator.get(f"/responses/{hostile}").status_code == 404
    assert home_affairs.get(f"/campaigns/{hostile}/scores").status_code == 404
    assert home_affairs.get(f"/campaigns/{CODE}/scores/{hostile}").status_code == 404
    assert home_affairs.get(f"/campaigns/{CODE}/runs/{hostile}").status_code in (404, 409)
    assert home_affairs.get(f"/campaigns/{CODE}/responses?page={hostile}").status_code == 404
    assert home_affairs.get(f"/campaigns/{CODE}/responses?unit={hostile}&q={hostile}").status_code == 200
    assert supervisor.post(f"/flags/{hostile}/withdraw", data={"reason": "x"}).status_code in (404, 405)


def test_a_supervisor_neither_sees_nor_withdraws_a_flag_of_the_other_body(
    demo: Flask, logged_in: Callable[[str], FlaskClient]
) -> None:
    response = db.session.scalars(select(Response).limit(1)).one()
    flag = rechecks.raise_flag(
        people.by_username("mattran"), response, version=1, reason="other", note="Hỏi lại người dân."
    )
    db.session.commit()
    number, uuid = flag.id, response.uuid
    veteran = logged_in("cuuchienbinh")
    assert "Hỏi lại người dân." not in veteran.get(f"/responses/{uuid}").text
    assert veteran.post(f"/flags/{number}/withdraw", data={"reason": "Nhầm"}).status_code == 404
    assert db.session.get_one(Flag, number).state == "open"
    assert "Hỏi lại người dân." in logged_in("mattran").get(f"/responses/{uuid}").text


def test_a_unit_officer_sees_only_the_own_unit_and_only_once_it_is_published(
    demo: Flask, logged_in: Callable[[str], FlaskClient]
) -> None:
    officer, home_affairs = logged_in("donvi"), logged_in("noivu")
    own, other = f"/campaigns/{CODE}/scores/STC", f"/campaigns/{CODE}/scores/SNV"
    assert officer.get(own).status_code == 404
    home_affairs.post(f"/campaigns/{CODE}/runs")
    for target in ("closed", "sealed", "published"):
        home_affairs.post(f"/campaigns/{CODE}/state", data={"target": target})
    assert campaigns.by_code(CODE).state == "published"
    assert officer.get(own).status_code == 200
    assert "9,16" in officer.get(own).text
    assert officer.get(other).status_code == 404
    assert officer.get(other).data == officer.get(f"/campaigns/{CODE}/scores/NOBODY").data
