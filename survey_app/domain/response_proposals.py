"""Other content that arrived under the id of a response already received: kept once, shown beside it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit
from survey_app.extensions import db
from survey_app.models import Response, ResponseProposal, Unit, User


@dataclass(frozen=True)
class Proposal:
    """A kept content: who sent it, when, and what it says in the fields of a response."""

    who: str
    when: datetime
    digest: str
    unit: Unit | None
    form_code: str | None
    mode: str
    answers: str
    details: str


def keep(actor: User, response: Response, content: str, content_digest: str) -> None:
    """Keep other content that arrived under a known id, once, for a person to decide."""
    known = select(ResponseProposal.id).where(
        ResponseProposal.response_id == response.id, ResponseProposal.content_digest == content_digest
    )
    if db.session.scalar(known) is not None:
        return
    db.session.execute(
        insert(ResponseProposal).values(
            response_id=response.id, proposed_by_id=actor.id, content=content, content_digest=content_digest
        )
    )
    audit.record(
        actor,
        AuditVerb.RESPONSE_PROPOSED,
        response.uuid,
        campaign_id=response.campaign_id,
        before={"digest": response.content_digest},
        after={"digest": content_digest},
    )


def of_response(response: Response) -> list[Proposal]:
    """Return what was kept beside a response the person may see, the newest first; two queries."""
    kept = list(
        db.session.scalars(
            select(ResponseProposal)
            .options(joinedload(ResponseProposal.proposed_by))
            .where(ResponseProposal.response_id == response.id)
            .order_by(ResponseProposal.id.desc())
        )
    )
    told = [json.loads(each.content) for each in kept]
    codes = {facts["unit"] for facts in told}
    units = {unit.code: unit for unit in db.session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    return [
        Proposal(
            who=each.proposed_by.display_name,
            when=each.proposed_at,
            digest=each.content_digest,
            unit=units.get(facts["unit"]),
            form_code=facts["form_code"],
            mode=facts["mode"],
            answers=facts["answers"],
            details=audit.canonical(facts["details"]),
        )
        for each, facts in zip(kept, told, strict=True)
    ]


def those_with(responses: Iterable[Response]) -> set[int]:
    """Return the keys of the responses beside which other content is kept; one query."""
    keys = [response.id for response in responses]
    with_other = select(ResponseProposal.response_id).where(ResponseProposal.response_id.in_(keys))
    return set(db.session.scalars(with_other))
