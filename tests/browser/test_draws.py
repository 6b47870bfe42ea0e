"""Three parties commit and reveal in their browsers: three clicks each, and only hashes leave before all are bound."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from scoring.draw_record import verify
from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs
from tests.domain.drawing import digest

pytestmark = pytest.mark.browser
PAGE = f"/campaigns/{demonstration.CODE}/draws"
HEADS = ("mattran-truong", "cuuchienbinh-truong", "noivu")


class Clicks:
    """Counts what a person clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, name: str) -> None:
        """Click a button."""
        self.count += 1
        self.page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.both_databases
def test_three_people_commit_and_reveal_with_at_most_three_clicks_each(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    hands = {username: Clicks(open_as(username)) for username in HEADS}
    sent: list[str] = []

    def listen(request: Request) -> None:
        sent.append(request.post_data or "")

    opener = hands["noivu"]
    opener.page.goto(PAGE)
    opener.press("Mở lần rút ngẫu nhiên")
    expect(opener.page.get_by_text("Đã mở lần rút thăm 1")).to_be_visible()
    parts = {}
    for username, hand in hands.items():
        hand.page.on("request", listen)
        hand.page.goto(PAGE)
        shown = hand.page.locator(".own-part")
        expect(shown).not_to_be_empty()
        parts[username] = shown.inner_text()
        expect(hand.page.locator("#commitment")).to_have_value(digest(parts[username]))
        hand.press("Cam kết")
        expect(hand.page.get_by_text("Đã cam kết. Khi cả ba bên")).to_be_visible()
    assert len(set(parts.values())) == 3
    assert all(part not in body for part in parts.values() for body in sent)
    assert rows("SELECT party, part FROM draw_part ORDER BY party") == [
        ("front", None),
        ("home_affairs", None),
        ("veterans", None),
    ]
    for username, hand in hands.items():
        hand.page.goto(PAGE)
        expect(hand.page.locator("#part")).to_have_value(parts[username])
        hand.press("Mở phần")
        expect(hand.page.locator(".notice.good")).to_contain_text("Đã mở phần")
    assert {username: hand.count for username, hand in hands.items()} == {
        "mattran-truong": 2,
        "cuuchienbinh-truong": 2,
        "noivu": 3,
    }
    assert rows("SELECT state, frame_size FROM draw") == [("drawn", 2124)]
    page = hands["mattran-truong"].page
    page.goto(PAGE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải hồ sơ lần rút 1").click()
    assert verify(json.loads(download.value.path().read_text(encoding="utf-8"))) is None
    for hand in hands.values():
        hand.page.goto(PAGE)
        assert (
            hand.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('hailong-draw'))")
            == []
        )


def test_without_script_a_person_brings_her_own_part_and_hash(open_as: OpenAs) -> None:
    pages = [open_as(username, 360, script=False) for username in HEADS]
    pages[0].goto(PAGE)
    pages[0].get_by_role("button", name="Mở lần rút ngẫu nhiên").click()
    for number, page in enumerate(pages):
        page.goto(PAGE)
        expect(page.locator(".own-part")).to_be_hidden()
        page.fill("#commitment", digest(f"phan viet tay so {number}"))
        page.get_by_role("button", name="Cam kết", exact=True).click()
    for number, page in enumerate(pages):
        page.goto(PAGE)
        page.fill("#part", f"phan viet tay so {number}")
        page.get_by_role("button", name="Mở phần", exact=True).click()
    expect(pages[-1].locator(".notice.good")).to_contain_text("đã rút xong")
