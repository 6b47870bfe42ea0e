"""Figures that a report takes from elsewhere: what earlier years published, and areas' means; read in whole from a table."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from sqlalchemy import delete, select

from scoring.errors import ScoringError
from scoring.points import half_up
from scoring.sheets import Sheet, parse_sheet
from survey_app import problems, publication_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns
from survey_app.domain.earlier_years import AREAS
from survey_app.domain.import_plan import Column
from survey_app.exports import report_figures_xlsx
from survey_app.extensions import db
from survey_app.language import clean_line, search_key
from survey_app.models import Campaign, ReportFigure, Unit, User
from survey_app.models.columns import now
from survey_app.publication_words import FigureKind as Kind
from survey_app.publication_words import FigureMeasure as Measure
from survey_app.vocabulary import CampaignState

MOST_ROWS = 2_000
MOST_BYTES = 256 * 1024  # what a page carries from the preview to the decision
LONGEST_SOURCE = 200
KINDS = {Kind.UNIT: "đơn vị", Kind.GROUP: "nhóm", Kind.AREA: "lĩnh vực"}
MEASURES = {
    Measure.INDEX: "chỉ số",
    Measure.RANK: "hạng",
    Measure.SATISFACTION: "điểm khảo sát",
    Measure.MEAN: "trung bình",
    Measure.SATISFACTION_MEAN: "trung bình điểm khảo sát",
    Measure.SPREAD: "khoảng cách",
}
MEASURED = {
    Kind.UNIT: (Measure.INDEX, Measure.RANK, Measure.SATISFACTION),
    Kind.GROUP: (Measure.MEAN, Measure.SATISFACTION_MEAN, Measure.SPREAD),
    Kind.AREA: (Measure.MEAN,),
}
COLUMNS = (
    Column("year", True, "Năm của số liệu: năm trước với đơn vị và nhóm, năm của đợt này với lĩnh vực"),
    Column("kind", True, "; ".join(f"{kind} ({words})" for kind, words in KINDS.items())),
    Column("code", True, "Mã đơn vị hoặc mã nhóm; với lĩnh vực là mã nhóm/số lĩnh vực, ví dụ departments/3"),
    Column("measure", True, "; ".join(f"{measure} ({words})" for measure, words in MEASURES.items())),
    Column("value", True, "Số đã công bố, tối đa hai số lẻ, dấu phẩy hoặc dấu chấm thập phân: 89,60"),
    Column("source", True, "Số liệu lấy từ đâu, ví dụ Báo cáo công bố năm 2021"),
)
_YEAR = re.compile(r"2[0-9]{3}")
_VALUE = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")
_RANK = re.compile(r"[1-9][0-9]{0,3}")

Key = tuple[int, str, str, str]


@dataclass(frozen=True)
class Figure:
    """One figure as a table gives it."""

    year: int
    kind: str
    code: str
    measure: str
    value: Decimal
    source: str

    @property
    def key(self) -> Key:
        """Return what a figure is found by."""
        return (self.year, self.kind, self.code, self.measure)


@dataclass(frozen=True)
class Preview:
    """What a table would make of the figures that are stored; `seen` is the digest of those, so that no change is missed."""

    file_name: str
    digest: str
    figures: tuple[Figure, ...]
    added: tuple[Figure, ...]
    changed: tuple[tuple[Figure, Figure], ...]
    removed: tuple[Figure, ...]
    seen: str

    @property
    def is_news(self) -> bool:
        """Tell whether the table says anything but what is stored."""
        return bool(self.added or self.changed or self.removed)


def of_campaign(campaign: Campaign) -> list[Figure]:
    """Return the stored figures of a campaign's report, by year, kind, code and measure."""
    found = (
        select(ReportFigure)
        .where(ReportFigure.campaign_id == campaign.id)
        .order_by(ReportFigure.year.desc(), ReportFigure.kind, ReportFigure.code, ReportFigure.measure)
    )
    return [_figure(each) for each in db.session.scalars(found)]


def _figure(each: ReportFigure) -> Figure:
    return Figure(each.year, each.kind, each.code, each.measure, each.value, each.source)


def names_of(campaign: Campaign, figures: Iterable[Figure]) -> dict[tuple[str, str], str]:
    """Return what figures are about as people call it, by kind and code."""
    groups, areas = campaigns.group_names_of(campaign), {str(number): name for number, name, _ in AREAS}
    units = {each.code: each.name for each in db.session.execute(select(Unit.code, Unit.name))}
    names = {}
    for each in figures:
        group, _, area = each.code.rpartition("/")
        names[each.kind, each.code] = {
            Kind.UNIT: units.get(each.code, each.code),
            Kind.GROUP: groups.get(each.code, each.code),
            Kind.AREA: f"{areas.get(area, area)} – {groups.get(group, group)}",
        }[Kind(each.kind)]
    return names


def workbook(campaign: Campaign) -> bytes:
    """Return the stored figures as an .xlsx in the columns that are read; read in unchanged it changes nothing."""
    return report_figures_xlsx.write(
        [
            (each.year, each.kind, each.code, each.measure, each.value, each.source)
            for each in of_campaign(campaign)
        ]
    )


def preview(campaign: Campaign, file_name: str, content: bytes) -> Preview:
    """Return what a table would change; nothing is stored.

    Refuses a file that is no table or too long, and names every cell that cannot be taken, by row and column.
    """
    name = clean_line(PurePath(file_name.replace("\\", "/")).name)[-LONGEST_SOURCE:] or "tệp"
    if len(content) > MOST_BYTES:
        raise problems.InvalidFields({"file": problems.field("figures_long", most=MOST_BYTES // 1024)})
    try:
        table = parse_sheet(name, content)
    except ScoringError as refusal:
        raise problems.ScorerRefused(fields={"file": str(refusal)}, detail=str(refusal)) from refusal
    figures = _Reader(campaign).read(table)
    stored = {each.key: each for each in of_campaign(campaign)}
    given = {each.key: each for each in figures}
    return Preview(
        file_name=name,
        digest=hashlib.sha256(content).hexdigest(),
        figures=figures,
        added=tuple(each for each in figures if each.key not in stored),
        changed=tuple((stored[each.key], each) for each in figures if stored.get(each.key, each) != each),
        removed=tuple(each for key, each in stored.items() if key not in given),
        seen=digest_of(stored.values()),
    )


def digest_of(figures: Iterable[Figure]) -> str:
    """Return the SHA-256 of figures, the same for any order."""
    lines = sorted(f"{each.key}\t{half_up(each.value, 4)}\t{each.source}" for each in figures)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def replace(actor: User, campaign: Campaign, file_name: str, content: bytes, seen: str) -> Preview:
    """Put a table in place of all stored figures, whole, with an audit line of counts and digests.

    Refuses a published campaign, figures that somebody else replaced since `seen`, and all that `preview` refuses.
    """
    db.session.flush()
    db.session.refresh(campaign, ["state"], with_for_update={"key_share": True})
    if campaign.state == CampaignState.PUBLISHED:
        raise publication_problems.FiguresFixed(campaign=campaign.name)
    found = preview(campaign, file_name, content)
    if found.seen != seen:
        raise publication_problems.FiguresOvertaken()
    if not found.is_news:
        return found
    before = len(found.figures) - len(found.added) + len(found.removed)
    db.session.execute(delete(ReportFigure).where(ReportFigure.campaign_id == campaign.id))
    moment = now()
    db.session.add_all(
        ReportFigure(campaign_id=campaign.id, set_by_id=actor.id, set_at=moment, **vars(each))
        for each in found.figures
    )
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.REPORT_FIGURES_SET,
        campaign.code,
        campaign_id=campaign.id,
        before={"figures": before, "digest": seen},
        after={
            "figures": len(found.figures),
            "digest": digest_of(found.figures),
            "file": found.file_name,
            "sha256": found.digest,
        },
    )
    return found


@dataclass
class _Reader:
    """One pass over a table; every cell that cannot be taken is named, and then nothing is."""

    campaign: Campaign
    reasons: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.groups = campaigns.group_names_of(self.campaign)
        self.units = set(db.session.scalars(select(Unit.code)))
        self.most = half_up(campaigns.method_of(self.campaign.method_sha256).points.maximum, 6)

    def read(self, table: Sheet) -> tuple[Figure, ...]:
        missing = [column.name for column in COLUMNS if column.name not in table.columns]
        if missing:
            raise publication_problems.FiguresRefused(
                [problems.field("columns_missing", columns=", ".join(missing))]
            )
        if len(table.rows) > MOST_ROWS:
            told = problems.field("figures_many", count=len(table.rows), most=MOST_ROWS)
            raise publication_problems.FiguresRefused([told])
        first: dict[Key, int] = {}
        figures = []
        for number, texts in table.rows:
            cells = {name: clean_line(text) for name, text in zip(table.columns, texts, strict=False)}
            figure = self._figure(number, cells)
            if figure is None:
                continue
            if figure.key in first:
                self._refuse(number, "code", "figure_twice", first=first[figure.key])
            first.setdefault(figure.key, number)
            figures.append(figure)
        if self.reasons:
            raise publication_problems.FiguresRefused(self.reasons)
        return tuple(figures)

    def _refuse(self, row: int, column: str, why: str, **facts: Any) -> None:
        told = problems.field(why, **facts)
        self.reasons.append(problems.field("row_cell", row=row, column=column, why=told))

    def _figure(self, row: int, cells: Mapping[str, str]) -> Figure | None:
        """Return a row's figure; None where a cell of it is refused."""
        refused = len(self.reasons)
        for column in COLUMNS:
            if not cells[column.name]:
                self._refuse(row, column.name, "cell_empty")
        kind = self._word(row, "kind", cells["kind"], KINDS)
        year = self._year(row, cells["year"], kind)
        if kind:
            self._code(row, cells["code"], kind)
        known = MEASURES if kind is None else {each: MEASURES[each] for each in MEASURED[Kind(kind)]}
        measure = self._word(row, "measure", cells["measure"], known)
        value = self._value(row, cells["value"], measure, self._limit(kind, measure, cells["code"]))
        if len(cells["source"]) > LONGEST_SOURCE:
            self._refuse(row, "source", "cell_too_long", length=len(cells["source"]), most=LONGEST_SOURCE)
        whole = len(self.reasons) == refused
        if not whole or kind is None or measure is None or value is None or year is None:
            return None
        return Figure(year, kind, cells["code"], measure, value, cells["source"])

    def _word(self, row: int, column: str, text: str, known: Mapping[Any, str]) -> str | None:
        """Read a code or its Vietnamese word."""
        words = {str(code): str(code) for code in known} | {
            search_key(name): str(code) for code, name in known.items()
        }
        found = words.get(text.lower()) or words.get(search_key(text))
        if text and found is None:
            self._refuse(row, column, "figure_word", value=text[:40], known=", ".join(known))
        return found

    def _year(self, row: int, text: str, kind: str | None) -> int | None:
        if not text:
            return None
        year = int(text) if _YEAR.fullmatch(text) else None
        if year is None:
            self._refuse(row, "year", "figure_year", value=text[:40])
        elif kind == Kind.AREA and year != self.campaign.year:
            self._refuse(row, "year", "figure_year_area", value=year, year=self.campaign.year)
        elif kind in (Kind.UNIT, Kind.GROUP) and year >= self.campaign.year:
            self._refuse(row, "year", "figure_year_earlier", value=year, year=self.campaign.year)
        return year

    def _code(self, row: int, code: str, kind: str) -> None:
        group, slash, area = code.rpartition("/")
        known: Sequence[str]
        if not code:
            return
        if kind == Kind.UNIT and code not in self.units:
            self._refuse(row, "code", "figure_unit", value=code[:40])
        elif kind == Kind.GROUP and code not in self.groups:
            known = list(self.groups)
            self._refuse(row, "code", "figure_group", value=code[:40], known=", ".join(known))
        elif kind == Kind.AREA:
            numbers = [str(number) for number, _, _ in AREAS]
            if not slash or group not in self.groups or area not in numbers:
                known = [f"{each}/{numbers[0]}" for each in self.groups]
                self._refuse(
                    row, "code", "figure_area", value=code[:40], known=", ".join(known), last=numbers[-1]
                )

    def _limit(self, kind: str | None, measure: str | None, code: str) -> Decimal:
        """Return the most a value may be: an area's points, the survey's, or 100."""
        if kind == Kind.AREA:
            found = {str(number): Decimal(most) for number, _, most in AREAS}
            return found.get(code.rpartition("/")[2], Decimal(100))
        return self.most if measure in (Measure.SATISFACTION, Measure.SATISFACTION_MEAN) else Decimal(100)

    def _value(self, row: int, text: str, measure: str | None, most: Decimal) -> Decimal | None:
        if not text:
            return None
        if measure == Measure.RANK:
            if not _RANK.fullmatch(text):
                self._refuse(row, "value", "figure_rank", value=text[:40])
                return None
            return Decimal(text)
        value = Decimal(text.replace(",", ".")) if _VALUE.fullmatch(text) else None
        if value is None or value > most:
            shown = format(most.normalize(), "f").replace(".", ",")
            self._refuse(row, "value", "figure_value", value=text[:40], most=shown)
            return None
        return value
