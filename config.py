"""Settings: each has a default that works, and an environment variable HAILONG_<NAME>.

Read by the assembler only; README.md lists every setting.
"""

import os
import secrets
from pathlib import Path
from typing import Any

SETTINGS: dict[str, str] = {
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    "SESSION_IDLE_MINUTES": "15",
    "HTTPS": "no",
    "PROXIES": "0",
    "MAX_UPLOAD_MB": "16",
}


def load(instance: Path) -> dict[str, Any]:
    """Return the Flask settings from the environment; refuses a value that is not what it should be."""
    read = {name: os.environ.get(f"HAILONG_{name}", default) for name, default in SETTINGS.items()}
    url = read["DATABASE_URL"] or f"sqlite:///{instance / 'hailong.sqlite'}"
    https = _yes_or_no("HTTPS", read["HTTPS"])
    return {
        "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://", 1),
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
    }


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise SystemExit(f"HAILONG_{name}: “{value}” không phải số nguyên không âm.")
    return int(value)


def _yes_or_no(name: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise SystemExit(f"HAILONG_{name}: “{value}” không hợp lệ; hãy ghi yes hoặc no.")
    return value == "yes"


def _kept_secret(file: Path) -> str:
    """Return this machine's secret, made on first use and readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as fresh:
            fresh.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text()
