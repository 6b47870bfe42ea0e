"""The list of people to ask from a file: planned, applied as one, reversed as one (see `import_plan`)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from scoring.sheets import Sheet
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, sample_cells, sample_images, samples
from survey_app.domain.days import today
from survey_app.domain.import_plan import CellRefused, Column, Plan, Planned
from survey_app.domain.sample_cells import CONTACT, Cells, Known
from survey_app.domain.sample_images import SCRUBBED, Image, Step
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import Campaign, Response, SelfLink, User
from survey_app.models.response import ARRIVED
from survey_app.vocabulary import BatchNoun, ResponseState, Role, SampleKind

# Our default, where the file names no day: the survey is scored, published and disputed within half a year.
CONTACTS_KEPT = timedelta(days=180)
MOST_NAMED = 10
HIDDEN = "(không hiện ở đây)"
FIELDS = {
    "unit": "Đơn vị",
    "kind": "Loại",
    "position": "Thứ tự",
    "procedure": "Thủ tục",
    "enumerator": "Điều tra viên",
    "in_use": "Đang dùng",
    "name": "Họ tên",
    "phone": "Điện thoại",
    "address": "Địa chỉ",
    "remove_after": "Xóa liên hệ sau ngày",
}

noun: BatchNoun = BatchNoun.SAMPLE
rule: str = (
    f"Ô trống giữ nguyên điều đang lưu; ghi {sample_cells.ERASE} để xóa thủ tục, điều tra viên, họ tên, "
    "điện thoại hoặc địa chỉ. Dòng được nhận ra theo mã phiếu; dòng không có trong tệp không đổi."
)


def columns(_campaign: Campaign) -> tuple[Column, ...]:
    """Return the columns of a sample list, the required ones first."""
    return sample_cells.COLUMNS


def plan(campaign: Campaign, table: Sheet) -> Plan:
    """Return what a list would add and change, row by row by form code; reads only.

    Every cell that cannot be taken is named: an unknown unit, kind or enumerator, a position or form code
    twice, a phone number that lost its zero, a day that has passed, and what a row that is done, closed or
    in another's place can no longer change.
    """
    missing = [column.name for column in sample_cells.COLUMNS if column.required]
    missing = [name for name in missing if name not in table.columns]
    if missing or not table.rows:
        code = "column_missing" if missing else "no_rows"
        return Plan(
            (), tuple(CellRefused(1, name, "", problems.field(code)) for name in missing or ["form_code"])
        )
    return _Planner(campaign).plan(table)


class _Planner:
    """One pass over a file: what stands in the campaign, what shall stand there, and what is refused."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.stored = sample_images.of_campaign(campaign)
        done = select(Response.form_code).where(Response.campaign_id == campaign.id, ARRIVED)
        self.done = set(db.session.scalars(done))
        units = [each.unit for each in campaigns.units_of(campaign) if each.surveyed]
        active = select(User.username).where(User.role == Role.ENUMERATOR, User.disabled_at.is_(None))
        named = {unit.name: unit.code for unit in units} | {unit.code: unit.code for unit in units}
        self.known = Known(campaign.code, named, frozenset(db.session.scalars(active)))

    def plan(self, table: Sheet) -> Plan:
        read = [
            sample_cells.read(number, dict(zip(table.columns, texts, strict=False)), self.known)
            for number, texts in table.rows
        ]
        self._refuse_twice(read)
        after = [self._after(cells) for cells in read]
        self._place(read, after)
        order = [column.name for column in sample_cells.COLUMNS]
        refused = sorted(
            (cell for cells in read for cell in cells.refused),
            key=lambda cell: (cell.row, order.index(cell.column)),
        )
        rows = [self._planned(cells, image) for cells, image in zip(read, after, strict=True)]
        return Plan(tuple(rows), tuple(refused))

    def _refuse_twice(self, read: Sequence[Cells]) -> None:
        first: dict[str, int] = {}
        for cells in read:
            code = cells.form_code
            if not code:
                if not cells.refused or cells.refused[0].column != "form_code":
                    cells.refuse("form_code", "", "cell_empty")
            elif code in first:
                cells.refuse("form_code", code, "sample_twice", first=first[code])
            first.setdefault(code, cells.row)

    def _after(self, cells: Cells) -> Image:
        """Return what shall stand after a row is taken in; a new row's position comes later."""
        before = self.stored.get(cells.form_code)
        refused = {cell.column for cell in cells.refused}
        if before is None:
            for name in ("unit", "kind"):
                if name not in cells.told and name not in refused:
                    cells.refuse(name, "", "cell_empty")
        row = dict(before["row"]) if before else _blank_row()
        told = {name: cells.told[name] for name in row if name in cells.told}
        row |= told | ({"enumerator": told["enumerator"] or None} if "enumerator" in told else {})
        if before and (row["unit"], row["kind"]) != (before["row"]["unit"], before["row"]["kind"]):
            row["position"] = cells.told.get("position")
        if before is None or row["kind"] != before["row"]["kind"]:
            row["in_use"] = row["kind"] != SampleKind.RESERVE
        self._check_used(cells, before, row)
        return {"row": row, "contact": self._contact(cells, before)}

    def _check_used(self, cells: Cells, before: Image | None, row: dict[str, Any]) -> None:
        kept: tuple[str, ...] = ()
        if before and cells.form_code in self.done:
            why, kept = "sample_done", ("unit", "kind", "enumerator")
        elif before and (before["row"]["unreachable"] or before["row"]["replaces"]):
            why, kept = "sample_closed", ("unit", "kind")
        for name in kept:
            if before and row[name] != before["row"][name]:
                cells.refuse(name, cells.told.get(name, ""), why)
        if not row["in_use"] and row["enumerator"]:
            if cells.told.get("enumerator") and not kept:
                cells.refuse("enumerator", row["enumerator"], "sample_spare")
            row["enumerator"] = None

    def _contact(self, cells: Cells, before: Image | None) -> dict[str, str] | None:
        stored = before["contact"] if before else None
        contact = stored or dict.fromkeys(CONTACT, "")
        contact = contact | {name: cells.told[name] for name in CONTACT if name in cells.told}
        if not any(contact[name] for name in CONTACT):
            return None
        default = stored["remove_after"] if stored else str(self.campaign.period_to + CONTACTS_KEPT)
        contact["remove_after"] = str(cells.told.get("remove_after", default))
        if contact != stored and date.fromisoformat(contact["remove_after"]) < today():
            shown = date.fromisoformat(contact["remove_after"]).strftime("%d/%m/%Y")
            cells.refuse("remove_after", cells.told.get("remove_after", ""), "remove_after_past", value=shown)
        return contact

    def _place(self, read: Sequence[Cells], after: Sequence[Image]) -> None:
        """Give rows without a position the next ones of their unit and kind; refuse a position twice."""
        in_file = {cells.form_code for cells in read}
        taken = {_place_of(image["row"]): code for code, image in self.stored.items() if code not in in_file}
        for cells, image in zip(read, after, strict=True):
            place = _place_of(image["row"])
            if (
                place[2] is not None
                and (other := taken.setdefault(place, cells.form_code)) != cells.form_code
            ):
                cells.refuse("position", place[2], "sample_position_taken", value=place[2], other=other)
        last: dict[tuple[str, str], int] = {}
        for unit, kind, position in taken:
            last[unit, kind] = max(last.get((unit, kind), 0), position)
        for row in (image["row"] for image in after):
            if row["position"] is None:
                unit, kind, _ = _place_of(row)
                row["position"] = last[unit, kind] = last.get((unit, kind), 0) + 1

    def _planned(self, cells: Cells, after: Image) -> Planned:
        before = self.stored.get(cells.form_code)
        differences = _differences(before, after) if before else ()
        kind = "new" if before is None else "changed" if differences else "unchanged"
        facts = {"before": before, "after": after}
        return Planned(kind, cells.row, cells.form_code, differences, facts)  # type: ignore[arg-type]


def _place_of(row: Mapping[str, Any]) -> tuple[str, str, int]:
    return (row["unit"], row["kind"], row["position"])


def _blank_row() -> dict[str, Any]:
    names = ("unit", "kind", "position", "enumerator", "unreachable", "replaces")
    return dict.fromkeys(names) | {"procedure": "", "in_use": True}


def _flat(image: Image) -> dict[str, Any]:
    return {**image["row"], **(image["contact"] or {})}


def _told(name: str, value: object) -> str:
    if name == "kind" and value:
        return LABELS[SampleKind(str(value))]
    if name == "in_use":
        return "có" if value else "chưa"
    if name == "remove_after" and value:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    return "" if value is None else str(value)


def _differences(before: Image, after: Image) -> tuple[tuple[str, str, str], ...]:
    """Return what differs as people read it; a stored contact is not shown to whoever only reads files in."""
    old, new = _flat(before), _flat(after)
    found = []
    for name, label in FIELDS.items():
        was, will_be = _told(name, old.get(name)), _told(name, new.get(name))
        if was != will_be:
            found.append((label, HIDDEN if was and name in CONTACT else was, will_be))
    return tuple(found)


def apply(actor: User, campaign: Campaign, plan: Plan) -> list[dict[str, Any]]:
    """Take a planned list in, all of it, with an audit line a row; returns each row's state before and after.

    Refuses a plan with a refused cell, a campaign whose list can no longer change, and a plan made before
    somebody else changed one of its rows. Enumerators named get an assignment for their rows.
    """
    if plan.refused:
        told = [problems.field("row_cell", row=c.row, column=c.column, why=c.why) for c in plan.refused]
        raise problems.ImportRefused(LABELS[noun], told)
    samples.hold(campaign)
    rows = [row for row in plan.rows if row.kind != "unchanged"]
    stored = sample_images.of_campaign(campaign)
    steps = [Step(row.key, row.facts["before"], row.facts["after"]) for row in rows]
    stale = [step.form_code for step in steps if stored.get(step.form_code) != step.before]
    if stale := stale or _clashes(stored, steps):
        raise problems.PlanStale(codes=_named(stale))
    if not steps:
        return []
    sample_images.write(campaign, steps)
    given = [step.after["row"] for step in steps if step.after and step.after["row"]["enumerator"]]
    samples.raise_targets(actor, campaign, {(row["unit"], row["enumerator"]) for row in given})
    lines = [audit.Change(step.form_code, _line(step.before), _line(step.after)) for step in steps]
    audit.record_all(actor, AuditVerb.SAMPLE_IMPORTED, lines, campaign_id=campaign.id)
    return [_kept(row) for row in rows]


def _kept(row: Planned) -> dict[str, Any]:
    hidden = {FIELDS[name] for name in CONTACT}
    told = [[field, *((HIDDEN, HIDDEN) if field in hidden else texts)] for field, *texts in row.differences]
    return {"key": row.key, "kind": row.kind, "differences": told, **row.facts}


def _line(image: Image | None) -> dict[str, Any] | None:
    """Return what the trail keeps for ever: of a contact, which parts there are, never what they say."""
    if image is None:
        return None
    told = {name: image["row"][name] for name in ("unit", "kind", "position", "procedure", "enumerator")}
    contact = image["contact"] or {}
    return told | {"contact": [name for name in CONTACT if contact.get(name)]}


def reverse(actor: User, campaign: Campaign, changes: Sequence[Mapping[str, Any]]) -> None:
    """Take a list back: new rows go, changed rows say again what they said, with an audit line a row.

    Refuses, by name, rows that somebody has used since: given, closed, changed again, asked. Contacts whose
    day of removal has passed do not come back; targets stay as they are.
    """
    samples.hold(campaign)
    steps = sample_images.steps_of(changes, back=True)
    stored = sample_images.of_campaign(campaign)
    active = _active(campaign)
    used = [step.form_code for step in steps if _is_used(step, stored.get(step.form_code), active)]
    if used := used or _clashes(stored, steps):
        raise problems.SampleRowsUsed(count=len(used), codes=_named(used))
    if not steps:
        return
    steps = [_without_expired(step) for step in steps]
    sample_images.write(campaign, steps)
    lines = [
        audit.Change(step.form_code, _line(stored[step.form_code]), _line(_shown(step)), step.reason)
        for step in steps
    ]
    audit.record_all(actor, AuditVerb.SAMPLE_REMOVED, lines, campaign_id=campaign.id)


def _clashes(stored: Mapping[str, Image], steps: Sequence[Step]) -> list[str]:
    """Return the form codes whose position would be another row's, too."""
    last: dict[str, Image | None] = {**stored, **{step.form_code: step.after for step in steps}}
    places: dict[tuple[str, str, int], str] = {}
    for code, image in last.items():
        if image is not None:
            places.setdefault(_place_of(image["row"]), code)
    return [
        code for code, image in last.items() if image is not None and places[_place_of(image["row"])] != code
    ]


def _active(campaign: Campaign) -> set[str]:
    """Return the form codes with a response, drafts included, or a citizen's own link."""
    responses = select(Response.form_code).where(
        Response.campaign_id == campaign.id, Response.state != ResponseState.VOID
    )
    links = select(SelfLink.form_code).where(SelfLink.campaign_id == campaign.id)
    return {code for found in (responses, links) for code in db.session.scalars(found) if code}


def _is_used(step: Step, stored: Image | None, active: set[str]) -> bool:
    left = step.before
    if stored is None or left is None or stored["row"] != left["row"]:
        return True
    if stored["contact"] is not None and left["contact"] not in (stored["contact"], SCRUBBED):
        return True
    moves = step.after is None or step.after["row"] != left["row"]
    return moves and step.form_code in active


def _without_expired(step: Step) -> Step:
    if step.after is None or step.after["contact"] in (None, SCRUBBED):
        return step
    if date.fromisoformat(step.after["contact"]["remove_after"]) >= today():
        return step
    return replace(step, after=step.after | {"contact": None})


def _shown(step: Step) -> Image | None:
    if step.after and step.after["contact"] == SCRUBBED:
        return step.after | {"contact": None}
    return step.after


def _named(codes: Sequence[str]) -> str:
    more = f" và {len(codes) - MOST_NAMED} dòng nữa" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more
