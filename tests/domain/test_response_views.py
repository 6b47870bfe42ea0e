"""Responses as people read them: found, in the words they were asked in, with every change beside its reason."""

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from scoring.questionnaire import Questionnaire, parse_questionnaire
from survey_app import problems
from survey_app.domain import (
    assignments,
    audit,
    campaigns,
    demonstration,
    flags,
    people,
    response_views,
    responses,
)
from survey_app.domain.response_content import Entry, entry_of
from survey_app.extensions import db
from survey_app.models import Campaign, Definition, Response, User
from tests.domain.small_campaign import CRITERIA, DETAILS

NEW_WORDING = "Nơi ngồi chờ sạch sẽ, văn minh"


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign, open."""
    return campaigns.by_code(demonstration.CODE)


@pytest.fixture
def enumerator(demo: Flask) -> User:
    """Its first enumerator."""
    return people.by_username("dtv01")


@pytest.fixture
def response(campaign: Campaign, enumerator: User) -> Response:
    """A response with something in every kind of field; access_2 not applicable, access_3 blank."""
    unit = assignments.units_to_ask(enumerator, campaign)[0][0]
    answers = dict.fromkeys(CRITERIA, 4) | {"access_2": "NA", "access_3": ""}
    details = {**DETAILS, "service_procedure": "Cấp sổ đỏ", "channel": ["internet", "media"]}
    receipt = responses.submit(
        enumerator, campaign, str(uuid4()), Entry(unit, "VIEW-1", "phone", answers, details)
    )
    return responses.one_visible_to(enumerator, receipt.uuid)


def told(response: Response) -> dict[str, str]:
    """Return the answers shown, by the code of their question."""
    return {line.code: line.answer for _, lines in response_views.sections_of(response) for line in lines}


def test_answers_are_told_in_the_words_of_the_questionnaire(response: Response) -> None:
    headings = [heading for heading, _ in response_views.sections_of(response)]
    assert headings == [
        "1. Tiếp cận dịch vụ",
        "2. Thủ tục hành chính",
        "3. Công chức giải quyết công việc",
        "4. Kết quả dịch vụ",
        "5. Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị",
        "Các câu hỏi khác",
    ]
    shown = told(response)
    assert shown["access_1"] == "4 – Hài lòng"
    assert shown["access_2"] == "Không áp dụng"
    assert shown["access_3"] == "để trống"
    assert shown["service_field"] == "Đất đai, môi trường"
    assert shown["channel"] == "Qua báo, đài, loa truyền thanh; Qua mạng Internet"
    assert shown["service_procedure"] == "Cấp sổ đỏ"
    assert "comment" not in shown
    assert len(shown) == 22 + 4


def next_version(campaign: Campaign) -> Questionnaire:
    """Let the campaign ask another version from now on: access_1 reworded, feedback_4 and "land" dropped."""
    text = campaigns.questionnaire_of(campaign.questionnaire_sha256).text
    first = campaigns.questionnaire_of(campaign.questionnaire_sha256).criteria[0].text
    made = "\n".join(
        line.replace(first, NEW_WORDING)
        for line in text.splitlines()
        if 'code = "feedback_4"' not in line and 'code = "land"' not in line
    )
    questionnaire = parse_questionnaire(made, "test")
    db.session.add(
        Definition(
            sha256=questionnaire.sha256,
            kind="questionnaire",
            code=questionnaire.code,
            text=questionnaire.text,
        )
    )
    db.session.flush()
    campaign.questionnaire_sha256 = questionnaire.sha256
    db.session.flush()
    return questionnaire


def test_v2_an_old_response_is_shown_as_it_was_asked(campaign: Campaign, response: Response) -> None:
    before = response_views.sections_of(response)
    new = next_version(campaign)
    assert len(new.criteria) == 21
    assert new.criteria[0].text == NEW_WORDING
    assert response_views.sections_of(response) == before


def test_v3_v6_correcting_an_old_response_keeps_its_version_and_its_rules(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    old = response.questionnaire_sha256
    next_version(campaign)
    supervisor = people.by_username("mattran")
    flags.raise_flag(supervisor, response, version=1, reason="contradiction", note="")
    entry = entry_of(response, old)
    assert entry.answers["feedback_4"] == "4"
    corrected = replace(entry, answers={**entry.answers, "feedback_4": "1"})
    responses.correct(enumerator, response, corrected, version=1, reason="Nhập nhầm")
    assert (response.questionnaire_sha256, response.version) == (old, 2)
    assert (response.answers[-1], response.validity) == ("1", "valid")
    assert response_views.changes_of(response)[0].lines[0][1:] == ("4 – Hài lòng", "1 – Rất không hài lòng")


def test_v3_a_draft_begun_under_the_old_version_is_finished_under_it(
    campaign: Campaign, enumerator: User
) -> None:
    old, unit = campaign.questionnaire_sha256, assignments.units_to_ask(enumerator, campaign)[0][0]
    entry = Entry(unit, "VIEW-2", "phone", dict.fromkeys(CRITERIA, 4), DETAILS)
    uuid = responses.save_draft(enumerator, campaign, str(uuid4()), entry).uuid
    next_version(campaign)
    again = replace(entry, answers={**entry.answers, "feedback_4": 2})
    assert responses.save_draft(enumerator, campaign, uuid, again, version=1).version == 2
    responses.submit(enumerator, campaign, uuid, entry, version=2)
    response = responses.one_visible_to(enumerator, uuid)
    assert (response.state, response.questionnaire_sha256, response.answers) == ("submitted", old, "4" * 22)


def test_v3_fifteen_required_answers_are_counted_by_the_version_that_was_asked(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    old = response.questionnaire_sha256
    next_version(campaign)
    flags.raise_flag(people.by_username("mattran"), response, version=1, reason="contradiction", note="")
    entry = entry_of(response, old)
    few = replace(entry, answers=dict.fromkeys(CRITERIA[:14], "4"))
    with pytest.raises(problems.InvalidFields) as refusal:
        responses.correct(enumerator, response, few, version=1, reason="Thiếu")
    assert list(refusal.value.fields) == ["accept_invalid"]


def test_a_new_response_is_asked_by_the_new_version(campaign: Campaign, enumerator: User) -> None:
    new = next_version(campaign)
    unit = assignments.units_to_ask(enumerator, campaign)[0][0]
    answers = dict.fromkeys(new.criterion_codes, 4)
    entry = Entry(unit, "NEW-1", "paper", answers, {**DETAILS, "service_field": "labour"})
    receipt = responses.submit(enumerator, campaign, str(uuid4()), entry)
    made = responses.one_visible_to(enumerator, receipt.uuid)
    assert (made.questionnaire_sha256, made.answers) == (new.sha256, "4" * 21)
    assert told(made)["service_field"] == "Lao động, việc làm, người có công, bảo trợ xã hội"
    for change, field in (
        ({"details": DETAILS}, "service_field"),
        ({"answers": {**answers, "feedback_4": 4}}, "feedback_4"),
    ):
        with pytest.raises(problems.InvalidFields) as refusal:
            responses.submit(enumerator, campaign, str(uuid4()), replace(entry, form_code="NEW-2", **change))
        assert list(refusal.value.fields) == [field]


def test_changes_are_told_newest_first_each_with_who_why_and_only_what_differs(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    supervisor = people.by_username("mattran")
    for version, change in enumerate(({"mode": "paper"}, {"details": {**DETAILS, "comment": "Tốt"}}), 1):
        flags.raise_flag(supervisor, response, version=version, reason="contradiction", note="")
        entry = replace(entry_of(response, response.questionnaire_sha256), **change)
        responses.correct(enumerator, response, entry, version=version, reason=f"Lần {version}")
    second, first = response_views.changes_of(response)
    assert (first.version, first.reason, first.who) == (1, "Lần 1", enumerator.display_name)
    assert first.lines == [("Cách hỏi", "Phỏng vấn qua điện thoại", "Nhập từ phiếu giấy")]
    assert second.lines == [
        ("Tên thủ tục hành chính đã làm", "Cấp sổ đỏ", "để trống"),
        (
            "Ông/Bà biết nơi làm thủ tục này qua đâu?",
            "Qua báo, đài, loa truyền thanh; Qua mạng Internet",
            "để trống",
        ),
        ("Ý kiến khác của Ông/Bà", "để trống", "Tốt"),
    ]
    assert len(audit.history("response", response.uuid)) == 3


def found(username: str, campaign: Campaign, **wanted: str) -> list[str | None]:
    """Return the form codes on the first page of a search."""
    return [
        each.form_code
        for each in response_views.search(people.by_username(username), campaign, 1, **wanted).rows
    ]


def test_l3_returned_responses_come_first_then_drafts_then_the_newest(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    oldest = db.session.scalars(
        select(Response).where(Response.enumerator_id == enumerator.id).order_by(Response.id).limit(1)
    ).one()
    flags.raise_flag(people.by_username("mattran"), oldest, version=1, reason="contradiction", note="")
    empty = Entry("", "", "paper", {}, {})
    responses.save_draft(enumerator, campaign, str(uuid4()), empty)
    assert found("dtv01", campaign)[:3] == [oldest.form_code, None, "VIEW-1"]
    assert found("mattran", campaign)[:2] == [oldest.form_code, "VIEW-1"]


def test_u2_u3_a_unit_is_found_with_and_without_accents_composed_or_not(
    campaign: Campaign, response: Response
) -> None:
    for typed in (
        "Sở Tài chính",
        "so tai chinh",
        "SO TÀI CHÍNH",
        "So\u031b\u0309 Tài chính",
        " sở  tài\u200b chính ",
    ):
        page = response_views.search(people.by_username("noivu"), campaign, 1, q=typed)
        assert (page.total, {each.unit.code for each in page.rows}) == (
            60 + (response.unit.code == "STC"),
            {"STC"},
        )


def test_a_form_code_is_found_by_its_beginning_and_signs_of_the_database_mean_themselves(
    campaign: Campaign, response: Response
) -> None:
    assert found("dtv01", campaign, q="VIEW") == ["VIEW-1"]
    for typed in ("IEW-1", "%", "_", "VIEW_1", "\\", "V%1"):
        assert found("noivu", campaign, q=typed) == []


def test_filters_narrow_together_and_an_unknown_state_is_no_filter(
    campaign: Campaign, response: Response
) -> None:
    unit = response.unit.code
    assert found("noivu", campaign, unit=unit, enumerator="dtv01", state="submitted", q="VIEW") == ["VIEW-1"]
    assert found("noivu", campaign, unit=unit, enumerator="dtv02", q="VIEW") == []
    assert found("noivu", campaign, q="VIEW", state="void") == []
    assert found("noivu", campaign, q="VIEW", state="moon") == ["VIEW-1"]
    assert found("noivu", campaign, unit="KHONG-CO") == []


def test_other_content_is_told_by_what_differs_and_by_whom_it_was_sent(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    entry = entry_of(response, response.questionnaire_sha256)
    assert response_views.others_of(response) == []
    for changes in ({"access_1": "5"}, {"access_3": "1"}):
        other = replace(entry, answers={**entry.answers, **changes}, mode="paper")
        with pytest.raises(problems.OtherContent):
            responses.submit(enumerator, campaign, response.uuid, other)
    newest, first = response_views.others_of(response)
    question = campaigns.questionnaire_of(response.questionnaire_sha256).criteria
    mode = ("Cách hỏi", "Phỏng vấn qua điện thoại", "Nhập từ phiếu giấy")
    assert newest.lines == [mode, (question[2].text, "để trống", "1 – Rất không hài lòng")]
    assert first.lines == [mode, (question[0].text, "4 – Hài lòng", "5 – Rất hài lòng")]
    assert (newest.who, first.who) == (enumerator.display_name,) * 2


def test_the_trail_tells_each_step_once_and_only_of_flags_one_may_see(
    campaign: Campaign, enumerator: User, response: Response
) -> None:
    front, veteran = people.by_username("mattran"), people.by_username("cuuchienbinh")
    flags.raise_flag(front, response, version=1, reason="other", note="Riêng của Mặt trận")
    entry = entry_of(response, response.questionnaire_sha256)
    responses.correct(enumerator, response, entry, version=1, reason="Đúng như vậy")
    seen = {
        user.username: [
            (step.what, step.who, step.why)
            for step in response_views.trail_of(response, flags.of_response(user, response))
        ]
        for user in (front, veteran)
    }
    sent = ("Gửi phiếu", enumerator.display_name, "")
    corrected = ("Sửa phiếu", enumerator.display_name, "Đúng như vậy")
    flagged = ("Đánh dấu phiếu cần phúc tra", front.display_name, "Riêng của Mặt trận")
    assert seen == {"mattran": [corrected, flagged, sent], "cuuchienbinh": [corrected, sent]}
