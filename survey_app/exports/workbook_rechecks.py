"""What re-checks found, as sheets: each verdict, each unit, and how far answers asked again repeat the first ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from scoring.points import half_up
from scoring.questionnaire import Questionnaire
from scoring.rechecks import SATISFIED_FROM
from survey_app.exports import dossier_words as words
from survey_app.exports.dossier import Dossier, RecheckResult, UnitRechecks
from survey_app.exports.sentences import count
from survey_app.exports.tables import Column, Row, Table
from survey_app.exports.workbook_tables import TOTAL, names_of, question_words

DECIMALS = 12
_MARKS = {"N": "NA", "-": "–"}
Again = tuple[str, str, str]


def recheck_tables(dossier: Dossier, questionnaires: Sequence[Questionnaire]) -> list[Table]:
    """Return the sheets of re-checks: verdicts, units, agreement."""
    return [
        verdicts_table(dossier),
        units_table(dossier),
        agreement_table(dossier.rechecks, questionnaires),
    ]


def verdicts_table(dossier: Dossier) -> Table:
    """Return every body's verdict on a drawn response, with what was asked again."""
    columns = (
        Column("Mã phiếu", "code", 16),
        Column("Mã đơn vị", "code"),
        Column("Đơn vị"),
        Column("Điều tra viên", "code"),
        Column("Cơ quan giám sát", width=22),
        Column("Lần rút thăm", "count"),
        Column("Kết luận", width=20),
        Column("Lý do", "remark"),
        Column("Lúc kết luận", "moment"),
        *(Column(heading, "count") for heading in ("Hỏi lại", "So được", "Trùng mức", "Cùng phía")),
        Column("Từng câu", "remark", 60),
    )
    names = names_of(dossier)
    rows = tuple(
        Row(
            (
                *(each.form_code, each.unit, names.get(each.unit, ""), each.enumerator),
                *(words.BODIES[each.body], each.draw, words.VERDICTS[each.verdict], "; ".join(each.reasons)),
                datetime.fromisoformat(each.judged_at),
                *_agreeing(each.again),
                "; ".join(f"{code}: {_told(first)} → {_told(again)}" for code, first, again in each.again),
            )
        )
        for each in dossier.rechecks
    )
    notes = (
        "So được: hai lần đều là một mức 1–5. Cùng phía: hai lần cùng là mức 4, 5 hoặc cùng là mức 1, 2, 3.",
    )
    return Table("Phúc tra", "Kết luận phúc tra từng phiếu", columns, rows, notes=notes, filtered=True)


def _told(mark: str) -> str:
    return _MARKS.get(mark, mark)


def _agreeing(again: Iterable[Again]) -> tuple[int, int, int, int]:
    """Return how many answers were asked again, can be compared, are the same level, are on the same side."""
    pairs = list(again)
    levels = [(int(first), int(second)) for _, first, second in pairs if first.isdigit() and second.isdigit()]
    same = sum(first == second for first, second in levels)
    side = sum((first >= SATISFIED_FROM) == (second >= SATISFIED_FROM) for first, second in levels)
    return len(pairs), len(levels), same, side


def units_table(dossier: Dossier) -> Table:
    """Return every surveyed unit's re-checks with the estimated share that fails, 0 where there were none."""
    columns = (
        Column("Mã", "code"),
        Column("Đơn vị"),
        *(
            Column(heading, "count")
            for heading in (
                *("Phiếu được tính", "Đã phúc tra", "Đạt", "Không đạt", "Không liên hệ được"),
                "Chưa thống nhất",
            )
        ),
        *(Column(heading, "percent") for heading in ("Tỷ lệ không đạt %", "Từ %", "Đến %")),
        Column("Nhận xét", "remark", 80),
    )
    known = {each.unit: each for each in dossier.unit_rechecks}
    surveyed = [each for each in dossier.field_work if each.surveyed]
    counts = [(each.valid, *_counts(known.get(each.unit))) for each in surveyed]
    rows = tuple(
        Row(
            (each.unit, each.name, *numbers, *_rates(known.get(each.unit)), dossier.note_of(each.unit)),
            key=each.unit,
        )
        for each, numbers in zip(surveyed, counts, strict=True)
    )
    sums = [sum(column) for column in zip(*counts, strict=True)]
    foot = (Row((TOTAL, None, *sums, None, None, None, None)),) if rows else ()
    note = (
        "Các cột đếm và tỷ lệ tính mọi kết luận. Nhận xét không tính phiếu còn chờ quyết định (đề nghị hủy, hai cơ quan chưa "
        "thống nhất, còn cơ quan chưa kết luận)."
    )
    caption = "Kết quả phúc tra từng đơn vị"
    return Table("Phúc tra theo đơn vị", caption, columns, rows, foot, (note,), filtered=True)


def _counts(found: UnitRechecks | None) -> tuple[int, ...]:
    if found is None:
        return (0, 0, 0, 0, 0)
    return (found.responses, found.confirmed, found.failed, found.unreachable, found.disputed)


def _rates(found: UnitRechecks | None) -> tuple[Decimal | None, ...]:
    if found is None or found.rate is None:
        return (None, None, None)
    return tuple(100 * Decimal(str(each)) for each in (found.rate, found.low, found.high))


def agreement_table(rechecks: Sequence[RecheckResult], questionnaires: Sequence[Questionnaire]) -> Table:
    """Return by criterion how far answers asked again repeat the first ones; beneath it, how far two bodies agree."""
    columns = (
        Column("Cột", "code"),
        Column("Câu hỏi", width=60),
        *(Column(heading, "count") for heading in ("Hỏi lại", "So được", "Trùng mức", "Cùng phía")),
        *(Column(heading, "percent") for heading in ("Trùng mức %", "Cùng phía %")),
    )
    asked = question_words(questionnaires)
    pairs = [pair for each in rechecks for pair in each.again]
    order = list(dict.fromkeys([*(code for each in questionnaires for code in each.criterion_codes), *asked]))
    by_code = {code: [pair for pair in pairs if pair[0] == code] for code in {pair[0] for pair in pairs}}
    rows = tuple(
        Row((code, asked[code], *_measured(by_code[code])), key=code) for code in order if code in by_code
    )
    foot = (Row((None, "Mọi tiêu chí", *_measured(pairs))),) if pairs else ()
    notes = tuple(_both(rechecks))
    caption = "Hỏi lại có trùng với lần đầu không"
    return Table("Phúc tra hỏi lại", caption, columns, rows, foot, notes)


def _measured(pairs: Sequence[Again]) -> tuple[int | Decimal | None, ...]:
    asked, comparable, same, side = _agreeing(pairs)
    shares = (_percent(same, comparable), _percent(side, comparable))
    return (asked, comparable, same, side, *shares)


def _percent(part: int, whole: int) -> Decimal | None:
    return half_up(Fraction(100 * part, whole), DECIMALS) if whole else None


def _both(rechecks: Iterable[RecheckResult]) -> Iterable[str]:
    of: dict[str, dict[str, str]] = {}
    for each in rechecks:
        of.setdefault(each.form_code, {})[each.body] = each.verdict
    shared = [tuple(verdicts.values()) for verdicts in of.values() if len(verdicts) > 1]
    if not shared:
        yield "Không phiếu nào được cả hai cơ quan kết luận."
        return
    same = sum(len(set(verdicts)) == 1 for verdicts in shared)
    yield f"{count(len(shared))} phiếu được cả hai cơ quan kết luận, {count(same)} phiếu có cùng kết luận."
