"""Laws that hold for every campaign: of order, of addition, of better answers."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.answers import ALPHABET, Tally, pack, unpack
from scoring.book import score
from scoring.method import Method, available_methods, load_method
from scoring.points import half_up, largest_remainder, points_of
from scoring.questionnaire import parse_questionnaire
from scoring.ranking import ranks
from scoring.satisfaction import measure

from .conftest import GENERAL, SMALL

QUESTIONNAIRE = parse_questionnaire(SMALL + GENERAL, "small-1.toml")
WIDTH = len(QUESTIONNAIRE.criteria)
METHODS = [load_method(code) for code in available_methods() if code != "weighted-factors"]

forms = st.text(alphabet=ALPHABET, min_size=WIDTH, max_size=WIDTH)
campaigns = st.lists(st.tuples(st.sampled_from("ABC"), forms), min_size=1, max_size=12)
methods = st.sampled_from(METHODS)


def tally(rows: list[tuple[str, str]]) -> Tally:
    """Count a campaign."""
    return Tally.from_packed(QUESTIONNAIRE, rows)


@given(campaigns, methods, st.randoms())
@settings(max_examples=60)
def test_the_order_of_the_rows_changes_nothing(
    rows: list[tuple[str, str]], method: Method, order: object
) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (score(tally(each), QUESTIONNAIRE, method) for each in (rows, shuffled))
    assert one.to_json() == other.to_json()


@given(campaigns, st.data())
def test_parts_add_to_the_whole(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    assert tally(rows[:cut]) + tally(rows[cut:]) == tally(rows)


@given(campaigns, methods)
@settings(max_examples=60)
def test_a_sample_doubled_has_the_same_index_and_points(rows: list[tuple[str, str]], method: Method) -> None:
    once, twice = (measure(tally(each), QUESTIONNAIRE, method) for each in (rows, rows + rows))
    assert [(each.index, each.points) for each in once] == [(each.index, each.points) for each in twice]
    assert [2 * each.responses for each in once] == [each.responses for each in twice]


@given(st.integers(1, 9), methods)
@settings(max_examples=40)
def test_all_fives_are_a_hundred_and_the_maximum(count: int, method: Method) -> None:
    result = measure(tally([("A", "5" * WIDTH * count)]), QUESTIONNAIRE, method)[0]
    assert (result.index, result.points) == (100, method.points.maximum)


@given(campaigns, methods, st.data())
@settings(max_examples=100)
def test_one_answer_raised_never_lowers_anything(
    rows: list[tuple[str, str]], method: Method, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    unit, form = rows[place]
    raisable = [index for index, answer in enumerate(form) if answer in "1234"]
    if not raisable:
        return
    at = data.draw(st.sampled_from(raisable))
    better = form[:at] + str(int(form[at]) + 1) + form[at + 1 :]
    before, after = (
        next(each for each in measure(tally(each_rows), QUESTIONNAIRE, method) if each.unit == unit)
        for each_rows in (rows, [*rows[:place], (unit, better), *rows[place + 1 :]])
    )
    assert (after.index is None) == (before.index is None)
    assert (after.index or 0) >= (before.index or 0)
    assert (after.points or 0) >= (before.points or 0)


@given(campaigns, methods)
@settings(max_examples=60)
def test_weights_add_to_one_and_shares_to_the_points(rows: list[tuple[str, str]], method: Method) -> None:
    for result in measure(tally(rows), QUESTIONNAIRE, method):
        if result.index is None or method.uses_general_question:
            continue
        assert sum(each.weight or 0 for each in result.factors) == 1
        expected = result.points if result.index else 0
        assert sum(each.points or 0 for each in result.factors) == expected
        assert 0 <= result.index <= 100


@given(forms)
def test_unpacked_answers_pack_again(form: str) -> None:
    assert pack(unpack(form, QUESTIONNAIRE), QUESTIONNAIRE) == form


@given(st.fractions(0, 100), st.integers(0, 6))
def test_rounding_stays_within_half_a_unit_and_ties_go_up(value: Fraction, digits: int) -> None:
    error = Fraction(half_up(value, digits)) - value
    half = Fraction(1, 2 * 10**digits)
    assert -half < error <= half


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=7).filter(any), st.integers(0, 2))
def test_largest_remainder_adds_to_a_hundred_within_one_unit_of_each_share(
    counts: list[int], digits: int
) -> None:
    column = largest_remainder(counts, digits)
    assert sum(column) == 100
    unit = Fraction(1, 10**digits)
    assert all(
        abs(Fraction(each) - Fraction(100 * count, sum(counts))) < unit
        for each, count in zip(column, counts, strict=True)
    )


@given(st.lists(st.one_of(st.none(), st.fractions(0, 10))), st.sampled_from(["competition", "dense"]))
def test_a_rank_is_one_more_than_the_number_above(values: list[Fraction | None], ties: str) -> None:
    given_values = [value for value in values if value is not None]
    above = {
        "competition": lambda value: sum(other > value for other in given_values),
        "dense": lambda value: sum(other > value for other in set(given_values)),
    }[ties]
    assert ranks(values, ties) == [None if value is None else 1 + above(value) for value in values]


@given(st.fractions(0, 100), st.fractions(0, 100), methods)
def test_a_higher_index_never_earns_fewer_points(one: Fraction, other: Fraction, method: Method) -> None:
    low, high = sorted((one, other))
    assert 0 <= points_of(low, method.points) <= points_of(high, method.points) <= method.points.maximum


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.code)
def test_an_answer_counts_once_wherever_it_stands(method: Method) -> None:
    assert tally([("A", "4" * WIDTH)]).counts.sum() == WIDTH
    assert measure(tally([("A", "4" * WIDTH)]), QUESTIONNAIRE, method)[0].answered == WIDTH - 1
