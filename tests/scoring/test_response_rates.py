"""Response rates by AAPOR's definitions, and the bound that silence sets."""

from fractions import Fraction

import pytest

from scoring.errors import ScoringError
from scoring.golden import Golden
from scoring.response_rates import response_rates, silence_bound


def test_rates_by_hand() -> None:
    found = response_rates({"I": 60, "P": 10, "R": 15, "NC": 10, "O": 5, "UH": 20, "UO": 5, "NE": 25})
    # Known and eligible 100, not eligible 25: e = 0.8; unknown 25.
    assert found.eligible == Fraction(4, 5)
    assert found.response == (
        Fraction(60, 125),
        Fraction(70, 125),
        Fraction(60, 120),
        Fraction(70, 120),
        Fraction(60, 100),
        Fraction(70, 100),
    )
    assert found.cooperation == (Fraction(60, 90), Fraction(60, 85))
    assert (found.refusal, found.contact) == (Fraction(15, 125), Fraction(90, 125))


def test_every_unit_has_the_golden_rates() -> None:
    golden = Golden()
    contacts = golden.contacts()
    assert len(golden.numbers["response_rates"]) == 23
    for row in golden.numbers["response_rates"]:
        found = response_rates(contacts[row["unit"]])
        assert float(found.response[2] or 0) == pytest.approx(row["RR3"], rel=1e-15)
        assert float(found.eligible or 0) == pytest.approx(row["e"], rel=1e-15)


def test_nobody_contacted_has_no_rate() -> None:
    found = response_rates({})
    assert (found.eligible, found.refusal, found.contact) == (None, None, None)
    assert set(found.response + found.cooperation) == {None}


def test_silence_bounds_an_index_without_assuming_anything() -> None:
    found = silence_bound(Fraction(90), Fraction(3, 4))
    assert (found.low, found.high, found.per_ten_points) == (
        Fraction(135, 2),
        Fraction(185, 2),
        Fraction(5, 2),
    )
    everyone = silence_bound(Fraction(90), Fraction(1))
    assert (everyone.low, everyone.high) == (90, 90)
    nobody = silence_bound(Fraction(90), Fraction(0))
    assert (nobody.low, nobody.high) == (0, 100)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"X": 1}, "choice_unknown"),
        ({"I": -1}, "number_bad"),
        ({"I": 1.0}, "number_bad"),
        ({"I": True}, "number_bad"),
    ],
)
def test_counts_that_are_none_are_refused(counts: dict[str, int], code: str) -> None:
    with pytest.raises(ScoringError) as caught:
        response_rates(counts)
    assert caught.value.code == code


@pytest.mark.parametrize(("index", "rate"), [(101, 1), (-1, 1), (50, 2), (50, -1)])
def test_a_bound_outside_its_range_is_refused(index: int, rate: int) -> None:
    with pytest.raises(ScoringError) as caught:
        silence_bound(Fraction(index), Fraction(rate))
    assert caught.value.code == "number_bad"
