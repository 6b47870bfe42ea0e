"""Everything the files of one result are made from: of a stored run, of a publication, or of the present answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.book import ScoreBook
from survey_app.domain import (
    campaigns,
    counting,
    dossiers,
    earlier_years,
    printing,
    report_templates,
    report_words,
    run_answers,
    scores,
)
from survey_app.exports.dossier import Dossier, FieldWork
from survey_app.exports.material import Material, Words
from survey_app.exports.tables import Cover
from survey_app.extensions import one_moment
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.models import Campaign, Publication, ScoreRun, User
from survey_app.models.columns import now
from survey_app.version import VERSION
from survey_app.vocabulary import CampaignState, ResponseState, Validity

APART = "Tự trả lời, đếm riêng"


def of_run(actor: User, campaign: Campaign, number: int) -> Material:
    """Return what the files of a stored run are made from; refuses a run the person may not see, or one without a dossier."""
    return material_of(scores.run_of(actor, campaign, number))


def of_publication(publication: Publication) -> Material:
    """Return what the files of a publication are made from, with what was published where and when."""
    facts = {
        "number": str(publication.number),
        "published_at": publication.published_at.isoformat(),
        "reason": publication.reason,
        "bundle_digest": publication.bundle_digest,
    }
    return material_of(publication.run, facts)


def material_of(run: ScoreRun, publication: Mapping[str, str] | None = None) -> Material:
    """Return the material of a stored run, whoever asks."""
    campaign, dossier = run.campaign, dossiers.of_run(run)
    return Material(
        book=ScoreBook.from_json(run.book),
        cover=cover_of(campaign, run, dossier.field_work, dossier),
        dossier=dossier,
        answers=run_answers.reader(campaign, run_answers.versions_of(run)),
        words=_words(campaign),
        years=earlier_years.years_of(campaign, run),
        areas=earlier_years.areas_of(campaign),
        template=report_templates.content_of(campaign),
        publication=publication or {},
        questionnaires=tuple(run_answers.questionnaires_of(campaign)),
    )


def of_now(campaign: Campaign) -> Material:
    """Return the material of the answers as they stand now, all as of one moment; nothing is stored.

    Ends the transaction that went before.
    """
    with one_moment():
        versions = run_answers.versions_now(campaign)
        dossier = dossiers.gather(campaign, versions)
        return Material(
            book=counting.current(campaign, detail=None, sensitive=True),
            cover=cover_of(campaign, None, dossier.field_work, dossier),
            dossier=dossier,
            answers=run_answers.reader(campaign, versions),
            words=_words(campaign),
            years=earlier_years.years_of(campaign),
            areas=earlier_years.areas_of(campaign),
            template=report_templates.content_of(campaign),
            questionnaires=tuple(run_answers.questionnaires_of(campaign)),
        )


def cover_of(
    campaign: Campaign, run: ScoreRun | None, field_work: Sequence[FieldWork], dossier: Dossier | None
) -> Cover:
    """Return what stands around a result: of a stored run, or of now where there is none.

    Name, state and groups are those of the dossier, the campaign's present ones without it.
    """
    rules, moment = run or campaign, now()
    facts: dict[str, Any] = {"name": campaign.name, "state": campaign.state, "year": campaign.year}
    facts |= dossier.campaign if dossier else {}
    return Cover(
        campaign=facts["name"],
        campaign_code=campaign.code,
        made_up=campaign.made_up,
        state=CAMPAIGN_LABELS[CampaignState(facts["state"])],
        as_of=run.run_at if run else moment,
        written_at=moment,
        program_version=run.program_version if run else VERSION,
        questionnaire=campaigns.questionnaire_of(rules.questionnaire_sha256),
        method=campaigns.method_of(rules.method_sha256),
        group_names=dossier.groups if dossier else campaigns.group_names_of(campaign),
        run_number=run.number if run else None,
        run_reason=run.reason if run else "",
        excluded=_excluded(field_work),
        year=facts["year"],
    )


def _excluded(field_work: Sequence[FieldWork]) -> dict[str, int]:
    return {
        LABELS[Validity.TOO_FEW_ANSWERS]: sum(each.invalid for each in field_work),
        LABELS[ResponseState.RETURNED]: sum(each.returned for each in field_work),
        LABELS[ResponseState.VOID]: sum(each.void for each in field_work),
        LABELS[ResponseState.DRAFT]: sum(each.drafts for each in field_work),
        APART: sum(each.apart for each in field_work),
    }


def _words(campaign: Campaign) -> Words:
    authority, issuer = printing.letterhead_of(campaign)
    kept = report_words.words_of(campaign)
    return Words(
        authority=authority,
        issuer=issuer,
        place=kept.place,
        number=kept.number,
        dated=kept.dated,
        signer_title=kept.signer_title,
        signer=kept.signer,
        recipients=kept.recipient_lines,
    )
