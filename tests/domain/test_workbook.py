"""The workbook of a campaign: its counts are the database's, and read in again unchanged it changes nothing."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from scoring.questionnaire import load_questionnaire
from scoring.sheets import Sheet, parse_sheet
from survey_app.domain import (
    campaigns,
    dossiers,
    materials,
    people,
    response_batches,
    run_answers,
    score_views,
    scores,
)
from survey_app.domain.campaigns import _pin
from survey_app.domain.people import alias
from survey_app.exports import dossier_words as words
from survey_app.exports.workbook import workbook_of
from survey_app.extensions import db
from survey_app.labels import LABELS, SECTION_NAMES
from survey_app.models import Campaign, Response, User
from survey_app.models.response import COUNTED
from survey_app.vocabulary import Body, CampaignState, DrawKind, Mode, Verdict
from tests.domain.answer_files import counts, read_in
from tests.domain.told_campaign import PERSONAL, Told, told_campaign

STATES = {
    "Phiếu được tính": COUNTED,
    "Không tính: Không hợp lệ": (Response.validity != "valid")
    & (Response.state.in_(["submitted", "accepted"])),
    "Không tính: Đang trả lại": Response.state == "returned",
    "Không tính: Đã hủy": Response.state == "void",
    "Không tính: Nháp": Response.state == "draft",
    "Không tính: Tự trả lời, đếm riêng": Response.apart & (Response.state == "submitted"),
}


@pytest.fixture
def told(actor: User, small: Campaign, tmp_path: Path) -> Told:
    """The campaign with one of everything."""
    return told_campaign(actor, small, tmp_path)


def opened(content: bytes) -> openpyxl.Workbook:
    """Read a workbook."""
    return openpyxl.load_workbook(io.BytesIO(content))


def facts(book: openpyxl.Workbook, sheet: str = "Ghi chú") -> dict[Any, Any]:
    """Return the pairs of a sheet of facts."""
    return {row[0]: row[1] for row in book[sheet].iter_rows(min_row=5, values_only=True)}


def with_cells(content: bytes, changes: dict[str, object], drop: int = 0) -> bytes:
    """Return a workbook whose sheet of responses has other cells, as a person saves it."""
    book = opened(content)
    for cell, value in changes.items():
        book["Phiếu"][cell] = value
    if drop:
        book["Phiếu"].delete_rows(drop)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_e4_l1_its_counts_are_those_of_the_database_state_by_state(told: Told) -> None:
    book = opened(workbook_of(materials.of_now(told.campaign)))
    notes = facts(book)
    whole = select(func.count()).select_from(Response).where(Response.campaign_id == told.campaign.id)
    assert {name: notes[name] for name in STATES} == {
        name: db.session.scalar(whole.where(state)) for name, state in STATES.items()
    }
    assert notes["Mọi phiếu, kể cả nháp"] == db.session.scalar(whole) == 8  # B-1 and a citizen's
    assert notes["Số dòng ở trang Phiếu"] == book["Phiếu"].max_row - 4 == len(told.counted)
    assert [cell.value for cell in book["Phiếu"]["A"][4:]] == list(told.counted)
    assert notes["Số dòng ở trang Phiếu không tính"] == 5
    assert "số liệu tạm tính" in notes["Kết quả"]
    total = next(row for row in book["Tiến độ"].iter_rows(values_only=True) if row[0] == "Cộng")
    assert total[6] == len(told.counted)
    assert total[5] == total[6] + total[7] + total[8] + total[9] == 2  # the list has two rows


def test_no_name_no_contact_and_no_words_that_people_typed_are_in_it(told: Told) -> None:
    told.run()
    book = opened(workbook_of(materials.of_run(told.world.home, told.campaign, 1)))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    # "Điều tra viên" is a heading and a role.
    assert not [c for c in cells for name in PERSONAL if name in c.replace("Điều tra viên", "")]
    used = {cell.value for cell in book["Phiếu"]["D"][4:]}
    assert used == {alias(told.world.asks.id, told.world.asks.username), alias(told.other.id, "dtv-b")}
    assert all(re.fullmatch(r"E\d{4,}", code) for code in used)


def test_e12_a_stored_run_says_what_it_said_when_responses_change_later(told: Told) -> None:
    run = told.run()
    before = opened(workbook_of(materials.of_run(told.world.home, told.campaign, 1)))
    told.correct("A-6")
    after = opened(workbook_of(materials.of_run(told.world.home, told.campaign, 1)))
    for sheet in before.sheetnames[:-2]:
        assert list(after[sheet].values) == list(before[sheet].values), sheet
    assert facts(after, "Xác minh") == facts(before, "Xác minh")
    assert facts(after)["Kết quả"] == f"lần tính {run.number}, đã đóng băng"
    live = opened(workbook_of(materials.of_now(told.campaign)))
    assert list(live["Sửa phiếu"].values) != list(before["Sửa phiếu"].values)


def test_pages_of_a_stored_run_show_its_field_work_and_not_todays(told: Told) -> None:
    told.run()
    home = told.world.home
    before = score_views.shown(home, told.campaign, 1)
    told.correct("A-6")
    assert score_views.shown(home, told.campaign, 1).field_work == before.field_work
    db.session.execute(Response.__table__.update().values(state="void"))
    db.session.commit()
    kept, now = score_views.shown(home, told.campaign, 1), score_views.shown(home, told.campaign)
    assert (kept.field_work, kept.cover.excluded) == (before.field_work, before.cover.excluded)
    assert [sum(each.valid for each in shown.field_work) for shown in (kept, now)] == [4, 0]
    run = scores.run_of(home, told.campaign, 1)
    run.dossier = None
    assert score_views.shown(home, told.campaign, 1).field_work == now.field_work


def test_e2_e15_read_in_again_it_changes_nothing_and_three_changed_cells_are_three_changes(
    told: Told,
) -> None:
    home, campaign = told.world.home, told.campaign
    content = workbook_of(materials.of_now(campaign))
    assert counts(read_in(home, campaign, content, "bang.xlsx")[1]) == (0, 0, 4, 0)
    changed = with_cells(content, {"I5": 1, "I6": "NA", "J6": 5})
    plan = read_in(home, campaign, changed, "bang.xlsx")[1]
    assert counts(plan) == (0, 2, 2, 0)
    assert [name for row in plan.rows for name, _, _ in row.differences] == [
        *("access_1", "access_1", "access_2")
    ]
    other = with_cells(content, {"D5": "E9999"})
    assert [(cell.row, cell.column) for cell in read_in(home, campaign, other, "bang.xlsx")[1].refused] == [
        (5, "enumerator")
    ]
    missing = response_batches.planned(campaign, _sheet(with_cells(content, {}, drop=5)))[1]
    assert "A-1" in missing


def _sheet(content: bytes) -> Sheet:
    return parse_sheet("bang.xlsx", content, repeated=True, sheet="Phiếu", key="form_code")


def test_a_new_row_may_name_its_enumerator_by_the_code_of_the_file(told: Told) -> None:
    home, campaign = told.world.home, told.campaign
    content = workbook_of(materials.of_now(campaign))
    batch, plan = read_in(home, campaign, with_cells(content, {"A5": "00017"}), "bang.xlsx")
    assert counts(plan) == (1, 0, 3, 0)
    assert plan.rows[0].facts["columns"]["enumerator_id"] == told.world.asks.id
    assert batch.new_rows == 1


def test_responses_of_an_earlier_version_come_back_unchanged_too(told: Told) -> None:
    home, campaign = told.world.home, told.campaign
    other = load_questionnaire("sipas-2023")
    dossier = dossiers.gather(campaign, run_answers.versions_now(campaign))
    before = materials.of_now(campaign)
    campaign.questionnaire_sha256 = _pin("questionnaire", other)
    db.session.commit()
    # Points are of one version; the responses of a campaign that changed its own are still all in the file.
    asked = tuple(run_answers.questionnaires_of(campaign))
    material = replace(before, dossier=dossier, questionnaires=asked)
    content = workbook_of(material)
    headings = [cell.value for cell in opened(content)["Phiếu"][4]]
    assert (len(asked), headings.count("access_1"), "official_6" in headings) == (2, 1, True)
    assert counts(read_in(home, campaign, content, "bang.xlsx")[1]) == (0, 0, 4, 0)
    official = openpyxl.utils.get_column_letter(headings.index("official_6") + 1)
    changed = with_cells(content, {"I5": 1, f"{official}6": 2})
    assert counts(read_in(home, campaign, changed, "bang.xlsx")[1]) == (0, 2, 2, 0)


def test_the_demonstration_read_in_again_changes_nothing(demo: Flask) -> None:
    campaign = campaigns.by_code("ha-nam-2022")
    home = people.by_username("noivu")
    content = workbook_of(materials.of_now(campaign))
    if campaign.state != CampaignState.OPEN:
        campaigns.move(home, campaign, CampaignState.OPEN, "Nhập lại")
    _, plan = read_in(home, campaign, content, "bang.xlsx")
    assert counts(plan) == (0, 0, 2124, 0)


def test_files_call_codes_what_pages_call_them() -> None:
    assert {verdict.value: LABELS[verdict] for verdict in Verdict} == words.VERDICTS
    assert {body.value: LABELS[body] for body in Body} == words.BODIES
    assert {kind.value: LABELS[kind] for kind in DrawKind} == words.DRAW_KINDS
    assert {mode.value: LABELS[mode] for mode in Mode} == words.MODES
    assert SECTION_NAMES == words.SECTIONS
