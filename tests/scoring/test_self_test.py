"""The self-test reproduces other programs, and would notice if it did not."""

import json
import shutil
from math import inf, nan
from pathlib import Path

import pytest

from scoring.__main__ import main
from scoring.errors import ScoringError
from scoring.golden import FOLDER
from scoring.self_test import Family, deviation, self_test, table

# Every key of the golden file, and the family that computes it.
COMPUTED = {
    "counts_campaign_200": "counts",
    "rounding_percent": "rounding",
    "double_rounding": "rounding",
    "largest_remainder": "rounding",
    "units_200": "sampling",
    "units_2124_overall": "designed_intervals",
    "totals_200": "totals",
    "modelled_deff": "modelled_deff",
    "binomial_intervals": "single_intervals",
    "korn_graubard": "single_intervals",
    "fpc": "single_intervals",
    "ranks": "ranks",
    "reliability": "reliability",
    "agreement": "agreement",
    "agreement_extra": "agreement",
    "enumerator": "enumerator",
    "response_rates": "response_rates",
    "fabrication_200": "fabrication",
}


@pytest.fixture(scope="module")
def families() -> dict[str, Family]:
    """The whole self-test."""
    return {each.name: each for each in self_test()}


def test_every_family_is_within_a_billionth_of_the_golden_values(families: dict[str, Family]) -> None:
    loose = {"reml", "rank_bootstrap"}
    assert all(each.passed for each in families.values())
    assert all(each.deviation <= 1e-9 for name, each in families.items() if name not in loose)
    assert sum(each.compared for each in families.values()) > 26_000


def test_every_key_of_the_golden_file_is_computed(families: dict[str, Family]) -> None:
    keys = json.loads((FOLDER / "golden_small.json").read_text(encoding="utf-8"))
    assert set(COMPUTED) == set(keys) - {"meta"}
    assert set(COMPUTED.values()) <= set(families)


def test_the_table_names_each_family_with_its_verdict(families: dict[str, Family]) -> None:
    shown = table([*families.values(), Family("broken", 3, 0.5, 1e-9), Family("empty", 0, 0.0, 1e-9)])
    lines = shown.splitlines()
    assert len(lines) == len(families) + 3
    assert "KHÔNG ĐẠT" not in "".join(lines[:-2])
    assert lines[-2].split() == ["broken", "3", "5,0e-01", "1,0e-09", "KHÔNG", "ĐẠT"]
    assert lines[-1].endswith("KHÔNG ĐẠT")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Golden values, two of them changed."""
    for path in FOLDER.iterdir():
        shutil.copy(path, tmp_path)
    path = tmp_path / "golden_small.json"
    numbers = json.loads(path.read_text(encoding="utf-8"))
    numbers["korn_graubard"][0]["neff"] *= 1 + 1e-8
    numbers["ranks"][0]["holm_simultaneous_L"][0] += 1
    path.write_text(json.dumps(numbers), encoding="utf-8")
    return tmp_path


def test_a_changed_golden_value_is_noticed(changed: Path) -> None:
    found = {each.name: each for each in self_test(changed)}
    assert {name for name, each in found.items() if not each.passed} == {"single_intervals", "ranks"}
    assert found["single_intervals"].deviation == pytest.approx(1e-8, rel=1e-3)


@pytest.mark.parametrize(
    ("computed", "golden", "apart"),
    [
        (1.0, 1.0, 0),
        (1.1, 1.0, pytest.approx(0.1)),
        (2e-17, 0, 0),
        (0.5, 0, inf),
        (None, None, 0),
        (None, 1.0, inf),
        (1.0, None, inf),
        ("a", "b", inf),
        ("a", "a", 0),
        (nan, 1.0, inf),
    ],
)
def test_a_deviation_is_relative_and_words_match_or_not(
    computed: object, golden: object, apart: float
) -> None:
    assert deviation(computed, golden) == apart  # type: ignore[arg-type]


def test_the_command_prints_the_table_and_is_done(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["self-test"]) == 0
    out, err = capsysbinary.readouterr()
    assert out.decode().splitlines()[0].startswith("Nhóm giá trị chuẩn")
    assert out.decode().count(" đạt") == 15
    assert err == b""


def test_the_command_fails_by_the_name_of_the_family(
    changed: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["self-test", "--golden", str(changed)]) == 1
    out, err = capsysbinary.readouterr()
    assert out == b""
    assert "Tự kiểm tra không đạt ở: single_intervals, ranks." in err.decode()


def test_a_folder_without_golden_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringError) as caught:
        self_test(tmp_path)
    assert caught.value.code == "file_missing"
