"""One action on several responses of a list: exactly the rows that were shown, their number confirmed, all or none."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import joinedload

from survey_app import problems, recheck_problems
from survey_app.domain import acceptance, flags, paging, rechecks, responses, tags
from survey_app.extensions import db
from survey_app.models import Campaign, Response, Unit, User
from survey_app.vocabulary import FlagKind

log = logging.getLogger(__name__)


class Action(StrEnum):
    """What can be done with several responses at once, as with one."""

    ACCEPT = "accept"
    DOUBT = "doubt"
    QUESTION = "question"
    TAG = "tag"


@dataclass(frozen=True)
class Row:
    """A response as the list showed it: its id and its version then."""

    uuid: str
    version: int


def action_of(typed: str) -> Action:
    """Return the action typed; refuses any other."""
    if typed not in list(Action):
        raise problems.InvalidFields({"action": problems.field("action_unknown")})
    return Action(typed)


def chosen(actor: User, campaign: Campaign, rows: Sequence[Row]) -> list[Response]:
    """Return the responses of the rows that were shown, in the same order.

    Refuses none, more than a page has, one that stands there twice, and, as not found, all of them where a single id is
    no response of the campaign that the person may see.
    """
    if not rows:
        raise recheck_problems.NoneChosen()
    if len(rows) > paging.SIZE:
        raise recheck_problems.TooManyChosen(most=paging.SIZE)
    keys = [_plain(row.uuid) for row in rows]
    found = {
        response.uuid: response
        for response in db.session.scalars(
            responses.visible_to(actor)
            .where(Response.campaign_id == campaign.id, Response.uuid.in_(keys))
            .options(joinedload(Response.unit).lazyload(Unit.group), joinedload(Response.enumerator))
        )
    }
    strange = len(set(keys) - set(found))
    if strange or len(set(keys)) < len(keys):
        log.warning(
            "%d of %d responses sent for review by %s are not for them to see, or twice",
            strange,
            len(keys),
            actor.username,
        )
        raise problems.NotFound()
    return [found[key] for key in keys]


def _plain(typed: str) -> str:
    """Return an id as it is kept; what is none is kept by nobody."""
    try:
        return str(UUID(typed))
    except ValueError:
        return ""


def refusals(
    actor: User, action: Action, found: Sequence[Response], rows: Sequence[Row], *, word: str = ""
) -> dict[str, str]:
    """Return the sentence of every response with which an action cannot be done, by its id: the rules of the single form."""
    versions = {_plain(row.uuid): row.version for row in rows}
    keys = [response.id for response in found]
    hidden, asked = (
        acceptance.held_up(actor, keys)
        if action == Action.ACCEPT
        else (rechecks.hidden_among(actor, keys), set())
    )
    bears = tags.words_on(actor, keys) if action == Action.TAG else {}
    refused: dict[str, str] = {}
    for response in found:
        version = versions[response.uuid]
        try:
            if action == Action.ACCEPT:
                acceptance.check(actor, response, version, hidden, asked)
            elif action == Action.TAG:
                flags.check_version(response, version)
                tags.check(response, word, bears.get(response.id, set()))
            else:
                flags.check(actor, response, version, _any_words(action), hidden)
        except (problems.CampaignNotOpen, recheck_problems.RecheckNotNow):
            raise
        except problems.Problem as refusal:
            refused[response.uuid] = str(refusal)
    return refused


def _any_words(action: Action) -> flags.Words:
    return flags.words("other", "x", FlagKind(action.value))


def review(
    actor: User,
    campaign: Campaign,
    action: Action,
    rows: Sequence[Row],
    confirmed: int,
    *,
    reason: str = "",
    note: str = "",
    tag: str = "",
) -> int:
    """Do one action with exactly the rows shown, each with its own line, and return with how many.

    Refuses, all of it, what `chosen` refuses, a number that was not confirmed, words that the single form refuses, and
    by name every response that changed since it was shown or that the single form refuses.
    """
    shown = chosen(actor, campaign, rows)
    if confirmed != len(shown):
        raise recheck_problems.NumberDiffers(confirmed=confirmed, count=len(shown))
    word = tags.read(tag) if action == Action.TAG else ""
    said = None
    if action in (Action.DOUBT, Action.QUESTION):
        said = flags.words(reason, note, FlagKind(action.value))
    found = flags.locked([response.id for response in shown])
    if refused := refusals(actor, action, found, rows, word=word):
        raise recheck_problems.ReviewRefused(refused)
    if action == Action.ACCEPT:
        acceptance.put(actor, found)
    elif said is not None:
        flags.put(actor, found, said)
    else:
        tags.put(actor, found, word, tags.words_on(actor, [response.id for response in found]))
    return len(found)
