"""An enumerator's phone in a village: whatever the network, the browser and other people do, nothing is lost or doubled."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import create_engine, text

from survey_app.domain import demonstration
from survey_app.extensions import engine_options
from tests.browser.conftest import OpenAs

pytestmark = pytest.mark.browser
FORM = f"/campaigns/{demonstration.CODE}/responses/new"
READY = "() => self.hailong?.state.me"
CACHED = "() => caches.open('hailong-shell').then((cache) => cache.keys()).then((keys) => keys.length > 8)"
LIST = "() => hailong.list()"
# A queued record as the form makes it: (number) → on disk, waiting.
QUEUE = """async ([first, count, change]) => {
  const rules = JSON.parse(document.getElementById("entry-rules").textContent);
  const unit = hailong.state.me.campaigns[0].units[0][0];
  const asked = [...document.querySelectorAll("fieldset[data-level]")];
  const answers = Object.fromEntries(asked.map(({ id }, place) => [id, String(2 + place % 4)]));
  for (let number = first; number < first + count; number++) {
    const content = { campaign: rules.campaign, unit, form_code: `QUEUE-${number}`, mode: "paper", answers,
      details: { service_field: "land", respondent_kind: "citizen" }, confirmed: [], accept_invalid: false,
      paradata: {}, ...change };
    await hailong.save({ id: crypto.randomUUID(), kind: "new", state: "waiting", campaign: rules.campaign, content });
  }
}"""


@pytest.fixture
def rows(demo_database: str) -> Callable[..., list[Any]]:
    """Reads the database behind the server, as it is now."""

    def read(statement: str, **values: object) -> list[Any]:
        engine = create_engine(demo_database, **engine_options(demo_database))
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(statement), values)]
        engine.dispose()
        return found

    return read


def until(page: Page, condition: str, seconds: float = 60) -> None:
    """Wait until a condition of the page holds, be it a promise."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)


def arrived(rows: Callable[..., list[Any]], beginning: str) -> list[str]:
    """Return the form codes with this beginning that are stored, one a row."""
    found = rows("SELECT form_code FROM response WHERE form_code LIKE :code ORDER BY 1", code=f"{beginning}%")
    return [code for (code,) in found]


def opened(page: Page, address: str = FORM) -> Page:
    """Open the form and wait until the device knows its person."""
    page.goto(address)
    page.wait_for_function(READY)
    return page


def fill(page: Page, form_code: str, level: int = 4) -> None:
    """Fill in a whole form, the first criterion one level lower so that no doubt is raised."""
    page.fill("#form_code", form_code)
    page.select_option("#unit", index=1)
    page.evaluate(
        """(level) => {
          const tap = (selector) => document.querySelector(selector).click();
          for (const block of document.querySelectorAll("fieldset[data-level]")) tap(`#${block.id}-${level}`);
          tap(`#access_1-${level - 1}`);
          tap("[name=service_field][value=land]");
          tap("[name=respondent_kind][value=citizen]");
        }""",
        level,
    )


def send(page: Page) -> None:
    """Tap the button that sends."""
    page.evaluate("document.querySelector('.sticky-bar button').click()")


def states(page: Page) -> dict[str, str]:
    """Return the state of every record on the device that has a form code."""
    return {each["content"]["form_code"]: each["state"] for each in page.evaluate(LIST)}


def saved(page: Page, form_code: str) -> None:
    """Wait until the device says that it keeps a form."""
    expect(page.locator("[data-done]")).to_contain_text(f"Đã lưu phiếu {form_code} trên máy")


def received(page: Page, form_code: str) -> None:
    """Wait until the device says that the server has a form."""
    expect(page.locator("[data-received]")).to_have_text(f"Máy chủ đã nhận phiếu {form_code}.")


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


def test_200_records_queued_arrive_once_each(open_as: OpenAs, rows: Callable[..., list[Any]]) -> None:
    page = opened(open_as("dtv01"))
    page.context.set_offline(True)
    page.evaluate(QUEUE, [1, 200, {}])
    assert arrived(rows, "QUEUE") == []
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).waiting === 0")
    assert len(arrived(rows, "QUEUE")) == len(set(arrived(rows, "QUEUE"))) == 200
    assert page.evaluate("() => hailong.counts()")["sent"] == 200


def test_s15_one_bad_record_among_twenty_stays_alone_says_why_and_is_mended(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    page.context.set_offline(True)
    page.evaluate(QUEUE, [1, 19, {}])
    page.evaluate(QUEUE, [20, 1, {"unit": "TTRA"}])
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).waiting === 0")
    assert len(arrived(rows, "QUEUE")) == 19
    assert states(page)["QUEUE-20"] == "mend"
    page.goto("/device")
    card = page.locator(".card.urgent")
    expect(card).to_contain_text("Hãy chọn một cơ quan, đơn vị đã giao cho bạn trong đợt này.")
    card.get_by_role("link", name="Mở").click()
    page.wait_for_function(READY)
    expect(page.locator("#unit-error")).to_be_visible()
    assert page.input_value("#form_code") == "QUEUE-20"
    page.select_option("#unit", index=1)
    send(page)
    received(page, "QUEUE-20")
    assert len(arrived(rows, "QUEUE")) == 20


def test_a_stuck_record_is_exported_sealed_received_by_the_coordinator_and_deleted_alone(
    open_as: OpenAs, rows: Callable[..., list[Any]], tmp_path: Path
) -> None:
    page = opened(open_as("dtv01"))
    page.context.set_offline(True)
    page.evaluate(QUEUE, [1, 2, {}])
    page.route(re.compile("/responses/"), lambda route: route.abort())
    page.context.set_offline(False)
    page.goto("/device")
    first = page.locator(".card", has_text="QUEUE-1")
    with page.expect_download() as download:
        first.get_by_role("button", name="Xuất tệp").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "phieu-QUEUE-1.hailong"
    assert re.findall("QUEUE-1|land", file.read_text()) == []
    coordinator = open_as("dieuphoi")
    coordinator.goto("/device-records")
    coordinator.set_input_files("#file", file)
    coordinator.get_by_role("button", name="Nhận phiếu").click()
    expect(coordinator.locator("main .notice")).to_contain_text("Đã nhận phiếu QUEUE-1")
    assert arrived(rows, "QUEUE") == ["QUEUE-1"]
    page.on("dialog", lambda dialog: dialog.accept())
    first.get_by_role("button", name="Xóa").click()
    expect(first).to_have_count(0)
    assert states(page) == {"QUEUE-2": "waiting"}


WRONG_REPLIES = [
    (500, "text/html", "<h1>500</h1>"),
    (200, "text/html", "<h1>Khách sạn: mời đăng nhập Wi-Fi</h1>"),
    (200, "application/json", '{"ok": true}'),
    (403, "application/json", '{"error": "portal"}'),
    (502, "application/json", "{"),
    (503, "application/json", '{"code": "busy"}'),
    (302, "text/html", ""),
]


def test_s2_s6_a_reply_that_is_not_the_servers_own_receipt_keeps_the_record(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    answers = iter(WRONG_REPLIES)

    def answer(route: Route) -> None:
        status, kind, body = next(answers)
        headers = {"Location": "http://127.0.0.1:9/login"} if status == 302 else {}
        route.fulfill(status=status, content_type=kind, body=body, headers=headers)

    page.route(re.compile(r"/responses/[0-9a-f-]{36}$"), answer)
    fill(page, "WRONG-1")
    send(page)
    for tries in range(1, len(WRONG_REPLIES) + 1):
        until(page, f"async () => !hailong.sending() && (await hailong.list())[0].tries === {tries}")
        assert states(page)["WRONG-1"] == "waiting"
        if tries < len(WRONG_REPLIES):
            page.evaluate("() => hailong.try_now()")
    assert arrived(rows, "WRONG") == []
    page.unroute(re.compile(r"/responses/[0-9a-f-]{36}$"))
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).sent === 1")
    assert arrived(rows, "WRONG") == ["WRONG-1"]


def test_s2_a_reply_cut_on_the_way_sends_again_and_makes_no_second_row(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    passed: list[int] = []

    def cut(route: Route) -> None:
        if not passed:
            passed.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/responses/[0-9a-f-]{36}$"), cut)
    fill(page, "CUT-1")
    send(page)
    until(page, "async () => (await hailong.list())[0].tries === 1")
    assert (passed, arrived(rows, "CUT")) == ([201], ["CUT-1"])
    assert states(page)["CUT-1"] == "waiting"
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).sent === 1")
    assert arrived(rows, "CUT") == ["CUT-1"]


def test_s7_a_login_that_expired_is_renewed_in_place_and_nothing_is_lost(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    page.fill("#form_code", "LATE-1")
    page.context.clear_cookies()
    fill(page, "LATE-1")
    send(page)
    saved(page, "LATE-1")
    page.locator("#device-line [data-log-in]").click()
    page.fill("#here-password", "sai mật khẩu")
    page.press("#here-password", "Enter")
    expect(page.locator("#log-in-here .error")).to_contain_text("Tên đăng nhập hoặc mật khẩu không đúng")
    page.fill("#here-password", demonstration.PASSWORD)
    page.press("#here-password", "Enter")
    received(page, "LATE-1")
    assert arrived(rows, "LATE") == ["LATE-1"]
    expect(page.locator("#log-in-here")).not_to_be_visible()


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


def test_s12_the_service_worker_touches_get_only(open_as: OpenAs) -> None:
    page = opened(open_as("dtv01"))
    page.wait_for_function("() => navigator.serviceWorker.controller")
    source = page.evaluate("() => fetch('/sw.js').then((reply) => reply.text())")
    assert 'request.method !== "GET"' in source
    sent: list[bytes | None] = []
    page.on(
        "request", lambda request: sent.append(request.post_data_buffer) if request.method == "PUT" else None
    )
    fill(page, "BYTES-1")
    send(page)
    received(page, "BYTES-1")
    assert any(body and b'"form_code":"BYTES-1"' in body for body in sent)


def test_s16_a_clock_ten_years_wrong_is_accepted_and_marked(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = open_as("dtv01")
    page.clock.install(time="2016-01-01T00:00:00Z")
    opened(page)
    fill(page, "CLOCK-1")
    send(page)
    page.clock.run_for(5000)
    received(page, "CLOCK-1")
    ((offset, opened_at, submitted),) = rows(
        "SELECT clock_offset, opened_at, submitted_at FROM paradata JOIN response ON response.id = response_id "
        "WHERE form_code = 'CLOCK-1'"
    )
    assert offset > 9 * 365 * 24 * 3600
    assert str(opened_at).startswith("2016-01-01")
    assert str(submitted) > "2026"


def test_72_hours_without_a_network_lose_nothing(open_as: OpenAs, rows: Callable[..., list[Any]]) -> None:
    page = open_as("dtv01")
    page.clock.install()
    opened(page)
    page.context.set_offline(True)
    fill(page, "DAYS-1")
    send(page)
    saved(page, "DAYS-1")
    for _ in range(3):
        page.clock.fast_forward("24:00:00")
        assert states(page)["DAYS-1"] == "waiting"
    page.context.set_offline(False)
    page.clock.fast_forward("00:10:00")
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).sent === 1")
    assert arrived(rows, "DAYS") == ["DAYS-1"]


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
    supervisor.check("[name=reason][value=contradiction]")
    supervisor.get_by_role("button", name="Đánh dấu và trả lại").click()
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


def test_the_device_tells_the_coordinator_what_waits_on_it(
    open_as: OpenAs, rows: Callable[..., list[Any]]
) -> None:
    page = opened(open_as("dtv01"))
    page.fill("#form_code", "TOLD-1")
    until(page, "async () => (await hailong.list()).length === 1")
    for _ in range(100):
        page.evaluate("() => hailong.try_now()")
        if (told := rows("SELECT drafts, waiting FROM device_report")) == [(1, 0)]:
            break
    assert told == [(1, 0)]


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
