"""Re-checks on a supervisor's phone: kept at every answer, opened without a network, sent once, never another's."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import create_engine, text

from survey_app.domain import demonstration
from survey_app.extensions import engine_options
from tests.browser.conftest import OpenAs
from tests.browser.device import LIST, READY, until
from tests.browser.recheck_device import CACHED, judge, kept, lay, opened, send, states
from tests.browser.test_device import another

pytestmark = pytest.mark.browser
Rows = Callable[..., list[Any]]
SHOWN = "Câu trả lời gốc và câu trả lời lại"  # only once the own verdict is stored
PUT = re.compile(r"/rechecks/[0-9a-f-]{36}$")


def verdicts(rows: Rows) -> list[tuple[Any, ...]]:
    """Return what is stored: verdict, who gave it, whether it was blind."""
    return rows(
        "SELECT verdict, username, blind FROM recheck_verdict JOIN user_account ON user_account.id = given_by_id "
        "ORDER BY recheck_verdict.id"
    )


def test_a_re_check_is_opened_filled_in_and_kept_without_a_network_and_sent_when_there_is_one(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, code), _) = lay(demo_database, "mattran", "mattran")
    page = open_as("mattran", 360)
    until(page, CACHED)
    page.context.set_offline(True)
    page.goto("/device")
    expect(page.locator("[data-tasks] h3")).to_have_count(2)
    page.get_by_role("link", name=f"Phúc tra phiếu {code}").click()
    page.locator("form[data-ready]").wait_for()
    expect(page.locator("h1")).to_have_text(f"Phúc tra phiếu {code}")
    assert page.locator(".who").count() == 0  # the kept page names nobody
    assert page.locator("form [data-level]").count() == 5
    send(page)
    expect(page.locator("#verdict-error")).to_have_text("Hãy chọn một kết luận.")
    judge(page)
    send(page)
    expect(page.locator("[data-done]")).to_have_text("Đã lưu kết luận trên máy này. Chờ mạng để gửi.")
    expect(page.locator("#device-line")).to_contain_text("1 phiếu chờ gửi. Chưa có mạng")
    page.goto("/")
    card = page.locator("[data-records] .card")
    expect(card.locator("h3")).to_have_text(f"Phúc tra phiếu {code}")
    expect(card).to_contain_text("Kết luận: Đạt")
    expect(page.locator("[data-tasks] h3")).to_have_count(1)
    assert verdicts(rows) == []
    page.context.set_offline(False)
    page.click("[data-send]")
    expect(page.locator("details.more summary")).to_have_text("Máy chủ đã nhận (1 phiếu gần đây)")
    assert verdicts(rows) == [("confirmed", "mattran", 1)]
    assert rows("SELECT answers_again FROM recheck_verdict") == [("44444",)]
    page.goto(f"/rechecks/{uuid}")
    expect(page.locator("main")).to_contain_text(SHOWN)


def test_every_answer_is_on_disk_and_a_tab_that_died_gives_it_back_with_and_without_a_network(
    open_as: OpenAs, demo_database: str
) -> None:
    ((uuid, _),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran"), uuid)
    until(page, CACHED)
    page.check("[name=took_place][value=yes]")
    page.fill("#took_place_on", "20/11/2026")
    page.locator("#again-access_1 [value=NA]").check(force=True)
    page.fill("#note", "Bà Tư nhớ rõ")
    until(page, f"async () => (await hailong.get('{uuid}'))?.content.judged.note === 'Bà Tư nhớ rõ'")
    judged = kept(page)[uuid]["content"]["judged"]
    assert (judged["again"]["access_1"], judged["took_place_on"], judged["version"]) == ("N", "20/11/2026", 1)
    context = page.context
    page.close()
    for offline in (False, True):
        context.set_offline(offline)
        again = opened(context.new_page(), uuid)
        assert again.is_checked("[name=took_place][value=yes]")
        expect(again.locator("#took_place_on")).to_have_value("20/11/2026")
        assert again.locator("#again-access_1 [value=NA]").is_checked()
        expect(again.locator("#note")).to_have_value("Bà Tư nhớ rõ")
        again.close()


def test_t1_t11_who_judged_meanwhile_is_told_beside_hers_and_hers_is_kept(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, code),) = lay(demo_database, "mattran")
    page, head = opened(open_as("mattran"), uuid), opened(open_as("mattran-truong"), uuid)
    name = head.evaluate("hailong.state.me.name")
    page.context.set_offline(True)
    judge(page)
    send(page)
    judge(head, "failed", "Bà ấy chưa gặp ai.")
    send(head)
    expect(head.locator("main")).to_contain_text(SHOWN)
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    told = page.locator("[data-refused]")
    expect(told).to_contain_text(re.compile(f"Phiếu {code} đã được {name} kết luận “Không đạt” lúc .*2026"))
    expect(told).to_contain_text(
        "Bản đã lưu: Không đạt; lý do: Không có cuộc phỏng vấn; ghi chú: Bà ấy chưa gặp ai."
    )
    assert page.is_checked("[name=verdict][value=confirmed]")
    page.goto("/device")
    card = page.locator(".card.urgent")
    expect(card).to_contain_text(f"đã được {name} kết luận “Không đạt”")
    expect(card).to_contain_text("Bản của bạn: Kết luận: Đạt; (a) Có; (b) Có; (c) Có; (d) 4, 4, 4, 4, 4")
    card.get_by_role("link", name="Mở").click()
    page.locator("form[data-ready]").wait_for()
    assert page.is_checked("[name=verdict][value=confirmed]")
    page.fill("#note", "Đã gọi lại, ông nhà nhớ rõ.")
    send(page)
    expect(page.locator("main")).to_contain_text("sau khi đã thấy câu trả lời gốc")
    assert verdicts(rows) == [("failed", "mattran-truong", 1), ("confirmed", "mattran", 0)]


def test_two_people_on_one_phone_never_see_each_others_re_checks(open_as: OpenAs, demo_database: str) -> None:
    (mine, theirs) = lay(demo_database, "mattran", "cuuchienbinh")
    page = opened(open_as("mattran"), mine[0])
    page.fill("#note", "Của Mặt trận")
    until(page, "async () => (await hailong.list()).length === 2")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.click("[data-log-out] button")
    page.wait_for_url(re.compile("/login"))
    assert [message[:34] for message in asked] == ["Còn 1 phiếu chưa gửi trên máy này."]
    other = another(page.context, "cuuchienbinh")
    until(other, CACHED)
    other.goto("/device")
    expect(other.locator("[data-tasks] h3")).to_have_text([f"Phiếu {theirs[1]}"])
    assert [each["id"] for each in other.evaluate(LIST) if each["kind"] == "recheck"] == []
    on_disk = other.evaluate(
        """() => new Promise((done) => { const open = indexedDB.open("hailong"); open.onsuccess = () => {
          const all = open.result.transaction("records").objectStore("records").getAll();
          const plain = ({ iv, sealed, ...plain }) => plain;
          all.onsuccess = () => done(all.result.map(plain)); }; })"""
    )
    assert len(on_disk) == 3
    told = json.dumps(on_disk, ensure_ascii=False)
    assert [word for word in (mine[1], theirs[1], "Của Mặt trận", "access_1") if word in told] == []
    other.context.set_offline(True)
    other.goto(f"/rechecks/{mine[0]}")
    expect(other.locator("[data-missing]")).to_be_visible()
    assert other.locator("form[data-recheck]").count() == 0
    other.context.set_offline(False)
    other.goto("/")
    other.click("[data-log-out] button")
    other.wait_for_url(re.compile("/login"))
    back = opened(another(other.context, "mattran"), mine[0])
    expect(back.locator("#note")).to_have_value("Của Mặt trận")


def test_s7_a_login_that_expired_is_renewed_in_place_and_nothing_is_lost(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, _),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran"), uuid)
    page.check("[name=took_place][value=yes]")
    page.context.clear_cookies()
    judge(page)
    send(page)
    until(page, f"async () => (await hailong.get('{uuid}')).state === 'waiting'")
    page.locator("#device-line [data-log-in]").click()
    page.fill("#here-password", demonstration.PASSWORD)
    page.press("#here-password", "Enter")
    expect(page.locator("main")).to_contain_text(SHOWN)
    assert verdicts(rows) == [("confirmed", "mattran", 1)]


def test_s15_one_that_is_refused_stays_alone_with_its_reasons_and_is_mended(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    (good, bad) = lay(demo_database, "mattran", "mattran")
    page = open_as("mattran")
    until(page, CACHED)
    page.context.set_offline(True)
    for (uuid, _), verdict in ((good, "confirmed"), (bad, "unreachable")):
        opened(page, uuid)
        if verdict == "confirmed":
            judge(page)
        else:
            page.check("[name=verdict][value=unreachable]")
        send(page)
        until(page, f"async () => (await hailong.get('{uuid}')).state === 'waiting'")
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    until(page, "async () => (await hailong.counts()).waiting === 0")
    assert states(page) == {good[0]: "sent", bad[0]: "mend"}
    page.goto("/device")
    card = page.locator(".card.urgent")
    expect(card).to_contain_text("cần 3 lần liên hệ không gặp (đã ghi 0)")
    card.get_by_role("link", name="Mở").click()
    page.locator("form[data-ready]").wait_for()
    expect(page.locator("#verdict-error")).to_contain_text("cần 3 lần liên hệ không gặp (đã ghi 0)")
    judge(page, "failed")
    send(page)
    expect(page.locator("main")).to_contain_text(SHOWN)
    assert verdicts(rows) == [("confirmed", "mattran", 1), ("failed", "mattran", 1)]


def test_s5_a_re_check_of_a_response_that_was_voided_is_refused_by_name_and_stays_on_the_device(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, code),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran"), uuid)
    page.context.set_offline(True)
    judge(page)
    send(page)
    void(demo_database, code)
    page.context.set_offline(False)
    page.evaluate("() => hailong.try_now()")
    expect(page.locator("[data-refused]")).to_contain_text(f"Phiếu {code} đã bị hủy lúc")
    assert states(page) == {uuid: "aside"}
    assert verdicts(rows) == []


def void(database: str, code: str) -> None:
    """Make a response void, as the other body's confirmation would."""
    engine = create_engine(database, **engine_options(database))
    with engine.begin() as connection:
        connection.execute(text("UPDATE response SET state = 'void' WHERE form_code = :code"), {"code": code})
    engine.dispose()


WRONG_REPLIES = [
    (500, "text/html", "<h1>500</h1>"),
    (200, "text/html", "<h1>Khách sạn: mời đăng nhập Wi-Fi</h1>"),
    (200, "application/json", '{"ok": true}'),
    (403, "application/json", '{"error": "portal"}'),
]


def test_s2_s4_s6_only_the_servers_own_receipt_empties_the_queue_and_a_cut_reply_stores_one_verdict(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, _),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran", workers=False), uuid)
    answers = iter(WRONG_REPLIES)
    cut: list[int] = []

    def answer(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
        elif wrong := next(answers, None):
            route.fulfill(status=wrong[0], content_type=wrong[1], body=wrong[2])
        else:
            cut.append(route.fetch().status)
            route.abort()

    page.route(PUT, answer)
    judge(page)
    send(page)
    for tries in range(1, len(WRONG_REPLIES) + 2):
        until(page, f"async () => !hailong.sending() && (await hailong.get('{uuid}')).tries === {tries}")
        assert states(page) == {uuid: "waiting"}
        page.evaluate("() => { hailong.try_now(); }") if tries <= len(WRONG_REPLIES) else None
    assert cut == [201]
    page.unroute(PUT)
    page.evaluate("() => { hailong.try_now(); }")
    expect(page.locator("main")).to_contain_text(SHOWN)
    assert verdicts(rows) == [("confirmed", "mattran", 1)]


def test_a_stuck_re_check_is_exported_sealed_handed_in_by_the_own_head_and_deleted_alone(
    open_as: OpenAs, rows: Rows, demo_database: str, tmp_path: Path
) -> None:
    ((uuid, code),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran", workers=False), uuid)
    page.route(PUT, lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    judge(page, "failed", "Bà ấy chưa gặp ai.")
    send(page)
    until(page, f"async () => !hailong.sending() && (await hailong.get('{uuid}')).state === 'waiting'")
    page.goto("/device")
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất tệp").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == f"phieu-{code}.hailong"
    assert re.findall(f"{code}|no_interview|chưa gặp", file.read_text()) == []
    for username, told in (
        ("dieuphoi", "Tệp này là phúc tra của mattran"),
        ("cuuchienbinh-truong", "Tệp này là phúc tra của mattran"),
        ("mattran-truong", f"Đã nhận phúc tra phiếu {code}"),
    ):
        hands = open_as(username)
        hands.goto("/device-records")
        hands.set_input_files("#file", file)
        hands.get_by_role("button", name=re.compile("^Nhận")).click()
        expect(hands.locator("main .notice")).to_contain_text(told)
    assert verdicts(rows) == [("failed", "mattran", 1)]
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xóa").click()
    expect(page.locator("[data-records] .card")).to_have_count(0)


def test_s17_where_storage_is_refused_she_is_warned_and_the_verdict_goes_straight_to_the_server(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, _),) = lay(demo_database, "mattran")
    page = open_as("mattran")
    page.add_init_script(
        "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.goto(f"/rechecks/{uuid}")
    expect(page.locator("#device-line")).to_contain_text("Máy này không cho lưu phiếu khi mất mạng.")
    judge(page)
    send(page)
    expect(page.locator("main > .notice").first).to_contain_text("Đã lưu kết luận “Đạt”.")
    assert verdicts(rows) == [("confirmed", "mattran", 1)]


def test_s12_s16_a_clock_ten_years_wrong_is_kept_as_a_claim_and_the_worker_leaves_the_bytes_alone(
    open_as: OpenAs, rows: Rows, demo_database: str
) -> None:
    ((uuid, _),) = lay(demo_database, "mattran")
    page = open_as("mattran")
    page.clock.install(time="2016-01-01T00:00:00Z")
    sent: list[bytes | None] = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.post_data_buffer)
            if PUT.search(request.url) and request.method == "PUT"
            else None
        ),
    )
    opened(page, uuid)
    judge(page)
    send(page)
    page.clock.run_for(5000)
    expect(page.locator("main")).to_contain_text(SHOWN)
    ((claimed, given),) = rows("SELECT claimed_at, given_at FROM recheck_verdict")
    assert (str(claimed)[:10], str(given) > "2026") == ("2016-01-01", True)
    assert [b'"took_place":"yes"' in (body or b"") for body in sent] == [True]


def test_no_page_with_somebodys_data_is_kept_on_the_device(open_as: OpenAs, demo_database: str) -> None:
    ((uuid, code),) = lay(demo_database, "mattran")
    page = opened(open_as("mattran"), uuid)
    until(page, CACHED)
    kept_pages = page.evaluate(
        """async () => {
          const cache = await caches.open("hailong-shell");
          const read = async ({ url }) => [new URL(url).pathname, await (await cache.match(url)).text()];
          return Promise.all((await cache.keys()).map(read));
        }"""
    )
    paths = sorted(path for path, _ in kept_pages if not path.startswith("/static/"))
    assert paths == ["/device", "/device/rechecks"]
    name = page.evaluate("hailong.state.me.name")
    assert [path for path, body in kept_pages if name in body or code in body or uuid in body] == []


def test_an_enumerators_phone_loads_no_script_of_supervisors(open_as: OpenAs) -> None:
    page = open_as("dtv01")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/device", f"/campaigns/{demonstration.CODE}/responses/new"):
        page.goto(path)
        page.wait_for_function(READY)
    assert [url for url in asked if "recheck" in url] == []
