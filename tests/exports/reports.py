"""Small results by hand for the report: units of wanted indices, an empty dossier, charts that only say their names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scoring.units import UnitRow
from survey_app.exports.dossier import Dossier, FieldWork
from survey_app.exports.material import Area, GroupYear, Material, UnitYear, Words, Year
from survey_app.exports.report_charts import Charts
from survey_app.exports.report_content import NumberedChart, NumberedTable, Paragraph, Report, Section
from survey_app.exports.report_standings import Group, groups_of
from survey_app.exports.tables import Cover
from tests.exports.six_units import GROUPS, METHOD, QUESTIONNAIRE, book_of

ALL = "4" * 22
NAMES = {
    "A": "Sở A",
    "B": "Sở B",
    "C": "Sở C",
    "D": "Sở D",
    "H": "Huyện H",
    "K": "Huyện K",
    "T": "Thanh tra tỉnh",
}


@dataclass(frozen=True)
class Picture:
    """A chart that only says what it is."""

    caption: str
    alt: str = ""

    def svg(self, paths: bool = False) -> bytes:
        return b""

    def png(self, dpi: int = 200) -> bytes:
        return b""

    def pages(self, tallest_cm: float = 22.0) -> "tuple[Picture, ...]":
        return (self,)


class Pictures:
    """Stands for the module that draws: charts by name, none of a group in `without`."""

    def __init__(self, without: Sequence[str] = ()) -> None:
        self.without = without

    def __getattr__(self, name: str) -> Any:
        def draw(_book: object, _cover: object, *rest: Any) -> Picture | None:
            return None if rest[-1] in self.without else Picture(f"{name} {rest[-1]}")

        return draw


def charts(without: Sequence[str] = ()) -> Charts:
    """Return charts that only say their names."""
    return Charts(Pictures(without))


def unit(code: str, appraisal: str | None, most: int = 100) -> UnitRow:
    """Return a unit; everybody is satisfied with it, so its index is ten more than its appraisal."""
    group = "districts" if code in "HK" else "departments"
    points = None if appraisal is None else Decimal(appraisal)
    return UnitRow(code, NAMES[code], group, Decimal(most), points, quota=3)


def material(
    appraisals: Mapping[str, str | None],
    outside: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    **changes: Any,
) -> Material:
    """Return the material of units by appraised points, and of units outside the survey, whose maximum is 60."""
    units = tuple(unit(code, points) for code, points in appraisals.items())
    units += tuple(unit(code, points, 60) for code, points in (outside or {}).items())
    given = dict.fromkeys(appraisals, ALL * 3) if answers is None else answers
    book = book_of(given, units)
    moment = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    cover = Cover(
        campaign="Đợt thử",
        campaign_code="thu",
        made_up=False,
        state="Đã niêm phong",
        as_of=moment,
        written_at=moment,
        program_version="0.5.0",
        questionnaire=QUESTIONNAIRE,
        method=METHOD,
        group_names={code: name for code, name in GROUPS.items() if code in {each.group for each in units}},
        run_number=7,
    )
    made = Material(book, cover, dossier(units), tuple, Words("UBND tỉnh", "Sở Nội vụ"))
    return replace(made, **changes)


def dossier(units: Iterable[UnitRow], **changes: Any) -> Dossier:
    """Return a dossier of three valid forms a surveyed unit, and of nothing else."""
    facts = {
        "code": "thu",
        "name": "Đợt thử",
        "year": 2026,
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "made_up": False,
        "state": "sealed",
    }
    work = tuple(
        FieldWork(each.unit, each.name, each.group, each.max_points > 60, 3, None, 3, 0, 0, 0, 0, 0)
        for each in units
    )
    made = Dossier(facts, GROUPS, work, (), (), (), (), (), "cd" * 32)
    return replace(made, **changes)


def group_of(given: Material, code: str = "departments") -> Group:
    """Return a group of a material."""
    return next(each for each in groups_of(given) if each.code == code)


def year(units: Mapping[str, UnitYear], why_not: str = "", number: int = 2025, **groups: GroupYear) -> Year:
    """Return an earlier year."""
    return Year(number, f"Báo cáo năm {number}", units, groups, why_not)


def index(value: str, rank: int | None = None) -> UnitYear:
    """Return what an earlier year published of a unit."""
    return UnitYear(Decimal(value), rank)


def area(number: int, name: str, most: str, **means: str) -> Area:
    """Return an area of the appraisal with its means by group."""
    return Area(number, name, Decimal(most), {code: Decimal(mean) for code, mean in means.items()}, "Nguồn X")


def plain(texts: Iterable[str]) -> list[str]:
    """Return texts with plain spaces."""
    return [text.replace("\u00a0", " ") for text in texts]


def texts_of(sections: Iterable[Section]) -> list[str]:
    """Return the running text of sections."""
    return plain(
        block.text for section in sections for block in section.blocks if isinstance(block, Paragraph)
    )


def section_of(report: Report, key: str) -> Section:
    """Return a part or annex of a report by its key."""
    return next(each for each in (*report.sections, *report.annexes) if each.key == key)


def numbered(report: Report) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the numbers and captions of a report's tables and of its charts, in the order in which they stand."""
    blocks = [block for section in (*report.sections, *report.annexes) for block in section.blocks]
    return (
        [(block.number, block.table.caption) for block in blocks if isinstance(block, NumberedTable)],
        [(block.number, block.drawing.caption) for block in blocks if isinstance(block, NumberedChart)],
    )
