"""A real server on a copy of the demonstration, and a real Chromium in front of it."""

import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import create_engine, text
from werkzeug.serving import make_server

from survey_app import create_app
from survey_app.domain import demonstration
from survey_app.extensions import db, engine_options
from tests.conftest import opened
from tests.web import duplicates, sample_list

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(demo_database: str) -> Iterator[str]:
    """The address of a server on a copy of the demonstration, its tokens checked as in earnest."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": demo_database, "SECRET_KEY": "only for tests"})
    with app.app_context():
        sample_list.load(sample_list.ROWS)
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=Context().run, args=(server.serve_forever,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


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


@pytest.fixture
def two_forms_of_one_code(demo_database: str, address: str) -> None:
    """A row that moved while its first enumerator was away: both have sent their form of it."""
    with opened(demo_database):
        duplicates.make()


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds wrong on a page: rule and the first three places.

    The thousands of places that are right are not listed: that takes half the time.
    """
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(chromium: Browser, address: str) -> Iterator[OpenAs]:
    """Gives a page in which a person is logged in, in a browser window of the size asked for.

    Where a test answers requests in the server's place (`page.route`) service workers are blocked: what passes
    through one now and then escapes it.
    """
    contexts: list[BrowserContext] = []

    def opened(username: str | None, width: int = 1280, *, script: bool = True, workers: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            base_url=address,
            service_workers="allow" if workers else "block",
        )
        contexts.append(context)
        page = context.new_page()
        if username:
            page.goto("/login")
            page.fill("#username", username)
            page.fill("#password", demonstration.PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url(f"{address}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out PostgreSQL where only the browser matters; one journey walks on both databases."""
    left_out = [
        item
        for item in items
        if "tests/browser/" in item.nodeid
        and "[postgresql" in item.nodeid
        and not item.get_closest_marker("both_databases")
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
