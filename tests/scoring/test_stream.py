"""Files counted in pieces: the same sums as read whole, in any pieces and order, and the very same refusals."""

import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from scoring import stream
from scoring.answers import read_answers
from scoring.errors import InputRefused, ScoringError
from scoring.golden import FOLDER
from scoring.method import Method
from scoring.questionnaire import Questionnaire
from scoring.stream import CountedAnswers, count_answers
from tests.scoring.program import ROOT

LINES = (FOLDER / "campaign.csv").read_text(encoding="utf-8").splitlines()


def written(path: Path, lines: list[str], ending: str = "\n", encoding: str = "utf-8") -> Path:
    """Write lines as a file."""
    path.write_bytes((ending.join(lines) + ending).encode(encoding))
    return path


def assert_read_whole(found: CountedAnswers, path: Path, method: Method) -> None:
    """Compare with the reader of whole files, number by number."""
    whole = read_answers(path, found.questionnaire)
    assert found.tally == whole.tally()
    assert (found.sha256, found.where, found.ignored) == (whole.sha256, whole.where, whole.ignored)
    incomplete = whole.incomplete(method)
    assert (list(found.incomplete), found.incomplete_count) == (incomplete[:10], len(incomplete))
    assert found.several_weights == (len(set(whole.weights)) > 1)
    expected = whole.moments(method)
    assert tuple(found.moments.units) == tuple(expected.units)
    for unit, each in expected.units.items():
        own = found.moments.units[unit]
        assert own.clusters == each.clusters
        for name in ("responses", "valid", "first", "second"):
            assert np.array_equal(getattr(own, name), getattr(each, name)), (unit, name)


@pytest.fixture
def only_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be read whole."""

    def refuse(*_: object) -> None:
        raise AssertionError("read whole")

    monkeypatch.setattr(stream, "read_answers", refuse)


@pytest.mark.usefixtures("only_in_pieces")
@pytest.mark.parametrize("size", [600, 5_000, 70_001, 10**7])
def test_the_size_of_the_pieces_changes_nothing(
    size: int, sipas: Questionnaire, ha_nam: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PIECE", size)
    path = FOLDER / "campaign.csv"
    assert_read_whole(count_answers(path, sipas, ha_nam), path, ha_nam)


@pytest.mark.usefixtures("only_in_pieces")
@pytest.mark.parametrize("size", [600, 10**7])
def test_rows_in_any_order_with_any_ending_mark_or_delimiter_give_the_same_sums(
    size: int, sipas: Questionnaire, ha_nam: Method, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PIECE", size)
    mixed = [LINES[0], *Random(5).sample(LINES[1:], len(LINES) - 1)]
    first = count_answers(FOLDER / "campaign.csv", sipas, ha_nam)
    for name, lines, ending, encoding in (
        ("mixed", mixed, "\n", "utf-8"),
        ("windows", LINES, "\r\n", "utf-8-sig"),
        ("semicolons", [line.replace(",", ";") for line in LINES], "\r\n", "utf-8"),
    ):
        path = written(tmp_path / f"{name}.csv", lines, ending, encoding)
        found = count_answers(path, sipas, ha_nam)
        assert_read_whole(found, path, ha_nam)
        assert found.tally == first.tally


@pytest.mark.usefixtures("only_in_pieces")
def test_a_last_line_without_an_end_counts(sipas: Questionnaire, ha_nam: Method, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes("\n".join(LINES).encode())
    assert_read_whole(count_answers(path, sipas, ha_nam), path, ha_nam)


@pytest.mark.usefixtures("only_in_pieces")
def test_weights_and_incomplete_responses_are_told(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    heading = ",".join(["form_code", "unit", "weight", *sipas.criterion_codes])
    rows = [f"F{n},A,{1 + n % 2},{','.join(['4'] * 22 if n % 3 else [''] * 22)}" for n in range(60)]
    path = written(tmp_path / "weights.csv", [heading, *rows])
    found = count_answers(path, sipas, ha_nam)
    assert_read_whole(found, path, ha_nam)
    assert (found.incomplete_count, found.several_weights) == (20, True)


def changed(row: int, old: str, new: str) -> list[str]:
    """Return the golden lines with one changed."""
    lines = list(LINES)
    assert old in lines[row]
    lines[row] = lines[row].replace(old, new, 1)
    return lines


FAULTS = {
    "a six": changed(1500, ",4,", ",6,"),
    "a zero": changed(3, ",4,", ",0,"),
    "a small na": changed(100, ",4,", ",na,"),
    "an NB": changed(100, ",4,", ",NB,"),
    "no unit": changed(2000, ",K06,", ",,"),
    "a short line": changed(9, ",4,", ","),
    "a form code twice, far apart": changed(2100, LINES[2100].split(",")[0], LINES[2].split(",")[0]),
    "no form code": changed(50, LINES[50].split(",")[0], ""),
    "two faults": [*changed(7, ",4,", ",6,")[:-1], LINES[-1].replace(",5,", ",8,", 1)],
    "no such column": [LINES[0].replace("access_1", "acces_1"), *LINES[1:]],
    "a column twice": [LINES[0].replace("access_2", "access_1"), *LINES[1:]],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_in_the_words_of_the_reader_of_whole_files(
    fault: str, sipas: Questionnaire, ha_nam: Method, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PIECE", 20_000)
    path = written(tmp_path / "fault.csv", FAULTS[fault])
    whole, counted = refusals_of(path, sipas, ha_nam)
    assert whole == counted


def refusals_of(path: Path, questionnaire: Questionnaire, method: Method) -> list[str]:
    """Return the sentences of the reader of whole files and of the counter."""
    found = []
    for read in (
        lambda: read_answers(path, questionnaire),
        lambda: count_answers(path, questionnaire, method),
    ):
        with pytest.raises(ScoringError) as caught:
            read()
        found.append(caught.value.sentence)
    return found


def with_notes(note: str, heading: str = "note") -> bytes:
    """Return the golden lines with one more column, which the questionnaire does not know."""
    return "\n".join([f"{LINES[0]},{heading}", *[f"{line},{note}" for line in LINES[1:]], ""]).encode()


REFUSED_BYTES = {
    "a column that is ignored, not in UTF-8": with_notes("Nu").replace(b"Nu", b"N\xfb", 1),
    "a letter cut in two": with_notes("Nu").replace(b"Nu", b"\xe1\xbb", 1),
    "a zero byte in the heading": with_notes("x", "no\0te"),
    "a line end within the heading": with_notes("x", "note\rmore"),
    "another kind of file": "\n".join(
        [f"%PDF,{LINES[0]}", *[f"x,{line}" for line in LINES[1:]], ""]
    ).encode(),
    "a cell beyond what a table may hold": with_notes("x").replace(b",x\n", b",%s\n" % (b"x" * 140_000), 1),
}


@pytest.mark.parametrize("fault", REFUSED_BYTES)
@pytest.mark.parametrize("size", [5_000, 10**7])
def test_bytes_outside_the_answers_are_refused_as_when_read_whole(
    fault: str,
    size: int,
    sipas: Questionnaire,
    ha_nam: Method,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "PIECE", size)
    path = tmp_path / "bytes.csv"
    path.write_bytes(REFUSED_BYTES[fault])
    whole, counted = refusals_of(path, sipas, ha_nam)
    assert whole == counted


def test_a_file_that_cannot_be_opened_is_refused_by_name(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    for path in (tmp_path / f"{'n' * 300}.csv", tmp_path / "none.csv", tmp_path):
        whole, counted = refusals_of(path, sipas, ha_nam)
        assert whole == counted


@pytest.mark.usefixtures("only_in_pieces")
@pytest.mark.parametrize(("other", "several"), [("1", False), ("1.00", False), ("1,0", False), ("1.5", True)])
def test_a_weight_written_in_two_ways_is_one_weight(
    other: str,
    several: bool,
    sipas: Questionnaire,
    ha_nam: Method,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "PIECE", 300)
    heading = ";".join(["form_code", "unit", "weight", *sipas.criterion_codes])
    rows = [f"F{n};A;{other if n > 30 else '1'};{';'.join(['4'] * 22)}" for n in range(60)]
    path = written(tmp_path / "weights.csv", [heading, *rows])
    found = count_answers(path, sipas, ha_nam)
    assert_read_whole(found, path, ha_nam)
    assert found.several_weights is several


def test_row_numbers_are_those_of_a_spreadsheet_after_an_empty_line(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    rows = [f"F{n},A{',' * 22}" for n in range(12)]
    heading = ",".join(["form_code", "unit", *sipas.criterion_codes])
    path = tmp_path / "empty_line.csv"
    path.write_bytes("\n".join([f"{heading}\r\r", *rows, ""]).encode())
    found = count_answers(path, sipas, ha_nam)
    assert_read_whole(found, path, ha_nam)
    assert found.incomplete[0] == 3


@pytest.mark.usefixtures("only_in_pieces")
def test_a_unit_of_many_responses_and_clusters_of_one_are_summed_exactly(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    cells = [line.split(",") for line in LINES[1:]]
    for name, cluster in (("one", lambda n: "C"), ("each", lambda n: f"C{n}")):
        rows = [",".join([form[0], "A", *form[2:4], cluster(n), *form[5:]]) for n, form in enumerate(cells)]
        path = written(tmp_path / f"{name}.csv", [LINES[0], *rows])
        assert_read_whole(count_answers(path, sipas, ha_nam), path, ha_nam)


@pytest.mark.parametrize(
    "lines",
    [
        changed(5, ",D01,", ",Sở Tư pháp,"),
        changed(5, ",D01,", ',"D01",'),
        changed(5, ",4,", ", 4 ,"),
        changed(5, ",D01,", ",a-code-of-more-than-sixteen-letters,"),
        [*LINES[:50], "", *LINES[50:]],
    ],
    ids=["Vietnamese", "quoted", "blanks", "long", "empty line"],
)
def test_what_is_not_plain_is_read_whole_with_the_same_sums(
    lines: list[str], sipas: Questionnaire, ha_nam: Method, tmp_path: Path
) -> None:
    path = written(tmp_path / "unusual.csv", lines)
    assert_read_whole(count_answers(path, sipas, ha_nam), path, ha_nam)


def test_codes_of_one_and_of_two_words_are_told_apart_and_found_twice(
    sipas: Questionnaire, ha_nam: Method, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PIECE", 300)
    heading = ",".join(["form_code", "unit", *sipas.criterion_codes])
    codes = ["F1", "F2", "a-longer-code-01", "a-longer-code-02", "F3", "F4"]
    rows = [f"{code},A,{','.join(['4'] * 22)}" for code in codes]
    path = written(tmp_path / "codes.csv", [heading, *rows])
    assert count_answers(path, sipas, ha_nam).tally.responses.tolist() == [6]
    for again in ("F1", "a-longer-code-01"):
        path = written(tmp_path / "twice.csv", [heading, *rows, rows[0].replace("F1", again, 1)])
        with pytest.raises((ScoringError, InputRefused), match=again):
            count_answers(path, sipas, ha_nam)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from scoring.method import load_method\n"
        "from scoring.questionnaire import load_questionnaire\n"
        "from scoring.stream import count_answers\n"
        "count_answers(sys.argv[1], load_questionnaire('sipas-2017'), load_method('ha-nam-2022'))\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    peaks = []
    for copies in (60, 180):
        rows = [f"F{copy:03d}{line[1:]}" for copy in range(copies) for line in LINES[1:]]
        path = written(tmp_path / f"{copies}.csv", [LINES[0], *rows])
        process = subprocess.run(
            [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, check=True, timeout=120
        )
        peaks.append(int(process.stdout))
    assert (
        peaks[1] < peaks[0] + 25_000
    )  # KB; the file grew by 28,000, its rows as Python objects would by 200,000
