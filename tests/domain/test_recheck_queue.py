"""The queue: own before nobody's before colleagues', due calls first; contacts only while it waits."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import days, recheck_attempts, recheck_contacts, recheck_queue, recheck_views, rechecks
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Contact, Recheck, SampleRow, User
from survey_app.vocabulary import ResponseState
from tests.domain.recheck_work import NO, YES, Work, begin, judged
from tests.web.pages import statements


@pytest.fixture
def work(actor: User, small: Campaign) -> Work:
    """Seven responses, each drawn for both bodies; the Front's supervisor has the first four, a colleague the next."""
    made = begin(actor, small, 7)
    for place, recheck in enumerate(made.front):
        recheck.supervisor_id = made.people["mattran" if place < 4 else "mattran2"].id if place < 5 else None
    db.session.flush()
    return made


def codes(work: Work, username: str = "mattran", **chosen: str) -> list[str | None]:
    """Return the form codes of a person's queue."""
    found = recheck_queue.queue_of(work.people[username], work.campaign, **chosen)
    return [row.recheck.response.form_code for row in found.rows]


def test_due_calls_come_first_then_who_was_never_tried_then_the_others_and_nobodys_after_the_own(
    work: Work,
) -> None:
    supervisor = work.people["mattran"]
    recheck_attempts.attempt(supervisor, work.front[0], way="by_phone", result="nobody")
    recheck_attempts.attempt(supervisor, work.front[3], way="by_phone", result="nobody")
    recheck_attempts.attempt(supervisor, work.front[3], way="by_phone", result="call_again", note="19 giờ")
    assert codes(work) == ["A-4", "A-2", "A-3", "A-1", "A-6", "A-7"]
    first = recheck_queue.queue_of(supervisor, work.campaign).rows[0]
    assert (first.attempts, first.is_due, first.last and first.last.note) == (2, True, "19 giờ")
    assert codes(work, show="body") == ["A-4", "A-2", "A-3", "A-1", "A-6", "A-7", "A-5"]
    assert codes(work, show="body", supervisor="mattran2") == ["A-5"]
    assert codes(work, show="body", supervisor="-") == ["A-6", "A-7"]
    assert codes(work, show="body", unit="B") == []


def test_what_ended_is_apart_and_void_responses_wait_for_nobody(work: Work) -> None:
    supervisor = work.people["mattran"]
    judged(supervisor, work.front[0], YES)
    judged(supervisor, work.front[1], NO)
    work.responses[2].state = ResponseState.VOID
    db.session.flush()
    assert codes(work) == ["A-4", "A-6", "A-7"]
    assert codes(work, show="done") == ["A-2", "A-1"]
    counts = recheck_queue.counts_of(supervisor, work.campaign)
    assert (counts.mine, counts.unassigned, counts.waiting, counts.judged) == (1, 2, 4, 2)
    assert (counts.confirmed, counts.failed, counts.unreachable) == (1, 1, 0)
    standings = recheck_queue.standings_of(work.people["mattran-truong"], work.campaign)
    assert [(each.supervisor.username, each.waiting, each.confirmed, each.failed) for each in standings] == [
        ("mattran", 1, 1, 1),
        ("mattran-truong", 0, 0, 0),
        ("mattran2", 1, 0, 0),
    ]
    assert codes(work, "cuuchienbinh") == ["A-1", "A-2", "A-4", "A-5", "A-6", "A-7"]
    assert recheck_queue.counts_of(work.people["cuuchienbinh"], work.campaign).judged == 0


def test_the_queue_costs_two_statements_however_long_it_is(work: Work) -> None:
    user, campaign = work.people["mattran"], work.campaign
    db.session.commit()

    def read() -> None:
        for row in recheck_queue.queue_of(user, campaign, show="body").rows:
            assert row.recheck.response.unit
            assert row.recheck.supervisor is None or row.recheck.supervisor.username

    db.session.expire_all()
    assert (user.role, campaign.code) == ("supervisor", "c26")
    assert len(statements(read)) == 2


def test_a_page_behind_the_last_is_not_there_and_unknown_filters_are_named(work: Work) -> None:
    with pytest.raises(problems.NotFound):
        recheck_queue.queue_of(work.people["mattran"], work.campaign, 2)
    typed = {"show": "all", "unit": "Z", "supervisor": "cuuchienbinh"}
    filters = recheck_queue.read(work.people["mattran-truong"], work.campaign, typed)
    assert filters.unknown == ["Phần việc", "Đơn vị", "Giám sát viên"]
    assert filters.chosen == {"show": "body", "unit": "", "supervisor": ""}


def listed(work: Work) -> None:
    """Put the responses on the list, each with a contact."""
    for place, response in enumerate(work.responses, 1):
        row = SampleRow(
            campaign_id=work.campaign.id,
            unit_id=response.unit_id,
            form_code=response.form_code,
            kind="official",
            position=place,
        )
        db.session.add(row)
        db.session.flush()
        later = days.today() + timedelta(days=30)
        db.session.add(Contact(sample_row_id=row.id, name=f"Bà {place}", phone="0912", remove_after=later))
    db.session.flush()


def seen() -> list[tuple[str, str | None]]:
    """Return which contacts were noted as seen, and by whom."""
    found = select(AuditLine.record_id, AuditLine.actor_name).where(AuditLine.verb == "contact.seen")
    return [(code, name) for code, name in db.session.execute(found.order_by(AuditLine.id))]


def names(user: User, found: list[Recheck]) -> list[str]:
    """Return the names of the contacts a person is shown for re-checks."""
    reach = recheck_contacts.of_rechecks(user, found)
    return [each.contact.name for each in reach.values() if each.contact]


def test_contacts_are_shown_for_the_own_bodys_waiting_rechecks_and_noted_once_a_day(work: Work) -> None:
    listed(work)
    supervisor = work.people["mattran"]
    for _ in range(2):
        assert names(supervisor, work.front[:2]) == ["Bà 1", "Bà 2"]
    assert seen() == [("A-1", "Người mattran"), ("A-2", "Người mattran")]
    assert names(supervisor, work.veterans) == []
    assert names(work.people["noivu"], work.front) == []
    judged(supervisor, work.front[0], YES)
    work.responses[1].state = ResponseState.VOID
    db.session.flush()
    assert names(supervisor, work.front[:3]) == ["Bà 3"]
    work.campaign.state = "sealed"
    assert names(supervisor, work.front[2:]) == []
    assert len(seen()) == 3


def test_the_answers_given_again_stand_beside_the_version_that_was_judged(work: Work) -> None:
    supervisor, recheck = work.people["mattran"], work.front[0]
    again = dict(zip(recheck.criteria.split(","), ("4", "5", "2", "N", "-"), strict=True))
    judged(supervisor, recheck, YES | {"again": again})
    (kept,) = recheck_views.verdicts_of(recheck)
    lines = recheck_views.compared(recheck, kept)
    assert [(line.asked.number, line.again) for line in lines] == [
        ("1.1", "4 – Hài lòng"),
        ("2.2", "5 – Rất hài lòng"),
        ("3.4", "2 – Không hài lòng"),
        ("4.1", "Không áp dụng"),
        ("5.2", "không nhớ, không hỏi được"),
    ]
    assert {line.original for line in lines} == {"4 – Hài lòng"}
    assert [(line.differs, line.crosses) for line in lines] == [
        (False, False),
        (True, False),
        (True, True),
        (True, False),
        (False, False),
    ]


def test_the_other_bodys_verdict_is_shown_once_both_have_judged(work: Work) -> None:
    front, veterans = work.people["mattran"], work.people["cuuchienbinh"]
    judged(front, work.front[0], YES)
    assert recheck_views.others_of(veterans, work.veterans[0]) == []
    assert recheck_views.others_of(front, work.front[0]) == []
    judged(veterans, work.veterans[0], NO)
    assert [each.verdict for each in recheck_views.others_of(veterans, work.veterans[0])] == ["confirmed"]
    assert [each.verdict for each in recheck_views.others_of(front, work.front[0])] == ["failed"]
    assert rechecks.hidden_among(front, [each.id for each in work.responses[:2]]) == {work.responses[1].id}
