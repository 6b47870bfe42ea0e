"""An enumerator with a pile of paper: a whole form by keyboard, and the score that follows from it."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs

pytestmark = pytest.mark.browser
FORM = f"/campaigns/{demonstration.CODE}/responses/new"


class Keyboard:
    """Presses keys on a page and counts them; a text typed counts a key a character."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def focused(page: Page) -> str:
    """Return the id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def start_levels(page: Page) -> None:
    """Fill what stands above the criteria and put the focus on the first of them."""
    page.fill("#form_code", "KEY-1")
    page.select_option("#unit", index=1)
    page.select_option("#service_field", index=1)
    page.focus("#access_1-1")


def components(page: Page) -> dict[str, Decimal]:
    """Return the points of every unit from the score pages as Home Affairs sees them."""
    page.goto(f"/campaigns/{demonstration.CODE}/scores")
    rows = page.locator("tbody tr").filter(has=page.locator("a[href*='/scores/']"))
    found = {}
    for row in rows.all():
        link = row.locator("a[href*='/scores/']").get_attribute("href") or ""
        found[link.rpartition("/")[2]] = Decimal(
            row.locator("td.big-cell").last.inner_text().replace(",", ".")
        )
    return found


@pytest.mark.both_databases
def test_a_form_is_filled_and_sent_by_keyboard_alone_and_the_score_changes(open_as: OpenAs) -> None:
    page, home_affairs = open_as("dtv01"), open_as("noivu")
    before = components(home_affairs)
    page.goto(FORM)
    keyboard = Keyboard(page)
    page.focus("#form_code")
    page.keyboard.type("KEY-1")
    keyboard.press("Enter", "ArrowDown", "Enter", "Enter", "ArrowDown", "Enter", "Enter")
    unit = page.input_value("#unit")
    assert focused(page) == "access_1-1"
    assert keyboard.pressed == 7
    keyboard.press(*"1" * 21, "0")
    assert page.locator("input[type=radio][name^='access_']:checked").count() == 4
    assert page.locator("#feedback_4-0").is_checked()
    page.check("input[name=respondent_kind] >> nth=0")
    page.focus("button[value=submit]")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu KEY-1")
    assert page.evaluate("document.activeElement.accessKey") == "n"
    after = components(home_affairs)
    assert after[unit] < before[unit]
    assert {code: points for code, points in after.items() if code != unit} == {
        code: points for code, points in before.items() if code != unit
    }


def test_a_digit_advances_exactly_one_question_and_backspace_goes_back(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    start_levels(page)
    page.keyboard.press("5")
    assert focused(page) == "access_2-1"
    assert page.locator("#access_1-5").is_checked()
    page.keyboard.press("4")
    assert focused(page) == "access_3-1"
    page.keyboard.press("Backspace")
    assert focused(page) == "access_2-1"
    assert page.locator("[name=access_2]:checked").count() == 0
    assert page.locator("#access_1-5").is_checked()
    assert page.locator("[data-live]").inner_text() == "4 Hài lòng"


def test_with_auto_advance_off_the_focus_stays_and_the_choice_is_remembered(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    page.uncheck("#auto-advance")
    start_levels(page)
    page.keyboard.press("3")
    assert focused(page) == "access_1-3"
    page.keyboard.press("Enter")
    assert focused(page) == "access_2-1"
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(FORM)
    assert not page.locator("#auto-advance").is_checked()


def test_a_skipped_question_shows_only_where_it_is_asked(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    assert not page.locator("#late_notice").is_visible()
    page.check("input[name=result_time][value=late]")
    assert page.locator("#late_notice").is_visible()
    page.check("input[name=result_time][value=on_time]")
    assert not page.locator("#late_notice").is_visible()


def test_without_script_the_form_still_works(open_as: OpenAs) -> None:
    page = open_as("dtv01", script=False)
    page.goto(FORM)
    page.fill("#form_code", "NOSCRIPT-1")
    page.select_option("#unit", index=1)
    page.select_option("#service_field", index=1)
    for box in page.locator("input[type=radio][value='4']").all():
        box.evaluate("box => box.scrollIntoView({block: 'center'})")
        box.check(force=True)
    page.check("input[name=respondent_kind][value=citizen]")
    page.click("button[value=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu NOSCRIPT-1")


def test_errors_are_summed_up_focused_and_linked_and_nothing_typed_is_lost(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    page.fill("#form_code", "không hợp lệ!")
    page.fill("#service_procedure", "Cấp giấy phép xây dựng")
    page.locator("#access_1-2").check(force=True)
    page.click("button[value=submit]")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    links = summary.locator("a")
    targets = [str(link.get_attribute("href")) for link in links.all()]
    assert targets == ["#unit", "#form_code", "#service_field", "#respondent_kind"]
    assert all(page.locator(target).count() == 1 for target in targets)
    assert page.input_value("#form_code") == "không hợp lệ!"
    assert page.input_value("#service_procedure") == "Cấp giấy phép xây dựng"
    assert page.locator("#access_1-2").is_checked()
    links.nth(1).click()
    assert focused(page) == "form_code"


def test_leaving_a_form_with_unsent_answers_asks_first(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    page.locator("#access_1-2").check(force=True)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click(".brand")
    page.wait_for_url(re.compile(r"/$"))
    assert asked == ["beforeunload"]
