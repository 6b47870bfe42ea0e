"""Templates of others: what could run, fetch, embed, compute without end or leave something out is refused by name."""

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from docx import Document

from survey_app.exports.report_content import Report
from survey_app.exports.report_fields import FIELDS
from survey_app.exports.report_template_guard import TemplateUnfit
from survey_app.exports.report_word import own_template, word_of
from survey_app.exports.tables import Cover
from tests.exports.hand_made_report import HOSTILE, WORDS, report_of

BODY, LINKS, KINDS = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SECRET = "/etc/hostname"


@pytest.fixture(scope="module")
def report(cover: Cover) -> Report:
    """A short report: its first part alone."""
    whole = report_of(cover)
    return replace(whole, sections=whole.sections[:1], annexes=())


def changed(changes: Mapping[str, Callable[[str], str]], added: Mapping[str, bytes] | None = None) -> bytes:
    """Return the program's template with parts changed and others added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(own_template())) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name in changes:
                new = changes[name](content.decode())
                assert new != content.decode(), name
                content = new.encode()
            made.writestr(name, content)
        for name, content in (added or {}).items():
            made.writestr(name, content)
    return target.getvalue()


def saying(text: str) -> bytes:
    """Return the template in which one more line stands before the title."""
    line = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    return changed({BODY: lambda xml: xml.replace("<w:body>", f"<w:body>{line}", 1)})


def holding(xml: str) -> bytes:
    """Return the template with an element before the title."""
    return changed({BODY: lambda body: body.replace("<w:body>", f"<w:body>{xml}", 1)})


def linked(kind: str, target: str, mode: str = "") -> bytes:
    link = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    return changed({LINKS: lambda xml: xml.replace("</Relationships>", link)})


def coded(*runs: str) -> bytes:
    """Return the template with a field whose code is spread over runs."""
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    codes = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    return holding(f"<w:p>{char.format('begin')}{codes}{char.format('end')}</w:p>")


def without(tag: str) -> bytes:
    return changed(
        {BODY: lambda xml: xml.replace("{{ " + tag + " }}", "").replace("{{ " + tag + " | upper }}", "")}
    )


def entity(xml: str) -> str:
    start = xml.index("<w:document")
    return (
        xml[:start]
        + f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{SECRET}">]>'
        + xml[start:].replace("{{ nguoi_ky }}", "&e;")
    )


EXTERNAL = ' TargetMode="External"'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"PK not", "tệp mẫu"),
    "no document": (lambda: changed({BODY: lambda _: "<a/>"}), "thiếu trường bắt buộc noi_dung"),
    "broken xml": (lambda: changed({BODY: lambda xml: xml[:-30]}), "word/document.xml không đọc được"),
    "a bomb": (lambda: changed({}, {"word/media/a.png": bytes(80_000_000)}), "80 MB"),
    "too much text": (lambda: changed({BODY: lambda xml: xml + " " * 6_100_000}), "phần chữ lớn hơn 6 MB"),
    "an unknown field": (lambda: saying("{{ mat_khau }}"), "“mat_khau” không có trong danh sách trường"),
    "an unknown field in a branch never taken": (
        lambda: saying("{% if nguoi_ky == 'x' %}{{ mat_khau }}{% endif %}"),
        "“mat_khau” không có",
    ),
    "an unknown condition": (lambda: saying("{% if mat_khau %}x{% endif %}"), "“mat_khau” không có"),
    "an attribute": (
        lambda: saying("{{ nguoi_ky.__class__ }}"),
        "thẻ “{{ nguoi_ky.__class__ }}” không được dùng",
    ),
    "a subscript": (
        lambda: saying("{% if nguoi_ky[0] %}x{% endif %}"),
        "tính toán không được dùng (Getitem)",
    ),
    "a call": (lambda: saying("{% if range(1000000000) %}x{% endif %}"), "tính toán không được dùng (Call)"),
    "a loop without end": (
        lambda: saying("{% for x in range(1000000000) %}x{% endfor %}"),
        "không được dùng",
    ),
    "a loop over a text": (
        lambda: saying("{% for x in nguoi_ky %}x{% endfor %}"),
        "chỉ được lặp trên danh sách",
    ),
    "loops in loops": (
        lambda: saying("{% for a in noi_nhan %}{% for b in noi_nhan %}x{% endfor %}{% endfor %}"),
        "không lồng nhau",
    ),
    "a power": (lambda: saying("{% if 9 ** 999999999 %}x{% endif %}"), "tính toán không được dùng (Pow)"),
    "a filter": (lambda: saying("{{ nguoi_ky | center(999999999) }}"), "bộ lọc “center” không được dùng"),
    "an include": (lambda: saying("{% include '/etc/passwd' %}"), "không được dùng"),
    "a macro of jinja": (lambda: saying("{% macro a() %}x{% endmacro %}"), "không được dùng"),
    "an assignment": (lambda: saying("{% set a = nguoi_ky %}"), "không được dùng"),
    "a colour": (lambda: saying("{% cellbg nguoi_ky %}"), "không được dùng"),
    "a loop that is not closed": (lambda: saying("{% if nguoi_ky %}"), "không khép đúng"),
    "a tag that is not closed": (lambda: saying("{{ nguoi_ky"), "thẻ viết dở"),
    "ten thousand tags": (lambda: saying("{{ nguoi_ky }}" * 10_000), "có hơn 400 thẻ"),
    "ten thousand beginnings": (lambda: saying("{{p " * 10_000), "thẻ viết dở"),
    "a tag in an attribute": (
        lambda: holding('<w:p><w:bookmarkStart w:id="1" w:name="{{ nguoi_ky }}"/></w:p>'),
        "ngoài phần chữ",
    ),
    "parts in a table": (
        lambda: changed(
            {
                BODY: lambda xml: xml.replace("{{ noi_nhan }}", "").replace(
                    "{{ so_ky_hieu }}", "{{ noi_dung }}"
                )
            }
        ),
        "noi_dung phải đứng một mình",
    ),
    "parts twice": (lambda: saying("{{ noi_dung }}"), "noi_dung phải đứng một mình"),
    "no tables": (
        lambda: without("noi_dung"),
        "thiếu trường bắt buộc noi_dung (mọi phần của báo cáo với bảng",
    ),
    "no annexes": (lambda: without("phu_luc"), "thiếu trường bắt buộc phu_luc"),
    "no signature": (lambda: without("nguoi_ky"), "thiếu trường bắt buộc nguoi_ky (họ và tên người ký)"),
    "no title of the signature": (lambda: without("chuc_vu_ky"), "thiếu trường bắt buộc chuc_vu_ky"),
    "macros": (lambda: changed({}, {"word/vbaProject.bin": b"x"}), "có macro (word/vbaProject.bin)"),
    "macros by kind": (
        lambda: changed(
            {
                KINDS: lambda xml: xml.replace(
                    "wordprocessingml.document.main", "ms-word.document.macroEnabled.main"
                )
            }
        ),
        "có macro",
    ),
    "another kind": (
        lambda: changed(
            {KINDS: lambda xml: xml.replace("wordprocessingml.document.main", "spreadsheetml.sheet.main")}
        ),
        "không phải tài liệu Word",
    ),
    "an embedded object": (lambda: changed({}, {"word/embeddings/a.xlsx": b"PK"}), "a.xlsx"),
    "an object by link": (lambda: linked("oleObject", "media/a.png"), "đối tượng nhúng"),
    "an object by element": (
        lambda: holding("<w:p><w:r><w:object/></w:r></w:p>"),
        "đối tượng nhúng (object)",
    ),
    "a chunk of html": (lambda: holding("<w:altChunk/>"), "tệp nhúng (altChunk)"),
    "a remote template": (
        lambda: linked("attachedTemplate", "http://a.example/t.dotm", EXTERNAL),
        "mẫu lấy từ nơi khác (http://a.example/t.dotm)",
    ),
    "a remote picture": (lambda: linked("image", "http://a.example/x.png", EXTERNAL), "liên kết ra ngoài"),
    "a file of a neighbour": (lambda: linked("image", "file:///etc/passwd"), "liên kết ra ngoài"),
    "a hyperlink": (lambda: linked("hyperlink", "http://a.example/", EXTERNAL), "liên kết ra ngoài"),
    "a part nobody knows": (lambda: linked("ui/extensibility", "x.xml"), "thành phần lạ (extensibility)"),
    "a hidden part of words": (
        lambda: changed(
            {
                KINDS: lambda xml: xml.replace(
                    "</Types>", '<Override PartName="/word/x.png" ContentType="application/xml"/></Types>'
                )
            }
        ),
        "thành phần lạ (/word/x.png)",
    ),
    "dde": (
        lambda: coded("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"),
        "trường Word không được dùng (DDEAUTO)",
    ),
    "dde in pieces": (lambda: coded(" DD", "E c:\\\\cmd.exe "), "trường Word không được dùng (DDE)"),
    "a picture from elsewhere": (lambda: coded('INCLUDEPICTURE "http://a.example/"'), "(INCLUDEPICTURE)"),
    "a simple field": (
        lambda: holding('<w:p><w:fldSimple w:instr="INCLUDETEXT /etc/passwd"/></w:p>'),
        "(INCLUDETEXT)",
    ),
    "a field in a field's code": (
        lambda: holding("<w:p>" + '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 2 + "</w:p>"),
        "lồng trong mã",
    ),
    "a mail merge": (lambda: holding("<w:p><w:mailMerge/></w:p>"), "nguồn trộn thư"),
    "an entity": (lambda: changed({BODY: entity}), "khai báo kiểu tài liệu hoặc thực thể"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_template_is_refused_by_name_at_once(report: Report, name: str) -> None:
    made, sentence = REFUSED[name]
    content = made()
    begun = time.monotonic()
    with pytest.raises(TemplateUnfit) as refusal:
        word_of(report, content)
    assert sentence in refusal.value.why
    assert time.monotonic() - begun < 1


def test_the_programs_own_template_uses_every_field_it_lists() -> None:
    with zipfile.ZipFile(io.BytesIO(own_template())) as archive:
        text = archive.read(BODY).decode()
    assert [field for field in FIELDS if field not in text] == []


def test_a_template_changed_in_word_is_used_with_its_own_words_and_looks(report: Report) -> None:
    document = Document(io.BytesIO(own_template()))
    document.paragraphs[1].insert_paragraph_before(
        "Năm {{ nam }}: {% if so_phieu %}{{ so_phieu }} phiếu{% endif %}."
    )
    document.styles["Heading 1"].font.italic = True
    target = io.BytesIO()
    document.save(target)
    made = Document(io.BytesIO(word_of(report, target.getvalue())))
    assert "Năm 2022: 2.124 phiếu." in [each.text for each in made.paragraphs]
    assert made.styles["Heading 1"].font.italic is True


def test_a_template_without_our_styles_gets_them(report: Report) -> None:
    document = Document()
    for text in ("{{ noi_dung }}", "{{ chuc_vu_ky }} {{ nguoi_ky }}", "{{ phu_luc }}"):
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    made = Document(io.BytesIO(word_of(report, target.getvalue())))
    text = next(each for each in made.paragraphs if each.text.startswith("Thực hiện"))
    assert (text.style.name, text.style.font.name) == ("Báo cáo – đoạn", "Times New Roman")


def test_what_people_typed_around_the_report_is_never_read_as_a_template(report: Report) -> None:
    words = replace(
        WORDS, authority=HOSTILE, issuer="\x00\x0b{% include 'x' %}", signer=HOSTILE, recipients=(HOSTILE,)
    )
    made = Document(io.BytesIO(word_of(replace(report, words=words, title=HOSTILE))))
    heading, signature = made.tables
    assert heading.rows[0].cells[0].text.split("\n")[:2] == [HOSTILE.upper(), "{% INCLUDE 'X' %}"]
    assert [cell.text.split("\n")[-1] for cell in signature.rows[0].cells] == [f"- {HOSTILE}.", HOSTILE]
    assert made.core_properties.title.startswith(HOSTILE)
