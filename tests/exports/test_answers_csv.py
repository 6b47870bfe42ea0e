"""The answers as a file for programs: exactly what the scorer reads, and nothing about persons."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.answers import Tally, read_answers
from scoring.errors import ScoringError
from survey_app.exports.answers_csv import write_answers
from tests.exports.six_units import QUESTIONNAIRE

ROWS = [
    ("HN22-0001", "STC", "dtv01", "12345" * 4 + "N-"),
    ("00017", "SNV", "dtv,02", "5" * 22),
    ("100000", "STC", "", "-" * 22),
]


def written(rows: list[tuple[str, str, str, str]]) -> bytes:
    """Return what is written."""
    target = io.BytesIO()
    assert write_answers(target, QUESTIONNAIRE, rows) == len(rows)
    return target.getvalue()


def test_e9_a_file_for_programs_has_no_mark_and_plain_line_ends() -> None:
    content = written(ROWS)
    assert content.startswith(b"form_code,unit,enumerator,access_1,")
    assert b"\r" not in content
    assert content.count(b"\n") == 4


def test_levels_not_applicable_and_no_answer_are_told_apart() -> None:
    lines = written(ROWS).decode().splitlines()
    assert lines[1] == "HN22-0001,STC,dtv01," + "1,2,3,4,5," * 4 + "NA,"
    assert lines[2] == '00017,SNV,"dtv,02",' + ",".join("5" * 22)
    assert lines[3] == "100000,STC,," + "," * 21


def test_e2_the_scorer_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(written(ROWS))
    sheet = read_answers(path, QUESTIONNAIRE)
    assert [(row.form_code, row.unit, row.enumerator or "", row.packed) for row in sheet.rows()] == ROWS


def test_rows_are_written_as_they_come_and_the_file_stays_open() -> None:
    target = io.BytesIO()
    sizes = []

    def rows() -> Iterator[tuple[str, str, str, str]]:
        for number in range(3):
            sizes.append(target.tell())
            yield (f"F{number}", "STC", "dtv01", "4" * 22)

    assert write_answers(target, QUESTIONNAIRE, rows()) == 3
    assert sizes == sorted(set(sizes))
    assert not target.closed


def test_no_rows_give_the_headings_alone() -> None:
    assert written([]).decode().splitlines() == [
        ",".join(("form_code", "unit", "enumerator", *QUESTIONNAIRE.criterion_codes))
    ]


def test_answers_of_another_width_are_refused_and_not_shifted() -> None:
    with pytest.raises(ScoringError, match="21"):
        written([("F1", "STC", "dtv01", "4" * 21)])


def test_n6_the_written_answers_count_like_the_stored_ones(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(written(ROWS))
    read = Tally.from_packed(
        QUESTIONNAIRE, ((row.unit, row.packed) for row in read_answers(path, QUESTIONNAIRE).rows())
    )
    stored = Tally.from_packed(QUESTIONNAIRE, ((unit, packed) for _, unit, _, packed in ROWS))
    assert (read.units, read.counts.tolist()) == (stored.units, stored.counts.tolist())
