"""The list's pages: rows and quotas, one row with its contact, closing with a reason, giving and moving."""

import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.domain import assignments, campaigns, people, samples
from survey_app.extensions import db
from survey_app.models import AuditLine, SampleRow, User
from survey_app.vocabulary import CampaignState
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import shown
from tests.domain.sample_list import one
from tests.web.pages import CODE, LogIn, error_targets, statements
from tests.web.sample_list import ROWS, UNIT, load, load_done

LIST = f"/campaigns/{CODE}/sample"
ASSIGN = f"/campaigns/{CODE}/assignments/sample"
CLOSING = {"reason": "moved_away", "note": "Nhà khóa cửa"}


@pytest.fixture
def listed(demo: Flask) -> None:
    """The demonstration with a list."""
    load(ROWS)


def codes(reply: TestResponse) -> list[str]:
    """Return the form codes of the rows on a page of the list."""
    return re.findall(r'<th scope="row"><a href="[^"]*/sample/([^"]+)">', reply.text)


def holder(form_code: str) -> str | None:
    """Return the user name of whoever has a row."""
    db.session.rollback()
    found = select(User.username).join(SampleRow, SampleRow.enumerator_id == User.id)
    return db.session.scalar(found.where(SampleRow.form_code == form_code))


def lines(verb: str) -> list[tuple[str, str]]:
    """Return record and person of every line of the trail with a verb."""
    db.session.rollback()
    found = select(AuditLine.record_id, AuditLine.actor_name).where(AuditLine.verb == verb)
    return [(each.record_id, each.actor_name) for each in db.session.execute(found)]


def typed(bad: object) -> str:
    """Return a bad input as a browser can send it."""
    return str(bad).encode("utf-8", "replace").decode()


def test_a_coordinator_sees_all_rows_and_the_quotas_and_an_enumerator_her_own(
    listed: None, logged_in: LogIn
) -> None:
    page = logged_in("dieuphoi").get(LIST)
    assert codes(page) == ["MAU-5", "MAU-1", "MAU-2", "MAU-3", "MAU-4", "DP-1", "DP-2"]
    assert "Chỉ tiêu và dự kiến theo đơn vị" in page.text
    assert "Lê Thị Mẫu" not in page.text
    done = load_done()
    mine = logged_in("dtv01").get(LIST)
    assert codes(mine) == ["MAU-5", "MAU-1", "MAU-2", done]
    assert "Chỉ tiêu và dự kiến" not in mine.text
    assert "MAU-3" not in mine.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("unit=SNV", ["MAU-5"]),
        ("enumerator=dtv02", ["MAU-3"]),
        ("enumerator=-", ["MAU-4"]),
        ("state=reserve", ["DP-1", "DP-2"]),
        ("state=done", []),
        ("q=mau-1", ["MAU-1"]),
        ("q=mau&unit=SNV&state=remaining", ["MAU-5"]),
    ],
)
def test_the_list_is_narrowed(listed: None, logged_in: LogIn, asked: str, found: list[str]) -> None:
    assert codes(logged_in("noivu").get(f"{LIST}?{asked}")) == found


def test_the_list_is_downloaded_without_contacts(listed: None, logged_in: LogIn) -> None:
    reply = logged_in("noivu").get(f"{LIST}.xlsx")
    assert reply.headers["Content-Disposition"] == f"attachment; filename=danh-sach-mau-{CODE}.xlsx"
    sheet = openpyxl.load_workbook(BytesIO(reply.data)).worksheets[0]
    assert [cell.value for cell in sheet["A"]][:3] == ["form_code", "MAU-5", "MAU-1"]
    told = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert not {"Lê Thị Mẫu", "0912345678"} & told


@pytest.mark.parametrize("field", ["q", "unit", "enumerator", "state"])
def test_a_bad_filter_is_named_or_finds_nothing_and_never_breaks_the_page(
    listed: None, logged_in: LogIn, field: str
) -> None:
    client = logged_in("dieuphoi")
    for name, bad in BAD_INPUTS.items():
        assert client.get(LIST, query_string={field: typed(bad)}).status_code == 200, name


def test_the_list_costs_as_many_statements_with_two_thousand_rows_as_with_seven(
    listed: None, logged_in: LogIn
) -> None:
    client = logged_in("dieuphoi")
    client.get(LIST)
    few = statements(lambda: client.get(LIST))
    load([ROWS[3] | {"form_code": f"M-{number}"} for number in range(2117)])
    many = client.get(LIST)
    assert "1–50 trong 2.124 dòng" in many.text
    assert len(statements(lambda: client.get(LIST))) == len(few)
    assert codes(client.get(f"{LIST}?page=43&state=remaining"))[-1] == "M-2116"


def test_whoever_asks_sees_the_contact_noted_once_and_home_affairs_does_not(
    listed: None, logged_in: LogIn
) -> None:
    for username in ("dtv01", "dieuphoi"):
        client = logged_in(username)
        for _ in range(2):
            page = client.get(f"{LIST}/MAU-1")
            assert "Lê Thị Mẫu" in page.text
            assert 'href="tel:0912345678"' in page.text
            assert page.headers["Cache-Control"] == "no-store"
    home_affairs = logged_in("noivu").get(f"{LIST}/MAU-1")
    assert home_affairs.status_code == 200
    assert "Lê Thị Mẫu" not in home_affairs.text
    names = {people.by_username(username).display_name for username in ("dtv01", "dieuphoi")}
    assert sorted(lines("contact.seen")) == sorted(("MAU-1", name) for name in names)


def test_e8_a_contact_is_shown_as_text(listed: None, logged_in: LogIn) -> None:
    page = logged_in("dtv01").get(f"{LIST}/MAU-2").text
    assert "&lt;b&gt;&amp;" in page
    assert "<dd>=1+1</dd>" in page


@pytest.mark.parametrize(("method", "ending"), [("GET", ""), ("POST", "/replace")])
def test_a3_anothers_row_is_as_absent_as_no_row(
    listed: None, logged_in: LogIn, method: str, ending: str
) -> None:
    client = logged_in("dtv01")
    nobody = client.open(f"{LIST}/NO-SUCH{ending}", method=method, data=CLOSING)
    for code in ("MAU-3", "MAU-4", "DP-1"):
        reply = client.open(f"{LIST}/{code}{ending}", method=method, data=CLOSING)
        assert (reply.status_code, shown(reply)) == (404, shown(nobody)), code
        assert one(code).closed_at is None


def test_an_enumerator_closes_her_row_and_is_led_to_the_one_in_its_place(
    listed: None, logged_in: LogIn
) -> None:
    client = logged_in("dtv01")
    reply = client.post(f"{LIST}/MAU-1/replace", data=CLOSING)
    assert (reply.status_code, reply.location) == (303, f"{LIST}/DP-1")
    page = client.get(reply.location).text
    assert "Đã đóng dòng MAU-1; dòng dự phòng DP-1 thay vào." in page
    assert f'<a href="{LIST}/MAU-1">MAU-1</a>' in page
    closed = client.get(f"{LIST}/MAU-1").text
    assert "Đã chuyển đi nơi khác: Nhà khóa cửa" in closed
    assert "Đóng và thay" not in closed
    assert codes(client.get(LIST)) == ["MAU-5", "MAU-2", "DP-1", "MAU-1"]
    assert lines("sample.replaced") == [("MAU-1", people.by_username("dtv01").display_name)]


def test_where_no_reserve_is_left_the_page_says_so(listed: None, logged_in: LogIn) -> None:
    client = logged_in("dieuphoi")
    reply = client.post(f"{LIST}/MAU-5/replace", data=CLOSING)
    assert (reply.status_code, reply.location) == (303, LIST)
    assert "không còn dòng dự phòng" in client.get(LIST).text
    assert "đơn vị hết dòng dự phòng" in client.get(f"{LIST}/MAU-5").text


def test_a_closing_without_a_reason_is_refused_and_keeps_the_note(listed: None, logged_in: LogIn) -> None:
    reply = logged_in("dtv01").post(f"{LIST}/MAU-1/replace", data={"note": "Nhà khóa cửa"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["reason"])
    assert 'value="Nhà khóa cửa"' in reply.text
    assert one("MAU-1").closed_at is None


@pytest.mark.parametrize("field", ["reason", "note"])
def test_no_bad_input_closes_a_row_without_its_reason(listed: None, logged_in: LogIn, field: str) -> None:
    client = logged_in("dtv01")
    for name, bad in BAD_INPUTS.items():
        sent = {"reason": "", "note": "x"} | ({field: typed(bad)})
        reply = client.post(f"{LIST}/MAU-1/replace", data=sent)
        expected = 413 if len(typed(bad)) > 500_000 else 422
        assert reply.status_code == expected, name
        assert "reason" in error_targets(reply.text), name
    assert one("MAU-1").closed_at is None


def test_a_row_that_is_done_meanwhile_is_not_closed_and_the_note_stays_on_the_page(
    listed: None, logged_in: LogIn
) -> None:
    done = load_done()
    client = logged_in("dtv01")
    reply = client.post(f"{LIST}/{done}/replace", data=CLOSING)
    assert reply.status_code == 409
    assert "đã có phiếu nên không đóng được" in reply.text
    assert "Nhà khóa cửa" in reply.text
    assert "Xem phiếu" in reply.text


def test_a1_forged_fields_change_nothing(listed: None, logged_in: LogIn) -> None:
    forged = {"enumerator": "dtv02", "unit_id": "1", "state": "done", "in_use": "0", "kind": "reserve"}
    logged_in("dtv01").post(f"{LIST}/MAU-1/replace", data=CLOSING | forged)
    row = one("MAU-1")
    assert (row.kind, row.in_use, holder("MAU-1")) == ("official", True, "dtv01")


def test_rows_are_given_shared_moved_and_recalled(listed: None, logged_in: LogIn) -> None:
    client = logged_in("dieuphoi")
    reply = client.post(f"{ASSIGN}/give", data={"unit": UNIT, "enumerator": "dtv03", "number": " 1 "})
    assert (reply.status_code, reply.location, holder("MAU-4")) == (303, ASSIGN, "dtv03")
    moved = {"move-unit": UNIT, "move-giver": "dtv03", "move-receiver": "dtv02", "move-number": ""}
    assert client.post(f"{ASSIGN}/move", data=moved).status_code == 303
    assert holder("MAU-4") == "dtv02"
    assert "Chỉ tiêu của" in client.get(ASSIGN).text
    recalled = {"move-unit": UNIT, "move-giver": "dtv02", "move-receiver": "", "move-number": "2"}
    assert client.post(f"{ASSIGN}/move", data=recalled).status_code == 303
    assert (holder("MAU-3"), holder("MAU-4")) == (None, None)
    assert client.post(f"{ASSIGN}/give", data={"unit": UNIT, "enumerator": ""}).status_code == 303
    assert None not in (holder("MAU-3"), holder("MAU-4"))
    work = assignments.work_of(people.by_username("dtv02"), campaigns.by_code(CODE))
    assert UNIT in {each.unit.code for each in work}


GIVE: dict[str, str] = {"unit": UNIT, "enumerator": "dtv02", "number": "1"}
MOVE: dict[str, str] = {
    "move-unit": UNIT,
    "move-giver": "dtv01",
    "move-receiver": "dtv02",
    "move-number": "1",
}


@pytest.mark.parametrize(
    ("verb", "sent", "field"),
    [
        ("give", {"unit": ""}, "unit"),
        ("give", {"unit": "TTRA"}, "unit"),
        ("give", {"unit": "SNV"}, "number"),
        ("give", {"enumerator": "noivu"}, "enumerator"),
        ("give", {"enumerator": ""}, "number"),
        ("give", {"number": "2"}, "number"),
        ("give", {"number": "0"}, "number"),
        ("move", {"move-unit": "KHONG-CO"}, "move-unit"),
        ("move", {"move-giver": ""}, "move-giver"),
        ("move", {"move-giver": "dtv09"}, "move-giver"),
        ("move", {"move-receiver": "dtv01"}, "move-receiver"),
        ("move", {"move-receiver": "noivu"}, "move-receiver"),
        ("move", {"move-number": "3"}, "move-number"),
    ],
)
def test_a_wrong_order_is_refused_by_its_field_and_keeps_what_was_typed(
    listed: None, logged_in: LogIn, verb: str, sent: dict[str, str], field: str
) -> None:
    reply = logged_in("dieuphoi").post(f"{ASSIGN}/{verb}", data=(GIVE if verb == "give" else MOVE) | sent)
    assert (reply.status_code, error_targets(reply.text)) == (422, [field])
    if "enumerator" not in field and "enumerator" not in sent and "receiver" not in field:
        assert '<option selected value="dtv02">' in reply.text
    assert (holder("MAU-4"), holder("MAU-1")) == (None, "dtv01")


@pytest.mark.parametrize(
    ("verb", "field"),
    [("give", field) for field in GIVE] + [("move", field) for field in MOVE],
)
def test_no_bad_input_gives_or_moves_a_row(listed: None, logged_in: LogIn, verb: str, field: str) -> None:
    client = logged_in("dieuphoi")
    before = db.session.scalar(select(func.count()).select_from(AuditLine))
    sent = (GIVE | {"unit": "SNV"}) if verb == "give" else MOVE
    for name, bad in BAD_INPUTS.items():
        blank = not typed(bad).strip()
        if blank and field in ("move-receiver", "move-number"):
            continue  # nobody, and all of them
        reply = client.post(f"{ASSIGN}/{verb}", data=sent | {field: typed(bad)})
        assert reply.status_code == 422, name
        assert error_targets(reply.text), name
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditLine)) == before


def test_a_campaign_that_is_closed_lets_nobody_close_or_give_rows(
    listed: None, logged_in: LogIn, person: Callable[[str], User]
) -> None:
    campaigns.move(person("noivu"), campaigns.by_code(CODE), CampaignState.CLOSED)
    db.session.commit()
    client = logged_in("dieuphoi")
    assert "Đóng và thay" not in client.get(f"{LIST}/MAU-1").text
    closing = client.post(f"{LIST}/MAU-1/replace", data=CLOSING)
    assert (closing.status_code, "Nhà khóa cửa" in closing.text) == (409, True)
    assert client.post(f"{ASSIGN}/give", data=GIVE).status_code == 409
    assert "Đợt không còn thu thập" not in client.get(LIST).text  # every quota of the demonstration is met


def test_a2_the_page_of_a_row_given_to_somebody_else_is_gone_at_the_next_click(
    listed: None, logged_in: LogIn, person: Callable[[str], User]
) -> None:
    client: FlaskClient = logged_in("dtv01")
    assert client.get(f"{LIST}/MAU-1").status_code == 200
    samples.move(person("dieuphoi"), campaigns.by_code(CODE), UNIT, person("dtv01"), person("dtv02"), 2)
    db.session.commit()
    assert client.get(f"{LIST}/MAU-1").status_code == 404
