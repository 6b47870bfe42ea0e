"""Which paper forms are keyed a second time, and by whom: drawn at random for each first keyer, to be replayed by anyone."""

import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select

from survey_app import collection_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, second_entry_report, second_entry_settings
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, Response, SecondEntry, User
from survey_app.models.columns import now
from survey_app.vocabulary import Role, SecondEntryState

RULE = "sha256(seed+uuid)"


def ordered(seed: str, names: Iterable[str]) -> list[str]:
    """Return names (of forms: their ids) in the order of a draw: by the SHA-256 of seed and name."""
    return sorted(names, key=lambda name: sha256(f"{seed}{name}".encode()).hexdigest())


@dataclass(frozen=True)
class Drawn:
    """What one draw took: how many forms of how many keyers, and of how many nobody could be found to key them."""

    forms: int
    keyers: int
    without_keyer: int


def draw(actor: User, campaign: Campaign) -> Drawn:
    """Draw the first or next sample of every keyer whose work is not decided, and give each form to somebody else.

    The order is that of SHA-256 over a fresh seed and the form's id; seed, round and rule stay with every form and in
    the trail. Refuses a campaign that is neither open nor closed, and a draw that would take no form.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state", "settings"], with_for_update={"key_share": True})
    second_entry_settings.check_worked_on(campaign)
    plans = {
        each.user.id: each for each in second_entry_report.of_campaign(campaign).keyers if each.may_be_drawn
    }
    if not plans:
        raise collection_problems.NothingToDraw()
    seed, moment = secrets.token_hex(16), now()
    frames = _frames(campaign, plans)
    chosen: dict[str, Response] = {}
    for keyer, frame in frames.items():
        chosen |= {uuid: frame[uuid] for uuid in ordered(seed, frame)[: plans[keyer].more]}
    given = _spread(seed, chosen, _second_keyers(campaign), _loads(campaign))
    entries = []
    for uuid, response in chosen.items():
        plan = plans[response.enumerator_id]
        how = {
            "rule": RULE,
            "seed": seed,
            "round": plan.rounds + 1,
            "of": len(frames[response.enumerator_id]),
        }
        entry = SecondEntry(
            campaign_id=campaign.id,
            response=response,
            keyer=given[uuid],
            draw=audit.canonical(how),
            drawn_at=moment,
        )
        entries.append(entry)
    db.session.add_all(entries)
    db.session.flush()
    names = {keyer: plan.user.username for keyer, plan in plans.items()}
    changes = [_change(each, names[each.response.enumerator_id]) for each in entries]
    audit.record_all(actor, AuditVerb.SECOND_ENTRY_DRAWN, changes, campaign_id=campaign.id, at=moment)
    return Drawn(len(entries), len(plans), sum(each.keyer is None for each in entries))


def _change(entry: SecondEntry, first_keyer: str) -> audit.Change:
    how = json.loads(entry.draw)
    return audit.Change(
        entry.id,
        after={
            "response": entry.response.uuid,
            "form_code": entry.response.form_code,
            "first_keyer": first_keyer,
            "keyer": entry.keyer.username if entry.keyer else None,
            "rule": how["rule"],
            "seed": how["seed"],
            "round": how["round"],
            "of": how["of"],
        },
    )


def _frames(campaign: Campaign, keyers: Iterable[int]) -> dict[int, dict[str, Response]]:
    """Return by keyer the forms from which is drawn, by their ids."""
    found = second_entry_report.undrawn(campaign).add_columns(Response)
    frames: dict[int, dict[str, Response]] = defaultdict(dict)
    for response in db.session.scalars(found.where(Response.enumerator_id.in_(list(keyers)))):
        frames[response.enumerator_id][response.uuid] = response
    return frames


def _second_keyers(campaign: Campaign) -> list[User]:
    """Return who may be given forms: the enumerators with an assignment in the campaign who are still here."""
    here = select(Assignment.enumerator_id).where(
        Assignment.campaign_id == campaign.id, Assignment.target > 0
    )
    found = select(User).where(User.role == Role.ENUMERATOR, User.disabled_at.is_(None), User.id.in_(here))
    return list(db.session.scalars(found.order_by(User.id)))


def _loads(campaign: Campaign) -> Counter[int]:
    waiting = (
        select(SecondEntry.keyer_id, func.count())
        .where(SecondEntry.campaign_id == campaign.id, SecondEntry.state == SecondEntryState.DRAWN)
        .group_by(SecondEntry.keyer_id)
    )
    return Counter({keyer: count for keyer, count in db.session.execute(waiting) if keyer is not None})


def _spread(
    seed: str, chosen: Mapping[str, Response], keyers: Sequence[User], loads: Counter[int]
) -> dict[str, User | None]:
    """Give each form, in the order of the draw, to whoever has the fewest to key and did not key it first."""
    places = {name: place for place, name in enumerate(ordered(seed, [each.username for each in keyers]))}
    given: dict[str, User | None] = {}
    for uuid in ordered(seed, chosen):
        others = [each for each in keyers if each.id != chosen[uuid].enumerator_id]
        keyer = min(others, key=lambda each: (loads[each.id], places[each.username]), default=None)
        given[uuid] = keyer
        if keyer is not None:
            loads[keyer.id] += 1
    return given
