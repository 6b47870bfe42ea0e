"""What a list can be narrowed by: counted as the list counts, and nothing unknown passes for a filter."""

from uuid import uuid4

import pytest
from flask import Flask

from survey_app.domain import campaigns, demonstration, people, response_filters, response_views, responses
from survey_app.domain.response_content import Entry
from survey_app.models import Campaign
from survey_app.vocabulary import ResponseState, Validity
from tests.domain.small_campaign import CRITERIA, DETAILS
from tests.web.pages import unit_of


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign with one draft and one invalid response more."""
    enumerator, found = people.by_username("dtv01"), campaigns.by_code(demonstration.CODE)
    few = Entry(unit_of("dtv01"), "FEW-1", "paper", {CRITERIA[0]: 4}, DETAILS, accept_invalid=True)
    responses.submit(enumerator, found, str(uuid4()), few)
    responses.save_draft(enumerator, found, str(uuid4()), few)
    return found


@pytest.mark.parametrize(("username", "drafts"), [("noivu", 0), ("mattran", 0), ("dieuphoi", 1)])
def test_each_count_is_the_length_of_the_list_it_announces(
    campaign: Campaign, username: str, drafts: int
) -> None:
    user = people.by_username(username)
    counts = response_filters.counts_of(user, campaign)
    assert (counts["submitted"], counts["draft"], counts["too_few_answers"]) == (2125, drafts, 1)
    for name, words in (("state", ResponseState), ("validity", Validity)):
        for word in words:
            assert response_views.search(user, campaign, 1, **{name: word}).total == counts[word], word


def test_an_enumerator_counts_her_own_and_is_offered_no_other_enumerators(campaign: Campaign) -> None:
    user = people.by_username("dtv01")
    filters = response_filters.read(user, campaign, {})
    assert filters.counts["draft"] == 1
    assert filters.counts["submitted"] == response_views.search(user, campaign, 1, state="submitted").total
    assert filters.choices["enumerator"] == []
    assert (filters.unknown, filters.narrows) == ([], False)


def test_what_is_no_choice_is_left_out_and_named(campaign: Campaign) -> None:
    typed = {"q": " so  tai ", "state": "moon", "validity": "valid", "unit": "TTRA", "enumerator": "noivu"}
    filters = response_filters.read(people.by_username("noivu"), campaign, typed | {"counting": "twice"})
    chosen = {"q": "so tai", "state": "", "validity": "valid", "unit": "", "enumerator": "", "answer": ""}
    assert filters.chosen == chosen | {"counting": ""}
    assert filters.unknown == ["Trạng thái", "Đơn vị", "Điều tra viên", "Đếm riêng"]
    assert ("dtv01", people.by_username("dtv01").display_name) in filters.choices["enumerator"]
