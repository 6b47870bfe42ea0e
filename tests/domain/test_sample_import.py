"""The list from a file: planned without a trace, applied whole, reversed whole, every wrong cell named."""

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from scoring.sheets import read_sheet
from survey_app import problems
from survey_app.domain import assignments, audit, campaigns, people, sample_export, sample_import, samples
from survey_app.domain.import_plan import CellRefused, Importer
from survey_app.domain.sample_cells import CONTACT
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import AuditLine, Campaign, SampleRow, User
from survey_app.vocabulary import CampaignState, Role
from tests.bad_inputs import BAD_INPUTS
from tests.domain.sample_list import COLUMNS, ROWS, Cells, contact_of, one, row, sheet, take_in
from tests.domain.small_campaign import answer, enumerator

TEXTS = ("form_code", "procedure", "name", "phone", "address")
ENDS = "2027-06-29"  # 180 days after 31/12/2026: 31 + 28 + 31 + 30 + 31 + 29


def planned(campaign: Campaign, folder: Path, rows: list[Cells]) -> tuple[int, int, int]:
    """Return how many rows a file would add, change and leave."""
    plan = sample_import.plan(campaign, sheet(folder, rows))
    assert plan.refused == ()
    return plan.new, plan.changed, plan.unchanged


def refused(campaign: Campaign, folder: Path, rows: list[Cells]) -> list[tuple[int, str]]:
    """Return row and column of every cell refused, and assert that such a file leaves nothing behind."""
    plan = sample_import.plan(campaign, sheet(folder, rows))
    with pytest.raises(problems.ImportRefused):
        sample_import.apply(people.command_line(), campaign, plan)
    return [(cell.row, cell.column) for cell in plan.refused]


def test_a_list_is_planned_without_a_trace_and_applied_with_a_line_a_row(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    importer: Importer = sample_import
    assert planned(small, tmp_path, ROWS) == (7, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 0
    take_in(actor, small, tmp_path, ROWS)
    assert [column.name for column in importer.columns(small)] == list(COLUMNS)
    listed = select(SampleRow.form_code, SampleRow.kind, SampleRow.position, SampleRow.in_use)
    assert [tuple(each) for each in db.session.execute(listed.order_by(SampleRow.id))] == [
        ("007", "official", 1, True),
        ("00017", "official", 2, True),
        ("1200000", "official", 3, True),
        ("123456789012", "official", 4, True),
        ("R-2", "reserve", 20, False),
        ("R-1", "reserve", 10, False),
        ("B-1", "official", 1, True),
    ]
    lines = audit.history("sample", "007")
    assert [audit.changes_of(line)["after"] for line in lines] == [
        {
            "unit": "A",
            "kind": "official",
            "position": 1,
            "procedure": "Đất đai",
            "enumerator": None,
            "contact": ["name", "phone", "address"],
        }
    ]


def test_e2_e3_e8_codes_and_telephone_numbers_stay_the_text_they_were(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, ROWS)
    assert contact_of("007") == ("Nguyễn Văn An", "0912345678", "Xã 00017, tổ 3", ENDS)
    assert contact_of("00017") == ("Công ty =1+1", "+84 912 345 678", "", ENDS)
    assert contact_of("1200000") is None


def test_e2_u5_a_workbook_gives_texts_numbers_and_days(actor: User, small: Campaign, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["form_code", "unit", "kind", "position", "phone", "remove_after"])
    book.active.append(["007", "A", "Dự phòng", 3, "0912345678", date(2027, 1, 31)])
    book.active.append([1200000, "A", "Dự phòng", "2", "1900 1234", "31/01/2027"])
    book.save(tmp_path / "list.xlsx")
    plan = sample_import.plan(small, read_sheet(tmp_path / "list.xlsx"))
    assert plan.refused == ()
    sample_import.apply(actor, small, plan)
    assert (one("007").position, contact_of("007")) == (3, ("", "0912345678", "", "2027-01-31"))
    assert (one("1200000").position, contact_of("1200000")) == (2, ("", "1900 1234", "", "2027-01-31"))


def test_e2_a_telephone_number_that_lost_its_zero_in_a_spreadsheet_is_refused(
    small: Campaign, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["form_code", "unit", "kind", "phone"])
    book.active.append(["007", "A", "official", 912345678])
    book.save(tmp_path / "list.xlsx")
    plan = sample_import.plan(small, read_sheet(tmp_path / "list.xlsx"))
    assert plan.refused == (
        CellRefused(
            2,
            "phone",
            "912345678",
            "“912345678” thiếu số 0 ở đầu; hãy định dạng cột là văn bản rồi ghi lại số",
        ),
    )


def test_e15_three_cells_changed_are_three_changes_and_exactly_those(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, ROWS)
    enumerator(actor, small, "A", 1)
    rows = [dict(each) for each in reversed(ROWS)]
    for code, column, text in (
        ("007", "procedure", "Hộ tịch"),
        ("00017", "phone", "0987654321"),
        ("B-1", "position", "5"),
    ):
        next(each for each in rows if each["form_code"] == code)[column] = text
    assert planned(small, tmp_path, rows) == (0, 3, 4)
    plan = sample_import.plan(small, sheet(tmp_path, rows))
    assert {each.key: each.differences for each in plan.rows if each.differences} == {
        "007": (("Thủ tục", "Đất đai", "Hộ tịch"),),
        "00017": (("Điện thoại", sample_import.HIDDEN, "0987654321"),),
        "B-1": (("Thứ tự", "1", "5"),),
    }
    changes = sample_import.apply(actor, small, plan)
    # What a batch shows afterwards: never what a contact said.
    assert [(each["kind"], each["differences"]) for each in changes if each["key"] == "00017"] == [
        ("changed", [["Điện thoại", sample_import.HIDDEN, sample_import.HIDDEN]])
    ]
    assert sorted(each["key"] for each in changes) == ["00017", "007", "B-1"]
    assert (one("007").procedure, one("B-1").position) == ("Hộ tịch", 5)
    assert contact_of("00017") == ("Công ty =1+1", "0987654321", "", ENDS)
    assert planned(small, tmp_path, rows) == (0, 0, 7)


def test_e2_e15_the_list_as_a_file_is_read_in_again_as_it_was(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    user = enumerator(actor, small, "A", 1)
    take_in(actor, small, tmp_path, [*ROWS, row("A-9", enumerator=user.username, procedure="=1+1")])
    home_affairs = people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)
    file = tmp_path / "out.xlsx"
    file.write_bytes(sample_export.workbook(home_affairs, small))
    plan = sample_import.plan(small, read_sheet(file))
    assert (plan.refused, plan.new, plan.changed, plan.unchanged) == ((), 0, 0, 8)
    book = openpyxl.load_workbook(file)
    cells = [(cell.value, cell.data_type) for cell in book.worksheets[0]["A"]]
    assert {("007", "s"), ("00017", "s"), ("1200000", "s"), ("123456789012", "s")} <= set(cells)
    assert ("=1+1", "s") in [(cell.value, cell.data_type) for cell in book.worksheets[0]["E"]]
    told = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert told.isdisjoint({"Nguyễn Văn An", "0912345678", "+84 912 345 678"})
    for place, value in ((2, "Hộ tịch"), (3, "(xóa)"), (4, "Đất đai")):
        book.worksheets[0].cell(place, 5).value = value
    book.save(file)
    changed = sample_import.plan(small, read_sheet(file))
    assert (changed.refused, changed.new, changed.changed, changed.unchanged) == ((), 0, 3, 5)
    assert {each.key: each.differences for each in changed.rows if each.kind == "changed"} == {
        "B-1": (("Thủ tục", "", "Hộ tịch"),),
        "007": (("Thủ tục", "Đất đai", ""),),
        "00017": (("Thủ tục", "", "Đất đai"),),
    }


def test_e16_a_blank_cell_leaves_and_the_word_erases(actor: User, small: Campaign, tmp_path: Path) -> None:
    user = enumerator(actor, small, "A", 1)
    take_in(actor, small, tmp_path, [*ROWS, row("A-9", enumerator=user.username)])
    assert sample_import.rule.count("(xóa)") == 1
    blank = [dict.fromkeys(COLUMNS, "") | {"form_code": code} for code in ("007", "A-9")]
    assert planned(small, tmp_path, blank) == (0, 0, 2)
    erasing = [
        blank[0] | {"phone": "(xóa)", "procedure": "(Xóa)"},
        blank[1] | {"enumerator": unicodedata.normalize("NFD", "(xóa)")},
    ]
    take_in(actor, small, tmp_path, erasing)
    assert contact_of("007") == ("Nguyễn Văn An", "", "Xã 00017, tổ 3", ENDS)
    assert (one("007").procedure, one("A-9").enumerator_id) == ("", None)
    take_in(actor, small, tmp_path, [blank[0] | {"name": "(xóa)", "address": "(xóa)"}])
    assert contact_of("007") is None
    lasting = [blank[0] | {"unit": "(xóa)", "kind": "(xóa)", "position": "(xóa)"}]
    assert refused(small, tmp_path, lasting) == [(2, "unit"), (2, "kind"), (2, "position")]


def test_e17_every_wrong_cell_is_named_and_nothing_goes_in(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    gone = enumerator(actor, small, "A", 1)
    people.disable(actor, gone)
    rows = [
        row("A-1", position="1"),
        row("A-1", kind="dự bị"),
        row("mã có dấu", unit="C"),
        row("", unit="KHONG-CO"),
        row("A-4", position="1"),
        row("A-5", position="0"),
        row("A-6", position="1_000"),
        row("A-7", enumerator=gone.username),
        row("A-8", kind="Dự phòng", enumerator="không-có"),
        row("A-9", phone="không có", name="x" * 201),
        row("A-10", name="Lan", remove_after="31/04/2027"),
        row("A-11", name="Lan", remove_after="31/12/2024"),
        row("A-12", unit="", kind=""),
    ]
    assert refused(small, tmp_path, rows) == [
        (3, "form_code"),
        (3, "kind"),
        (4, "form_code"),
        (4, "unit"),
        (5, "form_code"),
        (5, "unit"),
        (6, "position"),
        (7, "position"),
        (8, "position"),
        (9, "enumerator"),
        (10, "enumerator"),
        (11, "name"),
        (11, "phone"),
        (12, "remove_after"),
        (13, "remove_after"),
        (14, "unit"),
        (14, "kind"),
    ]
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 0


def test_e18_rows_missing_from_a_later_file_stay_and_columns_may_be_missing_too(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, ROWS)
    narrow = [{"kind": "Chính thức", "form_code": "B-1", "unit": "Huyện B"}]
    assert planned(small, tmp_path, narrow) == (0, 0, 1)
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 7
    plan = sample_import.plan(small, sheet(tmp_path, [{"form_code": "B-1", "Unit": "B"}]))
    assert [(each.row, each.column) for each in plan.refused] == [(1, "unit"), (1, "kind")]
    assert len(sample_import.plan(small, sheet(tmp_path, [])).refused) == 1


def test_u2_u3_words_are_known_composed_or_not_with_or_without_marks(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    rows = [
        row("A-1", kind=unicodedata.normalize("NFD", "Chính thức")),
        row("A-2", kind="DU PHONG"),
        row("A-3", unit=unicodedata.normalize("NFD", "Sở A"), kind="\u200bOfficial "),
    ]
    take_in(actor, small, tmp_path, rows)
    assert [(one(code).kind, one(code).unit_id) for code in ("A-1", "A-2", "A-3")] == [
        (kind, one("A-1").unit_id) for kind in ("official", "reserve", "official")
    ]


def test_rows_change_places_and_sides_without_meeting(actor: User, small: Campaign, tmp_path: Path) -> None:
    take_in(actor, small, tmp_path, ROWS)
    swapped = [
        row("007", position="2"),
        row("00017", position="1"),
        row("R-1", kind="official", position="3"),
        row("1200000", kind="reserve"),
    ]
    take_in(actor, small, tmp_path, swapped)
    assert [(one(c).kind, one(c).position, one(c).in_use) for c in ("007", "00017", "R-1", "1200000")] == [
        ("official", 2, True),
        ("official", 1, True),
        ("official", 3, True),
        ("reserve", 21, False),
    ]


def test_an_enumerator_named_in_the_file_is_assigned_to_the_unit(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    user = enumerator(actor, small, "A", 1)
    rows = [row(f"A-{number}", enumerator=user.username) for number in range(3)]
    take_in(actor, small, tmp_path, [*rows, row("B-1", unit="B", enumerator=user.username.upper())])
    assert [(each.unit.code, each.target) for each in assignments.work_of(user, small)] == [
        ("B", 1),
        ("A", 3),
    ]


def test_e20_a_list_is_reversed_as_one_and_every_row_has_its_line(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    first = take_in(actor, small, tmp_path, ROWS)
    second = take_in(
        actor,
        small,
        tmp_path,
        [
            row("007", position="2", phone="(xóa)"),
            row("00017", position="1", name="Khác"),
            row("NEW", name="Mới"),
        ],
    )
    sample_import.reverse(actor, small, [{**change, "reason": "Nhầm tệp"} for change in second])
    assert audit.changes_of(audit.history("sample", "NEW")[-1])["reason"] == "Nhầm tệp"
    assert [(one(code).position, contact_of(code)) for code in ("007", "00017")] == [
        (1, ("Nguyễn Văn An", "0912345678", "Xã 00017, tổ 3", ENDS)),
        (2, ("Công ty =1+1", "+84 912 345 678", "", ENDS)),
    ]
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 7
    sample_import.reverse(actor, small, first)
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 0
    verbs = [line.verb for line in audit.history("sample", "007")]
    assert verbs == ["sample.imported", "sample.imported", "sample.removed", "sample.removed"]


def test_e20_a_row_used_since_keeps_its_file_from_being_reversed_and_is_named(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    user = enumerator(actor, small, "A", 9)
    changes = take_in(actor, small, tmp_path, ROWS)
    answer(small, user, "A", 4, "00017")
    samples.give(actor, small, "A", user, 1)
    with pytest.raises(problems.SampleRowsUsed) as refusal:
        sample_import.reverse(actor, small, changes)
    assert refusal.value.facts == {"count": 2, "codes": "007, 00017"}
    assert db.session.scalar(select(func.count()).select_from(SampleRow)) == 7


def test_e20_an_older_file_is_not_reversed_over_a_newer_one(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    older = take_in(actor, small, tmp_path, [row("A-1", phone="0912345678")])
    newer = take_in(actor, small, tmp_path, [row("A-1", phone="0987654321")])
    with pytest.raises(problems.SampleRowsUsed):
        sample_import.reverse(actor, small, older)
    sample_import.reverse(actor, small, newer)
    moved = take_in(actor, small, tmp_path, [row("A-1", position="2")])
    take_in(actor, small, tmp_path, [row("A-2", position="1")])
    with pytest.raises(problems.SampleRowsUsed) as refusal:
        sample_import.reverse(actor, small, moved)
    assert refusal.value.facts["codes"] == "A-2"


def test_a_plan_made_before_somebody_else_changed_the_list_is_refused(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    take_in(actor, small, tmp_path, [row("A-1")])
    plan = sample_import.plan(small, sheet(tmp_path, [row("A-1", procedure="X"), row("A-2")]))
    take_in(actor, small, tmp_path, [row("A-1", procedure="Y")])
    with pytest.raises(problems.PlanStale):
        sample_import.apply(actor, small, plan)
    plan = sample_import.plan(small, sheet(tmp_path, [row("A-3")]))
    take_in(actor, small, tmp_path, [row("A-4")])
    with pytest.raises(problems.PlanStale):
        sample_import.apply(actor, small, plan)


def test_what_was_done_on_a_row_cannot_be_changed_by_a_file(
    actor: User, small: Campaign, tmp_path: Path
) -> None:
    user = enumerator(actor, small, "A", 9)
    other = people.create(actor, people.Person("dtv-x", "X", Role.ENUMERATOR), None)
    take_in(actor, small, tmp_path, [*ROWS[:6], row("A-5", enumerator=user.username)])
    answer(small, user, "A", 4, "A-5")
    samples.give(actor, small, "A", user, 1)
    closed = samples.replace(actor, small, one("007"), "refused", "")
    assert closed.by is not None
    rows = [
        row("A-5", unit="B", kind="reserve", enumerator=other.username),
        row("007", unit="B"),
        row(closed.by.form_code, kind="official"),
    ]
    assert refused(small, tmp_path, rows) == [
        (2, "unit"),
        (2, "kind"),
        (2, "enumerator"),
        (3, "unit"),
        (4, "kind"),
    ]
    assert planned(small, tmp_path, [row("A-5", phone="0912345678", procedure="Hộ tịch")]) == (0, 1, 0)


@pytest.mark.parametrize("state", [CampaignState.CLOSED, CampaignState.SEALED])
def test_a_campaign_that_is_over_takes_no_list(
    actor: User, small: Campaign, tmp_path: Path, state: CampaignState
) -> None:
    plan = sample_import.plan(small, sheet(tmp_path, ROWS))
    for step in campaigns.STEPS[2 : campaigns.STEPS.index(state) + 1]:
        campaigns.move(actor, small, step)
    with pytest.raises(problems.SampleNotOpen):
        sample_import.apply(actor, small, plan)
    with pytest.raises(problems.SampleNotOpen):
        sample_import.reverse(actor, small, [])


GOOD = {
    "unit": {"letter level"},
    "position": {"a plain number", "six", "spaced number", "level as text with blank"},
}


@pytest.mark.parametrize("column", COLUMNS)
def test_e10_u1_u6_u7_every_bad_input_in_every_cell_is_refused_or_kept_as_text(
    actor: User, small: Campaign, tmp_path: Path, column: str
) -> None:
    table = sheet(tmp_path, [row("A-1")])
    for name, bad in BAD_INPUTS.items():
        cells = row("A-1", name="Lan") | {column: str(bad)}
        plan = sample_import.plan(small, replace(table, rows=((2, list(cells.values())),)))
        if plan.refused:
            assert {cell.column for cell in plan.refused} == {column}, name
            assert all(cell.why and len(cell.value) <= 40 for cell in plan.refused), name
            continue
        text = clean_line(str(bad))
        assert not text or name in GOOD.get(column, set()) or column in TEXTS, name
        changes = sample_import.apply(actor, small, plan)
        if column == "form_code":
            assert one(text).form_code == text
        elif column == "procedure":
            assert one("A-1").procedure == text
        elif column in ("name", "phone", "address"):
            assert (contact_of("A-1") or ("",) * 4)[CONTACT.index(column)] == text
        sample_import.reverse(actor, small, changes)


def test_a_line_of_the_trail_never_holds_a_contact(actor: User, small: Campaign, tmp_path: Path) -> None:
    changes = take_in(actor, small, tmp_path, ROWS)
    sample_import.reverse(actor, small, changes)
    bodies = " ".join(db.session.scalars(select(AuditLine.body).where(AuditLine.noun == "sample")))
    for text in ("Nguyễn Văn An", "0912345678", "tổ 3", "+84"):
        assert text not in bodies
