"""The guard before a Word template is opened: nothing in it may run, fetch, embed or ask for anything from elsewhere."""

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from scoring.archive import check_archive
from scoring.errors import ScoringError

MOST_BYTES = 4_000_000
MOST_XML = 6_000_000
_MAIN = "word/document.xml"
_REQUIRED = {"[Content_Types].xml", "_rels/.rels", _MAIN}
_WORD_FILE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_XML = (".xml", ".rels")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
# What a document may be made of, by the last word of a relationship's type; everything else is refused by it.
_KNOWN = frozenset(
    {
        *("officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail"),
        *("styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering"),
        *("header", "footer", "footnotes", "endnotes", "image", "customXml", "customXmlProps", "people"),
        *("comments", "commentsExtended", "commentsIds", "commentsExtensible", "glossaryDocument"),
    }
)
_NAMED = {
    "attachedTemplate": "mẫu lấy từ nơi khác",
    "vbaProject": "macro",
    "keyMapCustomizations": "lệnh gán phím",
    "oleObject": "đối tượng nhúng",
    "package": "đối tượng nhúng",
    "control": "đối tượng nhúng",
    "aFChunk": "tệp nhúng",
    "subDocument": "tài liệu con",
    "hyperlink": "liên kết ra ngoài",
    "font": "phông chữ nhúng",
    "chart": "biểu đồ nhúng",
}
_ELEMENTS = {
    "object": "đối tượng nhúng",
    "OLEObject": "đối tượng nhúng",
    "control": "đối tượng nhúng",
    "altChunk": "tệp nhúng",
    "subDoc": "tài liệu con",
    "mailMerge": "nguồn trộn thư",
    "attachedTemplate": "mẫu lấy từ nơi khác",
    "entryMacro": "macro",
    "exitMacro": "macro",
    "scriptAnchor": "macro",
}
_FIELD_CODES = frozenset(
    [
        "PAGE",
        "NUMPAGES",
        "SECTIONPAGES",
        "SECTION",
        "TOC",
        "REF",
        "PAGEREF",
        "SEQ",
        "STYLEREF",
        "TITLE",
        "SUBJECT",
        "AUTHOR",
    ]
)


class TemplateUnfit(ValueError):
    """A template that must not be used; `why` says in Vietnamese what is wrong with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_file(content: bytes) -> None:
    """Refuse a file that is no Word document, unpacks to too much, or holds what could run, fetch or embed.

    Macros, links out of the document, templates from elsewhere, embedded objects, field codes such as DDE, document types
    and entities are each refused by name.
    """
    if len(content) > MOST_BYTES:
        raise TemplateUnfit(f"tệp lớn hơn {MOST_BYTES // 1_000_000} MB")
    try:
        check_archive(content, "tệp mẫu", ".docx", _REQUIRED)
    except ScoringError as error:
        raise TemplateUnfit(error.sentence.rstrip(".")) from None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_members(archive.infolist())
        for name in archive.namelist():
            if name.lower().endswith(_XML):
                _check_part(name, archive.read(name))


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        name = member.filename.lower()
        if "vba" in name or "macro" in name:
            raise TemplateUnfit(f"có macro ({member.filename[:60]})")
        if "embeddings/" in name or "activex/" in name:
            raise TemplateUnfit(f"có đối tượng nhúng ({member.filename[:60]})")
        if not name.endswith((*_XML, *_PICTURES, "/")):
            raise TemplateUnfit(f"có thành phần lạ ({member.filename[:60]})")
    written = sum(each.file_size for each in members if each.filename.lower().endswith(_XML))
    if written > MOST_XML:
        raise TemplateUnfit(f"phần chữ lớn hơn {MOST_XML // 1_000_000} MB")


def parsed(content: bytes, name: str) -> etree._Element:
    """Return a part's tree; refuses what is not XML in UTF-8, or declares a document type or entities."""
    try:
        tree = etree.fromstring(content, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError:
        raise TemplateUnfit(f"{name} không đọc được") from None
    told = tree.getroottree().docinfo
    if told.doctype or told.internalDTD is not None:
        raise TemplateUnfit(f"{name} khai báo kiểu tài liệu hoặc thực thể (DTD)")
    if (told.encoding or "UTF-8").upper() not in ("UTF-8", "ASCII", "US-ASCII"):
        raise TemplateUnfit(f"{name} không dùng bảng mã UTF-8")
    return tree


def _check_part(name: str, content: bytes) -> None:
    tree = parsed(content, name)
    if name.endswith(".rels"):
        _check_links(tree)
    elif name == "[Content_Types].xml":
        _check_kinds(tree)
    else:
        _check_elements(tree)
        _check_fields(tree)


def _check_kinds(tree: etree._Element) -> None:
    main = ""
    for each in tree.iter("{*}Default", "{*}Override"):
        name = str(each.get("PartName") or f".{each.get('Extension')}")
        kind = str(each.get("ContentType", "")).lower()
        if "macro" in kind or "vba" in kind:
            raise TemplateUnfit(f"có macro ({name[:60]})")
        # What is read as XML is what was checked as XML.
        if not name.lower().endswith(_XML) and not kind.startswith("image/"):
            raise TemplateUnfit(f"có thành phần lạ ({name[:60]})")
        main = kind if name == f"/{_MAIN}" else main
    if main != _WORD_FILE:
        raise TemplateUnfit("không phải tài liệu Word (.docx)")


def _check_links(tree: etree._Element) -> None:
    for each in tree:
        if not isinstance(each.tag, str):
            continue
        kind = str(each.get("Type", "")).rpartition("/")[2]
        target = str(each.get("Target", ""))[:60]
        if kind in _NAMED:
            raise TemplateUnfit(f"có {_NAMED[kind]} ({target})")
        if str(each.get("TargetMode", "")).lower() == "external" or "://" in target:
            raise TemplateUnfit(f"có liên kết ra ngoài ({target})")
        if kind not in _KNOWN or (kind == "officeDocument" and target.lstrip("/") != _MAIN):
            raise TemplateUnfit(f"có thành phần lạ ({kind[:40]})")


def _check_elements(tree: etree._Element) -> None:
    for each in tree.iter("*"):
        kind = etree.QName(each).localname
        if kind in _ELEMENTS:
            raise TemplateUnfit(f"có {_ELEMENTS[kind]} ({kind})")


def _check_fields(tree: etree._Element) -> None:
    for code in _field_codes(tree):
        word = code.split()[0].upper() if code.split() else ""
        if word not in _FIELD_CODES:
            raise TemplateUnfit(f"có trường Word không được dùng ({word[:20] or 'rỗng'})")


def _field_codes(tree: etree._Element) -> Iterator[str]:
    """Give the code of every field, also of one spread over runs; refuses fields inside another's code."""
    open_codes: list[str | None] = []
    for each in tree.iter(f"{_W}fldSimple", f"{_W}fldChar", f"{_W}instrText", f"{_W}delInstrText"):
        if each.tag == f"{_W}fldSimple":
            yield str(each.get(f"{_W}instr", ""))
        elif each.tag == f"{_W}fldChar":
            kind = each.get(f"{_W}fldCharType")
            if kind == "begin":
                if open_codes and open_codes[-1] is not None:
                    raise TemplateUnfit("có trường Word lồng trong mã của trường khác")
                open_codes.append("")
            elif open_codes:
                if open_codes[-1] is not None:
                    yield open_codes[-1]
                    open_codes[-1] = None
                if kind == "end":
                    open_codes.pop()
        elif not open_codes or open_codes[-1] is None:
            raise TemplateUnfit("có mã trường Word nằm ngoài trường")
        else:
            open_codes[-1] += each.text or ""
    if open_codes:
        raise TemplateUnfit("có trường Word không khép lại")
