"""The report of the demonstration: every figure of the report published for 2022, and none of its slips.

Expected figures stand in the published table (tests/golden/hanam_2022.csv) and in the published sentences, or are the
differences that follow from them: 89.60 − 88.99, 90.70 − 91.13, 94.79 − 83.25 and so on.
"""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from survey_app.domain import campaigns, demonstration, materials
from survey_app.exports.report_content import NumberedTable, Report
from survey_app.exports.report_parts import report_of
from tests.conftest import opened
from tests.exports.reports import charts, section_of, texts_of

PUBLISHED = Path(__file__).parent.parent / "golden" / "hanam_2022.csv"
GROUPS = ("departments", "districts")


@pytest.fixture(scope="module")
def report(demo_template: str) -> Iterator[Report]:
    """The report of the demonstration as it stands."""
    with opened(demo_template):
        yield report_of(materials.of_now(campaigns.by_code(demonstration.CODE)), charts())


def text_of(report: Report) -> str:
    """Return all that a report says: headings, text, tables and their notes."""
    parts = [report.about]
    for section in (*report.sections, *report.annexes):
        parts.append(section.heading)
        parts += texts_of([section])
        for block in section.blocks:
            if isinstance(block, NumberedTable):
                parts += [block.table.caption, *block.table.notes]
                parts += [str(cell) for row in (*block.table.rows, *block.table.foot) for cell in row.cells]
    return "\n".join(parts)


def said(report: Report, *keys: str) -> list[str]:
    """Return the running text of some parts."""
    return [text for key in keys for text in texts_of([section_of(report, key)])]


def test_the_published_table_is_the_reports_to_the_last_digit(report: Report) -> None:
    expected: dict[str, list[tuple[object, ...]]] = {group: [] for group in GROUPS}
    with PUBLISHED.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            survey = Decimal(row["satisfaction_points"]) if row["satisfaction_points"] else "x"
            name = row["name"] + ("" if row["satisfaction_points"] else " (*)")
            figures = (Decimal(row[column]) for column in ("total_points", "index"))
            expected[row["group"]].append(
                (int(row["rank"]), name, Decimal(row["appraisal_points"]), survey, *figures)
            )
    for group, means in zip(GROUPS, (("9.45", "89.60"), ("9.65", "90.70")), strict=True):
        blocks = section_of(report, f"chi_so_{group}").blocks
        (table,) = [block.table for block in blocks if isinstance(block, NumberedTable)]
        assert [row.cells[:6] for row in table.rows] == expected[group]
        survey_mean, mean = map(Decimal, means)
        assert table.foot[0].cells == (None, "Trung bình", None, survey_mean, None, mean, None)


def test_the_departments_bands_mean_and_spread_are_those_published(report: Report) -> None:
    extremes, around, bands = said(report, "chi_so_departments")
    assert extremes == (
        "Sở Thông tin và Truyền thông có Chỉ số cao nhất, đạt 95,39 %; Sở Lao động – Thương binh và Xã hội có Chỉ số thấp "
        "nhất, đạt 77,33 %. Khoảng cách giữa cao nhất và thấp nhất là 18,06 điểm phần trăm."
    )
    assert around.startswith(
        "Chỉ số trung bình của nhóm là 89,60 %; 10/19 đơn vị có Chỉ số cao hơn trung bình: Sở Thông"
    )
    assert around.endswith("Ban Quản lý các KCN, Sở Y tế và Sở Giao thông vận tải.")
    assert re.findall(r"(\d+) đơn vị xếp loại ([^(]+) \(", bands) == [
        ("2", "Xuất sắc"),
        ("14", "Tốt"),
        ("3", "Khá"),
    ]
    assert bands.endswith(
        "gồm Ban Quản lý Khu đại học Nam Cao; Sở Văn hóa, Thể thao và Du lịch; và Sở Lao động – Thương binh và Xã hội; "
        "không đơn vị nào xếp loại Trung bình hoặc Yếu."
    )


def test_the_districts_bands_mean_and_spread_are_those_published(report: Report) -> None:
    assert said(report, "chi_so_districts") == [
        "Thành phố Phủ Lý có Chỉ số cao nhất, đạt 96,59 %; Huyện Kim Bảng có Chỉ số thấp nhất, đạt 86,29 %. "
        "Khoảng cách giữa cao nhất và thấp nhất là 10,30 điểm phần trăm.",
        "Chỉ số trung bình của nhóm là 90,70 %; 03/06 đơn vị có Chỉ số cao hơn trung bình: Thành phố Phủ Lý, "
        "Thị xã Duy Tiên và Huyện Thanh Liêm.",
        "Về xếp loại: 1 đơn vị xếp loại Xuất sắc (từ 95 % trở lên), là Thành phố Phủ Lý; "
        "5 đơn vị xếp loại Tốt (từ 85 % đến dưới 95 %), gồm Thị xã Duy Tiên, Huyện Thanh Liêm, Huyện Bình Lục, "
        "Huyện Lý Nhân và Huyện Kim Bảng; không đơn vị nào xếp loại Khá, Trung bình hoặc Yếu.",
    ]


def test_what_changed_since_2021_is_told_with_the_sign_it_has(report: Report) -> None:
    assert said(report, "so_sanh_departments")[:5] == [
        "Chỉ số trung bình của nhóm năm 2022 là 89,60 %, tăng 0,61 điểm phần trăm so với năm 2021 (88,99 %).",
        "Khoảng cách giữa đơn vị cao nhất và đơn vị thấp nhất là 18,06 điểm phần trăm, giảm 0,34 điểm phần trăm so với "
        "năm 2021 (18,40 điểm phần trăm).",
        "So với năm 2021, trong 2 đơn vị so sánh được: 1 đơn vị tăng, 1 đơn vị giảm.",
        "Đơn vị duy nhất tăng: Sở Xây dựng, tăng 11,54 điểm phần trăm (từ 83,25 % lên 94,79 %).",
        "Đơn vị duy nhất giảm: Sở Lao động – Thương binh và Xã hội, giảm 8,34 điểm phần trăm (từ 85,67 % xuống 77,33 %).",
    ]
    assert said(report, "so_sanh_districts")[:5] == [
        "Chỉ số trung bình của nhóm năm 2022 là 90,70 %, giảm 0,43 điểm phần trăm so với năm 2021 (91,13 %).",
        "Khoảng cách giữa đơn vị cao nhất và đơn vị thấp nhất là 10,30 điểm phần trăm, tăng 2,09 điểm phần trăm so với "
        "năm 2021 (8,21 điểm phần trăm).",
        "So với năm 2021, trong 2 đơn vị so sánh được: 1 đơn vị tăng, 1 đơn vị giảm.",
        "Đơn vị duy nhất tăng: Huyện Bình Lục, tăng 3,46 điểm phần trăm (từ 86,87 % lên 90,33 %).",
        "Đơn vị duy nhất giảm: Huyện Lý Nhân, giảm 5,27 điểm phần trăm (từ 91,66 % xuống 86,39 %).",
    ]


def test_survey_points_are_told_of_the_sixteen_that_were_asked_about(report: Report) -> None:
    assert said(report, "diem_khao_sat_departments")[:4] == [
        "16 đơn vị trong nhóm được khảo sát, với 984 phiếu được tính; 3 đơn vị không khảo sát: Văn phòng UBND tỉnh, "
        "Thanh tra tỉnh và Ban Quản lý Khu đại học Nam Cao.",
        "Điểm khảo sát trung bình là 9,45 trên 10 điểm, tính trên 16 đơn vị có điểm khảo sát.",
        "Cao nhất: Sở Văn hóa, Thể thao và Du lịch (10,00 điểm). Thấp nhất: Sở Kế hoạch và Đầu tư (8,68 điểm).",
        "13/16 đơn vị đạt từ 9,00 điểm trở lên; 03/16 đơn vị dưới 9,00 điểm: Sở Tư pháp, Sở Khoa học và Công nghệ và "
        "Sở Kế hoạch và Đầu tư.",
    ]
    assert said(report, "diem_khao_sat_districts")[:3] == [
        "6 đơn vị trong nhóm được khảo sát, với 1.140 phiếu được tính.",
        "Điểm khảo sát trung bình là 9,65 trên 10 điểm, tính trên 6 đơn vị có điểm khảo sát.",
        "Cao nhất: Thành phố Phủ Lý (9,85 điểm). Thấp nhất: Thị xã Duy Tiên (9,33 điểm).",
    ]


def test_the_areas_whose_means_were_published_are_told_and_the_others_are_said_to_be_unknown(
    report: Report,
) -> None:
    told = said(report, "linh_vuc")
    assert [re.findall(r"trung bình (\d+,\d\d/\d+)", text) for text in told[:4]] == [
        ["12,11/14", "13,33/14"],
        ["8,45/10", "9,50/10"],
        ["17,34/19", "17,80/19"],
        ["12,21/13", "12,37/13"],
    ]
    assert told[4].startswith(
        "Chưa có điểm trung bình của các lĩnh vực: Cải cách tổ chức bộ máy (tối đa 8 điểm)"
    )


def test_forms_and_quotas_are_those_published(report: Report) -> None:
    assert said(report, "pham_vi") == [
        "Khảo sát hỏi về việc giải quyết thủ tục từ ngày 01/01/2022 đến ngày 31/12/2022.",
        "Nhóm sở, ban, ngành: 19 đơn vị, trong đó 16 đơn vị được khảo sát với chỉ tiêu 984 phiếu.",
        "Nhóm huyện, thị xã, thành phố: 6 đơn vị, đều được khảo sát với chỉ tiêu 1.140 phiếu.",
        "Chỉ tiêu chung là 2.124 phiếu.",
    ]


def test_none_of_the_published_slips_is_repeated(report: Report) -> None:
    text = text_of(report)
    # A footnote that divides by a percentage; a mean of the printed column; 03/19 where 16 were scored.
    assert re.findall(r"(?<![\d,.])60\s?%|89[,.]59|0?3/19", text) == []
    assert "Chỉ số = tổng điểm / 60 × 100." in text
    # "có xu hướng tăng" where the mean fell.
    assert "xu hướng" not in text
    assert [line for line in text.splitlines() if "0,43" in line and "tăng 0,43" in line] == []
    # Bands named two ways: only the method's names.
    bands = set(re.findall(r"xếp loại ([A-ZĐ][^(;,.]*?)(?: \(| hoặc|[;,.])", text))
    assert bands <= {"Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"}


def test_every_unit_has_one_spelling(report: Report) -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    text = text_of(report)
    assert [name for name in names if name not in text] == []
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    assert re.findall(r"(?:Sở|Huyện|Thị xã|Thành phố|Thanh tra|Văn phòng|Ban Quản lý) [A-ZĐ]\w*", text) == []


def test_it_is_said_that_the_answers_are_made_up(report: Report) -> None:
    assert report.made_up
    assert said(report, "do_tin_cay")[0] == (
        "Câu trả lời của đợt này là dữ liệu minh họa do phần mềm sinh ra, không phải ý kiến thật của người dân."
    )
