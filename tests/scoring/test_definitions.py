"""Definitions: one text has one checksum, and every key is read as what it must be or refused by name."""

from fractions import Fraction
from pathlib import Path

import pytest

from scoring.definitions import Block, available, checksum, normalise, parse_toml, read_definition
from scoring.errors import ScoringError

FOLDER = Path(__file__).parent


def refused(block: Block, verb: str, *arguments: object) -> ScoringError:
    """Return the refusal of taking a key."""
    with pytest.raises(ScoringError) as caught:
        getattr(block, verb)(*arguments)
    return caught.value


def test_line_endings_composition_and_byte_order_mark_do_not_change_a_checksum() -> None:
    plain = normalise('a = "Sở"\nb = 1\n')
    assert normalise('\ufeffa = "So\u031b\u0309"\r\nb = 1\r') == plain
    # SHA-256 of the UTF-8 bytes, computed with sha256sum.
    assert checksum("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksum("Sở") != checksum("So")


def test_the_codes_of_a_folder_come_in_alphabetical_order(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert available(tmp_path) == ("a", "b")


def test_a_definition_is_found_by_code_and_by_path(tmp_path: Path) -> None:
    (tmp_path / "x-1.toml").write_bytes(b'code = "x"\r\n')
    assert read_definition("x-1", tmp_path, "phiếu hỏi") == ('code = "x"\n', "x-1.toml")
    assert read_definition(tmp_path / "x-1.toml", FOLDER, "phiếu hỏi") == ('code = "x"\n', "x-1.toml")


def test_an_unknown_code_is_refused_with_the_nearest_and_all_known(tmp_path: Path) -> None:
    (tmp_path / "sipas-2017.toml").write_text("", encoding="utf-8")
    (tmp_path / "sipas-2022.toml").write_text("", encoding="utf-8")
    with pytest.raises(ScoringError) as caught:
        read_definition("sipas-2071", tmp_path, "phiếu hỏi")
    assert caught.value.code == "definition_unknown"
    assert str(caught.value) == (
        "Không có phiếu hỏi “sipas-2071” (có phải “sipas-2017”?). Hiện có: sipas-2017, sipas-2022."
    )


def test_a_file_that_is_missing_a_folder_or_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"\xe9")
    (tmp_path / "folder.toml").mkdir()
    for name, code in (("none", "file_missing"), ("folder", "file_unreadable"), ("latin", "not_utf8")):
        with pytest.raises(ScoringError, match=f"^{name}.toml: ") as caught:
            read_definition(tmp_path / f"{name}.toml", tmp_path, "phiếu hỏi")
        assert caught.value.code == code


def test_broken_toml_is_refused_with_its_line() -> None:
    with pytest.raises(ScoringError, match=r"^x\.toml: .*line 2") as caught:
        parse_toml("a = 1\nb = \n", "x.toml")
    assert caught.value.code == "toml_broken"


def test_values_are_taken_as_their_kind() -> None:
    block = parse_toml(
        't = "x"\nl = ["a", "b"]\nf = false\nw = 3\nn = 0.1\nn2 = 2\nm = [2, 1]\nd = "pooled"\n[b]\nk = 1\n',
        "x",
    )
    assert (block.text("t"), block.texts("l"), block.flag("f"), block.whole("w", 3, 3)) == (
        "x",
        ("a", "b"),
        False,
        3,
    )
    assert (block.number("n", 0, 1), block.number("n2", 2, 2)) == (Fraction(1, 10), 2)
    assert block.numbers("m", 1, 2) == (2, 1)
    assert block.word("d", ["pooled", "mean"]) == "pooled"
    inner = block.block("b")
    assert (inner.where, inner.left(), inner.whole("k", 0, 9)) == ("x, [b]", ("k",), 1)
    block.finish()
    inner.finish()


def test_a_default_stands_in_only_where_one_is_given() -> None:
    block = parse_toml("", "x")
    assert (block.text("t", ""), block.flag("f", default=False), block.has("t")) == ("", False, False)
    assert refused(block, "text", "t").code == "key_missing"
    assert refused(block, "flag", "f").code == "key_missing"


@pytest.mark.parametrize(
    ("text", "verb", "arguments"),
    [
        ("k = 1", "text", ()),
        ('k = "  "', "text", ()),
        ("k = [1]", "texts", ()),
        ('k = ["a", " "]', "texts", ()),
        ('k = "a"', "texts", ()),
        ("k = 1", "flag", ()),
        ('k = "true"', "flag", ()),
        ("k = 1.0", "whole", (0, 9)),
        ("k = true", "whole", (0, 9)),
        ('k = "1"', "number", (0, 9)),
        ("k = nan", "number", (0, 9)),
        ("k = inf", "number", (0, 9)),
        ("k = true", "number", (0, 9)),
        ("k = []", "numbers", (0, 9)),
        ("k = 1", "numbers", (0, 9)),
        ("k = [1, 1]", "numbers", (0, 9)),
        ("k = [true]", "numbers", (0, 9)),
        ("k = 1", "block", ()),
        ("k = []", "blocks", ()),
        ("k = [1]", "blocks", ()),
        ("k = 1", "blocks", ()),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_key(
    text: str, verb: str, arguments: tuple[int, ...]
) -> None:
    error = refused(parse_toml(text, "x.toml"), verb, "k", *arguments)
    assert error.code == "key_type"
    assert str(error).startswith("x.toml: mục “k” phải là ")


@pytest.mark.parametrize(
    ("text", "verb"),
    [("k = 10", "whole"), ("k = -1", "whole"), ("k = 9.01", "number"), ("k = [0, 10]", "numbers")],
)
def test_a_number_outside_its_range_is_refused(text: str, verb: str) -> None:
    assert refused(parse_toml(text, "x"), verb, "k", 0, 9).code == "number_range"


def test_the_range_is_named_in_the_refusal() -> None:
    error = refused(parse_toml("k = 9.5", "x"), "number", "k", 0, 9)
    assert str(error) == "x: mục “k” là 9.5, ngoài khoảng 0–9. Hãy sửa giá trị."
    assert str(refused(parse_toml("k = 10", "x"), "whole", "k", 0, 9)).startswith("x: mục “k” là 10, ")


def test_a_misspelt_word_is_refused_with_the_nearest() -> None:
    error = refused(parse_toml('k = "poled"', "x"), "word", "k", ["pooled", "equal"])
    assert error.code == "word_unknown"
    assert (
        str(error) == "x: mục “k” có giá trị “poled” lạ (có phải “pooled”?). Chọn một trong: pooled, equal."
    )


def test_a_misspelt_key_is_named_before_the_one_that_is_missing() -> None:
    error = refused(parse_toml("decimal = 2", "x"), "whole", "decimals", 0, 6)
    assert (error.code, str(error)) == (
        "key_unknown",
        "x: không có mục “decimal” (có phải “decimals”?). Hãy sửa tên hoặc xóa mục này.",
    )


def test_a_key_nobody_took_is_refused_with_the_nearest_known() -> None:
    block = parse_toml('note = "a"\nnotte = "b"\n', "x")
    block.text("note")
    error = refused(block, "finish")
    assert str(error) == "x: không có mục “notte” (có phải “note”?). Hãy sửa tên hoặc xóa mục này."


def test_lists_of_tables_say_which_one_is_meant() -> None:
    places = [each.where for each in parse_toml("[[k]]\na = 1\n[[k]]\na = 2\n", "x.toml").blocks("k")]
    assert places == ["x.toml, k thứ 1", "x.toml, k thứ 2"]
