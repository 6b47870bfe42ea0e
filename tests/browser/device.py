"""What browser tests and the bench do on an enumerator's device: open, fill in, send, queue, look."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from survey_app.domain import demonstration

FORM = f"/campaigns/{demonstration.CODE}/responses/new"
READY = "() => self.hailong?.state.me"
# Both pages that stand in for others are kept; "keep_shell" puts them into the cache one by one.
CACHED = f"""async () => {{
  const cache = await caches.open("hailong-shell");
  const kept = await Promise.all(["/device", "/device/forms/{demonstration.CODE}"].map((path) => cache.match(path)));
  return kept.every(Boolean) && Boolean(navigator.serviceWorker.controller);
}}"""
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
