"""Vietnamese as data: order, search that forgives accents, and text cleaned at the door."""

import csv
import random
import unicodedata
from pathlib import Path

import pytest

from survey_app.language import LONGEST_KEY, clean, clean_line, search_key, searched, sort_key

# Dictionary order: letters a < ă < â < b … d < đ < e < ê … o < ô < ơ … u < ư, then tones
# level, huyền, hỏi, ngã, sắc, nặng (Vietnamese collation of the Unicode CLDR).
ORDERED = [
    "An", "àn", "ản", "ãn", "án", "ạn", "An Bình", "Ăn", "Ân", "Bình Lục", "Chi", "Du", "Duy Tiên",
    "Đà", "Đông", "Em", "Êm", "Huyện Kim Bảng", "Ly", "Lý Nhân", "Oanh", "Ông", "Ơn", "Phủ Lý",
    "Sở Công Thương", "Sở Nội vụ", "Sở Y tế", "Thanh Liêm", "Tư", "Ưng", "Xã", "Yến",
]  # fmt: skip


def test_vietnamese_words_sort_in_dictionary_order() -> None:
    shuffled = random.Random(1).sample(ORDERED, len(ORDERED))
    assert sorted(shuffled, key=sort_key) == ORDERED


def test_composed_and_decomposed_text_have_one_key() -> None:
    name = "Huyện Đắk Mil"
    apart = unicodedata.normalize("NFD", name)
    assert apart != name
    assert (sort_key(apart), search_key(apart), clean(apart)) == (sort_key(name), search_key(name), name)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Nguyễn", "nguyen"),
        ("ĐẮK LẮK", "dak lak"),
        ("Ðà Nẵng", "da nang"),
        ("  Sở   Nội  vụ ", "so noi vu"),
        ("Thừa Thiên – Huế", "thua thien – hue"),
    ],
)
def test_search_forgives_accents_case_and_spaces(typed: str, key: str) -> None:
    assert search_key(typed) == key


def test_a_search_for_d_finds_both_letters_and_exact_text_has_its_own_key() -> None:
    names = ["Đông Anh", "Dương Xá", "Ðức Thọ"]
    assert [search_key("D") in search_key(name) for name in names] == [True, True, True]
    assert search_key("Đ") == search_key("d") == "d"
    assert len({sort_key(name) for name in ("Đa", "Da", "Dạ", "Đạ")}) == 4


def test_the_units_of_ha_nam_come_in_dictionary_order() -> None:
    with (Path(__file__).parent / "golden" / "hanam_2022.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file) if row["group"] == "districts"]
    assert sorted(names, key=sort_key) == [
        "Huyện Bình Lục",
        "Huyện Kim Bảng",
        "Huyện Lý Nhân",
        "Huyện Thanh Liêm",
        "Thành phố Phủ Lý",
        "Thị xã Duy Tiên",
    ]


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        (None, ""),
        ("\u200b\u200b", ""),
        ("\ufeffMã", "Mã"),
        ("a\x00b\x0bc\x16d", "abcd"),
        ("a\ud800b", "ab"),
        ("một\thai", "một hai"),
        ("dòng 1\r\ndòng 2\rdòng 3", "dòng 1\ndòng 2\ndòng 3"),
        (" 30 ", "30"),
        ("a\ufffeb\uffffc", "abc"),
        ("\u2028dòng\u202e", "dòng"),
        ("mềm\u00admại", "mềmmại"),
        ("e\u0301", "é"),
        ("   ", ""),
        ("+84 912", "+84 912"),
        ("=1+1", "=1+1"),
    ],
)
def test_what_nobody_can_see_goes_and_the_rest_stays(dirty: str | None, text: str) -> None:
    assert clean(dirty) == text


def test_a_line_has_no_breaks_and_single_spaces() -> None:
    assert clean_line(" Sở\n Nội   vụ ") == "Sở Nội vụ"


def test_a_search_longer_than_any_name_stays_one_that_finds_nothing() -> None:
    assert searched(" Sở\n Nội   vụ ") == "Sở Nội vụ"
    assert len(searched("x" * 100_000)) == LONGEST_KEY + 1
