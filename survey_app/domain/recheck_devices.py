"""What a supervisor's device keeps of the re-checks that wait for her, and what it hands over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, drawn_responses, recheck_verdicts, rechecks
from survey_app.domain.paradata import claimed_moment
from survey_app.domain.response_saving import checked_uuid
from survey_app.extensions import begin_writing, db
from survey_app.labels import LABELS
from survey_app.models import Campaign, Recheck, RecheckVerdict, Response, SampleRow, Unit, User
from survey_app.vocabulary import RecheckReason, RecheckState, ResponseState, Verdict

Task = dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """The proof that a verdict is stored: its re-check's id, the digest of its content, whether it arrived now."""

    uuid: str
    digest: str
    version: int
    form_code: str
    is_new: bool


def tasks_of(user: User) -> list[Task]:
    """Return the re-checks that wait for a person, as her device keeps them; one query.

    Nothing of the person asked (name, phone, address) and no original answer: a lost phone tells which forms
    are re-checked, and sealed at that.
    """
    code, unit = drawn_responses.FORM_CODE, drawn_responses.UNIT_ID
    row = and_(SampleRow.campaign_id == Response.campaign_id, SampleRow.form_code == code)
    facts = select(
        Recheck.uuid,
        Recheck.version,
        Recheck.criteria,
        Campaign.name,
        code,
        Response.questionnaire_sha256,
        Unit.name,
        SampleRow.procedure,
    )
    hers = rechecks.visible_to(user).where(
        Recheck.supervisor_id == user.id,
        Recheck.state == RecheckState.WAITING,
    )
    found = (
        drawn_responses.joined(facts.join(Response, Response.id == Recheck.response_id))
        .join(Campaign, Campaign.id == Recheck.campaign_id)
        .join(Unit, Unit.id == unit)
        .outerjoin(SampleRow, row)
        .where(
            Recheck.id.in_(hers.with_only_columns(Recheck.id)),
            Campaign.state.in_(rechecks.WORKED_ON),
            Response.state != ResponseState.VOID,
        )
        .order_by(Recheck.drawn_at, Recheck.id)
    )
    return [
        {
            "uuid": uuid,
            "version": version,
            "campaign": campaign,
            "form_code": form_code,
            "unit": unit,
            "procedure": procedure or "",
            "questionnaire": questionnaire,
            "criteria": criteria.split(","),
        }
        for uuid, version, criteria, campaign, form_code, questionnaire, unit, procedure in db.session.execute(
            found
        )
    ]


def task_of(recheck: Recheck, procedure: str = "") -> Task:
    """Return one re-check as `tasks_of` does, for the page on which it is opened with a network."""
    response, drawn = recheck.response, drawn_responses.as_drawn(recheck)
    return {
        "uuid": recheck.uuid,
        "version": recheck.version,
        "campaign": response.campaign.name,
        "form_code": drawn.form_code,
        "unit": drawn.unit.name,
        "procedure": procedure,
        "questionnaire": response.questionnaire_sha256,
        "criteria": recheck.criteria.split(","),
    }


def questionnaires_of(tasks: Iterable[Task]) -> list[str]:
    """Return the checksums of the questionnaires whose criteria are asked again, each once, in order."""
    return sorted({task["questionnaire"] for task in tasks})


def receive(actor: User, uuid: str, told: Mapping[str, Any]) -> Receipt:
    """Store what a supervisor's device tells of a re-check: the words of its form, "version" and "claimed_at".

    The same findings sent again get the same receipt. Refuses an id that is no UUID or of no re-check of the own body, a
    version that is no number, and whatever `recheck_verdicts.read` and `judge` refuse; where somebody else judged
    meanwhile, the refusal tells what she found.
    """
    whole = checked_uuid(uuid)
    begin_writing()
    recheck = rechecks.one_visible_to(actor, whole)
    version = told.get("version")
    if type(version) is not int:
        raise problems.InvalidFields({"version": problems.field("wrong_kind")})
    content = {name: value for name, value in told.items() if name not in ("version", "claimed_at")}
    try:
        judged = recheck_verdicts.judge(
            actor,
            recheck,
            recheck_verdicts.read(recheck, content),
            version=version,
            claimed_at=claimed_moment(told.get("claimed_at")),
        )
    except recheck_problems.RecheckOvertaken as refusal:
        refusal.fields["stored"] = _what_was_found(recheck_verdicts.of_recheck(recheck)[-1])
        raise
    return Receipt(
        recheck.uuid,
        judged.verdict.content_digest,
        recheck.version,
        str(recheck.response.form_code),
        judged.is_new,
    )


def receive_for(actor: User, owner: User, uuid: str, told: Mapping[str, Any], told_by: str) -> Receipt:
    """Store the verdict of a device that cannot send, handed in by its body's head; refuses what `receive` refuses."""
    receipt = receive(owner, uuid, told)
    if receipt.is_new:
        recheck = rechecks.one_visible_to(owner, receipt.uuid)
        audit.record(
            actor,
            AuditVerb.RECHECK_RECEIVED,
            receipt.uuid,
            campaign_id=recheck.campaign_id,
            after={"form_code": receipt.form_code, "digest": receipt.digest},
            reason=told_by,
        )
    return receipt


def _what_was_found(verdict: RecheckVerdict) -> str:
    """Return a stored verdict in a sentence, so that a device can show it beside its own."""
    reasons = ", ".join(LABELS[RecheckReason(each)] for each in verdict.reasons.split(",") if each)
    return problems.field(
        "recheck_stored",
        verdict=LABELS[Verdict(verdict.verdict)],
        reasons=reasons or "không có",
        note=verdict.note or "không có",
    )
