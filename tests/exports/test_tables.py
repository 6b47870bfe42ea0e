"""Which columns, in which order, with which cells; expected figures are counted by hand from ANSWERS."""

from decimal import Decimal

from scoring.book import ScoreBook
from survey_app.exports import tables
from survey_app.exports.tables import Cover
from tests.exports.six_units import ANSWERS, UNITS, book_of


def column(table: tables.Table, heading: str) -> dict[str, object]:
    """Return a column's cells by the key of their rows."""
    place = [each.heading for each in table.columns].index(heading)
    return {row.key: row.cells[place] for row in table.rows}


def test_the_points_stand_by_rank_and_equal_points_share_a_rank(book: ScoreBook, cover: Cover) -> None:
    departments, districts = tables.points_tables(book, cover)
    assert column(departments, "Hạng") == {"C": 1, "A": 2, "B": 2, "D": None}
    # 200 of 220 satisfied: 90.91 %, 9.09 points.
    assert column(departments, "Điểm") == {
        "C": Decimal("10.00"),
        "A": Decimal("9.09"),
        "B": Decimal("9.09"),
        "D": None,
    }
    assert column(departments, "Số phiếu") == {"C": 10, "A": 10, "B": 10, "D": 0}
    assert column(districts, "Hạng") == {"H": None}


def test_a_unit_without_survey_has_no_line_among_the_points(book: ScoreBook, cover: Cover) -> None:
    assert "T" not in [row.key for table in tables.points_tables(book, cover) for row in table.rows]


def test_flags_are_said_in_words(book: ScoreBook, cover: Cover) -> None:
    departments, districts = tables.points_tables(book, cover)
    remarks = column(departments, "Ghi chú")
    assert remarks["A"] == ""
    assert remarks["C"] == "mọi câu trả lời đều hài lòng, cần xem lại"
    assert remarks["D"] == "chưa đủ mẫu; chưa đủ chỉ tiêu phiếu"
    feedback = "Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị"
    assert column(districts, "Ghi chú")["H"] == f"chưa có câu trả lời cho yếu tố “{feedback}”"


def test_n7_a_unit_with_an_unanswered_factor_is_marked_and_not_promoted(
    book: ScoreBook, cover: Cover
) -> None:
    districts = tables.points_tables(book, cover)[1]
    assert column(districts, "(5) %") == {"H": None}
    assert column(districts, "Hạng") == {"H": None}


def test_a_factor_has_counts_index_weight_and_share_of_the_points(book: ScoreBook, cover: Cover) -> None:
    result = next(each for each in book.satisfaction["units"] if each["unit"] == "A")
    rows = tables.factor_rows(result, cover.questionnaire)
    # feedback: the last two of 22 answers are 2 and 3, so 20 of 40 satisfied; 40 of all 220 answers.
    name, answered, satisfied, index, weight, points = rows[4]
    assert name == "5. Việc tiếp nhận, giải quyết ý kiến góp ý, phản ánh, kiến nghị"
    assert (answered, satisfied, index) == (40, 20, Decimal(50))
    assert weight == Decimal(str(40 / 220))
    assert points == Decimal("0.91")
    assert len(rows[4]) == len(tables.FACTOR_COLUMNS)


def test_n3_blank_and_not_applicable_are_listed_beside_what_was_answered(
    book: ScoreBook, cover: Cover
) -> None:
    result = next(each for each in book.satisfaction["units"] if each["unit"] == "C")
    rows = tables.criterion_rows(result, book, cover.questionnaire)
    headings = [each.heading for each in tables.criterion_columns(cover.questionnaire)]
    before_last, last = (dict(zip(headings, row, strict=True)) for row in rows[-2:])
    assert (before_last["Trả lời"], before_last["Không áp dụng"], before_last["Để trống"]) == (9, 1, 0)
    assert (last["Trả lời"], last["Không áp dụng"], last["Để trống"]) == (9, 0, 1)
    assert (last["4 Hài lòng"], last["5 Rất hài lòng"], last["Chỉ số %"]) == (9, 0, Decimal(100))


def test_a_unit_without_responses_has_criteria_of_zeros_without_an_index(
    book: ScoreBook, cover: Cover
) -> None:
    result = next(each for each in book.satisfaction["units"] if each["unit"] == "D")
    rows = tables.criterion_rows(result, book, cover.questionnaire)
    assert [row[2:] for row in rows] == [(0, 0, 0, 0, 0, 0, 0, 0, 0, None)] * 22


def test_the_index_shows_x_where_there_is_no_survey_and_a_dash_where_points_are_missing(
    book: ScoreBook, cover: Cover
) -> None:
    departments, districts = tables.index_tables(book, cover)
    assert [row.key for row in departments.rows] == ["C", "A", "B", "T", "D"]
    assert column(departments, "Hạng") == {"C": 1, "A": 2, "B": 2, "T": 4, "D": None}
    survey = column(departments, "Điểm khảo sát")
    assert (survey["T"], survey["D"], survey["A"]) == ("x", None, Decimal("9.09"))
    # 45 of 60 is 75 %, the lower bound of Khá.
    assert column(departments, "Chỉ số %")["T"] == Decimal("75.00")
    assert column(departments, "Xếp loại") == {"C": "Tốt", "A": "Tốt", "B": "Tốt", "T": "Khá", "D": ""}
    assert column(districts, "Chỉ số %") == {"H": None}


def test_the_mean_row_stands_under_the_columns_it_is_the_mean_of(book: ScoreBook, cover: Cover) -> None:
    departments = tables.index_tables(book, cover)[0]
    foot = dict(zip([each.heading for each in departments.columns], departments.foot[0].cells, strict=True))
    # (10.00 + 9.09 + 9.09) / 3 = 9.3933; (90 + 89.09 + 89.09 + 75) / 4 = 85.795, half up.
    assert (foot["Điểm khảo sát"], foot["Chỉ số %"]) == (Decimal("9.39"), Decimal("85.80"))
    assert (foot["Hạng"], foot["Tổng điểm"], foot["Xếp loại"]) == (None, None, None)


def test_every_row_has_a_cell_for_every_column(book: ScoreBook, cover: Cover) -> None:
    everything = (
        *tables.points_tables(book, cover),
        *tables.index_tables(book, cover),
        *tables.long_tables(book, cover),
    )
    widths = [
        (len(table.columns), {len(row.cells) for row in (*table.rows, *table.foot)}) for table in everything
    ]
    assert widths == [(width, {width}) for width, _ in widths]
    factors, criteria = everything[-2:]
    assert (len(factors.rows), len(criteria.rows)) == (5 * 5, 5 * 22)


def test_n6_the_order_of_units_and_answers_changes_no_table(cover: Cover) -> None:
    one = book_of()
    other = book_of(dict(reversed(ANSWERS.items())), tuple(reversed(UNITS)))
    assert tables.points_tables(one, cover) == tables.points_tables(other, cover)
    assert tables.long_tables(one, cover) == tables.long_tables(other, cover)
    assert {table.name: table for table in tables.index_tables(one, cover)} == {
        table.name: table for table in tables.index_tables(other, cover)
    }


def test_without_a_table_of_units_there_is_no_index(cover: Cover) -> None:
    assert tables.index_tables(book_of({}, None), cover) == []
