"""Blank forms: one leaf each, the order of the entry form, letters that are all there, codes that can be read."""

import re
import struct
import unicodedata
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scoring.questionnaire import available_questionnaires, load_questionnaire, parse_questionnaire
from survey_app.exports import printed_forms
from survey_app.exports.printed_forms import BlankForm, Sheet, pdf_of, qr_of, sections_of
from survey_app.labels import LABELS, SECTION_NAMES
from survey_app.vocabulary import Mode

FONTS = Path(printed_forms.__file__).parent / "fonts"
SHEET = Sheet(
    questionnaire=load_questionnaire("sipas-2017"),
    sections=SECTION_NAMES,
    modes=[LABELS[mode] for mode in Mode],
    campaign="Khảo sát sự hài lòng tỉnh Hà Nam năm 2022",
    made_up=False,
    authority="Ủy ban nhân dân tỉnh Hà Nam",
    issuer="Sở Nội vụ",
)
FORM = BlankForm("HN22-STC-0001", "Sở Tài chính")
LONG = BlankForm("HN22-TRUNG-TAM-PHUC-VU-HANH-CHINH-0002", ("Ủy ban " * 40)[:200], ("Thủ tục " * 40)[:200])


def objects(pdf: bytes) -> str:
    """Return a PDF's objects as text, those packed into streams unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    unpacked = [pdf]
    for stream in packed:
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a font or an image
    return b"\n".join(unpacked).decode("latin-1")


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has, by counting its page objects."""
    return len(re.findall(r"/Type\s*/Page\b", objects(pdf)))


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """Gathers the size of letters and the pages of each sheet that is set."""
    found: list[tuple[float, int]] = []
    set_sheet = printed_forms._set_sheet

    def spy(*args: Any) -> Any:
        result = set_sheet(*args)
        found.append(result[:2])
        return result

    monkeypatch.setattr(printed_forms, "_set_sheet", spy)
    return found


@pytest.mark.parametrize("made_up", [False, True])
@pytest.mark.parametrize("code", available_questionnaires())
def test_a_form_of_every_shipped_questionnaire_is_one_leaf_in_letters_of_ten_points(
    sizes: list[tuple[float, int]], code: str, made_up: bool
) -> None:
    sheet = replace(SHEET, questionnaire=load_questionnaire(code), made_up=made_up)
    assert page_count(pdf_of(sheet, [FORM])) == 2
    assert [(size >= 10, pages) for size, pages in sizes] == [(True, 2)]


@pytest.mark.parametrize("code", available_questionnaires())
def test_e7_names_of_two_hundred_letters_fit_on_the_same_leaf(
    sizes: list[tuple[float, int]], code: str
) -> None:
    sheet = replace(
        SHEET,
        questionnaire=load_questionnaire(code),
        made_up=True,
        campaign=("Khảo sát " * 30)[:200],
        authority=("Ủy ban " * 20)[:100],
        issuer=("Sở Nội vụ " * 20)[:100],
    )
    assert page_count(pdf_of(sheet, [FORM, LONG])) == 4
    assert sizes[0][1] == 2


def test_every_form_has_its_own_leaf_and_the_sheet_behind_them_is_kept_once() -> None:
    one, many = (pdf_of(SHEET, [replace(FORM, code=f"A-{place}") for place in range(n)]) for n in (1, 41))
    assert page_count(many) == 82
    assert len(many) - len(one) < 40 * 4_000


def test_a_questionnaire_too_long_for_one_leaf_still_begins_every_form_on_a_new_one() -> None:
    question = (
        '[[question]]\ncode = "more_{0}"\nsection = "experience"\nkind = "text"\ntext = "Câu thêm {0}"\n'
    )
    text = "\n".join([SHEET.questionnaire.text, *(question.format(place) for place in range(60))])
    sheet = replace(SHEET, questionnaire=parse_questionnaire(text, "thử"))
    pages = page_count(pdf_of(sheet, [FORM, LONG]))
    assert (pages > 4, pages % 4) == (True, 0)


def test_what_people_typed_is_shown_and_not_run() -> None:
    typed = '#panic("x") *đậm* $x$ @ref <nhãn> \\ "…" ${x}'
    sheet = replace(SHEET, campaign=typed, authority=typed, issuer=typed, modes=[typed])
    assert page_count(pdf_of(sheet, [BlankForm("A-1", typed, typed)])) == 2


def test_whoever_listens_hears_every_code_and_may_end_the_work() -> None:
    heard: list[int] = []
    forms = [replace(FORM, code=f"A-{place}") for place in range(5)]
    pdf_of(SHEET, forms, heard.append)
    assert heard == [1, 2, 3, 4, 5]

    def enough(done: int) -> None:
        if done == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        pdf_of(SHEET, forms, enough)


def test_questions_with_one_condition_stand_under_it_once() -> None:
    told = [
        (section["code"], group["only-if"], [each["code"] for each in group["questions"]])
        for section in sections_of(SHEET)
        for group in section["groups"]
        if group["only-if"]
    ]
    citizen = ["gender", "age_band", "education", "occupation", "area"]
    assert told == [
        ("experience", "Nếu chọn “Trễ hẹn” ở câu 8", ["late_notice", "late_apology"]),
        ("respondent", "Nếu chọn “Cho cá nhân, gia đình” ở câu 11", citizen),
        (
            "organisation",
            "Nếu chọn “Cho tổ chức, doanh nghiệp” ở câu 11",
            ["organisation_type", "organisation_role"],
        ),
    ]


def test_a_box_bears_the_key_by_which_the_entry_form_takes_it() -> None:
    marks = [each["number"] for each in printed_forms._numbered(["x"] * 12)]
    assert marks == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C"]


def test_questions_are_numbered_in_the_order_printed() -> None:
    numbers = [
        each["number"]
        for section in sections_of(SHEET)
        for group in section["groups"]
        for each in group["questions"]
    ]
    assert numbers == list(range(1, 21))


def test_a_qr_code_has_its_quiet_zone_and_survives_a_dirty_quarter() -> None:
    code = qr_of("HN22-STC-0001")
    # 13 letters of the alphanumeric mode fit in version 1 at level Q (16): 21 modules and 2 × 4 around them.
    assert re.findall(r'(?:width|height)="(\d+)"', code)[:2] == ["29", "29"]
    longest = qr_of("A" * 40)
    assert re.findall(r'width="(\d+)"', longest)[0] == "37"  # version 3 at level Q holds 47: 29 modules and 8


def letters_of(font: Path) -> set[int]:
    """Return the characters that a font maps, read from its cmap table of format 4."""
    data = font.read_bytes()
    tables = {data[at : at + 4]: struct.unpack(">L", data[at + 8 : at + 12])[0] for at in range(12, 600, 16)}
    cmap = tables[b"cmap"]
    (count,) = struct.unpack(">H", data[cmap + 2 : cmap + 4])
    found: set[int] = set()
    for place in range(count):
        (offset,) = struct.unpack(">L", data[cmap + 8 + 8 * place : cmap + 12 + 8 * place])
        start = cmap + offset
        if struct.unpack(">H", data[start : start + 2]) != (4,):
            continue
        (twice,) = struct.unpack(">H", data[start + 6 : start + 8])
        ends = struct.unpack(f">{twice // 2}H", data[start + 14 : start + 14 + twice])
        starts = struct.unpack(f">{twice // 2}H", data[start + 16 + twice : start + 16 + 2 * twice])
        found |= {code for low, high in zip(starts, ends, strict=True) for code in range(low, high + 1)}
    return found


@pytest.mark.parametrize("style", ["Regular", "Bold", "Italic"])
def test_the_vendored_fonts_have_every_vietnamese_letter(style: str) -> None:
    tones = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    vowels = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones}
    letters = vowels | {letter.upper() for letter in vowels} | {"đ", "Đ"}
    assert len(letters) == 146
    assert {
        letter
        for letter in letters | set("–“”…")
        if ord(letter) not in letters_of(FONTS / f"LiberationSerif-{style}.ttf")
    } == set()
