"""The scripts of the form language, tried on the page that shows its pieces."""

import pytest
from playwright.sync_api import Page, expect

from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs

pytestmark = pytest.mark.browser
SAMPLE = "form[data-entry]"


def focused(page: Page) -> str:
    """Return the id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def press_by_place(page: Page, key: str, code: str) -> None:
    """Press a key as a keyboard sends it whose layout writes another letter there."""
    page.evaluate(
        """([key, code]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true}))""",
        [key, code],
    )


def test_a_digit_answers_options_as_well_and_goes_on(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    page.locator(f"{SAMPLE} #mode input").first.focus()
    page.keyboard.press("2")
    assert page.locator("#mode input").nth(1).is_checked()
    assert focused(page) == "on_time-0"
    page.keyboard.press("7")
    assert focused(page) == "on_time-0"
    assert page.locator("[name=on_time]:checked").count() == 0


def test_several_answers_are_switched_by_digits_and_left_by_enter(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    boxes = page.locator("#wishes input")
    boxes.first.focus()
    page.keyboard.press("1")
    page.keyboard.press("3")
    assert [box.is_checked() for box in boxes.all()] == [False, False, True]
    page.keyboard.press("Enter")
    assert focused(page) == "sure"


def test_the_row_of_digits_answers_on_a_vietnamese_keyboard_too(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    page.focus("#official_1-4")
    press_by_place(page, "â", "Digit2")
    assert page.locator("#official_1-2").is_checked()
    assert focused(page) == "official_2-1"


def test_a_key_held_down_answers_once(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    page.focus("#official_1-4")
    page.keyboard.down("5")
    page.keyboard.down("5")
    page.keyboard.down("5")
    page.keyboard.up("5")
    assert page.locator("#official_1-5").is_checked()
    assert page.locator("[name=official_2]:checked").count() == 0


def test_enter_in_a_list_goes_on_and_sends_nothing(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    page.focus("#unit")
    page.keyboard.press("Enter")
    assert focused(page) == "password"
    assert page.url.endswith("/style")


def test_a_question_that_is_not_asked_is_hidden_and_sends_nothing(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    told = page.locator("fieldset#told")
    assert not told.is_visible()
    page.check("#on_time-2")
    assert told.is_visible()
    page.check("#told-0")
    page.check("#on_time-0")
    assert not told.is_visible()
    sent = page.evaluate(f"[...new FormData(document.querySelector('{SAMPLE}')).keys()]")
    assert "on_time" in sent
    assert "told" not in sent


def test_a_tap_brings_the_next_question_into_view(open_as: OpenAs) -> None:
    page = open_as(None, 360)
    page.goto("/style")
    page.evaluate("document.getElementById('official_1').scrollIntoView({block: 'end', behavior: 'instant'})")
    following = page.locator("#official_2")
    expect(following).not_to_be_in_viewport(ratio=0.9)
    box = page.locator("label[for=official_1-3]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 10)
    assert page.locator("#official_1-3").is_checked()
    expect(following).to_be_in_viewport(ratio=1)


def test_a_link_of_the_error_summary_leads_into_the_question(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/style")
    page.click("a[href='#w-official_2']")
    assert focused(page) == "w-official_2-1"
    expect(page.locator("#w-official_2 legend")).to_be_in_viewport()
    page.click("a[href='#w-unit']")
    assert focused(page) == "w-unit"


def test_a_table_is_a_tab_stop_only_where_it_scrolls(open_as: OpenAs) -> None:
    desk, phone = open_as(None, 1280), open_as(None, 360)
    for page, stop in ((desk, None), (phone, "0")):
        page.goto("/style")
        expect(page.locator(".table-region.fits")).to_have_count(0 if stop else 3)
        assert page.locator(".table-region").first.get_attribute("tabindex") == stop


def test_the_names_of_rows_stay_in_sight_while_a_phone_scrolls_a_table(open_as: OpenAs) -> None:
    page = open_as(None, 360)
    page.goto("/style")
    region = page.locator(".table-region").last
    region.evaluate("box => { box.scrollLeft = 400; }")
    name, frame = region.locator("tbody th").first.bounding_box(), region.bounding_box()
    assert name is not None
    assert frame is not None
    assert 0 <= name["x"] - frame["x"] <= 2


def test_the_present_place_in_the_menu_is_in_view_on_a_phone(open_as: OpenAs) -> None:
    page = open_as("noivu", 360)
    page.goto("/audit")
    expect(page.locator(".main-nav [aria-current]")).to_be_in_viewport(ratio=1)


def test_two_presses_of_a_button_send_one_request_and_coming_back_frees_it(open_as: OpenAs) -> None:
    page = open_as(None)
    page.goto("/login")
    page.evaluate(
        """window.sent = 0; addEventListener("submit", (event) => {
            if (!event.defaultPrevented) window.sent += 1;
            event.preventDefault(); })"""
    )
    button = page.locator("main button")
    for _ in range(3):
        button.press("Enter")
    assert page.evaluate("window.sent") == 1
    assert button.get_attribute("aria-busy") == "true"
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    assert button.get_attribute("aria-busy") is None
    button.press("Enter")
    assert page.evaluate("window.sent") == 2


def test_the_focus_is_never_under_the_bar_at_the_bottom(open_as: OpenAs) -> None:
    page = open_as("dtv01", 360)
    page.goto(f"/campaigns/{demonstration.CODE}/responses/new")
    page.locator("[data-step=access] [data-fold]").click()
    page.focus("#access_1-1")
    page.evaluate(
        """scrollBy({top: document.getElementById("access_2-1").getBoundingClientRect().bottom - innerHeight + 5,
                     behavior: "instant"})"""
    )
    page.keyboard.press("Tab")
    assert focused(page) == "access_2-1"
    page.wait_for_function(
        """() => document.activeElement.getBoundingClientRect().bottom
            <= document.querySelector(".sticky-bar").getBoundingClientRect().top"""
    )
