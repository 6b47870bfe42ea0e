"""Home Affairs' pages for files: uploaded, shown, decided, taken back; what is refused stays where it was typed."""

import io
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import campaigns
from survey_app.extensions import db
from survey_app.models import ImportBatch, Response
from tests.bad_inputs import BAD_INPUTS
from tests.domain.answer_files import FOURS, csv_of
from tests.web.pages import CODE, LogIn, error_targets, statements

PATH = f"/campaigns/{CODE}/imports"


@pytest.fixture
def home(logged_in: LogIn) -> FlaskClient:
    """The browser of Home Affairs."""
    return logged_in("noivu")


def upload(client: FlaskClient, content: bytes, name: str = "phieu.csv", **data: Any) -> Any:
    """Send a file as the form does."""
    fields = {"noun": "response_rows", "file": (io.BytesIO(content), name)} | data
    return client.post(PATH, data=fields, content_type="multipart/form-data")


def fresh(code: str, **cells: object) -> dict[str, object]:
    """Return a row of a new response of the demonstration."""
    return {"form_code": code, "unit": "STC", "enumerator": "dtv01", **FOURS, **cells}


def shown_after(client: FlaskClient, reply: Any) -> str:
    """Follow a redirection and return the page."""
    assert reply.status_code == 303, reply.text[:500]
    page: str = client.get(reply.location).text
    return page


def seen_in(page: str) -> str:
    """Return the seal of the plan a page shows."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_a_file_is_shown_then_applied_then_taken_back(home: FlaskClient) -> None:
    content = csv_of([fresh("N-1"), {"form_code": "HN22-0001", "unit": "", "access_1": "1"}])
    reply = upload(home, content, "Đợt 1.csv")
    page = shown_after(home, reply)
    assert "Nhập 1 dòng mới và 1 dòng thay đổi" in page
    assert "1 – Rất không hài lòng" in page
    assert "Ô để trống giữ nguyên câu trả lời đã có; ghi (xóa) để xóa." in page
    assert "2.123 phiếu của đợt không có trong tệp và giữ nguyên" in page
    assert db.session.scalars(select(Response).where(Response.form_code == "N-1")).all() == []
    done = home.post(f"{reply.location}/apply", data={"seen": seen_in(page)})
    page = shown_after(home, done)
    assert "Đã nhập: 1 dòng mới, 1 dòng thay đổi." in page
    assert "Hoàn tác tệp này" in page
    refused = home.post(f"{reply.location}/reverse", data={"reason": ""})
    assert (refused.status_code, error_targets(refused.text)) == (422, ["reason"])
    back = home.post(f"{reply.location}/reverse", data={"reason": "Nhầm tệp"})
    assert "Đã hoàn tác tệp Đợt 1.csv." in shown_after(home, back)
    db.session.rollback()
    states = dict(db.session.execute(select(Response.form_code, Response.state)).all())
    assert (states["N-1"], states["HN22-0001"]) == ("void", "submitted")
    assert "Đã hoàn tác" in home.get(PATH).text


def test_a_file_with_refused_cells_offers_nothing_but_to_drop_it(home: FlaskClient) -> None:
    reply = upload(home, csv_of([fresh("N-1", access_1="6"), fresh("N-2", unit="KHONG")]))
    page = shown_after(home, reply)
    assert "Còn ô bị từ chối" in page
    assert "“6” không có trong thang 1–5" in page
    assert "/apply" not in page
    forced = home.post(f"{reply.location}/apply", data={"seen": seen_in(page)})
    assert forced.status_code in (409, 422)
    dropped = home.post(f"{reply.location}/discard")
    assert "Đã bỏ tệp phieu.csv" in shown_after(home, dropped)
    assert home.post(f"{reply.location}/discard").status_code == 409


def test_what_was_shown_and_is_no_longer_so_is_shown_again(home: FlaskClient, logged_in: LogIn) -> None:
    reply = upload(home, csv_of([fresh("N-1")]))
    page = home.get(reply.location).text
    other = upload(home, csv_of([fresh("N-1", access_1="5")]))
    home.post(f"{other.location}/apply", data={"seen": seen_in(home.get(other.location).text)})
    again = home.post(f"{reply.location}/apply", data={"seen": seen_in(page)})
    assert again.status_code == 409
    assert "Từ lúc xem trước, dữ liệu của đợt khảo sát đã thay đổi" in again.text
    assert "Nhập 0 dòng mới và 1 dòng thay đổi" in again.text
    done = home.post(f"{reply.location}/apply", data={"seen": seen_in(again.text)})
    assert done.status_code == 303


def test_a_decision_without_what_was_seen_is_no_decision(home: FlaskClient) -> None:
    reply = upload(home, csv_of([fresh("N-1")]))
    assert home.post(f"{reply.location}/apply").status_code == 409
    db.session.rollback()
    assert db.session.scalars(select(Response).where(Response.form_code == "N-1")).all() == []


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"<html><table>", "phieu.xls", "trang web (HTML)"),
        (b"PK\x03\x04", "phieu.xlsx", "bị hỏng"),
        (b"form_code\n", "phieu.ods", "chỉ nhận tệp .csv hoặc .xlsx"),
        (b"", "", "Hãy chọn một tệp"),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(
    home: FlaskClient, content: bytes, name: str, why: str
) -> None:
    reply = upload(home, content, name)
    assert (reply.status_code, error_targets(reply.text)) == (422, ["file"])
    assert why in reply.text


def test_a_file_over_the_limit_is_refused_at_once(home: FlaskClient) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="phieu.csv"\r\n\r\n'
    body = head + b"x" * home.application.config["MAX_CONTENT_LENGTH"] + b"\r\n--x--\r\n"
    home.get(PATH)
    begun = time.process_time()
    reply = home.post(PATH, data=body, content_type="multipart/form-data; boundary=x")
    spent = time.process_time() - begun
    assert (reply.status_code, "tối đa 16 MB" in reply.text) == (413, True)
    assert spent < 0.1


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_inputs_in_a_cell_and_as_file_name_and_noun_never_break_the_page(
    home: FlaskClient, name: str
) -> None:
    value = str(BAD_INPUTS[name]).encode("utf-8", "replace").decode()
    reply = upload(home, csv_of([fresh("N-1", comment=value, access_1=value, unit=value)]))
    assert reply.status_code in (303, 422)
    if reply.status_code == 303:
        assert home.get(reply.location).status_code == 200
    assert upload(home, csv_of([fresh("N-1")]), noun=value).status_code == 422
    named = upload(home, csv_of([fresh("N-1")]), f"{value.replace(chr(13), '').replace(chr(10), '')}.csv")
    assert named.status_code in (303, 422)


def test_a9_markup_in_a_file_is_text_on_the_page(home: FlaskClient) -> None:
    mark = "<script>alert(1)</script>"
    content = csv_of([{"form_code": "HN22-0001", "comment": mark, mark: "x", "gender": mark}])
    page = shown_after(home, upload(home, content, "<b>.csv"))
    assert mark not in page
    assert "&lt;script&gt;" in page


def test_a_closed_campaign_says_so_and_shows_its_files(home: FlaskClient) -> None:
    waiting = upload(home, csv_of([fresh("N-1")])).location
    home.post(f"/campaigns/{CODE}/state", data={"target": "closed"})
    assert "không nhận tệp" in home.get(PATH).text
    assert home.get(waiting).status_code == 200
    assert home.post(f"{waiting}/apply", data={"seen": "x"}).status_code == 409
    refused = upload(home, csv_of([fresh("N-2")]))
    assert refused.status_code == 409


def test_e6_e15_the_export_of_the_demonstration_comes_back_without_a_difference(home: FlaskClient) -> None:
    campaign = campaigns.by_code(CODE)
    campaign.name = 'Sở Nội vụ – Đợt 1/2025 "bản chốt"\r\nX: y'
    db.session.commit()
    reply = home.get(f"/campaigns/{CODE}/responses.xlsx")
    assert (reply.status_code, "X" in reply.headers) == (200, False)
    assert "filename*=UTF-8''S%E1%BB%9F" in reply.headers["Content-Disposition"]
    assert "Xuất phiếu" in home.get("/audit").text
    page = shown_after(home, upload(home, reply.data, "x.xlsx"))
    assert "không có gì để nhập" in page
    assert "2.124" in page


def test_the_list_of_files_costs_the_same_with_few_and_with_many_rows(home: FlaskClient) -> None:
    upload(home, csv_of([fresh("N-1")]))
    few = statements(lambda: home.get(PATH))
    for number in range(5):
        upload(home, csv_of([fresh(f"M-{number}-{each}") for each in range(40)]))
    many = statements(lambda: home.get(PATH))
    assert len(many) == len(few)
    read = [each for each in many if "count(*)" not in each]
    assert not any("import_batch.content" in each or "import_batch.changes" in each for each in read)


def test_batches_of_another_campaign_are_not_there(home: FlaskClient) -> None:
    assert home.get(f"{PATH}/77").status_code == 404
    assert db.session.scalars(select(ImportBatch)).all() == []
