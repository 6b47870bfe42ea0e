"""What the scorer's tests share: golden files, the ten responses, and small questionnaires and methods."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring.answers import Tally, pack
from scoring.book import score
from scoring.method import FOLDER as METHODS
from scoring.method import Method, load_method, parse_method
from scoring.questionnaire import Questionnaire, load_questionnaire, parse_questionnaire

GOLDEN = Path(__file__).parent.parent / "golden"

SMALL = """
code = "small-1"
title = "Phiếu nhỏ"
source = "Kiểm thử"
note = "Không dùng để hỏi"
factor = [{ code = "access", name = "Tiếp cận" }, { code = "feedback", name = "Góp ý" }]
criterion = [
  { code = "access_1", factor = "access", verified = true, text = "Đủ chỗ ngồi." },
  { code = "access_2", factor = "access", verified = false, text = "Sạch sẽ." },
  { code = "feedback_1", factor = "feedback", verified = false, text = "Trả lời kịp thời." },
]
[scale]
question = "Mức độ hài lòng?"
levels = ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"]
not_applicable = "Không áp dụng"
[[question]]
code = "respondent_kind"
section = "respondent"
kind = "choice"
text = "Cho ai?"
options = [{ code = "citizen", text = "Cá nhân" }, { code = "organisation", text = "Tổ chức" }]
"""
GENERAL = '\n[general]\ntext = "Nhìn chung, Ông/Bà hài lòng ở mức nào?"\nverified = false\n'

# Satisfied of answered by criterion for ten responses, four of which answered feedback (worked example).
TEN = {
    "access": ([9, 8, 10, 7], 10),
    "procedure": ([10, 9, 9, 8, 10], 10),
    "official": ([10, 10, 9, 9, 8, 10], 10),
    "outcome": ([10, 9, 9], 10),
    "feedback": ([2, 3, 3, 1], 4),
}


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """Numbers another program computed."""
    return json.loads((GOLDEN / "points.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sipas() -> Questionnaire:
    """The 22 criteria of 2017."""
    return load_questionnaire("sipas-2017")


@pytest.fixture(scope="session")
def ha_nam() -> Method:
    """The method of the published table."""
    return load_method("ha-nam-2022")


@pytest.fixture(scope="session")
def small() -> Questionnaire:
    """Three criteria in two factors."""
    return parse_questionnaire(SMALL, "small-1.toml")


@pytest.fixture(scope="session")
def general() -> Questionnaire:
    """The small questionnaire with the general question beside."""
    return parse_questionnaire(SMALL + GENERAL, "small-1.toml")


@pytest.fixture(scope="session")
def small_text() -> str:
    """The small questionnaire as its file."""
    return SMALL


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    """Where the golden files are."""
    return GOLDEN


@pytest.fixture(scope="session")
def method_with() -> Callable[..., Method]:
    """Makes a method from the published one by replacing texts of its file."""
    text = (METHODS / "ha-nam-2022.toml").read_text(encoding="utf-8")

    def make(*changes: tuple[str, str]) -> Method:
        changed = text
        for old, new in changes:
            assert old in changed, old
            changed = changed.replace(old, new)
        return parse_method(changed, "changed.toml")

    return make


@pytest.fixture(scope="session")
def ten(sipas: Questionnaire) -> Tally:
    """The ten responses of the worked example, about one unit."""
    satisfied = [(count, answered) for counts, answered in TEN.values() for count in counts]
    forms = [
        "".join("4" if form < count else "3" if form < answered else "-" for count, answered in satisfied)
        for form in range(10)
    ]
    return Tally.from_packed(sipas, [("A", "".join(forms))])


@pytest.fixture(scope="session")
def campaign_200(sipas: Questionnaire) -> list[tuple[str, str]]:
    """Unit and packed answers of each of the 200 made-up responses, read without the scorer's own reader."""
    cells: dict[str, Any] = {"": None, "NA": "NA"} | {str(level): level for level in range(1, 6)}
    with (GOLDEN / "campaign_200.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["unit"], pack({code: cells[row[code]] for code in sipas.criterion_codes}, sipas))
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="session")
def unit_of(sipas: Questionnaire) -> Callable[..., dict[str, Any]]:
    """Scores one unit from its packed responses and gives its part of the contract."""

    def compute(forms: list[str], method: Method, questionnaire: Questionnaire = sipas) -> dict[str, Any]:
        tally = Tally.from_packed(questionnaire, [("A", "".join(forms))])
        return score(tally, questionnaire, method).satisfaction["units"][0]

    return compute
