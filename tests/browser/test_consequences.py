"""What follows from verdicts, in a browser: every page accessible and within the window; a reply and a decision by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from survey_app.domain import voids
from survey_app.extensions import db
from survey_app.models.columns import now
from survey_app.vocabulary import Body
from tests.browser.conftest import OpenAs
from tests.conftest import opened
from tests.domain.verdicts import FAILED_A, proposals
from tests.web.pages import CODE
from tests.web.rechecked import here

CAMPAIGN = f"/campaigns/{CODE}"
LISTS = [f"{CAMPAIGN}/void-proposals", f"{CAMPAIGN}/joint-cases", f"{CAMPAIGN}/redos"]
PAGES = {
    "noivu": [
        *LISTS,
        "/void-proposals/1",
        "/void-proposals/2",
        "/void-proposals/3",
        "/joint-cases/1",
        "/redos/1",
    ],
    "mattran-truong": [*LISTS, "/joint-cases/1", "/redos/1"],
    "mattran": [LISTS[0], "/void-proposals/1"],
    "dtv01": ["/", "/void-proposals/1/answer", "/void-proposals/3/answer"],
}


@pytest.fixture
def uuid(demo_database: str) -> str:
    """The id of a response that was voided; beside it proposals, a joint case and a batch to redo."""
    with opened(demo_database):
        world = here()
        for code, note in (("PT-1", "Không ai hỏi."), ("PT-2", "")):
            _, (recheck,) = world.drawn(code, Body.FRONT)
            world.judge(recheck, "failed", FAILED_A, note)
        response, (recheck,) = world.drawn("PT-3", Body.VETERANS)
        world.judge(recheck, "failed", "not_a_user")
        voids.answer(world.asks, proposals()[2], "Tôi đã đến nhà.\nCó bà Lan biết.")
        voids.confirm(world.home, proposals()[2], "Bà xác nhận.", seen=voids.seen_of(proposals()[2]))
        _, (front, veterans) = world.drawn("PT-4", Body.FRONT, Body.VETERANS)
        world.judge(front, "failed", "led", "Bị gợi ý.", moment=now())
        world.judge(veterans, "confirmed")
        db.session.commit()
        return response.uuid


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("username", PAGES, ids=str)
def test_every_page_is_accessible_and_fits_the_window(
    uuid: str, open_as: OpenAs, username: str, width: int
) -> None:
    page = open_as(username, width)
    more = [f"/responses/{uuid}/restore"] if username == "noivu" else []
    for path in (*PAGES[username], f"/responses/{uuid}", *more):
        reply = page.goto(path)
        assert reply is not None
        assert reply.status == 200, path
        found = Axe().run(page).response["violations"]
        told = [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]
        assert told == [], f"{path} at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path


def test_a_reply_on_the_phone_is_read_by_the_other_bodys_head_who_then_decides(
    uuid: str, open_as: OpenAs
) -> None:
    enumerator = open_as("dtv01", 360)
    enumerator.get_by_role("link", name="Phiếu PT-1").click()
    enumerator.get_by_label("Giải trình của bạn").fill("Tôi đã hỏi bà ở chợ.")
    enumerator.get_by_role("button", name="Gửi giải trình").click()
    enumerator.get_by_text("Đã gửi giải trình về phiếu PT-1.").wait_for()
    head = open_as("cuuchienbinh-truong")
    head.goto(f"{CAMPAIGN}/void-proposals")
    head.get_by_role("link", name="Quyết định đề nghị hủy phiếu PT-1").click()
    head.get_by_text("Tôi đã hỏi bà ở chợ.").wait_for()
    assert head.get_by_text("Hạng trong nhóm").count() == 0
    head.get_by_label("Hủy phiếu", exact=True).check()
    head.get_by_label("Lý do").fill("Đã gọi lại, không có phỏng vấn.")
    head.get_by_role("button", name="Lưu quyết định").click()
    head.get_by_text("Phiếu PT-1: đã hủy, không còn được tính.").wait_for()
    head.get_by_text("Hạng trong nhóm").wait_for()
