"""A citizen with a telephone: a link from a message, one tap a question, sent once; with and without script."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from scoring.questionnaire import load_questionnaire
from survey_app.domain import demonstration
from survey_app.domain.entry_rules import is_shown
from survey_app.extensions import db
from survey_app.models import Response
from tests.browser.conftest import OpenAs, violations
from tests.conftest import make_app

pytestmark = pytest.mark.browser
LINKS = f"/campaigns/{demonstration.CODE}/self-links"
QUESTIONNAIRE = load_questionnaire("sipas-2017")


@pytest.fixture
def link(open_as: OpenAs) -> str:
    """The address of a link that Home Affairs has issued."""
    page = open_as("noivu")
    page.goto(LINKS)
    page.select_option("#issue-unit", "STC")
    for name, value in {"number": "1", "expires": "31/12/2099"}.items():
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Cấp đường dẫn").click()
    address = page.locator("td.code").first.inner_text()
    assert re.search(r"/t/[\w-]{22,}$", address)
    return address


def stored(url: str) -> list[Response]:
    """Return what citizens sent."""
    app = make_app(url)
    with app.app_context():
        found = list(db.session.scalars(select(Response).where(Response.apart)))
        db.session.remove()
        db.engine.dispose()
    return found


def tap_all(page: Page) -> int:
    """Tap one answer of every question that is asked and return how many taps that took."""
    taps = 0
    for block in page.locator("form fieldset").all():
        if not block.is_visible():
            continue
        target = block.locator("label").nth(3 if block.get_attribute("data-level") is not None else 0)
        target.tap()
        expect(target.locator("input")).to_be_checked()
        taps += 1
    return taps


def test_a_form_is_filled_in_by_one_tap_a_question_on_a_telephone(
    open_as: OpenAs, link: str, demo_database: str
) -> None:
    browser = open_as(None).context.browser
    assert browser
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(link)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = [label.bounding_box() for label in page.locator("form label:visible").all()]
    small = [box for box in boxes if box is None or min(box["width"], box["height"]) < 48]
    # The names of the two text fields are labels, too, and no targets.
    assert len(small) == 2
    expect(page.locator("#late_notice")).to_be_hidden()
    # The first answer to every question: a result in good time, and a citizen who asked for herself.
    first = {"result_time": "early", "respondent_kind": "citizen"}
    asked = [each for each in QUESTIONNAIRE.questions if each.options and is_shown(each, first)]
    assert tap_all(page) == len(QUESTIONNAIRE.criteria) + len(asked) == 22 + 14
    page.get_by_role("button", name="Gửi phiếu").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu, xin cảm ơn Ông/Bà")
    assert violations(page) == []
    [response] = stored(demo_database)
    assert (response.answers, response.form_code) == ("4" * 22, "MAU-1")
    # Back shows no form to change: the page is asked for anew.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu, xin cảm ơn Ông/Bà")
    context.close()


def test_what_is_missing_is_asked_for_at_its_place_and_the_rest_stays(open_as: OpenAs, link: str) -> None:
    page = open_as(None, 360)
    page.goto(link)
    page.locator("label[for=access_1-2]").click()
    page.get_by_role("button", name="Gửi phiếu").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page.locator("#access_1-2")).to_be_checked()
    assert violations(page) == []
    summary.get_by_role("link").first.click()
    expect(page.locator("#service_field-1")).to_be_focused()


def test_without_script_every_question_says_whom_it_asks_and_the_form_is_sent(
    open_as: OpenAs, link: str, demo_database: str
) -> None:
    page = open_as(None, 360, script=False)
    page.goto(link)
    expect(page.locator("#late_notice")).to_be_visible()
    expect(page.locator("#late_notice-hint")).to_contain_text("Chỉ trả lời nếu")
    page.locator("label[for=service_field-1]").click()
    page.locator("label[for=respondent_kind-1]").click()
    for code in QUESTIONNAIRE.criterion_codes:
        page.locator(f"label[for={code}-5]").click()
    page.locator("label[for=late_notice-1]").click()
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.locator("#late_notice-error")).to_contain_text("Câu này không hỏi")
    page.locator("label[for=late_notice-0]").click()
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu, xin cảm ơn Ông/Bà")
    assert [response.answers for response in stored(demo_database)] == ["5" * 22]
