"""Draws nobody can steer: opened, committed, revealed, drawn once; refused by name; what is drawn is what the rule says."""

import json
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from scoring.draw_record import verify
from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, draw_records, draws, people, recheck_settings, responses
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Draw, DrawMember, DrawPart, Recheck, Response, User
from survey_app.vocabulary import Body, CampaignState, DrawState, Party, Role
from tests.domain.drawing import PARTS, committed, counting, digest, drawn, parties, supervisors, work
from tests.domain.small_campaign import answer, race
from tests.replayed_draw import replay, told


@pytest.fixture
def three(actor: User) -> dict[Party, User]:
    """The three parties' people."""
    return parties(actor)


def members(draw: Draw) -> list[DrawMember]:
    """Return a draw's members by place."""
    found = select(DrawMember).where(DrawMember.draw_id == draw.id).order_by(DrawMember.place)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def rechecks(draw: Draw) -> list[Recheck]:
    """Return the re-checks a draw made."""
    return list(db.session.scalars(select(Recheck).where(Recheck.draw_id == draw.id).order_by(Recheck.id)))


def lines(verb: AuditVerb) -> list[dict[str, Any]]:
    """Return what the trail says of one verb."""
    found = db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id))
    return [audit.changes_of(each) | {"record": each.record_id} for each in found]


def set_share(campaign: Campaign, **changes: float) -> None:
    """Set a campaign's shares without asking anybody."""
    kept = json.loads(campaign.settings) | {recheck_settings.KEY: changes}
    campaign.settings = audit.canonical(kept)
    db.session.flush()


def test_the_last_part_draws_at_least_one_of_each_enumerator_and_unit(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=10, B=3)
    supervisors(actor, Body.FRONT, 2)
    draw = draws.open_random(three[Party.FRONT], small)
    assert (draw.number, draw.state, draw.frame_size, draw.seed) == (1, "committing", 13, None)
    assert {each.place for each in members(draw)} == {None}
    drawn(draw, three)
    assert draw.state == DrawState.DRAWN
    by_unit = Counter(each.unit.code for each in members(draw) if each.chosen)
    assert by_unit == {"A": 2, "B": 1}
    assert {(each.unit.code, each.taken, each.out_of) for each in members(draw)} == {
        ("A", 2, 10),
        ("B", 1, 3),
    }
    # Ten per cent of three is none, but without one nobody could compare the bodies.
    assert sum(each.for_front and each.for_veterans for each in members(draw)) == 1
    made = rechecks(draw)
    assert len(made) == 4
    assert {each.supervisor.role for each in made if each.body == "front" and each.supervisor} == {
        "supervisor"
    }
    assert {each.supervisor_id for each in made if each.body == "veterans"} == {three[Party.VETERANS].id}
    factors = [each.code for each in campaigns.questionnaire_of(small.questionnaire_sha256).factors]
    assert all([code.rpartition("_")[0] for code in each.criteria.split(",")] == factors for each in made)
    assert [each["record"] for each in lines(AuditVerb.RECHECK_DRAWN)] == [each.uuid for each in made]
    (line,) = lines(AuditVerb.DRAW_DRAWN)
    assert line["after"] == {
        "draw_state": "drawn",
        "seed": draw.seed,
        "responses": 3,
        "rechecks": 4,
        "dropped": 0,
        "there_already": 0,
    }
    assert [len(lines(verb)) for verb in (AuditVerb.DRAW_COMMITTED, AuditVerb.DRAW_REVEALED)] == [3, 3]


def test_the_record_proves_the_draw_to_a_stranger_and_to_our_own_check(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=30, B=17, B1=1)
    draw = drawn(draws.open_random(three[Party.HOME_AFFAIRS], small), three)
    published = draw_records.of_draw(draw)
    assert replay(published) == told(published)
    assert verify(json.loads(published)) is None
    for name in ("Điều tra", "dtv-a", "truong-mt", "A-0"):
        assert name.encode() not in published
    record = json.loads(published)
    assert (record["not_made"], record["replacements"], record["held_back"]) == ([], [], 0)
    assert set(record) == {
        *("format", "campaign", "number", "kind", "rules", "opened_at", "drawn_at", "frame", "frame_digest"),
        *("parties", "seed", "chosen", "not_made", "replacements", "held_back", "passed_over"),
    }


def test_a_draw_takes_only_what_counts_and_each_response_once(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    (user,) = work(actor, small, A=6)
    for code, state in (("A-0", "void"), ("A-1", "returned"), ("A-2", "accepted")):
        db.session.execute(update(Response).where(Response.form_code == code).values(state=state))
    first = drawn(draws.open_random(actor, small), three)
    # Whoever may return a response must not keep it out of the frame.
    assert sorted(str(each.response.form_code) for each in members(first)) == [
        f"A-{each}" for each in range(1, 6)
    ]
    with pytest.raises(recheck_problems.NothingToRecheck):
        draws.open_random(actor, small)
    db.session.execute(update(Response).where(Response.form_code == "A-0").values(state="submitted"))
    answer(small, user, "A", 3, "A-6")
    second = draws.open_random(actor, small)
    assert sorted(str(each.response.form_code) for each in members(second)) == ["A-0", "A-6"]
    draws.abandon(three[Party.FRONT], second, "Thử")
    third = draws.open_random(actor, small)  # what an abandoned draw framed is not used up
    assert (third.number, third.frame_size) == (3, 2)


@pytest.mark.parametrize("state", [CampaignState.CLOSED, CampaignState.SEALED])
def test_no_step_of_a_draw_is_taken_in_a_campaign_that_is_not_open_but_giving_it_up(
    actor: User, small: Campaign, three: dict[Party, User], state: CampaignState
) -> None:
    work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    draws.commit(three[Party.FRONT], draw, digest("x" * 16))
    small.state = state
    db.session.flush()
    count = len(audit_lines())
    for verb in (
        lambda: draws.open_random(actor, small),
        lambda: draws.commit(three[Party.VETERANS], draw, digest("y" * 16)),
        lambda: draws.reveal(three[Party.FRONT], draw, "x" * 16),
    ):
        with pytest.raises(recheck_problems.RecheckNotNow, match="Đợt 2026"):
            verb()
    assert len(audit_lines()) == count
    draws.abandon(three[Party.FRONT], draw, "Đợt đã đóng")
    assert (draw.state, draw.reason) == ("abandoned", "Đợt đã đóng")


def audit_lines() -> list[AuditLine]:
    """Return the whole trail."""
    return list(db.session.scalars(select(AuditLine)))


def test_a_share_over_one_an_empty_frame_and_a_second_draw_are_refused(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    with pytest.raises(recheck_problems.NothingToRecheck):
        draws.open_random(actor, small)
    work(actor, small, A=5)
    for share in (1.01, 0, -0.2):
        set_share(small, share=share)
        with pytest.raises(recheck_problems.ShareOutOfRange):
            draws.open_random(actor, small)
    set_share(small, share=1, overlap=0)
    draw = draws.open_random(actor, small)
    with pytest.raises(recheck_problems.DrawInProgress, match="Lần rút thăm 1 "):
        draws.open_random(actor, small)
    drawn(draw, three)
    bodies = Counter((each.for_front, each.for_veterans) for each in members(draw))
    assert sorted(bodies.values()) == [2, 3]
    assert set(bodies) == {(True, False), (False, True)}


def test_a_commitment_is_a_sha256_made_once_and_never_a_copy(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    front = three[Party.FRONT]
    for wrong in ("", "abc", "g" * 64, "a" * 63, "a" * 65, "１" * 64, "٣" * 64):
        with pytest.raises(problems.InvalidFields) as refusal:
            draws.commit(front, draw, wrong)
        assert list(refusal.value.fields) == ["commitment"]
    part = draws.commit(front, draw, f"  {digest(PARTS[Party.FRONT]).upper()}\n")
    assert part.commitment == digest(PARTS[Party.FRONT])
    other = people.create(actor, people.Person("truong-2", "Trưởng hai", Role.BODY_HEAD, Body.FRONT), None)
    for user in (front, other):
        with pytest.raises(recheck_problems.CommittedAlready, match="Mặt trận Tổ quốc đã cam kết"):
            draws.commit(user, draw, digest("something else of mine"))
    with pytest.raises(problems.InvalidFields) as refusal:
        draws.commit(three[Party.VETERANS], draw, part.commitment)
    assert list(refusal.value.fields) == ["commitment"]
    with pytest.raises(problems.NotAllowed):
        draws.commit(actor, draw, digest("an administrator's part"))
    assert db.session.scalar(select(DrawPart.commitment)) == part.commitment


def test_a_part_is_revealed_once_after_all_have_committed_and_only_the_one_committed_to(
    actor: User, small: Campaign, three: dict[Party, User], caplog: pytest.LogCaptureFixture
) -> None:
    work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    front = three[Party.FRONT]
    draws.commit(front, draw, digest(PARTS[Party.FRONT]))
    with pytest.raises(recheck_problems.CommitmentsMissing, match="Hội Cựu chiến binh, Sở Nội vụ"):
        draws.reveal(front, draw, PARTS[Party.FRONT])
    for party in (Party.VETERANS, Party.HOME_AFFAIRS):
        draws.commit(three[party], draw, digest(PARTS[party]))
    for short in ("", "x" * 15, "x" * 201):
        with pytest.raises(problems.InvalidFields):
            draws.reveal(front, draw, short)
    with pytest.raises(recheck_problems.PartDoesNotMatch) as refusal:
        draws.reveal(front, draw, PARTS[Party.VETERANS])
    assert list(refusal.value.fields) == ["part"]
    assert "truong-mt reveals another part" in caplog.text
    assert lines(AuditVerb.DRAW_REVEALED) == []
    assert not draws.reveal(front, draw, f" {PARTS[Party.FRONT]} ")
    with pytest.raises(recheck_problems.RevealedAlready):
        draws.reveal(front, draw, PARTS[Party.FRONT])
    assert (draw.state, draw.seed) == ("committing", None)
    with pytest.raises(recheck_problems.DrawNotDrawn):
        draw_records.of_draw(draw)


def test_a_draw_that_is_over_takes_no_further_step(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=5)
    draw = drawn(draws.open_random(actor, small), three)
    front = three[Party.FRONT]
    for verb in (
        lambda: draws.commit(front, draw, digest("z" * 20)),
        lambda: draws.reveal(front, draw, PARTS[Party.FRONT]),
        lambda: draws.abandon(front, draw, "Không thích kết quả"),
    ):
        with pytest.raises(recheck_problems.DrawOver, match="Lần rút thăm 1 đã rút"):
            verb()


def test_who_gives_a_draw_up_says_why_and_who_had_not_revealed_stays_visible(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    committed(draw, three)
    draws.reveal(three[Party.VETERANS], draw, PARTS[Party.VETERANS])
    with pytest.raises(problems.InvalidFields):
        draws.abandon(three[Party.FRONT], draw, " \u200b ")
    draws.abandon(three[Party.FRONT], draw, "Mất  phần")
    (line,) = lines(AuditVerb.DRAW_ABANDONED)
    assert line["after"]["not_revealed"] == "Mặt trận Tổ quốc, Sở Nội vụ"
    assert line["reason"] == "Mất phần"
    assert rechecks(draw) == []


def test_a_response_voided_meanwhile_is_drawn_and_dropped_one_returned_is_re_checked(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=4)
    set_share(small, share=1)
    draw = draws.open_random(actor, small)
    for code, state in (("A-0", "void"), ("A-1", "returned")):
        db.session.execute(update(Response).where(Response.form_code == code).values(state=state))
    drawn(draw, three)
    assert sum(each.chosen for each in members(draw)) == 4
    states = {(each.response.form_code, each.state, each.ended_at) for each in rechecks(draw)}
    assert states == {
        ("A-0", "dropped", draw.ended_at),
        ("A-1", "waiting", None),
        ("A-2", "waiting", None),
        ("A-3", "waiting", None),
    }
    assert {each["reason"] for each in lines(AuditVerb.RECHECK_DROPPED)} == {
        "Phiếu đã hủy trước khi rút thăm"
    }
    record = json.loads(draw_records.of_draw(draw))
    assert {each["why"] for each in record["not_made"]} == {"voided"}
    assert verify(record) is None


def test_work_is_spread_evenly_and_a_units_responses_stay_together(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    work(actor, small, A=12, B=12)
    set_share(small, share=1, overlap=1)
    team = supervisors(actor, Body.FRONT, 3)
    gone = supervisors(actor, Body.VETERANS, 1)[0]
    people.disable(actor, gone)
    draw = drawn(draws.open_random(actor, small), three)
    loads = Counter(each.supervisor_id for each in rechecks(draw) if each.body == "front")
    assert loads == {each.id: 8 for each in team}
    units = Counter(
        (each.supervisor_id, each.response.unit_id) for each in rechecks(draw) if each.body == "front"
    )
    assert sorted(units.values()) == [4, 4, 8, 8]
    assert {each.supervisor_id for each in rechecks(draw) if each.body == "veterans"} == {
        three[Party.VETERANS].id
    }


@pytest.mark.parametrize("attempt", range(3))
def test_two_last_parts_at_once_draw_once(
    app: Flask, actor: User, small: Campaign, three: dict[Party, User], attempt: int
) -> None:
    work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    committed(draw, three)
    for party in (Party.FRONT, Party.VETERANS):
        draws.reveal(three[party], draw, PARTS[party])
    number, user = draw.id, three[Party.HOME_AFFAIRS].id

    def reveal() -> None:
        draws.reveal(
            db.session.get_one(User, user), db.session.get_one(Draw, number), PARTS[Party.HOME_AFFAIRS]
        )

    endings = race(app, reveal)
    assert endings[0] is None
    assert isinstance(endings[1], recheck_problems.DrawOver)
    db.session.expire_all()
    assert len(lines(AuditVerb.DRAW_DRAWN)) == 1
    assert len(rechecks(db.session.get_one(Draw, number))) == 2


def test_two_openings_at_once_open_one(app: Flask, actor: User, small: Campaign) -> None:
    work(actor, small, A=5)
    who, which = actor.id, small.id
    endings = race(
        app, lambda: draws.open_random(db.session.get_one(User, who), db.session.get_one(Campaign, which))
    )
    assert endings[0] is None
    assert isinstance(endings[1], recheck_problems.DrawInProgress)


def test_only_heads_and_home_affairs_know_of_draws(
    actor: User, small: Campaign, three: dict[Party, User]
) -> None:
    users = work(actor, small, A=5)
    draw = draws.open_random(actor, small)
    clerk = people.create(actor, people.Person("dieu-phoi", "Điều phối", Role.COORDINATOR), None)
    knows = [*three.values()]
    ignorant = [*users, clerk, *supervisors(actor, Body.FRONT, 1)]
    assert all(draws.one_visible_to(each, small, 1) is draw for each in knows)
    for each in ignorant:
        with pytest.raises(problems.NotFound):
            draws.one_visible_to(each, small, 1)
    for number in (0, 2, 2**63):
        with pytest.raises(problems.NotFound):
            draws.one_visible_to(knows[0], small, number)
    assert len(counting(small)) == 5
    assert responses.visible_to(users[0]) is not None
