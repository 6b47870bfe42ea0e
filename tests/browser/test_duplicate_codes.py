"""T4 on a device: a row moves while its enumerator is without a network; her form is safe, and she hears what became of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.device import READY, arrived, fill, opened, received, saved, send, states, until
from tests.conftest import opened as application
from tests.web import duplicates

pytestmark = pytest.mark.browser
CASES = "SELECT state FROM duplicate_code WHERE form_code = :code"


def complete(page: Page, form_code: str, level: int) -> None:
    """Fill in a form of the list's unit and send it from the device."""
    fill(page, form_code, level)
    page.select_option("#unit", "STC")
    send(page)
    saved(page, form_code)


@pytest.fixture
def away(open_as: OpenAs, demo_database: str) -> Page:
    """The first enumerator's phone: her row moved and the second one's form arrived while it had no network."""
    page = opened(open_as("dtv01"))
    page.context.set_offline(True)
    complete(page, duplicates.FORM_CODE, 3)
    with application(demo_database):
        duplicates.move()
    other = opened(open_as("dtv02"))
    complete(other, duplicates.FORM_CODE, 5)
    received(other, duplicates.FORM_CODE)
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).kept === 1")
    return page


def decide(open_as: OpenAs, choice: str, username: str = "dieuphoi") -> None:
    """Let somebody open the case from the first page and decide."""
    page = open_as(username)
    page.get_by_role("link", name="1 phiếu trùng mã").click()
    page.get_by_role("link", name=duplicates.FORM_CODE).click()
    page.get_by_label(choice).check()
    page.get_by_label("Lý do").fill("Đã gọi người dân.")
    page.get_by_role("button", name="Lưu quyết định").click()
    expect(page.locator("main .notice")).to_contain_text("Đã quyết định")


def test_t4_the_second_form_is_kept_told_and_taken_once_somebody_decides(
    away: Page, open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    assert arrived(rows, "MAU") == ["MAU-1"]
    assert rows(CASES, code="MAU-1") == [("open",)]
    away.goto("/device")
    card = away.locator(".card", has_text="MAU-1")
    expect(card).to_contain_text("Trùng mã, máy chủ đã giữ, chờ quyết định")
    expect(card).to_contain_text("máy chủ đã giữ nguyên phiếu này, chưa tính")
    until(away, "() => !hailong.sending()")
    assert rows(
        "SELECT waiting, to_mend, aside FROM device_report WHERE user_id = "
        "(SELECT id FROM user_account WHERE username = 'dtv01')"
    ) == [(0, 0, 0)]
    decide(open_as, "Lấy phiếu sau", "noivu")
    away.evaluate("() => hailong.drain()")
    until(away, "async () => (await hailong.counts()).sent === 1")
    found = rows("SELECT state FROM response WHERE form_code = 'MAU-1' ORDER BY 1")
    assert found == [("submitted",), ("void",)]


def test_the_first_kept_is_told_and_the_record_may_go(
    away: Page, open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    decide(open_as, "Giữ phiếu trước")
    away.goto("/device")
    card = away.locator(".card", has_text="MAU-1")
    expect(card).to_contain_text("Trùng mã, đã quyết định")
    expect(card).to_contain_text("“Đã gọi người dân.”")
    card.get_by_role("button", name="Xóa").click()
    expect(card).to_have_count(0)
    assert arrived(rows, "MAU") == ["MAU-1"]


def test_a_mistyped_code_is_mended_on_the_device(away: Page, rows: Callable[..., list[Any]]) -> None:
    away.goto("/device")
    away.locator(".card", has_text="MAU-1").get_by_role("link", name="Mở").click()
    away.wait_for_function(READY)
    expect(away.locator("#form_code-error")).to_contain_text("do gõ nhầm")
    away.fill("#form_code", "MAU-2")
    send(away)
    received(away, "MAU-2")
    assert arrived(rows, "MAU") == ["MAU-1", "MAU-2"]
    assert rows(CASES, code="MAU-1") == [("recoded",)]
    assert states(away) == {"MAU-2": "sent"}
