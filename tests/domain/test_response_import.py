"""Responses from a file: by the same rules as the form, all or nothing, one line of the trail each."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, text

from scoring.answers import read_answers
from scoring.errors import ScoringError
from survey_app import problems
from survey_app.domain import audit, campaigns, counting, people, response_import, responses
from survey_app.domain.response_content import entry_of
from survey_app.domain.response_import import Batch
from survey_app.exports.answers_csv import write_answers
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Response, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.small_campaign import CRITERIA, answer, enumerator, plan

FOURS = dict.fromkeys(CRITERIA, "4")
# Codes that a spreadsheet or a number would damage.
CODES = ["00017", "007", "0912345678", "012345678901", "12300000", "HN22/0001", "1e5", "2022-01-02"]


def row(form_code: str, **cells: object) -> dict[str, object]:
    """Return a row in which everything is right, changed as asked."""
    return {"form_code": form_code, "unit": "A", "enumerator": "dtv-a", **FOURS, **cells}


def as_csv(folder: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as a file for programs."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for each in rows for name in each)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    file = folder / "phieu.csv"
    file.write_text(text.getvalue(), encoding="utf-8")
    return file


def imported(actor: User, campaign: Campaign, file: Path, **options: Any) -> Batch:
    """Read and import a file as the command does."""
    sheet = read_answers(file, campaigns.questionnaire_of(campaign.questionnaire_sha256))
    return response_import.import_rows(actor, campaign, file.name, list(sheet.rows()), **options)


def stored() -> tuple[int, int]:
    """Return how many responses there are, and how many lines of the trail tell of an import."""
    lines = select(func.count()).select_from(AuditLine).where(AuditLine.verb == "response.imported")
    return db.session.scalar(select(func.count()).select_from(Response)) or 0, db.session.scalar(lines) or 0


@pytest.fixture
def an(actor: User, small: Campaign) -> User:
    """The enumerator of the files."""
    return enumerator(actor, small, "A")


def test_every_row_is_a_submitted_response_with_its_own_line_in_the_trail(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    rows = [
        row("F-1", mode="phone", service_field="land", wishes="simpler;faster", comment="=1+1"),
        row("F-2", enumerator=" DTV-A ", access_1="NA", access_2="", feedback_4="1"),
    ]
    assert imported(actor, small, as_csv(tmp_path, rows)) == Batch(stored=2, invalid=0)
    first, second = db.session.scalars(select(Response).order_by(Response.form_code)).all()
    assert (first.state, first.validity, first.mode, first.version) == ("submitted", "valid", "phone", 1)
    assert entry_of(first, first.questionnaire_sha256).details == {
        "service_field": "land",
        "wishes": ["simpler", "faster"],
        "comment": "=1+1",
    }
    assert (second.enumerator, second.mode, second.answers) == (an, "paper", "N-" + "4" * 19 + "1")
    for response in (first, second):
        (line,) = audit.history("response", response.uuid)
        told = audit.changes_of(line)
        assert (line.verb, told["before"], told["reason"]) == ("response.imported", None, "phieu.csv")
        assert told["after"]["digest"] == response.content_digest
    assert audit.verify()[1] is None


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"unit": "Z"}, "unit", "“Z” không phải đơn vị được khảo sát trong đợt c26"),
        ({"unit": "C"}, "unit", "“C” không phải đơn vị được khảo sát"),
        ({"enumerator": "ai-do"}, "enumerator", "“ai-do” không phải"),
        ({"enumerator": ""}, "enumerator", "“” không phải"),
        ({"enumerator": "hailong"}, "enumerator", "“hailong” không phải"),
        ({"form_code": "mã có dấu"}, "form_code", "không đúng dạng"),
        ({"form_code": "x" * 41}, "form_code", "không đúng dạng"),
        ({"form_code": "CU-1"}, "form_code", "mã phiếu CU-1 đã có"),
        ({"mode": "fax"}, "mode", "“fax” không phải cách hỏi"),
        ({"service_field": "moon"}, "service_field", "“moon” không có trong danh sách"),
        ({"wishes": "faster;moon"}, "wishes", "không có trong danh sách"),
        ({"late_notice": "yes"}, "late_notice", "không hỏi trong trường hợp"),
        ({"comment": "x" * 2001}, "comment", "dài 2001 ký tự"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_nothing_of_the_file_goes_in(
    actor: User, small: Campaign, an: User, tmp_path: Path, cells: dict[str, object], column: str, why: str
) -> None:
    answer(small, an, "A", 4, "CU-1")
    file = as_csv(tmp_path, [row("F-1"), row("F-2") | cells, row("F-3")])
    before = stored()
    with pytest.raises(problems.ImportRefused, match=r"^Tệp phieu\.csv: không nhập dòng nào") as refusal:
        imported(actor, small, file)
    (error,) = refusal.value.errors
    assert error.startswith(f"dòng 3, cột {column}: ")
    assert why in error
    assert stored() == before


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row("F-1"), row("F-2", access_3="6")], "dòng 3, cột access_3: “6”"),
        ([row("F-1"), row("F-2", access_3="0")], "dòng 3, cột access_3: “0”"),
        ([row("F-1"), row("F-2", access_3="4,0")], "dòng 3, cột access_3: “4,0”"),
        ([row("F-1"), row("F-2"), row("F-1")], "dòng 4, cột form_code: mã phiếu “F-1” đã có ở dòng 2"),
        ([{key: value for key, value in row("F-1").items() if key != "access_3"}], "thiếu cột access_3"),
        ([{key: value for key, value in row("F-1").items() if key != "unit"}], "thiếu cột unit"),
    ],
)
def test_a_file_the_scorer_would_not_read_is_not_imported_either(
    actor: User, small: Campaign, an: User, tmp_path: Path, rows: list[dict[str, object]], told: str
) -> None:
    with pytest.raises(ScoringError, match=told):
        imported(actor, small, as_csv(tmp_path, rows))
    assert stored() == (0, 0)


@pytest.mark.parametrize(("name", "content"), [("phieu.xlsx", b"form_code"), ("phieu.csv", b"PK\x03\x04")])
def test_a_file_that_is_not_what_its_name_says_is_refused_by_its_name(
    actor: User, small: Campaign, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ScoringError, match=name):
        imported(actor, small, tmp_path / name)


def test_a_column_the_questionnaire_does_not_know_is_named_and_changes_nothing(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    file = as_csv(tmp_path, [row("F-1", access_9="1", note="x", mode="paper", comment="y")])
    sheet = read_answers(file, campaigns.questionnaire_of(small.questionnaire_sha256))
    assert response_import.unknown_columns(small, sheet.ignored) == ["access_9", "note"]
    assert imported(actor, small, file).stored == 1
    assert db.session.scalars(select(Response)).one().answers == "4" * 22


def test_the_same_file_again_is_refused_code_by_code(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    file = as_csv(tmp_path, [row(f"F-{number}") for number in range(60)])
    imported(actor, small, file)
    with pytest.raises(problems.ImportRefused, match="vì có 51 lỗi") as refusal:
        imported(actor, small, file)
    assert refusal.value.errors[0] == "dòng 2, cột form_code: mã phiếu F-0 đã có trong đợt này"
    assert refusal.value.errors[-1] == "… và 10 lỗi nữa."
    assert stored() == (60, 60)


def test_s5_a_void_form_is_not_resurrected_by_its_file(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    file = as_csv(tmp_path, [row("F-1")])
    imported(actor, small, file)
    db.session.execute(text("UPDATE response SET state = 'void'"))
    with pytest.raises(problems.ImportRefused, match="mã phiếu F-1 đã có"):
        imported(actor, small, file)
    assert stored() == (1, 1)


def test_a_trial_run_says_what_would_happen_and_saves_nothing(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    few = dict.fromkeys(CRITERIA[:14], "")
    file = as_csv(tmp_path, [row("F-1"), row("F-2", **few)])
    assert imported(actor, small, file, dry_run=True) == Batch(stored=2, invalid=1)
    assert stored() == (0, 0)
    assert imported(actor, small, file) == Batch(stored=2, invalid=1)
    assert stored() == (2, 2)
    assert counting.current(small).satisfaction["input"]["responses"] == 1


def test_a_row_has_the_same_id_wherever_it_is_imported_and_another_in_another_campaign(
    actor: User, small: Campaign, an: User, tmp_path: Path
) -> None:
    other = campaigns.create(actor, plan(code="c27"))
    campaigns.move(actor, other, CampaignState.OPEN)
    file = as_csv(tmp_path, [row("F-1")])
    for campaign in (small, other):
        imported(actor, campaign, file)
    uuids = dict(db.session.execute(select(Response.campaign_id, Response.uuid)).all())
    # uuid5 of "c26/F-1" in the URL name space, as uuidgen --sha1 --namespace @url gives it.
    assert uuids[small.id] == "d5c79934-44e9-55c9-8e7a-a62e00a1d4d1"
    assert uuids[other.id] != uuids[small.id]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_e2_e3_codes_and_answers_survive_import_and_export_unharmed(
    actor: User, small: Campaign, an: User, tmp_path: Path, kind: str
) -> None:
    rows = [
        row(code, access_1="NA", access_2="", outcome_3=str(1 + place % 5))
        for place, code in enumerate(CODES)
    ]
    file = as_csv(tmp_path, rows)
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(list(rows[0]))
        for each in rows:
            numbers = {
                name: int(cell) for name, cell in each.items() if name in FOURS and str(cell).isdigit()
            }
            book.active.append(list((each | numbers).values()))
        file = tmp_path / "phieu.xlsx"
        book.save(file)
    imported(actor, small, file)
    out = io.BytesIO()
    questionnaire = campaigns.questionnaire_of(small.questionnaire_sha256)
    assert write_answers(out, questionnaire, responses.counted_rows(small)) == len(rows)
    written = list(csv.DictReader(io.StringIO(out.getvalue().decode())))
    assert written == sorted(rows, key=lambda each: str(each["form_code"]))
    again = campaigns.create(actor, plan(code="again"))
    campaigns.move(actor, again, CampaignState.OPEN)
    (tmp_path / "xuat.csv").write_bytes(out.getvalue())
    imported(actor, again, tmp_path / "xuat.csv")
    assert counting.current(again).digest == counting.current(small).digest


def test_a_closed_campaign_takes_no_file(actor: User, small: Campaign, an: User, tmp_path: Path) -> None:
    campaigns.move(actor, small, CampaignState.CLOSED)
    with pytest.raises(problems.CampaignNotOpen, match="Đã đóng"):
        imported(actor, small, as_csv(tmp_path, [row("F-1")]))


def test_a_supervisors_name_is_no_enumerators(actor: User, small: Campaign, an: User, tmp_path: Path) -> None:
    people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)
    with pytest.raises(problems.ImportRefused, match="cột enumerator: “noivu”"):
        imported(actor, small, as_csv(tmp_path, [row("F-1", enumerator="noivu")]))
