"""Vietnamese text as data: cleaning at the boundary, alphabetical order and search without accents."""

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_KEYS = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}
LONGEST_KEY = 400  # of a name as it is stored for search and order
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")


def clean(text: str | None) -> str:
    """Return text in NFC without control or invisible characters and without outer white space.

    Line breaks become "\\n", a tab becomes a space; lone surrogates and NUL go. A text of nothing
    but invisible characters is the empty text.
    """
    if not text:
        return ""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = _INVISIBLE.sub("", text)
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn")).strip()


def clean_line(text: str | None) -> str:
    """Return `clean` text on one line with single spaces."""
    return " ".join(clean(text).split())


def sort_key(text: str) -> str:
    """Return an ASCII key whose byte order is Vietnamese dictionary order.

    Base letters decide first (a < ă < â … d < đ …), then tones in the order level, huyền, hỏi,
    ngã, sắc, nặng, as in the Unicode collation for `vi`.
    """
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFC", text).replace("Ð", "Đ").lower():
        parts = unicodedata.normalize("NFD", character)
        marks = [m for m in parts[1:] if m in _LETTER_MARKS]
        base = unicodedata.normalize("NFC", parts[0] + "".join(marks))
        letters.append(_LETTER_KEYS.get(base, base if base.isascii() else "~"))
        tones.append(next((_TONES[m] for m in parts[1:] if m in _TONES), "0"))
    return "".join(letters) + "\x01" + "".join(tones).rstrip("0")


def search_key(text: str) -> str:
    """Return text in lower case without any accent, `đ` as `d`, for search that forgives accents."""
    plain = unicodedata.normalize("NFD", text.replace("Ð", "Đ").lower()).replace("đ", "d")
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def searched(text: str | None) -> str:
    """Return what a person searches for on one line; what is longer than any name finds nothing, cut or whole."""
    return clean_line(text)[: LONGEST_KEY + 1]
