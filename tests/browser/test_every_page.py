"""Every page of every role, on a phone and at a desk: accessible, within the window, from this house only."""

import gzip

import pytest
from playwright.sync_api import Page

from survey_app.domain import quality
from tests.browser.conftest import OpenAs, violations
from tests.browser.made_pages import CAMPAIGN, MADE, PUBLIC

pytestmark = pytest.mark.browser
PAGES: dict[str | None, list[str]] = {
    None: ["/login", "/style", "/nowhere", "/t/nothing", "/cong-bo", "/cong-bo/nothing"],
    "dtv01": [
        "/",
        f"{CAMPAIGN}/responses",
        f"{CAMPAIGN}/responses/new",
        "/password",
        f"{CAMPAIGN}/sample",
        f"{CAMPAIGN}/sample/MAU-1",
        "/second-entries",
        "/device",
    ],
    "dieuphoi": [
        "/",
        "/campaigns",
        CAMPAIGN,
        f"{CAMPAIGN}/board",
        f"{CAMPAIGN}/progress",
        f"{CAMPAIGN}/assignments",
        f"{CAMPAIGN}/sample",
        f"{CAMPAIGN}/sample/MAU-1",
        f"{CAMPAIGN}/assignments/sample",
        f"{CAMPAIGN}/second-entries",
        "forms to key again",
        f"{CAMPAIGN}/forms",
        "printed forms",
        "/device-records",
        f"{CAMPAIGN}/duplicate-codes",
        "two forms of one code",
    ],
    "mattran": [
        "/",
        f"{CAMPAIGN}/responses?q=so+tai+chinh",
        "a question",
        "chosen responses",
        f"{CAMPAIGN}/rechecks",
        "/device",
        "/device/rechecks",
    ],
    "noivu": [
        "/",
        CAMPAIGN,
        f"{CAMPAIGN}/scores",
        f"{CAMPAIGN}/scores/STC",
        f"{CAMPAIGN}/scores/TTRA",
        f"{CAMPAIGN}/groups/departments",
        f"{CAMPAIGN}/breakdowns?question=age_band",
        "a screening",
        "two runs",
        "a run with files",
        f"{CAMPAIGN}/self-links",
        "issued links",
        "a sheet of codes",
        f"{CAMPAIGN}/index",
        f"{CAMPAIGN}/report-figures",
        f"{CAMPAIGN}/report",
        f"{CAMPAIGN}/imports",
        "a file",
        "/audit",
        "/audit/proof",
        f"{CAMPAIGN}/board",
        f"{CAMPAIGN}/sample",
        f"{CAMPAIGN}/second-entries",
        "a draw in progress",
        f"{CAMPAIGN}/recheck-measures",
        f"{CAMPAIGN}/recheck-measures/units/STC",
        f"{CAMPAIGN}/recheck-measures/enumerators/dtv01",
        "a publication",
        f"{PUBLIC}/don-vi/STC",
        f"{PUBLIC}/don-vi/TTRA",
        f"{PUBLIC}/phuong-phap",
        f"{PUBLIC}/bieu-do",
        f"{PUBLIC}/du-lieu",
        "a receipt",
    ],
    "mattran-truong": ["/", "/device-records", "a draw that was given up"],
    "donvi": ["/"],
    "thamdinh": ["/", f"{CAMPAIGN}/appraisals"],
    "quantri": ["/", "/people", "/people/new", "/audit"],
}
KILOBYTE = 1024


def visit(page: Page, path: str) -> None:
    """Open a path, or make the page that its words name."""
    if path in MADE:
        MADE[path](page)
    else:
        page.goto(path)


@pytest.mark.parametrize("username", PAGES, ids=str)
def test_every_page_is_accessible_and_fits_the_window(
    open_as: OpenAs,
    address: str,
    two_forms_of_one_code: None,
    username: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nine seconds less; what is screened is not asked here.
    monkeypatch.setattr(quality, "DRAWS", 99)
    page = open_as(username, 1280)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    titles = []
    for path in PAGES[username]:
        visit(page, path)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert violations(page) == [], f"{path} at {width} px"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width} px"
        assert page.locator("html").get_attribute("lang") == "vi"
        assert page.locator("h1").count() == 1, path
        titles.append(page.title())
    assert len(set(titles)) == len(titles)
    assert all(title.endswith(" – Hài Lòng") for title in titles)
    assert asked == {address}


def test_at_four_hundred_per_cent_nothing_scrolls_sideways(open_as: OpenAs) -> None:
    page = open_as("dtv01", 320)
    for path in ("/", f"{CAMPAIGN}/responses/new", f"{CAMPAIGN}/responses"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_a_phone_gets_large_targets_and_a_form_of_bearable_length(open_as: OpenAs) -> None:
    page = open_as("dtv01", 360)
    page.goto(f"{CAMPAIGN}/responses/new")
    page.locator("[data-step=access] [data-fold]").click()
    boxes = [label.bounding_box() for label in page.locator("#access_1 label").all()]
    assert len(boxes) == 6
    assert all(box is not None and box["width"] >= 48 and box["height"] >= 48 for box in boxes)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6000


def test_the_first_load_is_light(open_as: OpenAs) -> None:
    page = open_as(None, 360)
    weights: dict[str, int] = {}
    page.on("response", lambda reply: weights.__setitem__(reply.url, len(gzip.compress(reply.body()))))
    page.goto("/login")
    page.wait_for_load_state("networkidle")
    scripts = sum(weight for url, weight in weights.items() if ".js" in url)
    assert sum(weights.values()) <= 40 * KILOBYTE
    assert scripts <= 10 * KILOBYTE


def test_keyboard_focus_is_always_visible(open_as: OpenAs) -> None:
    page = open_as("noivu")
    page.goto(f"{CAMPAIGN}/index")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(6):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
