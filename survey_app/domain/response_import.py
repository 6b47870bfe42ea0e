"""Responses from a file: every row by the same rules as the form, all or nothing, one batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert, select

from survey_app import problems
from survey_app.domain import audit, campaigns, response_content, responses
from survey_app.domain.entry_rules import EntryRules, rules_of
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, CampaignUnit, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import AuditVerb, Mode, ResponseState, Role, Validity

MOST_ERRORS = 50


class Row(Protocol):
    """A row as the scorer's reader yields it; `number` is its line in the file, the heading being 1."""

    @property
    def number(self) -> int: ...
    @property
    def form_code(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def enumerator(self) -> str | None: ...
    @property
    def packed(self) -> str: ...
    @property
    def extra(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Batch:
    """What an import did, or would do."""

    stored: int
    invalid: int


@dataclass(frozen=True)
class _Context:
    campaign: Campaign
    rules: EntryRules
    units: dict[str, CampaignUnit]
    enumerators: dict[str, User]
    taken: set[str]
    moment: datetime


def _context(campaign: Campaign) -> _Context:
    arrived = select(Response.form_code).where(
        Response.campaign_id == campaign.id, Response.state != ResponseState.DRAFT
    )
    people = select(User).where(User.role == Role.ENUMERATOR)
    return _Context(
        campaign=campaign,
        rules=rules_of(campaign.questionnaire_sha256),
        units={unit.unit.code: unit for unit in campaigns.units_of(campaign)},
        enumerators={user.username: user for user in db.session.scalars(people)},
        taken={code for code in db.session.scalars(arrived) if code},
        moment=now(),
    )


def unknown_columns(campaign: Campaign, columns: Sequence[str]) -> list[str]:
    """Return the columns of a file, criteria aside, that the import does not read."""
    questions = campaigns.questionnaire_of(campaign.questionnaire_sha256).questions
    known = {"mode", *(question.code for question in questions)}
    return [column for column in columns if column not in known]


def import_rows(
    actor: User, campaign: Campaign, file: str, rows: Sequence[Row], *, dry_run: bool = False
) -> Batch:
    """Store every row of a file as a submitted response, with one audit line each, or none at all.

    Refuses, naming row and column: a unit not in the campaign, an unknown enumerator, a form code
    already there (be it of a void form), a value outside its question's rule. A form with too few answers is stored as
    not valid. The same row always gets the same id.
    """
    responses.check_open(campaign)
    context = _context(campaign)
    errors: list[str] = []
    values = [_values(context, row, errors) for row in rows]
    if errors:
        shown = errors[:MOST_ERRORS]
        more = (
            [problems.field("more_errors", count=len(errors) - MOST_ERRORS)]
            if len(errors) > MOST_ERRORS
            else []
        )
        raise problems.ImportRefused(file, shown + more)
    batch = Batch(len(values), sum(value["validity"] != Validity.VALID for value in values))
    if values and not dry_run:
        _store(actor, campaign, file, values)
    return batch


def _store(actor: User, campaign: Campaign, file: str, values: list[dict[str, Any]]) -> None:
    db.session.execute(insert(Response), values)
    changes = [
        audit.Change(
            value["uuid"],
            after={"form_code": value["form_code"], "version": 1, "digest": value["content_digest"]},
            reason=clean_line(file),
        )
        for value in values
    ]
    audit.record_all(actor, AuditVerb.RESPONSE_IMPORTED, changes, campaign_id=campaign.id)


def _values(context: _Context, row: Row, errors: list[str]) -> dict[str, Any]:
    unit = context.units.get(row.unit)
    enumerator = context.enumerators.get((row.enumerator or "").strip().lower())
    mode = row.extra.get("mode") or Mode.PAPER
    details, wrong = _details(context.rules, row)
    if unit is None or not unit.surveyed:
        wrong["unit"] = problems.field("row_unit", value=row.unit, campaign=context.campaign.code)
    if enumerator is None:
        wrong["enumerator"] = problems.field("row_enumerator", value=row.enumerator or "")
    if not response_content.is_form_code(row.form_code):
        wrong["form_code"] = problems.field("row_form_code", value=row.form_code[:40])
    elif row.form_code in context.taken:
        wrong["form_code"] = problems.field("row_form_code_taken", value=row.form_code)
    if mode not in campaigns.modes_of(context.campaign):
        wrong["mode"] = problems.field("row_mode", value=mode)
    errors += [
        problems.field("row_cell", row=row.number, column=column, why=why) for column, why in wrong.items()
    ]
    if wrong or unit is None or enumerator is None:
        return {"validity": Validity.VALID}
    return _columns(context, row, unit, enumerator, mode, details)


def _details(rules: EntryRules, row: Row) -> tuple[dict[str, object], dict[str, str]]:
    raw: dict[str, object] = {}
    for question in rules.questionnaire.questions:
        value = row.extra.get(question.code, "")
        raw[question.code] = (
            [part for part in value.split(";") if part] if question.kind == "multi" else value
        )
    entered = rules.read({}, raw, complete=False)
    return entered.details, entered.errors


def _columns(
    context: _Context, row: Row, unit: CampaignUnit, enumerator: User, mode: str, details: dict[str, object]
) -> dict[str, Any]:
    content = response_content.content_of(row.unit, row.form_code, mode, row.packed, details)
    return {
        "uuid": str(uuid5(NAMESPACE_URL, f"{context.campaign.code}/{row.form_code}")),
        "campaign_id": context.campaign.id,
        "unit_id": unit.unit_id,
        "form_code": row.form_code,
        "enumerator_id": enumerator.id,
        "state": ResponseState.SUBMITTED,
        "validity": response_content.validity_of(
            context.campaign, context.campaign.questionnaire_sha256, row.packed
        ),
        "mode": mode,
        "questionnaire_sha256": context.campaign.questionnaire_sha256,
        "answers": row.packed,
        "details": audit.canonical(details),
        "content_digest": response_content.digest_of(content),
        "version": 1,
        "created_at": context.moment,
        "saved_at": context.moment,
        "submitted_at": context.moment,
    }
