"""What a supervisor's device keeps of her re-checks: hers that wait, and nothing of the person or the original."""

import json

import pytest
from flask import Flask

from survey_app import recheck_problems
from survey_app.domain import campaigns, device_views, recheck_devices
from survey_app.extensions import db
from survey_app.models import Campaign, Contact, DeviceReport, Recheck, SampleRow, User
from survey_app.models.columns import now
from survey_app.vocabulary import CampaignState, ResponseState
from tests.domain.recheck_work import NO, YES, Work, begin, judged
from tests.domain.small_campaign import race
from tests.web.pages import statements


@pytest.fixture
def work(actor: User, small: Campaign) -> Work:
    """Four responses, each drawn for both bodies; the Front's first three are mattran's."""
    made = begin(actor, small, 4)
    for recheck in made.front[:3]:
        recheck.supervisor_id = made.people["mattran"].id
    db.session.flush()
    return made


def codes(work: Work, username: str = "mattran") -> list[str]:
    """Return the form codes of what waits on a person's device."""
    return [task["form_code"] for task in recheck_devices.tasks_of(work.people[username])]


def test_only_what_waits_for_her_is_on_her_device(work: Work, actor: User) -> None:
    assert codes(work) == ["A-1", "A-2", "A-3"]
    assert codes(work, "mattran2") == codes(work, "cuuchienbinh") == codes(work, "noivu") == []
    judged(work.people["mattran"], work.front[0], YES)
    work.responses[1].state = ResponseState.VOID
    db.session.flush()
    assert codes(work) == ["A-3"]
    campaigns.move(actor, work.campaign, CampaignState.CLOSED)
    assert codes(work) == ["A-3"]
    with pytest.raises(recheck_problems.Undecided) as refusal:
        campaigns.move(actor, work.campaign, CampaignState.SEALED)
    assert list(refusal.value.fields) == ["reason"]
    campaigns.move(actor, work.campaign, CampaignState.SEALED, "Hết thời hạn giám sát.")
    assert codes(work) == []


def test_neither_how_to_reach_anybody_nor_an_original_answer_is_on_the_device(work: Work) -> None:
    response = work.responses[0]
    assert response.unit_id is not None
    row = SampleRow(
        campaign_id=work.campaign.id,
        unit_id=response.unit_id,
        form_code="A-1",
        kind="official",
        position=1,
        procedure="Cấp sổ đỏ",
    )
    db.session.add(row)
    db.session.flush()
    secret = Contact(
        sample_row_id=row.id, name="Bà Tư", phone="0912345678", address="Xóm 3", remove_after=now().date()
    )
    db.session.add(secret)
    db.session.flush()
    task = recheck_devices.tasks_of(work.people["mattran"])[0]
    assert set(task) == {
        "uuid",
        "version",
        "campaign",
        "form_code",
        "unit",
        "procedure",
        "questionnaire",
        "criteria",
    }
    assert (task["unit"], task["procedure"]) == ("Sở A", "Cấp sổ đỏ")
    told = json.dumps(task, ensure_ascii=False)
    assert [word for word in ("Bà Tư", "0912345678", "Xóm 3", response.answers) if word in told] == []


def test_a_list_costs_one_query_however_long_it_is(work: Work) -> None:
    assert len(statements(lambda: recheck_devices.tasks_of(work.people["mattran"]))) == 1


def test_t11_two_devices_that_judge_in_the_same_second_one_is_stored_and_one_is_told(
    app: Flask, work: Work
) -> None:
    db.session.commit()
    people = iter([work.people["mattran"].id, work.people["mattran2"].id])
    contents = iter([YES | {"version": 1}, NO | {"version": 1}])
    uuid = work.front[0].uuid

    def judge() -> None:
        actor = db.session.get_one(User, next(people))
        recheck_devices.receive(actor, uuid, next(contents))

    first, second = sorted(race(app, judge), key=lambda each: each is not None)
    assert first is None
    assert isinstance(second, recheck_problems.RecheckOvertaken)
    assert set(second.fields) == {"stored"}
    db.session.expire_all()
    kept = db.session.get_one(Recheck, work.front[0].id)
    assert (kept.state, kept.version) == ("judged", 2)


def test_a_head_sees_the_own_bodys_devices_the_board_enumerators_and_each_her_own(work: Work) -> None:
    for place, username in enumerate(("mattran", "cuuchienbinh")):
        device = f"0f8fad5b-d9cb-469f-a165-70867728950{place}"
        db.session.add(DeviceReport(device=device, user_id=work.people[username].id, waiting=1))
    device = "0f8fad5b-d9cb-469f-a165-708677289509"
    db.session.add(DeviceReport(device=device, user_id=work.enumerator.id, waiting=1))
    db.session.flush()

    def seen(username: str) -> list[str]:
        found = device_views.devices(work.people[username], (), clocks=False)
        return sorted(each.report.user.username for each in found)

    assert seen("noivu") == [work.enumerator.username]
    assert seen("mattran-truong") == ["mattran"]
    assert seen("cuuchienbinh-truong") == ["cuuchienbinh"]
    assert seen("mattran") == ["mattran"]
    assert seen("mattran2") == []
