"""What may be published: each limit at its edge, and cells that would give someone away."""

from fractions import Fraction

import pytest

from scoring.errors import ScoringError
from scoring.estimates import Estimate, Interval, undefined
from scoring.method import load_method
from scoring.publication_rules import (
    CAUTION,
    NOT_ENOUGH,
    PUBLISHED,
    PublicationRule,
    hidden_cells,
    label,
)

RECOMMENDED = load_method("ha-nam-2022").publication


def measured(
    n: int = 100, df: int = 99, low: float = 85.0, high: float = 95.0, error: float = 2.5
) -> Estimate:
    """Make an estimate of 90."""
    interval = Interval(low, high, 0.95, "modelled-deff-wilson", n, df, 100.0, 1.0, "")
    return Estimate(Fraction(9, 10), error, interval)


@pytest.mark.parametrize(
    ("estimate", "code"),
    [
        (measured(), PUBLISHED),
        (measured(n=30), PUBLISHED),
        (measured(n=29), CAUTION),
        (measured(df=8), PUBLISHED),
        (measured(df=7), CAUTION),
        (measured(low=75.0), PUBLISHED),
        (measured(low=74.9), CAUTION),
        (measured(low=65.0), CAUTION),
        (measured(low=64.9), NOT_ENOUGH),
        (measured(n=2), NOT_ENOUGH),
        (measured(n=3, df=2), CAUTION),
        (measured(n=12, df=2, low=90.0, high=90.0, error=0.0), PUBLISHED),
        (undefined("wald", 0.95, 2), NOT_ENOUGH),
    ],
)
def test_each_limit_holds_to_its_edge(estimate: Estimate, code: str) -> None:
    found = label(estimate, RECOMMENDED)
    assert found.code == code
    assert (found.reasons == ()) == (code == PUBLISHED)


def test_every_reason_is_told_with_its_number() -> None:
    found = label(measured(n=12, df=3, low=70.0), RECOMMENDED)
    assert found.wording == "công bố kèm lưu ý"
    assert found.reasons == (
        "chỉ 12 phiếu có trả lời",
        "chỉ 3 bậc tự do",
        "khoảng tin cậy rộng 25,0 điểm phần trăm",
    )
    assert label(measured(n=2), RECOMMENDED).reasons == ("2 phiếu có trả lời, cần ít nhất 3",)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([40, 4, 30, 20], [False, True, False, True]),
        ([40, 4, 3, 20], [False, True, True, False]),
        ([40, 0, 30], [False, False, False]),
        ([40, 5], [False, False]),
        ([4], [True]),
        ([20, 4, 20], [True, True, False]),
        ([], []),
    ],
)
def test_a_single_small_cell_takes_the_next_smallest_with_it(counts: list[int], hidden: list[bool]) -> None:
    assert hidden_cells(counts, RECOMMENDED) == hidden


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ScoringError) as caught:
        hidden_cells([3, -1], RECOMMENDED)
    assert caught.value.code == "number_bad"


@pytest.mark.parametrize(
    "limits",
    [(0, 30, 8, 20, 30, 5), (31, 30, 8, 20, 30, 5), (3, 30, -1, 20, 30, 5), (3, 30, 8, 31, 30, 5), (3, 30, 8, 0, 30, 5),
     (3, 30, 8, 20, 101, 5), (3, 30, 8, 20, 30, 0)],
)  # fmt: skip
def test_limits_that_cross_are_refused(limits: tuple[int, int, int, int, int, int]) -> None:
    with pytest.raises(ScoringError) as caught:
        PublicationRule(*limits)
    assert caught.value.code == "number_bad"
