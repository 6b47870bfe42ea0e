"""What a device claims of how a form came about is read with patience: nothing in it can refuse the answers."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from survey_app.domain import doubts, paradata
from survey_app.domain.paradata import LONGEST, Making
from survey_app.extensions import db
from survey_app.models import Paradata, Response

DEVICE = "0f8fad5b-d9cb-469f-a165-70867728950e"


@time_machine.travel(datetime(2026, 11, 28, 3, 0, tzinfo=UTC), tick=False)
def test_a_whole_account_is_read_as_it_was_claimed() -> None:
    told = {
        "device": DEVICE,
        "opened_at": "2026-11-28T09:40:00+07:00",
        "first_answer_at": "2026-11-28T02:41:00.500Z",
        "finished_at": "2026-11-28T02:50:00Z",
        "sent_at": "2026-11-28T02:55:00Z",
        "active": 400,
        "seconds": {"access": 61, "official": 122},
        "edits": 3,
        "keystrokes": 44,
    }
    assert paradata.read(told, ["one_level"]) == Making(
        device=DEVICE,
        opened_at=datetime(2026, 11, 28, 2, 40, tzinfo=UTC),
        first_answer_at=datetime(2026, 11, 28, 2, 41, 0, 500000, tzinfo=UTC),
        finished_at=datetime(2026, 11, 28, 2, 50, tzinfo=UTC),
        clock_offset=300,
        seconds_active=400,
        seconds={"access": 61, "official": 122},
        edits=3,
        keystrokes=44,
        confirmed=frozenset({"one_level"}),
    )


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "yesterday",
        "2026-11-28",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        5,
        None,
        [],
    ],
)
def test_a_moment_that_is_none_says_nothing(moment: object) -> None:
    assert paradata.read({"opened_at": moment}) == Making()


def test_numbers_out_of_all_reason_are_cut_to_it() -> None:
    told = {
        "active": 1e12,
        "edits": -3,
        "keystrokes": True,
        "seconds": {"access": float("nan"), "x" * 99: 10**30},
    }
    read = paradata.read(told)
    assert (read.seconds_active, read.edits, read.keystrokes) == (LONGEST, 0, 0)
    assert read.seconds == {"access": 0, "x" * 64: 0}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
NAMES = ["device", "opened_at", "sent_at", "active", "seconds", "edits", "keystrokes", "more"]


@given(anything | st.dictionaries(st.sampled_from(NAMES), anything), st.lists(anything, max_size=3))
def test_nothing_a_device_tells_is_refused(told: object, confirmed: list[object]) -> None:
    read = paradata.read(told, confirmed)
    assert 0 <= read.seconds_active <= LONGEST
    assert all(isinstance(code, str) for code in read.confirmed)


def test_the_making_of_the_present_version_is_kept_once(demo: Flask) -> None:
    response = db.session.scalars(select(Response).order_by(Response.id)).first()
    assert response is not None
    odd = [doubt for doubt in doubts.doubts_of(response.questionnaire_sha256) if doubt.code == "one_level"]
    paradata.keep(response.id, Making(edits=1), odd)
    paradata.keep(response.id, Making(edits=2, confirmed=frozenset({"one_level"})), odd)
    db.session.commit()
    kept = db.session.scalars(select(Paradata).where(Paradata.response_id == response.id)).one()
    assert (kept.edits, kept.doubts) == (2, '{"one_level":"confirmed"}')


def test_a_form_of_which_nothing_is_told_and_nothing_is_odd_gets_no_row(demo: Flask) -> None:
    response = db.session.scalars(select(Response).order_by(Response.id)).first()
    assert response is not None
    paradata.keep(response.id, None, ())
    paradata.keep(response.id, Making(confirmed=frozenset({"one_level"})), ())
    assert db.session.scalars(select(Paradata)).all() == []
