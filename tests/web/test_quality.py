"""The page of doubts about field work: screened by a button, worded as doubts, closed to supervisors."""

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.domain import demonstration, people, quality
from survey_app.extensions import db
from survey_app.models import Response, Screening

PATH = f"/campaigns/{demonstration.CODE}/quality"
LogIn = Callable[[str], FlaskClient]


def test_before_the_first_screening_the_page_says_so(logged_in: LogIn) -> None:
    assert "Chưa sàng lọc lần nào" in logged_in("dieuphoi").get(PATH).text


def test_a_button_screens_and_the_page_shows_what_was_and_was_not_looked_at(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "DRAWS", 99)
    client = logged_in("noivu")
    reply = client.post(PATH)
    assert (reply.status_code, reply.location) == (303, PATH)
    page = unescape(client.get(PATH).text)
    stored = db.session.scalars(select(Screening)).one()
    assert stored.result_digest[:12] in page
    assert "hoán đổi 99 lần" in page
    assert "Không điều tra viên nào khác thường hơn mức ngẫu nhiên" in page
    assert "Thời lượng phỏng vấn ngắn: không xem được" in page
    found = quality.result_of(stored)["reliability"]["all"]
    assert f'<td class="num">{found["alpha"]:.2f}</td>'.replace(".", ",") in page
    item = found["items"][0]
    assert f'<td class="num">{item["alpha_if_dropped"]:.2f}</td>'.replace(".", ",") in page
    assert "Sàng lọc phiếu hiện có" not in logged_in("dieuphoi").get(PATH).text


def test_a_named_response_leads_to_its_page_and_is_called_a_doubt(logged_in: LogIn) -> None:
    busy = people.by_username("dtv07")
    hers = list(db.session.scalars(select(Response).where(Response.enumerator_id == busy.id)))
    for place, each in enumerate(hers):
        each.answers = ("4455" * 5 + "44") if place % 2 else ("5544" * 5 + "55")
    db.session.commit()
    client = logged_in("noivu")
    client.post(PATH)
    page = unescape(client.get(PATH).text)
    assert "Đây là nghi vấn để xem lại, không phải kết luận." in page
    assert any(f'href="/responses/{each.uuid}"' in page for each in hers)
    assert "nhiều phiếu giống hệt nhau trong cùng đơn vị" in page


def test_supervisors_and_enumerators_have_no_such_page(logged_in: LogIn) -> None:
    for username in ("mattran", "dtv01", "donvi"):
        client = logged_in(username)
        assert client.get(PATH).status_code == 403
        assert PATH not in client.get("/").text


def test_an_earlier_screening_stays_a_link_away(logged_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "DRAWS", 99)
    client = logged_in("noivu")
    client.post(PATH)
    client.post(PATH)
    assert f'href="{PATH}/1"' in client.get(PATH).text
    first, second = db.session.scalars(select(Screening).order_by(Screening.number))
    page = client.get(f"{PATH}/1").text
    assert first.result_digest[:12] in page
    assert f'href="{PATH}/0"' not in page
    assert second.number == 2
