"""Verdicts: read by the rules of the form, stored once, superseded and never edited."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import (
    audit,
    days,
    drawn_responses,
    people,
    recheck_attempts,
    recheck_devices,
    recheck_verdicts,
    rechecks,
    responses,
)
from survey_app.domain.response_content import entry_of
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, DrawMember, Recheck, RecheckVerdict, Response, User
from survey_app.vocabulary import Body, CampaignState, ResponseState
from tests.domain.drawn import CRITERIA, draw_of, rechecks_of
from tests.domain.recheck_work import NO, UNREACHED, YES, Work, begin, judged, yesterday
from tests.domain.small_campaign import answer, race


@pytest.fixture
def work(actor: User, small: Campaign) -> Work:
    """Two responses, each drawn for both bodies."""
    return begin(actor, small)


def refused(recheck: Recheck, raw: dict[str, Any]) -> dict[str, str]:
    """Return the sentences beside the fields of what was refused."""
    with pytest.raises(problems.InvalidFields) as refusal:
        recheck_verdicts.read(recheck, raw)
    return refusal.value.fields


def lines(verb: str) -> list[AuditLine]:
    """Return the lines of one verb."""
    return list(db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id)))


def test_a_verdict_keeps_what_was_found_and_the_original_stays_as_it_was(work: Work) -> None:
    before = work.responses[0].answers
    again = dict(zip(CRITERIA, ("5", "N", "2", "", "-"), strict=True))
    typed = YES | {"took_place_on": yesterday(), "again": again, "note": " Ho\u0309i\x00 lại\u200b "}
    done = judged(work.people["mattran"], work.front[0], typed)
    kept = db.session.scalars(select(RecheckVerdict)).one()
    assert (done.verdict, done.is_new) == (kept, True)
    assert (kept.number, kept.verdict, kept.reasons, kept.blind) == (1, "confirmed", "", True)
    assert (kept.answers_again, kept.note, kept.response_version) == ("5N2--", "Hỏi lại", 1)
    assert kept.took_place_on == days.today() - timedelta(days=1)
    assert (work.front[0].state, work.front[0].verdict, work.front[0].version) == ("judged", "confirmed", 2)
    assert (work.responses[0].answers, work.responses[0].version) == (before, 1)
    (line,) = audit.history("recheck", work.front[0].uuid)
    told = audit.changes_of(line)
    assert told["before"] == {"state": "waiting", "verdict": None}
    assert told["after"] == {
        "form_code": "A-1",
        "state": "judged",
        "verdict": "confirmed",
        "reasons": None,
        "number": 1,
        "blind": True,
        "version": 1,
        "digest": kept.content_digest,
    }


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"verdict": ""}, ["verdict"]),
        ({"verdict": "void"}, ["verdict"]),
        ({"took_place": "no"}, ["verdict"]),
        ({"used_service": "no"}, ["verdict"]),
        ({"took_place": None}, ["took_place"]),
        ({"read_fairly": ""}, ["read_fairly"]),
        ({"used_service": "maybe"}, ["used_service"]),
        ({"again": {}}, ["again"]),
        ({"again": dict.fromkeys(CRITERIA, "-")}, ["again"]),
        ({"again": {"access_1": "6", "official_4": "4"}}, ["access_1"]),
        ({"again": {"access_1": "４", "official_4": 4}}, ["access_1", "official_4"]),
        ({"again": {"access_2": "4", "access_1": "4"}}, ["access_2"]),
        ({"again": ["4"]}, ["again"]),
        ({"took_place_on": "31/04/2026"}, ["took_place_on"]),
        ({"took_place_on": "2026-4-1"}, ["took_place_on"]),
        ({"took_place_on": 20260401}, ["took_place_on"]),
        ({"took_place_on": "31/12/2999"}, ["took_place_on"]),
        ({"took_place": "unsure", "took_place_on": "01/04/2026"}, ["took_place_on"]),
        ({"reasons": ["led"]}, ["reasons"]),
        ({"verdict": "failed"}, ["reasons"]),
        ({"verdict": "failed", "reasons": ["mood"]}, ["reasons"]),
        ({"verdict": "failed", "reasons": "led"}, ["reasons"]),
        ({"verdict": "failed", "reasons": ["other_finding"], "note": "\u200b"}, ["note"]),
        ({"verdict": "failed", "reasons": ["no_interview"]}, ["reasons"]),
        ({"verdict": "unreachable"}, ["verdict"]),
        ({"note": "x" * 1001}, ["note"]),
        ({"note": ["x"]}, ["note"]),
        ({"state": "judged"}, ["state"]),
    ],
)
def test_what_the_answers_do_not_allow_is_refused_beside_its_field(
    work: Work, change: dict[str, Any], fields: list[str]
) -> None:
    assert sorted(refused(work.front[0], YES | change)) == fields


def test_a_day_that_is_not_real_and_one_that_has_not_come_are_named(work: Work) -> None:
    tomorrow = f"{days.today() + timedelta(days=1):%d/%m/%Y}"
    told = [refused(work.front[0], YES | {"took_place_on": day}) for day in ("31/04/2026", tomorrow)]
    assert ["“31/04/2026” không phải" in told[0]["took_place_on"], tomorrow in told[1]["took_place_on"]] == [
        True,
        True,
    ]


def test_a_no_gives_its_reason_by_itself(work: Work) -> None:
    typed = {"took_place": "no", "used_service": "no", "read_fairly": "unsure", "verdict": "failed"}
    found = recheck_verdicts.read(work.front[0], typed | {"reasons": ["answers_differ"]})
    assert list(found.reasons) == ["no_interview", "not_a_user", "answers_differ"]


def test_not_reached_needs_its_attempts_and_a_wrong_number_is_enough_by_itself(work: Work) -> None:
    supervisor = work.people["mattran"]
    for recheck, results in ((work.front[0], ["nobody", "call_again"]), (work.front[1], [])):
        for result in results:
            recheck_attempts.attempt(supervisor, recheck, way="by_phone", result=result)
        with pytest.raises(problems.InvalidFields, match="1 chỗ") as refusal:
            judged(supervisor, recheck, UNREACHED)
        assert list(refusal.value.fields) == ["verdict"]
    recheck_attempts.attempt(supervisor, work.front[0], way="in_person", result="nobody")
    recheck_attempts.attempt(supervisor, work.front[1], way="by_phone", result="wrong_contact")
    first = judged(supervisor, work.front[0], UNREACHED).verdict
    with pytest.raises(recheck_problems.UnreachableByHead):
        judged(supervisor, work.front[1], UNREACHED)
    kept = [first, judged(work.people["mattran-truong"], work.front[1], UNREACHED).verdict]
    assert [(each.verdict, each.answers_again) for each in kept] == [("unreachable", "")] * 2


def test_who_was_reached_before_is_not_unreachable_afterwards(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    recheck_attempts.attempt(supervisor, recheck, way="by_phone", result="wrong_contact")
    judged(supervisor, recheck, NO)
    with pytest.raises(recheck_problems.ReachedBefore):
        judged(supervisor, recheck, UNREACHED | {"note": "Không gọi được nữa."})
    assert recheck.verdict == "failed"


@pytest.mark.parametrize("note", ["0912345678", "gọi 091 234 5678", "CCCD 035.084.001.234"])
def test_no_number_of_a_person_is_kept_in_a_note_and_no_note_in_the_trail(work: Work, note: str) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    with pytest.raises(problems.InvalidFields) as refusal:
        recheck_attempts.attempt(supervisor, recheck, way="by_phone", result="nobody", note=note)
    assert list(refusal.value.fields) == ["attempt_note"]
    assert refused(recheck, YES | {"note": note})["note"] == problems.field("recheck_note_phone")
    recheck_attempts.attempt(supervisor, recheck, way="by_phone", result="call_again", note="Hẹn 18 giờ 30")
    judged(supervisor, recheck, YES | {"note": "Bà Lan kể rõ."})
    told = [
        audit.changes_of(line)["reason"] for line in (*lines("recheck.attempted"), *lines("recheck.judged"))
    ]
    assert told == ["", ""]


def test_who_is_asked_again_and_about_what_is_that_of_the_version_drawn(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    response, before = work.responses[0], work.responses[0].answers
    entry = entry_of(response, response.questionnaire_sha256)
    response.state = ResponseState.RETURNED
    changed = replace(entry, form_code="ZZ-9", answers={**entry.answers, "access_1": "1"})
    responses.correct(work.enumerator, response, changed, version=1, reason="Nhập nhầm")
    found = drawn_responses.as_drawn(recheck)
    assert (response.form_code, found.form_code, found.version, found.answers) == ("ZZ-9", "A-1", 1, before)
    assert judged(supervisor, recheck, YES).verdict.response_version == 1
    assert recheck_devices.task_of(recheck)["form_code"] == "A-1"


def test_a_body_that_could_read_the_others_verdict_before_it_was_drawn_is_not_blind(work: Work) -> None:
    uuid = answer(work.campaign, work.enumerator, "A", 4, "A-9")
    response = db.session.scalars(select(Response).where(Response.uuid == uuid)).one()
    (first,) = rechecks_of(draw_of(work.campaign), response, Body.FRONT)
    judged(work.people["mattran"], first, NO)
    (late,) = rechecks_of(draw_of(work.campaign), response, Body.VETERANS)
    assert judged(work.people["cuuchienbinh"], late, YES).verdict.blind is False
    assert judged(work.people["cuuchienbinh"], work.veterans[0], YES).verdict.blind is True


def test_who_cannot_be_reached_is_replaced_by_the_next_of_the_stratum_once(work: Work) -> None:
    supervisor, gone = work.people["mattran"], work.front[0]
    gone.supervisor_id = supervisor.id
    for number, place in enumerate((4, 2, 3)):
        uuid = answer(work.campaign, work.enumerator, "A", 4, f"R-{number}")
        response = db.session.scalars(select(Response).where(Response.uuid == uuid)).one()
        left = {"draw_id": gone.draw_id, "response_id": response.id, "response_version": 1}
        whose = {"enumerator_id": work.enumerator.id, "unit_id": response.unit_id}
        db.session.add(DrawMember(**left, **whose, place=place, taken=1, out_of=5))
    db.session.flush()
    recheck_attempts.attempt(supervisor, gone, way="by_phone", result="refused_recheck")
    judged(supervisor, gone, UNREACHED)
    judged(supervisor, gone, UNREACHED | {"note": "Gọi lại, vẫn từ chối."})
    (made,) = db.session.scalars(select(Recheck).where(Recheck.id > work.veterans[1].id))
    assert (made.response.form_code, made.supervisor_id) == ("R-1", supervisor.id)
    members = db.session.scalars(select(DrawMember).order_by(DrawMember.place, DrawMember.response_id)).all()
    assert [(each.taken, each.out_of) for each in members] == [(2, 5)] * 5
    assert [each.replaces_id for each in members if each.chosen] == [None, None, gone.response_id]
    (line,) = lines("recheck.replaced")
    after = {"draw": f"{work.campaign.code}/1", "replacement": "R-1", "place": 2, "taken": 2}
    assert audit.changes_of(line)["after"] == after


def test_a_later_verdict_needs_its_reason_and_supersedes_with_both_kept(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    judged(supervisor, recheck, YES)
    with pytest.raises(problems.InvalidFields) as refusal:
        judged(supervisor, recheck, NO | {"note": ""})
    assert list(refusal.value.fields) == ["note"]
    judged(work.people["mattran2"], recheck, NO)
    kept = recheck_verdicts.of_recheck(recheck)
    assert [(each.number, each.verdict, each.blind) for each in kept] == [
        (1, "confirmed", True),
        (2, "failed", False),
    ]
    assert (recheck.verdict, recheck.version) == ("failed", 3)


def test_s2_the_same_findings_again_are_received_again_and_not_a_second_verdict(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    first = judged(supervisor, recheck, YES, version=1)
    for version in (1, 2):
        again = judged(supervisor, recheck, YES, version=version)
        assert (again.is_new, again.verdict.id) == (False, first.verdict.id)
    with pytest.raises(recheck_problems.RecheckOvertaken):
        judged(work.people["mattran2"], recheck, YES, version=1)
    assert len(lines("recheck.judged")) == 1


def test_t11_verdicts_of_one_second_are_all_kept_in_order_and_the_last_is_current(work: Work) -> None:
    recheck = work.front[0]
    with time_machine.travel(datetime(2026, 11, 28, 3, tzinfo=UTC), tick=False):
        judged(work.people["mattran"], recheck, YES)
        judged(work.people["mattran2"], recheck, NO)
        judged(work.people["mattran"], recheck, YES | {"note": "Đã gọi lại, có phỏng vấn."})
    kept = recheck_verdicts.of_recheck(recheck)
    assert len({each.given_at for each in kept}) == 1
    assert [(each.number, each.verdict) for each in kept] == [
        (1, "confirmed"),
        (2, "failed"),
        (3, "confirmed"),
    ]
    assert recheck.verdict == "confirmed"


def test_t1_both_bodies_judge_one_response_in_the_same_second_and_both_verdicts_stay(
    app: Flask, work: Work
) -> None:
    bodies = iter((("mattran", work.front[0].uuid, YES), ("cuuchienbinh", work.veterans[0].uuid, NO)))

    def verb() -> None:
        username, uuid, raw = next(bodies)
        actor = people.by_username(username)
        judged(actor, rechecks.one_visible_to(actor, uuid), raw, version=1)

    assert race(app, verb) == [None, None]
    db.session.rollback()
    kept = db.session.scalars(select(RecheckVerdict).order_by(RecheckVerdict.id)).all()
    assert [(each.recheck.body, each.number, each.verdict, each.blind) for each in kept] == [
        ("front", 1, "confirmed", True),
        ("veterans", 1, "failed", True),
    ]


def test_t8_two_supervisors_of_one_body_race_and_the_second_is_told_what_the_first_found(
    app: Flask, work: Work
) -> None:
    names, uuid = iter(("mattran", "mattran2")), work.front[0].uuid

    def verb() -> None:
        actor = people.by_username(next(names))
        judged(actor, rechecks.one_visible_to(actor, uuid), YES | {"note": actor.username}, version=1)

    won, lost = race(app, verb)
    assert won is None
    assert isinstance(lost, recheck_problems.RecheckOvertaken)
    assert "Người mattran kết luận “Đạt” lúc " in str(lost)
    db.session.rollback()
    assert db.session.scalars(select(RecheckVerdict.note)).all() == ["mattran"]
    assert len(lines("recheck.judged")) == 1


def test_s5_a_response_voided_meanwhile_is_refused_by_name_and_its_recheck_is_dropped(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    work.responses[0].state = ResponseState.VOID
    db.session.flush()
    for verb in (
        lambda: judged(supervisor, recheck, YES),
        lambda: recheck_attempts.attempt(supervisor, recheck, way="by_phone", result="nobody"),
    ):
        with pytest.raises(recheck_problems.RecheckVoided, match="Phiếu A-1 đã bị hủy lúc"):
            verb()
    assert (recheck.state, recheck.verdict) == ("dropped", None)
    assert recheck.reason == "Phiếu đã bị hủy trước khi phúc tra."
    assert db.session.scalars(select(RecheckVerdict)).all() == []
    assert [len(lines(verb)) for verb in ("recheck.dropped", "recheck.judged", "recheck.attempted")] == [
        1,
        0,
        0,
    ]


def test_a_recheck_of_the_other_body_is_as_absent_as_none(work: Work) -> None:
    for username in ("mattran", "noivu"):
        with pytest.raises(problems.NotFound):
            judged(work.people[username], work.veterans[0], YES)
    assert work.veterans[0].state == "waiting"


@pytest.mark.parametrize("state", ["sealed", "published"])
def test_after_the_seal_nothing_is_judged_and_while_it_is_closed_everything(work: Work, state: str) -> None:
    supervisor = work.people["mattran"]
    work.campaign.state = CampaignState.CLOSED
    db.session.flush()
    judged(supervisor, work.front[0], YES)
    work.campaign.state = CampaignState(state)
    db.session.flush()
    for verb in (
        lambda: judged(supervisor, work.front[1], YES),
        lambda: recheck_attempts.attempt(supervisor, work.front[1], way="by_phone", result="nobody"),
    ):
        with pytest.raises(recheck_problems.RecheckNotNow):
            verb()
    assert work.front[1].state == "waiting"


def test_that_it_was_given_to_somebody_else_meanwhile_costs_nobody_her_work(work: Work) -> None:
    recheck = work.front[0]
    recheck.version = 3
    db.session.flush()
    for version in (0, 4):
        with pytest.raises(recheck_problems.RecheckEnded):
            judged(work.people["mattran"], recheck, YES, version=version)
    assert judged(work.people["mattran"], recheck, YES, version=1).is_new
