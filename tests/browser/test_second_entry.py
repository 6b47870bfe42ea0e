"""A form is drawn, keyed again and decided in a real browser; every page on the way is accessible and fits a phone."""

import pytest
from playwright.sync_api import Page, expect

from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs, violations

pytestmark = pytest.mark.browser
PAGE = f"/campaigns/{demonstration.CODE}/second-entries"


def examine(page: Page, width: int) -> None:
    """Refuse a page that axe finds fault with or that is wider than its window."""
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("width", [360, 1280])
def test_a_drawn_form_is_keyed_again_and_decided_on_the_pages(open_as: OpenAs, width: int) -> None:
    coordinator, keyer = open_as("dieuphoi", width), open_as("dtv01", width)
    coordinator.goto(PAGE)
    coordinator.get_by_role("button", name="Rút thăm").click()
    expect(coordinator.locator(".notice")).to_contain_text("Đã rút")

    keyer.goto("/second-entries")
    examine(keyer, width)
    code = keyer.locator("tbody th a").first.inner_text()
    keyer.get_by_role("link", name=code).click()
    examine(keyer, width)
    expect(keyer.locator("#form_code")).to_have_value(code)
    expect(keyer.locator("input[type=radio]:checked")).to_have_count(0)
    expect(keyer.get_by_role("button", name="Lưu nháp")).to_have_count(0)
    keyer.select_option("#unit", index=1)
    if width < 576:
        keyer.locator("[data-step=access] [data-fold]").click()
    keyer.focus("#access_1-1")
    for _ in keyer.locator(".level").all():
        keyer.keyboard.press("2")
    for name in ("service_field", "respondent_kind"):
        keyer.evaluate("name => document.querySelector(`#${name} input`).click()", name)
    keyer.get_by_role("button", name="Gửi bản nhập lần hai").click()
    expect(keyer.locator(".notice:visible")).to_contain_text(f"Đã nhận lần nhập hai của phiếu {code}.")

    coordinator.goto(PAGE)
    coordinator.get_by_role("link", name=f"Đối chiếu phiếu {code}").click()
    examine(coordinator, width)
    coordinator.get_by_role("button", name="Lưu đối chiếu").click()
    expect(coordinator.locator(".error-summary")).to_be_focused()
    examine(coordinator, width)
    for each in coordinator.locator("fieldset input[value='a']").all():
        each.check()
    coordinator.get_by_role("button", name="Lưu đối chiếu").click()
    expect(coordinator.locator(".notice")).to_contain_text(f"Đã đối chiếu phiếu {code}")
    coordinator.goto(f"{PAGE}?page=14")
    coordinator.get_by_role("link", name=f"Xem phiếu {code} đã đối chiếu").click()
    examine(coordinator, width)
