"""Responses as people read them: the list, the answers in the words they were asked in, what changed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy.orm import contains_eager, joinedload

from scoring.questionnaire import Question, Questionnaire
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, rechecks, response_proposals, responses, tags
from survey_app.domain.paging import Page, cut
from survey_app.domain.response_proposals import Proposal
from survey_app.labels import LABELS
from survey_app.language import clean_line, search_key, searched
from survey_app.models import Campaign, Flag, Response, ResponseVersion, Unit, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import BODY_ROLES, Mode, ResponseState, Validity

STATE_ORDER = (
    ResponseState.RETURNED,
    ResponseState.DRAFT,
    ResponseState.SUBMITTED,
    ResponseState.ACCEPTED,
    ResponseState.VOID,
)
BLANK = "để trống"
LONGEST_TRAIL = 20


@dataclass(frozen=True)
class Line:
    """One question and what was answered, in the words of the response's own version; a criterion has a number."""

    code: str
    question: str
    answer: str
    number: str = ""


@dataclass(frozen=True)
class Change:
    """One correction: who, when, why, and each line that changed, old and new."""

    version: int
    who: str
    when: datetime
    reason: str
    lines: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Other:
    """Other content sent under the same id: who, when, and each line in which it differs from what counts."""

    who: str
    when: datetime
    digest: str
    lines: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Step:
    """One line of the audit trail about a response: what happened, by whom, when, and why."""

    what: str
    who: str
    when: datetime
    why: str


def search(
    user: User,
    campaign: Campaign,
    number: int,
    *,
    q: str = "",
    state: str = "",
    validity: str = "",
    unit: str = "",
    enumerator: str = "",
    counting: str = "",
    answer: str = "",
    tag: str = "",
) -> Page[Response]:
    """Return a page of the responses a person may see: returned first, then drafts, then the newest.

    Only what arrived is valid or not: a filter by validity leaves drafts out. An answer ("access_1:4") leaves those that
    count and gave it, as many as a unit's page says; `unit` is then the unit they count to. Whoever has still to re-check a
    response does not find it by its answers or its state. A tag is one of the own body's.
    """
    order = case({word.value: place for place, word in enumerate(STATE_ORDER)}, value=Response.state)
    hidden = rechecks.hidden_from(user)
    if (
        user.role in BODY_ROLES
    ):  # the state of what the own body has still to judge tells what the other found
        order = case((Response.id.in_(hidden), STATE_ORDER.index(ResponseState.SUBMITTED)), else_=order)
    found = (
        responses.visible_to(user)
        .outerjoin(Response.unit)
        # The unit's own eager join to its group is an inner one: it would drop drafts without a unit.
        .options(contains_eager(Response.unit).lazyload(Unit.group), joinedload(Response.enumerator))
        .where(Response.campaign_id == campaign.id)
        .order_by(order, Response.saved_at.desc(), Response.id.desc())
    )
    if state in list(ResponseState):
        found = found.where(Response.state == state, Response.id.not_in(hidden))
    if validity in list(Validity):
        found = found.where(Response.validity == validity, Response.state != ResponseState.DRAFT)
    if counting:
        found = found.where(Response.apart if counting == "apart" else ~Response.apart)
    if answer:
        codes = campaigns.questionnaire_of(campaign.questionnaire_sha256).criterion_codes
        code, _, given = answer.rpartition(":")
        found = found.where(COUNTED, func.substr(Response.answers, codes.index(code) + 1, 1) == given)
        found = found.where(Response.id.not_in(hidden))
    if unit and answer:
        found = found.where(Response.unit_id.in_(campaigns.counting_to(campaign, clean_line(unit))))
    elif unit:
        found = found.where(Unit.code == clean_line(unit))
    if enumerator:
        found = found.join(Response.enumerator).where(User.username == clean_line(enumerator))
    if tag:
        found = found.where(Response.id.in_(tags.tagged(user, tag)))
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


def lines_of(kept: Response | ResponseVersion | Proposal, questionnaire: Questionnaire) -> dict[str, Line]:
    """Return the lines of a response or of an earlier version by code, unanswered other questions left out."""
    names = {
        **{str(place): f"{place} – {name}" for place, name in enumerate(questionnaire.scale.levels, 1)},
        "N": questionnaire.scale.not_applicable,
        "-": BLANK,
    }
    numbers = {
        criterion.code: f"{factor.number}.{criterion.number}"
        for factor in questionnaire.factors
        for criterion in factor.criteria
    }
    lines = {
        criterion.code: Line(criterion.code, criterion.text, names[given], numbers.get(criterion.code, ""))
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


def others_of(response: Response) -> list[Other]:
    """Return the other contents kept beside a response, the newest first, each with the lines that differ."""
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    present = _whole(response, questionnaire)
    return [
        Other(each.who, each.when, each.digest, _differences(present, _whole(each, questionnaire)))
        for each in response_proposals.of_response(response)
    ]


def trail_of(response: Response, flags: Iterable[Flag]) -> list[Step]:
    """Return the newest lines of the audit trail about a response, newest first.

    Lines about flags are told of the given flags only: those the person may see.
    """
    numbers = {flag.id for flag in flags}
    lines = [*audit.history("response", response.uuid), *audit.history("flag", response.uuid)]
    steps = []
    for line in sorted(lines, key=lambda each: each.id, reverse=True):
        told = audit.changes_of(line)
        if line.noun == "response" or told["after"]["flag"] in numbers:
            steps.append(Step(LABELS[AuditVerb(line.verb)], line.actor_name, line.at, told["reason"]))
    return steps[:LONGEST_TRAIL]


def _whole(
    kept: Response | ResponseVersion | Proposal, questionnaire: Questionnaire
) -> dict[str, tuple[str, str]]:
    return {
        "unit": ("Cơ quan, đơn vị", kept.unit.name if kept.unit else BLANK),
        "form_code": ("Mã phiếu", kept.form_code or BLANK),
        "mode": ("Cách hỏi", LABELS[Mode(kept.mode)]),
        **{code: (line.question, line.answer) for code, line in lines_of(kept, questionnaire).items()},
    }


def _differences(
    old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    return [line for line in _pairs(old, new) if line[1] != line[2]]


def _pairs(
    old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    blank = ("", BLANK)
    return [
        ((old.get(code) or new[code])[0], old.get(code, blank)[1], new.get(code, blank)[1])
        for code in [*old, *(code for code in new if code not in old)]
    ]


def beside(
    old: Response | Proposal, old_asked: Questionnaire, new: Response | Proposal, new_asked: Questionnaire
) -> list[tuple[str, str, str]]:
    """Return every line of two contents, each by its own questionnaire: question, old answer, new answer."""
    return _pairs(_whole(old, old_asked), _whole(new, new_asked))
