"""Reviewing in a browser: two clicks flag, a page's rows are ticked at once, Enter alone flags nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs

pytestmark = pytest.mark.browser
LIST = f"/campaigns/{demonstration.CODE}/responses"
Rows = Callable[..., list[Any]]


def test_two_clicks_flag_an_open_response_and_enter_alone_flags_nothing(open_as: OpenAs, rows: Rows) -> None:
    page = open_as("mattran", 360)
    page.goto(LIST)
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/responses/[0-9a-f-]{36}$"))
    page.focus("[name=kind]")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("Hãy chọn một lý do").wait_for()
    page.go_back()
    page.get_by_role("link", name="Đánh dấu", exact=True).click()
    assert rows("SELECT count(*) FROM flag") == [(0,)]
    page.get_by_role("button", name="Câu trả lời mâu thuẫn").click()
    page.get_by_text("Đã đánh dấu.").wait_for()
    assert rows("SELECT kind, reason, state FROM flag") == [("doubt", "contradiction", "open")]


def test_t8_all_on_a_page_are_ticked_at_once_reviewed_and_confirmed(open_as: OpenAs, rows: Rows) -> None:
    page = open_as("cuuchienbinh")
    page.goto(f"{LIST}?enumerator=dtv01")
    every = page.locator("[data-check-all]")
    boxes = page.locator("input[name=row]")
    every.check()
    expect(page.locator("input[name=row]:checked")).to_have_count(boxes.count())
    boxes.first.uncheck()
    assert every.evaluate("each => [each.checked, each.indeterminate]") == [False, True]
    count = boxes.count() - 1
    page.get_by_role("button", name="Chấp nhận").click()
    page.get_by_role("heading", name=f"Chấp nhận {count} phiếu").wait_for()
    page.get_by_role("button", name=f"Xác nhận: chấp nhận {count} phiếu").click()
    page.get_by_text(f"Đã chấp nhận {count} phiếu.").wait_for()
    assert rows("SELECT count(*) FROM response WHERE state = 'accepted'") == [(count,)]
