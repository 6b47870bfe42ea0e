"""The form on an enumerator's phone: each answer is kept, by whoever is there, and offered again after anything."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import create_engine, text

from survey_app.domain import demonstration
from survey_app.extensions import engine_options
from tests.browser.conftest import OpenAs
from tests.browser.device import (
    CACHED,
    FORM,
    LIST,
    READY,
    arrived,
    fill,
    opened,
    received,
    saved,
    send,
    states,
    until,
)

pytestmark = pytest.mark.browser


def test_every_answer_is_on_disk_and_comes_back_after_a_reload(open_as: OpenAs) -> None:
    page = opened(open_as("dtv01"))
    page.fill("#form_code", "DRAFT-1")
    page.locator("#access_1-4").check(force=True)
    page.fill("#service_procedure", "Cấp sổ đỏ")
    until(page, "async () => (await hailong.list())[0]?.content.details.service_procedure === 'Cấp sổ đỏ'")
    page.reload()
    expect(page.locator("#form_code")).to_have_value("DRAFT-1")
    assert page.locator("#access_1-4").is_checked()
    assert page.input_value("#service_procedure") == "Cấp sổ đỏ"


def test_s9_two_forms_in_two_tabs_are_two_drafts_and_after_sending_none_is_left(open_as: OpenAs) -> None:
    first = opened(open_as("dtv01"))
    second = opened(first.context.new_page())
    for page, code in ((first, "TAB-1"), (second, "TAB-2")):
        page.fill("#form_code", code)
        until(page, f"async () => (await hailong.list()).some((each) => each.content.form_code === '{code}')")
    assert states(first) == {"TAB-1": "draft", "TAB-2": "draft"}
    fill(first, "TAB-1")
    send(first)
    received(first, "TAB-1")
    first.reload()
    first.wait_for_function(READY)
    expect(first.locator("[data-begun] a")).to_have_count(1)
    expect(first.locator("[data-begun]")).to_contain_text("TAB-2")
    assert states(first) == {"TAB-1": "sent", "TAB-2": "draft"}


def test_a_form_is_opened_filled_in_and_kept_without_a_network_and_sent_when_there_is_one(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01", 360))
    until(page, CACHED)
    page.context.set_offline(True)
    opened(page)
    assert page.locator(".who").count() == 0  # the kept page names nobody
    fill(page, "VILLAGE-1")
    send(page)
    saved(page, "VILLAGE-1")
    expect(page.locator("[data-received]")).to_have_text("Chờ mạng để gửi.")
    expect(page.locator("#device-line")).to_contain_text("1 phiếu chờ gửi. Chưa có mạng")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Phiếu trên máy này")
    expect(page.locator("[data-records] h3")).to_have_text("Phiếu VILLAGE-1")
    assert arrived(rows, "VILLAGE") == []
    page.context.set_offline(False)
    page.click("[data-send]")
    expect(page.locator("details.more summary")).to_have_text("Máy chủ đã nhận (1 phiếu gần đây)")
    assert arrived(rows, "VILLAGE") == ["VILLAGE-1"]


def another(context: BrowserContext, username: str) -> Page:
    """Log another person in on the same device."""
    page = context.new_page()
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", demonstration.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(r"/$"))
    return page


def test_two_people_on_one_phone_never_see_each_others_records(
    open_as: OpenAs, rows: Callable[..., list[Any]], demo_database: str
) -> None:
    page = opened(open_as("dtv01"))
    page.fill("#form_code", "MINE-1")
    until(page, "async () => (await hailong.list()).length === 1")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.click("[data-log-out] button")
    page.wait_for_url(re.compile("/login"))
    assert [message[:34] for message in asked] == ["Còn 1 phiếu chưa gửi trên máy này."]
    rows_of_second(demo_database)
    page.fill("#username", "dtv02")
    page.fill("#password", demonstration.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(r"/$"))
    opened(page)
    assert page.evaluate(LIST) == []
    kept = page.evaluate(
        """() => new Promise((done) => { const open = indexedDB.open("hailong"); open.onsuccess = () => {
          const all = open.result.transaction("records").objectStore("records").getAll();
          const plain = ({ id, iv, sealed, ...plain }) => ({ ...plain, sealed: sealed.byteLength > 100 });
          all.onsuccess = () => done(all.result.map(plain)); }; })"""
    )
    assert len(kept) == 1
    assert "MINE-1" not in json.dumps({**kept[0], "form_code": ""})
    assert page.locator("[data-begun]").is_hidden()
    page.click("[data-log-out] button")
    page.wait_for_url(re.compile("/login"))
    back = another(page.context, "dtv01")
    opened(back)
    assert [each["content"]["form_code"] for each in back.evaluate(LIST)] == ["MINE-1"]


def rows_of_second(database: str) -> None:
    """Give the second enumerator of the demonstration the first one's password."""
    engine = create_engine(database, **engine_options(database))
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE user_account SET password_hash = (SELECT password_hash FROM user_account "
                "WHERE username = 'dtv01') WHERE username = 'dtv02'"
            )
        )
    engine.dispose()


def test_s17_where_storage_is_refused_she_is_warned_and_the_form_goes_straight_to_the_server(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = open_as("dtv01")
    page.add_init_script(
        "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.goto(FORM)
    expect(page.locator("#device-line")).to_contain_text("Máy này không cho lưu phiếu khi mất mạng.")
    fill(page, "PLAIN-1")
    send(page)
    expect(page.locator("h1")).to_have_text("Đã nhận phiếu PLAIN-1")
    assert arrived(rows, "PLAIN") == ["PLAIN-1"]


def test_a_doubt_asks_once_and_is_remembered(open_as: OpenAs, rows: Callable[..., list[Any]]) -> None:
    page = opened(open_as("dtv01"))
    fill(page, "ODD-1")
    page.locator("#access_1-4").check(force=True)
    send(page)
    expect(page.locator("[data-doubts]")).to_contain_text("Mọi tiêu chí đều cùng một mức.")
    expect(page.locator("[data-confirm]")).to_be_focused()
    page.keyboard.press("Enter")
    received(page, "ODD-1")
    found = rows(
        "SELECT doubts FROM paradata JOIN response ON response.id = response_id WHERE form_code = 'ODD-1'"
    )
    assert found == [('{"one_level":"confirmed"}',)]


def test_answers_to_a_question_skipped_later_stand_aside_in_sight_and_are_not_sent(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    fill(page, "ASIDE-1", level=3)
    page.check("[name=result_time][value=late]")
    page.check("[name=late_notice][value=yes]")
    page.check("[name=result_time][value=on_time]")
    box = page.locator("[data-aside]")
    expect(box).to_contain_text("Cơ quan có thông báo trước cho Ông/Bà về việc trễ hẹn không? – Có")
    page.check("[name=result_time][value=late]")
    expect(box).to_be_hidden()
    assert page.locator("[name=late_notice][value=yes]").is_checked()
    page.check("[name=result_time][value=on_time]")
    send(page)
    received(page, "ASIDE-1")
    ((details,),) = rows("SELECT details FROM response WHERE form_code = 'ASIDE-1'")
    assert json.loads(details) == {
        "respondent_kind": "citizen",
        "result_time": "on_time",
        "service_field": "land",
    }


def test_a_duplicate_form_code_is_told_at_the_first_field(open_as: OpenAs) -> None:
    page = opened(open_as("dtv01"))
    fill(page, "TWICE-1")
    send(page)
    received(page, "TWICE-1")
    page.fill("#form_code", "TWICE-1")
    page.keyboard.press("Tab")
    expect(page.locator("#form_code-error")).to_have_text(
        "Mã phiếu TWICE-1 đã có trong đợt này. Hãy kiểm tra số in trên phiếu giấy."
    )


def test_s10_a_correction_that_died_with_its_tab_is_offered_again_as_a_correction(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page, supervisor = opened(open_as("dtv01")), open_as("mattran")
    fill(page, "FIX-1")
    send(page)
    received(page, "FIX-1")
    ((uuid,),) = rows("SELECT uuid FROM response WHERE form_code = 'FIX-1'")
    supervisor.goto(f"/responses/{uuid}")
    supervisor.get_by_role("button", name="Câu trả lời mâu thuẫn").click()
    supervisor.get_by_text("Đã đánh dấu.").wait_for()
    opened(page, f"/responses/{uuid}/edit")
    page.locator("#access_1-1").check(force=True)
    page.fill("#reason", "Đã hỏi lại")
    until(
        page,
        "async () => (await hailong.list()).some((each) => each.kind === 'returned' && each.content.reason)",
    )
    context = page.context
    page.close()
    again = opened(context.new_page(), f"/responses/{uuid}/edit")
    expect(again.locator("#reason")).to_have_value("Đã hỏi lại")
    assert again.locator("#access_1-1").is_checked()
    send(again)
    again.wait_for_url(re.compile(r"/$"))
    until(again, "async () => hailong.state.me && (await hailong.counts()).sent === 1")
    assert rows("SELECT state, version FROM response WHERE form_code = 'FIX-1'") == [("submitted", 2)]


def test_no_page_with_somebodys_data_is_kept_on_the_device(open_as: OpenAs) -> None:
    page = opened(open_as("dtv01"))
    until(page, CACHED)
    page.goto("/")
    kept = page.evaluate(
        """async () => {
          const cache = await caches.open("hailong-shell");
          const read = async ({ url }) => [new URL(url).pathname, await (await cache.match(url)).text()];
          return Promise.all((await cache.keys()).map(read));
        }"""
    )
    paths = sorted(path for path, _ in kept if not path.startswith("/static/"))
    assert paths == ["/device", f"/device/forms/{demonstration.CODE}"]
    name = page.evaluate("() => hailong.state.me.name")
    assert [path for path, body in kept if name in body or 'name="csrf_token" value="I' in body] == []
