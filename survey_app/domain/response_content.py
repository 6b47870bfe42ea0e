"""What a response says: its raw entry, its checked content, its canonical text and digest."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from scoring.answers import answered_enough
from survey_app import problems
from survey_app.domain import audit, campaigns
from survey_app.domain.entry_rules import Entered, rules_of
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Assignment, Campaign, Response, ResponseVersion, SampleRow, Unit
from survey_app.vocabulary import Validity

FORM_CODE = "[A-Za-z0-9]([A-Za-z0-9./_-]{0,38}[A-Za-z0-9])?"  # also told to other programs, so in plain terms


@dataclass(frozen=True)
class Entry:
    """A response as it was typed, sent or imported: raw values under their codes."""

    unit: str
    form_code: str
    mode: str
    answers: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    accept_invalid: bool = False


def content_of(unit: str, form_code: str, mode: str, answers: str, details: Mapping[str, Any]) -> str:
    """Return the canonical text of a response's content, the text that is digested."""
    return audit.canonical(
        {"unit": unit, "form_code": form_code, "mode": mode, "answers": answers, "details": details}
    )


def is_form_code(text: str) -> bool:
    """Tell whether a text has the form of a printed form code."""
    return re.fullmatch(FORM_CODE, text) is not None


def digest_of(content: str) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Checked:
    """Content that passed every rule, as it is stored."""

    unit_id: int | None
    form_code: str
    mode: str
    validity: Validity
    entered: Entered
    digest: str
    content: str

    def columns(self) -> dict[str, Any]:
        """Return the columns of a response that hold its content."""
        return {
            "unit_id": self.unit_id,
            "form_code": self.form_code or None,
            "mode": self.mode,
            "validity": self.validity,
            "answers": self.entered.answers,
            "details": audit.canonical(self.entered.details),
            "content_digest": self.digest,
        }


_ASSIGNED_UNIT = (
    select(Unit.id, SampleRow.unit_id, SampleRow.enumerator_id, SampleRow.in_use)
    .join(Assignment, Assignment.unit_id == Unit.id)
    .outerjoin(
        SampleRow,
        (SampleRow.campaign_id == bindparam("campaign_id")) & (SampleRow.form_code == bindparam("form_code")),
    )
    .where(
        Unit.code == bindparam("unit_code"),
        Assignment.campaign_id == bindparam("campaign_id"),
        Assignment.enumerator_id == bindparam("enumerator_id"),
        Assignment.target > 0,
    )
)


def _assigned_unit(
    campaign: Campaign, unit_code: str, form_code: str, enumerator_id: int
) -> tuple[int | None, bool]:
    """Return the key of a unit an enumerator may ask about, and whether the list gives the form code to it and her.

    A code that is in no list is anybody's; one in reserve is nobody's yet.
    """
    facts = {
        "unit_code": unit_code,
        "form_code": form_code,
        "campaign_id": campaign.id,
        "enumerator_id": enumerator_id,
    }
    found = db.session.connection().execute(_ASSIGNED_UNIT, facts).first()
    if found is None:
        return None, True
    unit_id, listed_unit, listed_enumerator, in_use = found
    hers = listed_enumerator in (None, enumerator_id)
    return unit_id, listed_unit is None or (listed_unit == unit_id and hers and bool(in_use))


def validity_of(campaign: Campaign, questionnaire_sha256: str, answers: str) -> Validity:
    """Return whether packed answers of a questionnaire version make a valid form by the method's rule."""
    questionnaire = campaigns.questionnaire_of(questionnaire_sha256)
    enough = answered_enough(answers, questionnaire, campaigns.method_of(campaign.method_sha256))
    return Validity.VALID if enough else Validity.TOO_FEW_ANSWERS


def _share(campaign: Campaign) -> str:
    return str(int(100 * campaigns.method_of(campaign.method_sha256).validity.share))


def check(
    campaign: Campaign,
    enumerator_id: int,
    entry: Entry,
    *,
    complete: bool,
    questionnaire: str,
    kept_unit: int | None = None,
    kept_mode: str | None = None,
    kept_code: str = "",
) -> Checked:
    """Read and check an entry by field rules and those that look across fields.

    `complete` asks for all that a submission needs; `kept_unit`, `kept_mode` and `kept_code` are allowed beside
    what an enumerator may enter. Refuses with a sentence for every field that breaks a rule: a unit not assigned, a
    form code that the list gives to another unit or person, too few answers unless accepted as invalid.
    """
    entered = rules_of(questionnaire).read(entry.answers, entry.details, complete=complete)
    errors = dict(entered.errors)
    form_code, unit = clean_line(entry.form_code), clean_line(entry.unit)
    unit_id, hers = _assigned_unit(campaign, unit, form_code, enumerator_id) if unit else (None, True)
    if unit and unit_id is None:
        unit_id = kept_unit
    if (unit or complete) and unit_id is None:
        errors["unit"] = problems.field("unit_not_yours")
    if (form_code or complete) and not is_form_code(form_code):
        errors["form_code"] = problems.field("form_code")
    elif complete and not hers and form_code != kept_code:
        errors["form_code"] = problems.field("form_code_listed", value=form_code)
    if entry.mode not in (*campaigns.modes_to_ask(campaign), kept_mode):
        errors["mode"] = problems.field("mode")
    validity = validity_of(campaign, questionnaire, entered.answers)
    if complete and validity != Validity.VALID and not entry.accept_invalid and not entered.errors:
        errors["accept_invalid"] = problems.field("too_few_answers", share=_share(campaign))
    if errors:
        raise problems.InvalidFields(errors)
    content = content_of(unit, form_code, entry.mode, entered.answers, entered.details)
    return Checked(unit_id, form_code, entry.mode, validity, entered, digest_of(content), content)


def entry_of(response: Response | ResponseVersion, questionnaire_sha256: str) -> Entry:
    """Return the raw values of a stored response, to be shown or edited again."""
    criteria = rules_of(questionnaire_sha256).criteria
    levels = {"N": "NA", "-": ""}
    return Entry(
        unit=response.unit.code if response.unit else "",
        form_code=response.form_code or "",
        mode=response.mode,
        answers={
            code: levels.get(given, given) for code, given in zip(criteria, response.answers, strict=True)
        },
        details=json.loads(response.details),
    )
