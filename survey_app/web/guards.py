"""Who is there, and may this role? Every route names a permission or says that it is public."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_login import UserMixin, current_user

from survey_app import problems
from survey_app.domain import people
from survey_app.extensions import begin_writing, db, login_manager, read_only
from survey_app.models import LoginSession, User
from survey_app.models.columns import now
from survey_app.vocabulary import Permission

View = TypeVar("View", bound=Callable[..., Any])
TOUCH_EVERY = timedelta(minutes=1)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Visitor(UserMixin):
    """A person with an open session; its id is the session's token, so that it can be revoked."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self.token = token

    def get_id(self) -> str:
        return self.token

    def may(self, permission: str) -> bool:
        """Tell whether this person may; templates ask with the permission's text."""
        return self.user.may(Permission(permission))


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that anybody may open."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def reads_first(view: View) -> View:
    """Mark a view whose verb opens the writing transaction itself, after it has read and checked."""
    view.reads_first = True  # type: ignore[attr-defined]
    return view


def visitor() -> Visitor | None:
    """Return who is there, asked once a request, or None."""
    if "visitor" not in g:
        g.visitor = current_user._get_current_object() if current_user.is_authenticated else None
    found: Visitor | None = g.visitor
    return found


def actor() -> User:
    """Return the person who is there; refuses nobody."""
    found = visitor()
    if found is None:
        raise problems.LoginRequired()
    return found.user


def check_person() -> None:
    """Refuse what a device sends for another person than the one who is logged in; it keeps it and asks."""
    named = request.headers.get("X-Person")
    if named is not None and named != str(actor().id):
        raise problems.LoginRequired()


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """Return a view's permission, None for a public one; a view without a mark is a mistake."""
    permission: Permission | None = view.permission  # type: ignore[attr-defined]
    return permission


def _visitor_of(token: str) -> Visitor | None:
    session = people.session_of(token)
    if session is None or not session.is_alive(now(), current_app.config["SESSION_IDLE_SECONDS"]):
        return None
    if now() - session.seen_at > TOUCH_EVERY:
        session = _touch(token) or session
    return Visitor(session.user, token)


def _touch(token: str) -> LoginSession | None:
    """Note that the session was used, in a short writing transaction of its own."""
    begin_writing()
    session = people.session_of(token)
    if session:
        session.seen_at = now()
    db.session.commit()
    read_only.set(True)
    return session


def _check() -> None:
    if "\x00" in request.path:
        abort(404)
    read_only.set(True)
    if request.endpoint is None or request.endpoint == "static":
        return
    view = current_app.view_functions[request.endpoint]
    permission = permission_of(view)
    if permission is not None and not actor().may(permission):
        raise problems.NotAllowed()
    if request.method not in SAFE_METHODS and not getattr(view, "reads_first", False):
        request.get_data(parse_form_data=True)  # whoever sends slowly does so before the lock is taken
        visitor()  # asked before the writing begins: that a session was used is a transaction of its own
        begin_writing()


def _forget(_error: BaseException | None) -> None:
    read_only.set(False)


def register(app: Flask) -> None:
    """Ask at the door of every request."""
    login_manager.user_loader(_visitor_of)
    login_manager.session_protection = None
    app.before_request(_check)
    app.teardown_request(_forget)
