"""The index by kinds of respondents: of the whole campaign or of one unit, without cells that show single people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, cast, func, select, type_coerce

from scoring.breakdowns import Part, breakdown
from scoring.moments import Moments, layout_of
from scoring.questionnaire import Question
from survey_app import problems
from survey_app.domain import campaigns, counting
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.models.response import COUNTED

UNANSWERED = ""


@dataclass(frozen=True)
class Breakdown:
    """The parts of one question's answers, with the words of each."""

    question: Question
    words: Mapping[str, str]
    parts: tuple[Part, ...]


def questions_of(campaign: Campaign) -> list[Question]:
    """Return the questions an index can be broken down by: those with one choice of several."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    return [each for each in questionnaire.questions if each.kind == "choice"]


def by_question(campaign: Campaign, code: str, unit: str = "") -> Breakdown:
    """Return the index of each answer's respondents, of all units or of one; one statement.

    Refuses a question without choices, and a unit that is not in the campaign.
    """
    question = next((each for each in questions_of(campaign) if each.code == code), None)
    wanted = campaigns.counting_to(campaign, unit) if unit else []
    if question is None or (unit and not wanted):
        raise problems.NotFound()
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    method = campaigns.method_of(campaign.method_sha256)
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    details: Any = cast(Response.details, JSON) if postgresql else type_coerce(Response.details, JSON)
    given = func.coalesce(details[code].as_string(), UNANSWERED).label("given")
    grouped = (
        select(given, Response.unit_id, User.username, counting.glued(Response.answers))
        .join(User, User.id == Response.enumerator_id)
        .where(Response.campaign_id == campaign.id, COUNTED)
        .group_by(given, Response.unit_id, User.username)
    )
    if unit:
        grouped = grouped.where(Response.unit_id.in_(wanted))
    words = {option.code: option.text for option in question.options} | {UNANSWERED: "không trả lời"}
    rows = [
        (option if option in words else UNANSWERED, f"{unit_id}/{cluster}", part)
        for option, unit_id, enumerator, answers in db.session.execute(grouped)
        for cluster, part in counting.clusters(enumerator, answers, len(questionnaire.criteria))
    ]
    moments = Moments.from_packed(layout_of(questionnaire, method), rows)
    return Breakdown(question, words, tuple(breakdown(moments, list(words), method)))
