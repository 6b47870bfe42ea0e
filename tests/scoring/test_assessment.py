"""The doubts of one score run beside its points."""

from collections.abc import Callable

import pytest

from scoring.assessment import Assessment, Neighbours, assess, filled
from scoring.book import score
from scoring.errors import ScoringError
from scoring.golden import Golden
from scoring.method import Method
from scoring.moments import Moments
from scoring.questionnaire import Questionnaire
from scoring.rank_intervals import rank_intervals
from scoring.tally import Tally


@pytest.fixture(scope="module")
def golden() -> Golden:
    """The golden campaigns."""
    return Golden()


def assessed(golden: Golden, method: Method, name: str = "campaign") -> Assessment:
    """Assess a golden campaign, all units ranked in one group."""
    moments = golden.campaign(name).moments
    found = assess(moments, method, dict.fromkeys(moments.units, "all"), list(moments.units), {})
    assert found is not None
    return found


def test_every_unit_of_the_contract_gets_its_error_and_intervals(
    golden: Golden, sipas: Questionnaire, ha_nam: Method
) -> None:
    rows = golden.campaign("campaign_200").rows
    tally = Tally.from_packed(sipas, ((row.unit, row.packed) for row in rows))
    contract = score(tally, sipas, ha_nam).satisfaction
    found = assessed(golden, ha_nam, "campaign_200")
    for before, after in zip(contract["units"], filled(contract, found)["units"], strict=True):
        estimate = found.units[after["unit"]]["all"]
        assert after["standard_error"] == estimate.standard_error
        assert (after["interval"]["low"], after["interval"]["high"]) == (
            estimate.interval.low,
            estimate.interval.high,
        )
        assert (after["interval"]["level"], after["interval"]["kind"]) == (0.95, "modelled-deff-wilson")
        rank = found.groups["all"].ranks[after["unit"]]
        assert after["rank_interval"] == [rank.best, rank.worst]
        assert rank.best <= before["rank"] <= rank.worst
        changed = ("standard_error", "interval", "rank_interval")
        assert {k: v for k, v in before.items() if k not in changed} == {
            k: v for k, v in after.items() if k not in changed
        }


def test_ranks_are_compared_within_groups_among_ranked_units_only(golden: Golden, ha_nam: Method) -> None:
    campaign = golden.campaign("campaign")
    ranked = [unit for unit in campaign.moments.units if unit != "D16"]
    found = assess(campaign.moments, ha_nam, campaign.groups, ranked, campaign.populations)
    assert found is not None
    assert {group: len(each.ranks) for group, each in found.groups.items()} == {"dept": 15, "dist": 6}
    own = [found.units[unit]["all"] for unit in found.groups["dist"].ranks]
    expected = rank_intervals([float(e.index or 0) for e in own], [e.standard_error or 0 for e in own])
    assert list(found.groups["dist"].ranks.values()) == expected


def test_neighbours_stand_best_first_with_what_would_tell_them_apart(golden: Golden, ha_nam: Method) -> None:
    group = assessed(golden, ha_nam).groups["all"]
    assert [each.better for each in group.neighbours][:2] == ["D16", "D10"]
    assert all(a.worse == b.better for a, b in zip(group.neighbours, group.neighbours[1:], strict=False))
    assert len(group.neighbours) == 21
    for each in group.neighbours:
        assert each.told_apart or each.more is None or each.more >= 0
    together = {frozenset((a, b)) for run in group.runs for a in run for b in run}
    assert all(
        each.told_apart != (frozenset((each.better, each.worse)) in together) for each in group.neighbours
    )


def test_equal_indices_cannot_be_told_apart_by_more_responses(
    ha_nam: Method, sipas: Questionnaire, golden: Golden
) -> None:
    rows = [(unit, f"E{n % 2}", form) for unit in "AB" for n, form in enumerate(["5" * 22, "1" * 22] * 3)]
    moments = Moments.from_packed(golden.campaign("campaign").layout, rows)
    found = assess(moments, ha_nam, {"A": "g", "B": "g"}, ["A", "B"], {})
    assert found is not None
    assert found.groups["g"].neighbours == (Neighbours("A", "B", False, None),)


def test_a_unit_whose_error_is_unknown_may_hold_any_rank(
    golden: Golden, method_with: Callable[..., Method]
) -> None:
    method = method_with(
        ('interval = "modelled-deff-wilson"', 'interval = "korn-graubard"'),
        ('design = "modelled"', 'design = "cluster"'),
    )
    found = assessed(golden, method)
    assert found.units["D13"]["all"].standard_error is None
    rank = found.groups["all"].ranks["D13"]
    assert (rank.best, rank.worst) == (1, 22)
    beside = [each for each in found.groups["all"].neighbours if "D13" in (each.better, each.worse)]
    assert {each.more for each in beside} == {None}


def test_a_method_without_intervals_has_none(golden: Golden, method_with: Callable[..., Method]) -> None:
    method = method_with(('interval = "modelled-deff-wilson"', 'interval = "none"'))
    moments = golden.campaign("campaign_200").moments
    assert assess(moments, method, golden.campaign("campaign_200").groups, [], {}) is None


def test_a_unit_too_small_has_neither_error_nor_interval(golden: Golden, ha_nam: Method) -> None:
    layout = golden.campaign("campaign").layout
    found = assess(Moments.from_packed(layout, [("A", "E", "5" * 44)]), ha_nam, {"A": "g"}, [], {})
    assert found is not None
    unit = {"unit": "A", "standard_error": None, "interval": None, "rank_interval": None}
    empty = unit | {"unit": "B"}
    assert filled({"units": [unit, empty]}, found)["units"] == [unit, empty]


def test_more_responses_than_people_are_refused(golden: Golden, ha_nam: Method) -> None:
    moments = golden.campaign("campaign_200").moments
    with pytest.raises(ScoringError) as caught:
        assess(moments, ha_nam, golden.campaign("campaign_200").groups, [], {"K05": 43})
    assert caught.value.code == "sample_over_population"
