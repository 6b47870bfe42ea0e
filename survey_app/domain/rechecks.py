"""Re-checks: which a person may see, and which responses' answers stay hidden until the own verdict is stored."""

import logging

from sqlalchemy import Select, exists, false, select
from sqlalchemy.orm import aliased

from survey_app import problems
from survey_app.extensions import db
from survey_app.models import Recheck, Response, User
from survey_app.vocabulary import BODY_ROLES, RecheckState, Role

log = logging.getLogger(__name__)


def visible_to(user: User) -> Select[Recheck]:
    """Return the re-checks a person may see: supervisors and heads those of the own body, Home Affairs all."""
    found = select(Recheck)
    if user.role in BODY_ROLES:
        return found.where(Recheck.body == user.body)
    if user.role == Role.HOME_AFFAIRS:
        return found
    return found.where(false())


def one_visible_to(user: User, uuid: str) -> Recheck:
    """Return a re-check a person may see; one of the other body is as absent as one that is not."""
    found = db.session.scalar(visible_to(user).where(Recheck.uuid == uuid))
    if found is None:
        log.warning("re-check %s is not for %s to see", uuid, user.username)
        raise problems.NotFound()
    return found


def known_to(user: User) -> Select[Recheck]:
    """Return the judged re-checks whose verdict a person may know.

    Of the other body's those on responses that the own body has not still to judge: neither sees the other's
    work on an overlapping response before both have judged.
    """
    judged = select(Recheck).where(Recheck.state == RecheckState.JUDGED)
    if user.role in BODY_ROLES:
        own = aliased(Recheck)
        still_to_judge = exists().where(
            own.response_id == Recheck.response_id, own.body == user.body, own.state == RecheckState.WAITING
        )
        return judged.where(~still_to_judge)
    return judged if user.role == Role.HOME_AFFAIRS else judged.where(false())


def hidden_from(user: User) -> Select[int]:
    """Return the identities of responses whose answers a person may not see yet: the own body has to judge them."""
    waiting = select(Recheck.response_id).where(Recheck.state == RecheckState.WAITING)
    return waiting.where(Recheck.body == user.body if user.role in BODY_ROLES else false())


def is_hidden_from(user: User, response: Response) -> bool:
    """Tell whether a response's answers stay hidden from a person until the own body's verdict is stored."""
    found = hidden_from(user).where(Recheck.response_id == response.id)
    return db.session.scalar(found.limit(1)) is not None
