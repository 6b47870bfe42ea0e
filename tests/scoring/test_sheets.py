"""Tables as people hand them in: many spellings of the same file, and files that are refused."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from scoring.errors import ScoringError
from scoring.sheets import clean, parse_sheet, read_code, read_number, read_sheet, read_whole, shown


def refused(action: Callable[[], object]) -> tuple[str, str]:
    """Return code and sentence of a refusal."""
    with pytest.raises(ScoringError) as caught:
        action()
    return caught.value.code, str(caught.value)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes bytes as a .csv."""

    def write(content: bytes) -> Path:
        path = tmp_path / "phieu.csv"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        "unit,note\nA,Đắk\nB,\n",
        "unit;note\r\nA;Đắk\r\nB;\r\n",
        "unit,note\rA,Đắk\rB,\r",
        "\ufeffunit,note\nA,Đắk\nB,",
        '"unit","note"\n"A","Đắk"\n"B",""\n',
        " unit , note \nA,Đắk\nB,\n",
        "unit,note,,\nA,Đắk,,\nB,,,\n",
        "unit,note,\nA,Đắk,\nB,,\n",
    ],
)
def test_the_same_table_is_read_from_every_spelling(csv_file: Callable[[bytes], Path], content: str) -> None:
    sheet = read_sheet(csv_file(content.encode()))
    assert (sheet.where, sheet.columns) == ("phieu.csv", ("unit", "note"))
    assert [(number, list(cells[:2])) for number, cells in sheet.rows] == [(2, ["A", "Đắk"]), (3, ["B", ""])]


def test_a_semicolon_file_keeps_commas_in_its_cells(csv_file: Callable[[bytes], Path]) -> None:
    sheet = read_sheet(csv_file(b"unit;points\nA;8,5\n"))
    assert sheet.rows == ((2, ["A", "8,5"]),)


def test_row_numbers_are_those_a_spreadsheet_shows(csv_file: Callable[[bytes], Path]) -> None:
    sheet = read_sheet(csv_file(b'unit,note\n\nA,"two\nlines"\n,\nB,x\n'))
    assert [number for number, _ in sheet.rows] == [3, 5]


def test_leading_empty_lines_come_before_the_heading(csv_file: Callable[[bytes], Path]) -> None:
    sheet = read_sheet(csv_file(b"\n\nunit;note\nA;x\n"))
    assert (sheet.columns, sheet.rows) == (("unit", "note"), ((4, ["A", "x"]),))


def test_the_checksum_is_of_the_bytes_of_the_file(csv_file: Callable[[bytes], Path]) -> None:
    # printf 'unit\nA\n' | sha256sum
    assert read_sheet(csv_file(b"unit\nA\n")).sha256 == (
        "db2bb3cd131657e3aeb7a94a1adb28c273f0d572ba9ce41b874c971d335de478"
    )


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"", "file_empty", "phieu.csv"),
        (b"\n,,\n", "file_empty", "phieu.csv"),
        (b"PK\x03\x04rest", "file_not_as_named", ".csv"),
        (b"\xd0\xcf\x11\xe0\xa1", "file_not_as_named", ".csv"),
        (b"%PDF-1.7", "file_not_as_named", ".csv"),
        (b"unit\nA\x00\n", "file_not_as_named", ".csv"),
        ("unit\nSở\n".encode("utf-16"), "file_not_as_named", ".csv"),
        ("unit\nSở\n".encode("cp1258", "replace") + b"\xd2", "not_utf8", "CSV UTF-8"),
        (b"unit,note,unit\n", "column_twice", "cột unit"),
        (b"unit,note, unit \n", "column_twice", "cột unit"),
        (b"unit,note\nA,x\nB\n", "row_width", "dòng 3: có 1 ô trong khi tiêu đề có 2 cột"),
        (b"unit,note\nA\n", "row_width", "dòng 2: có 1 ô"),
        (b"unit,note\nA,x,\nB,x,y\n", "row_width", "dòng 3: có 3 ô trong khi tiêu đề có 2 cột"),
        (b'unit,note\nA,x\nB,"never closed\n', "csv_broken", "dòng 3"),
        (b'unit,note\n"A"x,y\n', "csv_broken", "dòng 2"),
    ],
)
def test_a_broken_csv_is_refused_by_name(
    csv_file: Callable[[bytes], Path], content: bytes, code: str, named: str
) -> None:
    found, sentence = refused(lambda: read_sheet(csv_file(content)))
    assert (found, sentence.startswith("phieu.csv"), named in sentence) == (code, True, True)


@pytest.mark.parametrize(
    ("name", "code"),
    [("none.csv", "file_missing"), ("x.ods", "file_kind"), ("folder.csv", "file_unreadable")],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "x.ods").write_bytes(b"unit\nA\n")
    found, sentence = refused(lambda: read_sheet(tmp_path / name))
    assert (found, sentence.startswith(f"{name}: ")) == (code, True)


def test_capital_endings_are_the_same_endings(tmp_path: Path) -> None:
    (tmp_path / "X.CSV").write_bytes(b"unit\nA\n")
    assert read_sheet(str(tmp_path / "X.CSV")).columns == ("unit",)


def test_a_workbook_reads_as_text_from_its_first_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([])
    sheet.append(["unit", "n", "share", "code", "flag"])
    sheet.append(["A", 4, 85.3, "00017", True])
    sheet.append([])
    sheet.append(["B", 4.0, 0.1 + 0.2, None, None])
    book.create_sheet("other").append(["x"])
    book.save(tmp_path / "phieu.xlsx")
    table = read_sheet(tmp_path / "phieu.xlsx")
    assert table.columns == ("unit", "n", "share", "code", "flag")
    assert table.rows == ((3, ["A", "4", "85.3", "00017", "True"]), (5, ["B", "4", "0.3", "", ""]))


def test_a_huge_whole_number_of_a_workbook_stays_readable(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["n", "m"])
    book.active.append([123456789012, 1e20])
    book.save(tmp_path / "phieu.xlsx")
    assert read_sheet(tmp_path / "phieu.xlsx").rows == ((2, ["123456789012", "1e+20"]),)


@pytest.mark.parametrize("content", [b"unit\nA\n", b"", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(content)
    assert refused(lambda: read_sheet(path)) == (
        "file_not_as_named",
        "phieu.xlsx: nội dung không phải là tệp .xlsx như tên gọi. Hãy lưu lại đúng định dạng.",
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("name", "content", "code", "told"),
    [
        ("phieu.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "file_password", "bỏ mật khẩu"),
        ("phieu.xls", OLE + "EncryptedPackage".encode("utf-16-le"), "file_password", "bỏ mật khẩu"),
        ("phieu.xls", OLE, "file_old_excel", "Excel 97–2003"),
        ("phieu.xls", b"<html><table><tr><td>unit</td></tr></table></html>", "file_is_html", "trang web"),
        ("phieu.xlsx", b"\xef\xbb\xbf\r\n <!DOCTYPE html><html>", "file_is_html", "trang web"),
        ("phieu.csv", b"<TABLE><tr>", "file_is_html", "trang web"),
        ("phieu.xls", b"unit\nA\n", "file_kind", "chỉ nhận tệp .csv hoặc .xlsx"),
        ("phieu.ods", b"PK\x03\x04", "file_kind", "chỉ nhận tệp .csv hoặc .xlsx"),
        ("phieu", b"unit\nA\n", "file_kind", "chỉ nhận tệp .csv hoặc .xlsx"),
        ("phieu.xlsx", b"%PDF-1.7", "file_not_as_named", ".xlsx"),
    ],
)
def test_a_file_is_refused_by_what_it_really_is_and_how_to_mend_it(
    tmp_path: Path, name: str, content: bytes, code: str, told: str
) -> None:
    found, sentence = refused(lambda: parse_sheet(name, content))
    assert (found, sentence.startswith(f"{name}: "), told in sentence) == (code, True, True)
    (tmp_path / name).write_bytes(content)
    assert refused(lambda: read_sheet(tmp_path / name)) == (found, sentence)


def test_a_heading_twice_is_left_to_whoever_asks_for_it() -> None:
    assert parse_sheet("x.csv", b"a,a\n1,2\n", repeated=True).columns == ("a", "a")
    assert refused(lambda: parse_sheet("x.csv", b"a,a\n1,2\n"))[0] == "column_twice"


def test_composed_and_decomposed_text_is_one_and_invisible_characters_are_gone() -> None:
    assert clean("Huye\u0323\u0302n \u0110a\u0306\u0301k Mil\u200b ") == "Huyện Đắk Mil"
    assert clean("\u200b\u2060\ufeff\u00ad\u200c\u200d\u00a0") == ""
    assert clean("  30\t") == "30"


def test_a_code_must_be_there_and_be_visible() -> None:
    assert read_code(" 00017 ", "x.csv", 2, "form_code") == "00017"
    assert refused(lambda: read_code("\u200b ", "x.csv", 2, "unit")) == (
        "cell_missing",
        "x.csv, dòng 2, cột unit: đang để trống. Hãy điền giá trị.",
    )
    assert refused(lambda: read_code("A\x0bB", "x.csv", 2, "unit")) == (
        "cell_code",
        "x.csv, dòng 2, cột unit: “A\\u000bB” có ký tự không nhìn thấy. Hãy gõ lại mã.",
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [("8,5", "8.5"), ("8.5", "8.5"), (" 30 ", "30"), ("0", "0"), ("85.500001", "85.500001"), ("007", "7"),
     ("999999999", "999999999")],
)  # fmt: skip
def test_a_number_is_read_with_comma_or_point(text: str, number: str) -> None:
    assert read_number(text, "x.csv", 2, "points") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["1.234,5", "1,234.5", "٨", "１２", "1_000", "-0", "-5", "+5", "1e999", "inf", "NaN", "", " ", "8,", ",5",
     "1 000", "8.5.1", "0x10", "½", "85.1234567", "9999999999", "8\u00a0", "8\n"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused_by_its_cell(text: str) -> None:
    code, sentence = refused(lambda: read_number(text, "x.csv", 7, "points"))
    assert code == "cell_number"
    assert sentence.startswith(f"x.csv, dòng 7, cột points: “{shown(text)}” không phải số hợp lệ.")


def test_whole_numbers_take_no_marks() -> None:
    assert read_whole(" 1140 ", "x.csv", 2, "quota") == 1140
    for text in ("1.140", "1,140", "11.0", "-1", "", "1e3", "٣", "1234567890123"):
        code, sentence = refused(lambda text=text: read_whole(text, "x.csv", 2, "quota"))
        assert (code, f"“{text}”" in sentence) == ("cell_whole", True)


def test_a_cell_is_quoted_short_and_visible() -> None:
    assert shown("a\tb\x00") == "a\\u0009b\\u0000"
    assert shown("x" * 40) == "x" * 40
    assert shown("x" * 41) == "x" * 39 + "…"


def test_a_heading_that_comes_near_is_named(csv_file: Callable[[bytes], Path]) -> None:
    sheet = read_sheet(csv_file(b"unit,acces_1,access_2\n"))
    assert sheet.place("access_2") == 2
    assert refused(lambda: sheet.place("access_1", ("unit", "access_1", "access_2"))) == (
        "column_missing",
        "phieu.csv: thiếu cột access_1. Hãy thêm cột này vào dòng tiêu đề (có phải “acces_1”?).",
    )


def test_a_heading_of_thousands_of_columns_is_refused_at_once() -> None:
    content = (",".join(f"c{number}" for number in range(40_000)) + "\n").encode()
    with pytest.raises(ScoringError) as refusal:
        parse_sheet("wide.csv", content)
    assert str(refusal.value) == "wide.csv: tiêu đề có 40000 cột; tối đa 2000. Hãy kiểm tra dấu phân cách."
