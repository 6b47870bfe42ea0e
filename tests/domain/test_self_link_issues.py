"""Issuing links: which forms get one, never a code twice, and nothing shown that was not asked for."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import collection_problems, problems
from survey_app.domain import audit, campaigns, people, self_link_issues, self_links
from survey_app.domain.self_link_issues import LinkState, Order
from survey_app.extensions import db
from survey_app.models import Campaign, SampleRow, SelfLink, User
from survey_app.vocabulary import CampaignState, Mode, Role
from tests.domain.citizens import LAST_DAY, issue, sent
from tests.domain.small_campaign import answer, enumerator, plan, race


@pytest.fixture
def home_affairs(actor: User) -> User:
    """Somebody of Home Affairs."""
    return people.create(actor, people.Person("noivu", "Nội vụ", Role.HOME_AFFAIRS), None)


def codes(found: list[self_link_issues.Issued]) -> list[str]:
    return [each.form_code for each in found]


def listed(campaign: Campaign, unit: str, code: str, position: int, **facts: object) -> None:
    row = {"kind": "official", "position": position, "campaign_id": campaign.id, "form_code": code}
    db.session.add(SampleRow(unit_id=campaigns.unit_of(campaign, unit).unit_id, **row | facts))
    db.session.flush()


def test_new_codes_go_on_after_the_highest_that_any_form_row_or_link_bears(
    small: Campaign, home_affairs: User, actor: User
) -> None:
    answer(small, enumerator(actor, small, "A"), "A", 4, "TTL-A-0007")
    assert codes(issue(home_affairs, small, 2)) == ["TTL-A-0008", "TTL-A-0009"]
    assert codes(issue(home_affairs, small, 1)) == ["TTL-A-0010"]
    every = codes(issue(home_affairs, small, 1, unit=""))
    assert every == ["TTL-A-0011", "TTL-B-0001", "TTL-B1-0001"]
    assert codes(issue(home_affairs, small, 1, prefix="TT")) == ["TT-A-0001"]


def test_rows_of_the_list_that_are_done_closed_or_have_a_link_get_none(
    small: Campaign, home_affairs: User, actor: User
) -> None:
    for place in range(1, 6):
        listed(small, "A", f"L-{place}", 6 - place)
    listed(small, "A", "R-1", 1, kind="reserve", in_use=False)
    listed(small, "B", "L-9", 1)
    answer(small, enumerator(actor, small, "A"), "A", 4, "L-5")
    assert codes(issue(home_affairs, small, 2, prefix="")) == ["L-4", "L-3"]
    assert codes(issue(home_affairs, small, None, prefix="", unit="")) == ["L-2", "L-1", "L-9"]
    with pytest.raises(problems.InvalidFields, match="1 chỗ") as refusal:
        issue(home_affairs, small, None, prefix="", unit="")
    assert "đã có đường dẫn" in refusal.value.fields["unit"]


def test_a_form_sent_for_the_second_time_issues_nothing(small: Campaign, home_affairs: User) -> None:
    mark = self_link_issues.mark_of(small)
    order = Order("A", 2, "TTL", LAST_DAY)
    self_link_issues.issue(home_affairs, small, order, mark)
    for verb in (
        lambda: self_link_issues.issue(home_affairs, small, order, mark),
        lambda: self_link_issues.reissue(home_affairs, small, mark, unit="A", expires=LAST_DAY),
    ):
        with pytest.raises(problems.InvalidFields) as refusal:
            verb()
        assert set(refusal.value.fields) == {"mark"}
    assert self_link_issues.counts(small)[LinkState.OPEN] == 2


def test_two_who_issue_at_once_make_no_code_twice(app: Flask, small: Campaign, home_affairs: User) -> None:
    mark, code, who = self_link_issues.mark_of(small), small.code, home_affairs.username

    def verb() -> None:
        order = Order("A", 3, "TTL", LAST_DAY)
        self_link_issues.issue(people.by_username(who), campaigns.by_code(code), order, mark)

    endings = race(app, verb)
    assert [type(each) for each in endings] == [type(None), problems.InvalidFields]
    assert len(db.session.scalars(select(SelfLink.form_code)).all()) == 3


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (Order("A", None, "TTL", LAST_DAY), "number"),
        (Order("A", 0, "TTL", LAST_DAY), "number"),
        (Order("A", 1001, "TTL", LAST_DAY), "number"),
        (Order("A", 1, "", LAST_DAY), "prefix"),
        (Order("A", 1, "phiếu", LAST_DAY), "prefix"),
        (Order("A", 1, "=1+1", LAST_DAY), "prefix"),
        (Order("A", 1, "x" * 40, LAST_DAY), "prefix"),
        (Order("A", 1, "TTL", date(2026, 1, 1)), "expires"),
        (Order("C", 1, "TTL", LAST_DAY), "unit"),
        (Order("", 1000, "TTL", LAST_DAY), None),
    ],
)
def test_an_order_that_makes_no_forms_is_refused_beside_its_field(
    small: Campaign, home_affairs: User, order: Order, field: str | None
) -> None:
    mark = self_link_issues.mark_of(small)
    if field is None:
        assert len(self_link_issues.issue(home_affairs, small, order, mark)) == 3000
        return
    with pytest.raises(problems.InvalidFields) as refusal:
        self_link_issues.issue(home_affairs, small, order, mark)
    assert list(refusal.value.fields) == [field]
    assert self_link_issues.counts(small) == dict.fromkeys(LinkState, 0)


def test_links_hold_to_the_end_of_the_period_unless_a_day_is_named(actor: User, home_affairs: User) -> None:
    made = campaigns.create(actor, plan(code="c99", period_to=date(2099, 6, 30)))
    [given] = issue(home_affairs, made, expires=None)
    assert given.expires_at.isoformat() == "2099-07-01T00:00:00+07:00"
    assert self_link_issues.last_day(made) == date(2099, 6, 30)


def test_no_links_for_a_campaign_without_self_completion_or_one_that_is_closed(
    actor: User, small: Campaign, home_affairs: User
) -> None:
    without = campaigns.create(actor, plan(code="c27", modes=(Mode.PAPER,)))
    with pytest.raises(collection_problems.NoSelfCompletion):
        issue(home_affairs, without)
    campaigns.move(actor, small, CampaignState.CLOSED)
    with pytest.raises(problems.CampaignNotOpen):
        issue(home_affairs, small)


def test_a_used_link_is_neither_revoked_nor_issued_again(small: Campaign, home_affairs: User) -> None:
    used, unused = issue(home_affairs, small, 2)
    self_links.submit(used.token, sent())
    numbers = dict(db.session.execute(select(SelfLink.form_code, SelfLink.id)).all())
    mark = self_link_issues.mark_of(small)
    for verb in (
        lambda: self_link_issues.revoke(home_affairs, small, numbers[used.form_code]),
        lambda: self_link_issues.reissue(home_affairs, small, mark, number=numbers[used.form_code]),
    ):
        with pytest.raises(collection_problems.SelfLinkSettled):
            verb()
    assert codes(self_link_issues.reissue(home_affairs, small, mark, expires=LAST_DAY)) == [unused.form_code]
    self_link_issues.revoke(home_affairs, small, numbers[unused.form_code])
    self_link_issues.revoke(home_affairs, small, numbers[unused.form_code])
    verbs = [line.verb for line in audit.history("self_link", f"c26/{unused.form_code}")]
    assert verbs == ["self_link.issued", "self_link.issued", "self_link.revoked"]
    expected = {LinkState.USED: 1, LinkState.REVOKED: 1, LinkState.OPEN: 0, LinkState.EXPIRED: 0}
    assert self_link_issues.counts(small) == expected


def test_tokens_bring_back_the_own_campaigns_links_only(small: Campaign, home_affairs: User) -> None:
    first, second = issue(home_affairs, small, 2)
    tokens = [second.token, "nothing", first.token]
    found = self_link_issues.of_tokens(home_affairs, small, tokens)
    assert [(each.form_code, each.token) for each in found] == [
        (second.form_code, second.token),
        (first.form_code, first.token),
    ]
    assert self_link_issues.of_tokens(people.citizens(), small, tokens) == []
