"""The guard before an .xlsx or .docx is opened: a small file must not unpack into a large one, nor hide another."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from scoring.errors import refusal

MOST_MEMBERS = 1_000
MOST_BYTES = 300_000_000
FREE_BYTES = 8_000_000
MOST_RATIO = 60
MOST_CELLS = 20_000_000
_REQUIRED = {"[Content_Types].xml", "xl/workbook.xml"}
_CHUNK = 1 << 16
_ZIP = b"PK\x03\x04"
_OTHER_ARCHIVES = (
    ".zip",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".docx",
    ".pptx",
    ".ods",
    ".odt",
    ".jar",
    ".7z",
    ".rar",
    ".gz",
)
_PLACE = re.compile(rb"""\br\s{0,99}=\s{0,99}["']\s{0,99}([A-Za-z]*)([0-9]+)""")


def check_workbook(content: bytes, where: str) -> None:
    """Refuse a file that is no workbook, or whose members, names, sizes, ratio or stray cells would do harm.

    What the directory declares is checked first, without unpacking; then every member is unpacked in chunks
    to see that it holds exactly what was declared, and no archive of its own.
    """
    check_archive(content, where, ".xlsx", _REQUIRED)


def check_archive(content: bytes, where: str, kind: str, required: set[str]) -> None:
    """Refuse a file that lacks the members its kind requires, or that would do harm; see `check_workbook`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if not names.issuperset(required):
                raise refusal("file_not_as_named", where=where, kind=kind)
            _check_declared(members, len(content), where)
            _check_names(members, where)
            for member in members:
                _check_member(content, member, where)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise refusal("archive_broken", where=where, reason=str(error)) from None


def _check_declared(members: list[zipfile.ZipInfo], packed: int, where: str) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        raise refusal("archive_too_large", where=where, reason=f"{len(members)} tệp con")
    if unpacked > MOST_BYTES or (unpacked > FREE_BYTES and unpacked > MOST_RATIO * packed):
        raise refusal(
            "archive_too_large", where=where, reason=f"{unpacked // 1_000_000} MB từ {packed // 1000} KB"
        )
    if any(member.flag_bits & 1 for member in members):
        raise refusal("archive_broken", where=where, reason="có mật khẩu")


def _check_names(members: list[zipfile.ZipInfo], where: str) -> None:
    taken: set[str] = set()
    for member in members:
        name = member.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or name in taken:
            raise refusal("archive_names", where=where, name=name[:60])
        if name.lower().endswith(_OTHER_ARCHIVES):
            raise refusal("archive_nested", where=where, name=name[:60])
        taken.add(name)


def _check_member(content: bytes, member: zipfile.ZipInfo, where: str) -> None:
    size = rows = columns = 0
    tail = b""
    for chunk in _unpacked(content, member):
        if not size and chunk.startswith(_ZIP):
            raise refusal("archive_nested", where=where, name=member.filename[:60])
        size += len(chunk)
        if size > member.file_size:
            raise refusal("archive_too_large", where=where, reason=f"{member.filename} lớn hơn khai báo")
        for letters, digits in _PLACE.findall(tail + chunk):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        tail = (tail + chunk)[-400:]
    if size != member.file_size:
        raise refusal("archive_broken", where=where, reason=f"{member.filename} không đủ dữ liệu")
    # A reader lays out every cell up to the farthest one, so one stray cell can cost gigabytes.
    if rows * max(columns, 1) > MOST_CELLS:
        raise refusal("sheet_too_wide", where=where, reason=f"{rows} dòng × {columns} cột")


def _unpacked(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    start = member.header_offset
    if content[start : start + 4] != _ZIP:
        raise zipfile.BadZipFile(f"{member.filename}: thiếu phần đầu")
    names = int.from_bytes(content[start + 26 : start + 28], "little")
    extra = int.from_bytes(content[start + 28 : start + 30], "little")
    begin = start + 30 + names + extra
    packed = memoryview(content)[begin : begin + member.compress_size]
    pieces = (bytes(packed[place : place + _CHUNK]) for place in range(0, len(packed), _CHUNK))
    if member.compress_type == zipfile.ZIP_STORED:
        yield from pieces
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(pieces)
    else:
        raise zipfile.BadZipFile(f"{member.filename}: kiểu nén lạ")


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        left = piece
        while left and not inflater.eof:
            yield inflater.decompress(left, _CHUNK)
            left = inflater.unconsumed_tail
    while rest := inflater.decompress(b"", _CHUNK):
        yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
