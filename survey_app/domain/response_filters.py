"""What a list of responses can be narrowed by: the choices a person has, and those that were chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from scoring.tally import BLANK, NOT_APPLICABLE
from survey_app.domain import campaigns, choices, responses, tags
from survey_app.domain.people import CITIZENS
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import BODY_ROLES, ResponseState, Role, Validity

NAMES = {
    "state": "Trạng thái",
    "validity": "Hợp lệ",
    "unit": "Đơn vị",
    "enumerator": "Điều tra viên",
    "counting": "Đếm riêng",
    "answer": "Câu trả lời",
    "tag": "Nhãn",
}
COUNTING = {"apart": "Tự trả lời, đếm riêng", "together": "Các phiếu khác"}


@dataclass(frozen=True)
class Filters:
    """The choices of each filter, how many responses there are of each, what was chosen, what is unknown.

    `answer` says in words which answer to which criterion the counted responses shown all gave, where one was asked for.
    """

    choices: Mapping[str, list[tuple[str, str]]]
    counts: Mapping[str, int]
    chosen: Mapping[str, str]
    unknown: list[str]
    answer: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything at all is left out."""
        return any(self.chosen.values())


def counts_of(user: User, campaign: Campaign) -> dict[str, int]:
    """Return how many responses a person may see of each state and, of those that arrived, each validity, and apart or not.

    Zeros included; one query.
    """
    grouped = (
        responses.visible_to(user)
        .where(Response.campaign_id == campaign.id)
        .with_only_columns(Response.state, Response.validity, Response.apart, func.count())
        .group_by(Response.state, Response.validity, Response.apart)
    )
    counts = dict.fromkeys([word.value for word in (*ResponseState, *Validity)] + [*COUNTING], 0)
    for state, validity, apart, number in db.session.execute(grouped):
        counts[state] += number
        counts["apart" if apart else "together"] += number
        if state != ResponseState.DRAFT:
            counts[validity] += number
    return counts


def _enumerators(user: User, campaign: Campaign) -> list[tuple[str, str]]:
    if user.role == Role.ENUMERATOR:
        return []
    sent = exists().where(Response.enumerator_id == User.id, Response.campaign_id == campaign.id)
    people = select(User.username, User.display_name).where(
        User.role == Role.ENUMERATOR, User.username != CITIZENS, sent
    )
    return [(row.username, row.display_name) for row in db.session.execute(people.order_by(User.sort_key))]


def read(user: User, campaign: Campaign, typed: Mapping[str, str]) -> Filters:
    """Return the filters of a list; a value that is no choice is left out and named among the unknown."""
    offered = {
        "state": [(word.value, LABELS[word]) for word in ResponseState],
        "validity": [(word.value, LABELS[word]) for word in Validity],
        "unit": [(each.unit.code, each.unit.name) for each in campaigns.units_of(campaign) if each.surveyed],
        "enumerator": _enumerators(user, campaign),
        "counting": list(COUNTING.items()),
    }
    if user.role in BODY_ROLES:
        offered["tag"] = [(word, word) for word in tags.present_in(user, campaign)]
    chosen, unknown = choices.read(offered, NAMES, typed)
    asked = clean_line(typed.get("answer", ""))
    told = _told(campaign, asked)
    chosen["answer"] = asked if told else ""
    if asked and not told:
        unknown.append(NAMES["answer"])
    return Filters(offered, counts_of(user, campaign), chosen, unknown, told)


def _told(campaign: Campaign, asked: str) -> str:
    """Return "criterion: answer" in words for a text such as "access_1:4", or nothing where it is no such text."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    code, _, given = asked.rpartition(":")
    names = {str(place): f"{place} – {name}" for place, name in enumerate(questionnaire.scale.levels, 1)}
    names |= {NOT_APPLICABLE: questionnaire.scale.not_applicable, BLANK: "để trống"}
    if code not in questionnaire.criterion_codes or given not in names:
        return ""
    criterion = next(each for each in questionnaire.criteria if each.code == code)
    return f"{criterion.text.rstrip('.')}: {names[given]}"
