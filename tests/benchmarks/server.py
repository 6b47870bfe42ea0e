"""A real server for measuring: the demonstration on a database of its own, enumerators logged in."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import flask_migrate
from sqlalchemy import select

from survey_app import create_app
from survey_app.domain import assignments, campaigns, demonstration, people
from survey_app.extensions import db
from survey_app.models import User
from survey_app.vocabulary import Role

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "only for measuring"


@dataclass(frozen=True)
class Enumerator:
    """A logged-in enumerator: the unit she may enter, her cookie, her token."""

    username: str
    unit: str
    cookie: str
    token: str


def prepare(url: str, people_wanted: int) -> list[tuple[str, str]]:
    """Load the demonstration into a database; return so many (user name, assigned unit)."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        flask_migrate.upgrade()
        demonstration.load(people.command_line())
        campaign = campaigns.by_code(demonstration.CODE)
        wanted = select(User).where(User.role == Role.ENUMERATOR).order_by(User.username).limit(people_wanted)
        found = []
        for user in db.session.scalars(wanted):
            people.reset_password(user, user, PASSWORD)
            found.append((user.username, assignments.units_to_ask(user, campaign)[0][0]))
        db.session.commit()
        db.engine.dispose()
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(url: str, log: Path) -> Iterator[int]:
    """Run the server of `make run` on a database, give its port, and stop it at the end."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "instance/gunicorn.example.py"]
    command += ["--bind", f"127.0.0.1:{port}", "survey_app:create_app()"]
    environment = {**os.environ, "HAILONG_DATABASE_URL": url, "HAILONG_SECRET_KEY": "only for measuring"}
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def log_in(port: int, username: str, unit: str) -> Enumerator:
    """Log an enumerator in by the form and take the page's token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/login")
    reply = connection.getresponse()
    cookie = _cookie(reply)
    form = {"username": username, "password": PASSWORD, "csrf_token": _token(reply.read().decode())}
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", urlencode(form), headers)
    reply = connection.getresponse()
    reply.read()
    if reply.status != 303:
        raise RuntimeError(f"log-in of {username} was refused: {reply.status}")
    cookie = _cookie(reply)
    connection.request("GET", f"/campaigns/{demonstration.CODE}/responses/new", headers={"Cookie": cookie})
    reply = connection.getresponse()
    return Enumerator(username, unit, cookie, _token(reply.read().decode()))


def _cookie(reply: http.client.HTTPResponse) -> str:
    return (reply.getheader("Set-Cookie") or "").partition(";")[0]


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the page carries no token")
    return found.group(1)
