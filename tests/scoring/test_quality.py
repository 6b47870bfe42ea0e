"""Screening: it finds who made interviews up, and leaves honest colleagues alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.golden import Golden
from scoring.quality import Screening, screen
from scoring.screening_rules import WORDING

DRAWS = 4999


@pytest.fixture(scope="module")
def work() -> Fieldwork:
    """The golden campaign of 2,124 made-up responses, some forty of them copied by one enumerator."""
    return Golden().campaign("campaign").fieldwork


@pytest.fixture(scope="module")
def found(work: Fieldwork) -> Screening:
    """The golden campaign, screened."""
    return screen(work, draws=DRAWS)


def honest(seed: int, habits: float) -> list[FieldRecord]:
    """Make 400 honest responses of 10 enumerators in 5 units; habits spread their pace, rounding and clientele."""
    generator = np.random.default_rng(seed)
    pace, level, rounding = generator.normal(0, [[0.6 * habits], [habits], [0.2 * habits]], (3, 10))
    records = []
    for place in range(400):
        unit, who = place % 5, int(generator.integers(4)) * 2 + place % 2
        latent = 0.4 * unit + level[who] + generator.normal() + generator.normal(0, 0.8, 22)
        levels = np.searchsorted([-2.0, -1.0, 0.0, 1.5], latent) + 1
        age = int(generator.integers(18, 75))
        records.append(
            FieldRecord(
                unit=f"U{unit}",
                form_code=f"F{place:04}",
                enumerator=f"E{who}",
                packed="".join(map(str, levels)),
                start=datetime(2026, 3, 2, 8) + timedelta(minutes=int(generator.integers(600))),  # noqa: DTZ001
                duration=int(700 * np.exp(0.3 * pace[who] + generator.normal(0, 0.3))),
                age=5 * round(age / 5) if generator.random() < abs(rounding[who]) else age,
            )
        )
    return records


def test_the_enumerator_who_made_interviews_up_is_found_by_three_rules_and_nobody_else(
    found: Screening,
) -> None:
    assert {(each.enumerator, each.rule) for each in found.enumerators_to_recheck} == {
        ("E31", "age_digits"),
        ("E31", "near_duplicates"),
        ("E31", "short"),
    }
    assert {each.enumerator for each in found.responses} == {"E31"}
    assert {each.rule for each in found.responses} == {"near_duplicates", "short"}


def test_what_was_counted_stands_beside_what_chance_gives(found: Screening) -> None:
    pairs = next(
        each for each in found.enumerators if (each.enumerator, each.rule) == ("E31", "near_duplicates")
    )
    assert (pairs.n, pairs.observed) == (68, 255)
    assert pairs.expected == pytest.approx(134, abs=3)
    assert pairs.p_value == 1 / (1 + DRAWS)


def test_simple_rules_alone_would_accuse_hundreds(work: Fieldwork, found: Screening) -> None:
    doubted = {each.form_code for each in found.responses}
    assert 20 <= len(doubted) <= 40
    assert len(found.enumerators) == 10 * 40


def test_every_doubt_has_a_wording_that_asks_for_a_recheck_and_no_more(found: Screening) -> None:
    assert {each.rule for each in found.enumerators} == set(WORDING)
    doubts = [*found.enumerators, *found.responses]
    assert all(each.wording == f"nên phúc tra: {WORDING[each.rule]}" for each in doubts)


@pytest.mark.parametrize("habits", [0.0, 0.5])
def test_honest_enumerators_are_left_alone(habits: float) -> None:
    """20 campaigns with q ≤ 5 %: by chance alone one in twenty may raise a doubt, three would be too many."""
    layout = Golden().campaign("campaign_200").layout
    accused = [
        bool(screen(Fieldwork.of(layout, honest(seed, habits)), draws=1999).enumerators_to_recheck)
        for seed in range(20)
    ]
    assert sum(accused) <= 2


def test_copies_among_honest_responses_are_found() -> None:
    records = honest(1, 0.0)
    hers = [place for place, each in enumerate(records) if (each.enumerator, each.unit) == ("E3", "U1")]
    assert len(hers) > 5
    source = records[hers[0]].packed
    for place in hers:
        records[place] = replace(records[place], packed=source)
    result = screen(Fieldwork.of(Golden().campaign("campaign_200").layout, records), draws=DRAWS)
    assert ("E3", "identical") in {(each.enumerator, each.rule) for each in result.enumerators_to_recheck}
    assert {each.enumerator for each in result.enumerators_to_recheck} == {"E3"}
    copied = {each.form_code for each in result.responses if each.rule == "identical"}
    assert copied == {records[place].form_code for place in hers}


def test_the_order_of_responses_changes_nothing(work: Fieldwork) -> None:
    small = Golden().campaign("campaign_200").fieldwork
    mixed = Fieldwork.of(small.layout, Random(4).sample(small.records, len(small)))
    assert screen(small, draws=99) == screen(mixed, draws=99)


def test_what_is_not_recorded_is_not_judged_and_is_named() -> None:
    layout = Golden().campaign("campaign_200").layout
    bare = [replace(each, start=None, duration=None, age=None) for each in honest(2, 0.0)]
    result = screen(Fieldwork.of(layout, bare), draws=99)
    assert result.not_run == ("short", "night", "age_digits", "minute_digits")
    assert {each.rule for each in result.enumerators} == {
        "straight_lines", "blank", "level_high", "level_low", "near_duplicates", "identical"
    }  # fmt: skip
    assert result.responses == ()


def test_what_some_responses_record_is_judged_among_those_alone() -> None:
    """Three of ten enumerators carry devices; all their interviews are long, and one of the three works at night."""
    layout = Golden().campaign("campaign_200").layout
    carries = {"E0", "E2", "E4"}
    records = [
        each if each.enumerator in carries else replace(each, start=None, duration=None, age=None)
        for each in honest(5, 0.0)
    ]
    result = screen(Fieldwork.of(layout, records), draws=999)
    timed = {rule: set[str]() for rule in ("short", "night", "age_digits", "minute_digits")}
    for each in result.enumerators:
        if each.rule in timed:
            timed[each.rule].add(each.enumerator)
            assert each.n == sum(record.enumerator == each.enumerator for record in records)
    assert timed == dict.fromkeys(timed, carries)
    assert result.enumerators_to_recheck == ()
    night = [
        replace(each, start=each.start.replace(hour=23)) if each.start and each.enumerator == "E2" else each
        for each in records
    ]
    doubted = screen(Fieldwork.of(layout, night), draws=4999).enumerators
    surest = min((each for each in doubted if each.rule == "night"), key=lambda each: each.p_value)
    assert surest.enumerator == "E2"
    assert surest.observed == surest.n


def test_an_enumerator_alone_in_her_unit_is_compared_with_nobody() -> None:
    layout = Golden().campaign("campaign_200").layout
    records = [replace(each, unit=each.enumerator) for each in honest(3, 0.0)]
    result = screen(Fieldwork.of(layout, records), draws=99)
    assert result.enumerators == ()
    assert result.incomparable == tuple(sorted({each.enumerator for each in records}))


def test_responses_without_an_enumerator_are_judged_by_their_duration_only() -> None:
    layout = Golden().campaign("campaign_200").layout
    records = [replace(each, enumerator="") for each in honest(4, 0.0)]
    records[:30] = [replace(each, duration=40) for each in records[:30]]
    result = screen(Fieldwork.of(layout, records), draws=99)
    assert (result.enumerators, result.incomparable) == ((), ())
    doubted, made_up = ({each.form_code for each in some} for some in (result.responses, records[:30]))
    assert made_up <= doubted
    assert len(doubted) <= 32
    assert {each.rule for each in result.responses} == {"short"}


def test_contradicting_clocks_are_facts_beside_the_doubts(found: Screening) -> None:
    assert len(found.overlapping) == 3
    assert ("R01224", "R01223") in found.overlapping


def test_nothing_to_screen_is_no_doubt() -> None:
    layout = Golden().campaign("campaign_200").layout
    result = screen(Fieldwork.of(layout, []), draws=99)
    assert (result.enumerators, result.responses, result.overlapping) == ((), (), ())


@pytest.mark.parametrize("limit", [0, 1, -1])
def test_a_limit_outside_zero_and_one_is_refused(limit: float, work: Fieldwork) -> None:
    with pytest.raises(ScoringError) as caught:
        screen(work, q_limit=limit)
    assert caught.value.code == "number_bad"
