"""The report as a Word document: a template's fields filled in by docxtpl, and the report's parts set where it says.

The template may be anybody's: it is looked through before it is opened, and says no more than the sandbox lets in.
Texts go in as text; no element of the document is ever made from one.
"""

import io
import secrets
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Opened
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from survey_app.exports import report_word_look as look
from survey_app.exports.material import Tell, silent
from survey_app.exports.report_content import Report
from survey_app.exports.report_fields import ANNEXES, PARTS, PLACES, values_of
from survey_app.exports.report_layout import MADE_UP, printable
from survey_app.exports.report_template_guard import TemplateUnfit, check_file, parsed
from survey_app.exports.report_template_language import Language, check_part, check_places
from survey_app.exports.report_word_blocks import Setter

OWN_TEMPLATE = Path(__file__).parent / "report_template.docx"
LANGUAGE = "vi-VN"
_RENDERED = ("word/header", "word/footer", "word/footnotes", "docProps/core")
_BODY = "word/document.xml"


def word_of(report: Report, template: bytes | None = None, tell: Tell = silent) -> bytes:
    """Return the report as .docx, set in a template or, for None, in the one that comes with the program.

    Refuses (`TemplateUnfit`) a template that could run, fetch or embed anything, uses an unknown field, or lacks one it
    needs. What `tell` raises ends the work.
    """
    content = own_template() if template is None else template
    values = values_of(report)
    language = Language({*values, *PLACES})
    check_template(content, language)
    tell(5)
    tokens = {name: secrets.token_hex(16) for name in PLACES}
    document = _filled(content, language, {**values, **tokens})
    tell(15)
    _set_parts(document, report, tokens, tell)
    if report.made_up:
        _warn(document)
    _describe(document, report)
    target = io.BytesIO()
    document.save(target)
    tell(100)
    return target.getvalue()


@cache
def own_template() -> bytes:
    """Return the template that comes with the program."""
    return OWN_TEMPLATE.read_bytes()


def check_template(content: bytes, language: Language) -> None:
    """Refuse a template that must not be opened, or says what it may not; see `TemplateUnfit`."""
    check_file(content)
    used: dict[str, list[bool]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name != _BODY and not name.startswith(_RENDERED):
                continue
            for field, alone in check_part(name, parsed(archive.read(name), name), language):
                if field in PLACES and name != _BODY:
                    raise TemplateUnfit(f"trường {field} phải đứng trong thân văn bản")
                used.setdefault(field, []).append(alone)
    if unknown := sorted(set(used) - language.known - {"noi"}):
        raise TemplateUnfit(f"trường “{unknown[0][:40]}” không có trong danh sách trường")
    check_places(used)


def _filled(content: bytes, language: Language, values: dict[str, Any]) -> Opened:
    template = DocxTemplate(io.BytesIO(content))
    target = io.BytesIO()
    try:
        template.render(values, language)
        template.save(target)
        return Document(io.BytesIO(target.getvalue()))
    except TemplateUnfit:
        raise
    except Exception as error:  # whatever a strange file makes the library stumble over
        raise TemplateUnfit(f"Word không mở được mẫu này ({type(error).__name__})") from error


def _set_parts(document: Opened, report: Report, tokens: dict[str, str], tell: Tell) -> None:
    """Put parts and annexes in place of their tokens."""
    every = [block for section in (*report.sections, *report.annexes) for block in section.blocks]
    told = 0

    def done() -> None:
        nonlocal told
        told += 1
        tell(15 + 75 * told // max(len(every), 1))

    setter = Setter(document, done)
    for name, sections, new_pages in ((PARTS, report.sections, False), (ANNEXES, report.annexes, True)):
        place = _place(document, name, tokens[name])
        every_part = setter.parts(sections, _page_of(place), new_pages)
        if name == PARTS:
            look.keep_with_next(every_part[-1:])  # no signature stands alone on its page
        for made in every_part:
            place.addprevious(made)
        ends_pages = place.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
        if not ends_pages:
            place.getparent().remove(place)


def _place(document: Opened, name: str, token: str) -> Any:
    found = [
        each
        for each in document.element.body.iterchildren(qn("w:p"))
        if "".join(text.text or "" for text in each.iter(qn("w:t"))).strip() == token
    ]
    if len(found) != 1:
        raise TemplateUnfit(f"trường {name} phải đứng một mình trên một dòng, ngoài bảng, đúng một lần")
    for text in found[0].iter(qn("w:t")):
        text.text = ""
    return found[0]


def _page_of(place: Any) -> Any:
    """Return the description of the page a paragraph stands on: its own, or the next one after it."""
    for each in (place, *place.itersiblings()):
        if each.tag == qn("w:sectPr"):
            return each
        if (own := each.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")) is not None:
            return own
    raise TemplateUnfit("không có khổ giấy")


def _warn(document: Opened) -> None:
    """Put the warning of made-up answers at the head of every page, whatever the template has there."""
    style = look.styles_of(document)[look.HEADER]
    warned: set[int] = set()
    for number, section in enumerate(document.sections):
        heads = [section.header]
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        if document.settings.odd_and_even_pages_header_footer:
            heads.append(section.even_page_header)
        for head in heads:
            if number and head.is_linked_to_previous:
                continue
            head.is_linked_to_previous = False
            if id(head.part) not in warned:
                warned.add(id(head.part))
                head._element.append(look.paragraph(style, look.run(MADE_UP)))


def _describe(document: Opened, report: Report) -> None:
    told = document.core_properties
    about = printable(report.about)
    told.title = f"{printable(report.title)} {about}".strip()[:255]
    told.subject = about[:255]
    told.author = told.last_modified_by = printable(report.words.issuer)[:255]
    told.comments = MADE_UP if report.made_up else ""
    told.language = LANGUAGE
