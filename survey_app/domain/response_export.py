"""Every response that arrived, with all its answers, as a workbook that can be changed and read in again (E15)."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from scoring.answers import unpack
from scoring.questionnaire import Questionnaire
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns
from survey_app.domain.response_batches import other_versions, rule
from survey_app.domain.response_known import version_label
from survey_app.exports.answers_xlsx import AnswerColumn, Value, told_moment, write_workbook
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import Campaign, Response, Unit, User
from survey_app.models.columns import now
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import ResponseState, Validity


def workbook(actor: User, campaign: Campaign) -> bytes:
    """Return the .xlsx of every response that arrived and is not void, and note in the trail that it was taken.

    Answers of another questionnaire version stand in columns of their own, labelled with that version (V1).
    """
    versions = {"": campaigns.questionnaire_of(campaign.questionnaire_sha256), **other_versions(campaign)}
    headings = {
        (label, code): _heading(versions[""], label, code)
        for label, version in versions.items()
        for code in _codes(version)
    }
    columns = {
        headings[label, code]: AnswerColumn(headings[label, code], words, code in _typed(version))
        for label, version in reversed(versions.items())
        for code, words in _codes(version).items()
    }
    ordered = [columns[heading] for heading in dict.fromkeys(headings.values())]
    moment = now()
    facts = [
        ("Đợt khảo sát", f"{campaign.name} ({campaign.code})"),
        ("Tính đến", told_moment(moment)),
        ("Bộ lọc", "không lọc: mọi phiếu đã gửi, kể cả đang trả lại; không có phiếu nháp và phiếu đã hủy"),
        ("Nhập lại tệp này", f"Sửa ô cần sửa ở trang Phiếu rồi tải lên ở mục Nhập từ tệp. {rule}"),
    ]
    content, count = write_workbook(facts, campaign.made_up, ordered, _rows(campaign, versions, headings))
    audit.record(
        actor,
        AuditVerb.RESPONSE_EXPORTED,
        campaign.code,
        campaign_id=campaign.id,
        after={"rows": count, "file": ".xlsx"},
        at=moment,
    )
    return content


def _codes(questionnaire: Questionnaire) -> dict[str, str]:
    criteria = {criterion.code: criterion.text for criterion in questionnaire.criteria}
    return criteria | {question.code: question.text for question in questionnaire.questions}


def _typed(questionnaire: Questionnaire) -> set[str]:
    return {question.code for question in questionnaire.questions if question.kind == "text"}


def _heading(present: Questionnaire, label: str, code: str) -> str:
    """Return a question's column; a version with the same code shares the columns that are still asked."""
    shared = label.split(" ", 1)[0] == present.code and code in _codes(present)
    return code if not label or shared else f"{code} ({label})"


def _rows(
    campaign: Campaign, versions: dict[str, Questionnaire], headings: dict[tuple[str, str], str]
) -> Iterator[dict[str, Value]]:
    found = (
        select(Response, Unit.code, Unit.name, User.username, User.display_name)
        .join(Unit, Unit.id == Response.unit_id)
        .join(User, User.id == Response.enumerator_id)
        .where(Response.campaign_id == campaign.id, ARRIVED)
        .order_by(Response.form_code)
        .execution_options(yield_per=500)
    )
    labels: dict[str, str] = {}
    for response, unit, unit_name, username, name in db.session.execute(found):
        sha256 = response.questionnaire_sha256
        label = labels.setdefault(sha256, version_label(campaign, sha256))
        version = versions[label]
        answers: dict[str, Any] = {**unpack(response.answers, version), **json.loads(response.details)}
        yield {
            "form_code": response.form_code,
            "unit": unit,
            "enumerator": username,
            "mode": response.mode,
            **{headings[label, code]: _value(given) for code, given in answers.items()},
            "unit_name": unit_name,
            "enumerator_name": name,
            "state": LABELS[ResponseState(response.state)],
            "validity": LABELS[Validity(response.validity)],
            "version": response.version,
            "questionnaire": version.code,
            "submitted_at": response.submitted_at,
            "saved_at": response.saved_at,
        }


def _value(given: Any) -> Value:
    return ";".join(given) if isinstance(given, list) else given
