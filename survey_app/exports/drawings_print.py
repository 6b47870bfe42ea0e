"""A sheet as a picture: SVG for pages, with words as words or as paths, and PNG for Word; the same bytes every time."""

import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from survey_app.exports.drawings_sheet import DRAWING, PAPER, SIZE, WIDTH, Box, Dot, Line, Sheet, Word, fonts

# Fonts that the reader's machine has, narrower than the one that lines were measured with, and Vietnamese all of them.
FAMILIES = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
INCH = 72
# What every element has anyway, or inherits from the root; "*" is left out whatever it says.
DEFAULTS = {
    "font-family": "*",
    "stroke-linejoin": "*",
    "font-size": f"{SIZE}px",
    "font-weight": "400",
    "text-anchor": "start",
    "stroke-dashoffset": "0",
}
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg_of(sheet: Sheet, caption: str, alt: str, paths: bool = False) -> bytes:
    """Return a sheet as SVG of its own: no script, no style, nothing from elsewhere, so that any page may hold it.

    Caption and alternative stand in it as title and description. With `paths` its letters are drawn, for programs
    without fonts.
    """
    caption, alt = (_NO_XML.sub("\ufffd", text) for text in (caption, alt))
    key = sha256(f"{caption}\n{alt}".encode()).hexdigest()[:8]
    settings = {"svg.fonttype": "path" if paths else "none", "svg.hashsalt": key}
    return _cleaned(_printed(sheet, "svg", settings), caption, alt, key)


def png_of(sheet: Sheet, dpi: int) -> bytes:
    """Return a sheet as PNG of 16 cm at so many dots an inch."""
    return _printed(sheet, "png", {}, dpi)


def _printed(sheet: Sheet, kind: str, settings: dict[str, Any], dpi: int = INCH) -> bytes:
    # Imported here: half a second that pages without a chart need not wait for.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.transforms import Affine2D  # noqa: PLC0415

    target = BytesIO()
    ours: dict[Any, Any] = {
        "text.parse_math": False,
        "text.hinting": "none",
        "path.simplify": False,
        "hatch.linewidth": 0.5,
    }
    with DRAWING, rc_context(ours | settings):
        figure = Figure(figsize=(WIDTH / INCH, sheet.height / INCH), dpi=dpi, facecolor=PAPER)
        downwards = Affine2D().scale(1, -1).translate(0, sheet.height).scale(1 / INCH)
        for artist in _artists(sheet):
            artist.set_transform(downwards + figure.dpi_scale_trans)
            figure.add_artist(artist)
        if kind == "png":
            canvas: Any = FigureCanvasAgg(figure)
            canvas.print_png(target, metadata={"Software": None})
        else:
            canvas = FigureCanvasSVG(figure)
            canvas.print_svg(target, metadata={"Date": None, "Creator": None})
    return target.getvalue()


def _artists(sheet: Sheet) -> Iterator[Any]:
    """Give each mark as matplotlib draws it, in the order of the sheet."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415  # as above
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Circle, Rectangle  # noqa: PLC0415
    from matplotlib.text import Text  # noqa: PLC0415

    for order, mark in enumerate(sheet.marks, 1):
        if isinstance(mark, Box):
            edge: dict[str, Any] = {"edgecolor": mark.edge or "none", "linewidth": 0.5 if mark.edge else 0}
            look: dict[str, Any] = {"facecolor": mark.fill, "hatch": mark.hatch or None, "zorder": order}
            yield Rectangle((mark.x, mark.y), mark.width, mark.height, **edge, **look)
        elif isinstance(mark, Dot):
            yield Circle((mark.x, mark.y), mark.radius, facecolor=mark.fill, edgecolor="none", zorder=order)
        elif isinstance(mark, Line):
            look = {"color": mark.colour, "linewidth": mark.width, "solid_capstyle": "butt", "zorder": order}
            dashes: Any = (0, (4, 3)) if mark.dashed else "-"
            yield Line2D(*zip(*mark.places, strict=True), linestyle=dashes, marker="", **look)
        else:
            yield _text(mark, order, Text, FontProperties)


def _text(mark: Word, order: int, text: Any, properties: Any) -> Any:
    font = properties(fname=fonts()[mark.bold], size=mark.size, weight="bold" if mark.bold else "normal")
    place = {"horizontalalignment": mark.align, "verticalalignment": "baseline", "zorder": order}
    return text(mark.x, mark.y, mark.text, color=mark.colour, fontproperties=font, usetex=False, **place)


def _cleaned(drawn: bytes, caption: str, alt: str, key: str) -> bytes:
    """Return matplotlib's SVG with presentation attributes for styles, which a strict page would not apply."""
    root = ET.fromstring(drawn)  # noqa: S314  # matplotlib wrote it a moment ago
    wanted = set(re.findall(rb'(?:xlink:href="|url\()#([\w-]+)', drawn))
    title, told = ET.Element("title", {"id": f"t{key}"}), ET.Element("desc", {"id": f"d{key}"})
    title.text, told.text = caption, alt
    marks = [mark for each in root for mark in _plain(each, {name.decode() for name in wanted})]
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": root.attrib["width"],
        "height": root.attrib["height"],
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"t{key} d{key}",
        "font-family": FAMILIES,
        "font-size": DEFAULTS["font-size"],
    }
    root.tag = "svg"
    root[:] = [title, told, *marks]
    root.text = None
    whole: bytes = ET.tostring(root, encoding="utf-8")
    return whole


def _plain(mark: Any, wanted: set[str]) -> Iterator[Any]:
    """Give an element without its name space, names nobody asks for, styles and long numbers; groups of nothing open up."""
    mark.tag, mark.tail = mark.tag.partition("}")[2], None
    if mark.tag in ("metadata", "style"):
        return
    mark[:] = [part for each in mark for part in _plain(each, wanted)]
    if mark.tag == "defs" and not len(mark):
        return
    if mark.tag != "text":
        mark.text = None
    mark.attrib = _attributes(mark.attrib, wanted)
    if mark.tag == "g" and not mark.attrib:
        yield from mark
    else:
        yield mark


def _attributes(given: dict[str, str], wanted: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in given.items():
        key = name.partition("}")[2] or name
        if key == "style":
            pairs = (part.partition(":") for part in value.split(";") if part.strip())
            kept |= {name.strip(): value.strip() for name, _, value in pairs}
        elif (key == "id" and value not in wanted) or value.startswith("rotate(-0"):
            continue
        elif key == "d":
            kept[key] = _path(value)
        else:
            kept[key] = _short(value, 1) if key in ("x", "y") else value
    return {name: value for name, value in kept.items() if DEFAULTS.get(name) not in (value, "*")}


def _short(numbers: str, digits: int) -> str:
    """Return coordinates with at most so many decimals, none of them a trailing zero."""

    def rounded(found: re.Match[str]) -> str:
        return f"{float(found[0]):.{digits}f}".rstrip("0").rstrip(".")

    return re.sub(r"-?\d+\.\d+", rounded, numbers)


def _path(numbers: str) -> str:
    """Return a path in as few characters as say the same to a hundredth of a point."""
    close = re.sub(r"\s*([MLCQz])\s*", r"\1", " ".join(_short(numbers, 2).split()))
    return re.sub(r"M(\S+) (\S+)L(\S+) \2L\3 (\S+)L\1 \4z", r"M\1 \2H\3V\4H\1z", close)
