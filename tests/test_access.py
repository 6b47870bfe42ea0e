"""Who may open what: every route, every role; ids of others are as absent as ids of nobody."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.routing import Rule

from survey_app.domain import campaigns, demonstration, flags, people, quality
from survey_app.extensions import db
from survey_app.models import Flag, Response
from survey_app.vocabulary import Permission, Role
from tests.conftest import shown

CODE = demonstration.CODE
USERS = {
    Role.ENUMERATOR: "dtv01",
    Role.COORDINATOR: "dieuphoi",
    Role.SUPERVISOR: "mattran",
    Role.BODY_HEAD: "mattran-truong",
    Role.HOME_AFFAIRS: "noivu",
    Role.UNIT_OFFICER: "donvi",
    Role.APPRAISER: "thamdinh",
    Role.ADMINISTRATOR: "quantri",
}
E, C, S, B, H, U, A, Q = Role
EVERYBODY = set(Role)
NOBODY_NEEDED = "public"

# (endpoint, method) → the roles that get past the door, and the reply to an empty request with the samples
# below: what is unknown is 404, what is incomplete is 422. A new route without a row here fails.
DOORS: dict[tuple[str, str], tuple[set[Role] | str, int]] = {
    ("static", "GET"): (NOBODY_NEEDED, 200),
    ("auth.log_in", "GET"): (NOBODY_NEEDED, 200),
    ("auth.log_in", "POST"): (NOBODY_NEEDED, 422),
    ("public.health", "GET"): (NOBODY_NEEDED, 200),
    ("public_results.listed", "GET"): (NOBODY_NEEDED, 200),
    # The demonstration is not published.
    ("public_results.index", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.unit", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.method", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.data", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.charts", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.file", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.picture", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.result", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.receipt", "GET"): (NOBODY_NEEDED, 404),
    ("public_results.ask_receipt", "POST"): (NOBODY_NEEDED, 404),
    ("style.index", "GET"): (NOBODY_NEEDED, 200),
    ("self_completion.show", "GET"): (NOBODY_NEEDED, 404),
    ("self_completion.send", "POST"): (NOBODY_NEEDED, 404),
    ("home.index", "GET"): (EVERYBODY, 200),
    ("auth.password", "GET"): (EVERYBODY, 200),
    ("auth.password", "POST"): (EVERYBODY, 422),
    ("auth.log_out", "POST"): (EVERYBODY, 303),
    ("board.index", "GET"): ({C, H}, 200),
    ("campaigns.index", "GET"): ({C, H}, 200),
    ("campaigns.show", "GET"): ({C, H}, 200),
    ("campaigns.progress", "GET"): ({C, H}, 200),
    ("campaigns.move", "POST"): ({H}, 422),
    ("campaigns.count_self", "POST"): ({H}, 422),
    ("self_links.index", "GET"): ({H}, 200),
    ("self_links.issue", "POST"): ({H}, 422),
    ("self_links.again", "POST"): ({H}, 422),
    ("self_links.revoke", "POST"): ({H}, 404),
    ("self_links.file", "POST"): ({H}, 404),
    ("self_links.sheet", "POST"): ({H}, 404),
    ("assignments.index", "GET"): ({C}, 200),
    ("assignments.assign", "POST"): ({C}, 422),
    ("appraisals.index", "GET"): ({H, A}, 200),
    ("appraisals.enter", "POST"): ({A}, 422),
    ("report_figures.index", "GET"): ({H}, 200),
    ("report_figures.preview", "POST"): ({H}, 422),
    ("report_figures.save", "POST"): ({H}, 422),
    ("report_figures.table", "GET"): ({H}, 200),
    ("reports.index", "GET"): ({H}, 200),
    ("reports.words", "POST"): ({H}, 422),
    ("reports.template", "GET"): ({H}, 200),
    ("reports.upload", "POST"): ({H}, 422),
    ("reports.use_own", "POST"): ({H}, 303),
    ("audit.index", "GET"): ({H, Q}, 200),
    ("audit.proof", "GET"): ({H, Q}, 200),
    ("people.index", "GET"): ({Q}, 200),
    ("people.create", "GET"): ({Q}, 200),
    ("people.create", "POST"): ({Q}, 422),
    ("people.disable", "POST"): ({Q}, 404),
    ("people.enable", "POST"): ({Q}, 404),
    ("people.reset", "POST"): ({Q}, 404),
    ("responses.index", "GET"): ({E, C, S, B, H}, 200),
    ("responses.show", "GET"): ({E, C, S, B, H}, 404),
    ("responses.new", "GET"): ({E}, 200),
    ("responses.submit", "POST"): ({E}, 400),  # without the id that the form carries
    ("responses.receipt", "GET"): ({E}, 404),
    ("responses.edit", "GET"): ({E}, 404),
    ("responses.correct", "POST"): ({E}, 404),
    ("samples.index", "GET"): ({E, C, H}, 200),
    ("samples.workbook", "GET"): ({E, C, H}, 200),
    ("samples.show", "GET"): ({E, C, H}, 404),
    ("samples.replace", "POST"): ({E, C}, 404),
    ("sample_assignments.index", "GET"): ({C}, 200),
    ("sample_assignments.give", "POST"): ({C}, 422),
    ("sample_assignments.move", "POST"): ({C}, 422),
    ("imports.index", "GET"): ({H}, 200),
    ("imports.upload", "POST"): ({H}, 422),
    ("imports.show", "GET"): ({H}, 404),
    ("imports.apply", "POST"): ({H}, 404),
    ("imports.discard", "POST"): ({H}, 404),
    ("imports.reverse", "POST"): ({H}, 404),
    ("imports.export", "GET"): ({H}, 200),
    ("offline.receive", "PUT"): ({E}, 400),
    ("devices.session", "GET"): (NOBODY_NEEDED, 200),
    ("devices.worker", "GET"): (NOBODY_NEEDED, 200),
    ("recheck_sync.receive", "PUT"): ({S, B}, 400),
    ("devices.index", "GET"): ({E, S, B}, 200),
    ("devices.recheck_form", "GET"): ({S, B}, 200),
    ("devices.form", "GET"): ({E}, 200),
    ("devices.form_code", "GET"): ({E}, 200),
    ("devices.report", "PUT"): ({E, S, B}, 400),
    ("devices.receive", "GET"): ({C, B}, 200),
    ("devices.receive", "POST"): ({C, B}, 422),
    ("duplicates.index", "GET"): ({C, H}, 200),
    ("duplicates.show", "GET"): ({C, H}, 404),
    ("duplicates.decide", "POST"): ({C, H}, 404),
    ("printing.index", "GET"): ({C, H}, 200),
    ("printing.order", "POST"): ({C, H}, 422),
    ("printing.letterhead", "POST"): ({C, H}, 422),
    ("printing.questionnaire", "GET"): ({C, H}, 200),
    ("printing.job", "GET"): ({C, H}, 404),
    ("printing.cancel", "POST"): ({C, H}, 404),
    ("printing.file", "GET"): ({C, H}, 404),
    ("quality.index", "GET"): ({C, H}, 200),
    ("quality.show", "GET"): ({C, H}, 404),
    ("quality.screen", "POST"): ({H}, 303),
    ("draws.index", "GET"): ({B, H}, 200),
    ("draws.open_random", "POST"): ({B, H}, 303),
    ("draws.open_directed", "POST"): ({H}, 404),
    ("draws.commit", "POST"): ({B, H}, 404),
    ("draws.reveal", "POST"): ({B, H}, 404),
    ("draws.abandon", "POST"): ({B, H}, 404),
    ("draws.record", "GET"): ({B, H}, 404),
    ("draws.change_settings", "POST"): ({H}, 422),
    ("rechecks.index", "GET"): ({S, B}, 200),
    ("rechecks.assign", "POST"): ({B}, 422),
    ("rechecks.sheet", "GET"): ({S, B}, 200),
    ("rechecks.show", "GET"): ({S, B, H}, 404),
    ("rechecks.attempt", "POST"): ({S, B}, 404),
    ("rechecks.verdict", "POST"): ({S, B}, 404),
    ("recheck_measures.index", "GET"): ({B, H}, 200),
    ("recheck_measures.enumerator", "GET"): ({B, H}, 404),
    ("recheck_measures.unit", "GET"): ({B, H}, 200),
    ("flags.flag", "POST"): ({S, B}, 404),
    ("flags.withdraw", "POST"): ({S, B}, 404),
    ("flags.answer", "POST"): ({E}, 404),
    ("flags.settle", "POST"): ({S, B}, 404),
    ("flags.doubt", "POST"): ({S, B}, 404),
    ("reviews.accept", "POST"): ({S, B}, 404),
    ("reviews.tag", "POST"): ({S, B}, 404),
    ("reviews.remove_tag", "POST"): ({S, B}, 404),
    ("reviews.confirm", "POST"): ({S, B}, 303),
    ("reviews.review", "POST"): ({S, B}, 422),
    ("voids.index", "GET"): ({S, B, H}, 200),
    ("voids.show", "GET"): ({S, B, H}, 404),
    ("voids.decide", "POST"): ({B, H}, 404),
    ("voids.answer", "GET"): ({E}, 404),
    ("voids.answer", "POST"): ({E}, 404),
    ("voids.restore", "GET"): ({H}, 404),
    ("voids.restore", "POST"): ({H}, 404),
    ("joint_cases.index", "GET"): ({B, H}, 200),
    ("joint_cases.show", "GET"): ({B, H}, 404),
    ("joint_cases.give", "POST"): ({B}, 404),
    ("redos.index", "GET"): ({B, H}, 200),
    ("redos.show", "GET"): ({B, H}, 404),
    ("redos.decide", "POST"): ({H}, 404),
    ("second_keying.index", "GET"): ({E}, 200),
    ("second_keying.show", "GET"): ({E}, 404),
    ("second_keying.enter", "POST"): ({E}, 404),
    ("second_entries.index", "GET"): ({C, H}, 200),
    ("second_entries.draw", "POST"): ({C}, 303),
    ("second_entries.change_settings", "POST"): ({H}, 422),
    ("second_entries.give", "GET"): ({C}, 404),
    ("second_entries.give", "POST"): ({C}, 404),
    ("second_entries.show_resolution", "GET"): ({C, H}, 404),
    ("second_entries.resolve", "POST"): ({C, H}, 404),
    ("publications.index", "GET"): ({H}, 200),
    ("publications.publish", "POST"): ({H}, 409),
    ("publications.order", "POST"): ({H}, 422),
    ("publications.job", "GET"): ({H}, 404),
    ("publications.cancel", "POST"): ({H}, 404),
    ("publications.file", "GET"): ({H}, 404),
    ("scores.index", "GET"): ({H}, 200),
    ("scores.run", "GET"): ({H}, 404),
    ("scores.start_run", "POST"): ({H}, 303),
    ("scores.unit", "GET"): ({H, U}, 200),
    ("scores.ranking", "GET"): ({H}, 200),
    ("scores.workbook", "GET"): ({H}, 200),
    ("scores.run_workbook", "GET"): ({H}, 404),
    ("scores.by_respondents", "GET"): ({H}, 200),
    ("scores.group", "GET"): ({H}, 200),
    ("scores.run_group", "GET"): ({H}, 404),
    ("scores.run_unit", "GET"): ({H}, 404),
    ("scores.changes", "GET"): ({H}, 404),
}
# A unit's officer reads the own unit once it is published; the demonstration is not.
EXCEPTIONS = {("scores.unit", "GET", Role.UNIT_OFFICER): 404}
SAMPLES = {
    "code": CODE,
    "unit": "STC",
    "username": "nobody-here",
    "uuid": str(uuid4()),
    "number": "77",
    "entry": "7700000",
    "other": "78",
    "token": "opens-nothing",
    "group": "departments",
    "filename": "hailong.css",
    "form_code": "NO-SUCH-ROW",
    "job": "0" * 32,
    "name": "don-vi.csv",
}
HOSTILE_IDS = ["0", "-1", "2147483648", "9223372036854775808", "%00", "a" * 300, "%F0%9F%98%80", "'--"]
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def address_of(rule: Rule, **arguments: str) -> str:
    """Return a rule's address, written by hand so that what no link would hold can stand in it."""
    return ARGUMENT.sub(lambda found: (SAMPLES | arguments)[found[1]], rule.rule)


def doors(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule and method that people can ask for, the way out last."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint == "auth.log_out", rule.rule))
    for rule in rules:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_a4_every_route_stands_in_the_table_and_carries_its_mark(demo: Flask) -> None:
    assert {(rule.endpoint, method) for rule, method in doors(demo)} == set(DOORS)
    for (endpoint, _), (roles, _) in DOORS.items():
        if endpoint != "static":
            permission = demo.view_functions[endpoint].permission
            assert (permission is None) == (roles == NOBODY_NEEDED), endpoint
            assert permission is None or permission in Permission


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
def test_every_door_answers_each_role_as_the_table_says(
    demo: Flask,
    logged_in: Callable[[str], FlaskClient],
    role: Role | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quality, "DRAWS", 99)  # nine seconds less; who may screen is what is asked here
    client = logged_in(USERS[role]) if role else demo.test_client()
    found, expected = {}, {}
    for rule, method in doors(demo):
        door = (rule.endpoint, method)
        if door == ("auth.log_in", "GET") and role:
            continue  # whoever is in already is led home; test_auth.py says so
        roles, status = DOORS[door]
        reply = client.open(address_of(rule), method=method)
        found[door] = reply.status_code
        reply.close()
        if roles == NOBODY_NEEDED:
            expected[door] = status
        elif role is None:
            expected[door] = 302 if method == "GET" else 401
        elif role in roles:
            expected[door] = EXCEPTIONS.get((*door, role), status)
        else:
            expected[door] = 403
    assert found == expected


def test_whoever_is_not_in_is_led_to_the_log_in_page_and_back(demo: Flask) -> None:
    reply = demo.test_client().get(f"/campaigns/{CODE}/responses?q=abc")
    assert reply.location == f"/login?next=/campaigns/{CODE}/responses?q%3Dabc"


def strangers(username: str) -> str:
    """Return the id of a response that another enumerator entered."""
    mine = people.by_username(username).id
    return db.session.scalars(select(Response.uuid).where(Response.enumerator_id != mine).limit(1)).one()


def answered(client: FlaskClient, address: str, method: str, **sent: object) -> tuple[int, str, int]:
    """Return status, body and number of statements of a reply."""
    told: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        reply = client.open(address, method=method, **sent)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return reply.status_code, shown(reply), len(told)


@pytest.mark.parametrize(
    ("username", "method", "pattern"),
    [
        ("dtv01", "GET", "/responses/{}"),
        ("dtv01", "GET", "/responses/{}/edit"),
        ("dtv01", "GET", "/responses/{}/receipt"),
        ("dtv01", "POST", "/responses/{}/edit"),
    ],
)
def test_a3_ids_of_others_get_the_same_answer_for_the_same_work_as_ids_of_nobody(
    logged_in: Callable[[str], FlaskClient], username: str, method: str, pattern: str
) -> None:
    client = logged_in(username)
    client.open(pattern.format(uuid4()), method=method)
    foreign = answered(client, pattern.format(strangers(username)), method)
    assert foreign == answered(client, pattern.format(uuid4()), method)
    assert foreign[0] == 404


def test_a3_a_draft_of_an_enumerator_is_absent_for_whoever_only_sees_what_arrived(
    logged_in: Callable[[str], FlaskClient],
) -> None:
    uuid = str(uuid4())
    draft = {"uuid": uuid, "mode": "paper", "action": "draft"}
    enumerator = logged_in("dtv01")
    assert enumerator.post(f"/campaigns/{CODE}/responses", data=draft).status_code == 303
    assert enumerator.get(f"/responses/{uuid}").status_code == 200
    assert logged_in("dieuphoi").get(f"/responses/{uuid}").status_code == 200
    for username in ("mattran", "noivu"):
        client = logged_in(username)
        assert client.get(f"/responses/{uuid}").status_code == 404
        assert shown(client.get(f"/responses/{uuid}")) == shown(client.get(f"/responses/{uuid4()}"))


ABLE = {
    "people": Q,
    "assignments": C,
    "board": H,
    "campaigns": H,
    "duplicates": C,
    "self_links": H,
    "imports": H,
    "scores": H,
    "second_entries": C,
    "second_entries.change_settings": H,
    "printing": C,
    "publications": H,
    "quality": H,
    "draws": H,
    "recheck_sync": S,
    "appraisals": A,
    "report_figures": H,
    "reports": H,
    "flags": S,
    "rechecks": B,
    "flags.answer": E,
    "reviews": S,
    "recheck_measures": H,
    "audit": H,
    "samples": C,
    "sample_assignments": C,
    "voids": H,
    "voids.answer": E,
    "joint_cases": B,
    "redos": H,
}


def test_a8_a_hostile_id_anywhere_in_an_address_is_not_found(
    demo: Flask, logged_in: Callable[[str], FlaskClient]
) -> None:
    clients = {role: logged_in(USERS[role]) for role in {*ABLE.values(), E}}
    for rule, method in doors(demo):
        client = clients[ABLE.get(rule.endpoint) or ABLE.get(rule.endpoint.partition(".")[0], E)]
        for name in rule.arguments - {"filename"}:
            for hostile in HOSTILE_IDS:
                reply = client.open(address_of(rule, **{name: hostile}), method=method)
                # A device is told that its id is no UUID; what holds a NUL is no address at all.
                expected = 400 if method == "PUT" and hostile != "%00" else 404
                assert reply.status_code == expected, (method, rule.rule, name, hostile)


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("noivu", f"/campaigns/{CODE}/responses"),
        ("noivu", f"/campaigns/{CODE}/sample"),
        ("noivu", "/audit"),
        ("quantri", "/people"),
    ],
)
def test_a8_a_hostile_page_number_is_not_found(
    logged_in: Callable[[str], FlaskClient], username: str, address: str
) -> None:
    client = logged_in(username)
    for page in (*HOSTILE_IDS, "", "1.5", "１", "1e3", "x", " 1", "+1", "9" * 5000):
        assert client.get(address, query_string={"page": page}).status_code == 404, page
        assert client.get(f"{address}?page={page}").status_code == 404, page


def test_a_supervisor_neither_sees_nor_withdraws_a_flag_of_the_other_body(
    demo: Flask, logged_in: Callable[[str], FlaskClient]
) -> None:
    response = db.session.scalars(select(Response).limit(1)).one()
    flag = flags.raise_flag(
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
    assert shown(officer.get(other)) == shown(officer.get(f"/campaigns/{CODE}/scores/NOBODY"))
