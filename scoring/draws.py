"""Who is re-checked: a draw that three parties' secrets decide and that anybody can compute again.

Standard library only, no randomness of its own; DRAWS.md says the same rule in words for whoever programs it anew.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

FORMAT = "hailong-draw/1"
PARTIES = ("front", "veterans", "home_affairs")
BODIES = ("front", "veterans")
RANDOM, DIRECTED = "random", "directed"


@dataclass(frozen=True, order=True)
class Member:
    """One response of the frame, as it was when the frame was fixed; everything is a code, nothing a name."""

    response: str
    version: int
    enumerator: str
    unit: str

    @property
    def line(self) -> str:
        """Return the member's line of the frame's canonical text."""
        return f"{self.response}\t{self.version}\t{self.enumerator}\t{self.unit}\n"


@dataclass(frozen=True)
class Header:
    """Which draw it is, and its rules as canonical JSON: they are bound by the frame's digest."""

    campaign: str
    number: int
    kind: str
    rules: str


@dataclass(frozen=True)
class Place:
    """Where the seed put a member in its stratum (from 1), and what follows for it.

    It is chosen with probability `taken`/`out_of`: where its place is at most `taken`, for `bodies` and with the
    `criteria` asked again. Members that are not chosen have neither.
    """

    member: Member
    place: int
    taken: int
    out_of: int
    bodies: tuple[str, ...]
    criteria: tuple[str, ...]

    @property
    def chosen(self) -> bool:
        """Tell whether the seed drew this member."""
        return self.place <= self.taken


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes beyond what JSON needs."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def rules_text(
    *,
    overlap: Decimal,
    criteria: Sequence[tuple[str, Sequence[str]]],
    share: Decimal | None = None,
    take: int | None = None,
    **told: object,
) -> str:
    """Return the rules of a draw as canonical JSON.

    A random draw has `share` of each stratum (0–1), a directed one the number to `take` of the whole list; `overlap`
    (0–1) is judged by both bodies; `criteria` are the factors in their order, each with all its criteria. What else
    is told stands in the rules and decides nothing.
    """
    amount: dict[str, object] = {"take": take} if share is None else {"share": _plain(share)}
    asked = [[factor, list(codes)] for factor, codes in criteria]
    return canonical({**told, **amount, "overlap": _plain(overlap), "criteria": asked})


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def frame_text(header: Header, frame: Iterable[Member]) -> str:
    """Return the frame's canonical text: format, draw and rules, then a line a response in the order of their ids."""
    head = f"{FORMAT}\n{header.campaign}\t{header.number}\t{header.kind}\n{header.rules}\n"
    return head + "".join(member.line for member in sorted(frame))


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8 as 64 lower-case hex digits: of a frame, and of a part committed to."""
    return sha256(text.encode()).hexdigest()


def seed_of(frame_digest: str, parts: Mapping[str, str]) -> str:
    """Return the seed: the digest of the frame's digest and the three revealed parts, the parties in fixed order."""
    lines = "".join(f"{party}\t{parts[party]}\n" for party in PARTIES)
    return digest(f"{FORMAT} seed\n{frame_digest}\n{lines}")


def key(purpose: str, seed: str, *names: str) -> str:
    """Return what orders or chooses for one purpose: the digest of purpose, seed and names, parted by tabs."""
    return digest("\t".join((purpose, seed, *names)))


def taken_of(share: Fraction, out_of: int) -> int:
    """Return how many of a stratum are taken: its share rounded half up, at least one."""
    return max(1, half_up(share * out_of))


def half_up(number: Fraction) -> int:
    """Return a number from 0 rounded to the nearest whole, a half upwards."""
    return int((number + Fraction(1, 2)).__floor__())


def stratum_of(kind: str, member: Member) -> tuple[str, ...]:
    """Return a member's stratum: its enumerator and unit; in a directed draw the whole list is one."""
    return (member.enumerator, member.unit) if kind == RANDOM else ()


def strata(kind: str, seed: str, frame: Iterable[Member]) -> dict[tuple[str, ...], list[Member]]:
    """Return the strata, each with its members in the order of the seed."""
    found: dict[tuple[str, ...], list[Member]] = defaultdict(list)
    for member in sorted(frame, key=lambda each: key("order", seed, each.response)):
        found[stratum_of(kind, member)].append(member)
    return dict(found)


def draw(kind: str, rules: Mapping[str, Any], seed: str, frame: Sequence[Member]) -> list[Place]:
    """Return where the seed puts every member of the frame, in the order of their ids; `rules` as read from JSON."""
    placed: list[tuple[Member, int, int, int]] = []
    for members in strata(kind, seed, frame).values():
        count = len(members)
        taken = min(rules["take"], count) if kind == DIRECTED else taken_of(Fraction(rules["share"]), count)
        placed += [(member, place, taken, count) for place, member in enumerate(members, 1)]
    chosen = [member for member, place, taken, _ in placed if place <= taken]
    bodies = split(Fraction(rules["overlap"]), seed, chosen)
    return [
        Place(
            member,
            place,
            taken,
            out_of,
            bodies.get(member, ()),
            asked_again(rules["criteria"], seed, member.response) if member in bodies else (),
        )
        for member, place, taken, out_of in sorted(placed)
    ]


def split(overlap: Fraction, seed: str, chosen: Sequence[Member]) -> dict[Member, tuple[str, ...]]:
    """Return which bodies check each chosen member.

    Both check the planned share, at least one where it is not 0; the others alternate, an enumerator's one after the
    other, so that each body checks half of everybody's work and half of all.
    """
    both = max(1, half_up(overlap * len(chosen))) if overlap and chosen else 0
    ranked = sorted(chosen, key=lambda each: key("overlap", seed, each.response))
    found: dict[Member, tuple[str, ...]] = dict.fromkeys(ranked[:both], BODIES)
    first = int(key("first", seed), 16) % 2
    others = sorted(
        ranked[both:],
        key=lambda each: (key("enumerator", seed, each.enumerator), key("body", seed, each.response)),
    )
    found |= {member: (BODIES[(first + place) % 2],) for place, member in enumerate(others)}
    return found


def asked_again(criteria: Sequence[tuple[str, Sequence[str]]], seed: str, response: str) -> tuple[str, ...]:
    """Return the criteria asked again of one response, one a factor among all of it, whatever was answered."""
    return tuple(
        codes[int(key("criterion", seed, response, factor), 16) % len(codes)] for factor, codes in criteria
    )
