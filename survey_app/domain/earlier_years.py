"""Earlier years as a report compares with them: stored publications, else published values that were read in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from scoring.book import ScoreBook
from survey_app.domain import campaigns
from survey_app.exports.material import Area, GroupYear, UnitYear, Year
from survey_app.extensions import db
from survey_app.models import Campaign, Publication, ReportFigure, ScoreRun, Unit, UnitSuccession
from survey_app.publication_words import FigureKind, FigureMeasure

# How many earlier years a report looks back.
MOST_YEARS = 5
# The areas of the appraisal and their most points, as the report of 2022 has them; what a unit's survey adds is beside them.
AREAS = (
    (1, "Chỉ đạo, điều hành cải cách hành chính", 14),
    (2, "Cải cách thể chế", 10),
    (3, "Cải cách thủ tục hành chính", 19),
    (4, "Cải cách tổ chức bộ máy", 8),
    (5, "Cải cách chế độ công vụ", 13),
    (6, "Cải cách tài chính công", 6),
    (7, "Xây dựng chính quyền điện tử, chính quyền số", 20),
)


@dataclass(frozen=True)
class Link:
    """One unit that came after another, by code and name, since a day."""

    before: str
    before_name: str
    after: str
    after_name: str
    since: date


@dataclass(frozen=True)
class Origin:
    """The code under which a unit stood in an earlier year, or why it cannot be compared with any."""

    code: str
    why_not: str = ""


def years_of(campaign: Campaign, run: ScoreRun | None = None) -> tuple[Year, ...]:
    """Return the earlier years a campaign's report knows, newest first, units by this year's codes.

    A stored year is the newest publication of a campaign of that year; with a published run, only what was published
    before it counts, so that its report stays what it was. A year that is not stored is what was read in.
    """
    links = _links(campaign)
    units = {each.unit.code for each in campaigns.units_of(campaign) if each.counts_for_id is None}
    found = {
        each.campaign.year: _stored(each, campaign, run, units, links) for each in _published(campaign, run)
    }
    for year, figures in _figures(campaign).items():
        if year not in found:
            found[year] = _imported(year, figures, units, links)
    return tuple(found[year] for year in sorted(found, reverse=True)[:MOST_YEARS])


def areas_of(campaign: Campaign) -> tuple[Area, ...]:
    """Return the areas of the appraisal with each group's mean of this year, where one was read in."""
    rows = _rows(campaign, ReportFigure.year == campaign.year, ReportFigure.kind == FigureKind.AREA)
    areas = []
    for number, name, most in AREAS:
        of_area = {
            each.code.rpartition("/")[0]: each for each in rows if each.code.rpartition("/")[2] == str(number)
        }
        means = {group: each.value for group, each in of_area.items()}
        areas.append(Area(number, name, Decimal(most), means, _sources(of_area.values())))
    return tuple(areas)


def stored_years(campaign: Campaign) -> dict[int, str]:
    """Return the earlier years that are stored and published here, each with where it comes from."""
    return {each.campaign.year: _source(each, campaign) for each in _published(campaign, None)}


def _published(campaign: Campaign, run: ScoreRun | None) -> Iterable[Publication]:
    """Return one publication an earlier year: of the campaign that ended last, its newest."""
    found = (
        select(Publication)
        .join(Publication.campaign)
        .where(Campaign.year < campaign.year, Campaign.made_up.is_(campaign.made_up))
        .order_by(Campaign.year.desc(), Campaign.period_to, Campaign.id, Publication.number)
    )
    if run is not None and run.published_at is not None:
        found = found.where(Publication.published_at <= run.published_at)
    newest = {each.campaign.year: each for each in db.session.scalars(found)}
    return list(newest.values())[:MOST_YEARS]


def _source(publication: Publication, campaign: Campaign) -> str:
    made, run = publication.campaign, publication.run
    source = f"đợt “{made.name}”, công bố lần {publication.number}"
    if run.questionnaire_sha256 != campaign.questionnaire_sha256:
        source += f", hỏi theo bộ câu hỏi {campaigns.questionnaire_of(run.questionnaire_sha256).code}"
    return source


def _stored(
    publication: Publication,
    campaign: Campaign,
    run: ScoreRun | None,
    units: Collection[str],
    links: Collection[Link],
) -> Year:
    book = ScoreBook.from_json(publication.run.book)
    index = book.index or {"units": [], "groups": []}
    standings = {each["unit"]: each for each in index["units"]}
    then = {
        each["unit"]: UnitYear(
            index=_decimal(standings.get(each["unit"], {}).get("index")),
            rank=standings.get(each["unit"], {}).get("rank"),
            satisfaction_points=_decimal(each["satisfaction_points"]),
        )
        for each in book.units
    }
    groups = {
        each["group"]: GroupYear(*(_decimal(each[name]) for name in ("mean", "satisfaction_mean", "spread")))
        for each in index["groups"]
    }
    rules = run or campaign
    why = ""
    if publication.run.method_sha256 != rules.method_sha256:
        old, new = (
            campaigns.method_of(each) for each in (publication.run.method_sha256, rules.method_sha256)
        )
        why = f"phương pháp tính đã đổi (trước: {old.title}; nay: {new.title})"
    year = publication.campaign.year
    return Year(year, _source(publication, campaign), compared(year, then, units, links), groups, why)


def _decimal(text: Any) -> Decimal | None:
    return None if text is None else Decimal(text)


def _rows(campaign: Campaign, *wanted: Any) -> list[ReportFigure]:
    found = select(ReportFigure).where(ReportFigure.campaign_id == campaign.id, *wanted)
    return list(
        db.session.scalars(
            found.order_by(ReportFigure.year, ReportFigure.kind, ReportFigure.code, ReportFigure.measure)
        )
    )


def _figures(campaign: Campaign) -> dict[int, list[ReportFigure]]:
    by_year: dict[int, list[ReportFigure]] = {}
    for each in _rows(campaign, ReportFigure.year < campaign.year, ReportFigure.kind != FigureKind.AREA):
        by_year.setdefault(each.year, []).append(each)
    return by_year


def _imported(
    year: int, figures: Collection[ReportFigure], units: Collection[str], links: Collection[Link]
) -> Year:
    by_code: dict[tuple[str, str], dict[str, Decimal]] = {}
    for each in figures:
        by_code.setdefault((each.kind, each.code), {})[each.measure] = each.value
    then = {
        code: UnitYear(
            index=known.get(FigureMeasure.INDEX),
            rank=int(known[FigureMeasure.RANK]) if FigureMeasure.RANK in known else None,
            satisfaction_points=known.get(FigureMeasure.SATISFACTION),
        )
        for (kind, code), known in by_code.items()
        if kind == FigureKind.UNIT
    }
    names = (FigureMeasure.MEAN, FigureMeasure.SATISFACTION_MEAN, FigureMeasure.SPREAD)
    groups = {
        code: GroupYear(*(known.get(name) for name in names))
        for (kind, code), known in by_code.items()
        if kind == FigureKind.GROUP
    }
    return Year(year, _sources(figures), compared(year, then, units, links), groups, imported=True)


def _sources(figures: Iterable[ReportFigure]) -> str:
    return "; ".join(dict.fromkeys(each.source for each in figures))


def _links(campaign: Campaign) -> list[Link]:
    before, after = aliased(Unit), aliased(Unit)
    found = (
        select(before.code, before.name, after.code, after.name, UnitSuccession.since)
        .join(before, before.id == UnitSuccession.predecessor_id)
        .join(after, after.id == UnitSuccession.successor_id)
        .where(UnitSuccession.since <= campaign.period_to)
        .order_by(UnitSuccession.since, before.code)
    )
    return [Link(*row) for row in db.session.execute(found)]


def compared(
    year: int, then: Mapping[str, UnitYear], units: Collection[str], links: Collection[Link]
) -> dict[str, UnitYear]:
    """Return an earlier year's figures by this year's codes: a unit renamed keeps its own, one merged or split has none.

    Successions before that year are history; one within it counts where the predecessor still had figures then.
    """
    since = [
        each for each in links if each.since.year > year or (each.since.year == year and each.before in then)
    ]
    found = {}
    for unit in units:
        origin = origin_of(unit, since, then, units)
        if origin.why_not:
            found[unit] = UnitYear(why_not=origin.why_not)
        elif origin.code in then:
            found[unit] = then[origin.code]
    return found


def origin_of(unit: str, links: Collection[Link], then: Collection[str], now: Collection[str]) -> Origin:
    """Return under which code a unit stood in an earlier year: its own, or its only predecessor's if it is the only heir."""
    code, passed, why = unit, {unit}, ""
    while True:
        into = [each for each in links if each.after == code]
        out = [each for each in links if each.before == code and each.after not in passed]
        if out:
            names = " và ".join(each.after_name for each in out)
            return Origin(code, why or f"đã tách một phần sang {names} từ ngày {out[0].since:%d/%m/%Y}")
        if not into:
            return Origin(code)
        day = f"từ ngày {max(each.since for each in into):%d/%m/%Y}"
        if len(into) > 1 or code in then:
            names = " và ".join(each.before_name for each in into)
            return Origin(code, f"{'nhận sáp nhập' if code in then else 'hợp nhất từ'} {names} {day}")
        (link,) = into
        why = f"tách từ {link.before_name} {day}"
        if link.before in now or link.before in passed:
            return Origin(code, why)
        code = link.before
        passed.add(code)
