"""A list taken back as one: what stood before stands again, and what was used since is named."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app import problems
from survey_app.domain import audit, sample_import, samples
from survey_app.extensions import db
from survey_app.models import Campaign, SampleRow, User
from tests.domain.sample_list import ENDS, ROWS, contact_of, one, row, sheet, take_in
from tests.domain.small_campaign import answer, enumerator

pytestmark = pytest.mark.usefixtures("in_november")


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
