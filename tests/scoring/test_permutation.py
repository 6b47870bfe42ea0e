"""Chance measured: exchange within units, exact tails, q-values, and their laws."""

from itertools import permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError
from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.method import Method
from scoring.moments import Layout, layout_of
from scoring.permutation import (
    benjamini_hochberg,
    beside_colleagues,
    exchange,
    exchange_tail,
    level_blocks,
    mirror_q_values,
)
from scoring.questionnaire import Questionnaire

P_VALUES = st.lists(st.floats(0, 1), max_size=20)


@pytest.fixture(scope="module")
def layout(small: Questionnaire, ha_nam: Method) -> Layout:
    """Three criteria."""
    return layout_of(small, ha_nam)


def work_of(layout: Layout, *units: str, answers: str = "345") -> Fieldwork:
    """Make units whose responses were asked by the enumerators named letter by letter."""
    return Fieldwork.of(
        layout,
        [
            FieldRecord(f"U{unit}", f"{unit}-{place:03}", letter, answers)
            for unit, letters in enumerate(units)
            for place, letter in enumerate(letters)
        ],
    )


def none(work: Fieldwork) -> dict[str, np.ndarray]:
    """Return no pairs."""
    return {unit: np.zeros((len(p), len(p)), dtype=bool) for unit, p in work.units.items()}


def test_exchange_is_close_to_every_order_written_out(layout: Layout) -> None:
    work = work_of(layout, "AABBB")
    scores = np.array([[5.0], [3.0], [1.0], [2.0], [0.0]])
    found = exchange(work, scores, none(work), False, 20_000, 1)
    sums = [scores[list(order[:2]), 0].sum() for order in permutations(range(5))]
    assert found.observed[:, 0].tolist() == [8, 3]
    assert found.expected[0, 0] == pytest.approx(np.mean(sums), abs=0.05)
    assert found.spread[0, 0] == pytest.approx(np.std(sums), abs=0.05)
    assert found.upper[0, 0] == pytest.approx(np.mean(np.array(sums) >= 8), abs=0.01)


def test_pairs_count_where_both_are_the_enumerators(layout: Layout) -> None:
    work = work_of(layout, "AAB")
    pairs = {"U0": np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]], dtype=bool)}
    found = exchange(work, np.zeros((3, 0)), pairs, False, 5_000, 1)
    assert found.observed.tolist() == [[1], [0]]
    # Each of the three ways to seat B is as likely: pairs kept by A are 1 (B last), 1 (B second), 0 (B first).
    assert found.expected[0, 0] == pytest.approx(2 / 3, abs=0.03)


def test_nobody_is_exchanged_between_units(layout: Layout) -> None:
    work = work_of(layout, "AAAA", "BBBB")
    scores = np.array([[1.0]] * 4 + [[0.0]] * 4)
    found = exchange(work, scores, none(work), False, 99, 1)
    assert found.expected[:, 0].tolist() == [4, 0]
    assert found.upper[:, 0].tolist() == [1, 1]


def test_blocks_hold_about_ten_of_one_level(layout: Layout) -> None:
    records = [FieldRecord("U", f"{n:03}", "A", "111" if n % 2 else "555") for n in range(40)]
    blocks = level_blocks(work := Fieldwork.of(layout, records), work.units["U"])
    assert [len(block) for block in blocks] == [10, 10, 10, 10]
    assert [set((block % 2).tolist()) for block in blocks] == [{1}, {1}, {0}, {0}]
    assert len(level_blocks(work, work.units["U"][:3])) == 1


def test_among_alike_levels_a_satisfied_clientele_is_no_doubt(layout: Layout) -> None:
    records = [FieldRecord("U", f"{n:03}", "AB"[n % 2], "111" if n % 2 else "555") for n in range(40)]
    work = Fieldwork.of(layout, records)
    scores = np.array([[float(n % 2 == 0)] for n in range(40)])
    anywhere, alike = (exchange(work, scores, none(work), kept, 999, 1) for kept in (False, True))
    assert anywhere.upper[0, 0] == 0.001
    assert alike.upper[0, 0] == 1


def test_the_same_seed_gives_the_same_chances(layout: Layout) -> None:
    work = work_of(layout, "ABABAB", "BBAA")
    scores = np.arange(10.0)[:, None]
    one, again, other = (exchange(work, scores, none(work), False, 300, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.upper, again.upper)
    assert not np.array_equal(one.expected, other.expected)


def test_p_values_are_even_where_chance_alone_rules(layout: Layout) -> None:
    work = work_of(layout, "ABCDEF" * 20)
    generator = np.random.default_rng(3)
    found = exchange(work, generator.standard_normal((120, 60)), none(work), False, 499, 1)
    chances = found.upper[:, :-1].ravel()
    # 360 p-values: 5 % within two and a half standard errors.
    assert (chances <= 0.05).mean() == pytest.approx(0.05, abs=0.03)
    assert chances.mean() == pytest.approx(0.5, abs=0.05)


def test_bad_scores_and_too_few_draws_are_refused(layout: Layout) -> None:
    work = work_of(layout, "AB")
    with pytest.raises(ScoringError) as caught:
        exchange(work, np.zeros((3, 1)), none(work), False, 99, 1)
    assert caught.value.code == "lengths_differ"
    with pytest.raises(ScoringError) as caught:
        exchange(work, np.zeros((2, 1)), none(work), False, 98, 1)
    assert caught.value.code == "number_bad"


def test_an_exact_tail_of_one_block_is_hypergeometric() -> None:
    # 3 marked of 10, 4 drawn: P(X ≥ 2).
    ways = comb(3, 2) * comb(7, 2) + comb(3, 3) * comb(7, 1)
    assert exchange_tail(2, [(3, 4, 10)]) == pytest.approx(ways / comb(10, 4), rel=1e-12)
    assert exchange_tail(0, [(3, 4, 10)]) == 1
    assert exchange_tail(4, [(3, 4, 10)]) == 0
    assert exchange_tail(3, [(3, 4, 4)]) == pytest.approx(1, rel=1e-12)


def test_blocks_add_and_empty_ones_change_nothing() -> None:
    # One of two in each of two blocks: both with chance 1/4.
    assert exchange_tail(2, [(1, 1, 2), (1, 1, 2)]) == pytest.approx(0.25, rel=1e-12)
    assert exchange_tail(2, [(1, 1, 2), (0, 1, 5), (1, 1, 2), (3, 0, 5)]) == pytest.approx(0.25, rel=1e-12)


def test_q_values_by_hand() -> None:
    # 0.01·4/1, 0.02·4/2, 0.03·4/3 → all 0.04; 0.5.
    assert benjamini_hochberg([0.03, 0.5, 0.01, 0.02]) == pytest.approx([0.04, 0.5, 0.04, 0.04])
    assert benjamini_hochberg([]) == []


@given(p_values=P_VALUES)
def test_q_values_are_never_below_p_and_keep_their_order(p_values: list[float]) -> None:
    q_values = benjamini_hochberg(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, q_values, strict=True))
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    assert [q_values[place] for place in order] == sorted(q_values)


def test_mirror_q_values_by_hand() -> None:
    # Beyond 3: two, none below −3: (1 + 0)/2; beyond 2: three, one below −2: 2/3, but the deeper 1/2 is not for 2.
    assert mirror_q_values([3, 4, 2, -2.5, 0]) == pytest.approx(
        [1 / 2, 1 / 2, 1 / 2 if False else 2 / 3, 1, 1]
    )


def test_a_symmetric_crowd_is_no_doubt() -> None:
    crowd = [float(each) for each in range(-50, 51)]
    assert min(mirror_q_values(crowd)) == 1


@given(distances=st.lists(st.floats(-5, 5), max_size=30))
def test_a_larger_distance_never_has_a_larger_q(distances: list[float]) -> None:
    q_values = mirror_q_values(distances)
    order = sorted(range(len(distances)), key=lambda place: distances[place])
    ordered = [q_values[place] for place in order]
    assert ordered == sorted(ordered, reverse=True)


def test_colleagues_who_differ_among_themselves_raise_the_bar() -> None:
    sizes = np.full(9, 20.0)
    calm = beside_colleagues(np.array([0.5, -0.4, 0.2, -0.6, 0.3, 0.1, -0.2, 0.4, 4.0]), sizes)
    restless = beside_colleagues(np.array([3.0, -4.0, 3.5, -2.5, 2.8, -3.2, 3.0, -2.6, 4.0]), sizes)
    # Beyond 4 by Student's t with 0.3675·9 = 3.31 degrees of freedom.
    assert calm[-1] == pytest.approx(0.0116557, rel=1e-4)
    assert restless[-1] > 0.1
    assert beside_colleagues(np.array([]), np.array([])).tolist() == []


def test_habits_that_grow_with_work_weigh_on_those_who_work_most() -> None:
    sizes = np.array([20.0] * 10 + [200.0])
    distances = np.array([1.5, -1.5, 1.4, -1.6, 1.5, -1.4, 1.6, -1.5, 1.5, 6.0, 6.0])
    found = beside_colleagues(distances, sizes)
    # The middle 1.5 is 2.224 times what chance gives: 6/2.224 for 20 responses; for 200 also √(1 + 199·τ) = 6.51,
    # τ = (2.224² − 1)/19. Student's t with 4.04 degrees of freedom beyond 2.698 and 0.922.
    assert found[9] == pytest.approx(0.026802, rel=1e-3)
    assert found[10] == pytest.approx(0.204041, rel=1e-3)


def test_with_more_colleagues_their_spread_is_surer() -> None:
    few, many = (np.append(np.tile([0.5, -0.5], k), 4.0) for k in (5, 100))
    chances = [beside_colleagues(each, np.full(len(each), 20.0))[-1] for each in (few, many)]
    assert chances[1] < chances[0] / 10
    # Near the normal tail of 4, 3.17e-5.
    assert chances[1] < 1e-4
