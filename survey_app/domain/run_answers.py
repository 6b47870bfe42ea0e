"""The responses that a run counted, in the version it counted, without who answered and who asked."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from scoring.questionnaire import Questionnaire
from survey_app import publication_problems
from survey_app.domain import campaigns, counting
from survey_app.domain.days import day_of
from survey_app.domain.people import alias
from survey_app.exports.bundle_answers import answer_lines
from survey_app.exports.material import AnswerRow, Material
from survey_app.extensions import db
from survey_app.models import Campaign, Response, ResponseVersion, ScoreRun, User
from survey_app.models.response import COUNTED

_CHUNK = 500


def reader(campaign: Campaign, versions: Mapping[int, int]) -> Callable[[], Iterator[AnswerRow]]:
    """Return what reads the responses of these versions anew each time, in the order in which they first arrived."""
    units = campaigns.units_of(campaign)
    codes = {unit.unit_id: unit.unit.code for unit in units}
    counts_for = counting.counting_units(units)

    def read() -> Iterator[AnswerRow]:
        older = _older(campaign, versions)
        for response, username in _present(campaign):
            if response.id not in versions:
                continue
            kept = older.get(response.id, response)
            questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
            yield AnswerRow(
                form_code=kept.form_code or "",
                unit=codes[kept.unit_id or 0],
                counts_for=counts_for[kept.unit_id or 0],
                enumerator=alias(response.enumerator_id, username),
                mode=kept.mode,
                questionnaire=questionnaire.code,
                version=kept.version,
                submitted_on=day_of(response.submitted_at).isoformat() if response.submitted_at else "",
                answers=kept.answers,
                details=_closed(json.loads(kept.details), questionnaire),
            )

    return read


def _present(campaign: Campaign) -> Iterable[Any]:
    found = (
        select(Response, User.username)
        .join(User, User.id == Response.enumerator_id)
        .where(Response.campaign_id == campaign.id, Response.form_code.is_not(None))
        .order_by(Response.id)
        .execution_options(yield_per=_CHUNK)
    )
    return db.session.execute(found)


def _older(campaign: Campaign, versions: Mapping[int, int]) -> dict[int, ResponseVersion]:
    """Return the superseded versions among those counted, by response."""
    found = (
        select(ResponseVersion)
        .join(Response, Response.id == ResponseVersion.response_id)
        .where(Response.campaign_id == campaign.id)
        .execution_options(yield_per=_CHUNK)
    )
    return {
        each.response_id: each
        for each in db.session.scalars(found)
        if versions.get(each.response_id) == each.version
    }


def _closed(details: Mapping[str, Any], questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the unscored answers without the words that people typed."""
    typed = {question.code for question in questionnaire.questions if question.kind == "text"}
    return {code: value for code, value in details.items() if code not in typed}


def versions_now(campaign: Campaign) -> dict[int, int]:
    """Return the responses that count at this moment, each with its version."""
    found = select(Response.id, Response.version).where(Response.campaign_id == campaign.id, COUNTED)
    return {row.id: row.version for row in db.session.execute(found)}


def packed(versions: Mapping[int, int]) -> bytes:
    """Return which responses count, and in which version, as `ScoreRun.versions` keeps them."""
    lines = "".join(f"{identity} {version}\n" for identity, version in sorted(versions.items()))
    return zlib.compress(lines.encode(), 9)


def versions_of(run: ScoreRun) -> dict[int, int]:
    """Return the identities of the responses a run counted, each with its version."""
    lines = zlib.decompress(run.versions).decode().splitlines()
    return {int(identity): int(version) for identity, version in map(str.split, lines)}


def digest(rows: Iterable[AnswerRow], questionnaires: Sequence[Questionnaire]) -> str:
    """Return the SHA-256 of the rows as the file `answers.csv` of a bundle holds them."""
    whole = hashlib.sha256()
    for line in answer_lines(rows, questionnaires):
        whole.update(line)
    return whole.hexdigest()


def questionnaires_of(campaign: Campaign) -> list[Questionnaire]:
    """Return every questionnaire that responses of a campaign were asked by, its own first."""
    asked = select(Response.questionnaire_sha256).where(Response.campaign_id == campaign.id).distinct()
    others = sorted(set(db.session.scalars(asked)) - {campaign.questionnaire_sha256})
    return [campaigns.questionnaire_of(each) for each in (campaign.questionnaire_sha256, *others)]


def check_unchanged(material: Material) -> None:
    """Refuse to make anything of a run whose answers are no longer what it counted."""
    if digest(material.answers(), material.questionnaires) != material.dossier.answers_sha256:
        raise publication_problems.AnswersChangedSince(number=material.cover.run_number)
