"""Sensitivity: other choices counted anew, single enumerators left out, ranks that follow the method."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from random import Random

import pytest

from scoring.errors import ScoringError
from scoring.fieldwork import FieldRecord
from scoring.golden import Golden
from scoring.method import Method, load_method
from scoring.questionnaire import Questionnaire
from scoring.satisfaction import measure
from scoring.sensitivity import AS_COUNTED, UnitSensitivity, sensitivity, wording
from scoring.tally import Tally


@pytest.fixture(scope="module")
def records() -> tuple[FieldRecord, ...]:
    """The 200 golden responses."""
    return Golden().campaign("campaign_200").fieldwork.records


@pytest.fixture(scope="module")
def groups() -> dict[str, str]:
    """Their units' groups."""
    return Golden().campaign("campaign_200").groups


def counted(records: Iterable[FieldRecord], sipas: Questionnaire) -> Tally:
    """Return the counts of some records."""
    return Tally.from_packed(sipas, [(each.unit, each.packed) for each in records])


def assessed(
    records: Sequence[FieldRecord],
    sipas: Questionnaire,
    method: Method,
    groups: dict[str, str],
    dropped: dict[str, set[str]],
) -> list[UnitSensitivity]:
    """Return the sensitivity of records, without the form codes dropped and without each enumerator."""
    hers = {
        code: counted([each for each in records if each.enumerator == code], sipas)
        for code in {each.enumerator for each in records if each.enumerator}
    }
    left_out = {
        what: counted([each for each in records if each.form_code in forms], sipas)
        for what, forms in dropped.items()
    }
    return sensitivity(counted(records, sipas), sipas, method, groups, left_out, hers)


def outcomes(found: list[UnitSensitivity], unit: str) -> dict[str, tuple[Fraction | None, int | None]]:
    """Return index and rank by choice of one unit."""
    one = next(each for each in found if each.unit == unit)
    return {each.choice: (each.index, each.rank) for each in one.outcomes}


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (AS_COUNTED, "ha-nam-2022"),
        ("criterion_mean", "criterion-mean"),
        ("factor_mean", "factor-mean"),
        ("mean5", "mean-level"),
    ],
)
def test_each_choice_is_the_index_of_its_method(
    choice: str,
    code: str,
    records: tuple[FieldRecord, ...],
    groups: dict[str, str],
    sipas: Questionnaire,
    ha_nam: Method,
    campaign_200: list[tuple[str, str]],
) -> None:
    found = assessed(records, sipas, ha_nam, groups, {})
    for result in measure(Tally.from_packed(sipas, campaign_200), sipas, load_method(code)):
        assert outcomes(found, result.unit)[choice][0] == result.index


def test_the_choice_that_counts_stands_first_and_equal_ones_are_left_out(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire
) -> None:
    for code, others in (
        ("ha-nam-2022", ["criterion_mean", "factor_mean", "mean5"]),
        ("criterion-mean", ["pooled", "factor_mean", "mean5"]),
        ("mean-level", ["criterion_mean", "factor_mean", "top2"]),
    ):
        for each in assessed(records, sipas, load_method(code), groups, {}):
            assert [one.choice for one in each.outcomes][:4] == [AS_COUNTED, *others]


def test_an_enumerator_left_out_is_the_unit_without_her(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    found = assessed(records, sipas, ha_nam, groups, {})
    kept = [each.packed for each in records if each.unit == "D05" and each.enumerator != "E10"]
    [result] = measure(Tally.from_packed(sipas, [("D05", "".join(kept))]), sipas, ha_nam)
    assert outcomes(found, "D05")["without_enumerator:E10"][0] == result.index
    hers = {each.enumerator for each in records if each.unit == "D05"}
    named = {choice for choice in outcomes(found, "D05") if choice.startswith("without_enumerator")}
    assert named == {f"without_enumerator:{code}" for code in hers}


def test_a_unit_that_hangs_on_one_enumerator_has_no_index_without_her(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    found = assessed(records, sipas, ha_nam, groups, {})
    assert outcomes(found, "D13")["without_enumerator:E01"] == (None, None)


def test_below_the_smallest_sample_there_is_no_rank(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    found = assessed(records, sipas, ha_nam, groups, {})
    # D11 has four responses, two of each enumerator; three are needed.
    assert outcomes(found, "D11")["without_enumerator:E22"] == (100, None)
    assert outcomes(found, "D11")[AS_COUNTED] == (100, 1)


def test_responses_left_out_leave_everywhere(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    dropped = {each.form_code for each in records if each.unit == "K05"} | {"S001", "nobody"}
    found = assessed(records, sipas, ha_nam, groups, {"phiếu ngờ": dropped})
    assert outcomes(found, "K05")["without:phiếu ngờ"] == (None, None)
    kept = "".join(each.packed for each in records if each.unit == "D05" and each.form_code != "S001")
    [result] = measure(Tally.from_packed(sipas, [("D05", kept)]), sipas, ha_nam)
    assert outcomes(found, "D05")["without:phiếu ngờ"][0] == result.index
    assert outcomes(found, "D09")["without:phiếu ngờ"] == outcomes(found, "D09")[AS_COUNTED]


def test_ranges_span_all_choices(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    one = next(each for each in assessed(records, sipas, ha_nam, groups, {}) if each.unit == "D14")
    indices = [each.index for each in one.outcomes if each.index is not None]
    ranks = [each.rank for each in one.outcomes if each.rank is not None]
    assert one.index_range == (min(indices), max(indices))
    assert one.rank_range == (min(ranks), max(ranks)) == (1, 3)


def test_ranks_compare_what_the_method_ranks(
    sipas: Questionnaire, ha_nam: Method, method_with: Callable[..., Method]
) -> None:
    # 2 199 and 2 198 of 2 200 answers: 9.995… and 9.990… points, both printed 10.00 and 9.99; at one decimal the same.
    forms = ["5" * 22] * 99 + ["5" * 21 + "1"]
    worse = ["5" * 22] * 99 + ["5" * 20 + "11"]
    rows = [
        FieldRecord(u, f"{u}{n}", "E", f)
        for u, some in (("A", forms), ("B", worse))
        for n, f in enumerate(some)
    ]
    coarse = method_with(("decimals = 2", "decimals = 1"))
    exact = method_with(("decimals = 2", "decimals = 1"), ('on = "published"', 'on = "unrounded"'))
    ranked = {
        name: [each.outcomes[0].rank for each in assessed(rows, sipas, method, {"A": "g", "B": "g"}, {})]
        for name, method in (("published", coarse), ("unrounded", exact))
    }
    assert ranked == {"published": [1, 1], "unrounded": [1, 2]}


def test_the_order_of_responses_changes_nothing(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    mixed = Random(1).sample(records, len(records))
    assert assessed(mixed, sipas, ha_nam, groups, {}) == assessed(records, sipas, ha_nam, groups, {})


def test_a_unit_without_a_group_is_refused(
    records: tuple[FieldRecord, ...], sipas: Questionnaire, ha_nam: Method
) -> None:
    with pytest.raises(ScoringError, match="D05") as caught:
        assessed(records, sipas, ha_nam, {}, {})
    assert caught.value.code == "unit_unknown"


def test_every_choice_has_its_words() -> None:
    assert wording(AS_COUNTED) == "theo phương pháp"
    assert wording("without:phiếu nên phúc tra") == "không tính phiếu nên phúc tra"
    assert wording("without_enumerator:E01") == "không tính phiếu của điều tra viên E01"


def test_nothing_at_all_has_no_range(sipas: Questionnaire, ha_nam: Method) -> None:
    assert assessed([], sipas, ha_nam, {}, {}) == []
    empty = assessed([FieldRecord("A", "1", "", "-" * 22)], sipas, ha_nam, {"A": "g"}, {})
    assert (empty[0].index_range, empty[0].rank_range) == (None, None)


def test_a_part_that_was_not_counted_is_refused(
    records: tuple[FieldRecord, ...], groups: dict[str, str], sipas: Questionnaire, ha_nam: Method
) -> None:
    few = [each for each in records if each.unit == "D05"]
    for whole, part in ((few[:3], few), (few, [FieldRecord("D05", "x", "", "1" * 22)] * len(few))):
        with pytest.raises(ScoringError, match="D05") as caught:
            sensitivity(counted(whole, sipas), sipas, ha_nam, groups, {"phiếu ngờ": counted(part, sipas)}, {})
        assert caught.value.code == "tally_part"


def test_a_unit_whose_factor_falls_silent_has_no_rank(sipas: Questionnaire, ha_nam: Method) -> None:
    # Without the one who asked about feedback (the last four criteria) that factor of A is undefined.
    rows = [
        FieldRecord("A", str(n), "E1" if n else "E2", "5" * (18 if n else 22) + "-" * (4 if n else 0))
        for n in range(5)
    ]
    found = assessed([*rows, FieldRecord("B", "b", "E3", "1" * 22)], sipas, ha_nam, {"A": "g", "B": "g"}, {})
    assert outcomes(found, "A")[AS_COUNTED] == (100, 1)
    assert outcomes(found, "A")["without_enumerator:E2"] == (100, None)
