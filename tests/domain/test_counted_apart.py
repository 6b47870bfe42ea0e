"""What is counted apart is in no quota, no points and no screening, and is shown everywhere as what it is."""

import pytest
from flask import Flask

from survey_app import problems
from survey_app.domain import (
    assignments,
    audit,
    campaign_settings,
    campaigns,
    counting,
    overview,
    people,
    quality,
    response_filters,
    response_views,
    responses,
    run_answers,
    score_views,
    scores,
    self_links,
)
from survey_app.models import Campaign, User
from survey_app.vocabulary import CampaignState, Role
from tests.domain.citizens import issue, sent
from tests.domain.small_campaign import answer, enumerator, result_of


@pytest.fixture
def home_affairs(actor: User) -> User:
    """Somebody of Home Affairs."""
    return people.create(actor, people.Person("noivu", "Nội vụ", Role.HOME_AFFAIRS), None)


@pytest.fixture
def asked(actor: User, small: Campaign) -> User:
    """An enumerator of unit A who brought two satisfied forms."""
    user = enumerator(actor, small, "A")
    for number in (1, 2):
        answer(small, user, "A", 4, f"E-{number}")
    return user


def by_citizens(home_affairs: User, campaign: Campaign, number: int, level: int = 1) -> None:
    for each in issue(home_affairs, campaign, number):
        self_links.submit(each.token, sent(level))


def of_a(campaign: Campaign) -> assignments.Progress:
    return next(each for each in assignments.progress(campaign) if each.unit.unit.code == "A")


def test_forms_apart_are_in_no_quota_no_points_and_no_screening(
    small: Campaign, asked: User, home_affairs: User
) -> None:
    by_citizens(home_affairs, small, 3)
    progress = of_a(small)
    assert (progress.valid, progress.gap, progress.invalid, progress.apart) == (2, 8, 0, 3)
    result = result_of(small, "A")
    assert (result["responses"], result["index"]) == (2, "100.000000000000")
    assert len(list(responses.counted_rows(small))) == 2
    assert quality.run(home_affairs, small).responses == 2
    assert overview.counts(small)["submitted"] == 2
    assert overview.apart(small) == 3
    excluded = score_views.shown(home_affairs, small).cover.excluded
    assert excluded["Tự trả lời, đếm riêng"] == 3


def test_l1_the_list_and_its_filter_show_the_same_number_as_the_progress(
    small: Campaign, asked: User, home_affairs: User
) -> None:
    by_citizens(home_affairs, small, 3)
    filters = response_filters.read(home_affairs, small, {"counting": "apart"})
    assert (filters.counts["apart"], filters.counts["together"]) == (3, 2)
    page = response_views.search(home_affairs, small, 1, **filters.chosen)
    assert [each.apart for each in page.rows] == [True] * 3
    together = response_views.search(home_affairs, small, 1, counting="together")
    assert [each.form_code for each in together.rows] == ["E-2", "E-1"]
    assert [code for code, _ in filters.choices["enumerator"]] == ["dtv-a"]


def test_with_the_setting_forms_count_like_others_and_each_citizen_is_a_cluster_of_her_own(
    small: Campaign, asked: User, home_affairs: User
) -> None:
    campaign_settings.set_count_self(home_affairs, small, True, "Theo kế hoạch")
    by_citizens(home_affairs, small, 2)
    progress = of_a(small)
    assert (progress.valid, progress.apart) == (4, 0)
    result = result_of(small, "A")
    # 2 forms wholly satisfied and 2 wholly not: 50 %, in three clusters.
    assert (result["responses"], result["index"]) == (4, "50.000000000000")
    answers = counting.counted(small, campaigns.units_of(small))
    width = len(answers.questionnaire.criteria)
    text = answers.answers["A", people.CITIZENS]
    assert [len(part) for _, part in counting.clusters(people.CITIZENS, text, width)] == [width, width]
    assert list(counting.clusters("dtv-a", "44", 1)) == [("dtv-a", "44")]
    # Nobody's field work: the screening leaves them out.
    assert quality.run(home_affairs, small).responses == 2


def test_work_done_is_what_the_enumerator_brought(small: Campaign, asked: User, home_affairs: User) -> None:
    by_citizens(home_affairs, small, 2)
    assert [item.done for item in assignments.work_by_enumerator(small)] == [2]


def test_a_run_keeps_its_digest_with_forms_apart(small: Campaign, asked: User, home_affairs: User) -> None:
    before = scores.run(home_affairs, small)
    by_citizens(home_affairs, small, 2)
    after = scores.run(home_affairs, small)
    assert (before.input_digest, before.book_digest) == (after.input_digest, after.book_digest)
    assert len(run_answers.versions_of(after)) == after.responses == 2


def test_the_setting_needs_a_reason_and_an_open_campaign_and_leaves_one_line(
    small: Campaign, home_affairs: User, actor: User
) -> None:
    assert campaign_settings.counts_self(small) is False
    for reason in ("", "\u200b", "x" * 201):
        with pytest.raises(problems.ReasonMissing):
            campaign_settings.set_count_self(home_affairs, small, True, reason)
    campaign_settings.set_count_self(home_affairs, small, True, "Theo kế hoạch")
    campaign_settings.set_count_self(home_affairs, small, True, "Theo kế hoạch")
    lines = [line for line in audit.history("campaign", str(small.id)) if line.verb == "campaign.setting"]
    assert [audit.changes_of(line) for line in lines] == [
        {"before": {"count_self": False}, "after": {"count_self": True}, "reason": "Theo kế hoạch"}
    ]
    campaigns.move(actor, small, CampaignState.CLOSED)
    with pytest.raises(problems.SettingFixed):
        campaign_settings.set_count_self(home_affairs, small, False, "Nhầm")
    assert campaigns.modes_of(small) == campaigns.modes_of(campaigns.by_code("c26"))


def test_the_citizens_account_is_given_no_work(
    app: Flask, small: Campaign, home_affairs: User, actor: User
) -> None:
    with pytest.raises(problems.InvalidFields):
        assignments.assign(actor, small, "A", people.citizens(), 5)
