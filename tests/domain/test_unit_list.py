"""A campaign's units from a file: read as written, or refused by row and column."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from survey_app import problems
from survey_app.domain import appraisals, campaigns, demonstration, unit_list
from survey_app.domain.campaigns import UnitLine
from survey_app.models import User
from tests.domain.small_campaign import plan

HEAD = "unit,name,group,quota,max_points"
ROW = "A,Sở A,departments,5,100"
UNITS = [
    UnitLine("B", "Huyện B", "districts", 44, Decimal(100), population=1800),
    UnitLine("B1", "Xã B1", "districts", 5, Decimal(100), counts_for="B"),
    UnitLine("C", "Thanh tra", "departments", 0, Decimal(60), surveyed=False),
]


def written(folder: Path, content: str | bytes, name: str = "units.csv") -> Path:
    """Return a file with that content."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_unit_list_is_read_with_either_separator_ending_and_mark(
    tmp_path: Path, separator: str, ending: str, mark: str
) -> None:
    lines = [
        ["unit", "name", "group", "population", "quota", "max_points", "appraisal_points", "parent"],
        ["B", "Huyện  B", "districts", "1800", "44", "100", '"80,5"', ""],
        ["B1", "Xa\u0303 B1\u200b", "districts", "", "5", "100", "", "B"],
        ["C", "Thanh tra", "departments", "", "", "60", "50", ""],
    ]
    listed = unit_list.read(written(tmp_path, mark + ending.join(separator.join(line) for line in lines)))
    assert listed.units == UNITS
    assert listed.appraisal_points == {"B": "80,5", "C": "50"}


def test_a_workbook_gives_the_same_units_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["unit", "name", "group", "population", "quota", "max_points", "appraisal_points", "parent"],
        ["B", "Huyện B", "districts", 1800, 44, 100, 80.5, None],
        ["B1", "Xã B1", "districts", None, 5, 100, None, "B"],
        ["C", "Thanh tra", "departments", None, None, 60, 50, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    listed = unit_list.read(tmp_path / "units.xlsx")
    assert listed == unit_list.UnitList(UNITS, {"B": "80.5", "C": "50"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("unit,name\nA,B\n", "thiếu cột group, quota, max_points"),
        (f"{HEAD}\n", "tệp không có dòng nào"),
        (f"{HEAD}\n\nA,,g,5,100\n", "dòng 3, cột name: ô trống"),
        (f"{HEAD}\n\u200b,B,g,5,100\n", "dòng 2, cột unit: ô trống"),
        (f"{HEAD}\n{'x' * 33},B,g,5,100\n", "dòng 2, cột unit: dài 33 ký tự, tối đa 32"),
        (f"{HEAD}\nA,{'x' * 201},g,5,100\n", "dòng 2, cột name: dài 201 ký tự, tối đa 200"),
        (f"{HEAD}\nA,B,{'x' * 33},5,100\n", "dòng 2, cột group: dài 33 ký tự, tối đa 32"),
        (f"{HEAD}\nA,B,g,1e3,100\n", "dòng 2, cột quota: “1e3”"),
        (f"{HEAD}\nA,B,g,-5,100\n", "dòng 2, cột quota: “-5”"),
        (f"{HEAD}\nA,B,g,1000000000,100\n", "dòng 2, cột quota: “1000000000”"),
        (f"{HEAD}\nA,B,g,٣,100\n", "dòng 2, cột quota: “٣”"),
        (f"{HEAD}\nA,B,g,5,0\n", "dòng 2, cột max_points: “0”"),
        (f"{HEAD}\nA,B,g,5,\n", "dòng 2, cột max_points: “”"),
        (f"{HEAD}\nA,B,g,5,NaN\n", "dòng 2, cột max_points: “NaN”"),
        (f"{HEAD}\nA,B,g,5,100.001\n", "dòng 2, cột max_points: “100.001”"),
        (f"{HEAD},population\n{ROW},1.800\n", "dòng 2, cột population: “1.800”"),
        (f"{HEAD},appraisal_points\n{ROW},90.01\n", "dòng 2, cột appraisal_points: “90.01” không hợp lệ"),
        (f"{HEAD},appraisal_points\n{ROW},inf\n", "dòng 2, cột appraisal_points: “inf” không hợp lệ"),
        (f"{HEAD},appraisal_points,parent\n{ROW},50,B\n", "dòng 2, cột appraisal_points: phiếu của đơn vị"),
    ],
)
def test_a_broken_unit_list_is_refused_by_row_and_column(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(problems.ImportRefused, match=r"^Tệp units\.csv: không nhập dòng nào") as refusal:
        unit_list.read(written(tmp_path, content))
    (error,) = refusal.value.errors
    assert told in error


def test_n1_a_quota_of_zero_is_a_survey_without_quota_and_an_empty_one_is_no_survey(tmp_path: Path) -> None:
    content = f"{HEAD}\nA,Sở A,g,0,100\nC,Thanh tra,g,,60\nD,Sở D,g,999999999,100\n"
    units = unit_list.read(written(tmp_path, content)).units
    assert [(unit.surveyed, unit.quota) for unit in units] == [(True, 0), (False, 0), (True, 999_999_999)]


def test_every_broken_cell_of_every_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(problems.ImportRefused) as refusal:
        unit_list.read(written(tmp_path, f"{HEAD}\n,B,g,x,100\n{ROW}\nA,B,,5,y\n"))
    places = [error.partition(":")[0] for error in refusal.value.errors]
    assert places == [
        "dòng 2, cột unit",
        "dòng 2, cột quota",
        "dòng 4, cột group",
        "dòng 4, cột max_points",
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("units.csv", b"\xff\xfe\x00", "units.csv"),
        ("units.csv", b"PK\x03\x04", "không phải là tệp .csv"),
        ("units.xlsx", HEAD.encode(), "không phải là tệp .xlsx"),
        ("units.txt", HEAD.encode(), "chỉ nhận tệp .csv hoặc .xlsx"),
        ("units.csv", b"", "không có dòng nào"),
        ("units.csv", f"{HEAD}\n{ROW}, thừa\n".encode(), "dòng 2"),
        ("units.csv", f"{HEAD}\nA,Sở A\n".encode(), "dòng 2"),
        ("units.csv", f"{HEAD},unit\n{ROW},A\n".encode(), "cột unit có hai lần"),
        ("units.csv", f'{HEAD}\n"{"x" * 200_000}",B,g,5,100\n'.encode(), "units.csv"),
        ("units.csv", f'{HEAD}\n"A,B,g,5,100\n'.encode(), "dấu ngoặc kép"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_by_its_name(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(problems.ScorerRefused, match=told):
        unit_list.read(written(tmp_path, content, name))


def test_a_list_makes_a_campaign_with_its_points_as_the_demonstrations_table_does(
    actor: User, tmp_path: Path
) -> None:
    published = demonstration.published_units()
    rows = [
        f'{unit.unit},"{unit.name}",{unit.group},{unit.quota if unit.component else ""},'
        f"{unit.max_points},{unit.appraisal_points}"
        for unit in published
    ]
    file = written(tmp_path, "\n".join([f"{HEAD},appraisal_points", *rows]))
    listed = unit_list.read(file)
    campaign = campaigns.create(actor, plan(units=listed.units))
    unit_list.enter_appraisals(actor, campaign, listed)
    units = {unit.unit.code: unit for unit in campaigns.units_of(campaign)}
    points = {unit_id: kept.points for unit_id, kept in appraisals.of_campaign(campaign).items()}
    assert {unit.unit: points[units[unit.unit].unit_id] for unit in published} == {
        unit.unit: unit.appraisal_points for unit in published
    }
    assert sum(unit.quota for unit in units.values()) == 2124
