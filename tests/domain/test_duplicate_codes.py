"""Forms whose code is another's: kept whole, counted nowhere, told their device, and never a way to another's row."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from survey_app import duplicate_problems, problems
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    duplicate_codes,
    integrity,
    paradata,
    people,
    responses,
    samples,
)
from survey_app.domain.duplicate_codes import Kept
from survey_app.domain.response_content import Entry
from survey_app.domain.response_saving import Receipt
from survey_app.extensions import db
from survey_app.models import Campaign, DuplicateCode, Response, User
from survey_app.vocabulary import CampaignState, DuplicateState, DuplicateWhy, Role
from tests.domain import sample_list
from tests.domain.small_campaign import CRITERIA, DETAILS, race, result_of
from tests.domain.two_hands import CODES, Hands, count, kept, lines, two_hands


@pytest.fixture
def hands(actor: User, small: Campaign, tmp_path: Path) -> Hands:
    """Ten rows that moved from the first enumerator to the second."""
    return two_hands(actor, small, tmp_path)


def refused(hands: Hands, user: User, code: str, **changed: object) -> list[str]:
    """Return the fields of the refusal that a device gets for a form, nothing of which is stored."""
    before = count(DuplicateCode), count(Response)
    with pytest.raises(problems.InvalidFields) as refusal:
        hands.send(user, code, **changed)
    db.session.rollback()
    assert (count(DuplicateCode), count(Response)) == before
    return sorted(refusal.value.fields)


def test_t4_ten_moved_codes_completed_by_both_count_once_each_and_none_is_lost(hands: Hands) -> None:
    owner_first = CODES[:5]
    for code in owner_first:
        assert isinstance(hands.send(hands.second, code, 5), Receipt)
        assert isinstance(hands.send(hands.first, code, 2), Kept)
    for code in CODES[5:]:
        assert isinstance(hands.send(hands.first, code, 2), Kept)
        assert isinstance(hands.send(hands.second, code, 5), Receipt)
    assert (count(Response), count(DuplicateCode)) == (10, 10)
    assert [kept(code).why for code in CODES] == [DuplicateWhy.TAKEN] * 5 + [DuplicateWhy.MOVED] * 5
    found = result_of(hands.campaign, "A")
    assert (found["responses"], found["satisfied"]) == (10, 10 * len(CRITERIA))
    for code in CODES:
        told = json.loads(kept(code).content)
        assert (told["form_code"], told["unit"], told["answers"][1:]) == (code, "A", "2" * 21)
        assert paradata.unpacked(kept(code).making).edits == 3
    assert [line.record_id for line in lines("duplicate.kept")] == [kept(code).uuid for code in CODES]
    assert all(finding.holds for finding in integrity.check())


def test_s1_the_same_form_again_is_told_the_same_and_leaves_one_row_and_one_line(
    app: Flask, hands: Hands
) -> None:
    assert race(
        app, lambda: hands.send(hands.first, CODES[0], uuid="0b1f6f0e-0000-4000-8000-00000000000a")
    ) == [
        None,
        None,
    ]
    first = hands.send(hands.first, CODES[0], uuid="0b1f6f0e-0000-4000-8000-00000000000a")
    assert isinstance(first, Kept)
    assert (first.is_new, first.state, len(first.digest)) == (False, DuplicateState.OPEN, 64)
    assert (count(DuplicateCode), len(lines("duplicate.kept"))) == (1, 1)


def test_the_device_hears_who_has_the_row_now_and_nothing_of_the_other_form(hands: Hands) -> None:
    hands.send(hands.second, CODES[0], 5, mode="face_to_face")
    told = hands.send(hands.first, CODES[0])
    assert isinstance(told, Kept)
    assert told.sentence == (
        "Mã phiếu T4-00 trùng: máy chủ đã giữ nguyên phiếu này, chưa tính, chờ điều phối viên quyết định."
    )
    assert told.why.startswith("Dòng T4-00 của danh sách nay đã giao cho Ông Yên. Nếu mã T4-00 là do gõ nhầm")
    assert hands.uuids["y-dtv", CODES[0]] not in f"{told}"


def test_other_content_under_a_kept_id_is_refused_and_the_kept_one_stays(hands: Hands) -> None:
    first = hands.send(hands.first, CODES[0], 2)
    with pytest.raises(duplicate_problems.DuplicateOther):
        hands.send(hands.first, CODES[0], 3)
    db.session.rollback()
    assert kept(CODES[0]).content_digest == first.digest


def test_a_code_mistyped_in_the_field_is_mended_and_its_case_closed(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    uuid = hands.uuids["x-dtv", CODES[0]]
    receipt = hands.send(hands.first, "FREE-1", uuid=uuid)
    assert isinstance(receipt, Receipt)
    assert (receipt.is_new, receipt.uuid) == (True, uuid)
    case = kept(CODES[0])
    assert (case.state, case.decided_by, case.reason) == (
        DuplicateState.RECODED,
        hands.first,
        "Điều tra viên sửa mã phiếu thành FREE-1.",
    )
    assert [audit.changes_of(line)["after"] for line in lines("duplicate.decided")] == [
        {"state": "recoded", "form_code": "FREE-1"}
    ]
    again = hands.send(hands.first, CODES[0])
    assert isinstance(again, Receipt)
    assert (again.digest, again.form_code) == (receipt.digest, "FREE-1")
    assert count(Response) == 1


def test_a_form_kept_aside_mended_to_a_code_that_is_not_hers_stays_kept(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    with pytest.raises(problems.InvalidFields):
        hands.send(hands.first, CODES[1], uuid=hands.uuids["x-dtv", CODES[0]])
    db.session.rollback()
    assert (kept(CODES[0]).state, count(DuplicateCode), count(Response)) == (DuplicateState.OPEN, 1, 0)


def test_a_row_that_was_never_hers_is_hers_to_mend_so_nobody_fills_the_list_of_cases(
    actor: User, hands: Hands
) -> None:
    third = people.create(actor, people.Person("z-dtv", "Cô Zung", Role.ENUMERATOR), None)
    assignments.assign(actor, hands.campaign, "A", third, 5)
    db.session.commit()
    assert refused(hands, third, CODES[0]) == ["form_code"]
    hands.send(hands.second, CODES[0])
    assert refused(hands, third, CODES[0]) == ["form_code"]


def test_her_own_response_with_that_code_is_a_typo_to_mend(hands: Hands) -> None:
    hands.send(hands.second, CODES[0])
    assert refused(hands, hands.second, CODES[0], uuid=str(uuid4())) == ["form_code"]


def test_a_second_form_of_one_code_by_one_person_is_hers_to_mend(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    assert refused(hands, hands.first, CODES[0], uuid=str(uuid4())) == ["form_code"]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"mode": "telepathy"}, ["form_code", "mode"]),
        ({"answers": {"access_1": 9}}, ["access_1", "form_code"]),
        ({"details": {}}, ["form_code", "respondent_kind", "service_field"]),
        ({"unit": "B"}, ["unit"]),
    ],
    ids=["mode", "answer", "missing", "unit"],
)
def test_a_moved_code_with_anything_else_wrong_is_hers_to_mend(
    hands: Hands, changed: dict[str, object], fields: list[str]
) -> None:
    assert refused(hands, hands.first, CODES[0], **changed) == fields


def test_a_code_on_no_list_that_anothers_form_bears_is_kept(hands: Hands) -> None:
    hands.send(hands.second, "PAPER-1")
    assert isinstance(hands.send(hands.first, "PAPER-1"), Kept)
    case = kept("PAPER-1")
    assert (case.why, case.enumerator) == (DuplicateWhy.TAKEN, hands.first)


def test_the_rows_own_enumerator_is_kept_where_anothers_form_took_the_code(hands: Hands) -> None:
    hands.send(hands.second, CODES[0])
    samples.move(hands.coordinator, hands.campaign, "A", hands.second, hands.first)
    db.session.execute(update(Response).values(enumerator_id=hands.first.id))
    db.session.commit()
    assert isinstance(hands.send(hands.second, CODES[0], uuid=str(uuid4())), Kept)


def test_a_recalled_assignment_does_not_lose_what_was_done_before(hands: Hands) -> None:
    assignments.assign(hands.coordinator, hands.campaign, "A", hands.first, 0)
    db.session.commit()
    assert isinstance(hands.send(hands.first, CODES[0]), Kept)


def test_a_response_of_hers_that_arrived_before_the_row_moved_is_no_duplicate(hands: Hands) -> None:
    receipt = hands.send(hands.second, CODES[0])
    samples_moved = update(sample_list.SampleRow).values(enumerator_id=hands.first.id)
    db.session.execute(samples_moved)
    db.session.commit()
    assert hands.send(hands.second, CODES[0]).digest == receipt.digest
    assert refused(hands, hands.second, CODES[0], level=3) == ["form_code"]


def test_a_form_and_a_draft_are_refused_or_saved_as_ever_and_never_kept_aside(hands: Hands) -> None:
    entry = Entry("A", CODES[0], "paper", dict.fromkeys(CRITERIA, 4), DETAILS)
    with pytest.raises(problems.InvalidFields):
        responses.submit(hands.first, hands.campaign, str(uuid4()), entry)
    db.session.rollback()
    responses.save_draft(hands.first, hands.campaign, str(uuid4()), entry)
    assert count(DuplicateCode) == 0


def test_a_closed_campaign_keeps_nothing_more_but_tells_of_what_it_keeps(actor: User, hands: Hands) -> None:
    first = hands.send(hands.first, CODES[0])
    campaigns.move(actor, hands.campaign, CampaignState.CLOSED)
    db.session.commit()
    with pytest.raises(problems.CampaignNotOpen):
        hands.send(hands.first, CODES[1])
    db.session.rollback()
    assert hands.send(hands.first, CODES[0]).digest == first.digest


def test_a3_the_id_of_anothers_kept_form_is_nobodys(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    with pytest.raises(problems.NotFound):
        hands.send(hands.second, CODES[0], uuid=hands.uuids["x-dtv", CODES[0]])


def test_an_enumerator_sees_her_own_cases_coordinators_all_and_bodies_none(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    for user, seen in ((hands.first, 1), (hands.second, 0), (hands.coordinator, 1)):
        assert len(db.session.scalars(duplicate_codes.visible_to(user)).all()) == seen
    supervisor = User(role=Role.SUPERVISOR)
    assert db.session.scalars(duplicate_codes.visible_to(supervisor)).all() == []
    with pytest.raises(problems.NotFound):
        duplicate_codes.one_visible_to(hands.second, kept(CODES[0]).id)


def test_a_changed_content_of_a_kept_form_is_found_by_the_check(hands: Hands) -> None:
    hands.send(hands.first, CODES[0])
    changed = kept(CODES[0]).content.replace('"answers":"3', '"answers":"5')
    db.session.execute(update(DuplicateCode).values(content=changed))
    told = [(each.what, each.detail) for each in integrity.check() if not each.holds]
    assert told == [("phiếu trùng mã", "phiếu T4-00 không khớp mã kiểm tra")]
    digest = duplicate_codes.response_content.digest_of(changed)
    db.session.execute(update(DuplicateCode).values(content_digest=digest))
    assert [each.what for each in integrity.check() if not each.holds] == ["phiếu trùng mã"]
