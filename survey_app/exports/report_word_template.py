"""The Word template that comes with the program, made anew by `python -m survey_app.exports.report_word_template`.

After Decree 30/2020: A4, margins, Times New Roman, the heading in two columns, the page number centred in the top margin
from the second page on, the signature beside the recipients.
"""

import io
import zipfile
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from survey_app.exports import report_layout as layout
from survey_app.exports import report_word_look as look
from survey_app.exports.report_word import OWN_TEMPLATE
from survey_app.exports.report_word_look import element, twips

_KEPT = {"Normal", "Default Paragraph Font", "Header", "No List", "Normal Table", *look.HEADINGS.values()}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DROPPED = ("stylesWithEffects", "thumbnail", "customXml", "numbering", "webSettings")
LEFT_COLUMN = 64


def template() -> bytes:
    """Return the template; the same bytes every time."""
    document = Document()
    _clear(document)
    look.restyle(document)
    _paper(document)
    body = document.element.body
    page = body.find(qn("w:sectPr"))
    for made in _content():
        page.addprevious(made)
    told = document.core_properties
    told.title, told.author, told.comments, told.language = "Mẫu báo cáo", "Hài Lòng", "", "vi-VN"
    target = io.BytesIO()
    document.save(target)
    return _timeless(target.getvalue())


def _clear(document: Any) -> None:
    """Take away what the library's own template brings along and nobody needs."""
    for style in [*document.styles]:
        if style.name not in _KEPT:
            style.delete()
    for holder in (document.part, document.part.package):
        for number, link in [*holder.rels.items()]:
            if link.reltype.rpartition("/")[2] in _DROPPED:
                del holder.rels[number]
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spoken = defaults.find(qn("w:lang"))
    for name in ("val", "eastAsia"):
        spoken.set(qn(f"w:{name}"), "vi-VN")


def _paper(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.header_distance = section.footer_distance = Mm(8)
    section.different_first_page_header_footer = True
    style = document.styles["Header"]
    look.give_font(style, 13)
    number = look.paragraph(style.style_id, *look.field("PAGE"), side="center")
    for head, made in ((section.header, number), (section.first_page_header, look.paragraph(style.style_id))):
        head.is_linked_to_previous = False
        for each in [*head._element]:
            head._element.remove(each)
        head._element.append(made)


def _content() -> list[Any]:
    right = layout.UPRIGHT - LEFT_COLUMN
    heading = _columns(
        (
            LEFT_COLUMN,
            [
                _line("{{ co_quan_chu_quan | upper }}", 12),
                _line("{{ co_quan_ban_hanh | upper }}", 12, bold=True),
                _rule(LEFT_COLUMN, 24),
                _line("{{ so_ky_hieu }}", 13),
            ],
        ),
        (
            right,
            [
                _line(layout.NATION, 12, bold=True),
                _line(layout.MOTTO, 13, bold=True),
                _rule(right, 58),
                _line("{{ dia_danh_ngay }}", 13, italic=True),
            ],
        ),
    )
    recipients = [
        _line("Nơi nhận:", 12, bold=True, italic=True, side="left"),
        _line("{%p for noi in noi_nhan %}", 11, side="left"),
        _line("{{ noi }}", 11, side="left"),
        _line("{%p endfor %}", 11, side="left"),
    ]
    signer = [
        _line("{{ chuc_vu_ky | upper }}", 14, bold=True),
        *(_line("", 14) for _ in range(4)),
        _line("{{ nguoi_ky }}", 14, bold=True),
    ]
    return [
        heading,
        _line("", 8),
        _line("{{ ten_bao_cao | upper }}", 14, bold=True, keep=True),
        _line("{{ trich_yeu }}", 14, bold=True, keep=True),
        _rule(layout.UPRIGHT, 45),
        _line("", 8),
        _line("{{ noi_dung }}", 14),
        _line("", 8, keep=True),
        _columns((layout.UPRIGHT / 2, recipients), (layout.UPRIGHT / 2, signer)),
        _line("{{ phu_luc }}", 14),
    ]


def _line(
    text: str,
    size: float,
    bold: bool = False,
    italic: bool = False,
    side: str = "center",
    keep: bool = False,
) -> Any:
    words = look.run(text, size, bold)
    if italic:
        words.find(qn("w:rPr")).insert(1 if bold else 0, element("i"))
    return look.paragraph("Normal", words, side=side, keep=keep)


def _rule(room: float, length: float) -> Any:
    """Return a line of a length in the middle of its room."""
    aside = twips((room - length) / 2)
    edge = element("pBdr", element("top", val="single", sz=6, space=1, color="000000"))
    placed = element("spacing", before=40, after=60, line=120, lineRule="exact")
    return element(
        "p", element("pPr", element("keepNext"), edge, placed, element("ind", left=aside, right=aside))
    )


def _columns(*columns: tuple[float, list[Any]]) -> Any:
    cells = [
        element("tc", element("tcPr", element("tcW", w=twips(width), type="dxa")), *lines)
        for width, lines in columns
    ]
    told = element(
        "tblPr",
        element("tblW", w=twips(sum(width for width, _ in columns)), type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblCellMar", element("left", w=0, type="dxa"), element("right", w=0, type="dxa")),
    )
    grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width, _ in columns))
    return element("tbl", told, grid, element("tr", element("trPr", element("cantSplit")), *cells))


def _timeless(content: bytes) -> bytes:
    """Return an archive whose members bear no moment."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, source.read(name))
    return target.getvalue()


if __name__ == "__main__":
    OWN_TEMPLATE.write_bytes(template())
