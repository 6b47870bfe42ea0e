"""A published record of a draw: read as a file of strangers, computed again, and the first difference named."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from scoring import draws
from scoring.draws import Header, Member, Place
from scoring.errors import ScoringError, refusal

LONGEST_PART, SHORTEST_PART = 200, 16
_SHARE = re.compile(r"0(\.[0-9]{1,9})?|1(\.0{1,9})?")
_HEX = re.compile(r"[0-9a-f]{64}")
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Replacement:
    """A member chosen later for one body, in the place of another that could not be reached."""

    response: str
    replaces: str
    body: str


def read(path: str | Path) -> Any:
    """Return what a file of JSON holds; refuses one that cannot be read."""
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refusal("file_missing", where=path.name) from None
    except OSError as error:
        raise refusal("file_unreadable", where=path.name, reason=error.strerror) from None
    except (ValueError, RecursionError):
        raise refusal("draw_json", where=path.name) from None


def verify(record: object) -> str | None:
    """Compute a published record again; return None where all of it holds, else a sentence of the first difference.

    Looks at the shape, then the frame's digest, each party's part, the seed, who was chosen with which probability, for
    which bodies and with which criteria, and last the replacements.
    """
    try:
        _check(record)
    except ScoringError as difference:
        return difference.sentence
    except (ValueError, RecursionError):  # text or numbers that no record of ours can hold
        return refusal("draw_shape", name="rules").sentence
    return None


def _check(record: object) -> None:
    if _of(record, "format", str) != draws.FORMAT:
        raise refusal("draw_format", known=draws.FORMAT)
    header, frame, seed = _header(record), _frame(record), _of(record, "seed", str)
    found = draws.digest(draws.frame_text(header, frame))
    _same("frame_digest", _of(record, "frame_digest", str), found)
    _same("seed", seed, draws.seed_of(found, _parts(record)))
    rules = _of(record, "rules", dict)
    _rules(header.kind, rules)
    places = draws.draw(header.kind, rules, seed, frame)
    _chosen(record, places)
    _replacements(record, header.kind, places)


def _of(source: object, name: str, kind: type[Kind]) -> Kind:
    value = source.get(name) if isinstance(source, dict) else None
    if type(value) is not kind:
        raise refusal("draw_shape", name=name)
    return value


def _same(what: str, told: object, found: object) -> None:
    if told != found:
        raise refusal("draw_differs", what=what, told=_shown(told), found=_shown(found))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)[:80]


def _header(record: object) -> Header:
    kind = _of(record, "kind", str)
    if kind not in (draws.RANDOM, draws.DIRECTED):
        raise refusal("draw_shape", name="kind")
    rules = draws.canonical(_of(record, "rules", dict))
    return Header(_of(record, "campaign", str), _of(record, "number", int), kind, rules)


def _frame(record: object) -> list[Member]:
    frame = [
        Member(
            _of(each, "response", str),
            _of(each, "version", int),
            _of(each, "enumerator", str),
            _of(each, "unit", str),
        )
        for each in _of(record, "frame", list)
    ]
    if not frame or len({member.response for member in frame}) < len(frame):
        raise refusal("draw_shape", name="frame")
    return frame


def _parts(record: object) -> dict[str, str]:
    parties, found = _of(record, "parties", dict), {}
    for party in draws.PARTIES:
        told = _of(parties, party, dict)
        part, commitment = _of(told, "part", str), _of(told, "commitment", str)
        if not SHORTEST_PART <= len(part) <= LONGEST_PART or not _HEX.fullmatch(commitment):
            raise refusal("draw_shape", name=f"parties.{party}")
        _same(f"parties.{party}.commitment", commitment, draws.digest(part))
        found[party] = part
    return found


def _rules(kind: str, rules: Mapping[str, Any]) -> None:
    shares = ["overlap"] if kind == draws.DIRECTED else ["share", "overlap"]
    for name in shares:
        told = _of(rules, name, str)
        if not _SHARE.fullmatch(told) or (name == "share" and not Fraction(told)):
            raise refusal("draw_shape", name=f"rules.{name}")
    if kind == draws.DIRECTED and _of(rules, "take", int) < 1:
        raise refusal("draw_shape", name="rules.take")
    for pair in _of(rules, "criteria", list):
        if not (
            isinstance(pair, list)
            and len(pair) == 2
            and isinstance(pair[0], str)
            and isinstance(pair[1], list)
            and pair[1]
            and all(isinstance(code, str) for code in pair[1])
        ):
            raise refusal("draw_shape", name="rules.criteria")


def _chosen(record: object, places: list[Place]) -> None:
    told = {_of(each, "response", str): each for each in _of(record, "chosen", list)}
    found = {place.member.response: place for place in places if place.chosen}
    for response in sorted(told.keys() | found.keys()):
        if response not in told:
            raise refusal("draw_not_told", response=response, place=found[response].place)
        if response not in found:
            raise refusal("draw_not_chosen", response=response)
        place = found[response]
        for name, value in as_told(place).items():
            _same(f"chosen {response}, {name}", _of(told[response], name, type(value)), value)


def as_told(place: Place) -> dict[str, Any]:
    """Return a chosen member's entry in a record."""
    return {
        "response": place.member.response,
        "place": place.place,
        "taken": place.taken,
        "out_of": place.out_of,
        "bodies": list(place.bodies),
        "criteria": list(place.criteria),
    }


def _replacements(record: object, kind: str, places: list[Place]) -> None:
    """Check that each replacement is of the stratum of what it replaces, and that none of it was left out unsaid."""
    known = {place.member.response: place for place in places}
    used = {(name, body) for name, place in known.items() if place.chosen for body in place.bodies}
    reached: dict[tuple[str, ...], int] = {}
    replaced: set[tuple[str, str]] = set()
    taken: set[str] = {place.member.response for place in places if place.chosen}
    for told in _of(record, "replacements", list):
        each = Replacement(*(_of(told, name, str) for name in ("response", "replaces", "body")))
        new, old = known.get(each.response), known.get(each.replaces)
        if (
            new is None
            or old is None
            or each.response in taken
            or (each.replaces, each.body) not in used - replaced
            or draws.stratum_of(kind, new.member) != draws.stratum_of(kind, old.member)
        ):
            raise refusal("draw_replacement", response=each.response, replaces=each.replaces)
        replaced.add((each.replaces, each.body))
        used.add((each.response, each.body))
        taken.add(each.response)
        stratum = draws.stratum_of(kind, new.member)
        reached[stratum] = max(reached.get(stratum, 0), new.place)
    passed = _of(record, "passed_over", list)
    if not all(isinstance(each, str) and each in known for each in passed):
        raise refusal("draw_shape", name="passed_over")
    for place in places:
        name, last = place.member.response, reached.get(draws.stratum_of(kind, place.member), 0)
        if (place.place <= last and name not in taken) != (name in passed):
            raise refusal("draw_passed_over", response=name, place=place.place)
