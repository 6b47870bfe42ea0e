"""Responses as field work: one order, clocks that contradict themselves, night."""

from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.fieldwork import FieldRecord, Fieldwork, is_night, overlaps
from scoring.method import Method
from scoring.moments import Layout, layout_of
from scoring.questionnaire import Questionnaire

NINE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001


@pytest.fixture(scope="module")
def layout(small: Questionnaire, ha_nam: Method) -> Layout:
    """Three criteria."""
    return layout_of(small, ha_nam)


def asked(code: str, minute: float, seconds: int | None, enumerator: str = "E1") -> FieldRecord:
    """Make a response begun so many minutes after nine."""
    return FieldRecord("A", code, enumerator, "455", NINE + timedelta(minutes=minute), seconds)


def test_responses_stand_by_unit_and_form_code_whatever_came_first(layout: Layout) -> None:
    records = [FieldRecord(unit, f"{unit}{n}", "E", "111") for unit in "BA" for n in (2, 1)]
    for seed in range(3):
        work = Fieldwork.of(layout, Random(seed).sample(records, 4))
        assert [each.form_code for each in work.records] == ["A1", "A2", "B1", "B2"]
        assert {unit: places.tolist() for unit, places in work.units.items()} == {"A": [0, 1], "B": [2, 3]}
        assert {code: places.tolist() for code, places in work.enumerators.items()} == {"E": [0, 1, 2, 3]}
        assert len(work) == 4


def test_the_satisfied_share_is_of_valid_answers_only(layout: Layout) -> None:
    work = Fieldwork.of(
        layout,
        [
            FieldRecord("A", "1", "E", "45N"),
            FieldRecord("A", "2", "E", "3-5"),
            FieldRecord("A", "3", "E", "-N-"),
        ],
    )
    assert np.array_equal(work.satisfied_share, [1, 0.5, np.nan], equal_nan=True)
    assert work.valid.tolist() == [[True, True, False], [True, False, True], [False, False, False]]


def test_an_interview_begun_before_the_last_was_over_contradicts_the_clock(layout: Layout) -> None:
    work = Fieldwork.of(
        layout,
        [
            asked("1", 0, 1800),
            asked("2", 10, 300),
            asked("3", 20, 60),
            asked("4", 31, 60),
            asked("5", 20, 60, "E2"),
            asked("6", 25, None),
        ],
    )
    # 2 and 3 lie within the half hour of 1; 4 follows it, 5 is another person's, 6 has no end.
    assert overlaps(work) == [("1", "2"), ("1", "3")]


def test_a_minute_of_overlap_is_forgiven(layout: Layout) -> None:
    assert overlaps(Fieldwork.of(layout, [asked("1", 0, 660), asked("2", 10, 60)])) == []
    assert overlaps(Fieldwork.of(layout, [asked("1", 0, 661), asked("2", 10, 60)])) == [("1", "2")]
    assert overlaps(Fieldwork.of(layout, [asked("1", 0, 660), asked("2", 10, 60)]), tolerance=0) == [
        ("1", "2")
    ]


@pytest.mark.parametrize(
    ("hour", "night"), [(21, False), (22, True), (23, True), (0, True), (4, True), (5, False)]
)
def test_night_is_from_twenty_two_to_five(hour: int, night: bool) -> None:
    assert is_night(NINE.replace(hour=hour)) is night


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([FieldRecord("A", "1", "E", "111"), FieldRecord("B", "1", "E", "111")], "form_again"),
        ([FieldRecord("A", "1", "E", "11")], "packed_length"),
        ([FieldRecord("A", "1", "E", "11x")], "packed_character"),
        ([FieldRecord("A", "1", "E", "111", duration=-1)], "number_bad"),
    ],
)
def test_records_that_contradict_themselves_are_refused(
    records: list[FieldRecord], code: str, layout: Layout
) -> None:
    with pytest.raises(ScoringError) as caught:
        Fieldwork.of(layout, records)
    assert caught.value.code == code
