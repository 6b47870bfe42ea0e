"""What is frozen beside a result: field work, what is left out, corrections, draws, re-checks, and the answers' digest."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from survey_app import publication_problems
from survey_app.domain import dossiers, materials, people, run_answers
from survey_app.exports.bundle_answers import answer_lines
from survey_app.exports.dossier import Correction, Dossier, Excluded, FieldWork, RecheckResult
from survey_app.extensions import db
from survey_app.models import Campaign, User
from tests.domain.drawn import CRITERIA as ASKED_AGAIN
from tests.domain.told_campaign import Told, bundle_of, told_campaign


@pytest.fixture
def told(actor: User, small: Campaign, tmp_path: Path) -> Told:
    """A campaign with one of everything."""
    return told_campaign(actor, small, tmp_path)


@pytest.fixture
def dossier(told: Told) -> Dossier:
    """The dossier of its run."""
    return dossiers.of_run(told.run())


def test_field_work_counts_every_form_of_every_ranked_unit_once(dossier: Dossier) -> None:
    assert dossier.field_work == (
        FieldWork("A", "Sở A", "departments", True, 10, 2, 3, 1, 1, 1, 0, 1),
        FieldWork("C", "Thanh tra", "departments", False, 0, 0, 0, 0, 0, 0, 0, 0),
        FieldWork("B", "Huyện B", "districts", True, 15, 0, 1, 0, 0, 0, 0, 0),
    )
    assert dossier.groups == {"departments": "Sở, ban, ngành", "districts": "Huyện, thị xã, thành phố"}


def test_forms_not_returned_are_what_was_issued_less_valid_invalid_and_void() -> None:
    work = FieldWork("A", "Sở A", "departments", True, 10, 12, 3, 1, 2, 1, 1, 0)
    assert (
        work.not_returned == 7
    )  # 12 = 3 valid + 1 invalid + 1 void + 7, two of them back with their enumerator
    assert replace(work, issued=None).not_returned is None


def test_what_is_left_out_stands_with_its_reason(dossier: Dossier) -> None:
    assert dossier.excluded == (
        Excluded("A-3", "A", "void", "Không có cuộc phỏng vấn"),
        Excluded("A-4", "A", "returned", ""),
        Excluded("A-5", "A", "invalid", "Không hợp lệ: trả lời quá ít tiêu chí"),
        Excluded("007", "A", "apart", ""),  # the link of the list's first row
        Excluded("A-1", "A", "duplicate", "Mã phiếu này đã có phiếu khác"),
    )


def test_a_correction_stands_answer_by_answer_without_words_that_people_typed(dossier: Dossier) -> None:
    facts = ("A-2", "A", 2, "", "Điều tra viên", "Đối chiếu phiếu giấy")
    kept_back = "đã sửa, không ghi lại lời"
    assert [replace(each, at="") for each in dossier.corrections] == [
        Correction(*facts, "access_2", "4", "2"),
        Correction(*facts, "feedback_4", "4", "NA"),
        Correction(*facts, "comment", kept_back, kept_back),
    ]


def test_verdicts_stand_by_form_with_an_alias_for_who_asked(dossier: Dossier, told: Told) -> None:
    alias = people.alias(told.world.asks.id, told.world.asks.username)
    same = tuple((code, "4", "4") for code in ASKED_AGAIN)
    assert [replace(each, judged_at="") for each in dossier.rechecks] == [
        RecheckResult("A-1", "A", alias, "front", 1, "confirmed", (), "", same),
        RecheckResult("A-3", "A", alias, "front", 1, "failed", ("Không có cuộc phỏng vấn",), "", same),
    ]
    (unit,) = dossier.unit_rechecks
    assert (unit.unit, unit.responses, unit.confirmed, unit.failed, unit.unreachable) == ("A", 2, 1, 1, 0)
    assert dossier.note_of("A") == unit.note
    assert dossier.note_of("B") == ""


def test_a_draw_stands_with_the_record_that_anyone_computes_again(dossier: Dossier) -> None:
    (draw,) = dossier.draws
    record = json.loads(draw.record)
    assert (draw.number, draw.kind, draw.members) == (1, "random", 2)
    assert (record["campaign"], record["number"], len(record["frame"])) == ("c26", 1, 2)


def test_a_stored_dossier_is_read_back_as_it_was(dossier: Dossier) -> None:
    again = Dossier.from_json(dossier.to_json())
    assert again == dossier
    assert again.digest == hashlib.sha256(dossier.to_json()).hexdigest()


def test_the_digest_is_that_of_the_answers_counted_in_the_version_counted(told: Told) -> None:
    run = told.run()
    questionnaires = run_answers.questionnaires_of(run.campaign)
    lines = list(answer_lines(materials.material_of(run).answers(), questionnaires))
    assert hashlib.sha256(b"".join(lines)).hexdigest() == dossiers.of_run(run).answers_sha256
    rows = list(csv.DictReader(io.StringIO(b"".join(lines).decode())))
    assert [row["form_code"] for row in rows] == list(told.counted)
    mended = rows[1]
    assert [mended[name] for name in ("version", "access_1", "access_2", "feedback_4")] == [
        "2",
        "4",
        "2",
        "NA",
    ]
    assert rows[2]["access_1"] == ""


def test_a_run_keeps_the_version_it_counted_when_it_is_corrected_later(told: Told) -> None:
    run = told.run()
    read = materials.material_of(run).answers
    before = list(read())
    told.correct("A-6")
    assert list(read()) == before
    run_answers.check_unchanged(materials.material_of(run))
    assert dossiers.of_run(told.run()).answers_sha256 != dossiers.of_run(run).answers_sha256


def test_an_answer_changed_behind_the_products_back_stops_the_bundle(told: Told) -> None:
    run = told.run()
    frozen = dossiers.of_run(run).answers_sha256
    db.session.execute(
        text("UPDATE response SET answers = '5' || substr(answers, 2) WHERE form_code = 'A-1'")
    )
    db.session.commit()
    db.session.expire_all()
    versions = run_answers.versions_of(run)
    rows = run_answers.reader(run.campaign, versions)()
    assert run_answers.digest(rows, run_answers.questionnaires_of(run.campaign)) != frozen
    with pytest.raises(publication_problems.AnswersChangedSince) as refusal:
        bundle_of(run)
    assert "lần tính 1" in str(refusal.value)


def test_a_run_stored_before_there_were_dossiers_makes_no_file(told: Told) -> None:
    run = told.run()
    run.dossier = None
    with pytest.raises(publication_problems.NoDossier):
        dossiers.of_run(run)
