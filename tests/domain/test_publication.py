"""Publishing: the newest run of a sealed campaign, once; a correction beside it; refused by name; never edited."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from survey_app import problems, publication_problems
from survey_app.domain import audit, people, publication, publication_checks, responses, score_views, scores
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Publication, ScoreRun, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.small_campaign import CRITERIA
from tests.domain.told_campaign import Told, entry_of, told_campaign

OPEN, CLOSED, SEALED = CampaignState.OPEN, CampaignState.CLOSED, CampaignState.SEALED


@pytest.fixture
def told(actor: User, small: Campaign, tmp_path: Path) -> Told:
    """A campaign with one of everything."""
    return told_campaign(actor, small, tmp_path)


def publish(told: Told, reason: str = "") -> Publication:
    """Publish as Home Affairs and commit."""
    made = publication.publish(told.world.home, told.campaign, reason)
    db.session.commit()
    return made


def why_not(told: Told, reason: str = "") -> str:
    """Return why a run may not be published; nothing of the attempt stays."""
    with pytest.raises(publication_problems.NotARunToPublish) as refusal:
        publish(told, reason)
    db.session.rollback()
    return str(refusal.value)


def corrected(told: Told) -> None:
    """Re-open the campaign, correct a response, seal it and compute again."""
    told.moved(OPEN)
    told.correct("A-6")
    told.sealed()
    told.run("Sửa phiếu A-6")


def test_a_publication_is_the_newest_run_with_the_digest_of_its_bundle_and_a_line_in_the_trail(
    told: Told,
) -> None:
    told.run("Lần thử")
    told.sealed()
    run = told.run()
    made = publish(told)
    assert (made.number, made.run.number, made.reason, told.campaign.state) == (1, 2, "", "published")
    assert made.bundle_digest == publication.bundle_digest(run)
    assert run.published_at == made.published_at
    line = db.session.scalars(select(AuditLine).where(AuditLine.verb == "publication.made")).one()
    assert (line.record_id, audit.changes_of(line)["after"]) == (
        "c26/1",
        {"run": 2, "book": run.book_digest, "bundle": made.bundle_digest},
    )


def test_a_campaign_that_is_not_sealed_or_has_no_run_is_refused(told: Told) -> None:
    with pytest.raises(problems.WrongCampaignStep):
        publish(told)
    db.session.rollback()
    told.sealed()
    with pytest.raises(problems.MissingRun):
        publish(told)
    db.session.rollback()
    assert (told.campaign.state, publication.all_of(told.campaign)) == ("sealed", [])


def test_a_run_that_the_answers_on_file_would_no_longer_give_is_refused_by_its_number(told: Told) -> None:
    told.run()
    told.correct("A-6")
    told.sealed()
    assert why_not(told).startswith(
        "Lần tính 1 không công bố được: phiếu hoặc điểm thẩm định đã đổi sau lần tính này."
    )
    assert (told.campaign.state, publication.all_of(told.campaign)) == ("sealed", [])


def test_a_run_is_refused_when_only_what_stood_around_it_changed(told: Told) -> None:
    told.run()
    few = entry_of("A-7", **dict.fromkeys(CRITERIA[2:], None))
    responses.submit(told.world.asks, told.campaign, str(uuid4()), few)
    told.sealed()
    assert "phiếu không tính, sửa phiếu hoặc phúc tra đã đổi sau lần tính này" in why_not(told)


def test_a_run_without_a_dossier_is_refused(told: Told) -> None:
    told.sealed()
    campaign, run = told.campaign, told.run()
    bare = {name: getattr(run, name) for name in ScoreRun.__table__.columns.keys() if name != "id"}  # noqa: SIM118
    db.session.add(ScoreRun(**bare | {"number": 2, "dossier": None, "dossier_digest": None}))
    db.session.commit()
    with pytest.raises(publication_problems.NoDossier) as refusal:
        publication.publish(told.world.home, campaign)
    db.session.rollback()
    assert str(refusal.value).startswith("Lần tính 2 được lưu trước khi phần mềm giữ hồ sơ")
    assert [check.what for check in checks(told) if not check.holds] == ["Lần tính 2 có hồ sơ"]


def checks(told: Told) -> list[publication_checks.Check]:
    """Return what Home Affairs is told beforehand."""
    return publication_checks.checks_of(told.world.home, told.campaign)


def test_a_correction_needs_its_reason_and_both_stay_visible(told: Told) -> None:
    told.sealed()
    told.run()
    first = publish(told)
    corrected(told)
    with pytest.raises(problems.ReasonMissing):
        publish(told)
    db.session.rollback()
    second = publish(told, "Phiếu A-6 nhập nhầm")
    assert [(each.number, each.run.number, each.reason) for each in publication.all_of(told.campaign)] == [
        (2, 2, "Phiếu A-6 nhập nhầm"),
        (1, 1, ""),
    ]
    assert second.bundle_digest != first.bundle_digest
    assert publication.newest("c26").number == 2
    assert publication.bundle_digest(first.run) == first.bundle_digest


def test_a_run_is_published_once(told: Told) -> None:
    told.sealed()
    told.run()
    publish(told)
    told.moved(OPEN, CLOSED, SEALED)
    assert "lần tính này đã được công bố (lần công bố 1)" in why_not(told, "Thử lại")
    assert [check.what for check in checks(told) if not check.holds] == ["Lần tính 1 chưa được công bố"]


def test_a_units_officer_sees_the_published_run_also_while_the_campaign_is_open_again(told: Told) -> None:
    officer = people.create(
        told.world.home, people.Person("donvi-a", "Cán bộ", Role.UNIT_OFFICER, unit_code="A"), None
    )
    told.sealed()
    told.run()
    assert scores.runs_of(officer, told.campaign) == []
    made = publish(told)
    points = score_views.published_unit(officer, told.campaign, "A").result_of("A")["points"]
    told.moved(OPEN)
    told.correct("A-6")
    assert [run.number for run in scores.runs_of(officer, told.campaign)] == [made.run.number]
    assert score_views.published_unit(officer, told.campaign, "A").result_of("A")["points"] == points


def test_what_is_not_published_is_not_there_for_anybody(told: Told) -> None:
    told.run()
    with pytest.raises(publication_problems.NotPublished):
        publication.newest("c26")
    with pytest.raises(problems.UnknownValue):
        publication.numbered(told.campaign, 1)


@pytest.mark.parametrize("statement", ["UPDATE publication SET reason = 'x'", "DELETE FROM publication"])
def test_a_publication_is_neither_changed_nor_deleted(told: Told, statement: str) -> None:
    told.sealed()
    told.run()
    publish(told)
    with pytest.raises(DatabaseError):
        db.session.execute(text(statement))
    db.session.rollback()
    assert [each.reason for each in publication.all_of(told.campaign)] == [""]
