"""A citizen's own form: once, by a link, whatever goes wrong on the way."""

import logging
import threading
from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import collection_problems, problems
from survey_app.domain import (
    audit,
    campaign_settings,
    campaigns,
    integrity,
    people,
    responses,
    self_link_issues,
    self_links,
)
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.models import Campaign, Response, SelfLink, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState, Role
from tests.domain.citizens import LAST_DAY, issue, sent
from tests.domain.small_campaign import CRITERIA, answer, enumerator


@pytest.fixture
def home_affairs(actor: User) -> User:
    """Somebody of Home Affairs."""
    return people.create(actor, people.Person("noivu", "Nội vụ", Role.HOME_AFFAIRS), None)


@pytest.fixture
def token(home_affairs: User, small: Campaign) -> str:
    """The token of a link for one form about unit A."""
    return issue(home_affairs, small)[0].token


def number_of_responses() -> int:
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def test_a_form_is_stored_as_self_completed_and_apart_under_the_citizens_account(token: str) -> None:
    receipt = self_links.submit(token, sent())
    stored = db.session.scalars(select(Response)).one()
    link = db.session.scalars(select(SelfLink)).one()
    assert (stored.uuid, stored.mode, stored.apart, stored.state) == (receipt.uuid, "self", True, "submitted")
    assert (stored.form_code, stored.unit.code if stored.unit else "") == ("TTL-A-0001", "A")
    assert (stored.enumerator.username, stored.answers) == (people.CITIZENS, "4" * len(CRITERIA))
    assert (link.used_at, link.response_uuid) == (stored.submitted_at, stored.uuid)
    line = audit.history("response", stored.uuid)[-1]
    assert (line.verb, line.actor_name) == ("response.submitted", "Người dân tự trả lời")
    assert token not in line.body


def test_only_the_digest_of_a_token_is_kept_and_the_trail_knows_neither(token: str) -> None:
    link = db.session.scalars(select(SelfLink)).one()
    assert link.token_digest == people.token_digest(token)
    assert len(token) >= 22  # 128 bits in letters of six bits
    told = audit.history("self_link", f"c26/{link.form_code}")[0].body
    assert (token in told, link.token_digest in told) == (False, False)


def test_s1_twenty_at_once_make_one_row_and_nineteen_receipts(
    app: Flask, token: str, home_affairs: User
) -> None:
    db.session.commit()
    together, receipts, refusals = threading.Barrier(20), [], []

    def send() -> None:
        with app.app_context():
            together.wait()
            try:
                receipts.append(self_links.submit(token, sent()))
                db.session.commit()
            except Exception as refusal:
                db.session.rollback()
                refusals.append(refusal)

    threads = [threading.Thread(target=Context().run, args=(send,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == []
    assert sorted(each.is_new for each in receipts) == [False] * 19 + [True]
    assert len({(each.uuid, each.digest) for each in receipts}) == 1
    assert number_of_responses() == 1
    assert len(audit.history("response", receipts[0].uuid)) == 1


def test_senders_and_whoever_manages_links_wait_for_each_other_and_never_for_ever(
    app: Flask, small: Campaign, home_affairs: User
) -> None:
    given, code, who = issue(home_affairs, small, 8), small.code, home_affairs.username
    together, endings = threading.Barrier(12), []

    def again() -> object:
        campaign = campaigns.by_code(code)
        mark = self_link_issues.mark_of(campaign)
        return self_link_issues.reissue(people.by_username(who), campaign, mark, expires=LAST_DAY)

    def set_it() -> object:
        actor, campaign = people.by_username(who), campaigns.by_code(code)
        return campaign_settings.set_count_self(actor, campaign, True, "Theo kế hoạch")

    def close() -> object:
        return campaigns.move(people.by_username(who), campaigns.by_code(code), CampaignState.CLOSED)

    def run(verb: Callable[[], object]) -> None:
        with app.app_context():
            together.wait()
            try:
                verb()
                db.session.commit()
                endings.append(None)
            except Exception as ending:
                db.session.rollback()
                endings.append(ending)

    sends = [partial(self_links.submit, each.token, sent()) for each in given]
    verbs = [*sends, again, again, set_it, close]
    threads = [threading.Thread(target=Context().run, args=(run, verb)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(endings) == 12
    assert [each for each in endings if each and not isinstance(each, problems.Problem)] == []
    db.session.rollback()
    used = select(func.count()).select_from(SelfLink).where(SelfLink.used_at.is_not(None))
    assert db.session.scalar(used) == number_of_responses()


def test_s2_the_same_content_again_is_a_receipt_also_once_the_campaign_is_closed(
    token: str, small: Campaign, actor: User
) -> None:
    first = self_links.submit(token, sent())
    campaigns.move(actor, small, CampaignState.CLOSED)
    again = self_links.submit(token, sent())
    assert (again.uuid, again.digest, again.is_new) == (first.uuid, first.digest, False)
    assert number_of_responses() == 1


@pytest.mark.parametrize("second", [sent(1), Entry("", "", "", {}, {})], ids=["other", "broken"])
def test_s11_other_content_after_use_changes_nothing_and_is_logged(
    token: str, caplog: pytest.LogCaptureFixture, second: Entry
) -> None:
    first = self_links.submit(token, sent())
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(collection_problems.SelfLinkUsed, match="đã được ghi nhận lúc"),
    ):
        self_links.submit(token, second)
    assert "other content" in caplog.text
    assert token not in caplog.text
    assert db.session.scalars(select(Response.content_digest)).all() == [first.digest]


def test_an_unknown_and_a_revoked_link_are_told_the_same(
    token: str, small: Campaign, home_affairs: User
) -> None:
    link = db.session.scalars(select(SelfLink)).one()
    self_link_issues.revoke(home_affairs, small, link.id)
    told = set()
    for each in (token, "nothing", ""):
        with pytest.raises(collection_problems.SelfLinkUnknown) as refusal:
            self_links.open(each)
        told.add(str(refusal.value))
        with pytest.raises(collection_problems.SelfLinkUnknown):
            self_links.submit(each, sent())
    assert len(told) == 1
    assert number_of_responses() == 0


def test_an_expired_link_and_a_closed_campaign_are_told_in_a_sentence(
    token: str, small: Campaign, actor: User
) -> None:
    campaigns.move(actor, small, CampaignState.CLOSED)
    with pytest.raises(collection_problems.SelfLinkClosed):
        self_links.open(token)
    with pytest.raises(collection_problems.SelfLinkClosed):
        self_links.submit(token, sent())
    campaigns.move(actor, small, CampaignState.OPEN, "Thu thêm phiếu")
    assert self_links.open(token).form_code == "TTL-A-0001"
    db.session.scalars(select(SelfLink)).one().expires_at = now() - timedelta(seconds=1)
    db.session.flush()
    for verb in (lambda: self_links.open(token), lambda: self_links.submit(token, sent())):
        with pytest.raises(collection_problems.SelfLinkExpired, match="hết hạn lúc"):
            verb()


def test_a_form_that_an_enumerator_brought_is_not_asked_for_again(
    token: str, small: Campaign, actor: User
) -> None:
    answer(small, enumerator(actor, small, "A"), "A", 5, "TTL-A-0001")
    for verb in (lambda: self_links.open(token), lambda: self_links.submit(token, sent())):
        with pytest.raises(collection_problems.SelfLinkTaken, match="Điều tra viên đã ghi nhận"):
            verb()
    assert number_of_responses() == 1


def test_a_replaced_token_opens_nothing_and_the_new_one_sends_one_row(
    token: str, small: Campaign, home_affairs: User
) -> None:
    mark = self_link_issues.mark_of(small)
    [fresh] = self_link_issues.reissue(home_affairs, small, mark, unit="A")
    assert (fresh.form_code, fresh.token != token) == ("TTL-A-0001", True)
    with pytest.raises(collection_problems.SelfLinkUnknown):
        self_links.submit(token, sent())
    assert self_links.submit(fresh.token, sent()).is_new


def test_a_citizen_is_asked_politely_for_what_is_missing_and_may_send_few_answers(token: str) -> None:
    with pytest.raises(problems.InvalidFields) as missing:
        self_links.submit(token, Entry("", "", "", {}, {}))
    assert missing.value.fields == dict.fromkeys(
        ("service_field", "respondent_kind"), "Xin Ông/Bà trả lời câu hỏi này."
    )
    few = sent("")
    with pytest.raises(problems.InvalidFields) as too_few:
        self_links.submit(token, few)
    assert too_few.value.fields["accept_invalid"].startswith("Ông/Bà mới trả lời quá ít")
    self_links.submit(token, Entry("", "", "", few.answers, few.details, accept_invalid=True))
    assert db.session.scalars(select(Response.validity)).one() == "too_few_answers"


def test_a1_what_the_link_says_is_not_taken_from_what_was_sent(token: str) -> None:
    forged = Entry("B", "MINE-1", "phone", sent().answers, sent().details)
    self_links.submit(token, forged)
    stored = db.session.scalars(select(Response)).one()
    assert (stored.form_code, stored.mode, stored.unit.code if stored.unit else "") == (
        "TTL-A-0001",
        "self",
        "A",
    )


def test_what_is_sent_after_the_setting_changed_counts_and_what_was_stored_stays(
    small: Campaign, home_affairs: User
) -> None:
    first, second = issue(home_affairs, small, 2)
    self_links.submit(first.token, sent())
    campaign_settings.set_count_self(home_affairs, small, True, "Theo kế hoạch mới")
    self_links.submit(second.token, sent())
    found = db.session.execute(select(Response.form_code, Response.apart).order_by(Response.form_code))
    assert [tuple(row) for row in found] == [("TTL-A-0001", True), ("TTL-A-0002", False)]


def test_a_used_link_that_names_another_form_is_found_by_the_check(token: str) -> None:
    self_links.submit(token, sent())
    assert [each.what for each in integrity.check() if not each.holds] == []
    db.session.scalars(select(SelfLink)).one().form_code = "TTL-A-0002"
    db.session.flush()
    assert [each.what for each in integrity.check() if not each.holds] == ["đường dẫn tự trả lời"]


def test_the_citizens_account_is_nobodys_and_is_not_among_enumerators(
    token: str, small: Campaign, actor: User
) -> None:
    account = people.citizens()
    assert (account.role, account.password_hash) == (Role.ENUMERATOR, people.NO_PASSWORD)
    coordinator = people.create(actor, people.Person("dieuphoi", "Điều phối", Role.COORDINATOR), None)
    assert people.CITIZENS not in [each.username for each in people.active_visible_to(coordinator)]
    with pytest.raises(problems.WrongCredentials):
        people.log_in(people.CITIZENS, people.NO_PASSWORD)
    for verb in (people.disable, people.reset_password):
        with pytest.raises(problems.ProgramAccount):
            verb(actor, account)
    with pytest.raises(problems.DuplicateCode):
        people.create(actor, people.Person("tu-tra-loi", "Kẻ mạo danh", Role.ENUMERATOR), None)


def test_an_enumerator_can_not_say_that_a_citizen_answered_alone(small: Campaign, actor: User) -> None:
    user = enumerator(actor, small, "A")
    entry = Entry("A", "X-1", "self", dict.fromkeys(CRITERIA, 4), sent().details)
    for verb in (responses.submit, responses.save_draft):
        with pytest.raises(problems.InvalidFields) as refusal:
            verb(user, small, "7b4b7a0e-0000-4000-8000-000000000001", entry)
        assert set(refusal.value.fields) == {"mode"}
