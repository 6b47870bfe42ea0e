"""The headers of every reply: nothing from another host, no frames, personal pages never cached."""

from flask import Flask, Response, g, request

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


def _add(reply: Response) -> Response:
    for name, value in HEADERS.items():
        reply.headers.setdefault(name, value)
    if request.endpoint == "static":
        reply.headers["Cache-Control"] = "public, max-age=3600"
    elif g.get("visitor"):
        reply.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        reply.headers["Strict-Transport-Security"] = "max-age=31536000"
    return reply


def register(app: Flask) -> None:
    """Add the headers to every reply of the application."""
    app.after_request(_add)
