"""Second entries on pages: blind for who keys, side by side for who resolves, and one table for who decides."""

import re
from html import escape
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from survey_app.domain import (
    assignments,
    campaigns,
    demonstration,
    people,
    second_entries,
    second_entry_resolution,
)
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Response, SecondEntry
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import shown
from tests.test_access import answered
from tests.test_story import entry_form
from tests.web.pages import CODE, LogIn, error_targets, statements, unit_of

PAGE = f"/campaigns/{CODE}/second-entries"
SECRET = "Bà Lan nói <thái độ> rất tốt"
KEPT = {"draw": '{"of":1,"round":1,"rule":"sha256(seed+uuid)","seed":"5eed"}'}


@pytest.fixture(autouse=True)
def passwords(demo: Flask) -> None:
    """Let two more enumerators of the demonstration log in."""
    for username in ("dtv02", "dtv03"):
        people.reset_password(people.command_line(), people.by_username(username), demonstration.PASSWORD)
    db.session.commit()


@pytest.fixture
def form(logged_in: LogIn) -> dict[str, str]:
    """A paper form that the first enumerator has keyed, with words nobody else may read."""
    sent = entry_form(unit_of("dtv01"), "HAI-1", "4") | {"comment": SECRET, "access_1": "1"}
    assert logged_in("dtv01").post(f"/campaigns/{CODE}/responses", data=sent).status_code == 303
    return sent


@pytest.fixture
def number(form: dict[str, str]) -> int:
    """The number of that form, drawn and given to the second enumerator."""
    response = db.session.scalars(select(Response).where(Response.uuid == form["uuid"])).one()
    entry = SecondEntry(
        campaign_id=response.campaign_id,
        response_id=response.id,
        keyer_id=people.by_username("dtv02").id,
        **KEPT,
    )
    db.session.add(entry)
    db.session.commit()
    return entry.id


def now_is(number: int) -> SecondEntry:
    """Return a second entry as it is in the database."""
    db.session.rollback()
    return db.session.get_one(SecondEntry, number, populate_existing=True)


def again(form: dict[str, str], **changed: str) -> dict[str, str]:
    """Return what the second keyer sends: the same form, without what only the first page has."""
    return {name: value for name, value in form.items() if name not in ("uuid", "action")} | changed


def lines(verb: str) -> int:
    """Return how many audit lines of a verb there are."""
    return len(db.session.scalars(select(AuditLine).where(AuditLine.verb == verb)).all())


def test_a_second_keyer_sees_the_code_and_nothing_of_the_first_entry_anywhere(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    client = logged_in("dtv02")
    told = [
        client.get("/second-entries"),
        client.get(f"/second-entries/{number}"),
        client.post(
            f"/second-entries/{number}", data=again(form, access_1="9", unit="KHONG-CO", comment="x")
        ),
        client.post(f"/second-entries/{number}", data=again(form, access_1="3", comment="khác")),
        client.get("/second-entries"),
        client.get(f"/second-entries/{number}"),
        client.get(f"/second-entries/{number}", headers={"Accept": "application/json"}),
        client.get("/"),
        client.get(f"/campaigns/{CODE}/responses"),
    ]
    assert [each.status_code for each in told] == [200, 200, 422, 303, 200, 409, 409, 200, 200]
    for each in told:
        for hidden in (escape(SECRET), "Bà Lan", form["uuid"]):
            assert hidden not in each.text
    first_page = told[1].text
    assert 'value="HAI-1"' in first_page
    assert not re.search(r'type="radio"[^>]* checked', first_page)
    assert not re.search(r'<option value="(?!paper"|")[^>]* selected', first_page)
    for closed in (f"/responses/{form['uuid']}", f"/second-entries/{number}/resolve", PAGE):
        assert client.get(closed).status_code in (403, 404)
    # The trail, which tells of both contents by digest, is not hers to read.
    assert client.get("/audit").status_code == 403


def test_equal_and_different_entries_get_the_same_reply_for_the_same_work(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    client = logged_in("dtv02")
    client.get("/second-entries")
    costs = []
    for changed in ({}, {"access_1": "3"}):
        entry = now_is(number)
        entry.state, entry.entered_at, entry.resolved_at, entry.errors = "drawn", None, None, None
        entry.second = ""
        db.session.commit()
        reply: list[object] = []
        cost = statements(
            lambda changed=changed, reply=reply: reply.append(  # type: ignore[misc]
                client.post(f"/second-entries/{number}", data=again(form, **changed))
            )
        )
        costs.append((len(cost), shown(reply[0]), reply[0].location))  # type: ignore[arg-type, attr-defined]
    assert costs[0] == costs[1]


def test_s1_the_second_entry_sent_twice_is_one(logged_in: LogIn, form: dict[str, str], number: int) -> None:
    client = logged_in("dtv02")
    sent = again(form, access_1="2")
    replies = [client.post(f"/second-entries/{number}", data=sent) for _ in range(2)]
    assert [(each.status_code, each.location) for each in replies] == [(303, "/second-entries")] * 2
    assert (lines("second_entry.entered"), now_is(number).differing) == (1, 1)
    other = client.post(f"/second-entries/{number}", data=again(form, access_1="5", comment="Bản <khác>"))
    assert (other.status_code, "nội dung khác" in other.text) == (409, True)
    assert "Bản &lt;khác&gt;</textarea>" in other.text
    assert now_is(number).second.count("Bản") == 0


def test_a1_forged_fields_change_nothing(
    logged_in: LogIn, form: dict[str, str], number: int, caplog: pytest.LogCaptureFixture
) -> None:
    forged = {"errors": "0", "state": "resolved", "first": "x", "keyer_id": "1", "mode": "phone"}
    reply = logged_in("dtv02").post(f"/second-entries/{number}", data=again(form, access_1="2", **forged))
    assert reply.status_code == 303
    entry = now_is(number)
    assert (entry.state, entry.errors, entry.differing) == ("entered_again", None, 1)
    assert "fields nobody asked for: errors, first, keyer_id, state" in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a3_a_form_given_to_another_is_as_absent_as_one_that_is_not(
    logged_in: LogIn, form: dict[str, str], number: int, method: str
) -> None:
    for username in ("dtv01", "dtv03"):
        client = logged_in(username)
        client.open(f"/second-entries/{number + 1}", method=method)
        foreign = answered(client, f"/second-entries/{number}", method, data=again(form))
        assert foreign == answered(client, f"/second-entries/{number + 1}", method, data=again(form))
        assert foreign[0] == 404
    assert now_is(number).state == "drawn"


def test_a_refused_second_entry_keeps_everything_that_was_typed(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    sent = again(form, form_code="HAI-2", access_2="7", comment="Chữ <của tôi>")
    reply = logged_in("dtv02").post(f"/second-entries/{number}", data=sent)
    assert (reply.status_code, set(error_targets(reply.text))) == (422, {"form_code", "access_2"})
    assert 'value="HAI-2"' in reply.text
    assert "Chữ &lt;của tôi&gt;</textarea>" in reply.text
    assert 'id="access_1-1" name="access_1" value="1" checked' in reply.text
    assert "Lưu nháp" not in reply.text


@pytest.mark.parametrize(
    "field", ["form_code", "unit", "mode", "access_1", "service_field", "channel", "comment"]
)
def test_bad_inputs_in_a_second_entry_are_refused_beside_their_field_or_are_text(
    logged_in: LogIn, form: dict[str, str], number: int, field: str
) -> None:
    client = logged_in("dtv02")
    for name, bad in BAD_INPUTS.items():
        typed = [str(each) for each in bad] if isinstance(bad, list) else [str("" if bad is None else bad)]
        sent = MultiDict(again(form))
        sent.setlist(field, [each.encode("utf-8", "replace").decode() for each in typed])
        reply = client.post(f"/second-entries/{number}", data=sent)
        entry = now_is(number)
        if reply.status_code == 303:
            assert field in ("mode", "comment") or not any(each.strip() for each in typed), name
            entry.state, entry.entered_at, entry.resolved_at, entry.errors = "drawn", None, None, None
            entry.second = ""
            db.session.commit()
        else:
            assert (reply.status_code, error_targets(reply.text)) == (422, [field]), name
            assert entry.state == "drawn"


# ---- the coordinator's and Home Affairs' page


def test_a_draw_by_button_takes_forms_for_everybody_and_is_told(logged_in: LogIn) -> None:
    coordinator = logged_in("dieuphoi")
    before = coordinator.get(PAGE).text
    told = re.search(r"Rút thăm ([\d.]+) phiếu", before)
    assert told is not None
    reply = coordinator.post(PAGE)
    assert (reply.status_code, reply.location) == (303, PAGE)
    after = coordinator.get(PAGE).text
    assert f"Đã rút {told[1].replace('.', '')} phiếu của" in after
    assert "Rút thăm" not in after
    assert lines("second_entry.drawn") == int(told[1].replace(".", ""))
    again_reply = coordinator.post(PAGE)
    assert (again_reply.status_code, "Chưa có phiếu nào cần rút" in again_reply.text) == (409, True)


def test_home_affairs_reads_and_resolves_but_does_not_draw(logged_in: LogIn) -> None:
    home_affairs = logged_in("noivu")
    assert "Rút thăm" not in home_affairs.get(PAGE).text
    assert home_affairs.post(PAGE).status_code == 403


def test_n1_nothing_wrong_is_told_as_zero_and_nothing_known_as_a_dash(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    name = escape(people.by_username("dtv01").display_name)
    home_affairs = logged_in("noivu")

    def row() -> str:
        page = home_affairs.get(PAGE).text
        return next(each for each in page.split("<tr>") if "dtv01</span>" in each and name in each)

    assert "0 / " not in row()
    logged_in("dtv02").post(f"/second-entries/{number}", data=again(form))
    entry = now_is(number)
    assert (entry.errors, entry.differing) == (0, 0)
    assert f"0 / {entry.fields}</td>" in row()
    assert "0,00&nbsp;%" in row()
    assert '<td class="num">0</td><td class="num">0</td>' in home_affairs.get(PAGE).text


def test_the_page_costs_as_many_queries_with_one_form_as_with_all(logged_in: LogIn, number: int) -> None:
    client = logged_in("noivu")
    client.get(PAGE)
    few = statements(lambda: client.get(PAGE))
    logged_in("dieuphoi").post(PAGE)
    client.get(PAGE)
    assert len(statements(lambda: client.get(PAGE))) == len(few)


def test_a_form_is_given_to_somebody_else_by_the_coordinator_alone(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    path = f"/second-entries/{number}/keyer"
    coordinator = logged_in("dieuphoi")
    page = coordinator.get(path).text
    assert 'value="dtv03"' in page
    assert 'value="dtv01"' not in page
    for wrong in ("", "dtv01", "noivu", "khong-co"):
        reply = coordinator.post(path, data={"enumerator": wrong})
        assert (reply.status_code, error_targets(reply.text)) == (422, ["enumerator"])
    assert coordinator.post(path, data={"enumerator": "dtv03"}).location == PAGE
    keyer = now_is(number).keyer
    assert keyer is not None
    assert keyer.username == "dtv03"
    late = logged_in("dtv02").post(f"/second-entries/{number}", data=again(form))
    assert late.status_code == 404
    assert logged_in("noivu").post(path, data={"enumerator": "dtv02"}).status_code == 403


@pytest.mark.parametrize("field", ["limit", "level", "first_forms"])
def test_settings_refuse_bad_inputs_beside_their_field_and_keep_them(logged_in: LogIn, field: str) -> None:
    home_affairs = logged_in("noivu")
    good = {"limit": "1", "level": "95", "first_forms": "20"}
    for name, bad in BAD_INPUTS.items():
        typed = str(bad).encode("utf-8", "replace").decode()
        reply = home_affairs.post(f"{PAGE}/settings", data=good | {field: typed})
        fits = {"limit": {"8,5", "6", "4.0", "4 "}, "level": {"87.5"}, "first_forms": {"123", " 30 ", "6"}}[
            field
        ]
        if reply.status_code == 303:
            assert typed in fits, name
        else:
            assert (reply.status_code, error_targets(reply.text)) == (422, [field]), name
            assert typed not in fits
    for typed in ("0", "0,001", "21", "1e1", "0,5555"):
        assert home_affairs.post(f"{PAGE}/settings", data=good | {"limit": typed}).status_code == 422


def test_settings_are_shown_as_ours_until_home_affairs_sets_them(logged_in: LogIn) -> None:
    home_affairs, coordinator = logged_in("noivu"), logged_in("dieuphoi")
    assert "mặc định của chương trình" in coordinator.get(PAGE).text
    assert "Thiết lập" not in coordinator.get(PAGE).text
    sent = {"limit": "0,5", "level": "99", "first_forms": "30"}
    assert coordinator.post(f"{PAGE}/settings", data=sent).status_code == 403
    assert home_affairs.post(f"{PAGE}/settings", data=sent).status_code == 303
    page = coordinator.get(PAGE).text
    assert "mặc định của chương trình" not in page
    assert "dưới 0,5&nbsp;%, ở mức tin cậy 99&nbsp;%" in page
    assert lines("campaign.setting") == 1


# ---- resolving


@pytest.fixture
def differing(logged_in: LogIn, form: dict[str, str], number: int) -> int:
    """The number of the form, keyed again with another first criterion and unit."""
    units = second_entries.surveyed_units(campaigns.by_code(CODE))
    other = next(code for code, _ in units if code != form["unit"])
    sent = again(form, access_1="3", unit=other)
    assert logged_in("dtv02").post(f"/second-entries/{number}", data=sent).status_code == 303
    return number


def choice(number: int, wanted: str) -> str:
    """Return the letter under which a keying stands on the page."""
    entry = now_is(number)
    return "a" if second_entry_resolution.first_is_a(entry) == (wanted == "first") else "b"


def test_who_resolves_sees_both_keyings_without_names_and_decides(
    logged_in: LogIn, form: dict[str, str], differing: int
) -> None:
    path = f"/second-entries/{differing}/resolve"
    coordinator = logged_in("dieuphoi")
    page = coordinator.get(path).text
    for username in ("dtv01", "dtv02"):
        assert escape(people.by_username(username).display_name) not in page
    letters = {level: re.search(rf"Lần nhập ([AB]): {level} –", page) for level in "13"}
    assert {level: found and found[1].lower() for level, found in letters.items()} == {
        "1": choice(differing, "first"),
        "3": choice(differing, "second"),
    }
    missing = coordinator.post(path, data={"decide-access_1": choice(differing, "second")})
    assert (missing.status_code, error_targets(missing.text)) == (422, ["decide-unit"])
    assert f'name="decide-access_1" value="{choice(differing, "second")}" checked' in missing.text
    decided = {"decide-access_1": choice(differing, "second"), "decide-unit": choice(differing, "first")}
    reply = coordinator.post(path, data=decided)
    assert (reply.status_code, reply.location) == (303, PAGE)
    assert "lần nhập đầu sai 1 mục. Phiếu đã được sửa theo phiếu giấy" in coordinator.get(PAGE).text
    entry = now_is(differing)
    assert (entry.state, entry.errors, entry.response.answers[0], entry.response.version) == (
        "resolved",
        1,
        "3",
        2,
    )
    assert entry.response.unit is not None
    assert entry.response.unit.code == form["unit"]
    done = coordinator.get(path).text
    assert "đã đối chiếu" in done
    assert escape(people.by_username("dtv02").display_name) in done
    assert "đối chiếu với phiếu giấy" in coordinator.get(f"/responses/{form['uuid']}").text


def test_neither_asks_for_the_value_on_the_paper_and_keeps_it_when_refused(
    logged_in: LogIn, differing: int
) -> None:
    path = f"/second-entries/{differing}/resolve"
    client = logged_in("noivu")
    first = {"decide-unit": choice(differing, "first"), "decide-access_1": "neither"}
    for value in ({}, {"value-access_1": "?"}, {"value-access_1": "3"}, {"value-access_1": "9"}):
        reply = client.post(path, data=first | value)
        assert (reply.status_code, error_targets(reply.text)) == (422, ["value-access_1"]), value
    kept = client.post(path, data={"decide-access_1": "neither", "value-access_1": "5"})
    assert (kept.status_code, error_targets(kept.text)) == (422, ["decide-unit"])
    assert '<option selected value="5">' in kept.text
    assert client.post(path, data=first | {"value-access_1": "5"}).status_code == 303
    assert now_is(differing).response.answers[0] == "5"


def test_t2_who_resolves_too_late_reads_what_was_decided(logged_in: LogIn, differing: int) -> None:
    path = f"/second-entries/{differing}/resolve"
    decided = {"decide-access_1": choice(differing, "first"), "decide-unit": choice(differing, "first")}
    assert logged_in("dieuphoi").post(path, data=decided).status_code == 303
    late = logged_in("noivu").post(path, data=decided | {"decide-unit": choice(differing, "second")})
    assert (late.status_code, "Đã đối chiếu" in late.text, "như lần đầu" in late.text) == (409, True, True)
    assert (now_is(differing).errors, lines("second_entry.resolved")) == (0, 1)


def test_a_form_not_keyed_twice_is_not_opened_to_resolve(logged_in: LogIn, number: int) -> None:
    reply = logged_in("dieuphoi").get(f"/second-entries/{number}/resolve")
    assert (reply.status_code, "Chờ nhập lần hai" in reply.text) == (409, True)


def test_a_sealed_campaign_takes_no_second_entry_and_keeps_what_was_typed(
    logged_in: LogIn, form: dict[str, str], number: int
) -> None:
    db.session.scalars(select(Campaign)).one().state = "sealed"
    db.session.commit()
    reply = logged_in("dtv02").post(f"/second-entries/{number}", data=again(form, comment="Còn đây"))
    assert (reply.status_code, "Còn đây</textarea>" in reply.text) == (409, True)
    assert now_is(number).state == "drawn"


def test_a_first_keyer_who_opens_a_form_by_its_number_finds_nothing(logged_in: LogIn, number: int) -> None:
    client: FlaskClient = logged_in("dtv01")
    assert "HAI-1" not in client.get("/second-entries").text
    assert assignments.units_to_ask(people.by_username("dtv02"), campaigns.by_code(CODE))
    assert client.get(f"/second-entries/{uuid4().int}").status_code == 404
