"""Draws on pages: three parties, a click each; nothing of it for those whose work is drawn."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scoring.draw_record import verify
from survey_app.domain import audit, campaigns, demonstration, draws, people
from survey_app.extensions import db
from survey_app.models import AuditLine, Draw, DrawMember, DrawPart, Recheck, Response, Screening, User
from survey_app.vocabulary import Party
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import shown
from tests.domain.drawing import PARTS, digest, drawn
from tests.replayed_draw import replay, told
from tests.web.pages import CODE, LogIn, error_targets, statements

PAGE = f"/campaigns/{CODE}/draws"
HEADS = {"mattran-truong": Party.FRONT, "cuuchienbinh-truong": Party.VETERANS, "noivu": Party.HOME_AFFAIRS}


@pytest.fixture
def heads(logged_in: LogIn) -> dict[Party, FlaskClient]:
    """A browser of each party."""
    return {party: logged_in(username) for username, party in HEADS.items()}


def three() -> dict[Party, User]:
    """Return the people of the three parties."""
    return {party: people.by_username(username) for username, party in HEADS.items()}


def carried_through(share: float = 0.2, more: str = "") -> Draw:
    """Return a random draw of the demonstration, drawn with the parts of all tests or longer ones."""
    campaign = campaigns.by_code(CODE)
    campaign.settings = audit.canonical(json.loads(campaign.settings) | {"recheck": {"share": share}})
    parts = {party: part + more for party, part in PARTS.items()}
    draw = drawn(draws.open_random(people.by_username("noivu"), campaign), three(), parts)
    db.session.commit()
    return draw


def count(model: type) -> int:
    """Return how many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_three_parties_open_commit_and_reveal_and_take_the_record_away(
    demo: Flask, heads: dict[Party, FlaskClient]
) -> None:
    before = heads[Party.FRONT].get(PAGE).text
    assert "2.124 phiếu được tính" in before
    assert "sẽ rút 422 phiếu" in before
    assert "Thiết lập phúc tra" not in before
    assert "theo danh sách sàng lọc" not in before
    assert heads[Party.FRONT].post(PAGE).location == PAGE
    assert heads[Party.FRONT].post(PAGE).status_code == 409  # one at a time
    for party, client in heads.items():
        page = client.get(PAGE).text
        assert 'name="commitment"' in page
        assert 'name="part"' not in page
        assert client.post(f"{PAGE}/1/commit", data={"commitment": digest(PARTS[party])}).status_code == 303
        assert client.get(f"{PAGE}/1/record").status_code == 409
    for party, client in heads.items():
        page = client.get(PAGE).text
        assert 'name="commitment"' not in page
        assert 'name="part"' in page
        assert client.post(f"{PAGE}/1/reveal", data={"part": PARTS[party]}).status_code == 303
    reply = heads[Party.VETERANS].get(f"{PAGE}/1/record")
    assert reply.headers["Content-Disposition"] == f"attachment; filename=rut-tham-{CODE}-1.json"
    assert verify(json.loads(reply.data)) is None
    assert replay(reply.data) == told(reply.data)
    page = heads[Party.VETERANS].get(PAGE).text
    assert re.findall(r'<td class="num">([^<]*)</td>', page)[:5] == ["2.124", "422", "232", "232", "42"]
    assert count(Recheck) == 464
    trail = heads[Party.HOME_AFFAIRS].get("/audit?verb=draw.drawn").text
    assert "số việc phúc tra" in trail
    assert db.session.scalars(select(Draw)).one().seed in trail  # type: ignore[operator]


def test_refused_input_keeps_what_was_typed_and_says_what_is_wrong_beside_it(
    heads: dict[Party, FlaskClient],
) -> None:
    front = heads[Party.FRONT]
    front.post(PAGE)
    reply = front.post(f"{PAGE}/1/commit", data={"commitment": "<abc>"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["commitment"])
    assert "&lt;abc&gt;" in reply.text
    for party, client in heads.items():
        client.post(f"{PAGE}/1/commit", data={"commitment": digest(PARTS[party])})
    reply = front.post(f"{PAGE}/1/reveal", data={"part": "<another part of it>"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["part"])
    assert "&lt;another part of it&gt;" in reply.text
    assert "không khớp cam kết" in reply.text
    reply = front.post(f"{PAGE}/1/abandon", data={"reason": " "})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["reason"])
    assert front.post(f"{PAGE}/1/abandon", data={"reason": "Mất <phần>"}).status_code == 303
    page = heads[Party.HOME_AFFAIRS].get(PAGE).text
    assert "Mất &lt;phần&gt;" in page
    assert "mà chưa mở: Mặt trận Tổ quốc, Hội Cựu chiến binh, Sở Nội vụ." in page
    assert (count(Recheck), count(DrawPart)) == (0, 3)


def test_t9_nobody_acts_for_another_party_and_a_supervisor_for_none(
    demo: Flask, logged_in: LogIn, heads: dict[Party, FlaskClient]
) -> None:
    heads[Party.HOME_AFFAIRS].post(PAGE)
    forged = {"party": "veterans", "body": "veterans", "commitment": digest("x" * 20)}
    heads[Party.FRONT].post(f"{PAGE}/1/commit", data=forged)
    assert db.session.scalars(select(DrawPart.party)).all() == ["front"]
    kept = count(AuditLine)
    for username in ("cuuchienbinh", "dtv01", "dieuphoi"):
        client = logged_in(username)
        kept = count(AuditLine)
        for ending in ("", "/directed", "/1/commit", "/1/reveal", "/1/abandon", "/settings"):
            assert client.post(f"{PAGE}{ending}", data=forged).status_code == 403
        assert [client.get(each).status_code for each in (PAGE, f"{PAGE}/1/record")] == [403, 403]
        assert count(AuditLine) == kept
    assert db.session.scalars(select(DrawPart.party)).all() == ["front"]


MOMENTARY = re.compile(r'"(csrf|now)":"[^"]*"')
ADDRESSES = {
    "dtv01": ("/", "/device", "/device/session", "{c}/responses", "{c}/sample", "{r}", "{r}/receipt"),
    "dieuphoi": (
        "/",
        "{c}",
        "{c}/board",
        "{c}/progress",
        "{c}/assignments",
        "{c}/responses",
        "{r}",
        "{c}/quality",
    ),
}


def test_nothing_that_an_enumerator_or_a_coordinator_can_open_changes_by_a_draw(
    demo: Flask, logged_in: LogIn
) -> None:
    mine = people.by_username("dtv01").id
    uuid = db.session.scalars(select(Response.uuid).where(Response.enumerator_id == mine).limit(1)).one()
    clients = {username: logged_in(username) for username in ADDRESSES}

    def pages() -> dict[tuple[str, str], tuple[int, str]]:
        found = {}
        for username, addresses in ADDRESSES.items():
            for each in addresses:
                reply = clients[username].get(each.format(c=f"/campaigns/{CODE}", r=f"/responses/{uuid}"))
                found[username, each] = (reply.status_code, MOMENTARY.sub("", shown(reply)))
        return found

    before = pages()
    assert {status for status, _ in before.values()} == {200}
    draw = carried_through(share=1)
    chosen = select(DrawMember.chosen).join(Response, Response.id == DrawMember.response_id)
    assert db.session.scalar(chosen.where(DrawMember.draw_id == draw.id, Response.uuid == uuid))
    assert pages() == before
    assert {client.get("/audit").status_code for client in clients.values()} == {403}


def test_a_directed_draw_takes_from_the_list_of_a_screening(
    demo: Flask, heads: dict[Party, FlaskClient]
) -> None:
    home = heads[Party.HOME_AFFAIRS]
    assert "Chưa có danh sách" in home.get(PAGE).text
    result = {"responses": [{"form_code": "HN22-0001"}], "enumerators": [{"enumerator": "dtv01"}] * 2}
    screening = Screening(
        campaign_id=campaigns.by_code(CODE).id,
        number=1,
        run_by_id=people.by_username("noivu").id,
        milliseconds=1,
        responses=1,
        input_digest="0" * 64,
        program_version="0",
        result=json.dumps(result),
        result_digest="0" * 64,
    )
    db.session.add(screening)
    db.session.commit()
    mine = people.by_username("dtv01").id
    most = len(db.session.scalars(select(Response.id).where(Response.enumerator_id == mine)).all())
    page = home.get(PAGE).text
    assert f"{most} phiếu của các điều tra viên được nêu tên" in page
    sent = {"screening": "1", "which": "enumerators"}
    for take in ("", "0", str(most + 1), "1_0", "１", "٣", "1e1", "-1", "9" * 50):
        reply = home.post(f"{PAGE}/directed", data=sent | {"take": take})
        assert (reply.status_code, error_targets(reply.text)) == (422, ["take"]), take
    reply = home.post(f"{PAGE}/directed", data=sent | {"which": "both", "take": "1"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["which"])
    for number in ("2", "0", "", "x", "9" * 30):
        assert (
            home.post(f"{PAGE}/directed", data=sent | {"screening": number, "take": "1"}).status_code == 404
        )
    assert home.post(f"{PAGE}/directed", data=sent | {"take": " 5 "}).status_code == 303
    draw = db.session.scalars(select(Draw)).one()
    assert (draw.kind, draw.frame_size, draw.screening_id) == ("directed", most, screening.id)
    drawn(draw, three())
    db.session.commit()
    chances = db.session.execute(select(DrawMember.taken, DrawMember.out_of).distinct()).all()
    assert [tuple(each) for each in chances] == [(5, most)]
    record = home.get(f"{PAGE}/1/record").data
    assert (verify(json.loads(record)), replay(record)) == (None, told(record))
    # A random draw afterwards has them all in its frame again; what is to be checked already is not made twice.
    assert "2.124 phiếu được tính" in home.get(PAGE).text
    second = carried_through(share=1, more=" khac")
    twice = (
        select(func.count())
        .select_from(Recheck)
        .group_by(Recheck.response_id, Recheck.body)
        .order_by(func.count().desc())
    )
    assert db.session.scalars(twice).first() == 1
    record = home.get(f"{PAGE}/{second.number}/record").data
    assert verify(json.loads(record)) is None
    assert {each["why"] for each in json.loads(record)["not_made"]} == {"other_draw"}


def test_home_affairs_sets_how_is_re_checked_as_people_type_it(
    demo: Flask, heads: dict[Party, FlaskClient]
) -> None:
    home, sent = heads[Party.HOME_AFFAIRS], {"overlap": "0", "fail_limit": "12.5", "attempts": "4"}
    sent |= {"share": "33,3", "reply_days": "5", "match_least": "4"}
    assert "Sở Nội vụ chưa đặt" in home.get(PAGE).text
    wrong = {
        "share": ("100,1", "0", "-1", "", "1_0", "２０", "20 %", "1e1"),
        "overlap": ("101", "x"),
        "attempts": ("0", "21", "1.5"),
        "match_least": ("6",),
    }
    for name, values in wrong.items():
        for value in values:
            reply = home.post(f"{PAGE}/settings", data=sent | {name: value})
            assert (reply.status_code, error_targets(reply.text)) == (422, [name]), value
    assert "không quá 100 %" in home.post(f"{PAGE}/settings", data=sent | {"share": "101"}).text
    assert home.post(f"{PAGE}/settings", data=sent).status_code == 303
    kept = json.loads(campaigns.by_code(CODE).settings)
    assert kept["recheck"] == {
        "share": 0.333,
        "overlap": 0.0,
        "fail_limit": 0.125,
        "attempts": 4,
        "reply_days": 5,
        "match_least": 4,
    }
    line = db.session.scalars(select(AuditLine).where(AuditLine.verb == "campaign.setting")).one()
    changes = audit.changes_of(line)
    assert (changes["before"]["share"], changes["after"]) == (0.2, kept["recheck"])
    page = home.get(PAGE).text
    assert 'value="33,3"' in page
    assert "Sở Nội vụ chưa đặt" not in page
    campaign = campaigns.by_code(CODE)
    campaign.state = "sealed"
    db.session.commit()
    assert home.post(f"{PAGE}/settings", data=sent).status_code == 409
    assert home.post(PAGE).status_code == 409


def test_no_input_breaks_a_form_of_draws(heads: dict[Party, FlaskClient]) -> None:
    home = heads[Party.HOME_AFFAIRS]
    home.post(PAGE)
    forms = ("1/commit", "commitment", 422), ("1/reveal", "part", 409)
    for kind, bad in BAD_INPUTS.items():
        value = str(bad).encode("utf-8", "replace").decode()
        for ending, name, status in forms:
            assert home.post(f"{PAGE}/{ending}", data={name: value}).status_code == status, (kind, name)
        assert home.post(f"{PAGE}/directed", data={"screening": value}).status_code in (404, 409), kind
    assert count(DrawPart) == 0


def test_the_page_costs_the_same_with_one_draw_as_with_many(
    demo: Flask, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = logged_in("noivu")
    carried_through()

    def cost() -> int:
        return len(statements(lambda: home.get(PAGE)))

    home.get(PAGE)
    one = cost()
    home_affairs, campaign = people.by_username("noivu"), campaigns.by_code(CODE)
    db.session.execute(DrawMember.__table__.delete().where(DrawMember.response_id % 50 == 0))  # type: ignore[attr-defined]
    for _ in range(3):
        draws.abandon(home_affairs, draws.open_random(home_affairs, campaign), "Thử")
    db.session.commit()
    assert cost() == one


def test_the_command_writes_the_record(demo: Flask, tmp_path: object, heads: Callable[..., object]) -> None:
    carried_through()
    runner = demo.test_cli_runner()
    file = f"{tmp_path}/r.json"
    told_of = runner.invoke(args=["recheck", "record", CODE, "1", "-o", file])
    assert told_of.exit_code == 0, told_of.output
    with open(file, "rb") as record:  # noqa: PTH123
        assert verify(json.loads(record.read())) is None
    missing = runner.invoke(args=["recheck", "record", CODE, "7", "-o", file])
    assert (missing.exit_code, "Lần rút thăm" in missing.output) == (1, True)
    assert demonstration.CODE == CODE
