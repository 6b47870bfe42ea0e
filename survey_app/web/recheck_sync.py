"""A supervisor's device's door: one verdict as JSON under the re-check's own id, received exactly once."""

from typing import Any

from flask import Blueprint

from survey_app.domain import recheck_devices
from survey_app.extensions import db
from survey_app.vocabulary import Permission
from survey_app.web import device_body, guards

blueprint = Blueprint("recheck_sync", __name__)
KINDS: dict[str, type] = {
    "version": int,
    "claimed_at": str,
    "took_place": str,
    "took_place_on": str,
    "used_service": str,
    "read_fairly": str,
    "again": dict,
    "verdict": str,
    "reasons": list,
    "note": str,
}


@blueprint.put("/rechecks/<uuid>")
@guards.needs(Permission.RECHECK_JUDGE)
@guards.reads_first
def receive(uuid: str) -> Any:
    guards.check_person()
    receipt = recheck_devices.receive(guards.actor(), uuid, device_body.read(KINDS))
    db.session.commit()
    told = {"received": receipt.uuid, "digest": receipt.digest, "version": receipt.version}
    return told, 201 if receipt.is_new else 200
