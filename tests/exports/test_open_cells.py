"""What anybody may see of counts: no small cell, and none that the figures beside it would give away."""

from itertools import product
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.method import Method, load_method
from survey_app.exports.open_cells import SIDES, hidden_levels, seen
from tests.exports.six_units import METHOD, QUESTIONNAIRE, book_of

SMALLEST = METHOD.publication.smallest_cell
MEAN_LEVEL = load_method("mean-level")
PLACES = {criterion.code: place for place, criterion in enumerate(QUESTIONNAIRE.criteria)}
CELLS = 5 * len(PLACES)


def results_of(forms: list[str], method: Method = METHOD) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a unit's whole result, and what may be seen of it."""
    whole = next(
        each
        for each in book_of({"A": "".join(forms)}, method=method).satisfaction["units"]
        if each["unit"] == "A"
    )
    return whole, seen(whole, QUESTIONNAIRE, method)


def form(**answers: str) -> str:
    """Return a form on which everything is 5 but what is named."""
    return "".join(answers.get(code, "5") for code in PLACES)


def row(weights: dict[int, int], codes: list[str]) -> numpy.ndarray:
    """Return an equation over the cells: some levels of some criteria, each with its weight."""
    equation = numpy.zeros(CELLS)
    for code in codes:
        for level, weight in weights.items():
            equation[5 * PLACES[code] + level - 1] = weight
    return equation


def equations(shown: dict[str, Any], method: Method) -> numpy.ndarray:
    """Return everything that the figures of a page say about its cells, as equations."""
    by_factor = {each.code: [c.code for c in each.criteria] for each in QUESTIONNAIRE.factors}
    groups = [(shown, list(PLACES))]
    groups += [(part, by_factor[part["factor"]]) for part in shown["factors"]]
    groups += [(part, [part["criterion"]]) for part in shown["criteria"]]
    told = []
    for part, codes in groups:
        if part["answered"] is not None:
            told.append(row(dict.fromkeys(range(1, 6), 1), codes))
        if part["satisfied"] is not None:
            told.append(row({4: 1, 5: 1}, codes))
        if part["index"] is not None:
            weights = {4: 1, 5: 1} if method is METHOD else {level: level for level in range(1, 6)}
            told.append(row(weights, codes))
    for part in shown["criteria"]:
        told += [
            row({level: 1}, [part["criterion"]])
            for level, count in enumerate(part["levels"], 1)
            if count is not None
        ]
    return numpy.array(told)


def hidden_cells(shown: dict[str, Any]) -> list[numpy.ndarray]:
    """Return every cell that is not shown: levels, and what a hidden criterion's counts would be."""
    found = []
    for part in shown["criteria"]:
        code = [part["criterion"]]
        found += [row({level: 1}, code) for level, count in enumerate(part["levels"], 1) if count is None]
        if part["answered"] is None:
            found.append(row(dict.fromkeys(range(1, 6), 1), code))
    return found


forms = st.lists(st.text("1234555N-", min_size=22, max_size=22), min_size=1, max_size=14)


@pytest.mark.parametrize("method", [METHOD, MEAN_LEVEL], ids=lambda method: method.code)
@settings(max_examples=40)
@given(sample=forms)
def test_no_hidden_cell_follows_from_the_figures_that_are_shown(method: Method, sample: list[str]) -> None:
    _, shown = results_of(sample, method)
    known = equations(shown, method)
    _, sizes, directions = numpy.linalg.svd(known)
    free = directions[int((sizes > 1e-9).sum()) :]  # in which cells may move and all figures stay
    assert [cell for cell in hidden_cells(shown) if numpy.abs(free @ cell).max(initial=0) < 1e-9] == []


@settings(max_examples=40)
@given(sample=forms)
def test_no_cell_that_is_shown_is_small_and_what_is_shown_is_what_was_counted(sample: list[str]) -> None:
    whole, shown = results_of(sample)
    for before, after in zip(whole["criteria"], shown["criteria"], strict=True):
        assert not [count for count in after["levels"] if count is not None and 0 < count < SMALLEST]
        assert after["answered"] is None or not 0 < after["answered"] < SMALLEST
        pairs = zip(before["levels"], after["levels"], strict=True)
        assert [old for old, new in pairs if new is not None and new != old] == []
        assert after["index"] in (None, before["index"])


def test_a_side_that_is_hidden_could_be_another_whatever_its_sum() -> None:
    def hidden(counts: tuple[int, ...]) -> bool:
        return any(0 < count < SMALLEST for count in counts)

    for side in SIDES:
        size = side.stop - side.start
        sides = [each for each in product(range(14), repeat=size) if hidden(each)]
        by_sum: dict[int, list[tuple[int, ...]]] = {}
        for each in sides:
            by_sum.setdefault(sum(each), []).append(each)
        for found in by_sum.values():
            assert all(len({each[place] for each in found}) > 1 for place in range(size))


def test_levels_are_told_as_a_sum_where_one_of_their_side_is_small() -> None:
    # Ten forms: access_1 has one 3, access_2 six 3 and four 5, access_3 five of each of 4 and 5.
    sample = [form(access_1="3", access_2="3", access_3="4")]
    sample += [form(access_2="3", access_3="4")] * 4 + [form(access_2="3")] + [form()] * 4
    _, shown = results_of(sample)
    first, second, third = shown["criteria"][:3]
    assert (first["levels"], hidden_levels(first)) == ([None, None, None, 0, 9], "1–3")
    assert (second["levels"], hidden_levels(second)) == ([0, 0, 6, None, None], "4–5")
    assert (third["levels"], hidden_levels(third)) == ([0, 0, 0, 5, 5], "")
    assert (first["answered"], first["satisfied"], first["index"]) == (10, 9, "90.000000000000")


def test_criteria_that_few_answered_hide_their_factor_and_a_factor_hides_the_unit() -> None:
    sample = [form()] * 4 + [form(feedback_4="N")] * 6
    _, shown = results_of(sample)
    feedback = [part for part in shown["criteria"] if part["factor"] == "feedback"]
    assert [part["hidden"] for part in feedback] == [True] * 4
    assert [part["hidden"] for part in shown["factors"]] == [False] * 5
    assert shown["criteria"][0]["answered"] == 10
    whole_factor = dict.fromkeys([f"feedback_{number}" for number in range(1, 5)], "-")
    _, shown = results_of([form()] * 4 + [form(**whole_factor)] * 6)
    assert shown["hidden"] == "factors"
    assert [part["answered"] for part in shown["factors"]] == [None] * 5
    assert [part["index"] for part in shown["criteria"]] == [None] * 22
    assert (shown["responses"], shown["points"]) == (10, "10.00")


def test_a_unit_of_few_forms_keeps_its_result_and_nothing_below() -> None:
    whole, shown = results_of([form(access_1="2")] * 4)
    assert (shown["hidden"], shown["index"]) == ("factors", whole["index"])
    assert {part["hidden"] for part in shown["criteria"]} == {True}
