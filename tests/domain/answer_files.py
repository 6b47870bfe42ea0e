"""Files of answers for tests: rows in which everything is right, written as .csv or .xlsx, read in as a person does."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from survey_app.domain import import_batches
from survey_app.domain.import_plan import Plan
from survey_app.models import Campaign, ImportBatch, User
from survey_app.vocabulary import BatchNoun
from tests.domain.small_campaign import CRITERIA

FOURS = dict.fromkeys(CRITERIA, "4")
Cells = Mapping[str, object]


def row(form_code: str, **cells: object) -> dict[str, object]:
    """Return a row of a new response in which everything is right, changed as asked."""
    return {"form_code": form_code, "unit": "A", "enumerator": "dtv-a", **FOURS, **cells}


def csv_of(rows: Sequence[Cells], delimiter: str = ",", mark: str = "") -> bytes:
    """Return rows as a .csv; a column is there if any row has it."""
    text = io.StringIO(newline="")
    names = list(dict.fromkeys(name for each in rows for name in each))
    writer = csv.DictWriter(text, names, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return (mark + text.getvalue()).encode()


def xlsx_of(table: Sequence[Sequence[Any]]) -> bytes:
    """Return lists of cells as an .xlsx."""
    book = openpyxl.Workbook()
    for cells in table:
        book.active.append(list(cells))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table_of(content: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """Return headings and rows of the first sheet of an .xlsx."""
    lines = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    headings = [str(each) for each in lines[0]]
    return headings, [dict(zip(headings, line, strict=True)) for line in lines[1:]]


def read_in(
    actor: User, campaign: Campaign, content: bytes | Sequence[Cells], name: str = "phieu.csv"
) -> tuple[ImportBatch, Plan]:
    """Preview a file of responses."""
    content = content if isinstance(content, bytes) else csv_of(content)
    return import_batches.preview(actor, campaign, BatchNoun.RESPONSES, name, content)


def taken_in(
    actor: User, campaign: Campaign, content: bytes | Sequence[Cells], name: str = "phieu.csv"
) -> ImportBatch:
    """Preview and apply a file of responses."""
    return import_batches.apply(actor, read_in(actor, campaign, content, name)[0])


def counts(plan: Plan) -> tuple[int, int, int, int]:
    """Return how many rows are new, changed, unchanged, and how many cells are refused."""
    return plan.new, plan.changed, plan.unchanged, len(plan.refused)


def told(plan: Plan) -> list[tuple[int, str]]:
    """Return row and column of every refused cell."""
    return [(cell.row, cell.column) for cell in plan.refused]
