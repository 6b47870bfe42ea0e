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
    page.check("[name=service_field][value=land]")
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


def asked(page: Page) -> int:
    """Return how many fields a person is asked now."""
    told = page.locator("[data-progress]").inner_text()
    return int(re.search(r"/(\d+) câu", told)[1])  # type: ignore[index]


def key_in(keyboard: Keyboard) -> None:
    """Key in what follows the head of a form: a late result, a citizen, one wish, no comment."""
    keyboard.press("2", "Enter")  # field of service; no name of a procedure
    keyboard.press(*"54321" * 4, "4", "0")
    keyboard.press("2", "Enter", "1", "2", "2", "2", "3")  # two boxes cost an Enter; the result came late
    keyboard.press("1", "2")  # asked only about a late result
    keyboard.press("1", "2", "3", "4", "5", "2")  # the respondent, all by one key
    keyboard.press("b", "Enter", "Enter")  # the eleventh wish; no comment


@pytest.mark.both_databases
def test_forms_are_keyed_in_by_keyboard_alone_one_after_the_other_and_the_score_changes(
    open_as: OpenAs,
) -> None:
    page, home_affairs = open_as("dtv01"), open_as("noivu")
    before = components(home_affairs)
    page.goto(FORM)
    page.wait_for_function("() => self.hailong?.state.me")
    page.keyboard.type("KEY-0001")
    keyboard = Keyboard(page)
    keyboard.press("Enter", "ArrowDown", "Enter", "Enter")
    unit = page.input_value("#unit")
    key_in(keyboard)
    fields = asked(page)
    assert focused(page) == ""  # the button that sends
    keyboard.press("Enter")
    expect(page.locator("[data-received]")).to_have_text("Máy chủ đã nhận phiếu KEY-0001.")
    assert (fields, keyboard.pressed) == (43, 47)
    # The next paper form: its code is proposed, unit and way of asking stay.
    assert (focused(page), page.input_value("#form_code")) == ("form_code", "KEY-0002")
    again = Keyboard(page)
    again.press("Enter", "Enter", "Enter")
    key_in(again)
    again.press("Enter")
    expect(page.locator("[data-received]")).to_have_text("Máy chủ đã nhận phiếu KEY-0002.")
    assert again.pressed == fields + 3
    assert re.search(r"46 phím, [\d.]+ phím/giờ; sửa 0 lần", page.locator("[data-done] p").first.inner_text())
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
    page.check("[name=service_field][value=land]")
    for box in page.locator("input[type=radio][value='4']").all():
        box.evaluate("box => box.scrollIntoView({block: 'center'})")
        box.check(force=True)
    page.check("input[name=respondent_kind][value=citizen]")
    page.wait_for_timeout(400)
    page.click(".sticky-bar button[value=submit]")
    expect(page.locator("[data-doubts]")).to_contain_text("Mọi tiêu chí đều cùng một mức.")
    page.click("[data-confirm]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu NOSCRIPT-1")


def test_errors_are_summed_up_focused_and_linked_and_nothing_typed_is_lost(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.goto(FORM)
    page.fill("#form_code", "không hợp lệ!")
    page.fill("#service_procedure", "Cấp giấy phép xây dựng")
    page.locator("#access_1-2").check(force=True)
    page.wait_for_timeout(400)
    page.click(".sticky-bar button[value=submit]")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    links = summary.locator("a")
    targets = [str(link.get_attribute("href")) for link in links.all()]
    assert targets == ["#form_code", "#unit", "#service_field", "#respondent_kind"]
    assert all(page.locator(target).count() == 1 for target in targets)
    assert page.input_value("#form_code") == "không hợp lệ!"
    assert page.input_value("#service_procedure") == "Cấp giấy phép xây dựng"
    assert page.locator("#access_1-2").is_checked()
    links.nth(0).click()
    assert focused(page) == "form_code"


def test_leaving_a_form_that_no_device_keeps_asks_first(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    page.add_init_script("Object.defineProperty(self, 'indexedDB', { get() { throw new Error('no'); } })")
    page.goto(FORM)
    page.locator("#access_1-2").check(force=True)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click(".brand")
    page.wait_for_url(re.compile(r"/$"))
    assert asked == ["beforeunload"]


def test_on_a_phone_one_tap_answers_a_question_and_brings_the_next_into_view(open_as: OpenAs) -> None:
    page = open_as("dtv01", 360)
    page.goto(FORM)
    page.wait_for_function("() => self.hailong?.state.me")
    assert page.evaluate("document.documentElement.scrollHeight") <= 6000
    page.fill("#form_code", "PHONE-1")
    page.select_option("#unit", index=1)
    page.locator("[data-step=form] [data-next]").click()
    taps = 0
    page.locator("[for=service_field-0]").click()
    page.locator("[data-step=service] [data-next]").click()
    for factor, criteria in (
        ("access", 4),
        ("procedure", 5),
        ("official", 6),
        ("outcome", 3),
        ("feedback", 4),
    ):
        for number in range(1, criteria + 1):
            label = page.locator(f"[for={factor}_{number}-{4 if number % 2 else 5}]")
            page.wait_for_timeout(400)  # what moves comes to rest
            box = label.bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= 800 - box["height"], (factor, number, box)
            assert min(box["width"], box["height"]) >= 47.5, box
            label.click()
            taps += 1
    assert taps == 22
    assert page.locator("[data-step=feedback]").evaluate("step => step.classList.contains('folded')")
    expect(page.locator("[data-step=feedback] [data-count]")).to_have_text("4/4")
    page.locator("[data-step=respondent] [data-fold]").click()
    page.locator("[for=respondent_kind-0]").click()
    page.wait_for_timeout(400)
    page.locator(".sticky-bar button[value=submit]").click()
    expect(page.locator("[data-received]")).to_have_text("Máy chủ đã nhận phiếu PHONE-1.")
