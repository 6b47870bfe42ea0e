"""Tags: a body's own words on responses, for nobody else; taken off, they stay in the history."""

import logging
from collections.abc import Collection, Sequence

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import joinedload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, flags
from survey_app.extensions import db
from survey_app.language import clean_line, sort_key
from survey_app.models import Campaign, Response, ResponseTag, User
from survey_app.models.columns import now
from survey_app.vocabulary import BODY_ROLES

log = logging.getLogger(__name__)
LONGEST = 40
MOST = 20  # on one response, of one body
MOST_SUGGESTED = 200


def visible_to(user: User) -> Select[ResponseTag]:
    """Return the present tags a person may see: those of the own body, and nobody else's."""
    present = select(ResponseTag).where(ResponseTag.removed_at.is_(None))
    return present.where(ResponseTag.body == user.body if user.role in BODY_ROLES else false())


def one_visible_to(user: User, number: int) -> ResponseTag:
    """Return a present tag a person may see; one of the other body is as absent as one that is not."""
    found = db.session.scalar(visible_to(user).where(ResponseTag.id == min(number, 2**31 - 1)))
    if found is None:
        log.warning("tag %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return found


def response_of(tag: ResponseTag) -> Response:
    """Return the response that a tag stands on."""
    return db.session.get_one(Response, tag.response_id)


def on(user: User, found: Sequence[Response]) -> dict[int, list[ResponseTag]]:
    """Return the tags on some responses that a person may see, by response, the oldest first; one query."""
    by_response: dict[int, list[ResponseTag]] = {}
    if user.role not in BODY_ROLES or not found:
        return by_response
    asked = visible_to(user).where(ResponseTag.response_id.in_([response.id for response in found]))
    for tag in db.session.scalars(asked.options(joinedload(ResponseTag.added_by)).order_by(ResponseTag.id)):
        by_response.setdefault(tag.response_id, []).append(tag)
    return by_response


def suggested(user: User) -> list[str]:
    """Return the words a person's body has used before, the most used ones, in Vietnamese order."""
    if user.role not in BODY_ROLES:
        return []
    used = select(ResponseTag.tag).where(ResponseTag.body == user.body).group_by(ResponseTag.tag)
    most = used.order_by(func.count().desc(), ResponseTag.tag).limit(MOST_SUGGESTED)
    return sorted(db.session.scalars(most), key=sort_key)


def present_in(user: User, campaign: Campaign) -> list[str]:
    """Return the words that a person's body has on responses of a campaign now, in Vietnamese order."""
    found = (
        visible_to(user)
        .join(Response, Response.id == ResponseTag.response_id)
        .where(Response.campaign_id == campaign.id)
        .with_only_columns(ResponseTag.tag)
        .distinct()
    )
    return sorted(db.session.scalars(found), key=sort_key)


def tagged(user: User, word: str) -> Select[int]:
    """Return the identities of responses that bear a word of a person's body."""
    return visible_to(user).where(ResponseTag.tag == word).with_only_columns(ResponseTag.response_id)


def add(actor: User, response: Response, typed: str) -> None:
    """Put a word to a response; one that it bears already stays as it is.

    Refuses an empty word, one of more than 40 characters, and more words than a response can bear.
    """
    word = read(typed)
    response = flags.locked([response.id])[0]
    bears = words_on(actor, [response.id])
    check(response, word, bears.get(response.id, set()))
    put(actor, [response], word, bears)


def read(typed: str) -> str:
    """Return a word as it is kept; refuses an empty one and one of more than 40 characters."""
    word = clean_line(typed)
    if not 1 <= len(word) <= LONGEST:
        raise problems.InvalidFields({"tag": problems.field("tag_length", most=LONGEST)})
    return word


def check(response: Response, word: str, bears: Collection[str]) -> None:
    """Refuse one word more than a response can bear."""
    if word not in bears and len(bears) >= MOST:
        raise recheck_problems.TagsTooMany(form_code=response.form_code, most=MOST)


def words_on(actor: User, keys: Collection[int]) -> dict[int, set[str]]:
    """Return the words of a person's body on some responses, by response; one query."""
    bears: dict[int, set[str]] = {}
    asked = visible_to(actor).where(ResponseTag.response_id.in_(keys))
    for key, word in db.session.execute(asked.with_only_columns(ResponseTag.response_id, ResponseTag.tag)):
        bears.setdefault(key, set()).add(word)
    return bears


def put(actor: User, found: Sequence[Response], word: str, bears: dict[int, set[str]]) -> int:
    """Put a word to those of some locked, checked responses that do not bear it, each with its line; return how many."""
    fresh = [response for response in found if word not in bears.get(response.id, set())]
    if not fresh:
        return 0
    moment = now()
    db.session.add_all(
        ResponseTag(response_id=response.id, body=actor.body, tag=word, added_by_id=actor.id, added_at=moment)
        for response in fresh
    )
    db.session.flush()
    audit.record_all(
        actor,
        AuditVerb.TAG_ADDED,
        [audit.Change(response.uuid, {"tag": None}, {"tag": word, "body": actor.body}) for response in fresh],
        campaign_id=fresh[0].campaign_id,
        at=moment,
    )
    return len(fresh)


def remove(actor: User, tag: ResponseTag) -> None:
    """Take a word of the own body off a response; its row stays. One taken off meanwhile is left as it is."""
    response = flags.locked([tag.response_id])[0]
    db.session.refresh(tag)
    if tag.removed_at is not None:
        return
    tag.removed_at, tag.removed_by_id = now(), actor.id
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.TAG_REMOVED,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"tag": tag.tag},
        after={"tag": None, "body": tag.body},
    )
