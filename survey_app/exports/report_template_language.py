"""What a Word template may say: fields, conditions on fields, and one loop over a list; nothing that computes.

A template is Jinja in a sandbox, of which only this much is let in: what it costs is bounded by its own size.
"""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from survey_app.exports.report_fields import FIELDS, NEEDED, PLACES, RECIPIENTS
from survey_app.exports.report_template_guard import TemplateUnfit

MOST_TAGS = 400
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAG = re.compile(r"\{\{[^{}]{1,200}\}\}|\{%[^{}]{1,200}%\}|\{#[^{}]{0,400}#\}")
_STATEMENT = re.compile(r"\{%(?:p|tr)?\s+(?:for\s+\w+\s+in\s+\w+|(?:el)?if\s+[^%]+|else|endif|endfor)\s*%\}")
_OUTPUT = re.compile(r"\{\{\s*[^\W\d]\w*\s*(?:\|[^{}]+)?\}\}")
_BRACES = re.compile(r"\{[{%#]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FILTERS = frozenset({"upper", "lower", "trim"})
_LET_IN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class Language(SandboxedEnvironment):
    """Jinja of fields alone: every text is escaped, and whatever else a template asks for is refused by name."""

    def __init__(self, known: Set[str]) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=as_text)
        self.known = frozenset(known)
        self.globals.clear()

    def from_string(self, source: Any, *args: Any, **settings: Any) -> Template:
        """Return a template; refuses one that says more than it may."""
        try:
            check(self.parse(source), self.known)
            return super().from_string(source, *args, **settings)
        except TemplateSyntaxError:
            raise TemplateUnfit("thẻ {% for %} hoặc {% if %} không khép đúng") from None


def as_text(value: object) -> Markup:
    """Return a value as text of a document: no markup, no tag, no control character, whatever it holds."""
    text = _CONTROL.sub("", str(value))
    return Markup(str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704  # escaped here


def check(node: nodes.Node, known: Set[str], bound: Set[str] = frozenset(), in_loop: bool = False) -> None:
    """Refuse whatever is neither a field, a condition, a filter of text nor one loop over a list."""
    if not isinstance(node, _LET_IN):
        raise TemplateUnfit(f"có thẻ tính toán không được dùng ({type(node).__name__})")
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known | bound:
        raise TemplateUnfit(f"trường “{node.name[:40]}” không có trong danh sách trường")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise TemplateUnfit(f"bộ lọc “{node.name[:40]}” không được dùng")
    if isinstance(node, nodes.For):
        if in_loop or not isinstance(node.iter, nodes.Name) or node.iter.name != RECIPIENTS:
            raise TemplateUnfit(f"chỉ được lặp trên danh sách {RECIPIENTS}, không lồng nhau")
        bound, in_loop = (
            {*bound, *(each.name for each in node.find_all(nodes.Name) if each.ctx == "store")},
            True,
        )
    for child in node.iter_child_nodes():
        check(child, known, bound, in_loop)


def check_part(name: str, tree: etree._Element, language: Language) -> Iterator[tuple[str, bool]]:
    """Give the fields a part uses and whether each stands alone in a paragraph of the body.

    Refuses a tag that is cut off, badly written, or stands where no text does. Linear in the part's size: what
    comes after this may look for tags in costlier ways.
    """
    for each in tree.iter("*"):
        values = [*map(str, each.attrib.values()), each.tail or ""]
        if each.tag != f"{_W}t":
            values.append(each.text or "")
        if any(_BRACES.search(value) for value in values):
            raise TemplateUnfit(f"{name} có thẻ nằm ngoài phần chữ")
    found = 0
    for paragraph in tree.iter(f"{_W}p"):
        text = "".join(
            each.text or "" for each in paragraph.iter(f"{_W}t") if _paragraph_of(each) is paragraph
        )
        if "{" not in text and "}" not in text:
            continue
        rest = _TAG.sub("", text)
        if "{" in rest or "}" in rest:
            raise TemplateUnfit(f"thẻ viết dở hoặc dấu ngoặc nhọn lẻ trong “{text[:60]}”")
        tags = _TAG.findall(text)
        found += len(tags)
        if found > MOST_TAGS:
            raise TemplateUnfit(f"có hơn {MOST_TAGS} thẻ")
        alone = not rest.strip() and len(tags) == 1 and paragraph.getparent().tag == f"{_W}body"
        for tag in tags:
            yield from ((field, alone) for field in _fields_of(tag, language))


def _paragraph_of(text: etree._Element) -> etree._Element | None:
    return next(text.iterancestors(f"{_W}p"), None)


def _fields_of(tag: str, language: Language) -> list[str]:
    """Return the fields of one tag; refuses one that is badly written."""
    if tag.startswith("{#"):
        return []
    fits = _OUTPUT if tag.startswith("{{") else _STATEMENT
    plain = tag.translate(str.maketrans("“”‘’", "\"\"''"))
    if not fits.fullmatch(plain):
        raise TemplateUnfit(f"thẻ “{tag[:60]}” không được dùng")
    if not tag.startswith("{{"):
        return []
    try:
        read = language.parse(plain)
    except TemplateSyntaxError:
        raise TemplateUnfit(f"thẻ “{tag[:60]}” viết sai") from None
    return [each.name for each in read.find_all(nodes.Name)]


def check_places(used: Mapping[str, list[bool]]) -> None:
    """Refuse a template without a field it needs, or whose parts do not stand alone on one line, once."""
    for name in NEEDED:
        if name not in used:
            raise TemplateUnfit(f"thiếu trường bắt buộc {name} ({_meaning(name)})")
    for name in PLACES:
        if used[name] != [True]:
            raise TemplateUnfit(f"trường {name} phải đứng một mình trên một dòng, ngoài bảng, đúng một lần")


def _meaning(name: str) -> str:
    meaning = FIELDS[name].partition(";")[0].removesuffix(" (bắt buộc)")
    return meaning[0].lower() + meaning[1:]
