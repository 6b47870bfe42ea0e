"""Reading the audit trail, and proving it."""

from typing import Any

from flask import Blueprint, render_template, request

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, audit_views
from survey_app.domain.paging import page_number
from survey_app.vocabulary import Permission
from survey_app.web import guards

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@guards.needs(Permission.AUDIT_VIEW)
def index() -> Any:
    wanted = {name: request.args.get(name, "") for name in ("verb", "name", "record_id", "day")}
    facts = {"wanted": wanted, "verbs": list(AuditVerb)}
    try:
        day = audit.day_of(wanted["day"])
    except problems.InvalidFields as refusal:
        errors = list(refusal.fields.items())
        return render_template("audit/index.html", told=[], errors=errors, **facts), refusal.status
    page = audit.search(
        guards.actor(),
        verb=wanted["verb"],
        name=wanted["name"],
        record_id=wanted["record_id"],
        day=day,
        number=page_number(request.args.get("page", "1")),
    )
    told = [audit_views.told(line) for line in page.rows]
    return render_template("audit/index.html", page_of=page, told=told, errors=[], **facts)


@blueprint.get("/proof")
@guards.needs(Permission.AUDIT_VIEW)
def proof() -> Any:
    count, broken = audit.verify()
    return render_template("audit/proof.html", number=count, broken=broken, last=audit.last_digest())
