"""`hailong forms` and `hailong questionnaire`: files out for field work."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from survey_app import problems
from survey_app.cli.door import acts
from survey_app.domain import campaigns, printing
from survey_app.exports.printed_forms import pdf_of
from survey_app.extensions import one_moment
from survey_app.models import User

group = AppGroup("forms", help="Phiếu giấy để trống.")
questionnaires = AppGroup("questionnaire", help="Bộ câu hỏi của một đợt.")


def _output(ending: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option("-o", "--output", type=path, required=True, help=f"Tệp {ending}.")


@group.command("print", help="In phiếu trắng có mã và mã QR ra một tệp PDF, mỗi phiếu một tờ A4 hai mặt.")
@click.argument("code")
@_output(".pdf")
@click.option("--unit", default="", help="Mã một đơn vị; mặc định là mọi đơn vị được khảo sát.")
@click.option("--prefix", help="Phần đầu của mã khi đợt chưa có danh sách mẫu, ví dụ HN22.")
@click.option("--first", default=1, help="Số thứ tự của phiếu đầu mỗi đơn vị.")
@click.option("--count", type=int, help="Số phiếu mỗi đơn vị; mặc định bằng chỉ tiêu.")
@click.option("--reserve", is_flag=True, help="In cả phiếu của dòng dự phòng.")
@acts
def print_forms(actor: User, code: str, output: Path, prefix: str | None, **chosen: Any) -> None:
    with one_moment():
        campaign = campaigns.by_code(code)
        beginning = printing.default_prefix(campaign) if prefix is None else prefix
        batch = printing.plan(campaign, printing.Choice(prefix=beginning, **chosen))
    bar = click.progressbar(length=len(batch.forms), label="Tạo phiếu", file=sys.stderr)
    with bar if sys.stderr.isatty() else nullcontext() as shown:
        content = pdf_of(batch.sheet, batch.forms, lambda _done: shown.update(1) if shown else None)
    printing.note_printed(actor, campaign, batch)
    _write(output, content)
    click.echo(f"Đã ghi {output}: {len(batch.forms)} phiếu, {batch.forms[0].code} … {batch.forms[-1].code}.")


@questionnaires.command("xlsform", help="Ghi bộ câu hỏi thành XLSForm cho ODK Collect và KoboToolbox.")
@click.argument("code")
@_output(".xlsx")
@acts
def xlsform(_actor: User, code: str, output: Path) -> None:
    content = printing.xlsform(campaigns.by_code(code))
    _write(output, content)
    click.echo(f"Đã ghi {output} ({len(content)} byte).")


def _write(output: Path, content: bytes) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        raise problems.FileNotWritten(file=output, why=error.strerror) from error
