"""How a report looks in Word: its styles, and pieces of a document built element by element, never from text."""

from collections.abc import Mapping, Sequence
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from survey_app.exports.report_layout import printable

FONT = "Times New Roman"
TWIPS = 56.6929  # a millimetre
HEADINGS = {1: "Heading 1", 2: "Heading 2", 3: "Heading 3"}
BODY, STRONG, ASIDE = "Báo cáo – đoạn", "Báo cáo – đoạn đậm", "Báo cáo – chú thích"
CAPTION, CELL, HEADER = "Báo cáo – tên bảng", "Báo cáo – ô bảng", "Báo cáo – cảnh báo"
_IDS = {
    BODY: "ReportBody",
    STRONG: "ReportStrong",
    ASIDE: "ReportAside",
    CAPTION: "ReportCaption",
    CELL: "ReportCell",
    HEADER: "ReportWarning",
}
_LEFT, _MIDDLE, _BOTH = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY

# size, bold, italic, side, first line in cm, points before and after, stays with the next paragraph
_LOOKS: Mapping[str, tuple[float, bool, bool, Any, float, float, float, bool]] = {
    "Heading 1": (14, True, False, _LEFT, 1.27, 12, 6, True),
    "Heading 2": (14, True, False, _LEFT, 1.27, 8, 6, True),
    "Heading 3": (14, True, True, _LEFT, 1.27, 6, 6, True),
    BODY: (14, False, False, _BOTH, 1.27, 0, 6, False),
    STRONG: (14, True, False, _BOTH, 1.27, 0, 6, True),
    ASIDE: (12, False, True, _LEFT, 0, 0, 3, False),
    CAPTION: (13, True, False, _MIDDLE, 0, 8, 4, True),
    CELL: (12, False, False, _LEFT, 0, 1, 1, False),
    HEADER: (11, True, False, _MIDDLE, 0, 0, 0, False),
}


def styles_of(document: Document) -> dict[str, str]:
    """Return the id of each style that parts are set in by its name; a document's own one stays as it is."""
    there = {style.name: style for style in document.styles}
    for name, look in _LOOKS.items():
        if name not in there:
            there[name] = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            there[name].element.set(qn("w:styleId"), _IDS.get(name, name.replace(" ", "")))
            give_look(there[name], look)
    return {name: there[name].style_id for name in _LOOKS}


def restyle(document: Document) -> None:
    """Give a new document every style as the report is set in it."""
    normal = document.styles["Normal"]
    give_font(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    styles_of(document)
    for name, look in _LOOKS.items():
        give_look(document.styles[name], look)


def give_look(style: Any, look: tuple[float, bool, bool, Any, float, float, float, bool]) -> None:
    """Give a paragraph style its look."""
    size, bold, italic, side, indent, before, after, keep = look
    give_font(style, size)
    style.font.bold, style.font.italic, style.font.color.rgb = bold, italic, None
    placed = style.paragraph_format
    placed.alignment, placed.first_line_indent = side, Cm(indent)
    placed.space_before, placed.space_after, placed.keep_with_next = Pt(before), Pt(after), keep
    placed.line_spacing = 1.15 if size == 14 else 1.0
    placed.widow_control = True


def give_font(style: Any, size: float) -> None:
    """Set a style in Times New Roman, in every script a run may be of, whatever the theme says."""
    style.font.name, style.font.size = FONT, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [*fonts.attrib]:
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), FONT)


def element(tag: str, *children: Any, **attributes: object) -> Any:
    """Return an element of WordprocessingML; attributes are of the same name space."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend([child for child in children if child is not None])
    return made


def run(text: str, size: float | None = None, bold: bool | None = None) -> Any:
    """Return a run of text as it is: signs of markup stay signs."""
    look = element("rPr")
    if bold:
        look.append(element("b"))
    if size is not None:
        look.append(element("sz", val=round(2 * size)))
        look.append(element("szCs", val=round(2 * size)))
    letters = element("t")
    letters.text = printable(text)
    letters.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element("r", look if len(look) else None, letters)


def paragraph(style: str, *runs: Any, side: str = "", new_page: bool = False, keep: bool = False) -> Any:
    """Return a paragraph in a style, by its id."""
    look = element("pPr", element("pStyle", val=style))
    if keep:
        look.append(element("keepNext"))
    if new_page:
        look.append(element("pageBreakBefore"))
    if side:
        look.append(element("jc", val=side))
    return element("p", look, *runs)


def keep_with_next(elements: Sequence[Any]) -> None:
    """Let paragraphs stay on the page of what follows them; one that ends its pages stays as it is."""
    for each in elements:
        told = each.find(qn("w:pPr"))
        if told is not None and told.find(qn("w:sectPr")) is None and told.find(qn("w:keepNext")) is None:
            told.find(qn("w:pStyle")).addnext(element("keepNext"))


def field(code: str) -> list[Any]:
    """Return the runs of a field that Word computes: PAGE."""
    told = element("instrText")
    told.text = f" {code} "
    shown = element("t")
    shown.text = "2"
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", told),
        element("r", element("fldChar", fldCharType="separate")),
        element("r", shown),
        element("r", element("fldChar", fldCharType="end")),
    ]


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point."""
    return round(millimetres * TWIPS)
