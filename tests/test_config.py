"""Settings: each has a default that works; a value that is not what it should be is refused by name."""

import stat
import threading
from pathlib import Path

import pytest

import config


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without any of our settings."""
    for name in config.SETTINGS:
        monkeypatch.delenv(f"HAILONG_{name}", raising=False)


def test_without_any_setting_there_is_a_database_and_a_secret_of_this_machine(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    settings = config.load(instance)
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{instance}/hailong.sqlite"
    assert settings["SESSION_IDLE_SECONDS"] == 15 * 60
    assert settings["MAX_CONTENT_LENGTH"] == 16 * 1024 * 1024
    assert (settings["SESSION_COOKIE_SECURE"], settings["PREFERRED_URL_SCHEME"]) == (False, "http")
    assert len(settings["SECRET_KEY"]) == 64
    assert config.load(instance) == settings


def test_the_secret_is_readable_by_its_owner_only_and_each_machine_has_its_own(tmp_path: Path) -> None:
    first, second = (config.load(tmp_path / name)["SECRET_KEY"] for name in ("first", "second"))
    assert first != second
    assert [path.name for path in (tmp_path / "first").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "first" / "secret_key").stat().st_mode) == 0o600


def test_workers_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    read: list[str] = []
    together = threading.Barrier(16)

    def start() -> None:
        together.wait()
        read.append(config.load(tmp_path)["SECRET_KEY"])

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(read), len(set(read)), len(read[0])) == (16, 1, 64)


@pytest.mark.parametrize(
    ("name", "value", "setting", "read"),
    [
        ("SECRET_KEY", "of the house", "SECRET_KEY", "of the house"),
        ("SESSION_IDLE_MINUTES", "30", "SESSION_IDLE_SECONDS", 1800),
        ("HTTPS", "yes", "SESSION_COOKIE_SECURE", True),
        ("HTTPS", "yes", "PREFERRED_URL_SCHEME", "https"),
        ("PROXIES", "1", "PROXIES", 1),
        ("MAX_UPLOAD_MB", "2", "MAX_CONTENT_LENGTH", 2_097_152),
        ("DATABASE_URL", "postgresql://h/x", "SQLALCHEMY_DATABASE_URI", "postgresql+psycopg://h/x"),
        ("DATABASE_URL", "postgresql+psycopg://h/x", "SQLALCHEMY_DATABASE_URI", "postgresql+psycopg://h/x"),
        ("DATABASE_URL", "sqlite:////srv/x.sqlite", "SQLALCHEMY_DATABASE_URI", "sqlite:////srv/x.sqlite"),
    ],
)
def test_a_setting_is_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, setting: str, read: object
) -> None:
    monkeypatch.setenv(f"HAILONG_{name}", value)
    assert config.load(tmp_path)[setting] == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("SESSION_IDLE_MINUTES", "PROXIES", "MAX_UPLOAD_MB") for value in ("-1", "1.5", "٣", "")),
        *(("HTTPS", value) for value in ("true", "Yes", "1", "")),
        *(("DATABASE_URL", value) for value in ("nonsense", "mysql://h/x", "postgresql:", "sqlite://")),
    ],
)  # fmt: skip
def test_a_value_that_is_not_what_it_should_be_is_refused_by_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"HAILONG_{name}", value)
    with pytest.raises(SystemExit, match=f"^HAILONG_{name}: "):
        config.load(tmp_path)


def test_cookies_are_kept_from_scripts_and_from_other_sites(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    assert (settings["SESSION_COOKIE_HTTPONLY"], settings["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")
