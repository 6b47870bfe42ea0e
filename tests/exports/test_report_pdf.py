"""The PDF report read back by pypdf: pages, order, fonts, outline, tags, and letters that stay letters."""

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from survey_app.exports.report_content import Report
from survey_app.exports.report_layout import MADE_UP
from survey_app.exports.report_pdf import pdf_of
from survey_app.exports.tables import Cover
from tests.exports.hand_made_report import HOSTILE, report_of

MILLIMETRE = 72 / 25.4


@pytest.fixture(scope="module")
def report(cover: Cover) -> Report:
    return report_of(cover)


@pytest.fixture(scope="module")
def content(report: Report) -> bytes:
    return pdf_of(report)


@pytest.fixture(scope="module")
def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def pages(reader: pypdf.PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def joined(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def test_upright_pages_are_a4_and_the_wide_table_lies_across(reader: pypdf.PdfReader) -> None:
    sizes = [
        (round(float(page.mediabox.width) / MILLIMETRE), round(float(page.mediabox.height) / MILLIMETRE))
        for page in reader.pages
    ]
    # Four pages of text, one that lies across, three of the table of 120 rows: counted on the picture.
    assert sizes == [(210, 297)] * 4 + [(297, 210)] + [(210, 297)] * 3


def test_pages_are_numbered_from_the_second_on_and_each_bears_the_warning(pages: list[str]) -> None:
    assert [text.split("\n")[0] for text in pages[1:]] == [str(place) for place in range(2, len(pages) + 1)]
    assert pages[0].split("\n")[0] == MADE_UP
    assert [MADE_UP in text for text in pages] == [True] * len(pages)


def test_everything_stands_in_its_order(pages: list[str]) -> None:
    text = joined(" ".join(pages))
    order = [
        "ỦY BAN NHÂN DÂN TỈNH HÀ NAM",
        "SỞ NỘI VỤ",
        "Số: 123/BC-SNV",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Hà Nam, ngày 05 tháng 02 năm 2023",
        "BÁO CÁO",
        "I. KHÁI QUÁT",
        HOSTILE,
        "II. KẾT QUẢ",
        "Bảng 1. Chỉ số",
        "Trung bình",
        "Biểu đồ 1.",
        "Bảng 2.",
        "Nơi nhận:",
        "- Lưu: VT, CCHC.",
        "KT. GIÁM ĐỐC",
        "Nguyễn Văn Ký",
        "Phụ lục I.",
        "Bảng 3.",
        "Phụ lục II.",
        "Xã 120",
        "1.234,00",
    ]
    places = [text.find(each) for each in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_long_table_repeats_its_head_on_every_page(pages: list[str]) -> None:
    assert ["Số thứ tự" in text for text in pages[5:]] == [True] * 3


def test_names_of_any_length_and_kind_stay_text(pages: list[str]) -> None:
    text = joined(" ".join(pages))
    assert text.replace(" ", "").count(HOSTILE.replace(" ", "")) == 2
    assert "D" * 300 in text.replace(" ", "")
    assert "49" not in text.partition("II. KẾT QUẢ")[0]


def test_the_fonts_are_in_the_file(reader: pypdf.PdfReader) -> None:
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr,index]
            each = font.get_object()
            inner = each["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"]
            fonts[str(inner["/BaseFont"]).partition("+")[2]] = any(
                key.startswith("/FontFile") for key in described
            )
    assert fonts == {
        "LiberationSerif": True,
        "LiberationSerif-Bold": True,
        "LiberationSerif-Italic": True,
    }


def test_title_outline_language_and_tags_are_there(reader: pypdf.PdfReader) -> None:
    about = "Báo cáo Kết quả khảo sát sự hài lòng và Chỉ số cải cách hành chính năm 2022"
    assert (reader.metadata.title, reader.metadata.author) == (about, "Sở Nội vụ")
    assert str(reader.root_object["/Lang"]).lower() == "vi-vn"
    assert reader.root_object["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]

    def told(items: list, depth: int = 0) -> list[tuple[int, str]]:  # type: ignore[type-arg]
        found: list[tuple[int, str]] = []
        for each in items:
            found += told(each, depth + 1) if isinstance(each, list) else [(depth, each.title)]
        return found

    assert told(reader.outline) == [
        (0, "I. KHÁI QUÁT"),
        (0, "II. KẾT QUẢ"),
        (1, "1. Chỉ số Sở, ban, ngành"),
        (1, "2. Chỉ số Huyện, thị xã, thành phố"),
        (2, "a) Các yếu tố"),
        (0, "Phụ lục I. ĐIỂM KHẢO SÁT"),
        (0, "Phụ lục II. NHIỀU DÒNG"),
    ]


def told_of(element: Any, kind: str) -> Iterator[str]:
    """Give the alternative of every element of a kind below one of the structure tree, in reading order."""
    each = element.get_object()
    if isinstance(each, list):
        for child in each:
            yield from told_of(child, kind)
    elif isinstance(each, dict):
        if each.get("/S") == kind and "/Alt" in each:
            yield each["/Alt"]
        if "/K" in each:
            yield from told_of(each["/K"], kind)


def test_charts_tell_the_same_in_words(reader: pypdf.PdfReader) -> None:
    told = [*told_of(reader.root_object["/StructTreeRoot"], "/Figure")]
    assert told == ["Nhóm 1: mọi đơn vị như nhau.", "Nhóm 2: mọi đơn vị như nhau."]


def test_equal_reports_give_equal_bytes(report: Report, content: bytes) -> None:
    assert pdf_of(report) == content
