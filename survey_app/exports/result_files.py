"""A whole result as JSON, and the points of every unit as CSV for Excel."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from scoring.book import canonical
from scoring.flags import wording
from scoring.points import half_up
from survey_app.exports.material import Material
from survey_app.exports.statistics_files import MARK, excel_line
from survey_app.exports.tables import Cell

FORMAT = 1
HEADINGS = (
    "Nhóm",
    "Mã đơn vị",
    "Đơn vị",
    "Phiếu được tính",
    "Chỉ số hài lòng (%)",
    "Sai số chuẩn",
    "Khoảng tin cậy, từ",
    "Khoảng tin cậy, đến",
    "Điểm khảo sát",
    "Hạng theo khảo sát",
    "Điểm thẩm định",
    "Tổng điểm",
    "Điểm tối đa",
    "Chỉ số CCHC (%)",
    "Hạng theo Chỉ số CCHC",
    "Xếp loại",
    "Ghi chú",
)


def json_of(material: Material) -> bytes:
    """Return the whole result: which it is, the book as it was frozen, and what stood around it; numbers as in the book.

    The book in it has the digest that is told beside it, as canonical JSON.
    """
    cover = material.cover
    whole = {
        "format": FORMAT,
        "campaign": {"code": cover.campaign_code, "name": cover.campaign, "made_up": cover.made_up},
        "run": cover.run_number,
        "run_reason": cover.run_reason,
        "as_of": cover.as_of.isoformat(timespec="seconds"),
        "program_version": cover.program_version,
        "publication": dict(material.publication) or None,
        "sha256": {"book": material.book.digest, "dossier": material.dossier.digest},
        "book": json.loads(material.book.to_json()),
        "dossier": asdict(material.dossier),
    }
    return canonical(whole)


def points_lines(material: Material) -> Iterator[bytes]:
    """Yield every unit of the index with its points, one line each, for Excel; undefined values are empty cells."""
    yield MARK + excel_line(HEADINGS)
    book = material.book
    results = {each["unit"]: each for each in book.satisfaction["units"]}
    standings = {each["unit"]: each for each in (book.index or {"units": []})["units"]}
    for unit in book.units:
        yield excel_line(_cells(material, unit, results[unit["unit"]], standings.get(unit["unit"], {})))


def _cells(
    material: Material, unit: dict[str, Any], result: dict[str, Any], standing: dict[str, Any]
) -> list[Cell]:
    interval = result["interval"] or {}
    return [
        material.cover.group_names[unit["group"]],
        unit["unit"],
        unit["name"],
        result["responses"],
        _number(result["index"]),
        _number(result["standard_error"]),
        _number(interval.get("low")),
        _number(interval.get("high")),
        _number(result["points"]),
        result["rank"],
        _number(unit["appraisal_points"]),
        _number(standing.get("total_points")),
        Decimal(unit["max_points"]),
        _number(standing.get("index")),
        standing.get("rank"),
        standing.get("band"),
        "; ".join(wording(flag, material.cover.questionnaire) for flag in result["flags"]),
    ]


def _number(value: str | float | None) -> Decimal | None:
    """Return a number of the points as the book holds it, one of the statistics (a float) with four decimals."""
    if value is None:
        return None
    return Decimal(value) if isinstance(value, str) else half_up(Decimal(value), 4)
