"""Answers for statistics programs, read back by those who read them: pandas for CSV and Stata, ReadStat for SPSS."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from survey_app.exports import statistics_files as files
from survey_app.exports.material import AnswerRow
from survey_app.exports.statistics_variables import LONGEST_NAME, MODES, layout_of
from survey_app.labels import LABELS
from survey_app.vocabulary import Mode
from tests.exports.material import OTHER, QUESTIONNAIRE, QUESTIONNAIRES, ROWS, material

NOT_APPLICABLE = {"sav": 9.0, "dta": ".a"}


@pytest.fixture(scope="module")
def sav(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Any]:
    """The SPSS file as ReadStat reads it, missing values as they are, with what it says of its variables."""
    target = tmp_path_factory.mktemp("sav") / "answers.sav"
    target.write_bytes(files.sav_of(material(), QUESTIONNAIRES))
    frame, facts = pyreadstat.read_sav(target, user_missing=True)
    return frame, facts


@pytest.fixture(scope="module")
def dta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of the Stata file."""
    target = tmp_path_factory.mktemp("dta") / "answers.dta"
    target.write_bytes(files.dta_of(material(), QUESTIONNAIRES))
    return target


def test_the_layout_has_a_variable_for_every_question_but_those_answered_by_words() -> None:
    layout = layout_of(QUESTIONNAIRES)
    codes = [each.code for each in layout.variables]
    assert len(set(codes)) == len(codes)
    assert max(len(code) for code in codes) <= LONGEST_NAME
    assert not {"comment", "service_procedure"} & set(codes)
    assert {"age", "age_band", "channel_media", *QUESTIONNAIRE.criterion_codes} <= set(codes)
    assert {each.code for each in layout.of(OTHER.code)} >= set(OTHER.criterion_codes)
    assert "access_4" not in {each.code for each in layout.of(OTHER.code)}


def test_words_that_questionnaires_do_not_share_are_told_of_both() -> None:
    access = next(each for each in layout_of(QUESTIONNAIRES).variables if each.code == "access_1")
    assert access.words == QUESTIONNAIRE.criteria[0].text
    assert access.elsewhere == {OTHER.code: OTHER.criteria[0].text}


def test_a_choice_in_one_and_a_number_in_another_questionnaire_are_two_variables() -> None:
    age = next(each for each in OTHER.questions if each.code == "age")
    asked = tuple(replace(age, code="gender") if each.code == "age" else each for each in OTHER.questions)
    odd = replace(OTHER, questions=tuple(each for each in asked if each.kind != "choice"))
    layout = layout_of((QUESTIONNAIRE, odd))
    kinds = {each.code: each.kind for each in layout.variables if each.code.startswith("gender")}
    assert kinds == {"gender": "choice", "gender_sipas_2023": "integer"}
    assert "gender_sipas_2023" in layout.asked[odd.code]
    assert "gender" not in layout.asked[odd.code]


def test_ways_of_asking_have_the_words_of_the_pages() -> None:
    assert {mode.value: LABELS[mode] for mode in Mode} == MODES


def test_n2_n4_spss_has_levels_with_their_words_and_not_applicable_as_a_missing_value(
    sav: tuple[pd.DataFrame, Any],
) -> None:
    frame, facts = sav
    assert frame["access_1"].tolist()[:2] == [9, 1]
    assert math.isnan(frame["access_2"][0])
    assert facts.missing_ranges["access_1"] == [{"lo": 9, "hi": 9}]
    assert facts.column_names_to_labels["access_1"] == QUESTIONNAIRE.criteria[0].text
    assert facts.variable_value_labels["access_1"] == {
        **{float(place): name for place, name in enumerate(QUESTIONNAIRE.scale.levels, 1)},
        9.0: "Không áp dụng",
    }
    measures = facts.variable_measure
    assert [measures[name] for name in ("access_1", "gender", "age", "form_code")] == [
        *("ordinal", "nominal", "scale", "nominal"),
    ]
    assert (facts.file_label, facts.notes[0]) == ("Đợt thử", "thu, run 3, as of 2026-11-25 17:30 UTC")


def test_e2_spss_keeps_codes_as_text_choices_as_numbers_with_words_and_days_as_days(
    sav: tuple[pd.DataFrame, Any],
) -> None:
    frame, facts = sav
    assert frame["form_code"].tolist() == ["00017", "+84912", "A-3", "H-1", "H-2"]
    assert frame["counts_for_name"].tolist()[3:] == ["Huyện H", "Huyện H"]
    assert frame["submitted_on"][0] == date(2026, 6, 12)
    gender = facts.variable_value_labels["gender"]
    assert [gender[frame["gender"][0]], facts.variable_value_labels["mode"][frame["mode"][2]]] == [
        "Nữ",
        "Tự trả lời",
    ]
    marks = [frame[f"channel_{code}"][0] for code in ("commune_office", "media", "other")]
    assert (marks, math.isnan(frame["channel_media"][3]), frame["age"][4]) == ([0, 1, 1], True, 41)


def test_stata_has_the_same_values_and_words_and_not_applicable_as_a_missing_value_of_its_own(
    sav: tuple[pd.DataFrame, Any], dta: Path
) -> None:
    """Read by pandas, which shares no code with the library that wrote it."""
    assert dta.read_bytes().startswith(b"<stata_dta><header><release>118</release>")
    frame = pd.read_stata(dta, convert_missing=True, convert_categoricals=False)
    with pd.read_stata(dta, iterator=True) as reader:
        words, values = reader.variable_labels(), reader.value_labels()
    spss, facts = sav
    assert list(frame.columns) == list(spss.columns)
    for code in frame.columns:
        assert [_alike(value) for value in frame[code]] == [
            ".a" if code in facts.missing_ranges and value == 9 else _alike(value) for value in spss[code]
        ], code
    for code, label in facts.column_names_to_labels.items():
        assert words[code] == (label if len(label) <= 80 else f"{label[:79]}…")
    levels = next(known for known in values.values() if "Không áp dụng" in known.values())
    assert list(levels.values()) == [*QUESTIONNAIRE.scale.levels, "Không áp dụng"]
    assert len(values) == len(facts.variable_value_labels)


def _alike(value: Any) -> Any:
    """Return a cell without the differences in type between the two files."""
    if str(value) in (".", "nan", "NaT"):
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value if isinstance(value, str) else str(value) if str(value) == ".a" else float(value)


def test_csv_for_programs_is_the_file_of_the_bundle() -> None:
    content = b"".join(files.csv_lines(material(), QUESTIONNAIRES))
    assert (content[:9], b"\r" in content) == (b"form_code", False)
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert frame["form_code"].tolist() == [row.form_code for row in ROWS]
    assert frame.loc[0, ["access_1", "access_2", "channel", "gender"]].tolist() == [
        *("NA", "", "media;other", "female"),
    ]


def test_e9_csv_for_excel_has_the_mark_semicolons_and_words(sav: tuple[pd.DataFrame, Any]) -> None:
    content = b"".join(files.excel_lines(material(), QUESTIONNAIRES))
    assert content.startswith(b"\xef\xbb\xbf")
    assert (content.count(b"\r\n"), content.replace(b"\r\n", b"").count(b"\n")) == (6, 0)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [heading.partition(":")[0] for heading in rows[0]] == list(sav[0].columns)
    first = dict(zip(sav[0].columns, rows[1], strict=True))
    assert [first[name] for name in ("form_code", "counts_for_name", "mode", "submitted_on")] == [
        *('="00017"', '="=1+1; Sở A"', "Nhập từ phiếu giấy", "12/06/2026"),
    ]
    assert [first[name] for name in ("access_1", "access_2", "access_3", "gender", "channel_media")] == [
        *("Không áp dụng", "", "4", "Nữ", "1"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "+84 912 345 678",
        "-5",
        "−5",
        "\t=1+1",
        "\u00a0=1",
        "00017",
        "1,5",
        "3/4",
        "1e5",
        '="a"',
    ],
)
def test_e8_text_for_excel_is_nothing_but_a_text_with_every_letter(text: str) -> None:
    (line,) = csv.reader(io.StringIO(files.excel_line([text]).decode(), newline=""), delimiter=";")
    assert line == ['="' + text.replace('"', '""') + '"']


def test_e8_plain_text_stays_plain_and_long_text_is_joined_of_pieces_that_excel_allows() -> None:
    for text in ("Sở A", "1–2 lần", "HN22-0001", "", "Hài lòng; rất"):
        assert files.excel_text(text) == text
    assert files.excel_text("=" + "x" * 300) == f'="={"x" * 254}"&"{"x" * 46}"'


def test_numbers_for_excel_have_a_decimal_comma_and_are_no_text() -> None:
    assert files.excel_line([Decimal("-5.50"), 1140, None, Decimal("0")]) == b"-5,50;1140;;0\r\n"


def test_words_too_long_for_a_program_end_in_a_sign_and_fit(tmp_path: Path) -> None:
    long = replace(QUESTIONNAIRE.criteria[0], text="Ngồi chờ " * 60)
    asked = replace(QUESTIONNAIRE, criteria=(long, *QUESTIONNAIRE.criteria[1:]))
    (tmp_path / "a.sav").write_bytes(files.sav_of(material(ROWS[:4]), (asked,)))
    (tmp_path / "a.dta").write_bytes(files.dta_of(material(ROWS[:4]), (asked,)))
    spss = pyreadstat.read_sav(tmp_path / "a.sav")[1].column_names_to_labels["access_1"]
    stata = pyreadstat.read_dta(tmp_path / "a.dta")[1].column_names_to_labels["access_1"]
    assert (spss[-1], len(spss.encode()) <= 256, stata) == ("…", True, long.text[:79] + "…")
    assert long.text.startswith(spss[:-1])


def test_lines_are_written_one_by_one_and_told_of() -> None:
    """A hundred thousand forms are begun and left: only what was asked for is read."""
    asked = 0

    def many() -> Iterator[AnswerRow]:
        nonlocal asked
        for place in range(100_000):
            asked += 1
            yield replace(ROWS[0], form_code=f"X-{place}")

    told: list[int] = []
    source = replace(material(), answers=many)
    for lines in (files.csv_lines, files.excel_lines):
        asked = 0
        assert len(list(islice(lines(source, QUESTIONNAIRES, told.append), 11))) == 11
        assert asked == 10
    assert told == [0, 0]
