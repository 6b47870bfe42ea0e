"""A score book with all that stands around it: what pages show and files carry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scoring.book import ScoreBook
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import assignments, audit, campaigns, counting, scores
from survey_app.exports import workbook
from survey_app.exports.tables import Column, Cover, Row, Table
from survey_app.labels import CAMPAIGN_LABELS, LABELS
from survey_app.models import Campaign, User
from survey_app.models.columns import now
from survey_app.version import VERSION
from survey_app.vocabulary import CampaignState, ResponseState, Role, Validity

APART = "Tự trả lời, đếm riêng"


@dataclass(frozen=True)
class Shown:
    """A book, its cover, and the counts of responses by unit."""

    book: ScoreBook
    cover: Cover
    progress: list[assignments.Progress]

    def result_of(self, unit: str) -> Mapping[str, Any]:
        """Return one unit's result; refuses a unit the book does not rank."""
        for result in self.book.satisfaction["units"]:
            if result["unit"] == unit:
                return dict(result)
        raise problems.NotFound()


def shown(
    actor: User,
    campaign: Campaign,
    number: int | None = None,
    detail: Collection[str] | None = (),
    sensitive: bool = False,
) -> Shown:
    """Return the result as it stands now, or a stored run; refuses a run the person may not see.

    A stored run keeps everything; of the present answers `detail` and `sensitive` say what `counting.current` computes.
    """
    progress = assignments.progress(campaign)
    if number is None:
        book, run = counting.current(campaign, detail, sensitive), None
    else:
        run = scores.run_of(actor, campaign, number)
        book = ScoreBook.from_json(run.book)
    rules, moment = run or campaign, now()
    cover = Cover(
        campaign=campaign.name,
        campaign_code=campaign.code,
        made_up=campaign.made_up,
        state=CAMPAIGN_LABELS[CampaignState(campaign.state)],
        as_of=run.run_at if run else moment,
        written_at=moment,
        program_version=run.program_version if run else VERSION,
        questionnaire=campaigns.questionnaire_of(rules.questionnaire_sha256),
        method=campaigns.method_of(rules.method_sha256),
        group_names=campaigns.group_names_of(campaign),
        run_number=run.number if run else None,
        run_reason=run.reason if run else "",
        excluded=_excluded(progress),
        year=campaign.year,
    )
    return Shown(book, cover, progress)


def _excluded(progress: list[assignments.Progress]) -> dict[str, int]:
    return {
        LABELS[Validity.TOO_FEW_ANSWERS]: sum(unit.invalid for unit in progress),
        LABELS[ResponseState.RETURNED]: sum(unit.returned for unit in progress),
        LABELS[ResponseState.VOID]: sum(unit.void for unit in progress),
        LABELS[ResponseState.DRAFT]: sum(unit.drafts for unit in progress),
        APART: sum(unit.apart for unit in progress),
    }


def published_unit(actor: User, campaign: Campaign, unit: str) -> Shown:
    """Return what a unit's officer may see: the own unit in the published run; otherwise nothing is there."""
    if actor.role != Role.UNIT_OFFICER or actor.unit is None or actor.unit.code != unit:
        raise problems.NotFound()
    runs = scores.runs_of(actor, campaign)
    if not runs:
        raise problems.NotFound()
    return shown(actor, campaign, runs[0].number)


def progress_table(progress: list[assignments.Progress], counted_at: datetime) -> Table:
    """Return the counts against quotas as a table, zeros included; they are of now, also beside a stored run."""
    columns = (
        Column("Nhóm"),
        Column("Mã", "code"),
        Column("Đơn vị"),
        *(
            Column(heading, "count")
            for heading in (
                *("Chỉ tiêu", "Hợp lệ", "Còn thiếu", "Không hợp lệ", "Trả lại", "Đã hủy", "Nháp"),
                APART,
            )
        ),
    )
    rows = tuple(
        Row(
            (
                each.unit.group.name,
                each.unit.unit.code,
                each.unit.unit.name,
                each.quota,
                each.valid,
                each.gap,
                each.invalid,
                each.returned,
                each.void,
                each.drafts,
                each.apart,
            ),
            key=each.unit.unit.code,
        )
        for each in progress
    )
    return Table("Tiến độ", "Phiếu so với chỉ tiêu", columns, rows, as_of=counted_at)


def export(actor: User, campaign: Campaign, ending: str, number: int | None = None) -> bytes:
    """Return the result as a file, .xlsx or .json, with an audit line; refuses another ending."""
    found = shown(actor, campaign, number, detail=None, sensitive=True)
    if ending == ".json":
        content = found.book.to_json()
    elif ending == ".xlsx":
        content = workbook.build(
            found.book, found.cover, progress_table(found.progress, found.cover.written_at)
        )
    else:
        raise problems.UnknownValue(what="Loại tệp", value=ending, known=".xlsx, .json")
    after = {"file": ending, "run": number, "book": found.book.digest}
    audit.record(actor, AuditVerb.SCORE_EXPORTED, campaign.code, campaign_id=campaign.id, after=after)
    return content
