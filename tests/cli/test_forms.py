"""Files out by command: written whole or refused, noted in the trail, silent where nobody watches."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from survey_app.domain import demonstration
from survey_app.extensions import db
from survey_app.models import AuditLine, Response
from tests.exports.test_printed_forms import page_count

CODE = demonstration.CODE
Run = Callable[..., Result]


@pytest.fixture
def run(demo: Flask) -> Run:
    """Runs a command on the demonstration."""
    runner = demo.test_cli_runner()

    def command(*words: object) -> Result:
        db.session.rollback()
        return runner.invoke(args=[str(word) for word in words])

    return command


def lines() -> int:
    """Return how often forms were printed, as the trail tells."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(AuditLine.verb == "form.printed")) or 0


def test_a_units_forms_are_written_and_noted_without_progress_in_a_pipe(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "phiếu.pdf"
    result = run("forms", "print", CODE, "-o", file, "--unit", "STC", "--count", 3)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Đã ghi {file}: 3 phiếu, HN22-STC-0001 … HN22-STC-0003.\n"
    assert (page_count(file.read_bytes()), lines()) == (6, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--unit", "TTRA"], "“TTRA” không có"),
        (["--prefix", "có dấu"], "prefix: Phần đầu của mã"),
        (["--first", "0"], "first: “0” không hợp lệ"),
        (["--count", "9999"], "count: “9999” không hợp lệ"),
    ],
)
def test_a_wrong_choice_is_refused_and_leaves_no_file(
    run: Run, tmp_path: Path, words: list[str], told: str
) -> None:
    file = tmp_path / "forms.pdf"
    result = run("forms", "print", CODE, "-o", file, *words)
    assert (result.exit_code, told in result.stderr, file.exists(), lines()) == (1, True, False, 0)


def test_a_folder_that_is_not_there_is_told_and_nothing_is_noted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "forms.pdf"
    result = run("forms", "print", CODE, "-o", file, "--unit", "STC", "--count", 1)
    assert (result.exit_code, "Không ghi được tệp" in result.stderr, lines()) == (1, True, 0)


def test_forms_that_are_all_answered_are_refused(run: Run, tmp_path: Path, demo: Flask) -> None:

    response = db.session.scalars(select(Response).limit(1)).one()
    response.form_code = "Z-STC-0001"
    db.session.commit()
    words = ("--unit", "STC", "--count", 1, "--prefix", "Z")
    result = run("forms", "print", CODE, "-o", tmp_path / "forms.pdf", *words)
    assert (result.exit_code, "Không có phiếu nào để in" in result.stderr) == (1, True)


def test_the_questionnaire_is_written_as_an_xlsform(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    assert run("questionnaire", "xlsform", CODE, "-o", file).exit_code == 0
    assert file.read_bytes()[:2] == b"PK"
    assert run("questionnaire", "xlsform", "nowhere", "-o", file).exit_code == 1
