"""Draws: computed again by a stranger's code, as probable as promised, and every changed record found out."""

import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc

from scoring import draws
from scoring.draw_record import read, verify
from scoring.draws import Header, Member
from scoring.errors import ScoringError
from tests.replayed_draw import replay, told

from .program import GOLDEN, done, refused, run

# Published by the program for a campaign of two units, with a replacement; read here as any stranger would.
PUBLISHED = (GOLDEN / "draw_record.json").read_bytes()
CRITERIA = [("access", ["access_1", "access_2", "access_3"]), ("official", ["official_1", "official_2"])]
SEEDS = 2000
LEVEL = 0.001


def uuid(number: int) -> str:
    """Return the id of a made-up response."""
    return str(UUID(int=number))


def frame_of(**sizes: int) -> list[Member]:
    """Return a frame with a stratum of each size, named "enumerator_unit"."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    return [Member(uuid(number), 1, *name.split("_")) for number, name in enumerate(names)]


def rules(**facts: Any) -> dict[str, Any]:
    """Return rules as a record holds them."""
    text = draws.rules_text(criteria=CRITERIA, **({"overlap": Decimal("0.1")} | facts))
    return dict(json.loads(text))


RULES = rules(share=Decimal("0.2"))


def test_a_stranger_computes_the_published_draw_again() -> None:
    assert replay(PUBLISHED) == told(PUBLISHED)
    assert verify(json.loads(PUBLISHED)) is None


@pytest.mark.parametrize(
    ("share", "size", "taken"),
    [
        ("0.2", 1, 1),
        ("0.2", 7, 1),
        ("0.2", 8, 2),
        ("0.25", 10, 3),
        ("0.5", 3, 2),
        ("1", 9, 9),
        ("0.001", 999, 1),
    ],
)
def test_a_share_is_rounded_half_up_and_never_none(share: str, size: int, taken: int) -> None:
    assert draws.taken_of(Fraction(share), size) == taken


def test_each_response_is_chosen_as_often_as_its_stored_probability_says() -> None:
    frame = frame_of(e1_a=10, e1_b=3, e2_a=6)
    hits: Counter[str] = Counter()
    criteria: Counter[str] = Counter()
    front = 0
    for number in range(SEEDS):
        for place in draws.draw(draws.RANDOM, RULES, draws.digest(f"seed {number}"), frame):
            if place.chosen:
                hits[place.member.response] += 1
                criteria[place.criteria[0]] += 1
                front += "front" in place.bodies
    statistic, free = 0.0, 0
    for (enumerator, unit), taken, size in ((("e1", "a"), 2, 10), (("e1", "b"), 1, 3), (("e2", "a"), 1, 6)):
        expected, variance = SEEDS * taken / size, SEEDS * taken / size * (1 - taken / size)
        counts = [hits[each.response] for each in frame if (each.enumerator, each.unit) == (enumerator, unit)]
        assert len(counts) == size
        assert all(abs(count - expected) < 4 * variance**0.5 for count in counts)
        # Counts of a sample of fixed size are correlated by -1/(N - 1): so scaled, they are chi-square with N - 1.
        statistic += sum((count - expected) ** 2 for count in counts) * (size - 1) / (size * variance)
        free += size - 1
    assert chdtrc(free, statistic) > LEVEL
    assert sum(criteria.values()) == SEEDS * 4
    thirds = [count - SEEDS * 4 / 3 for count in criteria.values()]
    assert chdtrc(2, sum(each**2 for each in thirds) / (SEEDS * 4 / 3)) > LEVEL
    # Four chosen: one for both, three alternating; a body checks two or three of them.
    assert abs(front / SEEDS - 2.5) < 4 * 0.5 / SEEDS**0.5


def test_a_directed_draw_hits_every_response_of_its_list_alike_and_independently_of_a_random_one() -> None:
    frame = frame_of(e1_a=8, e2_b=4)
    one = rules(take=3)
    hits: Counter[str] = Counter()
    either: Counter[str] = Counter()
    for number in range(SEEDS):
        directed, random = draws.digest(f"directed {number}"), draws.digest(f"random {number}")
        first = {each.member.response for each in draws.draw("directed", one, directed, frame) if each.chosen}
        other = {each.member.response for each in draws.draw("random", RULES, random, frame) if each.chosen}
        hits.update(first)
        either.update(first | other)
    assert sum(hits.values()) == 3 * SEEDS
    for member in frame:
        chance = 1 - (1 - 3 / 12) * (1 - 2 / 8 if member.unit == "a" else 1 - 1 / 4)
        for count, probability in ((hits, 3 / 12), (either, chance)):
            spread = (SEEDS * probability * (1 - probability)) ** 0.5
            assert abs(count[member.response] - SEEDS * probability) < 4 * spread


@given(
    st.integers(0, 10**9), st.integers(1, 40), st.integers(1, 40), st.sampled_from(["0", "0.1", "0.5", "1"])
)
def test_each_body_checks_half_of_all_and_half_of_everybodys_work(
    number: int, first: int, second: int, overlap: str
) -> None:
    seed = draws.digest(str(number))
    chosen = frame_of(e1_a=first, e2_b=second)
    found = draws.split(Fraction(overlap), seed, chosen)
    both = [each for each, bodies in found.items() if bodies == draws.BODIES]
    assert len(found) == len(chosen)
    assert len(both) == (max(1, draws.half_up(Fraction(overlap) * len(chosen))) if overlap != "0" else 0)
    for whose in ("e1", "e2"):
        mine = [bodies for each, bodies in found.items() if each.enumerator == whose and len(bodies) == 1]
        assert abs(mine.count(("front",)) - mine.count(("veterans",))) <= 1
    alone = [bodies for bodies in found.values() if len(bodies) == 1]
    assert abs(alone.count(("front",)) - alone.count(("veterans",))) <= 1


def test_the_order_of_the_frames_rows_changes_nothing_and_any_fact_of_it_everything() -> None:
    frame, header = frame_of(e1_a=5, e2_b=5), Header("c26", 1, "random", draws.canonical(RULES))
    whole = draws.frame_text(header, frame)
    assert draws.frame_text(header, frame[::-1]) == whole
    assert draws.draw("random", RULES, "5eed", frame[::-1]) == draws.draw("random", RULES, "5eed", frame)
    others = [
        draws.frame_text(Header("c27", 1, "random", header.rules), frame),
        draws.frame_text(Header("c26", 2, "random", header.rules), frame),
        draws.frame_text(Header("c26", 1, "random", draws.canonical(rules(share=Decimal("0.3")))), frame),
        draws.frame_text(header, [*frame[:-1], Member(frame[-1].response, 2, "e2", "b")]),
    ]
    assert len({draws.digest(text) for text in (whole, *others)}) == 5


def test_each_part_decides_the_seed_and_so_does_which_party_brought_it() -> None:
    parts = {party: f"part of {party}" for party in draws.PARTIES}
    swapped = parts | {"front": parts["veterans"], "veterans": parts["front"]}
    changed = [parts | {party: "another part of it"} for party in draws.PARTIES]
    assert len({draws.seed_of("f" * 64, each) for each in (parts, swapped, *changed)}) == 5


def _first_chosen(record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = record["chosen"][0]
    return found


CHANGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda record: record["frame"].pop(), "Khác ở frame_digest"),
    (lambda record: record["frame"][0].update(unit="Z"), "Khác ở frame_digest"),
    (lambda record: record["rules"].update(share="0.3"), "Khác ở frame_digest"),
    (lambda record: record.update(number=2), "Khác ở frame_digest"),
    (lambda record: record["parties"]["front"].update(part="x" * 20), "Khác ở parties.front.commitment"),
    (lambda record: record.update(seed="0" * 64), "Khác ở seed"),
    (lambda record: record["chosen"].pop(0), "Khác ở chosen: thiếu phiếu"),
    (lambda record: _first_chosen(record).update(place=9), ", place: hồ sơ ghi 9"),
    (lambda record: _first_chosen(record).update(taken=9), ", taken: hồ sơ ghi 9"),
    (lambda record: _first_chosen(record).update(out_of=9), ", out_of: hồ sơ ghi 9"),
    (lambda record: _first_chosen(record).update(bodies=[]), ", bodies: hồ sơ ghi "),
    (lambda record: _first_chosen(record).update(criteria=["access_1"]), ", criteria: hồ sơ ghi access_1"),
    (lambda record: record["replacements"][0].update(body="both"), "Khác ở replacements"),
    (lambda record: record["replacements"].clear(), "Khác ở passed_over"),
    (lambda record: record["passed_over"].clear(), "Khác ở passed_over"),
    (lambda record: record.update(format="hailong-draw/2"), "Hồ sơ không ở dạng"),
    (lambda record: record.pop("seed"), "Mục “seed” thiếu"),
    (lambda record: record.update(frame=[]), "Mục “frame” thiếu"),
    (lambda record: record["frame"].append(record["frame"][0]), "Mục “frame” thiếu"),
    (lambda record: record.update(kind="chosen"), "Mục “kind” thiếu"),
    (lambda record: record.update(number=True), "Mục “number” thiếu"),
    (lambda record: record["rules"].update(share="2"), "Khác ở frame_digest"),
    (lambda record: record["rules"].update(x=float("nan")), "Mục “rules” thiếu"),
    (lambda record: record.update(campaign="\ud800"), "Mục “rules” thiếu"),
    (lambda record: record.update(passed_over=[["a"]]), "Mục “passed_over” thiếu"),
    (lambda record: record.update(parties=[]), "Mục “parties” thiếu"),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_whatever_is_changed_in_a_record_is_named(
    change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    record = json.loads(PUBLISHED)
    change(record)
    assert sentence in str(verify(record))


def test_a_response_added_to_the_chosen_is_named() -> None:
    record = json.loads(PUBLISHED)
    names = {each["response"] for each in record["chosen"]}
    other = next(each["response"] for each in record["frame"] if each["response"] not in names)
    record["chosen"].append(deepcopy(record["chosen"][0]) | {"response": other})
    assert verify(record) == f"Khác ở chosen: hồ sơ có phiếu {other}, tính lại thì phiếu này không được rút."


@pytest.mark.parametrize("share", ["2", "0", "-1", "1.5", "1e-1", "０.2", ""])
def test_rules_that_no_draw_can_have_are_named_even_with_a_digest_that_fits(share: str) -> None:
    record = json.loads(PUBLISHED)
    record["rules"]["share"] = share
    header = Header(record["campaign"], record["number"], "random", draws.canonical(record["rules"]))
    record["frame_digest"] = draws.digest(
        draws.frame_text(header, [Member(**each) for each in record["frame"]])
    )
    parts = {party: each["part"] for party, each in record["parties"].items()}
    record["seed"] = draws.seed_of(record["frame_digest"], parts)
    assert verify(record) == "Mục “rules.share” thiếu hoặc sai dạng. Hãy tải lại hồ sơ rút thăm."


@pytest.mark.parametrize("record", [None, [], 1, "x", {}, {"format": 1}])
def test_what_is_no_record_is_refused(record: object) -> None:
    assert verify(record) is not None


def test_the_program_says_pass_or_the_first_difference(tmp_path: Path) -> None:
    assert done(run("draw", str(GOLDEN / "draw_record.json"))) == b"PASS\n"
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(PUBLISHED.replace(b'"seed":"', b'"seed":"f'))
    told = refused(run("draw", str(wrong))).strip()
    assert (told.startswith("Khác ở seed: hồ sơ ghi f"), told.endswith("Hồ sơ: wrong.json.")) == (True, True)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, None])
def test_a_file_that_is_no_json_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScoringError, match=r"^broken.json: (không đọc được như JSON|không tìm thấy tệp)"):
        read(path)
