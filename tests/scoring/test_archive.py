"""The guard before a workbook is opened: bombs of every kind are refused before they cost memory."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from scoring import archive
from scoring.errors import ScoringError
from scoring.sheets import read_sheet

NAMES = ("[Content_Types].xml", "xl/workbook.xml")


def workbook(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with the two members every workbook has, and these."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as made:
        for name, content in {**dict.fromkeys(NAMES, b"<x/>"), **members}.items():
            made.writestr(name, content)
    return file.getvalue()


def refused(content: bytes) -> tuple[str, str]:
    """Return code and sentence of the guard's refusal."""
    with pytest.raises(ScoringError) as caught:
        archive.check_workbook(content, "phieu.xlsx")
    assert str(caught.value).startswith("phieu.xlsx: ")
    return caught.value.code, str(caught.value)


def declared(content: bytes, name: str, size: int) -> bytes:
    """Return the zip with another unpacked size declared for a member in the central directory."""
    place = content.rindex(name.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    return content[: place + 24] + struct.pack("<I", size) + content[place + 28 :]


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_an_honest_archive_passes(kind: int) -> None:
    noise = bytes(place * 7919 % 251 for place in range(200_000))
    archive.check_workbook(workbook({"xl/a.xml": noise, "xl/b.xml": b"x" * 3_000_000}, kind), "phieu.xlsx")


def test_a_real_workbook_of_two_thousand_rows_passes(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([f"column_{place}" for place in range(30)])
    for _ in range(2124):
        sheet.append([4] * 30)
    book.save(tmp_path / "x.xlsx")
    assert len(read_sheet(tmp_path / "x.xlsx").rows) == 2124


def test_a_small_file_that_unpacks_to_seventy_four_megabytes_is_refused_before_unpacking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = workbook({"xl/worksheets/sheet1.xml": b" " * 74_000_000})
    unpacked: list[str] = []
    monkeypatch.setattr(archive, "_unpacked", lambda _, member: unpacked.append(member.filename) or ())
    code, sentence = refused(content)
    assert (code, "74 MB từ " in sentence, unpacked) == ("archive_too_large", True, [])


def test_the_ratio_counts_only_above_a_size_that_harms(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook({"xl/a.xml": b" " * 100_000})
    archive.check_workbook(content, "phieu.xlsx")
    monkeypatch.setattr(archive, "FREE_BYTES", 50_000)
    assert refused(content)[0] == "archive_too_large"
    monkeypatch.setattr(archive, "MOST_RATIO", 10**6)
    archive.check_workbook(content, "phieu.xlsx")
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    assert refused(content)[0] == "archive_too_large"


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    archive.check_workbook(workbook({"a": b""}), "phieu.xlsx")
    code, sentence = refused(workbook({"a": b"", "b": b""}))
    assert (code, "4 tệp con" in sentence) == ("archive_too_large", True)


def test_a_member_larger_than_it_declares_is_refused_while_unpacking() -> None:
    content = declared(workbook({"xl/a.xml": b" " * 500_000}), "xl/a.xml", 10)
    assert refused(content) == (
        "archive_too_large",
        "phieu.xlsx: tệp nén bung ra quá lớn (xl/a.xml lớn hơn khai báo). "
        "Hãy lưu lại bảng tính chỉ với dữ liệu cần thiết.",
    )


def test_a_member_smaller_than_it_declares_is_refused() -> None:
    code, sentence = refused(declared(workbook({"xl/a.xml": b" " * 500}), "xl/a.xml", 501))
    assert (code, "xl/a.xml không đủ dữ liệu" in sentence) == ("archive_broken", True)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"/>',
        b"<c r='XFD1048576'/>",
        b'<row r="1048576"><c r="ZZ1"/>',
        b'<c r="a20000001"/>',
        b'<c r = "XFD1048576"/>',
        b'<c r\n=\n" XFD1048576"/>',
    ],
)
def test_one_stray_cell_that_would_cost_gigabytes_is_refused(cell: bytes) -> None:
    code, _ = refused(workbook({"xl/worksheets/sheet1.xml": b"<x>" + cell + b"</x>"}))
    assert code == "sheet_too_wide"


def test_a_stray_cell_is_found_across_the_edge_of_a_chunk() -> None:
    noise = zlib.compress(bytes(range(256)) * 4).hex().encode()
    for before in range(65_500, 65_540, 7):
        padding = (noise * (before // len(noise) + 1))[:before]
        code, _ = refused(workbook({"xl/worksheets/sheet1.xml": padding + b'<c r="XFD1048576"/>'}))
        assert code == "sheet_too_wide"


def test_the_area_is_counted_from_rows_and_columns() -> None:
    archive.check_workbook(workbook({"s.xml": b'<c r="A1"/><c r="T1000000"/>'}), "phieu.xlsx")  # 20 × 10⁶
    code, sentence = refused(workbook({"s.xml": b'<c r="A1000000"/><c r="U1"/>'}))
    assert (code, "1000000 dòng × 21 cột" in sentence) == ("sheet_too_wide", True)
    code, sentence = refused(workbook({"s.xml": b'<c r="AA1000000"/>'}))
    assert "1000000 dòng × 27 cột" in sentence


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("[Content_Types].xml", "<x/>")
    assert refused(file.getvalue())[0] == "file_not_as_named"


def test_a_protected_or_oddly_packed_archive_is_refused() -> None:
    content = bytearray(workbook({"a": b"x"}))
    place = bytes(content).index(b"PK\x01\x02")
    content[place + 8] |= 1
    code, sentence = refused(bytes(content))
    assert (code, "có mật khẩu" in sentence) == ("archive_broken", True)
    code, sentence = refused(workbook({"a": b"x" * 99}, zipfile.ZIP_BZIP2))
    assert (code, "kiểu nén lạ" in sentence) == ("archive_broken", True)


def test_a_truncated_or_scrambled_archive_is_refused() -> None:
    content = workbook({"a": bytes(range(256)) * 40})
    assert refused(content[:-30])[0] == "archive_broken"
    broken = bytearray(content)
    place = content.index(b"PK\x03\x04", content.index(b"xl/workbook.xml"))
    broken[place : place + 4] = b"XXXX"
    assert refused(bytes(broken))[0] == "archive_broken"
    broken = bytearray(content)
    broken[place + 31 : place + 41] = b"\xff" * 10
    assert refused(bytes(broken))[0] == "archive_broken"


def test_an_archive_the_reader_cannot_follow_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(workbook({}))
    with pytest.raises(ScoringError) as caught:
        read_sheet(path)
    assert caught.value.code == "archive_broken"


def test_e19_a_quarter_megabyte_that_unpacks_to_seventy_four_is_refused_in_a_tenth_of_a_second(
    tmp_path: Path,
) -> None:
    noise = random.Random(19).randbytes(180_000)
    content = workbook({"xl/worksheets/sheet1.xml": noise + b" " * (74_000_000 - len(noise))})
    assert 250_000 < len(content) < 262_144
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(content)
    lying = declared(content, "xl/worksheets/sheet1.xml", 1_000)
    for bomb in (content, lying):
        path.write_bytes(bomb)
        tracemalloc.start()
        begun = time.process_time()
        with pytest.raises(ScoringError, match="bung ra quá lớn"):
            read_sheet(path)
        spent, most = time.process_time() - begun, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert spent < 0.1
        assert most < 3_000_000


@pytest.mark.parametrize("name", ["xl/embeddings/other.xlsx", "a.ZIP", "xl/media/x.docx"])
def test_an_archive_within_the_archive_is_refused_by_its_name(name: str) -> None:
    code, sentence = refused(workbook({name: b"x"}))
    assert (code, name in sentence) == ("archive_nested", True)


def test_an_archive_within_the_archive_is_refused_by_what_it_holds() -> None:
    assert refused(workbook({"xl/media/image1.png": workbook({})}))[0] == "archive_nested"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:/x.xml", "xl\\sheet.xml", "a/../../b"]
)
def test_a_member_that_points_outside_is_refused(name: str) -> None:
    code, sentence = refused(workbook({name: b"x"}))
    assert (code, name in sentence) == ("archive_names", True)


def test_two_members_of_one_name_are_refused() -> None:
    content = workbook({"xl/a.xml": b"1", "xl/b.xml": b"2"}).replace(b"xl/b.xml", b"xl/a.xml")
    assert refused(content)[0] == "archive_names"
