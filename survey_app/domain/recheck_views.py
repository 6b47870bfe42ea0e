"""A re-check as people read it: what each verdict says in words, beside the original, and the other body's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scoring.questionnaire import Criterion, Questionnaire
from survey_app.domain import campaigns, recheck_settings, recheck_verdicts, rechecks, responses
from survey_app.domain.recheck_judgements import NOT_APPLICABLE, NOT_ASKED
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import Recheck, RecheckVerdict, Response, User
from survey_app.vocabulary import RecheckAnswer, RecheckReason, RecheckState

LEVELS, SATISFIED = frozenset("12345"), frozenset("45")
UNASKED = "không nhớ, không hỏi được"
REASONS = tuple(RecheckReason)


@dataclass(frozen=True)
class Asked:
    """A criterion asked again: its code, its number in the questionnaire and its text."""

    code: str
    number: str
    text: str


@dataclass(frozen=True)
class Compared:
    """A criterion with the original answer and the one given again, in words.

    They differ where the levels differ, and cross where one is satisfied (4, 5) and the other is not; `levels` says that
    both are levels.
    """

    asked: Asked
    original: str
    again: str
    differs: bool
    crosses: bool
    levels: bool


def asked_of(recheck: Recheck) -> list[Asked]:
    """Return the criteria that a re-check asks again, in its order."""
    known = _criteria(campaigns.questionnaire_of(recheck.response.questionnaire_sha256))
    return [Asked(code, *known[code]) for code in recheck.criteria.split(",")]


def _criteria(questionnaire: Questionnaire) -> dict[str, tuple[str, str]]:
    def numbered(factor: str, criterion: Criterion) -> tuple[str, str]:
        return f"{factor}.{criterion.number}", criterion.text

    return {
        criterion.code: numbered(str(factor.number), criterion)
        for factor in questionnaire.factors
        for criterion in factor.criteria
    }


def compared(recheck: Recheck, verdict: RecheckVerdict) -> list[Compared]:
    """Return the answers given again beside those of the version that was judged; nothing where none were given."""
    response = recheck.response
    questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
    answers = dict(zip(questionnaire.criterion_codes, _judged_answers(response, verdict), strict=True))
    found = []
    for asked, again in zip(asked_of(recheck), verdict.answers_again, strict=False):
        original = answers[asked.code]
        told = again != NOT_ASKED
        found.append(
            Compared(
                asked,
                in_words(questionnaire, original),
                in_words(questionnaire, again) if told else UNASKED,
                differs=told and again != original,
                crosses={again, original} <= LEVELS and (again in SATISFIED) != (original in SATISFIED),
                levels={again, original} <= LEVELS,
            )
        )
    return found


@dataclass(frozen=True)
class Matching:
    """Of how many comparable criteria how many lie on the same side of satisfied, and how many the campaign asks for."""

    matched: int
    comparable: int
    least: int

    @property
    def is_enough(self) -> bool:
        """Whether as many match as the campaign asks for; where fewer can be compared, all of them."""
        return self.matched >= min(self.least, self.comparable)


def matching(recheck: Recheck, lines: Sequence[Compared]) -> Matching:
    """Return how far the answers given again match the original ones."""
    comparable = [line for line in lines if line.levels]
    least = recheck_settings.of_campaign(recheck.response.campaign).match_least
    return Matching(sum(not line.crosses for line in comparable), len(comparable), least)


def in_words(questionnaire: Questionnaire, mark: str) -> str:
    """Return an answer's character as people read it: "4 – Hài lòng"."""
    if mark == NOT_APPLICABLE:
        return questionnaire.scale.not_applicable
    return "để trống" if mark == NOT_ASKED else f"{mark} – {questionnaire.scale.levels[int(mark) - 1]}"


def _judged_answers(response: Response, verdict: RecheckVerdict) -> str:
    if verdict.response_version == response.version:
        return response.answers
    earlier = {each.version: each.answers for each in responses.versions_of(response)}
    return earlier[verdict.response_version]


def answers_in_words(verdict: RecheckVerdict) -> list[tuple[str, str]]:
    """Return what was found on (a), (b) and (c) as (short question, answer)."""
    held = LABELS[RecheckAnswer(verdict.took_place)] if verdict.took_place else "–"
    if verdict.took_place_on:
        held = f"{held}, ngày {verdict.took_place_on:%d/%m/%Y}"
    return [
        ("(a) Có cuộc phỏng vấn", held),
        ("(b) Đã dùng dịch vụ ở đơn vị này", _told(verdict.used_service)),
        ("(c) Câu hỏi được đọc đúng, không gợi ý", _told(verdict.read_fairly)),
    ]


def _told(word: str | None) -> str:
    return LABELS[RecheckAnswer(word)] if word else "–"


def reasons_in_words(verdict: RecheckVerdict) -> list[str]:
    """Return the reasons of a verdict."""
    return [LABELS[RecheckReason(word)] for word in verdict.reasons.split(",") if word]


def own_of(user: User, response: Response) -> Recheck | None:
    """Return the re-check of a response that is a person's own body's, of any state; None where there is none."""
    own = rechecks.visible_to(user).where(Recheck.response_id == response.id, Recheck.body == user.body)
    return db.session.scalar(own) if user.body else None


def others_of(user: User, recheck: Recheck) -> Sequence[RecheckVerdict]:
    """Return what the other body found on the same response, newest first, once the person may know it."""
    known = rechecks.known_to(user).where(
        Recheck.response_id == recheck.response_id, Recheck.body != recheck.body
    )
    other = db.session.scalar(known)
    if other is None or recheck.state == RecheckState.WAITING:
        return []
    found = select(RecheckVerdict).where(RecheckVerdict.recheck_id == other.id)
    eager = (joinedload(RecheckVerdict.given_by), joinedload(RecheckVerdict.recheck))
    return db.session.scalars(found.options(*eager).order_by(RecheckVerdict.number.desc())).all()


def verdicts_of(recheck: Recheck) -> list[RecheckVerdict]:
    """Return a re-check's verdicts, the one that counts first."""
    return recheck_verdicts.of_recheck(recheck)[::-1]
