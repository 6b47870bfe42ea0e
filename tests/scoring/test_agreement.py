"""Agreement between first answers and re-checks: other programs' coefficients, and tables that mislead."""

import csv
import json
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest

from scoring.agreement import (
    UNDEFINED,
    Coefficient,
    cross_table,
    equal_margins,
    gwet,
    kappa,
    krippendorff,
    share,
)
from scoring.errors import ScoringError

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "golden_small.json").read_text(encoding="utf-8")
)
# Two readers of 60 things, worked by hand: agree 45 of 60.
TABLE = [[20, 5], [10, 25]]


def test_kappa_by_hand() -> None:
    # p_o = 0.75, p_e = (25·30 + 35·30)/3600 = 0.5.
    assert kappa(TABLE).value == pytest.approx(0.5)


def test_ac1_by_hand() -> None:
    # π = (25 + 30)/120 = 0.458333, p_e = 2π(1 − π) = 0.496528.
    assert gwet(TABLE).value == pytest.approx((0.75 - 0.4965277778) / (1 - 0.4965277778))


def test_the_share_comes_with_two_intervals() -> None:
    found = share(TABLE)
    assert (found.agree, found.n, found.share) == (45, 60, 0.75)
    # R: binom.test(45, 60)$conf.int and prop.test(45, 60, correct = FALSE)$conf.int.
    assert found.exact == pytest.approx((0.62142, 0.85281), abs=5e-5)
    assert found.score == pytest.approx((0.62768, 0.84223), abs=5e-5)


@pytest.mark.parametrize("row", GOLDEN["agreement"], ids=lambda row: f"{row['item']} {row['scale']}")
def test_coefficients_and_errors_are_those_of_r(row: dict[str, float]) -> None:
    for scheme, key in (("unweighted", "kappa"), ("linear", "wkappa_lin"), ("quadratic", "wkappa_quad")):
        found = kappa(row["table"], scheme)
        assert (found.value, found.standard_error) == pytest.approx((row[key], row[f"{key}_ase"]), rel=1e-10)
    for scheme, key in (("unweighted", "ac1"), ("linear", "ac2_linear"), ("quadratic", "ac2_quadratic")):
        found = gwet(row["table"], scheme)
        assert (found.value, found.standard_error) == pytest.approx((row[key], row[f"{key}_se"]), rel=1e-10)
    for metric in ("nominal", "ordinal", "interval"):
        assert krippendorff(row["table"], metric).value == pytest.approx(row[f"kripp_{metric}"], rel=1e-12)


def test_kappa_near_zero_at_ninety_four_percent_agreement_is_no_disagreement() -> None:
    table = [[118, 5], [2, 0]]
    assert share(table).share == 0.944
    assert kappa(table).value == pytest.approx(-0.0233918128654961, rel=1e-12)
    assert gwet(table).value == pytest.approx(0.940776337608718, rel=1e-12)


def test_kappa_is_undefined_where_one_category_holds_all_and_says_so() -> None:
    table = [[0, 0], [0, 100]]
    assert (kappa(table).value, kappa(table).standard_error, kappa(table).note) == (None, None, UNDEFINED)
    assert krippendorff(table).note == UNDEFINED
    assert (gwet(table).value, gwet(table).standard_error) == (1, 0)


def test_perfect_agreement_is_one_without_error() -> None:
    table = [[40, 0], [0, 60]]
    assert (kappa(table).value, kappa(table).standard_error) == (1, 0)
    assert krippendorff(table).value == 1
    assert equal_margins(table) is None


def test_all_moving_one_way_is_surely_unequal() -> None:
    strict, plain = equal_margins([[0, 5], [0, 0]]) or (None, None)
    assert strict is not None
    assert plain is not None
    assert (strict.statistic, strict.df, strict.p_value) == (inf, 1, 0)
    assert plain.statistic == 5


def test_categories_in_which_nobody_moved_say_nothing() -> None:
    _, small = equal_margins([[9, 4], [1, 3]]) or (None, None)
    _, wide = equal_margins([[9, 0, 4], [0, 7, 0], [1, 0, 3]]) or (None, None)
    assert small is not None
    assert small == wide


def test_bhapkar_by_hand() -> None:
    # Of 17 moved 4 one way and 1 back: d = 3, χ² = 9/5 = 1.8 plain, 1.8/(1 − 1.8/17) strict.
    strict, plain = equal_margins([[9, 4], [1, 3]]) or (None, None)
    assert strict is not None
    assert plain is not None
    assert plain.statistic == pytest.approx(1.8)
    assert strict.statistic == pytest.approx(1.8 / (1 - 1.8 / 17))
    # χ² of 1.8 with one degree of freedom: 0.1797 (table).
    assert round(plain.p_value, 4) == 0.1797


def test_pairs_are_counted_into_a_table() -> None:
    assert cross_table([(1, 1), (1, 2), (1, 2), (2, 1)], 2).tolist() == [[1, 2], [1, 0]]
    with pytest.raises(ScoringError, match="giá trị 3"):
        cross_table([(1, 3)], 2)
    with pytest.raises(ScoringError, match="giá trị 0"):
        cross_table([(0, 1)], 2)


@pytest.mark.parametrize(
    "table", [[[1, 2]], [[5]], [[0, 0], [0, 0]], [[1, -1], [0, 4]], [[1, float("nan")], [0, 4]], [1, 2]]
)
def test_a_table_that_is_none_is_refused(table: list[list[int]]) -> None:
    for made in (share, kappa, gwet, krippendorff, equal_margins):
        with pytest.raises(ScoringError) as caught:
            made(table)
        assert caught.value.code == "table_not_square"


@pytest.mark.parametrize(("made", "word"), [(kappa, "lineal"), (gwet, "lineal"), (krippendorff, "ordinall")])
def test_a_misspelt_scheme_is_refused_with_the_nearest(made: Callable[..., Coefficient], word: str) -> None:
    with pytest.raises(ScoringError, match=r"có phải “(linear|ordinal)”"):
        made(TABLE, word)


def test_first_answers_and_answers_asked_again_give_the_golden_tables() -> None:
    folder = Path(__file__).parent.parent / "golden"
    with (folder / "campaign.csv").open(encoding="utf-8", newline="") as file:
        first = {row["form_code"]: row for row in csv.DictReader(file)}
    with (folder / "recheck.csv").open(encoding="utf-8", newline="") as file:
        again = list(csv.DictReader(file))
    rows = [row for row in GOLDEN["agreement"] if row["scale"] == "likert5"]
    assert len(rows) == 6
    for row in rows:
        pairs = [(first[each["form_code"]][row["item"]], each[f"{row['item']}_again"]) for each in again]
        both = [(int(a), int(b)) for a, b in pairs if a in set("12345") and b in set("12345")]
        assert cross_table(both, 5).tolist() == row["table"], row["item"]
