"""Charts: the same in words, every letter drawn, readable in grey, the same bytes every time, nothing that runs.

Expected figures: the six units by hand (see six_units), and tests/golden/hanam_2022.csv with the facts of the
province's published report.
"""

import ast
import re
import struct
import unicodedata
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from scoring.book import ScoreBook
from survey_app.domain import campaigns, demonstration, materials
from survey_app.exports import drawings, drawings_sheet
from survey_app.exports.drawings import Picture
from survey_app.exports.drawings_colours import contrast, ink_on, lightness, shade, steps
from survey_app.exports.drawings_rows import axis_of
from survey_app.exports.drawings_sheet import drawable, face, width_of, wrapped
from survey_app.exports.material import GroupYear, Year
from survey_app.exports.tables import Cover
from tests.exports.six_units import ANSWERS, QUESTIONNAIRE, UNITS, book_of

SVG = "{http://www.w3.org/2000/svg}"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES}
LETTERS = VOWELS | {letter.upper() for letter in VOWELS} | {"đ", "Đ"}


def year(number: int, mean: str | None, why_not: str = "") -> Year:
    """Return an earlier year of the departments."""
    return Year(
        number,
        "Báo cáo",
        {},
        {"departments": GroupYear(mean=None if mean is None else Decimal(mean))},
        why_not,
    )


def all_of(
    book: ScoreBook, cover: Cover, years: tuple[Year, ...] = (), group: str = "departments"
) -> dict[str, Picture | None]:
    """Return every chart of a group."""
    return {
        "index": drawings.index_by_unit(book, cover, group),
        "points": drawings.points_by_unit(book, cover, group),
        "means": drawings.means_over_years(book, cover, years, group),
        "factors": drawings.factors_by_unit(book, cover, group),
        "levels": drawings.levels(book, cover, group),
        "unit levels": drawings.levels(book, cover, group, by_unit=True),
    }


@pytest.fixture
def known(book: ScoreBook, cover: Cover) -> dict[str, Picture]:
    """Every chart of the six units' departments, beside one earlier year."""
    found = all_of(book, replace(cover, year=2022), (year(2021, "88.99"),))
    return {name: picture for name, picture in found.items() if picture is not None}


def words_of(picture: Picture) -> list[str]:
    """Return the words that stand in a picture, in its order."""
    return [each.text or "" for each in ET.fromstring(picture.svg()).iter(f"{SVG}text")]


def test_the_index_is_told_with_its_extremes_mean_bands_and_who_has_none(
    known: Mapping[str, Picture],
) -> None:
    assert known["index"].caption == "Chỉ số cải cách hành chính – Sở, ban, ngành"
    # (80 + 9.09) and (80 + 10.00) of 100, 45 of 60; their mean (89.09 × 2 + 90 + 75) / 4 = 85.795.
    assert known["index"].alt == (
        "Số liệu minh họa. Biểu đồ thanh ngang: chỉ số cải cách hành chính của 5 đơn vị, nhóm Sở, ban, ngành. "
        "Cao nhất: Sở C (90,00\u00a0%). Thấp nhất: Thanh tra tỉnh (75,00\u00a0%). Chênh lệch: 15,00 điểm phần trăm. "
        "Chỉ số trung bình 85,80\u00a0%, tính từ các chỉ số chưa làm tròn; 3 trong 4 đơn vị cao hơn trung bình. "
        "Điểm khảo sát trung bình 9,39, tính trên 3 đơn vị có điểm khảo sát. "
        "Xếp loại: Tốt 3 đơn vị, Khá 1 đơn vị; không đơn vị nào xếp loại Xuất sắc hoặc Trung bình hoặc Yếu. "
        "Chưa có chỉ số: Sở D. *: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức (Thanh tra tỉnh). "
        "Điểm tối đa của các đơn vị này là 60, chỉ số = tổng điểm / 60 × 100."
    )
    shown = words_of(known["index"])
    assert shown[:4] == ["Số liệu minh họa", "Chỉ số %", "Xếp loại", "Đơn vị"]
    assert shown[5:9] == ["90,00", "Tốt", "1", "Sở C"]
    assert [text for text in shown if "*" in text] == [
        "Thanh tra tỉnh\u00a0*",
        "* Không khảo sát: chỉ số tính trên điểm tối đa 60.",
    ]


def test_points_are_told_with_ties_units_without_survey_and_units_without_points(
    known: Mapping[str, Picture],
) -> None:
    assert known["points"].alt == (
        "Số liệu minh họa. Biểu đồ điểm: điểm khảo sát của 3 đơn vị có điểm, nhóm Sở, ban, ngành, trên thang 10 điểm. "
        "Cao nhất: Sở C (10,00 điểm). Thấp nhất: Sở A, Sở B (9,09 điểm). "
        "Trung bình 9,39 điểm, tính trên 3 đơn vị có điểm khảo sát. "
        "Chưa có điểm (–): Sở D. Không khảo sát (x): Thanh tra tỉnh."
    )
    assert [text for text in words_of(known["points"]) if text[:2] in ("x", "x:")] == [
        "x",
        "x: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức.",
    ]


def test_n7_a_unit_with_an_unanswered_factor_has_no_rank_and_leads_no_sentence(cover: Cover) -> None:
    best = {**ANSWERS, "A": ("5" * 18 + "----") * 10, "C": ("5" * 20 + "11") * 10}
    picture = drawings.points_by_unit(book_of(best), cover, "departments")
    assert picture is not None
    assert [(row.name, row.rank, row.figures) for row in picture.rows][-3:-1] == [
        ("Sở A", "–", ("10,00",)),
        ("Sở D", "", ("–",)),
    ]
    assert "Cả 2 đơn vị cùng một giá trị: 9,09 điểm." in picture.alt
    assert "Chưa xếp hạng vì có yếu tố chưa ai trả lời: Sở A." in picture.alt


def test_factors_are_told_from_lowest_to_highest_with_those_that_have_none(
    known: Mapping[str, Picture],
) -> None:
    # A left 2 of 4 feedback answers dissatisfied, B 2 of 4 of access; C was all satisfied, nobody answered about D.
    assert known["factors"].alt == (
        "Số liệu minh họa. Bảng màu: chỉ số hài lòng theo 5 yếu tố của 4 đơn vị, nhóm Sở, ban, ngành. "
        "(1) Tiếp cận dịch vụ: từ 50,00\u00a0% (Sở B) đến 100,00\u00a0% (Sở C, Sở A); 1 đơn vị không có số liệu. "
        "(2) Thủ tục hành chính: 100,00\u00a0% ở mọi đơn vị có số liệu; 1 đơn vị không có số liệu. "
        "(3) Công chức giải quyết công việc: 100,00\u00a0% ở mọi đơn vị có số liệu; 1 đơn vị không có số liệu. "
        "(4) Kết quả dịch vụ: 100,00\u00a0% ở mọi đơn vị có số liệu; 1 đơn vị không có số liệu. "
        "(5) Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị: "
        "từ 50,00\u00a0% (Sở A) đến 100,00\u00a0% (Sở C, Sở B); 1 đơn vị không có số liệu."
    )
    assert words_of(known["factors"]).count("–") == 5


def test_levels_are_shares_of_the_answers_given(known: Mapping[str, Picture]) -> None:
    # Access: 120 answers, A 40 × 4, B 20 × 5, 10 × 2, 10 × 3, C 4 × 5 and 36 × 4.
    assert (
        "(1) Tiếp cận dịch vụ: Rất hài lòng 20,0\u00a0%; Hài lòng 63,3\u00a0%; Bình thường 8,3\u00a0%; "
        "Không hài lòng 8,3\u00a0%; Rất không hài lòng 0,0\u00a0%." in known["levels"].alt
    )
    assert known["unit levels"].alt == (
        "Số liệu minh họa. Biểu đồ thanh chồng: tỷ lệ câu trả lời ở từng mức theo đơn vị, nhóm Sở, ban, ngành. "
        "3 đơn vị có số liệu; tỷ lệ hài lòng (mức 4 và 5): Cao nhất: Sở C (100,00\u00a0%). "
        "Thấp nhất: Sở A, Sở B (90,91\u00a0%)."
    )
    assert words_of(known["levels"])[1:6] == list(reversed(QUESTIONNAIRE.scale.levels))


def test_no_cell_shows_a_unit_of_fewer_responses_than_may_be_published(cover: Cover) -> None:
    book = book_of({**ANSWERS, "C": "5" * 22 * 4})  # four forms, where a cell needs five
    for name in ("factors", "unit levels"):
        picture = all_of(book, cover)[name]
        assert picture is not None
        assert [row.parts for row in picture.rows if row.name == "Sở C"] == [(None,) * 5]
        assert words_of(picture)[-1] == (
            "–: chưa có câu trả lời, hoặc có ít hơn 5 phiếu nên không công bố chi tiết."
        )
    assert drawings.levels(book_of({"C": "5" * 22 * 4}), cover, "departments") is None


def test_the_line_breaks_where_a_year_is_missing_or_cannot_be_compared(book: ScoreBook, cover: Cover) -> None:
    years = (year(2021, "88.99"), year(2019, "70", "cách tính khác."), year(2018, "85.5"))
    picture = drawings.means_over_years(book, replace(cover, year=2022), years, "departments")
    assert picture is not None
    assert picture.alt == (
        "Số liệu minh họa. Biểu đồ đường: chỉ số cải cách hành chính trung bình của nhóm Sở, ban, ngành: "
        "năm 2018 85,50\u00a0%; năm 2021 88,99\u00a0%; năm 2022 85,80\u00a0%. "
        "Năm 2022 giảm 3,19 điểm phần trăm so với năm 2021. "
        "2019: không so sánh được (cách tính khác). 2020: không có số liệu."
    )
    lines = [each.attrib for each in ET.fromstring(picture.svg()).iter(f"{SVG}path")]
    assert [each["d"].count("L") for each in lines if each.get("stroke-width") == "1.6"] == [1]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("85.80", "Năm 2022 không đổi so với năm 2021."),
        ("85.70", "Năm 2022 tăng 0,10 điểm phần trăm so với năm 2021."),
    ],
)
def test_a_mean_that_rose_or_stayed_is_told_so(before: str, told: str, book: ScoreBook, cover: Cover) -> None:
    picture = drawings.means_over_years(book, replace(cover, year=2022), (year(2021, before),), "departments")
    assert picture is not None
    assert told in picture.alt


def test_there_is_no_chart_without_a_value_and_no_line_through_one_year(
    book: ScoreBook, cover: Cover
) -> None:
    assert all_of(book_of({}), cover)["points"] is None
    assert all_of(book_of({}), cover)["factors"] is None
    assert all_of(book_of({}), cover)["levels"] is None
    assert drawings.index_by_unit(book, cover, "districts") is None  # its only unit has no appraisal
    for years in ((), (year(2021, None),), (year(2021, "88.99", "cách tính khác"),)):
        assert drawings.means_over_years(book, replace(cover, year=2022), years, "departments") is None


def test_one_unit_and_equal_values_are_drawn_and_told(cover: Cover) -> None:
    alone = drawings.index_by_unit(
        book_of(units=UNITS[:1], answers={"A": ANSWERS["A"]}), cover, "departments"
    )
    assert alone is not None
    assert "Chỉ một đơn vị có chỉ số: Sở A (89,09\u00a0%)." in alone.alt
    equal = book_of(dict.fromkeys("ABCD", "4" * 220), UNITS[:4])
    pictures = all_of(equal, replace(cover, year=2022), (year(2021, "90.00"),))
    assert [name for name, picture in pictures.items() if picture is None or not picture.png(40)] == []
    points = pictures["points"]
    assert points is not None
    assert "Cả 4 đơn vị cùng một giá trị: 10,00 điểm." in points.alt


def test_every_figure_of_the_demonstration_is_in_its_pictures(demo: Flask) -> None:
    material = materials.of_now(campaigns.by_code(demonstration.CODE))
    pictures = all_of(material.book, material.cover, (year(2021, "88.99"),))
    index, points, means = (pictures[name] for name in ("index", "points", "means"))
    assert index
    assert points
    assert means
    assert "Cao nhất: Sở Thông tin và Truyền thông (95,39\u00a0%)." in index.alt
    assert "Thấp nhất: Sở Lao động – Thương binh và Xã hội (77,33\u00a0%). Chênh lệch: 18,06" in index.alt
    assert "Chỉ số trung bình 89,60\u00a0%, tính từ các chỉ số chưa làm tròn; 10 trong 19 đơn vị" in index.alt
    assert "Trung bình 9,45 điểm, tính trên 16 đơn vị có điểm khảo sát." in points.alt
    assert "Năm 2022 tăng 0,61 điểm phần trăm so với năm 2021." in means.alt
    low, high = ("9,86", "10,00")  # 98.57 % and 100 %, as the page of the unit tells its interval
    assert f"(10,00 điểm; khoảng tin cậy 95\u00a0% từ {low} đến {high})" in points.alt
    shown = " ".join(words_of(index))
    for standing in material.book.index["units"]:
        if standing["group"] == "departments":
            assert standing["index"].replace(".", ",") in shown
    assert max(len(picture.svg()) for picture in pictures.values() if picture) <= 40_000


def test_svg_holds_title_description_and_words_and_nothing_that_runs_styles_or_loads(
    known: Mapping[str, Picture],
) -> None:
    for picture in known.values():
        text = picture.svg().decode()
        root = ET.fromstring(text)
        first, second = root[0], root[1]
        assert (root.get("role"), first.tag, first.text) == ("img", f"{SVG}title", picture.caption)
        assert (second.tag, second.text) == (f"{SVG}desc", picture.alt)
        assert root.get("aria-labelledby") == f"{first.get('id')} {second.get('id')}"
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
            *("svg", "title", "desc", "defs", "pattern", "path", "rect", "text", "g"),
        }
        assert (
            re.findall(r"style=|<style|<script|\son\w+=|<!|https?://(?!www\.w3\.org/2000/svg\")", text) == []
        )
        assert set(re.findall(r"url\(([^)]*)\)", text)) == {
            f"#{each.get('id')}" for each in root.iter(f"{SVG}pattern")
        }


def test_letters_drawn_as_paths_need_no_font(known: Mapping[str, Picture]) -> None:
    root = ET.fromstring(known["index"].svg(paths=True))
    assert list(root.iter(f"{SVG}text")) == []
    drawn = {f"#{each.get('id')}" for each in root.iter(f"{SVG}path") if each.get("id")}
    assert {each.get("href") for each in root.iter(f"{SVG}use")} == drawn


def test_the_same_figures_give_the_same_bytes_also_in_several_threads(known: Mapping[str, Picture]) -> None:
    def made(picture: Picture) -> tuple[bytes, bytes, bytes]:
        return picture.svg(), picture.svg(paths=True), picture.png(40)

    pictures = [known["levels"], known["means"]]
    alone = [made(picture) for picture in pictures]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(made, pictures * 2)) == alone * 2
    assert [re.findall(rb"20\d\d-\d\d-\d\d", part) for parts in alone for part in parts[:2]] == [[]] * 4


def test_png_is_sixteen_centimetres_at_two_hundred_dots_an_inch(known: Mapping[str, Picture]) -> None:
    image = known["means"].png()
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">LL", image[16:24])
    assert width == 1259  # 16 / 2.54 × 200
    assert abs(height - known["means"].height_cm / 2.54 * 200) <= 1


def test_only_made_up_answers_are_marked_so(book: ScoreBook, cover: Cover) -> None:
    real = all_of(book, replace(cover, made_up=False, year=2022), (year(2021, "88.99"),))
    made_up = all_of(book, replace(cover, year=2022), (year(2021, "88.99"),))
    for marked, pictures in ((False, real), (True, made_up)):
        for picture in filter(None, pictures.values()):
            assert ("Số liệu minh họa" in words_of(picture)) is marked
            assert picture.alt.startswith("Số liệu minh họa. ") is marked


@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_every_vietnamese_letter(bold: bool) -> None:
    assert len(LETTERS) == 146
    wanted = LETTERS | set("0123456789,.%–“”…×*□()\u00a0")
    assert {letter for letter in wanted if not face(bold).get_char_index(ord(letter))} == set()


def test_what_people_typed_is_drawn_as_typed(cover: Cover) -> None:
    typed = ["$x^2$ <b>&amp;</b>", "=1+1 \\alpha", "日本 Ẵ", "một\x00\nhai"]
    units = tuple(replace(unit, name=name) for unit, name in zip(UNITS[:4], typed, strict=True))
    picture = drawings.index_by_unit(book_of(dict.fromkeys("ABCD", "4" * 220), units), cover, "departments")
    assert picture is not None
    names = [text for text in words_of(picture) if text in {*typed, "□□ Ẵ", "một□ hai"}]
    assert names == [*typed[:2], "□□ Ẵ", "một□ hai"]
    assert picture.png(40)


def test_e7_a_long_name_is_wrapped_within_its_column_and_then_shortened() -> None:
    name = ("Ủy ban nhân dân xã Đồng Hóa thuộc huyện Kim Bảng " * 5)[:200]
    lines = wrapped(name, 190)
    assert (len(lines), lines[-1][-1], name.startswith(" ".join(lines)[:-1])) == (3, "…", True)
    assert max(width_of(line) for line in lines) <= 190
    assert wrapped("W" * 40, 100, most=9) == ["W" * 11] * 3 + ["W" * 7]  # 8.5 × 0.989 points each
    assert wrapped("", 100) == [""]
    assert drawable(" a\tb ") == "a b"


def test_a_picture_of_129_communes_goes_over_pages_with_every_row_once(cover: Cover) -> None:
    units = tuple(replace(UNITS[0], unit=f"X{place:03}", name=f"Xã số {place}") for place in range(129))
    book = book_of({unit.unit: "4" * 22 * 5 for unit in units}, units)
    picture = drawings.index_by_unit(book, cover, "departments")
    assert picture is not None
    pages = picture.pages(22)
    assert [row for page in pages for row in page.rows] == list(picture.rows)
    assert max(page.height_cm for page in pages) <= 22
    assert [page.caption[-14:] for page in pages] == [f"phần {place} trên 4)"[-14:] for place in (1, 2, 3, 4)]
    assert pages[0].alt == picture.alt
    assert pages[3].alt == "Phần 4 trên 4 của biểu đồ, từ Xã số 99 đến Xã số 128."
    assert picture.pages(100) == (picture,)


def test_darker_is_always_more_also_in_grey() -> None:
    greys = [lightness(shade(place / 200)) for place in range(201)]
    assert greys == sorted(greys, reverse=True)
    assert len(set(greys)) > 150
    shades = [lightness(each) for each in steps(5)]
    assert shades == sorted(shades)
    assert min(contrast(one, other) for one, other in zip(steps(5), steps(5)[1:], strict=False)) > 1.3
    with pytest.raises(ValueError, match="no share"):
        shade(1.01)


def test_numbers_can_be_read_on_every_colour() -> None:
    # WCAG 2: 4.5 for text; black on white is 21.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    colours = [shade(place / 200) for place in range(201)]
    assert min(contrast(ink_on(colour), colour) for colour in colours) >= 4.5


def test_an_axis_holds_its_values_within_its_limits() -> None:
    zero, ten = Decimal(0), Decimal(10)
    axis = axis_of([Decimal("8.11"), Decimal("9.95")], zero, ten)
    assert (axis.low, axis.high, [str(tick) for tick in axis.ticks]) == (
        8,
        10,
        ["8.0", "8.5", "9.0", "9.5", "10.0"],
    )
    equal = axis_of([ten, ten], zero, ten)
    assert (equal.low, equal.high, equal.place(ten)) == (Decimal("9.9"), 10, 1.0)
    assert axis_of([zero], zero, ten).high == Decimal("0.1")


def test_no_page_waits_for_matplotlib_before_a_chart_is_drawn() -> None:
    folder = Path(drawings_sheet.__file__).parent
    early = [
        (path.name, ast.unparse(node))
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "matplotlib" in ast.unparse(node)
    ]
    assert early == []
