"""What the program refuses: the reason in Vietnamese on standard error, exit code 1; 2 for a wrong call."""

import csv
from pathlib import Path

import pytest

from .program import ANSWERS, HA_NAM, UNITS, refused, run

BAD_FILES = [
    ("x.csv", b"", "x.csv: tệp không có dòng nào."),
    ("x.csv", b"form_code,unit\n1,A\n", "x.csv: thiếu cột access_1."),
    ("x.csv", "form_code,unit\nSở\n".encode("utf-16"), "x.csv: nội dung không phải là tệp .csv"),
    (
        "x.csv",
        "form_code,unit,Sở".encode("cp1252", "replace") + b"\xff",
        "x.csv: tệp không dùng bảng mã UTF-8.",
    ),
    ("x.xlsx", b"form_code,unit\n", "x.xlsx: nội dung không phải là tệp .xlsx"),
    ("x.ods", b"form_code,unit\n", "x.ods: chỉ nhận tệp .csv hoặc .xlsx."),
]


@pytest.mark.parametrize(("name", "content", "reason"), BAD_FILES)
def test_a_bad_file_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert refused(run("satisfaction", str(tmp_path / name))).startswith(reason)


BAD_CELLS = [
    ("access_1", "6", "dòng 2, cột access_1: “6” không phải câu trả lời."),
    ("access_1", "0", "dòng 2, cột access_1: “0” không phải câu trả lời."),
    ("feedback_4", "na", "dòng 2, cột feedback_4: “na” không phải câu trả lời."),
    ("outcome_1", "NaN", "dòng 2, cột outcome_1: “NaN” không phải câu trả lời."),
    ("outcome_1", "1e999", "dòng 2, cột outcome_1: “1e999” không phải câu trả lời."),
    ("unit", "", "dòng 2, cột unit: đang để trống."),
    ("form_code", "S002", "dòng 3, cột form_code: mã phiếu “S002” đã có ở dòng 2."),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_file_row_and_column(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    with Path(ANSWERS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = value
    with (tmp_path / "x.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    process = run("satisfaction", str(tmp_path / "x.csv"), "-o", str(tmp_path / "out.json"))
    assert refused(process).startswith(f"x.csv, {reason}")
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("satisfaction", "none.csv"), "none.csv: không tìm thấy tệp."),
        (
            ("satisfaction", ANSWERS, "--method", "ha-nam"),
            "Không có phương pháp “ha-nam” (có phải “ha-nam-2022”?).",
        ),
        (("satisfaction", ANSWERS, "--questionnaire", "sipas"), "Không có phiếu hỏi “sipas”"),
        (("satisfaction", ANSWERS, "--method", "none.toml"), "none.toml: không tìm thấy tệp."),
        (
            ("satisfaction", ANSWERS, "--method", "general-question"),
            "Phương pháp general-question dùng câu hỏi chung",
        ),
        (
            ("satisfaction", ANSWERS, "--units", HA_NAM),
            "Danh sách đơn vị: đơn vị “D05” có phiếu nhưng không có",
        ),
        (("index", UNITS), "units_campaign_200.csv: thiếu cột satisfaction_points."),
        (("index", HA_NAM, "--method", "pooled"), "Không có phương pháp “pooled”"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments: tuple[str, ...], reason: str) -> None:
    assert refused(run(*arguments)).startswith(reason)


def test_points_above_the_maximum_are_refused_with_file_and_unit(tmp_path: Path) -> None:
    text = Path(HA_NAM).read_text(encoding="utf-8").replace("86.00,9.23", "96.00,9.23")
    (tmp_path / "diem.csv").write_text(text, encoding="utf-8")
    assert refused(run("index", str(tmp_path / "diem.csv"))) == (
        "diem.csv, đơn vị SNV: tổng điểm 105,23 vượt điểm tối đa 100. Hãy kiểm tra lại các cột điểm.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "Sai cách gọi lệnh. Thiếu: satisfaction|index|quality|agreement|response-rates|draw|self-test."),
        (("satisfaction",), "Sai cách gọi lệnh. Thiếu: ANSWERS."),
        (("index", HA_NAM, "--units", UNITS), f"Sai cách gọi lệnh. Không hiểu: --units {UNITS}."),
        (
            ("index", HA_NAM, "--format", "xml"),
            "Sai cách gọi lệnh. 'xml' không dùng được cho --format; chọn: ",
        ),
        (("index", HA_NAM, "--method"), "Sai cách gọi lệnh. Sau --method cần một giá trị."),
    ],
)
def test_a_wrong_call_ends_with_two_and_shows_the_right_one(
    arguments: tuple[str, ...], complaint: str
) -> None:
    reasons = refused(run(*arguments), code=2)
    assert reasons.startswith(complaint)
    assert "\nCách gọi: python -m scoring" in reasons
