"""A head gives re-checks out and a supervisor judges one, on a phone and at a desk; every page on the way is accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey_app.domain import campaigns, demonstration
from survey_app.extensions import db
from survey_app.models import Response
from survey_app.vocabulary import Body
from tests.browser.conftest import OpenAs
from tests.conftest import opened
from tests.domain.drawn import CRITERIA, draw_of, rechecks_of

pytestmark = pytest.mark.browser
PAGE = f"/campaigns/{demonstration.CODE}/rechecks"


@pytest.fixture
def codes(demo_database: str, address: str) -> list[str | None]:
    """The codes of three responses that were drawn for the Front."""
    with opened(demo_database):
        draw = draw_of(campaigns.by_code(demonstration.CODE))
        found = db.session.scalars(select(Response).order_by(Response.form_code).limit(3)).all()
        for response in found:
            rechecks_of(draw, response, Body.FRONT)
        db.session.commit()
        return [response.form_code for response in found]


def examine(page: Page, width: int) -> None:
    """Refuse a page that axe finds fault with or that is wider than its window."""
    found = [(each["id"], each["nodes"][0]["html"][:120]) for each in Axe().run(page).response["violations"]]
    assert found == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("width", [360, 1280])
def test_rechecks_are_given_out_and_judged_on_the_pages(
    open_as: OpenAs, codes: list[str | None], width: int
) -> None:
    head = open_as("mattran-truong", width)
    head.goto(PAGE)
    examine(head, width)
    head.select_option("#give-to", "mattran")
    head.get_by_role("button", name="Giao cả 3 phiếu đang hiện").click()
    examine(head, width)
    head.get_by_role("button", name="Giao 3 phúc tra").click()
    expect(head.locator(".notice")).to_contain_text("Đã giao 3 phúc tra.")

    supervisor = open_as("mattran", width)
    examine(supervisor, width)
    supervisor.get_by_role("link", name=f"Phúc tra phiếu {codes[0]}").click()
    supervisor.wait_for_url("**/rechecks/*-*")
    examine(supervisor, width)
    supervisor.get_by_text("Ghi một lần liên hệ").click()
    supervisor.get_by_text("Gọi điện", exact=True).click()
    supervisor.get_by_text("Gặp được", exact=True).click()
    supervisor.get_by_role("button", name="Ghi lần liên hệ").click()
    expect(supervisor.locator("tbody")).to_contain_text("Gặp được")

    judge(supervisor, width)
    expect(supervisor.locator("caption")).to_contain_text(["cũ trước", "Câu trả lời gốc và câu trả lời lại"])
    examine(supervisor, width)
    supervisor.locator("summary", has_text="Kết luận lại").click()
    examine(supervisor, width)
    for address in (f"{PAGE}/sheet", f"{PAGE}?show=done"):
        supervisor.goto(address)
        examine(supervisor, width)


def judge(page: Page, width: int) -> None:
    """Answer (a) to (d), by one tap a question on a phone and by one key at a desk, and mend what is refused."""
    phone = width < 576
    if phone:
        for name in ("took_place", "used_service", "read_fairly"):
            page.locator(f"#{name} label").first.click()
        first = page.locator(f"#again-{CRITERIA[0]}")
        expect(first).to_be_visible()
        boxes = [label.bounding_box() for label in first.locator("label").all()]
        assert all(box is not None and box["width"] >= 48 and box["height"] >= 48 for box in boxes)
        tops = "field => [...field.querySelectorAll('label')].slice(0, 6).map((label) => label.offsetTop)"
        assert len(set(first.evaluate(tops))) == 1
        for code in CRITERIA:
            page.locator(f"label[for=again-{code}-4]").click()
    else:
        page.focus("#took_place-0")
        for key in ("1", "Enter", "1", "1", "4", "0", "9", "4", "2"):
            page.keyboard.press(key)
        expect(page.locator("#verdict-0")).to_be_focused()
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_role("button", name="Lưu kết luận").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.locator("[name^=again-]:checked").count() == 5
    examine(page, width)
    page.locator(".error-summary a").click()
    expect(page.locator("#verdict-0")).to_be_focused()
    page.locator("#verdict label").first.click()
    page.get_by_role("button", name="Lưu kết luận").click()
    page.wait_for_url("**/rechecks/*-*")
