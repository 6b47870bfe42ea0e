"""The command: exit codes, reasons on standard error, nothing half done."""

import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from survey_app.domain import campaigns, counting, demonstration, people, quality
from survey_app.domain.demonstration import rechecks as demonstration_rechecks
from survey_app.extensions import db
from survey_app.models import Appraisal, AuditLine, Campaign, Recheck, Response, User
from tests.conftest import DATABASES, PostgresHouse, SqliteHouse
from tests.test_documentation import ROOT

CODE = demonstration.CODE
Run = Callable[..., Result]
UNITS = "unit,name,group,population,quota,max_points,appraisal_points\nA,Sở A,departments,900,60,100,80.5\n"


@pytest.fixture
def run(demo: Flask) -> Run:
    """Runs a command on the demonstration."""
    runner = demo.test_cli_runner()

    def command(*words: object) -> Result:
        db.session.rollback()
        return runner.invoke(args=[str(word) for word in words])

    return command


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A list of one unit."""
    file = tmp_path / "units.csv"
    file.write_text(UNITS, encoding="utf-8")
    return file


def create(run: Run, units: Path, *more: str) -> Result:
    """Create a campaign by command."""
    return run(
        "campaign",
        "create",
        "c26",
        units,
        "--name",
        "Đợt 2026",
        "--from",
        "2026-01-01",
        "--to",
        "31/12/2026",
        *more,
    )


def test_a_campaign_is_created_walked_and_listed(run: Run, units: Path) -> None:
    assert create(run, units).exit_code == 0
    entered = select(Appraisal.points).join(Campaign, Campaign.id == Appraisal.campaign_id)
    assert db.session.scalars(entered.where(Campaign.code == "c26")).all() == [Decimal("80.5")]
    for step in ("open", "close", "seal"):
        assert run("campaign", step, "c26").exit_code == 0
    assert "Đã niêm phong" in run("campaign", "list").output
    refused = run("campaign", "publish", "c26")
    assert (refused.exit_code, "chưa có lần tính điểm" in refused.stderr) == (1, True)
    assert run("campaign", "open", "c26").exit_code == 1
    assert run("campaign", "open", "c26", "--reason", "Bổ sung phiếu").exit_code == 0


def test_a_round_of_re_checks_is_played_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration_rechecks, "LEFT_WAITING", 10_000)  # drawn, and nothing judged
    first, again = run("demo", "rechecks"), run("demo", "rechecks")
    assert (first.exit_code, first.output) == (0, "Rút thăm…\nPhúc tra…\nĐã chơi một vòng phúc tra.\n")
    assert (again.exit_code, again.output) == (0, "Đợt minh họa đã có lần rút thăm.\n")
    assert db.session.scalar(select(func.count(Recheck.id))) > 425


def test_a_dry_run_stores_nothing(run: Run, units: Path, tmp_path: Path) -> None:
    assert create(run, units, "--dry-run").exit_code == 0
    assert run("campaign", "open", "c26").exit_code == 1
    file = export(run, tmp_path)
    answers = file.read_text(encoding="utf-8").replace("HN22-", "NEW-")
    file.write_text(answers, encoding="utf-8")
    dry = run("responses", "import", CODE, file, "--dry-run")
    assert (dry.exit_code, "chưa lưu: 2124 phiếu" in dry.output) == (0, True)
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2124


def test_wrong_usage_is_two_and_a_refusal_is_one_with_its_reason(run: Run, units: Path) -> None:
    assert run("campaign", "create").exit_code == 2
    assert run("user", "create", "x", "--name", "X", "--role", "king").exit_code == 2
    unknown = run("scores", "run", "nowhere")
    assert (unknown.exit_code, unknown.output.count("nowhere"), "ha-nam-2022" in unknown.stderr) == (
        1,
        1,
        True,
    )
    assert run("campaign", "list", "--as", "nobody").exit_code == 1


def test_people_are_made_and_disabled_and_act_under_their_name(run: Run) -> None:
    made = run("user", "create", "lan", "--name", "Trần Thị Lan", "--role", "home_affairs")
    assert made.exit_code == 0
    password = made.output.rsplit(" ", 1)[1].strip()
    assert people.log_in("lan", password)[0].role == "home_affairs"
    db.session.commit()
    assert run("campaign", "close", CODE, "--as", "lan").exit_code == 0
    actor = db.session.scalar(text("SELECT actor_name FROM audit_line ORDER BY id DESC LIMIT 1"))
    assert actor == "Trần Thị Lan"
    assert run("user", "disable", "lan").exit_code == 0
    assert run("campaign", "list", "--as", "lan").exit_code == 1
    assert db.session.scalars(select(User).where(User.username == "lan")).one().disabled_at is not None
    assert "khóa" in run("user", "list").output
    assert run("user", "enable", "lan").exit_code == 0
    assert run("user", "reset", "lan").output.count("Mật khẩu mới") == 1


def export(run: Run, folder: Path) -> Path:
    """Export the counted responses."""
    file = folder / "answers.csv"
    assert run("responses", "export", CODE, "-o", file).exit_code == 0
    return file


def test_exported_answers_give_the_same_scores_in_the_program_without_a_database(
    run: Run, tmp_path: Path
) -> None:
    file = export(run, tmp_path)
    command = [sys.executable, "-m", "scoring", "satisfaction", file, "--format", "csv"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line.split(",") for line in told.splitlines()]
    program = {
        line[0]: [line[lines[0].index(key)] for key in ("points", "low", "high")] for line in lines[1:]
    }
    book = counting.current(campaigns.by_code(CODE))
    assert program == {
        each["unit"]: [each["points"], str(each["interval"]["low"]), str(each["interval"]["high"])]
        for each in book.satisfaction["units"]
        if each["points"]
    }


def test_two_runs_are_compared_and_field_work_is_screened(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "DRAWS", 99)
    for _ in range(2):
        assert run("scores", "run", CODE).exit_code == 0
        one = db.session.scalars(select(Response).where(Response.state == "submitted").limit(1)).one()
        one.state = "void"
        db.session.commit()
    told = run("scores", "compare", CODE, "2", "1", "--as", "noivu").output
    assert told.startswith("Từ lần tính 1 đến lần 2. Phiếu: 0 thêm vào, 1 không còn tính, 0 được sửa.")
    assert " → " in told
    assert run("scores", "compare", CODE, "1", "9", "--as", "noivu").exit_code == 1
    screened = run("scores", "screen", CODE).output
    assert screened.startswith("Lần sàng lọc 1: 2122 phiếu,")


def test_e2_codes_and_answers_survive_export_and_import(run: Run, units: Path, tmp_path: Path) -> None:
    file = export(run, tmp_path)
    whole = file.read_text(encoding="utf-8").splitlines()
    first = whole[1].split(",")
    rows = [",".join([code, *first[1:]]) for code in ("00017", "007", "0912345678", "1200000")]
    file.write_text("\n".join([whole[0], *rows]), encoding="utf-8")
    assert run("responses", "import", CODE, file).exit_code == 0
    codes = set(db.session.scalars(select(Response.form_code)))
    assert {"00017", "007", "0912345678", "1200000"} <= codes
    again = export(run, tmp_path).read_text(encoding="utf-8").splitlines()
    assert set(rows) <= set(again)


def test_every_answer_is_exported_as_a_workbook_where_the_file_is_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "phieu.XLSX"
    assert run("responses", "export", CODE, "-o", file).exit_code == 0
    assert file.read_bytes().startswith(b"PK")
    told = db.session.scalars(select(AuditLine.body).order_by(AuditLine.id.desc()).limit(1)).one()
    assert '"rows":2124' in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: [rows[0].replace("access_1", "acces_1"), *rows[1:]], "access_1"),
        (lambda rows: [rows[0], rows[1].replace(",4,", ",6,", 1)], "“6”"),
        (lambda rows: [rows[0], rows[1], rows[1]], "dòng 3, cột form_code"),
        (lambda rows: [rows[0], rows[1].replace(",STTTT,", ",KHONG,")], "“KHONG”"),
        (lambda rows: [rows[0], rows[1].replace("NEW-", "HN22-")], "đã có trong đợt này"),
        (lambda rows: [], "tệp"),
    ],
)
def test_a_file_with_one_mistake_is_refused_whole_by_row_and_column(
    run: Run, tmp_path: Path, change: Callable[[list[str]], list[str]], told: str
) -> None:
    file = export(run, tmp_path)
    rows = file.read_text(encoding="utf-8").replace("HN22-", "NEW-").splitlines()
    file.write_text("\n".join(change(rows)), encoding="utf-8")
    refused = run("responses", "import", CODE, file)
    assert refused.exit_code == 1
    assert told in refused.stderr
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2124


def test_a_file_that_is_not_what_its_name_says_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.xlsx"
    file.write_text("form_code,unit\n", encoding="utf-8")
    refused = run("responses", "import", CODE, file)
    assert (refused.exit_code, "answers.xlsx" in refused.stderr) == (1, True)


def test_scores_are_run_and_written_as_workbook_and_json(run: Run, tmp_path: Path) -> None:
    ran = run("scores", "run", CODE, "--reason", "Thử")
    assert (ran.exit_code, "Lần tính 1: 2124 phiếu" in ran.output) == (0, True)
    for ending, start in ((".xlsx", b"PK"), (".json", b"{")):
        file = tmp_path / f"scores{ending}"
        assert run("scores", "export", CODE, "-o", file).exit_code == 0
        assert file.read_bytes().startswith(start)
    refused = run("scores", "export", CODE, "-o", tmp_path / "scores.pdf")
    assert (refused.exit_code, ".xlsx, .json, .csv, .sav, .dta, .html" in refused.stderr) == (1, True)


def test_files_of_a_run_are_written_by_their_ending_or_kind_and_leave_a_line_each(
    run: Run, tmp_path: Path
) -> None:
    run("scores", "run", CODE)
    for name, *more in (
        ("a.csv",),
        ("a.sav",),
        ("a.dta",),
        ("a.html",),
        ("b.csv", "--kind", "points-csv-excel"),
    ):
        made = run("scores", "export", CODE, "--run", 1, "-o", tmp_path / name, *more)
        assert (made.exit_code, made.stderr, made.stdout.startswith("Đã ghi ")) == (0, "", True), name
    starts = {file.name: file.read_bytes()[:4] for file in tmp_path.iterdir()}
    assert starts == {
        "a.csv": b"form",
        "a.sav": b"$FL2",
        "a.dta": b"<sta",
        "a.html": b"<!DO",
        "b.csv": b"\xef\xbb\xbfN",
    }
    told = select(func.count()).select_from(AuditLine).where(AuditLine.verb == "score.exported")
    assert db.session.scalar(told) == 5


def test_the_report_is_written_as_word_or_pdf_and_under_no_other_ending(run: Run, tmp_path: Path) -> None:
    run("scores", "run", CODE)
    for ending, start in ((".docx", b"PK"), (".pdf", b"%PDF")):
        file = tmp_path / f"bao-cao{ending}"
        assert run("report", "build", CODE, "-o", file).exit_code == 0
        assert file.read_bytes().startswith(start)
    refused = run("report", "build", CODE, "-o", tmp_path / "bao-cao.odt")
    assert (refused.exit_code, ".docx, .pdf" in refused.stderr) == (1, True)


def test_a_workbook_is_verified_against_its_bundle_and_an_altered_bundle_is_not(
    run: Run, tmp_path: Path
) -> None:
    book, bundle = tmp_path / "diem.xlsx", tmp_path / "goi.zip"
    run("scores", "run", CODE)
    run("scores", "export", CODE, "--run", 1, "-o", book)
    run("bundle", "export", CODE, "--run", 1, "-o", bundle)
    verified = run("verify", book, "--bundle", bundle)
    assert (verified.exit_code, "PASS" in verified.output) == (0, True)
    bundle.write_bytes(bundle.read_bytes()[:-200])
    assert run("verify", book, "--bundle", bundle).exit_code == 1
    assert run("verify", book).exit_code == 2


def test_the_bundle_of_a_run_or_a_publication_is_written_and_another_number_is_refused(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "goi.zip"
    without = run("bundle", "export", CODE, "-o", file)
    assert (without.exit_code, "chưa có lần tính điểm" in without.stderr, file.exists()) == (1, True, False)
    run("scores", "run", CODE)
    made = run("bundle", "export", CODE, "-o", file)
    assert (made.exit_code, file.read_bytes()[:2]) == (0, b"PK")
    assert run("bundle", "export", CODE, "--publication", 1, "-o", file).exit_code == 1
    assert run("bundle", "export", CODE, "--publication", 1, "--run", 1, "-o", file).exit_code == 2
    assert [each.name for each in tmp_path.iterdir()] == ["goi.zip"]


def test_a_file_that_cannot_be_written_is_refused_by_name_and_leaves_no_line_in_the_trail(
    run: Run, tmp_path: Path
) -> None:
    lines = db.session.scalar(select(func.max(AuditLine.id)))
    for words in (("scores", "export"), ("responses", "export")):
        refused = run(*words, CODE, "-o", tmp_path / "no" / "such" / "file.xlsx")
        assert refused.exit_code == 1
        assert "file.xlsx" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert db.session.scalar(select(func.max(AuditLine.id))) == lines


def test_a_column_the_questionnaire_does_not_know_is_named_on_standard_error(
    run: Run, tmp_path: Path
) -> None:
    file = export(run, tmp_path)
    rows = file.read_text(encoding="utf-8").replace("HN22-0001", "NEW-1").splitlines()[:2]
    file.write_text(f"{rows[0]},access_9\n{rows[1]},1\n", encoding="utf-8")
    told = run("responses", "import", CODE, file)
    assert (told.exit_code, "access_9" in told.stderr, "access_9" in told.stdout) == (0, True, False)
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2125


def tamper(statement: str) -> None:
    """Change a row behind the product's back."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE audit_line DISABLE TRIGGER USER"))
    else:
        db.session.execute(text("DROP TRIGGER IF EXISTS audit_line_no_update"))
    db.session.execute(text(statement))
    db.session.commit()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE response SET answers = '1' || substr(answers, 2) WHERE form_code = 'HN22-0042'",
            "phiếu HN22-0042",
        ),
        ("UPDATE score_run SET book = book || ' '", "lần tính 1"),
        ("UPDATE audit_line SET actor_name = 'X' WHERE id = 40", "dòng 40"),
    ],
)
def test_check_finds_and_names_what_was_changed_behind_its_back(run: Run, statement: str, told: str) -> None:
    run("scores", "run", CODE)
    clean = run("check")
    assert (clean.exit_code, "SAI" in clean.output) == (0, False)
    tamper(statement)
    found = run("check")
    assert found.exit_code == 1
    assert told in found.stderr
    assert (run("audit", "verify").exit_code == 1) == ("audit_line" in statement)


def real(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a process of its own on a database."""
    command = str(Path(sys.executable).parent / "hailong")
    environment = {**os.environ, "HAILONG_DATABASE_URL": database}
    return subprocess.run(
        [command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "house", DATABASES[:1], indirect=True
)  # a process takes seconds, and its exit code no dialect
def test_the_real_command_prints_the_logins_and_stops_with_its_exit_code(demo_database: str) -> None:
    told = real(demo_database, "demo", "logins")
    assert (told.returncode, told.stdout.count(demonstration.PASSWORD)) == (0, 10)
    assert real(demo_database, "demo", "load").stdout.strip().endswith("đã có.")
    refused = real(demo_database, "scores", "run", "nowhere")
    assert (refused.returncode, "nowhere" in refused.stderr, refused.stdout) == (1, True, "")
    assert real(demo_database, "scores", "runn").returncode == 2


def test_a_database_without_tables_is_told_how_to_get_them(house: SqliteHouse | PostgresHouse) -> None:
    url = house.fresh()
    refused = real(url, "campaign", "list")
    assert (refused.returncode, refused.stdout, "Traceback" in refused.stderr) == (1, "", False)
    assert "hailong db upgrade" in refused.stderr
    assert real(url, "db", "upgrade").returncode == 0
    assert real(url, "check").returncode == 0
    house.drop(url)


def test_forms_to_key_again_are_drawn_and_reported_by_command(run: Run) -> None:
    before = run("second-entry", "report", CODE)
    assert before.exit_code == 0
    assert before.output.startswith("Giới hạn 1,00 %, mức tin cậy 95,00 %, mỗi lần rút 20 phiếu.\n")
    first = before.output.splitlines()[2]
    assert "Chưa rút" in first
    assert "phiếu lần đầu" in first
    drawn = run("second-entry", "draw", CODE, "--as", "dieuphoi")
    lines = select(func.count()).select_from(AuditLine).where(AuditLine.verb == "second_entry.drawn")
    assert drawn.output.startswith(f"Đã rút {db.session.scalar(lines)} phiếu của")
    assert "Chờ nhập" in run("second-entry", "report", CODE).output
    again = run("second-entry", "draw", CODE)
    assert (again.exit_code, "Chưa có phiếu nào cần rút" in again.stderr) == (1, True)
    assert run("second-entry", "report", "khong-co").exit_code == 1
