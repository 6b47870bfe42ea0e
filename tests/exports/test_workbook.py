"""The workbook read back: numbers are numbers, people's text is text, every sheet says as of when."""

import io
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pandas
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from scoring.book import ScoreBook
from survey_app.exports import workbook
from survey_app.exports.tables import Column, Cover, Row, Table
from tests.exports.six_units import GROUPS, UNITS, book_of

PROGRESS = Table(
    "Tiến độ",
    "Phiếu so với chỉ tiêu",
    (Column("Mã", "code"), Column("Đơn vị"), Column("Hợp lệ", "count"), Column("Lúc", "moment")),
    (
        Row(("00017", "Sở A", 10, datetime(2026, 11, 25, 17, 30, tzinfo=UTC)), key="A"),
        Row(("007", "Sở D", 0, None), key="D"),
    ),
    as_of=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
)


def read(book: ScoreBook, cover: Cover, progress: Table = PROGRESS) -> openpyxl.Workbook:
    """Build a workbook and read it back."""
    return openpyxl.load_workbook(io.BytesIO(workbook.build(book, cover, progress)))


def facts(sheet: Worksheet) -> dict[Any, Any]:
    """Return the pairs of a sheet of facts."""
    return {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}


def test_the_sheets_stand_in_the_order_of_reading(book: ScoreBook, cover: Cover) -> None:
    assert read(book, cover).sheetnames == [
        "Điểm Sở, ban, ngành",
        "Điểm Huyện, thị xã, thành phố",
        "Chỉ số Sở, ban, ngành",
        "Chỉ số Huyện, thị xã, thành phố",
        "Yếu tố",
        "Tiêu chí",
        "Tiến độ",
        "Ghi chú",
        "Xác minh",
    ]


def test_e1_sums_work_since_numbers_are_numbers_with_a_format(book: ScoreBook, cover: Cover) -> None:
    content = workbook.build(book, cover, PROGRESS)
    frame = pandas.read_excel(
        io.BytesIO(content), sheet_name="Điểm Sở, ban, ngành", header=3, nrows=4, engine="calamine"
    )
    assert frame["Điểm"].dtype == "float64"
    assert round(frame["Điểm"].sum(), 2) == 28.18  # 10.00 + 9.09 + 9.09
    assert frame["Số phiếu"].sum() == 30
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.number_format for cell in sheet[5]][3:8] == [
        "#,##0.00",
        "#,##0.00",
        "@",
        "@",
        "#,##0",
    ]
    assert [cell.data_type for cell in sheet[5]][3:8] == ["n", "n", "s", "s", "n"]


def test_e2_codes_keep_their_zeros_and_moments_are_moments_of_vietnam(book: ScoreBook, cover: Cover) -> None:
    sheet = read(book, cover)["Tiến độ"]
    assert [sheet["A5"].value, sheet["A6"].value] == ["00017", "007"]
    assert (sheet["A5"].data_type, sheet["A5"].number_format) == ("s", "@")
    assert sheet["D5"].value.isoformat() == "2026-11-26T00:30:00"
    assert sheet["D5"].is_date


def test_e12_every_sheet_says_as_of_when_in_the_time_of_vietnam(book: ScoreBook, cover: Cover) -> None:
    sheets = read(book, cover)
    assert sheets.worksheets[0]["A2"].value == "Đợt thử. Tính đến 26/11/2026 00:30 (giờ Việt Nam)."
    assert sheets["Tiến độ"]["A2"].value == "Đợt thử. Tính đến 26/11/2026 10:00 (giờ Việt Nam)."
    notes = facts(sheets["Ghi chú"])
    assert notes["Tính đến"].isoformat() == "2026-11-26T00:30:00"
    assert notes["Tệp được ghi lúc"].isoformat() == "2026-11-26T10:00:00"
    assert notes["Không tính, lúc ghi tệp: Trả lại"] == 2


def test_e13_the_notes_say_that_nothing_was_filtered(book: ScoreBook, cover: Cover) -> None:
    notes = facts(read(book, cover)["Ghi chú"])
    assert notes["Bộ lọc"] == "không lọc: mọi đơn vị của đợt"
    assert notes["Số phiếu được tính"] == 40


def test_made_up_answers_are_marked_on_every_sheet_and_real_ones_nowhere(
    book: ScoreBook, cover: Cover
) -> None:
    marked = [
        sheet.title
        for sheet in read(book, cover)
        if any(cell.value == workbook.MADE_UP for row in sheet["A1:B3"] for cell in row)
    ]
    assert len(marked) == 8  # all but the checksums
    real = read(book, replace(cover, made_up=False))
    assert not [1 for sheet in real for row in sheet.iter_rows() for c in row if c.value == workbook.MADE_UP]
    assert real.worksheets[0].freeze_panes == "A4"


def test_the_checksums_say_by_what_the_result_was_made(book: ScoreBook, cover: Cover) -> None:
    proof = facts(read(book, cover)["Xác minh"])
    assert proof["Mã kiểm tra dữ liệu vào (SHA-256)"] == "ab" * 32
    assert proof["Mã kiểm tra bộ câu hỏi"] == cover.questionnaire.sha256
    assert proof["Mã kiểm tra phương pháp"] == cover.method.sha256
    assert proof["Mã kiểm tra kết quả"] == book.digest
    assert proof["Phiên bản phần mềm"] == "0.1.0"


def test_a_stored_run_is_named_with_its_reason(book: ScoreBook, cover: Cover) -> None:
    live, stored = facts(read(book, cover)["Ghi chú"]), replace(cover, run_number=3, run_reason="Chốt")
    notes = facts(read(book, stored)["Ghi chú"])
    assert (live["Kết quả"], live["Lý do của lần tính"]) == (
        "số liệu tạm tính, theo phiếu hiện có",
        "không ghi",
    )
    assert (notes["Kết quả"], notes["Lý do của lần tính"]) == ("lần tính 3", "Chốt")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+84912345678", "-5", "\t=1+1", "=cmd|' /C calc'!A0"])
def test_e8_text_from_people_is_shown_as_typed_and_never_evaluated(text: str, cover: Cover) -> None:
    units = tuple(replace(unit, name=text) if unit.unit == "A" else unit for unit in UNITS)
    groups = GROUPS | {"departments": text}
    sheets = read(book_of(units=units), replace(cover, run_reason=text, campaign=text, group_names=groups))
    cells = [c for sheet in sheets for row in sheet.iter_rows() for c in row if c.value == text]
    # The name on two tables, on 5 lines of factors and 22 of criteria, and the reason.
    assert len(cells) == 2 + 5 + 22 + 1
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x0bb\x16c\x00d", "abcd"),
        ("a\ud800b", "ab"),
        ("a\ufffeb\uffffc", "abc"),
        ("a\u200bb\ufeffc", "a\u200bb\ufeffc"),
        ("hai\ndòng", "hai\ndòng"),
    ],
)
def test_e10_signs_no_sheet_can_hold_go_and_the_rest_stays(
    text: str, kept: str, book: ScoreBook, cover: Cover
) -> None:
    assert facts(read(book, replace(cover, run_reason=text))["Ghi chú"])["Lý do của lần tính"] == kept


@pytest.mark.parametrize("letter", ["ộ", "😀"])
def test_e11_text_longer_than_a_cell_holds_says_how_much_is_missing(
    letter: str, book: ScoreBook, cover: Cover
) -> None:
    told = facts(read(book, replace(cover, run_reason=letter * 40_000))["Ghi chú"])["Lý do của lần tính"]
    fits = 32_000 // (len(letter.encode("utf-16-le")) // 2)
    assert told == letter * fits + f" … (còn {40_000 - fits} ký tự, xem trong phần mềm)"
    assert len(told.encode("utf-16-le")) // 2 <= 32_767


def test_e7_long_and_forbidden_group_names_still_give_sheets_of_their_own(
    book: ScoreBook, cover: Cover
) -> None:
    long = "Sở/ban [ngành]: " + "ộ" * 300
    groups = {"departments": long, "districts": long.upper()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = read(book, replace(cover, group_names=groups)).sheetnames
    assert [len(name) for name in names[:4]] == [31, 31, 31, 31]
    assert names[1].endswith(" (2)")
    assert len({name.casefold() for name in names}) == len(names) == 9
    assert not [name for name in names if set(name) & set("[]:*?/\\")]


def test_every_table_prints_on_a4_with_its_headings_repeated(book: ScoreBook, cover: Cover) -> None:
    for sheet in read(book, cover).worksheets[:7]:
        assert sheet.freeze_panes == "A5"
        assert sheet.print_title_rows == "$4:$4"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.column_dimensions["A"].width >= 11
        assert all(cell.font.b for cell in sheet[4])


def test_the_mean_row_is_bold_and_the_sentences_follow_it(book: ScoreBook, cover: Cover) -> None:
    sheet = read(book, cover)["Chỉ số Sở, ban, ngành"]
    assert [cell.value for cell in sheet[10]][1:4] == ["Trung bình", None, 9.39]
    assert sheet["F10"].font.b
    assert sheet["A12"].value == (
        "Cao nhất: Sở C (90,00\u00a0%). Thấp nhất: Thanh tra tỉnh (75,00\u00a0%). "
        "Chênh lệch: 15,00 điểm phần trăm."
    )
