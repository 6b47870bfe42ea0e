"""The pages of re-check measures after a played round: accessible, within the window, for a head and for Home Affairs."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from survey_app.domain import demonstration
from survey_app.domain.demonstration.rechecks import FABRICATORS
from tests.browser.conftest import OpenAs
from tests.conftest import PostgresHouse, SqliteHouse

pytestmark = pytest.mark.browser
PAGES = f"/campaigns/{demonstration.CODE}/recheck-measures"


@pytest.fixture
def demo_database(house: SqliteHouse | PostgresHouse, rechecked_template: str) -> Iterator[str]:
    """The address of the test's own copy of the demonstration, re-checked."""
    url = house.fresh(rechecked_template)
    yield url
    house.drop(url)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("username", ["mattran-truong", "noivu"])
def test_measures_are_accessible_and_fit_the_window(open_as: OpenAs, username: str, width: int) -> None:
    page = open_as(username, width)
    scores = [f"/campaigns/{demonstration.CODE}/scores/STC"] if username == "noivu" else []
    for path in (PAGES, f"{PAGES}/enumerators/{FABRICATORS[0]}", f"{PAGES}/units/STC", *scores):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        told = [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]
        assert told == [], f"{path} at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path


def test_the_funnel_is_told_to_those_who_do_not_see_it(open_as: OpenAs) -> None:
    page = open_as("noivu")
    page.goto(PAGES)
    told = page.get_by_role("img", name="Biểu đồ phễu")
    assert "Số liệu ở bảng bên dưới." in (told.get_attribute("aria-label") or "")
