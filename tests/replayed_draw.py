"""A draw computed again from its published record, as an outsider would: from DRAWS.md, with nothing of ours imported."""

import hashlib
import json
from typing import Any


def sha(*words: str) -> str:
    """Return the SHA-256 of words parted by tabs."""
    return hashlib.sha256("\t".join(words).encode("utf-8")).hexdigest()


def nearest(numerator: int, denominator: int) -> int:
    """Return a fraction rounded to the nearest whole number, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def parts_of_one(text: str) -> tuple[int, int]:
    """Return "0.25" as (25, 100)."""
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), 10 ** len(decimals)


def replay(published: bytes) -> dict[str, Any]:
    """Return what a published record must say: digest of the frame, commitments, seed and who was chosen."""
    record = json.loads(published)
    rules = record["rules"]
    lines = [
        "hailong-draw/1",
        f"{record['campaign']}\t{record['number']}\t{record['kind']}",
        json.dumps(rules, sort_keys=True, separators=(",", ":")),
    ]
    for each in sorted(record["frame"], key=lambda each: each["response"]):
        lines.append(f"{each['response']}\t{each['version']}\t{each['enumerator']}\t{each['unit']}")
    frame_digest = sha("\n".join(lines) + "\n")
    parts = {name: told["part"] for name, told in record["parties"].items()}
    seed = sha(
        f"hailong-draw/1 seed\n{frame_digest}\nfront\t{parts['front']}\n"
        f"veterans\t{parts['veterans']}\nhome_affairs\t{parts['home_affairs']}\n"
    )

    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in record["frame"]:
        group = (each["enumerator"], each["unit"]) if record["kind"] == "random" else ("", "")
        groups.setdefault(group, []).append(each)
    chosen: dict[str, dict[str, Any]] = {}
    for group in groups.values():
        if record["kind"] == "random":
            above, below = parts_of_one(rules["share"])
            taken = max(1, nearest(above * len(group), below))
        else:
            taken = min(rules["take"], len(group))
        group.sort(key=lambda each: sha("order", seed, each["response"]))
        for place, each in enumerate(group[:taken], 1):
            chosen[each["response"]] = {
                "response": each["response"],
                "place": place,
                "taken": taken,
                "out_of": len(group),
                "criteria": [
                    codes[int(sha("criterion", seed, each["response"], factor), 16) % len(codes)]
                    for factor, codes in rules["criteria"]
                ],
            }

    above, below = parts_of_one(rules["overlap"])
    both = max(1, nearest(above * len(chosen), below)) if above else 0
    by_overlap = sorted(chosen, key=lambda name: sha("overlap", seed, name))
    for name in by_overlap[:both]:
        chosen[name]["bodies"] = ["front", "veterans"]
    enumerator = {each["response"]: each["enumerator"] for each in record["frame"]}
    alone = sorted(
        by_overlap[both:],
        key=lambda name: sha("enumerator", seed, enumerator[name]) + sha("body", seed, name),
    )
    turn = int(sha("first", seed), 16) % 2
    for name in alone:
        chosen[name]["bodies"] = [("front", "veterans")[turn]]
        turn = 1 - turn
    return {
        "frame_digest": frame_digest,
        "commitments": {name: sha(part) for name, part in parts.items()},
        "seed": seed,
        "chosen": [chosen[name] for name in sorted(chosen)],
    }


def told(published: bytes) -> dict[str, Any]:
    """Return what a published record says of the same."""
    record = json.loads(published)
    return {
        "frame_digest": record["frame_digest"],
        "commitments": {name: each["commitment"] for name, each in record["parties"].items()},
        "seed": record["seed"],
        "chosen": record["chosen"],
    }
