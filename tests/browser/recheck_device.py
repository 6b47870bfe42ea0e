"""What browser tests do on a supervisor's device: lay re-checks, open one, fill it in, send it, look."""

from typing import Any

from playwright.sync_api import Page
from sqlalchemy import select

from survey_app import create_app
from survey_app.domain import campaigns, demonstration, people
from survey_app.extensions import db
from survey_app.models import Response
from survey_app.vocabulary import Body
from tests.browser.device import LIST, READY
from tests.domain.drawn import draw_of, rechecks_of

CACHED = """async () => {
  const cache = await caches.open("hailong-shell");
  const kept = await Promise.all(["/device", "/device/rechecks"].map((path) => cache.match(path)));
  const tasks = (await hailong.list()).some(({ kind }) => kind === "tasks");
  return tasks && kept.every(Boolean) && Boolean(navigator.serviceWorker.controller);
}"""


def lay(database: str, *supervisors: str, both: bool = False) -> list[tuple[str, str]]:
    """Give each person named one re-check, each of another response; return their ids and form codes."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": database, "SECRET_KEY": "only for tests"})
    with app.app_context():
        campaign = campaigns.by_code(demonstration.CODE)
        found = db.session.scalars(select(Response).order_by(Response.id).limit(len(supervisors))).all()
        draw, made = draw_of(campaign), []
        for username, response in zip(supervisors, found, strict=True):
            person = people.by_username(username)
            (recheck,) = rechecks_of(draw, response, Body(person.body or ""), supervisor=person)
            made.append((recheck.uuid, str(response.form_code)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return made


def opened(page: Page, uuid: str) -> Page:
    """Open a re-check and wait until its form is ready."""
    page.goto(f"/rechecks/{uuid}")
    page.wait_for_function(READY)
    page.locator("form[data-recheck][data-ready]").wait_for()
    return page


def judge(page: Page, verdict: str = "confirmed", note: str = "") -> None:
    """Answer (a) to (d) and choose a verdict."""
    page.evaluate(
        """([verdict, note]) => {
          const form = document.querySelector("form[data-recheck]");
          const tap = (name, value) => [...form.elements[name]].find((each) => each.value === value).click();
          tap("took_place", verdict === "failed" ? "no" : "yes");
          for (const name of ["used_service", "read_fairly"]) tap(name, "yes");
          for (const block of form.querySelectorAll("[data-level]")) block.querySelector("[value='4']").click();
          tap("verdict", verdict);
          form.elements.note.value = note;
          form.elements.note.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        [verdict, note],
    )


def send(page: Page) -> None:
    """Tap the button that stores the verdict."""
    page.evaluate("document.querySelector('form[data-recheck] .sticky-bar [type=submit]').click()")


def kept(page: Page) -> dict[str, Any]:
    """Return the re-checks on the device by their id."""
    return {each["id"]: each for each in page.evaluate(LIST) if each["kind"] == "recheck"}


def states(page: Page) -> dict[str, str]:
    """Return the state of every re-check on the device by its id."""
    return {uuid: each["state"] for uuid, each in kept(page).items()}
