"""What a statistician asks of files: do answers repeat, was enough answered, should field work be re-checked.

Every examination gives rows of plain values under fixed names, ready for JSON and CSV; `None` where undefined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from scoring.agreement import cross_table, equal_margins, gwet, kappa, share
from scoring.answers import AnswerSheet
from scoring.errors import refusal
from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.method import Method
from scoring.moments import layout_of
from scoring.quality import Screening, screen
from scoring.questionnaire import LEVELS
from scoring.response_rates import DISPOSITIONS, response_rates, silence_bound
from scoring.satisfaction import measure
from scoring.sheets import read_sheet, read_whole, shown
from scoring.tally import BLANK, NOT_APPLICABLE

AGAIN = "_again"
START, DURATION, AGE = "start", "duration_s", "age"
ALL = "all"
_CELL = {**{str(level): str(level) for level in range(1, LEVELS + 1)}, "": BLANK, "NA": NOT_APPLICABLE}

Rows = list[dict[str, Any]]


def agreement_of(sheet: AnswerSheet, path: str | Path) -> Rows:
    """Return by criterion, and for all together, how well answers asked again agree with the first ones.

    The file has `form_code` and a column `<criterion>_again` for each criterion asked again; pairs of two levels 1–5 count.
    Refuses a form code that the answers have not or that comes twice, other cells, and a file without such a column.
    """
    again = read_sheet(path)
    place = again.place("form_code")
    forms = dict(zip(sheet.form_codes, sheet.answers, strict=True))
    asked = {
        column.removesuffix(AGAIN): where
        for where, column in enumerate(again.columns)
        if column.endswith(AGAIN)
    }
    codes = [code for code in sheet.questionnaire.criterion_codes if code in asked]
    if not codes:
        column = f"{sheet.questionnaire.criterion_codes[0]}{AGAIN}"
        raise refusal("column_missing", where=again.where, column=column, hint="")
    pairs: dict[str, list[tuple[int, int]]] = {code: [] for code in codes}
    seen: dict[str, int] = {}
    for row, cells in again.rows:
        form = cells[place]
        facts = {"where": again.where, "row": row, "value": shown(form)}
        if form not in forms:
            raise refusal("form_unknown", **facts)
        if form in seen:
            raise refusal("form_twice", first=seen[form], **facts)
        seen[form] = row
        for code in codes:
            second = _CELL.get(cells[asked[code]].strip(" "))
            if second is None:
                wrong = {"column": f"{code}{AGAIN}", "value": shown(cells[asked[code]])}
                raise refusal("cell_answer", **facts | wrong)
            first = forms[form][sheet.questionnaire.criterion_codes.index(code)]
            if first.isdigit() and second.isdigit():
                pairs[code].append((int(first), int(second)))
    pairs[ALL] = [pair for code in codes for pair in pairs[code]]
    return [_agreement(code, found) for code, found in pairs.items()]


def _agreement(code: str, pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    names = ("kappa", "kappa_quadratic", "ac1", "ac2")
    row: dict[str, Any] = {"criterion": code, "n": len(pairs), "agree": None, "low": None, "high": None}
    if not pairs:
        return row | dict.fromkeys((*names, "bhapkar_p"))
    table = cross_table(pairs, LEVELS)
    same, margins = share(table), equal_margins(table)
    found = (kappa(table), kappa(table, "quadratic"), gwet(table), gwet(table, "quadratic"))
    return (
        row
        | {"agree": same.share, "low": same.exact[0], "high": same.exact[1]}
        | {name: each.value for name, each in zip(names, found, strict=True)}
        | {"bhapkar_p": None if margins is None else margins[0].p_value}
    )


def rates_of(path: str | Path, sheet: AnswerSheet | None, method: Method) -> Rows:
    """Return AAPOR's rates by unit and of all, from a file `unit,I,P,R,NC,O,UH,UO,NE` of contacts by final disposition.

    With answers also the index, its bounds if all who were silent were dissatisfied or all satisfied (by RR2), and how far
    it would move if they differed by ten points. Refuses a missing column, a unit twice, cells that are no whole numbers.
    """
    contacts = read_sheet(path)
    places = {code: contacts.place(code, contacts.columns) for code in ("unit", *DISPOSITIONS)}
    found: dict[str, dict[str, int]] = {}
    seen: dict[str, int] = {}
    for row, cells in contacts.rows:
        unit = cells[places["unit"]]
        if unit in seen:
            raise refusal("unit_twice", where=contacts.where, row=row, value=shown(unit), first=seen[unit])
        seen[unit] = row
        found[unit] = {
            code: read_whole(cells[places[code]], contacts.where, row, code) for code in DISPOSITIONS
        }
    found[ALL] = {code: sum(each[code] for each in found.values()) for code in DISPOSITIONS}
    indices: Mapping[str, Fraction | None] = {}
    if sheet is not None:
        indices = {each.unit: each.index for each in measure(sheet.tally(), sheet.questionnaire, method)}
    return [_rates(unit, counts, indices.get(unit), bool(sheet)) for unit, counts in found.items()]


def _rates(unit: str, counts: Mapping[str, int], index: Fraction | None, bounded: bool) -> dict[str, Any]:
    rates = response_rates(counts)
    row: dict[str, Any] = {"unit": unit, "contacts": sum(counts.values()), "e": _float(rates.eligible)}
    row |= {f"rr{number}": _float(rate) for number, rate in enumerate(rates.response, 1)}
    row |= {"coop1": _float(rates.cooperation[0]), "ref1": _float(rates.refusal)}
    row |= {"con1": _float(rates.contact)}
    if bounded:
        rate = rates.response[1]
        bound = None if index is None or rate is None else silence_bound(index, rate)
        row |= {"index": _float(index)}
        bounds = ("low", "high", "per_ten_points")
        row |= {key: None if bound is None else float(getattr(bound, key)) for key in bounds}
    return row


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def screening_of(sheet: AnswerSheet, method: Method) -> Screening:
    """Return the screening of an answer file, with its columns start (ISO 8601), duration_s and age where it has them.

    Refuses cells of these columns that are no moment or no whole number; an empty one is unknown.
    """
    records = []
    for row in sheet.rows():
        known = {name: row.extra.get(name, "").strip() for name in (START, DURATION, AGE)}
        whole = {
            name: read_whole(known[name], sheet.where, row.number, name) if known[name] else None
            for name in (DURATION, AGE)
        }
        start = _moment(known[START], sheet.where, row.number) if known[START] else None
        records.append(
            FieldRecord(
                row.unit, row.form_code, row.enumerator, row.packed, start, whole[DURATION], whole[AGE]
            )
        )
    return screen(Fieldwork.of(layout_of(sheet.questionnaire, method), records))


def _moment(text: str, where: str, row: int) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise refusal("cell_moment", where=where, row=row, column=START, value=shown(text)) from None


def screening_rows(found: Screening) -> Rows:
    """Return the doubts of a screening: those about enumerators, then those about responses."""
    counted = ("n", "observed", "expected", "p_value", "q_value")
    keys = ("about", "enumerator", "form_code", "unit", "rule", *counted, "wording")
    about = (("enumerator", found.enumerators_to_recheck), ("response", found.responses))
    return [
        {key: ({"about": kind, "wording": each.wording} | asdict(each)).get(key) for key in keys}
        for kind, doubts in about
        for each in doubts
    ]
