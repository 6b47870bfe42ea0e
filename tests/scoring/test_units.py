"""Files of units: what is read, what may be empty, and every fault by its cell."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.errors import InputRefused
from scoring.units import UnitRow, UnitSheet, read_index_units, read_units

CAMPAIGN = "unit,name,group,population,quota,max_points,appraisal_points"
INDEX = "group,unit,name,max_points,appraisal_points,satisfaction_points"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a .csv of units."""

    def make(*rows: str) -> Path:
        path = tmp_path / "donvi.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    return make


def problems(read: Callable[[Path], UnitSheet], path: Path) -> tuple[str, ...]:
    """Return the sentences a file is refused with."""
    with pytest.raises(InputRefused) as caught:
        read(path)
    return caught.value.problems


def test_the_units_of_the_made_up_campaign_are_read(golden_folder: Path) -> None:
    sheet = read_units(golden_folder / "units_campaign.csv")
    assert (len(sheet.rows), sheet.ignored, set(sheet.satisfaction_points)) == (22, (), {None})
    assert sheet.rows[0] == UnitRow(
        "D01", "Đơn vị D01", "departments", Decimal(100), Decimal("80.00"), 18250, 120
    )


def test_the_published_table_is_read_with_its_empty_components(golden_folder: Path) -> None:
    sheet = read_index_units(golden_folder / "hanam_2022.csv")
    assert (len(sheet.rows), sheet.satisfaction_points.count(None)) == (25, 3)
    assert sheet.ignored == ("total_points", "index", "rank")
    assert sheet.rows[17].name == "Sở Văn hóa, Thể thao và Du lịch"
    assert (sheet.satisfaction_points[17], sheet.rows[17].appraisal_points) == (
        Decimal("10.00"),
        Decimal("72.65"),
    )


def test_what_is_not_known_yet_may_be_empty_or_have_no_column(write: Callable[..., Path]) -> None:
    full = read_units(write(CAMPAIGN, "A,Sở A,g,,,100,", "B,Sở B,g, 12 ,0,60,0"))
    assert full.rows == (
        UnitRow("A", "Sở A", "g", Decimal(100), None, None, None),
        UnitRow("B", "Sở B", "g", Decimal(60), Decimal(0), 12, 0),
    )
    short = read_units(write("unit;name;group;max_points;phone", "A;Sở A;g;100,0;1"))
    assert (short.rows, short.ignored) == ((UnitRow("A", "Sở A", "g", Decimal(100), None),), ("phone",))


def test_every_missing_column_is_named_at_once(write: Callable[..., Path]) -> None:
    assert problems(read_index_units, write("unit,names,group,max_points,appraisal_points")) == (
        "donvi.csv: thiếu cột name. Hãy thêm cột này vào dòng tiêu đề (có phải “names”?).",
        "donvi.csv: thiếu cột satisfaction_points. Hãy thêm cột này vào dòng tiêu đề.",
    )


def test_every_faulty_cell_is_named_at_once(write: Callable[..., Path]) -> None:
    found = problems(
        read_units,
        write(
            CAMPAIGN, ",Sở A,g,1,1,100,80", "B,,,1.140,-1,0,٨", "B,Sở B,g,1,1,x,1e9", "B,Sở B,g,1,1,100,80"
        ),
    )
    assert [sentence.partition(":")[0] for sentence in found] == [
        "donvi.csv, dòng 2, cột unit",
        "donvi.csv, dòng 3, cột name",
        "donvi.csv, dòng 3, cột group",
        "donvi.csv, dòng 3, cột max_points",
        "donvi.csv, dòng 3, cột appraisal_points",
        "donvi.csv, dòng 3, cột population",
        "donvi.csv, dòng 3, cột quota",
        "donvi.csv, dòng 4, cột max_points",
        "donvi.csv, dòng 4, cột appraisal_points",
        "donvi.csv, dòng 4, cột unit",
        "donvi.csv, dòng 5, cột unit",
    ]
    assert found[3] == "donvi.csv, dòng 3, cột max_points: “0” phải lớn hơn 0. Hãy sửa giá trị."
    assert found[10] == "donvi.csv, dòng 5, cột unit: đơn vị “B” đã có ở dòng 3. Hãy giữ một dòng."


def test_points_with_two_marks_are_refused_where_they_stand(write: Callable[..., Path]) -> None:
    found = problems(read_index_units, write(INDEX, 'g,A,Sở A,100,"1.234,5",9.85'))
    assert found == (
        "donvi.csv, dòng 2, cột appraisal_points: “1.234,5” không phải số hợp lệ. "
        "Hãy ghi chữ số thường với một dấu thập phân, ví dụ 85,50 hoặc 85.50.",
    )
