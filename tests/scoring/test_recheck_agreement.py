"""Agreement of answers asked again: R's values on the golden re-check, through rows of judged re-checks."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from scoring.recheck_agreement import (
    ALL,
    FIVE_LEVELS,
    SATISFIED,
    Agreement,
    by_criterion,
    compare,
    overlap_of,
)
from scoring.recheck_rates import by, spread_of
from scoring.rechecks import CONFIRMED, FAILED, UNREACHABLE, Judged, Pair, cases_of
from tests.scoring.conftest import GOLDEN

CELLS = {"": "-", "NA": "N"}
ASKED = ("access_1", "procedure_2", "official_1", "official_4", "outcome_1", "feedback_2")
ROWS = [
    row
    for row in json.loads((GOLDEN / "golden_small.json").read_text(encoding="utf-8"))["agreement"]
    if row["item"] in ASKED
]


def read(name: str) -> Iterator[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def rows() -> list[Judged]:
    """The golden re-check as judged re-checks of one body."""
    first = {row["form_code"]: row for row in read("campaign.csv")}
    return [
        Judged(
            again["form_code"],
            again["enumerator"],
            again["unit"],
            "front",
            CONFIRMED,
            10,
            tuple(
                Pair(code, _cell(first[again["form_code"]][code]), _cell(again[f"{code}_again"]))
                for code in ASKED
            ),
        )
        for again in read("recheck.csv")
    ]


def _cell(text: str) -> str:
    return CELLS.get(text, text)


@pytest.fixture(scope="module")
def found(rows: list[Judged]) -> dict[tuple[str, str], Agreement]:
    return {(code, each.scale): each for code, both in by_criterion(rows, ASKED).items() for each in both}


def test_every_criterion_asked_again_is_in_the_golden_values() -> None:
    assert len(ROWS) == 2 * len(ASKED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['item']} {row['scale']}")
def test_agreement_is_that_of_r(row: dict[str, Any], found: dict[tuple[str, str], Agreement]) -> None:
    scale = FIVE_LEVELS if row["scale"] == "likert5" else SATISFIED
    each = found[row["item"], scale]
    assert each.table.astype(int).tolist() == row["table"]
    assert (each.share.n, each.share.agree) == (row["n"], row["agree"])
    assert each.share.share == pytest.approx(row["pa"], rel=1e-12)
    assert each.share.exact == pytest.approx(row["pa_cp"], rel=1e-9)
    assert each.share.score == pytest.approx(row["pa_wilson"], rel=1e-9)
    values = {"kappa": each.kappa, "wkappa_quad": each.weighted_kappa, "ac1": each.ac1}
    for name, coefficient in values.items():
        error = row["ac1_se" if name == "ac1" else f"{name}_ase"]
        assert (coefficient.value, coefficient.standard_error) == pytest.approx((row[name], error), rel=1e-9)


def test_the_error_rates_are_what_the_golden_tables_leave_off_the_diagonal(rows: list[Judged]) -> None:
    cases = cases_of(rows)
    whole = by(cases, lambda _: ALL, spread_of(cases))[ALL]
    for rate, scale in ((whole.differing, "likert5"), (whole.crossing, "binary")):
        golden = [row for row in ROWS if row["scale"] == scale]
        assert rate.n == sum(row["n"] for row in golden)
        assert rate.hits == rate.n - sum(row["agree"] for row in golden)
        assert rate.low < rate.hits / rate.n < rate.high


def test_all_criteria_together_are_the_sum_of_the_golden_tables(
    found: dict[tuple[str, str], Agreement],
) -> None:
    tables = [row["table"] for row in ROWS if row["scale"] == "likert5"]
    assert found[ALL, FIVE_LEVELS].table.astype(int).tolist() == [
        [sum(table[first][again] for table in tables) for again in range(5)] for first in range(5)
    ]


def test_without_a_comparable_pair_there_is_nothing_to_compare() -> None:
    empty = Judged("R1", "E1", "A", "front", CONFIRMED, 1, (Pair("access_1", "N", "4"),))
    assert by_criterion([empty], ASKED) == {}
    assert compare("access_1", []) is None


def test_two_bodies_are_compared_where_both_judged_by_what_each_heard() -> None:
    def judged(code: str, body: str, verdict: str, again: str) -> Judged:
        return Judged(code, "E1", "A", body, verdict, 1, (Pair("access_1", "4", again),), CONFIRMED)

    rows = [
        judged("R1", "front", CONFIRMED, "4"),
        judged("R1", "veterans", CONFIRMED, "5"),
        judged("R2", "front", FAILED, "2"),
        judged("R2", "veterans", CONFIRMED, "4"),
        judged("R3", "front", UNREACHABLE, "-"),
        judged("R3", "veterans", FAILED, "3"),
        judged("R4", "front", FAILED, "1"),
    ]
    found = overlap_of(rows, "front", "veterans")
    assert (found.both, found.reached) == (3, 2)
    assert found.verdicts is not None
    assert found.levels is not None
    assert found.sides is not None
    assert found.verdicts.table.astype(int).tolist() == [[0, 1], [0, 1]]
    assert (found.levels.share.agree, found.levels.share.n) == (0, 2)
    assert (found.sides.share.agree, found.sides.share.n) == (1, 2)
    assert overlap_of(rows[-1:], "front", "veterans").verdicts is None
