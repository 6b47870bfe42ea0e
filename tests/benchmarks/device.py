"""An enumerator's device, measured: `python -m tests.benchmarks.device` prints each figure beside its promise.

A real Chromium in front of the server of `make run`: an answer on disk, the next field, 200 queued forms, a browser
killed with unsent forms twenty times, and the form over a village's network.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import create_engine, text

from survey_app.domain import demonstration
from survey_app.extensions import engine_options
from tests.benchmarks.server import PASSWORD, prepare, served
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.device import CACHED, FORM, QUEUE, READY, until

KILLS, FORMS_A_KILL, QUEUED = 20, 5, 200
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}


@contextmanager
def browser(
    playwright: Playwright, folder: Path
) -> Iterator[tuple[BrowserContext, "subprocess.Popen[bytes]"]]:
    """Run Chromium on a profile that outlives it; it is killed at the end, as a phone's battery would."""
    (folder / "DevToolsActivePort").unlink(missing_ok=True)
    command = [
        CHROMIUM,
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        *ARGUMENTS,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        port = folder / "DevToolsActivePort"
        for _ in range(300):
            if port.exists() and port.read_text().count("\n"):
                break
            time.sleep(0.1)
        connected = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port.read_text().split()[0]}")
        yield connected.contexts[0], process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def log_in(context: BrowserContext, address: str, username: str) -> Page:
    """Log in by the form; leave what is asked before leaving unanswered."""
    page = context.new_page()
    page.goto(f"{address}/login")
    if page.url.endswith("/login"):
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{address}/")
    return page


def form(page: Page, address: str) -> Page:
    """Open the form and wait for the device."""
    page.goto(address + FORM)
    page.wait_for_function(READY)
    return page


def stored(url: str, beginning: str) -> tuple[int, int]:
    """Return how many rows, and how many form codes, are stored of those with a beginning."""
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        count = "SELECT count(*), count(DISTINCT form_code) FROM response WHERE form_code LIKE :code"
        rows, codes = connection.execute(text(count), {"code": f"{beginning}%"}).one()
    engine.dispose()
    return int(rows), int(codes)


def answers_on_disk(page: Page) -> str:
    """Answer every criterion and time, from the tap, how long it takes until it is on disk."""
    times: list[float] = page.evaluate(
        """async () => {
          const form = document.querySelector("form[data-entry]"), took = [];
          for (const block of document.querySelectorAll("fieldset[data-level]")) {
            const began = performance.now(), before = form.dataset.saved;
            block.querySelector("input").click();
            while (form.dataset.saved === before) await new Promise((done) => setTimeout(done));
            took.push(performance.now() - began);
          }
          return took;
        }"""
    )
    return f"{statistics.median(times):.0f} ms, at most {max(times):.0f} ms (≤ 100 ms)"


def next_field(page: Page) -> str:
    """Press a digit in every criterion and time how long the page takes until the next one has the focus."""
    times: list[float] = page.evaluate(
        """() => {
          const took = [];
          for (const block of document.querySelectorAll("fieldset[data-level]")) {
            const input = block.querySelector("input");
            input.focus();
            const began = performance.now();
            input.dispatchEvent(new KeyboardEvent("keydown", { key: "4", code: "Digit4", bubbles: true, cancelable: true }));
            took.push(performance.now() - began);
          }
          return took;
        }"""
    )
    return f"{statistics.median(times):.1f} ms, at most {max(times):.1f} ms (≤ 50 ms)"


def queued(page: Page, url: str) -> str:
    """Queue 200 forms without a network and time their arrival after it is back."""
    page.context.set_offline(True)
    page.evaluate(QUEUE, [1, QUEUED, {}])
    began = time.perf_counter()
    page.context.set_offline(False)
    until(page, "async () => (await hailong.counts()).waiting === 0", 300)
    took = time.perf_counter() - began
    rows, codes = stored(url, "QUEUE-")
    return f"{took:.1f} s (≤ 5 s); {rows} rows, {codes} form codes of {QUEUED}"


def killed(playwright: Playwright, folder: Path, address: str, username: str, url: str) -> str:
    """Kill the browser with unsent forms again and again; at the end all arrive, each once."""
    kept = 0
    for number in range(KILLS):
        with browser(playwright, folder) as (context, _):
            page = context.new_page()
            context.set_offline(True)
            form(page, address)
            kept = len(page.evaluate("() => hailong.list()"))
            if kept != number * FORMS_A_KILL:
                return f"after {number} kills {kept} of {number * FORMS_A_KILL} forms were left"
            page.evaluate(QUEUE, [10_000 + number * FORMS_A_KILL, FORMS_A_KILL, {}])
    with browser(playwright, folder) as (context, _):
        page = form(log_in(context, address, username), address)
        page.evaluate("() => hailong.try_now()")
        until(page, "async () => (await hailong.counts()).waiting === 0", 300)
    rows, codes = stored(url, "QUEUE-1____")
    return f"{KILLS} kills, {KILLS * FORMS_A_KILL} forms: {rows} rows, {codes} form codes stored"


def slow_network(context: BrowserContext, address: str, username: str) -> Iterator[str]:
    """Log in and open the form at 50 kbit/s with 800 ms of delay: for the first time, then again."""
    page = context.new_page()
    session: Any = context.new_cdp_session(page)
    received: list[int] = []
    session.on("Network.loadingFinished", lambda told: received.append(int(told["encodedDataLength"])))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    page.set_default_timeout(120_000)
    for what in ("log-in page", "form", "form again"):
        received.clear()
        began = time.perf_counter()
        if what == "log-in page":
            page.goto(f"{address}/login")
        else:
            form(page, address)
        yield f"{what}: {time.perf_counter() - began:.1f} s, {sum(received) / 1024:.1f} KB"
        if what == "log-in page":
            page.fill("#username", username)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url(f"{address}/", wait_until="commit")


def main() -> int:
    """Measure everything once."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        url = f"sqlite:///{folder / 'device.sqlite'}"
        username, _ = prepare(url, 1)[0]
        with served(url, folder / "server.log") as port:
            address = f"http://127.0.0.1:{port}"
            with browser(playwright, folder / "fresh") as (context, _):
                for line in slow_network(context, address, username):
                    print(f"form at 50 kbit/s, 800 ms delay, {line}")
            with browser(playwright, folder / "profile") as (context, _):
                page = form(log_in(context, address, username), address)
                until(page, CACHED)
                print("an answer on disk:", answers_on_disk(page))
                print("the next field:", next_field(page))
                page.evaluate(
                    "async () => { for (const { id } of await hailong.list()) await hailong.remove(id); }"
                )
                print(f"{QUEUED} queued forms after the network is back:", queued(page, url))
                page.evaluate(
                    "async () => { for (const { id } of await hailong.list()) await hailong.remove(id); }"
                )
            print("browser killed:", killed(playwright, folder / "profile", address, username, url))
    print(f"on {demonstration.CODE}, {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
