"""Home Affairs' page of links: issued once, shown once, listed, printed, revoked; and how such forms count."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from survey_app.domain import audit, campaign_settings, campaigns, people, self_links
from survey_app.domain.response_content import is_form_code
from survey_app.exports import self_links as files
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import SelfLink
from tests.bad_inputs import BAD_INPUTS
from tests.domain.citizens import issue, sent
from tests.web.pages import CODE, LogIn, error_targets, statements

PATH = f"/campaigns/{CODE}/self-links"
ORDER = {"unit": "STC", "number": "3", "prefix": "TTL", "expires": "31/12/2099"}


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


def mark_on(client: FlaskClient) -> str:
    found = re.search(r'name="mark" value="([^"]*)"', client.get(PATH).text)
    assert found
    return found[1]


def issued(client: FlaskClient, **order: str) -> list[str]:
    """Issue links by the form and return their tokens."""
    reply = client.post(PATH, data=ORDER | {"mark": mark_on(client)} | order)
    assert reply.status_code == 200, reply.text
    found = re.search(r'name="tokens" value="([^"]*)"', reply.text)
    assert found
    return found[1].split()


def number_of_links() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SelfLink)) or 0


def test_links_are_issued_shown_once_and_open_the_form(home_affairs: FlaskClient, demo: Flask) -> None:
    tokens = issued(home_affairs)
    assert len(tokens) == 3
    assert demo.test_client().get(f"/t/{tokens[0]}").status_code == 200
    listed = home_affairs.get(PATH).text
    assert [code for code in ("TTL-STC-0001", "TTL-STC-0003") if code not in listed] == []
    assert [token for token in tokens if token in listed] == []


def test_the_same_form_sent_twice_issues_nothing_more(home_affairs: FlaskClient) -> None:
    order = ORDER | {"mark": mark_on(home_affairs)}
    assert home_affairs.post(PATH, data=order).status_code == 200
    again = home_affairs.post(PATH, data=order)
    assert (again.status_code, "đã đổi sau khi bạn mở" in again.text) == (422, True)
    assert number_of_links() == 3


def test_e1_e2_the_files_hold_every_link_as_text(home_affairs: FlaskClient) -> None:
    tokens = issued(home_affairs)
    asked = {"tokens": " ".join([*tokens, "nothing"])}
    book = home_affairs.post(f"{PATH}/file", data=asked | {"kind": "xlsx"})
    rows = list(load_workbook(io.BytesIO(book.data)).active.values)
    assert rows[0] == files.HEADINGS
    assert rows[1] == (
        "TTL-STC-0001", "STC", "Sở Tài chính", "31/12/2099", f"http://localhost/t/{tokens[0]}"
    )  # fmt: skip
    text = home_affairs.post(f"{PATH}/file", data=asked | {"kind": "csv"})
    assert text.data.startswith(b"\xef\xbb\xbf")
    assert [tuple(row) for row in csv.reader(io.StringIO(text.data.decode("utf-8-sig")))] == rows
    assert f"duong-dan-{CODE}.csv" in text.headers["Content-Disposition"]
    assert home_affairs.post(f"{PATH}/file", data=asked | {"kind": "exe"}).status_code == 404
    assert home_affairs.post(f"{PATH}/file", data={"tokens": "x", "kind": "csv"}).status_code == 404


def test_e8_what_would_be_a_formula_is_none() -> None:
    line = ("A-1", "A", "=1+1", "31/12/2099", "http://localhost/t/x")
    [[_, _, cell, *_]] = load_workbook(io.BytesIO(files.workbook([line]))).active.iter_rows(min_row=2)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert "'=1+1" in files.text_file([line]).decode("utf-8-sig")


def test_the_sheet_has_a_code_for_each_link_and_no_style_of_its_own(home_affairs: FlaskClient) -> None:
    tokens = issued(home_affairs)
    sheet = home_affairs.post(f"{PATH}/sheet", data={"tokens": " ".join(tokens)})
    assert sheet.text.count('<img src="data:image/svg+xml') == 3
    assert [token for token in tokens if f"http://localhost/t/{token}" not in sheet.text] == []
    assert "style=" not in sheet.text
    assert sheet.headers["Cache-Control"] == "no-store"


def test_a_link_is_issued_again_and_revoked_from_its_row(home_affairs: FlaskClient, demo: Flask) -> None:
    [token] = issued(home_affairs, number="1")
    number = db.session.scalars(select(SelfLink.id)).one()
    again = home_affairs.post(
        f"{PATH}/again",
        data={"mark": mark_on(home_affairs), "number": str(number), "expires": "31/12/2099"},
    )
    fresh = re.search(r"/t/([\w-]+)", again.text)
    assert fresh
    citizen = demo.test_client()
    assert [citizen.get(f"/t/{each}").status_code for each in (token, fresh[1])] == [404, 200]
    revoked = home_affairs.post(f"{PATH}/{number}/revoke")
    assert (revoked.status_code, citizen.get(f"/t/{fresh[1]}").status_code) == (303, 404)
    assert "Đã thu hồi đường dẫn của phiếu TTL-STC-0001." in home_affairs.get(PATH).text


def test_the_list_is_narrowed_by_state_unit_and_code(home_affairs: FlaskClient) -> None:
    tokens = issued(home_affairs)
    self_links.submit(tokens[0], sent())
    db.session.commit()
    used = home_affairs.get(f"{PATH}?state=used").text
    assert ("TTL-STC-0001" in used, "TTL-STC-0002" in used) == (True, False)
    assert "1–2 trong 2 đường dẫn" in home_affairs.get(f"{PATH}?state=open").text
    assert "Không có đường dẫn nào khớp" in home_affairs.get(f"{PATH}?unit=SNV").text
    assert "1–1 trong 1 đường dẫn" in home_affairs.get(f"{PATH}?q=TTL-STC-0003").text
    assert "1–3 trong 3 đường dẫn" in home_affairs.get(f"{PATH}?state=moon&unit=moon").text


def test_the_list_costs_the_same_for_one_link_and_for_many(home_affairs: FlaskClient) -> None:
    issued(home_affairs, number="1")
    one = len(statements(lambda: home_affairs.get(PATH)))
    issued(home_affairs, number="40")
    assert len(statements(lambda: home_affairs.get(PATH))) == one


def is_good(field: str, value: str) -> bool:
    """Tell whether an order for unit STC of the demonstration, whose period is over, may have this value."""
    cleaned = clean_line(value)
    if field == "number":
        digits = value.strip(" ")
        return digits.isascii() and digits.isdigit() and len(digits) <= 4 and 1 <= int(digits) <= 1000
    if field == "prefix":
        return bool(cleaned) and is_form_code(f"{cleaned}-STC-00001")
    return field == "unit" and not cleaned


@pytest.mark.parametrize("field", ["unit", "number", "prefix", "expires", "mark"])
def test_a_bad_value_in_any_field_of_the_order_is_refused_in_words(
    home_affairs: FlaskClient, field: str
) -> None:
    order = ORDER | {"mark": mark_on(home_affairs)}
    for name, bad in BAD_INPUTS.items():
        value = ("" if bad is None else str(bad)).encode("utf-8", "replace").decode()
        reply = home_affairs.post(PATH, data=order | {field: value})
        assert (reply.status_code == 200) == is_good(field, value), name
        if reply.status_code == 200:
            order["mark"] = mark_on(home_affairs)
            continue
        assert reply.status_code == 422, name
        assert error_targets(reply.text) == {"unit": ["issue-unit"], "mark": []}.get(field, [field]), name


def test_e10_a_form_that_was_refused_keeps_what_was_typed(home_affairs: FlaskClient) -> None:
    order = ORDER | {"mark": mark_on(home_affairs), "number": "1_000", "expires": "31/04/2099"}
    reply = home_affairs.post(PATH, data=order)
    assert reply.status_code == 422
    assert [each for each in ("1_000", "31/04/2099", 'value="TTL"') if each not in reply.text] == []


def test_how_such_forms_count_is_set_with_a_reason_and_said(home_affairs: FlaskClient) -> None:
    path, page = f"/campaigns/{CODE}/count-self", f"/campaigns/{CODE}"
    without = home_affairs.post(path, data={"counts": "yes", "count_reason": " "})
    assert (without.status_code, error_targets(without.text)) == (422, ["count_reason"])
    for wrong in ("", "maybe", "true"):
        assert home_affairs.post(path, data={"counts": wrong, "count_reason": "x"}).status_code == 422
    done = home_affairs.post(path, data={"counts": "yes", "count_reason": "Theo kế hoạch"})
    assert done.status_code == 303
    assert "Phiếu đã lưu giữ nguyên cách tính." in home_affairs.get(page).text
    campaign = campaigns.by_code(CODE)
    assert campaign_settings.counts_self(campaign)
    assert audit.history("campaign", str(campaign.id))[-1].verb == "campaign.setting"
    home_affairs.post(f"{page}/state", data={"target": "closed"})
    fixed = home_affairs.post(path, data={"counts": "no", "count_reason": "Nhầm"})
    assert (fixed.status_code, "không đổi được thiết lập" in fixed.text) == (409, True)


def test_forms_apart_are_marked_and_counted_apart_on_every_page(
    home_affairs: FlaskClient, logged_in: LogIn
) -> None:
    campaign = campaigns.by_code(CODE)
    [given] = issue(people.by_username("noivu"), campaign, unit="STC")
    uuid = self_links.submit(given.token, sent(1)).uuid
    db.session.commit()
    words = "Tự trả lời, đếm riêng"
    for path in ("/", f"/campaigns/{CODE}/progress", f"/campaigns/{CODE}/responses", f"/responses/{uuid}"):
        assert words in home_affairs.get(path).text, path
    for username in ("dieuphoi", "mattran"):
        assert words in logged_in(username).get("/").text, username
    unit = home_affairs.get(f"/campaigns/{CODE}/scores/STC").text
    assert re.search(r'responses\?[^"]*counting=apart">1</a>', unit)
    assert "9,16" in unit
    supervisor = logged_in("mattran").get(f"/responses/{uuid}").text
    assert "không có điều tra viên để sửa" in supervisor
    sheet = home_affairs.get(f"/campaigns/{CODE}/workbook.xlsx")
    book = load_workbook(io.BytesIO(sheet.data))
    notes = {row[0]: row[1] for row in book["Ghi chú"].values}
    assert notes[f"Không tính: {words}"] == 1
    headings = next(row for row in book["Tiến độ"].values if row[0] == "Nhóm")
    of_stc = next(row for row in book["Tiến độ"].values if row[1] == "STC")
    assert of_stc[headings.index(words)] == 1
