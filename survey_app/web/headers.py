"""The headers of every reply: nothing from another host, no frames, personal pages never cached."""

from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}

SMALL = 1024 * 1024


class Sessions(SecureCookieSessionInterface):
    """Keeps sessions in signed cookies; pages for everybody alike (`g.for_all`) neither set a cookie nor vary by one."""

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Save the session of a page that is somebody's."""
        if not g.get("for_all"):
            super().save_session(app, session, response)


def _whole(reply: Response) -> None:
    """Read a small file whole before it is compressed: who compresses a stream forgets to close its file."""
    if reply.direct_passthrough and (reply.content_length or 0) < SMALL:
        file: Any = reply.response
        reply.direct_passthrough = False
        reply.get_data()
        file.close()


def _add(reply: Response) -> Response:
    _whole(reply)
    for name, value in HEADERS.items():
        reply.headers.setdefault(name, value)
    if request.path.startswith(
        "/t/"
    ):  # a citizen's link is a key: it goes into no cache and to no other page
        reply.headers["Referrer-Policy"], reply.headers["Cache-Control"] = "no-referrer", "no-store"
    elif request.endpoint == "static" and reply.status_code in (200, 206, 304):
        reply.headers["Cache-Control"] = "public, max-age=3600"
    elif g.get("visitor") or request.endpoint == "static":
        reply.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        reply.headers["Strict-Transport-Security"] = "max-age=31536000"
    return reply


def register(app: Flask) -> None:
    """Add the headers to every reply of the application."""
    app.session_interface = Sessions()
    app.after_request(_add)
