"""A device's door: one response as JSON under the device's own id, received exactly once."""

from typing import Any

from flask import Blueprint

from survey_app.domain import campaigns, duplicate_codes, paradata, response_content, responses
from survey_app.domain.duplicate_codes import Kept
from survey_app.domain.response_saving import Receipt
from survey_app.extensions import db
from survey_app.vocabulary import Permission, ResponseState
from survey_app.web import device_body, guards

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
    body = device_body.read(KINDS)
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
        reply["sentence"] = responses.told_void(guards.actor(), receipt.uuid)
    return reply, 201 if receipt.is_new else 200
