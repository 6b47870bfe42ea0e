"""Responses as people read them: the list, the answers in the words they were asked in, what changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case
from sqlalchemy.orm import contains_eager, joinedload

from scoring.questionnaire import Question, Questionnaire
from survey_app.domain import campaigns, responses
from survey_app.domain.paging import Page, cut
from survey_app.language import clean_line, search_key, searched
from survey_app.models import Campaign, Response, ResponseVersion, Unit, User
from survey_app.vocabulary import LABELS, Mode, ResponseState

STATE_ORDER = (
    ResponseState.RETURNED,
    ResponseState.DRAFT,
    ResponseState.SUBMITTED,
    ResponseState.ACCEPTED,
    ResponseState.VOID,
)
BLANK = "để trống"


@dataclass(frozen=True)
class Line:
    """One question and what was answered, in the words of the response's own version."""

    code: str
    question: str
    answer: str


@dataclass(frozen=True)
class Change:
    """One correction: who, when, why, and each line that changed, old and new."""

    version: int
    who: str
    when: datetime
    reason: str
    lines: list[tuple[str, str, str]]


def search(
    user: User,
    campaign: Campaign,
    number: int,
    *,
    q: str = "",
    state: str = "",
    unit: str = "",
    enumerator: str = "",
) -> Page[Response]:
    """Return a page of the responses a person may see: returned first, then drafts, then the newest."""
    order = case({word.value: place for place, word in enumerate(STATE_ORDER)}, value=Response.state)
    found = (
        responses.visible_to(user)
        .outerjoin(Response.unit)
        # The unit's own eager join to its group is an inner one: it would drop drafts without a unit.
        .options(contains_eager(Response.unit).lazyload(Unit.group), joinedload(Response.enumerator))
        .where(Response.campaign_id == campaign.id)
        .order_by(order, Response.saved_at.desc(), Response.id.desc())
    )
    if state in list(ResponseState):
        found = found.where(Response.state == state)
    if unit:
        found = found.where(Unit.code == clean_line(unit))
    if enumerator:
        found = found.join(Response.enumerator).where(User.username == clean_line(enumerator))
    if wanted := searched(q):
        by_unit = Unit.search_key.contains(search_key(wanted), autoescape=True)
        found = found.where(Response.form_code.startswith(wanted, autoescape=True) | by_unit)
    return cut(found, number)


def sections_of(response: Response) -> list[tuple[str, list[Line]]]:
    """Return (heading, lines) of everything that was asked, as it was asked."""
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    lines = lines_of(response, questionnaire)
    sections = [
        (f"{factor.number}. {factor.name}", [lines[criterion.code] for criterion in factor.criteria])
        for factor in questionnaire.factors
    ]
    others = [lines[question.code] for question in questionnaire.questions if question.code in lines]
    general = [lines[questionnaire.general.code]] if questionnaire.general else []
    return [*sections, *([("Cả dịch vụ", general)] if general else []), ("Các câu hỏi khác", others)]


def lines_of(kept: Response | ResponseVersion, questionnaire: Questionnaire) -> dict[str, Line]:
    """Return the lines of a response or of an earlier version by code, unanswered other questions left out."""
    names = {
        **{str(place): f"{place} – {name}" for place, name in enumerate(questionnaire.scale.levels, 1)},
        "N": questionnaire.scale.not_applicable,
        "-": BLANK,
    }
    lines = {
        criterion.code: Line(criterion.code, criterion.text, names[given])
        for criterion, given in zip(questionnaire.criteria, kept.answers, strict=True)
    }
    details: Mapping[str, object] = json.loads(kept.details)
    for question in questionnaire.questions:
        if question.code in details:
            lines[question.code] = Line(question.code, question.text, _told(question, details[question.code]))
    return lines


def _told(question: Question, value: object) -> str:
    names = {option.code: option.text for option in question.options}
    if isinstance(value, list):
        return "; ".join(names.get(str(each), str(each)) for each in value)
    return names.get(str(value), str(value))


def changes_of(response: Response) -> list[Change]:
    """Return the corrections, the newest first, each with the lines that differ."""
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    earlier = responses.versions_of(response)
    found = []
    following: list[Response | ResponseVersion] = [*earlier[1:], response] if earlier else []
    for old, new in zip(earlier, following, strict=True):
        lines = _differences(_whole(old, questionnaire), _whole(new, questionnaire))
        found.append(
            Change(old.version, old.superseded_by.display_name, old.superseded_at, old.reason, lines)
        )
    return found[::-1]


def _whole(kept: Response | ResponseVersion, questionnaire: Questionnaire) -> dict[str, tuple[str, str]]:
    return {
        "unit": ("Cơ quan, đơn vị", kept.unit.name if kept.unit else BLANK),
        "form_code": ("Mã phiếu", kept.form_code or BLANK),
        "mode": ("Cách hỏi", LABELS[Mode(kept.mode)]),
        **{code: (line.question, line.answer) for code, line in lines_of(kept, questionnaire).items()},
    }


def _differences(
    old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    codes = [*old, *(code for code in new if code not in old)]
    pairs = [(code, old.get(code, ("", BLANK))[1], new.get(code, ("", BLANK))[1]) for code in codes]
    return [
        ((old.get(code) or new[code])[0], before, after) for code, before, after in pairs if before != after
    ]
