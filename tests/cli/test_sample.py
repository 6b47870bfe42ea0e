"""The list by command: all rows or none, nothing on a dry run, contacts removed on their day."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from survey_app.domain import people
from survey_app.extensions import db
from survey_app.models import Contact, SampleRow
from tests.domain.sample_list import contact_of
from tests.test_documentation import ROOT
from tests.web.pages import CODE

Run = Callable[..., Result]
EXAMPLE = ROOT / "instance" / "sample.example.csv"


@pytest.fixture
def run(demo: Flask) -> Run:
    """Runs a command on the demonstration, in the week in which the example was written."""
    runner = demo.test_cli_runner()

    def command(*words: object, at: datetime = datetime(2026, 12, 1, tzinfo=UTC)) -> Result:
        db.session.rollback()
        with time_machine.travel(at):
            return runner.invoke(args=[str(word) for word in words])

    return command


def rows() -> int | None:
    """Return how many rows the list has."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SampleRow))


def test_the_example_is_checked_then_taken_in_then_known(run: Run) -> None:
    dry = run("sample", "import", CODE, EXAMPLE, "--dry-run")
    assert (dry.exit_code, dry.output, rows()) == (
        0,
        "Kiểm tra đạt, chưa lưu: 4 dòng mới, 0 dòng đổi, 0 dòng không đổi.\n",
        0,
    )
    assert run("sample", "import", CODE, EXAMPLE, "--as", "noivu").exit_code == 0
    assert rows() == 4
    assert contact_of("MAU-0002") == ("Công ty Ví Dụ", "+84 912 000 002", "Số 2, đường Ví Dụ", "2027-06-30")
    assert "0 dòng mới, 0 dòng đổi, 4 dòng không đổi" in run("sample", "import", CODE, EXAMPLE).output
    actor = db.session.scalar(
        text("SELECT actor_name FROM audit_line WHERE noun = 'sample' ORDER BY id DESC LIMIT 1")
    )
    assert actor == people.by_username("noivu").display_name


def test_e17_a_wrong_list_is_refused_by_row_and_column(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("form_code,unit,kind,màu\nA-1,STC,Chính thức,đỏ\nA-2,KHONG-CO,dự bị,\n", encoding="utf-8")
    refused = run("sample", "import", CODE, file)
    assert (refused.exit_code, rows()) == (1, 0)
    assert refused.stderr.splitlines() == [
        "list.csv: bỏ qua cột màu.",
        "Tệp list.csv: không nhập dòng nào vì có 2 lỗi.",
        f"dòng 3, cột unit: “KHONG-CO” không phải đơn vị được khảo sát trong đợt {CODE}",
        "dòng 3, cột kind: “dự bị” không phải loại dòng; hãy ghi Chính thức hoặc Dự phòng",
    ]
    file.write_text("form_code,unit,kind\n" + "x y,STC,official\n" * 60, encoding="utf-8")
    assert "… và 10 lỗi nữa." in run("sample", "import", CODE, file).stderr


def test_contacts_are_removed_on_their_day(run: Run) -> None:
    run("sample", "import", CODE, EXAMPLE)
    told = "Đã xóa thông tin liên hệ của {} dòng; bỏ 0 tệp chưa quyết định.\n"
    assert run("sample", "remove-contacts", CODE).output == told.format(0)
    assert run("sample", "remove-contacts", CODE, at=datetime(2027, 7, 1, tzinfo=UTC)).output == told.format(
        3
    )
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 0
    assert run("audit", "verify").exit_code == 0
