"""Campaigns: their steps, their pinned rules, their units."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from scoring import method as methods
from scoring import questionnaire as questionnaires
from survey_app import problems
from survey_app.domain import audit, campaigns, people, scores
from survey_app.domain.campaigns import UnitLine
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.small_campaign import UNITS, plan, race

S = CampaignState


def moved(actor: User, campaign: Campaign, *steps: CampaignState) -> Campaign:
    """Return the campaign after so many steps, each with a reason."""
    for step in steps:
        campaigns.move(actor, campaign, step, "vì cần")
    return campaign


def test_a_campaign_walks_its_steps_and_every_step_is_in_the_trail(actor: User) -> None:
    campaign = moved(actor, campaigns.create(actor, plan()), S.OPEN, S.CLOSED, S.SEALED)
    scores.run(actor, campaign)
    moved(actor, campaign, S.PUBLISHED)
    assert (campaign.state, campaigns.next_steps(campaign)) == ("published", [S.OPEN])
    lines = [line for line in audit.history("campaign", campaign.id) if line.verb == "campaign.state"]
    told = [audit.changes_of(line) for line in lines]
    assert [(each["before"]["state"], each["after"]["state"]) for each in told] == [
        ("draft", "open"),
        ("open", "closed"),
        ("closed", "sealed"),
        ("sealed", "published"),
    ]


@pytest.mark.parametrize(
    ("steps", "target"),
    [
        ((), S.DRAFT),
        ((), S.CLOSED),
        ((), S.SEALED),
        ((), S.PUBLISHED),
        ((S.OPEN,), S.DRAFT),
        ((S.OPEN,), S.OPEN),
        ((S.OPEN,), S.SEALED),
        ((S.OPEN,), S.PUBLISHED),
        ((S.OPEN, S.CLOSED), S.CLOSED),
        ((S.OPEN, S.CLOSED), S.PUBLISHED),
        ((S.OPEN, S.CLOSED, S.SEALED), S.CLOSED),
    ],
)
def test_a_jump_is_refused_and_changes_nothing(
    actor: User, steps: tuple[CampaignState, ...], target: CampaignState
) -> None:
    campaign = moved(actor, campaigns.create(actor, plan()), *steps)
    before, lines = campaign.state, db.session.scalar(select(func.max(AuditLine.id)))
    with pytest.raises(problems.WrongCampaignStep, match="c26"):
        campaigns.move(actor, campaign, target, "vì muốn thế")
    assert (campaign.state, db.session.scalar(select(func.max(AuditLine.id)))) == (before, lines)


def test_a_published_campaign_is_only_opened_again_with_a_reason(actor: User, small: Campaign) -> None:
    moved(actor, small, S.CLOSED, S.SEALED)
    scores.run(actor, small)
    moved(actor, small, S.PUBLISHED)
    for target in set(CampaignState) - {S.OPEN}:
        with pytest.raises(problems.WrongCampaignStep, match="c26"):
            campaigns.move(actor, small, target, "vì muốn thế")
    with pytest.raises(problems.ReasonMissing):
        campaigns.move(actor, small, S.OPEN)
    campaigns.move(actor, small, S.OPEN, "Đính chính điểm thẩm định")
    assert small.state == "open"


@pytest.mark.parametrize("steps", [(S.CLOSED,), (S.CLOSED, S.SEALED)])
def test_reopening_asks_for_a_reason_which_the_trail_keeps(
    actor: User, small: Campaign, steps: tuple[CampaignState, ...]
) -> None:
    moved(actor, small, *steps)
    with pytest.raises(problems.ReasonMissing) as refusal:
        campaigns.move(actor, small, S.OPEN, " \u200b ")
    assert list(refusal.value.fields) == ["reason"]
    campaigns.move(actor, small, S.OPEN, "Còn  thiếu phiếu")
    assert audit.changes_of(audit.history("campaign", small.id)[-1])["reason"] == "Còn thiếu phiếu"


def test_a_step_taken_twice_at_once_is_taken_once(app: Flask, small: Campaign) -> None:
    def close() -> None:
        campaigns.move(people.command_line(), campaigns.by_code("c26"), S.CLOSED)

    first, second = race(app, close)
    assert first is None
    assert isinstance(second, problems.WrongCampaignStep)
    verbs = [line.verb for line in audit.history("campaign", small.id)]
    assert verbs == ["campaign.created", "campaign.state", "campaign.state"]


def test_a_code_taken_twice_at_once_is_refused_the_second_time(app: Flask, actor: User) -> None:
    first, second = race(app, lambda: campaigns.create(people.command_line(), plan(units=())))
    assert first is None
    assert isinstance(second, problems.DuplicateCode)


def test_the_last_step_needs_a_run(actor: User, small: Campaign) -> None:
    moved(actor, small, S.CLOSED, S.SEALED)
    with pytest.raises(problems.MissingRun, match="c26"):
        campaigns.move(actor, small, S.PUBLISHED)
    scores.run(actor, small)
    moved(actor, small, S.PUBLISHED)
    assert small.state == "published"


@pytest.mark.parametrize(
    ("changes", "problem", "named"),
    [
        ({"units": (*UNITS, UNITS[0])}, problems.DuplicateCode, "Mã đơn vị A"),
        ({"units": (UNITS[2],)}, problems.UnknownValue, "Đơn vị cấp trên “B”"),
        ({"questionnaire": "sipas-1999"}, problems.ScorerRefused, "sipas-1999"),
        ({"method": "ha-nam-2o22"}, problems.ScorerRefused, "ha-nam-2o22"),
        ({"method": "../../etc/passwd"}, problems.ScorerRefused, "passwd"),
        ({"method": "general-question"}, problems.ScorerRefused, "câu hỏi chung"),
    ],
)
def test_a_broken_plan_is_refused_by_name(
    actor: User, changes: dict[str, object], problem: type[Exception], named: str
) -> None:
    with pytest.raises(problem, match=named):
        campaigns.create(actor, plan(**changes))
    assert db.session.scalar(select(func.count()).select_from(Campaign)) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "đợt 1"}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": "x" * 65}, "code"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"year": 1999}, "period_to"),
        ({"year": 3000}, "period_to"),
        ({"period_to": date(2025, 12, 31)}, "period_to"),
    ],
)
def test_a_plan_the_tables_would_refuse_is_refused_by_its_field(
    actor: User, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        campaigns.create(actor, plan(**changes))
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize("counts_for", ["B", "B1", "C"])
def test_a_unit_counts_to_another_ranked_and_surveyed_unit_only(actor: User, counts_for: str) -> None:
    # To itself; to a unit that counts to a third; to a unit without survey.
    line = UnitLine(
        "B" if counts_for == "B" else "B2", "Xã", "districts", 1, Decimal(100), counts_for=counts_for
    )
    others = tuple(
        unit for unit in UNITS if unit.code != line.code and (counts_for != "B" or unit.code != "B1")
    )
    with pytest.raises(problems.WrongParent, match=line.code):
        campaigns.create(actor, plan(units=(line, *others)))


@pytest.mark.parametrize(
    ("surveyed", "max_points", "fits"),
    [
        (True, "100", True),
        (True, "99.99", False),
        (True, "60", False),
        (False, "100", False),
        (False, "99.99", True),
        (False, "60", True),
    ],
)
def test_a_unit_is_surveyed_exactly_where_its_maximum_leaves_room_for_a_survey(
    actor: User, surveyed: bool, max_points: str, fits: bool
) -> None:
    # Answers about a unit of 60 points would earn nothing; a unit of 100 without answers never has an index.
    lines = (*UNITS, UnitLine("D", "Sở D", "departments", 0, Decimal(max_points), surveyed=surveyed))
    if fits:
        assert len(campaigns.units_of(campaigns.create(actor, plan(units=lines)))) == 5
        return
    with pytest.raises(problems.WrongMaximum, match="ở đơn vị: D\\."):
        campaigns.create(actor, plan(units=lines))


def test_a_commune_that_counts_to_its_district_may_have_any_maximum(actor: User) -> None:
    commune = UnitLine("B2", "Xã B2", "districts", 1, Decimal(50), counts_for="B")
    assert len(campaigns.units_of(campaigns.create(actor, plan(units=(*UNITS, commune))))) == 5


def test_a_campaign_without_units_does_not_open_and_a_code_is_taken_once(actor: User) -> None:
    campaign = campaigns.create(actor, plan(code="empty", units=()))
    with pytest.raises(problems.CampaignHasNoUnits):
        campaigns.move(actor, campaign, S.OPEN)
    with pytest.raises(problems.DuplicateCode, match="empty"):
        campaigns.create(actor, plan(code="empty"))


def test_a_unit_listed_again_next_year_is_the_same_unit(actor: User, small: Campaign) -> None:
    later = campaigns.create(actor, plan(code="c27"))
    assert [unit.unit_id for unit in campaigns.units_of(later)] == [
        unit.unit_id for unit in campaigns.units_of(small)
    ]
    assert [unit.unit.code for unit in campaigns.units_of(small)] == ["A", "C", "B", "B1"]


def test_v5_a_pinned_questionnaire_and_method_survive_any_change_of_their_files(
    actor: User, small: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = campaigns.questionnaire_of(small.questionnaire_sha256)
    method = campaigns.method_of(small.method_sha256)
    text = method.text.replace("Hà Nam", "Hà Nam sửa")
    changed = methods.parse_method(text, "changed")
    assert changed.sha256 != method.sha256
    monkeypatch.setattr(campaigns, "load_method", lambda _code: changed)
    later = campaigns.create(actor, plan(code="later", questionnaire="sipas-2023"))
    campaigns.questionnaire_of.cache_clear()
    campaigns.method_of.cache_clear()
    assert campaigns.questionnaire_of(small.questionnaire_sha256) == pinned
    assert campaigns.method_of(small.method_sha256) == method
    assert campaigns.method_of(later.method_sha256) == changed
    assert pinned == questionnaires.load_questionnaire("sipas-2017")
    widths = [len(campaigns.questionnaire_of(each.questionnaire_sha256).criteria) for each in (small, later)]
    assert widths == [22, 16]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.HOME_AFFAIRS, ["c26", "draft"]),
        (Role.ADMINISTRATOR, []),
        (Role.ENUMERATOR, ["c26"]),
        (Role.APPRAISER, ["c26"]),
    ],
)
def test_a_campaign_in_preparation_is_seen_by_home_affairs_alone(
    actor: User, small: Campaign, role: Role, seen: list[str]
) -> None:
    campaigns.create(actor, plan(code="draft"))
    user = people.create(actor, people.Person("ai-do", "Ai Đó", role), None)
    assert [campaign.code for campaign in campaigns.all_visible_to(user)] == seen
    for code in ("c26", "draft", "khong-co"):
        if code in seen:
            assert campaigns.one_visible_to(user, code).code == code
        else:
            with pytest.raises(problems.NotFound):
                campaigns.one_visible_to(user, code)
    newest = campaigns.newest_visible_to(user)
    assert (newest.code if newest else None) == (seen[0] if seen else None)


def test_an_unknown_campaign_or_state_is_refused_with_what_there_is(actor: User, small: Campaign) -> None:
    with pytest.raises(problems.UnknownValue, match="c26"):
        campaigns.by_code("c62")
    with pytest.raises(problems.UnknownValue, match="sealed"):
        campaigns.state_named("lost")
