"""Settings: each has a default that works, and an environment variable HAILONG_<NAME>.

Read by the assembler only; README.md lists every setting.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

SETTINGS: dict[str, str] = {
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    "SESSION_IDLE_MINUTES": "15",
    "HTTPS": "no",
    "PROXIES": "0",
    "MAX_UPLOAD_MB": "16",
    "SELF_OPENS_A_MINUTE": "30",
    "SELF_SENDS_A_MINUTE": "10",
    "SELF_WRONG_AN_HOUR": "60",
    "RECEIPTS_AN_HOUR": "60",
}


def load(instance: Path) -> dict[str, Any]:
    """Return the Flask settings from the environment; refuses a value that is not what it should be."""
    read = {name: os.environ.get(f"HAILONG_{name}", default) for name, default in SETTINGS.items()}
    url = _database(read["DATABASE_URL"] or f"sqlite:///{instance / 'hailong.sqlite'}")
    https = _yes_or_no("HTTPS", read["HTTPS"])
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SECRET_KEY": read["SECRET_KEY"] or _kept_secret(instance / "secret_key"),
        "SESSION_IDLE_SECONDS": 60 * _whole("SESSION_IDLE_MINUTES", read["SESSION_IDLE_MINUTES"]),
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "hailong",
        "PREFERRED_URL_SCHEME": "https" if https else "http",
        "PROXIES": _whole("PROXIES", read["PROXIES"]),
        "MAX_CONTENT_LENGTH": _whole("MAX_UPLOAD_MB", read["MAX_UPLOAD_MB"]) * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        **{name: _whole(name, read[name]) for name in SETTINGS if name.startswith(("SELF_", "RECEIPTS_"))},
        "JOBS_FOLDER": instance / "jobs",
    }


def _database(url: str) -> str:
    scheme, colon, rest = url.partition("://")
    if not colon or not rest or scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise SystemExit("HAILONG_DATABASE_URL: hãy ghi sqlite:////đường/dẫn hoặc postgresql://máy/tên.")
    return f"postgresql+psycopg://{rest}" if scheme == "postgresql" else url


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise SystemExit(f"HAILONG_{name}: “{value}” không phải số nguyên không âm.")
    return int(value)


def _yes_or_no(name: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise SystemExit(f"HAILONG_{name}: “{value}” không hợp lệ; hãy ghi yes hoặc no.")
    return value == "yes"


def _kept_secret(file: Path) -> str:
    """Return this machine's secret, made on first use and readable by its owner only.

    Several workers start at once: the file appears whole, and whoever comes second reads it.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            target.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text()
