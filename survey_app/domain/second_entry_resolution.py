"""Where two keyings of a form differ a third person says, with the paper at hand, what stands on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from scoring.questionnaire import Questionnaire
from survey_app import collection_problems, problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    audit,
    campaigns,
    response_content,
    response_saving,
    second_entries,
    second_entry_fields,
)
from survey_app.domain.entry_rules import Entered, is_shown, rules_of
from survey_app.domain.response_content import Checked
from survey_app.domain.second_entry_fields import UNIT, Content, Words, folded
from survey_app.domain.second_entry_settings import check_worked_on
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Response, SecondEntry, User
from survey_app.models.columns import now
from survey_app.vocabulary import COUNTED_STATES, Mode, ResponseState, SecondEntryState

FIRST, SECOND, NEITHER = "first", "second", "neither"
REASON = "đối chiếu với phiếu giấy"
_LEVELS = {"N": "NA", "-": ""}
_PACKED = {"NA": "N", "": "-"}


@dataclass(frozen=True)
class Difference:
    """A field that was keyed in two ways, in words: as first keyed, as keyed again, and what was decided."""

    code: str
    question: str
    first: str
    second: str
    decision: str = ""
    value: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a resolution found: wrong fields of the first keyer, and whether the response was corrected or why not."""

    errors: int
    corrected: bool
    left: str


def first_is_a(entry: SecondEntry) -> bool:
    """Tell whether the first keying is shown as A: by chance for every form, the same at every look at it."""
    seed = json.loads(entry.draw)["seed"]
    return sha256(f"{seed}{entry.response.uuid}A".encode()).digest()[0] % 2 == 0


def one_to_resolve(user: User, number: int) -> SecondEntry:
    """Return a form keyed twice that a person may read; refuses one not keyed twice yet and those who keyed it."""
    entry = second_entries.one_visible_to(user, number)
    _check_third(user, entry)
    if entry.state == SecondEntryState.DRAWN:
        raise _wrong_step(entry)
    return entry


def _check_third(user: User, entry: SecondEntry) -> None:
    if user.id in (entry.response.enumerator_id, entry.keyer_id):
        raise collection_problems.NotAThirdPerson(form_code=entry.response.form_code)


def _wrong_step(entry: SecondEntry) -> collection_problems.SecondEntryStep:
    state = LABELS[SecondEntryState(entry.state)]
    return collection_problems.SecondEntryStep(form_code=entry.response.form_code, state=state)


def _parts(entry: SecondEntry) -> tuple[Questionnaire, Content, Content, Sequence[str]]:
    questionnaire = campaigns.questionnaire_of(entry.response.questionnaire_sha256)
    first, second = second_entry_fields.read(entry.first), second_entry_fields.read(entry.second)
    return questionnaire, first, second, second_entry_fields.compare(questionnaire, first, second).differing


def differences_of(entry: SecondEntry) -> list[Difference]:
    """Return the fields in which both keyings of a form differ, and what was decided of them if it was."""
    questionnaire, first, second, differing = _parts(entry)
    words = Words(questionnaire, dict(second_entries.surveyed_units(entry.response.campaign)))
    kept = json.loads(entry.resolution)
    decided, values = kept.get("decisions", {}), kept.get("values", {})
    return [
        Difference(
            code,
            words.question(code),
            words.answer(code, first),
            words.answer(code, second),
            decided.get(code, ""),
            _told(words, code, values[code]) if code in values else "",
        )
        for code in differing
    ]


def _told(words: Words, code: str, value: Any) -> str:
    if code in words.questionnaire.criterion_codes:
        return words.level(value)
    return words.answer(code, Content(str(value), "", "", {code: value}))


def holds(entry: SecondEntry) -> bool:
    """Tell whether what is stored of a form keyed twice follows from both contents and is what the trail told."""
    digests = [response_content.digest_of(each) for each in (entry.first, entry.second)]
    questionnaire, first, second, differing = _parts(entry)
    fields = second_entry_fields.compare(questionnaire, first, second).fields
    told = [audit.changes_of(line)["after"] for line in audit.history("second_entry", entry.id)]
    decided = json.loads(entry.resolution).get("decisions", {})
    resolved = entry.state == SecondEntryState.RESOLVED
    return (
        entry.first_digest == digests[0]
        and digests in [[each.get("first"), each.get("second")] for each in told]
        and (entry.fields, entry.differing) == (len(fields), len(differing))
        and set(decided) == (set(differing) if resolved else set())
        and entry.errors == (sum(word != FIRST for word in decided.values()) if resolved else None)
    )


def left_of(entry: SecondEntry) -> str:
    """Return why the response of a resolved form was not corrected; empty where it was or needed not be."""
    told: str = json.loads(entry.resolution).get("left", "")
    return told


def resolve(
    actor: User, entry: SecondEntry, decisions: Mapping[str, str], values: Mapping[str, Any]
) -> Outcome:
    """Decide every differing field against the paper: "first", "second", or "neither" with the value there, or a blank.

    The errors are the fields in which the first keyer was wrong. Where there are some, a response that counts and
    still says what was first keyed becomes a new version; others are left as they are, and it is said why. Refuses
    both keyers, a form that is not waiting for it, a field without a decision, a value that breaks its field's rule or
    is that of one keying, and a campaign that is neither open nor closed.
    """
    entry = second_entries.locked(entry)
    response = _locked(entry.response)
    _check_third(actor, entry)
    check_worked_on(response.campaign)
    if entry.state != SecondEntryState.ENTERED:
        raise _wrong_step(entry)
    questionnaire, first, second, differing = _parts(entry)
    fields = {
        code: problems.field("decision_missing")
        for code in differing
        if decisions.get(code) not in (FIRST, SECOND, NEITHER)
    }
    if fields:
        raise problems.InvalidFields(fields)
    decided = {code: decisions[code] for code in differing}
    fields = {
        code: problems.field("decision_value")
        for code, word in decided.items()
        if word == NEITHER and code not in values
    }
    if fields:
        raise problems.InvalidFields(fields)
    checked, typed = _on_paper(response, questionnaire, (first, second), decided, values)
    moment = now()
    entry.errors = sum(word != FIRST for word in decided.values())
    entry.state, entry.resolved_at, entry.resolved_by_id = SecondEntryState.RESOLVED, moment, actor.id
    outcome = _correct(actor, entry, response, checked, entry.errors)
    entry.resolution = audit.canonical(
        {"decisions": decided, "values": typed, "corrected": outcome.corrected, "left": outcome.left}
    )
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.SECOND_ENTRY_RESOLVED,
        entry.id,
        campaign_id=entry.campaign_id,
        before={"state": SecondEntryState.ENTERED},
        after={
            "state": entry.state,
            "errors": entry.errors,
            "corrected": outcome.corrected,
            "resolution": {
                code: f"{word}: {typed[code]}" if code in typed else word for code, word in decided.items()
            },
        },
        at=moment,
    )
    return outcome


def _locked(response: Response) -> Response:
    fresh = select(Response).where(Response.id == response.id).with_for_update(key_share=True)
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _on_paper(
    response: Response,
    questionnaire: Questionnaire,
    keyed: tuple[Content, Content],
    decided: Mapping[str, str],
    values: Mapping[str, Any],
) -> tuple[Checked, dict[str, Any]]:
    """Return what the paper says as content, and the values typed where both keyings were wrong.

    An answer to a question that the paper's other answers do not ask is left out.
    """
    first, second = keyed
    answers: dict[str, Any] = {}
    for place, code in enumerate(questionnaire.criterion_codes):
        packed = (second if decided.get(code) == SECOND else first).answers[place]
        answers[code] = values.get(code) if decided.get(code) == NEITHER else _LEVELS.get(packed, packed)
    details: dict[str, Any] = {}
    for question in questionnaire.questions:
        word = decided.get(question.code)
        value = (second if word == SECOND else first).details.get(question.code)
        if word == NEITHER:
            value = values.get(question.code)
        if value not in (None, "", []) and (word == NEITHER or is_shown(question, details)):
            details[question.code] = value
    entered = rules_of(response.questionnaire_sha256).read(answers, details, complete=False)
    unit = second.unit if decided.get(UNIT) == SECOND else first.unit
    if decided.get(UNIT) == NEITHER:
        unit = clean_line(values[UNIT]) if isinstance(values.get(UNIT), str) else ""
    unit_id = second_entries.surveyed_unit(response.campaign, unit)
    typed = _typed(questionnaire, keyed, decided, entered, unit, known=unit_id is not None)
    content = response_content.content_of(unit, first.form_code, Mode.PAPER, entered.answers, entered.details)
    validity = response_content.validity_of(response.campaign, response.questionnaire_sha256, entered.answers)
    digest = response_content.digest_of(content)
    return Checked(unit_id, first.form_code, Mode.PAPER, validity, entered, digest, content), typed


def _typed(
    questionnaire: Questionnaire,
    keyed: tuple[Content, Content],
    decided: Mapping[str, str],
    entered: Entered,
    unit: str,
    *,
    known: bool,
) -> dict[str, Any]:
    """Return what was typed where both keyings were wrong; refuses what breaks a rule or is what one of them says."""
    errors = dict(entered.errors)
    if not known:
        errors[UNIT] = problems.field("second_entry_unit")
    questions = {each.code: each for each in questionnaire.questions}
    typed: dict[str, Any] = {}
    value: object
    for code in (each for each, word in decided.items() if word == NEITHER and each not in errors):
        if code == UNIT:
            value, told = unit, [each.unit for each in keyed]
            same = unit in told
        elif code in questions:
            value = entered.details.get(code)
            folds = [folded(questions[code], each.details.get(code)) for each in keyed]
            same = folded(questions[code], value) in folds
        else:
            place = questionnaire.criterion_codes.index(code)
            value = entered.answers[place]
            same = value in [each.answers[place] for each in keyed]
        typed[code] = value
        if same:
            errors[code] = problems.field("decision_not_neither")
    if errors:
        raise problems.InvalidFields(errors)
    return typed


def _correct(actor: User, entry: SecondEntry, response: Response, checked: Checked, errors: int) -> Outcome:
    """Make what the paper says a new version of the response where it may be; say why where it may not."""
    if not errors:
        return Outcome(0, corrected=False, left="")
    if response.content_digest != entry.first_digest:
        return Outcome(
            errors, corrected=False, left="Phiếu đã được sửa sau lần nhập đầu nên giữ bản hiện có."
        )
    if response.state not in COUNTED_STATES:
        state = LABELS[ResponseState(response.state)]
        return Outcome(errors, corrected=False, left=f"Phiếu đang ở trạng thái “{state}” nên không sửa.")
    if checked.digest == response.content_digest:
        return Outcome(errors, corrected=False, left="Phiếu đã đúng như phiếu giấy.")
    moment = entry.resolved_at or now()
    before = {"version": response.version, "digest": response.content_digest}
    response_saving.keep_version(actor, response, REASON, moment)
    response_saving.apply(response, checked, moment)
    db.session.flush()
    response_saving.record_correction(actor, response, before, REASON, moment)
    return Outcome(errors, corrected=True, left="")
