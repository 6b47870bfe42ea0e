"""What anybody may ask: the watcher learns whether the house is awake, and nothing else."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from survey_app.domain import integrity
from tests.conftest import make_app
from tests.web.pages import statements


def test_the_watcher_is_told_that_the_house_is_awake_for_one_statement(demo: Flask) -> None:
    client = demo.test_client()
    reply = client.get("/healthz")
    assert (reply.status_code, reply.json) == (200, {"status": "ok"})
    assert statements(lambda: client.get("/healthz")) == ["SELECT 1"]


def test_a_database_that_is_away_is_told_in_json_whatever_was_asked_for(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'nowhere' / 'house.sqlite'}")
    for accepted in ("*/*", "text/html", "application/json"):
        reply = app.test_client().get("/healthz", headers={"Accept": accepted})
        assert (reply.status_code, reply.json) == (503, {"status": "database"})


def test_no_error_of_the_database_says_more_than_that(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise SQLAlchemyError("postgresql://hailong:secret@10.0.0.1/hailong")

    monkeypatch.setattr(integrity, "ping", fail)
    reply = demo.test_client().get("/healthz")
    assert (reply.status_code, reply.json) == (503, {"status": "database"})


def test_a_page_is_shown_even_when_the_database_is_away(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'nowhere' / 'house.sqlite'}")
    page = app.test_client().post("/login", data={"username": "noivu", "password": "minh-hoa-2022"})
    assert page.status_code == 503
    assert page.text.count("<h1>") == 1
    assert "Cơ sở dữ liệu chưa dùng được" in page.text
    assert "Traceback" not in page.text
