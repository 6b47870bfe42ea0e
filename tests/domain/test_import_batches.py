"""Files as batches: who sees them, what is kept of them, and in which order they may be decided."""

import hashlib
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from scoring.answers import AnswerRow
from survey_app import problems
from survey_app.domain import audit, import_batches, people, response_import
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, ImportBatch, Response, User
from survey_app.vocabulary import BatchNoun, Role
from tests.bad_inputs import BAD_INPUTS
from tests.domain.answer_files import counts, csv_of, read_in, row, taken_in
from tests.domain.small_campaign import enumerator, race


@pytest.fixture
def home(actor: User, small: Campaign) -> User:
    """Whoever reads files in."""
    enumerator(actor, small, "A")
    return people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)


def lines() -> int:
    """Return how long the trail is."""
    return db.session.scalar(select(func.count()).select_from(AuditLine)) or 0


def test_a_preview_keeps_the_file_with_its_digest_and_changes_nothing_else(
    home: User, small: Campaign
) -> None:
    content, before = csv_of([row("F-1"), row("F-2")]), lines()
    batch, plan = read_in(home, small, content, "C:\\Users\\Lan\\Phiếu đợt 1.csv")
    assert (batch.state, batch.file_name, batch.content) == ("previewed", "Phiếu đợt 1.csv", content)
    assert batch.file_sha256 == hashlib.sha256(content).hexdigest()
    assert (batch.new_rows, batch.changed_rows, batch.unchanged_rows) == counts(plan)[:3] == (2, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(Response)) == 0
    assert lines() == before


def test_e20_a_file_is_one_batch_of_the_trail_with_a_line_a_record(home: User, small: Campaign) -> None:
    before = lines()
    batch = taken_in(home, small, [row(f"F-{number}") for number in range(7)])
    assert lines() == before + 8
    (line,) = audit.history("batch", batch.id)
    assert audit.changes_of(line)["after"] == {
        "noun": "response_rows",
        "file": "phieu.csv",
        "sha256": batch.file_sha256,
        "new": 7,
        "changed": 0,
        "unchanged": 0,
    }
    import_batches.reverse(home, batch, "Nhầm đợt")
    assert lines() == before + 16
    assert audit.verify()[1] is None


def test_a_discarded_file_is_gone_and_nothing_happened(home: User, small: Campaign) -> None:
    batch, _ = read_in(home, small, [row("F-1")])
    import_batches.discard(home, batch)
    assert (batch.state, batch.content) == ("discarded", None)
    for verb in (
        lambda: import_batches.apply(home, batch),
        lambda: import_batches.discard(home, batch),
        lambda: import_batches.shown(small, batch),
        lambda: import_batches.reverse(home, batch, "Nhầm"),
    ):
        with pytest.raises(problems.BatchDecided, match="Đã bỏ"):
            verb()


def test_s14_a_batch_is_applied_and_reversed_once(home: User, small: Campaign) -> None:
    batch = taken_in(home, small, [row("F-1")])
    with pytest.raises(problems.BatchDecided, match="Đã nhập"):
        import_batches.apply(home, batch)
    with pytest.raises(problems.BatchDecided, match="Đã nhập"):
        import_batches.discard(home, batch)
    import_batches.reverse(home, batch, "Nhầm")
    with pytest.raises(problems.BatchDecided, match="Đã hoàn tác"):
        import_batches.reverse(home, batch, "Nhầm")


def test_s14_two_people_who_apply_one_file_at_once_take_it_in_once(
    app: Flask, home: User, small: Campaign
) -> None:
    number = read_in(home, small, [row("F-1"), row("F-2")])[0].id

    def verb() -> None:
        import_batches.apply(people.by_username("noivu"), db.session.get_one(ImportBatch, number))

    endings = race(app, verb)
    assert endings[0] is None
    assert isinstance(endings[1], problems.BatchDecided | problems.BatchOvertaken | problems.BatchRaced)
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "x" * 201])
def test_a_reversal_needs_a_reason(home: User, small: Campaign, reason: str) -> None:
    batch = taken_in(home, small, [row("F-1")])
    with pytest.raises(problems.InvalidFields) as refusal:
        import_batches.reverse(home, batch, reason)
    assert list(refusal.value.fields) == ["reason"]


@pytest.mark.parametrize("role", [Role.ENUMERATOR, Role.COORDINATOR, Role.APPRAISER, Role.ADMINISTRATOR])
def test_a3_whoever_may_not_read_files_in_sees_none(
    actor: User, home: User, small: Campaign, role: Role
) -> None:
    batch, _ = read_in(home, small, [row("F-1")])
    other = people.create(actor, people.Person("ai-do", "Ai Đó", role), None)
    assert import_batches.search(other, small, 1).total == 0
    for verb in (
        lambda: import_batches.one_visible_to(other, small, batch.id),
        lambda: import_batches.one_visible_to(home, small, batch.id + 1),
    ):
        with pytest.raises(problems.NotFound):
            verb()
    with pytest.raises(problems.InvalidFields):
        read_in(other, small, [row("F-1")])
    assert import_batches.one_visible_to(home, small, batch.id) is batch


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_any_file_name_and_any_noun_is_kept_clean_or_refused(home: User, small: Campaign, name: str) -> None:
    given = str(BAD_INPUTS[name])
    batch, _ = read_in(home, small, [row("F-1")], f"{given}.csv")
    db.session.flush()
    assert 1 <= len(batch.file_name) <= 200
    with pytest.raises(problems.InvalidFields):
        import_batches.preview(home, small, given, "x.csv", b"form_code\nF-1\n")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.xls", b"<html><table>", "trang web"),
        ("x.xlsx", b"PK\x03\x04", "bị hỏng"),
        ("x.csv", b"", "không có dòng nào"),
        ("x.pdf", b"%PDF", "chỉ nhận"),
        ("x.csv", b"a,b\n1\n", "có 1 ô"),
        ("x.csv", b"\xff\xfea\x00", "không phải là tệp .csv"),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(
    home: User, small: Campaign, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(problems.ScorerRefused, match=why) as refusal:
        read_in(home, small, content, name)
    assert why in refusal.value.fields["file"]
    assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_a_file_longer_than_a_page_plans_is_refused_at_its_field(
    home: User, small: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "MOST_ROWS", 2)
    read_in(home, small, [row("F-1"), row("F-2")])
    with pytest.raises(problems.InvalidFields) as refusal:
        read_in(home, small, [row("F-1"), row("F-2"), row("F-3")])
    assert "3 dòng; trang này nhận tối đa 2 dòng" in refusal.value.fields["file"]


def test_every_noun_that_is_offered_is_guarded_by_a_permission(home: User) -> None:
    assert set(import_batches.IMPORTERS) <= set(import_batches.PERMISSIONS) == set(BatchNoun)
    assert import_batches.nouns_of(home) == list(import_batches.IMPORTERS)
    for noun, importer in import_batches.IMPORTERS.items():
        assert importer.noun == noun
        assert importer.rule


def test_the_command_lines_import_is_a_batch_too_and_is_taken_back(home: User, small: Campaign) -> None:
    rows = [AnswerRow(2, "F-1", "A", "dtv-a", "", Decimal(1), "4" * 22, {})]
    response_import.import_rows(home, small, "phieu.csv", rows, sha256="a" * 64)
    (batch,) = import_batches.search(home, small, 1).rows
    assert (batch.state, batch.new_rows, batch.file_sha256) == ("applied", 1, "a" * 64)
    import_batches.reverse(home, batch, "Nhầm")
    assert db.session.scalars(select(Response.state)).all() == ["void"]
