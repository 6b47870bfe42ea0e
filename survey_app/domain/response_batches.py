"""The importer of responses: a file of ours, of ODK or of KoboToolbox becomes new responses and new versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from scoring.questionnaire import Questionnaire
from scoring.sheets import Sheet, clean
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import (
    audit,
    campaign_settings,
    campaigns,
    odk_import,
    responses,
)
from survey_app.domain.days import HERE
from survey_app.domain.import_plan import CellRefused, Column, Plan, Planned
from survey_app.domain.odk_import import ColumnMap
from survey_app.domain.response_cells import ERASE, Cell, is_blank
from survey_app.domain.response_known import version_label
from survey_app.domain.response_rows import CONTENT, TOGETHER, Given, Planner
from survey_app.domain.response_saving import keep_version
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, Paradata, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import BatchNoun, Mode, ResponseState

noun = BatchNoun.RESPONSES
rule = (
    f"Ô để trống giữ nguyên câu trả lời đã có; ghi {ERASE} để xóa. Phiếu nhận ra theo mã phiếu, thứ tự dòng không quan trọng; "
    "phiếu không có trong tệp giữ nguyên."
)
LONGEST_REASON = 200
ASKED_BY = "questionnaire"  # of a file whose columns bear no label of a version
MOST_NAMED = 10
Item = TypeVar("Item")


def columns(campaign: Campaign) -> tuple[Column, ...]:
    """Return the columns a file of responses may have: those every new response needs first."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    fields = {code: words[0] for code, words in odk_import.FIELDS.items()}
    return (
        *(Column(code, code != "mode", words) for code, words in fields.items()),
        *(Column(criterion.code, True, criterion.text) for criterion in questionnaire.criteria),
        *(Column(question.code, False, question.text) for question in questionnaire.questions),
    )


def column_map(campaign: Campaign, table: Sheet) -> ColumnMap:
    """Return what each column of a file was recognised as."""
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    return odk_import.mapping(questionnaire, table.columns, other_versions(campaign))


def other_versions(campaign: Campaign) -> dict[str, Questionnaire]:
    """Return the other questionnaire versions that responses of a campaign were asked by, under their label."""
    asked = select(Response.questionnaire_sha256).where(Response.campaign_id == campaign.id).distinct()
    found = sorted(set(db.session.scalars(asked)) - {campaign.questionnaire_sha256})
    return {version_label(campaign, sha256): campaigns.questionnaire_of(sha256) for sha256 in found}


def plan(campaign: Campaign, table: Sheet) -> Plan:
    """Return what a file would do to the responses of a campaign; refuses by cell and changes nothing."""
    return planned(campaign, table)[0]


def planned(campaign: Campaign, table: Sheet) -> tuple[Plan, list[str]]:
    """Return the plan of a file and the form codes that arrived and are not in it."""
    responses.check_open(campaign)
    found = column_map(campaign, table)
    refused = [CellRefused(1, column.heading, "", _claimed(column)) for column in found.twice]
    if found.place("form_code") is None and "form_code" in found.missing:
        refused.append(CellRefused(1, "form_code", "", problems.field("column_missing")))
    if not table.rows:
        refused.append(CellRefused(1, "form_code", "", problems.field("no_rows")))
    if refused:
        return Plan((), tuple(refused)), []
    headings = {code: found.heading(code) for code in odk_import.FIELDS}
    planner = Planner(campaign, headings, file=clean_line(table.where)[:LONGEST_REASON])
    rows = tuple(planner.plan(_given(table, found)))
    if planner.has_new:
        refused = [
            CellRefused(1, code, "", problems.field("column_for_new"))
            for code in found.missing
            if code != "mode"
        ]
    missing = planner.missing() if planner.found else []
    return Plan(rows, (*refused, *planner.refused)), missing


def _claimed(column: odk_import.Column) -> str:
    if not column.target:
        return problems.field("column_unclear")
    return problems.field("column_claimed", target="/".join(filter(None, (column.target, column.option))))


def _given(table: Sheet, found: ColumnMap) -> Iterator[Given]:
    places = {code: found.place(code) for code in odk_import.FIELDS}
    answers = [column for column in found.read if column.target not in odk_import.FIELDS]
    asked_by = None if any(column.version for column in answers) else found.told(ASKED_BY)
    for number, texts in table.rows:
        fields = {code: "" if place is None else texts[place] for code, place in places.items()}
        yield Given(
            number=number,
            form_code=clean(fields["form_code"]),
            unit="" if is_blank(fields["unit"]) else fields["unit"],
            enumerator="" if is_blank(fields["enumerator"]) else fields["enumerator"],
            mode="" if is_blank(fields["mode"]) else fields["mode"],
            cells=[
                Cell(each.heading, each.target, each.option, texts[each.place], each.version)
                for each in answers
                if not is_blank(texts[each.place])
            ],
            moments={each.target: texts[each.place] for each in found.moments if texts[each.place]},
            questionnaire="" if asked_by is None else clean(texts[asked_by]),
        )


# --- applying ---


def apply(actor: User, campaign: Campaign, plan: Plan) -> list[dict[str, Any]]:
    """Store new responses and new versions of stored ones, an audit line each; return what stood before.

    Refuses a campaign that is not open, and a response that somebody else stored or changed meanwhile.
    """
    responses.check_open(campaign)
    moment = now()
    reason = next((str(row.facts["file"]) for row in plan.rows if row.facts), "")
    stored = store_new(campaign, (row for row in plan.rows if row.kind == "new"), moment)
    changed = _store_changed(actor, [row for row in plan.rows if row.kind == "changed"], reason, moment)
    record_new(actor, campaign, stored, reason, moment)
    audit_changes = [
        audit.Change(
            each["uuid"],
            before={
                **each["audit"],
                "version": each["version"] - 1,
                "digest": each["before"]["content_digest"],
            },
            after={**each["audit_after"], "version": each["version"], "digest": each["digest"]},
            reason=reason,
        )
        for each in changed
    ]
    if audit_changes:
        audit.record_all(
            actor, AuditVerb.RESPONSE_CORRECTED, audit_changes, campaign_id=campaign.id, at=moment
        )
    kept = ("kind", "key", "uuid", "version", "state", "digest", "before", "differences")
    return [{name: each[name] for name in kept if name in each} for each in (*stored, *changed)]


def store_new(campaign: Campaign, rows: Iterable[Planned], moment: datetime) -> list[dict[str, Any]]:
    """Insert the new responses of a plan, piece by piece; return what is to be remembered of each."""
    kept: list[dict[str, Any]] = []
    stand_apart = not campaign_settings.counts_self(campaign)
    for some in pieces(rows):
        ids = _free_ids(campaign, [row.key for row in some])
        values = [
            {
                "uuid": ids[row.key],
                "campaign_id": campaign.id,
                "form_code": row.key,
                "state": ResponseState.SUBMITTED,
                "version": 1,
                "created_at": moment,
                "saved_at": moment,
                "submitted_at": moment,
                "apart": row.facts["columns"]["mode"] == Mode.SELF and stand_apart,
                **row.facts["columns"],
            }
            for row in some
        ]
        try:
            db.session.execute(insert(Response), values)
        except IntegrityError as collision:
            raise problems.BatchRaced() from collision
        _keep_moments(some, ids)
        kept += [
            {
                "kind": "new",
                "key": value["form_code"],
                "uuid": value["uuid"],
                "version": 1,
                "state": ResponseState.SUBMITTED,
                "digest": value["content_digest"],
            }
            for value in values
        ]
    return kept


def record_new(
    actor: User, campaign: Campaign, stored: Sequence[Mapping[str, Any]], reason: str, moment: datetime
) -> None:
    """Write the audit lines of stored responses, piece by piece."""
    for some in pieces(stored):
        lines = [
            audit.Change(
                each["uuid"],
                after={"form_code": each["key"], "version": 1, "digest": each["digest"]},
                reason=reason,
            )
            for each in some
        ]
        audit.record_all(actor, AuditVerb.RESPONSE_IMPORTED, lines, campaign_id=campaign.id, at=moment)


def pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield some items at a time."""
    left = iter(items)
    while some := list(islice(left, TOGETHER)):
        yield some


def _free_ids(campaign: Campaign, codes: Sequence[str]) -> dict[str, str]:
    """Return an id for each form code: always the same one, unless a response withdrawn before has it."""
    ids = {code: str(uuid5(NAMESPACE_URL, f"{campaign.code}/{code}")) for code in codes}
    left, number = list(codes), 1
    while left:
        asked = select(Response.uuid).where(Response.uuid.in_([ids[code] for code in left]))
        taken = set(db.session.scalars(asked))
        left = [code for code in left if ids[code] in taken]
        number += 1
        ids |= {code: str(uuid5(NAMESPACE_URL, f"{campaign.code}/{code}#{number}")) for code in left}
    return ids


def _keep_moments(rows: Sequence[Planned], ids: Mapping[str, str]) -> None:
    told = {ids[row.key]: _moments(row.facts["moments"]) for row in rows if row.facts["moments"]}
    told = {uuid: moments for uuid, moments in told.items() if moments}
    if told:
        asked = select(Response.uuid, Response.id).where(Response.uuid.in_(told))
        keys = dict(db.session.execute(asked).all())
        empty: dict[str, datetime | None] = {"opened_at": None, "finished_at": None}
        db.session.execute(
            insert(Paradata),
            [{"response_id": keys[uuid], **empty, **moments} for uuid, moments in told.items()],
        )


def _moments(texts: Mapping[str, str]) -> dict[str, datetime]:
    """Return the moments a device told, Vietnamese time where it names no zone; what is none is left out."""
    found = {}
    for name, text in texts.items():
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            continue
        if 2000 <= moment.year < 3000:
            found[name] = (moment if moment.tzinfo else moment.replace(tzinfo=HERE)).astimezone(UTC)
    return found


def _store_changed(
    actor: User, rows: Sequence[Planned], reason: str, moment: datetime
) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for some in pieces(rows):
        found = _locked([row.facts["uuid"] for row in some])
        for row in some:
            response = found.get(row.facts["uuid"])
            if response is None or response.version != row.facts["version"]:
                raise problems.BatchRaced()
            before = supersede(actor, response, row.facts["columns"], reason, moment)
            kept.append(
                {
                    "kind": "changed",
                    "key": row.key,
                    "uuid": response.uuid,
                    "version": response.version,
                    "state": response.state,
                    "digest": response.content_digest,
                    "before": before,
                    "differences": row.differences,
                    "audit": {name: old for name, old, _ in row.differences},
                    "audit_after": {name: new for name, _, new in row.differences},
                }
            )
        _flush()
    return kept


def _locked(uuids: Sequence[str]) -> dict[str, Response]:
    found = (
        select(Response)
        .where(Response.uuid.in_(uuids))
        .order_by(Response.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {response.uuid: response for response in db.session.scalars(found)}


def supersede(
    actor: User, response: Response, content: Mapping[str, Any], reason: str, moment: datetime
) -> dict[str, Any]:
    """Give a response other content as its next version and keep the present one; return its content columns."""
    before = {name: getattr(response, name) for name in CONTENT}
    keep_version(actor, response, reason, moment)
    for name in CONTENT:
        setattr(response, name, content[name])
    response.saved_at = moment
    response.version += 1
    return before


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as collision:
        raise problems.BatchRaced() from collision


# --- reversing ---


def reverse(actor: User, campaign: Campaign, changes: Sequence[Mapping[str, Any]]) -> None:
    """Withdraw what a file added (void, its form code free again), and give back what stood before it.

    Refuses a campaign that is not open, and by form code every response that was changed or returned since.
    """
    responses.check_open(campaign)
    moment = now()
    reason = str(changes[0].get("reason", "")) if changes else ""
    since: list[str] = []
    withdrawn: list[audit.Change] = []
    corrected: list[audit.Change] = []
    for some in pieces(changes):
        found = _locked([each["uuid"] for each in some])
        for each in some:
            response = found.get(each["uuid"])
            if response is None or (response.version, response.state) != (each["version"], each["state"]):
                since.append(str(each["key"]))
            elif each["kind"] == "new":
                withdrawn.append(_withdrawn(response, reason))
            else:
                corrected.append(_given_back(actor, response, each, reason, moment))
    if since:
        more = " …" if len(since) > MOST_NAMED else ""
        raise problems.BatchChangedSince(count=len(since), keys=", ".join(since[:MOST_NAMED]) + more)
    _flush()
    for verb, lines in (
        (AuditVerb.RESPONSE_WITHDRAWN, withdrawn),
        (AuditVerb.RESPONSE_CORRECTED, corrected),
    ):
        for piece in pieces(lines):
            audit.record_all(actor, verb, piece, campaign_id=campaign.id, at=moment)


def _withdrawn(response: Response, reason: str) -> audit.Change:
    before = {"state": response.state}
    response.state = ResponseState.VOID
    after = {"state": response.state, "version": response.version}
    return audit.Change(response.uuid, before, after, reason)


def _given_back(
    actor: User, response: Response, change: Mapping[str, Any], reason: str, moment: datetime
) -> audit.Change:
    before = {"version": response.version, "digest": response.content_digest}
    supersede(actor, response, change["before"], reason, moment)
    after = {"version": response.version, "digest": response.content_digest}
    return audit.Change(
        response.uuid,
        before | {name: new for name, _, new in change["differences"]},
        after | {name: old for name, old, _ in change["differences"]},
        reason,
    )
