"""Files that are read in: shown before anything changes, applied as one batch, reversed as one (E17, E20)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import defer

from scoring.errors import ScoringError
from scoring.sheets import Sheet, parse_sheet
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, odk_import, response_batches, sample_import
from survey_app.domain.import_plan import Importer, Plan
from survey_app.domain.paging import Page, cut
from survey_app.exports import workbook_answers
from survey_app.extensions import begin_writing, db
from survey_app.labels import LABELS
from survey_app.language import clean_line
from survey_app.models import Campaign, ImportBatch, User
from survey_app.models.columns import now
from survey_app.vocabulary import BatchNoun, BatchState, Permission

IMPORTERS: dict[BatchNoun, Importer] = {
    BatchNoun.RESPONSES: response_batches,
    BatchNoun.SAMPLE: sample_import,
}
PERMISSIONS = {
    BatchNoun.RESPONSES: Permission.RESPONSE_IMPORT,
    BatchNoun.SAMPLE: Permission.SAMPLE_IMPORT,
}
LONGEST_LINE = 200
# What a page can plan within a few seconds; longer files go through the command line.
MOST_ROWS = 20_000
MOST_SHOWN = 200

# Key, field, before, after: as people read them.
CellChange = tuple[str, str, str, str]


@dataclass(frozen=True)
class Heading:
    """A column of a file, what it is read as, and how that was recognised."""

    name: str
    meaning: str
    how: str
    is_read: bool


@dataclass(frozen=True)
class Preview:
    """What a batch would do now: its plan, its columns, the columns it lacks, and stored records it does not have."""

    plan: Plan
    headings: Sequence[Heading]
    absent: Sequence[str] = ()
    left: Sequence[str] = ()
    seen: str = ""

    @property
    def new(self) -> list[str]:
        """The keys of the first rows that would be added."""
        return list(islice((row.key for row in self.plan.rows if row.kind == "new"), MOST_SHOWN))

    @property
    def changes(self) -> list[CellChange]:
        """The first cells that would change."""
        return list(
            islice(((row.key, *each) for row in self.plan.rows for each in row.differences), MOST_SHOWN)
        )

    @property
    def cells(self) -> int:
        """How many cells would change in rows that are stored."""
        return sum(len(row.differences) for row in self.plan.rows)


def nouns_of(user: User) -> list[BatchNoun]:
    """Return what a person may read in from files."""
    return [noun for noun in IMPORTERS if user.may(PERMISSIONS[noun])]


def importers_of(user: User) -> list[Importer]:
    """Return what reads the files a person may read in."""
    return [IMPORTERS[noun] for noun in nouns_of(user)]


def visible_to(user: User) -> Select[ImportBatch]:
    """Return the batches of the nouns a person may read in; their files stay unread."""
    return select(ImportBatch).where(ImportBatch.noun.in_(nouns_of(user)))


def search(user: User, campaign: Campaign, number: int) -> Page[ImportBatch]:
    """Return a page of a campaign's batches, the newest first."""
    found = visible_to(user).where(ImportBatch.campaign_id == campaign.id).order_by(ImportBatch.id.desc())
    return cut(found.options(defer(ImportBatch.content), defer(ImportBatch.changes)), number)


def one_visible_to(user: User, campaign: Campaign, number: int) -> ImportBatch:
    """Return one batch of a campaign; one that is not theirs is as absent as one that is not."""
    found = visible_to(user).where(ImportBatch.campaign_id == campaign.id, ImportBatch.id == number)
    batch = db.session.scalar(found) if 0 < number < 2**63 else None
    if batch is None:
        raise problems.NotFound()
    return batch


def preview(
    actor: User, campaign: Campaign, noun: str, file_name: str, content: bytes
) -> tuple[ImportBatch, Plan]:
    """Keep a file with its digest and return what it would do; nothing else changes.

    Refuses a noun that is not the person's, a file that is no table or longer than a page plans, and whatever the
    importer refuses as a whole.
    """
    known = next((each for each in nouns_of(actor) if each == noun), None)
    if known is None:
        raise problems.InvalidFields({"noun": problems.field("batch_noun")})
    name = clean_line(PurePath(file_name.replace("\\", "/")).name)[-LONGEST_LINE:] or "tệp"
    table = _table(known, name, content)
    if len(table.rows) > MOST_ROWS:
        why = problems.field("file_too_long", count=len(table.rows), most=MOST_ROWS)
        raise problems.InvalidFields({"file": why})
    plan = IMPORTERS[known].plan(campaign, table)
    begin_writing()
    batch = ImportBatch(
        campaign_id=campaign.id,
        noun=known,
        file_name=name,
        file_sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        read_by_id=actor.id,
        new_rows=plan.new,
        changed_rows=plan.changed,
        unchanged_rows=plan.unchanged,
    )
    db.session.add(batch)
    db.session.flush()
    return batch, plan


def _table(noun: str, name: str, content: bytes) -> Sheet:
    try:
        if noun == BatchNoun.RESPONSES:
            return parse_sheet(
                name, content, repeated=True, sheet=workbook_answers.SHEET, key=workbook_answers.KEY
            )
        return parse_sheet(name, content)
    except ScoringError as refusal:
        raise problems.ScorerRefused(fields={"file": str(refusal)}, detail=str(refusal)) from refusal


def shown(campaign: Campaign, batch: ImportBatch) -> Preview:
    """Return what a batch that waits for a decision would do now; refuses one that is decided."""
    if batch.state != BatchState.PREVIEWED or batch.content is None:
        raise _decided(batch)
    noun = BatchNoun(batch.noun)
    table = _table(noun, batch.file_name, batch.content)
    importer = IMPORTERS[noun]
    known = {column.name: column for column in importer.columns(campaign)}
    names = {name: column.meaning for name, column in known.items()}
    if noun != BatchNoun.RESPONSES:
        plan = importer.plan(campaign, table)
        headings = [
            Heading(
                name,
                names.get(name, ""),
                "theo tên" if name in known else "không nhận ra, bỏ qua",
                name in known,
            )
            for name in table.columns
            if name
        ]
        absent = [name for name in known if name not in table.columns]
        return Preview(plan, headings, absent, (), seal(plan))
    plan, left = response_batches.planned(campaign, table)
    found = response_batches.column_map(campaign, table)
    headings = [
        Heading(
            column.heading, _meaning(column, names), odk_import.HOW_WORDS[column.how], column in found.read
        )
        for column in found.columns
        if column.heading
    ]
    return Preview(plan, headings, found.missing, left, seal(plan))


def _meaning(column: odk_import.Column, names: Mapping[str, str]) -> str:
    if not column.target:
        return ""
    code = "/".join(filter(None, (column.target, column.option)))
    return f"{code} – {names[column.target]}" if column.target in names else code


def seal(plan: Plan) -> str:
    """Return the digest of what a plan shows: a person decides on exactly that."""
    told = [[row.kind, row.row, row.key, row.differences] for row in plan.rows]
    refused = [[cell.row, cell.column, cell.value, cell.why] for cell in plan.refused]
    return hashlib.sha256(json.dumps([told, refused], ensure_ascii=False).encode()).hexdigest()


def apply(actor: User, batch: ImportBatch, *, seen: str | None = None) -> ImportBatch:
    """Do what a batch's file says, as one, planned anew from the stored file.

    Refuses a batch that is decided, a file with a refused cell, and a plan that is no longer the one that was
    shown (`seen` is its seal): then the new counts are kept and the preview is to be shown again.
    """
    campaign = db.session.get_one(Campaign, batch.campaign_id)
    if batch.state != BatchState.PREVIEWED or batch.content is None:
        raise _decided(batch)
    noun = BatchNoun(batch.noun)
    importer = IMPORTERS[noun]
    plan = importer.plan(campaign, _table(noun, batch.file_name, batch.content))
    begin_writing()
    batch = _locked(batch, BatchState.PREVIEWED)
    counts = (plan.new, plan.changed, plan.unchanged)
    if counts != (batch.new_rows, batch.changed_rows, batch.unchanged_rows) or seen not in (None, seal(plan)):
        batch.new_rows, batch.changed_rows, batch.unchanged_rows = counts
        raise problems.BatchOvertaken()
    if plan.refused:
        raise problems.BatchRefused(file=batch.file_name, count=len(plan.refused))
    changes = importer.apply(actor, campaign, plan)
    keep_applied(actor, campaign, batch, changes)
    return batch


def keep_applied(
    actor: User, campaign: Campaign, batch: ImportBatch, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Note that a batch is applied, with what stood before each of its rows, and drop its file."""
    batch.changes = json.dumps(changes, ensure_ascii=False, separators=(",", ":"))
    batch.content = None
    batch.state = BatchState.APPLIED
    batch.applied_at = now()
    db.session.add(batch)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.BATCH_APPLIED,
        batch.id,
        campaign_id=campaign.id,
        after={
            "noun": batch.noun,
            "file": batch.file_name,
            "sha256": batch.file_sha256,
            "new": batch.new_rows,
            "changed": batch.changed_rows,
            "unchanged": batch.unchanged_rows,
        },
        at=batch.applied_at,
    )


def apply_at_once(
    actor: User, campaign: Campaign, noun: BatchNoun, file_name: str, sha256: str, plan: Plan
) -> ImportBatch:
    """Apply a plan that nobody has to see first, as one batch that can be reversed; for the command."""
    changes = IMPORTERS[noun].apply(actor, campaign, plan)
    batch = ImportBatch(
        campaign_id=campaign.id,
        noun=noun,
        file_name=file_name,
        file_sha256=sha256,
        read_by_id=actor.id,
        new_rows=plan.new,
        changed_rows=plan.changed,
        unchanged_rows=plan.unchanged,
    )
    keep_applied(actor, campaign, batch, changes)
    return batch


def discard(actor: User, batch: ImportBatch) -> None:
    """Drop a file that was only shown; refuses a batch that is decided, and one whose noun is not the person's."""
    if batch.noun not in nouns_of(actor):
        raise problems.NotAllowed()
    batch = _locked(batch, BatchState.PREVIEWED)
    batch.state = BatchState.DISCARDED
    batch.content = None
    db.session.flush()


def reverse(actor: User, batch: ImportBatch, reason: str) -> None:
    """Put back what stood before a batch, as one.

    Refuses a batch that is not applied, a missing reason, and by name the records that changed since.
    """
    why = clean_line(reason)
    if not 1 <= len(why) <= LONGEST_LINE:
        raise problems.InvalidFields({"reason": problems.field("reverse_reason", most=LONGEST_LINE)})
    batch = _locked(batch, BatchState.APPLIED)
    campaign = db.session.get_one(Campaign, batch.campaign_id)
    changes = [{**change, "reason": why} for change in json.loads(batch.changes)]
    IMPORTERS[BatchNoun(batch.noun)].reverse(actor, campaign, changes)
    batch.state = BatchState.REVERSED
    batch.reversed_at = now()
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.BATCH_REVERSED,
        batch.id,
        campaign_id=campaign.id,
        before={"state": BatchState.APPLIED},
        after={"state": BatchState.REVERSED, "file": batch.file_name, "rows": len(changes)},
        reason=why,
        at=batch.reversed_at,
    )


@dataclass(frozen=True)
class Done:
    """What an applied batch did: the first keys it added, the first cells it changed, and how many cells."""

    new: Sequence[str]
    changes: Sequence[CellChange]
    cells: int


def done(batch: ImportBatch) -> Done:
    """Return what an applied or reversed batch had done."""
    rows: list[dict[str, Any]] = json.loads(batch.changes)
    new = [row["key"] for row in rows if row.get("kind") == "new"]
    cells = [(row["key"], *each) for row in rows for each in row.get("differences", ())]
    return Done(new[:MOST_SHOWN], cells[:MOST_SHOWN], len(cells))


def names_of(campaign: Campaign, batch: ImportBatch) -> dict[str, str]:
    """Return what each field of a batch's noun is called."""
    return {column.name: column.meaning for column in IMPORTERS[BatchNoun(batch.noun)].columns(campaign)}


def rule_of(batch: ImportBatch) -> str:
    """Return in words what a blank cell of a batch's file means."""
    return IMPORTERS[BatchNoun(batch.noun)].rule


def _locked(batch: ImportBatch, needed: BatchState) -> ImportBatch:
    found = (
        select(ImportBatch)
        .where(ImportBatch.id == batch.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    locked = db.session.scalars(found).one()
    if locked.state != needed:
        raise _decided(locked)
    return locked


def _decided(batch: ImportBatch) -> problems.BatchDecided:
    return problems.BatchDecided(file=batch.file_name, state=LABELS[BatchState(batch.state)])
