"""Reading of TOML definitions in which every key must be known and every value of its kind."""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from scoring.errors import hint, refusal


def normalise(text: str) -> str:
    """Return the text a checksum is taken of: NFC, line feeds only, no byte-order mark."""
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def checksum(text: str) -> str:
    """Return the SHA-256 of a normalised text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def available(folder: Path) -> tuple[str, ...]:
    """Return the codes of the definitions that ship in a folder, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def read_definition(code_or_path: str | Path, folder: Path, kind: str) -> tuple[str, str]:
    """Return the normalised text and the name of a definition, given by its code or by a path.

    Refuses a code that does not ship (naming those that do), a file that is missing or not UTF-8.
    """
    path = Path(code_or_path)
    if path.suffix != ".toml":
        known = available(folder)
        if str(code_or_path) not in known:
            value = str(code_or_path)
            raise refusal(
                "definition_unknown", kind=kind, value=value, hint=hint(value, known), known=", ".join(known)
            )
        path = folder / f"{code_or_path}.toml"
    try:
        return normalise(path.read_bytes().decode()), path.name
    except FileNotFoundError:
        raise refusal("file_missing", where=path.name) from None
    except OSError as error:
        raise refusal("file_unreadable", where=path.name, reason=error.strerror) from None
    except UnicodeDecodeError:
        raise refusal("not_utf8", where=path.name) from None


def plain(value: Fraction) -> str:
    """Return a number as a definition's author would write it, for a sentence about the file."""
    return f"{float(value):.12g}"


def parse_toml(text: str, where: str) -> "Block":
    """Parse a TOML text into a block to be emptied key by key; decimals stay exact.

    Refuses broken TOML, with line and column.
    """
    try:
        return Block(tomllib.loads(text, parse_float=Decimal), where)
    except tomllib.TOMLDecodeError as error:
        raise refusal("toml_broken", where=where, reason=str(error)) from None


class Block:
    """One table of a definition: each key is taken once, as its kind; what is left over is refused."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        self.where = where
        self._left = dict(values)
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Tell whether the key stands in the file and was not taken yet."""
        return key in self._left

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text that is not blank; refuses a missing key without a default, and other kinds."""
        value = self._take(key, default)
        if not isinstance(value, str) or not (value.strip() or value == default):
            raise refusal("key_type", where=self.where, key=key, expected="một dòng chữ")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; refuses anything else."""
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            raise refusal("key_type", where=self.where, key=key, expected="danh sách các dòng chữ")
        return tuple(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Take true or false; refuses anything else."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise refusal("key_type", where=self.where, key=key, expected="true hoặc false")
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        """Take a whole number from low to high; refuses anything else."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal("key_type", where=self.where, key=key, expected="số nguyên")
        return int(self._within(key, Fraction(value), low, high))

    def number(self, key: str, low: int, high: int) -> Fraction:
        """Take a whole or decimal number from low to high, exactly as written; refuses anything else."""
        value = self._take(key)
        finite = isinstance(value, Decimal) and value.is_finite()
        if not finite and (not isinstance(value, int) or isinstance(value, bool)):
            raise refusal("key_type", where=self.where, key=key, expected="một số")
        return self._within(key, Fraction(value), low, high)

    def numbers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """Take a list of different whole numbers from low to high, not empty; refuses anything else."""
        values = self._take(key)
        whole = isinstance(values, list) and all(type(each) is int for each in values)
        if not whole or not values or len(set(values)) != len(values):
            raise refusal("key_type", where=self.where, key=key, expected="danh sách các số nguyên khác nhau")
        return tuple(int(self._within(key, Fraction(each), low, high)) for each in values)

    def word(self, key: str, allowed: Iterable[str]) -> str:
        """Take one of the allowed words; refuses any other, naming the nearest and all of them."""
        value, known = self.text(key), list(allowed)
        if value not in known:
            facts = {"value": value, "hint": hint(value, known), "known": ", ".join(known)}
            raise refusal("word_unknown", where=self.where, key=key, **facts)
        return value

    def block(self, key: str) -> "Block":
        """Take a table; refuses anything else."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise refusal("key_type", where=self.where, key=key, expected=f"một bảng [{key}]")
        return Block(value, f"{self.where}, [{key}]")

    def blocks(self, key: str) -> list["Block"]:
        """Take a list of tables, not empty; refuses anything else."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
            raise refusal("key_type", where=self.where, key=key, expected=f"danh sách các bảng {key}")
        return [Block(each, f"{self.where}, {key} thứ {place}") for place, each in enumerate(value, 1)]

    def left(self) -> tuple[str, ...]:
        """Return the keys not taken yet, in the order of the file."""
        return tuple(self._left)

    def finish(self) -> None:
        """Refuse the first key that nobody took."""
        for key in self._left:
            raise refusal("key_unknown", where=self.where, key=key, hint=hint(key, self._known))

    def _take(self, key: str, default: Any = None) -> Any:
        self._known.append(key)
        value = self._left.pop(key, default)
        if value is None:
            # A misspelt key is the likelier reason than a forgotten one, so it is named first.
            strange = [left for left in self._left if hint(left, [key])]
            if strange:
                raise refusal("key_unknown", where=self.where, key=strange[0], hint=hint(strange[0], [key]))
            raise refusal("key_missing", where=self.where, key=key)
        return value

    def _within(self, key: str, value: Fraction, low: int, high: int) -> Fraction:
        if not low <= value <= high:
            raise refusal("number_range", where=self.where, key=key, value=plain(value), low=low, high=high)
        return value
