"""The JSON a device sends: one object, its keys known, each of the kind that stands beside it."""

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from survey_app import problems

LARGEST = 256 * 1024


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("một khóa có hai lần")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} không phải số")


def read(kinds: Mapping[str, type]) -> dict[str, Any]:
    """Read the sent object; refuses what is not JSON, too large, of an unknown key or a wrong kind."""
    if (request.content_length or 0) > LARGEST:
        raise problems.ContentTooLarge(limit="256 KB")
    try:
        text = request.get_data(cache=False).decode("utf-8")
        body = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as wrong:
        raise problems.MalformedContent(detail=str(wrong)[:120]) from wrong
    if not isinstance(body, dict):
        raise problems.MalformedContent(detail="cần một đối tượng JSON")
    unknown = sorted(set(body) - set(kinds))
    if unknown:
        raise problems.InvalidFields({name[:40]: problems.field("unknown_key") for name in unknown})
    _check_kinds(body, kinds)
    return body


def _check_kinds(body: dict[str, Any], kinds: Mapping[str, type]) -> None:
    wrong = {
        name: problems.field("wrong_kind")
        for name, value in body.items()
        if type(value) is not kinds[name]  # true is no number
    }
    if wrong:
        raise problems.InvalidFields(wrong)
