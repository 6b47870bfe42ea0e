"""Open data of a publication: tables anybody may use again, as CSV for programs, CSV for Excel, and JSON.

Small cells are hidden by the rule of `open_cells`. A figure that is hidden or undefined is empty in CSV and null in JSON;
the column `hidden` says which of the two it is.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from scoring.points import half_up
from survey_app.exports.material import Material
from survey_app.exports.open_cells import hidden_levels, seen
from survey_app.exports.sentences import comma

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
Value = str | int | Decimal | bool | None
LICENCE = "Được sao chép, phân tích, đăng lại; khi dùng xin ghi nguồn và số lần công bố."
FACTORS_HIDDEN = "yếu tố và tiêu chí"
JSON, EXCEL, DICTIONARY = "du-lieu.json", "-excel.csv", "tu-dien"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Field:
    """One column: its name in files, what it means, and in what it is measured."""

    name: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class OpenTable:
    """A table: the name of its files, its title, columns and rows."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...]


def tables_of(material: Material) -> tuple[OpenTable, ...]:
    """Return units, factors, criteria with levels, and field work, each in the order of the units' codes."""
    results = seen_results(material)
    return (
        OpenTable("don-vi", "Đơn vị", _UNIT_FIELDS, tuple(_unit_rows(material, results))),
        OpenTable("yeu-to", "Yếu tố", _FACTOR_FIELDS, tuple(_factor_rows(material, results))),
        OpenTable(
            "tieu-chi", "Tiêu chí và mức", _CRITERION_FIELDS, tuple(_criterion_rows(material, results))
        ),
        OpenTable("thuc-dia", "Phiếu và phúc tra", _FIELD_WORK_FIELDS, tuple(_field_work_rows(material))),
    )


def seen_results(material: Material) -> dict[str, dict[str, Any]]:
    """Return the surveyed units' results by code, as anybody may see them."""
    cover = material.cover
    return {
        each["unit"]: seen(each, cover.questionnaire, cover.method)
        for each in material.book.satisfaction["units"]
        if "no_survey" not in each["flags"]
    }


def for_programs(table: OpenTable) -> bytes:
    """Return CSV in UTF-8 without a mark: comma, LF, decimal point."""
    return _csv(table, ",", "\n", str).encode()


def for_excel(table: OpenTable) -> bytes:
    """Return CSV that Excel opens in Vietnamese: a mark, semicolon, decimal comma; no text becomes a formula."""
    return _csv(table, ";", "\r\n", _for_excel).encode("utf-8-sig")


def _csv(table: OpenTable, between: str, end: str, told: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between, lineterminator=end)
    writer.writerow([field.name for field in table.fields])
    writer.writerows(["" if each is None else told(each) for each in row] for row in table.rows)
    return text.getvalue()


def _for_excel(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return comma(str(value))


def dictionary(tables: Sequence[OpenTable]) -> OpenTable:
    """Return the data dictionary: every column of every table in words."""
    fields = (
        Field("table", "Tên bảng"),
        Field("column", "Tên cột"),
        Field("meaning", "Ý nghĩa"),
        Field("unit", "Đơn vị tính"),
    )
    rows = ((table.name, each.name, each.meaning, each.unit) for table in tables for each in table.fields)
    return OpenTable(DICTIONARY, "Từ điển dữ liệu", fields, tuple(rows))


def source_of(material: Material) -> str:
    """Return whom to name when the data are used."""
    facts = material.publication
    warning = " Số liệu minh họa, không phải ý kiến thật của người dân." if material.cover.made_up else ""
    return (
        f"{material.cover.campaign} ({material.cover.campaign_code}), công bố lần {facts['number']}, "
        f"ngày {day_of(facts['published_at'])}.{warning}"
    )


def day_of(moment: str) -> str:
    """Return the Vietnamese day of a moment in ISO 8601 as "29/11/2026"."""
    return f"{datetime.fromisoformat(moment).astimezone(HERE):%d/%m/%Y}"


def publication_facts(material: Material) -> dict[str, Any]:
    """Return what programs need to know of a publication: which, when, why, and its digests."""
    facts, cover = material.publication, material.cover
    return {
        "campaign": cover.campaign_code,
        "name": cover.campaign,
        "made_up": cover.made_up,
        "number": int(facts["number"]),
        "published_at": facts["published_at"],
        "corrects": int(facts["number"]) - 1 or None,
        "reason": facts["reason"] or None,
        "run": cover.run_number,
        "as_of": cover.as_of.isoformat(timespec="seconds"),
        "program_version": cover.program_version,
        "book_sha256": material.book.digest,
        "dossier_sha256": material.dossier.digest,
        "bundle_sha256": facts["bundle_digest"],
        "smallest_cell": cover.method.publication.smallest_cell,
        "licence": LICENCE,
        "source": source_of(material),
    }


def as_json(material: Material, tables: Sequence[OpenTable]) -> bytes:
    """Return all tables with their dictionary as one JSON text; exact numbers are texts, counts numbers."""
    content = {
        "publication": publication_facts(material),
        "tables": {
            table.name: [dict(zip((f.name for f in table.fields), row, strict=True)) for row in table.rows]
            for table in tables
        },
        "dictionary": {
            table.name: {each.name: {"meaning": each.meaning, "unit": each.unit} for each in table.fields}
            for table in tables
        },
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, default=str).encode()


def result_json(material: Material) -> bytes:
    """Return the book's two contracts as anybody may see them, with the facts of the publication."""
    results, satisfaction = seen_results(material), material.book.satisfaction
    content = {
        "publication": publication_facts(material),
        "satisfaction": {
            **satisfaction,
            "units": [results.get(each["unit"], each) for each in satisfaction["units"]],
        },
        "index": material.book.index,
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def names_of(tables: Sequence[OpenTable]) -> tuple[str, ...]:
    """Return the names of all files of open data."""
    names = (*(table.name for table in tables), DICTIONARY)
    return (JSON, *(f"{name}{ending}" for name in names for ending in (".csv", EXCEL)))


def file_of(material: Material, tables: Sequence[OpenTable], name: str) -> bytes:
    """Return one file of open data; refuses a name that is not among `names_of`."""
    if name == JSON:
        return as_json(material, tables)
    wanted = name.removesuffix(EXCEL).removesuffix(".csv")
    table = next(each for each in (*tables, dictionary(tables)) if each.name == wanted)
    return for_excel(table) if name.endswith(EXCEL) else for_programs(table)


_CODE = Field("unit", "Mã đơn vị")
_UNIT_FIELDS = (
    _CODE,
    Field("name", "Tên đơn vị"),
    Field("group", "Mã nhóm xếp hạng chung"),
    Field("group_name", "Tên nhóm"),
    Field("surveyed", "Có thuộc diện khảo sát không", "1 hoặc 0"),
    Field("responses", "Phiếu được tính", "phiếu"),
    Field("quota", "Chỉ tiêu phiếu", "phiếu"),
    Field("answered", "Câu trả lời mức 1–5 cho các tiêu chí", "câu trả lời"),
    Field("satisfied", "Câu trả lời mức 4 và 5", "câu trả lời"),
    Field("not_applicable", "Câu “không áp dụng”", "câu"),
    Field("blank", "Câu để trống", "câu"),
    Field("satisfaction_index", "Chỉ số hài lòng", "%"),
    Field("satisfaction_low", "Đầu dưới của khoảng tin cậy của chỉ số hài lòng", "%"),
    Field("satisfaction_high", "Đầu trên của khoảng tin cậy của chỉ số hài lòng", "%"),
    Field("satisfaction_points", "Điểm khảo sát", "điểm"),
    Field("satisfaction_rank", "Hạng trong nhóm theo điểm khảo sát", "hạng"),
    Field("appraisal_points", "Điểm thẩm định", "điểm"),
    Field("total_points", "Tổng điểm", "điểm"),
    Field("max_points", "Điểm tối đa của đơn vị", "điểm"),
    Field("index", "Chỉ số cải cách hành chính: 100 × tổng điểm / điểm tối đa", "%"),
    Field("rank", "Hạng trong nhóm theo chỉ số cải cách hành chính", "hạng"),
    Field("rank_best", "Hạng tốt nhất có thể, do chọn mẫu", "hạng"),
    Field("rank_worst", "Hạng thấp nhất có thể, do chọn mẫu", "hạng"),
    Field("band", "Xếp loại"),
    Field("hidden", "Bảng khác không hiện chi tiết nào của đơn vị vì ít người trả lời"),
)
_HIDDEN = Field("hidden", "1: có số nhưng không hiện, vì ít người trả lời; 0: hiện", "1 hoặc 0")
_FACTOR_FIELDS = (
    _CODE,
    Field("factor", "Mã yếu tố"),
    Field("name", "Tên yếu tố"),
    Field("answered", "Câu trả lời mức 1–5", "câu trả lời"),
    Field("satisfied", "Câu trả lời mức 4 và 5", "câu trả lời"),
    Field("index", "Chỉ số của yếu tố", "%"),
    Field("weight", "Trọng số của yếu tố trong chỉ số của đơn vị", "phần của 1"),
    Field("points", "Phần của yếu tố trong điểm khảo sát", "điểm"),
    _HIDDEN,
)
_CRITERION_FIELDS = (
    _CODE,
    Field("factor", "Mã yếu tố"),
    Field("criterion", "Mã tiêu chí"),
    Field("text", "Nội dung tiêu chí"),
    Field("answered", "Câu trả lời mức 1–5", "câu trả lời"),
    Field("satisfied", "Câu trả lời mức 4 và 5", "câu trả lời"),
    Field("index", "Chỉ số của tiêu chí", "%"),
    *(Field(f"level_{level}", f"Câu trả lời mức {level}", "câu trả lời") for level in range(1, 6)),
    Field("hidden", "Những mức chỉ hiện tổng, hoặc “tất cả”, vì có ô dưới cỡ nhỏ nhất; trống: hiện đủ"),
)
_FIELD_WORK_FIELDS = (
    _CODE,
    Field("quota", "Chỉ tiêu phiếu", "phiếu"),
    Field("issued", "Phiếu phát ra theo danh sách mẫu; trống: đợt không có danh sách", "phiếu"),
    Field("valid", "Phiếu hợp lệ, được tính", "phiếu"),
    Field("invalid", "Phiếu không hợp lệ", "phiếu"),
    Field("returned", "Phiếu đang trả lại để sửa", "phiếu"),
    Field("void", "Phiếu đã hủy", "phiếu"),
    Field("not_returned", "Phiếu phát ra chưa thu về", "phiếu"),
    Field("apart", "Phiếu người dân tự trả lời, đếm riêng", "phiếu"),
    Field("rechecked", "Phiếu đã phúc tra xong", "phiếu"),
    Field("confirmed", "Phúc tra đạt", "phiếu"),
    Field("failed", "Phúc tra không đạt", "phiếu"),
    Field("unreachable", "Phúc tra không liên hệ được", "phiếu"),
)


def _unit_rows(material: Material, results: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    index = material.book.index or {"units": []}
    standings = {each["unit"]: each for each in index["units"]}
    ranks = (material.book.uncertainty or {"index_ranks": {}})["index_ranks"]
    for unit in sorted(material.book.units, key=lambda each: str(each["unit"])):
        code = unit["unit"]
        result, standing = results.get(code), standings.get(code) or {}
        interval = (result and result["interval"]) or {"low": None, "high": None}
        best, worst = ranks.get(code) or (None, None)
        yield (
            code,
            unit["name"],
            unit["group"],
            material.cover.group_names[unit["group"]],
            int(result is not None),
            *_of(result, "responses"),
            unit["quota"],
            *_of(result, "answered", "satisfied", "not_applicable", "blank"),
            rounded(result and result["index"]),
            rounded(interval["low"]),
            rounded(interval["high"]),
            exact(result and result["points"]),
            *_of(result, "rank"),
            exact(unit["appraisal_points"]),
            exact(standing.get("total_points")),
            exact(unit["max_points"]),
            exact(standing.get("index")),
            *_of(standing, "rank"),
            best,
            worst,
            standing.get("band") or None,
            FACTORS_HIDDEN if result and result["hidden"] == "factors" else None,
        )


def _factor_rows(material: Material, results: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    names = {each.code: each.name for each in material.cover.questionnaire.factors}
    for code, result in sorted(results.items()):
        for part in result["factors"]:
            weight = rounded(part["weight"], 6)
            counts = _of(part, "answered", "satisfied")
            figures = (rounded(part["index"]), weight, exact(part["points"]))
            yield (
                code,
                part["factor"],
                names[part["factor"]],
                *counts,
                *figures,
                int(part["hidden"]),
            )


def _criterion_rows(material: Material, results: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    texts = {each.code: each.text for each in material.cover.questionnaire.criteria}
    for code, result in sorted(results.items()):
        for part in result["criteria"]:
            yield (
                code,
                part["factor"],
                part["criterion"],
                texts[part["criterion"]],
                part["answered"],
                part["satisfied"],
                rounded(part["index"]),
                *part["levels"],
                "tất cả" if part["hidden"] else hidden_levels(part) or None,
            )


def _field_work_rows(material: Material) -> Iterator[tuple[Value, ...]]:
    checked = {each.unit: each for each in material.dossier.unit_rechecks}
    for each in sorted(material.dossier.field_work, key=lambda unit: unit.unit):
        if not each.surveyed:
            continue
        found = checked.get(each.unit)
        counts = (
            (found.responses, found.confirmed, found.failed, found.unreachable) if found else (0, 0, 0, 0)
        )
        yield (
            each.unit,
            each.quota,
            each.issued,
            each.valid,
            each.invalid,
            each.returned,
            each.void,
            each.not_returned,
            each.apart,
            *counts,
        )


def _of(facts: Mapping[str, Any] | None, *names: str) -> tuple[Value, ...]:
    return tuple(None if facts is None else facts.get(name) for name in names)


def rounded(value: str | float | None, digits: int = 2) -> Decimal | None:
    """Return a figure of a book rounded once, half up; None stays None."""
    return None if value is None else half_up(Decimal(str(value)), digits)


def exact(value: str | None) -> Decimal | None:
    """Return a figure that the book gives with its decimals; None stays None."""
    return None if value is None else Decimal(value)
