"""The codebook of a result's answers: each variable with its words, values, missing rule and how often each value stands.

HTML for people, since it needs no program, prints on A4 and can be searched; JSON for programs, with the same content.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from survey_app.exports.material import Material, Tell, silent
from survey_app.exports.statistics_variables import TEXTS, Value, Variable, layout_of, records
from survey_app.exports.workbook import HERE, MADE_UP

FORMAT = 1
MOST_LISTED = 60  # different texts that are listed with their frequencies; more of them are only counted
COUNTED_ONLY = ("form_code", "enumerator")
MEASURES = {"nominal": "định danh", "ordinal": "thứ bậc", "scale": "định lượng"}
KINDS = {
    "code": "mã, dạng chữ",
    "name": "tên, dạng chữ",
    "date": "ngày",
    "level": "mức hài lòng",
    "choice": "chọn một",
    "mark": "chọn nhiều: có hay không",
    "integer": "số nguyên",
}
_ALWAYS = "Không bao giờ trống."
_LEVEL = (
    "Trống: không trả lời, hoặc bộ câu hỏi của phiếu không có tiêu chí này. “{words}” là 9 trong tệp SPSS (khai báo là "
    "giá trị thiếu), .a trong tệp Stata, NA trong tệp CSV. Cả hai đều không vào mẫu số."
)
_OTHER = "Trống: không trả lời, không được hỏi, hoặc bộ câu hỏi của phiếu không có câu này."


def codebook_of(
    material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent
) -> dict[str, Any]:
    """Return the codebook as plain values: what it is of, then every variable with its frequencies.

    `n` counts the answers that are values, `not_applicable` and `empty` the others: the three add up to all responses.
    """
    variables = layout_of(questionnaires).variables
    found: dict[str, Counter[Value]] = {each.code: Counter() for each in variables}
    responses = 0
    for record in records(material, questionnaires, tell):
        responses += 1
        for code, value in record.items():
            found[code][value] += 1
    cover = material.cover
    return {
        "format": FORMAT,
        "campaign": {"code": cover.campaign_code, "name": cover.campaign, "made_up": cover.made_up},
        "run": cover.run_number,
        "as_of": cover.as_of.isoformat(timespec="seconds"),
        "book": material.book.digest,
        "questionnaires": [{"code": each.code, "sha256": each.sha256} for each in questionnaires],
        "responses": responses,
        "variables": [_described(each, found[each.code], responses) for each in variables],
    }


def _described(variable: Variable, found: "Counter[Value]", responses: int) -> dict[str, Any]:
    given = {value: n for value, n in found.items() if not variable.is_missing(value)}
    apart = sum(found.values()) - sum(given.values())
    return {
        "code": variable.code,
        "words": variable.words,
        "elsewhere": dict(variable.elsewhere),
        "kind": variable.kind,
        "measure": variable.measure,
        "missing": _missing_rule(variable),
        "n": sum(given.values()),
        "not_applicable": apart,
        "empty": responses - sum(found.values()),
        "different": len(given),
        "values": _values(variable, given),
        **_spread(variable, given),
    }


def _missing_rule(variable: Variable) -> str:
    if variable.kind == "level":
        absent = next(words for value, words in variable.values.items() if variable.is_missing(value))
        return _LEVEL.format(words=absent)
    about_response = variable.kind in (*TEXTS, "date") or variable.code in ("mode", "version")
    return _ALWAYS if about_response else _OTHER


def _values(variable: Variable, given: dict[Value, int]) -> list[dict[str, Any]]:
    """Return each value with its words, the code under which it is stored, and how often it stands, zeros included."""
    if variable.values:
        stored = {number: code for code, number in variable.numbers.items()}
        return [
            {"value": number, "stored": stored.get(number), "words": words, "n": given.get(number, 0)}
            for number, words in variable.labels.items()
        ]
    if variable.kind not in TEXTS or variable.code in COUNTED_ONLY or len(given) > MOST_LISTED:
        return []
    return [
        {"value": value, "stored": None, "words": "", "n": n} for value, n in sorted(given.items(), key=str)
    ]


def _spread(variable: Variable, given: dict[Value, int]) -> dict[str, Any]:
    """Return the least, the greatest and, of whole numbers, the mean with two decimals; nothing of other kinds."""
    if variable.kind == "date":
        days = [each for each in given if isinstance(each, date)]
        return {"least": str(min(days)) if days else None, "greatest": str(max(days)) if days else None}
    if variable.kind != "integer":
        return {}
    numbers = {value: n for value, n in given.items() if isinstance(value, int)}
    if not numbers:
        return {"least": None, "greatest": None, "mean": None}
    mean = Fraction(sum(value * n for value, n in numbers.items()), sum(numbers.values()))
    return {"least": min(numbers), "greatest": max(numbers), "mean": str(half_up(mean, 2))}


def json_of(material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent) -> bytes:
    """Return the codebook as JSON."""
    return json.dumps(codebook_of(material, questionnaires, tell), ensure_ascii=False, indent=1).encode()


def html_of(material: Material, questionnaires: Sequence[Questionnaire], tell: Tell = silent) -> bytes:
    """Return the codebook as one HTML file that loads nothing from elsewhere."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    pages.filters |= {"count": _count, "decimal": _decimal}
    text = pages.get_template("codebook.html").render(
        book=codebook_of(material, questionnaires, tell),
        as_of=material.cover.as_of.astimezone(HERE),
        made_up=MADE_UP,
        kinds=KINDS,
        measures=MEASURES,
        share=_share,
    )
    return text.encode()


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _decimal(text: str) -> str:
    return f"{Decimal(text):,}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _share(part: int, whole: int) -> str:
    """Return what part of a whole number as a percentage with one decimal; of nothing it is "–"."""
    return f"{_decimal(str(half_up(Fraction(100 * part, whole), 1)))}\u00a0%" if whole else "–"
