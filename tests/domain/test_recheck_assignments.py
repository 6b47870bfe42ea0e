"""A head gives out exactly the re-checks named, or none; ids of the other body refuse the whole request."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from survey_app import problems, recheck_problems
from survey_app.domain import audit, people, recheck_assignments
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Recheck, User
from survey_app.vocabulary import CampaignState
from tests.domain.recheck_work import YES, Work, begin, judged


@pytest.fixture
def work(actor: User, small: Campaign) -> Work:
    """Two responses, each drawn for both bodies."""
    return begin(actor, small)


def give(work: Work, found: list[Recheck], username: str = "mattran", **more: int) -> int:
    """Let the Front's head give re-checks out, on their present versions."""
    wanted = {each.uuid: each.version for each in found}
    head = work.people["mattran-truong"]
    number = more.get("number", len(wanted))
    return recheck_assignments.assign(head, work.campaign, wanted, username, number=number)


def holders() -> list[int | None]:
    """Return to whom each re-check is given."""
    return list(db.session.scalars(select(Recheck.supervisor_id).order_by(Recheck.id)))


def test_exactly_the_rows_named_are_given_with_a_line_each_and_again_changes_nothing(work: Work) -> None:
    assert give(work, work.front) == 2
    mine = work.people["mattran"].id
    assert holders() == [mine, None, mine, None]
    assert [each.version for each in work.front] == [2, 2]
    (line,) = audit.history("recheck", work.front[0].uuid)
    told = audit.changes_of(line)
    assert (told["before"], told["after"]) == (
        {"supervisor": None},
        {"form_code": "A-1", "supervisor": "mattran"},
    )
    assert give(work, work.front) == 0
    assert give(work, work.front[:1], "mattran2") == 1
    assert len(audit.history("recheck", work.front[0].uuid)) == 2


def test_t9_ids_of_the_other_bodys_sample_refuse_the_whole_request(
    work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Recheck(uuid=str(uuid4()), version=1)
    for foreign in (work.veterans[0], stranger):
        with pytest.raises(problems.NotFound):
            give(work, [work.front[0], foreign])
        assert (
            f"mattran-truong named re-checks that are not of the own body: ['{foreign.uuid}']" in caplog.text
        )
    assert holders() == [None] * 4
    assert audit.history("recheck", work.front[0].uuid) == []


@pytest.mark.parametrize("username", ["", "cuuchienbinh", "noivu", "nobody", "dtv-a"])
def test_only_an_active_member_of_the_same_body_is_given_any(work: Work, username: str) -> None:
    with pytest.raises(problems.InvalidFields) as refusal:
        give(work, work.front, username)
    assert list(refusal.value.fields) == ["supervisor"]


def test_a_disabled_supervisor_is_given_none(actor: User, work: Work) -> None:
    people.disable(actor, work.people["mattran2"])
    with pytest.raises(problems.InvalidFields):
        give(work, work.front, "mattran2")
    assert [each.username for each in recheck_assignments.supervisors_of(work.people["mattran"])] == [
        "mattran",
        "mattran-truong",
    ]


def test_another_number_than_confirmed_and_an_empty_choice_are_refused(work: Work) -> None:
    refusals: list[Callable[[], int]] = [
        lambda: give(work, work.front, number=3),
        lambda: give(work, []),
    ]
    for verb in refusals:
        with pytest.raises(problems.InvalidFields) as refusal:
            verb()
        assert list(refusal.value.fields) == ["rows"]
    assert holders() == [None] * 4


def test_a_recheck_judged_or_given_meanwhile_refuses_all_and_is_named(work: Work) -> None:
    judged(work.people["mattran"], work.front[1], YES)
    with pytest.raises(recheck_problems.RechecksChanged, match=r"giao lại: A-2\. Chưa giao"):
        give(work, work.front)
    old = {work.front[0].uuid: 1}
    give(work, work.front[:1])
    with pytest.raises(recheck_problems.RechecksChanged, match="A-1"):
        recheck_assignments.assign(work.people["mattran-truong"], work.campaign, old, "mattran2", number=1)


def test_after_the_seal_nothing_is_given_out(work: Work) -> None:
    work.campaign.state = CampaignState.SEALED
    with pytest.raises(recheck_problems.RecheckNotNow):
        give(work, work.front)
    assert db.session.scalars(select(AuditLine).where(AuditLine.noun == "recheck")).all() == []
