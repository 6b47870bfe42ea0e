"""The lists of a dossier as sheets: field work, what does not count, corrections, draws, and what the columns of answers mean."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scoring.questionnaire import Questionnaire
from survey_app.exports import dossier_words as words
from survey_app.exports.bundle_answers import LEADING
from survey_app.exports.dossier import Dossier, FieldWork
from survey_app.exports.tables import Cell, Column, Row, Table

TOTAL = "Cộng"


def names_of(dossier: Dossier) -> Mapping[str, str]:
    """Return the names of the ranked units by code."""
    return {each.unit: each.name for each in dossier.field_work}


def question_words(questionnaires: Sequence[Questionnaire]) -> dict[str, str]:
    """Return what each column of answers asks, in the words of the first questionnaire that asks it."""
    known = dict(words.FIELDS)
    for questionnaire in questionnaires:
        asked = {each.code: each.text for each in questionnaire.criteria}
        known = asked | {each.code: each.text for each in questionnaire.questions} | known
    return known


FIELD_WORK_COLUMNS = (
    Column("Nhóm"),
    Column("Mã", "code"),
    Column("Đơn vị"),
    Column("Khảo sát", width=11),
    *(
        Column(heading, "count")
        for heading in (
            *("Chỉ tiêu", "Phát ra", "Hợp lệ", "Không hợp lệ", "Đã hủy", "Chưa thu về", "Trả lại", "Nháp"),
            *("Tự trả lời, đếm riêng", "Còn thiếu"),
        )
    ),
)


def field_work_table(dossier: Dossier) -> Table:
    """Return every ranked unit's forms against its quota, zeros included, with the sum of each column.

    Where the campaign has no list of people to ask, how many were issued and have not come back stays empty.
    """
    rows = [
        Row(
            (
                dossier.groups.get(each.group, each.group),
                each.unit,
                each.name,
                "có" if each.surveyed else "không",
                *_counts(each),
            ),
            key=each.unit,
        )
        for each in dossier.field_work
    ]
    sums = (_sum(column) for column in zip(*(_counts(each) for each in dossier.field_work), strict=True))
    total = Row((TOTAL, None, None, None, *sums))
    notes = (
        "Phát ra = Hợp lệ + Không hợp lệ + Đã hủy + Chưa thu về. Phiếu đang trả lại và phiếu nháp nằm trong Chưa thu về.",
        "Còn thiếu là số phiếu hợp lệ còn thiếu so với chỉ tiêu. Phiếu của xã, phường tính vào đơn vị cấp trên của đợt này.",
        *(
            ()
            if all(each.issued is not None for each in dossier.field_work)
            else ("Đợt này không có danh sách người được hỏi nên không biết số phiếu phát ra.",)
        ),
    )
    return Table(
        "Tiến độ",
        "Phiếu so với chỉ tiêu",
        FIELD_WORK_COLUMNS,
        tuple(rows),
        (total,) if rows else (),
        notes,
        filtered=True,
    )


def _counts(each: FieldWork) -> tuple[int | None, ...]:
    returning = (each.not_returned, each.returned, each.drafts, each.apart)
    return (each.quota, each.issued, each.valid, each.invalid, each.void, *returning, each.gap)


def _sum(column: Sequence[int | None]) -> int | None:
    known = [each for each in column if each is not None]
    return sum(known) if len(known) == len(column) else None


def excluded_table(dossier: Dossier) -> Table:
    """Return the responses on file that do not count, and why."""
    columns = (
        Column("Mã phiếu", "code", 16),
        Column("Mã đơn vị", "code"),
        Column("Đơn vị"),
        Column("Vì sao", width=28),
        Column("Chi tiết", "remark", 60),
    )
    names = names_of(dossier)
    rows = tuple(
        Row((each.form_code, each.unit, names.get(each.unit, ""), words.WHY_EXCLUDED[each.why], each.detail))
        for each in dossier.excluded
    )
    return Table(
        "Phiếu không tính", "Phiếu đã có trên máy chủ mà không được tính", columns, rows, filtered=True
    )


def corrections_table(dossier: Dossier, questionnaires: Sequence[Questionnaire]) -> Table:
    """Return every answer that a correction changed, oldest first, response by response."""
    columns = (
        Column("Mã phiếu", "code", 16),
        Column("Mã đơn vị", "code"),
        Column("Đơn vị"),
        Column("Bản", "count"),
        Column("Lúc sửa", "moment"),
        Column("Người sửa", width=22),
        Column("Cột", "code"),
        Column("Câu hỏi"),
        Column("Trước", "code", 22),
        Column("Sau", "code", 22),
        Column("Lý do", "remark"),
    )
    names, asked = names_of(dossier), question_words(questionnaires)
    rows = tuple(
        Row(
            (
                *(each.form_code, each.unit, names.get(each.unit, ""), each.version),
                datetime.fromisoformat(each.at),
                *(each.role, each.field, asked.get(each.field, ""), each.before, each.after, each.reason),
            )
        )
        for each in dossier.corrections
    )
    note = "Giá trị là mã như ở trang Phiếu; lời người dân tự viết chỉ ghi là đã sửa."
    return Table("Sửa phiếu", "Câu trả lời đã sửa", columns, rows, notes=(note,), filtered=True)


def draws_table(dossier: Dossier) -> Table:
    """Return the draws of re-checks with the digest of each published record."""
    columns = (
        Column("Lần", "count"),
        Column("Cách rút"),
        Column("Số phiếu", "count"),
        Column("Mã kiểm tra biên bản (SHA-256)", "code", 68),
    )
    rows = tuple(
        Row(
            (
                *(each.number, words.DRAW_KINDS.get(each.kind, each.kind), each.members),
                hashlib.sha256(each.record.encode()).hexdigest(),
            )
        )
        for each in dossier.draws
    )
    note = "Biên bản từng lần rút nằm trong gói kiểm chứng, tệp draws/<lần>.json; ai cũng rút lại được đúng như vậy."
    return Table("Rút thăm", "Các lần rút thăm phúc tra", columns, rows, notes=(note,))


def questions_table(questionnaires: Sequence[Questionnaire]) -> Table:
    """Return what the columns of the responses mean: a line each answer, in the words of its own version."""
    columns = (
        Column("Bộ câu hỏi", "code"),
        Column("Cột", "code", 22),
        Column("Loại", width=20),
        Column("Phần", width=30),
        Column("Câu hỏi", width=60),
        Column("Mã trả lời", "code", 18),
        Column("Trả lời", width=40),
    )
    lines = [*_leading_lines(), *(line for each in questionnaires for line in _lines(each))]
    return Table("Câu hỏi", "Ý nghĩa các cột của trang Phiếu", columns, tuple(map(Row, lines)), filtered=True)


def _leading_lines() -> Iterator[tuple[Cell, ...]]:
    for code in LEADING:
        answers = words.MODES if code == "mode" else {"": ""}
        for answer, text in answers.items():
            yield ("", code, "thông tin của phiếu", "", words.LEADING[code], answer, text)


def _lines(questionnaire: Questionnaire) -> Iterator[tuple[Cell, ...]]:
    scale, factors = questionnaire.scale, {each.code: each.name for each in questionnaire.factors}
    levels = {str(place): name for place, name in enumerate(scale.levels, 1)} | {"NA": scale.not_applicable}
    for criterion in questionnaire.criteria:
        lead = (
            questionnaire.code,
            criterion.code,
            "tiêu chí",
            factors.get(criterion.factor, "Câu hỏi chung"),
        )
        for level, name in levels.items():
            yield (*lead, criterion.text, level, name)
    for question in questionnaire.questions:
        if question.kind == "text":
            continue
        kind, section = words.KINDS[question.kind], words.SECTIONS[question.section]
        options = {each.code: each.text for each in question.options} or {"": ""}
        for code, name in options.items():
            yield (questionnaire.code, question.code, kind, section, question.text, code, name)
