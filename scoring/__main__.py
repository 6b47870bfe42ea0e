"""The scorer as a program: answers or points in a file, results on standard output, no database."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from scoring.answers import read_answers
from scoring.book import Doubts, canonical, score
from scoring.contracts import index_contract
from scoring.errors import ScoringError, refusal
from scoring.method import Method, available_methods, load_method
from scoring.printing import (
    index_csv,
    index_table,
    rows_csv,
    rows_table,
    satisfaction_csv,
    satisfaction_table,
)
from scoring.questionnaire import available_questionnaires, load_questionnaire
from scoring.ranking import stand, summarise
from scoring.screening_rules import WORDING
from scoring.stream import CountedAnswers, count_answers
from scoring.tally import Tally
from scoring.units import UnitRow, read_index_units, read_units

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
_USAGE = (
    (r"the following arguments are required: (.*)", r"Thiếu: \1."),
    (r"unrecognized arguments: (.*)", r"Không hiểu: \1."),
    (r"argument (.*): expected one argument", r"Sau \1 cần một giá trị."),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\2 không dùng được cho \1; chọn: \3."),
)


class _Parser(argparse.ArgumentParser):
    """argparse with its complaints in Vietnamese."""

    def error(self, message: str) -> NoReturn:
        for english, vietnamese in _USAGE:
            message = re.sub(english, vietnamese, message)
        usage = self.format_usage().removeprefix("usage: ")
        self.exit(WRONG_USAGE, f"Sai cách gọi lệnh. {message}\nCách gọi: {usage}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns 0 when done, 1 when the input is refused, the reasons on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        _write(asked.verb(asked), asked.output)
    except ScoringError as error:
        _say(error.sentence)
        return REFUSED
    except BrokenPipeError:
        # The reader of the pipe has left; without this the interpreter would complain when it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m scoring", description="Tính điểm khảo sát sự hài lòng và Chỉ số CCHC.")
    verbs = parser.add_subparsers(
        required=True, metavar="satisfaction|index|quality|agreement|response-rates|draw|self-test"
    )
    satisfaction = verbs.add_parser("satisfaction", help="từ phiếu trả lời đến điểm khảo sát của từng đơn vị")
    satisfaction.add_argument(
        "answers", metavar="ANSWERS", help="tệp phiếu, .csv hoặc .xlsx, mỗi dòng một phiếu"
    )
    satisfaction.add_argument("--units", metavar="UNITS", help="tệp danh sách đơn vị, để xếp hạng theo nhóm")
    satisfaction.set_defaults(verb=_satisfaction)
    index = verbs.add_parser(
        "index", help="từ điểm thẩm định và điểm khảo sát đến chỉ số, xếp hạng, xếp loại"
    )
    index.add_argument("units", metavar="UNITS", help="tệp điểm của các đơn vị, .csv hoặc .xlsx")
    index.set_defaults(verb=_index)
    quality = verbs.add_parser(
        "quality", help="phiếu và điều tra viên nên phúc tra, mỗi nghi vấn với giá trị q"
    )
    quality.add_argument(
        "answers", metavar="ANSWERS", help="tệp phiếu; nếu có thì dùng cột start, duration_s, age"
    )
    quality.set_defaults(verb=_quality)
    agreement = verbs.add_parser("agreement", help="mức trùng khớp giữa phiếu và kết quả phúc tra")
    agreement.add_argument("answers", metavar="ANSWERS", help="tệp phiếu")
    agreement.add_argument(
        "again", metavar="AGAIN", help="tệp phúc tra: form_code và các cột <tiêu chí>_again"
    )
    agreement.set_defaults(verb=_agreement)
    rates = verbs.add_parser(
        "response-rates", help="tỷ lệ trả lời AAPOR và giới hạn nếu người không trả lời khác đi"
    )
    rates.add_argument("contacts", metavar="CONTACTS", help="tệp liên hệ: unit, I, P, R, NC, O, UH, UO, NE")
    rates.add_argument("--answers", metavar="ANSWERS", help="tệp phiếu, để tính giới hạn của chỉ số")
    rates.set_defaults(verb=_rates)
    draw = verbs.add_parser("draw", help="tính lại một lần rút thăm phúc tra từ hồ sơ đã công bố")
    draw.add_argument("record", metavar="RECORD", help="hồ sơ rút thăm, .json")
    draw.set_defaults(verb=_draw, output=None)
    check = verbs.add_parser(
        "self-test", help="tính lại các giá trị chuẩn và in độ lệch lớn nhất của từng nhóm"
    )
    check.add_argument(
        "--golden", metavar="FOLDER", help="thư mục giá trị chuẩn (mặc định tests/golden của dự án)"
    )
    check.set_defaults(verb=_self_test, output=None)
    for verb in (satisfaction, quality, agreement, rates):
        verb.add_argument(
            "--questionnaire",
            default="sipas-2017",
            help=f"mã phiếu hỏi hoặc tệp .toml (mặc định %(default)s; có: {_list(available_questionnaires())})",
        )
    for verb in (satisfaction, index, quality, agreement, rates):
        verb.add_argument(
            "--method",
            default="ha-nam-2022",
            help=f"mã phương pháp hoặc tệp .toml (mặc định %(default)s; có: {_list(available_methods())})",
        )
        verb.add_argument("--format", choices=("table", "json", "csv"), default="table", help="dạng kết quả")
        verb.add_argument("-o", "--output", metavar="FILE", help="ghi vào tệp thay vì màn hình")
    return parser


def _list(codes: Sequence[str]) -> str:
    return ", ".join(codes)


def _satisfaction(asked: argparse.Namespace) -> bytes:
    questionnaire, method = load_questionnaire(asked.questionnaire), load_method(asked.method)
    method.check_against(questionnaire)
    sheet = count_answers(asked.answers, questionnaire, method)
    units = None if asked.units is None else read_units(asked.units)
    rows = None if units is None else units.rows
    for unit in rows or ():
        _refuse_too_many(unit, sheet.tally)
    book = score(sheet.tally, questionnaire, method, rows, sheet.sha256, Doubts(sheet.moments))
    _note_ignored(sheet.where, sheet.ignored)
    _note_other_criteria(sheet)
    if units is not None:
        _note_ignored(Path(asked.units).name, units.ignored)
    _note_doubts(sheet, method)
    if asked.format == "json":
        return canonical(book.satisfaction) + b"\n"
    if asked.format == "csv":
        return satisfaction_csv(book.satisfaction).encode()
    return satisfaction_table(book.satisfaction, questionnaire, rows).encode()


def _refuse_too_many(unit: UnitRow, tally: Tally) -> None:
    responses = tally.responses_of(unit.unit)
    if unit.population is not None and responses > unit.population:
        raise refusal("sample_over_population", unit=unit.unit, n=responses, population=unit.population)


def _index(asked: argparse.Namespace) -> bytes:
    method = load_method(asked.method)
    sheet = read_index_units(asked.units)
    rows = list(zip(sheet.rows, sheet.satisfaction_points, strict=True))
    standings = stand(rows, method, Path(asked.units).name)
    result: dict[str, Any] = index_contract(method, standings, summarise(standings, method))
    _note_ignored(Path(asked.units).name, sheet.ignored)
    if asked.format == "json":
        return canonical(result) + b"\n"
    return (index_csv(result, rows) if asked.format == "csv" else index_table(result, rows)).encode()


# What the verbs below need is imported in them: the others start without it.


def _quality(asked: argparse.Namespace) -> bytes:
    from scoring.examination import screening_of, screening_rows  # noqa: PLC0415 - as told above

    found = screening_of(
        read_answers(asked.answers, load_questionnaire(asked.questionnaire)), load_method(asked.method)
    )
    for rule in found.not_run:
        _say(f"Không xem được vì tệp không ghi: {WORDING[rule]}.")
    return _rows(asked, screening_rows(found))


def _agreement(asked: argparse.Namespace) -> bytes:
    from scoring.examination import agreement_of  # noqa: PLC0415 - as told above

    sheet = read_answers(asked.answers, load_questionnaire(asked.questionnaire))
    return _rows(asked, agreement_of(sheet, asked.again))


def _rates(asked: argparse.Namespace) -> bytes:
    from scoring.examination import rates_of  # noqa: PLC0415 - as told above

    questionnaire = load_questionnaire(asked.questionnaire)
    sheet = None if asked.answers is None else read_answers(asked.answers, questionnaire)
    return _rows(asked, rates_of(asked.contacts, sheet, load_method(asked.method)))


def _draw(asked: argparse.Namespace) -> bytes:
    from scoring.draw_record import read, verify  # noqa: PLC0415 - as told above

    difference = verify(read(asked.record))
    if difference is not None:
        raise refusal("draw_fails", where=Path(asked.record).name, difference=difference)
    return b"PASS\n"


def _rows(asked: argparse.Namespace, rows: list[dict[str, Any]]) -> bytes:
    if asked.format == "json":
        return canonical(rows) + b"\n"
    return (rows_csv(rows) if asked.format == "csv" else rows_table(rows)).encode()


def _self_test(asked: argparse.Namespace) -> bytes:
    from scoring.golden import FOLDER  # noqa: PLC0415 - as told above
    from scoring.self_test import self_test, table  # noqa: PLC0415 - as told above

    families = self_test(FOLDER if asked.golden is None else Path(asked.golden))
    failed = [each.name for each in families if not each.passed]
    if failed:
        _say(table(families).rstrip())
        raise refusal("self_test_failed", families=", ".join(failed))
    return table(families).encode()


def _note_ignored(where: str, columns: Sequence[str]) -> None:
    if columns:
        _say(f"{where}: bỏ qua cột không thuộc phiếu hỏi hoặc danh sách: {', '.join(columns)}.")


def _note_other_criteria(sheet: CountedAnswers) -> None:
    factors = "|".join(factor.code for factor in sheet.questionnaire.factors)
    strange = [name for name in sheet.ignored if re.fullmatch(f"({factors})_[0-9]+", name)]
    if strange:
        _say(
            f"{sheet.where}: {', '.join(strange)} trông như tiêu chí của phiếu khác, không phải "
            f"{sheet.questionnaire.code}; hãy kiểm tra --questionnaire."
        )


def _note_doubts(sheet: CountedAnswers, method: Method) -> None:
    count = sheet.incomplete_count
    if count:
        share = f"{float(100 * method.validity.share):g}%".replace(".", ",")
        named = ", ".join(map(str, sheet.incomplete)) + (", …" if count > len(sheet.incomplete) else "")
        factors = ", ".join(map(str, method.validity.factors))
        _say(
            f"{sheet.where}: {count} phiếu trả lời chưa đủ {share} tiêu chí của các yếu tố {factors} "
            f"(dòng {named}); vẫn được tính, cần xem lại."
        )
    if sheet.several_weights:
        _say(f"{sheet.where}: điểm tính trên số câu trả lời; cột weight không làm thay đổi điểm.")


def _write(content: bytes, path: str | None) -> None:
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise refusal("file_unwritable", where=Path(path).name, reason=error.strerror) from None


def _say(sentence: str) -> None:
    sys.stderr.buffer.write(f"{sentence}\n".encode())
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
