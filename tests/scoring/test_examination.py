"""What a statistician asks of files: the golden answers, re-checks and contacts, read and examined by the program."""

import json
from pathlib import Path

import pytest

from scoring.answers import AnswerSheet, read_answers
from scoring.errors import ScoringError
from scoring.examination import agreement_of, rates_of, screening_of, screening_rows
from scoring.golden import FOLDER, Golden
from scoring.method import Method
from scoring.questionnaire import Questionnaire
from tests.scoring.program import run

ANSWERS_FILE = str(FOLDER / "campaign.csv")


@pytest.fixture(scope="module")
def sheet(sipas: Questionnaire) -> AnswerSheet:
    """The golden campaign as a file."""
    return read_answers(FOLDER / "campaign.csv", sipas)


def test_agreement_is_that_of_r_for_every_criterion_asked_again(sheet: AnswerSheet) -> None:
    # Expected: irr and irrCAC of R, in golden_small.json.
    rows = {row["criterion"]: row for row in agreement_of(sheet, FOLDER / "recheck.csv")}
    expected = {
        row["item"]: row
        for row in Golden().numbers["agreement"]
        if row["item"] in rows and row["scale"] == "likert5"
    }
    assert len(expected) >= 5
    names = {
        "agree": "pa",
        "kappa": "kappa",
        "kappa_quadratic": "wkappa_quad",
        "ac1": "ac1",
        "ac2": "ac2_quadratic",
        "bhapkar_p": "bhapkar_p",
    }
    for code, row in expected.items():
        assert rows[code]["n"] == row["n"]
        assert [rows[code]["low"], rows[code]["high"]] == pytest.approx(row["pa_cp"], rel=1e-9)
        for key, name in names.items():
            if name not in row:
                assert name == "bhapkar_p"  # R gave no p-value where a category held nobody
                continue
            assert rows[code][key] == pytest.approx(row[name], rel=1e-9), (code, key)


def test_pairs_that_lack_a_level_are_left_out(sheet: AnswerSheet, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_text("form_code,access_1_again\nR00001,4\nR00002,NA\nR00003,\n", encoding="utf-8")
    rows = agreement_of(sheet, path)
    assert [(row["criterion"], row["n"]) for row in rows] == [("access_1", 1), ("all", 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("form_code,access_1_again\nR00001,4\nR00001,5\n", "form_twice"),
        ("form_code,access_1_again\nX,4\n", "form_unknown"),
        ("form_code,access_1_again\nR00001,6\n", "cell_answer"),
        ("form_code,access_9_again\nR00001,4\n", "column_missing"),
        ("code,access_1_again\nR00001,4\n", "column_missing"),
    ],
)
def test_a_wrong_recheck_file_is_refused_by_name(
    sheet: AnswerSheet, tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "again.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScoringError) as caught:
        agreement_of(sheet, path)
    assert caught.value.code == code


def test_response_rates_are_those_of_aapor_and_bound_the_index(sheet: AnswerSheet, ha_nam: Method) -> None:
    rows = {row["unit"]: row for row in rates_of(FOLDER / "contacts.csv", sheet, ha_nam)}
    for expected in Golden().numbers["response_rates"]:
        row = rows["all" if expected["unit"] == "ALL" else expected["unit"]]
        assert row["rr1"] == pytest.approx(expected["RR1"], rel=1e-12)
        assert row["rr6"] == pytest.approx(expected["RR6"], rel=1e-12)
        assert row["coop1"] == pytest.approx(expected["COOP1"], rel=1e-12)
    one = rows["D01"]
    # 128 of 181 who may be asked answered, in full or in part: R·I and R·I + 100·(1 − R).
    assert one["rr2"] == 128 / 181
    assert one["low"] == pytest.approx(one["rr2"] * one["index"])
    assert one["high"] == pytest.approx(one["low"] + 100 * (1 - one["rr2"]))
    assert rows["all"]["low"] is None
    without = rates_of(FOLDER / "contacts.csv", None, ha_nam)
    assert "low" not in without[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("unit,I,P,R,NC,O,UH,UO,NE\nA,1,1,1,1,1,1,1,1\nA,1,1,1,1,1,1,1,1\n", "unit_twice"),
        ("unit,I,P,R,NC,O,UH,UO\nA,1,1,1,1,1,1,1\n", "column_missing"),
        ("unit,I,P,R,NC,O,UH,UO,NE\nA,-1,1,1,1,1,1,1,1\n", "cell_whole"),
    ],
)
def test_a_wrong_contact_file_is_refused_by_name(
    ha_nam: Method, tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScoringError) as caught:
        rates_of(path, None, ha_nam)
    assert caught.value.code == code


def test_a_start_or_a_duration_that_is_none_is_refused_by_its_cell(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    heading = ",".join(["form_code", "unit", "enumerator", *sipas.criterion_codes, "start", "duration_s"])
    for start, duration, code in (
        ("8 giờ", "60", "cell_moment"),
        ("2026-01-01T08:00:00", "-1", "cell_whole"),
    ):
        path = tmp_path / "answers.csv"
        path.write_text(f"{heading}\nF1,A,E,{'4,' * 22}{start},{duration}\n", encoding="utf-8")
        with pytest.raises(ScoringError) as caught:
            screening_of(read_answers(path, sipas), ha_nam)
        assert caught.value.code == code


def test_the_one_who_made_interviews_up_is_named_by_the_program() -> None:
    reply = run("quality", ANSWERS_FILE, "--format", "json")
    rows = json.loads(reply.stdout)
    named = {row["enumerator"] for row in rows if row["about"] == "enumerator"}
    assert (
        named == {Golden().numbers["fabrication"]["fabricator"]}
        if "fabrication" in Golden().numbers
        else named
    )
    assert len(named) == 1
    assert all(row["wording"].startswith("nên phúc tra: ") for row in rows)


def test_rows_print_as_a_table_and_as_csv() -> None:
    table = run("response-rates", str(FOLDER / "contacts.csv")).stdout.decode()
    assert table.splitlines()[0].split() == (
        ["unit", "contacts", "e", "rr1", "rr2", "rr3", "rr4", "rr5", "rr6", "coop1", "ref1", "con1"]
    )
    csv = run("agreement", ANSWERS_FILE, str(FOLDER / "recheck.csv"), "--format", "csv").stdout.decode()
    assert csv.splitlines()[0] == "criterion,n,agree,low,high,kappa,kappa_quadratic,ac1,ac2,bhapkar_p"


def test_no_doubt_prints_as_no_row(tmp_path: Path, sipas: Questionnaire, ha_nam: Method) -> None:
    heading = ",".join(["form_code", "unit", "enumerator", *sipas.criterion_codes])
    path = tmp_path / "answers.csv"
    path.write_text(
        f"{heading}\nF1,A,E1,{','.join('4' * 22)}\nF2,A,E2,{','.join('5' * 22)}\n", encoding="utf-8"
    )
    assert screening_rows(screening_of(read_answers(path, sipas), ha_nam)) == []
    assert run("quality", str(path)).stdout.decode() == "Không có dòng nào.\n"
