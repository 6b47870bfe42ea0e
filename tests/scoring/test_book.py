"""ScoreBook: the contracts, ranks of the survey, and bytes that are equal when results are."""

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from scoring.answers import Tally
from scoring.book import ScoreBook, canonical, score
from scoring.errors import ScoringError
from scoring.method import Method, load_method
from scoring.questionnaire import Questionnaire
from scoring.units import UnitRow


def units(*codes: str, group: str = "g", maximum: int = 100) -> list[UnitRow]:
    """Return units of one group with 80 appraisal points."""
    return [
        UnitRow(code, f"Sở {code}", group, Decimal(maximum), Decimal(80 if maximum == 100 else 50))
        for code in codes
    ]


@pytest.fixture
def book(small: Questionnaire, ha_nam: Method) -> Callable[..., ScoreBook]:
    """Scores packed answers to the small questionnaire by unit."""

    def compute(
        answers: dict[str, str], rows: list[UnitRow] | None = None, method: Method = ha_nam
    ) -> ScoreBook:
        return score(Tally.from_packed(small, answers.items()), small, method, rows, "abc")

    return compute


def test_the_contract_of_a_unit_is_exactly_this(
    small: Questionnaire, ha_nam: Method, book: Callable[..., ScoreBook]
) -> None:
    result = book({"A": "44N" + "53-" + "31-"}).satisfaction
    assert result == {
        "questionnaire": {"code": "small-1", "sha256": small.sha256},
        "method": {"code": "ha-nam-2022", "sha256": ha_nam.sha256},
        "input": {"sha256": "abc", "responses": 3},
        "units": [
            {
                "unit": "A",
                "responses": 3,
                "answered": 6,
                "satisfied": 3,
                "not_applicable": 1,
                "blank": 2,
                "index": "50.000000000000",
                "points": "5.00",
                "standard_error": None,
                "interval": None,
                "rank": None,
                "rank_interval": None,
                "factors": [
                    {
                        "factor": "access",
                        "answered": 6,
                        "satisfied": 3,
                        "index": "50.000000000000",
                        "weight": 1.0,
                        "points": "5.00",
                    },
                    {
                        "factor": "feedback",
                        "answered": 0,
                        "satisfied": 0,
                        "index": None,
                        "weight": None,
                        "points": None,
                    },
                ],
                "criteria": [
                    {
                        "criterion": "access_1",
                        "answered": 3,
                        "satisfied": 2,
                        "index": "66.666666666667",
                        "levels": [0, 0, 1, 1, 1],
                    },
                    {
                        "criterion": "access_2",
                        "answered": 3,
                        "satisfied": 1,
                        "index": "33.333333333333",
                        "levels": [1, 0, 1, 1, 0],
                    },
                    {
                        "criterion": "feedback_1",
                        "answered": 0,
                        "satisfied": 0,
                        "index": None,
                        "levels": [0] * 5,
                    },
                ],
                "flags": ["factor_undefined:feedback"],
            }
        ],
    }


def test_the_contract_of_the_index_is_exactly_this(ha_nam: Method, book: Callable[..., ScoreBook]) -> None:
    rows = units("A") + units("X", maximum=60)
    assert book({"A": "434" * 3}, rows).index == {
        "method": {"code": "ha-nam-2022", "sha256": ha_nam.sha256},
        "units": [
            {"unit": "A", "group": "g", "total_points": "86.67", "index": "86.67", "rank": 1, "band": "Tốt"},
            {"unit": "X", "group": "g", "total_points": "50.00", "index": "83.33", "rank": 2, "band": "Khá"},
        ],
        "groups": [
            {
                "group": "g",
                "mean": "85.00",
                "satisfaction_mean": "6.67",
                "spread": "3.34",
                "above_mean": 1,
                "bands": {"Xuất sắc": 0, "Tốt": 1, "Khá": 1, "Trung bình": 0, "Yếu": 0},
            }
        ],
    }


def test_without_units_there_is_no_index_and_all_are_one_group(book: Callable[..., ScoreBook]) -> None:
    scored = book({"B": "434" * 3, "A": "444" * 3, "C": "434" * 6})
    assert (scored.index, scored.units) == (None, [])
    assert [(unit["unit"], unit["rank"]) for unit in scored.satisfaction["units"]] == [
        ("A", 1),
        ("B", 2),
        ("C", 2),
    ]


def test_with_units_ranks_are_within_the_group(book: Callable[..., ScoreBook]) -> None:
    rows = units("A", "B") + units("C", group="h")
    scored = book({"A": "333" * 3, "B": "444" * 3, "C": "333" * 3}, rows)
    assert [(unit["unit"], unit["rank"]) for unit in scored.satisfaction["units"]] == [
        ("A", 2),
        ("B", 1),
        ("C", 1),
    ]


@pytest.mark.parametrize("forms", [0, 1, 2])
def test_a_unit_below_the_smallest_sample_has_no_points_and_no_rank(
    book: Callable[..., ScoreBook], forms: int
) -> None:
    unit = book({"A": "434" * forms, "B": "333" * 3}).satisfaction["units"][0]
    assert (unit["points"], unit["rank"], unit["flags"]) == (None, None, ["too_few"])
    assert unit["index"] == (None if forms == 0 else "66.666666666667")
    assert [factor["points"] for factor in unit["factors"]] == [None, None]
    assert (unit["standard_error"], unit["interval"], unit["rank_interval"]) == (None, None, None)


def test_a_unit_without_an_answer_in_its_worst_factor_is_marked_and_not_promoted(
    book: Callable[..., ScoreBook], method_with: Callable[..., Method]
) -> None:
    answers = {"A": "44-" * 3, "B": "434" * 3}
    first, second = book(answers).satisfaction["units"]
    assert (first["points"], first["rank"], second["rank"]) == ("10.00", None, 1)
    assert "factor_undefined:feedback" in first["flags"]
    willing = method_with(("incomplete_units = false", "incomplete_units = true"))
    assert [unit["rank"] for unit in book(answers, None, willing).satisfaction["units"]] == [1, 2]


def test_ranks_on_unrounded_points_part_what_print_alike(
    sipas: Questionnaire, ha_nam: Method, method_with: Callable[..., Method]
) -> None:
    # 2000 of 2002 and 1999 of 2001 answers print as 9.99; the first is larger.
    long = {"A": ["4" * 22] * 90 + ["4" * 20 + "33"], "B": ["4" * 22] * 90 + ["4" * 19 + "33-"]}
    tally = Tally.from_packed(sipas, [(unit, "".join(forms)) for unit, forms in long.items()])
    exact = method_with(('on = "published"', 'on = "unrounded"'))
    for method, wanted in ((ha_nam, [1, 1]), (exact, [1, 2])):
        found = score(tally, sipas, method).satisfaction["units"]
        assert [unit["points"] for unit in found] == ["9.99", "9.99"]
        assert [unit["rank"] for unit in found] == wanted


def test_a_unit_with_no_satisfied_answer_has_zero_points_and_the_last_rank(
    book: Callable[..., ScoreBook],
) -> None:
    scored = book({"A": "333" * 3, "B": "334" + "333" * 9, "C": "444"}, units("A", "B", "C"))
    assert [(unit["points"], unit["rank"]) for unit in scored.satisfaction["units"]] == [
        ("0.00", 2),
        ("0.33", 1),
        (None, None),
    ]
    assert [unit["total_points"] for unit in scored.index["units"]] == ["80.00", "80.33", None]


def test_two_units_swapped_keep_their_ranks(book: Callable[..., ScoreBook]) -> None:
    rows, answers = units("A", "B", "C"), {"A": "434" * 3, "B": "333" * 3, "C": "444" * 3}
    one, other = book(answers, rows), book(dict(reversed(answers.items())), rows[::-1])
    assert one.satisfaction == other.satisfaction
    assert {unit["unit"]: unit for unit in one.index["units"]} == {
        unit["unit"]: unit for unit in other.index["units"]
    }


def test_units_of_the_table_without_responses_appear_with_zero(book: Callable[..., ScoreBook]) -> None:
    scored = book({"B": "434" * 3}, units("C", "B", "A"))
    assert [(unit["unit"], unit["responses"], unit["points"]) for unit in scored.satisfaction["units"]] == [
        ("A", 0, None),
        ("B", 3, "6.67"),
        ("C", 0, None),
    ]
    assert [unit["unit"] for unit in scored.index["units"]] == ["C", "B", "A"]
    assert [unit["index"] for unit in scored.index["units"]] == [None, "86.67", None]


def test_responses_about_a_unit_that_is_not_surveyed_earn_nothing(book: Callable[..., ScoreBook]) -> None:
    scored = book({"X": "444" * 3}, units("X", maximum=60))
    unit = scored.satisfaction["units"][0]
    assert (unit["responses"], unit["points"], unit["rank"], unit["flags"]) == (
        3,
        None,
        None,
        ["survey_not_expected"],
    )
    assert scored.index["units"][0]["total_points"] == "50.00"


def test_a_unit_with_responses_that_the_table_lacks_is_refused(book: Callable[..., ScoreBook]) -> None:
    with pytest.raises(ScoringError) as caught:
        book({"B": "434"}, units("A"))
    assert (caught.value.code, "“B”" in str(caught.value)) == ("unit_unknown", True)
    with pytest.raises(ScoringError, match="“B”"):
        book({"B": "434"}, [])


def test_counts_of_another_questionnaire_are_refused(
    small: Questionnaire, sipas: Questionnaire, ha_nam: Method
) -> None:
    with pytest.raises(ScoringError) as caught:
        score(Tally.from_packed(sipas, []), small, ha_nam)
    assert caught.value.code == "tally_mismatch"


def test_points_are_printed_with_the_methods_decimals(
    book: Callable[..., ScoreBook], method_with: Callable[..., Method]
) -> None:
    scored = book({"A": "434" * 3}, units("A"), method_with(("decimals = 2", "decimals = 1")))
    assert scored.satisfaction["units"][0]["points"] == "6.7"
    assert (scored.index["units"][0]["total_points"], scored.index["groups"][0]["mean"]) == ("86.7", "86.7")
    assert scored.units[0]["satisfaction_points"] == "6.7"


def test_the_same_input_gives_the_same_bytes(book: Callable[..., ScoreBook]) -> None:
    one, again = book({"A": "434" * 3}, units("A")), book({"A": "434" * 3}, units("A"))
    assert (one.to_json(), one.digest) == (again.to_json(), again.digest)
    assert one.digest != book({"A": "433" * 3}, units("A")).digest
    assert len(one.digest) == 64


def test_a_book_comes_back_from_its_text(small: Questionnaire, book: Callable[..., ScoreBook]) -> None:
    one = book({"A": "43N" * 3, "B": "-5-"}, units("A", "B"))
    again = ScoreBook.from_json(one.to_json().decode())
    assert again == one
    assert (again.digest, again.satisfaction, again.index) == (one.digest, one.satisfaction, one.index)
    assert again.tally == Tally.from_packed(small, [("A", "43N" * 3), ("B", "-5-")])
    assert again.units[0] == {
        "unit": "A",
        "name": "Sở A",
        "group": "g",
        "max_points": "100",
        "appraisal_points": "80.00",
        "satisfaction_points": "5.00",
        "population": None,
        "quota": None,
    }


def test_a_book_of_nothing_is_a_book(small: Questionnaire, book: Callable[..., ScoreBook]) -> None:
    empty = book({})
    assert (empty.satisfaction["units"], empty.tally) == ([], Tally.from_packed(small, []))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text.replace('"format":2', '"format":1'),
        lambda text: text.replace('"format":2', '"format": 2'),
        lambda text: text.replace('"counts":', '"count":'),
        lambda text: text + "\n",
        lambda _: "[]",
        lambda _: "{}",
    ],
)
def test_a_damaged_book_is_refused(book: Callable[..., ScoreBook], change: Callable[[str], str]) -> None:
    text = book({"A": "434" * 3}).to_json().decode()
    assert change(text) != text
    with pytest.raises(ScoringError) as caught:
        ScoreBook.from_json(change(text))
    assert caught.value.code == "book_broken"


def test_canonical_json_refuses_what_json_has_not() -> None:
    assert canonical({"ố": [1, None]}) == '{"ố":[1,null]}'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_the_whole_published_campaign_stays_valid_json(
    sipas: Questionnaire, campaign_200: list[tuple[str, str]]
) -> None:
    for code in ("ha-nam-2022", "criterion-mean", "mean-level", "threshold-points"):
        text = score(Tally.from_packed(sipas, campaign_200), sipas, load_method(code)).to_json().decode()
        assert "NaN" not in text
        assert json.loads(text)["satisfaction"]["input"]["responses"] == 200
