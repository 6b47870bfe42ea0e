"""The parts of a report as Word holds them: headings, paragraphs, tables, charts, and pages that lie across."""

import copy
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from docx.document import Document
from docx.image.image import Image
from docx.oxml.ns import qn
from docx.shared import Mm

from survey_app.exports import report_layout as layout
from survey_app.exports import report_word_look as look
from survey_app.exports.report_content import NumberedChart, NumberedTable, Paragraph, Section
from survey_app.exports.report_word_look import element, paragraph, run, twips
from survey_app.exports.tables import Row, Table

_GRAPHIC = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
ROOM_BELOW = 35  # millimetres of a page that a chart leaves to its caption


class Setter:
    """Sets parts into one document, each as elements in order; `done` hears of every block."""

    def __init__(self, document: Document, done: Callable[[], None]) -> None:
        self.document = document
        self.styles: Mapping[str, str] = look.styles_of(document)
        self.done = done

    def parts(self, sections: Sequence[Section], page: Any, new_pages: bool = False) -> list[Any]:
        """Return the elements of parts; `page` is the page they stand on, and goes on after what lies across.

        Where something lies across, the first page of its own stays different, and no later one is.
        """
        made: list[Any] = []
        across = False
        for section in sections:
            turns = layout.is_across(section) != across
            if turns:
                _end_pages(made, _page(page, across))
                if not across:
                    _plain(page)
                across = not across
            made += self.part(section, across, new_pages and section.level == 1 and not turns)
        if across:
            _end_pages(made, _page(page, across))
        return made

    def part(self, section: Section, across: bool, new_page: bool) -> list[Any]:
        """Return the elements of one part."""
        style = self.styles[look.HEADINGS[section.level]]
        made = [paragraph(style, run(section.heading), new_page=new_page)]
        for block in section.blocks:
            if isinstance(block, Paragraph):
                made.append(self.words(block))
            elif isinstance(block, NumberedTable):
                made += self.table(block, layout.ACROSS if across else layout.UPRIGHT)
            else:
                made += self.chart(block, across)
            self.done()
        return made

    def words(self, block: Paragraph) -> Any:
        """Return a paragraph of running text."""
        style = look.STRONG if block.strong else look.ASIDE if block.aside else look.BODY
        side = "left" if layout.has_long_word(block.text) else ""
        return paragraph(self.styles[style], run(block.text), side=side)

    def table(self, block: NumberedTable, room: float) -> list[Any]:
        """Return a table below its number and caption, its notes beneath it."""
        table, setting = block.table, layout.setting_of(block.table, room)
        caption = f"Bảng {block.number}. {table.caption}"
        rows = [self._row(table, [each.heading for each in table.columns], setting, "head")]
        last = len(table.rows) if table.foot else 0  # stays with the foot
        for place, row in enumerate(table.rows, 1):
            rows.append(self._row(table, layout.texts_of(table, row), setting, keep=place == last))
        rows += [self._row(table, layout.texts_of(table, row), setting, "foot") for row in table.foot]
        grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width in setting.widths))
        notes = [paragraph(self.styles[look.ASIDE], run(note)) for note in table.notes]
        # Word makes one table of two that touch, and a page must not end in one.
        notes = notes or [paragraph(self.styles[look.ASIDE])]
        return [
            paragraph(self.styles[look.CAPTION], run(caption), keep=True),
            element("tbl", _table_look(setting, caption, table.rows), grid, *rows),
            *notes,
        ]

    def _row(
        self, table: Table, texts: Sequence[str], setting: layout.Setting, kind: str = "", keep: bool = False
    ) -> Any:
        told = element("trPr", element("cantSplit"), element("tblHeader") if kind == "head" else None)
        cells = []
        for column, text, width in zip(table.columns, texts, setting.widths, strict=True):
            side = "center" if kind == "head" else layout.side_of(column)
            placed = element("tcPr", element("tcW", w=twips(width), type="dxa"))
            if kind:
                placed.append(element("shd", val="clear", color="auto", fill="EDEDED"))
            placed.append(element("vAlign", val="center"))
            words = run(text, setting.size, bold=bool(kind))
            cells.append(
                element("tc", placed, paragraph(self.styles[look.CELL], words, side=side, keep=keep))
            )
        return element("tr", told, *cells)

    def chart(self, block: NumberedChart, across: bool) -> list[Any]:
        """Return a chart as a picture with its alternative, above its number and caption."""
        caption = f"Biểu đồ {block.number}. {block.drawing.caption}"
        picture = block.drawing.png()
        image = Image.from_blob(picture)
        wide, high = (layout.ACROSS, 210) if across else (layout.UPRIGHT, 297)
        most = Mm(high - layout.TOP - layout.BOTTOM - ROOM_BELOW)
        scale = min(1.0, Mm(wide) / image.width, most / image.height)
        size = round(image.width * scale), round(image.height * scale)
        inline = self.document.part.new_pic_inline(BytesIO(picture), *size)
        told = inline.find(_GRAPHIC)
        told.set("descr", layout.printable(block.drawing.alt))
        told.set("title", layout.printable(caption))
        drawing = element("drawing")
        drawing.append(inline)
        return [
            paragraph(self.styles[look.CELL], element("r", drawing), side="center", keep=True),
            paragraph(self.styles[look.CAPTION], run(caption)),
        ]


def _table_look(setting: layout.Setting, caption: str, rows: Sequence[Row]) -> Any:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = [element(edge, val="single", sz=4, space=0, color="000000") for edge in edges]
    room = [element(edge, w=57, type="dxa") for edge in ("left", "right")]
    return element(
        "tblPr",
        element("tblW", w=twips(sum(setting.widths)), type="dxa"),
        element("jc", val="center"),
        element("tblBorders", *lines),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *room),
        element(
            "tblLook", val="0020", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1
        ),
        element("tblCaption", val=layout.printable(caption)),
    )


def _page(page: Any, across: bool) -> Any:
    """Return a copy of a page's description; across, it lies on its side with the margins it had."""
    made = copy.deepcopy(page)
    if across:
        _plain(made)
        size = made.find(qn("w:pgSz"))
        wide, high = size.get(qn("w:w")), size.get(qn("w:h"))
        size.set(qn("w:w"), high)
        size.set(qn("w:h"), wide)
        size.set(qn("w:orient"), "landscape")
    return made


def _plain(page: Any) -> None:
    """Let a later part of the document begin on a new page that is like every other."""
    for name in ("w:titlePg", "w:type"):
        for each in page.findall(qn(name)):
            page.remove(each)
    page.find(qn("w:pgSz")).addprevious(element("type", val="nextPage"))


def _end_pages(made: list[Any], page: Any) -> None:
    """End the pages so far: their description stands in the last paragraph."""
    if not made or made[-1].tag != qn("w:p"):
        made.append(element("p", element("pPr")))
    told = made[-1].find(qn("w:pPr"))
    told.append(page)
