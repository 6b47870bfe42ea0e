"""The workbook: every table of a result as a sheet, its responses, what it is, and how to verify it; see WORKBOOK.md."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from survey_app.exports import workbook_answers
from survey_app.exports.dossier import Dossier
from survey_app.exports.doubts import doubt_tables
from survey_app.exports.material import Material, Tell, silent
from survey_app.exports.tables import (
    Column,
    Cover,
    Table,
    index_tables,
    long_tables,
    points_tables,
)
from survey_app.exports.workbook_cells import HERE, MADE_UP, Lead, Pages, titles_of
from survey_app.exports.workbook_method import method_table
from survey_app.exports.workbook_notes import COLUMNS, NO_FILTER, note_facts, proof_facts, result_words, told
from survey_app.exports.workbook_rechecks import recheck_tables
from survey_app.exports.workbook_tables import (
    corrections_table,
    draws_table,
    excluded_table,
    field_work_table,
    questions_table,
)

__all__ = ["HERE", "MADE_UP", "workbook_of"]
LAYOUT_PAGE = Path(__file__).with_name("WORKBOOK.md")
NOTES, PROOF = "Ghi chú", "Xác minh"
COUNTED = (
    "Sửa phiếu",
    "Phiếu không tính",
    "Phúc tra",
)  # beside the responses, the lists whose lines are told
BEFORE_ANSWERS, AFTER_ANSWERS = 10, 90  # percent of the work; the responses are what takes time
_TOGETHER = 1000
Item = TypeVar("Item")


def workbook_of(material: Material, tell: Tell = silent) -> bytes:
    """Return the .xlsx of a result, stored or live; numbers are numbers, people's text is never a formula.

    Responses are streamed from the material. Whatever `tell` raises ends the work.
    """
    cover, dossier = material.cover, material.dossier
    questionnaires = material.questionnaires or (cover.questionnaire,)
    before = [*result_tables(material), method_table(cover.method, cover.questionnaire)]
    answers = workbook_answers.answers_table(questionnaires)
    after = [
        questions_table(questionnaires),
        corrections_table(dossier, questionnaires),
        excluded_table(dossier),
        *recheck_tables(dossier, questionnaires),
        draws_table(dossier),
        field_work_table(dossier),
    ]
    tables = [*before, answers, *after]
    titles = titles_of([*(table.name for table in tables), NOTES, PROOF])
    made = Pages(_lead(cover), f"Điểm khảo sát – {cover.campaign}", f"Hài Lòng {cover.program_version}")
    with made as pages:
        rows: dict[str, int] = {}
        for title, table in zip(titles, tables, strict=False):
            if table is answers:
                tell(BEFORE_ANSWERS)
                cells = workbook_answers.answer_cells(material.answers(), questionnaires)
                whole = int(material.book.satisfaction["input"]["responses"])
                rows[title] = pages.stream(title, table, _telling(cells, whole, tell))
                tell(AFTER_ANSWERS)
            else:
                pages.add(title, table)
                if table.name in COUNTED:
                    rows[title] = len(table.rows)
        pages.facts(titles[-2], NOTES, COLUMNS, note_facts(material, rows, pages.cut))
        pages.facts(titles[-1], PROOF, COLUMNS, proof_facts(material, questionnaires))
        content = pages.saved()
    tell(100)
    return content


def result_tables(material: Material) -> list[Table]:
    """Return the tables of points, index, doubts, factors and criteria, as the sheets show them."""
    book, cover = material.book, material.cover
    return [
        *(with_rechecks(table, material.dossier) for table in points_tables(book, cover)),
        *index_tables(book, cover),
        *doubt_tables(book, cover),
        *(replace(table, filtered=True) for table in long_tables(book, cover)),
    ]


def with_rechecks(table: Table, dossier: Dossier) -> Table:
    """Return a table of units with one more column: what their re-checks say of the points."""
    return replace(
        table,
        columns=(*table.columns, Column("Phúc tra", "remark", 60)),
        rows=tuple(replace(row, cells=(*row.cells, dossier.note_of(row.key))) for row in table.rows),
        filtered=True,
    )


def _lead(cover: Cover) -> Lead:
    as_of = told(cover.as_of)
    result = result_words(cover)
    return Lead(
        f"{cover.campaign} ({cover.campaign_code}). {result}. Tính đến {as_of}. Bộ lọc: {NO_FILTER}.",
        f"{cover.campaign_code}: {result.lower()}, tính đến {as_of}",
        cover.made_up,
    )


def _telling(items: Iterable[Item], whole: int, tell: Tell) -> Iterator[Item]:
    """Yield the items, telling now and then how far the work is."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _TOGETHER == 0:
            span = AFTER_ANSWERS - BEFORE_ANSWERS
            tell(BEFORE_ANSWERS + span * min(number, whole) // max(whole, 1))
