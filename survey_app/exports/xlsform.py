"""A campaign's questionnaire as an XLSForm, for ODK Collect and KoboToolbox: finished facts in, .xlsx bytes out.

Question codes are the names, so that what comes back is read by the same codes. Neither the device nor
its place is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from scoring.questionnaire import Question, Questionnaire

LANGUAGE = "Tiếng Việt (vi)"
LABEL, HINT = f"label::{LANGUAGE}", f"hint::{LANGUAGE}"
WHY, NEEDED = f"constraint_message::{LANGUAGE}", f"required_message::{LANGUAGE}"
SURVEY = (
    "type",
    "name",
    LABEL,
    HINT,
    "required",
    NEEDED,
    "relevant",
    "constraint",
    WHY,
    "appearance",
)
CHOICES = ("list_name", "name", LABEL)
SETTINGS = ("form_title", "form_id", "version", "default_language", "instance_name", "style")
OWN_LISTS = ("level", "unit", "mode")
NOT_APPLICABLE = "na"
DEFAULT_LENGTH = 2000
LONG_TEXT = 300
WIDTHS = {LABEL: 60, HINT: 40, "constraint": 50, WHY: 40, "relevant": 36, "form_title": 50}

Line = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What a form asks beside the questionnaire: units and ways of asking as (code, name), how codes are written."""

    campaign: str
    campaign_code: str
    sections: Mapping[str, str]
    units: Sequence[tuple[str, str]]
    modes: Sequence[tuple[str, str]]
    code_pattern: str
    code_sentence: str


def xlsform_of(questionnaire: Questionnaire, asked: Asked) -> bytes:
    """Return the workbook with the sheets survey, choices and settings."""
    book = Workbook()
    _write(book.active, "survey", SURVEY, _survey(questionnaire, asked))
    _write(book.create_sheet(), "choices", CHOICES, _choices(questionnaire, asked))
    _write(book.create_sheet(), "settings", SETTINGS, [_settings(questionnaire, asked)])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _settings(questionnaire: Questionnaire, asked: Asked) -> Line:
    return {
        "form_title": asked.campaign,
        "form_id": asked.campaign_code,
        "version": questionnaire.sha256[:12],
        "default_language": LANGUAGE,
        "instance_name": "${form_code}",
        "style": "pages",
    }


def _survey(questionnaire: Questionnaire, asked: Asked) -> Iterable[Line]:
    """Yield the rows in the order of the entry form."""
    for name in ("start", "end", "today"):
        yield {"type": name, "name": name}
    yield {
        "type": "text",
        "name": "form_code",
        LABEL: "Mã phiếu",
        HINT: "Số in trên phiếu giấy.",
        "required": "yes",
        NEEDED: asked.code_sentence,
        "constraint": f"regex(., '^{asked.code_pattern}$')",
        WHY: asked.code_sentence,
    }
    for name, label in (("unit", "Cơ quan, đơn vị"), ("mode", "Cách hỏi")):
        needed = {"required": "yes", NEEDED: "Hãy chọn một mục."}
        yield {"type": f"select_one {name}", "name": name, LABEL: label, **needed}
    before = ["service"]
    yield from _sections(questionnaire, asked, before)
    yield from _criteria(questionnaire)
    yield from _sections(questionnaire, asked, [name for name in asked.sections if name not in before])


def _group(name: str, label: str, rows: Iterable[Line]) -> Iterable[Line]:
    yield {"type": "begin_group", "name": name, LABEL: label, "appearance": "field-list"}
    yield from rows
    yield {"type": "end_group"}


def _criteria(questionnaire: Questionnaire) -> Iterable[Line]:
    for factor in questionnaire.factors:
        rows = [_level(each.code, f"{factor.number}.{each.number}. {each.text}") for each in factor.criteria]
        rows[0][HINT] = questionnaire.scale.question
        yield from _group(factor.code, f"{factor.number}. {factor.name}", rows)
    if general := questionnaire.general:
        yield from _group(general.factor, "Cả dịch vụ", [_level(general.code, general.text)])


def _level(code: str, label: str) -> Line:
    return {"type": "select_one level", "name": code, LABEL: label}


def _sections(questionnaire: Questionnaire, asked: Asked, names: Iterable[str]) -> Iterable[Line]:
    known = {question.code: question for question in questionnaire.questions}
    for name in names:
        rows = [_row(each, known) for each in questionnaire.questions if each.section == name]
        if rows:
            yield from _group(name, asked.sections[name], rows)


def _row(question: Question, known: Mapping[str, Question]) -> Line:
    row = {"name": question.code, LABEL: question.text, **_kind(question)}
    if question.required:
        row |= {"required": "yes", NEEDED: "Hãy trả lời câu hỏi này."}
    if question.show_if is not None:
        row["relevant"] = _relevant(*question.show_if, known)
    return row


def _kind(question: Question) -> Line:
    """Return type, hint and limits of a question."""
    if question.kind == "choice":
        return {"type": f"select_one {_list_name(question.code)}"}
    if question.kind == "multi":
        return {"type": f"select_multiple {_list_name(question.code)}", HINT: "Có thể chọn nhiều mục."}
    if question.kind == "integer":
        low = 0 if question.minimum is None else question.minimum
        high = 999_999_999 if question.maximum is None else question.maximum
        told = f"Hãy ghi một số nguyên từ {low} đến {high}."
        return {"type": "integer", "constraint": f". >= {low} and . <= {high}", WHY: told}
    most = question.max_length or DEFAULT_LENGTH
    row = {"type": "text", "constraint": f"string-length(.) <= {most}", WHY: f"Tối đa {most} ký tự."}
    return row | ({"appearance": "multiline"} if most > LONG_TEXT else {})


def _relevant(code: str, options: Sequence[str], known: Mapping[str, Question]) -> str:
    several = known[code].kind == "multi"
    pattern = "selected(${{{}}}, '{}')" if several else "${{{}}} = '{}'"
    return " or ".join(pattern.format(code, option) for option in options)


def _choices(questionnaire: Questionnaire, asked: Asked) -> Iterable[Line]:
    scale = questionnaire.scale
    levels = [(str(level), f"{level}. {name}") for level, name in enumerate(scale.levels, 1)]
    yield from _list("level", [*levels, (NOT_APPLICABLE, scale.not_applicable)])
    yield from _list("unit", asked.units)
    yield from _list("mode", asked.modes)
    for question in questionnaire.questions:
        yield from _list(
            _list_name(question.code), [(option.code, option.text) for option in question.options]
        )


def _list_name(code: str) -> str:
    return f"{code}_list" if code in OWN_LISTS else code


def _list(name: str, options: Iterable[tuple[str, str]]) -> Iterable[Line]:
    for code, label in options:
        yield {"list_name": name, "name": code, LABEL: label}


def _write(sheet: Worksheet, title: str, columns: Sequence[str], lines: Iterable[Line]) -> None:
    """Write one sheet; every cell is text as it was typed, and no label can refer to a question."""
    sheet.title = title
    sheet.freeze_panes = "A2"
    for place, name in enumerate(columns, 1):
        cell = sheet.cell(1, place, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E2F0EE")
        sheet.column_dimensions[cell.column_letter].width = WIDTHS.get(name, 18)
    for number, line in enumerate(lines, 2):
        for place, name in enumerate(columns, 1):
            if text := line.get(name):
                cell = sheet.cell(number, place)
                cell.value = text.replace("${", "$ {") if name in (LABEL, "form_title") else text
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
