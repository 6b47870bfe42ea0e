"""An index by kinds of respondents: exact shares, intervals, and no cell that shows single people."""

from collections.abc import Callable
from fractions import Fraction

from scoring.breakdowns import breakdown
from scoring.method import Method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import Questionnaire


def moments_of(sipas: Questionnaire, method: Method, **counts: int) -> Moments:
    """Return so many responses of each kind, one in five dissatisfied."""
    rows = [
        (option, f"E{place % 3}", ("2" if place % 5 == 0 else "4") * 22)
        for option, count in counts.items()
        for place in range(count)
    ]
    return Moments.from_packed(layout_of(sipas, method), rows)


def test_each_kind_is_a_sample_of_its_own(sipas: Questionnaire, ha_nam: Method) -> None:
    parts = breakdown(moments_of(sipas, ha_nam, young=40, old=20), ("young", "middle", "old"), ha_nam)
    assert [(part.option, part.n, part.hidden) for part in parts] == [
        ("young", 40, False),
        ("middle", 0, False),
        ("old", 20, False),
    ]
    young, middle, old = (part.estimate for part in parts)
    assert middle is None
    assert young is not None
    assert old is not None
    assert (young.share, old.share) == (Fraction(4, 5), Fraction(4, 5))
    assert young.interval.low is not None
    assert old.interval.low is not None
    assert old.interval.low < young.interval.low < 80


def test_a_small_cell_is_hidden_and_one_more_that_would_give_it_away(
    sipas: Questionnaire, ha_nam: Method
) -> None:
    parts = breakdown(moments_of(sipas, ha_nam, a=40, b=4, c=9), ("a", "b", "c"), ha_nam)
    assert [(part.n, part.estimate is None) for part in parts] == [(40, False), (None, True), (None, True)]
    assert [part.hidden for part in parts] == [False, True, True]


def test_a_method_without_intervals_counts_and_hides_all_the_same(
    sipas: Questionnaire, method_with: Callable[..., Method]
) -> None:
    method = method_with(('interval = "modelled-deff-wilson"', 'interval = "none"'))
    parts = breakdown(moments_of(sipas, method, a=40, b=2, c=30), ("a", "b", "c"), method)
    assert [(part.n, part.estimate) for part in parts] == [(40, None), (None, None), (None, None)]


def test_nobody_at_all_is_a_row_of_zeros(sipas: Questionnaire, ha_nam: Method) -> None:
    parts = breakdown(moments_of(sipas, ha_nam), ("a", "b"), ha_nam)
    assert [(part.n, part.estimate) for part in parts] == [(0, None), (0, None)]
