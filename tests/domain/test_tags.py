"""Tags: a body's own words, seen by nobody else, suggested, filtered by, taken off with a line."""

from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import audit, people, response_filters, response_views, tags
from survey_app.extensions import db
from survey_app.models import Response, ResponseTag
from survey_app.vocabulary import Role
from tests.domain.bodies import sent
from tests.domain.small_campaign import race


def words(person: object, response: Response) -> list[str]:
    """Return the words on a response that a person sees."""
    return [tag.tag for tag in tags.on(person, [response]).get(response.id, [])]  # type: ignore[arg-type]


def test_a_body_sees_its_own_words_and_nobody_else_sees_them(team: SimpleNamespace) -> None:
    for word in ("xem kỹ", " gọi\u200b  lại ", "xem kỹ"):
        tags.add(team.front, team.response, word)
    tags.add(team.veteran, team.response, "xem kỹ")
    assert words(team.front, team.response) == ["xem kỹ", "gọi lại"]
    assert words(team.veteran, team.response) == ["xem kỹ"]
    others = [
        people.Person("noivu", "Sở", Role.HOME_AFFAIRS),
        people.Person("dieuphoi", "Điều phối", Role.COORDINATOR),
    ]
    for person in (team.enumerator, *(people.create(team.enumerator, each, None) for each in others)):
        assert words(person, team.response) == []
        assert tags.suggested(person) == []
    foreign = tags.on(team.front, [team.response])[team.response.id][0].id
    with pytest.raises(problems.NotFound):
        tags.one_visible_to(team.veteran, foreign)
    for number in (0, -1, 2**31, 2**63 - 1):
        with pytest.raises(problems.NotFound):
            tags.one_visible_to(team.front, number)


def test_a5_adding_and_taking_off_write_a_line_each_and_the_row_stays(team: SimpleNamespace) -> None:
    tags.add(team.front, team.response, "xem kỹ")
    tag = tags.on(team.front, [team.response])[team.response.id][0]
    tags.remove(team.front, tag)
    tags.remove(team.front, tag)
    assert words(team.front, team.response) == []
    tags.add(team.front, team.response, "xem kỹ")
    lines = audit.history("tag", team.response.uuid)
    assert [line.verb for line in lines] == ["tag.added", "tag.removed", "tag.added"]
    told = [audit.changes_of(line) for line in lines[:2]]
    assert [(each["before"]["tag"], each["after"]["tag"]) for each in told] == [
        (None, "xem kỹ"),
        ("xem kỹ", None),
    ]
    rows = db.session.scalars(select(ResponseTag).order_by(ResponseTag.id)).all()
    assert [row.removed_at is None for row in rows] == [False, True]


@pytest.mark.parametrize("word", ["", " \u200b ", "x" * 41, "\x00"])
def test_an_empty_word_and_one_of_41_characters_are_refused(team: SimpleNamespace, word: str) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        tags.add(team.front, team.response, word)
    assert list(refusal.value.fields) == ["tag"]


def test_40_characters_with_marks_are_kept_and_the_21st_word_is_not(team: SimpleNamespace) -> None:
    tags.add(team.front, team.response, "ệ" * 40)
    for number in range(19):
        tags.add(team.front, team.response, f"nhãn {number}")
    with pytest.raises(recheck_problems.TagsTooMany):
        tags.add(team.front, team.response, "nhãn 20")
    tags.add(team.front, team.response, "nhãn 3")
    assert len(words(team.front, team.response)) == 20


def test_the_same_word_at_once_is_there_once(app: Flask, team: SimpleNamespace) -> None:
    number = team.response.id
    endings = race(
        app,
        lambda: tags.add(people.by_username("mat-tran"), db.session.get_one(Response, number), "xem kỹ"),
    )
    assert endings == [None, None]
    assert words(team.front, team.response) == ["xem kỹ"]
    assert len(audit.history("tag", team.response.uuid)) == 1


def test_words_used_before_are_suggested_and_a_list_is_filtered_by_those_there_now(
    team: SimpleNamespace,
) -> None:
    other = sent(team.campaign, team.enumerator, "A-2")
    for response, word in ((team.response, "đ"), (team.response, "d"), (other, "ă")):
        tags.add(team.front, response, word)
    tags.remove(team.front, tags.on(team.front, [other])[other.id][0])
    assert tags.suggested(team.front) == ["ă", "d", "đ"]
    filters = response_filters.read(team.front, team.campaign, {"tag": "d"})
    assert (filters.choices["tag"], filters.unknown) == ([("d", "d"), ("đ", "đ")], [])
    page = response_views.search(team.front, team.campaign, 1, **filters.chosen)
    assert [response.form_code for response in page.rows] == ["A-1"]
    assert response_filters.read(team.veteran, team.campaign, {"tag": "d"}).unknown == ["Nhãn"]
    assert "tag" not in response_filters.read(team.enumerator, team.campaign, {"tag": "d"}).chosen
