"""A book with its doubts: intervals in their places, groups, sensitivity, and the same bytes for the same input."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random

import pytest

from scoring.assessment import SEED, assess
from scoring.book import Doubts, ScoreBook, score
from scoring.golden import Golden
from scoring.intervals import z_of
from scoring.method import Method, load_method
from scoring.moments import ALL, Moments, layout_of
from scoring.points import points_of
from scoring.questionnaire import Questionnaire
from scoring.rank_intervals import bootstrap_intervals, rank_intervals
from scoring.small_units import responses_needed
from scoring.tally import Tally
from scoring.together import together
from scoring.uncertainty import Asked, Uncertainty
from scoring.units import UnitRow

Row = tuple[str, str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Unit, enumerator and answers of the golden campaign."""
    found = Golden().campaign("campaign").fieldwork.records
    return [(each.unit, each.enumerator, each.packed) for each in found]


@pytest.fixture(scope="module")
def units() -> list[UnitRow]:
    """Its units."""
    campaign = Golden().campaign("campaign")
    return [
        UnitRow(unit, unit, campaign.groups[unit], Decimal(100), None, campaign.populations.get(unit))
        for unit in campaign.moments.units
    ]


def book_of(
    rows: Sequence[Row],
    units: list[UnitRow],
    sipas: Questionnaire,
    method: Method,
    detail: tuple[str, ...] | None,
) -> ScoreBook:
    """Score rows with everything that can be asked; the first row's responses of each unit are doubted."""
    doubted = {unit: packed for unit, _, packed in sorted(rows, reverse=True)}
    doubts = Doubts(
        Moments.from_packed(layout_of(sipas, method), rows),
        detail,
        {"phiếu bị gắn cờ": Tally.from_packed(sipas, doubted.items())},
        {
            code: Tally.from_packed(sipas, [(unit, packed) for unit, hers, packed in rows if hers == code])
            for code in {hers for _, hers, _ in rows}
        },
    )
    tally = Tally.from_packed(sipas, [(unit, packed) for unit, _, packed in rows])
    return score(tally, sipas, method, units, "", doubts)


def test_the_same_input_gives_the_same_bytes_in_any_order(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    first = book_of(rows, units, sipas, ha_nam, None)
    mixed = book_of(Random(3).sample(rows, len(rows)), units, sipas, ha_nam, None)
    assert mixed.digest == first.digest
    assert ScoreBook.from_json(first.to_json()).uncertainty == first.uncertainty


def test_points_and_ranks_are_those_of_a_book_without_doubts(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    with_doubts = book_of(rows, units, sipas, ha_nam, None)
    tally = Tally.from_packed(sipas, [(unit, packed) for unit, _, packed in rows])
    plain = score(tally, sipas, ha_nam, units)
    assert with_doubts.index == plain.index
    assert with_doubts.tally == plain.tally
    changed = {"standard_error", "interval", "rank_interval"}
    for before, after in zip(plain.satisfaction["units"], with_doubts.satisfaction["units"], strict=True):
        assert {key for key in before if before[key] != after[key]} <= changed
        assert after["interval"]["low"] <= float(after["index"]) <= after["interval"]["high"]


def test_every_component_of_a_named_unit_has_its_estimate(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    found = book_of(rows, units, sipas, ha_nam, ("D05",)).uncertainty
    assert found is not None
    layout = layout_of(sipas, ha_nam)
    assert tuple(found["units"]["D05"]) == layout.components
    assert all(set(each) == {ALL} for unit, each in found["units"].items() if unit != "D05")
    assert found["all"] is None
    assert [group["index"] for group in found["groups"]] == [None, None]
    whole = book_of(rows, units, sipas, ha_nam, None).uncertainty
    assert whole is not None
    assert whole["units"]["D05"] == found["units"]["D05"]
    assert set(whole["units"]["K01"]) == set(layout.components)


def test_groups_and_all_have_the_indices_of_their_units_together(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    book = book_of(rows, units, sipas, ha_nam, None)
    assert book.uncertainty is not None
    groups = {unit.unit: unit.group for unit in units}
    ranked = [each["unit"] for each in book.satisfaction["units"] if each["rank"] is not None]
    people = {unit.unit: unit.population for unit in units if unit.population is not None}
    moments = Moments.from_packed(layout_of(sipas, ha_nam), rows)
    own = assess(moments, ha_nam, groups, ranked, people)
    assert own is not None
    for name, members in (("dept", [unit for unit in ranked if groups[unit] == "dept"]), (None, ranked)):
        part = book.uncertainty["all"]
        if name is not None:
            part = next(each["index"] for each in book.uncertainty["groups"] if each["group"] == name)
        for weighting in ("responses", "units"):
            expected = together(own.uncertainty, members, ALL, weighting)
            assert part[weighting]["interval"]["low"] == expected.interval.low
            assert part[weighting]["standard_error"] == expected.standard_error


def test_a_steadied_index_lies_between_the_raw_one_and_the_mean(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    book = book_of(rows, units, sipas, ha_nam, ())
    assert book.uncertainty is not None
    raw = {each["unit"]: float(each["index"]) for each in book.satisfaction["units"]}
    for group in book.uncertainty["groups"]:
        mean = group["steadied"]["mean"]
        assert set(group["steadied"]["units"]) == set(group["ranks"])
        for unit, each in group["steadied"]["units"].items():
            assert min(raw[unit], mean) - 1e-9 <= each["index"] <= max(raw[unit], mean) + 1e-9


def test_sensitivity_names_what_was_left_out(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    book = book_of(rows, units, sipas, ha_nam, ())
    assert book.sensitivity is not None
    one = next(each for each in book.sensitivity if each["unit"] == "D05")
    choices = [each["choice"] for each in one["outcomes"]]
    hers = sorted({code for unit, code, _ in rows if unit == "D05"})
    assert choices == [
        "as_counted",
        "criterion_mean",
        "factor_mean",
        "mean5",
        "without:phiếu bị gắn cờ",
        *(f"without_enumerator:{code}" for code in hers),
    ]
    counted = next(each for each in book.satisfaction["units"] if each["unit"] == "D05")
    assert one["outcomes"][0] == {"choice": "as_counted", "index": counted["index"], "rank": counted["rank"]}


def test_more_responses_than_people_is_flagged_and_keeps_its_interval(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    few = [replace(each, population=2) for each in units]
    unknown = [replace(each, population=None) for each in units]
    found, without = (book_of(rows, each, sipas, ha_nam, ()).satisfaction["units"] for each in (few, unknown))
    assert all("above_population" in each["flags"] for each in found)
    assert [each["interval"] for each in found] == [each["interval"] for each in without]


def test_a_method_without_intervals_has_none(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, method_with: Callable[..., Method]
) -> None:
    method = method_with(('interval = "modelled-deff-wilson"', 'interval = "none"'))
    book = book_of(rows, units, sipas, method, None)
    assert book.uncertainty is None
    assert all(each["interval"] is None for each in json.loads(book.to_json())["satisfaction"]["units"])


def test_the_whole_index_has_rank_intervals_and_a_unit_without_survey_is_part_of_them(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    appraised = [replace(each, appraisal_points=Decimal(80)) for each in units]
    without = UnitRow("X", "X", "dist", Decimal(60), Decimal("56.25"))
    book = book_of(rows, [*appraised, without], sipas, ha_nam, ())
    assert book.index is not None
    assert book.uncertainty is not None
    ranks = book.uncertainty["index_ranks"]
    assert set(ranks) == {each["unit"] for each in book.index["units"] if each["rank"] is not None}
    for each in book.index["units"]:
        if each["rank"] is not None:
            assert ranks[each["unit"]][0] <= each["rank"] <= ranks[each["unit"]][1]
    # With equal appraisals the whole index differs from the component by a constant and a factor of ten.
    components = {each["unit"]: each["rank_interval"] for each in book.satisfaction["units"]}
    departments = [each.unit for each in appraised if each.group == "dept" and each.unit in ranks]
    assert [ranks[unit] for unit in departments] == [components[unit] for unit in departments]


def test_a_bootstrap_gives_rank_intervals_of_its_own_and_the_same_ones_again(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, method_with: Callable[..., Method]
) -> None:
    method = method_with(('interval = "holm"', 'interval = "bootstrap"'))
    first, again = (book_of(rows, units, sipas, method, ()) for _ in range(2))
    assert first.digest == again.digest
    moments = Moments.from_packed(layout_of(sipas, method), rows)
    ranked = [each["unit"] for each in first.satisfaction["units"] if each["rank"] is not None]
    members = [unit.unit for unit in units if unit.group == "dist" and unit.unit in ranked]
    people = {unit.unit: unit.population for unit in units if unit.population is not None}
    own = Uncertainty(moments, Asked(method.index, populations=people))
    estimates = [own.estimate(unit, ALL) for unit in members]
    expected = bootstrap_intervals(
        [float(each.index or 0) for each in estimates], [each.standard_error or 0 for each in estimates], SEED
    )
    told = {each["unit"]: each["rank_interval"] for each in first.satisfaction["units"]}
    assert [told[unit] for unit in members] == [[each.best, each.worst] for each in expected]


def test_the_plan_follows_from_the_means_of_the_group(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire, ha_nam: Method
) -> None:
    book = book_of(rows, units, sipas, ha_nam, ())
    assert book.uncertainty is not None
    group = next(each for each in book.uncertainty["groups"] if each["group"] == "dist")
    people = {unit.unit: unit.population for unit in units}
    n, shares, effects = [], [], []
    for unit in group["ranks"]:
        estimate = book.uncertainty["units"][unit][ALL]
        size, own = estimate["interval"]["n"], estimate["interval"]["n_eff"]
        population = people[unit]
        assert population is not None
        n.append(size)
        shares.append(size * float(estimate["index"]) / 100)
        effects.append(size * size / own / (1 - size / population))
    plan = group["plan"]
    assert plan["margins"] == [2, 3, 5]
    assert plan["share"] == pytest.approx(sum(shares) / sum(n))
    assert plan["effect"] == pytest.approx(sum(effects) / sum(n))
    for unit, needed in plan["responses"].items():
        expected = [
            ceil(responses_needed(margin / 100, people[unit], plan["share"], plan["effect"]))
            for margin in (2, 3, 5)
        ]
        assert needed == expected


def test_a_step_conversion_gives_the_whole_index_the_span_of_its_interval_in_points(
    rows: list[Row], units: list[UnitRow], sipas: Questionnaire
) -> None:
    method = load_method("step-points")
    appraised = [replace(each, appraisal_points=Decimal(80)) for each in units]
    book = book_of(rows, appraised, sipas, method, ())
    assert book.index is not None
    assert book.uncertainty is not None
    members = [each for each in book.index["units"] if each["group"] == "dist" and each["rank"] is not None]
    errors = []
    for each in members:
        interval = book.uncertainty["units"][each["unit"]][ALL]["interval"]
        low, high = (float(points_of(Fraction(interval[end]), method.points)) for end in ("low", "high"))
        errors.append((high - low) / (2 * z_of(0.95)))
    expected = rank_intervals([float(each["index"]) for each in members], errors)
    ranks = book.uncertainty["index_ranks"]
    assert [ranks[each["unit"]] for each in members] == [[each.best, each.worst] for each in expected]
