"""The program as people run it: contracts, formats, and what it says beside its results."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from .program import ANSWERS, GOLDEN, HA_NAM, IGNORED, ROOT, UNITS, done, refused, run


@pytest.fixture(scope="module")
def satisfaction() -> dict[str, Any]:
    """The JSON of the made-up campaign with its units."""
    return json.loads(done(run("satisfaction", ANSWERS, "--units", UNITS, "--format", "json")))


def test_the_json_of_the_survey_has_exactly_the_keys_of_the_contract(satisfaction: dict[str, Any]) -> None:
    assert list(satisfaction) == ["questionnaire", "method", "input", "units"]
    assert satisfaction["questionnaire"]["code"] == "sipas-2017"
    assert satisfaction["method"]["code"] == "ha-nam-2022"
    assert satisfaction["input"] == {
        # sha256sum tests/golden/campaign_200.csv
        "sha256": "a7a85f0780bc1c9e86e0118b11330edf6595accf3132ddfdeb4b4259fe4c3d47",
        "responses": 200,
    }
    unit = satisfaction["units"][0]
    assert list(unit) == [
        *("unit", "responses", "answered", "satisfied", "not_applicable", "blank", "index", "points"),
        *("standard_error", "interval", "rank", "rank_interval", "factors", "criteria", "flags"),
    ]
    assert list(unit["factors"][0]) == ["factor", "answered", "satisfied", "index", "weight", "points"]
    assert list(unit["criteria"][0]) == ["criterion", "answered", "satisfied", "index", "levels"]
    assert (len(unit["factors"]), len(unit["criteria"])) == (5, 22)


def test_the_json_of_the_survey_agrees_with_another_program(
    satisfaction: dict[str, Any], golden: dict[str, Any]
) -> None:
    expected = golden["counts_campaign_200"]
    found = {
        unit["unit"]: (unit["responses"], unit["satisfied"], unit["answered"], unit["points"])
        for unit in satisfaction["units"]
    }
    assert found == {
        code: (
            each["n"],
            each["overall"]["sat"],
            each["overall"]["valid"],
            each["overall"]["component_2dp_half_up"],
        )
        for code, each in expected.items()
    }
    assert {
        unit["unit"]: [criterion["levels"] for criterion in unit["criteria"]]
        for unit in satisfaction["units"]
    } == {code: [counts[:5] for counts in each["items"].values()] for code, each in expected.items()}


def test_ranks_are_by_group_with_units_and_over_all_without(satisfaction: dict[str, Any]) -> None:
    grouped = {unit["unit"]: unit["rank"] for unit in satisfaction["units"]}
    assert grouped == {"D05": 6, "D09": 4, "D11": 1, "D13": 5, "D14": 3, "D16": 1, "K05": 1}
    alone = json.loads(done(run("satisfaction", ANSWERS, "--format", "json")))
    assert {unit["unit"]: unit["rank"] for unit in alone["units"]} == {
        **{"D05": 7, "D09": 5, "D11": 1, "D13": 6, "D14": 3, "D16": 1, "K05": 4}
    }


def test_unknown_columns_are_named_on_standard_error_and_nowhere_else() -> None:
    process = run("satisfaction", ANSWERS, "--format", "json")
    assert process.stderr.decode() == (
        f"campaign_200.csv: {IGNORED} block, N, M, Npsu, sex, age, start, duration_s.\n"
    )
    assert process.stdout.endswith(b"}\n")


def test_the_same_input_gives_the_same_bytes_in_every_format() -> None:
    for form in ("table", "json", "csv"):
        one, again = (done(run("satisfaction", ANSWERS, "--format", form)) for _ in range(2))
        assert one == again


def test_rows_and_columns_in_another_order_give_the_same_numbers(tmp_path: Path) -> None:
    with Path(ANSWERS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "x.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0])[::-1], delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows[::-1])
    one, other = (
        json.loads(done(run("satisfaction", path, "--format", "json")))
        for path in (ANSWERS, str(tmp_path / "x.csv"))
    )
    assert one["units"] == other["units"]
    assert one["input"]["sha256"] != other["input"]["sha256"]


def test_a_workbook_gives_the_same_numbers_as_its_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    with Path(ANSWERS).open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append(
                [int(cell) if cell in ("1", "2", "3", "4", "5") else cell or None for cell in row]
            )
    book.save(tmp_path / "x.xlsx")
    one, other = (
        json.loads(done(run("satisfaction", path, "--format", "json")))
        for path in (ANSWERS, str(tmp_path / "x.xlsx"))
    )
    assert one["units"] == other["units"]


def test_the_program_prints_the_whole_published_table() -> None:
    result = json.loads(done(run("index", HA_NAM, "--format", "json")))
    assert list(result) == ["method", "units", "groups"]
    with Path(HA_NAM).open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert [
        (unit["group"], unit["unit"], unit["total_points"], unit["index"], unit["rank"])
        for unit in result["units"]
    ] == [
        (row["group"], row["unit"], row["total_points"], row["index"], int(row["rank"])) for row in published
    ]
    assert result["groups"] == [
        {
            "group": "departments",
            "mean": "89.60",
            "satisfaction_mean": "9.45",
            "spread": "18.06",
            "above_mean": 10,
            "bands": {"Xuất sắc": 2, "Tốt": 14, "Khá": 3, "Trung bình": 0, "Yếu": 0},
        },
        {
            "group": "districts",
            "mean": "90.70",
            "satisfaction_mean": "9.65",
            "spread": "10.30",
            "above_mean": 3,
            "bands": {"Xuất sắc": 1, "Tốt": 5, "Khá": 0, "Trung bình": 0, "Yếu": 0},
        },
    ]
    assert list(result["units"][0]) == ["unit", "group", "total_points", "index", "rank", "band"]


def test_the_csv_of_the_index_repeats_the_published_columns() -> None:
    rows = list(csv.DictReader(done(run("index", HA_NAM, "--format", "csv")).decode().splitlines()))
    with Path(HA_NAM).open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert [{key: row[key] for key in published[0]} for row in rows] == published
    assert [row["band"] for row in rows].count("Khá") == 3


def test_the_table_is_the_default_and_speaks_vietnamese() -> None:
    index = done(run("index", HA_NAM)).decode()
    assert "   5  Văn phòng UBND tỉnh                      56,75         x      56,75   94,58  Tốt\n" in index
    assert "Chỉ số trung bình: 89,60; điểm khảo sát trung bình: 9,45\n" in index
    survey = done(run("satisfaction", ANSWERS)).decode()
    assert survey.startswith(
        "Điểm khảo sát sự hài lòng: 200 phiếu, phiếu hỏi sipas-2017, phương pháp ha-nam-2022\n"
    )
    assert "chưa được đối chiếu với văn bản gốc" in survey


def test_the_result_goes_into_a_file_where_asked(tmp_path: Path) -> None:
    process = run("index", HA_NAM, "--format", "csv", "-o", str(tmp_path / "x.csv"))
    assert done(process) == b""
    assert (tmp_path / "x.csv").read_bytes() == done(run("index", HA_NAM, "--format", "csv"))
    unwritable = run("index", HA_NAM, "-o", str(tmp_path / "none" / "x.csv"))
    assert refused(unwritable).splitlines()[-1].startswith("x.csv: không ghi được tệp (")


def test_every_aggregation_runs_from_the_command_line() -> None:
    found = {}
    for method in (
        "criterion-mean",
        "factor-mean",
        "mean-level",
        "weighted-factors",
        "step-points",
        "threshold-points",
    ):
        result = json.loads(done(run("satisfaction", ANSWERS, "--method", method, "--format", "json")))
        found[method] = (result["units"][0]["index"][:8], result["units"][0]["points"])
    assert {method: found[method][0] for method in ("criterion-mean", "factor-mean")} == {
        # D05 by another program: 68.14726966525481 and 67.84555337354391.
        "criterion-mean": "68.14726",
        "factor-mean": "67.84555",
    }
    assert (found["criterion-mean"][1], found["factor-mean"][1]) == ("6.81", "6.78")
    # 68.34 lies in the step from 60 (4 points); by threshold it is 10 × 68.34/95.
    assert (found["step-points"][1], found["threshold-points"][1]) == ("4.00", "7.19")


def test_an_own_method_and_questionnaire_are_read_from_files(tmp_path: Path, small_text: str) -> None:
    (tmp_path / "own.toml").write_text(
        small_text + '[general]\ntext = "Nhìn chung?"\nverified = false\n', encoding="utf-8"
    )
    (tmp_path / "x.csv").write_text(
        "form_code,unit,general_1,feedback_1,access_2,access_1\n1,A,4,3,3,3\n2,A,3,3,3,3\n3,A,5,3,3,\n",
        encoding="utf-8",
    )
    result = json.loads(
        done(
            run("satisfaction", "x.csv", "--questionnaire", "own.toml", "--method", "general-question", "--format", "json",
                cwd=tmp_path)
        )
    )  # fmt: skip
    unit = result["units"][0]
    assert (unit["index"], unit["points"], unit["satisfied"], unit["answered"]) == (
        "66.666666666667",
        "6.67",
        0,
        8,
    )
    assert unit["criteria"][-1] == {
        "criterion": "general_1",
        "answered": 3,
        "satisfied": 2,
        "index": "66.666666666667",
        "levels": [0, 0, 1, 1, 1],
    }


def test_doubts_are_told_and_do_not_stop_the_work(tmp_path: Path, small_text: str) -> None:
    (tmp_path / "own.toml").write_text(small_text, encoding="utf-8")
    rows = "".join(f"{place},A,4,,,1,x\n" for place in range(12))
    heading = "form_code,unit,access_1,access_2,feedback_1,weight,access_9\n"
    (tmp_path / "x.csv").write_text(heading + rows + "a,A,4,4,4,2,x\nb,A,4,4,4,2,x\n", encoding="utf-8")
    process = run("satisfaction", "x.csv", "--questionnaire", "own.toml", "--format", "json", cwd=tmp_path)
    assert json.loads(done(process))["units"][0]["responses"] == 14
    assert process.stderr.decode().splitlines() == [
        f"x.csv: {IGNORED} access_9.",
        "x.csv: access_9 trông như tiêu chí của phiếu khác, không phải small-1; hãy kiểm tra --questionnaire.",
        "x.csv: 12 phiếu trả lời chưa đủ 80% tiêu chí của các yếu tố 1, 2, 3, 4 "
        "(dòng 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …); vẫn được tính, cần xem lại.",
        "x.csv: điểm tính trên số câu trả lời; cột weight không làm thay đổi điểm.",
    ]


def test_units_with_unknown_columns_are_read_and_told(tmp_path: Path) -> None:
    text = Path(UNITS).read_text(encoding="utf-8").replace("quota", "quotas")
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    process = run("satisfaction", ANSWERS, "--units", str(tmp_path / "u.csv"), "--format", "csv")
    assert done(process).decode().count("\n") == 8
    assert process.stderr.decode().splitlines()[-1] == f"u.csv: {IGNORED} quotas."


def test_help_lists_what_ships() -> None:
    text = done(run("satisfaction", "--help")).decode()
    assert "sipas-2017, sipas-2022, sipas-2023" in " ".join(text.split())
    assert "ha-nam-2022" in text


def test_a_reader_that_has_left_the_pipe_sees_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "scoring", "index", HA_NAM]
    process = subprocess.run(
        command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(writing)
    assert (process.returncode, process.stderr.decode()) == (
        1,
        f"hanam_2022.csv: {IGNORED} total_points, index, rank.\n",
    )


def test_the_program_loads_neither_pandas_nor_scipy_stats_nor_openpyxl() -> None:
    code = "import sys, scoring.__main__; print(sorted({'pandas', 'scipy.stats', 'openpyxl'} & set(sys.modules)))"
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert process.stdout == b"[]\n"


def test_a_cluster_design_without_a_column_of_clusters_is_refused_by_name(tmp_path: Path) -> None:
    method = tmp_path / "clustered.toml"
    text = (ROOT / "scoring/methods/ha-nam-2022.toml").read_text(encoding="utf-8")
    text = text.replace('interval = "modelled-deff-wilson"', 'interval = "korn-graubard"')
    method.write_text(text.replace('design = "modelled"', 'design = "cluster"'), encoding="utf-8")
    assert run("satisfaction", ANSWERS, "--method", str(method), "--format", "json").returncode == 0
    answers = tmp_path / "answers.csv"
    lines = (GOLDEN / "campaign_200.csv").read_text(encoding="utf-8").splitlines()
    place = [lines[0].split(",").index(name) for name in ("cluster", "enumerator")]
    kept = [[cell for number, cell in enumerate(line.split(",")) if number not in place] for line in lines]
    answers.write_text("\n".join(map(",".join, kept)) + "\n", encoding="utf-8")
    reasons = refused(run("satisfaction", str(answers), "--method", str(method)))
    assert "có phiếu không ghi cụm hoặc điều tra viên" in reasons


def test_more_responses_than_people_are_refused_by_unit_and_numbers(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    text = (GOLDEN / "units_campaign_200.csv").read_text(encoding="utf-8").splitlines()
    heading = text[0].split(",")
    rows = [line.split(",") for line in text[1:]]
    place = heading.index("population")
    rows[0][place] = "1"
    units.write_text("\n".join([text[0], *map(",".join, rows)]) + "\n", encoding="utf-8")
    reasons = refused(run("satisfaction", ANSWERS, "--units", str(units)))
    assert f"Đơn vị {rows[0][heading.index('unit')]}: có " in reasons
    assert "chỉ 1 người đã giao dịch" in reasons
