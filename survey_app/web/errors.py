"""Refusals become pages, or JSON for a device; nobody else renders them."""

import logging
import time
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response

from scoring.errors import ScoringError
from survey_app import problems
from survey_app.domain import integrity
from survey_app.extensions import db, limiter
from survey_app.web.guards import SAFE_METHODS

log = logging.getLogger(__name__)
OURS = "errors/problem.html"
REFUSALS = {  # citizens see a page without our menus
    "self_completion": "self_completion/refused.html",
    "public_results": "public/refused.html",
}


def wants_json() -> bool:
    """Tell whether a device or program is asking, not a person's browser."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _reply(problem: problems.Problem) -> Any:
    if wants_json():
        body = {"code": problem.code, "sentence": str(problem), "fields": problem.fields}
        reply: Any = (body, problem.status)
    else:
        reply = (
            render_template(REFUSALS.get(request.blueprint or "", OURS), problem=problem),
            problem.status,
        )
    return (*reply, {"Retry-After": str(_wait(problem))}) if problem.status in (429, 503) else reply


def _wait(problem: problems.Problem) -> int:
    return problem.seconds if isinstance(problem, problems.TooManyRequests) else 2


def _too_many() -> problems.TooManyRequests:
    limit = limiter.current_limit
    return problems.TooManyRequests(int(limit.reset_at - time.time()) if limit else 60)


def on_problem(problem: problems.Problem) -> Any:
    """Undo what was begun, keep what the refusal must keep, and tell the person."""
    if problem.keeps_work:
        db.session.commit()
    else:
        db.session.rollback()
    if isinstance(problem, problems.LoginRequired) and not wants_json() and request.method in SAFE_METHODS:
        return redirect(url_for("auth.log_in", next=request.full_path.rstrip("?")))
    return _reply(problem)


def _limit() -> str:
    """Return the limit that was passed: that of a file, or that of the fields of a form."""
    most: int = current_app.config["MAX_CONTENT_LENGTH"]
    if (request.content_length or 0) > most:
        return f"{most // 1024**2} MB"
    return f"{(request.max_form_memory_size or most) // 1000} KB"


def _on_http(error: HTTPException) -> Any:
    db.session.rollback()
    if isinstance(error, CSRFError):
        return _reply(problems.FormExpired())
    if isinstance(error, RequestEntityTooLarge):
        return _reply(problems.ContentTooLarge(limit=_limit()))
    if isinstance(error, RateLimitExceeded):
        return _reply(_too_many())
    if error.code == 404:
        return _reply(problems.NotFound())
    if isinstance(error.response, Response):
        return error.response
    return _reply(problems.HttpProblem(error.code or 500))


def _on_database(error: OperationalError) -> Any:
    db.session.rollback()
    g.bare = True
    log.exception("database")
    return _reply(integrity.problem_of(error))


def _on_data(_error: DataError) -> Any:
    db.session.rollback()
    return _reply(problems.MalformedContent(detail="có ký tự hoặc số mà cơ sở dữ liệu không nhận"))


def _on_scoring(error: ScoringError) -> Any:
    return on_problem(problems.ScorerRefused(detail=str(error)))


def _on_anything(_error: Exception) -> Any:
    db.session.rollback()
    g.bare = True
    log.exception("unexpected")
    return _reply(problems.Unexpected())


def register(app: Flask) -> None:
    """Put every kind of refusal on the application."""
    app.register_error_handler(problems.Problem, on_problem)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(OperationalError, _on_database)
    app.register_error_handler(DataError, _on_data)
    app.register_error_handler(ScoringError, _on_scoring)
    app.register_error_handler(Exception, _on_anything)
