"""A report by hand: the tables of the six units, a wide one, charts of one colour, an annex that lies across."""

import struct
import zlib
from dataclasses import dataclass, replace
from decimal import Decimal

from survey_app.exports import tables
from survey_app.exports.material import Words
from survey_app.exports.report_content import NumberedChart, NumberedTable, Paragraph, Report, Section
from survey_app.exports.tables import Column, Cover, Row, Table
from tests.exports.six_units import book_of

HOSTILE = "<b>&{{7*7}}{%x%}{_{#w:p $x^2$ *đậm* _nghiêng_ @a #let"
WORDS = Words(
    authority="Ủy ban nhân dân tỉnh Hà Nam",
    issuer="Sở Nội vụ",
    place="Hà Nam",
    number="123/BC-SNV",
    dated="2023-02-05",
    signer_title="KT. Giám đốc\nPhó Giám đốc",
    signer="Nguyễn Văn Ký",
    recipients=("UBND tỉnh", "Các sở, ban, ngành;", "Lưu: VT, CCHC."),
)


@dataclass(frozen=True)
class Plain:
    """A chart of one colour, 16 by 8 cm."""

    caption: str = "Chỉ số của các đơn vị"
    alt: str = "Biểu đồ thanh: Sở C cao nhất, 90,00 %."

    def png(self, dpi: int = 200) -> bytes:
        wide, high = dpi * 16 * 100 // 254, dpi * 8 * 100 // 254

        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        dots = struct.pack(">IIB", round(dpi / 0.0254), round(dpi / 0.0254), 1)
        rows = zlib.compress((b"\0" + b"\xaa" * wide) * high)
        header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"pHYs", dots), (b"IDAT", rows), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)

    def svg(self, paths: bool = False) -> bytes:
        return (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="453.5pt" height="226.8pt" viewBox="0 0 453.5 226.8">'
            b'<rect width="453.5" height="226.8" fill="#aaa"/></svg>'
        )


def report_of(cover: Cover, made_up: bool = True) -> Report:
    """Return the report; a unit bears a name that would be markup, another one of 300 letters."""
    book = book_of()
    points = tables.points_tables(book, cover)
    index = [_renamed(each) for each in tables.index_tables(book, cover)]
    number = iter(range(1, 100))
    text = (
        "Thực hiện Kế hoạch cải cách hành chính, Sở Nội vụ tổ chức khảo sát sự hài lòng của người dân, tổ chức đối với "
        "sự phục vụ của các cơ quan, đơn vị. "
    )
    first = Section(
        "mo_dau",
        1,
        "I. KHÁI QUÁT",
        (Paragraph(text * 6), Paragraph(HOSTILE), Paragraph("Số liệu nêu tại Bảng 1.", strong=True)),
    )
    second = Section("ket_qua", 1, "II. KẾT QUẢ", ())
    groups = [
        Section(
            f"nhom_{place}",
            2,
            f"{place}. {table.name}",
            (
                Paragraph(text * 3),
                NumberedTable(next(number), table),
                NumberedChart(
                    place, Plain(f"Chỉ số của nhóm {place}", f"Nhóm {place}: mọi đơn vị như nhau.")
                ),
                Paragraph("Nguồn: kết quả khảo sát.", aside=True),
            ),
        )
        for place, table in enumerate(index, 1)
    ]
    third = Section("cac_yeu_to", 3, "a) Các yếu tố", (Paragraph(text * 4),))
    annexes = (
        Section(
            "phu_luc_1",
            1,
            "Phụ lục I. ĐIỂM KHẢO SÁT",
            (Paragraph("Điểm của từng đơn vị."), *(NumberedTable(next(number), each) for each in points)),
        ),
        Section("phu_luc_2", 1, "Phụ lục II. NHIỀU DÒNG", (NumberedTable(next(number), _long()),)),
    )
    about = "Kết quả khảo sát sự hài lòng và Chỉ số cải cách hành chính năm 2022"
    facts = {"nam": "2022", "so_phieu": "2.124"}
    return Report(WORDS, "Báo cáo", about, made_up, (first, second, *groups, third), annexes, facts)


def _renamed(table: Table) -> Table:
    names = {"A": HOSTILE, "B": "Ủy ban nhân dân huyện " * 13 + "Kim Bảng", "C": "D" * 300}
    rows = [
        replace(row, cells=(row.cells[0], names.get(row.key, row.cells[1]), *row.cells[2:]))
        for row in table.rows
    ]
    return replace(table, rows=tuple(rows))


def _long() -> Table:
    columns = (Column("Số thứ tự", "count"), Column("Đơn vị"), Column("Điểm", "points"))
    rows = tuple(Row((place, f"Xã {place}", Decimal(place) / 7), key=str(place)) for place in range(1, 121))
    return Table("Nhiều dòng", "Bảng dài hơn một trang", columns, rows, (Row((None, "Cộng", Decimal(1234))),))
