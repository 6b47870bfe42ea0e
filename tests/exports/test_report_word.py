"""The Word report read back by python-docx: form of Decree 30/2020, contents, pages that lie across, warnings."""

import io
import re
from collections.abc import Iterator

import pytest
from docx import Document
from docx.document import Document as Opened
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.table import Table

from survey_app.exports import report_layout as layout
from survey_app.exports.report_content import NumberedTable, Report
from survey_app.exports.report_word import OWN_TEMPLATE, word_of
from survey_app.exports.report_word_template import template
from survey_app.exports.tables import Cover
from tests.exports.hand_made_report import HOSTILE, report_of

ALT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"


@pytest.fixture(scope="module")
def report(cover: Cover) -> Report:
    return report_of(cover)


@pytest.fixture(scope="module")
def content(report: Report) -> bytes:
    return word_of(report)


@pytest.fixture
def document(content: bytes) -> Opened:
    return Document(io.BytesIO(content))


def tables_of(report: Report) -> list[NumberedTable]:
    parts = (*report.sections, *report.annexes)
    return [block for part in parts for block in part.blocks if isinstance(block, NumberedTable)]


def captioned(document: Opened) -> Iterator[Table]:
    """Give the tables that stand under a number; the heading's and the signature's columns are none of them."""
    for table in document.tables:
        if table._tbl.tblPr.find(qn("w:tblCaption")) is not None:
            yield table


def in_header(document: Opened, number: int) -> str:
    return "\n".join(each.text for each in document.sections[number].header.paragraphs)


def test_the_template_in_the_house_is_the_one_that_its_program_makes() -> None:
    assert OWN_TEMPLATE.read_bytes() == template()


def test_the_paper_is_a4_with_the_margins_of_the_decree(document: Opened) -> None:
    # Decree 30/2020, annex I: top and bottom 20–25, left 30–35, right 15–20 mm.
    first = document.sections[0]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    margins = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(each.mm) for each in margins] == [20, 20, 30, 15]


def test_words_are_times_new_roman_of_fourteen_points(document: Opened) -> None:
    for name in ("Normal", "Báo cáo – đoạn", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        assert (style.font.name, style.font.size.pt) == ("Times New Roman", 14)
    fonts = {each.get(qn("w:ascii")) for each in document.element.body.iter(qn("w:rFonts"))}
    assert fonts <= {"Times New Roman"}
    text = next(each for each in document.paragraphs if each.text.startswith("Thực hiện"))
    assert text.style.name == "Báo cáo – đoạn"


def test_the_page_number_stands_centred_in_the_top_margin_from_the_second_page_on(document: Opened) -> None:
    first = document.sections[0]
    assert first.different_first_page_header_footer is True
    number = first.header.paragraphs[0]
    assert [each.text.strip() for each in number._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert (number.alignment, first.header_distance < first.top_margin) == (1, True)
    assert [*first.first_page_header._element.iter(qn("w:instrText"))] == []
    later = document.sections[1:]
    assert [each.different_first_page_header_footer for each in later] == [False] * len(later)


def test_the_heading_stands_in_two_columns_and_the_signature_beside_the_recipients(document: Opened) -> None:
    heading, signature = document.tables[0], document.tables[3]
    left, right = (cell.text.split("\n") for cell in heading.rows[0].cells)
    assert left == ["ỦY BAN NHÂN DÂN TỈNH HÀ NAM", "SỞ NỘI VỤ", "", "Số: 123/BC-SNV"]
    assert right == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "",
        "Hà Nam, ngày 05 tháng 02 năm 2023",
    ]
    recipients, signer = (cell.text for cell in signature.rows[0].cells)
    assert recipients == "Nơi nhận:\n- UBND tỉnh;\n- Các sở, ban, ngành;\n- Lưu: VT, CCHC."
    assert signer.split("\n") == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "", "", "", "", "Nguyễn Văn Ký"]
    texts = [each.text for each in document.paragraphs]
    assert texts[texts.index("BÁO CÁO") + 1] == (
        "Kết quả khảo sát sự hài lòng và Chỉ số cải cách hành chính năm 2022"
    )


def test_every_table_says_what_the_reports_does_and_repeats_its_head(
    report: Report, document: Opened
) -> None:
    made, wanted = [*captioned(document)], tables_of(report)
    assert len(made) == len(wanted) == 5
    for table, numbered in zip(made, wanted, strict=True):
        data = numbered.table
        expected = [[column.heading for column in data.columns]]
        expected += [layout.texts_of(data, row) for row in (*data.rows, *data.foot)]
        assert [
            ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.findall(qn("w:tc"))]
            for row in table._tbl.findall(qn("w:tr"))
        ] == expected
        repeated = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table._tbl.tr_lst]
        assert repeated == [True, *[False] * (len(repeated) - 1)]


def test_numbers_stand_right_with_a_decimal_comma(document: Opened) -> None:
    long = [*captioned(document)][-1]
    first, last = long._tbl.tr_lst[1], long._tbl.tr_lst[-1]
    # 1/7 = 0,142857…, on paper 0,14.
    assert [text.text for text in first.iter(qn("w:t"))] == ["1", "Xã 1", "0,14"]
    assert [each.get(qn("w:val")) for each in first.iter(qn("w:jc"))] == ["right", "left", "right"]
    assert [text.text or "" for text in last.iter(qn("w:t"))] == ["", "Cộng", "1.234,00"]


def test_a_table_too_wide_for_an_upright_page_lies_across(document: Opened) -> None:
    assert [each.orientation for each in document.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    across = document.sections[1]
    assert (round(across.page_width.mm), round(across.page_height.mm)) == (297, 210)
    for table in captioned(document):
        width = sum(int(each.get(qn("w:w"))) for each in table._tbl.tblGrid) / layout_twips()
        assert width == pytest.approx(165, abs=0.5) or width == pytest.approx(252, abs=0.5)


def layout_twips() -> float:
    """Return a millimetre in twentieths of a point: 1440 / 25.4."""
    return 1440 / 25.4


def test_charts_are_pictures_that_tell_the_same_in_words(report: Report, document: Opened) -> None:
    told = [(each.get("title"), each.get("descr")) for each in document.element.body.iter(ALT)]
    assert told == [
        (f"Biểu đồ {place}. Chỉ số của nhóm {place}", f"Nhóm {place}: mọi đơn vị như nhau.")
        for place in (1, 2)
    ]
    kinds = {part.content_type for part in document.part.package.iter_parts() if "media" in part.partname}
    assert kinds == {"image/png"}
    assert all(shape.width.mm <= 165 for shape in document.inline_shapes)


def test_text_of_people_stays_text(content: bytes, document: Opened) -> None:
    assert HOSTILE in [each.text for each in document.paragraphs]
    table = next(captioned(document))
    names = [row.cells[1].text for row in table.rows]
    assert (HOSTILE in names, "D" * 300 in names) == (True, True)
    assert "49" not in [each.text for each in document.paragraphs]


def test_a_made_up_campaigns_warning_stands_on_every_page(
    report: Report, document: Opened, cover: Cover
) -> None:
    first = document.sections[0]
    assert layout.MADE_UP in in_header(document, 0)
    assert [each.text for each in first.first_page_header.paragraphs if each.text] == [layout.MADE_UP]
    assert all(
        each.header.is_linked_to_previous or layout.MADE_UP in in_header(document, number)
        for number, each in enumerate(document.sections)
    )
    true = Document(io.BytesIO(word_of(report_of(cover, made_up=False))))
    assert re.sub(r"\d", "", in_header(true, 0)) == ""
    assert layout.MADE_UP not in true.core_properties.comments


def test_the_file_says_what_it_is(document: Opened) -> None:
    told = document.core_properties
    assert (told.title, told.author, told.language) == (
        "Báo cáo Kết quả khảo sát sự hài lòng và Chỉ số cải cách hành chính năm 2022",
        "Sở Nội vụ",
        "vi-VN",
    )
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "vi-VN"


def test_what_hears_of_the_progress_may_end_the_work(report: Report) -> None:
    heard: list[int] = []

    def tell(percent: int) -> None:
        heard.append(percent)
        if percent > 50:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        word_of(report, tell=tell)
    assert heard == sorted(heard)
    assert heard[-1] > 50
