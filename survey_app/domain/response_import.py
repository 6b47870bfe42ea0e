"""Responses from a file on the command line: every row a new response by the form's rules, all or nothing, one batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from survey_app import problems
from survey_app.domain import campaigns, import_batches, response_batches, responses
from survey_app.domain.import_plan import CellRefused
from survey_app.domain.response_cells import BLANK, NOT_APPLICABLE, Cell, is_blank
from survey_app.domain.response_rows import Given, Planner, is_invalid
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, ImportBatch, User
from survey_app.models.columns import now
from survey_app.vocabulary import BatchNoun

MOST_ERRORS = 50
LONGEST_LINE = 200


class Row(Protocol):
    """A row as the scorer's reader yields it; `number` is its line in the file, the heading being 1."""

    @property
    def number(self) -> int: ...
    @property
    def form_code(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def enumerator(self) -> str | None: ...
    @property
    def packed(self) -> str: ...
    @property
    def extra(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Batch:
    """What an import did, or would do."""

    stored: int
    invalid: int


def unknown_columns(campaign: Campaign, columns: Sequence[str]) -> list[str]:
    """Return the columns of a file, criteria aside, that the import does not read."""
    questions = campaigns.questionnaire_of(campaign.questionnaire_sha256).questions
    known = {"mode", *(question.code for question in questions)}
    return [column for column in columns if column not in known]


def import_rows(
    actor: User,
    campaign: Campaign,
    file: str,
    rows: Iterable[Row],
    *,
    dry_run: bool = False,
    sha256: str = "",
) -> Batch:
    """Store every row of a file as a submitted response, with one audit line each, or none at all.

    Refuses, naming row and column: a unit not in the campaign, an unknown enumerator, a form code
    already there (be it of a void form), a value outside its question's rule. A form with too few answers is stored as
    not valid. The same row always gets the same id. Rows are stored as they come, so memory stays small.
    A file with its checksum is kept as a batch that can be reversed.
    """
    responses.check_open(campaign)
    codes = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    known = [question.code for question in codes.questions]
    name = clean_line(file)[:LONGEST_LINE]
    planner = Planner(campaign, file=name, only_new=True)
    planned = planner.plan(_given(row, codes.criterion_codes, known) for row in rows)
    moment = now()
    kept: list[dict[str, Any]] = []
    stored = invalid = 0
    with db.session.begin_nested():
        for some in response_batches.pieces(planned):
            stored += len(some)
            invalid += sum(map(is_invalid, some))
            if not dry_run and not planner.refused:
                kept += response_batches.store_new(campaign, some, moment)
        if planner.refused:
            raise problems.ImportRefused(file, _errors(planner.refused))
        response_batches.record_new(actor, campaign, kept, name, moment)
        if kept and sha256:
            _keep_batch(actor, campaign, name, sha256, kept)
    return Batch(stored, invalid)


def _keep_batch(
    actor: User, campaign: Campaign, name: str, sha256: str, kept: Sequence[Mapping[str, Any]]
) -> None:
    batch = ImportBatch(
        campaign_id=campaign.id,
        noun=BatchNoun.RESPONSES,
        file_name=name,
        file_sha256=sha256,
        read_by_id=actor.id,
        new_rows=len(kept),
        changed_rows=0,
        unchanged_rows=0,
    )
    import_batches.keep_applied(actor, campaign, batch, kept)


def _given(row: Row, criteria: Sequence[str], questions: Sequence[str]) -> Given:
    levels = [
        Cell(code, code, "", "NA" if level == NOT_APPLICABLE else level)
        for code, level in zip(criteria, row.packed, strict=True)
        if level != BLANK
    ]
    others = [
        Cell(code, code, "", row.extra[code])
        for code in questions
        if code in row.extra and not is_blank(row.extra[code])
    ]
    return Given(
        number=row.number,
        form_code=row.form_code,
        unit=row.unit,
        enumerator=row.enumerator or "",
        mode=row.extra.get("mode", ""),
        cells=levels + others,
    )


def _errors(refused: Sequence[CellRefused]) -> list[str]:
    shown = [
        problems.field("row_cell", row=cell.row, column=cell.column, why=cell.why)
        for cell in refused[:MOST_ERRORS]
    ]
    left = len(refused) - MOST_ERRORS
    return [*shown, problems.field("more_errors", count=left)] if left > 0 else shown
