"""The published record of a draw: all that it takes to compute it again; codes and digests, no name, no answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scoring import draws as rule
from survey_app import recheck_problems
from survey_app.domain import draw_making, draws
from survey_app.extensions import db
from survey_app.labels import STATE_LABELS
from survey_app.models import Draw, DrawMember, DrawPart, Recheck, Response, Unit
from survey_app.vocabulary import Body, DrawState, Party, RecheckState

Stratum = tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """A stored member with what a record says of it."""

    stored: DrawMember
    member: rule.Member
    stratum: Stratum

    @property
    def bodies(self) -> list[str]:
        flags = {Body.FRONT: self.stored.for_front, Body.VETERANS: self.stored.for_veterans}
        return [body.value for body, flag in flags.items() if flag]


def of_draw(draw: Draw) -> bytes:
    """Return the record of a draw as canonical JSON; refuses one that has not been drawn.

    It says what is stored, so that computing it again proves the database as well. Replacements stand in it once no
    body has the replaced response still to judge: else one would learn what the other found.
    """
    if draw.state != DrawState.DRAWN:
        raise recheck_problems.DrawNotDrawn(
            number=draw.number, state=STATE_LABELS["draw"][draw.state].lower()
        )
    rows = _rows(draw)
    parts = draws.parts_of(draw)
    replaced = Counter(row.stratum for row in rows.values() if row.stored.replaces_id is not None)
    listed = _replacements(rows, _still_to_judge(draw))
    asked = _asked_again(draw)
    facts = {
        "format": rule.FORMAT,
        "campaign": draw.campaign.code,
        "number": draw.number,
        "kind": draw.kind,
        "rules": draw_making.rules_of(draw),
        "opened_at": _moment(draw.opened_at),
        "drawn_at": _moment(draw.ended_at),
        "frame": [asdict(row.member) for row in rows.values()],
        "frame_digest": draw.frame_digest,
        "parties": {party.value: _part(parts[party]) for party in Party},
        "seed": draw.seed,
        "chosen": [
            _chosen(row, replaced[row.stratum], asked.get(key) or _by_rule(draw, row))
            for key, row in rows.items()
            if row.stored.chosen and row.stored.replaces_id is None
        ],
        "not_made": _not_made(draw),
        "replacements": [
            {
                "response": row.member.response,
                "replaces": rows[row.stored.replaces_id or 0].member.response,
                "body": row.bodies[0],
            }
            for row in listed
        ],
        "held_back": sum(replaced.values()) - len(listed),
        "passed_over": _passed_over(rows, listed),
    }
    return rule.canonical(facts).encode() + b"\n"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _rows(draw: Draw) -> dict[int, _Row]:
    """Return the members of a draw by the identity of their response, in the order of their ids."""
    found = (
        select(DrawMember, Response.uuid, Unit.code)
        .join(DrawMember.response)
        .join(DrawMember.unit)
        .where(DrawMember.draw_id == draw.id)
    )
    rows = []
    for stored, uuid, unit in db.session.execute(found):
        member = rule.Member(uuid, stored.response_version, str(stored.enumerator_id), unit)
        rows.append(_Row(stored, member, rule.stratum_of(draw.kind, member)))
    return {row.stored.response_id: row for row in sorted(rows, key=lambda row: row.member)}


def _part(part: DrawPart) -> dict[str, str | None]:
    return {
        "commitment": part.commitment,
        "committed_at": _moment(part.committed_at),
        "part": part.part,
        "revealed_at": _moment(part.revealed_at),
    }


def _asked_again(draw: Draw) -> dict[int, str]:
    """Return the criteria that the re-checks of a draw ask again, by the identity of the response."""
    found = select(Recheck.response_id, Recheck.criteria).where(Recheck.draw_id == draw.id)
    return dict(iter(db.session.execute(found)))


def _by_rule(draw: Draw, row: _Row) -> str:
    """Return what the rule asks again of a response whose re-check another draw had made."""
    criteria = draw_making.rules_of(draw)["criteria"]
    return ",".join(rule.asked_again(criteria, draw.seed or "", row.member.response))


def _chosen(row: _Row, replaced: int, asked: str) -> dict[str, Any]:
    """Return what the draw itself chose: the probability as it was before replacements."""
    return {
        "response": row.member.response,
        "place": row.stored.place,
        "taken": (row.stored.taken or 0) - replaced,
        "out_of": row.stored.out_of,
        "bodies": row.bodies,
        "criteria": asked.split(","),
    }


def _not_made(draw: Draw) -> list[dict[str, str]]:
    """Return the chosen responses of which a body got no work: voided before the draw, or its work by another draw."""
    flag = {Body.FRONT: DrawMember.for_front, Body.VETERANS: DrawMember.for_veterans}
    found = []
    for body, chosen in flag.items():
        wanted = (
            select(Recheck, Response.uuid)
            .join(Response, Response.id == Recheck.response_id)
            .join(DrawMember, DrawMember.response_id == Recheck.response_id)
            .where(
                DrawMember.draw_id == draw.id, DrawMember.replaces_id.is_(None), chosen, Recheck.body == body
            )
        )
        for recheck, uuid in db.session.execute(wanted):
            if recheck.draw_id != draw.id:
                found.append({"response": uuid, "body": body.value, "why": "other_draw"})
            elif recheck.state == RecheckState.DROPPED and recheck.ended_at == draw.ended_at:
                found.append({"response": uuid, "body": body.value, "why": "voided"})
    return sorted(found, key=lambda each: (each["response"], each["body"]))


def _still_to_judge(draw: Draw) -> set[int]:
    waiting = (
        select(Recheck.response_id)
        .join(DrawMember, DrawMember.response_id == Recheck.response_id)
        .where(DrawMember.draw_id == draw.id, Recheck.state == RecheckState.WAITING)
    )
    return set(db.session.scalars(waiting))


def _replacements(rows: Mapping[int, _Row], to_judge: set[int]) -> list[_Row]:
    """Return the replacements that may be told, each after what it replaces."""

    def depth(key: int) -> int:
        count, before = 0, rows[key].stored.replaces_id
        while before is not None:
            count, before = count + 1, rows[before].stored.replaces_id
        return count

    later = [key for key, row in rows.items() if row.stored.replaces_id is not None]
    told: list[_Row] = []
    held: set[int] = set()
    for key in sorted(later, key=lambda each: (depth(each), rows[each].stored.place or 0)):
        before = rows[key].stored.replaces_id
        if before in to_judge or before in held:
            held.add(key)
        else:
            told.append(rows[key])
    return told


def _passed_over(rows: Mapping[int, _Row], listed: Sequence[_Row]) -> list[str]:
    """Return the members before a replacement's place that were not chosen: they did not count then, or are held back."""
    reached: dict[Stratum, int] = {}
    for row in listed:
        reached[row.stratum] = max(reached.get(row.stratum, 0), row.stored.place or 0)
    names = {row.member.response for row in listed}
    return [
        row.member.response
        for row in rows.values()
        if (row.stored.place or 0) <= reached.get(row.stratum, 0)
        and not (row.stored.chosen and row.stored.replaces_id is None)
        and row.member.response not in names
    ]
