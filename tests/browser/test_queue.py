"""What waits on an enumerator's phone: whatever the network, the clock or a proxy do, nothing is lost or doubled."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from survey_app.domain import demonstration
from tests.browser.conftest import OpenAs
from tests.browser.device import QUEUE, READY, arrived, fill, opened, received, saved, send, states, until

pytestmark = pytest.mark.browser


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
    page = opened(open_as("dtv01", workers=False))
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
    page = opened(open_as("dtv01", workers=False))
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
    page = opened(open_as("dtv01", workers=False))
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
