"""Doubts in words and tables: every case of an interval, points carried over, axes that hold their marks."""

from decimal import Decimal

import pytest

from scoring.book import Doubts, ScoreBook, score
from scoring.method import Method, load_method
from scoring.moments import Moments, layout_of
from scoring.tally import Tally
from survey_app.exports import charts, doubts
from survey_app.exports.tables import Column, Cover, Row, Table
from tests.exports.six_units import ANSWERS, METHOD, QUESTIONNAIRE, UNITS


def doubted(
    answers: dict[str, str], method: Method = METHOD, people: dict[str, int] | None = None
) -> ScoreBook:
    """Return the book of answers with everything that can be asked; one enumerator asked each unit's odd forms."""
    rows = [
        (unit, f"E{place % 2}", text[22 * place : 22 * place + 22])
        for unit, text in answers.items()
        for place in range(len(text) // 22)
    ]
    parts = {
        code: Tally.from_packed(QUESTIONNAIRE, [(unit, text) for unit, hers, text in rows if hers == code])
        for code in ("E0", "E1")
    }
    asked = Doubts(Moments.from_packed(layout_of(QUESTIONNAIRE, method), rows), None, {}, parts)
    units = [
        type(unit)(
            unit.unit,
            unit.name,
            unit.group,
            unit.max_points,
            unit.appraisal_points,
            (people or {}).get(unit.unit),
        )
        for unit in UNITS
    ]
    return score(Tally.from_packed(QUESTIONNAIRE, answers.items()), QUESTIONNAIRE, method, units, "", asked)


@pytest.fixture
def answers() -> dict[str, str]:
    """The answers of the six units, three units with some dissatisfied forms."""
    return dict(ANSWERS) | {"A": "4" * 22 * 8 + "2" * 22 * 2, "B": "5" * 22 * 9 + "1" * 22}


def test_a_usual_unit_is_told_its_interval_its_basis_its_ranks_and_the_rule(answers: dict[str, str]) -> None:
    book = doubted(answers)
    unit = next(each for each in book.satisfaction["units"] if each["unit"] == "A")
    first, basis, rank, rule = doubts.how_sure(book, "A", METHOD)
    low, high = (Decimal(str(unit["interval"][end])) for end in ("low", "high"))
    assert doubts.between(low, high) in first
    assert doubts.between(low / 10, high / 10) in first  # ten points: the index divided by ten
    assert basis.startswith("Công thức Wilson với hệ số thiết kế ước lượng chung từ 10 phiếu có trả lời")
    assert rank.startswith(f"Hạng {unit['rank']}; với độ tin cậy 95 %")
    assert rule == (
        "Theo quy tắc công bố: chưa đủ mẫu (khoảng tin cậy rộng "
        f"{unit['interval']['high'] - unit['interval']['low']:.1f} điểm phần trăm).".replace(".", ",", 1)
    )


def test_a_census_a_small_sample_and_no_response_each_have_their_words(answers: dict[str, str]) -> None:
    few = answers | {"B": "5" * 22 * 2}
    book = doubted(few, people={"A": 10})
    assert doubts.how_sure(book, "A", METHOD)[0] == (
        "Mọi người đã giao dịch đều được hỏi: không có sai số chọn mẫu."
    )
    assert doubts.how_sure(book, "B", METHOD)[0] == "Khoảng tin cậy: chưa đủ mẫu (2 phiếu có trả lời)."
    assert doubts.how_sure(book, "D", METHOD) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [("step-points", "steps"), ("threshold-points", "threshold"), ("ha-nam-2022", "linear")],
)
def test_an_interval_is_carried_into_points_by_the_methods_conversion(
    code: str, expected: str, answers: dict[str, str]
) -> None:
    method = load_method(code)
    interval = {"low": 71.5, "high": 93.25}
    points = doubts.points_between(interval, method)
    known = {"linear": (Decimal("7.15"), Decimal("9.33"))}
    assert points is not None
    assert points[0] <= points[1] <= method.points.maximum
    if expected in known:
        assert points == known[expected]
    assert doubts.points_between({"low": None, "high": None}, method) is None
    assert doubts.points_between(None, method) is None


def test_neighbours_stand_best_first_with_their_difference(answers: dict[str, str], cover: Cover) -> None:
    (_, table), *_ = doubts.neighbour_tables(doubted(answers), cover)
    assert [row.cells[:3] for row in table.rows] == [
        ("Sở C", "Sở B", Decimal("10.000000000000")),
        ("Sở B", "Sở A", Decimal("10.000000000000")),
    ]


@pytest.mark.parametrize(
    ("told_apart", "more", "words", "shown"),
    [
        (True, 0, "có", None),
        (False, 0, "chỉ khi xét riêng hai đơn vị", None),
        (False, 57, "chưa", 57),
        (False, 10_001, "chưa", "trên 10.000"),
        (False, None, "chưa", None),
    ],
)
def test_neighbours_say_what_would_tell_them_apart(
    told_apart: bool, more: int | None, words: str, shown: object
) -> None:
    assert doubts._apart({"told_apart": told_apart, "more": more}) == words
    assert doubts._more(more) == shown


def test_the_sensitivity_says_what_one_enumerator_makes_of_a_unit(
    answers: dict[str, str], cover: Cover
) -> None:
    tables = dict(doubts.sensitivity_tables(doubted(answers), cover))
    table = tables["departments"]
    headings = [column.heading for column in table.columns]
    assert headings[2:4] == ["Theo phương pháp", "Hạng"]
    row = next(row for row in table.rows if row.key == "A")
    # Forms 0–7 satisfied, 8 and 9 not; even forms are one enumerator's: both leave 4 of 5, and B as many.
    assert row.cells[-2:] == ("80,00 – 80,00", "2 – 3")


def test_a_book_without_doubts_gives_no_such_tables(book: ScoreBook, cover: Cover) -> None:
    assert doubts.doubt_tables(book, cover) == []
    assert doubts.how_sure(book, "A", METHOD) == []
    assert doubts.plan_table(book, cover, "departments") is None
    assert charts.group_charts(book, cover) == []


def test_the_plan_needs_fewer_responses_for_a_wider_margin_and_never_more_than_people(
    answers: dict[str, str], cover: Cover
) -> None:
    table = doubts.plan_table(doubted(answers, people={"A": 300}), cover, "departments")
    assert table is not None
    for row in table.rows:
        needed = row.cells[3:]
        assert list(needed) == sorted(needed, reverse=True)
    capped = next(row for row in table.rows if row.key == "A")
    assert max(capped.cells[3:]) <= 300


def test_a_table_can_lose_columns_and_keeps_the_rest_in_order() -> None:
    table = Table("t", "t", (Column("a"), Column("b"), Column("c")), (Row((1, 2, 3), "k"),))
    kept = doubts.without(table, ("b",))
    assert [column.heading for column in kept.columns] == ["a", "c"]
    assert kept.rows == (Row((1, 3), "k"),)


def test_every_mark_lies_on_its_axis_and_ticks_are_few(answers: dict[str, str], cover: Cover) -> None:
    book = doubted(answers)
    for chart in (
        charts.unit_chart(book, "A", QUESTIONNAIRE),
        *(each for _, each in charts.group_charts(book, cover)),
    ):
        assert 2 <= len(chart.ticks) <= 7
        assert (chart.ticks[0], chart.ticks[-1]) == (chart.low, chart.high)
        for mark in chart.marks:
            for value in (mark.low, mark.value, mark.high):
                assert value is None or 0 <= chart.place(value) <= 100


@pytest.mark.parametrize("values", [["100"], ["0"], ["50"], ["99.9", "100"], ["0", "100"], ["3.2", "3.3"]])
def test_an_axis_holds_any_values_on_whole_steps(values: list[str]) -> None:
    low, high, step = charts._axis([Decimal(value) for value in values])
    assert low <= min(map(Decimal, values)) <= max(map(Decimal, values)) <= high
    assert low < high
    assert (low % step, high % step) == (0, 0)


def test_groups_and_all_stand_at_the_foot_of_the_certainty(answers: dict[str, str], cover: Cover) -> None:
    book = doubted(answers)
    table = doubts.certainty_table(book, cover)
    assert table is not None
    assert book.uncertainty is not None
    names = [row.cells[1] for row in table.foot]
    assert names == [
        "Sở, ban, ngành: gộp mọi phiếu",
        "Sở, ban, ngành: trung bình các đơn vị",
        "Tất cả: gộp mọi phiếu",
        "Tất cả: trung bình các đơn vị",
    ]
    # A 80 %, B 90 %, C 100 % of ten forms of 22 answers each, but two answers that C left out.
    group = book.uncertainty["groups"][0]["index"]
    assert [row.cells[3] for row in table.foot[:2]] == [
        Decimal(group["responses"]["index"]),
        Decimal("90.000000000000"),
    ]
    assert all(len(row.cells) == len(table.columns) for row in (*table.rows, *table.foot))
    only = doubts.certainty_table(book, cover, "departments")
    assert only is not None
    assert [row.cells[1] for row in only.foot] == names[:2]
