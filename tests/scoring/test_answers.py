"""The reader of answer files: one strict rule for every cell, all faults at once, rows for an import."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from scoring.answers import AnswerRow, AnswerSheet, Tally, read_answers
from scoring.errors import InputRefused, ScoringError
from scoring.method import Method
from scoring.questionnaire import Questionnaire

HEADING = "form_code,unit,access_1,access_2,feedback_1"
Read = Callable[..., AnswerSheet]


@pytest.fixture
def read(tmp_path: Path, small: Questionnaire) -> Read:
    """Reads rows under a heading as answers to the small questionnaire."""

    def write_and_read(*rows: str, heading: str = HEADING) -> AnswerSheet:
        path = tmp_path / "phieu.csv"
        path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
        return read_answers(path, small)

    return write_and_read


def problems(read: Read, *rows: str, heading: str = HEADING) -> tuple[str, ...]:
    """Return the sentences a file is refused with."""
    with pytest.raises(InputRefused) as caught:
        read(*rows, heading=heading)
    return caught.value.problems


def test_the_made_up_campaign_reads_like_another_reader_reads_it(
    golden_folder: Path, sipas: Questionnaire, campaign_200: list[tuple[str, str]]
) -> None:
    sheet = read_answers(golden_folder / "campaign_200.csv", sipas)
    assert list(zip(sheet.units, sheet.answers, strict=True)) == campaign_200
    assert (len(sheet), sheet.form_codes[0], sheet.numbers[0], sheet.numbers[-1]) == (200, "S001", 2, 201)
    assert sheet.ignored == ("block", "N", "M", "Npsu", "sex", "age", "start", "duration_s")
    assert sheet.tally() == Tally.from_packed(sipas, campaign_200)
    # sha256sum tests/golden/campaign_200.csv
    assert (sheet.where, sheet.sha256) == (
        "campaign_200.csv",
        "a7a85f0780bc1c9e86e0118b11330edf6595accf3132ddfdeb4b4259fe4c3d47",
    )


def test_a_row_carries_everything_an_import_needs(read: Read) -> None:
    sheet = read(
        "40, S1 ,E7,NA,C2,A,1,5,1.5",
        heading="age,form_code,enumerator,feedback_1,cluster,unit,access_2,access_1,weight",
    )
    assert list(sheet.rows()) == [
        AnswerRow(2, "S1", "A", "E7", "C2", Decimal("1.5"), "51N", {"age": "40"}),
    ]
    assert sheet.packed(0) == "51N"


def test_without_a_cluster_column_the_enumerator_is_the_cluster(read: Read) -> None:
    sheet = read("1,A,1,1,1,E7", heading=HEADING + ",enumerator")
    assert (sheet.clusters, sheet.enumerators, sheet.weights) == (("E7",), ("E7",), (Decimal(1),))
    plain = read("1,A,1,1,1")
    assert (plain.clusters, plain.enumerators) == (("",), ("",))


def test_blanks_around_an_answer_do_not_matter_and_nothing_else_is_guessed(read: Read) -> None:
    assert read("1,A, 4 ,  , NA ").answers == ("4-N",)


@pytest.mark.parametrize(
    "cell",
    ["0", "6", "4.0", "-0", "na", "N/A", "n", "-", "４", "٤", "4 5", "1e0", "x", "\u200b", "=4", '"4,5"'],
)
def test_two_ticks_or_any_other_text_is_refused_by_its_cell(read: Read, cell: str) -> None:
    found = problems(read, "1,A,4,4,4", f"2,A,4,{cell},4")
    shown = cell.strip('"').replace("\u200b", "\\u200b")
    assert found == (
        f"phieu.csv, dòng 3, cột access_2: “{shown}” không phải câu trả lời. "
        "Hãy ghi 1, 2, 3, 4, 5, để trống (không trả lời) hoặc NA (không áp dụng).",
    )


def test_a_bad_cell_does_not_hide_the_good_ones_beside_it(read: Read) -> None:
    found = problems(read, "1,A,6,4,7", "2,,4,4,4", "1,A,4,4,4", ",B,4,4,4")
    assert [sentence.partition(": ")[0] for sentence in found] == [
        "phieu.csv, dòng 5, cột form_code",
        "phieu.csv, dòng 3, cột unit",
        "phieu.csv, dòng 4, cột form_code",
        "phieu.csv, dòng 2, cột access_1",
        "phieu.csv, dòng 2, cột feedback_1",
    ]


def test_two_rows_with_one_form_code_are_refused_with_both_rows(read: Read) -> None:
    assert problems(read, "00017,A,4,4,4", "x,A,4,4,4", " 00017,B,4,4,4", "00017,B,4,4,4") == (
        "phieu.csv, dòng 4, cột form_code: mã phiếu “00017” đã có ở dòng 2. Hãy giữ một dòng.",
        "phieu.csv, dòng 5, cột form_code: mã phiếu “00017” đã có ở dòng 2. Hãy giữ một dòng.",
    )


def test_codes_that_look_like_numbers_stay_as_they_are(read: Read) -> None:
    sheet = read("00017,001,4,4,4", "17,1,4,4,4", "010203040500000,1,4,4,4")
    assert sheet.form_codes == ("00017", "17", "010203040500000")
    assert sheet.units == ("001", "1", "1")


def test_a_unit_written_composed_or_decomposed_is_one_unit(read: Read) -> None:
    sheet = read("1,Huyện Đắk Mil,4,4,4", "2,Huye\u0323\u0302n \u0110a\u0306\u0301k Mil,4,4,4")
    assert set(sheet.units) == {"Huyện Đắk Mil"}
    assert sheet.tally().responses.tolist() == [2]


def test_every_missing_column_is_named_at_once(read: Read) -> None:
    assert problems(read, heading="form,unit,acces_1,feedback_1") == (
        "phieu.csv: thiếu cột form_code. Hãy thêm cột này vào dòng tiêu đề (có phải “form”?).",
        "phieu.csv: thiếu cột access_1. Hãy thêm cột này vào dòng tiêu đề (có phải “acces_1”?).",
        "phieu.csv: thiếu cột access_2. Hãy thêm cột này vào dòng tiêu đề (có phải “acces_1”?).",
    )


def test_faults_beyond_fifty_are_counted(read: Read) -> None:
    found = problems(read, *(f"{place},A,9,4,4" for place in range(60)))
    assert (len(found), found[50]) == (51, "… và 10 lỗi khác. Hãy sửa các lỗi trên rồi chạy lại.")


@pytest.mark.parametrize(("weight", "code"), [("0", "cell_positive"), ("0,0", "cell_positive"), ("-1", "cell_number"),
                                              ("", "cell_number"), ("nan", "cell_number"), ("x", "cell_number")])  # fmt: skip
def test_a_weight_that_is_no_positive_number_is_refused(read: Read, weight: str, code: str) -> None:
    with pytest.raises(InputRefused, match=r"^phieu\.csv, dòng 2, cột weight: ") as caught:
        read(f'1,A,4,4,4,"{weight}"', heading=HEADING + ",weight")
    assert caught.value.code == code


def test_columns_and_rows_in_another_order_give_the_same_tally(read: Read) -> None:
    one = read("1,A,5,4,NA", "2,B,3,,1")
    other = read(",1,3,B,2", "4,NA,5,A,1", heading="access_2,feedback_1,access_1,unit,form_code")
    assert one.tally() == other.tally()


def test_a_file_without_responses_is_an_empty_campaign(read: Read) -> None:
    sheet = read()
    assert (len(sheet), sheet.tally().units, list(sheet.rows())) == (0, (), [])


def test_a_workbook_gives_what_its_csv_gives(tmp_path: Path, small: Questionnaire, read: Read) -> None:
    book = openpyxl.Workbook()
    for row in (HEADING.split(","), ["1", "A", 5, 4.0, "NA"], [2, "B", 3, None, "1"]):
        book.active.append(row)
    book.save(tmp_path / "phieu.xlsx")
    sheet = read_answers(tmp_path / "phieu.xlsx", small)
    assert (sheet.form_codes, sheet.units, sheet.answers) == (("1", "2"), ("A", "B"), ("54N", "3-1"))
    assert sheet.tally() == read("1,A,5,4,NA", "2,B,3,,1").tally()


@pytest.mark.parametrize("cell", [4.5, 6, True, "4.0", "na"])
def test_a_strange_cell_of_a_workbook_is_refused_by_its_cell(
    tmp_path: Path, small: Questionnaire, cell: object
) -> None:
    book = openpyxl.Workbook()
    for row in (HEADING.split(","), ["1", "A", 5, cell, 4]):
        book.active.append(row)
    book.save(tmp_path / "phieu.xlsx")
    with pytest.raises(ScoringError, match=rf"^phieu\.xlsx, dòng 2, cột access_2: “{cell}” "):
        read_answers(tmp_path / "phieu.xlsx", small)


def test_responses_that_answer_too_little_are_named_by_row(
    read: Read, method_with: Callable[..., Method]
) -> None:
    # Of the two criteria that decide (factor 1), one answered is 50 %, one of one that applies is 100 %.
    method = method_with(("factors = [1, 2, 3, 4]", "factors = [1]"))
    sheet = read("1,A,4,4,", "2,A,4,,4", "3,A,4,NA,", "4,A,NA,NA,4", "5,A,,,4")
    assert sheet.incomplete(method) == [3, 5, 6]
