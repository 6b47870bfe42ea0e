"""The workbook read back: numbers are numbers, people's text is text, every sheet says as of when and what it leaves out."""

import hashlib
import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pandas
import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES
from openpyxl.worksheet.worksheet import Worksheet

from scoring.book import ScoreBook
from survey_app.exports import workbook, workbook_cells
from survey_app.exports.dossier import (
    Correction,
    Dossier,
    DrawFact,
    Excluded,
    FieldWork,
    RecheckResult,
    UnitRechecks,
)
from survey_app.exports.material import AnswerRow, Material, Words
from survey_app.exports.tables import Cover
from tests.exports.six_units import ANSWERS, GROUPS, QUESTIONNAIRE, UNITS, book_of

HALF_PAST = datetime.fromisoformat("2026-11-26T00:30")
WIDTH = len(QUESTIONNAIRE.criteria)
CODES = ["00017", "007", "0912345678", "012345678901", "12300000"]


def work(unit: str, name: str, group: str, *counts: int | None, surveyed: bool = True) -> FieldWork:
    """Return a unit's forms: quota, issued, valid, invalid, returned, void, drafts, apart."""
    return FieldWork(unit, name, group, surveyed, *counts)  # type: ignore[arg-type]


DOSSIER = Dossier(
    campaign={"code": "thu", "name": "Đợt thử", "year": 2026},
    groups=GROUPS,
    field_work=(
        work("A", "Sở A", "departments", 10, 20, 10, 2, 1, 3, 1, 0),
        work("B", "Sở B", "departments", 10, 10, 10, 0, 0, 0, 0, 0),
        work("C", "Sở C", "departments", 10, 10, 10, 0, 0, 0, 0, 0),
        work("D", "Sở D", "departments", 10, 0, 0, 0, 0, 0, 0, 0),
        work("T", "Thanh tra tỉnh", "departments", 0, 0, 0, 0, 0, 0, 0, 0, surveyed=False),
        work("H", "Huyện H", "districts", 12, 12, 10, 0, 0, 0, 0, 1),
    ),
    excluded=(
        Excluded("00018", "A", "invalid", "Không hợp lệ: trả lời quá ít tiêu chí"),
        Excluded("007", "A", "void", "=1+1"),
        Excluded("0912345678", "A", "returned", ""),
        Excluded("12300000", "H", "apart", ""),
        Excluded("00017", "A", "duplicate", "Mã phiếu này đã có phiếu khác"),
    ),
    corrections=(
        Correction(
            *("00017", "A", 2, "2026-11-25T17:30:00+00:00", "Điều tra viên", "-5"), "access_1", "2", "4"
        ),
    ),
    draws=(DrawFact(1, "random", 3, '{"number":1}'),),
    rechecks=(
        RecheckResult(
            *("00017", "A", "E0012", "front", 1, "confirmed", ()),
            "2026-11-25T17:30:00+00:00",
            (("access_1", "4", "5"), ("access_2", "3", "4"), ("outcome_1", "N", "4")),
        ),
        RecheckResult(
            *("00017", "A", "E0012", "veterans", 1, "failed", ("Bị gợi ý câu trả lời",)),
            "2026-11-26T01:00:00+00:00",
            (("access_1", "4", "4"),),
        ),
    ),
    unit_rechecks=(UnitRechecks("A", 1, 0, 1, 0, 0, 0.25, 0.1, 0.5, "Đã phúc tra 1 phiếu."),),
    answers_sha256="cd" * 32,
)


def rows_of() -> list[AnswerRow]:
    """Return the forty responses of the six units, five of them under codes that a number would damage."""
    rows = []
    for unit, packed in ANSWERS.items():
        for place in range(len(packed) // WIDTH):
            code = CODES[place] if unit == "A" and place < len(CODES) else f"{unit}-{place}"
            answers = packed[place * WIDTH : (place + 1) * WIDTH]
            details: dict[str, Any] = {"service_field": "land", "wishes": ["simpler", "faster"]}
            rows.append(
                AnswerRow(code, unit, unit, "E0012", "paper", "sipas-2017", 1, "2026-11-26", answers, details)
            )
    return rows


def material_of(
    book: ScoreBook, cover: Cover, rows: Sequence[AnswerRow] = (), dossier: Dossier = DOSSIER
) -> Material:
    """Return the material of a result of the six units."""
    return Material(book, cover, dossier, lambda: iter(rows), Words("UBND tỉnh", "Sở Nội vụ"))


def opened(material: Material) -> openpyxl.Workbook:
    """Build a workbook and read it back."""
    return openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(material)))


@pytest.fixture(scope="module")
def content(book: ScoreBook, cover: Cover) -> bytes:
    """The workbook of the six units, their forty responses and a dossier with one of everything."""
    return workbook.workbook_of(material_of(book, cover, rows_of()))


@pytest.fixture(scope="module")
def sheets(content: bytes) -> openpyxl.Workbook:
    """The same, read back."""
    return openpyxl.load_workbook(io.BytesIO(content))


def facts(sheet: Worksheet) -> dict[Any, Any]:
    """Return the pairs of a sheet of facts."""
    return {row[0]: row[1] for row in sheet.iter_rows(min_row=5, values_only=True)}


def lines(sheet: Worksheet, until: int | None = None) -> list[dict[Any, Any]]:
    """Return the rows of a sheet by heading, down to the first empty one."""
    headings, *rows = sheet.iter_rows(min_row=4, max_row=until, values_only=True)
    kept: list[dict[Any, Any]] = []
    for row in rows:
        if not any(cell is not None for cell in row):
            break
        kept.append(dict(zip(headings, row, strict=True)))
    return kept


def test_the_sheets_stand_in_the_order_of_reading(sheets: openpyxl.Workbook) -> None:
    assert sheets.sheetnames == [
        *("Điểm Sở, ban, ngành", "Điểm Huyện, thị xã, thành phố"),
        *("Chỉ số Sở, ban, ngành", "Chỉ số Huyện, thị xã, thành phố"),
        *("Yếu tố", "Tiêu chí", "Phương pháp", "Phiếu", "Câu hỏi", "Sửa phiếu", "Phiếu không tính"),
        *(
            "Phúc tra",
            "Phúc tra theo đơn vị",
            "Phúc tra hỏi lại",
            "Rút thăm",
            "Tiến độ",
            "Ghi chú",
            "Xác minh",
        ),
    ]


def test_the_page_about_the_layout_names_every_sheet_and_heading(sheets: openpyxl.Workbook) -> None:
    page = (workbook.LAYOUT_PAGE).read_text(encoding="utf-8")
    for sheet in sheets.worksheets[2:]:
        title = sheet.title.split(" Sở, ban")[0].split(" Huyện")[0]
        assert re.search(rf"^### .*{title}|\*\*{title}\*\*", page, re.M), title
        for cell in sheet[4]:
            heading = str(cell.value).rstrip(" %")
            plain = heading in page or heading[:2] in {"1 ", "2 ", "3 ", "4 ", "5 "} or "_" in heading
            assert plain or heading in (QUESTIONNAIRE.scale.not_applicable, *_closed()), heading


def _closed() -> list[str]:
    return [question.code for question in QUESTIONNAIRE.questions]


def test_e1_sums_work_since_numbers_are_numbers_with_a_format(content: bytes) -> None:
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
    days = openpyxl.load_workbook(io.BytesIO(content))["Phiếu"]["H5"]
    assert (days.value, days.is_date, days.number_format) == (
        datetime.fromisoformat("2026-11-26"),
        True,
        "dd/mm/yyyy",
    )


def test_e1_pandas_and_openpyxl_read_the_same_values(content: bytes, sheets: openpyxl.Workbook) -> None:
    frames = pandas.read_excel(
        io.BytesIO(content), sheet_name=None, header=None, engine="calamine", keep_default_na=False
    )
    assert list(frames) == sheets.sheetnames
    for name, frame in frames.items():
        ours = [[_plain(cell) for cell in row] for row in sheets[name].iter_rows(values_only=True)]
        theirs = [[_plain(cell) for cell in row] for row in frame.itertuples(index=False)]
        assert theirs == [row[: frame.shape[1]] for row in ours[: frame.shape[0]]], name


def _plain(value: Any) -> Any:
    if value is None or value == "":
        return ""
    return str(float(value)) if isinstance(value, int | float) else str(value)


def test_e2_e3_codes_keep_their_zeros_also_through_pandas(content: bytes, sheets: openpyxl.Workbook) -> None:
    sheet = sheets["Phiếu"]
    assert [sheet.cell(row, 1).value for row in range(5, 10)] == CODES
    assert {(cell.data_type, cell.number_format) for cell in next(sheet.iter_cols(1, 1, 5, 9))} == {
        ("s", "@")
    }
    frame = pandas.read_excel(io.BytesIO(content), sheet_name="Phiếu", header=3, engine="calamine")
    assert frame["form_code"].tolist()[:5] == CODES
    assert [row["Mã phiếu"] for row in lines(sheets["Phiếu không tính"])] == [
        *("00018", "007", "0912345678", "12300000", "00017")
    ]


def test_e4_the_files_own_counts_equal_its_lists_and_one_another(sheets: openpyxl.Workbook) -> None:
    notes = facts(sheets["Ghi chú"])
    assert notes["Phiếu được tính"] == notes["Số dòng ở trang Phiếu"] == sheets["Phiếu"].max_row - 4 == 40
    left_out = {name.removeprefix("Không tính: "): n for name, n in notes.items() if "Không tính" in name}
    assert left_out == {
        "Không hợp lệ": 2,
        "Đang trả lại": 1,
        "Đã hủy": 3,
        "Nháp": 1,
        "Tự trả lời, đếm riêng": 1,
    }
    assert notes["Mọi phiếu, kể cả nháp"] == 40 + 8
    assert notes["Số dòng ở trang Phiếu không tính"] == len(lines(sheets["Phiếu không tính"])) == 5
    assert notes["Trùng mã, chờ quyết định (chưa là phiếu)"] == 1
    assert (notes["Số dòng ở trang Sửa phiếu"], notes["Số dòng ở trang Phúc tra"]) == (1, 2)


def test_e12_every_sheet_says_as_of_when_and_l5_in_which_zone(sheets: openpyxl.Workbook) -> None:
    line = (
        "Đợt thử (thu). Số liệu tạm tính. Tính đến 26/11/2026 00:30 (giờ Việt Nam). "
        "Bộ lọc: không lọc, mọi đơn vị của đợt."
    )
    assert {sheet["A2"].value for sheet in sheets} == {line}
    notes = facts(sheets["Ghi chú"])
    assert notes["Tính đến"] == HALF_PAST
    assert notes["Tệp được ghi lúc"] == datetime.fromisoformat("2026-11-26T10:00")
    assert notes["Múi giờ"] == "Asia/Ho_Chi_Minh (UTC+7)"
    moment = sheets["Sửa phiếu"]["E5"]
    assert (moment.value, moment.number_format) == (HALF_PAST, "dd/mm/yyyy hh:mm")


def test_e13_every_sheet_states_the_filter(sheets: openpyxl.Workbook) -> None:
    assert [sheet.title for sheet in sheets if "Bộ lọc: không lọc" not in sheet["A2"].value] == []
    assert facts(sheets["Ghi chú"])["Bộ lọc"] == "không lọc, mọi đơn vị của đợt"


def test_e14_units_with_no_response_stand_with_zero(sheets: openpyxl.Workbook) -> None:
    points = lines(sheets["Điểm Sở, ban, ngành"], 8)
    assert [(row["Mã"], row["Số phiếu"], row["Điểm"]) for row in points][-1] == ("D", 0, None)
    progress = {row["Mã"]: row for row in lines(sheets["Tiến độ"])}
    assert (progress["D"]["Hợp lệ"], progress["D"]["Còn thiếu"], progress["T"]["Khảo sát"]) == (
        0,
        10,
        "không",
    )
    rechecks = {row["Mã"]: row for row in lines(sheets["Phúc tra theo đơn vị"])}
    assert (rechecks["D"]["Đã phúc tra"], rechecks["D"]["Tỷ lệ không đạt %"]) == (0, None)
    assert "T" not in rechecks


def test_l1_issued_is_valid_invalid_void_and_not_returned_by_unit_and_in_all(
    sheets: openpyxl.Workbook,
) -> None:
    rows = lines(sheets["Tiến độ"])
    for row in rows:
        parts = [row[name] for name in ("Hợp lệ", "Không hợp lệ", "Đã hủy", "Chưa thu về")]
        assert row["Phát ra"] == sum(parts), row
    assert (rows[0]["Chưa thu về"], rows[0]["Trả lại"]) == (5, 1)  # 20 − 10 − 2 − 3
    total = rows.pop()
    assert (total["Nhóm"], total["Phát ra"], total["Hợp lệ"]) == ("Cộng", 52, 40)
    for name in ("Chỉ tiêu", "Phát ra", "Hợp lệ", "Đã hủy", "Chưa thu về", "Trả lại", "Còn thiếu"):
        assert total[name] == sum(row[name] for row in rows)


def test_without_a_list_nobody_claims_to_know_how_many_forms_were_issued(
    book: ScoreBook, cover: Cover
) -> None:
    unlisted = tuple(replace(each, issued=None) for each in DOSSIER.field_work)
    sheet = opened(material_of(book, cover, dossier=replace(DOSSIER, field_work=unlisted)))["Tiến độ"]
    assert {(row["Phát ra"], row["Chưa thu về"]) for row in lines(sheet)} == {(None, None)}
    assert sheet.cell(sheet.max_row, 1).value.startswith("Đợt này không có danh sách người được hỏi")


def test_made_up_answers_are_marked_on_every_sheet_and_real_ones_nowhere(
    book: ScoreBook, cover: Cover, sheets: openpyxl.Workbook
) -> None:
    assert {sheet["A3"].value for sheet in sheets} == {workbook.MADE_UP}
    assert sheets.worksheets[0].oddHeader.right.text == "SỐ LIỆU MINH HỌA"
    real = opened(material_of(book, replace(cover, made_up=False)))
    assert not [1 for sheet in real for row in sheet.iter_rows() for c in row if c.value == workbook.MADE_UP]
    assert {sheet.freeze_panes for sheet in real} == {"A5"}


def test_the_checksums_say_by_what_the_result_was_made(
    book: ScoreBook, cover: Cover, sheets: openpyxl.Workbook
) -> None:
    proof = facts(sheets["Xác minh"])
    assert proof["Mã kiểm tra dữ liệu vào (SHA-256)"] == "ab" * 32
    assert proof["Mã kiểm tra bộ câu hỏi"] == cover.questionnaire.sha256
    assert proof["Mã kiểm tra phương pháp"] == cover.method.sha256
    assert proof["Mã kiểm tra kết quả"] == book.digest
    assert proof["Mã kiểm tra hồ sơ của lần tính"] == DOSSIER.digest
    assert proof["Mã kiểm tra phiếu được tính"] == "cd" * 32
    assert proof["Mã kiểm tra gói kiểm chứng"] == "chưa công bố"
    assert proof["Phiên bản phần mềm"] == "0.1.0"
    assert "tạm tính" in proof["Cách kiểm tra"]


def test_a_published_run_is_named_with_its_reason_and_its_bundle(book: ScoreBook, cover: Cover) -> None:
    stored = replace(cover, run_number=3, run_reason="Chốt")
    published = {
        "number": "2",
        "published_at": "2026-11-26T05:00:00+00:00",
        "reason": "Sửa một phiếu",
        "bundle_digest": "ef" * 32,
    }
    read = opened(replace(material_of(book, stored), publication=published))
    notes, proof = facts(read["Ghi chú"]), facts(read["Xác minh"])
    assert read["Tiến độ"]["A2"].value.startswith("Đợt thử (thu). Lần tính 3. Tính đến 26/11/2026 00:30")
    assert (notes["Kết quả"], notes["Lý do của lần tính"]) == ("lần tính 3, đã đóng băng", "Chốt")
    assert notes["Công bố"] == "lần 2, lúc 26/11/2026 12:00 (giờ Việt Nam); lý do: Sửa một phiếu"
    assert proof["Mã kiểm tra gói kiểm chứng"] == "ef" * 32
    assert "python3 verify.py FILE.xlsx --bundle GOI.zip" in proof["Cách kiểm tra"]


HOSTILE = ("@SUM(A1)", "+84912345678", "-5", "\t=1+1", "=cmd|' /C calc'!A0")


def test_e8_text_from_people_is_shown_as_typed_and_never_evaluated(cover: Cover) -> None:
    text = "=1+1"
    units = tuple(replace(unit, name=text) if unit.unit == "A" else unit for unit in UNITS)
    groups = GROUPS | {"departments": text}
    work_of_a = replace(DOSSIER.field_work[0], name=text)
    dossier = replace(
        DOSSIER,
        groups=groups,
        field_work=(work_of_a, *DOSSIER.field_work[1:]),
        excluded=tuple(replace(DOSSIER.excluded[0], detail=each) for each in (text, *HOSTILE)),
        corrections=(replace(DOSSIER.corrections[0], reason=text, before=text, after=text),),
    )
    told = replace(cover, run_reason=text, campaign=text, group_names=groups)
    read = opened(material_of(book_of(units=units), told, dossier=dossier))
    cells = [cell for sheet in read for row in sheet.iter_rows() for cell in row]
    hits = [cell for cell in cells if cell.value == text]
    # The name in both tables, 5 factors, 22 criteria, 2 re-checks, 6 responses left out; the group of five units.
    assert {name: sum(each.parent.title == name for each in hits) for name in read.sheetnames[2:]} == {
        **dict.fromkeys(read.sheetnames[2:], 0),
        read.sheetnames[2]: 1,
        "Yếu tố": 5,
        "Tiêu chí": 22,
        "Sửa phiếu": 4,
        "Phiếu không tính": 7,
        "Phúc tra": 2,
        "Phúc tra theo đơn vị": 1,
        "Tiến độ": 6,
        "Ghi chú": 1,
    }
    details = [cell.value for cell in read["Phiếu không tính"]["E"][4:]]
    assert details == [text, *HOSTILE]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_e10_signs_no_sheet_can_hold_go_and_the_rest_stays(book: ScoreBook, cover: Cover) -> None:
    kept = {
        "a\x0bb\x16c\x00d": "abcd",
        "a\ud800b": "ab",
        "a\ufffeb\uffffc": "abc",
        "a\u200bb\ufeffc": "a\u200bb\ufeffc",
        "hai\ndòng": "hai\ndòng",
    }
    read = opened(material_of(book, replace(cover, run_reason="|".join(kept))))
    assert facts(read["Ghi chú"])["Lý do của lần tính"] == "|".join(kept.values())


def test_e11_text_longer_than_a_cell_holds_says_how_much_is_missing_and_where(
    book: ScoreBook, cover: Cover
) -> None:
    fits = {"ộ": 32_000, "😀": 16_000}  # in units of UTF-16, of which a cell holds 32,767
    excluded = tuple(replace(DOSSIER.excluded[0], detail=letter * 40_000) for letter in fits)
    read = opened(material_of(book, cover, dossier=replace(DOSSIER, excluded=excluded)))
    told = [cell.value for cell in read["Phiếu không tính"]["E"][4:]]
    assert told == [
        letter * number + f" … (còn {40_000 - number} ký tự, xem trong phần mềm)"
        for letter, number in fits.items()
    ]
    assert max(len(each.encode("utf-16-le")) // 2 for each in told) <= 32_767
    notes = facts(read["Ghi chú"])
    assert notes["Ô có chữ dài hơn mức một ô chứa được"] == 2
    assert notes["Các ô bị cắt bớt"] == "Phiếu không tính, dòng 5; Phiếu không tính, dòng 6"


def test_e11_a_workbook_that_cuts_nothing_says_so(sheets: openpyxl.Workbook) -> None:
    assert facts(sheets["Ghi chú"])["Ô có chữ dài hơn mức một ô chứa được"] == 0


def test_e7_long_and_forbidden_group_names_still_give_sheets_of_their_own(
    book: ScoreBook, cover: Cover
) -> None:
    long = "Sở/ban [ngành]: " + "ộ" * 300
    groups = {"departments": long, "districts": long.upper()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = opened(material_of(book, replace(cover, group_names=groups, campaign="ộ" * 200))).sheetnames
    assert [len(name) for name in names[:4]] == [31, 31, 31, 31]
    assert names[1].endswith(" (2)")
    assert len({name.casefold() for name in names}) == len(names) == 18
    assert not [name for name in names if set(name) & set("[]:*?/\\")]


def test_e6_a_title_with_quotes_breaks_and_signs_of_headers_stays_a_title(
    book: ScoreBook, cover: Cover
) -> None:
    title = 'Sở Nội vụ – Đợt 1/2025 "bản chốt"\r\n&P & Co'
    read = opened(material_of(book, replace(cover, campaign=title, campaign_code="a&Pb")))
    assert read.properties.title.splitlines()[0] == 'Điểm khảo sát – Sở Nội vụ – Đợt 1/2025 "bản chốt"'
    sheet = read["Tiến độ"]
    assert sheet["A2"].value.replace("\r\n", "\n").startswith(title.replace("\r\n", "\n"))
    # "&&" prints an ampersand; "&P" would print the number of the page.
    assert sheet.oddHeader.left.text == "a&&Pb: số liệu tạm tính, tính đến 26/11/2026 00:30 (giờ Việt Nam)"


def test_every_sheet_prints_on_a4_with_its_headings_repeated(sheets: openpyxl.Workbook) -> None:
    for sheet in sheets:
        assert sheet.freeze_panes == "A5"
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.print_area == f"'{sheet.title}'!$A$1:${_letters(sheet)}${sheet.max_row}"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.column_dimensions["A"].width >= 11
        assert all(cell.font.b for cell in sheet[4])
        assert sheet.oddFooter.right.text == "&P / &N"
        assert sheet.oddHeader.left.text.startswith("thu: số liệu tạm tính")
    filtered = {sheet.title: sheet.auto_filter.ref for sheet in sheets if sheet.auto_filter.ref}
    assert filtered["Phiếu"] == f"A4:{_letters(sheets['Phiếu'])}44"
    assert filtered["Tiến độ"] == "A4:N10"
    assert not {"Ghi chú", "Xác minh", "Phương pháp"} & filtered.keys()


def _letters(sheet: Worksheet) -> str:
    return openpyxl.utils.get_column_letter(sheet.max_column)


def test_the_mean_row_is_bold_and_the_sentences_follow_it(sheets: openpyxl.Workbook) -> None:
    sheet = sheets["Chỉ số Sở, ban, ngành"]
    assert [cell.value for cell in sheet[10]][1:4] == ["Trung bình", None, 9.39]
    assert sheet["F10"].font.b
    assert sheet["A12"].value == (
        "Cao nhất: Sở C (90,00\u00a0%). Thấp nhất: Thanh tra tỉnh (75,00\u00a0%). "
        "Chênh lệch: 15,00 điểm phần trăm."
    )


def test_points_stand_beside_what_their_rechecks_say(sheets: openpyxl.Workbook) -> None:
    points = {row["Mã"]: row["Phúc tra"] for row in lines(sheets["Điểm Sở, ban, ngành"], 8)}
    assert points == {"A": "Đã phúc tra 1 phiếu.", "B": None, "C": None, "D": None}


def test_responses_stand_in_the_columns_of_the_bundle_with_levels_as_numbers(
    sheets: openpyxl.Workbook,
) -> None:
    headings, first = (list(row) for row in sheets["Phiếu"].iter_rows(4, 5, values_only=True))
    assert headings[:9] == [
        *("form_code", "unit", "counts_for", "enumerator", "mode", "questionnaire", "version"),
        *("submitted_on", "access_1"),
    ]
    told = dict(zip(headings, first, strict=True))
    assert [told[code] for code in ("access_1", "feedback_3", "feedback_4")] == [4, 2, 3]  # 20 fours, 2, 3
    assert (told["enumerator"], told["version"], told["wishes"]) == ("E0012", 1, "simpler;faster")
    assert "comment" not in headings
    of_c = next(row for row in sheets["Phiếu"].iter_rows(5, values_only=True) if row[0] == "C-0")
    assert of_c[headings.index("feedback_3")] == "NA"
    assert of_c[headings.index("feedback_4")] is None
    meant = [row for row in lines(sheets["Câu hỏi"]) if row["Cột"] == "access_1"]
    assert [row["Mã trả lời"] for row in meant] == ["1", "2", "3", "4", "5", "NA"]
    assert [row["Trả lời"] for row in meant] == [
        *QUESTIONNAIRE.scale.levels,
        QUESTIONNAIRE.scale.not_applicable,
    ]
    explained = {row["Cột"] for row in lines(sheets["Câu hỏi"])}
    assert explained == set(headings)


def test_rechecks_are_told_by_form_by_unit_and_by_question(sheets: openpyxl.Workbook) -> None:
    first, second = lines(sheets["Phúc tra"])
    counts = ("Hỏi lại", "So được", "Trùng mức", "Cùng phía")
    assert [first[name] for name in counts] == [3, 2, 0, 1]
    assert [second[name] for name in counts] == [1, 1, 1, 1]
    assert first["Từng câu"] == "access_1: 4 → 5; access_2: 3 → 4; outcome_1: NA → 4"
    assert (second["Kết luận"], second["Lý do"]) == ("Không đạt", "Bị gợi ý câu trả lời")
    assert second["Cơ quan giám sát"] == "Hội Cựu chiến binh"
    unit = lines(sheets["Phúc tra theo đơn vị"])[0]
    assert [unit[name] for name in ("Đã phúc tra", "Không đạt", "Tỷ lệ không đạt %", "Từ %", "Đến %")] == [
        *(1, 1, 25, 10, 50)
    ]
    *criteria, whole = lines(sheets["Phúc tra hỏi lại"])
    assert [(row["Cột"], row["Hỏi lại"], row["Trùng mức %"]) for row in criteria] == [
        *(("access_1", 2, 50), ("access_2", 1, 0), ("outcome_1", 1, None))
    ]
    assert (whole["So được"], round(whole["Cùng phía %"], 2)) == (3, 66.67)
    note = "1 phiếu được cả hai cơ quan kết luận, 0 phiếu có cùng kết luận."
    assert sheets["Phúc tra hỏi lại"].cell(sheets["Phúc tra hỏi lại"].max_row, 1).value == note
    draw = lines(sheets["Rút thăm"])[0]
    assert draw["Mã kiểm tra biên bản (SHA-256)"] == hashlib.sha256(b'{"number":1}').hexdigest()


def test_what_does_not_count_says_why(sheets: openpyxl.Workbook) -> None:
    assert [row["Vì sao"] for row in lines(sheets["Phiếu không tính"])] == [
        *("Không hợp lệ", "Đã hủy", "Đang trả lại", "Tự trả lời, đếm riêng", "Trùng mã, chờ quyết định")
    ]
    correction = lines(sheets["Sửa phiếu"])[0]
    assert (correction["Trước"], correction["Sau"], correction["Lý do"]) == ("2", "4", "-5")
    assert correction["Câu hỏi"] == QUESTIONNAIRE.criteria[0].text


def test_progress_is_told_and_whatever_it_raises_ends_the_work(book: ScoreBook, cover: Cover) -> None:
    told: list[int] = []
    rows = rows_of() * 60
    workbook.workbook_of(material_of(book, cover, rows), told.append)
    assert told == sorted(told)
    assert (told[0], told[-1], len(told)) == (10, 100, 5)

    def cancel(percent: int) -> None:
        if percent > 10:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        workbook.workbook_of(material_of(book, cover, rows), cancel)
    assert not ALL_TEMP_FILES


def test_a_title_is_cut_by_letters_and_never_given_twice() -> None:
    assert workbook_cells.titles_of(["a/b", "A b", "x" * 40]) == ["a b", "A b (2)", "x" * 31]
