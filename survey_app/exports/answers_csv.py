"""The counted responses as the scorer reads them, written row by row."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from scoring.answers import unpack
from scoring.questionnaire import Questionnaire

LEADING = ("form_code", "unit", "enumerator")


def write_answers(
    target: BinaryIO, questionnaire: Questionnaire, rows: Iterable[tuple[str, str, str, str]]
) -> int:
    """Write (form code, unit, enumerator, packed answers) as CSV for programs; return how many.

    UTF-8 without a mark, comma, LF; a level as 1–5, not applicable as NA, no answer as an empty cell.
    """
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*LEADING, *questionnaire.criterion_codes])
    count = 0
    for form_code, unit, enumerator, packed in rows:
        answers = unpack(packed, questionnaire).values()
        writer.writerow([form_code, unit, enumerator, *("" if each is None else each for each in answers)])
        count += 1
    text.detach()
    return count
