"""Reliability: α worked by hand, other programs' values, and what is undefined."""

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.golden import Golden
from scoring.moments import levels_of
from scoring.reliability import feldt, reliability

NAN = float("nan")


def test_alpha_of_two_criteria_by_hand() -> None:
    # Variances 1 and 1, covariance ½: α = 2·(1 − 2/3) = 2/3; correlation ½.
    levels = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 3.0]])
    found = reliability(levels, ["a", "b"], complete=True)
    assert found.alpha == pytest.approx(2 / 3)
    assert found.standardised == pytest.approx(2 / 3)
    assert found.mean_correlation == pytest.approx(0.5)
    assert [each.item_rest for each in found.items] == pytest.approx([0.5, 0.5])
    assert [each.alpha_if_dropped for each in found.items] == [None, None]
    # λ6 = 1 − Σ(1 − ¼)/3.
    assert found.lambda6 == pytest.approx(0.5)


def test_blanks_are_used_in_pairs_or_leave_whole_responses_and_n_is_told() -> None:
    levels = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, NAN], [3.0, 3.0, 4.0], [5.0, NAN, 4.0]])
    paired, whole = (reliability(levels, ["a", "b", "c"], complete) for complete in (False, True))
    assert (paired.n, whole.n) == (2, 2)
    assert [(each.n, each.mean) for each in paired.items] == [(4, 2.75), (3, 2), (3, 3)]


def test_alpha_is_that_of_psych(campaign_200: list[tuple[str, str]]) -> None:
    golden = Golden()
    layout = golden.campaign("campaign_200").layout
    levels = levels_of(layout, "", "".join(form for _, form in campaign_200))
    row = golden.numbers["reliability"]["campaign_200"]["all"]
    found = reliability(levels, layout.criteria, complete=True)
    assert (found.alpha, found.n) == (pytest.approx(row["alpha_listwise"], rel=1e-12), row["n_listwise"])
    assert found.interval == pytest.approx((row["feldt_lo"], row["feldt_hi"]), rel=1e-12)


def test_a_wider_level_gives_a_wider_interval_around_alpha() -> None:
    narrow, wide = feldt(0.8, 50, 5, 0.9), feldt(0.8, 50, 5, 0.99)
    assert narrow is not None
    assert wide is not None
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1] < 1
    assert feldt(0.8, 1, 5) is None


@pytest.mark.parametrize(
    "levels",
    [
        np.empty((0, 2)),
        np.array([[3.0, 4.0]]),
        np.full((5, 2), 4.0),
        np.array([[1.0, NAN], [2.0, NAN], [3.0, NAN]]),
        np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]),
    ],
    ids=["none", "one", "all alike", "one criterion unanswered", "sums all alike"],
)
def test_where_nothing_varies_together_alpha_is_undefined(levels: np.ndarray) -> None:
    found = reliability(levels, ["a", "b"], complete=False)
    assert (found.alpha, found.interval) == (None, None)


def test_a_criterion_that_follows_from_the_others_leaves_lambda_undefined() -> None:
    column = np.array([1.0, 2.0, 4.0, 5.0])
    found = reliability(np.column_stack([column, column, column[::-1] * 0.5 + column]), ["a", "b", "c"], True)
    assert found.lambda6 is None
    assert found.alpha is not None


def test_codes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ScoringError) as caught:
        reliability(np.ones((3, 2)), ["a"], complete=True)
    assert caught.value.code == "lengths_differ"
    with pytest.raises(ScoringError) as caught:
        reliability(np.ones((3, 1)), ["a"], complete=True)
    assert caught.value.code == "number_bad"
