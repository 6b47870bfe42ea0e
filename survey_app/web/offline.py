"""A device's door: one response as JSON under the device's own id, received exactly once."""

import json
from typing import Any

from flask import Blueprint, request

from survey_app import problems
from survey_app.domain import campaigns, duplicate_codes, paradata, response_content, responses
from survey_app.domain.duplicate_codes import Kept
from survey_app.domain.response_saving import Receipt
from survey_app.extensions import db
from survey_app.vocabulary import Permission, ResponseState
from survey_app.web import guards

blueprint = Blueprint("offline", __name__)
KINDS: dict[str, type] = {
    "campaign": str,
    "unit": str,
    "form_code": str,
    "mode": str,
    "answers": dict,
    "details": dict,
    "accept_invalid": bool,
    "draft": bool,
    "version": int,
    "reason": str,
    "confirmed": list,
    "paradata": dict,
}
LARGEST = 256 * 1024


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("một khóa có hai lần")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} không phải số")


def _body() -> dict[str, Any]:
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
    unknown = sorted(set(body) - set(KINDS))
    if unknown:
        raise problems.InvalidFields({name[:40]: problems.field("unknown_key") for name in unknown})
    _check_kinds(body)
    return body


def _check_kinds(body: dict[str, Any]) -> None:
    wrong = {
        name: problems.field("wrong_kind")
        for name, value in body.items()
        if type(value) is not KINDS[name]  # true is no number
    }
    if wrong:
        raise problems.InvalidFields(wrong)


def _kept_aside(kept: Kept) -> dict[str, Any]:
    """Return what a device hears of a form that counts nowhere but is safe: never "received"."""
    return {
        "code": "duplicate_kept",
        "kept": kept.uuid,
        "digest": kept.digest,
        "state": kept.state,
        "sentence": kept.sentence,
        "fields": {"form_code": kept.why} if kept.why else {},
    }


@blueprint.put("/responses/<uuid>")
@guards.needs(Permission.RESPONSE_SUBMIT)
@guards.reads_first
def receive(uuid: str) -> Any:
    guards.check_person()
    body = _body()
    campaign = campaigns.one_visible_to(guards.actor(), body.get("campaign", ""))
    entry = response_content.Entry(
        unit=body.get("unit", ""),
        form_code=body.get("form_code", ""),
        mode=body.get("mode", ""),
        answers=body.get("answers", {}),
        details=body.get("details", {}),
        accept_invalid=body.get("accept_invalid", False),
    )
    version = body.get("version")
    making = paradata.read(body.get("paradata"), body.get("confirmed", ())) if body.get("paradata") else None
    receipt: Receipt | Kept
    if body.get("draft"):
        receipt = responses.save_draft(guards.actor(), campaign, uuid, entry, version=version, making=making)
    else:
        receipt = duplicate_codes.receive(
            guards.actor(),
            campaign,
            uuid,
            entry,
            version=version,
            reason=body.get("reason", ""),
            making=making,
        )
    db.session.commit()
    if isinstance(receipt, Kept):
        return _kept_aside(receipt), 409
    reply = {
        "received": receipt.uuid,
        "digest": receipt.digest,
        "version": receipt.version,
        "state": receipt.state,
    }
    if receipt.form_code:
        reply["form_code"] = receipt.form_code
    if receipt.state == ResponseState.VOID:
        reply["sentence"] = problems.field("received_but_void", form_code=entry.form_code)
    return reply, 201 if receipt.is_new else 200
