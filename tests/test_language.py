"""Vietnamese as data: order, search that forgives accents, and text cleaned at the door."""

import random
import unicodedata

import pytest

from survey_app.language import clean, clean_line, search_key, sort_key

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
        ("+84 912", "+84 912"),
        ("=1+1", "=1+1"),
    ],
)
def test_what_nobody_can_see_goes_and_the_rest_stays(dirty: str | None, text: str) -> None:
    assert clean(dirty) == text


def test_a_line_has_no_breaks_and_single_spaces() -> None:
    assert clean_line(" Sở\n Nội   vụ ") == "Sở Nội vụ"
